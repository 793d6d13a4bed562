// A folder where large arrays may lie instead of in memory: in files without a name, gone with the program. The kernel
// writes their pages back and takes the memory of those not read lately when others need it.
#pragma once

#include <string>
#include <string_view>

namespace heng {

class PageFolder {
 public:
  explicit PageFolder(std::string path) : path_(std::move(path)) {}

  // A new file, open for reading and writing, which nobody else can open. Throws std::system_error if the folder takes
  // none.
  int file() const;
  // Makes the file so many bytes long with room on the disk for all of them; throws std::system_error if there is none.
  void grow(int file, size_t bytes) const;

 private:
  std::string path_;
};

// A whole file as bytes in place; the kernel reads what is looked at. It must not be cut meanwhile: whoever replaces it
// makes a new file and renames it.
class MappedFile {
 public:
  explicit MappedFile(const std::string& path);
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  bool there() const { return file_ >= 0; }  // false if it cannot be opened
  std::string_view bytes() const { return bytes_; }
  // Lays the part of the file at `offset`, a multiple of kPage, over the addresses from `at` on, for reading and writing;
  // what is written stays in this program's memory. Throws std::system_error if the kernel refuses.
  void lay_over(char* at, size_t offset, size_t bytes) const;
  static constexpr size_t kPage = 4096;

 private:
  int file_ = -1;
  std::string_view bytes_;
};

}  // namespace heng
