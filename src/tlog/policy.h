// Trust policies (c2sp.org/tlog-policy): which logs and witnesses are known, and whose cosignatures together
// suffice.
//
//   log <vkey> [<url>]
//   witness <name> <vkey> [<url>]
//   group <name> all|any|<k> <name>…
//   quorum <name>|none
//
// Heng reads three more statements out of comment lines, so that every other reader of the format still
// accepts the file and only knows less:
//
//   #! valid <witness> <from> <until>   the witness's key counts for cosignatures made in [from, until),
//   dates UTC
//   #! operator <name>                  the witness or group that the log's own operator controls; a policy
//   whose
//                                       quorum that branch alone can satisfy is refused
//   #! mirror <witness>                 this cosigner states that it holds the data (c2sp.org/tlog-mirror)
//   #! agency <name> <base64 key>       an Ed25519 key with which the agency signs acts (later keys are in the log)
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tlog/checkpoint.h"

namespace heng::tlog {

struct PolicyLog {
  VerifierKey key;
  std::string url;
};

struct PolicyWitness {
  std::string name;
  VerifierKey key;
  std::string url;
  std::optional<uint64_t> valid_from;   // seconds since 1970
  std::optional<uint64_t> valid_until;  // not included
  bool mirror = false;
  bool valid_at(uint64_t time) const {
    return (!valid_from || time >= *valid_from) && (!valid_until || time < *valid_until);
  }
};

struct PolicyGroup {
  // A member is a witness (index into witnesses) or an earlier group (index into groups).
  struct Member {
    bool is_group = false;
    size_t index = 0;
  };
  std::string name;
  size_t threshold = 1;
  std::vector<Member> members;
};

struct PolicyAgency {
  std::string name;
  PublicKey key;
};

struct Policy {
  std::vector<PolicyAgency> agencies;
  std::vector<PolicyLog> logs;
  std::vector<PolicyWitness> witnesses;
  std::vector<PolicyGroup> groups;
  std::optional<PolicyGroup::Member> quorum;  // nullopt: `quorum none`
  std::optional<PolicyGroup::Member> operator_branch;
  std::vector<VerifierKey> log_keys() const;
  std::vector<VerifierKey> witness_keys() const;
};

// Limits: 64 KiB, 256 logs, 256 witnesses, 256 groups.
Result<Policy> parse_policy(std::string_view text);

// present[i]: witness i has cosigned. `quorum none` always holds.
bool quorum_holds(const Policy& policy, const std::vector<bool>& present);
// The witnesses below a member.
std::vector<bool> witnesses_of(const Policy& policy, PolicyGroup::Member member);

struct PolicyVerdict {
  size_t log = 0;               // index into policy.logs
  std::vector<bool> cosigned;   // per witness: verified, and its key was valid then
  std::vector<bool> expired;    // per witness: verified, but outside its key's validity
  std::vector<uint64_t> times;  // per witness: when it cosigned, 0 if it did not
  bool quorum = false;
  uint64_t witnessed_at = 0;  // the earliest time by which enough witnesses had cosigned; 0 without quorum
};

// Verifies the log's signature (key name = origin, as the policy format demands) and every known cosignature.
// A bad signature by a known key fails; a missing quorum does not: read `quorum`.
Result<PolicyVerdict> apply_policy(const Policy& policy, const SignedCheckpoint& checkpoint);

}  // namespace heng::tlog
