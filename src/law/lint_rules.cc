// Rules that never fire, rules that cannot both be kept, counts that count nothing, states of several
// measures.
#include <algorithm>
#include <map>

#include "base/text.h"
#include "law/canon.h"
#include "law/claims.h"
#include "law/lint_parts.h"

namespace heng::law {
namespace {

// What is so whenever the rule judges an act of this pattern.
Claims judged_when(const RuleDecl& rule, const Pattern& on) {
  Claims claims(true);
  claims.add(on.where);
  claims.add(rule.when);
  return claims;
}

bool single(const Condition& condition) { return condition.atoms.size() == 1 && condition.only_if.empty(); }

void never(LintContext& context, Span place, std::string message, std::string label) {
  context.out.add(Kind::rule_never_fires, place, std::move(message), std::move(label));
}

void lint_never(LintContext& context, uint32_t pack, const Symbol& symbol, const RuleDecl& rule) {
  const std::string name = quoted(rule_id(rule));
  if (symbol.in_force.empty()) {
    never(context, rule.name.span, name + " is in force on no day", "it ends before it begins");
    return;
  }
  const SubjectDecl* key = rule.key ? context.symbols.subject(pack, rule.key->subject.text) : nullptr;
  for (const RuleDecl::On& on : rule.on) {
    const Claims claims = judged_when(rule, on.pattern);
    if (claims.impossible()) {
      never(context, on.pattern.span, name + " never judges an act: its conditions exclude each other",
            "with `when`, never true");
      continue;
    }
    for (const Condition& excuse : rule.unless) {
      if (!single(excuse) || !claims.imply(excuse.atoms.front())) continue;
      never(context, excuse.span, name + " is always excused where it judges", "always true there");
    }
    const bool kept =
        !rule.require.empty() && std::all_of(rule.require.begin(), rule.require.end(), [&](const auto& line) {
          return single(line) && claims.imply(line.atoms.front());
        });
    if (kept)
      never(context, rule.require.front().span, name + " can never be broken", "always true where it judges");
    if (key == nullptr || !rule.key->across_cases || on.pattern.any_act || on.pattern.key) continue;
    for (const Name& act : on.pattern.acts) {
      const ActInfo* info = context.symbols.act(pack, act.text);
      if (info == nullptr || info->carries(*key)) continue;
      never(context, act.span,
            name + " never judges " + quoted(act.text) + ": it carries no " + quoted(key->name.text),
            "across cases it stands in no timeline");
    }
  }
}

// `at least 2 X in by` of acts whose `by` never names X.
struct Counts : Visitor {
  LintContext& context;
  uint32_t pack;
  const RuleDecl& rule;
  const SubjectDecl* key;

  Counts(LintContext& shared, uint32_t of, const RuleDecl& judged)
      : context(shared),
        pack(of),
        rule(judged),
        key(judged.key ? shared.symbols.subject(of, judged.key->subject.text) : nullptr) {}

  bool wanted(const Atom& atom) const {
    if (!atom.count || atom.names.empty()) return false;
    if (atom.count->kind == Count::Kind::none || atom.count->kind == Count::Kind::at_most) return false;
    return std::all_of(atom.count->numbers.begin(), atom.count->numbers.end(),
                       [](int64_t n) { return n > 0; });
  }

  void roles_in_by(const Atom& atom) {
    const Name* set = bare_word(atom.left);
    if (set == nullptr || set->text != "by" || !wanted(atom)) return;
    std::vector<const ActInfo*> acts;
    for (const RuleDecl::On& on : rule.on) {
      if (on.pattern.any_act) return;
      for (const Name& name : on.pattern.acts) {
        const ActInfo* act = context.symbols.act(pack, name.text);
        if (act == nullptr || act->decl->by.empty()) return;
        acts.push_back(act);
      }
    }
    for (const ActInfo* act : acts) {
      for (const Name& by : act->decl->by) {
        for (const Name& role : atom.names) {
          if (by.text == role.text) return;
        }
      }
    }
    if (acts.empty()) return;
    Diagnostic& said = context.out.add(
        Kind::role_not_in_by, atom.names.front().span,
        quoted(acts.front()->decl->name.text) + " is never done by " + quoted(atom.names.front().text),
        "its `by` names others");
    said.secondary.push_back(Label{acts.front()->decl->by.front().span, "who does it"});
    said.help = "name one of those roles, or add the role to the `by` of the act type";
  }

  void counted_member(const Atom& atom) {
    const bool counts =
        atom.count && (atom.count->kind == Count::Kind::at_most || atom.count->kind == Count::Kind::exactly);
    if (!counts || !atom.pattern || atom.pattern->any_act || atom.pattern->key || atom.in_case) return;
    if (key == nullptr || !key->each_of || on_every_act(*key) || rule.key->across_cases) return;
    for (const Name& name : atom.pattern->acts) {
      const ActInfo* act = context.symbols.act(pack, name.text);
      if (act == nullptr || act->carries(*key)) return;
    }
    Diagnostic& said = context.out.add(
        Kind::count_without_key, atom.pattern->span,
        "these acts carry no " + quoted(key->name.text) + ": they are counted for every one alike",
        "which " + key->name.text + " is counted?");
    said.help = "say which field names it: `" + canon(*atom.pattern) + " for FIELD`";
  }

  void atom(const Atom& atom) override {
    if (atom.kind == Atom::Kind::count_in) roles_in_by(atom);
    if (atom.kind == Atom::Kind::earlier) counted_member(atom);
  }
};

std::string stem(std::string_view begin, std::string_view end) {
  size_t common = 0;
  size_t signs = 0;
  while (common < begin.size() && common < end.size()) {
    const Rune a = decode_utf8(begin, common);
    const Rune b = decode_utf8(end, common);
    if (a.value != b.value) break;
    common += a.size;
    ++signs;
  }
  // x_started / x_ended; 鉴定开始 / 鉴定结束. The stem must be the larger part of the shorter name.
  const size_t shorter = std::min(begin.size(), end.size());
  if (signs < 2 || common * 2 < shorter) return {};
  return std::string(begin.substr(0, common));
}

struct Demand {
  uint32_t pack;
  const Symbol* symbol;
  const RuleDecl* rule;
  const Pattern* on;
};

bool contradict(const Demand& a, const Demand& b) {
  if (!a.symbol->in_force.overlaps(b.symbol->in_force)) return false;
  const bool same_key =
      (!a.rule->key && !b.rule->key) ||
      (a.rule->key && b.rule->key && a.rule->key->subject.text == b.rule->key->subject.text &&
       a.rule->key->across_cases == b.rule->key->across_cases);
  if (!same_key) return false;
  if (judged_when(*a.rule, *a.on).exclude(judged_when(*b.rule, *b.on))) return false;
  Claims first(true);
  Claims second(true);
  first.add(a.rule->require);
  second.add(b.rule->require);
  if (first.impossible() || second.impossible()) return false;
  return first.exclude(second);
}

}  // namespace

void lint_rule(LintContext& context, uint32_t pack, const Symbol& symbol, const RuleDecl& rule) {
  lint_never(context, pack, symbol, rule);
  Counts counts(context, pack, rule);
  visit(*symbol.decl, counts);
}

void lint_state(LintContext& context, const StateDecl& state) {
  // Measures each with a begin and an end of its own: the end of one would end the other. Where a begin or an
  // end belongs to none or to several, the author joined them on purpose (whoever is released is in custody
  // no more).
  std::map<std::string, std::pair<const Name*, const Name*>> measures;
  std::set<std::string> starts;
  std::set<std::string> stops;
  size_t pairs = 0;
  for (const Event& begin : state.begins) {
    for (const Name& start : begin.pattern.acts) {
      starts.insert(start.text);
      for (const Event& end : state.ends) {
        for (const Name& stop : end.pattern.acts) {
          stops.insert(stop.text);
          const std::string of = start.text == stop.text ? std::string() : stem(start.text, stop.text);
          if (of.empty()) continue;
          ++pairs;
          measures[of] = {&start, &stop};
        }
      }
    }
  }
  const size_t all = measures.size();
  if (all < 2 || pairs != all || starts.size() != all || stops.size() != all) return;
  Diagnostic& said = context.out.add(Kind::state_of_several, state.name.span,
                                     quoted(state.name.text) + " joins measures that begin and end apart",
                                     "the end of one ends the other too");
  said.secondary.push_back(Label{measures.begin()->second.first->span, "begins one"});
  said.secondary.push_back(Label{measures.rbegin()->second.first->span, "begins another"});
  said.help = "write one state for each, and name both where they are used";
}

void lint_conflicts(LintContext& context) {
  const Symbols& symbols = context.symbols;
  std::map<const ActInfo*, std::vector<Demand>> by_act;
  for (uint32_t pack = 0; pack < symbols.packs(); ++pack) {
    for (const Symbol& symbol : symbols.declared(pack)) {
      const auto* rule = symbol.as<RuleDecl>();
      // An excuse may be the way out, and advice binds nobody.
      if (rule == nullptr || rule->advise || rule->forbid || !rule->unless.empty() || !rule->given.empty())
        continue;
      for (const RuleDecl::On& on : rule->on) {
        if (on.pattern.any_act || on.pattern.key || !on.pattern.roles.empty()) continue;
        for (const Name& name : on.pattern.acts) {
          if (const ActInfo* act = symbols.act(pack, name.text)) {
            by_act[act].push_back(Demand{pack, &symbol, rule, &on.pattern});
          }
        }
      }
    }
  }
  std::set<std::pair<const RuleDecl*, const RuleDecl*>> said_before;
  for (const auto& [act, demands] : by_act) {
    for (size_t i = 0; i < demands.size(); ++i) {
      for (size_t j = i + 1; j < demands.size(); ++j) {
        const Demand& a = demands[i];
        const Demand& b = demands[j];
        if (a.rule == b.rule || (!context.asked[a.pack] && !context.asked[b.pack])) continue;
        if (said_before.count({a.rule, b.rule}) > 0 || !contradict(a, b)) continue;
        said_before.insert({a.rule, b.rule});
        Diagnostic& said = context.out.add(
            Kind::rules_conflict, b.rule->name.span,
            quoted(rule_id(*b.rule)) + " and " + quoted(rule_id(*a.rule)) + " cannot both be kept",
            "demands what the other excludes");
        said.secondary.push_back(Label{a.rule->name.span, "the other rule"});
        said.notes.push_back("both judge " + quoted(act->decl->name.text));
        said.help = "say with `when` or `unless` which of them judges which acts";
      }
    }
  }
}

}  // namespace heng::law
