// The sentences of the law over one scope: conditions, states and clocks as sections 4 and 5 of docs/language.md
// put them. Slow and plain on purpose: every question is answered by looking through the timeline.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "watch/scope.h"

namespace heng::watch {

// A value met in a condition. Unknown is an absent field; blank is a field that was looked at and found empty.
struct Val {
  enum class Kind : uint8_t { unknown, blank, number, symbol, yes_no, date, instant, minutes, list, quantity };
  Kind kind = Kind::unknown;
  bool yes = false;
  Sym symbol = 0;
  int32_t minutes = 0;
  int32_t period = kNone;  // quantity
  Decimal number;          // number, quantity
  Date date;
  Instant instant;
  std::vector<Sym> list;
};

// An amount with the convention it is counted by.
struct Measured {
  bool known = false;
  calendar::Amount amount;
  Decimal number;
  int32_t period = kNone;
};

// What an evaluation noticed: fields it missed, acts it rests on.
struct Notes {
  std::vector<Sym> missing;
  std::vector<uint32_t> witnesses;  // ranks
  void miss(Sym field);
};

// The named acts of one declaration (`given`, `as`); the compiler refuses more.
struct Aliases {
  std::array<uint32_t, kMostAliases> ranks;
  Aliases() { ranks.fill(UINT32_MAX); }
  uint32_t& operator[](size_t index) { return ranks[index]; }
  uint32_t operator[](size_t index) const { return ranks[index]; }
};

// From where a condition is judged.
struct View {
  const Head* head = nullptr;
  Key key;
  uint32_t self = kNoRank;    // the judged or starting act
  uint32_t spoken = kNoRank;  // the act bare words speak of: self, in `where` the candidate
  uint32_t limit = 0;         // acts of smaller rank are earlier
  Instant at;
  Aliases aliases;
  Notes* notes = nullptr;
};

// How far the world is known: acts of rank < limit, and time up to now.
struct Horizon {
  uint32_t limit = 0;
  Instant now;
};

struct StateSpan {
  Instant from;                // dated back by `from FIELD`, else begin
  Instant begin;
  Instant end;                 // meaningless while open
  uint32_t begin_rank = kNoRank;
  uint32_t end_rank = kNoRank;
  bool open = true;
};

// One line of a clock's ledger.
struct LedgerLine {
  enum class Kind : uint8_t { start, base, extension, reduction, ignored, pause, resume, restart, met, lapsed } kind;
  uint32_t rank = kNoRank;
  Instant at;
  const Step* step = nullptr;
  std::string_view cite;  // the plan's
  Measured measured;
  enum class Why : uint8_t { none, late, often } why = Why::none;  // ignored
  int32_t state = kNone;  // pause, resume
};

// An end a clock had, from when it was known until it was superseded or the clock was over.
struct Segment {
  calendar::End sum;
  bool open = false;       // paused: no end
  bool past = false;       // `minus` moved it before known_from
  uint32_t set_by = kNoRank;  // the ledger act; the start itself: kNoRank
  Instant known_from;
  Instant until;           // superseded, or over, or now
  Instant anchor;
  Instant counted_from;    // the anchor, or the last instant of the day before it
  bool roll = false;
  int32_t period = kNone;  // kNone: the end was given, not counted
  Measured total;
  std::vector<calendar::PauseSpan> pauses;
};

// What a running hangs on, for the finding's id: the starting act, and what else tells it apart.
struct Anchor {
  Sym act = 0;
  std::string rest;
  bool operator==(const Anchor&) const = default;
  std::string text(const Interner& symbols) const { return symbols.string(act) + rest; }
};

// A running of a clock.
struct Instance {
  const Clock* clock = nullptr;
  Key key;
  uint32_t start_rank = kNoRank;  // the starting act; for `end of C` that of C
  Instant start;
  Anchor anchor;
  std::vector<LedgerLine> ledger;
  std::vector<Segment> segments;  // at least one
  bool met = false;
  bool lapsed = false;
  bool voided = false;            // the end it hung on is no more
  bool waiting = false;           // an unknown match may have met it
  bool no_sum = false;            // an unknown number: no end can be given
  bool uncertain = false;         // something unknown was taken one way; the strict reading may differ
  Instant over_at;
  uint32_t over_rank = kNoRank;
  std::vector<Sym> missing;
  std::vector<std::pair<std::string, Instant>> rungs;  // reached warnings: name, when

  bool over() const { return met || lapsed || voided; }
  const Segment& last() const { return segments.back(); }
};

// An undecided thing: which clock or rule, on which act, and what it needed.
struct Undecided {
  const Head* head = nullptr;
  Key key;
  uint32_t rank = kNoRank;
  std::vector<Sym> fields;
};

// What a rule says of one act.
struct RuleVerdict {
  enum class Outcome : uint8_t { not_judged, excused, kept, breached, undecided } outcome = Outcome::not_judged;
  std::vector<const Condition*> failed;        // the false lines
  std::vector<const Condition*> would_excuse;  // excuses that are not known to hold
  const Condition* excuse = nullptr;
  std::vector<Sym> missing;
  std::vector<uint32_t> witnesses;
};

// Which ways a declaration's lines went, for test coverage: a line of the law, and what it said.
using Coverage = std::set<std::pair<const void*, int>>;

class Evaluator {
 public:
  Coverage* coverage = nullptr;

  Evaluator(const Scope& scope, Instant now)
      : scope_(scope), plan_(scope.plan()), now_(now), instances_(plan_.clocks.size()), spans_(plan_.states.size()) {}

  // The scope took another timeline, or now moved: all answers given before are forgotten.
  void reset(Instant now);

  const Scope& scope() const { return scope_; }
  const Plan& plan() const { return plan_; }
  Horizon horizon() const { return {scope_.size(), now_}; }
  const calendar::Zone& zone(const Head* head) const {
    return plan_.zones[head == nullptr ? 0 : static_cast<size_t>(head->zone)];
  }

  // ---- conditions (judge.cc)
  View view_of(const Head& head, Key key, uint32_t rank, Notes* notes) const;
  Tri match(const Pattern& pattern, uint32_t rank, const View& view);
  Tri holds(const Atom& atom, const View& view);
  Tri all_of(std::span<const Atom> atoms, const View& view);
  Tri holds(const Condition& condition, const View& view);
  Tri state_holds(int32_t state, Key key, uint32_t limit, Instant at);
  bool binds(const Head& head, Instant at) const;

  // ---- values (value.cc)
  Val value(const Operand& operand, const View& view);
  Val value(const Factor& factor, const View& view);
  Tri compare(const Val& a, law::Atom::Compare op, const Val& b, const View& view) const;
  Measured measure(const Quantity& quantity, const View& view);
  std::optional<Instant> instant_of(const Val& value, const View& view) const;
  std::string text_of(const Val& value, const View& view) const;
  // A span of an act: from one field to another, less its gaps.
  struct SpanValue {
    Instant from;
    Instant to;
    std::vector<std::pair<Instant, Instant>> gaps;
    bool gaps_known = true;
  };
  std::optional<SpanValue> span(const Operand& operand, const View& view);
  // The values a condition read, "field = value", for explanations.
  std::vector<Text> read_values(const Atom& atom, const View& view);
  Text words_of(const Val& found, const Operand& operand, const View& view) const;  // a value the operand gave

  // ---- states and clocks (state.cc, clock.cc)
  const std::vector<StateSpan>& spans(int32_t state, Key key);
  // The sum of a segment line by line, for explanations.
  calendar::Sum lines_of(const Instance& instance, const Segment& segment) const;
  // Every running of the clock for the key, as known at the horizon; the default horizon is remembered.
  const std::vector<Instance>& instances(int32_t clock, Key key);
  std::vector<Instance> instances_at(int32_t clock, Key key, Horizon horizon);
  // The keys a declaration is judged for.
  std::vector<Key> keys_of(const Head& head, std::span<const Pattern* const> patterns);
  std::vector<Key> keys_of(const Clock& clock);

  // ---- rules (rule.cc); `used` takes the view the lines were judged from
  RuleVerdict judge(const Rule& rule, Key key, uint32_t rank, View* used = nullptr);

  // The earliest instant after now at which anything asked since the last forget_changes may change without an act.
  Instant next_change() const { return next_change_; }
  void forget_changes() { next_change_ = Instant{INT64_MAX}; }

  const std::vector<Undecided>& undecided() const { return undecided_; }
  void note_undecided(const Head& head, Key key, uint32_t rank, const std::vector<Sym>& fields);

 private:
  // Calls `each(rank)` for the acts the pattern's types allow, from `from` to before `limit`, until it says false.
  template <typename Each>
  void forward(const Pattern& pattern, uint32_t from, uint32_t limit, const Each& each) const {
    if (!pattern.any_act && pattern.types.size() == 1) {
      for (uint32_t rank = scope_.first_of(pattern.types[0]); rank < limit; rank = scope_.next_of(rank))
        if (rank >= from && !each(rank)) return;
      return;
    }
    for (uint32_t rank = from; rank < limit; ++rank)
      if (!each(rank)) return;
  }
  // The same from before `limit` down to 0.
  template <typename Each>
  void backward(const Pattern& pattern, uint32_t limit, const Each& each) const {
    if (!pattern.any_act && pattern.types.size() == 1) {
      for (uint32_t rank = scope_.last_of(pattern.types[0]); rank != kNoRank; rank = scope_.previous_of(rank))
        if (rank < limit && !each(rank)) return;
      return;
    }
    for (uint32_t rank = limit; rank-- > 0;)
      if (!each(rank)) return;
  }

  struct Start {
    uint32_t rank = kNoRank;
    Instant at;
    Anchor anchor;
    std::optional<Instant> void_from;  // the end it hangs on was superseded, or its clock stopped
    uint32_t limit = 0;                // acts earlier than the start
    bool by_act = false;               // else the clock started it
  };
  void starts_by(const Clock& clock, const Event& event, Key key, Horizon horizon, std::vector<Start>& out);
  std::vector<Start> starts_of(const Clock& clock, Key key, Horizon horizon);
  Instance run(const Clock& clock, Key key, const Start& start, Horizon horizon, bool strict);
  void ring_rungs(Instance& instance, const Instance& strict, Horizon horizon);
  Tri line_holds(const Condition& condition, const View& view);
  const Datum* plain_field(const Operand& operand, const View& view) const;
  static std::optional<bool> plainly_equal(const Datum& datum, const Factor& factor);
  Key key_for(const Head& head, Key key) const;
  Tri disjoint_or_same(const Atom& atom, const View& view);
  std::optional<std::vector<Sym>> set_of(const Operand& operand, const View& view);
  Tri count_holds(const law::Count& count, int64_t least, int64_t most) const;
  Tri earlier(const Atom& atom, const View& view);
  Tri count_in(const Atom& atom, const View& view);
  Tri distance(const Atom& atom, const View& view);
  Tri in_window(const Window& window, uint32_t candidate, const View& view);
  bool rolls(int32_t period, Key key, Instant at, Horizon horizon);

  const Scope& scope_;
  const Plan& plan_;
  Instant now_;
  Instant next_change_{INT64_MAX};
  void may_change_at(Instant at) {
    if (at > now_ && at < next_change_) next_change_ = at;
  }
  // Answers by declaration, then key. An answer stays where it is while others are found.
  template <typename T>
  struct Answers {
    struct One {
      Key key;
      std::vector<T> items;
      Instant next_change{INT64_MAX};  // of this answer
    };
    uint32_t epoch = 0;
    size_t used = 0;
    std::vector<std::unique_ptr<One>> all;
    // The answer for the key, and whether it was there; a new one is empty.
    std::pair<One*, bool> of(Key key, uint32_t now_epoch) {
      if (epoch != now_epoch) {
        epoch = now_epoch;
        used = 0;
      }
      for (size_t i = 0; i < used; ++i)
        if (all[i]->key == key) return {all[i].get(), true};
      if (used == all.size()) all.push_back(std::make_unique<One>());
      One& one = *all[used++];
      one.key = key;
      one.items.clear();
      one.next_change = Instant{INT64_MAX};
      return {&one, false};
    }
  };
  uint32_t epoch_ = 1;
  std::vector<Answers<Instance>> instances_;
  std::vector<Answers<StateSpan>> spans_;
  std::vector<Undecided> undecided_;
  int depth_ = 0;
};

}  // namespace heng::watch
