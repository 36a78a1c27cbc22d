#include "failure.hpp"

namespace igb::cli {

std::string message(const Status& status) {
  std::string text(write_message(status, {}) + 1, '\0');
  write_message(status, text);
  text.pop_back();
  return text;
}

void check(const Status& status) {
  if (!status.ok()) throw Failure(message(status));
}

}  // namespace igb::cli
