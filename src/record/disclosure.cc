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

tlog::Hash derive(const Seed& seed, std::string_view purpose, uint64_t index) {
  std::string message(purpose);
  for (int i = 7; i >= 0; --i) message.push_back(static_cast<char>(index >> (8 * i)));
  return tlog::hmac_sha256(seed, message);
}

Salt salt_of(const Seed& seed, std::string_view purpose, uint64_t index) {
  const tlog::Hash hash = derive(seed, purpose, index);
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

tlog::Hash field_hash(const Salt& salt, const Field& field) {
  std::string message(reinterpret_cast<const char*>(salt.data()), salt.size());
  for (int i = 1; i >= 0; --i) message.push_back(static_cast<char>(field.path.size() >> (8 * i)));
  message += field.path;
  for (int i = 3; i >= 0; --i) message.push_back(static_cast<char>(field.value.size() >> (8 * i)));
  return prefixed(0x10, message + field.value);
}

tlog::Hash join(const tlog::Hash& left, const tlog::Hash& right) {
  return prefixed(0x11, std::string(left.view()) + std::string(right.view()));
}

tlog::Hash salted_root(const Salt& salt, unsigned height, const tlog::Hash& root) {
  std::string message(reinterpret_cast<const char*>(salt.data()), salt.size());
  message.push_back(static_cast<char>(height));
  return prefixed(0x12, message + std::string(root.view()));
}

// A key inside a path, escaped as in RFC 6901 so that no two fields share a path.
std::string escaped(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out.push_back(c);
    }
  }
  return out;
}

void collect(const Json& value, const std::string& path, std::vector<Field>& out) {
  const auto below = [&](const std::string& name) { return path.empty() ? name : path + "/" + name; };
  if (value.kind == Json::Kind::object && !value.members.empty()) {
    for (const auto& [name, member] : value.members) collect(member, below(escaped(name)), out);
  } else if (value.kind == Json::Kind::list && !value.items.empty()) {
    for (size_t i = 0; i < value.items.size(); ++i) collect(value.items[i], below(std::to_string(i)), out);
  } else {
    out.push_back({path, canonical(value)});
  }
}

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

std::vector<Field> fields_of(const Json& object) {
  std::vector<Field> out;
  collect(object, "", out);
  std::sort(out.begin(), out.end(), [](const Field& a, const Field& b) { return a.path < b.path; });
  return out;
}

FieldTree::FieldTree(std::vector<Field> fields, const Seed& seed) : fields_(std::move(fields)), seed_(seed) {
  HENG_ASSERT(fields_.size() <= (uint64_t{1} << kMostHeight));
  height_ =
      std::max(kLeastHeight, static_cast<unsigned>(std::bit_width(fields_.empty() ? 0 : fields_.size() - 1)));
  std::vector<tlog::Hash> row;
  for (uint64_t i = 0; i < (uint64_t{1} << height_); ++i)
    row.push_back(i < fields_.size() ? field_hash(salt_of(seed_, "salt", i), fields_[i])
                                     : derive(seed_, "decoy", i));
  levels_.push_back(std::move(row));
  while (levels_.back().size() > 1) {
    const std::vector<tlog::Hash>& below = levels_.back();
    std::vector<tlog::Hash> above;
    for (size_t i = 0; i < below.size(); i += 2) above.push_back(join(below[i], below[i + 1]));
    levels_.push_back(std::move(above));
  }
}

tlog::Hash FieldTree::root() const {
  return salted_root(salt_of(seed_, "root", 0), height_, levels_.back()[0]);
}

FieldTree::Disclosure FieldTree::disclose(const std::vector<std::string>& paths) const {
  Disclosure out{height_, salt_of(seed_, "root", 0), {}, {}};
  std::vector<bool> shown(uint64_t{1} << height_, false);
  for (uint64_t i = 0; i < fields_.size(); ++i) {
    const std::string& path = fields_[i].path;
    shown[i] = std::any_of(paths.begin(), paths.end(), [&](const std::string& wanted) {
      return path == wanted ||
             (path.size() > wanted.size() && path.starts_with(wanted) && path[wanted.size()] == '/');
    });
    if (shown[i]) out.shown.push_back({i, salt_of(seed_, "salt", i), fields_[i]});
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
