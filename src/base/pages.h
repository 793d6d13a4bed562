// A folder where large arrays may lie instead of in memory: in files without a name, gone with the program. The kernel
// writes their pages back and takes the memory of those not read lately when others need it.
#pragma once

#include <string>

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

}  // namespace heng
