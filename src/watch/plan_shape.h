// A plan in short: what each of its declarations means, and how it has acts stored. A snapshot carries that of the plan it
// was made by, so that under other packs only what differs is judged again (docs/format/snapshot.md).
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "watch/bytes.h"
#include "watch/plan.h"

namespace heng::watch {

struct PlanShape {
  // Every judged name, `pack/name` (its parts and versions together), with the hash of all its findings hang on: its own
  // lines and, through them, the states, facts, clocks, rules, periods, tables, settings and subjects they speak of, the
  // calendar where days are counted by it, and the words its messages use. Sorted by name.
  std::vector<std::pair<std::string, std::string>> declarations;

  struct Act {
    std::string name;
    std::vector<std::string> also_called;  // in foreign logs; sorted
    std::string meaning;                   // hash of label, subjects, roles, spans and `else latest`
    std::vector<std::pair<std::string, uint8_t>> fields;  // with the law::Type::Kind they are stored by; sorted
  };
  std::vector<Act> acts;                                     // by act type
  std::vector<std::pair<std::string, uint8_t>> field_types;  // of fields an act's own type does not declare; sorted
  std::vector<std::string> levels;                           // lowest first
  std::vector<std::pair<std::string, std::string>> offices;  // agency, level; sorted
  std::vector<std::string> clocks;                           // by clock: its name with part
  struct Across {
    int32_t subject = kNone;
    std::string meaning;  // hash of the subject itself
    std::string reads;    // hash of what is read across cases for it
  };
  std::vector<Across> across;  // in order of subjects

  const Act* act(std::string_view name) const;
  // How the field of such an act is stored; nullptr if as no law says.
  const uint8_t* stored_as(const Act* act, std::string_view field) const;
};

// `only`, `missing`: what is judged and told (EngineOptions); a name that is not looked at is not declared.
PlanShape shape_of(const Plan& plan, const std::set<std::string>& only, bool missing);

void save(ByteWriter& out, const PlanShape& shape);
// Turns `in.good` off if the bytes do not fit.
PlanShape load_shape(ByteReader& in);

}  // namespace heng::watch
