// Proof files (c2sp.org/tlog-proof@v1): an entry's index, its inclusion proof and a checkpoint, to be checked
// offline.
//
//   c2sp.org/tlog-proof@v1
//   extra <base64>                 (optional, not authenticated)
//   index 73894
//   <base64 hash>…                 from the leaf's sibling up
//
//   <checkpoint with its signatures>
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tlog/checkpoint.h"
#include "tlog/policy.h"

namespace heng::tlog {

struct ProofFile {
  std::optional<std::string> extra;
  uint64_t index = 0;
  std::vector<Hash> proof;
  SignedCheckpoint checkpoint;
  std::string bytes() const;
};

Result<ProofFile> parse_proof_file(std::string_view bytes);

// That the entry with this leaf hash stands at the stated index of the checkpoint's tree. Says nothing of
// signatures.
Result<void> check_proof_file(const ProofFile& file, const Hash& leaf);

}  // namespace heng::tlog
