// The same id twice (contracts, the act's `id`): the same content is ignored; of two contents the one with the smaller
// (`recorded`, canonical bytes) is kept, whatever the order they came in.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "act/act.h"

namespace heng {

enum class Duplicate { same, keep_first, keep_second };

// Two acts with one id. `recorded` absent is taken as `at`. Costs two canonical encodings.
Duplicate resolve_duplicate(const Act& first, const Act& second);

// Finds acts by id in 16 bytes an act. The index holds no ids: `id_of(index)` gives them back.
class IdIndex {
 public:
  // The index stored under this id before, or `none` after storing `index` for it.
  static constexpr uint32_t none = UINT32_MAX;
  template <typename IdOf>
  uint32_t find_or_add(std::string_view id, uint32_t index, const IdOf& id_of) {
    if ((size_ + 1) * 4 > slots_.size() * 3) grow();
    const uint64_t hash = std::hash<std::string_view>{}(id);
    for (size_t at = hash & (slots_.size() - 1);; at = (at + 1) & (slots_.size() - 1)) {
      Slot& slot = slots_[at];
      if (slot.index == none) {
        slot = {hash, index};
        ++size_;
        return none;
      }
      if (slot.hash == hash && std::string_view(id_of(slot.index)) == id) return slot.index;
    }
  }
  size_t size() const { return size_; }

 private:
  struct Slot {
    uint64_t hash = 0;
    uint32_t index = none;
  };
  void grow();
  std::vector<Slot> slots_;
  size_t size_ = 0;
};

}  // namespace heng
