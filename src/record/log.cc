#include "record/log.h"

#include <algorithm>

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
  std::vector<tlog::Hash> hashes;
  const auto visit = [&](const Entry& entry, const EntryPlace& place) -> Result<void> {
    hashes.push_back(tlog::leaf_hash(entry.leaf));
    log->places_.push_back(place);
    return {};
  };
  HENG_TRY(Wal wal, Wal::open(disk, options.dir + "/wal", options.writable, visit));
  log->wal_ = std::make_unique<Wal>(std::move(wal));
  log->tree_.append(hashes);
  HENG_TRY(const auto last, log->last_signed());
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
  HENG_TRY(const auto shown, log->published());
  if (shown) log->tiles_size_ = std::min(shown->checkpoint.size, log->size());
  return log;
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

Result<uint64_t> Log::append(std::span<const Entry> entries) {
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
    Result<std::vector<EntryPlace>> places = wal_->append(batch);
    if (!places.ok()) {
      broken_ = true;
      return places.error();
    }
    std::vector<std::string_view> leaves;
    leaves.reserve(batch.size());
    for (const Entry& entry : batch) leaves.push_back(entry.leaf);
    tree_.append_entries(leaves);
    places_.insert(places_.end(), places->begin(), places->end());
    begin = end;
  }
  return first;
}

Result<std::string> Log::leaf(uint64_t index) const {
  if (index >= size())
    return Error{ErrorKind::not_found, "entry-missing", "there is no entry " + number(index), options_.dir,
                 ""};
  return wal_->read(places_[index], false);
}

Result<std::string> Log::body(uint64_t index) const {
  if (index >= size())
    return Error{ErrorKind::not_found, "entry-missing", "there is no entry " + number(index), options_.dir,
                 ""};
  return wal_->read(places_[index], true);
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
  if (tree_.root(seen.size) != seen.root)
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
  const tlog::Checkpoint checkpoint{origin_, size(), tree_.root(), {}};
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

Result<void> Log::write_tile(const tlog::TileId& id) {
  const std::string file = path(id.path());
  if (disk_->exists(file)) return {};
  HENG_TRY(const std::string bytes, id.entries ? bundle(id) : tlog::tile_bytes(tree_, id));
  HENG_TRY_VOID(disk_->make_dirs(file.substr(0, file.rfind('/'))));
  return write_durably(*disk_, file, bytes);
}

Result<void> Log::write_tiles(uint64_t size) {
  for (const tlog::TileId& id : tlog::new_tiles(tiles_size_, size)) {
    HENG_TRY_VOID(write_tile(id));
    if (id.level == 0) {
      HENG_TRY_VOID(write_tile({true, 0, id.number, id.width}));
    }
  }
  tiles_size_ = size;
  return {};
}

Result<std::string> Log::resource(std::string_view wanted) const {
  const auto missing = [&] {
    return Error{ErrorKind::not_found, "resource-missing", "there is no such resource", std::string(wanted),
                 ""};
  };
  if (wanted == "checkpoint") return read_whole(*disk_, path("checkpoint"), tlog::kMaxNoteBytes);
  constexpr std::string_view kBodies = "heng/bodies/";
  const bool of_bodies = wanted.starts_with(kBodies);
  const std::optional<tlog::TileId> id = tlog::parse_tile_path(
      of_bodies ? "tile/entries/" + std::string(wanted.substr(kBodies.size())) : std::string(wanted));
  HENG_TRY(const auto shown, published());
  if (!id || !shown || id->width > tlog::tile_width(id->level, id->number, shown->checkpoint.size))
    return missing();
  if (of_bodies) return bodies(*id);
  return id->entries ? bundle(*id) : tlog::tile_bytes(tree_, *id);
}

Result<Log::Audit> Log::audit() const {
  Audit out;
  // The entries were read and hashed when the log was opened; read them again, as they stand now.
  tlog::Tree tree;
  const auto visit = [&](const Entry& entry, const EntryPlace&) -> Result<void> {
    tree.append(tlog::leaf_hash(entry.leaf));
    out.bytes += entry.leaf.size() + entry.body.size();
    return {};
  };
  HENG_TRY(const Wal wal, Wal::open(*disk_, path("wal"), false, visit));
  out.entries = wal.entries();
  if (tree.size() < size() || tree.root(size()) != tree_.root())
    return refused("audit-entries", "the entries changed while the log was open");
  HENG_TRY(const auto last, last_signed());
  HENG_TRY(const auto shown, published());
  for (const auto* checkpoint : {&last, &shown})
    if (*checkpoint) {
      HENG_TRY_VOID(continues((*checkpoint)->checkpoint));
    }
  if (shown && (!last || last->checkpoint.size < shown->checkpoint.size))
    return refused("audit-ahead", "a checkpoint is published that was not stored as signed");
  for (const tlog::TileId& hash_tile : tlog::new_tiles(0, shown ? shown->checkpoint.size : 0)) {
    for (const bool entries : {false, true}) {
      if (entries && hash_tile.level != 0) continue;
      const tlog::TileId id{entries, hash_tile.level, hash_tile.number, hash_tile.width};
      HENG_TRY(const std::string wanted, entries ? bundle(id) : tlog::tile_bytes(tree_, id));
      const auto stored = read_whole(*disk_, path(id.path()));
      if (!stored.ok())
        return refused("audit-tile-missing", "the tile `" + id.path() + "` is missing",
                       "`heng record checkpoint` writes it again");
      if (*stored != wanted)
        return refused("audit-tile", "the tile `" + id.path() + "` does not fit the entries");
      ++out.tiles;
    }
  }
  return out;
}

}  // namespace heng::record
