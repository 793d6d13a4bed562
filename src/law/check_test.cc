#include "law/check.h"

#include <gtest/gtest.h>

#include "law/check_support.h"
#include "law/test_support.h"

namespace heng::law {
namespace {

using testing::Checked;

struct Case {
  const char* code;
  const char* caret;  // the words the caret stands under
  const char* help;   // part of the help; "" if none is looked for
  const char* text;   // behind the vocabulary
};

std::string rule(const std::string& lines) {
  return "rule r \"一\" \"One\"\n  cites     CPL 1\n  severity  low\n" + lines;
}

// Every case says this one thing and nothing else.
const Case kCases[] = {
    {"law-unknown-act", "search_exectued", "did you mean `search_executed`?",
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  on        search_exectued\n  require   warrant_shown = "
     "yes\n"},
    {"law-unknown-role", "oficer", "did you mean `officer`?",
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  on        search_executed\n  require   earlier "
     "search_approved by oficer\n"},
    {"law-unknown-role", "juge", "did you mean `judge`?",
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  on        search_executed\n  require   at least 2 juge in "
     "by\n"},
    {"law-unknown-field", "warrent_shown", "did you mean `warrant_shown`?",
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  on        search_executed\n  require   warrent_shown = "
     "yes\n"},
    {"law-unknown-field", "colour", "",
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  on        search_executed\n  require   colour = red\n"},
    {"law-unknown-field", "amuont", "did you mean `amount`?",
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  on        search_executed\n  given     old: last "
     "search_approved\n"
     "  require   amount <= old.amuont\n"},
    {"law-undeclared-field", "birth_date", "declare the field",
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  on        search_executed\n  require   age(latest "
     "birth_date) < 18\n"},
    {"law-unknown-source", "CPX", "did you mean `CPL`?",
     "rule r \"一\" \"One\"\n  cites     CPX 1\n  on        search_executed\n  require   warrant_shown = "
     "yes\n"},
    {"law-unknown-subject", "persn", "did you mean `person`?",
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  for       each persn\n  on        search_executed\n"
     "  require   warrant_shown = yes\n"},
    {"law-unknown-state", "in_custody", "",
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  on        search_executed\n  when      in_custody\n"
     "  require   warrant_shown = yes\n"},
    {"law-unknown-state", "warrant_shown", "`warrant_shown = yes`",
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  on        search_executed\n  require   warrant_shown\n"},
    {"law-unknown-clock", "limti", "did you mean `limit`?",
     "clock limit \"限\" \"Limit\"\n  cites     CPL 1\n  starts    on search_executed\n  allows    3 days\n"
     "  met by    closed\n"
     "clock next \"次\" \"Next\"\n  cites     CPL 1\n  starts    on end of limti\n  allows    3 days\n  met "
     "by    closed\n"},
    {"law-unknown-unit", "lenient days", "did you mean `days`?",
     "clock c \"钟\" \"C\"\n  cites     CPL 1\n  starts    on search_executed\n  allows    3 lenient days\n  "
     "met by    closed\n"},
    {"law-unknown-agency", "polce", "did you mean `police`?",
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  binds     polce\n  on        search_executed\n  require   "
     "warrant_shown = yes\n"},
    {"law-unknown-agency", "polcie", "did you mean `police`?",
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  on        search_executed where agency = polcie\n  require "
     "  warrant_shown = yes\n"},
    {"law-unknown-level", "cuonty", "did you mean `county`?",
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  on        search_executed\n  require   level >= cuonty\n"},
    {"law-unknown-code", "writen", "did you mean `written`?",
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  on        search_executed\n  require   form in (oral, "
     "writen)\n"},
    {"law-unknown-table", "cpas", "did you mean `caps`?",
     "table caps \"表\" \"Caps\"\n  columns   amount -> most\n  row       any -> 3\n"
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  on        search_executed\n  require   amount <= "
     "cpas(amount)\n"},
    {"law-table-column", "mosst", "did you mean `most`?",
     "table caps \"表\" \"Caps\"\n  columns   amount -> most, least\n  row       any -> 3, 1\n"
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  on        search_executed\n  require   amount <= "
     "caps(amount).mosst\n"},
    {"law-table-column", "caps(amount)", "most",
     "table caps \"表\" \"Caps\"\n  columns   amount -> most, least\n  row       any -> 3, 1\n"
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  on        search_executed\n  require   amount <= "
     "caps(amount)\n"},
    {"law-argument-count", "caps(amount, kind)", "",
     "table caps \"表\" \"Caps\"\n  columns   amount -> most\n  row       any -> 3\n"
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  on        search_executed\n  require   amount <= "
     "caps(amount, kind)\n"},
    {"law-unknown-setting", "gpa", "did you mean `gap`?",
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  on        search_executed\n  require   amount <= gpa\n"},
    {"law-unknown-alias", "odl", "did you mean `old`?",
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  on        search_executed\n  given     old: last "
     "search_approved\n"
     "  require   amount <= odl.amount\n"},
    {"law-unknown-span", "sesion", "did you mean `session`?",
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  on        search_executed\n"
     "  require   no earlier search_executed where sesion overlaps this.session\n"},
    {"law-unknown-rule", "detention", "", "test detention\n  \"x\"  2026-01-01 closed; holds\n"},
    {"law-unknown-type", "txt", "did you mean `text`?", "act a \"甲\" \"A\"\n  data      x: list of txt\n"},
    {"law-type-mismatch", "\"7d\"", "",
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  on        search_executed\n  require   amount = \"7d\"\n"},
    {"law-type-mismatch", "kind", "`=`, `!=`",
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  on        search_executed\n  require   kind < \"b\"\n"},
    {"law-type-mismatch", "kind", "",
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  on        search_executed\n  require   kind before this\n"},
    {"law-type-mismatch", "amount", "`… days`",
     "clock c \"钟\" \"C\"\n  cites     CPL 1\n  starts    on search_executed\n  allows    amount\n  met by  "
     "  closed\n"},
    {"law-type-mismatch", "amount", "`this.amount`",
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  on        search_executed\n  require   found_at != "
     "amount\n"},
    {"law-list-value", "panel", "among",
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  on        search_executed\n  require   panel = j1\n"},
    {"law-list-value", "panel", "all among",
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  on        search_executed\n  require   panel among by\n"},
    {"law-list-wanted", "kind", "",
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  on        search_executed\n  require   panel shares nobody "
     "with kind\n"},
    {"law-subject-not-carried", "item", "`on` of an act type",
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  for       each item\n  on        search_executed\n  "
     "require   warrant_shown = yes\n"},
    {"law-wrong-subject", "sealed", "",
     "state sealed \"封\" \"Sealed\"\n  for       each item\n  begins    on seized\n"
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  for       each person\n  on        search_executed\n  when "
     "     sealed\n  forbid\n"},
    {"law-wrong-subject", "limit", "",
     "clock limit \"限\" \"Limit\"\n  cites     CPL 1\n  for       each item\n  starts    on seized\n  "
     "allows    3 days\n"
     "  met by    seized\n"
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  for       each person\n  on        search_executed\n"
     "  require   this before end of limit\n"},
    {"law-ring", "b", "of its own",
     "fact b \"乙\" \"B\"\n  when      c\n"
     "fact c \"丙\" \"C\"\n  when      b\n"},
    {"law-ring", "limit", "",
     "clock limit \"限\" \"Limit\"\n  cites     CPL 1\n  starts    on search_executed\n  allows    until end "
     "of limit\n  met by    closed\n"},
    {"law-duplicate-name", "judge", "", "role judge \"法官\" \"Judge\"\n"},
    {"law-duplicate-name", "gap", "", "fact gap \"间隔\" \"Gap\"\n  when      earlier closed\n"},
    {"law-versions-overlap", "r", "in force",
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  in force  from 2026-01-01\n  on        search_executed\n  "
     "require   warrant_shown = yes\n"
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  in force  until 2026-06-30\n  on        search_executed\n  "
     "require   warrant_shown = yes\n"},
    {"law-name-collision", "judge", "",
     "pack other \"别\" \"Other\"\n  uses      base\nrole judge \"法官\" \"Judge\"\n"},
    {"law-not-visible", "search_executed", "`uses base`",
     "pack other \"别\" \"Other\"\nsource S \"法\" \"S\"\n"
     "rule r \"一\" \"One\"\n  cites     S 1\n  on        search_executed\n  require   warrant_shown = "
     "yes\n"},
    {"law-table-shape", "under 60 -> 12", "",
     "table t \"表\" \"T\"\n  columns   amount -> served, gap\n  row       under 60 -> 12\n  row       60 or "
     "more -> 12, 18\n"},
    {"law-table-overlap", "(b, c) -> 2", "",
     "table t \"表\" \"T\"\n  columns   kind -> n\n  row       (a, b) -> 1\n  row       (b, c) -> 2\n"},
    {"law-clock-unmeetable", "closed", "",
     "clock c \"钟\" \"C\"\n  cites     CPL 1\n  for       each person across cases\n  starts    on "
     "search_executed\n  allows    3 days\n  met by    closed\n"},
    {"law-clock-unmeetable", "search_executed where form = oral and form = written", "",
     "clock c \"钟\" \"C\"\n  cites     CPL 1\n  starts    on closed\n  allows    3 days\n"
     "  met by    search_executed where form = oral and form = written\n"},
    {"law-restart-on-start", "search_executed", "",
     "clock c \"钟\" \"C\"\n  cites     CPL 1\n  starts    on search_executed\n  allows    3 days\n  "
     "restarts  on search_executed\n  met by    closed\n"},
    {"law-across-cases", "old: last search_approved", "",
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  for       each person across cases\n  on        "
     "search_executed\n"
     "  given     old: last search_approved\n  require   warrant_shown = yes\n"},
    {"law-across-cases", "latest amount", "",
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  for       each person across cases\n  on        "
     "search_executed\n"
     "  require   latest amount < 3\n"},
    {"law-end-of-every", "end of every quarter", "across cases",
     "clock c \"钟\" \"C\"\n  cites     CPL 1\n  for       each person\n  starts    on end of every "
     "quarter\n  allows    3 days\n  met by    closed\n"},
    {"law-no-cites", "r", "cites",
     "rule r \"一\" \"One\"\n  on        search_executed\n  require   warrant_shown = yes\n"},
    {"law-apart-mixed", "s", "",
     "separation s \"分\" \"Apart\"\n  cites     CPL 1\n  apart     judge, closed\n"},
    {"law-watch-person", "judge", "agency of judge",
     "watch w \"监\" \"W\"\n  on        closed\n  per       judge\n  measures  count\n  over      every year\n"
     "  flags     above\n"},
    {"law-watch-unit", "level", "",
     "watch w \"监\" \"W\"\n  on        closed\n  per       agency with level\n  measures  count\n"
     "  over      every year\n  flags     above\n"},
    {"law-watch-unit", "rate to seized", "",
     "watch w \"监\" \"W\"\n  on        closed\n  per       judge with officer\n  measures  rate to seized\n"
     "  over      every year\n  flags     above\n"},
    {"law-watch-number", "w", "",
     "watch w \"监\" \"W\"\n  on        closed\n  per       agency\n  measures  count\n  over      every year\n"
     "  flags     above\n  false discovery 60%\n"},
    {"law-watch-number", "w", "",
     "watch w \"监\" \"W\"\n  on        search_executed\n  per       agency\n"
     "  measures  quantile 100% of amount\n  over      every year\n  flags     above\n"},
    {"law-unknown-role", "judgge", "did you mean `judge`?",
     "watch w \"监\" \"W\"\n  on        closed\n  per       agency of judgge\n  measures  count\n"
     "  over      every year\n  flags     above\n"},
    {"law-across-cases", "person across cases", "",
     "watch w \"监\" \"W\"\n  for       each person across cases\n  on        search_executed\n  per       agency\n"
     "  measures  count\n  over      every year\n  flags     above\n"},
    {"law-subject-path", "report_id", "`data.report_id`",
     "subject report \"报案\" \"Report\" is report_id\n"},
    {"law-rolling-state", "in_custody", "",
     "period bail days \"保\" \"bail days\"\n  counts    days\n  starts    the day after\n"
     "  rolls     to the next working day unless in_custody\n"},
    // tests
    {"law-test-outcome", "\"x\"  2026-01-01 search_executed", "holds",
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  on        search_executed\n  require   warrant_shown = "
     "yes\n"
     "test r\n  \"x\"  2026-01-01 search_executed\n"},
    {"law-test-outcome", "flag police-A at 2026-02-01", "breach",
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  on        search_executed\n  require   warrant_shown = "
     "yes\n"
     "test r\n  \"x\"  2026-01-01 search_executed; flag police-A at 2026-02-01\n"},
    {"law-test-value", "0 cases", "",
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  on        search_executed\n  require   warrant_shown = "
     "yes\n"
     "test r\n  \"x\"  0 cases; 2026-01-01 search_executed; holds\n"},
    {"law-test-time", "+1 10:00", "",
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  on        search_executed\n  require   warrant_shown = "
     "yes\n"
     "test r\n  \"x\"  +1 10:00 search_executed; holds\n"},
    {"law-test-subject", "P1", "",
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  on        search_executed\n  require   warrant_shown = "
     "yes\n"
     "test r\n  \"x\"  2026-01-01 closed P1; holds\n"},
    {"law-test-value", "3", "",
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  on        search_executed\n  require   warrant_shown = "
     "yes\n"
     "test r\n  \"x\"  2026-01-01 search_executed P1 with warrant_shown 3; holds\n"},
    {"law-unknown-field", "warrant", "",
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  on        search_executed\n  require   warrant_shown = "
     "yes\n"
     "test r\n  \"x\"  2026-01-01 search_executed P1 with warrant yes; holds\n"},
    {"law-unknown-role", "offcer", "did you mean `officer`?",
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  on        search_executed\n  require   warrant_shown = "
     "yes\n"
     "test r\n  \"x\"  2026-01-01 search_executed P1 by O1 offcer; holds\n"},
    {"law-unknown-alias", "B", "as B",
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  on        search_executed\n  require   warrant_shown = "
     "yes\n"
     "test r\n  \"x\"  2026-01-01 search_executed P1 as A; 2026-01-02 annul B; holds\n"},
    {"law-unknown-code", "spoken", "",
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  on        search_executed\n  require   warrant_shown = "
     "yes\n"
     "test r\n  \"x\"  2026-01-01 search_executed P1 with form spoken; holds\n"},
    {"law-agency-kind", "polise-X1", "did you mean `police-X1`?",
     "rule r \"一\" \"One\"\n  cites     CPL 1\n  on        search_executed\n  require   warrant_shown = "
     "yes\n"
     "test r\n  \"x\"  2026-01-01 search_executed P1 in polise-X1; holds\n"},
};

TEST(Check, SaysOneThingAtTheRightPlace) {
  for (const Case& each : kCases) {
    const Checked checked(each.text, false);
    const std::string wanted = std::string(each.code) + "@" + each.caret + "\n";
    EXPECT_EQ(checked.said(), wanted) << each.text << checked.messages();
    const Diagnostic* first = checked.first(each.code);
    if (first == nullptr) continue;
    EXPECT_NE(first->help.find(each.help), std::string::npos) << each.text << first->help;
    EXPECT_EQ(checked.ok, first->severity != Level::error) << each.text;
  }
}

TEST(Check, TheVocabularyIsRight) { EXPECT_EQ(Checked("", false).said(), ""); }

TEST(Check, NamesOnTheRightMeanCodesLevelsSettingsAndAliases) {
  const Checked checked(rule("  for       each person\n"
                             "  on        search_executed where agency = police and level >= county\n"
                             "  given     old: last search_approved\n"
                             "  when      kind != whatever\n"
                             "            this within gap after old\n"
                             "            found_at within 3 days after this\n"
                             "            person != old.person\n"
                             "  require   amount <= old.amount + 3\n"
                             "            panel same as by\n"
                             "            no a, b in tags\n"
                             "            end more than 3 days after start\n"),
                        false);
  EXPECT_EQ(checked.said(), "") << checked.messages();
}

TEST(Check, TheStateOfTheCaseMayBeUsedAnywhere) {
  const Checked checked(
      "state open \"开\" \"Open\"\n  begins    on closed\n" +
          rule("  for       each person\n  on        search_executed\n  when      open\n  forbid\n"),
      false);
  EXPECT_EQ(checked.said(), "") << checked.messages();
}

TEST(Check, VersionsMayStandSideBySide) {
  // The second takes its days from the source it cites first.
  const Checked checked(
      "rule r \"一\" \"One\"\n  cites     CPL 1\n  in force  from 2021-01-01\n  on        search_executed\n  "
      "require   warrant_shown = yes\n"
      "rule r \"一\" \"One\"\n  cites     OLD 1\n  on        search_executed\n  require   warrant_shown = "
      "yes\n",
      false);
  EXPECT_EQ(checked.said(), "") << checked.messages();
}

TEST(Check, ABasePackMayNameAStateOfItsUsers) {
  const Checked checked(
      "period bail days \"保\" \"bail days\"\n  counts    days\n  starts    the day after\n"
      "  rolls     to the next working day unless in_custody\n"
      "pack top \"上\" \"Top\"\n  uses      base\n"
      "state in_custody \"押\" \"Custody\"\n  for       each person\n  begins    on search_executed\n",
      false);
  EXPECT_EQ(checked.said(), "") << checked.messages();
}

TEST(Check, ChineseNamesAreFoundByTheSignsTheyShare) {
  const Checked checked("act 通知家属 \"通知\" \"Told\"\n" + rule("  on        家属通知书\n  forbid\n"),
                        false);
  ASSERT_NE(checked.first("law-unknown-act"), nullptr);
  EXPECT_EQ(checked.first("law-unknown-act")->help, "did you mean `通知家属`?");
}

TEST(Check, TheExamplesHoldNoError) {
  const auto text = testing::examples();
  if (!text) GTEST_SKIP() << "shared/design/examples.law is not here";
  const Checked checked("", true, {}, *text);
  EXPECT_TRUE(checked.ok) << checked.messages();
}

}  // namespace
}  // namespace heng::law
