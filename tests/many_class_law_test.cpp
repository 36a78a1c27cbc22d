// The law of the first guess for more than two classes: moments, samples, floor, arbitrary inputs.
#include "igb/many_class_law.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <numbers>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "igb/architecture.hpp"
#include "igb/guessing_law.hpp"
#include "igb/kolmogorov_smirnov.hpp"
#include "support/close.hpp"
#include "support/samples.hpp"

using namespace igb;
using igb::test::close;
using igb::test::five_sigma;
using igb::test::Moments;
using igb::test::moments_of;
using igb::test::Table;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double pi = std::numbers::pi;

double cdf(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

double density(double x) { return std::exp(-0.5 * x * x) / std::sqrt(2.0 * pi); }

/// Simpson's rule.
template <class Function>
double integral(double from, double to, int panels, const Function& f) {
  const double h = (to - from) / (2 * panels);
  double sum = f(from) + f(to);
  for (int i = 1; i < 2 * panels; ++i) sum += (i % 2 == 1 ? 4.0 : 2.0) * f(from + i * h);
  return sum * h / 3.0;
}

/// S_K as it stands, over x and y, with Phi_2 by Plackett's identity d Phi_2 / dr = phi_2.
double brute_same_class(double classes, double r, double step) {
  double sum = 0.0;
  for (double x = -8.0; x < 8.5; x += step) {
    for (double y = -8.0; y < 8.5; y += step) {
      const auto rate = [&](double angle) {
        const double s = std::sin(angle);
        return std::exp(-0.5 * (x * x - 2.0 * s * x * y + y * y) / (1.0 - s * s)) / (2.0 * pi);
      };
      const double weight = rate(std::asin(r)) / std::sqrt(1.0 - r * r);
      if (weight < 1e-18) continue;
      const double both = cdf(x) * cdf(y) + integral(0.0, std::asin(r), 40, rate);
      sum += weight * std::exp((classes - 1.0) * std::log(std::max(both, 0.0)));
    }
  }
  return classes * sum * step * step;
}

double mean_largest_normal(double classes) {
  return integral(-9.0, 9.0, 4000, [&](double x) {
    return x * classes * density(x) * std::pow(cdf(x), classes - 1.0);
  });
}

std::vector<double> fractions(double gamma, const std::vector<double>& drifts) {
  std::vector<double> g(drifts.size(), not_a_number);
  REQUIRE(class_fractions(gamma, drifts, g).ok());
  return g;
}

std::vector<double> drifts_of(Draw draw, std::size_t classes) {
  std::vector<double> drifts(classes, not_a_number);
  REQUIRE(sample_drifts(draw, drifts).ok());
  return drifts;
}

std::vector<std::uint32_t> counts_of(Draw draw, std::uint32_t inputs,
                                     const std::vector<double>& g) {
  std::vector<std::uint32_t> counts(g.size(), 77);
  REQUIRE(sample_counts(draw, inputs, g, counts).ok());
  return counts;
}

double floor_of(std::uint32_t classes, std::uint32_t inputs) {
  double frequency = not_a_number;
  REQUIRE(null_mean_max_frequency(classes, inputs, frequency).ok());
  return frequency;
}

/// E[max] / D from P(max <= m) = D! / K^D [x^D] (SUM_{j <= m} x^j / j!)^K, class after class:
/// P(n of the first k classes' share), as a chain of binomials.
double brute_floor(int classes, int inputs) {
  std::vector<double> log_factorial(static_cast<std::size_t>(inputs) + 1, 0.0);
  for (std::size_t n = 1; n < log_factorial.size(); ++n) {
    log_factorial[n] = log_factorial[n - 1] + std::log(static_cast<double>(n));
  }
  double expected = 0.0;
  for (int m = 0; m < inputs; ++m) {
    // ways[n]: probability that n inputs thrown into the first k classes leave all <= m.
    std::vector<double> ways(static_cast<std::size_t>(inputs) + 1, 0.0);
    ways[0] = 1.0;
    for (int k = 1; k <= classes; ++k) {
      std::vector<double> next(ways.size(), 0.0);
      for (int n = 0; n <= inputs; ++n) {
        for (int j = 0; j <= std::min(m, n); ++j) {
          if (k == 1 && j < n) continue;
          const auto i = [](int value) { return static_cast<std::size_t>(value); };
          double log_p = log_factorial[i(n)] - log_factorial[i(j)] - log_factorial[i(n - j)];
          log_p += j * std::log(1.0 / k);
          if (n > j) log_p += (n - j) * std::log1p(-1.0 / k);
          next[i(n)] += std::exp(log_p) * ways[i(n - j)];
        }
      }
      ways = next;
    }
    expected += 1.0 - ways[static_cast<std::size_t>(inputs)];
  }
  return expected / inputs;
}

}  // namespace

TEST_CASE("two classes: the arcsine law and the law of the largest fraction") {
  for (double d : {0.0, 1e-12, 1e-3, 0.2, 0.5, 0.9, 1.0}) {
    CAPTURE(d);
    CHECK(same_class_probability(2, d) ==
          close(1.0 - 2.0 / pi * std::asin(std::sqrt(d / 2.0)), 1e-13));
  }
  for (double d : {1.1, 1.5, 1.9, 1.999999, 2.0}) {
    CAPTURE(d);
    const double exact = 2.0 / pi * std::asin(std::sqrt(1.0 - d / 2.0));
    CHECK(std::abs(same_class_probability(2, d) - exact) < 1e-13);
  }
  for (double gamma : {0.0, 1e-9, 0.05, 1.0, 7.0, 1e6, 1e300, infinity}) {
    CAPTURE(gamma);
    const ManyClassLaw law{2, gamma};
    const TwoClassLaw two{gamma};
    CHECK(law.mean_max_frequency() == close(two.mean_max_frequency(), 1e-13));
    CHECK(law.mean_square_sum() == close(0.5 + 2.0 * two.variance(), 1e-13));
    CHECK(std::abs(law.variance() - two.variance()) < 1e-13);
    CHECK(law.finite_variance(20) == close(finite_two_class_variance(gamma, 20), 1e-11));
  }
}

TEST_CASE("the probability of the same class matches integration over both outputs") {
  for (double classes : {3.0, 10.0, 200.0}) {
    for (double r : {-0.6, 0.1, 0.5, 0.8}) {
      CAPTURE(classes);
      CAPTURE(r);
      CHECK(same_class_probability(static_cast<std::uint32_t>(classes), 1.0 - r) ==
            close(brute_same_class(classes, r, 0.1), 1e-9));
    }
  }
  CHECK(same_class_probability(4096, 0.3) == close(brute_same_class(4096, 0.7, 0.07), 1e-9));
}

TEST_CASE("independent and identical inputs: 1/K and 1, for any number of classes") {
  for (std::uint32_t classes : {2U, 3U, 7U, 50U, 700U, classes_max}) {
    CAPTURE(classes);
    CHECK(same_class_probability(classes, 1.0) == close(1.0 / classes, 1e-12));
    CHECK(same_class_probability(classes, 0.0) == close(1.0, 1e-12));
    CHECK(ManyClassLaw{classes, 0.0}.mean_max_frequency() == close(1.0 / classes, 1e-12));
    CHECK(ManyClassLaw{classes, infinity}.mean_max_frequency() == close(1.0, 1e-12));
    CHECK(ManyClassLaw{classes, infinity}.variance() ==
          close((1.0 - 1.0 / classes) / classes, 1e-12));
  }
}

TEST_CASE("the slope at independence is the squared mean of the largest normal over K - 1") {
  for (std::uint32_t classes : {2U, 3U, 10U, 300U, classes_max}) {
    CAPTURE(classes);
    const double r = 1e-4;
    // Central difference: its error is the third derivative, which has lost nothing to symmetry.
    const auto difference = [&](double h) {
      return (same_class_probability(classes, 1.0 - h) - same_class_probability(classes, 1.0 + h)) /
             (2.0 * h);
    };
    const double slope = (4.0 * difference(r) - difference(2.0 * r)) / 3.0;
    const double largest = mean_largest_normal(classes);
    CHECK(slope == close(largest * largest / (classes - 1.0), 1e-7));
  }
}

TEST_CASE("the most favoured class matches the table within its Monte Carlo error") {
  const Table table("many_class_law.csv");
  REQUIRE(table.size() == 6);
  for (std::size_t row = 0; row < table.size(); ++row) {
    const ManyClassLaw law{static_cast<std::uint32_t>(table.number(row, "classes")),
                           table.number(row, "gamma")};
    CAPTURE(law.classes);
    CAPTURE(law.gamma);
    const double error =
        std::abs(law.mean_max_frequency() - table.number(row, "mean_frequency_of_most_favoured"));
    CHECK(error < five_sigma * table.number(row, "monte_carlo_standard_error"));
  }
}

TEST_CASE("class fractions match their integral, sum to 1 and follow the drifts") {
  for (std::size_t classes : {std::size_t{2}, std::size_t{3}, std::size_t{10}}) {
    const std::vector<double> z = drifts_of({5, 1}, classes);
    for (double gamma : {0.0, 1e-6, 0.3, 2.0, 40.0}) {
      CAPTURE(classes);
      CAPTURE(gamma);
      const std::vector<double> g = fractions(gamma, z);
      for (std::size_t k = 0; k < classes; ++k) {
        const double exact = integral(-9.0, 9.0, 2000, [&](double t) {
          double product = density(t);
          for (std::size_t j = 0; j < classes; ++j) {
            if (j != k) product *= cdf(t + std::sqrt(gamma) * (z[k] - z[j]));
          }
          return product;
        });
        CHECK(std::abs(g[k] - exact) < 2e-14);
      }
      CHECK(std::accumulate(g.begin(), g.end(), 0.0) == close(1.0, 1e-14));
      const auto favoured = std::max_element(z.begin(), z.end()) - z.begin();
      if (gamma > 0.0) CHECK(std::max_element(g.begin(), g.end()) - g.begin() == favoured);
    }
    const std::vector<double> winner = fractions(infinity, z);
    for (std::size_t k = 0; k < classes; ++k) {
      CHECK(winner[k] == (z[k] == *std::max_element(z.begin(), z.end()) ? 1.0 : 0.0));
      CHECK(fractions(1e300, z)[k] == close(winner[k], 1e-13));
    }
  }
  const double gap = 1.5;
  CHECK(fractions(3.0, {gap, 0.0})[0] == close(cdf(std::sqrt(1.5) * gap), 1e-14));
}

TEST_CASE("thousands of classes: equal drifts share equally, an offset changes nothing") {
  const std::vector<double> equal(classes_max, 0.7);
  for (double g : fractions(5.0, equal)) CHECK(g == close(1.0 / classes_max, 1e-12));
  std::vector<double> z = drifts_of({6, 0}, classes_max);
  const std::vector<double> g = fractions(0.5, z);
  for (double& drift : z) drift += 3.0;
  const std::vector<double> shifted = fractions(0.5, z);
  for (std::size_t k = 0; k < z.size(); k += 97) CHECK(std::abs(g[k] - shifted[k]) < 1e-15);
}

TEST_CASE("drifts are the standard normals of their own stream, the same at any gamma and count") {
  const std::vector<double> z = drifts_of({7, 3}, 300);
  std::vector<float> normals_of_stream(300);
  normals({7, 3}, Stream::drifts, 0, 0, 0, normals_of_stream);
  CHECK(std::equal(z.begin(), z.end(), normals_of_stream.begin()));
  const std::vector<double> few = drifts_of({7, 3}, 5);
  CHECK(std::equal(few.begin(), few.end(), z.begin()));
  CHECK(drifts_of({7, 4}, 5) != few);
}

TEST_CASE("sampled fractions have the moments of the law") {
  for (std::size_t classes : {std::size_t{3}, std::size_t{12}}) {
    for (double gamma : {0.2, 4.0}) {
      CAPTURE(classes);
      CAPTURE(gamma);
      std::vector<double> largest;
      std::vector<double> squares;
      for (std::uint32_t network = 0; network < 4000; ++network) {
        const std::vector<double> g = fractions(gamma, drifts_of({11, network}, classes));
        largest.push_back(*std::max_element(g.begin(), g.end()));
        squares.push_back(std::inner_product(g.begin(), g.end(), g.begin(), 0.0));
      }
      const ManyClassLaw law{static_cast<std::uint32_t>(classes), gamma};
      const auto within = [](const std::vector<double>& sample, double expected) {
        const Moments moments = moments_of(sample);
        const double error = std::sqrt(moments.variance / static_cast<double>(sample.size()));
        return std::abs(moments.mean - expected) < five_sigma * error;
      };
      CHECK(within(largest, law.mean_max_frequency()));
      CHECK(within(squares, law.mean_square_sum()));
    }
  }
}

TEST_CASE("counts are multinomial") {
  constexpr std::uint32_t inputs = 30;
  constexpr std::uint32_t networks = 20000;
  const std::vector<double> g{0.02, 0.5, 0.0, 0.31, 0.17};
  std::vector<std::vector<double>> histograms(g.size(), std::vector<double>(inputs + 1, 0.0));
  std::vector<double> products(g.size() * g.size(), 0.0);
  for (std::uint32_t network = 0; network < networks; ++network) {
    const std::vector<std::uint32_t> n = counts_of({21, network}, inputs, g);
    REQUIRE(std::accumulate(n.begin(), n.end(), 0U) == inputs);
    for (std::size_t j = 0; j < g.size(); ++j) {
      histograms[j][n[j]] += 1.0;
      for (std::size_t k = 0; k < g.size(); ++k) {
        products[j * g.size() + k] += (n[j] - inputs * g[j]) * (n[k] - inputs * g[k]) / networks;
      }
    }
  }
  for (std::size_t k = 0; k < g.size(); ++k) {
    CAPTURE(k);
    // Pearson's statistic over counts with at least 10 expected: mean `cells`, variance 2 `cells`.
    double statistic = 0.0;
    double cells = 0.0;
    for (std::uint32_t n = 0; n <= inputs; ++n) {
      const double log_ways =
          std::lgamma(inputs + 1.0) - std::lgamma(n + 1.0) - std::lgamma(inputs - n + 1.0);
      const double expected =
          networks * std::exp(log_ways) * std::pow(g[k], n) * std::pow(1.0 - g[k], inputs - n);
      if (expected == 0.0) CHECK(histograms[k][n] == 0.0);
      if (expected < 10.0) continue;
      statistic += std::pow(histograms[k][n] - expected, 2) / expected;
      cells += 1.0;
    }
    CHECK(std::abs(statistic - cells) < five_sigma * std::sqrt(2.0 * cells) + 1.0);
    for (std::size_t j = 0; j < k; ++j) {
      const double covariance = -static_cast<double>(inputs) * g[j] * g[k];
      const double error = inputs * std::sqrt(g[j] * g[k] / networks);
      CHECK(std::abs(products[j * g.size() + k] - covariance) <= five_sigma * error);
    }
  }
}

TEST_CASE("counts of millions of inputs, of none to spare and of thousands of classes") {
  const std::vector<double> g{0.1, 0.6, 0.3};
  const std::vector<std::uint32_t> n = counts_of({1, 0}, inputs_max, g);
  for (std::size_t k = 0; k < 3; ++k) {
    const double spread = std::sqrt(inputs_max * g[k] * (1.0 - g[k]));
    CHECK(std::abs(n[k] - inputs_max * g[k]) < five_sigma * spread);
  }
  CHECK(counts_of({1, 0}, 9, {0.0, 1.0, 0.0}) == std::vector<std::uint32_t>{0, 9, 0});
  const std::vector<double> many(classes_max, 1.0 / classes_max);
  const std::vector<std::uint32_t> sparse = counts_of({2, 0}, 100, many);
  CHECK(std::accumulate(sparse.begin(), sparse.end(), 0U) == 100);
  // 100 uniform throws into 4096 classes: more than 8 into one has probability 1e-14.
  CHECK(*std::max_element(sparse.begin(), sparse.end()) <= 8);
}

TEST_CASE("two classes: sampled counts follow the exact finite law") {
  constexpr std::uint32_t inputs = 50;
  constexpr std::uint32_t networks = 20000;
  for (double gamma : {0.0, 0.4, 9.0}) {
    CAPTURE(gamma);
    std::vector<std::uint32_t> histogram(inputs + 1, 0);
    for (std::uint32_t network = 0; network < networks; ++network) {
      const std::vector<double> g = fractions(gamma, drifts_of({31, network}, 2));
      ++histogram[counts_of({31, network}, inputs, g)[0]];
    }
    std::vector<double> pmf(inputs + 1);
    REQUIRE(finite_two_class_law(gamma, pmf).ok());
    // False-alarm rate 1e-6.
    CHECK(ks_p_value(ks_distance(histogram, pmf), networks) > 1e-6);
  }
}

TEST_CASE("the floor: values of theory, exact convolution, two classes in closed form") {
  CHECK(std::abs(floor_of(10, 100) - 0.151) < 0.0005);
  CHECK(std::abs(floor_of(2, 100) - 0.540) < 0.0005);
  for (const auto& [classes, inputs] : std::initializer_list<std::pair<int, int>>{
           {2, 7}, {3, 1}, {3, 2}, {3, 60}, {10, 100}, {30, 20}, {5, 99}}) {
    CAPTURE(classes);
    CAPTURE(inputs);
    CHECK(floor_of(static_cast<std::uint32_t>(classes), static_cast<std::uint32_t>(inputs)) ==
          close(brute_floor(classes, inputs), 1e-12));
  }
  for (std::uint32_t inputs : {1U, 2U, 9U, 1000U, 5001U}) {
    CAPTURE(inputs);
    std::vector<double> pmf(inputs + 1);
    REQUIRE(finite_two_class_law(0.0, pmf).ok());
    CHECK(floor_of(2, inputs) == close(mean_max_frequency(pmf), 1e-11));
  }
  const double k = classes_max;
  const double three = 1.0 / (k * k);
  const double distinct = (1.0 - 1.0 / k) * (1.0 - 2.0 / k);
  CHECK(floor_of(classes_max, 3) ==
        close((distinct + 2.0 * (1.0 - distinct - three) + 3.0 * three) / 3.0, 1e-12));
}

TEST_CASE("the floor of large data sets matches throwing") {
  std::mt19937_64 engine(42);
  for (const auto& [classes, inputs, rounds] :
       std::initializer_list<std::tuple<std::uint32_t, std::uint32_t, int>>{
           {classes_max, 100000, 60}, {3, 30000, 300}, {100, 2000, 2000}}) {
    CAPTURE(classes);
    std::uniform_int_distribution<std::size_t> throw_one(0, classes - 1);
    std::vector<double> largest;
    for (int round = 0; round < rounds; ++round) {
      std::vector<int> counts(classes, 0);
      for (std::uint32_t a = 0; a < inputs; ++a) ++counts[throw_one(engine)];
      largest.push_back(*std::max_element(counts.begin(), counts.end()) /
                        static_cast<double>(inputs));
    }
    const Moments moments = moments_of(largest);
    CHECK(std::abs(floor_of(classes, inputs) - moments.mean) <
          five_sigma * std::sqrt(moments.variance / rounds));
  }
}

TEST_CASE("the largest share of a finite data set, estimated: exact laws within its error") {
  const auto estimate_of = [](const ManyClassLaw& law, std::uint32_t inputs) {
    std::vector<double> drifts(law.classes);
    std::vector<double> g(law.classes);
    Estimate estimate{};
    REQUIRE(finite_mean_max_frequency(law, inputs, {51, 0}, 2000, drifts, g, estimate).ok());
    return estimate;
  };
  for (std::uint32_t inputs : {2U, 40U, 1000U}) {
    for (double gamma : {0.0, 0.6, 20.0}) {
      CAPTURE(inputs);
      CAPTURE(gamma);
      std::vector<double> pmf(inputs + 1);
      REQUIRE(finite_two_class_law(gamma, pmf).ok());
      const Estimate estimate = estimate_of({2, gamma}, inputs);
      CHECK(estimate.standard_error < 0.5 / std::sqrt(2000.0 * inputs) + 0.01);
      CHECK(std::abs(estimate.mean - mean_max_frequency(pmf)) <
            five_sigma * estimate.standard_error);
    }
  }
  const Estimate floor = estimate_of({10, 0.0}, 100);
  CHECK(std::abs(floor.mean - floor_of(10, 100)) < five_sigma * floor.standard_error);
  const Estimate many = estimate_of({10, 1.0}, 1000000);
  CHECK(many.mean == close(ManyClassLaw{10, 1.0}.mean_max_frequency(), 1e-4));
  CHECK(many.standard_error < 2e-5);
}

TEST_CASE("the variance over arbitrary inputs: independent, equally correlated, any") {
  const auto variance_of = [](std::uint32_t classes, const std::vector<double>& pairs,
                              std::uint32_t inputs, PairMeasure measure) {
    double variance = not_a_number;
    REQUIRE(frequency_variance(classes, pairs, inputs, measure, variance).ok());
    return variance;
  };
  for (std::uint32_t classes : {2U, 3U, 10U}) {
    CAPTURE(classes);
    CHECK(variance_of(classes, {1.0}, 1, PairMeasure::correlation) ==
          close((1.0 - 1.0 / classes) / classes, 1e-15));
    for (double gamma : {0.0, 0.5, 30.0}) {
      constexpr std::uint32_t inputs = 6;
      const double c = gamma / (1.0 + gamma);
      const std::vector<double> correlations(inputs * inputs, c);
      const std::vector<double> distances(inputs * inputs, 1.0 - c);
      const double expected = ManyClassLaw{classes, gamma}.finite_variance(inputs);
      CHECK(variance_of(classes, correlations, inputs, PairMeasure::correlation) ==
            close(expected, 1e-11));
      CHECK(variance_of(classes, distances, inputs, PairMeasure::distance) ==
            close(expected, 1e-11));
    }
  }

  constexpr std::uint32_t inputs = 5;
  std::mt19937_64 engine(3);
  std::uniform_real_distribution<double> uniform(-1.0, 1.0);
  std::vector<double> c(inputs * inputs, 1.0);
  for (std::size_t a = 0; a < inputs; ++a) {
    for (std::size_t b = a + 1; b < inputs; ++b)
      c[a * inputs + b] = c[b * inputs + a] = uniform(engine);
  }
  double arcsines = 0.0;
  for (double entry : c) arcsines += std::asin(entry) / (2.0 * pi) / (inputs * inputs);
  CHECK(variance_of(2, c, inputs, PairMeasure::correlation) == close(arcsines, 1e-13));
  for (std::uint32_t classes : {3U, 40U, classes_max}) {
    CAPTURE(classes);
    double same = 0.0;
    for (double entry : c) same += same_class_probability(classes, 1.0 - entry);
    const double p = 1.0 / classes;
    CHECK(variance_of(classes, c, inputs, PairMeasure::correlation) ==
          close(p * (same / (inputs * inputs) - p), 1e-11));
  }
}

TEST_CASE("arguments out of range are refused by name or answered by NaN") {
  for (std::uint32_t classes : {0U, 1U, classes_max + 1}) {
    CHECK(std::isnan(same_class_probability(classes, 0.5)));
    CHECK(std::isnan(ManyClassLaw{classes, 1.0}.mean_max_frequency()));
  }
  for (double bad : {not_a_number, -1e-300, 2.0001, infinity}) {
    CHECK(std::isnan(same_class_probability(3, bad)));
  }
  for (double bad : {not_a_number, -1.0, -infinity}) {
    CHECK(std::isnan(ManyClassLaw{3, bad}.mean_max_frequency()));
    CHECK(std::isnan(ManyClassLaw{3, bad}.variance()));
  }
  CHECK(std::isnan(ManyClassLaw{3, 1.0}.finite_variance(0)));

  const auto refuses = [](const Status& status, StatusCode code, const std::string& name) {
    return status.code == code && name == status.parameter;
  };
  const auto out_of_range = StatusCode::out_of_range;
  const auto too_small = StatusCode::buffer_too_small;
  std::vector<double> g(3);
  std::vector<double> z{0.0, 1.0, 2.0};
  CHECK(refuses(class_fractions(-1.0, z, g), out_of_range, "gamma"));
  CHECK(refuses(class_fractions(not_a_number, z, g), out_of_range, "gamma"));
  CHECK(refuses(class_fractions(1.0, std::span(z).first(1), g), out_of_range, "classes"));
  CHECK(refuses(class_fractions(1.0, z, std::span(g).first(2)), too_small, "g"));
  z[1] = infinity;
  CHECK(refuses(class_fractions(1.0, z, g), out_of_range, "drift"));
  std::vector<double> too_many(classes_max + 1);
  CHECK(refuses(sample_drifts({}, too_many), out_of_range, "classes"));

  std::vector<std::uint32_t> counts(3, 9);
  CHECK(refuses(sample_counts({}, 0, z, counts), out_of_range, "inputs"));
  CHECK(refuses(sample_counts({}, inputs_max + 1, z, counts), out_of_range, "inputs"));
  g = {0.5, 0.6, -0.1};
  CHECK(refuses(sample_counts({}, 5, g, counts), out_of_range, "g"));
  g = {0.5, 0.6, 0.1};
  CHECK(refuses(sample_counts({}, 5, g, counts), out_of_range, "sum of g"));
  CHECK(refuses(sample_counts({}, 5, g, std::span(counts).first(2)), too_small, "counts"));
  CHECK(counts[0] == 9);

  Estimate estimate{};
  z[1] = 0.0;
  const auto estimated = [&](const ManyClassLaw& law, std::uint32_t inputs, Draw draw,
                             std::uint32_t networks, std::size_t size) {
    return finite_mean_max_frequency(law, inputs, draw, networks, std::span(z).first(size), g,
                                     estimate);
  };
  CHECK(refuses(estimated({1, 1.0}, 5, {}, 5, 3), out_of_range, "classes"));
  CHECK(refuses(estimated({3, -1.0}, 5, {}, 5, 3), out_of_range, "gamma"));
  CHECK(refuses(estimated({3, 1.0}, 0, {}, 5, 3), out_of_range, "inputs"));
  CHECK(refuses(estimated({3, 1.0}, 5, {}, 1, 3), out_of_range, "networks"));
  CHECK(refuses(estimated({3, 1.0}, 5, {0, 0xFFFFFFFF}, 2, 3), out_of_range, "networks"));
  CHECK(refuses(estimated({3, 1.0}, 5, {}, 5, 2), too_small, "drifts"));

  double number = -7.0;
  CHECK(refuses(null_mean_max_frequency(1, 5, number), out_of_range, "classes"));
  CHECK(refuses(null_mean_max_frequency(2, 0, number), out_of_range, "inputs"));
  CHECK(refuses(null_mean_max_frequency(2, null_inputs_max + 1, number), out_of_range, "inputs"));
  std::vector<double> pairs{1.0, 1.1, 1.1, 1.0};
  const auto variance = [&](PairMeasure measure) {
    return frequency_variance(3, pairs, 2, measure, number);
  };
  CHECK(refuses(variance(PairMeasure::correlation), out_of_range, "c"));
  CHECK(variance(PairMeasure::distance).ok());
  number = -7.0;
  pairs[1] = -0.1;
  CHECK(refuses(variance(PairMeasure::distance), out_of_range, "d"));
  pairs[1] = not_a_number;
  CHECK(refuses(variance(PairMeasure::distance), out_of_range, "d"));
  CHECK(
      refuses(frequency_variance(3, pairs, 3, PairMeasure::distance, number), too_small, "pairs"));
  CHECK(refuses(frequency_variance(3, pairs, 0, PairMeasure::distance, number), out_of_range,
                "inputs"));
  CHECK(number == -7.0);
}
