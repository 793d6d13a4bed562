// A JSON value on its way out of simdjson. For .cc files that include simdjson already.
#pragma once

#include <simdjson.h>

#include "act/json.h"

namespace heng {

// The whole value, every part of it checked, numbers exact, duplicate keys refused.
Result<Value> value_from(simdjson::ondemand::value value, const ActLimits& limits);
Error json_error(simdjson::error_code code);

}  // namespace heng
