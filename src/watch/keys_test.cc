// Which histories an act stands in: keys across cases, `for FIELD`, and clocks named with their part. The oracle and the
// engine are asked both.
#include <gtest/gtest.h>

#include <algorithm>

#include "act/json.h"
#include "law/check.h"
#include "law/load.h"
#include "watch/compile.h"
#include "watch/engine.h"
#include "watch/oracle.h"

namespace heng::watch {
namespace {

constexpr const char* kHead =
    "pack k \"键\" \"Keys\"\n  zone      \"Asia/Shanghai\"\n\nsource L \"法\" \"Law\"\n\n"
    "period days \"日\" \"days\"\n  counts    days\n  starts    the day after\n\n"
    "role judge \"审判员\" \"Judge\"\n\nsubject judge \"法官\" \"Judge\" is by.judge\n\n"
    "act heard \"开庭\" \"Heard\"\n  by        judge\n\n"
    "act complained \"投诉\" \"Complained of\"\n  data      against: text\n\n"
    "act answered \"答复\" \"Answered\"\n  data      about: text\n\n";

std::string act(const std::string& id, const std::string& type, const std::string& at, const std::string& case_id,
                const std::string& more) {
  return R"({"id":")" + id + R"(","type":")" + type + R"(","at":")" + at + R"(T10:00:00+08:00","case":")" + case_id +
         R"(","agency":"court-Z1",)" + more + "}";
}
std::string by(const std::string& judge) { return R"("by":[{"id":")" + judge + R"(","role":"judge"}])"; }

// "rule kind key acts" of every finding, sorted, by the oracle; the engine must have the same standing.
std::vector<std::string> judged(const std::string& law, const std::vector<std::string>& lines, const std::string& now) {
  law::Diagnostics diagnostics;
  const law::PackSet set = law::load_text("k.law", kHead + law, diagnostics);
  law::check(set, law::Symbols::of(set), diagnostics);
  EXPECT_TRUE(diagnostics.ok()) << law::render(diagnostics, set.sources, {});
  auto plan = compile(set);
  EXPECT_TRUE(plan.ok());
  if (!diagnostics.ok() || !plan.ok()) return {};
  std::vector<Act> acts;
  for (const std::string& line : lines) {
    const auto read = act_from_json(line);
    EXPECT_TRUE(read.ok()) << line;
    if (read.ok()) acts.push_back(*read);
  }
  const Instant until = parse_rfc3339(now + "T00:00:00+08:00")->instant;
  History history(*plan);
  for (const Act& each : acts) history.add(each, nullptr);
  OracleOptions options;
  options.now = until;
  const std::vector<Finding> findings = judge_history(history, options).findings;
  std::vector<std::string> out;
  std::vector<std::string> standing;
  for (const Finding& finding : findings) {
    standing.push_back(standing_line(finding));
    std::string line = full_name(finding) + " " + name_of(finding.kind);
    for (const auto& [name, value] : finding.key) line += " " + name + "=" + value;
    for (const std::string& id : finding.acts) line += " " + id;
    out.push_back(line);
  }
  std::sort(standing.begin(), standing.end());
  std::sort(out.begin(), out.end());
  for (const bool backwards : {false, true}) {
    std::vector<Act> fed = acts;
    if (backwards) std::reverse(fed.begin(), fed.end());
    Engine engine(*plan, EngineOptions{});
    for (const Act& each : fed) engine.act(each, nullptr, [](Change&&) {});
    engine.tick(until, [](Change&&) {});
    EXPECT_EQ(engine.standing_lines(), standing) << (backwards ? "backwards" : "forwards");
  }
  return out;
}

using Lines = std::vector<std::string>;

TEST(Keys, AnActNamedByAFieldStandsInThatHistoryAcrossCases) {
  const std::string rule =
      "rule at_most_one \"一人一诉\" \"One complaint\"\n  cites     L 1\n  severity  low\n  for       each judge across cases\n"
      "  on        complained for against\n  require   no earlier complained for against\n";
  EXPECT_EQ(judged(rule,
                   {act("a1", "complained", "2026-03-01", "C1", R"("data":{"against":"J1"})"),
                    act("a2", "complained", "2026-03-02", "C2", R"("data":{"against":"J2"})"),
                    act("a3", "complained", "2026-03-03", "C3", R"("data":{"against":"J1"})"),
                    act("a4", "complained", "2026-03-04", "C3", R"("data":{"against":null})")},
                   "2026-03-10"),
            (Lines{"k/at_most_one breach judge=J1 a3 a1"}));
}

TEST(Keys, AFieldNamesForItsOwnPatternAlone) {
  // The complaint is not the judge's act: without `for against` it is in no judge's history.
  const std::string rule =
      "rule hears_no_more \"不再审理\" \"Hears no more\"\n  cites     L 1\n  severity  low\n  for       each judge across cases\n"
      "  on        heard\n  require   no earlier complained for against\n\n"
      "rule quiet \"无\" \"Quiet\"\n  cites     L 2\n  severity  low\n  for       each judge across cases\n"
      "  on        heard\n  require   no earlier complained\n";
  EXPECT_EQ(judged(rule,
                   {act("a1", "complained", "2026-03-01", "C1", R"("data":{"against":"J1"})"),
                    act("a2", "heard", "2026-03-02", "C2", by("J1")), act("a3", "heard", "2026-03-02", "C2", by("J2"))},
                   "2026-03-10"),
            (Lines{"k/hears_no_more breach judge=J1 a2 a1"}));
}

TEST(Keys, AClockAcrossCasesStartsAndIsMetByFields) {
  const std::string clock =
      "clock answer \"答复期限\" \"Answer\"\n  cites     L 1\n  severity  low\n  for       each judge across cases\n"
      "  starts    on complained for against\n  allows    3 days\n  met by    answered for about\n";
  EXPECT_EQ(judged(clock,
                   {act("a1", "complained", "2026-03-01", "C1", R"("data":{"against":"J1"})"),
                    act("a2", "complained", "2026-03-01", "C2", R"("data":{"against":"J2"})"),
                    act("a3", "answered", "2026-03-03", "C9", R"("data":{"about":"J1"})")},
                   "2026-03-10"),
            (Lines{"k/answer breach judge=J2 a2"}));
}

TEST(Keys, AClockStandsUnderItsPart) {
  const std::string clocks =
      "clock reply.first \"一次\" \"First\"\n  cites     L 1(1)\n  severity  low\n  starts    on complained\n  allows    3 days\n"
      "  met by    answered\n\n"
      "clock reply.second \"二次\" \"Second\"\n  cites     L 1(2)\n  severity  low\n  starts    on end of reply.first\n"
      "  allows    2 days\n  met by    answered\n\n"
      "rule in_time \"期内\" \"In time\"\n  cites     L 1(3)\n  severity  low\n  on        answered\n"
      "  require   at before end of reply.first\n\n"
      "clock ahead \"提前\" \"Ahead\"\n  cites     L 2\n  severity  low\n  starts    1 days before end of reply.first\n"
      "  allows    until end of reply.first\n  met by    answered\n";
  EXPECT_EQ(judged(clocks, {act("a1", "complained", "2026-03-01", "C1", R"("data":{"against":"J1"})")}, "2026-03-20"),
            (Lines{"k/ahead breach a1", "k/reply.first breach a1", "k/reply.second breach a1"}));
  EXPECT_EQ(judged(clocks,
                   {act("a1", "complained", "2026-03-01", "C1", R"("data":{"against":"J1"})"),
                    act("a2", "answered", "2026-03-05", "C1", R"("data":{"about":"J1"})")},
                   "2026-03-20"),
            (Lines{"k/ahead late a1 a2", "k/in_time breach a2 a1", "k/reply.first late a1 a2"}));
}

}  // namespace
}  // namespace heng::watch
