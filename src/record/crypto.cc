// The cryptography of the vault: body encryption, secret sharing, custodians.
#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "record/vault.h"

namespace heng::record {
namespace {

constexpr size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::string_view kBodyDomain = "heng.body/1";

const uint8_t* as_bytes(std::string_view text) { return reinterpret_cast<const uint8_t*>(text.data()); }

tlog::Hash hmac(const Key& key, std::string_view message) { return tlog::hmac_sha256(key, message); }

// The system's randomness, fetched a block at a time; what was given out is wiped. One block a thread. Much at once is
// drawn out of a seed of the system's with ChaCha20 (randombytes_buf_deterministic); the seed is used once.
class SystemRandom : public Random {
 public:
  void fill(uint8_t* bytes, size_t size) override {
    thread_local Block block;
    if (size > sizeof block.bytes / 4) {
      uint8_t seed[randombytes_SEEDBYTES];
      randombytes_buf(seed, sizeof seed);
      randombytes_buf_deterministic(bytes, size, seed);
      sodium_memzero(seed, sizeof seed);
      return;
    }
    if (block.used + size > sizeof block.bytes || block.process != getpid()) {
      randombytes_buf(block.bytes, sizeof block.bytes);
      block.used = 0;
      block.process = getpid();
    }
    std::memcpy(bytes, block.bytes + block.used, size);
    sodium_memzero(block.bytes + block.used, size);
    block.used += size;
  }

 private:
  struct Block {
    uint8_t bytes[4096];
    size_t used = sizeof bytes;
    pid_t process = 0;  // a fork must not give out the same again
    ~Block() { sodium_memzero(bytes, sizeof bytes); }
  };
};

// GF(2^8) with the AES polynomial, without tables: no secret decides a memory address.
uint8_t multiply(uint8_t a, uint8_t b) {
  unsigned product = 0, factor = a;
  for (int bit = 0; bit < 8; ++bit) {
    product ^= factor & (0u - ((b >> bit) & 1u));
    factor = (factor << 1) ^ (0x11bu & (0u - ((factor >> 7) & 1u)));
  }
  return static_cast<uint8_t>(product);
}

uint8_t inverse(uint8_t a) {
  uint8_t out = 1;  // a^254
  for (int i = 0; i < 254; ++i) out = multiply(out, a);
  return out;
}

}  // namespace

Random& system_random() {
  static SystemRandom random;
  return random;
}

void derive_body_keys(std::span<const Key> keys, BodyKeys* out) {
  std::vector<tlog::Keyed> purposes;
  for (size_t i = 0; i < keys.size(); ++i) {
    purposes.push_back({i, "heng.enc/1"});
    purposes.push_back({i, "heng.commit/1"});
  }
  static_assert(sizeof(BodyKeys) == 2 * sizeof(tlog::Hash));
  tlog::hmac_sha256_many(keys, purposes, &out->encryption);
}

void seal_body(std::string& out, std::string_view plain, const tlog::Hash& encryption, const Nonce& nonce) {
  const size_t begin = out.size();
  out.resize(begin + kNonce + plain.size() + kTag);
  auto* bytes = reinterpret_cast<uint8_t*>(out.data()) + begin;
  std::copy(nonce.begin(), nonce.end(), bytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(bytes + kNonce, nullptr, as_bytes(plain), plain.size(), as_bytes(kBodyDomain),
                                             kBodyDomain.size(), nullptr, bytes, encryption.bytes.data());
}

SealedBody encrypt_body(std::string_view plain, const Key& key, const Nonce& nonce) {
  BodyKeys keys;
  derive_body_keys(std::span(&key, 1), &keys);
  SealedBody out{{}, keys.commitment};
  seal_body(out.bytes, plain, keys.encryption, nonce);
  return out;
}

Result<std::string> decrypt_body(std::string_view bytes, const tlog::Hash& commitment, const Key& key) {
  const Error wrong{ErrorKind::verification, "body-key", "the body does not open with this key", "", ""};
  if (bytes.size() < kNonce + kTag || hmac(key, "heng.commit/1") != commitment) return wrong;
  const tlog::Hash cipher_key = hmac(key, "heng.enc/1");
  std::string out(bytes.size() - kNonce - kTag, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(reinterpret_cast<uint8_t*>(out.data()), nullptr, nullptr,
                                                 as_bytes(bytes) + kNonce, bytes.size() - kNonce,
                                                 as_bytes(kBodyDomain), kBodyDomain.size(), as_bytes(bytes),
                                                 cipher_key.bytes.data()) != 0)
    return wrong;
  return out;
}

std::vector<Share> split_secret(const Key& secret, unsigned k, unsigned n, Random& random) {
  HENG_ASSERT(k >= 1 && k <= n && n <= 255);
  std::vector<Key> coefficients = {secret};
  for (unsigned i = 1; i < k; ++i) coefficients.push_back(random.key());
  std::vector<Share> shares;
  for (unsigned x = 1; x <= n; ++x) {
    Share share{};
    share[0] = static_cast<uint8_t>(x);
    for (size_t byte = 0; byte < secret.size(); ++byte) {
      uint8_t value = 0;  // Horner
      for (size_t i = coefficients.size(); i-- > 0;)
        value = static_cast<uint8_t>(multiply(value, share[0]) ^ coefficients[i][byte]);
      share[1 + byte] = value;
    }
    shares.push_back(share);
  }
  for (Key& coefficient : coefficients) sodium_memzero(coefficient.data(), coefficient.size());
  return shares;
}

Result<Key> join_secret(const std::vector<Share>& shares) {
  Key secret{};
  for (size_t i = 0; i < shares.size(); ++i) {
    uint8_t weight = 1;
    for (size_t j = 0; j < shares.size(); ++j) {
      if (i == j) continue;
      if (shares[i][0] == shares[j][0] || shares[i][0] == 0)
        return Error{ErrorKind::bad_input, "share-twice", "the same share was given twice", "",
                     "bring shares of different custodians"};
      weight = multiply(weight,
                        multiply(shares[j][0], inverse(static_cast<uint8_t>(shares[j][0] ^ shares[i][0]))));
    }
    for (size_t byte = 0; byte < secret.size(); ++byte)
      secret[byte] = static_cast<uint8_t>(secret[byte] ^ multiply(weight, shares[i][1 + byte]));
  }
  return secret;
}

std::pair<tlog::Hash, Key> custodian_keys(const Key& seed) {
  tlog::Hash public_key;
  Key secret{};
  crypto_box_seed_keypair(public_key.bytes.data(), secret.data(), seed.data());
  return {public_key, secret};
}

}  // namespace heng::record
