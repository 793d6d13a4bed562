// Strings as small numbers: equal strings, equal Sym. 0 is "none".
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/huge.h"

namespace heng::watch {

using Sym = uint32_t;

// Not thread-safe for intern(); text() and find() are safe while nobody interns.
class Interner {
 public:
  Interner() : slots_(1024) { texts_.emplace_back(); }

  Sym intern(std::string_view text) {
    if (text.empty()) return 0;
    const uint32_t tag = static_cast<uint32_t>(hash_bytes(text));
    const size_t slot = slot_of(text, tag);
    if (slots_[slot].sym != 0) return slots_[slot].sym;
    const Sym sym = static_cast<Sym>(texts_.size());
    texts_.push_back(keep(text));
    slots_[slot] = {sym, tag};
    if (texts_.size() * 2 > slots_.size()) grow();
    return sym;
  }
  Sym find(std::string_view text) const {
    return text.empty() ? 0 : slots_[slot_of(text, static_cast<uint32_t>(hash_bytes(text)))].sym;
  }
  // Brings what finding the text reads nearer: first where it would stand, then what stands there.
  void prefetch(std::string_view text) const {
    __builtin_prefetch(&slots_[static_cast<uint32_t>(hash_bytes(text)) & (slots_.size() - 1)]);
  }
  void prefetch_text(std::string_view text) const {
    const Slot& slot = slots_[static_cast<uint32_t>(hash_bytes(text)) & (slots_.size() - 1)];
    __builtin_prefetch(&texts_[slot.sym]);
  }
  std::string_view text(Sym sym) const { return texts_[sym]; }
  std::string string(Sym sym) const { return std::string(texts_[sym]); }
  size_t size() const { return texts_.size(); }

 private:
  // The hash stands beside the symbol, so that a text is compared only with its like.
  struct Slot {
    Sym sym = 0;
    uint32_t tag = 0;
  };
  size_t slot_of(std::string_view text, uint32_t tag) const {
    const size_t mask = slots_.size() - 1;
    size_t slot = tag & mask;
    while (slots_[slot].sym != 0 && (slots_[slot].tag != tag || texts_[slots_[slot].sym] != text)) slot = (slot + 1) & mask;
    return slot;
  }
  std::string_view keep(std::string_view text) {
    if (text.size() > free_) {
      const size_t size = text.size() > kBlock ? text.size() : kBlock;
      blocks_.push_back(std::make_unique<char[]>(size));
      next_ = blocks_.back().get();
      free_ = size;
    }
    std::memcpy(next_, text.data(), text.size());
    const std::string_view kept(next_, text.size());
    next_ += text.size();
    free_ -= text.size();
    return kept;
  }
  void grow() {
    HugeVector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    const size_t mask = slots_.size() - 1;
    for (const Slot& one : old) {
      if (one.sym == 0) continue;
      size_t slot = one.tag & mask;
      while (slots_[slot].sym != 0) slot = (slot + 1) & mask;
      slots_[slot] = one;
    }
  }

  static constexpr size_t kBlock = size_t{1} << 18;
  HugeVector<Slot> slots_;
  HugeVector<std::string_view> texts_;
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* next_ = nullptr;
  size_t free_ = 0;
};

// A number for each symbol that has one; as large as the largest symbol it was given.
class SymTable {
 public:
  static constexpr uint32_t kNothing = UINT32_MAX;
  uint32_t find(Sym sym) const { return sym < slots_.size() ? slots_[sym] : kNothing; }
  void set(Sym sym, uint32_t value) {
    if (sym >= slots_.size()) slots_.resize(std::max<size_t>(sym + 1, slots_.size() * 2), kNothing);
    slots_[sym] = value;
  }

 private:
  HugeVector<uint32_t> slots_;
};

}  // namespace heng::watch
