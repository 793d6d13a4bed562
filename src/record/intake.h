// Many clients' acts committed together: whatever waits while one commit is on its way to the disk goes into the next.
//
// One thread owns the record's writing. An answer is given only when what it promises is durable.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "record/record.h"

namespace heng::record {

class Intake {
 public:
  using Answer = std::function<void(Result<Record::Appended>)>;

  // `as` signs for agencies whose key is not here. The record must outlive the intake and is written by nobody else.
  Intake(Record& record, std::function<Instant()> now, std::string as);
  ~Intake() { finish(); }
  // Commits what waits, answers, and takes nothing in any more. Idempotent.
  void finish();
  Intake(const Intake&) = delete;
  Intake& operator=(const Intake&) = delete;

  // Takes acts in; `bytes` is about how long they are. The answer comes on another thread, positions counted within
  // these acts. False, and no answer: too much is waiting.
  bool submit(std::vector<Act> acts, Record::Signing signing, size_t bytes, Answer answer);
  // Between two commits.
  void exclusively(const std::function<void(Record&)>& work);
  // After a failed write nothing is taken in any more: the process must end.
  bool stopped() const { return stopped_; }

 private:
  struct Submission {
    std::vector<Act> acts;
    Record::Signing signing = Record::Signing::each;
    size_t bytes = 0;
    Answer answer;
  };
  void run();
  void commit(std::vector<Submission>& batch);

  Record& record_;
  std::function<Instant()> now_;
  std::string as_;
  std::mutex queue_mutex_, record_mutex_;
  std::condition_variable more_;
  std::deque<Submission> queue_;
  size_t waiting_bytes_ = 0;
  bool ending_ = false;
  std::atomic<bool> stopped_ = false;
  std::thread thread_;
};

}  // namespace heng::record
