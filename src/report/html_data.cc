#include "report/html_data.h"

#include <ostream>
#include <set>
#include <unordered_map>

#include "report/json_writer.h"
#include "report/summary.h"
#include "report/words.h"

namespace heng::report {
namespace {

class Packer {
 public:
  explicit Packer(std::string& out) : json(out, true) {}

  JsonWriter json;

  void text(const std::string& text) {
    const auto [place, fresh] = places_.try_emplace(text, strings_.size());
    if (fresh) strings_.push_back(&place->first);
    json.value(static_cast<uint64_t>(place->second));
  }
  void text(const Text& both) {
    text(both.zh);
    text(both.en);
  }
  void texts(const std::vector<std::string>& all) {
    json.begin_array();
    for (const std::string& one : all) text(one);
    json.end_array();
  }
  void labels(const std::vector<watch::Text>& all) {
    json.begin_array();
    for (const watch::Text& one : all) text(one);
    json.end_array();
  }
  void pairs(const std::vector<std::pair<std::string, std::string>>& all) {
    json.begin_array();
    for (const auto& [name, value] : all) {
      text(name);
      text(value);
    }
    json.end_array();
  }
  void time(OffsetTime when) {
    json.begin_array()
        .value(when.instant.us / 1000)
        .value(static_cast<int64_t>(when.offset_minutes))
        .end_array();
  }
  void time(const std::optional<OffsetTime>& when) {
    if (when) {
      time(*when);
    } else {
      json.null();
    }
  }
  void why(const std::vector<watch::Why>& lines) {
    json.begin_array();
    for (const watch::Why& line : lines) {
      json.begin_array();
      text(line.step);
      text(line.act);
      time(line.at);
      text(line.cite);
      text(line.text);
      json.end_array();
    }
    json.end_array();
  }
  void strings() {
    json.key("strings").begin_array();
    for (const std::string* one : strings_) json.value(*one);
    json.end_array();
  }

 private:
  std::unordered_map<std::string, size_t> places_;
  std::vector<const std::string*> strings_;  // into places_, whose nodes do not move
};

void pack(Packer& packer, const watch::Finding& finding) {
  JsonWriter& json = packer.json;
  json.begin_array();
  packer.text(finding.id);
  packer.text(finding.rule);
  packer.text(finding.part);
  packer.text(std::string(word_of(finding.kind).id));
  json.value(static_cast<uint64_t>(severity_of(finding)));
  packer.text(finding.case_id);
  packer.pairs(finding.key);
  packer.time(finding.at);
  packer.time(finding.due);
  if (finding.late_by_us) {
    json.value(*finding.late_by_us / 1000);
  } else {
    json.null();
  }
  json.value(static_cast<uint64_t>(finding.provisional ? 1 : 0));
  packer.texts(finding.acts);
  packer.texts(finding.cites);
  packer.texts(finding.missing);
  packer.text(finding.label);
  packer.text(finding.message);
  packer.why(finding.why);
  packer.labels(finding.key_labels);
  json.end_array();
}

void pack(Packer& packer, const watch::CaseView& view) {
  JsonWriter& json = packer.json;
  json.begin_array();
  packer.text(view.case_id);
  json.begin_array();
  for (const watch::ActView& act : view.acts) {
    json.begin_array();
    packer.text(act.id);
    packer.text(act.type);
    packer.text(act.label);
    packer.time(act.at);
    packer.text(act.agency);
    packer.text(act.agency_kind);
    packer.pairs(act.by);
    packer.text(act.note);
    json.end_array();
  }
  json.end_array().begin_array();
  for (const watch::ClockView& clock : view.clocks) {
    json.begin_array();
    packer.text(clock.rule);
    packer.text(clock.label);
    packer.pairs(clock.key);
    packer.text(clock.start_act);
    packer.time(clock.start);
    packer.time(clock.end);
    packer.time(clock.over_at);
    packer.text(std::string(word_of(clock.state).id));
    json.value(static_cast<uint64_t>((clock.right ? 1u : 0u) | (clock.provisional ? 2u : 0u)));
    packer.why(clock.sum);
    packer.labels(clock.key_labels);
    json.end_array();
  }
  json.end_array().end_array();
}

void pack(Packer& packer, const std::vector<PackInfo>& packs) {
  packer.json.key("packs").begin_array();
  for (const PackInfo& one : packs) {
    packer.json.begin_array().value(one.name).value(one.title.zh).value(one.title.en);
    packer.json.value(one.reviewed).value(one.hash).end_array();
  }
  packer.json.end_array();
}

// What the findings' articles and missing fields are called: pairs and threes of strings.
void pack(Packer& packer, const Glossary& glossary, const std::vector<watch::Finding>& findings) {
  std::set<std::string> cites;
  std::set<std::string> fields;
  for (const watch::Finding& finding : findings) {
    cites.insert(finding.cites.begin(), finding.cites.end());
    fields.insert(finding.missing.begin(), finding.missing.end());
    for (const watch::Why& line : finding.why)
      for (std::string& cite : cites_in(line.cite)) cites.insert(std::move(cite));
  }
  packer.json.key("cites").begin_array();
  for (const std::string& cite : cites)
    if (const auto found = glossary.cites_zh.find(cite); found != glossary.cites_zh.end()) {
      packer.json.value(cite);
      packer.json.value(found->second);
    }
  packer.json.end_array().key("fields").begin_array();
  for (const std::string& field : fields)
    if (const auto found = glossary.fields.find(field); found != glossary.fields.end()) {
      packer.json.value(field);
      packer.json.value(found->second.zh);
      packer.json.value(found->second.en);
    }
  packer.json.end_array();
}

}  // namespace

void write_html_data(std::ostream& out, const Report& report) {
  std::string text;
  Packer packer(text);
  JsonWriter& json = packer.json;
  const auto flush = [&] {
    out << text;
    text.clear();
  };
  json.begin_object().key("now");
  packer.time(report.now);
  json.field("calendar", report.calendar);
  json.field("cases", report.case_count)
      .field("acts", report.act_count)
      .field("refused", report.refused_count);
  pack(packer, report.packs);
  json.strings("notes", report.notes).key("findings").begin_array();
  for (const watch::Finding& finding : report.findings) {
    pack(packer, finding);
    flush();
  }
  json.end_array();
  if (report.glossary) pack(packer, *report.glossary, report.findings);
  json.key("views").begin_array();
  for (const watch::CaseView& view : report.cases) {
    pack(packer, view);
    flush();
  }
  json.end_array();
  packer.strings();
  json.end_object();
  flush();
}

}  // namespace heng::report
