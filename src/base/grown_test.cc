#include "base/grown.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <string>
#include <system_error>

namespace heng {
namespace {

constexpr uint64_t kMany = 2'000'000;  // sixteen megabytes, so that the array moves several times

uint64_t value_at(uint64_t i) { return i * 0x9E3779B97F4A7C15ULL; }

void grow_and_look(const PageFolder* folder) {
  GrownArray<uint64_t> array;
  array.keep_in(folder);
  for (uint64_t i = 0; i < kMany; ++i) array.push_back(value_at(i));
  GrownArray<uint64_t> moved(std::move(array));
  ASSERT_EQ(moved.size(), kMany);
  for (uint64_t i = 0; i < kMany; ++i) ASSERT_EQ(moved[i], value_at(i)) << i;
  moved.resize(kMany + 5, 7);
  EXPECT_EQ(moved.back(), 7U);
  moved.resize(3);
  moved.push_back(moved[0] + moved[2]);
  EXPECT_EQ(moved.back(), value_at(0) + value_at(2));
}

TEST(GrownArray, HoldsWhatWasPutInMemory) { grow_and_look(nullptr); }

TEST(GrownArray, HoldsWhatWasPutInAFile) {
  const PageFolder folder(testing::TempDir());
  grow_and_look(&folder);
}

void adopt_and_grow(const PageFolder* folder) {
  const std::string path = testing::TempDir() + "/adopted";
  const size_t before = MappedFile::kPage;
  {
    std::ofstream out(path, std::ios::binary);
    out << std::string(before, 'x');
    for (uint64_t i = 0; i < kMany; ++i) {
      const uint64_t value = value_at(i);
      out.write(reinterpret_cast<const char*>(&value), sizeof value);
    }
    out << "what stands behind it";
  }
  GrownArray<uint64_t> array;
  array.keep_in(folder);
  {
    const MappedFile file(path);
    ASSERT_TRUE(file.there());
    array.adopt(file, before, kMany);
  }
  std::remove(path.c_str());
  array[5] = 1;  // only here
  for (uint64_t i = kMany; i < 2 * kMany; ++i) array.push_back(value_at(i));
  array[5] = value_at(5);
  GrownArray<uint64_t> moved(std::move(array));
  ASSERT_EQ(moved.size(), 2 * kMany);
  for (uint64_t i = 0; i < 2 * kMany; ++i) ASSERT_EQ(moved[i], value_at(i)) << i;
}

TEST(GrownArray, BeginsAsAPartOfAFile) { adopt_and_grow(nullptr); }

TEST(GrownArray, BeginsAsAPartOfAFileAndGrowsInAnother) {
  const PageFolder folder(testing::TempDir());
  adopt_and_grow(&folder);
}

TEST(GrownArray, BeginsAsZeros) {
  const PageFolder folder(testing::TempDir());
  for (const PageFolder* one : {static_cast<const PageFolder*>(nullptr), &folder})
    for (const uint64_t count : {uint64_t{10}, kMany}) {
      GrownArray<uint64_t> array;
      array.keep_in(one);
      array.begin_as_zeros(count);
      ASSERT_EQ(array.size(), count);
      EXPECT_TRUE(std::all_of(array.begin(), array.end(), [](uint64_t value) { return value == 0; }));
      array.push_back(7);
      EXPECT_EQ(array.back(), 7U);
    }
}

TEST(GrownArray, SaysWhichFolderTakesNoFile) {
  const PageFolder folder("/nowhere/at/all");
  GrownArray<uint64_t> array;
  array.keep_in(&folder);
  array.resize(10);  // small: in memory
  try {
    array.resize(kMany);
    FAIL() << "there is no such folder";
  } catch (const std::system_error& error) {
    EXPECT_NE(std::string(error.what()).find("/nowhere/at/all"), std::string::npos);
  }
}

}  // namespace
}  // namespace heng
