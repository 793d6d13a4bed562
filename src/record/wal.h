// Write-ahead segments: files of one size, written full of zeros beforehand, filled from the front with
// frames.
//
//   frame = "HENGWAL1" | u64 first entry | u32 entries | u32 payload bytes | u32 CRC-32C | u32 0 | payload |
//   zeros to 64 payload = (u32 leaf bytes | u32 body bytes | leaf | body)…          all little-endian; the
//   CRC covers what surrounds it
//
// A frame is one commit: one write of at most 1 MiB and one fdatasync. The next is written only when it is on
// the disk, so after a crash at most the last frame is torn. Anything else that does not fit is corruption
// and is refused.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "record/disk.h"

namespace heng::record {

inline constexpr size_t kFrameHeader = 32;
inline constexpr size_t kFrameAlign = 64;
inline constexpr size_t kMaxFrameBytes = 1u << 20;
inline constexpr size_t kMaxBodyBytes = 768u << 10;
inline constexpr uint64_t kSegmentBytes = 64u << 20;

struct Entry {
  std::string_view leaf;
  std::string_view body;
};

// Where an entry's bytes stand.
struct EntryPlace {
  uint32_t segment = 0;
  uint32_t offset = 0;  // of the leaf
  uint32_t leaf_bytes = 0;
  uint32_t body_bytes = 0;
};

class Wal {
 public:
  using Visitor = std::function<Result<void>(const Entry&, const EntryPlace&)>;

  // Makes an empty directory with its first segment.
  static Result<void> create(Disk& disk, const std::string& dir, uint64_t segment_bytes);
  // Reads every entry in order. With `repair`, a torn last frame is wiped; without, it is only left out.
  static Result<Wal> open(Disk& disk, const std::string& dir, bool repair, const Visitor& visit);

  // Durable when it returns. An error leaves the object unusable: every later append fails too.
  // Requires entries that fit one frame (frame_bytes) and are not empty.
  Result<std::vector<EntryPlace>> append(std::span<const Entry> entries);
  static size_t entry_bytes(const Entry& entry) { return 8 + entry.leaf.size() + entry.body.size(); }
  // What fits one frame.
  size_t max_payload() const;

  Result<std::string> read(const EntryPlace& place, bool body) const;
  uint64_t entries() const { return next_entry_; }
  bool torn_tail_seen() const { return torn_; }

 private:
  Wal(Disk& disk, std::string dir) : disk_(&disk), dir_(std::move(dir)) {}
  std::string segment_path(uint64_t number) const;
  Result<void> next_segment();
  Result<void> scan(uint64_t number, bool last, bool repair, const Visitor& visit);

  Disk* disk_;
  std::string dir_;
  uint64_t segment_bytes_ = 0;
  uint64_t segment_ = 0;
  uint64_t offset_ = 0;
  uint64_t next_entry_ = 0;
  std::unique_ptr<File> file_;
  mutable std::unique_ptr<File> reader_;
  mutable uint64_t reader_segment_ = UINT64_MAX;
  std::string frame_;
  bool broken_ = false;
  bool torn_ = false;
};

}  // namespace heng::record
