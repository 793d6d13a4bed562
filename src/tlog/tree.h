// Building an RFC 6962 tree and its proofs out of complete subtrees.
//
// A node (level, index) is the hash of leaves [index << level, (index + 1) << level): it never changes once
// those leaves exist. Every root and proof of every tree size is put together from such nodes, wherever they
// are kept: in memory (Tree) or in tiles on a disk (tile.h).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tlog/hash.h"

namespace heng::tlog {

struct NodeId {
  unsigned level = 0;
  uint64_t index = 0;
  bool operator==(const NodeId&) const = default;
};

class NodeSource {
 public:
  virtual ~NodeSource() = default;
  // The hash of a complete subtree; fails if it is not (yet) there or cannot be read.
  virtual Result<Hash> node(NodeId id) const = 0;
};

// The complete subtrees that make up leaves [begin, end), left to right, where begin is a multiple of the
// largest power of two below the range's size (as all ranges of RFC 6962 are).
std::vector<NodeId> subtrees_of(uint64_t begin, uint64_t end);

// MTH(D[begin:end]) of RFC 6962 2.1; the empty range has the empty root.
Result<Hash> range_root(const NodeSource& nodes, uint64_t begin, uint64_t end);
Result<Hash> tree_root(const NodeSource& nodes, uint64_t size);
// PATH(index, D[size]); requires index < size, else an error.
Result<std::vector<Hash>> inclusion_proof(const NodeSource& nodes, uint64_t index, uint64_t size);
// PROOF(old_size, D[size]); old_size = 0 and old_size = size give the empty proof; old_size > size fails.
Result<std::vector<Hash>> consistency_proof(const NodeSource& nodes, uint64_t old_size, uint64_t size);

// A whole tree in memory: 64 bytes a leaf. Not thread-safe for writing.
class Tree : public NodeSource {
 public:
  uint64_t size() const { return levels_.empty() ? 0 : levels_[0].size(); }
  void append(const Hash& leaf) { append(std::span(&leaf, 1)); }
  void append(std::span<const Hash> leaves);
  void append_entries(std::span<const std::string_view> entries);
  Result<Hash> node(NodeId id) const override;
  Hash root() const { return root(size()); }
  Hash root(uint64_t size) const;  // requires size <= size()
  const std::vector<std::vector<Hash>>& levels() const { return levels_; }

 private:
  std::vector<std::vector<Hash>> levels_;  // levels_[l][i] is node (l, i)
};

}  // namespace heng::tlog
