#include "record/export.h"

#include <gtest/gtest.h>
#include <openssl/ts.h>

#include "record/sample_test.h"

namespace heng::record {
namespace {

class Counter : public Random {
 public:
  void fill(uint8_t* bytes, size_t size) override {
    for (size_t i = 0; i < size; ++i) bytes[i] = next_++;
  }

 private:
  uint8_t next_ = 1;
};

TEST(Cose, ReceiptsProveTheirEntryAndNothingElse) {
  const SampleLog sample = sample_log();
  for (uint64_t index = 0; index < sample.tree.size(); ++index) {
    const auto proof = sample.proof(index, sample.head());
    const std::string receipt = cose_receipt(proof, sample.log).value();
    const tlog::PublicKey key = sample.log.key.public_key();
    EXPECT_EQ(verify_cose_receipt(receipt, sample.leaves[index].hash(), key).value(), sample.tree.root());
    EXPECT_FALSE(
        verify_cose_receipt(receipt, sample.leaves[(index + 1) % sample.leaves.size()].hash(), key).ok());
    EXPECT_FALSE(verify_cose_receipt(receipt, sample.leaves[index].hash(), key_of(99).public_key()).ok());
    for (size_t i = 0; i < receipt.size(); ++i) {
      if (i == 30) continue;  // the tree size: RFC 9942 signs the root alone, which does not say it
      std::string changed = receipt;
      changed[i] = static_cast<char>(changed[i] ^ 1);
      EXPECT_FALSE(verify_cose_receipt(changed, sample.leaves[index].hash(), key).ok()) << i;
      EXPECT_FALSE(verify_cose_receipt(receipt.substr(0, i), sample.leaves[index].hash(), key).ok()) << i;
    }
  }
  // The beginning as RFC 9052 and RFC 9942 lay it out: tag 18, four parts, the protected map as a byte
  // string.
  const std::string receipt = cose_receipt(sample.proof(0, sample.head()), sample.log).value();
  EXPECT_EQ(tlog::to_hex(receipt.substr(0, 8)), "d28451a301270448");  // 17 bytes: {1: -8, 4: 8 bytes, 395: 1}
}

TEST(Sm, KnownAnswerAndTree) {
  EXPECT_EQ(tlog::to_hex(sm3("abc").view()),
            "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
  Sm3Tree tree;
  EXPECT_EQ(tree.root(), sm3(""));
  std::vector<tlog::Hash> leaves;
  for (int i = 0; i < 7; ++i) {
    leaves.push_back(sm3_leaf_hash(std::to_string(i)));
    tree.append(leaves.back());
  }
  const auto node = [](const tlog::Hash& a, const tlog::Hash& b) {
    return sm3("\x01" + std::string(a.view()) + std::string(b.view()));
  };
  const tlog::Hash left = node(node(leaves[0], leaves[1]), node(leaves[2], leaves[3]));
  EXPECT_EQ(tree.root(), node(left, node(node(leaves[4], leaves[5]), leaves[6])));
}

TEST(Sm, SignedTwinCheckpoint) {
  const std::string key = sm2_make_key().value(), other = sm2_make_key().value();
  Sm3Tree tree;
  tree.append(sm3_leaf_hash("act"));
  tlog::Note note = sm3_checkpoint("record.example/court", tree, key).value();
  EXPECT_TRUE(verify_sm3_checkpoint(note, sm2_public_key(key).value()).ok());
  EXPECT_FALSE(verify_sm3_checkpoint(note, sm2_public_key(other).value()).ok());
  // A client of the C2SP formats reads it and finds no key it knows.
  const auto parsed = tlog::parse_checkpoint(note.bytes());
  ASSERT_TRUE(parsed.ok());
  EXPECT_FALSE(tlog::open_note(parsed->note, std::vector{sample_log().log.verifier()}).ok());
  note.text[note.text.size() - 3] ^= 1;
  EXPECT_FALSE(verify_sm3_checkpoint(note, sm2_public_key(key).value()).ok());
  EXPECT_FALSE(sm2_sign("rubbish", "x").ok());
}

TEST(Timestamp, RequestsAreReadByOpenSsl) {
  Counter random;
  for (const Imprint imprint : {Imprint::sha256, Imprint::sm3}) {
    const std::string der = timestamp_request("checkpoint\n1\nroot\n", imprint, random).value();
    const auto* data = reinterpret_cast<const unsigned char*>(der.data());
    TS_REQ* request = d2i_TS_REQ(nullptr, &data, static_cast<long>(der.size()));
    ASSERT_NE(request, nullptr);
    const ASN1_OCTET_STRING* hash = TS_MSG_IMPRINT_get_msg(TS_REQ_get_msg_imprint(request));
    const tlog::Hash wanted =
        imprint == Imprint::sm3 ? sm3("checkpoint\n1\nroot\n") : tlog::sha256("checkpoint\n1\nroot\n");
    EXPECT_EQ(std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(hash)), 32), wanted.view());
    EXPECT_EQ(TS_REQ_get_cert_req(request), 1);
    TS_REQ_free(request);
  }
}

}  // namespace
}  // namespace heng::record
