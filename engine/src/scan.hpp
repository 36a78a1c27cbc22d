#pragma once

#include <cmath>

namespace igb {

/// Roots of f over a wide range of positive x: samples f at from, factor from, ... to and calls
/// visit(a, f(a), b, f(b)) with every bracket of a root, ascending, until it returns true. A dip
/// towards zero between three samples of one sign is followed to its bottom, so that a pair of
/// roots closer than the samples is found as well. Ends where f is NaN.
template <class Function, class Visit>
void scan_roots(const Function& f, double from, double to, double factor, const Visit& visit) {
  struct Sample {
    double x;
    double value;
  };
  const auto sample = [&](double x) { return Sample{x, f(x)}; };
  const auto bracketed = [](const Sample& a, const Sample& b) {
    return (a.value > 0.0) != (b.value > 0.0);
  };
  const auto show = [&](const Sample& a, const Sample& b) {
    return visit(a.x, a.value, b.x, b.value);
  };
  /// Golden section for the extremum of f, until it is seen beyond zero.
  const auto bottom = [&](const Sample& left, const Sample& middle, const Sample& right) {
    constexpr double golden = 0.38196601125010515;
    Sample best = middle;
    double low = left.x;
    double high = right.x;
    while (high / low > 1.0 + 1e-7 && !bracketed(left, best)) {
      const bool upper = high / best.x > best.x / low;
      const Sample trial = sample(best.x * std::pow(upper ? high / best.x : low / best.x, golden));
      const bool better = bracketed(left, trial) || std::abs(trial.value) < std::abs(best.value);
      (upper == better ? low : high) = better ? best.x : trial.x;
      if (better) best = trial;
    }
    return best;
  };

  Sample before{};
  Sample here = sample(from);
  while (here.x < to && !std::isnan(here.value)) {
    const Sample next = sample(factor * here.x);
    if (std::isnan(next.value)) return;
    if (bracketed(here, next)) {
      if (show(here, next)) return;
    } else if (before.x > 0.0 && !bracketed(before, here) &&
               std::abs(here.value) < std::abs(before.value) &&
               std::abs(here.value) < std::abs(next.value)) {
      const Sample turned = bottom(before, here, next);
      if (bracketed(turned, next) && (show(before, turned) || show(turned, next))) return;
    }
    before = here;
    here = next;
  }
}

}  // namespace igb
