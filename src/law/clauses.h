// Which clauses each declaration has, in the order the formatter writes them (docs/language.md, grammar).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace heng::law {

struct ClauseSpec {
  std::string_view words;  // "met by"
  bool items = false;      // further-indented lines are more of it
  bool required = false;
  bool repeats = false;  // `row`
};

struct DeclarationSpec {
  std::string_view word;
  std::span<const ClauseSpec> clauses;
};

// nullptr: no declaration begins with this word.
const DeclarationSpec* declaration_spec(std::string_view word);

}  // namespace heng::law
