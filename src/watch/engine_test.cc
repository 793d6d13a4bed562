// What once told the engine from the oracle, in the smallest case that shows it.
#include "watch/engine.h"

#include <gtest/gtest.h>

#include "act/json.h"
#include "law/diagnostics.h"
#include "law/load.h"
#include "watch/compile.h"
#include "watch/gate.h"
#include "watch/oracle.h"

namespace heng::watch {
namespace {

constexpr const char* kLaw = R"(pack e "测" "Test"
  zone "Asia/Shanghai"
source L "法" "Law"
agency police "公安" "Police"
subject person "人" "Person" is on.person
act begin "始" "Begin"
  on person
act end "终" "End"
  on person
period days "日" "Days"
  cites L 1
  counts days
  starts the day after
clock done "三日内完成" "Done within three days"
  cites L 2
  for each person
  starts on begin
  allows 3 days
  met by end
)";

struct Law {
  law::PackSet set;
  Plan plan;
  explicit Law(const std::string& text) : set(load(text)), plan(std::move(compile(set).value())) {}

 private:
  static law::PackSet load(const std::string& text) {
    law::Diagnostics diagnostics;
    law::PackSet out = law::load_text("e.law", text, diagnostics);
    EXPECT_TRUE(diagnostics.ok()) << law::render(diagnostics, out.sources, {});
    return out;
  }
};

Act act(const std::string& id, const std::string& type, const std::string& at) {
  return *act_from_json(R"({"id":")" + id + R"(","type":")" + type + R"(","at":")" + at +
                        R"(+08:00","case":"C","agency":"police","on":[{"id":"P","role":"person"}]})");
}

TEST(Engine, TellsThatAFindingRestsOnAnActMadeVoidSince) {
  const std::string text = std::string(kLaw) + R"(act cancel "撤" "Cancel"
  on person
consequence undone "始行为无效" "The begin is void"
  cites L 3
  on cancel
  voids begin
)";
  Law law(text);
  Engine engine(law.plan, {});
  std::vector<Change> told;
  const auto tell = [&told](Change&& change) { told.push_back(std::move(change)); };
  for (const Act& one : {act("a1", "begin", "2026-03-02T09:00:00"), act("a2", "cancel", "2026-03-09T09:00:00")}) {
    engine.tick(one.at.instant, tell);
    engine.act(one, nullptr, tell);
  }
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0].what, Change::What::raised);
  EXPECT_EQ(told[1].what, Change::What::changed);
  EXPECT_EQ(told[1].cause, "a2");
  ASSERT_FALSE(told[1].finding.why.empty());
  EXPECT_EQ(told[1].finding.why.back().step, "void");
  EXPECT_EQ(told[1].finding.why.back().act, "a1");
}

TEST(Engine, HearsTheBreachOfEveryVersionAndOfAClock) {
  const std::string text = std::string(kLaw) + R"(rule alone "不得终止" "No end"
  cites L 4
  in force until 2026-03-31
  on end
  forbid
rule alone "不得终止" "No end"
  cites L 5
  in force from 2026-04-01
  on end
  forbid
clock answer "三日内答复" "Answer within three days"
  cites L 6
  starts on breach of alone
  allows 3 days
  met by begin
consequence too_late "逾期无效" "Void when too late"
  cites L 7
  on breach of done
  voids this
)";
  Law law(text);
  History history(law.plan);
  history.add(act("a1", "begin", "2026-03-02T09:00:00"), nullptr);
  history.add(act("a2", "end", "2026-03-20T09:00:00"), nullptr);
  history.add(act("a3", "end", "2026-04-20T09:00:00"), nullptr);
  OracleOptions options;
  options.now = act("x", "end", "2026-05-20T09:00:00").at.instant;
  std::vector<std::string> lines;
  for (const Finding& finding : judge_history(history, options).findings) {
    std::string line = full_name(finding) + " " + name_of(finding.kind) + " " + finding.acts.front();
    for (const Why& why : finding.why)
      if (why.step == "void") line += " void " + why.act;
    lines.push_back(line);
  }
  EXPECT_EQ(lines, (std::vector<std::string>{"e/done late a1 void a1", "e/alone breach a2", "e/answer breach a2", "e/alone breach a3", "e/answer breach a3"}));
}

// A property test found it (seed 805528775): an annulment named an act that was not there yet, and was corrected itself.
TEST(Gate, SaysWhatAnActMakesGoodThatWasNamedBefore) {
  Law law(std::string(kLaw) + R"(act visit "访" "Visit"
  on person
)");
  History history(law.plan);
  Act annuls = act("a2", "end", "2026-03-03T09:00:00");
  annuls.annuls = "a9";
  annuls.recorded = act("x", "end", "2026-05-01T09:00:00").at;
  Act corrects = act("a3", "end", "2026-03-04T09:00:00");
  corrects.corrects = "a2";
  corrects.recorded = act("x", "end", "2026-05-02T09:00:00").at;
  for (const Act& one : {act("a1", "begin", "2026-03-02T09:00:00"), annuls, corrects}) history.add(one, nullptr);
  Gate gate(history);
  const auto answer = gate.ask(act("a9", "visit", "2026-03-10T09:00:00"));
  ASSERT_TRUE(answer.ok());
  ASSERT_EQ(answer->meets.size(), 1U);  // the correction stands as soon as what it corrects annuls something
  EXPECT_EQ(answer->meets[0].start_act, "a1");
}

TEST(Engine, SaysLateWhatIsDoneAtTheVeryEndOfTheLastDay) {
  Law law(kLaw);
  Engine engine(law.plan, {});
  for (const Act& one : {act("a1", "begin", "2026-03-02T09:00:00"), act("a2", "end", "2026-03-06T00:00:00")}) {
    engine.tick(one.at.instant, nullptr);
    engine.act(one, nullptr, nullptr);
  }
  EXPECT_EQ(engine.standing(), 0U);  // the day is over only after that instant
  engine.tick(engine.next_due(), nullptr);
  ASSERT_EQ(engine.standing(), 1U);
  OracleOptions options;
  options.now = engine.now();
  const Verdicts verdicts = judge_history(engine.history(), options);
  ASSERT_EQ(verdicts.findings.size(), 1U);
  EXPECT_EQ(verdicts.findings[0].kind, Kind::late);
  EXPECT_EQ(engine.standing_lines(), std::vector{standing_line(verdicts.findings[0])});
}

}  // namespace
}  // namespace heng::watch
