// The law of the first guess: normal distribution, two classes, finite data sets.
#include "igb/guessing_law.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <initializer_list>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "support/close.hpp"

using namespace igb;
using igb::test::close;
using igb::test::Table;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double pi = std::numbers::pi;

std::vector<double> finite_law(double gamma, std::size_t inputs) {
  std::vector<double> pmf(inputs + 1, not_a_number);
  REQUIRE(finite_two_class_law(gamma, pmf).ok());
  return pmf;
}

}  // namespace

TEST_CASE("the normal distribution matches 20-digit values, tails included") {
  struct Row {
    double x, p;
  };
  for (const Row& row : std::initializer_list<Row>{{-37, 5.7255712225245768284e-300},
                                                   {-20, 2.7536241186062336951e-89},
                                                   {-5, 2.8665157187919391167e-7},
                                                   {-1, 0.15865525393145705141},
                                                   {-0.1, 0.46017216272297101853},
                                                   {0.5, 0.69146246127401310364},
                                                   {3, 0.99865010196836990547},
                                                   {8, 0.9999999999999993779}}) {
    CAPTURE(row.x);
    CHECK(normal_cdf(row.x) == close(row.p, 2e-15));
  }
  for (const Row& row : std::initializer_list<Row>{{-37.047096299361199237, 1e-300},
                                                   {-21.273453560965324294, 1e-100},
                                                   {-6.3613409024040561991, 1e-10},
                                                   {-3.0902323061678135354, 0.001},
                                                   {-0.84162123357291416552, 0.2},
                                                   {-0.52440051270804081597, 0.3},
                                                   {-0.000025066282748960008527, 0.49999},
                                                   {0.6744897501960817432, 0.75}}) {
    CAPTURE(row.p);
    CHECK(normal_quantile(row.p) == close(row.x, 1e-15));
  }
  CHECK(normal_quantile(0.5) == 0.0);
  CHECK(normal_quantile(0.0) == -infinity);
  CHECK(normal_quantile(1.0) == infinity);
  for (double bad : {-1e-300, 1.0 + 1e-15, not_a_number, infinity})
    CHECK(std::isnan(normal_quantile(bad)));
  CHECK(normal_cdf(infinity) == 1.0);
  CHECK(normal_cdf(-infinity) == 0.0);
  CHECK(std::isnan(normal_cdf(not_a_number)));
}

TEST_CASE("the normal quantile inverts the distribution") {
  for (double p = 1e-307; p < 0.5; p *= 1.7) {
    CAPTURE(p);
    // The condition of the tail: d ln p / dx = |x|, times x for a relative error of x.
    const double x = normal_quantile(p);
    CHECK(normal_cdf(x) == close(p, 1e-15 + 3e-16 * x * x));
    CHECK(normal_quantile(1.0 - p) == -normal_quantile(1.0 - (1.0 - p)));
  }
}

TEST_CASE("the two-class law matches the table") {
  const Table table("two_class_law.csv");
  REQUIRE(table.size() == 8);
  for (std::size_t row = 0; row < table.size(); ++row) {
    const TwoClassLaw law{table.number(row, "gamma")};
    CAPTURE(law.gamma);
    CHECK(law.pdf(0.5) == close(table.number(row, "pdf_at_half"), 1e-11));
    CHECK(law.variance() == close(table.number(row, "variance"), 1e-11));
    CHECK(law.mean_max_frequency() == close(table.number(row, "mean_max_frequency"), 1e-11));
    CHECK(law.prob_max_above(0.9) == close(table.number(row, "prob_max_above_0.9"), 1e-11));
  }
}

TEST_CASE(
    "the density integrates to 1, has the stated moments and is the slope of the distribution") {
  for (double gamma : {0.05, 0.5, 1.0, 2.0, 10.0}) {
    CAPTURE(gamma);
    const TwoClassLaw law{gamma};
    double mass = 0.0;
    double square = 0.0;
    double largest = 0.0;
    const double h = 0.005 * std::min(1.0, std::sqrt(gamma));
    for (double u = -h / 2.0; u > -9.0 * std::sqrt(gamma); u -= h) {  // the half g < 1/2
      const double g = normal_cdf(u);
      const double weight = 2.0 * law.pdf(g) * std::exp(-u * u / 2.0) / std::sqrt(2.0 * pi) * h;
      mass += weight;
      square += weight * (g - 0.5) * (g - 0.5);
      largest += weight * (1.0 - g);
    }
    CHECK(mass == close(1.0, 1e-11));
    CHECK(square == close(law.variance(), 1e-11));
    CHECK(largest == close(law.mean_max_frequency(), 1e-5));
    for (double g : {0.02, 0.3, 0.5, 0.81, 0.98}) {
      CAPTURE(g);
      const double step = 1e-5 * g;
      const double slope = (law.cdf(g + step) - law.cdf(g - step)) / (2.0 * step);
      if (law.pdf(g) > 1e-6) CHECK(slope == close(law.pdf(g), 1e-6));
      CHECK(law.pdf(g) == close(law.pdf(1.0 - g), 1e-9));
      CHECK(law.cdf(g) + law.cdf(1.0 - g) == close(1.0, 1e-14));
    }
  }
}

TEST_CASE("the quantile inverts the distribution of the two-class law") {
  for (double gamma : {1e-3, 0.4, 1.0, 30.0}) {
    const TwoClassLaw law{gamma};
    for (double p : {1e-9, 0.01, 0.25, 0.5}) {
      CAPTURE(gamma);
      CAPTURE(p);
      CHECK(law.cdf(law.quantile(p)) == close(p, 2e-13));
    }
    CHECK(law.quantile(0.0) == 0.0);
    CHECK(law.quantile(1.0) == 1.0);
    CHECK(law.prob_max_above(0.8) == close(2.0 * law.cdf(1.0 - 0.8), 1e-15));
    CHECK(law.prob_max_above(0.5) == 1.0);
    CHECK(law.prob_max_above(1.0) == 0.0);
  }
}

TEST_CASE("the quantile of the largest fraction inverts its distribution") {
  for (double gamma : {1e-3, 0.4, 1.0, 30.0, 1e4}) {
    const TwoClassLaw law{gamma};
    CAPTURE(gamma);
    for (double p : {1e-6, 0.01, 0.5, 0.9, 0.999}) {
      CAPTURE(p);
      const double g = law.max_quantile(p);
      // 1 - g and the threshold lose digits near 1: compare where they have them.
      if (g < 0.999) CHECK(law.prob_max_above(g) == close(1.0 - p, 1e-10));
      CHECK(g == close(law.quantile(0.5 * (1.0 + p)), 1e-12));
    }
    CHECK(law.max_quantile(0.0) == 0.5);
    CHECK(law.max_quantile(1.0) == 1.0);
  }
  CHECK(TwoClassLaw{1.0}.max_quantile(0.3) == close(0.65, 1e-14));
  CHECK(TwoClassLaw{0.0}.max_quantile(0.8) == 0.5);
  CHECK(TwoClassLaw{infinity}.max_quantile(1e-9) == 1.0);
  CHECK(std::isnan(TwoClassLaw{-1.0}.max_quantile(0.5)));
  CHECK(std::isnan(TwoClassLaw{1.0}.max_quantile(1.1)));
}

TEST_CASE("limits of the two-class law: a point at one half, uniform, two points") {
  const TwoClassLaw point{0.0};
  CHECK(point.cdf(0.4999) == 0.0);
  CHECK(point.cdf(0.5) == 1.0);
  CHECK(point.quantile(0.0) == 0.5);
  CHECK(point.quantile(1.0) == 0.5);
  CHECK(point.variance() == 0.0);
  CHECK(point.mean_max_frequency() == 0.5);
  CHECK(point.prob_max_above(0.5) == 0.0);
  CHECK(point.pdf(0.3) == 0.0);
  CHECK(point.pdf(0.5) == infinity);

  const TwoClassLaw uniform{1.0};
  for (double g : {1e-12, 0.2, 0.7}) {
    CHECK(uniform.pdf(g) == 1.0);
    CHECK(uniform.cdf(g) == close(g, 1e-14));
  }

  const TwoClassLaw two_points{infinity};
  CHECK(two_points.cdf(0.0) == 0.5);
  CHECK(two_points.cdf(0.9) == 0.5);
  CHECK(two_points.cdf(1.0) == 1.0);
  CHECK(two_points.quantile(0.3) == 0.0);
  CHECK(two_points.quantile(0.6) == 1.0);
  CHECK(two_points.variance() == 0.25);
  CHECK(two_points.mean_max_frequency() == 1.0);
  CHECK(two_points.prob_max_above(0.999) == 1.0);
  CHECK(two_points.pdf(0.5) == 0.0);
}

TEST_CASE("the two-class law answers NaN outside its range") {
  for (double bad : {not_a_number, -1.0, -1e-300}) {
    const TwoClassLaw law{bad};
    CHECK(std::isnan(law.pdf(0.5)));
    CHECK(std::isnan(law.cdf(0.5)));
    CHECK(std::isnan(law.quantile(0.5)));
    CHECK(std::isnan(law.variance()));
    CHECK(std::isnan(law.mean_max_frequency()));
    CHECK(std::isnan(law.prob_max_above(0.7)));
    CHECK(std::isnan(finite_two_class_variance(bad, 10)));
  }
  const TwoClassLaw law{2.0};
  CHECK(std::isnan(law.pdf(not_a_number)));
  CHECK(std::isnan(law.cdf(not_a_number)));
  CHECK(std::isnan(law.quantile(1.1)));
  CHECK(std::isnan(law.prob_max_above(0.49)));
  CHECK(law.pdf(0.0) == 0.0);
  CHECK(law.pdf(1.0) == 0.0);
  CHECK(law.pdf(-3.0) == 0.0);
  CHECK(law.cdf(-3.0) == 0.0);
  CHECK(law.cdf(3.0) == 1.0);
}

TEST_CASE("the finite law matches values integrated with 20 digits") {
  struct Row {
    double gamma;
    std::size_t inputs, n;
    double p;
  };
  for (const Row& row : std::initializer_list<Row>{{0.05, 100, 50, 0.03892191104849417},
                                                   {0.05, 100, 3, 1.012110101060575e-9},
                                                   {1e6, 1000, 0, 0.4987068565690677},
                                                   {1e6, 1000, 3, 4.307766181659482e-5},
                                                   {100, 20, 1, 0.01804058363953635},
                                                   {0.5, 1000, 900, 0.0006242151755431417}}) {
    CAPTURE(row.gamma);
    CAPTURE(row.n);
    CHECK(finite_law(row.gamma, row.inputs)[row.n] == close(row.p, 1e-12));
  }
}

TEST_CASE("the finite law sums to 1 and has the variance of theory, for any gamma and D") {
  for (double gamma : {0.0, 1e-30, 1e-12, 1e-3, 0.3, 1.0, 17.0, 1e4, 1e9, 1e300, infinity}) {
    for (std::size_t inputs :
         {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{100}, std::size_t{2001}}) {
      CAPTURE(gamma);
      CAPTURE(inputs);
      const std::vector<double> pmf = finite_law(gamma, inputs);
      double mass = 0.0;
      double square = 0.0;
      for (std::size_t n = 0; n <= inputs; ++n) {
        const double g = static_cast<double>(n) / static_cast<double>(inputs);
        REQUIRE(pmf[n] >= 0.0);
        CHECK(pmf[n] == pmf[inputs - n]);
        mass += pmf[n];
        square += pmf[n] * (g - 0.5) * (g - 0.5);
      }
      CHECK(mass == close(1.0, 1e-12));
      CHECK(square == close(finite_two_class_variance(gamma, inputs), 1e-11));
    }
  }
}

TEST_CASE("the finite law is binomial at gamma = 0 and uniform at gamma = 1") {
  const std::vector<double> fair = finite_law(0.0, 60);
  double binomial = std::ldexp(1.0, -60);
  for (std::size_t n = 0; n <= 60; ++n) {
    CAPTURE(n);
    CHECK(fair[n] == close(binomial, 1e-13));
    binomial *= static_cast<double>(60 - n) / static_cast<double>(n + 1);
  }
  for (std::size_t inputs : {1U, 10U, 1000U, 30000U}) {
    for (double p : finite_law(1.0, inputs)) {
      CHECK(p == close(1.0 / static_cast<double>(inputs + 1), 1e-11));
    }
  }
}

TEST_CASE("with many inputs the finite law samples the density") {
  const std::size_t inputs = 20000;
  const std::vector<double> pmf = finite_law(0.2, inputs);
  const TwoClassLaw law{0.2};
  for (std::size_t n : {std::size_t{4000}, std::size_t{10000}}) {
    const double g = static_cast<double>(n) / static_cast<double>(inputs);
    CHECK(pmf[n] * static_cast<double>(inputs) == close(law.pdf(g), 1e-3));
  }
}

TEST_CASE("the mean largest class fraction: floor without bias, limit of many inputs") {
  CHECK(mean_max_frequency(finite_law(0.0, 100)) == close(0.5397946187, 1e-9));
  CHECK(mean_max_frequency(finite_law(0.0, 1)) == 1.0);
  for (double gamma : {0.5, 3.0}) {
    CHECK(mean_max_frequency(finite_law(gamma, 4000)) ==
          close(TwoClassLaw{gamma}.mean_max_frequency(), 1e-3));
  }
}

TEST_CASE("a finite law out of range is refused by name") {
  std::vector<double> pmf(11, -7.0);
  for (double bad : {not_a_number, -1.0, -infinity, -1e-300}) {
    const Status status = finite_two_class_law(bad, pmf);
    CHECK(status.code == StatusCode::out_of_range);
    CHECK(std::string(status.parameter) == "gamma");
    CHECK(pmf[3] == -7.0);
  }
  for (std::size_t size : {std::size_t{0}, std::size_t{1}}) {
    const Status status = finite_two_class_law(1.0, std::span(pmf).first(size));
    CHECK(status.code == StatusCode::out_of_range);
    CHECK(std::string(status.parameter) == "inputs");
  }
  CHECK(std::isnan(finite_two_class_variance(1.0, 0)));
}
