#include "tlog/hash.h"

#include <sodium.h>

#include <algorithm>
#include <vector>

#include "tlog/sha_lanes.h"

namespace heng::tlog {
namespace {

const uint8_t* as_bytes(std::string_view text) { return reinterpret_cast<const uint8_t*>(text.data()); }

struct Backend {
  ShaCompress compress;
  bool lanes;
};

Backend backend_for(HashBackend wanted) {
  if (wanted == HashBackend::portable || !sha_lanes_supported()) return {sha_compress_portable, false};
  return {wanted == HashBackend::automatic && sha_wide_supported() ? sha_compress_wide : sha_compress_lanes, true};
}

Backend& backend() {
  static Backend chosen = backend_for(HashBackend::automatic);
  return chosen;
}

// What is hashed behind a state that has taken in `before` bytes: one leading byte or none, then data.
struct Message {
  const ShaState* start;
  size_t before;
  size_t lead;  // 0 or 1
  uint8_t leading;
  const uint8_t* data;
  size_t size;

  size_t blocks() const { return (lead + size + 8) / 64 + 1; }
  // Block `index`, with its padding if it is the last: the data themselves, or built in `scratch`.
  const uint8_t* block(size_t index, bool last, uint8_t* scratch) const {
    const size_t total = lead + size, start_at = 64 * index;
    if (start_at >= lead && start_at + 64 <= total) return data + start_at - lead;
    std::memset(scratch, 0, 64);
    size_t filled = 0;
    if (index == 0 && lead == 1) scratch[filled++] = leading;
    const size_t from = start_at + filled - lead;
    if (from < size) std::memcpy(scratch + filled, data + from, std::min(64 - filled, size - from));
    if (total >= start_at && total < start_at + 64) scratch[total - start_at] = 0x80;
    if (last) {
      const uint64_t bits = __builtin_bswap64(8 * static_cast<uint64_t>(before + total));
      std::memcpy(scratch + 56, &bits, 8);
    }
    return scratch;
  }
};

constexpr size_t kChunk = 64;

// At most kChunk messages, all a block further at a time: lanes stay full until few are left.
void hash_chunk(const Message* messages, size_t count, ShaState* states) {
  alignas(64) uint8_t scratch[kChunk][64];
  uint8_t live[kChunk];
  size_t blocks[kChunk];
  ShaState* some[kChunk];
  const uint8_t* their[kChunk];
  for (size_t i = 0; i < count; ++i) {
    states[i] = *messages[i].start;
    blocks[i] = messages[i].blocks();
    live[i] = static_cast<uint8_t>(i);
  }
  for (size_t index = 0, left = count; left > 0; ++index) {
    size_t stay = 0;
    for (size_t k = 0; k < left; ++k) {
      const uint8_t i = live[k];
      some[k] = states + i;
      const bool last = index + 1 == blocks[i];
      their[k] = messages[i].block(index, last, scratch[i]);
      live[stay] = i;
      stay += last ? 0 : 1;
    }
    backend().compress(some, their, left);
    left = stay;
  }
}

// out[i]: the hash of message_at(i).
template <typename MessageAt>
void hash_all(size_t count, const MessageAt& message_at, Hash* out) {
  Message messages[kChunk];
  ShaState states[kChunk];
  for (size_t begin = 0; begin < count; begin += kChunk) {
    const size_t some = std::min(kChunk, count - begin);
    for (size_t i = 0; i < some; ++i) messages[i] = message_at(begin + i);
    hash_chunk(messages, some, states);
    for (size_t i = 0; i < some; ++i) sha_digest(states[i], out[begin + i].bytes.data());
  }
}

// The states of HMAC (RFC 2104) behind its two padded keys, of which the key is the first half.
struct HmacStates {
  ShaState inner, outer;
};

void hmac_states(std::span<const std::array<uint8_t, 32>> keys, HmacStates* out) {
  constexpr size_t kKeys = kChunk / 2;
  alignas(64) uint8_t pads[kChunk][64];
  ShaState* states[kChunk];
  const uint8_t* blocks[kChunk];
  for (size_t begin = 0; begin < keys.size(); begin += kKeys) {
    const size_t count = std::min(kKeys, keys.size() - begin);
    for (size_t i = 0; i < count; ++i) {
      out[begin + i] = {kShaStart, kShaStart};
      std::memset(pads[2 * i], 0x36, 64);
      std::memset(pads[2 * i + 1], 0x5c, 64);
      for (size_t byte = 0; byte < 32; ++byte) {
        pads[2 * i][byte] ^= keys[begin + i][byte];
        pads[2 * i + 1][byte] ^= keys[begin + i][byte];
      }
      states[2 * i] = &out[begin + i].inner;
      states[2 * i + 1] = &out[begin + i].outer;
      blocks[2 * i] = pads[2 * i];
      blocks[2 * i + 1] = pads[2 * i + 1];
    }
    backend().compress(states, blocks, 2 * count);
  }
  sodium_memzero(pads, std::min(2 * keys.size(), kChunk) * sizeof pads[0]);
}

constexpr char kBase64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// The two characters of each twelve bits.
constexpr std::array<std::array<char, 2>, 4096> kBase64Pairs = [] {
  std::array<std::array<char, 2>, 4096> out{};
  for (size_t i = 0; i < out.size(); ++i) out[i] = {kBase64[i >> 6], kBase64[i & 63]};
  return out;
}();

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
  sha256_many(std::span(&message, 1), &out);
  return out;
}

Hash hmac_sha256(const std::array<uint8_t, 32>& key, std::string_view message) {
  const Keyed job{0, message};
  Hash out;
  hmac_sha256_many(std::span(&key, 1), std::span(&job, 1), &out);
  return out;
}

void hmac_sha256_many(std::span<const std::array<uint8_t, 32>> keys, std::span<const Keyed> messages, Hash* out) {
  std::vector<HmacStates> states(keys.size());
  hmac_states(keys, states.data());
  const auto inner = [&](size_t i) {
    const std::string_view text = messages[i].message;
    return Message{&states[messages[i].key].inner, 64, 0, 0, as_bytes(text), text.size()};
  };
  hash_all(messages.size(), inner, out);
  const auto outer = [&](size_t i) { return Message{&states[messages[i].key].outer, 64, 0, 0, out[i].bytes.data(), kHashSize}; };
  hash_all(messages.size(), outer, out);
  sodium_memzero(states.data(), states.size() * sizeof states[0]);
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
  const auto prefixed = [&](size_t i) { return Message{&kShaStart, 0, 1, prefix, as_bytes(messages[i]), messages[i].size()}; };
  hash_all(messages.size(), prefixed, out);
}

void sha256_many(std::span<const std::string_view> messages, Hash* out) {
  const auto plain = [&](size_t i) { return Message{&kShaStart, 0, 0, 0, as_bytes(messages[i]), messages[i].size()}; };
  hash_all(messages.size(), plain, out);
}

void node_hashes(const Hash* children, size_t count, Hash* parents) { node_hashes(0x01, children, count, parents); }

// The prefix and 63 bytes in one block; in the other the last byte and the padding, which is always the same.
void node_hashes(uint8_t prefix, const Hash* children, size_t count, Hash* parents) {
  constexpr size_t kNodes = 16;
  static_assert(sizeof(Hash) == kHashSize);
  alignas(64) uint8_t first[kNodes][64], second[kNodes][64];
  ShaState states[kNodes];
  ShaState* all[kNodes];
  const uint8_t *firsts[kNodes], *seconds[kNodes];
  for (size_t i = 0; i < std::min(kNodes, count); ++i) {
    first[i][0] = prefix;
    std::memset(second[i], 0, 64);
    second[i][1] = 0x80;
    second[i][62] = 0x02;  // 65 bytes are 520 = 0x0208 bits
    second[i][63] = 0x08;
    all[i] = states + i;
    firsts[i] = first[i];
    seconds[i] = second[i];
  }
  for (size_t begin = 0; begin < count; begin += kNodes) {
    const size_t some = std::min(kNodes, count - begin);
    for (size_t i = 0; i < some; ++i) {
      const uint8_t* pair = children[2 * (begin + i)].bytes.data();
      std::memcpy(first[i] + 1, pair, 63);
      second[i][0] = pair[63];
      states[i] = kShaStart;
    }
    backend().compress(all, firsts, some);
    backend().compress(all, seconds, some);
    for (size_t i = 0; i < some; ++i) sha_digest(states[i], parents[begin + i].bytes.data());
  }
}

void use_hash_backend(HashBackend wanted) { backend() = backend_for(wanted); }

bool hash_lanes_in_use() { return backend().lanes; }

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
    std::memcpy(to, kBase64Pairs[group >> 12].data(), 2);
    std::memcpy(to + 2, kBase64Pairs[group & 4095].data(), 2);
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
