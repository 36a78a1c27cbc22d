// The transform of words to normals, looked at directly on the baseline target: its exact tails.
#define IGB_TARGET baseline
#include <doctest/doctest.h>

#include <cmath>
#include <numbers>

#include "vector_math.hpp"

namespace {

/// Radius that a word of 31 random bits gives: the first normal at angle 0.
double radius(std::uint32_t bits31) {
  using namespace igb::baseline;
  const auto normals = box_muller(Words<1>(Word(bits31 << 1)), Words<1>(Word(0U)));
  return static_cast<double>(normals.first.part[0].get(0));
}

}  // namespace

TEST_CASE("boxMullerHasExactTailsToSixSigma") {
  // P(|z| > t) = sum over radius words of P(|cos angle| > t / r), angles exact: no statistics. The
  // radius falls with the word, so the sum ends at the first r < t. What remains is the granularity
  // of 2^31 words, of which only 33 lie beyond six sigma.
  const struct {
    double t;
    double relative;
  } cases[] = {{4.0, 1e-5}, {5.0, 2e-4}, {6.0, 0.05}};
  for (const auto& [t, relative] : cases) {
    CAPTURE(t);
    double probability = 0.0;
    double previous = 10.0;
    for (std::uint32_t word = 0;; ++word) {
      const double r = radius(word);
      REQUIRE(r <= previous);
      previous = r;
      if (r <= t) break;
      probability += 2.0 / std::numbers::pi * std::acos(t / r) / 2147483648.0;
    }
    const double expected = std::erfc(t / std::numbers::sqrt2);
    CHECK(std::abs(probability / expected - 1.0) < relative);
  }
}

TEST_CASE("boxMullerIsFiniteAtTheEndsOfTheWords") {
  CHECK(radius(0) == doctest::Approx(std::sqrt(64.0 * std::numbers::ln2)).epsilon(1e-6));
  CHECK(radius(0x7fffffffU) == 0.0);
}
