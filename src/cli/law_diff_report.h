// What heng law diff prints: text for people, heng/lawdiff/v1 as NDJSON or one JSON document (docs/format/lawdiff.md).
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>

#include "base/time.h"
#include "report/report.h"
#include "watch/backtest.h"
#include "watch/law_changes.h"

namespace heng {

struct LawDiff {
  std::string before_name;  // as the user named them
  std::string after_name;
  const watch::LawChanges* law = nullptr;
  const watch::Backtest* findings = nullptr;  // nullptr: no history
  OffsetTime now;
  size_t cases = 0;
  size_t acts = 0;
};

// `limit`: findings shown of each kind of change in text, 0 for all; what is left out is counted.
void write_law_diff(std::ostream& out, const LawDiff& diff, const std::string& format, report::Language language,
                    size_t limit);
// One finding as each version sees it (nullptr: it does not) and what changed in the law it rests on.
void write_explanation(std::ostream& out, const LawDiff& diff, const watch::Finding* before, const watch::Finding* after,
                       bool differs, const std::string& format, report::Language language);

}  // namespace heng
