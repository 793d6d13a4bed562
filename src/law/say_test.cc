#include "law/say.h"

#include <gtest/gtest.h>

#include "law/book.h"
#include "law/explain.h"
#include "law/test_support.h"

namespace heng::law {
namespace {

TEST(Say, ChineseNumerals) {
  for (const auto& [number, text] : std::vector<std::pair<int, const char*>>{{1, "一"},
                                                                             {10, "十"},
                                                                             {11, "十一"},
                                                                             {20, "二十"},
                                                                             {85, "八十五"},
                                                                             {101, "一百零一"},
                                                                             {110, "一百一十"},
                                                                             {204, "二百零四"},
                                                                             {1003, "一千零三"},
                                                                             {0, "0"},
                                                                             {10000, "10000"}}) {
    EXPECT_EQ(chinese_numeral(number), text);
  }
}

class SaidRule : public ::testing::Test {
 protected:
  explicit SaidRule() {
    packs_ = load_text(
        "x.law",
        "pack x\nsource CPL \"刑事诉讼法\" \"Criminal Procedure Law\"\nact a \"拘留\" \"Detention\"\n"
        "act b \"讯问\" \"Questioning\"\nrole r \"民警\" \"Officer\"\nstate s \"在押\" \"In custody\"\n  "
        "begins    on a\n"
        "period custody days \"羁押日\" \"custody days\"\n  counts    days\n  starts    the day after\n",
        diagnostics_);
    names_ = Names(packs_);
  }
  std::string said(const std::string& condition, Language language) {
    const testing::Parsed parsed("rule q\n  on        a\n  require   " + condition + "\n");
    EXPECT_EQ(parsed.messages(), "");
    return Sayer(names_, language).say(parsed.only<RuleDecl>().require.at(0));
  }
  void both(const std::string& condition, const std::string& zh, const std::string& en) {
    EXPECT_EQ(said(condition, Language::chinese), zh);
    EXPECT_EQ(said(condition, Language::english), en);
  }
  Diagnostics diagnostics_;
  PackSet packs_;
  Names names_;
};

TEST(Say, FieldsAndCodesByTheirLabels) {
  Diagnostics diagnostics;
  const PackSet packs = load_text(
      "x.law",
      "pack x\n  levels    county \"县级\" \"county\", city\nrole r \"民警\" \"Officer\"\n"
      "field ground \"理由\" \"ground\"\n  codes     gang \"结伙作案\" \"gang\"\n            \"7d\" \"七日\" \"seven days\"\n"
      "field to \"对方\" \"to\"\n"
      "act a \"拘留\" \"Detention\"\n  data      ground: text\n            to \"截止日\" \"until\": date\n"
      "            room: text\n            mode \"方式\" \"mode\": one of fast \"快\" \"quick\", slow\n"
      "act b \"送达\" \"Service\"\n  data      to: text\n            ground: text\n            members: people\n",
      diagnostics);
  ASSERT_EQ(diagnostics.errors(), 0u);
  const Names names(packs);
  const auto said = [&](const std::string& rule, Language language) {
    const testing::Parsed parsed("rule q\n  on        " + rule + "\n");
    EXPECT_EQ(parsed.messages(), "");
    std::string out;
    for (const SaidClause& clause : Sayer(names, language).clauses(Decl(parsed.only<RuleDecl>())))
      if (clause.heading == "要求" || clause.heading == "requires") out += clause.lines.front();
    return out;
  };
  const auto both = [&](const std::string& rule, const std::string& zh, const std::string& en) {
    EXPECT_EQ(said(rule, Language::chinese), zh);
    EXPECT_EQ(said(rule, Language::english), en);
  };
  both("a\n  require   ground in (gang, \"7d\", county, r)", "理由 属于 结伙作案、七日、县级、民警",
       "ground is one of gang, seven days, county, Officer");
  both("a\n  require   mode != fast", "方式 ≠ 快", "mode ≠ quick");
  both("a\n  require   mode = slow", "方式 = `slow`", "mode = `slow`");  // it has no label
  both("a\n  require   room is given", "`room` 已载明", "`room` is given");
  both("a\n  require   to is given", "截止日 已载明", "until is given");  // as the act itself calls it
  both("b\n  require   to is given", "对方 已载明", "to is given");
  both("a, b\n  require   to is given", "对方 已载明", "to is given");  // they call it differently
  both("b\n  require   earlier a where to = this.to", "此前已有“拘留”（截止日 = 本行为的对方）",
       "an earlier “Detention” where until = to of this act");
  both("b\n  given     old: last a\n  require   old.to is given", "最近一次“拘留”的截止日 已载明",
       "until of the last “Detention” is given");
  both("b\n  require   at least 2 in members", "`members`中至少 2 人", "at least 2 among `members`");
  both("b\n  require   no gang in ground", "理由中没有结伙作案", "no gang among ground");
}

TEST_F(SaidRule, Conditions) {
  both("earlier a by r", "此前已有由民警作出的“拘留”", "an earlier “Detention” by Officer");
  both("no earlier a, b within 3 custody days before", "前 3 日（羁押日）以内没有“拘留”或“讯问”",
       "no earlier “Detention” or “Questioning” within 3 custody days before");
  both("at most 1 earlier a since last b", "自最近一次“讯问”以来“拘留”至多 1 次",
       "at most 1 earlier “Detention” since the last “Questioning”");
  both("at least 2 r in by", "办理人员中至少 2 名民警", "at least 2 Officer among those who did it");
  both("not s or x = yes", "并非“在押”，或者`x` = 是", "not “In custody”, or `x` = yes");
  both("this within 30 days after old.at if y is blank  cites CPL 91(1-2)",
       "本行为在`old.at`之后 30 日以内（限于`y` 为空时）（《刑事诉讼法》第九十一条第一至二款）",
       "this act within 30 days after `old.at` (if `y` is blank) (Criminal Procedure Law, art. 91(1-2))");
  both("by shares nobody with those who did b", "办理人员 与曾办理“讯问”者没有同一人",
       "those who did it share nobody with those who did “Questioning”");
}

TEST_F(SaidRule, Articles) {
  const auto article = [&](const char* detail) {
    Cite cite;
    cite.source.text = "CPL";
    cite.detail = detail;
    return Sayer(names_, Language::chinese).say(cite);
  };
  EXPECT_EQ(article("85(2)"), "《刑事诉讼法》第八十五条第二款");
  EXPECT_EQ(article("221.10"), "《刑事诉讼法》第二百二十一条第十项");
  EXPECT_EQ(article("204-2"), "《刑事诉讼法》第二百零四条之二");
  EXPECT_EQ(article("91(1-2).3"), "《刑事诉讼法》第九十一条第一至二款第三项");
  EXPECT_EQ(article(""), "《刑事诉讼法》");
}

// Every clause of every rule has words in both languages.
TEST(Say, NothingOfTheExamplesIsUnsaid) {
  const auto text = testing::examples();
  if (!text) GTEST_SKIP() << "shared/design/examples.law is not here";
  Diagnostics diagnostics;
  const PackSet packs = load_text("examples.law", *text, diagnostics);
  const Names names(packs);
  size_t rules = 0;
  for (const Pack& pack : packs.packs) {
    for (const File& file : pack.files) {
      for (const Decl& decl : file.declarations) {
        if (meta_of(decl) == nullptr) continue;
        ++rules;
        for (const Language language : {Language::chinese, Language::english}) {
          const auto clauses = Sayer(names, language).clauses(decl);
          ASSERT_FALSE(clauses.empty());
          for (const SaidClause& clause : clauses) {
            EXPECT_FALSE(clause.heading.empty());
            for (const std::string& line : clause.lines)
              EXPECT_FALSE(line.empty()) << base_of(decl).name.text;
          }
        }
      }
    }
    const std::string book = book_html(pack, packs);
    EXPECT_TRUE(book.ends_with("</html>\n"));
  }
  EXPECT_GT(rules, 120u);
}

}  // namespace
}  // namespace heng::law
