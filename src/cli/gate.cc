// heng gate: may this be done now? One hypothetical step over a history (docs/language.md, section 7).
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

#include "act/json.h"
#include "cli/cli.h"
#include "cli/gate_report.h"
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
    set_answer(out, answer.value());
    fmt::print("{}\n", out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  } else {
    const bool zh = terminal_language(arguments.language) == report::Language::zh;
    fmt::print("{}\n", verdict_words(answer->verdict, zh));
    print_answer(answer.value(), loaded->law->plan, zh, 2);
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
