// After a change of packs: what means what it meant is kept, what does not is judged anew over all cases.
#include "watch/engine_refill.h"

#include <algorithm>
#include <unordered_map>

namespace heng::watch {
namespace {

Error stored_otherwise(const std::string& what) {
  return Error{ErrorKind::verification, "snapshot-acts", "the packs have acts stored otherwise than the snapshot holds them: " + what, "",
               "replay the acts: all of them are judged again"};
}

const std::string kPacks = "packs";

}  // namespace

Result<void> Engine::compare(const PlanShape& old, const History::Moved& moved, Refill& refill) const {
  const PlanShape now = shape_of(plan_, options_.only_rules, options_.missing);
  for (const Sym field : history_.unread_fields())
    if (field < base_symbols_) return stored_otherwise("field `" + plan_.symbols.string(field) + "` was not kept");
  // Only what acts are there for makes a difference.
  struct Met {
    const PlanShape::Act* was = nullptr;
    const PlanShape::Act* is = nullptr;
    std::vector<Sym> fields;
  };
  std::unordered_map<Sym, Met> types;
  std::set<Sym> agencies;
  bool everything = moved.kinds || old.levels != now.levels;
  if (moved.lost_type != 0) return stored_otherwise("act type `" + plan_.symbols.string(moved.lost_type) + "`");
  for (size_t i = 0; i < history_.size(); ++i) {
    const StoredAct& act = history_.act(i);
    const Sym type = history_.type_name(act);
    const auto [found, fresh] = types.try_emplace(type);
    Met& met = found->second;
    if (fresh) {
      const std::string_view name = plan_.symbols.text(type);
      met.was = old.act(name);
      met.is = now.act(name);
      const bool known = plan_.act_index.contains(type);
      if ((met.was == nullptr) == known || (known && (met.is == nullptr || met.was->also_called != met.is->also_called)))
        return stored_otherwise("act type `" + std::string(name) + "`");
      everything = everything || (known && met.was->meaning != met.is->meaning);
    }
    for (const Datum& datum : history_.data(act)) {
      if (std::find(met.fields.begin(), met.fields.end(), datum.field) != met.fields.end()) continue;
      met.fields.push_back(datum.field);
      const std::string_view field = plan_.symbols.text(datum.field);
      const uint8_t* was = old.stored_as(met.was, field);
      const uint8_t* is = now.stored_as(met.is, field);
      if ((was == nullptr) != (is == nullptr) || (was != nullptr && *was != *is))
        return stored_otherwise("field `" + std::string(field) + "` of `" + plan_.symbols.string(type) + "`");
    }
    if (old.offices != now.offices) agencies.insert(act.agency);
  }
  const auto level_of = [](const PlanShape& shape, const std::string& agency) {
    for (const auto& [name, level] : shape.offices)
      if (name == agency) return level;
    return std::string();
  };
  for (const Sym agency : agencies) {
    const std::string name = plan_.symbols.string(agency);
    everything = everything || level_of(old, name) != level_of(now, name);
  }

  const std::map<std::string, std::string> before(old.declarations.begin(), old.declarations.end());
  refill.declared = now.declarations.size();
  for (const auto& [name, meaning] : now.declarations) {
    const auto was = before.find(name);
    if (everything || was == before.end() || was->second != meaning) refill.names.insert(name);
  }
  const std::map<std::string, std::string> after(now.declarations.begin(), now.declarations.end());
  for (const auto& [name, meaning] : before)
    if (!after.contains(name)) refill.gone.insert(name);

  std::map<std::string, std::vector<int32_t>> here;  // the versions of a clock, in their order
  for (size_t i = 0; i < now.clocks.size(); ++i) here[now.clocks[i]].push_back(static_cast<int32_t>(i));
  std::map<std::string, size_t> met;
  for (const std::string& clock : old.clocks) {
    const size_t version = met[clock]++;
    const auto same = here.find(clock);
    const bool kept = !refill.again(clock) && same != here.end() && version < same->second.size();
    refill.clocks.push_back(kept ? same->second[version] : kNone);
  }
  refill.same_keys = std::equal(old.across.begin(), old.across.end(), now.across.begin(), now.across.end(),
                                [](const auto& a, const auto& b) { return a.meaning == b.meaning && a.reads == b.reads; });
  for (size_t i = 0; refill.same_keys && i < old.across.size(); ++i)
    refill.subjects.emplace(old.across[i].subject, now.across[i].subject);
  for (const PlanShape::Across& across : old.across) refill.meant.emplace(across.subject, across.meaning);
  for (const PlanShape::Across& across : now.across) refill.means.emplace(across.subject, across.meaning);
  return {};
}

void Engine::refill_cases(const Refill& refill, const Sink& sink) {
  const JudgeOptions options{now_, options_.missing, refill.names, nullptr};
  const Index index(plan_, refill.names);
  CaseJudge judge(scope_, index, options, false);
  // The acts without which the declarations have nothing to say.
  TypeSet speaks;
  const auto mine = [&](const Head& head) { return !head.across && refill.names.contains(head.rule); };
  for (const Rule& rule : plan_.rules)
    if (mine(rule))
      for (const Pattern& on : rule.on) {
        if (on.any_act) speaks.add_all();
        for (const uint16_t type : on.types) speaks.add(type);
      }
  for (size_t clock = 0; clock < plan_.clocks.size(); ++clock)
    if (mine(plan_.clocks[clock])) {
      if (index.starts_any[clock]) speaks.add_all();
      for (const uint16_t type : index.starts[clock]) speaks.add(type);
    }
  for (const Separation& separation : plan_.separations)
    if (mine(separation)) speaks.add_all();
  for (const Power& power : plan_.powers)
    if (mine(power))
      for (const uint16_t type : power.pattern.types) speaks.add(type);

  for (size_t place = 0; place < history_.cases().size(); ++place) {
    const std::span<const uint32_t> acts = history_.acts_of_place(place);
    const bool spoken = std::any_of(acts.begin(), acts.end(), [&](uint32_t act) { return speaks.has(history_.act(act).type); });
    CaseState& state = case_state(place);
    const bool found = std::any_of(state.held.begin(), state.held.end(), [&](const Held& held) { return refill.held[held.rule]; });
    if (!spoken && !found) continue;
    fresh_.clear();
    if (spoken) {
      live_acts(history_, acts, now_, live_);
      scope_.reset(live_.acts);
      judge.reset();
      judge.run(fresh_, nullptr);
    }
    settle(state, history_.cases()[place], std::move(fresh_), {}, Reach::everything, INT64_MIN, kPacks, sink, &refill.held);
    if (!spoken) continue;
    state.dues.insert(state.dues.end(), judge.dues().begin(), judge.dues().end());
    std::sort(state.dues.begin(), state.dues.end(), [](const CaseJudge::Due& a, const CaseJudge::Due& b) { return a.clock < b.clock; });
    schedule(place, state, judge.next_change());
  }
}

void Engine::refill_keys(const Refill& refill, const Sink& sink) {
  const JudgeOptions options{now_, options_.missing, refill.names, nullptr};
  const Index index(plan_, refill.names);
  CaseJudge judge(wide_scope_, index, options, true);
  std::set<int32_t> asked;
  const auto ask = [&](const Head& head) {
    if (head.across && refill.names.contains(head.rule)) asked.insert(head.subject);
  };
  for (const Rule& one : plan_.rules) ask(one);
  for (const Clock& one : plan_.clocks) ask(one);
  for (const Separation& one : plan_.separations) ask(one);
  for (uint32_t wide = 0; wide < wide_.size(); ++wide) {
    WideState& state = wide_[wide];
    const bool spoken = asked.contains(state.key.first);
    const bool found = std::any_of(state.held.begin(), state.held.end(), [&](const Held& held) { return refill.held[held.rule]; });
    if (!spoken && !found) continue;
    fresh_.clear();
    if (spoken) {
      gather_items(state);
      wide_scope_.reset(wide_items_);
      judge.reset();
      const Key only{state.key.first, state.key.second};
      judge.run(fresh_, &only);
    }
    settle(state, 0, std::move(fresh_), {}, Reach::everything, INT64_MIN, kPacks, sink, &refill.held);
    if (spoken) schedule(kWideBit | wide, state, judge.next_change());
  }
}

// What is read across cases is other than before: the acts are given to the keys anew, and what was found to those where
// it is looked for.
void Engine::rebuild_keys(const Refill& refill, std::vector<WideState>&& old, const Sink& sink) {
  for (size_t place = 0; place < history_.cases().size() && !wide_subjects_.empty(); ++place) {
    live_acts(history_, history_.acts_of_place(place), now_, live_);
    scope_.reset(live_.acts);
    give_across(scope_, wide_subjects_, [&](const AcrossSubject& across, uint32_t rank, Sym value, bool read) {
      const uint32_t wide = wide_of({across.subject, value});
      const bool first_of_case = gives(place, wide);
      if (read) wide_[wide].items.push_back(live_.acts[rank]);
      if (across.first_act && first_of_case) wide_[wide].firsts.push_back({live_.acts[rank], static_cast<uint32_t>(place)});
    });
  }
  for (WideState& state : wide_) {
    std::sort(state.items.begin(), state.items.end(),
              [this](const LiveActs::Item& a, const LiveActs::Item& b) { return timeline_before(history_, a, b); });
    std::sort(state.firsts.begin(), state.firsts.end(),
              [this](const WideState::First& a, const WideState::First& b) { return timeline_before(history_, a.item, b.item); });
  }
  std::map<std::string, std::vector<int32_t>> subjects;  // by rule with part: what it is asked about
  const auto name = [&](const Head& head) {
    if (head.across) subjects[head.full_name()].push_back(head.subject);
  };
  for (const Rule& one : plan_.rules) name(one);
  for (const Clock& one : plan_.clocks) name(one);
  for (const Separation& one : plan_.separations) name(one);
  for (WideState& was : old) {
    const auto meant = refill.meant.find(was.key.first);
    State nowhere;
    std::map<uint32_t, std::vector<Held>> moved;
    for (const Held& held : was.held) {
      const auto found = subjects.find(rule_names_[held.rule]);
      if (found == subjects.end()) {
        nowhere.held.push_back(held);
        continue;
      }
      int32_t subject = found->second.front();
      for (const int32_t one : found->second) {
        const auto means = refill.means.find(one);
        if (meant != refill.meant.end() && means != refill.means.end() && meant->second == means->second) subject = one;
      }
      moved[wide_of({subject, was.key.second})].push_back(held);
    }
    settle(nowhere, 0, {}, {}, Reach::everything, INT64_MIN, kPacks, sink, &refill.held);
    for (auto& [wide, held] : moved) wide_[wide].held.insert(wide_[wide].held.end(), held.begin(), held.end());
    // Its clocks go on under whatever subject of that meaning there is.
    for (const auto& [subject, means] : refill.means)
      if (meant != refill.meant.end() && means == meant->second) {
        WideState& state = wide_[wide_of({subject, was.key.second})];
        state.due = std::min(state.due, was.due);
      }
  }
}

}  // namespace heng::watch
