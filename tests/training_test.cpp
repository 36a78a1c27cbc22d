// Learning against a plain double-precision network that learns by finite differences.
#include "igb/training.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "igb/planar_sets.hpp"
#include "support/architectures.hpp"
#include "support/close.hpp"
#include "support/reference_network.hpp"
#include "support/samples.hpp"

using namespace igb;
using test::ReferenceNetwork;

namespace {

constexpr Draw draw{11, 3};

std::vector<Architecture> smallest_blocks() {
  std::vector<Architecture> all = test::every_block();
  all.push_back({{find_activation("relu"), 2.0, 0.1}, 4, 6, 3, 3});
  for (Architecture& a : all) {
    const bool square = a.input_width == a.width;
    a.width = 6;
    a.input_width = square ? 6 : 4;
    a.depth = 3;
    a.init.block.side = std::min(a.init.block.side, 3U);
    a.init.block.keep = 1.0;  // the masks of a step are not known outside
  }
  return all;
}

std::vector<float> inputs_of(const Architecture& a, std::size_t count) {
  std::vector<float> inputs(count * positions_of(a.init.block) * a.input_width);
  REQUIRE(gaussian_inputs(5, a.input_width, inputs).ok());
  return inputs;
}

std::vector<std::uint16_t> labels_of(const Architecture& a, std::size_t count) {
  std::vector<std::uint16_t> labels(count);
  for (std::size_t i = 0; i < count; ++i) labels[i] = static_cast<std::uint16_t>(i % a.classes);
  return labels;
}

/// A Training and its memory.
struct Learner {
  Learner(const Architecture& a, const LearningRule& rule, std::size_t batch,
          Target target = Target::best)
      : memory(needed(a, rule, batch)) {
    Arena arena(memory.bytes());
    REQUIRE(training.begin(a, draw, rule, batch, arena, target).ok());
    REQUIRE(arena.used() == memory.bytes().size());
  }
  static std::size_t needed(const Architecture& a, const LearningRule& rule, std::size_t batch) {
    std::size_t bytes = 0;
    REQUIRE(Training::bytes(a, rule, batch, bytes).ok());
    const test::AlignedMemory less(bytes);
    Training training;
    Arena one_less(less.bytes().first(bytes - 1));
    REQUIRE(training.begin(a, draw, rule, batch, one_less).code == StatusCode::buffer_too_small);
    return bytes;
  }
  test::AlignedMemory memory;
  Training training;
};

/// All weights and biases in double, the biases as the last column.
using Matrices = std::vector<ReferenceNetwork::Matrix>;

Matrices matrices_of(const Parameters& parameters) {
  Matrices all;
  for (std::size_t i = 0; i < parameters.matrices(); ++i) {
    const ParameterMatrix m = parameters.matrix(i);
    auto& matrix = all.emplace_back(m.out_units, std::vector<double>(m.in_units + 1));
    for (std::size_t unit = 0; unit < m.out_units; ++unit) {
      for (std::size_t k = 0; k <= m.in_units; ++k) matrix[unit][k] = parameters.value(m, unit, k);
    }
  }
  return all;
}

/// Mean loss of the plain network of those parameters.
double mean_loss(const Parameters& layout, const Matrices& values, const std::vector<float>& inputs,
                 const std::vector<std::uint16_t>& labels) {
  ReferenceNetwork network(layout.architecture(), draw);
  network.draws = false;
  network.touch_parameters = [&](Stream stream, std::size_t layer, auto& w, auto& b) {
    for (std::size_t i = 0; i < layout.matrices(); ++i) {
      const ParameterMatrix m = layout.matrix(i);
      if (m.stream != stream || m.layer != layer) continue;
      if (w.size() != m.out_units || w[0].size() != m.in_units) FAIL("a matrix of another shape");
      for (std::size_t unit = 0; unit < m.out_units; ++unit) {
        const auto& row = values[i][unit];
        std::copy(row.begin(), row.end() - 1, w[unit].begin());
        b[unit] = row.back();
      }
      return;
    }
    FAIL("a matrix that the parameters do not have");
  };
  const auto layers = network.run(inputs);
  double sum = 0.0;
  for (std::size_t a = 0; a < labels.size(); ++a) {
    sum += ReferenceNetwork::loss(layers.back()[a], labels[a]);
  }
  return sum / static_cast<double>(labels.size());
}

/// By central differences in double, 1e-9 off. E has no biases.
Matrices gradient_of(const Parameters& layout, Matrices values, const std::vector<float>& inputs,
                     const std::vector<std::uint16_t>& labels) {
  constexpr double step = 1e-5;
  Matrices gradient = values;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const ParameterMatrix m = layout.matrix(i);
    const bool embedding = m.stream == Stream::branch_weights && m.layer == 0;
    for (std::size_t unit = 0; unit < m.out_units; ++unit) {
      for (std::size_t k = 0; k <= m.in_units; ++k) {
        double& value = values[i][unit][k];
        const double kept = value;
        value = kept + step;
        const double above = mean_loss(layout, values, inputs, labels);
        value = kept - step;
        const double below = mean_loss(layout, values, inputs, labels);
        value = kept;
        const bool fixed = embedding && k == m.in_units;
        gradient[i][unit][k] = fixed ? 0.0 : (above - below) / (2.0 * step);
      }
    }
  }
  return gradient;
}

template <class Function>
void each(Matrices& matrices, const Function& f) {
  for (std::size_t i = 0; i < matrices.size(); ++i) {
    for (std::size_t unit = 0; unit < matrices[i].size(); ++unit) {
      for (std::size_t k = 0; k < matrices[i][unit].size(); ++k)
        f(matrices[i][unit][k], i, unit, k);
    }
  }
}

/// The definitions of the optimisers.
class ReferenceRule {
 public:
  ReferenceRule(const LearningRule& rule, const Matrices& like) : rule_(rule), m_(like), v_(like) {
    each(m_, [](double& x, auto...) { x = 0.0; });
    each(v_, [](double& x, auto...) { x = 0.0; });
  }
  void step(Matrices& w, const Matrices& gradient) {
    ++t_;
    each(w, [&](double& x, std::size_t i, std::size_t unit, std::size_t k) {
      const double g = gradient[i][unit][k];
      double& m = m_[i][unit][k];
      double& v = v_[i][unit][k];
      x -= rule_.learning_rate * rule_.weight_decay * x;
      switch (rule_.optimiser) {
        case Optimiser::sgd:
          x -= rule_.learning_rate * g;
          break;
        case Optimiser::momentum:
          m = rule_.momentum * m + g;
          x -= rule_.learning_rate * m;
          break;
        case Optimiser::adam:
          m = rule_.momentum * m + (1.0 - rule_.momentum) * g;
          v = rule_.beta2 * v + (1.0 - rule_.beta2) * g * g;
          x -= rule_.learning_rate * (m / (1.0 - std::pow(rule_.momentum, t_))) /
               (std::sqrt(v / (1.0 - std::pow(rule_.beta2, t_))) + rule_.epsilon);
          break;
      }
    });
  }

 private:
  LearningRule rule_;
  Matrices m_;
  Matrices v_;
  int t_ = 0;
};

double largest(const ReferenceNetwork::Matrix& matrix) {
  double most = 0.0;
  for (const auto& row : matrix) {
    for (const double x : row) most = std::max(most, std::abs(x));
  }
  return most;
}

}  // namespace

TEST_CASE("theStoredNetworkIsTheGeneratedOne") {
  for (const Target target : {Target::emulated, Target::baseline, Target::avx2, Target::avx512}) {
    if (!target_available(target)) continue;
    for (const WeightLaw law : {WeightLaw::gaussian, WeightLaw::uniform, WeightLaw::orthogonal}) {
      for (Architecture a : test::every_block()) {
        if (a.init.block.kind == BlockKind::convolution && law == WeightLaw::orthogonal) continue;
        a.init.block.keep = 1.0;
        a.init.weights = law;
        a.width = 42;  // more than a panel
        CAPTURE(block_name(a.init.block.kind));
        const auto inputs = inputs_of(a, 5);
        std::size_t bytes = 0;
        REQUIRE(Parameters::bytes(a, bytes).ok());
        const test::AlignedMemory parameters_memory(bytes);
        Arena parameters_arena(parameters_memory.bytes());
        Parameters parameters;
        REQUIRE(parameters.begin(a, draw, parameters_arena, target).ok());
        REQUIRE(parameters_arena.used() == bytes);

        REQUIRE(Forward::bytes(parameters.architecture(), 5, bytes).ok());
        const test::AlignedMemory stored_memory(bytes);
        REQUIRE(Forward::bytes(a, 5, bytes).ok());
        const test::AlignedMemory generated_memory(bytes);
        Arena stored_arena(stored_memory.bytes());
        Arena generated_arena(generated_memory.bytes());
        Forward stored;
        Forward generated;
        REQUIRE(stored.begin(parameters, inputs, stored_arena, target).ok());
        REQUIRE(generated.begin(a, draw, inputs, generated_arena, target).ok());
        while (!generated.done()) {
          REQUIRE(stored.step().ok());
          REQUIRE(generated.step().ok());
          const LayerView x = stored.preactivations();
          const LayerView y = generated.preactivations();
          REQUIRE(x.rows() == y.rows());
          for (std::size_t input = 0; input < y.inputs; ++input) {
            for (std::size_t p = 0; p < y.positions; ++p) {
              for (std::size_t i = 0; i < y.units; ++i) {
                REQUIRE(std::abs(x.row(input, p)[i] - y.row(input, p)[i]) < 3e-5);
              }
            }
          }
        }
      }
    }
  }
}

TEST_CASE("oneStepIsTheGradientByFiniteDifferences") {
  for (const Architecture& a : smallest_blocks()) {
    CAPTURE(block_name(a.init.block.kind));
    constexpr std::size_t batch = 4;
    const auto inputs = inputs_of(a, batch);
    const auto labels = labels_of(a, batch);
    const LearningRule rule{.learning_rate = 64.0};  // the gradient, not rounding of the weights
    Matrices gradient;
    for (const Target target : {Target::emulated, Target::best}) {
      Learner learner(a, rule, batch, target);
      const Parameters& parameters = learner.training.parameters();
      const Matrices before = matrices_of(parameters);  // the same of both targets
      if (gradient.empty()) gradient = gradient_of(parameters, before, inputs, labels);
      REQUIRE(learner.training.train_step(inputs, labels).ok());
      const Matrices after = matrices_of(parameters);
      CHECK(learner.training.loss() ==
            test::close(mean_loss(parameters, before, inputs, labels), 1e-5));
      for (std::size_t i = 0; i < gradient.size(); ++i) {
        const double scale = largest(gradient[i]);
        REQUIRE(scale > 1e-4);
        for (std::size_t unit = 0; unit < gradient[i].size(); ++unit) {
          for (std::size_t k = 0; k < gradient[i][unit].size(); ++k) {
            const double measured = (before[i][unit][k] - after[i][unit][k]) / rule.learning_rate;
            CAPTURE(i);
            REQUIRE(std::abs(measured - gradient[i][unit][k]) < 2e-5 * scale);
          }
        }
      }
    }
  }
}

TEST_CASE("fiftyStepsFollowADoubleReference") {
  for (const Optimiser optimiser : {Optimiser::sgd, Optimiser::momentum, Optimiser::adam}) {
    for (const BlockKind kind : {BlockKind::plain, BlockKind::residual, BlockKind::residual_scaled,
                                 BlockKind::residual_after, BlockKind::layer_norm_before}) {
      CAPTURE(block_name(kind));
      CAPTURE(optimiser_names()[static_cast<std::size_t>(optimiser)]);
      Architecture a{{find_activation("tanh"), 1.7, 0.3}, 3, 5, 2, 2};
      a.init.block.kind = kind;
      LearningRule rule;
      rule.optimiser = optimiser;
      rule.learning_rate = optimiser == Optimiser::adam ? 0.01 : 0.05;
      rule.weight_decay = 0.1;
      constexpr std::size_t batch = 6;
      Learner learner(a, rule, batch);
      const Parameters& parameters = learner.training.parameters();
      Matrices w = matrices_of(parameters);
      const Matrices start = w;
      ReferenceRule reference(rule, w);
      const auto inputs = inputs_of(a, 3 * batch);
      const auto labels = labels_of(a, 3 * batch);
      for (std::size_t step = 0; step < 50; ++step) {
        const std::size_t first = step % 3 * batch;
        const std::vector<float> some(
            inputs.begin() + static_cast<std::ptrdiff_t>(first * a.input_width),
            inputs.begin() + static_cast<std::ptrdiff_t>((first + batch) * a.input_width));
        const std::vector<std::uint16_t> theirs(
            labels.begin() + static_cast<std::ptrdiff_t>(first),
            labels.begin() + static_cast<std::ptrdiff_t>(first + batch));
        reference.step(w, gradient_of(parameters, w, some, theirs));
        REQUIRE(learner.training.train_step(some, theirs).ok());
      }
      REQUIRE(learner.training.steps() == 50);
      const Matrices learnt = matrices_of(parameters);
      for (std::size_t i = 0; i < w.size(); ++i) {
        double way = 0.0;
        double error = 0.0;
        for (std::size_t unit = 0; unit < w[i].size(); ++unit) {
          for (std::size_t k = 0; k < w[i][unit].size(); ++k) {
            way = std::max(way, std::abs(w[i][unit][k] - start[i][unit][k]));
            error = std::max(error, std::abs(w[i][unit][k] - learnt[i][unit][k]));
          }
        }
        CAPTURE(i);
        REQUIRE(way > 0.01);
        CHECK(error < 1e-4 * way);
      }
    }
  }
}

TEST_CASE("thirtyTwoPointsAreLearntByHeart") {
  for (const Optimiser optimiser : {Optimiser::sgd, Optimiser::momentum, Optimiser::adam}) {
    Architecture a{{find_activation("tanh"), 1.5, 0.05}, 10, 64, 4, 4};
    LearningRule rule;
    rule.optimiser = optimiser;
    rule.learning_rate = optimiser == Optimiser::adam ? 0.002 : 0.05;
    Learner learner(a, rule, 32);
    const auto inputs = inputs_of(a, 32);
    const auto labels = labels_of(a, 32);
    REQUIRE(learner.training.train_step(inputs, labels).ok());
    CHECK(learner.training.accuracy() < 0.7);
    for (int step = 0; step < 600; ++step) {
      REQUIRE(learner.training.train_step(inputs, labels).ok());
    }
    CHECK(learner.training.accuracy() == 1.0);
    CHECK(learner.training.loss() < 0.05);
  }
}

TEST_CASE("gradientsOfAMiniBatchAreThoseOfBackpropagation") {
  const Architecture a{{find_activation("relu"), 2.0, 0.1}, 7, 24, 5, 3};
  const auto inputs = inputs_of(a, 9);
  const auto labels = labels_of(a, 9);
  Learner learner(a, {}, 9);
  REQUIRE(learner.training.train_step(inputs, labels).ok());
  std::size_t bytes = 0;
  REQUIRE(Backpropagation::bytes(a, 9, bytes).ok());
  const test::AlignedMemory memory(bytes);
  Arena arena(memory.bytes());
  Backpropagation run;
  REQUIRE(run.begin(a, draw, inputs, labels, arena).ok());
  const std::span<const double> squares = learner.training.gradient_squares();
  REQUIRE(squares.size() == 6 * 4);
  while (!run.done()) {
    REQUIRE(run.step().ok());
    if (!run.descending() || run.layer() == 0) continue;
    for (std::size_t k = 0; k < 3; ++k) {
      double mean = 0.0;
      for (std::size_t i = k; i < 9; i += 3) mean += std::exp(run.log_squares()[i]) / 3.0;
      CHECK(squares[(run.layer() - 1) * 4 + k] == test::close(mean, 1e-4));
    }
  }
}

TEST_CASE("gradientsOfStoredWeightsAreThoseOfGeneratedOnes") {
  for (Architecture a : test::every_block()) {
    a.init.block.keep = 1.0;
    CAPTURE(block_name(a.init.block.kind));
    const auto inputs = inputs_of(a, 6);
    const auto labels = labels_of(a, 6);
    std::size_t bytes = 0;
    REQUIRE(Parameters::bytes(a, bytes).ok());
    const test::AlignedMemory parameters_memory(bytes);
    Arena parameters_arena(parameters_memory.bytes());
    Parameters parameters;
    REQUIRE(parameters.begin(a, draw, parameters_arena).ok());

    REQUIRE(Backpropagation::bytes(parameters.architecture(), 6, bytes).ok());
    const test::AlignedMemory stored_memory(bytes);
    Arena stored_arena(stored_memory.bytes());
    REQUIRE(Backpropagation::bytes(a, 6, bytes).ok());
    const test::AlignedMemory generated_memory(bytes);
    Arena generated_arena(generated_memory.bytes());
    Backpropagation stored;
    Backpropagation generated;
    REQUIRE(stored.begin(parameters, inputs, labels, stored_arena).ok());
    REQUIRE(generated.begin(a, draw, inputs, labels, generated_arena).ok());
    while (!generated.done()) {
      REQUIRE(stored.step().ok());
      REQUIRE(generated.step().ok());
      if (!generated.descending()) continue;
      REQUIRE(stored.layer() == generated.layer());
      for (std::size_t i = 0; i < labels.size(); ++i) {
        CHECK(std::abs(stored.log_squares()[i] - generated.log_squares()[i]) < 1e-4);
      }
    }
    CHECK(stored.done());
  }
}

TEST_CASE("dropoutHasNewMasksInEveryStepAndNoneInTheNetwork") {
  Architecture a{{find_activation("tanh"), 1.5, 0.1}, 6, 40, 3, 2};
  a.init.block.kind = BlockKind::dropout;
  a.init.block.keep = 0.5;
  const auto inputs = inputs_of(a, 8);
  const auto labels = labels_of(a, 8);
  constexpr int steps = 400;
  const LearningRule still{.learning_rate = 1e-30};
  Learner learner(a, still, 8);
  std::vector<double> losses;
  for (int step = 0; step < steps; ++step) {
    REQUIRE(learner.training.train_step(inputs, labels).ok());
    losses.push_back(learner.training.loss());
  }
  std::vector<double> sorted = losses;
  std::sort(sorted.begin(), sorted.end());
  CHECK(std::unique(sorted.begin(), sorted.end()) == sorted.end());

  // Masks of the plain network are those of an ensemble: its weights are those of one draw.
  std::vector<double> others;
  const Matrices values = matrices_of(learner.training.parameters());
  for (std::uint32_t n = 0; n < steps; ++n) {
    ReferenceNetwork network(a, {77, n});
    network.touch_parameters = [&](Stream, std::size_t layer, auto& w, auto& b) {
      for (std::size_t unit = 0; unit < w.size(); ++unit) {
        const auto& row = values[layer - 1][unit];
        std::copy(row.begin(), row.end() - 1, w[unit].begin());
        b[unit] = row.back();
      }
    };
    const auto layers = network.run(inputs);
    double sum = 0.0;
    for (std::size_t i = 0; i < 8; ++i) {
      sum += ReferenceNetwork::loss(layers.back()[i], labels[i]) / 8.0;
    }
    others.push_back(sum);
  }
  const auto mean = [](const std::vector<double>& x) {
    double sum = 0.0;
    for (const double value : x) sum += value;
    return sum / static_cast<double>(x.size());
  };
  double variance = 0.0;
  for (const double loss : others) {
    variance += (loss - mean(others)) * (loss - mean(others)) / (steps - 1.0);
  }
  CHECK(std::abs(mean(losses) - mean(others)) < 5.0 * std::sqrt(2.0 * variance / steps));

  std::size_t bytes = 0;
  REQUIRE(Forward::bytes(a, 8, bytes).ok());
  const test::AlignedMemory memory(bytes);
  Arena arena(memory.bytes());
  Forward network;
  REQUIRE(network.begin(learner.training.parameters(), inputs, arena).ok());
  while (!network.done()) REQUIRE(network.step().ok());
  Architecture plain = a;
  plain.init.block = {};
  const auto layers = ReferenceNetwork(plain, draw).run(inputs);
  for (std::size_t i = 0; i < 8; ++i) {
    CHECK(std::abs(network.preactivations().row(i)[0] - layers.back()[i][0]) < 1e-5);
  }
}

TEST_CASE("ordersArePermutationsThatDoNotRepeat") {
  for (const std::uint32_t count : {1U, 2U, 3U, 10U, 64U, 65U, 1000U, 60000U}) {
    std::vector<std::uint32_t> order(count);
    for (std::uint32_t i = 0; i < count; ++i) order[i] = shuffled(1, 0, i, count);
    std::sort(order.begin(), order.end());
    for (std::uint32_t i = 0; i < count; ++i) REQUIRE(order[i] == i);
  }
  // Where each of 8 goes over 8000 epochs: chi squared of 63 cells, 49 degrees of freedom; the law
  // lies above 107 with probability 3e-6.
  constexpr int epochs = 8000;
  std::map<std::pair<std::uint32_t, std::uint32_t>, int> places;
  std::map<std::pair<std::uint32_t, std::uint32_t>, int> neighbours;
  for (std::uint32_t epoch = 0; epoch < epochs; ++epoch) {
    for (std::uint32_t i = 0; i < 8; ++i) ++places[{i, shuffled(9, epoch, i, 8)}];
    ++neighbours[{shuffled(9, epoch, 0, 8), shuffled(9, epoch, 1, 8)}];
  }
  double chi2 = 0.0;
  for (std::uint32_t i = 0; i < 8; ++i) {
    for (std::uint32_t j = 0; j < 8; ++j) {
      const double expected = epochs / 8.0;
      chi2 += std::pow(places[{i, j}] - expected, 2) / expected;
    }
  }
  CHECK(chi2 < 107.0);
  CHECK(chi2 > 15.0);  // below with probability 3e-7: too even is not random either
  double pairs = 0.0;  // 56 ordered pairs, 55 degrees of freedom: above 116 with probability 3e-6
  for (std::uint32_t i = 0; i < 8; ++i) {
    for (std::uint32_t j = 0; j < 8; ++j) {
      if (i == j) continue;
      const double expected = epochs / 56.0;
      pairs += std::pow(neighbours[{i, j}] - expected, 2) / expected;
    }
  }
  CHECK(pairs < 116.0);
  CHECK(shuffled(1, 0, 5, 1000) != shuffled(2, 0, 5, 1000));
}

TEST_CASE("snapshotsResumeBitForBit") {
  for (const Optimiser optimiser : {Optimiser::sgd, Optimiser::momentum, Optimiser::adam}) {
    Architecture a{{find_activation("tanh"), 1.5, 0.1}, 6, 40, 3, 2};
    a.init.block.kind = BlockKind::dropout;
    a.init.block.keep = 0.9;
    LearningRule rule;
    rule.optimiser = optimiser;
    const auto inputs = inputs_of(a, 8);
    const auto labels = labels_of(a, 8);
    Learner straight(a, rule, 8);
    for (int step = 0; step < 5; ++step) {
      REQUIRE(straight.training.train_step(inputs, labels).ok());
    }
    std::vector<std::byte> snapshot(straight.training.snapshot_bytes());
    REQUIRE(straight.training.save(snapshot).ok());
    CHECK(straight.training.save(std::span(snapshot).first(snapshot.size() - 1)).code ==
          StatusCode::buffer_too_small);
    Learner resumed(a, rule, 8);
    REQUIRE(resumed.training.restore(snapshot).ok());
    CHECK(resumed.training.steps() == 5);
    for (int step = 0; step < 5; ++step) {
      REQUIRE(straight.training.train_step(inputs, labels).ok());
      REQUIRE(resumed.training.train_step(inputs, labels).ok());
    }
    const auto x = straight.training.parameters().values();
    const auto y = resumed.training.parameters().values();
    CHECK(std::equal(x.begin(), x.end(), y.begin(), y.end()));

    // Whatever bit is damaged, nothing is taken over.
    const std::vector<float> before(y.begin(), y.end());
    for (std::size_t place = 0; place < snapshot.size(); place += 97) {
      std::vector<std::byte> damaged = snapshot;
      damaged[place] ^= std::byte{4};
      const Status status = resumed.training.restore(damaged);
      CHECK(status.code == StatusCode::syntax);
      CHECK(std::string(status.parameter) == "snapshot");
    }
    for (const std::size_t size : {std::size_t{0}, std::size_t{127}, snapshot.size() - 1}) {
      CHECK(resumed.training.restore(std::span(snapshot).first(size)).code ==
            StatusCode::buffer_too_small);
    }
    LearningRule other = rule;
    other.learning_rate = 0.02;
    Learner stranger(a, other, 8);
    CHECK(stranger.training.restore(snapshot).code == StatusCode::syntax);
    CHECK(resumed.training.steps() == 10);
    CHECK(std::equal(y.begin(), y.end(), before.begin(), before.end()));
  }
}

TEST_CASE("overflowStopsARunAndNamesTheLayer") {
  const Architecture a{{find_activation("relu"), 2.0, 0.1}, 7, 24, 5, 3};
  const auto inputs = inputs_of(a, 9);
  const auto labels = labels_of(a, 9);
  Learner learner(a, {.learning_rate = 1e6}, 9);
  std::vector<std::byte> snapshot(learner.training.snapshot_bytes());
  REQUIRE(learner.training.save(snapshot).ok());
  Status status;
  for (int step = 0; step < 50 && status.ok(); ++step) {
    status = learner.training.train_step(inputs, labels);
  }
  CHECK(status.code == StatusCode::non_finite);
  CHECK(std::string(status.parameter) == "layer");
  CHECK(status.value >= 0.0);
  CHECK(status.value <= 6.0);
  CHECK(learner.training.train_step(inputs, labels).code == StatusCode::finished);
  CHECK(learner.training.save(snapshot).code == StatusCode::non_finite);
  REQUIRE(learner.training.restore(snapshot).ok());
  CHECK(learner.training.train_step(inputs, labels).ok());
}

TEST_CASE("badLessonsAreRefusedByNameAndChangeNothing") {
  const Architecture a{{find_activation("relu"), 2.0, 0.1}, 7, 24, 5, 3};
  const auto inputs = inputs_of(a, 9);
  auto labels = labels_of(a, 9);
  Learner learner(a, {}, 8);
  const auto values = learner.training.parameters().values();
  const std::vector<float> before(values.begin(), values.end());
  const auto refused = [&](std::size_t count_inputs, std::size_t count_labels, const char* name) {
    const Status status = learner.training.train_step(std::span(inputs).first(count_inputs * 7),
                                                      std::span(labels).first(count_labels));
    CHECK(status.code == StatusCode::out_of_range);
    CHECK(std::string(status.parameter) == name);
  };
  refused(9, 9, "batch");
  refused(8, 7, "batch");
  refused(0, 0, "batch");
  labels[2] = 3;
  refused(8, 8, "label");
  labels[2] = no_label;
  refused(8, 8, "label");
  CHECK(std::equal(values.begin(), values.end(), before.begin(), before.end()));
  CHECK(learner.training.steps() == 0);

  std::size_t bytes = 0;
  const auto rule_refused = [&](auto change, const char* name) {
    LearningRule rule;
    change(rule);
    const Status status = Training::bytes(a, rule, 8, bytes);
    CHECK(status.code == StatusCode::out_of_range);
    CHECK(std::string(status.parameter) == name);
  };
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  rule_refused([](LearningRule& r) { r.learning_rate = 0.0; }, "learning_rate");
  rule_refused([](LearningRule& r) { r.learning_rate = nan; }, "learning_rate");
  rule_refused([](LearningRule& r) { r.momentum = 1.0; }, "momentum");
  rule_refused([](LearningRule& r) { r.beta2 = -0.1; }, "beta2");
  rule_refused([](LearningRule& r) { r.epsilon = 0.0; }, "epsilon");
  rule_refused([](LearningRule& r) { r.weight_decay = 101.0; }, "weight_decay");
  CHECK(Training::bytes(a, {}, 0, bytes).code == StatusCode::out_of_range);
  Optimiser optimiser{};
  CHECK(find_optimiser("lion", optimiser).code == StatusCode::unknown_name);
  CHECK(find_optimiser("adam", optimiser).ok());
  CHECK(optimiser == Optimiser::adam);
}

TEST_CASE("targetsLearnTheSame") {
  const Architecture a{{find_activation("tanh"), 1.7, 0.3}, 19, 50, 4, 3};
  const auto inputs = inputs_of(a, 13);
  const auto labels = labels_of(a, 13);
  Learner reference(a, {}, 13, Target::emulated);
  for (int step = 0; step < 10; ++step) {
    REQUIRE(reference.training.train_step(inputs, labels).ok());
  }
  for (const Target target : {Target::baseline, Target::avx2, Target::avx512}) {
    if (!target_available(target)) continue;
    Learner learner(a, {}, 13, target);
    for (int step = 0; step < 10; ++step) {
      REQUIRE(learner.training.train_step(inputs, labels).ok());
    }
    const auto x = learner.training.parameters().values();
    const auto y = reference.training.parameters().values();
    for (std::size_t i = 0; i < x.size(); ++i) REQUIRE(std::abs(x[i] - y[i]) < 1e-5);
    CHECK(learner.training.loss() == test::close(reference.training.loss(), 1e-4));
  }
}

// Held by the tests of the C API and of WebAssembly against the engine (tests/reference/README.md).
TEST_CASE("theTableOfLearningIsThatOfThePlainNetwork") {
  constexpr std::uint32_t points = 24;
  constexpr std::uint32_t batch = 8;
  std::vector<float> inputs(2 * points);
  std::vector<std::uint16_t> labels(points);
  REQUIRE(planar_set({PlanarKind::moons, 0.1, 2}, {9, 0}, inputs, labels).ok());
  const char* const written = std::getenv("IGB_WRITE_LEARNING");
  std::ofstream out;
  if (written != nullptr) {
    out.open(written);
    out << "block,optimiser,step,loss\n";
    out.precision(12);
  }
  std::size_t row = 0;
  for (const BlockKind kind : {BlockKind::plain, BlockKind::residual}) {
    for (const Optimiser optimiser : {Optimiser::sgd, Optimiser::momentum, Optimiser::adam}) {
      Architecture a{{find_activation("tanh"), 1.7, 0.3}, 2, 8, 3, 2};
      a.init.block.kind = kind;
      a.init.block.sigma_v2 = 1.0;
      a.init.block.sigma_a2 = 0.1;
      LearningRule rule;
      rule.optimiser = optimiser;
      rule.learning_rate = optimiser == Optimiser::adam ? 0.01 : 0.05;
      rule.weight_decay = 0.1;
      Learner learner(a, rule, batch);  // which draws the weights, and does not learn
      const Parameters& parameters = learner.training.parameters();
      Matrices w = matrices_of(parameters);
      ReferenceRule reference(rule, w);
      for (std::uint32_t step = 0; step < 60; ++step, ++row) {
        std::vector<float> some;
        std::vector<std::uint16_t> theirs;
        for (std::uint32_t i = 0; i < batch; ++i) {
          const std::uint32_t place = shuffled(13, step / 3, step % 3 * batch + i, points);
          some.insert(some.end(), {inputs[2 * place], inputs[2 * place + 1]});
          theirs.push_back(labels[place]);
        }
        const double loss = mean_loss(parameters, w, some, theirs);
        reference.step(w, gradient_of(parameters, w, some, theirs));
        const char* const name = optimiser_names()[static_cast<std::size_t>(optimiser)];
        if (written != nullptr) {
          out << block_name(kind) << ',' << name << ',' << step << ',' << loss << '\n';
          continue;
        }
        static const test::Table table("learning.csv");
        REQUIRE(table.text(row, "block") == block_name(kind));
        REQUIRE(table.text(row, "optimiser") == name);
        REQUIRE(table.number(row, "step") == step);
        CHECK(table.number(row, "loss") == test::close(loss, 1e-6));
      }
    }
  }
}
