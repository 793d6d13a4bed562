// Checks of an act's parts, shared by the JSON reader and the validation of acts from other formats.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "act/json.h"

namespace heng::act_parts {

Error bad(std::string_view code, std::string what, std::string help);
// Whether a byte is below 0x20 or 0x7f; eight bytes at a time (no byte from 0x80 on counts).
inline bool holds_control(std::string_view text) {
  constexpr uint64_t kOnes = 0x0101010101010101ULL;
  uint64_t found = 0;
  const auto look = [&found](uint64_t word) {
    const uint64_t del = word ^ (kOnes * 0x7F);
    found |= ((word - kOnes * 0x20) & ~word) | ((del - kOnes) & ~del);
  };
  uint64_t word = 0;
  size_t at = 0;
  for (; at + sizeof word <= text.size(); at += sizeof word) {
    std::memcpy(&word, text.data() + at, sizeof word);
    look(word);
  }
  word = kOnes * ' ';
  if (at < text.size()) std::memcpy(&word, text.data() + at, text.size() - at);
  look(word);
  return (found & (kOnes * 0x80)) != 0;
}
Error bad_id(std::string_view field, std::string_view id, const ActLimits& limits);
inline Result<void> check_id(std::string_view field, std::string_view id, const ActLimits& limits) {
  if (id.empty() || id.size() > limits.max_id_bytes || holds_control(id)) return bad_id(field, id, limits);
  return {};
}
bool lower_sha256(std::string& hex);  // false if it is not 64 hex digits
Error bad_sha256(std::string_view text);

}  // namespace heng::act_parts
