// Packs → plan: every name resolved to an index, every cite and source line kept for explanations.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "calendar/holidays.h"
#include "law/load.h"
#include "watch/plan.h"

namespace heng::watch {

// Goes in: a pack set that parsed and checked without errors. Comes out: the plan, which owns all it needs (the
// pack set may go). Fails with `plan-unresolved` on the first name it cannot resolve, with its place: a checked
// pack set has none. `zone_override` replaces the packs' zone if not empty.
Result<Plan> compile(const law::PackSet& packs);

}  // namespace heng::watch
