// States, keys and the starts of clocks: which spans and runnings there are (docs/language.md, "state",
// "clock").
#include <algorithm>

#include "watch/evaluate.h"

namespace heng::watch {
namespace {

constexpr int kDeepest =
    24;  // clocks on clocks on states on …: the checker refuses rings, this bounds the rest

}  // namespace

void Evaluator::note_undecided(const Head& head, Key key, uint32_t rank, const std::vector<Sym>& fields) {
  for (const Undecided& known : undecided_)
    if (known.head == &head && known.rank == rank && known.key == key) return;
  undecided_.push_back({&head, key, rank, fields});
}

// Every value an act names, and every value a `for FIELD` pattern of the declaration takes from a field.
std::vector<Key> Evaluator::keys_of(const Head& head, std::span<const Pattern* const> patterns) {
  if (head.subject == kNone) return {Key{}};
  std::vector<Sym> values = scope_.values(head.subject);
  for (const Pattern* pattern : patterns) {
    if (pattern->key_field == 0) continue;
    for (uint32_t rank = 0; rank < scope_.size(); ++rank) {
      const StoredAct& act = scope_.act(rank);
      if (!pattern->any_act && !std::binary_search(pattern->types.begin(), pattern->types.end(), act.type))
        continue;
      const Datum* datum = scope_.field(rank, pattern->key_field);
      if (datum == nullptr) continue;
      const auto add = [&](Sym value) {
        if (value != 0 && std::find(values.begin(), values.end(), value) == values.end())
          values.push_back(value);
      };
      if (datum->kind == Datum::Kind::symbol) add(static_cast<Sym>(datum->payload));
      if (datum->kind == Datum::Kind::list)
        for (const Sym item : scope_.history().list(*datum)) add(item);
    }
  }
  std::vector<Key> keys;
  keys.reserve(values.size());
  for (const Sym value : values) keys.push_back({head.subject, value});
  return keys;
}

std::vector<Key> Evaluator::keys_of(const Clock& clock) {
  std::vector<const Pattern*> patterns;
  for (const Event& event : clock.starts)
    if (event.kind == law::Event::Kind::pattern) patterns.push_back(&event.pattern);
  return keys_of(clock, patterns);
}

void Evaluator::reset(Instant now) {
  ++epoch_;
  now_ = now;
  next_change_ = Instant{INT64_MAX};
  undecided_.clear();
  depth_ = 0;
}

const std::vector<StateSpan>& Evaluator::spans(int32_t index, Key key) {
  const auto [answer, known] = spans_[static_cast<size_t>(index)].of(key, epoch_);
  std::vector<StateSpan>& out = answer->items;  // a state that asks for itself finds nothing yet
  if (known) {
    may_change_at(answer->next_change);
    return out;
  }
  const Instant asked_before = next_change_;
  forget_changes();
  const State& state = plan_.states[static_cast<size_t>(index)];
  const calendar::Zone& clock = zone(&state);
  if (depth_ > kDeepest) {
    may_change_at(asked_before);
    return out;
  }
  ++depth_;

  // Begins and ends that are no acts of their own: clocks running out.
  struct Mark {
    Instant at;
    bool begin;
    int32_t every = 0;
  };
  std::vector<Mark> marks;
  const auto collect = [&](const std::vector<Event>& events, bool begin) {
    for (const Event& event : events) {
      if (event.kind != law::Event::Kind::end_of && event.kind != law::Event::Kind::breach_of) continue;
      if (event.group == kNone) continue;
      for (const int32_t other : plan_.groups[static_cast<size_t>(event.group)])
        for (const Instance& instance :
             instances(other, key_for(plan_.clocks[static_cast<size_t>(other)], key))) {
          const Segment& last = instance.last();
          if (last.open || instance.voided || instance.no_sum) continue;
          if (instance.over() && last.sum.in_time(instance.over_at)) continue;
          if (last.sum.end < now_) marks.push_back({last.sum.end, begin});
        }
    }
  };
  collect(state.begins, true);
  collect(state.ends, false);
  std::sort(marks.begin(), marks.end(), [](const Mark& a, const Mark& b) { return a.at < b.at; });
  size_t next_mark = 0;
  const auto apply_marks = [&](Instant until) {
    for (; next_mark < marks.size() && marks[next_mark].at <= until; ++next_mark) {
      const Mark& mark = marks[next_mark];
      const bool open = !out.empty() && out.back().open;
      if (mark.begin && !open) out.push_back({mark.at, mark.at, {}, kNoRank, kNoRank, true});
      if (!mark.begin && open) {
        out.back().open = false;
        out.back().end = mark.at;
      }
    }
  };

  Notes notes;
  for (uint32_t rank = 0; rank < scope_.size(); ++rank) {
    if (!state.heeds.has(scope_.act(rank).type)) continue;
    const Instant at = scope_.act(rank).at();
    if (!marks.empty()) apply_marks(at);
    View view = view_of(state, key, rank, &notes);
    const bool open = !out.empty() && out.back().open;
    if (open) {
      for (const Event& event : state.ends)
        if (event.kind == law::Event::Kind::pattern && match(event.pattern, rank, view) == Tri::yes) {
          out.back().open = false;
          out.back().end = at;
          out.back().end_rank = rank;
          break;
        }
      continue;
    }
    for (const Event& event : state.begins) {
      if (event.kind != law::Event::Kind::pattern) continue;
      notes.missing.clear();
      const Tri begins = match(event.pattern, rank, view);
      if (begins == Tri::unknown) note_undecided(state, key, rank, notes.missing);
      if (begins != Tri::yes) continue;
      StateSpan span;
      span.begin = at;
      span.begin_rank = rank;
      if (state.day_after) span.begin = clock.start_of(Date{clock.date_of(at).days + 1});
      may_change_at(span.begin);
      span.from = span.begin;
      if (event.from != 0) {
        const Datum* datum = scope_.field(rank, event.from);
        if (datum != nullptr && datum->kind == Datum::Kind::date)
          span.from = clock.start_of(Date{static_cast<int32_t>(datum->payload)});
        if (datum != nullptr && datum->kind == Datum::Kind::instant) span.from = Instant{datum->payload};
        if (span.begin < span.from) span.from = span.begin;
      }
      out.push_back(span);
      break;
    }
  }
  if (!marks.empty()) apply_marks(now_);
  --depth_;
  answer->next_change = next_change_;
  may_change_at(asked_before);
  return out;
}

// The instants at which one event happens for the key, with what happened.
void Evaluator::starts_by(const Clock& clock, const Event& event, Key key, Horizon horizon, std::vector<Start>& out) {
  const calendar::Zone& local = zone(&clock);
  const auto root = [&](uint32_t rank) { return rank == kNoRank ? Anchor{} : Anchor{scope_.root(rank).id, {}}; };
  const auto set_by = [&](Anchor anchor, uint32_t rank) {
    anchor.rest += '|';
    anchor.rest += plan_.symbols.text(scope_.root(rank).id);
    return anchor;
  };
  switch (event.kind) {
    case law::Event::Kind::pattern: {
      Notes notes;
      forward(event.pattern, 0, horizon.limit, [&](uint32_t rank) {
        if (scope_.act(rank).at() > horizon.now) return false;
        notes.missing.clear();
        View view = view_of(clock, key, rank, &notes);
        const Tri starts = match(event.pattern, rank, view);
        if (starts == Tri::no) return true;
        Start start{rank, scope_.act(rank).at(), root(rank), std::nullopt, rank, true};
        bool known = starts == Tri::yes;
        if (event.from != 0 && known) {
          const Datum* datum = scope_.field(rank, event.from);
          if (datum == nullptr) notes.miss(event.from);
          if (datum != nullptr && datum->kind == Datum::Kind::date)
            start.at = local.start_of(Date{static_cast<int32_t>(datum->payload)});
          else if (datum != nullptr && datum->kind == Datum::Kind::instant)
            start.at = Instant{datum->payload};
          else if (datum == nullptr)
            known = false;
        }
        if (known)
          out.push_back(std::move(start));
        else if (binds(clock, scope_.act(rank).at()))
          note_undecided(clock, key, rank, notes.missing);
        return true;
      });
      break;
    }
    case law::Event::Kind::end_of:
    case law::Event::Kind::breach_of:
    case law::Event::Kind::before_end:
    case law::Event::Kind::change_of: {
      if (event.rule != kNone) {  // breach of a rule: at each act it judged broken
        const Rule& rule = plan_.rules[static_cast<size_t>(event.rule)];
        for (uint32_t rank = 0; rank < horizon.limit; ++rank)
          if (judge(rule, key_for(rule, key), rank).outcome == RuleVerdict::Outcome::breached)
            out.push_back({rank, scope_.act(rank).at(), root(rank), std::nullopt, rank, true});
        break;
      }
      for (const int32_t other : plan_.groups[static_cast<size_t>(event.group)]) {
        const Key other_key = key_for(plan_.clocks[static_cast<size_t>(other)], key);
        std::vector<Instance> partial;
        const bool whole = horizon.limit == scope_.size() && horizon.now == now_;
        if (!whole) partial = instances_at(other, other_key, horizon);
        for (const Instance& instance : whole ? instances(other, other_key) : partial) {
          if (instance.voided || instance.no_sum) continue;
          if (event.kind == law::Event::Kind::end_of || event.kind == law::Event::Kind::breach_of) {
            const Segment& last = instance.last();
            if (last.open) continue;
            if (event.kind == law::Event::Kind::breach_of && instance.clock->may) continue;
            if (instance.over() && last.sum.in_time(instance.over_at)) continue;
            may_change_at(last.sum.end);
            if (last.sum.end > horizon.now) continue;
            Start start{instance.start_rank, last.sum.end, instance.anchor, std::nullopt, 0, false};
            if (last.set_by != kNoRank) start.anchor = set_by(std::move(start.anchor), last.set_by);
            out.push_back(std::move(start));
            continue;
          }
          for (size_t i = 0; i < instance.segments.size(); ++i) {
            const Segment& segment = instance.segments[i];
            if (event.kind == law::Event::Kind::change_of) {
              if (segment.set_by == kNoRank) continue;
              const Instant at = scope_.act(segment.set_by).at();
              if (at > horizon.now) continue;
              out.push_back({segment.set_by, at, set_by(instance.anchor, segment.set_by), std::nullopt, segment.set_by, true});
              continue;
            }
            if (segment.open) continue;
            View view;
            view.head = &clock;
            view.key = key;
            view.self = view.spoken = instance.start_rank;
            view.limit = instance.start_rank == kNoRank ? 0 : instance.start_rank;
            view.at = segment.known_from;
            const Measured before = measure(event.quantity, view);
            if (!before.known) continue;
            Instant fires = segment.sum.end;
            const calendar::Convention& convention =
                plan_.periods[static_cast<size_t>(before.period)].convention;
            if (convention.counts == calendar::Base::hour) {
              fires.us -= before.amount.hours * kHour;
            } else if (convention.working) {
              fires = local.start_of(plan_.holidays.add_working(segment.sum.last_day, -before.amount.days));
            } else {
              const Date day = calendar::add_days(
                  calendar::add_months(segment.sum.last_day, -before.amount.months), -before.amount.days);
              fires = local.start_of(day);
            }
            if (fires < segment.known_from) fires = segment.known_from;
            const bool superseded = i + 1 < instance.segments.size();
            const bool stopped = !superseded && instance.over();
            if ((superseded || stopped) && segment.until <= fires) continue;
            may_change_at(fires);
            if (fires > horizon.now) continue;
            Start start{instance.start_rank, fires, instance.anchor, std::nullopt, 0, false};
            if (segment.set_by != kNoRank) start.anchor = set_by(std::move(start.anchor), segment.set_by);
            if (superseded || stopped) start.void_from = segment.until;
            out.push_back(std::move(start));
          }
        }
      }
      break;
    }
    case law::Event::Kind::end_of_every: {
      // At the last instant of each day, week, … for every key an act before it has named.
      uint32_t first = kNoRank;
      for (uint32_t rank = 0; rank < horizon.limit && first == kNoRank; ++rank)
        if (scope_.stands(rank, key) == Tri::yes) first = rank;
      if (first == kNoRank) break;
      CivilDate day = civil_of(local.date_of(scope_.act(first).at()));
      for (int guard = 0; guard < 20000; ++guard) {
        Date last = date_of(day);
        if (event.every == "week") {
          last = Date{last.days + 6 - weekday(last)};
        } else if (event.every != "day") {
          int32_t month = event.every == "year"      ? 12
                          : event.every == "quarter" ? (day.month - 1) / 3 * 3 + 3
                                                     : day.month;
          last = date_of({day.year, month, last_day_of_month(day.year, month)});
        }
        const Instant end = local.start_of(Date{last.days + 1});
        may_change_at(end);
        if (end > horizon.now) break;
        out.push_back({kNoRank, end, Anchor{0, format_date(last)}, std::nullopt, 0, false});
        day = civil_of(Date{last.days + 1});
      }
      break;
    }
  }
}

std::vector<Evaluator::Start> Evaluator::starts_of(const Clock& clock, Key key, Horizon horizon) {
  std::vector<Start> out;
  for (const Event& event : clock.starts) starts_by(clock, event, key, horizon, out);
  for (Start& start : out)
    if (!start.by_act) start.limit = std::min(horizon.limit, scope_.count_until(start.at));
  if (out.size() < 2) return out;
  std::sort(out.begin(), out.end(),
            [](const Start& a, const Start& b) { return a.at != b.at ? a.at < b.at : a.limit < b.limit; });
  // One running for one start, however many lines it fits.
  out.erase(std::unique(out.begin(), out.end(),
                        [](const Start& a, const Start& b) {
                          return a.rank == b.rank && a.at == b.at && a.anchor == b.anchor;
                        }),
            out.end());
  return out;
}

}  // namespace heng::watch
