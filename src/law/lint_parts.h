// The parts of lint(), one idea each.
#pragma once

#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "law/check_context.h"
#include "law/lint.h"
#include "law/visit.h"

namespace heng::law {

struct LintContext {
  const Symbols& symbols;
  Diagnostics& out;
  const LintOptions& options;
  std::vector<bool> asked;  // by pack: report on it
  // Tests by the rule's pack and id.
  std::unordered_map<std::string, std::vector<const TestDecl*>> tests;

  const std::vector<const TestDecl*>& tests_of(uint32_t pack, const std::string& rule) const;
};

// Labels, severities, stories; facts and names used once or never; sources out of force; `reviewed no`.
void lint_labels(LintContext& context, uint32_t pack);
void lint_usage(LintContext& context);
void lint_sources(LintContext& context, uint32_t pack);
// Rules that never fire; rules that make one another impossible; counts that count nothing sensible.
void lint_rule(LintContext& context, uint32_t pack, const Symbol& symbol, const RuleDecl& rule);
void lint_state(LintContext& context, const StateDecl& state);
void lint_conflicts(LintContext& context);
void lint_clock(LintContext& context, uint32_t pack, const Symbol& symbol, const ClockDecl& clock);
void lint_table(LintContext& context, uint32_t pack, const TableDecl& table);
void lint_stories(LintContext& context, uint32_t pack);

}  // namespace heng::law
