#include "moment_table.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "igb/expectation.hpp"

namespace igb {
namespace {

constexpr std::size_t q_nodes = MomentRange::q_nodes;
constexpr std::size_t d_nodes = GapSeries::nodes;
constexpr double pi = std::numbers::pi;
constexpr double accuracy = 1e-13;  // of an interpolation, relative to the largest value

/// The last range, up to q = 160, for which quadrature does not take seconds.
constexpr std::size_t last_quadrature = 7;

enum PlainColumn : std::size_t { second_column, growth_column, slope_column };

/// k-th of `count` Chebyshev nodes.
double chebyshev_node(std::size_t k, std::size_t count) {
  return std::cos(pi * (static_cast<double>(k) + 0.5) / static_cast<double>(count));
}

/// Values at the Chebyshev nodes to coefficients, in place; `stride` from one value to the next.
template <std::size_t count>
void transform(double* values, std::size_t stride, const std::array<double, 4 * count>& cosines) {
  std::array<double, count> coefficients{};
  for (std::size_t n = 0; n < count; ++n) {
    double sum = 0.0;
    for (std::size_t k = 0; k < count; ++k) {
      sum += values[k * stride] * cosines[n * (2 * k + 1) % (4 * count)];
    }
    coefficients[n] = sum * (n == 0 ? 1.0 : 2.0) / static_cast<double>(count);
  }
  for (std::size_t n = 0; n < count; ++n) values[n * stride] = coefficients[n];
}

template <std::size_t count>
std::array<double, 4 * count> cosine_table() {
  std::array<double, 4 * count> cosines{};
  for (std::size_t m = 0; m < cosines.size(); ++m) {
    cosines[m] = std::cos(pi * static_cast<double>(m) / static_cast<double>(2 * count));
  }
  return cosines;
}

/// T_0(x) .. T_{q_nodes - 1}(x), two chains so that they hide each other's latency.
std::array<double, q_nodes> chebyshev_values(double x) {
  const double twice = 2.0 * x;
  const double second = twice * x - 1.0;
  std::array<double, q_nodes> values{1.0, x, second, twice * second - x};
  for (std::size_t n = 4; n < q_nodes; ++n) {
    values[n] = 2.0 * second * values[n - 2] - values[n - 4];
  }
  return values;
}

double lower_end(std::size_t index) {
  return index == 0 ? 0.0
                    : MomentTable::lowest_q *
                          std::pow(MomentTable::ratio, static_cast<double>(index) - 1.0);
}
double upper_end(std::size_t index) {
  return MomentTable::lowest_q * std::pow(MomentTable::ratio, static_cast<double>(index));
}

double q_at(std::size_t index, double x) {
  const double fraction = 0.5 * (1.0 + x);
  if (index == 0) return MomentTable::lowest_q * fraction * fraction;
  return lower_end(index) * std::pow(MomentTable::ratio, fraction);
}

double distance_at(double x, double stretch, double end) {
  const double root = std::sinh(0.5 * (1.0 + x) * stretch) / end;
  return root * root;
}

/// What a row of a range is made from: values at one q and at all nodes of d.
struct Sample {
  double mean_square;  ///< E[phi^2]
  double growth;
  double slope;
  std::array<double, d_nodes> gap_slopes;  ///< S(d)
};

using Distances = std::array<double, d_nodes>;

Sample sample_by_expectations(const Activation& phi, double q, const Distances& d) {
  Sample sample{second_moment(phi, q), growth_moment(phi, q), slope_moment(phi, q), {}};
  for (std::size_t j = 0; j < d_nodes; ++j) {
    sample.gap_slopes[j] = covariance_gap(phi, q, d[j]) / (q * d[j]);
  }
  return sample;
}

/// Mehler's series of a smooth phi: with b_n the Hermite coefficients of phi'(sqrt(q) z),
/// kappa_dot = SUM b_n^2 c^n, E[phi^2] = E[phi]^2 + q SUM b_n^2 / (n + 1) and
/// S = SUM_n b_n^2 / (n + 1) (1 + c + ... + c^n): positive terms, so nothing cancels, and
/// Parseval's identity bounds what a cut leaves out for all c at once. One lattice of z serves all
/// d.
class MehlerSampler {
 public:
  MehlerSampler(const Activation& phi, double q, MomentTable::Scratch& scratch)
      : phi_(phi), q_(q), sigma_(std::sqrt(q)), scratch_(scratch) {}

  /// False where it would take too many points or orders.
  bool sample(const Distances& d, Sample& result) {
    const double slope = slope_moment(phi_, q_);
    for (double step = 0.4 / std::max(1.0, sigma_); reach / step < MomentTable::Scratch::points;
         step /= 2.0) {
      fill(step);
      if (std::abs(slope_ - slope) > accuracy * slope || !expand(step)) continue;
      result.mean_square = mean_ * mean_;
      result.growth = growth_;
      result.slope = sum_below(d, result);
      return true;
    }
    return false;
  }

 private:
  static constexpr double reach = 12.5;  // standard deviations; exp(-z^2 / 4) is 1e-17 there

  void fill(double step) {
    points_ = static_cast<std::size_t>(reach / step) + 1;
    slope_ = mean_ = growth_ = 0.0;
    for (std::size_t j = 0; j < points_; ++j) {
      const double z = static_cast<double>(j) * step;
      const double u = sigma_ * z;
      const double root = std::exp(-0.25 * z * z);
      const double density = step / std::sqrt(2.0 * pi) * root * (j == 0 ? 0.5 : 1.0);
      const double right = phi_.derivative(u);
      const double left = phi_.odd ? right : phi_.derivative(-u);
      const double value_right = phi_.value(u);
      const double value_left = phi_.odd ? -value_right : phi_.value(-u);
      scratch_.even[j] = density * (right + left);
      scratch_.odd[j] = density * (right - left);
      scratch_.before[j] = 0.0;
      scratch_.now[j] = root;
      slope_ += density * root * (right * right + left * left);
      mean_ += density * root * (value_right + value_left);
      growth_ += density * root * (value_right * right - value_left * left) * u;
    }
    growth_ /= q_;
  }

  /// Squares of the coefficients until they add up to slope_.
  bool expand(double step) {
    const double highest = 2.5 / step;  // a Hermite function of order n oscillates as sqrt(n) z
    const auto most =
        static_cast<std::size_t>(std::min(highest * highest, double{MomentTable::Scratch::orders}));
    double rest = slope_;
    for (orders_ = 0; orders_ < most; ++orders_) {
      const auto n = static_cast<double>(orders_);
      const bool vanishes = phi_.odd && orders_ % 2 == 1;
      const double* f = orders_ % 2 == 0 ? scratch_.even.data() : scratch_.odd.data();
      const double coefficient = vanishes ? 0.0 : dot(f);
      scratch_.squares[orders_] = coefficient * coefficient;
      rest -= coefficient * coefficient;
      if (!vanishes && orders_ > 4 && rest < 2e-15 * slope_) {
        ++orders_;
        return true;
      }
      advance(step, 1.0 / std::sqrt(n + 1.0), std::sqrt(n / (n + 1.0)));
    }
    return false;
  }

  double dot(const double* f) const {
    std::array<double, 8> sums{};
    std::size_t j = 0;
    for (; j + 8 <= points_; j += 8) {
      for (std::size_t lane = 0; lane < 8; ++lane) {
        sums[lane] += f[j + lane] * scratch_.now[j + lane];
      }
    }
    for (; j < points_; ++j) sums[0] += f[j] * scratch_.now[j];
    return ((sums[0] + sums[4]) + (sums[1] + sums[5])) +
           ((sums[2] + sums[6]) + (sums[3] + sums[7]));
  }

  /// h_{n+1} = (z h_n - sqrt(n) h_{n-1}) / sqrt(n + 1)
  void advance(double step, double scale, double damping) {
    double* before = scratch_.before.data();
    double* now = scratch_.now.data();
    for (std::size_t j = 0; j < points_; ++j) {
      const double z = static_cast<double>(static_cast<int>(j)) * step;
      const double next = z * scale * now[j] - damping * before[j];
      before[j] = now[j];
      now[j] = next;
    }
  }

  /// Adds up the series from the highest order, at all d together; returns SUM b_n^2.
  double sum_below(const Distances& d, Sample& result) const {
    Distances sums{};
    Distances c{};
    for (std::size_t j = 0; j < d_nodes; ++j) c[j] = 1.0 - d[j];
    double slope = 0.0;
    double above = 0.0;
    for (std::size_t n = orders_; n-- > 0;) {
      slope += scratch_.squares[n];
      above += scratch_.squares[n] / static_cast<double>(n + 1);
      for (std::size_t j = 0; j < d_nodes; ++j) sums[j] = sums[j] * c[j] + above;
    }
    result.mean_square += q_ * above;
    result.gap_slopes = sums;
    return slope;
  }

  const Activation& phi_;
  double q_;
  double sigma_;
  MomentTable::Scratch& scratch_;
  std::size_t points_ = 0;
  std::size_t orders_ = 0;
  double slope_ = 0.0;
  double mean_ = 0.0;
  double growth_ = 0.0;
};

/// Whether E[phi^2] / q falls over 1e-12 .. 1e12 in steps of a factor of 4.
bool ratio_falls(const Activation& phi) {
  constexpr double rounding = 1e-12;
  double before = std::numeric_limits<double>::infinity();
  for (double q = 1e-12; q <= 1e12; q *= 4.0) {
    const double ratio = second_moment(phi, q) / q;
    if (!(ratio <= before * (1.0 + rounding))) return false;
    before = ratio;
  }
  return true;
}

}  // namespace

MomentTable* MomentTable::make(const Activation& phi, Arena& arena) {
  const std::span<MomentTable> table = arena.take<MomentTable>(1);
  const std::span<MomentRange> ranges_of_q = arena.take<MomentRange>(ranges);
  const std::span<Scratch> scratch = arena.take<Scratch>(1);
  if (scratch.empty()) return nullptr;
  for (MomentRange& range : ranges_of_q) range.state = MomentRange::State::unknown;
  MomentTable& result = table[0];
  result.phi_ = &phi;
  result.offset_ = phi.value(0.0) * phi.value(0.0);
  result.falls_ = ratio_falls(phi);
  result.ranges_ = ranges_of_q;
  result.scratch_ = scratch.data();
  return &result;
}

MomentTable::Place MomentTable::place(double q) {
  std::size_t index = 0;
  double x = 2.0 * std::sqrt(q / lowest_q) - 1.0;
  if (!(q <= lowest_q)) {
    const double position = std::log(q / lowest_q) * (1.0 / std::log(ratio));
    if (!(position < static_cast<double>(ranges - 1))) return {nullptr, 0.0};
    const auto whole = static_cast<std::size_t>(position);
    index = whole + 1;
    x = 2.0 * (position - static_cast<double>(whole)) - 1.0;
  }
  MomentRange& range = ranges_[index];
  if (phi_->closed == nullptr && index > last_quadrature) return {nullptr, 0.0};
  if (range.state == MomentRange::State::unknown) tabulate(index);
  return {range.state == MomentRange::State::good ? &range : nullptr, x};
}

void MomentTable::tabulate(std::size_t index) {
  MomentRange& range = ranges_[index];
  const auto q_cosines = cosine_table<q_nodes>();
  const auto d_cosines = cosine_table<d_nodes>();
  range.end = std::sqrt(upper_end(index));
  range.stretch = std::asinh(range.end);
  Distances d{};
  for (std::size_t j = 0; j < d_nodes; ++j) {
    d[j] = distance_at(chebyshev_node(j, d_nodes), range.stretch, range.end);
  }
  bool consistent = true;
  for (std::size_t k = 0; k < q_nodes; ++k) {
    const double q = q_at(index, chebyshev_node(k, q_nodes));
    Sample sample{};
    const bool smooth = phi_->closed == nullptr && phi_->kinks.empty();
    if (!smooth || !MehlerSampler(*phi_, q, *scratch_).sample(d, sample)) {
      sample = sample_by_expectations(*phi_, q, d);
    }
    if (falls_ && q * sample.growth > sample.mean_square) consistent = false;
    double* row = range.rows[k];
    row[second_column] = sample.mean_square / (q + offset_);
    row[growth_column] = sample.growth;
    row[slope_column] = sample.slope;
    row[slope_column + 1] = 0.0;
    std::copy(sample.gap_slopes.begin(), sample.gap_slopes.end(), row + MomentRange::plain_columns);
    transform<d_nodes>(row + MomentRange::plain_columns, 1, d_cosines);
  }
  for (std::size_t column = 0; column < MomentRange::columns; ++column) {
    transform<q_nodes>(&range.rows[0][column], MomentRange::columns, q_cosines);
  }
  range.state = cut(range) && consistent ? MomentRange::State::good : MomentRange::State::bad;
}

/// Cuts both series where they have converged; false where the last two coefficients say that they
/// have not.
bool MomentTable::cut(MomentRange& range) {
  constexpr std::size_t first = MomentRange::plain_columns;
  constexpr double negligible = 0.02 * accuracy;
  // Of what is in a column, relative to what its largest is beside.
  const auto share = [&](std::size_t row, std::size_t column) {
    const double scale = std::abs(range.rows[0][std::min(column, first)]);
    return scale > 0.0 ? std::abs(range.rows[row][column]) / scale : 0.0;
  };
  const auto largest_in_row = [&](std::size_t row) {
    double most = 0.0;
    for (std::size_t column = 0; column < MomentRange::columns; ++column) {
      most = std::max(most, share(row, column));
    }
    return most;
  };
  const auto largest_in_column = [&](std::size_t column) {
    double most = 0.0;
    for (std::size_t row = 0; row < q_nodes; ++row) most = std::max(most, share(row, column));
    return most;
  };
  range.q_terms = q_nodes;
  while (range.q_terms > 2 && largest_in_row(range.q_terms - 1) <= negligible) --range.q_terms;
  range.d_terms = d_nodes;
  while (range.d_terms > 4 && largest_in_column(first + range.d_terms - 1) <= negligible) {
    --range.d_terms;
  }
  range.d_terms += range.d_terms % 2;
  return largest_in_row(q_nodes - 1) <= accuracy && largest_in_row(q_nodes - 2) <= accuracy &&
         largest_in_column(MomentRange::columns - 1) <= accuracy &&
         largest_in_column(MomentRange::columns - 2) <= accuracy;
}

bool MomentTable::moments(double q, Moments& result) {
  const Place at = place(q);
  if (at.range == nullptr) return false;
  const auto polynomials = chebyshev_values(at.x);
  std::array<double, MomentRange::plain_columns> sums{};
  for (std::size_t k = 0; k < at.range->q_terms; ++k) {
    for (std::size_t column = 0; column < sums.size(); ++column) {
      sums[column] += polynomials[k] * at.range->rows[k][column];
    }
  }
  result = {sums[second_column] * (q + offset_), sums[growth_column], sums[slope_column]};
  return true;
}

bool MomentTable::gap_series(double q, GapSeries& result) {
  const Place at = place(q);
  if (at.range == nullptr) return false;
  const MomentRange& range = *at.range;
  result.terms = range.d_terms;
  result.stretch = range.stretch;
  result.end = range.end;
  const auto polynomials = chebyshev_values(at.x);
  constexpr std::size_t block = 8;  // columns whose sums stay in registers
  for (std::size_t first = 0; first < range.d_terms; first += block) {
    std::array<double, block> sums{};
    for (std::size_t k = 0; k < range.q_terms; ++k) {
      const double* row = range.rows[k] + MomentRange::plain_columns + first;
      for (std::size_t i = 0; i < block; ++i) sums[i] += polynomials[k] * row[i];
    }
    std::copy(sums.begin(), sums.end(), result.coefficients.begin() + first);
  }
  return true;
}

}  // namespace igb
