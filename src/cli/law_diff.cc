// heng law diff: two versions of a pack over one history: which findings would appear, vanish or move.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>

#include "base/text.h"
#include "cli/history_options.h"
#include "cli/law.h"
#include "cli/law_diff_report.h"
#include "watch/oracle.h"

namespace heng {
namespace {

struct DiffArguments {
  HistoryOptions history;
  std::string before;
  std::string after;
  std::string format = "text";
  std::string language;
  std::string explain;
  size_t limit = 20;
  bool no_missing = false;
};

// What a version was judged to; the history itself is gone by then, so that only one is held at a time.
struct Judged {
  std::unique_ptr<LoadedLaw> law;
  std::vector<watch::Finding> findings;
  OffsetTime now;
  size_t cases = 0;
  size_t acts = 0;
  uint64_t refused = 0;
};

// A line on standard error for a person who waits.
class Stage {
 public:
  explicit Stage(const std::string& what) : on_(isatty(STDERR_FILENO) != 0) {
    if (on_) fmt::print(stderr, "\r\x1b[K{} …", what);
  }
  ~Stage() {
    if (on_) fmt::print(stderr, "\r\x1b[K");
  }
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

 private:
  bool on_;
};

// A pack given by its path uses what lies beside it (a changed copy of a whole folder of packs) before what is
// installed: packs/cn/criminal, called cn.criminal, stands under packs.
LawOptions law_of(const LawOptions& common, const std::string& name_or_path) {
  namespace fs = std::filesystem;
  LawOptions out = common;
  out.packs = {name_or_path};
  std::error_code error;
  if (!fs::exists(fs::path(name_or_path) / "pack.law", error)) return out;
  law::Diagnostics unused;
  const law::PackSet set = law::load_packs(out.packs, pack_roots(out), unused);
  const fs::path folder = fs::weakly_canonical(name_or_path, error);
  for (const law::Pack& pack : set.packs) {
    std::string own = "/" + pack.name;
    std::replace(own.begin(), own.end(), '.', '/');
    const std::string text = folder.string();
    if (text.ends_with(own) && text.size() > own.size())
      out.roots.insert(out.roots.begin(), text.substr(0, text.size() - own.size()));
  }
  return out;
}

Result<Judged> judge(const DiffArguments& arguments, const std::string& pack, const char* which, const std::string& now,
                     const std::vector<std::pair<std::string, std::string>>& renamed) {
  HistoryOptions options = arguments.history;
  options.law = law_of(options.law, pack);
  if (!now.empty()) options.now = now;
  HENG_TRY(LoadedHistory loaded, load_history(options));
  for (const auto& [from, to] : renamed) watch::rename_pack(loaded.law->plan, from, to);
  Judged out;
  out.now = loaded.now;
  out.cases = loaded.history->cases().size();
  out.acts = loaded.history->size();
  out.refused = loaded.refused;
  if (now.empty()) {  // told once: both versions read the same lines
    for (const std::string& problem : loaded.problems) fmt::print(stderr, "refused: {}\n", problem);
    if (loaded.refused > 0)
      fmt::print(stderr, "{} line{} refused; the others were judged\n", loaded.refused,
                 loaded.refused == 1 ? " was" : "s were");
  }
  watch::OracleOptions oracle;
  oracle.now = loaded.now.instant;
  oracle.jobs = default_jobs(arguments.history.jobs);
  oracle.missing = !arguments.no_missing;
  const Stage stage(fmt::format("judging {} acts of {} cases by the {} version", out.acts, out.cases, which));
  out.findings = watch::judge_history(*loaded.history, oracle).findings;
  out.law = std::move(loaded.law);
  return out;
}

int fail(const Error& error) {
  print_error(error);
  return exit_code_of(error);
}

int declarations_only(const DiffArguments& arguments) {
  auto before = load_law(law_of(arguments.history.law, arguments.before));
  if (!before.ok()) return fail(before.error());
  auto after = load_law(law_of(arguments.history.law, arguments.after));
  if (!after.ok()) return fail(after.error());
  const watch::LawChanges law = watch::compare_law((*before)->set, (*after)->set);
  LawDiff diff;
  diff.before_name = arguments.before;
  diff.after_name = arguments.after;
  diff.law = &law;
  write_law_diff(std::cout, diff, arguments.format, terminal_language(arguments.language), arguments.limit);
  return law.declarations.empty() ? 0 : 1;
}

int explain(const DiffArguments& arguments, const LawDiff& diff, const Judged& before, const Judged& after) {
  // Also a finding that stays may be asked for: the answer is that it stays.
  const watch::Finding* was = nullptr;
  const watch::Finding* now = nullptr;
  std::vector<std::string> ids;
  for (const auto* findings : {&before.findings, &after.findings})
    for (const watch::Finding& finding : *findings)
      if (finding.id.starts_with(arguments.explain)) {
        (findings == &before.findings ? was : now) = &finding;
        if (std::find(ids.begin(), ids.end(), finding.id) == ids.end()) ids.push_back(finding.id);
      }
  if (ids.size() != 1) {
    fmt::print(stderr, "heng: {} findings of the two versions begin with `{}`; help: `heng law diff` without --explain shows their ids\n",
               ids.size(), printable(arguments.explain));
    return 5;
  }
  const auto changed = std::find_if(diff.findings->changes.begin(), diff.findings->changes.end(),
                                    [&](const watch::ChangedFinding& c) { return c.shown().id == ids[0]; });
  const bool differs = changed != diff.findings->changes.end();
  write_explanation(std::cout, diff, was, now, differs, arguments.format, terminal_language(arguments.language));
  return differs ? 1 : 0;
}

int diff(const DiffArguments& arguments) {
  if (arguments.history.files.empty()) {
    if (arguments.explain.empty()) return declarations_only(arguments);
    return fail({ErrorKind::usage, "diff-no-history", "a finding is only found in a history", "--explain",
                 "name one with --history"});
  }
  if (std::find(arguments.history.files.begin(), arguments.history.files.end(), "-") != arguments.history.files.end())
    return fail({ErrorKind::usage, "diff-stdin", "a history is read twice, standard input only once", "--history",
                 "write it to a file first"});
  // Whether packs go by other names shows before anything is judged; what each says is read once more with its history.
  auto before_law = load_law(law_of(arguments.history.law, arguments.before));
  if (!before_law.ok()) return fail(before_law.error());
  auto after_law = load_law(law_of(arguments.history.law, arguments.after));
  if (!after_law.ok()) return fail(after_law.error());
  const watch::LawChanges law = watch::compare_law((*before_law)->set, (*after_law)->set);
  before_law->reset();
  after_law->reset();
  auto before = judge(arguments, arguments.before, "old", "", {});
  if (!before.ok()) return fail(before.error());
  std::vector<std::pair<std::string, std::string>> renamed;
  for (const auto& [old_name, new_name] : law.renamed) renamed.emplace_back(new_name, old_name);
  // The same instant for both, also where their zones differ.
  auto after = judge(arguments, arguments.after, "new", format_rfc3339(before->now), renamed);
  if (!after.ok()) return fail(after.error());
  const watch::Backtest findings = watch::compare_findings(before->findings, after->findings);
  LawDiff out;
  out.before_name = arguments.before;
  out.after_name = arguments.after;
  out.law = &law;
  out.findings = &findings;
  out.now = before->now;
  out.cases = before->cases;
  out.acts = before->acts;
  int code = law.declarations.empty() && findings.changes.empty() ? 0 : 1;
  if (!arguments.explain.empty())
    code = explain(arguments, out, *before, *after);
  else
    write_law_diff(std::cout, out, arguments.format, terminal_language(arguments.language), arguments.limit);
  std::cout.flush();
  if (!std::cout) {
    fmt::print(stderr, "heng: the output could not be written whole\n");
    return 70;
  }
  return before->refused > 0 && code != 5 ? 3 : code;
}

}  // namespace

void add_law_diff(CLI::App& law_group, int& exit_code) {
  auto arguments = std::make_shared<DiffArguments>();
  CLI::App* command = law_group.add_subcommand("diff", "compare two versions of a pack: their text, and what each finds");
  command->add_option("OLD", arguments->before, "a pack by name or path")->required();
  command->add_option("NEW", arguments->after, "a pack by name or path; a changed copy of the folder will do")->required();
  HistoryOptions& history = arguments->history;
  command->add_option("--history", history.files, "acts: NDJSON, CSV, XES or OCEL, gz or not; without it only the text is compared")
      ->type_name("FILE");
  command->add_option("--packs", history.law.roots, "a folder to look for packs in, before the usual ones")->type_name("DIR");
  add_now_option(*command, history);
  command->add_option("--map", history.map, "mapping file for a foreign log (docs/format/mapping.md)")->type_name("M");
  command->add_option("--zone", history.zone, "zone of times without offset")->type_name("ZONE");
  command->add_option("--agency", history.agency, "agency of events that name none")->type_name("ID");
  command->add_option("--input-format", history.format, "auto, ndjson, csv, xes, ocel2-json, ocel2-xml, ocel2-sqlite, ocel1-json");
  add_jobs_option(*command, history);
  command->add_option("--format,-f", arguments->format, "text, ndjson or json")
      ->check(CLI::IsMember({"text", "ndjson", "json"}));
  command->add_option("--lang", arguments->language, "zh, en or both (text)")->check(CLI::IsMember({"zh", "en", "both"}));
  command->add_option("--limit", arguments->limit, "text: findings shown of each kind of change, 0 for all");
  command->add_option("--explain", arguments->explain, "one finding as each version sees it, with what changed in its rule")
      ->type_name("ID");
  command->add_flag("--no-missing", arguments->no_missing, "leave out what could not be decided");
  command->footer(
      "Examples:\n"
      "  heng law diff cn.criminal draft/criminal\n"
      "  heng law diff cn.criminal draft/criminal --history acts.ndjson\n"
      "  heng law diff cn.criminal draft/criminal --history acts.ndjson --explain 3f9a\n"
      "Exit codes: 0 no difference, 1 differences, 2 usage, 3 bad law or lines refused, 5 no such pack, file or finding.");
  command->callback([arguments, &exit_code] { exit_code = diff(*arguments); });
}

}  // namespace heng
