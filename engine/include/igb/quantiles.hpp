#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "igb/accumulator.hpp"
#include "igb/status.hpp"

namespace igb {

/// The p-quantile of n values is the smallest of them that at least the fraction p does not exceed:
/// in ascending order the one of rank ceil(p n), ranks counting from 1. It is one of the values,
/// never a mix of two, so it may be infinite, and the quantile of logarithms is the logarithm of
/// the quantile. 0 <= p <= 1; 0 gives the smallest value.

/// That rank, the least r with r / n >= p in double; 0 without values or for another p.
[[nodiscard]] std::uint64_t quantile_rank(std::uint64_t values, double p);

/// Ranks low <= high among n independent values between which the p-quantile of their law lies with
/// probability >= confidence, whatever the law: P(value_low <= quantile <= value_high). Each side
/// is missed with at most (1 - confidence) / 2, by the binomial law of how many values lie below.
/// low = 0 and high = n + 1 where no value lies far enough out: take -infinity and infinity.
struct RankInterval {
  std::uint64_t low;
  std::uint64_t high;
};

/// Errors: out_of_range (values, 1 .. 2^53; p, 0 .. 1; confidence, 0 .. 1 - 1e-15).
/// Cost: some 10 sqrt(n) operations of 5 ns.
Status quantile_ranks(std::uint64_t values, double p, double confidence, RankInterval& ranks);

/// Quantiles of a stream in the caller's memory of C doubles: exact up to C values, approximate by
/// a known error in rank beyond.
///
/// Values are kept in levels; one of level h stands for 2^h values. When the memory is full, a
/// level is sorted, every second of its values goes up one level, and the others are dropped, a
/// coin deciding which (Karnin, Lang, Liberty 2016). Only the order of values counts, so heavy
/// tails, logarithms and infinities do no harm; a NaN makes every quantile NaN. Levels and coins
/// depend on the seed and on how many values came, not on the values, and the same stream gives the
/// same summary on every target.
///
/// Error in rank, as a fraction of all values, with probability 0.99 (rank_error(0.99)): for C =
/// 1024 0.5 % after 1e4 values, 0.7 % after 1e6, 0.8 % after 1e8; it falls as 1 / C. Half of it and
/// less is typical. The object itself, 700 bytes, is plain data; `begin` comes before anything
/// else.
class QuantileSummary {
 public:
  static constexpr std::size_t memory_min = 512;

  /// Empty, over `memory`, which must stay as long as the summary is used. Summaries that will be
  /// merged want different seeds.
  /// Errors: buffer_too_small (memory, at least memory_min doubles).
  Status begin(std::span<double> memory, std::uint64_t seed);

  /// Cost: 50 to 100 ns on average, most of it in sorting when the memory is full. Up to 2^62
  /// values.
  void add(double value);
  /// As if the values of `other`, another object, had been added; errors add up. Not the same
  /// summary in another order, but one of the same error.
  void merge(const QuantileSummary& other);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] std::uint64_t nans() const { return nans_; }

  /// A value whose rank is ceil(p n) within the error; 0 and 1 give the exact extremes. NaN without
  /// a value, after a NaN, or for p outside 0 .. 1. Cost: a sort of the memory, the first time
  /// after `add`, and C operations a level.
  [[nodiscard]] double quantile(double p);

  /// An interval that holds the p-quantile of the law of independent values with probability >=
  /// confidence: the order statistics of quantile_ranks, moved outwards by the error of the
  /// summary. NaN where quantile or quantile_ranks refuse.
  [[nodiscard]] Interval quantile_interval(double p, double confidence);

  /// e such that quantile(p) is an exact quantile for a p' in [p - e, p + e], for a given p with at
  /// least that probability over the coins (Azuma's inequality), for confidence = 1 always. 0 as
  /// long as everything is stored; NaN for a confidence outside 0 .. 1.
  [[nodiscard]] double rank_error(double confidence) const;

 private:
  static constexpr std::size_t levels_max = 64;

  [[nodiscard]] std::size_t level_size(std::size_t level) const;
  [[nodiscard]] std::span<double> level_values(std::size_t level) const;
  [[nodiscard]] bool drop_even();
  void insert(double value, std::size_t level);
  void make_room();
  void compact(std::size_t level);
  void sort_levels();
  [[nodiscard]] double value_of_rank(std::uint64_t rank);

  std::span<double> memory_;                     ///< highest level first, level 0 last
  std::array<std::size_t, levels_max> start_{};  ///< of each level
  std::size_t used_ = 0;
  std::size_t levels_ = 1;
  std::uint64_t seed_ = 0;
  std::uint64_t coins_ = 0;  ///< tossed so far
  std::uint64_t count_ = 0;
  std::uint64_t nans_ = 0;
  double lowest_ = std::numeric_limits<double>::infinity();
  double highest_ = -std::numeric_limits<double>::infinity();
  double error_sum_ = 0.0;      ///< of the weights of all compactions: the error in rank at worst
  double error_squares_ = 0.0;  ///< of their squares
  bool sorted_ = true;
};

}  // namespace igb
