#include "tlog/tile.h"

#include <algorithm>

#include "tlog/checkpoint.h"

namespace heng::tlog {
namespace {

constexpr size_t kCachedTiles = 64;

Error malformed(std::string what) {
  return Error{ErrorKind::bad_input, "tile-malformed", std::move(what), "", ""};
}

std::string number_path(uint64_t number) {
  const auto three = [](uint64_t part) {
    std::string digits = std::to_string(part);
    return std::string(3 - digits.size(), '0') + digits;
  };
  std::string out = three(number % 1000);
  while (number >= 1000) {
    number /= 1000;
    out = "x" + three(number % 1000) + "/" + out;
  }
  return out;
}

}  // namespace

std::string TileId::path() const {
  std::string out = entries ? "tile/entries/" : "tile/" + std::to_string(level) + "/";
  out += number_path(number);
  if (width < kTileWidth) out += ".p/" + std::to_string(width);
  return out;
}

std::optional<TileId> parse_tile_path(std::string_view path) {
  if (path.size() > 128 || !path.starts_with("tile/")) return std::nullopt;
  std::string_view rest = path.substr(5);
  TileId tile;
  const size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string_view level = rest.substr(0, slash);
  rest.remove_prefix(slash + 1);
  if (level == "entries") {
    tile.entries = true;
  } else {
    const std::optional<uint64_t> value = parse_size(level);
    if (!value || *value > 63) return std::nullopt;
    tile.level = static_cast<unsigned>(*value);
  }
  if (const size_t partial = rest.find(".p/"); partial != std::string_view::npos) {
    const std::optional<uint64_t> width = parse_size(rest.substr(partial + 3));
    if (!width || *width < 1 || *width > 255) return std::nullopt;
    tile.width = static_cast<unsigned>(*width);
    rest = rest.substr(0, partial);
  }
  // One spelling only: build the path again and compare.
  uint64_t number = 0;
  for (const char c : rest) {
    if (c == 'x' || c == '/') continue;
    if (c < '0' || c > '9' || number > UINT64_MAX / 10 - 1) return std::nullopt;
    number = number * 10 + static_cast<uint64_t>(c - '0');
  }
  tile.number = number;
  if (tile.path() != path) return std::nullopt;
  return tile;
}

unsigned tile_width(unsigned level, uint64_t number, uint64_t size) {
  if (level > 7) return 0;
  const uint64_t nodes = size >> (8 * level);
  if (number > nodes / kTileWidth) return 0;
  return static_cast<unsigned>(std::min(kTileWidth, nodes - number * kTileWidth));
}

std::vector<TileId> new_tiles(uint64_t old_size, uint64_t new_size) {
  std::vector<TileId> out;
  for (unsigned level = 0; level < 8 && (new_size >> (8 * level)) > 0; ++level) {
    const uint64_t before = old_size >> (8 * level);
    const uint64_t after = new_size >> (8 * level);
    if (before == after) continue;
    for (uint64_t number = before / kTileWidth; number <= (after - 1) / kTileWidth; ++number)
      out.push_back({false, level, number, tile_width(level, number, new_size)});
  }
  return out;
}

Result<std::string> tile_bytes(const NodeSource& nodes, const TileId& tile) {
  std::string out;
  out.reserve(tile.width * kHashSize);
  for (unsigned i = 0; i < tile.width; ++i) {
    HENG_TRY(const Hash hash, nodes.node({8 * tile.level, tile.number * kTileWidth + i}));
    out += hash.view();
  }
  return out;
}

Result<std::vector<std::string_view>> parse_bundle(std::string_view bundle, unsigned width) {
  std::vector<std::string_view> out;
  out.reserve(width);
  while (!bundle.empty()) {
    if (bundle.size() < 2 || out.size() == width) return malformed("an entry bundle has bytes left over");
    const size_t length =
        static_cast<size_t>(static_cast<uint8_t>(bundle[0])) << 8 | static_cast<uint8_t>(bundle[1]);
    if (bundle.size() - 2 < length) return malformed("an entry bundle ends inside an entry");
    out.push_back(bundle.substr(2, length));
    bundle.remove_prefix(2 + length);
  }
  if (out.size() != width)
    return malformed("an entry bundle has " + std::to_string(out.size()) + " entries, not " +
                     std::to_string(width));
  return out;
}

void append_to_bundle(std::string& bundle, std::string_view entry) {
  HENG_ASSERT(entry.size() <= kMaxEntryBytes);
  bundle.push_back(static_cast<char>(entry.size() >> 8));
  bundle.push_back(static_cast<char>(entry.size() & 0xff));
  bundle += entry;
}

Result<const TileNodes::Cached*> TileNodes::tile(unsigned level, uint64_t number) const {
  for (const Cached& cached : cache_)
    if (cached.id.level == level && cached.id.number == number) return &cached;
  TileId id{false, level, number, tile_width(level, number, size_)};
  if (id.width == 0)
    return Error{ErrorKind::not_found, "tile-range", "tile " + id.path() + " is beyond the tree", "", ""};
  HENG_TRY(const std::string bytes, read_(id));
  if (bytes.size() < id.width * kHashSize || bytes.size() % kHashSize != 0)
    return malformed("tile " + id.path() + " has the wrong length");
  Cached cached{id, {}};
  cached.levels.emplace_back(id.width);
  for (unsigned i = 0; i < id.width; ++i)
    cached.levels[0][i] = *hash_from_bytes(std::string_view(bytes).substr(i * kHashSize, kHashSize));
  while (cached.levels.back().size() >= 2) {
    std::vector<Hash> above(cached.levels.back().size() / 2);
    node_hashes(cached.levels.back().data(), above.size(), above.data());
    cached.levels.push_back(std::move(above));
  }
  if (cache_.size() == kCachedTiles) cache_.erase(cache_.begin());
  cache_.push_back(std::move(cached));
  return &cache_.back();
}

Result<Hash> TileNodes::node(NodeId id) const {
  // Prefer the tile whose bottom row is just below: level 8 is row 8 of a level-0 tile and row 0 of a level-1
  // tile.
  const unsigned level = std::min(id.level / 8, 7u);
  const unsigned row = id.level - 8 * level;
  if (row > 8 || id.index > (UINT64_MAX >> row))
    return Error{ErrorKind::not_found, "tile-range", "no such node", "", ""};
  HENG_TRY(const Cached* cached, tile(level, (id.index << row) / kTileWidth));
  const uint64_t within = id.index - (cached->id.number * kTileWidth >> row);
  if (row >= cached->levels.size() || within >= cached->levels[row].size())
    return Error{ErrorKind::not_found, "tile-range", "the subtree is not complete in this tree", "", ""};
  return cached->levels[row][within];
}

}  // namespace heng::tlog
