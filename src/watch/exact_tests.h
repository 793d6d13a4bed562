// The chances that figures.h judges by. Every p-value is exact or an upper bound, so no flag rests on an
// approximation.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

namespace heng::watch {

// P(X ≥ k), X the marked ones among n drawn without replacement from N of which K are marked (R. A. Fisher,
// "The logic of inductive inference", J. R. Stat. Soc. 98, 1935).
double hypergeometric_upper(int64_t N, int64_t K, int64_t n, int64_t k);

// A case's part in a figure: `marked` of `all`.
struct Cluster {
  int64_t marked = 0;
  int64_t all = 0;
  auto operator<=>(const Cluster&) const = default;
};

// Everybody's clusters, by kind, with their sums.
struct Population {
  std::map<Cluster, int64_t> clusters;
  int64_t count = 0;
  int64_t marked = 0;
  int64_t all = 0;
  void add(Cluster cluster, int64_t times = 1);
};

// How likely it is that as many clusters as `drawn`, drawn blindly from the population, have as much marked,
// for what they have in all, as these do. Where no case counts twice, exactly (Fisher). Else cases hang
// together, and the bound is used that W. Hoeffding gives for draws without replacement ("Probability
// inequalities for sums of bounded random variables", J. Am. Stat. Assoc. 58, 1963, theorem 4): their moment
// generating function is at most that of draws with replacement.
struct Chance {
  double p = 1;
  bool exact = true;
};
Chance chance_of_more(const Population& population, std::span<const Cluster> drawn);

// The chance of at most (`fewer`) or at least `seen` different values among n of N draws, where value i
// occurs times[i] times: Chernoff's bound, which holds because which values are seen is negatively associated
// (K. Joag-Dev and F. Proschan, "Negative association of random variables", Ann. Stat. 11, 1983).
double chance_of_distinct(const std::vector<int64_t>& times, int64_t n, int64_t seen, bool fewer);

// Which of the p-values may be called discoveries so that the expected share of false ones is at most q
// (Y. Benjamini and Y. Hochberg, "Controlling the false discovery rate", J. R. Stat. Soc. B 57, 1995). Where
// nothing is true the chance of any discovery is at most q.
std::vector<bool> discoveries(const std::vector<double>& p, double q);

}  // namespace heng::watch
