#include "base/pages.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace heng {

int PageFolder::file() const {
  int file = ::open(path_.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (file < 0) {  // a file system without nameless files
    std::string name = path_ + "/pages-XXXXXX";
    file = ::mkostemp(name.data(), O_CLOEXEC);
    if (file >= 0) ::unlink(name.c_str());
  }
  if (file < 0) throw std::system_error(errno, std::generic_category(), "no file for acts can be made in `" + path_ + "`");
  return file;
}

void PageFolder::grow(int file, size_t bytes) const {
  if (const int error = ::posix_fallocate(file, 0, static_cast<off_t>(bytes)); error != 0)
    throw std::system_error(error, std::generic_category(), "no room for acts in `" + path_ + "`");
}

MappedFile::MappedFile(const std::string& path) : file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (file_ < 0) return;
  struct stat status {};
  const bool good = ::fstat(file_, &status) == 0 && S_ISREG(status.st_mode);
  const size_t size = good ? static_cast<size_t>(status.st_size) : 0;
  void* const at = size == 0 ? nullptr : ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file_, 0);
  if (good && at != MAP_FAILED) {
    if (size > 0) bytes_ = {static_cast<const char*>(at), size};
    return;
  }
  ::close(file_);
  file_ = -1;
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<char*>(bytes_.data()), bytes_.size());
  if (file_ >= 0) ::close(file_);
}

void MappedFile::lay_over(char* at, size_t offset, size_t bytes) const {
  if (::mmap(at, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, file_, static_cast<off_t>(offset)) == MAP_FAILED)
    throw std::system_error(errno, std::generic_category(), "a part of a file cannot be laid into memory");
}

}  // namespace heng
