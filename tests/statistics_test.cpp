// Estimators against their definitions, and simulated networks against the law of the first guess.
#include "igb/statistics.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "igb/critical_lines.hpp"
#include "igb/guessing_law.hpp"
#include "igb/kolmogorov_smirnov.hpp"
#include "igb/mean_field.hpp"
#include "support/close.hpp"
#include "support/samples.hpp"

using namespace igb;
using igb::test::close;
using igb::test::five_sigma;

namespace {

LayerMoments measure(const LayerView& layer) {
  std::size_t bytes = 0;
  REQUIRE(layer_moments_bytes(layer.units, layer.inputs, bytes).ok());
  const test::AlignedMemory memory(bytes);
  Arena arena(memory.bytes());
  LayerMoments moments;
  REQUIRE(layer_moments(layer, arena, moments).ok());
  return moments;
}

/// The definitions in THEORY.md section 4, over all pairs of inputs.
LayerMoments by_definition(const LayerView& layer) {
  const auto inputs = static_cast<double>(layer.inputs);
  const auto units = static_cast<double>(layer.units);
  const auto q_ab = [&](std::size_t a, std::size_t b) {
    double sum = 0.0;
    for (std::size_t i = 0; i < layer.units; ++i) {
      sum += static_cast<double>(layer.row(a)[i]) * layer.row(b)[i];
    }
    return sum / units;
  };
  LayerMoments moments;
  double pairs = 0.0;
  for (std::size_t a = 0; a < layer.inputs; ++a) {
    moments.q += q_ab(a, a) / inputs;
    for (std::size_t b = 0; b < layer.inputs; ++b) {
      if (a == b) continue;
      moments.c += q_ab(a, b) / std::sqrt(q_ab(a, a) * q_ab(b, b));
      moments.sigma_mu2 += q_ab(a, b);
      pairs += 1.0;
    }
  }
  moments.c /= pairs;
  moments.sigma_mu2 /= pairs;
  moments.sigma_y2 = moments.q - moments.sigma_mu2;
  return moments;
}

struct Ensemble {
  std::vector<std::uint32_t> networks;  ///< how many put n inputs into class 0
  double gamma;                         ///< of the output layer, mean field
};

/// Chance of a larger distance to the law at `gamma` than the ensemble has.
double p_value(const Ensemble& ensemble, double gamma) {
  std::vector<double> pmf(ensemble.networks.size());
  REQUIRE(finite_two_class_law(gamma, pmf).ok());
  std::size_t count = 0;
  for (const std::uint32_t networks : ensemble.networks) count += networks;
  return ks_p_value(ks_distance(ensemble.networks, pmf), count);
}

/// The first guesses of `networks` random networks on Gaussian inputs.
Ensemble simulate(const Architecture& a, std::size_t inputs, std::uint32_t networks) {
  std::vector<float> data(inputs * a.input_width);
  REQUIRE(gaussian_inputs(1, a.input_width, data).ok());
  std::size_t bytes = 0;
  REQUIRE(Forward::bytes(a, inputs, bytes).ok());
  const test::AlignedMemory memory(bytes);
  std::vector<std::uint16_t> guesses(inputs);
  std::vector<std::uint32_t> counts(a.classes);
  Ensemble ensemble{std::vector<std::uint32_t>(inputs + 1), 0.0};
  for (std::uint32_t network = 0; network < networks; ++network) {
    Arena arena(memory.bytes());
    Forward forward;
    REQUIRE(forward.begin(a, {2, network}, data, arena).ok());
    while (!forward.done()) REQUIRE(forward.step().ok());
    REQUIRE(guess_classes(forward.preactivations(), guesses).ok());
    REQUIRE(count_classes(guesses, counts).ok());
    ++ensemble.networks[counts[0]];
  }
  std::vector<Signal> layers(a.depth + 1);
  REQUIRE(trajectory(a.init, {1.0, 1.0}, layers).ok());
  ensemble.gamma = layers.back().gamma();
  return ensemble;
}

}  // namespace

TEST_CASE("layerMomentsAreTheAveragesOverAllPairs") {
  const std::size_t units = 23;
  const std::size_t stride = 29;
  for (const std::size_t inputs : {2U, 3U, 17U}) {
    std::vector<float> values(inputs * stride);
    normals({3, 0}, Stream::inputs, 1, 2, 0, values);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] += 0.1F * static_cast<float>(i % 7);
    const LayerView layer{values.data(), inputs, units, stride};
    const LayerMoments measured = measure(layer);
    const LayerMoments expected = by_definition(layer);
    CHECK(measured.q == close(expected.q, 1e-12));
    CHECK(measured.c == close(expected.c, 1e-10));
    CHECK(measured.sigma_mu2 == close(expected.sigma_mu2, 1e-10));
    CHECK(measured.sigma_y2 == close(expected.sigma_y2, 1e-10));
  }
}

TEST_CASE("gammaIsUnbiasedAtZero") {
  // Independent values: sigma_mu2 is 0, the naive estimator would give 1 / inputs. Standard error
  // of the mean over units of (mean^2 - variance / D): about sqrt(2) / (D sqrt(units)).
  const std::size_t units = 100000;
  const std::size_t inputs = 10;
  std::vector<float> values(inputs * units);
  normals({4, 0}, Stream::inputs, 1, 0, 0, values);
  const LayerMoments moments = measure({values.data(), inputs, units, units});
  const double error = std::sqrt(2.0 / static_cast<double>(units)) / static_cast<double>(inputs);
  CHECK(std::abs(moments.sigma_mu2) < five_sigma * error);
  CHECK(std::abs(moments.sigma_y2 - 1.0) <
        five_sigma * std::sqrt(2.0 / static_cast<double>(units * (inputs - 1))));
}

TEST_CASE("gammaIsExactWhereCorrelationsAreOneInFloat") {
  // h = 1 + 2^-20 k: 1 - c is about 1e-10, far below float32, yet the spread is exactly known.
  std::vector<float> values;
  for (int a = 0; a < 4; ++a) {
    for (int i = 0; i < 8; ++i) values.push_back(1.0F + std::ldexp(static_cast<float>(a), -20));
  }
  const LayerMoments moments = measure({values.data(), 4, 8, 8});
  const double variance = std::ldexp(5.0 / 3.0, -40);  // of 0, 1, 2, 3
  CHECK(moments.sigma_y2 == close(variance, 1e-12));
}

TEST_CASE("inputsWithoutSignalAreLeftOutOfTheCorrelation") {
  const std::vector<float> one_dead{1, 2, 3, 0, 0, 0, 2, 4, 6};
  const LayerMoments moments = measure({one_dead.data(), 3, 3, 3});
  CHECK(moments.c == close(1.0, 1e-12));
  CHECK(moments.q == close(14.0 * 5.0 / 9.0, 1e-12));
  const std::vector<float> all_dead(9);
  CHECK(std::isnan(measure({all_dead.data(), 3, 3, 3}).c));
}

TEST_CASE("layerMomentsRefuseOneInputAndShortScratch") {
  const std::vector<float> values(10);
  std::size_t bytes = 0;
  CHECK(layer_moments_bytes(10, 1, bytes).code == StatusCode::out_of_range);
  REQUIRE(layer_moments_bytes(10, 2, bytes).ok());
  const test::AlignedMemory memory(bytes);
  LayerMoments moments;
  Arena one_less(memory.bytes().first(bytes - 1));
  CHECK(layer_moments({values.data(), 2, 5, 5}, one_less, moments).ok());  // 5 units need less
  Arena too_short(memory.bytes().first(bytes - 1));
  CHECK(layer_moments({values.data(), 2, 10, 5}, too_short, moments).code ==
        StatusCode::buffer_too_small);
  Arena exact(memory.bytes());
  CHECK(layer_moments({values.data(), 1, 5, 5}, exact, moments).code == StatusCode::out_of_range);
}

TEST_CASE("guessIsTheLargestOutputAndTheFirstAmongEquals") {
  const std::vector<float> outputs{1, 3, 2, -1, -1, -1, 0, 5, 5, -3, -2, -1};
  std::vector<std::uint16_t> guesses(4);
  REQUIRE(guess_classes({outputs.data(), 4, 3, 3}, guesses).ok());
  CHECK(guesses == std::vector<std::uint16_t>{1, 0, 1, 2});
  std::vector<std::uint32_t> counts(3, 99);
  REQUIRE(count_classes(guesses, counts).ok());
  CHECK(counts == std::vector<std::uint32_t>{1, 2, 1});
  CHECK(count_classes(guesses, std::span(counts).first(2)).code == StatusCode::out_of_range);
  CHECK(guess_classes({outputs.data(), 4, 3, 3}, std::span(guesses).first(3)).code ==
        StatusCode::buffer_too_small);
}

TEST_CASE("maxFrequencyIsTheShareOfTheLargestClass") {
  CHECK(max_frequency(std::vector<std::uint32_t>{3, 0, 5, 2}) == 0.5);
  CHECK(max_frequency(std::vector<std::uint32_t>{0, 7}) == 1.0);
  CHECK(max_frequency(std::vector<std::uint32_t>{4294967295U, 4294967295U}) == 0.5);
  CHECK(std::isnan(max_frequency(std::vector<std::uint32_t>{0, 0})));
}

TEST_CASE("classCountsFillTheRowsOfTheirClasses") {
  // Two networks of three classes on four inputs.
  std::vector<std::uint32_t> histograms(15);
  REQUIRE(add_class_counts(std::vector<std::uint32_t>{4, 0, 0}, histograms).ok());
  REQUIRE(add_class_counts(std::vector<std::uint32_t>{1, 0, 3}, histograms).ok());
  CHECK(histograms == std::vector<std::uint32_t>{0, 1, 0, 0, 1, 2, 0, 0, 0, 0, 1, 0, 0, 1, 0});
  const Status short_memory =
      add_class_counts(std::vector<std::uint32_t>{1, 0, 3}, std::span(histograms).first(14));
  CHECK(short_memory.code == StatusCode::buffer_too_small);
  CHECK(short_memory.low == 15.0);
}

TEST_CASE("simulatedGuessesFollowTheLawAtTheOnePercentLevel") {
  // Networks whose mean-field gamma at the output is about 0.05, 1 and 10. Fixed seeds; under the
  // law one such check in a hundred would fail.
  LinePoint point{};
  REQUIRE(iso_gamma(*find_activation("tanh"), 0.1, 0.05, point).ok());
  const struct {
    double gamma;
    const char* activation;
    double sigma_w2, sigma_b2;
    std::uint32_t depth;
  } cases[] = {
      {0.05, "tanh", point.sigma_w2, 0.1, 6}, {1.0, "relu", 2, 0, 2}, {10.0, "relu", 2, 0, 13}};
  for (const auto& at : cases) {
    CAPTURE(at.gamma);
    const Architecture a{
        {find_activation(at.activation), at.sigma_w2, at.sigma_b2}, 192, 192, at.depth, 2};
    const Ensemble ensemble = simulate(a, 200, 200);
    CHECK(ensemble.gamma > 0.75 * at.gamma);
    CHECK(ensemble.gamma < 1.25 * at.gamma);
    CHECK(p_value(ensemble, ensemble.gamma) > 0.01);
    CHECK(p_value(ensemble, 3.0 * ensemble.gamma) < 0.01);  // the check can fail
  }
}
