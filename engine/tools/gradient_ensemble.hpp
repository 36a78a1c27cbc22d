#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "data.hpp"
#include "igb/architecture.hpp"
#include "igb/gradients.hpp"
#include "igb/target.hpp"
#include "log_statistics.hpp"

namespace igb::cli {

struct GradientRequest {
  Architecture architecture;
  const Dataset* data;
  std::span<const std::uint16_t> labels;  ///< of the inputs
  std::uint64_t seed;
  std::uint32_t networks;
  std::uint32_t threads;
  Target target;
};

/// Favoured, unfavoured, all: in the order of igb::Labels.
inline constexpr std::size_t label_kinds = 3;

/// One hidden layer over networks and inputs, by Labels: favoured are inputs with the label that
/// their network guesses for most inputs (the lowest of equals).
struct LayerGradients {
  /// Of ln of the squared gradient by a pre-activation, mean over the units of an input.
  std::array<LogStatistics, label_kinds> units;
  /// Of ln of the squared gradient by all weights into the layer (block residual: its V).
  std::array<LogStatistics, label_kinds> weights;
};

/// Layers 1 .. depth.
using GradientResult = std::vector<LayerGradients>;

/// Bytes of one thread, those of Backpropagation and of what a network says, and of all together:
/// six LogStatistics a layer. Throws Failure.
struct GradientMemory {
  double thread;
  double shared;
};
GradientMemory gradient_memory(const GradientRequest& request);

/// Throws Failure where this machine has less memory than the threads of the request need.
void check_gradient_memory(const GradientRequest& request);

/// Steps of the progress of one network.
[[nodiscard]] std::uint64_t gradient_steps(const Architecture& architecture);

/// Runs the networks seed, 0 .. networks - 1, upwards and back down to the inputs. The result does
/// not depend on the number of threads: networks are reduced in their order. `advance` is called
/// after each layer, from any thread. Throws Failure, of several that of the first network. Call
/// check_gradient_memory first.
GradientResult run_gradient_ensemble(const GradientRequest& request,
                                     const std::function<void()>& advance);

}  // namespace igb::cli
