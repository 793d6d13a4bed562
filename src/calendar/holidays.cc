#include "calendar/holidays.h"

#include <algorithm>
#include <array>
#include <vector>

#include "calendar/holidays_table.h"

namespace heng::calendar {
namespace {
constexpr int64_t kMostDays = 4'000'000;  // more than 9999 years have, few enough for a Date to hold
}  // namespace

int64_t WeekPattern::rank(Date date) const {
  int64_t week = date.days / 7;
  int64_t day = date.days % 7;
  if (day < 0) {
    day += 7;
    --week;
  }
  return week * per_week + before[static_cast<size_t>(day)];
}

Date WeekPattern::day_of_rank(int64_t rank) const {
  int64_t week = rank / per_week;
  int64_t nth = rank % per_week;
  if (nth < 0) {
    nth += per_week;
    --week;
  }
  return Date{static_cast<int32_t>(week * 7 + day_of[static_cast<size_t>(nth)])};
}

// 1970-01-01, day 0 of the pattern, was a Thursday.
WeekPattern WeekPattern::of(std::array<bool, 7> rests_from_monday) {
  WeekPattern out;
  for (size_t day = 0; day < 7; ++day) {
    out.works[day] = !rests_from_monday[static_cast<size_t>(weekday(Date{static_cast<int32_t>(day)}))];
    out.before[day] = out.per_week;
    if (out.works[day]) out.day_of[static_cast<size_t>(out.per_week++)] = static_cast<int32_t>(day);
  }
  return out;
}

bool WeekPattern::working(Date date) const {
  int32_t day = date.days % 7;
  if (day < 0) day += 7;
  return works[static_cast<size_t>(day)];
}

void Holidays::Table::lay_out() {
  std::sort(listed.begin(), listed.end(), [](const Listed& a, const Listed& b) { return a.first < b.first; });
  if (listed.empty()) return;
  first = listed.front().first;
  const auto count = static_cast<size_t>(listed.back().last.days - first.days + 1);
  std::vector<bool> works(count);
  for (size_t i = 0; i < count; ++i) works[i] = week.working(Date{first.days + static_cast<int32_t>(i)});
  for (const Listed& line : listed)
    for (int32_t day = line.first.days; day <= line.last.days; ++day)
      works[static_cast<size_t>(day - first.days)] = line.works;
  before.resize(count + 1);
  for (size_t i = 0; i < count; ++i) {
    before[i + 1] = before[i] + (works[i] ? 1 : 0);
    if (works[i]) work_days.push_back(Date{first.days + static_cast<int32_t>(i)});
  }
}

Holidays Holidays::weekends_only() {
  auto table = std::make_shared<Table>();
  table->seal();
  return Holidays(std::move(table));
}

bool Holidays::published(Date date) const {
  return date >= table_->published_from && date <= table_->published_to;
}

bool Holidays::published(Date first, Date last) const {
  return last < first || (published(first) && published(last));
}

bool Holidays::working(Date date) const {
  const Table& table = *table_;
  const int64_t at = int64_t{date.days} - table.first.days;
  const auto count = static_cast<int64_t>(table.before.size()) - 1;
  if (at < 0 || at >= count) return table.week.working(date);
  return table.before[static_cast<size_t>(at) + 1] != table.before[static_cast<size_t>(at)];
}

// Before the table's first day the weekly pattern counts backwards from it, after its last day forwards.
int64_t Holidays::rank(Date date) const {
  const Table& table = *table_;
  const int64_t at = int64_t{date.days} - table.first.days;
  const auto count = static_cast<int64_t>(table.before.size()) - 1;
  if (at < 0) return table.week.rank(date) - table.week.rank(table.first);
  if (at <= count) return table.before[static_cast<size_t>(at)];
  const Date end{table.first.days + static_cast<int32_t>(count)};
  return table.before.back() + table.week.rank(date) - table.week.rank(end);
}

Date Holidays::day_of_rank(int64_t rank) const {
  const Table& table = *table_;
  const auto count = static_cast<int64_t>(table.work_days.size());
  if (rank < 0) return table.week.day_of_rank(table.week.rank(table.first) + rank);
  if (rank < count) return table.work_days[static_cast<size_t>(rank)];
  const Date end{table.first.days + static_cast<int32_t>(table.before.size()) - 1};
  return table.week.day_of_rank(table.week.rank(end) + rank - count);
}

Date Holidays::next_working(Date date) const { return working(date) ? date : day_of_rank(rank(date)); }

Date Holidays::add_working(Date date, int64_t n) const {
  if (n == 0) return date;
  n = std::clamp<int64_t>(n, -kMostDays, kMostDays);
  const int64_t here = n > 0 ? rank(Date{date.days + 1}) - 1 : rank(date);
  return day_of_rank(here + n);
}

int64_t Holidays::working_between(Date after, Date upto) const {
  return rank(Date{upto.days + 1}) - rank(Date{after.days + 1});
}

std::string Holidays::name_of(Date date) const {
  const auto& listed = table_->listed;
  auto line = std::upper_bound(listed.begin(), listed.end(), date,
                               [](Date day, const Listed& entry) { return day < entry.first; });
  if (line == listed.begin()) return "";
  --line;
  return date <= line->last ? line->name : "";
}

const std::string& Holidays::hash() const { return table_->hash; }

}  // namespace heng::calendar
