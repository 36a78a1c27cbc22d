#include "igb/accumulator.hpp"

#include <cmath>
#include <limits>
#include <numbers>

#include "igb/guessing_law.hpp"
#include "root.hpp"

namespace igb {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Gamma(a + 1/2) / Gamma(a): climbs to where the asymptotic series has all digits.
double gamma_ratio(double a) {
  constexpr double far = 30.0;
  double factor = 1.0;
  for (; a < far; a += 1.0) factor *= a / (a + 0.5);
  const double r = 1.0 / a;
  const double series =
      1.0 -
      r * (1.0 / 8 -
           r * (1.0 / 128 +
                r * (5.0 / 1024 -
                     r * (21.0 / 32768 + r * (399.0 / 262144 -
                                              r * (869.0 / 4194304 + r * (39325.0 / 33554432)))))));
  return factor * std::sqrt(a) * series;
}

/// a B(a, b) x^-a (1 - x)^-b I_x(a, b), I being the regularised incomplete beta function: its
/// continued fraction (Lentz), which needs some sqrt(max(a, b)) terms for x < (a + 1) / (a + b +
/// 2).
double beta_fraction(double a, double b, double x) {
  constexpr double tiny = 1e-300;
  constexpr int most_terms = 10000;
  const auto kept_from_zero = [](double value) { return std::abs(value) < tiny ? tiny : value; };
  double c = 1.0;
  double d = 1.0 / kept_from_zero(1.0 - (a + b) * x / (a + 1.0));
  double fraction = d;
  for (int m = 1; m < most_terms; ++m) {
    const double two_m = 2.0 * m;
    double change = 1.0;
    for (const double term : {m * (b - m) * x / ((a + two_m - 1.0) * (a + two_m)),
                              -(a + m) * (a + b + m) * x / ((a + two_m) * (a + two_m + 1.0))}) {
      d = 1.0 / kept_from_zero(1.0 + term * d);
      c = kept_from_zero(1.0 + term / c);
      change = c * d;
      fraction *= change;
    }
    if (std::abs(change - 1.0) < 1e-16) break;
  }
  return fraction;
}

/// P(T > t), t >= 0: half of I_x(degrees / 2, 1 / 2), x = degrees / (degrees + t^2).
double student_t_tail(double t, double degrees) {
  const double a = 0.5 * degrees;
  const double ratio = t * t / degrees;
  const double x = 1.0 / (1.0 + ratio);
  const double y = ratio / (1.0 + ratio);
  // x^a y^(1/2) / B(a, 1/2)
  const double common = std::exp(-a * std::log1p(ratio)) * std::sqrt(y) * gamma_ratio(a) /
                        std::sqrt(std::numbers::pi);
  if (x < (a + 1.0) / (a + 2.5)) return 0.5 * common / a * beta_fraction(a, 0.5, x);
  return 0.5 - common * beta_fraction(0.5, a, y);
}

/// Around the normal quantile z, in powers of 1 / degrees (Cornish and Fisher); the next one is
/// below 1e-12 for z < 8.
double expanded_quantile(double z, double degrees) {
  const double z2 = z * z;
  const double r = 1.0 / degrees;
  const double first = (z2 + 1.0) / 4.0;
  const double second = ((5.0 * z2 + 16.0) * z2 + 3.0) / 96.0;
  const double third = (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / 384.0;
  return z * (1.0 + r * (first + r * (second + r * third)));
}

}  // namespace

double student_t_quantile(double p, double degrees) {
  constexpr double many_degrees = 2e4;
  if (!(p >= 0.0 && p <= 1.0 && degrees >= 1.0)) return nan;
  if (p > 0.5) return -student_t_quantile(1.0 - p, degrees);
  if (p == 0.0) return -infinity;
  if (p == 0.5) return 0.0;
  const double z = -normal_quantile(p);
  if (degrees > many_degrees) return -expanded_quantile(z, degrees);
  // Student's quantile lies beyond the normal one.
  const auto excess = [&](double t) { return student_t_tail(t, degrees) - p; };
  double low = z;
  double high = 2.0 * z;
  double at_low = excess(low);
  double at_high = excess(high);
  while (at_high > 0.0) {
    low = high;
    at_low = at_high;
    high *= 2.0;
    at_high = excess(high);
  }
  return -find_root(excess, low, at_low, high, at_high);
}

void Accumulator::add(double value) {
  ++count_;
  const double deviation = value - mean_;
  mean_ += deviation / static_cast<double>(count_);
  squares_ += deviation * (value - mean_);
}

void Accumulator::merge(const Accumulator& later) {
  if (later.count_ == 0) return;
  const auto mine = static_cast<double>(count_);
  const auto others = static_cast<double>(later.count_);
  const double total = mine + others;
  const double difference = later.mean_ - mean_;
  count_ += later.count_;
  mean_ += difference * (others / total);
  squares_ += later.squares_ + difference * difference * (mine * others / total);
}

double Accumulator::mean() const { return count_ > 0 ? mean_ : nan; }

double Accumulator::variance() const {
  return count_ > 1 ? squares_ / static_cast<double>(count_ - 1) : nan;
}

double Accumulator::standard_error() const {
  return std::sqrt(variance() / static_cast<double>(count_));
}

Interval Accumulator::mean_interval(double confidence) const {
  if (!(confidence > 0.0 && confidence < 1.0)) return {nan, nan};
  if (count_ < 2) return {-infinity, infinity};
  const double t = -student_t_quantile(0.5 * (1.0 - confidence), static_cast<double>(count_ - 1));
  const double half_width = t * standard_error();
  return {mean_ - half_width, mean_ + half_width};
}

void RatioAccumulator::add(double x, double y) {
  const double before = x - (x_.count() > 0 ? x_.mean() : 0.0);
  x_.add(x);
  y_.add(y);
  products_ += before * (y - y_.mean());
}

void RatioAccumulator::merge(const RatioAccumulator& later) {
  if (later.x_.count() == 0) return;
  if (x_.count() > 0) {
    const auto mine = static_cast<double>(x_.count());
    const auto others = static_cast<double>(later.x_.count());
    products_ += (later.x_.mean() - x_.mean()) * (later.y_.mean() - y_.mean()) *
                 (mine * others / (mine + others));
  }
  products_ += later.products_;
  x_.merge(later.x_);
  y_.merge(later.y_);
}

double RatioAccumulator::covariance() const {
  return x_.count() > 1 ? products_ / static_cast<double>(x_.count() - 1) : nan;
}

Estimate RatioAccumulator::ratio() const {
  const double ratio = x_.mean() / y_.mean();
  const double variance =
      x_.variance() - 2.0 * ratio * covariance() + ratio * ratio * y_.variance();
  // Rounding may leave a perfect proportion slightly below 0.
  const double positive = variance < 0.0 ? 0.0 : variance;
  return {ratio, std::sqrt(positive / static_cast<double>(x_.count())) / std::abs(y_.mean())};
}

}  // namespace igb
