// The gate: what the law says of an act before it is done. One hypothetical step of the same evaluator.
#pragma once

#include <vector>

#include "act/act.h"
#include "base/result.h"
#include "watch/finding.h"
#include "watch/history.h"

namespace heng::watch {

struct GateAnswer {
  enum class Verdict : uint8_t { allowed, warned, refused, cannot_tell };
  Verdict verdict = Verdict::cannot_tell;
  std::vector<Finding> against;   // what would be broken by it
  std::vector<Finding> unknown;   // what cannot be decided, with the fields it needs
  std::vector<Finding> warnings;  // strict readings, good practice
  std::vector<ClockView> starts;  // what would be owed then, with the sum
  std::vector<ClockView> meets;   // duties it would fulfil
  std::vector<ClockView> extends; // clocks whose sum it would change
  std::vector<Text> cures;        // what would make it lawful, line by line
};
const char* name_of(GateAnswer::Verdict verdict);  // "allowed", "warned", "refused", "cannot tell"

// Judges the act as if done at its `at`, over what the history holds until then. The history is left with the act
// added: hand over one that is not needed after. Fails closed: an act that cannot be placed (no case, an id that is
// taken) is an error, never "allowed".
Result<GateAnswer> ask_gate(History& history, const Act& act);

}  // namespace heng::watch
