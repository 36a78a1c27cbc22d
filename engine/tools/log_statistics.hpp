#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "igb/accumulator.hpp"
#include "igb/quantiles.hpp"

namespace igb::cli {

/// Logarithms of a quantity over networks and their inputs: quantiles, the mean of the logarithm,
/// the logarithm of the mean. Values may be -infinity, of a quantity that is 0.
class LogStatistics {
 public:
  /// Quantiles are exact for up to so many values (QuantileSummary).
  static constexpr std::size_t exact_max = 4096;
  /// Doubles kept for so many values that will come.
  [[nodiscard]] static std::size_t capacity(std::uint64_t values);

  /// All toss the same coins, so that those of layers that order their values alike keep the same
  /// ones: quantiles of layers then belong together even where they are approximate.
  explicit LogStatistics(std::size_t capacity);
  LogStatistics(LogStatistics&&) = default;  // a copy would share the memory

  /// The values of one network, in any number.
  void add_network(std::span<const double> values);

  [[nodiscard]] std::uint64_t count() const { return quantiles_.count(); }
  /// NaN without a value.
  [[nodiscard]] double quantile(double p) { return quantiles_.quantile(p); }
  /// With its standard error over networks, whose inputs are not independent: NaN for a single
  /// network and where the mean is -infinity.
  [[nodiscard]] Estimate mean_log() const;
  [[nodiscard]] double log_mean() const;
  /// QuantileSummary::rank_error(0.99): 0 where quantiles are exact.
  [[nodiscard]] double rank_error() const { return quantiles_.rank_error(0.99); }

 private:
  std::vector<double> memory_;
  QuantileSummary quantiles_;
  RatioAccumulator by_network_;  ///< sum of values over their number
  double largest_ = -std::numeric_limits<double>::infinity();
  double scaled_sum_ = 0.0;  ///< of exp(value - largest)
  bool has_zero_ = false;    ///< a value -infinity came
};

}  // namespace igb::cli
