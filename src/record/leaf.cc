#include "record/leaf.h"

#include <algorithm>
#include <bit>
#include <charconv>

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

// `name` is a member's name as it is written, with its quotation marks and colon.
void put_text(std::string& out, std::string_view name, std::string_view text) {
  out += name;
  // What needs escapes takes the general way.
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<uint8_t>(c) >= 0x20 && static_cast<uint8_t>(c) < 0x7f && c != '"' && c != '\\';
  });
  if (plain) {
    out += '"';
    out += text;
    out += '"';
  } else {
    out += canonical(Json::of(std::string(text)));
  }
  out += ',';
}

void put_base64(std::string& out, std::string_view name, std::string_view bytes) {
  out += name;
  out += '"';
  tlog::append_base64(out, bytes);
  out += "\",";
}

void put_hash(std::string& out, std::string_view name, const tlog::Hash& hash) { put_base64(out, name, hash.view()); }

void put_hashes(std::string& out, std::string_view name, const std::vector<tlog::Hash>& hashes) {
  out += name;
  out += '[';
  for (size_t i = 0; i < hashes.size(); ++i) {
    out += i > 0 ? ",\"" : "\"";
    tlog::append_base64(out, hashes[i].view());
    out += '"';
  }
  out += "],";
}

void put_number(std::string& out, std::string_view name, uint64_t number) {
  out += name;
  char digits[20];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
  out += ',';
}

constexpr std::string_view kEnd = "\"t\":\"heng.act/1\"}";
constexpr std::string_view kBlind = ",\"blind\":\"";
constexpr size_t kQuotedHash = 46;

// The unsigned bytes with `batch` before `blind` and `sig` before `t`. Neither place can be met inside a text, where a
// quotation mark is escaped. `put_batch` appends the members of `batch`, each with its comma.
template <typename PutBatch>
void append_signed(std::string& out, std::string_view text, bool batch, std::string_view signature_text, const PutBatch& put_batch) {
  const size_t blind_at = batch ? text.find(kBlind) + 1 : 0, end_at = text.size() - kEnd.size();
  if (batch) {
    out += text.substr(0, blind_at);
    out += R"("batch":{)";
    put_batch();
    out.back() = '}';
    out += ',';
  }
  out += text.substr(blind_at, end_at - blind_at);
  out += signature_text;
  out += kEnd;
}

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

// Written straight down in canonical order; parse_leaf holds it to the general canonical form.
std::string Leaf::unsigned_bytes() const {
  std::string out;
  append_unsigned(out);
  return out;
}

void Leaf::append_unsigned(std::string& out) const {
  out.reserve(out.size() + 768);
  out += '{';
  if (!acknowledges.empty()) put_hashes(out, R"("acks":)", acknowledges);
  put_text(out, R"("agency":)", agency);
  put_number(out, R"("agency_seq":)", agency_seq);
  put_text(out, R"("at":)", at);
  put_hash(out, R"("blind":)", blind);
  if (body) {
    out += "\"body\":{";
    put_hash(out, R"("commit":)", body->commitment);
    put_hash(out, R"("ct":)", body->ciphertext);
    put_hash(out, R"("fields":)", body->fields);
    put_number(out, R"("size":)", body->size);
    out.back() = '}';
    out += ',';
  }
  if (case_handle) {
    put_hash(out, R"("case":)", *case_handle);
    put_number(out, R"("case_seq":)", case_seq);
  }
  put_text(out, R"("key":)", key);
  put_text(out, R"("kind":)", kind);
  if (!note.empty()) {
    Json members = Json::object();
    for (const auto& [name, value] : note) members.add(name, value);
    out += R"("note":)";
    out += canonical(members);
    out += ',';
  }
  if (previous) put_hash(out, R"("prev":)", *previous);
  put_text(out, R"("recorded":)", recorded);
  if (rules) put_hash(out, R"("rules":)", *rules);
  out += kEnd;
}

std::string Leaf::bytes() const {
  std::string out;
  append_bytes(out, unsigned_bytes());
  return out;
}

void Leaf::append_bytes(std::string& out, std::string_view text) const {
  std::string signed_text;
  put_base64(signed_text, R"("sig":)", signature);
  append_signed(out, text, batch.has_value(), signed_text, [&] {
    put_number(out, R"("index":)", batch->index);
    put_hashes(out, R"("path":)", batch->path);
    put_number(out, R"("size":)", batch->size);
  });
}

tlog::Hash Leaf::content_hash() const { return tlog::leaf_hash(unsigned_bytes()); }

tlog::Hash Leaf::hash() const { return tlog::leaf_hash(bytes()); }

std::string agency_key_id(const tlog::PublicKey& key) {
  return tlog::to_hex(tlog::sha256(key.view()).view().substr(0, 8));
}

Result<Leaf> parse_leaf(std::string_view bytes) {
  if (bytes.size() > kMaxLeafBytes) return malformed("a leaf is longer than 65,535 bytes");
  // That the bytes are canonical shows at the end.
  HENG_TRY(const Json object, parse_json(bytes));
  if (!is_restricted(object)) return malformed("null, booleans, fractions and large numbers are not allowed in a leaf");
  if (object.kind != Json::Kind::object || object.text_of("t") != kType)
    return malformed("this is no heng.act/1 leaf");
  HENG_TRY_VOID(
      only_known(object, {"t", "kind", "agency", "key", "agency_seq", "case", "case_seq", "prev", "at",
                          "recorded", "rules", "acks", "body", "blind", "note", "batch", "sig"}));
  Leaf leaf;
  HENG_TRY(leaf.kind, need_text(object, "kind", kMaxKindBytes));
  HENG_TRY(leaf.agency, need_text(object, "agency", 512));
  HENG_TRY(leaf.key, need_text(object, "key", 16));
  HENG_TRY(leaf.at, need_text(object, "at", 64));
  HENG_TRY(leaf.recorded, need_text(object, "recorded", 64));
  if (!rfc3339_in(leaf.at) || !rfc3339_in(leaf.recorded))
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
    HENG_TRY(leaf.acknowledges, read_hashes(*acks, kMostAcknowledged));
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

std::string signed_message(const Leaf& leaf) {
  std::string out;
  append_signed_message(out, leaf);
  return out;
}

void append_signed_message(std::string& out, const Leaf& leaf) {
  out += kType;
  out += '\n';
  leaf.append_unsigned(out);
}

std::string_view unsigned_part(std::string_view message) { return message.substr(kType.size() + 1); }

void sign_leaf(Leaf& leaf, const tlog::SigningKey& key) {
  leaf.key = agency_key_id(key.public_key());
  leaf.batch.reset();
  leaf.signature = key.sign(signed_message(leaf));
}

BatchSignature::BatchSignature(std::vector<tlog::Hash> hashes, const tlog::SigningKey& key) : size_(hashes.size()) {
  HENG_ASSERT(size_ > 0 && size_ <= kMaxBatch);
  tlog::Tree tree;
  tree.append(hashes);
  signature_ = key.sign(batch_message(size_, tree.root()));
  put_base64(signature_text_, R"("sig":)", signature_);
  nodes_ = tree.levels();
  // A node of RFC 9162 2.1.1 that is not whole: the rest of the leaves, split where the next lower level is whole.
  std::optional<tlog::Hash> edge;
  for (size_t level = 0; (uint64_t{1} << level) < size_; ++level) {
    const uint64_t whole = size_ >> level;
    const tlog::Hash last = nodes_[level][static_cast<size_t>(whole) - 1];
    if (edge) nodes_[level].push_back(*edge);
    if ((whole & 1) != 0) edge = edge ? tlog::node_hash(last, *edge) : last;
  }
  for (const auto& level : nodes_) {
    std::string& text = texts_.emplace_back();
    text.reserve(level.size() * kQuotedHash);
    for (const tlog::Hash& node : level) {
      text += '"';
      tlog::append_base64(text, node.view());
      text += '"';
    }
  }
}

// The siblings on the way up (RFC 9162 2.1.3.1), each as level and place.
template <typename Node>
void BatchSignature::each_node(uint64_t index, const Node& node) const {
  for (size_t level = 0; (uint64_t{1} << level) < size_; ++level) {
    const uint64_t sibling = (index >> level) ^ 1;
    if (sibling < nodes_[level].size()) node(level, static_cast<size_t>(sibling));
  }
}

BatchPath BatchSignature::path(uint64_t index) const {
  BatchPath out{index, size_, {}};
  each_node(index, [&](size_t level, size_t place) { out.path.push_back(nodes_[level][place]); });
  return out;
}

void BatchSignature::append_leaf(std::string& out, std::string_view text, uint64_t index) const {
  append_signed(out, text, true, signature_text_, [&] {
    put_number(out, R"("index":)", index);
    out += R"("path":[)";
    each_node(index, [&](size_t level, size_t place) {
      if (out.back() != '[') out += ',';
      out += std::string_view(texts_[level]).substr(place * kQuotedHash, kQuotedHash);
    });
    out += "],";
    put_number(out, R"("size":)", size_);
  });
}

void sign_batch(std::vector<Leaf>& leaves, const tlog::SigningKey& key) {
  std::vector<std::string> messages;
  for (Leaf& leaf : leaves) {
    leaf.key = agency_key_id(key.public_key());
    messages.push_back(signed_message(leaf));
  }
  const std::vector<std::string_view> views(messages.begin(), messages.end());
  std::vector<tlog::Hash> hashes(views.size());
  tlog::leaf_hashes(views, hashes.data());
  const BatchSignature batch(std::move(hashes), key);
  for (uint64_t i = 0; i < leaves.size(); ++i) {
    leaves[i].batch = batch.path(i);
    leaves[i].signature = batch.signature();
  }
}

std::optional<std::string> batch_signed(const Leaf& leaf) {
  if (!leaf.batch) return std::nullopt;
  const auto root = tlog::root_from_inclusion(tlog::leaf_hash(signed_message(leaf)), leaf.batch->index,
                                              leaf.batch->size, leaf.batch->path);
  if (!root.ok()) return std::nullopt;
  return batch_message(leaf.batch->size, *root);
}

bool verify_leaf(const Leaf& leaf, const tlog::PublicKey& key) {
  if (leaf.key != agency_key_id(key)) return false;
  if (!leaf.batch) return tlog::ed25519_verify(key, signed_message(leaf), leaf.signature);
  const auto message = batch_signed(leaf);
  return message && tlog::ed25519_verify(key, *message, leaf.signature);
}

std::optional<tlog::PublicKey> added_key(const Leaf& leaf) {
  if (leaf.kind != kKeyAdded) return std::nullopt;
  for (const auto& [name, value] : leaf.note)
    if (name == "key" && value.kind == Json::Kind::text) return hash_from_base64(value.text);
  return std::nullopt;
}

}  // namespace heng::record
