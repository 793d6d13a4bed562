// JUnit XML as Jenkins, GitLab and others read it.
#include <ostream>

#include "base/text.h"
#include "report/report.h"
#include "report/summary.h"
#include "report/words.h"

namespace heng::report {
namespace {

// XML 1.0, 2.2: most control characters may not occur, not even as references.
std::string escaped(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const Rune rune = decode_utf8(text, at);
    at += rune.size;
    const char32_t v = rune.value;
    if (v == U'&') {
      out += "&amp;";
    } else if (v == U'<') {
      out += "&lt;";
    } else if (v == U'>') {
      out += "&gt;";
    } else if (v == U'"') {
      out += "&quot;";
    } else if (v == U'\n' || v == U'\t' || v == U'\r') {
      out += "&#" + std::to_string(static_cast<uint32_t>(v)) + ";";
    } else {
      append_utf8(out, v < 0x20 || v == 0xFFFE || v == 0xFFFF ? 0xFFFD : v);
    }
  }
  return out;
}

bool fails(watch::Kind kind) { return kind == watch::Kind::breach || kind == watch::Kind::late; }

std::string attribute(std::string_view name, std::string_view value) {
  return " " + std::string(name) + "=\"" + escaped(value) + "\"";
}

std::string attribute(std::string_view name, size_t value) { return attribute(name, std::to_string(value)); }

std::string counters(size_t tests, size_t failures, size_t errors, size_t skipped) {
  return attribute("tests", tests) + attribute("failures", failures) + attribute("errors", errors) +
         attribute("skipped", skipped) + attribute("time", "0");
}

std::string timestamp(OffsetTime time) { return format_rfc3339(time).substr(0, 19); }

void write_case(std::ostream& out, const watch::Finding& finding) {
  std::string name = finding.case_id;
  if (!finding.key.empty()) name += (name.empty() ? "" : " ") + show_key(finding.key);
  name += " [" + finding.id + "]";
  out << "    <testcase" << attribute("classname", finding.rule) << attribute("name", name)
      << attribute("time", "0") << ">\n";
  const std::string message = shown(finding.message, Language::both, "\n");
  const std::string type = std::string(word_of(finding.kind).id) + "/" + word_of(finding.severity).id;
  const std::string told = escaped(explain_text(finding, {.language = Language::both, .width = 100}));
  if (fails(finding.kind)) {
    out << "      <failure" << attribute("message", message) << attribute("type", type) << ">" << told
        << "</failure>\n";
  } else if (finding.kind == watch::Kind::missing) {
    out << "      <skipped" << attribute("message", message) << "/>\n";
  }
  if (!fails(finding.kind)) out << "      <system-out>" << told << "</system-out>\n";
  out << "    </testcase>\n";
}

// Input and packs are a suite of their own: refused lines must not look like a clean run, and no report is
// empty.
void write_input(std::ostream& out, const Report& report) {
  const size_t refused = report.refused_count > 0 ? 1 : 0;
  out << "  <testsuite" << attribute("name", "heng.input") << counters(1 + report.packs.size(), 0, refused, 0)
      << attribute("timestamp", timestamp(report.now)) << ">\n";
  if (!report.version.empty())
    out << "    <properties>\n      <property" << attribute("name", "heng.version") << attribute("value", report.version)
        << "/>\n    </properties>\n";
  out << "    <testcase" << attribute("classname", "heng.input") << attribute("name", "lines read")
      << attribute("time", "0") << ">\n";
  if (refused != 0) {
    const std::string what = std::to_string(report.refused_count) + " lines were refused";
    std::string notes = what;
    for (const std::string& note : report.notes) notes += "\n" + note;
    out << "      <error" << attribute("message", what) << attribute("type", "refused") << ">"
        << escaped(notes) << "</error>\n";
  }
  out << "    </testcase>\n";
  for (const PackInfo& pack : report.packs) {
    out << "    <testcase" << attribute("classname", "heng.input") << attribute("name", "pack " + pack.name)
        << attribute("time", "0") << ">\n      <system-out>"
        << escaped(shown(pack.title, Language::both) + "\nhash " + pack.hash +
                   "\nreviewed: " + (pack.reviewed ? "yes" : "no, a lawyer's review is due"))
        << "</system-out>\n    </testcase>\n";
  }
  out << "  </testsuite>\n";
}

}  // namespace

void write_junit(std::ostream& out, const Report& report) {
  const Counts all = count(report.findings);
  const auto failures = [](const Counts& counts) {
    return counts.of(watch::Kind::breach) + counts.of(watch::Kind::late);
  };
  out << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" << attribute("name", "heng check")
      << counters(all.total + 1 + report.packs.size(), failures(all), report.refused_count > 0 ? 1 : 0,
                  all.of(watch::Kind::missing))
      << ">\n";
  write_input(out, report);
  for (const RuleSummary& rule : by_rule(report.findings)) {
    out << "  <testsuite" << attribute("name", rule.rule)
        << counters(rule.counts.total, failures(rule.counts), 0, rule.counts.of(watch::Kind::missing))
        << attribute("timestamp", timestamp(report.now)) << ">\n    <properties>\n      <property"
        << attribute("name", "label") << attribute("value", shown(rule.label, Language::both))
        << "/>\n      <property" << attribute("name", "severity")
        << attribute("value", word_of(rule.severity).id) << "/>\n    </properties>\n";
    for (const size_t index : rule.findings) write_case(out, report.findings[index]);
    out << "  </testsuite>\n";
  }
  out << "</testsuites>\n";
}

}  // namespace heng::report
