#pragma once

#include <stdexcept>
#include <string>

#include "igb/status.hpp"

namespace igb::cli {

/// Why the program cannot do what was asked; main prints it and exits with status 2.
class Failure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The library's one-line message.
std::string message(const Status& status);

/// Throws Failure unless the status is ok.
void check(const Status& status);

}  // namespace igb::cli
