// Many clients' acts committed together: whatever waits while a commit is prepared goes into the next.
//
// Three threads, one behind the other: acts are prepared while the keys of those before them are on their way to the disk
// and the entries of those before these. An answer is given only when what it promises is durable.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "record/record.h"

namespace heng::record {

// Acts as they come in: lines of NDJSON that are read when they are prepared, on all cores.
struct Lines {
  std::string text;  // behind it, ActReader::kPadding bytes can be read
  struct Place {
    uint32_t begin = 0, size = 0, number = 0;  // the line's number in the file, from 1 on
  };
  std::vector<Place> places;  // of the lines that are not blank
  std::string agency;         // who hands them in, and only acts of its own; empty: anybody's

  // Takes the text over and finds its lines. Requires less than 4 GiB.
  static Lines in(std::string text, std::string agency);
};

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

  // Takes acts in. The answer comes on another thread, positions counted within `places`. An act of another agency is
  // refused (`act-agency`). False, and no answer: too much is waiting.
  bool submit(Lines lines, Record::Signing signing, Answer answer);
  // Runs `work` while nothing is on its way.
  void exclusively(const std::function<void(Record&)>& work);
  // After a failed write nothing is taken in any more: the process must end.
  bool stopped() const { return stopped_; }

 private:
  struct Submission {
    Lines lines;
    Record::Signing signing = Record::Signing::each;
    Answer answer;
  };
  // One commit on its way, and who waits for it.
  struct Commit {
    Record::Pending pending;
    std::vector<size_t> ends;  // of each submission, among the acts
    std::vector<Answer> answers;
  };
  // A place for one commit between two threads. Closed and empty, it gives nothing any more.
  class Handover {
   public:
    void put(Commit commit);
    std::optional<Commit> take();
    void close();

   private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::optional<Commit> commit_;
    bool closed_ = false;
  };

  std::vector<Submission> next();
  void prepare();
  void store_keys();
  void commit();
  void fail(const Commit& commit, const Error& error);
  void done();

  Record& record_;
  std::function<Instant()> now_;
  std::string as_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Submission> queue_;
  size_t waiting_bytes_ = 0;
  size_t on_their_way_ = 0;  // commits
  size_t exclusive_ = 0;     // who waits for none to be, and who works meanwhile
  bool ending_ = false;
  std::atomic<bool> stopped_ = false;
  Handover to_keys_, to_log_;
  std::thread preparing_, keys_, log_;
};

}  // namespace heng::record
