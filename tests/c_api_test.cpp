// The C API: the same results as the C++ library, errors as codes with a message.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "igb/guessing_law.hpp"
#include "igb/igb.h"
#include "igb/mean_field.hpp"
#include "igb/statistics.hpp"
#include "support/close.hpp"
#include "support/samples.hpp"

using igb::test::close;

namespace {

const igb_activation* activation(const char* name) {
  const igb_activation* const found = igb_find_activation(name);
  REQUIRE_MESSAGE(found != nullptr, name);
  return found;
}

igb_initialisation plain(const char* name, double sigma_w2, double sigma_b2) {
  return {activation(name), sigma_w2, sigma_b2, {}};
}

/// Memory for one activation of the user's.
struct UserMemory {
  igb::test::AlignedMemory memory{igb_user_activation_bytes()};
  void* data = memory.bytes().data();
  size_t size = memory.bytes().size();
};

std::string message(const igb_status& status) {
  char buffer[400];
  igb_message(&status, buffer, sizeof buffer);
  return buffer;
}

}  // namespace

TEST_CASE("cApiNamesVersionAndActivations") {
  CHECK(std::string(igb_version()) == IGB_VERSION);
  CHECK(igb_activation_count() == static_cast<int32_t>(igb::activations().size()));
  for (int32_t i = 0; i < igb_activation_count(); ++i) {
    const igb_activation* const phi = igb_activation_at(i);
    CHECK(igb_find_activation(igb_activation_name(phi)) == phi);
  }
  CHECK(igb_activation_at(-1) == nullptr);
  CHECK(igb_activation_at(igb_activation_count()) == nullptr);
  CHECK(igb_find_activation("swish2") == nullptr);
  CHECK(igb_find_activation(nullptr) == nullptr);
  CHECK(igb_activation_name(nullptr) == nullptr);
  CHECK(igb_block_count() == static_cast<int32_t>(igb::block_names().size()));
  CHECK(std::string(igb_block_name(1)) == "max_pool");
  CHECK(std::string(igb_block_name(-1)) == "unknown");
  CHECK(std::string(igb_block_name(igb_block_count())) == "unknown");
}

TEST_CASE("cApiRunsANetworkAsTheLibraryDoes") {
  const igb_architecture architecture{plain("tanh", 2.0, 0.1), 20, 30, 4, 3};
  const igb_draw draw{42, 7};
  const uint32_t count = 11;
  std::vector<float> inputs(count * 20);
  REQUIRE(igb_gaussian_inputs(1, count, 20, inputs.data(), nullptr) == 0);
  size_t bytes = 0;
  REQUIRE(igb_forward_bytes(&architecture, count, &bytes, nullptr) == 0);
  const igb::test::AlignedMemory memory(bytes);
  igb_forward* forward = nullptr;
  REQUIRE(igb_forward_begin(&architecture, &draw, inputs.data(), count, memory.bytes().data(),
                            bytes, &forward, nullptr) == 0);

  const igb::Architecture same{{igb::find_activation("tanh"), 2.0, 0.1}, 20, 30, 4, 3};
  std::size_t network_bytes = 0;
  REQUIRE(igb::Forward::bytes(same, count, network_bytes).ok());
  const igb::test::AlignedMemory network_memory(network_bytes + 4096);
  igb::Arena arena(network_memory.bytes());
  igb::Forward reference;
  REQUIRE(reference.begin(same, {42, 7}, inputs, arena).ok());

  for (uint32_t layer = 1; layer <= 5; ++layer) {
    std::vector<uint16_t> early(count);
    CHECK(igb_forward_classes(forward, early.data(), nullptr) ==
          static_cast<int32_t>(igb::StatusCode::out_of_range));
    igb_layer_report report{};
    REQUIRE(igb_forward_step(forward, &report, nullptr) == 0);
    REQUIRE(reference.step().ok());
    igb::Arena scratch = arena;
    igb::LayerMoments moments;
    REQUIRE(igb::layer_moments(reference.preactivations(), scratch, moments).ok());
    CHECK(report.layer == layer);
    CHECK(report.q == moments.q);
    CHECK(report.c == moments.c);
    CHECK(report.gamma == moments.gamma());
    uint32_t units = 0;
    uint32_t stride = 0;
    const float* values = igb_forward_preactivations(forward, &units, &stride);
    REQUIRE(units == (layer < 5 ? 30 : 3));
    for (uint32_t a = 0; a < count; ++a) {
      CHECK(std::equal(values + a * stride, values + a * stride + units,
                       reference.preactivations().row(a).begin()));
    }
  }
  std::vector<uint16_t> classes(count);
  std::vector<uint16_t> expected(count);
  REQUIRE(igb_forward_classes(forward, classes.data(), nullptr) == 0);
  REQUIRE(igb::guess_classes(reference.preactivations(), expected).ok());
  CHECK(classes == expected);
  CHECK(igb_forward_step(forward, nullptr, nullptr) ==
        static_cast<int32_t>(igb::StatusCode::finished));
}

TEST_CASE("cApiRefusesEveryShorterMemory") {
  const igb_architecture architecture{plain("relu", 2.0, 0.0), 3, 5, 2, 2};
  const igb_draw draw{1, 0};
  const std::vector<float> inputs(2 * 3, 1.0F);
  size_t bytes = 0;
  REQUIRE(igb_forward_bytes(&architecture, 2, &bytes, nullptr) == 0);
  const igb::test::AlignedMemory memory(bytes);
  igb_forward* forward = nullptr;
  for (size_t size = 0; size < bytes; size += size < 400 ? 1 : 501) {
    igb_status why{};
    CHECK(igb_forward_begin(&architecture, &draw, inputs.data(), 2, memory.bytes().data(), size,
                            &forward,
                            &why) == static_cast<int32_t>(igb::StatusCode::buffer_too_small));
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
  const igb::test::AlignedMemory memory(bytes + 1);
  igb_forward* forward = nullptr;
  for (const size_t size : {size_t{0}, bytes, static_cast<size_t>(PTRDIFF_MAX)}) {
    CHECK(igb_forward_begin(&architecture, &draw, inputs.data(), 2, nullptr, size, &forward,
                            nullptr) == IGB_BUFFER_TOO_SMALL);
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
  const igb::test::AlignedMemory memory(bytes);
  igb_forward* forward = nullptr;
  REQUIRE(igb_forward_begin(&architecture, &draw, inputs.data(), 1, memory.bytes().data(), bytes,
                            &forward, nullptr) == 0);
  igb_layer_report report{};
  CHECK(igb_forward_step(forward, &report, nullptr) == IGB_OUT_OF_RANGE);  // moments need two
  for (int layer = 1; layer <= 3; ++layer) {
    CHECK(igb_forward_step(forward, nullptr, nullptr) == IGB_OK);
  }
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
  const igb::test::AlignedMemory memory(bytes);
  igb_forward* forward = nullptr;
  REQUIRE(igb_forward_begin(&architecture, &draw, inputs.data(), 2, memory.bytes().data(), bytes,
                            &forward, nullptr) == 0);
  REQUIRE(igb_forward_step(forward, nullptr, nullptr) == IGB_OK);
  CHECK(igb_forward_step(forward, nullptr, nullptr) == IGB_NON_FINITE);
  std::vector<uint16_t> guesses(2);
  CHECK(igb_forward_classes(forward, guesses.data(), nullptr) == IGB_NON_FINITE);
}

TEST_CASE("cApiLinesLawsAndPlaneAreThoseOfTheLibrary") {
  const igb_initialisation tanh = plain("tanh", 0.0, 0.1);
  const igb_initialisation relu = plain("relu", 0.0, 0.1);
  igb_line_point point{};
  REQUIRE(igb_edge_of_chaos(&tanh, &point, nullptr) == IGB_OK);
  CHECK(point.sigma_w2 == close(1.98607264114, 1e-11));
  REQUIRE(igb_iso_gamma(&tanh, 1.0, &point, nullptr) == IGB_OK);
  CHECK(point.sigma_w2 == close(2.92476574516, 1e-11));
  CHECK(igb_iso_gamma(&relu, 1.0, &point, nullptr) == IGB_NO_SOLUTION);
  CHECK(igb_two_class_cdf(1.0, 0.3) == close(0.3, 1e-13));
  CHECK(igb_two_class_quantile(1.0, 0.3) == close(0.3, 1e-13));
  CHECK(igb_two_class_pdf(1.0, 0.3) == close(1.0, 1e-13));
  CHECK(igb_two_class_mean_max_frequency(1.0) == close(0.75, 1e-15));
  CHECK(igb_two_class_variance(1.0) == close(1.0 / 12.0, 1e-15));
  std::vector<double> pmf(5);
  REQUIRE(igb_finite_two_class_law(1.0, 4, pmf.data(), nullptr) == IGB_OK);
  for (const double p : pmf) CHECK(p == close(0.2, 1e-10));
  const std::vector<uint32_t> networks{5, 0, 0, 0, 0};
  CHECK(igb_ks_distance(networks.data(), pmf.data(), 4) == close(0.8, 1e-9));
  CHECK(std::isnan(igb_ks_p_value(0.3, 0)));
  std::vector<float> plane(4 * 2);
  CHECK(igb_plane_inputs(1, 2, 2, 1.0, plane.data(), nullptr) == IGB_OK);
  CHECK(plane[0] == close(-plane[6], 1e-5));  // opposite corners
  CHECK(igb_plane_inputs(1, 2, 1, 1.0, plane.data(), nullptr) == IGB_OUT_OF_RANGE);
}

TEST_CASE("cApiNamesWhatItRefuses") {
  igb_status why{};
  igb_fixed_point_report report{};
  const igb_initialisation unknown{nullptr, 1.0, 0.1, {}};
  CHECK(igb_fixed_point(&unknown, &report, &why) != 0);
  CHECK(std::string(why.parameter) == "activation");
  const igb_initialisation negative = plain("tanh", -2.0, 0.1);
  CHECK(igb_fixed_point(&negative, &report, &why) != 0);
  CHECK(message(why) == "sigma_w2 = -2 is out of range: allowed are values from 1e-06 to 1000000");
  const igb_initialisation good = plain("tanh", 2.0, 0.1);
  igb_signal signal{};
  CHECK(igb_trajectory(&good, 1.0, 1.5, 1, &signal, &why) != 0);
  CHECK(std::string(why.parameter) == "c0");
  CHECK(igb_trajectory(&good, NAN, 0.5, 1, &signal, &why) != 0);
  CHECK(std::string(why.parameter) == "q0");
  CHECK(igb_trajectory(&good, 1.0, 0.5, 0, &signal, &why) != 0);
  CHECK(std::string(why.parameter) == "count");
  float value = 0.0F;
  const igb_draw draw{1, 0};
  CHECK(igb_normals(&draw, 3, 0, 0, 0, 1, &value, &why) != 0);
  CHECK(std::string(why.parameter) == "stream");
  CHECK(igb_normals(&draw, 0, 1U << 24, 0, 0, 1, &value, &why) != 0);
  CHECK(std::string(why.parameter) == "layer");
  CHECK(std::isnan(igb_two_class_cdf(-1.0, 0.5)));
  CHECK(std::isnan(igb_two_class_quantile(1.0, 1.5)));
  CHECK(std::string(igb_phase_name(99)) == "unknown");
  CHECK(std::string(igb_phase_name(-1)) == "unknown");
}

TEST_CASE("cApiTrajectoryIsTheIteratedMap") {
  const igb_initialisation init = plain("erf", 1.9, 0.05);
  std::vector<igb_signal> signals(12);
  REQUIRE(igb_trajectory(&init, 0.7, 0.2, 12, signals.data(), nullptr) == 0);
  const igb::Initialisation same{igb::find_activation("erf"), 1.9, 0.05};
  igb::Signal signal = igb::first_layer(same, {0.7, 0.8});
  for (const igb_signal& layer : signals) {
    CHECK(layer.q == signal.q);
    CHECK(layer.c == signal.c());
    CHECK(layer.gamma == signal.gamma());
    signal = igb::next_layer(same, signal);
  }
}

TEST_CASE("cApiExpressionsAndTablesAreActivations") {
  const UserMemory expression_memory;
  const igb_activation* softsign = nullptr;
  const std::string text = "x / (1 + abs(x)) and more";
  REQUIRE(igb_expression(text.data(), 16, expression_memory.data, expression_memory.size, &softsign,
                         nullptr) == IGB_OK);
  CHECK(std::string(igb_activation_name(softsign)) == "x / (1 + abs(x))");
  igb_jet jet{};
  REQUIRE(igb_evaluate(softsign, 3.0, &jet, nullptr) == IGB_OK);
  CHECK(jet.value == close(0.75, 1e-15));
  CHECK(jet.slope == close(1.0 / 16.0, 1e-15));
  CHECK(jet.bend == close(-2.0 / 64.0, 1e-15));
  igb_activation_facts facts{};
  REQUIRE(igb_describe_activation(softsign, &facts, nullptr) == IGB_OK);
  CHECK(facts.odd == 1);
  CHECK(facts.bounded == 1);
  CHECK(facts.homogeneous == 0);
  REQUIRE(facts.kinks == 1);
  double kink = 1.0;
  REQUIRE(igb_activation_kinks(softsign, &kink, nullptr) == IGB_OK);
  CHECK(kink == 0.0);

  const UserMemory table_memory;
  const igb_activation* hard = nullptr;
  const double x[] = {-2.0, -1.0, 1.0, 2.0};
  const double y[] = {-1.0, -1.0, 1.0, 1.0};
  REQUIRE(igb_table(x, y, 4, table_memory.data, table_memory.size, &hard, nullptr) == IGB_OK);
  CHECK(std::string(igb_activation_name(hard)) == "table");
  REQUIRE(igb_evaluate(hard, -0.25, &jet, nullptr) == IGB_OK);
  CHECK(jet.value == -0.25);
  CHECK(jet.slope == 1.0);

  // both run networks: 2 inputs of one number, one hidden unit's values are phi of those before
  for (const igb_activation* phi : {softsign, hard}) {
    const igb_architecture architecture{{phi, 4.0, 0.0, {}}, 1, 1, 1, 2};
    const igb_draw draw{3, 0};
    const float inputs[] = {0.8F, -2.0F};
    size_t bytes = 0;
    REQUIRE(igb_forward_bytes(&architecture, 2, &bytes, nullptr) == IGB_OK);
    const igb::test::AlignedMemory memory(bytes);
    igb_forward* run = nullptr;
    REQUIRE(igb_forward_begin(&architecture, &draw, inputs, 2, memory.bytes().data(), bytes, &run,
                              nullptr) == IGB_OK);
    REQUIRE(igb_forward_step(run, nullptr, nullptr) == IGB_OK);
    uint32_t units = 0;
    uint32_t stride = 0;
    const float* values = igb_forward_preactivations(run, &units, &stride);
    const double hidden[] = {values[0], values[stride]};
    REQUIRE(igb_forward_step(run, nullptr, nullptr) == IGB_OK);
    values = igb_forward_preactivations(run, &units, &stride);
    igb_jet first{};
    igb_jet second{};
    REQUIRE(igb_evaluate(phi, hidden[0], &first, nullptr) == IGB_OK);
    REQUIRE(igb_evaluate(phi, hidden[1], &second, nullptr) == IGB_OK);
    CHECK(static_cast<double>(values[0]) / first.value ==
          close(static_cast<double>(values[stride]) / second.value, 1e-6));
  }
}

TEST_CASE("cApiActivationErrorsSayWhereAndWhat") {
  const UserMemory memory;
  const igb_activation* phi = nullptr;
  igb_status why{};
  const auto read = [&](const char* text) {
    return igb_expression(text, std::strlen(text), memory.data, memory.size, &phi, &why);
  };
  CHECK(read("x + * 2") == IGB_SYNTAX);
  CHECK(std::string(why.parameter) == "expression");
  CHECK(why.value == 5.0);
  CHECK(std::string(why.detail) == "expected a number, x, pi, e, a function or '('");
  CHECK(message(why) == "expression, character 5: expected a number, x, pi, e, a function or '('");
  CHECK(read("1 / x") == IGB_NON_FINITE);
  CHECK(message(why) == "activation: phi is not finite at x = 0");
  CHECK(read("") == IGB_OUT_OF_RANGE);
  CHECK(std::string(why.parameter) == "expression_length");
  CHECK(igb_expression("x", SIZE_MAX, memory.data, memory.size, &phi, &why) == IGB_OUT_OF_RANGE);
  CHECK(igb_expression("x", 1, memory.data, memory.size - 1, &phi, &why) == IGB_BUFFER_TOO_SMALL);
  CHECK(igb_expression("x", 1, static_cast<char*>(memory.data) + 8, memory.size, &phi, &why) ==
        IGB_MISALIGNED);
  CHECK(igb_expression("x", 1, nullptr, memory.size, &phi, &why) == IGB_BUFFER_TOO_SMALL);
  const double x[] = {0.0, 1.0};
  CHECK(igb_table(x, x, 1, memory.data, memory.size, &phi, &why) == IGB_OUT_OF_RANGE);
  CHECK(std::string(why.parameter) == "points");
  CHECK(phi == nullptr);
  igb_jet jet{};
  CHECK(igb_evaluate(activation("tanh"), NAN, &jet, &why) == IGB_OUT_OF_RANGE);
  CHECK(std::string(why.parameter) == "x");
}

TEST_CASE("cApiRefusesBlocksByField") {
  igb_status why{};
  igb_fixed_point_report report{};
  igb_initialisation init = plain("tanh", 2.0, 0.1);
  init.block.kind = 99;
  CHECK(igb_fixed_point(&init, &report, &why) == IGB_UNKNOWN_NAME);
  CHECK(std::string(why.parameter) == "block");
  const auto refused = [&](igb_block block) {
    init.block = block;
    CHECK(igb_fixed_point(&init, &report, &why) == IGB_OUT_OF_RANGE);
    return std::string(why.parameter);
  };
  using Kind = igb::BlockKind;
  const auto kind = [](Kind value) { return static_cast<int32_t>(value); };
  CHECK(refused({kind(Kind::max_pool), 1, 0, 0, 0, 0, 0}) == "pool");
  CHECK(refused({kind(Kind::dropout), 0, NAN, 0, 0, 0, 0}) == "keep");
  CHECK(refused({kind(Kind::residual_scaled), 0, 0, 0, 0, 0, 0}) == "residual_depth");
  CHECK(refused({kind(Kind::residual), 0, 0, 0, -1.0, 0, 0}) == "sigma_v2");
  CHECK(refused({kind(Kind::residual), 0, 0, 0, 1.0, NAN, 0}) == "sigma_a2");
  CHECK(refused({kind(Kind::convolution), 0, 0, 0, 0, 0, 2}) == "taps (odd)");
}

TEST_CASE("cApiRefusesNullPointersByName") {
  igb_status why{};
  const auto null = [&](int32_t code, const char* name) {
    CHECK(code == IGB_NULL_POINTER);
    CHECK(std::string(why.parameter) == name);
    CHECK(message(why) == std::string(name) + ": must not be null");
  };
  const igb_initialisation init = plain("tanh", 2.0, 0.1);
  const igb_initialisation no_phi{nullptr, 2.0, 0.1, {}};
  const igb_architecture architecture{init, 3, 5, 2, 2};
  const igb_draw draw{1, 0};
  const float inputs[3]{};
  igb_fixed_point_report report{};
  igb_signal signal{};
  igb_line_point point{};
  igb_activation_facts facts{};
  igb_jet jet{};
  const igb_activation* phi = nullptr;
  igb_forward* forward = nullptr;
  size_t bytes = 0;
  uint16_t guess = 0;
  double x[2]{};
  float out = 0.0F;
  alignas(64) char memory[64];
  null(igb_fixed_point(nullptr, &report, &why), "init");
  null(igb_fixed_point(&init, nullptr, &why), "report");
  null(igb_trajectory(nullptr, 1, 0, 1, &signal, &why), "init");
  null(igb_trajectory(&init, 1, 0, 1, nullptr, &why), "signals");
  null(igb_edge_of_chaos(nullptr, &point, &why), "init");
  null(igb_edge_of_chaos(&init, nullptr, &why), "point");
  null(igb_edge_of_chaos(&no_phi, &point, &why), "activation");
  null(igb_iso_gamma(nullptr, 1.0, &point, &why), "init");
  null(igb_iso_gamma(&init, 1.0, nullptr, &why), "point");
  null(igb_describe_activation(nullptr, &facts, &why), "activation");
  null(igb_describe_activation(init.activation, nullptr, &why), "facts");
  null(igb_activation_kinks(nullptr, x, &why), "activation");
  null(igb_activation_kinks(init.activation, nullptr, &why), "kinks");
  null(igb_evaluate(nullptr, 0.0, &jet, &why), "activation");
  null(igb_evaluate(init.activation, 0.0, nullptr, &why), "jet");
  null(igb_expression(nullptr, 1, memory, 64, &phi, &why), "text");
  null(igb_expression("x", 1, memory, 64, nullptr, &why), "activation");
  null(igb_table(nullptr, x, 2, memory, 64, &phi, &why), "x");
  null(igb_table(x, nullptr, 2, memory, 64, &phi, &why), "y");
  null(igb_table(x, x, 2, memory, 64, nullptr, &why), "activation");
  null(igb_finite_two_class_law(1.0, 2, nullptr, &why), "pmf");
  null(igb_normals(nullptr, 0, 0, 0, 0, 1, &out, &why), "draw");
  null(igb_normals(&draw, 0, 0, 0, 0, 1, nullptr, &why), "out");
  null(igb_gaussian_inputs(1, 1, 1, nullptr, &why), "inputs");
  null(igb_plane_inputs(1, 2, 2, 1.0, nullptr, &why), "inputs");
  null(igb_forward_bytes(nullptr, 1, &bytes, &why), "architecture");
  null(igb_forward_bytes(&architecture, 1, nullptr, &why), "bytes");
  null(igb_forward_begin(nullptr, &draw, inputs, 1, memory, 64, &forward, &why), "architecture");
  null(igb_forward_begin(&architecture, nullptr, inputs, 1, memory, 64, &forward, &why), "draw");
  null(igb_forward_begin(&architecture, &draw, nullptr, 1, memory, 64, &forward, &why), "inputs");
  null(igb_forward_begin(&architecture, &draw, inputs, 1, memory, 64, nullptr, &why), "forward");
  null(igb_forward_step(nullptr, nullptr, &why), "forward");
  null(igb_forward_classes(nullptr, &guess, &why), "forward");
  uint32_t size = 0;
  CHECK(igb_forward_preactivations(nullptr, &size, &size) == nullptr);
  CHECK(std::isnan(igb_ks_distance(nullptr, x, 1)));
  CHECK(std::isnan(igb_ks_distance(&size, nullptr, 1)));
  char buffer[8];
  CHECK(igb_message(nullptr, buffer, 8) == 0);
  CHECK(igb_message(&why, nullptr, 8) == 0);
  CHECK(igb_message(&why, nullptr, 0) > 8);
}
