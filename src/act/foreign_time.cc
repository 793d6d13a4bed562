// Times as other programs write them.
#include <fmt/format.h>

#include <array>
#include <cstring>

#include "act/mapping.h"
#include "base/text.h"

namespace heng {
namespace {

Error bad_time(std::string_view text, std::string_view why) {
  return Error{ErrorKind::bad_input, "time-format",
               fmt::format("`{}` is not a time: {}", printable(text.substr(0, 60)), why), "",
               "write it as 2025-03-03T09:00:00+08:00, or give its format in the mapping file"};
}

struct Scan {
  std::string_view text;
  size_t pos = 0;

  // One to `most` digits; -1 if there is none.
  int32_t digits(size_t most) {
    int32_t value = -1;
    for (size_t i = 0; i < most && pos < text.size() && text[pos] >= '0' && text[pos] <= '9'; ++i, ++pos)
      value = (value < 0 ? 0 : value * 10) + (text[pos] - '0');
    return value;
  }
  int64_t fraction() {
    int64_t value = 0;
    int64_t scale = 100'000;
    const size_t first = pos;
    for (; pos < text.size() && text[pos] >= '0' && text[pos] <= '9'; ++pos) {
      value += (text[pos] - '0') * scale;
      scale /= 10;
    }
    return pos == first ? -1 : value;
  }
  std::optional<int32_t> offset() {
    if (pos >= text.size()) return std::nullopt;
    const char sign = text[pos++];
    if (sign == 'Z' || sign == 'z') return 0;
    if (sign != '+' && sign != '-') return std::nullopt;
    const int32_t hours = digits(2);
    if (pos < text.size() && text[pos] == ':') ++pos;
    const int32_t minutes = digits(2);
    if (hours < 0 || hours > 23 || minutes > 59) return std::nullopt;
    return (sign == '-' ? -1 : 1) * (hours * 60 + (minutes < 0 ? 0 : minutes));
  }
  int32_t month_name() {
    constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                          "jul", "aug", "sep", "oct", "nov", "dec"};
    if (pos + 3 > text.size()) return -1;
    std::string word(text.substr(pos, 3));
    for (char& c : word) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    pos += 3;
    for (size_t i = 0; i < kMonths.size(); ++i) {
      if (kMonths[i] == word) return static_cast<int32_t>(i) + 1;
    }
    return -1;
  }
};

Result<ForeignTime> by_format(std::string_view text, std::string_view format) {
  Scan scan{text};
  int32_t year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0;
  int64_t fraction = 0;
  ForeignTime out;
  for (size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%' || i + 1 == format.size()) {
      if (scan.pos >= text.size() || text[scan.pos] != format[i])
        return bad_time(text, fmt::format("it does not follow `{}`", printable(format)));
      ++scan.pos;
      continue;
    }
    bool good = true;
    switch (format[++i]) {
      case 'Y': good = (year = scan.digits(4)) >= 0; break;
      case 'y':
        good = (year = scan.digits(2)) >= 0;
        year += year < 69 ? 2000 : 1900;  // POSIX strptime
        break;
      case 'm': good = (month = scan.digits(2)) >= 0; break;
      case 'b': good = (month = scan.month_name()) >= 0; break;
      case 'd': good = (day = scan.digits(2)) >= 0; break;
      case 'H': good = (hour = scan.digits(2)) >= 0; break;
      case 'M': good = (minute = scan.digits(2)) >= 0; break;
      case 'S': good = (second = scan.digits(2)) >= 0; break;
      case 'f': good = (fraction = scan.fraction()) >= 0; break;
      case 'z': good = (out.offset_minutes = scan.offset()).has_value(); break;
      case '%':
        good = scan.pos < text.size() && text[scan.pos] == '%';
        ++scan.pos;
        break;
      default:
        return Error{ErrorKind::bad_input, "mapping-invalid", fmt::format("`%{}` is not known in a time format", format[i]),
                     "", "use %Y %y %m %b %d %H %M %S %f %z"};
    }
    if (!good) return bad_time(text, fmt::format("it does not follow `{}`", printable(format)));
  }
  if (scan.pos != text.size()) return bad_time(text, "something follows it");
  if (!valid_civil(year, month, day)) return bad_time(text, "there is no such day");
  if (hour > 23 || minute > 59 || second > 60) return bad_time(text, "there is no such time of day");
  out.leap_second = second == 60;
  if (out.leap_second) {
    second = 59;
    fraction = 999'999;
  }
  out.local_us = date_of({year, month, day}).days * kDay + hour * kHour + minute * kMinute + second * kSecond + fraction;
  return out;
}

}  // namespace

Result<ForeignTime> parse_foreign_time(std::string_view text, std::string_view format) {
  if (!format.empty()) return by_format(text, format);
  bool leap = false;
  const auto exact = parse_rfc3339(text, &leap);
  if (exact.ok())
    return ForeignTime{exact->instant.us + exact->offset_minutes * kMinute, exact->offset_minutes, leap};
  if (text.size() == 10) {
    HENG_TRY(const Date date, parse_date(text));
    return ForeignTime{date.days * kDay, std::nullopt, false};
  }
  const auto local = parse_local_time(text);
  if (!local.ok()) return text.size() > 19 ? exact.error() : local.error();
  return ForeignTime{*local, std::nullopt, text.size() > 18 && text.substr(17, 2) == "60"};
}

}  // namespace heng
