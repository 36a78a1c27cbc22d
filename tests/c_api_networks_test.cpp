// Networks through the C API: the same results as the C++ library, errors as codes.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "igb/backpropagation.hpp"
#include "igb/effective_rank.hpp"
#include "igb/gram_network.hpp"
#include "igb/igb.h"
#include "igb/network.hpp"
#include "igb/statistics.hpp"
#include "support/architectures.hpp"
#include "support/c_api.hpp"
#include "support/close.hpp"
#include "support/samples.hpp"

using igb::test::AlignedMemory;
using igb::test::c_architecture;
constexpr auto plain = igb::test::c_plain;
constexpr auto message = igb::test::c_message;

namespace {

/// One of every block, and every law of weights.
std::vector<igb::Architecture> every_network() {
  std::vector<igb::Architecture> all = igb::test::every_block();
  for (const igb::WeightLaw law :
       {igb::WeightLaw::gaussian, igb::WeightLaw::uniform, igb::WeightLaw::orthogonal}) {
    igb::Architecture a{{igb::find_activation("tanh"), 1.7, 0.3}, 9, 12, 4, 3};
    a.init.weights = law;
    all.push_back(a);
  }
  return all;
}

std::vector<float> inputs_of(const igb::Architecture& a, uint32_t count, uint64_t seed) {
  uint32_t positions = 0;
  const igb_block block = igb::test::c_block(a.init.block);
  REQUIRE(igb_positions(&block, &positions, nullptr) == IGB_OK);
  std::vector<float> inputs(std::size_t{count} * positions * a.input_width);
  REQUIRE(igb_gaussian_inputs(seed, count * positions, a.input_width, inputs.data(), nullptr) ==
          IGB_OK);
  return inputs;
}

/// Whether the numbers of a layer are those of the view, to the bit.
void check_same(const float* values, const igb_layer_shape& shape, const igb::LayerView& view) {
  REQUIRE(values != nullptr);
  CHECK(shape.inputs == view.inputs);
  CHECK(shape.positions == view.positions);
  CHECK(shape.units == view.units);
  for (uint32_t a = 0; a < shape.inputs; ++a) {
    for (uint32_t p = 0; p < shape.positions; ++p) {
      const float* const row = values + std::size_t{a * shape.positions + p} * shape.stride;
      CHECK(std::equal(row, row + shape.units, view.row(a, p).begin()));
    }
  }
}

/// The library's own Backpropagation or Forward in memory of its own.
template <class Run>
struct Reference {
  template <class... Data>
  Reference(const igb::Architecture& a, igb::Draw draw, std::size_t count, const Data&... data)
      : memory(bytes_of(a, count) + 65536), arena(memory.bytes()) {
    REQUIRE(run.begin(a, draw, data..., arena).ok());
  }
  static std::size_t bytes_of(const igb::Architecture& a, std::size_t count) {
    std::size_t bytes = 0;
    REQUIRE(Run::bytes(a, count, bytes).ok());
    return bytes;
  }

  AlignedMemory memory;
  igb::Arena arena;
  Run run;
};

}  // namespace

TEST_CASE("cApiRunsNetworksOfEveryBlockAsTheLibraryDoes") {
  const igb_draw draw{42, 7};
  const uint32_t count = 11;
  for (const igb::Architecture& a : every_network()) {
    CAPTURE(igb::block_name(a.init.block.kind));
    const igb_architecture architecture = c_architecture(a);
    const std::vector<float> inputs = inputs_of(a, count, 1);
    size_t bytes = 0;
    REQUIRE(igb_forward_bytes(&architecture, count, &bytes, nullptr) == IGB_OK);
    const AlignedMemory memory(bytes);
    igb_forward* forward = nullptr;
    REQUIRE(igb_forward_begin(&architecture, &draw, inputs.data(), count, memory.bytes().data(),
                              bytes, &forward, nullptr) == IGB_OK);
    Reference<igb::Forward> reference(a, {42, 7}, count, std::span<const float>(inputs));

    igb_layer_shape shape{};
    for (uint32_t layer = 1; layer <= a.depth + 1; ++layer) {
      std::vector<uint16_t> early(count);
      CHECK(igb_forward_classes(forward, early.data(), nullptr) == IGB_OUT_OF_RANGE);
      igb_layer_report report{};
      REQUIRE(igb_forward_step(forward, &report, nullptr) == IGB_OK);
      REQUIRE(reference.run.step().ok());
      igb::Arena scratch = reference.arena;
      igb::LayerMoments moments;
      REQUIRE(igb::layer_moments(reference.run.preactivations(), scratch, moments).ok());
      CHECK(report.layer == layer);
      CHECK(report.q == moments.q);
      CHECK(report.c == moments.c);
      CHECK(report.gamma == moments.gamma());
      CHECK(report.sigma_mu2 == moments.sigma_mu2);
      CHECK(report.sigma_y2 == moments.sigma_y2);
      check_same(igb_forward_preactivations(forward, &shape), shape,
                 reference.run.preactivations());
      scratch = reference.arena;
      igb::EffectiveRank expected_rank{};
      REQUIRE(igb::effective_rank(reference.run.preactivations(), scratch, expected_rank).ok());
      igb_effective_rank rank{};
      REQUIRE(igb_forward_effective_rank(forward, &rank, nullptr) == IGB_OK);
      CHECK(rank.uncentred == expected_rank.uncentred);
      CHECK(rank.centred == expected_rank.centred);
    }
    CHECK(shape.units == a.classes);
    CHECK(shape.positions == 1);
    std::vector<uint16_t> classes(count);
    std::vector<uint16_t> expected(count);
    REQUIRE(igb_forward_classes(forward, classes.data(), nullptr) == IGB_OK);
    REQUIRE(igb::guess_classes(reference.run.preactivations(), expected).ok());
    CHECK(classes == expected);
    CHECK(igb_forward_step(forward, nullptr, nullptr) == IGB_FINISHED);
  }
}

TEST_CASE("cApiKnowsThePositionsOfABlock") {
  igb::Block block{.kind = igb::BlockKind::plain, .dimensions = 2, .side = 7};
  const auto positions = [&] {
    const igb_block same = igb::test::c_block(block);
    uint32_t found = 0;
    REQUIRE(igb_positions(&same, &found, nullptr) == IGB_OK);
    return found;
  };
  CHECK(positions() == 1);
  block.kind = igb::BlockKind::convolution;
  CHECK(positions() == 49);
  block.kind = igb::BlockKind::delta_orthogonal;
  block.dimensions = 1;
  CHECK(positions() == 7);
  block.side = 5000;
  const igb_block too_wide = igb::test::c_block(block);
  uint32_t found = 0;
  igb_status why{};
  CHECK(igb_positions(&too_wide, &found, &why) == IGB_OUT_OF_RANGE);
  CHECK(message(why) == "side = 5000 is out of range: allowed are values from 1 to 4096");
}

TEST_CASE("cApiUniformsAreThoseOfTheLibrary") {
  const igb_draw draw{8, 2};
  std::vector<float> out(21);
  std::vector<float> expected(21);
  REQUIRE(igb_uniforms(&draw, 1, 5, 6, 3, 21, out.data(), nullptr) == IGB_OK);
  igb::uniforms({8, 2}, igb::Stream::biases, 5, 6, 3, expected);
  CHECK(out == expected);
  igb_status why{};
  CHECK(igb_uniforms(&draw, 3, 5, 6, 3, 21, out.data(), &why) == IGB_OUT_OF_RANGE);
  CHECK(std::string(why.parameter) == "stream");
  CHECK(igb_uniforms(&draw, 1, 1U << 24, 6, 3, 21, out.data(), &why) == IGB_OUT_OF_RANGE);
  CHECK(std::string(why.parameter) == "layer");
}

TEST_CASE("cApiRefusesNetworksThatThereAreNotByName") {
  igb_status why{};
  size_t bytes = 0;
  const auto refused = [&](const igb::Architecture& a, int32_t code) {
    const igb_architecture architecture = c_architecture(a);
    CHECK(igb_forward_bytes(&architecture, 3, &bytes, &why) == code);
    CHECK(igb_backpropagation_bytes(&architecture, 3, &bytes, &why) == code);
    return std::string(why.parameter);
  };
  const igb::Architecture good{{igb::find_activation("tanh"), 1.7, 0.3}, 9, 12, 4, 3};
  igb::Architecture a = good;
  a.init.block = {.kind = igb::BlockKind::convolution};
  a.init.weights = igb::WeightLaw::orthogonal;
  CHECK(refused(a, IGB_UNKNOWN_NAME) == "weights");
  a = good;
  a.init.block = {.kind = igb::BlockKind::max_pool, .pool = 5};
  CHECK(refused(a, IGB_OUT_OF_RANGE) == "width (a multiple of pool)");
  a = good;
  a.init.block = {.kind = igb::BlockKind::residual_scaled};
  a.classes = 13;
  CHECK(refused(a, IGB_OUT_OF_RANGE) == "classes");
  a = good;
  a.init.block = {.kind = igb::BlockKind::batch_norm_after};
  const igb_architecture alone = c_architecture(a);
  CHECK(igb_forward_bytes(&alone, 1, &bytes, &why) == IGB_OUT_OF_RANGE);
  CHECK(std::string(why.parameter) == "inputs");
}

TEST_CASE("cApiRefusesEveryShorterMemory") {
  const igb_architecture architecture{plain("relu", 2.0, 0.0), 3, 5, 2, 2};
  const igb_draw draw{1, 0};
  const std::vector<float> inputs(2 * 3, 1.0F);
  size_t bytes = 0;
  REQUIRE(igb_forward_bytes(&architecture, 2, &bytes, nullptr) == 0);
  const AlignedMemory memory(bytes);
  igb_forward* forward = nullptr;
  for (size_t size = 0; size < bytes; size += size < 400 ? 1 : 501) {
    igb_status why{};
    CHECK(igb_forward_begin(&architecture, &draw, inputs.data(), 2, memory.bytes().data(), size,
                            &forward, &why) == IGB_BUFFER_TOO_SMALL);
    CHECK(why.value == static_cast<double>(size));
    CHECK(forward == nullptr);
  }
  CHECK(igb_forward_begin(&architecture, &draw, inputs.data(), 2, memory.bytes().data(), bytes,
                          &forward, nullptr) == 0);
}

TEST_CASE("cApiRefusesNullAndMisalignedMemory") {
  const igb_architecture architecture{plain("relu", 2.0, 0.0), 3, 5, 2, 2};
  const igb_draw draw{1, 0};
  const std::vector<float> inputs(2 * 3, 1.0F);
  size_t bytes = 0;
  REQUIRE(igb_forward_bytes(&architecture, 2, &bytes, nullptr) == 0);
  const AlignedMemory memory(bytes + 1);
  igb_forward* forward = nullptr;
  for (const size_t size : {size_t{0}, bytes, static_cast<size_t>(PTRDIFF_MAX)}) {
    CHECK(igb_forward_begin(&architecture, &draw, inputs.data(), 2, nullptr, size, &forward,
                            nullptr) == IGB_NULL_POINTER);
  }
  CHECK(igb_forward_begin(&architecture, &draw, inputs.data(), 2, memory.bytes().data() + 1, bytes,
                          &forward, nullptr) == IGB_MISALIGNED);
  CHECK(forward == nullptr);
}

TEST_CASE("cApiRefusalLeavesTheRunWhereItWas") {
  const igb_architecture architecture{plain("tanh", 2.0, 0.0), 3, 5, 2, 2};
  const igb_draw draw{1, 0};
  const std::vector<float> inputs(3, 1.0F);
  size_t bytes = 0;
  REQUIRE(igb_forward_bytes(&architecture, 1, &bytes, nullptr) == 0);
  const AlignedMemory memory(bytes);
  igb_forward* forward = nullptr;
  REQUIRE(igb_forward_begin(&architecture, &draw, inputs.data(), 1, memory.bytes().data(), bytes,
                            &forward, nullptr) == 0);
  igb_layer_report report{};
  igb_effective_rank rank{};
  igb_status why{};
  CHECK(igb_forward_effective_rank(forward, &rank, &why) == IGB_OUT_OF_RANGE);
  CHECK(std::string(why.parameter) == "layer");
  CHECK(igb_forward_step(forward, &report, nullptr) == IGB_OUT_OF_RANGE);  // moments need two
  for (int layer = 1; layer <= 3; ++layer) {
    CHECK(igb_forward_step(forward, nullptr, nullptr) == IGB_OK);
  }
  CHECK(igb_forward_effective_rank(forward, &rank, &why) == IGB_OUT_OF_RANGE);  // so do ranks
  CHECK(std::string(why.parameter) == "inputs");
  uint16_t guess = 9;
  CHECK(igb_forward_classes(forward, &guess, nullptr) == IGB_OK);
}

TEST_CASE("cApiHasNoClassesForANetworkThatOverflowed") {
  // linear without biases grows 1e3 a layer from inputs of 3e36: layer 1 is finite, the output not
  const igb_architecture architecture{plain("linear", 1e6, 0.0), 30, 30, 1, 2};
  const igb_draw draw{1, 0};
  const std::vector<float> inputs(2 * 30, 1e33F);
  size_t bytes = 0;
  REQUIRE(igb_forward_bytes(&architecture, 2, &bytes, nullptr) == 0);
  const AlignedMemory memory(bytes);
  igb_forward* forward = nullptr;
  REQUIRE(igb_forward_begin(&architecture, &draw, inputs.data(), 2, memory.bytes().data(), bytes,
                            &forward, nullptr) == 0);
  REQUIRE(igb_forward_step(forward, nullptr, nullptr) == IGB_OK);
  CHECK(igb_forward_step(forward, nullptr, nullptr) == IGB_NON_FINITE);
  CHECK(igb_forward_step(forward, nullptr, nullptr) == IGB_FINISHED);
  std::vector<uint16_t> guesses(2);
  igb_effective_rank rank{};
  CHECK(igb_forward_classes(forward, guesses.data(), nullptr) == IGB_NON_FINITE);
  CHECK(igb_forward_effective_rank(forward, &rank, nullptr) == IGB_NON_FINITE);
}

TEST_CASE("cApiGradientsOfNetworksAreThoseOfTheLibrary") {
  const igb_draw draw{5, 6};
  const uint32_t count = 4;
  for (const igb::Architecture& a : every_network()) {
    CAPTURE(igb::block_name(a.init.block.kind));
    const igb_architecture architecture = c_architecture(a);
    const std::vector<float> inputs = inputs_of(a, count, 3);
    const std::vector<uint16_t> labels{2, 0, IGB_NO_LABEL, 1};
    size_t bytes = 0;
    REQUIRE(igb_backpropagation_bytes(&architecture, count, &bytes, nullptr) == IGB_OK);
    const AlignedMemory memory(bytes);
    igb_backpropagation* run = nullptr;
    REQUIRE(igb_backpropagation_begin(&architecture, &draw, inputs.data(), labels.data(), count,
                                      memory.bytes().data(), bytes, &run, nullptr) == IGB_OK);
    Reference<igb::Backpropagation> reference(a, {5, 6}, count, std::span<const float>(inputs),
                                              std::span<const uint16_t>(labels));
    const igb::Backpropagation& expected = reference.run;
    std::vector<double> numbers(count);
    igb_layer_shape shape{};
    for (uint32_t step = 1; step <= 2 * a.depth + 2; ++step) {
      igb_backpropagation_state state{};
      REQUIRE(igb_backpropagation_step(run, &state, nullptr) == IGB_OK);
      REQUIRE(reference.run.step().ok());
      const uint32_t top = a.depth + 1;
      CHECK(state.layer == (step <= top ? step : 2 * top - step));
      CHECK(state.descending == (step >= top ? 1 : 0));
      CHECK(state.done == (step == 2 * top ? 1 : 0));
      igb_status why{};
      if (state.descending == 0) {
        CHECK(igb_backpropagation_losses(run, numbers.data(), &why) == IGB_OUT_OF_RANGE);
        CHECK(std::string(why.parameter) == "layer");
        CHECK(why.value == step);
        CHECK(igb_backpropagation_gradients(run, &shape) == nullptr);
        CHECK(igb_backpropagation_output(run, &shape) == nullptr);
        continue;
      }
      const auto same = [&](auto get, std::span<const double> known) {
        REQUIRE(get(run, numbers.data(), nullptr) == IGB_OK);
        for (uint32_t i = 0; i < count; ++i) {
          const bool both_nan = std::isnan(numbers[i]) && std::isnan(known[i]);
          CHECK((both_nan || numbers[i] == known[i]));
        }
      };
      same(igb_backpropagation_losses, expected.losses());
      same(igb_backpropagation_log_squares, expected.log_squares());
      same(igb_backpropagation_log_weight_squares, expected.log_weight_squares());
      same(igb_backpropagation_log_scales, expected.log_scales());
      check_same(igb_backpropagation_gradients(run, &shape), shape, expected.gradients());
    }
    check_same(igb_backpropagation_output(run, &shape), shape, expected.output());
    std::vector<uint16_t> classes(count);
    std::vector<uint16_t> guesses(count);
    REQUIRE(igb_backpropagation_classes(run, classes.data(), nullptr) == IGB_OK);
    REQUIRE(igb::guess_classes(expected.output(), guesses).ok());
    CHECK(classes == guesses);
    CHECK(igb_backpropagation_step(run, nullptr, nullptr) == IGB_FINISHED);
    CHECK(igb_backpropagation_losses(run, numbers.data(), nullptr) == IGB_OK);
  }
}

// Held against plain double-precision networks and finite differences: tests/reference/README.md.
TEST_CASE("cApiGradientsAreThoseOfTheTable") {
  const igb::test::Table table("gradients.csv");
  const igb_draw draw{5, 6};
  const std::vector<uint16_t> labels{0, 1, 2};
  std::size_t row = 0;
  while (row < table.size()) {
    CAPTURE(row);
    const igb::Architecture a = igb::test::architecture_of(table, row);
    const igb_architecture architecture = c_architecture(a);
    const std::vector<float> inputs = inputs_of(a, 3, 77);
    size_t bytes = 0;
    REQUIRE(igb_backpropagation_bytes(&architecture, 3, &bytes, nullptr) == IGB_OK);
    const AlignedMemory memory(bytes);
    igb_backpropagation* run = nullptr;
    REQUIRE(igb_backpropagation_begin(&architecture, &draw, inputs.data(), labels.data(), 3,
                                      memory.bytes().data(), bytes, &run, nullptr) == IGB_OK);
    igb_backpropagation_state state{};
    while (state.done == 0) {
      REQUIRE(igb_backpropagation_step(run, &state, nullptr) == IGB_OK);
      if (state.descending == 0) continue;
      REQUIRE(table.number(row, "layer") == state.layer);
      double numbers[3];
      REQUIRE(igb_backpropagation_losses(run, numbers, nullptr) == IGB_OK);
      CHECK(numbers[1] == igb::test::close(table.number(row, "loss"), 1e-5));
      REQUIRE(igb_backpropagation_log_squares(run, numbers, nullptr) == IGB_OK);
      CHECK(std::abs(numbers[1] - table.number(row, "log_square")) < 1e-4);
      REQUIRE(igb_backpropagation_log_weight_squares(run, numbers, nullptr) == IGB_OK);
      const double expected = table.number(row, "log_weight_square");
      if (!std::isnan(expected)) CHECK(std::abs(numbers[1] - expected) < 1e-4);
      ++row;
    }
  }
}

TEST_CASE("cApiRefusesEveryShorterMemoryForGradients") {
  const igb_architecture architecture{plain("relu", 2.0, 0.0), 3, 5, 2, 2};
  const igb_draw draw{1, 0};
  const std::vector<float> inputs(2 * 3, 1.0F);
  const std::vector<uint16_t> labels{0, 1};
  size_t bytes = 0;
  REQUIRE(igb_backpropagation_bytes(&architecture, 2, &bytes, nullptr) == IGB_OK);
  igb_backpropagation* run = nullptr;
  igb_status why{};
  const auto begin = [&](void* place, size_t size) {
    return igb_backpropagation_begin(&architecture, &draw, inputs.data(), labels.data(), 2, place,
                                     size, &run, &why);
  };
  igb::test::check_memory(bytes, 400, run, why, begin);
}

TEST_CASE("cApiRefusesLabelsByName") {
  const igb_architecture architecture{plain("relu", 2.0, 0.0), 3, 5, 2, 2};
  const igb_draw draw{1, 0};
  const std::vector<float> inputs(2 * 3, 1.0F);
  const std::vector<uint16_t> labels{0, 2};
  size_t bytes = 0;
  REQUIRE(igb_backpropagation_bytes(&architecture, 2, &bytes, nullptr) == IGB_OK);
  const AlignedMemory memory(bytes);
  igb_backpropagation* run = nullptr;
  igb_status why{};
  CHECK(igb_backpropagation_begin(&architecture, &draw, inputs.data(), labels.data(), 2,
                                  memory.bytes().data(), bytes, &run, &why) == IGB_OUT_OF_RANGE);
  CHECK(message(why) == "label = 2 is out of range: allowed are values from 0 to 1");
  CHECK(run == nullptr);
}

TEST_CASE("cApiHasNoGradientsForANetworkThatOverflowed") {
  const igb_architecture architecture{plain("linear", 1e6, 0.0), 30, 30, 1, 2};
  const igb_draw draw{1, 0};
  const std::vector<float> inputs(2 * 30, 1e33F);
  const std::vector<uint16_t> labels{0, 1};
  size_t bytes = 0;
  REQUIRE(igb_backpropagation_bytes(&architecture, 2, &bytes, nullptr) == IGB_OK);
  const AlignedMemory memory(bytes);
  igb_backpropagation* run = nullptr;
  REQUIRE(igb_backpropagation_begin(&architecture, &draw, inputs.data(), labels.data(), 2,
                                    memory.bytes().data(), bytes, &run, nullptr) == IGB_OK);
  REQUIRE(igb_backpropagation_step(run, nullptr, nullptr) == IGB_OK);
  igb_status why{};
  CHECK(igb_backpropagation_step(run, nullptr, &why) == IGB_NON_FINITE);
  CHECK(why.value == 2.0);
  CHECK(igb_backpropagation_step(run, nullptr, nullptr) == IGB_FINISHED);
  double numbers[2];
  igb_layer_shape shape{};
  uint16_t classes[2];
  CHECK(igb_backpropagation_log_squares(run, numbers, nullptr) == IGB_NON_FINITE);
  CHECK(igb_backpropagation_classes(run, classes, nullptr) == IGB_NON_FINITE);
  CHECK(igb_backpropagation_gradients(run, &shape) == nullptr);
}

TEST_CASE("cApiGramNetworksAreThoseOfTheLibrary") {
  const igb_draw draw{4, 9};
  const uint32_t count = 7;
  for (const igb::Architecture& a : every_network()) {
    const igb::BlockKind kind = a.init.block.kind;
    CAPTURE(igb::block_name(kind));
    const igb_architecture architecture = c_architecture(a);
    size_t bytes = 0;
    igb_status why{};
    const int32_t code = igb_gram_bytes(&architecture, count, &bytes, &why);
    if (kind > igb::BlockKind::dropout) {
      CHECK(code == IGB_UNKNOWN_NAME);
      CHECK(std::string(why.parameter) == "block");
      continue;
    }
    if (a.init.weights != igb::WeightLaw::gaussian) {
      CHECK(code == IGB_UNKNOWN_NAME);
      CHECK(std::string(why.parameter) == "weights");
      continue;
    }
    REQUIRE(code == IGB_OK);
    std::vector<float> inputs = inputs_of(a, count, 3);
    const AlignedMemory memory(bytes);
    igb_gram* gram = nullptr;
    REQUIRE(igb_gram_begin(&architecture, &draw, inputs.data(), count, memory.bytes().data(), bytes,
                           &gram, nullptr) == IGB_OK);
    Reference<igb::GramNetwork> reference(a, {4, 9}, count, std::span<const float>(inputs));
    std::fill(inputs.begin(), inputs.end(), NAN);  // they are not kept
    std::vector<uint16_t> classes(count);
    for (uint32_t layer = 1; layer <= a.depth + 1; ++layer) {
      CHECK(igb_gram_classes(gram, classes.data(), &why) == IGB_OUT_OF_RANGE);
      CHECK(std::string(why.parameter) == "layer");
      igb_layer_report report{};
      REQUIRE(igb_gram_step(gram, layer == 2 ? nullptr : &report, nullptr) == IGB_OK);
      REQUIRE(reference.run.step().ok());
      if (layer == 2) continue;
      const igb::LayerMoments& moments = reference.run.moments();
      CHECK(report.layer == layer);
      CHECK(report.q == moments.q);
      CHECK(report.c == moments.c);
      CHECK(report.gamma == moments.gamma());
      CHECK(report.sigma_mu2 == moments.sigma_mu2);
      CHECK(report.sigma_y2 == moments.sigma_y2);
    }
    REQUIRE(igb_gram_classes(gram, classes.data(), nullptr) == IGB_OK);
    CHECK(std::equal(classes.begin(), classes.end(), reference.run.guesses().begin()));
    CHECK(igb_gram_step(gram, nullptr, nullptr) == IGB_FINISHED);
  }
}

TEST_CASE("cApiRefusesEveryShorterMemoryForGramNetworks") {
  const igb_architecture architecture{plain("relu", 2.0, 0.0), 3, 5, 2, 2};
  const igb_draw draw{1, 0};
  const std::vector<float> inputs(2 * 3, 1.0F);
  size_t bytes = 0;
  igb_status why{};
  CHECK(igb_gram_bytes(&architecture, 1, &bytes, &why) == IGB_OUT_OF_RANGE);
  CHECK(std::string(why.parameter) == "inputs");
  REQUIRE(igb_gram_bytes(&architecture, 2, &bytes, nullptr) == IGB_OK);
  igb_gram* gram = nullptr;
  const auto begin = [&](void* place, size_t size) {
    return igb_gram_begin(&architecture, &draw, inputs.data(), 2, place, size, &gram, &why);
  };
  igb::test::check_memory(bytes, 1200, gram, why, begin);
}

TEST_CASE("cApiHasNoClassesForAGramNetworkThatOverflowed") {
  // the affine layer 1 of such inputs has variances beyond 1e74
  const igb_architecture architecture{plain("tanh", 1e6, 0.0), 30, 30, 1, 2};
  const igb_draw draw{1, 0};
  const std::vector<float> inputs(2 * 30, 3e38F);
  size_t bytes = 0;
  REQUIRE(igb_gram_bytes(&architecture, 2, &bytes, nullptr) == IGB_OK);
  const AlignedMemory memory(bytes);
  igb_gram* gram = nullptr;
  REQUIRE(igb_gram_begin(&architecture, &draw, inputs.data(), 2, memory.bytes().data(), bytes,
                         &gram, nullptr) == IGB_OK);
  CHECK(igb_gram_step(gram, nullptr, nullptr) == IGB_NON_FINITE);
  CHECK(igb_gram_step(gram, nullptr, nullptr) == IGB_FINISHED);
  std::vector<uint16_t> guesses(2);
  CHECK(igb_gram_classes(gram, guesses.data(), nullptr) == IGB_NON_FINITE);
}
