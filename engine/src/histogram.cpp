#include "igb/histogram.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace igb {
namespace {

constexpr double far = 1e300;

}  // namespace

Status Histogram::begin(double low, double high, std::span<std::uint64_t> bins) {
  const auto count = static_cast<double>(bins.size());
  const Status checks[] = {check_range("bins", count, 1.0, 0x1p53),
                           check_range("low", low, -far, far),
                           check_range("high", high, -far, far)};
  for (const Status& status : checks) {
    if (!status.ok()) return status;
  }
  // Neighbouring doubles lie at most this far apart; rounding moves an edge by up to four of them.
  const double apart =
      std::max(std::abs(low), std::abs(high)) * std::numeric_limits<double>::epsilon();
  const double narrowest = 16.0 * apart;
  if (!(high > low && (high - low) / count >= narrowest)) {
    return {StatusCode::out_of_range, "high", high, low + narrowest * count, far};
  }
  *this = Histogram();
  low_ = low;
  high_ = high;
  bins_ = bins;
  std::fill(bins.begin(), bins.end(), std::uint64_t{0});
  return {};
}

double Histogram::edge(std::size_t i) const {
  if (i >= bins_.size()) return high_;
  return low_ + (high_ - low_) * (static_cast<double>(i) / static_cast<double>(bins_.size()));
}

void Histogram::add(double value) {
  ++count_;
  if (std::isnan(value)) {
    ++nans_;
  } else if (value < low_) {
    ++below_;
  } else if (value > high_) {
    ++above_;
  } else {
    const auto last = bins_.size() - 1;
    const double place = (value - low_) / (high_ - low_) * static_cast<double>(bins_.size());
    std::size_t i = std::min(static_cast<std::size_t>(place), last);
    // Rounding of the division against that of the edges.
    while (i > 0 && value < edge(i)) --i;
    while (i < last && value >= edge(i + 1)) ++i;
    ++bins_[i];
  }
}

Status Histogram::merge(const Histogram& other) {
  const auto bins = static_cast<double>(bins_.size());
  const Status checks[] = {check_range("bins", static_cast<double>(other.bins_.size()), bins, bins),
                           check_range("low", other.low_, low_, low_),
                           check_range("high", other.high_, high_, high_)};
  for (const Status& status : checks) {
    if (!status.ok()) return status;
  }
  for (std::size_t i = 0; i < bins_.size(); ++i) bins_[i] += other.bins_[i];
  below_ += other.below_;
  above_ += other.above_;
  nans_ += other.nans_;
  count_ += other.count_;
  return {};
}

}  // namespace igb
