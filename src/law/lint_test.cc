#include "law/lint.h"

#include <gtest/gtest.h>

#include "law/check_support.h"
#include "law/test_support.h"

namespace heng::law {
namespace {

using testing::Checked;

const std::string kRule = "rule r \"一\" \"One\"\n  cites     CPL 1\n  severity  low\n";
const std::string kClock = "clock c \"钟\" \"C\"\n  cites     CPL 1\n  severity  low\n";

bool says(const std::string& text, const std::string& line, const LintOptions& options = {}) {
  const Checked checked(text, true, options);
  EXPECT_TRUE(checked.ok) << text << checked.messages();
  return ("\n" + checked.said()).find("\n" + line) != std::string::npos;
}

struct Case {
  const char* code;
  const char* caret;  // the words the caret stands under
  std::string bad;    // says it
  std::string good;   // does not say the code
};

const Case kCases[] = {
    {"law-one-language", "gardener", "role gardener \"园丁\"\n", "role gardener \"园丁\" \"Gardener\"\n"},
    {"law-unlabelled-field", "room",
     "field ground \"理由\" \"ground\"\nact lost \"失\" \"Lost\"\n  data      ground: text\n            room: text\n",
     "field ground \"理由\" \"ground\"\nact lost \"失\" \"Lost\"\n  data      ground: text\n"
     "            room \"室\" \"room\": text\n"},
    {"law-unlabelled-code", "gang",
     "field kind \"种类\" \"kind\"\n" + kRule + "  on        search_executed\n  require   kind in (gang, judge)\n",
     "field kind \"种类\" \"kind\"\n  codes     gang \"结伙\" \"gang\"\n" + kRule +
         "  on        search_executed\n  require   kind in (gang, judge)\n"},
    {"law-no-severity", "r", "rule r \"一\" \"One\"\n  cites     CPL 1\n  on        closed\n  forbid\n",
     kRule + "  on        closed\n  forbid\n"},
    {"law-no-story", "r",
     kRule + "  on        closed\n  forbid\ntest r\n  \"x\"  2026-01-01 closed; breach at 2026-01-01 00:00\n",
     kRule + "  on        search_executed\n  require   warrant_shown = yes\n"
             "test r\n  \"x\"  2026-01-01 search_executed with warrant_shown yes; holds\n"
             "  \"y\"  2026-01-01 search_executed with warrant_shown no; breach at 2026-01-01 00:00\n"},
    {"law-unused-act", "lost", "act lost \"失\" \"Lost\"\n" + kRule + "  on        closed\n  forbid\n",
     "act lost \"失\" \"Lost\"\n" + kRule +
         "  on        closed, lost, seized, search_executed\n  require   earlier search_approved\n"},
    {"law-unused-name", "gardener",
     "role gardener \"园丁\" \"Gardener\"\n" + kRule + "  on        closed\n  forbid\n",
     "role gardener \"园丁\" \"Gardener\"\nstate s \"态\" \"S\"\n  begins    on closed\n" + kRule +
         "  binds     police\n  for       each person\n  on        search_executed\n"
         "  when      s and latest kind = gardener\n"
         "            this within gap after found_at\n"
         "  require   at least 1 judge in by\n"
         "rule q \"二\" \"Two\"\n  cites     OLD 1\n  severity  low\n  for       each handler\n  on        "
         "search_executed\n"
         "  require   this within 3 custody days after found_at\n"
         "rule p \"三\" \"Three\"\n  cites     CPL 1\n  severity  low\n  for       each item\n  on        "
         "seized\n"
         "  require   earlier seized at least 3 days before\n"},
    {"law-fact-used-once", "small",
     "fact small \"小\" \"Small\"\n  when      amount < 3\n" + kRule +
         "  on        search_executed\n  when      small\n  forbid\n",
     "fact small \"小\" \"Small\"\n  when      amount < 3\n" + kRule +
         "  on        search_executed\n  when      small\n  forbid\n"
         "rule q \"二\" \"Two\"\n  cites     CPL 1\n  severity  low\n  on        search_approved\n  when     "
         " small\n  forbid\n"},
    {"law-source-not-in-force", "OLD 3",
     "rule r \"一\" \"One\"\n  cites     OLD 3\n  severity  low\n  in force  from 2021-01-01\n  on        "
     "closed\n  forbid\n",
     "rule r \"一\" \"One\"\n  cites     OLD 3\n  severity  low\n  in force  from 2019-01-01 until "
     "2020-12-31\n  on        closed\n  forbid\n"},
    {"law-rule-never-fires", "search_executed where kind = a",
     kRule + "  on        search_executed where kind = a\n  when      kind in (b, c)\n  forbid\n",
     kRule + "  on        search_executed where kind = a\n  when      kind in (a, c)\n  forbid\n"},
    {"law-rule-never-fires", "kind = a",
     kRule + "  on        search_executed where kind = a\n  unless    kind = a\n  forbid\n",
     kRule + "  on        search_executed where kind = a\n  unless    kind = b\n  forbid\n"},
    {"law-rule-never-fires", "warrant_shown = yes",
     kRule + "  on        search_executed where warrant_shown = yes\n  require   warrant_shown = yes\n",
     kRule + "  on        search_executed where warrant_shown = yes\n  require   warrant_shown = yes\n       "
             "     amount > 3\n"},
    {"law-rule-never-fires", "r",
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  severity  low\n  in force  from 2026-02-01 until "
     "2026-01-01\n  on        closed\n  forbid\n",
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  severity  low\n  in force  from 2026-01-01 until "
     "2026-01-01\n  on        closed\n  forbid\n"},
    {"law-rule-never-fires", "search_executed where amount < 3 and amount >= 3",
     kClock + "  starts    on search_executed where amount < 3 and amount >= 3\n  allows    3 days\n  met by "
              "   closed\n",
     kClock + "  starts    on search_executed where amount < 3 and amount >= 2\n  allows    3 days\n  met by "
              "   closed\n"},
    {"law-rules-conflict", "q",
     kRule + "  on        search_executed\n  require   kind = a\n"
             "rule q \"二\" \"Two\"\n  cites     CPL 1\n  severity  low\n  on        search_executed\n  when "
             "     amount > 3\n  require   kind = b\n",
     kRule + "  on        search_executed where amount <= 3\n  require   kind = a\n"
             "rule q \"二\" \"Two\"\n  cites     CPL 1\n  severity  low\n  on        search_executed\n  when "
             "     amount > 3\n  require   kind = b\n"},
    {"law-rules-conflict", "q",
     kRule + "  on        search_executed\n  require   earlier closed\n"
             "rule q \"二\" \"Two\"\n  cites     CPL 1\n  severity  low\n  on        search_executed\n  "
             "require   no earlier closed\n",
     kRule + "  on        search_executed\n  require   earlier closed\n"
             "rule q \"二\" \"Two\"\n  cites     CPL 1\n  severity  low\n  on        search_executed\n  "
             "unless    amount > 3\n  require   no earlier closed\n"},
    {"law-role-not-in-by", "judge",
     kRule + "  on        search_executed\n  require   at least 2 judge in by\n",
     kRule + "  on        search_executed\n  require   at least 2 judge, officer in by\n            no judge "
             "in by\n"},
    {"law-count-without-key", "closed",
     kRule + "  for       each item\n  on        seized\n  require   at most 1 earlier closed\n",
     kRule + "  for       each item\n  on        seized\n  require   at most 1 earlier seized\n            "
             "no earlier closed\n"},
    {"law-state-of-several", "measure",
     "act hearing_started \"听证开始\" \"H\"\nact hearing_ended \"听证结束\" \"H\"\nact exam_started "
     "\"鉴定开始\" \"E\"\nact exam_ended \"鉴定结束\" \"E\"\n"
     "state measure \"态\" \"M\"\n  begins    on hearing_started, exam_started\n  ends      on "
     "hearing_ended, exam_ended\n",
     "act hearing_started \"听证开始\" \"H\"\nact hearing_ended \"听证结束\" \"H\"\nact exam_started "
     "\"鉴定开始\" \"E\"\nact exam_ended \"鉴定结束\" \"E\"\nact released \"释\" \"R\"\n"
     "state measure \"态\" \"M\"\n  begins    on hearing_started, exam_started\n  ends      on "
     "hearing_ended, exam_ended, released\n"},
    {"law-meeting-without-key", "closed",
     kClock +
         "  for       each person\n  starts    on search_executed\n  allows    3 days\n  met by    closed\n",
     kClock + "  for       each person\n  starts    on search_executed\n  allows    3 days\n  met by    "
              "closed, search_approved\n"},
    {"law-clock-unstopped", "stayed",
     "state stayed \"停\" \"Stayed\"\n  begins    on search_approved\n" + kClock +
         "  starts    on search_executed\n  allows    3 days\n  pauses    while stayed\n  met by    closed\n",
     "state stayed \"停\" \"Stayed\"\n  begins    on search_approved\n  ends      on closed\n" + kClock +
         "  starts    on search_executed\n  allows    3 days\n  pauses    while stayed\n  met by    "
         "closed\n"},
    {"law-step-never", "closed",
     kClock + "  starts    on search_executed\n  allows    3 days\n            7 days  after closed\n  met "
              "by    closed\n",
     kClock + "  starts    on search_executed\n  allows    3 days\n            7 days  after search_approved "
              "where amount > 3\n"
              "  met by    closed, search_approved where amount < 3\n"},
    {"law-step-never", "7 days  when kind = b",
     kClock + "  starts    on search_executed where kind = a\n  allows    3 days\n            7 days  when "
              "kind = b\n  met by    closed\n",
     kClock + "  starts    on search_executed where kind = a\n            on search_approved\n  allows    3 "
              "days\n            7 days  when kind = b\n  met by    closed\n"},
    {"law-step-shorter", "2 days",
     kClock + "  starts    on search_executed\n  allows    3 days\n            2 days  after "
              "search_approved\n  met by    closed\n",
     kClock + "  starts    on search_executed\n  allows    3 days\n            plus 2 days  after "
              "search_approved\n  met by    closed\n"},
    {"law-step-shorter", "5 days",
     kClock + "  starts    on closed\n  allows    3 days\n            7 days  after search_approved\n        "
              "    5 days  after search_approved where amount > 3\n  met by    seized\n",
     kClock +
         "  starts    on closed\n  allows    3 days\n            7 days  after search_approved where amount "
         "<= 3\n            5 days  after search_approved where amount > 3\n  met by    seized\n"},
    {"law-overlapping-allowances", "5 days  when kind = a",
     kClock + "  starts    on search_executed\n  allows    5 days  when kind = a\n            10 days\n  met "
              "by    closed\n",
     kClock + "  starts    on search_executed\n  allows    10 days\n            5 days  when kind = a\n      "
              "      4 days  when kind = a and amount > 3\n  met by    closed\n"},
    {"law-overlapping-allowances", "5 days  until 2026-01-01",
     kClock + "  starts    on search_executed\n  allows    5 days  until 2026-01-01\n            10 days  "
              "from 2026-01-01\n  met by    closed\n",
     kClock + "  starts    on search_executed\n  allows    5 days  until 2025-12-31\n            10 days  "
              "from 2026-01-01\n  met by    closed\n"},
    {"law-table-gap", "caps",
     "table caps \"表\" \"Caps\"\n  columns   amount -> n\n  row       under 60 -> 1\n  row       62 or more "
     "-> 2\n",
     "table caps \"表\" \"Caps\"\n  columns   amount -> n\n  row       under 60 -> 1\n  row       60 to 119 "
     "-> 2\n  row       120 or more -> 3\n"},
    {"law-table-gap", "caps", "table caps \"表\" \"Caps\"\n  columns   form -> n\n  row       oral -> 1\n",
     "table caps \"表\" \"Caps\"\n  columns   form -> n\n  row       oral -> 1\n  row       written -> 2\n"},
    {"law-table-gap", "caps",
     "table caps \"表\" \"Caps\"\n  columns   at -> n\n  row       before 2026-01-01 -> 1\n  row       "
     "2026-01-03 or later -> 2\n",
     "table caps \"表\" \"Caps\"\n  columns   at -> n\n  row       before 2026-01-01 -> 1\n  row       "
     "2026-01-01 or later -> 2\n"},
    {"law-table-row-unreached", "deposit -> 12",
     "table caps \"表\" \"Caps\"\n  columns   kind -> n\n  row       any -> 6\n  row       deposit -> 12\n",
     "table caps \"表\" \"Caps\"\n  columns   kind, level -> n\n  row       (bond, share), any -> 24\n  row  "
     "     deposit, city -> 12\n  row       any, any -> 6\n"},
    {"law-given-untested", "old: last search_approved",
     kRule + "  on        search_executed\n  given     old: last search_approved\n  require   amount <= "
             "old.amount\n"
             "test r\n  given  2026-01-01 search_approved P1 with amount 3\n  \"x\"  +1 search_executed P1 "
             "with amount 3; holds\n"
             "  \"y\"  +1 search_executed P1 with amount 4; breach at +1 00:00\n",
     kRule + "  on        search_executed\n  given     old: last search_approved\n  require   amount <= "
             "old.amount\n"
             "test r\n  \"x\"  2026-01-01 search_executed P1 with amount 3; holds\n"},
    {"law-given-untested", "old: last search_approved",
     kRule + "  for       each person\n  on        search_executed\n  given     old: last search_approved\n  "
             "require   amount <= old.amount\n"
             "test r\n  given  2026-01-01 search_approved P1 with amount 3\n  \"x\"  +1 search_executed P1 "
             "with amount 3; holds\n",
     kRule + "  for       each person\n  on        search_executed\n  given     old: last search_approved\n  "
             "require   amount <= old.amount\n"
             "test r\n  given  2026-01-01 search_approved P1 with amount 3\n  \"x\"  +1 search_executed P2 "
             "with amount 4; holds\n"},
    {"law-code-untested", "written",
     kRule + "  on        search_executed\n  require   form in (oral, written)\n"
             "test r\n  \"x\"  2026-01-01 search_executed with form oral; holds\n",
     kRule + "  on        search_executed\n  require   form in (oral, written)\n"
             "test r\n  \"x\"  2026-01-01 search_executed with form oral; holds\n"
             "  \"y\"  2026-01-01 search_executed with form written; holds\n"},
};

TEST(Lint, SaysWhatIsBadAndNothingOfWhatIsGood) {
  for (const Case& each : kCases) {
    const std::string code = each.code;
    const std::string caret = each.caret;
    const std::string line = code + "@" + caret;
    EXPECT_TRUE(says(each.bad, line + "\n")) << line << "\n"
                                             << each.bad << Checked(each.bad, true).messages();
    const Checked good(each.good, true);
    EXPECT_TRUE(good.ok) << each.good << good.messages();
    for (const Diagnostic& said : good.diagnostics.all()) {
      // The vocabulary itself is not all used; only the name in question matters there.
      if ((code.starts_with("law-unused") || code == "law-unlabelled-field") && good.text(said.primary.span) != caret) continue;
      if (code == "law-no-story" && good.text(said.primary.span) != caret) continue;
      EXPECT_NE(said.code(), code) << each.good << render(said, good.packs.sources);
    }
  }
}

TEST(Lint, ReviewedNoIsANote) {
  const Checked checked("pack top \"上\" \"Top\"\n  uses      base\n  reviewed  no\n", true);
  const Diagnostic* said = checked.first("law-not-reviewed");
  ASSERT_NE(said, nullptr);
  EXPECT_EQ(said->severity, Level::note);
}

TEST(Lint, DatesOutsideTheCalendarMatterWhereWorkingDaysCount) {
  const std::string calendar = "law-date-outside-calendar";
  LintOptions options;
  options.published = [](const std::string& name, Date date) {
    return name == "cn" && civil_of(date).year <= 2026;
  };
  const std::string head =
      "pack top \"上\" \"Top\"\n  uses      base\n  holidays  cn\n"
      "period working days \"工作日\" \"working days\"\n  counts    working days\n  starts    the day "
      "after\n";
  const auto clock = [](const std::string& unit) {
    return "clock c \"钟\" \"C\"\n  cites     CPL 1\n  severity  low\n  starts    on closed\n  allows    3 " +
           unit + "\n  met by    seized\n";
  };
  const std::string test = "test c\n  \"x\"  2027-02-01 closed; 2027-02-02 seized; holds\n";
  EXPECT_TRUE(says(head + clock("working days") + test, calendar + "@2027-02-01\n", options));
  EXPECT_FALSE(says(head + clock("days") + test, calendar, options));
  EXPECT_FALSE(says(head + clock("working days") + test, calendar));
}

TEST(Lint, AVocabularyMayWaitForItsRules) {
  EXPECT_FALSE(says("", "law-unused"));
  const std::string more = "role gardener \"园丁\" \"Gardener\"\n\nagency park \"园\" \"Park\"\n\nsubject tree \"树\" \"Tree\" is on.oak\n\n";
  const std::string user = "pack top \"上\" \"Top\"\n  uses      base\n";
  EXPECT_FALSE(says(more + user, "law-unused-act"));
  EXPECT_FALSE(says(more + user, "gardener"));
  EXPECT_FALSE(says(more + user, "law-unused-name@park\n"));
  EXPECT_TRUE(says(more + user, "law-unused-name@tree\n"));  // what rules alone speak of
  // A pack that judges is held to all of its names.
  const std::string rule = kRule + "  on        seized\n  forbid\n";
  EXPECT_TRUE(says(more + rule + user, "law-unused-act@closed\n"));
  EXPECT_TRUE(says(more + rule + user, "law-unused-name@gardener\n"));
  EXPECT_TRUE(says(more + rule + user, "law-unused-name@park\n"));
}

TEST(Lint, OnlyTheAskedPacksAreReportedOn) {
  const std::string text =
      "role gardener \"园丁\"\npack top \"上\" \"Top\"\n  uses      base\nrole guard \"看守\"\n";
  LintOptions options;
  options.only = {"top"};
  EXPECT_FALSE(says(text, "law-one-language@gardener", options));
  EXPECT_TRUE(says(text, "law-one-language@guard", options));
}

TEST(Lint, ARightAndAnAdviceAreTestedTheirOwnWay) {
  // A right that runs out breaches nothing; advice is broken by a warning.
  EXPECT_FALSE(
      says(kClock + "  starts    on closed\n  allows    3 days\n  may       seized\n", "law-no-story@c"));
  EXPECT_FALSE(
      says(kRule + "  on        search_executed\n  advise    warrant_shown = yes\n"
                   "test r\n  \"x\"  2026-01-01 search_executed with warrant_shown yes; holds\n"
                   "  \"y\"  2026-01-01 search_executed with warrant_shown no; warn at 2026-01-01 00:00\n",
           "law-no-story@r"));
}

TEST(Lint, TheExamplesAreRightOnlyUntested) {
  const auto text = testing::examples();
  if (!text) GTEST_SKIP() << "shared/design/examples.law is not here";
  const Checked checked("", true, {}, *text);
  for (const Diagnostic& said : checked.diagnostics.all()) {
    const std::string_view code = said.code();
    const bool expected = code == "law-no-story" || code == "law-one-language" ||
                          code == "law-not-reviewed" || code == "law-unused-name" ||
                          code == "law-undeclared-field" || code == "law-not-visible" ||
                          code == "law-given-untested";
    EXPECT_TRUE(expected) << render(said, checked.packs.sources);
  }
}

}  // namespace
}  // namespace heng::law
