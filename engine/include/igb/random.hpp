#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "igb/target.hpp"

namespace igb {

/// Philox4x32 with 10 rounds (Salmon et al. 2011, "Parallel Random Numbers: As Easy as 1, 2, 3"):
/// a stateless bijection of a 128-bit counter under a 64-bit key.
[[nodiscard]] std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter,
                                                  std::array<std::uint32_t, 2> key);

/// Which random numbers: independent arrays for independent purposes.
enum class Stream : std::uint32_t {
  weights = 0,
  biases = 1,
  inputs = 2,
  drifts = 3,
  counts = 4,
  population = 5,
  outputs = 6,
  masks = 7,           ///< of dropout
  branch_weights = 8,  ///< V and a of the residual block
  branch_biases = 9,
  preactivations = 10,  ///< of networks drawn from the Gram matrix of the layer below
  labels = 11,          ///< of inputs that have none of their own
  order = 12            ///< of mini-batches, and of masks in training
};

/// The draw of one random network: member `network` of the ensemble `seed`. Different pairs give
/// independent networks. Moving sigma_w2 or sigma_b2 keeps the draw and morphs the same network.
struct Draw {
  std::uint64_t seed = 0;
  std::uint32_t network = 0;
};

/// Standard normals z(draw, stream, layer, row, column) for columns first_column .. + out.size().
///
/// A pure function of its indices, bit-identical on every target. Philox with key = seed and
/// counter (column / 4, row, stream * 2^24 + layer, network) yields four words, Box-Muller turns
/// them into the normals of four neighbouring columns: words 0 and 1 give columns 4k and 4k + 1,
/// words 2 and 3 the next two. Radius and angle have 31 and 30 bits; |z| < 6.67. Ranges: layer <
/// 2^24. Cost: about 30 operations a normal.
void normals(Draw draw, Stream stream, std::uint32_t layer, std::uint32_t row,
             std::uint32_t first_column, std::span<float> out, Target target = Target::best);

/// The same of deviates uniform in [-sqrt 3, sqrt 3], of variance 1 like the normals: from word j
/// of the four for column 4k + j, as a signed 32-bit number rounded to float, times sqrt(3) / 2^31
/// rounded to float. Bit-identical on every target.
void uniforms(Draw draw, Stream stream, std::uint32_t layer, std::uint32_t row,
              std::uint32_t first_column, std::span<float> out, Target target = Target::best);

}  // namespace igb
