// How fast whole packs are watched, over simulated histories (src/sim), from acts already parsed and from NDJSON; on one
// core and on two; and what a country's year would take.
//   packs_bench [ACTS]      how many to simulate (default 2,000,000)
// The history is made and judged in slices of whole cases, so that memory does not grow with it: cases do not touch one
// another, but for keys across cases, which are judged within their slice.
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

#include "act/json.h"
#include "law/diagnostics.h"
#include "law/load.h"
#include "law/symbols.h"
#include "sim/stream.h"
#include "memory.h"
#include "timing.h"
#include "watch/compile.h"
#include "watch/engine.h"
#include "watch/gate.h"
#include "watch/oracle.h"

namespace heng::bench {
namespace {

law::PackSet load(const std::vector<std::string>& names) {
  law::Diagnostics diagnostics;
  law::PackSet set = law::load_packs(names, {std::string(HENG_SOURCE_DIR) + "/packs"}, diagnostics);
  if (diagnostics.ok()) return set;
  fmt::print("{}", law::render(diagnostics, set.sources, {}));
  std::exit(1);
}

std::vector<std::string> chinese_packs() {
  std::vector<std::string> out;
  for (const law::PackInfo& info : law::list_packs({std::string(HENG_SOURCE_DIR) + "/packs"}))
    if (info.name.starts_with("cn.")) out.push_back(info.name);
  return out;
}

// NDJSON of whole cases, at least so many acts.
std::string simulated(const std::string& kind, uint64_t seed, uint64_t acts) {
  sim::StreamOptions options;
  options.cases.seed = seed;
  options.cases.kind = kind;
  options.act_count = acts;
  std::string text;
  const auto take = [&text](std::string_view lines) {
    text += lines;
    return true;
  };
  const auto done = sim::stream(options, take, [](std::string_view) { return true; });
  if (!done.ok()) {
    fmt::print("{}\n", done.error().text());
    std::exit(1);
  }
  return text;
}

std::vector<Act> parsed(const std::string& text) {
  std::vector<Act> out;
  ActReader reader;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\n', at);
    out.emplace_back();
    if (!reader.read(std::string_view(text).substr(at, end - at), out.back()).ok()) std::exit(1);
    at = end + 1;
  }
  return out;
}

struct Sums {
  double acts = 0;
  double cases = 0;
  double findings = 0;
  double parse = 0;     // CPU seconds
  double take_in = 0;   // CPU seconds
  double judge = 0;     // CPU seconds, one thread
  double judge_1 = 0;   // wall seconds, one thread
  double judge_2 = 0;   // wall seconds, two threads
};

void slice(const law::PackSet& set, const std::string& text, Sums& sums) {
  double start = cpu_seconds();
  std::vector<Act> acts = parsed(text);
  sums.parse += cpu_seconds() - start;
  watch::Plan plan = std::move(watch::compile(set).value());
  watch::History history(plan);
  start = cpu_seconds();
  history.add_all(acts, [&history](const Act& act) { history.add(act, nullptr); });
  sums.take_in += cpu_seconds() - start;
  watch::OracleOptions options;
  options.now = Instant{history.last_at().instant.us + kDay};
  for (const int jobs : {1, 2}) {
    options.jobs = jobs;
    const double wall = wall_seconds();
    start = cpu_seconds();
    const size_t found = watch::judge_history(history, options).findings.size();
    if (jobs == 1) {
      sums.judge += cpu_seconds() - start;
      sums.judge_1 += wall_seconds() - wall;
      sums.findings += static_cast<double>(found);
    } else {
      sums.judge_2 += wall_seconds() - wall;
    }
  }
  sums.acts += static_cast<double>(acts.size());
  sums.cases += static_cast<double>(history.cases().size());
}

Sums whole(const std::string& name, const law::PackSet& set, const std::string& kind, uint64_t acts) {
  constexpr uint64_t kSlice = 500'000;
  Sums sums;
  for (uint64_t done = 0, seed = 11; done < acts; done += kSlice, ++seed)
    slice(set, simulated(kind, seed, std::min(kSlice, acts - done)), sums);
  const double known = sums.take_in + sums.judge;
  fmt::print("{}: {:.0f} acts of {:.0f} cases, {:.0f} findings with explanations\n", name, sums.acts, sums.cases, sums.findings);
  fmt::print("  from parsed acts, taken in and judged: {:.0f} k acts per CPU-second; judged alone: {:.0f} k; from NDJSON: {:.0f} k\n",
             sums.acts / known / 1e3, sums.acts / sums.judge / 1e3, sums.acts / (known + sums.parse) / 1e3);
  fmt::print("  two threads against one, by the wall: {:.2f} times\n", sums.judge_1 / sums.judge_2);
  return sums;
}

// One act at a time, and questions to the gate, over the acts of one slice.
void live(const std::string& name, const law::PackSet& set, const std::string& kind) {
  const std::vector<Act> acts = parsed(simulated(kind, 5, 50'000));
  std::vector<Act> in_time = acts;
  std::stable_sort(in_time.begin(), in_time.end(), [](const Act& a, const Act& b) { return a.at.instant < b.at.instant; });
  watch::Plan plan = std::move(watch::compile(set).value());
  watch::Engine engine(plan, {});
  double start = cpu_seconds();
  for (const Act& act : in_time) {
    engine.tick(act.at.instant, nullptr);
    engine.act(act, nullptr, nullptr);
  }
  const auto count = static_cast<double>(in_time.size());
  fmt::print("{}, one act at a time with ticks: {:.0f} k acts per CPU-second\n", name, count / (cpu_seconds() - start) / 1e3);
  std::vector<Act> many = parsed(simulated(kind, 6, 1'200'000));
  std::stable_sort(many.begin(), many.end(), [](const Act& a, const Act& b) { return a.at.instant < b.at.instant; });
  print_memory(name, [&set] { return std::move(watch::compile(set).value()); }, {}, many.size(),
               [&many](size_t i) -> const Act& { return many[i]; });
  watch::Plan fresh = std::move(watch::compile(set).value());
  watch::History history(fresh);
  watch::Gate gate(history);
  std::vector<double> took;
  for (const Act& act : in_time) {
    if (act.corrects.empty() && act.annuls.empty()) {
      start = cpu_seconds();
      const auto answer = gate.ask(act);
      took.push_back(cpu_seconds() - start);
    }
    history.add(act, nullptr);
  }
  fmt::print("{}, gate: median {:.1f} us, p99 {:.1f} us over {} questions\n", name, quantile(took, 0.5) * 1e6, quantile(took, 0.99) * 1e6,
             took.size());
}

// One rule changed under a folder of acts: from the snapshot, against everything judged again.
void refill(const law::PackSet& set) {
  const std::vector<Act> acts = parsed(simulated("all", 7, 200'000));
  watch::Plan plan = std::move(watch::compile(set).value());
  watch::Engine engine(plan, {});
  double start = cpu_seconds();
  for (const Act& act : acts) engine.act(act, nullptr, nullptr);
  const double taken = cpu_seconds() - start;
  const Instant now{engine.history().last_at().instant.us + kDay};
  start = cpu_seconds();
  engine.tick(now, nullptr);
  const double replayed = taken + cpu_seconds() - start;
  const std::string bytes = engine.snapshot();
  for (const std::string name : {"detention_family_notice_24h", "arrest_needs_approval"}) {
    law::PackSet amended = set;
    for (law::Pack& pack : amended.packs)
      for (law::File& file : pack.files)
        for (law::Decl& decl : file.declarations) {
          if (law::base_of(decl).name.text != name || std::holds_alternative<law::TestDecl>(decl)) continue;
          pack.hash += "amended";
          if (auto* clock = std::get_if<law::ClockDecl>(&decl)) clock->allows.front().quantity.number = Decimal::of(12);
          if (auto* rule = std::get_if<law::RuleDecl>(&decl)) rule->require.clear(), rule->forbid = true;
        }
    watch::Plan other = std::move(watch::compile(amended).value());
    watch::Engine again(other, {});
    size_t told = 0;
    start = cpu_seconds();
    const auto read = watch::Snapshot::read(bytes);
    const auto restored = again.restore(*read, [&](watch::Change&&) { ++told; });
    const double took = cpu_seconds() - start;
    if (!restored.ok()) fmt::print("{}\n", restored.error().text()), std::exit(1);
    fmt::print("one declaration changed ({}) over {} acts: {} of {} judged anew, {} changes told, {:.2f} s of CPU with reading the snapshot of {:.0f} MB; "
               "everything taken in and judged again: {:.2f} s; ratio {:.0f}\n",
               name, acts.size(), restored->judged_anew, restored->declarations, told, took, static_cast<double>(bytes.size()) / 1e6, replayed,
               replayed / took);
  }
  watch::Plan same = std::move(watch::compile(set).value());
  watch::Engine again(same, {});
  start = cpu_seconds();
  const auto read = watch::Snapshot::read(bytes);
  const bool good = again.restore(*read).ok();
  fmt::print("restored under the same packs: {:.2f} s{}\n", cpu_seconds() - start, good ? "" : " NOT RESTORED");
}

int run(uint64_t acts) {
  fmt::print("machine: {}; simulated histories, seeds from 11, a fifth of the cases with a planted violation\n", machine());
  const law::PackSet criminal = load({"cn.criminal"});
  const law::PackSet all = load(chinese_packs());
  const Sums sums = whole("cn.criminal", criminal, "criminal", acts);
  const double year = 1.8e9;
  const double per_act = (sums.parse + sums.take_in + sums.judge) / sums.acts;
  fmt::print("  a country's year of {:.1f} thousand million acts: {:.2f} h of CPU from NDJSON, {:.2f} h on two cores "
             "(CPU seconds an act of {:.0f} M simulated acts in slices, times the acts, halved: cases are independent)\n",
             year / 1e9, per_act * year / 3600, per_act * year / 7200, sums.acts / 1e6);
  whole("all Chinese packs", all, "all", acts);
  live("cn.criminal", criminal, "criminal");
  live("all Chinese packs", all, "all");
  refill(all);
  return 0;
}

}  // namespace
}  // namespace heng::bench

int main(int argc, char** argv) { return heng::bench::run(argc > 1 ? static_cast<uint64_t>(std::atoll(argv[1])) : 2'000'000); }
