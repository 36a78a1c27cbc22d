// The C API: the same results as the C++ library, errors as codes with a message.
#include "support/c_api.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "igb/gaussian_process.hpp"
#include "igb/gradients.hpp"
#include "igb/guessing_law.hpp"
#include "igb/igb.h"
#include "igb/kernel_recursion.hpp"
#include "igb/many_class_law.hpp"
#include "igb/mean_field.hpp"
#include "igb/phase_map.hpp"
#include "igb/population.hpp"
#include "igb/recommend.hpp"
#include "igb/statistics.hpp"
#include "support/close.hpp"
#include "support/samples.hpp"

using igb::test::close;
constexpr auto activation = igb::test::c_activation;
constexpr auto plain = igb::test::c_plain;
constexpr auto message = igb::test::c_message;

namespace {

/// Memory for one activation of the user's.
struct UserMemory {
  igb::test::AlignedMemory memory{igb_user_activation_bytes()};
  void* data = memory.bytes().data();
  size_t size = memory.bytes().size();
};

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
  const auto check_names = [](const char* (*name)(int32_t), std::vector<std::string> expected) {
    expected.emplace_back("unknown");
    for (std::size_t i = 0; i < expected.size(); ++i) {
      CHECK(std::string(name(static_cast<int32_t>(i))) == expected[i]);
    }
    CHECK(std::string(name(-1)) == "unknown");
  };
  check_names(igb_pool_width_name, {"reduced", "repeated"});
  check_names(igb_weight_law_name, {"gaussian", "uniform", "orthogonal"});
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
  const igb_initialisation unknown{nullptr, 1.0, 0.1, {}, 0};
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
    CHECK(layer.d == signal.d);
    CHECK(layer.gamma == signal.gamma());
    CHECK(layer.backward == igb::backward_factor(same, signal));
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
    const igb_architecture architecture{{phi, 4.0, 0.0, {}, 0}, 1, 1, 1, 2};
    const igb_draw draw{3, 0};
    const float inputs[] = {0.8F, -2.0F};
    size_t bytes = 0;
    REQUIRE(igb_forward_bytes(&architecture, 2, &bytes, nullptr) == IGB_OK);
    const igb::test::AlignedMemory memory(bytes);
    igb_forward* run = nullptr;
    REQUIRE(igb_forward_begin(&architecture, &draw, inputs, 2, memory.bytes().data(), bytes, &run,
                              nullptr) == IGB_OK);
    REQUIRE(igb_forward_step(run, nullptr, nullptr) == IGB_OK);
    igb_layer_shape shape{};
    const float* values = igb_forward_preactivations(run, &shape);
    const double hidden[] = {values[0], values[shape.stride]};
    REQUIRE(igb_forward_step(run, nullptr, nullptr) == IGB_OK);
    values = igb_forward_preactivations(run, &shape);
    igb_jet first{};
    igb_jet second{};
    REQUIRE(igb_evaluate(phi, hidden[0], &first, nullptr) == IGB_OK);
    REQUIRE(igb_evaluate(phi, hidden[1], &second, nullptr) == IGB_OK);
    CHECK(static_cast<double>(values[0]) / first.value ==
          close(static_cast<double>(values[shape.stride]) / second.value, 1e-6));
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
  CHECK(igb_expression("x", 1, nullptr, memory.size, &phi, &why) == IGB_NULL_POINTER);
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
  igb_signal signal{};
  igb_initialisation init = plain("tanh", 2.0, 0.1);
  init.block.kind = 99;
  CHECK(igb_trajectory(&init, 1.0, 0.0, 1, &signal, &why) == IGB_OUT_OF_RANGE);
  CHECK(std::string(why.parameter) == "block");
  CHECK(why.value == 99);
  CHECK(why.high == 12);
  using Kind = igb::BlockKind;
  const auto refused = [&](Kind kind, auto change, int32_t code = IGB_OUT_OF_RANGE) {
    init.block = igb::test::c_block({.kind = kind});
    CHECK(igb_trajectory(&init, 1.0, 0.0, 1, &signal, nullptr) == IGB_OK);
    change(init.block);
    CHECK(igb_trajectory(&init, 1.0, 0.0, 1, &signal, &why) == code);
    return std::string(why.parameter);
  };
  CHECK(refused(Kind::max_pool, [](igb_block& block) { block.pool = 1; }) == "pool");
  CHECK(refused(
            Kind::max_pool, [](igb_block& block) { block.pool_width = 2; }, IGB_UNKNOWN_NAME) ==
        "pool_width");
  CHECK(refused(Kind::dropout, [](igb_block& block) { block.keep = NAN; }) == "keep");
  const auto no_depth = [](igb_block& block) { block.residual_depth = 0; };
  CHECK(refused(Kind::residual_scaled, no_depth) == "residual_depth");
  CHECK(refused(Kind::residual, [](igb_block& block) { block.sigma_v2 = -1.0; }) == "sigma_v2");
  CHECK(refused(Kind::residual, [](igb_block& block) { block.sigma_a2 = NAN; }) == "sigma_a2");
  CHECK(refused(Kind::convolution, [](igb_block& block) { block.taps = 2; }) == "taps (odd)");
  const auto three = [](igb_block& block) { block.dimensions = 3; };
  CHECK(refused(Kind::convolution, three) == "dimensions");
  CHECK(refused(Kind::delta_orthogonal, [](igb_block& block) { block.side = 0; }) == "side");

  init = plain("tanh", 2.0, 0.1);
  init.weights = 3;
  CHECK(igb_trajectory(&init, 1.0, 0.0, 1, &signal, &why) == IGB_UNKNOWN_NAME);
  CHECK(std::string(why.parameter) == "weights");
}

TEST_CASE("cApiRefusesNullPointersByName") {
  igb_status why{};
  const auto null = [&](int32_t code, const char* name) {
    CHECK(code == IGB_NULL_POINTER);
    CHECK(std::string(why.parameter) == name);
    CHECK(message(why) == std::string(name) + ": must not be null");
  };
  const igb_initialisation init = plain("tanh", 2.0, 0.1);
  const igb_initialisation no_phi{nullptr, 2.0, 0.1, {}, 0};
  const igb_architecture architecture{init, 3, 5, 2, 2};
  const igb_draw draw{1, 0};
  const float inputs[3]{};
  uint32_t size = 0;
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
  null(igb_variance_line(nullptr, &point, &why), "init");
  null(igb_edge_of_chaos_points(&init, 1, nullptr, &size, &why), "points");
  null(igb_edge_of_chaos_points(&init, 1, &point, nullptr, &why), "count");
  null(igb_iso_gamma_points(nullptr, 1.0, 1, &point, &size, &why), "init");
  null(igb_iso_gamma_points(&no_phi, 1.0, 1, &point, &size, &why), "activation");
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
  igb_fourier_report mode{};
  igb_phase_map* map = nullptr;
  igb_estimate estimate{};
  igb_outlook outlook{};
  igb_recommendation advice{};
  igb_kernel* kernel = nullptr;
  igb_layer_report layer{};
  uint32_t counts[2]{};
  null(igb_fourier_mode(nullptr, x, 1, &mode, &why), "init");
  null(igb_fourier_mode(&init, nullptr, 1, &mode, &why), "angles");
  null(igb_fourier_mode(&init, x, 1, nullptr, &why), "report");
  null(igb_phase_map_bytes(nullptr, &why), "bytes");
  null(igb_phase_map_begin(nullptr, memory, 64, &map, &why), "init");
  null(igb_phase_map_begin(&no_phi, memory, 64, &map, &why), "activation");
  null(igb_phase_map_begin(&init, memory, 64, nullptr, &why), "map");
  null(igb_phase_map_row(nullptr, 0.1, x, 1, &report, &why), "map");
  null(igb_many_class_law(2, 1.0, nullptr, &why), "report");
  null(igb_finite_many_class_variance(2, 1.0, 2, nullptr, &why), "variance");
  null(igb_sample_drifts(nullptr, 2, x, &why), "draw");
  null(igb_sample_drifts(&draw, 2, nullptr, &why), "drifts");
  null(igb_class_fractions(1.0, nullptr, 2, x, &why), "drifts");
  null(igb_class_fractions(1.0, x, 2, nullptr, &why), "g");
  null(igb_sample_counts(nullptr, 2, x, 2, counts, &why), "draw");
  null(igb_sample_counts(&draw, 2, nullptr, 2, counts, &why), "g");
  null(igb_sample_counts(&draw, 2, x, 2, nullptr, &why), "counts");
  null(igb_null_mean_max_frequency(2, 2, nullptr, &why), "frequency");
  null(igb_finite_mean_max_frequency(2, 1, 2, nullptr, 2, x, &estimate, &why), "draw");
  null(igb_finite_mean_max_frequency(2, 1, 2, &draw, 2, nullptr, &estimate, &why), "scratch");
  null(igb_finite_mean_max_frequency(2, 1, 2, &draw, 2, x, nullptr, &why), "estimate");
  null(igb_frequency_variance(2, nullptr, 2, 0, x, &why), "pairs");
  null(igb_frequency_variance(2, x, 1, 0, nullptr, &why), "variance");
  null(igb_predict(nullptr, 1, 2, &outlook, &why), "init");
  null(igb_predict(&init, 1, 2, nullptr, &why), "outlook");
  null(igb_recommend(nullptr, 1, 2, &advice, &why), "init");
  null(igb_recommend(&init, 1, 2, nullptr, &why), "recommendation");
  null(igb_recommend_gamma(nullptr, 1, 2, 1, &outlook, &why), "init");
  null(igb_recommend_gamma(&init, 1, 2, 1, nullptr, &why), "outlook");
  null(igb_gamma_of_frequency(2, 0.75, nullptr, &why), "gamma");
  CHECK(igb_reason(nullptr, 1, 2, nullptr, 0) == 0);
  null(igb_kernel_bytes(nullptr, 1, &bytes, &why), "init");
  null(igb_kernel_bytes(&init, 1, nullptr, &why), "bytes");
  null(igb_kernel_begin(nullptr, inputs, 1, 1, memory, 64, &kernel, &why), "init");
  null(igb_kernel_begin(&init, nullptr, 1, 1, memory, 64, &kernel, &why), "inputs");
  null(igb_kernel_begin(&init, inputs, 1, 1, memory, 64, nullptr, &why), "kernel");
  null(igb_kernel_begin_covariances(nullptr, x, 1, memory, 64, &kernel, &why), "init");
  null(igb_kernel_begin_covariances(&init, nullptr, 1, memory, 64, &kernel, &why), "covariances");
  null(igb_kernel_begin_covariances(&init, x, 1, memory, 64, nullptr, &why), "kernel");
  null(igb_kernel_step(nullptr, &layer, &why), "kernel");
  null(igb_kernel_variances(nullptr, x, &why), "kernel");
  null(igb_kernel_distances(nullptr, x, &why), "kernel");
  const igb_population population{1024, 1, 0};
  igb_population_layer units{};
  igb_layer_gradient gradient{};
  igb_gaussian_process* process = nullptr;
  int32_t done = 0;
  null(igb_population_bytes(nullptr, 1, &bytes, &why), "population");
  null(igb_population_bytes(&population, 1, nullptr, &why), "bytes");
  null(igb_population_trajectory(nullptr, 1, 0, &population, memory, 64, 1, &units, &why), "init");
  null(igb_population_trajectory(&init, 1, 0, nullptr, memory, 64, 1, &units, &why), "population");
  null(igb_population_trajectory(&init, 1, 0, &population, memory, 64, 1, nullptr, &why), "layers");
  null(igb_gradients_bytes(1, nullptr, &why), "bytes");
  null(igb_backward(nullptr, 1, 0, 1, memory, 64, &gradient, &why), "init");
  null(igb_backward(&init, 1, 0, 1, memory, 64, nullptr, &why), "gradients");
  null(igb_gradient_report(nullptr, 1, 0, 1, 9, 0, x, 1, memory, 64, x, &why), "init");
  null(igb_gradient_report(&init, 1, 0, 1, 9, 0, nullptr, 1, memory, 64, x, &why), "probabilities");
  null(igb_gradient_report(&init, 1, 0, 1, 9, 0, x, 1, memory, 64, nullptr, &why), "report");
  null(igb_gaussian_process_bytes(1, nullptr, &why), "bytes");
  null(igb_gaussian_process_begin(nullptr, memory, 64, &process, &why), "kernel");
  null(igb_gaussian_process_step(nullptr, &done, &why), "process");
  null(igb_gaussian_process_outputs(nullptr, &draw, 0, x, &why), "process");
  null(igb_gaussian_process_classes(nullptr, &draw, 2, &guess, &why), "process");
  CHECK(std::isnan(igb_gaussian_process_jitter(nullptr)));
  igb_layer_shape shape{};
  igb_backpropagation* run = nullptr;
  const uint16_t labels[1]{};
  uint32_t positions = 0;
  null(igb_positions(nullptr, &positions, &why), "block");
  null(igb_positions(&init.block, nullptr, &why), "positions");
  null(igb_uniforms(nullptr, 0, 0, 0, 0, 1, &out, &why), "draw");
  null(igb_uniforms(&draw, 0, 0, 0, 0, 1, nullptr, &why), "out");
  null(igb_backpropagation_bytes(nullptr, 1, &bytes, &why), "architecture");
  null(igb_backpropagation_bytes(&architecture, 1, nullptr, &why), "bytes");
  const auto begin = [&](const igb_architecture* network, const igb_draw* which, const float* data,
                         const uint16_t* classes, igb_backpropagation** result) {
    return igb_backpropagation_begin(network, which, data, classes, 1, memory, 64, result, &why);
  };
  null(begin(nullptr, &draw, inputs, labels, &run), "architecture");
  null(begin(&architecture, nullptr, inputs, labels, &run), "draw");
  null(begin(&architecture, &draw, nullptr, labels, &run), "inputs");
  null(begin(&architecture, &draw, inputs, nullptr, &run), "labels");
  null(begin(&architecture, &draw, inputs, labels, nullptr), "run");
  null(igb_backpropagation_step(nullptr, nullptr, &why), "run");
  null(igb_backpropagation_losses(nullptr, x, &why), "run");
  null(igb_backpropagation_classes(nullptr, &guess, &why), "run");
  null(igb_backpropagation_log_squares(nullptr, x, &why), "run");
  null(igb_backpropagation_log_weight_squares(nullptr, x, &why), "run");
  null(igb_backpropagation_log_scales(nullptr, x, &why), "run");
  igb_gram* gram = nullptr;
  igb_effective_rank rank{};
  igb_interval interval{};
  null(igb_gram_bytes(nullptr, 2, &bytes, &why), "architecture");
  null(igb_gram_bytes(&architecture, 2, nullptr, &why), "bytes");
  null(igb_gram_begin(nullptr, &draw, inputs, 2, memory, 64, &gram, &why), "architecture");
  null(igb_gram_begin(&architecture, nullptr, inputs, 2, memory, 64, &gram, &why), "draw");
  null(igb_gram_begin(&architecture, &draw, nullptr, 2, memory, 64, &gram, &why), "inputs");
  null(igb_gram_begin(&architecture, &draw, inputs, 2, memory, 64, nullptr, &why), "gram");
  null(igb_gram_step(nullptr, &layer, &why), "gram");
  null(igb_gram_classes(nullptr, &guess, &why), "gram");
  null(igb_forward_effective_rank(nullptr, &rank, &why), "forward");
  null(igb_mean(nullptr, 1, 0.9, &estimate, &interval, &why), "values");
  null(igb_mean(x, 1, 0.9, nullptr, &interval, &why), "mean");
  null(igb_mean(x, 1, 0.9, &estimate, nullptr, &why), "interval");
  null(igb_ratio(nullptr, x, 2, &estimate, &why), "x");
  null(igb_ratio(x, nullptr, 2, &estimate, &why), "y");
  null(igb_ratio(x, x, 2, nullptr, &why), "ratio");
  null(igb_quantile(nullptr, 1, 0.5, 0.9, x, &interval, &why), "sorted");
  null(igb_quantile(x, 1, 0.5, 0.9, nullptr, &interval, &why), "quantile");
  null(igb_quantile(x, 1, 0.5, 0.9, x, nullptr, &why), "interval");
  CHECK(std::isnan(igb_ks_two_sample_distance(nullptr, 1, x, 1)));
  CHECK(std::isnan(igb_ks_two_sample_distance(x, 1, nullptr, 1)));
  CHECK(igb_backpropagation_gradients(nullptr, &shape) == nullptr);
  CHECK(igb_backpropagation_output(nullptr, &shape) == nullptr);
  CHECK(igb_forward_preactivations(nullptr, &shape) == nullptr);
  CHECK(std::isnan(igb_ks_distance(nullptr, x, 1)));
  CHECK(std::isnan(igb_ks_distance(&size, nullptr, 1)));
  char buffer[8];
  CHECK(igb_message(nullptr, buffer, 8) == 0);
  CHECK(igb_message(&why, nullptr, 8) == 0);
  CHECK(igb_message(&why, nullptr, 0) > 8);
}

namespace {

void check_same(const igb_fixed_point_report& report, const igb::FixedPoint& point) {
  CHECK(report.q_star == point.q_star);
  CHECK(report.c_star == point.c_star);
  CHECK(report.gamma_star == point.gamma_star);
  CHECK(report.chi_1 == point.chi_1);
  CHECK(report.chi_c_star == point.chi_c_star);
  CHECK(report.xi_q == point.xi_q);
  CHECK(report.xi_c == point.xi_c);
  CHECK(report.xi_grad == point.xi_grad);
  CHECK(report.phase == static_cast<int32_t>(point.phase));
  CHECK(report.chi_grad == point.chi_grad);
  CHECK(report.q_fixed_points == point.q_fixed_points);
}

}  // namespace

TEST_CASE("cApiFixedPointsKnowTheBlocks") {
  igb_initialisation init = plain("erf", 2.0, 0.05);
  igb::Initialisation same{igb::find_activation("erf"), 2.0, 0.05};
  igb::FixedPoint point{};
  igb_fixed_point_report report{};
  for (const igb::Block& block :
       {igb::Block{}, igb::Block{.kind = igb::BlockKind::average_pool, .pool = 3},
        igb::Block{.kind = igb::BlockKind::dropout, .keep = 0.8},
        igb::Block{.kind = igb::BlockKind::residual, .sigma_v2 = 0.5, .sigma_a2 = 0.2}}) {
    same.block = block;
    init.block = igb::test::c_block(block);
    REQUIRE(igb::fixed_point(same, point).ok());
    REQUIRE(igb_fixed_point(&init, &report, nullptr) == IGB_OK);
    check_same(report, point);
  }
  init.block = igb::test::c_block({.kind = igb::BlockKind::convolution});
  const double angle = 1.0;
  igb_fourier_report mode{};
  REQUIRE(igb_fourier_mode(&init, &angle, 1, &mode, nullptr) == IGB_OK);
  REQUIRE(igb_fixed_point(&init, &report, nullptr) == IGB_OK);
  CHECK(mode.factor == close(report.chi_c_star * std::sin(1.5) / (3.0 * std::sin(0.5)), 1e-13));
  igb_status why{};
  const double bad = NAN;
  CHECK(igb_fourier_mode(&init, &bad, 1, &mode, &why) == IGB_OUT_OF_RANGE);
}

TEST_CASE("cApiPhaseMapRowsAreFixedPoints") {
  const igb_initialisation init = plain("tanh", 0.0, 0.0);
  size_t bytes = 0;
  REQUIRE(igb_phase_map_bytes(&bytes, nullptr) == IGB_OK);
  const igb::test::AlignedMemory memory(bytes);
  igb_phase_map* map = nullptr;
  CHECK(igb_phase_map_begin(&init, memory.bytes().data(), bytes - 1, &map, nullptr) ==
        IGB_BUFFER_TOO_SMALL);
  CHECK(map == nullptr);
  REQUIRE(igb_phase_map_begin(&init, memory.bytes().data(), bytes, &map, nullptr) == IGB_OK);
  std::vector<double> sigma_w2;
  for (int j = 0; j < 40; ++j) sigma_w2.push_back(1.0 + 0.05 * j);
  std::vector<igb_fixed_point_report> points(40);
  for (const double sigma_b2 : {0.05, 0.3}) {
    REQUIRE(igb_phase_map_row(map, sigma_b2, sigma_w2.data(), 40, points.data(), nullptr) ==
            IGB_OK);
    for (std::size_t j = 0; j < 40; ++j) {
      igb::FixedPoint point{};
      REQUIRE(igb::fixed_point({igb::find_activation("tanh"), sigma_w2[j], sigma_b2}, point).ok());
      CHECK(points[j].q_star == close(point.q_star, 1e-9));
      CHECK(points[j].phase == static_cast<int32_t>(point.phase));
    }
  }
  igb_status why{};
  sigma_w2[35] = -1.0;
  CHECK(igb_phase_map_row(map, 0.1, sigma_w2.data(), 40, points.data(), &why) == IGB_OUT_OF_RANGE);
  CHECK(std::string(why.parameter) == "sigma_w2");
}

TEST_CASE("cApiManyClassLawsAreThoseOfTheLibrary") {
  igb_many_class_report report{};
  REQUIRE(igb_many_class_law(10, 1.5, &report, nullptr) == IGB_OK);
  const igb::ManyClassLaw law{10, 1.5};
  CHECK(report.mean_max_frequency == law.mean_max_frequency());
  CHECK(report.mean_square_sum == law.mean_square_sum());
  CHECK(report.variance == law.variance());
  double value = 0.0;
  REQUIRE(igb_finite_many_class_variance(10, 1.5, 100, &value, nullptr) == IGB_OK);
  CHECK(value == law.finite_variance(100));
  REQUIRE(igb_null_mean_max_frequency(10, 100, &value, nullptr) == IGB_OK);
  CHECK(value == close(0.151, 3e-3));
  CHECK(igb_two_class_max_quantile(1.0, 0.3) == close(0.65, 1e-13));  // max is uniform on 1/2 .. 1
  CHECK(std::isnan(igb_two_class_max_quantile(-1.0, 0.3)));

  const igb_draw draw{5, 2};
  std::vector<double> drifts(4);
  std::vector<double> g(4);
  std::vector<uint32_t> counts(4);
  REQUIRE(igb_sample_drifts(&draw, 4, drifts.data(), nullptr) == IGB_OK);
  REQUIRE(igb_class_fractions(2.0, drifts.data(), 4, g.data(), nullptr) == IGB_OK);
  REQUIRE(igb_sample_counts(&draw, 60, g.data(), 4, counts.data(), nullptr) == IGB_OK);
  CHECK(g[0] + g[1] + g[2] + g[3] == close(1.0, 1e-13));
  CHECK(counts[0] + counts[1] + counts[2] + counts[3] == 60);
  const auto order = [](const std::vector<double>& list) {
    return std::max_element(list.begin(), list.end()) - list.begin();
  };
  CHECK(order(drifts) == order(g));

  std::vector<double> scratch(8);
  igb_estimate estimate{};
  REQUIRE(igb_finite_mean_max_frequency(4, 0.0, 60, &draw, 2000, scratch.data(), &estimate,
                                        nullptr) == IGB_OK);
  REQUIRE(igb_null_mean_max_frequency(4, 60, &value, nullptr) == IGB_OK);
  CHECK(std::abs(estimate.mean - value) < 5.0 * estimate.standard_error);
  CHECK(estimate.standard_error < 1e-2);

  const double correlations[] = {1.0, 0.3, 0.3, 1.0};
  const double distances[] = {0.0, 0.7, 0.7, 0.0};
  double from_distances = 0.0;
  REQUIRE(igb_frequency_variance(2, correlations, 2, 0, &value, nullptr) == IGB_OK);
  REQUIRE(igb_frequency_variance(2, distances, 2, 1, &from_distances, nullptr) == IGB_OK);
  const double pi = 3.141592653589793;
  CHECK(value == close((2.0 * pi / 2.0 + 2.0 * std::asin(0.3)) / (4.0 * 2.0 * pi), 1e-12));
  CHECK(from_distances == close(value, 1e-12));

  igb_status why{};
  CHECK(igb_many_class_law(1, 1.0, &report, &why) == IGB_OUT_OF_RANGE);
  CHECK(std::string(why.parameter) == "classes");
  CHECK(igb_many_class_law(3, NAN, &report, &why) == IGB_OUT_OF_RANGE);
  CHECK(std::string(why.parameter) == "gamma");
  CHECK(igb_sample_counts(&draw, 60, drifts.data(), 4, counts.data(), &why) == IGB_OUT_OF_RANGE);
}

TEST_CASE("cApiRecommendationsAreThoseOfTheLibrary") {
  const igb_initialisation init = plain("relu", 0.0, 0.0);
  igb_recommendation advice{};
  REQUIRE(igb_recommend(&init, 10, 2, &advice, nullptr) == IGB_OK);
  CHECK(advice.best.sigma_w2 == close(2.0, 1e-9));
  CHECK(advice.sigma_w2_high == close(2.0 * std::pow(10.0, 0.1), 1e-9));
  CHECK(advice.has_edge == 1);
  igb::Recommendation same{};
  REQUIRE(igb::recommend({igb::find_activation("relu")}, 10, 2, same).ok());
  CHECK(advice.best.gamma == same.best.gamma);
  CHECK(advice.edge.q == same.edge.q);
  char text[1000];
  char expected[1000];
  CHECK(igb_reason(&advice, 10, 2, text, sizeof text) > 20);
  igb::write_reason(same, 10, 2, expected);
  CHECK(std::string(text) == expected);

  igb_initialisation tanh = plain("tanh", 1.8, 0.1);
  igb_outlook outlook{};
  REQUIRE(igb_predict(&tanh, 10, 2, &outlook, nullptr) == IGB_OK);
  std::vector<igb_signal> layers(11);
  REQUIRE(igb_trajectory(&tanh, 1.0, 0.0, 11, layers.data(), nullptr) == IGB_OK);
  CHECK(outlook.gamma == close(layers[10].gamma, 1e-9));
  double gradient = 0.0;
  for (std::size_t l = 0; l < 10; ++l) gradient += std::log(layers[l].backward);
  CHECK(outlook.ln_gradient == close(gradient, 1e-9));
  igb_outlook wanted{};
  REQUIRE(igb_recommend_gamma(&tanh, 10, 2, outlook.gamma, &wanted, nullptr) == IGB_OK);
  CHECK(wanted.gamma == close(outlook.gamma, 1e-9));
  double gamma = 0.0;
  REQUIRE(igb_gamma_of_frequency(2, 0.75, &gamma, nullptr) == IGB_OK);
  CHECK(gamma == close(1.0, 1e-12));
  igb_status why{};
  CHECK(igb_recommend(&init, 0, 2, &advice, &why) == IGB_OUT_OF_RANGE);
  CHECK(std::string(why.parameter) == "depth");
  CHECK(igb_gamma_of_frequency(2, 0.4, &gamma, &why) == IGB_OUT_OF_RANGE);
}

TEST_CASE("cApiKernelOfTwoInputsIsTheTrajectory") {
  const igb_initialisation init = plain("erf", 1.7, 0.1);
  const double covariances[] = {1.0, 0.0, 0.25, 1.0};
  size_t bytes = 0;
  REQUIRE(igb_kernel_bytes(&init, 2, &bytes, nullptr) == IGB_OK);
  const igb::test::AlignedMemory memory(bytes);
  igb_kernel* kernel = nullptr;
  CHECK(igb_kernel_begin_covariances(&init, covariances, 2, memory.bytes().data(), bytes - 1,
                                     &kernel, nullptr) == IGB_BUFFER_TOO_SMALL);
  CHECK(kernel == nullptr);
  REQUIRE(igb_kernel_begin_covariances(&init, covariances, 2, memory.bytes().data(), bytes, &kernel,
                                       nullptr) == IGB_OK);
  std::vector<igb_signal> layers(6);
  REQUIRE(igb_trajectory(&init, 1.0, 0.25, 6, layers.data(), nullptr) == IGB_OK);
  double q[2];
  double distances[4];
  for (uint32_t l = 1; l <= 6; ++l) {
    igb_layer_report report{};
    REQUIRE(igb_kernel_step(kernel, &report, nullptr) == IGB_OK);
    CHECK(report.layer == l);
    CHECK(report.q == close(layers[l - 1].q, 1e-13));
    CHECK(report.c == close(layers[l - 1].c, 1e-13));
    CHECK(report.gamma == close(layers[l - 1].gamma, 1e-12));
    REQUIRE(igb_kernel_variances(kernel, q, nullptr) == IGB_OK);
    CHECK(q[0] == close(layers[l - 1].q, 1e-13));
    CHECK(q[1] == q[0]);
    REQUIRE(igb_kernel_distances(kernel, distances, nullptr) == IGB_OK);
    CHECK(distances[0] == 0.0);
    CHECK(distances[3] == 0.0);
    CHECK(distances[1] == close(1.0 - layers[l - 1].c, 1e-13));
    CHECK(distances[2] == distances[1]);
  }
  const float inputs[] = {1.0F, 1.0F, 1.0F, -1.0F};  // q = 1, c = 0
  REQUIRE(igb_kernel_begin(&init, inputs, 2, 2, memory.bytes().data(), bytes, &kernel, nullptr) ==
          IGB_OK);
  igb_layer_report report{};
  REQUIRE(igb_kernel_step(kernel, &report, nullptr) == IGB_OK);
  CHECK(report.q == close(1.8, 1e-14));
  CHECK(report.sigma_mu2 == close(0.1, 1e-13));
  igb_status why{};
  const float infinite[] = {1.0F, INFINITY};
  CHECK(igb_kernel_begin(&init, infinite, 1, 2, memory.bytes().data(), bytes, &kernel, &why) ==
        IGB_NON_FINITE);
  CHECK(igb_kernel_begin(&init, inputs, 2, 0, memory.bytes().data(), bytes, &kernel, &why) ==
        IGB_OUT_OF_RANGE);
  CHECK(std::string(why.parameter) == "width");
  CHECK(igb_kernel_bytes(&init, 65537, &bytes, &why) == IGB_OUT_OF_RANGE);
}

TEST_CASE("cApiLinesOfPooledReluAreThoseOfTheTheoryCard") {
  igb_initialisation init = plain("relu", 0.0, 0.0);
  const double pi = 3.141592653589793;
  igb_line_point point{};
  init.block = igb::test::c_block({.kind = igb::BlockKind::max_pool});
  REQUIRE(igb_variance_line(&init, &point, nullptr) == IGB_OK);
  CHECK(point.sigma_w2 == close(4.0 * pi / (3.0 * pi + 2.0), 1e-9));
  REQUIRE(igb_edge_of_chaos(&init, &point, nullptr) == IGB_OK);
  CHECK(point.sigma_w2 == close(4.0 / 3.0, 1e-9));
  init.block = igb::test::c_block({.kind = igb::BlockKind::average_pool});
  REQUIRE(igb_variance_line(&init, &point, nullptr) == IGB_OK);
  CHECK(point.sigma_w2 == close(4.0 * pi / (pi + 1.0), 1e-9));
  REQUIRE(igb_edge_of_chaos(&init, &point, nullptr) == IGB_OK);
  CHECK(point.sigma_w2 == close(4.0, 1e-9));

  const igb_initialisation tanh = plain("tanh", 0.0, 0.1);
  igb_line_point points[2]{};
  uint32_t count = 0;
  REQUIRE(igb_edge_of_chaos_points(&tanh, 2, points, &count, nullptr) == IGB_OK);
  CHECK(count == 1);
  CHECK(points[0].sigma_w2 == close(1.98607264114, 1e-11));
  CHECK(points[0].reached == 1);
  REQUIRE(igb_iso_gamma_points(&tanh, 1.0, 2, points, &count, nullptr) == IGB_OK);
  CHECK(count == 1);
  CHECK(points[0].sigma_w2 == close(2.92476574516, 1e-11));
  igb_status why{};
  CHECK(igb_variance_line(&tanh, &point, &why) == IGB_NO_SOLUTION);
  CHECK(std::string(why.parameter) == "activation");
}

TEST_CASE("cApiGradientsAreThoseOfTheLibrary") {
  const igb_initialisation init = plain("tanh", 2.2, 0.1);
  const igb::Initialisation same{igb::find_activation("tanh"), 2.2, 0.1};
  constexpr uint32_t depth = 6;
  std::vector<igb::Signal> signals(depth + 1);
  std::vector<igb::LayerGradient> expected(depth);
  REQUIRE(igb::trajectory(same, {0.8, 0.7}, signals).ok());
  REQUIRE(igb::backward(same, std::span(signals).first(depth), expected).ok());

  size_t bytes = 0;
  REQUIRE(igb_gradients_bytes(depth, &bytes, nullptr) == IGB_OK);
  const igb::test::AlignedMemory memory(bytes);
  void* const place = memory.bytes().data();
  std::vector<igb_layer_gradient> gradients(depth);
  CHECK(igb_backward(&init, 0.8, 0.3, depth, place, bytes - 1, gradients.data(), nullptr) ==
        IGB_BUFFER_TOO_SMALL);
  REQUIRE(igb_backward(&init, 0.8, 0.3, depth, place, bytes, gradients.data(), nullptr) == IGB_OK);
  for (uint32_t l = 0; l < depth; ++l) {
    CHECK(gradients[l].log_q == expected[l].log_q);
    CHECK(gradients[l].log_q_ab == expected[l].log_q_ab);
    CHECK(gradients[l].sign_ab == expected[l].sign_ab);
  }

  const double probabilities[] = {0.25, 0.5};
  for (int32_t labels = 0; labels < 3; ++labels) {
    std::vector<double> report(depth * 5);
    std::vector<double> wanted(depth * 5);
    REQUIRE(igb_gradient_report(&init, 0.8, 0.3, depth, 300, labels, probabilities, 2, place, bytes,
                                report.data(), nullptr) == IGB_OK);
    REQUIRE(igb::gradient_report(expected, {signals.back()}, 300, static_cast<igb::Labels>(labels),
                                 probabilities, wanted)
                .ok());
    CHECK(report == wanted);
    CHECK(report[4] == report[0]);  // the median
  }
  CHECK(std::string(igb_labels_name(0)) == "favoured");
  CHECK(std::string(igb_labels_name(1)) == "unfavoured");
  CHECK(std::string(igb_labels_name(2)) == "all");
  CHECK(std::string(igb_labels_name(3)) == "unknown");
  CHECK(std::string(igb_labels_name(-1)) == "unknown");

  igb_status why{};
  double report[depth * 4];
  const auto refused = [&](uint32_t layers, uint32_t width, int32_t labels, double p) {
    CHECK(igb_gradient_report(&init, 1.0, 0.0, layers, width, labels, &p, 1, place, bytes, report,
                              &why) == IGB_OUT_OF_RANGE);
    return std::string(why.parameter);
  };
  CHECK(refused(0, 300, 0, 0.5) == "depth");
  CHECK(refused(6, 0, 0, 0.5) == "width");
  CHECK(refused(6, 300, 3, 0.5) == "labels");
  CHECK(refused(6, 300, 0, 1.0) == "probability");
}

TEST_CASE("cApiPopulationsAreThoseOfTheLibrary") {
  igb_initialisation init = plain("tanh", 2.0, 0.1);
  init.block.kind = static_cast<int32_t>(igb::BlockKind::residual_after);
  init.block.residual_depth = 4;
  const igb::Initialisation same{igb::find_activation("tanh"),
                                 2.0,
                                 0.1,
                                 {.kind = igb::BlockKind::residual_after, .residual_depth = 4}};
  const igb_population population{2048, 7, 1};
  constexpr uint32_t count = 4;
  size_t bytes = 0;
  REQUIRE(igb_population_bytes(&population, count, &bytes, nullptr) == IGB_OK);
  const igb::test::AlignedMemory memory(bytes);
  std::vector<igb_population_layer> layers(count);
  CHECK(igb_population_trajectory(&init, 1.0, 0.2, &population, memory.bytes().data(), bytes - 64,
                                  count, layers.data(), nullptr) == IGB_BUFFER_TOO_SMALL);
  REQUIRE(igb_population_trajectory(&init, 1.0, 0.2, &population, memory.bytes().data(), bytes,
                                    count, layers.data(), nullptr) == IGB_OK);
  const igb::test::AlignedMemory own(bytes);
  igb::Arena arena(own.bytes());
  std::vector<igb::PopulationLayer> expected(count);
  REQUIRE(igb::population_trajectory(same, {1.0, 0.8}, {2048, 7, true}, arena, expected).ok());
  for (uint32_t l = 0; l < count; ++l) {
    CHECK(layers[l].signal.q == expected[l].signal.q);
    CHECK(layers[l].signal.c == expected[l].signal.c());
    CHECK(layers[l].signal.d == expected[l].signal.d);
    CHECK(layers[l].signal.gamma == expected[l].signal.gamma());
    CHECK(layers[l].q_error == expected[l].q_error);
    CHECK(layers[l].c_error == expected[l].c_error);
    CHECK(layers[l].gamma_error == expected[l].gamma_error);
    if (l + 1 < count) {
      CHECK(layers[l].signal.backward == expected[l].backward);
      CHECK(layers[l].backward_error == expected[l].backward_error);
    }
  }
  CHECK(std::isnan(layers.back().signal.backward));

  igb_status why{};
  const igb_population odd{1025, 1, 0};
  CHECK(igb_population_bytes(&odd, count, &bytes, &why) == IGB_OUT_OF_RANGE);
  CHECK(std::string(why.parameter) == "samples (a multiple of 32)");
  init.block.kind = 0;
  CHECK(igb_population_trajectory(&init, 1.0, 0.2, &population, memory.bytes().data(), bytes, count,
                                  layers.data(), &why) == IGB_OUT_OF_RANGE);
  CHECK(std::string(why.parameter) == "block");
}

TEST_CASE("cApiGaussianProcessesAreThoseOfTheLibrary") {
  const igb_initialisation init = plain("relu", 2.0, 0.1);
  const igb::Initialisation same{igb::find_activation("relu"), 2.0, 0.1};
  constexpr uint32_t count = 5;
  constexpr uint32_t width = 7;
  std::vector<float> inputs(count * width);
  REQUIRE(igb_gaussian_inputs(1, count, width, inputs.data(), nullptr) == IGB_OK);

  size_t kernel_bytes = 0;
  size_t bytes = 0;
  REQUIRE(igb_kernel_bytes(&init, count, &kernel_bytes, nullptr) == IGB_OK);
  REQUIRE(igb_gaussian_process_bytes(count, &bytes, nullptr) == IGB_OK);
  const igb::test::AlignedMemory kernel_memory(kernel_bytes);
  const igb::test::AlignedMemory memory(bytes);
  igb_kernel* kernel = nullptr;
  REQUIRE(igb_kernel_begin(&init, inputs.data(), count, width, kernel_memory.bytes().data(),
                           kernel_bytes, &kernel, nullptr) == IGB_OK);
  igb_gaussian_process* process = nullptr;
  for (int layer = 1; layer <= 3; ++layer) {
    REQUIRE(igb_kernel_step(kernel, nullptr, nullptr) == IGB_OK);
  }
  CHECK(igb_gaussian_process_begin(kernel, memory.bytes().data(), bytes - 64, &process, nullptr) ==
        IGB_BUFFER_TOO_SMALL);
  CHECK(process == nullptr);
  REQUIRE(igb_gaussian_process_begin(kernel, memory.bytes().data(), bytes, &process, nullptr) ==
          IGB_OK);
  igb_status why{};
  const igb_draw draw{9, 3};
  std::vector<double> values(count);
  std::vector<uint16_t> guesses(count);
  CHECK(igb_gaussian_process_outputs(process, &draw, 0, values.data(), &why) == IGB_FINISHED);
  int32_t done = 0;
  while (done == 0) REQUIRE(igb_gaussian_process_step(process, &done, nullptr) == IGB_OK);
  CHECK(igb_gaussian_process_step(process, &done, nullptr) == IGB_OK);  // once more is no error
  REQUIRE(igb_gaussian_process_outputs(process, &draw, 2, values.data(), nullptr) == IGB_OK);
  REQUIRE(igb_gaussian_process_classes(process, &draw, 3, guesses.data(), nullptr) == IGB_OK);

  const igb::test::AlignedMemory own(kernel_bytes + bytes);
  igb::Arena arena(own.bytes());
  igb::KernelRecursion recursion;
  REQUIRE(recursion.begin(same, std::span<const float>(inputs), width, arena).ok());
  for (int layer = 1; layer <= 3; ++layer) REQUIRE(recursion.step().ok());
  igb::GaussianProcess reference;
  REQUIRE(reference.begin(recursion, arena).ok());
  while (!reference.done()) REQUIRE(reference.step().ok());
  std::vector<double> expected(count);
  std::vector<uint16_t> classes(count);
  igb::Arena scratch = arena;
  REQUIRE(reference.outputs({9, 3}, 2, expected, scratch).ok());
  scratch = arena;
  REQUIRE(reference.guess_classes({9, 3}, 3, classes, scratch).ok());
  CHECK(values == expected);
  CHECK(guesses == classes);
  CHECK(igb_gaussian_process_jitter(process) == reference.jitter());

  CHECK(igb_gaussian_process_classes(process, &draw, 1, guesses.data(), &why) == IGB_OUT_OF_RANGE);
  CHECK(std::string(why.parameter) == "classes");
  CHECK(igb_gaussian_process_bytes(0, &bytes, &why) == IGB_OUT_OF_RANGE);
  CHECK(std::string(why.parameter) == "inputs");
}

TEST_CASE("cApiComparesTwoSamples") {
  const double a[] = {-INFINITY, 0.0, 1.0, 1.0, 4.0};
  const double b[] = {1.0, 2.0, 3.0};
  CHECK(igb_ks_two_sample_distance(a, 5, b, 3) == close(4.0 / 5.0 - 1.0 / 3.0, 1e-15));
  CHECK(igb_ks_two_sample_distance(b, 3, a, 4) == close(2.0 / 3.0, 1e-15));
  CHECK(std::isnan(igb_ks_two_sample_distance(a, 5, b, 0)));
  // Kolmogorov's 5 % point, 1.3581, at an effective size of 40 * 60 / 100
  CHECK(igb_ks_two_sample_p_value(1.3581 / std::sqrt(24.0), 40, 60) == close(0.05, 1e-3));
  CHECK(std::isnan(igb_ks_two_sample_p_value(0.5, 0, 3)));
}

TEST_CASE("cApiMeansHaveStudentsInterval") {
  const double values[] = {1.0, 2.0, 3.0, 4.0, 5.0};
  igb_estimate mean{};
  igb_interval interval{};
  REQUIRE(igb_mean(values, 5, 0.95, &mean, &interval, nullptr) == IGB_OK);
  CHECK(mean.mean == 3.0);
  CHECK(mean.standard_error == close(std::sqrt(0.5), 1e-15));
  const double t = 2.7764451051977987;  // P(|T_4| <= t) = 0.95
  CHECK(interval.low == close(3.0 - t * std::sqrt(0.5), 1e-12));
  CHECK(interval.high == close(3.0 + t * std::sqrt(0.5), 1e-12));
  REQUIRE(igb_mean(values, 1, 0.95, &mean, &interval, nullptr) == IGB_OK);
  CHECK(mean.mean == 1.0);
  CHECK(std::isnan(mean.standard_error));
  CHECK(interval.low == -INFINITY);
  CHECK(interval.high == INFINITY);
  igb_status why{};
  CHECK(igb_mean(values, 0, 0.95, &mean, &interval, &why) == IGB_OUT_OF_RANGE);
  CHECK(std::string(why.parameter) == "count");
  for (const double confidence : {0.0, 1.0, static_cast<double>(NAN)}) {
    CHECK(igb_mean(values, 5, confidence, &mean, &interval, &why) == IGB_OUT_OF_RANGE);
    CHECK(std::string(why.parameter) == "confidence");
  }
}

TEST_CASE("cApiRatiosOfMeansHaveAnError") {
  const double x[] = {1.0, 3.0, 2.0};
  const double y[] = {1.0, 2.0, 1.0};
  igb_estimate ratio{};
  REQUIRE(igb_ratio(x, y, 3, &ratio, nullptr) == IGB_OK);
  CHECK(ratio.mean == close(1.5, 1e-15));
  // x - 1.5 y is -1/2, 0, 1/2: variance 1/4, of the mean 1/12, over the mean of y, 4/3
  CHECK(ratio.standard_error == close(std::sqrt(1.0 / 12.0) / (4.0 / 3.0), 1e-14));
  igb_status why{};
  CHECK(igb_ratio(x, y, 1, &ratio, &why) == IGB_OUT_OF_RANGE);
  CHECK(std::string(why.parameter) == "count");
}

TEST_CASE("cApiQuantilesHaveAnIntervalOfOrderStatistics") {
  const double sorted[] = {1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0};
  double quantile = 0.0;
  igb_interval interval{};
  REQUIRE(igb_quantile(sorted, 10, 0.5, 0.95, &quantile, &interval, nullptr) == IGB_OK);
  CHECK(quantile == 5.0);
  // P(X_2 <= median <= X_9) = 1 - 2 (1 + 10) / 1024 = 0.979, of 3 and 8 but 0.891
  CHECK(interval.low == 2.0);
  CHECK(interval.high == 9.0);
  REQUIRE(igb_quantile(sorted, 10, 0.95, 0.9, &quantile, &interval, nullptr) == IGB_OK);
  CHECK(quantile == 10.0);
  CHECK(interval.high == INFINITY);  // P(X_10 < quantile) = 0.95^10 = 0.6
  REQUIRE(igb_quantile(sorted, 10, 0.05, 0.9, &quantile, &interval, nullptr) == IGB_OK);
  CHECK(quantile == 1.0);
  CHECK(interval.low == -INFINITY);
  REQUIRE(igb_quantile(sorted, 10, 0.0, 0.9, &quantile, &interval, nullptr) == IGB_OK);
  CHECK(quantile == 1.0);
  igb_status why{};
  const auto refused = [&](uint32_t count, double p, double confidence) {
    CHECK(igb_quantile(sorted, count, p, confidence, &quantile, &interval, &why) ==
          IGB_OUT_OF_RANGE);
    return std::string(why.parameter);
  };
  CHECK(refused(0, 0.5, 0.9) == "count");
  CHECK(refused(10, 1.5, 0.9) == "p");
  CHECK(refused(10, 0.5, 1.0) == "confidence");
  CHECK(refused(10, NAN, 0.9) == "p");
}
