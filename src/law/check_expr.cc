// Operands: what each word means where it stands, and its type.
#include "law/check_context.h"

namespace heng::law {
namespace {

TypeOf of(TypeClass form) {
  TypeOf out;
  out.form = form;
  return out;
}

TypeOf people() {
  TypeOf out = of(TypeClass::set);
  out.people = true;
  return out;
}

TypeOf envelope(std::string_view name) {
  if (name == "by" || name == "on") return people();
  if (name == "agency") {
    TypeOf out = of(TypeClass::text);
    out.agency = true;
    return out;
  }
  return of(name == "case" ? TypeClass::text : TypeClass::moment);
}

// Fields of one name in several act types: one type if they agree, otherwise unknown.
struct Merge {
  bool found = false;
  bool open = false;
  TypeOf type;
  void add(const TypeOf& next) {
    if (!found) {
      type = next;
      found = true;
      open = next.codes.empty();
      return;
    }
    if (next.form != type.form || next.agency != type.agency) type = TypeOf{};
    open = open || next.codes.empty();
    if (open) {
      type.codes.clear();
    } else {
      type.codes.insert(type.codes.end(), next.codes.begin(), next.codes.end());
    }
  }
};

}  // namespace

const Name* bare_word(const Factor& factor) {
  if (factor.kind != Factor::Kind::path || !factor.path || factor.unit) return nullptr;
  if (factor.path->call || !factor.path->rest.empty()) return nullptr;
  return &factor.path->head;
}

const Name* bare_word(const Operand& operand) {
  return operand.factors.size() == 1 ? bare_word(operand.factors.front()) : nullptr;
}

const ActSet* CheckContext::alias(const Scope& scope, std::string_view name) const {
  for (auto at = scope.aliases.rbegin(); at != scope.aliases.rend(); ++at) {
    if (at->first == name) return &at->second;
  }
  return nullptr;
}

std::vector<const ActInfo*> CheckContext::acts_of(const ActSet& acts, const Scope& scope) const {
  return acts.any ? symbols_.acts(scope.pack) : acts.acts;
}

TypeOf CheckContext::field_or_unknown(const ActSet& acts, const std::string& name, const Scope& scope,
                                      bool& found) {
  Merge merge;
  for (const ActInfo* act : acts_of(acts, scope)) {
    if (const Field* field = act->field(name)) merge.add(type_of(field->type));
  }
  found = true;
  if (merge.found) return merge.type;
  // A subject's name is its value in the act; the rule's own key is always known.
  if (scope.key != nullptr && scope.key->name.text == name) return of(TypeClass::text);
  if (const SubjectDecl* subject = symbols_.subject(scope.pack, name)) {
    if (acts.any || on_every_act(*subject)) return of(TypeClass::text);
    for (const ActInfo* act : acts.acts) {
      if (act->carries(*subject)) return of(TypeClass::text);
    }
  }
  found = false;
  return TypeOf{};
}

TypeOf CheckContext::field(const ActSet& acts, const Name& name, const Scope& scope, bool lenient) {
  if (is_envelope(name.text)) return envelope(name.text);
  bool found = false;
  const TypeOf type = field_or_unknown(acts, name.text, scope, found);
  // Of acts that are themselves unknown nothing can be said.
  if (!found && (acts.any || !acts.acts.empty())) unknown_field(scope, acts, name, lenient);
  return type;
}

TypeOf CheckContext::path(const Path& path, const Scope& scope) {
  if (path.call) return call(path, scope);
  if (path.rest.empty()) {
    const std::string& word = path.head.text;
    if (word == "this") return of(TypeClass::act);
    if (is_envelope(word)) return envelope(word);
    bool found = false;
    const TypeOf type = field_or_unknown(scope.spoken, word, scope, found);
    if (found) return type;
    if (alias(scope, word) != nullptr) return of(TypeClass::act);
    if (scope.spoken.any || !scope.spoken.acts.empty()) unknown_field(scope, scope.spoken, path.head, false);
    return TypeOf{};
  }
  const ActSet* acts = nullptr;
  size_t at = 0;
  if (path.head.text == "this") {
    acts = &scope.judged;
  } else if (path.head.text == "data") {
    bool found = false;
    const TypeOf type = field_or_unknown(scope.spoken, path.rest.front().text, scope, found);
    if (!found) unknown_field(scope, scope.spoken, path.rest.front(), scope.lenient);
    return type;
  } else {
    acts = alias(scope, path.head.text);
  }
  if (acts == nullptr) {
    std::vector<std::string> names = {"this"};
    for (const auto& [name, unused] : scope.aliases) names.push_back(name);
    Diagnostic& said =
        out_.add(Kind::unknown_alias, path.head.span, "no act is spoken of as " + quoted(path.head.text),
                 "neither `this` nor a name from `given` or `as`");
    const std::string near = nearest_name(path.head.text, names);
    if (!near.empty()) said.help = "did you mean " + quoted(near) + "?";
    return TypeOf{};
  }
  if (path.rest.front().text == "data" && path.rest.size() > 1) at = 1;
  if (at == 0 && is_envelope(path.rest.front().text)) return envelope(path.rest.front().text);
  Scope other = scope;
  if (&scope.judged != acts) other.key = nullptr;
  // `this.type` where only other act types declare `type`: the word is known, the act's vocabulary has a gap.
  bool declared = false;
  ActSet any;
  any.any = true;
  field_or_unknown(any, path.rest[at].text, other, declared);
  return field(*acts, path.rest[at], scope, scope.lenient || declared);
}

TypeOf CheckContext::call(const Path& path, const Scope& scope) {
  std::vector<TypeOf> arguments;
  for (const Operand& argument : path.arguments) arguments.push_back(operand(argument, scope));
  if (path.head.text == "age") {
    if (arguments.size() != 1) {
      out_.add(Kind::argument_count, path.span, "`age` takes one date");
    } else if (!comparable(arguments.front(), of(TypeClass::moment))) {
      mismatch(path.arguments.front().span, of(TypeClass::moment), arguments.front());
    }
    return of(TypeClass::number);
  }
  const TableDecl* table = symbols_.table(scope.pack, path.head.text);
  if (table == nullptr) {
    std::vector<std::string> tables = {"age"};
    for (const uint32_t other : symbols_.visible(scope.pack)) {
      for (const Symbol& symbol : symbols_.declared(other)) {
        if (const auto* known = symbol.as<TableDecl>()) tables.push_back(known->name.text);
      }
    }
    Diagnostic& said =
        out_.add(Kind::unknown_table, path.head.span, "no table is called " + quoted(path.head.text));
    const std::string near = nearest_name(path.head.text, tables);
    if (!near.empty()) said.help = "did you mean " + quoted(near) + "?";
    return TypeOf{};
  }
  look_up(scope.pack, Space::named, path.head);
  if (arguments.size() != table->inputs.size()) {
    Diagnostic& said = out_.add(Kind::argument_count, path.span,
                                quoted(path.head.text) + " takes " + std::to_string(table->inputs.size()) +
                                    (table->inputs.size() == 1 ? " value" : " values") + ", here are " +
                                    std::to_string(arguments.size()));
    said.secondary.push_back(Label{table->name.span, "declared here"});
    return TypeOf{};
  }
  for (size_t i = 0; i < arguments.size(); ++i) {
    for (const TableDecl::Row& row : table->rows) {
      if (i >= row.in.size()) continue;
      const TypeOf cell = type_of_cell(row.in[i]);
      if (cell.form == TypeClass::unknown || comparable(cell, arguments[i])) continue;
      if (cell.form == TypeClass::text && arguments[i].form == TypeClass::level) continue;
      mismatch(path.arguments[i].span, cell, arguments[i]);
      break;
    }
  }
  size_t column = 0;
  if (path.rest.empty() && table->outputs.size() > 1) {
    Diagnostic& said = out_.add(Kind::table_column, path.span,
                                quoted(path.head.text) + " answers with several columns; name one");
    said.help = "write " + quoted(path.head.text + "(…)." + table->outputs.front().text);
    return TypeOf{};
  }
  if (!path.rest.empty()) {
    while (column < table->outputs.size() && table->outputs[column].text != path.rest.front().text) ++column;
    if (column == table->outputs.size()) {
      std::vector<std::string> names;
      for (const Name& output : table->outputs) names.push_back(output.text);
      Diagnostic& said =
          out_.add(Kind::table_column, path.rest.front().span,
                   quoted(path.head.text) + " has no column " + quoted(path.rest.front().text));
      said.secondary.push_back(Label{table->name.span, "declared here"});
      const std::string near = nearest_name(path.rest.front().text, names);
      said.help = "did you mean " + quoted(near.empty() ? names.empty() ? "" : names.front() : near) + "?";
      return TypeOf{};
    }
  }
  Merge merge;
  for (const TableDecl::Row& row : table->rows) {
    if (column < row.out.size()) merge.add(type_of_cell(row.out[column]));
  }
  // Words in a table may be codes or levels.
  if (merge.type.form == TypeClass::text) return TypeOf{};
  return merge.type;
}

TypeOf type_of_cell(const Cell& cell) {
  switch (cell.kind) {
    case Cell::Kind::any:
      return TypeOf{};
    case Cell::Kind::quantity: {
      const bool number = cell.quantity && cell.quantity->number && !cell.quantity->unit;
      return of(number ? TypeClass::number : TypeClass::duration);
    }
    case Cell::Kind::before:
    case Cell::Kind::or_later:
      return of(TypeClass::moment);
    case Cell::Kind::values:
      break;
    default:
      return of(TypeClass::number);
  }
  if (cell.values.empty()) return TypeOf{};
  if (cell.values.size() > 1) return TypeOf{};
  switch (cell.values.front().kind) {
    case Factor::Kind::number:
      return of(cell.values.front().unit ? TypeClass::duration : TypeClass::number);
    case Factor::Kind::text:
    case Factor::Kind::path:
      return of(TypeClass::text);
    case Factor::Kind::date:
      return of(TypeClass::moment);
    case Factor::Kind::clock:
      return of(TypeClass::clock);
    case Factor::Kind::yes_no:
      return of(TypeClass::yes_no);
    default:
      return TypeOf{};
  }
}

TypeOf CheckContext::latest(const Factor& factor, const Scope& scope) {
  no_across(scope, factor.span, "`latest`");
  ActSet any;
  any.any = true;
  return field(any, factor.name, scope, true);
}

TypeOf CheckContext::total(const Factor& factor, const Scope& scope) {
  no_across(scope, factor.span, "`total of`");
  ActSet acts;
  for (const Name& name : factor.names) {
    if (const ActInfo* info = act(scope.pack, name)) acts.acts.push_back(info);
  }
  const TypeOf type = field(acts, factor.name, scope, false);
  if (!comparable(type, of(TypeClass::number))) mismatch(factor.name.span, of(TypeClass::number), type);
  return of(TypeClass::number);
}

TypeOf CheckContext::factor(const Factor& factor, const Scope& scope) {
  switch (factor.kind) {
    case Factor::Kind::number:
      return of(factor.unit ? TypeClass::duration : TypeClass::number);
    case Factor::Kind::text:
      return of(TypeClass::text);
    case Factor::Kind::date:
      return of(TypeClass::moment);
    case Factor::Kind::clock:
      return of(TypeClass::clock);
    case Factor::Kind::yes_no:
      return of(TypeClass::yes_no);
    case Factor::Kind::path:
      return factor.path ? path(*factor.path, scope) : TypeOf{};
    case Factor::Kind::end_of:
      clock(scope, factor.name);
      return of(TypeClass::moment);
    case Factor::Kind::latest:
      return latest(factor, scope);
    case Factor::Kind::total_of:
      return total(factor, scope);
    case Factor::Kind::acting_as:
      no_across(scope, factor.span, "`those acting as`");
      roles(scope.pack, factor.names);
      return people();
    case Factor::Kind::who_did:
      no_across(scope, factor.span, "`those who did`");
      for (const Name& name : factor.names) act(scope.pack, name);
      return people();
  }
  return TypeOf{};
}

TypeOf CheckContext::operand(const Operand& operand, const Scope& scope) {
  if (operand.factors.empty()) return TypeOf{};
  TypeOf left = factor(operand.factors.front(), scope);
  for (size_t i = 1; i < operand.factors.size(); ++i) {
    TypeOf right = factor(operand.factors[i], scope);
    if (left.form == TypeClass::act) left.form = TypeClass::moment;
    if (right.form == TypeClass::act) right.form = TypeClass::moment;
    const char sign = operand.operators[i - 1];
    const auto is = [](const TypeOf& type, TypeClass form) {
      return type.form == form || type.form == TypeClass::unknown;
    };
    if (left.form == TypeClass::unknown && right.form == TypeClass::unknown) continue;
    if (is(left, TypeClass::number) && is(right, TypeClass::number)) {
      left = of(TypeClass::number);
    } else if (sign != '*' && is(left, TypeClass::moment) && is(right, TypeClass::duration)) {
      left = of(TypeClass::moment);
    } else if (sign != '*' && is(left, TypeClass::duration) && is(right, TypeClass::duration)) {
      left = of(TypeClass::duration);
    } else if (sign == '*' && is(left, TypeClass::duration) && is(right, TypeClass::number)) {
      left = of(TypeClass::duration);
    } else {
      const TypeOf& wrong =
          left.form == TypeClass::number || left.form == TypeClass::moment || left.form == TypeClass::duration
              ? right
              : left;
      const Factor& at = &wrong == &right ? operand.factors[i] : operand.factors[i - 1];
      out_.add(Kind::type_mismatch, at.span, "nothing can be counted with " + type_name(wrong),
               type_name(wrong));
      return TypeOf{};
    }
  }
  return left;
}

void CheckContext::quantity(const Quantity& quantity, const Scope& scope) {
  if (!quantity.path) return;
  const Path& from = *quantity.path;
  TypeOf type;
  bool read = false;
  if (!from.call && from.rest.empty() && !is_envelope(from.head.text)) {
    bool found = false;
    type = field_or_unknown(scope.spoken, from.head.text, scope, found);
    const SettingDecl* setting = found ? nullptr : symbols_.setting(scope.pack, from.head.text);
    if (setting != nullptr) {
      look_up(scope.pack, Space::named, from.head);
      type = of(setting->quantity.unit ? TypeClass::duration : TypeClass::number);
    }
    read = found || setting != nullptr;
  }
  if (!read) type = path(from, scope);
  const TypeClass wanted = quantity.unit ? TypeClass::number : TypeClass::duration;
  if (type.form == TypeClass::unknown || type.form == wanted) return;
  Diagnostic& said = out_.add(Kind::type_mismatch, from.span,
                              "a length of time is meant, and this is " + type_name(type), type_name(type));
  if (!quantity.unit && type.form == TypeClass::number) said.help = "name the unit behind it, as in `… days`";
  if (quantity.unit && type.form == TypeClass::duration) {
    said.help = "leave out " + quoted(unit_text(*quantity.unit)) + ": the value has a unit of its own";
  }
}

}  // namespace heng::law
