#include "variance_map.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "igb/mean_field.hpp"
#include "root.hpp"
#include "scan.hpp"

namespace igb {

double VarianceMap::growth(double q) const {
  const double moment = Node(*init_.activation, init_.block, q).moment();
  return part_.weight * moment / q + part_.bias / q - 1.0;
}

/// On its asymptote an unbounded phi makes q' proportional to q. Where it neither grows nor falls
/// beyond rounding there, nothing tells whether it will.
bool VarianceMap::is_lost(double q, double growth) const {
  constexpr double rounding = 1e-12;
  constexpr double asymptotic_q = 1e4;
  return !init_.activation->bounded && q > asymptotic_q && std::abs(growth) < rounding;
}

double VarianceMap::chi() const {
  constexpr double rounding = 2e-15;
  Node node(*init_.activation, init_.block, 1.0);
  const double chi = part_.skip + part_.weight * node.moment();
  return std::abs(chi - 1.0) <= rounding ? 1.0 : chi;
}

bool VarianceMap::fixes_zero() const {
  return part_.bias == 0.0 && vanishes(*init_.activation, init_.block);
}

double VarianceMap::end() const {
  if (part_.skip > 0.0) return std::numeric_limits<double>::infinity();
  if (is_homogeneous(*init_.activation, init_.block)) return end_of_line();
  return root_from(start());
}

double VarianceMap::end_of_line() const {
  const double slope = chi();
  if (slope < 1.0) return part_.bias / (1.0 - slope);
  const bool stands_still = slope == 1.0 && part_.bias == 0.0;
  return stands_still ? start() : std::numeric_limits<double>::infinity();
}

/// Root in the direction in which iteration leaves `start`. Steps at least double or halve q, and
/// are as long as those of the iteration, which never passes a root of a rising map.
double VarianceMap::root_from(double start) const {
  const auto growth_at = [this](double q) { return growth(q); };
  const auto dies_at_zero = [this] {
    Node silent(*init_.activation, init_.block, 0.0);
    return fixes_zero() && part_.weight * silent.growth() <= 1.0 + edge_tolerance;
  };
  const double lowest = dies_at_zero() ? edge_tolerance : 0.0;

  double here = start;
  double growth_here = growth(here);
  for (;;) {
    if (std::isnan(growth_here)) return growth_here;  // moments run away
    const double iterated = here * (1.0 + growth_here);
    const double next =
        growth_here > 0.0 ? std::max(2.0 * here, iterated) : std::min(0.5 * here, iterated);
    if (next <= lowest) return 0.0;
    if (next > largest_q) return std::numeric_limits<double>::infinity();
    const double growth_next = growth(next);
    if (growth_here > 0.0 && is_lost(next, growth_next)) {
      return std::numeric_limits<double>::infinity();
    }
    if ((growth_next > 0.0) != (growth_here > 0.0)) {
      return find_root(growth_at, here, growth_here, next, growth_next);
    }
    here = next;
    growth_here = growth_next;
  }
}

bool VarianceMap::ends_at(double q) const {
  constexpr double nearby = 1e-3;  // a stable fixed point has its basin around it
  if (part_.skip > 0.0) return false;
  if (normalises(init_.block)) return true;
  Node node(*init_.activation, init_.block, q);
  if (part_.weight * node.growth() > 1.0 + edge_tolerance) return false;
  const bool falls = start() > q;
  const double last = falls ? q * (1.0 + nearby) : q / (1.0 + nearby);
  for (double here = start(); falls ? here > last : here < last; here *= falls ? 0.5 : 2.0) {
    if ((growth(here) < 0.0) != falls) return false;
  }
  return true;
}

/// Twice what phi^2 <= its supremum leaves for q'.
double VarianceMap::largest_bounded() const {
  double largest = 0.0;
  for (double u = 1e-3; u < 1e12; u *= 1.25) {
    const double up = init_.activation->value(u);
    const double down = init_.activation->value(-u);
    largest = std::max({largest, up * up, down * down});
  }
  return 2.0 * (part_.weight * largest + part_.bias);
}

std::uint32_t VarianceMap::fixed_points() const {
  constexpr double scan_from = 1e-12;
  constexpr double factor = 4.0;
  const std::uint32_t at_zero = fixes_zero() ? 1 : 0;
  if (part_.skip > 0.0) return at_zero;
  if (normalises(init_.block)) return 1;
  if (is_homogeneous(*init_.activation, init_.block)) {
    if (chi() == 1.0) return part_.bias == 0.0 ? every_q : 0;
    return chi() < 1.0 ? 1 : at_zero;
  }
  const double from = std::max(part_.bias, scan_from);
  const auto growth_at = [this](double q) {
    const double value = growth(q);
    return is_lost(q, value) ? std::numeric_limits<double>::quiet_NaN() : value;
  };
  std::uint32_t count = at_zero;
  if (at_zero == 0 && growth(from) < 0.0) ++count;  // between 0, where q' > 0, and there
  const double to = init_.activation->bounded ? largest_bounded() : 1e12;
  scan_roots(growth_at, from, to, factor, [&](double, double, double, double) {
    ++count;
    return false;
  });
  return count;
}

}  // namespace igb
