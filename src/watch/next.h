// What an official may do in a case now: the gate asked of every act that the law gives the official's role.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "watch/gate.h"

namespace heng::watch {

struct NextQuestion {
  std::string case_id;
  std::string role;
  std::string agency;
  std::string person;  // the official's id; empty: somebody of the role
  OffsetTime at;
};

struct NextStep {
  std::string type;
  Text label;
  std::vector<std::pair<std::string, std::string>> on;  // {"person", "P1"}: whom or what the act would concern
  GateAnswer answer;
};

// An act type is asked about if it says that the role does it, or a power over it is held by the role (or by anybody).
// Where several values of what it concerns are named in the case, each is asked about by itself. `acts` are those of the
// case. First what meets a running clock, by its end; then what is allowed, cannot be told, is not allowed. Fails with
// `next-case` if the case has no act, `next-role` if no pack gives the role anything to do.
Result<std::vector<NextStep>> next_steps(Plan& plan, std::span<const Act> acts, const NextQuestion& question);

}  // namespace heng::watch
