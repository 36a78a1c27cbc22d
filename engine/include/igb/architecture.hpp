#pragma once

#include <cstdint>

#include "igb/initialisation.hpp"
#include "igb/status.hpp"

namespace igb {

inline constexpr std::uint32_t width_max = 1U << 20;
inline constexpr std::uint32_t depth_max = 1U << 20;
inline constexpr std::uint32_t classes_max = 1U << 12;
inline constexpr std::uint32_t inputs_max = 1U << 24;

/// A multilayer perceptron as plain values. Layers 1 .. depth are hidden pre-activations of `width`
/// units; layer 1 is affine in the input (no activation before it); layer depth + 1 is the output,
/// one unit a class. Every layer has biases.
struct Architecture {
  Initialisation init;
  std::uint32_t input_width = 0;
  std::uint32_t width = 0;
  std::uint32_t depth = 0;
  std::uint32_t classes = 2;
};

/// out_of_range or unknown_name; networks know the plain block only. Widths and depth from 1,
/// classes from 2, up to the maxima above.
Status validate(const Architecture& architecture);

}  // namespace igb
