// An object-centric event log held whole, and its way to acts. OCEL 2.0 is JSON, XML or SQLite; 1.0 is JSON.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "act/intake.h"

namespace heng {

struct OcelAttribute {
  std::string name;
  std::string time;  // objects: since when; empty if never changed
  Value value;
};

struct OcelRelation {
  std::string object;
  std::string qualifier;
};

struct OcelEntity {  // an event or an object
  std::string id;
  std::string type;
  std::string time;   // events
  std::string where;  // for messages
  std::vector<OcelAttribute> attributes;
  std::vector<OcelRelation> relations;
};

struct OcelLog {
  std::vector<OcelEntity> events;
  std::vector<OcelEntity> objects;
  // type → attribute → string, time, integer, float, boolean
  using Types = std::map<std::string, std::map<std::string, std::string, std::less<>>, std::less<>>;
  Types event_types;
  Types object_types;
};

// How an act's case, people, agency and documents stand in a log of our own: the object's id is prefix + id.
inline constexpr std::string_view kOcelCase = "case";
inline constexpr std::string_view kOcelAgency = "agency";
inline constexpr std::string_view kOcelPerson = "person";
inline constexpr std::string_view kOcelDocument = "document";

// Every event becomes an act, in file order. Objects that are none of ours go to `on`, with the qualifier as role, and
// are described under `object:<id>` in the data of the first act that names them.
Result<void> acts_from_ocel(OcelLog& log, Intake& intake);

}  // namespace heng
