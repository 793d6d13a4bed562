// The calendar of working days: weekends, holidays, make-up working days, and for which years they are known.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace heng::calendar {

// Immutable and cheap to copy (one shared pointer); safe to read from many threads. Counting is by prefix
// sums, so nothing here loops over days.
class Holidays {
 public:
  // The text of a `*.holidays` file (docs/format/holidays.md); `where` names it in errors, which carry the
  // line.
  //   published 2019..2026
  //   off  2026-02-15..2026-02-23  春节
  //   work 2026-02-14              春节
  // Errors, all bad_input: `holidays-line`, `holidays-date`, `holidays-published`, `holidays-twice`,
  // `holidays-weekend`, `holidays-size`.
  static Result<Holidays> parse(std::string_view text, std::string_view where);
  // Saturdays and Sundays rest, nothing is published: every result that rests on it is provisional.
  static Holidays weekends_only();

  // Whether the working days of this date's year are known.
  bool published(Date date) const;
  // Whether every date of [first, last] is published; an empty interval is.
  bool published(Date first, Date last) const;

  // Listed days as listed, all others by the weekend, also beyond the published years.
  bool working(Date date) const;
  Date next_working(Date date) const;  // the date itself if it is a working day
  // The n-th working day after (n > 0) or before (n < 0) the date, which itself is not counted; n = 0: the
  // date.
  Date add_working(Date date, int64_t n) const;
  // Working days in (after, upto]; negative if upto lies before.
  int64_t working_between(Date after, Date upto) const;

  // The name beside a listed day, a make-up working day's too (`working` tells them apart); empty if not
  // listed.
  std::string name_of(Date date) const;
  // SHA-256 of what was read, in hexadecimal: which calendar a computed date rests on. Comments, sources,
  // order and spaces do not enter.
  const std::string& hash() const;

 private:
  struct Table;
  explicit Holidays(std::shared_ptr<const Table> table) : table_(std::move(table)) {}

  int64_t rank(Date date) const;  // working days before the date, counted from the table's first day
  Date day_of_rank(int64_t rank) const;

  std::shared_ptr<const Table> table_;
  friend class HolidaysReader;
};

}  // namespace heng::calendar
