#pragma once

#include <span>
#include <string_view>

#include "igb/status.hpp"

namespace igb {

/// An activation function phi as data: its values in double precision for the theory, and the facts
/// the solvers need to know. The float32 kernel that networks run stands beside the same definition
/// (src/activation_list.hpp), which is the only place to add a built-in one.
///
/// A user's own phi is a value of this type as well: fill in the functions and the facts, and point
/// `context` to whatever the functions need; or have `make_activation` do so. Text is read by
/// expression.hpp, sampled points by table.hpp. phi is continuous, and smooth between its kinks.
struct Activation {
  using Function = double (*)(const Activation& phi, double x);
  struct ClosedForms;

  const char* name = "";
  bool odd = false;                     ///< phi(-x) = -phi(x)
  bool bounded = false;                 ///< |phi| has a finite supremum
  bool homogeneous = false;             ///< phi(a x) = a phi(x) for a > 0
  std::span<const double> kinks;        ///< where a derivative of phi jumps, ascending
  Function value_at = nullptr;          ///< phi(x)
  Function slope_at = nullptr;          ///< phi'(x); at a kink either side's
  Function bend_at = nullptr;           ///< phi''(x) between the kinks
  const ClosedForms* closed = nullptr;  ///< null where only quadrature is known
  double parameter = 0.0;               ///< of a family: the slope of leaky_relu
  const void* context = nullptr;        ///< of a user's own phi; never touched by the library
  int kernel = -1;  ///< position in activations(), -1 for a user's own, run by value_at

  [[nodiscard]] double value(double x) const { return value_at(*this, x); }
  [[nodiscard]] double derivative(double x) const { return slope_at(*this, x); }
  [[nodiscard]] double second_derivative(double x) const { return bend_at(*this, x); }

  /// Closed Gaussian expectations (THEORY.md section 2). Arguments as in expectation.hpp; `d` is
  /// 1 - c.
  struct ClosedForms {
    double (*mean)(const Activation& phi, double q);           ///< E[phi]
    double (*second_moment)(const Activation& phi, double q);  ///< E[phi^2]
    double (*slope_moment)(const Activation& phi, double q);   ///< E[phi'^2]
    /// d E[phi^2] / dq = E[phi'^2 + phi phi'']
    double (*growth_moment)(const Activation& phi, double q);
    /// kappa(1) - kappa(c), without cancellation
    double (*covariance_gap)(const Activation& phi, double q, double d);
    double (*slope_covariance)(const Activation& phi, double q, double d);  ///< kappa_dot(c)
    /// kappa for two variances
    double (*covariance)(const Activation& phi, double q_a, double q_b, double c);
  };
};

/// All built-in activations, in a fixed order. Static lifetime.
[[nodiscard]] std::span<const Activation> activations();

/// The activation of that name, or null.
[[nodiscard]] const Activation* find_activation(std::string_view name);

/// x for x > 0, slope * x below. Errors: out_of_range (slope, -1e3 .. 1e3).
Status leaky_relu(double slope, Activation& phi);

/// A function's value, first and second derivative at one point.
struct Jet {
  double value;
  double slope;
  double bend;
};

/// The value, slope or bend of the callable that `context` points to.
template <class Callable, double Jet::*part>
[[nodiscard]] double part_at(const Activation& phi, double x) {
  return (*static_cast<const Callable*>(phi.context))(x).*part;
}

/// The activation of a callable, f(x) -> Jet, which must outlive it:
///
///   const auto softsign = [](double x) -> igb::Jet {
///     const double r = 1.0 / (1.0 + std::abs(x));
///     return {x * r, r * r, -2.0 * std::copysign(r * r * r, x)};
///   };
///   constexpr double kinks[] = {0.0};
///   igb::Activation phi = igb::make_activation("softsign", softsign, kinks);
///   igb::Status status = igb::find_facts(phi);  // odd and bounded
///
/// `kinks` as above; a point where only phi'' jumps (0 here) belongs there, too, for quadrature to
/// be exact.
template <class Callable>
[[nodiscard]] Activation make_activation(const char* name, const Callable& f,
                                         std::span<const double> kinks = {}) {
  Activation phi;
  phi.name = name;
  phi.kinks = kinks;
  phi.value_at = part_at<Callable, &Jet::value>;
  phi.slope_at = part_at<Callable, &Jet::slope>;
  phi.bend_at = part_at<Callable, &Jet::bend>;
  phi.context = &f;
  return phi;
}
template <class Callable>
Activation make_activation(const char*, const Callable&&, std::span<const double> = {}) = delete;

/// Finds `odd`, `bounded` and `homogeneous` of a user's phi by looking at it, at 2001 points of
/// |x| <= 100 and 112 of 100 < |x| <= 1e16:
///   odd          |phi(x) + phi(-x)| <= 1e-15 (|phi(x)| + |phi(1)|) for |x| <= 100
///   bounded      beyond 1e8, |phi| is at most 1.01 times what it is before
///   homogeneous  phi(x) = |x| phi(sign x) to 1e-13 everywhere
/// Errors: out_of_range (kinks: finite, ascending, at most kinks_max); non_finite, naming x, where
/// phi or phi', or between the kinks phi'', is not finite within |x| <= 100, phi jumps at a kink,
/// or phi is farther out not a number, or infinite because something inside it overflows;
/// no_solution where phi is constant; out_of_range where it is too steep for quadrature: on |x| <=
/// 10 integrals must resolve on a scale 1 / steepness_max of that of tanh (sin 5 x, tanh 10 x; for
/// a steeper phi(k x) take phi(x) and k^2 times the variances), and on 10 < |x| <= 100 no finer
/// than there.
Status find_facts(Activation& phi);

inline constexpr double steepness_max = 16.0;

inline constexpr int kinks_max = 64;

}  // namespace igb
