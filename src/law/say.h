// A declaration in plain words, Chinese or English: what `heng law explain`, the printed book and a finding
// show to a person. Names become the labels their packs give them; what has no label is shown as it is
// written, in backticks.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "law/ast.h"
#include "law/load.h"

namespace heng::law {

enum class Language : uint8_t { chinese, english };

// The labels of everything the packs declare. A name declared by several kinds keeps one label for each.
class Names {
 public:
  enum class Of : uint8_t {
    act,
    role,
    agency,
    source,
    subject,
    unit,
    rule,
    state
  };  // state: states, facts, tables, settings

  Names() = default;
  explicit Names(const PackSet& packs);
  // The label in this language, else the other's, else nullptr.
  const std::string* label(Of of, std::string_view name, Language language) const;

 private:
  std::map<std::pair<Of, std::string>, Labels, std::less<>> labels_;
};

// A clause as it is printed: what joins its lines, and the lines.
struct SaidClause {
  enum class Join : uint8_t { single, all, any, list };
  std::string heading;  // "要求", "requires"
  Join join = Join::single;
  std::vector<std::string> lines;
};

class Sayer {
 public:
  Sayer(const Names& names, Language language)
      : names_(names), zh_(language == Language::chinese), language_(language) {}

  std::string say(
      const Cite& cite) const;  // 《刑事诉讼法》第八十五条第二款 · Criminal Procedure Law, art. 85(2)
  std::string allows_heading() const { return zh_ ? "期限" : "allows"; }  // of the clause that says how long
  std::string say(const Quantity& quantity) const;
  std::string say(const Pattern& pattern) const;
  std::string say(const Event& event) const;
  std::string say(const Step& step) const;
  std::string say(const Operand& operand) const;
  bool chinese() const { return zh_; }
  std::string say(const Atom& atom) const;
  std::string say(const Condition& condition) const;
  std::string say(const Warning& warning) const;
  std::string say(const PowerDecl::Holder& holder) const;
  std::string severity(Severity severity) const;
  std::string join_word(SaidClause::Join join) const;  // 同时符合 · all of
  // The clauses of anything that binds (rules, clocks, separations, powers, consequences), of states and of
  // facts; empty for other declarations. Cites, severity and dates are not among them.
  std::vector<SaidClause> clauses(const Decl& decl) const;

 private:
  std::string name(Names::Of of, const Name& name) const;
  std::string list(Names::Of of, const std::vector<Name>& names, const char* zh_join,
                   const char* en_join) const;
  std::string factor(const Factor& factor) const;
  // The same to the right of a sign, where a bare word is a code: a kind of agency or a role has a label.
  std::string code(const Factor& factor) const;
  std::string path(const Path& path) const;
  std::string unit(const Unit& unit, bool one) const;
  std::string count(const Count& count) const;
  std::string all_of(const std::vector<Atom>& atoms) const;
  std::string cites_suffix(const std::vector<Cite>& cites) const;
  std::string earlier(const Atom& atom) const;
  void watch(const WatchDecl& watch, std::vector<SaidClause>& out) const;  // say_watches.cc
  std::string zh_or_en(const char* zh, const char* en) const { return zh_ ? zh : en; }

  const Names& names_;
  bool zh_;
  Language language_;
};

// 85 → 八十五, up to 9999.
std::string chinese_numeral(int number);

}  // namespace heng::law
