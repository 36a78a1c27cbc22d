// The maps of every block against random networks simulated as their definitions read.
//
// Each of some 330 checks compares a mean over independent networks with theory, within five
// standard errors of that mean: false-alarm rate 5.7e-7 a check, 2e-4 for all of them together;
// seeds are fixed. Standard errors are held to 2% (5% under sanitizers), and most are below 1%.
// Corrections of finite width are of the order of 1 / width, half a percent and less; those of a
// finite batch are known.
#include "simulator/simulator.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <numbers>
#include <random>
#include <string>
#include <vector>

#include "igb/arena.hpp"
#include "igb/mean_field.hpp"
#include "igb/population.hpp"
#include "support/samples.hpp"

using namespace igb;
using igb::test::five_sigma;
using igb::test::moments_of;

namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr int share = 4;  // sanitizers, which are slow: a quarter of the networks
constexpr double largest_error = 0.05;
#else
constexpr int share = 1;
constexpr double largest_error = 0.02;
#endif

double relu(double x) { return x > 0.0 ? x : 0.0; }
double relu_slope(double x) { return x > 0.0 ? 1.0 : 0.0; }
double tanh_slope(double x) { return 1.0 - std::tanh(x) * std::tanh(x); }

simulator::Network relu_network(double sigma_w2, double sigma_b2) {
  simulator::Network network{};
  network.value = relu;
  network.slope = relu_slope;
  network.sigma_w2 = sigma_w2;
  network.sigma_b2 = sigma_b2;
  return network;
}
simulator::Network tanh_network(double sigma_w2, double sigma_b2) {
  simulator::Network network = relu_network(sigma_w2, sigma_b2);
  network.value = [](double x) { return std::tanh(x); };
  network.slope = tanh_slope;
  return network;
}

Initialisation initialisation(const char* activation, const simulator::Network& network,
                              BlockKind kind) {
  Initialisation init{};
  init.activation = find_activation(activation);
  init.sigma_w2 = network.sigma_w2;
  init.sigma_b2 = network.sigma_b2;
  init.block.kind = kind;
  init.block.pool = static_cast<std::uint32_t>(network.pool);
  init.block.keep = network.keep;
  init.block.residual_depth = static_cast<std::uint32_t>(network.residual_depth);
  init.block.sigma_v2 = network.sigma_v2;
  init.block.sigma_a2 = network.sigma_a2;
  init.block.taps = static_cast<std::uint32_t>(network.taps);
  return init;
}

/// The mean of residuals, relative to their scale, is 0 but for a known correction.
void check_centred(const std::vector<double>& residuals, double correction) {
  const auto moments = moments_of(residuals);
  const double error = std::sqrt(moments.variance / static_cast<double>(residuals.size()));
  CHECK(error < largest_error);
  CHECK(std::abs(moments.mean) < five_sigma * error + correction);
}

struct Theory {
  std::vector<Signal> signals;    // layers 1, 2, ...
  std::vector<double> backwards;  // from layer l + 1 down to l
  double error = 0.0;             // largest standard error, relative
};

Theory maps(const char* activation, BlockKind kind, const simulator::Network& network, double c0) {
  const Initialisation init = initialisation(activation, network, kind);
  Theory theory;
  theory.signals.resize(static_cast<std::size_t>(network.layers));
  REQUIRE(trajectory(init, {1.0, 1.0 - c0}, theory.signals).ok());
  for (const Signal& signal : theory.signals) {
    theory.backwards.push_back(backward_factor(init, signal));
  }
  return theory;
}

/// By population dynamics, with its own standard error.
Theory populations(const char* activation, const simulator::Network& network, double c0) {
  const Initialisation init = initialisation(activation, network, BlockKind::residual_after);
  const Population population{.samples = 1U << 18, .seed = 5};
  std::vector<PopulationLayer> layers(static_cast<std::size_t>(network.layers));
  std::size_t bytes = 0;
  REQUIRE(population_bytes(population, layers.size(), bytes).ok());
  const igb::test::AlignedMemory memory(bytes);
  Arena arena(memory.bytes());
  REQUIRE(population_trajectory(init, {1.0, 1.0 - c0}, population, arena, layers).ok());
  Theory theory;
  for (const PopulationLayer& layer : layers) {
    theory.signals.push_back(layer.signal);
    theory.backwards.push_back(layer.backward);
    for (const double error : {layer.q_error / layer.signal.q, layer.c_error, layer.gamma_error,
                               layer.backward_error / layer.backward}) {
      if (error > theory.error) theory.error = error;
    }
  }
  return theory;
}

/// q, c, gamma and the backward factor, layer by layer.
void check_against_theory(const simulator::Network& network, const Theory& theory, double c0,
                          int networks, unsigned seed) {
  // Two inputs of a batch of n are correlated by the mean that they share, by 1 / n.
  const double batch = network.inputs > 2 ? 2.0 / network.inputs : 0.0;
  const double correction = batch + five_sigma * theory.error;
  const std::vector<Signal>& signals = theory.signals;
  std::mt19937_64 random(seed);
  std::vector<simulator::Measurement> sample;
  for (int i = 0; i < networks / share; ++i) {
    sample.push_back(simulator::measure(network, c0, random));
  }
  const auto residuals = [&](const auto& residual) {
    std::vector<double> values;
    for (const simulator::Measurement& m : sample) values.push_back(residual(m));
    return values;
  };

  for (std::size_t l = 0; l < signals.size(); ++l) {
    const Signal& signal = signals[l];
    const double layer = static_cast<double>(l + 1);
    CAPTURE(layer);
    INFO("q, c, gamma");
    check_centred(residuals([&](const auto& m) { return m.q[l] / signal.q - 1.0; }), correction);
    check_centred(residuals([&](const auto& m) {
                    return (m.q[l] - m.distance[l] - signal.c() * m.q[l]) / signal.q;
                  }),
                  correction);
    check_centred(residuals([&](const auto& m) {
                    const double ratio = m.q[l] / m.distance[l] - 1.0;
                    return (ratio - signal.gamma()) * m.distance[l] / signal.q;
                  }),
                  correction);
  }

  const std::size_t steps = sample[0].gradient.size() - 1;
  CHECK(steps + 1 >= signals.size());
  for (std::size_t l = 0; l < steps; ++l) {
    const double layer = static_cast<double>(l + 1);
    CAPTURE(layer);
    INFO("backward factor");
    const double factor = theory.backwards[l];
    const double above =
        moments_of(residuals([&](const auto& m) { return m.gradient[l + 1]; })).mean;
    check_centred(residuals([&](const auto& m) {
                    return (m.gradient[l] - factor * m.gradient[l + 1]) / (factor * above);
                  }),
                  correction);
  }
}

}  // namespace

TEST_CASE("plain networks follow the maps") {
  const auto with_relu = relu_network(1.8, 0.1);
  check_against_theory(with_relu, maps("relu", BlockKind::plain, with_relu, 0.2), 0.2, 400, 1);
  const auto with_tanh = tanh_network(2.5, 0.1);
  check_against_theory(with_tanh, maps("tanh", BlockKind::plain, with_tanh, 0.2), 0.2, 400, 2);
}

TEST_CASE("maxima over pools follow the maps, in both width conventions") {
  for (const bool repeats : {false, true}) {
    CAPTURE(repeats);
    auto network = relu_network(1.0, 0.05);
    network.node = simulator::Node::max_pool;
    network.repeats = repeats;
    network.pool = 2;
    check_against_theory(network, maps("relu", BlockKind::max_pool, network, 0.2), 0.2, 400, 3);
    auto with_tanh = tanh_network(4.0, 0.1);
    with_tanh.node = simulator::Node::max_pool;
    with_tanh.repeats = repeats;
    with_tanh.pool = 3;
    with_tanh.width = 240;
    check_against_theory(with_tanh, maps("tanh", BlockKind::max_pool, with_tanh, 0.2), 0.2, 400, 4);
  }
}

TEST_CASE("means over pools follow the maps, in both width conventions") {
  for (const bool repeats : {false, true}) {
    CAPTURE(repeats);
    auto network = relu_network(3.0, 0.05);
    network.node = simulator::Node::average_pool;
    network.repeats = repeats;
    check_against_theory(network, maps("relu", BlockKind::average_pool, network, 0.2), 0.2, 400, 5);
    auto with_tanh = tanh_network(5.0, 0.1);
    with_tanh.node = simulator::Node::average_pool;
    with_tanh.repeats = repeats;
    with_tanh.pool = 4;
    check_against_theory(with_tanh, maps("tanh", BlockKind::average_pool, with_tanh, 0.2), 0.2, 400,
                         6);
  }
}

TEST_CASE("dropout follows the maps") {
  auto network = relu_network(1.6, 0.1);
  network.node = simulator::Node::dropout;
  network.keep = 0.8;
  check_against_theory(network, maps("relu", BlockKind::dropout, network, 0.5), 0.5, 400, 7);
  auto with_tanh = tanh_network(2.0, 0.1);
  with_tanh.node = simulator::Node::dropout;
  with_tanh.keep = 0.6;
  check_against_theory(with_tanh, maps("tanh", BlockKind::dropout, with_tanh, 0.5), 0.5, 400, 8);
}

TEST_CASE("residual streams follow the maps") {
  auto scaled = relu_network(2.0, 0.1);
  scaled.wiring = simulator::Wiring::residual_scaled;
  scaled.residual_depth = 4;
  check_against_theory(scaled, maps("relu", BlockKind::residual_scaled, scaled, 0.2), 0.2, 400, 9);
  auto stream = tanh_network(1.5, 0.1);
  stream.wiring = simulator::Wiring::residual;
  stream.sigma_v2 = 0.7;
  stream.sigma_a2 = 0.2;
  check_against_theory(stream, maps("tanh", BlockKind::residual, stream, 0.2), 0.2, 400, 10);
}

TEST_CASE("activations after the sum follow population dynamics") {
  auto network = relu_network(2.0, 0.1);
  network.wiring = simulator::Wiring::residual_after;
  network.residual_depth = 4;
  check_against_theory(network, populations("relu", network, 0.2), 0.2, 400, 18);
  auto with_tanh = tanh_network(2.5, 0.1);
  with_tanh.wiring = simulator::Wiring::residual_after;
  with_tanh.residual_depth = 2;
  check_against_theory(with_tanh, populations("tanh", with_tanh, 0.2), 0.2, 400, 19);
}

TEST_CASE("layer normalisation follows the maps") {
  auto before = relu_network(1.7, 0.1);
  before.node = simulator::Node::layer_norm_before;
  check_against_theory(before, maps("relu", BlockKind::layer_norm_before, before, 0.2), 0.2, 400,
                       11);
  auto after = before;
  after.node = simulator::Node::layer_norm_after;
  check_against_theory(after, maps("relu", BlockKind::layer_norm_after, after, 0.2), 0.2, 400, 12);
  auto with_tanh = tanh_network(2.0, 0.2);
  with_tanh.node = simulator::Node::layer_norm_after;
  check_against_theory(with_tanh, maps("tanh", BlockKind::layer_norm_after, with_tanh, 0.2), 0.2,
                       400, 13);
}

TEST_CASE("batch normalisation follows the maps") {
  auto before = relu_network(1.7, 0.1);
  before.node = simulator::Node::batch_norm_before;
  before.inputs = 150;
  before.width = 60;
  before.layers = 3;
  check_against_theory(before, maps("relu", BlockKind::batch_norm_before, before, 0.2), 0.2, 900,
                       14);
  auto after = before;
  after.node = simulator::Node::batch_norm_after;
  after.sigma_b2 = 0.0;
  check_against_theory(after, maps("relu", BlockKind::batch_norm_after, after, 0.2), 0.2, 480, 15);
}

TEST_CASE("circular convolutions follow the maps") {
  auto gaussian = tanh_network(2.5, 0.1);
  gaussian.taps = 3;
  gaussian.positions = 4;
  gaussian.width = 120;
  check_against_theory(gaussian, maps("tanh", BlockKind::convolution, gaussian, 0.2), 0.2, 300, 16);
  auto orthogonal = gaussian;
  orthogonal.weights = simulator::Weights::orthogonal;
  check_against_theory(orthogonal, maps("tanh", BlockKind::delta_orthogonal, orthogonal, 0.2), 0.2,
                       300, 17);
}

namespace {

/// Amplitude of cos(angle p) in a function of the position p.
double amplitude(const std::vector<double>& values, double angle) {
  double sum = 0.0;
  for (std::size_t p = 0; p < values.size(); ++p) {
    sum += values[p] * std::cos(angle * static_cast<double>(p));
  }
  return 2.0 * sum / static_cast<double>(values.size());
}

/// Two inputs at the fixed point, but for a correlation that goes up and down once or more along
/// the circle: how much of that a layer passes on.
/// Two checks of a mean within five standard errors, false-alarm rate 1.1e-6 for both.
void check_fourier_mode(const simulator::Network& network, BlockKind kind, int turns, int networks,
                        unsigned seed) {
  constexpr double ripple = 0.3;
  constexpr double correction = 0.01;  // ripple^2, and 1 / width
  const double angle = 2.0 * std::numbers::pi * turns / network.positions;
  const Initialisation init = initialisation("tanh", network, kind);
  FixedPoint point{};
  FourierMode mode{};
  REQUIRE(fixed_point(init, point).ok());
  REQUIRE(fourier_mode(init, {&angle, 1}, mode).ok());

  const double q0 = (point.q_star - init.sigma_b2) / init.sigma_w2;  // layer 1 is affine
  const double mean = (point.c_star * point.q_star - init.sigma_b2) / (init.sigma_w2 * q0);
  std::vector<double> c0;
  for (int p = 0; p < network.positions; ++p) c0.push_back(mean + ripple * std::cos(angle * p));

  std::mt19937_64 random(seed);
  std::vector<std::vector<double>> amplitudes(static_cast<std::size_t>(network.layers));
  for (int i = 0; i < networks / share; ++i) {
    const auto covariances = simulator::position_covariances(network, q0, c0, random);
    for (std::size_t l = 0; l < covariances.size(); ++l) {
      amplitudes[l].push_back(amplitude(covariances[l], angle));
    }
  }
  for (std::size_t l = 0; l + 1 < amplitudes.size(); ++l) {
    const double layer = static_cast<double>(l + 1);
    CAPTURE(layer);
    CAPTURE(turns);
    const double scale = mode.factor * moments_of(amplitudes[l]).mean;
    std::vector<double> residuals;
    for (std::size_t i = 0; i < amplitudes[l].size(); ++i) {
      residuals.push_back((amplitudes[l + 1][i] - mode.factor * amplitudes[l][i]) / scale);
    }
    check_centred(residuals, correction);
  }
}

}  // namespace

TEST_CASE("ripples of the correlation along the circle die out by their Fourier mode") {
  auto gaussian = tanh_network(2.2, 0.1);
  gaussian.taps = 3;
  gaussian.positions = 12;
  gaussian.width = 120;
  gaussian.layers = 3;
  check_fourier_mode(gaussian, BlockKind::convolution, 1, 400, 20);
  check_fourier_mode(gaussian, BlockKind::convolution, 2, 900, 21);
  auto orthogonal = gaussian;
  orthogonal.weights = simulator::Weights::orthogonal;
  check_fourier_mode(orthogonal, BlockKind::delta_orthogonal, 2, 600, 22);
}
