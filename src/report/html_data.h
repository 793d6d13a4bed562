// The data of the HTML report: JSON that stays small with ten thousand findings.
#pragma once

#include <iosfwd>

#include "report/report.h"

namespace heng::report {

// Every text stands once in "strings"; findings and cases are arrays of places in it (src/report/html/data.js
// reads them back). A time is [milliseconds since 1970 UTC, offset in minutes], or null. Safe inside
// <script>.
void write_html_data(std::ostream& out, const Report& report);

}  // namespace heng::report
