// Samples of all cases → units by window → tests → flags.
#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "watch/exact_tests.h"
#include "watch/figures_parts.h"

namespace heng::watch {
namespace {

using Measure = law::WatchDecl::Measure::Kind;
using UnitId = std::pair<Sym, Sym>;
using Clusters = std::map<Sym, Cluster>;  // by case

constexpr size_t kMostActs = 200;  // named in one finding
constexpr size_t kFewestPeers = 2;

double quantile_of(std::vector<double> values, double q) {
  if (values.empty()) return 0;
  const auto rank = static_cast<size_t>(std::ceil(q * static_cast<double>(values.size())));
  const size_t index = std::clamp<size_t>(rank, 1, values.size()) - 1;
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(index), values.end());
  return values[index];
}

double ratio(int64_t marked, int64_t all) {
  return all == 0 ? 0 : static_cast<double>(marked) / static_cast<double>(all);
}

struct Unit {
  std::vector<const Sample*> samples;  // in record order, the unclear ones left out
  int64_t unclear = 0;
};

// One window of one group of peers.
struct Cell {
  Figures::Window window;
  std::map<UnitId, Unit> units;
  std::set<UnitId> told;  // left out
};

// What the units of one group did in each case over all windows.
using Everywhere = std::map<UnitId, std::map<Sym, int64_t>>;

// What a test rests on: `mine` of the unit, `peers` of the others, and how much the unit did at all.
struct Compared {
  double p = 1;
  bool exact = true;
  Cluster mine;
  Cluster peers;
  int64_t exposure = 0;
};

// The units of a cell set against one another in one direction.
class Bench {
 public:
  Bench(const Watch& watch, const Cell& cell, const Everywhere& everywhere, bool above)
      : watch_(watch), cell_(cell), everywhere_(everywhere), above_(above) {
    if (is_quantile(watch.measure)) {
      std::vector<double> pooled;
      for (const auto& [id, unit] : cell.units)
        for (const Sample* sample : unit.samples)
          if (sample->first) pooled.push_back(sample->value);
      middle_ = quantile_of(std::move(pooled), watch.quantile);
    }
    for (const auto& [id, unit] : cell.units) clusters_[id] = clusters_of(unit, false);
    everybody();
  }

  // Whether a sample is one of those the figure is about.
  bool shows(const Sample& sample) const {
    switch (watch_.measure) {
      case Measure::rate:
        return sample.hit;
      case Measure::count:
      case Measure::distinct:
        return true;
      case Measure::quantile:
      case Measure::time_until:
      case Measure::time_since:
        return above_ ? sample.value > middle_ : sample.value < middle_;
      default:
        return sample.hit == above_;
    }
  }

  const Clusters& clusters(const UnitId& id) const { return clusters_.at(id); }

  Compared compare(const UnitId& id) const {
    if (watch_.measure == Measure::distinct) return different(id);
    if (watch_.measure == Measure::rate) return rate(id);
    if (watch_.measure == Measure::count) return pairing() ? meetings(id) : in_window(id);
    return share(id);
  }

  static Cluster sum_of(const Clusters& clusters) {
    Cluster sum;
    for (const auto& [case_id, cluster] : clusters) {
      sum.marked += cluster.marked;
      sum.all += cluster.all;
    }
    return sum;
  }

 private:
  bool pairing() const { return watch_.per.size() == 2; }

  Clusters clusters_of(const Unit& unit, bool firsts_only) const {
    Clusters out;
    for (const Sample* sample : unit.samples) {
      if (firsts_only && !sample->first) continue;
      Cluster& cluster = out[sample->case_id];
      if (watch_.measure == Measure::rate) {
        ++(sample->hit ? cluster.marked : cluster.all);
      } else {
        ++cluster.all;
        cluster.marked += shows(*sample) ? 1 : 0;
      }
    }
    return out;
  }

  void everybody() {
    if (pairing()) {  // an act with several pairs counts once
      Clusters whole;
      for (const auto& [id, unit] : cell_.units) {
        for (const auto& [case_id, cluster] : clusters_of(unit, true)) {
          whole[case_id].marked += cluster.marked;
          whole[case_id].all += cluster.all;
        }
        for (const Sample* sample : unit.samples) {
          cases_of_[id.first].insert(sample->case_id);
          cases_of_[id.second].insert(sample->case_id);
        }
      }
      for (const auto& [case_id, cluster] : whole) population_.add(cluster);
      return;
    }
    if (watch_.measure == Measure::count) {
      for (const auto& [id, cases] : everywhere_)
        for (const Cluster& cluster : windowed(id)) population_.add(cluster);
      return;
    }
    for (const auto& [id, clusters] : clusters_)
      for (const auto& [case_id, cluster] : clusters) population_.add(turned(cluster));
    if (watch_.measure != Measure::distinct) return;
    for (const auto& [id, unit] : cell_.units)  // of a case the first value counts
      for (const Sample* sample : unit.samples)
        if (items_[id].emplace(sample->case_id, &sample->item).second) ++occurs_[sample->item];
  }

  // A rate that is low: what it is set against is what stands out.
  Cluster turned(const Cluster& cluster) const {
    return watch_.measure == Measure::rate && !above_ ? Cluster{cluster.all, cluster.marked} : cluster;
  }

  Compared share(const UnitId& id) const {
    Compared out;
    std::vector<Cluster> drawn;
    for (const auto& [case_id, cluster] : clusters_.at(id)) drawn.push_back(cluster);
    const Chance chance = chance_of_more(population_, drawn);
    out.p = chance.p;
    out.exact = chance.exact;
    out.mine = sum_of(clusters_.at(id));
    out.exposure = out.mine.all;
    out.peers = {population_.marked - out.mine.marked, population_.all - out.mine.all};
    if (!above_ && !is_quantile(watch_.measure)) {  // told as the share itself
      out.mine.marked = out.mine.all - out.mine.marked;
      out.peers.marked = out.peers.all - out.peers.marked;
    }
    return out;
  }

  Compared rate(const UnitId& id) const {
    Compared out;
    std::vector<Cluster> drawn;
    for (const auto& [case_id, cluster] : clusters_.at(id)) drawn.push_back(turned(cluster));
    const Chance chance = chance_of_more(population_, drawn);
    out.p = chance.p;
    out.exact = chance.exact;
    out.mine = sum_of(clusters_.at(id));
    out.exposure = out.mine.all;
    const Cluster all = turned({population_.marked, population_.all});
    out.peers = {all.marked - out.mine.marked, all.all - out.mine.all};
    return out;
  }

  // The unit's cases: what lies in this window, of what lies in any.
  std::vector<Cluster> windowed(const UnitId& id) const {
    std::vector<Cluster> out;
    const auto here = clusters_.find(id);
    for (const auto& [case_id, all] : everywhere_.at(id)) {
      int64_t inside = 0;
      if (here != clusters_.end())
        if (const auto found = here->second.find(case_id); found != here->second.end())
          inside = found->second.all;
      out.push_back({above_ ? inside : all - inside, all});
    }
    return out;
  }

  Compared in_window(const UnitId& id) const {
    Compared out;
    const std::vector<Cluster> drawn = windowed(id);
    const Chance chance = chance_of_more(population_, drawn);
    out.p = chance.p;
    out.exact = chance.exact;
    for (const Cluster& cluster : drawn) {
      out.mine.marked += above_ ? cluster.marked : cluster.all - cluster.marked;
      out.mine.all += cluster.all;
    }
    const int64_t inside = above_ ? population_.marked : population_.all - population_.marked;
    out.peers = {inside - out.mine.marked, population_.all - out.mine.all};
    out.exposure = out.mine.all;
    return out;
  }

  // Whether two meet in more cases than they would if who meets whom were left to chance.
  Compared meetings(const UnitId& id) const {
    Compared out;
    const auto a = static_cast<int64_t>(cases_of_.at(id.first).size());
    const auto b = static_cast<int64_t>(cases_of_.at(id.second).size());
    const auto both = static_cast<int64_t>(clusters_.at(id).size());
    const int64_t n = population_.count;
    out.p = above_ ? hypergeometric_upper(n, b, a, both) : hypergeometric_upper(n, n - b, a, a - both);
    out.mine = {both, a};
    out.peers = {b - both, n - a};
    out.exposure = a;
    return out;
  }

  Compared different(const UnitId& id) const {
    Compared out;
    std::vector<int64_t> occurs;
    int64_t all = 0;
    for (const auto& [item, times] : occurs_) {
      occurs.push_back(times);
      all += times;
    }
    std::set<std::string> own;
    std::set<std::string> others;
    for (const auto& [other, cases] : items_)
      for (const auto& [case_id, item] : cases) (other == id ? own : others).insert(*item);
    const auto mine = items_.find(id);
    const int64_t n = mine == items_.end() ? 0 : static_cast<int64_t>(mine->second.size());
    out.mine = {static_cast<int64_t>(own.size()), n};
    out.peers = {static_cast<int64_t>(others.size()), all - n};
    out.exact = false;
    out.p = chance_of_distinct(occurs, n, out.mine.marked, !above_);
    out.exposure = n;
    return out;
  }

  const Watch& watch_;
  const Cell& cell_;
  const Everywhere& everywhere_;
  bool above_;
  double middle_ = 0;  // everybody's quantile
  std::map<UnitId, Clusters> clusters_;
  Population population_;
  std::map<Sym, std::set<Sym>> cases_of_;  // pairings: the cases of each one
  std::map<UnitId, std::map<Sym, const std::string*>> items_;
  std::map<std::string, int64_t> occurs_;
};

std::vector<double> values_of(const Unit& unit, bool firsts_only) {
  std::vector<double> out;
  for (const Sample* sample : unit.samples)
    if (sample->first || !firsts_only) out.push_back(sample->value);
  return out;
}

// How far the others lie apart, those with acts enough to say.
std::optional<std::pair<double, double>> range(const Watch& watch, const Cell& cell, const Bench& bench,
                                               const UnitId& id, bool above) {
  if (watch.measure == Measure::count || watch.measure == Measure::distinct) return std::nullopt;
  std::optional<std::pair<double, double>> out;
  for (const auto& [other, unit] : cell.units) {
    const Cluster sum = Bench::sum_of(bench.clusters(other));
    if (other == id || sum.all < watch.needs) continue;
    const bool other_way = !above && watch.measure != Measure::rate;
    const double figure = is_quantile(watch.measure)
                              ? quantile_of(values_of(unit, false), watch.quantile)
                              : ratio(other_way ? sum.all - sum.marked : sum.marked, sum.all);
    if (!out) out = {figure, figure};
    out->first = std::min(out->first, figure);
    out->second = std::max(out->second, figure);
  }
  return out;
}

}  // namespace

std::vector<Figures::Test> Figures::tests(int32_t index, std::span<const Sample> samples, Instant now,
                                          const Cells& told) const {
  const Watch& watch = plan_.watches[static_cast<size_t>(index)];
  const calendar::Zone& zone = plan_.zones[static_cast<size_t>(watch.zone)];
  // An office's count is set against its own in other windows; the other figures stand in one window.
  const bool all_windows = watch.measure == Measure::count && watch.per.size() == 1;
  Window last;
  if (watch.last_days > 0 && !window_of(index, now, now, last) && last.to == Date{}) return {};

  using Group = std::pair<Sym, Sym>;
  std::map<std::pair<Group, int32_t>, Cell> cells;  // by the window's first day
  std::map<int32_t, std::optional<Window>> of_day;
  for (const Sample& sample : samples) {
    const int32_t day = zone.date_of(Instant{sample.at_us}).days;
    auto known = of_day.find(day);
    if (known == of_day.end()) {
      std::optional<Window> window;
      if (watch.last_days == 0) {
        Window of;
        if (window_of(index, Instant{sample.at_us}, now, of) && of.settled <= now) window = of;
      } else if (day < last.to.days) {  // blocks of as many days, back from the last
        const int32_t back = (last.to.days - 1 - day) / watch.last_days;
        if (back == 0 || all_windows) {
          window = last;
          window->to = Date{last.to.days - back * watch.last_days};
          window->from = Date{window->to.days - watch.last_days};
        }
      }
      known = of_day.emplace(day, window).first;
    }
    if (!known->second) continue;
    Cell& cell = cells[{Group{sample.kind, sample.level}, known->second->from.days}];
    cell.window = *known->second;
    if (told.contains({sample.kind, sample.level, known->second->from.days, {sample.a, sample.b}})) {
      cell.told.emplace(sample.a, sample.b);
      continue;
    }
    Unit& unit = cell.units[{sample.a, sample.b}];
    if (sample.unclear)
      ++unit.unclear;
    else
      unit.samples.push_back(&sample);
  }
  std::map<Group, Everywhere> everywhere;
  if (all_windows) {
    for (const auto& [place, cell] : cells)
      for (const auto& [id, unit] : cell.units)
        for (const Sample* sample : unit.samples) ++everywhere[place.first][id][sample->case_id];
    for (auto& [place, cell] : cells)  // also who did nothing in the window
      for (const auto& [id, cases] : everywhere[place.first])
        if (!cell.told.contains(id)) cell.units.try_emplace(id);
  }

  std::vector<Test> out;
  for (const auto& [place, cell] : cells) {
    if (watch.last_days > 0 && cell.window.from != last.from) continue;
    for (const bool above : {true, false}) {
      if (!(above ? watch.above : watch.below)) continue;
      const Bench bench(watch, cell, everywhere[place.first], above);
      for (const auto& [id, unit] : cell.units) {
        if (unit.samples.empty() && !all_windows) continue;
        if (all_windows && !everywhere[place.first].contains(id)) continue;
        const Compared compared = bench.compare(id);
        if (compared.exposure < watch.needs || compared.peers.all < watch.needs ||
            cell.units.size() + cell.told.size() - 1 < kFewestPeers)
          continue;
        Test test;
        test.window = cell.window;
        test.unit = id;
        test.kind = place.first.first;
        test.level = place.first.second;
        test.above = above;
        test.p = compared.p;
        test.exact = compared.exact;
        test.mine = {compared.mine.marked, compared.mine.all, ratio(compared.mine.marked, compared.mine.all)};
        test.peers = {compared.peers.marked, compared.peers.all,
                      ratio(compared.peers.marked, compared.peers.all)};
        test.cases = static_cast<int64_t>(bench.clusters(id).size());
        test.peer_count = cell.units.size() - 1;
        test.left_out = cell.told.size();
        test.unclear = unit.unclear;
        // Only what may be told is worked out further: no discovery has a larger p than the bound.
        if (test.p <= watch.false_discovery) {
          for (const Sample* sample : unit.samples) {
            if (!bench.shows(*sample) || (!test.acts.empty() && test.acts.back() == sample->act)) continue;
            ++test.act_count;
            if (test.acts.size() < kMostActs) test.acts.push_back(sample->act);
          }
          if (is_quantile(watch.measure)) {
            test.mine.figure = quantile_of(values_of(unit, false), watch.quantile);
            std::vector<double> rest;
            for (const auto& [other, peer] : cell.units) {
              if (other == id) continue;
              const std::vector<double> values = values_of(peer, watch.per.size() == 2);
              rest.insert(rest.end(), values.begin(), values.end());
            }
            test.peers.figure = quantile_of(std::move(rest), watch.quantile);
          }
          test.peer_range = range(watch, cell, bench, id, above);
        }
        out.push_back(std::move(test));
      }
    }
  }
  return out;
}

// One that stands out makes all the others look the other way. So in each window the one that stands out most
// is taken, left out of the peers, and the rest compared anew, until nothing more stands out. What was taken
// goes on counting among the comparisons; where nothing is true, the first round alone decides whether
// anything is told.
std::vector<Figures::Test> Figures::standing_out(int32_t index, std::span<const Sample> samples, Instant now,
                                                 std::vector<Test> first, double q) const {
  std::vector<Test> out;
  Cells told;
  std::vector<Test> round = std::move(first);
  for (;;) {
    std::vector<double> p;
    for (const Test& test : out) p.push_back(test.p);
    for (const Test& test : round) p.push_back(test.p);
    const std::vector<bool> found = discoveries(p, q);
    std::map<std::tuple<Sym, Sym, int32_t>, const Test*> most;  // by window and peers
    for (size_t i = 0; i < round.size(); ++i) {
      if (!found[out.size() + i]) continue;
      const Test*& best = most[{round[i].kind, round[i].level, round[i].window.from.days}];
      if (best == nullptr || round[i].p < best->p) best = &round[i];
    }
    if (most.empty()) return out;
    std::vector<Test> taken;
    for (const auto& [place, test] : most) {
      told.emplace(test->kind, test->level, test->window.from.days, test->unit);
      taken.push_back(*test);
    }
    out.insert(out.end(), std::make_move_iterator(taken.begin()), std::make_move_iterator(taken.end()));
    round = tests(index, samples, now, told);
  }
}

std::vector<Finding> Figures::judge(std::vector<Sample>& samples, Instant now) const {
  if (samples.empty()) return {};
  // Record order: the place of the act, then its id.
  std::sort(samples.begin(), samples.end(), [&](const Sample& x, const Sample& y) {
    if (x.watch != y.watch) return x.watch < y.watch;
    if (x.act != y.act) {
      const StoredAct& a = history_.act(x.act);
      const StoredAct& b = history_.act(y.act);
      if (a.place_us != b.place_us) return a.place_us < b.place_us;
      const auto order = natural_compare(plan_.symbols.text(a.id), plan_.symbols.text(b.id));
      if (order != 0) return order < 0;
    }
    const auto text = [&](Sym sym) { return plan_.symbols.text(sym); };
    if (x.key != y.key) return text(x.key) < text(y.key);
    if (x.a != y.a) return text(x.a) < text(y.a);
    if (x.b != y.b) return text(x.b) < text(y.b);
    return x.hit < y.hit;
  });
  struct Family {
    int32_t watch = 0;
    std::span<const Sample> samples;
    std::vector<Test> tests;
  };
  std::vector<Family> families;
  for (size_t begin = 0; begin < samples.size();) {
    size_t end = begin;
    while (end < samples.size() && samples[end].watch == samples[begin].watch) ++end;
    const auto of_watch = std::span(samples).subspan(begin, end - begin);
    auto all = tests(samples[begin].watch, of_watch, now, {});
    if (!all.empty()) families.push_back({samples[begin].watch, of_watch, std::move(all)});
    begin = end;
  }
  std::vector<Finding> out;
  for (Family& family : families) {
    const Watch& watch = plan_.watches[static_cast<size_t>(family.watch)];
    const size_t compared = family.tests.size();
    // Shared among the watches, so that a whole run keeps the bound.
    const double q = watch.false_discovery / static_cast<double>(families.size());
    for (const Test& test : standing_out(family.watch, family.samples, now, std::move(family.tests), q)) {
      if (watch.margin > 0 && watch.measure != Measure::distinct) {
        const double edge = test.peers.figure * (test.above ? 1 + watch.margin : 1 - watch.margin);
        if (test.above ? test.mine.figure < edge : test.mine.figure > edge) continue;
      }
      out.push_back(finding(watch, test, compared, families.size()));
    }
  }
  std::sort(out.begin(), out.end(), before);
  return out;
}

}  // namespace heng::watch
