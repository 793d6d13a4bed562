// Which act ids a record holds: SHA-256 of the id → its entry and the hash of the canonical act.
//
// Millions of them, and one is looked up for every act that comes in: a flat table with linear probing, of which one line
// of memory is touched. It keeps 16 bytes of an id's hash, so two ids are never taken for one.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/grown.h"
#include "tlog/hash.h"

namespace heng::record {

class ActIds {
 public:
  struct Found {
    uint64_t entry = 0;
    tlog::Hash act;
  };
  std::optional<Found> find(const tlog::Hash& id) const;
  // An id that is there already stays as it is.
  void insert(const tlog::Hash& id, uint64_t entry, const tlog::Hash& act);
  void erase(const tlog::Hash& id);
  // It will soon be looked up: its memory may be fetched meanwhile.
  void expect(const tlog::Hash& id) const;

 private:
  static constexpr uint64_t kNobody = UINT64_MAX;
  struct Slot {
    std::array<uint64_t, 2> id{};
    uint64_t entry = kNobody;
  };
  static std::array<uint64_t, 2> key_of(const tlog::Hash& id);
  size_t home(const std::array<uint64_t, 2>& key) const { return static_cast<size_t>(key[0]) & (slots_.size() - 1); }
  // Where it is, or the free place where it belongs.
  size_t place(const std::array<uint64_t, 2>& key) const;
  void grow();

  std::vector<Slot> slots_ = std::vector<Slot>(64);  // a power of two, at most half of them taken
  size_t taken_ = 0;
  GrownArray<tlog::Hash> acts_;  // by entry
};

}  // namespace heng::record
