// The types of the law language as the checks see them (docs/language.md, "Types").
#pragma once

#include <string>
#include <vector>

#include "law/symbols.h"

namespace heng::law {

enum class TypeClass : uint8_t {
  unknown,  // undeclared, or already reported: compares with everything
  number,   // number, money
  text,     // text, codes, ids
  yes_no,
  moment,  // date, time
  clock,   // clock time
  level,
  set,       // people, list of …
  duration,  // a number with a unit
  act,       // an alias or `this`: its `at` where a time is wanted, its id where a text is
  span,
};

struct TypeOf {
  TypeClass form = TypeClass::unknown;
  bool agency = false;             // the envelope's agency: beside a word, its kind
  bool people = false;             // of a set: members are people
  std::vector<const Type*> codes;  // the `one of` lists a code must stand in one of; empty: any
};

// Act types a word may be read from. `any`: any type the pack sees.
struct ActSet {
  bool any = false;
  std::vector<const ActInfo*> acts;

  void add(const ActSet& other);
};

TypeOf type_of(const Type& type);
// "a number", "text", …
std::string type_name(const TypeOf& type);
bool has_order(TypeClass form);
bool comparable(const TypeOf& left, const TypeOf& right);
// at, entered, by, on, agency, case
bool is_envelope(std::string_view name);

}  // namespace heng::law
