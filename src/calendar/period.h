// The arithmetic of legal periods: start + base + pauses → roll → end, with every line of the sum kept.
// Sources for the Chinese packs: CPL 105, CPLI 202, CIV 85, CIVI 125; the conventions themselves are the law
// file's.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/time.h"
#include "calendar/holidays.h"
#include "calendar/zone.h"

namespace heng::calendar {

enum class Starts : uint8_t { at_act, next_full_hour, day_after };
enum class Base : uint8_t { hour, day, month, year };

// How a law counts (the `period` of a law file).
struct Convention {
  Base counts = Base::day;  // hour: the end is a moment; all others: the end is the end of a day
  bool working = false;     // days: only working days count; hours: only the hours of working days count
  // Days: day_after does not count the day of the act; at_act counts it as the first. Hours: from the act,
  // from the next full hour on the local clock (14:00 exactly starts at 15:00), or from the next midnight.
  Starts starts = Starts::day_after;
  bool ends_day_before = false;  // ends the day before the corresponding day (sentences, CPLI 202(2))
  bool rolls = false;            // from a rest day to the next working day; hours never roll
};

// Months are added to the anchor at once, then days, then hours. A convention with `working` reads `days` (or
// `hours`) as working ones. Counted in hours, days are 24 hours; counted in days, hours fill up to whole
// days.
struct Amount {
  int64_t months = 0;  // years are 12
  int64_t days = 0;
  int64_t hours = 0;
};

// A closed span that is not counted. Counted in days: all dates from that of `from` to that of `to`, both in,
// the first out if from_day_after (then counted in hours it begins at that midnight). What lies before the
// start is cut. The caller hands over only those that began at or before the end so far.
struct PauseSpan {
  Instant from;
  Instant to;
  bool from_day_after = false;
};

// One line of the sum. `amount` is what it moves the end by: days if dated, else microseconds; so the start's
// date (or the anchor) and all amounts add up to the end.
struct SumStep {
  enum class Kind { start, base, extension, pause, roll, provisional, end } kind;
  Date date;        // the last day so far; start: the anchor's date
  Instant instant;  // the end so far; start: where counting starts
  int64_t amount = 0;
  int32_t index = -1;  // pause: which of the spans given
};

struct Sum {
  Instant end;    // hours: the moment; days: 00:00 after the last day
  Date last_day;  // hours: the date of the moment
  bool dated = true;
  bool provisional = false;  // rests on a date beyond the published calendar
  std::vector<SumStep> steps;

  // In time at `at`: at the moment itself when counted in hours, before 00:00 of the next day when dated.
  bool in_time(Instant at) const { return dated ? at < end : at <= end; }
};

// The same without the lines.
struct End {
  Instant end;
  Date last_day;
  bool dated = true;
  bool provisional = false;

  bool in_time(Instant at) const { return dated ? at < end : at <= end; }
};

// `roll`: whether this person's period rolls at all (false where a state such as custody forbids it); it
// matters only if the convention rolls. Results are kept within the years 1 to 9999.
Sum end_of(const Zone& zone, const Holidays& holidays, const Convention& convention, Instant anchor,
           const Amount& amount, std::span<const PauseSpan> pauses, bool roll);
// Allocates nothing; equal to end_of in every field.
End end_only(const Zone& zone, const Holidays& holidays, const Convention& convention, Instant anchor,
             const Amount& amount, std::span<const PauseSpan> pauses, bool roll);

// The same day number `months` later (or earlier); the last day of a month gives the last day; a day number
// that does not exist gives the last day (CPLI 202(1)). Kept within the years 1 to 9999.
Date add_months(Date date, int64_t months);
// Kept within the years 1 to 9999.
Date add_days(Date date, int64_t days);

}  // namespace heng::calendar
