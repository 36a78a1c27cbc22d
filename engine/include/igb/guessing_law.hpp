#pragma once

#include <cstdint>
#include <span>

#include "igb/status.hpp"

namespace igb {

[[nodiscard]] double normal_cdf(double x);
/// Inverse of normal_cdf on [0, 1]; -inf at 0, +inf at 1, NaN outside.
[[nodiscard]] double normal_quantile(double p);

/// The law of the first guess for two classes (THEORY.md section 3): over networks, the fraction of
/// (infinitely many) inputs assigned to class 0 is G_0 = Phi(sqrt(gamma) z), z ~ N(0, 1).
/// 0 <= gamma <= infinity; gamma = 0 is a point mass at 1/2, gamma = infinity half at 0, half at 1.
/// gamma of any layer, of finite depth as well, is Signal::gamma(); more than two classes:
/// many_class_law.hpp.
struct TwoClassLaw {
  double gamma;

  [[nodiscard]] double pdf(double g) const;       ///< 0 < g < 1; 0 outside
  [[nodiscard]] double cdf(double g) const;       ///< P(G_0 <= g)
  [[nodiscard]] double quantile(double p) const;  ///< 0 <= p <= 1
  [[nodiscard]] double variance() const;          ///< asin(c) / 2 pi
  [[nodiscard]] double mean_max_frequency()
      const;  ///< E[max(G_0, 1 - G_0)] = 1/2 + atan(sqrt gamma) / pi
  /// P(max(G_0, 1 - G_0) > threshold), 1/2 <= threshold <= 1.
  [[nodiscard]] double prob_max_above(double threshold) const;
  /// Quantile of max(G_0, 1 - G_0): P(max <= max_quantile(p)) = p.
  [[nodiscard]] double max_quantile(double p) const;
};

/// The same law for a finite data set of D = pmf.size() - 1 >= 1 independent inputs:
/// pmf[n] = P(n of D inputs go to class 0); given z, n is binomial with rate Phi(sqrt(gamma) z).
/// Quadrature in log space around the peak of each integrand: relative error below 1e-10 where
/// pmf > 1e-290. Cost: 4 us an entry (D = 1000: 4 ms).
/// Errors: out_of_range (gamma, inputs).
Status finite_two_class_law(double gamma, std::span<double> pmf);

/// E[max(n, D - n)] / D of a pmf from finite_two_class_law.
[[nodiscard]] double mean_max_frequency(std::span<const double> pmf);

/// Var(n / D) = asin(c) / 2 pi (1 - 1/D) + 1 / (4 D).
[[nodiscard]] double finite_two_class_variance(double gamma, std::uint64_t inputs);

}  // namespace igb
