#pragma once

#include <span>
#include <string_view>

namespace igb {

/// An activation function phi as data: its values in double precision for the theory, and the facts
/// the solvers need to know. The float32 kernel that networks run stands beside the same definition
/// (src/activation_list.hpp), which is the only place to add a built-in one.
///
/// A user's own phi is a value of this type as well: fill in the functions and the facts, and point
/// `context` to whatever the functions need.
struct Activation {
  using Function = double (*)(const Activation& phi, double x);
  struct ClosedForms;

  const char* name = "";
  bool odd = false;                     ///< phi(-x) = -phi(x)
  bool bounded = false;                 ///< |phi| has a finite supremum
  bool homogeneous = false;             ///< phi(a x) = a phi(x) for a > 0
  std::span<const double> kinks;        ///< where phi or phi' jumps, ascending; smooth in between
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
  };
};

/// All built-in activations, in a fixed order. Static lifetime.
[[nodiscard]] std::span<const Activation> activations();

/// The activation of that name, or null.
[[nodiscard]] const Activation* find_activation(std::string_view name);

}  // namespace igb
