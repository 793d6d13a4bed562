#include "law/types.h"

#include <algorithm>

namespace heng::law {

void ActSet::add(const ActSet& other) {
  any = any || other.any;
  for (const ActInfo* act : other.acts) {
    if (std::find(acts.begin(), acts.end(), act) == acts.end()) acts.push_back(act);
  }
}

TypeOf type_of(const Type& type) {
  TypeOf out;
  switch (type.kind) {
    case Type::Kind::number:
    case Type::Kind::money:
      out.form = TypeClass::number;
      break;
    case Type::Kind::text:
      out.form = TypeClass::text;
      break;
    case Type::Kind::date:
    case Type::Kind::time:
      out.form = TypeClass::moment;
      break;
    case Type::Kind::clock_time:
      out.form = TypeClass::clock;
      break;
    case Type::Kind::level:
      out.form = TypeClass::level;
      break;
    case Type::Kind::yes_no:
      out.form = TypeClass::yes_no;
      break;
    case Type::Kind::people:
      out.form = TypeClass::set;
      out.people = true;
      break;
    case Type::Kind::one_of:
      out.form = TypeClass::text;
      if (!type.and_more) out.codes.push_back(&type);
      break;
    case Type::Kind::list:
      out.form = TypeClass::set;
      break;
  }
  return out;
}

std::string type_name(const TypeOf& type) {
  switch (type.form) {
    case TypeClass::unknown:
      return "something undeclared";
    case TypeClass::number:
      return "a number";
    case TypeClass::text:
      return "text";
    case TypeClass::yes_no:
      return "yes or no";
    case TypeClass::moment:
      return "a date or time";
    case TypeClass::clock:
      return "a clock time";
    case TypeClass::level:
      return "a level";
    case TypeClass::set:
      return type.people ? "a list of people" : "a list";
    case TypeClass::duration:
      return "a length of time";
    case TypeClass::act:
      return "an act";
    case TypeClass::span:
      return "a span";
  }
  return "something";
}

bool has_order(TypeClass form) {
  switch (form) {
    case TypeClass::unknown:
    case TypeClass::number:
    case TypeClass::moment:
    case TypeClass::clock:
    case TypeClass::level:
    case TypeClass::duration:
    case TypeClass::act:
      return true;
    default:
      return false;
  }
}

bool comparable(const TypeOf& left, const TypeOf& right) {
  if (left.form == TypeClass::unknown || right.form == TypeClass::unknown) return true;
  if (left.form == right.form) return true;
  const auto pair = [&](TypeClass a, TypeClass b) {
    return (left.form == a && right.form == b) || (left.form == b && right.form == a);
  };
  return pair(TypeClass::act, TypeClass::moment) || pair(TypeClass::act, TypeClass::text);
}

bool is_envelope(std::string_view name) {
  return name == "at" || name == "entered" || name == "by" || name == "on" || name == "agency" ||
         name == "case";
}

}  // namespace heng::law
