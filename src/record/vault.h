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
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
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
// What of it follows from the act's key alone.
struct BodyKeys {
  tlog::Hash encryption, commitment;
};
void derive_body_keys(std::span<const Key> keys, BodyKeys* out);
// Appends the bytes. A nonce is used once.
void seal_body(std::string& out, std::string_view plain, const tlog::Hash& encryption, const Nonce& nonce);
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

// Blinds and where they stand, by their first eight bytes. Adding costs nothing: what was added is sorted in when somebody
// next asks, which any thread may while nobody adds.
class BlindIndex {
 public:
  void add(const tlog::Hash& blind, uint64_t at);
  // Where it may stand, the last first.
  std::vector<uint64_t> find(const tlog::Hash& blind) const;

 private:
  using Place = std::pair<uint64_t, uint64_t>;
  mutable std::vector<Place> places_;
  mutable size_t sorted_ = 0;
  std::unique_ptr<std::mutex> mutex_ = std::make_unique<std::mutex>();
};

class Vault {
 public:
  static Result<void> create(Disk& disk, const std::string& dir, Random& random);
  static Result<Vault> open(Disk& disk, const std::string& dir, Random& random);

  struct Case {
    uint64_t at = 0;
    Key handle_key{};
    tlog::Hash handle;            // known once the case's name was given
    std::optional<Key> case_key;  // none while sealed
    tlog::Hash check;             // HMAC(case key, "heng.case-check/1"): is a restored key the right one?
  };
  // A case looked up once for all that is done with it.
  struct Known {
    tlog::Hash name;
    Case* kept = nullptr;
    const tlog::Hash& handle() const { return kept->handle; }  // its public name
    // False while its key is with its custodians: nothing can be added to it.
    bool open() const { return kept->case_key.has_value(); }
  };
  // Makes the case's keys if there are none yet. Stays where it is while the vault lives.
  const Known& known(const std::string& case_id);
  tlog::Hash case_handle(const std::string& case_id) { return known(case_id).handle(); }
  // Makes room for the key of a new act of an open case, and gives its place.
  size_t add_act(const tlog::Hash& blind);
  // Puts the key there, wrapped under the case key; `nonce` is for the wrapping alone. Different places may be filled on
  // different threads while nothing is added. In memory until store() has made it durable.
  void fill_act(size_t place, const Known& of, const tlog::Hash& blind, const Key& key, const Nonce& nonce);
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
  Vault(Disk& disk, std::string dir, Random& random) : disk_(&disk), dir_(std::move(dir)), random_(&random) {}
  tlog::Hash name_of(const std::string& case_id) const;
  std::string sealed_path(const std::string& case_id) const;
  Result<Known> find(const std::string& case_id) const;
  struct ActSlot {
    uint64_t at = 0;
    std::string bytes;
  };
  Result<ActSlot> find_act(const tlog::Hash& blind) const;
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
  std::unordered_map<std::string, Known> known_;  // by case id, as far as it was given
  BlindIndex acts_;  // where the slot of each blind is
};

}  // namespace heng::record
