#include "calendar/period.h"

#include <gtest/gtest.h>

#include <random>

#include "calendar/test_support.h"

namespace heng::calendar::test {
namespace {

Sum count(const Convention& convention, const std::string& start, Amount amount,
          std::vector<PauseSpan> pauses = {}, bool roll = true, const char* where = "Asia/Shanghai") {
  const Zone clock = zone(where);
  return end_of(clock, chinese_holidays(), convention, local(clock, start), amount, pauses, roll);
}
std::string last_day(const Convention& convention, const std::string& start, Amount amount,
                     std::vector<PauseSpan> pauses = {}, bool roll = true) {
  return format_date(count(convention, start, amount, std::move(pauses), roll).last_day);
}
std::string moment(const Convention& convention, const std::string& start, Amount amount,
                   std::vector<PauseSpan> pauses = {}, const char* where = "Asia/Shanghai") {
  return format_rfc3339(zone(where).at(count(convention, start, amount, std::move(pauses), true, where).end));
}
PauseSpan span(const std::string& from, const std::string& to, bool day_after = false) {
  const Zone clock = zone();
  return PauseSpan{local(clock, from), local(clock, to), day_after};
}

TEST(Months, SameDayLastDayMissingDay) {
  const auto plus = [](const char* from, int64_t months) {
    return format_date(add_months(day(from), months));
  };
  EXPECT_EQ(plus("2026-01-15", 1), "2026-02-15");
  EXPECT_EQ(plus("2026-01-31", 1), "2026-02-28");
  EXPECT_EQ(plus("2026-01-29", 1), "2026-02-28");
  EXPECT_EQ(plus("2024-01-29", 1), "2024-02-29");
  EXPECT_EQ(plus("2026-02-28", 1), "2026-03-31");
  EXPECT_EQ(plus("2024-02-28", 1), "2024-03-28");  // not the last day of a leap February
  EXPECT_EQ(plus("2024-02-29", 12), "2025-02-28");
  EXPECT_EQ(plus("2024-02-29", 48), "2028-02-29");
  EXPECT_EQ(plus("2025-02-28", 36), "2028-02-29");
  EXPECT_EQ(plus("2026-03-31", -1), "2026-02-28");
  EXPECT_EQ(plus("2026-01-15", -1), "2025-12-15");
  EXPECT_EQ(plus("2026-01-15", 0), "2026-01-15");
  EXPECT_EQ(plus("2100-01-30", 1), "2100-02-28");  // no leap year
  EXPECT_EQ(plus("9999-12-15", 1), "9999-12-31");
  EXPECT_EQ(plus("0001-01-15", -1), "0001-01-01");
  EXPECT_EQ(format_date(add_days(day("9999-12-30"), INT64_MAX)), "9999-12-31");
  EXPECT_EQ(format_date(add_days(day("2026-01-01"), INT64_MIN)), "0001-01-01");
}

// From the anchor, never from a clipped end: January 30 + 1 + 1 months is March 30.
TEST(Months, AreAddedToTheAnchorAtOnceAndDaysAfterThem) {
  EXPECT_EQ(last_day(kMonths, "2025-01-30", {2, 0, 0}, {}, false), "2025-03-30");
  EXPECT_EQ(last_day(kMonths, "2025-01-31", {1, 1, 0}, {}, false), "2025-03-01");
}

TEST(Days, TheStartIsNotCountedAndTheEndIsMidnight) {
  const Sum sum = count(kDays, "2026-03-02T23:59", {0, 3, 0});
  const Zone china = zone();
  EXPECT_EQ(sum.last_day, day("2026-03-05"));
  EXPECT_EQ(sum.end, local(china, "2026-03-06"));
  EXPECT_TRUE(sum.in_time(local(china, "2026-03-05T23:59:59.999999")));
  EXPECT_FALSE(sum.in_time(local(china, "2026-03-06T00:00")));
  EXPECT_EQ(last_day(kDays, "2026-03-02T00:00", {0, 3, 0}), "2026-03-05");
  EXPECT_EQ(last_day(kDays, "2026-03-17T10:00", {0, 0, 0}), "2026-03-17");
}

TEST(Days, FromTheActCountsItsDayAsTheFirst) {
  Convention from_act = kDays;
  from_act.starts = Starts::at_act;
  from_act.rolls = false;
  EXPECT_EQ(last_day(from_act, "2026-03-02", {0, 3, 0}), "2026-03-04");
  EXPECT_EQ(last_day(from_act, "2026-03-02", {1, 0, 0}), "2026-04-01");
  EXPECT_EQ(last_day(from_act, "2026-03-02", {0, 0, 0}), "2026-03-02");
  from_act.ends_day_before = true;  // the same day, not a second one
  EXPECT_EQ(last_day(from_act, "2026-03-02", {1, 0, 0}), "2026-04-01");
  from_act.working = true;
  EXPECT_EQ(last_day(from_act, "2026-03-02", {0, 1, 0}), "2026-03-02");
  EXPECT_EQ(last_day(from_act, "2026-03-07", {0, 1, 0}),
            "2026-03-09");  // a Saturday's act: Monday is the first
}

TEST(Days, RollAtTheEdgesOfALeave) {
  EXPECT_EQ(last_day(kDays, "2026-02-04", {0, 10, 0}), "2026-02-14");  // make-up Saturday
  EXPECT_EQ(last_day(kDays, "2026-02-05", {0, 10, 0}), "2026-02-24");  // first day of the leave
  EXPECT_EQ(last_day(kDays, "2026-02-13", {0, 10, 0}), "2026-02-24");  // its last
  EXPECT_EQ(last_day(kDays, "2026-02-14", {0, 10, 0}), "2026-02-24");  // the day after it
  EXPECT_EQ(last_day(kDays, "2026-02-05", {0, 10, 0}, {}, false), "2026-02-15");
}

TEST(Days, WorkingDaysStepOverRest) {
  EXPECT_EQ(last_day(kWorkingDays, "2026-03-06", {0, 1, 0}), "2026-03-09");
  EXPECT_EQ(last_day(kWorkingDays, "2026-03-07", {0, 1, 0}), "2026-03-09");
  EXPECT_EQ(last_day(kWorkingDays, "2026-03-07", {0, 0, 0}), "2026-03-07");
}

TEST(Hours, FromTheNextFullHourOrFromTheMinute) {
  EXPECT_EQ(moment(kHours, "2026-03-03T14:25", {0, 0, 24}), "2026-03-04T15:00:00+08:00");
  EXPECT_EQ(moment(kHours, "2026-03-03T14:00", {0, 0, 24}), "2026-03-04T15:00:00+08:00");
  EXPECT_EQ(moment(kHours, "2026-03-03T23:59:59.5", {0, 0, 1}), "2026-03-04T01:00:00+08:00");
  EXPECT_EQ(moment(kExactHours, "2026-03-03T14:25", {0, 0, 12}), "2026-03-04T02:25:00+08:00");
  Convention next_day = kExactHours;
  next_day.starts = Starts::day_after;
  EXPECT_EQ(moment(next_day, "2026-03-03T14:25", {0, 0, 12}), "2026-03-04T12:00:00+08:00");
  const Sum sum = count(kHours, "2026-03-03T14:25", {0, 0, 24});
  EXPECT_FALSE(sum.dated);
  EXPECT_TRUE(sum.in_time(sum.end));  // at the end itself: not yet broken
  EXPECT_FALSE(sum.in_time(Instant{sum.end.us + 1}));
}

TEST(Hours, AreElapsedHoursOverSummerTime) {
  EXPECT_EQ(moment(kExactHours, "2026-03-28T12:00", {0, 0, 24}, {}, "Europe/Rome"),
            "2026-03-29T13:00:00+02:00");
  EXPECT_EQ(moment(kHours, "2026-10-24T12:10", {0, 0, 24}, {}, "Europe/Rome"), "2026-10-25T12:00:00+01:00");
  EXPECT_EQ(moment(kHours, "2026-03-03T14:25", {0, 0, 1}, {}, "Asia/Kolkata"), "2026-03-03T16:00:00+05:30");
  const Sum days = count(kDays, "2026-03-27T12:00", {0, 2, 0}, {}, false, "Europe/Rome");
  EXPECT_EQ(format_rfc3339(zone("Europe/Rome").at(days.end)), "2026-03-30T00:00:00+02:00");
}

TEST(Hours, OfWorkingDaysSkipRest) {
  Convention working = kExactHours;
  working.working = true;
  EXPECT_EQ(moment(working, "2026-03-06T20:00", {0, 0, 6}), "2026-03-09T02:00:00+08:00");
  EXPECT_EQ(moment(working, "2026-03-07T20:00", {0, 0, 6}), "2026-03-09T06:00:00+08:00");
  EXPECT_EQ(moment(working, "2026-03-06T20:00", {0, 0, 4}), "2026-03-07T00:00:00+08:00");
}

TEST(Pauses, AreASetOfDaysBothEndsIn) {
  EXPECT_EQ(last_day(kMonths, "2026-01-10", {2, 0, 0}, {span("2026-02-01T23:00", "2026-02-20T01:00")}, false),
            "2026-03-30");
  EXPECT_EQ(last_day(kMonths, "2026-01-10", {2, 0, 0}, {span("2026-02-01", "2026-02-20", true)}, false),
            "2026-03-29");
  // Overlapping, touching and repeated days count once, in whatever order they come.
  const std::vector<PauseSpan> overlapping = {
      span("2026-02-15", "2026-02-20"), span("2026-02-01", "2026-02-16"), span("2026-02-03", "2026-02-04"),
      span("2026-02-20", "2026-02-21")};
  EXPECT_EQ(last_day(kMonths, "2026-01-10", {2, 0, 0}, overlapping, false), "2026-03-31");
  // What lies before the start, and the start's own day, stops nothing.
  EXPECT_EQ(last_day(kDays, "2026-03-02", {0, 10, 0}, {span("2026-02-01", "2026-03-02")}, false),
            "2026-03-12");
  EXPECT_EQ(last_day(kDays, "2026-03-02", {0, 10, 0}, {span("2026-02-01", "2026-03-04")}, false),
            "2026-03-14");
  EXPECT_EQ(last_day(kDays, "2026-03-02", {0, 10, 0}, {span("2026-03-05", "2026-03-05", true)}, false),
            "2026-03-12");
}

TEST(Pauses, ComeBeforeTheRoll) {
  EXPECT_EQ(last_day(kMonths, "2026-01-15", {6, 0, 0}, {span("2026-03-01", "2026-03-31")}), "2026-08-17");
}

TEST(Pauses, OfWorkingDaysGiveBackWorkingDaysOnly) {
  EXPECT_EQ(last_day(kWorkingDays, "2026-03-02", {0, 5, 0}), "2026-03-09");
  EXPECT_EQ(last_day(kWorkingDays, "2026-03-02", {0, 5, 0}, {span("2026-03-06", "2026-03-08")}),
            "2026-03-10");
}

TEST(Pauses, InHoursAreExact) {
  EXPECT_EQ(
      moment(kExactHours, "2026-03-03T14:00", {0, 0, 24}, {span("2026-03-03T15:00", "2026-03-03T15:40")}),
      "2026-03-04T14:40:00+08:00");
  EXPECT_EQ(
      moment(kExactHours, "2026-03-03T14:00", {0, 0, 24},
             {span("2026-03-03T15:30", "2026-03-03T16:00"), span("2026-03-03T13:00", "2026-03-03T15:40")}),
      "2026-03-04T16:00:00+08:00");
  EXPECT_EQ(moment(kExactHours, "2026-03-03T14:00", {0, 0, 24},
                   {span("2026-03-03T15:00", "2026-03-04T01:00", true)}),
            "2026-03-04T15:00:00+08:00");
}

TEST(Provisional, WhereTheCalendarIsNotPublished) {
  EXPECT_FALSE(count(kDays, "2026-12-21", {0, 10, 0}).provisional);
  EXPECT_TRUE(count(kDays, "2026-12-22", {0, 10, 0}).provisional);
  EXPECT_FALSE(count(kDays, "2026-12-22", {0, 10, 0}, {}, false).provisional);  // custody asks no calendar
  EXPECT_TRUE(count(kWorkingDays, "2026-12-30", {0, 2, 0}).provisional);
  EXPECT_FALSE(count(kWorkingDays, "2026-12-30", {0, 1, 0}).provisional);
  EXPECT_FALSE(count(kHours, "2027-03-03T10:00", {0, 0, 24}).provisional);
  const Zone china = zone();
  EXPECT_TRUE(end_of(china, Holidays::weekends_only(), kDays, local(china, "2026-03-02"), {0, 3, 0}, {}, true)
                  .provisional);
}

TEST(Sum, ItsLinesSayHowTheDateCameAbout) {
  const Sum sum = count(kMonths, "2026-01-15T09:30", {6, 0, 0}, {span("2026-03-01", "2026-03-31")});
  using Kind = SumStep::Kind;
  ASSERT_EQ(sum.steps.size(), 5u);
  EXPECT_EQ(sum.steps[0].kind, Kind::start);
  EXPECT_EQ(sum.steps[0].date, day("2026-01-15"));
  EXPECT_EQ(sum.steps[1].kind, Kind::base);
  EXPECT_EQ(sum.steps[1].date, day("2026-07-15"));
  EXPECT_EQ(sum.steps[2].kind, Kind::pause);
  EXPECT_EQ(sum.steps[2].amount, 31);
  EXPECT_EQ(sum.steps[2].index, 0);
  EXPECT_EQ(sum.steps[3].kind, Kind::roll);
  EXPECT_EQ(sum.steps[3].amount, 2);
  EXPECT_EQ(sum.steps[4].kind, Kind::end);
  EXPECT_EQ(sum.steps[4].date, day("2026-08-17"));
}

// Seeded, so that a failure repeats: the lines add up, nothing but the lines moves the end, both forms agree,
// and no number makes it fail.
TEST(Sum, LinesAddUpToTheEnd) {
  std::mt19937_64 random(20260303);
  const auto below = [&](int64_t bound) {
    return static_cast<int64_t>(random() % static_cast<uint64_t>(bound));
  };
  const Holidays holidays = chinese_holidays();
  const Zone zones[] = {zone(), zone("Europe/Rome"), zone("Australia/Lord_Howe")};
  for (int round = 0; round < 20'000; ++round) {
    const Zone& where = zones[below(3)];
    const Convention convention{static_cast<Base>(below(4)), below(3) == 0, static_cast<Starts>(below(3)),
                                below(5) == 0, below(2) == 0};
    const Instant anchor{local(zones[0], "2018-06-01").us + below(3500) * kDay + below(kDay)};
    Amount amount{below(3) * below(8), below(40), convention.counts == Base::hour ? below(100) : 0};
    if (below(50) == 0)
      amount = Amount{INT64_MAX - below(5), INT64_MIN + below(5), convention.working ? 0 : INT64_MAX};
    std::vector<PauseSpan> pauses;
    for (int64_t i = below(4); i > 0; --i) {
      const Instant from{anchor.us + (below(60) - 10) * kDay + below(kDay)};
      pauses.push_back({from, Instant{from.us + below(20) * kDay}, below(2) == 0});
    }
    const bool roll = below(2) == 0;
    const Sum sum = end_of(where, holidays, convention, anchor, amount, pauses, roll);
    const End end = end_only(where, holidays, convention, anchor, amount, pauses, roll);
    ASSERT_EQ(sum.end, end.end) << round;
    ASSERT_EQ(sum.last_day, end.last_day) << round;
    ASSERT_EQ(sum.provisional, end.provisional) << round;
    ASSERT_EQ(sum.dated, convention.counts != Base::hour) << round;
    int64_t moved = 0;
    for (const SumStep& step : sum.steps) moved += step.amount;
    if (sum.dated) {
      ASSERT_EQ(sum.steps.front().date.days + moved, sum.last_day.days) << round;
      ASSERT_EQ(sum.end, where.start_of(Date{sum.last_day.days + 1})) << round;
    } else {
      ASSERT_EQ(anchor.us + moved, sum.end.us) << round;
    }
    ASSERT_EQ(sum.steps.back().date, sum.last_day) << round;
    ASSERT_EQ(sum.steps.back().instant, sum.end) << round;
  }
}

// The set of days, built as a set.
TEST(Sum, PausedDaysAreCountedAsASet) {
  std::mt19937 random(7);
  const Zone china = zone();
  const Holidays holidays = chinese_holidays();
  for (int round = 0; round < 3000; ++round) {
    const Date start{day("2025-01-01").days + static_cast<int32_t>(random() % 300)};
    std::vector<PauseSpan> pauses;
    std::vector<bool> paused(1000);
    for (auto i = random() % 6; i > 0; --i) {
      const int32_t from = static_cast<int32_t>(random() % 80) - 20;
      const int32_t to = from + static_cast<int32_t>(random() % 15);
      const bool day_after = random() % 2 == 0;
      pauses.push_back({Instant{china.start_of(Date{start.days + from}).us + 5 * kHour},
                        Instant{china.start_of(Date{start.days + to}).us + 6 * kHour}, day_after});
      for (int32_t d = std::max(1, from + (day_after ? 1 : 0)); d <= to; ++d)
        paused[static_cast<size_t>(d)] = true;
    }
    const Convention convention = random() % 2 == 0 ? kWorkingDays : Convention{};
    const auto days = static_cast<int64_t>(random() % 30);
    // Day by day: a day counts if it is neither paused nor, where only working days count, a day of rest;
    // when the pauses reach beyond the end their days are given back too, as the brief form of the sum does.
    int64_t left = days;
    for (int32_t d = 1; d < 1000; ++d)
      if (paused[static_cast<size_t>(d)] && (!convention.working || holidays.working(Date{start.days + d})))
        ++left;
    Date expected = start;
    while (left > 0) {
      ++expected.days;
      if (!convention.working || holidays.working(expected)) --left;
    }
    ASSERT_EQ(
        end_only(china, holidays, convention, china.start_of(start), {0, days, 0}, pauses, true).last_day,
        expected)
        << round;
  }
}

}  // namespace
}  // namespace heng::calendar::test
