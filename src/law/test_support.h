// What the tests of this folder share. Not part of the library.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

#include "law/parser.h"

namespace heng::law::testing {

struct Parsed {
  std::vector<SourceFile> sources;
  Diagnostics diagnostics;
  File file;

  explicit Parsed(std::string text) {
    sources.push_back({"x.law", std::move(text)});
    file = parse(sources[0], 0, diagnostics);
  }
  std::string messages() const { return render(diagnostics, sources, {DiagnosticFormat::gnu, false, 0}); }
  template <typename D>
  const D& only() const {
    return std::get<D>(file.declarations.at(0));
  }
};

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

// The design's example pack, where it is at hand.
inline std::optional<std::string> examples() {
  const char* shared = std::getenv("HENG_SHARED");
  const std::filesystem::path folder = shared != nullptr
                                           ? std::filesystem::path(shared)
                                           : std::filesystem::path(HENG_SOURCE_DIR) / ".." / "shared";
  const std::filesystem::path path = folder / "design" / "examples.law";
  if (std::filesystem::exists(path)) return read_file(path);
  return std::nullopt;
}

}  // namespace heng::law::testing
