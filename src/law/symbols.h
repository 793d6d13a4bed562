// The names of a set of packs: what every word of the law language stands for, pack by pack. A pack sees its
// own names and those of the packs it uses, and what those use (docs/language.md, "Names").
//
// Built before the checks and without errors: of two declarations of one name the first counts for everything
// but rules, whose versions stand side by side. The checks (check.h) report the rest.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "law/ast.h"
#include "law/load.h"

namespace heng::law {

// Name spaces. States, facts, tables and settings share `named`; rules, clocks, powers, separations and
// consequences share `rule`, by "id" or "id.part". Units are named by unit_name ("custody day").
enum class Space : uint8_t { act, rule, subject, role, agency, office, named, unit, source, field };
inline constexpr size_t kSpaces = 10;

// Days in force, both included; absent: without limit.
struct InForce {
  std::optional<Date> from;
  std::optional<Date> until;
  bool covers(Date date) const { return (!from || *from <= date) && (!until || date <= *until); }
  bool empty() const { return from && until && *until < *from; }
  bool overlaps(const InForce& other) const;
};

// A declared name. `decl` points into the PackSet.
struct Symbol {
  Space space = Space::act;
  uint32_t pack = 0;
  const Decl* decl = nullptr;
  InForce in_force;  // of a rule: as written, else that of the first source cited

  template <typename T>
  const T* as() const {
    return std::get_if<T>(decl);
  }
};

const DeclBase& base_of(const Decl& decl);
std::string rule_id(const DeclBase& decl);  // "id" or "id.part"
std::string unit_name(const Unit& unit);    // "day", "custody day"
std::string unit_text(const Unit& unit);    // as written in the plural: "days", "custody days"
const Meta* meta_of(const Decl& decl);      // null if the declaration has none
const std::optional<For>* key_of(
    const Decl& decl);  // of states, facts, rules, clocks, separations; else null

// A field of an act type: declared under `data`, or implied by a subject in the type's `on`.
struct Field {
  std::string name;
  Type type;
  bool else_latest = false;
  const SubjectDecl* subject = nullptr;  // implied by it, or it is the path of it
  Span span;
};

struct ActInfo {
  const ActDecl* decl = nullptr;
  uint32_t pack = 0;
  std::vector<Field> fields;
  std::vector<const SubjectDecl*> subjects;  // `on`, those that are known

  const Field* field(std::string_view name) const;
  const SpanDecl* span(std::string_view name) const;
  // Whether acts of the type carry the subject: it stands in `on`, or is kept in `by` or `agency`.
  bool carries(const SubjectDecl& subject) const;
};

// `is by`, `is agency`: every act carries it.
bool on_every_act(const SubjectDecl& subject);

class Symbols {
 public:
  // The set must outlive the symbols and stay where it is.
  static Symbols of(const PackSet& packs);

  size_t packs() const { return packs_.size(); }
  const std::string& pack_name(uint32_t pack) const { return packs_[pack].name; }
  const PackDecl* pack_decl(uint32_t pack) const { return packs_[pack].decl; }
  std::optional<uint32_t> pack_named(std::string_view name) const;
  // The pack itself first, then what it uses, nearest first.
  const std::vector<uint32_t>& visible(uint32_t pack) const { return packs_[pack].visible; }
  bool sees(uint32_t pack, uint32_t other) const;

  // The name as the pack means it: of the nearest pack that declares it; failing that, of the only other
  // loaded pack that does (*elsewhere is then true: check warns). Null: nobody, or several others.
  const Symbol* find(uint32_t pack, Space space, std::string_view name, bool* elsewhere = nullptr) const;
  // All versions of a rule (or all clashing declarations of another name) in the pack that `find` chooses.
  std::vector<const Symbol*> versions(uint32_t pack, Space space, std::string_view name) const;
  // Typed short cuts; null if the name is unknown or of another form.
  template <typename T>
  const T* find_as(uint32_t pack, Space space, std::string_view name) const {
    const Symbol* symbol = find(pack, space, name);
    return symbol == nullptr ? nullptr : symbol->as<T>();
  }
  const ActInfo* act(uint32_t pack, std::string_view name) const;
  const SubjectDecl* subject(uint32_t pack, std::string_view name) const {
    return find_as<SubjectDecl>(pack, Space::subject, name);
  }
  const StateDecl* state(uint32_t pack, std::string_view name) const {
    return find_as<StateDecl>(pack, Space::named, name);
  }
  const FactDecl* fact(uint32_t pack, std::string_view name) const {
    return find_as<FactDecl>(pack, Space::named, name);
  }
  const TableDecl* table(uint32_t pack, std::string_view name) const {
    return find_as<TableDecl>(pack, Space::named, name);
  }
  const SettingDecl* setting(uint32_t pack, std::string_view name) const {
    return find_as<SettingDecl>(pack, Space::named, name);
  }
  const PeriodDecl* period(uint32_t pack, const Unit& unit) const {
    return find_as<PeriodDecl>(pack, Space::unit, unit_name(unit));
  }
  // The clock's versions ("id" or "id.part"); empty if the name is no clock.
  std::vector<const ClockDecl*> clocks(uint32_t pack, std::string_view name) const;
  // The state that keeps a period from rolling (`rolls … unless STATE`), as the pack that counts sees it: a
  // base pack may name a state of the packs that use it. Null: nobody declares it, so it never holds.
  const StateDecl* rolling_exception(uint32_t pack, const PeriodDecl& period) const;
  // The levels of the pack, or of the nearest used pack that has any. Lowest first.
  const std::vector<Name>& levels(uint32_t pack) const;
  std::optional<size_t> level(uint32_t pack, std::string_view name) const;
  // The kind of an agency id: its `office` line's, else the longest declared kind that begins it, `_` and `-`
  // alike. Empty: unknown.
  std::string agency_kind(uint32_t pack, std::string_view id) const;

  // Every act type the pack sees.
  const std::vector<const ActInfo*>& acts(uint32_t pack) const { return packs_[pack].acts; }
  // What the pack itself declares, in the order written.
  const std::vector<Symbol>& declared(uint32_t pack) const { return packs_[pack].symbols; }
  const std::vector<const TestDecl*>& tests(uint32_t pack) const { return packs_[pack].tests; }

  // The visible name that is most like the word, by letters or by shared Han characters; empty: none is.
  std::string nearest(uint32_t pack, Space space, std::string_view name) const;

 private:
  struct PackNames {
    std::string name;
    const PackDecl* decl = nullptr;
    std::vector<uint32_t> visible;
    std::vector<Symbol> symbols;
    std::vector<const TestDecl*> tests;
    std::vector<const ActInfo*> acts;
    std::unordered_map<std::string, std::vector<uint32_t>> names[kSpaces];  // into symbols
  };
  void add(uint32_t pack, const Decl& decl);
  void add_acts();
  void date_rules();
  const std::vector<uint32_t>* own(uint32_t pack, Space space, std::string_view name) const;

  std::vector<PackNames> packs_;
  std::unordered_map<const ActDecl*, std::unique_ptr<ActInfo>> acts_;
};

// The candidate most like the word (edit distance, else the share of Han characters in common); empty: none
// is.
std::string nearest_name(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace heng::law
