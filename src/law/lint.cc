#include "law/lint.h"

#include <algorithm>

#include "law/lint_parts.h"

namespace heng::law {

const std::vector<const TestDecl*>& LintContext::tests_of(uint32_t pack, const std::string& rule) const {
  static const std::vector<const TestDecl*> none;
  const auto found = tests.find(std::to_string(pack) + "/" + rule);
  return found == tests.end() ? none : found->second;
}

void lint(const PackSet& packs, const Symbols& symbols, Diagnostics& out, const LintOptions& options) {
  LintContext context{symbols, out, options, std::vector<bool>(packs.packs.size(), options.only.empty()), {}};
  for (uint32_t pack = 0; pack < symbols.packs(); ++pack) {
    if (std::find(options.only.begin(), options.only.end(), symbols.pack_name(pack)) != options.only.end()) {
      context.asked[pack] = true;
    }
    for (const TestDecl* test : symbols.tests(pack)) {
      const Symbol* rule = symbols.find(pack, Space::rule, rule_id(*test));
      if (rule != nullptr) context.tests[std::to_string(rule->pack) + "/" + rule_id(*test)].push_back(test);
    }
  }
  for (uint32_t pack = 0; pack < symbols.packs(); ++pack) {
    if (!context.asked[pack]) continue;
    lint_labels(context, pack);
    lint_sources(context, pack);
    for (const Symbol& symbol : symbols.declared(pack)) {
      if (const auto* rule = symbol.as<RuleDecl>()) lint_rule(context, pack, symbol, *rule);
      if (const auto* state = symbol.as<StateDecl>()) lint_state(context, *state);
      if (const auto* clock = symbol.as<ClockDecl>()) lint_clock(context, pack, symbol, *clock);
      if (const auto* table = symbol.as<TableDecl>()) lint_table(context, pack, *table);
    }
    lint_stories(context, pack);
  }
  lint_usage(context);
  lint_conflicts(context);
}

}  // namespace heng::law
