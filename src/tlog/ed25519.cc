#include "tlog/ed25519.h"

#include <sodium.h>

#include <algorithm>

namespace heng::tlog {
namespace {

const uint8_t* as_bytes(std::string_view text) { return reinterpret_cast<const uint8_t*>(text.data()); }

}  // namespace

bool ed25519_verify(const PublicKey& key, std::string_view message, std::string_view signature) {
  if (signature.size() != kSignatureSize) return false;
  return crypto_sign_verify_detached(as_bytes(signature), as_bytes(message), message.size(),
                                     key.bytes.data()) == 0;
}

SigningKey SigningKey::from_seed(const std::array<uint8_t, 32>& seed) {
  SigningKey key;
  crypto_sign_seed_keypair(key.public_.bytes.data(), key.secret_.data(), seed.data());
  return key;
}

SigningKey::SigningKey(SigningKey&& other) noexcept : secret_(other.secret_), public_(other.public_) {
  sodium_memzero(other.secret_.data(), other.secret_.size());
}

SigningKey& SigningKey::operator=(SigningKey&& other) noexcept {
  std::swap(secret_, other.secret_);
  std::swap(public_, other.public_);
  return *this;
}

SigningKey::~SigningKey() { sodium_memzero(secret_.data(), secret_.size()); }

std::array<uint8_t, 32> SigningKey::seed() const {
  std::array<uint8_t, 32> out{};
  std::copy_n(secret_.begin(), 32, out.begin());
  return out;
}

std::string SigningKey::sign(std::string_view message) const {
  std::string signature(kSignatureSize, '\0');
  crypto_sign_detached(reinterpret_cast<uint8_t*>(signature.data()), nullptr, as_bytes(message),
                       message.size(), secret_.data());
  return signature;
}

}  // namespace heng::tlog
