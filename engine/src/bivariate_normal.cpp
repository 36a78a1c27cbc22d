#include "igb/bivariate_normal.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "igb/guessing_law.hpp"
#include "legendre.hpp"

namespace igb {
namespace {

constexpr double pi = std::numbers::pi;
constexpr double series_distance = 0.075;  // 1 - |r| from which twenty nodes suffice
constexpr double certain = 40.0;           // standard deviations; nothing lies beyond

/// INT_0^r of the density at (x, y) over the correlation, as an integral over its arc sine.
double integrated_density(double x, double y, double r) {
  const double half = 0.5 * std::asin(r);
  const double squares = 0.5 * (x * x + y * y);
  const auto at = [&](double t) {
    const double sine = std::sin(t);
    return std::exp((x * y * sine - squares) / ((1.0 - sine) * (1.0 + sine)));
  };
  double sum = 0.0;
  for (const LegendreNode& node : legendre_20) {
    sum += node.weight * (at(half * (1.0 - node.position)) + at(half * (1.0 + node.position)));
  }
  return sum * half / (2.0 * pi);
}

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

double bivariate_normal_crossing(double x, double y, double d) {
  if (std::isnan(x) || std::isnan(y) || !(d >= 0.0 && d <= 2.0)) return not_a_number();
  if (d == 0.0) return 0.0;
  x = std::clamp(x, -certain, certain);
  y = std::clamp(y, -certain, certain);
  const double a = 0.5 * std::abs(x - y);
  const double b = 0.5 * (x + y);
  if (d <= series_distance) return crossing_series(a, b, d / (2.0 - d));
  if (d >= 2.0 - series_distance) {
    // All that can cross, less the crossing of u and -v.
    const double all = normal_cdf(-a - std::abs(b));
    return d == 2.0 ? all : all - crossing_series(std::abs(b), a, (2.0 - d) / d);
  }
  return normal_cdf(std::min(x, y)) * normal_cdf(-std::max(x, y)) -
         integrated_density(x, y, 1.0 - d);
}

double bivariate_normal_cdf(double x, double y, double r) {
  if (std::isnan(x) || std::isnan(y) || !(r >= -1.0 && r <= 1.0)) return not_a_number();
  x = std::clamp(x, -certain, certain);
  y = std::clamp(y, -certain, certain);
  if (1.0 - r <= series_distance) {
    return normal_cdf(std::min(x, y)) - bivariate_normal_crossing(x, y, 1.0 - r);
  }
  if (1.0 + r > series_distance) {
    return normal_cdf(x) * normal_cdf(y) + integrated_density(x, y, r);
  }
  // P(-y <= -v and u <= x), -v of correlation -r with u: Phi(x) - Phi(-y) from the nearer tail.
  const double overlap = x > y ? normal_cdf(y) - normal_cdf(-x) : normal_cdf(x) - normal_cdf(-y);
  return std::max(0.0, overlap) + bivariate_normal_crossing(x, -y, 1.0 + r);
}

}  // namespace igb
