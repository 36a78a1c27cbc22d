#pragma once

#include <cstddef>

#include "pair_kernels.hpp"

namespace igb {

/// `count` rounded up to whole vectors.
[[nodiscard]] constexpr std::size_t padded(std::size_t count) {
  return (count + pair_padding - 1) / pair_padding * pair_padding;
}

/// Where row n starts in a triangle whose row k holds padded(k) values: the sum of them for k < n.
[[nodiscard]] constexpr std::size_t triangle_row(std::size_t n) {
  if (n == 0) return 0;
  const std::size_t whole = (n - 1) / pair_padding;
  const std::size_t rest = (n - 1) % pair_padding;
  return pair_padding * (whole + 1) * (pair_padding / 2 * whole + rest);
}
static_assert(triangle_row(1) == 0 && triangle_row(2) == 8 && triangle_row(9) == 64 &&
              triangle_row(10) == 80 && triangle_row(18) == 216);

}  // namespace igb
