#include "act/read_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  heng::ReadOptions options;
  options.format = heng::Format::automatic;
  options.zone = "Europe/Rome";
  heng::fuzz_reader(data, size, options);
  return 0;
}
