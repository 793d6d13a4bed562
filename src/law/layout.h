// A parsed file with what the formatter needs besides the tree: tokens, what each was read as, and which line
// is which clause of which declaration.
#pragma once

#include <string>
#include <vector>

#include "law/ast.h"
#include "law/lexer.h"
#include "law/words.h"

namespace heng::law {

struct Mark {
  WordRole role = WordRole::none;
  bool glued = false;   // written without a space before it
  bool column = false;  // begins an aligned column: a step's `after` or `when`, `cites`, `->`
};

struct LogicalLine {
  enum class Kind : uint8_t { header, clause, item };
  Kind kind = Kind::item;
  uint32_t declaration = 0;  // into Layout::declarations
  uint32_t line = 0;         // the first source line; `lines` of them, comment lines between included
  uint32_t lines = 1;
  int32_t rank = -1;           // of the clause, in the order of the grammar; items have their clause's
  uint32_t clause_tokens = 0;  // source tokens of the clause word(s) at the line's front
};

struct DeclarationLayout {
  std::string word;               // "rule", in English
  bool chinese = false;           // written with the Chinese words
  std::vector<uint32_t> logical;  // into Layout::logical
};

struct Layout {
  Tokens tokens;
  std::vector<Mark> marks;  // one a token
  std::vector<LogicalLine> logical;
  std::vector<DeclarationLayout> declarations;
};

File parse_with_layout(const SourceFile& source, uint32_t index, Diagnostics& diagnostics, Layout& layout);

}  // namespace heng::law
