#include "record/wal.h"

#include <algorithm>
#include <cstring>

#include "record/crc32c.h"

namespace heng::record {
namespace {

constexpr std::string_view kMagic = "HENGWAL1";

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

FrameState read_frame(std::string_view segment, size_t at, FrameView& out) {
  if (at + kFrameHeader > segment.size()) return FrameState::empty;
  const std::string_view header = segment.substr(at, kFrameHeader);
  if (header.find_first_not_of('\0') == std::string_view::npos) return FrameState::empty;
  if (!header.starts_with(kMagic)) return FrameState::bad;
  const uint64_t size = get(header, 20, 4);
  if (size > kMaxFrameBytes || at + kFrameHeader + size > segment.size() || get(header, 28, 4) != 0)
    return FrameState::bad;
  out = {get(header, 8, 8), static_cast<uint32_t>(get(header, 16, 4)),
         segment.substr(at + kFrameHeader, size)};
  const uint32_t crc = crc32c(out.payload, crc32c(header.substr(0, 24)));
  if (crc != get(header, 24, 4)) return FrameState::bad;
  const size_t end = at + kFrameHeader + out.payload.size();
  const std::string_view padding = segment.substr(end, at + aligned(kFrameHeader + out.payload.size()) - end);
  return padding.find_first_not_of('\0') == std::string_view::npos ? FrameState::valid : FrameState::bad;
}

// Is there a whole frame anywhere behind `at`? Then what stands at `at` was not the last write.
bool frame_behind(std::string_view segment, size_t at) {
  FrameView ignored;
  for (size_t next = at + kFrameAlign; next + kFrameHeader <= segment.size(); next += kFrameAlign)
    if (segment[next] == kMagic[0] && read_frame(segment, next, ignored) == FrameState::valid) return true;
  return false;
}

Result<void> make_segment(Disk& disk, const std::string& dir, const std::string& path, uint64_t bytes) {
  const std::string temporary = path + ".tmp";
  if (disk.exists(temporary)) {
    HENG_TRY_VOID(disk.remove(temporary));
  }
  {
    HENG_TRY(const std::unique_ptr<File> file, disk.open(temporary, OpenMode::create));
    const std::string zeros(std::min<uint64_t>(bytes, 1u << 20), '\0');
    for (uint64_t at = 0; at < bytes; at += zeros.size())
      HENG_TRY_VOID(
          file->write(at, std::string_view(zeros).substr(0, std::min<uint64_t>(zeros.size(), bytes - at))));
    HENG_TRY_VOID(file->sync());
  }
  HENG_TRY_VOID(disk.rename(temporary, path));
  return disk.sync_dir(dir);
}

}  // namespace

std::string Wal::segment_path(uint64_t number) const {
  std::string digits = std::to_string(number);
  return dir_ + "/" + std::string(8 - std::min<size_t>(8, digits.size()), '0') + digits + ".wal";
}

Result<void> Wal::create(Disk& disk, const std::string& dir, uint64_t segment_bytes) {
  HENG_ASSERT(segment_bytes >= 1024 && segment_bytes % kFrameAlign == 0 && segment_bytes <= UINT32_MAX);
  HENG_TRY_VOID(disk.make_dirs(dir));
  const Wal wal(disk, dir);
  return make_segment(disk, dir, wal.segment_path(0), segment_bytes);
}

Result<Wal> Wal::open(Disk& disk, const std::string& dir, bool repair, const Visitor& visit) {
  Wal wal(disk, dir);
  HENG_TRY(const std::vector<std::string> names, disk.list(dir));
  uint64_t count = 0;
  for (const std::string& name : names) {
    if (!name.ends_with(".wal")) continue;
    if (dir + "/" + name != wal.segment_path(count))
      return corrupt("a segment is missing before `" + name + "`", dir);
    ++count;
  }
  if (count == 0) return corrupt("there is no segment", dir);
  for (uint64_t number = 0; number < count; ++number)
    HENG_TRY_VOID(wal.scan(number, number + 1 == count, repair, visit));
  return wal;
}

Result<void> Wal::scan(uint64_t number, bool last, bool repair, const Visitor& visit) {
  const std::string path = segment_path(number);
  {
    HENG_TRY(const std::unique_ptr<File> file, disk_->open(path, OpenMode::read));
    HENG_TRY(segment_bytes_, file->size());
  }
  HENG_TRY(const std::string bytes, read_whole(*disk_, path, UINT32_MAX));
  size_t at = 0;
  FrameView frame;
  FrameState state = FrameState::empty;
  while ((state = read_frame(bytes, at, frame)) == FrameState::valid) {
    if (frame.first != next_entry_)
      return corrupt(
          "a frame begins with entry " + std::to_string(frame.first) + ", not " + std::to_string(next_entry_),
          path);
    std::string_view rest = frame.payload;
    for (uint32_t i = 0; i < frame.count; ++i) {
      if (rest.size() < 8) return corrupt("a frame is malformed", path);
      const size_t leaf = get(rest, 0, 4), body = get(rest, 4, 4);
      if (rest.size() - 8 < leaf || rest.size() - 8 - leaf < body)
        return corrupt("a frame is malformed", path);
      const auto offset = static_cast<uint32_t>(rest.data() + 8 - bytes.data());
      HENG_TRY_VOID(visit(
          {rest.substr(8, leaf), rest.substr(8 + leaf, body)},
          {static_cast<uint32_t>(number), offset, static_cast<uint32_t>(leaf), static_cast<uint32_t>(body)}));
      rest.remove_prefix(8 + leaf + body);
      ++next_entry_;
    }
    if (!rest.empty()) return corrupt("a frame is malformed", path);
    at += aligned(kFrameHeader + frame.payload.size());
  }
  if (frame_behind(bytes, at) || (state == FrameState::bad && !last))
    return corrupt("a frame before the last one is damaged", path);
  if (state == FrameState::bad || (last && bytes.find_first_not_of('\0', at) != std::string::npos))
    torn_ = true;
  if (!last) return {};
  segment_ = number;
  offset_ = at;
  if (!repair) return {};
  HENG_TRY(file_, disk_->open(path, OpenMode::write));
  if (!torn_) return {};
  // The torn write was never confirmed. Its remains go, so that no later reader can take them for data.
  const std::string zeros(std::min<size_t>(bytes.size() - at, kMaxFrameBytes + kFrameAlign), '\0');
  HENG_TRY_VOID(file_->write(at, zeros));
  return file_->sync();
}

size_t Wal::max_payload() const {
  return std::min<uint64_t>(kMaxFrameBytes, segment_bytes_) - kFrameHeader - kFrameAlign;
}

Result<void> Wal::next_segment() {
  HENG_TRY_VOID(make_segment(*disk_, dir_, segment_path(segment_ + 1), segment_bytes_));
  HENG_TRY(file_, disk_->open(segment_path(segment_ + 1), OpenMode::write));
  ++segment_;
  offset_ = 0;
  return {};
}

Result<std::vector<EntryPlace>> Wal::append(std::span<const Entry> entries) {
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
  frame_.resize(aligned(frame_.size()), '\0');

  broken_ = true;  // until everything below has succeeded
  if (offset_ + frame_.size() > segment_bytes_) {
    HENG_TRY_VOID(next_segment());
  }
  HENG_TRY_VOID(file_->write(offset_, frame_));
  HENG_TRY_VOID(file_->sync());
  broken_ = false;

  std::vector<EntryPlace> places;
  places.reserve(entries.size());
  uint64_t at = offset_ + kFrameHeader;
  for (const Entry& entry : entries) {
    places.push_back({static_cast<uint32_t>(segment_), static_cast<uint32_t>(at + 8),
                      static_cast<uint32_t>(entry.leaf.size()), static_cast<uint32_t>(entry.body.size())});
    at += entry_bytes(entry);
  }
  offset_ += frame_.size();
  next_entry_ += entries.size();
  return places;
}

Result<std::string> Wal::read(const EntryPlace& place, bool body) const {
  if (reader_segment_ != place.segment) {
    HENG_TRY(reader_, disk_->open(segment_path(place.segment), OpenMode::read));
    reader_segment_ = place.segment;
  }
  const uint64_t at = body ? uint64_t{place.offset} + place.leaf_bytes : place.offset;
  const size_t size = body ? place.body_bytes : place.leaf_bytes;
  HENG_TRY(std::string out, reader_->read(at, size));
  if (out.size() != size) return corrupt("an entry is cut off", segment_path(place.segment));
  return out;
}

}  // namespace heng::record
