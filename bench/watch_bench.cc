// How fast the law is watched: five rules over a million acts of a hundred thousand cases, from acts already parsed,
// beside a hard-coded program for the same five rules in the same run; and the whole of cn.criminal.
//   approval within 7 days before an arrest; family told within 24 hours of a detention; nobody investigator and judge of
//   one case; no third remand; at most five remands of a judge within 30 days
// Prints acts per CPU-second, the ratio to the hard-coded program, and whether both found the same.
#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <random>
#include <unordered_map>
#include <vector>

#include "law/diagnostics.h"
#include "law/load.h"
#include "watch/compile.h"
#include "watch/engine.h"
#include "watch/gate.h"
#include "watch/oracle.h"

namespace heng {
namespace {

constexpr const char* kLaw = R"(pack bench.five "五条" "Five rules"
  zone "Asia/Shanghai"
source LAW "法" "Law"
role investigator "侦查人员" "Investigator"
role judge "审判员" "Judge"
role person "人" "Person"
agency police "公安" "Police"
subject person "人" "Person" is on.person
subject judge "法官" "Judge" is each of by.judge
act approve "批准" "Approve"
  on person
act arrest "逮捕" "Arrest"
  by investigator
  on person
act detain "拘留" "Detain"
  by investigator
  on person
act tell_family "通知家属" "Family told"
  on person
act remand "发回" "Remand"
  by judge
  on person
period exact hours "小时" "Hours"
  cites LAW 1
  counts hours
  starts at the act
period days "日" "Days"
  cites LAW 1
  counts days
  starts the day after
rule approval "逮捕前七日内批准" "Approval within seven days before an arrest"
  cites LAW 2
  severity high
  for each person
  on arrest
  require earlier approve within 7 days before
clock family "二十四小时内通知家属" "Family told within 24 hours"
  cites LAW 3
  severity high
  for each person
  starts on detain
  allows 24 exact hours
  met by tell_family
separation apart "侦查与审判分离" "Nobody is investigator and judge of one case"
  cites LAW 4
  severity high
  apart investigator, judge
rule third_remand "不得第三次发回" "No third remand"
  cites LAW 5
  severity high
  for each person
  on remand
  require at most 1 earlier remand
rule judge_remands "法官三十日内发回" "Remands of a judge within 30 days"
  cites LAW 6
  severity low
  for each judge across cases
  on remand
  require at most 5 earlier remand within 30 days before
)";

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct Plain {  // an act as the hard-coded program takes it
  enum Kind : uint8_t { approve, arrest, detain, tell_family, remand } kind;
  uint32_t case_id;
  uint32_t who;
  int64_t at_us;
};

// Ten acts a case over a few weeks, cases interleaved; about one rule in fifty is broken somewhere.
std::vector<Plain> workload(size_t acts, size_t cases) {
  std::mt19937_64 random(7);
  std::vector<Plain> out;
  out.reserve(cases * 10);
  const int64_t base = date_of({2026, 1, 5}).days * kDay;
  const int64_t step = std::max<int64_t>(kMinute, 365 * kDay / static_cast<int64_t>(cases));
  for (size_t c = 0; c < cases; ++c) {
    int64_t at = base + static_cast<int64_t>(c) * step / kMinute * kMinute;
    const uint32_t officer = static_cast<uint32_t>(random() % 2000);
    const uint32_t judge = static_cast<uint32_t>(2000 + random() % 20000);
    const auto bad = [&random] { return random() % 50 == 0; };
    const auto add = [&](Plain::Kind kind, uint32_t who, int64_t hours) {
      at += hours * kHour + static_cast<int64_t>(random() % 50) * kMinute;
      out.push_back({kind, static_cast<uint32_t>(c), who, at});
    };
    for (int round = 0; round < 2; ++round) {
      add(Plain::detain, officer, 12);
      add(Plain::tell_family, 0, bad() ? 30 : 10);
      if (!bad()) add(Plain::approve, 0, 24);
      add(Plain::arrest, officer, bad() ? 24 * 9 : 24 * 2);
    }
    add(Plain::remand, bad() ? officer : judge, 24 * 20);
    add(Plain::remand, judge, 24 * 35);
    if (bad()) add(Plain::remand, judge, 24 * 35);
  }
  std::stable_sort(out.begin(), out.end(), [](const Plain& x, const Plain& y) { return x.at_us < y.at_us; });
  if (out.size() > acts) out.resize(acts);
  return out;
}

// The five rules written out by hand.
size_t hard_coded(const std::vector<Plain>& acts, bool five, int64_t now) {
  struct Case {
    int64_t approved = INT64_MIN;
    std::vector<int64_t> detained;  // open clocks
    uint32_t investigators[8] = {};
    uint32_t judges[8] = {};
    uint8_t n_investigators = 0;
    uint8_t n_judges = 0;
    uint32_t remands = 0;
    std::vector<uint32_t> both;
  };
  std::unordered_map<uint32_t, Case> cases;
  cases.reserve(acts.size() / 8);
  std::unordered_map<uint32_t, std::deque<int64_t>> judges;
  size_t found = 0;
  const int64_t offset = 8 * kHour;
  for (const Plain& act : acts) {
    Case& c = cases[act.case_id];
    const auto apart = [&](bool judge) {
      auto* mine = judge ? c.judges : c.investigators;
      auto& n = judge ? c.n_judges : c.n_investigators;
      bool known = false;
      for (uint8_t i = 0; i < n; ++i) known = known || mine[i] == act.who + 1;
      if (!known && n < 8) mine[n++] = act.who + 1;
      const auto* other = judge ? c.investigators : c.judges;
      const uint8_t m = judge ? c.n_investigators : c.n_judges;
      for (uint8_t i = 0; i < m; ++i)
        if (other[i] == act.who + 1) {
          for (const uint32_t done : c.both)
            if (done == act.who) return;
          c.both.push_back(act.who);
          ++found;
          return;
        }
    };
    switch (act.kind) {
      case Plain::approve: c.approved = act.at_us; break;
      case Plain::arrest:
        if (c.approved == INT64_MIN || (act.at_us + offset) / kDay - (c.approved + offset) / kDay > 7) ++found;
        apart(false);
        break;
      case Plain::detain:
        c.detained.push_back(act.at_us);
        apart(false);
        break;
      case Plain::tell_family:
        for (const int64_t start : c.detained)
          if (act.at_us > start + kDay) ++found;
        c.detained.clear();
        break;
      case Plain::remand:
        if (c.remands++ > 1) ++found;
        apart(true);
        if (five) {
          auto& times = judges[act.who];
          while (!times.empty() && (act.at_us + offset) / kDay - (times.front() + offset) / kDay > 30) times.pop_front();
          if (times.size() > 5) ++found;
          times.push_back(act.at_us);
        }
        break;
    }
  }
  for (const auto& [id, c] : cases)
    for (const int64_t start : c.detained)
      if (now > start + kDay) ++found;
  return found;
}

Act act_of(const Plain& plain, size_t index) {
  static const char* kTypes[] = {"approve", "arrest", "detain", "tell_family", "remand"};
  Act act;
  act.id = "a-" + std::to_string(index);
  act.type = kTypes[plain.kind];
  act.at = {Instant{plain.at_us}, 480};
  act.case_id = "C-" + std::to_string(plain.case_id);
  act.agency = "police-1";
  if (plain.kind == Plain::arrest || plain.kind == Plain::detain) act.by.push_back({"O" + std::to_string(plain.who), "investigator"});
  if (plain.kind == Plain::remand) act.by.push_back({"O" + std::to_string(plain.who), "judge"});
  act.on.push_back({"P", "person"});
  return act;
}

size_t breaches(const std::vector<watch::Finding>& findings) {
  size_t out = 0;
  for (const watch::Finding& finding : findings)
    out += finding.kind == watch::Kind::breach || finding.kind == watch::Kind::late ? 1 : 0;
  return out;
}

int run(size_t count) {
  const size_t cases = std::max<size_t>(1, count / 10);
  const std::vector<Plain> plain = workload(count, cases);
  count = plain.size();
  const int64_t now = plain.back().at_us + 2 * kDay;
  fmt::print("workload: {} acts, {} cases, 22,000 officials, seed 7; one thread; CPU time\n", count, cases);
  for (const bool five : {false, true}) {
    double start = cpu_seconds();
    const size_t by_hand = hard_coded(plain, five, now);
    const double hand = static_cast<double>(count) / (cpu_seconds() - start);
    fmt::print("{} rules, hard-coded program: {:.2f} M acts/s, {} findings\n", five ? "five" : "four", hand / 1e6, by_hand);

    law::Diagnostics diagnostics;
    const law::PackSet set = law::load_text("bench.law", kLaw, diagnostics);
    if (!diagnostics.ok()) {
      fmt::print("{}", law::render(diagnostics, set.sources, {}));
      return 1;
    }
    auto plan = watch::compile(set);
    if (!plan.ok()) {
      fmt::print("{}\n", plan.error().text());
      return 1;
    }
    std::set<std::string> only;
    if (!five) only = {"bench.five/approval", "bench.five/family", "bench.five/apart", "bench.five/third_remand"};
    watch::History history(plan.value());
    for (size_t i = 0; i < plain.size(); ++i) history.add(act_of(plain[i], i), nullptr, false);
    watch::OracleOptions options;
    options.now = Instant{now};
    options.only_rules = only;
    start = cpu_seconds();
    const watch::Verdicts verdicts = watch::judge_history(history, options);
    const double batch = static_cast<double>(count) / (cpu_seconds() - start);
    const size_t found = breaches(verdicts.findings);
    fmt::print("{} rules, heng, batch:          {:.2f} M acts/s, {} findings with explanations; ratio {:.3f}; {}\n",
               five ? "five" : "four", batch / 1e6, found, batch / hand, found == by_hand ? "same findings" : "FINDINGS DIFFER");
    if (found != by_hand) return 1;

    const size_t live = std::min<size_t>(count, 200'000);
    auto plan2 = watch::compile(set);
    watch::EngineOptions engine_options;
    engine_options.only_rules = only;
    watch::Engine engine(plan2.value(), engine_options);
    std::vector<Act> acts;
    for (size_t i = 0; i < live; ++i) acts.push_back(act_of(plain[i], i));
    start = cpu_seconds();
    size_t changes = 0;
    for (const Act& act : acts) {
      engine.tick(act.at.instant, [&](watch::Change&&) { ++changes; });
      engine.act(act, nullptr, [&](watch::Change&&) { ++changes; });
    }
    const double incremental = static_cast<double>(live) / (cpu_seconds() - start);
    fmt::print("{} rules, heng, one at a time:  {:.3f} M acts/s over {} acts, {} changes told; ratio {:.4f}\n",
               five ? "five" : "four", incremental / 1e6, live, changes, incremental / hand);
    if (five) {
      start = cpu_seconds();
      const std::string bytes = engine.snapshot();
      const double saved = cpu_seconds() - start;
      auto plan3 = watch::compile(set);
      watch::Engine again(plan3.value(), engine_options);
      start = cpu_seconds();
      const auto restored = again.restore(bytes);
      fmt::print("snapshot: {} cases in {:.1f} MB, saved in {:.2f} s, restored in {:.2f} s: {}\n", again.history().cases().size(),
                 static_cast<double>(bytes.size()) / 1e6, saved, cpu_seconds() - start,
                 restored.ok() && again.standing_lines() == engine.standing_lines() ? "the same" : "DIFFERS");
      // A late act into a case of 500.
      auto plan4 = watch::compile(set);
      watch::Engine busy(plan4.value(), engine_options);
      const int64_t day0 = plain.front().at_us;
      for (size_t i = 0; i < 500; ++i) {
        Plain p{static_cast<Plain::Kind>(i % 5), 1, static_cast<uint32_t>(i % 7), day0 + static_cast<int64_t>(i) * kHour};
        busy.tick(Instant{p.at_us}, nullptr);
        busy.act(act_of(p, i), nullptr, nullptr);
      }
      std::vector<double> late;
      for (size_t i = 0; i < 100; ++i) {
        Plain p{static_cast<Plain::Kind>(i % 5), 1, 3, day0 + static_cast<int64_t>(i * 5) * kHour + 7 * kMinute};
        const Act act = act_of(p, 1000 + i);
        const double before = cpu_seconds();
        busy.act(act, nullptr, nullptr);
        late.push_back(cpu_seconds() - before);
      }
      std::sort(late.begin(), late.end());
      fmt::print("late act in a case of 500: median {:.0f} us, p99 {:.0f} us\n", late[50] * 1e6, late[98] * 1e6);
    }
  }
  return 0;
}

}  // namespace
}  // namespace heng

int main(int argc, char** argv) { return heng::run(argc > 1 ? static_cast<size_t>(std::atoll(argv[1])) : 1'000'000); }
