// Rules, states, facts, separations, powers and consequences.
#include <algorithm>

#include "law/check_parts.h"

namespace heng::law {
namespace {

ActSet acts_named(const Symbols& symbols, uint32_t pack, const std::vector<const Pattern*>& patterns) {
  ActSet out;
  for (const Pattern* pattern : patterns) {
    out.any = out.any || pattern->any_act;
    for (const Name& name : pattern->acts) {
      const ActInfo* act = symbols.act(pack, name.text);
      if (act != nullptr) out.add(ActSet{false, {act}});
    }
  }
  return out;
}

void check_given(CheckContext& context, const Given& given, Scope& scope) {
  if (scope.across) {
    context.out().add(Kind::across_cases, given.span, "`given` cannot be asked of a timeline across cases",
                      "this declaration is kept across cases");
  }
  if (given.before) {
    const bool known = std::any_of(scope.aliases.begin(), scope.aliases.end(),
                                   [&](const auto& alias) { return alias.first == given.before.text; });
    if (!known) {
      std::vector<std::string> names;
      for (const auto& [name, unused] : scope.aliases) names.push_back(name);
      Diagnostic& said = context.out().add(Kind::unknown_alias, given.before.span,
                                           "no act above is called " + quoted(given.before.text));
      const std::string near = nearest_name(given.before.text, names);
      if (!near.empty()) said.help = "did you mean " + quoted(near) + "?";
    }
  }
  const ActSet acts = context.pattern(given.pattern, scope);
  scope.aliases.emplace_back(given.alias.text, acts);
}

}  // namespace

Scope scope_of(CheckContext& context, uint32_t pack, const std::optional<For>& key) {
  Scope scope;
  scope.pack = pack;
  if (!key) return scope;
  scope.across = key->across_cases;
  if (key->subject.text == "case") return scope;
  if (context.look_up(pack, Space::subject, key->subject) != nullptr) {
    scope.key = context.symbols().subject(pack, key->subject.text);
  }
  return scope;
}

void check_meta(CheckContext& context, uint32_t pack, const DeclBase& decl, const Meta& meta, bool breaches) {
  for (const Name& bound : meta.binds) {
    if (context.symbols().find(pack, Space::role, bound.text) != nullptr) continue;
    context.look_up(pack, Space::agency, bound);
  }
  if (breaches && meta.cites.empty()) {
    Diagnostic& said = context.out().add(Kind::no_cites, decl.name.span,
                                         quoted(rule_id(decl)) + " can breach, and cites no law",
                                         "a finding would rest on nothing");
    said.help = "name the article: `cites SOURCE 12(3)`";
  }
}

void check_rule(CheckContext& context, uint32_t pack, const RuleDecl& rule) {
  Scope scope = scope_of(context, pack, rule.key);
  check_meta(context, pack, rule, rule.meta, !rule.advise);
  std::vector<const Pattern*> patterns;
  for (const RuleDecl::On& on : rule.on) patterns.push_back(&on.pattern);
  scope.judged = acts_named(context.symbols(), pack, patterns);
  scope.spoken = scope.judged;
  for (const RuleDecl::On& on : rule.on) {
    Scope inside = scope;
    inside.judged = acts_named(context.symbols(), pack, {&on.pattern});
    context.pattern(on.pattern, inside);
    if (on.pattern.alias) scope.aliases.emplace_back(on.pattern.alias.text, scope.judged);
  }
  for (const Given& given : rule.given) check_given(context, given, scope);
  context.conditions(rule.when, scope);
  context.conditions(rule.unless, scope);
  context.conditions(rule.require, scope);
}

void check_state(CheckContext& context, uint32_t pack, const StateDecl& state) {
  Scope scope = scope_of(context, pack, state.key);
  std::vector<const Pattern*> patterns;
  for (const Event& event : state.begins) {
    if (event.kind == Event::Kind::pattern) patterns.push_back(&event.pattern);
  }
  scope.judged = acts_named(context.symbols(), pack, patterns);
  if (patterns.empty()) scope.judged.any = true;
  scope.spoken = scope.judged;
  for (const std::vector<Event>* events : {&state.begins, &state.ends}) {
    for (const Event& event : *events) {
      Scope inside = scope;
      context.event(event, inside);
    }
  }
}

void check_fact(CheckContext& context, uint32_t pack, const FactDecl& fact) {
  Scope scope = scope_of(context, pack, fact.key);
  scope.judged.any = true;  // judged wherever it is used
  scope.spoken.any = true;
  context.conditions(fact.when, scope);
}

void check_separation(CheckContext& context, uint32_t pack, const SeparationDecl& separation) {
  Scope scope = scope_of(context, pack, separation.key);
  check_meta(context, pack, separation, separation.meta, true);
  const Symbols& symbols = context.symbols();
  size_t roles = 0;
  size_t acts = 0;
  for (const Name& name : separation.apart) {
    if (symbols.find(pack, Space::role, name.text) != nullptr) ++roles;
    if (symbols.find(pack, Space::act, name.text) != nullptr) ++acts;
  }
  const size_t all = separation.apart.size();
  if (roles != all && acts != all) {
    if (roles + acts >= all && roles > 0 && acts > 0) {
      context.out().add(Kind::apart_mixed, separation.name.span,
                        "what is kept apart are either all roles or all act types", "here they are mixed");
    } else {
      for (const Name& name : separation.apart) {
        context.look_up(pack, acts > roles ? Space::act : Space::role, name);
      }
    }
  }
  scope.judged.any = true;
  scope.spoken.any = true;
  context.conditions(separation.unless, scope);
}

void check_power(CheckContext& context, uint32_t pack, const PowerDecl& power) {
  Scope scope;
  scope.pack = pack;
  check_meta(context, pack, power, power.meta, true);
  scope.judged = acts_named(context.symbols(), pack, {&power.pattern});
  scope.spoken = scope.judged;
  context.pattern(power.pattern, scope);
  for (const PowerDecl::Holder& holder : power.held_by) {
    if (!holder.anybody) context.look_up(pack, Space::role, holder.role);
    context.look_up(pack, Space::agency, holder.agency);
    context.level(pack, holder.level);
    context.atoms(holder.when, scope);
  }
}

void check_consequence(CheckContext& context, uint32_t pack, const ConsequenceDecl& consequence) {
  Scope scope;
  scope.pack = pack;
  check_meta(context, pack, consequence, consequence.meta, false);
  scope.judged.any = true;
  if (consequence.on.kind == Event::Kind::pattern) {
    scope.judged = acts_named(context.symbols(), pack, {&consequence.on.pattern});
  }
  scope.spoken = scope.judged;
  context.event(consequence.on, scope);
  if (!consequence.voids_this) context.pattern(consequence.voids, scope);
}

}  // namespace heng::law
