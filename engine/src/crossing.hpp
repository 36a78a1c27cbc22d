#pragma once

namespace igb {

/// bivariate_normal_crossing for many pairs at one correlation 1 - d, 0 < d <= 2.
class CrossingRule {
 public:
  explicit CrossingRule(double d);

  /// |x|, |y| <= 40; `independent` is Phi(min(x, y)) Phi(-max(x, y)), its value at d = 1.
  [[nodiscard]] double operator()(double x, double y, double independent) const;

  /// INT_0^(1-d) of the density at (x, y) over the correlation, away from d = 0 and 2.
  [[nodiscard]] double integrated_density(double x, double y) const;

 private:
  static constexpr int most_nodes = 20;

  double d_;
  double tau2_;    // tan^2 of half the angle of the correlation
  int nodes_ = 0;  // of the integral over the correlation; 0 near d = 0 and 2
  double factor_ = 0.0;
  double weights_[most_nodes];
  double sines_[most_nodes];
  double inverse_squared_cosines_[most_nodes];
};

}  // namespace igb
