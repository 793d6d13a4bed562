// Findings rendered for people and machines: text, NDJSON, JSON, SARIF 2.1.0, JUnit XML and one HTML file.
//
// Everything here is a pure function of a Report: no clock, no disk, no network. The same Report gives the
// same bytes. Bytes in texts that are not UTF-8 come out as U+FFFD; nothing here fails.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "watch/finding.h"

namespace heng::report {

using watch::Text;

struct PackInfo {
  std::string name;  // "cn.criminal"
  Text title;
  bool reviewed = false;  // a lawyer has signed it; a pack that is not says so on every page
  std::string hash;       // hex, of the pack's sources
};

// Where a finding's acts stand in a record, and the way from each to the root of a checkpoint.
struct Evidence {
  struct Entry {
    std::string act;   // its id
    uint64_t index = 0;
    std::string leaf;  // the RFC 6962 leaf hash, base64
    std::optional<std::vector<std::string>> path;  // none: newer than the checkpoint
  };
  std::string origin;  // of the log
  uint64_t size = 0;   // of the checkpoint; 0: there is none yet
  std::string root;    // base64
  bool witnessed = false;  // by a quorum of the record's policy
  std::vector<Entry> entries;
};
using EvidenceOf = std::function<Evidence(const watch::Finding&)>;

// What the packs call the articles and the fields that findings name by their codes; what is not there is shown as it is.
struct Glossary {
  std::map<std::string, std::string> cites_zh;  // "CPL 85(2)": 《刑事诉讼法》第八十五条第二款
  std::map<std::string, Text> fields;           // "warrant_no"
};

// "CPL 85(2), MPS 126", one by one; nothing of an empty text.
std::vector<std::string> cites_in(const std::string& text);
// Articles one behind the other: in the Chinese words of `zh`, as far as it has any, if it is given.
std::string say_cites(const std::vector<std::string>& cites, const std::map<std::string, std::string>* zh);

struct Report {
  std::string version;  // of the program that judged; empty if it is not known
  std::vector<PackInfo> packs;
  std::string calendar;     // name and version, or hash
  OffsetTime now;           // the instant the findings hold for
  uint64_t case_count = 0;  // read, not only those with findings
  uint64_t act_count = 0;
  uint64_t refused_count = 0;            // lines refused
  std::vector<std::string> notes;        // what the reader must know: lines refused, readings assumed, …
  std::vector<watch::Finding> findings;  // in output order (watch::before)
  std::vector<watch::CaseView> cases;    // of cases with findings; may be capped
  std::shared_ptr<const Glossary> glossary;  // may be absent
  EvidenceOf evidence;                   // of acts read from a record; empty for files
};

enum class Language { zh, en, both };

struct TextOptions {
  Language language = Language::both;
  size_t width = 80;  // columns; at least 60 are used
  bool colour = false;
  std::shared_ptr<const Glossary> glossary{};  // may be absent
  size_t limit = 100;  // findings shown in full; 0: all. What is left out is counted, never silent
};

// For reading: what was checked, counts by rule and severity, then a screen for each finding, grouped by
// rule.
void write_text(std::ostream& out, const Report& report, const TextOptions& options);

// The whole explanation of one finding (`heng finding explain`): verdict, facts, the sum line by line,
// articles, acts.
std::string explain_text(const watch::Finding& finding, const TextOptions& options);
// `heng case show`: the acts of a case in the order they count, then its clocks in one line each.
std::string case_text(const watch::CaseView& view, const TextOptions& options);
// `heng case clocks`: each clock with its state and its sum.
std::string clocks_text(const watch::CaseView& view, const TextOptions& options);

// One finding a line, schema heng/finding/v1 (docs/contracts): id, rule, kind, severity, case, key, at,
// [due], acts, cites, message, why; and in addition, only if there: part, late_by (ISO 8601), provisional,
// missing, label, evidence.
void write_ndjson(std::ostream& out, std::span<const watch::Finding> findings, const EvidenceOf& evidence = {});
// One document, schema heng/report/v1: as_of, counts, notes, findings (as above), cases.
void write_json(std::ostream& out, const Report& report);
// SARIF 2.1.0 (OASIS). A rule of a pack is a rule, a finding a result; partialFingerprints holds the
// finding's id.
void write_sarif(std::ostream& out, const Report& report);
// JUnit XML: a testsuite for each rule, a testcase for each finding. breach and late fail, missing is
// skipped, warn and flag pass and are told in system-out.
void write_junit(std::ostream& out, const Report& report);
// One self-contained file that loads nothing: open, filter, print.
void write_html(std::ostream& out, const Report& report);

}  // namespace heng::report
