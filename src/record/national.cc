// SM2, SM3 and RFC 3161, by OpenSSL 3.
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ts.h>
#include <openssl/x509.h>

#include <memory>

#include "record/export.h"

namespace heng::record {
namespace {

constexpr std::string_view kSignerId = "1234567812345678";
constexpr std::string_view kSm2Name = "heng.sm2-sm3/1";

template <typename T, void (*kFree)(T*)>
struct Free {
  void operator()(T* pointer) const { kFree(pointer); }
};
using KeyPointer = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY, EVP_PKEY_free>>;
using DigestPointer = std::unique_ptr<EVP_MD_CTX, Free<EVP_MD_CTX, EVP_MD_CTX_free>>;
using ContextPointer = std::unique_ptr<EVP_PKEY_CTX, Free<EVP_PKEY_CTX, EVP_PKEY_CTX_free>>;
using BioPointer = std::unique_ptr<BIO, Free<BIO, BIO_free_all>>;

Error failed(std::string what) {
  return Error{ErrorKind::environment, "openssl", std::move(what), "",
               "OpenSSL 3 with SM2 and SM3 is needed"};
}

const EVP_MD* sm3_method() {
  static EVP_MD* method =
      EVP_MD_fetch(nullptr, "SM3", nullptr);  // fetched once: a fetch costs more than a hash
  return method;
}

tlog::Hash sm3_of(std::initializer_list<std::string_view> parts) {
  thread_local const DigestPointer context(EVP_MD_CTX_new());
  tlog::Hash out;
  HENG_ASSERT(sm3_method() != nullptr && EVP_DigestInit_ex(context.get(), sm3_method(), nullptr) == 1);
  for (const std::string_view part : parts)
    HENG_ASSERT(EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1);
  HENG_ASSERT(EVP_DigestFinal_ex(context.get(), out.bytes.data(), nullptr) == 1);
  return out;
}

std::string drain(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<size_t>(size)};
}

Result<KeyPointer> read_key(const std::string& pem, bool is_private) {
  const BioPointer bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  KeyPointer key(is_private ? PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr)
                            : PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
  if (!key || EVP_PKEY_is_a(key.get(), "SM2") != 1)
    return Error{ErrorKind::bad_input, "sm2-key", "this is no SM2 key in PEM", "",
                 "make one with `openssl genpkey -algorithm SM2`"};
  return key;
}

struct Operation {
  ContextPointer key_context;
  DigestPointer digest{EVP_MD_CTX_new()};
};

// Both directions begin alike: the signer's id enters the hash before the message (GB/T 32918.2, 5.5).
Result<Operation> begin(EVP_PKEY* key, bool sign) {
  Operation out;
  out.key_context.reset(EVP_PKEY_CTX_new(key, nullptr));
  if (!out.key_context ||
      EVP_PKEY_CTX_set1_id(out.key_context.get(), kSignerId.data(), static_cast<int>(kSignerId.size())) != 1)
    return failed("the SM2 signer id was refused");
  EVP_MD_CTX_set_pkey_ctx(out.digest.get(), out.key_context.get());
  const int begun = sign ? EVP_DigestSignInit(out.digest.get(), nullptr, sm3_method(), nullptr, key)
                         : EVP_DigestVerifyInit(out.digest.get(), nullptr, sm3_method(), nullptr, key);
  if (begun != 1) return failed("SM2 could not begin");
  return out;
}

// The public key as DER for the key id.
Result<std::string> public_der(EVP_PKEY* key) {
  unsigned char* data = nullptr;
  const int size = i2d_PUBKEY(key, &data);
  if (size <= 0) return failed("the SM2 key could not be written");
  std::string out(reinterpret_cast<char*>(data), static_cast<size_t>(size));
  OPENSSL_free(data);
  return out;
}

uint32_t sm2_key_id(const std::string& name, const std::string& der) {
  return tlog::key_id(name, 0xff, std::string(kSm2Name) + "\n" + der);
}

}  // namespace

tlog::Hash sm3(std::string_view message) { return sm3_of({message}); }
tlog::Hash sm3_leaf_hash(std::string_view entry) { return sm3_of({std::string_view("\0", 1), entry}); }

void Sm3Tree::append(const tlog::Hash& leaf) {
  peaks_.emplace_back(0, leaf);
  while (peaks_.size() > 1 && peaks_[peaks_.size() - 2].first == peaks_.back().first) {
    const auto right = peaks_.back();
    peaks_.pop_back();
    peaks_.back() = {right.first + 1, sm3_of({"\x01", peaks_.back().second.view(), right.second.view()})};
  }
  ++size_;
}

tlog::Hash Sm3Tree::root() const {
  if (peaks_.empty()) return sm3("");
  tlog::Hash hash = peaks_.back().second;
  for (size_t i = peaks_.size() - 1; i-- > 0;) hash = sm3_of({"\x01", peaks_[i].second.view(), hash.view()});
  return hash;
}

Result<std::string> sm2_make_key() {
  const KeyPointer key(EVP_PKEY_Q_keygen(nullptr, nullptr, "SM2"));
  const BioPointer bio(BIO_new(BIO_s_mem()));
  if (!key || PEM_write_bio_PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
    return failed("no SM2 key could be made");
  return drain(bio.get());
}

Result<std::string> sm2_public_key(const std::string& private_pem) {
  HENG_TRY(const KeyPointer key, read_key(private_pem, true));
  const BioPointer bio(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_PUBKEY(bio.get(), key.get()) != 1) return failed("the SM2 key could not be written");
  return drain(bio.get());
}

Result<std::string> sm2_sign(const std::string& private_pem, std::string_view message) {
  HENG_TRY(const KeyPointer key, read_key(private_pem, true));
  HENG_TRY(const Operation operation, begin(key.get(), true));
  const auto* data = reinterpret_cast<const unsigned char*>(message.data());
  size_t size = 0;
  if (EVP_DigestSign(operation.digest.get(), nullptr, &size, data, message.size()) != 1)
    return failed("SM2 could not sign");
  std::string out(size, '\0');
  if (EVP_DigestSign(operation.digest.get(), reinterpret_cast<unsigned char*>(out.data()), &size, data,
                     message.size()) != 1)
    return failed("SM2 could not sign");
  out.resize(size);
  return out;
}

Result<bool> sm2_verify(const std::string& public_pem, std::string_view message, std::string_view signature) {
  HENG_TRY(const KeyPointer key, read_key(public_pem, false));
  HENG_TRY(const Operation operation, begin(key.get(), false));
  return EVP_DigestVerify(operation.digest.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                          signature.size(), reinterpret_cast<const unsigned char*>(message.data()),
                          message.size()) == 1;
}

Result<tlog::Note> sm3_checkpoint(const std::string& origin, const Sm3Tree& tree,
                                  const std::string& private_pem) {
  const std::string name = origin + "/sm3";
  const std::string text =
      name + "\n" + std::to_string(tree.size()) + "\n" + tlog::base64_encode(tree.root().view()) + "\n";
  HENG_TRY(const KeyPointer key, read_key(private_pem, true));
  HENG_TRY(const std::string der, public_der(key.get()));
  HENG_TRY(std::string signature, sm2_sign(private_pem, text));
  return tlog::Note{text, {{name, sm2_key_id(name, der), std::move(signature)}}};
}

Result<void> verify_sm3_checkpoint(const tlog::Note& note, const std::string& public_pem) {
  HENG_TRY(const KeyPointer key, read_key(public_pem, false));
  HENG_TRY(const std::string der, public_der(key.get()));
  const std::string name = note.text.substr(0, note.text.find('\n'));
  for (const tlog::Signature& signature : note.signatures) {
    if (signature.name != name || signature.key_id != sm2_key_id(name, der)) continue;
    HENG_TRY(const bool holds, sm2_verify(public_pem, note.text, signature.bytes));
    if (holds) return {};
  }
  return Error{ErrorKind::verification, "sm2-signature", "no SM2 signature of this key fits the checkpoint",
               "", ""};
}

Result<std::string> timestamp_request(std::string_view text, Imprint imprint, Random& random) {
  const std::unique_ptr<TS_REQ, Free<TS_REQ, TS_REQ_free>> request(TS_REQ_new());
  const std::unique_ptr<TS_MSG_IMPRINT, Free<TS_MSG_IMPRINT, TS_MSG_IMPRINT_free>> message(
      TS_MSG_IMPRINT_new());
  const std::unique_ptr<X509_ALGOR, Free<X509_ALGOR, X509_ALGOR_free>> algorithm(X509_ALGOR_new());
  tlog::Hash hash = imprint == Imprint::sm3 ? sm3(text) : tlog::sha256(text);
  const int nid = imprint == Imprint::sm3 ? NID_sm3 : NID_sha256;
  unsigned char nonce_bytes[8];
  random.fill(nonce_bytes, sizeof nonce_bytes);
  nonce_bytes[0] = static_cast<unsigned char>((nonce_bytes[0] & 0x7f) | 0x40);
  const std::unique_ptr<BIGNUM, Free<BIGNUM, BN_free>> nonce(
      BN_bin2bn(nonce_bytes, sizeof nonce_bytes, nullptr));
  const std::unique_ptr<ASN1_INTEGER, Free<ASN1_INTEGER, ASN1_INTEGER_free>> nonce_integer(
      BN_to_ASN1_INTEGER(nonce.get(), nullptr));
  const bool made =
      request && message && algorithm && nonce_integer &&
      X509_ALGOR_set0(algorithm.get(), OBJ_nid2obj(nid), V_ASN1_NULL, nullptr) == 1 &&
      TS_MSG_IMPRINT_set_algo(message.get(), algorithm.get()) == 1 &&
      TS_MSG_IMPRINT_set_msg(message.get(), hash.bytes.data(), static_cast<int>(hash.bytes.size())) == 1 &&
      TS_REQ_set_version(request.get(), 1) == 1 &&
      TS_REQ_set_msg_imprint(request.get(), message.get()) == 1 &&
      TS_REQ_set_nonce(request.get(), nonce_integer.get()) == 1 && TS_REQ_set_cert_req(request.get(), 1) == 1;
  unsigned char* der = nullptr;
  const int size = made ? i2d_TS_REQ(request.get(), &der) : 0;
  if (size <= 0) return failed("the time-stamp request could not be made");
  std::string out(reinterpret_cast<char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  return out;
}

}  // namespace heng::record
