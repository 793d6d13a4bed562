// An allocator for arrays that grow to many megabytes and are read here and there: it asks the kernel for huge pages,
// so that a read finds its page at once (Linux, Documentation/admin-guide/mm/transhuge.rst). Small ones come from the
// heap.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdlib>
#include <new>
#include <vector>

namespace heng {

template <typename T>
struct HugeAllocator {
  using value_type = T;
  static constexpr size_t kPage = size_t{2} << 20;

  HugeAllocator() = default;
  template <typename U>
  HugeAllocator(const HugeAllocator<U>&) {}

  T* allocate(size_t count) {
    const size_t bytes = count * sizeof(T);
    if (bytes < 2 * kPage) return static_cast<T*>(::operator new(bytes, std::align_val_t{kAlign}));
    const size_t whole = (bytes + kPage - 1) / kPage * kPage;
    void* const at = std::aligned_alloc(kPage, whole);
    if (at == nullptr) throw std::bad_alloc();
    ::madvise(at, whole, MADV_HUGEPAGE);  // a wish: without it the memory is as good
    return static_cast<T*>(at);
  }
  void deallocate(T* at, size_t count) {
    if (count * sizeof(T) < 2 * kPage)
      ::operator delete(at, std::align_val_t{kAlign});
    else
      std::free(at);
  }
  friend bool operator==(const HugeAllocator&, const HugeAllocator&) { return true; }

 private:
  static constexpr size_t kAlign = alignof(T) > 64 ? alignof(T) : 64;
};

template <typename T>
using HugeVector = std::vector<T, HugeAllocator<T>>;

}  // namespace heng
