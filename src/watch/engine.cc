#include "watch/engine.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>

#include "tlog/hash.h"
#include "watch/oracle.h"

namespace heng::watch {
namespace {

uint64_t mix(uint64_t h, std::string_view text) {
  for (const char c : text) h = (h ^ static_cast<uint8_t>(c)) * 1099511628211ULL;
  return (h ^ 0xFF) * 1099511628211ULL;
}

}  // namespace

const char* name_of(Change::What what) {
  switch (what) {
    case Change::What::raised: return "raised";
    case Change::What::changed: return "changed";
    case Change::What::withdrawn: return "withdrawn";
  }
  return "raised";
}

Engine::Engine(Plan& plan, const EngineOptions& options)
    : plan_(plan),
      options_(options),
      index_(plan, options.only_rules),
      touches_(plan, options.only_rules),
      late_(plan, options.only_rules),
      history_(plan),
      base_symbols_(static_cast<Sym>(plan.symbols.size())),
      judge_options_{now_, options.missing, options.only_rules, nullptr},
      scope_(history_, false),
      wide_scope_(history_, true),
      judge_(scope_, index_, judge_options_, false),
      wide_judge_(wide_scope_, index_, judge_options_, true),
      wide_subjects_(across_subjects(plan, options.only_rules)) {
  if (options.pages != nullptr) history_.keep_in(options.pages);
  for (size_t i = 0; i < plan.clocks.size(); ++i)
    group_of_rule_.emplace(plan.clocks[i].full_name(), plan.clocks[i].group);
  for (const Separation& one : plan.separations) separations_.insert(one.full_name());
}

uint16_t Engine::rule_index(const std::string& rule) {
  const auto [slot, fresh] = rule_slots_.try_emplace(rule, static_cast<uint16_t>(rule_names_.size()));
  if (fresh) {
    rule_names_.push_back(rule);
    std::vector<int32_t>& versions = rules_of_name_.emplace_back();
    for (size_t i = 0; i < plan_.rules.size(); ++i)
      if (plan_.rules[i].full_name() == rule) versions.push_back(static_cast<int32_t>(i));
  }
  return slot->second;
}

Engine::Held Engine::held_of(const Finding& finding) {
  Held out;
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  for (size_t i = 0; i < out.id.size(); ++i)
    out.id[i] = static_cast<char>(digit(finding.id[2 * i]) * 16 + digit(finding.id[2 * i + 1]));
  out.kind = static_cast<uint8_t>(finding.kind);
  out.severity = static_cast<uint8_t>(finding.severity);
  const std::string rule = full_name(finding);
  out.rule = rule_index(rule);
  out.at_us = finding.at.instant.us;
  uint64_t content = 1469598103934665603ULL ^ static_cast<uint64_t>(finding.at.instant.us);
  content = mix(content, name_of(finding.kind));
  if (finding.due) content ^= static_cast<uint64_t>(finding.due->instant.us) * 31;
  content = mix(content, finding.message.en);
  for (const std::string& act : finding.acts) content = mix(content, act);
  for (const Why& line : finding.why)
    if (line.step == "void") content = mix(content, line.act);
  out.content = content;
  place(out);
  return out;
}

void Engine::place(Held& held) const {
  const std::string& rule = rule_names_[held.rule];
  held.source = separations_.contains(rule) ? Held::Source::separation : Held::Source::rule;
  held.group = kNone;
  if (const auto clock = group_of_rule_.find(rule); clock != group_of_rule_.end()) {
    held.source = Held::Source::clock;
    held.group = clock->second;
  }
}

void Engine::schedule(uint64_t slot, State& state, Instant due) {
  if (due >= state.due) return;  // an earlier look stands already and will look again
  state.due = due;
  wheel_.put(due, slot);
}

uint32_t Engine::wide_of(WideKey key) {
  const uint64_t id = static_cast<uint64_t>(key.first) << 32 | key.second;
  const auto [found, fresh] = wide_index_.try_emplace(id, static_cast<uint32_t>(wide_.size()));
  if (fresh) wide_.emplace_back().key = key;
  return found->second;
}

// Notes that the case's acts carry the key; true if they did not before.
bool Engine::gives(size_t place, uint32_t wide) {
  std::vector<uint32_t>& keys = case_state(place).wide;
  if (std::find(keys.begin(), keys.end(), wide) != keys.end()) return false;
  keys.push_back(wide);
  return true;
}

bool Engine::set_first(uint32_t wide, size_t place, const LiveActs::Item* item) {
  std::vector<WideState::First>& firsts = wide_[wide].firsts;
  const uint32_t before = firsts.empty() ? kNoRank : firsts.front().item.act;
  std::erase_if(firsts, [&](const WideState::First& first) { return first.place == place; });
  if (item != nullptr) {
    const auto at = std::upper_bound(firsts.begin(), firsts.end(), *item, [this](const LiveActs::Item& a, const WideState::First& b) {
      return timeline_before(history_, a, b.item);
    });
    firsts.insert(at, {*item, static_cast<uint32_t>(place)});
  }
  return before != (firsts.empty() ? kNoRank : firsts.front().item.act);
}

// Compares what follows now with what stood, for the declarations looked at again.
void Engine::settle(State& state, Sym case_id, std::vector<Finding>&& fresh, const JudgePart& part, Reach reach,
                    int64_t from_us, const std::string& cause, const Sink& sink, const std::vector<bool>* only) {
  if (fresh.empty() && state.held.empty()) return;
  std::sort(fresh.begin(), fresh.end(), before);
  const auto again = [&](const Held& held) {
    if (only != nullptr) return static_cast<bool>((*only)[held.rule]);
    switch (held.source) {
      case Held::Source::clock:
        return part.clocks == nullptr || std::any_of(part.clocks->begin(), part.clocks->end(), [&](int32_t clock) {
                 return plan_.clocks[static_cast<size_t>(clock)].group == held.group;
               });
      case Held::Source::separation: return part.separations;
      case Held::Source::rule: break;
    }
    if (reach != Reach::everything || held.at_us < from_us) return false;
    const std::vector<int32_t>& versions = rules_of_name_[held.rule];  // none: a power, looked at always
    return part.rules == nullptr || versions.empty() ||
           std::any_of(versions.begin(), versions.end(), [&](int32_t rule) { return (*part.rules)[static_cast<size_t>(rule)]; });
  };
  std::unordered_map<std::string_view, size_t> by_id;
  std::vector<Held> standing;
  std::vector<Held> now_held;
  now_held.reserve(fresh.size());
  for (const Finding& finding : fresh) now_held.push_back(held_of(finding));
  for (size_t i = 0; i < now_held.size(); ++i) by_id.emplace(std::string_view(now_held[i].id.data(), now_held[i].id.size()), i);
  std::vector<bool> known(fresh.size(), false);
  std::vector<Change> changes;
  for (const Held& held : state.held) {
    const auto found = by_id.find(std::string_view(held.id.data(), held.id.size()));
    if (found != by_id.end()) {
      known[found->second] = true;
      standing.push_back(now_held[found->second]);
      if (held.content != now_held[found->second].content)
        changes.push_back({Change::What::changed, std::move(fresh[found->second]), cause});
      continue;
    }
    if (!again(held)) {
      standing.push_back(held);
      continue;
    }
    Change change;
    change.what = Change::What::withdrawn;
    constexpr char kHex[] = "0123456789abcdef";
    for (const char c : held.id) {
      change.finding.id += kHex[static_cast<uint8_t>(c) >> 4];
      change.finding.id += kHex[static_cast<uint8_t>(c) & 15];
    }
    const std::string& rule = rule_names_[held.rule];
    const size_t slash = rule.find('/');
    const size_t dot = rule.find('.', slash == std::string::npos ? 0 : slash);
    change.finding.rule = rule.substr(0, dot);
    if (dot != std::string::npos) change.finding.part = rule.substr(dot + 1);
    change.finding.kind = static_cast<Kind>(held.kind);
    change.finding.severity = static_cast<Severity>(held.severity);
    change.finding.at = {Instant{held.at_us}, 0};
    change.finding.case_id = plan_.symbols.string(case_id);
    change.cause = cause;
    changes.push_back(std::move(change));
  }
  for (size_t i = 0; i < fresh.size(); ++i) {
    if (known[i]) continue;
    known[i] = true;
    if (by_id.at(std::string_view(now_held[i].id.data(), now_held[i].id.size())) != i) continue;  // the same twice
    standing.push_back(now_held[i]);
    changes.push_back({Change::What::raised, std::move(fresh[i]), cause});
  }
  state.held = std::move(standing);
  if (sink)
    for (Change& change : changes) sink(std::move(change));
}

void Engine::judge_case(size_t place, Reach reach, uint32_t act, const std::string& cause, const Sink& sink) {
  CaseState& state = case_state(place);
  live_acts(history_, history_.acts_of_place(place), now_, live_);
  const uint32_t count = static_cast<uint32_t>(live_.acts.size());
  scope_.reset(live_.acts);
  JudgePart part;
  int64_t from_us = INT64_MIN;
  int64_t waiting = INT64_MAX;
  bool references = false;
  for (const LiveActs::Dropped& dropped : live_.dropped) {
    if (dropped.why == LiveActs::Dropped::Why::waiting)
      waiting = std::min(waiting, history_.act(dropped.act).at_us);
    else
      references = true;
  }
  if (!plan_.consequences.empty()) reach = Reach::everything;  // any act may make void what an earlier finding rests on
  if (reach == Reach::one_act) {
    // In order only if it stands last in the timeline, and cannot have made another act's reference good.
    const StoredAct& stored = history_.act(act);
    if (references || count == 0) {
      reach = Reach::everything;
    } else if (live_.acts.back().act == act && live_.acts.back().root == act) {
      part.first_rank = count - 1;
      part.clocks = &touches_.clocks(stored);
      part.separations = touches_.separations(history_, stored);
    } else {
      // Late: what was said of acts before it stands, for a rule sees only what came before. Acts of its instant may
      // have changed places.
      reach = Reach::everything;
      from_us = stored.at_us;
      while (part.first_rank < count && history_.act(live_.acts[part.first_rank].act).at_us < from_us) ++part.first_rank;
      uint32_t rank = part.first_rank;
      while (live_.acts[rank].act != act) ++rank;
      if (late_.bounded(scope_, rank)) {
        part.rules = &late_.rules(stored);
        part.clocks = &late_.clocks(stored);
        part.separations = touches_.separations(history_, stored);
      }
    }
  } else if (reach == Reach::time) {
    part.first_rank = count;
    part.separations = false;
    due_clocks_.clear();
    for (const CaseJudge::Due& due : state.dues)
      if (due.at <= now_) {  // all versions of a clock together: a finding does not say whose it is
        const auto& versions = plan_.groups[static_cast<size_t>(plan_.clocks[static_cast<size_t>(due.clock)].group)];
        due_clocks_.insert(due_clocks_.end(), versions.begin(), versions.end());
      }
    std::sort(due_clocks_.begin(), due_clocks_.end());
    due_clocks_.erase(std::unique(due_clocks_.begin(), due_clocks_.end()), due_clocks_.end());
    part.clocks = &due_clocks_;
  }
  judge_options_.now = now_;
  judge_.reset();
  fresh_.clear();
  judge_.run(fresh_, nullptr, part);
  settle(state, history_.cases()[place], std::move(fresh_), part, reach, from_us, cause, sink);
  // What was judged says anew when it is due; the rest stands.
  if (part.clocks == nullptr)
    state.dues.clear();
  else
    std::erase_if(state.dues, [&](const CaseJudge::Due& due) {
      return std::binary_search(part.clocks->begin(), part.clocks->end(), due.clock);
    });
  state.dues.insert(state.dues.end(), judge_.dues().begin(), judge_.dues().end());
  std::sort(state.dues.begin(), state.dues.end(),
            [](const CaseJudge::Due& a, const CaseJudge::Due& b) { return a.clock < b.clock; });
  Instant next{waiting};
  for (const CaseJudge::Due& due : state.dues) next = std::min(next, due.at);
  schedule(place, state, next);
}

bool Engine::gather_items(const WideState& state) {
  const bool first = !state.firsts.empty() && (state.items.empty() || state.items.front().act != state.firsts.front().item.act);
  wide_items_.clear();
  if (first) wide_items_.push_back(state.firsts.front().item);
  wide_items_.insert(wide_items_.end(), state.items.begin(), state.items.end());
  return first;
}

void Engine::judge_wide(uint32_t wide, Reach reach, uint32_t first_rank, const std::string& cause, const Sink& sink) {
  WideState& state = wide_[wide];
  if (gather_items(state)) ++first_rank;
  // Acts of one instant are looked at together.
  while (first_rank > 0 && first_rank < wide_items_.size() &&
         history_.act(wide_items_[first_rank - 1].act).at_us == history_.act(wide_items_[first_rank].act).at_us)
    --first_rank;
  JudgePart part;
  part.first_rank = reach == Reach::time ? static_cast<uint32_t>(wide_items_.size()) : reach == Reach::one_act ? first_rank : 0;
  part.separations = reach != Reach::time;
  const int64_t from_us = first_rank < wide_items_.size() ? history_.act(wide_items_[first_rank].act).at_us : INT64_MIN;
  judge_options_.now = now_;
  wide_scope_.reset(wide_items_);
  wide_judge_.reset();
  const Key only{state.key.first, state.key.second};
  fresh_.clear();
  wide_judge_.run(fresh_, &only, part);
  settle(state, 0, std::move(fresh_), part, reach == Reach::time ? reach : Reach::everything,
         reach == Reach::everything ? INT64_MIN : from_us, cause, sink);
  schedule(kWideBit | wide, state, wide_judge_.next_change());
}

History::Added Engine::act(const Act& act, std::vector<History::Note>* notes, const Sink& sink) {
  // The case's acts are wanted soon; to have them brought takes as long as to take the act in.
  const uint32_t known = history_.place_of(plan_.symbols.find(act.case_id));
  if (known != SymTable::kNothing) history_.prefetch_acts(known);
  const size_t before_size = history_.size();
  const auto added = history_.add(act, notes);
  if (added == History::Added::same || added == History::Added::refused) return added;
  if (added == History::Added::replaced) {
    // Of two contents of one id the other one is kept now: look at everything again.
    for (size_t one = 0; one < history_.cases().size(); ++one) refresh(one, act.id, sink);
    return added;
  }
  const uint32_t index = static_cast<uint32_t>(before_size);
  const size_t place = known != SymTable::kNothing ? known : history_.place_of(history_.act(index).case_id);
  history_.prefetch_people(place);
  if (act.at.instant > now_) {
    schedule(place, case_state(place), act.at.instant);
    return added;
  }
  const bool plain = act.corrects.empty() && act.annuls.empty();
  judge_case(place, plain ? Reach::one_act : Reach::everything, index, act.id, sink);
  if (!wide_subjects_.empty()) widen(place, plain ? index : kNoRank, act.id, sink);
  return added;
}

void Engine::refresh(size_t place, const std::string& cause, const Sink& sink) {
  judge_case(place, Reach::everything, 0, cause, sink);
  if (!wide_subjects_.empty()) widen(place, kNoRank, cause, sink);
}

// Brings the keys across cases up to date with the case just judged: by its newest act where that stands last, else by
// all of it.
void Engine::widen(size_t place, uint32_t newest, const std::string& cause, const Sink& sink) {
  const auto earlier = [this](const LiveActs::Item& a, const LiveActs::Item& b) { return timeline_before(history_, a, b); };
  const bool references = std::any_of(live_.dropped.begin(), live_.dropped.end(), [](const LiveActs::Dropped& dropped) {
    return dropped.why != LiveActs::Dropped::Why::waiting;
  });
  if (newest != kNoRank && !references && !live_.acts.empty() && live_.acts.back().act == newest) {
    const uint32_t rank = scope_.size() - 1;
    const LiveActs::Item item = live_.acts[rank];
    for (const AcrossSubject& across : wide_subjects_) {
      const bool read = across.types.has(scope_.act(rank).type);
      if (!read && !across.first_act) continue;
      for (const Sym value : scope_.across_values(rank, across.subject)) {
        const uint32_t wide = wide_of({across.subject, value});
        const bool first_of_case = gives(place, wide);
        const bool first_of_all = across.first_act && first_of_case && set_first(wide, place, &item);
        std::vector<LiveActs::Item>& items = wide_[wide].items;
        if (read) {
          const auto at = std::upper_bound(items.begin(), items.end(), item, earlier);
          const uint32_t first = static_cast<uint32_t>(at - items.begin());
          items.insert(at, item);
          judge_wide(wide, first_of_all ? Reach::everything : Reach::one_act, first, cause, sink);
        } else if (first_of_all) {
          judge_wide(wide, Reach::everything, 0, cause, sink);
        }
      }
    }
    return;
  }
  // What this case gives each key now, against what it gave before.
  struct Gift {
    std::vector<LiveActs::Item> items;
    std::optional<LiveActs::Item> first;
  };
  std::map<uint32_t, Gift> now_given;
  for (const uint32_t wide : case_state(place).wide) now_given[wide];
  give_across(scope_, wide_subjects_, [&](const AcrossSubject& across, uint32_t rank, Sym value, bool read) {
    const uint32_t wide = wide_of({across.subject, value});
    gives(place, wide);
    Gift& given = now_given[wide];
    if (read) given.items.push_back(live_.acts[rank]);
    if (across.first_act && !given.first) given.first = live_.acts[rank];
  });
  const Sym case_id = history_.cases()[place];
  for (const auto& [wide, given] : now_given) {
    std::vector<LiveActs::Item> items = wide_[wide].items;
    std::erase_if(items, [&](const LiveActs::Item& item) { return history_.act(item.act).case_id == case_id; });
    items.insert(items.end(), given.items.begin(), given.items.end());
    std::sort(items.begin(), items.end(), earlier);
    const auto& before = wide_[wide].items;
    const bool same = items.size() == before.size() &&
                      std::equal(items.begin(), items.end(), before.begin(),
                                 [](const LiveActs::Item& a, const LiveActs::Item& b) { return a.act == b.act && a.root == b.root; });
    const bool first_of_all = set_first(wide, place, given.first ? &*given.first : nullptr);
    if (same && !first_of_all) continue;
    wide_[wide].items = std::move(items);
    judge_wide(wide, Reach::everything, 0, cause, sink);
  }
}

void Engine::tick(Instant now, const Sink& sink) {
  if (now <= now_) return;
  now_ = now;
  for (;;) {
    const std::vector<uint64_t> due = wheel_.advance(now);
    if (due.empty()) return;
    for (const uint64_t slot : due) {
      if ((slot & kWideBit) != 0) {
        const uint32_t wide = static_cast<uint32_t>(slot);
        State& state = wide_[wide];
        if (state.due > now) continue;
        state.due = Instant{INT64_MAX};
        judge_wide(wide, Reach::time, 0, "time", sink);
        continue;
      }
      const size_t place = static_cast<size_t>(slot);
      State& state = case_state(place);
      if (state.due > now) continue;
      const Instant was = state.due;
      state.due = Instant{INT64_MAX};
      // Acts that waited until now make it a replay.
      bool woke = false;
      for (const uint32_t act : history_.acts_of_place(place)) {
        const int64_t at = history_.act(act).at_us;
        woke = woke || (at >= was.us && at <= now.us);
      }
      if (woke)
        refresh(place, "time", sink);
      else
        judge_case(place, Reach::time, 0, "time", sink);
    }
  }
}

size_t Engine::standing() const {
  size_t out = 0;
  for (const CaseState& state : cases_) out += state.held.size();
  for (const WideState& state : wide_) out += state.held.size();
  return out;
}

std::vector<Finding> Engine::findings() const {
  // The words are not kept: they follow again from the acts.
  OracleOptions options;
  options.now = now_;
  options.missing = options_.missing;
  options.only_rules = options_.only_rules;
  Verdicts verdicts = judge_history(history_, options);
  const std::vector<std::string> lines = standing_lines();
  std::erase_if(verdicts.findings, [&](const Finding& finding) {
    return !std::binary_search(lines.begin(), lines.end(), standing_line(finding));
  });
  return verdicts.findings;
}

std::string standing_line(const Finding& finding) {
  return finding.id + " " + name_of(finding.kind) + " " + std::to_string(finding.at.instant.us);
}

std::vector<std::string> Engine::standing_lines() const {
  std::vector<std::string> out;
  const auto gather = [&](const State& state) {
    for (const Held& held : state.held)
      out.push_back(tlog::to_hex({held.id.data(), held.id.size()}) + " " + name_of(static_cast<Kind>(held.kind)) + " " +
                    std::to_string(held.at_us));
  };
  for (const CaseState& state : cases_) gather(state);
  for (const WideState& state : wide_) gather(state);
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace heng::watch
