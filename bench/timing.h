// Clocks and small statistics for the benchmarks.
#pragma once

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

namespace heng::bench {

inline double seconds_of(clockid_t which) {
  timespec now{};
  clock_gettime(which, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}
inline double cpu_seconds() { return seconds_of(CLOCK_PROCESS_CPUTIME_ID); }  // all threads together
inline double wall_seconds() { return seconds_of(CLOCK_MONOTONIC); }

// The p-th hundredth of the values, 0.5 the median; sorts them.
inline double quantile(std::vector<double>& values, double p) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1, static_cast<size_t>(p * static_cast<double>(values.size())))];
}

// What runs this: the processor's name and how many of it.
inline std::string machine() {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2) + ", " + std::to_string(sysconf(_SC_NPROCESSORS_ONLN)) + " cores";
  return std::to_string(sysconf(_SC_NPROCESSORS_ONLN)) + " cores";
}

}  // namespace heng::bench
