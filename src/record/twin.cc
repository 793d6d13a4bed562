#include "record/twin.h"

#include <algorithm>
#include <bit>

#include "record/json.h"
#include "record/leaf.h"

namespace heng::record {
namespace {

constexpr std::string_view kProof = "heng.twin-proof/1";

Error refused(std::string what) { return Error{ErrorKind::verification, "twin-proof", std::move(what), "", ""}; }

tlog::Hash node(const tlog::Hash& left, const tlog::Hash& right) {
  return sm3("\x01" + std::string(left.view()) + std::string(right.view()));
}

size_t split(size_t count) { return std::bit_floor(count - 1); }

struct TwinHead {
  std::string origin;
  uint64_t size = 0;
  tlog::Hash root;
};

Result<TwinHead> head_of(const tlog::Note& note) {
  HENG_TRY(const tlog::Checkpoint head, tlog::parse_checkpoint_text(note.text));
  return TwinHead{head.origin, head.size, head.root};
}

}  // namespace

tlog::Hash sm3_root(std::span<const tlog::Hash> leaves) {
  Sm3Tree tree;
  for (const tlog::Hash& leaf : leaves) tree.append(leaf);
  return tree.root();
}

std::vector<tlog::Hash> sm3_inclusion_proof(std::span<const tlog::Hash> leaves, uint64_t index) {
  std::vector<tlog::Hash> out;  // from the root down
  while (leaves.size() > 1) {
    const size_t middle = split(leaves.size());
    if (index < middle) {
      out.push_back(sm3_root(leaves.subspan(middle)));
      leaves = leaves.first(middle);
    } else {
      out.push_back(sm3_root(leaves.first(middle)));
      leaves = leaves.subspan(middle);
      index -= middle;
    }
  }
  std::reverse(out.begin(), out.end());
  return out;
}

Result<tlog::Hash> sm3_root_from_inclusion(const tlog::Hash& leaf, uint64_t index, uint64_t size,
                                           std::span<const tlog::Hash> path) {
  if (index >= size) return refused("the entry is not within the size");
  // RFC 9162, 2.1.3.2.
  uint64_t place = index, last = size - 1;
  tlog::Hash hash = leaf;
  for (const tlog::Hash& sibling : path) {
    if (last == 0) return refused("the path is too long");
    if (place % 2 == 1 || place == last) {
      hash = node(sibling, hash);
      while (place % 2 == 0 && place != 0) {
        place /= 2;
        last /= 2;
      }
    } else {
      hash = node(hash, sibling);
    }
    place /= 2;
    last /= 2;
  }
  if (last != 0) return refused("the path is too short");
  return hash;
}

Result<void> Twin::create(Disk& disk, const std::string& dir, const std::string& keys_dir) {
  HENG_TRY_VOID(disk.make_dirs(dir + "/twin"));
  HENG_TRY(const std::string private_pem, sm2_make_key());
  HENG_TRY(const std::string public_pem, sm2_public_key(private_pem));
  HENG_TRY_VOID(write_durably(disk, keys_dir + "/twin.pem", private_pem));
  HENG_TRY_VOID(write_durably(disk, dir + "/twin/hashes", ""));
  return write_durably(disk, dir + "/twin/key.pem", public_pem);
}

bool Twin::exists(const Disk& disk, const std::string& dir) { return disk.exists(dir + "/twin/key.pem"); }

Result<Twin> Twin::open(Disk& disk, const std::string& dir) {
  Twin twin(disk, dir + "/twin");
  HENG_TRY(twin.public_pem_, read_whole(disk, twin.dir_ + "/key.pem", 65536));
  HENG_TRY(const std::string bytes, read_whole(disk, twin.dir_ + "/hashes", SIZE_MAX));
  for (size_t at = 0; at + tlog::kHashSize <= bytes.size(); at += tlog::kHashSize)
    twin.hashes_.push_back(*tlog::hash_from_bytes(std::string_view(bytes).substr(at, tlog::kHashSize)));
  return twin;
}

Result<tlog::Hash> Twin::extend(const Log& log) {
  const uint64_t size = log.size();
  if (hashes_.size() > size) hashes_.clear();
  const size_t before = hashes_.size();
  std::string fresh;
  while (hashes_.size() < size) {
    HENG_TRY(const std::string entry, log.leaf(hashes_.size()));
    hashes_.push_back(sm3_leaf_hash(entry));
    fresh += hashes_.back().view();
  }
  if (!fresh.empty()) {
    HENG_TRY(const std::unique_ptr<File> file, disk_->open(dir_ + "/hashes", OpenMode::write));
    HENG_TRY_VOID(file->write(before * tlog::kHashSize, fresh));
    HENG_TRY_VOID(file->sync());
  }
  return sm3_root(hashes_);
}

Result<tlog::Note> Twin::sign(const std::string& origin, const std::string& keys_dir) {
  HENG_TRY(const std::string private_pem, read_whole(*disk_, keys_dir + "/twin.pem", 65536));
  Sm3Tree tree;
  for (const tlog::Hash& hash : hashes_) tree.append(hash);
  HENG_TRY(const auto last, checkpoint());
  if (last) {
    // What was signed once stays: a cache that was tampered with must not lead to a second history.
    HENG_TRY(const TwinHead head, head_of(*last));
    if (head.size > hashes_.size() ||
        sm3_root(std::span(hashes_).first(static_cast<size_t>(head.size))) != head.root)
      return Error{ErrorKind::verification, "twin-forked", "the entries do not continue what the twin signed", dir_,
                   "remove DIR/twin/hashes so that it is made again; if that does not help, the log was changed"};
  }
  HENG_TRY(tlog::Note note, sm3_checkpoint(origin, tree, private_pem));
  HENG_TRY_VOID(write_durably(*disk_, dir_ + "/checkpoint", note.bytes()));
  return note;
}

Result<std::optional<tlog::Note>> Twin::checkpoint() const {
  if (!disk_->exists(dir_ + "/checkpoint")) return std::optional<tlog::Note>{};
  HENG_TRY(const std::string bytes, read_whole(*disk_, dir_ + "/checkpoint", tlog::kMaxNoteBytes));
  HENG_TRY(tlog::Note note, tlog::parse_note(bytes));
  return std::optional<tlog::Note>(std::move(note));
}

Result<uint64_t> Twin::audit(const Log& log) const {
  HENG_TRY(const auto note, checkpoint());
  if (!note)
    return Error{ErrorKind::not_found, "checkpoint-missing", "the twin has no checkpoint yet", dir_,
                 "make one with `heng record checkpoint`"};
  HENG_TRY_VOID(verify_sm3_checkpoint(*note, public_pem_));
  HENG_TRY(const TwinHead head, head_of(*note));
  if (head.size > log.size())
    return Error{ErrorKind::verification, "twin-forked", "the twin has signed more entries than there are", dir_, ""};
  // Each binding states the roots both trees had at its size; a binding stands behind what it binds.
  std::vector<std::pair<uint64_t, Json>> bindings;
  std::vector<tlog::Hash> hashes;
  for (uint64_t index = 0; index < log.size(); ++index) {
    HENG_TRY(const std::string entry, log.leaf(index));
    hashes.push_back(sm3_leaf_hash(entry));
    if (entry.find(kTwin) == std::string::npos) continue;
    HENG_TRY(const Leaf leaf, parse_leaf(entry));
    if (leaf.kind != kTwin) continue;
    Json said = Json::object();
    for (const auto& [name, value] : leaf.note) said.add(name, value);
    bindings.emplace_back(index, std::move(said));
  }
  Sm3Tree tree;
  auto binding = bindings.begin();
  for (uint64_t size = 0; size <= hashes.size(); ++size) {
    if (size == head.size && (tree.root() != head.root || head.origin != log.origin() + "/sm3"))
      return Error{ErrorKind::verification, "twin-forked", "the entries do not lead to the root that the twin signed", dir_,
                   "keep both checkpoints: they are evidence"};
    for (; binding != bindings.end() && binding->second.integer_of("size") == size; ++binding) {
      HENG_TRY(const tlog::Hash root, log.tree().root(size));
      if (size > binding->first || binding->second.text_of("sm3") != to_base64(tree.root()) ||
          binding->second.text_of("sha256") != to_base64(root))
        return refused("entry " + std::to_string(binding->first) + " binds the twin with a root that is not its own");
    }
    if (size < hashes.size()) tree.append(hashes[static_cast<size_t>(size)]);
  }
  if (binding != bindings.end())
    return refused("entry " + std::to_string(binding->first) + " binds the twin at no size it can know");
  return head.size;
}

Result<std::string> Twin::prove(const Log& log, uint64_t index) const {
  HENG_TRY(const auto note, checkpoint());
  const Error early{ErrorKind::not_found, "proof-early", "entry " + std::to_string(index) + " is newer than the twin's checkpoint",
                    "", "make a checkpoint first: heng record checkpoint"};
  if (!note) return early;
  HENG_TRY(const TwinHead head, head_of(*note));
  if (index >= head.size || head.size > hashes_.size()) return early;
  Json out = Json::object();
  out.add("t", Json::of(std::string(kProof)));
  out.add("checkpoint", Json::of(note->bytes()));
  out.add("index", Json::of(index));
  HENG_TRY(std::string leaf, log.leaf(index));
  out.add("leaf", Json::of(std::move(leaf)));
  Json path = Json::list();
  for (const tlog::Hash& hash :
       sm3_inclusion_proof(std::span(hashes_).first(static_cast<size_t>(head.size)), index))
    path.items.push_back(Json::of(to_base64(hash)));
  out.add("path", std::move(path));
  return canonical(out) + "\n";
}

bool is_twin_proof(std::string_view bytes) {
  return bytes.starts_with('{') && bytes.find(kProof) != std::string_view::npos;
}

Result<TwinShown> verify_twin_proof(std::string_view bytes, const std::string& public_pem) {
  HENG_TRY(const Json object, parse_json(bytes));
  const auto index = object.integer_of("index");
  const auto leaf = object.text_of("leaf"), text = object.text_of("checkpoint");
  const Json* list = object.find("path");
  if (object.text_of("t") != kProof || !index || !leaf || !text || list == nullptr || list->items.size() > 64)
    return refused("this is no proof in a twin log");
  std::vector<tlog::Hash> path;
  for (const Json& item : list->items) {
    const auto hash = hash_from_base64(item.text);
    if (!hash) return refused("a hash of the path is malformed");
    path.push_back(*hash);
  }
  HENG_TRY(const tlog::Note note, tlog::parse_note(*text));
  HENG_TRY_VOID(verify_sm3_checkpoint(note, public_pem));
  HENG_TRY(const TwinHead head, head_of(note));
  if (!head.origin.ends_with("/sm3")) return refused("the checkpoint is of no twin log");
  HENG_TRY(const tlog::Hash root, sm3_root_from_inclusion(sm3_leaf_hash(*leaf), *index, head.size, path));
  if (root != head.root) return refused("the entry is not in the state that was signed");
  return TwinShown{head.origin, *index, head.size, std::string(*leaf)};
}

}  // namespace heng::record
