#include "law/words.h"

#include <gtest/gtest.h>

#include <set>

#include "law/test_support.h"

namespace heng::law {
namespace {

TEST(Words, EverySpellingStandsForOnePhrase) {
  std::set<std::string_view> chinese;
  std::set<std::pair<int, std::string>> english;
  for (const Phrase& phrase : phrases()) {
    EXPECT_TRUE(chinese.insert(phrase.chinese).second) << phrase.chinese;
    std::string words;
    for (const std::string_view word : phrase.english) words += std::string(word) + " ";
    EXPECT_TRUE(english.insert({static_cast<int>(phrase.role), words}).second) << words;
  }
}

// An editor colours what the language reads.
TEST(Words, TheGrammarOfEditorsKnowsEveryWord) {
  const std::string grammar =
      testing::read_file(std::filesystem::path(HENG_SOURCE_DIR) / "editors" / "heng-law.tmLanguage.json");
  for (const Phrase& phrase : phrases()) {
    EXPECT_NE(grammar.find(phrase.chinese), std::string::npos) << phrase.chinese;
    for (const std::string_view word : phrase.english)
      EXPECT_NE(grammar.find(word), std::string::npos) << word;
  }
}

// What the grammar of docs/language.md puts in quotes is a word of the table (or a sign).
TEST(Words, EveryWordOfTheDocumentedGrammarHasAChineseSpelling) {
  const std::string text =
      testing::read_file(std::filesystem::path(HENG_SOURCE_DIR) / "docs" / "language.md");
  std::set<std::string_view> known = {"hour", "times", "zh", "en"};
  for (const Phrase& phrase : phrases()) known.insert(phrase.english.begin(), phrase.english.end());
  known.insert({"each", "month", "year", "day"});
  const size_t begin = text.find("```ebnf");
  ASSERT_NE(begin, std::string::npos);
  const std::string grammar = text.substr(begin, text.find("```", begin + 3) - begin);
  size_t quoted = 0;
  for (size_t at = 0; (at = grammar.find('"', at)) != std::string::npos; ++at) {
    const size_t end = grammar.find('"', at + 1);
    ASSERT_NE(end, std::string::npos);
    std::string_view words = std::string_view(grammar).substr(at + 1, end - at - 1);
    at = end;
    if (words.empty() || words[0] < 'a' || words[0] > 'z') continue;
    while (!words.empty()) {
      const std::string_view word = words.substr(0, words.find(' '));
      EXPECT_TRUE(known.contains(word)) << word;
      ++quoted;
      words.remove_prefix(std::min(words.size(), word.size() + 1));
    }
  }
  EXPECT_GT(quoted, 150u);
}

TEST(Words, LongestPhraseWins) {
  const std::vector<std::string_view> words = {"end", "of", "every", "quarter"};
  ASSERT_NE(longest_phrase(WordRole::keyword, words), nullptr);
  EXPECT_EQ(longest_phrase(WordRole::keyword, words)->chinese, "每逢终了");
  EXPECT_EQ(longest_phrase(WordRole::value, words), nullptr);
  EXPECT_EQ(phrase_of_chinese("限期")->english.front(), "allows");
  EXPECT_EQ(phrase_of_chinese("allows"), nullptr);
}

}  // namespace
}  // namespace heng::law
