#include "base/grown.h"

#include <gtest/gtest.h>

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
