// The bivariate normal law, against one-dimensional integration in extended precision and closed
// forms.
#include "igb/bivariate_normal.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "support/close.hpp"

using namespace igb;
using igb::test::close;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr long double pi = std::numbers::pi_v<long double>;

long double density(long double x) { return std::exp(-x * x / 2) / std::sqrt(2 * pi); }
long double upper_tail(long double x) { return std::erfc(x / std::sqrt(2.0L)) / 2; }

/// Gauss-Legendre, five nodes a panel: error (length / panels)^10.
template <class Function>
long double integral(const Function& f, long double from, long double to, int panels) {
  const long double root = std::sqrt(10.0L / 7);
  const long double near = std::sqrt(5 - 2 * root) / 3;
  const long double far = std::sqrt(5 + 2 * root) / 3;
  const long double near_weight = (322 + 13 * std::sqrt(70.0L)) / 900;
  const long double far_weight = (322 - 13 * std::sqrt(70.0L)) / 900;
  const long double half = (to - from) / (2 * panels);
  long double sum = 0;
  for (int panel = 0; panel < panels; ++panel) {
    const long double centre = from + (2 * panel + 1) * half;
    sum += near_weight * (f(centre - near * half) + f(centre + near * half)) +
           far_weight * (f(centre - far * half) + f(centre + far * half)) +
           128.0L / 225 * f(centre);
  }
  return sum * half;
}

/// P(u in [from, to], v > y) at correlation 1 - d. Given u, v is normal; it passes y around
/// u = y / r within the width s / |r|.
long double upper_rectangle(long double from, long double to, long double y, long double d) {
  const long double r = 1 - d;
  const long double s = std::sqrt(d * (2 - d));
  const auto given_u = [&](long double u) { return density(u) * upper_tail((y - r * u) / s); };
  std::vector<long double> ends{from, to};
  for (long double width : {-14.0L, -4.0L, -1.0L, 0.0L, 1.0L, 4.0L, 14.0L}) {
    const long double at = (y + width * s) / r;
    if (at > from && at < to) ends.push_back(at);
  }
  std::sort(ends.begin(), ends.end());
  long double sum = 0;
  for (std::size_t i = 1; i < ends.size(); ++i) sum += integral(given_u, ends[i - 1], ends[i], 60);
  return sum;
}

constexpr long double reach = 14;
const double distances[] = {1e-12, 1e-8, 1e-5, 1e-3, 0.03, 0.07499, 0.0751, 0.2,       0.5,
                            0.9,   1.1,  1.5,  1.9,  1.93, 1.97,    1.999,  2.0 - 1e-6};
const double places[] = {-7.0, -3.1, -1.2, -1.1999, -0.3, -1e-9, 0.0, 0.4, 1.2, 2.5, 6.0};

}  // namespace

TEST_CASE("the bivariate normal distribution is the integral of one normal given the other") {
  for (const double d : distances) {
    for (const double x : places) {
      for (const double y : places) {
        CAPTURE(d);
        CAPTURE(x);
        CAPTURE(y);
        // P(u <= x, v <= y) = P(u <= x, -v > -y).
        const double r = 1.0 - d;
        const long double exact = upper_rectangle(-reach, x, -y, 1 + static_cast<long double>(r));
        CHECK(std::abs(static_cast<double>(bivariate_normal_cdf(x, y, r) - exact)) < 3e-16);
      }
    }
  }
}

TEST_CASE("crossings are relatively accurate as the correlation tends to one") {
  for (const double d : {1e-300, 1e-15, 1e-12, 1e-8, 1e-5, 1e-3, 0.03, 0.07499}) {
    const double angle = 2.0 * std::asin(std::sqrt(d / 2.0));
    CHECK(bivariate_normal_crossing(0.0, 0.0, d) == close(angle / (2.0 * std::numbers::pi), 5e-16));
    for (const double x : {-5.0, -1.3, 0.0, 0.7, 3.0}) {
      for (const double step : {0.0, 0.01, 0.5, 1.0, 2.0, 4.0}) {
        const double y = x + step * angle;
        if (d < 1e-14) continue;  // the integration below would need the distance y - x
        CAPTURE(d);
        CAPTURE(x);
        CAPTURE(step);
        const long double s = std::sqrt(static_cast<long double>(d) * (2 - d));
        const double exact = static_cast<double>(upper_rectangle(x - 20 * s, x, y, d));
        const double crossing = bivariate_normal_crossing(x, y, d);
        CHECK(crossing == close(exact, step < 3.0 ? 1e-13 : 1e-11));
        CHECK(bivariate_normal_crossing(y, x, d) == crossing);
        CHECK(bivariate_normal_crossing(-x, -y, d) == close(crossing, 1e-15));
      }
    }
  }
}

TEST_CASE("crossings and the distribution add up to the nearer tail") {
  for (const double d : distances) {
    for (const double x : places) {
      for (const double y : places) {
        CAPTURE(d);
        CAPTURE(x);
        CAPTURE(y);
        const double r = 1.0 - d;
        const double low = std::min(x, y);
        const double below = static_cast<double>(upper_tail(-low));
        CHECK(std::abs(bivariate_normal_cdf(x, y, r) + bivariate_normal_crossing(x, y, 1.0 - r) -
                       below) < 4e-16);
      }
    }
  }
}

TEST_CASE("closed values of the bivariate normal distribution") {
  for (const double r : {-1.0, -1.0 + 1.2e-16, -0.999, -0.5, 0.0, 0.3, 0.92, 0.93, 1.0}) {
    CAPTURE(r);
    const double sheppard =
        static_cast<double>(0.25L + std::asin(static_cast<long double>(r)) / (2 * pi));
    CHECK(std::abs(bivariate_normal_cdf(0.0, 0.0, r) - sheppard) < 2e-16);
    CHECK(bivariate_normal_cdf(infinity, infinity, r) == 1.0);
    CHECK(bivariate_normal_cdf(-infinity, infinity, r) == 0.0);
    CHECK(bivariate_normal_cdf(-infinity, 0.3, r) == 0.0);
    CHECK(bivariate_normal_cdf(infinity, -1.5, r) ==
          close(static_cast<double>(upper_tail(1.5L)), 1e-15));
    CHECK(bivariate_normal_cdf(-1.5, infinity, r) == bivariate_normal_cdf(infinity, -1.5, r));
  }
  for (const double x : places) {
    for (const double y : places) {
      const double below_x = static_cast<double>(upper_tail(-x));
      const double below_y = static_cast<double>(upper_tail(-y));
      CHECK(bivariate_normal_cdf(x, y, 1.0) == close(std::min(below_x, below_y), 1e-15));
      CHECK(bivariate_normal_cdf(x, y, 0.0) == close(below_x * below_y, 1e-15));
      const double both = static_cast<double>(std::max(0.0L, upper_tail(-x) - upper_tail(y)));
      CHECK(std::abs(bivariate_normal_cdf(x, y, -1.0) - both) < 2e-16);
    }
  }
  CHECK(bivariate_normal_crossing(0.3, 0.3, 0.0) == 0.0);
  CHECK(bivariate_normal_crossing(-infinity, 0.3, 0.5) == 0.0);
  CHECK(bivariate_normal_crossing(1e200, 1e200, 0.5) == 0.0);
  CHECK(bivariate_normal_crossing(-1e200, 1e200, 1e-3) == 0.0);
}

TEST_CASE("arguments that are no numbers or no correlation give NaN") {
  CHECK(std::isnan(bivariate_normal_cdf(not_a_number, 0.0, 0.5)));
  CHECK(std::isnan(bivariate_normal_cdf(infinity, not_a_number, 0.5)));
  for (const double r : {not_a_number, infinity, 1.0 + 1e-15, -1.0 - 1e-15}) {
    CHECK(std::isnan(bivariate_normal_cdf(0.0, infinity, r)));
    CHECK(std::isnan(bivariate_normal_crossing(0.0, 0.0, 1.0 - 2.0 * r)));
  }
}
