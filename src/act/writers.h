// What the writers share.
#pragma once

#include <memory>
#include <string>

#include "act/write.h"

namespace heng {

class ByteOut {
 public:
  explicit ByteOut(OnBytes on_bytes) : on_bytes_(std::move(on_bytes)) {}
  std::string buffer;
  Result<void> spill() { return buffer.size() < (64 << 10) ? Result<void>() : flush(); }
  Result<void> flush();

 private:
  OnBytes on_bytes_;
};

std::unique_ptr<ActWriter> make_xes_writer(OnBytes on_bytes);
std::unique_ptr<ActWriter> make_ocel_writer(ExportFormat format, OnBytes on_bytes);

}  // namespace heng
