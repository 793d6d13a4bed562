#include "record/disclosure.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "record/leaf.h"

namespace heng::record {
namespace {

constexpr unsigned kLeastHeight = 3, kMostHeight = 16;

Error malformed(std::string what) {
  return Error{ErrorKind::verification, "disclosure-malformed", std::move(what), "", ""};
}

// The messages whose HMACs under the seed are salts and decoys: a purpose, then the index as eight bytes.
class Purposes {
 public:
  explicit Purposes(size_t most) { bytes_.reserve(most * 16); }
  void add(std::string_view purpose, uint64_t index) {
    bytes_ += purpose;
    for (int i = 7; i >= 0; --i) bytes_.push_back(static_cast<char>(index >> (8 * i)));
    ends_.push_back(bytes_.size());
  }
  std::vector<tlog::Hash> derive(const Seed& seed) const {
    std::vector<tlog::Keyed> views;
    views.reserve(ends_.size());
    for (size_t begin = 0; const size_t end : ends_) {
      views.push_back({0, std::string_view(bytes_).substr(begin, end - begin)});
      begin = end;
    }
    std::vector<tlog::Hash> out(views.size());
    tlog::hmac_sha256_many(std::span(&seed, 1), views, out.data());
    return out;
  }

 private:
  std::string bytes_;
  std::vector<size_t> ends_;
};

Salt salt_from(const tlog::Hash& hash) {
  Salt salt{};
  std::copy_n(hash.bytes.begin(), salt.size(), salt.begin());
  return salt;
}

tlog::Hash prefixed(uint8_t prefix, const std::string& message) {
  const std::string_view view = message;
  tlog::Hash out;
  tlog::hash_many(prefix, std::span(&view, 1), &out);
  return out;
}

void append_field(std::string& out, const Salt& salt, const Field& field) {
  out.append(reinterpret_cast<const char*>(salt.data()), salt.size());
  for (int i = 1; i >= 0; --i) out.push_back(static_cast<char>(field.path.size() >> (8 * i)));
  out += field.path;
  for (int i = 3; i >= 0; --i) out.push_back(static_cast<char>(field.value.size() >> (8 * i)));
  out += field.value;
}

tlog::Hash field_hash(const Salt& salt, const Field& field) {
  std::string message;
  append_field(message, salt, field);
  return prefixed(0x10, message);
}

tlog::Hash join(const tlog::Hash& left, const tlog::Hash& right) {
  const tlog::Hash children[2] = {left, right};
  tlog::Hash out;
  tlog::node_hashes(0x11, children, 1, &out);
  return out;
}

tlog::Hash salted_root(const Salt& salt, unsigned height, const tlog::Hash& root) {
  std::string message(reinterpret_cast<const char*>(salt.data()), salt.size());
  message.push_back(static_cast<char>(height));
  return prefixed(0x12, message + std::string(root.view()));
}

// Walks canonical JSON and takes down each scalar as it is spelled.
class FieldReader {
 public:
  FieldReader(std::string_view text, std::vector<Field>& out) : text_(text), out_(out) {}

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
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\\') {
        ++at_;
      } else if (text_[at_] == '"') {
        ++at_;
        return text_.substr(begin, at_ - begin);
      }
    }
    return std::nullopt;
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
    out_.push_back({path_, std::string(text_.substr(begin, at_ - begin))});
    return true;
  }

  // A key inside a path, escaped as in RFC 6901 so that no two fields share a path.
  void step_into(std::string_view name) {
    if (!path_.empty()) path_ += '/';
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
  std::vector<Field>& out_;
  std::string path_;
  size_t at_ = 0;
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
  std::vector<Field> out;
  out.reserve(16);
  if (!FieldReader(canonical_object, out).read())
    return Error{ErrorKind::bad_input, "act-fields", "this is no object in canonical JSON whose fields can be shown one by one", "",
                 "an act has at most 65,536 fields, and a field's path at most 65,535 bytes"};
  const auto by_path = [](const Field& a, const Field& b) { return a.path < b.path; };
  if (!std::is_sorted(out.begin(), out.end(), by_path)) std::sort(out.begin(), out.end(), by_path);
  return out;
}

FieldTree::FieldTree(std::vector<Field> fields, const Seed& seed) : fields_(std::move(fields)) {
  HENG_ASSERT(fields_.size() <= kMostFields);
  height_ =
      std::max(kLeastHeight, static_cast<unsigned>(std::bit_width(fields_.empty() ? 0 : fields_.size() - 1)));
  const size_t width = size_t{1} << height_;
  Purposes purposes(width + 1);
  for (uint64_t i = 0; i < width; ++i) purposes.add(i < fields_.size() ? "salt" : "decoy", i);
  purposes.add("root", 0);
  std::vector<tlog::Hash> row = purposes.derive(seed);
  root_salt_ = salt_from(row.back());
  row.pop_back();

  std::string bytes;
  std::vector<size_t> ends;
  bytes.reserve(fields_.size() * 64);
  salts_.reserve(fields_.size());
  for (size_t i = 0; i < fields_.size(); ++i) {
    salts_.push_back(salt_from(row[i]));
    append_field(bytes, salts_[i], fields_[i]);
    ends.push_back(bytes.size());
  }
  std::vector<std::string_view> views;
  views.reserve(width);
  for (size_t begin = 0; const size_t end : ends) {
    views.push_back(std::string_view(bytes).substr(begin, end - begin));
    begin = end;
  }
  tlog::hash_many(0x10, views, row.data());
  levels_.reserve(height_ + 1);
  levels_.push_back(std::move(row));
  while (levels_.back().size() > 1) {
    std::vector<tlog::Hash> above(levels_.back().size() / 2);
    tlog::node_hashes(0x11, levels_.back().data(), above.size(), above.data());
    levels_.push_back(std::move(above));
  }
  root_ = salted_root(root_salt_, height_, levels_.back()[0]);
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
