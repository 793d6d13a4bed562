// SHA-256 over several messages at once with the x86 SHA extensions. Private to tlog: use hash.h.
#pragma once

#include <cstddef>
#include <cstdint>

namespace heng::tlog {

bool sha_lanes_supported();  // this processor has SHA, SSSE3 and SSE4.1

// A message of prefix byte, then size bytes.
struct LaneMessage {
  uint8_t prefix;
  const uint8_t* data;
  size_t size;
};

// digests + 32*i = SHA-256(prefix || data) of message i. Only where sha_lanes_supported().
void sha_lanes(const LaneMessage* messages, size_t count, uint8_t* digests);
// digests + 32*i = SHA-256(block || prefix || data) of message i: one first block of 64 bytes for all, hashed once.
void sha_lanes_behind(const uint8_t* block, const LaneMessage* messages, size_t count, uint8_t* digests);
// The same as sha_lanes for messages prefix || 64 bytes that lie one behind the other: the nodes of a tree level.
// digests may be pairs: lane i is written after it is read, and only at or before its own place.
void sha_node_lanes(uint8_t prefix, const uint8_t* pairs, size_t count, uint8_t* digests);

}  // namespace heng::tlog
