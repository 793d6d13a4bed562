#include "record/wal.h"

#include <algorithm>
#include <cstring>

#include "record/crc32c.h"

namespace heng::record {
namespace {

constexpr std::string_view kMagic = "HENGWAL1";
constexpr uint64_t kPage = 4096;
constexpr uint64_t kSyncedAtOnce = 4u << 20;
// Segments from this size on are written full of zeros on a thread of their own, while the one before is filled.
constexpr uint64_t kWrittenAside = 1u << 20;

Error corrupt(std::string what, std::string where) {
  return Error{
      ErrorKind::verification, "wal-corrupt", std::move(what), std::move(where),
      "the disk lost or changed data that had been confirmed: restore from a mirror (heng record restore)"};
}

void put32(std::string& out, uint32_t value) {
  for (int i = 0; i < 4; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
}

void put64(std::string& out, uint64_t value) {
  for (int i = 0; i < 8; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
}

uint64_t get(std::string_view bytes, size_t at, size_t size) {
  uint64_t value = 0;
  for (size_t i = size; i-- > 0;) value = value << 8 | static_cast<uint8_t>(bytes[at + i]);
  return value;
}

size_t aligned(size_t size) { return (size + kFrameAlign - 1) / kFrameAlign * kFrameAlign; }

struct FrameView {
  uint64_t first = 0;
  uint32_t count = 0;
  std::string_view payload;
};

enum class FrameState { valid, empty, bad };

// A part of a segment at a time, so that reading one takes little memory.
class Window {
 public:
  Window(const File& file, uint64_t size) : file_(file), size_(size) {}
  uint64_t size() const { return size_; }

  // The bytes from `at` on, at least `need` of them unless the segment ends before; valid until the next call.
  Result<std::string_view> view(uint64_t at, size_t need) {
    if (at >= size_) return std::string_view();
    const size_t wanted = static_cast<size_t>(std::min<uint64_t>(need, size_ - at));
    if (at < begin_ || at + wanted > begin_ + bytes_.size()) {
      HENG_TRY(bytes_, file_.read(at, static_cast<size_t>(std::min<uint64_t>(std::max(wanted, kBytes), size_ - at))));
      begin_ = at;
    }
    return std::string_view(bytes_).substr(static_cast<size_t>(at - begin_));
  }
  // Forgets what was read: another process may have written since.
  void forget() {
    bytes_.clear();
    begin_ = 0;
  }

  Result<FrameState> frame(uint64_t at, FrameView& out) {
    HENG_TRY(std::string_view bytes, view(at, kFrameHeader));
    if (bytes.size() < kFrameHeader) return FrameState::empty;
    const std::string_view header = bytes.substr(0, kFrameHeader);
    if (header.find_first_not_of('\0') == std::string_view::npos) return FrameState::empty;
    if (!header.starts_with(kMagic)) return FrameState::bad;
    const uint64_t size = get(header, 20, 4);
    if (size > kMaxFrameBytes || get(header, 28, 4) != 0) return FrameState::bad;
    const size_t whole = aligned(kFrameHeader + static_cast<size_t>(size));
    HENG_TRY(bytes, view(at, whole));
    if (bytes.size() < whole) return FrameState::bad;
    out = {get(bytes, 8, 8), static_cast<uint32_t>(get(bytes, 16, 4)),
           bytes.substr(kFrameHeader, static_cast<size_t>(size))};
    const uint32_t crc = crc32c(out.payload, crc32c(bytes.substr(0, 24)));
    if (crc != get(bytes, 24, 4)) return FrameState::bad;
    const std::string_view padding = bytes.substr(kFrameHeader + out.payload.size(), whole - kFrameHeader - out.payload.size());
    return padding.find_first_not_of('\0') == std::string_view::npos ? FrameState::valid : FrameState::bad;
  }

  // What stands from `at` on to the end: a whole frame somewhere behind (then what stands at `at` was not the
  // last write), and where the last byte is that is not zero.
  struct Remains {
    bool frame = false;
    uint64_t end = 0;  // behind the last byte that is not zero; `at` if there is none
  };
  Result<Remains> remains(uint64_t at) {
    Remains out{false, at};
    for (uint64_t from = at; from < size_; from += kBytes) {
      HENG_TRY(const std::string_view bytes, view(from, kBytes));
      const std::string_view part = bytes.substr(0, kBytes);
      // Nearly always there is nothing but zeros, and comparing them with themselves is quick.
      if (part[0] == '\0' && std::memcmp(part.data(), part.data() + 1, part.size() - 1) == 0) continue;
      const size_t last = part.find_last_not_of('\0');
      if (last != std::string_view::npos) out.end = from + last + 1;
    }
    FrameView ignored;
    for (uint64_t next = at + kFrameAlign; next < out.end; next += kFrameAlign) {
      HENG_TRY(const std::string_view bytes, view(next, kMagic.size()));
      if (!bytes.starts_with(kMagic)) continue;
      HENG_TRY(const FrameState state, frame(next, ignored));
      if (state == FrameState::valid) {
        out.frame = true;
        break;
      }
    }
    return out;
  }

 private:
  static constexpr size_t kBytes = size_t{4} << 20;
  const File& file_;
  uint64_t size_;
  uint64_t begin_ = 0;
  std::string bytes_;
};

// The entries of a frame, and where each stands; false if they do not fill it.
bool read_entries(const FrameView& frame, uint64_t frame_at, std::vector<Entry>* entries,
                  std::vector<EntryPlace>* places) {
  std::string_view rest = frame.payload;
  for (uint32_t i = 0; i < frame.count; ++i) {
    if (rest.size() < 8) return false;
    const size_t leaf = get(rest, 0, 4), body = get(rest, 4, 4);
    if (rest.size() - 8 < leaf || rest.size() - 8 - leaf < body) return false;
    const uint64_t offset = frame_at + kFrameHeader + (frame.payload.size() - rest.size()) + 8;
    if (entries != nullptr) entries->push_back({rest.substr(8, leaf), rest.substr(8 + leaf, body)});
    places->push_back(
        {static_cast<uint32_t>(offset), static_cast<uint32_t>(leaf), static_cast<uint32_t>(body)});
    rest.remove_prefix(8 + leaf + body);
  }
  return rest.empty();
}

constexpr std::string_view kIndexMagic = "HENGIDX1";
constexpr size_t kIndexHeader = 24;
constexpr size_t kPlaceBytes = 12;

std::string index_bytes(uint64_t first, const std::vector<EntryPlace>& places) {
  std::string out(kIndexMagic);
  out.reserve(kIndexHeader + places.size() * kPlaceBytes + 4);
  put64(out, first);
  put64(out, places.size());
  for (const EntryPlace& place : places) {
    put32(out, place.offset);
    put32(out, place.leaf_bytes);
    put32(out, place.body_bytes);
  }
  put32(out, crc32c(out));
  return out;
}

// A file full of zeros, not yet under its name.
Result<void> write_segment(Disk& disk, const std::string& path, uint64_t bytes) {
  const std::string temporary = path + ".tmp";
  if (disk.exists(temporary)) {
    HENG_TRY_VOID(disk.remove(temporary));
  }
  HENG_TRY(const std::unique_ptr<File> file, disk.open(temporary, OpenMode::create));
  // Not all at once: others wait for the same disk.
  for (uint64_t at = 0; at < bytes; at += kSyncedAtOnce) {
    HENG_TRY_VOID(file->write_zeros(at, std::min(kSyncedAtOnce, bytes - at)));
    HENG_TRY_VOID(file->sync());
  }
  return {};
}

Result<void> name_segment(Disk& disk, const std::string& dir, const std::string& path) {
  HENG_TRY_VOID(disk.rename(path + ".tmp", path));
  return disk.sync_dir(dir);
}

}  // namespace

std::string Wal::segment_path(uint64_t number, const char* ending) const {
  std::string digits = std::to_string(number);
  return dir_ + "/" + std::string(8 - std::min<size_t>(8, digits.size()), '0') + digits + ending;
}

Result<void> Wal::create(Disk& disk, const std::string& dir, uint64_t segment_bytes) {
  HENG_ASSERT(segment_bytes >= 1024 && segment_bytes % kFrameAlign == 0 && segment_bytes <= UINT32_MAX);
  HENG_TRY_VOID(disk.make_dirs(dir));
  const std::string path = Wal(disk, dir).segment_path(0);
  HENG_TRY_VOID(write_segment(disk, path, segment_bytes));
  return name_segment(disk, dir, path);
}

Result<uint64_t> Wal::count_segments() const {
  HENG_TRY(const std::vector<std::string> names, disk_->list(dir_));
  uint64_t count = 0;
  for (const std::string& name : names) {
    if (!name.ends_with(".wal")) continue;
    if (dir_ + "/" + name != segment_path(count))
      return corrupt("a segment is missing before `" + name + "`", dir_);
    ++count;
  }
  if (count == 0) return corrupt("there is no segment", dir_);
  return count;
}

Result<Wal> Wal::open(Disk& disk, const std::string& dir, bool repair, uint64_t from, const Visitor& visit) {
  Wal wal(disk, dir);
  HENG_TRY(const uint64_t count, wal.count_segments());
  // The segment that holds `from`: the last that begins at or before it. Its own frames say so.
  uint64_t start = 0;
  wal.firsts_ = {0};
  for (uint64_t number = 1; number < count && from > 0; ++number) {
    HENG_TRY(const std::unique_ptr<File> file, disk.open(wal.segment_path(number), OpenMode::read));
    HENG_TRY(const std::string header, file->read(0, kFrameHeader));
    if (!header.starts_with(kMagic)) break;  // empty, torn or damaged: reading it from the one before on tells
    const uint64_t first = get(header, 8, 8);
    if (first > from) break;
    if (first <= wal.firsts_.back()) return corrupt("the segments are not in order", wal.segment_path(number));
    wal.firsts_.push_back(first);
    start = number;
  }
  wal.next_entry_ = wal.firsts_.back();
  wal.segment_ = start;
  for (uint64_t number = start; number < count; ++number) {
    if (number > start) wal.firsts_.push_back(wal.next_entry_);
    wal.segment_ = number;
    wal.offset_ = 0;
    wal.tail_ = std::make_shared<Places>();
    HENG_TRY_VOID(wal.scan(number, number + 1 == count, repair ? Reading::repair : Reading::whole, visit));
  }
  return wal;
}

Result<void> Wal::refresh(const Visitor& visit) {
  HENG_ASSERT(!file_);
  const std::lock_guard lock(*mutex_);
  HENG_TRY(const uint64_t count, count_segments());
  HENG_TRY_VOID(scan(segment_, segment_ + 1 == count, Reading::growth, visit));
  while (segment_ + 1 < count) {
    firsts_.push_back(next_entry_);
    ++segment_;
    offset_ = 0;
    kept_.push_back({segment_ - 1, std::move(tail_)});
    tail_ = std::make_shared<Places>();
    HENG_TRY_VOID(scan(segment_, segment_ + 1 == count, Reading::growth, visit));
  }
  return {};
}

// Reads segment `number`, which is segment_, from offset_ on.
Result<void> Wal::scan(uint64_t number, bool last, Reading reading, const Visitor& visit) {
  const std::string path = segment_path(number);
  HENG_TRY(const std::unique_ptr<File> file, disk_->open(path, OpenMode::read));
  HENG_TRY(segment_bytes_, file->size());
  Window window(*file, segment_bytes_);
  FrameView frame;
  std::vector<Entry> entries;
  uint64_t end = 0;  // behind the last byte that is not zero
  for (int again = 0;; ++again) {
    FrameState state = FrameState::empty;
    while (true) {
      HENG_TRY(state, window.frame(offset_, frame));
      if (state != FrameState::valid) break;
      if (frame.first != next_entry_)
        return corrupt("a frame begins with entry " + std::to_string(frame.first) + ", not " +
                           std::to_string(next_entry_),
                       path);
      entries.clear();
      if (!read_entries(frame, offset_, &entries, tail_.get())) return corrupt("a frame is malformed", path);
      if (!entries.empty()) HENG_TRY_VOID(visit(next_entry_, entries));
      next_entry_ += frame.count;
      offset_ += aligned(kFrameHeader + frame.payload.size());
    }
    if (last && reading == Reading::growth) return {};  // half a frame is one that is being written
    HENG_TRY(const Window::Remains rest, window.remains(offset_));
    end = rest.end;
    const bool damaged = rest.frame || (state == FrameState::bad && !last);
    if (!damaged) break;
    // A reader may have come between two writes of a living writer: then what stands at offset_ is whole by now.
    if (reading == Reading::repair || again == 3) return corrupt("a frame before the last one is damaged", path);
    window.forget();
  }
  if (!last) return {};
  torn_ = end > offset_;
  if (reading != Reading::repair) return {};
  HENG_TRY(file_, disk_->open(path, OpenMode::write));
  if (!torn_) return {};
  // The torn write was never confirmed. Its remains go, so that no later reader can take them for data.
  HENG_TRY_VOID(file_->write_zeros(offset_, end - offset_));
  return file_->sync();
}

size_t Wal::max_payload() const {
  return std::min<uint64_t>(kMaxFrameBytes, segment_bytes_) - kFrameHeader - kFrameAlign;
}

Result<void> Wal::next_segment() {
  const std::string path = segment_path(segment_ + 1);
  if (spare_.valid())
    HENG_TRY_VOID(spare_.get());
  else
    HENG_TRY_VOID(write_segment(*disk_, path, segment_bytes_));
  HENG_TRY_VOID(name_segment(*disk_, dir_, path));
  HENG_TRY(file_, disk_->open(path, OpenMode::write));
  // The index of the full one is a cache: it is renamed into place whole, and a checksum tells what a crash left.
  const std::string index = segment_path(segment_, ".idx");
  if (!disk_->exists(index)) HENG_TRY_VOID(write_durably(*disk_, index, index_bytes(firsts_.back(), *tail_)));
  const std::lock_guard lock(*mutex_);
  kept_.push_back({segment_, std::move(tail_)});
  tail_ = std::make_shared<Places>();
  firsts_.push_back(next_entry_);
  ++segment_;
  offset_ = 0;
  return {};
}

Result<void> Wal::append(std::span<const Entry> entries) {
  HENG_ASSERT(!entries.empty());
  if (broken_ || !file_)
    return Error{ErrorKind::environment, "wal-stopped",
                 "an earlier write failed: this process may not write any more", dir_,
                 "end the process and start it again; it will read what is really on the disk"};
  frame_.assign(kFrameHeader, '\0');
  for (const Entry& entry : entries) {
    put32(frame_, static_cast<uint32_t>(entry.leaf.size()));
    put32(frame_, static_cast<uint32_t>(entry.body.size()));
    frame_ += entry.leaf;
    frame_ += entry.body;
  }
  const size_t payload = frame_.size() - kFrameHeader;
  HENG_ASSERT(payload <= max_payload());
  std::string header(kMagic);
  put64(header, next_entry_);
  put32(header, static_cast<uint32_t>(entries.size()));
  put32(header, static_cast<uint32_t>(payload));
  put32(header, crc32c(std::string_view(frame_).substr(kFrameHeader), crc32c(header)));
  put32(header, 0);
  std::copy(header.begin(), header.end(), frame_.begin());
  const size_t whole = aligned(frame_.size());

  broken_ = true;  // until everything below has succeeded
  if (offset_ + whole > segment_bytes_) {
    HENG_TRY_VOID(next_segment());
  }
  // Zeros over zeros up to the end of the page: a page written whole need not be read first.
  frame_.resize(static_cast<size_t>(std::min(segment_bytes_, (offset_ + whole + kPage - 1) / kPage * kPage) - offset_), '\0');
  HENG_TRY_VOID(file_->write(offset_, frame_));
  HENG_TRY_VOID(file_->sync());
  broken_ = false;
  if (segment_bytes_ >= kWrittenAside && offset_ > segment_bytes_ / 2 && !spare_.valid())
    spare_ = std::async(std::launch::async, write_segment, std::ref(*disk_), segment_path(segment_ + 1), segment_bytes_);

  const std::lock_guard lock(*mutex_);
  uint64_t at = offset_ + kFrameHeader;
  for (const Entry& entry : entries) {
    tail_->push_back({static_cast<uint32_t>(at + 8), static_cast<uint32_t>(entry.leaf.size()),
                      static_cast<uint32_t>(entry.body.size())});
    at += entry_bytes(entry);
  }
  offset_ += whole;
  next_entry_ += entries.size();
  return {};
}

std::optional<Wal::Places> Wal::indexed_places(uint64_t segment) const {
  const auto bytes = read_whole(*disk_, segment_path(segment, ".idx"), size_t{1} << 30);
  if (!bytes.ok() || bytes->size() < kIndexHeader + 4 || !bytes->starts_with(kIndexMagic)) return std::nullopt;
  const std::string_view text = *bytes;
  const uint64_t count = firsts_[segment + 1] - firsts_[segment];
  if (get(text, text.size() - 4, 4) != crc32c(text.substr(0, text.size() - 4)) ||
      get(text, 8, 8) != firsts_[segment] || get(text, 16, 8) != count ||
      text.size() != kIndexHeader + count * kPlaceBytes + 4)
    return std::nullopt;
  Places out(static_cast<size_t>(count));
  for (size_t i = 0; i < out.size(); ++i) {
    const size_t at = kIndexHeader + i * kPlaceBytes;
    out[i] = {static_cast<uint32_t>(get(text, at, 4)), static_cast<uint32_t>(get(text, at + 4, 4)),
              static_cast<uint32_t>(get(text, at + 8, 4))};
  }
  return out;
}

Result<Wal::Places> Wal::scanned_places(uint64_t segment) const {
  const std::string path = segment_path(segment);
  HENG_TRY(const std::unique_ptr<File> file, disk_->open(path, OpenMode::read));
  HENG_TRY(const uint64_t size, file->size());
  Window window(*file, size);
  FrameView frame;
  Places out;
  uint64_t at = 0;
  while (true) {
    HENG_TRY(const FrameState state, window.frame(at, frame));
    if (state != FrameState::valid) break;
    if (!read_entries(frame, at, nullptr, &out)) return corrupt("a frame is malformed", path);
    at += aligned(kFrameHeader + frame.payload.size());
  }
  if (out.size() != firsts_[segment + 1] - firsts_[segment])
    return corrupt("the segment does not hold the entries that belong there", path);
  return out;
}

Result<std::shared_ptr<const Wal::Places>> Wal::places(uint64_t segment) const {
  if (segment == segment_) return std::shared_ptr<const Places>(tail_);
  for (size_t i = kept_.size(); i-- > 0;)
    if (kept_[i].segment == segment) {
      std::rotate(kept_.begin() + static_cast<ptrdiff_t>(i), kept_.begin() + static_cast<ptrdiff_t>(i) + 1,
                  kept_.end());
      return kept_.back().places;
    }
  std::optional<Places> found = indexed_places(segment);
  if (!found) {
    HENG_TRY(found, scanned_places(segment));
  }
  constexpr size_t kMostKept = 16;
  if (kept_.size() >= kMostKept) kept_.erase(kept_.begin());
  kept_.push_back({segment, std::make_shared<const Places>(std::move(*found))});
  return kept_.back().places;
}

Result<void> Wal::check_indexes() const {
  for (uint64_t segment = 0; segment < segment_; ++segment) {
    const std::string path = segment_path(segment, ".idx");
    if (!disk_->exists(path)) continue;
    HENG_TRY(const Places wanted, scanned_places(segment));
    const auto stored = read_whole(*disk_, path, size_t{1} << 30);
    if (!stored.ok() || *stored != index_bytes(firsts_[segment], wanted))
      return Error{ErrorKind::verification, "audit-index", "the index does not say where the entries of its segment are",
                   path, "remove it: it is made again in memory, and nothing rests on it alone"};
  }
  return {};
}

Result<std::string> Wal::read(uint64_t index, Part part) const {
  const std::lock_guard lock(*mutex_);
  HENG_ASSERT(index < next_entry_);
  const auto segment =
      static_cast<uint64_t>(std::upper_bound(firsts_.begin(), firsts_.end(), index) - firsts_.begin()) - 1;
  HENG_TRY(const std::shared_ptr<const Places> known, places(segment));
  const EntryPlace place = (*known)[static_cast<size_t>(index - firsts_[segment])];
  if (reader_segment_ != segment) {
    HENG_TRY(reader_, disk_->open(segment_path(segment), OpenMode::read));
    reader_segment_ = segment;
  }
  const uint64_t at = part == Part::body ? uint64_t{place.offset} + place.leaf_bytes : place.offset;
  const size_t size = part == Part::body ? place.body_bytes : place.leaf_bytes;
  HENG_TRY(std::string out, reader_->read(at, size));
  if (out.size() != size) return corrupt("an entry is cut off", segment_path(segment));
  return out;
}

}  // namespace heng::record
