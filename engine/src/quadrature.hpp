#pragma once

// Gaussian expectations of a function known only through its values: the trapezoid rule, which
// converges geometrically for analytic integrands. One dimension: gaussian_mean. Pairs: PairRule.

#include <cmath>
#include <numbers>

#include "igb/activation.hpp"

namespace igb {

/// E[f(u)], u ~ N(0, q), q > 0. Nodes are u = sinh(t): steps of the size on which an activation
/// bends near the origin, growing outwards, so that the cost grows only with ln q. Halves the step
/// until two results agree to 1e-10; the error squares with every halving.
template <class Function>
double gaussian_mean(const Function& f, double q) {
  constexpr double reach = 9.0;  // standard deviations; the weight beyond is 1e-18
  constexpr int first_nodes = 10;
  constexpr int most_nodes = first_nodes << 9;
  constexpr double agreement = 1e-10;

  const double sigma = std::sqrt(q);
  const double t_max = std::asinh(reach * sigma);
  double sum = f(0.0);
  double magnitude = std::abs(sum);
  const auto add_pair = [&](double t) {
    const double u = std::sinh(t);
    const double z = u / sigma;
    const double weight = std::exp(-0.5 * z * z) * std::sqrt(1.0 + u * u);
    const double term = weight * (f(u) + f(-u));
    sum += term;
    magnitude += std::abs(term);
  };

  double step = t_max / first_nodes;
  for (int k = 1; k <= first_nodes; ++k) add_pair(k * step);
  for (int nodes = 2 * first_nodes; nodes <= most_nodes; nodes *= 2) {
    const double coarse = sum * step;
    step /= 2.0;
    for (int k = 1; k < nodes; k += 2) add_pair(k * step);
    if (std::abs(sum * step - coarse) <= agreement * magnitude * step) break;
  }
  return sum * step / (sigma * std::sqrt(2.0 * std::numbers::pi));
}

/// Expectations over pairs (u, v) of variance q > 0 each and correlation c = 1 - d, for many d at
/// one q. The function is phi(u) - tilt u.
///
/// In the rotated variables x = (u + v) / 2, y = (u - v) / 2, independent with variances
/// q (1 - d / 2) and q d / 2, the gap is E[(phi(x + y) - phi(x - y))^2] / 2: a sum of squares,
/// without cancellation. Equal steps in x and y let one table of phi serve the whole lattice.
class PairRule {
 public:
  PairRule(const Activation& phi, double q, double tilt = 0.0);

  double gap(double d);               ///< kappa(1) - kappa(c)
  double slope_covariance(double d);  ///< kappa_dot(c)

 private:
  static constexpr int table_reach = 512;
  struct Table {
    bool filled = false;
    double at[2 * table_reach + 1];
  };

  double value(double u) const { return phi_.value(u) - tilt_ * u; }
  double slope(double u) const { return phi_.derivative(u) - tilt_; }

  template <class Kernel, class Function>
  double pair_mean(double d, double x_reach, double reach, Table& table, const Kernel& kernel,
                   const Function& function);
  template <class Weight, class Pair>
  double lattice_mean(double d, double x_step, double y_step, double x_reach, double reach,
                      const Weight& weight, const Pair& pair) const;
  double integrated_slope(double d);

  const Activation& phi_;
  double tilt_;
  double q_;
  double value_reach_;  // where the Gaussian weight ends
  double slope_reach_;  // the same, or nearer: where phi' ends
  double step_;         // the largest step that resolves phi
  Table values_;
  Table slopes_;
};

}  // namespace igb
