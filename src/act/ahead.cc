#include "act/ahead.h"

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace heng {
namespace {

constexpr size_t kBatch = 128;  // few enough to stay in the processor's cache
constexpr size_t kMostBatches = 5;

struct Batch {
  std::vector<Act> acts{kBatch};
  size_t used = 0;
  std::optional<Format> format;  // known since the batch before
  uint64_t read_bytes = 0;
  uint64_t total_bytes = 0;
};

// Full batches one way, empty ones back.
class Channel {
 public:
  std::unique_ptr<Batch> empty() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !empty_.empty() || made_ < kMostBatches; });
    if (empty_.empty()) {
      ++made_;
      lock.unlock();
      return std::make_unique<Batch>();
    }
    std::unique_ptr<Batch> out = std::move(empty_.back());
    empty_.pop_back();
    return out;
  }
  void give_back(std::unique_ptr<Batch> batch) {
    const std::lock_guard lock(mutex_);
    batch->used = 0;
    batch->format.reset();
    empty_.push_back(std::move(batch));
    changed_.notify_all();
  }
  void send(std::unique_ptr<Batch> batch) {
    const std::lock_guard lock(mutex_);
    full_.push_back(std::move(batch));
    changed_.notify_all();
  }
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }
  // Nothing when the last was taken.
  std::unique_ptr<Batch> receive() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !full_.empty() || closed_; });
    if (full_.empty()) return nullptr;
    std::unique_ptr<Batch> out = std::move(full_.front());
    full_.pop_front();
    return out;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::unique_ptr<Batch>> full_;
  std::vector<std::unique_ptr<Batch>> empty_;
  size_t made_ = 0;
  bool closed_ = false;
};

}  // namespace

Result<ImportReport> read_acts_ahead(const std::string& path, const ReadOptions& options, const OnActs& on_acts,
                                     ImportReport* partial) {
  Channel channel;
  std::optional<Result<ImportReport>> report;
  ImportReport told;
  std::thread reader([&] {
    std::unique_ptr<Batch> batch = channel.empty();
    ReadOptions mine = options;
    mine.inflate_ahead = true;
    mine.on_format = [&](Format format) { batch->format = format; };
    mine.on_progress = [&](uint64_t read, uint64_t total) {
      batch->read_bytes = read;
      batch->total_bytes = total;
    };
    const auto take = [&](Act& act) {
      std::swap(batch->acts[batch->used], act);
      if (++batch->used < kBatch) return;
      channel.send(std::move(batch));
      batch = channel.empty();
    };
    report.emplace(read_acts(path, mine, take, &told));
    channel.send(std::move(batch));
    channel.close();
  });
  while (std::unique_ptr<Batch> batch = channel.receive()) {
    if (batch->format && options.on_format) options.on_format(*batch->format);
    on_acts(std::span(batch->acts.data(), batch->used));
    if (options.on_progress && batch->read_bytes > 0) options.on_progress(batch->read_bytes, batch->total_bytes);
    channel.give_back(std::move(batch));
  }
  reader.join();
  if (partial != nullptr) *partial = std::move(told);
  return std::move(*report);
}

}  // namespace heng
