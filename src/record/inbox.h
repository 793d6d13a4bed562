// What readers leave for the one writer to record: that they read, and what they found.
//
//   VAULT/inbox/<microseconds since 1970>-<16 hex digits>     {"kind":…,"t":"heng.inbox/1",…}, canonical JSON
//
// A reader beside a running writer cannot append. It leaves a note, durably, and only then opens bodies. Notes lie in
// the vault because findings speak of people; they go once they are recorded.
#pragma once

#include <string>
#include <vector>

#include "base/time.h"
#include "record/disk.h"
#include "record/json.h"

namespace heng::record {

class Random;

struct InboxNote {
  std::string path;
  Json content;
};

// Durable when it returns.
Result<void> leave_note(Disk& disk, const std::string& vault_dir, Json content, Instant now, Random& random);
// In the order they were left. Files that are no notes are an error (`inbox-malformed`).
Result<std::vector<InboxNote>> notes_in(const Disk& disk, const std::string& vault_dir);

}  // namespace heng::record
