// Maxima over pools: closed forms, symmetries, and integration by other formulas.
#include "igb/pooling.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <numbers>
#include <string>
#include <string_view>
#include <vector>

#include "igb/bivariate_normal.hpp"
#include "igb/expectation.hpp"
#include "root.hpp"
#include "support/close.hpp"

using namespace igb;
using igb::test::close;

namespace {

constexpr double pi = std::numbers::pi;
constexpr double zero_kink[] = {0.0};

const Activation& named(std::string_view name) { return *find_activation(name); }

/// |u|, not monotone, as a user's own.
Activation fold() {
  return {.name = "fold",
          .homogeneous = true,
          .kinks = zero_kink,
          .value_at = [](const Activation&, double x) { return std::abs(x); },
          .slope_at = [](const Activation&, double x) { return x < 0.0 ? -1.0 : 1.0; },
          .bend_at = [](const Activation&, double) { return 0.0; }};
}

Activation wave() {
  return {.name = "wave",
          .odd = true,
          .bounded = true,
          .kinks = {},
          .value_at = [](const Activation&, double x) { return std::sin(x); },
          .slope_at = [](const Activation&, double x) { return std::cos(x); },
          .bend_at = [](const Activation&, double x) { return -std::sin(x); }};
}

/// x / (1 + exp(-x)): falls to a minimum, then rises.
Activation dip() {
  return {.name = "dip",
          .kinks = {},
          .value_at = [](const Activation&, double x) { return x / (1.0 + std::exp(-x)); },
          .slope_at =
              [](const Activation&, double x) {
                const double gate = 1.0 / (1.0 + std::exp(-x));
                return gate * (1.0 + x * (1.0 - gate));
              },
          .bend_at =
              [](const Activation&, double x) {
                const double gate = 1.0 / (1.0 + std::exp(-x));
                return gate * (1.0 - gate) * (2.0 + x * (1.0 - 2.0 * gate));
              }};
}

double density(double z) { return std::exp(-0.5 * z * z) / std::sqrt(2.0 * pi); }
double below(double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }

/// Trapezoid rule over the line: geometric convergence for analytic integrands.
template <class Function>
double line_integral(const Function& f, double step = 0.02, double reach = 9.0) {
  double sum = 0.0;
  for (int k = -static_cast<int>(reach / step); k * step <= reach; ++k) sum += f(k * step);
  return sum * step;
}

/// E[M^2], pool E[phi'^2 F^(pool - 1)] of smooth rising phi by their densities.
double second_moment_by_density(const Activation& phi, int pool, double q) {
  return pool * line_integral([&](double z) {
           const double value = phi.value(std::sqrt(q) * z);
           return density(z) * value * value * std::pow(below(z), pool - 1);
         });
}
double slope_moment_by_density(const Activation& phi, int pool, double q) {
  return pool * line_integral([&](double z) {
           const double slope = phi.derivative(std::sqrt(q) * z);
           return density(z) * slope * slope * std::pow(below(z), pool - 1);
         });
}

/// kappa of smooth rising phi from the joint density of the two maxima: both at the same unit of
/// the pool, or at two different ones.
double covariance_by_density(const Activation& phi, int pool, double q, double c, double step) {
  const double s = std::sqrt(1.0 - c * c);
  return line_integral(
      [&](double x) {
        const double outer = phi.value(std::sqrt(q) * x);
        return outer *
               line_integral(
                   [&](double y) {
                     const double both = bivariate_normal_cdf(x, y, c);
                     const double pair = density(x) * density((y - c * x) / s) / s * both +
                                         (pool - 1) * density(x) * density(y) *
                                             below((y - c * x) / s) * below((x - c * y) / s);
                     return phi.value(std::sqrt(q) * y) * pool * std::pow(both, pool - 2) * pair;
                   },
                   step);
      },
      step);
}

const double distances[] = {1e-9, 1e-6, 1e-3, 0.1, 0.5, 1.0, 1.6, 1.99};

}  // namespace

TEST_CASE("ReLU: line v and line g of maxima over two, three and four units") {
  const Activation& relu = named("relu");
  CHECK(max_pool_second_moment(relu, 2, 1.0) == close((3.0 * pi + 2.0) / (4.0 * pi), 1e-14));
  // Order statistics of three and four normals.
  CHECK(1.0 / max_pool_second_moment(relu, 3, 1.0) == close(0.7989999, 1e-7));
  CHECK(1.0 / max_pool_second_moment(relu, 4, 1.0) == close(0.6477586, 1e-7));
  for (unsigned pool : {2U, 3U, 4U, 10U, 64U}) {
    CAPTURE(pool);
    const double alive = 1.0 - std::pow(0.5, pool);
    CHECK(max_pool_slope_moment(relu, pool, 0.3) == close(alive, 1e-12));
    const double moment = max_pool_second_moment(relu, pool, 1.0);
    CHECK(max_pool_second_moment(relu, pool, 7.0) == close(7.0 * moment, 1e-13));
    CHECK(max_pool_growth_moment(relu, pool, 7.0) == close(moment, 1e-12));
    double positive = 0.0;  // INT_0^inf x^2 pool phi(x) Phi(x)^(pool - 1) dx, Simpson
    const int panels = 4000;
    const double h = 9.0 / panels;
    for (int k = 1; k < panels; ++k) {
      const double x = k * h;
      positive += (k % 2 == 1 ? 4.0 : 2.0) / 3.0 * h * x * x * pool * density(x) *
                  std::pow(below(x), pool - 1);
    }
    CHECK(moment == close(positive, 1e-10));
  }
}

TEST_CASE("a pool of one unit is the activation itself") {
  for (const Activation& phi : activations()) {
    if (!phi.odd && !phi.homogeneous) continue;
    const std::string name = phi.name;
    CAPTURE(name);
    for (double q : {1e-40, 1e-3, 1.0, 8.0}) {
      CAPTURE(q);
      CHECK(max_pool_second_moment(phi, 1, q) == close(second_moment(phi, q), 1e-13));
      CHECK(max_pool_slope_moment(phi, 1, q) == close(slope_moment(phi, q), 1e-13));
      // Those of sin decay as exp(-q), those of abs pass 0: measured by E[phi'^2].
      const double scale = slope_moment(phi, q);
      CHECK(std::abs(max_pool_growth_moment(phi, 1, q) - growth_moment(phi, q)) <= 1e-12 * scale);
      for (double d : distances) {
        CAPTURE(d);
        CHECK(max_pool_covariance_gap(phi, 1, q, d) == close(covariance_gap(phi, q, d), 1e-11));
        CHECK(std::abs(max_pool_slope_covariance(phi, 1, q, d) - slope_covariance(phi, q, d)) <=
              1e-11 * scale);
      }
    }
  }
}

TEST_CASE("maxima over two of an odd activation keep its variance map and its edge") {
  for (const char* name : {"tanh", "erf", "linear"}) {
    const Activation& phi = named(name);
    for (double q : {1e-3, 0.5, 3.0, 40.0}) {
      CAPTURE(q);
      CHECK(max_pool_second_moment(phi, 2, q) == close(second_moment(phi, q), 1e-13));
      CHECK(max_pool_slope_moment(phi, 2, q) == close(slope_moment(phi, q), 1e-13));
      CHECK(max_pool_growth_moment(phi, 2, q) == close(growth_moment(phi, q), 1e-12));
    }
  }
}

TEST_CASE("moments of maxima of smooth activations by their density") {
  for (const char* name : {"tanh", "erf"}) {
    const Activation& phi = named(name);
    for (int pool : {3, 5, 64}) {
      for (double q : {0.1, 1.0, 20.0}) {
        CAPTURE(pool);
        CAPTURE(q);
        const auto k = static_cast<std::uint32_t>(pool);
        const double moment = second_moment_by_density(phi, pool, q);
        CHECK(max_pool_second_moment(phi, k, q) == close(moment, 1e-12));
        const double slope = slope_moment_by_density(phi, pool, q);
        CHECK(max_pool_slope_moment(phi, k, q) == close(slope, 1e-12));
        if (pool == 64 && q > 1.0) continue;  // the growth vanishes beside the moment
        const double h = 1e-3 * q;            // five-point derivative
        const auto at = [&](double variance) { return max_pool_second_moment(phi, k, variance); };
        const double growth =
            (8.0 * (at(q + h) - at(q - h)) - at(q + 2.0 * h) + at(q - 2.0 * h)) / (12.0 * h);
        CHECK(max_pool_growth_moment(phi, k, q) == close(growth, 1e-9));
      }
    }
  }
}

TEST_CASE("covariance gaps of smooth activations by the joint density of both maxima") {
  for (int pool : {2, 3, 8}) {
    for (double q : {0.5, 4.0}) {
      for (double d : {0.3, 0.5, 1.0, 1.5}) {
        CAPTURE(pool);
        CAPTURE(q);
        CAPTURE(d);
        const Activation& phi = named("erf");
        const double gap = second_moment_by_density(phi, pool, q) -
                           covariance_by_density(phi, pool, q, 1.0 - d, 0.1);
        CHECK(max_pool_covariance_gap(phi, static_cast<std::uint32_t>(pool), q, d) ==
              close(gap, 1e-11));
      }
    }
  }
}

TEST_CASE("maxima over two linear or two folded units have closed covariances") {
  // max(a, b) = (a + b) / 2 + |a - b| / 2, and of |a|, |b| it is (|a + b| + |a - b|) / 2.
  const Activation folded = fold();
  const double q = 1.7;
  for (double d : distances) {
    CAPTURE(d);
    const double theta = 2.0 * std::asin(std::sqrt(d / 2.0));
    const double c = 1.0 - d;
    // Of |u|: 2 q / pi (sin theta + c asin c) at 1 less at c; asin c = pi / 2 - theta.
    double bracket = std::sin(theta) - theta * c;
    if (theta < 1e-2) {
      bracket = theta * theta * theta / 3.0 * (1.0 - theta * theta / 10.0);
    }
    const double gap = q * (d - 2.0 / pi * bracket);
    const double slope = 1.0 - 2.0 * theta / pi;
    CHECK(max_pool_covariance_gap(named("linear"), 2, q, d) == close((q * d + gap) / 2.0, 1e-11));
    CHECK(max_pool_slope_covariance(named("linear"), 2, q, d) == close((1.0 + slope) / 2.0, 1e-11));
    CHECK(max_pool_covariance_gap(folded, 1, q, d) == close(gap, 1e-9));
    CHECK(max_pool_covariance_gap(folded, 2, q, d) == close(gap, 1e-9));
    CHECK(std::abs(max_pool_slope_covariance(folded, 1, q, d) - slope) < 1e-9);
    CHECK(std::abs(max_pool_slope_covariance(folded, 2, q, d) - slope) < 1e-9);
  }
}

TEST_CASE("maxima over two sines have a covariance in closed series") {
  // With p, m = (u +- u') / 2: max(sin u, sin u') = sin p cos m + |cos p sin m|.
  const Activation sine = wave();
  for (double q : {0.5, 3.0, 9.0}) {
    for (double d : {0.3, 0.5, 1.0, 1.4}) {
      CAPTURE(q);
      CAPTURE(d);
      const double s = q / 2.0;
      const double c = 1.0 - d;
      // E|cos p cos p'| and E|sin m sin m'| by Fourier series.
      const auto folded = [&](double sign) {
        const auto coefficient = [&](int n) {
          if (n == 0) return 2.0 / pi;
          return (n % 2 == 1 ? -sign : 1.0) * -4.0 / (pi * (4.0 * n * n - 1.0));
        };
        double sum = 0.0;
        for (int n = 0; n < 80; ++n) {
          for (int m = 0; m < 80; ++m) {
            const double squares = -2.0 * s * (n * n + m * m);
            const double product = 4.0 * s * c * n * m;
            sum += coefficient(n) * coefficient(m) *
                   (std::exp(squares + product) + std::exp(squares - product)) / 2.0;
          }
        }
        return sum;
      };
      const double covariance =
          std::exp(-2.0 * s) * std::sinh(s * c) * std::cosh(s * c) + folded(1.0) * folded(-1.0);
      const double moment = -std::expm1(-2.0 * q) / 2.0;
      CHECK(max_pool_second_moment(sine, 2, q) == close(moment, 1e-12));
      CHECK(max_pool_covariance_gap(sine, 2, q, d) == close(moment - covariance, 1e-11));
    }
  }
}

TEST_CASE("a pool of one bent back unit is the unit itself") {
  for (const Activation& phi : {wave(), dip()}) {
    const std::string name = phi.name;
    CAPTURE(name);
    for (double q : {0.1, 3.0}) {
      CAPTURE(q);
      CHECK(max_pool_second_moment(phi, 1, q) == close(second_moment(phi, q), 1e-12));
      CHECK(max_pool_slope_moment(phi, 1, q) == close(slope_moment(phi, q), 1e-12));
      CHECK(max_pool_growth_moment(phi, 1, q) == close(growth_moment(phi, q), 1e-11));
      for (double d : {1e-3, 0.1, 1.3}) {
        CAPTURE(d);
        CHECK(max_pool_covariance_gap(phi, 1, q, d) == close(covariance_gap(phi, q, d), 1e-10));
        CHECK(max_pool_slope_covariance(phi, 1, q, d) == close(slope_covariance(phi, q, d), 1e-10));
      }
    }
  }
}

TEST_CASE("steep and faint signals") {
  const Activation& phi = named("tanh");
  for (double q : {1e12, 1e30}) {
    // A sign: the maximum over k is -1 with probability 2^-k.
    CHECK(max_pool_second_moment(phi, 3, q) == close(1.0, 1e-5));
    CHECK(max_pool_covariance_gap(phi, 2, q, 1.0) == close(1.0 - 0.25, 1e-5));
    // pool E[phi'^2] F(0)^(pool - 1), E[phi'^2] = 4 / 3 / sqrt(2 pi q)
    const double slope = 4.0 / 3.0 / std::sqrt(2.0 * pi * q) * 3.0 / 4.0;
    CHECK(max_pool_slope_moment(phi, 3, q) == close(slope, 1e-5));
  }
  for (double q : {0.0, 1e-300, 1e-35}) {
    CHECK(max_pool_second_moment(phi, 2, q) == close(q, 1e-12));
    CHECK(max_pool_slope_moment(phi, 2, q) == close(1.0, 1e-12));
    CHECK(max_pool_growth_moment(phi, 2, q) == close(1.0, 1e-12));
    CHECK(max_pool_covariance_gap(phi, 2, q, 1.0) ==
          close(max_pool_covariance_gap(named("linear"), 2, 1.0, 1.0) * q, 1e-12));
  }
  // More pieces than there is room for.
  CHECK(std::isnan(max_pool_second_moment(wave(), 2, 1e6)));
  CHECK(std::isnan(max_pool_covariance_gap(wave(), 2, 1e6, 0.5)));
}

TEST_CASE("the slope of the covariance is its derivative, and at c = 1 the slope moment") {
  for (const char* name : {"tanh", "relu"}) {
    const Activation& phi = named(name);
    for (unsigned pool : {2U, 3U, 16U}) {
      for (double q : {0.5, 10.0}) {
        CAPTURE(name);
        CAPTURE(pool);
        CAPTURE(q);
        CHECK(max_pool_slope_covariance(phi, pool, q, 0.0) ==
              close(max_pool_slope_moment(phi, pool, q), 1e-15));
        for (double d : {0.01, 0.4, 1.2}) {
          CAPTURE(d);
          const double h = 2e-3 * d;
          const auto at = [&](double x) { return max_pool_covariance_gap(phi, pool, q, x); };
          const double slope =
              (8.0 * (at(d + h) - at(d - h)) - at(d + 2.0 * h) + at(d - 2.0 * h)) / (12.0 * h * q);
          CHECK(max_pool_slope_covariance(phi, pool, q, d) == close(slope, 1e-9));
        }
        const double tiny = 1e-14;
        CHECK(max_pool_covariance_gap(phi, pool, q, tiny) / (q * tiny) ==
              close(max_pool_slope_moment(phi, pool, q), 1e-5));
      }
    }
  }
}

TEST_CASE("the edge of chaos of tanh with maxima over three units") {
  const Activation& phi = named("tanh");
  const double sigma_b2[] = {0.01, 0.05, 0.1, 0.2};
  const double published[] = {3.9832, 4.0997, 4.2318, 4.4639};
  for (int i = 0; i < 4; ++i) {
    CAPTURE(sigma_b2[i]);
    // sigma_w2 = 1 / slope moment where q - second moment / slope moment is sigma_b2.
    const auto edge = [&](const auto& second, const auto& slope) {
      const auto excess = [&](double q) { return q - second(q) / slope(q) - sigma_b2[i]; };
      const double q = find_root(excess, 0.5, excess(0.5), 20.0, excess(20.0));
      return 1.0 / slope(q);
    };
    const double by_levels = edge([&](double q) { return max_pool_second_moment(phi, 3, q); },
                                  [&](double q) { return max_pool_slope_moment(phi, 3, q); });
    const double by_density = edge([&](double q) { return second_moment_by_density(phi, 3, q); },
                                   [&](double q) { return slope_moment_by_density(phi, 3, q); });
    CHECK(by_levels == close(by_density, 1e-12));
    CHECK(by_levels == close(published[i], 0.5e-4 / 3.9));
  }
}

TEST_CASE("the neutrality line of tanh with maxima over two units") {
  const Activation& phi = named("tanh");
  const double sigma_b2[] = {0.01, 0.05, 0.1, 0.2};
  const double published[] = {37.80, 38.64, 39.66, 41.67};
  for (int i = 0; i < 4; ++i) {
    CAPTURE(sigma_b2[i]);
    const double d = 0.5;
    const auto weight = [&](double q) { return q * d / max_pool_covariance_gap(phi, 2, q, d); };
    const auto bias = [&](double q) { return q - weight(q) * max_pool_second_moment(phi, 2, q); };
    const auto excess = [&](double q) { return bias(q) - sigma_b2[i]; };
    const double q = find_root(excess, 5.0, excess(5.0), 60.0, excess(60.0), 1e-13);
    CHECK(weight(q) == close(published[i], 0.006 / 37.0));
    // The same point by the joint density.
    const double moment = second_moment_by_density(phi, 2, q);
    const double gap = moment - covariance_by_density(phi, 2, q, 1.0 - d, 0.04);
    CHECK(q * d / gap == close(weight(q), 1e-11));
    CHECK(q * (1.0 - d / gap * moment) == close(sigma_b2[i], 1e-7));
  }
}

TEST_CASE("opposite inputs") {
  for (double q : {0.3, 5.0}) {
    CAPTURE(q);
    // Of rising phi one of the two maxima is at a positive unit, the other at a negative one.
    for (const char* name : {"tanh", "relu", "linear"}) {
      CHECK(max_pool_slope_covariance(named(name), 2, q, 2.0) < 1e-16);
      CHECK(max_pool_slope_covariance(named(name), 1, q, 2.0) ==
            close(slope_covariance(named(name), q, 2.0), 1e-12));
    }
    // max(u, u') against max(-u, -u') = -min(u, u').
    CHECK(max_pool_covariance_gap(named("linear"), 2, q, 2.0) == close(q, 1e-13));
    // Folded units cannot tell u from -u.
    CHECK(max_pool_covariance_gap(fold(), 3, q, 2.0) < 1e-12 * q);
    CHECK(max_pool_slope_covariance(fold(), 3, q, 2.0) ==
          close(-max_pool_slope_moment(fold(), 3, q), 1e-12));
  }
}
