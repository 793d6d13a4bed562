// The same id twice (contracts, the act's `id`): the same content is ignored; of two contents the one with the smaller
// (`recorded`, canonical bytes) is kept, whatever the order they came in.
#include "watch/history.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "act/json.h"
#include "law/load.h"
#include "watch/compile.h"

namespace heng::watch {
namespace {

class HistoryTest : public ::testing::Test {
 protected:
  static Plan plan() {
    law::Diagnostics diagnostics;
    const law::PackSet set = law::load_text("h.law", "pack h \"史\" \"History\"\n", diagnostics);
    return compile(set).value();
  }
  static Act act(const std::string& type, const std::string& more = "") {
    return *act_from_json(R"({"id":"a1","type":")" + type + R"(","at":"2026-03-01T10:00:00+08:00","case":"C1","agency":"g")" + more + "}");
  }
  // What is kept after these acts, in this order: its type.
  static std::string kept(const std::vector<Act>& acts, std::vector<History::Added>* said = nullptr) {
    Plan rules = plan();
    History history(rules);
    for (const Act& each : acts) {
      const auto added = history.add(each, nullptr);
      if (said != nullptr) said->push_back(added);
    }
    EXPECT_EQ(history.size(), 1U);
    return rules.symbols.string(history.type_name(history.act(0)));
  }
};

TEST_F(HistoryTest, TheSameAgainIsIgnored) {
  std::vector<History::Added> said;
  kept({act("b"), act("b")}, &said);
  EXPECT_EQ(said, (std::vector{History::Added::kept, History::Added::same}));
}

TEST_F(HistoryTest, OfTwoContentsTheSmallerIsKeptWhateverTheOrder) {
  std::vector<History::Added> said;
  EXPECT_EQ(kept({act("b"), act("a"), act("c")}, &said), "a");
  EXPECT_EQ(said, (std::vector{History::Added::kept, History::Added::replaced, History::Added::refused}));
  EXPECT_EQ(kept({act("c"), act("b"), act("a")}), "a");
  EXPECT_EQ(kept({act("a"), act("c"), act("b")}), "a");
}

TEST_F(HistoryTest, TheOneRecordedEarlierIsKept) {
  const Act early = act("z");  // recorded when it was done
  const Act late = act("a", R"(,"recorded":"2026-03-02T10:00:00+08:00")");
  EXPECT_EQ(kept({early, late}), "z");
  EXPECT_EQ(kept({late, early}), "z");
}

TEST_F(HistoryTest, AReplacementMovesToItsOwnCase) {
  Plan rules = plan();
  History history(rules);
  Act moved = act("a");
  moved.case_id = "C0";
  history.add(act("b"), nullptr);
  history.add(moved, nullptr);
  EXPECT_EQ(history.acts_of(rules.symbols.find("C1")).size(), 0U);
  EXPECT_EQ(history.acts_of(rules.symbols.find("C0")).size(), 1U);
}

TEST_F(HistoryTest, AnActComesBackAsItWasWritten) {
  Plan rules = plan();
  History history(rules);
  Act written = act("b", R"(,"recorded":"2026-03-02T10:00:00.25+01:00","by":[{"id":"p","role":"r"},{"id":"q"}],"on":[{"id":"s"}],)"
                         R"("docs":[{"id":"d","kind":"k","title":"标题","sha256":"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"},{"id":"e"}],)"
                         R"("corrects":"a0","data":{"z":"","n":-12.50,"big":123456789012345678901234567890,"yes":true,"no":false,"none":null,)"
                         R"("list":[1,"two",[],{"k":{"deep":[null]}}],"when":"2026-03-01T10:00:00Z","中":"文"})");
  history.add(act("c", R"(,"data":{"x":"before"})"), nullptr);
  written.id = "a2";
  history.add(written, nullptr);
  EXPECT_EQ(act_to_json(history.original(1)), act_to_json(written));
  EXPECT_EQ(history.add(written, nullptr), History::Added::same);
  Act turned = written;
  std::reverse(turned.data.begin(), turned.data.end());
  EXPECT_EQ(history.add(turned, nullptr), History::Added::same);
}

}  // namespace
}  // namespace heng::watch
