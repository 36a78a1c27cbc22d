// Mean-field theory: maps, fixed points, depth scales, phases.
#include "igb/mean_field.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <string>
#include <string_view>

#include "igb/critical_lines.hpp"
#include "igb/expectation.hpp"
#include "support/close.hpp"

using namespace igb;
using igb::test::close;
using igb::test::Table;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double pi = std::numbers::pi;

Initialisation at(std::string_view name, double sigma_w2, double sigma_b2) {
  return {find_activation(name), sigma_w2, sigma_b2};
}

FixedPoint fixed_point_at(std::string_view name, double sigma_w2, double sigma_b2) {
  FixedPoint report{};
  REQUIRE(fixed_point(at(name, sigma_w2, sigma_b2), report).ok());
  return report;
}

Signal iterate(const Initialisation& init, Signal signal, int layers) {
  for (int layer = 0; layer < layers; ++layer) signal = next_layer(init, signal);
  return signal;
}

}  // namespace

TEST_CASE("the bridge between correlation and drift ratio") {
  const Signal signal{1.0, 0.25};
  CHECK(signal.c() == 0.75);
  CHECK(signal.gamma() == close(3.0, 1e-15));
  CHECK(signal.c() == close(signal.gamma() / (1.0 + signal.gamma()), 1e-15));
  CHECK(Signal{1.0, 0.0}.gamma() == infinity);
  CHECK(Signal{1.0, 1.0}.gamma() == 0.0);
}

TEST_CASE("layer 1 is affine in the inputs") {
  const Signal first = first_layer(at("relu", 2.0, 0.5), {3.0, 0.4});
  CHECK(first.q == 6.5);
  CHECK(first.q * first.d == close(2.0 * 3.0 * 0.4, 1e-15));
  CHECK(first_layer(at("tanh", 2.0, 0.0), {3.0, 0.4}).d == 0.4);
  CHECK(first_layer(at("tanh", 2.0, 0.0), {0.0, 0.4}).q == 0.0);
}

TEST_CASE("ReLU trajectory at (2, 0) from uncorrelated inputs matches the table") {
  const Table table("relu_trajectory.csv");
  REQUIRE(table.size() == 101);
  const Initialisation init = at("relu", 2.0, 0.0);
  Signal signal{1.0, 1.0};
  for (std::size_t row = 0; row < table.size(); ++row) {
    CAPTURE(row);
    CHECK(signal.c() == close(table.number(row, "c"), 2e-15));
    CHECK(signal.gamma() == close(table.number(row, "gamma"), 2e-14));
    signal = next_layer(init, signal);
  }
}

TEST_CASE("fixed points match the table") {
  const Table table("fixed_points.csv");
  int checked = 0;
  for (std::size_t row = 0; row < table.size(); ++row) {
    const Activation* phi = find_activation(table.text(row, "activation"));
    REQUIRE(phi != nullptr);
    const double sigma_w2 = table.number(row, "sigma_w2");
    const double sigma_b2 = table.number(row, "sigma_b2");
    const std::string name = phi->name;
    CAPTURE(name);
    CAPTURE(sigma_w2);
    CAPTURE(sigma_b2);
    const FixedPoint report = fixed_point_at(phi->name, sigma_w2, sigma_b2);
    CHECK(report.q_star == close(table.number(row, "q_star"), 1e-11));
    CHECK(report.c_star == close(table.number(row, "c_star"), 1e-10));
    CHECK(report.chi_1 == close(table.number(row, "chi_1"), 1e-11));
    CHECK(report.chi_c_star == close(table.number(row, "chi_c_star"), 1e-11));
    CHECK(report.xi_c == close(table.number(row, "xi_c"), 1e-10));
    ++checked;
  }
  CHECK(checked == 39);
}

TEST_CASE("a fixed point is one of next_layer and where long iteration ends") {
  for (const std::string name : {"tanh", "erf"}) {
    for (double sigma_b2 : {0.01, 0.1, 2.0}) {
      for (double sigma_w2 : {0.3, 1.1, 2.6, 7.0}) {
        CAPTURE(name);
        CAPTURE(sigma_w2);
        CAPTURE(sigma_b2);
        const Initialisation init = at(name, sigma_w2, sigma_b2);
        const FixedPoint report = fixed_point_at(name, sigma_w2, sigma_b2);
        const double d_star = 1.0 - report.c_star;
        const Signal next = next_layer(init, {report.q_star, d_star});
        CHECK(next.q == close(report.q_star, 1e-13));
        CHECK(next.d == close(d_star, 1e-12));

        const int layers = 10 + static_cast<int>(40.0 * report.xi_c);
        const Signal end = iterate(init, first_layer(init, {1.0, 1.0}), layers);
        CHECK(end.q == close(report.q_star, 1e-12));
        if (d_star > 0.0) CHECK(end.d == close(d_star, 1e-11));
        if (d_star == 0.0) CHECK(end.d < 1e-12);
      }
    }
  }
}

TEST_CASE("depth scales are the rates at which iteration forgets") {
  const Initialisation init = at("tanh", 2.2, 0.05);
  const FixedPoint report = fixed_point_at("tanh", 2.2, 0.05);
  const double d_star = 1.0 - report.c_star;
  const Signal disturbed_c = next_layer(init, {report.q_star, d_star * (1.0 + 1e-6)});
  CHECK(std::log((disturbed_c.d / d_star - 1.0) / 1e-6) == close(-1.0 / report.xi_c, 1e-4));
  const Signal disturbed_q = next_layer(init, {report.q_star * (1.0 + 1e-6), 0.0});
  CHECK(std::log((disturbed_q.q / report.q_star - 1.0) / 1e-6) == close(-1.0 / report.xi_q, 1e-4));
  CHECK(report.xi_grad == close(-1.0 / std::log(report.chi_1), 1e-15));
  CHECK(report.xi_grad < 0.0);
  CHECK(report.chi_1 == close(backward_factor(init, {report.q_star, 0.0}), 1e-14));
}

TEST_CASE("phases of tanh follow gamma and chi_1 across the plane") {
  CHECK(fixed_point_at("tanh", 1.2, 0.1).phase == Phase::ordered_prejudice);
  CHECK(fixed_point_at("tanh", 2.2, 0.1).phase == Phase::prejudice);
  CHECK(fixed_point_at("tanh", 3.2, 0.1).phase == Phase::neutrality);
  for (double sigma_b2 : {1e-6, 0.01, 0.1, 1.0, 100.0}) {
    CAPTURE(sigma_b2);
    LinePoint edge{};
    LinePoint neutral{};
    REQUIRE(edge_of_chaos(*find_activation("tanh"), sigma_b2, edge).ok());
    REQUIRE(iso_gamma(*find_activation("tanh"), sigma_b2, 1.0, neutral).ok());
    const FixedPoint on_edge = fixed_point_at("tanh", edge.sigma_w2, sigma_b2);
    CHECK(on_edge.phase == Phase::edge_of_chaos);
    CHECK(on_edge.c_star == 1.0);
    CHECK(on_edge.gamma_star == infinity);
    CHECK(on_edge.xi_c == infinity);
    CHECK(on_edge.xi_grad == infinity);
    const auto phase = [&](double sigma_w2) {
      return fixed_point_at("tanh", sigma_w2, sigma_b2).phase;
    };
    CHECK(phase(edge.sigma_w2 * (1.0 - 1e-4)) == Phase::ordered_prejudice);
    CHECK(phase(edge.sigma_w2 * (1.0 + 1e-4)) == Phase::prejudice);
    CHECK(phase(neutral.sigma_w2 * (1.0 - 1e-9)) == Phase::prejudice);
    CHECK(phase(neutral.sigma_w2 * (1.0 + 1e-9)) == Phase::neutrality);
  }
}

TEST_CASE("correlations resolve just above the edge of chaos") {
  // Near the edge d_star = beta (chi_1 - 1) / 2 to first order, beta as in the rate below.
  LinePoint edge{};
  REQUIRE(edge_of_chaos(*find_activation("erf"), 0.1, edge).ok());
  double before = 1.0;
  for (double above : {1e-3, 1e-5, 1e-7}) {
    const FixedPoint report = fixed_point_at("erf", edge.sigma_w2 * (1.0 + above), 0.1);
    CAPTURE(above);
    CHECK(report.phase == Phase::prejudice);
    const double ratio = (1.0 - report.c_star) / (report.chi_1 - 1.0);
    if (before != 1.0) CHECK(ratio == close(before, 30.0 * above + 1e-2));
    CHECK(report.chi_c_star == close(2.0 - report.chi_1, 10.0 * above * above + 1e-8));
    before = ratio;
  }
}

TEST_CASE("odd activations without bias are singular: uncorrelated stays uncorrelated") {
  for (const std::string name : {"tanh", "erf", "linear"}) {
    for (double sigma_w2 : {0.3, 1.0, 1.0000001, 1.7, 40.0}) {
      CAPTURE(name);
      CAPTURE(sigma_w2);
      const FixedPoint report = fixed_point_at(name, sigma_w2, 0.0);
      CHECK(report.phase == Phase::singular);
      CHECK(report.c_star == 0.0);
      CHECK(report.gamma_star == 0.0);
    }
  }
  CHECK(fixed_point_at("tanh", 1.0, 0.0).q_star == 0.0);
  CHECK(fixed_point_at("tanh", 0.6, 0.0).q_star == 0.0);
  CHECK(fixed_point_at("tanh", 0.6, 0.0).chi_1 == close(0.6, 1e-13));
  const FixedPoint alive = fixed_point_at("tanh", 2.0, 0.0);
  CHECK(alive.q_star == close(iterate(at("tanh", 2.0, 0.0), {1.0, 1.0}, 300).q, 1e-13));
  CHECK(alive.chi_c_star < 1.0);
}

TEST_CASE("uncorrelated inputs of odd activations without bias stay exactly uncorrelated") {
  for (const std::string name : {"tanh", "erf", "sin", "hard_tanh", "linear"}) {
    for (double sigma_w2 = 0.05; sigma_w2 < 8.0; sigma_w2 *= 1.07) {
      CAPTURE(name);
      CAPTURE(sigma_w2);
      std::array<Signal, 101> layers{};
      REQUIRE(trajectory(at(name, sigma_w2, 0.0), {1.0, 1.0}, layers).ok());
      // A gamma below 0 is refused by every law of the guesses.
      CHECK(std::ranges::all_of(layers, [](const Signal& s) { return s.d == 1.0; }));
    }
  }
}

TEST_CASE("correlations that are not negative never become so, whatever the block") {
  // kappa is a power series in c with coefficients >= 0: of phi, of a pool as a function of several
  // normals, and of what dropout, means and normalisations make of them.
  const Block blocks[] = {{.kind = BlockKind::plain},
                          {.kind = BlockKind::max_pool, .pool = 2},
                          {.kind = BlockKind::max_pool, .pool = 3},
                          {.kind = BlockKind::average_pool, .pool = 3},
                          {.kind = BlockKind::dropout, .keep = 0.7},
                          {.kind = BlockKind::residual_scaled, .residual_depth = 20},
                          {.kind = BlockKind::residual, .sigma_v2 = 0.7},
                          {.kind = BlockKind::layer_norm_before},
                          {.kind = BlockKind::layer_norm_after},
                          {.kind = BlockKind::batch_norm_before},
                          {.kind = BlockKind::batch_norm_after},
                          {.kind = BlockKind::convolution, .taps = 3},
                          {.kind = BlockKind::delta_orthogonal, .taps = 3}};
  for (const Block& block : blocks) {
    for (const Activation& phi : activations()) {
      const std::string name = std::string(phi.name) + ", " + block_name(block.kind);
      CAPTURE(name);
      for (const double sigma_b2 : {0.0, 1e-300, 1e-20, 1e-3}) {
        for (const double q : {1e-6, 1e-3, 0.1, 0.77, 1.9, 6.0}) {
          for (const double d : {1.0 - 1e-15, 1.0}) {
            const Signal next = next_layer({&phi, 1.3, sigma_b2, block}, {q, d});
            CHECK(next.d <= 1.0);
            CHECK(next.d >= 0.0);
          }
        }
      }
    }
  }
}

TEST_CASE("a tanh network at (1, 0) loses correlation only through the death of its signal") {
  CHECK(iterate(at("tanh", 1.0, 0.0), {1.0, 0.5}, 100).c() == close(0.4411, 1e-4));
}

TEST_CASE("a dying signal keeps its correlation to the last subnormal") {
  const Initialisation dying = at("tanh", 0.01, 0.0);
  const Signal faint = iterate(dying, {1.0, 0.3}, 60);
  CHECK(faint.q < 1e-100);
  const Signal gone = iterate(dying, {1.0, 0.3}, 400);
  CHECK(gone.q == 0.0);
  CHECK(gone.d == close(faint.d, 1e-12));
}

TEST_CASE("ReLU phases") {
  const FixedPoint ordered = fixed_point_at("relu", 1.5, 0.1);
  CHECK(ordered.phase == Phase::ordered_prejudice);
  CHECK(ordered.q_star == close(0.4, 1e-15));
  CHECK(ordered.chi_c_star == 0.75);
  CHECK(ordered.xi_c == close(-1.0 / std::log(0.75), 1e-15));

  const FixedPoint edge = fixed_point_at("relu", 2.0, 0.1);
  CHECK(edge.phase == Phase::edge_of_chaos);
  CHECK(edge.q_star == infinity);
  CHECK(fixed_point_at("relu", 2.0, 0.0).q_star == 2.0);
  CHECK(fixed_point_at("relu", 2.0, 0.0).phase == Phase::edge_of_chaos);

  for (double sigma_b2 : {0.0, 0.1}) {
    const FixedPoint chaotic = fixed_point_at("relu", 2.5, sigma_b2);
    CHECK(chaotic.phase == Phase::chaotic_prejudice);
    CHECK(chaotic.q_star == infinity);
    CHECK(chaotic.c_star == 1.0);
    CHECK(chaotic.gamma_star == infinity);
    CHECK(chaotic.chi_1 == 1.25);
    CHECK(chaotic.xi_c == infinity);
    CHECK(chaotic.xi_grad == close(-1.0 / std::log(1.25), 1e-15));
    CHECK(chaotic.xi_q == close(-1.0 / std::log(1.25), 1e-15));
  }
  const FixedPoint dying = fixed_point_at("relu", 1.0, 0.0);
  CHECK(dying.phase == Phase::ordered_prejudice);
  CHECK(dying.q_star == 0.0);
  CHECK(dying.c_star == 1.0);
}

TEST_CASE("linear networks") {
  const FixedPoint ordered = fixed_point_at("linear", 0.5, 0.1);
  CHECK(ordered.phase == Phase::ordered_prejudice);
  CHECK(ordered.q_star == close(0.2, 1e-15));
  CHECK(ordered.xi_c == close(-1.0 / std::log(0.5), 1e-15));
  CHECK(fixed_point_at("linear", 1.0, 0.1).phase == Phase::edge_of_chaos);

  const FixedPoint diverging = fixed_point_at("linear", 1.5, 0.1);
  CHECK(diverging.phase == Phase::singular);
  CHECK(diverging.q_star == infinity);
  const Initialisation init = at("linear", 1.5, 0.1);
  CHECK(diverging.gamma_star ==
        close(iterate(init, first_layer(init, {1.0, 1.0}), 150).gamma(), 1e-12));
}

TEST_CASE("at the edge the distance of smooth activations falls as beta / l") {
  // 1 / d grows by 1 / beta a layer, beta = 2 E[phi'^2] / (q E[phi''^2]).
  for (double sigma_b2 : {0.05, 0.2}) {
    LinePoint edge{};
    REQUIRE(edge_of_chaos(*find_activation("tanh"), sigma_b2, edge).ok());
    double curvature = 0.0;
    const double h = 0.01;
    for (double z = -12.0; z < 12.0; z += h) {
      const double t = std::tanh(std::sqrt(edge.q) * z);
      const double second = -2.0 * t * (1.0 - t * t);
      curvature += second * second * std::exp(-z * z / 2.0) * h / std::sqrt(2.0 * pi);
    }
    const double slope = slope_moment(*find_activation("tanh"), edge.q);
    const double beta = 2.0 * slope / (edge.q * curvature);
    const double d = 1e-5;
    const Signal next = next_layer(at("tanh", edge.sigma_w2, sigma_b2), {edge.q, d});
    CAPTURE(sigma_b2);
    CHECK(1.0 / next.d - 1.0 / d == close(1.0 / beta, 1e-4));
  }
}

TEST_CASE(
    "the distance of ReLU networks falls with the square of depth, whatever the variance does") {
  const int layers = 100000;
  // 1 / sqrt(d) at a depth of `layers` and at four times that; l^2 d tends to the square of the
  // inverse of its slope.
  const auto limit = [&](double sigma_w2, double sigma_b2) {
    const Initialisation init = at("relu", sigma_w2, sigma_b2);
    const Signal near = iterate(init, first_layer(init, {1.0, 1.0}), layers);
    const Signal far = iterate(init, near, 3 * layers);
    // It is A l + B sqrt(l) + ...: eliminates B.
    const double slope = (1.0 / std::sqrt(far.d) - 2.0 / std::sqrt(near.d)) / (2.0 * layers);
    return 1.0 / (slope * slope * pi * pi);
  };
  CHECK(limit(2.0, 0.0) == close(4.5, 1e-3));
  CHECK(limit(1.0, 0.0) == close(4.5, 1e-3));        // q underflows to 0
  CHECK(limit(3.0, 0.0) == close(4.5, 1e-3));        // q overflows to infinity
  CHECK(limit(3.0, 0.1) == close(4.5, 1e-3));        // the same, with bias
  CHECK(limit(2.0, 0.1) == close(9.0 / 8.0, 1e-3));  // edge with bias: q grows linearly
}

TEST_CASE("correlation -1 stays in range") {
  for (const Activation& phi : activations()) {
    Signal signal = next_layer({&phi, 1.7, 0.0}, {1.3, 2.0});
    const std::string name = phi.name;
    CAPTURE(name);
    CHECK(signal.d <= 2.0);
    if (phi.odd) CHECK(signal.d == close(2.0, 1e-14));
    for (double q = 1e-3; q < 1e3; q *= 1.01)
      CHECK(next_layer({&phi, 1.7, 0.0}, {q, 2.0}).d <= 2.0);
    signal = iterate({&phi, 1.7, 0.3}, signal, 50);
    CHECK(signal.d >= 0.0);
    CHECK(signal.d < 2.0);
  }
}

namespace {

double logistic(double x) { return 1.0 / (1.0 + std::exp(-x)); }

/// x logistic(x), and ln(1 + e^x), as a user would write them.
Activation own_silu() {
  Activation phi;
  phi.name = "own silu";
  phi.value_at = [](const Activation&, double x) { return x * logistic(x); };
  phi.slope_at = [](const Activation&, double x) {
    const double s = logistic(x);
    return s * (1.0 + x * (1.0 - s));
  };
  phi.bend_at = [](const Activation&, double x) {
    const double s = logistic(x);
    return s * (1.0 - s) * (2.0 + x * (1.0 - 2.0 * s));
  };
  return phi;
}
Activation own_softplus() {
  Activation phi;
  phi.name = "own softplus";
  phi.value_at = [](const Activation&, double x) {
    return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
  };
  phi.slope_at = [](const Activation&, double x) { return logistic(x); };
  phi.bend_at = [](const Activation&, double x) { return logistic(x) * logistic(-x); };
  return phi;
}

}  // namespace

TEST_CASE("signals that die or diverge according to where they start") {
  // Of x logistic(x) without bias: q = 0 is stable below sigma_w2 = 4, and from 2 on, where its
  // asymptote grows, an unstable fixed point parts signals that die from those that diverge.
  const Activation phi = own_silu();
  struct Row {
    double sigma_w2;
    double q_star;
    std::uint32_t fixed_points;
  };
  for (const Row row :
       {Row{1.9, 0.0, 1}, Row{2.2, 0.0, 2}, Row{3.5, infinity, 2}, Row{4.5, infinity, 1}}) {
    CAPTURE(row.sigma_w2);
    const Initialisation init{&phi, row.sigma_w2, 0.0, {}};
    FixedPoint report{};
    REQUIRE(fixed_point(init, report).ok());
    CHECK(report.q_star == row.q_star);
    CHECK(report.q_fixed_points == row.fixed_points);
    if (row.q_star == 0.0) {
      CHECK(report.phase == Phase::singular);
      const Signal end = iterate(init, first_layer(init, {1.0, 1.0}), 120);
      CHECK(report.c_star == close(end.c(), 1e-12));
    } else {
      CHECK(report.phase == Phase::chaotic_prejudice);
      CHECK(report.c_star == 1.0);
      CHECK(report.chi_1 == close(row.sigma_w2 / 2.0, 1e-12));
    }
  }
}

TEST_CASE("signals that die keep the correlation that they have come to") {
  for (const std::string name : {"elu", "silu", "gelu"}) {
    for (int percent = 2; percent < 30; ++percent) {
      const double sigma_w2 = 0.01 * percent;
      CAPTURE(name);
      CAPTURE(sigma_w2);
      const Initialisation init = at(name, sigma_w2, 0.0);
      FixedPoint report{};
      REQUIRE(fixed_point(init, report).ok());
      CHECK(report.q_star == 0.0);
      CHECK(report.phase == Phase::singular);
      const Signal end = iterate(init, first_layer(init, {1.0, 1.0}), 100);
      CHECK(1.0 - report.c_star == close(end.d, 1e-13));
    }
  }
}

TEST_CASE("a variance that grows without bound at its asymptote's edge has no fixed point") {
  // ln(1 + e^x) lies above ReLU by what vanishes with q: q grows for ever, ever slower.
  const Activation phi = own_softplus();
  for (const double sigma_b2 : {0.0, 0.01}) {
    FixedPoint report{};
    REQUIRE(fixed_point({&phi, 2.0, sigma_b2, {}}, report).ok());
    CHECK(report.q_star == infinity);
    CHECK(report.q_fixed_points == 0);
    CHECK(report.phase == Phase::edge_of_chaos);
    REQUIRE(fixed_point({&phi, 1.9, sigma_b2, {}}, report).ok());
    CHECK(report.q_star < 20.0);
    CHECK(report.q_fixed_points == 1);
  }
}

TEST_CASE("every corner of the allowed range has a fixed point without NaN") {
  for (const Activation& phi : activations()) {
    for (double sigma_w2 : {sigma_w2_min, 1e-3, 1.0, 1.0 + 1e-10, 2.0, 1e3, sigma_w2_max}) {
      for (double sigma_b2 : {sigma_b2_min, 1e-300, 1e-12, 1.0, sigma_b2_max}) {
        const std::string name = phi.name;
        CAPTURE(name);
        CAPTURE(sigma_w2);
        CAPTURE(sigma_b2);
        FixedPoint report{};
        const Status status = fixed_point({&phi, sigma_w2, sigma_b2}, report);
        if (name == "elu" && std::abs(sigma_w2 - 1.0) <= edge_tolerance && sigma_b2 == 0.0) {
          // dies as the square of depth, and what is left of d settles as slowly
          CHECK(status.code == StatusCode::no_convergence);
          CHECK(std::string(status.parameter) == "c_star");
          continue;
        }
        CHECK(status.ok());
        CHECK(report.q_star >= sigma_b2);
        CHECK(report.c_star >= 0.0);
        CHECK(report.c_star <= 1.0);
        CHECK(report.gamma_star >= 0.0);
        CHECK(report.chi_1 >= 0.0);
        CHECK(report.chi_c_star >= 0.0);
        CHECK(report.chi_c_star <= 1.0 + edge_tolerance);
        CHECK_FALSE(std::isnan(report.xi_q));
        CHECK(report.xi_c >= 0.0);
        CHECK_FALSE(std::isnan(report.xi_grad));
        CHECK(std::string(phase_name(report.phase)) != "unknown");
      }
    }
  }
}

TEST_CASE("an initialisation out of range is refused by name") {
  FixedPoint report{};
  Status status = fixed_point({nullptr, 1.0, 0.0}, report);
  CHECK(status.code == StatusCode::unknown_name);
  CHECK(std::string(status.parameter) == "activation");
  for (double bad : {not_a_number, infinity, -infinity, -1.0, 0.0, 1e-7, 1e7}) {
    status = fixed_point(at("tanh", bad, 0.1), report);
    CHECK(status.code == StatusCode::out_of_range);
    CHECK(std::string(status.parameter) == "sigma_w2");
    CHECK(status.low == sigma_w2_min);
    CHECK(status.high == sigma_w2_max);
  }
  for (double bad : {not_a_number, infinity, -infinity, -1e-300, 1e7}) {
    status = fixed_point(at("tanh", 1.0, bad), report);
    CHECK(status.code == StatusCode::out_of_range);
    CHECK(std::string(status.parameter) == "sigma_b2");
  }
}
