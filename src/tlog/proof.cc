#include "tlog/proof.h"

#include <bit>
#include <optional>

namespace heng::tlog {
namespace {

Error failed(std::string code, std::string what) {
  return Error{ErrorKind::verification, std::move(code), std::move(what), "", ""};
}

// Below `inner` levels the path follows the bits of the index; above, only left siblings remain (the right
// border).
struct PathShape {
  unsigned inner;
  unsigned border;
};

PathShape shape_of(uint64_t index, uint64_t size) {
  const auto inner = static_cast<unsigned>(std::bit_width(index ^ (size - 1)));
  const uint64_t above = inner >= 64 ? 0 : index >> inner;
  return {inner, static_cast<unsigned>(std::popcount(above))};
}

Hash climb_inner(Hash hash, std::span<const Hash> proof, uint64_t index) {
  for (size_t level = 0; level < proof.size(); ++level)
    hash = (index >> level) & 1 ? node_hash(proof[level], hash) : node_hash(hash, proof[level]);
  return hash;
}

// As climb_inner, but only over siblings on the left: the hash of the old tree's part.
Hash climb_inner_left(Hash hash, std::span<const Hash> proof, uint64_t index) {
  for (size_t level = 0; level < proof.size(); ++level)
    if ((index >> level) & 1) hash = node_hash(proof[level], hash);
  return hash;
}

Hash climb_border(Hash hash, std::span<const Hash> proof) {
  for (const Hash& sibling : proof) hash = node_hash(sibling, hash);
  return hash;
}

Result<std::vector<Hash>> typed(std::span<const std::string> proof) {
  std::vector<Hash> out;
  out.reserve(proof.size());
  for (const std::string& bytes : proof) {
    const std::optional<Hash> hash = hash_from_bytes(bytes);
    if (!hash) return failed("proof-hash-size", "a hash of the proof is not 32 bytes long");
    out.push_back(*hash);
  }
  return out;
}

}  // namespace

size_t inclusion_proof_length(uint64_t index, uint64_t size) {
  const PathShape shape = shape_of(index, size);
  return shape.inner + shape.border;
}

Result<Hash> root_from_inclusion(const Hash& leaf, uint64_t index, uint64_t size,
                                 std::span<const Hash> proof) {
  if (index >= size)
    return failed("proof-index",
                  "index " + std::to_string(index) + " is not in a tree of " + std::to_string(size));
  const PathShape shape = shape_of(index, size);
  if (proof.size() != shape.inner + shape.border)
    return failed("proof-length", "an inclusion proof of " + std::to_string(shape.inner + shape.border) +
                                      " hashes is needed, this one has " + std::to_string(proof.size()));
  return climb_border(climb_inner(leaf, proof.first(shape.inner), index), proof.subspan(shape.inner));
}

Result<void> verify_inclusion(const Hash& leaf, uint64_t index, uint64_t size, std::span<const Hash> proof,
                              const Hash& root) {
  HENG_TRY(const Hash computed, root_from_inclusion(leaf, index, size, proof));
  if (computed != root) return failed("proof-root", "the proof leads to another root than the checkpoint's");
  return {};
}

Result<void> verify_consistency(uint64_t old_size, uint64_t new_size, const Hash& old_root,
                                const Hash& new_root, std::span<const Hash> proof) {
  if (old_size == 0) return failed("consistency-empty", "a proof from the empty tree proves nothing");
  if (new_size < old_size) return failed("consistency-order", "the newer tree is smaller than the older one");
  if (old_size == new_size) {
    if (!proof.empty()) return failed("consistency-length", "trees of equal size need an empty proof");
    if (old_root != new_root)
      return failed("consistency-fork", "two roots for one tree size: the log is forked");
    return {};
  }
  if (proof.empty()) return failed("consistency-length", "the consistency proof is empty");

  // The path of the old tree's last leaf, cut off below the largest complete subtree that ends there.
  PathShape shape = shape_of(old_size - 1, new_size);
  const auto skip = static_cast<unsigned>(std::countr_zero(old_size));
  shape.inner -= skip;
  // A complete old tree of a power of two is itself the seed and is left out of the proof.
  const bool seed_is_old_root = std::has_single_bit(old_size);
  const size_t start = seed_is_old_root ? 0 : 1;
  if (proof.size() != start + shape.inner + shape.border)
    return failed("consistency-length",
                  "a consistency proof of " + std::to_string(start + shape.inner + shape.border) +
                      " hashes is needed, this one has " + std::to_string(proof.size()));
  const Hash seed = seed_is_old_root ? old_root : proof[0];
  const auto inner = proof.subspan(start, shape.inner);
  const auto border = proof.subspan(start + shape.inner);
  const uint64_t mask = (old_size - 1) >> skip;
  if (climb_border(climb_inner_left(seed, inner, mask), border) != old_root)
    return failed("consistency-old-root", "the proof does not lead to the older root");
  if (climb_border(climb_inner(seed, inner, mask), border) != new_root)
    return failed("consistency-new-root", "the proof does not lead to the newer root");
  return {};
}

Result<void> verify_inclusion_bytes(std::string_view leaf, uint64_t index, uint64_t size,
                                    std::span<const std::string> proof, std::string_view root) {
  const std::optional<Hash> leaf_typed = hash_from_bytes(leaf);
  const std::optional<Hash> root_typed = hash_from_bytes(root);
  if (!leaf_typed || !root_typed) return failed("proof-hash-size", "leaf hash or root is not 32 bytes long");
  HENG_TRY(const std::vector<Hash> hashes, typed(proof));
  return verify_inclusion(*leaf_typed, index, size, hashes, *root_typed);
}

Result<void> verify_consistency_bytes(uint64_t old_size, uint64_t new_size, std::string_view old_root,
                                      std::string_view new_root, std::span<const std::string> proof) {
  HENG_TRY(const std::vector<Hash> hashes, typed(proof));
  // Between equal sizes nothing is hashed: equality of the two roots is the whole statement.
  if (old_size != 0 && old_size == new_size && hashes.empty()) {
    if (old_root != new_root)
      return failed("consistency-fork", "two roots for one tree size: the log is forked");
    return {};
  }
  const std::optional<Hash> old_typed = hash_from_bytes(old_root);
  const std::optional<Hash> new_typed = hash_from_bytes(new_root);
  if (!old_typed || !new_typed) return failed("proof-hash-size", "a root is not 32 bytes long");
  return verify_consistency(old_size, new_size, *old_typed, *new_typed, hashes);
}

}  // namespace heng::tlog
