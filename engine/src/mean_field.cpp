#include "igb/mean_field.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "layer_rule.hpp"
#include "root.hpp"
#include "variance_map.hpp"

namespace igb {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr Signal unit_inputs{1.0, 1.0};
constexpr double layers_max = (1 << 20) + 1;  // depth_max hidden ones and the output

double depth_scale(double chi) {
  return std::abs(std::abs(chi) - 1.0) <= edge_tolerance ? infinity
                                                         : -1.0 / std::log(std::abs(chi));
}

bool has_maps(const Block& block) { return block.kind != BlockKind::residual_after; }

bool normalises_over_inputs(const Block& block) {
  return block.kind == BlockKind::batch_norm_before || block.kind == BlockKind::batch_norm_after;
}

Status check_input(const Initialisation& init, Signal input) {
  constexpr double smallest_normal = std::numeric_limits<double>::min();
  if (const Status s = check_range("q0", input.q, smallest_normal, 1e12); !s.ok()) return s;
  if (!normalises_over_inputs(init.block)) return check_range("c0", input.c(), -1.0, 1.0);
  return check_range("c0", input.c(), 0.0, 1.0 - std::numeric_limits<double>::epsilon());
}

/// Where the map of c ends, and its slope there.
struct Correlation {
  double d;
  double slope;
  bool depends_on_inputs = false;
};

/// d = 1 - c at fixed variance. The c-map is a power series with non-negative coefficients, so that
/// d' is a concave function of d, and d' / d falls.
Correlation end_of_correlation(LayerMap& map, bool stays_uncorrelated) {
  if (stays_uncorrelated) return {1.0, map.correlation_slope(1.0), true};
  const double separated = std::min(map.next_d(1.0) - 1.0, 0.0);
  if (const double split = map.next_d(0.0); split > 0.0) {  // equal inputs part
    const auto change = [&](double d) { return map.next_d(d) - d; };
    const double d = find_root(change, 0.0, split, 1.0, separated);
    return {d, map.correlation_slope(d)};
  }
  const double chi = map.correlation_slope(0.0);
  if (chi <= 1.0 + edge_tolerance) return {0.0, chi};
  const auto excess = [&](double d) { return map.next_d(d) / d - 1.0; };
  const double d = find_root(excess, 0.0, chi - 1.0, 1.0, separated);
  return {d, map.correlation_slope(d)};
}

/// On a residual stream of a phi that grows slower than linearly q and q d grow by what a layer
/// adds to each of them, and their ratio tends to that of the additions, here at q.
Correlation end_of_additions(const Initialisation& init, double q) {
  const LinearPart part = linear_part(init);
  Node node(*init.activation, init.block, q);
  if (part.bias == 0.0 && is_odd(*init.activation, init.block)) return {1.0, 1.0, true};
  const double added = part.weight * node.moment() + part.bias;
  const auto excess = [&](double d) { return part.weight * node.gap(d) / (d * added) - 1.0; };
  double high = 1.0;
  double at_high = std::min(excess(high), 0.0);
  for (;;) {  // the gap has infinite slope at 0
    const double low = high / 16.0;
    const double at_low = excess(low);
    if (at_low >= 0.0) return {find_root(excess, low, at_low, high, at_high), 1.0};
    high = low;
    at_high = at_low;
  }
}

/// The same at infinite q; NaN where additions have no limit, as those of ln x have none.
Correlation end_of_slow_growth(const Initialisation& init) {
  constexpr double nearby = 1e-4;
  constexpr double settled = 1e-6;
  const Correlation end = end_of_additions(init, largest_q);
  if (init.activation->bounded) return end;
  const double before = end_of_additions(init, nearby * largest_q).d;
  return std::abs(before - end.d) <= settled * end.d ? end
                                                     : Correlation{not_a_number, not_a_number};
}

/// d that inputs with c_0 = 0 keep once the layers have become linear.
double remaining_distance(const Initialisation& init) {
  constexpr int most_layers = 20000;
  constexpr double still = 1e-17;
  if (is_homogeneous(*init.activation, init.block)) {  // q and q d grow by chi, the bias adds to q
    const double chi = VarianceMap(init).chi();
    const double bias = linear_part(init).bias;
    const double q = first_layer(init, unit_inputs).q;
    return bias > 0.0 ? init.sigma_w2 / (q + bias / (chi - 1.0)) : init.sigma_w2 / q;
  }
  Signal signal = first_layer(init, unit_inputs);
  for (int layer = 0; layer < most_layers; ++layer) {
    const Signal next = next_layer(init, signal);
    const double q_ratio = next.q / signal.q;
    const double change = std::abs(next.d - signal.d);
    signal = next;
    if (change <= still * std::abs(1.0 - q_ratio)) return signal.d;
    // From here on phi is its tangent or asymptote, and rounding alone moves d.
    if (signal.q < smallest_q || signal.q > largest_q) return signal.d;
    // Dying as a power of depth, as ELU at sigma_w2 = 1 does: d settles no faster.
    if (layer == 2000 && std::abs(1.0 - q_ratio) * layer < 10.0) break;
  }
  return not_a_number;
}

Phase classify(const Correlation& correlation, double chi_grad) {
  if (correlation.depends_on_inputs) return Phase::singular;
  if (correlation.d > 0.5) return Phase::neutrality;
  if (correlation.d > 0.0) return Phase::prejudice;
  if (std::abs(chi_grad - 1.0) <= edge_tolerance) return Phase::edge_of_chaos;
  return chi_grad < 1.0 ? Phase::ordered_prejudice : Phase::chaotic_prejudice;
}

Correlation end_of_correlation(const Initialisation& init, double q, LayerMap& map) {
  const bool unbiased = linear_part(init).bias == 0.0;
  const bool scales = is_homogeneous(*init.activation, init.block) && unbiased;
  if (q == infinity && lags_behind_lines(*init.activation)) return end_of_slow_growth(init);
  if ((q == 0.0 || q == infinity || scales) && map.is_linear()) {
    const bool uncorrelated =
        is_odd(*init.activation, init.block) && first_layer(init, unit_inputs).d == 1.0;
    const double d = uncorrelated ? 1.0 : remaining_distance(init);
    return {d, 1.0, d > 0.0};
  }
  return end_of_correlation(map, unbiased && is_odd(*init.activation, init.block));
}

}  // namespace

Signal first_layer(const Initialisation& init, Signal input) {
  const double bias = init.sigma_b2 == 0.0 ? 0.0 : init.sigma_b2 / init.sigma_w2 / input.q;
  return {init.sigma_w2 * input.q + init.sigma_b2, input.d / (1.0 + bias)};
}

Signal next_layer(const Initialisation& init, Signal signal) {
  if (!has_maps(init.block)) return {not_a_number, not_a_number};
  LayerMap map(init, signal.q);
  return {map.next_q(), map.next_d(signal.d)};
}

Status trajectory(const Initialisation& init, Signal input, std::span<Signal> layers) {
  if (const Status s = validate(init); !s.ok()) return s;
  if (!has_maps(init.block)) {
    return {StatusCode::no_solution, "residual_after (see population.hpp)"};
  }
  if (const Status s = check_input(init, input); !s.ok()) return s;
  const auto count = static_cast<double>(layers.size());
  if (const Status s = check_range("layers", count, 1, layers_max); !s.ok()) return s;
  layers[0] = first_layer(init, input);
  for (std::size_t l = 1; l < layers.size(); ++l) {
    layers[l] = next_layer(init, layers[l - 1]);
    const bool diverged = !(layers[l].q <= largest_q && layers[l].d >= 0.0);
    if (diverged && outgrows_lines(*init.activation)) {
      return {StatusCode::non_finite,
              "layer",
              static_cast<double>(l + 1),
              0.0,
              0.0,
              "the variance diverges faster than linearly at"};
    }
  }
  return {};
}

double backward_factor(const Initialisation& init, Signal signal) {
  return has_maps(init.block) ? LayerMap(init, signal.q).backward(signal.d) : not_a_number;
}

const char* phase_name(Phase phase) {
  switch (phase) {
    case Phase::neutrality:
      return "neutrality";
    case Phase::prejudice:
      return "prejudice";
    case Phase::ordered_prejudice:
      return "ordered_prejudice";
    case Phase::chaotic_prejudice:
      return "chaotic_prejudice";
    case Phase::edge_of_chaos:
      return "edge_of_chaos";
    case Phase::singular:
      return "singular";
  }
  return "unknown";
}

Status fixed_point(const Initialisation& init, FixedPoint& report) {
  if (const Status s = validate(init); !s.ok()) return s;
  const Block& block = init.block;
  if (block.kind == BlockKind::residual_scaled || !has_maps(block)) {
    return {StatusCode::no_solution, "residual_depth", static_cast<double>(block.residual_depth)};
  }
  const VarianceMap variance(init);
  const double q = variance.end();
  if (std::isnan(q)) {
    return {StatusCode::no_convergence, "q_star (moments of an activation that grows so fast)", q};
  }
  if (!(q < infinity) && outgrows_lines(*init.activation)) {
    return {StatusCode::no_solution, "q_star (the activation grows faster than linearly)", q};
  }
  LayerMap map(init, q);
  const double chi_q = map.variance_slope();
  if (std::abs(chi_q) > 1.0 + edge_tolerance && q > 0.0 && q < infinity) {
    return {StatusCode::no_convergence, "q_star", q};
  }
  const Correlation correlation = end_of_correlation(init, q, map);
  if (std::isnan(correlation.d)) return {StatusCode::no_convergence, "c_star", correlation.d};
  const double chi_grad = map.backward(correlation.d);
  if (std::isnan(chi_grad)) return {StatusCode::no_convergence, "chi_grad", chi_grad};

  const Signal signal{q, correlation.d};
  report = {.q_star = q,
            .c_star = signal.c(),
            .gamma_star = signal.gamma(),
            .chi_1 = map.pair_backward(0.0),
            .chi_c_star = correlation.slope,
            .xi_q = depth_scale(chi_q),
            .xi_c = depth_scale(correlation.slope),
            .xi_grad = depth_scale(chi_grad),
            .phase = classify(correlation, chi_grad),
            .chi_grad = chi_grad,
            .q_fixed_points = variance.fixed_points()};
  return {};
}

Status fourier_mode(const Initialisation& init, std::span<const double> angles, FourierMode& mode) {
  constexpr double largest_angle = 1e6;
  if (const Status s = validate(init); !s.ok()) return s;
  const BlockKind kind = init.block.kind;
  if (kind != BlockKind::convolution && kind != BlockKind::delta_orthogonal) {
    return {StatusCode::no_solution, "block", static_cast<double>(kind), 0.0, 0.0,
            block_name(kind)};
  }
  double v = 1.0;
  for (const double angle : angles) {
    if (const Status s = check_range("angle", angle, -largest_angle, largest_angle); !s.ok()) {
      return s;
    }
    if (kind == BlockKind::delta_orthogonal) continue;
    double sum = 1.0;
    for (std::uint32_t tap = 1; 2 * tap < init.block.taps; ++tap) {
      sum += 2.0 * std::cos(tap * angle);
    }
    v *= sum / init.block.taps;
  }
  FixedPoint point{};
  if (const Status s = fixed_point(init, point); !s.ok()) return s;
  mode = {point.chi_c_star * v, depth_scale(point.chi_c_star * v)};
  return {};
}

}  // namespace igb
