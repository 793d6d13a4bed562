#include "record/record.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <mutex>
#include <random>

#include "act/json.h"
#include "record/intake.h"
#include "record/receipt.h"
#include "record/sim_disk_test.h"
#include "record/twin.h"

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

Lines lines_of(const std::vector<Act>& acts, const std::string& agency = "") {
  std::string text;
  for (const Act& one : acts) text += act_to_json(one) + "\n";
  return Lines::in(std::move(text), agency);
}

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
  EXPECT_EQ(record_->audit().value().entries, 6u);
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
  // Until the act says so the case stays closed; a crash between leaves the quorum a second try, and nobody else.
  EXPECT_EQ(record_->read(1)->closed, "sealed");
  EXPECT_FALSE(record_->vault().unseal("C1", wrong).ok());
  ASSERT_TRUE(record_->vault().unseal("C1", shares).ok());
  ASSERT_TRUE(record_->append_system(kUnsealed, "C1", "police", {}, kNow).ok());
  reopen();
  EXPECT_TRUE(record_->read(1)->act.has_value());
  EXPECT_EQ(record_->audit().value().entries, 5u);
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
  EXPECT_EQ(record_->audit().value().entries, 4u);
}

TEST_F(RecordTest, ACrashBeforeTheKeyIsDestroyedIsMadeGood) {
  put({act("a1", "C1")});
  ASSERT_TRUE(
      record_->append_system(kShredded, "C1", "police", {{"entry", Json::of(uint64_t{1})}}, kNow).ok());
  const tlog::Hash blind = record_->leaf(1)->blind;
  EXPECT_TRUE(record_->vault().act_key(blind).ok());
  EXPECT_EQ(record_->read(1)->closed, "shredded");  // nobody reads on in between
  reopen();
  EXPECT_FALSE(record_->vault().act_key(blind).ok());
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
  EXPECT_EQ(record_->audit().value().entries, record_->log().size());
}

// Two keys that open one ciphertext to two contents exist for plain Poly1305; the commitment refuses all but
// one.
TEST(Vault, OneCiphertextHasOneKey) {
  FixedRandom random(1);
  const Key key = random.key(), other = random.key();
  const SealedBody body = encrypt_body("content", key, random.nonce());
  EXPECT_EQ(decrypt_body(body.bytes, body.commitment, key).value(), "content");
  EXPECT_FALSE(decrypt_body(body.bytes, body.commitment, other).ok());
  const SealedBody elsewhere = encrypt_body("other content", other, random.nonce());
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
          fresh.emplace_back(blind, random.key());
          vault->fill_act(vault->add_act(blind), vault->known("case " + std::to_string(i % 3)), blind, fresh.back().second, random.nonce());
        }
        if (!vault->store().ok()) break;
        kept.insert(kept.end(), fresh.begin(), fresh.end());
      }
    auto after = disk.after_crash(point);
    auto vault = Vault::open(*after, "v", random);
    ASSERT_TRUE(vault.ok()) << point << vault.error().text();
    for (const auto& [blind, key] : kept) EXPECT_EQ(vault->act_key(blind).value(), key) << point;
    const tlog::Hash blind{random.key()};
    const Key key = random.key();
    vault->fill_act(vault->add_act(blind), vault->known("case 1"), blind, key, random.nonce());
    ASSERT_TRUE(vault->store().ok());
    auto again = Vault::open(*after, "v", random);
    EXPECT_EQ(again->act_key(blind).value(), key);
  }
}

// A reader says that it reads and what it finds; the writer records it, a finding once however often it is left.
TEST_F(RecordTest, WhatReadersLeaveIsRecorded) {
  put({act("a1", "C1")});
  Act finding = act("finding-f-1", "C1");
  finding.type = kFinding;
  const std::vector<tlog::Hash> rests_on{record_->log().leaf_hash(1).value()};
  ASSERT_TRUE(record_->announce_read(1, 1, "inspectorate", "review", kNow).ok());
  ASSERT_TRUE(record_->leave_finding(finding, rests_on, kNow).ok());
  ASSERT_TRUE(record_->leave_finding(finding, rests_on, kNow).ok());
  EXPECT_EQ(record_->findings_left().value().size(), 2u);
  const auto outsider = record_->append({finding}, kNow, "police", Record::Signing::each);
  ASSERT_TRUE(outsider.ok());
  EXPECT_EQ(outsider->refused.at(0).error.code, "act-reserved");
  EXPECT_EQ(record_->take_inbox(kNow, "police").value(), 3u);
  EXPECT_EQ(record_->take_inbox(kNow, "police").value(), 0u);
  reopen();
  ASSERT_EQ(record_->log().size(), 4u);
  EXPECT_EQ(record_->leaf(2).value().kind, kRead);
  const auto stored = record_->read(3);
  ASSERT_TRUE(stored.ok() && stored->act);
  EXPECT_EQ(stored->closed, "finding");
  EXPECT_EQ(stored->leaf.acknowledges, rests_on);
  EXPECT_TRUE(record_->audit().ok());
}

// Between the act that says so and the deed the key is still there; nobody reads with it, and nobody adds.
TEST_F(RecordTest, WhatTheLogCallsSealedIsNotReadWhateverKeysAreThere) {
  put({act("a1", "C1")});
  ASSERT_TRUE(record_->append_system(kSealed, "C1", "police", {}, kNow).ok());
  for (int round = 0; round < 2; ++round, reopen()) {
    const auto stored = record_->read(1);
    ASSERT_TRUE(stored.ok());
    EXPECT_FALSE(stored->act);
    EXPECT_EQ(stored->closed, "sealed");
    const auto more = record_->append({act("a2", "C1")}, kNow, "police", Record::Signing::each);
    ASSERT_TRUE(more.ok());
    EXPECT_EQ(more->refused.at(0).error.code, "case-sealed");
  }
  ASSERT_TRUE(record_->append_system(kUnsealed, "C1", "police", {}, kNow).ok());
  EXPECT_TRUE(record_->read(1)->act);
}

TEST_F(RecordTest, AReaderTakesInWhatTheWriterAdds) {
  put({act("a1", "C1")});
  auto reader = std::move(Record::open(disk_, {"r", "s", "v", "k", false}, random_).value());
  EXPECT_FALSE(reader->refresh().value());
  put({act("a2", "C2"), act("a3", "C1")}, Record::Signing::batch);
  EXPECT_TRUE(reader->refresh().value());
  EXPECT_EQ(reader->read(3)->act->id, "a3");
  EXPECT_EQ(reader->case_entries("C1"), (std::vector<uint64_t>{1, 3}));
  ASSERT_TRUE(record_->shred("a2", "police", "order", kNow).ok());
  EXPECT_TRUE(reader->refresh().value());
  EXPECT_EQ(reader->read(2)->closed, "shredded");
}

// Lines that cannot be read are refused by themselves, with their numbers; so are acts of others.
TEST_F(RecordTest, AnIntakeReadsLines) {
  Act foreign = act("f1", "C1");
  foreign.agency = "court";
  const std::string text = act_to_json(act("a1", "C1")) + "\n\n{\"id\":1}\n" + act_to_json(foreign) + "\r\n  \n" + act_to_json(act("a2", "C1"));
  const Lines lines = Lines::in(text, "police");
  ASSERT_EQ(lines.places.size(), 4u);
  Record::Appended said;
  Intake intake(*record_, [] { return kNow; }, "police");
  ASSERT_TRUE(intake.submit(lines, Record::Signing::batch, [&](Result<Record::Appended> done) { said = std::move(*done); }));
  intake.finish();
  ASSERT_EQ(said.receipts.size(), 2u);
  EXPECT_EQ(said.receipts[1].position, 3u);
  EXPECT_EQ(record_->read(said.receipts[1].index)->act->id, "a2");
  ASSERT_EQ(said.refused.size(), 2u);
  EXPECT_TRUE(said.refused[0].unread);
  EXPECT_EQ(said.refused[0].line, 3u);
  EXPECT_EQ(said.refused[0].error.code, "act-field-type");
  EXPECT_EQ(said.refused[1].line, 4u);
  EXPECT_EQ(said.refused[1].error.code, "act-agency");
}

// Many submissions, few commits; each gets its own receipts back, and what is wrong with one harms no other.
TEST_F(RecordTest, AnIntakeCommitsTogetherAndAnswersEach) {
  constexpr size_t kSubmissions = 60;
  std::vector<Record::Appended> answers(kSubmissions);
  {
    Intake intake(*record_, [] { return kNow; }, "police");
    for (size_t i = 0; i < kSubmissions; ++i) {
      const std::string name = "s" + std::to_string(i);
      std::vector<Act> acts{act(name + "-a", "C" + std::to_string(i % 7)), act("shared", "C1", i == 0 ? "first" : "other"),
                            act(name + "-b", "C1")};
      const auto signing = i % 3 == 0 ? Record::Signing::batch : Record::Signing::each;
      ASSERT_TRUE(intake.submit(lines_of(acts), signing, [&answers, i](Result<Record::Appended> done) {
        ASSERT_TRUE(done.ok());
        answers[i] = std::move(*done);
      }));
    }
    intake.finish();
    EXPECT_FALSE(intake.submit(lines_of({act("late", "C1")}), Record::Signing::each, [](const auto&) { FAIL(); }));
  }
  for (size_t i = 0; i < kSubmissions; ++i) {
    ASSERT_EQ(answers[i].receipts.size(), i == 0 ? 3u : 2u) << i;
    for (const Receipt& receipt : answers[i].receipts) {
      EXPECT_EQ(record_->read(receipt.index)->act->id, receipt.id);
      EXPECT_EQ(record_->log().leaf_hash(receipt.index).value(), receipt.leaf);
      EXPECT_EQ(receipt.id == "shared" ? 1u : receipt.id.ends_with("-a") ? 0u : 2u, receipt.position);
    }
    if (i > 0) {
      EXPECT_EQ(answers[i].refused.at(0).position, 1u);
    }
  }
  EXPECT_TRUE(record_->audit().ok());
}

// A record that serves on a disk that fails or dies at some call: submissions from a client, checkpoints beside them.
// Gives what was acknowledged.
std::map<std::string, Receipt> serve_until_it_dies(SimDisk& disk, uint64_t seed) {
  std::map<std::string, Receipt> acknowledged;
  std::mt19937_64 random(seed);
  FixedRandom secrets(seed);
  const RecordOptions options{"r", "s", "v", "k", true};
  auto opened = Record::open(disk, options, secrets);
  if (!opened.ok()) return acknowledged;
  Record& record = **opened;
  std::mutex mutex;
  int last_kept = -1, first_lost = 1000;
  {
    Intake intake(record, [] { return kNow; }, "police");
    for (int step = 0; step < 14; ++step) {
      std::vector<Act> acts;
      for (uint64_t i = 0; i <= random() % 6; ++i)
        acts.push_back(act(std::to_string(seed) + "-" + std::to_string(step) + "-" + std::to_string(i), "C" + std::to_string(random() % 4),
                           std::string(random() % 300, 'g')));
      const auto signing = random() % 2 == 0 ? Record::Signing::batch : Record::Signing::each;
      (void)intake.submit(lines_of(acts), signing, [&, step](Result<Record::Appended> done) {
        const std::lock_guard lock(mutex);
        (done.ok() ? last_kept : first_lost) = done.ok() ? std::max(last_kept, step) : std::min(first_lost, step);
        if (done.ok())
          for (const Receipt& receipt : done->receipts) acknowledged.emplace(receipt.id, receipt);
      });
      if (random() % 4 == 0) intake.exclusively([&](Record& quiet) { (void)quiet.append_system(kRead, "", "police", {}, kNow); });
      if (random() % 3 == 0)
        if (const auto head = record.log().sign(record.log_signer()); head.ok()) (void)record.log().publish(*head);
    }
    intake.finish();
    // Once something was lost nothing behind it is promised any more.
    EXPECT_LT(last_kept, first_lost);
    EXPECT_EQ(intake.stopped(), first_lost < 1000);
  }
  return acknowledged;
}

// After a crash: every act that was acknowledged is there where its receipt says, no entry is without its key, and the
// record goes on.
void expect_kept(SimDisk& disk, const std::map<std::string, Receipt>& acknowledged, uint64_t seed) {
  FixedRandom secrets(seed + 1);
  auto opened = Record::open(disk, {"r", "s", "v", "k", true}, secrets);
  ASSERT_TRUE(opened.ok()) << seed << ": " << opened.error().text();
  Record& record = **opened;
  for (const auto& [id, receipt] : acknowledged) {
    ASSERT_LT(receipt.index, record.log().size()) << seed;
    const auto stored = record.read(receipt.index);
    ASSERT_TRUE(stored.ok() && stored->act) << seed << ": " << id;
    ASSERT_EQ(stored->act->id, id) << seed;
    ASSERT_EQ(record.log().leaf_hash(receipt.index).value(), receipt.leaf) << seed;
  }
  for (uint64_t i = 0; i < record.log().size(); ++i) {
    const auto stored = record.read(i);
    ASSERT_TRUE(stored.ok() && (stored->act || stored->closed == "system")) << seed << ": entry " << i << " " << stored->closed;
  }
  const auto audit = record.audit();
  ASSERT_TRUE(audit.ok()) << seed << ": " << audit.error().text();
  const auto more = record.append({act("after-" + std::to_string(seed), "C1")}, kNow, "police", Record::Signing::each);
  ASSERT_TRUE(more.ok() && more->receipts.size() == 1) << seed;
}

std::unique_ptr<SimDisk> disk_with_record() {
  auto disk = std::make_unique<SimDisk>();
  FixedRandom random(1);
  EXPECT_TRUE(Record::create(*disk, {"r", "s", "v", "k", true, 65536}, "record.example/r", "police", kNow, random).ok());
  return disk;
}

// A tenth of HENG_CRASH_POINTS (20 by default), twice each: a crash, and a crash in the life after it.
TEST(Intake, LosesNothingAcknowledgedInACrashAtAnyCall) {
  const char* wanted = std::getenv("HENG_CRASH_POINTS");
  const uint64_t points = wanted ? std::strtoull(wanted, nullptr, 10) / 10 : 20;
  size_t kept = 0;
  for (uint64_t point = 0; point < points; ++point) {
    std::mt19937_64 random(point);
    const auto disk = disk_with_record();
    disk->crash_at = disk->calls + random() % 160;
    auto acknowledged = serve_until_it_dies(*disk, 2 * point);
    const auto after = disk->after_crash(random());
    after->crash_at = after->calls + random() % 80;
    acknowledged.merge(serve_until_it_dies(*after, 2 * point + 1));
    const auto later = after->after_crash(random());
    expect_kept(*later, acknowledged, point);
    if (testing::Test::HasFailure()) return;
    kept += acknowledged.size();
  }
  EXPECT_GT(kept, points);
}

TEST(Intake, StopsAfterAnyFailedCallAndLosesNothing) {
  for (uint64_t call = 0; call < 120; ++call) {
    const auto disk = disk_with_record();
    disk->fail_at = disk->calls + call;
    const auto acknowledged = serve_until_it_dies(*disk, call);
    expect_kept(*disk->after_crash(call), acknowledged, call);
    if (testing::Test::HasFailure()) return;
  }
}

// What the format cannot hold is refused by itself and harms nothing.
TEST_F(RecordTest, ActsThatDoNotFitAreRefused) {
  Act long_type = act("t1", "C1"), many_fields = act("f1", "C1"), long_text = act("b1", "C1");
  long_type.type = std::string(kMaxKindBytes + 1, 't');
  Value list;
  list.kind = Value::Kind::list;
  list.items.assign(300, Value::of(true));
  Value lists = list;
  lists.items.assign(300, list);
  many_fields.data.emplace_back("n", lists);
  long_text.data.emplace_back("text", Value::of(std::string(kMaxBodyBytes, 'x')));
  const auto done = record_->append({act("a1", "C1"), long_type, many_fields, long_text, act("a2", "C1"), act("a2", "C1")}, kNow, "police",
                                    Record::Signing::batch);
  ASSERT_TRUE(done.ok());
  ASSERT_EQ(done->refused.size(), 3u);
  EXPECT_EQ(done->refused[0].error.code, "act-type-too-long");
  EXPECT_EQ(done->refused[1].error.code, "act-fields");
  EXPECT_EQ(done->refused[2].error.code, "entry-too-long");
  // The same act twice in one commit: both who handed it in get its receipt.
  ASSERT_EQ(done->receipts.size(), 3u);
  EXPECT_TRUE(done->receipts[2].repeated);
  EXPECT_EQ(done->receipts[2].leaf, done->receipts[1].leaf);
  reopen();
  EXPECT_EQ(record_->read(2)->act->id, "a2");
  EXPECT_TRUE(record_->audit().ok());
}

TEST_F(RecordTest, AReceiptIsAPromiseThatAProofKeepsOrBreaks) {
  const auto done = record_->append({act("a1", "C1"), act("a2", "C1")}, kNow, "police", Record::Signing::each);
  ASSERT_TRUE(done.ok());
  std::vector<ReceiptLine> lines;
  for (const Receipt& receipt : done->receipts) lines.push_back({receipt.index, receipt.leaf});
  const std::string receipt = receipt_note("record.example/r", lines, record_->log_signer()).bytes();
  first_key_ = record_->agency_key("police").value();
  EXPECT_EQ(verify_file({receipt, std::nullopt}, policy()).exit_code(), 0);
  for (size_t i = 0; i < receipt.size(); ++i) {
    std::string changed = receipt;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_NE(verify_file({changed, std::nullopt}, policy()).exit_code(), 0) << i;
  }
  const tlog::SignedCheckpoint at = head();
  const std::string kept = record_->prove(2, at)->bytes(), silent = record_->prove(0, at)->bytes();
  EXPECT_EQ(compare_files(receipt, kept, std::nullopt, policy()).exit_code(), 0);
  EXPECT_EQ(compare_files(kept, receipt, std::nullopt, policy()).exit_code(), 0);
  EXPECT_EQ(compare_files(receipt, silent, std::nullopt, policy()).exit_code(), 10);
  lines[1].leaf = lines[0].leaf;
  const std::string broken = receipt_note("record.example/r", lines, record_->log_signer()).bytes();
  EXPECT_EQ(compare_files(broken, kept, std::nullopt, policy()).failure(), Failure::fork);
}

TEST_F(RecordTest, TheTwinFollowsAndNeverMixes) {
  ASSERT_TRUE(Twin::create(disk_, "r", "k").ok());
  auto twin = std::move(Twin::open(disk_, "r").value());
  EXPECT_EQ(twin.audit(record_->log()).error().code, "checkpoint-missing");
  for (int round = 0; round < 3; ++round) {
    put({act("a" + std::to_string(round), "C1"), act("b" + std::to_string(round), "C2")});
    const tlog::Hash root = twin.extend(record_->log()).value();
    ASSERT_TRUE(record_->append_system(kTwin, "", "police",
                                       {{"sha256", Json::of(to_base64(record_->log().tree().root()))},
                                        {"size", Json::of(record_->log().size())},
                                        {"sm3", Json::of(to_base64(root))}},
                                       kNow).ok());
    ASSERT_TRUE(twin.extend(record_->log()).ok());
    ASSERT_TRUE(twin.sign(record_->log().origin(), "k").ok());
    twin = std::move(Twin::open(disk_, "r").value());
  }
  EXPECT_EQ(twin.audit(record_->log()).value(), record_->log().size());
  for (uint64_t i = 0; i < record_->log().size(); ++i) {
    const std::string proof = twin.prove(record_->log(), i).value();
    const auto shown = verify_twin_proof(proof, twin.public_key());
    ASSERT_TRUE(shown.ok()) << shown.error().text();
    EXPECT_EQ(shown->leaf, record_->log().leaf(i).value());
    EXPECT_NE(shown->origin, record_->log().origin());
    EXPECT_EQ(verify_file({proof, std::nullopt}, policy()).exit_code(), 3);  // no proof in the record's own tree
    std::string other = proof;
    other[proof.find("\"leaf\":") + 40] ^= 1;
    EXPECT_FALSE(verify_twin_proof(other, twin.public_key()).ok());
  }
  // Hashes that somebody changed do not become a second history.
  (*disk_.content("r/twin/hashes"))[40] ^= 1;
  twin = std::move(Twin::open(disk_, "r").value());
  put({act("last", "C1")});
  ASSERT_TRUE(twin.extend(record_->log()).ok());
  EXPECT_EQ(twin.sign(record_->log().origin(), "k").error().code, "twin-forked");
}

}  // namespace
}  // namespace heng::record
