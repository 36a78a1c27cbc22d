#include "igb/phase_map.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "igb/expectation.hpp"
#include "moment_table.hpp"
#include "root.hpp"

namespace igb {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double edge_margin = 1e-4;  // |chi - 1| below which a point is left to fixed_point()
constexpr double half_margin = 1e-8;  // the same, of |c_star - 1/2|

/// Points whose searches in d go together, one a lane.
constexpr std::size_t lanes = 8;
using Lanes = std::array<double, lanes>;

/// Blocks whose fixed points are those of the plain one.
bool is_plain(const Block& block) {
  return block.kind == BlockKind::plain || block.kind == BlockKind::convolution ||
         block.kind == BlockKind::delta_orthogonal;
}

bool near_one(double chi) { return !(std::abs(std::abs(chi) - 1.0) > edge_margin); }

double depth_scale(double chi) { return -1.0 / std::log(std::abs(chi)); }

/// Marks a report that is left to fixed_point(); all others have at least one fixed point.
void leave(FixedPoint& report) { report.q_fixed_points = 0; }
bool is_left(const FixedPoint& report) { return report.q_fixed_points == 0; }

/// A point whose q is known.
struct Point {
  double sigma_w2;
  double slope;       ///< E[phi'^2]
  bool uncorrelated;  ///< d_star = 1: odd phi without bias
  FixedPoint* report;
  GapSeries series;
};

/// The searches S(d) = 1 / sigma_w2 of some points of one range, in x = 2 t - 1 (Moments::series).
class DistanceSearch {
 public:
  explicit DistanceSearch(const std::array<Point, lanes>& points)
      : terms_(points[0].series.terms),
        stretch_(points[0].series.stretch),
        end_(points[0].series.end) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      const Point& point = points[lane];
      for (std::size_t n = 0; n < terms_; ++n) {
        series_[n][lane] = point.series.coefficients[n];
      }
      slope_[lane] = point.slope;
      fall_[lane] = point.uncorrelated ? infinity : point.slope - 1.0 / point.sigma_w2;
    }
  }

  /// d, S and dS / d ln d of each lane; false where a search did not end.
  bool run(Lanes& d, Lanes& value, Lanes& change) {
    constexpr int most_steps = 20;
    Lanes x = first_guess();
    for (int step = 0; step < most_steps; ++step) {
      evaluate(x);
      if (improve(x) < 1e-6) {  // squares with the next step
        evaluate(x);
        value = value_;
        finish(x, d, change);
        return true;
      }
    }
    return false;
  }

 private:
  /// From f = sqrt(slope - S), known at t = 0, 1/2 and 1, the parabola t(f).
  Lanes first_guess() {
    Lanes middle = series_[0];
    Lanes far = series_[0];
    for (std::size_t n = 1; n < terms_; ++n) {
      const double at_zero = n % 2 == 1 ? 0.0 : n % 4 == 0 ? 1.0 : -1.0;  // T_n(0); T_n(1) = 1
      for (std::size_t lane = 0; lane < lanes; ++lane) {
        middle[lane] += at_zero * series_[n][lane];
        far[lane] += series_[n][lane];
      }
    }
    Lanes x;
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      const double whole = slope_[lane] - far[lane];
      fall_[lane] = std::min(fall_[lane], whole);
      const double half_way = std::sqrt((slope_[lane] - middle[lane]) / whole);
      const double f = std::sqrt(fall_[lane] / whole);
      const double t =
          f * ((f - 1.0) * 0.5 / (half_way * (half_way - 1.0)) + (f - half_way) / (1.0 - half_way));
      x[lane] = 2.0 * std::clamp(t, 0.3 * f, 1.0) - 1.0;
    }
    return x;
  }

  /// value_ = S(x), derivative_ = dS/dx, by Clenshaw's rule.
  void evaluate(const Lanes& x) {
    Lanes b1{};
    Lanes b2{};
    Lanes c1{};
    Lanes c2{};
    for (std::size_t n = terms_; n-- > 1;) {
      for (std::size_t lane = 0; lane < lanes; ++lane) {
        const double twice = 2.0 * x[lane];
        const double c = twice * c1[lane] - c2[lane] + 2.0 * b1[lane];
        c2[lane] = c1[lane];
        c1[lane] = c;
        const double b = twice * b1[lane] - b2[lane] + series_[n][lane];
        b2[lane] = b1[lane];
        b1[lane] = b;
      }
    }
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      value_[lane] = x[lane] * b1[lane] - b2[lane] + series_[0][lane];
      derivative_[lane] = b1[lane] + x[lane] * c1[lane] - c2[lane];
    }
  }

  /// One step of Newton's method on sqrt(slope - S), which is nearly straight in t. Returns the
  /// largest change of x, relative to its distance from d = 0.
  double improve(Lanes& x) const {
    double worst = 0.0;
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      const double fallen = std::max(slope_[lane] - value_[lane], 1e-300);
      const double step = 2.0 * (fallen - std::sqrt(fallen * fall_[lane])) / derivative_[lane];
      const double next = std::clamp(x[lane] + step, 0.1 * (x[lane] + 1.0) - 1.0, 1.0);
      const double change = std::abs(next - x[lane]) / (next + 1.0);
      worst = std::max(worst, change <= 2.0 ? change : infinity);
      x[lane] = next;
    }
    return worst;
  }

  void finish(const Lanes& x, Lanes& d, Lanes& change) const {
    const double scale = 1.0 / (end_ * end_);
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      const double t = 0.5 * (x[lane] + 1.0) * stretch_;
      const double grown = std::exp(t);
      const double sine = 0.5 * (grown - 1.0 / grown);
      const double cosine = 0.5 * (grown + 1.0 / grown);
      d[lane] = sine * sine * scale;
      change[lane] = derivative_[lane] * sine / (cosine * stretch_);  // d ln d = stretch coth(t) dx
    }
  }

  std::size_t terms_;
  double stretch_;
  double end_;
  std::array<Lanes, GapSeries::nodes> series_;
  Lanes fall_;
  Lanes slope_;
  Lanes value_;
  Lanes derivative_;
};

/// Points waiting for their search in d.
class Batch {
 public:
  /// Where the next point goes.
  [[nodiscard]] Point& free() { return points_[count_]; }

  /// Keeps the point that was filled in there.
  void keep() {
    ++count_;
    const bool same_range = points_[count_ - 1].series.stretch == points_[0].series.stretch;
    if (!same_range) {
      const Point odd_one = points_[count_ - 1];
      --count_;
      flush();
      points_[0] = odd_one;
      count_ = 1;
    }
    if (count_ == lanes) flush();
  }

  void flush() {
    if (count_ == 0) return;
    for (std::size_t lane = count_; lane < lanes; ++lane) points_[lane] = points_[0];
    Lanes d;
    Lanes value;
    Lanes change;
    const bool found = DistanceSearch(points_).run(d, value, change);
    for (std::size_t lane = 0; lane < count_; ++lane) {
      if (found) {
        finish(points_[lane], d[lane], value[lane] + change[lane]);
      } else {
        leave(*points_[lane].report);
      }
    }
    count_ = 0;
  }

 private:
  /// kappa_dot = S + d dS / dd
  static void finish(const Point& point, double found, double slope) {
    const double d = point.uncorrelated ? 1.0 : found;
    FixedPoint& report = *point.report;
    report.c_star = 1.0 - d;
    report.gamma_star = report.c_star / d;
    report.chi_c_star = point.sigma_w2 * slope;
    report.xi_c = depth_scale(report.chi_c_star);
    report.phase = point.uncorrelated ? Phase::singular
                   : d > 0.5          ? Phase::neutrality
                                      : Phase::prejudice;
    if (near_one(report.chi_c_star) || std::abs(d - 0.5) <= half_margin) leave(report);
  }

  std::array<Point, lanes> points_{};
  std::size_t count_ = 0;
};

/// E[phi^2] / q at the places where fixed_point() looks for fixed points of the variance.
class RatioLattice {
 public:
  RatioLattice(const Activation& phi, double sigma_b2) : sigma_b2_(sigma_b2) {
    for (double q = std::max(sigma_b2, 1e-12); count_ < most; q *= 4.0) {
      q_[count_] = q;
      ratio_[count_] = second_moment(phi, q) / q;
      ++count_;
      if (q >= 1e12) break;
    }
  }

  /// How many there are beside 0; 0 if that takes a closer look, between the places.
  [[nodiscard]] std::uint32_t fixed_points(double sigma_w2, bool fixes_zero) const {
    const auto growth = [&](std::size_t k) {
      return sigma_w2 * ratio_[k] + sigma_b2_ / q_[k] - 1.0;
    };
    double before = infinity;
    double here = growth(0);
    std::uint32_t count = !fixes_zero && here < 0.0 ? 1 : 0;
    for (std::size_t k = 1; k < count_; ++k) {
      const double next = growth(k);
      const bool dips = std::abs(here) < std::abs(next) && std::abs(here) < std::abs(before);
      if ((next > 0.0) != (here > 0.0)) {
        ++count;
      } else if (dips && k > 1 && (before > 0.0) == (here > 0.0)) {
        return 0;
      }
      before = here;
      here = next;
    }
    return count;
  }

 private:
  static constexpr std::size_t most = 48;
  double sigma_b2_;
  std::array<double, most> q_{};
  std::array<double, most> ratio_{};
  std::size_t count_ = 0;
};

/// Searches for q_star along a row.
class VarianceSearch {
 public:
  VarianceSearch(MomentTable& table, const Activation& phi, double sigma_b2)
      : table_(table), sigma_b2_(sigma_b2), fixes_zero_(sigma_b2 == 0.0 && phi.value(0.0) == 0.0) {
    if (!table.falls()) lattice_.emplace(phi, sigma_b2);
  }

  [[nodiscard]] double q() const { return q_; }
  [[nodiscard]] const Moments& moments() const { return moments_; }
  [[nodiscard]] std::uint32_t fixed_points() const { return fixed_points_; }

  /// Where iteration from q_1 ends; false where that is not for the table to tell.
  bool run(double sigma_w2) {
    const double guess = q_ > 0.0 ? q_ + slope_ * (sigma_w2 - sigma_w2_) : 0.0;
    sigma_w2_ = sigma_w2;
    fixed_points_ = lattice_ ? lattice_->fixed_points(sigma_w2, fixes_zero_) : 1;
    const double first = sigma_w2 + sigma_b2_;
    q_ = guess > sigma_b2_ ? guess : first;
    const bool found = fixed_points_ > 0 && (lattice_ ? walks(first) : converges());
    if (!found) q_ = 0.0;
    if (fixes_zero_) ++fixed_points_;
    return found;
  }

 private:
  /// By Newton's method from q_, which finds the only one.
  bool converges() {
    constexpr int most_steps = 30;
    for (int step = 0; step < most_steps; ++step) {
      if (!table_.moments(q_, moments_)) return false;
      const double slack = 1.0 - sigma_w2_ * moments_.growth;  // 1 - chi_q
      const double change = (sigma_w2_ * moments_.second + sigma_b2_ - q_) / slack;
      if (!(std::abs(change) < infinity)) return false;
      slope_ = moments_.second / slack;
      if (std::abs(change) <= 1e-14 * q_) return true;
      q_ = std::max(q_ + change, std::max(0.1 * q_, sigma_b2_));
      // The next change would be of the order of this one's square.
      if (std::abs(change) <= 1e-8 * std::abs(slack) * q_) return table_.moments(q_, moments_);
    }
    return false;
  }

  /// In the direction in which iteration leaves q_1, with the steps of fixed_point().
  bool walks(double first) {
    constexpr double smallest = 1e-9;
    bool inside = true;
    const auto growth = [&](double q) {
      inside = inside && q > smallest && table_.moments(q, moments_);
      return inside ? (sigma_w2_ * moments_.second + sigma_b2_) / q - 1.0 : 0.0;
    };
    double here = first;
    double growth_here = growth(here);
    while (inside) {
      const double iterated = here * (1.0 + growth_here);
      const double next =
          growth_here > 0.0 ? std::max(2.0 * here, iterated) : std::min(0.5 * here, iterated);
      const double growth_next = growth(next);
      if (inside && (growth_next > 0.0) != (growth_here > 0.0)) {
        q_ = find_root(growth, here, growth_here, next, growth_next);
        return inside && table_.moments(q_, moments_) &&
               std::abs(sigma_w2_ * moments_.growth) < 1.0;
      }
      here = next;
      growth_here = growth_next;
    }
    return false;
  }

  MomentTable& table_;
  std::optional<RatioLattice> lattice_;  // where there may be several fixed points
  double sigma_b2_;
  bool fixes_zero_;
  double sigma_w2_ = 0.0;
  double q_ = 0.0;
  double slope_ = 0.0;  // dq / d sigma_w2
  Moments moments_{};
  std::uint32_t fixed_points_ = 0;
};

/// The report of the ordered phase, d_star = 0; elsewhere the part of it that q alone decides.
void start_report(double sigma_w2, const VarianceSearch& variance, FixedPoint& report) {
  const double chi_1 = sigma_w2 * variance.moments().slope;
  const double chi_q = sigma_w2 * variance.moments().growth;
  const double xi_grad = depth_scale(chi_1);
  report = {.q_star = variance.q(),
            .c_star = 1.0,
            .gamma_star = infinity,
            .chi_1 = chi_1,
            .chi_c_star = chi_1,
            .xi_q = depth_scale(chi_q),
            .xi_c = xi_grad,
            .xi_grad = xi_grad,
            .phase = Phase::ordered_prejudice,
            .chi_grad = chi_1,
            .q_fixed_points = variance.fixed_points()};
  if (near_one(chi_1) || near_one(chi_q)) leave(report);
}

/// Signals of odd phi without bias die to q = 0, where phi is its tangent.
void report_death(double sigma_w2, const Moments& at_zero, FixedPoint& report) {
  const double chi = sigma_w2 * at_zero.slope;
  const double xi = depth_scale(chi);
  report = {.q_star = 0.0,
            .c_star = 0.0,
            .gamma_star = 0.0,
            .chi_1 = chi,
            .chi_c_star = 1.0,
            .xi_q = xi,
            .xi_c = infinity,
            .xi_grad = xi,
            .phase = Phase::singular,
            .chi_grad = chi,
            .q_fixed_points = 1};
}

/// No answer at this point.
FixedPoint no_report() {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  return {nan, nan, nan, nan, nan, nan, nan, nan, Phase::singular, nan, 0};
}

}  // namespace

Status PhaseMap::bytes(std::size_t& bytes) {
  Arena measure;
  MomentTable::make(Activation{}, measure);
  bytes = measure.used();
  return measure.status();
}

Status PhaseMap::begin(const Activation& phi, const Block& block, Arena& arena) {
  *this = PhaseMap();
  if (const Status status = validate(block); !status.ok()) return status;
  MomentTable* const table = MomentTable::make(phi, arena);
  if (table == nullptr) return arena.status();
  init_ = {&phi, 1.0, 0.0, block};
  table_ = table;
  return {};
}

Status PhaseMap::row(double sigma_b2, std::span<const double> sigma_w2,
                     std::span<FixedPoint> points) {
  if (table_ == nullptr) return {StatusCode::finished, "phase map"};
  if (points.size() < sigma_w2.size()) {
    return {StatusCode::buffer_too_small, "points", static_cast<double>(points.size()),
            static_cast<double>(sigma_w2.size())};
  }
  Initialisation init = init_;
  init.sigma_b2 = sigma_b2;
  for (const double value : sigma_w2) {
    init.sigma_w2 = value;
    if (const Status status = validate(init); !status.ok()) return status;
  }
  const bool tabulated = !init.activation->homogeneous && is_plain(init.block);
  if (tabulated) tabulated_row(sigma_b2, sigma_w2, points);
  for (std::size_t j = 0; j < sigma_w2.size(); ++j) {
    if (tabulated && !is_left(points[j])) continue;
    init.sigma_w2 = sigma_w2[j];
    const Status status = fixed_point(init, points[j]);
    if (status.code == StatusCode::no_convergence) {
      points[j] = no_report();
    } else if (!status.ok()) {
      return status;
    }
  }
  return {};
}

/// All that the table can tell; the rest is left.
void PhaseMap::tabulated_row(double sigma_b2, std::span<const double> sigma_w2,
                             std::span<FixedPoint> points) {
  const Activation& phi = *init_.activation;
  const bool singular = phi.odd && sigma_b2 == 0.0;
  Moments at_zero{};
  const bool may_die = singular && table_->falls() && table_->moments(0.0, at_zero);
  VarianceSearch variance(*table_, phi, sigma_b2);
  Batch batch;
  for (std::size_t j = 0; j < sigma_w2.size(); ++j) {
    FixedPoint& report = points[j];
    if (may_die && sigma_w2[j] * at_zero.slope < 1.0 - edge_margin) {
      report_death(sigma_w2[j], at_zero, report);
      continue;
    }
    leave(report);
    if (!variance.run(sigma_w2[j])) continue;
    start_report(sigma_w2[j], variance, report);
    if (is_left(report) || (!singular && report.chi_1 < 1.0)) continue;
    Point& point = batch.free();
    point.sigma_w2 = sigma_w2[j];
    point.slope = variance.moments().slope;
    point.uncorrelated = singular;
    point.report = &report;
    if (table_->gap_series(variance.q(), point.series)) {
      batch.keep();
    } else {
      leave(report);
    }
  }
  batch.flush();
}

}  // namespace igb
