// Batch normalisation after the activation: every unit has its own drift.
#pragma once

#include "igb/activation.hpp"

namespace igb {

/// E over the drift mu ~ N(0, q (1 - d)) of E_z[phi'(mu + s z)^2] / Var_z[phi(mu + s z)], z ~ N(0,
/// 1), s^2 = q d, 0 < d <= 1. NaN where both underflow. Cost: some ms.
[[nodiscard]] double steepness_over_drift(const Activation& phi, double q, double d);

}  // namespace igb
