// Labelled points of the plane: their moments and shapes against closed forms.
//
// Statistical checks allow five standard errors, a two-sided false-alarm rate of 5.7e-7 each (by
// the central limit theorem, over 10^5 points); seeds are fixed, so what passed once passes always.
#include "igb/planar_sets.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "igb/architecture.hpp"
#include "support/samples.hpp"

using namespace igb;
using igb::test::five_sigma;
using igb::test::moments_of;

namespace {

constexpr double pi = std::numbers::pi;
constexpr std::size_t many = 100000;

struct Points {
  std::vector<float> inputs;
  std::vector<std::uint16_t> labels;

  [[nodiscard]] double x(std::size_t i) const { return inputs[2 * i]; }
  [[nodiscard]] double y(std::size_t i) const { return inputs[2 * i + 1]; }
  [[nodiscard]] double radius(std::size_t i) const { return std::hypot(x(i), y(i)); }
};

Points points(const PlanarSet& set, std::size_t count, Draw draw = {7, 0}) {
  Points p{std::vector<float>(2 * count), std::vector<std::uint16_t>(count)};
  REQUIRE(planar_set(set, draw, p.inputs, p.labels).ok());
  return p;
}

/// Every kind, with two classes and, where they are free, with three and seven.
std::vector<PlanarSet> every_set(double noise) {
  std::vector<PlanarSet> sets;
  for (const char* const name : planar_names()) {
    PlanarKind kind{};
    REQUIRE(find_planar(name, kind).ok());
    for (const std::uint32_t classes : {2U, 3U, 7U}) {
      if (classes == 2 || any_classes(kind)) sets.push_back({kind, noise, classes});
    }
  }
  return sets;
}

/// `of(i)` over the points of a class.
template <class Function>
std::vector<double> of_class(const Points& p, std::uint32_t label, Function of) {
  std::vector<double> sample;
  for (std::size_t i = 0; i < p.labels.size(); ++i) {
    if (p.labels[i] == label) sample.push_back(of(i));
  }
  return sample;
}

template <class Function>
std::vector<double> of_all(const Points& p, Function of) {
  std::vector<double> sample;
  for (std::size_t i = 0; i < p.labels.size(); ++i) sample.push_back(of(i));
  return sample;
}

/// The mean of a sample against an expectation. Constants have no error of their own: `rounding` of
/// float32.
void check_mean(const std::vector<double>& sample, double expected) {
  constexpr double rounding = 1e-6;
  const auto [mean, variance] = moments_of(sample);
  const double error = std::sqrt(variance / static_cast<double>(sample.size()));
  CHECK_MESSAGE(std::abs(mean - expected) <= five_sigma * error + rounding, mean, " is not ",
                expected, " up to ", five_sigma, " times ", error);
}

}  // namespace

TEST_CASE("planarSetsHaveMeanZeroAndVarianceOneInEachCoordinate") {
  for (const double noise : {0.0, 0.3, 2.0}) {
    for (const PlanarSet& set : every_set(noise)) {
      const std::string name = planar_name(set.kind);
      CAPTURE(name);
      CAPTURE(set.classes);
      CAPTURE(noise);
      const Points p = points(set, many / set.classes * set.classes);
      check_mean(of_all(p, [&](std::size_t i) { return p.x(i); }), 0.0);
      check_mean(of_all(p, [&](std::size_t i) { return p.y(i); }), 0.0);
      check_mean(of_all(p, [&](std::size_t i) { return p.x(i) * p.x(i); }), 1.0);
      check_mean(of_all(p, [&](std::size_t i) { return p.y(i) * p.y(i); }), 1.0);
    }
  }
}

TEST_CASE("planarSetsHaveTheClassesInTurn") {
  for (const PlanarSet& set : every_set(0.1)) {
    const Points p = points(set, 100);
    for (std::size_t i = 0; i < 100; ++i) CHECK(p.labels[i] == i % set.classes);
  }
}

TEST_CASE("planarNoiseIsNormalAroundTheShapeAndOfTheStatedVariance") {
  // The shape of the same draw comes from the set without noise.
  constexpr double noise = 0.4;
  const std::vector<PlanarSet> noisy = every_set(noise);
  const std::vector<PlanarSet> clean = every_set(0.0);
  for (std::size_t k = 0; k < noisy.size(); ++k) {
    const Points p = points(noisy[k], many);
    const Points s = points(clean[k], many);
    std::vector<double> z;
    for (std::size_t i = 0; i < 2 * many; ++i) {
      z.push_back(p.inputs[i] * std::sqrt(1.0 + noise * noise) - s.inputs[i]);
    }
    const auto power = [&](double exponent) {
      std::vector<double> sample;
      for (const double value : z) sample.push_back(std::pow(value / noise, exponent));
      return sample;
    };
    check_mean(z, 0.0);
    check_mean(power(2.0), 1.0);
    check_mean(power(4.0), 3.0);
    std::vector<double> products;
    for (std::size_t i = 0; i < many; ++i) products.push_back(z[2 * i] * z[2 * i + 1]);
    check_mean(products, 0.0);
  }
}

TEST_CASE("blobsLieAroundCentresOnACircle") {
  for (const std::uint32_t classes : {2U, 3U, 10U}) {
    const double noise = 0.5;
    const double scale = std::sqrt(1.0 + noise * noise);
    const Points p = points({PlanarKind::blobs, noise, classes}, many);
    for (std::uint32_t k = 0; k < classes; ++k) {
      const double angle = pi / 4.0 + 2.0 * pi * k / classes;
      check_mean(of_class(p, k, [&](std::size_t i) { return scale * p.x(i); }),
                 std::sqrt(2.0) * std::cos(angle));
      check_mean(of_class(p, k, [&](std::size_t i) { return scale * p.y(i); }),
                 std::sqrt(2.0) * std::sin(angle));
    }
  }
}

TEST_CASE("moonsAreTwoHalfCirclesThatReachIntoEachOther") {
  const Points p = points({PlanarKind::moons, 0.0, 2}, many);
  const double sx = std::sqrt(3.0) / 2.0;
  const double sy = std::sqrt(9.0 / 16.0 - 1.0 / pi);
  for (std::size_t i = 0; i < many; ++i) {
    const double x = p.x(i) * sx + 0.5;
    const double y = p.y(i) * sy + 0.25;
    const bool first = p.labels[i] == 0;
    CHECK(std::abs(std::hypot(first ? x : x - 1.0, first ? y : y - 0.5) - 1.0) < 1e-6);
    CHECK((first ? y > -1e-6 : y < 0.5 + 1e-6));
  }
  // The mean of a half circle is 2 / pi above its centre.
  check_mean(of_class(p, 0, [&](std::size_t i) { return p.x(i) * sx + 0.5; }), 0.0);
  check_mean(of_class(p, 0, [&](std::size_t i) { return p.y(i) * sy + 0.25; }), 2.0 / pi);
  check_mean(of_class(p, 1, [&](std::size_t i) { return p.x(i) * sx + 0.5; }), 1.0);
  check_mean(of_class(p, 1, [&](std::size_t i) { return p.y(i) * sy + 0.25; }), 0.5 - 2.0 / pi);
}

TEST_CASE("circlesHaveRadiiInArithmeticProgression") {
  for (const std::uint32_t classes : {2U, 5U}) {
    const Points p = points({PlanarKind::circles, 0.0, classes}, many);
    const double step = std::sqrt(12.0 / ((classes + 1.0) * (2.0 * classes + 1.0)));
    for (std::size_t i = 0; i < many; ++i) {
      CHECK(std::abs(p.radius(i) - step * (p.labels[i] + 1.0)) < 1e-6);
    }
    for (std::uint32_t k = 0; k < classes; ++k) {  // angles are uniform
      check_mean(of_class(p, k, [&](std::size_t i) { return p.x(i); }), 0.0);
      check_mean(of_class(p, k, [&](std::size_t i) { return p.x(i) * p.y(i); }), 0.0);
      check_mean(of_class(p, k, [&](std::size_t i) { return p.x(i) * p.x(i); }),
                 std::pow(step * (k + 1.0), 2.0) / 2.0);
    }
  }
}

TEST_CASE("spiralArmsAreTheFirstOneTurned") {
  for (const std::uint32_t classes : {2U, 3U, 7U}) {
    const Points p = points({PlanarKind::spirals, 0.0, classes}, many);
    const double start = -0.5 * std::atan(2.0 / (6.0 * pi));
    for (std::size_t i = 0; i < many; ++i) {
      const double u = p.radius(i) / std::sqrt(6.0);
      const double angle = start + 2.0 * pi * p.labels[i] / classes + 3.0 * pi * u;
      CHECK(u <= 1.0 + 1e-6);
      CHECK(std::hypot(p.x(i) - p.radius(i) * std::cos(angle),
                       p.y(i) - p.radius(i) * std::sin(angle)) < 1e-5);
    }
    for (std::uint32_t k = 0; k < classes; ++k) {
      check_mean(of_class(p, k, [&](std::size_t i) { return p.radius(i); }), std::sqrt(6.0) / 2.0);
    }
  }
}

TEST_CASE("xorIsTheSignOfTheProduct") {
  const Points p = points({PlanarKind::xor_squares, 0.0, 2}, many);
  const double side = std::sqrt(3.0) * (1.0 + 1e-6);
  std::vector<double> quadrants[2];
  for (std::size_t i = 0; i < many; ++i) {
    CHECK((p.x(i) * p.y(i) > 0.0) == (p.labels[i] == 0));
    CHECK(std::max(std::abs(p.x(i)), std::abs(p.y(i))) <= side);
    quadrants[p.labels[i]].push_back(p.x(i) > 0.0 ? 1.0 : 0.0);
  }
  check_mean(quadrants[0], 0.5);
  check_mean(quadrants[1], 0.5);
  // Uniform: the fourth moment of a coordinate is 9 / 5.
  check_mean(of_all(p, [&](std::size_t i) { return std::pow(p.x(i), 4.0); }), 1.8);
  check_mean(of_all(p, [&](std::size_t i) { return std::pow(p.y(i), 4.0); }), 1.8);
}

TEST_CASE("planarSetsAreTheBeginningOfLargerOnes") {
  for (const PlanarSet& set : every_set(0.3)) {
    const Points all = points(set, 1000);
    for (const std::size_t count : {std::size_t{1}, std::size_t{2}, std::size_t{999}}) {
      const Points some = points(set, count);
      CHECK(std::equal(some.inputs.begin(), some.inputs.end(), all.inputs.begin()));
      CHECK(std::equal(some.labels.begin(), some.labels.end(), all.labels.begin()));
    }
  }
}

TEST_CASE("planarSetsDependOnSeedAndMember") {
  for (const PlanarSet& set : every_set(0.3)) {
    const Points p = points(set, many, {7, 0});
    CHECK(p.inputs == points(set, many, {7, 0}).inputs);
    for (const Draw other : {Draw{7, 1}, Draw{8, 0}}) {
      // Within a class of the same shape, noise and place of two sets have nothing in common.
      const Points q = points(set, many, other);
      for (const std::uint32_t k : {0U, 1U}) {
        const auto centred = [&](const Points& a) {
          const double mean =
              moments_of(of_class(a, k, [&](std::size_t i) { return a.x(i); })).mean;
          return of_class(a, k, [&](std::size_t i) { return a.x(i) - mean; });
        };
        std::vector<double> products = centred(p);
        const std::vector<double> others = centred(q);
        for (std::size_t i = 0; i < products.size(); ++i) products[i] *= others[i];
        check_mean(products, 0.0);
      }
    }
  }
}

TEST_CASE("planarSetsAreIndependentOfGaussianInputsOfTheSameSeed") {
  // Those are layer 0 of the same stream.
  const Points p = points({PlanarKind::blobs, 10.0, 2}, many);
  std::vector<double> products;
  for (std::uint32_t i = 0; i < many; ++i) {
    float z = 0.0F;
    normals({7, 0}, Stream::inputs, 0, i, 0, {&z, 1});
    products.push_back(p.x(i) * z);
  }
  check_mean(products, 0.0);
}

TEST_CASE("planarSetsWriteNothingBehindTheirPoints") {
  std::vector<float> inputs(11, -5.0F);
  std::vector<std::uint16_t> labels(5);
  REQUIRE(planar_set({PlanarKind::moons, 0.1, 2}, {1, 0}, inputs, labels).ok());
  CHECK(inputs[10] == -5.0F);
}

TEST_CASE("planarSetsRefuseWhatIsOutOfRange") {
  std::vector<float> inputs(20, -5.0F);
  std::vector<std::uint16_t> labels(10, 77);
  const auto refused = [&](const PlanarSet& set) {
    const Status status = planar_set(set, {1, 0}, inputs, labels);
    CHECK(status.code == StatusCode::out_of_range);
    CHECK(validate(set).code == StatusCode::out_of_range);
    return std::string(status.parameter);
  };
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double noise :
       {-0.1, 10.1, infinity, -infinity, std::numeric_limits<double>::quiet_NaN()}) {
    CHECK(refused({PlanarKind::blobs, noise, 2}) == "noise");
  }
  for (const std::uint32_t classes : {0U, 1U, planar_classes_max + 1}) {
    CHECK(refused({PlanarKind::spirals, 0.1, classes}) == "classes");
  }
  CHECK(refused({PlanarKind::moons, 0.1, 3}) == "classes");
  CHECK(refused({PlanarKind::xor_squares, 0.1, 3}) == "classes");
  CHECK(refused({static_cast<PlanarKind>(5), 0.1, 2}) == "kind");
  CHECK(refused({static_cast<PlanarKind>(-1), 0.1, 2}) == "kind");
  CHECK(std::all_of(inputs.begin(), inputs.end(), [](float x) { return x == -5.0F; }));
  CHECK(std::all_of(labels.begin(), labels.end(), [](std::uint16_t k) { return k == 77; }));
}

TEST_CASE("planarSetsRefuseMissingOrShortBuffers") {
  std::vector<float> inputs(19);
  std::vector<std::uint16_t> labels(10);
  Status status = planar_set({}, {1, 0}, inputs, labels);
  CHECK(status.code == StatusCode::buffer_too_small);
  CHECK(std::string(status.parameter) == "inputs");
  CHECK(status.value == 19.0);
  CHECK(status.low == 20.0);
  status = planar_set({}, {1, 0}, inputs, {});
  CHECK(status.code == StatusCode::out_of_range);
  CHECK(std::string(status.parameter) == "labels");
}

TEST_CASE("planarSetsHaveNames") {
  const std::vector<std::string> expected = {"blobs", "moons", "circles", "spirals", "xor"};
  CHECK(std::vector<std::string>(planar_names().begin(), planar_names().end()) == expected);
  CHECK(std::string(planar_name(PlanarKind::xor_squares)) == "xor");
  for (const char* const name : planar_names()) {
    PlanarKind kind{};
    REQUIRE(find_planar(name, kind).ok());
    CHECK(std::string(planar_name(kind)) == name);
  }
  PlanarKind kind{};
  CHECK(find_planar("swiss_roll", kind).code == StatusCode::unknown_name);
  CHECK(std::string(planar_name(static_cast<PlanarKind>(5))) == "unknown");
}
