// Five rules, a workload for them, and the same five written out by hand: the reference that watch_bench is measured
// against.
//   approval within 7 days before an arrest; family told within 24 hours of a detention; nobody investigator and judge of
//   one case; no third remand; at most five remands of a judge within 30 days
#pragma once

#include <algorithm>
#include <deque>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include "act/act.h"

namespace heng::bench {

inline constexpr const char* kFiveRules = R"(pack bench.five "五条" "Five rules"
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

struct Plain {  // an act as the hard-coded program takes it
  enum Kind : uint8_t { approve, arrest, detain, tell_family, remand } kind;
  uint32_t case_id;
  uint32_t who;
  int64_t at_us;
};

// Ten acts a case over a few weeks, cases interleaved; about one rule in fifty is broken somewhere.
inline std::vector<Plain> workload(size_t acts, size_t cases) {
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
inline size_t hard_coded(const std::vector<Plain>& acts, bool five, int64_t now) {
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

inline Act act_of(const Plain& plain, size_t index) {
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

}  // namespace heng::bench
