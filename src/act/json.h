// The act as JSON (contracts: schema heng/act/v1): one line in, one line out.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "act/act.h"
#include "base/result.h"

namespace heng {

struct ActLimits {
  size_t max_depth = 32;         // nesting inside `data`
  size_t max_fields = 10'000;    // members of one object, items of one list
  size_t max_id_bytes = 1'024;   // ids, types, agencies, roles
};

// Reads acts with one parser and reuses the memory of the act read before. Not for two threads at once.
class ActReader {
 public:
  // Readable bytes that must follow a line handed to read_padded.
  static constexpr size_t kPadding = 64;

  explicit ActReader(ActLimits limits = {});
  ~ActReader();
  ActReader(ActReader&&) noexcept;
  ActReader& operator=(ActReader&&) noexcept;

  // `line` is one JSON object and nothing else. All the contract says of one act alone is checked: unknown fields,
  // required fields (`case` is left to who knows the act type), offsets, hex digits, duplicate keys, depth. On an
  // error `act` holds rubbish. Error codes: json-syntax, json-duplicate-key, act-unknown-field, act-missing-field,
  // act-field-type, act-id, act-time, act-sha256, act-too-deep, act-too-large.
  Result<void> read(std::string_view line, Act& act);
  // The same without a copy: kPadding bytes after the line must be readable.
  Result<void> read_padded(std::string_view line, Act& act);
  // One JSON value with exact numbers, duplicate keys refused.
  Result<Value> read_value(std::string_view json);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

Result<Act> act_from_json(std::string_view line);

// The canonical encoding (docs/format/act.md): RFC 8785 key order and strings, no spaces, empty fields left out,
// numbers exact, times as format_rfc3339 writes them. Two acts are the same act iff these bytes are equal.
std::string act_to_json(const Act& act);
void append_act_json(std::string& out, const Act& act);
// `id` and what XES and OCEL have no words for: all but type, at, case and agency. Intake::merge_extra reads it.
void append_extra_json(std::string& out, const Act& act);
void append_value_json(std::string& out, const Value& value);

// What the contract says of a whole act, for acts that did not come from JSON: ids printable and not empty, text
// valid UTF-8, sha256 hex, no key twice. Codes as ActReader::read.
Result<void> validate_act(const Act& act, const ActLimits& limits = {});

// The number of JSON or XML or CSV text ("35.0", "+7", "1e-7", "9223372036854775808"); Kind::text if it is none.
Value number_value(std::string_view text);

}  // namespace heng
