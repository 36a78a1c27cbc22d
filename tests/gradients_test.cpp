// Gradients: the backward recursion against products of closed factors, the law of the gradient
// that the loss hands back against brute-force integration and random numbers of the standard
// library.
#include "igb/gradients.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <random>
#include <string>
#include <vector>

#include "igb/architecture.hpp"
#include "igb/backpropagation.hpp"
#include "igb/expectation.hpp"
#include "support/close.hpp"
#include "support/samples.hpp"

using namespace igb;
using igb::test::close;
using igb::test::five_sigma;

namespace {

constexpr double pi = std::numbers::pi;
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr std::array every_label{Labels::favoured, Labels::unfavoured, Labels::all};

/// ln of 2 sigmoid(-y)^2, as the definition has it where that does not overflow.
double log_square(double y) {
  return y > 30.0 ? std::log(2.0) - 2.0 * y : std::log(2.0) - 2.0 * std::log1p(std::exp(y));
}

/// How a draw of the logits becomes the lead of the labelled class.
double lead(Labels labels, Signal output, double z, double xi) {
  const double drift = std::sqrt(2.0 * output.q * output.c());
  const double spread = std::sqrt(2.0 * output.q * output.d);
  const double delta = drift * std::abs(z) + spread * xi;
  if (labels == Labels::favoured) return delta;
  return labels == Labels::unfavoured ? -delta : drift * z + spread * xi;
}

/// E[f(lead)] over z and xi by the midpoint rule on a lattice that has |z| = 0 on its edge.
template <class Function>
double lattice_mean(Labels labels, Signal output, const Function& f) {
  constexpr int points = 1500;
  constexpr double reach = 9.0;
  constexpr double h = reach / points;
  double sum = 0.0;
  for (int i = 0; i < points; ++i) {
    const double z = (i + 0.5) * h;
    for (int j = -points; j < points; ++j) {
      const double xi = (j + 0.5) * h;
      const double weight = std::exp(-0.5 * (z * z + xi * xi));
      sum += weight * (f(lead(labels, output, z, xi)) + f(lead(labels, output, -z, xi)));
    }
  }
  return sum * h * h / (2.0 * pi);
}

Initialisation init_of(const char* name, double sigma_w2, double sigma_b2) {
  return {find_activation(name), sigma_w2, sigma_b2};
}

std::vector<Signal> layers_of(const Initialisation& init, std::size_t depth) {
  std::vector<Signal> layers(depth);
  REQUIRE(trajectory(init, {1.0, 1.0}, layers).ok());
  return layers;
}

}  // namespace

TEST_CASE("means of the loss gradient are those of the definition, by integration") {
  for (const Signal output : {Signal{0.3, 0.5}, Signal{2.0, 0.1}, Signal{20.0, 0.9}}) {
    const LossGradientLaw law{output};
    for (const Labels labels : every_label) {
      CAPTURE(output.q);
      CAPTURE(static_cast<int>(labels));
      // The lattice is right to (h^2 / 24) f'' / f.
      CHECK(law.mean_log(labels) == close(lattice_mean(labels, output, log_square), 1e-4));
      const auto square = [](double y) { return std::exp(log_square(y)); };
      CHECK(std::exp(law.log_mean(labels)) == close(lattice_mean(labels, output, square), 1e-4));
    }
  }
}

TEST_CASE("the law of the loss gradient agrees with draws of logits") {
  // Two-sided checks at five standard errors, 5.7e-7 each.
  constexpr std::size_t draws = 400000;
  std::mt19937_64 generator(20260514);
  std::normal_distribution<double> normal;
  for (const Signal output : {Signal{1.0, 0.5}, Signal{40.0, 0.02}}) {
    const LossGradientLaw law{output};
    for (const Labels labels : every_label) {
      std::vector<double> sample(draws);
      for (double& value : sample) {
        const double z = normal(generator);
        value = log_square(lead(labels, output, z, normal(generator)));
      }
      CAPTURE(output.q);
      CAPTURE(static_cast<int>(labels));
      for (const double p : {0.01, 0.25, 0.5, 0.75, 0.99}) {
        const double below = law.quantile(labels, p);
        const auto count = std::count_if(sample.begin(), sample.end(),
                                         [&](double value) { return value <= below; });
        const double error = std::sqrt(p * (1.0 - p) / draws);
        CAPTURE(p);
        CHECK(std::abs(static_cast<double>(count) / draws - p) < five_sigma * error);
      }
      const auto moments = test::moments_of(sample);
      CHECK(std::abs(moments.mean - law.mean_log(labels)) <
            five_sigma * std::sqrt(moments.variance / draws));
    }
  }
}

TEST_CASE("limits of the loss gradient") {
  for (const Labels labels : every_label) {
    // Without a signal the softmax is even: |delta|^2 = 1/2.
    const LossGradientLaw silent{{0.0, 0.3}};
    for (const double p : {0.1, 0.5})
      CHECK(silent.quantile(labels, p) == close(-std::log(2.0), 1e-15));
    CHECK(silent.mean_log(labels) == close(-std::log(2.0), 1e-12));
    CHECK(silent.log_mean(labels) == close(-std::log(2.0), 1e-12));
  }
  // c = 0: no class is favoured, and the lead is normal.
  const LossGradientLaw neutral{{3.0, 1.0}};
  for (const Labels labels : every_label) {
    CHECK(neutral.median(labels) == close(-std::log(2.0), 1e-12));
    CHECK(neutral.quantile(labels, 0.9772498680518208) ==
          close(log_square(-2.0 * std::sqrt(6.0)), 1e-12));
  }
  // c = 1: the lead is folded, |z| sqrt(2 q) or its opposite; the median of |z| is 0.67449.
  const LossGradientLaw sure{{8.0, 0.0}};
  const double median_of_folded = 0.6744897501960817 * 4.0;
  CHECK(sure.median(Labels::favoured) == close(log_square(median_of_folded), 1e-12));
  CHECK(sure.median(Labels::unfavoured) == close(log_square(-median_of_folded), 1e-12));
  CHECK(sure.median(Labels::all) == close(-std::log(2.0), 1e-12));

  // E[softplus(y)] -> E[max(y, 0)] = sqrt(q / pi) (1 + sqrt c) / 2 or (1 - sqrt c) / 2 of twice it.
  for (const double q : {1e8, 1e100, 1e300}) {
    for (const double d : {0.0, 1e-8, 0.3, 1.0}) {
      CAPTURE(q);
      CAPTURE(d);
      const LossGradientLaw law{{q, d}};
      const double scale = 2.0 * std::sqrt(q / pi);
      const double root = std::sqrt(1.0 - d);
      CHECK(law.mean_log(Labels::favoured) == close(-scale * (1.0 + root), 1e-4));
      CHECK(law.mean_log(Labels::all) == close(-scale, 1e-4));
      for (const Labels labels : every_label) {
        CHECK(std::isfinite(law.quantile(labels, 0.2)));
        CHECK(std::isfinite(law.median(labels)));
        CHECK(law.log_mean(labels) <= std::log(2.0) + 1e-12);
      }
    }
  }
}

TEST_CASE("favoured and unfavoured labels together are all labels") {
  for (const Signal output : {Signal{0.5, 0.2}, Signal{50.0, 0.01}, Signal{1e6, 0.5}}) {
    const LossGradientLaw law{output};
    CHECK(0.5 * (law.mean_log(Labels::favoured) + law.mean_log(Labels::unfavoured)) ==
          close(law.mean_log(Labels::all), 1e-11));
    CHECK(0.5 * (std::exp(law.log_mean(Labels::favoured)) +
                 std::exp(law.log_mean(Labels::unfavoured))) ==
          close(std::exp(law.log_mean(Labels::all)), 1e-11));
  }
}

TEST_CASE("what the loss law cannot mean is no number") {
  for (const Signal bad : {Signal{-1.0, 0.5}, Signal{1e301, 0.5}, Signal{not_a_number, 0.5},
                           Signal{1.0, -0.1}, Signal{1.0, 1.1}, Signal{1.0, not_a_number}}) {
    CHECK(std::isnan(LossGradientLaw{bad}.median(Labels::all)));
    CHECK(std::isnan(LossGradientLaw{bad}.mean_log(Labels::all)));
    CHECK(std::isnan(LossGradientLaw{bad}.log_mean(Labels::all)));
  }
  for (const double p : {0.0, 1.0, -0.1, not_a_number}) {
    CHECK(std::isnan(LossGradientLaw{{1.0, 0.5}}.quantile(Labels::all, p)));
  }
}

TEST_CASE("gradients of ReLU layers are powers of sigma_w2 / 2") {
  const Initialisation init = init_of("relu", 2.5, 0.1);
  const auto layers = layers_of(init, 30);
  std::vector<LayerGradient> gradients(30);
  REQUIRE(backward(init, layers, gradients).ok());
  double log_pair = 0.0;
  for (std::size_t l = 30; l-- > 0;) {
    CAPTURE(l);
    CHECK(gradients[l].log_q == close((30.0 - static_cast<double>(l)) * std::log(1.25), 1e-13));
    // kappa_dot = (pi - theta) / 2 pi
    log_pair += std::log(2.5 * (pi - std::acos(layers[l].c())) / (2.0 * pi));
    CHECK(gradients[l].log_q_ab == close(log_pair, 1e-7));  // arccos near c = 1
    CHECK(gradients[l].sign_ab == 1.0);
  }
}

TEST_CASE("gradients of a tanh network are the product of its moments") {
  const Initialisation init = init_of("tanh", 2.5, 0.1);
  const auto layers = layers_of(init, 12);
  std::vector<LayerGradient> gradients(12);
  REQUIRE(backward(init, layers, gradients).ok());
  double q = 1.0;
  double pair = 1.0;
  for (std::size_t l = 12; l-- > 0;) {
    q *= 2.5 * slope_moment(*init.activation, layers[l].q);
    pair *= 2.5 * slope_covariance(*init.activation, layers[l].q, layers[l].d);
    CHECK(std::exp(gradients[l].log_q) == close(q, 1e-12));
    CHECK(std::exp(gradients[l].log_q_ab) == close(pair, 1e-12));
  }
}

TEST_CASE("gradients survive any depth in their logarithm") {
  const std::size_t depth = 100000;
  const Initialisation init = init_of("tanh", 0.5, 0.1);
  const auto layers = layers_of(init, depth);
  std::vector<LayerGradient> gradients(depth);
  REQUIRE(backward(init, layers, gradients).ok());
  FixedPoint point{};
  REQUIRE(fixed_point(init, point).ok());
  CHECK(gradients[0].log_q == close(static_cast<double>(depth) * std::log(point.chi_1), 1e-4));
}

TEST_CASE("two blocks: dropout raises the diagonal only, a scaled stream hardly moves") {
  Initialisation init = init_of("relu", 1.0, 0.0);
  init.block.kind = BlockKind::dropout;
  init.block.keep = 0.5;
  auto layers = layers_of(init, 3);
  std::vector<LayerGradient> gradients(3);
  REQUIRE(backward(init, layers, gradients).ok());
  CHECK(gradients[0].log_q == doctest::Approx(0.0));  // 1 / 2 / keep = 1
  init.block = {.kind = BlockKind::residual_scaled, .residual_depth = 100};
  layers = layers_of(init, 100);
  gradients.resize(100);
  REQUIRE(backward(init, layers, gradients).ok());
  CHECK(gradients[0].log_q == close(100.0 * std::log1p(0.005), 1e-12));
  init.block = {.kind = BlockKind::batch_norm_before};
  const Status status = backward(init, layers, gradients);
  CHECK(status.code == StatusCode::no_solution);
  CHECK(std::string(status.parameter) == "block");
}

namespace {

/// Mean over networks of qg_aa N / |delta_a|^2 in every hidden layer relative to theory, less 1,
/// and its standard error. Two inputs of variance 1 and correlation 0 at every position.
struct Measured {
  double mean;
  double error;
};
std::vector<Measured> measured_gradients(const Architecture& a, std::uint32_t networks) {
  const std::size_t size = positions_of(a.init.block) * a.input_width;
  std::vector<float> inputs(2 * size, 1.0F);
  for (std::size_t i = 0; i < size; i += 2) inputs[size + i] = -1.0F;
  std::vector<LayerGradient> gradients(a.depth);
  REQUIRE(backward(a.init, layers_of(a.init, a.depth), gradients).ok());

  std::size_t bytes = 0;
  REQUIRE(Backpropagation::bytes(a, 2, bytes).ok());
  const test::AlignedMemory memory(bytes);
  const std::array<std::uint16_t, 2> labels{0, 1};
  std::vector<std::vector<double>> ratios(a.depth);
  for (std::uint32_t network = 0; network < networks; ++network) {
    Arena arena(memory.bytes());
    Backpropagation run;
    REQUIRE(run.begin(a, {9, network}, inputs, labels, arena).ok());
    double delta[2] = {0.0, 0.0};  // ln |delta|^2
    while (!(run.descending() && run.layer() == 1)) {
      REQUIRE(run.step().ok());
      if (!run.descending()) continue;
      for (const std::size_t input : {0U, 1U}) {
        const double log_square = run.log_squares()[input];
        if (run.layer() > a.depth) {
          delta[input] = log_square + std::log(static_cast<double>(a.classes));
          continue;
        }
        const double per_unit = delta[input] - std::log(static_cast<double>(a.width));
        const std::size_t l = run.layer() - 1;
        ratios[l].push_back(std::exp(log_square - per_unit - gradients[l].log_q) - 1.0);
      }
    }
  }
  std::vector<Measured> result;
  for (const std::vector<double>& sample : ratios) {
    const auto moments = test::moments_of(sample);
    // The two inputs of a network are no more than one.
    result.push_back({moments.mean, std::sqrt(moments.variance / networks)});
  }
  return result;
}

}  // namespace

TEST_CASE("gradients of random networks of every block are those of theory, readout included") {
  // 5 standard errors, false-alarm rate 5.7e-7 for each of 78 checks, and what finite width
  // changes, of order layers / width: 2 %. Without its sigma_w2 the residual block would be off by
  // half.
  std::vector<Architecture> all;
  const auto add = [&](const char* activation, BlockKind kind, const Block& block = {}) {
    Architecture a{init_of(activation, 1.5, 0.1), 64, 240, 3, 2};
    a.init.block = block;
    a.init.block.kind = kind;
    if (positions_of(a.init.block) > 1) a.width = 120;
    all.push_back(a);
  };
  for (const char* activation : {"tanh", "relu"}) {
    add(activation, BlockKind::plain);
    add(activation, BlockKind::max_pool, {.pool = 2});
    add(activation, BlockKind::max_pool, {.pool = 3, .pool_width = PoolWidth::repeated});
    add(activation, BlockKind::average_pool, {.pool = 2});
    add(activation, BlockKind::average_pool, {.pool = 3, .pool_width = PoolWidth::repeated});
    add(activation, BlockKind::dropout, {.keep = 0.7});
    add(activation, BlockKind::residual_scaled, {.residual_depth = 3});
    add(activation, BlockKind::residual, {.sigma_v2 = 0.7, .sigma_a2 = 0.2});
    add(activation, BlockKind::layer_norm_before);
    add(activation, BlockKind::layer_norm_after);
    add(activation, BlockKind::convolution, {.side = 4});
    add(activation, BlockKind::convolution, {.dimensions = 2, .side = 3});
    add(activation, BlockKind::delta_orthogonal, {.side = 4});
  }
  for (const Architecture& a : all) {
    CAPTURE(std::string(block_name(a.init.block.kind)));
    CAPTURE(std::string(a.init.activation->name));
    const auto measured = measured_gradients(a, 400);
    for (std::size_t l = 0; l < a.depth; ++l) {
      CAPTURE(l);
      CAPTURE(measured[l].mean);
      CAPTURE(measured[l].error);
      CHECK(measured[l].error < 0.025);
      CHECK(std::abs(measured[l].mean) < five_sigma * measured[l].error + 0.02);
    }
  }
}

TEST_CASE("the report: medians of the exploding ReLU network, by class") {
  // THEORY.md section 6 measured, at width 300 and depth 30: favoured 1.5e-34 -> 1.3e-31,
  // unfavoured 8.4e-3 -> 4.1 from the top hidden layer to the first one. The unfavoured ones are
  // saturated, ln |delta|^2 = ln 2, so that theory says 2.5 / 300 = 8.3e-3 -> 5.4, of which the
  // finite width keeps exp(-5 l / 2 N) = 0.78. The favoured ones hang on exp(-sqrt(q)) and with it
  // on the spread of q at that width: theory, 1e-43 -> 1e-40, is their limit at infinite width.
  const Initialisation init = init_of("relu", 2.5, 0.1);
  const auto layers = layers_of(init, 31);
  std::vector<LayerGradient> gradients(30);
  REQUIRE(backward(init, std::span(layers).first(30), gradients).ok());
  const LossGradientLaw law{layers[30]};
  const std::array probabilities{0.25, 0.75};
  const std::size_t columns = gradient_columns + probabilities.size();
  std::vector<double> report(30 * columns);
  REQUIRE(gradient_report(gradients, law, 300, Labels::unfavoured, probabilities, report).ok());
  CHECK(std::exp(report[29 * columns]) == close(8.4e-3, 0.01));
  CHECK(std::exp(report[0] - 5.0 * 29.0 / 600.0) == close(4.1, 0.05));
  for (const Labels labels : every_label) {
    REQUIRE(gradient_report(gradients, law, 300, labels, probabilities, report).ok());
    for (std::size_t l = 0; l < 30; ++l) {
      const double factor = gradients[l].log_q - std::log(300.0);
      CHECK(report[l * columns] == close(law.median(labels) + factor, 1e-14));
      CHECK(report[l * columns + 1] == close(law.mean_log(labels) + factor, 1e-14));
      CHECK(report[l * columns + 2] == close(law.log_mean(labels) + factor, 1e-12));
      CHECK(report[l * columns + 3] == close(law.quantile(labels, 0.25) + factor, 1e-14));
      CHECK(report[l * columns + 4] == close(law.quantile(labels, 0.75) + factor, 1e-14));
    }
  }
}

TEST_CASE("gradients refuse what makes no sense, by name") {
  const Initialisation init = init_of("relu", 2.0, 0.0);
  const auto layers = layers_of(init, 3);
  std::vector<LayerGradient> gradients(3);
  const auto refused = [](const Status& status, StatusCode code, const char* parameter) {
    CHECK(status.code == code);
    CHECK(std::string(status.parameter) == parameter);
  };
  refused(backward(init_of("relu", -1.0, 0.0), layers, gradients), StatusCode::out_of_range,
          "sigma_w2");
  refused(backward(init, {}, gradients), StatusCode::out_of_range, "layers");
  refused(backward(init, layers, std::span(gradients).first(2)), StatusCode::buffer_too_small,
          "gradients");
  const std::array bad_q{Signal{not_a_number, 0.5}};
  refused(backward(init, bad_q, gradients), StatusCode::out_of_range, "q");
  const std::array bad_d{Signal{1.0, 2.5}};
  refused(backward(init, bad_d, gradients), StatusCode::out_of_range, "d");

  std::array<double, 12> report{};
  const LossGradientLaw law{{1.0, 0.5}};
  const std::array<double, 1> impossible{1.0};
  refused(gradient_report(gradients, law, 0, Labels::all, {}, report), StatusCode::out_of_range,
          "width");
  refused(gradient_report(gradients, {{1.0, 1.5}}, 9, Labels::all, {}, report),
          StatusCode::out_of_range, "output_d");
  refused(gradient_report(gradients, law, 9, Labels::all, impossible, report),
          StatusCode::out_of_range, "probability");
  refused(gradient_report(gradients, law, 9, Labels::all, {}, std::span(report).first(8)),
          StatusCode::buffer_too_small, "report");
}
