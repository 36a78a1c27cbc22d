#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>

namespace igb::cli {

/// Independent jobs on threads whose results are reduced one at a time, in the order of the jobs,
/// so that nothing depends on the number of threads.
class OrderedJobs {
 public:
  using Task = std::function<void(std::uint32_t job, std::size_t worker)>;

  OrderedJobs(std::uint32_t jobs, std::uint32_t threads);

  /// Threads there will be, no more than jobs.
  [[nodiscard]] std::size_t workers() const { return workers_; }

  /// `work` does the jobs 0 .. jobs - 1, on any of the workers 0 .. workers() - 1, and may return
  /// early once `stopped()`; then `reduce` takes what that worker has. Throws what the first job
  /// that failed threw, in either, and Failure where the system starts too few threads.
  void run(const Task& work, const Task& reduce);

  [[nodiscard]] bool stopped() const { return stopped_; }

 private:
  void work_on(std::size_t worker, const Task& work, const Task& reduce);
  void stop();

  std::uint32_t jobs_;
  std::size_t workers_;
  std::atomic<std::uint32_t> next_ = 0;
  std::atomic<bool> stopped_ = false;
  std::mutex reducing_;
  std::condition_variable turn_;
  std::uint32_t reduced_ = 0;
  std::exception_ptr failure_;
};

}  // namespace igb::cli
