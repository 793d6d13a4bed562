#include "watch/plan_shape.h"

#include <algorithm>
#include <map>

#include "tlog/hash.h"
#include "watch/needs.h"

namespace heng::watch {
namespace {

// What may hang on what without end in sight: states, facts, rules and clock groups. Everything else is spelled out
// where it is spoken of.
struct Node {
  enum class Kind : uint8_t { state, fact, rule, group } kind = Kind::state;
  int32_t index = kNone;
  auto operator<=>(const Node&) const = default;
};

// Spells declarations out as bytes: equal bytes, equal meaning. Nodes are named, and listed in `spoken`.
class Speller {
 public:
  explicit Speller(const Plan& plan) : plan_(plan) {}

  std::string take() { return std::exchange(out_, {}); }
  std::vector<Node> take_spoken() { return std::exchange(spoken_, {}); }

  void put(std::string_view text) {
    number(static_cast<int64_t>(text.size()));
    out_ += text;
  }
  void number(int64_t value) { out_ += std::to_string(value) + ' '; }
  void text(const Text& text) {
    put(text.zh);
    put(text.en);
  }
  void symbol(Sym sym) { put(plan_.symbols.text(sym)); }
  void symbols(const std::vector<Sym>& list) { each(list, [this](Sym one) { symbol(one); }); }
  void type(uint16_t index) { symbol(plan_.acts[index].name); }

  template <typename List, typename One>
  void each(const List& list, const One& one) {
    number(static_cast<int64_t>(list.size()));
    for (const auto& item : list) one(item);
  }
  template <typename T, typename One>
  void maybe(const std::optional<T>& value, const One& one) {
    number(value ? 1 : 0);
    if (value) one(*value);
  }

  void node(Node::Kind kind, int32_t index) {
    number(static_cast<int64_t>(kind));
    if (index == kNone) return number(kNone);
    put(name({kind, index}));
    spoken_.push_back({kind, index});
  }
  std::string name(const Node& node) const {
    const auto at = static_cast<size_t>(node.index);
    const Head& head = node.kind == Node::Kind::state  ? static_cast<const Head&>(plan_.states[at])
                       : node.kind == Node::Kind::fact ? static_cast<const Head&>(plan_.facts[at])
                       : node.kind == Node::Kind::rule ? static_cast<const Head&>(plan_.rules[at])
                                                       : static_cast<const Head&>(plan_.clocks[static_cast<size_t>(plan_.groups[at].front())]);
    return head.rule + "." + head.part;
  }
  void node(const Node& node) {
    const auto at = static_cast<size_t>(node.index);
    switch (node.kind) {
      case Node::Kind::state: return state(plan_.states[at]);
      case Node::Kind::fact: return fact(plan_.facts[at]);
      case Node::Kind::rule: return rule(plan_.rules[at]);
      case Node::Kind::group:
        return each(plan_.groups[at], [this](int32_t one) { clock(plan_.clocks[static_cast<size_t>(one)]); });
    }
  }

  void head(const Head& head) {
    put(head.rule);
    put(head.part);
    text(head.label);
    each(head.cites, [this](const std::string& one) { put(one); });
    number(static_cast<int64_t>(head.severity));
    subject(head.subject);
    number(head.across ? 1 : 0);
    maybe(head.from, [this](Date date) { number(date.days); });
    maybe(head.until, [this](Date date) { number(date.days); });
    put(plan_.zone_names[static_cast<size_t>(head.zone)]);
  }
  // Not the fields that a `for FIELD` takes it from: those are of the pattern that says so.
  void subject(int32_t index) {
    if (index == kNone) return number(kNone);
    const Subject& subject = plan_.subjects[static_cast<size_t>(index)];
    symbol(subject.name);
    text(subject.label);
    number(subject.each_of ? 1 : 0);
    each(subject.paths, [this](const Subject::Path& path) {
      number(static_cast<int64_t>(path.what));
      symbol(path.name);
    });
  }
  void rule(const Rule& rule) {
    head(rule);
    each(rule.on, [this](const Pattern& one) { pattern(one); });
    each(rule.on_cites, [this](const std::string& one) { put(one); });
    each(rule.given, [this](const Given& given) {
      number(given.alias);
      number(given.first ? 1 : 0);
      pattern(given.pattern);
      number(given.before);
    });
    for (const auto* lines : {&rule.when, &rule.unless, &rule.require}) conditions(*lines);
    number(rule.advise ? 1 : 0);
    number(rule.forbid ? 1 : 0);
  }
  void clock(const Clock& clock) {
    head(clock);
    node(Node::Kind::group, clock.group);  // its versions are looked at together
    events(clock.starts);
    conditions(clock.when);
    conditions(clock.unless);
    each(clock.steps, [this](const Step& one) { step(one); });
    each(clock.pauses, [this](int32_t state) { node(Node::Kind::state, state); });
    events(clock.restarts);
    number(clock.may ? 1 : 0);
    each(clock.met_by, [this](const Pattern& one) { pattern(one); });
    events(clock.lapses);
    each(clock.warn_kinds, [this](law::Warning::Kind kind) { number(static_cast<int64_t>(kind)); });
    each(clock.warn_percents, [this](const Decimal& percent) { put(percent.text()); });
    each(clock.warn_quantities, [this](const Quantity& one) { quantity(one); });
  }
  void separation(const Separation& separation) {
    head(separation);
    each(separation.roles, [this](Sym role) {
      symbol(role);
      const auto label = plan_.role_labels.find(role);
      text(label == plan_.role_labels.end() ? Text{} : label->second);
    });
    each(separation.types, [this](uint16_t one) { type(one); });
    conditions(separation.unless);
  }
  void power(const Power& power) {
    head(power);
    number(static_cast<int64_t>(power.lets));
    pattern(power.pattern);
    each(power.held_by, [this](const Power::Holder& holder) {
      number(holder.anybody ? 1 : 0);
      symbol(holder.role);
      symbol(holder.agency);
      symbol(holder.level);
      number(holder.or_above ? 1 : 0);
      atoms(holder.when);
    });
  }
  void consequence(const Consequence& consequence) {
    head(consequence);
    event(consequence.on);
    number(consequence.voids_this ? 1 : 0);
    pattern(consequence.voids);
  }

 private:
  void state(const State& state) {
    head(state);
    number(state.day_after ? 1 : 0);
    events(state.begins);
    events(state.ends);
  }
  void fact(const Fact& fact) {
    head(fact);
    conditions(fact.when);
  }
  void pattern(const Pattern& pattern) {
    number(pattern.any_act ? 1 : 0);
    std::vector<std::string_view> names;  // their numbers differ between plans
    for (const uint16_t one : pattern.types) names.push_back(plan_.symbols.text(plan_.acts[one].name));
    std::sort(names.begin(), names.end());
    each(names, [this](std::string_view one) { put(one); });
    symbol(pattern.key_field);
    symbols(pattern.roles);
    number(pattern.alias);
    atoms(pattern.where);
  }
  void atoms(const std::vector<Atom>& list) {
    each(list, [this](const Atom& one) { atom(one); });
  }
  void atom(const Atom& atom) {
    put(atom.source);
    number(static_cast<int64_t>(atom.kind));
    number((atom.negated ? 1 : 0) + (atom.all ? 2 : 0) + (atom.after ? 4 : 0) + (atom.in_case ? 8 : 0) + (atom.is_fact ? 16 : 0));
    number(static_cast<int64_t>(atom.compare));
    number(static_cast<int64_t>(atom.distance));
    maybe(atom.count, [this](const law::Count& count) {
      number(static_cast<int64_t>(count.kind));
      each(count.numbers, [this](int64_t one) { number(one); });
    });
    for (const auto* one : {&atom.pattern, &atom.since}) {
      number(*one ? 1 : 0);
      if (*one) pattern(**one);
    }
    maybe(atom.window, [this](const Window& window) {
      number(static_cast<int64_t>(window.kind));
      quantity(window.quantity);
      number(static_cast<int64_t>(window.period));
      number(window.quarter ? 1 : 0);
    });
    symbols(atom.names);
    if (atom.kind == law::Atom::Kind::named) node(atom.is_fact ? Node::Kind::fact : Node::Kind::state, atom.index);
    operand(atom.left);
    operand(atom.right);
    each(atom.values, [this](const Factor& one) { factor(one); });
    quantity(atom.quantity);
  }
  void conditions(const std::vector<Condition>& lines) {
    each(lines, [this](const Condition& line) {
      number(static_cast<int64_t>(line.join));
      atoms(line.atoms);
      atoms(line.only_if);
      put(line.cite);
      put(line.source);
      text(line.words);
    });
  }
  void events(const std::vector<Event>& list) {
    each(list, [this](const Event& one) { event(one); });
  }
  void event(const Event& event) {
    number(static_cast<int64_t>(event.kind));
    pattern(event.pattern);
    quantity(event.quantity);
    node(Node::Kind::group, event.group);
    node(Node::Kind::rule, event.rule);
    put(event.every);
    symbol(event.from);
    put(event.cite);
    maybe(event.at_most, [this](int64_t most) { number(most); });
  }
  void step(const Step& step) {
    number(static_cast<int64_t>(step.kind));
    quantity(step.quantity);
    maybe(step.up_to, [this](int64_t most) { number(most); });
    operand(step.until);
    maybe(step.after, [this](const Pattern& one) { pattern(one); });
    atoms(step.when);
    maybe(step.at_most, [this](int64_t most) { number(most); });
    maybe(step.from, [this](Date date) { number(date.days); });
    maybe(step.until_date, [this](Date date) { number(date.days); });
    put(step.cite);
    number(step.target ? 1 : 0);
  }
  void operand(const Operand& operand) {
    each(operand.factors, [this](const Factor& one) { factor(one); });
    each(operand.operators, [this](char one) { number(one); });
    put(operand.source);
    text(operand.words);
  }
  void factor(const Factor& factor) {
    number(static_cast<int64_t>(factor.kind));
    put(factor.number.text());
    period(factor.period);
    symbol(factor.symbol);
    number(factor.date.days);
    number(factor.minutes);
    number(factor.yes ? 1 : 0);
    number(static_cast<int64_t>(factor.what));
    number(static_cast<int64_t>(factor.ref));
    number(factor.alias);
    symbol(factor.field);
    const auto field = plan_.field_types.find(factor.field);
    number(field == plan_.field_types.end() ? kNone : static_cast<int64_t>(field->second));
    number(factor.column);
    each(factor.arguments, [this](const Operand& one) { operand(one); });
    symbols(factor.roles);
    each(factor.types, [this](uint16_t one) { type(one); });
    if (factor.index == kNone) return;
    switch (factor.kind) {
      case Factor::Kind::setting: return setting(factor.index);
      case Factor::Kind::table: return table(factor.index);
      case Factor::Kind::end_of: return node(Node::Kind::group, factor.index);
      default: return subject(factor.index);
    }
  }
  void quantity(const Quantity& quantity) {
    maybe(quantity.number, [this](const Decimal& one) { put(one.text()); });
    maybe(quantity.operand, [this](const Operand& one) { operand(one); });
    period(quantity.period);
    maybe(quantity.plus, [this](const Decimal& one) { put(one.text()); });
    period(quantity.plus_period);
  }
  void period(int32_t index) {
    if (index == kNone) return number(kNone);
    const Period& period = plan_.periods[static_cast<size_t>(index)];
    put(period.name);
    text(period.label);
    number(static_cast<int64_t>(period.convention.counts));
    number(period.convention.working ? 1 : 0);
    number(static_cast<int64_t>(period.convention.starts));
    number(period.convention.ends_day_before ? 1 : 0);
    number(period.convention.rolls ? 1 : 0);
    if (period.convention.working || period.convention.rolls) put(plan_.holidays.hash());
    node(Node::Kind::state, period.unless_state);
    maybe(period.warns_percent, [this](const Decimal& one) { put(one.text()); });
    put(period.cite);
    inside(period.strict, [&] { this->period(period.strict); });
  }
  void setting(int32_t index) {
    const Setting& setting = plan_.settings[static_cast<size_t>(index)];
    put(setting.name);
    text(setting.label);
    inside(index, [&] { quantity(setting.quantity); });
  }
  void table(int32_t index) {
    const Table& table = plan_.tables[static_cast<size_t>(index)];
    put(table.name);
    symbols(table.outputs);
    const auto cells = [this](const std::vector<Table::Cell>& list) {
      each(list, [this](const Table::Cell& cell) {
        number(static_cast<int64_t>(cell.kind));
        each(cell.values, [this](const Factor& one) { factor(one); });
        maybe(cell.quantity, [this](const Quantity& one) { quantity(one); });
      });
    };
    inside(index, [&] {
      each(table.rows, [&](const Table::Row& row) {
        cells(row.in);
        cells(row.out);
      });
    });
  }
  // No law goes so deep but one that goes round.
  template <typename Go>
  void inside(int32_t index, const Go& go) {
    constexpr int kDeepest = 8;
    number(index == kNone ? kNone : 0);
    if (index == kNone || depth_ == kDeepest) return;
    ++depth_;
    go();
    --depth_;
  }

  const Plan& plan_;
  std::string out_;
  std::vector<Node> spoken_;
  int depth_ = 0;
};

std::string hash_of(std::string_view text) { return std::string(tlog::sha256(text).view()); }

class Shaper {
 public:
  Shaper(const Plan& plan, const std::set<std::string>& only, bool missing) : plan_(plan), only_(only), spell_(plan) {
    spell_.number(missing ? 1 : 0);
    all_ = spell_.take();
  }

  std::vector<std::pair<std::string, std::string>> declarations() {
    add(plan_.rules, [this](const Rule& one) { spell_.rule(one); });
    add(plan_.clocks, [this](const Clock& one) { spell_.clock(one); });
    add(plan_.separations, [this](const Separation& one) { spell_.separation(one); });
    add(plan_.consequences, [this](const Consequence& one) { spell_.consequence(one); });
    // Powers over one act are held together: who is named in none of them acts without power.
    std::string powers;
    for (const Power& power : plan_.powers) {
      if (!wanted(power)) continue;
      spell_.power(power);
      powers += hash_of(spell_.take());
    }
    add(plan_.powers, [&](const Power& one) {
      spell_.power(one);
      spell_.put(powers);
    });
    std::vector<std::pair<std::string, std::string>> out;
    for (const auto& [name, text] : texts_) out.emplace_back(name, hash_of(text));
    return out;
  }

 private:
  bool wanted(const Head& head) const { return only_.empty() || only_.contains(head.rule); }

  template <typename List, typename Spell>
  void add(const List& list, const Spell& spell) {
    for (const auto& one : list) {
      if (!wanted(one)) continue;
      spell(one);
      std::string text = spell_.take();
      // All it speaks of, and what that speaks of, each once, by name.
      std::set<std::string> reached;
      std::set<Node> seen;
      std::vector<Node> open = spell_.take_spoken();
      while (!open.empty()) {
        const Node node = open.back();
        open.pop_back();
        if (!seen.insert(node).second) continue;
        const Spelled& spelled = of(node);
        reached.insert(std::to_string(static_cast<int>(node.kind)) + spell_.name(node) + spelled.hash);
        open.insert(open.end(), spelled.spoken.begin(), spelled.spoken.end());
      }
      for (const std::string& one_reached : reached) text += one_reached;
      texts_.try_emplace(one.rule, all_).first->second += hash_of(text);
    }
  }

  struct Spelled {
    std::string hash;
    std::vector<Node> spoken;
  };
  const Spelled& of(const Node& node) {
    const auto [found, fresh] = nodes_.try_emplace(node);
    if (fresh) {
      spell_.node(node);
      found->second.hash = hash_of(spell_.take());
      found->second.spoken = spell_.take_spoken();
    }
    return found->second;
  }

  const Plan& plan_;
  const std::set<std::string>& only_;
  Speller spell_;
  std::string all_;  // what every declaration hangs on
  std::map<Node, Spelled> nodes_;
  std::map<std::string, std::string> texts_;
};

std::string meaning_of(Speller& spell, const Plan& plan, const ActType& type) {
  spell.text(type.label);
  spell.symbols(type.by);
  spell.symbols(type.on);
  std::vector<std::string> lines;
  for (const Sym field : type.else_latest) lines.push_back(plan.symbols.string(field));
  for (const auto& [name, span] : type.spans)
    lines.push_back(plan.symbols.string(name) + '\0' + plan.symbols.string(span.from) + '\0' + plan.symbols.string(span.to) + '\0' +
                    plan.symbols.string(span.less));
  std::sort(lines.begin(), lines.end());
  spell.each(lines, [&](const std::string& line) { spell.put(line); });
  return hash_of(spell.take());
}

std::string reads_of(Speller& spell, const Plan& plan, const AcrossSubject& across) {
  std::vector<std::string> lines;
  for (size_t type = 0; type < plan.acts.size(); ++type)
    if (across.types.has(static_cast<uint16_t>(type))) lines.push_back(plan.symbols.string(plan.acts[type].name));
  if (across.types.has(kUnknownType)) lines.emplace_back("*");
  std::vector<std::string> keys;
  for (const Subject::KeyField& key : plan.subjects[static_cast<size_t>(across.subject)].key_fields) {
    std::string line = plan.symbols.string(key.field);
    std::vector<std::string> types;
    for (const uint16_t type : key.types) types.push_back(plan.symbols.string(plan.acts[type].name));
    std::sort(types.begin(), types.end());
    for (const std::string& type : types) line += '\0' + type;
    keys.push_back(std::move(line));
  }
  for (auto* list : {&lines, &keys}) {
    std::sort(list->begin(), list->end());
    list->erase(std::unique(list->begin(), list->end()), list->end());
    spell.each(*list, [&](const std::string& line) { spell.put(line); });
  }
  spell.number(across.first_act ? 1 : 0);
  return hash_of(spell.take());
}

std::vector<std::pair<std::string, uint8_t>> sorted(std::vector<std::pair<std::string, uint8_t>> list) {
  std::sort(list.begin(), list.end());
  return list;
}

const uint8_t* look(const std::vector<std::pair<std::string, uint8_t>>& list, std::string_view name) {
  const auto at = std::lower_bound(list.begin(), list.end(), name, [](const auto& one, std::string_view key) { return one.first < key; });
  return at == list.end() || at->first != name ? nullptr : &at->second;
}

}  // namespace

const PlanShape::Act* PlanShape::act(std::string_view name) const {
  const auto at = std::find_if(acts.begin(), acts.end(), [&](const Act& one) { return one.name == name; });
  return at == acts.end() ? nullptr : &*at;
}

const uint8_t* PlanShape::stored_as(const Act* act, std::string_view field) const {
  const uint8_t* own = act == nullptr ? nullptr : look(act->fields, field);
  return own != nullptr ? own : look(field_types, field);
}

PlanShape shape_of(const Plan& plan, const std::set<std::string>& only, bool missing) {
  PlanShape out;
  out.declarations = Shaper(plan, only, missing).declarations();
  Speller spell(plan);
  for (const ActType& type : plan.acts) {
    PlanShape::Act act;
    act.name = plan.symbols.string(type.name);
    act.meaning = meaning_of(spell, plan, type);
    for (const auto& [field, declared] : type.fields)
      act.fields.emplace_back(plan.symbols.string(field), static_cast<uint8_t>(declared.type));
    act.fields = sorted(std::move(act.fields));
    out.acts.push_back(std::move(act));
  }
  for (const auto& [name, index] : plan.act_index)
    if (name != plan.acts[index].name) out.acts[index].also_called.push_back(plan.symbols.string(name));
  for (PlanShape::Act& act : out.acts) std::sort(act.also_called.begin(), act.also_called.end());
  for (const auto& [field, kind] : plan.field_types) out.field_types.emplace_back(plan.symbols.string(field), static_cast<uint8_t>(kind));
  out.field_types = sorted(std::move(out.field_types));
  std::vector<std::pair<int32_t, std::string>> levels;
  for (const auto& [level, place] : plan.levels) levels.emplace_back(place, plan.symbols.string(level));
  std::sort(levels.begin(), levels.end());
  for (auto& [place, level] : levels) out.levels.push_back(std::move(level));
  for (const auto& [agency, office] : plan.offices) out.offices.emplace_back(plan.symbols.string(agency), plan.symbols.string(office.level));
  std::sort(out.offices.begin(), out.offices.end());
  for (const Clock& clock : plan.clocks) out.clocks.push_back(clock.rule + "." + clock.part);
  for (const AcrossSubject& across : across_subjects(plan, only)) {
    spell.subject(across.subject);
    std::string meaning = hash_of(spell.take());
    out.across.push_back({across.subject, std::move(meaning), reads_of(spell, plan, across)});
  }
  return out;
}

namespace {

void save_fields(ByteWriter& out, const std::vector<std::pair<std::string, uint8_t>>& fields) {
  out.number(fields.size());
  for (const auto& [name, kind] : fields) {
    out.text(name);
    out.number(kind);
  }
}
void save_texts(ByteWriter& out, const std::vector<std::string>& texts) {
  out.number(texts.size());
  for (const std::string& text : texts) out.text(text);
}
void save_pairs(ByteWriter& out, const std::vector<std::pair<std::string, std::string>>& pairs) {
  out.number(pairs.size());
  for (const auto& [first, second] : pairs) {
    out.text(first);
    out.text(second);
  }
}

// As many as were written, while the bytes last.
template <typename One>
auto load_list(ByteReader& in, const One& one) {
  std::vector<decltype(one())> out;
  const uint64_t count = in.number();
  for (uint64_t i = 0; i < count && in.good; ++i) out.push_back(one());
  return out;
}

}  // namespace

void save(ByteWriter& out, const PlanShape& shape) {
  save_pairs(out, shape.declarations);
  out.number(shape.acts.size());
  for (const PlanShape::Act& act : shape.acts) {
    out.text(act.name);
    save_texts(out, act.also_called);
    out.text(act.meaning);
    save_fields(out, act.fields);
  }
  save_fields(out, shape.field_types);
  save_texts(out, shape.levels);
  save_pairs(out, shape.offices);
  save_texts(out, shape.clocks);
  out.number(shape.across.size());
  for (const PlanShape::Across& across : shape.across) {
    out.number(static_cast<uint64_t>(across.subject));
    out.text(across.meaning);
    out.text(across.reads);
  }
}

PlanShape load_shape(ByteReader& in) {
  const auto text = [&] { return in.text(); };
  const auto pair = [&] {
    std::string first = in.text();
    return std::pair(std::move(first), in.text());
  };
  const auto field = [&] {
    std::string name = in.text();
    return std::pair(std::move(name), static_cast<uint8_t>(in.number()));
  };
  PlanShape out;
  out.declarations = load_list(in, pair);
  out.acts = load_list(in, [&] {
    PlanShape::Act act;
    act.name = in.text();
    act.also_called = load_list(in, text);
    act.meaning = in.text();
    act.fields = load_list(in, field);
    return act;
  });
  out.field_types = load_list(in, field);
  out.levels = load_list(in, text);
  out.offices = load_list(in, pair);
  out.clocks = load_list(in, text);
  out.across = load_list(in, [&] {
    PlanShape::Across across;
    across.subject = static_cast<int32_t>(in.number());
    across.meaning = in.text();
    across.reads = in.text();
    return across;
  });
  return out;
}

}  // namespace heng::watch
