// Distances against their definition, p values against exact ones.
#include "igb/kolmogorov_smirnov.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
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

std::vector<double> sorted_normals(std::size_t count, std::uint32_t row) {
  std::vector<float> z(count);
  normals({24, 0}, Stream::inputs, 0, row, 0, z);
  std::vector<double> values(z.begin(), z.end());
  std::sort(values.begin(), values.end());
  return values;
}

double fraction_up_to(const std::vector<double>& values, double x) {
  const auto count = std::count_if(values.begin(), values.end(), [x](double v) { return v <= x; });
  return static_cast<double>(count) / static_cast<double>(values.size());
}

double fraction_below(const std::vector<double>& values, double x) {
  const auto count = std::count_if(values.begin(), values.end(), [x](double v) { return v < x; });
  return static_cast<double>(count) / static_cast<double>(values.size());
}

double uniform_cdf(double x) { return std::clamp(x, 0.0, 1.0); }

}  // namespace

TEST_CASE("ksDistanceAndPValueMatchKnownValues") {
  // Ten networks on two inputs against the uniform law: the distributions are 0.5, 0.6, 1 and
  // 1/3, 2/3, 1.
  const std::vector<double> uniform(3, 1.0 / 3.0);
  CHECK(ks_distance(std::vector<std::uint32_t>{5, 1, 4}, uniform) == close(0.5 - 1.0 / 3.0, 1e-12));
  CHECK(ks_distance(std::vector<std::uint32_t>{0, 0, 7}, uniform) == close(2.0 / 3.0, 1e-12));
  CHECK(std::isnan(ks_distance(std::vector<std::uint32_t>{0, 0, 0}, uniform)));
  // Quantiles of Kolmogorov's distribution: 10 %, 5 %, 1 %.
  const std::size_t n = 100000000;
  const double root = std::sqrt(static_cast<double>(n));
  CHECK(ks_p_value(1.2238478702 / root, n) == close(0.10, 1e-3));
  CHECK(ks_p_value(1.3580986393 / root, n) == close(0.05, 1e-3));
  CHECK(ks_p_value(1.6276236114 / root, n) == close(0.01, 1e-3));
  CHECK(ks_p_value(0.0, 10) == 1.0);
}

TEST_CASE("ksDistanceToALawIsTheLargestDifferenceOfDistributions") {
  for (const std::uint32_t count : {1U, 2U, 7U, 300U}) {
    std::vector<double> values = sorted_normals(count, count);
    if (count == 300) {  // ties
      for (double& value : values) value = 0.1 * std::round(10.0 * value);
    }
    double expected = 0.0;
    for (const double x : values) {
      expected = std::max({expected, std::abs(fraction_up_to(values, x) - normal_cdf(x)),
                           std::abs(fraction_below(values, x) - normal_cdf(x))});
    }
    CHECK(ks_distance(values, normal_cdf) == close(expected, 1e-12));
  }
  CHECK(ks_distance(std::vector<double>{0.25}, uniform_cdf) == 0.75);
  CHECK(ks_distance(std::vector<double>{0.9}, uniform_cdf) == 0.9);
  CHECK(ks_distance(std::vector<double>{-infinity, -infinity, 0.5, infinity}, uniform_cdf) == 0.5);
}

TEST_CASE("ksDistanceOfSamplesIsTheLargestDifferenceOfDistributions") {
  const std::pair<std::uint32_t, std::uint32_t> sizes[] = {{1, 1}, {1, 5}, {40, 30}, {200, 201}};
  for (const auto& size : sizes) {
    const std::uint32_t a = size.first;
    const std::uint32_t b = size.second;
    for (const double grid : {0.0, 0.25}) {  // with ties within and across, and without
      CAPTURE(a);
      CAPTURE(b);
      std::vector<double> x = sorted_normals(a, 1000 + a);
      std::vector<double> y = sorted_normals(b, 2000 + b);
      if (grid > 0.0) {
        for (double& value : x) value = grid * std::round(value / grid);
        for (double& value : y) value = grid * std::round(value / grid);
        y.front() = -infinity;
      }
      double expected = 0.0;
      for (const std::vector<double>* const points : {&x, &y}) {
        for (const double at : *points) {
          expected = std::max(expected, std::abs(fraction_up_to(x, at) - fraction_up_to(y, at)));
        }
      }
      CHECK(ks_distance(x, y) == close(expected, 1e-12));
      CHECK(ks_distance(y, x) == ks_distance(x, y));
      CHECK(ks_distance(x, x) == 0.0);
    }
  }
  const std::vector<double> low{-infinity, 1.0, 2.0};
  CHECK(ks_distance(low, std::vector<double>{3.0, infinity}) == 1.0);
}

TEST_CASE("ksDistanceIsNanWithoutValuesAndWithNan") {
  const std::vector<double> none;
  const std::vector<double> some{1.0, 2.0};
  const std::vector<double> bad{1.0, not_a_number};
  CHECK(std::isnan(ks_distance(none, normal_cdf)));
  CHECK(std::isnan(ks_distance(bad, normal_cdf)));
  CHECK(std::isnan(ks_distance(bad, [](double) { return 0.5; })));
  CHECK(std::isnan(ks_distance(some, [](double) { return not_a_number; })));
  for (const std::vector<double>* const other : {&none, &bad}) {
    CHECK(std::isnan(ks_distance(some, *other)));
    CHECK(std::isnan(ks_distance(*other, some)));
  }
  CHECK(std::isnan(ks_p_value(0.1, 0)));
  CHECK(std::isnan(ks_p_value(not_a_number, 10)));
  CHECK(std::isnan(ks_p_value(0.1, 0, 5)));
  CHECK(std::isnan(ks_p_value(0.1, 5, 0)));
}

TEST_CASE("ksPValueMatchesTheExactLawWithinItsStatedError") {
  // scipy.stats.kstwo.sf(distance, n), SciPy 1.10
  const struct {
    std::size_t n;
    double distance, p, error;
  } cases[] = {{20, 0.1, 0.976255094592155, 0.03},       {20, 0.2, 0.352720173623415, 0.03},
               {20, 0.3, 0.04306706665851623, 0.03},     {20, 0.4, 0.0021189221820357984, 0.06},
               {100, 0.06, 0.8428847956274123, 0.03},    {100, 0.1, 0.2526927570063874, 0.03},
               {100, 0.15, 0.019839242125643017, 0.03},  {100, 0.2, 0.0005551927327988775, 0.05},
               {1000, 0.02, 0.8108971656895577, 0.01},   {1000, 0.04, 0.07933956059000224, 0.01},
               {1000, 0.06, 0.001428597887952891, 0.02}, {1000, 0.08, 5.154189384789824e-06, 0.05}};
  for (const auto& at : cases) {
    CAPTURE(at.n);
    CAPTURE(at.distance);
    CHECK(ks_p_value(at.distance, at.n) == close(at.p, at.error));
  }
}

TEST_CASE("ksPValueOfTwoSamplesMatchesTheExactLawWithinItsStatedError") {
  // The exact two-sided p value that scipy.stats.ks_2samp computes from the two sizes and the
  // distance (method='exact'), SciPy 1.10. Never more than 5 % below it.
  const struct {
    std::size_t a, b;
    double distance, p, too_large;
  } cases[] = {{100, 100, 0.08, 0.9084105017744525, 0.06},
               {100, 100, 0.15, 0.21117008625127576, 0.06},
               {100, 100, 0.22, 0.015577131622877688, 0.06},
               {100, 100, 0.30, 0.0002248739317492479, 0.16},
               {1000, 1000, 0.03, 0.7593695685682871, 0.01},
               {1000, 1000, 0.06, 0.05462666510701526, 0.01},
               {1000, 1000, 0.09, 0.0006029005665324465, 0.01},
               {20, 20, 0.2, 0.8319696107963263, 0.06},
               {20, 20, 0.45, 0.0335416594061465, 0.1},
               {20, 20, 0.6, 0.001115801546231492, 0.4},
               {30, 20, 0.25, 0.39947710597025404, 1.2},
               {30, 20, 0.4, 0.03452032044186146, 1.2},
               {30, 20, 0.5, 0.003356115391389148, 1.2},
               {300, 200, 0.07, 0.5821150796239852, 0.1},
               {300, 200, 0.12, 0.05956426587666751, 0.1},
               {300, 200, 0.18, 0.0007505287685634804, 0.2},
               {101, 100, 0.09, 0.7640356585789203, 0.3},
               {101, 100, 0.16, 0.1336824177323314, 0.3},
               {101, 100, 0.2, 0.030370406569229957, 0.3}};
  for (const auto& at : cases) {
    CAPTURE(at.a);
    CAPTURE(at.b);
    CAPTURE(at.distance);
    const double ratio = ks_p_value(at.distance, at.a, at.b) / at.p;
    CHECK(ratio > 0.95);
    CHECK(ratio < 1.0 + at.too_large);
    CHECK(ks_p_value(at.distance, at.b, at.a) == ks_p_value(at.distance, at.a, at.b));
  }
}

TEST_CASE("ksRaisesNoMoreFalseAlarmsThanItSays") {
  // 4000 pairs of samples of one law, and each against the law itself: the rate of p < 0.05 is 0.05
  // to the stated errors and five standard errors of counting; and a shift by one standard
  // deviation is always found.
  constexpr int tests = 4000;
  constexpr std::size_t size = 100;
  double alarms = 0.0;
  double two_sample_alarms = 0.0;
  double found = 0.0;
  for (std::uint32_t i = 0; i < tests; ++i) {
    std::vector<double> a = sorted_normals(size, 10000 + 2 * i);
    const std::vector<double> b = sorted_normals(size, 10001 + 2 * i);
    alarms += ks_p_value(ks_distance(a, normal_cdf), size) < 0.05 ? 1.0 : 0.0;
    two_sample_alarms += ks_p_value(ks_distance(a, b), size, size) < 0.05 ? 1.0 : 0.0;
    for (double& value : a) value += 1.0;
    found += ks_p_value(ks_distance(a, b), size, size) < 0.05 ? 1.0 : 0.0;
  }
  const double error = std::sqrt(0.05 * 0.95 / tests);
  CHECK(std::abs(alarms / tests - 0.05) < five_sigma * error + 0.0015);
  // Distances of two such samples are multiples of 0.01, so the rate falls short of 0.05.
  CHECK(two_sample_alarms / tests < 0.05 + five_sigma * error);
  CHECK(two_sample_alarms / tests > 0.03 - five_sigma * error);
  CHECK(found / tests > 0.999);
}
