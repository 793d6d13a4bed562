// COSE receipts: a few lines of deterministic CBOR (RFC 8949 4.2), written and read here.
#include "record/export.h"
#include "tlog/proof.h"

namespace heng::record {
namespace {

constexpr int64_t kAlgorithm = 1, kKeyId = 4, kTreeAlgorithm = 395, kProofs = 396, kInclusion = -1;
constexpr int64_t kEdDsa = -8;
constexpr uint64_t kRfc9162Sha256 = 1;

Error malformed(std::string what) {
  return Error{ErrorKind::verification, "cose-malformed", std::move(what), "", ""};
}

void head(std::string& out, unsigned major, uint64_t value) {
  const unsigned sizes[] = {0, 1, 2, 4, 8};
  size_t size = value < 24 ? 0 : value <= 0xff ? 1 : value <= 0xffff ? 2 : value <= 0xffffffff ? 3 : 4;
  out.push_back(static_cast<char>(
      major << 5 | (size == 0 ? static_cast<unsigned>(value) : 23 + static_cast<unsigned>(size))));
  for (unsigned i = sizes[size]; i-- > 0;) out.push_back(static_cast<char>(value >> (8 * i)));
}

void integer(std::string& out, int64_t value) {
  value < 0 ? head(out, 1, static_cast<uint64_t>(-1 - value)) : head(out, 0, static_cast<uint64_t>(value));
}

void bytes(std::string& out, std::string_view value) {
  head(out, 2, value.size());
  out += value;
}

std::string protected_header(const tlog::PublicKey& key) {
  std::string out;
  head(out, 5, 3);
  integer(out, kAlgorithm);
  integer(out, kEdDsa);
  integer(out, kKeyId);
  bytes(out, tlog::sha256(key.view()).view().substr(0, 8));
  integer(out, kTreeAlgorithm);
  head(out, 0, kRfc9162Sha256);
  return out;
}

// RFC 9052 4.4: what is signed. The payload is the root, which the receipt does not carry.
std::string sig_structure(std::string_view header, const tlog::Hash& root) {
  std::string out;
  head(out, 4, 4);
  head(out, 3, 10);
  out += "Signature1";
  bytes(out, header);
  bytes(out, "");
  bytes(out, root.view());
  return out;
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}
  Result<uint64_t> take(unsigned major) {
    if (text_.empty()) return malformed("the receipt ends too early");
    const auto first = static_cast<uint8_t>(text_[0]);
    if (first >> 5 != major) return malformed("the receipt has another shape");
    text_.remove_prefix(1);
    const unsigned info = first & 31;
    if (info < 24) return uint64_t{info};
    if (info > 27) return malformed("indefinite lengths are not allowed");
    const size_t size = size_t{1} << (info - 24);
    if (text_.size() < size) return malformed("the receipt ends too early");
    uint64_t value = 0;
    for (size_t i = 0; i < size; ++i) value = value << 8 | static_cast<uint8_t>(text_[i]);
    text_.remove_prefix(size);
    return value;
  }
  Result<void> expect(unsigned major, uint64_t value) {
    HENG_TRY(const uint64_t found, take(major));
    if (found != value) return malformed("the receipt has another shape");
    return {};
  }
  Result<std::string_view> take_bytes() {
    HENG_TRY(const uint64_t size, take(2));
    if (size > text_.size()) return malformed("the receipt ends too early");
    const std::string_view out = text_.substr(0, size);
    text_.remove_prefix(size);
    return out;
  }
  bool take_null() {
    if (text_.empty() || text_[0] != '\xf6') return false;
    text_.remove_prefix(1);
    return true;
  }
  bool done() const { return text_.empty(); }

 private:
  std::string_view text_;
};

}  // namespace

Result<std::string> cose_receipt(const tlog::ProofFile& proof, const tlog::NoteSigner& log) {
  const tlog::Checkpoint& checkpoint = proof.checkpoint.checkpoint;
  const std::string header = protected_header(log.key.public_key());
  std::string inclusion;
  head(inclusion, 4, 3);
  head(inclusion, 0, checkpoint.size);
  head(inclusion, 0, proof.index);
  head(inclusion, 4, proof.proof.size());
  for (const tlog::Hash& hash : proof.proof) bytes(inclusion, hash.view());
  std::string out;
  head(out, 6, 18);
  head(out, 4, 4);
  bytes(out, header);
  head(out, 5, 1);
  integer(out, kProofs);
  head(out, 5, 1);
  integer(out, kInclusion);
  head(out, 4, 1);
  bytes(out, inclusion);
  out.push_back('\xf6');  // null: the payload is detached
  bytes(out, log.key.sign(sig_structure(header, checkpoint.root)));
  return out;
}

Result<tlog::Hash> verify_cose_receipt(std::string_view receipt, const tlog::Hash& leaf,
                                       const tlog::PublicKey& log) {
  Reader reader(receipt);
  HENG_TRY_VOID(reader.expect(6, 18));
  HENG_TRY_VOID(reader.expect(4, 4));
  HENG_TRY(const std::string_view header, reader.take_bytes());
  if (header != protected_header(log)) return malformed("the receipt is of another algorithm or key");
  HENG_TRY_VOID(reader.expect(5, 1));
  HENG_TRY_VOID(reader.expect(0, kProofs));
  HENG_TRY_VOID(reader.expect(5, 1));
  HENG_TRY_VOID(reader.expect(1, 0));  // -1
  HENG_TRY_VOID(reader.expect(4, 1));
  HENG_TRY(const std::string_view inclusion, reader.take_bytes());
  if (!reader.take_null()) return malformed("the receipt carries a payload");
  HENG_TRY(const std::string_view signature, reader.take_bytes());
  if (!reader.done()) return malformed("something stands behind the receipt");
  Reader inner(inclusion);
  HENG_TRY_VOID(inner.expect(4, 3));
  HENG_TRY(const uint64_t size, inner.take(0));
  HENG_TRY(const uint64_t index, inner.take(0));
  HENG_TRY(const uint64_t count, inner.take(4));
  if (count > 63) return malformed("the path is too long");
  std::vector<tlog::Hash> path;
  for (uint64_t i = 0; i < count; ++i) {
    HENG_TRY(const std::string_view hash, inner.take_bytes());
    const auto typed = tlog::hash_from_bytes(hash);
    if (!typed) return malformed("a hash is not 32 bytes long");
    path.push_back(*typed);
  }
  if (!inner.done()) return malformed("something stands behind the path");
  HENG_TRY(const tlog::Hash root, tlog::root_from_inclusion(leaf, index, size, path));
  if (!tlog::ed25519_verify(log, sig_structure(header, root), signature))
    return Error{ErrorKind::verification, "cose-signature", "the receipt's signature does not fit the entry",
                 "", ""};
  return root;
}

}  // namespace heng::record
