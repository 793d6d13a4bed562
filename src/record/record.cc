#include "record/record.h"

#include <algorithm>

#include "act/json.h"
#include "record/inbox.h"
#include "tlog/proof.h"

namespace heng::record {
namespace {

std::string skey_path(const std::string& dir, const std::string& name) { return dir + "/" + name + ".skey"; }

Result<tlog::NoteSigner> read_signer(const Disk& disk, const std::string& path) {
  HENG_TRY(std::string text, read_whole(disk, path, 4096));
  while (text.ends_with('\n')) text.pop_back();
  return tlog::parse_skey(text);
}

Result<void> write_signer(Disk& disk, const std::string& path, const tlog::NoteSigner& signer) {
  return write_durably(disk, path, signer.skey() + "\n");
}

tlog::NoteSigner new_signer(const std::string& name, Random& random) {
  return {name, tlog::KeyType::ed25519, tlog::SigningKey::from_seed(random.key())};
}

void fill_defaults(RecordOptions& options) {
  if (options.state_dir.empty()) options.state_dir = options.dir + "/state";
  if (options.vault_dir.empty()) options.vault_dir = options.dir + "/vault";
  if (options.keys_dir.empty()) options.keys_dir = options.dir + "/keys";
}

std::optional<uint64_t> number_in(const Leaf& leaf, std::string_view name) {
  for (const auto& [member, value] : leaf.note)
    if (member == name) return value.integer();
  return std::nullopt;
}

// Batches whose one signature was verified, by signature and root: not verified again for each of their acts.
using BatchSignatures = std::map<std::string, bool>;

bool signed_by_any(const Leaf& leaf, const std::vector<tlog::PublicKey>& known, BatchSignatures& seen) {
  return std::any_of(known.begin(), known.end(), [&](const tlog::PublicKey& key) {
    if (leaf.key != agency_key_id(key)) return false;
    if (!leaf.batch) return verify_leaf(leaf, key);
    const auto message = batch_signed(leaf);
    if (!message) return false;
    const auto [place, fresh] = seen.try_emplace(leaf.key + leaf.signature + *message, false);
    if (fresh) place->second = tlog::ed25519_verify(key, *message, leaf.signature);
    return place->second;
  });
}

Error broken_chain(uint64_t index, std::string what) {
  return Error{ErrorKind::verification, "record-chain", std::move(what), "entry " + std::to_string(index),
               ""};
}

}  // namespace

Error Record::sealed_case() {
  return Error{ErrorKind::denied, "case-sealed", "the case is sealed", "", "unseal it by a quorum of its custodians"};
}

Result<void> Record::create(Disk& disk, const RecordOptions& given, const std::string& origin,
                            const std::string& agency, Instant now, Random& random) {
  RecordOptions options = given;
  fill_defaults(options);
  if (!tlog::valid_key_name(agency) || agency.find('/') != std::string::npos || agency == "log")
    return Error{ErrorKind::usage, "agency-name", "`" + agency + "` cannot be an agency's name", "",
                 "use letters and hyphens, as in police-nanshan"};
  HENG_TRY_VOID(Log::create(disk, options.dir, origin, options.segment_bytes));
  HENG_TRY_VOID(disk.make_dirs(options.keys_dir));
  HENG_TRY_VOID(write_signer(disk, skey_path(options.keys_dir, "log"), new_signer(origin, random)));
  HENG_TRY_VOID(write_signer(disk, skey_path(options.keys_dir, agency), new_signer(agency, random)));
  HENG_TRY_VOID(Vault::create(disk, options.vault_dir, random));
  // The first entry names the agency's first key, signed by itself: a policy pins it, later keys follow from
  // it.
  HENG_TRY(const std::unique_ptr<Record> record, open(disk, options, random));
  HENG_TRY(const tlog::PublicKey key, record->agency_key(agency));
  HENG_TRY(const Receipt receipt,
           record->append_system(kKeyAdded, "", agency, {{"key", Json::of(to_base64(key))}}, now));
  return {};
}

Result<std::unique_ptr<Record>> Record::open(Disk& disk, const RecordOptions& given, Random& random) {
  RecordOptions options = given;
  fill_defaults(options);
  std::unique_ptr<Record> record(new Record(disk, options));
  record->random_ = &random;
  HENG_TRY(record->log_, Log::open(disk, {options.dir, options.state_dir, options.writable}));
  if (disk.exists(options.vault_dir + "/secret")) {
    HENG_TRY(Vault vault, Vault::open(disk, options.vault_dir, random));
    record->vault_ = std::make_unique<Vault>(std::move(vault));
  } else if (options.writable) {
    return Error{ErrorKind::not_found, "vault-missing", "the vault with the keys of the bodies is missing",
                 options.vault_dir, "give its place with --vault"};
  }
  HENG_TRY_VOID(record->load_keys());
  HENG_TRY_VOID(record->replay(0));
  return record;
}

Result<void> Record::load_keys() {
  const auto names = disk_->list(options_.keys_dir);
  if (!names.ok()) {
    if (!options_.writable) return {};
    return Error{ErrorKind::not_found, "keys-missing", "the signing keys are missing", options_.keys_dir,
                 "give their place with --keys"};
  }
  for (const std::string& name : *names) {
    if (!name.ends_with(".skey")) continue;
    HENG_TRY(tlog::NoteSigner signer, read_signer(*disk_, options_.keys_dir + "/" + name));
    if (name == "log.skey") {
      if (signer.name != log_->origin())
        return Error{ErrorKind::bad_input, "keys-log", "the log key is of another log", options_.keys_dir,
                     ""};
      log_signer_.emplace(std::move(signer));
      continue;
    }
    const std::string agency = signer.name;
    agency_keys_[agency].push_back(signer.key.public_key());
    std::string id = agency_key_id(signer.key.public_key());
    agency_signers_.insert_or_assign(agency, Signer{std::move(signer), std::move(id)});
  }
  if (options_.writable && (!log_signer_ || agency_signers_.empty()))
    return Error{ErrorKind::not_found, "keys-missing", "the key of the log or of an agency is missing",
                 options_.keys_dir, "restore the key files"};
  return {};
}

Result<bool> Record::refresh() {
  const uint64_t before = log_->size();
  HENG_TRY(const bool more, log_->refresh());
  if (!more) return false;
  // The writer stores keys before entries, and replaces slots in place: read anew, the vault fits what was read.
  if (vault_) {
    HENG_TRY(Vault vault, Vault::open(*disk_, options_.vault_dir, *random_));
    vault_ = std::make_unique<Vault>(std::move(vault));
  }
  HENG_TRY_VOID(replay(before));
  return true;
}

// An entry read, and of its act what can be read.
struct Record::Replayed {
  std::optional<Error> error;
  Leaf leaf;
  tlog::Hash content_hash;
  std::string case_id;
  std::optional<ActHashes> act;
};

void Record::read_entry(uint64_t index, ActReader& reader, Replayed& out) const {
  const auto read = [&]() -> Result<void> {
    HENG_TRY(const std::string bytes, log_->leaf(index));
    HENG_TRY(out.leaf, parse_leaf(bytes));
    out.content_hash = out.leaf.content_hash();
    if (!out.leaf.body || !vault_) return {};
    const Result<std::string> body = open_body(index, out.leaf, nullptr);
    if (!body.ok()) return {};
    Act act;
    HENG_TRY_VOID(reader.read(*body, act));
    out.case_id = std::move(act.case_id);
    out.act = {tlog::sha256(act.id), tlog::sha256(*body)};
    return {};
  };
  if (const Result<void> done = read(); !done.ok()) out.error = done.error();
}

Result<void> Record::replay(uint64_t from) {
  constexpr uint64_t kAtOnce = 4096, kGroup = 64;
  std::vector<Replayed> entries;
  for (const uint64_t end = log_->size(); from < end; from += entries.size()) {
    entries.clear();
    entries.resize(static_cast<size_t>(std::min(kAtOnce, end - from)));
    workers_.each((entries.size() + kGroup - 1) / kGroup, [&](size_t group) {
      ActReader reader;
      for (size_t i = group * kGroup; i < std::min<size_t>((group + 1) * kGroup, entries.size()); ++i)
        read_entry(from + i, reader, entries[i]);
    });
    for (size_t i = 0; i < entries.size(); ++i) {
      Replayed& entry = entries[i];
      if (entry.error) return *entry.error;
      HENG_TRY(last_recorded_, check_place(from + i, entry.leaf));
      // Nobody adds to a sealed case; what stands there all the same is not read.
      const bool closed = entry.leaf.case_handle && sealed_.contains(*entry.leaf.case_handle);
      take_in(from + i, entry.leaf, entry.content_hash, closed ? "" : entry.case_id, closed ? std::nullopt : entry.act);
      next_index_ = from + i + 1;
      if (entry.leaf.kind == kShredded && vault_ && options_.writable) HENG_TRY_VOID(finish_shredding(entry.leaf));
    }
  }
  return {};
}

// A crash between the act that says so and the destruction of the key is made good here.
Result<void> Record::finish_shredding(const Leaf& said) {
  const auto entry = number_in(said, "entry");
  if (!entry || *entry >= log_->size()) return {};
  HENG_TRY(const std::string bytes, log_->leaf(*entry));
  HENG_TRY(const Leaf leaf, parse_leaf(bytes));
  if (vault_->act_key(leaf.blind).ok()) HENG_TRY_VOID(vault_->shred(leaf.blind));
  return {};
}

Result<Instant> Record::check_place(uint64_t index, const Leaf& leaf) const {
  const auto agency = agency_seq_.find(leaf.agency);
  const uint64_t before = agency == agency_seq_.end() ? 0 : agency->second;
  if (leaf.agency_seq != before + 1)
    return broken_chain(index, "number " + std::to_string(leaf.agency_seq) + " of agency `" + leaf.agency +
                                   "` does not follow " + std::to_string(before));
  HENG_TRY(const OffsetTime recorded, parse_rfc3339(leaf.recorded));
  if (recorded.instant <= last_recorded_) return broken_chain(index, "the time of recording does not rise");
  if (!leaf.case_handle) return recorded.instant;
  const auto state = cases_.find(*leaf.case_handle);
  const bool follows = state == cases_.end() ? leaf.case_seq == 1
                                             : leaf.case_seq == state->second.seq + 1 && leaf.previous == state->second.last;
  if (!follows) return broken_chain(index, "the act does not follow the one before it in its case");
  return recorded.instant;
}

Record::CaseState* Record::enter(uint64_t index, const Leaf& leaf, const std::string& case_id, const std::optional<ActHashes>& act) {
  agency_seq_[leaf.agency] = leaf.agency_seq;
  if (act) ids_.insert(act->id, index, act->content);
  if (!leaf.case_handle) return nullptr;
  CaseState& state = cases_[*leaf.case_handle];
  state.seq = leaf.case_seq;
  state.entries.push_back(index);
  if (!case_id.empty() && state.id.empty()) state.id = case_id;
  return &state;
}

void Record::take_in(uint64_t index, const Leaf& leaf, const tlog::Hash& content_hash, const std::string& case_id,
                     const std::optional<ActHashes>& act) {
  if (CaseState* const state = enter(index, leaf, case_id, act)) {
    state->last = content_hash;
    if (leaf.kind == kSealed) sealed_.insert(*leaf.case_handle);
    if (leaf.kind == kUnsealed) sealed_.erase(*leaf.case_handle);
  }
  if (const auto key = added_key(leaf)) {
    const std::lock_guard lock(keys_mutex_);
    agency_keys_[leaf.agency].push_back(*key);
  }
  if (leaf.kind == kShredded)
    if (const auto entry = number_in(leaf, "entry")) shredded_.insert(*entry);
}

Result<std::string> Record::open_body(uint64_t index, const Leaf& leaf, Seed* seed) const {
  if (!vault_)
    return Error{ErrorKind::not_found, "vault-missing", "the vault is not here", options_.vault_dir, ""};
  if (leaf.case_handle && sealed_.contains(*leaf.case_handle)) return sealed_case();
  if (shredded_.contains(index))
    return Error{ErrorKind::not_found, "body-shredded",
                 "the key of this act was destroyed: its content is gone for good", "", ""};
  HENG_TRY(const std::string body, log_->body(index));
  if (tlog::sha256(body) != leaf.body->ciphertext)
    return Error{ErrorKind::verification, "body-changed", "the stored body does not fit its leaf",
                 "entry " + std::to_string(index), ""};
  HENG_TRY(const Key key, vault_->act_key(leaf.blind));
  HENG_TRY(const std::string plain, decrypt_body(body, leaf.body->commitment, key));
  if (plain.size() < kSeedBytes)
    return Error{ErrorKind::verification, "body-changed", "the body is malformed",
                 "entry " + std::to_string(index), ""};
  if (seed != nullptr) std::copy_n(plain.begin(), kSeedBytes, seed->begin());
  return plain.substr(kSeedBytes);
}

std::vector<std::string> Record::agencies() const {
  std::vector<std::string> out;
  for (const auto& [name, signer] : agency_signers_) out.push_back(name);
  return out;
}

Result<tlog::PublicKey> Record::agency_key(const std::string& agency) const {
  const auto found = agency_signers_.find(agency);
  if (found == agency_signers_.end())
    return Error{ErrorKind::not_found, "agency-key", "no key of agency `" + agency + "` is here", "", ""};
  return found->second.note.key.public_key();
}

std::vector<tlog::PublicKey> Record::keys_of(const std::string& agency) const {
  const std::lock_guard lock(keys_mutex_);
  const auto found = agency_keys_.find(agency);
  return found == agency_keys_.end() ? std::vector<tlog::PublicKey>{} : found->second;
}

Result<const Record::Signer*> Record::signer_of(const std::string& agency) const {
  const auto found = agency_signers_.find(agency);
  if (found == agency_signers_.end())
    return Error{ErrorKind::not_found, "agency-key", "no key of agency `" + agency + "` is here",
                 options_.keys_dir, "name an agency whose key is here with --as"};
  return &found->second;
}

Result<void> Record::announce_read(uint64_t first, uint64_t count, const std::string& reader,
                                   const std::string& basis, Instant now) {
  Json note = Json::object();
  note.add("kind", Json::of(std::string(kRead)));
  note.add("first", Json::of(first));
  note.add("count", Json::of(count));
  note.add("reader", Json::of(reader));
  note.add("basis", Json::of(basis));
  const Result<void> left = leave_note(*disk_, options_.vault_dir, std::move(note), now, *random_);
  if (!left.ok())
    return Error{ErrorKind::denied, "read-unrecorded", "nothing is read, for the reading cannot be recorded: " +
                 left.error().what, options_.vault_dir, "give the reader the right to write into the vault's inbox"};
  return {};
}

Result<void> Record::leave_finding(const Act& act, const std::vector<tlog::Hash>& acknowledges, Instant now) {
  Json note = Json::object();
  note.add("kind", Json::of(std::string(kFinding)));
  note.add("act", Json::of(act_to_json(act)));
  Json list = Json::list();
  for (const tlog::Hash& hash : acknowledges) list.items.push_back(Json::of(to_base64(hash)));
  note.add("acks", std::move(list));
  return leave_note(*disk_, options_.vault_dir, std::move(note), now, *random_);
}

Result<std::vector<Act>> Record::findings_left() const {
  std::vector<Act> out;
  HENG_TRY(const std::vector<InboxNote> notes, notes_in(*disk_, options_.vault_dir));
  for (const InboxNote& note : notes) {
    if (note.content.text_of("kind") != kFinding) continue;
    HENG_TRY(Act act, act_from_json(note.content.text_of("act").value_or("")));
    out.push_back(std::move(act));
  }
  return out;
}

Result<uint64_t> Record::take_inbox(Instant now, const std::string& as) {
  HENG_TRY(const std::vector<InboxNote> notes, notes_in(*disk_, options_.vault_dir));
  std::vector<Act> acts;
  std::vector<std::vector<tlog::Hash>> acknowledges;
  for (const InboxNote& note : notes) {
    const auto kind = note.content.text_of("kind");
    if (kind == kRead) {
      std::vector<JsonMember> said;
      for (const char* member : {"basis", "count", "first", "reader"})
        if (const Json* value = note.content.find(member)) said.push_back({member, *value});
      HENG_TRY(const Receipt receipt, append_system(kRead, "", as, std::move(said), now));
    } else if (kind == kFinding) {
      HENG_TRY(Act act, act_from_json(note.content.text_of("act").value_or("")));
      act.type = kFinding;
      std::vector<tlog::Hash> hashes;
      if (const Json* list = note.content.find("acks"))
        for (const Json& item : list->items)
          if (const auto hash = hash_from_base64(item.text)) hashes.push_back(*hash);
      if (hashes.size() > kMostAcknowledged) hashes.resize(kMostAcknowledged);
      acts.push_back(std::move(act));
      acknowledges.push_back(std::move(hashes));
    }
  }
  // A finding about a case that was sealed meanwhile is refused, and its note goes as well: it must not stay readable.
  if (!acts.empty()) {
    HENG_TRY(const Appended done, append_all(acts, now, as, Signing::each, &acknowledges));
  }
  for (const InboxNote& note : notes) HENG_TRY_VOID(disk_->remove(note.path));
  if (!notes.empty()) HENG_TRY_VOID(disk_->sync_dir(options_.vault_dir + "/inbox"));
  return notes.size();
}

Result<Receipt> Record::rotate_key(const std::string& agency, Instant now, Random& random) {
  tlog::NoteSigner next = new_signer(agency, random);
  HENG_TRY_VOID(signer_of(agency));
  // The new key is on the disk before the record speaks of it, and takes over only after.
  const std::string path = skey_path(options_.keys_dir, agency);
  HENG_TRY_VOID(write_signer(*disk_, path + ".next", next));
  HENG_TRY(Receipt receipt,
           append_system(kKeyAdded, "", agency, {{"key", Json::of(to_base64(next.key.public_key()))}}, now));
  HENG_TRY_VOID(disk_->rename(path + ".next", path));
  HENG_TRY_VOID(disk_->sync_dir(options_.keys_dir));
  std::string id = agency_key_id(next.key.public_key());
  agency_signers_.insert_or_assign(agency, Signer{std::move(next), std::move(id)});
  return receipt;
}

Result<Receipt> Record::add_manifest(const std::string& case_id, const std::string& agency, Instant now) {
  const auto state = cases_.find(vault_->case_handle(case_id));
  if (state == cases_.end())
    return Error{ErrorKind::not_found, "case-missing", "the record has no case `" + case_id + "`", "", ""};
  return append_system(kCaseManifest, case_id, agency, {{"count", Json::of(state->second.seq)}}, now);
}

Result<Receipt> Record::shred(const std::string& act_id, const std::string& agency, const std::string& basis,
                              Instant now) {
  const auto index = find(act_id);
  if (!index)
    return Error{ErrorKind::not_found, "act-missing", "no open act has the id `" + act_id + "`", "", ""};
  HENG_TRY(const StoredAct stored, read(*index));
  const std::string case_id = stored.act ? stored.act->case_id : "";
  HENG_TRY(Receipt receipt, append_system(kShredded, case_id, agency,
                                          {{"basis", Json::of(basis)}, {"entry", Json::of(*index)}}, now));
  HENG_TRY_VOID(vault_->shred(stored.leaf.blind));
  ids_.erase(tlog::sha256(act_id));
  return receipt;
}

Result<Leaf> Record::leaf(uint64_t index) const {
  HENG_TRY(const std::string bytes, log_->leaf(index));
  return parse_leaf(bytes);
}

Result<StoredAct> Record::read(uint64_t index) const {
  StoredAct out;
  out.index = index;
  HENG_TRY(out.leaf, leaf(index));
  if (!out.leaf.body) {
    out.closed = "system";
    return out;
  }
  const Result<std::string> body = open_body(index, out.leaf, nullptr);
  if (!body.ok()) {
    const std::string& code = body.error().code;
    if (code == "body-changed" || code == "body-key" || code == "vault-damaged") return body.error();
    out.closed = code == "case-sealed" ? "sealed" : code == "body-shredded" ? "shredded" : "no-key";
    return out;
  }
  HENG_TRY(Act act, act_from_json(*body));
  if (out.leaf.kind == kFinding) out.closed = "finding";
  HENG_TRY(act.recorded, parse_rfc3339(out.leaf.recorded));
  out.act = std::move(act);
  return out;
}

std::optional<uint64_t> Record::find(const std::string& act_id) const {
  const auto found = ids_.find(tlog::sha256(act_id));
  if (!found) return std::nullopt;
  return found->entry;
}

std::vector<uint64_t> Record::case_entries(const std::string& case_id) const {
  for (const auto& [handle, state] : cases_)
    if (state.id == case_id) return state.entries;
  return {};
}

Result<tlog::ProofFile> Record::prove(uint64_t index, const tlog::SignedCheckpoint& at) const {
  if (index >= at.checkpoint.size)
    return Error{ErrorKind::not_found, "proof-early",
                 "entry " + std::to_string(index) + " is newer than the checkpoint", "",
                 "make a checkpoint first: heng record checkpoint"};
  HENG_TRY_VOID(log_->continues(at.checkpoint));
  tlog::ProofFile out;
  HENG_TRY(out.extra, log_->leaf(index));
  out.index = index;
  HENG_TRY(out.proof, log_->inclusion(index, at.checkpoint.size));
  out.checkpoint = at;
  return out;
}

Result<std::string> Record::dossier(const std::string& case_id, const tlog::SignedCheckpoint& at) const {
  Dossier out;
  out.checkpoint = at.note.bytes();
  const auto place = [&](uint64_t index) -> Result<DossierAct> {
    DossierAct act;
    HENG_TRY(act.leaf, log_->leaf(index));
    act.index = index;
    HENG_TRY(act.path, log_->inclusion(index, at.checkpoint.size));
    return act;
  };
  for (const uint64_t index : case_entries(case_id)) {
    if (index >= at.checkpoint.size) break;
    HENG_TRY(DossierAct act, place(index));
    out.acts.push_back(std::move(act));
  }
  if (out.acts.empty())
    return Error{ErrorKind::not_found, "case-missing",
                 "the record has no case `" + case_id + "` at this checkpoint", "", ""};
  for (uint64_t index = 0; index < at.checkpoint.size; ++index) {
    HENG_TRY(const std::string bytes, log_->leaf(index));
    if (bytes.find(kKeyAdded) == std::string::npos) continue;
    HENG_TRY(const Leaf leaf, parse_leaf(bytes));
    if (!added_key(leaf)) continue;
    HENG_TRY(DossierAct act, place(index));
    out.keys.push_back(std::move(act));
  }
  return dossier_to_text(out);
}

Result<std::string> Record::redact(uint64_t index, const std::vector<std::string>& paths,
                                   const tlog::SignedCheckpoint& at) const {
  HENG_TRY(const tlog::ProofFile proof, prove(index, at));
  HENG_TRY(const Leaf leaf, parse_leaf(*proof.extra));
  if (!leaf.body)
    return Error{ErrorKind::bad_input, "act-without-body", "this act has no body to show fields of", "", ""};
  Seed seed{};
  HENG_TRY(const std::string body, open_body(index, leaf, &seed));
  HENG_TRY(std::vector<Field> fields, fields_of(body));
  const FieldTree tree(std::move(fields), seed);
  const FieldTree::Disclosure shown = tree.disclose(paths);
  if (shown.shown.empty()) {
    std::string known;
    for (const Field& field : tree.fields()) known += (known.empty() ? "" : ", ") + field.path;
    return Error{ErrorKind::not_found, "field-missing", "no field has such a path", "",
                 "the act has: " + known};
  }
  return redacted_to_text(proof, disclosure_to_json(shown));
}

Result<Log::Audit> Record::audit() const {
  // Chains and numbers were checked while reading; here every body and every signature, against the keys in force.
  std::map<std::string, std::vector<tlog::PublicKey>> keys = agency_keys_;
  std::vector<std::string_view> bodies;
  std::vector<tlog::Hash> wanted, found;
  std::vector<uint64_t> indexes;
  const auto visit = [&](uint64_t first, std::span<const Entry> entries) -> Result<void> {
    bodies.clear();
    wanted.clear();
    indexes.clear();
    BatchSignatures seen;
    for (size_t i = 0; i < entries.size(); ++i) {
      HENG_TRY(const Leaf leaf, parse_leaf(entries[i].leaf));
      if (!signed_by_any(leaf, keys[leaf.agency], seen))
        return broken_chain(first + i, "the signature of agency `" + leaf.agency +
                                           "` does not verify with any key known");
      if (leaf.body.has_value() == entries[i].body.empty())
        return broken_chain(first + i, "the stored body does not fit its leaf");
      if (!leaf.body) continue;
      bodies.push_back(entries[i].body);
      wanted.push_back(leaf.body->ciphertext);
      indexes.push_back(first + i);
    }
    found.resize(bodies.size());
    tlog::sha256_many(bodies, found.data());
    for (size_t i = 0; i < found.size(); ++i)
      if (found[i] != wanted[i]) return broken_chain(indexes[i], "the stored body does not fit its leaf");
    return {};
  };
  return log_->audit(visit);
}

}  // namespace heng::record
