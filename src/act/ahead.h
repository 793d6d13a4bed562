// Reading acts on a thread of its own, so that parsing goes on while the acts read before are taken in.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "act/read.h"

namespace heng {

// As read_acts, with every callback on the calling thread and the acts in file order, some at a time; a few hundred are
// read ahead. The acts passed may be moved from or changed.
using OnActs = std::function<void(std::span<Act>)>;
Result<ImportReport> read_acts_ahead(const std::string& path, const ReadOptions& options, const OnActs& on_acts,
                                     ImportReport* partial = nullptr);

}  // namespace heng
