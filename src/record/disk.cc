#include "record/disk.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <future>
#include <set>
#include <system_error>

namespace heng::record {
namespace {

Error failed(const std::string& what, const std::string& path, const char* code = "disk-error") {
  const int number = errno;
  const bool missing = number == ENOENT;
  return Error{missing ? ErrorKind::not_found : ErrorKind::environment, missing ? "disk-missing" : code,
               what + " failed: " + std::generic_category().message(number), path, ""};
}

class RealFile : public File {
 public:
  RealFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  ~RealFile() override { ::close(descriptor_); }
  RealFile(const RealFile&) = delete;
  RealFile& operator=(const RealFile&) = delete;

  Result<void> write(uint64_t offset, std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t done = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (done < 0 && errno == EINTR) continue;
      if (done <= 0) return failed("writing", path_);
      bytes.remove_prefix(static_cast<size_t>(done));
      offset += static_cast<uint64_t>(done);
    }
    return {};
  }

  Result<std::string> read(uint64_t offset, size_t size) const override {
    std::string out;
    ssize_t done = 1;
    // libstdc++ 12 says the capacity, not the size asked for, to the callback.
    out.resize_and_overwrite(size, [&](char* bytes, size_t) {
      size_t filled = 0;
      while (filled < size && done > 0) {
        done = ::pread(descriptor_, bytes + filled, size - filled, static_cast<off_t>(offset + filled));
        if (done > 0)
          filled += static_cast<size_t>(done);
        else if (done < 0 && errno == EINTR)
          done = 1;
      }
      return filled;
    });
    if (done < 0) return failed("reading", path_);
    return out;
  }

  Result<uint64_t> size() const override {
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0) return failed("measuring", path_);
    return static_cast<uint64_t>(status.st_size);
  }

  Result<void> sync() override {
    if (::fdatasync(descriptor_) != 0) return failed("fdatasync", path_, "fsync-failed");
    return {};
  }

 private:
  int descriptor_;
  std::string path_;
};

class RealDisk : public Disk {
 public:
  ~RealDisk() override {
    for (const int descriptor : locks_) ::close(descriptor);
  }

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override {
    const int flags = mode == OpenMode::read    ? O_RDONLY
                      : mode == OpenMode::write ? O_RDWR
                                                : O_RDWR | O_CREAT | O_EXCL;
    const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC, 0640);
    if (descriptor < 0) return failed("opening", path);
    return std::unique_ptr<File>(std::make_unique<RealFile>(descriptor, path));
  }

  Result<void> make_dirs(const std::string& path) override {
    if (path.empty() || exists(path)) return {};
    const std::string parent = std::filesystem::path(path).parent_path().string();
    if (!parent.empty()) {
      HENG_TRY_VOID(make_dirs(parent));
    }
    if (::mkdir(path.c_str(), 0750) != 0 && errno != EEXIST) return failed("making the directory", path);
    return sync_dir(parent.empty() ? "." : parent);
  }

  Result<void> rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return failed("renaming", to);
    return {};
  }

  Result<void> remove(const std::string& path) override {
    if (::unlink(path.c_str()) != 0) return failed("removing", path);
    return {};
  }

  Result<void> sync_dir(const std::string& path) override {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return failed("opening", path);
    const int result = ::fsync(descriptor);
    const int number = errno;
    ::close(descriptor);
    errno = number;
    if (result != 0) return failed("fsync", path, "fsync-failed");
    return {};
  }

  bool exists(const std::string& path) const override { return ::access(path.c_str(), F_OK) == 0; }

  Result<std::vector<std::string>> list(const std::string& path) const override {
    std::vector<std::string> out;
    std::error_code code;
    for (std::filesystem::directory_iterator it(path, code), end; !code && it != end; it.increment(code))
      out.push_back(it->path().filename().string());
    if (code)
      return Error{ErrorKind::not_found, "disk-missing", "reading the directory failed: " + code.message(),
                   path, ""};
    std::sort(out.begin(), out.end());
    return out;
  }

  Result<void> lock(const std::string& path) override {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return failed("opening", path);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
      ::close(descriptor);
      return Error{ErrorKind::conflict, "record-locked", "another process writes this record", path,
                   "wait until it has ended"};
    }
    locks_.push_back(descriptor);
    return {};
  }

 private:
  std::vector<int> locks_;
};

}  // namespace

Result<void> File::write_zeros(uint64_t offset, uint64_t size) {
  const std::string zeros(static_cast<size_t>(std::min(size, uint64_t{1} << 20)), '\0');
  for (uint64_t done = 0; done < size; done += zeros.size())
    HENG_TRY_VOID(write(offset + done, std::string_view(zeros).substr(0, static_cast<size_t>(std::min<uint64_t>(zeros.size(), size - done)))));
  return {};
}

std::unique_ptr<Disk> real_disk() { return std::make_unique<RealDisk>(); }

Result<std::string> read_whole(const Disk& disk, const std::string& path, size_t most) {
  HENG_TRY(const std::unique_ptr<File> file, const_cast<Disk&>(disk).open(path, OpenMode::read));
  HENG_TRY(const uint64_t size, file->size());
  if (size > most)
    return Error{ErrorKind::bad_input, "file-too-long",
                 "the file is longer than " + std::to_string(most) + " bytes", path, ""};
  return file->read(0, size);
}

Result<void> write_durably(Disk& disk, const std::string& path, std::string_view bytes) {
  return write_durably(disk, {{path, std::string(bytes)}});
}

namespace {

// Many files are synced from several threads: flushes that are asked for together become few.
Result<void> sync_all(const std::vector<std::unique_ptr<File>>& files) {
  constexpr size_t kMany = 32, kThreads = 16;
  const size_t threads = files.size() < kMany ? 1 : kThreads;
  const auto some = [&](size_t first) -> Result<void> {
    for (size_t i = first; i < files.size(); i += threads) HENG_TRY_VOID(files[i]->sync());
    return {};
  };
  if (threads == 1) return some(0);
  std::vector<std::future<Result<void>>> running;
  for (size_t first = 0; first < threads; ++first) running.push_back(std::async(std::launch::async, some, first));
  Result<void> out;
  for (auto& one : running)
    if (Result<void> done = one.get(); !done.ok()) out = std::move(done);
  return out;
}

}  // namespace

Result<void> write_durably(Disk& disk, const std::vector<NewFile>& files) {
  std::vector<std::unique_ptr<File>> open;
  std::set<std::string> folders;
  for (const auto& [path, bytes] : files) {
    const std::string temporary = path + ".tmp";
    if (disk.exists(temporary)) {
      HENG_TRY_VOID(disk.remove(temporary));
    }
    HENG_TRY(std::unique_ptr<File> file, disk.open(temporary, OpenMode::create));
    HENG_TRY_VOID(file->write(0, bytes));
    open.push_back(std::move(file));
    const size_t slash = path.rfind('/');
    folders.insert(slash == std::string::npos ? "." : path.substr(0, slash));
  }
  HENG_TRY_VOID(sync_all(open));
  open.clear();
  for (const auto& [path, bytes] : files) HENG_TRY_VOID(disk.rename(path + ".tmp", path));
  for (const std::string& folder : folders) HENG_TRY_VOID(disk.sync_dir(folder));
  return {};
}

}  // namespace heng::record
