#include "failure.hpp"

#include <cctype>

namespace igb::cli {

std::string printable(std::string_view text) {
  std::string line(text);
  for (char& c : line) {
    if (std::iscntrl(static_cast<unsigned char>(c)) != 0) c = '?';
  }
  return line;
}

std::string excerpt(std::string_view text) {
  constexpr std::size_t most = 64;
  if (text.size() <= most) return "'" + printable(text) + "'";
  const auto inside_character = [&](std::size_t i) {  // of UTF-8
    return (static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U;
  };
  std::size_t end = most;
  while (end > most - 3 && inside_character(end)) --end;
  return "'" + printable(text.substr(0, end)) + "...' (" + std::to_string(text.size()) + " bytes)";
}

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
