// Figures: the chances are right or on the safe side, nothing stands out where labels are dealt by lot, what
// was planted is found, and what follows does not depend on order, threads or arrival.
#include "watch/figures.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "law/diagnostics.h"
#include "law/load.h"
#include "watch/compile.h"
#include "watch/exact_tests.h"
#include "watch/oracle.h"

namespace heng::watch {
namespace {

using Random = std::mt19937_64;

// ---- chances

// P(X ≥ k) by going through every draw of n from the items.
template <typename Statistic>
double by_enumeration(size_t items, size_t n, Statistic&& at_least) {
  size_t all = 0;
  size_t good = 0;
  for (uint32_t mask = 0; mask < (1U << items); ++mask) {
    if (static_cast<size_t>(std::popcount(mask)) != n) continue;
    ++all;
    good += at_least(mask) ? 1U : 0U;
  }
  return static_cast<double>(good) / static_cast<double>(all);
}

TEST(ExactTests, TheLadyTastingTea) {  // Fisher's own table
  EXPECT_NEAR(hypergeometric_upper(8, 4, 4, 4), 1.0 / 70, 1e-12);
  EXPECT_NEAR(hypergeometric_upper(8, 4, 4, 3), 17.0 / 70, 1e-12);
  EXPECT_DOUBLE_EQ(hypergeometric_upper(8, 4, 4, 0), 1);
  EXPECT_DOUBLE_EQ(hypergeometric_upper(8, 4, 4, 5), 0);
  EXPECT_DOUBLE_EQ(hypergeometric_upper(10, 8, 5, 3), 1);  // fewer there cannot be
}

TEST(ExactTests, TailsAddUp) {
  for (int64_t k = 0; k <= 12; ++k) {
    const double up = hypergeometric_upper(40, 15, 12, k);
    const double down = hypergeometric_upper(40, 25, 12, 12 - k + 1);  // the unmarked: X < k
    EXPECT_NEAR(up + down, 1, 1e-9) << k;
  }
}

TEST(ExactTests, SingleCasesAreExact) {
  Population population;
  for (int i = 0; i < 14; ++i) population.add({i < 5 ? 1 : 0, 1});
  const std::vector<Cluster> drawn = {{1, 1}, {1, 1}, {1, 1}, {0, 1}};
  const Chance chance = chance_of_more(population, drawn);
  EXPECT_TRUE(chance.exact);
  EXPECT_NEAR(chance.p, by_enumeration(14, 4, [](uint32_t mask) { return std::popcount(mask & 31U) >= 3; }),
              1e-12);
}

TEST(ExactTests, TheBoundForClustersIsNeverTooSmall) {
  Random random(7);
  for (int round = 0; round < 60; ++round) {
    std::vector<Cluster> items;
    Population population;
    for (int i = 0; i < 12; ++i) {
      const auto all = static_cast<int64_t>(1 + random() % 4);
      items.push_back({static_cast<int64_t>(random() % static_cast<uint64_t>(all + 1)), all});
      population.add(items.back());
    }
    const double share = static_cast<double>(population.marked) / static_cast<double>(population.all);
    const auto excess = [&](uint32_t mask) {
      double sum = 0;
      for (size_t i = 0; i < items.size(); ++i)
        if ((mask >> i & 1) != 0)
          sum += static_cast<double>(items[i].marked) - share * static_cast<double>(items[i].all);
      return sum;
    };
    const size_t n = 2 + random() % 5;
    const uint32_t taken = (1U << n) - 1;
    std::vector<Cluster> drawn(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(n));
    const Chance chance = chance_of_more(population, drawn);
    const double exact =
        by_enumeration(12, n, [&](uint32_t mask) { return excess(mask) >= excess(taken) - 1e-12; });
    EXPECT_GE(chance.p, exact - 1e-9) << round;
    EXPECT_LE(chance.p, 1 + 1e-12);
  }
}

TEST(ExactTests, TheBoundForDistinctValuesIsNeverTooSmall) {
  Random random(11);
  for (int round = 0; round < 40; ++round) {
    std::vector<int64_t> times;
    std::vector<size_t> item;
    while (item.size() < 12) {
      times.push_back(0);
      for (size_t i = 1 + random() % 4; i > 0 && item.size() < 12; --i, ++times.back())
        item.push_back(times.size() - 1);
    }
    const size_t n = 2 + random() % 8;
    const auto seen = [&](uint32_t mask) {
      std::set<size_t> values;
      for (size_t i = 0; i < item.size(); ++i)
        if ((mask >> i & 1) != 0) values.insert(item[i]);
      return static_cast<int64_t>(values.size());
    };
    for (int64_t d = 1; d <= static_cast<int64_t>(times.size()); ++d) {
      const double few = by_enumeration(12, n, [&](uint32_t mask) { return seen(mask) <= d; });
      const double many = by_enumeration(12, n, [&](uint32_t mask) { return seen(mask) >= d; });
      EXPECT_GE(chance_of_distinct(times, static_cast<int64_t>(n), d, true), few - 1e-9);
      EXPECT_GE(chance_of_distinct(times, static_cast<int64_t>(n), d, false), many - 1e-9);
    }
  }
}

TEST(ExactTests, DiscoveriesOfBenjaminiAndHochberg) {
  // The example of their paper (1995, section 3.2): of 15 p-values the four smallest at 5%.
  const std::vector<double> p = {0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
                                 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000};
  const auto found = discoveries(p, 0.05);
  EXPECT_EQ(std::count(found.begin(), found.end(), true), 4);
  EXPECT_TRUE(found[3]);
  EXPECT_TRUE(discoveries({}, 0.05).empty());
}

// ---- histories

constexpr const char* kPack = R"(pack x.y "某" "some"
  zone      "Asia/Shanghai"
  levels    county, city
role investigator "侦查人员" "Investigator"
role judge "审判员" "Judge"
role defender "辩护人" "Defender"
agency police "公安机关" "Police"
office police-7 "七局" "Bureau 7" of police at city
office police-8 "八局" "Bureau 8" of police at city
office police-9 "九局" "Bureau 9" of police at city
office police-10 "十局" "Bureau 10" of police at city
subject person "人" "Person" is each of data.persons
period days "日" "days"
  counts    days
  starts    the day after
act detained "拘留" "Detained"
  by        investigator
  on        person
  data      persons: list of text
            hours: number
            ground: one of a, b, c, d
act charged "起诉" "Charged"
  on        person
  data      persons: list of text
act sentenced "判决" "Sentenced"
  by        judge, defender
  data      light: yes or no

watch uncharged "未起诉" "Not charged"
  for       each person
  on        detained
  per       agency
  measures  share not followed by charged within 60 days
  over      every quarter
  flags     above

watch slow "迟缓" "Slow"
  on        detained
  per       agency of investigator
  measures  quantile 50% of time until charged within 60 days
  over      the last 365 days
  flags     above

watch long "时长" "Long"
  on        detained
  per       agency
  measures  quantile 90% of hours
  over      every year
  flags     above or below

watch burst "突增" "Burst"
  on        detained
  per       agency
  measures  count
  over      every month
  flags     above

watch charges "起诉率" "Charges for each detention"
  on        charged
  per       agency of detained
  measures  rate to detained
  over      every year
  flags     above or below

watch grounds "事由" "Grounds"
  on        detained
  per       agency
  measures  distinct ground
  over      every year
  flags     below

watch light "从轻" "Light sentences"
  on        sentenced
  per       judge with defender
  measures  share where light = yes
  over      every year
  flags     above
  needs     at least 10

watch meet "同庭" "Meetings"
  on        sentenced
  per       judge with defender
  measures  count
  over      every year
  flags     above
)";

struct Law {
  law::PackSet packs;
  Plan plan;
};

std::unique_ptr<Law> law_of(const std::string& text) {
  law::Diagnostics diagnostics;
  auto out = std::make_unique<Law>();
  out->packs = law::load_text("x.law", text, diagnostics);
  EXPECT_TRUE(diagnostics.ok()) << law::render(diagnostics, out->packs.sources, {});
  auto plan = compile(out->packs);
  EXPECT_TRUE(plan.ok()) << (plan.ok() ? "" : plan.error().text());
  out->plan = std::move(plan).value();
  return out;
}

const Instant kFirst = parse_rfc3339("2025-01-01T00:00:00+08:00").value().instant;
const Instant kLast = parse_rfc3339("2026-05-01T00:00:00+08:00").value().instant;

std::string numbered(const char* what, uint64_t number) { return what + std::to_string(number); }

// Cases of two to five persons and one to two detentions; offices of unequal size and unlike levels.
std::vector<std::vector<Act>> made_up(uint64_t seed, size_t count, const std::string& planted) {
  Random random(seed);
  std::vector<std::vector<Act>> cases;
  for (size_t i = 0; i < count; ++i) {
    std::vector<Act> acts;
    const std::string id = numbered("C", i);
    const uint64_t office = std::min(random() % 11, random() % 11);
    const bool odd = office == 3 && !planted.empty();
    int64_t at = kFirst.us + static_cast<int64_t>(random() % 364) * kDay +
                 static_cast<int64_t>(random() % 1440) * kMinute;
    if (planted == "burst" && odd && random() % 2 == 0)
      at = kFirst.us + 65 * kDay + static_cast<int64_t>(random() % (20 * 1440)) * kMinute;
    const auto add = [&](const std::string& type, int64_t us, std::vector<Party> by) -> Act& {
      Act act;
      act.id = id + numbered("-", acts.size());
      act.type = type;
      act.at = {Instant{us}, 480};
      act.case_id = id;
      act.agency = numbered("police-", office);
      act.by = std::move(by);
      acts.push_back(std::move(act));
      return acts.back();
    };
    Value persons;
    persons.kind = Value::Kind::list;
    for (uint64_t p = 2 + random() % 4; p > 0; --p) persons.items.push_back(Value::of(id + numbered("p", p)));
    const size_t detentions = 1 + random() % 2;
    for (size_t d = 0; d < detentions; ++d) {
      Act& act = add("detained", at + static_cast<int64_t>(d) * kHour, {{"I1", "investigator"}});
      act.data.emplace_back("persons", persons);
      act.data.emplace_back("hours", Value::of(Decimal::of(static_cast<int64_t>(random() % 90) +
                                                           (planted == "long" && odd ? 25 : 0))));
      const char ground = planted == "grounds" && odd ? 'a' : static_cast<char>('a' + random() % 4);
      act.data.emplace_back("ground", Value::of(std::string(1, ground)));
    }
    const uint64_t uncharged = planted == "uncharged" && odd ? 70 : 25;
    if (random() % 100 >= uncharged) {
      const int64_t days = static_cast<int64_t>(2 + random() % 40) + (planted == "slow" && odd ? 15 : 0);
      const int times = planted == "charges" && odd ? 3 : 1 + static_cast<int>(random() % 2);
      for (int t = 0; t < times; ++t)
        add("charged", at + (days + t) * kDay, {}).data.emplace_back("persons", persons);
    }
    const uint64_t judge = random() % 5;
    uint64_t defender = random() % 12;
    if (planted == "meet" && judge == 2 && random() % 2 == 0) defender = 4;
    const bool pair = planted == "light" && judge == 2 && defender == 4;
    add("sentenced", at + 70 * kDay, {{numbered("J", judge), "judge"}, {numbered("L", defender), "defender"}})
        .data.emplace_back("light", Value::of(random() % 100 < (pair ? 95U : 30U)));
    cases.push_back(std::move(acts));
  }
  return cases;
}

std::vector<Finding> flags_of(Plan& plan, const std::vector<Act>& acts, int jobs = 1) {
  History history(plan);
  for (const Act& act : acts) history.add(act, nullptr);
  OracleOptions options;
  options.now = kLast;
  options.jobs = jobs;
  std::vector<Finding> out;
  for (Finding& finding : judge_history(history, options).findings)
    if (finding.kind == Kind::flag) out.push_back(std::move(finding));
  return out;
}

std::vector<Act> flat(const std::vector<std::vector<Act>>& cases) {
  std::vector<Act> out;
  for (const auto& acts : cases) out.insert(out.end(), acts.begin(), acts.end());
  return out;
}

std::vector<std::string> lines(const std::vector<Finding>& findings) {
  std::vector<std::string> out;
  for (const Finding& finding : findings) {
    std::string line = finding.id + " " + finding.rule + " " + std::to_string(finding.at.instant.us) + " " +
                       finding.message.en;
    for (const Why& why : finding.why) line += " | " + why.text.en;
    for (const std::string& act : finding.acts) line += " " + act;
    out.push_back(std::move(line));
  }
  return out;
}

TEST(Figures, WithLabelsDealtByLotAtMostFivePercentOfRunsFlagAnything) {
  const uint64_t seed = 20260301;
  const auto cases = made_up(seed, 900, "");
  Random random(seed);
  const auto law = law_of(kPack);
  const int runs = 200;
  int flagged = 0;
  for (int run = 0; run < runs; ++run) {
    // Which office a case belongs to, and which judge and defender sat in it, are dealt anew.
    std::vector<std::vector<Act>> dealt = cases;
    std::vector<size_t> office(cases.size());
    for (size_t i = 0; i < office.size(); ++i) office[i] = i;
    std::vector<size_t> bench = office;
    std::shuffle(office.begin(), office.end(), random);
    std::shuffle(bench.begin(), bench.end(), random);
    for (size_t i = 0; i < cases.size(); ++i) {
      for (Act& act : dealt[i]) act.agency = cases[office[i]].front().agency;
      dealt[i].back().by[1] = cases[bench[i]].back().by[1];
    }
    Plan plan = compile(law->packs).value();
    flagged += flags_of(plan, flat(dealt)).empty() ? 0 : 1;
  }
  std::printf("permuted labels: %d of %d runs flag anything (seed %llu)\n", flagged, runs,
              static_cast<unsigned long long>(seed));
  EXPECT_LE(flagged, runs / 20);
}

TEST(Figures, WhatWasPlantedIsFound) {
  for (const std::string planted :
       {"uncharged", "slow", "long", "burst", "charges", "grounds", "light", "meet"}) {
    const auto law = law_of(kPack);
    const auto flags = flags_of(law->plan, flat(made_up(5, 3000, planted)));
    size_t of_rule = 0;
    for (const Finding& finding : flags) {
      if (finding.rule != "x.y/" + planted) continue;
      ++of_rule;
      EXPECT_TRUE(finding.key[0].second == "police-3" || finding.key[0].second == "J2") << finding.message.en;
      EXPECT_FALSE(finding.acts.empty());
      EXPECT_GE(finding.why.size(), 5U);
      EXPECT_TRUE(finding.case_id.empty());
      EXPECT_LE(finding.at.instant, kLast);
    }
    EXPECT_GE(of_rule, 1U) << planted;
  }
}

TEST(Figures, OrderAndThreadsChangeNothing) {
  std::vector<Act> acts = flat(made_up(5, 1200, "uncharged"));
  const auto law = law_of(kPack);
  const auto expected = lines(flags_of(law->plan, acts));
  ASSERT_FALSE(expected.empty());
  Random random(3);
  for (const int jobs : {1, 2, 3, 8}) {
    std::shuffle(acts.begin(), acts.end(), random);
    const auto other = law_of(kPack);
    EXPECT_EQ(lines(flags_of(other->plan, acts, jobs)), expected) << jobs;
  }
}

TEST(Figures, LiveIsTheSameAsFromTheStart) {
  std::vector<Act> acts = flat(made_up(5, 500, "uncharged"));
  Act annulment;
  annulment.id = "undo";
  annulment.type = "detained";
  annulment.case_id = "C5";
  annulment.agency = acts[0].agency;
  annulment.at = {Instant{kLast.us - kDay}, 480};
  annulment.annuls = "C5-0";
  acts.push_back(annulment);
  std::sort(acts.begin(), acts.end(), [](const Act& a, const Act& b) { return a.at.instant < b.at.instant; });
  Random random(9);
  for (size_t i = 0; i + 40 < acts.size(); i += 7)
    std::swap(acts[i], acts[i + random() % 40]);  // some come late
  for (size_t i = 0; i < 30; ++i)
    std::rotate(acts.begin() + static_cast<std::ptrdiff_t>(i * 11),
                acts.begin() + static_cast<std::ptrdiff_t>(i * 11 + 1), acts.end());  // some by months
  const auto law = law_of(kPack);
  Engine engine(law->plan, {});
  LiveFigures live(engine.history());
  std::map<std::string, std::string> standing;
  const auto sink = [&](Change&& change) {
    if (change.what == Change::What::withdrawn) {
      EXPECT_EQ(standing.erase(change.finding.id), 1U);
    } else {
      EXPECT_EQ(standing.contains(change.finding.id), change.what == Change::What::changed);
      standing[change.finding.id] = change.finding.message.en;
    }
  };
  Instant now = kFirst;
  size_t compared = 0;
  for (size_t i = 0; i < acts.size(); ++i) {
    if (i > 100) now = std::max(now, acts[i].at.instant);  // at first all lie ahead
    engine.tick(now, nullptr);
    engine.act(acts[i], nullptr, nullptr);
    live.touch(law->plan.symbols.find(acts[i].case_id));
    if (i > 100) live.tick(now, acts[i].id, sink);  // first many at once
    if (i % 400 != 399 && i + 1 != acts.size()) continue;
    const auto fresh = law_of(kPack);
    History history(fresh->plan);
    for (size_t j = 0; j <= i; ++j) history.add(acts[j], nullptr);
    OracleOptions options;
    options.now = now;
    std::vector<Finding> expected;
    for (Finding& finding : judge_history(history, options).findings)
      if (finding.kind == Kind::flag) expected.push_back(std::move(finding));
    EXPECT_EQ(lines(live.findings()), lines(expected)) << i;
    EXPECT_EQ(standing.size(), expected.size());
    compared += expected.size();
  }
  EXPECT_GT(compared, 0U);
}

TEST(Figures, AFewActsOrFewPeersAreNotCompared) {
  const auto law = law_of(kPack);
  EXPECT_TRUE(flags_of(law->plan, flat(made_up(5, 60, "uncharged"))).empty());
  auto cases = made_up(5, 1500, "uncharged");
  for (auto& acts : cases)
    for (Act& act : acts) act.agency = act.agency == "police-3" ? "police-3" : "police-1";
  const auto other = law_of(kPack);
  for (const Finding& finding : flags_of(other->plan, flat(cases))) EXPECT_NE(finding.rule, "x.y/uncharged");
}

}  // namespace
}  // namespace heng::watch
