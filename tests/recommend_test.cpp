// What to choose for sigma_w2: against closed forms of homogeneous activations and a plain
// iteration of the maps in steps of sigma_w2.
#include "igb/recommend.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <string_view>
#include <vector>

#include "igb/architecture.hpp"
#include "igb/critical_lines.hpp"
#include "igb/guessing_law.hpp"
#include "igb/many_class_law.hpp"
#include "igb/mean_field.hpp"
#include "support/close.hpp"

using namespace igb;
using igb::test::close;
using igb::test::Table;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

Initialisation of(std::string_view name, double sigma_b2, const Block& block = {}) {
  return {find_activation(name), not_a_number, sigma_b2, block};  // sigma_w2 is not read
}

Recommendation recommended(const Initialisation& init, std::uint32_t depth,
                           std::uint32_t classes = 2) {
  Recommendation result{};
  REQUIRE(recommend(init, depth, classes, result).ok());
  return result;
}

/// E[f(sqrt(q) z)] by the rectangle rule, sharing nothing with the library.
template <class Function>
double average(const Function& f, double q) {
  double sum = 0.0;
  double weights = 0.0;
  for (double z = -9.0; z <= 9.0; z += 0.01) {
    sum += std::exp(-0.5 * z * z) * f(std::sqrt(q) * z);
    weights += std::exp(-0.5 * z * z);
  }
  return sum / weights;
}

/// ln of the product of the backward factors, layer by layer.
template <class Value, class Slope>
double product_of_factors(const Value& value, const Slope& slope, double sigma_w2, double sigma_b2,
                          std::uint32_t depth) {
  double q = sigma_w2 + sigma_b2;
  double sum = 0.0;
  for (std::uint32_t layer = 1; layer <= depth; ++layer) {
    sum += std::log(sigma_w2 * average([&](double u) { return slope(u) * slope(u); }, q));
    q = sigma_w2 * average([&](double u) { return value(u) * value(u); }, q) + sigma_b2;
  }
  return sum;
}

double ln_gradient_of_tanh(double sigma_w2, double sigma_b2, std::uint32_t depth) {
  return product_of_factors([](double u) { return std::tanh(u); },
                            [](double u) { return std::pow(std::cosh(u), -2.0); }, sigma_w2,
                            sigma_b2, depth);
}

double softplus(double x) { return std::log1p(std::exp(x)); }
double logistic(double x) { return 1.0 / (1.0 + std::exp(-x)); }

}  // namespace

TEST_CASE("ReLU: gradients survive at sigma_w2 = 2, within 2 * 10^(+-1 / depth)") {
  const Table table("relu_trajectory.csv");
  for (std::uint32_t depth : {1U, 10U, 99U}) {
    CAPTURE(depth);
    const Recommendation r = recommended(of("relu", 0.0), depth);
    CHECK(r.best.sigma_w2 == close(2.0, 1e-14));
    CHECK(std::abs(r.best.ln_gradient) < 1e-12);
    CHECK(r.sigma_w2_low == close(2.0 * std::pow(10.0, -1.0 / depth), 1e-12));
    CHECK(r.sigma_w2_high == close(2.0 * std::pow(10.0, 1.0 / depth), 1e-12));
    CHECK(r.best.q == close(2.0, 1e-12));
    // Row l of the table is layer l + 1.
    const double gamma = table.number(depth, "gamma");
    CHECK(r.best.gamma == close(gamma, 1e-12));
    CHECK(r.best.mean_max_frequency ==
          close(0.5 + std::atan(std::sqrt(gamma)) / std::numbers::pi, 1e-13));
    CHECK(r.has_edge);
    CHECK(r.edge.sigma_w2 == 2.0);
  }
}

TEST_CASE("linear: gradients survive at sigma_w2 = 1, and no bias gives no prejudice") {
  const Recommendation r = recommended(of("linear", 0.0), 20);
  CHECK(r.best.sigma_w2 == close(1.0, 1e-14));
  CHECK(r.sigma_w2_low == close(std::pow(10.0, -0.05), 1e-12));
  CHECK(r.sigma_w2_high == close(std::pow(10.0, 0.05), 1e-12));
  CHECK(r.best.gamma == 0.0);
  CHECK(r.best.mean_max_frequency == 0.5);
  // With bias: every layer of the 21 adds sigma_b2 to both q and the covariance.
  CHECK(recommended(of("linear", 0.25), 20).best.gamma == close(21 * 0.25, 1e-12));
}

TEST_CASE("tanh: the product of backward factors is 1, and 10 and 1 / 10 at the ends") {
  for (double sigma_b2 : {0.0, 0.1}) {
    for (std::uint32_t depth : {3U, 30U}) {
      CAPTURE(sigma_b2);
      CAPTURE(depth);
      const Recommendation r = recommended(of("tanh", sigma_b2), depth);
      CHECK(std::abs(ln_gradient_of_tanh(r.best.sigma_w2, sigma_b2, depth)) < 1e-10);
      CHECK(ln_gradient_of_tanh(r.sigma_w2_low, sigma_b2, depth) == close(-std::log(10.0), 1e-10));
      CHECK(ln_gradient_of_tanh(r.sigma_w2_high, sigma_b2, depth) == close(std::log(10.0), 1e-10));
      CHECK(r.edge.ln_gradient ==
            close(ln_gradient_of_tanh(r.edge.sigma_w2, sigma_b2, depth), 1e-9));
    }
  }
}

TEST_CASE("the recommendation tends to the edge of chaos with depth") {
  for (const Block& block :
       {Block{}, Block{.kind = BlockKind::average_pool, .pool = 3},
        Block{.kind = BlockKind::max_pool}, Block{.kind = BlockKind::layer_norm_before},
        Block{.kind = BlockKind::dropout, .keep = 0.8}, Block{.kind = BlockKind::convolution}}) {
    const std::string name = block_name(block.kind);
    CAPTURE(name);
    Initialisation init = of("tanh", 0.05);
    init.block = block;
    LinePoint edge{};
    REQUIRE(edge_of_chaos(*init.activation, block, init.sigma_b2, edge).ok());
    double before = 10.0 * edge.sigma_w2;
    for (std::uint32_t depth : {10U, 100U, 1000U}) {
      const Recommendation r = recommended(init, depth);
      REQUIRE(r.has_edge);
      CHECK(r.edge.sigma_w2 == edge.sigma_w2);
      const double distance = std::abs(r.best.sigma_w2 - edge.sigma_w2);
      CHECK(distance <= 0.2 * before);
      CHECK(r.sigma_w2_low < edge.sigma_w2);
      CHECK(r.sigma_w2_high > edge.sigma_w2);
      before = std::max(distance, 5e-14 * edge.sigma_w2);
    }
  }
}

TEST_CASE("gradients survive a finite depth even where there is no edge of chaos") {
  // q - E[phi^2] / E[phi'^2] is negative for softplus at any q, and no sigma_b2.
  const Activation phi{
      .name = "softplus",
      .kinks = {},
      .value_at = [](const Activation&, double x) { return softplus(x); },
      .slope_at = [](const Activation&, double x) { return logistic(x); },
      .bend_at = [](const Activation&, double x) { return logistic(x) * logistic(-x); }};
  const Recommendation r = recommended({&phi, 1.0, 0.3}, 12);
  CHECK_FALSE(r.has_edge);
  const auto product = [](double sigma_w2) {
    return product_of_factors(softplus, logistic, sigma_w2, 0.3, 12);
  };
  CHECK(std::abs(product(r.best.sigma_w2)) < 1e-10);
  CHECK(product(r.sigma_w2_low) == close(-std::log(10.0), 1e-10));
  CHECK(product(r.sigma_w2_high) == close(std::log(10.0), 1e-10));
  std::array<char, 512> text{};
  REQUIRE(write_reason(r, 12, 2, text) < text.size());
  CHECK(std::string(text.data()).find("no edge of chaos") != std::string::npos);
}

TEST_CASE("an outlook is the trajectory to the output") {
  for (const std::string name : {"tanh", "relu", "erf"}) {
    const Initialisation init{find_activation(name), 1.8, 0.07};
    std::array<Signal, 41> layers;
    REQUIRE(trajectory(init, {1.0, 1.0}, layers).ok());
    double sum = 0.0;
    for (std::size_t l = 0; l + 1 < layers.size(); ++l)
      sum += std::log(backward_factor(init, layers[l]));
    for (std::uint32_t classes : {2U, 7U}) {
      Outlook result{};
      REQUIRE(outlook(init, 40, classes, result).ok());
      CAPTURE(name);
      CHECK(result.sigma_w2 == 1.8);
      CHECK(result.q == close(layers.back().q, 1e-12));
      CHECK(result.gamma == close(layers.back().gamma(), 1e-11));
      CHECK(result.ln_gradient == close(sum, 1e-11));
      const ManyClassLaw law{classes, layers.back().gamma()};
      CHECK(result.mean_max_frequency == close(law.mean_max_frequency(), 1e-10));
    }
  }
}

TEST_CASE("a layer that has settled stands for those that follow") {
  Outlook result{};
  const Initialisation init{find_activation("tanh"), 1.5, 0.1};
  FixedPoint fixed{};
  REQUIRE(fixed_point(init, fixed).ok());
  REQUIRE(outlook(init, depth_max, 2, result).ok());
  Outlook half{};
  REQUIRE(outlook(init, depth_max / 2, 2, half).ok());
  CHECK(result.ln_gradient - half.ln_gradient ==
        close(depth_max / 2.0 * std::log(fixed.chi_1), 1e-9));
}

TEST_CASE("the sigma_w2 of a wanted gamma gives that gamma") {
  for (const std::string name : {"tanh", "erf", "relu"}) {
    for (double gamma : {0.6, 1.0, 5.0, 300.0}) {
      for (std::uint32_t depth : {5U, 60U}) {
        CAPTURE(name);
        CAPTURE(gamma);
        CAPTURE(depth);
        const Initialisation init = of(name, 0.2);
        Outlook found{};
        const Status status = recommend_gamma(init, depth, 2, gamma, found);
        if (name == "relu") {  // gamma falls with sigma_w2, but not below that without bias
          Outlook unbiased{};
          REQUIRE(outlook({init.activation, 1.0, 0.0}, depth, 2, unbiased).ok());
          CHECK(status.ok() == (gamma > unbiased.gamma));
        } else {
          CHECK(status.ok());
        }
        if (!status.ok()) continue;
        std::vector<Signal> layers(depth + 1);
        REQUIRE(trajectory({init.activation, found.sigma_w2, 0.2}, {1.0, 1.0}, layers).ok());
        CHECK(layers.back().gamma() == close(gamma, 1e-9));
        CHECK(found.gamma == close(gamma, 1e-9));
      }
    }
  }
}

TEST_CASE("a wanted gamma that no sigma_w2 gives is reported") {
  Outlook found{};
  for (const std::string name : {"tanh", "linear", "relu"}) {
    const Status status = recommend_gamma(of(name, 0.0), 4, 2, 1e6, found);
    CAPTURE(name);
    CHECK(status.code == StatusCode::no_solution);
    CHECK(std::string(status.parameter) == "gamma");
  }
}

TEST_CASE("the gamma of a wanted mean max frequency gives it back") {
  for (std::uint32_t classes : {2U, 3U, 10U}) {
    for (double gamma : {0.01, 0.3, 1.0, 20.0, 1e4}) {
      CAPTURE(classes);
      CAPTURE(gamma);
      double found = 0.0;
      const double frequency = ManyClassLaw{classes, gamma}.mean_max_frequency();
      REQUIRE(gamma_of_frequency(classes, frequency, found).ok());
      CHECK(found == close(gamma, 1e-7));
    }
  }
  double gamma = 0.0;
  REQUIRE(gamma_of_frequency(2, 0.75, gamma).ok());
  CHECK(gamma == close(1.0, 1e-14));
  for (double bad : {0.5, 0.4, 1.0, 1.5, not_a_number}) {
    const Status status = gamma_of_frequency(2, bad, gamma);
    CHECK(status.code == StatusCode::out_of_range);
    CHECK(std::string(status.parameter) == "mean_max_frequency");
  }
}

TEST_CASE("the reason names the numbers and fits any buffer") {
  const Recommendation r = recommended(of("relu", 0.0), 10);
  std::array<char, 512> text{};
  const std::size_t length = write_reason(r, 10, 2, text);
  const std::string sentence = text.data();
  CHECK(sentence.size() == length);
  for (const char* part :
       {"sigma_w2 = 2 ", "10 layers", "1.58866", "2.51785", "edge of chaos", "gamma = "}) {
    CAPTURE(part);
    CHECK(sentence.find(part) != std::string::npos);
  }
  std::array<char, 16> small{};
  CHECK(write_reason(r, 10, 2, small) == length);
  CHECK(std::string(small.data()) == sentence.substr(0, 15));
}

TEST_CASE("residual streams: gradients only grow, and survive up to some sigma_w2") {
  // Backward factor 1 + sigma_w2 / (2 L) in each of L layers of ReLU.
  const Block stream{.kind = BlockKind::residual_scaled, .residual_depth = 20};
  const Recommendation r = recommended(of("relu", 0.1, stream), 20);
  const double highest = 40.0 * (std::pow(10.0, 1.0 / 20.0) - 1.0);
  CHECK_FALSE(r.has_edge);
  CHECK(r.best.sigma_w2 == close(highest, 1e-12));
  CHECK(r.sigma_w2_high == close(highest, 1e-12));
  CHECK(r.sigma_w2_low == sigma_w2_min);
  CHECK(r.best.ln_gradient == close(std::log(10.0), 1e-12));
}

TEST_CASE("normalisation after the activation: gradients explode whatever sigma_w2") {
  // ReLU at sigma_b2 = 0: backward factor pi / (pi - 1) in every layer (THEORY.md section 5).
  const Block norm{.kind = BlockKind::layer_norm_after};
  Recommendation r{};
  CHECK(recommend(of("relu", 0.0, norm), 20, 2, r).code == StatusCode::no_solution);
  REQUIRE(recommend(of("relu", 0.0, norm), 5, 2, r).ok());
  CHECK(r.sigma_w2_low == sigma_w2_min);
  CHECK(r.sigma_w2_high == sigma_w2_max);
  constexpr double pi = std::numbers::pi;
  CHECK(r.best.ln_gradient == close(5.0 * std::log(pi / (pi - 1.0)), 1e-12));
}

TEST_CASE("recommendations are refused by name") {
  Recommendation r{};
  Outlook found{};
  const auto refused = [](const Status& status, const char* parameter) {
    CAPTURE(parameter);
    CHECK(status.code == StatusCode::out_of_range);
    CHECK(std::string(status.parameter) == parameter);
  };
  refused(recommend(of("tanh", -1.0), 10, 2, r), "sigma_b2");
  refused(recommend(of("tanh", 0.1), 0, 2, r), "depth");
  refused(recommend(of("tanh", 0.1), depth_max + 1, 2, r), "depth");
  refused(recommend(of("tanh", 0.1), 10, 1, r), "classes");
  refused(outlook(of("tanh", 0.1), 10, 2, found), "sigma_w2");
  refused(recommend_gamma(of("tanh", 0.1), 10, 2, 0.0, found), "gamma");
  refused(recommend_gamma(of("tanh", 0.1), 10, 2, not_a_number, found), "gamma");
  CHECK(recommend({}, 10, 2, r).code == StatusCode::unknown_name);
}
