#include "record/log.h"

#include <algorithm>
#include <utility>

#include "record/json.h"
#include "tlog/proof.h"

namespace heng::record {
namespace {

Error refused(std::string code, std::string what, std::string help = "") {
  return Error{ErrorKind::verification, std::move(code), std::move(what), "", std::move(help)};
}

std::string number(uint64_t value) { return std::to_string(value); }

}  // namespace

Result<void> Log::create(Disk& disk, const std::string& dir, const std::string& origin,
                         uint64_t segment_bytes) {
  if (!tlog::valid_key_name(origin))
    return Error{ErrorKind::usage, "log-origin", "`" + origin + "` cannot be a log's origin", "",
                 "use a name like example.org/log without spaces or plus signs"};
  HENG_TRY_VOID(disk.make_dirs(dir));
  if (disk.exists(dir + "/log.json"))
    return Error{ErrorKind::conflict, "log-exists", "there is a log already", dir,
                 "choose an empty directory"};
  HENG_TRY_VOID(Wal::create(disk, dir + "/wal", segment_bytes));
  HENG_TRY_VOID(disk.make_dirs(dir + "/tile"));
  Json about = Json::object();
  about.add("t", Json::of("heng.log/1"));
  about.add("origin", Json::of(origin));
  return write_durably(disk, dir + "/log.json", canonical(about) + "\n");
}

Result<std::unique_ptr<Log>> Log::open(Disk& disk, const LogOptions& options) {
  std::unique_ptr<Log> log(new Log(disk, options));
  if (log->options_.state_dir.empty()) log->options_.state_dir = options.dir + "/state";
  auto about_text = read_whole(disk, options.dir + "/log.json", 65536);
  if (!about_text.ok())
    return Error{ErrorKind::not_found, "log-missing", "there is no record", options.dir,
                 "make one with `heng record init`"};
  HENG_TRY(const Json about, parse_json(*about_text));
  if (about.text_of("t") != "heng.log/1" || !about.text_of("origin"))
    return Error{ErrorKind::bad_input, "log-format", "this is no record of a kind known here", options.dir,
                 ""};
  log->origin_ = *about.text_of("origin");
  if (options.writable) {
    HENG_TRY_VOID(disk.lock(options.dir));
    HENG_TRY_VOID(disk.make_dirs(log->options_.state_dir));
  }
  // Read before the entries: what was signed or published by then is on the disk by now, whoever writes meanwhile.
  HENG_TRY(const auto last, log->last_signed());
  HENG_TRY_VOID(log->load());
  if (last) {
    const Result<void> honest = log->continues(last->checkpoint);
    if (!honest.ok() && honest.error().code == "log-behind")
      return refused("log-rolled-back",
                     "the log holds " + number(log->size()) + " entries, but " +
                         number(last->checkpoint.size) +
                         " were signed: it was restored from an old copy or lost confirmed data",
                     "bring the missing entries back from a mirror with `heng record restore`");
    if (!honest.ok()) return honest.error();
  }
  return log;
}

Result<void> Log::load() {
  HENG_TRY(const auto shown, published());
  const auto visit = [&](uint64_t first, std::span<const Entry> entries) -> Result<void> {
    std::vector<std::string_view> leaves;
    leaves.reserve(entries.size());
    for (size_t i = 0; i < entries.size(); ++i)
      if (first + i >= tree_.begin()) leaves.push_back(entries[i].leaf);
    if (!leaves.empty()) tree_.append_entries(leaves);
    return {};
  };
  const auto read = [&]() -> Result<void> {
    HENG_TRY(Wal wal, Wal::open(*disk_, path("wal"), options_.writable, tree_.begin(), visit));
    wal_ = std::make_unique<Wal>(std::move(wal));
    return {};
  };
  if (shown && tree_.load(shown->checkpoint.size).ok()) {
    HENG_TRY_VOID(read());
    const auto root = shown->checkpoint.size <= size() ? tree_.root(shown->checkpoint.size) : tlog::empty_root();
    if (root.ok() && *root == shown->checkpoint.root) {
      tiles_size_ = shown->checkpoint.size;
      return {};
    }
  }
  // Nothing published, or tiles that do not lead to what was: the entries themselves are the truth.
  tree_ = LogTree([this](const tlog::TileId& id) {
    return read_whole(*disk_, path(id.path()), tlog::kTileWidth * tlog::kHashSize);
  });
  HENG_TRY_VOID(read());
  if (shown) tiles_size_ = std::min(shown->checkpoint.size, size());
  return {};
}

Result<bool> Log::refresh() {
  HENG_ASSERT(!options_.writable);
  const uint64_t before = size();
  HENG_TRY_VOID(wal_->refresh([&](uint64_t, std::span<const Entry> entries) -> Result<void> {
    std::vector<std::string_view> leaves;
    leaves.reserve(entries.size());
    for (const Entry& entry : entries) leaves.push_back(entry.leaf);
    const std::lock_guard lock(mutex_);
    tree_.append_entries(leaves);
    return {};
  }));
  return size() > before;
}

Result<void> Log::writable() const {
  if (!options_.writable)
    return Error{ErrorKind::usage, "log-read-only", "the log was opened for reading", options_.dir, ""};
  if (broken_)
    return Error{ErrorKind::environment, "log-stopped",
                 "an earlier write failed: this process may neither write nor sign", options_.dir,
                 "end the process and start it again"};
  return {};
}

uint64_t Log::size() const {
  const std::lock_guard lock(mutex_);
  return tree_.size();
}

Result<tlog::Hash> Log::leaf_hash(uint64_t index) const {
  const std::lock_guard lock(mutex_);
  return tree_.node({0, index});
}

Result<std::vector<tlog::Hash>> Log::inclusion(uint64_t index, uint64_t size) const {
  const std::lock_guard lock(mutex_);
  return tree_.inclusion(index, size);
}

Result<std::vector<tlog::Hash>> Log::consistency(uint64_t old_size, uint64_t size) const {
  const std::lock_guard lock(mutex_);
  return tlog::consistency_proof(tree_, old_size, size);
}

Result<uint64_t> Log::append(std::span<const Entry> entries, tlog::Hash* hashes) {
  HENG_TRY_VOID(writable());
  for (const Entry& entry : entries)
    if (entry.leaf.size() > tlog::kMaxEntryBytes || entry.body.size() > kMaxBodyBytes ||
        Wal::entry_bytes(entry) > wal_->max_payload())
      return Error{ErrorKind::bad_input, "entry-too-long",
                   "an entry is longer than 64 KiB or its body longer than 768 KiB", "",
                   "put documents beside the record and record their hashes"};
  const uint64_t first = size();
  for (size_t begin = 0; begin < entries.size();) {
    size_t end = begin, payload = 0;
    while (end < entries.size() && payload + Wal::entry_bytes(entries[end]) <= wal_->max_payload())
      payload += Wal::entry_bytes(entries[end++]);
    const std::span<const Entry> batch = entries.subspan(begin, end - begin);
    if (const Result<void> written = wal_->append(batch); !written.ok()) {
      broken_ = true;
      return written.error();
    }
    std::vector<std::string_view> leaves;
    leaves.reserve(batch.size());
    for (const Entry& entry : batch) leaves.push_back(entry.leaf);
    std::vector<tlog::Hash> fresh(leaves.size());
    tlog::leaf_hashes(leaves, fresh.data());
    if (hashes != nullptr) std::copy(fresh.begin(), fresh.end(), hashes + begin);
    const std::lock_guard lock(mutex_);
    tree_.append(fresh);
    begin = end;
  }
  return first;
}

Result<std::string> Log::leaf(uint64_t index) const {
  if (index >= size())
    return Error{ErrorKind::not_found, "entry-missing", "there is no entry " + number(index), options_.dir,
                 ""};
  return wal_->leaf(index);
}

Result<std::string> Log::body(uint64_t index) const {
  if (index >= size())
    return Error{ErrorKind::not_found, "entry-missing", "there is no entry " + number(index), options_.dir,
                 ""};
  return wal_->body(index);
}

Result<std::optional<tlog::SignedCheckpoint>> Log::read_checkpoint(const std::string& file) const {
  if (!disk_->exists(file)) return std::optional<tlog::SignedCheckpoint>{};
  HENG_TRY(const std::string bytes, read_whole(*disk_, file, tlog::kMaxNoteBytes));
  HENG_TRY(tlog::SignedCheckpoint checkpoint, tlog::parse_checkpoint(bytes));
  if (checkpoint.checkpoint.origin != origin_)
    return refused("log-origin", "`" + file + "` is a checkpoint of another log");
  return std::optional<tlog::SignedCheckpoint>(std::move(checkpoint));
}

Result<std::optional<tlog::SignedCheckpoint>> Log::last_signed() const {
  return read_checkpoint(signed_path());
}
Result<std::optional<tlog::SignedCheckpoint>> Log::published() const {
  return read_checkpoint(path("checkpoint"));
}

Result<void> Log::continues(const tlog::Checkpoint& seen) const {
  if (seen.size > size())
    return refused("log-behind",
                   "somebody holds a checkpoint of " + number(seen.size) + " entries, this log has only " +
                       number(size()),
                   "do not sign: bring the missing entries back from a mirror with `heng record restore`");
  const auto root = [&] {
    const std::lock_guard lock(mutex_);
    return tree_.root(seen.size);
  }();
  if (!root.ok()) return root.error();
  if (*root != seen.root)
    return refused(
        "log-forked",
        "a checkpoint of " + number(seen.size) + " entries that somebody holds does not fit this log",
        "do not sign: two histories exist, and both checkpoints are evidence");
  return {};
}

Result<tlog::SignedCheckpoint> Log::sign(const tlog::NoteSigner& signer) {
  HENG_TRY_VOID(writable());
  HENG_TRY(const auto last, last_signed());
  if (last) {
    HENG_TRY_VOID(continues(last->checkpoint));
  }
  const tlog::Checkpoint checkpoint = [&] {
    const std::lock_guard lock(mutex_);
    return tlog::Checkpoint{origin_, tree_.size(), tree_.root(), {}};
  }();
  tlog::SignedCheckpoint out{checkpoint, {checkpoint.text(), {tlog::sign_note(signer, checkpoint.text())}}};
  if (last && last->checkpoint == checkpoint) return out;
  const Result<void> stored = write_durably(*disk_, signed_path(), out.note.bytes());
  if (!stored.ok()) {
    broken_ = true;
    return stored.error();
  }
  return out;
}

Result<void> Log::adopt(const tlog::SignedCheckpoint& checkpoint) {
  HENG_TRY_VOID(writable());
  if (checkpoint.checkpoint.origin != origin_)
    return refused("log-origin", "this is a checkpoint of another log");
  HENG_TRY_VOID(continues(checkpoint.checkpoint));
  HENG_TRY(const auto last, last_signed());
  if (last && last->checkpoint.size > checkpoint.checkpoint.size)
    return refused("log-older", "a newer checkpoint is held already");
  const Result<void> stored = write_durably(*disk_, signed_path(), checkpoint.note.bytes());
  if (!stored.ok()) broken_ = true;
  return stored;
}

Result<void> Log::publish(const tlog::SignedCheckpoint& checkpoint) {
  HENG_TRY_VOID(writable());
  HENG_TRY(const auto last, last_signed());
  if (!last || checkpoint.checkpoint.size > last->checkpoint.size)
    return refused("log-unsigned",
                   "this checkpoint was not signed and stored before: it may not be published");
  HENG_TRY_VOID(continues(checkpoint.checkpoint));
  HENG_TRY(const auto shown, published());
  if (shown && shown->checkpoint.size > checkpoint.checkpoint.size)
    return refused("log-older", "a newer checkpoint is published already");
  Result<void> written = write_tiles(checkpoint.checkpoint.size);
  if (written.ok()) written = write_durably(*disk_, path("checkpoint"), checkpoint.note.bytes());
  if (!written.ok()) broken_ = true;
  return written;
}

Result<std::string> Log::bundle(const tlog::TileId& id) const {
  std::string out;
  for (uint64_t i = 0; i < id.width; ++i) {
    HENG_TRY(const std::string entry, leaf(id.number * tlog::kTileWidth + i));
    tlog::append_to_bundle(out, entry);
  }
  return out;
}

Result<std::string> Log::bodies(const tlog::TileId& id) const {
  std::string out;
  for (uint64_t i = 0; i < id.width; ++i) {
    HENG_TRY(const std::string bytes, body(id.number * tlog::kTileWidth + i));
    for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(bytes.size() >> shift));
    out += bytes;
  }
  return out;
}

Result<std::string> Log::tile(const tlog::TileId& id) const {
  if (id.entries) return bundle(id);
  const std::lock_guard lock(mutex_);
  return tlog::tile_bytes(tree_, id);
}

// Many at once: after a long time without a checkpoint there are thousands, and each alone would wait for the disk.
Result<void> Log::write_tiles(uint64_t size) {
  constexpr size_t kAtOnce = 128;
  std::vector<NewFile> files;
  const auto write = [&](const tlog::TileId& id) -> Result<void> {
    std::string file = path(id.path());
    if (disk_->exists(file)) return {};
    HENG_TRY(std::string bytes, tile(id));
    HENG_TRY_VOID(disk_->make_dirs(file.substr(0, file.rfind('/'))));
    files.push_back({std::move(file), std::move(bytes)});
    if (files.size() < kAtOnce) return {};
    return write_durably(*disk_, std::exchange(files, {}));
  };
  for (const tlog::TileId& id : tlog::new_tiles(tiles_size_, size)) {
    HENG_TRY_VOID(write(id));
    if (id.level == 0) {
      HENG_TRY_VOID(write({true, 0, id.number, id.width}));
    }
  }
  HENG_TRY_VOID(write_durably(*disk_, files));
  tiles_size_ = size;
  const std::lock_guard lock(mutex_);
  tree_.forget(size);
  return {};
}

Result<std::string> Log::resource(std::string_view wanted) const {
  const auto missing = [&] {
    return Error{ErrorKind::not_found, "resource-missing", "there is no such resource", std::string(wanted),
                 ""};
  };
  if (wanted == "checkpoint" || wanted == "twin/checkpoint") {
    if (!disk_->exists(path(wanted))) return missing();
    return read_whole(*disk_, path(wanted), tlog::kMaxNoteBytes);
  }
  constexpr std::string_view kBodies = "heng/bodies/";
  const bool of_bodies = wanted.starts_with(kBodies);
  const std::optional<tlog::TileId> id = tlog::parse_tile_path(
      of_bodies ? "tile/entries/" + std::string(wanted.substr(kBodies.size())) : std::string(wanted));
  HENG_TRY(const auto shown, published());
  if (!id || !shown || id->width > tlog::tile_width(id->level, id->number, shown->checkpoint.size))
    return missing();
  if (of_bodies) return bodies(*id);
  return tile(*id);
}

// The tiles and bundles of `shown`, out of nothing but the entries.
class Log::TileAudit {
 public:
  TileAudit(const Log& log, uint64_t shown) : log_(log), shown_(shown) {}

  // Takes the entries in their order; compares each bundle as soon as it is whole.
  Result<void> take(std::span<const std::string_view> leaves) {
    tree.append_entries(leaves);
    for (const std::string_view leaf : leaves) {
      if (count_ < shown_) tlog::append_to_bundle(bundle_, leaf);
      ++count_;
      if (count_ <= shown_ && (count_ % tlog::kTileWidth == 0 || count_ == shown_)) {
        const uint64_t number = (count_ - 1) / tlog::kTileWidth;
        HENG_TRY_VOID(compare({true, 0, number, tlog::tile_width(0, number, count_)}, bundle_));
        bundle_.clear();
      }
    }
    return {};
  }

  Result<void> compare_hashes() {
    for (const tlog::TileId& id : tlog::new_tiles(0, shown_)) {
      HENG_TRY(const std::string wanted, tlog::tile_bytes(tree, id));
      HENG_TRY_VOID(compare(id, wanted));
    }
    return {};
  }

  tlog::Tree tree;
  uint64_t tiles = 0, bytes = 0;

 private:
  Result<void> compare(const tlog::TileId& id, std::string_view wanted) {
    const auto stored = read_whole(*log_.disk_, log_.path(id.path()));
    if (!stored.ok())
      return refused("audit-tile-missing", "the tile `" + id.path() + "` is missing",
                     "`heng record checkpoint` writes it again");
    if (*stored != wanted) return refused("audit-tile", "the tile `" + id.path() + "` does not fit the entries");
    ++tiles;
    bytes += wanted.size();
    return {};
  }

  const Log& log_;
  uint64_t shown_;
  uint64_t count_ = 0;
  std::string bundle_;
};

Result<Log::Audit> Log::audit(const Wal::Visitor& also) const {
  Audit out;
  HENG_TRY(const auto last, last_signed());
  HENG_TRY(const auto shown, published());
  if (shown && (!last || last->checkpoint.size < shown->checkpoint.size))
    return refused("audit-ahead", "a checkpoint is published that was not stored as signed");
  TileAudit tiles(*this, shown ? shown->checkpoint.size : 0);
  std::vector<std::string_view> leaves;
  const auto visit = [&](uint64_t first, std::span<const Entry> entries) -> Result<void> {
    leaves.clear();
    for (const Entry& entry : entries) {
      leaves.push_back(entry.leaf);
      out.bytes += entry.leaf.size() + entry.body.size();
    }
    HENG_TRY_VOID(tiles.take(leaves));
    return also ? also(first, entries) : Result<void>();
  };
  HENG_TRY(const Wal wal, Wal::open(*disk_, path("wal"), false, 0, visit));
  out.entries = wal.entries();
  if (tiles.tree.size() < size() || tiles.tree.root(size()) != tree_.root())
    return refused("audit-entries", "the entries do not lead to the root of the log");
  for (const auto* checkpoint : {&last, &shown})
    if (*checkpoint && ((*checkpoint)->checkpoint.size > tiles.tree.size() ||
                        tiles.tree.root((*checkpoint)->checkpoint.size) != (*checkpoint)->checkpoint.root))
      return refused("log-forked", "the entries do not lead to a checkpoint that was signed");
  HENG_TRY_VOID(tiles.compare_hashes());
  HENG_TRY_VOID(wal.check_indexes());
  out.tiles = tiles.tiles;
  out.bytes += tiles.bytes;
  return out;
}

}  // namespace heng::record
