// Activations through given points.
#include "igb/table.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "igb/expectation.hpp"
#include "support/close.hpp"

using namespace igb;
using igb::test::close;

namespace {

using List = std::vector<double>;

std::string refused(const List& x, const List& y) {
  Table table;
  const Status status = table.set(x, y);
  CHECK(!status.ok());
  return status.parameter;
}

}  // namespace

TEST_CASE("tableGoesThroughItsPointsAndStraightOn") {
  Table table;
  REQUIRE(table.set(List{-2.0, -0.3, 0.1, 4.0}, List{1.0, -0.7, 0.2, 0.9}).ok());
  const Activation& phi = table.activation();
  CHECK(phi.value(-2.0) == 1.0);
  CHECK(phi.value(-0.3) == -0.7);
  CHECK(phi.value(0.1) == 0.2);
  CHECK(phi.value(4.0) == 0.9);
  CHECK(phi.value(-3.0) == close(2.0, 1e-15));
  CHECK(phi.value(-0.1) == close(-0.25, 1e-15));
  CHECK(phi.value(43.0) == close(7.9, 1e-15));
  CHECK(phi.derivative(-7.0) == close(-1.0, 1e-15));
  CHECK(phi.derivative(0.0) == close(0.9 / 0.4, 1e-15));
  CHECK(phi.derivative(0.1) == close(0.7 / 3.9, 1e-15));
  CHECK(phi.second_derivative(1.0) == 0.0);
  CHECK(List(phi.kinks.begin(), phi.kinks.end()) == List{-0.3, 0.1});
  CHECK(!phi.odd);
  CHECK(!phi.bounded);
  CHECK(!phi.homogeneous);
  CHECK(phi.kernel == -1);
}

TEST_CASE("tableOfReluHardTanhAndLineEqualThem") {
  Table relu;
  REQUIRE(relu.set(List{-1.0, 0.0, 2.0}, List{0.0, 0.0, 2.0}).ok());
  CHECK(relu.activation().homogeneous);
  for (const double q : {0.1, 1.0, 30.0}) {
    CHECK(second_moment(relu.activation(), q) == close(q / 2.0, 1e-10));
  }
  Table hard_tanh;
  REQUIRE(hard_tanh.set(List{-2.0, -1.0, 1.0, 2.0}, List{-1.0, -1.0, 1.0, 1.0}).ok());
  CHECK(hard_tanh.activation().odd);
  CHECK(hard_tanh.activation().bounded);
  CHECK(hard_tanh.activation().value(50.0) == 1.0);
  Table line;
  REQUIRE(line.set(List{-1.0, 0.0, 0.5, 1.0}, List{-3.0, 0.0, 1.5, 3.0}).ok());
  CHECK(line.activation().kinks.empty());
  CHECK(line.activation().odd);
  CHECK(line.activation().homogeneous);
}

TEST_CASE("tableTakesItsGreatestNumberOfPoints") {
  List x;
  List y;
  for (std::size_t i = 0; i < Table::points_max; ++i) {
    x.push_back(static_cast<double>(i) * 0.25 - 8.1);
    y.push_back(std::tanh(x.back()));
  }
  Table table;
  REQUIRE(table.set(x, y).ok());
  CHECK(table.activation().kinks.size() == Table::points_max - 2);
  CHECK(table.activation().value(0.3) ==
        close(std::tanh(0.15) * 0.4 + std::tanh(0.4) * 0.6, 1e-13));
  x.push_back(100.0);
  y.push_back(1.0);
  CHECK(refused(x, y) == "points");
}

TEST_CASE("tableRefusesWhatIsNoFunction") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  constexpr double infinity = std::numeric_limits<double>::infinity();
  CHECK(refused({}, {}) == "points");
  CHECK(refused({1.0}, {1.0}) == "points");
  CHECK(refused({0.0, 1.0}, {1.0}) == "points of y");
  CHECK(refused({0.0, 0.0}, {0.0, 1.0}) == "x (repeated)");
  CHECK(refused({0.0, -1.0}, {0.0, 1.0}) == "x");
  CHECK(refused({0.0, nan}, {0.0, 1.0}) == "x");
  CHECK(refused({-infinity, 0.0}, {0.0, 1.0}) == "x");
  CHECK(refused({0.0, 1.0}, {0.0, nan}) == "y");
  CHECK(refused({0.0, 1.0}, {0.0, infinity}) == "y");
  CHECK(refused({0.0, 1e-300}, {0.0, 1.0}) == "slope");
  CHECK(refused({0.0, 1.0}, {2.0, 2.0}) == "constant activation");
  CHECK(refused({-1.0, 0.0, 1e-12, 1.0}, {0.0, 0.0, 1.0, 1.0}) == "activation");  // jumps
}
