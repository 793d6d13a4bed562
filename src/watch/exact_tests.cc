#include "watch/exact_tests.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace heng::watch {
namespace {

double log_choose(int64_t n, int64_t k) {
  if (k < 0 || k > n) return -HUGE_VAL;
  const auto log_factorial = [](int64_t x) { return std::lgamma(static_cast<double>(x) + 1); };
  return log_factorial(n) - log_factorial(k) - log_factorial(n - k);
}

// The least value of a convex function with f(0) = 0, over t ≥ 0.
double least(const std::function<double(double)>& f) {
  double right = 1;
  while (right < 1024 && f(2 * right) < f(right)) right *= 2;
  double low = 0;
  double high = 2 * right;
  for (int i = 0; i < 100; ++i) {
    const double a = low + (high - low) / 3;
    const double b = high - (high - low) / 3;
    if (f(a) < f(b))
      high = b;
    else
      low = a;
  }
  return std::min(0.0, f((low + high) / 2));
}

}  // namespace

double hypergeometric_upper(int64_t N, int64_t K, int64_t n, int64_t k) {
  const int64_t most = std::min(n, K);
  const int64_t fewest = std::max<int64_t>(0, n - (N - K));
  if (k <= fewest) return 1;
  if (k > most) return 0;
  const auto term = [&](int64_t x) { return log_choose(K, x) + log_choose(N - K, n - x) - log_choose(N, n); };
  // Each term from the one before; beyond the mode they fall.
  const auto sum = [&](int64_t from, int64_t to, int64_t step) {
    double ratio = 1;
    double total = 0;
    for (int64_t x = from;; x += step) {
      total += ratio;
      if (x == to) break;
      const double up = static_cast<double>(K - x) * static_cast<double>(n - x) /
                        (static_cast<double>(x + 1) * static_cast<double>(N - K - n + x + 1));
      if (step > 0)
        ratio *= up;
      else  // the ratio of x - 1 to x
        ratio *= static_cast<double>(x) * static_cast<double>(N - K - n + x) /
                 (static_cast<double>(K - x + 1) * static_cast<double>(n - x + 1));
      if (ratio < total * 1e-18) break;
    }
    return std::log(total) + term(from);
  };
  const double mean = static_cast<double>(n) * static_cast<double>(K) / static_cast<double>(N);
  if (static_cast<double>(k) > mean) return std::min(1.0, std::exp(sum(k, most, 1)));
  return std::clamp(1 - std::exp(sum(k - 1, fewest, -1)), 0.0, 1.0);
}

void Population::add(Cluster cluster, int64_t times) {
  if (times == 0) return;
  clusters[cluster] += times;
  count += times;
  marked += cluster.marked * times;
  all += cluster.all * times;
}

Chance chance_of_more(const Population& population, std::span<const Cluster> drawn) {
  Population mine;
  for (const Cluster& cluster : drawn) mine.add(cluster);
  const bool single =
      std::all_of(population.clusters.begin(), population.clusters.end(),
                  [](const auto& entry) { return entry.first.all == 1 && entry.first.marked <= 1; });
  if (single)
    return {hypergeometric_upper(population.count, population.marked, mine.count, mine.marked), true};
  if (population.all == 0 || population.count == 0) return {1, false};
  const double share = static_cast<double>(population.marked) / static_cast<double>(population.all);
  const auto excess = [share](const Cluster& cluster) {
    return static_cast<double>(cluster.marked) - share * static_cast<double>(cluster.all);
  };
  const double seen = static_cast<double>(mine.marked) - share * static_cast<double>(mine.all);
  if (seen <= 0) return {1, false};
  double largest = 0;
  for (const auto& entry : population.clusters) largest = std::max(largest, excess(entry.first));
  const auto bound = [&](double t) {
    double mean = 0;  // of exp(t · excess), its largest taken out
    for (const auto& [cluster, times] : population.clusters)
      mean += static_cast<double>(times) * std::exp(t * (excess(cluster) - largest));
    mean /= static_cast<double>(population.count);
    return static_cast<double>(mine.count) * (std::log(mean) + t * largest) - t * seen;
  };
  return {std::exp(least(bound)), false};
}

double chance_of_distinct(const std::vector<int64_t>& times, int64_t n, int64_t seen, bool fewer) {
  const int64_t N = std::accumulate(times.begin(), times.end(), int64_t{0});
  std::map<int64_t, int64_t> of;  // values by how often they occur
  for (const int64_t each : times) ++of[each];
  std::vector<std::pair<double, double>> chances;  // of being seen, how many values
  double mean = 0;
  for (const auto& [each, values] : of) {
    const double p = 1 - std::exp(log_choose(N - each, n) - log_choose(N, n));
    chances.emplace_back(p, static_cast<double>(values));
    mean += p * static_cast<double>(values);
  }
  const double d = static_cast<double>(seen);
  if (fewer ? d >= mean : d <= mean) return 1;
  const double sign = fewer ? -1 : 1;
  return std::exp(least([&](double t) {
    double sum = -sign * t * d;
    for (const auto& [p, values] : chances) sum += values * std::log1p(p * std::expm1(sign * t));
    return sum;
  }));
}

std::vector<bool> discoveries(const std::vector<double>& p, double q) {
  std::vector<size_t> order(p.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return p[a] < p[b]; });
  size_t last = 0;  // how many are discoveries
  for (size_t i = 0; i < order.size(); ++i)
    if (p[order[i]] <= q * static_cast<double>(i + 1) / static_cast<double>(p.size())) last = i + 1;
  std::vector<bool> out(p.size(), false);
  for (size_t i = 0; i < last; ++i) out[order[i]] = true;
  return out;
}

}  // namespace heng::watch
