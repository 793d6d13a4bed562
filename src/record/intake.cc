#include "record/intake.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace heng::record {
namespace {

// A commit fits one frame of 1 MiB: an act's JSON stands in its body, and beside it a leaf, with a batch's path.
constexpr size_t kCommitBytes = (size_t{1} << 20) - (size_t{32} << 10);
constexpr size_t kBesideAct = 1400;
constexpr size_t kMostWaiting = size_t{64} << 20;

}  // namespace

void Intake::Handover::put(Commit commit) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !commit_; });
  commit_.emplace(std::move(commit));
  changed_.notify_all();
}

std::optional<Intake::Commit> Intake::Handover::take() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return closed_ || commit_; });
  std::optional<Commit> out = std::exchange(commit_, std::nullopt);
  changed_.notify_all();
  return out;
}

void Intake::Handover::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

Intake::Intake(Record& record, std::function<Instant()> now, std::string as)
    : record_(record),
      now_(std::move(now)),
      as_(std::move(as)),
      preparing_([this] { prepare(); }),
      keys_([this] { store_keys(); }),
      log_([this] { commit(); }) {}

void Intake::finish() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  for (std::thread* thread : {&preparing_, &keys_, &log_})
    if (thread->joinable()) thread->join();
}

bool Intake::submit(std::vector<Act> acts, Record::Signing signing, size_t bytes, Answer answer) {
  {
    const std::lock_guard lock(mutex_);
    if (ending_ || waiting_bytes_ + bytes > kMostWaiting) return false;
    waiting_bytes_ += bytes;
    queue_.push_back({std::move(acts), signing, bytes, std::move(answer)});
  }
  changed_.notify_all();
  return true;
}

void Intake::exclusively(const std::function<void(Record&)>& work) {
  std::unique_lock lock(mutex_);
  ++exclusive_;
  changed_.wait(lock, [&] { return on_their_way_ == 0; });
  ++on_their_way_;  // keeps others out
  lock.unlock();
  work(record_);
  lock.lock();
  --on_their_way_;
  --exclusive_;
  changed_.notify_all();
}

// What goes into the next commit; nothing once all is done.
std::vector<Intake::Submission> Intake::next() {
  std::vector<Submission> out;
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return exclusive_ == 0 && (ending_ || !queue_.empty()); });
  if (queue_.empty()) return out;
  ++on_their_way_;
  // One way of signing a commit; the other waits for the next.
  const Record::Signing signing = queue_.front().signing;
  size_t bytes = 0;
  while (!queue_.empty() && queue_.front().signing == signing) {
    const size_t more = queue_.front().bytes + queue_.front().acts.size() * kBesideAct;
    if (!out.empty() && bytes + more > kCommitBytes) break;
    bytes += more;
    waiting_bytes_ -= queue_.front().bytes;
    out.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return out;
}

void Intake::prepare() {
  for (std::vector<Submission> batch = next(); !batch.empty(); batch = next()) {
    std::vector<Act> acts = std::move(batch.front().acts);
    Commit commit;
    for (Submission& submission : batch) {
      if (&submission != &batch.front())
        acts.insert(acts.end(), std::make_move_iterator(submission.acts.begin()), std::make_move_iterator(submission.acts.end()));
      commit.ends.push_back(acts.size());
      commit.answers.push_back(std::move(submission.answer));
    }
    auto pending = record_.prepare(acts, now_(), as_, batch.front().signing);
    if (!pending.ok()) {
      fail(commit, pending.error());
      continue;
    }
    commit.pending = std::move(*pending);
    to_keys_.put(std::move(commit));
  }
  to_keys_.close();
}

void Intake::store_keys() {
  while (std::optional<Commit> commit = to_keys_.take()) {
    if (const Result<void> stored = record_.store_keys(commit->pending); !stored.ok())
      fail(*commit, stored.error());
    else
      to_log_.put(std::move(*commit));
  }
  to_log_.close();
}

void Intake::commit() {
  while (std::optional<Commit> commit = to_log_.take()) {
    Result<Record::Appended> appended = record_.commit(std::move(commit->pending));
    if (!appended.ok()) {
      fail(*commit, appended.error());
      continue;
    }
    std::vector<Record::Appended> parts(commit->ends.size());
    const auto part_of = [&](size_t& position) -> Record::Appended& {
      const auto part = static_cast<size_t>(std::upper_bound(commit->ends.begin(), commit->ends.end(), position) - commit->ends.begin());
      position -= part == 0 ? 0 : commit->ends[part - 1];
      return parts[part];
    };
    for (Receipt& receipt : appended->receipts) {
      Record::Appended& part = part_of(receipt.position);
      part.receipts.push_back(std::move(receipt));
    }
    for (Record::Refused& refused : appended->refused) {
      Record::Appended& part = part_of(refused.position);
      part.refused.push_back(std::move(refused));
    }
    for (size_t i = 0; i < parts.size(); ++i) commit->answers[i](std::move(parts[i]));
    done();
  }
}

void Intake::fail(const Commit& commit, const Error& error) {
  stopped_ = true;
  for (const Answer& answer : commit.answers) answer(error);
  done();
}

void Intake::done() {
  {
    const std::lock_guard lock(mutex_);
    --on_their_way_;
  }
  changed_.notify_all();
}

}  // namespace heng::record
