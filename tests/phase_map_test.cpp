// Phase maps by tabulated moments: against fixed_point() point by point, the moments against closed
// forms and quadrature.
#include "igb/phase_map.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "igb/critical_lines.hpp"
#include "igb/expectation.hpp"
#include "moment_table.hpp"
#include "support/close.hpp"

using namespace igb;
using igb::test::close;
using igb::test::Table;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double agreement = 1e-9;

struct alignas(Arena::alignment) Line {
  std::byte bytes[Arena::alignment];
};

std::vector<Line> map_memory() {
  std::size_t bytes = 0;
  REQUIRE(PhaseMap::bytes(bytes).ok());
  return std::vector<Line>((bytes + sizeof(Line) - 1) / sizeof(Line));
}

std::span<std::byte> bytes_of(std::vector<Line>& memory) {
  return std::as_writable_bytes(std::span(memory));
}

struct Map {
  explicit Map(const Activation& phi, const Block& block = {}) {
    Arena arena(bytes_of(memory));
    REQUIRE(map.begin(phi, block, arena).ok());
  }
  std::vector<FixedPoint> row(double sigma_b2, const std::vector<double>& sigma_w2) {
    std::vector<FixedPoint> points(sigma_w2.size());
    REQUIRE(map.row(sigma_b2, sigma_w2, points).ok());
    return points;
  }

  std::vector<Line> memory = map_memory();
  PhaseMap map;
};

std::vector<double> evenly(double first, double last, int count) {
  std::vector<double> values;
  for (int i = 0; i < count; ++i) values.push_back(first + (last - first) * i / (count - 1));
  return values;
}

double distance(const FixedPoint& point) { return 1.0 / (1.0 + point.gamma_star); }

/// The promise of phase_map.hpp.
void check_agreement(const FixedPoint& point, const FixedPoint& exact) {
  CHECK(point.phase == exact.phase);
  CHECK(point.q_star == close(exact.q_star, agreement));
  CHECK(distance(point) == close(distance(exact), agreement));
  if (exact.gamma_star > 1.0) CHECK(point.gamma_star == close(exact.gamma_star, agreement));
  CHECK(point.c_star ==
        close(std::isinf(point.gamma_star) ? 1.0 : point.gamma_star * distance(point), 1e-14));
  CHECK(point.chi_1 == close(exact.chi_1, agreement));
  CHECK(point.chi_c_star == close(exact.chi_c_star, agreement));
  CHECK(point.xi_q == close(exact.xi_q, agreement));
  CHECK(point.xi_c == close(exact.xi_c, agreement));
  CHECK(point.xi_grad == close(exact.xi_grad, agreement));
  CHECK(point.chi_grad == close(exact.chi_grad, agreement));
  CHECK(point.q_fixed_points == exact.q_fixed_points);
}

void check_grid(const Activation& phi, const std::vector<double>& sigma_b2,
                const std::vector<double>& sigma_w2) {
  Map map(phi);
  const std::string name = phi.name;
  CAPTURE(name);
  for (const double b : sigma_b2) {
    const std::vector<FixedPoint> points = map.row(b, sigma_w2);
    for (std::size_t j = 0; j < sigma_w2.size(); ++j) {
      CAPTURE(b);
      CAPTURE(sigma_w2[j]);
      FixedPoint exact{};
      REQUIRE(fixed_point({&phi, sigma_w2[j], b}, exact).ok());
      check_agreement(points[j], exact);
    }
  }
}

// Activations of a user.
double bump(const Activation& /*phi*/, double x) { return 0.3 + x / (1.0 + 0.1 * x * x); }
double bump_slope(const Activation& /*phi*/, double x) {
  const double r = 1.0 / (1.0 + 0.1 * x * x);
  return r - 0.2 * x * x * r * r;
}
double bump_bend(const Activation& /*phi*/, double x) {
  const double r = 1.0 / (1.0 + 0.1 * x * x);
  return -0.6 * x * r * r + 0.08 * x * x * x * r * r * r;
}
double late(const Activation& /*phi*/, double x) { return x - std::tanh(x); }
double late_slope(const Activation& /*phi*/, double x) { return std::tanh(x) * std::tanh(x); }
double late_bend(const Activation& /*phi*/, double x) {
  return 2.0 * std::tanh(x) / (std::cosh(x) * std::cosh(x));
}
double logistic(double x) { return 1.0 / (1.0 + std::exp(-x)); }
double swish(const Activation& /*phi*/, double x) { return x * logistic(x); }
double swish_slope(const Activation& /*phi*/, double x) {
  return logistic(x) * (1.0 + x * logistic(-x));
}
double swish_bend(const Activation& /*phi*/, double x) {
  return logistic(x) * logistic(-x) * (2.0 + x * (logistic(-x) - logistic(x)));
}
const Activation bump_activation{
    .name = "bump", .kinks = {}, .value_at = bump, .slope_at = bump_slope, .bend_at = bump_bend};
const Activation late_activation{.name = "late",
                                 .odd = true,
                                 .kinks = {},
                                 .value_at = late,
                                 .slope_at = late_slope,
                                 .bend_at = late_bend};

const Activation swish_activation{.name = "swish",
                                  .kinks = {},
                                  .value_at = swish,
                                  .slope_at = swish_slope,
                                  .bend_at = swish_bend};

}  // namespace

TEST_CASE("tabulated moments equal the closed forms of erf over the whole table") {
  const Activation& phi = *find_activation("erf");
  std::vector<Line> memory = map_memory();
  Arena arena(bytes_of(memory));
  MomentTable* const table = MomentTable::make(phi, arena);
  REQUIRE(table != nullptr);
  int compared = 0;
  for (double q = 1e-9; q < 100.0; q *= 1.7) {
    CAPTURE(q);
    Moments moments{};
    GapSeries series{};
    REQUIRE(table->moments(q, moments));
    REQUIRE(table->gap_series(q, series));
    CHECK(moments.second == close(second_moment(phi, q), 1e-13));
    CHECK(moments.growth == close(growth_moment(phi, q), 1e-12));
    CHECK(moments.slope == close(slope_moment(phi, q), 1e-13));
    for (double t : {1e-3, 0.1, 0.37, 0.8, 1.0}) {
      CAPTURE(t);
      const double root = std::sinh(t * series.stretch) / series.end;
      double sum = 0.0;
      for (std::size_t n = 0; n < series.terms; ++n) {
        const double angle = std::acos(2.0 * t - 1.0);
        sum += series.coefficients[n] * std::cos(static_cast<double>(n) * angle);
      }
      const double d = root * root;
      // Of the largest value, slope: that is what an interpolation can promise.
      CHECK(std::abs(sum - covariance_gap(phi, q, d) / (q * d)) <= 1e-12 * moments.slope);
      ++compared;
    }
  }
  CHECK(compared >= 200);
}

TEST_CASE("Mehler's series gives the same moments of tanh as quadrature") {
  const Activation& phi = *find_activation("tanh");
  std::vector<Line> memory = map_memory();
  Arena arena(bytes_of(memory));
  MomentTable* const table = MomentTable::make(phi, arena);
  REQUIRE(table != nullptr);
  for (double q : {3e-5, 0.011, 0.3, 2.0, 9.0}) {
    CAPTURE(q);
    Moments moments{};
    GapSeries series{};
    REQUIRE(table->moments(q, moments));
    REQUIRE(table->gap_series(q, series));
    CHECK(moments.second == close(second_moment(phi, q), 1e-13));
    CHECK(moments.growth == close(growth_moment(phi, q), 1e-12));
    CHECK(moments.slope == close(slope_moment(phi, q), 1e-13));
    double far = 0.0;
    for (std::size_t n = 0; n < series.terms; ++n) far += series.coefficients[n];
    CHECK(far == close(covariance_gap(phi, q, 1.0) / q, 1e-12));
  }
}

TEST_CASE("a map agrees with fixed_point at every point") {
  const std::vector<double> sigma_b2{0.0, 1e-12, 0.003, 0.2};
  for (const Activation& phi : activations()) {
    check_grid(phi, sigma_b2, evenly(0.05, 5.0, 9));
  }
}

TEST_CASE("a map of a user's activation agrees with fixed_point") {
  check_grid(bump_activation, {0.0, 0.01, 0.4}, evenly(0.1, 4.0, 14));
  // E[phi^2] / q rises: up to two fixed points of the variance, or none.
  check_grid(swish_activation, {0.0, 0.05, 0.4}, evenly(0.5, 2.3, 7));
  check_grid(late_activation, {1e-3, 0.3}, {0.6, 1.2, 1.6});
}

TEST_CASE("a map agrees with fixed_point next to the edge of chaos and to neutrality") {
  for (const std::string name : {"tanh", "erf"}) {
    const Activation& phi = *find_activation(name);
    for (double sigma_b2 : {1e-6, 0.02, 0.7}) {
      LinePoint edge{};
      LinePoint neutral{};
      REQUIRE(edge_of_chaos(phi, sigma_b2, edge).ok());
      REQUIRE(iso_gamma(phi, sigma_b2, 1.0, neutral).ok());
      std::vector<double> sigma_w2;
      for (const LinePoint& line : {edge, neutral}) {
        for (double offset : {-1e-2, -2e-4, -1e-6, -1e-8, 0.0, 1e-11, 1e-7, 3e-5, 2e-4, 1e-3}) {
          sigma_w2.push_back(line.sigma_w2 * (1.0 + offset));
        }
      }
      check_grid(phi, {sigma_b2}, sigma_w2);
    }
  }
}

TEST_CASE("a map has the fixed points of the table") {
  const Table table("fixed_points.csv");
  for (std::size_t row = 0; row < table.size(); ++row) {
    const Activation* const phi = find_activation(table.text(row, "activation"));
    CAPTURE(row);
    REQUIRE(phi != nullptr);
    Map map(*phi);
    const FixedPoint point =
        map.row(table.number(row, "sigma_b2"), {table.number(row, "sigma_w2")})[0];
    CHECK(point.q_star == close(table.number(row, "q_star"), 1e-9));
    CHECK(point.c_star == close(table.number(row, "c_star"), 1e-9));
    CHECK(point.xi_c == close(table.number(row, "xi_c"), 1e-9));
  }
  CHECK(table.size() == 39);
}

TEST_CASE("a point does not depend on its neighbours beyond rounding") {
  const Activation& phi = *find_activation("tanh");
  Map map(phi);
  const std::vector<double> sigma_w2{3.0, 0.4, 3.0, 1.7, 2.2, 12.0, 1.1, 2.9, 2.9, 5.0, 0.2};
  const std::vector<FixedPoint> together = map.row(0.1, sigma_w2);
  for (std::size_t j = 0; j < sigma_w2.size(); ++j) {
    CAPTURE(j);
    Map alone(phi);
    check_agreement(together[j], alone.row(0.1, {sigma_w2[j]})[0]);
  }
}

TEST_CASE("homogeneous activations and other blocks are those of fixed_point") {
  const std::vector<double> sigma_w2{0.5, 2.0, 3.0};
  const Block dropout{.kind = BlockKind::dropout, .keep = 0.9};
  for (const auto& [name, block] :
       {std::pair{"relu", Block{}}, {"linear", Block{}}, {"tanh", dropout}}) {
    const Activation& phi = *find_activation(name);
    CAPTURE(phi.name);
    Map map(phi, block);
    for (double sigma_b2 : {0.0, 0.1}) {
      std::vector<FixedPoint> points(sigma_w2.size());
      const Status status = map.map.row(sigma_b2, sigma_w2, points);
      for (std::size_t j = 0; j < sigma_w2.size(); ++j) {
        FixedPoint exact{};
        const Status expected = fixed_point({&phi, sigma_w2[j], sigma_b2, block}, exact);
        REQUIRE(status.code == expected.code);
        if (status.ok()) CHECK(points[j].q_star == exact.q_star);
        if (status.ok()) CHECK(points[j].xi_c == exact.xi_c);
      }
    }
  }
}

TEST_CASE("the far ends of the allowed range are not NaN") {
  Map map(*find_activation("erf"));
  for (double sigma_b2 : {sigma_b2_min, 1e-300, 1e-9, sigma_b2_max}) {
    for (const FixedPoint& point : map.row(sigma_b2, {sigma_w2_min, 1.0, sigma_w2_max})) {
      CHECK(point.q_star >= sigma_b2);
      CHECK(point.c_star >= 0.0);
      CHECK(point.xi_c >= 0.0);
      CHECK_FALSE(std::isnan(point.xi_q));
      CHECK_FALSE(std::isnan(point.xi_grad));
    }
  }
}

TEST_CASE("maps are refused by name") {
  const Activation& phi = *find_activation("tanh");
  std::vector<Line> memory = map_memory();
  PhaseMap map;
  std::vector<FixedPoint> points(2);
  CHECK(map.row(0.1, std::vector<double>{1.0}, points).code == StatusCode::finished);

  std::size_t bytes = 0;
  REQUIRE(PhaseMap::bytes(bytes).ok());
  Arena short_arena(bytes_of(memory).first(bytes - 1));
  Status status = map.begin(phi, {}, short_arena);
  CHECK(status.code == StatusCode::buffer_too_small);
  CHECK(status.low == static_cast<double>(bytes));
  Arena shifted(bytes_of(memory).subspan(8));
  CHECK(map.begin(phi, {}, shifted).code == StatusCode::misaligned);
  Arena arena(bytes_of(memory));
  status = map.begin(phi, {.kind = BlockKind::dropout, .keep = 0.0}, arena);
  CHECK(status.code == StatusCode::out_of_range);
  CHECK(std::string(status.parameter) == "keep");

  Arena enough(bytes_of(memory));
  REQUIRE(map.begin(phi, {}, enough).ok());
  status = map.row(0.1, std::vector<double>{1.0, 2.0, 3.0}, points);
  CHECK(status.code == StatusCode::buffer_too_small);
  CHECK(status.low == 3);
  for (double bad : {not_a_number, infinity, -1.0, 0.0, 1e7}) {
    status = map.row(0.1, std::vector<double>{1.0, bad}, points);
    CHECK(status.code == StatusCode::out_of_range);
    CHECK(std::string(status.parameter) == "sigma_w2");
  }
  for (double bad : {not_a_number, infinity, -1e-300, 1e7}) {
    status = map.row(bad, std::vector<double>{1.0}, points);
    CHECK(status.code == StatusCode::out_of_range);
    CHECK(std::string(status.parameter) == "sigma_b2");
  }
}
