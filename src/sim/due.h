// When a period ends, computed for the ground truth: dates and the published working days only, so that what
// the simulator expects does not come from the engine it is held against. Local time throughout, no zone.
#pragma once

#include <cstdint>

#include "calendar/holidays.h"
#include "calendar/period.h"
#include "sim/script.h"

namespace heng::sim {

inline constexpr int64_t kMinuteSeconds = 60;
inline constexpr int64_t kHourSeconds = 3600;
inline constexpr int64_t kDaySeconds = 86400;

// Seconds since 1970-01-01T00:00 on the local clock to days, rounded down.
int64_t day_of(int64_t local);
// The moment at which a duty of `expectation.amount` (and `days`) that began at `start` is overrun: the end
// itself in hours, 00:00 after the last day in days and months (CPL 105, CIVI 125, CPLI 202). `paused` days
// are added before it rolls.
int64_t due_of(const Expectation& expectation, int64_t start, int64_t paused,
               const calendar::Holidays& holidays);

// The moment that lies as `when` says from `base`; `pick(low, high)` draws from each span.
template <typename Pick>
int64_t moment_of(const When& when, int64_t base, const calendar::Holidays& holidays, Pick&& pick) {
  int64_t moment = base;
  for (const Shift& shift : when.shifts) {
    if (shift.unit == Unit::minute) {
      moment += pick(shift.low * kMinuteSeconds, shift.high * kMinuteSeconds);
    } else if (shift.unit == Unit::hour) {
      moment += pick(shift.low * kHourSeconds, shift.high * kHourSeconds);
    } else if (shift.unit == Unit::day) {
      moment += pick(shift.low, shift.high) * kDaySeconds;
    } else {
      const int64_t day = day_of(moment);
      moment +=
          (calendar::add_months(Date{static_cast<int32_t>(day)}, pick(shift.low, shift.high)).days - day) *
          kDaySeconds;
    }
  }
  if (when.working) {
    const int64_t day = day_of(moment);
    moment += (holidays.next_working(Date{static_cast<int32_t>(day)}).days - day) * kDaySeconds;
  }
  if (when.monday) {
    const int32_t day = weekday(Date{static_cast<int32_t>(day_of(moment))});
    if (day > 0) moment += (7 - day) * kDaySeconds;
  }
  if (when.at_clock)
    moment = day_of(moment) * kDaySeconds +
             pick(when.from_minute * kMinuteSeconds, when.to_minute * kMinuteSeconds);
  return moment;
}

}  // namespace heng::sim
