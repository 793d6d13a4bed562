// A set of acts in the compact form the evaluators read: names as symbols, fields typed by the packs' act types.
// Built once, then read by any number of threads.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "act/act.h"
#include "base/grown.h"
#include "watch/bytes.h"
#include "watch/case_lists.h"
#include "watch/plan.h"
#include "watch/remainder.h"

namespace heng::watch {

struct PartyRef {
  Sym id = 0;
  Sym role = 0;
};

// One field of an act, typed.
struct Datum {
  enum class Kind : uint8_t { blank, number, symbol, yes_no, date, instant, minutes, list };
  Sym field = 0;
  Kind kind = Kind::blank;
  uint8_t scale = 0;     // number
  uint16_t count = 0;    // list
  int64_t payload = 0;   // number: mantissa; symbol; yes_no: 0/1; date: days; instant: us; minutes; list: first index
};

// One line of the processor's cache.
struct alignas(64) StoredAct {
  static constexpr size_t kOwnPeople = 2;

  int64_t at_us = 0;
  int64_t place_us = 0;  // recorded, else at; a correction or annulment without `recorded`: that of what it names
  Sym id = 0;
  Sym case_id = 0;
  Sym agency = 0;
  Sym refers = 0;  // to what it corrects or annuls
  uint32_t first_datum = 0;
  uint16_t type = kUnknownType;
  int16_t offset_flags = 0;  // eight times the offset in minutes, and three flags
  uint16_t by_count = 0;
  uint16_t on_count = 0;
  uint16_t datum_count = 0;
  uint16_t document_count = 0;
  // Those who did it, those it was done to, the kinds of its documents; if they are more, where the first of them is.
  PartyRef people[kOwnPeople];

  static constexpr int kRecorded = 1, kAnnuls = 2, kBoth = 4;
  void set_flags(int32_t offset_minutes, int flags) { offset_flags = static_cast<int16_t>(offset_minutes * 8 + flags); }
  bool flag(int which) const { return (offset_flags & which) != 0; }
  int16_t offset_minutes() const { return static_cast<int16_t>(offset_flags >> 3); }
  bool recorded() const { return flag(kRecorded); }
  Sym corrects() const { return flag(kAnnuls) ? 0 : refers; }
  Sym annuls() const { return flag(kAnnuls) ? refers : 0; }
  // It says that it corrects one act and annuls another, which means neither; `refers` is to the first.
  bool both() const { return flag(kBoth); }
  size_t people_count() const { return size_t{by_count} + on_count + document_count; }
  Instant at() const { return {at_us}; }
  Instant place() const { return {place_us}; }
};
static_assert(sizeof(StoredAct) == 64);

class History {
 public:
  // The plan must outlive the history; its interner grows with the acts.
  explicit History(Plan& plan);
  // Acts to come, and the plan's words, lie in files of the folder once they are many; it must outlive history and plan.
  void keep_in(const PageFolder* folder);

  // Takes one act in. Gives what is odd about it (a field of a wrong type, an unknown field), one text each.
  // An act whose id is taken: the same content is ignored; of two contents the one with the smaller (recorded,
  // canonical bytes) is kept (contracts.md) and the other reported.
  struct Note {
    std::string code;
    std::string what;
    std::string help;
  };
  enum class Added : uint8_t { kept, same, replaced, refused };
  // `own_ids`: the ids may be met again (false for a foreign log, whose reader numbers its events).
  Added add(const Act& act, std::vector<Note>* notes, bool own_ids = true);

  // Forgets the act that was added last, as if it had not been (its words stay interned). Only once after each `kept`.
  void take_back();
  // Whether an act of this id is held, of those whose ids are their own.
  bool holds(std::string_view id) const { return ids_.find(plan_.symbols.find(id)) != SymTable::kNothing; }

  // Calls `take` for each act in turn, and meanwhile brings nearer what adding those after it reads.
  template <typename Acts, typename Take>
  void add_all(Acts&& acts, const Take& take) {
    for (size_t i = 0; i < acts.size(); ++i) {
      if (i + 8 < acts.size()) prefetch(acts[i + 8]);
      if (i + 4 < acts.size()) prefetch_names(acts[i + 4]);
      take(acts[i]);
    }
  }

  // The act as it was written (members of objects may stand in another order). Only for acts of own ids.
  Act original(size_t index) const;

  const Plan& plan() const { return plan_; }
  size_t size() const { return acts_.size(); }
  const StoredAct& act(size_t index) const { return acts_[index]; }
  std::span<const PartyRef> by(const StoredAct& act) const {
    return {people(act), act.by_count};
  }
  std::span<const PartyRef> on(const StoredAct& act) const {
    return {people(act) + act.by_count, act.on_count};
  }
  std::span<const Datum> data(const StoredAct& act) const { return {data_.data() + act.first_datum, act.datum_count}; }
  // As parties whose id is the document's kind.
  std::span<const PartyRef> documents(const StoredAct& act) const {
    return {people(act) + act.by_count + act.on_count, act.document_count};
  }
  std::span<const Sym> list(const Datum& datum) const {
    return {lists_.data() + datum.payload, datum.count};
  }
  // Its type as the packs name it, or as it was written where none knows it.
  Sym type_name(const StoredAct& act) const {
    return act.type == kUnknownType ? static_cast<Sym>(data_[act.first_datum + act.datum_count].payload) : plan_.acts[act.type].name;
  }
  // The declared kind of its agency; 0 if none.
  Sym agency_kind(const StoredAct& act) const { return kinds_.find(act.agency); }
  // The field as the act states it; nullptr if absent.
  const Datum* find(const StoredAct& act, Sym field) const {
    for (const Datum& datum : data(act))
      if (datum.field == field) return &datum;
    return nullptr;
  }

  // Cases by name of first appearance; the acts of one (indices, in the order added).
  const std::vector<Sym>& cases() const { return case_order_; }
  std::span<const uint32_t> acts_of(Sym case_id) const;
  // The case's place in cases(); SymTable::kNothing if it has no act.
  uint32_t place_of(Sym case_id) const { return case_index_.find(case_id); }
  // The acts of the case at that place; good until an act is added.
  std::span<const uint32_t> acts_of_place(size_t place) const { return by_case_[place]; }
  // Brings what is next read of a case's acts nearer: first which they are, then they, then their people and fields.
  // (inlined by force: gcc takes a function that only prefetches for one that does nothing, and drops the call)
  [[gnu::always_inline]] void prefetch_list(size_t place) const { __builtin_prefetch(by_case_[place].data()); }
  [[gnu::always_inline]] void prefetch_act(size_t index) const { __builtin_prefetch(&acts_[index]); }
  [[gnu::always_inline]] void prefetch_acts(size_t place) const {
    for (const uint32_t act : by_case_[place]) __builtin_prefetch(&acts_[act]);
  }
  [[gnu::always_inline]] void prefetch_people(size_t place) const {
    for (const uint32_t act : by_case_[place]) {
      if (acts_[act].people_count() > StoredAct::kOwnPeople) __builtin_prefetch(people(acts_[act]));
      if (acts_[act].datum_count > 0) __builtin_prefetch(data_.data() + acts_[act].first_datum);
    }
  }
  // The whole history as bytes and back; symbols from `base_symbols` on are the acts'. False: the bytes do not fit.
  void save(ByteWriter& out, Sym base_symbols) const;
  bool load(ByteReader& in, Sym base_symbols);
  // The same under another plan than the bytes were saved by: names get their symbols and types in this one. Fields stay
  // as they were stored. `kinds`: some agency is of another kind by this plan.
  struct Moved {
    std::vector<Sym> symbols;  // by the symbol they were saved as
    bool kinds = false;
    Sym lost_type = 0;  // one that this plan does not know; then the history is not whole
  };
  bool load_other(ByteReader& in, Moved& moved);
  // Fields that acts have and that were not stored, because no law named them.
  const std::vector<Sym>& unread_fields() const { return unread_; }
  // The latest instant an act was done, and its offset.
  OffsetTime last_at() const { return last_at_; }

 private:
  // An act that is added soon: brings what adding it reads nearer, in two steps a few acts apart.
  void prefetch(const Act& act) const {
    plan_.symbols.prefetch(act.id);
    plan_.symbols.prefetch(act.case_id);
    for (const Party& party : act.by) plan_.symbols.prefetch(party.id);
    for (const Party& party : act.on) plan_.symbols.prefetch(party.id);
  }
  void prefetch_names(const Act& act) const {
    plan_.symbols.prefetch_text(act.case_id);
    for (const Party& party : act.by) plan_.symbols.prefetch_text(party.id);
    for (const Party& party : act.on) plan_.symbols.prefetch_text(party.id);
  }

  const PartyRef* people(const StoredAct& act) const {
    return act.people_count() <= StoredAct::kOwnPeople ? act.people : parties_.data() + act.people[0].id;
  }
  bool load_rest(ByteReader& in, Moved* moved);
  void note_unread(std::string_view field);
  Sym kind_of(Sym agency);

  // What a name means among the fields of an act type.
  struct FieldShape {
    std::string name;
    Sym field = 0;  // 0: no rule can read it
    law::Type::Kind kind = law::Type::Kind::text;
    bool declared = false;  // by any act type
  };
  FieldShape shape_of(const ActType* type, const std::string& name);
  const FieldShape& known_shape(uint16_t type, size_t position, const std::string& name);
  Datum typed(const Value& value, const FieldShape& shape, const StoredAct& act, std::vector<Note>* notes);
  Sym text_symbol(const Value& value);
  // Appends people, fields and, if `own_id`, the remainder to the columns.
  void store(const Act& act, StoredAct& out, std::vector<Note>* notes, bool own_id);
  void begin_remainder(const Act& act, Sym type);
  uint32_t end_remainder(const Act& act, GrownArray<uint32_t>& into);  // where it begins
  // `moved`: the symbols in the remainder are those of another plan.
  std::optional<Act> read_original(size_t index, const std::vector<Sym>* moved) const;
  bool columns_fit(size_t symbols, const std::vector<Sym>& types) const;
  bool move_symbols(Moved& moved, const std::vector<Sym>& types);

  Plan& plan_;
  Sym law_symbols_;  // names below are the law's; a field the law never names is not stored
  std::vector<Sym> unread_;  // those fields
  SymTable is_unread_;
  GrownArray<StoredAct> acts_;
  GrownArray<PartyRef> parties_;  // of acts with more than their own line holds
  GrownArray<Datum> data_;
  GrownArray<Sym> lists_;
  std::vector<Sym> case_order_;
  SymTable case_index_;  // case → its place in case_order_ and by_case_
  CaseLists by_case_;
  size_t of_case(Sym case_id);  // its place; a new one if there is none
  SymTable ids_;              // id → act, for acts of own ids
  // What acts of own ids say beyond the columns: a size and as many bytes, in steps of four bytes.
  static constexpr uint32_t kNoRemainder = UINT32_MAX;
  GrownArray<uint32_t> remainder_at_;  // by act: the step it begins at
  GrownArray<uint32_t> remainders_;
  RemainderWriter remainder_;  // scratch
  std::vector<uint16_t> type_of_name_;           // by symbol of the law
  std::vector<std::vector<FieldShape>> shapes_;  // by act type, of the fields met
  size_t lists_before_ = 0;        // take_back
  OffsetTime last_at_before_{Instant{INT64_MIN}, 0};
  SymTable kinds_;        // agency → kind
  std::vector<PartyRef> agencies_;  // the same, in the order met: as id and role
  OffsetTime last_at_{Instant{INT64_MIN}, 0};
};

// What stands in the timeline of one case (section 5, "The set of acts").
struct LiveActs {
  struct Item {
    uint32_t act = 0;   // index into the history
    uint32_t root = 0;  // the first act of its chain of corrections
  };
  std::vector<Item> acts;  // live, `at` not after now, in timeline order
  struct Dropped {
    uint32_t act = 0;
    enum class Why : uint8_t { corrected, annulled, annuls, bad_reference, waiting } why = Why::corrected;
    uint32_t by = 0;  // the act that did it
  };
  std::vector<Dropped> dropped;
};
LiveActs live_acts(const History& history, std::span<const uint32_t> case_acts, Instant now);
// The same into memory that is used again.
void live_acts(const History& history, std::span<const uint32_t> case_acts, Instant now, LiveActs& out);

// Timeline order: at, place of the root, id of the root in natural order.
bool timeline_before(const History& history, const LiveActs::Item& a, const LiveActs::Item& b);

}  // namespace heng::watch
