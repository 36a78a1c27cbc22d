#include "igb/status.hpp"

#include <array>
#include <cstdio>

namespace igb {

namespace {

constexpr std::array texts{
    "ok",
    "out of range",
    "unknown name",
    "buffer too small",
    "memory does not start at a multiple of 64 bytes",
    "size does not fit the address space",
    "not a finite number",
    "no such solution",
    "iteration did not converge",
    "nothing left to do",
    "syntax error",
    "must not be null",
};

}  // namespace

const char* status_text(StatusCode code) {
  const auto index = static_cast<std::size_t>(code);
  return index < texts.size() ? texts[index] : "unknown status";
}

std::size_t write_message(const Status& status, std::span<char> buffer) {
  const char* text = status_text(status.code);
  int length = std::snprintf(buffer.data(), buffer.size(), "%s", text);
  switch (status.code) {
    case StatusCode::out_of_range:
      length = std::snprintf(buffer.data(), buffer.size(),
                             "%s = %.12g is %s: allowed are values from %.12g to %.12g",
                             status.parameter, status.value, text, status.low, status.high);
      break;
    case StatusCode::buffer_too_small:
      length = std::snprintf(buffer.data(), buffer.size(), "%s = %.12g is a %s: needed are %.12g",
                             status.parameter, status.value, text, status.low);
      break;
    case StatusCode::syntax:
      length = std::snprintf(buffer.data(), buffer.size(), "%s, character %.12g: %s",
                             status.parameter, status.value, status.detail);
      break;
    case StatusCode::non_finite:
      if (status.detail[0] != '\0') {
        length = std::snprintf(buffer.data(), buffer.size(), "%s: %s %.12g", status.parameter,
                               status.detail, status.value);
        break;
      }
      [[fallthrough]];
    case StatusCode::no_solution:
      if (status.detail[0] != '\0') {
        length = std::snprintf(buffer.data(), buffer.size(), "%s (%s = %s)", text, status.parameter,
                               status.detail);
        break;
      }
      [[fallthrough]];
    case StatusCode::no_convergence:
    case StatusCode::finished:
      length = std::snprintf(buffer.data(), buffer.size(), "%s (%s = %.12g)", text,
                             status.parameter, status.value);
      break;
    case StatusCode::unknown_name:
    case StatusCode::null_pointer:
    case StatusCode::misaligned:
    case StatusCode::overflow:
      length = std::snprintf(buffer.data(), buffer.size(), "%s: %s", status.parameter, text);
      break;
    case StatusCode::ok:
      break;
  }
  return length < 0 ? 0 : static_cast<std::size_t>(length);
}

}  // namespace igb
