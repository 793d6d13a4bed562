// Writing acts: NDJSON, CSV, XES, OCEL 2.0. What is written reads back as the same acts (docs/format/act.md).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "act/act.h"
#include "base/result.h"

namespace heng {

enum class ExportFormat { ndjson, csv, xes, ocel_json, ocel_xml, ocel_sqlite };

Result<ExportFormat> export_format_named(std::string_view name);  // ndjson, csv, xes, ocel, ocel-xml, ocel-sqlite

// Takes pieces of the output in order; false stops the writer (a full disk, a closed pipe).
using OnBytes = std::function<bool(std::string_view)>;

class ActWriter {
 public:
  virtual ~ActWriter() = default;
  // Errors: write-failed.
  virtual Result<void> add(const Act& act) = 0;
  // Must be called once, last. NDJSON and CSV have gone out by then; XES holds one line per act until here, because
  // a trace is a whole case; OCEL holds the objects.
  virtual Result<void> finish() = 0;
};

// All formats but ocel_sqlite, which needs a file: write_ocel_sqlite.
std::unique_ptr<ActWriter> make_writer(ExportFormat format, OnBytes on_bytes);
// A new SQLite file; error if `path` exists.
Result<std::unique_ptr<ActWriter>> make_sqlite_writer(const std::string& path);

}  // namespace heng
