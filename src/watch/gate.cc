#include "watch/gate.h"

#include <algorithm>

#include "watch/oracle.h"

namespace heng::watch {

const char* name_of(GateAnswer::Verdict verdict) {
  switch (verdict) {
    case GateAnswer::Verdict::allowed: return "allowed";
    case GateAnswer::Verdict::warned: return "warned";
    case GateAnswer::Verdict::refused: return "refused";
    case GateAnswer::Verdict::cannot_tell: return "cannot tell";
  }
  return "cannot tell";
}

Result<GateAnswer> ask_gate(History& history, const Act& act) {
  OracleOptions options;
  options.now = act.at.instant;
  options.only_case = act.case_id;
  options.all_views = true;
  const Verdicts before_act = judge_history(history, options);
  std::vector<History::Note> notes;
  const History::Added added = history.add(act, &notes);
  if (added != History::Added::kept) {
    if (added == History::Added::same)
      return Error{ErrorKind::conflict, "gate-done", "this act stands in the history already", "", "give the act an id of its own"};
    return Error{ErrorKind::bad_input, "gate-act", notes.empty() ? "the act cannot be placed" : notes[0].what, "",
                 notes.empty() ? "" : notes[0].help};
  }
  if (history.plan().act_index.count(history.plan().symbols.find(act.type)) == 0)
    return Error{ErrorKind::bad_input, "gate-type", "no pack here knows an act `" + act.type + "`", "",
                 "name the pack that declares it with --pack"};
  const Verdicts after = judge_history(history, options);

  GateAnswer out;
  const auto known_before = [&](const Finding& finding) {
    return std::any_of(before_act.findings.begin(), before_act.findings.end(),
                       [&](const Finding& old) { return old.id == finding.id; });
  };
  for (const Finding& finding : after.findings) {
    const bool by_this = !finding.acts.empty() && finding.acts[0] == act.id;
    if (!by_this || known_before(finding)) continue;
    if (finding.due && finding.kind != Kind::missing) continue;  // clocks are told below
    if (finding.kind == Kind::breach) out.against.push_back(finding);
    if (finding.kind == Kind::missing) out.unknown.push_back(finding);
    if (finding.kind == Kind::warn) out.warnings.push_back(finding);
  }
  if (!after.cases.empty()) {
    const auto same = [](const ClockView& a, const ClockView& b) {
      return a.rule == b.rule && a.key == b.key && a.start_act == b.start_act && a.start == b.start;
    };
    for (const ClockView& clock : after.cases[0].clocks) {
      const ClockView* old = nullptr;
      if (!before_act.cases.empty())
        for (const ClockView& candidate : before_act.cases[0].clocks)
          if (same(candidate, clock)) old = &candidate;
      if (old == nullptr) {
        if (clock.start_act == act.id) out.starts.push_back(clock);
      } else if (!old->over_at && clock.over_at && clock.state != ClockState::voided) {
        out.meets.push_back(clock);
      } else if (old->end != clock.end) {
        out.extends.push_back(clock);
      }
    }
  }
  for (const Finding& finding : out.against)
    for (const Why& line : finding.why) {
      // What is not met is what would mend it.
      const auto without = [](const std::string& text, std::string_view prefix) {
        return text.starts_with(prefix) ? text.substr(prefix.size()) : text;
      };
      if (line.step == "condition")
        out.cures.push_back({"先满足：" + without(line.text.zh, "不符合："), "first: " + without(line.text.en, "not met: ")});
      if (line.step == "excuse") out.cures.push_back(line.text);
    }
  out.verdict = !out.against.empty()    ? GateAnswer::Verdict::refused
                : !out.unknown.empty()  ? GateAnswer::Verdict::cannot_tell
                : !out.warnings.empty() ? GateAnswer::Verdict::warned
                                        : GateAnswer::Verdict::allowed;
  return out;
}

}  // namespace heng::watch
