#pragma once

// Forward-mode differentiation to second order.

#include "igb/activation.hpp"

namespace igb {

/// a b, but 0 where one factor is: a derivative that has underflowed stays 0 beside one that has
/// overflowed, as in tanh(exp(x)) for large x.
inline double saturated(double a, double b) { return a == 0.0 || b == 0.0 ? 0.0 : a * b; }

/// f(u), from f, f' and f'' at u.
inline Jet chain(const Jet& u, const Jet& f) {
  return {f.value, saturated(f.slope, u.slope),
          saturated(saturated(f.bend, u.slope), u.slope) + saturated(f.slope, u.bend)};
}

inline Jet operator-(const Jet& a) { return {-a.value, -a.slope, -a.bend}; }
inline Jet operator+(const Jet& a, const Jet& b) {
  return {a.value + b.value, a.slope + b.slope, a.bend + b.bend};
}
inline Jet operator-(const Jet& a, const Jet& b) {
  return {a.value - b.value, a.slope - b.slope, a.bend - b.bend};
}
inline Jet operator*(const Jet& a, const Jet& b) {
  return {
      a.value * b.value, saturated(a.slope, b.value) + saturated(a.value, b.slope),
      saturated(a.bend, b.value) + 2.0 * saturated(a.slope, b.slope) + saturated(a.value, b.bend)};
}
inline Jet operator/(const Jet& a, const Jet& b) {
  const double value = a.value / b.value;
  const double slope = (a.slope - saturated(value, b.slope)) / b.value;
  const double bend =
      (a.bend - 2.0 * saturated(slope, b.slope) - saturated(value, b.bend)) / b.value;
  return {value, slope, bend};
}

}  // namespace igb
