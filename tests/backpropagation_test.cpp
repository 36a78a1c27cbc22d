// Gradients against finite differences of the plain double-precision network.
#include "igb/backpropagation.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "support/architectures.hpp"
#include "support/close.hpp"
#include "support/reference_network.hpp"
#include "support/samples.hpp"

using namespace igb;
using test::ReferenceNetwork;

namespace {

/// Of one layer, in double.
struct Gradient {
  std::uint32_t layer;
  std::vector<std::vector<double>> rows;  // [input * positions + position][unit]
  std::vector<double> log_squares;
  std::vector<double> log_weight_squares;
};

struct Run {
  std::vector<Gradient> layers;  // depth + 1 .. 0
  std::vector<double> losses;
  std::vector<std::vector<float>> outputs;
};

std::vector<std::uint16_t> labels_of(const Architecture& a, std::size_t count) {
  std::vector<std::uint16_t> labels(count);
  for (std::size_t i = 0; i < count; ++i) labels[i] = static_cast<std::uint16_t>(i % a.classes);
  return labels;
}

std::vector<float> inputs_of(const Architecture& a, std::size_t count) {
  std::vector<float> inputs(count * positions_of(a.init.block) * a.input_width);
  REQUIRE(gaussian_inputs(77, a.input_width, inputs).ok());
  return inputs;
}

Run run(const Architecture& a, Draw draw, const std::vector<float>& inputs,
        Target target = Target::best) {
  const std::size_t count = inputs.size() / a.input_width / positions_of(a.init.block);
  const auto labels = labels_of(a, count);
  std::size_t bytes = 0;
  REQUIRE(Backpropagation::bytes(a, count, bytes).ok());
  const test::AlignedMemory memory(bytes);
  Backpropagation run;
  Arena one_less(memory.bytes().first(bytes - 1));
  REQUIRE(run.begin(a, draw, inputs, labels, one_less).code == StatusCode::buffer_too_small);
  Arena arena(memory.bytes());
  REQUIRE(run.begin(a, draw, inputs, labels, arena, target).ok());
  REQUIRE(arena.used() == bytes);
  Run result;
  while (!run.done()) {
    REQUIRE(run.step().ok());
    if (!run.descending()) continue;
    Gradient& gradient = result.layers.emplace_back();
    gradient.layer = run.layer();
    const LayerView view = run.gradients();
    for (std::size_t r = 0; r < view.rows(); ++r) {
      const std::size_t input = r / view.positions;
      auto& row = gradient.rows.emplace_back();
      for (const float g : view.row(input, r % view.positions)) {
        row.push_back(g * std::exp(run.log_scales()[input]));
      }
    }
    gradient.log_squares.assign(run.log_squares().begin(), run.log_squares().end());
    gradient.log_weight_squares.assign(run.log_weight_squares().begin(),
                                       run.log_weight_squares().end());
  }
  REQUIRE(run.step().code == StatusCode::finished);
  result.losses.assign(run.losses().begin(), run.losses().end());
  for (std::size_t i = 0; i < count; ++i) {
    result.outputs.emplace_back(run.output().row(i).begin(), run.output().row(i).end());
  }
  return result;
}

bool couples_inputs(const Architecture& a) {
  return a.init.block.kind == BlockKind::batch_norm_before ||
         a.init.block.kind == BlockKind::batch_norm_after;
}

/// Loss of input `input`, or with batch normalisation of all of them.
double loss(const Architecture& a, const std::vector<ReferenceNetwork::Rows>& layers,
            std::size_t input) {
  const auto labels = labels_of(a, layers.back().size());
  if (!couples_inputs(a)) return ReferenceNetwork::loss(layers.back()[input], labels[input]);
  double sum = 0.0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    sum += ReferenceNetwork::loss(layers.back()[i], labels[i]);
  }
  return sum;
}

constexpr double step = 1e-5;  // central differences in double: 1e-9 off

/// d loss / d value, `nudge` adding its argument to the value.
template <class Nudge>
double difference(const Architecture& a, Draw draw, const std::vector<float>& inputs,
                  std::size_t input, Nudge nudge) {
  double losses[2];
  for (const int side : {0, 1}) {
    ReferenceNetwork network(a, draw);
    nudge(network, side == 0 ? -step : step);
    losses[side] = loss(a, network.run(inputs), input);
  }
  return (losses[1] - losses[0]) / (2.0 * step);
}

std::vector<Architecture> smallest_blocks() {
  std::vector<Architecture> all = test::every_block();
  for (Architecture& a : all) {
    const bool square = a.input_width == a.width;
    a.width = 6;
    a.input_width = square ? 6 : 4;
    a.depth = 3;
    a.init.block.side = 3;
  }
  return all;
}

}  // namespace

TEST_CASE("gradientsByPreactivationsEqualFiniteDifferences") {
  for (const WeightLaw law : {WeightLaw::gaussian, WeightLaw::uniform, WeightLaw::orthogonal}) {
    for (Architecture a : smallest_blocks()) {
      if (a.init.block.kind == BlockKind::convolution && law == WeightLaw::orthogonal) continue;
      a.init.weights = law;
      CAPTURE(block_name(a.init.block.kind));
      const auto inputs = inputs_of(a, 3);
      const Run measured = run(a, {5, 6}, inputs);
      REQUIRE(measured.layers.size() == a.depth + 2);
      for (const Gradient& gradient : measured.layers) {
        CAPTURE(gradient.layer);
        const std::size_t positions = gradient.rows.size() / 3;
        double largest = 0.0;
        double worst = 0.0;
        std::vector<double> squares(3);
        for (std::size_t r = 0; r < gradient.rows.size(); ++r) {
          for (std::size_t i = 0; i < gradient.rows[r].size(); ++i) {
            const double expected = difference(
                a, {5, 6}, inputs, r / positions, [&](ReferenceNetwork& network, double by) {
                  network.touch = [=](std::size_t layer, ReferenceNetwork::Rows& rows) {
                    if (layer == gradient.layer) rows[r][i] += by;
                  };
                });
            worst = std::max(worst, std::abs(gradient.rows[r][i] - expected));
            largest = std::max(largest, std::abs(expected));
            squares[r / positions] += expected * expected;
          }
        }
        REQUIRE(largest > 1e-3);
        CHECK(worst < 2e-5 * largest);
        for (std::size_t input = 0; input < 3; ++input) {
          const auto count = static_cast<double>(positions * gradient.rows[0].size());
          CHECK(std::abs(gradient.log_squares[input] - std::log(squares[input] / count)) < 1e-4);
        }
      }
    }
  }
}

TEST_CASE("squaresOfGradientsByWeightsEqualFiniteDifferences") {
  std::vector<Architecture> all = smallest_blocks();
  for (const std::uint32_t dimensions : {1U, 2U}) {  // more positions than weights of a unit
    Architecture a{{find_activation("tanh"), 1.7, 0.3}, 2, 3, 2, 2};
    a.init.block = {.kind = BlockKind::convolution,
                    .dimensions = dimensions,
                    .side = dimensions == 1 ? 24U : 5U};
    all.push_back(a);
  }
  for (const Architecture& a : all) {
    if (couples_inputs(a)) continue;  // there a part of a sum, not a gradient of its own
    CAPTURE(block_name(a.init.block.kind));
    CAPTURE(a.init.block.taps);
    const auto inputs = inputs_of(a, 2);
    const Run measured = run(a, {5, 6}, inputs);
    const bool stream = a.init.block.kind == BlockKind::residual;
    CHECK(std::isnan(measured.layers.front().log_weight_squares[0]));
    for (std::size_t l = 1; l < measured.layers.size(); ++l) {
      const Gradient& gradient = measured.layers[l];
      CAPTURE(gradient.layer);
      if (stream && gradient.layer == 0) {
        CHECK(std::isnan(gradient.log_weight_squares[0]));
        continue;
      }
      std::size_t rows = 0;
      std::size_t columns = 0;
      ReferenceNetwork probe(a, {5, 6});
      probe.touch_weights = [&](std::size_t layer, ReferenceNetwork::Matrix& w) {
        if (layer != gradient.layer + 1) return;
        rows = w.size();
        columns = w[0].size();
      };
      (void)probe.run(inputs);
      REQUIRE(rows * columns > 0);
      for (std::size_t input = 0; input < 2; ++input) {
        double sum = 0.0;
        for (std::size_t i = 0; i < rows; ++i) {
          for (std::size_t k = 0; k < columns; ++k) {
            const double slope =
                difference(a, {5, 6}, inputs, input, [&](ReferenceNetwork& network, double by) {
                  network.touch_weights = [=](std::size_t layer, ReferenceNetwork::Matrix& w) {
                    if (layer == gradient.layer + 1) w[i][k] += by;
                  };
                });
            sum += slope * slope;
          }
        }
        CHECK(std::abs(gradient.log_weight_squares[input] - std::log(sum)) < 1e-4);
      }
    }
  }
}

TEST_CASE("lossesAreThoseOfTheOutputsInLogarithms") {
  // Outputs of the order of 1e5: a network this sure has a gradient of e^-100000 or of 1.
  Architecture a{{find_activation("relu"), 2000.0, 1.0}, 10, 30, 4, 2};
  const auto inputs = inputs_of(a, 40);
  const Run measured = run(a, {2, 0}, inputs);
  double least = 0.0;
  for (std::size_t i = 0; i < 40; ++i) {
    const std::size_t label = i % 2;
    const double lead =
        static_cast<double>(measured.outputs[i][label]) - measured.outputs[i][1 - label];
    const double loss = std::max(-lead, 0.0) + std::log1p(std::exp(-std::abs(lead)));
    CHECK(measured.losses[i] == test::close(loss, 1e-12));
    const double expected = 2.0 * (-lead - loss);  // mean of two equal squares
    CHECK(std::abs(measured.layers[0].log_squares[i] - expected) <
          1e-6 + 1e-12 * std::abs(expected));
    least = std::min(least, expected);
  }
  CHECK(least < -1e4);
}

TEST_CASE("vanishingAndExplodingGradientsKeepTheirLogarithms") {
  // A linear network: gradients go with sigma_w^(layers above), the direction of delta is fixed.
  Architecture a{{find_activation("linear"), 1.0, 0.0}, 20, 20, 60, 2};
  const auto inputs = inputs_of(a, 4);
  const Run at_one = run(a, {3, 0}, inputs);
  for (const double sigma_w2 : {1e-2, 9.0}) {
    a.init.sigma_w2 = sigma_w2;
    const Run moved = run(a, {3, 0}, inputs);
    for (std::size_t l = 0; l < moved.layers.size(); ++l) {
      for (std::size_t i = 0; i < 4; ++i) {
        const double change = moved.layers[l].log_squares[i] - at_one.layers[l].log_squares[i];
        const double of_delta = moved.layers[0].log_squares[i] - at_one.layers[0].log_squares[i];
        const double expected = of_delta + static_cast<double>(l) * std::log(sigma_w2);
        CHECK(std::abs(change - expected) < 1e-4 + 1e-12 * std::abs(expected));
      }
    }
  }
}

TEST_CASE("deadInputsHaveNoGradient") {
  // ReLU with negative biases only would need luck; a slope of 0 everywhere does not.
  Architecture a{{find_activation("hard_tanh"), 1e6, 0.0}, 5, 8, 3, 2};
  const auto inputs = inputs_of(a, 3);
  const Run measured = run(a, {1, 0}, inputs);
  for (const double ln : measured.layers.back().log_squares) CHECK(ln == -INFINITY);
}

TEST_CASE("gradientsOfAllTargetsAgree") {
  for (const Architecture& a : smallest_blocks()) {
    const auto inputs = inputs_of(a, 3);
    const Run best = run(a, {5, 6}, inputs);
    for (const Target target : test::targets()) {
      const Run other = run(a, {5, 6}, inputs, target);
      for (std::size_t l = 0; l < best.layers.size(); ++l) {
        for (std::size_t i = 0; i < 3; ++i) {
          CHECK(std::abs(other.layers[l].log_squares[i] - best.layers[l].log_squares[i]) < 1e-4);
        }
      }
    }
  }
}

TEST_CASE("inputsWithoutALabelHaveNoGradientOfTheirOwn") {
  for (const BlockKind kind : {BlockKind::plain, BlockKind::batch_norm_before}) {
    Architecture a{{find_activation("tanh"), 1.5, 0.1}, 4, 6, 2, 2};
    a.init.block.kind = kind;
    const auto inputs = inputs_of(a, 3);
    std::size_t bytes = 0;
    REQUIRE(Backpropagation::bytes(a, 3, bytes).ok());
    const test::AlignedMemory memory(bytes);
    Arena arena(memory.bytes());
    Backpropagation run;
    const std::vector<std::uint16_t> labels{no_label, 1, no_label};
    REQUIRE(run.begin(a, {5, 6}, inputs, labels, arena).ok());
    while (!run.done()) REQUIRE(run.step().ok());
    CHECK(run.losses()[0] == 0.0);
    CHECK(run.losses()[1] > 0.0);
    CHECK(std::isfinite(run.log_squares()[1]));
    if (kind == BlockKind::plain) {
      CHECK(run.log_squares()[0] == -INFINITY);
      continue;
    }
    // what the batch hands from the loss of input 1 to input 0, by finite differences
    double squares = 0.0;
    for (std::size_t i = 0; i < 4; ++i) {
      double losses[2];
      for (const int side : {0, 1}) {
        ReferenceNetwork network(a, {5, 6});
        network.touch = [&](std::size_t layer, ReferenceNetwork::Rows& rows) {
          if (layer == 0) rows[0][i] += side == 0 ? -step : step;
        };
        losses[side] = ReferenceNetwork::loss(network.run(inputs).back()[1], 1);
      }
      squares += std::pow((losses[1] - losses[0]) / (2.0 * step), 2) / 4.0;
    }
    CHECK(std::abs(run.log_squares()[0] - std::log(squares)) < 1e-4);
  }
}

TEST_CASE("labelsThatDoNotFitAreRefusedByName") {
  const Architecture a{{find_activation("tanh"), 1.5, 0.1}, 4, 5, 2, 3};
  const auto inputs = inputs_of(a, 3);
  std::size_t bytes = 0;
  REQUIRE(Backpropagation::bytes(a, 3, bytes).ok());
  const test::AlignedMemory memory(bytes);
  Backpropagation run;
  const auto refused = [&](const std::vector<std::uint16_t>& labels) {
    Arena arena(memory.bytes());
    const Status status = run.begin(a, {}, inputs, labels, arena);
    CHECK(status.code == StatusCode::out_of_range);
    CHECK(run.step().code == StatusCode::finished);
    return std::string(status.parameter);
  };
  CHECK(refused({0, 1}) == "labels");
  CHECK(refused({0, 1, 3}) == "label");
}

namespace {

/// ln of the mean square of the gradient by layer `layer` of input 1.
double log_square(const Architecture& a, const std::vector<float>& inputs, std::size_t layer) {
  std::size_t first = 0;
  std::size_t rows = 0;
  std::size_t units = 0;
  ReferenceNetwork probe(a, {5, 6});
  probe.touch = [&](std::size_t at, ReferenceNetwork::Rows& values) {
    if (at != layer) return;
    rows = values.size() / 3;
    first = rows;
    units = values[0].size();
  };
  (void)probe.run(inputs);
  double sum = 0.0;
  for (std::size_t r = first; r < first + rows; ++r) {
    for (std::size_t i = 0; i < units; ++i) {
      const double slope =
          difference(a, {5, 6}, inputs, 1, [&](ReferenceNetwork& network, double by) {
            network.touch = [=](std::size_t at, ReferenceNetwork::Rows& values) {
              if (at == layer) values[r][i] += by;
            };
          });
      sum += slope * slope;
    }
  }
  return std::log(sum / static_cast<double>(rows * units));
}

/// ln of the sum of squares of the gradient of input 1 by the weights above that layer; NaN where
/// there are none, and with batch normalisation, where losses of others are in it.
double log_weight_square(const Architecture& a, const std::vector<float>& inputs,
                         std::size_t layer) {
  const bool stream = a.init.block.kind == BlockKind::residual;
  if (layer > a.depth || (stream && layer == 0) || couples_inputs(a)) return NAN;
  std::size_t rows = 0;
  std::size_t columns = 0;
  ReferenceNetwork probe(a, {5, 6});
  probe.touch_weights = [&](std::size_t at, ReferenceNetwork::Matrix& w) {
    if (at != layer + 1) return;
    rows = w.size();
    columns = w[0].size();
  };
  (void)probe.run(inputs);
  double sum = 0.0;
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t k = 0; k < columns; ++k) {
      const double slope =
          difference(a, {5, 6}, inputs, 1, [&](ReferenceNetwork& network, double by) {
            network.touch_weights = [=](std::size_t at, ReferenceNetwork::Matrix& w) {
              if (at == layer + 1) w[i][k] += by;
            };
          });
      sum += slope * slope;
    }
  }
  return std::log(sum);
}

}  // namespace

// tests/reference/gradients.csv, which holds every other way to the engine against these numbers.
TEST_CASE("theTableOfGradientsIsThatOfThePlainNetwork") {
  const test::Table table("gradients.csv");
  for (std::size_t row = 0; row < table.size(); ++row) {
    const Architecture a = test::architecture_of(table, row);
    const auto layer = static_cast<std::size_t>(table.number(row, "layer"));
    CAPTURE(row);
    const auto inputs = inputs_of(a, 3);
    const auto outputs = ReferenceNetwork(a, {5, 6}).run(inputs).back();
    CHECK(ReferenceNetwork::loss(outputs[1], labels_of(a, 3)[1]) ==
          test::close(table.number(row, "loss"), 1e-9));
    const double square = table.number(row, "log_square");
    CHECK(std::abs(log_square(a, inputs, layer) - square) < 1e-6);
    const double weight_square = table.number(row, "log_weight_square");
    const double measured = log_weight_square(a, inputs, layer);
    CHECK(std::isnan(measured) == std::isnan(weight_square));
    if (!std::isnan(measured)) CHECK(std::abs(measured - weight_square) < 1e-6);
  }
}
