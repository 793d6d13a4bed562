// heng check --follow: acts without end from standard input, changes of findings as they become true.
#pragma once

#include "cli/history_options.h"

namespace heng {

struct FollowOptions {
  HistoryOptions history;
  std::string state;     // a folder that survives restarts; empty: none
  bool missing = true;
  bool event_time = false;  // time moves by the acts' own instants instead of the wall clock
};

// Reads NDJSON acts from standard input; writes a line a change (schema heng/change/v1) to standard output and flushes
// it. Ends with 0 at the end of input, 130 when interrupted; 3 if lines were refused.
int follow(const FollowOptions& options);

}  // namespace heng
