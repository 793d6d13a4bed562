#include "record/act_ids.h"

#include <cstring>

namespace heng::record {

std::array<uint64_t, 2> ActIds::key_of(const tlog::Hash& id) {
  std::array<uint64_t, 2> out{};
  std::memcpy(out.data(), id.bytes.data(), sizeof out);
  return out;
}

size_t ActIds::place(const std::array<uint64_t, 2>& key) const {
  size_t at = home(key);
  while (slots_[at].entry != kNobody && slots_[at].id != key) at = (at + 1) & (slots_.size() - 1);
  return at;
}

std::optional<ActIds::Found> ActIds::find(const tlog::Hash& id) const {
  const Slot& slot = slots_[place(key_of(id))];
  if (slot.entry == kNobody) return std::nullopt;
  return Found{slot.entry, acts_[static_cast<size_t>(slot.entry)]};
}

void ActIds::insert(const tlog::Hash& id, uint64_t entry, const tlog::Hash& act) {
  const auto key = key_of(id);
  Slot* slot = &slots_[place(key)];
  if (slot->entry != kNobody) return;
  if (2 * (taken_ + 1) > slots_.size()) {
    grow();
    slot = &slots_[place(key)];
  }
  *slot = {key, entry};
  ++taken_;
  if (acts_.size() <= entry) acts_.resize(static_cast<size_t>(entry) + 1);
  acts_[static_cast<size_t>(entry)] = act;
}

// Those behind it that would not be found past the gap move up.
void ActIds::erase(const tlog::Hash& id) {
  size_t gap = place(key_of(id));
  if (slots_[gap].entry == kNobody) return;
  const size_t mask = slots_.size() - 1;
  for (size_t at = (gap + 1) & mask; slots_[at].entry != kNobody; at = (at + 1) & mask) {
    if (((at - home(slots_[at].id)) & mask) < ((at - gap) & mask)) continue;
    slots_[gap] = slots_[at];
    gap = at;
  }
  slots_[gap] = {};
  --taken_;
}

void ActIds::expect(const tlog::Hash& id) const { __builtin_prefetch(&slots_[home(key_of(id))]); }

void ActIds::grow() {
  const std::vector<Slot> before = std::exchange(slots_, std::vector<Slot>(2 * slots_.size()));
  for (const Slot& slot : before)
    if (slot.entry != kNobody) slots_[place(slot.id)] = slot;
}

}  // namespace heng::record
