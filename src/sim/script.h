// Case scripts: lawful procedures as small text files, and the violations that can be planted in them.
//
//   script criminal_ordinary criminal 4 2021-01-04..2023-12-20   a name, a kind, a weight, days on which it
//   may begin
//     use intake detention                                       blocks that always take part, in this order
//     maybe 30 search                                            blocks that take part in 30 % of the cases
//
//   block detention
//     agency police                                              who acts unless a step says otherwise
//     by o1:investigator,o2:investigator
//     on s:person
//     step detained approved+2..20h detention_executed warrant_shown=yes
//     plant no_warrant                                           a violation: edits of the steps, and what is
//     to be found
//       set detained warrant_shown=no
//       expect breach cn.criminal/detention_approval_and_warrant.warrant at(detained)
//
// docs/simulator.md is the full description.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace heng::sim {

enum class Unit : uint8_t { minute, hour, day, month };

struct Shift {
  Unit unit = Unit::day;
  int64_t low = 0;
  int64_t high = 0;
};

// A moment told from another step's.
struct When {
  std::string ref;        // `start`, `this`, or a step
  int32_t ref_step = -1;  // within the script, once bound; -1: start
  std::vector<Shift> shifts;
  bool at_clock = false;  // a time of day is given
  int32_t from_minute = 0;
  int32_t to_minute = 0;
  bool working = false;  // moved to the next working day
  bool monday = false;   // moved to the next Monday
};

struct Member {
  std::string id;
  std::string role;
};

// One field of `data`.
struct Datum {
  enum class Kind : uint8_t { text, number, boolean, null, id, list, choice, range, date, time, clock };
  std::string name;
  Kind kind = Kind::text;
  std::string text;          // text, number, id, boolean
  std::vector<Datum> items;  // list, choice
  int64_t low = 0;           // range
  int64_t high = 0;
  When when;  // date, time, clock
};

struct Step {
  std::string name;
  When when;
  std::string type;
  std::string agency;
  std::vector<Member> by;
  std::vector<Member> on;
  std::vector<Datum> data;
  bool companion = false;  // belongs to the companion case
  bool off = false;        // only where a plant adds it
};

// What is to be found, and when it becomes true.
struct Expectation {
  std::string rule;
  std::string kind;  // breach or late
  std::string step;
  int32_t ref_step = -1;
  bool due = false;  // the end of a period that starts at the step; else the step itself
  int64_t amount = 0;
  int64_t days = 0;  // months and days together; days: so many more, after the roll
  // Steps between which time does not count, both days out; empty: none.
  std::string pause_from;
  std::string pause_to;
  int32_t pause_from_step = -1;
  int32_t pause_to_step = -1;
  enum class Count : uint8_t {
    hours,
    exact_hours,
    days,
    custody_days,
    working_days,
    months,
    custody_months,
    sentence_months
  } count = Count::days;
  bool companion = false;
};

struct Edit {
  enum class Kind : uint8_t { move, set, unset, drop, add } kind = Kind::set;
  std::string step;
  When when;                       // move
  std::vector<Datum> data;         // set
  std::vector<std::string> names;  // unset
  std::vector<Member> by;
  std::vector<Member> on;
  std::string agency;
  bool sets_by = false;
  bool sets_on = false;
};

struct Plant {
  std::string name;
  std::vector<Edit> edits;
  std::vector<Expectation> expects;
  std::vector<std::string> needs;  // blocks that take part with it
};

struct Block {
  std::string name;
  std::vector<Step> steps;
  std::vector<Plant> plants;
};

struct Use {
  std::string block;
  int32_t percent = 100;
};

struct Script {
  std::string name;
  std::string kind;  // criminal, admin, civil, petition, commutation
  int32_t weight = 1;
  int32_t first_day = 0;  // days since 1970
  int32_t last_day = 0;
  std::vector<Use> uses;
  std::vector<std::string> without;  // plants that do not fit here
};

struct Library {
  std::map<std::string, Block> blocks;
  std::vector<Script> scripts;
};

inline constexpr std::array<std::string_view, 5> kKinds{"criminal", "admin", "civil", "petition",
                                                        "commutation"};

// `where` names the text in errors, which are bad_input with code `script-syntax` and the line.
Result<Library> parse_scripts(std::string_view text, std::string_view where);
// The scripts of the program itself.
std::string_view built_in_scripts();
std::string_view built_in_holidays();

}  // namespace heng::sim
