// Counts of a report, by kind, severity and rule: computed once, shown the same in every format.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "report/report.h"

namespace heng::report {

inline constexpr size_t kKindCount = 5;      // watch::Kind
inline constexpr size_t kSeverityCount = 5;  // watch::Severity; none is counted as medium

// In the order a reader wants them.
inline constexpr std::array<watch::Kind, kKindCount> kKindsShown{
    watch::Kind::breach, watch::Kind::late, watch::Kind::warn, watch::Kind::flag, watch::Kind::missing};

struct Counts {
  std::array<size_t, kKindCount> by_kind{};
  std::array<size_t, kSeverityCount> by_severity{};
  size_t total = 0;
  void add(const watch::Finding& finding);
  size_t of(watch::Kind kind) const { return by_kind.at(static_cast<size_t>(kind)); }
  size_t of(watch::Severity severity) const { return by_severity.at(static_cast<size_t>(severity)); }
};

struct RuleSummary {
  std::string rule;
  Text label;
  watch::Severity severity = watch::Severity::none;  // the highest of its findings
  Counts counts;
  std::vector<size_t> findings;  // indices, in the order given
};

watch::Severity severity_of(const watch::Finding& finding);  // never none

Counts count(std::span<const watch::Finding> findings);
// Rules with findings: those that were broken before those that only warn, flag or could not be decided; of
// these the gravest first, then the most often broken, then by name.
std::vector<RuleSummary> by_rule(std::span<const watch::Finding> findings);

}  // namespace heng::report
