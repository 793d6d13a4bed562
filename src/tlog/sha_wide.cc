// Sixteen hashes at once with AVX-512: word i of all sixteen stands in one vector. Twice as quick as the SHA instructions
// where vectors of 512 bits are worked on whole.
#include "tlog/sha_lanes.h"

#include <algorithm>
#include <cstdlib>

#if defined(__x86_64__)
#include <immintrin.h>

// gcc 12 warns of its own headers (GCC bug 105593).
#if !defined(__clang__)
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#define HENG_WIDE __attribute__((target("avx512f,avx512bw")))

namespace heng::tlog {
namespace {

constexpr size_t kWide = 16;
// From so many on a vector that is not full is quicker than the SHA instructions one after another.
constexpr size_t kWorthIt = 9;

// Four rows of words become four columns, within each quarter of the vectors.
HENG_WIDE inline __attribute__((always_inline)) void turn_quarters(__m512i* rows) {
  const __m512i a = _mm512_unpacklo_epi32(rows[0], rows[1]), b = _mm512_unpackhi_epi32(rows[0], rows[1]);
  const __m512i c = _mm512_unpacklo_epi32(rows[2], rows[3]), d = _mm512_unpackhi_epi32(rows[2], rows[3]);
  rows[0] = _mm512_unpacklo_epi64(a, c);
  rows[1] = _mm512_unpackhi_epi64(a, c);
  rows[2] = _mm512_unpacklo_epi64(b, d);
  rows[3] = _mm512_unpackhi_epi64(b, d);
}

// words[i]: word i of every block, as a number.
HENG_WIDE inline __attribute__((always_inline)) void load_blocks(const uint8_t* const* blocks, __m512i* words) {
  const __m512i swap = _mm512_broadcast_i32x4(_mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL));
  __m512i rows[kWide];
#pragma GCC unroll 16
  for (size_t i = 0; i < kWide; ++i) rows[i] = _mm512_shuffle_epi8(_mm512_loadu_si512(blocks[i]), swap);
#pragma GCC unroll 4
  for (size_t group = 0; group < 4; ++group) turn_quarters(rows + 4 * group);
#pragma GCC unroll 4
  for (size_t k = 0; k < 4; ++k) {
    const __m512i a = _mm512_shuffle_i32x4(rows[k], rows[4 + k], 0x88), b = _mm512_shuffle_i32x4(rows[k], rows[4 + k], 0xdd);
    const __m512i c = _mm512_shuffle_i32x4(rows[8 + k], rows[12 + k], 0x88), d = _mm512_shuffle_i32x4(rows[8 + k], rows[12 + k], 0xdd);
    words[k] = _mm512_shuffle_i32x4(a, c, 0x88);
    words[4 + k] = _mm512_shuffle_i32x4(b, d, 0x88);
    words[8 + k] = _mm512_shuffle_i32x4(a, c, 0xdd);
    words[12 + k] = _mm512_shuffle_i32x4(b, d, 0xdd);
  }
}

// Halves of eight vectors change places, so that turning quarters turns eight rows; its own inverse.
HENG_WIDE inline __attribute__((always_inline)) void mix_halves(__m512i* rows) {
  const __m512i even = _mm512_set_epi64(13, 12, 5, 4, 9, 8, 1, 0), odd = _mm512_set_epi64(15, 14, 7, 6, 11, 10, 3, 2);
#pragma GCC unroll 4
  for (size_t k = 0; k < 4; ++k) {
    const __m512i low = rows[k], high = rows[4 + k];
    rows[k] = _mm512_permutex2var_epi64(low, even, high);
    rows[4 + k] = _mm512_permutex2var_epi64(low, odd, high);
  }
}

HENG_WIDE void compress16(ShaState* const* states, const uint8_t* const* blocks) {
  __m512i words[16], now[8], before[8];
  load_blocks(blocks, words);
#pragma GCC unroll 8
  for (size_t i = 0; i < 8; ++i)
    now[i] = _mm512_inserti64x4(_mm512_castsi256_si512(_mm256_load_si256(reinterpret_cast<const __m256i*>(states[i]->words))),
                                _mm256_load_si256(reinterpret_cast<const __m256i*>(states[i + 8]->words)), 1);
  turn_quarters(now);
  turn_quarters(now + 4);
  mix_halves(now);
#pragma GCC unroll 8
  for (size_t i = 0; i < 8; ++i) before[i] = now[i];
  __m512i f = now[0], e = now[1], b = now[2], a = now[3], h = now[4], g = now[5], d = now[6], c = now[7];
#pragma GCC unroll 64
  for (int i = 0; i < 64; ++i) {
    __m512i& word = words[i & 15];
    if (i >= 16) {
      const __m512i w15 = words[(i + 1) & 15], w2 = words[(i + 14) & 15];
      const __m512i s0 = _mm512_ternarylogic_epi32(_mm512_ror_epi32(w15, 7), _mm512_ror_epi32(w15, 18), _mm512_srli_epi32(w15, 3), 0x96);
      const __m512i s1 = _mm512_ternarylogic_epi32(_mm512_ror_epi32(w2, 17), _mm512_ror_epi32(w2, 19), _mm512_srli_epi32(w2, 10), 0x96);
      word = _mm512_add_epi32(_mm512_add_epi32(word, s0), _mm512_add_epi32(words[(i + 9) & 15], s1));
    }
    // Added up so that what a round waits for, the new e and a, come last.
    const __m512i s1 = _mm512_ternarylogic_epi32(_mm512_ror_epi32(e, 6), _mm512_ror_epi32(e, 11), _mm512_ror_epi32(e, 25), 0x96);
    const __m512i s0 = _mm512_ternarylogic_epi32(_mm512_ror_epi32(a, 2), _mm512_ror_epi32(a, 13), _mm512_ror_epi32(a, 22), 0x96);
    const __m512i known = _mm512_add_epi32(h, _mm512_add_epi32(word, _mm512_set1_epi32(static_cast<int>(kShaRound[i]))));
    const __m512i most = _mm512_add_epi32(known, _mm512_ternarylogic_epi32(e, f, g, 0xca));
    const __m512i next_e = _mm512_add_epi32(_mm512_add_epi32(d, most), s1);
    const __m512i first = _mm512_add_epi32(most, s1);
    const __m512i next_a = _mm512_add_epi32(_mm512_add_epi32(first, _mm512_ternarylogic_epi32(a, b, c, 0xe8)), s0);
    h = g, g = f, f = e, e = next_e, d = c, c = b, b = a, a = next_a;
  }
  const __m512i after[8] = {f, e, b, a, h, g, d, c};
#pragma GCC unroll 8
  for (size_t i = 0; i < 8; ++i) now[i] = _mm512_add_epi32(before[i], after[i]);
  mix_halves(now);
  turn_quarters(now);
  turn_quarters(now + 4);
#pragma GCC unroll 8
  for (size_t i = 0; i < 8; ++i) {
    _mm256_store_si256(reinterpret_cast<__m256i*>(states[i]->words), _mm512_castsi512_si256(now[i]));
    _mm256_store_si256(reinterpret_cast<__m256i*>(states[i + 8]->words), _mm512_extracti64x4_epi64(now[i], 1));
  }
}

}  // namespace

bool sha_wide_supported() { return sha_lanes_supported() && __builtin_cpu_supports("avx512bw"); }

void sha_compress_wide(ShaState* const* states, const uint8_t* const* blocks, size_t count) {
  size_t done = 0;
  for (; count - done >= kWide; done += kWide) compress16(states + done, blocks + done);
  const size_t left = count - done;
  if (left < kWorthIt) return sha_compress_lanes(states + done, blocks + done, left);
  ShaState idle = kShaStart;
  ShaState* some[kWide];
  const uint8_t* their[kWide];
  std::fill(std::copy_n(states + done, left, some), some + kWide, &idle);
  std::fill(std::copy_n(blocks + done, left, their), their + kWide, blocks[done]);
  compress16(some, their);
}

}  // namespace heng::tlog

#else

namespace heng::tlog {
bool sha_wide_supported() { return false; }
void sha_compress_wide(ShaState* const*, const uint8_t* const*, size_t) { std::abort(); }
}  // namespace heng::tlog
#endif
