// How much memory an open case takes in the engine: all that the engine took since it was empty, over its cases.
#pragma once

#include <fmt/format.h>
#include <malloc.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "base/pages.h"
#include "watch/engine.h"

namespace heng::bench {

// Bytes of the process in memory that belong to no file, as the kernel counts them.
inline double anonymous_bytes() {
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("RssAnon:")) return std::stod(line.substr(8)) * 1024;
  return 0;
}

// `act(i)` gives the acts in order of time, of `count`. Once with all in memory, once with the acts in files.
template <typename MakePlan, typename ActAt>
void print_memory(const std::string& name, const MakePlan& make_plan, watch::EngineOptions options, size_t count, const ActAt& act) {
  const PageFolder folder(std::filesystem::temp_directory_path().string());
  for (const PageFolder* pages : {static_cast<const PageFolder*>(nullptr), &folder}) {
    options.pages = pages;
    watch::Plan plan = make_plan();
    watch::Engine engine(plan, options);
    malloc_trim(0);
    const double before = anonymous_bytes();
    for (size_t i = 0; i < count; ++i) {
      const Act& one = act(i);
      engine.tick(one.at.instant, nullptr);
      engine.act(one, nullptr, nullptr);
    }
    malloc_trim(0);
    const double cases = static_cast<double>(engine.history().cases().size());
    fmt::print("{}, memory of a case of {:.1f} acts{}: {:.0f} bytes ({:.0f} cases)\n", name,
               static_cast<double>(count) / cases,
               pages == nullptr ? "" : ", acts in files that the kernel may take from memory", (anonymous_bytes() - before) / cases, cases);
  }
}

}  // namespace heng::bench
