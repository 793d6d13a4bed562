// A script made ready to run: its blocks laid out as one row of steps, names resolved, every step's JSON cut
// into the parts that stay and the parts that are drawn anew for each case.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "sim/script.h"

namespace heng::sim {

struct Piece {
  enum class Kind : uint8_t { text, suffix, area, choice, range, date, time, clock } kind = Kind::text;
  std::string text;
  std::vector<std::string> choices;
  int64_t low = 0;
  int64_t high = 0;
  When when;
};

// The JSON of one act between `"case":…` and its end, in two parts so that `data` can be left out.
struct Template {
  std::string type;
  std::vector<Piece> people;  // agency, by, on
  std::vector<Piece> data;
  When when;
};

struct BoundStep {
  std::string name;
  int32_t use = 0;  // which of the script's blocks
  bool off = false;
  bool companion = false;
  Template lawful;
};

struct Variant {  // a step as a plant changes it
  int32_t step = 0;
  Template changed;
  bool moved = false;
  bool content = false;
  bool dropped = false;
  bool added = false;
};

struct BoundPlant {
  std::string name;  // script/plant
  std::vector<Variant> variants;
  std::vector<Expectation> expects;
  std::vector<int32_t> uses;  // blocks that must take part
};

struct BoundScript {
  std::string name;
  std::string kind;
  int32_t weight = 1;
  int32_t first_day = 0;
  int32_t last_day = 0;
  std::vector<int32_t> percents;  // per use
  std::vector<BoundStep> steps;
  std::vector<BoundPlant> plants;
};

// Errors (bad_input): script-name (a block, step or plant that is not there, or is there twice), script-order
// (steps told from one another in a ring, or from one that may be absent).
Result<std::vector<BoundScript>> bind_scripts(const Library& library);

}  // namespace heng::sim
