#include "record/record.h"

#include <gtest/gtest.h>

#include <random>

#include "act/json.h"
#include "record/sim_disk_test.h"

namespace heng::record {
namespace {

class FixedRandom : public Random {
 public:
  explicit FixedRandom(uint64_t seed) : engine_(seed) {}
  void fill(uint8_t* bytes, size_t size) override {
    for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<uint8_t>(engine_());
  }

 private:
  std::mt19937_64 engine_;
};

Act act(const std::string& id, const std::string& case_id, const std::string& ground = "flagrant") {
  return act_from_json(R"({"id":")" + id +
                       R"(","type":"detention_executed","at":"2025-03-03T09:00:00+08:00","case":")" +
                       case_id +
                       R"(","agency":"police","by":[{"id":"p1","role":"investigator"}],"data":{"ground":")" +
                       ground + R"("}})")
      .value();
}

constexpr Instant kNow{1'741'000'000 * kSecond};

class RecordTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto made =
        Record::create(disk_, {"r", "s", "v", "k", true}, "record.example/r", "police", kNow, random_);
    ASSERT_TRUE(made.ok()) << made.error().text();
    reopen();
  }
  void reopen() {
    record_.reset();
    auto opened = Record::open(disk_, {"r", "s", "v", "k", true}, random_);
    ASSERT_TRUE(opened.ok()) << opened.error().text();
    record_ = std::move(*opened);
  }
  void put(const std::vector<Act>& acts, Record::Signing signing = Record::Signing::each) {
    const auto done = record_->append(acts, kNow, "police", signing);
    ASSERT_TRUE(done.ok()) << done.error().text();
    ASSERT_TRUE(done->refused.empty()) << done->refused[0].error.text();
  }
  tlog::SignedCheckpoint head() {
    auto head = record_->log().sign(record_->log_signer());
    EXPECT_TRUE(head.ok() && record_->log().publish(*head).ok());
    return *head;
  }
  tlog::Policy policy() {
    return tlog::parse_policy("log " + record_->log_signer().verifier().vkey() +
                              "\nquorum none\n#! agency police " + to_base64(first_key_) + "\n")
        .value();
  }
  SimDisk disk_;
  FixedRandom random_{5};
  std::unique_ptr<Record> record_;
  tlog::PublicKey first_key_;
};

TEST_F(RecordTest, ActsComeBackAfterARestartNumberedAndChained) {
  put({act("a1", "C1"), act("a2", "C2"), act("a3", "C1")});
  reopen();
  put({act("a4", "C1"), act("a5", "C2")}, Record::Signing::batch);
  reopen();
  EXPECT_EQ(record_->case_entries("C1"), (std::vector<uint64_t>{1, 3, 4}));
  Instant last{};
  for (uint64_t i = 1; i < record_->log().size(); ++i) {
    const auto stored = record_->read(i);
    ASSERT_TRUE(stored.ok() && stored->act) << i;
    EXPECT_EQ(stored->leaf.agency_seq, i + 1);
    ASSERT_TRUE(stored->act->recorded);
    EXPECT_GT(stored->act->recorded->instant, last);
    last = stored->act->recorded->instant;
    Act plain = *stored->act;
    plain.recorded.reset();
    EXPECT_EQ(plain, act(plain.id, plain.case_id));
  }
  EXPECT_EQ(record_->audit_acts().value(), 6u);
  EXPECT_TRUE(record_->log().audit().ok());
}

TEST_F(RecordTest, TheSameIdTwice) {
  put({act("a1", "C1")});
  reopen();
  const auto again =
      record_->append({act("a1", "C1"), act("a1", "C1", "other"), act("a2", "C1"), act("a2", "C1", "other")},
                      kNow, "police", Record::Signing::each);
  ASSERT_TRUE(again.ok());
  ASSERT_EQ(again->receipts.size(), 2u);
  EXPECT_EQ(again->refused.size(), 2u);
  EXPECT_TRUE(again->receipts[1].repeated);
  EXPECT_EQ(again->receipts[1].index, 1u);
  EXPECT_EQ(record_->log().size(), 3u);
}

TEST_F(RecordTest, NoNameAndNoContentInLeavesOrBodies) {
  put({act("very-secret-id", "CASE-SECRET", "secret-ground")});
  for (const std::string& file : disk_.files()) {
    if (file.starts_with("v/")) continue;
    for (const char* secret : {"very-secret-id", "CASE-SECRET", "secret-ground", "investigator"})
      EXPECT_EQ(disk_.content(file)->find(secret), std::string::npos) << file << " " << secret;
  }
}

TEST_F(RecordTest, SealedByCustodiansOpenedByAQuorumOnly) {
  put({act("a1", "C1"), act("b1", "C2")});
  std::vector<Custodian> custodians;
  std::vector<Key> secrets;
  for (const char* name : {"court", "procuratorate", "justice", "bar", "press"}) {
    secrets.push_back(random_.key());
    custodians.push_back({name, custodian_keys(secrets.back()).first});
  }
  ASSERT_TRUE(record_->append_system(kSealed, "C1", "police", {}, kNow).ok());
  ASSERT_TRUE(record_->vault().seal("C1", 3, custodians).ok());
  reopen();
  EXPECT_EQ(record_->read(1)->closed, "sealed");
  EXPECT_TRUE(record_->read(2)->act.has_value());
  const auto refused = record_->append({act("a2", "C1")}, kNow, "police", Record::Signing::each);
  ASSERT_TRUE(refused.ok());
  EXPECT_EQ(refused->refused.size(), 1u);

  std::vector<Share> shares;
  for (size_t i : {4u, 0u, 2u})
    shares.push_back(record_->vault().open_share("C1", custodians[i].name, secrets[i]).value());
  EXPECT_FALSE(record_->vault().open_share("C1", "court", secrets[1]).ok());
  EXPECT_FALSE(record_->vault().unseal("C1", {shares[0], shares[1]}).ok());
  EXPECT_FALSE(record_->vault().unseal("C1", {shares[0], shares[1], shares[1]}).ok());
  std::vector<Share> wrong = shares;
  wrong[2][5] ^= 1;
  EXPECT_FALSE(record_->vault().unseal("C1", wrong).ok());
  ASSERT_TRUE(record_->vault().unseal("C1", shares).ok());
  reopen();
  EXPECT_TRUE(record_->read(1)->act.has_value());
  EXPECT_EQ(record_->audit_acts().value(), 4u);
}

TEST_F(RecordTest, ShreddingLeavesTheProofAndNothingElse) {
  put({act("a1", "C1"), act("a2", "C1")});
  const Leaf before = record_->read(1)->leaf;
  ASSERT_TRUE(record_->shred("a1", "police", "court order 7", kNow).ok());
  EXPECT_EQ(record_->read(1)->closed, "shredded");
  reopen();
  EXPECT_EQ(record_->read(1)->closed, "shredded");
  EXPECT_EQ(record_->read(1)->leaf.bytes(), before.bytes());
  EXPECT_TRUE(record_->read(2)->act.has_value());
  EXPECT_TRUE(record_->log().audit().ok());
  EXPECT_EQ(record_->audit_acts().value(), 4u);
}

TEST_F(RecordTest, ACrashBeforeTheKeyIsDestroyedIsMadeGood) {
  put({act("a1", "C1")});
  ASSERT_TRUE(
      record_->append_system(kShredded, "C1", "police", {{"entry", Json::of(uint64_t{1})}}, kNow).ok());
  EXPECT_TRUE(record_->read(1)->act.has_value());
  reopen();
  EXPECT_EQ(record_->read(1)->closed, "shredded");
}

TEST_F(RecordTest, FilesForACitizen) {
  first_key_ = record_->agency_key("police").value();
  put({act("a1", "C1"), act("b1", "C2"), act("a2", "C1")});
  ASSERT_TRUE(record_->rotate_key("police", kNow, random_).ok());
  put({act("a3", "C1")});
  ASSERT_TRUE(record_->add_manifest("C1", "police", kNow).ok());
  const auto at = head();
  const auto dossier = record_->dossier("C1", at);
  ASSERT_TRUE(dossier.ok()) << dossier.error().text();
  const Verdict verdict = verify_file({*dossier, std::nullopt}, policy());
  EXPECT_EQ(verdict.exit_code(), 0) << render_verdict(verdict, Language::en);
  EXPECT_NE(render_verdict(verdict, Language::en).find("complete up to"), std::string::npos);
  EXPECT_NE(render_verdict(verdict, Language::en).find("signed by its agency"), std::string::npos);

  const auto redacted = record_->redact(1, {"data/ground"}, at);
  ASSERT_TRUE(redacted.ok()) << redacted.error().text();
  const Verdict shown = verify_file({*redacted, std::nullopt}, policy());
  EXPECT_EQ(shown.exit_code(), 0) << render_verdict(shown, Language::en);
  EXPECT_EQ(redacted->find("investigator"), std::string::npos);
  EXPECT_FALSE(record_->redact(1, {"no/such"}, at).ok());
  reopen();  // the new key was stored
  put({act("a4", "C1")});
  EXPECT_EQ(record_->audit_acts().value(), record_->log().size());
}

// Two keys that open one ciphertext to two contents exist for plain Poly1305; the commitment refuses all but
// one.
TEST(Vault, OneCiphertextHasOneKey) {
  FixedRandom random(1);
  const Key key = random.key(), other = random.key();
  const SealedBody body = encrypt_body("content", key, random);
  EXPECT_EQ(decrypt_body(body.bytes, body.commitment, key).value(), "content");
  EXPECT_FALSE(decrypt_body(body.bytes, body.commitment, other).ok());
  const SealedBody elsewhere = encrypt_body("other content", other, random);
  EXPECT_FALSE(decrypt_body(elsewhere.bytes, body.commitment, other).ok());
  std::string changed = body.bytes;
  changed[30] = static_cast<char>(changed[30] ^ 1);
  EXPECT_FALSE(decrypt_body(changed, body.commitment, key).ok());
}

TEST(Vault, AnyKOfNSharesAndNoFewer) {
  FixedRandom random(2);
  const Key secret = random.key();
  for (unsigned n = 1; n <= 7; ++n)
    for (unsigned k = 1; k <= n; ++k) {
      std::vector<Share> shares = split_secret(secret, k, n, random);
      std::shuffle(shares.begin(), shares.end(), std::mt19937(n * 10 + k));
      std::vector<Share> some(shares.begin(), shares.begin() + k);
      EXPECT_EQ(join_secret(some).value(), secret);
      if (k == 1) continue;
      some.pop_back();
      EXPECT_NE(join_secret(some).value(), secret);
    }
}

// The vault is torn in the middle of a batch: what was acknowledged before stays readable.
TEST(Vault, SurvivesACrash) {
  for (uint64_t point = 0; point < 60; ++point) {
    SimDisk disk;
    FixedRandom random(point);
    ASSERT_TRUE(Vault::create(disk, "v", random).ok());
    disk.crash_at = disk.calls + point % 12;
    std::vector<std::pair<tlog::Hash, Key>> kept;
    if (auto vault = Vault::open(disk, "v", random); vault.ok())
      for (int batch = 0; batch < 5; ++batch) {
        std::vector<std::pair<tlog::Hash, Key>> fresh;
        for (int i = 0; i < 9; ++i) {
          const tlog::Hash blind{random.key()};
          fresh.emplace_back(blind, vault->new_act_key("case " + std::to_string(i % 3), blind).value());
        }
        if (!vault->store().ok()) break;
        kept.insert(kept.end(), fresh.begin(), fresh.end());
      }
    auto after = disk.after_crash(point);
    auto vault = Vault::open(*after, "v", random);
    ASSERT_TRUE(vault.ok()) << point << vault.error().text();
    for (const auto& [blind, key] : kept) EXPECT_EQ(vault->act_key(blind).value(), key) << point;
    const tlog::Hash blind{random.key()};
    const Key key = vault->new_act_key("case 1", blind).value();
    ASSERT_TRUE(vault->store().ok());
    auto again = Vault::open(*after, "v", random);
    EXPECT_EQ(again->act_key(blind).value(), key);
  }
}

}  // namespace
}  // namespace heng::record
