#include "record/verdict.h"

#include <gtest/gtest.h>

#include <random>

#include "record/disclosure.h"
#include "record/sample_test.h"
#include "tlog/witness.h"

namespace heng::record {
namespace {

Verdict check(const std::string& file, const tlog::Policy& policy) {
  return verify_file({file, std::nullopt}, policy);
}

std::string why(const Verdict& verdict) { return render_verdict(verdict, Language::en); }

TEST(Verdict, AnHonestProofHoldsAndSaysWhatItDoesNotProve) {
  const SampleLog sample = sample_log();
  const Verdict verdict = check(sample.proof(3, sample.head()).bytes(), sample.policy());
  EXPECT_EQ(verdict.exit_code(), 0) << why(verdict);
  const std::string both = render_verdict(verdict, Language::both);
  for (const char* part : {"核验通过", "the check holds", "没有得到证明", "what is not proven",
                           "entered anywhere", "w1, w2, w3"})
    EXPECT_NE(both.find(part), std::string::npos) << part << "\n" << both;
}

// A byte changed anywhere in the file never leads to "holds" with another content than before.
TEST(Verdict, EveryChangedByteIsSeen) {
  const SampleLog sample = sample_log();
  const tlog::ProofFile proof = sample.proof(3, sample.head());
  const std::string file = proof.bytes();
  const tlog::Policy policy = sample.policy();
  size_t changed = 0;
  for (size_t i = 0; i < file.size(); ++i) {
    std::string bad = file;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    const Verdict verdict = check(bad, policy);
    if (verdict.exit_code() == 0) {
      // Only bits that carry nothing (under base64 padding of a signature) may go unnoticed.
      const auto read = tlog::parse_proof_file(bad);
      ASSERT_TRUE(read.ok() && read->bytes() == file) << i << " " << bad[i];
    } else {
      changed += verdict.failure() == Failure::changed;
    }
  }
  EXPECT_GT(changed, file.size() * 9 / 10);
}

TEST(Verdict, FiveFailuresToldApart) {
  const SampleLog sample = sample_log();
  const tlog::Policy policy = sample.policy();
  const Dossier honest = sample.dossier("GD-0001");
  EXPECT_EQ(check(dossier_to_text(honest), policy).exit_code(), 0)
      << why(check(dossier_to_text(honest), policy));

  Dossier changed = honest;
  changed.acts[2].leaf.replace(changed.acts[2].leaf.find("16:00:00"), 8, "15:00:00");
  EXPECT_EQ(check(dossier_to_text(changed), policy).failure(), Failure::changed);

  Dossier swapped = honest;
  std::swap(swapped.acts[1], swapped.acts[2]);
  EXPECT_EQ(check(dossier_to_text(swapped), policy).failure(), Failure::order);
  Dossier moved = honest;  // the texts swapped under the places
  std::swap(moved.acts[1].leaf, moved.acts[2].leaf);
  EXPECT_EQ(check(dossier_to_text(moved), policy).failure(), Failure::order);

  for (size_t gone = 0; gone + 1 < honest.acts.size(); ++gone) {
    Dossier gap = honest;
    gap.acts.erase(gap.acts.begin() + static_cast<std::ptrdiff_t>(gone));
    EXPECT_EQ(check(dossier_to_text(gap), policy).failure(), Failure::incomplete) << gone;
  }
  Dossier open_end = honest;  // without its manifest a case is not known to be complete, and that is said
  open_end.acts.pop_back();
  const Verdict open_verdict = check(dossier_to_text(open_end), policy);
  EXPECT_EQ(open_verdict.exit_code(), 0);
  EXPECT_NE(why(open_verdict).find("whether later acts exist"), std::string::npos);

  Dossier expired = honest;
  expired.checkpoint =
      sample.head(sample.tree.size(), {{1, kTooLate}, {2, kTooLate}, {3, kTooLate}}).note.bytes();
  EXPECT_EQ(check(dossier_to_text(expired), policy).failure(), Failure::expired);
  Dossier alone = honest;
  alone.checkpoint = sample.head(sample.tree.size(), {{0, kInTime}, {1, kInTime}, {2, kInTime}}).note.bytes();
  EXPECT_EQ(check(dossier_to_text(alone), policy).failure(), Failure::not_witnessed);

  SampleLog other = sample_log();
  SampleLog shorter;
  for (size_t i = 0; i + 1 < other.leaves.size(); ++i) shorter.put(other.leaves[i]);
  shorter.agency_seq = other.agency_seq - 1;
  shorter.add("another_act", "GD-0009");
  Dossier forked = honest;
  forked.heads.push_back(shorter.head().note.bytes());
  EXPECT_EQ(check(dossier_to_text(forked), policy).failure(), Failure::fork);
}

TEST(Verdict, ComparingTwoFiles) {
  const SampleLog sample = sample_log();
  const tlog::Policy policy = sample.policy();
  const uint64_t size = sample.tree.size();
  const auto older = sample.head(6, {{1, kInTime}, {2, kInTime}, {4, kInTime}});
  const std::string one = sample.proof(2, older).bytes(), two = sample.proof(9, sample.head()).bytes();
  EXPECT_EQ(compare_files(two, two, std::nullopt, policy).exit_code(), 0);
  EXPECT_EQ(compare_files(one, two, std::nullopt, policy).exit_code(), 10);
  const tlog::AddCheckpointRequest link{6, tlog::consistency_proof(sample.tree, 6, size).value(),
                                        sample.head()};
  EXPECT_EQ(compare_files(one, two, link.body(), policy).exit_code(), 0)
      << why(compare_files(one, two, link.body(), policy));
  EXPECT_EQ(compare_files(two, one, link.body(), policy).exit_code(), 0);

  SampleLog forked;
  for (size_t i = 0; i + 1 < sample.leaves.size(); ++i) forked.put(sample.leaves[i]);
  forked.agency_seq = sample.agency_seq - 1;
  forked.add("another_act", "GD-0009");
  const std::string three = forked.proof(9, forked.head()).bytes();
  EXPECT_EQ(compare_files(two, three, std::nullopt, policy).failure(), Failure::fork);
  // At different sizes the same place with two entries is proof enough.
  forked.add("more", "GD-0009");
  const std::string four = forked.proof(10, forked.head()).bytes(),
                    five = sample.proof(10, sample.head()).bytes();
  EXPECT_EQ(compare_files(five, four, std::nullopt, policy).failure(), Failure::fork);
}

TEST(Verdict, KeyRotationIsFollowedFromThePinnedKey) {
  SampleLog sample = sample_log();
  const tlog::SigningKey next = key_of(51), stranger = key_of(52);
  Leaf rotation = sample.unsigned_leaf(std::string(kKeyAdded), "keys");
  rotation.note = {{"key", Json::of(to_base64(next.public_key()))}};
  sign_leaf(rotation, sample.agency);
  sample.put(rotation);
  const uint64_t key_index = sample.leaves.size() - 1;
  Leaf act = sample.unsigned_leaf("reopened", "GD-0003");
  sign_leaf(act, next);
  sample.put(act);
  Dossier dossier = sample.dossier("GD-0003");
  EXPECT_NE(why(check(dossier_to_text(dossier), sample.policy())).find("were not checked"),
            std::string::npos);
  dossier.keys.push_back(sample.dossier_act(key_index));
  const Verdict verdict = check(dossier_to_text(dossier), sample.policy());
  EXPECT_EQ(verdict.exit_code(), 0);
  EXPECT_EQ(why(verdict).find("were not checked"), std::string::npos) << why(verdict);

  // A key act that nobody vouches for brings no key in.
  Leaf intruder = sample.unsigned_leaf(std::string(kKeyAdded), "keys");
  intruder.note = {{"key", Json::of(to_base64(stranger.public_key()))}};
  sign_leaf(intruder, stranger);
  sample.put(intruder);
  dossier = sample.dossier("GD-0003");
  dossier.keys.push_back(sample.dossier_act(sample.leaves.size() - 1));
  EXPECT_EQ(check(dossier_to_text(dossier), sample.policy()).failure(), Failure::changed);
}

TEST(Verdict, RedactedAct) {
  SampleLog sample;
  const FieldTree tree(
      fields_of(R"({"by":[{"id":"p1","role":"investigator"}],"data":{"ground":"flagrant","n":2},"id":"a1"})").value(), Seed{3});
  Leaf leaf = sample.unsigned_leaf("detention_executed", "GD-0001");
  leaf.body = BodyRef{tlog::sha256("ct"), tlog::sha256("commit"), tree.root(), 2};
  sign_leaf(leaf, sample.agency);
  sample.put(leaf);
  const Json shown = disclosure_to_json(tree.disclose({"data/ground"}));
  const std::string file = redacted_to_text(sample.proof(0, sample.head()), shown);
  const Verdict verdict = check(file, sample.policy());
  EXPECT_EQ(verdict.exit_code(), 0) << why(verdict);
  EXPECT_NE(why(verdict).find("field data/ground = \"flagrant\""), std::string::npos);
  EXPECT_EQ(why(verdict).find("investigator"), std::string::npos);
  std::string lie = file;
  lie.replace(lie.find("flagrant"), 8, "innocent");
  EXPECT_EQ(check(lie, sample.policy()).failure(), Failure::changed);
}

TEST(Verdict, RubbishIsNoProof) {
  const tlog::Policy policy = sample_log().policy();
  for (const char* rubbish :
       {"", "{}", "[]", "{\"t\":\"heng.dossier/1\"}", "hello", "{\"t\":\"heng.redacted/1\"}"})
    EXPECT_NE(check(rubbish, policy).exit_code(), 0) << rubbish;
}

TEST(Leaf, RoundTripAndRefusals) {
  SampleLog sample = sample_log();
  for (const Leaf& leaf : sample.leaves) {
    const auto again = parse_leaf(leaf.bytes());
    ASSERT_TRUE(again.ok()) << again.error().text();
    EXPECT_EQ(again->bytes(), leaf.bytes());
    EXPECT_TRUE(verify_leaf(*again, sample.agency.public_key()));
    EXPECT_FALSE(verify_leaf(*again, key_of(9).public_key()));
  }
  const std::string good = sample.entries[0];
  EXPECT_FALSE(parse_leaf(" " + good).ok());
  EXPECT_FALSE(parse_leaf(good.substr(0, good.size() - 1)).ok());
  std::string extra = good;
  extra.insert(1, "\"aaa\":1,");
  EXPECT_FALSE(parse_leaf(extra).ok());
  std::string fraction = good;
  fraction.replace(fraction.find("\"agency_seq\":1"), 14, "\"agency_seq\":1.0");
  EXPECT_FALSE(parse_leaf(fraction).ok());
}

TEST(Leaf, ABatchIsSignedOnce) {
  SampleLog sample;
  const tlog::SigningKey key = key_of(50);
  std::vector<Leaf> leaves;
  for (int i = 0; i < 13; ++i)
    leaves.push_back(sample.unsigned_leaf("act" + std::to_string(i), "c" + std::to_string(i)));
  for (size_t size = 1; size <= leaves.size(); ++size) {
    std::vector<Leaf> some(leaves.begin(), leaves.begin() + static_cast<ptrdiff_t>(size));
    tlog::Tree tree;
    std::vector<tlog::Hash> hashes;
    for (Leaf& leaf : some) {
      leaf.key = agency_key_id(key.public_key());
      hashes.push_back(tlog::leaf_hash(signed_message(leaf)));
    }
    tree.append(hashes);
    sign_batch(some, key);
    const BatchSignature signature(hashes, key);
    for (size_t i = 0; i < size; ++i) {
      EXPECT_EQ(some[i].batch->path, tlog::inclusion_proof(tree, i, size).value());
      std::string bytes;
      signature.append_leaf(bytes, some[i].unsigned_bytes(), i);
      EXPECT_EQ(bytes, some[i].bytes());
    }
  }
  sign_batch(leaves, key);
  for (Leaf& leaf : leaves) {
    const auto again = parse_leaf(leaf.bytes());
    ASSERT_TRUE(again.ok()) << again.error().text();
    EXPECT_TRUE(verify_leaf(*again, key.public_key()));
    Leaf changed = *again;
    changed.kind += "x";
    EXPECT_FALSE(verify_leaf(changed, key.public_key()));
    changed = *again;
    changed.batch->index = (changed.batch->index + 1) % 13;
    EXPECT_FALSE(verify_leaf(changed, key.public_key()));
  }
}

TEST(Disclosure, ScalarsWithTheirPaths) {
  using Fields = std::vector<Field>;
  EXPECT_EQ(fields_of("{}").value(), (Fields{{"", "{}"}}));
  EXPECT_EQ(fields_of(R"({"a":[1,[],{"b":null}],"a-":true,"c/~":"x\"}","\n\"":{},"法":-1.5e3})").value(),
            (Fields{{"\n\"", "{}"}, {"a-", "true"}, {"a/0", "1"}, {"a/1", "[]"}, {"a/2/b", "null"}, {"c~1~0", R"("x\"}")"}, {"法", "-1.5e3"}}));
  for (const char* bad : {"", "[]", "1", "{", R"({"a")", R"({"a":)", R"({"a":})", R"({"a":1)", R"({"a":1,})", R"({"a":[1)", R"({"a":"x})",
                          R"({"a":"x\)", R"({"a":1}})", R"({a:1})", R"({"\x":1})", R"({"a":{)", R"({"a":[)"})
    EXPECT_FALSE(fields_of(bad).ok()) << bad;
  std::string deep, wide = R"({"a":[0)";
  for (int i = 0; i < 100; ++i) deep += R"({"a":)";
  EXPECT_FALSE(fields_of(deep + "1" + std::string(100, '}')).ok());
  for (size_t i = 1; i < kMostFields; ++i) wide += ",0";
  EXPECT_EQ(fields_of(wide + "]}").value().size(), kMostFields);
  EXPECT_FALSE(fields_of(wide + ",0]}").ok());
  EXPECT_TRUE(fields_of(R"({")" + std::string(kMostPathBytes, 'k') + R"(":1})").ok());
  EXPECT_FALSE(fields_of(R"({")" + std::string(kMostPathBytes + 1, 'k') + R"(":1})").ok());
}

TEST(Disclosure, ManyRootsAtOnceAreThoseOfTheTrees) {
  std::mt19937_64 random(5);
  FieldRoots roots;
  for (int round = 0; round < 30; ++round) {
    roots.clear();
    std::vector<tlog::Hash> wanted;
    for (uint64_t i = random() % 20; i > 0; --i) {
      std::string object = "{";
      for (uint64_t field = random() % (round % 10 == 0 ? 300 : 20); field > 0; --field)
        object += (object.size() > 1 ? "," : "") + ("\"k" + std::to_string(1000 + field)) + "\":\"" + std::string(random() % 90, 'v') + "\"";
      object += "}";
      Seed seed{};
      for (uint8_t& byte : seed) byte = static_cast<uint8_t>(random());
      ASSERT_TRUE(roots.add(object, seed).ok());
      EXPECT_FALSE(roots.add(object + "x", seed).ok());
      wanted.push_back(FieldTree(fields_of(object).value(), seed).root());
    }
    const auto found = roots.compute();
    ASSERT_TRUE(std::equal(found.begin(), found.end(), wanted.begin(), wanted.end())) << round;
  }
}

// The root as docs/format says it, one hash after another.
TEST(Disclosure, TheRootIsTheOneWrittenDown) {
  const Seed seed{7};
  const auto derived = [&](std::string purpose, uint64_t index) {
    for (int i = 7; i >= 0; --i) purpose.push_back(static_cast<char>(index >> (8 * i)));
    return std::string(tlog::hmac_sha256(seed, purpose).view());
  };
  for (size_t count : {1, 5, 8, 13}) {
    std::vector<Field> fields;
    std::vector<std::string> row;
    for (size_t i = 0; i < count; ++i) {
      fields.push_back({"f" + std::to_string(10 + i), std::string(i * 40 + 1, '7')});
      const Field& field = fields.back();
      const auto byte = [](size_t value) { return std::string(1, static_cast<char>(value)); };
      row.emplace_back(tlog::sha256("\x10" + derived("salt", i).substr(0, 16) + byte(0) + byte(field.path.size()) + field.path +
                                    byte(0) + byte(0) + byte(field.value.size() >> 8) + byte(field.value.size() & 255) + field.value).view());
    }
    const size_t width = count <= 8 ? 8 : 16;
    for (size_t i = count; i < width; ++i) row.push_back(derived("decoy", i));
    while (row.size() > 1) {
      std::vector<std::string> above;
      for (size_t i = 0; i < row.size(); i += 2) above.emplace_back(tlog::sha256("\x11" + row[i] + row[i + 1]).view());
      row = above;
    }
    const std::string height(1, width == 8 ? '\3' : '\4');
    EXPECT_EQ(FieldTree(fields, seed).root(), tlog::sha256("\x12" + derived("root", 0).substr(0, 16) + height + row[0])) << count;
  }
}

TEST(Disclosure, HidesTheNumberOfFieldsAndProvesEachAlone) {
  for (size_t count = 0; count < 20; ++count) {
    std::vector<Field> fields;
    for (size_t i = 0; i < count; ++i) fields.push_back({"f" + std::to_string(100 + i), "\"v\""});
    const FieldTree tree(fields, Seed{1});
    for (size_t pick = 0; pick < count; ++pick) {
      auto shown = tree.disclose({fields[pick].path});
      ASSERT_EQ(shown.shown.size(), 1u);
      EXPECT_EQ(root_from_disclosure(shown).value(), tree.root());
      EXPECT_EQ(disclosure_from_json(disclosure_to_json(shown)).value().proof, shown.proof);
      shown.shown[0].field.value = "\"w\"";
      EXPECT_NE(root_from_disclosure(shown).value(), tree.root());
    }
    EXPECT_EQ(tree.disclose({}).height, count <= 8 ? 3u : count <= 16 ? 4u : 5u);
  }
  const FieldTree one({{"a", "1"}}, Seed{1}), same_with_other_seed({{"a", "1"}}, Seed{2});
  EXPECT_NE(one.root(), same_with_other_seed.root());
  auto shown = one.disclose({"a"});
  shown.proof.push_back(shown.proof.back());
  EXPECT_FALSE(root_from_disclosure(shown).ok());
}

}  // namespace
}  // namespace heng::record
