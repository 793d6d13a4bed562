#include "calendar/backward.h"

#include <algorithm>
#include <compare>

namespace heng::calendar {
namespace {

bool fits(std::strong_ordering against_amount, Distance distance) {
  switch (distance) {
    case Distance::within:
      return against_amount <= 0;
    case Distance::at_least:
      return against_amount >= 0;
    case Distance::more_than:
      return against_amount > 0;
    case Distance::less_than:
      return against_amount < 0;
  }
  return false;
}

bool bounded_below(Distance distance) {
  return distance == Distance::within || distance == Distance::less_than;
}

// Hours, and whatever days and months stand beside them, on the local clock and exactly.
Instant exactly_after(const Zone& zone, const Holidays& holidays, Instant from, const Amount& amount) {
  const Convention exact{Base::hour, false, Starts::at_act, false, false};
  return end_only(zone, holidays, exact, from, amount, {}, false).end;
}

// How the way from one date to the other compares with the amount: less, equal, greater.
std::strong_ordering compare_dates(const Holidays& holidays, const Convention& convention, Date from, Date to,
                                   Date first_counted, Date last_counted, const Amount& amount) {
  const int64_t days = amount.days + (amount.hours + (amount.hours > 0 ? 23 : 0)) / 24;
  if (!convention.working || days == 0) return to <=> add_days(add_months(from, amount.months), days);
  // Months first, as everywhere; only the days after them are counted as working days.
  const Date begin = add_months(first_counted, amount.months);
  return holidays.working_between(Date{begin.days - 1}, last_counted) <=> days;
}

Verdict by_date(const Zone& zone, const Holidays& holidays, const Convention& convention, Instant earlier,
                Instant later, Distance distance, const Amount& amount, bool count_first) {
  const Date from = zone.date_of(earlier);
  const Date to = zone.date_of(later);
  const Date first = count_first ? from : Date{from.days + 1};
  const Date last = count_first ? Date{to.days - 1} : to;
  Verdict out;
  out.holds = fits(compare_dates(holidays, convention, from, to, first, last, amount), distance) &&
              (from <= to || !bounded_below(distance));
  out.provisional = convention.working && !holidays.published(first, last);
  return out;
}

Verdict by_clock(const Zone& zone, const Holidays& holidays, Instant earlier, Instant later,
                 Distance distance, const Amount& amount) {
  const Instant mark = exactly_after(zone, holidays, earlier, amount);
  return Verdict{fits(later <=> mark, distance) && (earlier <= later || !bounded_below(distance)), false};
}

}  // namespace

Verdict lies_before(const Zone& zone, const Holidays& holidays, const Convention& convention, Instant earlier,
                    Distance distance, const Amount& amount, Instant later) {
  if (convention.counts == Base::hour) return by_clock(zone, holidays, earlier, later, distance, amount);
  return by_date(zone, holidays, convention, earlier, later, distance, amount, true);
}

Verdict lies_after(const Zone& zone, const Holidays& holidays, const Convention& convention, Instant later,
                   Distance distance, const Amount& amount, Instant earlier, bool roll) {
  if (convention.counts == Base::hour) return by_clock(zone, holidays, earlier, later, distance, amount);
  if (distance != Distance::within)
    return by_date(zone, holidays, convention, earlier, later, distance, amount, false);
  const End end = end_only(zone, holidays, convention, earlier, amount, {}, roll);
  return Verdict{zone.date_of(earlier) <= zone.date_of(later) && end.in_time(later), end.provisional};
}

Date last_day_before(const Holidays& holidays, const Convention& convention, Date event,
                     const Amount& amount) {
  const int64_t days = amount.days + (amount.hours + (amount.hours > 0 ? 23 : 0)) / 24;
  Date day = convention.working ? holidays.add_working(event, -days) : add_days(event, -days);
  if (amount.months == 0) return day;
  // Going back lands within three days of the answer, since months differ by no more; the forward reading
  // decides.
  const Date bound = day;
  day = add_days(add_months(bound, -amount.months), 4);
  while (add_months(day, amount.months) > bound) day = add_days(day, -1);
  return day;
}

int64_t clear_days(Date earlier, Date later) { return int64_t{later.days} - earlier.days - 1; }

}  // namespace heng::calendar
