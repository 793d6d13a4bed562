// Random numbers that do not depend on the platform: every draw of a case follows from (seed, case, stream).
#pragma once

#include <cstdint>

namespace heng::sim {

// SplitMix64 (Steele, Lea, Flood 2014): one addition and one mix a draw.
class Random {
 public:
  Random(uint64_t seed, uint64_t item, uint64_t stream)
      : state_(mix(seed ^ 0x9e3779b97f4a7c15U) + mix(item * 0xd1342543de82ef95U + stream)) {}

  uint64_t next() { return mix(state_ += 0x9e3779b97f4a7c15U); }
  // In [0, bound); bound > 0. The bias is below 2^-32 for the bounds used here.
  uint64_t below(uint64_t bound) {
    return static_cast<uint64_t>((static_cast<__uint128_t>(next()) * bound) >> 64U);
  }
  int64_t between(int64_t low, int64_t high) {
    return high <= low ? low : low + static_cast<int64_t>(below(static_cast<uint64_t>(high - low + 1)));
  }
  bool chance(double probability) { return static_cast<double>(next() >> 11U) * 0x1.0p-53 < probability; }

 private:
  static uint64_t mix(uint64_t z) {
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }
  uint64_t state_;
};

}  // namespace heng::sim
