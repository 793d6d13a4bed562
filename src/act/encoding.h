// Bytes in any encoding the C library knows → UTF-8, in pieces.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace heng {

class Transcoder {
 public:
  // Error `encoding-unknown` if the C library has no such encoding.
  static Result<Transcoder> from(const std::string& encoding);
  ~Transcoder();
  Transcoder(Transcoder&&) noexcept;
  Transcoder& operator=(Transcoder&&) noexcept;

  // Appends the UTF-8 of `bytes`; a character cut at the end waits for the next piece. Error `encoding-bad` with the
  // byte where it went wrong, counted from the first piece.
  Result<void> feed(std::string_view bytes, std::string& out);
  // Error if a character is still open.
  Result<void> finish(std::string& out);

 private:
  struct Impl;
  explicit Transcoder(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace heng
