#include "act/dedupe.h"

#include <algorithm>

#include "act/json.h"

namespace heng {

Duplicate resolve_duplicate(const Act& first, const Act& second) {
  const std::string a = act_to_json(first);
  const std::string b = act_to_json(second);
  if (a == b) return Duplicate::same;
  const Instant a_recorded = first.recorded.value_or(first.at).instant;
  const Instant b_recorded = second.recorded.value_or(second.at).instant;
  if (a_recorded != b_recorded) return a_recorded < b_recorded ? Duplicate::keep_first : Duplicate::keep_second;
  return a < b ? Duplicate::keep_first : Duplicate::keep_second;
}

void IdIndex::grow() {
  std::vector<Slot> old(std::max<size_t>(slots_.size() * 2, 1024));
  old.swap(slots_);
  const size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.index == none) continue;
    size_t at = slot.hash & mask;
    while (slots_[at].index != none) at = (at + 1) & mask;
    slots_[at] = slot;
  }
}

}  // namespace heng
