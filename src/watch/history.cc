#include "watch/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <unordered_set>

#include "act/json.h"
#include "base/text.h"

namespace heng::watch {
namespace {

constexpr uint16_t kMostOfAKind = 60000;  // parties, fields, documents or list items of one act

const char* word_of(law::Type::Kind type) {
  switch (type) {
    case law::Type::Kind::number: return "a number";
    case law::Type::Kind::money: return "a sum of money";
    case law::Type::Kind::text: return "text";
    case law::Type::Kind::date: return "a date";
    case law::Type::Kind::time: return "a time";
    case law::Type::Kind::clock_time: return "a clock time";
    case law::Type::Kind::level: return "a level";
    case law::Type::Kind::yes_no: return "yes or no";
    case law::Type::Kind::people: return "a list of people";
    case law::Type::Kind::one_of: return "a code";
    case law::Type::Kind::list: return "a list";
  }
  return "text";
}

std::optional<int32_t> clock_minutes(std::string_view text) {
  if (text.size() < 4) return std::nullopt;
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon > 2 || colon + 3 > text.size()) return std::nullopt;
  int32_t hour = 0;
  for (size_t i = 0; i < colon; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    hour = hour * 10 + (text[i] - '0');
  }
  if (text[colon + 1] < '0' || text[colon + 1] > '5' || text[colon + 2] < '0' || text[colon + 2] > '9')
    return std::nullopt;
  if (hour > 24) return std::nullopt;
  return hour * 60 + (text[colon + 1] - '0') * 10 + (text[colon + 2] - '0');
}

// An object that is no person written as {id, role}: a record with one entry a member, such as who said what.
bool is_record(const Value& value) {
  if (value.kind != Value::Kind::object) return false;
  return std::ranges::none_of(value.members, [](const auto& member) { return member.first == "id"; });
}

}  // namespace

History::History(Plan& plan)
    : plan_(plan), law_symbols_(static_cast<Sym>(plan.symbols.size())), type_of_name_(law_symbols_, kUnknownType), shapes_(plan.acts.size()) {
  for (const auto& [name, type] : plan.act_index) type_of_name_[name] = type;
}

void History::keep_in(const PageFolder* folder) {
  plan_.symbols.keep_in(folder);
  acts_.keep_in(folder);
  parties_.keep_in(folder);
  data_.keep_in(folder);
  lists_.keep_in(folder);
  remainder_at_.keep_in(folder);
  remainders_.keep_in(folder);
  ids_.keep_in(folder);
  case_index_.keep_in(folder);
  by_case_.keep_in(folder);
}

History::FieldShape History::shape_of(const ActType* type, const std::string& name) {
  FieldShape out;
  out.name = name;
  const Sym field = plan_.symbols.find(name);
  if (field == 0 || field >= law_symbols_) {
    note_unread(name);
    return out;
  }
  out.field = field;
  if (type != nullptr)
    if (const auto own = type->fields.find(field); own != type->fields.end()) {
      out.kind = own->second.type;
      out.declared = true;
      return out;
    }
  if (const auto anywhere = plan_.field_types.find(field); anywhere != plan_.field_types.end()) {
    out.kind = anywhere->second;
    out.declared = true;
  }
  return out;
}

// Acts of one type mostly have the same fields in the same order.
const History::FieldShape& History::known_shape(uint16_t type, size_t position, const std::string& name) {
  std::vector<FieldShape>& shapes = shapes_[type];
  if (position < shapes.size() && shapes[position].name == name) return shapes[position];
  for (const FieldShape& shape : shapes)
    if (shape.name == name) return shape;
  constexpr size_t kMost = 64;
  if (shapes.size() == kMost) shapes.pop_back();
  shapes.push_back(shape_of(&plan_.acts[type], name));
  return shapes.back();
}

Sym History::text_symbol(const Value& value) {
  switch (value.kind) {
    case Value::Kind::text: return plan_.symbols.intern(value.text);
    case Value::Kind::number: return plan_.symbols.intern(value.exact ? value.number.text() : value.text);
    case Value::Kind::boolean: return plan_.symbols.intern(value.boolean ? "yes" : "no");
    default: return 0;
  }
}

Datum History::typed(const Value& value, const FieldShape& shape, const StoredAct& act, std::vector<Note>* notes) {
  using T = law::Type::Kind;
  const T type = shape.kind;
  Datum out;
  out.field = shape.field;
  const auto wrong = [&]() {
    // Not what the act type says: kept as the text it is, so that nothing is lost; a comparison with it is unknown.
    if (notes != nullptr)
      notes->push_back({"act-field-type",
                        fmt::format("field `{}` is not {}", plan_.symbols.text(shape.field), word_of(type)),
                        "correct the value, or leave the field out if it is not known"});
    out.kind = Datum::Kind::symbol;
    out.payload = text_symbol(value);
    return out;
  };
  if (value.kind == Value::Kind::null) return out;
  if (value.kind == Value::Kind::list || type == T::people || type == T::list) {
    out.kind = Datum::Kind::list;
    out.payload = static_cast<int64_t>(lists_.size());
    const auto add = [&](const Value& item) {
      if (item.kind == Value::Kind::object) {  // a person written as {id, role}
        for (const auto& [name, member] : item.members)
          if (name == "id") lists_.push_back(text_symbol(member));
        return;
      }
      if (const Sym symbol = text_symbol(item); symbol != 0) lists_.push_back(symbol);
    };
    if (value.kind == Value::Kind::list) {
      for (const Value& item : value.items) add(item);
    } else if (is_record(value)) {  // what each member said: the list is of the members who said something
      for (const auto& [name, said] : value.members)
        if (said.kind != Value::Kind::null) lists_.push_back(plan_.symbols.intern(name));
    } else {
      add(value);
    }
    const size_t count = lists_.size() - static_cast<size_t>(out.payload);
    out.count = static_cast<uint16_t>(std::min<size_t>(count, kMostOfAKind));
    return out;
  }
  if (value.kind == Value::Kind::object) return wrong();
  switch (type) {
    case T::number:
    case T::money: {
      std::optional<Decimal> number;
      if (value.kind == Value::Kind::number && value.exact) number = value.number;
      if (value.kind == Value::Kind::text) number = Decimal::parse(value.text);
      if (!number) return wrong();
      out.kind = Datum::Kind::number;
      out.scale = static_cast<uint8_t>(number->scale);
      out.payload = number->mantissa;
      return out;
    }
    case T::yes_no:
      if (value.kind == Value::Kind::boolean) {
        out.payload = value.boolean ? 1 : 0;
      } else if (value.kind == Value::Kind::text && (value.text == "yes" || value.text == "true" || value.text == "是")) {
        out.payload = 1;
      } else if (value.kind == Value::Kind::text && (value.text == "no" || value.text == "false" || value.text == "否")) {
        out.payload = 0;
      } else {
        return wrong();
      }
      out.kind = Datum::Kind::yes_no;
      return out;
    case T::date:
    case T::time: {
      if (value.kind != Value::Kind::text) return wrong();
      if (const auto date = date_in(value.text)) {
        out.kind = Datum::Kind::date;
        out.payload = date->days;
        return out;
      }
      if (const auto time = rfc3339_in(value.text)) {
        out.kind = Datum::Kind::instant;
        out.payload = time->instant.us;
        return out;
      }
      if (const auto local = local_time_in(value.text)) {  // on the act's own clock
        out.kind = Datum::Kind::instant;
        out.payload = *local - act.offset_minutes() * kMinute;
        return out;
      }
      return wrong();
    }
    case T::clock_time: {
      if (value.kind != Value::Kind::text) return wrong();
      if (const auto minutes = clock_minutes(value.text)) {
        out.kind = Datum::Kind::minutes;
        out.payload = *minutes;
        return out;
      }
      if (const auto time = rfc3339_in(value.text)) {
        out.kind = Datum::Kind::instant;
        out.payload = time->instant.us;
        return out;
      }
      return wrong();
    }
    case T::text:
    case T::level:
    case T::one_of:
    case T::people:
    case T::list: break;
  }
  if (!shape.declared && value.kind == Value::Kind::number && value.exact) {
    out.kind = Datum::Kind::number;
    out.scale = static_cast<uint8_t>(value.number.scale);
    out.payload = value.number.mantissa;
    return out;
  }
  if (value.kind == Value::Kind::boolean) {
    out.kind = Datum::Kind::yes_no;
    out.payload = value.boolean ? 1 : 0;
    return out;
  }
  out.kind = Datum::Kind::symbol;
  out.payload = text_symbol(value);
  if (out.payload == 0) out.kind = Datum::Kind::blank;  // "" says nothing
  return out;
}

Sym History::kind_of(Sym agency) {
  Sym kind = kinds_.find(agency);
  if (kind == SymTable::kNothing) {
    kind = plan_.agency_kind(agency);
    kinds_.set(agency, kind);
    agencies_.push_back({agency, kind});
  }
  return kind;
}

void History::store(const Act& act, StoredAct& out, std::vector<Note>* notes, bool own_id) {
  out.at_us = act.at.instant.us;
  out.place_us = act.recorded ? act.recorded->instant.us : out.at_us;
  out.id = plan_.symbols.intern(act.id);
  out.case_id = plan_.symbols.intern(act.case_id);
  out.agency = plan_.symbols.intern(act.agency);
  kind_of(out.agency);
  const Sym written_type = plan_.symbols.intern(act.type);
  out.type = written_type < law_symbols_ ? type_of_name_[written_type] : kUnknownType;
  const Sym corrects = plan_.symbols.intern(act.corrects);
  const Sym annuls = plan_.symbols.intern(act.annuls);
  out.refers = corrects != 0 ? corrects : annuls;
  out.set_flags(act.at.offset_minutes, (act.recorded ? StoredAct::kRecorded : 0) | (corrects == 0 && annuls != 0 ? StoredAct::kAnnuls : 0) |
                                           (corrects != 0 && annuls != 0 ? StoredAct::kBoth : 0));

  out.document_count = static_cast<uint16_t>(act.docs.size());
  out.by_count = static_cast<uint16_t>(act.by.size());
  out.on_count = static_cast<uint16_t>(act.on.size());
  const bool own = out.people_count() <= StoredAct::kOwnPeople;
  if (!own) out.people[0].id = static_cast<Sym>(parties_.size());
  size_t next = 0;
  const auto add = [&](PartyRef party) {
    if (own)
      out.people[next++] = party;
    else
      parties_.push_back(party);
  };
  for (const Party& party : act.by) add({plan_.symbols.intern(party.id), plan_.symbols.intern(party.role)});
  for (const Party& party : act.on) add({plan_.symbols.intern(party.id), plan_.symbols.intern(party.role)});
  for (const Document& document : act.docs) add({plan_.symbols.intern(document.kind), 0});

  out.first_datum = static_cast<uint32_t>(data_.size());
  const ActType* declared = out.type == kUnknownType ? nullptr : &plan_.acts[out.type];
  if (own_id) begin_remainder(act, written_type);
  FieldShape unknown_types;
  for (size_t i = 0; i < act.data.size(); ++i) {
    const auto& [name, value] = act.data[i];
    if (declared == nullptr) unknown_types = shape_of(nullptr, name);
    const FieldShape& shape = declared == nullptr ? unknown_types : known_shape(out.type, i, name);
    if (notes != nullptr && declared != nullptr && !shape.declared)
      notes->push_back({"act-unknown-field", fmt::format("`{}` is no field of `{}`", name, plan_.symbols.text(declared->name)),
                        shape.field == 0 ? "kept in the act, but no rule reads it" : "kept, but no rule reads it"});
    if (own_id) remainder_.name(shape.field, name);
    if (shape.field == 0) {
      if (own_id) remainder_.value(value, 0);
      continue;
    }
    const Datum datum = typed(value, shape, out, notes);
    data_.push_back(datum);
    const bool said = value.kind == Value::Kind::text && datum.kind == Datum::Kind::symbol;
    if (own_id) remainder_.value(value, said ? static_cast<Sym>(datum.payload) : 0);
  }
  out.datum_count = static_cast<uint16_t>(data_.size() - out.first_datum);
  if (declared == nullptr) {  // behind its fields, what its type is called
    Datum name;
    name.kind = Datum::Kind::symbol;
    name.payload = written_type;
    data_.push_back(name);
  }
  remainder_at_.push_back(own_id ? end_remainder(act, remainders_) : kNoRemainder);
}

void History::begin_remainder(const Act& act, Sym type) {
  remainder_.clear();
  remainder_.number(type);
  remainder_.signed_number(act.recorded ? act.recorded->offset_minutes : 0);
  remainder_.text(act.corrects.empty() ? std::string_view() : act.annuls);  // both: the column holds the first
  remainder_.number(act.data.size());
}

uint32_t History::end_remainder(const Act& act, GrownArray<uint32_t>& into) {
  for (const Document& document : act.docs) {
    remainder_.text(document.id);
    remainder_.text(document.sha256);
    remainder_.text(document.title);
  }
  const std::string_view bytes = remainder_.bytes();
  HENG_ASSERT(into.size() < kNoRemainder);  // sixteen GiB
  const auto at = static_cast<uint32_t>(into.size());
  into.resize(at + 1 + (bytes.size() + 3) / 4);
  into[at] = static_cast<uint32_t>(bytes.size());
  std::memcpy(&into[at + 1], bytes.data(), bytes.size());
  return at;
}

std::optional<Act> History::read_original(size_t index, const std::vector<Sym>* moved) const {
  const StoredAct& stored = acts_[index];
  const uint32_t at = remainder_at_[index];
  if (at >= remainders_.size() || remainders_[at] > (remainders_.size() - at - 1) * 4) return std::nullopt;
  RemainderReader in({reinterpret_cast<const char*>(remainders_.data() + at + 1), remainders_[at]}, plan_.symbols, moved);
  Act out;
  out.id = plan_.symbols.string(stored.id);
  out.type = in.symbol();
  out.at = {stored.at(), stored.offset_minutes()};
  const auto recorded_offset = static_cast<int32_t>(in.signed_number());
  if (stored.recorded()) out.recorded = OffsetTime{stored.place(), recorded_offset};
  out.corrects = plan_.symbols.string(stored.corrects());
  out.annuls = stored.both() ? in.text() : plan_.symbols.string(stored.annuls());
  if (!stored.both()) in.text();
  out.case_id = plan_.symbols.string(stored.case_id);
  out.agency = plan_.symbols.string(stored.agency);
  const auto party = [this](const PartyRef& ref) { return Party{plan_.symbols.string(ref.id), plan_.symbols.string(ref.role)}; };
  for (const PartyRef& ref : by(stored)) out.by.push_back(party(ref));
  for (const PartyRef& ref : on(stored)) out.on.push_back(party(ref));
  for (uint64_t left = in.number(); left > 0 && in.good(); --left) {
    std::string name = in.name();
    out.data.emplace_back(std::move(name), in.value());
  }
  for (const PartyRef& ref : documents(stored)) {
    Document& document = out.docs.emplace_back();
    document.kind = plan_.symbols.string(ref.id);
    document.id = in.text();
    document.sha256 = in.text();
    document.title = in.text();
  }
  if (!in.good() || !in.rest().empty()) return std::nullopt;
  return out;
}

Act History::original(size_t index) const {
  std::optional<Act> out = read_original(index, nullptr);
  HENG_ASSERT(out.has_value());
  return *std::move(out);
}

History::Added History::add(const Act& act, std::vector<Note>* notes, bool own_ids) {
  if (act.by.size() > kMostOfAKind || act.on.size() > kMostOfAKind || act.data.size() > kMostOfAKind ||
      act.docs.size() > kMostOfAKind) {
    if (notes != nullptr)
      notes->push_back({"act-too-large", fmt::format("act `{}` has more than {} people, fields or documents", act.id,
                                                     kMostOfAKind),
                        "split the act"});
    return Added::refused;
  }
  if (act.case_id.empty()) {
    if (notes != nullptr)
      notes->push_back({"act-no-case", fmt::format("act `{}` names no case", act.id), "add `case`"});
    return Added::refused;
  }
  const Sym id = plan_.symbols.intern(act.id);
  const uint32_t met = own_ids ? ids_.find(id) : SymTable::kNothing;
  if (met != SymTable::kNothing) {
    StoredAct& old = acts_[met];
    const Act before = original(met);
    if (before == act) return Added::same;
    const int order = act_to_json(before).compare(act_to_json(act));  // the canonical bytes decide (contracts.md)
    if (order == 0) return Added::same;
    const int64_t place = act.recorded ? act.recorded->instant.us : act.at.instant.us;
    const bool wins = place < old.place_us || (place == old.place_us && order > 0);
    if (notes != nullptr)
      notes->push_back({"act-id-conflict",
                        fmt::format("the id `{}` stands for two different acts; the one recorded {} is kept", act.id,
                                    wins ? "here" : "before"),
                        "give the other act an id of its own, or say what it `corrects`"});
    if (!wins) return Added::refused;
    const Sym old_case = old.case_id;
    StoredAct fresh;
    store(act, fresh, notes, true);
    acts_[met] = fresh;
    remainder_at_[met] = remainder_at_.back();
    remainder_at_.pop_back();
    if (old_case != fresh.case_id) {
      by_case_.erase(case_index_.find(old_case), met);
      by_case_.add(of_case(fresh.case_id), met);
    }
    return Added::replaced;
  }
  const uint32_t index = static_cast<uint32_t>(acts_.size());
  lists_before_ = lists_.size();
  last_at_before_ = last_at_;
  StoredAct stored;
  store(act, stored, notes, own_ids);
  acts_.push_back(stored);
  if (own_ids) ids_.set(id, index);
  by_case_.add(of_case(stored.case_id), index);
  if (stored.at_us > last_at_.instant.us) last_at_ = act.at;
  return Added::kept;
}

void History::take_back() {
  const StoredAct& last = acts_.back();
  if (last.people_count() > StoredAct::kOwnPeople) parties_.resize(last.people[0].id);
  data_.resize(last.first_datum);
  lists_.resize(lists_before_);
  last_at_ = last_at_before_;
  if (remainder_at_.back() != kNoRemainder) {
    remainders_.resize(remainder_at_.back());
    ids_.set(last.id, SymTable::kNothing);
  }
  remainder_at_.pop_back();
  const uint32_t place = case_index_.find(last.case_id);
  by_case_.drop_last(place);
  if (by_case_[place].empty() && place + 1 == by_case_.size()) {  // the act named the case first
    by_case_.drop_list();
    case_order_.pop_back();
    case_index_.set(last.case_id, SymTable::kNothing);
  }
  acts_.pop_back();
}

size_t History::of_case(Sym case_id) {
  uint32_t slot = case_index_.find(case_id);
  if (slot == SymTable::kNothing) {
    slot = static_cast<uint32_t>(by_case_.size());
    case_index_.set(case_id, slot);
    by_case_.add_list();
    case_order_.push_back(case_id);
  }
  return slot;
}

std::span<const uint32_t> History::acts_of(Sym case_id) const {
  const uint32_t slot = case_index_.find(case_id);
  return slot == SymTable::kNothing ? std::span<const uint32_t>() : by_case_[slot];
}

void History::note_unread(std::string_view field) {
  const Sym symbol = plan_.symbols.intern(field);
  if (symbol == 0 || is_unread_.find(symbol) != SymTable::kNothing) return;
  is_unread_.set(symbol, 1);
  unread_.push_back(symbol);
}

void History::save(ByteWriter& out, Sym base_symbols) const {
  out.number(base_symbols);
  plan_.symbols.save(out);
  out.vector(unread_);
  out.column(acts_);
  out.column(parties_);
  out.column(data_);
  out.column(lists_);
  out.vector(case_order_);
  by_case_.save(out);
  out.vector(agencies_);
  std::vector<Sym> types;
  for (const ActType& type : plan_.acts) types.push_back(type.name);
  out.vector(types);
  out.column(remainder_at_);
  out.column(remainders_);
  out.number(static_cast<uint64_t>(last_at_.instant.us));
  out.number(static_cast<uint64_t>(static_cast<int64_t>(last_at_.offset_minutes)));
}

bool History::load(ByteReader& in, Sym base_symbols) {
  if (plan_.symbols.size() != base_symbols || !acts_.empty() || in.number() != base_symbols) return false;
  auto texts = SavedTexts::read(in, plan_.symbols.folder());
  return texts && plan_.symbols.take(std::move(*texts)) && load_rest(in, nullptr);
}

bool History::load_other(ByteReader& in, Moved& moved) {
  if (!acts_.empty()) return false;
  in.number();  // how many of the symbols were that law's
  const auto texts = SavedTexts::read(in, nullptr);
  if (!texts) return false;
  for (Sym symbol = 0; symbol < texts->size(); ++symbol) moved.symbols.push_back(plan_.symbols.intern(texts->text(symbol)));
  in.file = nullptr;  // every column is written again: copied at once, not page by page
  if (!load_rest(in, &moved)) return false;
  std::vector<PartyRef> before;
  before.swap(agencies_);
  for (const PartyRef& agency : before) moved.kinds = moved.kinds || kind_of(agency.id) != agency.role;
  return true;
}

bool History::load_rest(ByteReader& in, Moved* moved) {
  const std::vector<Sym>* symbols = moved == nullptr ? nullptr : &moved->symbols;
  in.vector(unread_);
  in.column(acts_);
  in.column(parties_);
  in.column(data_);
  in.column(lists_);
  in.vector(case_order_);
  size_t acts = 0;
  const bool listed = by_case_.load(in, [&](size_t place, uint32_t act) {
    ++acts;
    return act < acts_.size() && place < case_order_.size() && acts_[act].case_id == case_order_[place];
  });
  in.vector(agencies_);
  std::vector<Sym> types;
  in.vector(types);
  in.column(remainder_at_);
  in.column(remainders_);
  last_at_.instant.us = static_cast<int64_t>(in.number());
  last_at_.offset_minutes = static_cast<int32_t>(static_cast<int64_t>(in.number()));
  if (!listed || acts != acts_.size() || !in.good || by_case_.size() != case_order_.size() || !columns_fit(symbols == nullptr ? plan_.symbols.size() : symbols->size(), types)) return false;
  if (moved != nullptr && !move_symbols(*moved, types)) return false;
  for (const Sym field : unread_) is_unread_.set(field, 1);
  if (symbols == nullptr)
    for (const PartyRef& agency : agencies_) kinds_.set(agency.id, agency.role);
  case_index_.expect(plan_.symbols.size());
  ids_.expect(plan_.symbols.size());
  for (size_t place = 0; place < case_order_.size(); ++place) {
    if (case_index_.find(case_order_[place]) != SymTable::kNothing) return false;
    case_index_.set(case_order_[place], static_cast<uint32_t>(place));
  }
  for (size_t i = 0; i < acts_.size(); ++i)
    if (remainder_at_[i] != kNoRemainder) ids_.set(acts_[i].id, static_cast<uint32_t>(i));
  return true;
}

// Whether every number in the columns lies within the column it points into.
bool History::columns_fit(size_t symbols, const std::vector<Sym>& types) const {
  if (remainder_at_.size() != acts_.size()) return false;
  const auto named = [symbols](Sym sym) { return sym < symbols; };
  for (const auto* each : {&case_order_, &unread_, &types})
    for (const Sym one : *each)
      if (!named(one)) return false;
  const auto known = [&named](const PartyRef& party) { return named(party.id) && named(party.role); };
  for (const StoredAct& act : acts_) {
    const bool own = act.people_count() <= StoredAct::kOwnPeople;
    if (own && !std::all_of(act.people, act.people + act.people_count(), known)) return false;
    const size_t data = size_t{act.first_datum} + act.datum_count;
    if (!named(act.id) || !named(act.case_id) || !named(act.agency) || !named(act.refers) ||
        (!own && act.people[0].id + act.people_count() > parties_.size()) || data > data_.size() ||
        (act.type != kUnknownType && act.type >= types.size()) || (act.type == kUnknownType && (data == data_.size() || data_[data].kind != Datum::Kind::symbol)))
      return false;
  }
  if (!std::all_of(parties_.begin(), parties_.end(), known) || !std::all_of(agencies_.begin(), agencies_.end(), known)) return false;
  for (const Sym item : lists_)
    if (!named(item)) return false;
  for (const Datum& datum : data_) {
    if (!named(datum.field) || datum.kind > Datum::Kind::list) return false;
    const auto payload = static_cast<uint64_t>(datum.payload);
    if (datum.kind == Datum::Kind::symbol && payload >= symbols) return false;
    if (datum.kind == Datum::Kind::list && (payload > lists_.size() || datum.count > lists_.size() - payload)) return false;
  }
  for (const uint32_t at : remainder_at_)
    if (at != kNoRemainder && (at >= remainders_.size() || remainders_[at] > (remainders_.size() - at - 1) * 4)) return false;
  return true;
}

// Every symbol becomes the one it has in this plan. The remainders are written anew, their names as texts.
bool History::move_symbols(Moved& moved, const std::vector<Sym>& types) {
  const std::vector<Sym>& symbols = moved.symbols;
  const auto move = [&](Sym& symbol) { symbol = symbols[symbol]; };
  for (Sym& field : unread_) move(field);
  const auto move_party = [&](PartyRef& party) {
    move(party.id);
    move(party.role);
  };
  for (PartyRef& party : parties_) move_party(party);
  for (PartyRef& agency : agencies_) move_party(agency);
  for (Datum& datum : data_) {
    move(datum.field);
    if (datum.kind != Datum::Kind::symbol) continue;
    Sym symbol = static_cast<Sym>(datum.payload);
    move(symbol);
    datum.payload = symbol;
  }
  for (Sym& item : lists_) move(item);
  for (Sym& one : case_order_) move(one);
  for (StoredAct& act : acts_) {
    for (Sym* one : {&act.id, &act.case_id, &act.agency, &act.refers}) move(*one);
    const Sym type = act.type == kUnknownType ? static_cast<Sym>(data_[act.first_datum + act.datum_count].payload) : symbols[types[act.type]];
    const auto found = plan_.act_index.find(type);
    if (found != plan_.act_index.end())
      act.type = found->second;
    else if (act.type != kUnknownType)
      moved.lost_type = type;
    for (size_t i = 0; act.people_count() <= StoredAct::kOwnPeople && i < act.people_count(); ++i) move_party(act.people[i]);
  }
  GrownArray<uint32_t> places;
  GrownArray<uint32_t> fresh;
  for (size_t i = 0; i < acts_.size(); ++i) {
    uint32_t at = kNoRemainder;
    if (remainder_at_[i] != kNoRemainder) {
      const std::optional<Act> act = read_original(i, &symbols);
      if (!act) return false;
      begin_remainder(*act, plan_.symbols.intern(act->type));
      for (const auto& [name, value] : act->data) {
        remainder_.name(0, name);
        remainder_.value(value, 0);
      }
      at = end_remainder(*act, fresh);
    }
    places.push_back(at);
  }
  remainder_at_.swap(places);
  remainders_.swap(fresh);
  return true;
}

namespace {

// One case's acts and what they do to one another: who is annulled, who is replaced. References point only to
// smaller places, so one pass from the last placed to the first settles annulments and one back settles the rest.
class Liveness {
 public:
  Liveness(const History& history, std::span<const uint32_t> acts) : history_(history) {
    std::unordered_map<Sym, uint32_t> ids;
    for (const uint32_t act : acts) ids.emplace(history.act(act).id, act);
    for (const uint32_t act : acts) {
      const StoredAct& stored = history.act(act);
      const Sym target = stored.refers;
      if (target == 0) continue;
      const auto found = ids.find(target);
      const bool both = stored.both();
      if (found == ids.end() || found->second == act || both)
        bad_.insert(act);
      else
        target_[act] = found->second;
    }
    drop_rings(acts);
    order_.assign(acts.begin(), acts.end());
    std::erase_if(order_, [this](uint32_t act) { return bad_.contains(act); });
    for (const uint32_t act : order_) place(act);
    std::erase_if(order_, [this](uint32_t act) {
      const auto target = target_.find(act);
      if (target == target_.end()) return false;
      if (place_of_.contains(target->second) && placed_before(target->second, act)) return false;
      bad_.insert(act);
      target_.erase(target);
      return true;
    });
    std::sort(order_.begin(), order_.end(), [this](uint32_t a, uint32_t b) { return placed_before(a, b); });
    for (auto it = order_.rbegin(); it != order_.rend(); ++it) settle(*it);
    for (const uint32_t act : order_) {
      const auto target = target_.find(act);
      if (target == target_.end() || history_.act(act).corrects() == 0) continue;
      root_[act] = root(target->second);
      if (const auto above = annulled_.find(target->second); above != annulled_.end())
        annulled_.emplace(act, above->second);
    }
  }

  const std::unordered_set<uint32_t>& bad() const { return bad_; }
  // The live annulment that took the act away (of itself or of what it corrects); nullptr if none did.
  const uint32_t* annulled(uint32_t act) const { return find(annulled_, act); }
  // The correction that stands in its place, the last placed of those not annulled; nullptr if none does. A correction
  // that another one took the place of takes its own corrections with it: one act stands in the place of a root.
  const uint32_t* replaced(uint32_t act) const {
    if (const uint32_t* by = find(corrected_, act)) return by;
    for (uint32_t at = act;;) {
      const auto target = target_.find(at);
      if (target == target_.end() || history_.act(at).corrects() == 0) return nullptr;
      const uint32_t* last = find(corrected_, target->second);
      if (last != nullptr && *last != at) return last;
      at = target->second;
    }
  }
  uint32_t root(uint32_t act) const {
    const uint32_t* known = find(root_, act);
    return known == nullptr ? act : *known;
  }

 private:
  static const uint32_t* find(const std::unordered_map<uint32_t, uint32_t>& map, uint32_t act) {
    const auto found = map.find(act);
    return found == map.end() ? nullptr : &found->second;
  }

  void drop_rings(std::span<const uint32_t> acts) {
    std::unordered_map<uint32_t, uint32_t> seen;  // act → the walk that reached it
    uint32_t walk = 0;
    for (const uint32_t start : acts) {
      ++walk;
      uint32_t at = start;
      while (target_.contains(at) && !seen.contains(at)) {
        seen[at] = walk;
        at = target_[at];
      }
      if (!target_.contains(at) || seen[at] != walk || bad_.contains(at)) continue;
      for (const uint32_t first = at;;) {  // the ring itself
        bad_.insert(at);
        at = target_[at];
        if (at == first) break;
      }
    }
    for (const uint32_t act : bad_) target_.erase(act);
  }

  struct Place {
    int64_t us = 0;
    uint32_t base = 0;  // the act whose place it takes
    uint32_t depth = 0;
  };
  // One that corrects or annuls and gives no `recorded` stands just after the act it names.
  Place place(uint32_t act) {
    std::vector<uint32_t> path;
    uint32_t at = act;
    while (!place_of_.contains(at) && !history_.act(at).recorded() && target_.contains(at)) {
      path.push_back(at);
      at = target_.at(at);
    }
    if (!place_of_.contains(at)) place_of_[at] = Place{history_.act(at).place_us, at, 0};
    Place out = place_of_[at];
    for (auto it = path.rbegin(); it != path.rend(); ++it) {
      ++out.depth;
      place_of_[*it] = out;
    }
    return out;
  }
  std::string_view id(uint32_t act) const { return history_.plan().symbols.text(history_.act(act).id); }
  bool placed_before(uint32_t a, uint32_t b) const {
    const Place& x = place_of_.at(a);
    const Place& y = place_of_.at(b);
    if (x.us != y.us) return x.us < y.us;
    if (x.base != y.base) return natural_compare(id(x.base), id(y.base)) < 0;
    if (x.depth != y.depth) return x.depth < y.depth;
    return natural_compare(id(a), id(b)) < 0;
  }

  // All that names `act` is placed later and settled.
  void settle(uint32_t act) {
    const auto target = target_.find(act);
    if (target == target_.end()) return;
    if (annulled_.contains(act)) return;
    if (history_.act(act).corrects() != 0) {
      corrected_.emplace(target->second, act);  // the last placed comes first
    } else if (!corrected_.contains(act)) {
      annulled_.emplace(target->second, act);
    }
  }

  const History& history_;
  std::vector<uint32_t> order_;
  std::unordered_map<uint32_t, Place> place_of_;
  std::unordered_map<uint32_t, uint32_t> target_;
  std::unordered_map<uint32_t, uint32_t> annulled_;   // act → by
  std::unordered_map<uint32_t, uint32_t> corrected_;  // act → by
  std::unordered_map<uint32_t, uint32_t> root_;
  std::unordered_set<uint32_t> bad_;
};

}  // namespace

bool timeline_before(const History& history, const LiveActs::Item& a, const LiveActs::Item& b) {
  const StoredAct& x = history.act(a.act);
  const StoredAct& y = history.act(b.act);
  if (x.at_us != y.at_us) return x.at_us < y.at_us;
  const StoredAct& root_x = history.act(a.root);
  const StoredAct& root_y = history.act(b.root);
  if (root_x.place_us != root_y.place_us) return root_x.place_us < root_y.place_us;
  if (root_x.id == root_y.id) return false;
  return natural_compare(history.plan().symbols.text(root_x.id), history.plan().symbols.text(root_y.id)) < 0;
}

LiveActs live_acts(const History& history, std::span<const uint32_t> case_acts, Instant now) {
  LiveActs out;
  live_acts(history, case_acts, now, out);
  return out;
}

void live_acts(const History& history, std::span<const uint32_t> case_acts, Instant now, LiveActs& out) {
  using Reason = LiveActs::Dropped::Why;
  out.acts.clear();
  out.dropped.clear();
  bool references = false;
  bool waiting = false;
  bool in_order = true;  // each done after the one before
  int64_t last = INT64_MIN;
  for (const uint32_t act : case_acts) {
    const StoredAct& stored = history.act(act);
    references = references || stored.refers != 0;
    waiting = waiting || stored.at_us > now.us;
    in_order = in_order && last < stored.at_us;
    last = stored.at_us;
  }
  std::vector<uint32_t> done;
  std::span<const uint32_t> acts = case_acts;
  if (waiting) {
    for (const uint32_t act : case_acts) {
      if (history.act(act).at_us > now.us)
        out.dropped.push_back({act, Reason::waiting, act});
      else
        done.push_back(act);
    }
    acts = done;
  }
  if (!references) {
    out.acts.reserve(acts.size());
    for (const uint32_t act : acts) out.acts.push_back({act, act});
  } else {
    const Liveness liveness(history, acts);
    for (const uint32_t act : acts) {
      if (liveness.bad().contains(act))
        out.dropped.push_back({act, Reason::bad_reference, act});
      else if (const uint32_t* by = liveness.annulled(act))
        out.dropped.push_back({act, Reason::annulled, *by});
      else if (const uint32_t* correction = liveness.replaced(act))
        out.dropped.push_back({act, Reason::corrected, *correction});
      else if (history.act(act).annuls() != 0)
        out.dropped.push_back({act, Reason::annuls, act});
      else
        out.acts.push_back({act, liveness.root(act)});
    }
  }
  if (in_order) return;
  std::sort(out.acts.begin(), out.acts.end(), [&](const LiveActs::Item& a, const LiveActs::Item& b) {
    return timeline_before(history, a, b);
  });
}

}  // namespace heng::watch
