#include "progress.hpp"

#include <unistd.h>

#include <cstdio>

namespace igb::cli {

Progress::Progress(std::string task, std::uint64_t steps, std::string unit)
    : task_(std::move(task)),
      steps_(steps),
      unit_(std::move(unit)),
      visible_(isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (visible_ && drawn_ != start_) std::fputs("\r\033[K", stderr);
}

void Progress::advance() {
  const std::uint64_t done = ++done_;
  if (!visible_) return;
  const std::unique_lock lock(drawing_, std::try_to_lock);
  const Clock::time_point now = Clock::now();
  if (!lock.owns_lock() || now - drawn_ < std::chrono::milliseconds(200)) return;
  drawn_ = now;
  const double fraction = static_cast<double>(done) / static_cast<double>(steps_);
  const double elapsed = std::chrono::duration<double>(now - start_).count();
  std::fprintf(stderr, "\r%s: %.0f %%, ", task_.c_str(), 100.0 * fraction);
  if (!unit_.empty()) {
    std::fprintf(stderr, "%.3g %s/s, ", static_cast<double>(done) / elapsed, unit_.c_str());
  }
  std::fprintf(stderr, "%.0f s left\033[K", elapsed * (1.0 - fraction) / fraction);
}

}  // namespace igb::cli
