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

Block block_of(BlockKind kind, std::uint32_t pool = 2) {
  Block block;
  block.kind = kind;
  block.pool = pool;
  block.keep = 0.8;
  return block;
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

TEST_CASE("the edge of tanh is right to rounding") {
  const Table table("edge_of_chaos.csv");
  for (std::size_t row = 0; row < table.size(); ++row) {
    CAPTURE(row);
    const LinePoint edge =
        edge_at(named(table.text(row, "activation")), table.number(row, "sigma_b2"));
    CHECK(edge.sigma_w2 == close(table.number(row, "sigma_w2"), 3e-15));
    CHECK(edge.q == close(table.number(row, "q"), 1e-14));
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

TEST_CASE("lines v and g of pooled ReLU") {
  constexpr double pi = std::numbers::pi;
  const Activation& relu = named("relu");
  const auto variance = [&](const Block& block) {
    LinePoint point{};
    REQUIRE(variance_line(relu, block, 0.0, point).ok());
    CHECK(point.q == point.sigma_w2);  // of inputs with q_0 = 1
    return point.sigma_w2;
  };
  const auto gradient = [&](const Block& block) {
    LinePoint point{};
    REQUIRE(edge_of_chaos(relu, block, 0.0, point).ok());
    CHECK(point.q == infinity);  // beyond line v
    return point.sigma_w2;
  };
  const auto chi_on_line_v = [&](const Block& block) {
    FixedPoint report{};
    REQUIRE(fixed_point({&relu, variance(block), 0.0, block}, report).ok());
    CHECK(report.phase == Phase::ordered_prejudice);
    CHECK(report.q_fixed_points == every_q);
    return report.chi_grad;
  };
  CHECK(variance(block_of(BlockKind::plain)) == close(2.0, 1e-15));
  CHECK(variance(block_of(BlockKind::max_pool, 2)) == close(4.0 * pi / (3.0 * pi + 2.0), 1e-12));
  CHECK(variance(block_of(BlockKind::max_pool, 3)) == close(0.7989999, 1e-7));
  CHECK(variance(block_of(BlockKind::max_pool, 4)) == close(0.6477586, 1e-7));
  CHECK(chi_on_line_v(block_of(BlockKind::max_pool, 2)) == close(0.824942, 1e-6));
  for (const std::uint32_t pool : {2U, 3U, 4U, 8U}) {
    CAPTURE(pool);
    const double k = pool;
    const Block averaged = block_of(BlockKind::average_pool, pool);
    CHECK(gradient(block_of(BlockKind::max_pool, pool)) ==
          close(1.0 / (1.0 - std::pow(2.0, -k)), 1e-12));
    CHECK(variance(averaged) == close(2.0 * pi * k / (pi + k - 1.0), 1e-14));
    CHECK(gradient(averaged) == close(2.0 * k, 1e-14));
    CHECK(chi_on_line_v(averaged) == close(pi / (pi + k - 1.0), 1e-14));
  }
  CHECK(variance(block_of(BlockKind::average_pool, 2)) == close(3.0341880, 1e-7));
}

TEST_CASE("lines of tanh with maxima over pools") {
  struct Row {
    double sigma_b2;
    double neutral_2;
    double edge_3;
  };
  for (const Row row : {Row{0.01, 37.80, 3.9832}, Row{0.05, 38.64, 4.0997}, Row{0.1, 39.66, 4.2318},
                        Row{0.2, 41.67, 4.4639}}) {
    CAPTURE(row.sigma_b2);
    const Activation& tanh = named("tanh");
    LinePoint point{};
    REQUIRE(edge_of_chaos(tanh, block_of(BlockKind::max_pool, 2), row.sigma_b2, point).ok());
    CHECK(point.sigma_w2 == edge_at(tanh, row.sigma_b2).sigma_w2);
    CHECK(point.q == edge_at(tanh, row.sigma_b2).q);
    REQUIRE(edge_of_chaos(tanh, block_of(BlockKind::max_pool, 3), row.sigma_b2, point).ok());
    CHECK(point.sigma_w2 == close(row.edge_3, 2e-5));
    CHECK(point.reached);
    if (row.sigma_b2 != 0.1) continue;
    REQUIRE(iso_gamma(tanh, block_of(BlockKind::max_pool, 2), row.sigma_b2, 1.0, point).ok());
    CHECK(point.sigma_w2 == close(row.neutral_2, 2e-4));
  }
}

TEST_CASE("lines of tanh with average pools are those of tanh times the size of the pool") {
  for (const std::uint32_t pool : {2U, 5U}) {
    for (const double sigma_b2 : {1e-9, 1e-3, 0.1, 4.0}) {
      const Block block = block_of(BlockKind::average_pool, pool);
      LinePoint point{};
      REQUIRE(edge_of_chaos(named("tanh"), block, sigma_b2, point).ok());
      CHECK(point.sigma_w2 == close(pool * edge_at(named("tanh"), sigma_b2).sigma_w2, 1e-13));
      REQUIRE(iso_gamma(named("tanh"), block, sigma_b2, 3.0, point).ok());
      CHECK(point.sigma_w2 == close(pool * line_at(named("tanh"), sigma_b2, 3.0).sigma_w2, 1e-13));
    }
  }
}

TEST_CASE("networks on the lines of a block end there") {
  for (const BlockKind kind :
       {BlockKind::max_pool, BlockKind::average_pool, BlockKind::dropout, BlockKind::convolution,
        BlockKind::delta_orthogonal, BlockKind::layer_norm_before, BlockKind::layer_norm_after}) {
    for (const std::string name : {"tanh", "erf", "relu"}) {
      for (const double sigma_b2 : {1e-4, 0.1, 2.0}) {
        const Block block = block_of(kind, 3);
        const Activation& phi = named(name);
        const std::string block_text = block_name(kind);
        CAPTURE(block_text);
        CAPTURE(name);
        CAPTURE(sigma_b2);
        LinePoint edge{};
        const Status found = edge_of_chaos(phi, block, sigma_b2, edge);
        if (!found.ok()) {  // gradients of normalised ReLU with bias always vanish
          CHECK(name == "relu");
          CHECK(kind == BlockKind::layer_norm_before);
          CHECK(found.code == StatusCode::no_solution);
        } else {
          FixedPoint report{};
          REQUIRE(fixed_point({&phi, edge.sigma_w2, sigma_b2, block}, report).ok());
          CHECK(edge.reached);
          CHECK(report.q_star == close(edge.q, 1e-9));
          CHECK(report.chi_grad == close(1.0, 1e-11));
        }
      }
    }
  }
}

TEST_CASE("networks on iso-gamma lines of a block end at that gamma") {
  for (const BlockKind kind : {BlockKind::average_pool, BlockKind::dropout, BlockKind::convolution,
                               BlockKind::layer_norm_before, BlockKind::layer_norm_after,
                               BlockKind::batch_norm_before, BlockKind::batch_norm_after}) {
    for (const std::string name : {"tanh", "relu"}) {
      for (const double gamma : {0.7, 1.0, 3.0}) {
        const Block block = block_of(kind);
        const Activation& phi = named(name);
        const std::string block_text = block_name(kind);
        CAPTURE(block_text);
        CAPTURE(name);
        CAPTURE(gamma);
        LinePoint point{};
        const Status found = iso_gamma(phi, block, 0.1, gamma, point);
        if (name == "relu" && (kind == BlockKind::average_pool || kind == BlockKind::convolution ||
                               kind == BlockKind::layer_norm_before)) {
          CHECK(found.code == StatusCode::no_solution);  // gamma is infinite everywhere
          continue;
        }
        if (name == "relu" && kind == BlockKind::dropout && gamma == 0.7) {
          CHECK(found.code == StatusCode::no_solution);  // larger than that without any bias
          continue;
        }
        REQUIRE(found.ok());
        FixedPoint report{};
        REQUIRE(fixed_point({&phi, point.sigma_w2, 0.1, block}, report).ok());
        CHECK(report.q_star == close(point.q, 1e-10));
        CHECK(report.gamma_star == close(gamma, 1e-9));
      }
    }
  }
}

TEST_CASE("layer norm after phi has the edge of phi at the same q") {
  // sigma_w2 = Var phi / E[phi'^2] = q - sigma_b2.
  for (const double sigma_b2 : {1e-6, 0.1, 3.0}) {
    LinePoint point{};
    const Block block = block_of(BlockKind::layer_norm_after);
    REQUIRE(edge_of_chaos(named("tanh"), block, sigma_b2, point).ok());
    CHECK(point.q == close(edge_at(named("tanh"), sigma_b2).q, 1e-12));
    CHECK(point.sigma_w2 == close(point.q - sigma_b2, 1e-10));
    REQUIRE(edge_of_chaos(named("relu"), block, sigma_b2, point).ok());
    CHECK(point.sigma_w2 == close((std::numbers::pi - 1.0) * sigma_b2, 1e-12));
  }
}

TEST_CASE("lines of blocks that have none") {
  LinePoint point{};
  const auto refused = [](const Status& status, const char* parameter) {
    CHECK(status.code == StatusCode::no_solution);
    CHECK(std::string(status.parameter) == parameter);
  };
  for (const BlockKind kind :
       {BlockKind::residual, BlockKind::residual_scaled, BlockKind::residual_after}) {
    for (const double sigma_b2 : {0.0, 0.1}) {
      refused(edge_of_chaos(named("tanh"), block_of(kind), sigma_b2, point), "block");
      refused(iso_gamma(named("tanh"), block_of(kind), sigma_b2, 1.0, point), "block");
      refused(variance_line(named("relu"), block_of(kind), sigma_b2, point), "block");
    }
  }
  for (const BlockKind kind : {BlockKind::batch_norm_before, BlockKind::batch_norm_after}) {
    refused(edge_of_chaos(named("tanh"), block_of(kind), 0.1, point), "block");
    refused(iso_gamma(named("tanh"), block_of(kind), 0.0, 1.0, point), "sigma_b2");
  }
  for (const BlockKind kind : {BlockKind::layer_norm_before, BlockKind::layer_norm_after}) {
    refused(edge_of_chaos(named("tanh"), block_of(kind), 0.0, point), "sigma_b2");
    refused(variance_line(named("relu"), block_of(kind), 0.0, point), "block");
  }
  refused(variance_line(named("tanh"), block_of(BlockKind::plain), 0.1, point), "activation");
  Block bad = block_of(BlockKind::max_pool, 1);
  CHECK(edge_of_chaos(named("tanh"), bad, 0.1, point).code == StatusCode::out_of_range);
  CHECK(std::string(iso_gamma(named("tanh"), bad, 0.1, 1.0, point).parameter) == "pool");
}

TEST_CASE("all points of a line") {
  LinePoint points[4];
  std::size_t count = 9;
  REQUIRE(edge_of_chaos_points(named("tanh"), Block{}, 0.1, points, count).ok());
  REQUIRE(count == 1);
  CHECK(points[0].sigma_w2 == edge_at(named("tanh"), 0.1).sigma_w2);
  REQUIRE(iso_gamma_points(named("tanh"), Block{}, 0.1, 1.0, {}, count).ok());
  CHECK(count == 1);
  REQUIRE(
      edge_of_chaos_points(named("relu"), block_of(BlockKind::batch_norm_after), 0.1, points, count)
          .ok());
  CHECK(count == 0);
}

TEST_CASE("lines out of range are refused by name") {
  LinePoint point{};
  for (const Status& status :
       {edge_of_chaos(named("tanh"), 1e-40, point), iso_gamma(named("tanh"), 1e-40, 1.0, point)}) {
    CHECK(status.code == StatusCode::out_of_range);  // q would lie below 1e-12
    CHECK(std::string(status.parameter) == "sigma_b2");
    CHECK(status.low == close(4.0 / 3.0 * 1e-36, 1.0));
  }
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
