// Watches: figures over many cases, per office, court level or pairing, compared with peers
// (docs/language.md, "Watches"). A figure that stands out becomes a finding of kind `flag`: a reason to look,
// never a breach.
//
// Two stages. `collect` reads one case and gives samples; cases may be read by any number of threads. `judge`
// puts the samples of all cases in record order, adds them up by window and unit, and tests each unit against
// its peers. What comes out depends on the acts, the packs and now, on nothing else.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "watch/engine.h"
#include "watch/evaluate.h"
#include "watch/finding.h"

namespace heng::watch {

// One act that counts in one watch for one unit.
struct Sample {
  int32_t watch = 0;
  uint32_t act = 0;  // index into the history
  int64_t at_us = 0;
  Sym case_id = 0;
  Sym key = 0;   // `for each`: of what in the case
  Sym a = 0;     // the unit; of a pairing its first
  Sym b = 0;     // of a pairing its second
  Sym kind = 0;  // of whose peers it is
  Sym level = 0;
  bool first = true;     // of a pairing: the act's first pair
  bool hit = false;      // share: it is so; rate: an act counted (else one it is set against)
  bool unclear = false;  // facts are missing: it is left out and said so
  double value = 0;      // quantile: the number, or microseconds; infinite: did not come in time
  std::string item;      // distinct: the value
  bool operator==(const Sample&) const = default;
};

class Figures {
 public:
  // The history's plan must outlive it. `only`: full names of the rules asked for; empty: all.
  Figures(const History& history, const std::set<std::string>& only);

  bool none() const { return wanted_.empty(); }
  // The samples of one case, of the acts that its scope holds.
  void collect(const Scope& scope, Instant now, std::vector<Sample>& out) const;
  // What stands out in the windows that are over at `now`, in output order. Sorts the samples.
  std::vector<Finding> judge(std::vector<Sample>& samples, Instant now) const;

  // A window of a watch: the days [from, to), and the instant from which what it counts is settled.
  struct Window {
    Date from;
    Date to;
    Instant settled;
    std::string name;  // "2026-Q1"
  };
  // The window the instant lies in (`over every …`), or the last N days that are settled at now. Fails
  // (false) where the watch's time to follow is not known, or the instant lies outside the last N days.
  bool window_of(int32_t watch, Instant at, Instant now, Window& out) const;

 private:
  struct Side;  // figures_parts.h
  struct Test;
  void of_case(const Watch& watch, int32_t index, Evaluator& evaluator, uint32_t rank,
               std::vector<Sample>& out) const;
  // What stands out already is left out of the others' peers.
  using Cells = std::set<std::tuple<Sym, Sym, int32_t, std::pair<Sym, Sym>>>;  // kind, level, first day, unit
  std::vector<Test> tests(int32_t index, std::span<const Sample> samples, Instant now,
                          const Cells& told) const;
  std::vector<Test> standing_out(int32_t index, std::span<const Sample> samples, Instant now,
                                 std::vector<Test> first, double q) const;
  Finding finding(const Watch& watch, const Test& test, size_t tests, size_t families) const;
  std::optional<Instant> followed_until(const Watch& watch, Instant from) const;

  const History& history_;
  const Plan& plan_;
  std::vector<int32_t> wanted_;
  std::vector<std::vector<int32_t>> by_type_;  // watches an act of the type may count in
  std::vector<int32_t> any_;
};

// The same, kept up to date act by act: what `heng check --follow` tells beside the engine. Cases are read
// again when one of their acts came, figures when a window's samples changed or another window is over.
class LiveFigures {
 public:
  explicit LiveFigures(const History& history) : figures_(history, {}), history_(history) {}

  void touch(Sym case_id) {
    if (!figures_.none()) dirty_.insert(case_id);
  }
  // Time moves to `now`; changes name `cause`, or "time" where only time caused them.
  void tick(Instant now, const std::string& cause, const Engine::Sink& sink);
  // The earliest instant at which a tick may change something; the end of time if none.
  Instant next_due() const { return figures_.none() ? Instant{INT64_MAX} : due_; }
  std::vector<Finding> findings() const;

 private:
  bool settled(const std::vector<Sample>& samples, Instant now);
  Instant settles(const Sample& sample);

  Figures figures_;
  const History& history_;
  std::set<Sym> dirty_;
  std::map<Sym, Instant> waiting_;  // cases with acts that lie in the future: when the next one is done
  std::unordered_map<Sym, std::vector<Sample>> samples_;
  std::map<std::pair<int32_t, int32_t>, Instant> settles_;  // by watch and day
  std::map<std::string, Finding> standing_;
  Instant due_{INT64_MIN};
};

}  // namespace heng::watch
