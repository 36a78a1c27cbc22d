// Theory of activations that users give: bent back, steep, growing faster than linearly.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "igb/arena.hpp"
#include "igb/critical_lines.hpp"
#include "igb/expectation.hpp"
#include "igb/expression.hpp"
#include "igb/kernel_recursion.hpp"
#include "igb/mean_field.hpp"
#include "support/close.hpp"
#include "support/samples.hpp"

using namespace igb;
using igb::test::close;

namespace {

Expression read(std::string_view text) {
  Expression expression;
  REQUIRE(expression.parse(text).ok());
  return expression;
}

}  // namespace

TEST_CASE("fixedPointsOfActivationsThatBendBack") {
  // By sums over a lattice of step 1/40 on |z| <= 10 in NumPy, iterated to rounding.
  const struct {
    const char* text;
    double sigma_w2, q_star, c_star, chi_c_star;
  } rows[] = {
      {"x/(1+x^2)", 4.0, 0.916468170173804, 0.851737854965963, 0.870210707392074},
      {"x/(1+x^2)", 20.0, 3.35176239207967, 0.184887941963664, 0.528173060605083},
      {"x*exp(-x^2/2)", 4.0, 1.06923002893289, 0.58660697663451, 0.680046333997874},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.text));
    const Expression phi = read(row.text);
    const Initialisation init{&phi.activation(), row.sigma_w2, 0.3};
    FixedPoint point{};
    REQUIRE(fixed_point(init, point).ok());
    CHECK(point.q_star == close(row.q_star, 1e-12));
    CHECK(point.c_star == close(row.c_star, 1e-11));
    CHECK(point.chi_c_star == close(row.chi_c_star, 1e-11));
    const double gamma = point.gamma_star;
    LinePoint line{};
    REQUIRE(iso_gamma(*init.activation, {}, 0.3, gamma, line).ok());
    CHECK(line.sigma_w2 == close(row.sigma_w2, 1e-9));
  }
}

TEST_CASE("steepActivationsAreResolvedUpToTheStatedLimitAndRefusedBeyond") {
  // erf(k x) at variance q is erf at k^2 q, of which there are closed forms.
  const Activation& erf = *find_activation("erf");
  for (const double k : {2.0, 5.0, 10.0}) {
    CAPTURE(k);
    const Expression steep = read("erf(" + std::to_string(k) + "*x)");
    for (const double q : {0.01, 1.0, 30.0}) {
      CAPTURE(q);
      for (const double d : {1e-6, 1e-2, 0.3, 1.0, 1.7}) {
        CAPTURE(d);
        CHECK(slope_covariance(steep.activation(), q, d) ==
              close(k * k * slope_covariance(erf, k * k * q, d), 1e-11));
        CHECK(covariance_gap(steep.activation(), q, d) ==
              close(covariance_gap(erf, k * k * q, d), 1e-11));
      }
    }
  }
  for (const char* text : {"erf(50*x)", "tanh(100*x)", "tanh(x)+exp(-1e4*(x-1)^2)", "sin(40*x)"}) {
    Expression expression;
    const Status status = expression.parse(text);
    CHECK(status.code == StatusCode::out_of_range);
    CHECK(std::string(status.parameter) == "steepness of the activation");
    CHECK(status.value > status.high);
  }
}

TEST_CASE("featuresFarOutAreSeenOrRefused") {
  // A second step at 12, q_star = 17.4: sums over a lattice of step 1/100 on |z| <= 10 in NumPy.
  const Expression phi = read("tanh(x)+0.2*tanh(x-12)");
  FixedPoint point{};
  REQUIRE(fixed_point({&phi.activation(), 20.0, 0.3}, point).ok());
  CHECK(point.q_star == close(17.39713562755277, 1e-12));
  CHECK(point.c_star == close(0.2160590557724987, 1e-11));
  CHECK(point.chi_1 == close(2.529070759976246, 1e-11));
  CHECK(point.chi_c_star == close(0.7193088251345169, 1e-11));
  for (const char* text : {"tanh(x)+0.2*tanh(30*(x-12))", "tanh(x)+0.2*tanh(3*(x+50))",
                           "tanh(x)+0.01*exp(-(4*(x-30))^2)"}) {
    CAPTURE(std::string(text));
    Expression expression;
    const Status status = expression.parse(text);
    CHECK(status.code == StatusCode::out_of_range);
    CHECK(std::string(status.parameter) == "steepness of the activation beyond |x| = 10");
  }
  for (const char* text : {"sin(5*x)", "x/(1+x^2)", "x^3", "exp(x)", "x*sigmoid(x)"}) {
    CAPTURE(std::string(text));
    Expression expression;
    CHECK(expression.parse(text).ok());
  }
}

TEST_CASE("kernelsOfSteepActivationsFollowTheirClosedForms") {
  const Activation& erf = *find_activation("erf");
  const std::vector<double> covariances{1.0, 0.4, 0.4, 0.6};
  for (const double k : {3.0, 10.0}) {
    CAPTURE(k);
    const Expression steep = read("erf(" + std::to_string(k) + "*x)");
    const Initialisation init{&steep.activation(), 2.0, 0.1};
    std::size_t bytes = 0;
    REQUIRE(KernelRecursion::bytes(init, 2, bytes).ok());
    const test::AlignedMemory memory(bytes);
    Arena arena(memory.bytes());
    KernelRecursion kernel;
    REQUIRE(kernel.begin(init, covariances, arena).ok());
    double q_a = 1.0;
    double q_b = 0.6;
    double q_ab = 0.4;
    for (int layer = 1; layer <= 5; ++layer) {
      REQUIRE(kernel.step().ok());
      const auto moment = [&](double x, double y, double xy) {
        if (layer == 1) return xy;
        return covariance(erf, k * k * x, k * k * y, xy / std::sqrt(x * y));
      };
      const double next_ab = 2.0 * moment(q_a, q_b, q_ab) + 0.1;
      const double next_a = 2.0 * moment(q_a, q_a, q_a) + 0.1;
      const double next_b = 2.0 * moment(q_b, q_b, q_b) + 0.1;
      q_a = next_a;
      q_b = next_b;
      q_ab = next_ab;
      CHECK(kernel.q()[0] == close(q_a, 1e-11));
      CHECK(std::abs(1.0 - kernel.d(1, 0) - q_ab / std::sqrt(q_a * q_b)) < 1e-10);
    }
  }
}

TEST_CASE("activationsThatOutgrowLinesHaveNoFixedPointWhereTheyDiverge") {
  for (const char* text : {"x^3", "cosh(x)", "exp(x)", "x*abs(x)"}) {
    CAPTURE(std::string(text));
    const Expression phi = read(text);
    FixedPoint point{};
    const Status status = fixed_point({&phi.activation(), 3.0, 0.5}, point);
    // Of moments that quadrature cannot reach nobody knows whether they diverge.
    const bool exponential = text[1] != '^' && text[1] != '*';
    CHECK(status.code == (exponential ? StatusCode::no_convergence : StatusCode::no_solution));
    const std::string why = exponential ? "grows so fast" : "faster than linearly";
    CHECK(std::string(status.parameter).find(why) != std::string::npos);
    std::array<Signal, 30> layers{};
    const Status deep = trajectory({&phi.activation(), 3.0, 0.5}, {1.0, 1.0}, layers);
    CHECK(deep.code == StatusCode::non_finite);
    CHECK(deep.value > 1.0);
    CHECK(deep.value < 30.0);
  }
  // e^x: q' = sigma_w2 e^2q + sigma_b2 has the fixed point 6.2916 here, out of reach; never "none".
  const Expression exponential = read("exp(x)");
  FixedPoint far{};
  CHECK(fixed_point({&exponential.activation(), 1e-6, 6.0}, far).code ==
        StatusCode::no_convergence);
  FixedPoint near{};
  REQUIRE(fixed_point({&exponential.activation(), 1e-3, 1.0}, near).ok());
  CHECK(near.q_star == close(1.0075007384591729, 1e-12));
  // and one where they do not: x^3, kappa = q^3 (9 c + 6 c^3), q' = sigma_w2 15 q^3 + sigma_b2
  const Expression cube = read("x^3");
  std::array<Signal, 4> layers{};
  REQUIRE(trajectory({&cube.activation(), 0.1, 0.01}, {1.0, 1.0}, layers).ok());
  double q = 0.11;
  double q_ab = 0.01;
  for (int l = 1; l < 4; ++l) {
    const double c = q_ab / q;
    q_ab = 0.1 * q * q * q * (9.0 * c + 6.0 * c * c * c) + 0.01;
    q = 0.1 * 15.0 * q * q * q + 0.01;
    CHECK(layers[static_cast<std::size_t>(l)].q == close(q, 1e-12));
    CHECK(layers[static_cast<std::size_t>(l)].c() == close(q_ab / q, 1e-12));
  }
}

TEST_CASE("theEdgeOfHardTanhKeepsItsDigitsNextToTheCorner") {
  // Where q << 1, what bends is a tail: sigma_w2 and sigma_b2 from q in closed form, a = 1 / sqrt
  // q: E[phi'^2] = erf(a / sqrt 2), q E[phi'^2] - E[phi^2] = 2 sqrt q density(a) - erfc(a / sqrt
  // 2).
  const Activation& phi = *find_activation("hard_tanh");
  for (const double sigma_b2 : {1e-14, 1e-12, 1e-8, 1e-3}) {
    CAPTURE(sigma_b2);
    LinePoint point{};
    REQUIRE(edge_of_chaos(phi, {}, sigma_b2, point).ok());
    const double a = 1.0 / std::sqrt(point.q);
    const double slope = std::erf(a / std::sqrt(2.0));
    const double density = std::exp(-0.5 * a * a) / std::sqrt(2.0 * 3.14159265358979323846);
    const double excess = 2.0 / a * density - std::erfc(a / std::sqrt(2.0));
    CHECK(point.sigma_w2 == close(1.0 / slope, 1e-12));
    CHECK(excess / slope == close(sigma_b2, 1e-8));
  }
}

TEST_CASE("theNeutralityLineOfHardTanhKeepsItsDigitsNextToTheCorner") {
  // q from phi(u) - u, which lives beyond |u| = 1, in NumPy and SciPy: kappa(1) c - kappa(c) =
  // c E[(phi - u)^2] - E[(phi(u) - u) (phi(v) - v)] by erfc and by Gauss-Legendre.
  const struct {
    double sigma_b2, q, sigma_w2;
  } rows[] = {
      {1e-14, 0.0217286251458, 1.000000000022463},
      {1e-13, 0.0238845450789, 1.000000000186913},
      {1e-10, 0.0336993396273, 1.000000096279961},
  };
  for (const auto& row : rows) {
    CAPTURE(row.sigma_b2);
    LinePoint point{};
    REQUIRE(iso_gamma(*find_activation("hard_tanh"), {}, row.sigma_b2, 1.0, point).ok());
    CHECK(point.q == close(row.q, 1e-10));
    CHECK(point.sigma_w2 == close(row.sigma_w2, 1e-14));
  }
}

TEST_CASE("signalsThatDieAsAPowerHaveTheCorrelationsOfThatPower") {
  // x |x|: kappa is 2 q^2 / pi times (1 + 2 c^2) asin c + 3 c sqrt(1 - c^2), which E[phi^2] = 3 q^2
  // divides.
  const Expression odd = read("x*abs(x)");
  FixedPoint point{};
  REQUIRE(fixed_point({&odd.activation(), 0.1, 0.0}, point).ok());
  CHECK(point.q_star == 0.0);
  CHECK(point.c_star == 0.0);
  CHECK(point.phase == Phase::singular);
  CHECK(point.chi_c_star == close(8.0 / (3.0 * 3.14159265358979323846), 1e-12));
  // c' = (1 + 2 c^2) / 3
  const Expression even = read("x^2");
  REQUIRE(fixed_point({&even.activation(), 0.1, 0.0}, point).ok());
  CHECK(point.q_star == 0.0);
  CHECK(point.c_star == close(0.5, 1e-12));
  CHECK(point.chi_c_star == close(2.0 / 3.0, 1e-12));
}

TEST_CASE("streamsOfActivationsThatGrowSlowlyEndWhereTheirAdditionsDo") {
  const Block stream{.kind = BlockKind::residual};
  FixedPoint point{};
  // sqrt |u| far out. By hypergeometric series: E[sqrt |u v|] of correlation c is E[sqrt |u|]^2
  // F(-1/4, -1/4; 1/2; c^2), and E|u| at c = 1.
  const Expression root = read("sqrt(sqrt(1+x^2))");
  REQUIRE(fixed_point({&root.activation(), 1.0, 0.1, stream}, point).ok());
  CHECK(std::isinf(point.q_star));
  const auto kappa = [](double c) {
    double term = 1.0;
    double sum = 1.0;
    for (int n = 0; n < 2000; ++n) {
      term *= (n - 0.25) * (n - 0.25) / ((n + 0.5) * (n + 1.0)) * c * c;
      sum += term;
    }
    const double mean = std::pow(2.0, 0.25) * std::tgamma(0.75) / std::sqrt(std::acos(-1.0));
    return mean * mean * sum;
  };
  const double square = std::sqrt(2.0 / std::acos(-1.0));
  CHECK(point.c_star < 0.999);
  CHECK(kappa(point.c_star) == close(point.c_star * square, 1e-6));
  // An odd phi without bias adds nothing that two inputs share; ln x with bias has not settled at
  // any variance.
  const Expression logarithm = read("asinh(x)");
  REQUIRE(fixed_point({&logarithm.activation(), 1.0, 0.1, stream}, point).ok());
  CHECK(point.c_star == 0.0);
  CHECK(point.phase == Phase::singular);
  const Block biased{.kind = BlockKind::residual, .sigma_a2 = 0.1};
  const Status status = fixed_point({&logarithm.activation(), 1.0, 0.1, biased}, point);
  CHECK(status.code == StatusCode::no_convergence);
  CHECK(std::string(status.parameter) == "c_star");
}

TEST_CASE("linesOfWavyActivationsEndWhereTheyCannotBeSought") {
  Expression wave;
  REQUIRE(wave.parse("sin(3*x)").ok());
  LinePoint point{};
  CHECK(iso_gamma(wave.activation(), {}, 0.1, 0.2, point).ok());
  const Status tiny = iso_gamma(wave.activation(), {}, 1e-300, 0.2, point);
  CHECK(tiny.code == StatusCode::out_of_range);
  CHECK(std::string(tiny.parameter) == "sigma_b2");
  const Status large = iso_gamma(wave.activation(), {}, 1e4, 0.2, point);  // q beyond 10^4
  CHECK(large.code == StatusCode::no_convergence);
  CHECK(large.value == 300.0);
}
