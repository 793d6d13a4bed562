// NDJSON: one act a line. A line that is not an act is refused with its number; the others go on.
#include <fmt/format.h>

#include <cstring>

#include "act/intake.h"
#include "base/text.h"

namespace heng {
namespace {

constexpr size_t kChunk = 256 << 10;

class Lines {
 public:
  Lines(Source& source, Intake& intake) : source_(source), intake_(intake), reader_(intake.limits()) {
    buffer_.resize(kChunk + ActReader::kPadding);
  }

  Result<void> run() {
    for (;;) {
      if (end_ + ActReader::kPadding == buffer_.size()) {
        if (begin_ > 0)
          shift();
        else if (buffer_.size() >= intake_.options.max_line_bytes)
          skip_rest_ = true;
        else
          buffer_.resize((buffer_.size() - ActReader::kPadding) * 2 + ActReader::kPadding);
      }
      if (skip_rest_) end_ = begin_;
      HENG_TRY(const size_t got,
               source_.read(buffer_.data() + end_, buffer_.size() - ActReader::kPadding - end_));
      intake_.progress(source_);
      if (got == 0) break;
      const size_t fresh = end_;
      end_ += got;
      take_lines(fresh);
    }
    if (skip_rest_)
      too_long();
    else if (begin_ < end_)
      take(std::string_view(buffer_.data() + begin_, end_ - begin_));
    return {};
  }

 private:
  void shift() {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }

  // Every line that ends in [fresh, end_).
  void take_lines(size_t fresh) {
    const char* const base = buffer_.data();
    size_t from = fresh;
    while (from < end_) {
      const void* hit = std::memchr(base + from, '\n', end_ - from);
      if (hit == nullptr) break;
      const auto at = static_cast<size_t>(static_cast<const char*>(hit) - base);
      if (skip_rest_)
        too_long();
      else
        take(std::string_view(base + begin_, at - begin_));
      begin_ = from = at + 1;
    }
    if (begin_ == end_) begin_ = end_ = 0;
    if (skip_rest_) end_ = begin_;
  }

  void too_long() {
    skip_rest_ = false;
    ++line_;
    ++intake_.report.read;
    intake_.refuse(intake_.at_line(line_),
                   {ErrorKind::bad_input, "line-too-long",
                    fmt::format("the line is longer than {} bytes", intake_.options.max_line_bytes), "",
                    "write one act on each line; keep documents outside and name them by hash"});
  }

  void take(std::string_view line) {
    ++line_;
    if (line_ == 1 && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.find_first_not_of(" \t") == std::string_view::npos) {
      intake_.odd("blank_lines");
      return;
    }
    ++intake_.report.read;
    auto done = reader_.read_padded(line, act_);
    if (!done.ok()) {
      intake_.refuse(intake_.at_line(line_), done.error());
      return;
    }
    if (act_.case_id.empty()) {
      intake_.odd("caseless_acts");
    } else if (act_.case_id != last_case_) {
      intake_.cases.of(act_.case_id);
      last_case_ = act_.case_id;
    }
    intake_.deliver(act_);
  }

  Source& source_;
  Intake& intake_;
  ActReader reader_;
  Act act_;
  std::vector<char> buffer_;
  size_t begin_ = 0;
  size_t end_ = 0;
  uint64_t line_ = 0;
  std::string last_case_;
  bool skip_rest_ = false;
};

}  // namespace

Result<void> read_ndjson(Source& source, Intake& intake) { return Lines(source, intake).run(); }

}  // namespace heng
