#include "cli/record_source.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <set>
#include <sstream>

#include "act/json.h"

namespace heng {

void add_record_source_options(CLI::App& command, RecordSource& source) {
  command.add_option("--record", source.place.dir, "read the acts of this record instead of files; every reading is recorded")
      ->type_name("DIR");
  command.add_option("--vault", source.place.vault, "with --record: where the keys of the bodies are (default DIR/vault)")
      ->type_name("DIR");
  command.add_option("--keys", source.place.keys, "with --record: where the signing keys are (default DIR/keys)")->type_name("DIR");
  command.add_option("--record-state", source.place.state, "with --record: where the last signed checkpoint is (default DIR/state)")
      ->type_name("DIR");
  command.add_option("--reader", source.reader, "with --record: who reads, for the record (default the agency whose key is here)")
      ->type_name("NAME");
  command.add_option("--basis", source.basis, "with --record: why, for the record (default the command's name)")->type_name("TEXT");
}

Result<std::unique_ptr<RecordReader>> RecordReader::open(const RecordSource& source) {
  std::unique_ptr<RecordReader> out(new RecordReader(source));
  HENG_TRY(out->opened_, open_record(source.place, false));
  const std::string vault = source.place.vault.empty() ? source.place.dir + "/vault" : source.place.vault;
  if (!out->opened_.disk->exists(vault + "/secret"))
    return Error{ErrorKind::not_found, "vault-missing", "the vault with the keys of the bodies is missing", vault,
                 "give its place with --vault"};
  if (out->source_.reader.empty()) {
    const auto agencies = out->record().agencies();
    if (agencies.empty())
      return Error{ErrorKind::usage, "reader-unknown", "nobody is named who reads", "", "say who with --reader"};
    out->source_.reader = agencies.front();
  }
  HENG_TRY_VOID(out->load_heads());
  return out;
}

void hand_in(const RecordPlace& place) {
  auto writer = open_record(place, true, false);
  if (writer.ok()) return;  // opened for writing, it has taken the notes in
  const std::string& code = writer.error().code;
  // Somebody writes the record, or the signing keys are elsewhere: the notes wait for who has them.
  if (code != "record-locked" && code != "keys-missing")
    fmt::print(stderr, "note: what was read waits in the vault's inbox to be recorded: {}\n", writer.error().text());
}

RecordReader::~RecordReader() {
  if (left_notes_) hand_in();
}

void RecordReader::hand_in() {
  left_notes_ = false;
  heng::hand_in(source_.place);
}

Result<void> RecordReader::load_heads() {
  HENG_TRY(published_, record().log().published());
  witnessed_ = witnessed_checkpoint(source_.place.dir);
  return {};
}

Result<RecordReader::Taken> RecordReader::read(uint64_t from, const OnAct& on_act, const OnAct& on_finding) {
  Taken out;
  out.end = record().log().size();
  // What is going to be opened is known from the leaves; opening nothing needs no announcement.
  std::vector<uint64_t> wanted;
  for (uint64_t index = from; index < out.end; ++index) {
    HENG_TRY(const record::Leaf leaf, record().leaf(index));
    if (leaf.kind == record::kSealed || leaf.kind == record::kUnsealed || leaf.kind == record::kShredded)
      out.rights_changed = true;
    if (leaf.body && (leaf.kind == record::kFinding ? on_finding : on_act)) wanted.push_back(index);
  }
  if (wanted.empty()) return out;
  HENG_TRY_VOID(record().announce_read(wanted.front(), wanted.back() + 1 - wanted.front(), source_.reader, source_.basis,
                                       wall_clock()));
  left_notes_ = true;
  for (const uint64_t index : wanted) {
    HENG_TRY(record::StoredAct stored, record().read(index));
    if (stored.act) {
      const bool finding = stored.closed == "finding";
      if (!finding) ++out.acts;
      (finding ? on_finding : on_act)(index, *stored.act);
      continue;
    }
    if (stored.closed == "sealed") ++out.sealed;
    if (stored.closed == "shredded") ++out.shredded;
    if (stored.closed == "no-key") ++out.without_key;
  }
  return out;
}

Result<bool> RecordReader::refresh() {
  HENG_TRY(const bool more, record().refresh());
  HENG_TRY_VOID(load_heads());
  return more;
}

const tlog::SignedCheckpoint* RecordReader::head(uint64_t last) const {
  if (witnessed_ && last < witnessed_->checkpoint.size) return &*witnessed_;
  if (published_ && published_->checkpoint.size <= record().log().size()) return &*published_;
  return witnessed_ ? &*witnessed_ : nullptr;
}

report::Evidence RecordReader::evidence(const watch::Finding& finding) const {
  report::Evidence out;
  out.origin = record().log().origin();
  uint64_t last = 0;
  for (const std::string& act : finding.acts)
    if (const auto index = record().find(act)) last = std::max(last, *index);
  const tlog::SignedCheckpoint* at = head(last);
  if (at != nullptr) {
    out.size = at->checkpoint.size;
    out.root = record::to_base64(at->checkpoint.root);
    out.witnessed = witnessed_ && at == &*witnessed_;
  }
  for (const std::string& act : finding.acts) {
    const auto index = record().find(act);
    if (!index) continue;
    report::Evidence::Entry entry{act, *index, "", std::nullopt};
    if (const auto leaf = record().log().leaf_hash(*index); leaf.ok()) entry.leaf = record::to_base64(*leaf);
    if (*index < out.size)
      if (const auto path = record().log().inclusion(*index, out.size); path.ok()) {
        entry.path.emplace();
        for (const tlog::Hash& hash : *path) entry.path->push_back(record::to_base64(hash));
      }
    out.entries.push_back(std::move(entry));
  }
  return out;
}

Result<uint64_t> RecordReader::write_proofs(const std::string& folder, std::span<const watch::Finding> findings) const {
  std::set<uint64_t> entries;
  for (const watch::Finding& finding : findings)
    for (const std::string& act : finding.acts)
      if (const auto index = record().find(act)) entries.insert(*index);
  HENG_TRY_VOID(record::real_disk()->make_dirs(folder));
  uint64_t too_new = 0;
  for (const uint64_t index : entries) {
    const tlog::SignedCheckpoint* at = head(index);
    if (at == nullptr || index >= at->checkpoint.size) {
      ++too_new;
      continue;
    }
    HENG_TRY(const tlog::ProofFile proof, record().prove(index, *at));
    HENG_TRY_VOID(write_output(folder + "/" + std::to_string(index) + ".tlog-proof", proof.bytes()));
  }
  return too_new;
}

namespace {

std::string content_of(const watch::Finding& finding) {
  std::ostringstream out;
  report::write_ndjson(out, std::span<const watch::Finding>(&finding, 1));
  return tlog::to_hex(tlog::sha256(out.str()).view());
}

const Value* find(const Act& act, std::string_view name) {
  for (const auto& [field, value] : act.data)
    if (field == name) return &value;
  return nullptr;
}

std::string text_in(const Act& act, std::string_view name) {
  const Value* value = find(act, name);
  return value != nullptr && value->kind == Value::Kind::text ? value->text : std::string();
}

}  // namespace

void FindingBook::learn(const Act& act) {
  Known& known = known_[text_in(act, "finding")];
  ++known.changes;
  known.standing = text_in(act, "change") != "withdrawn";
  known.content = text_in(act, "content");
  known.rule = text_in(act, "rule");
  known.kind = text_in(act, "kind");
  known.at = text_in(act, "became");
  known.case_id = act.case_id;
  known.acts.clear();
  if (const Value* acts = find(act, "acts"))
    for (const Value& item : acts->items) known.acts.push_back(item.text);
}

Result<void> FindingBook::learn_inbox() {
  HENG_TRY(const std::vector<Act> left, reader_->record().findings_left());
  for (const Act& act : left) {
    // The writer may have recorded it between the reading of the record and of the inbox.
    if (!reader_->record().find(act.id)) learn(act);
  }
  return {};
}

Result<bool> FindingBook::change(const watch::Finding& finding, bool standing, const std::string& cause, OffsetTime now) {
  if (finding.kind == watch::Kind::missing) return false;  // not decided is not found
  Known& known = known_[finding.id];
  const std::string content = standing ? content_of(finding) : std::string();
  if (known.standing == standing && (!standing || known.content == content)) return false;
  if (standing && !finding.acts.empty()) known.acts = finding.acts;
  Act act;
  act.id = "finding-" + finding.id + "-" + std::to_string(known.changes + 1);
  act.type = record::kFinding;
  act.at = now;
  act.case_id = finding.case_id;
  const auto agencies = reader_->record().agencies();
  act.agency = agencies.empty() ? "heng" : agencies.front();
  const auto say = [&act](const char* name, const std::string& text) {
    if (!text.empty()) act.data.emplace_back(name, Value::of(text));
  };
  Value acts;
  acts.kind = Value::Kind::list;
  std::vector<tlog::Hash> rests_on;
  for (const std::string& id : known.acts) {
    acts.items.push_back(Value::of(id));
    if (const auto index = reader_->record().find(id); index && rests_on.size() < record::kMostAcknowledged)
      if (const auto leaf = reader_->record().log().leaf_hash(*index); leaf.ok()) rests_on.push_back(*leaf);
  }
  act.data.emplace_back("acts", std::move(acts));
  say("became", format_rfc3339(finding.at));
  say("cause", cause);
  say("change", !standing ? "withdrawn" : known.standing ? "changed" : "raised");
  say("content", content);
  if (finding.due) say("due", format_rfc3339(*finding.due));
  say("finding", finding.id);
  say("kind", watch::name_of(finding.kind));
  say("rule", finding.rule);
  say("severity", watch::name_of(finding.severity));
  HENG_TRY_VOID(reader_->record().leave_finding(act, rests_on, wall_clock()));
  learn(act);
  return true;
}

Result<uint64_t> FindingBook::settle(std::span<const watch::Finding> standing, OffsetTime now,
                                     const std::function<bool(const std::string& rule)>& judged) {
  uint64_t changes = 0;
  std::set<std::string> present;
  for (const watch::Finding& finding : standing) {
    if (finding.kind != watch::Kind::missing) present.insert(finding.id);
    HENG_TRY(const bool told, change(finding, true, "", now));
    changes += told;
  }
  std::vector<watch::Finding> gone;
  for (const auto& [id, known] : known_) {
    if (!known.standing || present.contains(id) || !judged(known.rule)) continue;
    watch::Finding finding;
    finding.id = id;
    finding.rule = known.rule;
    finding.case_id = known.case_id;
    for (const watch::Kind kind : {watch::Kind::warn, watch::Kind::breach, watch::Kind::late, watch::Kind::flag})
      if (known.kind == watch::name_of(kind)) finding.kind = kind;
    if (const auto at = rfc3339_in(known.at)) finding.at = *at;
    gone.push_back(std::move(finding));
  }
  for (const watch::Finding& finding : gone) {
    HENG_TRY(const bool told, change(finding, false, "", now));
    changes += told;
  }
  return changes;
}

}  // namespace heng
