#include "drift_average.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "quadrature.hpp"

namespace igb {
namespace {

struct GaussNode {
  double position;  // on [0, 1]
  double weight;
};
// Gauss-Legendre.
constexpr std::array<GaussNode, 5> gauss_5{{{0.046910077030668004, 0.11846344252809454},
                                            {0.23076534494715845, 0.23931433524968324},
                                            {0.5, 0.28444444444444444},
                                            {0.76923465505284155, 0.23931433524968324},
                                            {0.953089922969332, 0.11846344252809454}}};

/// phi(mu + s z) over z ~ N(0, 1). The change of phi from z = 0 outwards is integrated from phi',
/// so that a saturated phi keeps its digits; weights are relative to that of the first z at which
/// phi moves at all, so that a ReLU far below its kink does, too.
class DriftedUnit {
 public:
  DriftedUnit(const Activation& phi, double mu, double s)
      : phi_(phi), mu_(mu), s_(s), first_(first_movement()) {
    constexpr double negligible = 83.0;  // exp(-83 / 2) = 1e-18
    constexpr double farthest_feature = 40.0;
    reach_ = std::max(9.0 + std::min(std::abs(mu) / s, farthest_feature),
                      std::sqrt(first_ * first_ + negligible));
    integrate(1.0);
    integrate(-1.0);
  }

  [[nodiscard]] double steepness() const {
    const double scale = std::exp(-0.5 * first_ * first_) / std::sqrt(2.0 * std::numbers::pi);
    return slopes_ / (squares_ - scale * sum_ * sum_);
  }

 private:
  double first_movement() const {
    if (phi_.derivative(mu_) != 0.0) return 0.0;
    double nearest = std::numeric_limits<double>::infinity();
    for (const double kink : phi_.kinks) nearest = std::min(nearest, std::abs(kink - mu_) / s_);
    return std::isinf(nearest) ? 0.0 : nearest;
  }

  /// Steps that resolve the Gaussian weight and phi, which bends within about 1 of 0 and between
  /// its kinks, where steps end.
  double end_of_step(double z, double side) const {
    constexpr double finest = 0.25;
    const double u = mu_ + side * s_ * z;
    const double step =
        std::min({finest, 0.5 / std::max(z, 1.0), finest * std::max(1.0, std::abs(u)) / s_});
    double end = std::min(z + step, reach_);
    for (const double kink : phi_.kinks) {
      const double at = side * (kink - mu_) / s_;
      if (at > z * (1.0 + 1e-12) + 1e-12 && at < end) end = at;
    }
    return end;
  }

  double slope(double side, double z) const { return s_ * phi_.derivative(mu_ + side * s_ * z); }

  double rise(double side, double from, double to) const {
    double sum = 0.0;
    for (const GaussNode& node : gauss_5) {
      sum += node.weight * slope(side, from + (to - from) * node.position);
    }
    return side * (to - from) * sum;
  }

  void integrate(double side) {
    double change = 0.0;  // of phi, from z = 0
    double z = first_;
    while (z < reach_) {
      const double start = z;
      const double end = end_of_step(start, side);
      double at = start;
      for (const GaussNode& node : gauss_5) {
        const double next = start + (end - start) * node.position;
        change += rise(side, at, next);
        at = next;
        const double weight =
            (end - start) * node.weight * std::exp(-0.5 * (at - first_) * (at + first_));
        const double slope_here = slope(side, at) / s_;
        slopes_ += weight * slope_here * slope_here;
        squares_ += weight * change * change;
        sum_ += weight * change;
      }
      change += rise(side, at, end);
      z = end;
    }
  }

  const Activation& phi_;
  double mu_;
  double s_;
  double first_;
  double reach_;
  double slopes_ = 0.0;
  double squares_ = 0.0;
  double sum_ = 0.0;
};

}  // namespace

double steepness_over_drift(const Activation& phi, double q, double d) {
  const double s = std::sqrt(q * d);
  const auto steepness = [&](double mu) { return DriftedUnit(phi, mu, s).steepness(); };
  return d < 1.0 ? gaussian_mean(steepness, q * (1.0 - d)) : steepness(0.0);
}

}  // namespace igb
