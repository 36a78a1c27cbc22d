#include "igb/expectation.hpp"

#include <algorithm>

#include "quadrature.hpp"

namespace igb {
namespace {

constexpr double pi = std::numbers::pi;
constexpr double smallest_spread = 1e-280;  // below, u and v are equal to all digits
constexpr double weight_reach = 8.8;   // standard deviations; the weight beyond is 1e-17
constexpr double gaussian_step = 0.6;  // standard deviations; error of the trapezoid rule 1e-20

struct Node {
  double position;
  double weight;
};
// Gauss-Legendre, the positive half of 16 nodes on [-1, 1].
constexpr Node legendre_16[] = {
    {0.09501250983763744, 0.1894506104550685},   {0.28160355077925891, 0.18260341504492359},
    {0.45801677765722739, 0.16915651939500254},  {0.61787624440264375, 0.14959598881657673},
    {0.75540440835500303, 0.12462897125553387},  {0.86563120238783174, 0.095158511682492785},
    {0.94457502307323258, 0.062253523938647893}, {0.98940093499164993, 0.027152459411754095},
};

/// Largest step at which sums of phi'^2 have converged, from one trial: the error of the trapezoid
/// rule is exp(-C / step) for analytic phi.
double resolving_step(const Activation& phi) {
  constexpr double trial = 0.4;
  constexpr double wanted = -37.0;  // ln of the error at which rounding takes over
  const auto square = [&](double u) { return phi.derivative(u) * phi.derivative(u); };
  double sum = square(0.0);
  for (double u = trial; u < weight_reach; u += trial) {
    sum += std::exp(-0.5 * u * u) * (square(u) + square(-u));
  }
  const double exact = gaussian_mean(square, 1.0);
  const double error = std::abs(sum * trial / std::sqrt(2.0 * pi) / exact - 1.0);
  return 0.9 * trial * std::clamp(std::log(error) / wanted, 0.05, 1.0);
}

/// Distance from the origin beyond which phi' vanishes, at most `limit`.
double support_of_slope(const Activation& phi, double limit) {
  constexpr double negligible = 1e-17;
  double reach = 1.0;
  while (reach < limit &&
         std::abs(phi.derivative(reach)) + std::abs(phi.derivative(-reach)) > negligible) {
    reach *= 1.2;
  }
  return std::min(reach, limit);
}

}  // namespace

PairRule::PairRule(const Activation& phi, double q, double tilt)
    : phi_(phi),
      tilt_(tilt),
      q_(q),
      value_reach_(weight_reach * std::sqrt(q)),
      slope_reach_(phi.bounded && tilt == 0.0 ? support_of_slope(phi, value_reach_) : value_reach_),
      step_(resolving_step(phi)) {}

double PairRule::gap(double d) {
  const auto f = [&](double u) { return value(u); };
  const auto half_square = [](double a, double b) { return 0.5 * (a - b) * (a - b); };
  if (d <= 0.0) return 0.0;
  if (d >= 2.0) return gaussian_mean([&](double u) { return half_square(f(u), f(-u)); }, q_);

  // Differences of phi lose digits here, and kappa_dot is almost constant: two Gauss nodes.
  if (q_ * d < 1e-4) {
    const double offset = 0.5 / std::numbers::sqrt3;
    return q_ * d * 0.5 *
           (slope_covariance(d * (0.5 - offset)) + slope_covariance(d * (0.5 + offset)));
  }
  if (value_reach_ > table_reach * step_ && slope_reach_ < value_reach_) {
    return integrated_slope(d);
  }
  const double y_reach = weight_reach * std::sqrt(q_ * d / 2.0);
  return pair_mean(d, std::min(value_reach_, slope_reach_ + y_reach), value_reach_, values_,
                   half_square, f);
}

double PairRule::slope_covariance(double d) {
  const auto f = [&](double u) { return slope(u); };
  if (q_ * d < smallest_spread) return gaussian_mean([&](double u) { return f(u) * f(u); }, q_);
  if (d >= 2.0) return gaussian_mean([&](double u) { return f(u) * f(-u); }, q_);
  return pair_mean(
      d, slope_reach_, slope_reach_, slopes_, [](double a, double b) { return a * b; }, f);
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
      std::min(last, static_cast<int>(weight_reach * std::sqrt(q_ * d / 2.0) / step_));
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

/// q INT_0^theta kappa_dot(cos t) sin t dt. For large q a bounded phi is a step, and all that
/// happens lies within t ~ 1 / sigma of 0 and of pi: panels in asinh(sigma t) from either end.
double PairRule::integrated_slope(double d) {
  const double sigma = std::sqrt(q_);
  const auto from_end = [&](double near, double far, bool from_pi) {
    const double first = std::asinh(sigma * near);
    const double length = std::asinh(sigma * far) - first;
    const int panels = 1 + static_cast<int>(length / 2.0);
    const double half = length / (2 * panels);
    double sum = 0.0;
    const auto add = [&](double tau, double weight) {
      const double t = std::sinh(tau) / sigma;
      const double sine = std::sin(t / 2.0);
      const double distance = 2.0 * sine * sine;
      const double jacobian = std::sin(t) * std::sqrt(t * t + 1.0 / q_);
      sum += weight * jacobian * slope_covariance(from_pi ? 2.0 - distance : distance);
    };
    for (int panel = 0; panel < panels; ++panel) {
      const double centre = first + (2 * panel + 1) * half;
      for (const Node& node : legendre_16) {
        add(centre - half * node.position, node.weight);
        add(centre + half * node.position, node.weight);
      }
    }
    return q_ * half * sum;
  };

  const double theta = 2.0 * std::asin(std::sqrt(d / 2.0));
  if (theta <= pi / 2.0) return from_end(0.0, theta, false);
  const double rest = 2.0 * std::asin(std::sqrt(1.0 - d / 2.0));
  return from_end(0.0, pi / 2.0, false) + from_end(rest, pi / 2.0, true);
}

// Below this variance phi is its tangent at 0 to all digits; scaling from here avoids subnormals.
namespace {
constexpr double tangent_q = 1e-30;
}

double mean(const Activation& phi, double q) {
  if (phi.closed != nullptr) return phi.closed->mean(phi, q);
  if (phi.odd) return 0.0;
  return gaussian_mean([&](double u) { return phi.value(u); }, std::max(q, tangent_q));
}

double second_moment(const Activation& phi, double q) {
  if (phi.closed != nullptr) return phi.closed->second_moment(phi, q);
  const auto square = [&](double u) { return phi.value(u) * phi.value(u); };
  if (q >= tangent_q) return gaussian_mean(square, q);
  const double at_zero = phi.value(0.0) * phi.value(0.0);
  return at_zero > 0.0 ? at_zero : gaussian_mean(square, tangent_q) * (q / tangent_q);
}

double slope_moment(const Activation& phi, double q) {
  if (phi.closed != nullptr) return phi.closed->slope_moment(phi, q);
  return gaussian_mean([&](double u) { return phi.derivative(u) * phi.derivative(u); },
                       std::max(q, tangent_q));
}

double growth_moment(const Activation& phi, double q) {
  if (phi.closed != nullptr) return phi.closed->growth_moment(phi, q);
  // Where phi(0) is not 0, E[u] phi(0) phi'(0) = 0 is left as rounding error over q.
  const double smallest = phi.value(0.0) == 0.0 ? tangent_q : 1e-10;
  const double variance = std::max(q, smallest);
  return gaussian_mean([&](double u) { return phi.value(u) * phi.derivative(u) * u; }, variance) /
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

}  // namespace igb
