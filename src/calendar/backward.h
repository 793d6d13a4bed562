// Distances between two instants, as conditions name them: `A at least 10 days before B`, `B within 6 months
// after A`. Counted in days they compare dates, in hours they are exact (at the minute, whatever the hours'
// start). Sources for the Chinese packs: CPL 182, 187 (before); CPLI 202 (months).
#pragma once

#include <cstdint>

#include "calendar/period.h"

namespace heng::calendar {

enum class Distance : uint8_t { within, at_least, more_than, less_than };

struct Verdict {
  bool holds = false;
  bool provisional = false;  // rests on a date beyond the published calendar
};

// Whether `earlier` lies `distance` `amount` before `later`. Never rolled. Days: the difference of the dates.
// Months: `later` against the corresponding day of `earlier`. Working days: those of [earlier, later), so
// that stepping back from `later` over rest days reaches `earlier`. `within` and `less_than` also need
// `earlier` not to be after `later`.
Verdict lies_before(const Zone& zone, const Holidays& holidays, const Convention& convention, Instant earlier,
                    Distance distance, const Amount& amount, Instant later);

// Whether `later` lies `distance` `amount` after `earlier`. `within` is a time to act in: it ends as the
// convention's period does, rolled where that rolls and `roll` lets it. The others are never rolled; working
// days are those of (earlier, later].
Verdict lies_after(const Zone& zone, const Holidays& holidays, const Convention& convention, Instant later,
                   Distance distance, const Amount& amount, Instant earlier, bool roll);

// The last date on which an act is still `amount` before `event`: 10 days before 03-20 is 03-10. Never
// rolled.
Date last_day_before(const Holidays& holidays, const Convention& convention, Date event,
                     const Amount& amount);

// Whole days between the two, neither counted: the stricter reading of "n days before", advisory only. From
// 03-10 to 03-20 there are nine; negative or zero if the dates touch.
int64_t clear_days(Date earlier, Date later);

}  // namespace heng::calendar
