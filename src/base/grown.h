// An array of plain values that grows to many megabytes. A large one lies in pages of its own, huge ones where the kernel
// has them, and grows by moving its pages, not its bytes (Linux, mremap(2), transhuge.rst): nothing is copied, and no page
// is cleared twice. It may lie in a file instead (base/pages.h), or begin as a part of one that is not copied at all.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <type_traits>
#include <utility>

#include "base/pages.h"

namespace heng {

template <typename T>
class GrownArray {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  using value_type = T;

  GrownArray() = default;
  explicit GrownArray(size_t count) { resize(count); }
  GrownArray(GrownArray&& other) noexcept { swap(other); }
  GrownArray& operator=(GrownArray&& other) noexcept {
    GrownArray taken(std::move(other));
    swap(taken);
    return *this;
  }
  ~GrownArray() {
    release_own();
    if (file_ >= 0) ::close(file_);
  }

  // From the next growth on, if it is large. The folder must outlive the array.
  void keep_in(const PageFolder* folder) { folder_ = folder; }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T* data() { return data_; }
  const T* data() const { return data_; }
  T& operator[](size_t index) { return data_[index]; }
  const T& operator[](size_t index) const { return data_[index]; }
  T& back() { return data_[size_ - 1]; }
  const T& back() const { return data_[size_ - 1]; }
  T* begin() { return data_; }
  T* end() { return data_ + size_; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }

  void push_back(const T& value) {
    const T copy = value;  // it may lie in this array
    if (size_ == capacity_) grow(size_ + 1);
    data_[size_++] = copy;
  }
  void pop_back() { --size_; }
  // New values are copies of `fill`.
  void resize(size_t count, const T& fill = T{}) {
    if (count > capacity_) grow(count);
    if (count > size_) std::fill(data_ + size_, data_ + count, fill);
    size_ = count;
  }
  // So many values of zero bytes, for an array that never held any: pages the kernel gives are zero already.
  void begin_as_zeros(size_t count) {
    grow(count);
    if (!mapped(count)) std::memset(static_cast<void*>(data_), 0, count * sizeof(T));
    size_ = count;
  }
  // The values whose bytes these are, instead of those held.
  void assign(const void* bytes, size_t count) {
    size_ = 0;
    if (count > capacity_) grow(count);
    if (count > 0) std::memcpy(static_cast<void*>(data_), bytes, count * sizeof(T));
    size_ = count;
  }
  // The same out of a file: those at `offset`, a multiple of its kPage. They are not copied: the kernel reads what is
  // looked at, and copies a page when it is written. What comes after them lies where it would else. For an array that
  // is empty.
  void adopt(const MappedFile& file, size_t offset, size_t count) {
    const size_t bytes = count * sizeof(T);
    if (bytes < kWorthAdopting) return assign(file.bytes().data() + offset, count);
    char* const at = addresses(kAddresses, PROT_NONE);
    if (at == nullptr) return assign(file.bytes().data() + offset, count);
    release_own();
    reserved_ = kAddresses;
    data_ = reinterpret_cast<T*>(at);
    adopted_ = committed_ = (bytes + MappedFile::kPage - 1) / MappedFile::kPage * MappedFile::kPage;
    file.lay_over(reinterpret_cast<char*>(data_), offset, bytes);
    size_ = count;
    capacity_ = committed_ / sizeof(T);
  }
  static constexpr size_t kWorthAdopting = size_t{1} << 20;
  void reserve(size_t count) {
    if (count > capacity_) grow(count);
  }
  void swap(GrownArray& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    std::swap(folder_, other.folder_);
    std::swap(file_, other.file_);
    std::swap(reserved_, other.reserved_);
    std::swap(adopted_, other.adopted_);
    std::swap(committed_, other.committed_);
  }

 private:
  static constexpr size_t kHugePage = size_t{2} << 20;
  static constexpr size_t kAlign = alignof(T) > 64 ? alignof(T) : 64;
  static bool mapped(size_t count) { return count * sizeof(T) >= 2 * kHugePage; }
  static size_t whole_pages(size_t count) { return (count * sizeof(T) + kHugePage - 1) / kHugePage * kHugePage; }

  // Addresses, not memory, that one which adopted may grow into: 2^32 values of 64 bytes, and more.
  static constexpr size_t kAddresses = size_t{1} << 39;

  // So many at a multiple of the size of a huge page; nullptr if there are none.
  static char* addresses(size_t bytes, int access) {
    void* const got = ::mmap(nullptr, bytes + kHugePage, access, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (got == MAP_FAILED) return nullptr;
    char* const from = static_cast<char*>(got);
    const size_t skip = (kHugePage - reinterpret_cast<uintptr_t>(from) % kHugePage) % kHugePage;
    if (skip > 0) ::munmap(from, skip);
    if (skip < kHugePage) ::munmap(from + skip + bytes, kHugePage - skip);
    return from + skip;
  }
  static char* map(size_t bytes) {
    char* const at = addresses(bytes, PROT_READ | PROT_WRITE);
    if (at == nullptr) throw std::bad_alloc();
    ::madvise(at, bytes, MADV_HUGEPAGE);  // a wish: without it the memory is as good
    return at;
  }

  static T* take(size_t count) {
    if (mapped(count)) return reinterpret_cast<T*>(map(whole_pages(count)));
    return static_cast<T*>(::operator new(count * sizeof(T), std::align_val_t{kAlign}));
  }
  static void release(T* at, size_t count) {
    if (at == nullptr) return;
    if (mapped(count))
      ::munmap(at, whole_pages(count));
    else
      ::operator delete(at, std::align_val_t{kAlign});
  }

  void release_own() {
    if (reserved_ > 0)
      ::munmap(data_, reserved_);
    else
      release(data_, capacity_);
    data_ = nullptr;
    size_ = capacity_ = reserved_ = 0;
  }

  void grow(size_t least) {
    const size_t wanted = std::max({least, capacity_ + capacity_ / (folder_ == nullptr && reserved_ == 0 ? 1 : 4), size_t{64} / sizeof(T) + 1});
    if (reserved_ > 0) return grow_behind_adopted(wanted);
    if (file_ >= 0 || (folder_ != nullptr && mapped(wanted))) {
      grow_in_file(whole_pages(wanted));
    } else if (mapped(capacity_)) {
      char* const fresh = map(whole_pages(wanted));
      const size_t old = whole_pages(capacity_);
      if (::mremap(data_, old, old, MREMAP_MAYMOVE | MREMAP_FIXED, fresh) == MAP_FAILED) {
        ::munmap(fresh, whole_pages(wanted));
        throw std::bad_alloc();
      }
      data_ = reinterpret_cast<T*>(fresh);
    } else {
      T* const fresh = take(wanted);
      if (size_ > 0) std::memcpy(static_cast<void*>(fresh), data_, size_ * sizeof(T));
      release(data_, capacity_);
      data_ = fresh;
    }
    capacity_ = wanted;
  }

  // Behind the pages of the other file: in memory, or in a file of its own.
  void grow_behind_adopted(size_t count) {
    const size_t end = whole_pages(count);
    if (end > reserved_) throw std::bad_alloc();
    char* const at = reinterpret_cast<char*>(data_) + committed_;
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;
    if (folder_ != nullptr) {
      if (file_ < 0) file_ = folder_->file();
      folder_->grow(file_, end - adopted_);
      flags = MAP_SHARED | MAP_FIXED;
    }
    const off_t from = folder_ == nullptr ? 0 : static_cast<off_t>(committed_ - adopted_);
    if (::mmap(at, end - committed_, PROT_READ | PROT_WRITE, flags, file_, from) == MAP_FAILED) throw std::bad_alloc();
    committed_ = end;
    capacity_ = end / sizeof(T);
  }

  void grow_in_file(size_t bytes) {
    const bool moves = file_ < 0;
    if (moves) file_ = folder_->file();
    folder_->grow(file_, bytes);
    void* const got = moves ? ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file_, 0)
                            : ::mremap(data_, whole_pages(capacity_), bytes, MREMAP_MAYMOVE);
    if (got == MAP_FAILED) throw std::bad_alloc();
    if (moves) {
      if (size_ > 0) std::memcpy(got, data_, size_ * sizeof(T));
      release(data_, capacity_);
    }
    data_ = static_cast<T*>(got);
  }

  T* data_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
  const PageFolder* folder_ = nullptr;
  int file_ = -1;
  // Bytes from data_ on, of an array that began in another file: of addresses, of that file's pages, of usable ones.
  size_t reserved_ = 0;
  size_t adopted_ = 0;
  size_t committed_ = 0;
};

}  // namespace heng
