#pragma once

#include "igb/activation.hpp"

namespace igb {

/// Expectations of phi(u), phi(v) over centred Gaussians of variance q each and correlation
/// c = 1 - d. Arguments: q >= 0, 0 <= d <= 2. Closed form where the activation has one, otherwise
/// quadrature that converges geometrically: the trapezoid rule for analytic phi, Gauss-Legendre
/// panels cut at the kinks for others and for large q; to about 1e-13 relative. At large
/// q, where one input given the other keeps a variance q d (2 - d) of 64, the straight lines that
/// phi is far out by closed forms, and what phi is else by integrals over one variable. Panels take
/// phi to be nearly straight beyond |x| = 200: a phi without closed forms that oscillates there is
/// off.
///
/// The distance d = 1 - c is the variable, not c: near the edge of chaos and in the ordered phase
/// c agrees with 1 to all digits while d still carries the physics.
///
/// Cost: closed forms take a few ns. Quadrature in one dimension (`*_moment`) evaluates phi some
/// 100 times and that plus 20 ln q, 5 us for tanh; with kinks twice that. Pairs of smooth phi: 10
/// us at q = 1, 30 us at q = 10 (d > 0.1), 50 to 300 us for small d. Pairs with kinks: 0.05 to 0.5
/// ms up to q = 64. Beyond, both 0.1 ms whatever q is; but where the inputs differ by less, or phi
/// has not become straight by |x| = 128, they grow with the square of ln q: 1 to 2 ms at q = 1e4, 2
/// to 10 ms at 1e8. `covariance`: 0.2 to 0.8 ms at q = 1, 1 to 2 ms at q = 100. Stack: 22 KiB.

[[nodiscard]] double mean(const Activation& phi, double q);           ///< E[phi(u)]
[[nodiscard]] double second_moment(const Activation& phi, double q);  ///< E[phi(u)^2]
[[nodiscard]] double slope_moment(const Activation& phi, double q);   ///< E[phi'(u)^2]
[[nodiscard]] double growth_moment(const Activation& phi, double q);  ///< d second_moment / dq

/// kappa(1) - kappa(c) = E[(phi(u) - phi(v))^2] / 2, accurate relative to itself as d -> 0.
[[nodiscard]] double covariance_gap(const Activation& phi, double q, double d);

/// kappa_dot(c) = E[phi'(u) phi'(v)].
[[nodiscard]] double slope_covariance(const Activation& phi, double q, double d);

/// E[phi(u) phi(v)] for variances q_a, q_b >= 0 and correlation -1 <= c <= 1.
[[nodiscard]] double covariance(const Activation& phi, double q_a, double q_b, double c);

}  // namespace igb
