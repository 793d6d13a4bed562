#include "tlog/proof_file.h"

#include "tlog/proof.h"

namespace heng::tlog {
namespace {

constexpr std::string_view kMagic = "c2sp.org/tlog-proof@v1\n";

Error malformed(std::string what) {
  return Error{ErrorKind::bad_input, "proof-malformed", std::move(what), "", ""};
}

}  // namespace

std::string ProofFile::bytes() const {
  std::string out(kMagic);
  if (extra) out += "extra " + base64_encode(*extra) + "\n";
  out += "index " + std::to_string(index) + "\n";
  for (const Hash& hash : proof) out += base64_encode(hash.view()) + "\n";
  return out + "\n" + checkpoint.note.bytes();
}

Result<ProofFile> parse_proof_file(std::string_view bytes) {
  if (bytes.size() > kMaxNoteBytes) return malformed("the proof file is longer than 1 MiB");
  if (!bytes.starts_with(kMagic)) return malformed("the file does not begin with c2sp.org/tlog-proof@v1");
  bytes.remove_prefix(kMagic.size());
  const auto next_line = [&]() -> std::optional<std::string_view> {
    const size_t end = bytes.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = bytes.substr(0, end);
    bytes.remove_prefix(end + 1);
    return line;
  };
  ProofFile file;
  std::optional<std::string_view> line = next_line();
  if (line && line->starts_with("extra ")) {
    file.extra = base64_decode(line->substr(6));
    if (!file.extra) return malformed("the extra line is not base64");
    line = next_line();
  }
  if (!line || !line->starts_with("index ")) return malformed("the index line is missing");
  const std::optional<uint64_t> index = parse_size(line->substr(6));
  if (!index) return malformed("the index is no number");
  file.index = *index;
  while (true) {
    line = next_line();
    if (!line) return malformed("the file ends inside the proof");
    if (line->empty()) break;
    const std::optional<std::string> hash = base64_decode(*line);
    const std::optional<Hash> typed = hash ? hash_from_bytes(*hash) : std::nullopt;
    if (!typed) return malformed("a proof line is not the base64 of 32 bytes");
    if (file.proof.size() == 63) return malformed("the proof has more than 63 hashes");
    file.proof.push_back(*typed);
  }
  HENG_TRY(file.checkpoint, parse_checkpoint(bytes));
  return file;
}

Result<void> check_proof_file(const ProofFile& file, const Hash& leaf) {
  return verify_inclusion(leaf, file.index, file.checkpoint.checkpoint.size, file.proof,
                          file.checkpoint.checkpoint.root);
}

}  // namespace heng::tlog
