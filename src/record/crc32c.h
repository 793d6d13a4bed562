// CRC-32C (Castagnoli): finds torn and lost writes. It is no protection against people; the tree is.
#pragma once

#include <cstdint>
#include <string_view>

namespace heng::record {

uint32_t crc32c(std::string_view bytes, uint32_t seed = 0);

}  // namespace heng::record
