#include "record/mirror.h"

#include <algorithm>

#include "record/http.h"
#include "record/leaf.h"

namespace heng::record {
namespace {

Error refused(std::string code, std::string what) {
  return Error{ErrorKind::verification, std::move(code), std::move(what), "",
               "keep what both sides published: it is evidence"};
}

Result<std::vector<std::string_view>> parse_bodies(std::string_view bytes, unsigned width) {
  std::vector<std::string_view> out;
  while (!bytes.empty() && out.size() < width) {
    if (bytes.size() < 4) break;
    size_t size = 0;
    for (int i = 0; i < 4; ++i) size = size << 8 | static_cast<uint8_t>(bytes[static_cast<size_t>(i)]);
    if (bytes.size() - 4 < size) break;
    out.push_back(bytes.substr(4, size));
    bytes.remove_prefix(4 + size);
  }
  if (!bytes.empty() || out.size() != width)
    return refused("mirror-bodies", "the bodies of a bundle are malformed");
  return out;
}

// A body must be the one its leaf names; a leaf without body has none. Leaves of another format are only
// stored.
bool body_fits(std::string_view leaf, std::string_view body) {
  const auto parsed = parse_leaf(leaf);
  if (!parsed.ok()) return true;
  if (!parsed->body) return body.empty();
  return tlog::sha256(body) == parsed->body->ciphertext;
}

}  // namespace

Source http_source(const std::string& url) {
  return [base = url.ends_with('/') ? url : url + "/"](const std::string& path) -> Result<std::string> {
    HENG_TRY(const HttpAnswer answer,
             http_request("GET", base + path, "", std::chrono::seconds(30), size_t{256} << 20));
    if (answer.status != 200)
      return Error{ErrorKind::unreachable, "mirror-source",
                   "the source answered " + std::to_string(answer.status), base + path,
                   "a mirror needs a source that serves entries and bodies"};
    return answer.body;
  };
}

Source directory_source(Disk& disk, const std::string& dir) {
  return [&disk, dir, log = std::shared_ptr<Log>()](const std::string& path) mutable -> Result<std::string> {
    if (!log) {
      HENG_TRY(std::unique_ptr<Log> opened, Log::open(disk, {dir, "", false}));
      log = std::move(opened);
    }
    return log->resource(path);
  };
}

Result<Mirrored> mirror_once(Log& mirror, const Source& source, const tlog::Policy& policy,
                             const tlog::NoteSigner* signer, uint64_t time) {
  HENG_TRY(const std::string note, source("checkpoint"));
  HENG_TRY(tlog::SignedCheckpoint head, tlog::parse_checkpoint(note));
  HENG_TRY(const tlog::PolicyVerdict verdict, tlog::apply_policy(policy, head));
  (void)verdict;
  if (head.checkpoint.origin != mirror.origin()) return refused("mirror-origin", "the source is another log");
  const uint64_t before = mirror.size(), after = head.checkpoint.size;
  if (after < before)
    return refused("mirror-behind", "the source has fewer entries than are held here: it was rolled back");

  std::vector<std::string> texts;  // leaf, body, leaf, body …
  for (uint64_t number = before / tlog::kTileWidth; number * tlog::kTileWidth < after; ++number) {
    const tlog::TileId id{true, 0, number, tlog::tile_width(0, number, after)};
    HENG_TRY(const std::string bundle, source(id.path()));
    HENG_TRY(const auto leaves, tlog::parse_bundle(bundle, id.width));
    HENG_TRY(const std::string body_bytes,
             source("heng/bodies/" + id.path().substr(std::string_view("tile/entries/").size())));
    HENG_TRY(const auto bodies, parse_bodies(body_bytes, id.width));
    for (unsigned i = 0; i < id.width; ++i) {
      if (number * tlog::kTileWidth + i < before) continue;
      if (!body_fits(leaves[i], bodies[i])) return refused("mirror-bodies", "a body does not fit its entry");
      texts.emplace_back(leaves[i]);
      texts.emplace_back(bodies[i]);
    }
  }
  // Rebuilt on top of what is held here: if the root is the signed one, the source only added to this
  // history.
  LogTree tree = mirror.tree();
  std::vector<Entry> entries;
  std::vector<std::string_view> leaves;
  for (size_t i = 0; i < texts.size(); i += 2) {
    entries.push_back({texts[i], texts[i + 1]});
    leaves.push_back(texts[i]);
  }
  if (!leaves.empty()) tree.append_entries(leaves);
  if (tree.root() != head.checkpoint.root)
    return refused("mirror-forked", "what the source shows does not continue the history held here");
  if (!entries.empty()) {
    HENG_TRY(const uint64_t first, mirror.append(entries));
    HENG_ASSERT(first == before);
  }
  HENG_TRY_VOID(mirror.adopt(head));
  if (signer != nullptr) head.note.signatures.push_back(tlog::cosign(*signer, head.note.text, time));
  HENG_TRY_VOID(mirror.publish(head));
  return Mirrored{before, after, std::move(head)};
}

}  // namespace heng::record
