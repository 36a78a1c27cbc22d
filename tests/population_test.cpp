// Population dynamics of the residual network with its activation after the sum.
#include "igb/population.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "support/close.hpp"
#include "support/samples.hpp"

using namespace igb;
using igb::test::AlignedMemory;
using igb::test::close;

namespace {

/// Student's t with 31 degrees of freedom: two-sided false-alarm rate 1.2e-6 each.
constexpr double six_errors = 6.0;

Initialisation residual(std::string_view name, double sigma_w2, double sigma_b2,
                        std::uint32_t depth) {
  Initialisation init{find_activation(name), sigma_w2, sigma_b2, {}};
  init.block.kind = BlockKind::residual_after;
  init.block.residual_depth = depth;
  return init;
}

std::vector<PopulationLayer> run(const Initialisation& init, Signal input, std::size_t layers,
                                 const Population& population) {
  std::size_t bytes = 0;
  REQUIRE(population_bytes(population, layers, bytes).ok());
  const AlignedMemory memory(bytes);
  Arena arena(memory.bytes());
  std::vector<PopulationLayer> report(layers);
  REQUIRE(population_trajectory(init, input, population, arena, report).ok());
  return report;
}

}  // namespace

TEST_CASE("a linear population follows its closed form") {
  // p' = p (1 + sigma_w2 / L) + sigma_b2 / L of x, and the same for p_ab: samples only add noise.
  const double w = 1.4;
  const double b = 0.3;
  const double depth = 8.0;
  const auto layers = run(residual("linear", w, b, 8), {1.0, 0.6}, 9, {.samples = 1 << 15});
  double p = w + b;
  double p_ab = w * 0.4 + b;
  CHECK(layers[0].signal.q == close(p, 1e-15));
  CHECK(layers[0].signal.q * layers[0].signal.c() == close(p_ab, 1e-14));
  CHECK(layers[0].q_error < 1e-15);
  for (std::size_t l = 1; l < layers.size(); ++l) {
    CAPTURE(l);
    const double q = w * p + b;
    const double c = (w * p_ab + b) / q;
    CHECK(std::abs(layers[l].signal.q - q) < six_errors * layers[l].q_error);
    CHECK(std::abs(layers[l].signal.c() - c) < six_errors * layers[l].c_error);
    CHECK(std::abs(layers[l].signal.gamma() - c / (1.0 - c)) < six_errors * layers[l].gamma_error);
    CHECK(layers[l].q_error < 0.03 * q);
    CHECK(layers[l].c_error < 0.03);
    if (l + 1 < layers.size()) {
      CHECK(layers[l - 1].backward == close(1.0 + w / depth, 1e-6));
    }
    p += (w * p + b) / depth;
    p_ab += (w * p_ab + b) / depth;
  }
  CHECK(layers[7].backward == close(w, 1e-7));  // from the output
  CHECK(std::isnan(layers[8].backward));
}

TEST_CASE("the first residual layers of tanh and ReLU by two-dimensional sums") {
  // x_1 = phi(h_1) and h_2 = W x_1 + b are those of the plain network; x_2 needs the pair.
  for (const std::string name : {"tanh", "relu"}) {
    CAPTURE(name);
    const Initialisation init = residual(name, 1.8, 0.2, 4);
    const auto layers = run(init, {1.0, 0.7}, 3, {.samples = 1 << 17});
    const Signal first = first_layer(init, {1.0, 0.7});
    Initialisation plain = init;
    plain.block.kind = BlockKind::plain;
    const Signal second = next_layer(plain, first);
    CHECK(std::abs(layers[1].signal.q - second.q) < six_errors * layers[1].q_error);
    CHECK(std::abs(layers[1].signal.c() - second.c()) < six_errors * layers[1].c_error);

    const Activation& phi = *init.activation;
    const double step = 0.02;
    double p = 0.0;
    for (double u = -9.0; u < 9.0; u += step) {
      for (double v = -9.0; v < 9.0; v += step) {
        const double x = phi.value(std::sqrt(first.q) * u) + std::sqrt(second.q / 4.0) * v;
        p += std::exp(-0.5 * (u * u + v * v)) * phi.value(x) * phi.value(x);
      }
    }
    p *= step * step / (2.0 * 3.14159265358979323846);
    CHECK(std::abs(layers[2].signal.q - (1.8 * p + 0.2)) < six_errors * layers[2].q_error);
    CHECK(layers[2].q_error < 0.01);
  }
}

TEST_CASE("the variance of deep ReLU streams tends to its limit") {
  // E x^2 -> (p + sigma_b2 / sigma_w2) e^sigma_w2 - sigma_b2 / sigma_w2, p = E x_1^2. Steps of size
  // 1 / sqrt(L) overshoot the reflection at 0 by as much: extrapolated from L and 4 L.
  const double w = 1.2;
  const double b = 0.4;
  const auto end = [&](std::uint32_t depth, double& error) {
    const auto layers = run(residual("relu", w, b, depth), {1.0, 1.0}, depth + 2,
                            {.samples = 1 << 16, .seed = depth, .gradients = false});
    error = layers.back().q_error / w;
    return (layers.back().signal.q - b) / w;
  };
  double near_error = 0.0;
  double far_error = 0.0;
  const double near = end(400, near_error);
  const double far = end(1600, far_error);
  const double limit = ((w + b) / 2.0 + b / w) * std::exp(w) - b / w;
  const double error = std::hypot(near_error, 2.0 * far_error);
  const double curvature = limit * 3.0 / 400.0;  // of the next order, 1 / L
  CHECK(std::abs(2.0 * far - near - limit) < six_errors * error + curvature);
  CHECK(error < 0.03 * limit);
}

TEST_CASE("finite networks agree with the population, forward and backward") {
  constexpr std::size_t width = 200;
  constexpr std::size_t depth = 5;  // hidden layers
  constexpr int networks = 48;
  const double w = 2.3;
  const double b = 0.3;
  const double scale = 1.0 / std::sqrt(5.0);
  using Vector = std::vector<double>;
  using Matrix = std::vector<Vector>;
  for (const std::string name : {"relu", "tanh"}) {
    CAPTURE(name);
    const Activation& phi = *find_activation(name);
    std::mt19937_64 source(7);
    std::normal_distribution<double> normal;
    // Per network: q and q c of h_2 .. h_(L+1), and ln-free squared gradients of layers 1 .. L.
    std::vector<Vector> q(depth + 1);
    std::vector<Vector> q_ab(depth + 1);
    std::vector<Vector> factor(depth + 1);
    for (int network = 0; network < networks; ++network) {
      std::vector<Matrix> weights;
      std::vector<Vector> slopes;
      Vector a(width);
      Vector other(width);
      for (std::size_t i = 0; i < width; ++i) {  // h_1 of inputs with q_0 = 1, c_0 = 0
        const double bias = std::sqrt(b) * normal(source);
        a[i] = std::sqrt(w) * normal(source) + bias;
        other[i] = std::sqrt(w) * normal(source) + bias;
      }
      for (std::size_t layer = 1;; ++layer) {
        Vector slope(width);
        for (std::size_t i = 0; i < width; ++i) {
          slope[i] = phi.derivative(a[i]);
          a[i] = phi.value(a[i]);
          other[i] = phi.value(other[i]);
        }
        slopes.push_back(slope);
        Matrix matrix(width, Vector(width));
        Vector h(width);
        Vector h_other(width);
        double squares = 0.0;
        double products = 0.0;
        for (std::size_t i = 0; i < width; ++i) {
          const double bias = std::sqrt(b) * normal(source);
          h[i] = bias;
          h_other[i] = bias;
          for (std::size_t j = 0; j < width; ++j) {
            matrix[i][j] = std::sqrt(w / width) * normal(source);
            h[i] += matrix[i][j] * a[j];
            h_other[i] += matrix[i][j] * other[j];
          }
          squares += 0.5 * (h[i] * h[i] + h_other[i] * h_other[i]) / width;
          products += h[i] * h_other[i] / width;
        }
        q[layer].push_back(squares);
        q_ab[layer].push_back(products);
        weights.push_back(matrix);
        if (layer == depth) break;
        for (std::size_t i = 0; i < width; ++i) {
          a[i] += scale * h[i];
          other[i] += scale * h_other[i];
        }
      }
      Vector gradient(width);  // by the argument of phi in the layer above; at first by the output
      for (double& g : gradient) g = normal(source);
      double above = 0.0;
      for (const double g : gradient) above += g * g;
      for (std::size_t layer = depth; layer >= 1; --layer) {
        const double skip = layer == depth ? 0.0 : 1.0;
        const double gain = layer == depth ? 1.0 : scale;
        Vector below(width);
        double here = 0.0;
        for (std::size_t j = 0; j < width; ++j) {
          double sum = skip * gradient[j];
          for (std::size_t i = 0; i < width; ++i) {
            sum += gain * weights[layer - 1][i][j] * gradient[i];
          }
          below[j] = slopes[layer - 1][j] * sum;
          here += below[j] * below[j];
        }
        factor[layer].push_back(here / above);
        above = here;
        gradient = below;
      }
    }

    const auto layers =
        run(residual(name, w, b, 5), {1.0, 1.0}, depth + 1, {.samples = 1 << 17, .seed = 3});
    // Finite width shifts means by 1 / width of their size.
    const auto agrees = [&](const Vector& sample, double value, double error) {
      const test::Moments moments = test::moments_of(sample);
      const double noise = std::hypot(std::sqrt(moments.variance / networks), error);
      CHECK(std::abs(moments.mean - value) < six_errors * noise + 2.0 / width * std::abs(value));
      CHECK(noise < 0.06 * std::abs(value));
    };
    for (std::size_t layer = 1; layer <= depth; ++layer) {
      CAPTURE(layer);
      const PopulationLayer& above = layers[layer];
      agrees(q[layer], above.signal.q, above.q_error);
      agrees(q_ab[layer], above.signal.q * above.signal.c(), above.signal.q * above.c_error);
      agrees(factor[layer], layers[layer - 1].backward, layers[layer - 1].backward_error);
    }
  }
}

TEST_CASE("identical inputs stay identical, opposite ones of odd activations opposite") {
  for (const PopulationLayer& layer :
       run(residual("relu", 1.5, 0.1, 6), {1.0, 0.0}, 7, {.samples = 1024})) {
    CHECK(layer.signal.d == 0.0);
    CHECK(layer.c_error == 0.0);
    CHECK(layer.gamma_error == 0.0);
  }
  for (const PopulationLayer& layer :
       run(residual("tanh", 1.5, 0.0, 6), {1.0, 2.0}, 7, {.samples = 1024})) {
    CHECK(layer.signal.d == close(2.0, 1e-14));
  }
}

TEST_CASE("a population is a function of its seed, and gradients do not change it") {
  const Initialisation init = residual("tanh", 1.5, 0.2, 6);
  const Population population{.samples = 2048, .seed = 5};
  const auto one = run(init, {1.0, 0.8}, 7, population);
  const auto same = run(init, {1.0, 0.8}, 7, population);
  const auto other = run(init, {1.0, 0.8}, 7, {.samples = 2048, .seed = 6});
  const auto forward = run(init, {1.0, 0.8}, 7, {.samples = 2048, .seed = 5, .gradients = false});
  for (std::size_t l = 1; l < one.size(); ++l) {
    CHECK(one[l].signal.q == same[l].signal.q);
    CHECK(one[l].signal.d == forward[l].signal.d);
    CHECK(one[l].signal.q != other[l].signal.q);
    CHECK(std::isnan(forward[l].backward));
  }
  CHECK(one[2].backward == same[2].backward);
}

TEST_CASE("populations of bad size, memory or kind are refused by name") {
  const Initialisation init = residual("relu", 1.5, 0.1, 6);
  std::vector<PopulationLayer> layers(4);
  std::size_t bytes = 0;
  REQUIRE(population_bytes({.samples = 1024}, layers.size(), bytes).ok());
  CHECK(bytes == 1024 * (16 + 3 * 4));
  const AlignedMemory memory(bytes);
  const auto refusal = [&](const Initialisation& bad, const Population& population, Signal input,
                           std::size_t size) {
    Arena arena(memory.bytes().first(size));
    return population_trajectory(bad, input, population, arena, layers);
  };
  CHECK(refusal(init, {.samples = 1024}, {1.0, 1.0}, bytes).ok());
  CHECK(refusal(init, {.samples = 1024}, {1.0, 1.0}, bytes - 1).code ==
        StatusCode::buffer_too_small);
  for (const std::uint32_t samples : {0U, 31U, 1000U, 1U << 25}) {
    const Status status = refusal(init, {.samples = samples}, {1.0, 1.0}, bytes);
    CHECK(status.code == StatusCode::out_of_range);
    CHECK(std::string(status.parameter) == "samples");
  }
  CHECK(std::string(refusal(init, {.samples = 1025}, {1.0, 1.0}, bytes).parameter) ==
        "samples (a multiple of 32)");
  CHECK(std::string(refusal(init, {.samples = 1024}, {-1.0, 1.0}, bytes).parameter) == "q0");
  CHECK(std::string(refusal(init, {.samples = 1024}, {1.0, 2.5}, bytes).parameter) == "c0");
  Initialisation plain = init;
  plain.block.kind = BlockKind::plain;
  CHECK(std::string(refusal(plain, {.samples = 1024}, {1.0, 1.0}, bytes).parameter) == "block");

  const Initialisation exploding = residual("linear", 1e6, 0.0, 1);
  std::vector<PopulationLayer> many(60);
  const Population small{.samples = 1024, .gradients = false};
  Arena arena(memory.bytes());
  const Status status = population_trajectory(exploding, {1.0, 1.0}, small, arena, many);
  CHECK(status.code == StatusCode::non_finite);
  CHECK(status.value > 50.0);
}
