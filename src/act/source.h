// The bytes of a file, of standard input or of memory; gz is undone on the way (every member of it).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace heng {

class Source {
 public:
  // "-" is standard input. Errors: file-open (not_found), gz-truncated.
  static Result<Source> open(const std::string& path);
  static Result<Source> of(std::string_view bytes, std::string name);  // the bytes must outlive the source
  ~Source();
  Source(Source&&) noexcept;
  Source& operator=(Source&&) noexcept;

  // The first bytes (at most 64 KiB), which the next read returns again.
  std::string_view head() const;
  // At least one byte unless at the end, when 0. Errors: file-read, gz-truncated, gz-corrupt, gz-trailing.
  Result<size_t> read(char* into, size_t capacity);

  // From here on a thread of its own undoes the gz of a file some blocks ahead of read(); nothing for other sources.
  void inflate_ahead();

  const std::string& name() const;
  bool compressed() const;
  uint64_t raw_bytes() const;    // taken from the file so far
  uint64_t total_bytes() const;  // the file's size, 0 if not known

 private:
  struct Impl;
  explicit Source(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace heng
