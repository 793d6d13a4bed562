// The tree of a log: what is new in memory, what was published long ago in tiles on the disk.
//
// Nodes of levels 8 and above (one for 256 leaves) are always in memory, 64 bytes for 256 leaves. Below them, what
// stands before the last forget() is worked out again from its level-0 tile, which must lead to the level-8 node
// above it: a damaged tile is refused, never believed.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tlog/tile.h"
#include "tlog/tree.h"

namespace heng::record {

class LogTree : public tlog::NodeSource {
 public:
  using TileReader = std::function<Result<std::string>(const tlog::TileId&)>;
  explicit LogTree(TileReader read) : read_(std::move(read)) {}

  // Begins with the whole tiles of a tree of `size` leaves. The leaves behind the last whole level-0 tile, from
  // `begin()` on, must be appended. Fails if a tile is missing; compare the root with a signed one before use.
  Result<void> load(uint64_t size);
  uint64_t begin() const { return begin_; }  // leaves before it are in tiles

  uint64_t size() const { return size_; }
  void append(std::span<const tlog::Hash> leaves);
  void append_entries(std::span<const std::string_view> entries);
  // The tiles of a tree of `size` leaves are on the disk: memory lets go of what they hold.
  void forget(uint64_t size);

  Result<tlog::Hash> node(tlog::NodeId id) const override;
  Result<tlog::Hash> root(uint64_t size) const { return tlog::tree_root(*this, size); }
  tlog::Hash root() const;  // of all leaves; needs no disk
  // As tlog::inclusion_proof, with one look at the leaf's tile.
  Result<std::vector<tlog::Hash>> inclusion(uint64_t index, uint64_t size) const;

 private:
  static constexpr unsigned kTop = 8;  // from this level on all is in memory
  struct Tile {
    std::vector<std::vector<tlog::Hash>> rows;  // 0..8
    uint64_t used = 0;
  };
  Result<const Tile*> tile(uint64_t number) const;

  TileReader read_;
  uint64_t size_ = 0;
  uint64_t begin_ = 0;  // a multiple of 256
  std::vector<std::vector<tlog::Hash>> levels_;  // levels_[l][i] is node (l, i + (l < 8 ? begin_ >> l : 0))
  mutable std::unordered_map<uint64_t, Tile> tiles_;
  mutable uint64_t clock_ = 0;
};

}  // namespace heng::record
