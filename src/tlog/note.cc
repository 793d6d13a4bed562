#include "tlog/note.h"

#include <algorithm>

#include "tlog/utf8.h"

namespace heng::tlog {
namespace {

constexpr std::string_view kDash = "\xe2\x80\x94 ";  // em dash, space
constexpr std::string_view kPrivatePrefix = "PRIVATE+KEY+";

Error malformed(std::string what) {
  return Error{ErrorKind::bad_input, "note-malformed", std::move(what), "", ""};
}

std::string big_endian(uint64_t value, size_t bytes) {
  std::string out(bytes, '\0');
  for (size_t i = 0; i < bytes; ++i) out[bytes - 1 - i] = static_cast<char>(value >> (8 * i));
  return out;
}

uint64_t read_big_endian(std::string_view bytes) {
  uint64_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<uint8_t>(c);
  return value;
}

std::string hex_id(uint32_t id) { return to_hex(big_endian(id, 4)); }

Result<Signature> parse_line(std::string_view line) {
  if (!line.starts_with(kDash))
    return malformed("a signature line does not begin with an em dash and a space");
  line.remove_prefix(kDash.size());
  const size_t space = line.find(' ');
  if (space == std::string_view::npos) return malformed("a signature line has no signature");
  const std::string_view name = line.substr(0, space);
  if (!valid_key_name(name)) return malformed("the key name `" + std::string(name) + "` is not allowed");
  const std::optional<std::string> decoded = base64_decode(line.substr(space + 1), false);
  if (!decoded || decoded->size() < 5)
    return malformed("the signature of `" + std::string(name) + "` is not base64");
  return Signature{std::string(name),
                   static_cast<uint32_t>(read_big_endian(std::string_view(*decoded).substr(0, 4))),
                   decoded->substr(4)};
}

struct KeyText {
  std::string name;
  uint32_t id;
  std::string material;  // type byte and key
};

Result<KeyText> split_key(std::string_view text) {
  const auto bad = [](std::string what) {
    return Error{ErrorKind::bad_input, "vkey-malformed", std::move(what), "",
                 "a key is written name+8 hex digits+base64"};
  };
  const size_t first = text.find('+');
  const size_t second = first == std::string_view::npos ? first : text.find('+', first + 1);
  if (second == std::string_view::npos) return bad("a key has three parts joined by plus signs");
  const std::string_view name = text.substr(0, first);
  if (!valid_key_name(name)) return bad("the key name `" + std::string(name) + "` is not allowed");
  const std::string_view id_text = text.substr(first + 1, second - first - 1);
  const std::optional<std::string> id = from_hex(id_text);
  if (!id || id->size() != 4) return bad("`" + std::string(id_text) + "` is no key id");
  const std::optional<std::string> material = base64_decode(text.substr(second + 1));
  if (!material || material->size() != 1 + kPublicKeySize)
    return bad("the key material is not a type and 32 bytes");
  const auto type = static_cast<uint8_t>((*material)[0]);
  if (type != 0x01 && type != 0x04) return bad("key type " + std::to_string(type) + " is not known here");
  return KeyText{std::string(name), static_cast<uint32_t>(read_big_endian(*id)), *material};
}

}  // namespace

std::string Signature::line() const {
  return std::string(kDash) + name + " " + base64_encode(big_endian(key_id, 4) + bytes) + "\n";
}

std::string Note::bytes() const {
  std::string out = text + "\n";
  for (const Signature& signature : signatures) out += signature.line();
  return out;
}

bool valid_key_name(std::string_view name) {
  if (name.empty()) return false;
  for (size_t at = 0; at < name.size();) {
    const std::optional<char32_t> code = next_code_point(name, at);
    if (!code || *code < 0x20 || *code == '+' || is_unicode_space(*code)) return false;
  }
  return true;
}

Result<Note> parse_note(std::string_view bytes) {
  if (bytes.size() > kMaxNoteBytes) return malformed("the note is longer than 1 MiB");
  for (size_t at = 0; at < bytes.size();) {
    const std::optional<char32_t> code = next_code_point(bytes, at);
    if (!code) return malformed("the note is not valid UTF-8");
    if (*code < 0x20 && *code != '\n') return malformed("the note contains a control character");
  }
  const size_t split = bytes.rfind("\n\n");
  if (split == std::string_view::npos) return malformed("no empty line divides text and signatures");
  HENG_TRY(std::vector<Signature> signatures, parse_signature_lines(bytes.substr(split + 2)));
  return Note{std::string(bytes.substr(0, split + 1)), std::move(signatures)};
}

Result<std::vector<Signature>> parse_signature_lines(std::string_view lines) {
  if (lines.empty() || lines.back() != '\n')
    return malformed("signature lines are missing or end without a newline");
  std::vector<Signature> out;
  while (!lines.empty()) {
    const size_t end = lines.find('\n');
    if (out.size() == kMaxSignatures) return malformed("the note has more than 128 signatures");
    HENG_TRY(Signature signature, parse_line(lines.substr(0, end)));
    out.push_back(std::move(signature));
    lines.remove_prefix(end + 1);
  }
  return out;
}

uint32_t key_id(std::string_view name, uint8_t type, std::string_view public_key) {
  std::string text(name);
  text += '\n';
  text += static_cast<char>(type);
  text += public_key;
  return static_cast<uint32_t>(read_big_endian(sha256(text).view().substr(0, 4)));
}

uint32_t VerifierKey::id() const { return key_id(name, static_cast<uint8_t>(type), key.view()); }

std::string VerifierKey::vkey() const {
  return name + "+" + hex_id(id()) + "+" +
         base64_encode(std::string(1, static_cast<char>(type)) + std::string(key.view()));
}

Result<VerifierKey> parse_vkey(std::string_view text) {
  HENG_TRY(const KeyText parts, split_key(text));
  VerifierKey key{parts.name, static_cast<KeyType>(parts.material[0]),
                  *hash_from_bytes(std::string_view(parts.material).substr(1))};
  if (key.id() != parts.id)
    return Error{ErrorKind::bad_input, "vkey-id",
                 "the id of key `" + parts.name + "` does not fit its name and key", "",
                 "copy the key again from where it was published; it should be " + key.vkey()};
  return key;
}

std::string NoteSigner::skey() const {
  const std::array<uint8_t, 32> seed = key.seed();
  std::string material(1, static_cast<char>(type));
  material.append(reinterpret_cast<const char*>(seed.data()), seed.size());
  return std::string(kPrivatePrefix) + name + "+" + hex_id(verifier().id()) + "+" + base64_encode(material);
}

Result<NoteSigner> parse_skey(std::string_view text) {
  if (!text.starts_with(kPrivatePrefix))
    return Error{ErrorKind::bad_input, "skey-malformed", "this is no private note key", "",
                 "a private key begins with PRIVATE+KEY+"};
  HENG_TRY(const KeyText parts, split_key(text.substr(kPrivatePrefix.size())));
  std::array<uint8_t, 32> seed{};
  std::copy_n(parts.material.begin() + 1, 32, seed.begin());
  NoteSigner signer{parts.name, static_cast<KeyType>(parts.material[0]), SigningKey::from_seed(seed)};
  if (signer.verifier().id() != parts.id)
    return Error{ErrorKind::bad_input, "skey-id",
                 "the id of the private key `" + parts.name + "` does not fit it", "",
                 "restore the key file from where it is kept"};
  return signer;
}

Signature sign_note(const NoteSigner& signer, std::string_view text) {
  HENG_ASSERT(signer.type == KeyType::ed25519);
  return {signer.name, signer.verifier().id(), signer.key.sign(text)};
}

std::string cosignature_message(std::string_view text, uint64_t time) {
  return "cosignature/v1\ntime " + std::to_string(time) + "\n" + std::string(text);
}

Signature cosign(const NoteSigner& signer, std::string_view text, uint64_t time) {
  HENG_ASSERT(signer.type == KeyType::cosignature);
  return {signer.name, signer.verifier().id(),
          big_endian(time, 8) + signer.key.sign(cosignature_message(text, time))};
}

std::optional<uint64_t> cosignature_time(const Signature& signature) {
  if (signature.bytes.size() != 8 + kSignatureSize) return std::nullopt;
  return read_big_endian(std::string_view(signature.bytes).substr(0, 8));
}

bool signature_is_from(const Signature& signature, const VerifierKey& key) {
  return signature.name == key.name && signature.key_id == key.id();
}

bool verify_signature(const Signature& signature, const VerifierKey& key, std::string_view text) {
  if (!signature_is_from(signature, key)) return false;
  if (key.type == KeyType::ed25519) return ed25519_verify(key.key, text, signature.bytes);
  const std::optional<uint64_t> time = cosignature_time(signature);
  if (key.type != KeyType::cosignature || !time) return false;
  return ed25519_verify(key.key, cosignature_message(text, *time),
                        std::string_view(signature.bytes).substr(8));
}

Result<std::vector<VerifiedSignature>> open_note(const Note& note, std::span<const VerifierKey> keys) {
  std::vector<VerifiedSignature> out;
  std::vector<bool> seen(keys.size(), false);
  for (size_t i = 0; i < note.signatures.size(); ++i) {
    const Signature& signature = note.signatures[i];
    for (size_t k = 0; k < keys.size(); ++k) {
      if (seen[k] || !signature_is_from(signature, keys[k])) continue;
      if (!verify_signature(signature, keys[k], note.text))
        return Error{ErrorKind::verification, "note-signature",
                     "invalid signature: the signature of `" + signature.name + "` does not fit the text", "",
                     ""};
      seen[k] = true;
      const bool timed = keys[k].type == KeyType::cosignature;
      out.push_back({k, i, timed ? *cosignature_time(signature) : 0});
    }
  }
  if (out.empty())
    return Error{ErrorKind::verification, "note-unsigned", "invalid signature: no known key signed this note",
                 "", ""};
  return out;
}

}  // namespace heng::tlog
