// Maximal errors of the float32 activations, swept over their range on every target.
#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <vector>

#include "igb/activation.hpp"
#include "kernels.hpp"
#include "support/samples.hpp"

using namespace igb;

namespace {

/// Applies one activation in place to 1024 values.
class Block {
 public:
  static constexpr std::size_t size = 1024;
  std::span<float> values() { return {reinterpret_cast<float*>(memory_.bytes().data()), size}; }
  void apply(const char* name, Target target) {
    const Activation* phi = find_activation(name);
    REQUIRE(phi != nullptr);
    kernels_of(target).activate[phi->kernel](values().data(), static_cast<float>(phi->parameter),
                                             size);
  }

 private:
  test::AlignedMemory memory_{size * sizeof(float)};
};

double ulp_error(float value, double exact) {
  const float nearest = static_cast<float>(exact);
  const float next = std::nextafter(std::abs(nearest), std::numeric_limits<float>::infinity());
  return std::abs(value - exact) / (static_cast<double>(next) - std::abs(nearest));
}

struct Sweep {
  const char* name;
  float from;
  float to;
  double ulps;
};

/// Largest error over every `step`-th float of both signs within the sweep, from the smallest
/// normal number on.
double worst_ulp(const Sweep& sweep, std::uint32_t step, Target target) {
  const Activation& phi = *find_activation(sweep.name);
  Block block;
  double worst = 0.0;
  const auto last = std::bit_cast<std::uint32_t>(std::max(-sweep.from, sweep.to));
  std::uint32_t bits = std::bit_cast<std::uint32_t>(std::numeric_limits<float>::min());
  while (bits < last) {
    std::vector<float> x;
    for (std::size_t i = 0; i < Block::size; ++i, bits += step) {
      const float signed_x = std::bit_cast<float>(bits | (i % 2 == 0 ? 0U : 0x80000000U));
      x.push_back(std::clamp(signed_x, sweep.from, sweep.to));
    }
    std::ranges::copy(x, block.values().begin());
    block.apply(sweep.name, target);
    for (std::size_t i = 0; i < Block::size; ++i) {
      const double error = ulp_error(block.values()[i], phi.value(x[i]));
      if (!(error <= worst)) worst = error;  // NaN too
    }
  }
  return worst;
}

}  // namespace

TEST_CASE("activationsStayWithinTheirStatedUlps") {
  for (const Target target : test::targets()) {
    CAPTURE(target_name(target));
    for (const Sweep& sweep : std::initializer_list<Sweep>{{"tanh", -100.0F, 100.0F, 2.0},
                                                           {"erf", -100.0F, 100.0F, 3.0},
                                                           {"sin", -12000.0F, 12000.0F, 3.0},
                                                           {"sigmoid", -87.0F, 200.0F, 3.0},
                                                           {"softplus", -87.0F, 1e30F, 3.0},
                                                           {"elu", -1e30F, 1e30F, 2.0},
                                                           {"selu", -1e30F, 1e30F, 2.0},
                                                           {"silu", -87.0F, 1e30F, 4.0},
                                                           {"gelu", -13.1F, 1e30F, 6.0},
                                                           {"leaky_relu", -1e30F, 1e30F, 1.0},
                                                           {"abs", -1e30F, 1e30F, 0.0},
                                                           {"hard_tanh", -1e30F, 1e30F, 0.0}}) {
      CAPTURE(sweep.name);
      const double worst = worst_ulp(sweep, 2003, target);
      CHECK(worst <= sweep.ulps);
    }
  }
}

TEST_CASE("sinBeyondItsRangeErrsAsItsArgumentOrSaysSo") {
  for (const Target target : test::targets()) {
    CAPTURE(target_name(target));
    Block block;
    const auto at = [](std::size_t i) {
      return 12000.0F * std::pow(1.0065F, static_cast<float>(i));
    };
    for (std::size_t i = 0; i < Block::size; ++i) block.values()[i] = at(i);
    block.apply("sin", target);
    for (std::size_t i = 0; i < Block::size; ++i) {
      const float x = at(i);
      CAPTURE(x);
      if (x < 0x1p23F) {
        const double ulp = std::nextafter(x, 2.0F * x) - x;
        CHECK(std::abs(block.values()[i] - std::sin(static_cast<double>(x))) <= ulp + 1e-7);
      } else {
        CHECK(std::isnan(block.values()[i]));
      }
    }
  }
}

TEST_CASE("activationsAgreeWithTheirDoubleDefinition") {
  for (const Target target : test::targets()) {
    for (const Activation& phi : activations()) {
      CAPTURE(phi.name);
      Block block;
      for (std::size_t i = 0; i < Block::size; ++i) {
        block.values()[i] = static_cast<float>(static_cast<double>(i) - 512.0) / 64.0F;
      }
      block.apply(phi.name, target);
      for (std::size_t i = 0; i < Block::size; ++i) {
        const double x = (static_cast<double>(i) - 512.0) / 64.0;
        REQUIRE(std::abs(block.values()[i] - phi.value(x)) <= 6e-7 * std::abs(phi.value(x)));
      }
    }
  }
}

TEST_CASE("activationsKeepNaNAndTheEndsOfTheRange") {
  const float infinity = std::numeric_limits<float>::infinity();
  for (const Target target : test::targets()) {
    CAPTURE(target_name(target));
    for (const Activation& phi : activations()) {
      CAPTURE(phi.name);
      Block block;
      std::ranges::fill(block.values(), std::numeric_limits<float>::quiet_NaN());
      block.apply(phi.name, target);
      for (const float value : block.values()) REQUIRE(std::isnan(value));
    }
    struct Ends {
      const char* name;
      float lowest;
      float zero;
      float highest;
    };
    const float nowhere = std::numeric_limits<float>::quiet_NaN();
    for (const Ends& ends : std::initializer_list<Ends>{{"linear", -infinity, 0.0F, infinity},
                                                        {"relu", 0.0F, 0.0F, infinity},
                                                        {"tanh", -1.0F, 0.0F, 1.0F},
                                                        {"erf", -1.0F, 0.0F, 1.0F},
                                                        {"leaky_relu", -infinity, 0.0F, infinity},
                                                        {"sin", nowhere, 0.0F, nowhere},
                                                        {"abs", infinity, 0.0F, infinity},
                                                        {"sigmoid", 0.0F, 0.5F, 1.0F},
                                                        {"softplus", 0.0F, 0.693147181F, infinity},
                                                        {"elu", -1.0F, 0.0F, infinity},
                                                        {"selu", -1.75809934F, 0.0F, infinity},
                                                        {"silu", 0.0F, 0.0F, infinity},
                                                        {"gelu", 0.0F, 0.0F, infinity},
                                                        {"hard_tanh", -1.0F, 0.0F, 1.0F}}) {
      CAPTURE(ends.name);
      Block block;
      std::ranges::fill(block.values(), 0.0F);
      block.values()[0] = infinity;
      block.values()[1] = -infinity;
      block.apply(ends.name, target);
      const auto same = [](float x, float y) { return x == y || (std::isnan(x) && std::isnan(y)); };
      CHECK(same(block.values()[0], ends.highest));
      CHECK(same(block.values()[1], ends.lowest));
      CHECK(block.values()[2] == ends.zero);
    }
  }
}
