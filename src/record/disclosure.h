// The salted field tree: every field of a body can be shown alone, and proves nothing about the others.
//
//   leaf = SHA-256(0x10 || salt16 || u16 path length || path || u32 value length || value)
//   node = SHA-256(0x11 || left || right)
//   field root = SHA-256(0x12 || root salt16 || u8 height || root)
//
// Paths are sorted; decoys fill the tree up to the next power of two (at least 8), so the number of fields is
// hidden. All salts and decoys come from one 32-byte seed that stands only inside the encrypted body:
// destroying the body's key makes even a correct guess of a field impossible to confirm.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "record/json.h"
#include "tlog/hash.h"

namespace heng::record {

using Salt = std::array<uint8_t, 16>;
using Seed = std::array<uint8_t, 32>;

struct Field {
  std::string path;   // "data/ground", "by/0/id"
  std::string value;  // the JSON spelling of the scalar: "\"flagrant\"", "12", "null"
  bool operator==(const Field&) const = default;
};

inline constexpr size_t kMostFields = size_t{1} << 16;
inline constexpr size_t kMostPathBytes = 65535;

// Every scalar of an object in canonical JSON with its path; empty lists and objects are scalars too. Sorted by path.
// Refused: what is no object, more than kMostFields fields, a path of more than kMostPathBytes.
Result<std::vector<Field>> fields_of(std::string_view canonical_object);

// The field roots of several acts at once, each as FieldTree gives it, refused as fields_of refuses it: many hashes beside
// one another, and no tree that is kept. Memory is used again from one time to the next.
class FieldRoots {
 public:
  void clear();
  Result<void> add(std::string_view canonical_object, const Seed& seed);
  // One for each act added, in that order; valid until the next call. Nothing can be added behind it before clear().
  std::span<const tlog::Hash> compute();

 private:
  struct Act {
    size_t first = 0, fields = 0;  // among all fields
    unsigned height = 0;
  };
  void hash_fields();
  void climb();

  std::vector<Act> acts_;
  std::vector<size_t> order_;  // of the acts, the highest trees first
  std::vector<Seed> seeds_;
  std::string messages_;       // what is hashed for the fields, with room for each salt
  std::vector<size_t> ends_;
  std::vector<tlog::Keyed> purposes_;
  std::vector<std::string_view> views_;
  std::vector<Salt> root_salts_;
  std::vector<tlog::Hash> derived_, row_, roots_;
};

class FieldTree {
 public:
  // Requires what fields_of allows.
  FieldTree(std::vector<Field> fields, const Seed& seed);
  tlog::Hash root() const { return root_; }

  struct Shown {
    uint64_t index = 0;
    Salt salt{};
    Field field;
  };
  struct Disclosure {
    unsigned height = 0;
    Salt root_salt{};
    std::vector<Shown> shown;       // rising by index
    std::vector<tlog::Hash> proof;  // hashes of the subtrees with nothing shown, left to right
  };
  // The fields whose path is in `paths` or below one of them ("by" shows "by/0/id").
  Disclosure disclose(const std::vector<std::string>& paths) const;
  const std::vector<Field>& fields() const { return fields_; }

 private:
  std::vector<Field> fields_;
  unsigned height_ = 3;
  Salt root_salt_{};
  tlog::Hash root_;
  std::vector<Salt> salts_;  // of the fields
  std::vector<std::vector<tlog::Hash>> levels_;
};

// The field root a disclosure leads to. Fails if indices repeat or the proof's length is wrong.
Result<tlog::Hash> root_from_disclosure(const FieldTree::Disclosure& disclosure);

Json disclosure_to_json(const FieldTree::Disclosure& disclosure);
Result<FieldTree::Disclosure> disclosure_from_json(const Json& object);

}  // namespace heng::record
