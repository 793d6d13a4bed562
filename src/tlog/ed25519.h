// Ed25519 (RFC 8032) from libsodium: strict verification (no small-order keys, no non-canonical S).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tlog/hash.h"

namespace heng::tlog {

inline constexpr size_t kPublicKeySize = 32;
inline constexpr size_t kSignatureSize = 64;
using PublicKey = Hash;  // 32 bytes

// True only for a 64-byte signature that verifies. Anything else, of whatever length, is false.
bool ed25519_verify(const PublicKey& key, std::string_view message, std::string_view signature);

// A private key, wiped when destroyed. Copying is not offered: who signs owns it.
class SigningKey {
 public:
  static SigningKey from_seed(const std::array<uint8_t, 32>& seed);  // RFC 8032 secret key
  SigningKey(const SigningKey&) = delete;
  SigningKey& operator=(const SigningKey&) = delete;
  SigningKey(SigningKey&& other) noexcept;
  SigningKey& operator=(SigningKey&& other) noexcept;
  ~SigningKey();

  const PublicKey& public_key() const { return public_; }
  std::array<uint8_t, 32> seed() const;
  std::string sign(std::string_view message) const;  // 64 bytes

 private:
  SigningKey() = default;
  std::array<uint8_t, 64> secret_{};
  PublicKey public_;
};

}  // namespace heng::tlog
