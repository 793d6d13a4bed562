#include "report/explain.h"

#include "base/text.h"
#include "report/summary.h"

namespace heng::report {
namespace {

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : ", ") + part;
  return printable(out);
}

// "(QA-0001-002; CPL 85(2))"
std::string sources(const Screen& screen, const watch::Why& line) {
  if (line.act.empty() && line.cite.empty()) return "";
  std::string out = line.act;
  if (!line.cite.empty()) out += (out.empty() ? "" : "; ") + screen.cites(line.cite);
  return " [" + printable(out) + "]";
}

Text both(const Text& text, const std::string& tail) {
  // The sources stand once, after the last language shown.
  return {text.zh, text.en.empty() ? "" : text.en + tail};
}

// Where a span ends, midnight is 24:00 of the day before; where something begins or was done, it is 00:00.
bool is_end(std::string_view step) { return step != "start" && step != "restart" && step != "met"; }

}  // namespace

void sum_lines(Screen& screen, const std::vector<watch::Why>& lines, size_t indent) {
  std::vector<Screen::Row> rows;
  for (const watch::Why& line : lines) {
    const std::string tail = sources(screen, line);
    std::string text = screen.lines(both(line.text, tail));
    if (!tail.empty() && !text.ends_with(tail)) text += tail;
    const Ink ink = line.step == "end" ? Ink::bold : line.step == "pause" ? Ink::violet : Ink::plain;
    rows.push_back({{"|", Ink::dim},
                    {screen.word(step_word(line.step)), ink},
                    {!line.at            ? ""
                     : is_end(line.step) ? screen.end(*line.at)
                                         : screen.time(*line.at),
                     ink},
                    {std::move(text)}});
  }
  screen.table({}, rows, indent);
}

void explain(Screen& screen, const watch::Finding& finding) {
  const Word& kind = word_of(finding.kind);
  const std::string rule = full_name(finding);
  const Text& label = finding.label;
  screen.paragraph(screen.word(kind) + "[" + printable(rule) + "]: " + screen.word(label, " / "), 0,
                   ink_of(finding.kind), 2);
  std::string place = finding.case_id.empty() ? screen.word("跨案", "across cases")
                                              : screen.word("案件", "case") + " " + printable(finding.case_id);
  if (!finding.key.empty()) place += ", " + printable(show_key(screen, finding.key, finding.key_labels));
  if (!finding.acts.empty())
    place += ", " + screen.word("行为", "act") + " " + printable(finding.acts.front());
  screen.paragraph("--> " + place, 2, Ink::dim, 4);
  screen.line();
  screen.paragraphs(finding.message, 4);
  if (!finding.why.empty()) {
    screen.line();
    sum_lines(screen, finding.why, 3);
  }
  screen.line();
  std::vector<std::pair<std::string, std::string>> facts;
  facts.emplace_back(screen.word("级别", "severity"), screen.word(word_of(finding.severity)));
  const bool at_end =
      finding.due && finding.due->instant == finding.at.instant;  // one instant, written one way
  facts.emplace_back(screen.word("成立于", "since"),
                     at_end ? screen.end(finding.at) : screen.time(finding.at));
  if (finding.due) facts.emplace_back(screen.word("最迟", "due"), screen.end(*finding.due));
  if (finding.late_by_us) {
    facts.emplace_back(screen.word("超出", "late by"),
                       screen.word(show_duration(*finding.late_by_us), " / "));
  }
  if (finding.provisional) {
    facts.emplace_back(screen.word("暂定", "provisional"),
                       screen.lines({"所依日历尚未公布，公布后重新计算",
                                     "rests on a calendar not published yet; counted again when it is"}));
  }
  if (!finding.missing.empty()) facts.emplace_back(screen.word("缺少", "missing"), printable(screen.fields(finding.missing)));
  if (!finding.acts.empty()) facts.emplace_back(screen.word("行为", "acts"), joined(finding.acts));
  if (!finding.cites.empty()) facts.emplace_back(screen.word("依据", "cites"), printable(screen.cites(finding.cites)));
  facts.emplace_back(screen.word("编号", "id"), printable(finding.id));
  screen.facts(facts, 4);
}

std::string explain_text(const watch::Finding& finding, const TextOptions& options) {
  Screen screen(options, finding.at.offset_minutes);
  explain(screen, finding);
  screen.line();
  screen.line(screen.word("时间所在时区", "times at") + " " + show_offset(finding.at.offset_minutes),
              Ink::dim);
  return screen.take();
}

}  // namespace heng::report
