#include "base/time.h"

#include <fmt/format.h>

namespace heng {
namespace {

Error bad_time(std::string_view text, std::string_view why) {
  return Error{ErrorKind::bad_input, "time-format", fmt::format("`{}` is not a time: {}", text, why), "",
               "write it as 2025-03-03T09:00:00+08:00"};
}

// Reads exactly `count` digits at `pos`; -1 if they are not there.
int32_t digits(std::string_view text, size_t pos, size_t count) {
  if (pos + count > text.size()) return -1;
  int32_t value = 0;
  for (size_t i = pos; i < pos + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

struct LocalParse {
  int64_t local_us = 0;
  size_t end = 0;
  bool leap = false;
};

// Date, separator, hh:mm[:ss[.fraction]]. Gives what is wrong, nullptr if nothing is.
const char* parse_local_prefix(std::string_view text, LocalParse& out) {
  const int32_t year = digits(text, 0, 4);
  const int32_t month = digits(text, 5, 2);
  const int32_t day = digits(text, 8, 2);
  if (year < 0 || month < 0 || day < 0 || text[4] != '-' || text[7] != '-')
    return "the date is not YYYY-MM-DD";
  if (!valid_civil(year, month, day)) return "there is no such day";
  if (text.size() < 11 || (text[10] != 'T' && text[10] != 't' && text[10] != ' '))
    return "no `T` between date and time";
  const int32_t hour = digits(text, 11, 2);
  const int32_t minute = digits(text, 14, 2);
  if (hour < 0 || minute < 0 || text[13] != ':') return "the time is not hh:mm:ss";
  if (hour > 23 || minute > 59) return "hours go to 23, minutes to 59";
  size_t pos = 16;
  int32_t second = 0;
  int64_t fraction = 0;
  if (pos < text.size() && text[pos] == ':') {
    second = digits(text, pos + 1, 2);
    if (second < 0) return "the time is not hh:mm:ss";
    if (second > 60) return "seconds go to 60";
    pos += 3;
    if (pos < text.size() && (text[pos] == '.' || text[pos] == ',')) {
      ++pos;
      const size_t first = pos;
      int64_t scale = 100'000;
      while (pos < text.size() && text[pos] >= '0' && text[pos] <= '9') {
        fraction += (text[pos] - '0') * scale;
        scale /= 10;
        ++pos;
      }
      if (pos == first) return "a fraction needs digits";
    }
  }
  if (second == 60) {
    out.leap = true;
    second = 59;
    fraction = 999'999;
  }
  out.local_us = date_of({year, month, day}).days * kDay + hour * kHour + minute * kMinute + second * kSecond + fraction;
  out.end = pos;
  return nullptr;
}

// A time with its offset.
const char* parse_offset_time(std::string_view text, OffsetTime& out, bool* leap) {
  if (text.size() < 16) return "it is too short";
  LocalParse local;
  if (const char* wrong = parse_local_prefix(text, local)) return wrong;
  if (leap != nullptr) *leap = local.leap;
  if (local.end >= text.size()) return "the offset is missing";
  const char sign = text[local.end];
  if (sign == 'Z' || sign == 'z') {
    if (local.end + 1 != text.size()) return "something follows the offset";
    out = {Instant{local.local_us}, 0};
    return nullptr;
  }
  if (sign != '+' && sign != '-') return "the offset is not Z, +hh:mm or -hh:mm";
  const int32_t hours = digits(text, local.end + 1, 2);
  size_t minute_at = local.end + 3;
  if (minute_at < text.size() && text[minute_at] == ':') ++minute_at;  // +0100 is met in XES logs
  const int32_t minutes = digits(text, minute_at, 2);
  if (hours < 0 || minutes < 0 || hours > 23 || minutes > 59 || minute_at + 2 != text.size())
    return "the offset is not Z, +hh:mm or -hh:mm";
  const int32_t offset = (sign == '-' ? -1 : 1) * (hours * 60 + minutes);
  out = {Instant{local.local_us - offset * kMinute}, offset};
  return nullptr;
}

const char* parse_plain_time(std::string_view text, int64_t& local_us) {
  if (text.size() < 16) return "it is too short";
  LocalParse local;
  if (const char* wrong = parse_local_prefix(text, local)) return wrong;
  if (local.end != text.size()) return "something follows the time";
  local_us = local.local_us;
  return nullptr;
}

}  // namespace

// Days from civil and back: the shifted-year method (year begins in March), exact for all years used here.
Date date_of(CivilDate civil) {
  const int32_t y = civil.month <= 2 ? civil.year - 1 : civil.year;
  const int32_t era = (y >= 0 ? y : y - 399) / 400;
  const int32_t year_of_era = y - era * 400;
  const int32_t shifted_month = (civil.month + 9) % 12;
  const int32_t day_of_year = (153 * shifted_month + 2) / 5 + civil.day - 1;
  const int32_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return Date{era * 146097 + day_of_era - 719468};
}

CivilDate civil_of(Date date) {
  const int32_t z = date.days + 719468;
  const int32_t era = (z >= 0 ? z : z - 146096) / 146097;
  const int32_t day_of_era = z - era * 146097;
  const int32_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int32_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int32_t shifted_month = (5 * day_of_year + 2) / 153;
  const int32_t day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
  const int32_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  return CivilDate{year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

int32_t last_day_of_month(int32_t year, int32_t month) {
  constexpr int32_t kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[month - 1];
}

bool valid_civil(int32_t year, int32_t month, int32_t day) {
  return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= last_day_of_month(year, month);
}

int32_t weekday(Date date) {
  const int32_t shifted = (date.days + 3) % 7;  // 1970-01-01 was a Thursday
  return shifted < 0 ? shifted + 7 : shifted;
}

Result<OffsetTime> parse_rfc3339(std::string_view text, bool* leap) {
  OffsetTime out;
  if (const char* wrong = parse_offset_time(text, out, leap)) return bad_time(text, wrong);
  return out;
}

std::optional<OffsetTime> rfc3339_in(std::string_view text) {
  OffsetTime out;
  return parse_offset_time(text, out, nullptr) == nullptr ? std::optional(out) : std::nullopt;
}

Result<int64_t> parse_local_time(std::string_view text) {
  int64_t out = 0;
  if (const char* wrong = parse_plain_time(text, out)) return bad_time(text, wrong);
  return out;
}

std::optional<int64_t> local_time_in(std::string_view text) {
  int64_t out = 0;
  return parse_plain_time(text, out) == nullptr ? std::optional(out) : std::nullopt;
}

std::optional<Date> date_in(std::string_view text) {
  if (text.size() != 10) return std::nullopt;
  const int32_t year = digits(text, 0, 4);
  const int32_t month = digits(text, 5, 2);
  const int32_t day = digits(text, 8, 2);
  if (year < 0 || month < 0 || day < 0 || text[4] != '-' || text[7] != '-' || !valid_civil(year, month, day)) return std::nullopt;
  return date_of({year, month, day});
}

Result<Date> parse_date(std::string_view text) {
  if (const auto date = date_in(text)) return *date;
  return Error{ErrorKind::bad_input, "date-format", fmt::format("`{}` is not a date", text), "", "write it as 2026-03-01"};
}

namespace {

void append_digits(std::string& out, int64_t number, int width) {
  if (width == 2 && number >= 0 && number < 100) {
    const char two[2] = {static_cast<char>('0' + number / 10), static_cast<char>('0' + number % 10)};
    out.append(two, 2);
    return;
  }
  char backwards[20];
  int count = 0;
  for (; number > 0 || count < width; number /= 10) backwards[count++] = static_cast<char>('0' + number % 10);
  while (count > 0) out += backwards[--count];
}

void append_date(std::string& out, Date date) {
  const CivilDate civil = civil_of(date);
  if (civil.year < 0) out += '-';
  append_digits(out, civil.year < 0 ? -int64_t{civil.year} : civil.year, civil.year < 0 ? 3 : 4);
  out += '-';
  append_digits(out, civil.month, 2);
  out += '-';
  append_digits(out, civil.day, 2);
}

}  // namespace

std::string format_date(Date date) {
  std::string out;
  append_date(out, date);
  return out;
}

void append_rfc3339(std::string& out, OffsetTime time) {
  const int64_t local = time.instant.us + time.offset_minutes * kMinute;
  int64_t day = local / kDay;
  int64_t rest = local % kDay;
  if (rest < 0) {
    rest += kDay;
    --day;
  }
  append_date(out, Date{static_cast<int32_t>(day)});
  out += 'T';
  append_digits(out, rest / kHour, 2);
  out += ':';
  append_digits(out, rest / kMinute % 60, 2);
  out += ':';
  append_digits(out, rest / kSecond % 60, 2);
  const int64_t fraction = rest % kSecond;
  if (fraction != 0) {
    out += '.';
    append_digits(out, fraction % 1000 != 0 ? fraction : fraction / 1000, fraction % 1000 != 0 ? 6 : 3);
  }
  const int32_t offset = time.offset_minutes < 0 ? -time.offset_minutes : time.offset_minutes;
  out += time.offset_minutes < 0 ? '-' : '+';
  append_digits(out, offset / 60, 2);
  out += ':';
  append_digits(out, offset % 60, 2);
}

std::string format_rfc3339(OffsetTime time) {
  std::string out;
  out.reserve(32);
  append_rfc3339(out, time);
  return out;
}

}  // namespace heng
