// Which acts stand in a case's timeline, where corrections and annulments meet (docs/language.md, "The set of acts").
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "watch/history.h"

namespace heng::watch {
namespace {

Act act(const std::string& id, int hour, int recorded = -1) {
  Act out;
  out.id = id;
  out.type = "t";
  out.case_id = "C";
  out.agency = "a";
  out.at = {Instant{hour * kHour}, 0};
  if (recorded >= 0) out.recorded = OffsetTime{Instant{recorded * kHour}, 0};
  return out;
}

// The live acts with their roots, "b/a" where b stands in the place of a.
std::vector<std::string> live(const std::vector<Act>& acts) {
  Plan plan;
  History history(plan);
  for (const Act& one : acts) history.add(one, nullptr);
  std::vector<std::string> out;
  for (const LiveActs::Item& item : live_acts(history, history.acts_of(plan.symbols.find("C")), Instant{INT64_MAX}).acts)
    out.push_back(plan.symbols.string(history.act(item.act).id) +
                  (item.act == item.root ? "" : "/" + plan.symbols.string(history.act(item.root).id)));
  return out;
}

TEST(LiveActs, OneCorrectionStandsInThePlaceOfARoot) {
  Act first = act("b", 2, 10);
  first.corrects = "a";
  Act later = act("c", 3, 20);
  later.corrects = "a";
  EXPECT_EQ(live({act("a", 1), first, later}), std::vector<std::string>{"c/a"});
  // The correction of one that lost its place has none either, however it was recorded.
  Act chain = act("d", 4, 30);
  chain.corrects = "b";
  EXPECT_EQ(live({act("a", 1), first, later, chain}), std::vector<std::string>{"c/a"});
  Act chain_on = act("e", 5, 40);
  chain_on.corrects = "d";
  EXPECT_EQ(live({chain_on, chain, later, first, act("a", 1)}), std::vector<std::string>{"c/a"});
  // Annul the winner, and the other branch stands with its last correction.
  Act gone = act("f", 6, 50);
  gone.annuls = "c";
  EXPECT_EQ(live({act("a", 1), first, later, chain, chain_on, gone}), std::vector<std::string>{"e/a"});
}

TEST(LiveActs, AnAnnulmentTakesTheCorrectionsBeforeIt) {
  Act correction = act("b", 2, 10);
  correction.corrects = "a";
  Act gone = act("c", 3, 20);
  gone.annuls = "a";
  EXPECT_TRUE(live({act("a", 1), correction, gone}).empty());
  Act back = act("d", 4, 30);
  back.annuls = "c";
  EXPECT_EQ(live({act("a", 1), correction, gone, back}), std::vector<std::string>{"b/a"});
}

TEST(LiveActs, ReferencesCountOnlyToSmallerPlaces) {
  Act ring1 = act("a", 1, 10);
  ring1.corrects = "b";
  Act ring2 = act("b", 1, 10);
  ring2.corrects = "a";
  EXPECT_TRUE(live({ring1, ring2}).empty());
  Act early = act("c", 1, 1);
  early.corrects = "z";
  EXPECT_EQ(live({act("z", 2, 5), early}), std::vector<std::string>{"z"});
}

}  // namespace
}  // namespace heng::watch
