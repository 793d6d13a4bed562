#include "law/format.h"

#include <gtest/gtest.h>

#include <random>

#include "law/dump.h"
#include "law/test_support.h"

namespace heng::law {
namespace {

using testing::Parsed;

std::string formatted(const std::string& text, Words words = Words::as_written) {
  const Result<std::string> out = format({"x.law", text}, words);
  return out.ok() ? out.value() : out.error().text();
}

void expect_stable(const std::string& text) {
  const Parsed before(text);
  ASSERT_TRUE(before.diagnostics.ok()) << before.messages();
  const std::string once = formatted(text);
  const Parsed after(once);
  ASSERT_EQ(after.messages(), "");
  EXPECT_EQ(dump(after.file), dump(before.file));
  EXPECT_EQ(formatted(once), once);
}

TEST(Format, KeepsAClocksNameWithItsPart) {
  const std::string text =
      "clock a.b\n  starts    on end of c.d\n            7 days before end of c.d\n            on change of c.d\n"
      "  when      at before end of c.d\n  allows    until end of c.d\n  met by    x\n";
  EXPECT_EQ(formatted(text), text);
  expect_stable(text);
  EXPECT_EQ(formatted(formatted(text, Words::chinese), Words::english), text);
}

TEST(Format, LaysOutClauses) {
  EXPECT_EQ(
      formatted("# Why.\n"
                "clock  a . b   \"一\"   \"One\"   # the header\n"
                "\n"
                "  met by x ,y\n"
                "  # on the allowance\n"
                "  allows 3 custody days\n"
                "      plus 7 days after e where step=1   cites CPL 91 ( 1 )  # first\n"
                "      plus 30 custody days after e where step = \"30d\" at most 2 times cites CPL 91(2)\n"
                "  # behind all\n"
                "  cites CPL 85 , MPS 126\n"
                "  starts on z\n"
                "  # the end\n"
                "role r\n"
                "role s\n\n\n\n"
                "# lonely\n\n"
                "role t\n"),
      "# Why.\n"
      "clock a.b \"一\" \"One\"  # the header\n"
      "  # behind all\n"
      "  cites     CPL 85, MPS 126\n"
      "  starts    on z\n"
      "  # on the allowance\n"
      "  allows    3 custody days\n"
      "            plus 7 days           after e where step = 1                       cites CPL 91(1)  # "
      "first\n"
      "            plus 30 custody days  after e where step = \"30d\"  at most 2 times  cites CPL 91(2)\n"
      "  met by    x, y\n"
      "  # the end\n"
      "\n"
      "role r\n"
      "role s\n"
      "\n"
      "# lonely\n"
      "\n"
      "role t\n");
}

TEST(Format, TablesAndStories) {
  EXPECT_EQ(
      formatted("table t\n  columns a,b->c\n  row (x,y),any->24 months\n  row under 60,60 to 119->1,2\n"),
      "table t\n  columns   a, b                 -> c\n  row       (x, y), any          -> 24 months\n"
      "  row       under 60, 60 to 119  -> 1, 2\n");
  EXPECT_EQ(formatted("test x.y\n given 2026-01-01 a P1 by O1 b,O2 c\n \"拘留\" + 1 09:00 e with f (G-1,h),n "
                      "-3;holds\n  \"long title\"\n"
                      "     14:25 e\n     until +3 ; breach I2 at +1 15:00\n"),
            "test x.y\n"
            "  given         2026-01-01 a P1 by O1 b, O2 c\n"
            "  \"拘留\"        +1 09:00 e with f (G-1, h), n -3; holds\n"
            "  \"long title\"  14:25 e\n"
            "                until +3; breach I2 at +1 15:00\n");
}

TEST(Format, AClauseWordAloneTakesItsFirstItem) {
  EXPECT_EQ(
      formatted("rule r\n  on x\n  require  # all of\n    # first\n    a\n    b and\n      c\n"),
      "rule r\n  on        x\n  # all of\n  # first\n  require   a\n            b and\n            c\n");
}

TEST(Format, RefusesWhatItDoesNotUnderstand) {
  const Result<std::string> out = format({"x.law", "rule r\n  on x\n  require = =\n"});
  ASSERT_FALSE(out.ok());
  EXPECT_EQ(out.error().code, "law-syntax");
  EXPECT_EQ(out.error().where, "x.law:3");
}

TEST(Format, PlainSignsAndComposedNames) {
  EXPECT_EQ(formatted("act re\u0301 “甲，” \"b\"\r\n  data x：text\r\n"),
            "act r\u00e9 \"甲，\" \"b\"\n  data      x: text\n");
}

TEST(Format, ExamplesAreStable) {
  const auto text = testing::examples();
  if (!text) GTEST_SKIP() << "shared/design/examples.law is not here";
  expect_stable(*text);
}

TEST(Format, ShippedPacksAreStable) {
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(std::filesystem::path(HENG_SOURCE_DIR) / "packs")) {
    if (entry.path().extension() != ".law") continue;
    SCOPED_TRACE(entry.path().string());
    const std::string text = testing::read_file(entry.path());
    if (Parsed(text).diagnostics.ok()) expect_stable(text);  // that they parse is the packs' own test
  }
}

// Other indentation, other spaces, other comments, blank lines: the same tree, and one layout of the clauses.
TEST(Format, AnyLayoutGivesTheSameTree) {
  const std::string text = testing::examples().value_or(
      "rule x \"a\" \"b\"\n  on        y\n  require   a = 1 or\n            b\n");
  std::mt19937 random(3);
  for (int round = 0; round < 12; ++round) {
    std::string mutated;
    bool string = false;
    for (size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      if (c == '"') string = !string;
      if (c == '\n') {
        string = false;
        if (random() % 40 == 0) mutated += "   ";
        if (random() % 60 == 0) mutated += "  # aside";
        mutated += random() % 30 == 0 ? "\r\n" : "\n";
        if (random() % 50 == 0) mutated += "\n";
        size_t spaces = 0;
        while (i + 1 < text.size() && text[i + 1] == ' ') ++spaces, ++i;
        if (random() % 60 == 0 && spaces > 0) mutated += "      # between\n";
        mutated.append(spaces > 2 ? 3 + random() % 12 : spaces, ' ');
        continue;
      }
      mutated += c;
      if (c == '#') {  // comments stay as they are
        while (i + 1 < text.size() && text[i + 1] != '\n') mutated += text[++i];
      } else if (!string && c == ' ' && random() % 10 == 0) {
        mutated += "  ";
      }
    }
    ASSERT_NO_FATAL_FAILURE(expect_stable(mutated)) << "round " << round;
  }
}

TEST(Format, ChineseWordsAndBack) {
  const auto text = testing::examples();
  if (!text) GTEST_SKIP() << "shared/design/examples.law is not here";
  const std::string english = formatted(*text);
  const std::string chinese = formatted(english, Words::chinese);
  const Parsed turned(chinese);
  ASSERT_EQ(turned.messages(), "");
  EXPECT_EQ(formatted(chinese), chinese);
  // No English word of the language is left: every keyword has its Chinese spelling.
  for (const char* word : {" where ", " starts ", " within ", " each ", " of ", " at least ", " the "}) {
    size_t outside = 0;
    bool string = false;
    for (size_t i = 0; i < chinese.size(); ++i) {
      if (chinese[i] == '#') i = chinese.find('\n', i);
      if (chinese[i] == '"') string = !string;
      if (!string && chinese.compare(i, std::string(word).size(), word) == 0) ++outside;
    }
    EXPECT_EQ(outside, 0u) << word;
  }
  std::string back = formatted(chinese, Words::english);
  std::string expected = dump(Parsed(english).file);
  std::string got = dump(Parsed(back).file);
  for (std::string* s : {&expected, &got}) {
    for (size_t at; (at = s->find(" (words \"en\")")) != std::string::npos;) s->erase(at, 13);
  }
  EXPECT_EQ(got, expected);
}

TEST(Format, ChineseReadsLikeThis) {
  EXPECT_EQ(
      formatted(
          "clock a \"拘留\" \"b\"\n  cites CPL 85(2)\n  severity critical\n  for each person across cases\n"
          "  starts on x where urgent = no\n  allows 24 hours\n    plus 1 custody month after y at most 1 "
          "time\n"
          "  met by z\n",
          Words::chinese),
      "时限 a \"拘留\" \"b\"\n"
      "  依据      CPL 85(2)\n"
      "  程度      重大\n"
      "  对每个    person 跨案\n"
      "  起算      于 x 其中 urgent = 否\n"
      "  限期      24 小时\n"
      "            加 1 custody 个月  之后 y  至多 1 次\n"
      "  完成于    z\n");
  EXPECT_EQ(
      formatted("时限 a\n  起算 于 x\n  限期 1 custody 个月\n       加 2 日 之后 y 至多 1 次\n  完成于 z\n",
                Words::english),
      "clock a\n  starts    on x\n  allows    1 custody month\n            plus 2 days  after y  at most 1 "
      "time\n"
      "  met by    z\n");
  EXPECT_EQ(formatted("pack a\n", Words::chinese), "规则包 a\n  用词      zh\n");
  EXPECT_EQ(formatted("规则包 a\n  用词 zh\n", Words::english), "pack a\n  words     en\n");
}

}  // namespace
}  // namespace heng::law
