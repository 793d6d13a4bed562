// A quick 64-bit hash of bytes, the same on every machine of one byte order and in every run; for tables and
// comparisons, not against an adversary (tlog/hash.h is for that).
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace heng {

inline uint64_t hash_bytes(std::string_view bytes) {
  constexpr uint64_t kOdd = 0xD6E8FEB86659FD93ULL;
  uint64_t h = 0x9E3779B97F4A7C15ULL ^ bytes.size();
  size_t at = 0;
  uint64_t word = 0;
  for (; at + 8 <= bytes.size(); at += 8) {
    std::memcpy(&word, bytes.data() + at, 8);
    h = (h ^ word) * kOdd;
    h ^= h >> 32;
  }
  word = 0;
  if (at < bytes.size()) std::memcpy(&word, bytes.data() + at, bytes.size() - at);
  h = (h ^ word) * kOdd;
  h ^= h >> 32;
  h *= kOdd;
  return h ^ (h >> 29);
}

}  // namespace heng
