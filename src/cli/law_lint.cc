// heng law lint: what does not hold in a pack, and what may not be meant.
#include <CLI/CLI.hpp>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>

#include "calendar/holidays.h"
#include "cli/history_options.h"
#include "cli/law.h"
#include "law/check.h"
#include "law/lint.h"

namespace heng {
namespace {

struct LintArguments {
  LawOptions law;
  std::string format = "human";
  bool strict = false;
};

// The calendars the packs name, by the name they use; what cannot be read is not asked.
std::map<std::string, calendar::Holidays> calendars_of(const law::PackSet& packs) {
  std::map<std::string, calendar::Holidays> out;
  for (const law::Pack& pack : packs.packs) {
    if (pack.holidays_path.empty() || !pack.decl.holidays) continue;
    std::ifstream in(pack.holidays_path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    Result<calendar::Holidays> holidays = calendar::Holidays::parse(text.str(), pack.holidays_path);
    if (in && holidays.ok()) out.emplace(pack.decl.holidays.text, std::move(holidays).value());
  }
  return out;
}

int lint(const LintArguments& arguments) {
  const std::vector<std::string> roots = pack_roots(arguments.law);
  std::vector<std::string> wanted = arguments.law.packs;
  if (wanted.empty()) {
    for (const law::PackInfo& info : law::list_packs(roots)) wanted.push_back(info.name);
  }
  law::Diagnostics diagnostics;
  const law::PackSet packs = law::load_packs(wanted, roots, diagnostics);
  const law::Symbols symbols = law::Symbols::of(packs);
  if (diagnostics.ok() && law::check(packs, symbols, diagnostics)) {
    const std::map<std::string, calendar::Holidays> calendars = calendars_of(packs);
    law::LintOptions options;
    for (const std::string& name : wanted) {
      if (packs.find(name) != nullptr) options.only.push_back(name);
    }
    if (options.only.size() != wanted.size()) options.only.clear();  // a path: all that it holds
    options.published = [&](const std::string& name, Date date) {
      const auto it = calendars.find(name);
      return it == calendars.end() || it->second.published(date);
    };
    law::lint(packs, symbols, diagnostics, options);
  }
  diagnostics.sort();
  law::DiagnosticFormat format = law::DiagnosticFormat::human;
  if (arguments.format == "json") format = law::DiagnosticFormat::json;
  if (arguments.format == "gnu") format = law::DiagnosticFormat::gnu;
  const int code = print_diagnostics(diagnostics, packs.sources, format);
  if (packs.packs.empty() && !diagnostics.ok()) return 5;
  return code == 0 && arguments.strict && diagnostics.warnings() != 0 ? 1 : code;
}

}  // namespace

void add_law_lint(CLI::App& law_group, int& exit_code) {
  const auto arguments = std::make_shared<LintArguments>();
  CLI::App* command = law_group.add_subcommand("lint", "checks packs: errors, and what may not be meant");
  command->add_option("PACK", arguments->law.packs, "packs by name or path; default: all found");
  command->add_option("--packs", arguments->law.roots,
                      "a folder to look for packs in, before the usual ones");
  command->add_option("--format", arguments->format, "human, json (one object a line) or gnu")
      ->check(CLI::IsMember({"human", "json", "gnu"}));
  command->add_flag("--strict", arguments->strict, "warnings too give exit code 1");
  command->callback([arguments, &exit_code] { exit_code = lint(*arguments); });
}

}  // namespace heng
