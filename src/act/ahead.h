// Reading acts on a thread of its own, so that parsing goes on while the acts read before are taken in.
#pragma once

#include <string>

#include "act/read.h"

namespace heng {

// As read_acts, with every callback on the calling thread and the acts in file order; at most a few thousand acts are
// read ahead. The act passed may be moved from or changed.
Result<ImportReport> read_acts_ahead(const std::string& path, const ReadOptions& options, const OnAct& on_act,
                                     ImportReport* partial = nullptr);

}  // namespace heng
