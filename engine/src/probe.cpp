#include "probe.hpp"

#include <algorithm>
#include <limits>

#include "igb/activation.hpp"
#include "quadrature.hpp"

namespace igb {
namespace {

Status not_finite(const char* detail, double x) {
  return {StatusCode::non_finite, "activation", x, 0.0, 0.0, detail};
}

Status check_kinks(const Activation& phi) {
  const auto count = static_cast<double>(phi.kinks.size());
  if (const Status s = check_range("kinks", count, 0, kinks_max); !s.ok()) return s;
  constexpr double largest = std::numeric_limits<double>::max();
  double below = -largest;
  for (const double kink : phi.kinks) {
    if (const Status s = check_range("kink", kink, below, largest); !s.ok()) return s;
    if (kink == below) return {StatusCode::out_of_range, "kink (repeated)", kink, below, largest};
    below = kink;
  }
  return {};
}

bool is_kink(const Activation& phi, double x) {
  return std::binary_search(phi.kinks.begin(), phi.kinks.end(), x);
}

Status check_near(const Activation& phi, double x) {
  if (!std::isfinite(phi.value(x))) return not_finite("phi is not finite at x =", x);
  if (is_kink(phi, x)) return {};
  if (!std::isfinite(phi.derivative(x))) return not_finite("phi' is not finite at x =", x);
  if (!std::isfinite(phi.second_derivative(x))) return not_finite("phi'' is not finite at x =", x);
  return {};
}

/// phi next to a kink, at two distances: towards a root or a pole the slope grows without end (and
/// at a double pole that rounding has filled it is huge), across a jump it says nothing of phi.
Status check_kink(const Activation& phi, double kink) {
  constexpr double huge = 1e12;
  const double far = 1e-9 * std::max(1.0, std::abs(kink));
  double change = 0.0;
  double slopes = 0.0;
  for (const double side : {-far, far}) {
    const double value = phi.value(kink + side);
    const double slope = std::abs(phi.derivative(kink + side));
    const double nearer = std::abs(phi.derivative(kink + 1e-3 * side));
    const bool pole = slope > huge && slope * far > 0.1 * std::abs(value);
    if (pole || !(nearer <= 1.001 * slope + 1e-6)) {
      return not_finite("phi' is not finite at x =", kink);
    }
    change += side > 0.0 ? value : -value;
    slopes += slope;
  }
  const double rounding = 1e-13 * std::abs(phi.value(kink + far));
  if (!(std::abs(change) <= 2.0 * far * slopes + rounding)) {
    return not_finite("phi jumps, so that phi' is not finite, at x =", kink);
  }
  return {};
}

/// An infinite phi(x) is right if phi grew towards the end of the range of numbers before.
bool overflows_inside(const Activation& phi, double finite, double infinite) {
  constexpr double large = 1e100;
  for (int step = 0; step < 60; ++step) {
    const double middle = 0.5 * (finite + infinite);
    (std::isfinite(phi.value(middle)) ? finite : infinite) = middle;
  }
  return std::abs(phi.value(finite)) < large;
}

Status check_far(const Activation& phi, double sign) {
  double before = sign * near_reach;
  for (int i = 1; i <= far_probes; ++i) {
    const double x = sign * far_probe(i);
    const double value = phi.value(x);
    if (std::isnan(value)) return not_finite("phi is not a number at x =", x);
    if (std::isinf(value)) {
      if (overflows_inside(phi, before, x)) {
        return not_finite("phi overflows inside (write it another way) before x =", x);
      }
      return {};
    }
    if (!std::isfinite(phi.derivative(x))) return not_finite("phi' is not finite at x =", x);
    before = x;
  }
  return {};
}

template <class Predicate>
bool everywhere_near(const Predicate& holds) {
  for (int i = -near_probes; i <= near_probes; ++i) {
    if (!holds(near_probe(i))) return false;
  }
  return true;
}

template <class Predicate>
bool everywhere_far(const Predicate& holds) {
  for (int i = 1; i <= far_probes; ++i) {
    if (!holds(far_probe(i)) || !holds(-far_probe(i))) return false;
  }
  return true;
}

bool is_constant(const Activation& phi) {
  const double first = phi.value(0.0);
  return everywhere_near([&](double x) { return phi.value(x) == first; });
}

bool is_odd(const Activation& phi) {
  const double scale = std::max(std::abs(phi.value(1.0)), std::abs(phi.value(-1.0)));
  return everywhere_near([&](double x) {
    const double value = phi.value(x);
    return std::abs(value + phi.value(-x)) <= 1e-15 * (std::abs(value) + scale);
  });
}

bool is_homogeneous(const Activation& phi) {
  const auto holds = [&](double x) {
    const double wanted = std::abs(x) * phi.value(std::copysign(1.0, x));
    return std::abs(phi.value(x) - wanted) <= 1e-13 * std::abs(wanted);
  };
  return everywhere_near(holds) && everywhere_far(holds);
}

bool is_bounded(const Activation& phi) {
  constexpr double far = 1e8;
  double most = 0.0;
  everywhere_near([&](double x) {
    most = std::max(most, std::abs(phi.value(x)));
    return true;
  });
  everywhere_far([&](double x) {
    if (std::abs(x) <= far) most = std::max(most, std::abs(phi.value(x)));
    return true;
  });
  return std::isfinite(most) &&
         everywhere_far([&](double x) { return std::abs(phi.value(x)) <= 1.01 * most; });
}

/// Integral of phi'^2 over near < |x| < far on panels of that length, cut at the kinks.
double far_slopes(const Activation& phi, double near, double far, double length) {
  const Cuts cuts(phi.kinks, 1.0);
  double sum = 0.0;
  const auto add = [&](double x, double weight) {
    sum += weight * phi.derivative(x) * phi.derivative(x);
  };
  const auto next_kink = [&](double x) {
    return phi.kinks.empty() ? std::numeric_limits<double>::infinity() : cuts.next(x, 0.0);
  };
  const Grading equal{length, length};
  visit_panels(-far, -near, false, equal, next_kink, add);
  visit_panels(near, far, false, equal, next_kink, add);
  return sum;
}

/// How many times finer than for tanh quadrature must be near the origin; further out, where it
/// looks less closely, phi may not be steeper than there.
Status check_steepness(const Activation& phi) {
  constexpr double near = 10.0;
  constexpr double agreement = 1e-12;
  constexpr double tanh_length = 2.0;
  const double steepness = 1.0 / resolving_fraction(phi, near);
  if (const Status s = check_range("steepness of the activation", steepness, 1.0, steepness_max);
      !s.ok()) {
    return s;
  }
  double coarse = far_slopes(phi, near, near_reach, tanh_length);
  double fine = far_slopes(phi, near, near_reach, 0.5 * tanh_length);
  const double scale = fine + far_slopes(phi, 0.0, near, 0.5 * tanh_length);
  double beyond = 1.0;
  while (beyond <= steepness && std::abs(fine - coarse) > agreement * scale) {
    beyond *= 2.0;
    coarse = fine;
    fine = far_slopes(phi, near, near_reach, 0.5 * tanh_length / beyond);
  }
  return check_range("steepness of the activation beyond |x| = 10", beyond, 1.0, steepness);
}

}  // namespace

Status find_facts(Activation& phi) {
  if (const Status s = check_kinks(phi); !s.ok()) return s;
  for (int i = -near_probes; i <= near_probes; ++i) {
    if (const Status s = check_near(phi, near_probe(i)); !s.ok()) return s;
  }
  for (const double kink : phi.kinks) {
    if (const Status s = check_kink(phi, kink); !s.ok()) return s;
  }
  for (const double sign : {-1.0, 1.0}) {
    if (const Status s = check_far(phi, sign); !s.ok()) return s;
  }
  if (is_constant(phi)) return {StatusCode::no_solution, "constant activation", phi.value(0.0)};
  if (const Status s = check_steepness(phi); !s.ok()) return s;
  phi.odd = is_odd(phi);
  phi.bounded = is_bounded(phi);
  phi.homogeneous = is_homogeneous(phi);
  return {};
}

}  // namespace igb
