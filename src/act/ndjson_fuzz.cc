// Any bytes as NDJSON: no crash, and what was accepted survives being written and read again.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "act/json.h"
#include "act/read.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  heng::ReadOptions options;
  options.format = heng::Format::ndjson;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  heng::ActReader reader;
  const auto done = heng::read_acts_from(bytes, "fuzz", options, [&](heng::Act& act) {
    if (!heng::validate_act(act).ok()) std::abort();
    heng::Act again;
    const std::string line = heng::act_to_json(act);
    if (!reader.read(line, again).ok() || heng::act_to_json(again) != line) std::abort();
  });
  if (done.ok() && done->read != done->kept + done->refused) std::abort();
  return 0;
}
