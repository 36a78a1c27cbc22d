#pragma once

#include "igb/activation.hpp"
#include "igb/block.hpp"
#include "igb/status.hpp"

namespace igb {

/// Allowed ranges of the initialisation, for every entry point of the library.
inline constexpr double sigma_w2_min = 1e-6;
inline constexpr double sigma_w2_max = 1e6;
inline constexpr double sigma_b2_min = 0.0;
inline constexpr double sigma_b2_max = 1e6;

/// W_ij ~ N(0, sigma_w2 / N_in), b_i ~ N(0, sigma_b2), and what stands between the layers:
/// the activation and the block.
struct Initialisation {
  const Activation* activation = nullptr;
  double sigma_w2 = 0.0;
  double sigma_b2 = 0.0;
  Block block = {};
};

/// unknown_name (null activation) or out_of_range, naming the parameter.
Status validate(const Initialisation& init);

}  // namespace igb
