#include "record/act_ids.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace heng::record {
namespace {

TEST(ActIds, AgreesWithAMap) {
  std::mt19937_64 random(11);
  std::map<tlog::Hash, std::pair<uint64_t, tlog::Hash>> known;
  ActIds ids;
  const auto id_of = [](uint64_t number) {
    // Few first bytes, so that many ids want the same place.
    tlog::Hash out = tlog::sha256("id " + std::to_string(number));
    out.bytes[0] = static_cast<uint8_t>(number % 3);
    std::fill(out.bytes.begin() + 1, out.bytes.begin() + 8, uint8_t{0});
    return out;
  };
  for (uint64_t step = 0; step < 6000; ++step) {
    const tlog::Hash id = id_of(random() % 700), act = tlog::sha256(std::to_string(step));
    if (random() % 3 == 0) {
      ids.erase(id);
      known.erase(id);
    } else {
      ids.insert(id, step, act);
      known.emplace(id, std::pair(step, act));
    }
    if (step % 50 != 0) continue;
    for (uint64_t i = 0; i < 700; ++i) {
      const auto found = ids.find(id_of(i));
      const auto wanted = known.find(id_of(i));
      ASSERT_EQ(found.has_value(), wanted != known.end()) << step;
      if (!found) continue;
      EXPECT_EQ(found->entry, wanted->second.first);
      EXPECT_EQ(found->act, wanted->second.second);
    }
  }
}

}  // namespace
}  // namespace heng::record
