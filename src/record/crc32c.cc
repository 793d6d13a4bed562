#include "record/crc32c.h"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace heng::record {
namespace {

constexpr std::array<uint32_t, 256> make_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = value & 1 ? value >> 1 ^ 0x82f63b78 : value >> 1;
    table[i] = value;
  }
  return table;
}

constexpr std::array<uint32_t, 256> kTable = make_table();

uint32_t by_table(std::string_view bytes, uint32_t value) {
  for (const char c : bytes) value = value >> 8 ^ kTable[(value ^ static_cast<uint8_t>(c)) & 0xff];
  return value;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) uint32_t by_instruction(std::string_view bytes, uint32_t value) {
  uint64_t wide = value;
  while (bytes.size() >= 8) {
    uint64_t chunk = 0;
    std::memcpy(&chunk, bytes.data(), 8);
    wide = _mm_crc32_u64(wide, chunk);
    bytes.remove_prefix(8);
  }
  value = static_cast<uint32_t>(wide);
  for (const char c : bytes) value = _mm_crc32_u8(value, static_cast<uint8_t>(c));
  return value;
}
#endif

}  // namespace

uint32_t crc32c(std::string_view bytes, uint32_t seed) {
#if defined(__x86_64__)
  static const bool fast = __builtin_cpu_supports("sse4.2");
  if (fast) return ~by_instruction(bytes, ~seed);
#endif
  return ~by_table(bytes, ~seed);
}

}  // namespace heng::record
