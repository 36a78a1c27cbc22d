// Maximal errors of the float32 activations, swept over their range on every target.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "igb/activation.hpp"
#include "kernels.hpp"
#include "support/samples.hpp"

using namespace igb;

namespace {

/// Applies one activation in place to 1024 values.
class Values {
 public:
  static constexpr std::size_t size = 1024;
  std::span<float> all() { return {reinterpret_cast<float*>(memory_.bytes().data()), size}; }
  void apply(const char* name, Target target) {
    const Activation* phi = find_activation(name);
    REQUIRE(phi != nullptr);
    kernels_of(target).activate[phi->kernel](all().data(), static_cast<float>(phi->parameter),
                                             size);
  }
  /// Multiplies by the slope at x, gradients being `all`.
  void multiply_slope(const char* name, const Values& x, Target target) {
    const Activation* phi = find_activation(name);
    REQUIRE(phi != nullptr);
    kernels_of(target).multiply_slope[phi->kernel](x.data(), static_cast<float>(phi->parameter),
                                                   size, all().data());
  }
  [[nodiscard]] const float* data() const {
    return reinterpret_cast<const float*>(memory_.bytes().data());
  }

 private:
  test::AlignedMemory memory_{size * sizeof(float)};
};

double ulp_of(double exact) {
  const float nearest = std::abs(static_cast<float>(exact));
  return static_cast<double>(std::nextafter(nearest, std::numeric_limits<float>::infinity())) -
         nearest;
}

/// Results smaller than the smallest normal number are 0 by contract.
double error_in_ulps(float measured, double exact, double scale) {
  const bool vanishes = std::abs(exact) < std::numeric_limits<float>::min();
  return vanishes && measured == 0.0F ? 0.0 : std::abs(measured - exact) / ulp_of(scale);
}

struct Sweep {
  const char* name;
  float from;
  float to;
  double ulps;
};

/// Calls visit(x) with every `step`-th float of both signs within the sweep, from the smallest
/// normal number on, by fills of `x`.
template <class Visit>
void for_each_fill(const Sweep& sweep, std::uint32_t step, Values& x, Visit visit) {
  const auto last = std::bit_cast<std::uint32_t>(std::max(-sweep.from, sweep.to));
  std::uint32_t bits = std::bit_cast<std::uint32_t>(std::numeric_limits<float>::min());
  while (bits < last) {
    for (std::size_t i = 0; i < Values::size; ++i, bits += step) {
      const float signed_x = std::bit_cast<float>(bits | (i % 2 == 0 ? 0U : 0x80000000U));
      x.all()[i] = std::clamp(signed_x, sweep.from, sweep.to);
    }
    visit();
  }
}

/// Largest error of phi over the sweep.
double worst_ulp(const Sweep& sweep, std::uint32_t step, Target target) {
  const Activation& phi = *find_activation(sweep.name);
  Values x;
  Values y;
  double worst = 0.0;
  for_each_fill(sweep, step, x, [&] {
    std::ranges::copy(x.all(), y.all().begin());
    y.apply(sweep.name, target);
    for (std::size_t i = 0; i < Values::size; ++i) {
      const double exact = phi.value(x.all()[i]);
      const double error = error_in_ulps(y.all()[i], exact, exact);
      if (!(error <= worst)) worst = error;  // NaN too
    }
  });
  return worst;
}

/// The size of what phi' is a sum of, in which its error is stated.
double slope_scale(const Activation& phi, double x) {
  const std::string name = phi.name;
  if (name == "silu") {
    const double e = std::exp(-std::abs(x));
    return (x >= 0.0 ? 1.0 : e) / (1.0 + e) + std::abs(x) * e / ((1.0 + e) * (1.0 + e));
  }
  if (name == "gelu") {
    return 0.5 * std::erfc(-x / std::numbers::sqrt2) +
           std::abs(x) * std::exp(-0.5 * x * x) / std::sqrt(2.0 * std::numbers::pi);
  }
  return phi.derivative(x);
}

double worst_slope_ulp(const Sweep& sweep, std::uint32_t step, Target target) {
  const Activation& phi = *find_activation(sweep.name);
  Values x;
  Values y;
  double worst = 0.0;
  for_each_fill(sweep, step, x, [&] {
    std::ranges::fill(y.all(), 1.0F);
    y.multiply_slope(sweep.name, x, target);
    for (std::size_t i = 0; i < Values::size; ++i) {
      const double at = x.all()[i];
      const double error = error_in_ulps(y.all()[i], phi.derivative(at), slope_scale(phi, at));
      if (!(error <= worst)) worst = error;
    }
  });
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

TEST_CASE("slopesStayWithinTheirStatedUlps") {
  for (const Target target : test::targets()) {
    CAPTURE(target_name(target));
    for (const Sweep& sweep : std::initializer_list<Sweep>{{"linear", -1e30F, 1e30F, 0.0},
                                                           {"relu", -1e30F, 1e30F, 0.0},
                                                           {"tanh", -43.5F, 43.5F, 4.0},
                                                           {"erf", -9.3F, 9.3F, 3.0},
                                                           {"leaky_relu", -1e30F, 1e30F, 1.0},
                                                           {"sin", -12000.0F, 12000.0F, 2.0},
                                                           {"abs", -1e30F, 1e30F, 0.0},
                                                           {"sigmoid", -87.0F, 87.0F, 4.0},
                                                           {"softplus", -87.0F, 200.0F, 3.0},
                                                           {"elu", -87.0F, 1e30F, 1.0},
                                                           {"selu", -87.0F, 1e30F, 2.0},
                                                           {"silu", -87.0F, 1e30F, 4.0},
                                                           {"gelu", -13.1F, 1e30F, 6.0},
                                                           {"hard_tanh", -1e30F, 1e30F, 0.0}}) {
      CAPTURE(sweep.name);
      const double worst = worst_slope_ulp(sweep, 2003, target);
      CHECK(worst <= sweep.ulps);
    }
  }
}

TEST_CASE("slopesAreThoseOfActivationAtKinksAndVanishFarOut") {
  for (const Target target : test::targets()) {
    CAPTURE(target_name(target));
    for (const Activation& phi : activations()) {
      CAPTURE(phi.name);
      Values x;
      std::ranges::fill(x.all(), 0.0F);
      const std::array special{0.0F, -0.0F, 1.0F, -1.0F, 500.0F, -500.0F, 1e30F, -1e30F};
      std::ranges::copy(special, x.all().begin());
      Values y;
      std::ranges::fill(y.all(), -3.0F);
      y.multiply_slope(phi.name, x, target);
      const bool periodic = std::string(phi.name) == "sin";
      for (std::size_t i = 0; i < (periodic ? 4 : special.size()); ++i) {
        CAPTURE(special[i]);
        const double exact = -3.0 * phi.derivative(special[i]);
        CHECK(std::abs(y.all()[i] - exact) <= 1e-6 * std::abs(exact) + 1e-36);
      }
    }
  }
}

TEST_CASE("activationsAndSlopesHandOnNoSubnormalNumbers") {
  const auto subnormal = [](float x) { return std::fpclassify(x) == FP_SUBNORMAL; };
  for (const Target target : test::targets()) {
    CAPTURE(target_name(target));
    for (const Activation& phi : activations()) {
      CAPTURE(phi.name);
      Values x;
      for (std::size_t i = 0; i < Values::size; ++i) {
        const float size = std::ldexp(1.0F, -100 - static_cast<int>(i % 49));
        x.all()[i] = (i % 2 == 0 ? 1.2F : -1.2F) * size;
      }
      Values y;
      std::ranges::copy(x.all(), y.all().begin());
      y.apply(phi.name, target);
      CHECK(std::ranges::none_of(y.all(), subnormal));
      std::ranges::copy(x.all(), y.all().begin());
      y.multiply_slope(phi.name, x, target);
      CHECK(std::ranges::none_of(y.all(), subnormal));
    }
  }
}

TEST_CASE("sinBeyondItsRangeErrsAsItsArgumentOrSaysSo") {
  for (const Target target : test::targets()) {
    CAPTURE(target_name(target));
    Values values;
    const auto at = [](std::size_t i) {
      return 12000.0F * std::pow(1.0065F, static_cast<float>(i));
    };
    for (std::size_t i = 0; i < Values::size; ++i) values.all()[i] = at(i);
    values.apply("sin", target);
    for (std::size_t i = 0; i < Values::size; ++i) {
      const float x = at(i);
      CAPTURE(x);
      if (x < 0x1p23F) {
        const double ulp = std::nextafter(x, 2.0F * x) - x;
        CHECK(std::abs(values.all()[i] - std::sin(static_cast<double>(x))) <= ulp + 1e-7);
      } else {
        CHECK(std::isnan(values.all()[i]));
      }
    }
  }
}

TEST_CASE("activationsAgreeWithTheirDoubleDefinition") {
  for (const Target target : test::targets()) {
    for (const Activation& phi : activations()) {
      CAPTURE(phi.name);
      Values values;
      for (std::size_t i = 0; i < Values::size; ++i) {
        values.all()[i] = static_cast<float>(static_cast<double>(i) - 512.0) / 64.0F;
      }
      values.apply(phi.name, target);
      for (std::size_t i = 0; i < Values::size; ++i) {
        const double x = (static_cast<double>(i) - 512.0) / 64.0;
        REQUIRE(std::abs(values.all()[i] - phi.value(x)) <= 6e-7 * std::abs(phi.value(x)));
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
      Values values;
      std::ranges::fill(values.all(), std::numeric_limits<float>::quiet_NaN());
      values.apply(phi.name, target);
      for (const float value : values.all()) REQUIRE(std::isnan(value));
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
      Values values;
      std::ranges::fill(values.all(), 0.0F);
      values.all()[0] = infinity;
      values.all()[1] = -infinity;
      values.apply(ends.name, target);
      const auto same = [](float x, float y) { return x == y || (std::isnan(x) && std::isnan(y)); };
      CHECK(same(values.all()[0], ends.highest));
      CHECK(same(values.all()[1], ends.lowest));
      CHECK(values.all()[2] == ends.zero);
    }
  }
}
