// heng law test: the stories that stand beside the rules.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "cli/cli.h"
#include "cli/history_options.h"
#include "watch/story.h"

namespace heng {
namespace {

struct TestArguments {
  LawOptions law;
  std::string rule;
  bool coverage = false;
};

int test(const TestArguments& arguments) {
  auto law = load_law(arguments.law);
  if (!law.ok()) {
    print_error(law.error());
    return exit_code_of(law.error());
  }
  LoadedLaw& loaded = **law;
  // The packs named, not those they use; by path: all that the path holds.
  std::vector<std::string> only;
  for (const std::string& name : arguments.law.packs)
    if (loaded.set.find(name) != nullptr) only.push_back(name);
  if (only.size() != arguments.law.packs.size()) only.clear();
  const watch::StoryReport report = watch::run_stories(loaded.set, loaded.plan, only, arguments.rule);
  for (const watch::StoryFailure& failure : report.failures) {
    fmt::print("FAILED {}/{} \"{}\"\n  --> {}\n", failure.pack, failure.rule, failure.story, failure.where);
    size_t begin = 0;
    while (begin < failure.what.size()) {
      const size_t end = std::min(failure.what.find('\n', begin), failure.what.size());
      fmt::print("  {}\n", failure.what.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  if (arguments.coverage)
    for (const auto& rule : report.coverage)
      for (const std::string& branch : rule.untaken) fmt::print("untested {}: {}\n", rule.rule, branch);
  const size_t branches = report.branches();
  fmt::print("{} tests, {} stories, {} runs with their variations: {} passed, {} failed\n", report.tests, report.stories,
             report.runs, report.stories - std::min(report.stories, report.failures.size()), report.failures.size());
  fmt::print("branches: {} of {} taken ({:.1f} %)\n", report.taken(), branches,
             branches == 0 ? 100.0 : 100.0 * static_cast<double>(report.taken()) / static_cast<double>(branches));
  if (!arguments.rule.empty() && report.tests == 0) {
    fmt::print(stderr, "heng: no test of a rule called `{}`\n", arguments.rule);
    return 5;
  }
  return report.failures.empty() ? 0 : 1;
}

}  // namespace

void add_law_test(CLI::App& law_group, int& exit_code) {
  auto arguments = std::make_shared<TestArguments>();
  CLI::App* command = law_group.add_subcommand("test", "run the stories that stand beside the rules");
  command->add_option("PACK", arguments->law.packs, "packs by name or path; default: all found");
  command->add_option("--packs", arguments->law.roots, "a folder to look for packs in, before the usual ones");
  command->add_option("--rule", arguments->rule, "only this rule");
  command->add_flag("--coverage", arguments->coverage, "list the branches no story takes");
  command->footer("Examples:\n  heng law test cn.criminal\n  heng law test cn.criminal --rule custody_investigation_2m --coverage\n"
                  "Exit codes: 0 all passed, 1 a story failed, 3 the pack has errors, 5 no such pack or rule.");
  command->callback([arguments, &exit_code] { exit_code = test(*arguments); });
}

}  // namespace heng
