#include <ostream>

#include "report/finding_json.h"
#include "report/report.h"
#include "report/summary.h"
#include "report/words.h"

namespace heng::report {
namespace {

void write_bilingual(JsonWriter& json, std::string_view name, const Text& text) {
  json.key(name).begin_object().field("zh", text.zh).field("en", text.en).end_object();
}

void write_key(JsonWriter& json, const std::vector<std::pair<std::string, std::string>>& key) {
  json.key("key").begin_object();
  for (const auto& [name, value] : key) json.field(name, value);
  json.end_object();
}

void write_why(JsonWriter& json, std::string_view name, const std::vector<watch::Why>& lines) {
  json.key(name).begin_array();
  for (const watch::Why& line : lines) {
    json.begin_object().field("step", line.step);
    if (!line.act.empty()) json.field("act", line.act);
    if (line.at) json.field("at", format_rfc3339(*line.at));
    if (!line.cite.empty()) json.field("cite", line.cite);
    write_bilingual(json, "text", line.text);
    json.end_object();
  }
  json.end_array();
}

void write_evidence(JsonWriter& json, const Evidence& evidence) {
  json.key("evidence").begin_object().field("origin", evidence.origin).field("size", evidence.size);
  if (evidence.size > 0) json.field("root", evidence.root).field("witnessed", evidence.witnessed);
  json.key("entries").begin_array();
  for (const Evidence::Entry& entry : evidence.entries) {
    json.begin_object().field("act", entry.act).field("index", entry.index).field("leaf", entry.leaf);
    if (entry.path) json.strings("path", *entry.path);
    json.end_object();
  }
  json.end_array().end_object();
}

}  // namespace

void write_finding(JsonWriter& json, const watch::Finding& finding, const EvidenceOf& evidence) {
  json.begin_object()
      .field("id", finding.id)
      .field("rule", finding.rule)
      .field("kind", word_of(finding.kind).id)
      .field("severity", word_of(finding.severity).id)
      .field("case", finding.case_id);
  write_key(json, finding.key);
  json.field("at", format_rfc3339(finding.at));
  if (finding.due) json.field("due", format_rfc3339(*finding.due));
  json.strings("acts", finding.acts).strings("cites", finding.cites);
  write_bilingual(json, "message", finding.message);
  write_why(json, "why", finding.why);
  if (!finding.part.empty()) json.field("part", finding.part);
  if (finding.late_by_us) json.field("late_by", iso_duration(*finding.late_by_us));
  if (finding.provisional) json.field("provisional", true);
  if (!finding.missing.empty()) json.strings("missing", finding.missing);
  if (!finding.label.zh.empty() || !finding.label.en.empty()) write_bilingual(json, "label", finding.label);
  if (evidence) write_evidence(json, evidence(finding));
  json.end_object();
}

void write_case(JsonWriter& json, const watch::CaseView& view) {
  json.begin_object().field("case", view.case_id).key("acts").begin_array();
  for (const watch::ActView& act : view.acts) {
    json.begin_object().field("id", act.id).field("type", act.type);
    write_bilingual(json, "label", act.label);
    json.field("at", format_rfc3339(act.at)).field("agency", act.agency);
    if (!act.agency_kind.empty()) json.field("agency_kind", act.agency_kind);
    json.key("by").begin_array();
    for (const auto& [id, role] : act.by)
      json.begin_object().field("id", id).field("role", role).end_object();
    json.end_array();
    if (!act.note.empty()) json.field("note", act.note);
    json.end_object();
  }
  json.end_array().key("clocks").begin_array();
  for (const watch::ClockView& clock : view.clocks) {
    json.begin_object().field("rule", clock.rule);
    write_bilingual(json, "label", clock.label);
    write_key(json, clock.key);
    json.field("start_act", clock.start_act).field("start", format_rfc3339(clock.start));
    if (clock.end) json.field("end", format_rfc3339(*clock.end));
    if (clock.over_at) json.field("over_at", format_rfc3339(*clock.over_at));
    json.field("state", word_of(clock.state).id);
    if (clock.right) json.field("right", true);
    if (clock.provisional) json.field("provisional", true);
    write_why(json, "sum", clock.sum);
    json.end_object();
  }
  json.end_array().end_object();
}

void write_ndjson(std::ostream& out, std::span<const watch::Finding> findings, const EvidenceOf& evidence) {
  std::string line;
  for (const watch::Finding& finding : findings) {
    line.clear();
    JsonWriter json(line);
    write_finding(json, finding, evidence);
    line += '\n';
    out << line;
  }
}

void write_json(std::ostream& out, const Report& report) {
  std::string text;
  JsonWriter json(text);
  const Counts counts = count(report.findings);
  json.begin_object().field("schema", "heng/report/v1").key("as_of").begin_object();
  json.field("now", format_rfc3339(report.now)).field("calendar", report.calendar).key("packs").begin_array();
  for (const PackInfo& pack : report.packs) {
    json.begin_object().field("name", pack.name);
    write_bilingual(json, "title", pack.title);
    json.field("reviewed", pack.reviewed).field("hash", pack.hash).end_object();
  }
  json.end_array().end_object().key("counts").begin_object();
  json.field("cases", report.case_count)
      .field("acts", report.act_count)
      .field("refused", report.refused_count);
  json.field("findings", static_cast<uint64_t>(counts.total));
  for (const watch::Kind kind : kKindsShown) {
    json.field(word_of(kind).id, static_cast<uint64_t>(counts.of(kind)));
  }
  json.end_object().strings("notes", report.notes).key("findings").begin_array();
  out << text;
  text.clear();
  for (const watch::Finding& finding : report.findings) {
    write_finding(json, finding, report.evidence);
    out << text;
    text.clear();
  }
  json.end_array().key("cases").begin_array();
  for (const watch::CaseView& view : report.cases) {
    write_case(json, view);
    out << text;
    text.clear();
  }
  json.end_array().end_object();
  out << text << '\n';
}

}  // namespace heng::report
