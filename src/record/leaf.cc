#include "record/leaf.h"

#include <algorithm>

#include "base/time.h"
#include "tlog/proof.h"
#include "tlog/tree.h"

namespace heng::record {
namespace {

constexpr std::string_view kType = "heng.act/1";
constexpr std::string_view kBatchDomain = "heng.batch/1\n";
constexpr uint64_t kMaxBatch = 1 << 20;

Error malformed(std::string what) {
  return Error{ErrorKind::bad_input, "leaf-malformed", std::move(what), "", ""};
}

Json hash_list(const std::vector<tlog::Hash>& hashes) {
  Json out = Json::list();
  for (const tlog::Hash& hash : hashes) out.items.push_back(Json::of(to_base64(hash)));
  return out;
}

Json unsigned_object(const Leaf& leaf) {
  Json out = Json::object();
  out.add("t", Json::of(std::string(kType)));
  out.add("kind", Json::of(leaf.kind));
  out.add("agency", Json::of(leaf.agency));
  out.add("key", Json::of(leaf.key));
  out.add("agency_seq", Json::of(leaf.agency_seq));
  if (leaf.case_handle) {
    out.add("case", Json::of(to_base64(*leaf.case_handle)));
    out.add("case_seq", Json::of(leaf.case_seq));
  }
  if (leaf.previous) out.add("prev", Json::of(to_base64(*leaf.previous)));
  out.add("at", Json::of(leaf.at));
  out.add("recorded", Json::of(leaf.recorded));
  if (leaf.rules) out.add("rules", Json::of(to_base64(*leaf.rules)));
  if (!leaf.acknowledges.empty()) out.add("acks", hash_list(leaf.acknowledges));
  if (leaf.body) {
    Json body = Json::object();
    body.add("ct", Json::of(to_base64(leaf.body->ciphertext)));
    body.add("commit", Json::of(to_base64(leaf.body->commitment)));
    body.add("fields", Json::of(to_base64(leaf.body->fields)));
    body.add("size", Json::of(leaf.body->size));
    out.add("body", std::move(body));
  }
  out.add("blind", Json::of(to_base64(leaf.blind)));
  if (!leaf.note.empty()) {
    Json note = Json::object();
    for (const auto& [name, value] : leaf.note) note.add(name, value);
    out.add("note", std::move(note));
  }
  return out;
}

std::string signed_message(const Leaf& leaf) { return std::string(kType) + "\n" + leaf.unsigned_bytes(); }

std::string batch_message(uint64_t size, const tlog::Hash& root) {
  return std::string(kBatchDomain) + std::to_string(size) + "\n" + std::string(root.view());
}

Result<tlog::Hash> need_hash(const Json& object, std::string_view name) {
  const auto text = object.text_of(name);
  const auto hash = text ? hash_from_base64(*text) : std::nullopt;
  if (!hash) return malformed("field `" + std::string(name) + "` is not the base64 of 32 bytes");
  return *hash;
}

Result<std::string> need_text(const Json& object, std::string_view name, size_t longest) {
  const auto text = object.text_of(name);
  if (!text || text->empty() || text->size() > longest)
    return malformed("field `" + std::string(name) + "` is missing, empty or too long");
  return std::string(*text);
}

Result<std::vector<tlog::Hash>> read_hashes(const Json& list, size_t most) {
  if (list.kind != Json::Kind::list || list.items.size() > most)
    return malformed("a list of hashes is malformed");
  std::vector<tlog::Hash> out;
  for (const Json& item : list.items) {
    const auto hash = item.kind == Json::Kind::text ? hash_from_base64(item.text) : std::nullopt;
    if (!hash) return malformed("a list of hashes is malformed");
    out.push_back(*hash);
  }
  return out;
}

Result<void> only_known(const Json& object, std::initializer_list<std::string_view> known) {
  for (const auto& [name, value] : object.members)
    if (std::find(known.begin(), known.end(), name) == known.end())
      return malformed("field `" + name + "` is not known");
  return {};
}

Result<void> read_body(const Json& object, Leaf& leaf) {
  if (object.kind != Json::Kind::object) return malformed("field `body` is no object");
  HENG_TRY_VOID(only_known(object, {"ct", "commit", "fields", "size"}));
  BodyRef body;
  HENG_TRY(body.ciphertext, need_hash(object, "ct"));
  HENG_TRY(body.commitment, need_hash(object, "commit"));
  HENG_TRY(body.fields, need_hash(object, "fields"));
  const auto size = object.integer_of("size");
  if (!size) return malformed("field `size` of the body is missing");
  body.size = *size;
  leaf.body = body;
  return {};
}

Result<void> read_batch(const Json& object, Leaf& leaf) {
  if (object.kind != Json::Kind::object) return malformed("field `batch` is no object");
  HENG_TRY_VOID(only_known(object, {"index", "size", "path"}));
  const auto index = object.integer_of("index"), size = object.integer_of("size");
  const Json* path = object.find("path");
  if (!index || !size || path == nullptr || *index >= *size || *size > kMaxBatch)
    return malformed("field `batch` is malformed");
  BatchPath batch{*index, *size, {}};
  HENG_TRY(batch.path, read_hashes(*path, 20));
  leaf.batch = std::move(batch);
  return {};
}

Result<void> read_case(const Json& object, Leaf& leaf) {
  const bool has_case = object.find("case") != nullptr;
  const auto case_seq = object.integer_of("case_seq");
  if (has_case != case_seq.has_value() || (case_seq && *case_seq == 0))
    return malformed("`case` and `case_seq` go together");
  if (has_case) {
    HENG_TRY(leaf.case_handle, need_hash(object, "case"));
    leaf.case_seq = *case_seq;
  }
  const bool has_previous = object.find("prev") != nullptr;
  if (has_previous != (leaf.case_seq > 1))
    return malformed("`prev` stands exactly in the later acts of a case");
  if (has_previous) {
    HENG_TRY(leaf.previous, need_hash(object, "prev"));
  }
  return {};
}

}  // namespace

std::string to_base64(const tlog::Hash& hash) { return tlog::base64_encode(hash.view()); }

std::optional<tlog::Hash> hash_from_base64(std::string_view text) {
  const auto bytes = tlog::base64_decode(text);
  return bytes ? tlog::hash_from_bytes(*bytes) : std::nullopt;
}

std::string Leaf::unsigned_bytes() const { return canonical(unsigned_object(*this)); }

std::string Leaf::bytes() const {
  Json out = unsigned_object(*this);
  if (batch) {
    Json path = Json::object();
    path.add("index", Json::of(batch->index));
    path.add("size", Json::of(batch->size));
    path.add("path", hash_list(batch->path));
    out.add("batch", std::move(path));
  }
  out.add("sig", Json::of(tlog::base64_encode(signature)));
  return canonical(out);
}

tlog::Hash Leaf::content_hash() const { return tlog::leaf_hash(unsigned_bytes()); }

tlog::Hash Leaf::hash() const { return tlog::leaf_hash(bytes()); }

std::string agency_key_id(const tlog::PublicKey& key) {
  return tlog::to_hex(tlog::sha256(key.view()).view().substr(0, 8));
}

Result<Leaf> parse_leaf(std::string_view bytes) {
  if (bytes.size() > kMaxLeafBytes) return malformed("a leaf is longer than 65,535 bytes");
  HENG_TRY(const Json object, parse_restricted(bytes));
  if (object.kind != Json::Kind::object || object.text_of("t") != kType)
    return malformed("this is no heng.act/1 leaf");
  HENG_TRY_VOID(
      only_known(object, {"t", "kind", "agency", "key", "agency_seq", "case", "case_seq", "prev", "at",
                          "recorded", "rules", "acks", "body", "blind", "note", "batch", "sig"}));
  Leaf leaf;
  HENG_TRY(leaf.kind, need_text(object, "kind", 512));
  HENG_TRY(leaf.agency, need_text(object, "agency", 512));
  HENG_TRY(leaf.key, need_text(object, "key", 16));
  HENG_TRY(leaf.at, need_text(object, "at", 64));
  HENG_TRY(leaf.recorded, need_text(object, "recorded", 64));
  if (!parse_rfc3339(leaf.at).ok() || !parse_rfc3339(leaf.recorded).ok())
    return malformed("a time of the leaf is no RFC 3339 time");
  const auto agency_seq = object.integer_of("agency_seq");
  if (!agency_seq || *agency_seq == 0) return malformed("field `agency_seq` is missing");
  leaf.agency_seq = *agency_seq;
  HENG_TRY_VOID(read_case(object, leaf));
  HENG_TRY(leaf.blind, need_hash(object, "blind"));
  if (object.find("rules") != nullptr) {
    HENG_TRY(leaf.rules, need_hash(object, "rules"));
  }
  if (const Json* acks = object.find("acks")) {
    HENG_TRY(leaf.acknowledges, read_hashes(*acks, 256));
  }
  if (const Json* body = object.find("body")) {
    HENG_TRY_VOID(read_body(*body, leaf));
  }
  if (const Json* batch = object.find("batch")) {
    HENG_TRY_VOID(read_batch(*batch, leaf));
  }
  if (const Json* note = object.find("note")) {
    if (note->kind != Json::Kind::object) return malformed("field `note` is no object");
    leaf.note = note->members;
  }
  const auto signature = object.text_of("sig");
  const auto decoded = signature ? tlog::base64_decode(*signature) : std::nullopt;
  if (!decoded || decoded->size() != tlog::kSignatureSize)
    return malformed("field `sig` is not the base64 of 64 bytes");
  leaf.signature = *decoded;
  if (leaf.bytes() != bytes) return malformed("the leaf does not come out as it went in");
  return leaf;
}

void sign_leaf(Leaf& leaf, const tlog::SigningKey& key) {
  leaf.key = agency_key_id(key.public_key());
  leaf.batch.reset();
  leaf.signature = key.sign(signed_message(leaf));
}

void sign_batch(std::vector<Leaf>& leaves, const tlog::SigningKey& key) {
  HENG_ASSERT(!leaves.empty() && leaves.size() <= kMaxBatch);
  tlog::Tree tree;
  for (Leaf& leaf : leaves) {
    leaf.key = agency_key_id(key.public_key());
    tree.append(tlog::leaf_hash(signed_message(leaf)));
  }
  const std::string signature = key.sign(batch_message(leaves.size(), tree.root()));
  for (uint64_t i = 0; i < leaves.size(); ++i) {
    leaves[i].batch = BatchPath{i, leaves.size(), tlog::inclusion_proof(tree, i, leaves.size()).value()};
    leaves[i].signature = signature;
  }
}

bool verify_leaf(const Leaf& leaf, const tlog::PublicKey& key) {
  if (leaf.key != agency_key_id(key)) return false;
  const std::string message = signed_message(leaf);
  if (!leaf.batch) return tlog::ed25519_verify(key, message, leaf.signature);
  const auto root = tlog::root_from_inclusion(tlog::leaf_hash(message), leaf.batch->index, leaf.batch->size,
                                              leaf.batch->path);
  return root.ok() && tlog::ed25519_verify(key, batch_message(leaf.batch->size, *root), leaf.signature);
}

std::optional<tlog::PublicKey> added_key(const Leaf& leaf) {
  if (leaf.kind != kKeyAdded) return std::nullopt;
  for (const auto& [name, value] : leaf.note)
    if (name == "key" && value.kind == Json::Kind::text) return hash_from_base64(value.text);
  return std::nullopt;
}

}  // namespace heng::record
