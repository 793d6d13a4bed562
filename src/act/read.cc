#include "act/read.h"

#include <fmt/format.h>

#include <algorithm>

#include "act/intake.h"
#include "base/text.h"

namespace heng {
namespace {

constexpr std::string_view kSqliteMagic("SQLite format 3\0", 16);

// The first key of a JSON object, empty if `text` is none.
std::string_view first_key(std::string_view text) {
  const auto skip = [&] {
    const size_t at = text.find_first_not_of(" \t\r\n");
    text.remove_prefix(at == std::string_view::npos ? text.size() : at);
  };
  skip();
  if (!text.starts_with("{")) return {};
  text.remove_prefix(1);
  skip();
  if (!text.starts_with("\"")) return {};
  text.remove_prefix(1);
  return text.substr(0, text.find('"'));
}

bool names_a_log(std::string_view path) {
  for (const std::string_view end : {".xes", ".gz", ".xml", ".csv", ".json", ".sqlite", ".jsonocel", ".xmlocel"}) {
    if (path.ends_with(end)) return true;
  }
  return false;
}

Result<Format> detect(std::string_view head, const std::string& name, Intake& intake) {
  using namespace std::string_view_literals;
  if (head.empty()) {
    if (names_a_log(name))
      return Error{ErrorKind::bad_input, "file-empty", "the file is empty", name,
                   "the file was not written or transferred whole: get it again"};
    intake.odd("empty_file");
    return Format::ndjson;
  }
  if (head.starts_with(kSqliteMagic.substr(0, std::min(head.size(), kSqliteMagic.size())))) return Format::ocel2_sqlite;
  const bool wide = head.starts_with("\xFF\xFE"sv) || head.starts_with("\xFE\xFF"sv) ||
                    head.starts_with("\0\0\xFE\xFF"sv) || head.starts_with("<\0"sv) || head.starts_with("\0<"sv);
  if (wide && head.find('<') < 8) return Format::xes;  // or OCEL: the XML reader looks again
  std::string_view text = head;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const size_t at = text.find_first_not_of(" \t\r\n");
  if (at == std::string_view::npos) return Format::ndjson;
  if (text[at] == '<') return Format::xes;
  const std::string_view key = first_key(text);
  if (key.starts_with("ocel:")) return Format::ocel1_json;
  if (key == "objectTypes" || key == "eventTypes" || key == "events" || key == "objects") return Format::ocel2_json;
  if (text[at] == '{') return Format::ndjson;
  if (!intake.options.mapping_path.empty() || wide) return Format::csv;
  const std::string_view line = text.substr(0, text.find('\n'));
  if (is_utf8(line) && line.find('\0') == std::string_view::npos && line.find_first_of(",;\t|") != std::string_view::npos)
    return Format::csv;
  if (text[at] == '[')
    return Error{ErrorKind::bad_input, "format-unknown", "the file is a JSON list", name,
                 "write one act on each line, for example with jq -c '.[]'"};
  return Error{ErrorKind::bad_input, "format-unknown", "the file is in no format Heng reads", name,
               "give NDJSON, CSV, XES or OCEL, or name the format with --format"};
}

Result<void> read_source(Source& source, Intake& intake, const std::string& path) {
  Format& format = intake.report.format;
  format = intake.options.format;
  Format effective = format;
  if (format == Format::automatic) {
    HENG_TRY(effective, detect(source.head(), source.name(), intake));
  }
  if (intake.options.on_format) intake.options.on_format(effective);
  switch (effective) {
    case Format::xes:
    case Format::ocel2_xml: return read_xml(source, intake);  // sets the format if it is automatic
    default: format = effective;
  }
  switch (effective) {
    case Format::csv: return read_csv(source, intake);
    case Format::ocel2_json:
    case Format::ocel1_json: return read_ocel_json(source, intake);
    case Format::ocel2_sqlite:
      if (path == "-" || path.empty() || source.compressed())
        return Error{ErrorKind::bad_input, "sqlite-stream", "a SQLite file cannot be read from a stream or gz", source.name(),
                     "unpack it and name the file"};
      return read_ocel_sqlite(path, intake);
    default: return read_ndjson(source, intake);
  }
}

Result<ImportReport> finish(Result<void> done, Intake& intake, ImportReport* partial) {
  if (intake.report.cases == 0) intake.report.cases = intake.cases.size();
  Error error;
  if (!done.ok()) {
    error = done.error();
    if (error.where.empty()) error.where = intake.name();
    intake.report.error = error.text();
  }
  if (partial != nullptr) *partial = intake.report;
  if (!done.ok()) return error;
  return std::move(intake.report);
}

}  // namespace

Result<ImportReport> read_acts(const std::string& path, const ReadOptions& options, const OnAct& on_act,
                               ImportReport* partial) {
  Intake intake(options, path == "-" ? "<stdin>" : path, on_act);
  const auto work = [&]() -> Result<void> {
    HENG_TRY_VOID(intake.prepare());
    HENG_TRY(Source source, Source::open(path));
    if (options.inflate_ahead) source.inflate_ahead();
    return read_source(source, intake, path);
  };
  return finish(work(), intake, partial);
}

Result<ImportReport> read_acts_from(std::string_view bytes, const std::string& name, const ReadOptions& options,
                                    const OnAct& on_act, ImportReport* partial) {
  Intake intake(options, name, on_act);
  const auto work = [&]() -> Result<void> {
    HENG_TRY_VOID(intake.prepare());
    HENG_TRY(Source source, Source::of(bytes, name));
    return read_source(source, intake, "");
  };
  return finish(work(), intake, partial);
}

}  // namespace heng
