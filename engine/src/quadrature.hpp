#pragma once

// Gaussian expectations of a function known only through its values. Smooth ones by the trapezoid
// rule, which converges geometrically for analytic integrands; those with kinks, and pairs of large
// variance, by Gauss-Legendre panels cut at the kinks. One dimension: gaussian_mean. Pairs:
// PairRule for many correlations at one variance, PairPanels for any two variances.

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <optional>
#include <span>

#include "asymptote.hpp"
#include "igb/activation.hpp"

namespace igb {

inline constexpr double weight_reach = 8.8;  // standard deviations; the weight beyond is 1e-17

/// How panels are laid between cuts: next to a cut no longer than `smallest`, further away than
/// `ratio` times the distance from it, and nowhere longer than `largest`.
struct Grading {
  double smallest;
  double largest;
  double ratio = 1.0;
};

/// visit(x, weight) for 16 Gauss-Legendre nodes on [from, to].
template <class Visit>
void visit_panel(double from, double to, const Visit& visit) {
  struct Node {
    double position;
    double weight;
  };
  constexpr Node positive_half[] = {
      {0.09501250983763744, 0.1894506104550685},   {0.28160355077925891, 0.18260341504492359},
      {0.45801677765722739, 0.16915651939500254},  {0.61787624440264375, 0.14959598881657673},
      {0.75540440835500303, 0.12462897125553387},  {0.86563120238783174, 0.095158511682492785},
      {0.94457502307323258, 0.062253523938647893}, {0.98940093499164993, 0.027152459411754095},
  };
  const double centre = 0.5 * (from + to);
  const double half = 0.5 * (to - from);
  for (const Node& node : positive_half) {
    visit(centre - half * node.position, half * node.weight);
    visit(centre + half * node.position, half * node.weight);
  }
}

/// visit(x, weight) for the nodes of all panels on [from, to]. next_cut(x) is the first cut beyond
/// x, or infinity; `from` may be a cut too.
template <class NextCut, class Visit>
void visit_panels(double from, double to, bool from_is_cut, Grading grading,
                  const NextCut& next_cut, const Visit& visit) {
  bool left_is_cut = from_is_cut;
  for (double left = from; left < to;) {
    const double cut = next_cut(left);
    const bool right_is_cut = cut <= to;
    const double right = right_is_cut ? cut : to;
    for (double x = left; x < right;) {
      const auto graded = [&](double distance) {
        return std::max(grading.smallest, grading.ratio * distance);
      };
      double length = grading.largest;
      if (left_is_cut) length = std::min(length, graded(x - left));
      if (right_is_cut) length = std::min(length, graded(0.5 * (right - x)));
      const double end = right - x < 1.5 * length ? right : x + length;
      visit_panel(x, end, visit);
      x = end;
    }
    left = right;
    left_is_cut = true;
  }
}

/// The points of phi that panels start from, in units of 1 / scale: kinks, or 0 where there is
/// none.
class Cuts {
 public:
  Cuts(std::span<const double> kinks, double scale)
      : at_(kinks.empty() ? std::span<const double>(origin) : kinks), scale_(scale) {}

  [[nodiscard]] std::size_t size() const { return at_.size(); }
  [[nodiscard]] double operator[](std::size_t i) const { return at_[i] * scale_; }

  /// The first cut beyond x when all are moved by `shift`.
  [[nodiscard]] double next(double x, double shift) const {
    double nearest = std::numeric_limits<double>::infinity();
    for (const double at : at_) {
      const double cut = at * scale_ + shift;
      if (cut > x && cut < nearest) nearest = cut;
    }
    return nearest;
  }

 private:
  static constexpr std::array<double, 1> origin{0.0};
  std::span<const double> at_;
  double scale_;
};

/// Whether f grows so fast that its values at the end of the reach still count, and what lies
/// beyond would, too: e^u once q is some 2 or more.
[[nodiscard]] inline bool runs_away(double last_terms, double magnitude) {
  constexpr double negligible = 1e-9;
  return !(last_terms <= negligible * magnitude);
}

/// How far to integrate, in standard deviations: past kinks out there, since the function may be a
/// straight line but for what lies beyond them.
[[nodiscard]] inline double reach_past(std::span<const double> kinks, double sigma) {
  constexpr double beyond = 5.0;
  constexpr double farthest = 33.0;  // the density beyond is 0 to any digit
  double reach = weight_reach;
  for (const double kink : kinks) {
    const double z = std::abs(kink) / sigma;
    if (z < farthest) reach = std::max(reach, z + beyond);
  }
  return reach;
}

/// E[f(u)], u ~ N(0, q), q > 0, for f smooth between the kinks. Halves the panels until two results
/// agree to 1e-10, far inside of which the finer one is. NaN where f runs away.
template <class Function>
double piecewise_gaussian_mean(const Function& f, double q, std::span<const double> kinks) {
  constexpr double agreement = 1e-10;
  constexpr int most_halvings = 6;
  const double sigma = std::sqrt(q);
  const Cuts cuts(kinks, 1.0 / sigma);
  const auto next_cut = [&](double z) { return cuts.next(z, 0.0); };
  double coarse = 0.0;
  double fraction = 1.0;
  const double reach = reach_past(kinks, sigma);
  const double edge =
      std::exp(-0.5 * reach * reach) * (std::abs(f(sigma * reach)) + std::abs(f(-sigma * reach)));
  for (int halvings = 0;; ++halvings, fraction *= 0.5) {
    double sum = 0.0;
    double magnitude = 0.0;
    visit_panels(-reach, reach, false, {2.0 * fraction / sigma, 3.0 * fraction, fraction}, next_cut,
                 [&](double z, double weight) {
                   const double term = weight * std::exp(-0.5 * z * z) * f(sigma * z);
                   sum += term;
                   magnitude += std::abs(term);
                 });
    const bool agree = halvings > 0 && !(std::abs(sum - coarse) > agreement * magnitude);
    if (agree || halvings == most_halvings) {
      if (runs_away(edge, magnitude)) return std::numeric_limits<double>::quiet_NaN();
      return sum / std::sqrt(2.0 * std::numbers::pi);
    }
    coarse = sum;
  }
}

/// E[f(u)], u ~ N(0, q), q > 0. Nodes are u = sinh(t): steps of the size on which an activation
/// bends near the origin, growing outwards, so that the cost grows only with ln q. Halves the step
/// until two results agree to 1e-10; the error squares with every halving. NaN where f runs away.
/// Where f has kinks, see piecewise_gaussian_mean.
template <class Function>
double gaussian_mean(const Function& f, double q, std::span<const double> kinks = {}) {
  if (!kinks.empty()) return piecewise_gaussian_mean(f, q, kinks);
  constexpr double reach = 9.0;  // standard deviations; the weight beyond is 1e-18
  constexpr int first_nodes = 10;
  constexpr int most_nodes = first_nodes << 9;
  constexpr double agreement = 1e-10;

  const double sigma = std::sqrt(q);
  const double t_max = std::asinh(reach * sigma);
  double sum = f(0.0);
  double magnitude = std::abs(sum);
  double last = 0.0;
  const auto add_pair = [&](double t) {
    const double u = std::sinh(t);
    const double z = u / sigma;
    const double weight = std::exp(-0.5 * z * z) * std::sqrt(1.0 + u * u);
    const double term = weight * (f(u) + f(-u));
    sum += term;
    magnitude += std::abs(term);
    last = std::abs(term);
  };

  double step = t_max / first_nodes;
  for (int k = 1; k <= first_nodes; ++k) add_pair(k * step);
  const double edge = last;
  for (int nodes = 2 * first_nodes; nodes <= most_nodes; nodes *= 2) {
    const double coarse = sum * step;
    step /= 2.0;
    for (int k = 1; k < nodes; k += 2) add_pair(k * step);
    if (std::abs(sum * step - coarse) <= agreement * magnitude * step) break;
  }
  if (runs_away(edge, magnitude)) return std::numeric_limits<double>::quiet_NaN();
  return sum * step / (sigma * std::sqrt(2.0 * std::numbers::pi));
}

/// The largest panels, as a fraction of those for tanh, that resolve phi out to `reach`.
double resolving_fraction(const Activation& phi, double reach);

/// E[kernel(u, v)] for u, v of standard deviations sigma_a, sigma_b > 0 and correlation c = 1 - d.
///
/// In x = (u / sigma_a + v / sigma_b) / 2 and y = (u / sigma_a - v / sigma_b) / 2, independent with
/// variances 1 - d / 2 and d / 2, the kinks of phi(u) and phi(v) move with y in opposite
/// directions. Panels in x are cut at them. The integral over x is smooth in y but where two kinks
/// meet: there panels in y are cut. For c < 0 the sign of v is turned: y stays the narrow variable.
class PairPanels {
 public:
  /// The kernel belongs to phi. fraction: of resolving_fraction.
  PairPanels(const Activation& phi, double sigma_a, double sigma_b, double d, double fraction)
      : sigma_a_(sigma_a),
        sigma_b_(d > 1.0 ? -sigma_b : sigma_b),
        x_sigma_(std::sqrt(1.0 - 0.5 * std::min(d, 2.0 - d))),
        y_sigma_(std::sqrt(0.5 * std::min(d, 2.0 - d))),
        fraction_(fraction),
        odd_(phi.odd),
        reach_(reach_past(phi.kinks, std::max(sigma_a, sigma_b))),
        a_(phi.kinks, 1.0 / sigma_a_),
        b_(phi.kinks, 1.0 / sigma_b_) {}

  /// symmetric: kernel(u, v) = kernel(v, u), and kernel(-u, -v) too if phi is odd.
  template <class Kernel>
  [[nodiscard]] double mean(const Kernel& kernel, bool symmetric) const {
    const bool twins = symmetric && sigma_a_ == std::abs(sigma_b_);
    const bool half_x = twins && (sigma_b_ < 0.0 || odd_);
    const bool half_y = twins && (sigma_b_ > 0.0 || odd_);
    const auto over_x = [&](double y) { return (half_x ? 2.0 : 1.0) * row(kernel, y, half_x); };
    if (y_sigma_ == 0.0) return over_x(0.0) / std::sqrt(2.0 * std::numbers::pi);

    const double reach = reach_ * y_sigma_;
    double sum = 0.0;
    visit_panels(
        half_y ? 0.0 : -reach, reach, half_y, grading(y_sigma_),
        [&](double y) { return next_meeting(y); },
        [&](double y, double weight) {
          const double z = y / y_sigma_;
          sum += weight * std::exp(-0.5 * z * z) * over_x(y);
        });
    return (half_y ? 2.0 : 1.0) * sum / (2.0 * std::numbers::pi * x_sigma_ * y_sigma_);
  }

 private:
  [[nodiscard]] Grading grading(double sigma) const {
    return {2.0 * fraction_ / std::max(sigma_a_, std::abs(sigma_b_)), 3.0 * fraction_ * sigma,
            fraction_};
  }

  template <class Kernel>
  double row(const Kernel& kernel, double y, bool half) const {
    const double z_y = y_sigma_ > 0.0 ? y / y_sigma_ : 0.0;
    const double reach = x_sigma_ * std::sqrt(std::max(0.0, reach_ * reach_ - z_y * z_y));
    double sum = 0.0;
    visit_panels(
        half ? 0.0 : -reach, reach, half && y == 0.0, grading(x_sigma_),
        [&](double x) { return std::min(a_.next(x, -y), b_.next(x, y)); },
        [&](double x, double weight) {
          const double z = x / x_sigma_;
          sum += weight * std::exp(-0.5 * z * z) * kernel(sigma_a_ * (x + y), sigma_b_ * (x - y));
        });
    return sum;
  }

  [[nodiscard]] double next_meeting(double y) const {
    double nearest = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < a_.size(); ++i) {
      for (std::size_t j = 0; j < b_.size(); ++j) {
        const double meeting = 0.5 * (a_[i] - b_[j]);
        if (meeting > y && meeting < nearest) nearest = meeting;
      }
    }
    return nearest;
  }

  double sigma_a_;
  double sigma_b_;  // negative for c < 0
  double x_sigma_;
  double y_sigma_;
  double fraction_;
  bool odd_;
  double reach_;  // standard deviations
  Cuts a_;
  Cuts b_;
};

/// Expectations over pairs (u, v) of variance q > 0 each and correlation c = 1 - d, for many d at
/// one q. The function is phi(u) - tilt u.
///
/// In the rotated variables x = (u + v) / 2, y = (u - v) / 2, independent with variances
/// q (1 - d / 2) and q d / 2, the gap is E[(phi(x + y) - phi(x - y))^2] / 2: a sum of squares,
/// without cancellation. Equal steps in x and y let one table of phi serve the whole lattice: the
/// way of smooth phi while q is moderate. Beyond by AsymptoticPair, where the inputs differ by more
/// than phi bends over, else by PairPanels.
class PairRule {
 public:
  PairRule(const Activation& phi, double q, double tilt = 0.0);

  double gap(double d);               ///< kappa(1) - kappa(c)
  double slope_covariance(double d);  ///< kappa_dot(c)

 private:
  double mean_slope_covariance(double d);

  static constexpr int table_reach = 512;
  struct Table {
    bool filled = false;
    double at[2 * table_reach + 1];
  };

  double value(double u) const { return phi_.value(u) - tilt_ * u; }
  double slope(double u) const { return phi_.derivative(u) - tilt_; }

  template <class Kernel, class Function>
  double pair_mean(double d, double x_reach, double reach, Table& table, const Kernel& kernel,
                   const Function& function);
  template <class Weight, class Pair>
  double lattice_mean(double d, double x_step, double y_step, double x_reach, double reach,
                      const Weight& weight, const Pair& pair) const;
  /// Where the lines of phi serve.
  [[nodiscard]] std::optional<AsymptoticPair> asymptotic(double d) const {
    const bool apart =
        q_ * d * (2.0 - d) >= AsymptoticPair::least_spread * AsymptoticPair::least_spread;
    if (!lines_ || !apart) return {};
    return AsymptoticPair(phi_, *lines_, q_, d, fraction_);
  }
  template <class Kernel>
  [[nodiscard]] double panel_mean(double d, const Kernel& kernel) const {
    const double sigma = std::sqrt(q_);
    return PairPanels(phi_, sigma, sigma, d, fraction_).mean(kernel, true);
  }

  const Activation& phi_;
  double tilt_;
  double q_;
  double value_reach_;  // where the Gaussian weight ends
  double slope_reach_;  // the same, or nearer: where phi' ends
  double step_;         // the largest step that resolves a smooth phi
  double fraction_;     // of the panels that resolve phi
  std::optional<Asymptote> lines_;
  Table values_;
  Table slopes_;
};

}  // namespace igb
