#include "act/encoding.h"

#include <fmt/format.h>
#include <iconv.h>

#include <cerrno>

#include "base/text.h"

namespace heng {

struct Transcoder::Impl {
  std::string encoding;
  iconv_t handle = iconv_t(-1);
  std::string pending;
  uint64_t done = 0;
  ~Impl() {
    if (handle != iconv_t(-1)) iconv_close(handle);
  }
};

Transcoder::Transcoder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Transcoder::~Transcoder() = default;
Transcoder::Transcoder(Transcoder&&) noexcept = default;
Transcoder& Transcoder::operator=(Transcoder&&) noexcept = default;

Result<Transcoder> Transcoder::from(const std::string& encoding) {
  auto impl = std::make_unique<Impl>();
  impl->encoding = encoding;
  // A slash would ask iconv for transliteration: guessing is not reading.
  if (encoding.size() < 64 && encoding.find('/') == std::string::npos && encoding.find('\0') == std::string::npos)
    impl->handle = iconv_open("UTF-8", encoding.c_str());
  if (impl->handle == iconv_t(-1))
    return Error{ErrorKind::bad_input, "encoding-unknown",
                 fmt::format("the encoding `{}` is not known here", printable(encoding.substr(0, 60))), "",
                 "use a name of `iconv -l`, or convert the file to UTF-8"};
  return Transcoder(std::move(impl));
}

Result<void> Transcoder::feed(std::string_view bytes, std::string& out) {
  std::string joined;
  if (!impl_->pending.empty()) {
    joined = impl_->pending;
    joined += bytes;
    bytes = joined;
    impl_->pending.clear();
  }
  char* in = const_cast<char*>(bytes.data());
  size_t left = bytes.size();
  while (left > 0) {
    const size_t had = out.size();
    out.resize(had + left * 2 + 64);
    char* to = out.data() + had;
    size_t room = out.size() - had;
    const size_t before = left;
    const size_t code = iconv(impl_->handle, &in, &left, &to, &room);
    const int why = errno;
    out.resize(out.size() - room);
    impl_->done += before - left;
    if (code != static_cast<size_t>(-1) || why == E2BIG) continue;
    if (why == EINVAL && left < 16) {
      impl_->pending.assign(in, left);
      return {};
    }
    return Error{ErrorKind::bad_input, "encoding-bad",
                 fmt::format("byte {} is not valid {}", impl_->done, printable(impl_->encoding)), "",
                 "check which encoding the file is really in"};
  }
  return {};
}

Result<void> Transcoder::finish(std::string&) {
  if (impl_->pending.empty()) return {};
  return Error{ErrorKind::bad_input, "encoding-bad",
               fmt::format("the file ends inside a character at byte {}", impl_->done), "",
               "the file is cut off: get it again"};
}

}  // namespace heng
