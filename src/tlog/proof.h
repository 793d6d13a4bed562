// Checking inclusion and consistency proofs (RFC 6962 2.1.1, 2.1.2; the algorithms of RFC 9162 2.1.3.2
// and 2.1.4.2).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tlog/hash.h"

namespace heng::tlog {

// The root a tree of `size` leaves must have if `leaf` is at `index` and the proof is right. Fails on index
// >= size and on a proof of the wrong length.
Result<Hash> root_from_inclusion(const Hash& leaf, uint64_t index, uint64_t size,
                                 std::span<const Hash> proof);

Result<void> verify_inclusion(const Hash& leaf, uint64_t index, uint64_t size, std::span<const Hash> proof,
                              const Hash& root);

// That the tree of new_size is the tree of old_size with leaves appended. old_size = 0 is refused (everything
// is consistent with nothing, so such a "proof" proves nothing); equal sizes need equal roots and an empty
// proof.
Result<void> verify_consistency(uint64_t old_size, uint64_t new_size, const Hash& old_root,
                                const Hash& new_root, std::span<const Hash> proof);

// The same on bytes from outside: whatever gets hashed or compared with a hash must be 32 bytes long.
Result<void> verify_inclusion_bytes(std::string_view leaf, uint64_t index, uint64_t size,
                                    std::span<const std::string> proof, std::string_view root);
Result<void> verify_consistency_bytes(uint64_t old_size, uint64_t new_size, std::string_view old_root,
                                      std::string_view new_root, std::span<const std::string> proof);

// How many hashes the proof has: the only length that is accepted.
size_t inclusion_proof_length(uint64_t index, uint64_t size);  // requires index < size

}  // namespace heng::tlog
