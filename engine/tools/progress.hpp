#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

namespace igb::cli {

/// A line on standard error that tells how much of a long job is done, if that is a terminal.
/// `advance` may be called from any thread.
class Progress {
 public:
  /// `unit`: of the steps, to tell how many are done a second.
  Progress(std::string task, std::uint64_t steps, std::string unit = "");
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  void advance();

 private:
  using Clock = std::chrono::steady_clock;

  const std::string task_;
  const std::uint64_t steps_;
  const std::string unit_;
  const bool visible_;
  const Clock::time_point start_ = Clock::now();
  std::atomic<std::uint64_t> done_ = 0;
  std::mutex drawing_;
  Clock::time_point drawn_ = start_;
};

}  // namespace igb::cli
