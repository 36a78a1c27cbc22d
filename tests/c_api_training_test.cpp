// Learning through the C API: the same results as the C++ library, errors as codes.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

#include "igb/igb.h"
#include "igb/planar_sets.hpp"
#include "igb/training.hpp"
#include "support/architectures.hpp"
#include "support/c_api.hpp"
#include "support/close.hpp"
#include "support/samples.hpp"

using igb::test::AlignedMemory;
using igb::test::c_architecture;
constexpr auto plain = igb::test::c_plain;
constexpr auto message = igb::test::c_message;

namespace {

constexpr igb_draw draw{11, 3};
constexpr igb_learning_rule sgd{0, 0.05, 0.9, 0.999, 1e-8, 0.0};
constexpr igb_learning_rule adam{2, 0.01, 0.9, 0.999, 1e-8, 0.1};

/// A training and its memory.
struct Learner {
  Learner(const igb_architecture& a, const igb_learning_rule& rule, uint32_t batch)
      : memory(needed(a, rule, batch)) {
    REQUIRE(igb_training_begin(&a, &draw, &rule, batch, memory.bytes().data(),
                               memory.bytes().size(), &training, nullptr) == IGB_OK);
  }
  static size_t needed(const igb_architecture& a, const igb_learning_rule& rule, uint32_t batch) {
    size_t bytes = 0;
    REQUIRE(igb_training_bytes(&a, &rule, batch, &bytes, nullptr) == IGB_OK);
    return bytes;
  }
  [[nodiscard]] std::vector<unsigned char> save() const {
    size_t bytes = 0;
    REQUIRE(igb_training_snapshot_bytes(training, &bytes, nullptr) == IGB_OK);
    std::vector<unsigned char> snapshot(bytes + 1, 0xa5);
    REQUIRE(igb_training_save(training, snapshot.data(), bytes, nullptr) == IGB_OK);
    REQUIRE(snapshot.back() == 0xa5);
    snapshot.pop_back();
    return snapshot;
  }

  AlignedMemory memory;
  igb_training* training = nullptr;
};

std::vector<float> inputs_of(const igb_architecture& a, uint32_t count) {
  uint32_t positions = 0;
  REQUIRE(igb_positions(&a.init.block, &positions, nullptr) == IGB_OK);
  std::vector<float> inputs(std::size_t{count} * positions * a.input_width);
  REQUIRE(igb_gaussian_inputs(5, count * positions, a.input_width, inputs.data(), nullptr) ==
          IGB_OK);
  return inputs;
}

std::vector<uint16_t> labels_of(const igb_architecture& a, uint32_t count) {
  std::vector<uint16_t> labels(count);
  for (uint32_t i = 0; i < count; ++i) labels[i] = static_cast<uint16_t>(i % a.classes);
  return labels;
}

/// A small network that the tests of errors begin.
igb_architecture small_network() { return {plain("tanh", 1.7, 0.3), 3, 5, 2, 2}; }

void check_same(std::span<const double> numbers, std::span<const double> known) {
  REQUIRE(numbers.size() == known.size());
  for (std::size_t i = 0; i < known.size(); ++i) {
    CHECK(((std::isnan(numbers[i]) && std::isnan(known[i])) || numbers[i] == known[i]));
  }
}

}  // namespace

TEST_CASE("cApiLearnsAsTheLibraryDoes") {
  constexpr uint32_t count = 5;
  std::vector<igb::Architecture> all = igb::test::every_block();
  all.push_back({{igb::find_activation("relu"), 2.0, 0.1}, 9, 40, 4, 3});
  for (const igb::Architecture& a : all) {
    CAPTURE(igb::block_name(a.init.block.kind));
    const igb_architecture architecture = c_architecture(a);
    for (const igb_learning_rule& rule :
         {sgd, adam, igb_learning_rule{1, 0.02, 0.8, 0.9, 1e-3, 1.0}}) {
      CAPTURE(igb_optimiser_name(rule.optimiser));
      const Learner learner(architecture, rule, count);
      const igb::LearningRule same{static_cast<igb::Optimiser>(rule.optimiser),
                                   rule.learning_rate,
                                   rule.momentum,
                                   rule.beta2,
                                   rule.epsilon,
                                   rule.weight_decay};
      std::size_t bytes = 0;
      REQUIRE(igb::Training::bytes(a, same, count, bytes).ok());
      const AlignedMemory memory(bytes);
      igb::Arena arena(memory.bytes());
      igb::Training expected;
      REQUIRE(expected.begin(a, {draw.seed, draw.network}, same, count, arena).ok());

      const std::vector<float> inputs = inputs_of(architecture, count);
      const std::vector<uint16_t> labels = labels_of(architecture, count);
      std::vector<double> squares((a.depth + 1) * (a.classes + 1));
      for (uint32_t step = 1; step <= 4; ++step) {
        const uint32_t batch = step == 3 ? 4 : count;
        igb_training_state state{};
        REQUIRE(igb_training_step(learner.training, inputs.data(), labels.data(), batch, &state,
                                  nullptr) == IGB_OK);
        const std::size_t values = inputs.size() / count * batch;
        REQUIRE(expected.train_step({inputs.data(), values}, {labels.data(), batch}).ok());
        CHECK(state.steps == step);
        CHECK(igb_training_steps(learner.training) == step);
        CHECK(state.loss == expected.loss());
        CHECK(state.accuracy == expected.accuracy());
        REQUIRE(igb_training_gradient_squares(learner.training, squares.data(), nullptr) == IGB_OK);
        check_same(squares, expected.gradient_squares());
      }
      const std::vector<unsigned char> snapshot = learner.save();
      std::vector<unsigned char> known(expected.snapshot_bytes());
      REQUIRE(expected.save(std::as_writable_bytes(std::span(known))).ok());
      CHECK(snapshot == known);
    }
  }
}

TEST_CASE("cApiRunsTheNetworkThatHasLearnt") {
  constexpr uint32_t count = 6;
  for (const igb::Architecture& a : igb::test::every_block()) {
    CAPTURE(igb::block_name(a.init.block.kind));
    const igb_architecture architecture = c_architecture(a);
    const Learner learner(architecture, adam, count);
    const std::vector<float> inputs = inputs_of(architecture, count);
    const std::vector<uint16_t> labels = labels_of(architecture, count);
    for (int step = 0; step < 3; ++step) {
      REQUIRE(igb_training_step(learner.training, inputs.data(), labels.data(), count, nullptr,
                                nullptr) == IGB_OK);
    }
    igb::LearningRule rule{.optimiser = igb::Optimiser::adam, .weight_decay = 0.1};
    std::size_t taken = 0;
    REQUIRE(igb::Training::bytes(a, rule, count, taken).ok());
    const AlignedMemory training_memory(taken);
    igb::Arena training_arena(training_memory.bytes());
    igb::Training training;
    REQUIRE(training.begin(a, {draw.seed, draw.network}, rule, count, training_arena).ok());
    for (int step = 0; step < 3; ++step) REQUIRE(training.train_step(inputs, labels).ok());
    REQUIRE(igb::Forward::bytes(training.parameters().architecture(), count, taken).ok());
    const AlignedMemory expected_memory(taken);
    igb::Arena arena(expected_memory.bytes());
    igb::Forward expected;
    REQUIRE(expected.begin(training.parameters(), inputs, arena).ok());

    size_t bytes = 0;
    REQUIRE(igb_forward_bytes_trained(learner.training, count, &bytes, nullptr) == IGB_OK);
    const AlignedMemory memory(bytes);
    igb_forward* forward = nullptr;
    igb_status why{};
    CHECK(igb_forward_begin_trained(learner.training, inputs.data(), count, memory.bytes().data(),
                                    bytes - 1, &forward, &why) == IGB_BUFFER_TOO_SMALL);
    CHECK(why.low == static_cast<double>(bytes));
    CHECK(forward == nullptr);
    REQUIRE(igb_forward_begin_trained(learner.training, inputs.data(), count, memory.bytes().data(),
                                      bytes, &forward, nullptr) == IGB_OK);
    while (!expected.done()) {
      igb_layer_report report{};
      REQUIRE(igb_forward_step(forward, &report, nullptr) == IGB_OK);
      REQUIRE(expected.step().ok());
      CHECK(report.layer == expected.layer());
      igb_layer_shape shape{};
      const float* const values = igb_forward_preactivations(forward, &shape);
      const igb::LayerView view = expected.preactivations();
      REQUIRE(shape.units == view.units);
      for (std::size_t row = 0; row < view.rows(); ++row) {
        const float* const known = view.values + row * view.stride;
        CHECK(std::equal(known, known + view.units, values + row * shape.stride));
      }
    }
    std::vector<uint16_t> classes(count);
    CHECK(igb_forward_classes(forward, classes.data(), nullptr) == IGB_OK);
    CHECK(igb_forward_step(forward, nullptr, nullptr) == IGB_FINISHED);
  }
}

TEST_CASE("cApiRefusesEveryShorterMemoryForTraining") {
  const igb_architecture a = small_network();
  const size_t bytes = Learner::needed(a, adam, 4);
  igb_training* training = nullptr;
  igb_status why{};
  const auto begin = [&](void* place, size_t size) {
    return igb_training_begin(&a, &draw, &adam, 4, place, size, &training, &why);
  };
  igb::test::check_memory(bytes, 400, training, why, begin);
}

TEST_CASE("cApiRefusesNullPointersOfTrainingByName") {
  const igb_architecture a = small_network();
  const Learner learner(a, sgd, 2);
  igb_training* const t = learner.training;
  igb_training* other = nullptr;
  igb_forward* forward = nullptr;
  igb_status why{};
  size_t bytes = 0;
  const AlignedMemory memory(1U << 16);
  void* const place = memory.bytes().data();
  const size_t room = memory.bytes().size();
  float x[6] = {};
  uint16_t labels[3] = {};
  double squares[9];
  uint32_t order[3];
  const igb_planar_set set{0, 0.1, 2};
  const auto null = [&](int32_t code, const char* name) {
    CHECK(code == IGB_NULL_POINTER);
    CHECK(std::string(why.parameter) == name);
  };
  null(igb_training_bytes(nullptr, &sgd, 2, &bytes, &why), "architecture");
  null(igb_training_bytes(&a, nullptr, 2, &bytes, &why), "rule");
  null(igb_training_bytes(&a, &sgd, 2, nullptr, &why), "bytes");
  null(igb_training_begin(nullptr, &draw, &sgd, 2, place, room, &other, &why), "architecture");
  null(igb_training_begin(&a, nullptr, &sgd, 2, place, room, &other, &why), "draw");
  null(igb_training_begin(&a, &draw, nullptr, 2, place, room, &other, &why), "rule");
  null(igb_training_begin(&a, &draw, &sgd, 2, nullptr, room, &other, &why), "memory");
  null(igb_training_begin(&a, &draw, &sgd, 2, place, room, nullptr, &why), "training");
  null(igb_training_step(nullptr, x, labels, 2, nullptr, &why), "training");
  null(igb_training_step(t, nullptr, labels, 2, nullptr, &why), "inputs");
  null(igb_training_step(t, x, nullptr, 2, nullptr, &why), "labels");
  null(igb_training_gradient_squares(nullptr, squares, &why), "training");
  null(igb_training_gradient_squares(t, nullptr, &why), "squares");
  null(igb_training_snapshot_bytes(nullptr, &bytes, &why), "training");
  null(igb_training_snapshot_bytes(t, nullptr, &why), "bytes");
  null(igb_training_save(nullptr, place, room, &why), "training");
  null(igb_training_save(t, nullptr, room, &why), "snapshot");
  null(igb_training_restore(nullptr, place, room, &why), "training");
  null(igb_training_restore(t, nullptr, room, &why), "snapshot");
  null(igb_forward_bytes_trained(nullptr, 2, &bytes, &why), "training");
  null(igb_forward_bytes_trained(t, 2, nullptr, &why), "bytes");
  null(igb_forward_begin_trained(nullptr, x, 2, place, room, &forward, &why), "training");
  null(igb_forward_begin_trained(t, nullptr, 2, place, room, &forward, &why), "inputs");
  null(igb_forward_begin_trained(t, x, 2, nullptr, room, &forward, &why), "memory");
  null(igb_forward_begin_trained(t, x, 2, place, room, nullptr, &why), "forward");
  null(igb_shuffled(1, 0, 3, 0, 3, nullptr, &why), "order");
  null(igb_planar_points(nullptr, &draw, x, labels, 3, &why), "set");
  null(igb_planar_points(&set, nullptr, x, labels, 3, &why), "draw");
  null(igb_planar_points(&set, &draw, nullptr, labels, 3, &why), "inputs");
  null(igb_planar_points(&set, &draw, x, nullptr, 3, &why), "labels");
  CHECK(igb_shuffled(1, 0, 3, 0, 3, order, nullptr) == IGB_OK);
}

TEST_CASE("cApiRefusesLearningRulesByName") {
  const igb_architecture a = small_network();
  igb_status why{};
  size_t bytes = 0;
  const auto refused = [&](auto change) {
    igb_learning_rule rule = adam;
    change(rule);
    CHECK(igb_training_bytes(&a, &rule, 2, &bytes, &why) == IGB_OUT_OF_RANGE);
    return std::string(why.parameter);
  };
  CHECK(refused([](auto& rule) { rule.optimiser = 3; }) == "optimiser");
  CHECK(refused([](auto& rule) { rule.optimiser = -1; }) == "optimiser");
  CHECK(refused([](auto& rule) { rule.learning_rate = 0.0; }) == "learning_rate");
  CHECK(refused([](auto& rule) { rule.learning_rate = NAN; }) == "learning_rate");
  CHECK(refused([](auto& rule) { rule.momentum = 1.0; }) == "momentum");
  CHECK(refused([](auto& rule) { rule.beta2 = -0.1; }) == "beta2");
  CHECK(refused([](auto& rule) { rule.epsilon = 0.0; }) == "epsilon");
  CHECK(refused([](auto& rule) { rule.weight_decay = 101.0; }) == "weight_decay");
  CHECK(message(why) == "weight_decay = 101 is out of range: allowed are values from 0 to 100");
  CHECK(igb_training_bytes(&a, &adam, 0, &bytes, &why) == IGB_OUT_OF_RANGE);
  CHECK(std::string(why.parameter) == "inputs");
}

TEST_CASE("cApiRefusesMiniBatchesByName") {
  const igb_architecture a = small_network();
  const Learner learner(a, sgd, 3);
  const std::vector<float> inputs = inputs_of(a, 4);
  std::vector<uint16_t> labels = labels_of(a, 4);
  const std::vector<unsigned char> before = learner.save();
  igb_status why{};
  std::vector<double> squares(9);
  CHECK(igb_training_gradient_squares(learner.training, squares.data(), &why) == IGB_OUT_OF_RANGE);
  CHECK(message(why) == "steps = 0 is out of range: allowed are values from 1 to inf");
  for (const uint32_t count : {0U, 4U, 0xFFFFFFFFU}) {
    CHECK(igb_training_step(learner.training, inputs.data(), labels.data(), count, nullptr, &why) ==
          IGB_OUT_OF_RANGE);
    CHECK(std::string(why.parameter) == "batch");
    CHECK(why.high == 3.0);
  }
  labels[1] = 2;
  CHECK(igb_training_step(learner.training, inputs.data(), labels.data(), 3, nullptr, &why) ==
        IGB_OUT_OF_RANGE);
  CHECK(std::string(why.parameter) == "label");
  labels[1] = IGB_NO_LABEL;
  CHECK(igb_training_step(learner.training, inputs.data(), labels.data(), 3, nullptr, &why) ==
        IGB_OUT_OF_RANGE);
  labels[1] = 1;
  const std::vector<float> bad(9, std::numeric_limits<float>::infinity());
  CHECK(igb_training_step(learner.training, bad.data(), labels.data(), 3, nullptr, &why) ==
        IGB_NON_FINITE);
  CHECK(learner.save() == before);
  CHECK(igb_training_step(learner.training, inputs.data(), labels.data(), 3, nullptr, nullptr) ==
        IGB_OK);
  CHECK(learner.save() != before);
}

TEST_CASE("cApiTrainingThatOverflowedGoesOnFromASnapshot") {
  const igb_architecture a{plain("relu", 2.0, 0.1), 7, 24, 5, 3};
  igb_learning_rule rule = sgd;
  rule.learning_rate = 1e6;
  const Learner learner(a, rule, 9);
  const std::vector<unsigned char> snapshot = learner.save();
  const std::vector<float> inputs = inputs_of(a, 9);
  const std::vector<uint16_t> labels = labels_of(a, 9);
  igb_status why{};
  const auto step = [&] {
    return igb_training_step(learner.training, inputs.data(), labels.data(), 9, nullptr, &why);
  };
  int steps = 0;
  while (step() == IGB_OK && steps < 100) ++steps;
  REQUIRE(why.code == IGB_NON_FINITE);
  const double layer = why.value;
  CHECK(layer >= 0.0);
  CHECK(layer <= 6.0);
  CHECK(step() == IGB_FINISHED);
  std::vector<double> squares(6 * 4);
  CHECK(igb_training_gradient_squares(learner.training, squares.data(), &why) == IGB_NON_FINITE);
  CHECK(why.value == layer);
  std::vector<unsigned char> room(snapshot.size());
  CHECK(igb_training_save(learner.training, room.data(), room.size(), nullptr) == IGB_NON_FINITE);
  CHECK(igb_training_restore(learner.training, snapshot.data(), snapshot.size(), nullptr) ==
        IGB_OK);
  CHECK(learner.save() == snapshot);
  CHECK(step() == IGB_OK);
  CHECK(igb_training_gradient_squares(learner.training, squares.data(), nullptr) == IGB_OK);

  const igb_architecture steep{plain("linear", 1e6, 0.0), 30, 30, 20, 2};
  const Learner lost(steep, sgd, 2);
  const uint16_t classes[] = {0, 1};
  const std::vector<float> large(60, 1e6F);
  CHECK(igb_training_step(lost.training, large.data(), classes, 2, nullptr, &why) ==
        IGB_NON_FINITE);
  CHECK(why.value > 5.0);
  CHECK(why.value < 20.0);
}

TEST_CASE("cApiRefusesSnapshotsThatAreNotItsOwn") {
  const igb_architecture a = small_network();
  const Learner learner(a, adam, 2);
  const std::vector<float> inputs = inputs_of(a, 2);
  const std::vector<uint16_t> labels = labels_of(a, 2);
  REQUIRE(igb_training_step(learner.training, inputs.data(), labels.data(), 2, nullptr, nullptr) ==
          IGB_OK);
  const std::vector<unsigned char> snapshot = learner.save();
  const Learner fresh(a, adam, 5);
  const std::vector<unsigned char> start = fresh.save();
  igb_status why{};
  for (size_t size = 1; size < snapshot.size(); size += 97) {
    std::vector<unsigned char> shorter(size);
    std::memcpy(shorter.data(), snapshot.data(), size);
    CHECK(igb_training_restore(fresh.training, shorter.data(), size, &why) == IGB_BUFFER_TOO_SMALL);
    std::vector<unsigned char> less(size);
    CHECK(igb_training_save(learner.training, less.data(), size, &why) == IGB_BUFFER_TOO_SMALL);
    CHECK(why.low == static_cast<double>(snapshot.size()));
  }
  for (const size_t place : {size_t{0}, size_t{8}, size_t{16}, size_t{130}, snapshot.size() - 1}) {
    std::vector<unsigned char> damaged = snapshot;
    damaged[place] ^= 1U;
    CHECK(igb_training_restore(fresh.training, damaged.data(), damaged.size(), &why) == IGB_SYNTAX);
    CHECK(std::string(why.parameter) == "snapshot");
    CHECK(std::string(why.detail) != "");
  }
  const Learner other(a, sgd, 2);
  CHECK(igb_training_restore(other.training, snapshot.data(), snapshot.size(), &why) == IGB_SYNTAX);
  CHECK(std::string(why.detail) == "a snapshot of the same architecture, draw and learning rule");
  CHECK(fresh.save() == start);
  CHECK(igb_training_restore(fresh.training, snapshot.data(), snapshot.size(), &why) == IGB_OK);
  CHECK(fresh.save() == snapshot);
  CHECK(igb_training_steps(fresh.training) == 1);
  CHECK(igb_training_steps(nullptr) == 0);
}

TEST_CASE("cApiSnapshotsDoNotDependOnWhatNothingLooksAt") {
  const std::vector<unsigned char> snapshot = Learner(small_network(), sgd, 2).save();
  igb_architecture a = small_network();
  a.init.block.pool = 7;
  a.init.block.pool_width = 1;
  a.init.block.keep = NAN;
  a.init.block.residual_depth = 9;
  a.init.block.sigma_v2 = 3.0;
  a.init.block.sigma_a2 = 4.0;
  a.init.block.taps = 5;
  a.init.block.dimensions = 2;
  a.init.block.side = 6;
  igb_learning_rule rule = sgd;
  rule.momentum = 0.1;
  rule.beta2 = 0.2;
  rule.epsilon = 0.3;
  CHECK(Learner(a, rule, 2).save() == snapshot);
  rule.weight_decay = 0.1;
  CHECK(Learner(a, rule, 2).save() != snapshot);
  const auto fingerprint = [](const igb::Architecture& architecture) {
    const Learner learner(c_architecture(architecture), sgd, 2);
    const std::vector<unsigned char> saved = learner.save();
    return std::string(saved.begin() + 16, saved.begin() + 24);
  };
  const auto changes = [&](igb::BlockKind kind, auto change) {
    igb::Architecture before{{igb::find_activation("tanh"), 1.7, 0.3}, 12, 12, 2, 2};
    before.init.block.kind = kind;
    igb::Architecture after = before;
    change(after.init.block);
    return fingerprint(before) != fingerprint(after);
  };
  using igb::Block;
  using igb::BlockKind;
  CHECK(changes(BlockKind::max_pool, [](Block& b) { b.pool = 3; }));
  CHECK(
      changes(BlockKind::average_pool, [](Block& b) { b.pool_width = igb::PoolWidth::repeated; }));
  CHECK(changes(BlockKind::dropout, [](Block& b) { b.keep = 0.5; }));
  CHECK(changes(BlockKind::residual_after, [](Block& b) { b.residual_depth += 1; }));
  CHECK(changes(BlockKind::residual_scaled, [](Block& b) { b.residual_depth += 1; }));
  CHECK(changes(BlockKind::residual, [](Block& b) { b.sigma_v2 = 0.5; }));
  CHECK(changes(BlockKind::residual, [](Block& b) { b.sigma_a2 = 0.5; }));
  CHECK(changes(BlockKind::convolution, [](Block& b) { b.taps = 5; }));
  CHECK(changes(BlockKind::delta_orthogonal, [](Block& b) { b.dimensions = 2; }));
  CHECK(changes(BlockKind::convolution, [](Block& b) { b.side = 3; }));
}

TEST_CASE("cApiOrdersAreThoseOfTheLibrary") {
  std::vector<uint32_t> order(20, 7);
  REQUIRE(igb_shuffled(9, 4, 50, 31, 19, order.data(), nullptr) == IGB_OK);
  for (uint32_t i = 0; i < 19; ++i) CHECK(order[i] == igb::shuffled(9, 4, 31 + i, 50));
  CHECK(order[19] == 7);
  igb_status why{};
  CHECK(igb_shuffled(9, 4, 0, 0, 0, order.data(), &why) == IGB_OUT_OF_RANGE);
  CHECK(std::string(why.parameter) == "count");
  CHECK(igb_shuffled(9, 4, 0x80000001U, 0, 1, order.data(), &why) == IGB_OUT_OF_RANGE);
  CHECK(std::string(why.parameter) == "count");
  CHECK(igb_shuffled(9, 4, 50, 51, 0, order.data(), &why) == IGB_OUT_OF_RANGE);
  CHECK(std::string(why.parameter) == "first");
  CHECK(igb_shuffled(9, 4, 50, 31, 20, order.data(), &why) == IGB_OUT_OF_RANGE);
  CHECK(message(why) == "length = 20 is out of range: allowed are values from 0 to 19");
  CHECK(igb_shuffled(9, 4, 0x80000000U, 0x7FFFFFFFU, 1, order.data(), nullptr) == IGB_OK);
}

TEST_CASE("cApiPlanarPointsAreThoseOfTheLibrary") {
  constexpr std::size_t count = 10;
  std::vector<std::string> names;
  for (int32_t kind = 0; std::string(igb_planar_name(kind)) != "unknown"; ++kind) {
    names.emplace_back(igb_planar_name(kind));
    const igb_planar_set set{kind, 0.3, 2};
    std::vector<float> inputs(2 * count + 1, 7.0F);
    std::vector<uint16_t> labels(count);
    REQUIRE(igb_planar_points(&set, &draw, inputs.data(), labels.data(), count, nullptr) == IGB_OK);
    CHECK(inputs.back() == 7.0F);
    inputs.pop_back();
    std::vector<float> expected(2 * count);
    std::vector<uint16_t> classes(count);
    REQUIRE(igb::planar_set({static_cast<igb::PlanarKind>(kind), 0.3, 2}, {draw.seed, draw.network},
                            expected, classes)
                .ok());
    CHECK(inputs == expected);
    CHECK(labels == classes);
  }
  CHECK(names == std::vector<std::string>{"blobs", "moons", "circles", "spirals", "xor"});
  CHECK(std::string(igb_planar_name(-1)) == "unknown");
  igb_status why{};
  float inputs[2];
  uint16_t label = 0;
  for (const igb_planar_set& set : {igb_planar_set{5, 0.3, 2}, igb_planar_set{-1, 0.3, 2},
                                    igb_planar_set{0, NAN, 2}, igb_planar_set{1, 0.3, 3}}) {
    CHECK(igb_planar_points(&set, &draw, inputs, &label, 1, &why) == IGB_OUT_OF_RANGE);
  }
  CHECK(std::string(why.parameter) == "classes");
  const igb_planar_set good{0, 0.3, 2};
  CHECK(igb_planar_points(&good, &draw, inputs, &label, 0, &why) == IGB_OUT_OF_RANGE);
}

TEST_CASE("cApiNamesOptimisers") {
  CHECK(std::string(igb_optimiser_name(0)) == "sgd");
  CHECK(std::string(igb_optimiser_name(1)) == "momentum");
  CHECK(std::string(igb_optimiser_name(2)) == "adam");
  CHECK(std::string(igb_optimiser_name(3)) == "unknown");
  CHECK(std::string(igb_optimiser_name(-1)) == "unknown");
}

// Held against plain double-precision networks: tests/reference/README.md.
TEST_CASE("cApiLearnsAsTheTable") {
  const igb::test::Table table("learning.csv");
  constexpr uint32_t points = 24;
  constexpr uint32_t batch = 8;
  const igb_planar_set set{1, 0.1, 2};
  const igb_draw points_draw{9, 0};
  std::vector<float> inputs(2 * points);
  std::vector<uint16_t> labels(points);
  REQUIRE(igb_planar_points(&set, &points_draw, inputs.data(), labels.data(), points, nullptr) ==
          IGB_OK);
  for (std::size_t row = 0; row < table.size(); row += 60) {
    igb::Architecture a{{igb::find_activation("tanh"), 1.7, 0.3}, 2, 8, 3, 2};
    if (table.text(row, "block") == "residual") {
      a.init.block = {.kind = igb::BlockKind::residual, .sigma_v2 = 1.0, .sigma_a2 = 0.1};
    }
    igb_learning_rule rule{0, 0.05, 0.9, 0.999, 1e-8, 0.1};
    while (table.text(row, "optimiser") != igb_optimiser_name(rule.optimiser)) ++rule.optimiser;
    if (rule.optimiser == 2) rule.learning_rate = 0.01;
    CAPTURE(row);
    const Learner learner(c_architecture(a), rule, batch);
    for (uint32_t step = 0; step < 60; ++step) {
      uint32_t order[batch];
      REQUIRE(igb_shuffled(13, step / 3, points, step % 3 * batch, batch, order, nullptr) ==
              IGB_OK);
      float some[2 * batch];
      uint16_t theirs[batch];
      for (uint32_t i = 0; i < batch; ++i) {
        std::copy_n(&inputs[std::size_t{2} * order[i]], 2, some + std::size_t{2} * i);
        theirs[i] = labels[order[i]];
      }
      igb_training_state state{};
      REQUIRE(igb_training_step(learner.training, some, theirs, batch, &state, nullptr) == IGB_OK);
      CHECK(state.loss == igb::test::close(table.number(row + step, "loss"), 1e-4));
    }
    if (row > 0) continue;
    const std::vector<unsigned char> learnt = learner.save();
    if (const char* const written = std::getenv("IGB_WRITE_SNAPSHOT")) {
      std::ofstream(written, std::ios::binary)
          .write(reinterpret_cast<const char*>(learnt.data()),
                 static_cast<std::streamsize>(learnt.size()));
    }
    std::ifstream file(IGB_REFERENCE_DIR "/learning.snapshot", std::ios::binary);
    const std::vector<unsigned char> known{std::istreambuf_iterator<char>(file), {}};
    REQUIRE(known.size() == learnt.size());
    CHECK(igb_training_restore(learner.training, known.data(), known.size(), nullptr) == IGB_OK);
    CHECK(igb_training_steps(learner.training) == 60);
    CHECK(learner.save() == known);
    constexpr std::size_t header = 128;
    for (std::size_t place = header; place < known.size(); place += sizeof(float)) {
      float x = 0.0F;
      float y = 0.0F;
      std::memcpy(&x, &known[place], sizeof x);
      std::memcpy(&y, &learnt[place], sizeof y);
      CHECK(std::abs(x - y) < 1e-4F);
    }
  }
}
