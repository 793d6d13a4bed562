// The JSON shape of a finding and of a case, shared by NDJSON, JSON and the tests.
#pragma once

#include "report/json_writer.h"
#include "report/report.h"
#include "watch/finding.h"

namespace heng::report {

void write_finding(JsonWriter& json, const watch::Finding& finding, const EvidenceOf& evidence = {});
void write_case(JsonWriter& json, const watch::CaseView& view);

}  // namespace heng::report
