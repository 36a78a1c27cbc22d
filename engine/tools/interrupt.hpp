#pragma once

#include <stdexcept>

namespace igb::cli {

/// The user asked the program to end; main prints it and exits with the status of an interrupt,
/// 130.
class Interrupted : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// While one exists, the first SIGINT or SIGTERM only sets a flag, so that long work can keep what
/// it has; a second one ends the program as ever. One at a time.
class InterruptWatch {
 public:
  InterruptWatch();
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;
  ~InterruptWatch();

  /// From any thread.
  [[nodiscard]] static bool interrupted();
};

}  // namespace igb::cli
