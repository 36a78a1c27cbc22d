#include "igb/quantiles.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "binomial.hpp"
#include "igb/random.hpp"

namespace igb {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double values_max = 0x1p53;
constexpr double smallest = 8.0;  // capacity of a level: the fewer values, the more sorting

/// The largest k with P(B < k) <= tail, B the number of successes among n trials. Probabilities
/// rise up to the mode, so all below a k of probability P sum up to less than n P: they are summed
/// upwards from where that is 1e-18 of the tail.
double binomial_low(double n, double p, double q, double tail) {
  const auto log_probability = [&](double k) { return Binomial(n, k).log_probability(p, q); };
  const double negligible = std::log(tail) - 41.5 - std::log(n);
  double k = 0.0;
  double above = std::min(n, std::floor((n + 1.0) * p));
  while (above - k > 1.0) {
    const double middle = std::floor(0.5 * (k + above));
    (log_probability(middle) > negligible ? above : k) = middle;
  }
  double probability = std::exp(log_probability(k));
  double below = 0.0;  // P(B < k)
  while (k < n && below + probability <= tail) {
    below += probability;
    probability *= (n - k) / (k + 1.0) * (p / q);
    k += 1.0;
  }
  return k;
}

}  // namespace

std::uint64_t quantile_rank(std::uint64_t values, double p) {
  if (values == 0 || !(p >= 0.0 && p <= 1.0)) return 0;
  const auto n = static_cast<double>(values);
  double rank = std::clamp(std::ceil(p * n), 1.0, n);
  if (rank > 1.0 && (rank - 1.0) / n >= p) rank -= 1.0;
  if (rank < n && rank / n < p) rank += 1.0;
  return static_cast<std::uint64_t>(rank);
}

Status quantile_ranks(std::uint64_t values, double p, double confidence, RankInterval& ranks) {
  const auto n = static_cast<double>(values);
  const Status checks[] = {check_range("values", n, 1.0, values_max), check_range("p", p, 0.0, 1.0),
                           check_range("confidence", confidence, 0.0, 1.0 - 1e-15)};
  for (const Status& status : checks) {
    if (!status.ok()) return status;
  }
  // With B values below the quantile (or not above it), value_low exceeds it if B < low, and
  // value_high lies below it if n - B < n + 1 - high.
  const double tail = 0.5 * (1.0 - confidence);
  ranks.low = static_cast<std::uint64_t>(binomial_low(n, p, 1.0 - p, tail));
  ranks.high = values + 1 - static_cast<std::uint64_t>(binomial_low(n, 1.0 - p, p, tail));
  return {};
}

Status QuantileSummary::begin(std::span<double> memory, std::uint64_t seed) {
  if (memory.size() < memory_min) {
    return {StatusCode::buffer_too_small, "memory", static_cast<double>(memory.size()),
            static_cast<double>(memory_min)};
  }
  *this = QuantileSummary();
  memory_ = memory;
  seed_ = seed;
  return {};
}

std::size_t QuantileSummary::level_size(std::size_t level) const {
  return (level == 0 ? used_ : start_[level - 1]) - start_[level];
}

std::span<double> QuantileSummary::level_values(std::size_t level) const {
  return memory_.subspan(start_[level], level_size(level));
}

/// A coin: one bit of Philox at counters that no stream of `normals` reaches.
bool QuantileSummary::drop_even() {
  const auto words =
      philox({static_cast<std::uint32_t>(coins_), static_cast<std::uint32_t>(coins_ >> 32),
              0xffffffffU, 0xffffffffU},
             {static_cast<std::uint32_t>(seed_), static_cast<std::uint32_t>(seed_ >> 32)});
  ++coins_;
  return (words[0] & 1U) != 0;
}

/// Half of the level's values go up; of an odd number, the largest stays.
void QuantileSummary::compact(std::size_t level) {
  const std::span<double> values = level_values(level);
  const std::size_t pairs = values.size() / 2;
  std::sort(values.begin(), values.end());
  const std::size_t kept = drop_even() ? 1 : 0;
  for (std::size_t i = 0; i < pairs; ++i) values[i] = values[2 * i + kept];
  if (level + 1 == levels_) start_[levels_++] = 0;
  // The level above ends where this one starts.
  const std::size_t odd = values.size() - 2 * pairs;
  if (odd > 0) values[pairs] = values.back();
  const std::size_t end = start_[level] + values.size();
  start_[level] += pairs;
  std::copy(memory_.begin() + static_cast<std::ptrdiff_t>(end),
            memory_.begin() + static_cast<std::ptrdiff_t>(used_),
            memory_.begin() + static_cast<std::ptrdiff_t>(end - pairs));
  for (std::size_t below = 0; below < level; ++below) start_[below] -= pairs;
  used_ -= pairs;
  const double weight = std::ldexp(1.0, static_cast<int>(level));
  error_sum_ += weight;
  error_squares_ += weight * weight;
}

/// Compacts the lowest level that is at its capacity: the highest may hold C / 3, each level below
/// 2 / 3 of the one above, and `smallest` at least. These sum up to no more than C, so some level
/// is there.
void QuantileSummary::make_room() {
  std::size_t chosen = levels_ - 1;
  double capacity =
      (static_cast<double>(memory_.size()) - smallest * static_cast<double>(levels_)) / 3.0;
  for (std::size_t level = levels_; level-- > 0;) {
    if (static_cast<double>(level_size(level)) >= std::max(smallest, capacity)) chosen = level;
    capacity *= 2.0 / 3.0;
  }
  compact(chosen);
}

void QuantileSummary::insert(double value, std::size_t level) {
  if (used_ == memory_.size()) make_room();
  while (levels_ <= level) start_[levels_++] = 0;
  // Each level below moves its first value to its end and leaves that place to the one above.
  std::size_t place = used_++;
  for (std::size_t below = 0; below < level; ++below) {
    memory_[place] = memory_[start_[below]];
    place = start_[below]++;
  }
  memory_[place] = value;
  sorted_ = false;
}

void QuantileSummary::add(double value) {
  ++count_;
  if (std::isnan(value)) {
    ++nans_;
    return;
  }
  lowest_ = std::min(lowest_, value);
  highest_ = std::max(highest_, value);
  insert(value, 0);
}

void QuantileSummary::merge(const QuantileSummary& other) {
  count_ += other.count_;
  nans_ += other.nans_;
  lowest_ = std::min(lowest_, other.lowest_);
  highest_ = std::max(highest_, other.highest_);
  error_sum_ += other.error_sum_;
  error_squares_ += other.error_squares_;
  for (std::size_t level = other.levels_; level-- > 0;) {
    for (const double value : other.level_values(level)) insert(value, level);
  }
}

void QuantileSummary::sort_levels() {
  if (sorted_) return;
  for (std::size_t level = 0; level < levels_; ++level) {
    const std::span<double> values = level_values(level);
    std::sort(values.begin(), values.end());
  }
  sorted_ = true;
}

/// Merges the levels, lowest values first, up to that weight. There are no NaN.
double QuantileSummary::value_of_rank(std::uint64_t rank) {
  if (rank <= 1) return lowest_;
  if (rank >= count_) return highest_;
  sort_levels();
  std::array<std::size_t, levels_max> next = start_;
  std::uint64_t passed = 0;
  while (true) {
    std::size_t lowest = levels_;
    for (std::size_t level = 0; level < levels_; ++level) {
      if (next[level] == start_[level] + level_size(level)) continue;
      if (lowest == levels_ || memory_[next[level]] < memory_[next[lowest]]) lowest = level;
    }
    const double value = memory_[next[lowest]++];
    passed += std::uint64_t{1} << lowest;
    if (passed >= rank) return value;
  }
}

double QuantileSummary::quantile(double p) {
  const std::uint64_t rank = quantile_rank(count_, p);
  return rank == 0 || nans_ > 0 ? nan : value_of_rank(rank);
}

Interval QuantileSummary::quantile_interval(double p, double confidence) {
  // Half of the risk is for the sample, half for the summary, if that can err at all.
  const double risk = (1.0 - confidence) / (error_sum_ > 0.0 ? 2.0 : 1.0);
  RankInterval ranks{};
  if (nans_ > 0 || !quantile_ranks(count_, p, 1.0 - risk, ranks).ok()) return {nan, nan};
  const auto error =
      static_cast<std::uint64_t>(std::ceil(rank_error(1.0 - risk) * static_cast<double>(count_)));
  return {
      ranks.low <= error ? -infinity : value_of_rank(ranks.low - error),
      ranks.high > count_ - std::min(error, count_) ? infinity : value_of_rank(ranks.high + error)};
}

double QuantileSummary::rank_error(double confidence) const {
  if (!(confidence >= 0.0 && confidence <= 1.0)) return nan;
  if (error_sum_ == 0.0) return 0.0;
  // Each compaction of level h moves the rank of a value by 2^h, 0 or -2^h, by a fair coin.
  const double likely = std::sqrt(2.0 * error_squares_ * std::log(2.0 / (1.0 - confidence)));
  return std::min(error_sum_, likely) / static_cast<double>(count_);
}

}  // namespace igb
