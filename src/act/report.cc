#include <fmt/format.h>

#include "act/json.h"
#include "act/read.h"
#include "base/json.h"
#include "base/text.h"

namespace heng {
namespace {

constexpr std::pair<Format, std::string_view> kFormats[] = {
    {Format::automatic, "auto"},           {Format::ndjson, "ndjson"},
    {Format::csv, "csv"},                  {Format::xes, "xes"},
    {Format::ocel2_json, "ocel2-json"},    {Format::ocel2_xml, "ocel2-xml"},
    {Format::ocel2_sqlite, "ocel2-sqlite"}, {Format::ocel1_json, "ocel1-json"}};

void member(std::string& out, std::string_view key, std::string_view text) {
  if (out.back() != '{') out += ',';
  append_json_string(out, key);
  out += ':';
  append_json_string(out, scrub_utf8(text));
}

void member(std::string& out, std::string_view key, uint64_t number) {
  if (out.back() != '{') out += ',';
  append_json_string(out, key);
  out += fmt::format(":{}", number);
}

}  // namespace

std::string_view format_name(Format format) {
  for (const auto& [known, name] : kFormats) {
    if (known == format) return name;
  }
  return "auto";
}

Result<Format> format_named(std::string_view name) {
  std::string list;
  for (const auto& [format, known] : kFormats) {
    if (known == name) return format;
    list += (list.empty() ? "" : ", ") + std::string(known);
  }
  return Error{ErrorKind::usage, "format-name", fmt::format("there is no format `{}`", printable(name)), "",
               "one of " + list};
}

bool ImportReport::room_for(std::string_view code) const {
  size_t same = 0;
  for (const Problem& known : problems) same += known.code == code ? 1 : 0;
  return same < kMaxProblems && problems.size() < 20 * kMaxProblems;
}

void ImportReport::add(Problem problem) {
  if (room_for(problem.code))
    problems.push_back(std::move(problem));
  else
    ++more_problems;
}

std::string ImportReport::to_json() const {
  std::string out = "{";
  member(out, "file", file);
  member(out, "format", format_name(format));
  member(out, "read", read);
  member(out, "kept", kept);
  member(out, "refused", refused);
  member(out, "cases", cases);
  if (format == Format::xes) member(out, "traces", traces);
  out += ",\"odd\":{";
  for (const auto& [name, count] : odd) member(out, name, count);
  out += "},\"problems\":[";
  for (size_t i = 0; i < problems.size(); ++i) {
    out += i > 0 ? ",{" : "{";
    member(out, "where", problems[i].where);
    member(out, "code", problems[i].code);
    member(out, "what", problems[i].what);
    if (!problems[i].help.empty()) member(out, "help", problems[i].help);
    out += problems[i].refused ? ",\"refused\":true}" : ",\"refused\":false}";
  }
  out += ']';
  member(out, "more_problems", more_problems);
  if (!classifiers.empty()) {
    out += ",\"classifiers\":[";
    for (size_t i = 0; i < classifiers.size(); ++i) {
      out += i > 0 ? ",{" : "{";
      member(out, "name", classifiers[i].name);
      if (!classifiers[i].scope.empty()) member(out, "scope", classifiers[i].scope);
      out += ",\"keys\":[";
      for (size_t k = 0; k < classifiers[i].keys.size(); ++k) {
        if (k > 0) out += ',';
        append_json_string(out, classifiers[i].keys[k]);
      }
      out += "]}";
    }
    out += ']';
  }
  if (!log_attributes.empty()) {
    Value log;
    log.kind = Value::Kind::object;
    log.members = log_attributes;
    out += ",\"log\":";
    append_value_json(out, log);
  }
  if (!error.empty()) member(out, "error", error);
  out += '}';
  return out;
}

std::string ImportReport::to_text() const {
  std::string out = fmt::format("{}: {} acts from {} read ({}), {} cases", file, kept, read, format_name(format), cases);
  if (format == Format::xes) out += fmt::format(", {} traces", traces);
  out += refused > 0 ? fmt::format("; {} refused\n", refused) : "; nothing refused\n";
  for (const auto& [name, count] : odd) {
    std::string words = name;
    for (char& c : words) c = c == '_' ? ' ' : c;
    out += fmt::format("  {}: {}\n", words, count);
  }
  for (const Problem& problem : problems) {
    out += fmt::format("  {}[{}]: {}: {}\n", problem.refused ? "refused" : "note", problem.code, printable(problem.where),
                       printable(problem.what));
    if (!problem.help.empty()) out += fmt::format("    help: {}\n", printable(problem.help));
  }
  if (more_problems > 0) out += fmt::format("  … and {} more\n", more_problems);
  if (!error.empty()) out += fmt::format("  stopped: {}\n", printable(error));
  return out;
}

}  // namespace heng
