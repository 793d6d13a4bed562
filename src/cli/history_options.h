// What the commands that judge a history have in common: which packs, which files, which now.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "act/read.h"
#include "base/result.h"
#include "cli/record_place.h"
#include "law/load.h"
#include "report/report.h"
#include "watch/history.h"
#include "watch/plan.h"

namespace CLI {
class App;
}

namespace heng {

class RecordReader;

struct LawOptions {
  std::vector<std::string> packs;  // names or paths; empty: every pack found
  std::vector<std::string> roots;  // further folders to look in, before the usual ones
};
void add_law_options(CLI::App& command, LawOptions& options);

struct LoadedLaw {
  law::PackSet set;
  watch::Plan plan;
};
// Parses and compiles; diagnostics of packs that do not hold go to standard error.
Result<std::unique_ptr<LoadedLaw>> load_law(const LawOptions& options);
std::vector<std::string> pack_roots(const LawOptions& options);

struct HistoryOptions {
  LawOptions law;
  std::vector<std::string> files;
  std::string now;       // RFC 3339, a date (its 24:00 in the packs' zone), `now`, or empty: 24:00 of the last act's day
  std::string map;
  std::string zone;
  std::string agency;
  std::string format = "auto";
  int jobs = 0;          // 0: one a processor
  RecordSource record;   // acts from a record instead of files
  std::string keep_case; // keep the acts of this case as they were read, too
};
// What every reader of a history asks for; --now and --jobs only where they change something.
void add_history_options(CLI::App& command, HistoryOptions& options, bool files_are_positional);
void add_now_option(CLI::App& command, HistoryOptions& options);
void add_jobs_option(CLI::App& command, HistoryOptions& options);

struct LoadedHistory {
  std::unique_ptr<LoadedLaw> law;
  std::unique_ptr<watch::History> history;
  std::vector<Act> kept;  // of keep_case
  OffsetTime now;
  uint64_t refused = 0;
  std::vector<std::string> notes;    // for the report and standard error
  std::vector<std::string> problems; // refused lines, as said on standard error
  std::shared_ptr<RecordReader> record;  // where the acts came from a record
  std::vector<Act> recorded_findings;    // what that record says was found
};
// Reads everything; refused lines are told on standard error and counted.
Result<LoadedHistory> load_history(const HistoryOptions& options);

// Is this rule (full name) among those of the plan, or among `only` if that is not empty?
bool rule_is_judged(const watch::Plan& plan, const std::set<std::string>& only, const std::string& rule);

std::shared_ptr<const report::Glossary> glossary_of(const watch::Plan& plan);
report::Report report_of(const LoadedHistory& loaded);

int exit_code_of(const Error& error);
void print_error(const Error& error);
int default_jobs(int asked);
// Language of the terminal: zh where the locale says so, else en.
report::Language terminal_language(const std::string& asked);

}  // namespace heng
