// One scope judged: every declaration, or only those that something new may touch. The oracle and the engine
// share it, so that they differ in what they look at again, never in what they say.
#pragma once

#include <algorithm>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "watch/evaluate.h"
#include "watch/finding.h"

namespace heng::watch {

// Which declarations an act type can set off, so that a case visits only those.
struct Index {
  std::vector<std::vector<int32_t>> rules;   // by act type
  std::vector<int32_t> rules_any;            // `on any act`
  std::vector<std::vector<int32_t>> clocks;  // by the act types that may start them, other clocks between
  std::vector<int32_t> clocks_any;
  std::vector<std::vector<int32_t>> powers;
  std::vector<std::vector<uint16_t>> starts;  // by clock: the types that may start it
  std::vector<bool> starts_any;               // by clock: any act may

  explicit Index(const Plan& plan, const std::set<std::string>& only) {
    const size_t types = plan.acts.size();
    rules.resize(types);
    clocks.resize(types);
    powers.resize(types);
    const auto wanted = [&](const Head& head) { return only.empty() || only.contains(head.rule); };
    for (size_t i = 0; i < plan.rules.size(); ++i) {
      if (!wanted(plan.rules[i])) continue;
      for (const Pattern& pattern : plan.rules[i].on) {
        if (pattern.any_act) rules_any.push_back(static_cast<int32_t>(i));
        for (const uint16_t type : pattern.types)
          if (rules[type].empty() || rules[type].back() != static_cast<int32_t>(i))
            rules[type].push_back(static_cast<int32_t>(i));
      }
    }
    // A clock that another clock starts may start where that one may.
    std::vector<std::set<uint16_t>> starts_of(plan.clocks.size());
    std::vector<bool> any(plan.clocks.size(), false);
    for (bool changed = true; changed;) {
      changed = false;
      for (size_t i = 0; i < plan.clocks.size(); ++i) {
        const size_t before = starts_of[i].size() + (any[i] ? 1 : 0);
        for (const Event& event : plan.clocks[i].starts) {
          if (event.kind == law::Event::Kind::end_of_every || event.pattern.any_act) any[i] = true;
          starts_of[i].insert(event.pattern.types.begin(), event.pattern.types.end());
          if (event.rule != kNone)
            for (const Pattern& on : plan.rules[static_cast<size_t>(event.rule)].on) {
              any[i] = any[i] || on.any_act;
              starts_of[i].insert(on.types.begin(), on.types.end());
            }
          if (event.group == kNone) continue;
          for (const int32_t other : plan.groups[static_cast<size_t>(event.group)]) {
            starts_of[i].insert(starts_of[static_cast<size_t>(other)].begin(), starts_of[static_cast<size_t>(other)].end());
            any[i] = any[i] || any[static_cast<size_t>(other)];
          }
        }
        changed = changed || before != starts_of[i].size() + (any[i] ? 1 : 0);
      }
    }
    starts_any = any;
    for (const std::set<uint16_t>& one : starts_of) starts.emplace_back(one.begin(), one.end());
    for (size_t i = 0; i < plan.clocks.size(); ++i) {
      if (!wanted(plan.clocks[i])) continue;
      if (any[i]) clocks_any.push_back(static_cast<int32_t>(i));
      for (const uint16_t type : starts_of[i]) clocks[type].push_back(static_cast<int32_t>(i));
    }
    for (size_t i = 0; i < plan.powers.size(); ++i) {
      if (!wanted(plan.powers[i]) || plan.powers[i].lets != law::PowerDecl::Lets::act) continue;
      for (const uint16_t type : plan.powers[i].pattern.types)
        powers[type].push_back(static_cast<int32_t>(i));
    }
  }
};

// Which clocks and separations a new act may touch, through states, periods and other clocks; not those across cases.
class Touches {
 public:
  // `only`: full names of the rules looked at; empty: all.
  Touches(const Plan& plan, const std::set<std::string>& only);
  // Sorted.
  const std::vector<int32_t>& clocks(const StoredAct& act) const {
    return act.type == kUnknownType ? clocks_.back() : clocks_[act.type];
  }
  bool separations(const History& history, const StoredAct& act) const;

 private:
  std::vector<std::vector<int32_t>> clocks_;  // by act type; last: types no pack declares
  std::vector<bool> separation_;              // by act type
  std::vector<Sym> separation_roles_;
};

// How to judge: as of when, and what to leave out.
struct JudgeOptions {
  Instant now;
  bool missing = true;
  std::set<std::string> only_rules;  // full names; empty: all
  Coverage* coverage = nullptr;
};

// What of a scope to judge; the default is everything.
struct JudgePart {
  uint32_t first_rank = 0;                        // rules and powers on acts from this rank on
  const std::vector<bool>* rules = nullptr;       // by rule, whether to look at it; nullptr: all
  const std::vector<int32_t>* clocks = nullptr;   // these clocks; nullptr: every one that started
  bool separations = true;
  uint32_t about = kNoRank;                       // only what the act of this rank breaks, or leaves undecided
};

// A running of a clock in short, to be compared with another look at it.
struct ClockMark {
  int32_t clock = kNone;
  Key key;
  uint32_t start_act = 0;  // into the history; kNoRank: started by no act
  Instant start;
  std::optional<Instant> end;      // none while paused, or not known
  std::optional<Instant> over_at;  // met or lapsed
};

class CaseJudge {
 public:
  CaseJudge(const Scope& scope, const Index& index, const JudgeOptions& options, bool across)
      : scope_(scope),
        plan_(scope.plan()),
        index_(index),
        options_(options),
        across_(across),
        evaluator_(scope, options.now) {
    evaluator_.coverage = options.coverage;
  }

  // The scope took another timeline, or the options another now.
  void reset() { evaluator_.reset(options_.now); }

  // `only`: the key a scope across cases is kept for.
  void run(std::vector<Finding>& out, const Key* only, const JudgePart& part = {});
  // The same in steps, in this order: whoever judges many scopes takes each step for all of them, so that the
  // processor keeps the step's code near.
  void begin(std::vector<Finding>& out, const Key* only, const JudgePart& part = {});
  void rules();
  void clocks();
  void rest();  // separations, powers, what could not be decided, consequences

  // When the clocks judged in the last run may next speak without an act; those that never will are left out.
  struct Due {
    int32_t clock = kNone;
    Instant at;
  };
  const std::vector<Due>& dues() const { return dues_; }
  // The earliest of them; the end of time if none.
  Instant next_change() const {
    Instant out{INT64_MAX};
    for (const Due& due : dues_) out = std::min(out, due.at);
    return out;
  }

  // Every clock that ran, for views.
  std::vector<ClockView> views();
  // Every running of these clocks, in short; `each` gets the running too, good while the call lasts.
  template <typename Each>
  void mark(const std::vector<int32_t>& clocks, const Each& each) {
    for (const int32_t index : clocks) {
      const Clock& clock = plan_.clocks[static_cast<size_t>(index)];
      if (clock.across || !may_have_started(index)) continue;
      for (const Key key : evaluator_.keys_of(clock))
        for (const Instance& instance : evaluator_.instances(index, key)) each(mark_of(index, instance), instance);
    }
  }
  ClockView view(const Instance& instance);

 private:
  void name_key(Key key, std::vector<std::pair<std::string, std::string>>& out, std::vector<Text>& labels) const;
  Finding base(const Head& head, Key key, uint32_t rank) const;

  void add_act(Finding& finding, uint32_t rank) const;
  void add_acts(Finding& finding, std::span<const uint32_t> ranks);

  std::string root_id(uint32_t rank) const { return plan_.symbols.string(scope_.root(rank).id); }

  OffsetTime at_act(uint32_t rank) const;

  // Keys across cases are judged in a scope of their own, one value at a time.
  bool mine(const Head& head) const;
  template <typename D>
  std::vector<Key> keys(const D& head, std::span<const Pattern* const> patterns) {
    if (across_) return {*only_};
    return evaluator_.keys_of(head, patterns);
  }

  void rule(int32_t index, uint32_t rank);
  void rule_for(const Rule& rule, Key key, uint32_t rank);

  // The clocks that may have started in this scope.
  const std::vector<int32_t>& started();

  Finding of_clock(const Instance& instance) const;

  void clock_findings(const Instance& instance);
  ClockMark mark_of(int32_t clock, const Instance& instance) const;
  bool may_have_started(int32_t clock) const;

  // Nobody holds two of the roles, or no two of the act types stand in one key.
  void separations();

  bool excused(const Separation& separation, Key key, uint32_t rank);

  Text role_words(Sym role) const;
  void roles_apart(const Separation& separation, Key key);

  void types_apart(const Separation& separation, Key key);

  // An act of a type that has an authority list, done by nobody who holds one of its powers.
  void powers();

  Tri holds_power(const Power::Holder& holder, uint32_t rank, const View& view);

  void missing();

  // Acts that a consequence marks as void; findings that rest on one say so.
  void consequences();
  bool breached(const Event& by, const std::string& act);
  std::span<Finding> found() { return std::span(*out_).subspan(found_before_); }  // of this scope

  const Scope& scope_;
  const Plan& plan_;
  const Index& index_;
  const JudgeOptions& options_;
  bool across_;
  Evaluator evaluator_;
  JudgePart part_;
  std::vector<Due> dues_;
  std::vector<int32_t> started_;
  std::vector<uint32_t> clock_mark_;  // by clock: the started() that last met it
  uint32_t mark_ = 0;
  std::vector<uint32_t> rank_mark_;
  uint32_t ranks_marked_ = 0;
  std::vector<const Head*> judged_;  // declarations looked at for themselves
  std::vector<Finding>* out_ = nullptr;
  size_t found_before_ = 0;  // findings there when this scope's turn came
  const Key* only_ = nullptr;
};

}  // namespace heng::watch
