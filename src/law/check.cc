#include "law/check.h"

#include "law/check_parts.h"
#include "law/visit.h"

namespace heng::law {
namespace {

// Units and sources are the same wherever they stand.
struct UnitsAndSources : Visitor {
  CheckContext& context;
  uint32_t pack;
  UnitsAndSources(CheckContext& shared, uint32_t of) : context(shared), pack(of) {}

  void unit(const Unit& unit) override { check_unit(context, pack, unit); }
  void cite(const Cite& cite) override { context.look_up(pack, Space::source, cite.source); }

  static void check_unit(CheckContext& context, uint32_t pack, const Unit& unit) {
    const Symbols& symbols = context.symbols();
    bool elsewhere = false;
    if (symbols.find(pack, Space::unit, unit_name(unit), &elsewhere) != nullptr && !elsewhere) return;
    Diagnostic& said =
        context.out().add(Kind::unknown_unit, unit.span, "no period is called " + quoted(unit_text(unit)),
                          "not declared by this pack or the packs it uses");
    // The qualifier may be misspelt, or nobody declares it: then the plain unit is the nearest.
    std::vector<std::string> qualifiers;
    std::string near;
    for (const uint32_t other : symbols.visible(pack)) {
      for (const Symbol& each : symbols.declared(other)) {
        const auto* period = each.as<PeriodDecl>();
        if (period == nullptr || period->unit.base != unit.base) continue;
        qualifiers.push_back(period->unit.qualifier);
        if (near.empty() || period->unit.qualifier.empty()) near = unit_text(period->unit);
      }
    }
    const std::string qualifier = unit.qualifier.empty() ? "" : nearest_name(unit.qualifier, qualifiers);
    if (!qualifier.empty()) near = unit_text(Unit{qualifier, unit.base, {}});
    if (!near.empty()) said.help = "did you mean " + quoted(near) + "?";
  }
};

// Whether anything a declaration mentions is kept for its key.
struct Carriers : Visitor {
  const Symbols& symbols;
  uint32_t pack;
  const SubjectDecl& subject;
  bool found = false;
  bool known = true;  // every act mentioned is declared

  Carriers(const Symbols& names, uint32_t of, const SubjectDecl& key)
      : symbols(names), pack(of), subject(key) {}

  void pattern(const Pattern& pattern, PatternRole) override {
    if (pattern.any_act || pattern.key) found = true;
    for (const Name& name : pattern.acts) {
      const ActInfo* act = symbols.act(pack, name.text);
      if (act == nullptr) {
        known = false;
      } else if (act->carries(subject)) {
        found = true;
      }
    }
  }
  void event(const Event& event, PatternRole) override {
    if (event.kind != Event::Kind::pattern) found = true;
  }
  void factor(const Factor& factor) override {
    if (factor.kind == Factor::Kind::end_of) found = true;
  }
  void atom(const Atom& atom) override {
    if (atom.kind == Atom::Kind::named) found = true;
  }
};

void check_carried(CheckContext& context, uint32_t pack, const Decl& decl) {
  const std::optional<For>* key = key_of(decl);
  if (key == nullptr || std::holds_alternative<FactDecl>(decl) ||
      std::holds_alternative<SeparationDecl>(decl))
    return;
  const SubjectDecl* subject = context.subject_of(pack, *key);
  if (subject == nullptr || on_every_act(*subject)) return;
  Carriers carriers(context.symbols(), pack, *subject);
  visit(decl, carriers);
  if (carriers.found || !carriers.known) return;
  Diagnostic& said =
      context.out().add(Kind::subject_not_carried, (*key)->subject.span,
                        "none of the acts spoken of here carries " + quoted((*key)->subject.text),
                        "no timeline of it would ever have an act");
  said.help = "add " + quoted((*key)->subject.text) +
              " to the `on` of an act type, or say `for FIELD` behind the act";
}

void check_one(CheckContext& context, uint32_t pack, const Decl& decl) {
  UnitsAndSources names(context, pack);
  visit(decl, names);
  check_carried(context, pack, decl);
  if (const auto* table = std::get_if<TableDecl>(&decl)) check_table(context, pack, *table);
  if (const auto* state = std::get_if<StateDecl>(&decl)) check_state(context, pack, *state);
  if (const auto* fact = std::get_if<FactDecl>(&decl)) check_fact(context, pack, *fact);
  if (const auto* rule = std::get_if<RuleDecl>(&decl)) check_rule(context, pack, *rule);
  if (const auto* clock = std::get_if<ClockDecl>(&decl)) check_clock(context, pack, *clock);
  if (const auto* separation = std::get_if<SeparationDecl>(&decl))
    check_separation(context, pack, *separation);
  if (const auto* power = std::get_if<PowerDecl>(&decl)) check_power(context, pack, *power);
  if (const auto* watch = std::get_if<WatchDecl>(&decl)) check_watch(context, pack, *watch);
  if (const auto* consequence = std::get_if<ConsequenceDecl>(&decl)) {
    check_consequence(context, pack, *consequence);
  }
}

}  // namespace

bool check(const PackSet& packs, const Symbols& symbols, Diagnostics& out) {
  const size_t before = out.errors();
  CheckContext context(symbols, out);
  check_declarations(context);
  for (uint32_t pack = 0; pack < packs.packs.size(); ++pack) {
    check_vocabulary(context, pack);
    for (const Symbol& symbol : symbols.declared(pack)) check_one(context, pack, *symbol.decl);
    for (const TestDecl* test : symbols.tests(pack)) check_test(context, pack, *test);
  }
  check_rings(context);
  return out.errors() == before;
}

}  // namespace heng::law
