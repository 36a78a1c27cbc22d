#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "igb/status.hpp"

namespace igb {

/// Counts of a stream of values in bins of equal width from low to high, in the caller's memory.
/// Bin i holds edge(i) <= value < edge(i + 1), exactly as `edge` gives them; the last one holds
/// `high`, too, so that fractions of 0 .. 1 all find a place. Counts n = 0 .. D have each a bin of
/// their own, D + 1 of them, between -1/2 and D + 1/2.
class Histogram {
 public:
  /// Empty, over `bins`, which are set to 0 and must stay as long as the histogram is used.
  /// Errors: out_of_range (bins, at least one; low and high, within +-1e300; high, which must lie
  /// so far above low that a bin is 16 neighbouring doubles wide).
  Status begin(double low, double high, std::span<std::uint64_t> bins);

  void add(double value);
  /// As if the values of `other`, another object, had been added: exact in any order.
  /// Errors: out_of_range (bins, low, high, if they are not the same).
  Status merge(const Histogram& other);

  /// Lower end of bin i; edge(bins().size()) = high.
  [[nodiscard]] double edge(std::size_t i) const;
  [[nodiscard]] std::span<const std::uint64_t> bins() const { return bins_; }
  [[nodiscard]] std::uint64_t below() const { return below_; }  ///< values < low, -infinity too
  [[nodiscard]] std::uint64_t above() const { return above_; }  ///< values > high
  [[nodiscard]] std::uint64_t nans() const { return nans_; }
  /// All values, those without a bin included.
  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  double low_ = 0.0;
  double high_ = -1.0;  ///< before `begin` every value is below or above
  std::span<std::uint64_t> bins_;
  std::uint64_t below_ = 0;
  std::uint64_t above_ = 0;
  std::uint64_t nans_ = 0;
  std::uint64_t count_ = 0;
};

}  // namespace igb
