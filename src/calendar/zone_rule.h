// The rule that goes on after a zone's table ends: the last line of a TZif file (RFC 9636 3.3, POSIX TZ).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace heng::calendar {

// An offset in force from an instant on.
struct OffsetChange {
  Instant from;
  int64_t offset_us = 0;
};

// "CET-1CEST,M3.5.0,M10.5.0/3": summer time from the last Sunday of March to 03:00 on the last Sunday of
// October.
class ZoneRule {
 public:
  // nullopt if it is not written so, or has no summer time (nothing then changes any more).
  static std::optional<ZoneRule> parse(std::string_view text);
  // The changes of one year, in order.
  std::vector<OffsetChange> changes(int32_t year) const;

 private:
  struct Day {
    enum class Kind { month_week, julian, zero_based } kind = Kind::month_week;
    int32_t month = 0, week = 0, weekday = 0;  // month_week; 0 = Sunday, week 5 the last
    int32_t day = 0;                           // julian: 1..365, never 29 February; zero_based: 0..365
    int64_t time_us = 0;                       // on the local clock before the change
    int64_t local_us(int32_t year) const;
  };
  static bool read_day(std::string_view& text, Day& day);

  int64_t standard_us_ = 0;  // local = UTC + it
  int64_t summer_us_ = 0;
  Day begins_;
  Day ends_;
};

// The last line of a TZif file's bytes; empty if there is none.
std::string zone_rule_line(std::string_view tzif);

}  // namespace heng::calendar
