// heng record: making, filling, reading and proving a record.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <fstream>
#include <iostream>
#include <iterator>

#include "act/json.h"
#include "act/read.h"
#include "cli/cli.h"
#include "cli/history_options.h"
#include "cli/qr.h"
#include "cli/record_common.h"
#include "record/export.h"
#include "record/witness_node.h"
#include "tlog/witness.h"

namespace heng {
namespace {

constexpr size_t kQrBytes = 2953;  // version 40, level L, bytes

struct InitArguments {
  RecordPlace place;
  std::string origin, agency, policy;
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
  ReadOptions options;
  options.mapping_path = arguments.map;
  options.zone = arguments.zone;
  if (arguments.format != "auto") {
    const auto format = format_named(arguments.format);
    if (!format.ok()) return report_error(format.error());
    options.format = *format;
  }
  Appender appender(*opened->record, arguments);
  uint64_t bad_lines = 0;
  if (arguments.files.empty()) arguments.files.push_back("-");
  for (const std::string& file : arguments.files) {
    const auto report = read_acts(file, options, [&](Act& act) { appender.take(act); });
    appender.flush();
    if (!report.ok()) return report_error(report.error());
    for (const Problem& problem : report->problems)
      if (problem.refused)
        fmt::print(stderr, "heng: {}: {} [{}]{}{}\n", problem.where, problem.what, problem.code,
                   problem.help.empty() ? "" : "; help: ", problem.help);
    bad_lines += report->refused;
  }
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
  std::string case_id, id, format = "text";
  uint64_t from = 0;
};

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
  for (const uint64_t index : entries) {
    const auto stored = record.read(index);
    if (!stored.ok()) return report_error(stored.error());
    if (arguments.format == "text") {
      show_text(*stored, witnessed);
    } else if (arguments.format == "leaf") {
      fmt::print("{}\n", stored->leaf.bytes());
    } else if (stored->act) {
      fmt::print("{}\n", act_to_json(*stored->act));
    }
  }
  return 0;
}

struct CheckpointArguments {
  RecordPlace place;
  std::string policy;
  bool offline = false;
};

// Signs, asks the witnesses, publishes. Recording goes on without a quorum; what it lacks is said.
int run_checkpoint(const CheckpointArguments& arguments) {
  auto opened = open_record(arguments.place, true);
  if (!opened.ok()) return report_error(opened.error());
  record::Log& log = opened->record->log();
  const auto policy = find_policy(arguments.policy, arguments.place.dir);
  if (!policy.ok()) return report_error(policy.error());
  if (policy->has_value() && !arguments.offline) {
    for (const tlog::SignedCheckpoint& seen : record::seen_by_witnesses(log.origin(), **policy)) {
      const auto honest = log.continues(seen.checkpoint);
      if (!honest.ok()) return report_error(honest.error());
    }
  }
  auto head = log.sign(opened->record->log_signer());
  if (!head.ok()) return report_error(head.error());
  bool quorum = false, alarm = false;
  if (policy->has_value() && !arguments.offline) {
    const auto consistency = [&](uint64_t old_size) {
      return tlog::consistency_proof(log.tree(), old_size, head->checkpoint.size);
    };
    std::map<std::string, uint64_t> last;
    if (const auto shown = log.published(); shown.ok() && shown->has_value())
      for (const auto& witness : (*policy)->witnesses)
        for (const auto& signature : (*shown)->note.signatures)
          if (tlog::signature_is_from(signature, witness.key)) last[witness.name] = (*shown)->checkpoint.size;
    auto collected = record::collect_cosignatures(*head, **policy, consistency, last);
    if (!collected.ok()) return report_error(collected.error());
    for (const auto& answer : collected->answers) {
      fmt::print(stderr, "heng: witness {}: {}\n", answer.name,
                 answer.cosigned ? "cosigned" : answer.problem);
      alarm = alarm || answer.alarming;
    }
    *head = collected->checkpoint;
    quorum = collected->quorum;
  }
  if (alarm) {
    fmt::print(stderr, "heng: a witness has seen another history of this log: nothing was published\n");
    return 4;
  }
  const auto published = log.publish(*head);
  if (!published.ok()) return report_error(published.error());
  if (quorum) {
    const auto kept =
        record::write_durably(*opened->disk, arguments.place.dir + "/witnessed", head->note.bytes());
    if (!kept.ok()) return report_error(kept.error());
  }
  fmt::print("{}", head->note.bytes());
  fmt::print(stderr, "heng: checkpoint of {} entries, {}\n", head->checkpoint.size,
             quorum ? "witnessed by a quorum" : "NOT YET WITNESSED: without legal effect");
  return 0;
}

struct ProveArguments {
  RecordPlace place;
  std::string id, case_id, output;
  std::optional<uint64_t> index, consistency;
  bool qr = false, cose = false;
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
  const auto head = head_for(record, arguments.place.dir, *index);
  if (!head.ok()) return report_error(head.error());
  Result<std::string> file = std::string();
  if (arguments.consistency) {
    auto proof = tlog::consistency_proof(record.log().tree(), *arguments.consistency, head->checkpoint.size);
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
  std::string file, policy, leaf, compare, consistency, language = "both";
};

int run_verify(const VerifyArguments& arguments) {
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
  const auto log = opened->record->log().audit();
  if (!log.ok()) return report_error(log.error());
  const auto acts = opened->record->audit_acts();
  if (!acts.ok()) return report_error(acts.error());
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  fmt::print(
      "clean: {} entries, {} tiles, {} bytes; numbers, chains, bodies and signatures hold ({:.2f} s)\n",
      log->entries, log->tiles, log->bytes, took.count());
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

Result<OpenRecord> open_record(const RecordPlace& place, bool writable) {
  OpenRecord out;
  out.disk = record::real_disk();
  HENG_TRY(out.record, record::Record::open(*out.disk, place.options(writable), record::system_random()));
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

namespace {

std::optional<tlog::SignedCheckpoint> witnessed_head(const std::string& dir) {
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

}  // namespace

Result<tlog::SignedCheckpoint> head_for(const record::Record& record, const std::string& dir,
                                        uint64_t index) {
  if (auto witnessed = witnessed_head(dir); witnessed && index < witnessed->checkpoint.size)
    return std::move(*witnessed);
  HENG_TRY(auto head, record.log().published());
  if (!head)
    return Error{ErrorKind::not_found, "checkpoint-missing", "the record has no checkpoint yet", "",
                 "make one with `heng record checkpoint`"};
  return std::move(*head);
}

uint64_t witnessed_size(const std::string& dir) {
  const auto head = witnessed_head(dir);
  return head ? head->checkpoint.size : 0;
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
    CLI::App* command = group->add_subcommand("show", "lists what is recorded");
    add_place_options(*command, arguments->place);
    command->add_option("--case", arguments->case_id, "only this case");
    command->add_option("--id", arguments->id, "only this act");
    command->add_option("--from", arguments->from, "from this entry on");
    command->add_option("--format", arguments->format, "text, ndjson (the acts, with `recorded`) or leaf")
        ->check(CLI::IsMember({"text", "ndjson", "leaf"}));
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
    command->add_option("--policy", arguments->policy, "the trust policy")->required();
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
}

}  // namespace heng
