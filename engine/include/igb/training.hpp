#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "igb/architecture.hpp"
#include "igb/arena.hpp"
#include "igb/backpropagation.hpp"
#include "igb/parameters.hpp"
#include "igb/random.hpp"
#include "igb/status.hpp"
#include "igb/target.hpp"

namespace igb {

/// How parameters w follow the gradient g of the mean loss of a mini-batch.
enum class Optimiser {
  sgd,       ///< w -= rate g
  momentum,  ///< m = momentum m + g, w -= rate m
  adam,      ///< Kingma and Ba 2015: w -= rate m / (sqrt(v) + epsilon), m and v running means of g
             ///< and g^2, corrected for their start at 0
};
/// "sgd", "momentum", "adam".
[[nodiscard]] std::span<const char* const> optimiser_names();
/// unknown_name where there is no such optimiser.
Status find_optimiser(std::string_view name, Optimiser& optimiser);

/// A way to learn, as plain values; of all parameters, biases included.
struct LearningRule {
  Optimiser optimiser = Optimiser::sgd;
  double learning_rate = 0.01;  ///< above 0, up to learning_rate_max
  double momentum = 0.9;        ///< 0 .. 1, below 1; of adam the decay of m (beta_1)
  double beta2 = 0.999;         ///< of adam, the decay of v: 0 .. 1, below 1
  double epsilon = 1e-8;        ///< of adam, 1e-30 .. 1
  double weight_decay = 0.0;    ///< decoupled (Loshchilov and Hutter 2019): w *= 1 - rate x decay
                                ///< before each step; 0 .. 1 / learning_rate
};
inline constexpr double learning_rate_max = 1e6;

/// out_of_range, naming the field.
Status validate(const LearningRule& rule);

/// Place `index` of `count` in the order of that epoch: a permutation of 0 .. count - 1 that is a
/// pure function of seed and epoch, so that nothing is stored and a run resumes anywhere. Different
/// seeds and epochs give independent orders: a Feistel network of Philox rounds over the next
/// power of four, walked until it is below count. count from 1 to 2^31. Cost: some 100 operations.
[[nodiscard]] std::uint32_t shuffled(std::uint64_t seed, std::uint32_t epoch, std::uint32_t index,
                                     std::uint32_t count);

/// One network that learns, a mini-batch at a time, from the weights of a draw: the very network
/// that Forward and Backpropagation run with the same architecture and draw.
///
///     Training training;
///     Status status = training.begin(architecture, draw, rule, batch, arena);
///     while (status.ok() && more()) status = training.train_step(inputs, labels);
///     Forward network;
///     status = network.begin(training.parameters(), inputs, other_arena);
///
/// Every block of Backpropagation. The loss is softmax cross entropy, its mean over the mini-batch.
/// Dropout has masks of its own in every step and none in a Forward of the parameters; batch
/// normalisation is by the inputs at hand in both; delta_orthogonal learns all its taps.
///
/// float32 throughout, gradients without scales: those below 2^-126 vanish. Results depend on the
/// target by rounding only, in a network that learns chaotically therefore after some steps by
/// more.
///
/// Memory: parameters, one or two times as many floats for momentum or adam, the gradient by the
/// largest matrix, and the buffers of Backpropagation for a mini-batch.
class Training {
 public:
  /// Bytes that `begin` takes for mini-batches of up to `batch` inputs. Errors: of `begin`.
  static Status bytes(const Architecture& architecture, const LearningRule& rule, std::size_t batch,
                      std::size_t& bytes);

  /// Errors: of validate; of Forward::bytes for `batch` inputs; unknown_name (target); of the
  /// arena.
  Status begin(const Architecture& architecture, Draw draw, const LearningRule& rule,
               std::size_t batch, Arena& arena, Target target = Target::best);

  /// Learns from one mini-batch: `labels` below `classes`, as many `inputs` as of Forward.
  /// Cost: 6 flops a weight and row.
  /// Errors: of Forward::begin and labels, before anything has changed; out_of_range (batch: more
  /// or less inputs than labels, or more than announced); non_finite (layer: where float32
  /// overflowed on the way up or down), after which parameters are useless and nothing but
  /// `restore` succeeds; finished (after that).
  Status train_step(std::span<const float> inputs, std::span<const std::uint16_t> labels);

  /// Mini-batches learnt from.
  [[nodiscard]] std::uint64_t steps() const { return steps_; }
  [[nodiscard]] const Parameters& parameters() const { return parameters_; }
  [[nodiscard]] const LearningRule& rule() const { return rule_; }
  /// Whether a step was non_finite, and nothing was restored since.
  [[nodiscard]] bool failed() const { return failed_; }
  /// Of the last mini-batch, before the network learnt from it: mean loss in nats, and the share of
  /// right guesses.
  [[nodiscard]] double loss() const { return loss_; }
  [[nodiscard]] double accuracy() const { return accuracy_; }
  /// Of the last mini-batch, [depth + 1][classes + 1], layers 1 .. depth + 1: the mean over inputs
  /// of that label, at last over all inputs, of the mean square of the gradient of their own loss
  /// by the pre-activations of the layer (Backpropagation). NaN where a label does not occur.
  [[nodiscard]] std::span<const double> gradient_squares() const { return gradient_squares_; }

  /// Bytes of a snapshot: 128, and 4 a float of parameters and state of the optimiser.
  [[nodiscard]] std::size_t snapshot_bytes() const;
  /// Parameters, state of the optimiser and step, with a version and a check sum, in the same bytes
  /// on every little-endian machine. Errors: buffer_too_small; non_finite (after a failed step).
  Status save(std::span<std::byte> snapshot) const;
  /// Goes on as if from the step of the snapshot. Nothing is changed by a snapshot that is refused:
  /// buffer_too_small; syntax (not a snapshot, another version, of another architecture or rule, or
  /// damaged; `detail` says which).
  Status restore(std::span<const std::byte> snapshot);

 private:
  struct Step;
  [[nodiscard]] std::size_t state_copies() const;
  Status take_buffers(const Architecture& architecture, std::size_t batch, Arena& arena);
  static void learn(void* self, const Weights& weights, const BasicRows<const float>& gradient,
                    const BasicRows<const float>& features);
  void measure(const Backpropagation& run, std::span<const std::uint16_t> labels);
  [[nodiscard]] std::uint64_t fingerprint() const;

  Parameters parameters_;
  LearningRule rule_;
  Draw draw_;
  Architecture architecture_;
  Target target_ = Target::best;
  std::size_t batch_ = 0;
  std::uint64_t steps_ = 0;
  double loss_ = 0.0;
  double accuracy_ = 0.0;
  bool running_ = false;
  bool failed_ = false;
  std::span<float> state_;     ///< m, then v, in the layout of the parameters
  std::span<float> gradient_;  ///< by one matrix
  std::span<double> gradient_squares_;
  std::span<std::byte> scratch_;  ///< of Backpropagation
};

}  // namespace igb
