// Keeps products of vanishing signals and weights out of the subnormal numbers.
#pragma once

#include <cstddef>
#include <cstdint>

namespace igb {

/// The power of two, 2^64 or 1, that weights, or the inputs in[rows, in_stride], are multiplied by
/// and sums divided by, which changes no bit, for no product to underflow: arithmetic on subnormal
/// numbers takes a hundred times as long on some processors, and loses bits. Nothing is done about
/// inputs smaller than 2^-90 where others are larger than 2^32. Inlined always, since kernels of
/// every instruction set have it.
[[gnu::always_inline]] inline float magnification(const float* in, std::size_t rows,
                                                  std::size_t in_units, std::size_t in_stride) {
  constexpr auto small = __builtin_bit_cast(std::uint32_t, 0x1p-90F);
  constexpr auto large = __builtin_bit_cast(std::uint32_t, 0x1p32F);
  std::uint32_t smallest = 0xffffffffU;  // of the bits of |x| > 0, less 1
  std::uint32_t largest = 0;
  for (std::size_t a = 0; a < rows; ++a) {
    for (std::size_t k = 0; k < in_units; ++k) {
      const std::uint32_t size =
          __builtin_bit_cast(std::uint32_t, in[a * in_stride + k]) & 0x7fffffffU;
      smallest = size - 1 < smallest ? size - 1 : smallest;
      largest = size > largest ? size : largest;
    }
  }
  return smallest < small && largest < large ? 0x1p64F : 1.0F;
}

}  // namespace igb
