// One running of a clock: the sum start + base + ledger → last day → roll → end, read in timeline order
// (docs/language.md, "clock" and "The sum").
#include <algorithm>
#include <boost/container/small_vector.hpp>

#include "watch/evaluate.h"

namespace heng::watch {

bool Evaluator::rolls(int32_t index, Key key, Instant at, Horizon horizon) {
  const Period& period = plan_.periods[static_cast<size_t>(index)];
  if (!period.convention.rolls) return false;
  if (period.unless_state == kNone) return true;
  const Instant seen = std::min(at, horizon.now);
  const uint32_t limit = std::min(horizon.limit, scope_.count_until(seen));
  return state_holds(period.unless_state, key, limit, seen) != Tri::yes;
}

namespace {

void add_to(calendar::Amount& total, const calendar::Amount& more, int64_t sign) {
  total.months += sign * more.months;
  total.days += sign * more.days;
  total.hours += sign * more.hours;
}

}  // namespace

// `strict` takes what is unknown against the person bound: for warnings. Otherwise in his favour: for breaches.
Instance Evaluator::run(const Clock& clock, Key key, const Start& start, Horizon horizon, bool strict) {
  Instance out;
  out.clock = &clock;
  out.key = key;
  out.start_rank = start.rank;
  out.start = start.at;
  out.anchor = start.anchor;
  const calendar::Zone& local = zone(&clock);
  Notes notes;

  View view;
  view.head = &clock;
  view.key = key;
  view.self = view.spoken = start.rank;
  view.limit = start.limit;
  view.at = start.at;
  view.notes = &notes;
  for (const Event& event : clock.starts)
    if (event.kind == law::Event::Kind::pattern && event.pattern.alias != kNone)
      view.aliases[static_cast<size_t>(event.pattern.alias)] = start.rank;

  // What the ledger holds since the anchor.
  Instant anchor = start.at;
  struct Applied {
    const Step* step;
    Measured measured;
    uint32_t rank;
  };
  using boost::container::small_vector;
  std::vector<Applied> applied;
  std::vector<calendar::PauseSpan> pauses;
  const Date start_date = local.date_of(start.at);
  bool sum_moves = false;  // the last sum may be another when more is known
  int open_pauses = 0;
  Instant open_from;
  small_vector<int64_t, 8> uses(clock.steps.size(), 0);
  small_vector<int64_t, 4> restart_uses(clock.restarts.size(), 0);

  // The number of a step; an unknown one counts as its `up to`.
  const auto measured = [&](const Step& step, const View& from) {
    Measured m = measure(step.quantity, from);
    if (!m.known && step.up_to) {
      m.number = Decimal::of(*step.up_to);
      Quantity whole;
      whole.number = m.number;
      whole.period = m.period != kNone ? m.period : step.quantity.period;
      m = measure(whole, from);
    }
    if (!m.known) out.no_sum = true;
    return m;
  };

  // The end as the ledger stands; `seen` is how far the world is known (for the roll).
  const auto sum = [&](Horizon seen) {
    Segment segment;
    segment.anchor = anchor;
    segment.open = open_pauses > 0;
    // Base: the last line without `after`, `plus`, `minus` whose `when` holds; of unknown ones both ends are kept.
    small_vector<const Step*, 4> bases;
    sum_moves = false;
    for (const Step& step : clock.steps) {
      if (step.after || step.kind == law::Step::Kind::plus || step.kind == law::Step::Kind::minus) continue;
      if (step.from && start_date < *step.from) continue;
      if (step.until_date && *step.until_date < start_date) continue;
      const Tri when = all_of(step.when, view);
      if (when == Tri::no) continue;
      if (when == Tri::unknown) out.uncertain = true;
      if (when == Tri::yes) bases.clear();
      bases.push_back(&step);
    }
    const auto finish = [&](const Step* base) {
      Segment one = segment;
      Measured total;
      const Step* total_step = base;
      if (base != nullptr) total = base->kind == law::Step::Kind::until ? Measured{} : measured(*base, view);
      for (const Step& step : clock.steps) {  // plus and minus that need no act
        if (step.after || (step.kind != law::Step::Kind::plus && step.kind != law::Step::Kind::minus)) continue;
        if (step.from && start_date < *step.from) continue;
        if (step.until_date && *step.until_date < start_date) continue;
        const Tri when = all_of(step.when, view);
        if (when == Tri::unknown) out.uncertain = true;
        const bool longer = step.kind == law::Step::Kind::plus;
        if (when == Tri::yes || (when == Tri::unknown && longer != strict))
          add_to(total.amount, measured(step, view).amount, longer ? 1 : -1);
      }
      for (const Applied& a : applied) {  // in the order they were granted; a new total takes the place of all before
        if (a.step->kind == law::Step::Kind::plus) {
          add_to(total.amount, a.measured.amount, 1);
        } else if (a.step->kind == law::Step::Kind::minus) {
          add_to(total.amount, a.measured.amount, -1);
        } else {
          total = a.measured;
          total_step = a.step;
        }
      }
      if (total_step == nullptr) {
        out.no_sum = true;
        return one;
      }
      if (total_step->kind == law::Step::Kind::until) {  // a last day or an instant; neither rolls
        sum_moves = true;
        View then = view;
        then.limit = seen.limit;
        then.at = seen.now;
        then.self = view.self;
        Val bound = value(total_step->until, then);
        if (total_step->until.factors.size() == 1 && total_step->until.factors[0].kind == Factor::Kind::end_of) {
          // The end of a clock that goes on: as it stands when seen, not as at the start.
          then.self = kNoRank;
          bound = value(total_step->until, then);
        }
        if (bound.kind == Val::Kind::date) {
          one.sum.dated = true;
          one.sum.last_day = bound.date;
          one.sum.end = local.start_of(Date{bound.date.days + 1});
        } else if (bound.kind == Val::Kind::instant) {
          one.sum.dated = false;
          one.sum.end = bound.instant;
          one.sum.last_day = local.date_of(bound.instant);
        } else {
          out.no_sum = true;
        }
        return one;
      }
      if (!total.known && total.period == kNone) {
        out.no_sum = true;
        return one;
      }
      one.period = total.period;
      one.total = total;
      one.pauses = pauses;
      const calendar::Convention& convention = plan_.periods[static_cast<size_t>(total.period)].convention;
      Instant from = anchor;
      // Days are counted from the last day of the clock whose end started this one.
      const bool from_end = !clock.starts.empty() && anchor == start.at && convention.counts != calendar::Base::hour &&
                            std::any_of(clock.starts.begin(), clock.starts.end(), [](const Event& e) {
                              return e.kind == law::Event::Kind::end_of || e.kind == law::Event::Kind::breach_of ||
                                     e.kind == law::Event::Kind::end_of_every;
                            }) &&
                            start.at == local.start_of(local.date_of(start.at));
      if (from_end) from = Instant{anchor.us - 1};
      one.counted_from = from;
      one.sum = calendar::end_only(local, plan_.holidays, convention, from, total.amount, pauses, false);
      if (convention.rolls) {
        sum_moves = sum_moves || plan_.periods[static_cast<size_t>(total.period)].unless_state != kNone;
        one.roll = rolls(total.period, key, one.sum.end, seen);
        if (one.roll) one.sum = calendar::end_only(local, plan_.holidays, convention, from, total.amount, pauses, true);
      }
      return one;
    };
    if (bases.empty()) return finish(nullptr);
    Segment best = finish(bases[0]);
    for (size_t i = 1; i < bases.size(); ++i) {
      Segment other = finish(bases[i]);
      const bool later = other.sum.end > best.sum.end;
      if (later != strict) best = other;
    }
    return best;
  };

  const auto open_segment = [&](uint32_t set_by, Instant known_from, uint32_t limit) {
    if (!out.segments.empty()) out.segments.back().until = known_from;
    Segment segment = sum(Horizon{limit, known_from});
    segment.set_by = set_by;
    segment.known_from = known_from;
    segment.until = horizon.now;
    out.segments.push_back(std::move(segment));
  };
  // Whether an act is in time for the end so far, as the world stood at that act.
  const auto in_time = [&](uint32_t rank, Instant at) {
    if (open_pauses > 0) return true;
    const Segment now = sum(Horizon{rank, at});
    return out.no_sum || now.sum.in_time(at);
  };

  using Line = LedgerLine::Kind;
  using Ignored = LedgerLine::Why;
  const auto note = [&out](Line kind, uint32_t rank, Instant at, const Step* step, std::string_view cite,
                           const Measured& amount, Ignored why, int32_t state) {
    out.ledger.push_back({kind, rank, at, step, cite, amount, why, state});
  };
  out.ledger.reserve(4);
  note(Line::start, start.rank, start.at, nullptr, {}, {}, Ignored::none, kNone);
  for (const Step& step : clock.steps) {
    if (step.after || step.kind == law::Step::Kind::plus || step.kind == law::Step::Kind::minus) continue;
    if ((step.from && start_date < *step.from) || (step.until_date && *step.until_date < start_date)) continue;
    if (all_of(step.when, view) != Tri::yes) continue;
    std::erase_if(out.ledger, [](const LedgerLine& line) { return line.kind == LedgerLine::Kind::base; });
    note(Line::base, start.rank, start.at, &step, step.cite,
         step.kind == law::Step::Kind::until ? Measured{} : measure(step.quantity, view), Ignored::none, kNone);
  }

  // Pauses, as events beside the acts.
  struct PauseEvent {
    Instant at;
    uint32_t rank;
    bool begin;
    int32_t state;
    Instant from;
  };
  std::vector<PauseEvent> events;
  for (const int32_t index : clock.pauses) {
    const State& state = plan_.states[static_cast<size_t>(index)];
    for (const StateSpan& span : spans(index, key_for(state, key))) {
      const bool known = span.begin_rank == kNoRank ? span.begin <= horizon.now : span.begin_rank < horizon.limit;
      if (!known) continue;
      events.push_back({span.begin, span.begin_rank, true, index, span.from});
      const bool ended = !span.open && (span.end_rank == kNoRank ? span.end <= horizon.now : span.end_rank < horizon.limit);
      if (ended) events.push_back({span.end, span.end_rank, false, index, span.from});
    }
  }
  std::stable_sort(events.begin(), events.end(), [](const PauseEvent& a, const PauseEvent& b) {
    if (a.at != b.at) return a.at < b.at;
    return (a.rank == kNoRank ? 0 : a.rank) < (b.rank == kNoRank ? 0 : b.rank);
  });

  size_t next_event = 0;
  const auto apply_pauses = [&](Instant until, uint32_t rank, bool begins, bool quiet) {
    for (; next_event < events.size(); ++next_event) {
      const PauseEvent& event = events[next_event];
      const bool due = event.at < until || (event.at == until && (event.rank == kNoRank || event.rank <= rank));
      if (!due) break;
      if (event.begin && !begins && event.rank == rank) break;  // begins of this very act come after its other effects
      if (event.begin) {
        if (event.at > start.at && !quiet && open_pauses == 0 && !in_time(event.rank == kNoRank ? rank : event.rank, event.at)) {
          note(Line::ignored, event.rank, event.at, nullptr, {}, {}, Ignored::late, event.state);
          // Its end must not close another pause.
          for (size_t i = next_event + 1; i < events.size(); ++i)
            if (!events[i].begin && events[i].state == event.state) {
              events.erase(events.begin() + static_cast<std::ptrdiff_t>(i));
              break;
            }
          continue;
        }
        if (open_pauses++ == 0) open_from = std::max(event.from, anchor);
        if (!quiet) {
          const auto& cites = plan_.states[static_cast<size_t>(event.state)].cites;
          note(Line::pause, event.rank, event.at, nullptr, cites.empty() ? std::string_view() : cites[0], {}, Ignored::none,
               event.state);
          open_segment(event.rank, std::max(event.at, start.at), event.rank == kNoRank ? rank : event.rank);
        }
      } else if (open_pauses > 0 && --open_pauses == 0) {
        if (event.at >= start.at) {
          pauses.push_back({open_from, event.at, false});
          note(Line::resume, event.rank, event.at, nullptr, {}, {}, Ignored::none, event.state);
          if (!quiet) open_segment(event.rank, event.at, event.rank == kNoRank ? rank : event.rank);
        }
      }
    }
  };

  // What is paused when the clock starts: spans open at the start (an act that both starts the clock and begins the
  // state pauses it from the start).
  const uint32_t start_rank = start.limit;  // a start by an act: its own rank
  apply_pauses(start.at, start_rank, true, true);
  pauses.clear();
  std::erase_if(out.ledger, [](const LedgerLine& line) { return line.kind == LedgerLine::Kind::resume; });
  if (open_pauses > 0) {
    open_from = std::max(open_from, start.at);
    for (const PauseEvent& event : events)
      if (event.begin && event.at <= start.at && next_event > 0)
        if (&event - events.data() == static_cast<std::ptrdiff_t>(next_event) - 1)
          note(Line::pause, event.rank, event.at, nullptr, {}, {}, Ignored::none, event.state);
  }
  open_segment(kNoRank, start.at, start.limit);
  out.segments.back().set_by = kNoRank;

  // Other clocks whose end (or breach, or change) lapses this one: the first such instant after the start.
  Instant lapse_at{INT64_MAX};
  for (const Event& event : clock.lapses) {
    if (event.kind == law::Event::Kind::pattern) continue;
    std::vector<Start> others;
    starts_by(clock, event, key, horizon, others);
    for (const Start& other : others)
      if (other.at >= start.at && other.at < lapse_at) lapse_at = other.at;
  }
  const auto lapse_by_clock = [&] {
    out.lapsed = true;
    out.over_at = lapse_at;
    out.over_rank = kNoRank;
    note(Line::lapsed, kNoRank, lapse_at, nullptr, {}, {}, Ignored::none, kNone);
  };

  small_vector<char, 8> met(clock.met_by.size(), 0);
  small_vector<char, 8> maybe_met(clock.met_by.size(), 0);
  const bool every_act = start.void_from.has_value() || !events.empty();
  for (uint32_t rank = scope_.first_at(start.at); rank < horizon.limit && !out.over(); ++rank) {
    if (!every_act && !clock.heeds.has(scope_.act(rank).type)) continue;
    const Instant at = scope_.act(rank).at();
    if (at > horizon.now) break;
    if (start.by_act && rank == start.rank) continue;
    if (start.void_from && at >= *start.void_from && out.segments.back().sum.end > *start.void_from) {
      // The end it hangs on is no more, and this duty was not yet done nor broken.
      out.voided = true;
      out.over_at = *start.void_from;
      break;
    }
    if (at > lapse_at) {
      lapse_by_clock();
      break;
    }
    apply_pauses(at, rank, false, false);

    // Met, or lapsed.
    bool touched = false;
    for (size_t i = 0; i < clock.met_by.size(); ++i) {
      if (met[i] != 0) continue;
      notes.missing.clear();
      View now = view;
      now.limit = rank;
      now.at = at;
      if (clock.met_by[i].alias != kNone) now.aliases[static_cast<size_t>(clock.met_by[i].alias)] = rank;
      const Tri matches = match(clock.met_by[i], rank, now);
      if (matches == Tri::yes) {
        met[i] = 1;
        touched = true;
        if (coverage != nullptr) coverage->emplace(&clock.met_by[i], 1);
      } else if (matches == Tri::unknown) {
        if (maybe_met[i] == 0 && in_time(rank, at)) maybe_met[i] = 1;  // after the end it could no longer have met it in time
        for (const Sym field : notes.missing)
          if (std::find(out.missing.begin(), out.missing.end(), field) == out.missing.end()) out.missing.push_back(field);
      }
    }
    if (touched && std::all_of(met.begin(), met.end(), [](char m) { return m != 0; })) {
      out.met = true;
      out.over_at = at;
      out.over_rank = rank;
      note(Line::met, rank, at, nullptr, {}, {}, Ignored::none, kNone);
      break;
    }
    for (const Event& event : clock.lapses) {
      if (event.kind != law::Event::Kind::pattern) continue;
      View now = view;
      now.limit = rank;
      now.at = at;
      notes.missing.clear();
      const Tri matches = match(event.pattern, rank, now);
      if (matches == Tri::yes) out.lapsed = true;
      if (matches == Tri::yes && coverage != nullptr) coverage->emplace(&event, 1);
      if (matches == Tri::unknown) {
        if (in_time(rank, at)) std::fill(maybe_met.begin(), maybe_met.end(), char{1});
        for (const Sym field : notes.missing)
          if (std::find(out.missing.begin(), out.missing.end(), field) == out.missing.end()) out.missing.push_back(field);
      }
    }
    if (out.lapsed) {
      out.over_at = at;
      out.over_rank = rank;
      note(Line::lapsed, rank, at, nullptr, {}, {}, Ignored::none, kNone);
      break;
    }

    // Restarts.
    for (size_t i = 0; i < clock.restarts.size(); ++i) {
      const Event& event = clock.restarts[i];
      if (event.kind != law::Event::Kind::pattern) continue;
      View now = view;
      now.limit = rank;
      now.at = at;
      const Tri matches = match(event.pattern, rank, now);
      if (matches == Tri::no) continue;
      if (!in_time(rank, at)) {
        note(Line::ignored, rank, at, nullptr, event.cite, {}, Ignored::late, kNone);
        continue;
      }
      if (event.at_most && restart_uses[i] >= *event.at_most) {
        note(Line::ignored, rank, at, nullptr, event.cite, {}, Ignored::often, kNone);
        continue;
      }
      Instant fresh = at;
      if (event.from != 0) {
        const Datum* datum = scope_.field(rank, event.from);
        if (datum != nullptr && (datum->kind == Datum::Kind::date || datum->kind == Datum::Kind::instant)) {
          const Instant from = datum->kind == Datum::Kind::date
                                   ? local.start_of(Date{static_cast<int32_t>(datum->payload)})
                                   : Instant{datum->payload};
          if (anchor <= from && from <= at) fresh = from;
        }
      }
      if (matches == Tri::unknown) {
        // Both ends are kept: the later breaches, the earlier warns. A restart never makes the end earlier.
        out.uncertain = true;
        if (strict) continue;
      }
      ++restart_uses[i];
      if (coverage != nullptr) coverage->emplace(&event, 1);
      anchor = fresh;
      applied.clear();
      pauses.clear();
      std::fill(uses.begin(), uses.end(), 0);
      if (open_pauses > 0) open_from = std::max(open_from, anchor);
      note(Line::restart, rank, fresh, nullptr, event.cite, {}, Ignored::none, kNone);
      open_segment(rank, at, rank);
      break;
    }

    // Extensions.
    for (size_t i = 0; i < clock.steps.size(); ++i) {
      const Step& step = clock.steps[i];
      if (!step.after) continue;
      if ((step.from && start_date < *step.from) || (step.until_date && *step.until_date < start_date)) continue;
      View now = view;
      now.limit = rank;
      now.at = at;
      if (step.after->alias != kNone) now.aliases[static_cast<size_t>(step.after->alias)] = rank;
      Tri opens = match(*step.after, rank, now);
      if (opens != Tri::no) opens = both(opens, all_of(step.when, now));
      if (opens == Tri::no) continue;
      if (opens == Tri::unknown) out.uncertain = true;
      if (opens == Tri::unknown && strict == (step.kind != law::Step::Kind::minus)) continue;
      if (!in_time(rank, at)) {
        note(Line::ignored, rank, at, &step, step.cite, {}, Ignored::late, kNone);
        continue;
      }
      if (step.at_most && uses[i] >= *step.at_most) {
        note(Line::ignored, rank, at, &step, step.cite, {}, Ignored::often, kNone);
        continue;
      }
      ++uses[i];
      if (coverage != nullptr) coverage->emplace(&step, 1);
      const Measured amount = step.kind == law::Step::Kind::until ? Measured{} : measured(step, now);
      applied.push_back({&step, amount, rank});
      note(step.kind == law::Step::Kind::minus ? Line::reduction : Line::extension, rank, at, &step, step.cite, amount,
           Ignored::none, kNone);
      open_segment(rank, at, rank);
      if (step.kind == law::Step::Kind::minus && out.segments.back().sum.end < at) out.segments.back().past = true;
      break;  // one act opens one step: the first line that fits
    }
    apply_pauses(at, rank, true, false);
  }
  if (!out.over() && lapse_at <= horizon.now) lapse_by_clock();
  if (!out.over()) apply_pauses(horizon.now, kNoRank - 1, true, false);
  if (!out.over() && start.void_from && *start.void_from <= horizon.now && out.segments.back().sum.end > *start.void_from) {
    out.voided = true;
    out.over_at = *start.void_from;
  }
  // The last end, with all that is known now.
  Segment& last = out.segments.back();
  last.until = out.over() ? out.over_at : horizon.now;
  if (sum_moves) {
    const Horizon seen = out.over() ? Horizon{out.over_rank == kNoRank ? horizon.limit : out.over_rank, out.over_at} : horizon;
    Segment fresh = sum(seen);
    fresh.set_by = last.set_by;
    fresh.known_from = last.known_from;
    fresh.past = last.past;
    fresh.until = out.over() ? out.over_at : horizon.now;
    last = std::move(fresh);
  }
  // What is done at the very end of a day is late, and is said to be so only after that instant.
  const bool undecided = !out.over() || !out.last().sum.in_time(out.over_at);
  if (undecided && !out.last().open && !out.no_sum) {
    may_change_at(out.last().sum.end);
    may_change_at(Instant{out.last().sum.end.us + 1});
  }
  for (size_t i = 0; i < met.size(); ++i)
    if (met[i] == 0 && maybe_met[i] != 0) out.waiting = true;
  // A clock waits only if, counting the unknown matches, it would be met.
  if (out.waiting)
    for (size_t i = 0; i < met.size(); ++i)
      if (met[i] == 0 && maybe_met[i] == 0) out.waiting = false;
  if (out.no_sum)
    for (const Sym field : notes.missing)
      if (std::find(out.missing.begin(), out.missing.end(), field) == out.missing.end()) out.missing.push_back(field);
  return out;
}

std::vector<Instance> Evaluator::instances_at(int32_t index, Key key, Horizon horizon) {
  std::vector<Instance> out;
  if (depth_ > 24) return out;
  ++depth_;
  const Clock& clock = plan_.clocks[static_cast<size_t>(index)];
  for (const Start& start : starts_of(clock, key, horizon)) {
    if (!binds(clock, start.by_act ? scope_.act(start.rank).at() : start.at)) continue;
    Notes notes;
    View view;
    view.head = &clock;
    view.key = key;
    view.self = view.spoken = start.rank;
    view.limit = start.limit;
    view.at = start.at;
    view.notes = &notes;
    Tri when = Tri::yes;
    for (const Condition& condition : clock.when) when = both(when, holds(condition, view));
    if (when == Tri::no) continue;
    const std::vector<Sym> missing = when == Tri::unknown ? notes.missing : std::vector<Sym>{};
    bool excused = false;
    for (const Condition& condition : clock.unless) excused = excused || holds(condition, view) == Tri::yes;
    if (excused) continue;
    if (when == Tri::unknown) note_undecided(clock, key, start.rank, missing);
    if (when != Tri::yes) continue;
    Instance lenient = run(clock, key, start, horizon, false);
    if (lenient.uncertain)
      ring_rungs(lenient, run(clock, key, start, horizon, true), horizon);
    else
      ring_rungs(lenient, lenient, horizon);
    out.push_back(std::move(lenient));
  }
  --depth_;
  return out;
}

const std::vector<Instance>& Evaluator::instances(int32_t clock, Key key) {
  const auto [answer, known] = instances_[static_cast<size_t>(clock)].of(key, epoch_);
  if (known) {
    may_change_at(answer->next_change);
    return answer->items;
  }
  const Instant asked_before = next_change_;
  forget_changes();
  answer->items = instances_at(clock, key, horizon());  // meanwhile a clock that asks for itself finds nothing
  answer->next_change = next_change_;
  may_change_at(asked_before);
  return answer->items;
}

calendar::Sum Evaluator::lines_of(const Instance& instance, const Segment& segment) const {
  if (segment.period == kNone) return {};
  return calendar::end_of(zone(instance.clock), plan_.holidays, plan_.periods[static_cast<size_t>(segment.period)].convention,
                          segment.counted_from, segment.total.amount, segment.pauses, segment.roll);
}

// The warnings that were reached: percent of the way, so long before, a soft limit, the strict reading's end.
void Evaluator::ring_rungs(Instance& instance, const Instance& strict, Horizon horizon) {
  const Clock& clock = *instance.clock;
  if (clock.may && clock.warn_kinds.empty()) return;
  const calendar::Zone& local = zone(&clock);
  for (size_t i = 0; i < strict.segments.size(); ++i) {
    const Segment& segment = strict.segments[i];
    if (segment.open || strict.no_sum) continue;
    const bool last = i + 1 == strict.segments.size();
    const bool bounded = !last || strict.over();
    const auto ring = [&](const auto& name, Instant when, bool is_end) {
      when = std::max(when, segment.known_from);
      may_change_at(Instant{when.us + (is_end ? 1 : 0)});
      if (when > horizon.now || (is_end && when == horizon.now)) return;
      if (bounded && (is_end && !segment.sum.dated ? segment.until <= when : segment.until < when)) return;
      if (bounded && segment.until == when && !(is_end && segment.sum.dated)) return;
      // The ledger act that set this end keeps rungs of different ends apart.
      std::string full = name();
      if (segment.set_by != kNoRank) (full += '|') += plan_.symbols.text(scope_.root(segment.set_by).id);
      instance.rungs.emplace_back(std::move(full), when);
    };
    const auto percent = [&](Decimal p) {
      const int64_t whole = segment.period != kNone && segment.sum.dated == false && segment.total.amount.months == 0
                                ? segment.total.amount.hours * kHour + segment.total.amount.days * kDay
                                : segment.sum.end.us - segment.anchor.us;
      int64_t scale = 1;
      for (int32_t s = 0; s < p.scale; ++s) scale *= 10;
      const int64_t at = segment.anchor.us + whole / 100 * p.mantissa / scale;
      // Whole minutes are what people act on.
      ring([&] { return p.text() + "%"; }, Instant{at / kMinute * kMinute}, false);
    };
    if (clock.warn_kinds.empty()) {
      if (segment.period != kNone)
        if (const auto& p = plan_.periods[static_cast<size_t>(segment.period)].warns_percent) percent(*p);
    }
    View view;
    view.head = &clock;
    view.key = instance.key;
    view.self = view.spoken = instance.start_rank;
    view.limit = instance.start_rank == kNoRank ? horizon.limit : instance.start_rank;
    view.at = instance.start;
    for (size_t w = 0; w < clock.warn_kinds.size(); ++w) {
      if (clock.warn_kinds[w] == law::Warning::Kind::percent) {
        percent(clock.warn_percents[w]);
        continue;
      }
      const Measured measured = measure(clock.warn_quantities[w], view);
      if (!measured.known || measured.period == kNone) continue;
      const calendar::Convention& convention = plan_.periods[static_cast<size_t>(measured.period)].convention;
      if (clock.warn_kinds[w] == law::Warning::Kind::before) {
        Instant when = segment.sum.end;
        if (convention.counts == calendar::Base::hour)
          when.us -= measured.amount.hours * kHour;
        else if (convention.working)
          when = local.start_of(plan_.holidays.add_working(segment.sum.last_day, -measured.amount.days));
        else
          when = local.start_of(calendar::add_days(calendar::add_months(segment.sum.last_day, -measured.amount.months),
                                                   -measured.amount.days));
        ring([&] { return clock.warn_quantities[w].source + " before"; }, when, false);
      } else {
        const bool roll = rolls(measured.period, instance.key, segment.sum.end, horizon);
        const calendar::End soft =
            calendar::end_only(local, plan_.holidays, convention, segment.anchor, measured.amount, segment.pauses, roll);
        ring([&] { return "after " + clock.warn_quantities[w].source; }, soft.end, true);
      }
    }
    // The strict reading's own end.
    if (segment.period != kNone) {
      const Period& period = plan_.periods[static_cast<size_t>(segment.period)];
      if (period.strict != kNone) {
        const Period& reading = plan_.periods[static_cast<size_t>(period.strict)];
        const bool roll = rolls(period.strict, instance.key, segment.sum.end, horizon);
        const calendar::End end = calendar::end_only(local, plan_.holidays, reading.convention, segment.anchor,
                                                     segment.total.amount, segment.pauses, roll);
        if (end.end < segment.sum.end) ring([] { return std::string("strictly"); }, end.end, true);
      }
    }
    // An unknown step that was counted for the breach: the earlier end warns.
    if (last && i + 1 == strict.segments.size() && !instance.no_sum && segment.sum.end < instance.last().sum.end &&
        !instance.last().open)
      ring([] { return std::string("at the earliest"); }, segment.sum.end, true);
  }
}

}  // namespace heng::watch
