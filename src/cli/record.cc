// heng record: making, filling, reading and proving a record.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <fstream>
#include <iostream>
#include <iterator>
#include <thread>

#include "act/json.h"
#include "act/read.h"
#include "cli/cli.h"
#include "cli/history_options.h"
#include "cli/qr.h"
#include "cli/record_common.h"
#include "cli/record_source.h"
#include "record/export.h"
#include "record/twin.h"
#include "record/witness_node.h"
#include "tlog/witness.h"

namespace heng {
namespace {

constexpr size_t kQrBytes = 2953;  // version 40, level L, bytes

struct InitArguments {
  RecordPlace place;
  std::string origin, agency, policy, twin;
  uint32_t segment_mib = 64;
};

int run_init(const InitArguments& arguments) {
  auto disk = record::real_disk();
  std::string policy;
  if (!arguments.policy.empty()) {
    auto text = read_input(arguments.policy);
    if (!text.ok()) return report_error(text.error());
    const auto parsed = tlog::parse_policy(*text);
    if (!parsed.ok()) return report_error(parsed.error());
    policy = std::move(*text);
  }
  record::RecordOptions options = arguments.place.options(true);
  options.segment_bytes = uint64_t{arguments.segment_mib} << 20;
  const auto made = record::Record::create(*disk, options, arguments.origin, arguments.agency, wall_clock(),
                                           record::system_random());
  if (!made.ok()) return report_error(made.error());
  if (!policy.empty()) {
    const auto written = record::write_durably(*disk, arguments.place.dir + "/policy", policy);
    if (!written.ok()) return report_error(written.error());
  }
  if (!arguments.twin.empty()) {
    const std::string keys = arguments.place.keys.empty() ? arguments.place.dir + "/keys" : arguments.place.keys;
    const auto twin = record::Twin::create(*disk, arguments.place.dir, keys);
    if (!twin.ok()) return report_error(twin.error());
    fmt::print(stderr, "heng: the twin log `{}/sm3` is signed with the SM2 key in `{}/twin/key.pem`\n", arguments.origin,
               arguments.place.dir);
  }
  disk.reset();
  auto opened = open_record(arguments.place, true);
  if (!opened.ok()) return report_error(opened.error());
  // Lines for a policy file: what others need to know of this record.
  fmt::print("log {}\n", opened->record->log_signer().verifier().vkey());
  fmt::print("#! agency {} {}\n", arguments.agency,
             record::to_base64(opened->record->agency_key(arguments.agency).value()));
  fmt::print(stderr,
             "heng: a record was made in `{}`; the two lines above belong into a policy; keep `{}/keys` and "
             "`{}/vault` apart from its backups\n",
             arguments.place.dir, arguments.place.dir, arguments.place.dir);
  return 0;
}

struct AppendArguments {
  RecordPlace place;
  std::vector<std::string> files;
  std::string as, sign = "each", format = "auto", map, zone;
  size_t batch = 1000;
};

// Collects acts into batches and appends each durably before the next.
class Appender {
 public:
  Appender(record::Record& record, const AppendArguments& arguments)
      : record_(record), arguments_(arguments) {}

  void take(Act& act) {
    if (error_) return;
    acts_.push_back(std::move(act));
    if (acts_.size() >= arguments_.batch) flush();
  }

  void flush() {
    if (acts_.empty() || error_) return;
    const auto signing =
        arguments_.sign == "batch" ? record::Record::Signing::batch : record::Record::Signing::each;
    const auto done = record_.append(acts_, wall_clock(), arguments_.as, signing);
    acts_.clear();
    if (!done.ok()) {
      error_ = done.error();
      return;
    }
    for (const auto& receipt : done->receipts) {
      fmt::print("{{\"id\":\"{}\",\"index\":{},\"leaf\":\"{}\"{}}}\n", receipt.id, receipt.index,
                 record::to_base64(receipt.leaf), receipt.repeated ? ",\"repeated\":true" : "");
      ++(receipt.repeated ? repeated : appended);
    }
    std::fflush(stdout);  // a receipt is a promise: it leaves at once
    for (const auto& no : done->refused) {
      fmt::print(stderr, "heng: act `{}` refused: {}\n", no.id, no.error.text());
      ++refused;
    }
  }

  uint64_t appended = 0, repeated = 0, refused = 0;
  const std::optional<Error>& error() const { return error_; }

 private:
  record::Record& record_;
  const AppendArguments& arguments_;
  std::vector<Act> acts_;
  std::optional<Error> error_;
};

int run_append(AppendArguments arguments) {
  auto opened = open_record(arguments.place, true);
  if (!opened.ok()) return report_error(opened.error());
  if (arguments.as.empty()) arguments.as = opened->record->agencies().front();
  Appender appender(*opened->record, arguments);
  const auto refused = read_act_files(
      arguments.files, arguments.format, arguments.map, arguments.zone, [&](Act& act) { appender.take(act); }, [&] { appender.flush(); });
  if (!refused.ok()) return report_error(refused.error());
  const uint64_t bad_lines = *refused;
  if (appender.error()) return report_error(*appender.error());
  fmt::print(stderr,
             "heng: {} recorded, {} already there, {} refused; the log holds {} entries, not yet witnessed "
             "from {} on\n",
             appender.appended, appender.repeated, appender.refused + bad_lines, opened->record->log().size(),
             [&] {
               const auto head = opened->record->log().published();
               return head.ok() && head->has_value() ? (*head)->checkpoint.size : 0;
             }());
  if (appender.refused + bad_lines > 0) return appender.refused > 0 && bad_lines == 0 ? 7 : 3;
  return 0;
}

struct ShowArguments {
  RecordPlace place;
  std::string case_id, id, format = "text", reader, basis = "show";
  uint64_t from = 0;
};

// Says which entries are going to be opened; true if any.
Result<bool> announce(const ShowArguments& arguments, record::Record& record, const std::vector<uint64_t>& entries) {
  if (!record.has_vault()) return false;
  uint64_t first = UINT64_MAX, last = 0;
  for (const uint64_t index : entries) {
    HENG_TRY(const record::Leaf leaf, record.leaf(index));
    if (!leaf.body) continue;
    first = std::min(first, index);
    last = std::max(last, index);
  }
  if (first == UINT64_MAX) return false;
  const auto agencies = record.agencies();
  const std::string reader = !arguments.reader.empty() ? arguments.reader : agencies.empty() ? "unnamed" : agencies.front();
  HENG_TRY_VOID(record.announce_read(first, last + 1 - first, reader, arguments.basis, wall_clock()));
  return true;
}

void show_text(const record::StoredAct& stored, uint64_t witnessed) {
  const record::Leaf& leaf = stored.leaf;
  fmt::print("{:>8}  {}  {} #{}  {}", stored.index, leaf.recorded, leaf.agency, leaf.agency_seq, leaf.kind);
  if (stored.act) fmt::print("  {}  case {} #{}", stored.act->id, stored.act->case_id, leaf.case_seq);
  if (!stored.act) fmt::print("  ({})", stored.closed);
  fmt::print("{}\n", stored.index < witnessed ? "" : "  [not yet witnessed]");
}

int run_show(const ShowArguments& arguments) {
  auto opened = open_record(arguments.place, false);
  if (!opened.ok()) return report_error(opened.error());
  record::Record& record = *opened->record;
  std::vector<uint64_t> entries;
  if (!arguments.id.empty()) {
    const auto index = record.find(arguments.id);
    if (!index)
      return report_error(
          {ErrorKind::not_found, "act-missing", "no open act has the id `" + arguments.id + "`", "", ""});
    entries.push_back(*index);
  } else if (!arguments.case_id.empty()) {
    entries = record.case_entries(arguments.case_id);
    if (entries.empty())
      return report_error({ErrorKind::not_found, "case-missing",
                           "the record has no open case `" + arguments.case_id + "`", "", ""});
  } else {
    for (uint64_t i = arguments.from; i < record.log().size(); ++i) entries.push_back(i);
  }
  const uint64_t witnessed = witnessed_size(arguments.place.dir);
  Result<bool> announced = arguments.format == "leaf" ? Result<bool>(false) : announce(arguments, record, entries);
  if (!announced.ok()) return report_error(announced.error());
  for (const uint64_t index : entries) {
    if (arguments.format == "leaf") {
      const auto leaf = record.leaf(index);
      if (!leaf.ok()) return report_error(leaf.error());
      fmt::print("{}\n", leaf->bytes());
      continue;
    }
    const auto stored = record.read(index);
    if (!stored.ok()) return report_error(stored.error());
    if (arguments.format == "text") {
      show_text(*stored, witnessed);
    } else if (stored->act) {
      fmt::print("{}\n", act_to_json(*stored->act));
    }
  }
  if (*announced) hand_in(arguments.place);
  return 0;
}

struct CheckpointArguments {
  RecordPlace place;
  std::string policy;
  bool offline = false;
};

// Recording goes on without a quorum; what it lacks is said.
int run_checkpoint(const CheckpointArguments& arguments) {
  auto opened = open_record(arguments.place, true);
  if (!opened.ok()) return report_error(opened.error());
  const auto policy = find_policy(arguments.policy, arguments.place.dir);
  if (!policy.ok()) return report_error(policy.error());
  const auto bound = bind_twin(*opened->record, *opened->disk, arguments.place, opened->record->agencies().front());
  if (!bound.ok()) return report_error(bound.error());
  const bool ask = policy->has_value() && !arguments.offline;
  const auto done = publish_checkpoint(*opened->record, *opened->disk, arguments.place.dir, ask ? &**policy : nullptr);
  if (!done.ok()) return report_error(done.error());
  for (const auto& answer : done->answers)
    fmt::print(stderr, "heng: witness {}: {}\n", answer.name, answer.cosigned ? "cosigned" : answer.problem);
  fmt::print("{}", done->head.note.bytes());
  fmt::print(stderr, "heng: checkpoint of {} entries, {}\n", done->head.checkpoint.size,
             done->quorum ? "witnessed by a quorum" : "NOT YET WITNESSED: without legal effect");
  return 0;
}

struct ProveArguments {
  RecordPlace place;
  std::string id, case_id, output;
  std::optional<uint64_t> index, consistency;
  bool qr = false, cose = false, twin = false;
  std::string timestamp;
};

int print_qr(tlog::ProofFile proof) {
  std::string bytes = proof.bytes();
  if (bytes.size() > kQrBytes) {
    // Without the act itself: whoever holds the act compares its hash.
    proof.extra = std::string(tlog::leaf_hash(*proof.extra).view());
    bytes = proof.bytes();
  }
  const auto picture = qr_text(bytes);
  if (!picture.ok()) return report_error(picture.error());
  fmt::print("{}", *picture);
  fmt::print(stderr, "heng: {} of {} bytes in the code\n", bytes.size(), kQrBytes);
  return 0;
}

int run_prove(const ProveArguments& arguments) {
  auto opened = open_record(arguments.place, false);
  if (!opened.ok()) return report_error(opened.error());
  record::Record& record = *opened->record;
  std::optional<uint64_t> index = arguments.index;
  if (!index && !arguments.id.empty()) index = record.find(arguments.id);
  const std::vector<uint64_t> of_case =
      arguments.case_id.empty() ? std::vector<uint64_t>{} : record.case_entries(arguments.case_id);
  if (!of_case.empty()) index = of_case.back();
  if (arguments.consistency || !arguments.timestamp.empty())
    index = record.log().size();  // up to the last one published
  if (!index)
    return report_error({ErrorKind::not_found, "act-missing", "no open act or case has this name", "",
                         "give --id, --index, --case or --consistency"});
  if (arguments.twin) {
    const auto twin = record::Twin::open(*opened->disk, arguments.place.dir);
    if (!twin.ok())
      return report_error({ErrorKind::not_found, "twin-missing", "the record has no twin log", arguments.place.dir,
                           "it is made with the record: heng record init --twin sm3"});
    const auto proof = twin->prove(record.log(), *index);
    if (!proof.ok()) return report_error(proof.error());
    const auto written = write_output(arguments.output, *proof);
    return written.ok() ? 0 : report_error(written.error());
  }
  const auto head = head_for(record, arguments.place.dir, *index);
  if (!head.ok()) return report_error(head.error());
  Result<std::string> file = std::string();
  if (arguments.consistency) {
    auto proof = record.log().consistency(*arguments.consistency, head->checkpoint.size);
    if (!proof.ok()) return report_error(proof.error());
    file = tlog::AddCheckpointRequest{*arguments.consistency, std::move(*proof), *head}.body();
  } else if (!arguments.timestamp.empty()) {
    const auto imprint = arguments.timestamp == "sm3" ? record::Imprint::sm3 : record::Imprint::sha256;
    file = record::timestamp_request(head->note.text, imprint, record::system_random());
  } else if (!arguments.case_id.empty()) {
    file = record.dossier(arguments.case_id, *head);
  } else {
    auto proof = record.prove(*index, *head);
    if (!proof.ok()) return report_error(proof.error());
    if (arguments.qr) return print_qr(std::move(*proof));
    if (arguments.cose && !record.has_log_key())
      return report_error({ErrorKind::not_found, "keys-missing", "the log's key is not here", "",
                           "give its place with --keys"});
    file = arguments.cose ? record::cose_receipt(*proof, record.log_signer()) : proof->bytes();
  }
  if (!file.ok()) return report_error(file.error());
  const auto written = write_output(arguments.output, *file);
  return written.ok() ? 0 : report_error(written.error());
}

struct VerifyArguments {
  std::string file, policy, leaf, compare, consistency, twin_key, language = "both";
};

// A proof in the SM3 twin log, under its SM2 key.
int verify_twin(const VerifyArguments& arguments) {
  const auto file = read_input(arguments.file), key = read_input(arguments.twin_key);
  if (!file.ok()) return report_error(file.error());
  if (!key.ok()) return report_error(key.error());
  const auto shown = record::verify_twin_proof(*file, *key);
  if (!shown.ok()) return report_error(shown.error());
  if (arguments.language != "en")
    fmt::print("✓ 第 {} 条在孪生日志 `{}` 签署的 {} 条之内（SM3 树，SM2 签名）\n", shown->index, shown->origin, shown->size);
  if (arguments.language != "zh")
    fmt::print("✓ entry {} is among the {} that the twin log `{}` signed (SM3 tree, SM2 signature)\n", shown->index, shown->size,
               shown->origin);
  return 0;
}

int run_verify(const VerifyArguments& arguments) {
  if (!arguments.twin_key.empty()) return verify_twin(arguments);
  if (arguments.policy.empty())
    return report_error({ErrorKind::usage, "policy-missing", "what is to be trusted is not said", "",
                         "give the trust policy with --policy, or the twin's key with --twin-key"});
  std::vector<std::string> texts;
  for (const std::string& path :
       {arguments.policy, arguments.file, arguments.leaf, arguments.compare, arguments.consistency}) {
    auto text = path.empty() ? Result<std::string>(std::string()) : read_input(path);
    if (!text.ok()) return report_error(text.error());
    texts.push_back(std::move(*text));
  }
  const auto policy = tlog::parse_policy(texts[0]);
  if (!policy.ok()) return report_error(policy.error());
  const auto given = [&](const std::string& path, size_t i) -> std::optional<std::string_view> {
    if (path.empty()) return std::nullopt;
    return texts[i];
  };
  const record::Verdict verdict =
      arguments.compare.empty()
          ? record::verify_file({texts[1], given(arguments.leaf, 2)}, *policy)
          : record::compare_files(texts[1], texts[3], given(arguments.consistency, 4), *policy);
  const auto language = arguments.language == "zh"   ? record::Language::zh
                        : arguments.language == "en" ? record::Language::en
                                                     : record::Language::both;
  fmt::print("{}", record::render_verdict(verdict, language));
  return verdict.exit_code();
}

int run_audit(const RecordPlace& place) {
  auto opened = open_record(place, false);
  if (!opened.ok()) return report_error(opened.error());
  const auto began = std::chrono::steady_clock::now();
  const auto log = opened->record->audit();
  if (!log.ok()) return report_error(log.error());
  std::string twin_said;
  if (record::Twin::exists(*opened->disk, place.dir)) {
    const auto twin = record::Twin::open(*opened->disk, place.dir);
    if (!twin.ok()) return report_error(twin.error());
    const auto size = twin->audit(opened->record->log());
    if (!size.ok() && size.error().code != "checkpoint-missing") return report_error(size.error());
    if (size.ok()) twin_said = fmt::format("; the SM3 twin fits at {} entries", *size);
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  fmt::print(
      "clean: {} entries, {} tiles, {} bytes; numbers, chains, bodies and signatures hold{} ({:.2f} s)\n",
      log->entries, log->tiles, log->bytes, twin_said, took.count());
  return 0;
}

}  // namespace

record::RecordOptions RecordPlace::options(bool writable) const {
  return {dir, state, vault, keys, writable, record::kSegmentBytes};
}

void add_place_options(CLI::App& command, RecordPlace& place) {
  command.add_option("DIR", place.dir, "the record's directory")->required();
  command.add_option(
      "--state", place.state,
      "where the last signed checkpoint is kept, never restored from a backup (default DIR/state)");
  command.add_option("--vault", place.vault, "where the keys of the bodies are kept (default DIR/vault)");
  command.add_option("--keys", place.keys, "where the signing keys are kept (default DIR/keys)");
}

Result<OpenRecord> open_record(const RecordPlace& place, bool writable, bool wait) {
  OpenRecord out;
  constexpr int kTurns = 100;
  for (int turn = 0;; ++turn) {
    out.disk = record::real_disk();
    auto opened = record::Record::open(*out.disk, place.options(writable), record::system_random());
    if (opened.ok()) {
      out.record = std::move(*opened);
      break;
    }
    if (!writable || !wait || opened.error().code != "record-locked" || turn == kTurns) return opened.error();
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
  }
  if (writable) HENG_TRY_VOID(out.record->take_inbox(wall_clock(), out.record->agencies().front()));
  return out;
}

Result<void> bind_twin(record::Record& record, record::Disk& disk, const RecordPlace& place, const std::string& as) {
  if (!record::Twin::exists(disk, place.dir)) return {};
  record::Log& log = record.log();
  HENG_TRY(record::Twin twin, record::Twin::open(disk, place.dir));
  if (log.size() > 0) {
    HENG_TRY(const record::Leaf last, record.leaf(log.size() - 1));
    HENG_TRY(const auto signed_before, twin.checkpoint());
    if (last.kind == record::kTwin && signed_before && twin.size() == log.size()) return {};
  }
  HENG_TRY(const tlog::Hash root, twin.extend(log));
  HENG_TRY(const record::Receipt receipt,
           record.append_system(record::kTwin, "", as,
                                {{"sha256", record::Json::of(record::to_base64(log.tree().root()))},
                                 {"size", record::Json::of(log.size())},
                                 {"sm3", record::Json::of(record::to_base64(root))}},
                                wall_clock()));
  HENG_TRY_VOID(twin.extend(log));
  HENG_TRY(const tlog::Note note, twin.sign(log.origin(), place.keys.empty() ? place.dir + "/keys" : place.keys));
  return {};
}

Result<Published> publish_checkpoint(record::Record& record, record::Disk& disk, const std::string& dir,
                                     const tlog::Policy* policy) {
  record::Log& log = record.log();
  if (policy != nullptr)
    for (const tlog::SignedCheckpoint& seen : record::seen_by_witnesses(log.origin(), *policy))
      HENG_TRY_VOID(log.continues(seen.checkpoint));
  HENG_TRY(tlog::SignedCheckpoint head, log.sign(record.log_signer()));
  Published out{std::move(head), {}, false};
  if (policy != nullptr) {
    std::map<std::string, uint64_t> last;
    if (const auto shown = log.published(); shown.ok() && shown->has_value())
      for (const auto& witness : policy->witnesses)
        for (const auto& signature : (*shown)->note.signatures)
          if (tlog::signature_is_from(signature, witness.key)) last[witness.name] = (*shown)->checkpoint.size;
    const auto consistency = [&](uint64_t old_size) { return log.consistency(old_size, out.head.checkpoint.size); };
    HENG_TRY(record::Collected collected, record::collect_cosignatures(out.head, *policy, consistency, last));
    for (const auto& answer : collected.answers)
      if (answer.alarming)
        return Error{ErrorKind::verification, "witness-alarm",
                     "witness " + answer.name + " has seen another history of this log: " + answer.problem, "",
                     "nothing was published; compare what both sides hold, and do not sign on"};
    out.head = std::move(collected.checkpoint);
    out.answers = std::move(collected.answers);
    out.quorum = collected.quorum;
  }
  HENG_TRY_VOID(log.publish(out.head));
  if (out.quorum) HENG_TRY_VOID(record::write_durably(disk, dir + "/witnessed", out.head.note.bytes()));
  return out;
}

Instant wall_clock() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return Instant{std::chrono::duration_cast<std::chrono::microseconds>(since).count()};
}

Result<std::string> read_input(const std::string& path) {
  constexpr size_t kMost = 256u << 20;
  if (path != "-") return record::read_whole(*record::real_disk(), path, kMost);
  std::string out{std::istreambuf_iterator<char>(std::cin), {}};
  if (out.size() > kMost)
    return Error{ErrorKind::bad_input, "file-too-long", "the input is longer than 256 MiB", "-", ""};
  return out;
}

Result<void> write_output(const std::string& path, std::string_view bytes) {
  if (path.empty() || path == "-") {
    std::cout.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return {};
  }
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) return Error{ErrorKind::environment, "file-write", "the file cannot be written", path, ""};
  return {};
}

Result<std::optional<tlog::Policy>> find_policy(const std::string& given, const std::string& dir) {
  const auto disk = record::real_disk();
  const std::string path = given.empty() ? dir + "/policy" : given;
  if (given.empty() && !disk->exists(path)) return std::optional<tlog::Policy>{};
  HENG_TRY(const std::string text, record::read_whole(*disk, path, 65536));
  HENG_TRY(tlog::Policy policy, tlog::parse_policy(text));
  return std::optional<tlog::Policy>(std::move(policy));
}

std::optional<tlog::SignedCheckpoint> witnessed_checkpoint(const std::string& dir) {
  const auto policy = find_policy("", dir);
  const auto disk = record::real_disk();
  if (!policy.ok() || !policy->has_value() || !disk->exists(dir + "/witnessed")) return std::nullopt;
  const auto text = record::read_whole(*disk, dir + "/witnessed", tlog::kMaxNoteBytes);
  if (!text.ok()) return std::nullopt;
  auto head = tlog::parse_checkpoint(*text);
  if (!head.ok()) return std::nullopt;
  const auto verdict = tlog::apply_policy(**policy, *head);
  if (!verdict.ok() || !verdict->quorum || !(*policy)->quorum) return std::nullopt;
  return std::move(*head);
}

Result<tlog::SignedCheckpoint> head_for(const record::Record& record, const std::string& dir,
                                        uint64_t index) {
  if (auto witnessed = witnessed_checkpoint(dir); witnessed && index < witnessed->checkpoint.size)
    return std::move(*witnessed);
  HENG_TRY(auto head, record.log().published());
  if (!head)
    return Error{ErrorKind::not_found, "checkpoint-missing", "the record has no checkpoint yet", "",
                 "make one with `heng record checkpoint`"};
  return std::move(*head);
}

uint64_t witnessed_size(const std::string& dir) {
  const auto head = witnessed_checkpoint(dir);
  return head ? head->checkpoint.size : 0;
}

Result<uint64_t> read_act_files(const std::vector<std::string>& files, const std::string& format, const std::string& map,
                                const std::string& zone, const OnAct& take, const std::function<void()>& flush) {
  ReadOptions options;
  options.mapping_path = map;
  options.zone = zone;
  if (format != "auto") {
    HENG_TRY(options.format, format_named(format));
  }
  uint64_t refused = 0;
  for (const std::string& file : files.empty() ? std::vector<std::string>{"-"} : files) {
    const auto report = read_acts(file, options, take);
    flush();
    if (!report.ok()) return report.error();
    for (const Problem& problem : report->problems)
      if (problem.refused)
        fmt::print(stderr, "heng: {}: {} [{}]{}{}\n", problem.where, problem.what, problem.code,
                   problem.help.empty() ? "" : "; help: ", problem.help);
    refused += report->refused;
  }
  return refused;
}

int report_error(const Error& error) {
  print_error(error);
  return exit_code_of(error);
}

void add_record_commands(CLI::App& app, int& exit_code) {
  CLI::App* group = app.add_subcommand("record", "the durable, signed, witnessed, confidential log of acts");
  group->require_subcommand(1);
  {
    auto arguments = std::make_shared<InitArguments>();
    CLI::App* command = group->add_subcommand("init", "makes an empty record and its keys");
    add_place_options(*command, arguments->place);
    command
        ->add_option("--origin", arguments->origin,
                     "the log's name for the world, as in record.example.org/nanshan")
        ->required();
    command->add_option("--agency", arguments->agency, "who signs acts here")->required();
    command->add_option("--policy", arguments->policy, "the trust policy: who must have witnessed a state");
    command->add_option("--segment", arguments->segment_mib, "MiB of a log segment")
        ->check(CLI::Range(1, 2048));
    command->add_option("--twin", arguments->twin, "sm3: a second tree over the same entries, with SM3 and an SM2 signature")
        ->check(CLI::IsMember({"sm3"}));
    command->callback([arguments, &exit_code] { exit_code = run_init(*arguments); });
  }
  {
    auto arguments = std::make_shared<AppendArguments>();
    CLI::App* command =
        group->add_subcommand("append", "records acts; prints a receipt for each once it is durable");
    add_place_options(*command, arguments->place);
    command->add_option("FILE", arguments->files, "acts as NDJSON, CSV, XES or OCEL; standard input if none");
    command->add_option("--as", arguments->as,
                        "the agency that signs for acts of agencies without a key here");
    command->add_option("--sign", arguments->sign, "one signature an act, or one a batch")
        ->check(CLI::IsMember({"each", "batch"}));
    command->add_option("--batch", arguments->batch, "acts in one commit")->check(CLI::Range(1, 100000));
    command->add_option("--format", arguments->format, "auto, ndjson, csv, xes, ocel2-json, …");
    command->add_option("--map", arguments->map, "mapping of foreign columns");
    command->add_option("--zone", arguments->zone, "time zone of times without offset");
    command->callback([arguments, &exit_code] { exit_code = run_append(*arguments); });
  }
  {
    auto arguments = std::make_shared<ShowArguments>();
    CLI::App* command = group->add_subcommand("show", "lists what is recorded; that it was read is recorded too");
    add_place_options(*command, arguments->place);
    command->add_option("--case", arguments->case_id, "only this case");
    command->add_option("--id", arguments->id, "only this act");
    command->add_option("--from", arguments->from, "from this entry on");
    command->add_option("--format", arguments->format, "text, ndjson (the acts, with `recorded`) or leaf")
        ->check(CLI::IsMember({"text", "ndjson", "leaf"}));
    command->add_option("--reader", arguments->reader, "who reads, for the record (default the agency whose key is here)");
    command->add_option("--basis", arguments->basis, "why, for the record");
    command->callback([arguments, &exit_code] { exit_code = run_show(*arguments); });
  }
  {
    auto arguments = std::make_shared<CheckpointArguments>();
    CLI::App* command =
        group->add_subcommand("checkpoint", "signs the present state, has it witnessed and publishes it");
    add_place_options(*command, arguments->place);
    command->add_option("--policy", arguments->policy, "the trust policy (default DIR/policy)");
    command->add_flag("--offline", arguments->offline, "asks no witness");
    command->callback([arguments, &exit_code] { exit_code = run_checkpoint(*arguments); });
  }
  {
    auto arguments = std::make_shared<ProveArguments>();
    CLI::App* command = group->add_subcommand(
        "prove", "writes a proof of one act, a dossier of a case, or a consistency proof");
    add_place_options(*command, arguments->place);
    command->add_option("--id", arguments->id, "the act");
    command->add_option("--index", arguments->index, "the entry");
    command->add_option("--case", arguments->case_id, "the whole case, as a dossier");
    command->add_option("--consistency", arguments->consistency, "from this older size to the published one");
    command->add_option("-o,--output", arguments->output, "the file to write (default standard output)");
    command->add_flag("--qr", arguments->qr, "prints a QR code instead");
    command->add_flag("--twin", arguments->twin, "the entry's place in the SM3 twin log instead");
    command->add_flag("--cose", arguments->cose, "as a COSE receipt (RFC 9942) instead; needs the log's key");
    command
        ->add_option("--timestamp", arguments->timestamp,
                     "a time-stamp request (RFC 3161) over the checkpoint, for an authority")
        ->check(CLI::IsMember({"sha256", "sm3"}));
    command->callback([arguments, &exit_code] { exit_code = run_prove(*arguments); });
  }
  {
    auto arguments = std::make_shared<VerifyArguments>();
    CLI::App* command = group->add_subcommand(
        "verify", "checks a proof, a redacted act or a dossier offline, as heng-verify does");
    command->add_option("FILE", arguments->file, "the file to check")->required();
    command->add_option("--policy", arguments->policy, "the trust policy");
    command->add_option("--twin-key", arguments->twin_key, "of a proof in an SM3 twin log: the twin's SM2 key (DIR/twin/key.pem)");
    command->add_option("--leaf", arguments->leaf, "the entry, if the proof does not hold it");
    command->add_option("--compare", arguments->compare, "another file about the same log");
    command->add_option("--consistency", arguments->consistency, "a consistency proof between the two");
    command->add_option("--lang", arguments->language, "zh, en or both")
        ->check(CLI::IsMember({"zh", "en", "both"}));
    command->callback([arguments, &exit_code] { exit_code = run_verify(*arguments); });
  }
  {
    auto place = std::make_shared<RecordPlace>();
    CLI::App* command =
        group->add_subcommand("audit", "checks everything on the disk against everything else");
    add_place_options(*command, *place);
    command->callback([place, &exit_code] { exit_code = run_audit(*place); });
  }
  add_record_key_commands(*group, exit_code);
  add_record_witness_commands(*group, exit_code);
  add_record_serve_commands(*group, exit_code);
  add_record_examples(*group);
}

}  // namespace heng
