// The syntax tree of the law language (docs/language.md): what the author wrote, with places, nothing resolved.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/decimal.h"
#include "base/time.h"

namespace heng::law {

// A half-open byte range of one source file.
struct Span {
  uint32_t file = 0;
  uint32_t begin = 0;
  uint32_t end = 0;
};

struct Name {
  std::string text;  // NFC
  Span span;
  explicit operator bool() const { return !text.empty(); }
};

struct Labels {
  std::string zh;
  std::string en;
  Span span;
};

// `CPL 85(2)`: source CPL, detail "85(2)". An article that is only a source has an empty detail.
struct Cite {
  Name source;
  std::string detail;
  Span span;
  std::string text() const { return detail.empty() ? source.text : source.text + " " + detail; }
};

enum class UnitBase : uint8_t { hour, day, month, year };

// `custody days`: qualifier "custody", base day. Singular and plural are the same unit.
// A qualifier may be several words ("exact", "custody", "lenient").
struct Unit {
  std::string qualifier;
  UnitBase base = UnitBase::day;
  Span span;
};

struct Operand;

// NAME [ "(" operand, … ")" ] { "." NAME }
struct Path {
  Name head;
  bool call = false;
  std::vector<Operand> arguments;
  std::vector<Name> rest;
  Span span;
};

// A number or a path, an optional unit, and `plus NUM unit`.
struct Quantity {
  std::optional<Decimal> number;
  std::optional<Path> path;
  std::optional<Unit> unit;
  std::optional<Decimal> plus;
  std::optional<Unit> plus_unit;
  Span span;
};

struct Factor {
  enum class Kind : uint8_t {
    number,     // number, perhaps with unit
    text,       // "7d"
    date,       // 2026-01-01
    clock,      // 14:25
    yes_no,     // yes, no
    path,       // field, this.field, alias.field, table(…).column, age(…)
    end_of,     // end of CLOCK
    latest,     // latest FIELD
    acting_as,  // those acting as ROLE, …
    who_did,    // those who did ACT, …
    total_of,   // total of FIELD in earlier ACT, …
  };
  Kind kind = Kind::number;
  Decimal number;
  std::optional<Unit> unit;
  std::string text;         // text
  Date date;                // date
  int32_t clock_minutes = 0;
  bool yes = false;
  std::optional<Path> path;
  Name name;                // end_of: the clock; latest, total_of: the field
  std::vector<Name> names;  // acting_as, who_did, total_of
  Span span;
};

// factor { ( "+" | "-" | "*" ) factor }, left to right.
struct Operand {
  std::vector<Factor> factors;
  std::vector<char> operators;  // factors.size() - 1 of '+', '-', '*'
  Span span;
};

struct Count {
  enum class Kind : uint8_t { none, at_least, at_most, exactly, odd };
  Kind kind = Kind::none;
  std::vector<int64_t> numbers;  // exactly may list several
  Span span;
};

struct Atom;

// ( "any act" | names ) [ for NAME ] [ by names ] [ as NAME ] [ where atom { and atom } ]
struct Pattern {
  bool any_act = false;
  std::vector<Name> acts;
  Name key;                 // `for FIELD`
  std::vector<Name> roles;  // `by`
  Name alias;               // `as`
  std::vector<Atom> where;
  Span span;
};

// `within 7 days before`, `at least 10 days before`, `in this month`
struct Window {
  enum class Kind : uint8_t { within, at_least, in_this };
  Kind kind = Kind::within;
  Quantity quantity;
  UnitBase period = UnitBase::day;  // in_this: day, month, year; quarter by `quarter`
  bool quarter = false;
  Span span;
};

struct Atom {
  enum class Kind : uint8_t {
    earlier,    // [count] earlier PATTERN [since last PATTERN] [window] [in the case]
    count_in,   // count [NAMES] in SET
    document,   // [no] document NAME
    named,      // [not] STATE-or-FACT
    compare,    // operand = != < <= > >= operand
    in,         // operand [not] in (values) | operand
    is_given,   // operand is given
    is_blank,   // operand is blank
    among,      // operand [not|all] among set
    disjoint,   // set shares nobody with set
    same_as,    // set same as set
    covers,     // span covers span
    overlaps,   // span overlaps span
    distance,   // operand (within|at least|more than|less than) quantity (before|after) operand
    order,      // operand (before|after) operand
  };
  enum class Compare : uint8_t { eq, ne, lt, le, gt, ge };
  enum class Distance : uint8_t { within, at_least, more_than, less_than };

  Kind kind = Kind::named;
  bool negated = false;     // no document, not STATE, not in, not among
  bool all = false;         // all among
  bool after = false;       // distance, order: after instead of before
  bool in_case = false;     // earlier … in the case
  Compare compare = Compare::eq;
  Distance distance = Distance::within;
  std::optional<Count> count;
  std::shared_ptr<Pattern> pattern;  // earlier
  std::shared_ptr<Pattern> since;    // since last
  std::optional<Window> window;
  std::vector<Name> names;           // count_in: roles or codes; document, named: one
  Operand left;                      // also the set of count_in, disjoint, same_as; the span of covers, overlaps
  Operand right;                     // also the set of among; the operand of `in`
  std::vector<Factor> values;        // in ( … )
  Quantity quantity;                 // distance
  Span span;
};

// One line: atoms joined by one word, `if` limits it.
struct Condition {
  enum class Join : uint8_t { one, all, any };
  Join join = Join::one;
  std::vector<Atom> atoms;
  std::vector<Atom> only_if;
  std::vector<Cite> cites;
  Span span;
};

struct Event {
  enum class Kind : uint8_t { pattern, before_end, end_of, change_of, breach_of, end_of_every };
  Kind kind = Kind::pattern;
  Pattern pattern;
  Quantity quantity;  // before_end
  Name clock;         // before_end, end_of, change_of, breach_of
  std::string every;  // day, week, month, quarter, year
  Name from;          // `from FIELD`
  std::vector<Cite> cites;
  std::optional<int64_t> at_most;  // restarts: at most N times
  Span span;
};

struct Step {
  enum class Kind : uint8_t { total, plus, minus, until, at_once };
  Kind kind = Kind::total;
  Quantity quantity;                // total, plus, minus
  std::optional<int64_t> up_to;     // `up to NUM`: what an unknown number counts as
  Operand until;
  std::optional<Pattern> after;
  std::vector<Atom> when;
  std::optional<int64_t> at_most;
  std::optional<Date> from;         // a line with dates of its own
  std::optional<Date> until_date;
  std::vector<Cite> cites;
  Span span;
};

struct Warning {
  enum class Kind : uint8_t { percent, before, after };
  Kind kind = Kind::percent;
  Decimal percent;
  Quantity quantity;
  Span span;
};

struct For {
  Name subject;
  bool across_cases = false;
  Span span;
};

struct Given {
  Name alias;
  bool first = false;  // else last
  Pattern pattern;
  Name before;
  Span span;
};

enum class Severity : uint8_t { none, low, medium, high, critical };

struct Meta {
  std::vector<Cite> cites;
  Severity severity = Severity::none;
  std::vector<Name> binds;
  std::optional<Date> from;  // in force
  std::optional<Date> until;
};

// ---- declarations -------------------------------------------------------------------------------------------

struct DeclBase {
  Name name;         // of a rule: the id before the dot
  Name part;         // rule.part
  Labels labels;
  std::string doc;   // the comment directly above
  Span span;         // the whole declaration
};

struct PackDecl : DeclBase {  // name.text is the full dotted name
  Name uses;                  // dotted
  std::string zone;
  Name holidays;
  std::vector<Name> levels;
  std::vector<Labels> level_labels;  // one for each of `levels`
  std::string words;          // "", "zh", "en"
  std::optional<bool> reviewed;
};
struct SourceDecl : DeclBase {
  std::optional<Date> dated;
  std::optional<Date> from;
  std::optional<Date> until;
};
struct RoleDecl : DeclBase {};
struct AgencyDecl : DeclBase {};
struct OfficeDecl : DeclBase {  // name is an agency id
  Name kind;
  Name level;
  Name under;
};
struct SubjectDecl : DeclBase {
  bool each_of = false;
  std::vector<Path> paths;  // on.person, data.person, by, agency
};
struct SettingDecl : DeclBase {
  Quantity quantity;
};

struct Type {
  enum class Kind : uint8_t { number, money, text, date, time, clock_time, level, yes_no, people, one_of, list };
  Kind kind = Kind::text;
  std::vector<Name> codes;  // one_of
  bool and_more = false;
  Name element;             // list of NAME
  Span span;
  std::vector<Labels> code_labels{};  // one for each of `codes`
};
struct FieldDecl {
  Name name;
  Labels labels;  // of this act's field; without, those of the `field` declaration count
  Type type;
  bool else_latest = false;
  Span span;
};
struct SpanDecl {
  Name name;
  Labels labels;
  Name from;
  Name to;
  Name less;
  Span span;
};
struct ActDecl : DeclBase {
  std::string named;  // the activity's name in foreign logs
  std::vector<Name> by;
  std::vector<Name> on;
  std::vector<FieldDecl> fields;
  std::vector<SpanDecl> spans;
};
// What a field is called wherever an act's `data` names it, and what its codes are called.
struct FieldNameDecl : DeclBase {
  struct Code {
    Name name;  // a text ("7d") by its words
    Labels labels;
  };
  std::vector<Code> codes;
};
struct PeriodDecl : DeclBase {  // name.text is the unit in the plural, "custody days"
  enum class Starts : uint8_t { at_act, next_full_hour, day_after };
  Unit unit;
  std::vector<Cite> cites;
  bool working = false;
  UnitBase counts = UnitBase::day;
  Starts starts = Starts::day_after;
  bool ends_day_before = false;
  bool rolls = false;
  Name unless_state;              // rolls … unless STATE
  std::optional<Unit> strictly;
  std::optional<Decimal> warns_percent;
};
struct Cell {
  enum class Kind : uint8_t { any, values, quantity, under, between, or_more, before, or_later };
  Kind kind = Kind::any;
  std::vector<Factor> values;  // values: one or several; under, between (2), or_more, before, or_later: their bounds
  std::optional<Quantity> quantity;
  Span span;
};
struct TableDecl : DeclBase {
  std::vector<Cite> cites;
  std::vector<Name> inputs;
  std::vector<Name> outputs;
  struct Row {
    std::vector<Cell> in;
    std::vector<Cell> out;
    Span span;
  };
  std::vector<Row> rows;
};
struct StateDecl : DeclBase {
  std::vector<Cite> cites;
  std::optional<For> key;
  bool day_after = false;
  std::vector<Event> begins;  // several lines are not in the grammar; the first is used
  std::vector<Event> ends;
};
struct FactDecl : DeclBase {
  std::vector<Cite> cites;
  std::optional<For> key;
  std::vector<Condition> when;
};
struct RuleDecl : DeclBase {
  Meta meta;
  std::optional<For> key;
  struct On {
    Pattern pattern;
    std::vector<Cite> cites;
  };
  std::vector<On> on;
  std::vector<Given> given;
  std::vector<Condition> when;
  std::vector<Condition> unless;
  std::vector<Condition> require;
  bool advise = false;  // `advise` instead of `require`
  bool forbid = false;
};
struct ClockDecl : DeclBase {
  Meta meta;
  std::optional<For> key;
  std::vector<Event> starts;
  std::vector<Condition> when;
  std::vector<Condition> unless;
  std::vector<Step> allows;
  std::vector<Name> pauses;
  std::vector<Event> restarts;
  bool may = false;  // `may` instead of `met by`: a right
  std::vector<Pattern> met_by;
  std::vector<Event> lapses;
  std::vector<Warning> warns;
};
struct SeparationDecl : DeclBase {
  Meta meta;
  std::optional<For> key;
  std::vector<Name> apart;
  std::vector<Condition> unless;
};
struct PowerDecl : DeclBase {
  Meta meta;
  enum class Lets : uint8_t { act, correcting, annulling };
  Lets lets = Lets::act;
  Pattern pattern;
  struct Holder {
    bool anybody = false;
    Name role;
    Name agency;
    Name level;
    bool or_above = false;
    std::vector<Atom> when;
    Span span;
  };
  std::vector<Holder> held_by;
};
struct ConsequenceDecl : DeclBase {
  Meta meta;
  Event on;
  bool voids_this = false;
  Pattern voids;
};

inline constexpr int64_t kWatchNeeds = 30;          // acts, where the watch says nothing
inline constexpr int64_t kWatchFalseDiscovery = 5;  // percent

// A figure over many cases: what is counted, of whom, over which windows, and what of it is told.
struct WatchDecl : DeclBase {
  Meta meta;
  std::optional<For> key;      // absent: each act counts once; else once for each value in its case
  std::vector<Pattern> on;     // the acts that count
  std::vector<Condition> when;
  // `agency`, `agency of NAME`, `level`, `level of NAME`: NAME is a role or an act type. A role alone stands only in a
  // pairing.
  struct Unit {
    enum class Kind : uint8_t { agency, level, role };
    Kind kind = Kind::agency;
    Name of;
    Span span;
  };
  std::vector<Unit> per;  // one, or two: a pairing
  struct Measure {
    enum class Kind : uint8_t { share, followed, not_followed, count, rate, distinct, quantile, time_until, time_since };
    Kind kind = Kind::count;
    std::vector<Atom> where;          // share
    std::optional<Pattern> pattern;   // followed, not_followed, rate, time_until, time_since
    std::optional<Quantity> within;   // followed, not_followed, time_until
    Operand operand;                  // distinct, quantile
    Decimal percent;                  // quantile, time_until, time_since
    Span span;
  };
  Measure measure;
  std::string every;           // over every week, month, quarter, year
  int64_t last_days = 0;       // over the last N days
  bool same_kind = true;       // peers
  bool same_level = true;
  bool above = false;
  bool below = false;
  std::optional<Decimal> margin;           // by at least NUM%
  std::optional<int64_t> needs;            // at least NUM acts
  std::optional<Decimal> false_discovery;  // percent
};

struct Datum {
  Name field;
  std::vector<Factor> values;  // several: a list; number, text, date (with clock: a time), path (a code), yes_no
  bool list = false;
  Span span;
};
struct When {
  enum class Kind : uint8_t { date, plus, clock };
  Kind kind = Kind::clock;
  Date date;
  int64_t plus_days = 0;
  std::optional<int32_t> minutes;  // clock time
  Span span;
};
inline constexpr int64_t kMostCases = 1000;  // told of at once in a story
struct Statement {
  // `cases`: what is told up to the next such statement happens in as many cases, each time in one of its own.
  enum class Kind : uint8_t { act, annul, correct, until, holds, unknown, breach, warn, late, flag, cases };
  Kind kind = Kind::holds;
  When when;                  // act, annul, correct: its time; until; breach, warn, late, flag: `at`
  int64_t count = 1;          // cases
  Name act;                   // act type; annul, correct: the alias it names
  std::vector<Name> subjects; // ids
  struct By {
    Name id;
    Name role;
  };
  std::vector<By> by;
  Name agency;
  std::vector<Datum> data;
  Name alias;
  Name field;                 // unknown FIELD
  Span span;
};
struct Story {
  bool given = false;
  std::string title;
  std::vector<Statement> statements;
  Span span;
};
struct TestDecl : DeclBase {
  std::vector<Story> stories;
};

using Decl = std::variant<PackDecl, SourceDecl, RoleDecl, AgencyDecl, OfficeDecl, SubjectDecl, ActDecl, PeriodDecl,
                          SettingDecl, TableDecl, StateDecl, FactDecl, RuleDecl, ClockDecl, SeparationDecl, PowerDecl,
                          ConsequenceDecl, TestDecl, WatchDecl, FieldNameDecl>;

struct SourceFile {
  std::string path;
  std::string text;
};

// One parsed file. Declarations stand in the order written.
struct File {
  uint32_t index = 0;  // into the pack's list of source files
  std::vector<Decl> declarations;
};

}  // namespace heng::law
