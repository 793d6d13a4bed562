// The leaf: what the log hashes for one act. It names no person and no content; the body is encrypted
// elsewhere.
//
//   {"agency":"police-nanshan","agency_seq":12,"at":"2025-03-03T09:00:00+08:00","blind":"…","body":{…},"case":"…",
//    "case_seq":3,"key":"…","kind":"detention_executed","prev":"…","recorded":"…","sig":"…","t":"heng.act/1"}
//
// Hashes, keys and signatures are base64. docs/format/leaf.md describes every field.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "record/json.h"
#include "tlog/ed25519.h"

namespace heng::record {

inline constexpr size_t kMaxLeafBytes = 65535;
inline constexpr size_t kMostAcknowledged = 256;
inline constexpr size_t kMaxKindBytes = 512;
// Signing adds at most so much to the unsigned bytes: a signature, and a path of 20 hashes.
inline constexpr size_t kMaxSignatureBytes = 1200;

struct BodyRef {
  tlog::Hash ciphertext;  // SHA-256 of the stored bytes
  tlog::Hash commitment;  // to the key: HMAC-SHA256(key, "heng.commit/1"), so that no second key opens the
                          // same bytes
  tlog::Hash fields;      // root of the salted field tree (disclosure.h)
  uint64_t size = 0;      // of the stored bytes
  bool operator==(const BodyRef&) const = default;
};

// One signature over a whole submission: this leaf's place in the tree of the batch's unsigned leaves.
struct BatchPath {
  uint64_t index = 0;
  uint64_t size = 0;
  std::vector<tlog::Hash> path;
  bool operator==(const BatchPath&) const = default;
};

struct Leaf {
  std::string kind;  // the act's type; kinds of the record itself begin with "heng."
  std::string agency;
  std::string key;          // id of the agency's key: first 16 hex digits of SHA-256(public key)
  uint64_t agency_seq = 0;  // 1, 2, 3 … without gaps
  std::optional<tlog::Hash> case_handle;  // HMAC-SHA256(case key, case id); none if the act has no case
  uint64_t case_seq = 0;                  // 1, 2, 3 … within the case; 0 without case
  std::optional<tlog::Hash> previous;     // content_hash of the case's act before; none at case_seq 1
  std::string at;                         // claimed time, RFC 3339
  std::string recorded;                   // when it entered this record, strictly rising
  std::optional<tlog::Hash> rules;        // the rule pack in force
  std::vector<tlog::Hash>
      acknowledges;  // leaf hashes, also of other agencies' records, that this act answers
  std::optional<BodyRef> body;
  tlog::Hash blind;  // 32 random bytes: the leaf hash reveals nothing to who does not hold the leaf
  std::vector<JsonMember> note;  // of the record's own acts (keys, sealing, manifests)
  std::optional<BatchPath> batch;                  // none: the signature is over this leaf alone
  std::string signature;                           // 64 bytes

  std::string unsigned_bytes() const;  // canonical, without batch and sig
  std::string bytes() const;           // canonical, as it stands in the log
  void append_unsigned(std::string& out) const;
  // Appends what bytes() gives, for who has the unsigned bytes already.
  void append_bytes(std::string& out, std::string_view unsigned_bytes) const;
  // Leaf hash of the bytes without signature: what the next act of the case names, so that a batch can be chained first
  // and signed once.
  tlog::Hash content_hash() const;
  tlog::Hash hash() const;             // RFC 6962 leaf hash of bytes()
};

std::string agency_key_id(const tlog::PublicKey& key);

// Refuses bytes that are not canonical, unknown or missing fields, and wrong lengths.
Result<Leaf> parse_leaf(std::string_view bytes);

// What the signature of a leaf signed alone is over: a line with the type, then the unsigned bytes.
std::string signed_message(const Leaf& leaf);
void append_signed_message(std::string& out, const Leaf& leaf);
std::string_view unsigned_part(std::string_view signed_message);

void sign_leaf(Leaf& leaf, const tlog::SigningKey& key);
// Signs many at once: one signature over the root of the batch, a path in each leaf.
void sign_batch(std::vector<Leaf>& leaves, const tlog::SigningKey& key);
// The signature of a batch before it stands in the leaves: over the root of the tree of their signed messages.
class BatchSignature {
 public:
  // `hashes`: the leaf hashes of the signed messages.
  BatchSignature(std::vector<tlog::Hash> hashes, const tlog::SigningKey& key);
  const std::string& signature() const { return signature_; }
  BatchPath path(uint64_t index) const;
  // Appends what Leaf::bytes() gives for leaf `index` of the batch, from its unsigned bytes. Every hash is spelled once.
  void append_leaf(std::string& out, std::string_view unsigned_bytes, uint64_t index) const;

 private:
  template <typename Node>
  void each_node(uint64_t index, const Node& node) const;

  uint64_t size_;
  std::string signature_, signature_text_;
  // Nodes by level, the whole ones and behind them the one at the edge that is not, if there is one.
  std::vector<std::vector<tlog::Hash>> nodes_;
  std::vector<std::string> texts_;  // of each level's nodes, in quotation marks
};
bool verify_leaf(const Leaf& leaf, const tlog::PublicKey& key);
// What the signature of a leaf of a batch is over, if its path is sound.
std::optional<std::string> batch_signed(const Leaf& leaf);

// What key acts carry in `note`: the new key, signed by the old one as any act is. nullopt if the leaf is no
// key act.
inline constexpr std::string_view kKeyAdded = "heng.key_added";
inline constexpr std::string_view kCaseManifest = "heng.case_manifest";
inline constexpr std::string_view kSealed = "heng.sealed";
inline constexpr std::string_view kUnsealed = "heng.unsealed";
inline constexpr std::string_view kShredded = "heng.shredded";
inline constexpr std::string_view kDisclosed = "heng.disclosed";
inline constexpr std::string_view kRead = "heng.read";
inline constexpr std::string_view kFinding = "heng.finding";  // has a body: what the checker found, or withdraws
std::optional<tlog::PublicKey> added_key(const Leaf& leaf);

std::string to_base64(const tlog::Hash& hash);
std::optional<tlog::Hash> hash_from_base64(std::string_view text);

}  // namespace heng::record
