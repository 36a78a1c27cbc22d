#include "igb/expectation.hpp"

#include <algorithm>

#include "quadrature.hpp"

namespace igb {
namespace {

constexpr double pi = std::numbers::pi;
constexpr double smallest_spread = 1e-280;  // below, u and v are equal to all digits
constexpr double resolved_reach = 200.0;    // beyond, phi is taken to be straight or nearly
constexpr double gaussian_step = 0.6;  // standard deviations; error of the trapezoid rule 1e-20

/// Largest step at which sums of phi'^2 have converged, from one trial: the error of the trapezoid
/// rule is exp(-C / step) for analytic phi. 0 where phi has kinks or is too steep for such sums.
double resolving_step(const Activation& phi) {
  constexpr double least_share = 0.05;
  if (!phi.kinks.empty()) return 0.0;
  constexpr double trial = 0.4;
  constexpr double wanted = -37.0;  // ln of the error at which rounding takes over
  const auto square = [&](double u) { return phi.derivative(u) * phi.derivative(u); };
  double sum = square(0.0);
  for (double u = trial; u < weight_reach; u += trial) {
    sum += std::exp(-0.5 * u * u) * (square(u) + square(-u));
  }
  const double exact = gaussian_mean(square, 1.0);
  const double error = std::abs(sum * trial / std::sqrt(2.0 * pi) / exact - 1.0);
  const double share = std::log(error) / wanted;
  return share >= least_share ? 0.9 * trial * std::min(share, 1.0) : 0.0;
}

/// Distance from the origin beyond which phi' vanishes, at most `limit`.
double support_of_slope(const Activation& phi, double limit) {
  constexpr double negligible = 1e-17;
  constexpr double ratio = 1.02;
  const auto vanishes = [&](double u) {
    return std::abs(phi.derivative(u)) + std::abs(phi.derivative(-u)) <= negligible;
  };
  double reach = limit;  // from outside: phi' may have zeros within
  while (reach > 1.0 && vanishes(reach)) reach /= ratio;
  return std::min(ratio * reach, limit);
}

}  // namespace

double resolving_fraction(const Activation& phi, double reach) {
  constexpr double agreement = 1e-13;
  constexpr double smallest = 1.0 / 64.0;
  const Cuts cuts(phi.kinks, 1.0);
  const auto integral = [&](double fraction) {
    double sum = 0.0;
    visit_panels(
        -reach, reach, false, {2.0 * fraction, reach, fraction},
        [&](double u) { return cuts.next(u, 0.0); },
        [&](double u, double weight) { sum += weight * phi.derivative(u) * phi.derivative(u); });
    return sum;
  };
  double fraction = 1.0;
  double coarse = integral(fraction);
  while (fraction > smallest) {
    const double fine = integral(0.5 * fraction);
    if (std::abs(fine - coarse) <= agreement * fine) break;
    coarse = fine;
    fraction *= 0.5;
  }
  return fraction;
}

PairRule::PairRule(const Activation& phi, double q, double tilt)
    : phi_(phi),
      tilt_(tilt),
      q_(q),
      value_reach_(weight_reach * std::sqrt(q)),
      slope_reach_(phi.bounded && tilt == 0.0 ? support_of_slope(phi, value_reach_) : value_reach_),
      step_(resolving_step(phi)),
      fraction_(value_reach_ > table_reach * step_
                    ? resolving_fraction(phi, std::min(value_reach_, resolved_reach))
                    : 1.0) {
  constexpr double least_q = AsymptoticPair::least_spread * AsymptoticPair::least_spread;
  if (q >= least_q && value_reach_ > table_reach * step_ && tilt == 0.0) {
    lines_ = find_asymptote(phi);
  }
}

double PairRule::gap(double d) {
  const auto f = [&](double u) { return value(u); };
  const auto half_square = [](double a, double b) { return 0.5 * (a - b) * (a - b); };
  if (d <= 0.0) return 0.0;

  // Differences of phi lose digits for small q d, where kappa_dot is almost constant; next to a
  // kink for small d, where it is almost a straight line in sqrt(d): q INT_0^d kappa_dot by Gauss
  // nodes.
  const bool nearly_equal = q_ * d < 1e-4 && (phi_.kinks.empty() || d < 1e-4);
  if (nearly_equal) return q_ * d * mean_slope_covariance(d);
  if (d >= 2.0) {
    return gaussian_mean([&](double u) { return half_square(f(u), f(-u)); }, q_, phi_.kinks);
  }
  if (value_reach_ > table_reach * step_) {
    const auto pair = asymptotic(d);
    const auto value = pair ? pair->gap() : std::nullopt;
    if (value) return *value;
    return panel_mean(d, [&](double u, double v) { return half_square(f(u), f(v)); });
  }
  const double y_reach = weight_reach * std::sqrt(q_ * d / 2.0);
  return pair_mean(d, std::min(value_reach_, slope_reach_ + y_reach), value_reach_, values_,
                   half_square, f);
}

/// The mean of kappa_dot over [0, d].
double PairRule::mean_slope_covariance(double d) {
  if (phi_.kinks.empty()) {
    const double offset = 0.5 / std::numbers::sqrt3;
    return 0.5 * (slope_covariance(d * (0.5 - offset)) + slope_covariance(d * (0.5 + offset)));
  }
  struct Node {
    double position;
    double weight;
  };
  constexpr Node nodes[] = {{0.33998104358485626, 0.65214515486254614},
                            {0.86113631159405258, 0.34785484513745386}};
  double sum = 0.0;
  for (const Node& node : nodes) {
    for (const double side : {-node.position, node.position}) {
      const double root = 0.5 * (1.0 + side);  // of the fraction of d
      sum += node.weight * root * slope_covariance(d * root * root);
    }
  }
  return sum;
}

double PairRule::slope_covariance(double d) {
  const auto f = [&](double u) { return slope(u); };
  const auto product = [](double a, double b) { return a * b; };
  if (q_ * d < smallest_spread)
    return gaussian_mean([&](double u) { return f(u) * f(u); }, q_, phi_.kinks);
  if (d >= 2.0) return gaussian_mean([&](double u) { return f(u) * f(-u); }, q_, phi_.kinks);
  if (slope_reach_ > table_reach * step_) {
    const auto pair = asymptotic(d);
    const auto value = pair ? pair->slope_covariance() : std::nullopt;
    if (value) return *value;
    return panel_mean(d, [&](double u, double v) { return f(u) * f(v); });
  }
  return pair_mean(d, slope_reach_, slope_reach_, slopes_, product, f);
}

/// E[kernel(f(u), f(v))] of a kernel symmetric in its arguments that vanishes where |x| > x_reach
/// and where |u| or |v| is beyond `reach`.
template <class Kernel, class Function>
double PairRule::pair_mean(double d, double x_reach, double reach, Table& table,
                           const Kernel& kernel, const Function& function) {
  const double x_step = std::min(step_, gaussian_step * std::sqrt(q_ * (1.0 - d / 2.0)));
  const double y_step = std::min(step_, gaussian_step * std::sqrt(q_ * d / 2.0));
  const auto y_weight = [&](int j) {
    const double y = j * y_step;
    return std::exp(-y * y / (q_ * d));
  };

  const bool one_table = x_step == step_ && y_step == step_ && reach <= table_reach * step_;
  if (!one_table) {
    return lattice_mean(d, x_step, y_step, x_reach, reach, y_weight, [&](int i, int j) {
      const double x = i * x_step;
      const double y = j * y_step;
      return kernel(function(x + y), function(x - y));
    });
  }

  const int last = static_cast<int>(reach / step_);
  double* const at = table.at + table_reach;
  if (!table.filled) {
    for (int k = -last; k <= last; ++k) at[k] = function(k * step_);
    table.filled = true;
  }
  double weights[table_reach + 1];
  const int last_weight =
      static_cast<int>(std::min(reach, weight_reach * std::sqrt(q_ * d / 2.0)) / step_);
  for (int j = 0; j <= last_weight; ++j) weights[j] = y_weight(j);
  return lattice_mean(
      d, step_, step_, x_reach, reach, [&](int j) { return weights[j]; },
      [&](int i, int j) { return kernel(at[i + j], at[i - j]); });
}

template <class Weight, class Pair>
double PairRule::lattice_mean(double d, double x_step, double y_step, double x_reach, double reach,
                              const Weight& weight, const Pair& pair) const {
  const double x_sigma = std::sqrt(q_ * (1.0 - d / 2.0));
  const double y_sigma = std::sqrt(q_ * d / 2.0);
  const int last = static_cast<int>(std::min(x_reach, weight_reach * x_sigma) / x_step);
  double sum = 0.0;
  for (int i = phi_.odd ? 0 : -last; i <= last; ++i) {
    const double x = i * x_step;
    const double z = x / x_sigma;
    const double y_reach =
        std::min(reach - std::abs(x),
                 y_sigma * std::sqrt(std::max(0.0, weight_reach * weight_reach - z * z)));
    const int row_end = static_cast<int>(y_reach / y_step);
    double row = 0.5 * pair(i, 0);
    for (int j = 1; j <= row_end; ++j) row += weight(j) * pair(i, j);
    const double mirrored = phi_.odd && i > 0 ? 2.0 : 1.0;
    sum += mirrored * std::exp(-0.5 * z * z) * row;
  }
  return sum * 2.0 * (x_step / x_sigma) * (y_step / y_sigma) / (2.0 * pi);
}

// Below this variance phi is its tangent at 0 to all digits; scaling from here avoids subnormals.
namespace {
constexpr double tangent_q = 1e-30;
}

double mean(const Activation& phi, double q) {
  if (phi.closed != nullptr) return phi.closed->mean(phi, q);
  if (phi.odd) return 0.0;
  return gaussian_mean([&](double u) { return phi.value(u); }, std::max(q, tangent_q), phi.kinks);
}

double second_moment(const Activation& phi, double q) {
  if (phi.closed != nullptr) return phi.closed->second_moment(phi, q);
  const auto square = [&](double u) { return phi.value(u) * phi.value(u); };
  if (q >= tangent_q) return gaussian_mean(square, q, phi.kinks);
  const double at_zero = phi.value(0.0) * phi.value(0.0);
  return at_zero > 0.0 ? at_zero : gaussian_mean(square, tangent_q, phi.kinks) * (q / tangent_q);
}

double slope_moment(const Activation& phi, double q) {
  if (phi.closed != nullptr) return phi.closed->slope_moment(phi, q);
  return gaussian_mean([&](double u) { return phi.derivative(u) * phi.derivative(u); },
                       std::max(q, tangent_q), phi.kinks);
}

double growth_moment(const Activation& phi, double q) {
  if (phi.closed != nullptr) return phi.closed->growth_moment(phi, q);
  // E[phi phi' u] / q. Where phi(0) is not 0, E[u] phi(0) phi'(0) = 0 would be left of it as
  // rounding error over q.
  const double variance = std::max(q, tangent_q);
  if (phi.value(0.0) != 0.0 && variance < 1.0 && phi.kinks.empty() && phi.bend_at != nullptr) {
    return gaussian_mean(
        [&](double u) {
          const double slope = phi.derivative(u);
          return slope * slope + phi.value(u) * phi.second_derivative(u);
        },
        variance);
  }
  return gaussian_mean([&](double u) { return phi.value(u) * phi.derivative(u) * u; }, variance,
                       phi.kinks) /
         variance;
}

double covariance_gap(const Activation& phi, double q, double d) {
  if (phi.closed != nullptr) return phi.closed->covariance_gap(phi, q, d);
  if (q >= tangent_q) return PairRule(phi, q).gap(d);
  return PairRule(phi, tangent_q).gap(d) * (q / tangent_q);
}

double slope_covariance(const Activation& phi, double q, double d) {
  if (phi.closed != nullptr) return phi.closed->slope_covariance(phi, q, d);
  return PairRule(phi, std::max(q, tangent_q)).slope_covariance(d);
}

double covariance(const Activation& phi, double q_a, double q_b, double c) {
  if (phi.closed != nullptr) return phi.closed->covariance(phi, q_a, q_b, c);
  if (std::min(q_a, q_b) <= 0.0) return phi.value(0.0) * mean(phi, std::max(q_a, q_b));
  const double sigma_a = std::sqrt(std::max(q_a, tangent_q));
  const double sigma_b = std::sqrt(std::max(q_b, tangent_q));
  const double reach = weight_reach * std::max(sigma_a, sigma_b);
  const double fraction = resolving_fraction(phi, std::min(reach, resolved_reach));
  return PairPanels(phi, sigma_a, sigma_b, 1.0 - c, fraction)
      .mean([&](double u, double v) { return phi.value(u) * phi.value(v); }, true);
}

}  // namespace igb
