// A case on a terminal: its acts, and its clocks with their sums.
#include "base/text.h"
#include "report/explain.h"
#include "report/screen.h"

namespace heng::report {
namespace {

int32_t home_of(const watch::CaseView& view) {
  if (!view.acts.empty()) return view.acts.front().at.offset_minutes;
  return view.clocks.empty() ? 0 : view.clocks.front().start.offset_minutes;
}

void heading(Screen& screen, const watch::CaseView& view) {
  screen.paragraph(screen.word("案件", "case") + " " + printable(view.case_id), 0, Ink::bold, 2);
  screen.line(screen.word("时间所在时区", "times at") + " " + show_offset(home_of(view)), Ink::dim);
  screen.line();
}

std::string state_text(const Screen& screen, const watch::ClockView& clock) {
  std::string out = screen.word(word_of(clock.state));
  if (clock.right) out += " (" + screen.word("权利", "a right") + ")";
  return out;
}

std::string end_text(const Screen& screen, const watch::ClockView& clock) {
  if (!clock.end) return screen.word("未定", "open");
  return screen.end(*clock.end) + (clock.provisional ? " ?" : "");
}

bool any_provisional(const watch::CaseView& view) {
  for (const watch::ClockView& clock : view.clocks) {
    if (clock.provisional && clock.end) return true;
  }
  return false;
}

void provisional_note(Screen& screen, const watch::CaseView& view) {
  if (!any_provisional(view)) return;
  screen.line();
  screen.paragraph(
      screen.lines({"? 暂定：所依日历尚未公布", "? provisional: rests on a calendar not published yet"}), 2,
      Ink::dim);
}

}  // namespace

std::string case_text(const watch::CaseView& view, const TextOptions& options) {
  Screen screen(options, home_of(view));
  heading(screen, view);
  std::vector<Screen::Row> acts;
  for (const watch::ActView& act : view.acts) {
    std::string what = screen.lines(act.label);
    if (what.empty()) what = printable(act.type);
    if (!act.note.empty()) what += "\n(" + printable(act.note) + ")";
    acts.push_back({{screen.time(act.at)},
                    {printable(act.id), Ink::dim},
                    {printable(act.agency)},
                    {std::move(what), act.note.empty() ? Ink::plain : Ink::dim}});
  }
  screen.table({{screen.word("时刻", "at")},
                {screen.word("编号", "id")},
                {screen.word("机关", "agency")},
                {screen.word("行为", "act")}},
               acts, 2);
  if (view.clocks.empty()) return screen.take();
  screen.line();
  std::vector<Screen::Row> clocks;
  for (const watch::ClockView& clock : view.clocks) {
    clocks.push_back({{state_text(screen, clock), ink_of(clock.state)},
                      {screen.time(clock.start)},
                      {end_text(screen, clock)},
                      {screen.lines(clock.label)}});
  }
  screen.table({{screen.word("状态", "state")},
                {screen.word("开始", "start")},
                {screen.word("届满", "end")},
                {screen.word("期限", "clock")}},
               clocks, 2);
  provisional_note(screen, view);
  return screen.take();
}

std::string clocks_text(const watch::CaseView& view, const TextOptions& options) {
  Screen screen(options, home_of(view));
  heading(screen, view);
  if (view.clocks.empty()) {
    screen.paragraph(screen.lines({"没有期限开始计算", "no clock has started"}), 2);
    return screen.take();
  }
  bool first = true;
  for (const watch::ClockView& clock : view.clocks) {
    if (!first) screen.line();
    first = false;
    screen.paragraph(
        state_text(screen, clock) + "[" + printable(clock.rule) + "]: " + screen.word(clock.label, " / "), 0,
        ink_of(clock.state), 2);
    std::vector<std::pair<std::string, std::string>> facts;
    if (!clock.key.empty()) facts.emplace_back(screen.word("对象", "key"), printable(show_key(screen, clock.key, clock.key_labels)));
    facts.emplace_back(
        screen.word("开始", "start"),
        screen.time(clock.start) + (clock.start_act.empty() ? "" : " [" + printable(clock.start_act) + "]"));
    facts.emplace_back(screen.word("届满", "end"), end_text(screen, clock));
    if (clock.over_at) facts.emplace_back(screen.word("结束", "over"), screen.end(*clock.over_at));
    screen.facts(facts, 4);
    if (!clock.sum.empty()) sum_lines(screen, clock.sum, 3);
  }
  provisional_note(screen, view);
  return screen.take();
}

}  // namespace heng::report
