// Strings as small numbers: equal strings, equal Sym. 0 is "none".
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/grown.h"
#include "base/hash.h"
#include "watch/bytes.h"

namespace heng::watch {

using Sym = uint32_t;

// The texts of an interner as a snapshot holds them: every place that is named is one, with the symbol it is found under.
class SavedTexts {
 public:
  // Nothing: the bytes do not fit. Large columns lie in files of the folder, if one is given.
  static std::optional<SavedTexts> read(ByteReader& in, const PageFolder* folder);
  size_t size() const { return places_.size(); }
  // Good as long as this is.
  std::string_view text(Sym sym) const;

 private:
  friend class Interner;
  GrownArray<char> bytes_;       // of all blocks, one behind the other
  std::vector<size_t> begins_;   // of each block, and the end of the last
  GrownArray<uint32_t> places_;  // by symbol
};

// Not thread-safe for intern(); text() and find() are safe while nobody interns. Texts stay where they are.
class Interner {
 public:
  Interner() : slots_(1024) { places_.push_back(keep({}, 0)); }

  Sym intern(std::string_view text) {
    if (text.empty()) return 0;
    const uint32_t tag = static_cast<uint32_t>(hash_bytes(text));
    const size_t slot = slot_of(text, tag);
    if (slots_[slot].place != 0) return entry(slots_[slot].place)->sym;
    const Sym sym = static_cast<Sym>(places_.size());
    const uint32_t place = keep(text, sym);
    places_.push_back(place);
    slots_[slot] = {place, tag};
    if (places_.size() * 5 > slots_.size() * 3) resize_slots(slots_.size() * 2);
    return sym;
  }
  Sym find(std::string_view text) const {
    if (text.empty()) return 0;
    const uint32_t place = slots_[slot_of(text, static_cast<uint32_t>(hash_bytes(text)))].place;
    return place == 0 ? 0 : entry(place)->sym;
  }
  // Brings what finding the text reads nearer: first where it would stand, then what stands there.
  void prefetch(std::string_view text) const {
    __builtin_prefetch(&slots_[static_cast<uint32_t>(hash_bytes(text)) & (slots_.size() - 1)]);
  }
  void prefetch_text(std::string_view text) const {
    __builtin_prefetch(entry(slots_[static_cast<uint32_t>(hash_bytes(text)) & (slots_.size() - 1)].place));
  }
  std::string_view text(Sym sym) const { return entry(places_[sym])->text(); }
  std::string string(Sym sym) const { return std::string(text(sym)); }
  size_t size() const { return places_.size(); }
  void save(ByteWriter& out) const;
  // Goes on with these texts, of which the first must be the ones held now. False: they are not, or one is there twice.
  bool take(SavedTexts&& saved);
  const PageFolder* folder() const { return folder_; }
  // Texts to come lie in files of the folder once they are many; it must outlive the interner.
  void keep_in(const PageFolder* folder) {
    folder_ = folder;
    slots_.keep_in(folder);
    places_.keep_in(folder);
  }

 private:
  friend class SavedTexts;
  // A text with its symbol, so that one look finds both; the bytes follow.
  struct Entry {
    Sym sym;
    uint32_t size;
    std::string_view text() const { return {reinterpret_cast<const char*>(this + 1), size}; }
  };
  // The hash stands beside the place, so that a text is compared only with its like. Place 0 is that of no text.
  struct Slot {
    uint32_t place = 0;
    uint32_t tag = 0;
  };
  // A place: the number of its block, and where in it the entry begins, in steps of four bytes.
  static constexpr uint32_t kStepBits = 18;
  static constexpr size_t kBlock = (size_t{1} << kStepBits) * 4;

  static size_t block_of(uint32_t place) { return place >> kStepBits; }
  static size_t byte_of(uint32_t place) { return (place & ((1u << kStepBits) - 1)) * size_t{4}; }  // of its block

  const Entry* entry(uint32_t place) const { return reinterpret_cast<const Entry*>(blocks_[block_of(place)] + byte_of(place)); }
  size_t slot_of(std::string_view text, uint32_t tag) const {
    const size_t mask = slots_.size() - 1;
    size_t slot = tag & mask;
    while (slots_[slot].place != 0 && (slots_[slot].tag != tag || entry(slots_[slot].place)->text() != text)) slot = (slot + 1) & mask;
    return slot;
  }
  uint32_t keep(std::string_view text, Sym sym) {
    const size_t size = sizeof(Entry) + (text.size() + 3) / 4 * 4;
    if (blocks_.empty() || used_.back() + size > room_) {  // a text longer than a block has one of its own, larger
      if (blocks_.size() >> (32 - kStepBits) != 0) throw std::bad_alloc();
      blocks_.push_back(new_block(std::max(size, kBlock)));
      used_.push_back(0);
      room_ = kBlock;
    }
    const uint32_t place = static_cast<uint32_t>((blocks_.size() - 1) << kStepBits | used_.back() / 4);
    char* const at = blocks_.back() + used_.back();
    const Entry entry{sym, static_cast<uint32_t>(text.size())};
    std::memcpy(at, &entry, sizeof entry);
    if (!text.empty()) std::memcpy(at + sizeof entry, text.data(), text.size());
    if (text.size() % 4 != 0) std::memset(at + sizeof entry + text.size(), 0, 4 - text.size() % 4);
    used_.back() += size;
    return place;
  }
  char* new_block(size_t size) {
    constexpr size_t kFew = 4;      // blocks that lie in memory anyway
    constexpr size_t kOfFile = 16;  // those from a file come sixteen at a time
    if (folder_ == nullptr || blocks_.size() < kFew || size > kBlock) {
      owned_.push_back(std::make_unique_for_overwrite<char[]>(size));
      return owned_.back().get();
    }
    if (left_in_file_ == 0) {
      files_.emplace_back().keep_in(folder_);
      files_.back().reserve(kOfFile * kBlock);
      left_in_file_ = kOfFile;
    }
    return files_.back().data() + (kOfFile - left_in_file_--) * kBlock;
  }
  void resize_slots(size_t count) {
    GrownArray<Slot> old;
    old.keep_in(folder_);
    old.begin_as_zeros(count);
    old.swap(slots_);
    const size_t mask = slots_.size() - 1;
    for (const Slot& one : old) {
      if (one.place == 0) continue;
      size_t slot = one.tag & mask;
      while (slots_[slot].place != 0) slot = (slot + 1) & mask;
      slots_[slot] = one;
    }
  }

  GrownArray<Slot> slots_;
  GrownArray<uint32_t> places_;  // by symbol
  std::vector<char*> blocks_;
  std::vector<std::unique_ptr<char[]>> owned_;
  std::vector<GrownArray<char>> files_;
  size_t left_in_file_ = 0;   // blocks
  std::vector<size_t> used_;  // bytes, by block
  size_t room_ = 0;           // bytes of the last block
  const PageFolder* folder_ = nullptr;
};

// A number for each symbol that has one; as large as the largest symbol it was given.
class SymTable {
 public:
  static constexpr uint32_t kNothing = UINT32_MAX;
  uint32_t find(Sym sym) const { return sym < slots_.size() ? slots_[sym] : kNothing; }
  void set(Sym sym, uint32_t value) {
    if (sym >= slots_.size()) slots_.resize(std::max<size_t>(sym + 1, slots_.size() + slots_.size() / 2), kNothing);
    slots_[sym] = value;
  }
  void keep_in(const PageFolder* folder) { slots_.keep_in(folder); }
  // Room for symbols below this one at once.
  void expect(size_t symbols) {
    if (symbols > slots_.size()) slots_.resize(symbols, kNothing);
  }

 private:
  GrownArray<uint32_t> slots_;
};

}  // namespace heng::watch
