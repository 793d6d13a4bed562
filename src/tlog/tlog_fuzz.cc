// Every parser of tlog: the first byte says which. What is accepted must also come out again as it went in.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tlog/policy.h"
#include "tlog/proof_file.h"
#include "tlog/tile.h"
#include "tlog/witness.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace heng::tlog;
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 8) {
    case 0:
      if (const auto note = parse_note(text); note.ok()) {
        const auto again = parse_note(note->bytes());
        HENG_ASSERT(again.ok() && again->text == note->text && again->signatures == note->signatures);
      }
      break;
    case 1:
      if (const auto checkpoint = parse_checkpoint_text(text); checkpoint.ok())
        HENG_ASSERT(checkpoint->text() == text);
      break;
    case 2:
      if (const auto file = parse_proof_file(text); file.ok()) {
        HENG_ASSERT(parse_proof_file(file->bytes()).ok());
        (void)check_proof_file(*file, leaf_hash(text));
      }
      break;
    case 3:
      if (const auto policy = parse_policy(text); policy.ok())
        (void)quorum_holds(*policy, std::vector<bool>(policy->witnesses.size(), true));
      break;
    case 4:
      if (const auto id = parse_tile_path(text)) HENG_ASSERT(id->path() == text);
      break;
    case 5:
      for (const unsigned width : {1u, 2u, 7u, 256u})
        if (const auto entries = parse_bundle(text, width); entries.ok()) {
          std::string bundle;
          for (const std::string_view entry : *entries) append_to_bundle(bundle, entry);
          HENG_ASSERT(bundle == text);
        }
      break;
    case 6:
      if (const auto request = parse_add_checkpoint(text); request.ok())
        (void)decide_add_checkpoint(*request, nullptr, {});
      break;
    default:
      if (const auto key = parse_vkey(text); key.ok()) HENG_ASSERT(parse_vkey(key->vkey()).ok());
      if (const auto bytes = base64_decode(text)) HENG_ASSERT(base64_encode(*bytes) == text);
      (void)parse_skey(text);
      break;
  }
  return 0;
}
