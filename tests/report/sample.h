// Made-up reports for tests: no person, office or case in them exists.
#pragma once

#include <cstddef>

#include "report/report.h"

namespace heng::report::sample {

// Nothing found.
Report empty_report();
// Two cases, every kind of finding, every state of a clock.
Report small_report();
// Labels, ids and messages at their worst: very long, rare characters, markup, marks that turn text round.
Report hostile_report();
// `findings` findings over a third as many cases, the first 200 with their acts and clocks. The same every
// time.
Report large_report(size_t findings);

}  // namespace heng::report::sample
