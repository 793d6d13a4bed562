// SARIF 2.1.0 (OASIS standard, errata 01), so that findings show wherever static-analysis results do.
#include <map>
#include <ostream>

#include "report/json_writer.h"
#include "report/report.h"
#include "report/summary.h"
#include "report/words.h"

namespace heng::report {
namespace {

std::string both(const Text& text) { return shown(text, Language::both, "\n"); }

// 3.27.10: a level other than "none" belongs to results of kind "fail" only.
const char* level_of(watch::Kind kind, watch::Severity severity) {
  if (kind == watch::Kind::flag || kind == watch::Kind::missing) return "none";
  if (kind == watch::Kind::warn) return "warning";
  if (severity >= watch::Severity::high) return "error";
  return severity == watch::Severity::low ? "note" : "warning";
}

// 3.27.9: "review" asks for a person's judgement, "open" could not be decided.
const char* kind_of(watch::Kind kind) {
  if (kind == watch::Kind::flag) return "review";
  return kind == watch::Kind::missing ? "open" : "fail";
}

void write_text_object(JsonWriter& json, std::string_view name, const std::string& text) {
  json.key(name).begin_object().field("text", text.empty() ? std::string("-") : text).end_object();
}

void write_pack(JsonWriter& json, const PackInfo& pack) {
  json.begin_object().field("name", pack.name.empty() ? std::string("pack") : pack.name);
  if (!pack.title.zh.empty() || !pack.title.en.empty()) {
    write_text_object(json, "shortDescription", both(pack.title));
  }
  json.key("properties").begin_object().field("hash", pack.hash).field("reviewed", pack.reviewed);
  json.end_object().end_object();
}

void write_rule(JsonWriter& json, const RuleSummary& rule, const watch::Finding& first) {
  json.begin_object().field("id", rule.rule);
  write_text_object(json, "shortDescription", rule.label.en.empty() ? both(rule.label) : rule.label.en);
  write_text_object(json, "fullDescription", both(rule.label));
  json.key("defaultConfiguration").begin_object();
  json.field("level", level_of(watch::Kind::breach, rule.severity)).end_object();
  json.key("properties")
      .begin_object()
      .field("severity", word_of(rule.severity).id)
      .strings("cites", first.cites);
  json.end_object().end_object();
}

void write_location(JsonWriter& json, const watch::Finding& finding, const std::string* act, int64_t id) {
  json.begin_object();
  if (id > 0) json.field("id", id);
  json.key("logicalLocations").begin_array().begin_object();
  if (act != nullptr) {
    json.field("name", *act)
        .field("fullyQualifiedName", finding.case_id.empty() ? *act : finding.case_id + "/" + *act)
       .field("kind", "act");
  } else {
    const std::string& name = finding.case_id.empty() ? finding.rule : finding.case_id;  // a figure is of no one case
    json.field("name", name).field("fullyQualifiedName", name).field("kind", finding.case_id.empty() ? "figure" : "case");
  }
  json.end_object().end_array().end_object();
}

void write_result(JsonWriter& json, const watch::Finding& finding, size_t rule_index) {
  json.begin_object().field("ruleId", finding.rule).field("ruleIndex", static_cast<uint64_t>(rule_index));
  json.field("kind", kind_of(finding.kind)).field("level", level_of(finding.kind, severity_of(finding)));
  write_text_object(json, "message", both(finding.message));
  json.key("locations").begin_array();
  write_location(json, finding, finding.acts.empty() ? nullptr : &finding.acts.front(), 0);
  json.end_array();
  if (finding.acts.size() > 1) {
    json.key("relatedLocations").begin_array();
    for (size_t i = 1; i < finding.acts.size(); ++i) {
      write_location(json, finding, &finding.acts[i], static_cast<int64_t>(i));
    }
    json.end_array();
  }
  json.key("partialFingerprints").begin_object().field("hengFindingId/v1", finding.id).end_object();
  json.key("properties").begin_object();
  json.field("kind", word_of(finding.kind).id).field("severity", word_of(finding.severity).id);
  json.field("case", finding.case_id).key("key").begin_object();
  for (const auto& [name, value] : finding.key) json.field(name, value);
  json.end_object().field("at", format_rfc3339(finding.at));
  if (finding.due) json.field("due", format_rfc3339(*finding.due));
  if (finding.late_by_us) json.field("late_by", iso_duration(*finding.late_by_us));
  if (!finding.part.empty()) json.field("part", finding.part);
  if (finding.provisional) json.field("provisional", true);
  if (!finding.missing.empty()) json.strings("missing", finding.missing);
  json.strings("cites", finding.cites).end_object().end_object();
}

}  // namespace

void write_sarif(std::ostream& out, const Report& report) {
  const std::vector<RuleSummary> rules = by_rule(report.findings);
  std::map<std::string_view, size_t> index_of;
  for (size_t i = 0; i < rules.size(); ++i) index_of[rules[i].rule] = i;

  std::string text;
  JsonWriter json(text);
  json.begin_object().field(
      "$schema",
      "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json");
  json.field("version", "2.1.0").key("runs").begin_array().begin_object();
  json.key("tool")
      .begin_object()
      .key("driver")
      .begin_object()
      .field("name", "Heng");
  if (!report.version.empty()) {
    json.field("fullName", "Heng " + report.version).field("version", report.version);
    json.field("semanticVersion", report.version);
  }
  json.key("rules").begin_array();
  for (const RuleSummary& rule : rules) write_rule(json, rule, report.findings[rule.findings.front()]);
  json.end_array().end_object();
  if (!report.packs.empty()) {
    json.key("extensions").begin_array();
    for (const PackInfo& pack : report.packs) write_pack(json, pack);
    json.end_array();
  }
  json.end_object().key("invocations").begin_array().begin_object();
  // 3.20.14: lines refused mean that the run did not do all it was asked.
  json.field("executionSuccessful", report.refused_count == 0).end_object().end_array();
  json.key("results").begin_array();
  for (const watch::Finding& finding : report.findings) {
    write_result(json, finding, index_of[finding.rule]);
    out << text;
    text.clear();
  }
  json.end_array().key("properties").begin_object();
  json.field("now", format_rfc3339(report.now)).field("calendar", report.calendar);
  json.field("cases", report.case_count)
      .field("acts", report.act_count)
      .field("refused", report.refused_count);
  json.strings("notes", report.notes).end_object().end_object().end_array().end_object();
  out << text << '\n';
}

}  // namespace heng::report
