// Streamed moments against two passes in long double, Student's quantiles against quadrature and
// closed forms, intervals against how often they hold what they should.
#include "igb/accumulator.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <span>
#include <vector>

#include "igb/guessing_law.hpp"
#include "igb/random.hpp"
#include "support/close.hpp"
#include "support/samples.hpp"

using namespace igb;
using igb::test::close;
using igb::test::five_sigma;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

std::vector<double> normal_values(std::size_t count, std::uint32_t row) {
  std::vector<float> z(count);
  normals({21, 0}, Stream::inputs, 0, row, 0, z);
  return {z.begin(), z.end()};
}

/// Means, variances and covariance by their definitions, in two passes.
struct TwoPasses {
  long double mean_x = 0.0L, mean_y = 0.0L, variance_x = 0.0L, variance_y = 0.0L, covariance = 0.0L;

  TwoPasses(std::span<const double> x, std::span<const double> y) {
    const auto count = static_cast<long double>(x.size());
    for (const double value : x) mean_x += value / count;
    for (const double value : y) mean_y += value / count;
    for (std::size_t i = 0; i < x.size(); ++i) {
      variance_x += (x[i] - mean_x) * (x[i] - mean_x) / (count - 1.0L);
      variance_y += (y[i] - mean_y) * (y[i] - mean_y) / (count - 1.0L);
      covariance += (x[i] - mean_x) * (y[i] - mean_y) / (count - 1.0L);
    }
  }
};

Accumulator accumulated(std::span<const double> values) {
  Accumulator accumulator;
  for (const double value : values) accumulator.add(value);
  return accumulator;
}

/// INT_0^end f by the trapezoid rule in t, x = end / (1 + exp(-pi sinh t)): exact to rounding for
/// analytic f.
template <class Function>
double integral(const Function& f, double end) {
  constexpr double step = 1.0 / 64.0;
  double sum = 0.0;
  for (double t = -4.5; t <= 4.5; t += step) {
    const double e = std::exp(-std::numbers::pi * std::sinh(t));
    sum += f(end / (1.0 + e)) * e / (1.0 + e) / (1.0 + e) * std::cosh(t);
  }
  return sum * step * std::numbers::pi * end;
}

/// sin(x)^power, also where x is next to pi / 2 and the power large.
double sine_power(double x, double power) {
  const double cosine = std::cos(x);
  return cosine < 0.7 ? std::exp(0.5 * power * std::log1p(-cosine * cosine))
                      : std::pow(std::sin(x), power);
}

/// P(T > t) and the density at t: with t = sqrt(degrees) / tan x that of x is sin(x)^(degrees - 1).
struct StudentTail {
  double probability;
  double density;

  StudentTail(double t, double degrees) {
    const auto weight = [&](double x) { return sine_power(x, degrees - 1.0); };
    const double all = 2.0 * integral(weight, 0.5 * std::numbers::pi);
    const double x = std::atan2(std::sqrt(degrees), t);
    probability = integral(weight, x) / all;
    density = sine_power(x, degrees + 1.0) / (std::sqrt(degrees) * all);
  }
};

}  // namespace

TEST_CASE("accumulatorEqualsTwoPassesAlsoFarFromZero") {
  // A mean 1e9 times the spread would leave nothing of sums of squares.
  for (const double offset : {0.0, 3.0, -1e9}) {
    for (const std::size_t count : {2U, 3U, 1000U}) {
      CAPTURE(offset);
      CAPTURE(count);
      std::vector<double> x = normal_values(count, 0);
      for (double& value : x) value += offset;
      const Accumulator all = accumulated(x);
      const TwoPasses expected(x, x);
      CHECK(all.count() == count);
      CHECK(all.mean() == close(static_cast<double>(expected.mean_x), 1e-14));
      CHECK(all.variance() == close(static_cast<double>(expected.variance_x), 1e-7));
      if (offset != -1e9) {
        CHECK(all.variance() == close(static_cast<double>(expected.variance_x), 1e-13));
      }
      CHECK(all.standard_error() == std::sqrt(all.variance() / static_cast<double>(count)));
    }
  }
}

TEST_CASE("accumulatorOfNoneOrOneValueKnowsNoSpread") {
  Accumulator accumulator;
  CHECK(std::isnan(accumulator.mean()));
  CHECK(std::isnan(accumulator.standard_error()));
  accumulator.add(-3.5);
  CHECK(accumulator.mean() == -3.5);
  CHECK(std::isnan(accumulator.variance()));
  CHECK(std::isnan(accumulator.estimate().standard_error));
  const Interval everything = accumulator.mean_interval(0.95);
  CHECK(everything.low == -infinity);
  CHECK(everything.high == infinity);
}

TEST_CASE("accumulatorKeepsNanAndInfinity") {
  for (const double poison : {not_a_number, infinity, -infinity}) {
    Accumulator accumulator = accumulated(std::vector<double>{1.0, poison, 2.0});
    accumulator.merge(accumulated(std::vector<double>{3.0}));
    CHECK(accumulator.count() == 4);
    CHECK(!std::isfinite(accumulator.mean()));
    CHECK(std::isnan(accumulator.variance()));
  }
}

TEST_CASE("mergedAccumulatorsEqualTheWholeStream") {
  std::vector<double> x = normal_values(1000, 1);
  for (double& value : x) value = 100.0 + value * value;
  const TwoPasses expected(x, x);
  // Empty parts, parts of one value and long ones, in order.
  const std::size_t cuts[] = {0, 0, 1, 2, 2, 17, 900, 1000, 1000};
  Accumulator merged;
  for (std::size_t part = 0; part + 1 < std::size(cuts); ++part) {
    merged.merge(accumulated(std::span(x).subspan(cuts[part], cuts[part + 1] - cuts[part])));
  }
  CHECK(merged.count() == 1000);
  CHECK(merged.mean() == close(static_cast<double>(expected.mean_x), 1e-14));
  CHECK(merged.variance() == close(static_cast<double>(expected.variance_x), 1e-13));
}

TEST_CASE("studentQuantileMatchesClosedForms") {
  for (const double p : {1e-12, 1e-6, 1e-3, 0.025, 0.1, 0.3, 0.45, 0.499, 0.6, 0.975}) {
    CAPTURE(p);
    CHECK(student_t_quantile(p, 1.0) == close(-1.0 / std::tan(std::numbers::pi * p), 1e-12));
    CHECK(student_t_quantile(p, 2.0) == close((p - 0.5) * std::sqrt(2.0 / (p * (1.0 - p))), 1e-12));
    CHECK(student_t_quantile(p, infinity) == close(normal_quantile(p), 1e-14));
  }
  // The two degrees in the table of every textbook.
  CHECK(student_t_quantile(0.975, 9.0) == close(2.2621571627, 1e-10));
  CHECK(student_t_quantile(0.995, 30.0) == close(2.7499956536, 1e-10));
}

TEST_CASE("studentQuantileInvertsTheTailAtAnyDegrees") {
  // A relative error of the quantile moves the tail by density times quantile as much.
  for (const double degrees :
       {1.0, 1.5, 2.0, 3.0, 4.0, 7.0, 20.0, 59.0, 61.0, 300.0, 5000.0, 19999.0, 20001.0, 1e5}) {
    for (const double p : {1e-15, 1e-12, 1e-9, 1e-6, 1e-3, 0.025, 0.1, 0.2, 0.3, 0.4, 0.49}) {
      CAPTURE(degrees);
      CAPTURE(p);
      const double t = -student_t_quantile(p, degrees);
      const StudentTail tail(t, degrees);
      const double rounding = 5e-15 * p;  // of the quadrature
      CHECK(std::abs(tail.probability - p) < 1e-12 * t * tail.density + rounding);
      CHECK(student_t_quantile(1.0 - p, degrees) ==
            close(t, 1e-12 + 2e-16 / p * std::max(1.0, 1.0 / t)));
    }
  }
}

TEST_CASE("studentQuantileRefusesWhatIsNone") {
  CHECK(student_t_quantile(0.5, 3.0) == 0.0);
  CHECK(student_t_quantile(0.0, 3.0) == -infinity);
  CHECK(student_t_quantile(1.0, 3.0) == infinity);
  for (const double p : {-1e-9, 1.0 + 1e-9, not_a_number})
    CHECK(std::isnan(student_t_quantile(p, 3.0)));
  for (const double degrees : {0.0, 0.99, -1.0, not_a_number}) {
    CHECK(std::isnan(student_t_quantile(0.3, degrees)));
  }
}

TEST_CASE("meanIntervalHoldsTheMeanAsOftenAsItSays") {
  // Five normal values: the normal quantile instead of Student's would hold it in 82 % of the cases
  // instead of 90 %. False-alarm rate 5.7e-7.
  constexpr std::size_t samples = 20000;
  constexpr std::size_t size = 5;
  const std::vector<double> z = normal_values(samples * size, 2);
  double held = 0.0;
  for (std::size_t i = 0; i < samples; ++i) {
    const Interval interval = accumulated(std::span(z).subspan(i * size, size)).mean_interval(0.9);
    held += interval.low <= 0.0 && 0.0 <= interval.high ? 1.0 : 0.0;
  }
  const double error = std::sqrt(0.9 * 0.1 / samples);
  CHECK(std::abs(held / samples - 0.9) < five_sigma * error);
}

TEST_CASE("meanIntervalRefusesAConfidenceThatIsNone") {
  const Accumulator accumulator = accumulated(std::vector<double>{1.0, 2.0, 4.0});
  for (const double confidence : {0.0, 1.0, -0.1, 95.0, not_a_number}) {
    CHECK(std::isnan(accumulator.mean_interval(confidence).low));
    CHECK(std::isnan(accumulator.mean_interval(confidence).high));
  }
}

TEST_CASE("ratioEqualsItsDefinition") {
  std::vector<double> x = normal_values(500, 3);
  std::vector<double> y = normal_values(500, 4);
  for (std::size_t i = 0; i < x.size(); ++i) {
    y[i] = 50.0 + x[i] + 0.5 * y[i];
    x[i] = 7.0 + x[i];
  }
  RatioAccumulator whole;
  for (std::size_t i = 0; i < x.size(); ++i) whole.add(x[i], y[i]);
  const std::size_t cuts[] = {0, 0, 1, 30, 30, 499, 500};
  RatioAccumulator merged;
  for (std::size_t part = 0; part + 1 < std::size(cuts); ++part) {
    RatioAccumulator piece;
    for (std::size_t i = cuts[part]; i < cuts[part + 1]; ++i) piece.add(x[i], y[i]);
    merged.merge(piece);
  }
  const TwoPasses expected(x, y);
  const long double ratio = expected.mean_x / expected.mean_y;
  // The residuals x - ratio y, whose mean is 0.
  long double squares = 0.0L;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const long double residual = x[i] - ratio * y[i];
    squares += residual * residual;
  }
  const double error = static_cast<double>(std::sqrt(squares / 499.0L / 500.0L) / expected.mean_y);
  for (const RatioAccumulator& pairs : {whole, merged}) {
    CHECK(pairs.x().mean() == close(static_cast<double>(expected.mean_x), 1e-13));
    CHECK(pairs.y().variance() == close(static_cast<double>(expected.variance_y), 1e-12));
    CHECK(pairs.covariance() == close(static_cast<double>(expected.covariance), 1e-12));
    CHECK(pairs.ratio().mean == close(static_cast<double>(ratio), 1e-13));
    CHECK(pairs.ratio().standard_error == close(error, 1e-11));
  }
}

TEST_CASE("ratioErrorIsTheSpreadOfRatios") {
  // 2000 ratios of 100 pairs each; their variance is known to 1 / sqrt(1000). Without the
  // covariance it would be 5 times as large.
  constexpr std::size_t batches = 2000;
  constexpr std::size_t size = 100;
  const std::vector<double> u = normal_values(batches * size, 5);
  const std::vector<double> v = normal_values(batches * size, 6);
  Accumulator ratios;
  Accumulator squares;
  for (std::size_t batch = 0; batch < batches; ++batch) {
    RatioAccumulator pairs;
    for (std::size_t i = batch * size; i < (batch + 1) * size; ++i) {
      pairs.add(2.0 + 0.2 * u[i], 4.0 + 0.4 * (0.8 * u[i] + 0.6 * v[i]));
    }
    ratios.add(pairs.ratio().mean);
    squares.add(pairs.ratio().standard_error * pairs.ratio().standard_error);
  }
  CHECK(std::abs(ratios.variance() / squares.mean() - 1.0) <
        five_sigma * std::sqrt(2.0 / (batches - 1)) + 1.0 / size);
}

TEST_CASE("ratioOfAPerfectProportionHasNoError") {
  RatioAccumulator pairs;
  CHECK(std::isnan(pairs.ratio().mean));
  CHECK(std::isnan(pairs.covariance()));
  for (int i = 1; i <= 10; ++i) pairs.add(-3.0 * i, 0.1 * i);
  CHECK(pairs.ratio().mean == close(-30.0, 1e-14));
  CHECK(pairs.ratio().standard_error < 1e-6);
}
