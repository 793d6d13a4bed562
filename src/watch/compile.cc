#include "watch/compile.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <utility>

#include "law/say.h"

namespace heng::watch {
namespace {

using law::UnitBase;

std::string unit_word(UnitBase base) {
  switch (base) {
    case UnitBase::hour: return "hours";
    case UnitBase::day: return "days";
    case UnitBase::month: return "months";
    case UnitBase::year: return "years";
  }
  return "days";
}

// What one pack sees: its own names, then those of the packs it uses.
struct Names {
  std::map<std::string, int32_t> periods, settings, tables, states, facts, subjects, groups;
  std::map<std::string, std::vector<int32_t>> rules;
  std::set<std::string> agencies;
  std::set<std::string> acts;
  std::map<std::string, std::pair<std::optional<Date>, std::optional<Date>>> sources;
  int32_t zone = 0;
};

struct Unresolved {
  std::string what;
  law::Span span;
};

class Compiler {
 public:
  explicit Compiler(const law::PackSet& set)
      : set_(set), labels_(set), zh_(labels_, law::Language::chinese), en_(labels_, law::Language::english) {}

  Result<Plan> run() {
    try {
      for (const law::Pack& pack : set_.packs) declare(pack);
      for (const law::Pack& pack : set_.packs) define(pack);
      name_fields();
    } catch (const Unresolved& unresolved) {  // stays inside this file
      return Error{ErrorKind::bad_input, "plan-unresolved", unresolved.what, place(unresolved.span),
                   "run `heng law lint`"};
    }
    if (!failure_.empty())
      return Error{ErrorKind::bad_input, "plan-calendar", failure_, "", "mend the calendar, or judge by the packs of one calendar at a time: --pack"};
    return std::move(plan_);
  }

 private:
  [[noreturn]] static void fail(std::string what, law::Span span) { throw Unresolved{std::move(what), span}; }

  std::string place(law::Span span) const {
    if (span.file >= set_.sources.size()) return "";
    const law::SourceFile& file = set_.sources[span.file];
    size_t line = 1;
    for (size_t i = 0; i < span.begin && i < file.text.size(); ++i) line += file.text[i] == '\n' ? 1 : 0;
    return file.path + ":" + std::to_string(line);
  }

  // The author's text of a span, white space folded.
  std::string source_of(law::Span span) const {
    if (span.file >= set_.sources.size()) return "";
    const std::string& text = set_.sources[span.file].text;
    std::string out;
    for (size_t i = span.begin; i < span.end && i < text.size(); ++i) {
      const char c = text[i];
      const bool blank = c == ' ' || c == '\n' || c == '\r' || c == '\t';
      if (!blank) out += c;
      if (blank && !out.empty() && out.back() != ' ') out += ' ';
    }
    while (!out.empty() && out.back() == ' ') out.pop_back();
    return out;
  }

  Sym sym(const std::string& text) { return plan_.symbols.intern(text); }
  static Text text_of(const law::DeclBase& decl) {
    return {decl.labels.zh.empty() ? decl.name.text : decl.labels.zh,
            decl.labels.en.empty() ? decl.name.text : decl.labels.en};
  }

  // ---- words ---------------------------------------------------------------------------------------------------

  // In both languages, as the declaration (and the pattern) at hand is spoken of.
  template <typename T>
  Text say(const T& what) const {
    return {zh_.say(what), en_.say(what)};
  }
  Text text_of(const law::Labels& labels) const {
    return {labels.zh.empty() ? labels.en : labels.zh, labels.en.empty() ? labels.zh : labels.en};
  }
  FieldWords words_of(const law::ActNames& acts, const std::string& field) {
    FieldWords out;
    if (const std::string* zh = labels_.field(acts, field, law::Language::chinese))
      out.label = {*zh, *labels_.field(acts, field, law::Language::english)};
    for (const auto& [code, labels] : labels_.codes(acts, field)) out.codes.emplace(sym(code), text_of(labels));
    return out;
  }
  // Fields of acts of any type; those of the envelope have words of the language's own.
  void name_fields() {
    for (const auto& [field, type] : plan_.field_types)
      if (FieldWords words = words_of({}, plan_.symbols.string(field)); !words.label.zh.empty())
        plan_.field_words.emplace(field, std::move(words));
    const law::Sayer zh(labels_, law::Language::chinese);
    const law::Sayer en(labels_, law::Language::english);
    for (const char* name : {"by", "on", "at", "entered", "agency", "case"})
      plan_.field_words.try_emplace(sym(name), FieldWords{{zh.field(name), en.field(name)}, {}});
  }

  // ---- pass 1: names and everything that stands alone ---------------------------------------------------------

  Names& names(const std::string& pack) { return names_[pack]; }

  void declare(const law::Pack& pack) {
    Names& own = names(pack.name);
    int32_t zone = 0;
    for (const std::string& used : pack.uses) {
      const Names& other = names(used);
      for (const auto& [k, v] : other.periods) own.periods.emplace(k, v);
      for (const auto& [k, v] : other.settings) own.settings.emplace(k, v);
      for (const auto& [k, v] : other.tables) own.tables.emplace(k, v);
      for (const auto& [k, v] : other.states) own.states.emplace(k, v);
      for (const auto& [k, v] : other.facts) own.facts.emplace(k, v);
      for (const auto& [k, v] : other.subjects) own.subjects.emplace(k, v);
      for (const auto& [k, v] : other.groups) own.groups.emplace(k, v);
      for (const auto& [k, v] : other.rules) own.rules.emplace(k, v);
      for (const auto& [k, v] : other.sources) own.sources.emplace(k, v);
      own.agencies.insert(other.agencies.begin(), other.agencies.end());
      own.acts.insert(other.acts.begin(), other.acts.end());
      zone = other.zone;
    }
    const std::string zone_name = pack.decl.zone.empty() ? std::string() : pack.decl.zone;
    if (!zone_name.empty() || plan_.zones.empty()) zone = zone_index(zone_name.empty() ? "UTC" : zone_name);
    own.zone = zone;
    load_holidays(pack);
    PackSummary summary;
    summary.name = pack.name;
    summary.title = text_of(pack.decl);
    summary.reviewed = pack.decl.reviewed.value_or(true);
    summary.hash = pack.hash;
    plan_.packs.push_back(summary);
    int32_t level = 0;
    for (size_t i = 0; i < pack.decl.levels.size(); ++i) {
      const Sym name = sym(pack.decl.levels[i].text);
      plan_.levels[name] = level++;
      const law::Labels& labels = pack.decl.level_labels[i];
      if (!labels.zh.empty()) plan_.level_labels[name] = text_of(labels);
    }

    for (const law::File& file : pack.files)
      for (const law::Decl& decl : file.declarations) std::visit([&](const auto& d) { declare_one(own, d); }, decl);
  }

  int32_t zone_index(const std::string& name) {
    for (size_t i = 0; i < plan_.zone_names.size(); ++i)
      if (plan_.zone_names[i] == name) return static_cast<int32_t>(i);
    auto zone = calendar::Zone::load(name);
    if (!zone.ok()) {
      failure_ = zone.error().text();
      zone = calendar::Zone::load("UTC");
    }
    plan_.zones.push_back(zone.value());
    plan_.zone_names.push_back(name);
    return static_cast<int32_t>(plan_.zones.size() - 1);
  }

  void load_holidays(const law::Pack& pack) {
    if (pack.holidays_path.empty()) return;
    std::ifstream in(pack.holidays_path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    if (!in) {
      failure_ = "the calendar `" + pack.holidays_path + "` cannot be read";
      return;
    }
    auto holidays = calendar::Holidays::parse(text.str(), pack.holidays_path);
    if (!holidays.ok()) {
      failure_ = holidays.error().text();
      return;
    }
    const std::string name = std::filesystem::path(pack.holidays_path).stem().string();
    if (!plan_.calendar_name.empty() && holidays->hash() != plan_.holidays.hash()) {
      failure_ = "the packs count by two calendars, `" + plan_.calendar_name + "` and `" + name + "`";
      return;
    }
    plan_.holidays = std::move(holidays).value();
    plan_.calendar_name = name;
  }

  template <typename D>
  void declare_one(Names&, const D&) {}

  void declare_one(Names& own, const law::SourceDecl& d) { own.sources[d.name.text] = {d.from, d.until}; }
  void declare_one(Names&, const law::RoleDecl& d) { plan_.role_labels[sym(d.name.text)] = text_of(d); }
  void declare_one(Names& own, const law::AgencyDecl& d) {
    own.agencies.insert(d.name.text);
    plan_.agency_kinds.push_back(sym(d.name.text));
    plan_.agency_labels[sym(d.name.text)] = text_of(d);
  }
  void declare_one(Names&, const law::OfficeDecl& d) {
    plan_.offices[sym(d.name.text)] = {sym(d.kind.text), sym(d.level.text)};
    if (!d.labels.zh.empty()) plan_.agency_labels[sym(d.name.text)] = text_of(d);
  }
  void declare_one(Names& own, const law::SubjectDecl& d) {
    Subject subject;
    subject.name = sym(d.name.text);
    subject.label = text_of(d);
    subject.each_of = d.each_of;
    for (const law::Path& path : d.paths) {
      Subject::Path out;
      const std::string& head = path.head.text;
      const Sym rest = path.rest.empty() ? 0 : sym(path.rest[0].text);
      if (head == "on") {
        out = {What::on, rest};
      } else if (head == "by") {
        out = {What::by, rest};
        subject.kept_in_office = true;
      } else if (head == "agency") {
        out = {What::agency, 0};
        subject.kept_in_office = true;
      } else if (head == "data" && rest != 0) {
        out = {What::field, rest};
      } else {
        out = {What::field, sym(head)};
      }
      subject.paths.push_back(out);
    }
    own.subjects[d.name.text] = static_cast<int32_t>(plan_.subjects.size());
    plan_.subjects.push_back(std::move(subject));
  }
  void declare_one(Names& own, const law::ActDecl& d) {
    own.acts.insert(d.name.text);
    const Sym name = sym(d.name.text);
    auto found = plan_.act_index.find(name);
    uint16_t index = 0;
    if (found == plan_.act_index.end()) {
      if (plan_.acts.size() >= kUnknownType) fail("more act types than 65,534", d.name.span);
      index = static_cast<uint16_t>(plan_.acts.size());
      plan_.acts.emplace_back();
      plan_.act_index[name] = index;
    } else {
      index = found->second;
    }
    ActType& type = plan_.acts[index];
    type.name = name;
    type.label = text_of(d);
    if (!d.named.empty()) plan_.act_index[sym(d.named)] = index;
    for (const law::Name& role : d.by) type.by.push_back(sym(role.text));
    for (const law::Name& subject : d.on) type.on.push_back(sym(subject.text));
    for (const law::FieldDecl& field : d.fields) {
      const Sym field_name = sym(field.name.text);
      type.fields[field_name] = ActField{field.type.kind, words_of({d.name.text}, field.name.text)};
      std::erase(type.else_latest, field_name);
      if (field.else_latest) type.else_latest.push_back(field_name);
      plan_.field_types.emplace(sym(field.name.text), field.type.kind);
    }
    for (const law::SpanDecl& span : d.spans)
      type.spans[sym(span.name.text)] = SpanField{sym(span.from.text), sym(span.to.text), sym(span.less.text)};
  }
  void declare_one(Names& own, const law::PeriodDecl& d) {
    Period period;
    period.name = d.unit.qualifier.empty() ? unit_word(d.unit.base) : d.unit.qualifier + " " + unit_word(d.unit.base);
    period.label = text_of(d);
    period.convention.counts = base_of(d.counts);
    period.convention.working = d.working;
    period.convention.starts = d.starts == law::PeriodDecl::Starts::at_act ? calendar::Starts::at_act
                               : d.starts == law::PeriodDecl::Starts::next_full_hour
                                   ? calendar::Starts::next_full_hour
                                   : calendar::Starts::day_after;
    period.convention.ends_day_before = d.ends_day_before;
    period.convention.rolls = d.rolls;
    period.warns_percent = d.warns_percent;
    if (!d.cites.empty()) period.cite = cite_text(d.cites[0]);
    own.periods[period.name] = static_cast<int32_t>(plan_.periods.size());
    plan_.periods.push_back(std::move(period));
  }
  void declare_one(Names& own, const law::SettingDecl& d) {
    own.settings[d.name.text] = static_cast<int32_t>(plan_.settings.size());
    Setting setting;
    setting.name = d.name.text;
    setting.label = text_of(d);
    plan_.settings.push_back(std::move(setting));
  }
  void declare_one(Names& own, const law::TableDecl& d) {
    own.tables[d.name.text] = static_cast<int32_t>(plan_.tables.size());
    plan_.tables.emplace_back();
    plan_.tables.back().name = d.name.text;
    for (const law::Name& output : d.outputs) plan_.tables.back().outputs.push_back(sym(output.text));
  }
  void declare_one(Names& own, const law::StateDecl& d) {
    own.states[d.name.text] = static_cast<int32_t>(plan_.states.size());
    plan_.states.emplace_back();
  }
  void declare_one(Names& own, const law::FactDecl& d) {
    own.facts[d.name.text] = static_cast<int32_t>(plan_.facts.size());
    plan_.facts.emplace_back();
  }
  static std::string full_name(const law::DeclBase& d) {
    return d.part ? d.name.text + "." + d.part.text : d.name.text;
  }
  void declare_one(Names& own, const law::RuleDecl& d) {
    own.rules[full_name(d)].push_back(static_cast<int32_t>(plan_.rules.size()));
    plan_.rules.emplace_back();
  }
  void declare_one(Names& own, const law::ClockDecl& d) {
    auto [it, fresh] = own.groups.emplace(full_name(d), static_cast<int32_t>(plan_.groups.size()));
    if (fresh) plan_.groups.emplace_back();
    plan_.groups[static_cast<size_t>(it->second)].push_back(static_cast<int32_t>(plan_.clocks.size()));
    plan_.clocks.emplace_back();
    plan_.clocks.back().group = it->second;
  }

  static calendar::Base base_of(UnitBase base) {
    switch (base) {
      case UnitBase::hour: return calendar::Base::hour;
      case UnitBase::day: return calendar::Base::day;
      case UnitBase::month: return calendar::Base::month;
      case UnitBase::year: return calendar::Base::year;
    }
    return calendar::Base::day;
  }

  // ---- pass 2: bodies -------------------------------------------------------------------------------------------

  // What names mean inside one declaration.
  struct Body {
    const Names* names = nullptr;
    std::map<std::string, int32_t> aliases;
    int32_t subject = kNone;

    int32_t alias(const std::string& name) {
      const auto it = aliases.emplace(name, static_cast<int32_t>(aliases.size())).first;
      return it->second;
    }
  };

  static int32_t count_aliases(const Body& body, const law::DeclBase& d) {
    if (body.aliases.size() > kMostAliases)
      fail("more than " + std::to_string(kMostAliases) + " named acts in one declaration", d.name.span);
    return static_cast<int32_t>(body.aliases.size());
  }

  void define(const law::Pack& pack) {
    const Names& own = names(pack.name);
    pack_ = &pack;
    for (const law::File& file : pack.files)
      for (const law::Decl& decl : file.declarations) {
        const law::Sayer zh = std::exchange(zh_, zh_.about(decl));
        const law::Sayer en = std::exchange(en_, en_.about(decl));
        std::visit([&](const auto& d) { define_one(own, d); }, decl);
        zh_ = zh;
        en_ = en;
      }
  }

  template <typename D>
  void define_one(const Names&, const D&) {}

  std::string cite_text(const law::Cite& cite) {
    const auto [at, fresh] = plan_.cites_zh.try_emplace(cite.text());
    if (fresh) at->second = zh_.say(cite);
    return at->first;
  }
  std::string cites_text(const std::vector<law::Cite>& cites) {
    std::string out;
    for (const law::Cite& cite : cites) out += (out.empty() ? "" : ", ") + cite_text(cite);
    return out;
  }

  int32_t subject_index(const Names& own, const std::optional<law::For>& key) {
    if (!key) return kNone;
    const std::string& name = key->subject.text;
    if (name == "case") return kNone;
    const auto found = own.subjects.find(name);
    if (found == own.subjects.end()) fail("no subject is called `" + name + "`", key->subject.span);
    return found->second;
  }

  Head head_of(const Names& own, const law::DeclBase& d, const std::vector<law::Cite>& cites,
               const std::optional<law::For>& key) {
    Head head;
    head.name = d.name.text;
    head.part = d.part.text;
    head.pack = pack_->name;
    head.rule = pack_->name + "/" + d.name.text;
    head.label = text_of(d);
    head.doc = d.doc;
    for (const law::Cite& cite : cites) head.cites.push_back(cite_text(cite));
    head.subject = subject_index(own, key);
    head.across = key && key->across_cases;
    head.zone = own.zone;
    return head;
  }

  Head head_of(const Names& own, const law::DeclBase& d, const law::Meta& meta, const std::optional<law::For>& key) {
    Head head = head_of(own, d, meta.cites, key);
    head.severity = static_cast<Severity>(meta.severity);
    head.from = meta.from;
    head.until = meta.until;
    if (!head.from && !head.until && !meta.cites.empty()) {  // the days in force of the first source cited
      const auto source = own.sources.find(meta.cites[0].source.text);
      if (source != own.sources.end()) {
        head.from = source->second.first;
        head.until = source->second.second;
      }
    }
    return head;
  }

  int32_t period_index(const Names& own, const law::Unit& unit) {
    const std::string name =
        unit.qualifier.empty() ? unit_word(unit.base) : unit.qualifier + " " + unit_word(unit.base);
    const auto found = own.periods.find(name);
    if (found != own.periods.end()) return found->second;
    // years are twelve months of the same qualifier, unless declared
    if (unit.base == UnitBase::year) {
      const std::string months = unit.qualifier.empty() ? "months" : unit.qualifier + " months";
      const auto base = own.periods.find(months);
      Period years;
      if (base != own.periods.end()) years = plan_.periods[static_cast<size_t>(base->second)];
      years.name = name;
      years.convention.counts = calendar::Base::year;
      return plain_period(std::move(years));
    }
    if (!unit.qualifier.empty()) fail("no period is called `" + name + "`", unit.span);
    Period plain;  // the plain unit, where a pack declares none
    plain.name = name;
    plain.label = {name, name};
    plain.convention.counts = base_of(unit.base);
    plain.convention.starts = unit.base == UnitBase::hour ? calendar::Starts::at_act : calendar::Starts::day_after;
    return plain_period(std::move(plain));
  }

  int32_t plain_period(Period period) {
    for (size_t i = 0; i < plan_.periods.size(); ++i)
      if (plan_.periods[i].name == period.name && plan_.periods[i].convention.counts == period.convention.counts &&
          plan_.periods[i].convention.rolls == period.convention.rolls &&
          plan_.periods[i].unless_state == period.unless_state)
        return static_cast<int32_t>(i);
    plan_.periods.push_back(std::move(period));
    return static_cast<int32_t>(plan_.periods.size() - 1);
  }

  uint16_t type_index(const law::Name& name) {
    const auto found = plan_.act_index.find(sym(name.text));
    if (found == plan_.act_index.end()) fail("no act is called `" + name.text + "`", name.span);
    return found->second;
  }

  Quantity quantity(Body& body, const law::Quantity& q) {
    Quantity out;
    out.source = source_of(q.span);
    out.words = say(q);
    out.number = q.number;
    if (q.unit) out.period = period_index(*body.names, *q.unit);
    if (q.path) {
      Operand operand;
      operand.source = source_of(q.path->span);
      operand.factors.push_back(path_factor(body, *q.path, false));
      out.operand = std::move(operand);
    }
    out.plus = q.plus;
    if (q.plus_unit) out.plus_period = period_index(*body.names, *q.plus_unit);
    return out;
  }

  Factor path_factor(Body& body, const law::Path& path, bool as_code) {
    Factor out;
    const std::string& head = path.head.text;
    if (path.call) {
      for (const law::Operand& argument : path.arguments) out.arguments.push_back(operand(body, argument, false));
      if (head == "age") {
        out.kind = Factor::Kind::age;
        return out;
      }
      const auto table = body.names->tables.find(head);
      if (table == body.names->tables.end()) fail("no table is called `" + head + "`", path.head.span);
      out.kind = Factor::Kind::table;
      out.index = table->second;
      if (!path.rest.empty()) {
        const auto& outputs = plan_.tables[static_cast<size_t>(out.index)].outputs;
        const auto column = std::find(outputs.begin(), outputs.end(), sym(path.rest[0].text));
        if (column == outputs.end()) fail("the table has no column `" + path.rest[0].text + "`", path.rest[0].span);
        out.column = static_cast<int32_t>(column - outputs.begin());
      }
      return out;
    }
    out.kind = Factor::Kind::act_part;
    size_t next = 0;  // the first of `rest` not yet used
    std::string word = head;
    law::Span word_span = path.head.span;
    if (head == "this") {
      out.ref = Ref::self;
      if (path.rest.empty()) {
        out.what = What::act;
        return out;
      }
      word = path.rest[0].text;
      word_span = path.rest[0].span;
      next = 1;
    } else if (const auto alias = body.aliases.find(head); alias != body.aliases.end()) {
      out.ref = Ref::alias;
      out.alias = alias->second;
      if (path.rest.empty()) {
        out.what = What::act;
        return out;
      }
      word = path.rest[0].text;
      word_span = path.rest[0].span;
      next = 1;
    } else if (as_code && path.rest.empty()) {
      // On the right of a comparison: a code, a level, or a setting.
      if (const auto setting = body.names->settings.find(head); setting != body.names->settings.end()) {
        out.kind = Factor::Kind::setting;
        out.index = setting->second;
        return out;
      }
      out.kind = Factor::Kind::symbol;
      out.symbol = sym(head);
      return out;
    }
    if (word == "data" && next < path.rest.size()) {
      out.what = What::field;
      out.field = sym(path.rest[next].text);
      return out;
    }
    if (word == "at") {
      out.what = What::at;
    } else if (word == "entered") {
      out.what = What::entered;
    } else if (word == "by" || word == "on") {
      out.what = word == "by" ? What::by : What::on;
      if (next < path.rest.size()) out.field = sym(path.rest[next].text);
    } else if (word == "agency") {
      out.what = What::agency;
    } else if (word == "case") {
      out.what = What::case_id;
    } else if (const auto subject = body.names->subjects.find(word); subject != body.names->subjects.end()) {
      out.what = What::subject;
      out.index = subject->second;
      out.field = sym(word);
    } else if (const auto setting = body.names->settings.find(word);
               setting != body.names->settings.end() && next == 0) {
      out.kind = Factor::Kind::setting;
      out.index = setting->second;
    } else {
      out.what = What::field;
      out.field = sym(word);
    }
    (void)word_span;
    return out;
  }

  Factor factor(Body& body, const law::Factor& f, bool as_code) {
    Factor out;
    switch (f.kind) {
      case law::Factor::Kind::number:
        out.kind = Factor::Kind::number;
        out.number = f.number;
        if (f.unit) out.period = period_index(*body.names, *f.unit);
        return out;
      case law::Factor::Kind::text:
        out.kind = Factor::Kind::symbol;
        out.symbol = sym(f.text);
        return out;
      case law::Factor::Kind::date:
        out.kind = Factor::Kind::date;
        out.date = f.date;
        return out;
      case law::Factor::Kind::clock:
        out.kind = Factor::Kind::clock;
        out.minutes = f.clock_minutes;
        return out;
      case law::Factor::Kind::yes_no:
        out.kind = Factor::Kind::yes_no;
        out.yes = f.yes;
        return out;
      case law::Factor::Kind::path: return path_factor(body, *f.path, as_code);
      case law::Factor::Kind::end_of:
        out.kind = Factor::Kind::end_of;
        out.index = group_index(body, f.name);
        return out;
      case law::Factor::Kind::latest:
        out.kind = Factor::Kind::latest;
        out.field = sym(f.name.text);
        return out;
      case law::Factor::Kind::acting_as:
        out.kind = Factor::Kind::acting_as;
        for (const law::Name& name : f.names) out.roles.push_back(sym(name.text));
        return out;
      case law::Factor::Kind::who_did:
        out.kind = Factor::Kind::who_did;
        for (const law::Name& name : f.names) out.types.push_back(type_index(name));
        return out;
      case law::Factor::Kind::total_of:
        out.kind = Factor::Kind::total_of;
        out.field = sym(f.name.text);
        for (const law::Name& name : f.names) out.types.push_back(type_index(name));
        return out;
    }
    return out;
  }

  int32_t group_index(const Body& body, const law::Name& name) {
    const auto found = body.names->groups.find(name.text);
    if (found == body.names->groups.end()) fail("no clock is called `" + name.text + "`", name.span);
    return found->second;
  }

  Operand operand(Body& body, const law::Operand& o, bool as_code) {
    Operand out;
    out.source = source_of(o.span);
    out.words = say(o);
    for (const law::Factor& f : o.factors) out.factors.push_back(factor(body, f, as_code));
    out.operators = o.operators;
    return out;
  }

  Pattern pattern(Body& body, const law::Pattern& p) {
    Pattern out;
    out.source = source_of(p.span);
    out.any_act = p.any_act;
    for (const law::Name& name : p.acts) out.types.push_back(type_index(name));
    std::sort(out.types.begin(), out.types.end());
    if (p.key) out.key_field = sym(p.key.text);
    if (p.key && body.subject != kNone)
      plan_.subjects[static_cast<size_t>(body.subject)].key_fields.push_back({out.types, out.key_field});
    for (const law::Name& role : p.roles) out.roles.push_back(sym(role.text));
    if (p.alias) out.alias = body.alias(p.alias.text);
    const law::Sayer zh = std::exchange(zh_, zh_.inside(p));
    const law::Sayer en = std::exchange(en_, en_.inside(p));
    out.where = atoms(body, p.where);
    zh_ = zh;
    en_ = en;
    return out;
  }

  std::vector<Atom> atoms(Body& body, const std::vector<law::Atom>& in) {
    std::vector<Atom> out;
    for (const law::Atom& a : in) out.push_back(atom(body, a));
    return out;
  }

  Atom atom(Body& body, const law::Atom& a) {
    using K = law::Atom::Kind;
    Atom out;
    out.source = source_of(a.span);
    out.kind = a.kind;
    out.negated = a.negated;
    out.all = a.all;
    out.after = a.after;
    out.in_case = a.in_case;
    out.compare = a.compare;
    out.distance = a.distance;
    out.count = a.count;
    if (a.pattern) out.pattern = std::make_shared<Pattern>(pattern(body, *a.pattern));
    if (a.since) out.since = std::make_shared<Pattern>(pattern(body, *a.since));
    if (a.window)
      out.window = Window{a.window->kind,
                          a.window->kind == law::Window::Kind::in_this ? Quantity{} : quantity(body, a.window->quantity),
                          a.window->period, a.window->quarter};
    switch (a.kind) {
      case K::named: {
        const law::Name& name = a.names.at(0);
        if (const auto state = body.names->states.find(name.text); state != body.names->states.end()) {
          out.index = state->second;
        } else if (const auto fact = body.names->facts.find(name.text); fact != body.names->facts.end()) {
          out.is_fact = true;
          out.index = fact->second;
        } else {
          fail("no state or fact is called `" + name.text + "`", name.span);
        }
        break;
      }
      case K::count_in:
      case K::document:
        for (const law::Name& name : a.names) out.names.push_back(sym(name.text));
        break;
      default: break;
    }
    if (!a.left.factors.empty()) out.left = operand(body, a.left, false);
    if (!a.right.factors.empty()) out.right = operand(body, a.right, a.kind == K::compare);
    for (const law::Factor& value : a.values) out.values.push_back(factor(body, value, true));
    if (a.kind == K::distance) out.quantity = quantity(body, a.quantity);
    if (a.kind == K::compare) agency_kind(body, out);
    if (a.kind == K::in) agency_kinds(body, out);
    return out;
  }

  // `agency` beside a kind is the agency's kind, elsewhere its id (section 4).
  bool is_kind(const Body& body, const Factor& f) const {
    return f.kind == Factor::Kind::symbol && body.names->agencies.contains(plan_.symbols.string(f.symbol));
  }
  static bool is_agency(const Operand& o) {
    return o.factors.size() == 1 && o.factors[0].kind == Factor::Kind::act_part && o.factors[0].what == What::agency;
  }
  static void make_kind(Operand& o) { o.factors[0].what = What::agency_kind; }
  void agency_kind(const Body& body, Atom& a) const {
    if (is_agency(a.left) && a.right.factors.size() == 1 && is_kind(body, a.right.factors[0])) make_kind(a.left);
  }
  void agency_kinds(const Body& body, Atom& a) const {
    if (is_agency(a.left) && !a.values.empty() &&
        std::all_of(a.values.begin(), a.values.end(), [&](const Factor& f) { return is_kind(body, f); }))
      make_kind(a.left);
  }

  std::vector<Condition> conditions(Body& body, const std::vector<law::Condition>& in) {
    std::vector<Condition> out;
    for (const law::Condition& c : in) {
      Condition condition;
      condition.join = c.join;
      condition.atoms = atoms(body, c.atoms);
      condition.only_if = atoms(body, c.only_if);
      condition.cite = cites_text(c.cites);
      law::Condition alone = c;  // the articles are told beside it
      alone.cites.clear();
      condition.words = say(alone);
      condition.source = source_of(c.span);
      if (!c.cites.empty()) condition.source.erase(std::min(condition.source.rfind(" cites "), condition.source.size()));
      out.push_back(std::move(condition));
    }
    return out;
  }

  Event event(Body& body, const law::Event& e) {
    Event out;
    out.source = source_of(e.span);
    out.kind = e.kind;
    out.every = e.every;
    out.cite = cites_text(e.cites);
    out.at_most = e.at_most;
    if (e.from) out.from = sym(e.from.text);
    switch (e.kind) {
      case law::Event::Kind::pattern: out.pattern = pattern(body, e.pattern); break;
      case law::Event::Kind::before_end:
        out.quantity = quantity(body, e.quantity);
        out.group = group_index(body, e.clock);
        break;
      case law::Event::Kind::end_of:
      case law::Event::Kind::change_of: out.group = group_index(body, e.clock); break;
      case law::Event::Kind::breach_of: {
        const auto group = body.names->groups.find(e.clock.text);
        if (group != body.names->groups.end()) {
          out.group = group->second;
          break;
        }
        const auto rule = body.names->rules.find(e.clock.text);
        if (rule == body.names->rules.end()) fail("no rule is called `" + e.clock.text + "`", e.clock.span);
        out.rule = rule->second.front();
        break;
      }
      case law::Event::Kind::end_of_every: break;
    }
    return out;
  }

  std::vector<Event> events(Body& body, const std::vector<law::Event>& in) {
    std::vector<Event> out;
    for (const law::Event& e : in) {
      out.push_back(event(body, e));
      if (out.back().rule == kNone) continue;
      const std::vector<int32_t>& versions = body.names->rules.at(e.clock.text);  // any of them may be broken
      for (size_t i = 1; i < versions.size(); ++i) {
        out.push_back(out.back());
        out.back().rule = versions[i];
      }
    }
    return out;
  }

  Step step(Body& body, const law::Step& s) {
    Step out;
    out.source = source_of(s.span);
    out.kind = s.kind;
    out.up_to = s.up_to;
    out.at_most = s.at_most;
    out.from = s.from;
    out.until_date = s.until_date;
    out.cite = cites_text(s.cites);
    if (s.after) out.after = pattern(body, *s.after);  // its alias is known to the quantity
    out.when = atoms(body, s.when);
    if (s.kind == law::Step::Kind::until) {
      out.until = operand(body, s.until, false);
    } else if (s.kind == law::Step::Kind::at_once) {
      out.target = true;
      const auto setting = body.names->settings.find("at_once");
      if (setting == body.names->settings.end()) fail("`at once` needs a setting `at_once`", s.span);
      Operand target;
      target.factors.emplace_back();
      target.factors.back().kind = Factor::Kind::setting;
      target.factors.back().index = setting->second;
      out.quantity.operand = std::move(target);
      out.quantity.source = "at_once";
    } else {
      out.quantity = quantity(body, s.quantity);
    }
    return out;
  }

  void define_one(const Names& own, const law::PeriodDecl& d) {
    const std::string name =
        d.unit.qualifier.empty() ? unit_word(d.unit.base) : d.unit.qualifier + " " + unit_word(d.unit.base);
    const size_t index = static_cast<size_t>(own.periods.at(name));
    if (d.unless_state) {
      // The state may be declared in this pack or, by the same name, in a pack that uses it (found then).
      const auto state = own.states.find(d.unless_state.text);
      if (state != own.states.end()) {
        plan_.periods[index].unless_state = state->second;
      } else {
        for (const auto& [pack, other] : names_)
          if (const auto found = other.states.find(d.unless_state.text); found != other.states.end())
            plan_.periods[index].unless_state = found->second;
        if (plan_.periods[index].unless_state == kNone)
          fail("no state is called `" + d.unless_state.text + "`", d.unless_state.span);
      }
    }
    if (d.strictly) plan_.periods[index].strict = period_index(own, *d.strictly);
  }
  void define_one(const Names& own, const law::SettingDecl& d) {
    Body body{&own, {}, kNone};
    plan_.settings[static_cast<size_t>(own.settings.at(d.name.text))].quantity = quantity(body, d.quantity);
  }
  void define_one(const Names& own, const law::TableDecl& d) {
    Body body{&own, {}, kNone};
    Table& table = plan_.tables[static_cast<size_t>(own.tables.at(d.name.text))];
    const auto cell = [&](const law::Cell& c) {
      Table::Cell out;
      out.kind = c.kind;
      for (const law::Factor& value : c.values) out.values.push_back(factor(body, value, true));
      if (c.quantity) out.quantity = quantity(body, *c.quantity);
      return out;
    };
    for (const law::TableDecl::Row& row : d.rows) {
      Table::Row out;
      for (const law::Cell& c : row.in) out.in.push_back(cell(c));
      for (const law::Cell& c : row.out) out.out.push_back(cell(c));
      table.rows.push_back(std::move(out));
    }
  }
  static void heed(TypeSet& types, const Pattern& pattern) {
    if (pattern.any_act) types.add_all();
    for (const uint16_t type : pattern.types) types.add(type);
  }
  void define_one(const Names& own, const law::StateDecl& d) {
    State state;
    static_cast<Head&>(state) = head_of(own, d, d.cites, d.key);
    Body body{&own, {}, state.subject};
    state.day_after = d.day_after;
    state.begins = events(body, d.begins);
    state.ends = events(body, d.ends);
    for (const auto* events : {&state.begins, &state.ends})
      for (const Event& event : *events)
        if (event.kind == law::Event::Kind::pattern) heed(state.heeds, event.pattern);
    state.aliases = count_aliases(body, d);
    plan_.states[static_cast<size_t>(own.states.at(d.name.text))] = std::move(state);
  }
  void define_one(const Names& own, const law::FactDecl& d) {
    Fact fact;
    static_cast<Head&>(fact) = head_of(own, d, d.cites, d.key);
    Body body{&own, {}, fact.subject};
    fact.when = conditions(body, d.when);
    fact.aliases = count_aliases(body, d);
    plan_.facts[static_cast<size_t>(own.facts.at(d.name.text))] = std::move(fact);
  }
  void define_one(const Names& own, const law::RuleDecl& d) {
    Rule rule;
    static_cast<Head&>(rule) = head_of(own, d, d.meta, d.key);
    Body body{&own, {}, rule.subject};
    for (const law::RuleDecl::On& on : d.on) {
      rule.on.push_back(pattern(body, on.pattern));
      rule.keys_by_subject = rule.keys_by_subject && rule.on.back().key_field == 0;
      rule.on_cites.push_back(cites_text(on.cites));
    }
    for (const law::Given& g : d.given) {
      Given given;
      given.first = g.first;
      given.pattern = pattern(body, g.pattern);
      given.alias = body.alias(g.alias.text);
      if (g.before) given.before = body.alias(g.before.text);
      rule.given.push_back(std::move(given));
    }
    rule.when = conditions(body, d.when);
    rule.unless = conditions(body, d.unless);
    rule.require = conditions(body, d.require);
    rule.advise = d.advise;
    rule.forbid = d.forbid;
    rule.aliases = count_aliases(body, d);
    auto& slots = own.rules.at(full_name(d));
    plan_.rules[static_cast<size_t>(slots[rule_uses_[{pack_->name, full_name(d)}]++])] = std::move(rule);
  }
  void define_one(const Names& own, const law::ClockDecl& d) {
    Clock clock;
    static_cast<Head&>(clock) = head_of(own, d, d.meta, d.key);
    Body body{&own, {}, clock.subject};
    clock.starts = events(body, d.starts);
    clock.when = conditions(body, d.when);
    clock.unless = conditions(body, d.unless);
    for (const law::Step& s : d.allows) clock.steps.push_back(step(body, s));
    for (const law::Name& name : d.pauses) {
      const auto state = own.states.find(name.text);
      if (state == own.states.end()) fail("no state is called `" + name.text + "`", name.span);
      clock.pauses.push_back(state->second);
    }
    clock.restarts = events(body, d.restarts);
    clock.may = d.may;
    for (const law::Pattern& p : d.met_by) clock.met_by.push_back(pattern(body, p));
    clock.lapses = events(body, d.lapses);
    for (const law::Warning& warning : d.warns) {
      clock.warn_kinds.push_back(warning.kind);
      clock.warn_percents.push_back(warning.percent);
      clock.warn_quantities.push_back(warning.kind == law::Warning::Kind::percent ? Quantity{}
                                                                                 : quantity(body, warning.quantity));
    }
    for (const Event& event : clock.starts)
      if (event.kind == law::Event::Kind::pattern && event.pattern.key_field != 0) clock.keys_by_subject = false;
    for (const Pattern& p : clock.met_by) heed(clock.heeds, p);
    for (const auto* events : {&clock.lapses, &clock.restarts})
      for (const Event& event : *events)
        if (event.kind == law::Event::Kind::pattern) heed(clock.heeds, event.pattern);
    for (const Step& s : clock.steps)
      if (s.after) heed(clock.heeds, *s.after);
    clock.aliases = count_aliases(body, d);
    const int32_t group = own.groups.at(full_name(d));
    clock.group = group;
    auto& slots = plan_.groups[static_cast<size_t>(group)];
    plan_.clocks[static_cast<size_t>(slots[rule_uses_[{pack_->name, "clock " + full_name(d)}]++])] = std::move(clock);
  }
  void define_one(const Names& own, const law::SeparationDecl& d) {
    Separation separation;
    static_cast<Head&>(separation) = head_of(own, d, d.meta, d.key);
    Body body{&own, {}, separation.subject};
    const bool acts = std::all_of(d.apart.begin(), d.apart.end(),
                                  [&](const law::Name& name) { return own.acts.contains(name.text); });
    for (const law::Name& name : d.apart) {
      if (acts)
        separation.types.push_back(type_index(name));
      else
        separation.roles.push_back(sym(name.text));
    }
    separation.unless = conditions(body, d.unless);
    separation.aliases = count_aliases(body, d);
    plan_.separations.push_back(std::move(separation));
  }
  void define_one(const Names& own, const law::PowerDecl& d) {
    Power power;
    static_cast<Head&>(power) = head_of(own, d, d.meta, std::nullopt);
    Body body{&own, {}, kNone};
    power.lets = d.lets;
    power.pattern = pattern(body, d.pattern);
    for (const law::PowerDecl::Holder& h : d.held_by)
      power.held_by.push_back(Power::Holder{h.anybody, sym(h.role.text), sym(h.agency.text), sym(h.level.text),
                                            h.or_above, atoms(body, h.when)});
    power.aliases = count_aliases(body, d);
    plan_.powers.push_back(std::move(power));
  }
  void define_one(const Names& own, const law::ConsequenceDecl& d) {
    Consequence consequence;
    static_cast<Head&>(consequence) = head_of(own, d, d.meta, std::nullopt);
    Body body{&own, {}, kNone};
    consequence.on = event(body, d.on);
    consequence.voids_this = d.voids_this;
    if (!d.voids_this) consequence.voids = pattern(body, d.voids);
    consequence.aliases = count_aliases(body, d);
    plan_.consequences.push_back(std::move(consequence));
  }

  void define_one(const Names& own, const law::WatchDecl& d) {
    const auto fraction = [](const Decimal& percent) { return std::stod(percent.text()) / 100; };
    Watch watch;
    static_cast<Head&>(watch) = head_of(own, d, d.meta, d.key);
    Body body{&own, {}, watch.subject};
    for (const law::Pattern& on : d.on) watch.on.push_back(pattern(body, on));
    watch.when = conditions(body, d.when);
    for (const law::WatchDecl::Unit& unit : d.per) {
      Watch::Unit out;
      out.kind = unit.kind;
      out.name = source_of(unit.span);
      out.label = {unit.kind == law::WatchDecl::Unit::Kind::agency  ? "机关"
                   : unit.kind == law::WatchDecl::Unit::Kind::level ? "级别"
                                                                    : "人员",
                   out.name};
      if (const std::string* label = unit.of ? labels_.label(law::Names::Of::role, unit.of.text, law::Language::chinese) : nullptr)
        out.label.zh = unit.kind == law::WatchDecl::Unit::Kind::role ? *label : *label + "的" + out.label.zh;
      else if (const std::string* act = unit.of ? labels_.label(law::Names::Of::act, unit.of.text, law::Language::chinese) : nullptr)
        out.label.zh = "作出“" + *act + "”的" + out.label.zh;
      if (unit.of && unit.kind != law::WatchDecl::Unit::Kind::role && own.acts.contains(unit.of.text))
        out.type = type_index(unit.of);
      else if (unit.of)
        out.role = sym(unit.of.text);
      watch.per.push_back(std::move(out));
    }
    watch.measure = d.measure.kind;
    watch.where = atoms(body, d.measure.where);
    if (d.measure.pattern) watch.pattern = pattern(body, *d.measure.pattern);
    if (d.measure.within) watch.within = quantity(body, *d.measure.within);
    if (!d.measure.operand.factors.empty()) watch.operand = operand(body, d.measure.operand, false);
    watch.quantile = fraction(d.measure.percent);
    watch.every = d.every;
    watch.last_days = static_cast<int32_t>(d.last_days);
    watch.same_kind = d.same_kind;
    watch.same_level = d.same_level;
    watch.above = d.above;
    watch.below = d.below;
    if (d.margin) watch.margin = fraction(*d.margin);
    watch.needs = d.needs.value_or(law::kWatchNeeds);
    watch.false_discovery = fraction(d.false_discovery.value_or(Decimal::of(law::kWatchFalseDiscovery)));
    watch.aliases = count_aliases(body, d);
    plan_.watches.push_back(std::move(watch));
  }

  const law::PackSet& set_;
  law::Names labels_;
  law::Sayer zh_;  // in the words of what is at hand
  law::Sayer en_;
  const law::Pack* pack_ = nullptr;
  Plan plan_;
  std::map<std::string, Names> names_;
  std::map<std::pair<std::string, std::string>, size_t> rule_uses_;
  std::string failure_;
};

}  // namespace

Result<Plan> compile(const law::PackSet& packs) { return Compiler(packs).run(); }

Text Plan::field_label(uint16_t type, Sym field) const {
  if (type != kUnknownType)
    if (const auto own = acts[type].fields.find(field); own != acts[type].fields.end() && !own->second.words.label.zh.empty())
      return own->second.words.label;
  if (const auto found = field_words.find(field); found != field_words.end()) return found->second.label;
  return {symbols.string(field), symbols.string(field)};
}

Text Plan::value_label(uint16_t type, Sym field, Sym value) const {
  const auto in = [&](const FieldWords& words) -> const Text* {
    const auto found = words.codes.find(value);
    return found == words.codes.end() ? nullptr : &found->second;
  };
  if (type != kUnknownType)
    if (const auto own = acts[type].fields.find(field); own != acts[type].fields.end())
      if (const Text* said = in(own->second.words)) return *said;
  if (const auto found = field_words.find(field); found != field_words.end())
    if (const Text* said = in(found->second)) return *said;
  for (const auto* labels : {&role_labels, &agency_labels, &level_labels})
    if (const auto found = labels->find(value); found != labels->end()) return found->second;
  return {symbols.string(value), symbols.string(value)};
}

Sym Plan::agency_kind(Sym agency) const {
  if (const auto office = offices.find(agency); office != offices.end()) return office->second.kind;
  std::string id(symbols.text(agency));
  std::replace(id.begin(), id.end(), '-', '_');
  Sym best = 0;
  size_t best_size = 0;
  for (const Sym kind : agency_kinds) {
    std::string name(symbols.text(kind));
    std::replace(name.begin(), name.end(), '-', '_');
    const bool begins = id.starts_with(name) && (id.size() == name.size() || id[name.size()] == '_');
    if (begins && name.size() > best_size) {
      best = kind;
      best_size = name.size();
    }
  }
  return best;
}

std::optional<int32_t> Plan::level_of(Sym level) const {
  const auto found = levels.find(level);
  if (found == levels.end()) return std::nullopt;
  return found->second;
}

}  // namespace heng::watch
