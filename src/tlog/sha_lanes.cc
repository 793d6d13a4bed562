#include "tlog/sha_lanes.h"

#include <sodium.h>

#include <cstdlib>

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

// The two halves of the state: ABEF and CDGH.
struct Halves {
  __m128i abef;
  __m128i cdgh;
};

template <int kLanes>
inline __attribute__((always_inline)) void compress(ShaState* const* states, const uint8_t* const* blocks) {
  const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
  __m128i words[kLanes][4];
  Halves now[kLanes];
HENG_UNROLL(4)
  for (int lane = 0; lane < kLanes; ++lane) {
    const auto* from = reinterpret_cast<const __m128i*>(states[lane]->words);
    now[lane] = {_mm_load_si128(from), _mm_load_si128(from + 1)};
  }
HENG_UNROLL(16)
  for (int step = 0; step < 16; ++step) {
    const __m128i constants = _mm_load_si128(reinterpret_cast<const __m128i*>(kShaRound + 4 * step));
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
    auto* to = reinterpret_cast<__m128i*>(states[lane]->words);
    _mm_store_si128(to, _mm_add_epi32(_mm_load_si128(to), now[lane].abef));
    _mm_store_si128(to + 1, _mm_add_epi32(_mm_load_si128(to + 1), now[lane].cdgh));
  }
}

}  // namespace

bool sha_lanes_supported() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return false;
  const bool ssse3 = (c >> 9) & 1, sse41 = (c >> 19) & 1;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return false;
  return ssse3 && sse41 && ((b >> 29) & 1);
}

void sha_compress_lanes(ShaState* const* states, const uint8_t* const* blocks, size_t count) {
  size_t done = 0;
  for (; done + 4 <= count; done += 4) compress<4>(states + done, blocks + done);
  if (count - done >= 2) {
    compress<2>(states + done, blocks + done);
    done += 2;
  }
  if (done < count) compress<1>(states + done, blocks + done);
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
void sha_compress_lanes(ShaState* const*, const uint8_t* const*, size_t) { std::abort(); }
}  // namespace heng::tlog
#endif

namespace heng::tlog {

void sha_compress_portable(ShaState* const* states, const uint8_t* const* blocks, size_t count) {
  constexpr size_t kPlace[8] = {5, 4, 1, 0, 7, 6, 3, 2};  // of words F E B A H G D C among A to H
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  for (size_t i = 0; i < count; ++i) {
    state.count = 0;
    for (size_t word = 0; word < 8; ++word) state.state[kPlace[word]] = states[i]->words[word];
    crypto_hash_sha256_update(&state, blocks[i], 64);
    for (size_t word = 0; word < 8; ++word) states[i]->words[word] = state.state[kPlace[word]];
  }
  sodium_memzero(&state, sizeof state);
}

}  // namespace heng::tlog
