// The durable log of opaque entries: WAL, tree, tiles, checkpoints. Knows nothing of acts.
//
// Opening reads what came after the published checkpoint, and the upper part of the tree; what is older stays on the
// disk until somebody asks for it. That it still fits is what audit() finds out.
//
//   DIR/log.json        origin and format, written once
//   DIR/wal/            the entries and their bodies (wal.h): the truth everything else is rebuilt from
//   DIR/tile/…          tiles and entry bundles of published checkpoints, each written once
//   DIR/checkpoint      what is published, with the cosignatures there are
//   STATE/signed        the last checkpoint signed. Never restored from a backup: it is what catches a
//   restored one
//
// One writer at a time (a lock on DIR). Order of a publication: entries durable → tiles durable →
// STATE/signed durable → DIR/checkpoint. After any failed write or sync the log refuses to write and to sign
// until it is opened anew.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "record/disk.h"
#include "record/log_tree.h"
#include "record/wal.h"
#include "tlog/checkpoint.h"
#include "tlog/tile.h"
#include "tlog/tree.h"

namespace heng::record {

struct LogOptions {
  std::string dir;
  std::string state_dir;  // empty: DIR/state
  bool writable = true;
};

// One thread may append, another sign and publish, and any read, all at once; tree() is for when nobody writes.
class Log {
 public:
  static Result<void> create(Disk& disk, const std::string& dir, const std::string& origin,
                             uint64_t segment_bytes = kSegmentBytes);
  // Refuses a log that is behind or beside its own last signed checkpoint
  // (`log-rolled-back`, `log-forked`): such a log has lost confirmed entries.
  static Result<std::unique_ptr<Log>> open(Disk& disk, const LogOptions& options);

  // Of a log opened for reading: takes in what its writer has made durable since. True if there is more now.
  Result<bool> refresh();

  const std::string& origin() const { return origin_; }
  const std::string& dir() const { return options_.dir; }
  uint64_t size() const;
  const LogTree& tree() const { return tree_; }

  // Cuts into frames of at most 1 MiB, one fdatasync each. Returns the index of the first. When it returns,
  // all are durable; on an error some of the first may be, none is acknowledged.
  // `hashes`, if given, receives their leaf hashes.
  Result<uint64_t> append(std::span<const Entry> entries, tlog::Hash* hashes = nullptr);
  // Leaf and body together, in bytes.
  size_t most_entry_bytes() const { return wal_->max_payload() - 8; }
  Result<tlog::Hash> leaf_hash(uint64_t index) const;
  Result<std::vector<tlog::Hash>> inclusion(uint64_t index, uint64_t size) const;
  Result<std::vector<tlog::Hash>> consistency(uint64_t old_size, uint64_t size) const;
  Result<std::string> leaf(uint64_t index) const;
  Result<std::string> body(uint64_t index) const;  // empty if it has none

  // Signs the present size and root and makes the signature durable in STATE. The same size again gives the
  // same text.
  Result<tlog::SignedCheckpoint> sign(const tlog::NoteSigner& signer);
  // Puts a signed checkpoint of this log, of at most the last signed size, before the world.
  Result<void> publish(const tlog::SignedCheckpoint& checkpoint);
  // For mirrors: takes over a checkpoint that the log's owner signed, if it fits what is stored here.
  Result<void> adopt(const tlog::SignedCheckpoint& checkpoint);
  Result<std::optional<tlog::SignedCheckpoint>> last_signed() const;
  Result<std::optional<tlog::SignedCheckpoint>> published() const;

  // Is this log an honest continuation of a checkpoint somebody holds? Refusals: `log-behind`, `log-forked`.
  Result<void> continues(const tlog::Checkpoint& seen) const;

  // Any path of the tlog-tiles interface ("checkpoint", "tile/…"), from memory and WAL; and
  // "heng/bodies/<N>[.p/<W>]", the bodies beside an entry bundle (big-endian u32 length and bytes, again and
  // again), for mirrors.
  Result<std::string> resource(std::string_view path) const;

  struct Audit {
    uint64_t entries = 0;
    uint64_t tiles = 0;
    uint64_t bytes = 0;  // read and checked: of entries, bodies, bundles and tiles
  };
  // Everything on the disk against everything else: entries → tiles → root → checkpoints. `also` sees the entries
  // on their way.
  Result<Audit> audit(const Wal::Visitor& also = nullptr) const;

 private:
  Log(Disk& disk, LogOptions options)
      : disk_(&disk), options_(std::move(options)), tree_([this](const tlog::TileId& id) {
          return read_whole(*disk_, path(id.path()), tlog::kTileWidth * tlog::kHashSize);
        }) {}
  Result<void> load();
  class TileAudit;
  std::string path(std::string_view name) const { return options_.dir + "/" + std::string(name); }
  std::string signed_path() const { return options_.state_dir + "/signed"; }
  Result<void> write_tiles(uint64_t size);
  Result<std::string> tile(const tlog::TileId& id) const;
  Result<std::string> bundle(const tlog::TileId& id) const;
  Result<std::string> bodies(const tlog::TileId& id) const;
  Result<std::optional<tlog::SignedCheckpoint>> read_checkpoint(const std::string& path) const;
  Result<void> writable() const;

  Disk* disk_;
  LogOptions options_;
  std::string origin_;
  std::unique_ptr<Wal> wal_;
  LogTree tree_;
  uint64_t tiles_size_ = 0;  // full tiles below this size are on the disk
  std::atomic<bool> broken_ = false;
  mutable std::mutex mutex_;  // of tree_; the WAL has its own
};

}  // namespace heng::record
