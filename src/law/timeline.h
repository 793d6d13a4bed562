// A clock drawn as a time line: what it allows from its start, what extends it, where it warns.
#pragma once

#include <string>

#include "law/say.h"

namespace heng::law {

// A <div class="timeline"> whose parts are placed in percent, so that it fits any width: a bar and its words
// for each line that the clock allows, the totals under them, a mark for each warning. The lengths are to
// scale, a month drawn as 30 days; a length that depends on a field or a table is drawn with a dashed end and
// has no total.
std::string timeline_html(const ClockDecl& clock, const Sayer& sayer);

}  // namespace heng::law
