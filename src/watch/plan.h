// The plan: packs with every name resolved, ready to be judged. Made by compile.h from a checked pack set.
// Section numbers are those of docs/language.md.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/decimal.h"
#include "base/time.h"
#include "calendar/holidays.h"
#include "calendar/period.h"
#include "calendar/zone.h"
#include "law/ast.h"
#include "watch/finding.h"
#include "watch/intern.h"

namespace heng::watch {

inline constexpr int32_t kNone = -1;
inline constexpr size_t kMostAliases = 8;         // named acts in one declaration
inline constexpr uint16_t kUnknownType = 0xFFFF;  // an act type no pack declares

// A way of counting, or a plain unit where a pack declares none.
struct Period {
  std::string name;  // "custody days"
  Text label;
  calendar::Convention convention;
  int32_t unless_state = kNone;  // does not roll while this state holds
  int32_t strict = kNone;        // the strict reading's period
  std::optional<Decimal> warns_percent;
  std::string cite;
};

struct Operand;

enum class What : uint8_t { act, field, at, entered, by, on, agency, agency_kind, case_id, subject, span };
enum class Ref : uint8_t { spoken, self, alias };  // the act spoken of; `this`; a named act

struct Quantity;

struct Factor {
  enum class Kind : uint8_t {
    number, symbol, date, clock, yes_no, act_part, key, setting, table, age, end_of, latest, acting_as, who_did, total_of
  };
  Kind kind = Kind::number;
  Decimal number;
  int32_t period = kNone;  // number with a unit
  Sym symbol = 0;          // text and codes
  Date date;
  int32_t minutes = 0;
  bool yes = false;
  What what = What::field;
  Ref ref = Ref::spoken;
  int32_t alias = kNone;
  Sym field = 0;                   // field, latest, total_of; `by.ROLE`: the role
  int32_t index = kNone;           // subject, setting, table, clock group (end_of)
  int32_t column = 0;              // table output
  std::vector<Operand> arguments;  // table, age
  std::vector<Sym> roles;          // acting_as
  std::vector<uint16_t> types;     // who_did, total_of
};

struct Operand {
  std::vector<Factor> factors;
  std::vector<char> operators;
  std::string source;  // as written
  Text words;          // in plain words
};

// How much: a number (or something that gives one) of a period's units.
struct Quantity {
  std::optional<Decimal> number;
  std::optional<Operand> operand;  // gives a number, or a quantity (setting, table of periods)
  int32_t period = kNone;          // kNone: the operand's own
  std::optional<Decimal> plus;
  int32_t plus_period = kNone;
  std::string source;
  Text words;
};

struct Atom;

// A set of act types.
class TypeSet {
 public:
  void add(uint16_t type) {
    if (type / 64 >= words_.size()) words_.resize(type / 64 + 1, 0);
    words_[type / 64] |= uint64_t{1} << (type % 64);
  }
  void add_all() { all_ = true; }
  // Types no pack declares are only in the set of all.
  bool has(uint16_t type) const {
    return all_ || (type / 64 < words_.size() && (words_[type / 64] >> (type % 64) & 1) != 0);
  }

 private:
  bool all_ = false;
  std::vector<uint64_t> words_;
};

struct Pattern {
  bool any_act = false;
  std::vector<uint16_t> types;  // sorted
  Sym key_field = 0;            // `for FIELD`
  std::vector<Sym> roles;
  int32_t alias = kNone;
  std::vector<Atom> where;
  std::string source;
};

struct Window {
  law::Window::Kind kind = law::Window::Kind::within;
  Quantity quantity;
  law::UnitBase period = law::UnitBase::day;
  bool quarter = false;
};

struct Atom {
  law::Atom::Kind kind = law::Atom::Kind::named;
  bool negated = false;
  bool all = false;
  bool after = false;
  bool in_case = false;
  law::Atom::Compare compare = law::Atom::Compare::eq;
  law::Atom::Distance distance = law::Atom::Distance::within;
  std::optional<law::Count> count;
  std::shared_ptr<Pattern> pattern;
  std::shared_ptr<Pattern> since;
  std::optional<Window> window;
  std::vector<Sym> names;  // count_in: roles or codes; document: its kind
  bool is_fact = false;    // named: a fact, else a state
  int32_t index = kNone;   // named: state or fact
  Operand left;
  Operand right;
  std::vector<Factor> values;
  Quantity quantity;
  std::string source;
};

struct Condition {
  law::Condition::Join join = law::Condition::Join::one;
  std::vector<Atom> atoms;
  std::vector<Atom> only_if;
  std::string cite;
  std::string source;  // as written, without its articles
  Text words;          // in plain words
};

struct Event {
  law::Event::Kind kind = law::Event::Kind::pattern;
  Pattern pattern;
  Quantity quantity;
  int32_t group = kNone;  // clock group of before_end, end_of, change_of; of breach_of: a clock group, or
  int32_t rule = kNone;   // breach_of a rule: the rule's index
  std::string every;
  Sym from = 0;
  std::string cite;
  std::optional<int64_t> at_most;
  std::string source;
};

struct Step {
  law::Step::Kind kind = law::Step::Kind::total;
  Quantity quantity;
  std::optional<int64_t> up_to;
  Operand until;
  std::optional<Pattern> after;
  std::vector<Atom> when;
  std::optional<int64_t> at_most;
  std::optional<Date> from;
  std::optional<Date> until_date;
  std::string cite;
  std::string source;
  bool target = false;  // `at once`: a target, not law
};

struct Given {
  int32_t alias = kNone;
  bool first = false;
  Pattern pattern;
  int32_t before = kNone;  // alias
};

struct Subject {
  struct Path {
    What what = What::field;  // field (data.F), on, by, agency
    Sym name = 0;             // the field or role; 0: all of `by`
  };
  Sym name = 0;
  Text label;
  bool each_of = false;
  std::vector<Path> paths;
  bool kept_in_office = false;  // through `by` or `agency`
  // `A for FIELD` in anything kept for this subject: the types (empty: any act) and the field. An act of such a type
  // stands in the history across cases of the field's value as well, for that pattern alone.
  struct KeyField {
    std::vector<uint16_t> types;
    Sym field = 0;
  };
  std::vector<KeyField> key_fields;
};

// What a field and its codes are called; empty: by their names.
struct FieldWords {
  Text label;
  std::unordered_map<Sym, Text> codes;
};

struct ActField {
  law::Type::Kind type = law::Type::Kind::text;
  FieldWords words;
};

struct SpanField {
  Sym from = 0;
  Sym to = 0;
  Sym less = 0;
};

struct ActType {
  Sym name = 0;
  Text label;
  std::vector<Sym> by;  // roles that usually do it
  std::vector<Sym> on;  // subjects it lists
  std::unordered_map<Sym, ActField> fields;
  std::vector<Sym> else_latest;  // those of its fields that say so
  std::unordered_map<Sym, SpanField> spans;
};

struct Setting {
  std::string name;
  Text label;
  Quantity quantity;
};

struct Table {
  std::string name;
  struct Cell {
    law::Cell::Kind kind = law::Cell::Kind::any;
    std::vector<Factor> values;
    std::optional<Quantity> quantity;
  };
  struct Row {
    std::vector<Cell> in;
    std::vector<Cell> out;
  };
  std::vector<Sym> outputs;
  std::vector<Row> rows;
};

struct Head {  // what every judged declaration has
  std::string rule;  // pack/name
  std::string name;  // name, without part
  std::string part;
  std::string pack;
  Text label;
  std::string doc;
  std::vector<std::string> cites;
  Severity severity = Severity::none;
  int32_t subject = kNone;  // kNone: the case
  bool across = false;
  std::optional<Date> from;
  std::optional<Date> until;
  int32_t zone = 0;
  int32_t aliases = 0;  // how many named acts

  std::string full_name() const { return watch::full_name(rule, part); }
};

struct State : Head {
  bool day_after = false;
  std::vector<Event> begins;
  std::vector<Event> ends;
  TypeSet heeds;  // what its patterns speak of
};
struct Fact : Head {
  std::vector<Condition> when;
};
struct Rule : Head {
  std::vector<Pattern> on;
  std::vector<std::string> on_cites;
  std::vector<Given> given;
  std::vector<Condition> when;
  std::vector<Condition> unless;
  std::vector<Condition> require;
  bool advise = false;
  bool forbid = false;
  bool keys_by_subject = true;  // no `for FIELD` names further keys
};
struct Clock : Head {
  int32_t group = kNone;
  std::vector<Event> starts;
  std::vector<Condition> when;
  std::vector<Condition> unless;
  std::vector<Step> steps;
  std::vector<int32_t> pauses;  // states
  std::vector<Event> restarts;
  bool may = false;
  std::vector<Pattern> met_by;
  std::vector<Event> lapses;
  std::vector<law::Warning::Kind> warn_kinds;
  std::vector<Decimal> warn_percents;
  std::vector<Quantity> warn_quantities;
  bool keys_by_subject = true;  // no `for FIELD` in what starts it names further keys
  TypeSet heeds;  // what may meet, lapse, restart or extend it
};
struct Separation : Head {
  std::vector<Sym> roles;       // either roles
  std::vector<uint16_t> types;  // or act types
  std::vector<Condition> unless;
};
struct Power : Head {
  law::PowerDecl::Lets lets = law::PowerDecl::Lets::act;
  Pattern pattern;
  struct Holder {
    bool anybody = false;
    Sym role = 0;
    Sym agency = 0;
    Sym level = 0;
    bool or_above = false;
    std::vector<Atom> when;
  };
  std::vector<Holder> held_by;
};
struct Consequence : Head {
  Event on;
  bool voids_this = false;
  Pattern voids;
};

// A figure over many cases (figures.h).
struct Watch : Head {
  std::vector<Pattern> on;
  std::vector<Condition> when;
  struct Unit {
    law::WatchDecl::Unit::Kind kind = law::WatchDecl::Unit::Kind::agency;
    Sym role = 0;          // `of ROLE`; of a pairing of roles: the role
    int32_t type = kNone;  // `of ACT`
    std::string name;      // how a finding's key calls it
    Text label;
  };
  std::vector<Unit> per;
  law::WatchDecl::Measure::Kind measure = law::WatchDecl::Measure::Kind::count;
  std::vector<Atom> where;
  Pattern pattern;
  std::optional<Quantity> within;
  Operand operand;
  double quantile = 0.5;
  std::string every;
  int32_t last_days = 0;
  bool same_kind = true;
  bool same_level = true;
  bool above = false;
  bool below = false;
  double margin = 0;  // 0.5: by at least 50%
  int64_t needs = 0;
  double false_discovery = 0;
};

struct Office {
  Sym kind = 0;
  Sym level = 0;
};

struct PackSummary {
  std::string name;
  Text title;
  bool reviewed = true;
  std::string hash;
};

struct Plan {
  std::vector<PackSummary> packs;
  Interner symbols;
  std::vector<calendar::Zone> zones;
  std::vector<std::string> zone_names;
  calendar::Holidays holidays = calendar::Holidays::weekends_only();
  std::string calendar_name;
  std::vector<Period> periods;
  std::vector<ActType> acts;
  std::unordered_map<Sym, uint16_t> act_index;             // declared and foreign names
  std::unordered_map<Sym, law::Type::Kind> field_types;    // by field, wherever declared
  std::vector<Subject> subjects;
  std::vector<Setting> settings;
  std::vector<Table> tables;
  std::vector<State> states;
  std::vector<Fact> facts;
  std::vector<Rule> rules;
  std::vector<Clock> clocks;
  std::vector<std::vector<int32_t>> groups;  // clocks of one name (versions by date)
  std::vector<Separation> separations;
  std::vector<Power> powers;
  std::vector<Consequence> consequences;
  std::vector<Watch> watches;
  std::vector<Sym> agency_kinds;
  std::unordered_map<Sym, Office> offices;
  std::unordered_map<Sym, int32_t> levels;  // order
  std::unordered_map<Sym, Text> role_labels;
  std::unordered_map<Sym, Text> agency_labels;
  std::unordered_map<Sym, Text> level_labels;
  std::map<std::string, std::string> cites_zh;  // "CPL 85(2)": 《刑事诉讼法》第八十五条第二款
  std::unordered_map<Sym, FieldWords> field_words;  // by field, whatever the act

  // What a field of an act of this type is called (kUnknownType: of whatever act), and a value it may hold: a code, else a
  // role, a kind of agency or a level, else as it is.
  Text field_label(uint16_t type, Sym field) const;
  Text value_label(uint16_t type, Sym field, Sym value) const;

  // The kind of an agency id: its `office` line's, else the longest declared kind that begins it; 0 if none.
  Sym agency_kind(Sym agency) const;
  std::optional<int32_t> level_of(Sym level) const;
};

}  // namespace heng::watch
