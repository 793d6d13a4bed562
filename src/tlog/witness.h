// What a witness decides (c2sp.org/tlog-witness add-checkpoint), without network or disk.
//
// Two statuses follow the shared test scripts rather than one reading of the text: an unknown origin is 403,
// and another root at an equal size is 422 (a failed proof of consistency), so that 409 always means "ask
// again from this size".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tlog/checkpoint.h"

namespace heng::tlog {

struct AddCheckpointRequest {
  uint64_t old_size = 0;
  std::vector<Hash> proof;
  SignedCheckpoint checkpoint;
  std::string body() const;
};

// At most 63 proof lines; anything not exactly in the format is an error (status 400).
Result<AddCheckpointRequest> parse_add_checkpoint(std::string_view body);

struct WitnessedLog {
  std::string origin;
  std::vector<VerifierKey> keys;
};

struct TreeHead {
  uint64_t size = 0;
  Hash root = empty_root();
};

struct WitnessDecision {
  int status = 200;         // 200, 400, 403, 409, 422
  std::string reason;       // for people; empty at 200
  uint64_t known_size = 0;  // the answer's body at 409
  // A signed checkpoint that contradicts what was seen before: keep it, it proves that the log forked.
  bool evidence_of_fork = false;
};

// `latest` is the last head cosigned for that origin (size 0 if none). At 200 the caller must store the new
// head durably, atomically with this decision, before it cosigns.
WitnessDecision decide_add_checkpoint(const AddCheckpointRequest& request, const WitnessedLog* log,
                                      const TreeHead& latest);

}  // namespace heng::tlog
