#include "record/log_tree.h"

#include <algorithm>
#include <bit>

namespace heng::record {
namespace {

constexpr size_t kTilesKept = 512;  // 16 KiB each

Error damaged(const tlog::TileId& id, std::string what) {
  return Error{ErrorKind::verification, "log-tile", "the tile `" + id.path() + "` " + std::move(what), "",
               "`heng record audit` says what else is damaged; restore the file from a mirror"};
}

Result<std::vector<tlog::Hash>> hashes_in(const tlog::TileId& id, std::string_view bytes) {
  if (bytes.size() < id.width * tlog::kHashSize) return damaged(id, "is too short");
  std::vector<tlog::Hash> out(id.width);
  for (size_t i = 0; i < out.size(); ++i)
    out[i] = *tlog::hash_from_bytes(bytes.substr(i * tlog::kHashSize, tlog::kHashSize));
  return out;
}

}  // namespace

Result<void> LogTree::load(uint64_t size) {
  HENG_ASSERT(size_ == 0);
  begin_ = size / tlog::kTileWidth * tlog::kTileWidth;
  size_ = begin_;
  if (begin_ == 0) return {};
  levels_.assign(kTop + 1, {});
  const uint64_t tops = begin_ / tlog::kTileWidth;
  levels_[kTop].reserve(static_cast<size_t>(tops));
  for (uint64_t number = 0; number * tlog::kTileWidth < tops; ++number) {
    const tlog::TileId id{false, 1, number, tlog::tile_width(1, number, begin_)};
    HENG_TRY(const std::string bytes, read_(id));
    HENG_TRY(const std::vector<tlog::Hash> hashes, hashes_in(id, bytes));
    levels_[kTop].insert(levels_[kTop].end(), hashes.begin(), hashes.end());
  }
  for (size_t level = kTop; levels_[level].size() >= 2; ++level) {
    std::vector<tlog::Hash> above(levels_[level].size() / 2);
    tlog::node_hashes(levels_[level].data(), above.size(), above.data());
    levels_.push_back(std::move(above));
  }
  return {};
}

void LogTree::append(std::span<const tlog::Hash> leaves) {
  if (leaves.empty()) return;
  if (levels_.empty()) levels_.emplace_back();
  levels_[0].insert(levels_[0].end(), leaves.begin(), leaves.end());
  size_ += leaves.size();
  for (size_t level = 0;; ++level) {
    // Below level 8 all begins at begin_, which is even there; from level 8 on nothing is ever let go of.
    const std::vector<tlog::Hash>& below = levels_[level];
    const uint64_t base = level + 1 == kTop ? begin_ >> kTop : 0;
    const size_t count = below.size() / 2;
    if (level + 1 == levels_.size()) {
      if (count == 0) break;
      levels_.emplace_back();
    }
    std::vector<tlog::Hash>& above = levels_[level + 1];
    const size_t known = above.size() - static_cast<size_t>(base);
    if (count == known) break;
    above.resize(static_cast<size_t>(base) + count);
    tlog::node_hashes(levels_[level].data() + 2 * known, count - known, above.data() + base + known);
  }
}

void LogTree::append_entries(std::span<const std::string_view> entries) {
  std::vector<tlog::Hash> leaves(entries.size());
  tlog::leaf_hashes(entries, leaves.data());
  append(leaves);
}

void LogTree::forget(uint64_t size) {
  const uint64_t begin = std::min(size, size_) / tlog::kTileWidth * tlog::kTileWidth;
  if (begin <= begin_) return;
  for (unsigned level = 0; level < kTop && level < levels_.size(); ++level) {
    std::vector<tlog::Hash>& row = levels_[level];
    const auto gone = static_cast<size_t>((begin >> level) - (begin_ >> level));
    row = std::vector<tlog::Hash>(row.begin() + static_cast<ptrdiff_t>(gone), row.end());
  }
  begin_ = begin;
}

Result<const LogTree::Tile*> LogTree::tile(uint64_t number) const {
  ++clock_;
  const auto found = tiles_.find(number);
  if (found != tiles_.end()) {
    found->second.used = clock_;
    return &found->second;
  }
  const tlog::TileId id{false, 0, number, tlog::kTileWidth};
  HENG_TRY(const std::string bytes, read_(id));
  HENG_TRY(std::vector<tlog::Hash> row, hashes_in(id, bytes));
  Tile fresh;
  fresh.used = clock_;
  fresh.rows.push_back(std::move(row));
  while (fresh.rows.back().size() >= 2) {
    std::vector<tlog::Hash> above(fresh.rows.back().size() / 2);
    tlog::node_hashes(fresh.rows.back().data(), above.size(), above.data());
    fresh.rows.push_back(std::move(above));
  }
  if (fresh.rows.back()[0] != levels_[kTop][static_cast<size_t>(number)])
    return damaged(id, "does not lead to the root that was signed");
  if (tiles_.size() >= kTilesKept) {  // the older half goes
    std::vector<uint64_t> used;
    for (const auto& [key, kept] : tiles_) used.push_back(kept.used);
    std::nth_element(used.begin(), used.begin() + static_cast<ptrdiff_t>(used.size() / 2), used.end());
    const uint64_t middle = used[used.size() / 2];
    std::erase_if(tiles_, [&](const auto& kept) { return kept.second.used < middle; });
  }
  return &tiles_.insert_or_assign(number, std::move(fresh)).first->second;
}

Result<tlog::Hash> LogTree::node(tlog::NodeId id) const {
  const uint64_t base = id.level < kTop ? begin_ >> id.level : 0;
  if (id.index < base) {
    HENG_TRY(const Tile* from, tile((id.index << id.level) / tlog::kTileWidth));
    return from->rows[id.level][static_cast<size_t>(id.index & ((uint64_t{1} << (kTop - id.level)) - 1))];
  }
  if (id.level >= levels_.size() || id.index - base >= levels_[id.level].size())
    return Error{ErrorKind::not_found, "tree-range",
                 "no complete subtree " + std::to_string(id.index) + " at level " + std::to_string(id.level), "", ""};
  return levels_[id.level][static_cast<size_t>(id.index - base)];
}

Result<std::vector<tlog::Hash>> LogTree::inclusion(uint64_t index, uint64_t size) const {
  const uint64_t number = index / tlog::kTileWidth;
  if (index >= size || size > size_ || (number + 1) * tlog::kTileWidth > std::min(size, begin_))
    return tlog::inclusion_proof(*this, index, size);
  std::vector<tlog::Hash> out;
  out.reserve(64);
  // From the root down to the tile: every split of a range wider than a tile lies between two tiles.
  uint64_t begin = 0, end = size;
  while (end - begin > tlog::kTileWidth) {
    const uint64_t middle = begin + std::bit_floor(end - begin - 1);
    const bool left = index < middle;
    const uint64_t from = left ? middle : begin, to = left ? end : middle;
    if (std::has_single_bit(to - from) && to - from >= tlog::kTileWidth) {
      const auto level = static_cast<unsigned>(std::countr_zero(to - from));
      out.push_back(levels_[level][static_cast<size_t>(from >> level)]);
    } else {
      HENG_TRY(const tlog::Hash hash, tlog::range_root(*this, from, to));
      out.push_back(hash);
    }
    (left ? end : begin) = middle;
  }
  std::reverse(out.begin(), out.end());
  HENG_TRY(const Tile* from, tile(number));
  std::vector<tlog::Hash> low(kTop);
  for (unsigned level = 0; level < kTop; ++level)
    low[level] = from->rows[level][static_cast<size_t>(((index % tlog::kTileWidth) >> level) ^ 1)];
  out.insert(out.begin(), low.begin(), low.end());
  return out;
}

tlog::Hash LogTree::root() const {
  const Result<tlog::Hash> hash = tlog::tree_root(*this, size_);
  HENG_ASSERT(hash.ok());
  return *hash;
}

}  // namespace heng::record
