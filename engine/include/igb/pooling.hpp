#pragma once

#include <cstdint>

#include "igb/activation.hpp"

namespace igb {

/// Gaussian expectations of M = max over `pool` independent units of phi(u) (THEORY.md section 4),
/// the counterparts of expectation.hpp: u ~ N(0, q), and in pairs of inputs correlation c = 1 - d
/// unit by unit. q >= 0, 0 <= d <= 2, 1 <= pool <= pool_max; phi continuous. F is the distribution
/// function of phi(u), F2 that of the pair (phi(u), phi(v)).
///
/// Everything is an integral over levels of phi, with the sets {phi <= level} as unions of
/// intervals, so phi need not be monotone; between samples 1/4 apart it has to be. Relative error
/// below 1e-12, of pairs 1e-11 (1e-10 where phi is not monotone). NaN where phi turns more than 130
/// times within 8.8 standard deviations, or bends too often to be resolved by 300 panels.
///
/// Cost: moments 0.1 to 0.5 ms. Pairs of tanh 2 ms at q = 1, 6 ms at q = 40; three times that
/// beyond d = 1; 20 ms and more where phi is not monotone, with the square of the number of its
/// turns. Stack: 20 KiB.

[[nodiscard]] double max_pool_second_moment(const Activation& phi, std::uint32_t pool,
                                            double q);  ///< E[M^2]

/// pool E[phi'(u)^2 F(phi(u))^(pool - 1)]: times sigma_w2 it is chi_grad.
[[nodiscard]] double max_pool_slope_moment(const Activation& phi, std::uint32_t pool, double q);

/// d E[M^2] / dq
[[nodiscard]] double max_pool_growth_moment(const Activation& phi, std::uint32_t pool, double q);

/// kappa(1) - kappa(c) of M, accurate relative to itself as d -> 0.
[[nodiscard]] double max_pool_covariance_gap(const Activation& phi, std::uint32_t pool, double q,
                                             double d);

/// d kappa / d q_ab = pool E[phi'(u) phi'(v) F2(phi(u), phi(v))^(pool - 1)]
[[nodiscard]] double max_pool_slope_covariance(const Activation& phi, std::uint32_t pool, double q,
                                               double d);

}  // namespace igb
