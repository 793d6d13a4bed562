#include "calendar/period.h"

#include <algorithm>
#include <limits>

namespace heng::calendar {
namespace {

constexpr Date kFirstDate{-719'162};  // 0001-01-01
constexpr Date kLastDate{2'932'896};  // 9999-12-31
constexpr int64_t kMostMonths = 12 * 9999;
constexpr int64_t kMostDays = 366 * 9999;
constexpr int64_t kMostHours = kMostDays * 24;

Date kept(int64_t days) {
  return Date{static_cast<int32_t>(std::clamp<int64_t>(days, kFirstDate.days, kLastDate.days))};
}

Amount kept(const Amount& amount) {
  return Amount{std::clamp(amount.months, -kMostMonths, kMostMonths),
                std::clamp(amount.days, -kMostDays, kMostDays),
                std::clamp(amount.hours, -kMostHours, kMostHours)};
}

// An instant `by` later, held within the years 1 to 9999 (a day to spare, for offsets).
Instant kept_instant(int64_t us, int64_t by) {
  int64_t sum = 0;
  if (__builtin_add_overflow(us, by, &sum))
    sum = by > 0 ? std::numeric_limits<int64_t>::max() : std::numeric_limits<int64_t>::min();
  return Instant{std::clamp(sum, (int64_t{kFirstDate.days} + 1) * kDay, int64_t{kLastDate.days} * kDay)};
}

// Calls `each(i)` for 0 ≤ i < count by rising `key(i)`, equal ones in the order given. They usually come
// sorted; where not, the next is looked for, so that nothing has to be allocated.
template <typename Key, typename Each>
void in_order(size_t count, const Key& key, const Each& each) {
  bool sorted = true;
  for (size_t i = 1; i < count; ++i) sorted = sorted && key(i - 1) <= key(i);
  if (sorted) {
    for (size_t i = 0; i < count; ++i) each(i);
    return;
  }
  const auto before = [&](size_t a, size_t b) { return key(a) < key(b) || (key(a) == key(b) && a < b); };
  size_t last = count;
  for (size_t done = 0; done < count; ++done) {
    size_t next = count;
    for (size_t i = 0; i < count; ++i) {
      if (last != count && !before(last, i)) continue;
      if (next == count || before(i, next)) next = i;
    }
    each(next);
    last = next;
  }
}

// The sum itself, once; `line` is called for each of its lines and may do nothing.
template <typename Line>
class Adder {
 public:
  Adder(const Zone& zone, const Holidays& holidays, const Convention& convention, Line line)
      : zone_(zone), holidays_(holidays), convention_(convention), line_(std::move(line)) {}

  End dated(Instant anchor, const Amount& amount, std::span<const PauseSpan> pauses, bool roll) {
    const Date start = zone_.date_of(anchor);
    last_ = start;
    line_(SumStep{SumStep::Kind::start, start, anchor, 0, -1});
    const int64_t whole_days = amount.days + (amount.hours + (amount.hours > 0 ? 23 : 0)) / 24;
    const bool nothing = amount.months == 0 && whole_days == 0;
    // Counting the act's day as the first and ending the day before are one and the same day.
    const bool day_less = (convention_.starts == Starts::at_act || convention_.ends_day_before) && !nothing;
    add_base(start, amount.months, whole_days, day_less);
    // The first day that counts: a pause before it stops nothing.
    const Date first = convention_.starts == Starts::at_act ? start : add_days(start, 1);
    add_paused_days(first, pauses);
    if (convention_.rolls && roll) roll_on();
    if (provisional_) say(SumStep::Kind::provisional, 0);
    say(SumStep::Kind::end, 0);
    return End{zone_.start_of(Date{last_.days + 1}), last_, true, provisional_};
  }

  End timed(Instant anchor, const Amount& amount, std::span<const PauseSpan> pauses) {
    const Instant begin = counted_from(anchor);
    moment_ = begin;
    line_(SumStep{SumStep::Kind::start, zone_.date_of(anchor), begin, begin.us - anchor.us, -1});
    if (amount.months != 0) {
      const int64_t local = zone_.local_of(begin);
      int64_t day = local / kDay;
      if (local % kDay < 0) --day;
      const Date date = add_months(kept(day), amount.months);
      moment_ = zone_.instant_of_local(date.days * kDay + (local - day * kDay));
    }
    add_hours(amount.days * 24 + amount.hours);
    say_moment(SumStep::Kind::base, moment_.us - begin.us);
    add_paused_hours(begin, pauses);
    if (provisional_) say_moment(SumStep::Kind::provisional, 0);
    say_moment(SumStep::Kind::end, 0);
    return End{moment_, zone_.date_of(moment_), false, provisional_};
  }

 private:
  void say(SumStep::Kind kind, int64_t moved, int32_t index = -1) {
    line_(SumStep{kind, last_, zone_.start_of(Date{last_.days + 1}), moved, index});
  }
  void say_moment(SumStep::Kind kind, int64_t moved, int32_t index = -1) {
    line_(SumStep{kind, zone_.date_of(moment_), moment_, moved, index});
  }
  void needs(Date first, Date last) { provisional_ = provisional_ || !holidays_.published(first, last); }

  // Working days are counted to `n` more; calendar days simply added.
  void count_days(int64_t n) {
    if (!convention_.working || n == 0) {
      last_ = add_days(last_, n);
      return;
    }
    const Date from = last_;
    last_ = kept(holidays_.add_working(from, n).days);
    needs(std::min(Date{from.days + 1}, last_), std::max(from, last_));
  }

  void add_base(Date start, int64_t months, int64_t days, bool day_less) {
    if (months != 0) last_ = add_months(start, months);
    if (day_less)
      last_ = add_days(last_, -1);  // before the days are counted: the act's day may be a working one
    count_days(days);
    say(SumStep::Kind::base, last_.days - start.days);
  }

  // The first date the pause takes out.
  Date paused_from(const PauseSpan& pause) const {
    const Date from = zone_.date_of(pause.from);
    return pause.from_day_after ? add_days(from, 1) : from;
  }

  void add_paused_days(Date first, std::span<const PauseSpan> pauses) {
    Date free = first;  // dates before it are counted or cut already
    const auto add = [&](size_t i) {
      const Date from = std::max(paused_from(pauses[i]), free);
      const Date to = zone_.date_of(pauses[i].to);
      if (to < from) return;
      free = add_days(to, 1);
      const Date before = last_;
      if (convention_.working) {
        needs(from, to);
        count_days(holidays_.working_between(Date{from.days - 1}, to));
      } else {
        count_days(to.days - from.days + 1);
      }
      if (last_ != before) say(SumStep::Kind::pause, last_.days - before.days, static_cast<int32_t>(i));
    };
    in_order(
        pauses.size(), [&](size_t i) { return paused_from(pauses[i]); }, add);
  }

  void roll_on() {
    const Date before = last_;
    last_ = kept(holidays_.next_working(before).days);
    needs(before, last_);
    if (last_ != before) say(SumStep::Kind::roll, last_.days - before.days);
  }

  Instant counted_from(Instant anchor) const {
    if (convention_.starts == Starts::at_act) return anchor;
    if (convention_.starts == Starts::day_after) return zone_.start_of(add_days(zone_.date_of(anchor), 1));
    int64_t into_hour = zone_.local_of(anchor) % kHour;
    if (into_hour < 0) into_hour += kHour;
    return Instant{anchor.us + kHour - into_hour};
  }

  void add_hours(int64_t hours) {
    if (!convention_.working || hours <= 0) {
      moment_ = kept_instant(moment_.us, hours * kHour);
      return;
    }
    add_working_time(hours * kHour);
  }

  // From one working day to the next, as much of each as is left of it; whole days but for those of summer
  // time.
  void add_working_time(int64_t left) {
    while (left > 0) {
      const Date day = zone_.date_of(moment_);
      const Date counted = holidays_.next_working(day);
      needs(day, counted);
      if (counted >= kLastDate) return;
      if (counted != day) moment_ = zone_.start_of(counted);
      const int64_t step = std::min(left, zone_.start_of(Date{counted.days + 1}).us - moment_.us);
      moment_.us += step;
      left -= step;
    }
  }

  Instant stopped_from(const PauseSpan& pause) const {
    return pause.from_day_after ? zone_.start_of(add_days(zone_.date_of(pause.from), 1)) : pause.from;
  }

  void add_paused_hours(Instant begin, std::span<const PauseSpan> pauses) {
    Instant free = begin;
    const auto add = [&](size_t i) {
      const Instant from = std::max(stopped_from(pauses[i]), free);
      if (pauses[i].to <= from) return;
      free = pauses[i].to;
      const Instant before = moment_;
      moment_ = kept_instant(moment_.us, free.us - from.us);
      say_moment(SumStep::Kind::pause, moment_.us - before.us, static_cast<int32_t>(i));
    };
    in_order(
        pauses.size(), [&](size_t i) { return stopped_from(pauses[i]); }, add);
  }

  const Zone& zone_;
  const Holidays& holidays_;
  const Convention& convention_;
  Line line_;
  Date last_;
  Instant moment_;
  bool provisional_ = false;
};

template <typename Line>
End add_up(const Zone& zone, const Holidays& holidays, const Convention& convention, Instant anchor,
           const Amount& amount, std::span<const PauseSpan> pauses, bool roll, Line line) {
  const Amount within = kept(amount);
  const Instant start = kept_instant(anchor.us, 0);
  Adder<Line> adder(zone, holidays, convention, std::move(line));
  return convention.counts == Base::hour ? adder.timed(start, within, pauses)
                                         : adder.dated(start, within, pauses, roll);
}

}  // namespace

Date add_days(Date date, int64_t days) { return kept(date.days + std::clamp(days, -kMostDays, kMostDays)); }

Date add_months(Date date, int64_t months) {
  const CivilDate civil = civil_of(kept(date.days));
  const int64_t count =
      int64_t{civil.year} * 12 + civil.month - 1 + std::clamp(months, -kMostMonths, kMostMonths);
  if (count < 12) return kFirstDate;
  if (count >= 12 * 10'000) return kLastDate;
  const auto year = static_cast<int32_t>(count / 12);
  const auto month = static_cast<int32_t>(count % 12) + 1;
  const int32_t last = last_day_of_month(year, month);
  const bool from_last = civil.day == last_day_of_month(civil.year, civil.month);
  return date_of(CivilDate{year, month, from_last ? last : std::min(civil.day, last)});
}

Sum end_of(const Zone& zone, const Holidays& holidays, const Convention& convention, Instant anchor,
           const Amount& amount, std::span<const PauseSpan> pauses, bool roll) {
  Sum sum;
  const End end = add_up(zone, holidays, convention, anchor, amount, pauses, roll,
                         [&](const SumStep& step) { sum.steps.push_back(step); });
  sum.end = end.end;
  sum.last_day = end.last_day;
  sum.dated = end.dated;
  sum.provisional = end.provisional;
  return sum;
}

End end_only(const Zone& zone, const Holidays& holidays, const Convention& convention, Instant anchor,
             const Amount& amount, std::span<const PauseSpan> pauses, bool roll) {
  return add_up(zone, holidays, convention, anchor, amount, pauses, roll, [](const SumStep&) {});
}

}  // namespace heng::calendar
