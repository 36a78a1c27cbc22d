#pragma once

#include <cstddef>
#include <span>

#include "igb/activation.hpp"
#include "igb/block.hpp"
#include "igb/status.hpp"

namespace igb {

/// A point of a line in the (sigma_b2, sigma_w2) plane, with the variance q = q_star there.
struct LinePoint {
  double sigma_w2;
  double q;
  bool reached = true;  ///< iteration from q_0 = 1 ends at q, so that fixed_point() sees the line.
                        ///< Not where q is an unstable fixed point or lies beyond one (GELU and
                        ///< SiLU: their signals jump from dying to diverging)
};

/// Where chi_grad = 1: gradients neither vanish nor explode. For the plain block, pools and
/// convolutions this is chi_1 = 1, where c = 1 turns stable; dropout has no such transition.
/// Solved without iterating the network, by the q-parametrisation of THEORY.md section 2:
/// sigma_w2 = 1 / E[phi'^2], sigma_b2 = q - E[phi^2] / E[phi'^2], with the moments of the block;
/// one root-find in q for the given sigma_b2. q is infinite where the variance diverges on the line
/// (ReLU, linear: sigma_b2 > 0), 0 in the singular corner (sigma_b2 = 0). Where any q is a fixed
/// point (ReLU and linear without bias) it is that of inputs with q_0 = 1.
///
/// Where a line has several points at one sigma_b2, the one with the smallest q that iteration
/// reaches: the first that it meets as sigma_w2 grows. If it reaches none, the one with the
/// smallest q, marked so.
///
/// Cost for tanh: 0.1 ms; 1.5 ms for sigma_b2 < 1e-9.
/// Errors: those of validate(block); out_of_range (sigma_b2; also a positive one whose q would lie
/// below 1e-12: for tanh and erf below about 1e-36); no_solution ("block" where no activation has
/// such a line: residual streams, whose factor exceeds 1, and batch normalisation, whose factor
/// does by the inequality of Poincare; else "sigma_b2"); no_convergence (q_star) where no point
/// lies below q = 300, beyond which pairs of a user's phi that bends far out as near the origin,
/// such as sin 3x, would take minutes.
Status edge_of_chaos(const Activation& phi, const Block& block, double sigma_b2, LinePoint& point);

/// Range of gamma for which lines are computed.
inline constexpr double line_gamma_min = 1e-6;
inline constexpr double line_gamma_max = 1e12;

/// Where gamma_star equals `gamma`; the neutrality line is gamma = 1. With c = gamma / (1 + gamma),
/// sigma_w2 = q (1 - c) / (kappa(1) - kappa(c)) and sigma_b2 = q - sigma_w2 kappa(1), with the
/// moments of the block. Several points: as above.
/// Cost for tanh: 0.1 to 3 ms.
/// Errors: as above; no_solution for residual streams ("block") and where no point exists (ReLU
/// and linear, but for dropout; odd phi and normalised layers with sigma_b2 = 0).
Status iso_gamma(const Activation& phi, const Block& block, double sigma_b2, double gamma,
                 LinePoint& point);

/// Line v (THEORY.md section 4): where the variance neither grows nor shrinks but by sigma_b2,
/// sigma_w2 E[node^2] = q, for 1-homogeneous phi. q as on the edge of chaos.
/// Errors: as above; no_solution ("activation") where phi is not homogeneous, ("block") for
/// residual streams, which always grow, and normalised layers, which never do.
Status variance_line(const Activation& phi, const Block& block, double sigma_b2, LinePoint& point);

/// All points of a line at sigma_b2, ascending in q, those that iteration does not reach included:
/// sign changes over q from max(sigma_b2, 1e-12), 1e-6 at sigma_b2 = 0, in steps of a factor 4,
/// dips between them followed to their bottom. Writes up to points.size(); `count` is how many
/// there are. None is no error here. Cost for tanh: some ms.
Status edge_of_chaos_points(const Activation& phi, const Block& block, double sigma_b2,
                            std::span<LinePoint> points, std::size_t& count);
Status iso_gamma_points(const Activation& phi, const Block& block, double sigma_b2, double gamma,
                        std::span<LinePoint> points, std::size_t& count);

/// For plain layers.
inline Status edge_of_chaos(const Activation& phi, double sigma_b2, LinePoint& point) {
  return edge_of_chaos(phi, Block{}, sigma_b2, point);
}
inline Status iso_gamma(const Activation& phi, double sigma_b2, double gamma, LinePoint& point) {
  return iso_gamma(phi, Block{}, sigma_b2, gamma, point);
}

}  // namespace igb
