// Finding the shared vectors: HENG_VECTORS, or ../shared/vectors beside the source tree. For tests only.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace heng::tlog {

inline std::filesystem::path vectors_dir() {
  if (const char* set = std::getenv("HENG_VECTORS")) return set;
  if (const char* shared = std::getenv("HENG_SHARED")) return std::filesystem::path(shared) / "vectors";
  return std::filesystem::path(HENG_SOURCE_DIR) / "../shared/vectors";
}

inline std::string slurp(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline std::vector<std::filesystem::path> files_below(const std::filesystem::path& dir,
                                                      const std::string& extension) {
  std::vector<std::filesystem::path> out;
  if (!std::filesystem::is_directory(dir)) return out;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(dir))
    if (entry.is_regular_file() && (extension.empty() || entry.path().extension() == extension))
      out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}

#define HENG_NEED_VECTORS(folder)                                                       \
  if (!std::filesystem::is_directory(::heng::tlog::vectors_dir() / (folder)))           \
  GTEST_SKIP() << "no vectors at " << (::heng::tlog::vectors_dir() / (folder)).string() \
               << " (set HENG_VECTORS)"

}  // namespace heng::tlog
