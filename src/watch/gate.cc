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

namespace {

// Sorts a finding about the act into the answer; what a clock will say later is told as a clock.
void sort_in(GateAnswer& out, Finding&& finding, const std::string& act) {
  if (finding.acts.empty() || finding.acts[0] != act) return;
  if (finding.due && finding.kind != Kind::missing) return;
  if (finding.kind == Kind::breach) out.against.push_back(std::move(finding));
  else if (finding.kind == Kind::missing) out.unknown.push_back(std::move(finding));
  else if (finding.kind == Kind::warn) out.warnings.push_back(std::move(finding));
}

void conclude(GateAnswer& out) {
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
}

OracleOptions whole_case(const Act& act) {
  OracleOptions options;
  options.now = act.at.instant;
  options.only_case = act.case_id;
  options.all_views = true;
  return options;
}

}  // namespace

Gate::Gate(History& history)
    : history_(history),
      index_(history.plan(), {}),
      touches_(history.plan(), {}),
      options_{Instant{}, true, {}, nullptr},
      scope_(history, false),
      judge_(scope_, index_, options_, false) {}

Result<GateAnswer> Gate::ask(const Act& act) {
  const Plan& plan = history_.plan();
  const auto type = plan.act_index.find(plan.symbols.find(act.type));
  if (type == plan.act_index.end())
    return Error{ErrorKind::bad_input, "gate-type", "no pack here knows an act `" + act.type + "`", "",
                 "name the pack that declares it with --pack"};
  if (history_.holds(act.id))
    return Error{ErrorKind::conflict, "gate-done", "an act `" + act.id + "` stands in the history already", "",
                 "give the act an id of its own"};
  bool plain = act.corrects.empty() && act.annuls.empty();
  Verdicts whole;
  std::vector<ClockMark> marks;
  options_.now = act.at.instant;
  const uint32_t place = history_.place_of(plan.symbols.find(act.case_id));
  if (place != SymTable::kNothing) {
    live_acts(history_, history_.acts_of_place(place), options_.now, live_);
    // An act that was named before it was there makes good what named it.
    plain = plain && std::ranges::none_of(live_.dropped, [](const LiveActs::Dropped& dropped) {
              return dropped.why == LiveActs::Dropped::Why::bad_reference;
            });
  }
  if (!plain) {
    whole = judge_history(history_, whole_case(act));
  } else if (place != SymTable::kNothing) {
    scope_.reset(live_.acts);
    judge_.reset();
    StoredAct asked;
    asked.type = type->second;
    judge_.mark(touches_.clocks(asked), [&marks](const ClockMark& mark, const Instance&) { marks.push_back(mark); });
  }
  std::vector<History::Note> notes;
  if (history_.add(act, &notes, false) != History::Added::kept)  // its id was looked for above
    return Error{ErrorKind::bad_input, "gate-act", notes.empty() ? "the act cannot be placed" : notes[0].what, "",
                 notes.empty() ? "" : notes[0].help};
  GateAnswer out = plain ? ask_plain(act, std::move(marks)) : ask_whole(act, whole);
  history_.take_back();
  return out;
}

GateAnswer Gate::ask_plain(const Act& act, std::vector<ClockMark>&& before) {
  GateAnswer out;
  const uint32_t index = static_cast<uint32_t>(history_.size() - 1);
  const StoredAct& stored = history_.act(index);
  live_acts(history_, history_.acts_of_place(history_.place_of(stored.case_id)), options_.now, live_);
  scope_.reset(live_.acts);
  judge_.reset();
  JudgePart part;
  part.clocks = &touches_.clocks(stored);
  part.separations = touches_.separations(history_, stored);
  while (part.first_rank < scope_.size() && scope_.act_index(part.first_rank) != index) ++part.first_rank;
  part.about = part.first_rank;
  fresh_.clear();
  judge_.run(fresh_, nullptr, part);
  for (Finding& finding : fresh_) sort_in(out, std::move(finding), act.id);
  judge_.mark(touches_.clocks(stored), [&](const ClockMark& mark, const Instance& instance) {
    const auto old = std::find_if(before.begin(), before.end(), [&](const ClockMark& one) {
      return one.clock == mark.clock && one.key == mark.key && one.start_act == mark.start_act && one.start == mark.start;
    });
    if (old == before.end()) {
      if (mark.start_act == index) out.starts.push_back(judge_.view(instance));
    } else if (!old->over_at && mark.over_at && !instance.voided) {
      out.meets.push_back(judge_.view(instance));
    } else if (old->end != mark.end) {
      out.extends.push_back(judge_.view(instance));
    }
  });
  for (auto* list : {&out.starts, &out.meets, &out.extends})
    std::stable_sort(list->begin(), list->end(), [](const ClockView& a, const ClockView& b) {
      return a.start.instant != b.start.instant ? a.start.instant < b.start.instant : a.rule < b.rule;
    });
  conclude(out);
  return out;
}

GateAnswer Gate::ask_whole(const Act& act, const Verdicts& before) {
  GateAnswer out;
  Verdicts after = judge_history(history_, whole_case(act));
  for (Finding& finding : after.findings)
    if (std::none_of(before.findings.begin(), before.findings.end(), [&](const Finding& old) { return old.id == finding.id; }))
      sort_in(out, std::move(finding), act.id);
  const auto same = [](const ClockView& a, const ClockView& b) {
    return a.rule == b.rule && a.key == b.key && a.start_act == b.start_act && a.start == b.start;
  };
  if (!after.cases.empty())
    for (const ClockView& clock : after.cases[0].clocks) {
      const ClockView* old = nullptr;
      if (!before.cases.empty())
        for (const ClockView& candidate : before.cases[0].clocks)
          if (same(candidate, clock)) old = &candidate;
      if (old == nullptr) {
        if (clock.start_act == act.id) out.starts.push_back(clock);
      } else if (!old->over_at && clock.over_at && clock.state != ClockState::voided) {
        out.meets.push_back(clock);
      } else if (old->end != clock.end) {
        out.extends.push_back(clock);
      }
    }
  conclude(out);
  return out;
}

Result<GateAnswer> ask_gate(History& history, const Act& act) { return Gate(history).ask(act); }

}  // namespace heng::watch
