// heng gate: may this be done now? One hypothetical step over a history (docs/language.md, section 7).
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

#include "act/json.h"
#include "cli/cli.h"
#include "cli/history_options.h"
#include "watch/gate.h"

namespace heng {
namespace {

struct GateArguments {
  HistoryOptions history;
  std::string act;
  std::string format = "text";
  std::string language;
};

nlohmann::ordered_json json_of(const watch::Finding& finding) {
  nlohmann::ordered_json out;
  out["rule"] = finding.rule;
  if (!finding.part.empty()) out["part"] = finding.part;
  out["severity"] = watch::name_of(finding.severity);
  out["message"] = {{"zh", finding.message.zh}, {"en", finding.message.en}};
  out["cites"] = finding.cites;
  if (!finding.missing.empty()) out["missing"] = finding.missing;
  nlohmann::ordered_json why = nlohmann::ordered_json::array();
  for (const watch::Why& line : finding.why) why.push_back({{"step", line.step}, {"zh", line.text.zh}, {"en", line.text.en}});
  out["why"] = why;
  return out;
}

nlohmann::ordered_json json_of(const watch::ClockView& clock) {
  nlohmann::ordered_json out;
  out["rule"] = clock.rule;
  out["label"] = {{"zh", clock.label.zh}, {"en", clock.label.en}};
  if (clock.end) out["due"] = format_rfc3339(*clock.end);
  nlohmann::ordered_json sum = nlohmann::ordered_json::array();
  for (const watch::Why& line : clock.sum) sum.push_back({{"step", line.step}, {"zh", line.text.zh}, {"en", line.text.en}});
  out["sum"] = sum;
  return out;
}

void print_text(const watch::GateAnswer& answer, bool zh) {
  const auto pick = [zh](const watch::Text& text) { return zh ? text.zh : text.en; };
  switch (answer.verdict) {
    case watch::GateAnswer::Verdict::allowed: fmt::print("{}\n", zh ? "可以实施" : "allowed"); break;
    case watch::GateAnswer::Verdict::warned: fmt::print("{}\n", zh ? "可以实施，但请注意" : "allowed, with a warning"); break;
    case watch::GateAnswer::Verdict::refused: fmt::print("{}\n", zh ? "不得实施" : "not allowed"); break;
    case watch::GateAnswer::Verdict::cannot_tell: fmt::print("{}\n", zh ? "无法判断：缺少事实" : "cannot tell: facts are missing"); break;
  }
  const auto list = [&](const std::vector<watch::Finding>& findings, const char* mark) {
    for (const watch::Finding& finding : findings) {
      std::string cites;
      for (const std::string& cite : finding.cites) cites += (cites.empty() ? "" : ", ") + cite;
      fmt::print("  {} {}  [{}; {}]\n", mark, pick(finding.message), finding.rule, cites);
      for (const watch::Why& line : finding.why)
        if (line.step == "condition" || line.step == "excuse") fmt::print("      {}\n", pick(line.text));
    }
  };
  list(answer.against, "x");
  list(answer.unknown, "?");
  list(answer.warnings, "!");
  for (const watch::ClockView& clock : answer.meets)
    fmt::print("  + {}{}\n", zh ? "履行：" : "meets: ", pick(clock.label) + (clock.state == watch::ClockState::late ? (zh ? "（已迟延）" : " (late)") : ""));
  for (const watch::ClockView& clock : answer.starts)
    fmt::print("  > {}{}{}\n", zh ? "随即开始计时：" : "then owes: ", pick(clock.label),
               clock.end ? (zh ? "，届满 " : ", by ") + format_rfc3339(*clock.end) : std::string());
  for (const watch::ClockView& clock : answer.extends)
    fmt::print("  ~ {}{}{}\n", zh ? "期限变动：" : "moves: ", pick(clock.label),
               clock.end ? (zh ? "，新的届满 " : ", new end ") + format_rfc3339(*clock.end) : std::string());
  for (const watch::Text& cure : answer.cures) fmt::print("  = {}{}\n", zh ? "合法途径：" : "lawful way: ", pick(cure));
}

int gate(const GateArguments& arguments) {
  auto loaded = load_history(arguments.history);
  if (!loaded.ok()) {
    print_error(loaded.error());
    return exit_code_of(loaded.error());
  }
  for (const std::string& problem : loaded->problems) fmt::print(stderr, "refused: {}\n", problem);
  std::ostringstream text;
  if (arguments.act == "-") {
    text << std::cin.rdbuf();
  } else {
    std::ifstream in(arguments.act, std::ios::binary);
    if (!in) {
      fmt::print(stderr, "heng: `{}` cannot be read; help: name a file with one act, or - for standard input\n", arguments.act);
      return 5;
    }
    text << in.rdbuf();
  }
  std::string line = text.str();
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r' || line.back() == ' ')) line.pop_back();
  auto act = act_from_json(line);
  if (!act.ok()) {
    Error error = act.error();
    if (error.where.empty()) error.where = arguments.act;
    print_error(error);
    return 3;
  }
  const auto answer = watch::ask_gate(*loaded->history, act.value());
  if (!answer.ok()) {
    print_error(answer.error());
    return exit_code_of(answer.error());
  }
  if (arguments.format == "json") {
    nlohmann::ordered_json out;
    out["schema"] = "heng/gate/v1";
    out["answer"] = watch::name_of(answer->verdict);
    out["at"] = format_rfc3339(act->at);
    const auto findings = [](const std::vector<watch::Finding>& list) {
      nlohmann::ordered_json array = nlohmann::ordered_json::array();
      for (const watch::Finding& finding : list) array.push_back(json_of(finding));
      return array;
    };
    const auto clocks = [](const std::vector<watch::ClockView>& list) {
      nlohmann::ordered_json array = nlohmann::ordered_json::array();
      for (const watch::ClockView& clock : list) array.push_back(json_of(clock));
      return array;
    };
    out["against"] = findings(answer->against);
    out["unknown"] = findings(answer->unknown);
    out["warnings"] = findings(answer->warnings);
    out["starts"] = clocks(answer->starts);
    out["meets"] = clocks(answer->meets);
    out["extends"] = clocks(answer->extends);
    nlohmann::ordered_json cures = nlohmann::ordered_json::array();
    for (const watch::Text& cure : answer->cures) cures.push_back({{"zh", cure.zh}, {"en", cure.en}});
    out["cures"] = cures;
    fmt::print("{}\n", out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  } else {
    print_text(answer.value(), terminal_language(arguments.language) == report::Language::zh);
  }
  if (answer->verdict == watch::GateAnswer::Verdict::refused) return 1;
  return answer->verdict == watch::GateAnswer::Verdict::cannot_tell ? 10 : 0;
}

}  // namespace

void add_gate_command(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<GateArguments>();
  CLI::App* command = app.add_subcommand("gate", "may this be done now?");
  command->add_option("ACT", arguments->act, "a file with one act as JSON, or -")->required();
  add_history_options(*command, arguments->history, false);
  command->add_option("--format,-f", arguments->format, "text or json")->check(CLI::IsMember({"text", "json"}));
  command->add_option("--lang", arguments->language, "zh or en")->check(CLI::IsMember({"zh", "en"}));
  command->footer(
      "Example:\n  heng gate act.json --history acts.ndjson --pack cn.criminal\n"
      "Exit codes: 0 allowed, 1 not allowed, 3 the act is no act, 10 cannot tell: facts are missing.");
  command->callback([arguments, &exit_code] { exit_code = gate(*arguments); });
}

}  // namespace heng
