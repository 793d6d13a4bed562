#include "law/words.h"

#include <gtest/gtest.h>

#include <set>

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
