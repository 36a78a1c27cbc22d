#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "igb/status.hpp"

namespace igb::cli {

/// Why the program cannot do what was asked; main prints it and exits with status 2.
class Failure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// `text` on one line of a terminal: control characters, escape sequences among them, as '?'.
std::string printable(std::string_view text);

/// What a message shows of the content of a file: printable, in quotes, the beginning if it is
/// long.
std::string excerpt(std::string_view text);

/// The library's one-line message.
std::string message(const Status& status);

/// Throws Failure unless the status is ok.
void check(const Status& status);

}  // namespace igb::cli
