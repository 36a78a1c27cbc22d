#include "igb/bivariate_normal.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <span>

#include "crossing.hpp"
#include "igb/guessing_law.hpp"
#include "legendre.hpp"

namespace igb {
namespace {

constexpr double pi = std::numbers::pi;
constexpr double series_distance = 0.075;  // 1 - |r| from which twenty nodes suffice
constexpr double certain = 40.0;           // standard deviations; nothing lies beyond

/// The crossing at tan^2(theta / 2) = tau2 << 1, with a = |x - y| / 2 and b = (x + y) / 2:
///   1/pi INT_0^tau exp(-(a^2 / t^2 + b^2 t^2 + a^2 + b^2) / 2) / (1 + t^2) dt.
/// With t = tau v, all but exp(-A^2 / 2 v^2), A = a / tau, is a power series in v^2.
double crossing_series(double a, double b, double tau2) {
  constexpr int most_terms = 60;
  const double far2 = a * a / tau2;
  const double top = std::exp(-0.5 * far2);
  if (top == 0.0) return 0.0;
  const double far = std::sqrt(far2);
  double moment = top - far * std::sqrt(0.5 * pi) * std::erfc(far / std::numbers::sqrt2);
  double exponential = 1.0;  // coefficient of exp(-b^2 tau2 v^2 / 2)
  double coefficient = 1.0;  // the same, divided by 1 + tau2 v^2
  double sum = moment;
  for (int m = 1; m < most_terms; ++m) {
    moment = (top - far2 * moment) / (2 * m + 1);  // INT_0^1 v^2m exp(-A^2 / 2 v^2) dv
    exponential *= -0.5 * b * b * tau2 / m;
    coefficient = exponential - tau2 * coefficient;
    const double next = sum + coefficient * moment;
    if (next == sum) break;
    sum = next;
  }
  return std::max(0.0, std::exp(-0.5 * (a * a + b * b)) * std::sqrt(tau2) / pi * sum);
}

double not_a_number() { return std::numeric_limits<double>::quiet_NaN(); }

}  // namespace

// INT_0^r of the density at (x, y) over the correlation is an integral over its arc sine.
CrossingRule::CrossingRule(double d) : d_(d), tau2_(d / (2.0 - d)) {
  if (d <= series_distance || d >= 2.0 - series_distance) return;
  const double half = 0.5 * std::asin(1.0 - d);
  factor_ = half / (2.0 * pi);
  const bool far = std::abs(1.0 - d) < 0.75;
  const std::span<const LegendreNode> rule =
      far ? std::span<const LegendreNode>(legendre_12) : std::span<const LegendreNode>(legendre_20);
  for (const LegendreNode& node : rule) {
    for (const double sign : {-1.0, 1.0}) {
      const double sine = std::sin(half * (1.0 + sign * node.position));
      weights_[nodes_] = node.weight;
      sines_[nodes_] = sine;
      inverse_squared_cosines_[nodes_++] = 1.0 / ((1.0 - sine) * (1.0 + sine));
    }
  }
}

double CrossingRule::integrated_density(double x, double y) const {
  const double product = x * y;
  const double squares = 0.5 * (x * x + y * y);
  double sum = 0.0;
  for (int i = 0; i < nodes_; ++i) {
    sum += weights_[i] * std::exp((product * sines_[i] - squares) * inverse_squared_cosines_[i]);
  }
  return factor_ * sum;
}

double CrossingRule::operator()(double x, double y, double independent) const {
  if (nodes_ > 0) return independent - integrated_density(x, y);
  const double a = 0.5 * std::abs(x - y);
  const double b = 0.5 * (x + y);
  if (d_ <= series_distance) return crossing_series(a, b, tau2_);
  // All that can cross, less the crossing of u and -v.
  const double all = normal_cdf(-a - std::abs(b));
  return d_ == 2.0 ? all : all - crossing_series(std::abs(b), a, 1.0 / tau2_);
}

double bivariate_normal_crossing(double x, double y, double d) {
  if (std::isnan(x) || std::isnan(y) || !(d >= 0.0 && d <= 2.0)) return not_a_number();
  if (d == 0.0) return 0.0;
  x = std::clamp(x, -certain, certain);
  y = std::clamp(y, -certain, certain);
  return CrossingRule(d)(x, y, normal_cdf(std::min(x, y)) * normal_cdf(-std::max(x, y)));
}

double bivariate_normal_cdf(double x, double y, double r) {
  if (std::isnan(x) || std::isnan(y) || !(r >= -1.0 && r <= 1.0)) return not_a_number();
  x = std::clamp(x, -certain, certain);
  y = std::clamp(y, -certain, certain);
  if (1.0 - r <= series_distance) {
    return normal_cdf(std::min(x, y)) - bivariate_normal_crossing(x, y, 1.0 - r);
  }
  if (1.0 + r > series_distance) {
    return normal_cdf(x) * normal_cdf(y) + CrossingRule(1.0 - r).integrated_density(x, y);
  }
  // P(-y <= -v and u <= x), -v of correlation -r with u: Phi(x) - Phi(-y) from the nearer tail.
  const double overlap = x > y ? normal_cdf(y) - normal_cdf(-x) : normal_cdf(x) - normal_cdf(-y);
  return std::max(0.0, overlap) + bivariate_normal_crossing(x, -y, 1.0 + r);
}

}  // namespace igb
