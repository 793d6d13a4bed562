// One timeline's acts and which of them stand for which key (section 5, "Keys"): a case, or, for keys across
// cases, all acts of one key value.
#pragma once

#include <cstdint>
#include <span>
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

inline constexpr uint32_t kNoRank = UINT32_MAX;

// Acts are spoken of by rank: 0 is the first in timeline order. A scope reads the history and is for one thread.
class Scope {
 public:
  Scope(const History& history, bool across)
      : history_(history), plan_(history.plan()), across_(across), carriages_(plan_.subjects.size()),
        ends_(plan_.acts.size()) {}
  Scope(const History& history, std::span<const LiveActs::Item> acts, bool across) : Scope(history, across) { reset(acts); }
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

  // Takes another timeline; what was asked of the one before is forgotten, its memory kept.
  void reset(std::span<const LiveActs::Item> acts);

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

  // The acts of one type in timeline order: first or last of it, next or previous of the same type; kNoRank ends.
  uint32_t first_of(uint16_t type) const { return ends_[type].epoch == epoch_ ? ends_[type].first : kNoRank; }
  uint32_t last_of(uint16_t type) const { return ends_[type].epoch == epoch_ ? ends_[type].last : kNoRank; }
  uint32_t next_of(uint32_t rank) const { return links_[rank].next; }
  uint32_t previous_of(uint32_t rank) const { return links_[rank].previous; }

  // How the act stands in the key's timeline.
  Tri stands(uint32_t rank, Key key) const;
  // The key values the scope's acts name, in order of first naming.
  const std::vector<Sym>& values(int32_t subject) const;
  // The values the act itself carries for the subject (empty: none for certain).
  std::span<const Sym> carried(uint32_t rank, int32_t subject) const;
  // The values of the subject in whose histories across cases the act stands: those it carries itself, and those that
  // a `for FIELD` takes from it. Good until the next question.
  std::span<const Sym> across_values(uint32_t rank, int32_t subject) const;
  // Whether the act is the first to name a value of some subject. Of a case.
  bool names_first(uint32_t rank) const;
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
    uint32_t epoch = 0;
    std::vector<Standing> by_rank;
    std::vector<Sym> lists;
    std::vector<Sym> named;                        // in order of first naming
    std::unordered_map<Sym, uint32_t> named_from;  // value → its index in `named`; kept only when they are many
    // The value's index in `named`; the largest number if it is not there.
    uint32_t index_of(Sym value) const;
    void name(Sym value);
  };
  const Carriage& carriage(int32_t subject) const;
  bool lists(const StoredAct& act, const Subject& subject) const;
  void carry(uint32_t rank, const Subject& subject, std::vector<Sym>& out) const;

  const History& history_;
  const Plan& plan_;
  std::vector<LiveActs::Item> acts_;
  bool across_;
  uint32_t epoch_ = 1;  // of the timeline; what carries another number is of one before
  mutable std::vector<Carriage> carriages_;  // by subject
  mutable std::vector<Sym> carried_;         // scratch
  mutable std::vector<Sym> across_values_;   // scratch
  struct Ends {
    uint32_t epoch = 0;
    uint32_t first = 0;
    uint32_t last = 0;
  };
  struct Link {
    uint32_t next = 0;
    uint32_t previous = 0;
  };
  std::vector<Ends> ends_;   // by act type
  std::vector<Link> links_;  // by rank
};

}  // namespace heng::watch
