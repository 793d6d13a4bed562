#include "calendar/zone_rule.h"

#include <gtest/gtest.h>

namespace heng::calendar {
namespace {

std::string shown(std::string_view rule, int32_t year) {
  const auto parsed = ZoneRule::parse(rule);
  if (!parsed) return "none";
  std::string out;
  for (const OffsetChange& change : parsed->changes(year))
    out += format_rfc3339({change.from, static_cast<int32_t>(change.offset_us / kMinute)}) + " ";
  return out;
}

TEST(ZoneRule, WeeksOfMonthsDaysOfYearsAndOddHours) {
  EXPECT_EQ(shown("CET-1CEST,M3.5.0,M10.5.0/3", 2026),
            "2026-03-29T03:00:00+02:00 2026-10-25T02:00:00+01:00 ");
  EXPECT_EQ(shown("AEST-10AEDT,M10.1.0,M4.1.0/3", 2026),
            "2026-04-05T02:00:00+10:00 2026-10-04T03:00:00+11:00 ");
  EXPECT_EQ(shown("IST-1GMT0,M10.5.0,M3.5.0/1", 2026),
            "2026-03-29T02:00:00+01:00 2026-10-25T01:00:00+00:00 ");
  EXPECT_EQ(shown("<-03>3<-02>,M3.5.0/-2,M10.5.0/-1", 2026),
            "2026-03-28T23:00:00-02:00 2026-10-24T22:00:00-03:00 ");
  EXPECT_EQ(shown("AAA0BBB,J60/0,J300/0", 2024), "2024-03-01T01:00:00+01:00 2024-10-26T23:00:00+00:00 ");
  EXPECT_EQ(shown("AAA0BBB,59/0,300/0", 2024), "2024-02-29T01:00:00+01:00 2024-10-26T23:00:00+00:00 ");
}

TEST(ZoneRule, NothingChangesWithoutAReadableRule) {
  for (const char* rule :
       {"CST-8", "", "C-1D,M3.5.0,M10.5.0", "CET-1CEST", "CET-1CEST,M13.1.0,M10.5.0", "CET-1CEST,M3.5.0",
        "CET-1CEST,M3.5.0,M10.5.0/3x", "CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,J0,J5", "<CET-1"})
    EXPECT_EQ(shown(rule, 2026), "none") << rule;
}

TEST(ZoneRule, TheLineIsTheLastOfTheFile) {
  EXPECT_EQ(zone_rule_line("TZif2....\nCST-8\n"), "CST-8");
  EXPECT_EQ(zone_rule_line("TZif2....\n\n"), "");
  EXPECT_EQ(zone_rule_line("text\nCST-8\n"), "");
  EXPECT_EQ(zone_rule_line("TZif2...."), "");
}

}  // namespace
}  // namespace heng::calendar
