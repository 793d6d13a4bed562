// The hashes of an RFC 6962 tree: SHA-256 with a leading 0x00 for leaves and 0x01 for nodes.
//
// Pure and thread-safe. Many messages are hashed at once, a block of each at a time: sixteen in a vector where there is
// AVX-512; four interleaved where there are the SHA instructions, whose long latency that hides; elsewhere one after
// another by libsodium. The choice is made once, at run time; all give the same bytes.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace heng::tlog {

inline constexpr size_t kHashSize = 32;

struct Hash {
  std::array<uint8_t, kHashSize> bytes{};
  auto operator<=>(const Hash&) const = default;
  std::string_view view() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
};

// nullopt if `bytes` is not exactly 32 bytes long.
std::optional<Hash> hash_from_bytes(std::string_view bytes);

Hash sha256(std::string_view message);
// HMAC-SHA-256 (RFC 2104) under a key of 32 bytes.
Hash hmac_sha256(const std::array<uint8_t, 32>& key, std::string_view message);
// out[i] = HMAC-SHA-256 of messages[i] under the key it names by its place.
struct Keyed {
  size_t key;
  std::string_view message;
};
void hmac_sha256_many(std::span<const std::array<uint8_t, 32>> keys, std::span<const Keyed> messages, Hash* out);
Hash empty_root();                                    // MTH({}) = SHA-256("")
Hash leaf_hash(std::string_view entry);               // SHA-256(0x00 || entry)
Hash node_hash(const Hash& left, const Hash& right);  // SHA-256(0x01 || left || right)

// out[i] = SHA-256(prefix || messages[i]); out has messages.size() places.
void hash_many(uint8_t prefix, std::span<const std::string_view> messages, Hash* out);
// out[i] = SHA-256(messages[i]).
void sha256_many(std::span<const std::string_view> messages, Hash* out);
inline void leaf_hashes(std::span<const std::string_view> entries, Hash* out) {
  hash_many(0x00, entries, out);
}
// parents[i] = node_hash(children[2i], children[2i+1]); children holds 2 * count hashes. `parents` may be
// `children`.
void node_hashes(const Hash* children, size_t count, Hash* parents);
// The same with another leading byte, for trees that are no logs.
void node_hashes(uint8_t prefix, const Hash* children, size_t count, Hash* parents);

enum class HashBackend { automatic, lanes, portable };
// For tests and benchmarks: `lanes` leaves AVX-512 aside, `portable` the lanes too. Not meant to be called while others hash.
void use_hash_backend(HashBackend backend);
bool hash_lanes_in_use();

std::string to_hex(std::string_view bytes);
std::optional<std::string> from_hex(std::string_view hex);  // lower or upper case, even length

// RFC 4648 section 4, padded. `strict` also refuses non-zero bits under the padding, so one value has one
// spelling.
std::string base64_encode(std::string_view bytes);
void append_base64(std::string& out, std::string_view bytes);
std::optional<std::string> base64_decode(std::string_view text, bool strict = true);

}  // namespace heng::tlog

template <>
struct std::hash<heng::tlog::Hash> {
  size_t operator()(const heng::tlog::Hash& digest) const noexcept {
    size_t value = 0;
    std::memcpy(&value, digest.bytes.data(), sizeof value);
    return value;
  }
};
