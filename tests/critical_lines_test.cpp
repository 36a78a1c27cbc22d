// Edge of chaos and lines of constant gamma.
#include "igb/critical_lines.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <string_view>

#include "igb/initialisation.hpp"
#include "igb/mean_field.hpp"
#include "support/close.hpp"

using namespace igb;
using igb::test::close;
using igb::test::Table;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

const Activation& named(std::string_view name) { return *find_activation(name); }

LinePoint edge_at(const Activation& phi, double sigma_b2) {
  LinePoint point{};
  REQUIRE(edge_of_chaos(phi, sigma_b2, point).ok());
  return point;
}

LinePoint line_at(const Activation& phi, double sigma_b2, double gamma) {
  LinePoint point{};
  REQUIRE(iso_gamma(phi, sigma_b2, gamma, point).ok());
  return point;
}

}  // namespace

TEST_CASE("critical lines match the table") {
  const Table table("critical_lines.csv");
  REQUIRE(table.size() == 16);
  for (std::size_t row = 0; row < table.size(); ++row) {
    const Activation& phi = named(table.text(row, "activation"));
    const double sigma_b2 = table.number(row, "sigma_b2");
    const LinePoint point =
        table.text(row, "line") == "eoc" ? edge_at(phi, sigma_b2) : line_at(phi, sigma_b2, 1.0);
    CAPTURE(row);
    CHECK(point.sigma_w2 == close(table.number(row, "sigma_w2"), 1e-11));
    CHECK(point.q == close(table.number(row, "q"), 1e-11));
  }
}

TEST_CASE("on the edge q is the fixed point and chi_1 = 1") {
  for (const std::string name : {"tanh", "erf"}) {
    for (double sigma_b2 : {1e-8, 1e-4, 0.03, 1.0, 50.0, 1e6}) {
      CAPTURE(name);
      CAPTURE(sigma_b2);
      const LinePoint edge = edge_at(named(name), sigma_b2);
      FixedPoint report{};
      REQUIRE(fixed_point({&named(name), edge.sigma_w2, sigma_b2}, report).ok());
      CHECK(report.q_star == close(edge.q, 1e-9));
      CHECK(report.chi_1 == close(1.0, 1e-11));
    }
  }
}

TEST_CASE("the edge of erf has sigma_w2 = (pi / 4) sqrt(1 + 4 q)") {
  for (double sigma_b2 : {1e-12, 1e-3, 1.0, 1e5}) {
    const LinePoint edge = edge_at(named("erf"), sigma_b2);
    CHECK(edge.sigma_w2 == close(std::numbers::pi / 4.0 * std::sqrt(1.0 + 4.0 * edge.q), 1e-13));
  }
}

TEST_CASE("next to the corner (1, 0) the edge of tanh follows its expansion") {
  for (double sigma_b2 : {1e-12, 1e-15, 1e-18}) {
    CAPTURE(sigma_b2);
    const LinePoint edge = edge_at(named("tanh"), sigma_b2);
    const double q = std::cbrt(0.75 * sigma_b2);
    CHECK(edge.q == close(q, 3.0 * q));
    CHECK(edge.sigma_w2 - 1.0 == close(2.0 * q, 3.0 * q + 1e-15 / q));
  }
  CHECK(edge_at(named("tanh"), 0.0).q == 0.0);
  CHECK(edge_at(named("tanh"), 0.0).sigma_w2 == close(1.0, 1e-14));
  CHECK(edge_at(named("erf"), 0.0).sigma_w2 == close(std::numbers::pi / 4.0, 1e-14));
}

TEST_CASE("a network on a line of constant gamma ends at that gamma") {
  for (const std::string name : {"tanh", "erf"}) {
    for (double sigma_b2 : {1e-4, 0.1, 3.0}) {
      for (double gamma : {0.05, 1.0, 20.0, 1000.0}) {
        CAPTURE(name);
        CAPTURE(sigma_b2);
        CAPTURE(gamma);
        const LinePoint point = line_at(named(name), sigma_b2, gamma);
        FixedPoint report{};
        REQUIRE(fixed_point({&named(name), point.sigma_w2, sigma_b2}, report).ok());
        CHECK(report.q_star == close(point.q, 1e-10));
        CHECK(report.gamma_star == close(gamma, 1e-9));
      }
    }
  }
}

TEST_CASE("lines of constant gamma tend to the edge of chaos as gamma grows") {
  for (const std::string name : {"tanh", "erf"}) {
    for (double sigma_b2 : {1e-9, 0.02, 0.5, 10.0}) {
      CAPTURE(name);
      CAPTURE(sigma_b2);
      const LinePoint edge = edge_at(named(name), sigma_b2);
      const LinePoint limit = line_at(named(name), sigma_b2, line_gamma_max);
      CHECK(limit.sigma_w2 == close(edge.sigma_w2, 1e-10));
      CHECK(limit.q == close(edge.q, 1e-10));
      double before = edge.sigma_w2;
      for (double gamma : {1e4, 100.0, 1.0, 0.1}) {
        const double next = line_at(named(name), sigma_b2, gamma).sigma_w2;
        CHECK(next > before);
        before = next;
      }
    }
  }
}

TEST_CASE(
    "homogeneous activations: the edge does not depend on the bias, and no other line exists") {
  for (double sigma_b2 : {1e-12, 0.1, 1e6}) {
    CHECK(edge_at(named("relu"), sigma_b2).sigma_w2 == 2.0);
    CHECK(edge_at(named("relu"), sigma_b2).q == infinity);
    CHECK(edge_at(named("linear"), sigma_b2).sigma_w2 == 1.0);
    CHECK(edge_at(named("linear"), sigma_b2).q == infinity);
  }
  CHECK(edge_at(named("relu"), 0.0).sigma_w2 == 2.0);
  CHECK(edge_at(named("relu"), 0.0).q == 2.0);
  LinePoint point{};
  for (const std::string name : {"relu", "linear"}) {
    for (double sigma_b2 : {0.0, 0.1}) {
      CHECK(iso_gamma(named(name), sigma_b2, 1.0, point).code == StatusCode::no_solution);
    }
  }
}

TEST_CASE("odd activations have no line of constant gamma without bias") {
  LinePoint point{};
  for (const std::string name : {"tanh", "erf"}) {
    const Status status = iso_gamma(named(name), 0.0, 1.0, point);
    CHECK(status.code == StatusCode::no_solution);
    CHECK(std::string(status.parameter) == "sigma_b2");
  }
}

TEST_CASE("lines out of range are refused by name") {
  LinePoint point{};
  for (double bad : {not_a_number, infinity, -1e-300, -1.0, 1e7}) {
    for (const Status& status :
         {edge_of_chaos(named("tanh"), bad, point), iso_gamma(named("tanh"), bad, 1.0, point)}) {
      CHECK(status.code == StatusCode::out_of_range);
      CHECK(std::string(status.parameter) == "sigma_b2");
      CHECK(status.high == sigma_b2_max);
    }
  }
  for (double bad : {not_a_number, infinity, -1.0, 0.0, 1e-7, 1e13}) {
    const Status status = iso_gamma(named("tanh"), 0.1, bad, point);
    CHECK(status.code == StatusCode::out_of_range);
    CHECK(std::string(status.parameter) == "gamma");
    CHECK(status.low == line_gamma_min);
  }
}
