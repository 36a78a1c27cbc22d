#pragma once

#include <span>
#include <string_view>

namespace igb {

/// An activation function phi as data: its values in double precision for the theory, and the facts
/// the solvers need to know. The float32 kernel that networks run stands beside the same definition
/// (src/activation_list.hpp), which is the only place to add one.
struct Activation {
  const char* name;
  bool odd;          ///< phi(-x) = -phi(x)
  bool bounded;      ///< |phi| has a finite supremum
  bool homogeneous;  ///< phi(a x) = a phi(x) for a > 0
  double (*value)(double x);
  double (*derivative)(double x);

  /// Closed Gaussian expectations (THEORY.md section 2), null where only quadrature is known.
  /// Arguments as in expectation.hpp; `d` is 1 - c.
  struct ClosedForms {
    double (*second_moment)(double q);               ///< E[phi^2]
    double (*slope_moment)(double q);                ///< E[phi'^2]
    double (*growth_moment)(double q);               ///< d E[phi^2] / dq = E[phi'^2 + phi phi'']
    double (*covariance_gap)(double q, double d);    ///< kappa(1) - kappa(c), without cancellation
    double (*slope_covariance)(double q, double d);  ///< kappa_dot(c)
  };
  const ClosedForms* closed;
};

/// All activations, in a fixed order. Static lifetime.
[[nodiscard]] std::span<const Activation> activations();

/// The activation of that name, or null.
[[nodiscard]] const Activation* find_activation(std::string_view name);

}  // namespace igb
