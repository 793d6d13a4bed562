// Checks of an act's parts, shared by the JSON reader and the validation of acts from other formats.
#pragma once

#include <string>
#include <string_view>

#include "act/json.h"

namespace heng::act_parts {

Error bad(std::string_view code, std::string what, std::string help);
Result<void> check_id(std::string_view field, std::string_view id, const ActLimits& limits);
bool lower_sha256(std::string& hex);  // false if it is not 64 hex digits
Error bad_sha256(std::string_view text);

}  // namespace heng::act_parts
