#pragma once

#include <cstddef>
#include <cstdint>

#include "igb/initialisation.hpp"
#include "igb/status.hpp"

namespace igb {

inline constexpr std::uint32_t width_max = 1U << 20;
inline constexpr std::uint32_t depth_max = 1U << 20;
inline constexpr std::uint32_t classes_max = 1U << 12;
inline constexpr std::uint32_t inputs_max = 1U << 24;

/// A network as plain values. Layers 1 .. depth are hidden pre-activations of `width` units; layer
/// 1 is affine in the input (no activation before it, whatever the block); layer depth + 1 is the
/// output, one unit a class. Every layer has biases.
///
/// Convolutions: the units are channels, every layer has them at side^dimensions positions, inputs
/// have `input_width` channels at each, and the output is dense in all channels and positions.
/// residual_scaled: the output is the stream's first `classes` units after its last branch;
/// residual and residual_after: a dense readout of the stream.
struct Architecture {
  Initialisation init;
  std::uint32_t input_width = 0;
  std::uint32_t width = 0;
  std::uint32_t depth = 0;
  std::uint32_t classes = 2;
};

/// Positions of a hidden layer: side^dimensions of a convolution, 1 of any other block.
[[nodiscard]] std::size_t positions_of(const Block& block);

/// Errors: of validate(Initialisation); out_of_range: widths and depth from 1, classes from 2, up
/// to the maxima above; width a multiple of the pool; classes up to the width with residual_scaled;
/// unknown_name (weights): orthogonal ones in a convolution (see delta_orthogonal); overflow
/// (width): more than 2^31 weights a unit.
Status validate(const Architecture& architecture);

}  // namespace igb
