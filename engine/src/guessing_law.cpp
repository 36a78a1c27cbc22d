#include "igb/guessing_law.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "binomial.hpp"
#include "root.hpp"

namespace igb {
namespace {

constexpr double pi = std::numbers::pi;
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

bool is_ratio(double gamma) { return gamma >= 0.0; }
bool is_probability(double p) { return p >= 0.0 && p <= 1.0; }

/// arcsin(gamma / (1 + gamma)), accurate up to infinity.
double arcsine_of_correlation(double gamma) {
  return gamma == infinity ? pi / 2.0 : std::atan2(gamma, std::sqrt(1.0 + 2.0 * gamma));
}

double normal_density(double x) { return std::exp(-0.5 * x * x - half_ln_2pi); }

/// Phi(x) - p, for p < 1/2 given with full relative precision.
double excess(double x, double p) {
  return p > 0.25 ? 0.5 * std::erf(x / std::numbers::sqrt2) - (p - 0.5) : normal_cdf(x) - p;
}

/// Normal quantile for 0 < p <= 1/2. Start: Abramowitz and Stegun 26.2.23, off by 4.5e-4; each step
/// of Halley's method cubes the error.
double lower_quantile(double p) {
  const double t = std::sqrt(-2.0 * std::log(p));
  double x = (2.515517 + t * (0.802853 + t * 0.010328)) /
                 (1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308))) -
             t;
  for (int step = 0; step < 2; ++step) {
    const double newton = excess(x, p) / normal_density(x);
    x -= newton / (1.0 + 0.5 * x * newton);
  }
  return x;
}

/// P(n) = INT exp(log_integrand(u)) du over u = sqrt(gamma) z. The integrand is log-concave.
struct MixedBinomial {
  Binomial binomial;
  double sigma;  // sqrt(gamma)

  double log_integrand(double u) const {
    const double z = u / sigma;
    return binomial.log_probability(normal_cdf(u), normal_cdf(-u)) - 0.5 * z * z - half_ln_2pi -
           std::log(sigma);
  }

  double slope(double u) const {
    const double p = normal_cdf(u);
    const double q = normal_cdf(-u);
    const double excess_count = binomial.n * q - (binomial.inputs - binomial.n) * p;
    // density / (p q): its limit in the tails is |u|.
    const double score = p > 0.0 && q > 0.0 ? normal_density(u) / (p * q) : std::abs(u);
    return excess_count * score - u / sigma / sigma;
  }

  double mode() const {
    const double at_zero = slope(0.0);
    if (at_zero == 0.0) return 0.0;
    double far = at_zero > 0.0 ? std::min(1.0, sigma) : -std::min(1.0, sigma);
    double at_far = slope(far);
    double near = 0.0;
    double at_near = at_zero;
    while ((at_far > 0.0) == (at_zero > 0.0)) {
      near = far;
      at_near = at_far;
      far *= 2.0;
      at_far = slope(far);
    }
    return find_root([this](double u) { return slope(u); }, near, at_near, far, at_far, 1e-6);
  }

  /// Distance from the mode in that direction at which the integrand has fallen by about e.
  double fall(double mode, double direction) const {
    const double top = log_integrand(mode);
    double distance = std::min(1.0, sigma);
    const auto fallen = [&] { return top - log_integrand(mode + direction * distance); };
    while (fallen() < 1.0) distance *= 2.0;
    while (fallen() > 1.0) distance *= 0.5;
    return distance;
  }

  /// Trapezoid rule in t, u = mode + width sinh(t), which follows an edge on one side and a long
  /// tail on the other; halved until it has converged.
  double probability() const {
    constexpr double negligible = 1e-18;
    // The error about squares with each halving, except where success runs out (n near 0 or D) and
    // the integrand has an edge.
    const double rarer = std::min(binomial.n, binomial.inputs - binomial.n);
    const double agreement = rarer < 16.0 ? 1e-11 : 3e-7;
    const double centre = mode();
    const double width = std::min(fall(centre, 1.0), fall(centre, -1.0));
    const double top = log_integrand(centre);
    const auto term = [&](double t) {
      return std::exp(log_integrand(centre + width * std::sinh(t)) - top) * std::cosh(t);
    };
    const auto side = [&](double first, double step) {
      double sum = 0.0;
      double before = 0.0;
      for (double t = first;; t += step) {
        const double now = term(t);
        sum += now;
        // Beyond its peak the integrand only falls, and faster with every step.
        if (now <= before && now < negligible * (1.0 + sum)) return sum;
        before = now;
      }
    };
    double step = 0.3;
    double sum = 1.0 + side(step, step) + side(-step, -step);
    for (int halvings = 0; halvings < 6; ++halvings) {
      const double middle = side(step / 2.0, step) + side(-step / 2.0, -step);
      const double change = std::abs(middle - sum);
      sum += middle;
      step /= 2.0;
      if (change < agreement * sum) break;
    }
    return std::exp(top) * width * step * sum;
  }
};

}  // namespace

double normal_cdf(double x) {
  // x / sqrt(2) in two parts: erfc multiplies a rounding error of its argument by 2 x^2.
  constexpr double high = 0.70710678118654757;
  constexpr double low = -4.8336466567264567e-17;
  const double z = -x * high;
  if (z < 1.0 || !(z < 30.0)) return 0.5 * std::erfc(z);
  const double rest = std::fma(-x, high, -z) - x * low;
  return 0.5 * std::erfc(z) - std::exp(-z * z) / std::sqrt(pi) * rest;
}

double normal_quantile(double p) {
  if (!is_probability(p)) return nan;
  if (p == 0.0) return -infinity;
  if (p == 1.0) return infinity;
  return p <= 0.5 ? lower_quantile(p) : -lower_quantile(1.0 - p);
}

double TwoClassLaw::pdf(double g) const {
  if (!is_ratio(gamma) || std::isnan(g)) return nan;
  if (!(g > 0.0 && g < 1.0) || gamma == infinity) return 0.0;
  if (gamma == 0.0) return g == 0.5 ? infinity : 0.0;
  const double u = normal_quantile(g);
  return std::exp(0.5 * (1.0 - 1.0 / gamma) * u * u) / std::sqrt(gamma);
}

double TwoClassLaw::cdf(double g) const {
  if (!is_ratio(gamma) || std::isnan(g)) return nan;
  if (g < 0.0) return 0.0;
  if (g >= 1.0) return 1.0;
  if (gamma == 0.0) return g < 0.5 ? 0.0 : 1.0;
  if (gamma == infinity) return 0.5;
  return normal_cdf(normal_quantile(g) / std::sqrt(gamma));
}

double TwoClassLaw::quantile(double p) const {
  if (!is_ratio(gamma) || !is_probability(p)) return nan;
  if (gamma == 0.0) return 0.5;
  if (gamma == infinity) return p <= 0.5 ? 0.0 : 1.0;
  return normal_cdf(std::sqrt(gamma) * normal_quantile(p));
}

double TwoClassLaw::variance() const {
  return is_ratio(gamma) ? arcsine_of_correlation(gamma) / (2.0 * pi) : nan;
}

double TwoClassLaw::mean_max_frequency() const {
  return is_ratio(gamma) ? 0.5 + std::atan(std::sqrt(gamma)) / pi : nan;
}

double TwoClassLaw::prob_max_above(double threshold) const {
  if (!is_ratio(gamma) || !(threshold >= 0.5 && threshold <= 1.0)) return nan;
  if (threshold == 1.0 || gamma == 0.0) return 0.0;
  return 2.0 * normal_cdf(normal_quantile(1.0 - threshold) / std::sqrt(gamma));
}

double TwoClassLaw::max_quantile(double p) const {
  if (!is_ratio(gamma) || !is_probability(p)) return nan;
  if (gamma == 0.0 || p == 0.0) return 0.5;
  if (gamma == infinity) return 1.0;
  return normal_cdf(-std::sqrt(gamma) * normal_quantile(0.5 * (1.0 - p)));
}

Status finite_two_class_law(double gamma, std::span<double> pmf) {
  constexpr double most_inputs = 1 << 24;
  if (const Status s = check_range("gamma", gamma, 0.0, infinity); !s.ok()) return s;
  const double inputs = static_cast<double>(pmf.size()) - 1.0;
  if (const Status s = check_range("inputs", inputs, 1.0, most_inputs); !s.ok()) return s;

  const auto probability = [&](double n) {
    if (gamma == infinity) return n == 0.0 ? 0.5 : 0.0;
    const Binomial binomial(inputs, n);
    // Spread of the success rate too small to show: relative effect gamma D^2.
    if (gamma * inputs * inputs < 1e-16) return std::exp(binomial.log_probability(0.5, 0.5));
    return MixedBinomial{binomial, std::sqrt(gamma)}.probability();
  };
  for (std::size_t n = 0; 2 * n < pmf.size(); ++n) {
    pmf[n] = pmf[pmf.size() - 1 - n] = probability(static_cast<double>(n));
  }
  return {};
}

double mean_max_frequency(std::span<const double> pmf) {
  double sum = 0.0;
  for (std::size_t n = 0; n < pmf.size(); ++n) {
    sum += static_cast<double>(std::max(n, pmf.size() - 1 - n)) * pmf[n];
  }
  return sum / static_cast<double>(pmf.size() - 1);
}

double finite_two_class_variance(double gamma, std::uint64_t inputs) {
  if (!is_ratio(gamma) || inputs == 0) return nan;
  const double d = static_cast<double>(inputs);
  return arcsine_of_correlation(gamma) / (2.0 * pi) * (1.0 - 1.0 / d) + 1.0 / (4.0 * d);
}

}  // namespace igb
