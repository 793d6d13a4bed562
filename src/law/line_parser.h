// One logical line under the parser's hand: a cursor over its words with the phrases that many clauses share.
// The first failure reports, and puts the cursor at the end; everything after it then finds nothing and
// returns.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "law/layout.h"

namespace heng::law {

// A word as the parser sees it. A Chinese word that stands for several English ones appears once for each
// part.
struct Item {
  uint32_t token = 0;
  uint16_t part = 0;
  std::string_view word;  // English for a word of the language, else the name; empty if the token is no word
};

class LineParser {
 public:
  LineParser(const SourceFile& source, Layout& layout, Diagnostics& diagnostics, std::vector<Item> items)
      : source_(source), layout_(layout), diagnostics_(diagnostics), items_(std::move(items)) {}

  // -- the cursor
  bool at_end() const { return at_ >= items_.size(); }
  bool failed() const { return failed_; }
  size_t position() const { return at_; }
  bool is(std::string_view words,
          size_t ahead = 0) const;  // the words come next ("at least"), `ahead` items on
  bool is_sign(std::string_view sign, size_t ahead = 0) const;
  bool is_kind(TokenKind kind, size_t ahead = 0) const;
  bool is_name(size_t ahead = 0) const;  // a word that connects nothing, so it can only be a name
  bool accept(std::string_view words, WordRole role = WordRole::keyword);
  bool expect(std::string_view words, WordRole role = WordRole::keyword);
  bool accept_sign(std::string_view sign, bool glued = false);
  bool expect_sign(std::string_view sign, bool glued = false);
  void column();  // what comes next begins an aligned column
  void glue();    // what comes next is written without a space before it
  void finish();  // reports what is left over
  // Reports that `wanted` was expected here, once a line, and stops this line.
  void fail(const std::string& wanted, std::string help = {});
  Diagnostic* report(Kind kind, std::string message, std::string label = {});  // the same with other words
  Span span_from(size_t first) const;  // from item `first` to the last one taken
  Span here() const;

  // -- words and numbers
  Name name(const char* wanted);         // fails on a hyphen
  Name id(const char* wanted);           // a person's, agency's or thing's id: hyphens and digits allowed
  Name dotted_name(const char* wanted);  // `cn.criminal`, as one name
  Name rule_name(const char* wanted);    // `rule` or `rule.part`, as one name
  std::vector<Name> names(const char* wanted);
  std::string string(const char* wanted);
  std::optional<Date> date(const char* wanted);
  std::optional<int64_t> whole(const char* wanted);
  std::optional<Decimal> decimal(const char* wanted);
  std::optional<Decimal> percent();
  Labels labels();
  std::optional<int64_t> times();  // `at most N time(s)` if it comes next

  // -- phrases (parse_phrases.cc)
  std::vector<Cite> cites();  // `cites …` if it comes next
  std::vector<Cite> cite_list();
  std::optional<Unit> unit();  // if one comes next
  Quantity quantity();
  Path path();
  Factor factor();
  Factor value();  // NUM, STR, DATE, CLOCK, NAME, yes, no
  Operand operand();
  std::vector<Factor> values();  // "(" value, … ")"
  Pattern pattern();
  Event event();
  For for_each();
  Step step();
  Warning warning();

  // -- conditions (parse_conditions.cc)
  Condition condition();
  Atom atom();
  std::vector<Atom> all_of();  // atom { and atom }

 private:
  static constexpr int kDepth = 16;
  struct Deeper {  // one level of nesting, refused beyond kDepth
    explicit Deeper(LineParser& parser);
    ~Deeper();
    LineParser& parser_;
  };

  const Token* token(size_t ahead = 0) const;
  bool speculate_distance(Atom& atom);
  bool count_follows() const;
  Count count();
  std::optional<Window> window();
  void comparison(Atom& atom);
  bool before_end_follows();
  bool operand_follows() const;
  void mark(WordRole role);

  const SourceFile& source_;
  Layout& layout_;
  Diagnostics& diagnostics_;
  std::vector<Item> items_;
  size_t at_ = 0;
  bool failed_ = false;
  int speculating_ = 0;
  int depth_ = 0;
};

}  // namespace heng::law
