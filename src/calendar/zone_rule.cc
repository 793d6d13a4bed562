#include "calendar/zone_rule.h"

#include <algorithm>

namespace heng::calendar {
namespace {

bool take(std::string_view& text, char wanted) {
  if (!text.starts_with(wanted)) return false;
  text.remove_prefix(1);
  return true;
}

bool take_number(std::string_view& text, int32_t most, int32_t& number) {
  size_t count = 0;
  number = 0;
  while (count < text.size() && count < 4 && text[count] >= '0' && text[count] <= '9')
    number = number * 10 + (text[count++] - '0');
  text.remove_prefix(count);
  return count > 0 && number <= most;
}

// "CET" or "<+0330>".
bool take_name(std::string_view& text) {
  size_t count = 0;
  if (take(text, '<')) {
    count = text.find('>');
    if (count == std::string_view::npos || count == 0) return false;
    text.remove_prefix(count + 1);
    return true;
  }
  while (count < text.size() &&
         ((text[count] >= 'A' && text[count] <= 'Z') || (text[count] >= 'a' && text[count] <= 'z')))
    ++count;
  text.remove_prefix(count);
  return count >= 3;
}

// [+|-]hh[:mm[:ss]], hours up to a week (RFC 9636 3.3.1).
bool take_time(std::string_view& text, int64_t& us) {
  const bool minus = take(text, '-');
  if (!minus) take(text, '+');
  int32_t hours = 0, minutes = 0, seconds = 0;
  if (!take_number(text, 167, hours)) return false;
  if (take(text, ':') && !take_number(text, 59, minutes)) return false;
  if (take(text, ':') && !take_number(text, 59, seconds)) return false;
  us = hours * kHour + minutes * kMinute + seconds * kSecond;
  if (minus) us = -us;
  return true;
}

}  // namespace

bool ZoneRule::read_day(std::string_view& text, Day& day) {
  if (take(text, 'M')) {
    day.kind = Day::Kind::month_week;
    if (!take_number(text, 12, day.month) || day.month < 1 || !take(text, '.')) return false;
    if (!take_number(text, 5, day.week) || day.week < 1 || !take(text, '.')) return false;
    if (!take_number(text, 6, day.weekday)) return false;
  } else {
    day.kind = take(text, 'J') ? Day::Kind::julian : Day::Kind::zero_based;
    if (!take_number(text, 365, day.day) || (day.kind == Day::Kind::julian && day.day < 1)) return false;
  }
  day.time_us = 2 * kHour;
  return !take(text, '/') || take_time(text, day.time_us);
}

std::optional<ZoneRule> ZoneRule::parse(std::string_view text) {
  ZoneRule rule;
  int64_t west = 0;
  if (!take_name(text) || !take_time(text, west)) return std::nullopt;
  rule.standard_us_ = -west;
  if (text.empty() || !take_name(text)) return std::nullopt;
  rule.summer_us_ = rule.standard_us_ + kHour;
  if (!text.starts_with(',')) {
    if (!take_time(text, west)) return std::nullopt;
    rule.summer_us_ = -west;
  }
  if (!take(text, ',') || !read_day(text, rule.begins_)) return std::nullopt;
  if (!take(text, ',') || !read_day(text, rule.ends_)) return std::nullopt;
  if (!text.empty()) return std::nullopt;
  return rule;
}

int64_t ZoneRule::Day::local_us(int32_t year) const {
  if (kind == Kind::zero_based) return (date_of(CivilDate{year, 1, 1}).days + day) * kDay + time_us;
  if (kind == Kind::julian) {
    const bool leap = last_day_of_month(year, 2) == 29;
    return (date_of(CivilDate{year, 1, 1}).days + day - 1 + (leap && day >= 60 ? 1 : 0)) * kDay + time_us;
  }
  const Date first = date_of(CivilDate{year, month, 1});
  const int32_t from_monday = (weekday + 6) % 7;
  int32_t number = 1 + (from_monday - heng::weekday(first) + 7) % 7 + (week - 1) * 7;
  while (number > last_day_of_month(year, month)) number -= 7;
  return (first.days + number - 1) * kDay + time_us;
}

std::vector<OffsetChange> ZoneRule::changes(int32_t year) const {
  std::vector<OffsetChange> out{{Instant{begins_.local_us(year) - standard_us_}, summer_us_},
                                {Instant{ends_.local_us(year) - summer_us_}, standard_us_}};
  std::sort(out.begin(), out.end(),
            [](const OffsetChange& a, const OffsetChange& b) { return a.from < b.from; });
  return out;
}

std::string zone_rule_line(std::string_view tzif) {
  if (!tzif.starts_with("TZif") || !tzif.ends_with('\n')) return "";
  tzif.remove_suffix(1);
  const size_t begin = tzif.rfind('\n');
  return begin == std::string_view::npos ? "" : std::string(tzif.substr(begin + 1));
}

}  // namespace heng::calendar
