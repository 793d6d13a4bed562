#include "cli/history_options.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <thread>

#include "act/ahead.h"
#include "cli/record_source.h"
#include "law/check.h"
#include "law/diagnostics.h"
#include "watch/compile.h"

namespace heng {
namespace {

std::string executable_folder() {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? std::string(".") : self.parent_path().string();
}

// A progress line on standard error, for a person who waits.
class Progress {
 public:
  explicit Progress(std::string name) : name_(std::move(name)), on_(isatty(STDERR_FILENO) != 0) {}
  ~Progress() {
    if (shown_) fmt::print(stderr, "\r\x1b[K");
  }
  void tell(uint64_t read, uint64_t total) {
    if (!on_) return;
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ < std::chrono::milliseconds(200)) return;
    last_ = now;
    shown_ = true;
    if (total > 0)
      fmt::print(stderr, "\r\x1b[Kreading {}: {} %", name_, read * 100 / total);
    else
      fmt::print(stderr, "\r\x1b[Kreading {}: {} MB", name_, read >> 20);
  }

 private:
  std::string name_;
  bool on_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

Result<OffsetTime> parse_now(const std::string& text, const LoadedHistory& loaded) {
  const watch::Plan& plan = loaded.law->plan;
  if (text == "now") {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    const Instant at{std::chrono::duration_cast<std::chrono::microseconds>(since).count()};
    return plan.zones.empty() ? OffsetTime{at, 0} : plan.zones[0].at(at);
  }
  if (text.empty()) {  // 24:00 of the day of the last act, on that act's own clock
    const OffsetTime last = loaded.history->last_at();
    if (loaded.history->size() == 0) return OffsetTime{};
    const int64_t local = last.instant.us + last.offset_minutes * kMinute;
    const int64_t day = (local >= 0 ? local : local - kDay + 1) / kDay;
    return OffsetTime{Instant{(day + 1) * kDay - last.offset_minutes * kMinute}, last.offset_minutes};
  }
  if (const auto date = date_in(text); date && !plan.zones.empty())
    return plan.zones[0].at(plan.zones[0].start_of(Date{date->days + 1}));
  auto time = parse_rfc3339(text);
  if (!time.ok()) {
    Error error = time.error();
    error.kind = ErrorKind::usage;
    error.where = "--now";
    error.help = "write 2026-06-30T24 as 2026-07-01T00:00:00+08:00, a date as 2026-06-30, or `now`";
    return error;
  }
  return time;
}

// Warnings are `heng law lint`'s to tell: here the question is only whether the law can be run.
law::Diagnostics errors_of(const law::Diagnostics& all) {
  law::Diagnostics out;
  for (const law::Diagnostic& each : all.all()) {
    if (law::level_of(each.kind) != law::Level::error) continue;
    law::Diagnostic& kept = each.has_place ? out.add(each.kind, each.primary.span, "") : out.add_without_place(each.kind, "");
    kept = each;
  }
  out.sort();
  return out;
}

}  // namespace

void add_law_options(CLI::App& command, LawOptions& options) {
  command.add_option("--pack,-p", options.packs, "a pack by name (cn.criminal) or path; may be given again; default: all found")
      ->type_name("PACK");
  command.add_option("--packs", options.roots, "a folder to look for packs in, before the usual ones")->type_name("DIR");
}

void add_history_options(CLI::App& command, HistoryOptions& options, bool positional) {
  if (positional)
    command.add_option("FILE", options.files, "acts: NDJSON, CSV, XES or OCEL, gz or not; - is standard input");
  else
    command.add_option("--history", options.files, "acts: NDJSON, CSV, XES or OCEL, gz or not; - is standard input")
        ->type_name("FILE");
  add_record_source_options(command, options.record);
  if (options.record.basis.empty()) options.record.basis = command.get_name();
  add_law_options(command, options.law);
  command.add_option("--map", options.map, "mapping file for a foreign log (docs/format/mapping.md)")->type_name("M");
  command.add_option("--zone", options.zone, "zone of times without offset")->type_name("ZONE");
  command.add_option("--agency", options.agency, "agency of events that name none")->type_name("ID");
  command.add_option("--input-format", options.format, "auto, ndjson, csv, xes, ocel2-json, ocel2-xml, ocel2-sqlite, ocel1-json");
}

void add_now_option(CLI::App& command, HistoryOptions& options) {
  command.add_option("--now", options.now,
                     "judge as of this instant (RFC 3339, a date for its 24:00, or `now`); default: 24:00 of the last act's day")
      ->type_name("T");
}

void add_jobs_option(CLI::App& command, HistoryOptions& options) {
  command.add_option("--jobs,-j", options.jobs, "threads (default: one a processor); the output does not depend on it");
}

std::vector<std::string> pack_roots(const LawOptions& options) {
  std::vector<std::string> roots = options.roots;
  for (std::string& root : law::default_roots(executable_folder(), std::getenv("HENG_PACKS"))) roots.push_back(std::move(root));
  return roots;
}

Result<std::unique_ptr<LoadedLaw>> load_law(const LawOptions& options) {
  const std::vector<std::string> roots = pack_roots(options);
  std::vector<std::string> names = options.packs;
  if (names.empty()) names = law::pack_names(roots);
  if (names.empty())
    return Error{ErrorKind::not_found, "pack-none", "no pack was found", "", "name one with --pack, or a folder with --packs"};
  auto out = std::make_unique<LoadedLaw>();
  law::Diagnostics diagnostics;
  out->set = law::load_packs(names, roots, diagnostics);
  if (diagnostics.ok()) law::check(out->set, law::Symbols::of(out->set), diagnostics);
  if (!diagnostics.ok()) {
    const law::Diagnostics errors = errors_of(diagnostics);
    fmt::print(stderr, "{}", law::render(errors, out->set.sources, {}));
    const bool not_found = std::any_of(errors.all().begin(), errors.all().end(),
                                       [](const law::Diagnostic& d) { return d.code() == "law-pack-not-found"; });
    return Error{not_found ? ErrorKind::not_found : ErrorKind::bad_input, "law-errors",
                 fmt::format("the law has {} error{}", errors.errors(), errors.errors() == 1 ? "" : "s"), "",
                 "mend what is said above, or run `heng law lint`"};
  }
  for (const law::Diagnostic& each : diagnostics.all())  // the one warning that bears on what is judged
    if (each.kind == law::Kind::holidays_missing) fmt::print(stderr, "{}\n", law::render(each, out->set.sources));
  HENG_TRY(out->plan, watch::compile(out->set));
  return out;
}

std::string closed_note(const RecordReader::Taken& taken) {
  if (taken.sealed + taken.shredded + taken.without_key == 0) return {};
  return fmt::format("{} entries of the record could not be read ({} sealed, {} erased, {} without a key here): they were not judged",
                     taken.sealed + taken.shredded + taken.without_key, taken.sealed, taken.shredded, taken.without_key);
}

bool rule_is_judged(const watch::Plan& plan, const std::set<std::string>& only, const std::string& rule) {
  if (!only.empty()) return only.contains(rule);
  const auto named = [&](const auto& heads) {
    return std::any_of(heads.begin(), heads.end(), [&](const watch::Head& head) { return head.rule == rule; });
  };
  return named(plan.rules) || named(plan.clocks) || named(plan.separations) || named(plan.powers);
}

namespace {

// Every act of the record that may be read.
Result<void> load_record(const HistoryOptions& options, LoadedHistory& out) {
  HENG_TRY(std::unique_ptr<RecordReader> reader, RecordReader::open(options.record));
  std::map<std::string, std::pair<uint64_t, std::string>> odd;
  std::vector<watch::History::Note> notes;
  const auto take = [&](uint64_t index, Act& act) {
    notes.clear();
    if (!options.keep_case.empty() && act.case_id == options.keep_case) out.kept.push_back(act);
    const auto added = out.history->add(act, &notes);
    if (added == watch::History::Added::refused) ++out.refused;
    for (const watch::History::Note& note : notes) {
      if (added == watch::History::Added::refused) {
        out.problems.push_back(fmt::format("entry {}: {}; help: {}", index, note.what, note.help));
        continue;
      }
      auto& entry = odd[note.code];
      if (entry.first++ == 0) entry.second = note.what;
    }
  };
  HENG_TRY(const RecordReader::Taken taken,
           reader->read(0, take, [&](uint64_t, Act& act) { out.recorded_findings.push_back(std::move(act)); }));
  if (const std::string note = closed_note(taken); !note.empty()) out.notes.push_back(note);
  for (const auto& [code, entry] : odd)
    out.notes.push_back(fmt::format("{} × {} (first: {})", entry.first, code, entry.second));
  out.record = std::move(reader);
  return {};
}

}  // namespace

Result<LoadedHistory> load_history(const HistoryOptions& options) {
  if (options.files.empty() == options.record.place.dir.empty())
    return Error{ErrorKind::usage, "history-source",
                 options.files.empty() ? "no acts are named" : "files and a record are named", "",
                 "name files with acts, or a record with --record DIR"};
  LoadedHistory out;
  HENG_TRY(out.law, load_law(options.law));
  out.history = std::make_unique<watch::History>(out.law->plan);
  if (!options.record.place.dir.empty()) HENG_TRY_VOID(load_record(options, out));
  ReadOptions read;
  HENG_TRY(read.format, format_named(options.format));
  read.mapping_path = options.map;
  read.zone = options.zone;
  read.agency = options.agency;
  std::map<std::string, uint64_t> unknown_types;
  std::map<std::string, std::pair<uint64_t, std::string>> odd;
  uint64_t told = 0;
  constexpr uint64_t kMostTold = 50;
  std::optional<Error> stopped;
  for (const std::string& file : options.files) {
    Progress progress(file);
    read.on_progress = [&progress](uint64_t done, uint64_t total) { progress.tell(done, total); };
    std::vector<watch::History::Note> notes;
    ImportReport partial;
    bool own_ids = true;  // foreign logs get their ids from the reader: they never meet again
    read.on_format = [&own_ids](Format format) { own_ids = format == Format::ndjson; };
    const auto take = [&](Act& act) {
      notes.clear();
      if (!options.keep_case.empty() && act.case_id == options.keep_case) out.kept.push_back(act);
      const auto added = out.history->add(act, &notes, own_ids);
      // Of two contents under one id one is refused, whichever came first.
      const bool refused = added == watch::History::Added::refused || added == watch::History::Added::replaced;
      if (refused) ++out.refused;
      if (added == watch::History::Added::kept && out.law->plan.act_index.count(out.law->plan.symbols.find(act.type)) == 0)
        ++unknown_types[act.type];
      for (const watch::History::Note& note : notes) {
        if (added == watch::History::Added::refused || note.code == "act-id-conflict") {
          const bool foreign = !own_ids && note.code == "act-no-case";
          if (told++ < kMostTold)
            out.problems.push_back(fmt::format("{}: {} [{}]; help: {}", file, note.what, note.code,
                                               foreign ? "name the column (`case`) or the type of objects (`ocel_case`) that is the case, in a mapping file for --map"
                                                       : note.help));
          continue;
        }
        auto& entry = odd[note.code];
        if (entry.first++ == 0) entry.second = note.what;
      }
    };
    const auto take_all = [&](std::span<Act> acts) { out.history->add_all(acts, take); };
    auto report = default_jobs(options.jobs) > 1 ? read_acts_ahead(file, read, take_all, &partial)
                                                 : read_acts(file, read, take, &partial);
    const ImportReport& said = report.ok() ? report.value() : partial;
    out.refused += said.refused;
    for (const Problem& problem : said.problems)
      if (problem.refused && told++ < kMostTold)
        out.problems.push_back(fmt::format("{}: {} [{}]{}", problem.where, problem.what, problem.code,
                                           problem.help.empty() ? "" : "; help: " + problem.help));
    for (const auto& [name, count] : said.odd)
      if (count > 0 && name != "blank_lines") out.notes.push_back(fmt::format("{}: {} {}", file, count, name));
    if (!report.ok()) {
      stopped = report.error();
      ++out.refused;
      out.problems.push_back(report.error().text());
      if (out.history->size() == 0) return report.error();
    }
  }
  for (const auto& [code, entry] : odd)
    out.notes.push_back(fmt::format("{} × {} (first: {})", entry.first, code, entry.second));
  uint64_t unknown = 0;
  std::string names;
  size_t listed = 0;
  for (const auto& [type, count] : unknown_types) {
    unknown += count;
    if (listed++ < 5) names += (names.empty() ? "`" : ", `") + type + "`";
  }
  if (unknown > 0)
    out.notes.push_back(fmt::format("{} acts of {} types that no pack here knows: {}{}; kept, but no rule reads them", unknown,
                                    unknown_types.size(), names, unknown_types.size() > 5 ? ", …" : ""));
  HENG_TRY(out.now, parse_now(options.now, out));
  return out;
}

std::shared_ptr<const report::Glossary> glossary_of(const watch::Plan& plan) {
  auto out = std::make_shared<report::Glossary>();
  out->cites_zh = plan.cites_zh;
  for (const auto& [field, words] : plan.field_words) out->fields.emplace(plan.symbols.string(field), words.label);
  return out;
}

report::Report report_of(const LoadedHistory& loaded) {
  report::Report out;
  out.version = HENG_VERSION;
  for (const watch::PackSummary& pack : loaded.law->plan.packs)
    out.packs.push_back({pack.name, pack.title, pack.reviewed, pack.hash});
  out.calendar = loaded.law->plan.calendar_name.empty()
                     ? "none"
                     : loaded.law->plan.calendar_name + " " + loaded.law->plan.holidays.hash().substr(0, 16);
  out.now = loaded.now;
  out.case_count = loaded.history->cases().size();
  out.act_count = loaded.history->size();
  out.refused_count = loaded.refused;
  out.notes = loaded.notes;
  out.glossary = glossary_of(loaded.law->plan);
  if (loaded.record)
    out.evidence = [reader = loaded.record](const watch::Finding& finding) { return reader->evidence(finding); };
  return out;
}

int exit_code_of(const Error& error) {
  switch (error.kind) {
    case ErrorKind::usage: return 2;
    case ErrorKind::bad_input: return 3;
    case ErrorKind::verification: return 4;
    case ErrorKind::not_found: return 5;
    case ErrorKind::denied: return 6;
    case ErrorKind::conflict: return 7;
    case ErrorKind::unreachable: return 8;
    case ErrorKind::environment: return 70;
  }
  return 70;
}

void print_error(const Error& error) { fmt::print(stderr, "heng: {}\n", error.text()); }

int default_jobs(int asked) {
  if (asked > 0) return std::min(asked, 256);
  return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

report::Language terminal_language(const std::string& asked) {
  if (asked == "zh") return report::Language::zh;
  if (asked == "en") return report::Language::en;
  if (asked == "both") return report::Language::both;
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"})
    if (const char* value = std::getenv(name); value != nullptr && *value != 0)
      return std::string_view(value).starts_with("zh") ? report::Language::zh : report::Language::en;
  return report::Language::both;
}

}  // namespace heng
