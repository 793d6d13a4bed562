// What a history is made of: the same seed gives the same acts, a case does not depend on the others, the
// ground truth lies within the case, scores count as they say.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "sim/due.h"
#include "sim/score.h"
#include "sim/stream.h"

namespace heng::sim {
namespace {

std::string acts_of(StreamOptions options, std::string* truth = nullptr, StreamSummary* summary = nullptr) {
  std::string acts;
  std::string truths;
  const auto done = stream(
      options,
      [&acts](std::string_view text) {
        acts += text;
        return true;
      },
      [&truths](std::string_view text) {
        truths += text;
        return true;
      });
  EXPECT_TRUE(done.ok()) << (done.ok() ? "" : done.error().text());
  if (truth != nullptr) *truth = truths;
  if (summary != nullptr && done.ok()) *summary = done.value();
  return acts;
}

std::multiset<std::string> lines_of(const std::string& text) {
  std::multiset<std::string> out;
  size_t at = 0;
  while (at < text.size()) {
    const size_t end = text.find('\n', at);
    out.insert(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

StreamOptions noisy(uint64_t seed, uint64_t cases) {
  StreamOptions options;
  options.cases.seed = seed;
  options.case_count = cases;
  options.cases.violations = 0.5;
  options.cases.corrections = 0.1;
  options.cases.annulments = 0.1;
  options.cases.late = 0.1;
  return options;
}

TEST(Sim, SameSeedSameHistory) {
  std::string truth_a;
  std::string truth_b;
  EXPECT_EQ(acts_of(noisy(7, 50), &truth_a), acts_of(noisy(7, 50), &truth_b));
  EXPECT_EQ(truth_a, truth_b);
  EXPECT_NE(acts_of(noisy(7, 50)), acts_of(noisy(8, 50)));
}

TEST(Sim, ACaseDependsOnItsNumberAlone) {
  const std::string few = acts_of(noisy(3, 20));
  const std::string many = acts_of(noisy(3, 60));
  EXPECT_EQ(many.substr(0, few.size()), few);
  auto generator = Generator::make(noisy(3, 1).cases);
  ASSERT_TRUE(generator.ok());
  CaseOutput alone;
  generator->make_case(19, alone);
  std::string text;
  for (size_t i = 0; i < alone.line_count; ++i) text += alone.lines[i];
  EXPECT_TRUE(few.ends_with(text));
}

TEST(Sim, DisorderMovesAndDoublesLinesAndNothingElse) {
  StreamOptions options = noisy(5, 80);
  options.cases.late = 0.2;  // above the level's own
  StreamSummary told;
  const std::multiset<std::string> plain = lines_of(acts_of(options, nullptr, &told));
  for (int level = 1; level <= 3; ++level) {
    options.disorder = level;
    StreamSummary summary;
    std::string truth;
    const std::string text = acts_of(options, &truth, &summary);
    std::multiset<std::string> shuffled = lines_of(text);
    EXPECT_EQ(shuffled.size(), plain.size() + summary.doubled);
    EXPECT_EQ(std::set<std::string>(shuffled.begin(), shuffled.end()),
              std::set<std::string>(plain.begin(), plain.end()));
    EXPECT_EQ(summary.acts, told.acts);
    EXPECT_EQ(summary.doubled > 0, level > 1);
  }
}

TEST(Sim, EveryScriptBindsAndEveryFindingFallsWithinItsCase) {
  Options options;
  options.violations = 1.0;
  auto generator = Generator::make(options);
  ASSERT_TRUE(generator.ok()) << generator.error().text();
  CaseOutput made;
  std::set<std::string> planted;
  for (uint64_t i = 0; i < 40000; ++i) {
    generator->make_case(i, made);
    ASSERT_GT(made.line_count, 0U);
    if (made.plant.empty()) continue;
    planted.insert(made.plant);
    // Judged as of 24:00 of the last act's day, the period must have run out.
    EXPECT_LE(made.last_truth, (day_of(made.last_at) + 1) * kDaySeconds) << made.plant << " in case " << i;
  }
  std::set<std::string> known;
  for (const BoundScript& script : generator->scripts())
    for (const BoundPlant& plant : script.plants) known.insert(plant.name);
  EXPECT_EQ(planted, known);
}

TEST(Sim, StopsWhereTheOutputFails) {
  const auto done = stream(
      noisy(1, 5000), [](std::string_view) { return false; }, [](std::string_view) { return true; });
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().code, "write-failed");
}

TEST(Script, SaysWhereItCannotBeRead) {
  for (const char* text :
       {"block a\n  agency police\n  step x start+1y case_filed\n",
        "script a nothing 1 2020-01-01..2020-02-01\n", "block a\n  step x start case_filed\n",
        "block a\n  plant p\n    expect breach r later(x)\n"}) {
    const auto parsed = parse_scripts(text, "text");
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.error().code, "script-syntax");
  }
  const auto ring = parse_scripts(
      "script s civil 1 2020-01-01..2020-02-01\n  use a\nblock a\n  agency court\n  step x y+1d case_filed\n "
      " step y x+1d case_filed\n",
      "text");
  ASSERT_TRUE(ring.ok());
  const auto bound = bind_scripts(ring.value());
  ASSERT_FALSE(bound.ok());
  EXPECT_EQ(bound.error().code, "script-order");
}

TEST(Due, CountsAsTheLawDoes) {
  const auto holidays = calendar::Holidays::parse(built_in_holidays(), "cn.holidays");
  ASSERT_TRUE(holidays.ok());
  const auto local = [](std::string_view text) {
    const auto us = parse_local_time(text);
    return us.ok() ? us.value() / kSecond : 0;
  };
  using Count = Expectation::Count;
  const auto due = [&](Count count, int64_t amount, std::string_view from, int64_t days = 0,
                       int64_t paused = 0) {
    Expectation expectation;
    expectation.count = count;
    expectation.amount = amount;
    expectation.days = days;
    return due_of(expectation, local(from), paused, holidays.value());
  };
  EXPECT_EQ(due(Count::hours, 24, "2026-03-03T14:25"), local("2026-03-04T15:00"));
  EXPECT_EQ(due(Count::hours, 24, "2026-03-03T14:00"), local("2026-03-04T15:00"));
  EXPECT_EQ(due(Count::exact_hours, 12, "2026-03-03T14:25"), local("2026-03-04T02:25"));
  EXPECT_EQ(due(Count::days, 3, "2026-09-28T10:00"),
            local("2026-10-09T00:00"));  // the day rolls past the National Day leave
  EXPECT_EQ(due(Count::custody_days, 3, "2026-09-28T10:00"), local("2026-10-02T00:00"));
  EXPECT_EQ(due(Count::working_days, 2, "2026-09-30T10:00"), local("2026-10-10T00:00"));
  EXPECT_EQ(due(Count::custody_months, 1, "2026-01-31T10:00"), local("2026-03-01T00:00"));
  EXPECT_EQ(due(Count::custody_months, 1, "2026-01-15T10:00", 15), local("2026-03-03T00:00"));
  EXPECT_EQ(due(Count::months, 2, "2026-03-03T10:00", 0, 6),
            local("2026-05-10T00:00"));  // 05-09 is a Saturday that is worked
  EXPECT_EQ(due(Count::sentence_months, 6, "2026-01-15T10:00"), local("2026-07-15T00:00"));
}

class Files {
 public:
  Files() {
    std::string name = (std::filesystem::temp_directory_path() / "heng-sim-XXXXXX").string();
    const char* made = mkdtemp(name.data());
    folder_ = made == nullptr ? std::filesystem::path(".") : std::filesystem::path(made);
  }
  ~Files() { std::filesystem::remove_all(folder_); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
    return (folder_ / name).string();
  }

 private:
  std::filesystem::path folder_;
};

TEST(Score, CountsFoundMissedAndFalse) {
  const Files files;
  const std::string truth =
      files.write("truth", R"({"case":"A","rule":"p/r.x","kind":"late","at":"2026-01-01T00:00:00+08:00"}
{"case":"A","rule":"p/q","kind":"breach","at":"2026-01-02T00:00:00+08:00"}
{"case":"B","rule":"p/q","kind":"breach","at":"2026-01-02T00:00:00+08:00"}
)");
  const std::string findings = files.write(
      "findings", R"({"rule":"p/r","part":"x","kind":"late","case":"A","at":"2025-12-31T16:00:00+00:00"}
{"rule":"p/q","kind":"breach","case":"A","at":"2026-01-02T00:00:00+08:00"}
{"rule":"p/q","kind":"breach","case":"A","at":"2026-01-02T00:00:00+08:00"}
{"rule":"p/q","kind":"warn","case":"C","at":"2026-01-02T00:00:00+08:00"}
)");
  const auto score = score_files(truth, findings);
  ASSERT_TRUE(score.ok()) << score.error().text();
  EXPECT_EQ(score->total.found, 2U);
  EXPECT_EQ(score->total.missed, 1U);
  EXPECT_EQ(score->total.false_alarms, 1U);
  EXPECT_EQ(score->rules.at("p/q").found, 1U);
  EXPECT_FALSE(score->perfect());
  EXPECT_DOUBLE_EQ(score->recall(), 2.0 / 3.0);
  const auto bad = score_files(truth, files.write("bad", "{\"rule\":\n"));
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.error().code, "score-line");
  EXPECT_EQ(score_files(truth + ".not", findings).error().code, "file-open");
}

}  // namespace
}  // namespace heng::sim
