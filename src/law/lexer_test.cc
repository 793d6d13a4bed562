#include "law/lexer.h"

#include <gtest/gtest.h>

#include <random>

#include "law/test_support.h"

namespace heng::law {
namespace {

std::string codes(const std::string& text) {
  const std::vector<SourceFile> sources = {{"x", text}};
  Diagnostics diagnostics;
  lex(sources[0], 0, diagnostics);
  std::string out;
  for (const Diagnostic& d : diagnostics.all()) out += (out.empty() ? "" : " ") + std::string(d.code());
  return out;
}

std::string words(const std::string& text) {
  Diagnostics diagnostics;
  const Tokens tokens = lex({"x", text}, 0, diagnostics);
  static constexpr const char* kKinds[] = {"w", "n", "%", "d", "c", "s", "", "bad"};
  std::string out;
  for (const Token& token : tokens.tokens) {
    out += (out.empty() ? "" : " ") + std::string(kKinds[static_cast<size_t>(token.kind)]) + ":" + token.text;
  }
  return out;
}

TEST(Lexer, ReadsEveryKindOfToken) {
  EXPECT_EQ(words("a_1 拘留 12 1.5 75% 2026-01-31 14:25 \"7d\" -> != <= >= = < > + - * . , : ; ( )"),
            "w:a_1 w:拘留 n:12 n:1.5 %:75 d:2026-01-31 c:14:25 s:7d :-> :!= :<= :>= := :< :> :+ :- :* :. :, "
            ":: :; :( :)");
}

TEST(Lexer, HyphensOnlyBetweenLettersAndDigits) {
  EXPECT_EQ(words("police-X1 a - b a- b -c 204-2 a_-b"),
            "w:police-X1 w:a :- w:b w:a :- w:b :- w:c n:204 :- n:2 w:a_ :- w:b");
}

TEST(Lexer, ArticleNumbersAreNoDates) {
  EXPECT_EQ(words("91(1-2) 221.10 2026-01"), "n:91 :( n:1 :- n:2 :) n:221.10 n:2026 :- n:01");
}

TEST(Lexer, NamesAreComposed) { EXPECT_EQ(words("re\u0301sume\u0301"), "w:r\u00e9sum\u00e9"); }

TEST(Lexer, KeepsCommentsAndColumns) {
  Diagnostics diagnostics;
  const std::string text = "rule x  # why\r\n    a\n# alone \n";
  const Tokens tokens = lex({"x", text}, 0, diagnostics);
  ASSERT_EQ(tokens.lines.size(), 3u);
  EXPECT_EQ(
      text.substr(tokens.lines[0].comment.begin, tokens.lines[0].comment.end - tokens.lines[0].comment.begin),
      "# why");
  EXPECT_EQ(tokens.lines[1].indent, 4u);
  EXPECT_EQ(tokens.lines[2].count, 0u);
  EXPECT_EQ(
      text.substr(tokens.lines[2].comment.begin, tokens.lines[2].comment.end - tokens.lines[2].comment.begin),
      "# alone");
  EXPECT_TRUE(diagnostics.all().empty());
}

TEST(Lexer, FullWidthSignsAreReadPlain) {
  EXPECT_EQ(words("a，b（c）：“甲”；＝"), "w:a :, w:b :( w:c :) :: s:甲 :; :=");
  EXPECT_EQ(codes("a，b（c）"), "law-full-width");
  EXPECT_EQ(codes("\"a，b\"  # ，"), "");
}

TEST(Lexer, RefusesWhatNobodySees) {
  EXPECT_EQ(codes("a\u200bb"), "law-invisible-character");
  EXPECT_EQ(codes("a \u202e b"), "law-invisible-character");
  EXPECT_EQ(codes("a\u00a0b"), "law-invisible-character");
  EXPECT_EQ(codes("a\ufe0fb"), "law-invisible-character");
  EXPECT_EQ(codes("a\u3164b"), "law-invisible-character");
  EXPECT_EQ(codes("\"a\u200bb\" # \u202e"), "");
  EXPECT_EQ(codes("\ufeffrule"), "");  // a byte order mark is no character of the text
}

TEST(Lexer, SaysWhatIsWrong) {
  EXPECT_EQ(codes("\tcites a\tb"), "law-tab");
  EXPECT_EQ(codes("a \xff b"), "law-bad-encoding");
  EXPECT_EQ(codes("\"\xff\""), "law-bad-encoding");
  EXPECT_EQ(codes("# \xff"), "law-bad-encoding");
  EXPECT_EQ(codes("24h"), "law-bad-number");
  EXPECT_EQ(codes("12345678901234567890"), "law-bad-number");
  EXPECT_EQ(codes("2026-02-30"), "law-bad-date");
  EXPECT_EQ(codes("24:00"), "law-bad-date");
  EXPECT_EQ(codes("\"open"), "law-unclosed-string");
  EXPECT_EQ(codes("a ≥ b"), "law-bad-character");
  EXPECT_EQ(codes(std::string("a \0 b", 5)), "law-bad-character");
  EXPECT_EQ(codes("a ! b"), "law-bad-character");
}

TEST(Lexer, HasLimits) {
  EXPECT_EQ(codes(std::string(kMaxFileBytes + 1, 'a')), "law-too-large");
  EXPECT_EQ(codes(std::string(kMaxLineBytes + 1, 'a')), "law-too-large");
  std::string many;
  for (size_t i = 0; i <= kMaxLineTokens; ++i) many += "a ";
  EXPECT_EQ(codes(many), "law-too-large");
}

TEST(Lexer, ReadsAnyBytes) {
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    std::string text(random() % 400, '\0');
    for (char& c : text) c = static_cast<char>(random());
    Diagnostics diagnostics;
    const Tokens tokens = lex({"x", text}, 0, diagnostics);
    uint32_t previous = 0;
    for (const Token& token : tokens.tokens) {
      ASSERT_LE(previous, token.span.begin);
      ASSERT_LT(token.span.begin, token.span.end);
      ASSERT_LE(token.span.end, text.size());
      previous = token.span.end;
    }
  }
}

}  // namespace
}  // namespace heng::law
