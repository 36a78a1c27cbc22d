// Random weights and biases of one layer, of any law, generated in passing and never stored.
#pragma once

#include "features.hpp"

namespace igb {

/// Room that products work in.
struct WeightScratch {
  std::span<float> tile;       ///< of independent weights: tile_floats
  std::span<float> rows;       ///< of orthogonal ones: the rows, row_stride(larger side) apart
  std::span<float> direction;  ///< of orthogonal ones: the larger side
};

/// W [N_out, N_in] of variance sigma_w2 / N_in and b [N_out] of variance sigma_b2, both times
/// `branch`.
struct Weights {
  Draw draw;
  Stream stream = Stream::weights;
  Stream bias_stream = Stream::biases;
  std::uint32_t layer;
  WeightLaw law;
  double sigma_w2;
  double sigma_b2;
  double branch = 1.0;
  std::size_t in_units;
  std::size_t out_units;
};

/// out = W in + b + skip for every row; `skip`: null or rows of the shape of `out`, not `out`
/// itself, nor may `in` be. Cost: N_in N_out deviates and 2 N_in N_out flops a row; orthogonal: half
/// the deviates, twice the flops.
void multiply(const Weights& weights, const Kernels& kernels, const WeightScratch& scratch,
              const ConstRows& in, const float* skip, const Rows& out);

/// out = W^T in + skip, the way back of a gradient. Cost as above.
void multiply_transposed(const Weights& weights, const Kernels& kernels,
                         const WeightScratch& scratch, const ConstRows& in, const float* skip,
                         const Rows& out);

}  // namespace igb
