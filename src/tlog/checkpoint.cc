#include "tlog/checkpoint.h"

namespace heng::tlog {
namespace {

Error malformed(std::string what) {
  return Error{ErrorKind::bad_input, "checkpoint-malformed", std::move(what), "", ""};
}

}  // namespace

std::optional<uint64_t> parse_size(std::string_view text) {
  if (text.empty() || text.size() > 19 || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<uint64_t>(c - '0');
  }
  if (value > INT64_MAX) return std::nullopt;
  return value;
}

std::string Checkpoint::text() const {
  std::string out = origin + "\n" + std::to_string(size) + "\n" + base64_encode(root.view()) + "\n";
  for (const std::string& extension : extensions) out += extension + "\n";
  return out;
}

Result<Checkpoint> parse_checkpoint_text(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    if (end == std::string_view::npos) return malformed("the last line has no newline");
    if (end == 0) return malformed("a checkpoint has no empty lines");
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  if (lines.size() < 3) return malformed("a checkpoint has an origin, a size and a root");
  const std::optional<uint64_t> size = parse_size(lines[1]);
  if (!size) return malformed("`" + std::string(lines[1].substr(0, 32)) + "` is no tree size");
  const std::optional<std::string> root = base64_decode(lines[2]);
  const std::optional<Hash> hash = root ? hash_from_bytes(*root) : std::nullopt;
  if (!hash) return malformed("the root is not the base64 of 32 bytes");
  if (*size == 0 && *hash != empty_root()) return malformed("a tree of size 0 must have the empty root");
  Checkpoint out{std::string(lines[0]), *size, *hash, {}};
  for (size_t i = 3; i < lines.size(); ++i) out.extensions.emplace_back(lines[i]);
  return out;
}

Result<SignedCheckpoint> parse_checkpoint(std::string_view bytes) {
  HENG_TRY(Note note, parse_note(bytes));
  HENG_TRY(Checkpoint checkpoint, parse_checkpoint_text(note.text));
  return SignedCheckpoint{std::move(checkpoint), std::move(note)};
}

}  // namespace heng::tlog
