#include "watch/next.h"

#include <algorithm>

#include "watch/scope.h"

namespace heng::watch {
namespace {

// The act types that are the role's: those that name it, and those whose power it holds.
std::vector<uint16_t> types_of(const Plan& plan, Sym role) {
  std::vector<uint16_t> out;
  for (size_t i = 0; i < plan.acts.size(); ++i) {
    const std::vector<Sym>& by = plan.acts[i].by;
    if (std::find(by.begin(), by.end(), role) != by.end()) out.push_back(static_cast<uint16_t>(i));
  }
  for (const Power& power : plan.powers) {
    if (power.lets != law::PowerDecl::Lets::act) continue;
    if (std::any_of(power.held_by.begin(), power.held_by.end(),
                    [&](const Power::Holder& holder) { return holder.anybody || holder.role == role; }))
      out.insert(out.end(), power.pattern.types.begin(), power.pattern.types.end());
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

// Puts the value where acts carry the subject.
void concern(Act& act, const Plan& plan, const Subject& subject, const std::string& value) {
  for (const Subject::Path& path : subject.paths) {
    const std::string name = plan.symbols.string(path.name);
    if (path.what == What::on) {
      act.on.push_back({value, name});
      return;
    }
    if (path.what != What::field) continue;
    Value datum = Value::of(value);
    if (subject.each_of) {
      datum = Value{};
      datum.kind = Value::Kind::list;
      datum.items.push_back(Value::of(value));
    }
    act.data.emplace_back(name, std::move(datum));
    return;
  }
}

// Running clocks first, by their ends; then by how open the way is.
std::tuple<int, int64_t, int> rank_of(const NextStep& step) {
  int64_t end = INT64_MAX;
  for (const ClockView& clock : step.answer.meets)
    if (clock.end) end = std::min(end, clock.end->instant.us);
  const bool meets = !step.answer.meets.empty();
  int way = static_cast<int>(step.answer.verdict);  // allowed, warned, refused, cannot tell
  if (step.answer.verdict == GateAnswer::Verdict::refused) way = 4;
  return {meets ? 0 : 1, end, way};
}

}  // namespace

Result<std::vector<NextStep>> next_steps(Plan& plan, std::span<const Act> acts, const NextQuestion& question) {
  if (acts.empty())
    return Error{ErrorKind::not_found, "next-case", "no act of a case `" + question.case_id + "` is in the history", "",
                 "name a case of the history; `heng check --format json` lists those with findings"};
  const std::vector<uint16_t> types = types_of(plan, plan.symbols.find(question.role));
  if (types.empty())
    return Error{ErrorKind::not_found, "next-role", "no pack here gives the role `" + question.role + "` anything to do", "",
                 "roles are declared in the packs: `role NAME …`"};
  History history(plan);
  for (const Act& act : acts) history.add(act, nullptr);
  // What the case has named, subject by subject.
  std::vector<std::vector<std::string>> named(plan.subjects.size());
  {
    const LiveActs live = live_acts(history, history.acts_of(plan.symbols.find(question.case_id)), question.at.instant);
    const Scope scope(history, live.acts, false);
    for (size_t i = 0; i < named.size(); ++i)
      for (const Sym value : scope.values(static_cast<int32_t>(i))) named[i].push_back(plan.symbols.string(value));
  }
  Gate gate(history);
  std::vector<NextStep> out;
  for (const uint16_t type : types) {
    Act act;
    act.id = "next?";
    act.type = plan.symbols.string(plan.acts[type].name);
    act.at = question.at;
    act.recorded = question.at;
    act.case_id = question.case_id;
    act.agency = question.agency;
    act.by.push_back({question.person.empty() ? "official?" : question.person, question.role});
    // One value is taken as it is; of the first subject with several, each is asked about.
    std::vector<std::pair<Act, std::vector<std::pair<std::string, std::string>>>> asked{{act, {}}};
    for (const Sym on : plan.acts[type].on) {
      size_t index = 0;
      while (index < plan.subjects.size() && (plan.subjects[index].name != on || named[index].empty())) ++index;
      if (index == plan.subjects.size() || plan.subjects[index].kept_in_office) continue;
      if (named[index].size() > 1 && asked.size() > 1) continue;
      decltype(asked) wider;
      for (const auto& [one, concerns] : asked)
        for (const std::string& value : named[index]) {
          auto copy = one;
          concern(copy, plan, plan.subjects[index], value);
          auto with = concerns;
          with.emplace_back(plan.symbols.string(on), value);
          wider.emplace_back(std::move(copy), std::move(with));
        }
      asked = std::move(wider);
    }
    for (const auto& [one, concerns] : asked) {
      HENG_TRY(GateAnswer answer, gate.ask(one));
      out.push_back({one.type, plan.acts[type].label, concerns, std::move(answer)});
    }
  }
  std::stable_sort(out.begin(), out.end(), [](const NextStep& a, const NextStep& b) { return rank_of(a) < rank_of(b); });
  return out;
}

}  // namespace heng::watch
