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

constexpr char kBase64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// What each character stands for; -1 for those that stand for nothing.
constexpr std::array<int8_t, 256> kBase64Values = [] {
  std::array<int8_t, 256> out{};
  out.fill(-1);
  for (int i = 0; i < 64; ++i) out[static_cast<uint8_t>(kBase64[i])] = static_cast<int8_t>(i);
  return out;
}();

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
  Hash out;
  hmac_sha256_many(key, std::span(&message, 1), &out);
  return out;
}

void hmac_sha256_many(const std::array<uint8_t, 32>& key, std::span<const std::string_view> messages, Hash* out) {
  std::array<uint8_t, 64> inner_pad, outer_pad;
  inner_pad.fill(0x36);
  outer_pad.fill(0x5c);
  for (size_t i = 0; i < key.size(); ++i) {
    inner_pad[i] = static_cast<uint8_t>(inner_pad[i] ^ key[i]);
    outer_pad[i] = static_cast<uint8_t>(outer_pad[i] ^ key[i]);
  }
  const bool in_lanes = lanes_flag() && std::none_of(messages.begin(), messages.end(), [](std::string_view m) { return m.empty(); });
  if (in_lanes) {
    constexpr size_t kChunk = 64;
    LaneMessage lanes[kChunk];
    for (size_t start = 0; start < messages.size(); start += kChunk) {
      const size_t count = std::min(kChunk, messages.size() - start);
      for (size_t i = 0; i < count; ++i) {
        const std::string_view message = messages[start + i];
        lanes[i] = {as_bytes(message)[0], as_bytes(message) + 1, message.size() - 1};
      }
      sha_lanes_behind(inner_pad.data(), lanes, count, out[start].bytes.data());
      Hash inner[kChunk];
      std::copy_n(out + start, count, inner);
      for (size_t i = 0; i < count; ++i) lanes[i] = {inner[i].bytes[0], inner[i].bytes.data() + 1, kHashSize - 1};
      sha_lanes_behind(outer_pad.data(), lanes, count, out[start].bytes.data());
      sodium_memzero(inner, count * sizeof inner[0]);
    }
  } else {
    for (size_t i = 0; i < messages.size(); ++i) {
      crypto_hash_sha256_state state;
      crypto_hash_sha256_init(&state);
      crypto_hash_sha256_update(&state, inner_pad.data(), inner_pad.size());
      crypto_hash_sha256_update(&state, as_bytes(messages[i]), messages[i].size());
      crypto_hash_sha256_final(&state, out[i].bytes.data());
      crypto_hash_sha256_init(&state);
      crypto_hash_sha256_update(&state, outer_pad.data(), outer_pad.size());
      crypto_hash_sha256_update(&state, out[i].bytes.data(), kHashSize);
      crypto_hash_sha256_final(&state, out[i].bytes.data());
      sodium_memzero(&state, sizeof state);
    }
  }
  sodium_memzero(inner_pad.data(), inner_pad.size());
  sodium_memzero(outer_pad.data(), outer_pad.size());
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

void node_hashes(const Hash* children, size_t count, Hash* parents) { node_hashes(0x01, children, count, parents); }

void node_hashes(uint8_t prefix, const Hash* children, size_t count, Hash* parents) {
  if (count == 0) return;
  if (lanes_flag()) {
    sha_node_lanes(prefix, children->bytes.data(), count, parents->bytes.data());
    return;
  }
  for (size_t i = 0; i < count; ++i) {
    Hash digest;
    portable(prefix, children[2 * i].bytes.data(), 2 * kHashSize, digest.bytes.data());
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

void append_base64(std::string& out, std::string_view bytes) {
  const size_t begin = out.size();
  out.resize(begin + (bytes.size() + 2) / 3 * 4);
  char* to = out.data() + begin;
  const uint8_t* from = as_bytes(bytes);
  size_t left = bytes.size();
  for (; left >= 3; left -= 3, from += 3, to += 4) {
    const uint32_t group = static_cast<uint32_t>(from[0]) << 16 | static_cast<uint32_t>(from[1]) << 8 | from[2];
    to[0] = kBase64[group >> 18];
    to[1] = kBase64[group >> 12 & 63];
    to[2] = kBase64[group >> 6 & 63];
    to[3] = kBase64[group & 63];
  }
  if (left == 0) return;
  const uint32_t group = static_cast<uint32_t>(from[0]) << 16 | (left > 1 ? static_cast<uint32_t>(from[1]) << 8 : 0);
  to[0] = kBase64[group >> 18];
  to[1] = kBase64[group >> 12 & 63];
  to[2] = left > 1 ? kBase64[group >> 6 & 63] : '=';
  to[3] = '=';
}

std::string base64_encode(std::string_view bytes) {
  std::string out;
  append_base64(out, bytes);
  return out;
}

std::optional<std::string> base64_decode(std::string_view text, bool strict) {
  if (text.size() % 4 != 0) return std::nullopt;
  if (text.empty()) return std::string();
  const size_t padding = text[text.size() - 1] != '=' ? 0 : text[text.size() - 2] != '=' ? 1 : 2;
  std::string out(text.size() / 4 * 3, '\0');
  char* to = out.data();
  int bad = 0;  // negative once a character stood for nothing
  for (size_t i = 0; i < text.size(); i += 4, to += 3) {
    uint32_t group = 0;
    for (size_t k = 0; k < 4; ++k) {
      const bool padded = i + k >= text.size() - padding;
      const int value = padded ? 0 : kBase64Values[static_cast<uint8_t>(text[i + k])];
      bad |= value;
      group = group << 6 | (static_cast<uint32_t>(value) & 63);
    }
    to[0] = static_cast<char>(group >> 16);
    to[1] = static_cast<char>(group >> 8 & 0xff);
    to[2] = static_cast<char>(group & 0xff);
  }
  if (bad < 0) return std::nullopt;
  const char* const end = out.data() + out.size();
  if (strict && padding > 0 && (end[-1] != 0 || (padding == 2 && end[-2] != 0))) return std::nullopt;
  out.resize(out.size() - padding);
  return out;
}

}  // namespace heng::tlog
