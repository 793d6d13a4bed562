#include "law/lexer.h"

#include <utf8proc.h>

#include <cstdlib>

#include "base/text.h"

namespace heng::law {
namespace {

bool is_ascii_letter(char32_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_ascii_digit(char32_t c) { return c >= '0' && c <= '9'; }

// Characters that are not seen, or that turn the direction of those around them.
bool is_invisible(char32_t c) {
  if (c < 0x80) return false;
  if (c == 0x034F || c == 0x115F || c == 0x1160 || c == 0x17B4 || c == 0x17B5 || c == 0x3164 || c == 0xFFA0)
    return true;
  if ((c >= 0x180B && c <= 0x180F) || (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xE0000 && c <= 0xE0FFF))
    return true;
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return true;
    case UTF8PROC_CATEGORY_ZS:
      return c != 0x3000;
    default:
      return false;
  }
}

bool begins_word(char32_t c) {
  if (c < 0x80) return is_ascii_letter(c);
  if (is_invisible(c)) return false;
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_NL:
      return true;
    default:
      return false;
  }
}

bool continues_word(char32_t c) {
  if (c < 0x80) return is_ascii_letter(c) || is_ascii_digit(c) || c == '_';
  if (begins_word(c)) return true;
  if (is_invisible(c)) return false;
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ND:
      return true;
    default:
      return false;
  }
}

// The plain form of a full-width sign, 0 if it is none.
char plain_form(char32_t c) {
  switch (c) {
    case U'，':
    case U'、':
      return ',';
    case U'（':
      return '(';
    case U'）':
      return ')';
    case U'：':
      return ':';
    case U'；':
      return ';';
    case U'＝':
      return '=';
    case U'“':
    case U'”':
      return '"';
    default:
      return 0;
  }
}

constexpr const char* kBreak = "break it: behind a comma, `and` or `or` a line goes on in the next";

class Lexer {
 public:
  Lexer(const SourceFile& source, uint32_t index, Diagnostics& diagnostics)
      : text_(source.text), index_(index), diagnostics_(diagnostics) {}

  Tokens run() {
    size_t at = text_.starts_with("\xEF\xBB\xBF") ? 3 : 0;  // a byte order mark is no character of the text
    if (text_.size() > kMaxFileBytes) {
      diagnostics_.add(Kind::too_large, span(0, 0), "the file is larger than 4 MiB and is not read").help =
          "split it: the files of a folder are one pack";
      return std::move(out_);
    }
    while (at < text_.size()) {
      size_t end = text_.find('\n', at);
      const size_t next = end == std::string_view::npos ? text_.size() : end + 1;
      if (end == std::string_view::npos) end = text_.size();
      if (end > at && text_[end - 1] == '\r') --end;
      lex_line(at, end);
      at = next;
    }
    return std::move(out_);
  }

 private:
  Span span(size_t begin, size_t end) const {
    return Span{index_, static_cast<uint32_t>(begin), static_cast<uint32_t>(end)};
  }

  // At most one of each kind a line: a line in a wrong encoding is one mistake.
  Diagnostic* report(Kind kind, size_t begin, size_t end, std::string message, std::string label = {}) {
    const uint64_t bit = uint64_t{1} << static_cast<unsigned>(kind);
    if ((reported_ & bit) != 0) return nullptr;
    reported_ |= bit;
    return &diagnostics_.add(kind, span(begin, end), std::move(message), std::move(label));
  }
  static_assert(static_cast<unsigned>(Kind::unclosed_string) < 64,
                "the lexer's kinds come first in kinds.def");

  Token& push(TokenKind kind, size_t begin, size_t end, std::string text) {
    out_.tokens.push_back(Token{kind, 0, span(begin, end), std::move(text)});
    return out_.tokens.back();
  }

  void lex_line(size_t begin, size_t end) {
    reported_ = 0;
    Line line;
    line.begin = static_cast<uint32_t>(begin);
    line.end = static_cast<uint32_t>(end);
    line.first = static_cast<uint32_t>(out_.tokens.size());
    end_ = end;
    if (end - begin > kMaxLineBytes) {
      if (Diagnostic* d = report(Kind::too_large, begin, begin + 1, "a line longer than 65536 bytes is not read")) d->help = kBreak;
    } else {
      at_ = begin;
      bool leading = true;
      while (at_ < end_) {
        if (const size_t columns = space(); columns != 0) {
          if (leading) line.indent += static_cast<uint32_t>(columns);
          continue;
        }
        leading = false;
        if (text_[at_] == '#') {
          size_t last = end_;
          while (last > at_ && (text_[last - 1] == ' ' || text_[last - 1] == '\t' || text_[last - 1] == '\r'))
            --last;
          line.comment = span(at_, last);
          if (!is_utf8(text_.substr(at_, last - at_))) {
            report(Kind::bad_encoding, at_, last, "this comment is not UTF-8");
          }
          break;
        }
        if (out_.tokens.size() - line.first >= kMaxLineTokens) {
          if (Diagnostic* d = report(Kind::too_large, at_, at_ + 1, "a line of more than 4096 words is not read to its end"))
            d->help = kBreak;
          break;
        }
        lex_token();
      }
    }
    line.count = static_cast<uint32_t>(out_.tokens.size()) - line.first;
    out_.lines.push_back(line);
  }

  // Skips one character of space; the columns it took, 0 if there is none.
  size_t space() {
    if (text_[at_] == ' ') {
      ++at_;
      return 1;
    }
    if (text_[at_] == '\t') {
      if (Diagnostic* d = report(Kind::tab, at_, at_ + 1, "a tab where spaces are needed")) {
        d->help = "use spaces; a tab has no agreed width";
      }
      ++at_;
      return 1;
    }
    if (text_.substr(at_, 3) == "\u3000") {
      report(Kind::full_width, at_, at_ + 3, "a full-width space is read as two plain ones");
      at_ += 3;
      return 2;
    }
    return 0;
  }

  void lex_token() {
    const Rune rune = decode_utf8(text_.substr(0, end_), at_);
    const char32_t c = rune.value;
    if (!rune.valid) {
      if (Diagnostic* d = report(Kind::bad_encoding, at_, at_ + 1, "this line is not UTF-8")) {
        d->help = "save the file as UTF-8";
      }
      at_ += rune.size;
    } else if (begins_word(c)) {
      lex_word();
    } else if (is_ascii_digit(c)) {
      lex_number();
    } else if (c == '"' || c == U'“') {
      lex_string(rune);
    } else if (is_invisible(c)) {
      char shown[16];
      std::snprintf(shown, sizeof shown, "U+%04X", static_cast<unsigned>(c));
      if (Diagnostic* d = report(Kind::invisible_character, at_, at_ + rune.size,
                                 std::string("an invisible character (") + shown + ") stands in the law")) {
        d->help = "delete it: a rule must read as it is meant";
      }
      at_ += rune.size;
    } else {
      lex_symbol(rune);
    }
  }

  // A word in a name may hold hyphens between letters or digits (`police-X1`); the parser says where it may.
  void lex_word() {
    const size_t begin = at_;
    bool ascii = true;
    while (at_ < end_) {
      const Rune rune = decode_utf8(text_.substr(0, end_), at_);
      if (!rune.valid) break;
      if (rune.value == '-') {
        if (at_ + 1 >= end_ || text_[at_ - 1] == '_') break;
        const Rune after = decode_utf8(text_.substr(0, end_), at_ + 1);
        if (!after.valid || after.value == '_' || !continues_word(after.value)) break;
      } else if (!continues_word(rune.value)) {
        break;
      }
      if (rune.value >= 0x80) ascii = false;
      at_ += rune.size;
    }
    const std::string_view raw = text_.substr(begin, at_ - begin);
    push(TokenKind::word, begin, at_, ascii ? std::string(raw) : to_nfc(raw));
  }

  size_t digits() {
    const size_t begin = at_;
    while (at_ < end_ && is_ascii_digit(static_cast<unsigned char>(text_[at_]))) ++at_;
    return at_ - begin;
  }

  bool digit_at(size_t at) const {
    return at < end_ && is_ascii_digit(static_cast<unsigned char>(text_[at]));
  }

  void lex_number() {
    const size_t begin = at_;
    const size_t whole = digits();
    if (whole == 4 && at_ + 5 < end_ + 0 && text_[at_] == '-' && digit_at(at_ + 1) && digit_at(at_ + 2) &&
        text_[at_ + 3] == '-' && digit_at(at_ + 4) && digit_at(at_ + 5) && !digit_at(at_ + 6)) {
      at_ += 6;
      lex_date(begin);
    } else if (whole <= 2 && at_ + 2 < end_ && text_[at_] == ':' && digit_at(at_ + 1) && digit_at(at_ + 2) &&
               !digit_at(at_ + 3)) {
      at_ += 3;
      lex_clock(begin, whole);
    } else {
      if (at_ + 1 < end_ && text_[at_] == '.' && digit_at(at_ + 1)) {
        ++at_;
        digits();
      }
      const std::string number(text_.substr(begin, at_ - begin));
      if (at_ < end_ && text_[at_] == '%') {
        ++at_;
        push(TokenKind::percent, begin, at_, number);
      } else {
        push(TokenKind::number, begin, at_, number);
      }
      if (!Decimal::parse(number)) {
        report(Kind::bad_number, begin, at_, "a number of more than eighteen digits");
        out_.tokens.back().kind = TokenKind::bad;
      }
    }
    if (at_ < end_ && (is_ascii_letter(static_cast<unsigned char>(text_[at_])) || text_[at_] == '_')) {
      const size_t letters = at_;
      lex_word();
      std::string word = out_.tokens.back().text;
      for (const char* unit : {"hours", "days", "months", "years"}) {
        if (word.size() == 1 && word[0] == unit[0]) word = unit;
      }
      out_.tokens.pop_back();
      out_.tokens.back().kind = TokenKind::bad;
      out_.tokens.back().span.end = static_cast<uint32_t>(at_);
      if (Diagnostic* d = report(
              Kind::bad_number, begin, at_,
              "`" + std::string(text_.substr(begin, at_ - begin)) + "` is neither a number nor a name")) {
        d->help = "a name begins with a letter; a number and its unit are two words: `" +
                  std::string(text_.substr(begin, letters - begin)) + " " + word + "`";
      }
    }
  }

  void lex_date(size_t begin) {
    const std::string text(text_.substr(begin, at_ - begin));
    Token& token = push(TokenKind::date, begin, at_, text);
    const Result<Date> date = parse_date(text);
    if (date.ok()) {
      token.value = date.value().days;
      return;
    }
    token.kind = TokenKind::bad;
    report(Kind::bad_date, begin, at_, "`" + text + "` is no date", "no such day");
  }

  void lex_clock(size_t begin, size_t hour_digits) {
    const std::string text(text_.substr(begin, at_ - begin));
    Token& token = push(TokenKind::clock, begin, at_, text);
    const int hours = std::atoi(text.substr(0, hour_digits).c_str());
    const int minutes = std::atoi(text.substr(hour_digits + 1).c_str());
    if (hours < 24 && minutes < 60) {
      token.value = hours * 60 + minutes;
      return;
    }
    token.kind = TokenKind::bad;
    if (Diagnostic* d = report(Kind::bad_date, begin, at_, "`" + text + "` is no time of day")) {
      d->help = "times of day are 00:00 to 23:59; a day's end is the next day's 00:00";
    }
  }

  void lex_string(const Rune& opening) {
    const size_t begin = at_;
    const bool full_width = opening.value != '"';
    at_ += opening.size;
    const size_t inside = at_;
    while (at_ < end_) {
      const Rune rune = decode_utf8(text_.substr(0, end_), at_);
      if (rune.value == '"' || (full_width && rune.value == U'”')) {
        const std::string_view content = text_.substr(inside, at_ - inside);
        at_ += rune.size;
        Token& token = push(TokenKind::string, begin, at_, std::string(content));
        if (!is_utf8(content)) {
          token.kind = TokenKind::bad;
          report(Kind::bad_encoding, inside, at_ - rune.size, "this string is not UTF-8");
        }
        if (full_width || rune.value != '"') full_width_warning(begin, at_);
        return;
      }
      if (rune.valid && rune.value < 0x20 && rune.value != '\t') {
        report(Kind::bad_character, at_, at_ + 1, "a control character stands in a string");
      }
      at_ += rune.size;
    }
    push(TokenKind::bad, begin, at_, {});
    if (Diagnostic* d = report(Kind::unclosed_string, begin, at_, "this string does not end on its line")) {
      d->help = "close it with `\"`";
    }
  }

  void full_width_warning(size_t begin, size_t end) {
    if (Diagnostic* d = report(Kind::full_width, begin, end, "a full-width sign is read as its plain form")) {
      d->help = "`heng law fmt` writes the plain form";
    }
  }

  void lex_symbol(const Rune& rune) {
    const size_t begin = at_;
    char sign = rune.value < 0x80 ? static_cast<char>(rune.value) : plain_form(rune.value);
    at_ += rune.size;
    if (sign != 0 && rune.value >= 0x80 && sign != '"') full_width_warning(begin, at_);
    const auto follows = [&](char next) { return at_ < end_ && text_[at_] == next; };
    std::string text(1, sign);
    if ((sign == '-' && follows('>')) || ((sign == '!' || sign == '<' || sign == '>') && follows('='))) {
      text += text_[at_++];
    }
    static constexpr std::string_view kSigns = ",:;()=<>+-*.";
    if (sign != 0 && (text.size() == 2 || kSigns.find(sign) != std::string_view::npos)) {
      push(TokenKind::symbol, begin, at_, std::move(text));
      return;
    }
    push(TokenKind::bad, begin, at_, {});
    report(Kind::bad_character, begin, at_,
           "`" + printable(text_.substr(begin, at_ - begin)) + "` has no meaning in the law language");
  }

  std::string_view text_;
  uint32_t index_;
  Diagnostics& diagnostics_;
  Tokens out_;
  size_t at_ = 0;
  size_t end_ = 0;
  uint64_t reported_ = 0;
};

}  // namespace

std::string to_nfc(std::string_view text) {
  utf8proc_uint8_t* mapped = nullptr;
  const utf8proc_ssize_t size = utf8proc_map(
      reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()),
      &mapped, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  if (size < 0) return std::string(text);
  std::string out(reinterpret_cast<const char*>(mapped), static_cast<size_t>(size));
  std::free(mapped);
  return out;
}

Tokens lex(const SourceFile& source, uint32_t index, Diagnostics& diagnostics) {
  return Lexer(source, index, diagnostics).run();
}

}  // namespace heng::law
