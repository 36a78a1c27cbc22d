#include "igb/gaussian_process.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numbers>
#include <string>
#include <vector>

#include "igb/guessing_law.hpp"
#include "igb/kernel_recursion.hpp"
#include "igb/kolmogorov_smirnov.hpp"
#include "igb/network.hpp"
#include "support/close.hpp"
#include "support/samples.hpp"

using namespace igb;
using igb::test::AlignedMemory;
using igb::test::close;
using igb::test::five_sigma;

namespace {

constexpr double pi = std::numbers::pi;

/// Kernel and process with their memory.
struct Ensemble {
  KernelRecursion kernel;
  GaussianProcess process;
  std::vector<std::unique_ptr<AlignedMemory>> memory;

  Arena arena(std::size_t bytes) {
    memory.push_back(std::make_unique<AlignedMemory>(bytes));
    return Arena(memory.back()->bytes());
  }
  void start(const Initialisation& init, const std::vector<double>& covariances,
             std::size_t inputs) {
    std::size_t bytes = 0;
    REQUIRE(KernelRecursion::bytes(init, inputs, bytes).ok());
    Arena taken = arena(bytes);
    REQUIRE(kernel.begin(init, covariances, taken).ok());
  }
  void start(const Initialisation& init, const std::vector<float>& x, std::uint32_t width) {
    std::size_t bytes = 0;
    REQUIRE(KernelRecursion::bytes(init, x.size() / width, bytes).ok());
    Arena taken = arena(bytes);
    REQUIRE(kernel.begin(init, x, width, taken).ok());
  }
  void finish(int layers, Target target = Target::best) {
    while (layers-- > 0) REQUIRE(kernel.step().ok());
    std::size_t bytes = 0;
    REQUIRE(GaussianProcess::bytes(kernel.inputs(), bytes).ok());
    Arena taken = arena(bytes);
    REQUIRE(process.begin(kernel, taken, target).ok());
    while (!process.done()) REQUIRE(process.step().ok());
    REQUIRE(GaussianProcess::sample_bytes(kernel.inputs(), bytes).ok());
    memory.push_back(std::make_unique<AlignedMemory>(bytes));
  }
  [[nodiscard]] std::vector<double> outputs(Draw draw, std::uint32_t unit = 0) const {
    std::vector<double> values(kernel.inputs());
    Arena scratch(memory.back()->bytes());
    REQUIRE(process.outputs(draw, unit, values, scratch).ok());
    return values;
  }
  [[nodiscard]] std::vector<std::uint16_t> guesses(Draw draw, std::uint32_t classes) const {
    std::vector<std::uint16_t> classes_of(kernel.inputs());
    Arena scratch(memory.back()->bytes());
    REQUIRE(process.guess_classes(draw, classes, classes_of, scratch).ok());
    return classes_of;
  }
};

Initialisation at(const std::string& name, double sigma_w2, double sigma_b2) {
  return {find_activation(name), sigma_w2, sigma_b2, {}};
}

std::vector<float> gaussian(std::uint32_t width, std::size_t inputs) {
  std::vector<float> x(width * inputs);
  REQUIRE(gaussian_inputs(11, width, x).ok());
  return x;
}

/// D inputs of variance 1 and correlation c, all alike; after one linear layer they still are.
Ensemble exchangeable(std::size_t inputs, double c) {
  std::vector<double> k(inputs * inputs, c);
  for (std::size_t a = 0; a < inputs; ++a) k[a * inputs + a] = 1.0;
  Ensemble ensemble;
  ensemble.start(at("linear", 1.0, 0.0), k, inputs);
  ensemble.finish(1);
  return ensemble;
}

}  // namespace

TEST_CASE("outputs have the covariances of the kernel") {
  // More inputs than one block of columns. Six standard errors: 45150 covariances are a false alarm
  // in 1e-4 of all seeds.
  constexpr std::size_t inputs = 300;
  constexpr std::uint32_t networks = 3000;
  Ensemble ensemble;
  ensemble.start(at("relu", 2.0, 0.1), gaussian(30, inputs), 30);
  ensemble.finish(4);
  std::vector<double> sums(inputs * inputs);
  for (std::uint32_t network = 0; network < networks; ++network) {
    const std::vector<double> y = ensemble.outputs({5, network}, network % 7);
    for (std::size_t a = 0; a < inputs; ++a) {
      for (std::size_t b = 0; b <= a; ++b) sums[a * inputs + b] += y[a] * y[b];
    }
  }
  double worst = 0.0;
  for (std::size_t a = 0; a < inputs; ++a) {
    for (std::size_t b = 0; b <= a; ++b) {
      const double q_a = ensemble.kernel.q()[a];
      const double q_b = ensemble.kernel.q()[b];
      const double q_ab = std::sqrt(q_a * q_b) * (1.0 - ensemble.kernel.d(a, b));
      const double error = std::sqrt((q_a * q_b + q_ab * q_ab) / networks);
      worst = std::max(worst, std::abs(sums[a * inputs + b] / networks - q_ab) / error);
    }
  }
  CHECK(worst < 6.0);
  CHECK(worst > 3.0);  // 45150 of them
}

TEST_CASE("networks deep in the ordered phase agree on all inputs") {
  // tanh: d has fallen to 1e-20, c is 1 to all digits. Classes differ between inputs in 1e-10 of
  // the networks.
  constexpr std::size_t inputs = 12;
  Ensemble ensemble;
  ensemble.start(at("tanh", 1.2, 0.3), gaussian(50, inputs), 50);
  ensemble.finish(101);
  CHECK(ensemble.kernel.d(7, 3) < 1e-19);
  CHECK(ensemble.kernel.d(7, 3) > 1e-21);
  CHECK(ensemble.process.jitter() < 2e-10);
  std::size_t first_class = 0;
  for (std::uint32_t network = 0; network < 1000; ++network) {
    const std::vector<std::uint16_t> guesses = ensemble.guesses({5, network}, 2);
    CHECK(std::count(guesses.begin(), guesses.end(), guesses[0]) == inputs);
    first_class += guesses[0] == 0 ? 1U : 0U;
  }
  CHECK(std::abs(static_cast<double>(first_class) - 500.0) < five_sigma * std::sqrt(250.0));
}

TEST_CASE("nearly equal inputs differ by as much as their distance says") {
  // c = 1 - 1e-7, where the outputs themselves, as doubles, still hold the differences.
  constexpr std::size_t inputs = 12;
  constexpr std::uint32_t networks = 4000;
  Ensemble ensemble;
  ensemble.start(at("tanh", 1.2, 0.3), gaussian(50, inputs), 50);
  ensemble.finish(38);
  std::vector<double> squares(inputs);
  for (std::uint32_t network = 0; network < networks; ++network) {
    const std::vector<double> y = ensemble.outputs({6, network});
    for (std::size_t a = 1; a < inputs; ++a) squares[a] += (y[a] - y[a - 1]) * (y[a] - y[a - 1]);
  }
  for (std::size_t a = 1; a < inputs; ++a) {
    CHECK(ensemble.kernel.d(a, a - 1) < 1e-6);
    const double root_a = std::sqrt(ensemble.kernel.q()[a]);
    const double root_b = std::sqrt(ensemble.kernel.q()[a - 1]);
    const double expected =
        (root_a - root_b) * (root_a - root_b) + 2.0 * root_a * root_b * ensemble.kernel.d(a, a - 1);
    // The standard error of a mean of squares is sqrt(2 / networks) of it.
    CHECK(std::abs(squares[a] / networks / expected - 1.0) <
          five_sigma * std::sqrt(2.0 / networks));
  }
}

TEST_CASE("the spread of class fractions is the mean arc sine of the correlations") {
  constexpr std::size_t inputs = 150;
  constexpr std::uint32_t networks = 6000;
  for (const double sigma_w2 : {1.0, 2.5}) {
    Ensemble ensemble;
    ensemble.start(at("erf", sigma_w2, 0.05), gaussian(20, inputs), 20);
    ensemble.finish(6);
    double expected = 0.0;
    for (std::size_t a = 0; a < inputs; ++a) {
      for (std::size_t b = 0; b < inputs; ++b) {
        expected += std::asin(1.0 - ensemble.kernel.d(a, b)) / (2.0 * pi);
      }
    }
    expected /= static_cast<double>(inputs * inputs);
    std::vector<double> squares;
    std::vector<double> fractions;
    for (std::uint32_t network = 0; network < networks; ++network) {
      const std::vector<std::uint16_t> guesses = ensemble.guesses({9, network}, 2);
      const double g = static_cast<double>(std::count(guesses.begin(), guesses.end(), 0)) / inputs;
      fractions.push_back(g);
      squares.push_back((g - 0.5) * (g - 0.5));
    }
    const auto of_squares = igb::test::moments_of(squares);
    const auto of_fractions = igb::test::moments_of(fractions);
    CAPTURE(sigma_w2);
    CHECK(std::abs(of_squares.mean - expected) <
          five_sigma * std::sqrt(of_squares.variance / networks));
    CHECK(std::abs(of_fractions.mean - 0.5) <
          five_sigma * std::sqrt(of_fractions.variance / networks));
  }
}

TEST_CASE("counts of classes of exchangeable inputs follow their law") {
  // Fixed seed; at the 1 % level each of the three would be a false alarm for one seed in a
  // hundred.
  constexpr std::size_t inputs = 60;
  constexpr std::uint32_t networks = 4000;
  for (const double gamma : {0.2, 1.0, 10.0}) {
    const Ensemble ensemble = exchangeable(inputs, gamma / (1.0 + gamma));
    std::vector<std::uint32_t> histogram(inputs + 1);
    for (std::uint32_t network = 0; network < networks; ++network) {
      const std::vector<std::uint16_t> guesses = ensemble.guesses({2, network}, 2);
      ++histogram[static_cast<std::size_t>(std::count(guesses.begin(), guesses.end(), 0))];
    }
    std::vector<double> pmf(inputs + 1);
    REQUIRE(finite_two_class_law(gamma, pmf).ok());
    CAPTURE(gamma);
    CHECK(ks_p_value(ks_distance(histogram, pmf), networks) > 0.01);
    std::vector<double> wrong(inputs + 1);
    REQUIRE(finite_two_class_law(gamma * 1.3, wrong).ok());
    CHECK(ks_p_value(ks_distance(histogram, wrong), networks) < 1e-3);
  }
}

TEST_CASE("any number of inputs, equal ones among them") {
  for (const std::size_t inputs : {1U, 2U, 3U, 8U, 9U, 10U, 257U, 258U, 513U}) {
    CAPTURE(inputs);
    std::vector<float> x = gaussian(7, inputs);
    if (inputs > 2) std::copy_n(x.begin(), 7, x.end() - 7);  // the last equals the first
    Ensemble ensemble;
    ensemble.start(at("relu", 2.0, 0.0), x, 7);
    ensemble.finish(3);
    double square = 0.0;
    constexpr std::uint32_t networks = 400;
    for (std::uint32_t network = 0; network < networks; ++network) {
      const std::vector<double> y = ensemble.outputs({1, network});
      square += y.back() * y.back() / networks;
      if (inputs > 2) {
        CHECK(std::abs(y.back() - y.front()) < 1e-4 * std::sqrt(ensemble.kernel.q()[0]));
      }
    }
    CHECK(std::abs(square / ensemble.kernel.q()[inputs - 1] - 1.0) <
          five_sigma * std::sqrt(2.0 / networks));
  }
}

TEST_CASE("targets draw the same networks") {
  Ensemble best;
  best.start(at("relu", 2.0, 0.1), gaussian(30, 280), 30);
  best.finish(4);
  for (const Target target : igb::test::targets()) {
    Ensemble ensemble;
    ensemble.start(at("relu", 2.0, 0.1), gaussian(30, 280), 30);
    ensemble.finish(4, target);
    const std::vector<double> expected = best.outputs({3, 4}, 1);
    const std::vector<double> y = ensemble.outputs({3, 4}, 1);
    for (std::size_t a = 0; a < y.size(); ++a) CHECK(std::abs(y[a] - expected[a]) < 1e-11);
  }
  CHECK(best.outputs({3, 4}, 0) != best.outputs({3, 4}, 1));
  CHECK(best.outputs({3, 4}, 0) != best.outputs({3, 5}, 0));
  CHECK(best.outputs({3, 4}, 0) != best.outputs({4, 4}, 0));
}

TEST_CASE("a matrix that is no kernel is refused") {
  // Three pairs of correlation -0.9 cannot be.
  std::vector<double> k(9, -0.9);
  for (std::size_t a = 0; a < 3; ++a) k[4 * a] = 1.0;
  Ensemble ensemble;
  ensemble.start(at("linear", 1.0, 0.0), k, 3);
  REQUIRE(ensemble.kernel.step().ok());
  std::size_t bytes = 0;
  REQUIRE(GaussianProcess::bytes(3, bytes).ok());
  Arena arena = ensemble.arena(bytes);
  REQUIRE(ensemble.process.begin(ensemble.kernel, arena).ok());
  const Status status = ensemble.process.step();
  CHECK(status.code == StatusCode::no_convergence);
  CHECK(std::string(status.parameter) == "kernel");
  CHECK(status.value > 0.1);
  CHECK_FALSE(ensemble.process.done());
  CHECK(ensemble.process.step().code == StatusCode::finished);
}

TEST_CASE("process: what it cannot do is refused by name") {
  std::size_t bytes = 0;
  for (const std::size_t bad : {std::size_t{0}, std::size_t{kernel_inputs_max} + 1}) {
    CHECK(GaussianProcess::bytes(bad, bytes).code == StatusCode::out_of_range);
    CHECK(GaussianProcess::sample_bytes(bad, bytes).code == StatusCode::out_of_range);
  }
  Ensemble ensemble = exchangeable(5, 0.3);
  GaussianProcess process;
  REQUIRE(GaussianProcess::bytes(5, bytes).ok());
  AlignedMemory memory(bytes);
  Arena arena(memory.bytes());
  CHECK(process.begin(KernelRecursion(), arena).code == StatusCode::finished);
  Arena shorter(memory.bytes().first(bytes - 1));
  CHECK(process.begin(ensemble.kernel, shorter).code == StatusCode::buffer_too_small);
  CHECK(process.step().code == StatusCode::finished);

  std::vector<std::uint16_t> guesses(5);
  std::vector<double> values(5);
  REQUIRE(GaussianProcess::sample_bytes(5, bytes).ok());
  AlignedMemory sample(bytes);
  Arena scratch(sample.bytes());
  CHECK(process.outputs({1, 1}, 0, values, scratch).code == StatusCode::finished);
  CHECK(process.guess_classes({1, 1}, 2, guesses, scratch).code == StatusCode::finished);
  const GaussianProcess& done = ensemble.process;
  CHECK(done.guess_classes({1, 1}, 1, guesses, scratch).code == StatusCode::out_of_range);
  CHECK(done.guess_classes({1, 1}, classes_max + 1, guesses, scratch).code ==
        StatusCode::out_of_range);
  CHECK(done.guess_classes({1, 1}, 2, std::span(guesses).first(4), scratch).code ==
        StatusCode::buffer_too_small);
  CHECK(done.outputs({1, 1}, 0, std::span(values).first(4), scratch).code ==
        StatusCode::buffer_too_small);
  Arena short_scratch(sample.bytes().first(bytes - 1));
  CHECK(done.outputs({1, 1}, 0, values, short_scratch).code == StatusCode::buffer_too_small);
}
