// What the processor can multiply and add at most, for the share of it that a layer reaches.
#pragma once

#include <cstdint>
#include <optional>

#include "igb/target.hpp"

/// Runs so many multiplications with an addition on vectors of that target, in twelve independent
/// chains, nothing loaded or stored. The multiplications with additions done, or nothing where this
/// is not known how to do.
inline std::optional<std::int64_t> multiply_and_add([[maybe_unused]] igb::Target target,
                                                    [[maybe_unused]] std::int64_t rounds) {
#if defined(__x86_64__)
#define IGB_STEP(vector, i) "vfmadd231ps %%" vector "15, %%" vector "14, %%" vector #i "\n\t"
// clang-format off
#define IGB_STEPS(vector)                                     \
  IGB_STEP(vector, 0) IGB_STEP(vector, 1) IGB_STEP(vector, 2) \
  IGB_STEP(vector, 3) IGB_STEP(vector, 4) IGB_STEP(vector, 5) \
  IGB_STEP(vector, 6) IGB_STEP(vector, 7) IGB_STEP(vector, 8) \
  IGB_STEP(vector, 9) IGB_STEP(vector, 10) IGB_STEP(vector, 11)
// clang-format on
#define IGB_CHANGED \
  "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11"
  constexpr std::int64_t chains = 12;
  if (target == igb::Target::avx2) {
    for (std::int64_t i = 0; i < rounds; ++i) asm volatile(IGB_STEPS("ymm")::: IGB_CHANGED);
    return chains * 8 * rounds;
  }
  if (target == igb::Target::avx512) {
    for (std::int64_t i = 0; i < rounds; ++i) asm volatile(IGB_STEPS("zmm")::: IGB_CHANGED);
    return chains * 16 * rounds;
  }
#undef IGB_CHANGED
#undef IGB_STEPS
#undef IGB_STEP
#endif
  return std::nullopt;
}
