// The twin of a log: the same leaves in the same order, hashed with SM3 into a tree of its own, signed with SM2. The two
// hashes never meet in one tree; an entry of the kind `heng.twin` states both roots for one size, so that neither log can
// be changed without the other showing it.
//
//   DIR/twin/key.pem       the public SM2 key
//   DIR/twin/hashes        the SM3 leaf hashes, 32 bytes each; made again from the entries where it is short
//   DIR/twin/checkpoint    the last checkpoint of the twin
//   KEYS/twin.pem          the private SM2 key
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "record/export.h"
#include "record/log.h"

namespace heng::record {

inline constexpr std::string_view kTwin = "heng.twin";

// RFC 6962's tree over SM3, from all leaf hashes.
tlog::Hash sm3_root(std::span<const tlog::Hash> leaves);
std::vector<tlog::Hash> sm3_inclusion_proof(std::span<const tlog::Hash> leaves, uint64_t index);  // index < size
// The root such a proof leads to; fails if its length does not fit.
Result<tlog::Hash> sm3_root_from_inclusion(const tlog::Hash& leaf, uint64_t index, uint64_t size,
                                           std::span<const tlog::Hash> path);

class Twin {
 public:
  static Result<void> create(Disk& disk, const std::string& dir, const std::string& keys_dir);
  static bool exists(const Disk& disk, const std::string& dir);
  static Result<Twin> open(Disk& disk, const std::string& dir);

  // Takes in the log's entries up to its size; gives the root.
  Result<tlog::Hash> extend(const Log& log);
  uint64_t size() const { return hashes_.size(); }
  // Signs size and root as they are and puts the checkpoint before the world.
  Result<tlog::Note> sign(const std::string& origin, const std::string& keys_dir);
  Result<std::optional<tlog::Note>> checkpoint() const;
  const std::string& public_key() const { return public_pem_; }

  // Every entry hashed again: does the last checkpoint fit, and is it signed? `not_found` if there is none.
  Result<uint64_t> audit(const Log& log) const;
  // {"checkpoint","index","leaf","path","t":"heng.twin-proof/1"}: `leaf` is the entry itself.
  Result<std::string> prove(const Log& log, uint64_t index) const;

 private:
  Twin(Disk& disk, std::string dir) : disk_(&disk), dir_(std::move(dir)) {}
  Disk* disk_;
  std::string dir_;
  std::string public_pem_;
  std::vector<tlog::Hash> hashes_;
};

// What a proof in the twin shows, if it holds under this key. Refusals: `twin-proof`.
struct TwinShown {
  std::string origin;
  uint64_t index = 0, size = 0;
  std::string leaf;
};
bool is_twin_proof(std::string_view bytes);
Result<TwinShown> verify_twin_proof(std::string_view bytes, const std::string& public_pem);

}  // namespace heng::record
