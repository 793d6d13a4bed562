#include "record/workers.h"

namespace heng::record {
namespace {

constexpr size_t kFew = 4;  // not worth waking anybody for

}  // namespace

// A helper may come late to a job that is done: it finds nothing left and touches nothing but the counters.
struct Workers::Job {
  const std::function<void(size_t)>* work;
  size_t count;
  std::atomic<size_t> next = 0, done = 0;

  void run() {
    for (size_t i; (i = next.fetch_add(1)) < count;) {
      (*work)(i);
      if (done.fetch_add(1) + 1 == count) done.notify_all();
    }
  }
};

Workers::Workers(unsigned helpers) {
  for (unsigned i = 0; i < helpers; ++i) helpers_.emplace_back([this] { help(); });
}

Workers::~Workers() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  for (std::thread& helper : helpers_) helper.join();
}

void Workers::each(size_t count, const std::function<void(size_t)>& work) {
  if (helpers_.empty() || count < kFew) {
    for (size_t i = 0; i < count; ++i) work(i);
    return;
  }
  const auto job = std::make_shared<Job>(&work, count);
  {
    const std::lock_guard lock(mutex_);
    job_ = job;
  }
  changed_.notify_all();
  job->run();
  for (size_t done; (done = job->done.load()) < count;) job->done.wait(done);
}

void Workers::help() {
  std::shared_ptr<Job> seen;
  while (true) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return ending_ || job_ != seen; });
      if (ending_) return;
      seen = job_;
    }
    seen->run();
  }
}

}  // namespace heng::record
