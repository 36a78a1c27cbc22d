#pragma once

// Where a user's own activation is looked at.

#include <cmath>

namespace igb {

inline constexpr int near_probes = 1000;  // on either side of 0
inline constexpr double near_reach = 100.0;
inline constexpr int far_probes = 56;  // on either side, 4 a decade

/// -near_reach .. near_reach for i = -near_probes .. near_probes, denser towards 0: steps of 8e-4
/// there, 8e-3 at 1 and 0.8 at 100.
inline double near_probe(int i) {
  constexpr double core = 0.1;
  const double t = std::asinh(near_reach / core) * i / near_probes;
  return core * std::sinh(t);
}

/// 178 .. 1e16 for i = 1 .. far_probes.
inline double far_probe(int i) { return near_reach * std::pow(10.0, 0.25 * i); }

}  // namespace igb
