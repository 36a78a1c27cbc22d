// Binomial and Poisson probabilities in saddle-point form (Loader 2000), which keeps digits for
// large counts.
#pragma once

#include <cmath>
#include <limits>

namespace igb {

inline constexpr double half_ln_2pi = 0.91893853320467274178;

/// ln n! - ln(sqrt(2 pi n) (n / e)^n)
inline double stirling_error(double n) {
  if (n < 16.0) {
    double factorial = 1.0;
    for (double k = 2.0; k <= n; k += 1.0) factorial *= k;
    return std::log(factorial) - ((n + 0.5) * std::log(n) - n + half_ln_2pi);
  }
  const double r = 1.0 / (n * n);
  return (1.0 / 12.0 - r * (1.0 / 360.0 - r * (1.0 / 1260.0 - r * (1.0 / 1680.0 - r / 1188.0)))) /
         n;
}

/// n ln(n / mean) + mean - n, the deviance of a count; without cancellation for n near mean.
inline double deviance(double n, double mean) {
  if (mean == 0.0) return n == 0.0 ? 0.0 : std::numeric_limits<double>::infinity();
  const double difference = n - mean;
  if (std::abs(difference) > 0.1 * (n + mean)) {
    return n == 0.0 ? mean : n * std::log(n / mean) - difference;
  }
  // With v = (n - mean) / (n + mean): n ln((1 + v) / (1 - v)) - difference, as a series.
  const double v = difference / (n + mean);
  double sum = difference * v;
  double power = 2.0 * n * v;
  for (int k = 3; k < 40; k += 2) {
    power *= v * v;
    const double next = sum + power / k;
    if (next == sum) break;
    sum = next;
  }
  return sum;
}

/// ln P(n of D | success rate p) = constant - deviances.
struct Binomial {
  double inputs;
  double n;
  double constant;

  Binomial(double inputs_, double n_) : inputs(inputs_), n(n_), constant(0.0) {
    if (n == 0.0 || n == inputs) return;
    constant = stirling_error(inputs) - stirling_error(n) - stirling_error(inputs - n) -
               half_ln_2pi + 0.5 * std::log(inputs / (n * (inputs - n)));
  }
  /// p and its complement q = 1 - p, each to full relative precision.
  double log_probability(double p, double q) const {
    if (n == 0.0) return inputs * (p < 0.5 ? std::log1p(-p) : std::log(q));
    if (n == inputs) return inputs * (q < 0.5 ? std::log1p(-q) : std::log(p));
    return constant - deviance(n, inputs * p) - deviance(inputs - n, inputs * q);
  }
};

/// ln P(n) of a Poisson variable.
inline double log_poisson(double n, double mean) {
  if (n == 0.0) return -mean;
  return -stirling_error(n) - half_ln_2pi - 0.5 * std::log(n) - deviance(n, mean);
}

}  // namespace igb
