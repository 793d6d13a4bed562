// heng case show|clocks|next and heng finding list|explain: one case or one finding of a history, with its whole reckoning.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <memory>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/gate_report.h"
#include "cli/history_options.h"
#include "report/words.h"
#include "watch/next.h"
#include "watch/oracle.h"

namespace heng {
namespace {

struct CaseArguments {
  HistoryOptions history;
  std::string id;
  std::string language;
  std::string format = "text";
  std::string role;
  std::string agency;
  std::string person;
  bool allowed_only = false;
};

report::TextOptions text_options(const CaseArguments& arguments, const LoadedHistory& loaded) {
  report::TextOptions out;
  out.language = terminal_language(arguments.language);
  out.colour = isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
  out.limit = 0;
  out.glossary = glossary_of(loaded.law->plan);
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
  const report::TextOptions text = text_options(arguments, loaded.value());
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

// What the official may do now, the most pressing first.
int next(CaseArguments arguments) {
  arguments.history.keep_case = arguments.id;
  auto loaded = load_history(arguments.history);
  if (!loaded.ok()) {
    print_error(loaded.error());
    return exit_code_of(loaded.error());
  }
  for (const std::string& problem : loaded->problems) fmt::print(stderr, "refused: {}\n", problem);
  const watch::NextQuestion question{arguments.id, arguments.role, arguments.agency, arguments.person, loaded->now};
  auto steps = watch::next_steps(loaded->law->plan, loaded->kept, question);
  if (!steps.ok()) {
    print_error(steps.error());
    return exit_code_of(steps.error());
  }
  using Verdict = watch::GateAnswer::Verdict;
  if (arguments.allowed_only)
    std::erase_if(*steps, [](const watch::NextStep& step) {
      return step.answer.verdict != Verdict::allowed && step.answer.verdict != Verdict::warned;
    });
  if (arguments.format == "json") {
    nlohmann::ordered_json out;
    out["schema"] = "heng/next/v1";
    out["case"] = arguments.id;
    out["role"] = arguments.role;
    out["agency"] = arguments.agency;
    if (!arguments.person.empty()) out["person"] = arguments.person;
    out["now"] = format_rfc3339(loaded->now);
    out["steps"] = nlohmann::ordered_json::array();
    for (const watch::NextStep& step : *steps) {
      nlohmann::ordered_json one;
      one["type"] = step.type;
      one["label"] = {{"zh", step.label.zh}, {"en", step.label.en}};
      one["on"] = nlohmann::ordered_json::object();
      for (const auto& [subject, value] : step.on) one["on"][subject] = value;
      one["answer"] = watch::name_of(step.answer.verdict);
      set_answer(one, step.answer);
      out["steps"].push_back(std::move(one));
    }
    fmt::print("{}\n", out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    return 0;
  }
  const bool zh = terminal_language(arguments.language) == report::Language::zh;
  size_t counts[4] = {};
  for (const watch::NextStep& step : *steps) ++counts[static_cast<size_t>(step.answer.verdict)];
  fmt::print(fmt::runtime(zh ? "案件 {}，{} 时点 {}：可以实施 {} 项，注意 {} 项，缺少事实 {} 项，不得实施 {} 项\n"
                             : "case {}, {} at {}: {} allowed, {} with a warning, {} lacking facts, {} not allowed\n"),
             arguments.id, arguments.role + (arguments.agency.empty() ? "" : " " + arguments.agency),
             format_rfc3339(loaded->now), counts[0], counts[1], counts[3], counts[2]);
  for (const watch::NextStep& step : *steps) {
    std::string on;
    for (const auto& [subject, value] : step.on) on += " " + value;
    fmt::print("\n{} ({}){}: {}\n", zh ? step.label.zh : step.label.en, step.type, on,
               verdict_words(step.answer.verdict, zh));
    print_answer(step.answer, loaded->law->plan, zh, 2);
  }
  return 0;
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
  const report::TextOptions text = text_options(arguments, loaded.value());
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

  auto step = std::make_shared<CaseArguments>();
  command = add(*cases, "next", "what an official may do in the case now, what meets a running deadline first", *step, "CASE");
  command->add_option("--role", step->role, "the official's role, as the packs name it")->required();
  command->add_option("--office", step->agency, "the official's office, an agency's id");
  command->add_option("--person", step->person, "the official's own id; rules about who did what before need it");
  command->add_flag("--allowed", step->allowed_only, "only what may be done");
  command->footer(
      "An act is shown if its type names the role, or a power over it is the role's. Each is asked of the gate as if done now,\n"
      "with nothing more stated than who, where and whom: what needs a fact says which.\n"
      "Example:\n  heng case next LQ-0001 --role investigator --office police-nanshan --history acts.ndjson --pack cn.criminal --now now\n"
      "Exit codes: 0 told, 5 no such case or role.");
  command->callback([step, &exit_code] { exit_code = next(*step); });

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
