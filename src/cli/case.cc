// heng case show|clocks and heng finding list|explain: one case or one finding of a history, with its whole reckoning.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <memory>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/history_options.h"
#include "report/words.h"
#include "watch/oracle.h"

namespace heng {
namespace {

struct CaseArguments {
  HistoryOptions history;
  std::string id;
  std::string language;
  std::string format = "text";
};

report::TextOptions text_options(const CaseArguments& arguments) {
  report::TextOptions out;
  out.language = terminal_language(arguments.language);
  out.colour = isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
  out.limit = 0;
  return out;
}

enum class What { show, clocks };

// The exit code of an answer that was given: refused lines may have changed it.
int told(const LoadedHistory& loaded) {
  for (const std::string& problem : loaded.problems) fmt::print(stderr, "refused: {}\n", problem);
  if (loaded.refused == 0) return 0;
  fmt::print(stderr, "heng: {} line{} refused; the answer is of the others\n", loaded.refused, loaded.refused == 1 ? " was" : "s were");
  return 3;
}

int show_case(const CaseArguments& arguments, What what) {
  auto loaded = load_history(arguments.history);
  if (!loaded.ok()) {
    print_error(loaded.error());
    return exit_code_of(loaded.error());
  }
  watch::OracleOptions options;
  options.now = loaded->now.instant;
  options.only_case = arguments.id;
  options.all_views = true;
  watch::Verdicts verdicts = watch::judge_history(*loaded->history, options);
  if (verdicts.cases.empty() || verdicts.cases[0].acts.empty()) {
    told(loaded.value());
    std::vector<std::string> names;
    for (const watch::Sym name : loaded->history->cases()) names.push_back(loaded->law->plan.symbols.string(name));
    const auto near = suggest(arguments.id, names);
    fmt::print(stderr, "heng: no act of a case `{}` is in the history{}\n", printable(arguments.id),
               near.empty() ? "; help: `heng finding list` shows the cases with findings" : "; help: did you mean `" + printable(near.front()) + "`?");
    return 5;
  }
  const report::TextOptions text = text_options(arguments);
  if (arguments.format == "json") {
    report::Report report = report_of(loaded.value());
    report.findings = std::move(verdicts.findings);
    report.cases = std::move(verdicts.cases);
    report::write_json(std::cout, report);
    return told(loaded.value());
  }
  if (what == What::show) {
    std::cout << report::case_text(verdicts.cases[0], text);
    report::Report report = report_of(loaded.value());
    report.case_count = 1;
    report.findings = std::move(verdicts.findings);
    if (!report.findings.empty()) {
      std::cout << '\n';
      for (const watch::Finding& finding : report.findings) std::cout << report::explain_text(finding, text) << '\n';
    }
  } else {
    std::cout << report::clocks_text(verdicts.cases[0], text);
  }
  return told(loaded.value());
}

int findings(const CaseArguments& arguments, bool explain) {
  auto loaded = load_history(arguments.history);
  if (!loaded.ok()) {
    print_error(loaded.error());
    return exit_code_of(loaded.error());
  }
  watch::OracleOptions options;
  options.now = loaded->now.instant;
  options.jobs = default_jobs(arguments.history.jobs);
  const watch::Verdicts verdicts = watch::judge_history(*loaded->history, options);
  const report::TextOptions text = text_options(arguments);
  if (!explain) {
    if (arguments.format == "json") {
      report::write_ndjson(std::cout, verdicts.findings);
      return told(loaded.value());
    }
    size_t width = 0;
    for (const watch::Finding& finding : verdicts.findings)
      width = std::max(width, display_width(report::shown(report::word_of(finding.kind), text.language)));
    for (const watch::Finding& finding : verdicts.findings)
      fmt::print("{}  {}  {}  {}  {}\n", finding.id, pad_right(report::shown(report::word_of(finding.kind), text.language), width),
                 format_rfc3339(finding.at), printable(finding.case_id), printable(report::shown(finding.message, text.language)));
    return told(loaded.value());
  }
  size_t found = 0;
  const watch::Finding* match = nullptr;
  for (const watch::Finding& finding : verdicts.findings)
    if (finding.id.starts_with(arguments.id)) {
      match = &finding;
      ++found;
    }
  if (found != 1) {
    told(loaded.value());
    fmt::print(stderr, "heng: {} findings begin with `{}`; help: `heng finding list` shows their ids\n", found, printable(arguments.id));
    return 5;
  }
  if (arguments.format == "json")
    report::write_ndjson(std::cout, std::span<const watch::Finding>(match, 1));
  else
    std::cout << report::explain_text(*match, text);
  return told(loaded.value());
}

CLI::App* add(CLI::App& group, const std::string& name, const std::string& help, CaseArguments& arguments,
              const std::string& id) {
  CLI::App* command = group.add_subcommand(name, help);
  if (!id.empty()) command->add_option(id, arguments.id, id == "CASE" ? "the case" : "the finding's id, or how it begins")->required();
  add_history_options(*command, arguments.history, false);
  add_now_option(*command, arguments.history);
  command->add_option("--lang", arguments.language, "zh, en or both")->check(CLI::IsMember({"zh", "en", "both"}));
  command->add_option("--format,-f", arguments.format, id.empty() ? "text, or json: one finding a line" : "text or json")
      ->check(CLI::IsMember({"text", "json"}));
  return command;
}

}  // namespace

void add_case_commands(CLI::App& app, int& exit_code) {
  CLI::App* cases = app.add_subcommand("case", "one case of a history: its acts, clocks and findings");
  cases->require_subcommand(1);
  auto show = std::make_shared<CaseArguments>();
  CLI::App* command = add(*cases, "show", "acts in the order they count, clocks, findings", *show, "CASE");
  command->footer("Example:\n  heng case show LQ-0001 --history acts.ndjson --pack cn.criminal");
  command->callback([show, &exit_code] { exit_code = show_case(*show, What::show); });
  auto clocks = std::make_shared<CaseArguments>();
  command = add(*cases, "clocks", "every clock of the case with its sum", *clocks, "CASE");
  command->footer("Example:\n  heng case clocks LQ-0001 --history acts.ndjson --pack cn.criminal --now 2026-03-05");
  command->callback([clocks, &exit_code] { exit_code = show_case(*clocks, What::clocks); });

  CLI::App* group = app.add_subcommand("finding", "findings of a history, one by one");
  group->require_subcommand(1);
  auto list = std::make_shared<CaseArguments>();
  command = add(*group, "list", "a line a finding", *list, "");
  add_jobs_option(*command, list->history);
  command->footer(
      "Examples:\n  heng finding list --history acts.ndjson --pack cn.criminal\n"
      "  heng finding list --history acts.ndjson --pack cn.criminal --format json\n"
      "Exit codes: 0 told, 3 told, but lines were refused, 5 no such pack or file.");
  command->callback([list, &exit_code] { exit_code = findings(*list, false); });
  auto explain = std::make_shared<CaseArguments>();
  command = add(*group, "explain", "the whole explanation of a finding", *explain, "ID");
  add_jobs_option(*command, explain->history);
  command->footer("Example:\n  heng finding explain 3f9a --history acts.ndjson --pack cn.criminal");
  command->callback([explain, &exit_code] { exit_code = findings(*explain, true); });
}

}  // namespace heng
