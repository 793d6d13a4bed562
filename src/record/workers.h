// Many small pieces of work at once, on as many threads as there are cores.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace heng::record {

class Workers {
 public:
  // The caller of each() works too, so one helper fewer than there are cores.
  Workers() : Workers(std::thread::hardware_concurrency() > 1 ? std::thread::hardware_concurrency() - 1 : 0) {}
  explicit Workers(unsigned helpers);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  // work(0) … work(count-1), each once, in any order and on any thread; all are done when it returns. `work` must not
  // throw. One caller at a time.
  void each(size_t count, const std::function<void(size_t)>& work);

 private:
  struct Job;
  void help();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<Job> job_;
  bool ending_ = false;
  std::vector<std::thread> helpers_;
};

}  // namespace heng::record
