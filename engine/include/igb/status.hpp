#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace igb {

enum class StatusCode : std::int32_t {
  ok = 0,
  out_of_range,      ///< a parameter lies outside its allowed range, or is NaN
  unknown_name,      ///< a name (of an activation, a target) that the library does not know
  buffer_too_small,  ///< value: bytes (or elements) handed over; low: bytes needed
  misaligned,        ///< memory that does not start at a multiple of 64 bytes
  overflow,          ///< a size that does not fit the address space
  non_finite,        ///< float32 overflow or NaN in a network; value: the layer
  no_solution,       ///< the line or fixed point asked for does not exist
  no_convergence,    ///< an iteration did not reach its tolerance
  finished,          ///< a step was asked for after the last layer
  syntax,        ///< text that cannot be read; value: the position, from 1; detail: what was wanted
  null_pointer,  ///< of the C API: the parameter must not be null
};

/// Outcome of a call: what went wrong, with which parameter, its value and its allowed range.
/// Plain data; `parameter` and `detail` point to strings with static lifetime.
struct [[nodiscard]] Status {
  StatusCode code = StatusCode::ok;
  const char* parameter = "";
  double value = 0.0;
  double low = 0.0;
  double high = 0.0;
  const char* detail = "";  ///< of syntax and, where they say more, of non_finite and no_solution

  [[nodiscard]] constexpr bool ok() const { return code == StatusCode::ok; }
};

/// ok if low <= value <= high, otherwise out_of_range (NaN is refused).
[[nodiscard]] constexpr Status check_range(const char* parameter, double value, double low,
                                           double high) {
  if (value >= low && value <= high) return {};
  return {StatusCode::out_of_range, parameter, value, low, high};
}

/// One sentence for a code, without parameter and value. Never null.
[[nodiscard]] const char* status_text(StatusCode code);

/// Writes a one-line message naming the parameter, its value and its allowed range, zero-terminated
/// and cut to fit. Returns the length the whole message has, without the zero (as snprintf).
std::size_t write_message(const Status& status, std::span<char> buffer);

}  // namespace igb
