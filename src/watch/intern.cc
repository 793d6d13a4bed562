// The interner's texts in a snapshot.
#include "watch/intern.h"

namespace heng::watch {

std::optional<SavedTexts> SavedTexts::read(ByteReader& in, const PageFolder* folder) {
  SavedTexts out;
  out.bytes_.keep_in(folder);
  out.places_.keep_in(folder);
  std::vector<uint64_t> sizes;
  in.vector(sizes);
  in.column(out.bytes_);
  in.column(out.places_);
  if (!in.good || out.places_.empty()) return std::nullopt;
  out.begins_.push_back(0);
  for (const uint64_t size : sizes) {
    if (size > out.bytes_.size() - out.begins_.back() || size % 4 != 0) return std::nullopt;
    out.begins_.push_back(out.begins_.back() + size);
  }
  if (out.begins_.back() != out.bytes_.size()) return std::nullopt;
  for (Sym sym = 0; sym < out.places_.size(); ++sym) {
    const size_t block = Interner::block_of(out.places_[sym]);
    if (block >= sizes.size()) return std::nullopt;
    const size_t within = Interner::byte_of(out.places_[sym]);
    if (within + sizeof(Interner::Entry) > sizes[block]) return std::nullopt;
    Interner::Entry entry{};
    std::memcpy(&entry, out.bytes_.data() + out.begins_[block] + within, sizeof entry);
    if (entry.sym != sym || entry.size > sizes[block] - within - sizeof entry) return std::nullopt;
  }
  return out;
}

std::string_view SavedTexts::text(Sym sym) const {
  const size_t at = begins_[Interner::block_of(places_[sym])] + Interner::byte_of(places_[sym]);
  return reinterpret_cast<const Interner::Entry*>(bytes_.data() + at)->text();
}

void Interner::save(ByteWriter& out) const {
  std::vector<uint64_t> sizes(used_.begin(), used_.end());
  out.vector(sizes);
  size_t all = 0;
  for (const size_t size : used_) all += size;
  out.begin_column(all, all);
  for (size_t block = 0; block < blocks_.size(); ++block) out.put(blocks_[block], used_[block]);
  out.column(places_);
}

bool Interner::take(SavedTexts&& saved) {
  const size_t own = size();
  if (saved.size() < own) return false;
  for (Sym sym = 0; sym < own; ++sym)
    if (saved.text(sym) != text(sym)) return false;
  blocks_.clear();  // those before stay in memory: their texts may be looked at
  used_.clear();
  for (size_t block = 0; block + 1 < saved.begins_.size(); ++block) {
    blocks_.push_back(saved.bytes_.data() + saved.begins_[block]);
    used_.push_back(saved.begins_[block + 1] - saved.begins_[block]);
  }
  room_ = 0;  // the next text begins a block
  left_in_file_ = 0;
  files_.push_back(std::move(saved.bytes_));
  places_ = std::move(saved.places_);

  size_t slots = slots_.size();
  while (places_.size() * 5 > slots * 3) slots *= 2;
  GrownArray<Slot> fresh;
  fresh.keep_in(folder_);
  fresh.begin_as_zeros(slots);
  slots_ = std::move(fresh);
  constexpr Sym kAhead = 16;
  uint32_t tags[kAhead];
  for (Sym first = 1; first < places_.size(); first += kAhead) {
    const Sym count = std::min(kAhead, static_cast<Sym>(places_.size()) - first);
    for (Sym i = 0; i < count; ++i) {
      tags[i] = static_cast<uint32_t>(hash_bytes(text(first + i)));
      __builtin_prefetch(&slots_[tags[i] & (slots - 1)], 1);
    }
    for (Sym i = 0; i < count; ++i) {
      const size_t slot = slot_of(text(first + i), tags[i]);
      if (slots_[slot].place != 0) return false;
      slots_[slot] = {places_[first + i], tags[i]};
    }
  }
  return true;
}

}  // namespace heng::watch
