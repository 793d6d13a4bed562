// A small strict JSON reader for what stands in leaves and dossiers, and the canonical writer of RFC 8785 for
// it.
//
// Nothing is converted: numbers keep their spelling. Duplicate keys, invalid UTF-8, lone surrogates, depth
// above 64 and anything after the value are refused. It has no dependencies, so the offline verifier can
// carry it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace heng::record {

struct JsonMember;

struct Json {
  enum class Kind : uint8_t { null, boolean, number, text, list, object };
  Kind kind = Kind::null;
  bool boolean = false;
  std::string text;  // of a text its value, of a number its spelling
  std::vector<Json> items;
  std::vector<JsonMember> members;  // of an object, in the order read

  static Json of(std::string value);
  static Json of(uint64_t value);
  static Json list();
  static Json object();
  void add(std::string name, Json value);

  const Json* find(std::string_view name) const;  // of an object; nullptr if absent or of another kind
  std::optional<std::string_view> text_of(std::string_view name) const;
  std::optional<uint64_t> integer_of(std::string_view name) const;  // 0 … 2^53-1
  std::optional<uint64_t> integer() const;
};

struct JsonMember {
  std::string first;
  Json second;
};

Result<Json> parse_json(std::string_view bytes);

// RFC 8785 order (by UTF-16 code units) and escapes. Numbers are written as they are spelled.
std::string canonical(const Json& value);

// Leaves use less than JSON: objects, lists, text and integers up to 2^53-1; keys in ASCII. No null, no
// booleans, no fractions: so that one meaning has one spelling in every language.
bool is_restricted(const Json& value);

}  // namespace heng::record
