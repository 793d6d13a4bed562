#include "record/intake.h"

#include <algorithm>
#include <iterator>

namespace heng::record {
namespace {

// Of acts as JSON; with leaves and ciphertext a commit stays below one frame of 1 MiB.
constexpr size_t kCommitBytes = size_t{256} << 10;
constexpr size_t kMostWaiting = size_t{64} << 20;

}  // namespace

Intake::Intake(Record& record, std::function<Instant()> now, std::string as)
    : record_(record), now_(std::move(now)), as_(std::move(as)), thread_([this] { run(); }) {}

void Intake::finish() {
  {
    const std::lock_guard lock(queue_mutex_);
    ending_ = true;
  }
  more_.notify_one();
  if (thread_.joinable()) thread_.join();
}

bool Intake::submit(std::vector<Act> acts, Record::Signing signing, size_t bytes, Answer answer) {
  {
    const std::lock_guard lock(queue_mutex_);
    if (ending_ || waiting_bytes_ + bytes > kMostWaiting) return false;
    waiting_bytes_ += bytes;
    queue_.push_back({std::move(acts), signing, bytes, std::move(answer)});
  }
  more_.notify_one();
  return true;
}

void Intake::exclusively(const std::function<void(Record&)>& work) {
  const std::lock_guard lock(record_mutex_);
  work(record_);
}

void Intake::run() {
  while (true) {
    std::vector<Submission> batch;
    {
      std::unique_lock lock(queue_mutex_);
      more_.wait(lock, [&] { return ending_ || !queue_.empty(); });
      if (queue_.empty()) return;
      // One way of signing a commit; the other waits for the next.
      const Record::Signing signing = queue_.front().signing;
      for (size_t bytes = 0; !queue_.empty() && queue_.front().signing == signing &&
                             (batch.empty() || bytes + queue_.front().bytes <= kCommitBytes);) {
        bytes += queue_.front().bytes;
        waiting_bytes_ -= queue_.front().bytes;
        batch.push_back(std::move(queue_.front()));
        queue_.pop_front();
      }
    }
    commit(batch);
  }
}

void Intake::commit(std::vector<Submission>& batch) {
  std::vector<Act> acts;
  std::vector<size_t> ends;
  for (Submission& submission : batch) {
    acts.insert(acts.end(), std::make_move_iterator(submission.acts.begin()),
                std::make_move_iterator(submission.acts.end()));
    ends.push_back(acts.size());
  }
  Result<Record::Appended> done = [&]() -> Result<Record::Appended> {
    const std::lock_guard lock(record_mutex_);
    return record_.append(acts, now_(), as_, batch.front().signing);
  }();
  if (!done.ok()) {
    stopped_ = true;
    for (Submission& submission : batch) submission.answer(done.error());
    return;
  }
  std::vector<Record::Appended> parts(batch.size());
  const auto part_of = [&](size_t& position) -> Record::Appended& {
    const auto part = static_cast<size_t>(std::upper_bound(ends.begin(), ends.end(), position) - ends.begin());
    position -= part == 0 ? 0 : ends[part - 1];
    return parts[part];
  };
  for (Receipt& receipt : done->receipts) {
    Record::Appended& part = part_of(receipt.position);
    part.receipts.push_back(std::move(receipt));
  }
  for (Record::Refused& refused : done->refused) {
    Record::Appended& part = part_of(refused.position);
    part.refused.push_back(std::move(refused));
  }
  for (size_t i = 0; i < batch.size(); ++i) batch[i].answer(std::move(parts[i]));
}

}  // namespace heng::record
