// What the fuzzers of the foreign formats share: read, check every act, write it as NDJSON, read that.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "act/json.h"
#include "act/read.h"

namespace heng {

inline void fuzz_reader(const uint8_t* data, size_t size, const ReadOptions& options) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  ActReader reader;
  const auto done = read_acts_from(bytes, "fuzz", options, [&](Act& act) {
    if (!validate_act(act).ok()) std::abort();
    Act again;
    const std::string line = act_to_json(act);
    if (!reader.read(line, again).ok() || act_to_json(again) != line) std::abort();
  });
  if (!done.ok()) return;
  if (done->read != done->kept + done->refused) std::abort();
  ActLimits deep;
  deep.max_depth = 100;
  if (!ActReader(deep).read_value(done->to_json()).ok()) std::abort();
}

}  // namespace heng
