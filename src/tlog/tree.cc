#include "tlog/tree.h"

#include <algorithm>
#include <bit>

namespace heng::tlog {
namespace {

// One step of a proof: the range whose hash stands in the proof.
struct Range {
  uint64_t begin;
  uint64_t end;
};

uint64_t split_point(uint64_t count) {
  return std::bit_floor(count - 1);
}  // largest power of two below count > 1

Result<std::vector<Hash>> hashes_of(const NodeSource& nodes, const std::vector<Range>& ranges) {
  std::vector<Hash> out;
  out.reserve(ranges.size());
  for (auto range = ranges.rbegin(); range != ranges.rend(); ++range) {
    HENG_TRY(const Hash hash, range_root(nodes, range->begin, range->end));
    out.push_back(hash);
  }
  return out;
}

Error out_of_tree(std::string what) {
  return Error{ErrorKind::not_found, "tree-range", std::move(what), "", ""};
}

}  // namespace

std::vector<NodeId> subtrees_of(uint64_t begin, uint64_t end) {
  std::vector<NodeId> out;
  while (begin < end) {
    auto level = static_cast<unsigned>(std::bit_width(end - begin)) - 1;
    if (begin != 0) level = std::min(level, static_cast<unsigned>(std::countr_zero(begin)));
    out.push_back({level, begin >> level});
    begin += uint64_t{1} << level;
  }
  return out;
}

Result<Hash> range_root(const NodeSource& nodes, uint64_t begin, uint64_t end) {
  if (begin == end) return empty_root();
  const std::vector<NodeId> subtrees = subtrees_of(begin, end);
  HENG_TRY(Hash hash, nodes.node(subtrees.back()));
  for (size_t i = subtrees.size() - 1; i-- > 0;) {
    HENG_TRY(const Hash left, nodes.node(subtrees[i]));
    hash = node_hash(left, hash);
  }
  return hash;
}

Result<Hash> tree_root(const NodeSource& nodes, uint64_t size) { return range_root(nodes, 0, size); }

Result<std::vector<Hash>> inclusion_proof(const NodeSource& nodes, uint64_t index, uint64_t size) {
  if (index >= size)
    return out_of_tree("entry " + std::to_string(index) + " is not in a tree of " + std::to_string(size));
  std::vector<Range> siblings;  // from the root down
  uint64_t begin = 0, end = size;
  while (end - begin > 1) {
    const uint64_t middle = begin + split_point(end - begin);
    if (index < middle) {
      siblings.push_back({middle, end});
      end = middle;
    } else {
      siblings.push_back({begin, middle});
      begin = middle;
    }
  }
  return hashes_of(nodes, siblings);
}

Result<std::vector<Hash>> consistency_proof(const NodeSource& nodes, uint64_t old_size, uint64_t size) {
  if (old_size > size)
    return out_of_tree("tree size " + std::to_string(old_size) + " is above " + std::to_string(size));
  if (old_size == 0 || old_size == size) return std::vector<Hash>{};
  std::vector<Range> parts;  // from the root down
  uint64_t begin = 0, end = size;
  bool whole = true;  // the old tree's part here is the whole of what the verifier already knows
  while (old_size != end) {
    const uint64_t middle = begin + split_point(end - begin);
    if (old_size <= middle) {
      parts.push_back({middle, end});
      end = middle;
    } else {
      parts.push_back({begin, middle});
      begin = middle;
      whole = false;
    }
  }
  if (!whole) parts.push_back({begin, end});
  return hashes_of(nodes, parts);
}

void Tree::append(std::span<const Hash> leaves) {
  if (leaves.empty()) return;
  if (levels_.empty()) levels_.emplace_back();
  levels_[0].insert(levels_[0].end(), leaves.begin(), leaves.end());
  for (size_t level = 0; levels_[level].size() / 2 > 0; ++level) {
    if (level + 1 == levels_.size()) levels_.emplace_back();
    const std::vector<Hash>& below = levels_[level];
    std::vector<Hash>& above = levels_[level + 1];
    const size_t old_count = above.size();
    const size_t new_count = below.size() / 2;
    if (new_count == old_count) break;
    above.resize(new_count);
    node_hashes(below.data() + 2 * old_count, new_count - old_count, above.data() + old_count);
  }
}

void Tree::append_entries(std::span<const std::string_view> entries) {
  std::vector<Hash> leaves(entries.size());
  leaf_hashes(entries, leaves.data());
  append(leaves);
}

Result<Hash> Tree::node(NodeId id) const {
  if (id.level >= levels_.size() || id.index >= levels_[id.level].size())
    return out_of_tree("no complete subtree " + std::to_string(id.index) + " at level " +
                       std::to_string(id.level));
  return levels_[id.level][id.index];
}

Hash Tree::root(uint64_t size) const {
  const Result<Hash> hash = tree_root(*this, size);
  HENG_ASSERT(hash.ok());
  return *hash;
}

}  // namespace heng::tlog
