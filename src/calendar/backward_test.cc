#include "calendar/backward.h"

#include <gtest/gtest.h>

#include <random>

#include "calendar/credit.h"
#include "calendar/test_support.h"

namespace heng::calendar::test {
namespace {

class Distances : public testing::Test {
 protected:
  bool before(const Convention& convention, const char* a, Distance distance, Amount amount,
              const char* b) const {
    return lies_before(zone_, holidays_, convention, local(zone_, a), distance, amount, local(zone_, b))
        .holds;
  }
  bool after(const Convention& convention, const char* a, Distance distance, Amount amount, const char* b,
             bool roll = true) const {
    return lies_after(zone_, holidays_, convention, local(zone_, a), distance, amount, local(zone_, b), roll)
        .holds;
  }
  Zone zone_ = zone();
  Holidays holidays_ = chinese_holidays();
};

TEST_F(Distances, DaysCompareDates) {
  EXPECT_TRUE(before(kDays, "2026-03-10T23:59", Distance::at_least, {0, 10, 0}, "2026-03-20T00:00"));
  EXPECT_FALSE(before(kDays, "2026-03-11T00:00", Distance::at_least, {0, 10, 0}, "2026-03-20T23:59"));
  EXPECT_FALSE(before(kDays, "2026-03-10", Distance::more_than, {0, 10, 0}, "2026-03-20"));
  EXPECT_TRUE(before(kDays, "2026-03-10", Distance::within, {0, 10, 0}, "2026-03-20"));
  EXPECT_FALSE(before(kDays, "2026-03-09", Distance::within, {0, 10, 0}, "2026-03-20"));
  EXPECT_FALSE(before(kDays, "2026-03-21", Distance::within, {0, 10, 0}, "2026-03-20"));
  EXPECT_FALSE(before(kDays, "2026-03-21", Distance::less_than, {0, 10, 0}, "2026-03-20"));
  EXPECT_TRUE(before(kDays, "2026-03-11", Distance::less_than, {0, 10, 0}, "2026-03-20"));
  EXPECT_EQ(clear_days(day("2026-03-10"), day("2026-03-20")), 9);
  EXPECT_EQ(clear_days(day("2026-03-09"), day("2026-03-20")), 10);
}

TEST_F(Distances, OnlyWithinAfterRolls) {
  EXPECT_TRUE(
      after(kMonths, "2026-09-07", Distance::within, {6, 0, 0}, "2026-03-05"));  // 09-05 is a Saturday
  EXPECT_FALSE(after(kMonths, "2026-09-07", Distance::within, {6, 0, 0}, "2026-03-05", false));
  EXPECT_FALSE(after(kMonths, "2026-09-08", Distance::within, {6, 0, 0}, "2026-03-05"));
  EXPECT_FALSE(after(kMonths, "2026-03-04", Distance::within, {6, 0, 0}, "2026-03-05"));
  EXPECT_TRUE(after(kMonths, "2026-09-05", Distance::at_least, {6, 0, 0}, "2026-03-05"));
  EXPECT_FALSE(after(kMonths, "2026-09-04", Distance::at_least, {6, 0, 0}, "2026-03-05"));
  EXPECT_FALSE(after(kMonths, "2026-09-05", Distance::more_than, {6, 0, 0}, "2026-03-05"));
  EXPECT_TRUE(after(kMonths, "2026-09-04", Distance::less_than, {6, 0, 0}, "2026-03-05"));
}

TEST_F(Distances, HoursAreExact) {
  EXPECT_TRUE(after(kHours, "2026-03-04T14:25", Distance::within, {0, 0, 24}, "2026-03-03T14:25"));
  EXPECT_FALSE(after(kHours, "2026-03-04T14:25:00.000001", Distance::within, {0, 0, 24}, "2026-03-03T14:25"));
  EXPECT_TRUE(after(kExactHours, "2026-03-04T02:25", Distance::at_least, {0, 0, 12}, "2026-03-03T14:25"));
  EXPECT_FALSE(after(kExactHours, "2026-03-04T02:24", Distance::at_least, {0, 0, 12}, "2026-03-03T14:25"));
  EXPECT_TRUE(before(kExactHours, "2026-03-03T14:25", Distance::at_least, {0, 0, 12}, "2026-03-04T02:25"));
  EXPECT_FALSE(before(kExactHours, "2026-03-04T02:26", Distance::within, {0, 0, 12}, "2026-03-04T02:25"));
}

TEST_F(Distances, WorkingDaysAreSteppedOver) {
  EXPECT_EQ(last_day_before(holidays_, kWorkingDays, day("2026-05-11"), {0, 7, 0}), day("2026-04-28"));
  EXPECT_TRUE(before(kWorkingDays, "2026-04-28", Distance::at_least, {0, 7, 0}, "2026-05-11"));
  EXPECT_FALSE(before(kWorkingDays, "2026-04-29", Distance::at_least, {0, 7, 0}, "2026-05-11"));
  EXPECT_TRUE(
      before(kWorkingDays, "2026-05-03", Distance::at_least, {0, 4, 0}, "2026-05-11"));  // in the leave
  EXPECT_FALSE(before(kWorkingDays, "2026-05-03", Distance::at_least, {0, 5, 0}, "2026-05-11"));
  EXPECT_TRUE(after(kWorkingDays, "2026-05-11", Distance::within, {0, 5, 0}, "2026-04-30"));
  EXPECT_FALSE(after(kWorkingDays, "2026-05-12", Distance::within, {0, 5, 0}, "2026-04-30"));
  EXPECT_TRUE(after(kWorkingDays, "2026-05-11", Distance::at_least, {0, 5, 0}, "2026-04-30"));
  EXPECT_FALSE(after(kWorkingDays, "2026-05-09", Distance::at_least, {0, 5, 0}, "2026-04-30"));
}

TEST_F(Distances, ProvisionalBeyondThePublishedYears) {
  const auto verdict = [&](const Convention& convention, const char* a, const char* b) {
    return lies_before(zone_, holidays_, convention, local(zone_, a), Distance::at_least, {0, 3, 0},
                       local(zone_, b))
        .provisional;
  };
  EXPECT_TRUE(verdict(kWorkingDays, "2026-12-28", "2027-01-05"));
  EXPECT_FALSE(verdict(kWorkingDays, "2026-12-20", "2026-12-28"));
  EXPECT_FALSE(verdict(kDays, "2026-12-28", "2027-01-05"));
}

// The last day before is the last for which the condition holds.
TEST_F(Distances, TheLastDayBeforeIsWhereTheConditionTurns) {
  std::mt19937 random(11);
  for (int round = 0; round < 5000; ++round) {
    const Date event{day("2019-01-01").days + static_cast<int32_t>(random() % 2900)};
    const bool working = random() % 2 == 0;
    const Convention convention{working ? Base::day : Base::month, working, Starts::day_after, false, false};
    const Amount amount{working ? 0 : static_cast<int64_t>(random() % 14),
                        static_cast<int64_t>(random() % 20), 0};
    const Date last = last_day_before(holidays_, convention, event, amount);
    const auto holds = [&](Date date) {
      return lies_before(zone_, holidays_, convention, zone_.start_of(date), Distance::at_least, amount,
                         zone_.start_of(event))
          .holds;
    };
    ASSERT_TRUE(holds(last)) << format_date(event) << " " << amount.months << " " << amount.days;
    ASSERT_FALSE(holds(Date{last.days + 1}))
        << format_date(event) << " " << amount.months << " " << amount.days;
  }
}

TEST(Credit, RatesAndHalves) {
  const Credit custody{100, 1, 1};
  const Credit for_control{30, 1, 2};
  const Credit surveillance{61, 2, 1};
  EXPECT_EQ(credited_days({&custody, 1}, Halves::down), 100);
  EXPECT_EQ(credited_days({&for_control, 1}, Halves::down), 60);
  EXPECT_EQ(credited_days({&surveillance, 1}, Halves::down), 30);
  EXPECT_EQ(credited_days({&surveillance, 1}, Halves::up), 31);
  const Credit all[] = {custody, for_control, surveillance, {-5, 1, 1}, {5, 0, 1}, {INT64_MAX, 1, -1}};
  EXPECT_EQ(credited_days(all, Halves::down), 190);
}

TEST(Credit, SentencesEndTheDayBefore) {
  EXPECT_EQ(sentence_end(day("2026-03-10"), {12, 0, 0}, 0), day("2027-03-09"));
  EXPECT_EQ(sentence_end(day("2026-03-01"), {12, 0, 0}, 0), day("2027-02-28"));
  EXPECT_EQ(sentence_end(day("2026-03-10"), {12, 0, 0}, 60), day("2027-01-08"));
  EXPECT_LT(sentence_end(day("2026-03-10"), {1, 0, 0}, 60), day("2026-03-10"));
}

TEST(Credit, DetentionEndsAtTheSameHour) {
  const Zone china = zone();
  const Instant begin = local(china, "2026-03-10T16:00");
  EXPECT_EQ(detention_end(china, begin, 10, 1), local(china, "2026-03-19T16:00"));
  EXPECT_EQ(detention_end(china, begin, 10, 11), begin);
}

}  // namespace
}  // namespace heng::calendar::test
