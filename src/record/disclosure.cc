#include "record/disclosure.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <deque>
#include <optional>

#include "record/leaf.h"

namespace heng::record {
namespace {

constexpr unsigned kLeastHeight = 3, kMostHeight = 16;
constexpr size_t kMostReused = size_t{1} << 20;  // bytes that stay from one use to the next

Error malformed(std::string what) {
  return Error{ErrorKind::verification, "disclosure-malformed", std::move(what), "", ""};
}

// A message whose HMAC under the seed is a salt or a decoy: a purpose, then the index as eight bytes.
std::string purpose_text(std::string_view purpose, uint64_t index) {
  std::string out(purpose);
  for (int i = 7; i >= 0; --i) out.push_back(static_cast<char>(index >> (8 * i)));
  return out;
}

constexpr size_t kUsual = 64;

std::vector<std::string> usual(std::string_view purpose) {
  std::vector<std::string> out;
  for (uint64_t i = 0; i < kUsual; ++i) out.push_back(purpose_text(purpose, i));
  return out;
}

unsigned height_for(size_t fields) {
  return std::max(kLeastHeight, static_cast<unsigned>(std::bit_width(fields == 0 ? 0 : fields - 1)));
}

// What is derived from a seed for an object of so many fields: a salt for each, decoys up to the width, the root's salt.
// `rare` keeps the texts of large objects.
void add_purposes(std::vector<tlog::Keyed>& out, std::deque<std::string>& rare, size_t key, size_t fields) {
  static const std::string root = purpose_text("root", 0);
  static const std::vector<std::string> salts = usual("salt"), decoys = usual("decoy");
  const size_t width = size_t{1} << height_for(fields);
  for (uint64_t i = 0; i < width; ++i) {
    const bool salt = i < fields;
    out.push_back({key, i < kUsual ? (salt ? salts : decoys)[static_cast<size_t>(i)] : rare.emplace_back(purpose_text(salt ? "salt" : "decoy", i))});
  }
  out.push_back({key, root});
}

Salt salt_from(const tlog::Hash& hash) {
  Salt salt{};
  std::copy_n(hash.bytes.begin(), salt.size(), salt.begin());
  return salt;
}

tlog::Hash prefixed(uint8_t prefix, std::string_view message) {
  tlog::Hash out;
  tlog::hash_many(prefix, std::span(&message, 1), &out);
  return out;
}

void append_field(std::string& out, const Salt& salt, std::string_view path, std::string_view value) {
  out.append(reinterpret_cast<const char*>(salt.data()), salt.size());
  const size_t path_size = path.size(), size = value.size();
  const char lengths[6] = {static_cast<char>(path_size >> 8), static_cast<char>(path_size), static_cast<char>(size >> 24),
                           static_cast<char>(size >> 16), static_cast<char>(size >> 8), static_cast<char>(size)};
  out.append(lengths, 2);
  out += path;
  out.append(lengths + 2, 4);
  out += value;
}

tlog::Hash field_hash(const Salt& salt, const Field& field) {
  std::string message;
  append_field(message, salt, field.path, field.value);
  return prefixed(0x10, message);
}

tlog::Hash join(const tlog::Hash& left, const tlog::Hash& right) {
  const tlog::Hash children[2] = {left, right};
  tlog::Hash out;
  tlog::node_hashes(0x11, children, 1, &out);
  return out;
}

void append_root(std::string& out, const Salt& salt, unsigned height, const tlog::Hash& root) {
  out.append(reinterpret_cast<const char*>(salt.data()), salt.size());
  out.push_back(static_cast<char>(height));
  out += root.view();
}

tlog::Hash salted_root(const Salt& salt, unsigned height, const tlog::Hash& root) {
  std::string message;
  append_root(message, salt, height, root);
  return prefixed(0x12, message);
}

// A scalar in canonical JSON, and where in a text beside it its path stands.
struct Spelled {
  size_t path_at, path_size;
  std::string_view value;
};

// Walks canonical JSON and takes down each scalar as it is spelled.
class FieldReader {
 public:
  FieldReader(std::string_view text, std::string& paths, std::vector<Spelled>& out) : text_(text), paths_(paths), out_(out) {}

  bool read() { return !text_.empty() && text_[0] == '{' && value(0) && at_ == text_.size(); }

 private:
  static constexpr int kMostDepth = 64;

  bool next_is(char c) const { return at_ < text_.size() && text_[at_] == c; }
  bool take(char c) {
    if (!next_is(c)) return false;
    ++at_;
    return true;
  }

  // A text with its quotation marks, as it is spelled.
  std::optional<std::string_view> spelled_text() {
    const size_t begin = at_;
    if (!take('"')) return std::nullopt;
    while (true) {
      const size_t end = text_.find('"', at_);
      if (end == std::string_view::npos) return std::nullopt;
      size_t escapes = end;
      while (escapes > at_ && text_[escapes - 1] == '\\') --escapes;
      at_ = end + 1;
      if ((end - escapes) % 2 == 0) return text_.substr(begin, at_ - begin);
    }
  }

  bool scalar() {
    if (out_.size() == kMostFields || path_.size() > kMostPathBytes) return false;
    const size_t begin = at_;
    if (next_is('"')) {
      if (!spelled_text()) return false;
    } else if (next_is('{') || next_is('[')) {
      at_ += 2;
    } else {
      while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '}' && text_[at_] != ']') ++at_;
    }
    if (at_ == begin || at_ > text_.size()) return false;
    out_.push_back({paths_.size(), path_.size(), text_.substr(begin, at_ - begin)});
    paths_ += path_;
    return true;
  }

  // A key inside a path, escaped as in RFC 6901 so that no two fields share a path.
  void step_into(std::string_view name) {
    if (!path_.empty()) path_ += '/';
    if (name.find_first_of("~/") == std::string_view::npos) {
      path_ += name;
      return;
    }
    for (const char c : name) {
      if (c == '~') {
        path_ += "~0";
      } else if (c == '/') {
        path_ += "~1";
      } else {
        path_.push_back(c);
      }
    }
  }

  bool value(int depth) {
    if (depth > kMostDepth) return false;
    const bool object = next_is('{');
    if (!object && !next_is('[')) return scalar();
    const char close = object ? '}' : ']';
    if (at_ + 1 < text_.size() && text_[at_ + 1] == close) return scalar();
    ++at_;
    const size_t above = path_.size();
    size_t index = 0;
    do {
      if (object) {
        const auto key = spelled_text();
        if (!key || !take(':')) return false;
        if (key->find('\\') == std::string_view::npos) {
          step_into(key->substr(1, key->size() - 2));
        } else {
          const Result<Json> name = parse_json(*key);
          if (!name.ok()) return false;
          step_into(name->text);
        }
      } else {
        step_into(std::to_string(index++));
      }
      if (!value(depth + 1)) return false;
      path_.resize(above);
    } while (take(','));
    return take(close);
  }

  std::string_view text_;
  std::string& paths_;
  std::vector<Spelled>& out_;
  std::string path_;
  size_t at_ = 0;
};

// The scalars of one object, sorted by path.
class Scalars {
 public:
  Result<void> read(std::string_view canonical_object) {
    if (paths_.capacity() > kMostReused) *this = {};
    paths_.clear();
    fields_.clear();
    if (!FieldReader(canonical_object, paths_, fields_).read())
      return Error{ErrorKind::bad_input, "act-fields", "this is no object in canonical JSON whose fields can be shown one by one", "",
                   "an act has at most 65,536 fields, and a field's path at most 65,535 bytes"};
    const auto by_path = [this](const Spelled& a, const Spelled& b) { return path(a) < path(b); };
    if (!std::is_sorted(fields_.begin(), fields_.end(), by_path)) std::sort(fields_.begin(), fields_.end(), by_path);
    return {};
  }
  const std::vector<Spelled>& fields() const { return fields_; }
  std::string_view path(const Spelled& field) const { return std::string_view(paths_).substr(field.path_at, field.path_size); }

 private:
  std::string paths_;
  std::vector<Spelled> fields_;
};

std::string salt_text(const Salt& salt) {
  return tlog::base64_encode({reinterpret_cast<const char*>(salt.data()), salt.size()});
}

Result<Salt> need_salt(const Json& object, std::string_view name) {
  const auto text = object.text_of(name);
  const auto bytes = text ? tlog::base64_decode(*text) : std::nullopt;
  if (!bytes || bytes->size() != 16) return malformed("a salt is not the base64 of 16 bytes");
  Salt salt{};
  std::memcpy(salt.data(), bytes->data(), salt.size());
  return salt;
}

// Walks the tree top down: a subtree without shown fields takes its hash from the proof.
struct Walker {
  const FieldTree::Disclosure& disclosure;
  size_t next_shown = 0, next_proof = 0;
  bool failed = false;

  tlog::Hash walk(unsigned level, uint64_t index) {
    const uint64_t end = (index + 1) << level;
    const bool any = next_shown < disclosure.shown.size() && disclosure.shown[next_shown].index < end;
    if (!any) {
      if (next_proof == disclosure.proof.size()) {
        failed = true;
        return {};
      }
      return disclosure.proof[next_proof++];
    }
    if (level == 0) {
      const auto& shown = disclosure.shown[next_shown++];
      return field_hash(shown.salt, shown.field);
    }
    const tlog::Hash left = walk(level - 1, 2 * index);
    const tlog::Hash right = walk(level - 1, 2 * index + 1);
    return join(left, right);
  }
};

}  // namespace

Result<std::vector<Field>> fields_of(std::string_view canonical_object) {
  Scalars scalars;
  HENG_TRY_VOID(scalars.read(canonical_object));
  std::vector<Field> out;
  out.reserve(scalars.fields().size());
  for (const Spelled& field : scalars.fields()) out.push_back({std::string(scalars.path(field)), std::string(field.value)});
  return out;
}

FieldTree::FieldTree(std::vector<Field> fields, const Seed& seed) : fields_(std::move(fields)), height_(height_for(fields_.size())) {
  HENG_ASSERT(fields_.size() <= kMostFields);
  std::vector<tlog::Keyed> purposes;
  std::deque<std::string> rare;
  add_purposes(purposes, rare, 0, fields_.size());
  std::vector<tlog::Hash> row(purposes.size());
  tlog::hmac_sha256_many(std::span(&seed, 1), purposes, row.data());
  root_salt_ = salt_from(row.back());
  row.pop_back();
  for (size_t i = 0; i < fields_.size(); ++i) {
    salts_.push_back(salt_from(row[i]));
    row[i] = field_hash(salts_[i], fields_[i]);
  }
  levels_.push_back(std::move(row));
  while (levels_.back().size() > 1) {
    std::vector<tlog::Hash> above(levels_.back().size() / 2);
    tlog::node_hashes(0x11, levels_.back().data(), above.size(), above.data());
    levels_.push_back(std::move(above));
  }
  root_ = salted_root(root_salt_, height_, levels_.back()[0]);
}

void FieldRoots::clear() {
  if (messages_.capacity() > kMostReused) *this = {};
  acts_.clear();
  seeds_.clear();
  messages_.clear();
  ends_.clear();
}

Result<void> FieldRoots::add(std::string_view canonical_object, const Seed& seed) {
  thread_local Scalars scalars;
  HENG_TRY_VOID(scalars.read(canonical_object));
  const auto& fields = scalars.fields();
  acts_.push_back({ends_.size(), fields.size(), height_for(fields.size())});
  seeds_.push_back(seed);
  for (const Spelled& field : fields) {
    append_field(messages_, Salt{}, scalars.path(field), field.value);
    ends_.push_back(messages_.size());
  }
  return {};
}

std::span<const tlog::Hash> FieldRoots::compute() {
  order_.resize(acts_.size());
  for (size_t i = 0; i < order_.size(); ++i) order_[i] = i;
  const auto higher = [&](size_t a, size_t b) { return acts_[a].height > acts_[b].height; };
  if (!std::is_sorted(order_.begin(), order_.end(), higher)) std::stable_sort(order_.begin(), order_.end(), higher);
  // Of each act its salts and decoys and the root's salt.
  purposes_.clear();
  std::deque<std::string> rare;
  for (const size_t act : order_) add_purposes(purposes_, rare, act, acts_[act].fields);
  derived_.resize(purposes_.size());
  tlog::hmac_sha256_many(seeds_, purposes_, derived_.data());
  for (Seed& seed : seeds_) seed.fill(0);
  hash_fields();
  climb();
  return roots_;
}

// The lowest row of every tree, one behind the other: the fields' hashes, then decoys. And the roots' salts.
void FieldRoots::hash_fields() {
  row_.clear();
  views_.clear();
  root_salts_.resize(acts_.size());
  for (auto from = derived_.begin(); const size_t act : order_) {
    const auto [first, fields, height] = acts_[act];
    const auto end = from + (ptrdiff_t{1} << height);
    for (size_t field = first; field < first + fields; ++field) {
      const size_t begin = field == 0 ? 0 : ends_[field - 1];
      std::memcpy(messages_.data() + begin, from[static_cast<ptrdiff_t>(field - first)].bytes.data(), sizeof(Salt));
      views_.push_back(std::string_view(messages_).substr(begin, ends_[field] - begin));
    }
    row_.insert(row_.end(), from, end);
    root_salts_[act] = salt_from(*end);
    from = end + 1;
  }
  derived_.resize(views_.size());
  tlog::hash_many(0x10, views_, derived_.data());
  auto hashed = derived_.begin();
  for (size_t at = 0; const size_t act : order_) {
    std::copy_n(hashed, acts_[act].fields, row_.begin() + static_cast<ptrdiff_t>(at));
    hashed += static_cast<ptrdiff_t>(acts_[act].fields);
    at += size_t{1} << acts_[act].height;
  }
}

// All trees a level up at a time; the lowest, which stand behind, end first.
void FieldRoots::climb() {
  roots_.resize(acts_.size());
  size_t alive = order_.size(), width = row_.size();
  for (unsigned level = 0; alive > 0; ++level) {
    for (; alive > 0 && acts_[order_[alive - 1]].height == level; --alive) roots_[order_[alive - 1]] = row_[--width];
    width /= 2;
    tlog::node_hashes(0x11, row_.data(), width, row_.data());
  }
  messages_.clear();
  views_.clear();
  for (size_t i = 0; i < roots_.size(); ++i) append_root(messages_, root_salts_[i], acts_[i].height, roots_[i]);
  const size_t each = roots_.empty() ? 0 : messages_.size() / roots_.size();
  for (size_t i = 0; i < roots_.size(); ++i) views_.push_back(std::string_view(messages_).substr(i * each, each));
  tlog::hash_many(0x12, views_, roots_.data());
}

FieldTree::Disclosure FieldTree::disclose(const std::vector<std::string>& paths) const {
  Disclosure out{height_, root_salt_, {}, {}};
  std::vector<bool> shown(uint64_t{1} << height_, false);
  for (uint64_t i = 0; i < fields_.size(); ++i) {
    const std::string& path = fields_[i].path;
    shown[i] = std::any_of(paths.begin(), paths.end(), [&](const std::string& wanted) {
      return path == wanted ||
             (path.size() > wanted.size() && path.starts_with(wanted) && path[wanted.size()] == '/');
    });
    if (shown[i]) out.shown.push_back({i, salts_[i], fields_[i]});
  }
  const auto walk = [&](const auto& self, unsigned level, uint64_t index) -> void {
    const auto begin = shown.begin() + static_cast<std::ptrdiff_t>(index << level);
    if (std::none_of(begin, begin + (std::ptrdiff_t{1} << level), [](bool is_shown) { return is_shown; })) {
      out.proof.push_back(levels_[level][index]);
    } else if (level > 0) {
      self(self, level - 1, 2 * index);
      self(self, level - 1, 2 * index + 1);
    }
  };
  walk(walk, height_, 0);
  return out;
}

Result<tlog::Hash> root_from_disclosure(const FieldTree::Disclosure& disclosure) {
  if (disclosure.height < kLeastHeight || disclosure.height > kMostHeight)
    return malformed("the field tree's height is not allowed");
  for (size_t i = 0; i < disclosure.shown.size(); ++i) {
    const bool rising = i == 0 || disclosure.shown[i - 1].index < disclosure.shown[i].index;
    if (!rising || disclosure.shown[i].index >> disclosure.height != 0)
      return malformed("the shown fields are not in order");
  }
  Walker walker{disclosure, 0, 0, false};
  const tlog::Hash root = walker.walk(disclosure.height, 0);
  if (walker.failed || walker.next_proof != disclosure.proof.size() ||
      walker.next_shown != disclosure.shown.size())
    return malformed("the field proof has the wrong length");
  return salted_root(disclosure.root_salt, disclosure.height, root);
}

Json disclosure_to_json(const FieldTree::Disclosure& disclosure) {
  Json out = Json::object();
  out.add("height", Json::of(uint64_t{disclosure.height}));
  out.add("root_salt", Json::of(salt_text(disclosure.root_salt)));
  Json fields = Json::list();
  for (const FieldTree::Shown& shown : disclosure.shown) {
    Json field = Json::object();
    field.add("i", Json::of(shown.index));
    field.add("path", Json::of(shown.field.path));
    field.add("salt", Json::of(salt_text(shown.salt)));
    field.add("value", Json::of(shown.field.value));
    fields.items.push_back(std::move(field));
  }
  out.add("fields", std::move(fields));
  Json proof = Json::list();
  for (const tlog::Hash& hash : disclosure.proof) proof.items.push_back(Json::of(to_base64(hash)));
  out.add("proof", std::move(proof));
  return out;
}

Result<FieldTree::Disclosure> disclosure_from_json(const Json& object) {
  FieldTree::Disclosure out;
  const auto height = object.integer_of("height");
  const Json* fields = object.find("fields");
  const Json* proof = object.find("proof");
  if (!height || *height > kMostHeight || fields == nullptr || proof == nullptr ||
      fields->items.size() > 65536 || proof->items.size() > 65536)
    return malformed("the disclosed fields are malformed");
  out.height = static_cast<unsigned>(*height);
  HENG_TRY(out.root_salt, need_salt(object, "root_salt"));
  for (const Json& item : fields->items) {
    FieldTree::Shown shown;
    const auto index = item.integer_of("i");
    const auto path = item.text_of("path"), value = item.text_of("value");
    if (!index || !path || !value || path->size() > 65535) return malformed("a disclosed field is malformed");
    HENG_TRY(shown.salt, need_salt(item, "salt"));
    shown.index = *index;
    shown.field = {std::string(*path), std::string(*value)};
    out.shown.push_back(std::move(shown));
  }
  for (const Json& item : proof->items) {
    const auto hash = item.kind == Json::Kind::text ? hash_from_base64(item.text) : std::nullopt;
    if (!hash) return malformed("a hash of the field proof is malformed");
    out.proof.push_back(*hash);
  }
  return out;
}

}  // namespace heng::record
