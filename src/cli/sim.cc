// heng sim: made-up histories with a ground truth, and how well findings meet it.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "cli/cli.h"
#include "cli/history_options.h"
#include "sim/score.h"
#include "sim/stream.h"

namespace heng {
namespace {

struct SimArguments {
  sim::StreamOptions stream;
  std::string out = "-";
  std::string truth;
  bool list = false;
};

struct ScoreArguments {
  std::string truth;
  std::string findings;
  size_t limit = 20;
  bool short_form = false;
};

class File {
 public:
  // An empty path takes everything and keeps nothing.
  explicit File(const std::string& path)
      : file_(path == "-"    ? stdout
              : path.empty() ? nullptr
                             : std::fopen(path.c_str(), "wb")),
        wanted_(!path.empty()) {}
  ~File() {
    if (file_ != nullptr && file_ != stdout) std::fclose(file_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  bool open() const { return !wanted_ || file_ != nullptr; }
  bool write(std::string_view text) {
    return file_ == nullptr || std::fwrite(text.data(), 1, text.size(), file_) == text.size();
  }
  bool finish() { return file_ == nullptr || std::fflush(file_) == 0; }

 private:
  std::FILE* file_;
  bool wanted_;
};

int fail(const Error& error) {
  print_error(error);
  return exit_code_of(error);
}

int unwritable(const std::string& path) {
  return fail({ErrorKind::environment, "write-failed",
               fmt::format("cannot write `{}`: {}", path, std::strerror(errno)), "",
               "check the folder, its permissions and the free space"});
}

int list_scripts(const SimArguments& arguments) {
  const auto made = sim::Generator::make(arguments.stream.cases);
  if (!made.ok()) return fail(made.error());
  for (const sim::BoundScript& script : made->scripts()) {
    fmt::print("{}  ({}, {} steps)\n", script.name, script.kind, script.steps.size());
    for (const sim::BoundPlant& plant : script.plants) {
      std::string rules;
      for (const sim::Expectation& expectation : plant.expects)
        rules += (rules.empty() ? "" : ", ") + expectation.rule + " " + expectation.kind;
      fmt::print("  {:<36} {}\n", plant.name, rules);
    }
  }
  return 0;
}

int simulate(SimArguments& arguments) {
  if (arguments.list) return list_scripts(arguments);
  if (arguments.stream.case_count == 0 && arguments.stream.act_count == 0) arguments.stream.case_count = 100;
  File acts(arguments.out);
  if (!acts.open()) return unwritable(arguments.out);
  File truth(arguments.truth);
  if (!truth.open()) return unwritable(arguments.truth);
  const auto summary = sim::stream(
      arguments.stream, [&acts](std::string_view text) { return acts.write(text); },
      [&truth](std::string_view text) { return truth.write(text); });
  if (!summary.ok()) return fail(summary.error());
  if (!acts.finish()) return unwritable(arguments.out);
  if (!truth.finish()) return unwritable(arguments.truth);
  fmt::print(stderr,
             "{} acts of {} cases, {} of them with a planted violation; {} findings to be made; {} lines "
             "told twice\n",
             summary->acts, summary->cases, summary->violated, summary->expected, summary->doubled);
  return 0;
}

int score(const ScoreArguments& arguments) {
  const auto made = sim::score_files(arguments.truth, arguments.findings);
  if (!made.ok()) return fail(made.error());
  const sim::Score& score = made.value();
  if (!arguments.short_form) {
    fmt::print("{:>7} {:>7} {:>7}  rule\n", "found", "missed", "false");
    for (const auto& [rule, counts] : score.rules)
      fmt::print("{:>7} {:>7} {:>7}  {}\n", counts.found, counts.missed, counts.false_alarms, rule);
  }
  const auto tell = [&](const char* word, const std::vector<std::string>& lines) {
    for (size_t i = 0; i < lines.size() && (arguments.limit == 0 || i < arguments.limit); ++i)
      fmt::print("{}: {}\n", word, lines[i]);
  };
  tell("missed", score.missed);
  tell("falsely raised", score.false_alarms);
  fmt::print("found {}, missed {}, falsely raised {} · {} rules · recall {:.4f}, precision {:.4f}\n",
             score.total.found, score.total.missed, score.total.false_alarms, score.rules.size(),
             score.recall(), score.precision());
  return score.perfect() ? 0 : 1;
}

}  // namespace

void add_sim_command(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<SimArguments>();
  sim::StreamOptions& stream = arguments->stream;
  CLI::App* command =
      app.add_subcommand("sim", "make up cases with planted violations, and score findings against them");
  command->add_option("--seed", stream.cases.seed, "the same seed gives the same history");
  CLI::Option* cases = command->add_option("--cases", stream.case_count, "so many cases (default 100)")
                           ->check(CLI::PositiveNumber);
  command->add_option("--acts", stream.act_count, "whole cases until there are so many acts")
      ->check(CLI::PositiveNumber)
      ->excludes(cases);
  command->add_option("--kind", stream.cases.kind, "criminal, admin, civil, petition, commutation or all")
      ->check(CLI::IsMember({"criminal", "admin", "civil", "petition", "commutation", "all"}));
  command->add_option("--script", stream.cases.script, "only this procedure (see --list)")->type_name("NAME");
  command
      ->add_option("--violations", stream.cases.violations,
                   "share of cases with a planted violation (default 0.2)")
      ->check(CLI::Range(0.0, 1.0));
  command->add_option("--plant", stream.cases.plant, "plant only this violation (see --list)")
      ->type_name("NAME");
  command
      ->add_option("--disorder", stream.disorder,
                   "0 in order … 3 far out of order, lines told twice, acts recorded late")
      ->check(CLI::Range(0, 3));
  command
      ->add_option("--late", stream.cases.late, "share of acts recorded days or weeks after they were done")
      ->check(CLI::Range(0.0, 1.0));
  command
      ->add_option("--corrections", stream.cases.corrections,
                   "share of acts first recorded wrongly, then corrected")
      ->check(CLI::Range(0.0, 1.0));
  command
      ->add_option("--annulments", stream.cases.annulments,
                   "share of acts beside which one stands that is annulled")
      ->check(CLI::Range(0.0, 1.0));
  command->add_option("--out,-o", arguments->out, "acts as NDJSON; - is standard output")->type_name("FILE");
  command->add_option("--truth", arguments->truth, "the findings to be made, as NDJSON")->type_name("FILE");
  command->add_flag("--list", arguments->list, "show the procedures and what can be planted in them");
  command->require_subcommand(0, 1);
  command->footer(
      "Examples:\n"
      "  heng sim --seed 7 --cases 300 --disorder 2 --out acts.ndjson --truth truth.ndjson\n"
      "  heng check acts.ndjson --format ndjson --out findings.ndjson\n"
      "  heng sim score --truth truth.ndjson --findings findings.ndjson\n"
      "Exit codes: 0 fine, 1 score: something missed or falsely raised, 2 usage, 3 bad line, 5 no such file, "
      "70 not written.");

  auto wanted = std::make_shared<ScoreArguments>();
  CLI::App* scoring = command->add_subcommand("score", "compare findings with a ground truth");
  scoring->add_option("--truth", wanted->truth, "what `heng sim --truth` wrote")
      ->required()
      ->type_name("FILE");
  scoring->add_option("--findings", wanted->findings, "what `heng check --format ndjson` wrote")
      ->required()
      ->type_name("FILE");
  scoring->add_option("--limit", wanted->limit, "missed and false ones shown, 0 for all");
  scoring->add_flag("--short", wanted->short_form, "without the table of rules");
  scoring->callback([wanted, &exit_code] { exit_code = score(*wanted); });
  command->callback([arguments, command, &exit_code] {
    if (command->get_subcommands().empty()) exit_code = simulate(*arguments);
  });
}

}  // namespace heng
