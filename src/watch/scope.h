// One timeline's acts and which of them stand for which key (section 5, "Keys"): a case, or, for keys across
// cases, all acts of one key value.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "watch/history.h"

namespace heng::watch {

// Kleene's three values; `and` takes the least, `or` the greatest.
enum class Tri : uint8_t { no = 0, unknown = 1, yes = 2 };
inline Tri both(Tri a, Tri b) { return a < b ? a : b; }
inline Tri either(Tri a, Tri b) { return a < b ? b : a; }
inline Tri negate(Tri a) { return static_cast<Tri>(2 - static_cast<int>(a)); }
inline Tri tri(bool value) { return value ? Tri::yes : Tri::no; }

// The key a timeline is kept for.
struct Key {
  int32_t subject = kNone;  // kNone: the whole case
  Sym value = 0;
  bool operator==(const Key&) const = default;
};

// Acts are spoken of by rank: 0 is the first in timeline order.
class Scope {
 public:
  Scope(const History& history, std::vector<LiveActs::Item> acts, bool across)
      : history_(history), plan_(history.plan()), acts_(std::move(acts)), across_(across) {}

  const History& history() const { return history_; }
  const Plan& plan() const { return plan_; }
  bool across() const { return across_; }
  uint32_t size() const { return static_cast<uint32_t>(acts_.size()); }
  const StoredAct& act(uint32_t rank) const { return history_.act(acts_[rank].act); }
  uint32_t act_index(uint32_t rank) const { return acts_[rank].act; }
  const StoredAct& root(uint32_t rank) const { return history_.act(acts_[rank].root); }
  // The instant the record took the act in.
  // (a correction stands in the place of what it corrects)
  Instant entered(uint32_t rank) const { return root(rank).place(); }
  // The number of acts done at or before the instant.
  uint32_t count_until(Instant instant) const;
  // The first rank with `at` not before the instant.
  uint32_t first_at(Instant instant) const;

  // How the act stands in the key's timeline.
  Tri stands(uint32_t rank, Key key) const;
  // The key values the scope's acts name, in order of first naming.
  const std::vector<Sym>& values(int32_t subject) const;
  // The values the act itself carries for the subject (empty: none for certain).
  std::vector<Sym> carried(uint32_t rank, int32_t subject) const;
  // Whether the act carries none though its type lists the subject and several are named before it.
  bool key_missing(uint32_t rank, int32_t subject) const;

  // A field of an act, with `else latest` applied; nullptr if absent.
  const Datum* field(uint32_t rank, Sym name) const;
  // The role last stated for the person at or before the act; 0 if never.
  Sym role_of(Sym person, uint32_t rank) const;

 private:
  struct Standing {
    enum class Mode : uint8_t { listed, all_named, unknown_named, none } mode = Mode::none;
    uint32_t first = 0;  // into lists
    uint32_t count = 0;  // listed: how many; all_named, unknown_named: how many values were named before
  };
  struct Carriage {
    std::vector<Standing> by_rank;
    std::vector<Sym> lists;
    std::vector<Sym> named;                        // in order of first naming
    std::unordered_map<Sym, uint32_t> named_from;  // value → its index in `named`; kept only when they are many
    // The value's index in `named`; the largest number if it is not there.
    uint32_t index_of(Sym value) const;
    void name(Sym value);
  };
  const Carriage& carriage(int32_t subject) const;
  void carry(uint32_t rank, const Subject& subject, std::vector<Sym>& out) const;

  const History& history_;
  const Plan& plan_;
  std::vector<LiveActs::Item> acts_;
  bool across_;
  mutable std::vector<std::pair<int32_t, std::unique_ptr<Carriage>>> carriages_;  // few subjects a scope
};

}  // namespace heng::watch
