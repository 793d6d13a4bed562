#include "watch/intern.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

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

TEST(Interner, GoesOnFromWhatWasSaved) {
  Interner words;
  constexpr int kMany = 200'000;
  const std::string long_one(3'000'000, 'y');
  words.intern(long_one);
  for (int i = 0; i < kMany; ++i) words.intern(text_at(i));
  ByteWriter out;
  words.save(out);
  const std::string path = testing::TempDir() + "/texts";
  std::ofstream(path, std::ios::binary) << out.bytes;
  Interner again;
  again.intern(long_one);
  const std::string_view seen_before = again.text(1);
  {
    const MappedFile file(path);
    ByteReader in{file.bytes(), true, file.bytes().data(), &file};
    auto saved = SavedTexts::read(in, nullptr);
    ASSERT_TRUE(saved.has_value());
    EXPECT_EQ(saved->text(2), text_at(0));
    ASSERT_TRUE(again.take(std::move(*saved)));
  }
  std::remove(path.c_str());
  EXPECT_EQ(seen_before, long_one);
  for (int i = 0; i < kMany + 1000; ++i) {
    ASSERT_EQ(again.intern(text_at(i)), static_cast<Sym>(i + 2));
    ASSERT_EQ(again.text(static_cast<Sym>(i + 2)), text_at(i));
  }

  const auto take = [&out](Interner& into) {
    ByteReader in{out.bytes, true, out.bytes.data(), nullptr};
    auto saved = SavedTexts::read(in, nullptr);
    return saved && into.take(std::move(*saved));
  };
  Interner other;
  other.intern("another word");
  EXPECT_FALSE(take(other));
  // Whatever is cut off or turned round, nothing is read beside the bytes.
  const std::string whole = out.bytes;
  for (const size_t cut : {size_t{0}, size_t{7}, size_t{40}, whole.size() / 2, whole.size() - 1}) {
    out.bytes = whole.substr(0, cut);
    Interner empty;
    EXPECT_FALSE(take(empty)) << cut;
  }
  for (size_t at = 0; at < whole.size(); at += 65'537) {
    out.bytes = whole;
    out.bytes[at] = static_cast<char>(out.bytes[at] ^ 0x55);
    Interner empty;
    if (take(empty)) {
      EXPECT_LE(empty.text(2).size(), whole.size());
    }
  }
}

TEST(Interner, FindsEveryTextAgain) { intern_and_find(nullptr); }

TEST(Interner, FindsEveryTextAgainInFiles) {
  const PageFolder folder(testing::TempDir());
  intern_and_find(&folder);
}

}  // namespace
}  // namespace heng::watch
