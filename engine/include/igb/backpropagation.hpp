#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "igb/architecture.hpp"
#include "igb/arena.hpp"
#include "igb/network.hpp"
#include "igb/random.hpp"
#include "igb/status.hpp"
#include "igb/target.hpp"

namespace igb {

struct Weights;

/// Label of an input that has no loss: its gradients are 0, unless batch normalisation brings it
/// those of others.
inline constexpr std::uint16_t no_label = 0xFFFF;

/// Gradients of the loss in one random network, layer by layer from the output down to the inputs.
/// Every input a has a loss of its own, -ln softmax(output)_label(a).
///
///     Backpropagation run;
///     Status status = run.begin(architecture, draw, inputs, labels, arena);
///     while (status.ok() && !run.done()) {
///       status = run.step();
///       if (run.descending()) look(run.layer(), run.log_squares());
///     }
///
/// The first depth + 1 steps run the network upwards, keeping the pre-activations; the last of them
/// has the losses and the gradient by the output. Each of the depth + 1 steps after that goes one
/// layer down, to layer 0, the inputs, at last; it generates the weights that it crosses again.
///
/// Gradients are by the pre-activations h of the layer; block residual: by the stream x that layer
/// l reads; residual_after: by the argument of phi. With batch normalisation inputs act on each
/// other: there the gradient by h(a) is that of the sum of all losses.
///
/// Nothing under- or overflows on the way: every input's rows are kept near 1 beside the logarithm
/// of their scale. float32 rounding: 1e-6 of the gradient's length a layer.
///
/// Memory: that of Forward, and in floats: depth rows an input (and position), four more of the
/// widest layer, for convolutions the windows twice.
class Backpropagation {
 public:
  /// Bytes that `begin` takes from its arena for that many inputs. Errors: of Forward::bytes.
  static Status bytes(const Architecture& architecture, std::size_t inputs, std::size_t& bytes);

  /// `inputs` as of Forward, `labels` [count], below `classes` or no_label; both must stay until
  /// done. Errors: of Forward::begin; out_of_range (label; labels, fewer than inputs).
  Status begin(const Architecture& architecture, Draw draw, std::span<const float> inputs,
               std::span<const std::uint16_t> labels, Arena& arena, Target target = Target::best);

  /// Through the network of those parameters, which must stay; dropout drops nothing. The bytes are
  /// those of parameters.architecture(). Errors: as above.
  Status begin(const Parameters& parameters, std::span<const float> inputs,
               std::span<const std::uint16_t> labels, Arena& arena, Target target = Target::best);

  /// Cost upwards: of Forward; downwards: the same again. Errors: of Forward::step; non_finite
  /// (gradients that are no numbers; value is the layer); finished.
  Status step();

  /// Whether gradients are there: from the output on.
  [[nodiscard]] bool descending() const { return descending_; }
  [[nodiscard]] bool done() const { return descending_ && layer_ == 0; }
  /// Layer of the gradients, or, upwards, the layer computed last.
  [[nodiscard]] std::uint32_t layer() const { return layer_; }
  [[nodiscard]] std::uint32_t depth() const { return architecture_.depth; }

  /// Once descending. Losses by input, in nats.
  [[nodiscard]] std::span<const double> losses() const { return losses_; }
  /// Outputs of the network.
  [[nodiscard]] LayerView output() const { return output_; }
  /// By input, the gradient by layer() divided by exp(log_scales()[a]); valid until the next step.
  [[nodiscard]] LayerView gradients() const { return gradients_; }
  [[nodiscard]] std::span<const double> log_scales() const { return log_scales_; }
  /// By input, ln of the mean over units (and positions) of the squared gradient; -infinity for 0.
  [[nodiscard]] std::span<const double> log_squares() const { return log_squares_; }
  /// By input, ln of the sum of squares over all weights that layer() hands its features to, those
  /// of layer() + 1 (block residual: V of layer()); NaN at the output. With batch normalisation the
  /// part of the input in it.
  [[nodiscard]] std::span<const double> log_weight_squares() const { return log_weight_squares_; }

 private:
  friend class Training;
  /// Who is given, on the way down, the gradient by every matrix of weights, once no product needs
  /// the matrix any more. Gradients are then as they are, without scales.
  struct Learner;

  Status begin(const Parameters& parameters, Draw masks, const Learner& learner,
               std::span<const float> inputs, std::span<const std::uint16_t> labels, Arena& arena,
               Target target);
  static Status layout(const Architecture& architecture, std::size_t inputs, bool learns,
                       std::size_t& bytes);
  Status start(const Architecture& architecture, Draw draw, std::span<const float> inputs,
               std::span<const std::uint16_t> labels, Arena& arena, Target target);
  void learn(const Weights& weights, const BasicRows<const float>& gradient,
             const BasicRows<const float>& features) const;
  Status take_buffers(const Architecture& architecture, std::size_t inputs, bool learns,
                      Arena& arena);
  [[nodiscard]] BasicRows<float> hidden_rows(std::span<float> buffer) const;
  [[nodiscard]] BasicRows<float> stored(std::uint32_t layer) const;
  [[nodiscard]] BasicRows<float> stored_stream(std::uint32_t layer) const;
  void keep_preactivations();
  void differentiate_losses();
  void descend(const Kernels& kernels);
  void descend_ordinary(const Kernels& kernels, const BasicRows<float>& next);
  void descend_residual_scaled(const Kernels& kernels, const BasicRows<float>& next);
  void descend_residual(const Kernels& kernels, const BasicRows<float>& next);
  void descend_embedding(const Kernels& kernels, const BasicRows<float>& next);
  void descend_residual_after(const Kernels& kernels, const BasicRows<float>& next);
  [[nodiscard]] BasicRows<const float> gradient_rows() const;
  [[nodiscard]] BasicRows<float> activations(const Kernels& kernels) const;
  [[nodiscard]] Weights weights_above(double branch, std::size_t in_units) const;
  void multiply_back(const Kernels& kernels, const Weights& weights,
                     const BasicRows<const float>& gradient, const float* skip,
                     const BasicRows<float>& out) const;
  void multiply_slopes(const Kernels& kernels, const BasicRows<float>& gradient) const;
  void measure_weights(const BasicRows<const float>& gradient,
                       const BasicRows<const float>& features, double factor);
  void rescale();
  void measure_gradients();
  [[nodiscard]] bool wants_gradients() const;

  Architecture architecture_;
  Draw draw_;
  Parameters parameters_;
  const Learner* learner_ = nullptr;
  Target target_ = Target::best;
  Forward forward_;
  std::uint32_t layer_ = 0;
  bool descending_ = false;
  bool running_ = false;
  std::span<const float> inputs_;
  std::span<const std::uint16_t> labels_;
  LayerView output_;
  LayerView gradients_;
  std::span<float> store_;     ///< arguments of phi of the hidden layers
  std::span<float> streams_;   ///< what these layers read, of residual blocks that learn
  std::span<float> front_;     ///< gradients_
  std::span<float> back_;      ///< of the layer below
  std::span<float> features_;  ///< of the layer below
  std::span<float> work_;
  std::span<float> windows_;           ///< of the features
  std::span<float> window_gradients_;  ///< by them
  std::span<float> tile_;
  std::span<float> turned_;
  std::span<float> direction_;
  std::span<double> losses_;
  std::span<double> log_scales_;
  std::span<double> log_squares_;
  std::span<double> log_weight_squares_;
};

}  // namespace igb
