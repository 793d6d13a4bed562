// The oracle: findings as a function of a set of acts and of now (docs/language.md, sections 5 and 6). Batch, plain,
// case by case; the incremental engine must always agree with it.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "watch/evaluate.h"
#include "watch/finding.h"

namespace heng::watch {

struct OracleOptions {
  Instant now;
  int jobs = 1;                       // threads; the output is the same for every number
  bool missing = true;                // findings of kind `missing` too
  bool views = false;                 // the cases of the findings with their acts and clocks
  bool all_views = false;             // of every case
  std::string only_case;              // judge this case alone (and no rule across cases)
  std::set<std::string> only_rules;   // full names; empty: all
  Coverage* coverage = nullptr;       // filled if given (one job)
};

struct Verdicts {
  std::vector<Finding> findings;      // in output order
  std::vector<CaseView> cases;        // if asked for
  uint64_t unclear_references = 0;    // acts that correct or annul nothing that is there
  std::vector<std::string> reported;  // ids of those acts
};

Verdicts judge_history(const History& history, const OracleOptions& options);

}  // namespace heng::watch
