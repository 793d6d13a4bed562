// Warnings of the law language: what may be written, and is probably not what was meant (docs/language.md,
// "Types and checks"). Every warning is proven as far as the text goes; where it cannot be proven, lint is
// silent.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "law/diagnostics.h"
#include "law/symbols.h"

namespace heng::law {

struct LintOptions {
  // Report on these packs alone (empty: all). Names are counted as used wherever they are used.
  std::vector<std::string> only;
  // Whether the working days of a date are published in the calendar a pack names with `holidays`. Empty: not
  // asked.
  std::function<bool(const std::string& holidays, Date date)> published;
};

// For packs that check() found right; of others it may say less. Deterministic.
void lint(const PackSet& packs, const Symbols& symbols, Diagnostics& out, const LintOptions& options = {});

}  // namespace heng::law
