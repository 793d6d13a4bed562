// Strings as small numbers: equal strings, equal Sym. 0 is "none".
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace heng::watch {

using Sym = uint32_t;

// Not thread-safe for intern(); text() and find() are safe while nobody interns.
class Interner {
 public:
  Interner() : slots_(1024, 0) { texts_.emplace_back(); }

  Sym intern(std::string_view text) {
    if (text.empty()) return 0;
    const size_t slot = slot_of(text);
    if (slots_[slot] != 0) return slots_[slot];
    const Sym sym = static_cast<Sym>(texts_.size());
    texts_.push_back(keep(text));
    slots_[slot] = sym;
    if (texts_.size() * 2 > slots_.size()) grow();
    return sym;
  }
  Sym find(std::string_view text) const { return text.empty() ? 0 : slots_[slot_of(text)]; }
  std::string_view text(Sym sym) const { return texts_[sym]; }
  std::string string(Sym sym) const { return std::string(texts_[sym]); }
  size_t size() const { return texts_.size(); }

 private:
  static uint64_t hash(std::string_view text) {
    uint64_t h = 0x9E3779B97F4A7C15ULL ^ text.size();
    size_t i = 0;
    for (; i + 8 <= text.size(); i += 8) {
      uint64_t word = 0;
      std::memcpy(&word, text.data() + i, 8);
      h = (h ^ word) * 0xD6E8FEB86659FD93ULL;
      h ^= h >> 32;
    }
    uint64_t tail = 0;
    if (i < text.size()) std::memcpy(&tail, text.data() + i, text.size() - i);
    h = (h ^ tail) * 0xD6E8FEB86659FD93ULL;
    return h ^ (h >> 29);
  }
  size_t slot_of(std::string_view text) const {
    const size_t mask = slots_.size() - 1;
    size_t slot = hash(text) & mask;
    while (slots_[slot] != 0 && texts_[slots_[slot]] != text) slot = (slot + 1) & mask;
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
    std::vector<Sym> old(slots_.size() * 2, 0);
    old.swap(slots_);
    for (Sym sym = 1; sym < texts_.size(); ++sym) slots_[slot_of(texts_[sym])] = sym;
  }

  static constexpr size_t kBlock = size_t{1} << 16;
  std::vector<Sym> slots_;
  std::vector<std::string_view> texts_;
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* next_ = nullptr;
  size_t free_ = 0;
};

}  // namespace heng::watch
