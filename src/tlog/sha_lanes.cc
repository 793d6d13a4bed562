#include "tlog/sha_lanes.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("sha,ssse3,sse4.1"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("sha,ssse3,sse4.1")
#endif

#define HENG_PRAGMA(text) _Pragma(#text)
#if defined(__clang__)
#define HENG_UNROLL(count) HENG_PRAGMA(unroll count)
#else
#define HENG_UNROLL(count) HENG_PRAGMA(GCC unroll count)
#endif

namespace heng::tlog {
namespace {

alignas(16) constexpr uint32_t kRound[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

// The two halves of the state in the order the instructions want: ABEF and CDGH.
struct State {
  __m128i abef;
  __m128i cdgh;
};

// The initial value of FIPS 180-4 5.3.3, already in that order.
inline State initial_state() {
  return {_mm_set_epi32(0x6a09e667, static_cast<int>(0xbb67ae85), 0x510e527f, static_cast<int>(0x9b05688c)),
          _mm_set_epi32(0x3c6ef372, static_cast<int>(0xa54ff53a), 0x1f83d9ab, 0x5be0cd19)};
}

template <int kLanes>
inline __attribute__((always_inline)) void compress(State* states, const uint8_t* const* blocks) {
  const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
  __m128i words[kLanes][4];
  State now[kLanes];
HENG_UNROLL(4)
  for (int lane = 0; lane < kLanes; ++lane) now[lane] = states[lane];
HENG_UNROLL(16)
  for (int step = 0; step < 16; ++step) {
    const __m128i constants = _mm_load_si128(reinterpret_cast<const __m128i*>(kRound + 4 * step));
HENG_UNROLL(4)
    for (int lane = 0; lane < kLanes; ++lane) {
      __m128i* w = words[lane];
      __m128i word;
      if (step < 4) {
        word = _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(blocks[lane] + 16 * step)),
                                swap);
      } else {
        const __m128i previous = w[(step + 3) & 3];
        word = _mm_sha256msg1_epu32(w[step & 3], w[(step + 1) & 3]);
        word = _mm_add_epi32(word, _mm_alignr_epi8(previous, w[(step + 2) & 3], 4));
        word = _mm_sha256msg2_epu32(word, previous);
      }
      w[step & 3] = word;
      const __m128i sum = _mm_add_epi32(word, constants);
      now[lane].cdgh = _mm_sha256rnds2_epu32(now[lane].cdgh, now[lane].abef, sum);
      now[lane].abef = _mm_sha256rnds2_epu32(now[lane].abef, now[lane].cdgh, _mm_shuffle_epi32(sum, 0x0e));
    }
  }
HENG_UNROLL(4)
  for (int lane = 0; lane < kLanes; ++lane) {
    states[lane].abef = _mm_add_epi32(states[lane].abef, now[lane].abef);
    states[lane].cdgh = _mm_add_epi32(states[lane].cdgh, now[lane].cdgh);
  }
}

inline void store(const State& state, uint8_t* digest) {
  const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
  const __m128i feba = _mm_shuffle_epi32(state.abef, 0x1b);  // words F E B A reversed: A B E F low to high
  const __m128i hgdc = _mm_shuffle_epi32(state.cdgh, 0x1b);
  const __m128i abcd = _mm_unpacklo_epi64(feba, hgdc);
  const __m128i efgh = _mm_unpackhi_epi64(feba, hgdc);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(digest), _mm_shuffle_epi8(abcd, swap));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(digest + 16), _mm_shuffle_epi8(efgh, swap));
}

size_t block_count(const LaneMessage& message) { return (message.size + 1 + 8) / 64 + 1; }

// Block `index` of prefix || data || padding: inside the data it is the data itself, at the edges it is built
// in `scratch`.
// `before`: bytes hashed already, which count in the padding.
const uint8_t* block_at(const LaneMessage& message, size_t index, size_t before, uint8_t* scratch) {
  const size_t total = message.size + 1;
  const size_t start = 64 * index;
  if (start > 0 && start + 64 <= total) return message.data + start - 1;
  std::memset(scratch, 0, 64);
  size_t filled = 0;
  if (start == 0) scratch[filled++] = message.prefix;
  const size_t from = start == 0 ? 0 : std::min(start - 1, message.size);
  const size_t take = std::min(64 - filled, message.size - from);
  if (take > 0) std::memcpy(scratch + filled, message.data + from, take);
  if (total >= start && total < start + 64) scratch[total - start] = 0x80;
  if (index + 1 == block_count(message)) {
    const uint64_t bits = 8 * static_cast<uint64_t>(before + total);
    for (int i = 0; i < 8; ++i) scratch[56 + i] = static_cast<uint8_t>(bits >> (56 - 8 * i));
  }
  return scratch;
}

void finish_one(const LaneMessage& message, size_t from_block, size_t before, State state, uint8_t* digest) {
  alignas(16) uint8_t scratch[64];
  const size_t blocks = block_count(message);
  for (size_t i = from_block; i < blocks; ++i) {
    const uint8_t* block = block_at(message, i, before, scratch);
    compress<1>(&state, &block);
  }
  store(state, digest);
}

template <int kLanes>
void node_lanes(uint8_t prefix, const uint8_t* pairs, uint8_t* digests) {
  alignas(16) uint8_t blocks[kLanes][128];
  State states[kLanes];
  const uint8_t* first[kLanes];
  const uint8_t* second[kLanes];
  for (int lane = 0; lane < kLanes; ++lane) {
    blocks[lane][0] = prefix;
    std::memcpy(blocks[lane] + 1, pairs + 64 * lane, 64);
    std::memset(blocks[lane] + 65, 0, 63);
    blocks[lane][65] = 0x80;
    blocks[lane][126] = 0x02;  // 65 bytes are 520 = 0x0208 bits
    blocks[lane][127] = 0x08;
    states[lane] = initial_state();
    first[lane] = blocks[lane];
    second[lane] = blocks[lane] + 64;
  }
  compress<kLanes>(states, first);
  compress<kLanes>(states, second);
  for (int lane = 0; lane < kLanes; ++lane) store(states[lane], digests + 32 * lane);
}

void hash_lanes(const State& start, size_t before, const LaneMessage* messages, size_t count, uint8_t* digests) {
  size_t done = 0;
  for (; done + 4 <= count; done += 4) {
    const LaneMessage* four = messages + done;
    size_t common = block_count(four[0]);
    for (int lane = 1; lane < 4; ++lane) common = std::min(common, block_count(four[lane]));
    State states[4] = {start, start, start, start};
    alignas(16) uint8_t scratch[4][64];
    for (size_t i = 0; i < common; ++i) {
      const uint8_t* blocks[4];
      for (int lane = 0; lane < 4; ++lane) blocks[lane] = block_at(four[lane], i, before, scratch[lane]);
      compress<4>(states, blocks);
    }
    for (size_t lane = 0; lane < 4; ++lane)
      finish_one(four[lane], common, before, states[lane], digests + 32 * (done + lane));
  }
  for (; done < count; ++done) finish_one(messages[done], 0, before, start, digests + 32 * done);
}

}  // namespace

bool sha_lanes_supported() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return false;
  const bool ssse3 = (c >> 9) & 1, sse41 = (c >> 19) & 1;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return false;
  return ssse3 && sse41 && ((b >> 29) & 1);
}

void sha_lanes(const LaneMessage* messages, size_t count, uint8_t* digests) {
  hash_lanes(initial_state(), 0, messages, count, digests);
}

void sha_lanes_behind(const uint8_t* block, const LaneMessage* messages, size_t count, uint8_t* digests) {
  State start = initial_state();
  compress<1>(&start, &block);
  hash_lanes(start, 64, messages, count, digests);
}

void sha_node_lanes(uint8_t prefix, const uint8_t* pairs, size_t count, uint8_t* digests) {
  size_t done = 0;
  for (; done + 4 <= count; done += 4) node_lanes<4>(prefix, pairs + 64 * done, digests + 32 * done);
  if (done + 2 <= count) {
    node_lanes<2>(prefix, pairs + 64 * done, digests + 32 * done);
    done += 2;
  }
  if (done < count) node_lanes<1>(prefix, pairs + 64 * done, digests + 32 * done);
}

}  // namespace heng::tlog
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#else

namespace heng::tlog {
bool sha_lanes_supported() { return false; }
void sha_lanes(const LaneMessage*, size_t, uint8_t*) { std::abort(); }
void sha_lanes_behind(const uint8_t*, const LaneMessage*, size_t, uint8_t*) { std::abort(); }
void sha_node_lanes(uint8_t, const uint8_t*, size_t, uint8_t*) { std::abort(); }
}  // namespace heng::tlog
#endif
