// Evidence in other people's formats: COSE receipts (RFC 9942 on COSE, RFC 9052), RFC 3161 requests, and what
// Chinese evidence law asks for, SM2 signatures over SM3 hashes. OpenSSL does the cryptography.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "record/vault.h"
#include "tlog/proof_file.h"

namespace heng::record {

// A COSE_Sign1 (tag 18) whose payload, the tree root, is detached: protected { 1: -8 (EdDSA), 4: key id, 395:
// 1 (RFC9162_SHA256) }, unprotected { 396: { -1: [ bstr .cbor [tree size, index, [path…]] ] } }.
// Deterministic CBOR. The signature is by the log's Ed25519 key over the COSE Sig_structure.
Result<std::string> cose_receipt(const tlog::ProofFile& proof, const tlog::NoteSigner& log);
// The root such a receipt proves the entry into, if the signature over it holds.
Result<tlog::Hash> verify_cose_receipt(std::string_view receipt, const tlog::Hash& leaf,
                                       const tlog::PublicKey& log);

// A TimeStampReq (DER) over the whole note text of a checkpoint, with a nonce and the wish for the
// certificate.
enum class Imprint { sha256, sm3 };
Result<std::string> timestamp_request(std::string_view text, Imprint imprint, Random& random);

// SM3 (GB/T 32905) and its RFC 6962-shaped tree: 0x00 for leaves, 0x01 for nodes. Never mixed with the
// SHA-256 tree.
tlog::Hash sm3(std::string_view message);
tlog::Hash sm3_leaf_hash(std::string_view entry);
class Sm3Tree {
 public:
  void append(const tlog::Hash& leaf);
  uint64_t size() const { return size_; }
  tlog::Hash root() const;

 private:
  // The roots of the complete subtrees, largest first.
  std::vector<std::pair<unsigned, tlog::Hash>> peaks_;
  uint64_t size_ = 0;
};

// SM2 over SM3 (GB/T 32918, signer id 1234567812345678), keys as PEM, signatures as DER.
Result<std::string> sm2_make_key();  // PEM private key
Result<std::string> sm2_public_key(const std::string& private_pem);
Result<std::string> sm2_sign(const std::string& private_pem, std::string_view message);
Result<bool> sm2_verify(const std::string& public_pem, std::string_view message, std::string_view signature);

// A checkpoint of the twin log `<origin>/sm3`, with one signature line of type 0xff "heng.sm2-sm3/1", which
// other clients ignore as unknown. The public key is in SubjectPublicKeyInfo (DER) for the key id.
Result<tlog::Note> sm3_checkpoint(const std::string& origin, const Sm3Tree& tree,
                                  const std::string& private_pem);
Result<void> verify_sm3_checkpoint(const tlog::Note& note, const std::string& public_pem);

}  // namespace heng::record
