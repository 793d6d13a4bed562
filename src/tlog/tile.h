// Tiles and entry bundles (c2sp.org/tlog-tiles): where the tree's hashes and entries lie in files.
//
// A tile of level L, number N holds up to 256 hashes: nodes (8 L, 256 N …) of the tree. Levels between are
// computed.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tlog/tree.h"

namespace heng::tlog {

inline constexpr uint64_t kTileWidth = 256;
inline constexpr size_t kMaxEntryBytes = 65535;  // a bundle's length prefix is a uint16

struct TileId {
  bool entries = false;  // an entry bundle; its level is then 0
  unsigned level = 0;    // 0..7 are all that 63-bit sizes can use
  uint64_t number = 0;
  unsigned width = kTileWidth;  // 1..256
  std::string path() const;     // "tile/0/x001/x234/067.p/8", "tile/entries/000"
  bool operator==(const TileId&) const = default;
};

// The inverse of path(); nullopt if it is not exactly such a path.
std::optional<TileId> parse_tile_path(std::string_view path);

// The width tile (level, number) has in a tree of `size` leaves: 0 if it is empty.
unsigned tile_width(unsigned level, uint64_t number, uint64_t size);
// Every hash tile that a tree of new_size has and a tree of old_size has not (or has with a smaller width).
std::vector<TileId> new_tiles(uint64_t old_size, uint64_t new_size);

// The tile's bytes out of any source of nodes.
Result<std::string> tile_bytes(const NodeSource& nodes, const TileId& tile);

// Entry bundles: big-endian uint16 length and entry, again and again. Fails on bytes left over or missing, or
// if there are not exactly `width` entries. The views point into `bundle`.
Result<std::vector<std::string_view>> parse_bundle(std::string_view bundle, unsigned width);
void append_to_bundle(std::string& bundle,
                      std::string_view entry);  // requires entry.size() <= kMaxEntryBytes

// Nodes out of tiles. `read` gives the bytes of the tile with at least the width asked for (a full tile may
// stand in for a partial one). Nothing read is believed here: compare the root it leads to with a checkpoint.
class TileNodes : public NodeSource {
 public:
  using Reader = std::function<Result<std::string>(const TileId&)>;
  TileNodes(uint64_t size, Reader read) : size_(size), read_(std::move(read)) {}
  Result<Hash> node(NodeId id) const override;

 private:
  struct Cached {
    TileId id;
    std::vector<std::vector<Hash>> levels;  // 0..8: the tile's subtree, worked out once
  };
  Result<const Cached*> tile(unsigned level, uint64_t number) const;
  uint64_t size_;
  Reader read_;
  mutable std::vector<Cached> cache_;
};

}  // namespace heng::tlog
