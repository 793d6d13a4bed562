#include "record/intake.h"

#include <algorithm>
#include <utility>

#include "act/json.h"

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

Lines Lines::in(std::string text, std::string agency) {
  HENG_ASSERT(text.size() <= UINT32_MAX);
  Lines out{{}, {}, std::move(agency)};
  uint32_t number = 0;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = std::string_view(text).substr(begin, end - begin);
    ++number;
    if (line.find_first_not_of(" \t\r") != std::string_view::npos)
      out.places.push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(line.size()), number});
    begin = end + 1;
  }
  text.append(ActReader::kPadding, '\0');
  out.text = std::move(text);
  return out;
}

bool Intake::submit(Lines lines, Record::Signing signing, Answer answer) {
  {
    const std::lock_guard lock(mutex_);
    if (ending_ || waiting_bytes_ + lines.text.size() > kMostWaiting) return false;
    waiting_bytes_ += lines.text.size();
    queue_.push_back({std::move(lines), signing, std::move(answer)});
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
    const Lines& lines = queue_.front().lines;
    const size_t more = lines.text.size() + lines.places.size() * kBesideAct;
    if (!out.empty() && bytes + more > kCommitBytes) break;
    bytes += more;
    waiting_bytes_ -= lines.text.size();
    out.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return out;
}

namespace {

// Of an act of a commit: which submission it is of, and which act of it.
std::pair<size_t, size_t> place_of(const std::vector<size_t>& ends, size_t index) {
  const auto part = static_cast<size_t>(std::upper_bound(ends.begin(), ends.end(), index) - ends.begin());
  return {part, index - (part == 0 ? 0 : ends[part - 1])};
}

Result<const Act*> read_line(const Lines& lines, size_t index, Act& space) {
  thread_local ActReader reader;
  const Lines::Place place = lines.places[index];
  HENG_TRY_VOID(reader.read_padded(std::string_view(lines.text).substr(place.begin, place.size), space));
  if (!lines.agency.empty() && space.agency != lines.agency)
    return Error{ErrorKind::bad_input, "act-agency", "the act `" + space.id + "` is of `" + space.agency + "`, the submission of `" + lines.agency + "`",
                 "", "an agency records its own acts"};
  return &space;
}

}  // namespace

void Intake::prepare() {
  for (std::vector<Submission> batch = next(); !batch.empty(); batch = next()) {
    Commit commit;
    size_t count = 0;
    for (Submission& submission : batch) {
      commit.ends.push_back(count += submission.lines.places.size());
      commit.answers.push_back(std::move(submission.answer));
    }
    const auto act_at = [&](size_t index, Act& space) {
      const auto [part, line] = place_of(commit.ends, index);
      return read_line(batch[part].lines, line, space);
    };
    auto pending = record_.prepare(count, act_at, now_(), as_, batch.front().signing);
    if (!pending.ok()) {
      fail(commit, pending.error());
      continue;
    }
    for (Record::Refused& refused : pending->said.refused) {
      const auto [part, line] = place_of(commit.ends, refused.position);
      refused.line = batch[part].lines.places[line].number;
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
      const auto [part, within] = place_of(commit->ends, position);
      position = within;
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
