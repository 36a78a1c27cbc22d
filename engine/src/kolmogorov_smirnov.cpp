#include "igb/kolmogorov_smirnov.hpp"

namespace igb {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// P(sup of the Brownian bridge > x)
double kolmogorov_tail(double x) {
  if (!(x > 0.2)) return std::isnan(x) ? x : 1.0;
  double tail = 0.0;
  double sign = 1.0;
  for (int k = 1; k <= 100; ++k) {
    tail += sign * std::exp(-2.0 * k * k * x * x);
    sign = -sign;
  }
  return std::clamp(2.0 * tail, 0.0, 1.0);
}

bool has_nan(std::span<const double> values) {
  return std::any_of(values.begin(), values.end(), [](double x) { return std::isnan(x); });
}

/// First position from `from` whose value exceeds x.
std::size_t step_over(std::span<const double> sorted, std::size_t from, double x) {
  while (from < sorted.size() && sorted[from] <= x) ++from;
  return from;
}

}  // namespace

double ks_distance(std::span<const std::uint32_t> networks, std::span<const double> pmf) {
  double total = 0.0;
  for (const std::uint32_t count : networks) total += count;
  if (total == 0.0) return nan;
  double difference = 0.0;
  double distance = 0.0;
  for (std::size_t n = 0; n < std::min(networks.size(), pmf.size()); ++n) {
    difference += networks[n] / total - pmf[n];
    distance = std::max(distance, std::abs(difference));
  }
  return distance;
}

double ks_distance(std::span<const double> sorted_a, std::span<const double> sorted_b) {
  if (sorted_a.empty() || sorted_b.empty() || has_nan(sorted_a) || has_nan(sorted_b)) return nan;
  const auto count_a = static_cast<double>(sorted_a.size());
  const auto count_b = static_cast<double>(sorted_b.size());
  std::size_t a = 0;
  std::size_t b = 0;
  double distance = 0.0;
  while (a < sorted_a.size() && b < sorted_b.size()) {
    const double x = std::min(sorted_a[a], sorted_b[b]);
    a = step_over(sorted_a, a, x);
    b = step_over(sorted_b, b, x);
    const double difference = static_cast<double>(a) / count_a - static_cast<double>(b) / count_b;
    distance = std::max(distance, std::abs(difference));
  }
  return distance;
}

double ks_p_value(double distance, std::size_t values) {
  if (values == 0) return nan;
  const double root = std::sqrt(static_cast<double>(values));
  return kolmogorov_tail((root + 0.12 + 0.11 / root) * distance);  // Stephens 1970
}

double ks_p_value(double distance, std::size_t values_a, std::size_t values_b) {
  if (values_a == 0 || values_b == 0) return nan;
  const auto a = static_cast<double>(values_a);
  const auto b = static_cast<double>(values_b);
  return kolmogorov_tail(std::sqrt(a * b / (a + b)) * distance);
}

}  // namespace igb
