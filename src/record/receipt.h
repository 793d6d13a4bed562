// How acts are handed to a record over HTTP, and what comes back. docs/format/record.md, "Appending over HTTP".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tlog/note.h"

namespace heng::record {

// What an agency signs of a submission: Ed25519 over this. `batch`: the record signs its acts as one batch.
std::string submission_message(std::string_view body, bool batch);

// A promise of the log: these entries are durable, here is where they stand. A signed note:
//
//   heng.receipt/1
//   <origin>
//   <index> <leaf hash, base64>     one line for each entry
struct ReceiptLine {
  uint64_t index = 0;
  tlog::Hash leaf;
  bool operator==(const ReceiptLine&) const = default;
};
tlog::Note receipt_note(const std::string& origin, const std::vector<ReceiptLine>& entries, const tlog::NoteSigner& log);
struct SignedReceipt {
  std::string origin;
  std::vector<ReceiptLine> entries;
  tlog::Note note;
};
bool is_receipt(std::string_view bytes);
// Refuses (`receipt-malformed`) what is not exactly of that form. The signature is not looked at.
Result<SignedReceipt> parse_receipt(std::string_view bytes);

}  // namespace heng::record
