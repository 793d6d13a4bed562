// The engine: acts and ticks in, changes of findings out. A pure state machine (no clock, disk or thread of its own)
// whose findings always equal the oracle's over the same acts and the same now (docs/language.md, "How it runs").
//
// An act in order judges only what it may touch: rules on it, clocks that speak of its type through states, periods and
// other clocks. An act out of order, a correction or an annulment replays its case; the difference is the output, and
// each withdrawal names its cause. Deadlines pass because ticks come, from a timer wheel of cases.
#pragma once

#include <array>
#include <functional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "watch/case_judge.h"
#include "watch/late.h"
#include "watch/needs.h"
#include "watch/plan_shape.h"
#include "watch/timer_wheel.h"

namespace heng::watch {

struct Change {
  enum class What : uint8_t { raised, changed, withdrawn } what = What::raised;
  Finding finding;    // withdrawn: as it was, without words
  std::string cause;  // the act that caused it; "time" if a tick did
};
const char* name_of(Change::What what);

struct EngineOptions {
  bool missing = true;
  std::set<std::string> only_rules;
  const PageFolder* pages = nullptr;  // where acts lie once they are many; must outlive plan and engine. None: in memory
};

// A snapshot's bytes, whole and undamaged; what they were made of. They must outlive it.
struct Snapshot {
  uint64_t record_index = 0;
  std::string root;
  Instant now;
  std::string law;  // a hash of packs, calendar and options
  std::string_view state;
  const char* first = nullptr;       // of the bytes
  const MappedFile* file = nullptr;  // whose bytes they are, if a file's
  // Fails with `snapshot-format` (no snapshot, or of another version) or `snapshot-damaged`.
  static Result<Snapshot> read(std::string_view bytes);
  // The same; acts that are taken out of it stay in the file, which may be replaced by another but not be written to.
  static Result<Snapshot> read(const MappedFile& file);
};

// The same line for a finding of the oracle.
std::string standing_line(const Finding& finding);

class Engine {
 public:
  using Sink = std::function<void(Change&&)>;

  // The plan must outlive the engine.
  Engine(Plan& plan, const EngineOptions& options);

  Instant now() const { return now_; }
  const History& history() const { return history_; }

  // Takes an act in, judged as of now; one with an `at` after now waits. The same act again changes nothing.
  History::Added act(const Act& act, std::vector<History::Note>* notes, const Sink& sink);
  // Time moves to `now` (earlier instants are ignored); deadlines that pass speak.
  void tick(Instant now, const Sink& sink);
  // The earliest instant at which a tick may change something; the end of time if none.
  Instant next_due() const { return wheel_.next(); }

  // How many findings stand, and they themselves, in output order, with all their words.
  size_t standing() const;
  std::vector<Finding> findings() const;
  // A sorted line a standing finding: id, kind, instant (us). Cheap; for comparing engines.
  std::vector<std::string> standing_lines() const;

  // The state as bytes: acts, findings, now, and the law they hold for (docs/format/snapshot.md). `record_index` and
  // `root` say which record the acts were read from (0 and empty without one).
  std::string snapshot(uint64_t record_index = 0, const std::string& root = {}) const;
  // The same a few megabytes at a time.
  void snapshot_to(uint64_t record_index, const std::string& root, const std::function<void(std::string_view)>& take) const;
  // Goes on from a snapshot. Made by other packs or another calendar, it is refilled: what was found by declarations that
  // mean what they meant is kept, the others are judged anew over all cases, and what differs goes to `sink` with the
  // cause `packs`. Fails with `snapshot-format` if it does not read to its end, and with `snapshot-acts` if the packs have
  // acts stored otherwise: then they are to be replayed. The engine must be fresh and is unusable after a failure.
  struct Restored {
    bool other_law = false;
    size_t declarations = 0;  // of the plan
    size_t judged_anew = 0;   // of them, and of those that are gone
  };
  Result<Restored> restore(const Snapshot& snapshot, const Sink& sink = nullptr);
  // Whether the snapshot was made by the very packs, calendar and options of this engine.
  bool same_law(const Snapshot& snapshot) const { return snapshot.law == law_hash(); }

 private:
  struct Held {  // a finding that stands
    std::array<char, 12> id;
    uint8_t kind = 0;
    uint8_t severity = 0;
    uint16_t rule = 0;         // into rule_names_
    int64_t at_us = 0;
    uint64_t content = 0;      // a hash of what may change: kind, times, words
    enum class Source : uint8_t { rule, clock, separation } source = Source::rule;
    int32_t group = kNone;     // of a clock: its versions together
    bool operator==(const Held&) const = default;
  };
  struct State {  // of a case, or of one key across cases
    std::vector<Held> held;
    Instant due{INT64_MAX};
  };
  struct CaseState : State {
    std::vector<CaseJudge::Due> dues;  // by clock
    std::vector<uint32_t> wide;        // the keys across cases its acts carry: places in wide_
  };
  using WideKey = std::pair<int32_t, Sym>;
  struct WideState : State {
    WideKey key;
    std::vector<LiveActs::Item> items;  // the acts that something asked about the key can read
    // Each case's first act that names the key, in timeline order; only the first of all is read.
    struct First {
      LiveActs::Item item;
      uint32_t place = 0;
    };
    std::vector<First> firsts;
  };

  static constexpr uint64_t kWideBit = uint64_t{1} << 40;  // wheel entries of keys across cases

  enum class Reach : uint8_t { everything, one_act, time };
  // `act`: the act that came, for one_act. Leaves the case's timeline in scope_ and live_.
  void judge_case(size_t place, Reach reach, uint32_t act, const std::string& cause, const Sink& sink);
  void judge_wide(uint32_t wide, Reach reach, uint32_t first_rank, const std::string& cause, const Sink& sink);
  // `only`: by rule_names_, what was looked at; nullptr: as `part` and `reach` say.
  void settle(State& state, Sym case_id, std::vector<Finding>&& fresh, const JudgePart& part, Reach reach, int64_t from_us,
              const std::string& cause, const Sink& sink, const std::vector<bool>* only = nullptr);
  void refresh(size_t place, const std::string& cause, const Sink& sink);
  void widen(size_t place, uint32_t newest, const std::string& cause, const Sink& sink);
  void schedule(uint64_t slot, State& state, Instant due);
  CaseState& case_state(size_t place) {
    if (place >= cases_.size()) cases_.resize(place + 1);
    return cases_[place];
  }
  struct Refill;  // what other packs make different (engine_refill.h)
  Result<void> compare(const PlanShape& old, const History::Moved& moved, Refill& refill) const;
  void refill_cases(const Refill& refill, const Sink& sink);
  void refill_keys(const Refill& refill, const Sink& sink);
  void rebuild_keys(const Refill& refill, std::vector<WideState>&& old, const Sink& sink);
  // Into wide_items_; true if the first act of all stands before those that can be read.
  bool gather_items(const WideState& state);
  std::string law_hash() const;
  uint16_t rule_index(const std::string& rule);
  Held held_of(const Finding& finding);
  // Says which of the plan's declarations found it, by its rule.
  void place(Held& held) const;
  uint32_t wide_of(WideKey key);
  bool gives(size_t place, uint32_t wide);
  // The case's first act for the key is now this one, or none is; true if the first of all is another than before.
  bool set_first(uint32_t wide, size_t place, const LiveActs::Item* item);

  Plan& plan_;
  EngineOptions options_;
  Index index_;
  Touches touches_;
  LateReach late_;
  History history_;
  Sym base_symbols_;  // the plan's own, before any act
  Instant now_{INT64_MIN};
  JudgeOptions judge_options_;
  Scope scope_;
  Scope wide_scope_;
  CaseJudge judge_;
  CaseJudge wide_judge_;
  LiveActs live_;
  std::vector<Finding> fresh_;
  std::vector<int32_t> due_clocks_;  // scratch
  std::vector<CaseState> cases_;  // by the case's place in the history
  std::vector<WideState> wide_;
  std::unordered_map<uint64_t, uint32_t> wide_index_;
  std::vector<AcrossSubject> wide_subjects_;
  std::vector<LiveActs::Item> wide_items_;  // scratch
  std::unordered_map<std::string, uint16_t> rule_slots_;
  std::vector<std::string> rule_names_;
  std::vector<std::vector<int32_t>> rules_of_name_;        // by the same: the versions of the rule, none if it is no rule
  std::unordered_map<std::string, int32_t> group_of_rule_;  // clocks: full name with part → group
  std::set<std::string> separations_;                      // full names
  TimerWheel wheel_;
};

}  // namespace heng::watch
