// A QR code for a terminal or a plain-text printout.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace heng {

// Bytes as they are, error correction level L, two modules a line. Fails if they do not fit version 40 (2,953
// bytes).
Result<std::string> qr_text(std::string_view bytes);

}  // namespace heng
