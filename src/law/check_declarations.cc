// Which names may stand beside which, and what the vocabulary itself names.
#include <map>

#include "law/check_parts.h"

namespace heng::law {
namespace {

std::string name_of(const Symbol& symbol) {
  if (symbol.space == Space::rule) return rule_id(base_of(*symbol.decl));
  if (const auto* period = symbol.as<PeriodDecl>()) return unit_name(period->unit);
  return base_of(*symbol.decl).name.text;
}

std::string shown(const Symbol& symbol) {
  if (const auto* period = symbol.as<PeriodDecl>()) return quoted(unit_text(period->unit));
  return quoted(name_of(symbol));
}

Span place(const Symbol& symbol) {
  const DeclBase& base = base_of(*symbol.decl);
  return base.name.span.end > base.name.span.begin ? base.name.span : base.span;
}

std::string days_of(const InForce& days) {
  if (!days.from && !days.until) return "always";
  std::string out;
  if (days.from) out += "from " + format_date(*days.from);
  if (days.until) out += std::string(out.empty() ? "" : " ") + "until " + format_date(*days.until);
  return out;
}

void clash(CheckContext& context, const Symbol& first, const Symbol& second) {
  if (first.space == Space::rule) {
    if (!first.in_force.overlaps(second.in_force)) return;
    Diagnostic& said = context.out().add(Kind::versions_overlap, place(second),
                                         "two versions of " + shown(second) + " are in force on one day",
                                         "in force " + days_of(second.in_force));
    said.secondary.push_back(Label{place(first), "in force " + days_of(first.in_force)});
    said.help = "give each its days with `in force from … until …`, or another name or part";
    return;
  }
  Diagnostic& said = context.out().add(Kind::duplicate_name, place(second),
                                       shown(second) + " is declared twice", "again here");
  said.secondary.push_back(Label{place(first), "first declared here"});
  if (first.space == Space::named)
    said.notes.push_back("states, facts, tables and settings share one name space");
}

void collide(CheckContext& context, const Symbol& used, const Symbol& own) {
  Diagnostic& said =
      context.out().add(Kind::name_collision, place(own),
                        shown(own) + " is also declared by the pack " +
                            quoted(context.symbols().pack_name(used.pack)) + ", which this pack uses",
                        "two packs' names collide");
  said.secondary.push_back(Label{place(used), "declared here as well"});
}

void check_subject(CheckContext& context, const SubjectDecl& subject) {
  for (const Path& path : subject.paths) {
    const std::string& head = path.head.text;
    if (head == "by" || head == "on" || head == "data" || head == "agency" || head == "case") continue;
    Diagnostic& said =
        context.out().add(Kind::subject_path, path.span,
                          "a subject is found in `on`, `by`, `data` or `agency`, not in " + quoted(head));
    said.help = "write `data." + head + "` for the field, `on." + head + "` for whom the act concerns";
  }
}

void check_type(CheckContext& context, uint32_t pack, const FieldDecl& field) {
  if (field.type.kind != Type::Kind::list || !field.type.element) return;
  static const std::vector<std::string> kinds = {"text", "number", "money", "date",
                                                 "time", "level",  "people"};
  const std::string& element = field.type.element.text;
  for (const std::string& kind : kinds) {
    if (kind == element) return;
  }
  if (context.symbols().subject(pack, element) != nullptr) return;
  Diagnostic& said = context.out().add(Kind::unknown_type, field.type.element.span,
                                       "there is no list of " + quoted(element));
  const std::string near = nearest_name(element, kinds);
  said.help = near.empty() ? "a list is of text, number, money, date, time, level or a subject"
                           : "did you mean " + quoted(near) + "?";
}

void check_field(CheckContext& context, const FieldNameDecl& field) {
  std::map<std::string, Span> seen;
  for (const FieldNameDecl::Code& code : field.codes) {
    const auto [first, fresh] = seen.emplace(code.name.text, code.name.span);
    if (fresh) continue;
    Diagnostic& said = context.out().add(Kind::duplicate_name, code.name.span,
                                         "the code " + quoted(code.name.text) + " is named twice", "again here");
    said.secondary.push_back(Label{first->second, "first named here"});
  }
}

void check_act(CheckContext& context, uint32_t pack, const ActDecl& act) {
  context.roles(pack, act.by);
  for (const Name& on : act.on) context.look_up(pack, Space::subject, on);
  const ActInfo* info = context.symbols().act(pack, act.name.text);
  if (info == nullptr || info->decl != &act) return;
  std::map<std::string, Span> seen;
  for (const FieldDecl& field : act.fields) {
    check_type(context, pack, field);
    const auto [first, fresh] = seen.emplace(field.name.text, field.name.span);
    if (fresh) continue;
    Diagnostic& said =
        context.out().add(Kind::duplicate_name, field.name.span,
                          "the field " + quoted(field.name.text) + " is declared twice", "again here");
    said.secondary.push_back(Label{first->second, "first declared here"});
  }
  for (const SpanDecl& span : act.spans) {
    for (const Name* end : {&span.from, &span.to, &span.less}) {
      if (!*end || is_envelope(end->text)) continue;
      const Field* field = info->field(end->text);
      if (field == nullptr) {
        Scope scope;
        scope.pack = pack;
        ActSet acts;
        acts.acts.push_back(info);
        context.unknown_field(scope, acts, *end, false);
        continue;
      }
      const TypeClass form = type_of(field->type).form;
      const bool fits =
          end == &span.less ? form == TypeClass::set : form == TypeClass::clock || form == TypeClass::moment;
      if (fits) continue;
      context.out().add(Kind::type_mismatch, end->span,
                        std::string(end == &span.less ? "a list of gaps" : "a time") +
                            " is meant, and this is " + type_name(type_of(field->type)));
    }
  }
}

void check_period(CheckContext& context, uint32_t pack, const PeriodDecl& period) {
  if (!period.unless_state) return;
  const Symbols& symbols = context.symbols();
  // A base pack may name a state of the packs that use it.
  for (uint32_t other = 0; other < symbols.packs(); ++other) {
    if (!symbols.sees(other, pack)) continue;
    const Symbol* symbol = symbols.find(other, Space::named, period.unless_state.text);
    if (symbol != nullptr && symbol->as<StateDecl>() != nullptr) return;
  }
  Diagnostic& said =
      context.out().add(Kind::rolling_state, period.unless_state.span,
                        "no loaded pack declares the state " + quoted(period.unless_state.text),
                        "so it never keeps a last day from rolling");
  const std::string near = symbols.nearest(pack, Space::named, period.unless_state.text);
  if (!near.empty()) said.help = "did you mean " + quoted(near) + "?";
}

}  // namespace

void check_declarations(CheckContext& context) {
  const Symbols& symbols = context.symbols();
  for (uint32_t pack = 0; pack < symbols.packs(); ++pack) {
    std::map<std::pair<Space, std::string>, std::vector<const Symbol*>> names;
    for (const Symbol& symbol : symbols.declared(pack))
      names[{symbol.space, name_of(symbol)}].push_back(&symbol);
    for (const auto& [key, same] : names) {
      for (size_t i = 1; i < same.size(); ++i) {
        for (size_t j = 0; j < (same[i]->space == Space::rule ? i : 1); ++j)
          clash(context, *same[j], *same[i]);
      }
      for (const uint32_t used : symbols.visible(pack)) {
        if (used == pack) continue;
        const Symbol* other = symbols.find(used, key.first, key.second);
        if (other != nullptr && other->pack == used) collide(context, *other, *same.front());
      }
    }
  }
}

void check_vocabulary(CheckContext& context, uint32_t pack) {
  const Symbols& symbols = context.symbols();
  for (const Symbol& symbol : symbols.declared(pack)) {
    if (const auto* subject = symbol.as<SubjectDecl>()) check_subject(context, *subject);
    if (const auto* act = symbol.as<ActDecl>()) check_act(context, pack, *act);
    if (const auto* field = symbol.as<FieldNameDecl>()) check_field(context, *field);
    if (const auto* period = symbol.as<PeriodDecl>()) check_period(context, pack, *period);
    if (const auto* office = symbol.as<OfficeDecl>()) {
      context.look_up(pack, Space::agency, office->kind);
      context.level(pack, office->level);
      context.look_up(pack, Space::office, office->under);
    }
    if (const auto* setting = symbol.as<SettingDecl>()) {
      Scope scope;
      scope.pack = pack;
      if (setting->quantity.path) context.quantity(setting->quantity, scope);
    }
  }
}

}  // namespace heng::law
