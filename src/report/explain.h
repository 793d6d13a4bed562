// The parts of an explanation that several pages share.
#pragma once

#include <vector>

#include "report/screen.h"
#include "watch/finding.h"

namespace heng::report {

// The whole screen of one finding, as `heng check` and `heng finding explain` print it.
void explain(Screen& screen, const watch::Finding& finding);
// The lines of a sum, aligned: step, instant, words with the act and the article they rest on.
void sum_lines(Screen& screen, const std::vector<watch::Why>& lines, size_t indent);

}  // namespace heng::report
