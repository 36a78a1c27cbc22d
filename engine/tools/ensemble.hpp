#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "data.hpp"
#include "igb/network.hpp"
#include "igb/statistics.hpp"

namespace igb::cli {

struct EnsembleRequest {
  Architecture architecture;
  const Dataset* data;
  std::uint64_t seed;
  std::uint32_t networks;
  std::uint32_t threads;
  Target target;
};

struct EnsembleResult {
  /// Averages over networks, layers 1 .. depth + 1. For the output layer, of which one network has
  /// only `classes` units, c is sigma_mu2 / q of the averages.
  std::vector<LayerMoments> layers;
  /// Class fractions, [networks, classes].
  std::vector<std::vector<double>> g;
};

/// Runs the networks seed, 0 .. networks - 1. The result does not depend on the number of threads:
/// networks are reduced in their order. `advance` is called after each layer, from any thread.
/// Memory: per thread the bytes of Forward and of layer_moments. Throws Failure, of several that of
/// the first network.
EnsembleResult run_ensemble(const EnsembleRequest& request, const std::function<void()>& advance);

}  // namespace igb::cli
