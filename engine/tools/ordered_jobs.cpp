#include "ordered_jobs.hpp"

#include <algorithm>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "failure.hpp"

namespace igb::cli {

OrderedJobs::OrderedJobs(std::uint32_t jobs, std::uint32_t threads)
    : jobs_(jobs), workers_(std::min(jobs, threads)) {}

void OrderedJobs::run(const Task& work, const Task& reduce) {
  {
    std::vector<std::jthread> threads;
    threads.reserve(workers_);
    try {
      for (std::size_t worker = 0; worker < workers_; ++worker) {
        threads.emplace_back([this, worker, &work, &reduce] { work_on(worker, work, reduce); });
      }
    } catch (const std::system_error&) {
      stop();
      throw Failure("threads = " + std::to_string(workers_) + ": the system starts only " +
                    std::to_string(threads.size()));
    }
  }
  if (failure_) std::rethrow_exception(failure_);
}

void OrderedJobs::work_on(std::size_t worker, const Task& work, const Task& reduce) {
  for (std::uint32_t job = next_++; job < jobs_; job = next_++) {
    std::exception_ptr failure;
    try {
      work(job, worker);
    } catch (...) {
      failure = std::current_exception();
    }
    std::unique_lock lock(reducing_);
    turn_.wait(lock, [&] { return reduced_ == job || stopped_; });
    if (stopped_) return;
    try {
      if (failure) std::rethrow_exception(failure);
      reduce(job, worker);
      ++reduced_;
    } catch (...) {
      failure_ = std::current_exception();
      stopped_ = true;
    }
    turn_.notify_all();
  }
}

void OrderedJobs::stop() {
  const std::lock_guard lock(reducing_);
  stopped_ = true;
  turn_.notify_all();
}

}  // namespace igb::cli
