// A clock drawn as a time line: what it allows from its start, what extends it, where it warns.
#pragma once

#include <string>

#include "law/say.h"

namespace heng::law {

// An <svg> element that stands alone in a page. The lengths are to scale, a month drawn as 30 days; a length
// that depends on a field or a table is drawn with a dashed end.
std::string timeline_svg(const ClockDecl& clock, const Sayer& sayer);

}  // namespace heng::law
