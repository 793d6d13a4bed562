// Names that nothing uses, act types that nothing mentions, facts used once.
#include <map>

#include "law/lint_parts.h"

namespace heng::law {
namespace {

struct Used : Visitor {
  std::set<std::string> of[kSpaces];
  std::set<std::string> words;                          // whatever stands where a code, a kind or a field may
  std::map<std::string, std::vector<Span>> conditions;  // states and facts where they are a condition

  void add(Space space, const Name& name) {
    if (name) of[static_cast<size_t>(space)].insert(name.text);
  }
  void add(Space space, const std::vector<Name>& names) {
    for (const Name& name : names) add(space, name);
  }
  void add_unit(const Unit& unit) { of[static_cast<size_t>(Space::unit)].insert(unit_name(unit)); }

  void pattern(const Pattern& pattern, PatternRole) override {
    add(Space::act, pattern.acts);
    add(Space::role, pattern.roles);
    if (pattern.key) words.insert(pattern.key.text);
  }
  void atom(const Atom& atom) override {
    for (const Name& name : atom.names) words.insert(name.text);
    if (atom.kind == Atom::Kind::document) add(Space::field, atom.names);
    if (atom.kind == Atom::Kind::named && !atom.names.empty()) {
      conditions[atom.names.front().text].push_back(atom.names.front().span);
    }
  }
  void factor(const Factor& factor) override {
    if (factor.kind == Factor::Kind::acting_as) add(Space::role, factor.names);
    if (factor.kind == Factor::Kind::who_did || factor.kind == Factor::Kind::total_of) {
      add(Space::act, factor.names);
    }
    if (factor.kind == Factor::Kind::text) words.insert(factor.text);
  }
  void path(const Path& path) override {
    words.insert(path.head.text);
    for (const Name& name : path.rest) words.insert(name.text);
  }
  void unit(const Unit& unit) override { add_unit(unit); }
  void cite(const Cite& cite) override { add(Space::source, cite.source); }
  void step(const Step& step) override {
    if (step.kind == Step::Kind::at_once) words.insert("at_once");  // the setting that says how long that is
  }

  void declaration(const Decl& decl) {
    visit(decl, *this);
    if (const std::optional<For>* key = key_of(decl); key != nullptr && *key)
      add(Space::subject, (*key)->subject);
    if (const Meta* meta = meta_of(decl)) {
      add(Space::agency, meta->binds);
      add(Space::role, meta->binds);
    }
    if (const auto* act = std::get_if<ActDecl>(&decl)) {
      add(Space::role, act->by);
      add(Space::subject, act->on);
      for (const FieldDecl& field : act->fields) {
        if (field.type.element) words.insert(field.type.element.text);
        add(Space::field, field.name);
      }
    }
    if (const auto* subject = std::get_if<SubjectDecl>(&decl)) {
      for (const Path& path : subject->paths) {
        for (const Name& name : path.rest) words.insert(name.text);
        if (path.head.text == "data") add(Space::field, path.rest);
      }
    }
    if (const auto* office = std::get_if<OfficeDecl>(&decl)) add(Space::agency, office->kind);
    if (const auto* period = std::get_if<PeriodDecl>(&decl)) add(Space::named, period->unless_state);
    if (const auto* clock = std::get_if<ClockDecl>(&decl)) add(Space::named, clock->pauses);
    if (const auto* apart = std::get_if<SeparationDecl>(&decl)) {
      add(Space::role, apart->apart);
      add(Space::act, apart->apart);
    }
    if (const auto* watch = std::get_if<WatchDecl>(&decl)) {
      for (const WatchDecl::Unit& unit : watch->per) {
        add(Space::role, unit.of);
        add(Space::act, unit.of);
      }
    }
    if (const auto* power = std::get_if<PowerDecl>(&decl)) {
      for (const PowerDecl::Holder& holder : power->held_by) {
        add(Space::role, holder.role);
        add(Space::agency, holder.agency);
      }
    }
  }
  void test(const Symbols& symbols, uint32_t pack, const TestDecl& test) {
    for (const Story& story : test.stories) {
      for (const Statement& statement : story.statements) {
        for (const Statement::By& by : statement.by) add(Space::role, by.role);
        if (statement.agency) {
          of[static_cast<size_t>(Space::agency)].insert(symbols.agency_kind(pack, statement.agency.text));
        }
        for (const Datum& datum : statement.data) {
          for (const Factor& value : datum.values) {
            if (value.path) path(*value.path);
          }
        }
      }
    }
  }
};

const char* what(const Symbol& symbol) {
  switch (symbol.space) {
    case Space::subject:
      return "subject";
    case Space::role:
      return "role";
    case Space::agency:
      return "agency";
    case Space::unit:
      return "period";
    case Space::source:
      return "source";
    case Space::field:
      return "field";
    default:
      break;
  }
  if (symbol.as<StateDecl>() != nullptr) return "state";
  if (symbol.as<FactDecl>() != nullptr) return "fact";
  if (symbol.as<TableDecl>() != nullptr) return "table";
  return "setting";
}

bool has_rules(const Symbols& symbols, uint32_t pack) {
  for (const Symbol& symbol : symbols.declared(pack)) {
    if (symbol.space == Space::rule) return true;
  }
  return false;
}

// What a pack without rules says of the record: which acts are recorded, by whom. Agencies write by it whether
// a rule reads the act today or not (docs/decisions/language-answers.md), so nothing of it is left over.
bool vocabulary(Space space) { return space == Space::act || space == Space::role || space == Space::agency; }

// A pack of vocabulary alone, loaded without those that use it, is no place to look for uses.
bool has_users(const Symbols& symbols, uint32_t pack) {
  if (has_rules(symbols, pack)) return true;
  for (uint32_t other = 0; other < symbols.packs(); ++other) {
    if (other != pack && symbols.sees(other, pack)) return true;
  }
  return false;
}

void facts_used_once(LintContext& context, const std::vector<Used>& used) {
  const Symbols& symbols = context.symbols;
  std::map<const Decl*, std::vector<Span>> uses;
  for (uint32_t pack = 0; pack < symbols.packs(); ++pack) {
    for (const auto& [name, places] : used[pack].conditions) {
      const Symbol* symbol = symbols.find(pack, Space::named, name);
      if (symbol == nullptr || symbol->as<FactDecl>() == nullptr) continue;
      std::vector<Span>& all = uses[symbol->decl];
      all.insert(all.end(), places.begin(), places.end());
    }
  }
  for (uint32_t pack = 0; pack < symbols.packs(); ++pack) {
    if (!context.asked[pack]) continue;
    for (const Symbol& symbol : symbols.declared(pack)) {
      const auto* fact = symbol.as<FactDecl>();
      if (fact == nullptr || uses[symbol.decl].size() != 1) continue;
      Diagnostic& said = context.out.add(Kind::fact_used_once, fact->name.span,
                                         "the fact " + quoted(fact->name.text) + " is used once",
                                         "a name for one use hides what the rule says");
      said.secondary.push_back(Label{uses[symbol.decl].front(), "used here"});
      said.help = "write the condition out where it is used";
    }
  }
}

}  // namespace

void lint_usage(LintContext& context) {
  const Symbols& symbols = context.symbols;
  std::vector<Used> used(symbols.packs());
  for (uint32_t pack = 0; pack < symbols.packs(); ++pack) {
    for (const Symbol& symbol : symbols.declared(pack)) used[pack].declaration(*symbol.decl);
    for (const TestDecl* test : symbols.tests(pack)) used[pack].test(symbols, pack, *test);
  }
  const auto anywhere = [&](Space space, const std::string& name, bool as_word) {
    for (const Used& each : used) {
      if (each.of[static_cast<size_t>(space)].count(name) > 0) return true;
      if (as_word && each.words.count(name) > 0) return true;
    }
    return false;
  };
  for (uint32_t pack = 0; pack < symbols.packs(); ++pack) {
    if (!context.asked[pack] || !has_users(symbols, pack)) continue;
    const bool judges = has_rules(symbols, pack);
    for (const Symbol& symbol : symbols.declared(pack)) {
      const DeclBase& decl = base_of(*symbol.decl);
      if (symbol.space == Space::rule || symbol.space == Space::office) continue;
      if (!judges && vocabulary(symbol.space)) continue;
      const auto* period = symbol.as<PeriodDecl>();
      const std::string name = period != nullptr ? unit_name(period->unit) : decl.name.text;
      const bool as_word = symbol.space != Space::act && symbol.space != Space::source && symbol.space != Space::field && period == nullptr;
      if (anywhere(symbol.space, name, as_word)) continue;
      const std::string shown = quoted(period != nullptr ? unit_text(period->unit) : name);
      if (symbol.space == Space::act) {
        Diagnostic& said =
            context.out.add(Kind::unused_act, decl.name.span, "nothing mentions the act " + shown,
                            "no rule, clock or state speaks of it");
        said.help = "leave it out, or write the rule that judges it";
        continue;
      }
      const Span place = decl.name.span.end > decl.name.span.begin ? decl.name.span : decl.span;
      Diagnostic& said = context.out.add(Kind::unused_name, place,
                                         std::string("nothing uses the ") + what(symbol) + " " + shown);
      said.help = "leave it out";
    }
  }
  facts_used_once(context, used);
}

}  // namespace heng::law
