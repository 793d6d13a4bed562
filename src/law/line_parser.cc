#include "law/line_parser.h"

#include <algorithm>

#include "base/text.h"

namespace heng::law {
namespace {

// Words that connect; where one of them comes next, no name does.
constexpr std::string_view kConnectors[] = {
    "after", "all",  "among",  "and",   "as",    "at",   "before", "by",    "cites",  "covers",
    "for",   "from", "if",     "in",    "is",    "less", "more",   "not",   "or",     "plus",
    "minus", "same", "shares", "since", "until", "up",   "when",   "where", "within", "overlaps",
};

constexpr int64_t kLargestCount = 1'000'000;

}  // namespace

const Token* LineParser::token(size_t ahead) const {
  return at_ + ahead < items_.size() ? &layout_.tokens.tokens[items_[at_ + ahead].token] : nullptr;
}

bool LineParser::is(std::string_view words, size_t ahead) const {
  for (size_t at = at_ + ahead;; ++at) {
    const size_t space = words.find(' ');
    if (at >= items_.size() || items_[at].word.empty() || items_[at].word != words.substr(0, space))
      return false;
    if (space == std::string_view::npos) return true;
    words.remove_prefix(space + 1);
  }
}

bool LineParser::is_sign(std::string_view sign, size_t ahead) const {
  const Token* next = token(ahead);
  return next != nullptr && next->kind == TokenKind::symbol && next->text == sign;
}

bool LineParser::is_kind(TokenKind kind, size_t ahead) const {
  const Token* next = token(ahead);
  return next != nullptr && next->kind == kind;
}

bool LineParser::is_name(size_t ahead) const {
  if (!is_kind(TokenKind::word, ahead) || items_[at_ + ahead].part != 0) return false;
  return std::find(std::begin(kConnectors), std::end(kConnectors), items_[at_ + ahead].word) ==
         std::end(kConnectors);
}

void LineParser::mark(WordRole role) { layout_.marks[items_[at_].token].role = role; }

bool LineParser::accept(std::string_view words, WordRole role) {
  if (!is(words)) return false;
  for (size_t count = 1 + static_cast<size_t>(std::count(words.begin(), words.end(), ' ')); count != 0;
       --count) {
    mark(role);
    ++at_;
  }
  return true;
}

bool LineParser::expect(std::string_view words, WordRole role) {
  if (accept(words, role)) return true;
  fail("`" + std::string(words) + "`");
  return false;
}

bool LineParser::accept_sign(std::string_view sign, bool glued) {
  if (!is_sign(sign)) return false;
  layout_.marks[items_[at_].token].glued = glued;
  ++at_;
  return true;
}

bool LineParser::expect_sign(std::string_view sign, bool glued) {
  if (accept_sign(sign, glued)) return true;
  fail("`" + std::string(sign) + "`");
  return false;
}

void LineParser::column() {
  if (!at_end()) layout_.marks[items_[at_].token].column = true;
}

void LineParser::glue() {
  if (!at_end()) layout_.marks[items_[at_].token].glued = true;
}

Span LineParser::here() const {
  if (const Token* next = token()) return next->span;
  if (items_.empty()) return Span{};
  const Span last = layout_.tokens.tokens[items_.back().token].span;
  return Span{last.file, last.end, last.end};
}

Span LineParser::span_from(size_t first) const {
  if (items_.empty()) return Span{};
  first = std::min(first, items_.size() - 1);
  Span span = layout_.tokens.tokens[items_[first].token].span;
  if (at_ > first + 1)
    span.end = layout_.tokens.tokens[items_[std::min(at_, items_.size()) - 1].token].span.end;
  return span;
}

Diagnostic* LineParser::report(Kind kind, std::string message, std::string label) {
  if (failed_) return nullptr;
  const Span place = here();
  const bool silent =
      speculating_ != 0 || is_kind(TokenKind::bad);  // the lexer has said what is wrong with it
  failed_ = true;
  at_ = items_.size();
  return silent ? nullptr : &diagnostics_.add(kind, place, std::move(message), std::move(label));
}

void LineParser::fail(const std::string& wanted, std::string help) {
  if (at_end() && !items_.empty() && !failed_) {
    const Token& last = layout_.tokens.tokens[items_.back().token];
    const std::string_view word = items_.back().word;
    if (last.is(',') || ((word == "and" || word == "or") && items_.size() > 1)) {
      at_ = items_.size() - 1;
      const std::string sign = last.is(',') ? "," : std::string(word);
      if (Diagnostic* d = report(Kind::dangling_line, "the line ends in `" + sign + "`, but nothing follows",
                                 "expected " + wanted + " after it")) {
        d->help = "take it away, or go on in a further indented line";
      }
      return;
    }
  }
  const bool end = at_end();
  const Token* next = token();
  const std::string found =
      end ? "the end of the line"
          : "`" +
                printable(clip_to_width(std::string_view(source_.text)
                                            .substr(next->span.begin, next->span.end - next->span.begin),
                                        40)) +
                "`";
  if (Diagnostic* d = report(Kind::syntax, "expected " + wanted + ", found " + found, end ? "here" : "")) {
    d->help = std::move(help);
  }
}

void LineParser::finish() {
  if (!at_end() && !failed_) fail("the end of the line");
}

Name LineParser::id(const char* wanted) {
  const Token* next = token();
  const bool digits = is_kind(TokenKind::number) && next->text.find('.') == std::string::npos;
  if (!digits && (!is_kind(TokenKind::word) || items_[at_].part != 0)) {
    fail(wanted);
    return {};
  }
  const uint32_t taken = items_[at_].token;
  layout_.marks[taken].role = WordRole::none;  // a guess may have read it as a word of the language
  while (!at_end() && items_[at_].token == taken) ++at_;
  return Name{next->text, next->span};
}

Name LineParser::name(const char* wanted) {
  if (!is_kind(TokenKind::word)) {
    fail(wanted);
    return {};
  }
  if (token()->text.find('-') != std::string::npos) {
    if (Diagnostic* d =
            report(Kind::hyphen_in_name, "`" + token()->text + "` is read as one name with a hyphen",
                   "hyphens belong to ids only")) {
      d->help = "join words by `_`; put a space on either side of a minus";
    }
    return {};
  }
  return id(wanted);
}

Name LineParser::dotted_name(const char* wanted) {
  Name out = name(wanted);
  while (!failed_ && accept_sign(".", true)) {
    const Name part = name("a name after `.`");
    out.text += "." + part.text;
    out.span.end = part.span.end;
  }
  return out;
}

Name LineParser::rule_name(const char* wanted) {
  Name out = name(wanted);
  if (failed_ || !accept_sign(".", true)) return out;
  const Name part = name("a part");
  out.text += "." + part.text;
  out.span.end = part.span.end;
  return out;
}

std::vector<Name> LineParser::names(const char* wanted) {
  std::vector<Name> out;
  do out.push_back(name(wanted));
  while (!failed_ && accept_sign(",", true));
  if (failed_ && !out.back()) out.pop_back();
  return out;
}

std::string LineParser::string(const char* wanted) {
  if (!is_kind(TokenKind::string)) {
    fail(wanted);
    return {};
  }
  return layout_.tokens.tokens[items_[at_++].token].text;
}

std::optional<Date> LineParser::date(const char* wanted) {
  if (!is_kind(TokenKind::date)) {
    fail(wanted, "dates are written 2026-01-31");
    return std::nullopt;
  }
  return Date{layout_.tokens.tokens[items_[at_++].token].value};
}

std::optional<Decimal> LineParser::decimal(const char* wanted) {
  if (!is_kind(TokenKind::number)) {
    fail(wanted);
    return std::nullopt;
  }
  return Decimal::parse(layout_.tokens.tokens[items_[at_++].token].text);
}

std::optional<int64_t> LineParser::whole(const char* wanted) {
  if (!is_kind(TokenKind::number)) {
    fail(wanted);
    return std::nullopt;
  }
  const std::optional<Decimal> number = Decimal::parse(token()->text);
  if (!number || !number->is_whole() || number->mantissa > kLargestCount) {
    report(Kind::bad_number, "`" + token()->text + "` is no whole number up to one million");
    return std::nullopt;
  }
  ++at_;
  return number->mantissa;
}

std::optional<Decimal> LineParser::percent() {
  if (!is_kind(TokenKind::percent)) {
    fail("a percentage such as 75%");
    return std::nullopt;
  }
  return Decimal::parse(layout_.tokens.tokens[items_[at_++].token].text);
}

Labels LineParser::labels() {
  Labels out;
  const size_t first = at_;
  if (!is_kind(TokenKind::string)) return out;
  out.zh = string("a label");
  if (is_kind(TokenKind::string)) out.en = string("a label");
  out.span = span_from(first);
  return out;
}

std::optional<int64_t> LineParser::times() {
  if (!is("at most")) return std::nullopt;
  accept("at most");
  const std::optional<int64_t> count = whole("a number of times");
  if (!accept("times") && !failed_) expect("time");
  return count;
}

LineParser::Deeper::Deeper(LineParser& parser) : parser_(parser) {
  if (++parser_.depth_ > kDepth) parser_.report(Kind::too_large, "nested more than 16 deep");
}
LineParser::Deeper::~Deeper() { --parser_.depth_; }

}  // namespace heng::law
