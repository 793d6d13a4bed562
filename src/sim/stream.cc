#include "sim/stream.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

namespace heng::sim {
namespace {

constexpr size_t kFlushBytes = size_t{1} << 18U;
constexpr uint64_t kDisorder = 3;  // stream of draws

struct Level {
  size_t window;
  double doubled;
  double late;
};
constexpr std::array<Level, 4> kLevels{{{0, 0, 0}, {64, 0, 0}, {1024, 0.01, 0.02}, {16384, 0.03, 0.1}}};

// Lets lines out in another order: a full window gives one of its lines, drawn at random, for each that
// comes.
class Window {
 public:
  Window(const Level& level, uint64_t seed, const OnText& out)
      : level_(level), random_(seed, 0, kDisorder), out_(out) {}

  bool take(std::string_view line) {
    if (level_.window == 0) return emit(line);
    if (level_.doubled > 0 && random_.chance(level_.doubled)) {
      ++doubled_;
      if (!put(line)) return false;
    }
    return put(line);
  }
  bool finish() {
    while (!held_.empty()) {
      const size_t which = random_.below(held_.size());
      if (!emit(held_[which])) return false;
      std::swap(held_[which], held_.back());
      held_.pop_back();
    }
    return buffer_.empty() || out_(buffer_);
  }
  uint64_t doubled() const { return doubled_; }

 private:
  bool put(std::string_view line) {
    if (held_.size() < level_.window) {
      held_.emplace_back(line);
      return true;
    }
    std::string& place = held_[random_.below(held_.size())];
    if (!emit(place)) return false;
    place.assign(line);
    return true;
  }
  bool emit(std::string_view line) {
    buffer_ += line;
    if (buffer_.size() < kFlushBytes) return true;
    const bool good = out_(buffer_);
    buffer_.clear();
    return good;
  }

  Level level_;
  Random random_;
  const OnText& out_;
  std::vector<std::string> held_;
  std::string buffer_;
  uint64_t doubled_ = 0;
};

}  // namespace

Result<StreamSummary> stream(const StreamOptions& options, const OnText& on_acts, const OnText& on_truth) {
  const Level& level = kLevels[static_cast<size_t>(std::clamp(options.disorder, 0, 3))];
  Options cases = options.cases;
  cases.late = std::max(cases.late, level.late);
  HENG_TRY(const Generator generator, Generator::make(cases));
  const Error failed{ErrorKind::environment, "write-failed", "the output could not be written whole", "",
                     "check the free space"};
  StreamSummary summary;
  Window window(level, cases.seed, on_acts);
  CaseOutput made;
  const auto more = [&] {
    return options.case_count > 0 ? summary.cases < options.case_count : summary.acts < options.act_count;
  };
  while (more()) {
    generator.make_case(summary.cases, made);
    ++summary.cases;
    for (size_t i = 0; i < made.line_count; ++i)
      if (!window.take(made.lines[i])) return failed;
    summary.acts += made.line_count;
    if (!made.plant.empty()) ++summary.violated;
    summary.expected += static_cast<uint64_t>(std::count(made.truths.begin(), made.truths.end(), '\n'));
    if (!made.truths.empty() && !on_truth(made.truths)) return failed;
  }
  if (!window.finish()) return failed;
  summary.doubled = window.doubled();
  return summary;
}

}  // namespace heng::sim
