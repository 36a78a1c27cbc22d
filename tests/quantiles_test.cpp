// Quantiles against sorting, their ranks against the binomial law, and the errors that the summary
// admits to against those that it makes.
#include "igb/quantiles.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "igb/random.hpp"
#include "support/close.hpp"
#include "support/samples.hpp"

using namespace igb;
using igb::test::close;
using igb::test::five_sigma;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
const std::vector<double> probabilities{0.0, 1e-3, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.999, 1.0};

std::vector<double> normal_values(std::size_t count, std::uint32_t row) {
  std::vector<float> z(count);
  normals({23, 0}, Stream::inputs, 0, row, 0, z);
  return {z.begin(), z.end()};
}

/// The summary and its memory.
struct Summary {
  std::vector<double> memory;
  QuantileSummary quantiles;

  Summary(std::size_t size, std::uint64_t seed) : memory(size) {
    REQUIRE(quantiles.begin(memory, seed).ok());
  }
  Summary(std::size_t size, std::uint64_t seed, const std::vector<double>& values)
      : Summary(size, seed) {
    for (const double value : values) quantiles.add(value);
  }
  Summary(const Summary&) = delete;
};

/// The smallest value that at least p n do not exceed, by counting.
double counted_quantile(std::vector<double> values, double p) {
  std::sort(values.begin(), values.end());
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (static_cast<double>(i + 1) / static_cast<double>(values.size()) >= p) return values[i];
  }
  return not_a_number;
}

/// How far the rank of `value` is from ceil(p n), as a fraction of n; equal values have a range of
/// ranks.
double rank_deviation(const std::vector<double>& sorted, double value, double p) {
  const auto first = std::lower_bound(sorted.begin(), sorted.end(), value) - sorted.begin() + 1;
  const auto last = std::upper_bound(sorted.begin(), sorted.end(), value) - sorted.begin();
  REQUIRE(last >= first);  // it is one of them
  const auto rank = static_cast<double>(quantile_rank(sorted.size(), p));
  const double low = static_cast<double>(first) - rank;
  const double high = rank - static_cast<double>(last);
  return std::max({low, high, 0.0}) / static_cast<double>(sorted.size());
}

/// P(B < k) for k successes among n, from the definition.
std::vector<long double> binomial_below(int n, long double p) {
  std::vector<long double> below{0.0L};
  for (int k = 0; k <= n; ++k) {
    const long double log_ways =
        std::lgamma(n + 1.0L) - std::lgamma(k + 1.0L) - std::lgamma(n - k + 1.0L);
    below.push_back(below.back() + std::exp(log_ways) * std::pow(p, static_cast<long double>(k)) *
                                       std::pow(1.0L - p, static_cast<long double>(n - k)));
  }
  return below;
}

}  // namespace

TEST_CASE("quantileRankIsTheFirstThatReachesTheFraction") {
  for (std::uint64_t n = 1; n <= 200; ++n) {
    const auto count = static_cast<double>(n);
    for (std::uint64_t k = 1; k <= n; ++k) {
      const double p = static_cast<double>(k) / count;
      REQUIRE(quantile_rank(n, p) == k);
      REQUIRE(quantile_rank(n, std::nextafter(p, 0.0)) == k);  // ceil of slightly less
      if (k < n) REQUIRE(quantile_rank(n, std::nextafter(p, 1.0)) == k + 1);
    }
    CHECK(quantile_rank(n, 0.0) == 1);
  }
  CHECK(quantile_rank(30, 0.1) == 3);  // although 0.1 * 30 > 3 in double
  CHECK(quantile_rank(std::uint64_t{1} << 60, 0.5) == std::uint64_t{1} << 59);
  CHECK(quantile_rank(0, 0.5) == 0);
  for (const double p : {-0.1, 1.1, not_a_number}) CHECK(quantile_rank(10, p) == 0);
}

TEST_CASE("summaryIsExactUpToItsMemory") {
  std::vector<double> values = normal_values(512, 0);
  for (std::size_t i = 0; i < 100; ++i) values[5 * i] = -infinity;  // gradients that are 0
  for (std::size_t i = 0; i < 50; ++i) values[7 * i] = std::round(values[7 * i]);
  values[3] = infinity;
  for (const std::size_t count : {1U, 2U, 3U, 100U, 511U, 512U}) {
    const std::vector<double> stream(values.begin(),
                                     values.begin() + static_cast<std::ptrdiff_t>(count));
    Summary summary(512, 1, stream);
    CHECK(summary.quantiles.rank_error(1.0) == 0.0);
    CHECK(summary.quantiles.count() == count);
    for (const double p : probabilities) {
      CAPTURE(count);
      CAPTURE(p);
      CHECK(summary.quantiles.quantile(p) == counted_quantile(stream, p));
    }
  }
}

TEST_CASE("summaryGoesOnAfterAQuestion") {
  const std::vector<double> values = normal_values(3000, 1);
  Summary asked(512, 1);
  Summary unasked(512, 1, values);
  for (const double value : values) {
    asked.quantiles.add(value);
    if (asked.quantiles.count() % 100 == 0) (void)asked.quantiles.quantile(0.5);
  }
  for (const double p : probabilities) {
    CHECK(asked.quantiles.quantile(p) == unasked.quantiles.quantile(p));
  }
}

TEST_CASE("summaryStaysWithinItsErrorForStreamsOfAnyOrder") {
  // rank_error(1 - 1e-6) for each of 10 probabilities, 6 orders, 3 memories: false-alarm rate below
  // 2e-4 in all. An error of 0 would pass, so the worst one must be at least a 30th of it.
  constexpr std::size_t count = 100000;
  std::vector<double> sorted(count);
  for (std::size_t i = 0; i < count; ++i) sorted[i] = static_cast<double>(i);
  const auto order = [&](auto place) {
    std::vector<double> values(count);
    for (std::size_t i = 0; i < count; ++i) values[i] = sorted[place(i)];
    return values;
  };
  const struct {
    std::string name;
    std::vector<double> values;
  } streams[] = {
      {"rising", sorted},
      {"falling", order([](std::size_t i) { return count - 1 - i; })},
      {"mixed", order([](std::size_t i) { return i * 7919 % count; })},
      {"outside in", order([](std::size_t i) { return i % 2 == 0 ? i / 2 : count - 1 - i / 2; })},
      {"saw", order([](std::size_t i) { return i % 100 * 1000 + i / 100; })},
      {"long saw", order([](std::size_t i) { return i % 1000 * 100 + i / 1000; })}};
  for (const std::size_t size : {512U, 1000U, 4096U}) {
    for (const auto& stream : streams) {
      CAPTURE(size);
      CAPTURE(stream.name);
      Summary summary(size, 5, stream.values);
      const double error = summary.quantiles.rank_error(1.0 - 1e-6);
      double worst = 0.0;
      for (const double p : probabilities) {
        worst = std::max(worst, rank_deviation(sorted, summary.quantiles.quantile(p), p));
      }
      CHECK(worst <= error);
      CHECK(worst > error / 30.0);
      CHECK(summary.quantiles.quantile(0.0) == 0.0);
      CHECK(summary.quantiles.quantile(1.0) == static_cast<double>(count - 1));
    }
  }
}

TEST_CASE("summaryErrorIsTheOneStated") {
  const struct {
    std::size_t size, count;
    double error;
  } cases[] = {{1024, 10000, 0.0055}, {1024, 1000000, 0.008}, {4096, 1000000, 0.002}};
  for (const auto& at : cases) {
    CAPTURE(at.count);
    Summary summary(at.size, 3, normal_values(at.count, 2));
    const double error = summary.quantiles.rank_error(0.99);
    CHECK(error < at.error);
    CHECK(error > 0.8 * at.error);
    CHECK(summary.quantiles.rank_error(0.5) < error);
    CHECK(summary.quantiles.rank_error(1.0) > error);
  }
  // One value beyond the memory costs one sorting, which may move a rank by one.
  Summary full(512, 1, normal_values(513, 2));
  CHECK(full.quantiles.rank_error(1.0) == 1.0 / 513.0);
  CHECK(full.quantiles.rank_error(0.999) == 1.0 / 513.0);
  CHECK(full.quantiles.rank_error(0.0) == 1.0 / 513.0);
  CHECK(Summary(512, 1).quantiles.rank_error(1.0) == 0.0);
  for (const double confidence : {-0.1, 1.1, not_a_number}) {
    Summary summary(512, 1, {1.0});
    CHECK(std::isnan(summary.quantiles.rank_error(confidence)));
  }
}

TEST_CASE("summaryErrorIsFairAndRarelyExceedsItsBound") {
  // The median of 5000 values under 400 seeds. Coins without bias: the mean deviation is 0 within
  // five standard errors. Exceeding rank_error(0.9) has probability 0.1 at most (Azuma's bound is
  // generous), and the root mean square is no less than a fifth of rank_error(0.68).
  constexpr int seeds = 400;
  std::vector<double> values(5000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i * 1237 % 5000);
  double sum = 0.0;
  double squares = 0.0;
  int exceeded = 0;
  double bound = 0.0;
  double typical = 0.0;
  for (int seed = 0; seed < seeds; ++seed) {
    Summary summary(512, static_cast<std::uint64_t>(seed), values);
    const double deviation = (summary.quantiles.quantile(0.5) + 1.0 - 2500.0) / 5000.0;
    bound = summary.quantiles.rank_error(0.9);
    typical = summary.quantiles.rank_error(0.68);
    sum += deviation;
    squares += deviation * deviation;
    exceeded += std::abs(deviation) > bound ? 1 : 0;
  }
  const double rms = std::sqrt(squares / seeds);
  CHECK(std::abs(sum / seeds) < five_sigma * rms / std::sqrt(seeds));
  CHECK(exceeded <= seeds / 10);
  CHECK(rms > typical / 5.0);
  CHECK(rms < typical);
}

TEST_CASE("summaryDependsOnTheOrderOfValuesOnly") {
  // The quantiles of exponentials are the exponentials of the quantiles, beyond the memory too.
  std::vector<double> values = normal_values(20000, 4);
  for (double& value : values) value = value < 0.0 ? 100.0 * value : value;
  std::vector<double> exponentials;
  for (const double value : values) exponentials.push_back(std::exp(value));
  Summary logarithmic(512, 6, values);
  Summary plain(512, 6, exponentials);
  for (const double p : probabilities) {
    CHECK(plain.quantiles.quantile(p) == std::exp(logarithmic.quantiles.quantile(p)));
  }
}

TEST_CASE("summaryKeepsInfinitiesBeyondItsMemory") {
  std::vector<double> values = normal_values(20000, 5);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i % 10 < 4) values[i] = -infinity;
    if (i % 10 == 9) values[i] = infinity;
  }
  Summary summary(1024, 7, values);
  CHECK(summary.quantiles.rank_error(0.999) < 0.02);
  CHECK(summary.quantiles.quantile(0.38) == -infinity);
  CHECK(std::isfinite(summary.quantiles.quantile(0.42)));
  CHECK(std::isfinite(summary.quantiles.quantile(0.88)));
  CHECK(summary.quantiles.quantile(0.92) == infinity);
}

TEST_CASE("mergedSummariesStayWithinTheirError") {
  constexpr std::size_t count = 60000;
  const std::vector<double> values = normal_values(count, 6);
  std::vector<double> sorted = values;
  std::sort(sorted.begin(), sorted.end());
  // Parts of any size, of other memories, empty ones too; and a sum of them all.
  const std::size_t cuts[] = {0, 10, 10, 700, 30000, 30001, 59000, 60000};
  const std::size_t sizes[] = {512, 512, 700, 4096, 600, 512, 512};
  const auto merged = [&](Summary& whole) {
    for (std::size_t part = 0; part + 1 < std::size(cuts); ++part) {
      Summary piece(sizes[part], 100 + part);
      for (std::size_t i = cuts[part]; i < cuts[part + 1]; ++i) piece.quantiles.add(values[i]);
      whole.quantiles.merge(piece.quantiles);
    }
  };
  Summary whole(1024, 8);
  Summary again(1024, 8);
  merged(whole);
  merged(again);
  CHECK(whole.quantiles.count() == count);
  const double error = whole.quantiles.rank_error(1.0 - 1e-6);
  CHECK(error < 0.03);
  for (const double p : probabilities) {
    CAPTURE(p);
    CHECK(rank_deviation(sorted, whole.quantiles.quantile(p), p) <= error);
    CHECK(whole.quantiles.quantile(p) == again.quantiles.quantile(p));
  }
}

TEST_CASE("mergedSummariesAddTheSquaresOfTheirErrors") {
  Summary first(1024, 1, normal_values(20000, 9));
  Summary second(512, 2, normal_values(30000, 10));
  const auto squared = [](const Summary& summary, double confidence) {
    const double ranks =
        summary.quantiles.rank_error(confidence) * static_cast<double>(summary.quantiles.count());
    return ranks * ranks;
  };
  const double expected = squared(first, 0.9) + squared(second, 0.9);
  const double worst = std::sqrt(squared(first, 1.0)) + std::sqrt(squared(second, 1.0));
  Summary whole(4096, 3);  // holds both
  whole.quantiles.merge(first.quantiles);
  whole.quantiles.merge(second.quantiles);
  CHECK(squared(whole, 0.9) == close(expected, 1e-12));
  CHECK(std::sqrt(squared(whole, 1.0)) == close(worst, 1e-12));
}

TEST_CASE("mergedSummariesAreExactWhileAllFits") {
  const std::vector<double> values = normal_values(1024, 7);
  const std::vector<double> first(values.begin(), values.begin() + 500);
  const std::vector<double> second(values.begin() + 500, values.end());
  Summary whole(1024, 1, first);
  (void)whole.quantiles.quantile(0.5);
  whole.quantiles.merge(Summary(600, 2, second).quantiles);
  CHECK(whole.quantiles.rank_error(1.0) == 0.0);
  for (const double p : probabilities) {
    CHECK(whole.quantiles.quantile(p) == counted_quantile(values, p));
  }
}

TEST_CASE("summaryWithoutAnswerSaysNan") {
  Summary summary(512, 1);
  CHECK(std::isnan(summary.quantiles.quantile(0.5)));
  CHECK(std::isnan(summary.quantiles.quantile_interval(0.5, 0.9).low));
  summary.quantiles.add(1.0);
  for (const double p : {-1e-9, 1.0 + 1e-9, not_a_number}) {
    CHECK(std::isnan(summary.quantiles.quantile(p)));
    CHECK(std::isnan(summary.quantiles.quantile_interval(p, 0.9).low));
  }
  CHECK(std::isnan(summary.quantiles.quantile_interval(0.5, 1.0).high));
  CHECK(summary.quantiles.quantile(0.5) == 1.0);
  Summary other(512, 2, {2.0, not_a_number});
  summary.quantiles.merge(other.quantiles);
  CHECK(summary.quantiles.count() == 3);
  CHECK(summary.quantiles.nans() == 1);
  CHECK(std::isnan(summary.quantiles.quantile(0.5)));
  CHECK(std::isnan(summary.quantiles.quantile_interval(0.5, 0.9).low));
}

TEST_CASE("summaryRefusesTooLittleMemory") {
  std::vector<double> memory(512);
  QuantileSummary quantiles;
  const Status status = quantiles.begin(std::span(memory).first(511), 1);
  CHECK(status.code == StatusCode::buffer_too_small);
  CHECK(status.value == 511.0);
  CHECK(status.low == 512.0);
  CHECK(quantiles.begin(memory, 1).ok());
}

TEST_CASE("quantileRanksAreTheTightestOfTheirCoverage") {
  for (const int n : {1, 2, 5, 10, 37, 60}) {
    for (const double p : {0.0, 0.01, 0.1, 0.5, 0.63, 0.95, 1.0}) {
      const std::vector<long double> below = binomial_below(n, p);
      const std::vector<long double> above = binomial_below(n, 1.0L - p);
      for (const double confidence : {0.0, 0.5, 0.9, 0.95, 0.999, 1.0 - 1e-9}) {
        CAPTURE(n);
        CAPTURE(p);
        CAPTURE(confidence);
        RankInterval ranks{};
        REQUIRE(quantile_ranks(static_cast<std::uint64_t>(n), p, confidence, ranks).ok());
        const long double tail = 0.5L * (1.0L - confidence);
        const auto low = static_cast<std::size_t>(ranks.low);
        const auto high = static_cast<std::size_t>(n + 1) - static_cast<std::size_t>(ranks.high);
        REQUIRE(low <= static_cast<std::size_t>(n));
        REQUIRE(high <= static_cast<std::size_t>(n));
        CHECK(below[low] <= tail * (1.0L + 1e-12L));
        CHECK(above[high] <= tail * (1.0L + 1e-12L));
        // One rank further in would miss too often.
        if (low < static_cast<std::size_t>(n)) CHECK(below[low + 1] > tail * (1.0L - 1e-12L));
        if (high < static_cast<std::size_t>(n)) CHECK(above[high + 1] > tail * (1.0L - 1e-12L));
      }
    }
  }
}

TEST_CASE("quantileRanksMatchScipy") {
  // With t = (1 - confidence) / 2: low is the largest k with scipy.stats.binom(n, p).cdf(k - 1) <=
  // t, high n + 1 less that of binom(n, 1 - p). SciPy 1.10.
  const struct {
    std::uint64_t n;
    double p, confidence;
    RankInterval ranks;
  } cases[] = {{10, 0.5, 0.95, {2, 9}},
               {100, 0.5, 0.95, {40, 61}},
               {1000, 0.9, 0.99, {875, 925}},
               {1000000, 0.01, 0.95, {9805, 10196}},
               {1000000, 0.5, 0.999999999, {496945, 503056}},
               {1000000, 1e-9, 0.95, {0, 1}},
               {1000000, 0.999999, 0.95, {999997, 1000001}},
               {5000, 0.999, 0.999999, {4981, 5001}},
               {1000000000, 0.25, 0.999, {249954943, 250045059}}};
  for (const auto& at : cases) {
    CAPTURE(at.n);
    RankInterval ranks{};
    REQUIRE(quantile_ranks(at.n, at.p, at.confidence, ranks).ok());
    CHECK(ranks.low == at.ranks.low);
    CHECK(ranks.high == at.ranks.high);
  }
}

TEST_CASE("quantileRanksRefuseWhatHasNone") {
  RankInterval ranks{};
  const auto parameter = [&](std::uint64_t n, double p, double confidence) {
    const Status status = quantile_ranks(n, p, confidence, ranks);
    CHECK(status.code == StatusCode::out_of_range);
    return std::string(status.parameter);
  };
  CHECK(parameter(0, 0.5, 0.9) == "values");
  CHECK(parameter(std::uint64_t{1} << 54, 0.5, 0.9) == "values");
  CHECK(parameter(10, -0.1, 0.9) == "p");
  CHECK(parameter(10, not_a_number, 0.9) == "p");
  CHECK(parameter(10, 0.5, -0.1) == "confidence");
  CHECK(parameter(10, 0.5, 1.0) == "confidence");
  CHECK(parameter(10, 0.5, not_a_number) == "confidence");
}

TEST_CASE("quantileIntervalHoldsTheQuantileOftenEnough") {
  // 0.9 intervals for the 0.8-quantile of normal values, 0.8416212, and of their floor, 0: exact
  // from 60 values, and from 2000 in a memory of 512. They must hold it at least as often, up to
  // five standard errors.
  constexpr double confidence = 0.9;
  const struct { std::size_t samples, size; } cases[] = {{3000, 60}, {600, 2000}};
  for (const auto& at : cases) {
    const std::size_t samples = at.samples;
    const std::size_t size = at.size;
    CAPTURE(size);
    const std::vector<double> z = normal_values(samples * size, 8);
    double held = 0.0;
    double held_floor = 0.0;
    for (std::size_t i = 0; i < samples; ++i) {
      const std::vector<double> sample(z.begin() + static_cast<std::ptrdiff_t>(i * size),
                                       z.begin() + static_cast<std::ptrdiff_t>((i + 1) * size));
      std::vector<double> floors;
      for (const double value : sample) floors.push_back(std::floor(value));
      const Interval interval =
          Summary(512, i, sample).quantiles.quantile_interval(0.8, confidence);
      const Interval floor = Summary(512, i, floors).quantiles.quantile_interval(0.8, confidence);
      held += interval.low <= 0.8416212335729143 && 0.8416212335729143 <= interval.high ? 1.0 : 0.0;
      held_floor += floor.low <= 0.0 && 0.0 <= floor.high ? 1.0 : 0.0;
    }
    const auto all = static_cast<double>(samples);
    const double error = std::sqrt(confidence * (1.0 - confidence) / all);
    CHECK(held / all > confidence - five_sigma * error);
    CHECK(held_floor / all > confidence - five_sigma * error);
    if (size == 60) {  // ranks 43 and 54, whose exact coverage is 0.92647
      CHECK(std::abs(held / all - 0.92647) < five_sigma * std::sqrt(0.92647 * 0.07353 / all));
    }
  }
}

TEST_CASE("quantileIntervalIsOpenWhereNoValueLiesFarEnoughOut") {
  Summary summary(512, 1, {1.0, 2.0, 3.0, 4.0, 5.0});
  const Interval median = summary.quantiles.quantile_interval(0.5, 0.9);
  CHECK(median.low == 1.0);
  CHECK(median.high == 5.0);
  const Interval wider = summary.quantiles.quantile_interval(0.5, 0.99);
  CHECK(wider.low == -infinity);
  CHECK(wider.high == infinity);
  const Interval low = summary.quantiles.quantile_interval(0.1, 0.9);
  CHECK(low.low == -infinity);
  CHECK(low.high == 3.0);
}
