// Write-ahead segments: files of one size, written full of zeros beforehand, filled from the front with
// frames.
//
//   frame = "HENGWAL1" | u64 first entry | u32 entries | u32 payload bytes | u32 CRC-32C | u32 0 | payload |
//   zeros to 64 payload = (u32 leaf bytes | u32 body bytes | leaf | body)…          all little-endian; the
//   CRC covers what surrounds it
//
// A frame is one commit: one write of at most 1 MiB and what is left of its page, and one fdatasync. The next is written only when it is on
// the disk, so after a crash at most the last frame is torn. Anything else that does not fit is corruption
// and is refused.
//
// Beside a full segment lies its index (NNNNNNNN.idx), where each of its entries stands: a cache, written when
// the next segment begins and made again in memory where it is missing or damaged.
//
//   "HENGIDX1" | u64 first entry | u64 entries | (u32 offset of the leaf | u32 leaf bytes | u32 body bytes)… |
//   u32 CRC-32C of all before
#pragma once

#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
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

// Where an entry's bytes stand within its segment.
struct EntryPlace {
  uint32_t offset = 0;  // of the leaf
  uint32_t leaf_bytes = 0;
  uint32_t body_bytes = 0;
  bool operator==(const EntryPlace&) const = default;
};

// One thread may append or refresh while others read.
class Wal {
 public:
  // One frame's entries, the first of which has the number `first`. The views live as long as the call.
  using Visitor = std::function<Result<void>(uint64_t first, std::span<const Entry> entries)>;

  // Makes an empty directory with its first segment.
  static Result<void> create(Disk& disk, const std::string& dir, uint64_t segment_bytes);
  // Reads every frame in order from the segment on that holds entry `from`; segments before it are only known by
  // their first entry. With `repair`, a torn last frame is wiped; without, it is only left out, and somebody may
  // be writing meanwhile.
  static Result<Wal> open(Disk& disk, const std::string& dir, bool repair, uint64_t from, const Visitor& visit);
  // Of a log opened without `repair`: reads the frames that another process has written since.
  Result<void> refresh(const Visitor& visit);

  // Durable when it returns. An error leaves the object unusable: every later append fails too.
  // Requires entries that fit one frame (frame_bytes) and are not empty.
  Result<void> append(std::span<const Entry> entries);
  static size_t entry_bytes(const Entry& entry) { return 8 + entry.leaf.size() + entry.body.size(); }
  // What fits one frame.
  size_t max_payload() const;

  Result<std::string> leaf(uint64_t index) const { return read(index, Part::leaf); }
  Result<std::string> body(uint64_t index) const { return read(index, Part::body); }
  uint64_t entries() const { return next_entry_; }
  size_t segments() const { return firsts_.size(); }
  bool torn_tail_seen() const { return torn_; }
  // Do the stored indexes say where the entries are? Those that are missing are passed over.
  Result<void> check_indexes() const;

 private:
  using Places = std::vector<EntryPlace>;
  enum class Part { leaf, body };
  Wal(Disk& disk, std::string dir) : disk_(&disk), dir_(std::move(dir)) {}
  std::string segment_path(uint64_t number, const char* ending = ".wal") const;
  Result<uint64_t> count_segments() const;
  Result<void> next_segment();
  enum class Reading { whole, repair, growth };
  Result<void> scan(uint64_t number, bool last, Reading reading, const Visitor& visit);
  Result<std::string> read(uint64_t index, Part part) const;
  Result<std::shared_ptr<const Places>> places(uint64_t segment) const;
  Result<Places> scanned_places(uint64_t segment) const;
  std::optional<Places> indexed_places(uint64_t segment) const;

  Disk* disk_;
  std::string dir_;
  uint64_t segment_bytes_ = 0;
  uint64_t segment_ = 0;  // the last one
  uint64_t offset_ = 0;   // behind its last frame
  uint64_t next_entry_ = 0;
  std::vector<uint64_t> firsts_;  // the first entry of each segment
  std::unique_ptr<File> file_;
  std::future<Result<void>> spare_;  // the next segment, being written
  std::shared_ptr<Places> tail_ = std::make_shared<Places>();  // of the last segment
  struct Kept {
    uint64_t segment;
    std::shared_ptr<const Places> places;
  };
  mutable std::vector<Kept> kept_;  // of earlier segments, the one used last at the end
  mutable std::unique_ptr<File> reader_;
  mutable uint64_t reader_segment_ = UINT64_MAX;
  std::string frame_;
  std::unique_ptr<std::mutex> mutex_ = std::make_unique<std::mutex>();  // of what readers see
  bool broken_ = false;
  bool torn_ = false;
};

}  // namespace heng::record
