#include "tlog/note.h"

#include <gtest/gtest.h>

#include "tlog/policy.h"
#include "tlog/proof_file.h"
#include "tlog/tree.h"
#include "tlog/witness.h"

namespace heng::tlog {
namespace {

NoteSigner signer(std::string name, KeyType type, uint8_t seed) {
  return {std::move(name), type, SigningKey::from_seed({seed})};
}

SignedCheckpoint checkpoint_by(const NoteSigner& log, const Tree& tree) {
  Checkpoint checkpoint{log.name, tree.size(), tree.root(), {}};
  Note note{checkpoint.text(), {sign_note(log, checkpoint.text())}};
  return {checkpoint, note};
}

TEST(Note, RoundTripAndKeys) {
  const NoteSigner log = signer("heng.example/log", KeyType::ed25519, 1);
  const Note note{"one\n\ntwo\n", {sign_note(log, "one\n\ntwo\n")}};
  const auto parsed = parse_note(note.bytes());
  ASSERT_TRUE(parsed.ok()) << parsed.error().text();
  EXPECT_EQ(parsed->text, note.text);
  EXPECT_EQ(parsed->signatures, note.signatures);
  const auto key = parse_vkey(log.verifier().vkey());
  ASSERT_TRUE(key.ok());
  EXPECT_EQ(*key, log.verifier());
  EXPECT_TRUE(open_note(*parsed, std::vector{*key}).ok());
  const auto again = parse_skey(log.skey());
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->verifier(), log.verifier());
}

TEST(Note, SignatureByAKnownKeyMustVerify) {
  const NoteSigner log = signer("heng.example/log", KeyType::ed25519, 1);
  const NoteSigner other = signer("heng.example/other", KeyType::ed25519, 2);
  Note note{"text\n", {sign_note(log, "text\n"), sign_note(other, "another text\n")}};
  EXPECT_TRUE(open_note(note, std::vector{log.verifier()}).ok());  // the other key is unknown: ignored
  EXPECT_FALSE(open_note(note, std::vector{log.verifier(), other.verifier()}).ok());
  EXPECT_FALSE(open_note(note, std::vector<VerifierKey>{}).ok());
}

TEST(Note, RefusesWhatTheFormatRefuses) {
  const std::string line = "\xe2\x80\x94 name AAAAAAAA\n";
  EXPECT_TRUE(parse_note("text\n\n" + line).ok());
  for (const std::string& bad : std::vector<std::string>{
           "text\n", "text\n\n", "text\n" + line, "te\txt\n\n" + line, "te\xffxt\n\n" + line,
           "te\xc0\x80xt\n\n" + line, "te\xed\xa0\x80xt\n\n" + line,
           "text\n\n" + line.substr(0, line.size() - 1), std::string("text\n\n- name AAAAAAAA\n"),
           std::string("text\n\n\xe2\x80\x94 na+me AAAAAAAA\n"),
           std::string("text\n\n\xe2\x80\x94 na\xe3\x80\x80me AAAAAAAA\n"),
           std::string("text\n\n\xe2\x80\x94  AAAAAAAA\n"), std::string("text\n\n\xe2\x80\x94 name AAAA\n"),
           std::string("text\n\n\xe2\x80\x94 name ====\n")})
    EXPECT_FALSE(parse_note(bad).ok()) << bad;
}

TEST(Checkpoint, OneSpellingOnly) {
  const std::string root = base64_encode(leaf_hash("x").view());
  EXPECT_TRUE(parse_checkpoint_text("o\n1\n" + root + "\n").ok());
  EXPECT_TRUE(parse_checkpoint_text("o\n1\n" + root + "\nextension\n").ok());
  for (const std::string& bad : std::vector<std::string>{
           "o\n01\n" + root + "\n", "o\n-1\n" + root + "\n", "o\n1\n" + root, "\n1\n" + root + "\n",
           "o\n1\n" + root.substr(4) + "\n", "o\n1\n" + root + "\n\nx\n", "o\n0\n" + root + "\n",
           "o\n9223372036854775808\n" + root + "\n", std::string("o\n1\n")})
    EXPECT_FALSE(parse_checkpoint_text(bad).ok()) << bad;
}

struct Court {
  NoteSigner log = signer("heng.example/log", KeyType::ed25519, 1);
  std::vector<NoteSigner> witnesses;
  std::string text;
  Court() {
    const char* names[] = {"own", "court", "procuratorate", "bar", "press"};
    text = "# who must have seen it\nlog " + log.verifier().vkey() + "\n";
    for (uint8_t i = 0; i < 5; ++i) {
      witnesses.push_back(
          signer(std::string("w.example/") + names[i], KeyType::cosignature, static_cast<uint8_t>(10 + i)));
      text += std::string("witness ") + names[i] + " " + witnesses[i].verifier().vkey() + "\n";
    }
    text +=
        "group state 2 own court procuratorate\n\tgroup outside any bar press  \ngroup everyone all state "
        "outside\n";
    text += "quorum everyone\n#! operator own\n#! valid press 2024-01-01 2025-01-01\n";
  }
};

constexpr uint64_t kMarch2024 = 1'710'000'000, kMarch2025 = 1'741'000'000;

TEST(Policy, QuorumGroupsAndExpiredKeys) {
  const Court court;
  const auto policy = parse_policy(court.text);
  ASSERT_TRUE(policy.ok()) << policy.error().text();
  Tree tree;
  tree.append(leaf_hash("act"));
  SignedCheckpoint head = checkpoint_by(court.log, tree);
  const auto with = [&](std::vector<std::pair<size_t, uint64_t>> who) {
    SignedCheckpoint out = head;
    for (const auto& [witness, time] : who)
      out.note.signatures.push_back(cosign(court.witnesses[witness], out.note.text, time));
    return apply_policy(*policy, out);
  };
  EXPECT_FALSE(with({}).value().quorum);
  EXPECT_FALSE(with({{0, kMarch2024}, {1, kMarch2024}, {2, kMarch2024}}).value().quorum);
  EXPECT_FALSE(with({{1, kMarch2024}, {3, kMarch2024}, {4, kMarch2024}}).value().quorum);
  const auto enough = with({{1, kMarch2024}, {2, kMarch2024 + 5}, {4, kMarch2024 + 9}});
  EXPECT_TRUE(enough.value().quorum);
  EXPECT_EQ(enough.value().witnessed_at, kMarch2024 + 9);
  const auto expired = with({{1, kMarch2025}, {2, kMarch2025}, {4, kMarch2025}});
  EXPECT_FALSE(expired.value().quorum);
  EXPECT_TRUE(expired.value().expired[4]);

  SignedCheckpoint forged = head;
  Signature lie = cosign(court.witnesses[1], head.note.text, kMarch2024);
  lie.bytes[0] = 1;  // another time than the one signed
  forged.note.signatures.push_back(lie);
  EXPECT_FALSE(apply_policy(*policy, forged).ok());
}

TEST(Policy, RefusesWhatTheFormatRefuses) {
  const Court court;
  const std::string vkey = court.witnesses[0].verifier().vkey(), log = court.log.verifier().vkey();
  EXPECT_TRUE(parse_policy("quorum none\n").ok());
  for (const std::string& bad : std::vector<std::string>{
           std::string(""), std::string("quorum x\n"), std::string("quorum none"),
           "witness none " + vkey + "\nquorum none\n",
           "witness a " + vkey + "\nwitness b " + vkey + "\nquorum a\n", "log " + vkey + "\nquorum none\n",
           "witness a " + log + "\nquorum a\n", "witness a " + vkey + "\ngroup g 2 a\nquorum g\n",
           "witness a " + vkey + "\ngroup g 0 a\nquorum g\n",
           "witness a " + vkey + "\ngroup g 01 a\nquorum g\n",
           "witness a " + vkey + "\ngroup g any a\ngroup h any a\nquorum g\n", "group g any g\nquorum g\n",
           "witness a " + vkey + "\nquorum a\nquorum a\n",
           "witness a " + vkey + "\nquorum a\n#! operator a\n", std::string("quorum none\r\n"),
           std::string("quorum none\n#! surprise\n")})
    EXPECT_FALSE(parse_policy(bad).ok()) << bad;
}

TEST(ProofFile, RoundTripAndCheck) {
  const Court court;
  Tree tree;
  for (int i = 0; i < 1000; ++i) tree.append(leaf_hash("act " + std::to_string(i)));
  ProofFile file{"receipt", 613, inclusion_proof(tree, 613, 1000).value(), checkpoint_by(court.log, tree)};
  const auto parsed = parse_proof_file(file.bytes());
  ASSERT_TRUE(parsed.ok()) << parsed.error().text();
  EXPECT_EQ(parsed->bytes(), file.bytes());
  EXPECT_EQ(parsed->extra, "receipt");
  EXPECT_TRUE(check_proof_file(*parsed, leaf_hash("act 613")).ok());
  EXPECT_FALSE(check_proof_file(*parsed, leaf_hash("act 612")).ok());
  // No prefix of the file is itself a proof file, and no byte of it can change unnoticed by parser, proof or
  // signature.
  const std::string bytes = file.bytes();
  for (size_t length = 0; length < bytes.size(); ++length)
    EXPECT_FALSE(parse_proof_file(bytes.substr(0, length)).ok());
  const std::vector<VerifierKey> keys = {court.log.verifier()};
  const size_t extra_end = bytes.find("index ");
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i >= 23 && i < extra_end) continue;  // the extra line is not authenticated, as the format says
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    const auto read = parse_proof_file(changed);
    if (!read.ok() || read->bytes() == bytes) continue;
    EXPECT_FALSE(check_proof_file(*read, leaf_hash("act 613")).ok() &&
                 open_note(read->checkpoint.note, keys).ok())
        << i;
  }
}

TEST(Witness, StatusesOfTheProtocol) {
  const NoteSigner log = signer("heng.example/log", KeyType::ed25519, 1);
  const WitnessedLog known{log.name, {log.verifier()}};
  Tree tree, other;
  for (int i = 0; i < 9; ++i) tree.append(leaf_hash(std::to_string(i)));
  for (int i = 0; i < 9; ++i) other.append(leaf_hash(std::to_string(i) + "'"));
  const TreeHead at5{5, tree.root(5)}, at9{9, tree.root(9)};
  AddCheckpointRequest request{5, consistency_proof(tree, 5, 9).value(), checkpoint_by(log, tree)};
  const auto reparsed = parse_add_checkpoint(request.body());
  ASSERT_TRUE(reparsed.ok());
  EXPECT_EQ(decide_add_checkpoint(*reparsed, &known, at5).status, 200);
  EXPECT_EQ(decide_add_checkpoint(*reparsed, nullptr, at5).status, 403);
  EXPECT_EQ(decide_add_checkpoint(*reparsed, &known, at9).status, 409);
  EXPECT_EQ(decide_add_checkpoint(*reparsed, &known, at9).known_size, 9u);
  EXPECT_EQ(decide_add_checkpoint(*reparsed, &known, {}).status, 409);

  AddCheckpointRequest same{9, {}, checkpoint_by(log, tree)};
  EXPECT_EQ(decide_add_checkpoint(same, &known, at9).status, 200);  // a heartbeat
  AddCheckpointRequest fork{9, {}, checkpoint_by(log, other)};
  EXPECT_EQ(decide_add_checkpoint(fork, &known, at9).status, 422);
  EXPECT_TRUE(decide_add_checkpoint(fork, &known, at9).evidence_of_fork);
  AddCheckpointRequest forked_growth{5, consistency_proof(other, 5, 9).value(), checkpoint_by(log, other)};
  EXPECT_EQ(decide_add_checkpoint(forked_growth, &known, at5).status, 422);
  AddCheckpointRequest shrinking{12, {}, checkpoint_by(log, tree)};
  EXPECT_EQ(decide_add_checkpoint(shrinking, &known, at9).status, 400);
  AddCheckpointRequest first{0, {}, checkpoint_by(log, tree)};
  EXPECT_EQ(decide_add_checkpoint(first, &known, {}).status, 200);
  first.proof.push_back({});
  EXPECT_EQ(decide_add_checkpoint(first, &known, {}).status, 422);
  AddCheckpointRequest bad = same;
  bad.checkpoint.note.signatures[0].bytes[3] ^= 1;
  EXPECT_EQ(decide_add_checkpoint(bad, &known, at9).status, 403);
}

}  // namespace
}  // namespace heng::tlog
