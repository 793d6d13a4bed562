// Flat bytes for snapshots: little-endian numbers of eight bytes, texts and vectors with their size before them. A column
// is a vector that begins a page of the file where it is large, so that it can be used where it lies.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/grown.h"
#include "base/pages.h"

namespace heng::watch {

// Bytes to leave free at `place` before a column of `size` bytes.
inline size_t column_gap(uint64_t place, size_t size) {
  return size < GrownArray<char>::kWorthAdopting ? 0 : static_cast<size_t>((MappedFile::kPage - place % MappedFile::kPage) % MappedFile::kPage);
}

struct ByteWriter {
  std::string bytes;
  // Called when `bytes` holds `most`; takes them away. Without it all are kept.
  std::function<void(std::string& bytes)> full;
  size_t most = SIZE_MAX;
  uint64_t taken = 0;  // bytes that `full` took away

  void put(const void* data, size_t size) {
    const char* at = static_cast<const char*>(data);
    while (size > 0) {
      const size_t part = std::min(size, most - bytes.size());
      bytes.append(at, part);
      at += part;
      size -= part;
      if (bytes.size() == most) flush();
    }
  }
  // Gives what is held to `full`.
  void flush() {
    taken += bytes.size();
    full(bytes);
  }
  void number(uint64_t value) { put(&value, sizeof value); }
  void text(std::string_view value) {
    number(value.size());
    put(value.data(), value.size());
  }
  template <typename Array>
  void vector(const Array& values) {
    using T = typename Array::value_type;
    static_assert(std::is_trivially_copyable_v<T>);
    number(values.size());
    put(values.data(), values.size() * sizeof(T));
  }
  // Its size, and zeros up to where so many bytes begin; they follow.
  void begin_column(uint64_t count, size_t size) {
    number(count);
    const std::string zeros(column_gap(taken + bytes.size(), size), '\0');
    put(zeros.data(), zeros.size());
  }
  template <typename Array>
  void column(const Array& values) {
    using T = typename Array::value_type;
    begin_column(values.size(), values.size() * sizeof(T));
    put(values.data(), values.size() * sizeof(T));
  }
};

// Reads what ByteWriter wrote; anything that does not fit turns `good` off and gives zeros.
struct ByteReader {
  std::string_view rest;
  bool good = true;
  const char* first = nullptr;        // where the bytes begin, for columns
  const MappedFile* file = nullptr;   // whose bytes they are; nullptr: columns are copied

  uint64_t number() {
    uint64_t value = 0;
    if (rest.size() < sizeof value) {
      good = false;
      rest = {};
      return 0;
    }
    std::memcpy(&value, rest.data(), sizeof value);
    rest.remove_prefix(sizeof value);
    return value;
  }
  std::string text() { return std::string(view()); }
  // The same in place, good as long as the bytes are.
  std::string_view view() {
    const uint64_t size = number();
    if (size > rest.size()) {
      good = false;
      return {};
    }
    const std::string_view out = rest.substr(0, size);
    rest.remove_prefix(size);
    return out;
  }
  template <typename Array>
  void vector(Array& out) {
    using T = typename Array::value_type;
    static_assert(std::is_trivially_copyable_v<T>);
    const uint64_t count = number();
    if (count > rest.size() / sizeof(T)) {
      good = false;
      return;
    }
    out.resize(count);
    if (count > 0) std::memcpy(static_cast<void*>(out.data()), rest.data(), count * sizeof(T));
    rest.remove_prefix(count * sizeof(T));
  }
  template <typename T>
  void column(GrownArray<T>& out) {
    const uint64_t count = number();
    const size_t gap = count > rest.size() / sizeof(T) ? rest.size() + 1 : column_gap(static_cast<uint64_t>(rest.data() - first), count * sizeof(T));
    if (gap > rest.size() || count > (rest.size() - gap) / sizeof(T)) {
      good = false;
      return;
    }
    rest.remove_prefix(gap);
    if (file != nullptr)
      out.adopt(*file, static_cast<size_t>(rest.data() - file->bytes().data()), count);
    else
      out.assign(rest.data(), count);
    rest.remove_prefix(count * sizeof(T));
  }
};

}  // namespace heng::watch
