#pragma once

#include <cstdint>

namespace igb {

/// A mean over random draws, with its standard error.
struct Estimate {
  double mean;
  double standard_error;
};

/// From low to high, both included.
struct Interval {
  double low;
  double high;
};

/// Quantile of Student's t with that many degrees of freedom: P(T <= result) = p.
/// degrees >= 1, infinity being the standard normal; 0 <= p <= 1, -infinity at 0 and +infinity at
/// 1; NaN outside. Error: below 1e-12 relative from p = 1e-15 to 1/2; beyond 1/2 by symmetry, with
/// the digits that 1 - p has left. Cost: some 20 us.
[[nodiscard]] double student_t_quantile(double p, double degrees);

/// Mean and spread of a stream of values in three numbers (Welford 1962): no square of a large mean
/// is ever subtracted, so a spread far below the mean keeps its digits. A NaN or an infinity makes
/// mean or variance NaN for good.
///
/// Streams that were cut into parts are merged (Chan, Golub, LeVeque 1983). Sums depend on their
/// order in the last digits: for bit-identical results with any number of workers, merge parts that
/// do not depend on it (networks, say) in an order that does not either.
class Accumulator {
 public:
  void add(double value);
  /// As if the values of `later` had been added one by one, up to rounding.
  void merge(const Accumulator& later);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  /// NaN without a value.
  [[nodiscard]] double mean() const;
  /// With count - 1 in the denominator; NaN for fewer than two values.
  [[nodiscard]] double variance() const;
  /// Of the mean, sqrt(variance / count), for independent values.
  [[nodiscard]] double standard_error() const;
  [[nodiscard]] Estimate estimate() const { return {mean(), standard_error()}; }

  /// Student's interval, which holds the expectation of independent normal values with probability
  /// `confidence`, 0 < confidence < 1 (NaN outside); for other laws of finite variance as their
  /// number grows. Everything, -infinity .. infinity, for fewer than two values. Values that are
  /// all equal give an interval of width 0, whatever they hide.
  [[nodiscard]] Interval mean_interval(double confidence) const;

 private:
  std::uint64_t count_ = 0;
  double mean_ = 0.0;
  double squares_ = 0.0;  ///< sum of squared deviations from the mean
};

/// Means of pairs (x, y) of a stream and the ratio of the two, as gamma is of the mean sigma_mu2 to
/// the mean sigma_y2. Merging as above.
class RatioAccumulator {
 public:
  void add(double x, double y);
  void merge(const RatioAccumulator& later);

  [[nodiscard]] const Accumulator& x() const { return x_; }
  [[nodiscard]] const Accumulator& y() const { return y_; }
  /// With count - 1 in the denominator; NaN for fewer than two pairs.
  [[nodiscard]] double covariance() const;

  /// mean x / mean y with its standard error to first order, of independent pairs: that of
  /// (x - ratio y) / mean y. The ratio of means of n pairs is off by O(1 / n) from that of the
  /// expectations, which does not show in the error.
  [[nodiscard]] Estimate ratio() const;

 private:
  Accumulator x_;
  Accumulator y_;
  double products_ = 0.0;  ///< sum of products of deviations from the means
};

}  // namespace igb
