// Checkpoints (c2sp.org/tlog-checkpoint): what a log signs about itself.
//
//   example.com/log
//   20852163
//   CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tlog/note.h"

namespace heng::tlog {

struct Checkpoint {
  std::string origin;
  uint64_t size = 0;
  Hash root;
  std::vector<std::string> extensions;  // Heng writes none
  std::string text() const;             // the note text
  bool operator==(const Checkpoint&) const = default;
};

// From a note's text. One spelling only: no leading zeros, strict base64, no empty lines. The empty tree must
// have the empty root.
Result<Checkpoint> parse_checkpoint_text(std::string_view text);

struct SignedCheckpoint {
  Checkpoint checkpoint;
  Note note;
};
Result<SignedCheckpoint> parse_checkpoint(std::string_view bytes);

// A decimal without leading zeros that fits 63 bits; nullopt otherwise.
std::optional<uint64_t> parse_size(std::string_view text);

}  // namespace heng::tlog
