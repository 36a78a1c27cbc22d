// Mean-field maps of every block, held against their definitions.
#include "igb/block.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <string_view>
#include <vector>

#include "igb/mean_field.hpp"
#include "support/close.hpp"
#include "support/gaussian_lattice.hpp"

using namespace igb;
using igb::test::close;
using igb::test::lattice_mean;
using igb::test::lattice_pair_mean;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double pi = std::numbers::pi;

Initialisation at(BlockKind kind, std::string_view name, double sigma_w2, double sigma_b2) {
  Initialisation init{find_activation(name), sigma_w2, sigma_b2, {}};
  init.block.kind = kind;
  return init;
}

Signal output_of(const Initialisation& init, std::size_t depth) {
  std::vector<Signal> layers(depth + 1);
  REQUIRE(trajectory(init, {1.0, 1.0}, layers).ok());
  return layers.back();
}

FixedPoint fixed_point_of(const Initialisation& init) {
  FixedPoint report{};
  REQUIRE(fixed_point(init, report).ok());
  return report;
}

/// Moments of tanh at variance q and correlation c by definition.
struct TanhMoments {
  double second;      // E[phi^2]
  double covariance;  // E[phi(u) phi(v)]
  double slope;       // E[phi'^2]
};
TanhMoments tanh_moments(double q, double c) {
  const double s = std::sqrt(q);
  const auto phi = [&](double z) { return std::tanh(s * z); };
  const auto slope = [&](double z) { return 1.0 - phi(z) * phi(z); };
  return {lattice_mean([&](double z) { return phi(z) * phi(z); }),
          lattice_pair_mean([&](double u, double v) { return phi(u) * phi(v); }, c),
          lattice_mean([&](double z) { return slope(z) * slope(z); })};
}

/// One layer of a block: q', q'_ab, and the factor of squared gradients.
struct Expected {
  double q;
  double q_ab;
  double backward;
};
void check_layer(const Initialisation& init, Signal signal, const Expected& expected) {
  const std::string name = block_name(init.block.kind);
  CAPTURE(name);
  const Signal next = next_layer(init, signal);
  CHECK(next.q == close(expected.q, 1e-12));
  CHECK(next.q * next.c() == close(expected.q_ab, 1e-11));
  CHECK(backward_factor(init, signal) == close(expected.backward, 1e-12));
}

}  // namespace

TEST_CASE("one layer of tanh with every block follows its definition") {
  const double w = 1.7;
  const double b = 0.2;
  const Signal signal{0.8, 0.35};
  const double q = signal.q;
  const double q_ab = q * signal.c();
  const TanhMoments at_q = tanh_moments(q, signal.c());
  const TanhMoments at_one = tanh_moments(1.0, signal.c());
  const auto block = [&](BlockKind kind) { return at(kind, "tanh", w, b); };

  for (const BlockKind kind :
       {BlockKind::plain, BlockKind::convolution, BlockKind::delta_orthogonal}) {
    check_layer(block(kind), signal,
                {w * at_q.second + b, w * at_q.covariance + b, w * at_q.slope});
  }

  Initialisation pooled = block(BlockKind::average_pool);
  pooled.block.pool = 3;  // the mean over units of tanh is 0
  check_layer(pooled, signal,
              {w * at_q.second / 3.0 + b, w * at_q.covariance / 3.0 + b, w * at_q.slope / 3.0});

  Initialisation dropped = block(BlockKind::dropout);
  dropped.block.keep = 0.8;
  check_layer(dropped, signal,
              {w * at_q.second / 0.8 + b, w * at_q.covariance + b, w * at_q.slope / 0.8});

  Initialisation scaled = block(BlockKind::residual_scaled);
  scaled.block.residual_depth = 10;
  check_layer(scaled, signal,
              {q + (w * at_q.second + b) / 10.0, q_ab + (w * at_q.covariance + b) / 10.0,
               1.0 + w * at_q.slope / 10.0});

  Initialisation residual = block(BlockKind::residual);
  residual.block.sigma_v2 = 0.6;
  residual.block.sigma_a2 = 0.07;
  const auto next_h = [&](double h, double moment) {  // by way of p = E[x^2], h = w p + b
    const double p = (h - b) / w;
    return w * (p + 0.6 * moment + 0.07) + b;
  };
  check_layer(residual, signal,
              {next_h(q, at_q.second), next_h(q_ab, at_q.covariance), 1.0 + 0.6 * w * at_q.slope});

  check_layer(block(BlockKind::layer_norm_before), signal,
              {w * at_one.second + b, w * at_one.covariance + b, w * at_one.slope / q});
  check_layer(block(BlockKind::layer_norm_after), signal,
              {w + b, w * at_q.covariance / at_q.second + b, w * at_q.slope / at_q.second});
  check_layer(block(BlockKind::batch_norm_before), signal,
              {w * at_one.second + b, b, w * at_one.slope / (q * signal.d)});
}

TEST_CASE("batch norm after tanh averages the steepness of units over their drifts") {
  const double w = 1.7;
  for (const Signal signal : {Signal{0.8, 0.35}, Signal{3.0, 0.9}, Signal{0.5, 0.05}}) {
    CAPTURE(signal.q);
    CAPTURE(signal.d);
    const double drift = std::sqrt(signal.q * signal.c());
    const double spread = std::sqrt(signal.q * signal.d);
    const double steepness = lattice_mean([&](double m) {
      const auto phi = [&](double z) { return std::tanh(drift * m + spread * z); };
      const double mean = lattice_mean(phi);
      const double variance =
          lattice_mean([&](double z) { return (phi(z) - mean) * (phi(z) - mean); });
      const double slope =
          lattice_mean([&](double z) { return (1.0 - phi(z) * phi(z)) * (1.0 - phi(z) * phi(z)); });
      return slope / variance;
    });
    check_layer(at(BlockKind::batch_norm_after, "tanh", w, 0.2), signal,
                {w + 0.2, 0.2, w * steepness});
  }
}

TEST_CASE("batch norm after ReLU: the steepness of drifted units in closed form") {
  const double w = 1.7;
  for (const Signal signal : {Signal{0.8, 0.9}, Signal{3.0, 0.5}, Signal{2.0, 0.05}}) {
    CAPTURE(signal.d);
    // Unit at t = mu / s: E phi'^2 = Phi(t), E phi / s = g = density(t) + t Phi(t),
    // E phi^2 / s^2 = Phi(t) + t g.
    const double s2 = signal.q * signal.d;
    const double spread = std::sqrt(signal.c() / signal.d);
    const double steepness = lattice_mean(
        [&](double m) {
          const double t = spread * m;
          if (t < -37.0) return 0.0;  // of weight 1e-16
          const double tail = 0.5 * std::erfc(-t / std::numbers::sqrt2);
          const double g = igb::test::weight(t) + t * tail;
          return tail / (tail + t * g - g * g) / s2;
        },
        1.0 / 256.0);
    CHECK(backward_factor(at(BlockKind::batch_norm_after, "relu", w, 0.2), signal) ==
          close(w * steepness, 1e-6));
  }
}

TEST_CASE("normalised ReLU networks of depth 20 without bias") {
  const auto relu = [](BlockKind kind) { return at(kind, "relu", 2.0, 0.0); };
  for (const BlockKind kind : {BlockKind::plain, BlockKind::layer_norm_before}) {
    CHECK(output_of(relu(kind), 20).gamma() == close(18.39, 1e-4));
    CHECK(backward_factor(relu(kind), output_of(relu(kind), 20)) == close(1.0, 1e-14));
  }
  for (const std::size_t depth : {1U, 2U, 20U}) {
    CHECK(output_of(relu(BlockKind::batch_norm_before), depth).gamma() ==
          close(1.0 / (pi - 1.0), 1e-14));
  }
  for (const BlockKind kind :
       {BlockKind::batch_norm_before, BlockKind::layer_norm_after, BlockKind::batch_norm_after}) {
    for (const double sigma_w2 : {0.5, 2.0, 7.0}) {
      const Initialisation init = at(kind, "relu", sigma_w2, 0.0);
      CHECK(backward_factor(init, output_of(init, 20)) == close(pi / (pi - 1.0), 1e-13));
      CHECK(fixed_point_of(init).chi_grad == close(pi / (pi - 1.0), 1e-13));
    }
  }
  CHECK(output_of(relu(BlockKind::batch_norm_after), 20).gamma() == 0.0);
  std::vector<Signal> layers(41);
  REQUIRE(trajectory(relu(BlockKind::layer_norm_after), {1.0, 0.2}, layers).ok());
  CHECK(layers.back().gamma() < 1e-4);
  CHECK(fixed_point_of(relu(BlockKind::layer_norm_after)).gamma_star == 0.0);
  CHECK(fixed_point_of(relu(BlockKind::layer_norm_before)).phase == Phase::edge_of_chaos);
}

TEST_CASE("dropout takes ReLU off perfect correlation") {
  struct Row {
    double keep;
    double gamma;
  };
  for (const Row row : {Row{0.99, 9.30}, Row{0.95, 2.92}, Row{0.9, 1.68}, Row{0.5, 0.278}}) {
    CAPTURE(row.keep);
    for (const double sigma_w2 : {0.7, 2.0, 3.0}) {
      Initialisation init = at(BlockKind::dropout, "relu", sigma_w2, 0.0);
      init.block.keep = row.keep;
      const FixedPoint report = fixed_point_of(init);
      CHECK(report.gamma_star == close(row.gamma, 2e-3));
      CHECK(report.chi_grad == close(sigma_w2 / 2.0 / row.keep, 1e-14));
      CHECK(report.phase == (row.keep > 0.6 ? Phase::prejudice : Phase::neutrality));
      const double d = 1.0 - report.c_star;
      CHECK(next_layer(init, {1.0, d}).d == close(d, 1e-13));
      CHECK(next_layer(init, {1.0, 0.0}).d == close(1.0 - row.keep, 1e-13));
    }
  }
}

TEST_CASE("a keep rate of 1 drops nothing") {
  for (const std::string name : {"tanh", "relu"}) {
    const Initialisation kept = at(BlockKind::dropout, name, 1.9, 0.05);
    const FixedPoint plain = fixed_point_of(at(BlockKind::plain, name, 1.9, 0.05));
    const FixedPoint report = fixed_point_of(kept);
    CHECK(report.q_star == plain.q_star);
    CHECK(report.c_star == plain.c_star);
    CHECK(report.xi_grad == plain.xi_grad);
  }
}

TEST_CASE("maxima of tanh over two units have the variance and gradients of tanh") {
  // (max^2 + min^2) / 2 is E[phi^2], and the maximum of -phi is minus the minimum of phi.
  for (const double sigma_w2 : {0.6, 2.2, 5.0}) {
    CAPTURE(sigma_w2);
    const Initialisation pooled = at(BlockKind::max_pool, "tanh", sigma_w2, 0.1);
    const Initialisation plain = at(BlockKind::plain, "tanh", sigma_w2, 0.1);
    const Signal next = next_layer(pooled, {0.9, 0.4});
    CHECK(next.q == next_layer(plain, {0.9, 0.4}).q);
    CHECK(backward_factor(pooled, {0.9, 0.4}) == backward_factor(plain, {0.9, 0.4}));
    // The mean of the maximum keeps inputs together.
    CHECK(next.d < 0.9 * next_layer(plain, {0.9, 0.4}).d);
    const double mean = lattice_pair_mean(
        [](double u, double v) { return std::tanh(std::sqrt(0.9) * std::max(u, v)); }, 0.0);
    CHECK(next_layer(pooled, {0.9, 1.0}).q * next_layer(pooled, {0.9, 1.0}).c() ==
          close(sigma_w2 * mean * mean + 0.1, 1e-3));
  }
}

TEST_CASE("maxima of ReLU follow their closed second moment and slope") {
  // Of two units: E[max^2] = q (3 pi + 2) / 4 pi; of k units the slope is 1 - 2^-k.
  for (const std::uint32_t pool : {2U, 3U, 6U}) {
    Initialisation init = at(BlockKind::max_pool, "relu", 1.3, 0.1);
    init.block.pool = pool;
    CHECK(backward_factor(init, {0.9, 0.4}) ==
          close(1.3 * (1.0 - std::pow(2.0, -1.0 * pool)), 1e-11));
    if (pool != 2) continue;
    CHECK(next_layer(init, {0.9, 0.4}).q ==
          close(1.3 * 0.9 * (3.0 * pi + 2.0) / (4.0 * pi) + 0.1, 1e-11));
  }
}

TEST_CASE("average pools of tanh are tanh with a smaller weight variance") {
  for (const std::uint32_t pool : {2U, 3U, 16U}) {
    for (const double sigma_w2 : {0.6, 2.2, 5.0}) {
      Initialisation pooled = at(BlockKind::average_pool, "tanh", pool * sigma_w2, 0.1);
      pooled.block.pool = pool;
      const FixedPoint report = fixed_point_of(pooled);
      const FixedPoint plain = fixed_point_of(at(BlockKind::plain, "tanh", sigma_w2, 0.1));
      CHECK(report.q_star == close(plain.q_star, 1e-13));
      CHECK(report.c_star == close(plain.c_star, 1e-12));
      CHECK(report.xi_q == close(plain.xi_q, 1e-11));
      CHECK(report.chi_1 == close(plain.chi_1, 1e-13));
    }
  }
}

TEST_CASE("average pools of ReLU contract on the line on which q stands still") {
  for (const std::uint32_t pool : {2U, 3U, 5U}) {
    const double k = pool;
    Initialisation init = at(BlockKind::average_pool, "relu", 2.0 * pi * k / (pi + k - 1.0), 0.0);
    init.block.pool = pool;
    CHECK(next_layer(init, {1.3, 0.4}).q == close(1.3, 1e-14));
    const FixedPoint report = fixed_point_of(init);
    CHECK(report.chi_grad == close(pi / (pi + k - 1.0), 1e-14));
    CHECK(report.q_fixed_points == every_q);
    CHECK(report.c_star == 1.0);
    CHECK(report.phase == Phase::ordered_prejudice);
  }
}

TEST_CASE("fixed points of normalised and dropped networks are where iteration ends") {
  for (const BlockKind kind :
       {BlockKind::dropout, BlockKind::layer_norm_before, BlockKind::layer_norm_after,
        BlockKind::batch_norm_before, BlockKind::batch_norm_after, BlockKind::average_pool}) {
    for (const std::string name : {"tanh", "erf", "relu"}) {
      for (const double sigma_w2 : {0.4, 1.3, 4.0}) {
        Initialisation init = at(kind, name, sigma_w2, 0.15);
        init.block.keep = 0.7;
        const FixedPoint report = fixed_point_of(init);
        if (report.q_star == infinity) continue;
        const std::string block = block_name(kind);
        CAPTURE(block);
        CAPTURE(name);
        CAPTURE(sigma_w2);
        Signal signal = first_layer(init, {1.0, 1.0});
        const double layers = 20.0 + 40.0 * std::max(report.xi_c, report.xi_q);
        for (int layer = 0; layer < layers; ++layer) signal = next_layer(init, signal);
        CHECK(signal.q == close(report.q_star, 1e-12));
        if (report.c_star < 1.0) CHECK(signal.d == close(1.0 - report.c_star, 1e-11));
        if (report.c_star == 1.0) CHECK(signal.d < 1e-12);
        CHECK(backward_factor(init, {report.q_star, 1.0 - report.c_star}) == report.chi_grad);
      }
    }
  }
}

TEST_CASE("on a residual stream bounded activations grow linearly and leave a finite gamma") {
  for (const std::string name : {"tanh", "erf"}) {
    Initialisation init = at(BlockKind::residual, name, 1.5, 0.3);
    init.block.sigma_v2 = 0.8;
    init.block.sigma_a2 = 0.6;
    const double weight = 1.5 * 0.8;
    const double bias = 1.5 * 0.6;
    const FixedPoint report = fixed_point_of(init);
    // phi becomes the sign: d (weight + bias) = weight (2 / pi) acos(1 - d).
    const double d = 1.0 - report.c_star;
    CHECK(d * (weight + bias) == close(weight * 2.0 / pi * std::acos(1.0 - d), 1e-12));
    CHECK(report.q_star == infinity);
    CHECK(report.phase == Phase::prejudice);
    CHECK(report.xi_q == infinity);
    CHECK(report.xi_c == infinity);
    CHECK(report.xi_grad == infinity);
    CHECK(report.q_fixed_points == 0);

    init.block.sigma_a2 = 0.0;
    CHECK(fixed_point_of(init).phase == Phase::singular);
    CHECK(fixed_point_of(init).c_star == 0.0);
  }
}

TEST_CASE("iteration of a bounded residual stream creeps to its fixed point") {
  Initialisation init = at(BlockKind::residual, "erf", 1.5, 0.3);
  init.block.sigma_v2 = 0.8;
  init.block.sigma_a2 = 0.6;
  const double d_star = 1.0 - fixed_point_of(init).c_star;
  Signal signal = first_layer(init, {1.0, 1.0});
  const auto iterate = [&](int layers) {
    for (int layer = 0; layer < layers; ++layer) signal = next_layer(init, signal);
    return signal.d - d_star;
  };
  const double near = iterate(1000000);
  const double far = iterate(3000000);
  CHECK(signal.q == close(4e6 * (1.5 * 0.8 + 1.5 * 0.6), 1e-3));
  CHECK(std::abs(far) < 2e-3);
  CHECK(far / near < 0.6);  // falls about as 1 / sqrt(l)
}

TEST_CASE("on a residual stream ReLU grows exponentially into deep prejudice") {
  Initialisation init = at(BlockKind::residual, "relu", 1.5, 0.3);
  init.block.sigma_v2 = 0.8;
  const FixedPoint report = fixed_point_of(init);
  CHECK(report.q_star == infinity);
  CHECK(report.c_star == 1.0);
  CHECK(report.chi_grad == close(1.6, 1e-15));
  CHECK(report.xi_grad == close(-1.0 / std::log(1.6), 1e-14));
  CHECK(report.xi_q == close(-1.0 / std::log(1.6), 1e-14));
  CHECK(report.xi_c == infinity);
  CHECK(report.phase == Phase::chaotic_prejudice);
}

TEST_CASE("a linear residual stream keeps its correlation") {
  Initialisation init = at(BlockKind::residual, "linear", 1.5, 0.3);
  init.block.sigma_v2 = 0.4;
  init.block.sigma_a2 = 0.1;
  const FixedPoint report = fixed_point_of(init);
  CHECK(report.phase == Phase::singular);
  Signal signal = first_layer(init, {1.0, 1.0});
  for (int layer = 0; layer < 200; ++layer) signal = next_layer(init, signal);
  CHECK(report.gamma_star == close(signal.gamma(), 1e-12));
}

TEST_CASE("Fourier modes of a convolution decay by chi_c v") {
  for (const std::uint32_t taps : {1U, 3U, 7U}) {
    Initialisation init = at(BlockKind::convolution, "tanh", 2.2, 0.1);
    init.block.taps = taps;
    const double chi = fixed_point_of(init).chi_c_star;
    const double s = taps;
    const double t1 = 2.0 * pi * 3.0 / 32.0;
    const double t2 = 2.0 * pi * 5.0 / 32.0;
    const auto v = [&](double t) { return std::sin(s * t / 2.0) / (s * std::sin(t / 2.0)); };
    const double both[] = {t1, t2};
    const double none[] = {0.0};
    FourierMode mode{};
    REQUIRE(fourier_mode(init, both, mode).ok());
    CHECK(mode.factor == close(chi * v(t1) * v(t2), 1e-13));
    CHECK(mode.xi == close(-1.0 / std::log(std::abs(mode.factor)), 1e-14));
    REQUIRE(fourier_mode(init, none, mode).ok());
    CHECK(mode.factor == close(chi, 1e-14));
    init.block.kind = BlockKind::delta_orthogonal;
    REQUIRE(fourier_mode(init, both, mode).ok());
    CHECK(mode.factor == chi);
    init.block.kind = BlockKind::plain;
    CHECK(fourier_mode(init, both, mode).code == StatusCode::no_solution);
    init.block.kind = BlockKind::convolution;
    const double bad[] = {std::numeric_limits<double>::quiet_NaN()};
    const Status status = fourier_mode(init, bad, mode);
    CHECK(status.code == StatusCode::out_of_range);
    CHECK(std::string(status.parameter) == "angle");
  }
}

TEST_CASE("blocks without a limit at infinite depth, or without maps, say so") {
  FixedPoint report{};
  std::vector<Signal> layers(3);
  for (const BlockKind kind : {BlockKind::residual_scaled, BlockKind::residual_after}) {
    const Status status = fixed_point(at(kind, "relu", 1.5, 0.0), report);
    CHECK(status.code == StatusCode::no_solution);
    CHECK(std::string(status.parameter) == "residual_depth");
  }
  const Initialisation after = at(BlockKind::residual_after, "relu", 1.5, 0.0);
  const Status status = trajectory(after, {1.0, 1.0}, layers);
  CHECK(status.code == StatusCode::no_solution);
  CHECK(std::string(status.parameter).find("population") != std::string::npos);
  CHECK(std::isnan(next_layer(after, {1.0, 1.0}).q));
  CHECK(std::isnan(backward_factor(after, {1.0, 1.0})));
}

TEST_CASE("inputs of batch normalisation are neither identical nor anticorrelated") {
  std::vector<Signal> layers(3);
  for (const BlockKind kind : {BlockKind::batch_norm_before, BlockKind::batch_norm_after}) {
    const Initialisation init = at(kind, "tanh", 1.5, 0.1);
    CHECK(trajectory(init, {1.0, 0.5}, layers).ok());
    for (const double d : {0.0, 1.5}) {
      const Status status = trajectory(init, {1.0, d}, layers);
      CHECK(status.code == StatusCode::out_of_range);
      CHECK(std::string(status.parameter) == "c0");
    }
  }
}

TEST_CASE("blocks out of range are refused by name") {
  FixedPoint report{};
  const auto refused = [&](BlockKind kind, auto change) -> std::string {
    Initialisation init = at(kind, "tanh", 1.5, 0.1);
    change(init.block);
    const Status status = fixed_point(init, report);
    CHECK(status.code == StatusCode::out_of_range);
    return status.parameter;
  };
  const double not_a_number = std::numeric_limits<double>::quiet_NaN();
  CHECK(refused(BlockKind::average_pool, [](Block& b) { b.pool = 1; }) == "pool");
  CHECK(refused(BlockKind::max_pool, [](Block& b) { b.pool = pool_max + 1; }) == "pool");
  for (const double bad : {0.0, -1.0, 1.1, not_a_number}) {
    CHECK(refused(BlockKind::dropout, [&](Block& b) { b.keep = bad; }) == "keep");
    CHECK(refused(BlockKind::residual, [&](Block& b) { b.sigma_v2 = bad > 1.0 ? 1e9 : bad; }) ==
          "sigma_v2");
  }
  CHECK(refused(BlockKind::residual, [&](Block& b) { b.sigma_a2 = not_a_number; }) == "sigma_a2");
  CHECK(refused(BlockKind::residual_scaled, [](Block& b) { b.residual_depth = 0; }) ==
        "residual_depth");
  CHECK(refused(BlockKind::convolution, [](Block& b) { b.taps = 0; }) == "taps");
  CHECK(refused(BlockKind::convolution, [](Block& b) { b.taps = 4; }) == "taps (odd)");
}

TEST_CASE("blocks have names") {
  for (const char* const name : block_names()) {
    BlockKind kind{};
    REQUIRE(find_block(name, kind).ok());
    CHECK(std::string(block_name(kind)) == name);
  }
  BlockKind kind{};
  CHECK(find_block("transformer", kind).code == StatusCode::unknown_name);
}
