// Bytes to words: a law file cut into lines and tokens. Reads any bytes; what it cannot read it reports and
// skips. Columns matter (layout), so each line keeps its indentation and its comment.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "law/ast.h"
#include "law/diagnostics.h"

namespace heng::law {

// Limits on what comes from outside; beyond them: law-too-large, and the rest is not read.
inline constexpr size_t kMaxFileBytes = size_t{4} << 20;
inline constexpr size_t kMaxLineBytes = 65536;
inline constexpr size_t kMaxLineTokens = 4096;
inline constexpr size_t kMaxJoinedTokens = 16384;  // of a line with those that continue it

enum class TokenKind : uint8_t { word, number, percent, date, clock, string, symbol, bad };

struct Token {
  TokenKind kind = TokenKind::bad;
  int32_t value = 0;  // date: days since 1970; clock: minutes
  Span span;
  std::string text;  // word: NFC; number: its digits; percent: without the sign; string: what is inside;
                     // symbol: plain
  bool is(char sign) const { return kind == TokenKind::symbol && text.size() == 1 && text[0] == sign; }
};

struct Line {
  uint32_t begin = 0;  // byte offsets, the line's end without its newline
  uint32_t end = 0;
  uint32_t indent = 0;  // columns of space before the first token
  uint32_t first = 0;   // tokens
  uint32_t count = 0;
  Span comment;  // with its '#'; empty if none
  bool has_comment() const { return comment.end > comment.begin; }
  bool blank() const { return count == 0 && !has_comment(); }
};

struct Tokens {
  std::vector<Token> tokens;
  std::vector<Line> lines;
};

Tokens lex(const SourceFile& source, uint32_t index, Diagnostics& diagnostics);

std::string to_nfc(std::string_view text);  // text that is not UTF-8 is returned as it is

}  // namespace heng::law
