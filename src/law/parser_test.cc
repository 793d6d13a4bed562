#include "law/parser.h"

#include <gtest/gtest.h>

#include <random>

#include "law/dump.h"
#include "law/test_support.h"

namespace heng::law {
namespace {

using testing::Parsed;

std::string codes(const std::string& text) {
  const Parsed parsed(text);
  std::string out;
  for (const Diagnostic& d : parsed.diagnostics.all())
    out += (out.empty() ? "" : " ") + std::string(d.code());
  return out;
}

// The dump of one `require` line.
std::string condition(const std::string& line) {
  const Parsed parsed("rule r \"一\" \"e\"\n  on        x\n  require   " + line + "\n");
  if (!parsed.diagnostics.ok()) return parsed.messages();
  return dump(parsed.only<RuleDecl>().require.at(0));
}

TEST(Parser, ReadsTheExamplesCompletely) {
  const auto text = testing::examples();
  if (!text) GTEST_SKIP() << "shared/design/examples.law is not here";
  const Parsed parsed(*text);
  EXPECT_EQ(parsed.messages(), "");
  size_t declarations = 0;
  for (size_t at = 0; at < text->size(); at = text->find('\n', at) + 1)
    declarations += (*text)[at] >= 'a' && (*text)[at] <= 'z';
  EXPECT_EQ(parsed.file.declarations.size(), declarations);
}

// A reader tries what the documentation shows.
TEST(Parser, ReadsTheExamplesOfTheDocumentation) {
  const std::string text =
      testing::read_file(std::filesystem::path(HENG_SOURCE_DIR) / "docs" / "language.md");
  size_t read = 0;
  for (size_t at = 0; (at = text.find("\n```", at)) != std::string::npos;) {
    const size_t begin = text.find('\n', at + 1) + 1;
    const size_t end = text.find("\n```", begin);
    ASSERT_NE(end, std::string::npos);
    const bool law =
        text.compare(at, 5, "\n```\n") == 0 && text[begin] != ' ';  // neither the grammar nor lines of a rule
    at = end + 4;
    if (!law) continue;
    const std::string block = text.substr(begin, end + 1 - begin);
    EXPECT_EQ(Parsed(block).messages(), "") << block;
    ++read;
  }
  EXPECT_GE(read, 8u);
}

TEST(Parser, AClock) {
  const Parsed parsed(
      "# ---- A heading\n# Why it is here.\n# A second line.\n"
      "clock trial.limit \"审限\" \"Trial\"\n"
      "  cites     CPL 208(1-2), CPLI 221.10, CDS 204-2, JCJY2019\n"
      "  severity  critical\n"
      "  binds     court, police\n"
      "  in force  from 2020-01-01 until 2025-12-31\n"
      "  for       each person across cases\n"
      "  starts    on court_case_accepted where procedure = ordinary\n"
      "            7 days before end of c1\n"
      "            on end of every quarter\n"
      "  allows    3 custody months\n"
      "            plus extension.months months up to 6  after extended by president as extension where "
      "level = supreme  at most 2 times  cites CPL 208\n"
      "            until reply_due  when form = a and b is blank\n"
      "            at once\n"
      "            1 month plus 15 custody days  until 2021-01-01\n"
      "  pauses    while exam\n"
      "  restarts  on found from found_at  at most 1 time  cites CPL 160(1)\n"
      "  may       appeal, protest\n"
      "  lapses    on x where agency != this.agency  cites CPLI 162\n"
      "  warns     at 75%\n"
      "            7 days before\n"
      "            after 2 custody months\n");
  ASSERT_EQ(parsed.messages(), "");
  const auto& clock = parsed.only<ClockDecl>();
  EXPECT_EQ(clock.doc, "Why it is here.\nA second line.");
  EXPECT_EQ(clock.name.text + "/" + clock.part.text, "trial/limit");
  ASSERT_EQ(clock.meta.cites.size(), 4u);
  EXPECT_EQ(clock.meta.cites[0].text(), "CPL 208(1-2)");
  EXPECT_EQ(clock.meta.cites[1].text(), "CPLI 221.10");
  EXPECT_EQ(clock.meta.cites[2].text(), "CDS 204-2");
  EXPECT_EQ(clock.meta.cites[3].text(), "JCJY2019");
  EXPECT_TRUE(clock.key->across_cases);
  ASSERT_EQ(clock.starts.size(), 3u);
  EXPECT_EQ(clock.starts[1].kind, Event::Kind::before_end);
  EXPECT_EQ(clock.starts[2].every, "quarter");
  ASSERT_EQ(clock.allows.size(), 5u);
  EXPECT_EQ(clock.allows[1].up_to, 6);
  EXPECT_EQ(clock.allows[1].after->alias.text, "extension");
  EXPECT_EQ(clock.allows[1].at_most, 2);
  EXPECT_EQ(clock.allows[1].cites.size(), 1u);
  EXPECT_EQ(clock.allows[2].kind, Step::Kind::until);
  EXPECT_EQ(clock.allows[3].kind, Step::Kind::at_once);
  EXPECT_EQ(clock.allows[4].until_date, parse_date("2021-01-01").value());
  EXPECT_EQ(clock.restarts[0].at_most, 1);
  EXPECT_TRUE(clock.may);
  EXPECT_EQ(clock.warns[2].kind, Warning::Kind::after);
}

TEST(Parser, Conditions) {
  EXPECT_EQ(condition("a = approved"),
            "(condition one (compare = (path (path \"a\")) (path (path \"approved\"))))");
  EXPECT_EQ(condition("minor"), "(condition one (named (names \"minor\")))");
  EXPECT_EQ(condition("earlier x where minor within 3 days before"),
            "(condition one (earlier (pattern (acts \"x\") (where (named (names \"minor\")))) (window within "
            "(quantity 3 "
            "(unit day)))))");
  EXPECT_EQ(condition("earlier x where y within 3 days before z"),
            "(condition one (earlier (pattern (acts \"x\") (where (distance within (path (path \"y\")) "
            "(quantity 3 (unit "
            "day)) (path (path \"z\")))))))");
  EXPECT_EQ(condition("at most 2 earlier a, b by c since last d in this year in the case"),
            "(condition one (earlier in_case (count at_most 2) (pattern (acts \"a\" \"b\") (roles \"c\")) "
            "(since (pattern "
            "(acts \"d\"))) (window in_this year)))");
  EXPECT_EQ(condition("exactly 3, 7 in panel"),
            "(condition one (count_in (count exactly 3 7) (path (path \"panel\"))))");
  EXPECT_EQ(condition("no document reasons"), "(condition one (document negated (names \"reasons\")))");
  EXPECT_EQ(condition("a not in (x, 3, \"s\", yes)"),
            "(condition one (in negated (path (path \"a\")) (path (path \"x\")) (number 3) (text \"s\") "
            "(yes_no yes)))");
  EXPECT_EQ(condition("age(latest birth_date) < 18 if not minor  cites CPL 1"),
            "(condition one (compare < (path (path \"age\" (call (latest (name \"birth_date\"))))) (number "
            "18)) (if (named "
            "negated (names \"minor\"))) (cite \"CPL 1\"))");
  EXPECT_EQ(condition("by shares nobody with those who did a, b"),
            "(condition one (disjoint (path (path \"by\")) (who_did (names \"a\" \"b\"))))");
  EXPECT_EQ(condition("this at least t(x).served months after y.z"),
            "(condition one (distance after at_least (path (path \"this\")) (quantity (path \"t\" (call "
            "(path (path "
            "\"x\"))) \"served\") (unit month)) (path (path \"y\" \"z\"))))");
  EXPECT_EQ(condition("at before end of c or at after x"),
            "(condition any (order (path (path \"at\")) (end_of (name \"c\"))) (order after (path (path "
            "\"at\")) (path "
            "(path \"x\"))))");
  EXPECT_EQ(condition("x = a.b - 2 * 3 days + total of m in earlier p, q"),
            "(condition one (compare = (path (path \"x\")) (path (path \"a\" \"b\")) - (number 2) * (number "
            "3 (unit day)) + "
            "(total_of (name \"m\") (names \"p\" \"q\"))))");
  EXPECT_EQ(condition("a = 1 and\n            b = 2"),
            "(condition all (compare = (path (path \"a\")) (number 1)) (compare = (path (path \"b\")) "
            "(number 2)))");
}

TEST(Parser, Tables) {
  const Parsed parsed(
      "table t \"表\" \"T\"\n  columns   a, b -> c, d\n  row       (x, y), any -> 24 months, 3\n"
      "  row       under 60, 60 to 119 -> at_once, no\n  row       120 or more, before 2010-08-13 -> x, "
      "\"s\"\n"
      "  row       2, 2010-08-13 or later -> 2, 1.5\n");
  EXPECT_EQ(parsed.messages(), "");
  EXPECT_EQ(dump(parsed.file),
            "(table \"t\" (zh \"表\") (en \"T\") (inputs \"a\" \"b\") (outputs \"c\" \"d\")"
            " (row (values (path (path \"x\")) (path (path \"y\"))) (any) -> (quantity (quantity 24 (unit "
            "month))) (values (number 3)))"
            " (row (under (number 60)) (between (number 60) (number 119)) -> (values (path (path "
            "\"at_once\"))) (values (yes_no no)))"
            " (row (or_more (number 120)) (before (date 2010-08-13)) -> (values (path (path \"x\"))) (values "
            "(text \"s\")))"
            " (row (values (number 2)) (or_later (date 2010-08-13)) -> (values (number 2)) (values (number "
            "1.5))))\n");
}

TEST(Parser, Stories) {
  const Parsed parsed(
      "test r.p\n"
      "  given     2026-03-03 14:25 detained P1 by O1 investigator, O2 officer in police-X1 with step "
      "\"7d\", n -3, at 2026-01-01 10:00, l (A-1, b) as A\n"
      "  \"late\"    +1 09:00 annul A; 10:00 correct A with n 2;\n"
      "            until +3; breach P1 at +1 15:00; holds; unknown n\n");
  EXPECT_EQ(parsed.messages(),
            "x.law:3:56: error: expected an act (its time first), `NUMBER cases`, or `holds`, `breach`, `late`, `warn`, `flag`, "
            "`unknown`, `until`, "
            "found the end of the line [law-syntax]\n");
  const auto& test = parsed.only<TestDecl>();
  ASSERT_EQ(test.stories.size(), 2u);
  const Statement& act = test.stories[0].statements.at(0);
  EXPECT_EQ(act.by.size(), 2u);
  EXPECT_EQ(act.agency.text, "police-X1");
  ASSERT_EQ(act.data.size(), 4u);
  EXPECT_EQ(act.data[1].values[0].number, Decimal::of(-3));
  EXPECT_EQ(act.data[2].values.size(), 2u);
  EXPECT_TRUE(act.data[3].list);
  EXPECT_EQ(act.alias.text, "A");
  EXPECT_EQ(test.stories[1].statements.size(), 6u);
}

TEST(Parser, ChineseWords) {
  const std::string chinese =
      "时限 移送 \"移送\" \"Hand over\"\n  依据 CPL 85(2)\n  程度 重大\n  对每个 person\n  起算 于 拘留 其中 "
      "urgent = 否\n"
      "  限期 24小时\n  完成于 收押\n";
  const std::string english =
      "clock 移送 \"移送\" \"Hand over\"\n  cites CPL 85(2)\n  severity critical\n  for each person\n"
      "  starts on 拘留 where urgent = no\n  allows 24 hours\n  met by 收押\n";
  const Parsed a(chinese);
  const Parsed b(english);
  EXPECT_EQ(a.messages(), "");
  EXPECT_EQ(dump(a.file), dump(b.file));
  // A word of the language where a name stands is a name, in either spelling.
  EXPECT_EQ(dump(Parsed("行为 x\n  数据 依据：数字\n").file), "(act \"x\" (data \"依据\" (number)))\n");
  EXPECT_EQ(dump(Parsed("field x \"甲\" \"a\"\n  codes \"7d\" \"七日\"\n        gang \"结伙\" \"gang\"\n").file),
            "(field \"x\" (zh \"甲\") (en \"a\") (code \"7d\" (zh \"七日\")) (code \"gang\" (zh \"结伙\") (en \"gang\")))\n");
  EXPECT_EQ(dump(Parsed("字段 x “甲”\n  取值 gang “结伙”\n").file), "(field \"x\" (zh \"甲\") (code \"gang\" (zh \"结伙\")))\n");
  EXPECT_EQ(dump(Parsed("act x\n  data y \"乙\" \"b\": one of p \"丙\", q and more else latest\n  span s \"段\" from y to y\n").file),
            "(act \"x\" (data \"y\" (zh \"乙\") (en \"b\") (one_of (codes \"p\" \"q\") (zh \"丙\") and_more) else_latest) "
            "(span \"s\" (zh \"段\") (from \"y\") (to \"y\")))\n");
  EXPECT_EQ(codes("field x\n"), "law-syntax");
  EXPECT_EQ(codes("field x \"甲\"\n  codes gang\n"), "law-syntax");
  EXPECT_EQ(dump(Parsed("act x\n  data cites: text\n").file), "(act \"x\" (data \"cites\" (text)))\n");
}

TEST(Parser, Watches) {
  const Parsed parsed(
      "watch w \"监\" \"Watch\"\n  cites CPL 1\n  for each person\n  on a, b where x = 1\n  when y = 2\n  per agency of judge\n"
      "  measures share not followed by c where z = 3 within 12 months\n  over every quarter\n  peers of the same level\n"
      "  flags above by at least 25%\n  needs at least 20\n  false discovery 1%\n"
      "watch v\n  on a\n  per judge with lawyer\n  measures quantile 90% of time since b\n  over the last 90 days\n"
      "  peers any\n  flags above or below\n");
  EXPECT_EQ(parsed.messages(), "");
  const auto& w = std::get<WatchDecl>(parsed.file.declarations.at(0));
  EXPECT_EQ(w.measure.kind, WatchDecl::Measure::Kind::not_followed);
  EXPECT_EQ(w.measure.pattern->where.size(), 1U);
  EXPECT_TRUE(w.measure.within);
  EXPECT_EQ(w.every, "quarter");
  EXPECT_TRUE(!w.same_kind && w.same_level && w.above && !w.below);
  EXPECT_EQ(*w.needs, 20);
  const auto& v = std::get<WatchDecl>(parsed.file.declarations.at(1));
  EXPECT_EQ(v.per.size(), 2U);
  EXPECT_EQ(v.last_days, 90);
  EXPECT_TRUE(!v.same_kind && !v.same_level && v.above && v.below);
  // The same in Chinese words.
  const Parsed chinese(
      "监测 v\n  于 a\n  按 judge 附 lawyer\n  计量 分位 90% 属 时长自 b\n  逢 最近的 90 日\n  同类 任意\n  提示 高于或低于\n");
  EXPECT_EQ(chinese.messages(), "");
  EXPECT_EQ(dump(chinese.file),
            dump(Parsed("watch v\n  on a\n  per judge with lawyer\n  measures quantile 90% of time since b\n"
                        "  over the last 90 days\n  peers any\n  flags above or below\n").file));
  EXPECT_EQ(codes("watch x\n  on y\n  per agency\n  measures shares\n  over every year\n  flags above\n"), "law-syntax");
  EXPECT_EQ(codes("watch x\n  on y\n  per agency\n  measures count\n  over every day\n  flags above\n"), "law-syntax");
  EXPECT_EQ(codes("watch x\n  on y\n  per agency\n  measures count\n  over every year\n"), "law-missing-clause");
}

TEST(Parser, OneMistakeOneDiagnostic) {
  EXPECT_EQ(codes("rul x\n  on y\n  require z\n"), "law-unknown-declaration");
  EXPECT_EQ(codes("duty x\n  over y\n"), "law-not-yet");
  EXPECT_EQ(codes("  on y\nrole a\n"), "law-unknown-declaration");
  EXPECT_EQ(codes("act rule\n"), "law-reserved-name");
  EXPECT_EQ(codes("rule x\n  on y\n  requires z\n            w\n  when v\n"), "law-unknown-clause");
  EXPECT_EQ(codes("rule x\n  on y\n  require a = = 2\n            b = 1\n"), "law-syntax");
  EXPECT_EQ(codes("rule x\n  on y\n  require a = 1 or b = 2 and c = 3\n"), "law-and-or-mixed");
  EXPECT_EQ(codes("rule x\n  on y\n  require a = b.c-d\n"), "law-hyphen-in-name");
  EXPECT_EQ(codes("rule x\n  on y,\n  require z\n"), "law-dangling-line");
  EXPECT_EQ(codes("rule x\n  on y\n  require z\n  require w\n"), "law-duplicate-clause");
  EXPECT_EQ(codes("rule x\n  on y\n  require z\n  forbid\n"), "law-conflicting-clauses");
  EXPECT_EQ(codes("clock x\n  starts on y\n  allows 1 day\n  met by z\n  may w\n"),
            "law-conflicting-clauses");
  EXPECT_EQ(codes("rule x\n  require z\n"), "law-missing-clause");
  EXPECT_EQ(codes("rule x\n  on y\n"), "law-missing-clause");
  EXPECT_EQ(codes("rule x\n  on\n  require z\n"), "law-missing-clause");
  EXPECT_EQ(codes("rule x\n   on y\n   require z\n"), "law-indent");
  EXPECT_EQ(codes("role x\n  cites y\n"), "law-unknown-clause");
  EXPECT_EQ(codes("rule x\n  on y\n  require a at most 12345678901 times\n"), "law-syntax");
  EXPECT_EQ(codes("rule x\n  on y\n  require a = 2026-13-01\n"), "law-bad-date");
  EXPECT_EQ(codes("test x\n  foo\n    bar\n"), "law-syntax");
}

TEST(Parser, GoesOnAfterAMistake) {
  const Parsed parsed(
      "rule a \"x\"\n  on\n  require ???\n\nrole judge \"y\" \"z\"\nrule b.c\n  on x where =\n");
  ASSERT_EQ(parsed.file.declarations.size(), 3u);
  EXPECT_EQ(std::get<RoleDecl>(parsed.file.declarations[1]).labels.en, "z");
  EXPECT_EQ(std::get<RuleDecl>(parsed.file.declarations[2]).part.text, "c");
}

TEST(Parser, ClausesIndentedByFourAreRead) {
  const Parsed parsed("rule x\n    on y\n    require a\n            b\n");
  EXPECT_EQ(parsed.messages(), "x.law:2:5: warning: clauses are indented by two spaces [law-indent]\n");
  EXPECT_EQ(parsed.only<RuleDecl>().require.size(), 2u);
}

TEST(Parser, NestingIsBounded) {
  std::string deep = "a";
  for (int i = 0; i < 1000; ++i) deep += "(a";
  EXPECT_EQ(codes("rule x\n  on y\n  require " + deep + "\n"), "law-too-large");
  std::string earlier = "earlier a";
  for (int i = 0; i < 1000; ++i) earlier += " where earlier a";
  EXPECT_EQ(codes("rule x\n  on y\n  require " + earlier + "\n"), "law-too-large");
  std::string joined = "rule x\n  on y\n  require a = 1 and\n";
  for (int i = 0; i < 9000; ++i) joined += "    b = 1 and\n";
  EXPECT_NE(codes(joined).find("law-too-large"), std::string::npos);
}

TEST(Parser, SurvivesMutations) {
  std::string text =
      testing::examples().value_or("rule x \"a\" \"b\"\n  on        y\n  require   earlier z where a = 1\n");
  std::mt19937 random(7);
  for (int round = 0; round < 40; ++round) {
    std::string mutated = text.substr(random() % text.size(), 6000);
    for (int i = 0; i < 60; ++i) {
      const size_t at = random() % mutated.size();
      switch (random() % 4) {
        case 0:
          mutated[at] = static_cast<char>(random());
          break;
        case 1:
          mutated.erase(at, random() % 20);
          break;
        case 2:
          mutated.insert(at, mutated.substr(random() % mutated.size(), random() % 30));
          break;
        default:
          mutated.insert(at, 1, "\n ,()\"\t"[random() % 7]);
          break;
      }
      if (mutated.empty()) mutated = "x";
    }
    const Parsed parsed(mutated);
    for (const Diagnostic& d : parsed.diagnostics.all()) {
      ASSERT_LE(d.primary.span.begin, d.primary.span.end);
      ASSERT_LE(d.primary.span.end, mutated.size());
    }
    ASSERT_FALSE(render(parsed.diagnostics, parsed.sources).empty() && !parsed.diagnostics.ok());
  }
}

TEST(Parser, AFileOfTooManyDeclarationsIsNotReadToItsEnd) {
  std::string text;
  for (int i = 0; i < 40'000; ++i) text += "role r" + std::to_string(i) + "\n";
  const Parsed parsed(text);
  EXPECT_EQ(parsed.file.declarations.size(), 32'768u);
  EXPECT_EQ(parsed.messages().find("x.law:32769:1: error: a file of more than 32768 declarations"), 0u) << parsed.messages();
}

}  // namespace
}  // namespace heng::law
