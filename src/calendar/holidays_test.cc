#include "calendar/holidays.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "calendar/test_support.h"

namespace heng::calendar::test {
namespace {

Holidays parsed(std::string_view text) {
  auto holidays = Holidays::parse(text, "x.holidays");
  EXPECT_TRUE(holidays.ok()) << holidays.error().text();
  return std::move(holidays).value();
}

std::string failure(std::string_view text) {
  const auto holidays = Holidays::parse(text, "x.holidays");
  if (holidays.ok()) return "read";
  EXPECT_EQ(holidays.error().kind, ErrorKind::bad_input);
  EXPECT_FALSE(holidays.error().help.empty());
  return holidays.error().where + " " + holidays.error().code;
}

TEST(Holidays, ReadsLeaveAndMakeUpDays) {
  const Holidays some = parsed(
      "\xEF\xBB\xBF# a comment\r\npublished 2026\r\nsource a notice # with a comment\n"
      "work 2026-02-14  春节\noff\t2026-02-15..2026-02-23 春节 # nine days\n");
  EXPECT_TRUE(some.working(day("2026-02-13")));
  EXPECT_TRUE(some.working(day("2026-02-14")));
  EXPECT_FALSE(some.working(day("2026-02-15")));
  EXPECT_FALSE(some.working(day("2026-02-23")));
  EXPECT_TRUE(some.working(day("2026-02-24")));
  EXPECT_EQ(some.name_of(day("2026-02-14")), "春节");
  EXPECT_EQ(some.name_of(day("2026-02-20")), "春节");
  EXPECT_EQ(some.name_of(day("2026-02-24")), "");
  EXPECT_EQ(some.name_of(day("2020-02-24")), "");
  EXPECT_EQ(some.next_working(day("2026-02-15")), day("2026-02-24"));
  EXPECT_EQ(some.next_working(day("2026-02-14")), day("2026-02-14"));
  EXPECT_TRUE(some.published(day("2026-01-01")) && some.published(day("2026-12-31")));
  EXPECT_FALSE(some.published(day("2025-12-31")) || some.published(day("2027-01-01")));
  EXPECT_FALSE(some.working(day("2027-01-02")));
  EXPECT_TRUE(some.working(day("2027-01-01")));
}

TEST(Holidays, WeekendsMayBeOthers) {
  const Holidays friday = parsed("published 2020-03-01..2026-06-30\nweekend friday\n");
  EXPECT_FALSE(friday.working(day("2026-03-06")));
  EXPECT_TRUE(friday.working(day("2026-03-07")));
  EXPECT_FALSE(friday.published(day("2020-02-29")));
  EXPECT_TRUE(friday.published(day("2026-06-30")));
  EXPECT_EQ(friday.add_working(day("2026-03-05"), 6), day("2026-03-12"));
}

TEST(Holidays, ErrorsNameTheLine) {
  EXPECT_EQ(failure(""), "x.holidays holidays-published");
  EXPECT_EQ(failure("published 2026..2019"), "x.holidays:1 holidays-published");
  EXPECT_EQ(failure("published 26"), "x.holidays:1 holidays-published");
  EXPECT_EQ(failure("published 1000..2026"), "x.holidays:1 holidays-published");
  EXPECT_EQ(failure("published 2026\n\npublished 2027"), "x.holidays:3 holidays-published");
  EXPECT_EQ(failure("published 2026\nholiday 2026-01-01"), "x.holidays:2 holidays-line");
  EXPECT_EQ(failure("published 2026\nsource"), "x.holidays:2 holidays-line");
  EXPECT_EQ(failure("published 2026\noff 2026-01-01 a\001b"), "x.holidays:2 holidays-line");
  EXPECT_EQ(failure("published 2026\noff 2026-02-29"), "x.holidays:2 holidays-date");
  EXPECT_EQ(failure("published 2026\noff"), "x.holidays:2 holidays-date");
  EXPECT_EQ(failure("published 2026\noff 2026-02-03..2026-02-01"), "x.holidays:2 holidays-date");
  EXPECT_EQ(failure("published 2026\noff 2026-02-03..2026-05-01"), "x.holidays:2 holidays-date");
  EXPECT_EQ(failure("published 2026\noff 2062-02-03"), "x.holidays:2 holidays-date");
  EXPECT_EQ(failure("published 2026\noff 2026-05-01..2026-05-05\nwork 2026-05-03"),
            "x.holidays:3 holidays-twice");
  EXPECT_EQ(failure("published 2026\noff 2026-05-01..2026-05-05\nwork 2026-04-30..2026-05-01"),
            "x.holidays:2 holidays-twice");
  EXPECT_EQ(failure("published 2026\nweekend caturday"), "x.holidays:2 holidays-weekend");
  EXPECT_EQ(failure("published 2026\nweekend"), "x.holidays:2 holidays-weekend");
  EXPECT_EQ(failure("published 2026\nweekend sunday\nweekend sunday"), "x.holidays:3 holidays-weekend");
  EXPECT_EQ(failure("published 2026\nweekend monday tuesday wednesday thursday friday saturday sunday"),
            "x.holidays:2 holidays-weekend");
  EXPECT_EQ(failure("published 2026\noff 2026-05-01 " + std::string(200, 'x')), "x.holidays:2 holidays-size");
  EXPECT_EQ(failure(std::string(2 << 20, '#')), "x.holidays holidays-size");
}

TEST(Holidays, TheHashIsOfTheFactsNotOfTheWriting) {
  const std::string hash = parsed("published 2026\noff 2026-05-01..2026-05-02 a\nwork 2026-05-09 a\n").hash();
  EXPECT_EQ(hash.size(), 64u);
  EXPECT_EQ(
      hash,
      parsed("# other\nwork 2026-05-09  a\noff 2026-05-02 a\noff 2026-05-01 a\npublished 2026..2026").hash());
  EXPECT_NE(hash, parsed("published 2026\noff 2026-05-01..2026-05-02 a\nwork 2026-05-10 a\n").hash());
  EXPECT_NE(hash, parsed("published 2026..2027\noff 2026-05-01..2026-05-02 a\nwork 2026-05-09 a\n").hash());
  EXPECT_NE(hash, Holidays::weekends_only().hash());
}

TEST(Holidays, NothingIsPublishedOfWeekendsAlone) {
  const Holidays weekends = Holidays::weekends_only();
  EXPECT_FALSE(weekends.published(day("2026-03-03")));
  EXPECT_FALSE(weekends.published(day("1970-01-01")));
  EXPECT_TRUE(weekends.published(day("2026-03-04"), day("2026-03-03")));  // no date asked for
  EXPECT_EQ(weekends.next_working(day("2026-10-03")), day("2026-10-05"));
}

// Prefix sums against a loop over days, inside, across and beyond what is listed.
TEST(Holidays, CountingEqualsALoopOverDays) {
  std::mt19937 random(42);
  const Holidays calendars[] = {
      chinese_holidays(), Holidays::weekends_only(),
      parsed("published 2026\nweekend friday saturday\noff 2026-05-01..2026-05-05\n"),
      parsed("published 2026\nweekend sunday monday tuesday wednesday thursday friday\n")};
  for (int round = 0; round < 20'000; ++round) {
    const Holidays& holidays = calendars[random() % 4];
    const bool around_epoch = random() % 8 == 0;
    const Date from{(around_epoch ? -60 : day("2018-06-01").days) + static_cast<int32_t>(random() % 3600)};
    const auto n = static_cast<int64_t>(random() % 121) - 60;
    Date walked = from;
    for (int64_t left = n; left != 0;) {
      walked.days += n > 0 ? 1 : -1;
      if (holidays.working(walked)) left -= n > 0 ? 1 : -1;
    }
    ASSERT_EQ(holidays.add_working(from, n), walked) << format_date(from) << " " << n;
    Date next = from;
    while (!holidays.working(next)) ++next.days;
    ASSERT_EQ(holidays.next_working(from), next) << format_date(from);
    const Date upto{from.days + static_cast<int32_t>(random() % 200)};
    int64_t count = 0;
    for (int32_t d = from.days + 1; d <= upto.days; ++d) count += holidays.working(Date{d}) ? 1 : 0;
    ASSERT_EQ(holidays.working_between(from, upto), count) << format_date(from) << " " << format_date(upto);
    ASSERT_EQ(holidays.working_between(upto, from), -count);
  }
}

TEST(ChineseHolidays, EqualTheGatheredFacts) {
  const auto text = shared_file("law/cn/calendar_2019_2026.json");
  if (!text) GTEST_SKIP() << "law/cn/calendar_2019_2026.json is not there; set HENG_SHARED";
  const auto json = nlohmann::json::parse(*text);
  const Holidays holidays = chinese_holidays();
  size_t listed = 0;
  for (Date date = day("2018-01-01"); date <= day("2027-12-31"); ++date.days) {
    const auto entry = json["days"].find(format_date(date));
    const bool rest_by_week = weekday(date) >= 5;
    if (entry == json["days"].end()) {
      EXPECT_EQ(holidays.working(date), !rest_by_week) << format_date(date);
      EXPECT_EQ(holidays.name_of(date), "") << format_date(date);
    } else {
      ++listed;
      const bool off = (*entry)["off"];
      EXPECT_EQ(holidays.working(date), !off) << format_date(date);
      if (off || rest_by_week) {  // 2020-02-03, an ordinary Monday, is listed there and not here
        EXPECT_EQ(holidays.name_of(date), (*entry)["name"]) << format_date(date);
      }
    }
    EXPECT_EQ(holidays.published(date),
              date >= day(json["from"].get<std::string>()) && date <= day(json["to"].get<std::string>()));
  }
  EXPECT_EQ(listed, json["days"].size());
}

TEST(ChineseHolidays, StandWithoutTheGatheredFacts) {
  const Holidays holidays = chinese_holidays();
  EXPECT_EQ(holidays.working_between(day("2025-12-31"), day("2026-12-31")), 248);
  EXPECT_EQ(holidays.name_of(day("2026-06-19")), "端午节");
  EXPECT_FALSE(holidays.working(day("2025-10-08")));
  EXPECT_TRUE(holidays.working(day("2025-09-28")));
}

}  // namespace
}  // namespace heng::calendar::test
