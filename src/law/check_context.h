// What the checks share: names looked up and reported, expressions typed in the scope they stand in.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "law/diagnostics.h"
#include "law/symbols.h"
#include "law/types.h"

namespace heng::law {

// Where an expression stands (docs/language.md, "What a bare word means").
struct Scope {
  uint32_t pack = 0;
  const SubjectDecl* key = nullptr;  // null: the case
  bool across = false;
  ActSet spoken;  // a bare word is a field of these: the candidate in `where`, elsewhere the judged or
                  // starting act
  ActSet judged;  // `this`
  std::vector<std::pair<std::string, ActSet>> aliases;
  // The number of a step: what an extending act carries may be left undeclared (a warning, not an error).
  bool lenient = false;
};

class CheckContext {
 public:
  CheckContext(const Symbols& symbols, Diagnostics& out) : symbols_(symbols), out_(out) {}

  const Symbols& symbols() const { return symbols_; }
  Diagnostics& out() { return out_; }

  // The symbol, or null and a diagnostic with the nearest name. A name of a pack that is not used is found
  // with a warning.
  const Symbol* look_up(uint32_t pack, Space space, const Name& name);
  const ActInfo* act(uint32_t pack, const Name& name);
  void roles(uint32_t pack, const std::vector<Name>& names);
  void level(uint32_t pack, const Name& name);
  // A clock whose time is asked for by `from_key` (null: the case); reports clocks of another subject.
  void clock(const Scope& scope, const Name& name);
  const SubjectDecl* subject_of(uint32_t pack, const std::optional<For>& key);
  void unknown_field(const Scope& scope, const ActSet& acts, const Name& name, bool lenient);

  // Each reports what is wrong in it.
  void condition(const Condition& condition, const Scope& scope);
  void conditions(const std::vector<Condition>& conditions, const Scope& scope);
  void atoms(const std::vector<Atom>& atoms, const Scope& scope);
  void atom(const Atom& atom, const Scope& scope);
  void quantity(const Quantity& quantity, const Scope& scope);
  TypeOf operand(const Operand& operand, const Scope& scope);
  // The act types; adds the alias to `scope` if there is one.
  ActSet pattern(const Pattern& pattern, Scope& scope);
  ActSet event(const Event& event, Scope& scope);
  // A word on the right of a comparison, or in brackets: a code, a level, a setting, an agency kind.
  void word(const Name& word, const TypeOf& left, const Scope& scope);

 private:
  TypeOf factor(const Factor& factor, const Scope& scope);
  TypeOf path(const Path& path, const Scope& scope);
  TypeOf call(const Path& path, const Scope& scope);
  TypeOf field(const ActSet& acts, const Name& name, const Scope& scope, bool lenient);
  TypeOf field_or_unknown(const ActSet& acts, const std::string& name, const Scope& scope, bool& found);
  TypeOf latest(const Factor& factor, const Scope& scope);
  TypeOf total(const Factor& factor, const Scope& scope);
  // The right side: words mean codes there.
  TypeOf right_side(const Operand& operand, const TypeOf& left, const Scope& scope);
  const ActSet* alias(const Scope& scope, std::string_view name) const;
  std::vector<const ActInfo*> acts_of(const ActSet& acts, const Scope& scope) const;
  bool has_span(const Path& path, const Scope& scope);

  void compare(const Atom& atom, const Scope& scope);
  void in_values(const Atom& atom, const Scope& scope);
  void count_in(const Atom& atom, const Scope& scope);
  void sets(const Atom& atom, const Scope& scope);
  void times(const Atom& atom, const Scope& scope);
  void named(const Atom& atom, const Scope& scope);
  void spans(const Atom& atom, const Scope& scope);
  void earlier(const Atom& atom, const Scope& scope);
  void mismatch(Span span, const TypeOf& left, const TypeOf& right);
  void want_set(const Operand& operand, const TypeOf& type);
  void no_across(const Scope& scope, Span span, std::string_view what);

  const Symbols& symbols_;
  Diagnostics& out_;
};

// The word alone: a path of one name, without arguments. Null: it is more.
const Name* bare_word(const Operand& operand);
const Name* bare_word(const Factor& factor);
TypeOf type_of_cell(const Cell& cell);  // unknown: any, or several values
std::string quoted(std::string_view text);

}  // namespace heng::law
