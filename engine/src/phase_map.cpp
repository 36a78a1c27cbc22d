#include "igb/phase_map.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "moment_table.hpp"

namespace igb {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double edge_margin = 1e-4;  // |chi - 1| below which a point is left to fixed_point()
constexpr double half_margin = 1e-8;  // the same, of |c_star - 1/2|

/// Points whose searches in d go together, one a lane.
constexpr std::size_t lanes = 8;
using Lanes = std::array<double, lanes>;

bool near_one(double chi) { return !(std::abs(chi - 1.0) > edge_margin); }

double depth_scale(double chi) { return -1.0 / std::log(chi); }

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
    if (DistanceSearch(points_).run(d, value, change)) {
      for (std::size_t lane = 0; lane < count_; ++lane) {
        finish(points_[lane], d[lane], value[lane] + change[lane]);
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
  }

  std::array<Point, lanes> points_{};
  std::size_t count_ = 0;
};

/// Searches for q_star along a row.
class VarianceSearch {
 public:
  VarianceSearch(MomentTable& table, double sigma_b2) : table_(table), sigma_b2_(sigma_b2) {}

  [[nodiscard]] double q() const { return q_; }
  [[nodiscard]] const Moments& moments() const { return moments_; }

  /// Root of the q-map by Newton's method, from where the last search ended; false where there is
  /// none in the table, or perhaps more than one between it and q_1, where iteration starts.
  bool run(double sigma_w2) {
    const double first = sigma_w2 + sigma_b2_;
    if (q_ > 0.0) q_ += slope_ * (sigma_w2 - sigma_w2_);
    if (!(q_ > sigma_b2_)) q_ = first;
    sigma_w2_ = sigma_w2;
    if (converges() && is_only_one(first)) return true;
    q_ = 0.0;
    return false;
  }

 private:
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

  bool is_only_one(double first) {
    const double low = std::min({q_, first, low_});
    const double high = std::max({q_, first, high_});
    if (low == low_ && high == high_) return true;
    if (!table_.falls_between(low, high)) return false;
    low_ = low;
    high_ = high;
    return true;
  }

  MomentTable& table_;
  double sigma_b2_;
  double sigma_w2_ = 0.0;
  double q_ = 0.0;
  double slope_ = 0.0;  // dq / d sigma_w2
  Moments moments_{};
  double low_ = infinity;  // where E[phi^2] / q is known to fall
  double high_ = 0.0;
};

/// The report of the ordered phase, d_star = 0; elsewhere the part of it that q alone decides.
void start_report(double sigma_w2, double q, const Moments& moments, bool fixes_zero,
                  FixedPoint& report) {
  const double chi_1 = sigma_w2 * moments.slope;
  const double chi_q = sigma_w2 * moments.growth;
  const double xi_grad = depth_scale(chi_1);
  const bool settled = !near_one(chi_1) && !near_one(chi_q);
  report = {.q_star = q,
            .c_star = 1.0,
            .gamma_star = infinity,
            .chi_1 = chi_1,
            .chi_c_star = settled && chi_1 < 1.0 ? chi_1 : 1.0,
            .xi_q = depth_scale(chi_q),
            .xi_c = xi_grad,
            .xi_grad = xi_grad,
            .phase = Phase::ordered_prejudice,
            .chi_grad = chi_1,
            .q_fixed_points = fixes_zero ? 2U : 1U};
}

/// Whether the report may stand.
bool is_settled(const FixedPoint& report) {
  return !near_one(report.chi_c_star) && std::abs(report.c_star - 0.5) > half_margin;
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
  const Activation& phi = *init.activation;
  const bool tabulated = !phi.homogeneous && init.block.kind == BlockKind::plain;
  const bool singular = phi.odd && sigma_b2 == 0.0;
  const bool fixes_zero = phi.value(0.0) == 0.0 && sigma_b2 == 0.0;

  Batch batch;
  VarianceSearch variance(*table_, sigma_b2);
  for (std::size_t j = 0; tabulated && j < sigma_w2.size(); ++j) {
    FixedPoint& report = points[j];
    report.chi_c_star = 1.0;  // left to fixed_point() unless something better comes
    if (!variance.run(sigma_w2[j])) continue;
    start_report(sigma_w2[j], variance.q(), variance.moments(), fixes_zero, report);
    if (!singular && report.chi_1 < 1.0) continue;
    Point& point = batch.free();
    point.sigma_w2 = sigma_w2[j];
    point.slope = variance.moments().slope;
    point.uncorrelated = singular;
    point.report = &report;
    if (table_->gap_series(variance.q(), point.series)) batch.keep();
  }
  batch.flush();

  for (std::size_t j = 0; j < sigma_w2.size(); ++j) {
    if (tabulated && is_settled(points[j])) continue;
    init.sigma_w2 = sigma_w2[j];
    if (const Status status = fixed_point(init, points[j]); !status.ok()) return status;
  }
  return {};
}

}  // namespace igb
