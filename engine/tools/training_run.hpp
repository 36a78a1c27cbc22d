#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "igb/assessment.hpp"
#include "igb/statistics.hpp"
#include "igb/training.hpp"
#include "labelled_data.hpp"
#include "memory.hpp"

namespace igb::cli {

/// One network that learns, and when it is measured.
struct TrainingRequest {
  Architecture architecture;
  Draw draw;  ///< of the weights, and of the order of inputs
  LearningRule rule;
  const LabelledData* data;
  std::uint32_t batch;
  std::uint32_t steps;
  std::uint32_t measure;          ///< measurements a decade of steps
  std::uint32_t measured_inputs;  ///< the first so many of either set
  Target target;
  bool all_layers;  ///< gamma of all layers and gradients; else gamma of the output alone
};

inline constexpr std::array<const char*, 2> split_names = {"train", "test"};

/// What a network is after so many steps, on one of the sets.
struct Measurement {
  std::uint64_t step = 0;
  std::size_t split = 0;  ///< place in split_names
  double loss = 0.0;
  double accuracy = 0.0;
  std::vector<double> frequencies;  ///< of guesses, by class
  std::vector<double> accuracies;   ///< by class; NaN where the set has none of it
  std::vector<double> gammas;       ///< layers 1 .. depth + 1, or the output alone
  /// Layers 1 .. depth + 1 [layer][classes + 1], or empty: ln of the mean squared gradient by a
  /// pre-activation, over inputs with that label, at last over all; NaN without such inputs.
  std::vector<double> log_gradient_squares;

  [[nodiscard]] double max_frequency() const;
  /// ln of the ratio of the squared gradients of layer 1 of the classes with the largest and the
  /// smallest ones; NaN without gradients.
  [[nodiscard]] double log_gradient_imbalance() const;
};

/// Learns by mini-batches that go through the training set epoch by epoch without dropping inputs,
/// each in an order of its own (shuffled), and measures itself on a logarithmic grid of steps: 0,
/// the whole numbers closest to 10^(k / measure), the last. Depends on nothing but the request.
class TrainingRun {
 public:
  /// Bytes of memory that it takes.
  static double bytes(const TrainingRequest& request);

  /// Draws the network. The request stays as it is, for as long as this lives. Throws Failure.
  explicit TrainingRun(const TrainingRequest& request);

  /// Measures step 0. Throws Failure, as `step`.
  void start();
  /// One mini-batch, and a measurement where one is due. Throws Failure naming step and layer where
  /// float32 overflows.
  void step();
  [[nodiscard]] bool done() const { return steps() >= request_.steps; }
  [[nodiscard]] std::uint64_t steps() const { return training_.steps(); }

  /// Those of a step come one after the other, in the order of split_names.
  [[nodiscard]] const std::vector<Measurement>& measurements() const { return measurements_; }

  /// What resume needs, from which it goes on bit for bit: measurements and weights.
  [[nodiscard]] std::string save() const;
  /// Instead of `start`. Throws Failure where this is not what such a run saved.
  void resume(std::string_view saved);

 private:
  struct Chunk;
  void measure_both();
  [[nodiscard]] Measurement measure(std::size_t split);
  void measure_gammas(const Chunk& chunk, Assessment& assessment);
  void measure_gradients(const Chunk& chunk);
  void gather();

  const TrainingRequest& request_;
  Memory training_memory_;
  Memory network_memory_;
  Memory moments_memory_;
  Training training_;
  std::vector<float> inputs_;
  std::vector<std::uint16_t> labels_;
  std::vector<LayerMoments> moments_;
  std::vector<double> log_squares_;  ///< of one measurement, sums
  std::vector<Measurement> measurements_;
};

}  // namespace igb::cli
