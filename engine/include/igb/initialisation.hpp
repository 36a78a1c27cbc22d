#pragma once

#include <span>

#include "igb/activation.hpp"
#include "igb/block.hpp"
#include "igb/status.hpp"

namespace igb {

/// Allowed ranges of the initialisation, for every entry point of the library.
inline constexpr double sigma_w2_min = 1e-6;
inline constexpr double sigma_w2_max = 1e6;
inline constexpr double sigma_b2_min = 0.0;
inline constexpr double sigma_b2_max = 1e6;

/// The law of weights, all of mean 0 and variance sigma_w2 / N_in. At infinite width it makes no
/// difference to the signal; theory does not look at it.
enum class WeightLaw {
  gaussian,    ///< independent normals
  uniform,     ///< independent, uniform in +-sqrt(3 sigma_w2 / N_in)
  orthogonal,  ///< sigma_w sqrt(M / N_in) times the first N_out rows and N_in columns of a
               ///< uniformly random orthogonal M x M matrix, M = max(N_in, N_out)
};
/// "gaussian", "uniform", "orthogonal".
[[nodiscard]] std::span<const char* const> weight_law_names();

/// W_ij of variance sigma_w2 / N_in, b_i ~ N(0, sigma_b2), and what stands between the layers:
/// the activation and the block.
struct Initialisation {
  const Activation* activation = nullptr;
  double sigma_w2 = 0.0;
  double sigma_b2 = 0.0;
  Block block = {};
  WeightLaw weights = WeightLaw::gaussian;
};

/// unknown_name (null activation) or out_of_range, naming the parameter.
Status validate(const Initialisation& init);

}  // namespace igb
