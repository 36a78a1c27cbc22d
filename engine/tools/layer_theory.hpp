#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data.hpp"
#include "igb/architecture.hpp"
#include "igb/population.hpp"

namespace igb::cli {

/// What mean-field theory says of the layers of a network.
struct LayerTheory {
  /// Layers 1 .. depth + 1; empty where theory has nothing to say, and `note` tells why.
  std::vector<Signal> signals;
  /// Of `signals`, where these are estimates over a population of units (residual_after).
  std::vector<PopulationLayer> population;
  std::string note;
};

/// True for networks whose layers are not Gaussian: theory is an estimate.
[[nodiscard]] bool is_population(const Initialisation& init);

/// From the moments of the data. Batch normalisation knows independent inputs only: a c0 that is
/// negative by chance is taken as 0, and the note says so. Throws Failure for a population that
/// cannot be.
LayerTheory layer_theory(const Architecture& architecture, const Dataset& data, InputMoments input,
                         const Population& population);

}  // namespace igb::cli
