#include "igb/pooling.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "crossing.hpp"
#include "igb/guessing_law.hpp"
#include "legendre.hpp"
#include "root.hpp"

namespace igb {
namespace {

constexpr double pi = std::numbers::pi;
constexpr double reach = 8.8;        // standard deviations; the weight beyond is 1e-18
constexpr double tangent_q = 1e-30;  // below this variance phi is its tangent at 0
constexpr double small_angle = 1e-3;
constexpr int most_pieces = 140;
constexpr int most_panels = 300;

double normal_density(double z) { return std::exp(-0.5 * z * z) / std::sqrt(2.0 * pi); }

double power(double base, std::uint32_t exponent) {
  double result = 1.0;
  for (; exponent > 0; exponent /= 2, base *= base) {
    if (exponent % 2 == 1) result *= base;
  }
  return result;
}

template <class Function>
double gauss(const Function& f, double from, double to) {
  const double centre = 0.5 * (from + to);
  const double half = 0.5 * (to - from);
  double sum = 0.0;
  for (const LegendreNode& node : legendre_20) {
    sum += node.weight * (f(centre - half * node.position) + f(centre + half * node.position));
  }
  return half * sum;
}

/// Halves the interval until the sum of the halves agrees with the whole; its own error is about
/// the square of that.
template <class Function>
double refine(const Function& f, double from, double to, double whole, double tolerance,
              int depth) {
  const double middle = 0.5 * (from + to);
  const double left = gauss(f, from, middle);
  const double right = gauss(f, middle, to);
  if (depth == 0 || std::abs(left + right - whole) <= tolerance) return left + right;
  return refine(f, from, middle, left, tolerance, depth - 1) +
         refine(f, middle, to, right, tolerance, depth - 1);
}

/// The set {phi(sigma z) <= level}: the ends of its intervals, sign +1 where phi rises and -1 where
/// it falls.
struct LevelSet {
  double level;
  double below;  // probability of the set
  double above;  // that of its complement
  int count;
  double ends[most_pieces];
  double signs[most_pieces];
  double lower[most_pieces];  // Phi(end)
  double upper[most_pieces];  // Phi(-end)
};

/// f(z) = phi(sigma z) within the reach of the normal weight, and its levels.
///
/// Pieces are the stretches on which f is smooth and monotone. Ends of pieces have critical levels;
/// between two of these the number of branches, the pieces that cover the level, is constant, and
/// one of them leads: the widest one, whose z serves as the coordinate.
class Levels {
 public:
  Levels(const Activation& phi, double q) : phi_(phi), sigma_(std::sqrt(q)) {
    find_pieces();
    if (complete_) find_intervals();
  }

  struct Interval {
    int lead;
    double from;  // z of the lead at the lower level
    double to;    // and at the upper one
  };
  /// Part of an interval, in its coordinate w.
  struct Panel {
    int interval;
    double from;
    double to;
  };

  bool complete() const { return complete_; }
  bool folded() const { return folded_; }
  double sigma() const { return sigma_; }
  double range() const { return range_; }
  double value(double z) const { return phi_.value(sigma_ * z); }
  double slope(double z) const { return sigma_ * phi_.derivative(sigma_ * z); }
  int panels() const { return panels_; }
  const Panel& panel(int i) const { return panel_[i]; }
  const Interval& interval(int i) const { return interval_[i]; }

  /// Whether the slope jumps at the upper end.
  bool kink_above(int i) const {
    constexpr double beside = 1e-9;
    const Interval& here = interval_[i];
    if (i + 1 == intervals_) return std::abs(here.to) < reach;
    const Interval& next = interval_[i + 1];
    const double low = slope(here.to + (here.from - here.to) * beside);
    const double high = slope(next.from + (next.to - next.from) * beside);
    return std::abs(high - low) > 1e-5 * (std::abs(high) + std::abs(low));
  }

  /// Where another branch turns back, its end moves as a square root of the level: there the
  /// coordinate comes to rest. Without a fold it is z itself, upwards in level.
  double position(const Interval& interval, double w) const {
    if (!folded_) return w * direction(interval);
    return interval.from + (interval.to - interval.from) * w * w * (3.0 - 2.0 * w);
  }
  /// The w at that position, which may lie outside of the interval.
  double coordinate(const Interval& interval, double z) const {
    if (!folded_) return z * direction(interval);
    const double part = (z - interval.from) / (interval.to - interval.from);
    if (part <= 0.0 || part >= 1.0) return part;
    return 0.5 - std::sin(std::asin(1.0 - 2.0 * part) / 3.0);
  }
  /// d level / dw
  double measure(const Interval& interval, double w) const {
    const double rate = folded_ ? 6.0 * w * (1.0 - w) * (interval.to - interval.from) : 1.0;
    return std::abs(slope(position(interval, w)) * rate);
  }
  static double direction(const Interval& interval) {
    return interval.to > interval.from ? 1.0 : -1.0;
  }

  void set_at(const Interval& interval, double w, LevelSet& set) const {
    const double z = position(interval, w);
    fill(set, value(z), interval.lead, z);
  }
  void set_at_level(double level, LevelSet& set) const { fill(set, level, -1, 0.0); }

 private:
  /// The end on one piece may be known already.
  void fill(LevelSet& set, double level, int known_piece, double known_end) const {
    set.level = level;
    set.count = 0;
    set.below = value_[pieces_] <= level ? 1.0 : 0.0;
    set.above = value_[0] > level ? 1.0 : 0.0;
    for (int piece = 0; piece < pieces_; ++piece) {
      const double low = std::min(value_[piece], value_[piece + 1]);
      const double high = std::max(value_[piece], value_[piece + 1]);
      const bool known = piece == known_piece;
      if (!known && !(low < level && level < high)) continue;
      const double end = known ? known_end : solve(piece, level);
      const double sign = value_[piece + 1] > value_[piece] ? 1.0 : -1.0;
      set.ends[set.count] = end;
      set.signs[set.count] = sign;
      set.lower[set.count] = normal_cdf(end);
      set.upper[set.count] = normal_cdf(-end);
      set.below += sign * set.lower[set.count];
      set.above += sign * set.upper[set.count++];
    }
    set.below = std::clamp(set.below, 0.0, 1.0);
    set.above = std::clamp(set.above, 0.0, 1.0);
  }

  double solve(int piece, double level) const {
    const double a = end_[piece];
    const double b = end_[piece + 1];
    const double fa = value_[piece] - level;
    const double fb = value_[piece + 1] - level;
    if ((fa > 0.0) == (fb > 0.0)) return std::abs(fa) < std::abs(fb) ? a : b;
    return find_root([&](double z) { return value(z) - level; }, a, fa, b, fb);
  }

  void add_end(double z) {
    if (pieces_ + 1 >= most_pieces) complete_ = false;
    if (!complete_ || z - end_[pieces_] <= 1e-14 * reach) return;
    end_[++pieces_] = z;
    value_[pieces_] = value(z);
  }

  /// Ends at turning points between z and `to`, then at `to`.
  void add_turns(double to) {
    constexpr double longest = 0.25;  // of u; from |u| = 500 on 1/2000 of |u|
    const auto bend = [&](double z) { return phi_.derivative(sigma_ * z); };
    double z = end_[pieces_];
    double last = z;
    double last_slope = 0.0;
    while (z < to && complete_) {
      const double step = std::max(longest, std::abs(sigma_ * z) / 2000.0) / sigma_;
      const double next = std::min(z + std::min(step, reach / 16.0), to);
      const double probe = 0.5 * (z + next);
      const double slope_here = bend(probe);
      if (slope_here * last_slope < 0.0) {
        add_end(find_root(bend, last, last_slope, probe, slope_here));
      }
      if (slope_here != 0.0) {
        last = probe;
        last_slope = slope_here;
      }
      z = next;
    }
    add_end(to);
  }

  void find_pieces() {
    end_[0] = -reach;
    value_[0] = value(-reach);
    bool before_zero = true;
    for (const double kink : phi_.kinks) {
      const double z = kink / sigma_;
      if (before_zero && z >= 0.0) {
        add_turns(0.0);
        before_zero = false;
      }
      if (z > -reach && z < reach) add_turns(z);
    }
    if (before_zero) add_turns(0.0);
    add_turns(reach);
  }

  void find_intervals() {
    double critical[most_pieces] = {};
    std::copy(value_, value_ + pieces_ + 1, critical);
    std::sort(critical, critical + pieces_ + 1);
    range_ = critical[pieces_] - critical[0];
    double low = critical[0];
    for (int i = 1; i <= pieces_; ++i) {
      if (critical[i] - low <= 1e-14 * range_) continue;
      add_interval(low, critical[i]);
      low = critical[i];
    }
    for (int i = 0; i < intervals_; ++i) {
      const double from = folded_ ? 0.0 : coordinate(interval_[i], interval_[i].from);
      const double to = folded_ ? 1.0 : coordinate(interval_[i], interval_[i].to);
      add_panels(i, from, to);
    }
  }

  void add_interval(double low, double high) {
    const double middle = 0.5 * (low + high);
    Interval best{-1, 0.0, 0.0};
    int branches = 0;
    for (int piece = 0; piece < pieces_; ++piece) {
      if ((value_[piece] > middle) == (value_[piece + 1] > middle)) continue;
      ++branches;
      const Interval candidate{piece, solve(piece, low), solve(piece, high)};
      if (best.lead < 0 ||
          std::abs(candidate.to - candidate.from) > std::abs(best.to - best.from)) {
        best = candidate;
      }
    }
    if (best.lead < 0) return;
    folded_ = folded_ || branches > 1;
    interval_[intervals_++] = best;
  }

  /// Halves until twenty nodes resolve the slope and its square.
  void add_panels(int index, double from, double to) {
    constexpr double widest = 3.0;
    constexpr double narrowest = 1e-15;
    constexpr double agreement = 1e-13;
    const Interval& interval = interval_[index];
    const auto square = [&](double w) { return measure(interval, w) * measure(interval, w); };
    const double middle = 0.5 * (from + to);
    const double whole = gauss(square, from, to);
    const double halves = gauss(square, from, middle) + gauss(square, middle, to);
    const double width = std::abs(position(interval, to) - position(interval, from));
    const double rise = std::abs(value(position(interval, to)) - value(position(interval, from)));
    const double integrated = gauss([&](double w) { return measure(interval, w); }, from, to);
    if (width <= widest &&
        std::abs(whole - halves) <= agreement * std::max(range_ * range_, halves) &&
        std::abs(integrated - rise) <= agreement * range_) {
      if (panels_ == most_panels) complete_ = false;
      if (complete_) panel_[panels_++] = {index, from, to};
      return;
    }
    if (middle - from < narrowest * std::abs(middle)) complete_ = false;
    if (!complete_) return;
    add_panels(index, from, middle);
    add_panels(index, middle, to);
  }

  const Activation& phi_;
  double sigma_;
  bool complete_ = true;
  bool folded_ = false;
  double range_ = 0.0;
  int pieces_ = 0;
  int intervals_ = 0;
  int panels_ = 0;
  double end_[most_pieces];
  double value_[most_pieces];
  Interval interval_[most_pieces];
  Panel panel_[most_panels];
};

// ---- one input ------------------------------------------------------------------------------

/// INT integrand(set, level) d level over all levels.
template <class Integrand>
double level_integral(const Levels& levels, const Integrand& integrand) {
  LevelSet set;
  double total = 0.0;
  double scale = 0.0;
  for (const bool refined : {false, true}) {
    total = 0.0;
    for (int i = 0; i < levels.panels(); ++i) {
      const Levels::Panel& panel = levels.panel(i);
      const Levels::Interval& interval = levels.interval(panel.interval);
      const auto f = [&](double w) {
        levels.set_at(interval, w, set);
        return levels.measure(interval, w) * integrand(set);
      };
      const double whole = gauss(f, panel.from, panel.to);
      scale += std::abs(whole);
      total += refined ? refine(f, panel.from, panel.to, whole, 1e-9 * scale, 4) : whole;
    }
  }
  return total;
}

double slope_integral(const Levels& levels, std::uint32_t pool) {
  const auto integrand = [&](const LevelSet& set) {
    double sum = 0.0;
    for (int i = 0; i < set.count; ++i) {
      sum += normal_density(set.ends[i]) * std::abs(levels.slope(set.ends[i]));
    }
    return sum * power(set.below, pool - 1);
  };
  return pool * level_integral(levels, integrand);
}

// ---- two inputs -----------------------------------------------------------------------------

/// P(phi(u) <= s, phi(v) > t) of the sets at s <= t.
double crossing(const LevelSet& low, const LevelSet& high, const CrossingRule& rule) {
  double sum = 0.0;
  for (int i = 0; i < low.count; ++i) {
    for (int j = 0; j < high.count; ++j) {
      const double x = low.ends[i];
      const double y = high.ends[j];
      const double independent =
          x < y ? low.lower[i] * high.upper[j] : low.upper[i] * high.lower[j];
      sum += low.signs[i] * high.signs[j] * rule(x, y, independent);
    }
  }
  return std::clamp(sum, 0.0, low.below);
}

/// Integrals over pairs of levels s <= t of what F^pool(s) exceeds F2^pool(s, t) by (the gap, by
/// Hoeffding's formula), or of its derivative to the covariance (Plackett).
class Pairs {
 public:
  enum class Kind { gap, slope };

  Pairs(const Levels& levels, std::uint32_t pool, double d, Kind kind)
      : levels_(levels),
        pool_(pool),
        d_(d),
        rule_(d),
        tau_(std::sqrt(d / (2.0 - d))),
        scale_(levels.folded() ? std::min(tau_, 1.0 / tau_) : tau_),
        kind_(kind) {}

  double integral() {
    double sum = 0.0;
    for (int i = 0; i < levels_.panels(); ++i) {
      const Levels::Panel& panel = levels_.panel(i);
      const Levels::Interval& interval = levels_.interval(panel.interval);
      Places places;
      if (levels_.folded()) places.add_layers(interval.from, scale_);
      if (levels_.folded() || levels_.kink_above(panel.interval)) {
        places.add_layers(interval.to, scale_);
      }
      if (d_ > 1.0) places.add_layers(0.0, 1.0 / tau_);
      const auto f = [&](double w) {
        const double measure = levels_.measure(interval, w);
        return measure > 0.0 ? measure * inner(i, w) : 0.0;
      };
      for (double from = panel.from; from < panel.to;) {
        const double to = split(interval, from, panel.to, places);
        sum += gauss(f, from, to);
        from = to;
      }
    }
    return sum;
  }

 private:
  static constexpr double layer = 5.0;  // of the scale over which the crossing falls by 20
  static constexpr double negligible = 1e-18;

  /// Where integrands have layers, in z.
  struct Places {
    double at[21];
    int count = 0;

    void add_layers(double z, double scale) {
      at[count++] = z;
      for (const double steps : {1.0, 2.0, 4.0}) {
        at[count++] = z - steps * layer * scale;
        at[count++] = z + steps * layer * scale;
      }
    }
  };

  double density() const {
    double sum = 0.0;
    for (int i = 0; i < low_.count; ++i) {
      for (int j = 0; j < high_.count; ++j) {
        const double a = 0.5 * (low_.ends[i] - high_.ends[j]);
        const double b = 0.5 * (low_.ends[i] + high_.ends[j]);
        sum += low_.signs[i] * high_.signs[j] * std::exp(-a * a / d_ - b * b / (2.0 - d_));
      }
    }
    return sum / (2.0 * pi * std::sqrt(d_ * (2.0 - d_)));
  }

  double integrand() const {
    const double crossed = crossing(low_, high_, rule_);
    const double both = low_.below - crossed;
    if (kind_ == Kind::slope) return pool_ * power(both, pool_ - 1) * density();
    double sum = 1.0;
    double below = 1.0;
    for (std::uint32_t j = 1; j < pool_; ++j) {
      below *= low_.below;
      sum = sum * both + below;
    }
    return crossed * sum;
  }

  /// The end of the part of [from, to] before the first of the places.
  double split(const Levels::Interval& interval, double from, double to,
               const Places& places) const {
    for (int i = 0; i < places.count; ++i) {
      const double w = levels_.coordinate(interval, places.at[i]);
      if (w > from && w < to) to = w;
    }
    return to;
  }

  /// Over t from s = (panel, w) upwards, in steps that follow the growing scale of the crossing.
  double inner(int first, double w) {
    const Levels::Interval& start = levels_.interval(levels_.panel(first).interval);
    levels_.set_at(start, w, low_);
    const double x = levels_.position(start, w);
    Places places;  // beyond d = 1 the pairs gather around v = -u
    if (d_ > 1.0) places.add_layers(-x, 1.0 / tau_);

    double sum = 0.0;
    double stride = 0.0;
    int last = -1;
    for (int i = first; i < levels_.panels(); ++i) {
      const Levels::Panel& panel = levels_.panel(i);
      const Levels::Interval& interval = levels_.interval(panel.interval);
      const auto f = [&](double v) {
        levels_.set_at(interval, v, high_);
        return levels_.measure(interval, v) * integrand();
      };
      if (panel.interval != last) stride = layer * scale_;  // a new branch leads
      last = panel.interval;
      double from = i == first ? w : panel.from;
      while (from < panel.to) {
        levels_.set_at(interval, from, high_);
        if (crossing(low_, high_, rule_) < negligible) return sum;
        const double z = levels_.position(interval, from);
        const double next = z + std::copysign(stride, interval.to - interval.from);
        double to = std::min(panel.to, levels_.coordinate(interval, next));
        if (to <= from || panel.to - to < 0.05 * (to - from)) to = panel.to;
        to = split(interval, from, to, places);
        sum += gauss(f, from, to);
        from = to;
        stride *= 2.0;
      }
    }
    return sum;
  }

  const Levels& levels_;
  std::uint32_t pool_;
  double d_;
  CrossingRule rule_;
  double tau_;    // tan(theta / 2), the width of crossings in z
  double scale_;  // of layers around coinciding branches
  Kind kind_;
  LevelSet low_;
  LevelSet high_;
};

double pair_integral(const Levels& levels, std::uint32_t pool, double d, Pairs::Kind kind) {
  return 2.0 * Pairs(levels, pool, d, kind).integral();
}

/// pool E[phi'(u) phi'(-u) F2(phi(u), phi(-u))^(pool - 1)] q, the derivative at d = 2.
double slope_at_opposite(const Levels& levels, std::uint32_t pool) {
  LevelSet opposite;
  const CrossingRule rule(2.0);
  const auto integrand = [&](const LevelSet& set) {
    double sum = 0.0;
    for (int i = 0; i < set.count; ++i) {
      const double z = set.ends[i];
      levels.set_at_level(levels.value(-z), opposite);
      const bool lower = set.level <= opposite.level;
      const LevelSet& low = lower ? set : opposite;
      const double both = low.below - crossing(low, lower ? opposite : set, rule);
      sum += set.signs[i] * normal_density(z) * levels.slope(-z) * power(both, pool - 1);
    }
    return sum;
  };
  return pool * level_integral(levels, integrand);
}

double slope_covariance(const Levels& levels, std::uint32_t pool, double d) {
  const double q = levels.sigma() * levels.sigma();
  if (d <= 0.0) return slope_integral(levels, pool) / q;
  if (d >= 2.0) return slope_at_opposite(levels, pool) / q;
  return pair_integral(levels, pool, d, Pairs::Kind::slope) / q;
}

/// At small angles the slope is a polynomial in the angle, the gap its integral.
double gap_at_small_angle(const Levels& levels, std::uint32_t pool, double angle) {
  const double h = small_angle / 3.0 / (1.0 + 0.1 * levels.sigma());
  double at[4];
  for (int i = 0; i < 4; ++i) {
    const double sine = std::sin(0.5 * i * h);
    at[i] = slope_covariance(levels, pool, 2.0 * sine * sine);
  }
  const double first = at[1] - at[0];
  const double second = at[2] - 2.0 * at[1] + at[0];
  const double third = at[3] - 3.0 * (at[2] - at[1]) - at[0];
  return levels.sigma() * levels.sigma() *
         gauss(
             [&](double t) {
               const double k = t / h;
               const double slope =
                   at[0] + k * (first + (k - 1.0) / 2.0 * (second + (k - 2.0) / 3.0 * third));
               return slope * std::sin(t);
             },
             0.0, angle);
}

/// Below tangent_q: constant where phi(0) is not 0, else in proportion to q.
double rescaled(const Activation& phi, double q, double at_tangent) {
  return phi.value(0.0) != 0.0 ? at_tangent : at_tangent * (q / tangent_q);
}

}  // namespace

double max_pool_second_moment(const Activation& phi, std::uint32_t pool, double q) {
  if (q < tangent_q) return rescaled(phi, q, max_pool_second_moment(phi, pool, tangent_q));
  const Levels levels(phi, q);
  if (!levels.complete()) return std::numeric_limits<double>::quiet_NaN();
  const double origin = phi.value(0.0);
  // E[M^2] by parts around phi(0), without cancellation.
  return origin * origin + level_integral(levels, [&](const LevelSet& set) {
           return 2.0 * set.level *
                  (set.level > origin ? -std::expm1(pool * std::log1p(-set.above))
                                      : -power(set.below, pool));
         });
}

double max_pool_slope_moment(const Activation& phi, std::uint32_t pool, double q) {
  const Levels levels(phi, std::max(q, tangent_q));
  if (!levels.complete()) return std::numeric_limits<double>::quiet_NaN();
  return slope_covariance(levels, pool, 0.0);
}

double max_pool_growth_moment(const Activation& phi, std::uint32_t pool, double q) {
  const double variance = std::max(q, tangent_q);
  const Levels levels(phi, variance);
  if (!levels.complete()) return std::numeric_limits<double>::quiet_NaN();
  return pool / variance * level_integral(levels, [&](const LevelSet& set) {
           double sum = 0.0;
           for (int i = 0; i < set.count; ++i) {
             sum += set.signs[i] * set.ends[i] * normal_density(set.ends[i]);
           }
           return sum * set.level * power(set.below, pool - 1);
         });
}

double max_pool_covariance_gap(const Activation& phi, std::uint32_t pool, double q, double d) {
  if (q < tangent_q) return rescaled(phi, q, max_pool_covariance_gap(phi, pool, tangent_q, d));
  const Levels levels(phi, q);
  if (!levels.complete()) return std::numeric_limits<double>::quiet_NaN();
  const double angle = 2.0 * std::asin(std::sqrt(d / 2.0));
  if (angle < small_angle / (1.0 + 0.1 * levels.sigma()))
    return gap_at_small_angle(levels, pool, angle);
  return pair_integral(levels, pool, d, Pairs::Kind::gap);
}

double max_pool_slope_covariance(const Activation& phi, std::uint32_t pool, double q, double d) {
  const Levels levels(phi, std::max(q, tangent_q));
  if (!levels.complete()) return std::numeric_limits<double>::quiet_NaN();
  return slope_covariance(levels, pool, d);
}

}  // namespace igb
