// heng law lint: what is wrong in packs, and what is probably not meant.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <sstream>

#include "calendar/holidays.h"
#include "cli/history_options.h"
#include "cli/law.h"
#include "law/check.h"
#include "law/lint.h"

namespace heng {
namespace {

constexpr int kFine = 0;
constexpr int kFindings = 1;
constexpr int kBadLaw = 3;
constexpr int kNotFound = 5;

struct LintArguments {
  LawOptions law;
  std::string format = "text";
  std::string fail_on = "warning";
};

// One loading of packs with all that is said about it.
struct Linted {
  law::PackSet packs;
  law::Diagnostics diagnostics;
};

law::LintOptions options_for(const law::PackSet& packs, std::vector<std::string> only) {
  auto calendars = std::make_shared<std::map<std::string, calendar::Holidays>>();
  for (const law::Pack& pack : packs.packs) {
    if (pack.holidays_path.empty()) continue;
    std::ifstream in(pack.holidays_path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    auto read = calendar::Holidays::parse(text.str(), pack.holidays_path);
    if (read.ok()) calendars->emplace(pack.decl.holidays.text, std::move(read).value());
  }
  law::LintOptions options;
  options.only = std::move(only);
  options.published = [calendars](const std::string& name, Date date) {
    const auto found = calendars->find(name);
    return found == calendars->end() || found->second.published(date);
  };
  return options;
}

// A calendar that is there and cannot be read: as judging would say.
std::optional<Error> bad_calendar(const law::PackSet& packs) {
  for (const law::Pack& pack : packs.packs) {
    if (pack.holidays_path.empty()) continue;
    std::ifstream in(pack.holidays_path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    const auto read = calendar::Holidays::parse(text.str(), pack.holidays_path);
    if (!read.ok()) return read.error();
  }
  return std::nullopt;
}

void lint_into(Linted& linted, const std::vector<std::string>& only) {
  const law::Symbols symbols = law::Symbols::of(linted.packs);
  if (!linted.diagnostics.ok() || !law::check(linted.packs, symbols, linted.diagnostics)) return;
  law::lint(linted.packs, symbols, linted.diagnostics, options_for(linted.packs, only));
}

// Only what concerns the packs asked for.
law::Diagnostics about(const Linted& linted, const std::vector<std::string>& names) {
  std::set<uint32_t> files;
  for (const law::Pack& pack : linted.packs.packs) {
    if (std::find(names.begin(), names.end(), pack.name) == names.end()) continue;
    files.insert(pack.decl.span.file);
    for (const law::File& file : pack.files) files.insert(file.index);
  }
  law::Diagnostics out;
  for (const law::Diagnostic& each : linted.diagnostics.all()) {
    if (each.has_place && files.count(each.primary.span.file) > 0)
      out.add(each.kind, each.primary.span, "") = each;
  }
  return out;
}

bool all_listed(const std::vector<std::string>& names, const std::vector<law::PackInfo>& known) {
  return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
    return std::any_of(known.begin(), known.end(),
                       [&](const law::PackInfo& info) { return info.name == name; });
  });
}

// The packs that were asked for by name or lie at a path that was, not those they use.
std::vector<std::string> asked_for(const std::vector<std::string>& asked, const law::PackSet& packs) {
  namespace fs = std::filesystem;
  std::vector<std::string> out;
  for (const law::Pack& pack : packs.packs) {
    std::error_code error;
    const fs::path file = fs::weakly_canonical(packs.sources[pack.decl.span.file].path, error);
    const bool mine = std::any_of(asked.begin(), asked.end(), [&](const std::string& one) {
      if (one == pack.name) return true;
      const fs::path path = fs::weakly_canonical(one, error);
      const fs::path folder = fs::is_directory(path, error) ? path : path.parent_path();
      const fs::path inside = file.lexically_relative(folder);
      return file == path || (!inside.empty() && *inside.begin() != ".." && (fs::is_directory(path, error) || inside == "pack.law"));
    });
    if (mine) out.push_back(pack.name);
  }
  return out;
}

law::DiagnosticFormat format_of(const std::string& name) {
  if (name == "json") return law::DiagnosticFormat::json;
  return name == "gnu" ? law::DiagnosticFormat::gnu : law::DiagnosticFormat::human;
}

int show(const LintArguments& arguments, law::Diagnostics& diagnostics,
         const std::vector<law::SourceFile>& sources) {
  diagnostics.sort();
  law::RenderOptions how;
  how.format = format_of(arguments.format);
  how.colour = how.format == law::DiagnosticFormat::human && isatty(STDOUT_FILENO) != 0 &&
               std::getenv("NO_COLOR") == nullptr;
  how.at_most = 0;
  fmt::print("{}", law::render(diagnostics, sources, how));
  if (!diagnostics.ok()) {
    const bool missing =
        std::any_of(diagnostics.all().begin(), diagnostics.all().end(),
                    [](const law::Diagnostic& each) { return each.code() == "law-pack-not-found"; });
    return missing ? kNotFound : kBadLaw;
  }
  return diagnostics.warnings() > 0 && arguments.fail_on == "warning" ? kFindings : kFine;
}

int lint(const LintArguments& arguments) {
  const std::vector<std::string> roots = pack_roots(arguments.law);
  const std::vector<law::PackInfo> known = law::list_packs(roots);
  std::vector<std::string> all;
  for (const law::PackInfo& info : known) all.push_back(info.name);
  const std::vector<std::string>& asked = arguments.law.packs;
  if (asked.empty() && all.empty()) {
    print_error(Error{ErrorKind::not_found, "pack-none", "no pack was found", "",
                      "name a pack, or a folder with --packs"});
    return kNotFound;
  }
  Linted own;
  own.packs = law::load_packs(asked.empty() ? all : asked, roots, own.diagnostics);
  if (const auto bad = bad_calendar(own.packs)) {
    print_error(*bad);
    return kBadLaw;
  }
  if (asked.empty()) {
    lint_into(own, {});
    return show(arguments, own.diagnostics, own.packs.sources);
  }
  if (!all_listed(asked, known)) {  // by path; an error in a pack that is used stands in the way and is told
    const std::vector<std::string> names = asked_for(asked, own.packs);
    lint_into(own, names);
    if (!own.diagnostics.ok() || names.empty()) return show(arguments, own.diagnostics, own.packs.sources);
    law::Diagnostics said = about(own, names);
    return show(arguments, said, own.packs.sources);
  }
  // A name may be used by a pack that was not asked for: all are read, and only the asked ones spoken of. A
  // fault in another pack does not stand in the way.
  Linted whole;
  whole.packs = law::load_packs(all, roots, whole.diagnostics);
  lint_into(whole, asked);
  if (whole.diagnostics.ok()) {
    law::Diagnostics said = about(whole, asked);
    return show(arguments, said, whole.packs.sources);
  }
  lint_into(own, asked);
  return show(arguments, own.diagnostics, own.packs.sources);
}

}  // namespace

void add_law_lint(CLI::App& law_group, int& exit_code) {
  auto arguments = std::make_shared<LintArguments>();
  CLI::App* command = law_group.add_subcommand("lint", "errors in packs, and what is probably not meant");
  command->add_option("PACK", arguments->law.packs, "packs by name or path; default: all found");
  command->add_option("--packs", arguments->law.roots, "a folder to look for packs in, before the usual ones")
      ->type_name("DIR");
  command->add_option("--format", arguments->format, "text, json (one object a line) or gnu (for editors)")
      ->check(CLI::IsMember({"text", "human", "json", "gnu"}))
      ->capture_default_str();
  command->add_option("--fail-on", arguments->fail_on, "exit 1 on warnings, or only 3 on errors")
      ->check(CLI::IsMember({"warning", "error"}))
      ->capture_default_str();
  command->footer(
      "Exit codes: 0 nothing at or above --fail-on, 1 warnings, 3 errors in the law, 5 no such pack.\n"
      "Examples:\n  heng law lint\n  heng law lint cn.criminal --fail-on error\n  heng law lint my.law "
      "--format gnu\n"
      "  heng explain law-unknown-act");
  command->callback([arguments, &exit_code] { exit_code = lint(*arguments); });
}

}  // namespace heng
