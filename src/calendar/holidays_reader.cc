// Reads `*.holidays` (docs/format/holidays.md).
#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <optional>

#include "calendar/holidays_table.h"

namespace heng::calendar {
namespace {

constexpr size_t kMostBytes = 1 << 20;
constexpr size_t kMostListed = 20'000;
constexpr size_t kLongestName = 120;
constexpr int32_t kMostYears = 200;
constexpr int32_t kLongestLeave = 60;
constexpr std::string_view kWeekdays[] = {"monday", "tuesday",  "wednesday", "thursday",
                                          "friday", "saturday", "sunday"};

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// The first word; `text` keeps what follows it.
std::string_view take_word(std::string_view& text) {
  const size_t end = std::min(text.find_first_of(" \t"), text.size());
  const std::string_view word = text.substr(0, end);
  text = trimmed(text.substr(end));
  return word;
}

// `#` begins a comment at the start of a line or after a space.
std::string_view without_comment(std::string_view line) {
  for (size_t at = line.find('#'); at != std::string_view::npos; at = line.find('#', at + 1))
    if (at == 0 || line[at - 1] == ' ' || line[at - 1] == '\t') return line.substr(0, at);
  return line;
}

std::optional<int32_t> year_of(std::string_view text) {
  if (text.size() != 4) return std::nullopt;
  int32_t year = 0;
  for (const char digit : text) {
    if (digit < '0' || digit > '9') return std::nullopt;
    year = year * 10 + (digit - '0');
  }
  if (year < 1) return std::nullopt;
  return year;
}

bool printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char byte) {
    return byte == '\t' || (static_cast<unsigned char>(byte) >= 0x20 && byte != 0x7f);
  });
}

std::string shown(std::string_view text) {
  std::string out(text.substr(0, 40));
  for (char& byte : out)
    if (static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f) byte = '?';
  return out;
}

}  // namespace

class HolidaysReader {
 public:
  HolidaysReader(std::string_view text, std::string_view where) : text_(text), where_(where) {}

  Result<Holidays> read() {
    if (text_.size() > kMostBytes)
      return error("holidays-size",
                   fmt::format("the calendar has {} bytes, the most is {}", text_.size(), kMostBytes),
                   "split it, or drop what is not a date");
    if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);
    while (!text_.empty()) {
      const size_t end = std::min(text_.find('\n'), text_.size());
      const std::string_view line = trimmed(without_comment(text_.substr(0, end)));
      text_.remove_prefix(std::min(end + 1, text_.size()));
      ++line_;
      if (!line.empty()) HENG_TRY_VOID(read_line(line));
    }
    HENG_TRY_VOID(check_whole());
    table_->seal();
    return Holidays(std::move(table_));
  }

 private:
  Error error(std::string code, std::string what, std::string help) const {
    return error_at(line_, std::move(code), std::move(what), std::move(help));
  }
  Error error_at(size_t line, std::string code, std::string what, std::string help) const {
    return Error{ErrorKind::bad_input, std::move(code), std::move(what),
                 line == 0 ? std::string(where_) : fmt::format("{}:{}", where_, line), std::move(help)};
  }

  Result<void> read_line(std::string_view line) {
    if (!printable(line))
      return error("holidays-line", "the line has a control character", "write plain text, one fact a line");
    std::string_view rest = line;
    const std::string_view word = take_word(rest);
    if (word == "off" || word == "work") return read_listed(word == "work", rest);
    if (word == "published") return read_published(rest);
    if (word == "weekend") return read_weekend(rest);
    if (word == "source") {
      if (rest.empty())
        return error("holidays-line", "`source` names no source", "name the notice or its address");
      return {};
    }
    return error("holidays-line", fmt::format("no line begins with `{}`", shown(word)),
                 "a line begins with `published`, `source`, `weekend`, `off` or `work`");
  }

  // "2026-02-14" or "2026-02-15..2026-02-23".
  Result<Listed> read_dates(std::string_view text) const {
    const size_t dots = text.find("..");
    const std::string_view first = text.substr(0, std::min(dots, text.size()));
    const std::string_view last = dots == std::string_view::npos ? first : text.substr(dots + 2);
    const Result<Date> from = parse_date(first);
    const Result<Date> to = parse_date(last);
    if (!from.ok() || !to.ok())
      return error("holidays-date", fmt::format("`{}` is not a date", shown(!from.ok() ? first : last)),
                   "write 2026-02-14, or 2026-02-15..2026-02-23 for several days");
    if (*to < *from)
      return error("holidays-date", fmt::format("`{}` ends before it begins", shown(text)),
                   "write the earlier date first");
    return Listed{*from, *to, false, ""};
  }

  Result<void> read_listed(bool works, std::string_view rest) {
    const std::string_view dates = take_word(rest);
    HENG_TRY(Listed line, read_dates(dates));
    if (line.last.days - line.first.days >= kLongestLeave)
      return error("holidays-date", fmt::format("`{}` is longer than {} days", shown(dates), kLongestLeave),
                   "look at the years; a longer leave takes several lines");
    if (rest.size() > kLongestName)
      return error("holidays-size", fmt::format("the name is longer than {} bytes", kLongestName),
                   "shorten it");
    if (table_->listed.size() >= kMostListed)
      return error("holidays-size", fmt::format("there are more than {} lines of days", kMostListed),
                   "join days to spans");
    line.works = works;
    line.name = std::string(rest);
    table_->listed.push_back(std::move(line));
    listed_at_.push_back(line_);
    return {};
  }

  // "2019..2026", "2026", or dates where a year is known only in part.
  Result<void> read_published(std::string_view rest) {
    if (published_at_ != 0)
      return error("holidays-published", fmt::format("`published` stands on line {} already", published_at_),
                   "write one line from the first year to the last");
    published_at_ = line_;
    const size_t dots = rest.find("..");
    const std::string_view first = rest.substr(0, std::min(dots, rest.size()));
    const std::string_view last = dots == std::string_view::npos ? first : rest.substr(dots + 2);
    const std::optional<int32_t> from = year_of(first);
    const std::optional<int32_t> to = year_of(last);
    if (from && to) {
      table_->published_from = date_of(CivilDate{*from, 1, 1});
      table_->published_to = date_of(CivilDate{*to, 12, 31});
    } else {
      const Result<Listed> dates = read_dates(rest);
      if (!dates.ok())
        return error("holidays-published", fmt::format("`{}` are no years", shown(rest)),
                     "write `published 2019..2026`");
      table_->published_from = dates->first;
      table_->published_to = dates->last;
    }
    if (table_->published_to < table_->published_from)
      return error("holidays-published", fmt::format("`{}` ends before it begins", shown(rest)),
                   "write the earlier year first");
    if (civil_of(table_->published_to).year - civil_of(table_->published_from).year >= kMostYears)
      return error("holidays-published", fmt::format("`{}` are more than {} years", shown(rest), kMostYears),
                   "write only the years whose notices are listed");
    return {};
  }

  Result<void> read_weekend(std::string_view rest) {
    if (weekend_at_ != 0)
      return error("holidays-weekend", fmt::format("`weekend` stands on line {} already", weekend_at_),
                   "keep one of them");
    weekend_at_ = line_;
    table_->rests = {};
    size_t count = 0;
    while (!rest.empty()) {
      std::string_view word = take_word(rest);
      if (word.ends_with(',')) word.remove_suffix(1);
      const auto* found = std::find(std::begin(kWeekdays), std::end(kWeekdays), word);
      if (found == std::end(kWeekdays))
        return error("holidays-weekend", fmt::format("`{}` is no day of the week", shown(word)),
                     "write `weekend saturday, sunday`");
      bool& rests = table_->rests[static_cast<size_t>(found - std::begin(kWeekdays))];
      if (!rests) ++count;
      rests = true;
    }
    if (count == 0 || count == 7)
      return error("holidays-weekend",
                   count == 0 ? "`weekend` names no day" : "`weekend` leaves no working day",
                   "write `weekend saturday, sunday`");
    return {};
  }

  // What a line cannot know alone: the years are stated, every day lies near them and is listed once.
  Result<void> check_whole() const {
    if (published_at_ == 0)
      return error_at(0, "holidays-published", "no line says which years are published",
                      "add `published 2019..2026`");
    std::vector<size_t> order(table_->listed.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
      const Listed& left = table_->listed[a];
      const Listed& right = table_->listed[b];
      return left.first != right.first ? left.first < right.first : a < b;
    });
    // A notice may reach into the neighbouring year (2019-01-01 gave leave from 2018-12-30).
    const int32_t first_year = civil_of(table_->published_from).year - 1;
    const int32_t last_year = civil_of(table_->published_to).year + 1;
    const Listed* before = nullptr;
    size_t before_at = 0;
    for (const size_t i : order) {
      const Listed& line = table_->listed[i];
      if (civil_of(line.first).year < first_year || civil_of(line.last).year > last_year)
        return error_at(listed_at_[i], "holidays-date",
                        fmt::format("{} lies outside the published years", format_date(line.first)),
                        "mend the year here or in `published`");
      if (before != nullptr && line.first <= before->last)
        return error_at(listed_at_[i], "holidays-twice",
                        fmt::format("{} is listed on line {} too", format_date(line.first), before_at),
                        "keep one of the lines");
      before = &line;
      before_at = listed_at_[i];
    }
    return {};
  }

  std::string_view text_;
  std::string_view where_;
  size_t line_ = 0;
  size_t published_at_ = 0;
  size_t weekend_at_ = 0;
  std::shared_ptr<Holidays::Table> table_ = std::make_shared<Holidays::Table>();
  std::vector<size_t> listed_at_;
};

Result<Holidays> Holidays::parse(std::string_view text, std::string_view where) {
  return HolidaysReader(text, where).read();
}

// One line a day, so that writing two days as one span changes nothing.
std::string Holidays::Table::canonical() const {
  std::string out =
      fmt::format("holidays/v1\npublished {}..{}\nweekend", published_from.days, published_to.days);
  for (size_t day = 0; day < 7; ++day) out += rests[day] ? " 1" : " 0";
  out += '\n';
  for (const Listed& line : listed)
    for (int32_t day = line.first.days; day <= line.last.days; ++day)
      out += fmt::format("{} {} {}\n", line.works ? "work" : "off", format_date(Date{day}), line.name);
  return out;
}

void Holidays::Table::seal() {
  week = WeekPattern::of(rests);
  lay_out();
  const std::string text = canonical();
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HENG_ASSERT(EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha256(), nullptr) == 1);
  hash.clear();
  for (unsigned int i = 0; i < size; ++i) hash += fmt::format("{:02x}", digest[i]);
}

}  // namespace heng::calendar
