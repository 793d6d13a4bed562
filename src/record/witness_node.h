// A witness as a service (c2sp.org/tlog-witness): remembers the largest consistent state of each log and
// cosigns it.
//
//   DIR/witness.skey            its key (type 0x04)
//   DIR/logs/<name>             one log's origin and keys: first line the origin, then one vkey a line
//   DIR/seen/<origin hash>      the last checkpoint cosigned, stored durably before the cosignature leaves
//   DIR/evidence/<hash>         signed checkpoints that contradict what was seen: kept, they prove a fork
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "record/disk.h"
#include "record/http.h"
#include "tlog/policy.h"
#include "tlog/witness.h"

namespace heng::record {

class WitnessNode {
 public:
  // `now` gives seconds since 1970 for cosignatures.
  static Result<std::unique_ptr<WitnessNode>> open(Disk& disk, const std::string& dir,
                                                   std::function<uint64_t()> now);
  // POST /add-checkpoint, GET /<origin hash>/checkpoint, GET /vkey.
  HttpAnswer handle(const HttpRequest& request);
  tlog::VerifierKey key() const { return signer_.verifier(); }
  bool stopped() const { return stopped_; }  // after a failed write: it answers 500 to everything

 private:
  struct Known {
    tlog::WitnessedLog log;
    tlog::TreeHead latest;
    std::string cosigned;  // the note last cosigned, with the cosignature
  };
  WitnessNode(Disk& disk, std::string dir, tlog::NoteSigner signer, std::function<uint64_t()> now)
      : disk_(&disk), dir_(std::move(dir)), signer_(std::move(signer)), now_(std::move(now)) {}
  HttpAnswer add_checkpoint(const std::string& body);
  std::string seen_path(const std::string& origin) const;

  Disk* disk_;
  std::string dir_;
  tlog::NoteSigner signer_;
  std::function<uint64_t()> now_;
  std::map<std::string, Known> logs_;
  bool stopped_ = false;
};

// The log's side: collecting cosignatures.
struct WitnessAnswer {
  std::string name;
  bool cosigned = false;
  uint64_t known_size = 0;  // of a 409
  std::string problem;      // why not
  bool alarming = false;    // it has seen more than the log has, or something else
};

struct Collected {
  tlog::SignedCheckpoint checkpoint;  // with every valid cosignature
  std::vector<WitnessAnswer> answers;
  bool quorum = false;
};

// Asks every witness of the policy that has a URL, all at once: `consistency` is called from several threads and gives
// the proof from a size to the checkpoint's size. A witness that has seen a larger or another state is reported as alarming: the log must
// not sign on.
Result<Collected> collect_cosignatures(
    const tlog::SignedCheckpoint& checkpoint, const tlog::Policy& policy,
    const std::function<Result<std::vector<tlog::Hash>>(uint64_t old_size)>& consistency,
    const std::map<std::string, uint64_t>& last_sizes);

// What the witnesses saw last, before signing: each one's GET /<origin hash>/checkpoint. Those out of reach
// are left out.
std::vector<tlog::SignedCheckpoint> seen_by_witnesses(const std::string& origin, const tlog::Policy& policy);

}  // namespace heng::record
