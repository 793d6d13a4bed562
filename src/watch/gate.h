// The gate: what the law says of an act before it is done. One hypothetical step of the same evaluator.
#pragma once

#include <vector>

#include "act/act.h"
#include "base/result.h"
#include "watch/case_judge.h"
#include "watch/finding.h"
#include "watch/oracle.h"

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

// Answers questions about a history. Acts may be added to it between questions; none is by them. Not for two threads.
class Gate {
 public:
  explicit Gate(History& history);

  // Judges the act as if done at its `at`, over what the history holds until then. Fails closed: an act that cannot be
  // placed (no case, an id that is taken, a type no pack knows) is an error, never "allowed".
  Result<GateAnswer> ask(const Act& act);

 private:
  GateAnswer ask_plain(const Act& act, std::vector<ClockMark>&& before);
  // For corrections and annulments, which may change what any act of the case was.
  GateAnswer ask_whole(const Act& act, const Verdicts& before);

  History& history_;
  Index index_;
  Touches touches_;
  JudgeOptions options_;
  Scope scope_;
  CaseJudge judge_;
  LiveActs live_;
  std::vector<Finding> fresh_;
};

// One question.
Result<GateAnswer> ask_gate(History& history, const Act& act);

}  // namespace heng::watch
