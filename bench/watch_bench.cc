// How fast the law is watched: five rules over a million acts of a hundred thousand cases (five_rules.h), beside a
// hard-coded program for the same five rules in the same run.
//   watch_bench [ACTS]
// Prints acts per CPU-second from acts already parsed, the ratio to the hard-coded program, and whether both found the
// same; then the whole way from NDJSON, one act at a time, the gate, a late act, snapshots and memory.
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "act/ahead.h"
#include "act/json.h"
#include "five_rules.h"
#include "law/diagnostics.h"
#include "law/load.h"
#include "memory.h"
#include "timing.h"
#include "watch/compile.h"
#include "watch/engine.h"
#include "watch/gate.h"
#include "watch/oracle.h"

namespace heng::bench {
namespace {

size_t breaches(const std::vector<watch::Finding>& findings) {
  return static_cast<size_t>(std::count_if(findings.begin(), findings.end(), [](const watch::Finding& finding) {
    return finding.kind == watch::Kind::breach || finding.kind == watch::Kind::late;
  }));
}

const law::PackSet& five_rules() {
  static const law::PackSet set = [] {
    law::Diagnostics diagnostics;
    law::PackSet out = law::load_text("bench.law", kFiveRules, diagnostics);
    if (!diagnostics.ok()) {
      fmt::print("{}", law::render(diagnostics, out.sources, {}));
      std::exit(1);
    }
    return out;
  }();
  return set;
}

watch::Plan plan_of() { return std::move(watch::compile(five_rules()).value()); }

std::set<std::string> rules(bool five) {
  if (five) return {};
  return {"bench.five/approval", "bench.five/family", "bench.five/apart", "bench.five/third_remand"};
}

// The whole history at once, from acts taken in already.
bool batch(const std::vector<Plain>& plain, bool five, int64_t now) {
  const auto count = static_cast<double>(plain.size());
  double start = cpu_seconds();
  const size_t by_hand = hard_coded(plain, five, now);
  const double hand = count / (cpu_seconds() - start);
  watch::Plan plan = plan_of();
  watch::History history(plan);
  for (size_t i = 0; i < plain.size(); ++i) history.add(act_of(plain[i], i), nullptr, false);
  watch::OracleOptions options;
  options.now = Instant{now};
  options.only_rules = rules(five);
  double best = 0;
  size_t found = 0;
  for (int turn = 0; turn < 3; ++turn) {
    start = cpu_seconds();
    found = breaches(watch::judge_history(history, options).findings);
    best = std::max(best, count / (cpu_seconds() - start));
  }
  fmt::print("{} rules: heng {:.2f} M acts per CPU-second with explanations, hard-coded {:.2f} M; ratio {:.3f}; {} findings, {}\n",
             five ? "five" : "four", best / 1e6, hand / 1e6, best / hand, found,
             found == by_hand ? "the same" : "NOT THE SAME");
  return found == by_hand;
}

// From a file of NDJSON to findings, on all cores.
bool end_to_end(const std::vector<Plain>& plain, int64_t now) {
  const std::filesystem::path path = std::filesystem::temp_directory_path() / fmt::format("heng-bench-{}.ndjson", getpid());
  {
    std::ofstream out(path, std::ios::binary);
    for (size_t i = 0; i < plain.size(); ++i) out << act_to_json(act_of(plain[i], i)) << '\n';
  }
  const double bytes = static_cast<double>(std::filesystem::file_size(path));
  const auto run = [&](bool ahead) {
    const double start = wall_seconds();
    const double cpu = cpu_seconds();
    watch::Plan plan = plan_of();
    watch::History history(plan);
    size_t refused = 0;
    const auto take = [&](Act& act) { refused += history.add(act, nullptr) == watch::History::Added::refused ? 1 : 0; };
    const auto take_all = [&](std::span<Act> acts) { history.add_all(acts, take); };
    const auto report = ahead ? read_acts_ahead(path.string(), {}, take_all) : read_acts(path.string(), {}, take);
    watch::OracleOptions options;
    options.now = Instant{now};
    options.jobs = ahead ? 2 : 1;
    const size_t found = breaches(watch::judge_history(history, options).findings);
    fmt::print("five rules from NDJSON, {}: {:.2f} M acts/s by the wall, {:.2f} M per CPU-second ({:.0f} MB/s); {} findings\n",
               ahead ? "two threads" : "one thread", static_cast<double>(plain.size()) / (wall_seconds() - start) / 1e6,
               static_cast<double>(plain.size()) / (cpu_seconds() - cpu) / 1e6, bytes / 1e6 / (wall_seconds() - start), found);
    return report.ok() && refused == 0;
  };
  const bool good = run(false) && run(true);
  std::filesystem::remove(path);
  return good;
}

// The engine: each act judged when it comes, with ticks between.
void live(const std::vector<Plain>& plain, bool five) {
  const size_t count = std::min<size_t>(plain.size(), 200'000);
  std::vector<Act> acts;
  for (size_t i = 0; i < count; ++i) acts.push_back(act_of(plain[i], i));
  const double hand_start = cpu_seconds();
  hard_coded({plain.begin(), plain.begin() + static_cast<std::ptrdiff_t>(count)}, five, plain[count - 1].at_us);
  const double hand = static_cast<double>(count) / (cpu_seconds() - hand_start);
  watch::Plan plan = plan_of();
  watch::EngineOptions options;
  options.only_rules = rules(five);
  watch::Engine engine(plan, options);
  size_t changes = 0;
  const auto count_change = [&](watch::Change&&) { ++changes; };
  const double start = cpu_seconds();
  for (const Act& act : acts) {
    engine.tick(act.at.instant, count_change);
    engine.act(act, nullptr, count_change);
  }
  const double rate = static_cast<double>(count) / (cpu_seconds() - start);
  fmt::print("{} rules, one act at a time: {:.2f} M acts per CPU-second; ratio {:.3f}; {} changes told\n", five ? "five" : "four",
             rate / 1e6, rate / hand, changes);
}

void snapshots(const std::vector<Plain>& plain) {
  watch::Plan plan = plan_of();
  watch::Engine engine(plan, {});
  for (size_t i = 0; i < plain.size(); ++i) {
    engine.tick(Instant{plain[i].at_us}, nullptr);
    engine.act(act_of(plain[i], i), nullptr, nullptr);
  }
  double start = cpu_seconds();
  const std::filesystem::path path = std::filesystem::temp_directory_path() / fmt::format("heng-bench-{}.snapshot", getpid());
  {
    std::ofstream out(path, std::ios::binary);
    engine.snapshot_to(0, "", [&out](std::string_view bytes) { out.write(bytes.data(), static_cast<std::streamsize>(bytes.size())); });
  }
  const double saved = cpu_seconds() - start;
  watch::Plan fresh = plan_of();
  watch::Engine again(fresh, {});
  start = cpu_seconds();
  const MappedFile file(path.string());
  std::filesystem::remove(path);
  const auto read = watch::Snapshot::read(file);
  const bool good = read.ok() && again.restore(*read).ok();
  const double restored = cpu_seconds() - start;
  const auto cases = static_cast<double>(engine.history().cases().size());
  fmt::print("snapshot: {:.0f} cases, {} acts, {:.0f} MB; saved in {:.2f} s, restored in {:.2f} s ({:.2f} s a million cases): {}\n", cases,
             plain.size(), static_cast<double>(file.bytes().size()) / 1e6, saved, restored, restored / cases * 1e6,
             good && again.standing_lines() == engine.standing_lines() ? "the same" : "NOT THE SAME");
}

// `lawful`: rounds of detention, notice, approval and arrest in time, and two remands; else all five kinds in turn, an
// hour apart, so that most of them break something.
void late_acts(int64_t day0, bool lawful) {
  watch::Plan plan = plan_of();
  watch::Engine engine(plan, {});
  constexpr Plain::Kind kRound[] = {Plain::detain, Plain::tell_family, Plain::approve, Plain::arrest};
  const auto plain = [&](size_t i, uint32_t who, int64_t at) {
    return Plain{!lawful ? static_cast<Plain::Kind>(i % 5) : i >= 498 ? Plain::remand : kRound[i % 4], 1, who, at};
  };
  for (size_t i = 0; i < 500; ++i) {
    const Plain p = plain(i, static_cast<uint32_t>(i % 7), day0 + static_cast<int64_t>(i) * kHour);
    engine.tick(Instant{p.at_us}, nullptr);
    engine.act(act_of(p, i), nullptr, nullptr);
  }
  std::vector<double> took;
  for (size_t i = 0; i < 100; ++i) {
    Plain late = plain(i, 3, day0 + static_cast<int64_t>(i * 5) * kHour + 7 * kMinute);
    late.kind = static_cast<Plain::Kind>(i % 5);
    const Act act = act_of(late, 1000 + i);
    const double start = cpu_seconds();
    engine.act(act, nullptr, nullptr);
    took.push_back(cpu_seconds() - start);
  }
  fmt::print("late act in a case of 500{}: median {:.0f} us, p99 {:.0f} us; {} findings standing in the end\n",
             lawful ? "" : " where most acts break something", quantile(took, 0.5) * 1e6, quantile(took, 0.99) * 1e6, engine.standing());
}

void gate(const std::vector<Plain>& plain) {
  const size_t count = std::min<size_t>(plain.size(), 200'000);
  watch::Plan plan = plan_of();
  watch::History history(plan);
  watch::Gate gate(history);
  std::vector<double> took;
  size_t refused = 0;
  for (size_t i = 0; i < count; ++i) {
    const Act act = act_of(plain[i], i);
    const double start = cpu_seconds();
    const auto answer = gate.ask(act);
    took.push_back(cpu_seconds() - start);
    refused += answer.ok() && answer->verdict == watch::GateAnswer::Verdict::refused ? 1 : 0;
    history.add(act, nullptr);
  }
  fmt::print("gate, five rules: median {:.1f} us, p99 {:.1f} us over {} questions, {} refused\n", quantile(took, 0.5) * 1e6,
             quantile(took, 0.99) * 1e6, count, refused);
}

int run(size_t count) {
  const std::vector<Plain> plain = workload(count, std::max<size_t>(1, count / 10));
  const int64_t now = plain.back().at_us + 2 * kDay;
  fmt::print("workload: {} acts, {} cases, 22,000 officials, seed 7; machine: {}\n", plain.size(), std::max<size_t>(1, count / 10), machine());
  bool good = batch(plain, false, now);
  good = batch(plain, true, now) && good;
  good = end_to_end(plain, now) && good;
  live(plain, false);
  live(plain, true);
  for (const bool five : {false, true}) {
    watch::EngineOptions options;
    options.only_rules = rules(five);
    print_memory(five ? "five rules" : "four rules", plan_of, options, plain.size(), [&plain](size_t i) { return act_of(plain[i], i); });
  }
  gate(plain);
  late_acts(plain.front().at_us, true);
  late_acts(plain.front().at_us, false);
  snapshots(plain);
  return good ? 0 : 1;
}

}  // namespace
}  // namespace heng::bench

int main(int argc, char** argv) { return heng::bench::run(argc > 1 ? static_cast<size_t>(std::atoll(argv[1])) : 1'000'000); }
