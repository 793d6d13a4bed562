// Stories: every rule is kept once and broken once; `given` finds nothing once; each code is met; dates lie
// in the calendar.
#include <algorithm>
#include <map>

#include "law/canon.h"
#include "law/lint_parts.h"

namespace heng::law {
namespace {

struct Outcomes {
  bool holds = false;
  bool breaks = false;
};

void outcomes(const Story& story, bool advise, Outcomes& out) {
  bool broken = false;
  bool warned = false;
  bool said = false;
  for (const Statement& statement : story.statements) {
    switch (statement.kind) {
      case Statement::Kind::breach:
      case Statement::Kind::late:
      case Statement::Kind::flag:
        broken = true;
        break;
      case Statement::Kind::warn:
        warned = true;
        break;
      case Statement::Kind::holds:
        said = true;
        break;
      default:
        break;
    }
  }
  if (advise) broken = broken || warned;
  out.breaks = out.breaks || broken;
  // A story names every breach: one that names none and speaks of warnings alone says that the rule was kept.
  out.holds = out.holds || (!broken && (said || warned));
}

bool needs_stories(const Symbol& symbol) {
  const auto* clock = symbol.as<ClockDecl>();
  return symbol.as<RuleDecl>() != nullptr || (clock != nullptr && !clock->may) ||
         symbol.as<SeparationDecl>() != nullptr || symbol.as<PowerDecl>() != nullptr || symbol.as<WatchDecl>() != nullptr;
}

void lint_outcomes(LintContext& context, uint32_t pack, const Symbol& symbol) {
  const DeclBase& decl = base_of(*symbol.decl);
  const auto* rule = symbol.as<RuleDecl>();
  const bool advise = rule != nullptr && rule->advise;
  Outcomes seen;
  for (const TestDecl* test : context.tests_of(pack, rule_id(decl))) {
    for (const Story& story : test->stories) {
      if (!story.given) outcomes(story, advise, seen);
    }
  }
  if (seen.holds && seen.breaks) return;
  std::string missing = seen.holds    ? "a story that breaks it"
                        : seen.breaks ? "a story that keeps it"
                                      : "stories";
  Diagnostic& said = context.out.add(
      Kind::no_story, decl.name.span,
      quoted(rule_id(decl)) + " is not tested: it has no " + missing.substr(missing[0] == 'a' ? 2 : 0));
  said.help = "write `test " + rule_id(decl) + "` with one story that ends in `holds` and one in " +
              (advise                              ? "`warn at …`"
               : symbol.as<WatchDecl>() != nullptr ? "`flag … at …`"
               : symbol.as<ClockDecl>() != nullptr ? "`breach at …` or `late at …`"
                                                   : "`breach at …`");
}

// Whether the story's act surely matches: then the `given` is found.
bool surely(const Given& given, const Statement& earlier, const Statement& judged, bool keyed) {
  const bool listed = std::any_of(given.pattern.acts.begin(), given.pattern.acts.end(),
                                  [&](const Name& name) { return name.text == earlier.act.text; });
  if (!listed) return false;
  if (keyed && !earlier.subjects.empty() && !judged.subjects.empty()) {
    const bool same = std::any_of(earlier.subjects.begin(), earlier.subjects.end(), [&](const Name& a) {
      return std::any_of(judged.subjects.begin(), judged.subjects.end(),
                         [&](const Name& b) { return a.text == b.text; });
    });
    if (!same) return false;
  }
  if (keyed) {
    // The same thing is named by the same field.
    for (const Datum& a : earlier.data) {
      for (const Datum& b : judged.data) {
        const bool ids = a.field.text == b.field.text && a.values.size() == 1 && b.values.size() == 1 &&
                         bare_word(a.values[0]) != nullptr && bare_word(b.values[0]) != nullptr;
        if (ids && canon(a.values[0]) != canon(b.values[0])) return false;
      }
    }
  }
  for (const Atom& atom : given.pattern.where) {
    const Name* field = bare_word(atom.left);
    if (atom.kind != Atom::Kind::compare || atom.compare != Atom::Compare::eq || field == nullptr)
      return false;
    const bool stated = std::any_of(earlier.data.begin(), earlier.data.end(), [&](const Datum& datum) {
      return datum.field.text == field->text && datum.values.size() == 1 &&
             canon(datum.values[0]) == canon(atom.right);
    });
    if (!stated) return false;
  }
  return given.pattern.roles.empty() && !given.pattern.key && !given.before;
}

// Some judged act of some story may find nothing.
bool tested_for_nothing(const RuleDecl& rule, const std::vector<const TestDecl*>& tests) {
  const auto judged = [&](const Statement& statement) {
    return statement.kind == Statement::Kind::act &&
           std::any_of(rule.on.begin(), rule.on.end(), [&](const auto& on) {
             return on.pattern.any_act ||
                    std::any_of(on.pattern.acts.begin(), on.pattern.acts.end(),
                                [&](const Name& name) { return name.text == statement.act.text; });
           });
  };
  for (const TestDecl* test : tests) {
    std::vector<const Statement*> common;
    for (const Story& story : test->stories) {
      if (!story.given) continue;
      for (const Statement& statement : story.statements) common.push_back(&statement);
    }
    for (const Story& story : test->stories) {
      if (story.given) continue;
      std::vector<const Statement*> acts = common;
      for (const Statement& statement : story.statements) acts.push_back(&statement);
      for (size_t i = 0; i < acts.size(); ++i) {
        if (!judged(*acts[i])) continue;
        for (const Given& given : rule.given) {
          const bool found = std::any_of(acts.begin(), acts.begin() + static_cast<std::ptrdiff_t>(i),
                                         [&](const Statement* act) {
                                           return act->kind == Statement::Kind::act &&
                                                  surely(given, *act, *acts[i], rule.key.has_value());
                                         });
          if (!found) return true;
        }
      }
      // An act taken back or changed may leave nothing to find.
      for (const Statement* act : acts) {
        if (act->kind == Statement::Kind::annul || act->kind == Statement::Kind::correct) return true;
      }
    }
  }
  return false;
}

void lint_given(LintContext& context, uint32_t pack, const RuleDecl& rule) {
  const std::vector<const TestDecl*>& tests = context.tests_of(pack, rule_id(rule));
  if (rule.given.empty() || tests.empty() || tested_for_nothing(rule, tests)) return;
  Diagnostic& said =
      context.out.add(Kind::given_untested, rule.given.front().span,
                      "no story of " + quoted(rule_id(rule)) + " lacks the act that `given` looks for",
                      "the rule is not judged then; say so in a story");
  said.help = "add a story without that act, ending in `holds`";
}

// Codes that a condition names.
struct Codes : Visitor {
  std::set<std::pair<std::string, std::string>> named;  // field, code

  void atom(const Atom& atom) override {
    if (atom.left.factors.size() != 1 || !atom.left.factors.front().path) return;
    const Path& path = *atom.left.factors.front().path;
    if (path.call) return;
    const std::string& field = path.rest.empty() ? path.head.text : path.rest.back().text;
    if (atom.kind == Atom::Kind::compare) {
      if (const Name* word = bare_word(atom.right)) named.emplace(field, word->text);
    }
    for (const Factor& value : atom.values) {
      if (const Name* word = bare_word(value)) named.emplace(field, word->text);
    }
  }
};

void lint_codes(LintContext& context, uint32_t pack) {
  const Symbols& symbols = context.symbols;
  Codes codes;
  std::set<std::pair<std::string, std::string>> met;
  bool tests = false;
  for (uint32_t other = 0; other < symbols.packs(); ++other) {
    if (!symbols.sees(other, pack)) continue;
    for (const Symbol& symbol : symbols.declared(other)) visit(*symbol.decl, codes);
    for (const TestDecl* test : symbols.tests(other)) {
      tests = true;
      for (const Story& story : test->stories) {
        for (const Statement& statement : story.statements) {
          for (const Datum& datum : statement.data) {
            for (const Factor& value : datum.values) {
              met.emplace(datum.field.text, value.kind == Factor::Kind::text ? value.text : canon(value));
            }
          }
        }
      }
    }
  }
  if (!tests) return;
  std::set<std::pair<std::string, std::string>> reported;
  for (const Symbol& symbol : symbols.declared(pack)) {
    const auto* act = symbol.as<ActDecl>();
    if (act == nullptr) continue;
    for (const FieldDecl& field : act->fields) {
      if (field.type.kind != Type::Kind::one_of) continue;
      for (const Name& code : field.type.codes) {
        const std::pair<std::string, std::string> key{field.name.text, code.text};
        if (codes.named.count(key) == 0 || met.count(key) > 0 || !reported.insert(key).second) continue;
        Diagnostic& said =
            context.out.add(Kind::code_untested, code.span,
                            "no story gives " + quoted(field.name.text) + " the value " + quoted(code.text),
                            "a condition speaks of it");
        said.help = "add a story `… with " + field.name.text + " " + code.text + "`";
      }
    }
  }
}

// Whether the outcome hangs on working days.
struct Working : Visitor {
  const Symbols& symbols;
  uint32_t pack;
  bool found = false;
  Working(const Symbols& names, uint32_t of) : symbols(names), pack(of) {}
  void unit(const Unit& unit) override {
    const PeriodDecl* period = symbols.period(pack, unit);
    found = found || (period != nullptr && (period->rolls || period->working));
  }
};

void lint_dates(LintContext& context, uint32_t pack) {
  const Symbols& symbols = context.symbols;
  if (!context.options.published) return;
  std::string holidays;
  for (const uint32_t other : symbols.visible(pack)) {
    const PackDecl* head = symbols.pack_decl(other);
    if (holidays.empty() && head != nullptr) holidays = head->holidays.text;
  }
  if (holidays.empty()) return;
  for (const TestDecl* test : symbols.tests(pack)) {
    bool hangs = false;
    for (const Symbol* symbol : symbols.versions(pack, Space::rule, rule_id(*test))) {
      Working working(symbols, symbol->pack);
      visit(*symbol->decl, working);
      hangs = hangs || working.found;
    }
    if (!hangs) continue;
    for (const Story& story : test->stories) {
      for (const Statement& statement : story.statements) {
        const bool dated = statement.kind != Statement::Kind::holds && statement.kind != Statement::Kind::cases &&
                           statement.kind != Statement::Kind::unknown &&
                           statement.when.kind == When::Kind::date;
        if (!dated || context.options.published(holidays, statement.when.date)) continue;
        Diagnostic& said =
            context.out.add(Kind::date_outside_calendar, statement.when.span,
                            "the working days of that year are not in the calendar " + quoted(holidays),
                            "weekends alone are counted here");
        said.help = "tell the story in a year that is published";
      }
    }
  }
}

}  // namespace

void lint_stories(LintContext& context, uint32_t pack) {
  std::set<std::string> done;
  for (const Symbol& symbol : context.symbols.declared(pack)) {
    if (symbol.space != Space::rule || !needs_stories(symbol)) continue;
    if (const auto* rule = symbol.as<RuleDecl>()) lint_given(context, pack, *rule);
    if (done.insert(rule_id(base_of(*symbol.decl))).second) lint_outcomes(context, pack, symbol);
  }
  lint_codes(context, pack);
  lint_dates(context, pack);
}

}  // namespace heng::law
