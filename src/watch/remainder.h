// What an act says beyond its columns in the history, as bytes: enough to give the act back as it was written. In memory
// and in snapshots only; no file format of its own.
#pragma once

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "act/act.h"
#include "watch/intern.h"

namespace heng::watch {

// Writes into one buffer that is used again.
class RemainderWriter {
 public:
  void clear() { size_ = 0; }
  std::string_view bytes() const { return {buffer_.data(), size_}; }

  void number(uint64_t value) {  // LEB128
    char* at = room(10);
    for (; value >= 0x80; value >>= 7) *at++ = static_cast<char>(value | 0x80);
    *at++ = static_cast<char>(value);
    size_ = static_cast<size_t>(at - buffer_.data());
  }
  void signed_number(int64_t value) {  // zigzag
    number((static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63));
  }
  void text(std::string_view value) {
    number(value.size());
    if (!value.empty()) std::memcpy(room(value.size()), value.data(), value.size());
    size_ += value.size();
  }
  // A field: its name, as a symbol where it has one (0: none), then its value, likewise (`said`: the symbol of its text).
  void name(Sym field, std::string_view spelled) {
    number(field);
    if (field == 0) text(spelled);
  }
  void value(const Value& value, Sym said);

 private:
  char* room(size_t bytes) {
    if (buffer_.size() - size_ < bytes) buffer_.resize((buffer_.size() + bytes) * 2);
    return buffer_.data() + size_;
  }

  std::string buffer_ = std::string(256, '\0');
  size_t size_ = 0;
};

// Reads what RemainderWriter wrote. Bytes that do not fit turn `good` off and give zeros and empty texts.
class RemainderReader {
 public:
  // `moved`: the symbols in the bytes are those of another table, and this gives each its own in `symbols`.
  RemainderReader(std::string_view bytes, const Interner& symbols, const std::vector<Sym>* moved = nullptr)
      : rest_(bytes), symbols_(symbols), moved_(moved) {}

  bool good() const { return good_; }
  std::string_view rest() const { return rest_; }
  uint64_t number();
  int64_t signed_number() {
    const uint64_t value = number();
    return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1);
  }
  std::string text();
  std::string symbol() { return symbol_of(number()); }
  std::string name() {
    const uint64_t field = number();
    return field == 0 ? text() : symbol_of(field);
  }
  Value value(int depth = 0);

 private:
  std::string symbol_of(uint64_t sym);
  uint8_t byte();

  std::string_view rest_;
  const Interner& symbols_;
  const std::vector<Sym>* moved_;
  bool good_ = true;
};

}  // namespace heng::watch
