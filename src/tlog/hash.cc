#include "tlog/hash.h"

#include <sodium.h>

#include <algorithm>
#include <vector>

#include "tlog/sha_lanes.h"

namespace heng::tlog {
namespace {

bool& lanes_flag() {
  static bool in_use = sha_lanes_supported();
  return in_use;
}

const uint8_t* as_bytes(std::string_view text) { return reinterpret_cast<const uint8_t*>(text.data()); }

void portable(uint8_t prefix, const uint8_t* data, size_t size, uint8_t* digest) {
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  crypto_hash_sha256_update(&state, &prefix, 1);
  crypto_hash_sha256_update(&state, data, size);
  crypto_hash_sha256_final(&state, digest);
}

int base64_value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  if (c == '/') return 63;
  return -1;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::optional<Hash> hash_from_bytes(std::string_view bytes) {
  if (bytes.size() != kHashSize) return std::nullopt;
  Hash hash;
  std::memcpy(hash.bytes.data(), bytes.data(), kHashSize);
  return hash;
}

Hash sha256(std::string_view message) {
  Hash out;
  if (lanes_flag() && !message.empty()) {
    const LaneMessage lane{as_bytes(message)[0], as_bytes(message) + 1, message.size() - 1};
    sha_lanes(&lane, 1, out.bytes.data());
  } else {
    crypto_hash_sha256(out.bytes.data(), as_bytes(message), message.size());
  }
  return out;
}

Hash hmac_sha256(const std::array<uint8_t, 32>& key, std::string_view message) {
  constexpr size_t kBlock = 64;
  std::string inner(kBlock, '\x36'), outer(kBlock, '\x5c');
  for (size_t i = 0; i < key.size(); ++i) {
    inner[i] = static_cast<char>(inner[i] ^ key[i]);
    outer[i] = static_cast<char>(outer[i] ^ key[i]);
  }
  inner += message;
  outer += sha256(inner).view();
  const Hash out = sha256(outer);
  sodium_memzero(inner.data(), inner.size());
  sodium_memzero(outer.data(), outer.size());
  return out;
}

Hash empty_root() { return sha256({}); }

Hash leaf_hash(std::string_view entry) {
  Hash out;
  hash_many(0x00, std::span(&entry, 1), &out);
  return out;
}

Hash node_hash(const Hash& left, const Hash& right) {
  const Hash children[2] = {left, right};
  Hash out;
  node_hashes(children, 1, &out);
  return out;
}

void hash_many(uint8_t prefix, std::span<const std::string_view> messages, Hash* out) {
  if (!lanes_flag()) {
    for (size_t i = 0; i < messages.size(); ++i)
      portable(prefix, as_bytes(messages[i]), messages[i].size(), out[i].bytes.data());
    return;
  }
  constexpr size_t kChunk = 64;
  LaneMessage lanes[kChunk];
  for (size_t start = 0; start < messages.size(); start += kChunk) {
    const size_t count = std::min(kChunk, messages.size() - start);
    for (size_t i = 0; i < count; ++i) {
      const std::string_view message = messages[start + i];
      lanes[i] = {prefix, as_bytes(message), message.size()};
    }
    static_assert(sizeof(Hash) == kHashSize);
    sha_lanes(lanes, count, out[start].bytes.data());
  }
}

void sha256_many(std::span<const std::string_view> messages, Hash* out) {
  // A lane begins with a byte of its own: the message's first.
  constexpr size_t kChunk = 64;
  LaneMessage lanes[kChunk];
  for (size_t start = 0; start < messages.size(); start += kChunk) {
    const size_t count = std::min(kChunk, messages.size() - start);
    bool in_lanes = lanes_flag();
    for (size_t i = 0; i < count && in_lanes; ++i) {
      const std::string_view message = messages[start + i];
      in_lanes = !message.empty();
      if (in_lanes) lanes[i] = {as_bytes(message)[0], as_bytes(message) + 1, message.size() - 1};
    }
    if (in_lanes) {
      sha_lanes(lanes, count, out[start].bytes.data());
      continue;
    }
    for (size_t i = 0; i < count; ++i) out[start + i] = sha256(messages[start + i]);
  }
}

void node_hashes(const Hash* children, size_t count, Hash* parents) {
  if (count == 0) return;
  if (lanes_flag()) {
    sha_node_lanes(children->bytes.data(), count, parents->bytes.data());
    return;
  }
  for (size_t i = 0; i < count; ++i) {
    Hash digest;
    portable(0x01, children[2 * i].bytes.data(), 2 * kHashSize, digest.bytes.data());
    parents[i] = digest;
  }
}

void use_hash_backend(HashBackend backend) {
  lanes_flag() = backend == HashBackend::automatic && sha_lanes_supported();
}

bool hash_lanes_in_use() { return lanes_flag(); }

std::string to_hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(2 * bytes.size());
  for (const char c : bytes) {
    const auto byte = static_cast<uint8_t>(c);
    out.push_back(kDigits[byte >> 4]);
    out.push_back(kDigits[byte & 15]);
  }
  return out;
}

std::optional<std::string> from_hex(std::string_view hex) {
  if (hex.size() % 2 != 0) return std::nullopt;
  std::string out;
  out.reserve(hex.size() / 2);
  for (size_t i = 0; i < hex.size(); i += 2) {
    const int high = hex_value(hex[i]), low = hex_value(hex[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<char>(high * 16 + low));
  }
  return out;
}

std::string base64_encode(std::string_view bytes) {
  static constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t left = bytes.size() - i;
    uint32_t group = static_cast<uint32_t>(static_cast<uint8_t>(bytes[i])) << 16;
    if (left > 1) group |= static_cast<uint32_t>(static_cast<uint8_t>(bytes[i + 1])) << 8;
    if (left > 2) group |= static_cast<uint8_t>(bytes[i + 2]);
    out.push_back(kAlphabet[group >> 18]);
    out.push_back(kAlphabet[(group >> 12) & 63]);
    out.push_back(left > 1 ? kAlphabet[(group >> 6) & 63] : '=');
    out.push_back(left > 2 ? kAlphabet[group & 63] : '=');
  }
  return out;
}

std::optional<std::string> base64_decode(std::string_view text, bool strict) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string out;
  out.reserve(text.size() / 4 * 3);
  for (size_t i = 0; i < text.size(); i += 4) {
    const bool last = i + 4 == text.size();
    const int padding = last && text[i + 3] == '=' ? (text[i + 2] == '=' ? 2 : 1) : 0;
    uint32_t group = 0;
    for (size_t k = 0; k < 4; ++k) {
      const bool padded = k >= 4 - static_cast<size_t>(padding);
      const int value = padded ? 0 : base64_value(text[i + k]);
      if (value < 0) return std::nullopt;
      group = group << 6 | static_cast<uint32_t>(value);
    }
    if (strict && padding == 1 && (group & 0xff) != 0) return std::nullopt;
    if (strict && padding == 2 && (group & 0xffff) != 0) return std::nullopt;
    out.push_back(static_cast<char>(group >> 16));
    if (padding < 2) out.push_back(static_cast<char>((group >> 8) & 0xff));
    if (padding < 1) out.push_back(static_cast<char>(group & 0xff));
  }
  return out;
}

}  // namespace heng::tlog
