// Flat bytes for snapshots: little-endian numbers of eight bytes, texts and vectors with their size before them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace heng::watch {

struct ByteWriter {
  std::string bytes;
  // Called when `bytes` holds `most`; takes them away. Without it all are kept.
  std::function<void(std::string& bytes)> full;
  size_t most = SIZE_MAX;

  void put(const void* data, size_t size) {
    const char* at = static_cast<const char*>(data);
    while (size > 0) {
      const size_t part = std::min(size, most - bytes.size());
      bytes.append(at, part);
      at += part;
      size -= part;
      if (bytes.size() == most) full(bytes);
    }
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
};

// Reads what ByteWriter wrote; anything that does not fit turns `good` off and gives zeros.
struct ByteReader {
  std::string_view rest;
  bool good = true;

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
    if constexpr (requires { out.assign(static_cast<const void*>(rest.data()), count); }) {
      out.assign(static_cast<const void*>(rest.data()), count);
    } else {
      out.resize(count);
      if (count > 0) std::memcpy(static_cast<void*>(out.data()), rest.data(), count * sizeof(T));
    }
    rest.remove_prefix(count * sizeof(T));
  }
};

}  // namespace heng::watch
