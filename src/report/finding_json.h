// The JSON shape of a finding and of a case, shared by NDJSON, JSON and the tests.
#pragma once

#include "report/json_writer.h"
#include "watch/finding.h"

namespace heng::report {

void write_finding(JsonWriter& json, const watch::Finding& finding);
void write_case(JsonWriter& json, const watch::CaseView& view);

}  // namespace heng::report
