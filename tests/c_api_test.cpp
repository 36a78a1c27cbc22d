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

int32_t activation(const char* name) {
  for (int32_t i = 0; i < igb_activation_count(); ++i) {
    if (std::strcmp(igb_activation_name(i), name) == 0) return i;
  }
  FAIL(name);
  return -1;
}

std::string message(const igb_status& status) {
  char buffer[200];
  igb_message(&status, buffer, sizeof buffer);
  return buffer;
}

}  // namespace

TEST_CASE("cApiNamesVersionAndActivations") {
  CHECK(std::string(igb_version()) == IGB_VERSION);
  CHECK(igb_activation_count() == static_cast<int32_t>(igb::activations().size()));
  CHECK(igb_activation_name(-1) == nullptr);
  CHECK(igb_activation_name(igb_activation_count()) == nullptr);
}

TEST_CASE("cApiRunsANetworkAsTheLibraryDoes") {
  const igb_architecture architecture{{activation("tanh"), 2.0, 0.1}, 20, 30, 4, 3};
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
  const igb_architecture architecture{{activation("relu"), 2.0, 0.0}, 3, 5, 2, 2};
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
  const igb_architecture architecture{{activation("relu"), 2.0, 0.0}, 3, 5, 2, 2};
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
  const igb_architecture architecture{{activation("tanh"), 2.0, 0.0}, 3, 5, 2, 2};
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
  const igb_architecture architecture{{activation("linear"), 1e6, 0.0}, 30, 30, 1, 2};
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
  const int32_t tanh = activation("tanh");
  igb_line_point point{};
  REQUIRE(igb_edge_of_chaos(tanh, 0.1, &point, nullptr) == IGB_OK);
  CHECK(point.sigma_w2 == close(1.98607264114, 1e-11));
  REQUIRE(igb_iso_gamma(tanh, 0.1, 1.0, &point, nullptr) == IGB_OK);
  CHECK(point.sigma_w2 == close(2.92476574516, 1e-11));
  CHECK(igb_iso_gamma(activation("relu"), 0.1, 1.0, &point, nullptr) == IGB_NO_SOLUTION);
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
  const igb_initialisation unknown{99, 1.0, 0.1};
  CHECK(igb_fixed_point(&unknown, &report, &why) != 0);
  CHECK(std::string(why.parameter) == "activation");
  const igb_initialisation negative{activation("tanh"), -2.0, 0.1};
  CHECK(igb_fixed_point(&negative, &report, &why) != 0);
  CHECK(message(why) == "sigma_w2 = -2 is out of range: allowed are values from 1e-06 to 1000000");
  const igb_initialisation good{activation("tanh"), 2.0, 0.1};
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
  const igb_initialisation init{activation("erf"), 1.9, 0.05};
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
