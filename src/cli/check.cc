// heng check: a history of acts against the law.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>

#include "cli/cli.h"
#include "cli/follow.h"
#include "cli/history_options.h"
#include "cli/record_source.h"
#include "watch/oracle.h"

namespace heng {
namespace {

struct CheckArguments {
  HistoryOptions history;
  std::string format = "text";
  std::string fail_on = "breach";
  std::string language;
  std::string out = "-";
  std::vector<std::string> rules;
  size_t limit = 100;
  bool no_missing = false;
  bool follow = false;
  bool event_time = false;
  std::string state;
  std::string proofs;
  bool record_findings = false;
};

// Leaves what changed for the record; gives an exit code, 0 if all went well.
int record_findings(LoadedHistory& loaded, const std::vector<watch::Finding>& findings, const std::set<std::string>& only) {
  FindingBook book(*loaded.record);
  for (const Act& act : loaded.recorded_findings) book.learn(act);
  Result<void> inbox = book.learn_inbox();
  if (!inbox.ok()) return report_error(inbox.error());
  const auto changes = book.settle(findings, loaded.now, [&](const std::string& rule) {
    return rule_is_judged(loaded.law->plan, only, rule);
  });
  if (!changes.ok()) return report_error(changes.error());
  fmt::print(stderr, "heng: {} changes of findings left to be recorded\n", changes.value());
  return 0;
}

int check(const CheckArguments& arguments) {
  const bool of_record = !arguments.history.record.place.dir.empty();
  if (!of_record && (arguments.record_findings || !arguments.proofs.empty())) {
    fmt::print(stderr, "heng: --record-findings and --proofs need --record DIR\n");
    return 2;
  }
  auto loaded = load_history(arguments.history);
  if (!loaded.ok()) {
    print_error(loaded.error());
    return exit_code_of(loaded.error());
  }
  watch::OracleOptions options;
  options.now = loaded->now.instant;
  options.jobs = default_jobs(arguments.history.jobs);
  options.missing = !arguments.no_missing;
  options.views = arguments.format == "html" || arguments.format == "json";
  for (const std::string& rule : arguments.rules) {
    // A rule is named with its pack, or alone where that is enough.
    for (const auto* heads : {&loaded->law->plan}) {
      const auto take = [&](const watch::Head& head) {
        if (head.rule == rule || head.name == rule) options.only_rules.insert(head.rule);
      };
      for (const auto& d : heads->rules) take(d);
      for (const auto& d : heads->clocks) take(d);
      for (const auto& d : heads->separations) take(d);
      for (const auto& d : heads->powers) take(d);
      for (const auto& d : heads->watches) take(d);
    }
    if (options.only_rules.empty()) {
      fmt::print(stderr, "heng: no rule is called `{}`; help: `heng law list` names the packs, `heng law explain` a rule\n", rule);
      return 5;
    }
  }
  watch::Verdicts verdicts = watch::judge_history(*loaded->history, options);
  report::Report report = report_of(loaded.value());
  for (const std::string& id : verdicts.reported)
    report.notes.push_back("act `" + id + "` corrects or annuls no act of its case placed before it; it stays out of the timeline");
  report.findings = std::move(verdicts.findings);
  report.cases = std::move(verdicts.cases);

  for (const std::string& problem : loaded->problems) fmt::print(stderr, "refused: {}\n", problem);
  if (loaded->refused > 0)
    fmt::print(stderr, "{} line{} refused; the others were judged\n", loaded->refused, loaded->refused == 1 ? " was" : "s were");
  if (arguments.format != "text")
    for (const std::string& note : report.notes) fmt::print(stderr, "note: {}\n", note);

  std::ofstream file;
  if (arguments.out != "-") {
    file.open(arguments.out, std::ios::binary);
    if (!file) {
      fmt::print(stderr, "heng: `{}` cannot be written; help: check the folder and its permissions\n", arguments.out);
      return 70;
    }
  }
  std::ostream& out = arguments.out == "-" ? std::cout : file;
  if (arguments.format == "ndjson") {
    report::write_ndjson(out, report.findings, report.evidence);
  } else if (arguments.format == "json") {
    report::write_json(out, report);
  } else if (arguments.format == "sarif") {
    report::write_sarif(out, report);
  } else if (arguments.format == "junit") {
    report::write_junit(out, report);
  } else if (arguments.format == "html") {
    report::write_html(out, report);
  } else {
    report::TextOptions text;
    text.language = terminal_language(arguments.language);
    text.colour = arguments.out == "-" && isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
    text.limit = arguments.limit;
    text.glossary = report.glossary;
    report::write_text(out, report, text);
  }
  out.flush();
  if (!out) {
    fmt::print(stderr, "heng: the output could not be written whole\n");
    return 70;
  }
  if (!arguments.proofs.empty()) {
    const auto too_new = loaded->record->write_proofs(arguments.proofs, report.findings);
    if (!too_new.ok()) return report_error(too_new.error());
    if (*too_new > 0)
      fmt::print(stderr, "note: {} acts are newer than the last checkpoint and have no proof yet; help: `heng record checkpoint`\n",
                 too_new.value());
  }
  if (arguments.record_findings)
    if (const int code = record_findings(loaded.value(), report.findings, options.only_rules); code != 0) return code;
  if (loaded->refused > 0) return 3;
  for (const watch::Finding& finding : report.findings) {
    if (finding.kind == watch::Kind::breach || finding.kind == watch::Kind::late) return 1;
    if (arguments.fail_on == "warn" && finding.kind == watch::Kind::warn) return 1;
  }
  return 0;
}

}  // namespace

void add_check_command(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<CheckArguments>();
  CLI::App* command = app.add_subcommand("check", "check a history of acts against the law");
  add_history_options(*command, arguments->history, true);
  add_now_option(*command, arguments->history);
  add_jobs_option(*command, arguments->history);
  command->add_option("--format,-f", arguments->format, "text, ndjson, json, sarif, junit or html")
      ->check(CLI::IsMember({"text", "ndjson", "json", "sarif", "junit", "html"}));
  command->add_option("--fail-on", arguments->fail_on, "exit with 1 from this kind up: breach or warn")
      ->check(CLI::IsMember({"breach", "warn"}));
  command->add_option("--lang", arguments->language, "zh, en or both (text)")->check(CLI::IsMember({"zh", "en", "both"}));
  command->add_option("--rule", arguments->rules, "only this rule; may be given again")->type_name("RULE");
  command->add_option("--limit", arguments->limit, "text: findings shown in full, 0 for all");
  command->add_option("--out,-o", arguments->out, "write here instead of standard output")->type_name("FILE");
  command->add_flag("--no-missing", arguments->no_missing, "leave out what could not be decided");
  command->add_flag("--follow", arguments->follow, "read acts from standard input or a record without end, tell changes as they become true");
  command->add_option("--state", arguments->state, "with --follow: a folder that survives restarts; nothing is lost or told twice. Of many acts most lie there, not in memory")
      ->type_name("DIR");
  command->add_flag("--event-time", arguments->event_time, "with --follow: time moves by the acts, not by the wall clock");
  command->add_option("--proofs", arguments->proofs,
                      "with --record: write a proof file for each act that findings rest on (heng-verify reads them)")
      ->type_name("DIR");
  command->add_flag("--record-findings", arguments->record_findings,
                    "with --record: findings and their withdrawals are recorded too, each change once");
  command->footer(
      "Examples:\n"
      "  heng check acts.ndjson --pack cn.criminal\n"
      "  heng check fines.xes.gz --pack it.traffic_fines --format html -o report.html\n"
      "  heng check acts.ndjson --now 2026-06-30 --format ndjson --fail-on warn\n"
      "  tail -f acts.ndjson | heng check --follow - --state state/ --pack cn.criminal\n"
      "  heng check --record records/nanshan --pack cn.criminal --proofs proofs/ --record-findings\n"
      "  heng check --record records/nanshan --follow --state state/ --pack cn.criminal --record-findings\n"
      "Exit codes: 0 fine, 1 findings, 2 usage, 3 lines refused, 5 no such pack or file.");
  command->callback([arguments, command, &exit_code] {
    // What would not be heeded is refused, not passed over.
    for (const char* name : {"--format", "--fail-on", "--lang", "--rule", "--limit", "--out", "--now", "--map", "--zone", "--agency",
                             "--input-format"})
      if (arguments->follow && command->count(name) > 0) {
        fmt::print(stderr, "heng: {} says nothing to --follow, which reads NDJSON and writes changes as NDJSON; help: leave it out\n", name);
        exit_code = 2;
        return;
      }
    for (const char* name : {"--state", "--event-time"})
      if (!arguments->follow && command->count(name) > 0) {
        fmt::print(stderr, "heng: {} goes with --follow; help: add --follow, or leave it out\n", name);
        exit_code = 2;
        return;
      }
    if (!arguments->follow) {
      exit_code = check(*arguments);
      return;
    }
    const FollowOptions options{arguments->history, arguments->state, !arguments->no_missing, arguments->event_time,
                                arguments->record_findings};
    if (!arguments->history.record.place.dir.empty() && arguments->history.files.empty()) {
      exit_code = follow_record(options);
      return;
    }
    if (arguments->history.files != std::vector<std::string>{"-"} || arguments->record_findings) {
      fmt::print(stderr, "heng: --follow reads standard input or a record; help: name `-` as the file, or --record DIR\n");
      exit_code = 2;
      return;
    }
    exit_code = follow(options);
  });
}

}  // namespace heng
