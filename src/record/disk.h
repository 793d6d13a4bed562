// The seam between the record and the operating system, so that tests can lose, tear and refuse writes.
//
// An error of sync() or sync_dir() has the code `fsync-failed`: what was written before it may be gone
// although the system will not say so again. Who gets it must stop using the files and the process must end.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace heng::record {

class File {
 public:
  virtual ~File() = default;
  virtual Result<void> write(uint64_t offset, std::string_view bytes) = 0;  // all of it, or an error
  virtual Result<std::string> read(uint64_t offset,
                                   size_t size) const = 0;  // shorter only at the end of the file
  virtual Result<uint64_t> size() const = 0;
  virtual Result<void> sync() = 0;  // fdatasync
  // Zeros, to be synced like anything written.
  Result<void> write_zeros(uint64_t offset, uint64_t size);
};

enum class OpenMode { read, write, create };  // create: fails if the file exists

class Disk {
 public:
  virtual ~Disk() = default;
  virtual Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) = 0;
  virtual Result<void> make_dirs(const std::string& path) = 0;  // each new directory made durable
  virtual Result<void> rename(const std::string& from, const std::string& to) = 0;
  virtual Result<void> remove(const std::string& path) = 0;
  virtual Result<void> sync_dir(const std::string& path) = 0;
  virtual bool exists(const std::string& path) const = 0;
  virtual Result<std::vector<std::string>> list(const std::string& path) const = 0;  // names, sorted
  // Keeps others out of a directory until the disk is destroyed; `conflict` if somebody is in.
  virtual Result<void> lock(const std::string& path) = 0;
};

std::unique_ptr<Disk> real_disk();

Result<std::string> read_whole(const Disk& disk, const std::string& path, size_t most = 64u << 20);
// Never seen half-written: a temporary file, synced, renamed, the directory synced.
Result<void> write_durably(Disk& disk, const std::string& path, std::string_view bytes);
// The same for many at once: all are written before the first is synced, and each directory is synced once.
struct NewFile {
  std::string path;
  std::string bytes;
};
Result<void> write_durably(Disk& disk, const std::vector<NewFile>& files);

}  // namespace heng::record
