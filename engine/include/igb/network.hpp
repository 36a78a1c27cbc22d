#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "igb/architecture.hpp"
#include "igb/arena.hpp"
#include "igb/parameters.hpp"
#include "igb/random.hpp"
#include "igb/status.hpp"
#include "igb/target.hpp"

namespace igb {

/// The pre-activations of one layer for all inputs: a row holds the units of one input, in a
/// convolution the channels of one input at one position.
struct LayerView {
  const float* values = nullptr;
  std::size_t inputs = 0;
  std::size_t units = 0;
  std::size_t stride = 0;     ///< floats from one row to the next
  std::size_t positions = 1;  ///< rows of an input, one after the other; the output has one

  [[nodiscard]] std::size_t rows() const { return inputs * positions; }
  [[nodiscard]] std::span<const float> row(std::size_t input, std::size_t position = 0) const {
    return {values + (input * positions + position) * stride, units};
  }
};

struct Kernels;
template <class Float>
struct BasicRows;

/// One random network on a set of inputs, a layer at a time: the caller's loop sees every layer,
/// may stop after any of them, and nothing is stored for layers gone by.
///
///     Forward forward;
///     Status status = forward.begin(architecture, draw, inputs, arena);
///     while (status.ok() && !forward.done()) {
///       status = forward.step();
///       look(forward.layer(), forward.preactivations());
///     }
///
/// Weights are generated tile by tile inside the product and never stored: W = sigma_w z /
/// sqrt(N_in), b = sigma_b z. Results do not depend on the target beyond rounding (target.hpp).
///
/// Every block and every law of weights that validate(Architecture) accepts. Stream of the block
/// residual: it starts as the input itself where that has `width` components, otherwise as E x with
/// E_ij ~ N(0, 1 / input_width). Normalisation has no epsilon: what does not vary becomes 0.
///
/// Memory, in floats, a row being the wider of width and classes rounded up to 32, and 16 more: two
/// buffers of a row an input (and position); a third for residual blocks; for convolutions the
/// windows of all rows, side by side; 16384 of a tile of weights, or for orthogonal weights one
/// more copy of what they act on.
class Forward {
 public:
  /// Bytes that `begin` takes from its arena for that many inputs.
  static Status bytes(const Architecture& architecture, std::size_t inputs, std::size_t& bytes);

  /// `inputs` [count, positions, input_width], row-major; read by the first step and not kept after
  /// it. A remainder that fills no input is ignored.
  /// Errors: of `validate`; out_of_range (count of inputs, from 2 with batch normalisation);
  /// non_finite (layer 0: an input is); unknown_name (target that cannot run here); of the arena.
  Status begin(const Architecture& architecture, Draw draw, std::span<const float> inputs,
               Arena& arena, Target target = Target::best);

  /// The network of those parameters, which must stay; dropout drops nothing. With batch
  /// normalisation the inputs are a batch of their own.
  /// Errors: as above.
  Status begin(const Parameters& parameters, std::span<const float> inputs, Arena& arena,
               Target target = Target::best);

  /// Computes the next layer. Cost: N_in N_out normals and 2 N_in N_out x inputs flops.
  /// Errors: non_finite (float32 overflow; value is the layer); finished.
  Status step();

  /// Layer computed last, 0 before the first step, depth + 1 for the output.
  [[nodiscard]] std::uint32_t layer() const { return layer_; }
  [[nodiscard]] bool done() const { return running_ && layer_ > architecture_.depth; }
  [[nodiscard]] std::uint32_t depth() const { return architecture_.depth; }
  /// Pre-activations of layer(); valid until the next step.
  [[nodiscard]] LayerView preactivations() const { return current_; }

 private:
  friend class Backpropagation;  ///< which keeps streams

  Status start(const Architecture& architecture, Draw draw, const Parameters& parameters,
               std::span<const float> inputs, Arena& arena, Target target);
  Status take_buffers(const Architecture& architecture, std::size_t inputs, Arena& arena);
  [[nodiscard]] bool computes_output() const;
  [[nodiscard]] BasicRows<float> next_rows() const;
  [[nodiscard]] BasicRows<float> hidden_rows(std::span<float> buffer) const;
  void multiply_layer(const Kernels& kernels, const BasicRows<const float>& in, double branch,
                      const float* skip, const BasicRows<float>& next) const;
  void compute(const Kernels& kernels, const BasicRows<float>& next);
  void compute_ordinary(const Kernels& kernels, const BasicRows<float>& next);
  void compute_residual_scaled(const Kernels& kernels, const BasicRows<float>& next);
  void compute_residual(const Kernels& kernels, const BasicRows<float>& next);
  void compute_residual_after(const Kernels& kernels, const BasicRows<float>& next);
  void start_stream(const Kernels& kernels);

  Architecture architecture_;
  Draw draw_;
  Parameters parameters_;  ///< empty: weights are generated
  Target target_ = Target::best;
  std::uint32_t layer_ = 0;
  LayerView current_;
  std::span<float> front_;   ///< current_, but for layer 0
  std::span<float> back_;    ///< where the next layer goes
  std::span<float> stream_;  ///< x of residual blocks
  std::span<float> windows_;
  std::span<float> tile_;
  std::span<float> turned_;  ///< rows under orthogonal weights
  std::span<float> direction_;
  bool running_ = false;
};

/// Independent standard normal inputs [count, width], row-major: input a, coordinate i is
/// z(seed, inputs, 0, a, i). A remainder that fills no row is left alone.
/// Errors: out_of_range (width; inputs, the count).
Status gaussian_inputs(std::uint64_t seed, std::uint32_t width, std::span<float> inputs,
                       Target target = Target::best);

/// A plane through the origin of input space, for class maps: [resolution^2, width], row-major.
/// Pixel (i, j), i counting down and j to the right, is the input s e_1 + t e_2 with s and t in
/// (-extent, extent) at pixel centres, s to the right, t upwards; e_1, e_2 are the first two
/// Gaussian inputs of the seed, made orthogonal with |e|^2 = width, so that q_0 = s^2 + t^2.
/// Errors: out_of_range (width, resolution >= 2); buffer_too_small.
Status plane_inputs(std::uint64_t seed, std::uint32_t width, std::uint32_t resolution,
                    double extent, std::span<float> inputs);

}  // namespace igb
