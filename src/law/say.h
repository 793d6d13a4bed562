// A declaration in plain words, Chinese or English: what `heng law explain`, the printed book and a finding
// show to a person. Names become the labels their packs give them; what has no label is shown as it is
// written, in backticks.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "law/ast.h"
#include "law/load.h"

namespace heng::law {

enum class Language : uint8_t { chinese, english };

// Act types by name; none: any.
using ActNames = std::vector<std::string_view>;

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
    state,
    level
  };  // state: states, facts, tables, settings

  Names() = default;
  explicit Names(const PackSet& packs);
  // The label in this language, else the other's, else nullptr.
  const std::string* label(Of of, std::string_view name, Language language) const;
  // What the acts call a field of theirs, and a code of it: by their own `data`, else by the `field` line that their
  // pack sees. Where the acts call it differently, and where none is named, the nearest such line counts; nullptr: it
  // has no label.
  const std::string* field(const ActNames& acts, std::string_view name, Language language) const;
  const std::string* code(const ActNames& acts, std::string_view field, std::string_view code, Language language) const;
  bool people(std::string_view field) const { return people_.contains(field); }  // whether the field lists people
  // Codes that have a label as the acts' field may hold them.
  std::map<std::string, Labels, std::less<>> codes(const ActNames& acts, std::string_view field) const;

 private:
  struct Field {
    Labels labels;
    std::map<std::string, Labels, std::less<>> codes;
  };
  using Fields = std::map<std::string, Field, std::less<>>;  // by name
  void add(Of of, const std::string& name, const Labels& labels);
  void add_act(const Pack& pack, const ActDecl& act);
  const Field* own(std::string_view act, std::string_view field) const;
  const Field* declared(const ActNames& acts, std::string_view field) const;

  std::map<std::pair<Of, std::string>, Labels, std::less<>> labels_;
  std::map<std::string, Fields, std::less<>> own_;       // by act
  std::map<std::string, Fields, std::less<>> declared_;  // by pack
  std::map<std::string, std::vector<std::string>, std::less<>> visible_;  // by act: packs, nearest first
  std::set<std::string, std::less<>> people_;                             // fields that list people
  std::vector<std::string> packs_;                                        // every pack, last loaded first
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
      : names_(&names), zh_(language == Language::chinese), language_(language) {}

  // The same sayer where the judged act is one of these (a bare word is a field of it), and where a word names an act of
  // the past.
  Sayer about(ActNames acts) const;
  Sayer about(const Decl& decl) const;  // the acts it judges or starts on, and the acts it names
  Sayer inside(const Pattern& pattern) const;  // bare words are fields of the act looked at
  Sayer naming(const Given& given) const;
  Sayer naming(const Pattern& pattern) const;  // its `as`, if it has one
  std::string field(std::string_view name) const;  // of the acts it is about
  // The codes of the field an operand reads, if it reads only one, with what they are called.
  std::map<std::string, Labels, std::less<>> codes(const Operand& operand) const;

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
  std::vector<SaidClause> clauses_of(const Decl& decl) const;
  std::string name(Names::Of of, const Name& name) const;
  std::string list(Names::Of of, const std::vector<Name>& names, const char* zh_join,
                   const char* en_join) const;
  std::string factor(const Factor& factor) const;
  // The same to the right of a sign, where a bare word is a code of what stands to the left: it has a label of its own,
  // or that of a kind of agency, a role or a level.
  std::string code(const Factor& factor, const Operand& left) const;
  std::string code(const std::string& text, const Operand& left) const;  // as written, in backticks, if it has none
  std::string path(const Path& path) const;
  // The field an operand reads, if it reads only one: its name and the acts it is read from.
  std::optional<std::pair<std::string_view, const ActNames*>> read_field(const Operand& operand) const;
  std::string unit(const Unit& unit, bool one) const;
  std::string count(const Count& count) const;
  std::string counted(const Atom& atom) const;
  std::string all_of(const std::vector<Atom>& atoms) const;
  std::string cites_suffix(const std::vector<Cite>& cites) const;
  std::string earlier(const Atom& atom) const;
  void watch(const WatchDecl& watch, std::vector<SaidClause>& out) const;  // say_watches.cc
  std::string zh_or_en(const char* zh, const char* en) const { return zh_ ? zh : en; }

  struct Alias {
    std::string_view word;
    std::string text;  // “the last …”
    ActNames acts;
  };
  const Alias* alias(std::string_view word) const;

  const Names* names_;
  ActNames acts_;    // of bare words
  ActNames judged_;  // of `this`
  std::vector<Alias> aliases_;
  bool zh_;
  Language language_;
};

// 85 → 八十五, up to 9999.
std::string chinese_numeral(int number);

}  // namespace heng::law
