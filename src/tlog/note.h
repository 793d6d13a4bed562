// Signed notes (c2sp.org/signed-note), verifier keys, and the two signature types used here: 0x01 Ed25519
// over the text, 0x04 timestamped Ed25519 cosignatures (c2sp.org/tlog-cosignature).
//
//   text, ending in a newline
//
//   — <key name> base64(4-byte key id || signature)
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tlog/ed25519.h"

namespace heng::tlog {

inline constexpr size_t kMaxNoteBytes = 1 << 20;
inline constexpr size_t kMaxSignatures = 128;

enum class KeyType : uint8_t { ed25519 = 0x01, cosignature = 0x04, unassigned = 0xff };

struct Signature {
  std::string name;
  uint32_t key_id = 0;
  std::string bytes;  // what follows the key id
  bool operator==(const Signature&) const = default;
  std::string line() const;  // "— name base64\n"
};

struct Note {
  std::string text;  // with its final newline
  std::vector<Signature> signatures;
  std::string bytes() const;  // text, empty line, signature lines
};

// Refuses what the specification refuses: invalid UTF-8, control characters, no final newline, malformed
// lines. A base64 with stray bits under its padding is read (as Go's decoder does): the signature then simply
// does not verify.
Result<Note> parse_note(std::string_view bytes);
Result<std::vector<Signature>> parse_signature_lines(std::string_view lines);  // as a witness answers

bool valid_key_name(std::string_view name);  // not empty, no Unicode space, no plus, valid UTF-8, no controls

struct VerifierKey {
  std::string name;
  KeyType type = KeyType::ed25519;
  PublicKey key;
  uint32_t id() const;
  std::string vkey() const;  // name+hexid+base64(type || key)
  bool operator==(const VerifierKey&) const = default;
};

uint32_t key_id(std::string_view name, uint8_t type, std::string_view public_key);
// Only 0x01 and 0x04 keys; the id in the text must be the one that follows from name and key.
Result<VerifierKey> parse_vkey(std::string_view text);

// A signing key with its name: "PRIVATE+KEY+name+hexid+base64(type || seed)", as golang.org/x/mod/sumdb/note
// writes it.
struct NoteSigner {
  std::string name;
  KeyType type = KeyType::ed25519;
  SigningKey key;
  VerifierKey verifier() const { return {name, type, key.public_key()}; }
  std::string skey() const;
};
Result<NoteSigner> parse_skey(std::string_view text);

// Signs with a 0x01 key.
Signature sign_note(const NoteSigner& signer, std::string_view text);
// Signs with a 0x04 key, stating that at `time` (seconds since 1970) this was the largest consistent tree
// seen.
Signature cosign(const NoteSigner& signer, std::string_view text, uint64_t time);
std::string cosignature_message(std::string_view text, uint64_t time);
// The time in a cosignature's bytes; nullopt if the length is wrong.
std::optional<uint64_t> cosignature_time(const Signature& signature);

bool signature_is_from(const Signature& signature, const VerifierKey& key);  // name and id match
bool verify_signature(const Signature& signature, const VerifierKey& key, std::string_view text);

struct VerifiedSignature {
  size_t key = 0;        // index into the keys given
  size_t signature = 0;  // index into the note's signatures
  uint64_t time = 0;     // of a cosignature, else 0
};

// Every signature by one of `keys`, each key counted once. A signature that claims a known key and does not
// verify makes the whole note bad; signatures by unknown keys are ignored; none verified is an error.
Result<std::vector<VerifiedSignature>> open_note(const Note& note, std::span<const VerifierKey> keys);

}  // namespace heng::tlog
