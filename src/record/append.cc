// Acts into the record: drafted apart from one another on all cores, then numbered and chained in their order, signed,
// and made durable in two steps, the keys before the entries.
#include <algorithm>
#include <map>

#include "act/json.h"
#include "record/record.h"

namespace heng::record {

namespace {

constexpr size_t kAtOnce = 8;

// All of an act's randomness.
struct Secrets {
  Key blind{}, key{}, seed{};
  Nonce nonce{}, wrapping_nonce{};
};
static_assert(sizeof(Secrets) == 3 * sizeof(Key) + 2 * sizeof(Nonce));

}  // namespace

// What can be done for an act without knowing of any other.
struct Record::Draft {
  Secrets secrets;
  std::string plain;  // seed and canonical act
  tlog::Hash hash;    // of the canonical act
  std::string body;
  std::optional<Error> refusal;
  const Signer* signer = nullptr;
  Leaf leaf;
  std::string message;  // what its signature is over, if it is signed alone
};

namespace {

// What decides whether two acts are the same: when they were recorded does not.
void append_unrecorded_json(std::string& out, const Act& act) {
  if (!act.recorded) return append_act_json(out, act);
  Act plain = act;
  plain.recorded.reset();
  append_act_json(out, plain);
}

Error stopped() {
  return Error{ErrorKind::environment, "record-stopped",
               "an earlier write failed: this process may not write any more", "",
               "end the process and start it again; it will read what is really on the disk"};
}

Error too_long() {
  return Error{ErrorKind::bad_input, "entry-too-long", "the act is longer than 768 KiB", "",
               "put documents beside the record and record their hashes"};
}

}  // namespace

// Several at once, so that their hashes are interleaved.
void Record::draft(std::span<const Act> acts, std::span<Draft> drafts) {
  HENG_ASSERT(acts.size() <= kAtOnce);
  std::string_view views[kAtOnce];
  tlog::Hash hashes[kAtOnce];
  for (size_t i = 0; i < acts.size(); ++i) {
    const Seed& seed = drafts[i].secrets.seed;
    drafts[i].plain.reserve(kSeedBytes + 512);
    drafts[i].plain.assign(reinterpret_cast<const char*>(seed.data()), seed.size());
    append_unrecorded_json(drafts[i].plain, acts[i]);
    views[i] = std::string_view(drafts[i].plain).substr(kSeedBytes);
  }
  tlog::sha256_many(std::span(views, acts.size()), hashes);
  for (size_t i = 0; i < acts.size(); ++i) {
    drafts[i].hash = hashes[i];
    draft(acts[i], views[i], drafts[i]);
    views[i] = drafts[i].body;
  }
  tlog::sha256_many(std::span(views, acts.size()), hashes);
  for (size_t i = 0; i < acts.size(); ++i)
    if (drafts[i].leaf.body) drafts[i].leaf.body->ciphertext = hashes[i];
}

// All but the hashes.
void Record::draft(const Act& act, std::string_view json, Draft& out) {
  if (act.type.size() > kMaxKindBytes) {
    out.refusal = Error{ErrorKind::bad_input, "act-type-too-long", "the type of the act is longer than 512 bytes", "", "use a shorter name"};
    return;
  }
  auto fields = fields_of(json);
  if (!fields.ok()) {
    out.refusal = fields.error();
    return;
  }
  SealedBody sealed = encrypt_body(out.plain, out.secrets.key, out.secrets.nonce);
  out.body = std::move(sealed.bytes);
  if (Wal::entry_bytes({"", out.body}) > kMaxBodyBytes) out.refusal = too_long();
  out.leaf.kind = act.type;
  out.leaf.at = format_rfc3339(act.at);
  out.leaf.body = BodyRef{{}, sealed.commitment, FieldTree(std::move(*fields), out.secrets.seed).root(), out.body.size()};
}

// Gives the leaf its numbers and its place in its case.
Result<void> Record::number(Leaf& leaf, const Signer& signer, Instant now, std::string& message) {
  leaf.key = signer.key_id;
  leaf.agency_seq = agency_seq_[leaf.agency] + 1;
  if (leaf.case_handle) {
    const auto before = cases_.find(*leaf.case_handle);
    leaf.case_seq = before == cases_.end() ? 1 : before->second.seq + 1;
    if (leaf.case_seq > 1) leaf.previous = before->second.last;
  }
  // Strictly rising even if the clock stands or is set back.
  const Instant recorded{std::max(now.us, last_recorded_.us + 1)};
  leaf.recorded = format_rfc3339({recorded, 0});
  if (leaf.at.empty()) leaf.at = leaf.recorded;
  message = signed_message(leaf);
  const size_t most = unsigned_part(message).size() + kMaxSignatureBytes;
  if (most > kMaxLeafBytes || most + (leaf.body ? leaf.body->size : 0) > log_->most_entry_bytes()) return too_long();
  last_recorded_ = recorded;
  return {};
}

Result<Record::Pending> Record::prepare(const std::vector<Act>& acts, Instant now, const std::string& as, Signing signing) {
  return prepare_all(acts, now, as, signing, nullptr);
}

Result<Record::Pending> Record::prepare_all(const std::vector<Act>& acts, Instant now, const std::string& as, Signing signing,
                                            const std::vector<std::vector<tlog::Hash>>* acknowledges) {
  if (broken_) return stopped();
  std::vector<Draft> drafts(acts.size());
  std::vector<Secrets> secrets(acts.size());
  random_->fill(reinterpret_cast<uint8_t*>(secrets.data()), secrets.size() * sizeof(Secrets));
  for (size_t i = 0; i < acts.size(); ++i) {
    Draft& made = drafts[i];
    made.leaf.agency = agency_signers_.contains(acts[i].agency) ? acts[i].agency : as;
    HENG_TRY(made.signer, signer_of(made.leaf.agency));
    made.secrets = secrets[i];
    made.leaf.blind.bytes = secrets[i].blind;
    if (acknowledges != nullptr) made.leaf.acknowledges = (*acknowledges)[i];
  }
  workers_.each((acts.size() + kAtOnce - 1) / kAtOnce, [&](size_t group) {
    const size_t begin = group * kAtOnce, count = std::min(kAtOnce, acts.size() - begin);
    draft(std::span(acts).subspan(begin, count), std::span(drafts).subspan(begin, count));
  });

  // From here on the record counts on every act that is not refused.
  Pending out;
  out.first = next_index_;
  std::vector<Draft*> taken;
  std::vector<Receipt> repeated;
  for (size_t i = 0; i < acts.size(); ++i) {
    const Act& act = acts[i];
    Draft& made = drafts[i];
    const auto refuse = [&](Error why) { out.said.refused.push_back({i, act.id, std::move(why)}); };
    if (const auto known = ids_.find(act.id); known != ids_.end()) {
      if (known->second.second == made.hash)
        repeated.push_back({i, act.id, known->second.first, {}, true});
      else
        refuse({ErrorKind::conflict, "act-conflict", "an act with the id `" + act.id + "` and other content is recorded already",
                "", "correct it with a new act that says `corrects`"});
      continue;
    }
    if (acknowledges == nullptr && act.type.starts_with("heng.")) {
      refuse({ErrorKind::denied, "act-reserved", "the type `" + act.type + "` is the record's own", "", "use another name"});
      continue;
    }
    if (made.refusal) {
      refuse(std::move(*made.refusal));
      continue;
    }
    if (const Result<void> open = vault_->is_open(act.case_id); !open.ok()) {
      refuse(open.error());
      continue;
    }
    if (!act.case_id.empty()) {
      made.leaf.case_handle = vault_->case_handle(act.case_id);
      if (sealed_.contains(*made.leaf.case_handle)) {
        refuse(sealed_case());
        continue;
      }
    }
    if (const Result<void> numbered = number(made.leaf, *made.signer, now, made.message); !numbered.ok()) {
      refuse(numbered.error());
      continue;
    }
    vault_->add_act_key(act.case_id, made.leaf.blind, made.secrets.key, made.secrets.wrapping_nonce);
    out.said.receipts.push_back({i, act.id, next_index_, {}, false});
    take_in(next_index_++, made.leaf, tlog::leaf_hash(unsigned_part(made.message)), act.case_id, act.id, made.hash);
    taken.push_back(&made);
  }
  out.keys = vault_->take();
  out.said.receipts.insert(out.said.receipts.end(), repeated.begin(), repeated.end());

  if (signing == Signing::batch) {
    std::map<const Signer*, std::pair<std::vector<Leaf*>, std::vector<std::string_view>>> groups;
    for (Draft* made : taken) {
      auto& [leaves, messages] = groups[made->signer];
      leaves.push_back(&made->leaf);
      messages.push_back(made->message);
    }
    for (const auto& [signer, group] : groups) sign_batch(group.first, group.second, signer->note.key);
  }
  out.leaves.resize(taken.size());
  out.bodies.resize(taken.size());
  workers_.each((taken.size() + kAtOnce - 1) / kAtOnce, [&](size_t group) {
    for (size_t i = group * kAtOnce; i < std::min((group + 1) * kAtOnce, taken.size()); ++i) {
      Draft& made = *taken[i];
      if (signing == Signing::each) made.leaf.signature = made.signer->note.key.sign(made.message);
      out.leaves[i] = made.leaf.bytes_from(unsigned_part(made.message));
      out.bodies[i] = std::move(made.body);
    }
  });
  return out;
}

Result<void> Record::store_keys(const Pending& pending) {
  if (broken_) return stopped();
  Result<void> stored = vault_->store(pending.keys);
  if (!stored.ok()) broken_ = true;
  return stored;
}

Result<Record::Appended> Record::commit(Pending pending) {
  if (broken_) return stopped();
  std::vector<Entry> entries;
  entries.reserve(pending.leaves.size());
  for (size_t i = 0; i < pending.leaves.size(); ++i) entries.push_back({pending.leaves[i], pending.bodies[i]});
  std::vector<tlog::Hash> hashes(entries.size());
  if (!entries.empty()) {
    const Result<uint64_t> first = log_->append(entries, hashes.data());
    if (!first.ok()) {
      broken_ = true;
      return first.error();
    }
    HENG_ASSERT(*first == pending.first);
  }
  for (Receipt& receipt : pending.said.receipts) {
    if (receipt.index >= pending.first) {
      receipt.leaf = hashes[static_cast<size_t>(receipt.index - pending.first)];
    } else {
      HENG_TRY(receipt.leaf, log_->leaf_hash(receipt.index));
    }
  }
  return std::move(pending.said);
}

Result<Record::Appended> Record::append(const std::vector<Act>& acts, Instant now, const std::string& as, Signing signing) {
  return append_all(acts, now, as, signing, nullptr);
}

Result<Record::Appended> Record::append_all(const std::vector<Act>& acts, Instant now, const std::string& as, Signing signing,
                                            const std::vector<std::vector<tlog::Hash>>* acknowledges) {
  HENG_TRY(Pending pending, prepare_all(acts, now, as, signing, acknowledges));
  HENG_TRY_VOID(store_keys(pending));
  return commit(std::move(pending));
}

Result<Receipt> Record::append_system(std::string_view kind, const std::string& case_id, const std::string& agency,
                                      std::vector<JsonMember> note, Instant now) {
  if (broken_) return stopped();
  Leaf leaf;
  leaf.kind = kind;
  leaf.agency = agency;
  HENG_TRY(const Signer* signer, signer_of(agency));
  if (!case_id.empty()) {
    leaf.case_handle = vault_->case_handle(case_id);
    if (!cases_.contains(*leaf.case_handle))
      return Error{ErrorKind::not_found, "case-missing", "the record has no case `" + case_id + "`", "", ""};
  }
  random_->fill(leaf.blind.bytes.data(), leaf.blind.bytes.size());
  leaf.note = std::move(note);
  std::string message;
  HENG_TRY_VOID(number(leaf, *signer, now, message));
  leaf.signature = signer->note.key.sign(message);
  Pending pending;
  pending.first = next_index_;
  pending.leaves = {leaf.bytes_from(unsigned_part(message))};
  pending.bodies = {""};
  pending.keys = vault_->take();
  pending.said.receipts.push_back({0, "", next_index_, {}, false});
  take_in(next_index_++, leaf, tlog::leaf_hash(unsigned_part(message)), case_id, "", {});
  HENG_TRY_VOID(store_keys(pending));
  HENG_TRY(Appended done, commit(std::move(pending)));
  return done.receipts[0];
}

}  // namespace heng::record
