// Keys of bodies: one per act, wrapped by one per case. Apart from the record and never in its backups.
//
//   VAULT/secret           the record's own 32 bytes; the names of cases below follow from it and the case id
//   VAULT/keys             256-byte slots: case keys and, wrapped under them, act keys; appended, one fdatasync a batch;
//                          behind the last one zeros, written beforehand as in the log's segments
//   VAULT/sealed/<name>    after sealing: the case key's shares, each encrypted to one custodian
//
// A slot never crosses a disk sector, so it is replaced whole. Destroying a key overwrites its slot with
// zeros where it lies; what a copying file system or a backup keeps of it is outside this program's power
// (docs/explain/threats.md). Not thread-safe, but for store().
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "record/disk.h"
#include "record/leaf.h"

namespace heng::record {

using Key = std::array<uint8_t, 32>;
using Nonce = std::array<uint8_t, 24>;

// Where randomness comes from; tests give a fixed stream.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(uint8_t* bytes, size_t size) = 0;
  Key key() {
    Key out{};
    fill(out.data(), out.size());
    return out;
  }
  Nonce nonce() {
    Nonce out{};
    fill(out.data(), out.size());
    return out;
  }
};
Random& system_random();

// Key-committing encryption of a body: XChaCha20-Poly1305 under HMAC(key, "heng.enc/1"), nonce first, and the
// commitment HMAC(key, "heng.commit/1"). Poly1305 alone would let two keys open one ciphertext to two bodies.
struct SealedBody {
  std::string bytes;
  tlog::Hash commitment;
};
// A nonce is used once.
SealedBody encrypt_body(std::string_view plain, const Key& key, const Nonce& nonce);
// Fails if the bytes, the key or the commitment do not fit together.
Result<std::string> decrypt_body(std::string_view bytes, const tlog::Hash& commitment, const Key& key);

// Shamir's sharing over GF(256): any k of n shares give the secret, fewer give nothing. A share is x, then 32
// bytes.
using Share = std::array<uint8_t, 33>;
std::vector<Share> split_secret(const Key& secret, unsigned k, unsigned n,
                                Random& random);  // 1 <= k <= n <= 255
Result<Key> join_secret(
    const std::vector<Share>& shares);  // of exactly k different shares; wrong ones give a wrong key

// A custodian holds an X25519 key pair; a share is encrypted to it (libsodium sealed box).
struct Custodian {
  std::string name;
  tlog::Hash public_key;
};
std::pair<tlog::Hash, Key> custodian_keys(const Key& seed);

class Vault {
 public:
  static Result<void> create(Disk& disk, const std::string& dir, Random& random);
  static Result<Vault> open(Disk& disk, const std::string& dir, Random& random);

  // The public name of a case; makes the case's keys if there are none yet.
  tlog::Hash case_handle(const std::string& case_id);
  // Can acts be added to it? Refused (`case-sealed`) while the case key is with its custodians.
  Result<void> is_open(const std::string& case_id);
  // Takes the key of a new act in, wrapped under the case key, which must be open. In memory until store() has made
  // it durable. `nonce` is for the wrapping alone.
  void add_act_key(const std::string& case_id, const tlog::Hash& blind, const Key& key, const Nonce& nonce);
  // New slots on their way to the disk. One thread may store what was taken while another adds keys; what was taken
  // first is stored first.
  struct Slots {
    uint64_t at = 0;
    std::string bytes;
  };
  Slots take();
  Result<void> store(const Slots& slots);
  Result<void> store() { return store(take()); }
  Result<Key> act_key(const tlog::Hash& blind) const;

  // The case key goes to custodians, k of whom are needed; it is destroyed here.
  Result<void> seal(const std::string& case_id, unsigned k, const std::vector<Custodian>& custodians);
  // Custodian's part: opens its own share.
  Result<Share> open_share(const std::string& case_id, const std::string& custodian,
                           const Key& secret_seed) const;
  // Puts the case key back if the shares give the right one.
  Result<void> unseal(const std::string& case_id, const std::vector<Share>& shares);
  bool is_sealed(const std::string& case_id) const;
  // Destroys one act's key; nobody can read the body again. Idempotent.
  Result<void> shred(const tlog::Hash& blind);

 private:
  struct Case {
    uint64_t at = 0;
    Key handle_key{};
    tlog::Hash handle;            // known once the case's name was given
    std::optional<Key> case_key;  // none while sealed
    tlog::Hash check;             // HMAC(case key, "heng.case-check/1"): is a restored key the right one?
  };
  Vault(Disk& disk, std::string dir, Random& random) : disk_(&disk), dir_(std::move(dir)), random_(&random) {}
  tlog::Hash name_of(const std::string& case_id) const;
  std::string sealed_path(const std::string& case_id) const;
  struct Named {
    tlog::Hash name;
    Case* kept = nullptr;
  };
  Named find_or_make(const std::string& case_id);
  Result<Named> find(const std::string& case_id) const;
  Result<uint64_t> find_act(const tlog::Hash& blind) const;
  Result<std::string> slot_at(uint64_t at) const;
  uint64_t next() const { return end_ + pending_.size(); }
  Result<void> replace(uint64_t at, const std::string& slot);
  std::string case_slot(const tlog::Hash& name, const Case& kept) const;

  Disk* disk_;
  std::string dir_;
  Random* random_;
  Key secret_{};
  std::unique_ptr<File> file_;
  uint64_t end_ = 0;      // behind the slots that were taken to be stored
  std::string pending_;   // slots that follow them
  uint64_t prepared_ = 0; // the file is written full of zeros up to here
  std::map<tlog::Hash, Case> cases_;
  std::unordered_map<std::string, Named> named_;  // by case id, as far as it was given
  std::unordered_map<tlog::Hash, uint64_t> acts_;  // where the slot of each blind is
};

}  // namespace heng::record
