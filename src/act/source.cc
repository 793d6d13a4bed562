#include "act/source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace heng {
namespace {
constexpr size_t kHead = 64 << 10;
constexpr size_t kChunk = 128 << 10;
}  // namespace

// Blocks of bytes from one thread to another.
class Blocks {
 public:
  // `fill` gives the next bytes, 0 at the end; it is called from the thread alone.
  explicit Blocks(std::function<Result<size_t>(char*, size_t)> fill) : thread_([this, fill = std::move(fill)] { run(fill); }) {}
  ~Blocks() {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
      changed_.notify_all();
    }
    thread_.join();
  }
  Blocks(const Blocks&) = delete;
  Blocks& operator=(const Blocks&) = delete;

  Result<size_t> read(char* into, size_t capacity) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return filled_ > taken_ || last_; });
    if (filled_ == taken_) return *last_;
    const Block& block = blocks_[taken_ % kBlocks];
    lock.unlock();  // the thread does not touch a block that is not taken
    const size_t size = std::min(capacity, block.size - offset_);
    std::memcpy(into, block.bytes.data() + offset_, size);
    offset_ += size;
    if (offset_ < block.size) return size;
    offset_ = 0;
    lock.lock();
    ++taken_;
    changed_.notify_all();
    return size;
  }

 private:
  static constexpr size_t kBlocks = 4;
  struct Block {
    std::vector<char> bytes = std::vector<char>(256 << 10);
    size_t size = 0;
  };

  void run(const std::function<Result<size_t>(char*, size_t)>& fill) {
    for (;;) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return filled_ - taken_ < kBlocks || stopped_; });
      if (stopped_) return;
      Block& block = blocks_[filled_ % kBlocks];
      lock.unlock();
      Result<size_t> got = fill(block.bytes.data(), block.bytes.size());
      lock.lock();
      if (!got.ok() || *got == 0) {
        last_.emplace(std::move(got));
        changed_.notify_all();
        return;
      }
      block.size = *got;
      ++filled_;
      changed_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::array<Block, kBlocks> blocks_;
  size_t filled_ = 0;
  size_t taken_ = 0;
  size_t offset_ = 0;  // the reader's, in the block it reads
  bool stopped_ = false;
  std::optional<Result<size_t>> last_;  // 0 or an error: nothing follows
  std::thread thread_;
};

struct Source::Impl {
  std::string name;
  int file = -1;
  bool owns_file = false;
  std::string_view memory;
  std::atomic<uint64_t> raw = 0;  // told while another thread reads
  uint64_t total = 0;
  bool raw_end = false;
  bool gz = false;
  bool in_member = false;
  bool inflating = false;  // inflateInit2 was called
  z_stream stream{};
  std::vector<char> input;
  std::string head;
  size_t head_taken = 0;
  std::unique_ptr<Blocks> ahead;

  ~Impl() {
    ahead.reset();
    if (inflating) inflateEnd(&stream);
    if (owns_file && file >= 0) ::close(file);
  }

  Error fail(std::string_view code, std::string what, std::string help) const {
    return Error{ErrorKind::bad_input, std::string(code), std::move(what), fmt::format("{} byte {}", name, raw.load()),
                 std::move(help)};
  }

  Result<size_t> read_raw(char* into, size_t capacity) {
    if (raw_end) return size_t{0};
    if (file < 0) {
      const size_t size = std::min(capacity, memory.size());
      memory.copy(into, size);
      memory.remove_prefix(size);
      raw += size;
      raw_end = size == 0;
      return size;
    }
    ssize_t size;
    do size = ::read(file, into, capacity);
    while (size < 0 && errno == EINTR);
    if (size < 0) {
      Error error = fail("file-read", fmt::format("reading failed: {}", std::strerror(errno)), "");
      error.kind = errno == EISDIR ? ErrorKind::bad_input : ErrorKind::environment;
      if (errno == EISDIR) error.help = "name a file, not a folder";
      return error;
    }
    raw += static_cast<uint64_t>(size);
    raw_end = size == 0;
    return static_cast<size_t>(size);
  }

  Result<void> fill_input() {
    HENG_TRY(const size_t size, read_raw(input.data(), input.size()));
    stream.next_in = reinterpret_cast<Bytef*>(input.data());
    stream.avail_in = static_cast<uInt>(size);
    return {};
  }

  // Between members: true if another begins.
  Result<bool> next_member() {
    for (;;) {
      while (stream.avail_in > 0 && *stream.next_in == 0) {  // padding of tapes and blocks
        ++stream.next_in;
        --stream.avail_in;
      }
      if (stream.avail_in > 0) break;
      HENG_TRY_VOID(fill_input());
      if (stream.avail_in == 0) return false;
    }
    if (*stream.next_in != 0x1f)
      return fail("gz-trailing", "something that is not gzip follows the compressed data",
                  "the file was damaged or joined wrongly: get it again");
    inflateReset(&stream);
    in_member = true;
    return true;
  }

  Result<size_t> read_gz(char* into, size_t capacity) {
    stream.next_out = reinterpret_cast<Bytef*>(into);
    stream.avail_out = static_cast<uInt>(std::min<size_t>(capacity, 1U << 30));
    const uInt wanted = stream.avail_out;
    while (stream.avail_out == wanted) {
      if (!in_member) {
        HENG_TRY(const bool more, next_member());
        if (!more) return size_t{0};
      }
      if (stream.avail_in == 0) {
        HENG_TRY_VOID(fill_input());
        if (stream.avail_in == 0)
          return fail("gz-truncated", "the compressed file is cut off",
                      "the file was not transferred whole: get it again");
      }
      const int code = inflate(&stream, Z_NO_FLUSH);
      if (code == Z_STREAM_END) {
        in_member = false;
      } else if (code != Z_OK && code != Z_BUF_ERROR) {
        return fail("gz-corrupt",
                    fmt::format("the compressed data is damaged ({})", stream.msg != nullptr ? stream.msg : "zlib"),
                    "the file was damaged in transfer or on disk: get it again");
      }
    }
    return static_cast<size_t>(wanted - stream.avail_out);
  }

  Result<size_t> read_plain(char* into, size_t capacity) {
    return gz ? read_gz(into, capacity) : read_raw(into, capacity);
  }

  Result<void> start() {
    std::vector<char> first(kHead);
    size_t size = 0;
    while (size < 2) {
      HENG_TRY(const size_t got, read_raw(first.data() + size, first.size() - size));
      if (got == 0) break;
      size += got;
    }
    gz = size >= 2 && static_cast<unsigned char>(first[0]) == 0x1f && static_cast<unsigned char>(first[1]) == 0x8b;
    if (gz) {
      HENG_ASSERT(inflateInit2(&stream, 15 + 16) == Z_OK);
      inflating = true;
      in_member = true;
      input.resize(kChunk);
      std::memcpy(input.data(), first.data(), size);
      stream.next_in = reinterpret_cast<Bytef*>(input.data());
      stream.avail_in = static_cast<uInt>(size);
      size = 0;
    }
    while (size < first.size()) {
      HENG_TRY(const size_t got, read_plain(first.data() + size, first.size() - size));
      if (got == 0) break;
      size += got;
      if (file == 0 && size >= 512) break;  // a person or a pipe may not write 64 KiB
    }
    head.assign(first.data(), size);
    return {};
  }
};

Source::Source(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Source::~Source() = default;
Source::Source(Source&&) noexcept = default;
Source& Source::operator=(Source&&) noexcept = default;

Result<Source> Source::open(const std::string& path) {
  auto impl = std::make_unique<Impl>();
  impl->name = path == "-" ? "<stdin>" : path;
  impl->file = path == "-" ? 0 : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  impl->owns_file = path != "-";
  if (impl->file < 0)
    return Error{errno == ENOENT ? ErrorKind::not_found : ErrorKind::environment, "file-open",
                 fmt::format("cannot open `{}`: {}", path, std::strerror(errno)), "", "check the path"};
  struct stat status {};
  if (::fstat(impl->file, &status) == 0 && S_ISREG(status.st_mode))
    impl->total = static_cast<uint64_t>(status.st_size);
  HENG_TRY_VOID(impl->start());
  return Source(std::move(impl));
}

Result<Source> Source::of(std::string_view bytes, std::string name) {
  auto impl = std::make_unique<Impl>();
  impl->name = std::move(name);
  impl->memory = bytes;
  impl->total = bytes.size();
  HENG_TRY_VOID(impl->start());
  return Source(std::move(impl));
}

std::string_view Source::head() const { return impl_->head; }
const std::string& Source::name() const { return impl_->name; }
bool Source::compressed() const { return impl_->gz; }
uint64_t Source::raw_bytes() const { return impl_->raw; }
uint64_t Source::total_bytes() const { return impl_->total; }

Result<size_t> Source::read(char* into, size_t capacity) {
  if (impl_->head_taken < impl_->head.size()) {
    const size_t size = std::min(capacity, impl_->head.size() - impl_->head_taken);
    std::memcpy(into, impl_->head.data() + impl_->head_taken, size);
    impl_->head_taken += size;
    return size;
  }
  return impl_->ahead ? impl_->ahead->read(into, capacity) : impl_->read_plain(into, capacity);
}

void Source::inflate_ahead() {
  if (!impl_->gz || impl_->file <= 0 || impl_->ahead) return;
  impl_->ahead = std::make_unique<Blocks>([impl = impl_.get()](char* into, size_t capacity) { return impl->read_gz(into, capacity); });
}

}  // namespace heng
