#include "sim/due.h"

namespace heng::sim {

int64_t day_of(int64_t local) { return (local >= 0 ? local : local - kDaySeconds + 1) / kDaySeconds; }

int64_t due_of(const Expectation& expectation, int64_t start, int64_t paused,
               const calendar::Holidays& holidays) {
  using Count = Expectation::Count;
  const Date first{static_cast<int32_t>(day_of(start))};
  const auto after = [](Date last) { return (int64_t{last.days} + 1) * kDaySeconds; };
  const auto months = [&](int64_t days) {
    return calendar::add_days(calendar::add_months(first, expectation.amount),
                              expectation.days + paused + days);
  };
  switch (expectation.count) {
    case Count::hours:
      return (start / kHourSeconds + 1 + expectation.amount) *
             kHourSeconds;  // the next full hour counts first
    case Count::exact_hours:
      return start + expectation.amount * kHourSeconds;
    case Count::days:
      return after(holidays.next_working(calendar::add_days(first, expectation.amount + paused))) +
             expectation.days * kDaySeconds;
    case Count::custody_days:
      return after(calendar::add_days(first, expectation.amount + paused));
    case Count::working_days:
      return after(holidays.add_working(first, expectation.amount));
    case Count::months:
      return after(holidays.next_working(months(0)));
    case Count::custody_months:
      return after(months(0));
    case Count::sentence_months:
      return after(months(-1));
  }
  return start;
}

}  // namespace heng::sim
