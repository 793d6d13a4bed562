// Acts into the record: drafted apart from one another on all cores, then numbered and chained in their order, signed,
// and made durable in two steps, the keys before the entries.
#include <sodium.h>

#include <algorithm>
#include <map>

#include "act/json.h"
#include "record/record.h"

namespace heng::record {

namespace {

// So many acts go through each step together: their hashes fill the lanes.
constexpr size_t kAtOnce = 16;
constexpr size_t kNone = SIZE_MAX;
// A leaf of an act is never longer: type and agency may be escaped sixfold, 256 entries may be acknowledged.
constexpr size_t kMostActLeaf = size_t{24} << 10;

// Memory that is kept for the next commit: of a text, and for so many acts.
constexpr size_t kMostReused = size_t{16} << 10, kMostDrafts = 4096;

// All of an act's randomness.
struct Secrets {
  Key blind{}, key{}, seed{};
  Nonce nonce{}, wrapping_nonce{};
};
static_assert(sizeof(Secrets) == 3 * sizeof(Key) + 2 * sizeof(Nonce));

}  // namespace

// One act on its way into the record.
struct Record::Draft {
  // Of the act alone.
  Secrets secrets;
  std::string id, case_id, type;
  std::string plain;  // seed and canonical act
  ActHashes hashes;
  std::string body;
  std::optional<Error> refusal;
  bool unread = false;
  const Signer* signer = nullptr;
  Leaf leaf;
  // With regard to those before it.
  Instant recorded;
  CaseState* in_case = nullptr;
  size_t before = kNone;  // the act before it in its case, if it is of this commit: its place among those taken
  size_t wave = 0;        // so many acts of its case stand before it in this commit
  const Vault::Known* known = nullptr;
  size_t key_place = 0;
  std::string message;  // what its signature is over, if it is signed alone
  tlog::Hash content, message_hash;  // leaf hashes of the leaf without signature, and of the message

  void clear() {
    refusal.reset();
    unread = false;
    for (std::string* text : {&id, &case_id, &type, &plain, &body, &message, &leaf.at, &leaf.recorded}) {
      if (text->capacity() > kMostReused) *text = {};
      text->clear();
    }
    signer = nullptr;
    leaf.acknowledges.clear();
    leaf.body.reset();
    leaf.case_handle.reset();
    leaf.case_seq = 0;
    leaf.previous.reset();
    in_case = nullptr;
    before = kNone;
    wave = 0;
    known = nullptr;
  }
};

// What is asked for.
struct Record::Round {
  size_t count;
  const ActAt& act_at;
  Instant now;
  const std::string& as;
  const Signer* by_default;  // signs for agencies without a key here; nullptr if there is no such signer
  const std::vector<std::vector<tlog::Hash>>* acknowledges;  // of findings
};

Record::Record(Disk& disk, RecordOptions options) : disk_(&disk), options_(std::move(options)) {}
Record::~Record() = default;

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

std::span<Record::Draft> Record::fresh_drafts(size_t count) {
  if (drafts_.size() < count) drafts_.resize(count);
  std::vector<Secrets> secrets(count);
  random_->fill(reinterpret_cast<uint8_t*>(secrets.data()), count * sizeof(Secrets));
  for (size_t i = 0; i < count; ++i) {
    drafts_[i].clear();
    drafts_[i].secrets = secrets[i];
    drafts_[i].leaf.blind.bytes = secrets[i].blind;
  }
  sodium_memzero(secrets.data(), count * sizeof(Secrets));
  return std::span(drafts_).first(count);
}

// What can be said of an act by itself, but for the hashes.
void Record::read_act(const Round& round, size_t index, Draft& out) const {
  thread_local Act space;
  const Result<const Act*> read = round.act_at(index, space);
  if (!read.ok()) {
    out.refusal = read.error();
    out.unread = true;
    return;
  }
  const Act& act = **read;
  out.id = act.id;
  out.case_id = act.case_id;
  out.type = act.type;
  const auto signer = agency_signers_.find(act.agency);
  out.signer = signer != agency_signers_.end() ? &signer->second : round.by_default;
  out.leaf.agency = signer != agency_signers_.end() ? act.agency : round.as;
  out.plain.assign(reinterpret_cast<const char*>(out.secrets.seed.data()), kSeedBytes);
  append_unrecorded_json(out.plain, act);
  if (act.type.size() > kMaxKindBytes)
    out.refusal = Error{ErrorKind::bad_input, "act-type-too-long", "the type of the act is longer than 512 bytes", "", "use a shorter name"};
  out.leaf.kind = act.type;
  append_rfc3339(out.leaf.at, act.at);
  if (round.acknowledges != nullptr) out.leaf.acknowledges = (*round.acknowledges)[index];
}

// What can be done for acts without knowing of any other.
void Record::draft(const Round& round, size_t begin, std::span<Draft> drafts) const {
  HENG_ASSERT(drafts.size() <= kAtOnce);
  thread_local FieldRoots roots;
  roots.clear();
  std::string_view texts[2 * kAtOnce];
  tlog::Hash hashes[2 * kAtOnce];
  for (size_t i = 0; i < drafts.size(); ++i) {
    read_act(round, begin + i, drafts[i]);
    texts[2 * i] = drafts[i].id;
    texts[2 * i + 1] = std::string_view(drafts[i].plain).substr(std::min(kSeedBytes, drafts[i].plain.size()));
  }
  tlog::sha256_many(std::span(texts, 2 * drafts.size()), hashes);
  Draft* whole[kAtOnce];
  Key keys[kAtOnce];
  size_t count = 0;
  for (size_t i = 0; i < drafts.size(); ++i) {
    Draft& made = drafts[i];
    made.hashes = {hashes[2 * i], hashes[2 * i + 1]};
    if (made.refusal) continue;
    if (const Result<void> added = roots.add(texts[2 * i + 1], made.secrets.seed); !added.ok()) {
      made.refusal = added.error();
      continue;
    }
    keys[count] = made.secrets.key;
    whole[count++] = &made;
  }
  const std::span<const tlog::Hash> fields = roots.compute();
  BodyKeys body_keys[kAtOnce];
  derive_body_keys(std::span(keys, count), body_keys);
  for (size_t i = 0; i < count; ++i) {
    seal_body(whole[i]->body, whole[i]->plain, body_keys[i].encryption, whole[i]->secrets.nonce);
    if (Wal::entry_bytes({"", whole[i]->body}) > kMaxBodyBytes) whole[i]->refusal = too_long();
    texts[i] = whole[i]->body;
  }
  tlog::sha256_many(std::span(texts, count), hashes);
  for (size_t i = 0; i < count; ++i)
    whole[i]->leaf.body = BodyRef{hashes[i], body_keys[i].commitment, fields[i], whole[i]->body.size()};
  sodium_memzero(keys, sizeof keys);
  sodium_memzero(body_keys, sizeof body_keys);
}

Result<void> Record::fits(const Leaf& leaf, std::string_view message) const {
  const size_t most = unsigned_part(message).size() + kMaxSignatureBytes;
  if (most > kMaxLeafBytes || most + (leaf.body ? leaf.body->size : 0) > log_->most_entry_bytes()) return too_long();
  return {};
}

// Who signs it, and its numbers within the agency and the case.
void Record::queue_up(Leaf& leaf, const Signer& signer) {
  leaf.key = signer.key_id;
  leaf.agency_seq = agency_seq_[leaf.agency] + 1;
  if (!leaf.case_handle) return;
  const auto before = cases_.find(*leaf.case_handle);
  leaf.case_seq = before == cases_.end() ? 1 : before->second.seq + 1;
  if (leaf.case_seq > 1) leaf.previous = before->second.last;
}

// Gives a leaf that stands alone its numbers and its place in its case.
Result<void> Record::number(Leaf& leaf, const Signer& signer, Instant now, std::string& message) {
  queue_up(leaf, signer);
  // Strictly rising even if the clock stands or is set back.
  const Instant recorded = next_recorded(now);
  leaf.recorded = format_rfc3339({recorded, 0});
  if (leaf.at.empty()) leaf.at = leaf.recorded;
  message = signed_message(leaf);
  HENG_TRY_VOID(fits(leaf, message));
  last_recorded_ = recorded;
  return {};
}

// The same of an act in a commit: its leaf is written later, when the one before it in its case is.
Result<void> Record::count_in(const Round& round, Draft& made) {
  Leaf& leaf = made.leaf;
  queue_up(leaf, *made.signer);
  made.recorded = next_recorded(round.now);
  if (kMostActLeaf + kMaxSignatureBytes + leaf.body->size > log_->most_entry_bytes()) {
    append_rfc3339(leaf.recorded, {made.recorded, 0});
    HENG_TRY_VOID(fits(leaf, signed_message(leaf)));
    leaf.recorded.clear();
  }
  last_recorded_ = made.recorded;
  made.in_case = enter(next_index_, leaf, made.case_id, made.hashes);
  if (CaseState* const state = made.in_case) {
    if (state->commit == taken_from_) {
      made.before = state->latest;
      made.wave = taken_[made.before]->wave + 1;
    }
    state->commit = taken_from_;
    state->latest = taken_.size();
  }
  return {};
}

// From here on the record counts on the act, unless it is refused.
void Record::admit(const Round& round, size_t index, Draft& made, Pending& out, std::vector<Receipt>& repeated) {
  const auto refuse = [&](Error why) { out.said.refused.push_back({index, made.id, std::move(why), made.unread}); };
  if (made.unread) return refuse(std::move(*made.refusal));
  if (const auto known = ids_.find(made.hashes.id)) {
    if (known->act == made.hashes.content) {
      repeated.push_back({index, made.id, known->entry, {}, true});
      return;
    }
    return refuse({ErrorKind::conflict, "act-conflict", "an act with the id `" + made.id + "` and other content is recorded already", "",
                   "correct it with a new act that says `corrects`"});
  }
  if (round.acknowledges == nullptr && made.type.starts_with("heng."))
    return refuse({ErrorKind::denied, "act-reserved", "the type `" + made.type + "` is the record's own", "", "use another name"});
  if (made.refusal) return refuse(std::move(*made.refusal));
  made.known = &vault_->known(made.case_id);
  if (!made.known->open())
    return refuse({ErrorKind::denied, "case-sealed", "the case `" + made.case_id + "` is sealed: nothing can be added to it", "",
                   "unseal it by a quorum of its custodians first"});
  if (!made.case_id.empty()) {
    made.leaf.case_handle = made.known->handle();
    if (sealed_.contains(*made.leaf.case_handle)) return refuse(sealed_case());
  }
  if (const Result<void> counted = count_in(round, made); !counted.ok()) return refuse(counted.error());
  made.key_place = vault_->add_act(made.leaf.blind);
  out.said.receipts.push_back({index, made.id, next_index_++, {}, false});
  taken_.push_back(&made);
}

// Of acts whose predecessors are written.
void Record::write_messages(std::span<Draft* const> drafts) {
  HENG_ASSERT(drafts.size() <= kAtOnce);
  std::string_view texts[2 * kAtOnce];
  tlog::Hash hashes[2 * kAtOnce];
  for (size_t i = 0; i < drafts.size(); ++i) {
    Draft& made = *drafts[i];
    if (made.before != kNone) made.leaf.previous = taken_[made.before]->content;
    append_rfc3339(made.leaf.recorded, {made.recorded, 0});
    append_signed_message(made.message, made.leaf);
    texts[2 * i] = unsigned_part(made.message);
    texts[2 * i + 1] = made.message;
    vault_->fill_act(made.key_place, *made.known, made.leaf.blind, made.secrets.key, made.secrets.wrapping_nonce);
  }
  tlog::leaf_hashes(std::span(texts, 2 * drafts.size()), hashes);
  for (size_t i = 0; i < drafts.size(); ++i) {
    drafts[i]->content = hashes[2 * i];
    drafts[i]->message_hash = hashes[2 * i + 1];
  }
}

// Signatures, and the entries as the log will hold them.
void Record::write_pages(Signing signing, Pending& out) {
  struct Group {
    std::vector<tlog::Hash> hashes;
    std::optional<BatchSignature> signature;
  };
  std::map<const Signer*, Group> groups;
  std::vector<std::pair<const Group*, uint64_t>> places(taken_.size());
  if (signing == Signing::batch) {
    for (size_t i = 0; i < taken_.size(); ++i) {
      Group& group = groups[taken_[i]->signer];
      places[i] = {&group, group.hashes.size()};
      group.hashes.push_back(taken_[i]->message_hash);
    }
    for (auto& [signer, group] : groups) group.signature.emplace(std::move(group.hashes), signer->note.key);
  }
  out.entries.resize(taken_.size());
  out.pages.resize((taken_.size() + kAtOnce - 1) / kAtOnce);
  workers_.each(out.pages.size(), [&](size_t page) {
    const size_t begin = page * kAtOnce, end = std::min(begin + kAtOnce, taken_.size());
    std::string& text = out.pages[page];
    size_t ends[2 * kAtOnce], count = 0, bytes = 0;
    for (size_t i = begin; i < end; ++i) bytes += taken_[i]->message.size() + kMaxSignatureBytes + taken_[i]->body.size();
    text.reserve(bytes);
    for (size_t i = begin; i < end; ++i) {
      Draft& made = *taken_[i];
      if (signing == Signing::batch) {
        places[i].first->signature->append_leaf(text, unsigned_part(made.message), places[i].second);
      } else {
        made.leaf.signature = made.signer->note.key.sign(made.message);
        made.leaf.append_bytes(text, unsigned_part(made.message));
      }
      ends[count++] = text.size();
      text += made.body;
      ends[count++] = text.size();
    }
    for (size_t i = 0, at = 0; i < end - begin; ++i) {
      const std::string_view all = text;
      out.entries[begin + i] = {all.substr(at, ends[2 * i] - at), all.substr(ends[2 * i], ends[2 * i + 1] - ends[2 * i])};
      at = ends[2 * i + 1];
    }
  });
}

const Record::Signer* Record::default_signer(const std::string& as) const {
  const auto found = signer_of(as);
  return found.ok() ? *found : nullptr;
}

Result<Record::Pending> Record::prepare(size_t count, const ActAt& act_at, Instant now, const std::string& as, Signing signing) {
  return prepare_all({count, act_at, now, as, default_signer(as), nullptr}, signing);
}

Result<Record::Pending> Record::prepare_all(const Round& round, Signing signing) {
  if (broken_) return stopped();
  const std::span<Draft> drafts = fresh_drafts(round.count);
  workers_.each((drafts.size() + kAtOnce - 1) / kAtOnce, [&](size_t group) {
    const size_t begin = group * kAtOnce;
    draft(round, begin, drafts.subspan(begin, std::min(kAtOnce, drafts.size() - begin)));
  });
  for (const Draft& made : drafts)
    if (made.signer == nullptr && !made.unread) return signer_of(round.as).error();

  Pending out;
  out.first = taken_from_ = next_index_;
  out.said.receipts.reserve(drafts.size());
  taken_.clear();
  std::vector<Receipt> repeated;
  for (size_t i = 0; i < drafts.size(); ++i) {
    if (i + kAtOnce < drafts.size()) ids_.expect(drafts[i + kAtOnce].hashes.id);
    admit(round, i, drafts[i], out, repeated);
  }
  out.said.receipts.insert(out.said.receipts.end(), repeated.begin(), repeated.end());

  // Acts of one case one after another, of different cases together.
  std::vector<Draft*> order = taken_;
  const auto earlier = [](const Draft* x, const Draft* y) { return x->wave < y->wave; };
  if (!std::is_sorted(order.begin(), order.end(), earlier)) std::stable_sort(order.begin(), order.end(), earlier);
  for (auto begin = order.begin(); begin != order.end();) {
    const auto end = std::upper_bound(begin, order.end(), *begin, earlier);
    const std::span<Draft* const> wave(begin, end);
    workers_.each((wave.size() + kAtOnce - 1) / kAtOnce, [&](size_t group) {
      write_messages(wave.subspan(group * kAtOnce, std::min(kAtOnce, wave.size() - group * kAtOnce)));
    });
    begin = end;
  }
  for (const Draft* made : taken_)
    if (made->in_case != nullptr) made->in_case->last = made->content;
  out.keys = vault_->take();
  write_pages(signing, out);
  for (Draft& made : drafts) {
    sodium_memzero(&made.secrets, sizeof made.secrets);
    sodium_memzero(made.plain.data(), std::min(kSeedBytes, made.plain.size()));
  }
  if (drafts_.size() > kMostDrafts) drafts_ = {};
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
  std::vector<tlog::Hash> hashes(pending.entries.size());
  if (!pending.entries.empty()) {
    const Result<uint64_t> first = log_->append(pending.entries, hashes.data());
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
  const ActAt act_at = [&](size_t index, Act&) -> Result<const Act*> { return &acts[index]; };
  HENG_TRY(Pending pending, prepare_all({acts.size(), act_at, now, as, default_signer(as), acknowledges}, signing));
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
  leaf.append_bytes(pending.pages.emplace_back(), unsigned_part(message));
  pending.entries.push_back({pending.pages[0], {}});
  pending.keys = vault_->take();
  pending.said.receipts.push_back({0, "", next_index_, {}, false});
  take_in(next_index_++, leaf, tlog::leaf_hash(unsigned_part(message)), case_id, std::nullopt);
  HENG_TRY_VOID(store_keys(pending));
  HENG_TRY(Appended done, commit(std::move(pending)));
  return done.receipts[0];
}

}  // namespace heng::record
