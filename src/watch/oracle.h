// The oracle: findings as a function of a set of acts and of now (docs/language.md, sections 5 and 6). Batch, plain,
// case by case; the incremental engine must always agree with it.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "watch/case_judge.h"
#include "watch/finding.h"

namespace heng::watch {

struct OracleOptions : JudgeOptions {
  int jobs = 1;                       // threads; the output is the same for every number
  bool views = false;                 // the cases of the findings with their acts and clocks
  bool all_views = false;             // of every case
  std::string only_case;              // judge this case alone (and no rule across cases)
};

struct Verdicts {
  std::vector<Finding> findings;      // in output order
  std::vector<CaseView> cases;        // if asked for
  uint64_t unclear_references = 0;    // acts that correct or annul nothing that is there
  std::vector<std::string> reported;  // ids of those acts
};

Verdicts judge_history(const History& history, const OracleOptions& options);

}  // namespace heng::watch
