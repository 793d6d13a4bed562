// Which acts are of which case: many short lists of numbers in one array, so that millions of them cost no allocation
// each, may lie in a file, and are taken out of a snapshot where they lie.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <vector>

#include "base/grown.h"
#include "watch/bytes.h"

namespace heng::watch {

class CaseLists {
 public:
  size_t size() const { return lists_.size(); }
  std::span<const uint32_t> operator[](size_t list) const { return {pool_.data() + lists_[list].first, lists_[list].count}; }
  void keep_in(const PageFolder* folder) {
    pool_.keep_in(folder);
    lists_.keep_in(folder);
  }

  // An empty list behind the others.
  void add_list() { lists_.push_back({}); }
  // Takes the last list away, which is empty.
  void drop_list() {
    give_back(lists_.back());
    lists_.pop_back();
  }
  // `value` behind the others of the list.
  void add(size_t list, uint32_t value) {
    List& one = lists_[list];
    if (one.count == one.room) widen(one);
    pool_[one.first + one.count++] = value;
  }
  void drop_last(size_t list) { --lists_[list].count; }
  void erase(size_t list, uint32_t value) {
    List& one = lists_[list];
    uint32_t* const from = pool_.data() + one.first;
    one.count = static_cast<uint32_t>(std::remove(from, from + one.count, value) - from);
  }

  void save(ByteWriter& out) const {
    out.column(pool_);
    out.column(lists_);
    for (const auto& free : free_) out.vector(free);
  }
  // False: the bytes do not fit. The values are whoever's who put them there: `good(list, value)` says if one may be.
  template <typename Good>
  bool load(ByteReader& in, const Good& good) {
    in.column(pool_);
    in.column(lists_);
    for (auto& free : free_) in.vector(free);
    if (!in.good) return false;
    for (size_t list = 0; list < lists_.size(); ++list) {
      const List& one = lists_[list];
      if (one.count > one.room || !within(one.first, one.room)) return false;
      for (const uint32_t value : (*this)[list])
        if (!good(list, value)) return false;
    }
    for (size_t size = 0; size < free_.size(); ++size)
      for (const uint32_t first : free_[size])
        if (!within(first, uint64_t{1} << size)) return false;
    return true;
  }

 private:
  struct List {
    uint32_t first = 0;  // into pool_
    uint32_t count = 0;
    uint32_t room = 0;  // nothing or a power of two
  };
  static constexpr uint32_t kLeast = 4;

  bool within(uint32_t first, uint64_t room) const { return first + room <= pool_.size(); }
  void give_back(const List& list) {
    if (list.room > 0) free_[static_cast<size_t>(std::countr_zero(list.room))].push_back(list.first);
  }
  void widen(List& list) {
    const uint32_t room = std::max(kLeast, list.room * 2);
    std::vector<uint32_t>& free = free_[static_cast<size_t>(std::countr_zero(room))];
    uint32_t first = static_cast<uint32_t>(pool_.size());
    if (!free.empty()) {
      first = free.back();
      free.pop_back();
    } else {
      if (pool_.size() + room > UINT32_MAX) throw std::length_error("too many acts for one history");
      pool_.resize(pool_.size() + room);
    }
    std::copy_n(pool_.data() + list.first, list.count, pool_.data() + first);
    give_back(list);
    list = {first, list.count, room};
  }

  GrownArray<uint32_t> pool_;
  GrownArray<List> lists_;
  std::array<std::vector<uint32_t>, 32> free_;  // by size as a power of two: where room is that no list has any more
};

}  // namespace heng::watch
