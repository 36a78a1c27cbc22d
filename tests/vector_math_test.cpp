// Maximal errors of the float32 activations, swept over their range on every target.
#include <doctest/doctest.h>

#include <bit>
#include <cmath>
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

/// Largest error over every `step`-th float from the smallest normal number to `end`, both signs.
double worst_ulp(const char* name, double (*exact)(double), float end, std::uint32_t step,
                 Target target) {
  Block block;
  double worst = 0.0;
  const auto last = std::bit_cast<std::uint32_t>(end);
  std::uint32_t bits = std::bit_cast<std::uint32_t>(std::numeric_limits<float>::min());
  while (bits < last) {
    std::vector<float> x;
    for (std::size_t i = 0; i < Block::size; ++i, bits += step) {
      x.push_back(std::bit_cast<float>(bits | (i % 2 == 0 ? 0U : 0x80000000U)));
    }
    std::ranges::copy(x, block.values().begin());
    block.apply(name, target);
    for (std::size_t i = 0; i < Block::size; ++i) {
      REQUIRE(std::isfinite(block.values()[i]));
      worst = std::max(worst, ulp_error(block.values()[i], exact(x[i])));
    }
  }
  return worst;
}

}  // namespace

TEST_CASE("tanhAndErfStayWithinTheirStatedUlps") {
  for (const Target target : test::targets()) {
    CAPTURE(target_name(target));
    CHECK(worst_ulp("tanh", std::tanh, 100.0F, 251, target) <= 2.0);
    CHECK(worst_ulp("erf", std::erf, 100.0F, 251, target) <= 3.0);
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
        REQUIRE(std::abs(block.values()[i] - phi.value(x)) <= 3e-7 * std::abs(phi.value(x)));
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
    for (const char* name : {"tanh", "erf"}) {
      Block block;
      std::ranges::fill(block.values(), 0.0F);
      block.values()[0] = infinity;
      block.values()[1] = -infinity;
      block.values()[2] = 3e38F;
      block.apply(name, target);
      CHECK(block.values()[0] == 1.0F);
      CHECK(block.values()[1] == -1.0F);
      CHECK(block.values()[2] == 1.0F);
      CHECK(block.values()[3] == 0.0F);
    }
  }
}
