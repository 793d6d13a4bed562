#include "act/write.h"

#include <fmt/format.h>

#include "act/csv.h"
#include "act/json.h"
#include "act/writers.h"
#include "base/text.h"

namespace heng {
namespace {

class NdjsonWriter final : public ActWriter {
 public:
  explicit NdjsonWriter(OnBytes on_bytes) : out_(std::move(on_bytes)) {}
  Result<void> add(const Act& act) override {
    append_act_json(out_.buffer, act);
    out_.buffer += '\n';
    return out_.spill();
  }
  Result<void> finish() override { return out_.flush(); }

 private:
  ByteOut out_;
};

// RFC 4180. Columns: kCsvColumns; lists, documents and data as JSON, so that nothing is lost.
class CsvWriter final : public ActWriter {
 public:
  explicit CsvWriter(OnBytes on_bytes) : out_(std::move(on_bytes)) {
    for (const std::string_view column : kCsvColumns) {
      if (!out_.buffer.empty()) out_.buffer += ',';
      out_.buffer += column;
    }
    out_.buffer += "\r\n";
  }

  Result<void> add(const Act& act) override {
    std::string& line = out_.buffer;
    cell(act.id);
    line += ',';
    cell(act.type);
    line += ',';
    cell(format_rfc3339(act.at));
    line += ',';
    if (act.recorded) cell(format_rfc3339(*act.recorded));
    line += ',';
    cell(act.case_id);
    line += ',';
    cell(act.agency);
    for (const std::string_view field : {"by", "on", "data", "docs"}) {
      line += ',';
      cell(json_of(act, field));
    }
    line += ',';
    cell(act.corrects);
    line += ',';
    cell(act.annuls);
    line += "\r\n";
    return out_.spill();
  }
  Result<void> finish() override { return out_.flush(); }

 private:
  // A spreadsheet runs a cell that begins so; a quote sign before it makes it text, and our reader takes it off again.
  void cell(std::string_view text) {
    std::string& line = out_.buffer;
    if (text.empty()) return;
    const bool guard = std::string_view("=+-@\t\r'").find(text[0]) != std::string_view::npos;
    if (!guard && text.find_first_of(",\"\r\n") == std::string_view::npos) {
      line += text;
      return;
    }
    line += '"';
    if (guard) line += '\'';
    for (const char c : text) {
      if (c == '"') line += '"';
      line += c;
    }
    line += '"';
  }

  std::string json_of(const Act& act, std::string_view field) {
    Act part;
    if (field == "by") part.by = act.by;
    if (field == "on") part.on = act.on;
    if (field == "data") part.data = act.data;
    if (field == "docs") part.docs = act.docs;
    std::string json;
    append_extra_json(json, part);
    if (json == "{}") return "";
    return json.substr(field.size() + 4, json.size() - field.size() - 5);  // without {"field": and }
  }

  ByteOut out_;
};

constexpr std::pair<std::string_view, ExportFormat> kNames[] = {
    {"ndjson", ExportFormat::ndjson},      {"csv", ExportFormat::csv},
    {"xes", ExportFormat::xes},            {"ocel", ExportFormat::ocel_json},
    {"ocel-json", ExportFormat::ocel_json}, {"ocel-xml", ExportFormat::ocel_xml},
    {"ocel-sqlite", ExportFormat::ocel_sqlite}};

}  // namespace

Result<void> ByteOut::flush() {
  if (buffer.empty()) return {};
  if (!on_bytes_(buffer))
    return Error{ErrorKind::environment, "write-failed", "the output could not be written", "", "check the free space"};
  buffer.clear();
  return {};
}

Result<ExportFormat> export_format_named(std::string_view name) {
  for (const auto& [known, format] : kNames) {
    if (known == name) return format;
  }
  return Error{ErrorKind::usage, "format-name", fmt::format("there is no format `{}` to write", printable(name)), "",
               "one of xes, ocel, ocel-xml, ocel-sqlite, csv, ndjson"};
}

std::unique_ptr<ActWriter> make_writer(ExportFormat format, OnBytes on_bytes) {
  switch (format) {
    case ExportFormat::csv: return std::make_unique<CsvWriter>(std::move(on_bytes));
    case ExportFormat::xes: return make_xes_writer(std::move(on_bytes));
    case ExportFormat::ocel_json:
    case ExportFormat::ocel_xml: return make_ocel_writer(format, std::move(on_bytes));
    default: return std::make_unique<NdjsonWriter>(std::move(on_bytes));
  }
}

}  // namespace heng
