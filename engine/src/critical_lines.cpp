#include "igb/critical_lines.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "igb/expectation.hpp"
#include "igb/initialisation.hpp"
#include "quadrature.hpp"
#include "root.hpp"

namespace igb {
namespace {

/// sigma_w2 and sigma_b2 of the point of a line whose fixed point is q.
struct Parameters {
  double sigma_w2;
  double sigma_b2;
};

/// For small q both terms of sigma_b2 = q - sigma_w2 E[phi^2] agree but for O(q^3). Taking the mean
/// slope out of phi removes what cancels: in Hermite coefficients a_n of phi, the edge has
/// sigma_b2 / sigma_w2 = SUM (n - 1) a_n^2 and the line of constant c has SUM (c - c^n) a_n^2, in
/// which a_1 does not appear.
constexpr double small_q = 1.0;

double mean_slope(const Activation& phi, double q) {
  return gaussian_mean([&](double u) { return phi.derivative(u); }, q);
}

Parameters edge_at(const Activation& phi, double q) {
  const double slopes = slope_moment(phi, q);
  if (q >= small_q) return {1.0 / slopes, q - second_moment(phi, q) / slopes};
  const double tilt = mean_slope(phi, q);
  const double bending = gaussian_mean(
      [&](double u) {
        const double value = phi.value(u) - tilt * u;
        const double slope = phi.derivative(u) - tilt;
        return q * slope * slope - value * value;
      },
      q);
  return {1.0 / slopes, bending / slopes};
}

Parameters iso_gamma_at(const Activation& phi, double d, double q) {
  if (q >= small_q) {
    const double gap = covariance_gap(phi, q, d);
    return {q * d / gap, q * (gap - d * second_moment(phi, q)) / gap};
  }
  const double tilt = mean_slope(phi, q);
  const double bent_moment = gaussian_mean(
      [&](double u) {
        const double value = phi.value(u) - tilt * u;
        return value * value;
      },
      q);
  const double bent_gap = PairRule(phi, q, tilt).gap(d);
  const double gap = bent_gap + tilt * tilt * q * d;
  return {q * d / gap, q * (bent_gap - d * bent_moment) / gap};
}

/// Searches q upwards from sigma_b2, below which no point of a line can lie.
template <class Line>
Status solve(const Line& line, double sigma_b2, LinePoint& point) {
  constexpr double smallest_q = 1e-12;
  constexpr double largest_q = 1e30;
  const auto distance = [&](double q) {  // a bounded measure of ln(sigma_b2 found / sigma_b2)
    const double found = line(q).sigma_b2;
    return (found - sigma_b2) / (std::abs(found) + sigma_b2);
  };
  double low = std::max(sigma_b2, smallest_q);
  double at_low = distance(low);
  if (at_low > 0.0 && low == smallest_q) {
    return check_range("sigma_b2", sigma_b2, line(smallest_q).sigma_b2, sigma_b2_max);
  }
  while (low < largest_q) {
    const double high = 4.0 * low;
    const double at_high = distance(high);
    if (at_high >= 0.0) {
      point.q = find_root(distance, low, at_low, high, at_high);
      point.sigma_w2 = line(point.q).sigma_w2;
      return {};
    }
    low = high;
    at_low = at_high;
  }
  return {StatusCode::no_solution, "sigma_b2", sigma_b2};
}

}  // namespace

Status edge_of_chaos(const Activation& phi, double sigma_b2, LinePoint& point) {
  if (const Status s = check_range("sigma_b2", sigma_b2, sigma_b2_min, sigma_b2_max); !s.ok()) {
    return s;
  }
  if (phi.homogeneous) {
    point.sigma_w2 = 1.0 / slope_moment(phi, 1.0);
    point.q = sigma_b2 > 0.0 ? std::numeric_limits<double>::infinity() : point.sigma_w2;
    return {};
  }
  if (phi.odd && sigma_b2 == 0.0) {
    point = {1.0 / slope_moment(phi, 0.0), 0.0};
    return {};
  }
  return solve([&](double q) { return edge_at(phi, q); }, sigma_b2, point);
}

Status iso_gamma(const Activation& phi, double sigma_b2, double gamma, LinePoint& point) {
  if (const Status s = check_range("sigma_b2", sigma_b2, sigma_b2_min, sigma_b2_max); !s.ok()) {
    return s;
  }
  if (const Status s = check_range("gamma", gamma, line_gamma_min, line_gamma_max); !s.ok()) {
    return s;
  }
  if (phi.homogeneous) return {StatusCode::no_solution, "gamma", gamma};
  if (phi.odd && sigma_b2 == 0.0) return {StatusCode::no_solution, "sigma_b2", sigma_b2};
  const double d = 1.0 / (1.0 + gamma);
  return solve([&](double q) { return iso_gamma_at(phi, d, q); }, sigma_b2, point);
}

}  // namespace igb
