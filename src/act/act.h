// The act: one exercise of power, as contracts.md fixes it (schema heng/act/v1).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/decimal.h"
#include "base/time.h"

namespace heng {

// A JSON value with exact numbers. A number that does not fit Decimal keeps its spelling in `text` and
// has `exact` false; it then compares with nothing.
struct Value {
  enum class Kind : uint8_t { null, boolean, number, text, list, object };
  Kind kind = Kind::null;
  bool boolean = false;
  bool exact = true;
  Decimal number;
  std::string text;
  std::vector<Value> items;
  std::vector<std::pair<std::string, Value>> members;

  static Value of(bool value) { Value v; v.kind = Kind::boolean; v.boolean = value; return v; }
  static Value of(Decimal value) { Value v; v.kind = Kind::number; v.number = value; return v; }
  static Value of(std::string value) { Value v; v.kind = Kind::text; v.text = std::move(value); return v; }
  bool operator==(const Value&) const = default;
};

struct Party {
  std::string id;
  std::string role;  // empty if not stated
  bool operator==(const Party&) const = default;
};

struct Document {
  std::string id;
  std::string kind;
  std::string sha256;  // 64 lower-case hex digits, or empty
  std::string title;
  bool operator==(const Document&) const = default;
};

struct Act {
  std::string id;
  std::string type;  // a pack's act type, or a foreign log's activity name (packs say `named`)
  OffsetTime at;
  std::optional<OffsetTime> recorded;
  std::string case_id;  // `case` in JSON; empty if the act has none
  std::string agency;
  std::vector<Party> by;
  std::vector<Party> on;
  std::vector<std::pair<std::string, Value>> data;  // in the order written
  std::vector<Document> docs;
  std::string corrects;
  std::string annuls;
  bool operator==(const Act&) const = default;
};

}  // namespace heng
