#include <filesystem>
#include <fstream>
#include <string>

#include "act/mapping.h"
#include "act/read_fuzz.h"

namespace {
const std::string kMapping = (std::filesystem::temp_directory_path() / "heng-csv-fuzz-mapping.json").string();
}

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  std::ofstream(kMapping) << R"({"type":"a","case":"b","at":"c","by":[{"column":"d","role":"r"}],"zone":"Asia/Shanghai",
    "fields":{"e":{"as":"number"},"f":{"as":"json"},"g":{"as":"boolean","empty":"blank"}}})";
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  heng::ReadOptions options;
  options.format = heng::Format::csv;
  options.mapping_path = kMapping;
  heng::fuzz_reader(data, size, options);
  options.mapping_path.clear();
  heng::fuzz_reader(data, size, options);
  (void)heng::Mapping::parse({reinterpret_cast<const char*>(data), size}, "fuzz");
  return 0;
}
