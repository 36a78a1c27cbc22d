#include "log_statistics.hpp"

#include <algorithm>
#include <cmath>

#include "failure.hpp"

namespace igb::cli {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

}  // namespace

std::size_t LogStatistics::capacity(std::uint64_t values) {
  return static_cast<std::size_t>(
      std::clamp<std::uint64_t>(values, QuantileSummary::memory_min, exact_max));
}

LogStatistics::LogStatistics(std::size_t capacity) : memory_(capacity) {
  constexpr std::uint64_t seed = 0;
  check(quantiles_.begin(memory_, seed));
}

void LogStatistics::add_network(std::span<const double> values) {
  if (values.empty()) return;
  double sum = 0.0;
  for (const double value : values) {
    quantiles_.add(value);
    sum += value;
    if (value == -infinity) {
      has_zero_ = true;
    } else if (value > largest_) {
      scaled_sum_ = scaled_sum_ * std::exp(largest_ - value) + 1.0;
      largest_ = value;
    } else {
      scaled_sum_ += std::exp(value - largest_);
    }
  }
  by_network_.add(sum, static_cast<double>(values.size()));
}

Estimate LogStatistics::mean_log() const {
  if (has_zero_) return {-infinity, std::numeric_limits<double>::quiet_NaN()};
  return by_network_.ratio();
}

double LogStatistics::log_mean() const {
  return largest_ + std::log(scaled_sum_ / static_cast<double>(count()));
}

}  // namespace igb::cli
