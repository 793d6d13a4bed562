// What the parts of figures.cc share: a unit set against its peers in one window.
#pragma once

#include "watch/figures.h"

namespace heng::watch {

inline bool is_quantile(law::WatchDecl::Measure::Kind measure) {
  using Measure = law::WatchDecl::Measure::Kind;
  return measure == Measure::quantile || measure == Measure::time_until || measure == Measure::time_since;
}

// A unit, or its peers together: `marked` of `all`, and the figure that is told.
struct Figures::Side {
  int64_t marked = 0;
  int64_t all = 0;
  double figure = 0;
};

struct Figures::Test {
  Window window;
  std::pair<Sym, Sym> unit;
  Sym kind = 0;
  Sym level = 0;
  bool above = true;
  double p = 1;
  bool exact = true;
  Side mine;
  Side peers;
  int64_t cases = 0;
  size_t peer_count = 0;
  size_t left_out = 0;                                  // peers that stand out themselves
  std::optional<std::pair<double, double>> peer_range;  // of those with acts enough
  int64_t unclear = 0;
  std::vector<uint32_t> acts;  // the first of act_count
  size_t act_count = 0;
};

}  // namespace heng::watch
