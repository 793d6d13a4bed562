#include "tlog/witness.h"

#include "tlog/proof.h"

namespace heng::tlog {
namespace {

constexpr size_t kMaxProofLines = 63;

Error malformed(std::string what) {
  return Error{ErrorKind::bad_input, "add-checkpoint-malformed", std::move(what), "", ""};
}

}  // namespace

std::string AddCheckpointRequest::body() const {
  std::string out = "old " + std::to_string(old_size) + "\n";
  for (const Hash& hash : proof) out += base64_encode(hash.view()) + "\n";
  return out + "\n" + checkpoint.note.bytes();
}

Result<AddCheckpointRequest> parse_add_checkpoint(std::string_view body) {
  AddCheckpointRequest request;
  for (size_t line_number = 0;; ++line_number) {
    const size_t end = body.find('\n');
    if (end == std::string_view::npos) return malformed("the request ends before its checkpoint");
    const std::string_view line = body.substr(0, end);
    body.remove_prefix(end + 1);
    if (line_number == 0) {
      const std::optional<uint64_t> size =
          line.starts_with("old ") ? parse_size(line.substr(4)) : std::nullopt;
      if (!size) return malformed("the first line is not `old` and a size");
      request.old_size = *size;
      continue;
    }
    if (line.empty()) break;
    if (request.proof.size() == kMaxProofLines) return malformed("more than 63 proof lines");
    const std::optional<std::string> bytes = base64_decode(line);
    const std::optional<Hash> hash = bytes ? hash_from_bytes(*bytes) : std::nullopt;
    if (!hash) return malformed("a proof line is not the base64 of 32 bytes");
    request.proof.push_back(*hash);
  }
  HENG_TRY(request.checkpoint, parse_checkpoint(body));
  return request;
}

WitnessDecision decide_add_checkpoint(const AddCheckpointRequest& request, const WitnessedLog* log,
                                      const TreeHead& latest) {
  const Checkpoint& checkpoint = request.checkpoint.checkpoint;
  if (log == nullptr) return {403, "unknown log", 0, false};
  const Result<std::vector<VerifiedSignature>> opened = open_note(request.checkpoint.note, log->keys);
  if (!opened.ok()) return {403, opened.error().what, 0, false};
  if (request.old_size > checkpoint.size)
    return {400, "the old size is above the checkpoint's size", 0, false};
  if (request.old_size != latest.size) {
    // Not consistent on its face? Two signed roots for one size need no proof.
    const bool fork = checkpoint.size == latest.size && latest.size > 0 && checkpoint.root != latest.root;
    return {409, "the old size is not the last one cosigned", latest.size, fork};
  }
  if (latest.size == 0) {
    if (!request.proof.empty()) return {422, "a consistency proof from size 0 must be empty", 0, false};
    return {};
  }
  const Result<void> consistent =
      verify_consistency(latest.size, checkpoint.size, latest.root, checkpoint.root, request.proof);
  if (!consistent.ok())
    return {422, "the consistency proof does not hold: " + consistent.error().what, 0,
            checkpoint.size == latest.size && checkpoint.root != latest.root};
  return {};
}

}  // namespace heng::tlog
