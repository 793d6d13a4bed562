#include "watch/intern.h"

#include <gtest/gtest.h>

namespace heng::watch {
namespace {

std::string text_at(int i) { return "word " + std::to_string(i) + std::string(static_cast<size_t>(i % 190), 'x'); }

void intern_and_find(const PageFolder* folder) {
  Interner words;
  words.keep_in(folder);
  constexpr int kMany = 200'000;  // some twenty megabytes
  EXPECT_EQ(words.intern(""), 0U);
  for (int i = 0; i < kMany; ++i) ASSERT_EQ(words.intern(text_at(i)), static_cast<Sym>(i + 1));
  const std::string long_one(3'000'000, 'y');  // longer than a block
  const Sym of_long = words.intern(long_one);
  for (int i = 0; i < kMany; ++i) {
    ASSERT_EQ(words.intern(text_at(i)), static_cast<Sym>(i + 1));
    ASSERT_EQ(words.text(static_cast<Sym>(i + 1)), text_at(i));
  }
  EXPECT_EQ(words.find(long_one), of_long);
  EXPECT_EQ(words.find("no such word"), 0U);
  EXPECT_EQ(words.size(), static_cast<size_t>(kMany) + 2);
}

TEST(Interner, FindsEveryTextAgain) { intern_and_find(nullptr); }

TEST(Interner, FindsEveryTextAgainInFiles) {
  const PageFolder folder(testing::TempDir());
  intern_and_find(&folder);
}

}  // namespace
}  // namespace heng::watch
