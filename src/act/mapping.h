// A mapping file turns a foreign log's names into a pack's: see docs/format/mapping.md.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "act/act.h"
#include "base/result.h"

namespace heng {

struct Mapping {
  enum class As { keep, text, number, boolean, json };  // keep: CSV text, XES and OCEL as typed there
  struct Field {
    std::string name;  // in `data`
    As as = As::keep;
    bool blank = false;  // an empty cell is "looked at and blank" (null), not unknown
  };
  // A column's value or a constant; `values` renames what the column holds.
  struct Text {
    std::string column;
    std::string constant;
    std::map<std::string, std::string, std::less<>> values;
    bool given() const { return !column.empty() || !constant.empty(); }
  };
  struct PartyColumn {
    std::string column;
    std::string role;         // constant
    std::string role_column;  // or from a column
  };

  std::string encoding;   // empty: UTF-8, or what a byte order mark says
  char delimiter = 0;     // 0: the most frequent of , ; tab | in the header
  char quote = '"';
  std::string zone;
  Text type;
  Text case_id;
  Text agency;
  Text id;
  std::string at_column;
  std::string at_format;        // strptime's %Y %y %m %d %H %M %S %f %z %b; empty: RFC 3339 or ISO 8601 local
  std::string recorded_column;
  std::vector<PartyColumn> by;
  std::vector<PartyColumn> on;
  std::map<std::string, Field, std::less<>> fields;
  std::string ocel_case;  // OCEL: the object type whose objects are cases

  static Result<Mapping> load(const std::string& path);
  static Result<Mapping> parse(std::string_view json, const std::string& name);
};

// A time by the mapping's format: local microseconds since the civil epoch, and the offset if the text has one.
struct ForeignTime {
  int64_t local_us = 0;
  std::optional<int32_t> offset_minutes;
  bool leap_second = false;
};
Result<ForeignTime> parse_foreign_time(std::string_view text, std::string_view format);

}  // namespace heng
