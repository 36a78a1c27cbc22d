// A run that learns against the same steps and measurements made one by one.
#include "training_run.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "failure.hpp"
#include "igb/backpropagation.hpp"
#include "igb/planar_sets.hpp"
#include "igb/statistics.hpp"

using namespace igb;
using namespace igb::cli;

namespace {

LabelledSet points(std::uint32_t count, std::uint32_t draw) {
  LabelledSet set{.data = {.values = std::vector<float>(2 * count), .inputs = count, .width = 2},
                  .labels = std::vector<std::uint16_t>(count)};
  REQUIRE(planar_set({.kind = PlanarKind::moons}, {7, draw}, set.data.values, set.labels).ok());
  return set;
}

const LabelledData& moons() {
  static const LabelledData data{.train = points(50, 0), .test = points(300, 1), .classes = 2};
  return data;
}

TrainingRequest request() {
  return {.architecture = {.init = {.activation = find_activation("tanh"),
                                    .sigma_w2 = 1.8,
                                    .sigma_b2 = 0.1},
                           .input_width = 2,
                           .width = 20,
                           .depth = 3,
                           .classes = 2},
          .draw = {.seed = 5, .network = 2},
          .rule = {.optimiser = Optimiser::adam, .learning_rate = 0.01},
          .data = &moons(),
          .batch = 20,
          .steps = 7,
          .measure = 1,
          .measured_inputs = 300,
          .target = Target::best,
          .all_layers = true};
}

bool close(double value, double expected) {
  return std::abs(value - expected) <= 1e-5 * std::abs(expected);
}

/// The network after so many steps.
struct Direct {
  explicit Direct(const TrainingRequest& r, std::uint32_t steps) : memory(bytes(r)) {
    Arena arena = memory.arena();
    REQUIRE(training.begin(r.architecture, r.draw, r.rule, r.batch, arena).ok());
    const LabelledSet& set = r.data->train;
    const std::uint64_t order = r.draw.seed + 2 * 0x9E3779B97F4A7C15U;
    std::uint32_t place = 0;
    for (std::uint32_t step = 0; step < steps; ++step) {
      std::vector<float> inputs;
      std::vector<std::uint16_t> labels;
      for (std::uint32_t i = 0; i < r.batch; ++i, ++place) {  // 50 are two and a half batches
        const std::uint32_t a = shuffled(order, place / 50, place % 50, 50);
        inputs.insert(inputs.end(), {set.data.values[2 * a], set.data.values[2 * a + 1]});
        labels.push_back(set.labels[a]);
      }
      REQUIRE(training.train_step(inputs, labels).ok());
    }
  }
  static std::size_t bytes(const TrainingRequest& r) {
    std::size_t bytes = 0;
    REQUIRE(Training::bytes(r.architecture, r.rule, r.batch, bytes).ok());
    return bytes;
  }
  Memory memory;
  Training training;
};

}  // namespace

TEST_CASE("aRunTakesItsStepsInTheStatedOrder") {
  const TrainingRequest r = request();
  TrainingRun run(r);
  run.start();
  while (!run.done()) run.step();
  const auto& measured = run.measurements();
  REQUIRE(measured.size() == 6);  // steps 0, 1, 7 of both sets
  for (std::size_t i = 0; i < measured.size(); ++i) {
    const Measurement& m = measured[i];
    CAPTURE(m.step);
    CHECK(m.split == i % 2);
    const Direct direct(r, static_cast<std::uint32_t>(m.step));
    const LabelledSet& set = m.split == 0 ? r.data->train : r.data->test;
    const std::size_t count = set.data.inputs;

    std::size_t bytes = 0;
    REQUIRE(Backpropagation::bytes(direct.training.parameters().architecture(), count, bytes).ok());
    Memory memory(bytes);
    Arena arena = memory.arena();
    Backpropagation back;
    REQUIRE(back.begin(direct.training.parameters(), set.data.values, set.labels, arena).ok());
    while (!back.descending()) REQUIRE(back.step().ok());
    double loss = 0.0;
    double right = 0.0;
    double ones = 0.0;
    for (std::size_t a = 0; a < count; ++a) {
      const bool one = back.output().row(a)[1] > back.output().row(a)[0];
      loss += back.losses()[a] / static_cast<double>(count);
      right += one == (set.labels[a] == 1) ? 1.0 : 0.0;
      ones += one ? 1.0 : 0.0;
    }
    CHECK(close(m.loss, loss));
    CHECK(close(m.accuracy, right / static_cast<double>(count)));
    CHECK(close(m.frequencies[1], ones / static_cast<double>(count)));
    while (true) {
      double sums[3] = {};
      double counts[3] = {};
      for (std::size_t a = 0; a < count; ++a) {
        for (const std::size_t k : {std::size_t{set.labels[a]}, std::size_t{2}}) {
          sums[k] += std::exp(back.log_squares()[a]);
          counts[k] += 1.0;
        }
      }
      for (std::size_t k = 0; k < 3; ++k) {
        CHECK(std::abs(m.log_gradient_squares[3 * (back.layer() - 1) + k] -
                       std::log(sums[k] / counts[k])) < 1e-5);
      }
      if (back.layer() == 1) break;
      REQUIRE(back.step().ok());
    }
  }
}

TEST_CASE("gammaIsThatOfAveragesOverChunks") {
  const TrainingRequest r = request();
  TrainingRun run(r);
  run.start();
  const Direct direct(r, 0);
  std::vector<LayerMoments> sums(4);
  for (const std::size_t first : {std::size_t{0}, std::size_t{150}}) {  // 300 are two chunks
    const auto inputs = std::span(r.data->test.data.values).subspan(2 * first, 300);
    std::size_t bytes = 0;
    REQUIRE(Forward::bytes(direct.training.parameters().architecture(), 150, bytes).ok());
    Memory memory(bytes);
    Arena arena = memory.arena();
    Forward forward;
    REQUIRE(forward.begin(direct.training.parameters(), inputs, arena).ok());
    for (LayerMoments& sum : sums) {
      REQUIRE(forward.step().ok());
      REQUIRE(layer_moments_bytes(20, 150, bytes).ok());
      Memory scratch(bytes);
      Arena scratch_arena = scratch.arena();
      LayerMoments moments;
      REQUIRE(layer_moments(forward.preactivations(), scratch_arena, moments).ok());
      sum.sigma_mu2 += moments.sigma_mu2;
      sum.sigma_y2 += moments.sigma_y2;
    }
  }
  const Measurement& m = run.measurements()[1];
  REQUIRE(m.gammas.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) CHECK(close(m.gammas[i], sums[i].gamma()));

  TrainingRequest output_alone = r;
  output_alone.all_layers = false;
  TrainingRun short_run(output_alone);
  short_run.start();
  REQUIRE(short_run.measurements()[1].gammas.size() == 1);
  CHECK(short_run.measurements()[1].gammas[0] == m.gammas[3]);
  CHECK(short_run.measurements()[1].log_gradient_squares.empty());
}

TEST_CASE("aResumedRunIsTheSameToTheLastBit") {
  const TrainingRequest r = request();
  TrainingRun whole(r);
  whole.start();
  TrainingRun first(r);
  first.start();
  for (int i = 0; i < 3; ++i) first.step();
  TrainingRun second(r);
  second.resume(first.save());
  CHECK(second.steps() == 3);
  while (!whole.done()) whole.step();
  while (!second.done()) second.step();
  CHECK(second.save() == whole.save());
  const std::string saved = whole.save();
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{9}, saved.size() / 2, saved.size() - 1}) {
    TrainingRun third(r);
    CHECK_THROWS_AS(third.resume(std::string_view(saved).substr(0, size)), Failure);
  }
}
