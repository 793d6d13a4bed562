#include "calendar/zone.h"

#include <gtest/gtest.h>

#include "calendar/test_support.h"

namespace heng::calendar::test {
namespace {

Instant at(std::string_view text) {
  const auto time = parse_rfc3339(text);
  EXPECT_TRUE(time.ok()) << text;
  return time->instant;
}

std::string shown(const Zone& zone, Instant instant) { return format_rfc3339(zone.at(instant)); }

TEST(Zone, UnknownNamesAreErrors) {
  for (const char* name : {"Asia/Beijing2", "", "../../etc/passwd", "/etc/passwd"}) {
    const auto zone = Zone::load(name);
    ASSERT_FALSE(zone.ok()) << name;
    EXPECT_EQ(zone.error().code, "zone-unknown") << name;
  }
}

TEST(Zone, ChinaHadSummerTimeFrom1986To1991) {
  const Zone china = zone();
  EXPECT_EQ(china.name(), "Asia/Shanghai");
  EXPECT_EQ(shown(china, at("1986-05-03T17:59:59Z")), "1986-05-04T01:59:59+08:00");
  EXPECT_EQ(shown(china, at("1986-05-03T18:00:00Z")), "1986-05-04T03:00:00+09:00");
  EXPECT_EQ(shown(china, at("1991-09-14T16:59:59Z")), "1991-09-15T01:59:59+09:00");
  EXPECT_EQ(shown(china, at("1991-09-14T17:00:00Z")), "1991-09-15T01:00:00+08:00");
  EXPECT_EQ(shown(china, at("1991-07-01T15:30:00Z")), "1991-07-02T00:30:00+09:00");
  EXPECT_EQ(china.date_of(at("1991-07-01T15:30:00Z")), day("1991-07-02"));
  for (int year = 1992; year <= 2100; ++year)
    EXPECT_EQ(china.offset_minutes(Instant{date_of(CivilDate{year, 7, 1}).days * kDay}), 480) << year;
}

TEST(Zone, MidnightBelongsToTheNewDay) {
  const Zone china = zone();
  EXPECT_EQ(china.date_of(at("2026-02-28T15:59:59.999999Z")), day("2026-02-28"));
  EXPECT_EQ(china.date_of(at("2026-02-28T16:00:00Z")), day("2026-03-01"));
  EXPECT_EQ(china.start_of(day("2026-03-01")), at("2026-02-28T16:00:00Z"));
}

TEST(Zone, RomeGapMovesForwardAndFoldIsTheEarlier) {
  const Zone rome = zone("Europe/Rome");
  EXPECT_EQ(local(rome, "2026-03-29T02:30"), at("2026-03-29T01:30:00Z"));  // 03:30 summer time
  EXPECT_EQ(local(rome, "2026-03-29T01:59"), at("2026-03-29T00:59:00Z"));
  EXPECT_EQ(local(rome, "2026-03-29T03:00"), at("2026-03-29T01:00:00Z"));
  EXPECT_EQ(local(rome, "2026-10-25T02:30"), at("2026-10-25T00:30:00Z"));  // still summer time
  EXPECT_EQ(local(rome, "2026-10-25T03:00"), at("2026-10-25T02:00:00Z"));
  EXPECT_EQ(rome.start_of(day("2026-03-30")).us - rome.start_of(day("2026-03-29")).us, 23 * kHour);
  EXPECT_EQ(rome.start_of(day("2026-10-26")).us - rome.start_of(day("2026-10-25")).us, 25 * kHour);
}

TEST(Zone, SummerTimeGoesOnAfterTheTablesOfTheSystemEnd) {
  const Zone rome = zone("Europe/Rome");
  EXPECT_EQ(shown(rome, at("2050-07-01T00:00:00Z")), "2050-07-01T02:00:00+02:00");
  EXPECT_EQ(shown(rome, at("2050-12-01T00:00:00Z")), "2050-12-01T01:00:00+01:00");
  EXPECT_EQ(shown(rome, at("2050-03-27T00:59:59Z")), "2050-03-27T01:59:59+01:00");
  EXPECT_EQ(shown(rome, at("2050-03-27T01:00:00Z")), "2050-03-27T03:00:00+02:00");
  const Zone sydney = zone("Australia/Sydney");
  EXPECT_EQ(sydney.offset_minutes(at("2060-01-01T00:00:00Z")), 660);
  EXPECT_EQ(sydney.offset_minutes(at("2060-06-01T00:00:00Z")), 600);
}

TEST(Zone, ADayWithoutMidnightBeginsWhereTheClockJumps) {
  const Zone santiago = zone("America/Santiago");  // 2022-09-11: 00:00 became 01:00
  EXPECT_EQ(shown(santiago, santiago.start_of(day("2022-09-11"))), "2022-09-11T01:00:00-03:00");
  const Zone toronto = zone("America/Toronto");  // 1919-03-30: 23:30 became 00:30
  EXPECT_EQ(shown(toronto, toronto.start_of(day("1919-03-31"))), "1919-03-31T00:30:00-04:00");
  const Zone samoa = zone("Pacific/Apia");  // had no 2011-12-30
  EXPECT_EQ(samoa.start_of(day("2011-12-30")), samoa.start_of(day("2011-12-31")));
  EXPECT_EQ(samoa.date_of(samoa.start_of(day("2011-12-30"))), day("2011-12-31"));
}

// Every date's start lies in it, the microsecond before does not, and every hour survives the way there and
// back.
TEST(Zone, DatesAndHoursComeBack) {
  for (const char* name : {"Asia/Shanghai", "Europe/Rome", "America/Sao_Paulo", "Australia/Lord_Howe",
                           "Asia/Kolkata", "America/Havana", "UTC", "Europe/Dublin", "Africa/Casablanca"}) {
    const Zone where = zone(name);
    for (Date date = day("1899-06-01"); date < day("2102-06-01"); date.days += 1) {
      const Instant start = where.start_of(date);
      ASSERT_EQ(where.date_of(start), date) << name << " " << format_date(date);
      ASSERT_LT(where.date_of(Instant{start.us - 1}), date) << name << " " << format_date(date);
    }
    for (int64_t us = -900'000 * kHour; us < 1'150'000 * kHour; us += 7 * kHour + 13 * kMinute) {
      const Instant back = where.instant_of_local(where.local_of(Instant{us}));
      ASSERT_TRUE(back.us == us || (back.us < us && where.local_of(back) == where.local_of(Instant{us})))
          << name << " " << us;
    }
  }
}

TEST(Zone, FarTimesAreAnswered) {
  const Zone china = zone();
  EXPECT_EQ(china.date_of(china.start_of(day("0001-01-01"))), day("0001-01-01"));
  EXPECT_EQ(china.date_of(china.start_of(day("9999-12-31"))), day("9999-12-31"));
}

}  // namespace
}  // namespace heng::calendar::test
