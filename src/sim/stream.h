// A whole history, case after case, in memory that does not grow with it: lines out of order within a window,
// lines told twice, and the ground truth beside them.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "base/result.h"
#include "sim/generate.h"

namespace heng::sim {

struct StreamOptions {
  Options cases;
  uint64_t case_count = 0;  // 0: until act_count
  uint64_t act_count = 0;   // whole cases until at least so many lines are written
  // 0: a case after another in time order. 1: lines out of order within 64. 2: within 1,024, one in a hundred
  // told twice, one act in fifty recorded late. 3: within 16,384, three in a hundred told twice, one in ten
  // recorded late.
  int disorder = 0;
};

struct StreamSummary {
  uint64_t cases = 0;
  uint64_t acts = 0;  // lines, those told twice not counted again
  uint64_t doubled = 0;
  uint64_t violated = 0;  // cases with a planted violation
  uint64_t expected = 0;  // lines of ground truth
};

// Takes whole lines; false stops the run.
using OnText = std::function<bool(std::string_view)>;

// Errors: those of Generator::make; write-failed (environment) where a taker says false.
Result<StreamSummary> stream(const StreamOptions& options, const OnText& on_acts, const OnText& on_truth);

}  // namespace heng::sim
