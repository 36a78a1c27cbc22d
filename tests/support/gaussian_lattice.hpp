// Gaussian expectations by the plain trapezoid rule in one and two dimensions, sharing no code with
// the engine. Exact to 1e-13 for functions analytic on the scale of their argument (tanh, q < 10).
#pragma once

#include <cmath>
#include <numbers>

namespace igb::test {

inline double weight(double z) {
  return std::exp(-0.5 * z * z) / std::sqrt(2.0 * std::numbers::pi);
}

/// E[f(z)], z ~ N(0, 1).
template <class Function>
double lattice_mean(const Function& f, double step = 1.0 / 32.0) {
  double sum = 0.0;
  for (double z = -12.0; z <= 12.0; z += step) sum += weight(z) * f(z);
  return sum * step;
}

/// E[f(u, v)] of standard normals of correlation c.
template <class Function>
double lattice_pair_mean(const Function& f, double c, double step = 1.0 / 16.0) {
  const double s = std::sqrt(1.0 - c * c);
  return lattice_mean(
      [&](double z) { return lattice_mean([&](double y) { return f(z, c * z + s * y); }, step); },
      step);
}

}  // namespace igb::test
