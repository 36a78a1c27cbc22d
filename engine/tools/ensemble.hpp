#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "data.hpp"
#include "igb/accumulator.hpp"
#include "igb/network.hpp"
#include "igb/statistics.hpp"

namespace igb::cli {

/// How networks of finite width are drawn.
enum class Sampler {
  dense,  ///< all weights (Forward)
  gram,   ///< from the Gram matrix of the layer below (GramNetwork)
};

struct EnsembleRequest {
  Architecture architecture;
  const Dataset* data;
  std::uint64_t seed;
  std::uint32_t networks;
  std::uint32_t threads;
  Target target;
  bool effective_rank = false;  ///< of every layer, to be measured as well; dense only
  Sampler sampler = Sampler::dense;
};

/// Standard errors of averages over networks; NaN for a single network.
struct LayerErrors {
  double q;
  double c;
  double gamma;
  double sigma_mu2;
  double sigma_y2;
};

/// Participation ratios (EffectiveRank) of a layer, averages over networks.
struct LayerRanks {
  Estimate uncentred;
  Estimate centred;
};

struct EnsembleResult {
  /// Averages over networks, layers 1 .. depth + 1. For the output layer, of which one network has
  /// only `classes` units, c is sigma_mu2 / q of the averages.
  std::vector<LayerMoments> layers;
  /// Of `layers`; empty where these are no averages over networks.
  std::vector<LayerErrors> errors = {};
  /// By layer, if asked for; over the networks that have one.
  std::vector<LayerRanks> ranks = {};
  /// Class fractions, [networks, classes].
  std::vector<std::vector<double>> g;
};

/// Runs the networks seed, 0 .. networks - 1. The result does not depend on the number of threads:
/// networks are reduced in their order. `advance` is called after each layer, from any thread.
/// Memory: per thread the bytes of Forward, layer_moments and effective_rank, or of GramNetwork.
/// Throws Failure, of several that of the first network.
EnsembleResult run_ensemble(const EnsembleRequest& request, const std::function<void()>& advance);

}  // namespace igb::cli
