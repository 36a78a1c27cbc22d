#pragma once

#include <cmath>

namespace igb {

/// Root of a continuous f between a and b, given fa = f(a) and fb = f(b) of opposite signs (or one
/// zero), to `tolerance` relative to the root. Inverse quadratic interpolation where it is safe,
/// bisection elsewhere (Chandrupatla 1997): about 8 evaluations for a smooth f, 60 at worst.
template <class Function>
double find_root(const Function& f, double a, double fa, double b, double fb,
                 double tolerance = 2e-15) {
  constexpr int most_steps = 200;
  if (fa == 0.0) return a;
  if (fb == 0.0) return b;
  double fraction = 0.5;
  for (int step = 0; step < most_steps; ++step) {
    // b is the newest point, a lies on the other side of the root, c is the one before.
    const double x = a + fraction * (b - a);
    const double fx = f(x);
    double c = b;
    double fc = fb;
    if (std::signbit(fx) == std::signbit(fa)) {
      c = a;
      fc = fa;
    } else {
      b = a;
      fb = fa;
    }
    a = x;
    fa = fx;
    // Now a is the newest, b opposite, c the previous one on the side that moved.
    const double best = std::abs(fa) < std::abs(fb) ? a : b;
    const double width = std::abs(b - a);
    const double smallest = tolerance * std::abs(best) / width;
    if (fa == 0.0 || smallest > 0.5) return best;

    const double xi = (a - b) / (c - b);
    const double phi = (fa - fb) / (fc - fb);
    fraction = 0.5;
    if (phi * phi < xi && (1.0 - phi) * (1.0 - phi) < 1.0 - xi) {
      fraction =
          fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb);
    }
    if (!(fraction > smallest)) fraction = smallest;  // NaN too: equal values of f
    if (fraction > 1.0 - smallest) fraction = 1.0 - smallest;
  }
  return a;
}

}  // namespace igb
