// `heng check --format text`: what was checked, the counts, then each finding in full.
#include "base/text.h"

#include <ostream>

#include "report/explain.h"
#include "report/screen.h"
#include "report/summary.h"

namespace heng::report {
namespace {

void write_frame(Screen& screen, const Report& report) {
  screen.line(screen.word("衡 检查报告", "Heng report"), Ink::bold);
  std::vector<std::pair<std::string, std::string>> facts;
  facts.emplace_back(screen.word("计算时刻", "as of"), show_end(report.now, report.now.offset_minutes) + " " +
                                                           show_offset(report.now.offset_minutes));
  for (const PackInfo& pack : report.packs) {
    std::string text = printable(pack.name);
    if (const std::string title = screen.word(pack.title, " / "); !title.empty()) text += " " + title;
    if (!pack.hash.empty()) text += " " + printable(pack.hash.substr(0, 16));
    text +=
        "\n" + (pack.reviewed
                    ? screen.word("经律师审查：是", "reviewed: yes")
                    : screen.word(Text{"经律师审查：否，须由律师审查后方可依赖",
                                       "reviewed: no, a lawyer's review is due before anyone relies on it"},
                                  "\n"));
    facts.emplace_back(screen.word("规则包", "pack"), std::move(text));
  }
  if (!report.calendar.empty())
    facts.emplace_back(screen.word("日历", "calendar"), printable(report.calendar));
  facts.emplace_back(
      screen.word("读入", "read"),
      screen.word(Text{show_count(report.case_count) + " 案 " + show_count(report.act_count) +
                           " 行为，拒收 " + show_count(report.refused_count) + " 行",
                       show_count(report.act_count) + " acts of " + show_count(report.case_count) +
                           " cases, " + show_count(report.refused_count) + " lines refused"},
                  "\n"));
  screen.facts(facts, 2);
  for (const std::string& note : report.notes) {
    screen.paragraph(screen.word("注意", "note") + ": " + printable(note), 2, Ink::amber, 4);
  }
  screen.line();
}

// Which entries of which log a finding rests on.
void write_evidence(Screen& screen, const Evidence& evidence) {
  std::string entries;
  bool open = false;
  for (const Evidence::Entry& entry : evidence.entries) {
    entries += (entries.empty() ? "" : ", ") + printable(entry.act) + " #" + std::to_string(entry.index);
    if (!entry.path) {
      entries += "*";
      open = true;
    }
  }
  const std::string size = show_count(evidence.size);
  Text at{"尚无检查点", "no checkpoint yet"};
  if (evidence.size > 0)
    at = evidence.witnessed ? Text{"检查点 " + size + "，已经法定数目见证", "checkpoint " + size + ", witnessed by a quorum"}
                            : Text{"检查点 " + size + "，尚未见证", "checkpoint " + size + ", not yet witnessed"};
  if (open) at = {at.zh + "；* 号条目尚未列入", at.en + "; those with * are newer than it"};
  screen.facts({{screen.word("记录", "record"),
                 printable(evidence.origin) + ": " + entries + "\n" + screen.word(at, "\n")}},
               2);
}

std::string number(size_t count) { return count == 0 ? "·" : show_count(count); }

void write_summary(Screen& screen, const Counts& counts, const std::vector<RuleSummary>& rules) {
  if (counts.total == 0) {
    screen.line(screen.word("没有发现", "no findings"), Ink::green);
    return;
  }
  std::vector<Screen::Row> totals;
  for (const watch::Kind kind : kKindsShown) {
    totals.push_back(
        {{show_count(counts.of(kind)), Ink::plain, true}, {screen.word(word_of(kind)), ink_of(kind)}});
  }
  screen.table({}, totals, 2);
  screen.line();
  std::vector<watch::Kind> kinds;  // a column of nothing but dots says nothing
  for (const watch::Kind kind : kKindsShown) {
    if (counts.of(kind) > 0) kinds.push_back(kind);
  }
  Screen::Row head;
  for (const watch::Kind kind : kinds) head.push_back({screen.word(word_of(kind), "\n"), Ink::dim, true});
  head.push_back({screen.word(Text{"级别", "severity"}, "\n")});
  head.push_back({screen.word("规则", "rule")});
  std::vector<Screen::Row> rows;
  for (const RuleSummary& rule : rules) {
    Screen::Row row;
    for (const watch::Kind kind : kinds) row.push_back({number(rule.counts.of(kind)), Ink::plain, true});
    row.push_back({screen.word(word_of(rule.severity), "\n")});
    row.push_back({screen.lines(rule.label) + "\n" + printable(rule.rule)});
    rows.push_back(std::move(row));
  }
  screen.table(head, rows, 2);
}

}  // namespace

void write_text(std::ostream& out, const Report& report, const TextOptions& options) {
  Screen screen(options, report.now.offset_minutes);
  const Counts counts = count(report.findings);
  const std::vector<RuleSummary> rules = by_rule(report.findings);
  write_frame(screen, report);
  write_summary(screen, counts, rules);
  size_t written = 0;
  for (const RuleSummary& rule : rules) {
    for (const size_t index : rule.findings) {
      if (options.limit != 0 && written == options.limit) break;
      ++written;
      screen.line();
      screen.line(std::string(std::min<size_t>(screen.width(), 80), '-'), Ink::dim);
      explain(screen, report.findings[index]);
      if (report.evidence) write_evidence(screen, report.evidence(report.findings[index]));
      out << screen.take();
    }
  }
  if (written < counts.total) {
    const std::string rest = show_count(counts.total - written);
    screen.line();
    screen.paragraph(
        screen.lines({"另有 " + rest + " 项发现没有列出；用 --format ndjson 或 html 看全部",
                      rest + " more findings are not shown; see them all with --format ndjson or html"}),
        0, Ink::amber);
  }
  out << screen.take();
}

}  // namespace heng::report
