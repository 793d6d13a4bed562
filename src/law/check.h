// All errors of the law language that the parser cannot see (docs/language.md, "Types and checks"): names
// that nobody declares, values that do not compare, rings, clashing versions, clocks nothing can meet, tests
// that speak of what does not exist. Each code has a page docs/explain/<code>.md.
#pragma once

#include "law/diagnostics.h"
#include "law/symbols.h"

namespace heng::law {

// True if no error was found: then every name means something and the packs can be run. Warnings found on the
// way (a name of a pack that is not used, a field nobody declares) go to `out` as well. Deterministic; the
// diagnostics stand in the order of the packs.
bool check(const PackSet& packs, const Symbols& symbols, Diagnostics& out);

}  // namespace heng::law
