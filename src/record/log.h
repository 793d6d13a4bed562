// The durable log of opaque entries: WAL, tree, tiles, checkpoints. Knows nothing of acts.
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

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "record/disk.h"
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

class Log {
 public:
  static Result<void> create(Disk& disk, const std::string& dir, const std::string& origin,
                             uint64_t segment_bytes = kSegmentBytes);
  // Reads everything back. Refuses a log that is behind or beside its own last signed checkpoint
  // (`log-rolled-back`, `log-forked`): such a log has lost confirmed entries.
  static Result<std::unique_ptr<Log>> open(Disk& disk, const LogOptions& options);

  const std::string& origin() const { return origin_; }
  const std::string& dir() const { return options_.dir; }
  uint64_t size() const { return tree_.size(); }
  const tlog::Tree& tree() const { return tree_; }

  // Cuts into frames of at most 1 MiB, one fdatasync each. Returns the index of the first. When it returns,
  // all are durable; on an error some of the first may be, none is acknowledged.
  Result<uint64_t> append(std::span<const Entry> entries);
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
    uint64_t bytes = 0;
  };
  // Everything on the disk against everything else: entries → tiles → root → checkpoints.
  Result<Audit> audit() const;

 private:
  Log(Disk& disk, LogOptions options) : disk_(&disk), options_(std::move(options)) {}
  std::string path(std::string_view name) const { return options_.dir + "/" + std::string(name); }
  std::string signed_path() const { return options_.state_dir + "/signed"; }
  Result<void> write_tiles(uint64_t size);
  Result<void> write_tile(const tlog::TileId& id);
  Result<std::string> bundle(const tlog::TileId& id) const;
  Result<std::string> bodies(const tlog::TileId& id) const;
  Result<std::optional<tlog::SignedCheckpoint>> read_checkpoint(const std::string& path) const;
  Result<void> writable() const;

  Disk* disk_;
  LogOptions options_;
  std::string origin_;
  std::unique_ptr<Wal> wal_;
  tlog::Tree tree_;
  std::vector<EntryPlace> places_;
  uint64_t tiles_size_ = 0;  // full tiles below this size are on the disk
  bool broken_ = false;
};

}  // namespace heng::record
