// Conditions: what may stand beside what.
#include "law/check_context.h"

namespace heng::law {
namespace {

bool one_of_forms(const TypeOf& type, std::initializer_list<TypeClass> forms) {
  if (type.form == TypeClass::unknown) return true;
  for (const TypeClass form : forms) {
    if (type.form == form) return true;
  }
  return false;
}

std::string key_text(const SubjectDecl* subject) {
  return subject == nullptr ? "the case" : "each " + subject->name.text;
}

}  // namespace

void CheckContext::mismatch(Span span, const TypeOf& left, const TypeOf& right) {
  out_.add(Kind::type_mismatch, span, type_name(left) + " does not compare with " + type_name(right),
           type_name(right));
}

void CheckContext::no_across(const Scope& scope, Span span, std::string_view what) {
  if (!scope.across) return;
  Diagnostic& said =
      out_.add(Kind::across_cases, span, std::string(what) + " cannot be asked of a timeline across cases",
               "this declaration is kept across cases");
  said.help = "use `earlier …`, which looks at acts one by one";
}

void CheckContext::want_set(const Operand& operand, const TypeOf& type) {
  if (type.form == TypeClass::set || type.form == TypeClass::unknown) return;
  out_.add(Kind::list_wanted, operand.span, "a list is meant here, and this is " + type_name(type),
           "one value");
}

void CheckContext::word(const Name& word, const TypeOf& left, const Scope& scope) {
  switch (left.form) {
    case TypeClass::unknown:
      return;
    case TypeClass::level:
      level(scope.pack, word);
      return;
    case TypeClass::text: {
      if (left.agency) {
        if (symbols_.find(scope.pack, Space::office, word.text) == nullptr)
          look_up(scope.pack, Space::agency, word);
        return;
      }
      if (left.codes.empty()) return;
      std::vector<std::string> codes;
      for (const Type* type : left.codes) {
        for (const Name& code : type->codes) {
          if (code.text == word.text) return;
          codes.push_back(code.text);
        }
      }
      Diagnostic& said = out_.add(Kind::unknown_code, word.span,
                                  quoted(word.text) + " is not among the values of the field", "never true");
      said.secondary.push_back(Label{left.codes.front()->span, "the values are declared here"});
      const std::string near = nearest_name(word.text, codes);
      if (!near.empty()) said.help = "did you mean " + quoted(near) + "?";
      return;
    }
    case TypeClass::number:
    case TypeClass::duration:
    case TypeClass::moment:
    case TypeClass::act:
    case TypeClass::clock: {
      if (alias(scope, word.text) != nullptr || word.text == "this") return;
      if (const SettingDecl* setting = symbols_.setting(scope.pack, word.text)) {
        look_up(scope.pack, Space::named, word);
        TypeOf type;
        type.form = setting->quantity.unit ? TypeClass::duration : TypeClass::number;
        if (!comparable(left, type)) mismatch(word.span, left, type);
        return;
      }
      if (left.form == TypeClass::act) return;  // an id
      break;
    }
    default:
      break;
  }
  bool found = false;
  field_or_unknown(scope.spoken, word.text, scope, found);
  Diagnostic& said =
      out_.add(found || is_envelope(word.text) ? Kind::type_mismatch : Kind::unknown_setting, word.span,
               "a bare word on the right is a code or a setting, and the left side is " + type_name(left),
               found ? "a field stands here" : "neither a setting nor a field");
  if (found || is_envelope(word.text)) {
    said.help = "a field on the right is written with a dot: `this." + word.text + "`";
  } else {
    const std::string near = symbols_.nearest(scope.pack, Space::named, word.text);
    if (!near.empty()) said.help = "did you mean " + quoted(near) + "?";
  }
}

TypeOf CheckContext::right_side(const Operand& right, const TypeOf& left, const Scope& scope) {
  if (const Name* bare = bare_word(right)) {
    word(*bare, left, scope);
    return left;
  }
  return operand(right, scope);
}

void CheckContext::compare(const Atom& atom, const Scope& scope) {
  const TypeOf left = operand(atom.left, scope);
  const bool set_left = left.form == TypeClass::set;
  if (set_left) {
    Diagnostic& said = out_.add(Kind::list_value, atom.left.span,
                                "a list is compared where one value is meant", type_name(left));
    said.help = "say `… among " + std::string("LIST") + "`, `same as` or `shares nobody with`";
    return;
  }
  const TypeOf right = right_side(atom.right, left, scope);
  if (right.form == TypeClass::set) {
    Diagnostic& said = out_.add(Kind::list_value, atom.right.span,
                                "a list is compared where one value is meant", type_name(right));
    said.help = "say `… among LIST` or `… in LIST`";
    return;
  }
  if (!comparable(left, right)) {
    mismatch(atom.right.span, left, right);
    return;
  }
  const bool ordered = atom.compare != Atom::Compare::eq && atom.compare != Atom::Compare::ne;
  if (ordered && !has_order(left.form)) {
    Diagnostic& said = out_.add(Kind::type_mismatch, atom.left.span, type_name(left) + " has no order",
                                "neither more nor less");
    said.help = "use `=`, `!=` or `in ( … )`";
  }
}

void CheckContext::in_values(const Atom& atom, const Scope& scope) {
  const TypeOf left = operand(atom.left, scope);
  if (left.form == TypeClass::set) {
    Diagnostic& said =
        out_.add(Kind::list_value, atom.left.span, "a list stands where one value is meant", type_name(left));
    said.help = "count its members instead: `at least 1 CODE in LIST`, `no CODE in LIST`";
    return;
  }
  if (atom.values.empty()) {
    const TypeOf right = operand(atom.right, scope);
    if (right.form == TypeClass::set || right.form == TypeClass::unknown) return;
    // A table may answer with one value or several.
    const bool call = atom.right.factors.size() == 1 && atom.right.factors.front().path &&
                      atom.right.factors.front().path->call;
    if (call && comparable(left, right)) return;
    want_set(atom.right, right);
    return;
  }
  for (const Factor& value : atom.values) {
    if (const Name* bare = bare_word(value)) {
      word(*bare, left, scope);
      continue;
    }
    const TypeOf right = factor(value, scope);
    if (!comparable(left, right)) mismatch(value.span, left, right);
  }
}

void CheckContext::count_in(const Atom& atom, const Scope& scope) {
  const TypeOf set = operand(atom.left, scope);
  if (set.form != TypeClass::set) {
    want_set(atom.left, set);
    return;
  }
  const Name* bare = bare_word(atom.left);
  if (set.people && !(bare != nullptr && bare->text == "on")) roles(scope.pack, atom.names);
}

void CheckContext::sets(const Atom& atom, const Scope& scope) {
  const TypeOf left = operand(atom.left, scope);
  const TypeOf right = operand(atom.right, scope);
  want_set(atom.right, right);
  if (atom.kind != Atom::Kind::among || atom.all) {
    want_set(atom.left, left);
  } else if (left.form == TypeClass::set) {
    Diagnostic& said =
        out_.add(Kind::list_value, atom.left.span, "a list stands where one value is meant", type_name(left));
    said.help = "say `all among`";
  } else if (!one_of_forms(left, {TypeClass::text, TypeClass::number, TypeClass::act, TypeClass::moment,
                                  TypeClass::level})) {
    mismatch(atom.left.span, right, left);
  }
}

void CheckContext::times(const Atom& atom, const Scope& scope) {
  const TypeOf left = operand(atom.left, scope);
  const TypeOf right = operand(atom.right, scope);
  if (atom.kind == Atom::Kind::distance) quantity(atom.quantity, scope);
  const bool clocks = left.form == TypeClass::clock && right.form == TypeClass::clock;
  if (clocks) return;
  TypeOf moment;
  moment.form = TypeClass::moment;
  for (const auto& [type, side] : {std::pair{left, &atom.left}, std::pair{right, &atom.right}}) {
    if (!one_of_forms(type, {TypeClass::moment, TypeClass::act})) {
      out_.add(Kind::type_mismatch, side->span,
               "a date, a time or an act is meant, and this is " + type_name(type), type_name(type));
    }
  }
}

void CheckContext::named(const Atom& atom, const Scope& scope) {
  if (atom.names.empty()) return;
  const Name& name = atom.names.front();
  const Symbol* symbol = symbols_.find(scope.pack, Space::named, name.text);
  bool field_found = false;
  if (symbol == nullptr) {
    field_or_unknown(scope.spoken, name.text, scope, field_found);
    if (field_found) {
      Diagnostic& said = out_.add(Kind::unknown_state, name.span,
                                  "no state or fact is called " + quoted(name.text), "this is a field");
      said.help = "a field is compared: `" + name.text + " = yes`";
      return;
    }
  }
  symbol = look_up(scope.pack, Space::named, name);
  if (symbol == nullptr) return;
  const std::optional<For>* key = nullptr;
  if (const auto* state = symbol->as<StateDecl>()) {
    key = &state->key;
  } else if (const auto* fact = symbol->as<FactDecl>()) {
    key = &fact->key;
  } else {
    Diagnostic& said = out_.add(Kind::unknown_state, name.span, quoted(name.text) + " is no state or fact",
                                "a table or a setting is neither true nor false");
    said.secondary.push_back(Label{base_of(*symbol->decl).name.span, "declared here"});
    return;
  }
  const SubjectDecl* subject = subject_of(symbol->pack, *key);
  if (subject == nullptr || subject == scope.key) return;
  Diagnostic& said = out_.add(Kind::wrong_subject, name.span,
                              quoted(name.text) + " is kept for " + key_text(subject) +
                                  ", and here is spoken of " + key_text(scope.key),
                              "of another subject");
  said.secondary.push_back(Label{(*key)->span, "declared here"});
}

bool CheckContext::has_span(const Path& path, const Scope& scope) {
  const ActSet* acts = &scope.spoken;
  const Name* name = &path.head;
  if (!path.rest.empty()) {
    acts = path.head.text == "this" ? &scope.judged : alias(scope, path.head.text);
    name = &path.rest.front();
  }
  if (acts == nullptr || path.call) return false;
  for (const ActInfo* act : acts_of(*acts, scope)) {
    if (act->span(name->text) != nullptr) return true;
  }
  return !acts->any && acts->acts.empty();
}

void CheckContext::spans(const Atom& atom, const Scope& scope) {
  for (const Operand* side : {&atom.left, &atom.right}) {
    const bool path = side->factors.size() == 1 && side->factors.front().path;
    if (path && has_span(*side->factors.front().path, scope)) continue;
    std::vector<std::string> names;
    for (const ActInfo* act : acts_of(scope.spoken, scope)) {
      for (const SpanDecl& span : act->decl->spans) names.push_back(span.name.text);
    }
    Diagnostic& said =
        out_.add(Kind::unknown_span, side->span, "no span of that name in the acts spoken of here",
                 "declare it under `span` of the act");
    if (path) {
      const Path& at = *side->factors.front().path;
      const std::string near = nearest_name(at.rest.empty() ? at.head.text : at.rest.front().text, names);
      if (!near.empty()) said.help = "did you mean " + quoted(near) + "?";
    }
  }
}

void CheckContext::earlier(const Atom& atom, const Scope& scope) {
  if (atom.pattern) {
    Scope inside = scope;
    pattern(*atom.pattern, inside);
  }
  if (atom.since) {
    Scope inside = scope;
    pattern(*atom.since, inside);
  }
  if (atom.window && atom.window->kind != Window::Kind::in_this) quantity(atom.window->quantity, scope);
}

void CheckContext::atom(const Atom& atom, const Scope& scope) {
  switch (atom.kind) {
    case Atom::Kind::earlier:
      earlier(atom, scope);
      return;
    case Atom::Kind::count_in:
      count_in(atom, scope);
      return;
    case Atom::Kind::document:
      return;  // kinds of documents are the records' own
    case Atom::Kind::named:
      named(atom, scope);
      return;
    case Atom::Kind::compare:
      compare(atom, scope);
      return;
    case Atom::Kind::in:
      in_values(atom, scope);
      return;
    case Atom::Kind::is_given:
    case Atom::Kind::is_blank:
      operand(atom.left, scope);
      return;
    case Atom::Kind::among:
    case Atom::Kind::disjoint:
    case Atom::Kind::same_as:
      sets(atom, scope);
      return;
    case Atom::Kind::covers:
    case Atom::Kind::overlaps:
      spans(atom, scope);
      return;
    case Atom::Kind::distance:
    case Atom::Kind::order:
      times(atom, scope);
      return;
  }
}

void CheckContext::atoms(const std::vector<Atom>& atoms, const Scope& scope) {
  for (const Atom& each : atoms) atom(each, scope);
}

void CheckContext::condition(const Condition& condition, const Scope& scope) {
  atoms(condition.atoms, scope);
  atoms(condition.only_if, scope);
}

void CheckContext::conditions(const std::vector<Condition>& conditions, const Scope& scope) {
  for (const Condition& each : conditions) condition(each, scope);
}

ActSet CheckContext::pattern(const Pattern& pattern, Scope& scope) {
  ActSet acts;
  acts.any = pattern.any_act;
  for (const Name& name : pattern.acts) {
    if (const ActInfo* info = act(scope.pack, name)) acts.acts.push_back(info);
  }
  roles(scope.pack, pattern.roles);
  if (pattern.alias) scope.aliases.emplace_back(pattern.alias.text, acts);
  Scope inside = scope;
  inside.spoken = acts;
  inside.lenient = false;
  if (pattern.key) field(acts, pattern.key, inside, false);
  atoms(pattern.where, inside);
  return acts;
}

ActSet CheckContext::event(const Event& event, Scope& scope) {
  ActSet acts;
  switch (event.kind) {
    case Event::Kind::pattern:
      acts = pattern(event.pattern, scope);
      break;
    case Event::Kind::before_end:
      quantity(event.quantity, scope);
      clock(scope, event.clock);
      break;
    case Event::Kind::end_of:
    case Event::Kind::change_of:
      clock(scope, event.clock);
      break;
    case Event::Kind::breach_of:
      look_up(scope.pack, Space::rule, event.clock);
      break;
    case Event::Kind::end_of_every:
      if (!scope.across) {
        Diagnostic& said = out_.add(Kind::end_of_every, event.span,
                                    "`end of every " + event.every + "` needs a timeline across cases");
        said.help = "write `for each SUBJECT across cases`";
      }
      break;
  }
  if (event.from && event.kind == Event::Kind::pattern) {
    const TypeOf type = field(acts, event.from, scope, false);
    TypeOf moment;
    moment.form = TypeClass::moment;
    if (!comparable(moment, type)) mismatch(event.from.span, moment, type);
  }
  return acts;
}

}  // namespace heng::law
