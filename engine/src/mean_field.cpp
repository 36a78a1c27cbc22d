#include "igb/mean_field.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "igb/expectation.hpp"
#include "quadrature.hpp"
#include "root.hpp"

namespace igb {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double largest_q = 1e30;    // beyond, the variance counts as divergent
constexpr double smallest_q = 1e-30;  // below, phi is its tangent at 0
constexpr Signal unit_inputs{1.0, 1.0};
constexpr double layers_max = (1 << 20) + 1;  // depth_max hidden ones and the output

double depth_scale(double chi) {
  return std::abs(chi - 1.0) <= edge_tolerance ? infinity : -1.0 / std::log(chi);
}

/// sigma_b2 / (sigma_w2 q), the weight of the bias against that of the signal.
double bias_ratio(const Initialisation& init, double q) {
  return init.sigma_b2 == 0.0 ? 0.0 : init.sigma_b2 / init.sigma_w2 / q;
}

bool is_linear(const Activation& phi) { return phi.odd && phi.homogeneous; }

/// Expectations at q are q times those at 1, and d' is free of q but for the bias: neither an
/// overflow nor an underflow of q harms gamma.
Signal next_layer_homogeneous(const Initialisation& init, Signal signal) {
  const Activation& phi = *init.activation;
  const double moment = second_moment(phi, 1.0);
  const double gap = covariance_gap(phi, 1.0, signal.d);
  return {init.sigma_w2 * moment * signal.q + init.sigma_b2,
          gap / (moment + bias_ratio(init, signal.q))};
}

Signal next_layer_general(const Initialisation& init, Signal signal) {
  const Activation& phi = *init.activation;
  const double q = init.sigma_w2 * second_moment(phi, signal.q) + init.sigma_b2;
  if (init.sigma_b2 > 0.0) return {q, init.sigma_w2 * covariance_gap(phi, signal.q, signal.d) / q};
  const double scale = std::max(signal.q, smallest_q);
  return {q, covariance_gap(phi, scale, signal.d) / second_moment(phi, scale)};
}

/// Root of the q-map in the direction in which iteration leaves q_1. Steps at least double or halve
/// q, and are as long as those of the iteration, which never passes a root.
double variance_fixed_point(const Initialisation& init) {
  const Activation& phi = *init.activation;
  const auto growth = [&](double q) {  // q' / q - 1
    return init.sigma_w2 * second_moment(phi, q) / q + init.sigma_b2 / q - 1.0;
  };
  const bool dies_at_zero = init.sigma_b2 == 0.0 && phi.value(0.0) == 0.0 &&
                            init.sigma_w2 * growth_moment(phi, 0.0) <= 1.0 + edge_tolerance;
  const double lowest = dies_at_zero ? edge_tolerance : 0.0;

  double here = first_layer(init, unit_inputs).q;
  double growth_here = growth(here);
  for (;;) {
    const double iterated = here * (1.0 + growth_here);
    const double next =
        growth_here > 0.0 ? std::max(2.0 * here, iterated) : std::min(0.5 * here, iterated);
    if (next <= lowest) return 0.0;
    if (next > largest_q) return infinity;
    const double growth_next = growth(next);
    if ((growth_next > 0.0) != (growth_here > 0.0)) {
      return find_root(growth, here, growth_here, next, growth_next);
    }
    here = next;
    growth_here = growth_next;
  }
}

struct CorrelationFixedPoint {
  double d;
  double slope;
};

/// d* is the root of gap(d) sigma_w2 / (q d) = 1, a convex falling function of d that starts from
/// chi_1 at d = 0: the c-map is a power series with non-negative coefficients.
CorrelationFixedPoint correlation_fixed_point(const Initialisation& init, double q, double chi_1) {
  const Activation& phi = *init.activation;
  const bool stays_uncorrelated = phi.odd && init.sigma_b2 == 0.0;
  if (chi_1 <= 1.0 + edge_tolerance && !stays_uncorrelated) return {0.0, chi_1};
  PairRule rule(phi, q);
  const auto excess = [&](double d) {
    const double gap = phi.closed != nullptr ? phi.closed->covariance_gap(phi, q, d) : rule.gap(d);
    return init.sigma_w2 * gap / (q * d) - 1.0;
  };
  const double d = stays_uncorrelated
                       ? 1.0
                       : find_root(excess, 0.0, chi_1 - 1.0, 1.0, std::min(excess(1.0), 0.0));
  const double slope =
      phi.closed != nullptr ? phi.closed->slope_covariance(phi, q, d) : rule.slope_covariance(d);
  return {d, init.sigma_w2 * slope};
}

Phase classify(double d_star, double chi_1) {
  if (d_star > 0.5) return Phase::neutrality;
  if (d_star > 0.0) return Phase::prejudice;
  if (std::abs(chi_1 - 1.0) <= edge_tolerance) return Phase::edge_of_chaos;
  return chi_1 < 1.0 ? Phase::ordered_prejudice : Phase::chaotic_prejudice;
}

FixedPoint make_report(double q, CorrelationFixedPoint correlation, double chi_1, double chi_q,
                       Phase phase) {
  const Signal signal{q, correlation.d};
  return {q,
          signal.c(),
          signal.gamma(),
          chi_1,
          correlation.slope,
          depth_scale(chi_q),
          depth_scale(correlation.slope),
          depth_scale(chi_1),
          phase};
}

/// d at infinite depth of a linear network. q d grows by chi a layer from sigma_w2; q does too, and
/// the bias adds to it.
double linear_distance(const Initialisation& init, double chi) {
  if (init.sigma_b2 == 0.0) return 1.0;
  if (chi <= 1.0) return 0.0;
  return init.sigma_w2 / (init.sigma_w2 + init.sigma_b2 + init.sigma_b2 / (chi - 1.0));
}

/// The q-map is a straight line, of slope chi = chi_1 = chi_q; at c = 1 the c-map has slope
/// chi q / q'.
FixedPoint fixed_point_homogeneous(const Initialisation& init) {
  const Activation& phi = *init.activation;
  const double chi = init.sigma_w2 * second_moment(phi, 1.0);
  const bool biased = init.sigma_b2 > 0.0;
  double q = infinity;
  if (chi < 1.0) q = init.sigma_b2 / (1.0 - chi);
  if (chi == 1.0 && !biased) q = first_layer(init, unit_inputs).q;

  const double d = is_linear(phi) ? linear_distance(init, chi) : 0.0;
  const double slope = biased ? std::min(chi, 1.0) : 1.0;
  const bool singular = is_linear(phi) && d > 0.0;
  return make_report(q, {d, slope}, chi, chi, singular ? Phase::singular : classify(d, chi));
}

FixedPoint fixed_point_general(const Initialisation& init) {
  const Activation& phi = *init.activation;
  const double q = variance_fixed_point(init);
  const double finite_q = std::min(q, largest_q);
  const double chi_1 = chi_grad(init, finite_q);
  const double chi_q = init.sigma_w2 * growth_moment(phi, finite_q);
  if (q == infinity) return make_report(q, {0.0, 1.0}, chi_1, chi_q, classify(0.0, chi_1));
  if (q == 0.0) return make_report(q, {1.0, 1.0}, chi_1, chi_q, Phase::singular);
  const auto correlation = correlation_fixed_point(init, q, chi_1);
  const bool singular = phi.odd && init.sigma_b2 == 0.0;
  return make_report(q, correlation, chi_1, chi_q,
                     singular ? Phase::singular : classify(correlation.d, chi_1));
}

}  // namespace

Signal first_layer(const Initialisation& init, Signal input) {
  const double q = init.sigma_w2 * input.q + init.sigma_b2;
  return {q, input.d / (1.0 + bias_ratio(init, input.q))};
}

Signal next_layer(const Initialisation& init, Signal signal) {
  Signal next = init.activation->homogeneous ? next_layer_homogeneous(init, signal)
                                             : next_layer_general(init, signal);
  next.d = std::min(next.d, 2.0);  // rounding at c = -1
  return next;
}

Status trajectory(const Initialisation& init, Signal input, std::span<Signal> layers) {
  const Status checks[] = {
      validate(init),
      check_range("q0", input.q, std::numeric_limits<double>::min(), 1e12),
      check_range("c0", input.c(), -1.0, 1.0),
      check_range("layers", static_cast<double>(layers.size()), 1, layers_max),
  };
  for (const Status& status : checks) {
    if (!status.ok()) return status;
  }
  layers[0] = first_layer(init, input);
  for (std::size_t l = 1; l < layers.size(); ++l) layers[l] = next_layer(init, layers[l - 1]);
  return {};
}

double chi_grad(const Initialisation& init, double q) {
  return init.sigma_w2 * slope_moment(*init.activation, q);
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
  report = init.activation->homogeneous ? fixed_point_homogeneous(init) : fixed_point_general(init);
  return {};
}

}  // namespace igb
