#include "law/symbols.h"

#include <algorithm>
#include <unordered_set>

#include "base/text.h"

namespace heng::law {
namespace {

std::string canonical_agency(std::string_view id) {
  std::string out(id);
  std::replace(out.begin(), out.end(), '_', '-');
  return out;
}

Type list_of_text(Span span) {
  Type type;
  type.kind = Type::Kind::list;
  type.element = Name{"text", span};
  type.span = span;
  return type;
}

std::optional<Space> space_of(const Decl& decl) {
  struct Of {
    std::optional<Space> operator()(const PackDecl&) const { return std::nullopt; }
    std::optional<Space> operator()(const TestDecl&) const { return std::nullopt; }
    std::optional<Space> operator()(const SourceDecl&) const { return Space::source; }
    std::optional<Space> operator()(const RoleDecl&) const { return Space::role; }
    std::optional<Space> operator()(const AgencyDecl&) const { return Space::agency; }
    std::optional<Space> operator()(const OfficeDecl&) const { return Space::office; }
    std::optional<Space> operator()(const SubjectDecl&) const { return Space::subject; }
    std::optional<Space> operator()(const ActDecl&) const { return Space::act; }
    std::optional<Space> operator()(const FieldNameDecl&) const { return Space::field; }
    std::optional<Space> operator()(const PeriodDecl&) const { return Space::unit; }
    std::optional<Space> operator()(const SettingDecl&) const { return Space::named; }
    std::optional<Space> operator()(const TableDecl&) const { return Space::named; }
    std::optional<Space> operator()(const StateDecl&) const { return Space::named; }
    std::optional<Space> operator()(const FactDecl&) const { return Space::named; }
    std::optional<Space> operator()(const RuleDecl&) const { return Space::rule; }
    std::optional<Space> operator()(const ClockDecl&) const { return Space::rule; }
    std::optional<Space> operator()(const SeparationDecl&) const { return Space::rule; }
    std::optional<Space> operator()(const PowerDecl&) const { return Space::rule; }
    std::optional<Space> operator()(const ConsequenceDecl&) const { return Space::rule; }
    std::optional<Space> operator()(const WatchDecl&) const { return Space::rule; }
  };
  return std::visit(Of{}, decl);
}

}  // namespace

bool InForce::overlaps(const InForce& other) const {
  if (empty() || other.empty()) return false;
  if (from && other.until && *other.until < *from) return false;
  if (other.from && until && *until < *other.from) return false;
  return true;
}

const DeclBase& base_of(const Decl& decl) {
  return std::visit([](const auto& value) -> const DeclBase& { return value; }, decl);
}

std::string rule_id(const DeclBase& decl) {
  return decl.part ? decl.name.text + "." + decl.part.text : decl.name.text;
}

std::string unit_name(const Unit& unit) {
  static constexpr const char* kNames[] = {"hour", "day", "month", "year"};
  std::string out = unit.qualifier;
  if (!out.empty()) out += ' ';
  return out + kNames[static_cast<size_t>(unit.base)];
}

std::string unit_text(const Unit& unit) { return unit_name(unit) + "s"; }

const Meta* meta_of(const Decl& decl) {
  if (const auto* rule = std::get_if<RuleDecl>(&decl)) return &rule->meta;
  if (const auto* clock = std::get_if<ClockDecl>(&decl)) return &clock->meta;
  if (const auto* separation = std::get_if<SeparationDecl>(&decl)) return &separation->meta;
  if (const auto* power = std::get_if<PowerDecl>(&decl)) return &power->meta;
  if (const auto* consequence = std::get_if<ConsequenceDecl>(&decl)) return &consequence->meta;
  if (const auto* watch = std::get_if<WatchDecl>(&decl)) return &watch->meta;
  return nullptr;
}

const std::optional<For>* key_of(const Decl& decl) {
  if (const auto* rule = std::get_if<RuleDecl>(&decl)) return &rule->key;
  if (const auto* clock = std::get_if<ClockDecl>(&decl)) return &clock->key;
  if (const auto* separation = std::get_if<SeparationDecl>(&decl)) return &separation->key;
  if (const auto* state = std::get_if<StateDecl>(&decl)) return &state->key;
  if (const auto* fact = std::get_if<FactDecl>(&decl)) return &fact->key;
  if (const auto* watch = std::get_if<WatchDecl>(&decl)) return &watch->key;
  return nullptr;
}

bool on_every_act(const SubjectDecl& subject) {
  return std::any_of(subject.paths.begin(), subject.paths.end(), [](const Path& path) {
    return path.rest.empty() && (path.head.text == "by" || path.head.text == "agency");
  });
}

const Field* ActInfo::field(std::string_view name) const {
  for (const Field& field : fields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

const SpanDecl* ActInfo::span(std::string_view name) const {
  for (const SpanDecl& span : decl->spans) {
    if (span.name.text == name) return &span;
  }
  return nullptr;
}

bool ActInfo::carries(const SubjectDecl& subject) const {
  if (on_every_act(subject)) return true;
  // `by.ROLE`: acts whose type says that the role does it.
  for (const Path& path : subject.paths) {
    if (path.head.text != "by" || path.rest.empty()) continue;
    for (const Name& role : decl->by) {
      if (role.text == path.rest.front().text) return true;
    }
  }
  return std::find(subjects.begin(), subjects.end(), &subject) != subjects.end();
}

Symbols Symbols::of(const PackSet& packs) {
  Symbols out;
  out.packs_.resize(packs.packs.size());
  for (uint32_t i = 0; i < out.packs_.size(); ++i) {
    out.packs_[i].name = packs.packs[i].name;
    out.packs_[i].decl = &packs.packs[i].decl;
    for (const File& file : packs.packs[i].files) {
      for (const Decl& decl : file.declarations) out.add(i, decl);
    }
  }
  for (uint32_t i = 0; i < out.packs_.size(); ++i) {
    PackNames& pack = out.packs_[i];
    std::optional<uint32_t> at = i;
    while (at && std::find(pack.visible.begin(), pack.visible.end(), *at) == pack.visible.end()) {
      pack.visible.push_back(*at);
      const PackDecl* decl = out.packs_[*at].decl;
      at = decl != nullptr && decl->uses ? out.pack_named(decl->uses.text) : std::nullopt;
    }
  }
  out.add_acts();
  out.date_rules();
  return out;
}

void Symbols::add(uint32_t pack, const Decl& decl) {
  PackNames& names = packs_[pack];
  if (const auto* test = std::get_if<TestDecl>(&decl)) {
    names.tests.push_back(test);
    return;
  }
  if (std::holds_alternative<PackDecl>(decl)) return;
  const Space space = *space_of(decl);
  const DeclBase& base = base_of(decl);
  std::string name = space == Space::rule ? rule_id(base) : base.name.text;
  if (const auto* period = std::get_if<PeriodDecl>(&decl)) name = unit_name(period->unit);
  if (name.empty()) return;
  names.names[static_cast<size_t>(space)][name].push_back(static_cast<uint32_t>(names.symbols.size()));
  names.symbols.push_back(Symbol{space, pack, &decl, {}});
}

void Symbols::add_acts() {
  for (PackNames& pack : packs_) {
    for (const Symbol& symbol : pack.symbols) {
      const auto* decl = symbol.as<ActDecl>();
      if (decl == nullptr) continue;
      auto info = std::make_unique<ActInfo>();
      info->decl = decl;
      info->pack = symbol.pack;
      for (const FieldDecl& field : decl->fields) {
        info->fields.push_back(Field{field.name.text, field.type, field.else_latest, nullptr, field.span});
      }
      for (const Name& on : decl->on) {
        const SubjectDecl* found = subject(symbol.pack, on.text);
        if (found == nullptr) continue;
        info->subjects.push_back(found);
        for (const Path& path : found->paths) {
          if (path.head.text != "data" || path.rest.size() != 1) continue;
          const std::string& name = path.rest.front().text;
          const auto known = std::find_if(info->fields.begin(), info->fields.end(),
                                          [&](const Field& field) { return field.name == name; });
          if (known != info->fields.end()) {
            known->subject = found;
            continue;
          }
          Type type;
          type.span = on.span;
          if (found->each_of) type = list_of_text(on.span);
          info->fields.push_back(Field{name, type, false, found, on.span});
        }
      }
      acts_[decl] = std::move(info);
    }
  }
  for (PackNames& pack : packs_) {
    for (const uint32_t other : pack.visible) {
      for (const Symbol& symbol : packs_[other].symbols) {
        if (const auto* decl = symbol.as<ActDecl>()) pack.acts.push_back(acts_[decl].get());
      }
    }
  }
}

void Symbols::date_rules() {
  for (PackNames& pack : packs_) {
    for (Symbol& symbol : pack.symbols) {
      const Meta* meta = meta_of(*symbol.decl);
      if (meta == nullptr) continue;
      symbol.in_force = InForce{meta->from, meta->until};
      if (meta->from || meta->until || meta->cites.empty()) continue;
      const auto* source = find_as<SourceDecl>(symbol.pack, Space::source, meta->cites.front().source.text);
      if (source != nullptr) symbol.in_force = InForce{source->from, source->until};
    }
  }
}

std::optional<uint32_t> Symbols::pack_named(std::string_view name) const {
  for (uint32_t i = 0; i < packs_.size(); ++i) {
    if (packs_[i].name == name) return i;
  }
  return std::nullopt;
}

bool Symbols::sees(uint32_t pack, uint32_t other) const {
  const std::vector<uint32_t>& seen = packs_[pack].visible;
  return std::find(seen.begin(), seen.end(), other) != seen.end();
}

const std::vector<uint32_t>* Symbols::own(uint32_t pack, Space space, std::string_view name) const {
  const auto& names = packs_[pack].names[static_cast<size_t>(space)];
  const auto found = names.find(std::string(name));
  return found == names.end() ? nullptr : &found->second;
}

const Symbol* Symbols::find(uint32_t pack, Space space, std::string_view name, bool* elsewhere) const {
  if (elsewhere != nullptr) *elsewhere = false;
  for (const uint32_t other : packs_[pack].visible) {
    if (const auto* found = own(other, space, name)) return &packs_[other].symbols[found->front()];
  }
  const Symbol* only = nullptr;
  for (uint32_t other = 0; other < packs_.size(); ++other) {
    if (sees(pack, other)) continue;
    const auto* found = own(other, space, name);
    if (found == nullptr) continue;
    if (only != nullptr) return nullptr;
    only = &packs_[other].symbols[found->front()];
  }
  if (only != nullptr && elsewhere != nullptr) *elsewhere = true;
  return only;
}

std::vector<const Symbol*> Symbols::versions(uint32_t pack, Space space, std::string_view name) const {
  std::vector<const Symbol*> out;
  const Symbol* first = find(pack, space, name);
  if (first == nullptr) return out;
  for (const uint32_t index : *own(first->pack, space, name))
    out.push_back(&packs_[first->pack].symbols[index]);
  return out;
}

const ActInfo* Symbols::act(uint32_t pack, std::string_view name) const {
  const ActDecl* decl = find_as<ActDecl>(pack, Space::act, name);
  return decl == nullptr ? nullptr : acts_.at(decl).get();
}

std::vector<const ClockDecl*> Symbols::clocks(uint32_t pack, std::string_view name) const {
  std::vector<const ClockDecl*> out;
  for (const Symbol* symbol : versions(pack, Space::rule, name)) {
    if (const auto* clock = symbol->as<ClockDecl>()) out.push_back(clock);
  }
  return out;
}

const StateDecl* Symbols::rolling_exception(uint32_t pack, const PeriodDecl& period) const {
  return period.unless_state ? state(pack, period.unless_state.text) : nullptr;
}

const std::vector<Name>& Symbols::levels(uint32_t pack) const {
  static const std::vector<Name> none;
  for (const uint32_t other : packs_[pack].visible) {
    const PackDecl* decl = packs_[other].decl;
    if (decl != nullptr && !decl->levels.empty()) return decl->levels;
  }
  return none;
}

std::optional<size_t> Symbols::level(uint32_t pack, std::string_view name) const {
  const std::vector<Name>& all = levels(pack);
  for (size_t i = 0; i < all.size(); ++i) {
    if (all[i].text == name) return i;
  }
  return std::nullopt;
}

std::string Symbols::agency_kind(uint32_t pack, std::string_view id) const {
  if (const auto* office = find_as<OfficeDecl>(pack, Space::office, id)) return office->kind.text;
  const std::string wanted = canonical_agency(id);
  std::string best;
  for (const uint32_t other : packs_[pack].visible) {
    for (const auto& [name, unused] : packs_[other].names[static_cast<size_t>(Space::agency)]) {
      const std::string kind = canonical_agency(name);
      const bool begins =
          wanted.starts_with(kind) && (wanted.size() == kind.size() || wanted[kind.size()] == '-');
      if (begins && name.size() > best.size()) best = name;
    }
  }
  return best;
}

std::string Symbols::nearest(uint32_t pack, Space space, std::string_view name) const {
  std::vector<std::string> candidates;
  for (const uint32_t other : packs_[pack].visible) {
    for (const auto& [known, unused] : packs_[other].names[static_cast<size_t>(space)])
      candidates.push_back(known);
  }
  return nearest_name(name, candidates);
}

std::string nearest_name(std::string_view word, const std::vector<std::string>& candidates) {
  const std::vector<std::string> near = suggest(word, candidates);
  if (!near.empty()) return near.front();
  // Two Chinese words for one thing seldom differ by one sign: 拘留通知 and 通知拘留. Compare the signs they
  // share.
  const auto signs = [](std::string_view text) {
    std::unordered_set<char32_t> out;
    for (size_t at = 0; at < text.size();) {
      const Rune rune = decode_utf8(text, at);
      if (rune.value >= 0x3400 && rune_width(rune.value) == 2) out.insert(rune.value);
      at += rune.size;
    }
    return out;
  };
  const auto wanted = signs(word);
  if (wanted.size() < 2) return {};
  std::string best;
  double best_share = 0.49;
  for (const std::string& candidate : candidates) {
    const auto other = signs(candidate);
    if (other.empty()) continue;
    size_t common = 0;
    for (const char32_t sign : wanted) common += other.count(sign);
    const double share =
        static_cast<double>(common) / static_cast<double>(std::max(wanted.size(), other.size()));
    if (share > best_share || (share == best_share && natural_compare(candidate, best) < 0)) {
      best_share = share;
      best = candidate;
    }
  }
  return best;
}

}  // namespace heng::law
