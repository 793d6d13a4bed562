// Instants and civil dates. No zone knowledge (that is calendar), no wall clock (that is cli).
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace heng {

inline constexpr int64_t kSecond = 1'000'000;  // microseconds
inline constexpr int64_t kMinute = 60 * kSecond;
inline constexpr int64_t kHour = 60 * kMinute;
inline constexpr int64_t kDay = 24 * kHour;

// Microseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
struct Instant {
  int64_t us = 0;
  auto operator<=>(const Instant&) const = default;
};

// A civil date as days since 1970-01-01 in the proleptic Gregorian calendar.
struct Date {
  int32_t days = 0;
  auto operator<=>(const Date&) const = default;
};

struct CivilDate {
  int32_t year = 1970;
  int32_t month = 1;  // 1..12
  int32_t day = 1;    // 1..31
  auto operator<=>(const CivilDate&) const = default;
};

// An instant with the offset its writer used, so that it can be printed as it was written.
struct OffsetTime {
  Instant instant;
  int32_t offset_minutes = 0;  // local = UTC + offset
  bool operator==(const OffsetTime&) const = default;
};

Date date_of(CivilDate civil);           // requires a valid civil date
CivilDate civil_of(Date date);
bool valid_civil(int32_t year, int32_t month, int32_t day);  // year 1..9999
int32_t last_day_of_month(int32_t year, int32_t month);
int32_t weekday(Date date);              // 0 = Monday … 6 = Sunday

// RFC 3339, offset required ("Z", "+08:00", "-00:00"); "T", "t" or a space between; fractions beyond a microsecond
// are cut. Second 60 is read as the last microsecond before the next minute's start and *leap says so.
Result<OffsetTime> parse_rfc3339(std::string_view text, bool* leap = nullptr);
// A local time without offset ("2024-01-01T10:00[:ss[.f]]"), as microseconds since the civil epoch 1970-01-01T00:00 local.
Result<int64_t> parse_local_time(std::string_view text);
Result<Date> parse_date(std::string_view text);  // "2026-03-01"
// The same where another form may follow: nothing instead of an error, and no cost of wording one.
std::optional<OffsetTime> rfc3339_in(std::string_view text);
std::optional<int64_t> local_time_in(std::string_view text);
std::optional<Date> date_in(std::string_view text);

void append_rfc3339(std::string& out, OffsetTime time);
std::string format_rfc3339(OffsetTime time);  // fraction only if not zero (3 or 6 digits); UTC is +00:00
std::string format_date(Date date);

}  // namespace heng
