// Weights and biases of one layer: random ones of any law, generated in passing and never stored,
// or those of Parameters.
#pragma once

#include "features.hpp"
#include "igb/arena.hpp"
#include "igb/parameters.hpp"

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
  const float* stored = nullptr;  ///< in the layout of Parameters, or generated
};

[[nodiscard]] WeightLaw law_of(const Initialisation& init);

/// W and b of layer `layer`.
[[nodiscard]] Weights layer_weights(const Initialisation& init, Draw draw, std::uint32_t layer,
                                    double branch, std::size_t in_units, std::size_t out_units);
/// V and a of the block residual, which act on phi of layer `layer`.
[[nodiscard]] Weights branch_weights(const Initialisation& init, Draw draw, std::uint32_t layer,
                                     std::size_t units);
/// E, the start of the block residual's stream from inputs of another width.
[[nodiscard]] Weights embedding(const Initialisation& init, Draw draw, std::size_t in_units,
                                std::size_t out_units);
/// The same weights read from `parameters`, unless these are empty.
[[nodiscard]] Weights stored_in(const Parameters& parameters, Weights weights);
/// 1 / sqrt(residual_depth).
[[nodiscard]] double branch_of(const Block& block);

/// Rows and fan-ins of a network, and the memory that products between its layers work in.
struct Widths {
  std::size_t rows;    ///< of a hidden layer: inputs times positions
  std::size_t inputs;  ///< rows of the output
  std::size_t positions;
  std::size_t hidden;   ///< largest fan-in of a hidden layer
  std::size_t readout;  ///< fan-in of the output
  std::size_t classes;

  Widths(const Architecture& architecture, std::size_t inputs);
  /// overflow (inputs) where the rows do not fit the address space.
  [[nodiscard]] Status status() const;
  /// Windows of all rows, side by side; nothing but for convolutions.
  [[nodiscard]] std::span<float> take_windows(const Block& block, Arena& arena) const;
  [[nodiscard]] WeightScratch take_scratch(const Initialisation& init, Arena& arena) const;
};

/// out = W in + b + skip for every row; `skip`: null or rows of the shape of `out`, not `out`
/// itself, nor may `in` be. Cost: N_in N_out deviates and 2 N_in N_out flops a row; orthogonal:
/// half the deviates, twice the flops.
void multiply(const Weights& weights, const Kernels& kernels, const WeightScratch& scratch,
              const ConstRows& in, const float* skip, const Rows& out);

/// out = W^T in + skip, the way back of a gradient. Cost as above.
void multiply_transposed(const Weights& weights, const Kernels& kernels,
                         const WeightScratch& scratch, const ConstRows& in, const float* skip,
                         const Rows& out);

}  // namespace igb
