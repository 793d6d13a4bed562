#include "report/summary.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "base/text.h"

namespace heng::report {
namespace {

size_t broken(const Counts& counts) { return counts.of(watch::Kind::breach) + counts.of(watch::Kind::late); }

// 0 law broken, 1 about to be, 2 a signal, 3 not decided.
int urgency(const Counts& counts) {
  if (broken(counts) > 0) return 0;
  if (counts.of(watch::Kind::warn) > 0) return 1;
  return counts.of(watch::Kind::flag) > 0 ? 2 : 3;
}

}  // namespace

watch::Severity severity_of(const watch::Finding& finding) {
  return finding.severity == watch::Severity::none ? watch::Severity::medium : finding.severity;
}

void Counts::add(const watch::Finding& finding) {
  ++by_kind.at(static_cast<size_t>(finding.kind));
  ++by_severity.at(static_cast<size_t>(severity_of(finding)));
  ++total;
}

Counts count(std::span<const watch::Finding> findings) {
  Counts counts;
  for (const watch::Finding& finding : findings) counts.add(finding);
  return counts;
}

std::vector<RuleSummary> by_rule(std::span<const watch::Finding> findings) {
  std::map<std::string_view, RuleSummary> rules;
  for (size_t i = 0; i < findings.size(); ++i) {
    const watch::Finding& finding = findings[i];
    RuleSummary& rule = rules[finding.rule];
    if (rule.counts.total == 0) {
      rule.rule = finding.rule;
      rule.label = finding.label;
    }
    rule.severity = std::max(rule.severity, severity_of(finding));
    rule.counts.add(finding);
    rule.findings.push_back(i);
  }
  std::vector<RuleSummary> out;
  for (auto& [name, rule] : rules) out.push_back(std::move(rule));
  std::ranges::sort(out, [](const RuleSummary& a, const RuleSummary& b) {
    if (urgency(a.counts) != urgency(b.counts)) return urgency(a.counts) < urgency(b.counts);
    if (a.severity != b.severity) return a.severity > b.severity;
    if (broken(a.counts) != broken(b.counts)) return broken(a.counts) > broken(b.counts);
    return natural_compare(a.rule, b.rule) < 0;
  });
  return out;
}

}  // namespace heng::report
