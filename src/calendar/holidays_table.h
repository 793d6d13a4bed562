// What a Holidays holds; for holidays.cc and holidays_reader.cc only.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "calendar/holidays.h"

namespace heng::calendar {

// Which days of every week are worked, counted from the epoch. At least one is.
struct WeekPattern {
  std::array<bool, 7> works{};
  std::array<int32_t, 7> before{};  // working days of the week before the day
  std::array<int32_t, 7> day_of{};  // the day of the n-th working day
  int32_t per_week = 0;

  static WeekPattern of(std::array<bool, 7> rests_from_monday);
  bool working(Date date) const;
  int64_t rank(Date date) const;  // working days before the date, from the epoch's week
  Date day_of_rank(int64_t rank) const;
};

// An `off` or `work` line.
struct Listed {
  Date first;
  Date last;
  bool works = false;
  std::string name;
};

struct Holidays::Table {
  Date published_from{1};
  Date published_to{0};
  std::array<bool, 7> rests{false, false, false, false, false, true, true};  // from Monday
  WeekPattern week;
  std::vector<Listed> listed;  // sorted, no day twice
  // From the first listed day to the last; outside, the week.
  Date first;
  std::vector<int32_t> before{0};  // working days before the i-th day
  std::vector<Date> work_days;
  std::string hash;

  void seal();  // from `published_*`, `rests` and `listed`: all the rest

 private:
  void lay_out();
  std::string canonical() const;
};

}  // namespace heng::calendar
