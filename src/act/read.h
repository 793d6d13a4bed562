// Reading acts from files: NDJSON, CSV, XES, OCEL, gz or not. Streams where the format lets it (NDJSON, CSV, XES).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "act/act.h"
#include "base/result.h"

namespace heng {

enum class Format { automatic, ndjson, csv, xes, ocel2_json, ocel2_xml, ocel2_sqlite, ocel1_json };

std::string_view format_name(Format format);  // "ndjson", "csv", "xes", "ocel2-json", …
Result<Format> format_named(std::string_view name);

struct ReadOptions {
  Format format = Format::automatic;  // by content, never by the file's name
  std::string mapping_path;           // docs/format/mapping.md
  std::string zone;                   // IANA name for times without offset; wins over the mapping's
  std::string agency;                 // for events that name none; wins over the mapping's constant
  uint64_t max_line_bytes = 16 << 20;      // one NDJSON line, one CSV record
  uint64_t max_token_bytes = 8 << 20;      // one XML tag or text
  uint64_t max_depth = 64;                 // open XML elements, JSON nesting in a document
  uint64_t max_fields = 10'000;            // attributes of one event, CSV columns
  uint64_t max_trace_bytes = 16 << 20;     // a trace held back until its name is known
  uint64_t max_document_bytes = 256ULL << 20;  // OCEL, which must be held whole
  bool inflate_ahead = false;              // undo gz on a thread of its own
  std::function<void(uint64_t read_bytes, uint64_t total_bytes)> on_progress;  // total 0: not known
  std::function<void(Format)> on_format;  // once, before the first act: what the content shows it to be
};

// Something odd at one place. `refused`: the line or event is not among the acts; else it was kept.
struct Problem {
  std::string where;  // file:line, or "file byte n"
  std::string code;
  std::string what;
  std::string help;
  bool refused = false;
};

struct ImportReport {
  std::string file;
  Format format = Format::automatic;
  uint64_t read = 0;     // lines, rows or events met
  uint64_t kept = 0;     // acts handed on
  uint64_t refused = 0;  // read = kept + refused
  uint64_t cases = 0;    // distinct case ids, those of empty traces too
  uint64_t traces = 0;   // XES only
  // Counted oddities: loose_events, unnamed_events, unnamed_cases, duplicate_cases, unsorted_traces, empty_traces,
  // leap_seconds, unknown_elements, duplicate_attributes, mistyped_values, unknown_agency, local_times,
  // ambiguous_times, missing_times, caseless_events, blank_lines, …
  std::map<std::string, uint64_t, std::less<>> odd;
  std::vector<Problem> problems;  // at most kMaxProblems of one code
  uint64_t more_problems = 0;     // not listed
  // What a log says of itself and acts have no place for.
  struct Classifier {
    std::string name;
    std::string scope;
    std::vector<std::string> keys;
  };
  std::vector<Classifier> classifiers;
  std::vector<std::pair<std::string, Value>> log_attributes;  // at most 1,000
  std::string error;  // why reading stopped early, empty if it did not

  static constexpr size_t kMaxProblems = 20;
  void add(Problem problem);
  bool room_for(std::string_view code) const;  // would `add` list a problem of this code?
  std::string to_json() const;  // one object, stable key order
  std::string to_text() const;  // for a terminal, several lines
};

using OnAct = std::function<void(Act&)>;

// Every act of the file, in file order. The act passed is reused between calls; the callee may move from it. An error
// means that the file as a whole cannot be read on (a truncated gz or XML, no known format, no such file); the acts
// delivered before stand. What is wrong with one line or event is in the report, the others go on.
// `partial`, if given, receives the report also when the answer is an error.
Result<ImportReport> read_acts(const std::string& path, const ReadOptions& options, const OnAct& on_act,
                               ImportReport* partial = nullptr);
// The same from memory; `name` stands for the file in messages.
Result<ImportReport> read_acts_from(std::string_view bytes, const std::string& name, const ReadOptions& options,
                                    const OnAct& on_act, ImportReport* partial = nullptr);

}  // namespace heng
