// Activations and Gaussian expectations: closed forms and quadrature, against each other and
// against values computed with 30 digits.
#include "igb/expectation.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <initializer_list>
#include <numbers>
#include <string>
#include <string_view>
#include <vector>

#include "igb/activation.hpp"
#include "support/close.hpp"

using namespace igb;
using igb::test::close;

namespace {

constexpr double pi = std::numbers::pi;

const Activation& named(std::string_view name) { return *find_activation(name); }

Activation without_closed_forms(std::string_view name) {
  Activation copy = named(name);
  copy.closed = nullptr;
  return copy;
}

/// Simpson's rule.
template <class Function>
double integral(Function f, double from, double to, int panels) {
  const double h = (to - from) / (2 * panels);
  double sum = f(from) + f(to);
  for (int k = 1; k < 2 * panels; ++k) sum += (k % 2 == 1 ? 4.0 : 2.0) * f(from + k * h);
  return sum * h / 3.0;
}

/// The ReLU gap in polar coordinates of the plane of (u, v): q / 2 pi times the integral over the
/// circle of (relu(cos t) - relu(cos(t - theta)))^2, piece by piece between the kinks.
double relu_gap_by_integration(double q, double d) {
  const double theta = 2.0 * std::asin(std::sqrt(d / 2.0));
  const auto one_positive = [](double t) { return std::sin(t) * std::sin(t); };
  const auto both_positive = [&](double t) {
    const double difference = 2.0 * std::sin(theta / 2.0) * std::sin(t - theta / 2.0);
    return difference * difference;
  };
  return q / (2.0 * pi) *
         (2.0 * integral(one_positive, 0.0, theta, 400) +
          integral(both_positive, theta - pi / 2.0, pi / 2.0, 400));
}

}  // namespace

TEST_CASE("activations are found by name and state facts that hold") {
  const char* const names[] = {"linear", "relu", "tanh",    "erf",      "leaky_relu",
                               "sin",    "abs",  "sigmoid", "softplus", "elu",
                               "selu",   "silu", "gelu",    "hard_tanh"};
  REQUIRE(activations().size() == std::size(names));
  for (std::size_t i = 0; i < std::size(names); ++i) {
    const Activation* phi = find_activation(names[i]);
    REQUIRE(phi == &activations()[i]);
    CHECK(std::string_view(phi->name) == names[i]);
    CHECK(phi->kernel == static_cast<int>(i));
  }
  CHECK(named("leaky_relu").parameter == 0.01);
  CHECK(find_activation("") == nullptr);
  CHECK(find_activation("Tanh") == nullptr);
  CHECK(find_activation("tanh ") == nullptr);

  for (const Activation& phi : activations()) {
    const std::string name = phi.name;
    CAPTURE(name);
    bool odd = true;
    bool homogeneous = true;
    for (double x : {0.1, 0.7, 1.9, 6.0}) {
      odd = odd && phi.value(-x) == -phi.value(x);
      for (double side : {x, -x}) {
        homogeneous = homogeneous && phi.value(2.0 * side) == 2.0 * phi.value(side);
        const double h = 1e-5;
        const double slope = (phi.value(side + h) - phi.value(side - h)) / (2.0 * h);
        CHECK(std::abs(phi.derivative(side) - slope) < 1e-9);
        const double bend = (phi.derivative(side + h) - phi.derivative(side - h)) / (2.0 * h);
        CHECK(std::abs(phi.second_derivative(side) - bend) < 1e-9);
      }
    }
    CHECK(phi.odd == odd);
    CHECK(phi.homogeneous == homogeneous);
    CHECK(phi.bounded == (std::abs(phi.value(1e9)) < 1e6 && std::abs(phi.value(-1e9)) < 1e6));
  }
}

TEST_CASE("tanh moments match 20-digit values") {
  struct Row {
    double q, second, slope, growth;
  };
  for (const Row& row : std::initializer_list<Row>{
           {0.001, 0.00099800564609165084195, 0.99800696883297488694, 0.9960169177911079625},
           {0.05, 0.045602101143321204842, 0.9143882811893379806, 0.83436904585465635149},
           {1, 0.39429449039784117442, 0.46440290244826824197, 0.18179768814048707475},
           {10, 0.75726627692131836826, 0.16557242076970865957, 0.011249816151762715225},
           {1000, 0.974779041797450736, 0.016818172175373161458, 0.000012600121020956374487},
           {1e6, 0.99920211576731372516, 0.00053192295477144597219, 3.9894178822683026927e-10}}) {
    CAPTURE(row.q);
    CHECK(second_moment(named("tanh"), row.q) == close(row.second, 4e-15));
    CHECK(slope_moment(named("tanh"), row.q) == close(row.slope, 4e-15));
    CHECK(growth_moment(named("tanh"), row.q) == close(row.growth, 4e-15));
  }
}

TEST_CASE("tanh pair expectations match 18-digit values, down to correlations next to 1") {
  struct Row {
    double q, d, gap, slope;
  };
  for (const Row& row :
       std::initializer_list<Row>{{0.05, 0.5, 0.0228229557199829991, 0.911747546294045799},
                                  {1, 1e-12, 4.6440290244811814e-13, 0.464402902447968038},
                                  {1, 1e-6, 4.64402752346534887e-7, 0.464402602244974179},
                                  {1, 0.001, 0.000464252972944664103, 0.464103215598924918},
                                  {1, 0.5, 0.207970077194393088, 0.384747028441038902},
                                  {1, 1.9, 0.743497840979766364, 0.438761844462671334},
                                  {3, 0.5, 0.329247804354737741, 0.184098569147342817},
                                  {10, 0.03, 0.0450732633686849368, 0.137902379052770906}}) {
    CAPTURE(row.q);
    CAPTURE(row.d);
    CHECK(covariance_gap(named("tanh"), row.q, row.d) == close(row.gap, 1e-14));
    CHECK(slope_covariance(named("tanh"), row.q, row.d) == close(row.slope, 1e-14));
  }
}

TEST_CASE("quadrature agrees with the closed forms of erf at every scale of q and d") {
  const Activation& closed = named("erf");
  const Activation generic = without_closed_forms("erf");
  for (double q = 1e-10; q < 1e10; q *= 3.7) {
    CAPTURE(q);
    CHECK(second_moment(generic, q) == close(second_moment(closed, q), 1e-14));
    CHECK(slope_moment(generic, q) == close(slope_moment(closed, q), 1e-14));
    CHECK(growth_moment(generic, q) == close(growth_moment(closed, q), 1e-14));
    for (double d = 1e-14; d < 2.0; d *= 2.3) {
      CAPTURE(d);
      CHECK(covariance_gap(generic, q, d) == close(covariance_gap(closed, q, d), 3e-14));
      CHECK(slope_covariance(generic, q, d) == close(slope_covariance(closed, q, d), 3e-14));
    }
    for (double d : {0.0, 1.0, 2.0}) {
      CAPTURE(d);
      CHECK(covariance_gap(generic, q, d) == close(covariance_gap(closed, q, d), 1e-14));
      CHECK(slope_covariance(generic, q, d) == close(slope_covariance(closed, q, d), 1e-14));
    }
  }
}

TEST_CASE("quadrature holds for a lopsided bounded phi, up to opposite inputs") {
  Activation phi{};
  phi.name = "erf with a bump";
  phi.bounded = true;
  phi.value_at = [](const Activation&, double x) { return std::erf(x) + std::exp(-x * x); };
  phi.slope_at = [](const Activation&, double x) {
    return std::exp(-x * x) * (2.0 / std::sqrt(pi) - 2.0 * x);
  };
  for (double q : {0.01, 1.0, 30.0, 1e4, 1e6}) {
    CAPTURE(q);
    // So close to c = -1 the gap can rise by 3e-16 q kappa_dot at most.
    const double beside = std::nextafter(2.0, 0.0);
    CHECK(covariance_gap(phi, q, beside) == close(covariance_gap(phi, q, 2.0), 1e-12));
    // E[phi(u)] = E[exp(-u^2)], so that kappa(0) is known.
    const double uncorrelated = second_moment(phi, q) - 1.0 / (1.0 + 2.0 * q);
    CHECK(covariance_gap(phi, q, 1.0) == close(uncorrelated, 1e-13));
  }
}

TEST_CASE("quadrature scales with q where phi is its tangent") {
  for (const char* name : {"tanh", "erf"}) {
    const Activation generic = without_closed_forms(name);
    const double slope = generic.derivative(0.0) * generic.derivative(0.0);
    for (double q : {1e-29, 1e-35, 1e-200, 1e-307}) {
      CHECK(second_moment(generic, q) == close(slope * q, 1e-14));
      CHECK(covariance_gap(generic, q, 0.3) == close(slope * 0.3 * q, 1e-14));
      CHECK(slope_covariance(generic, q, 0.3) == close(slope, 1e-14));
    }
    CHECK(second_moment(generic, 0.0) == 0.0);
    CHECK(covariance_gap(generic, 0.0, 0.3) == 0.0);
    CHECK(slope_moment(generic, 0.0) == close(slope, 1e-14));
    CHECK(growth_moment(generic, 0.0) == close(slope, 1e-14));
  }
}

TEST_CASE("closed forms of ReLU agree with integration over the circle") {
  const Activation& relu = named("relu");
  for (double d = 1e-14; d < 2.0; d *= 1.9) {
    CAPTURE(d);
    CHECK(covariance_gap(relu, 3.0, d) == close(relu_gap_by_integration(3.0, d), 3e-10));
  }
  CHECK(covariance_gap(relu, 3.0, 1.0) == close(1.5 - 1.5 / pi, 1e-15));
  CHECK(covariance_gap(relu, 3.0, 2.0) == close(1.5, 1e-15));
  CHECK(slope_covariance(relu, 3.0, 1.0) == close(0.25, 1e-15));
  CHECK(slope_covariance(relu, 3.0, 0.0) == 0.5);
}

TEST_CASE("the gap of ReLU and erf keeps its digits as d goes to 0") {
  for (double d = 1e-300; d < 1e-13; d *= 1e7) {
    CAPTURE(d);
    const double relu = 0.5 * d - std::sqrt(8.0 * d) * d / (6.0 * pi);
    CHECK(covariance_gap(named("relu"), 1.0, d) == close(relu, 1e-14));
    CHECK(covariance_gap(named("erf"), 1.0, d) == close(4.0 / (pi * std::sqrt(5.0)) * d, 1e-12));
  }
}

TEST_CASE("the gap falls with its slope: d gap / dd = q kappa_dot") {
  for (const Activation& phi : activations()) {
    for (double q : {0.1, 1.0, 12.0}) {
      for (double d : {0.01, 0.4, 1.3}) {
        const std::string name = phi.name;
        CAPTURE(name);
        CAPTURE(q);
        CAPTURE(d);
        const double h = 1e-4 * d / (1.0 + q * d);  // sin decays as exp(-q d)
        const double slope =
            (covariance_gap(phi, q, d + h) - covariance_gap(phi, q, d - h)) / (2.0 * h);
        CHECK(slope == close(q * slope_covariance(phi, q, d), 1e-7));
      }
    }
  }
}

TEST_CASE("expectations reduce to moments at c = 1, c = 0 and c = -1") {
  for (const Activation& phi : activations()) {
    for (double q : {0.2, 5.0}) {
      const std::string name = phi.name;
      CAPTURE(name);
      CAPTURE(q);
      CHECK(covariance_gap(phi, q, 0.0) == 0.0);
      CHECK(slope_covariance(phi, q, 0.0) == close(slope_moment(phi, q), 1e-14));
      if (phi.odd) {
        CHECK(covariance_gap(phi, q, 1.0) == close(second_moment(phi, q), 1e-14));
        CHECK(covariance_gap(phi, q, 2.0) == close(2.0 * second_moment(phi, q), 1e-14));
      }
    }
  }
}

TEST_CASE("quadrature agrees with every closed form, smooth or with kinks") {
  for (const Activation& phi : activations()) {
    if (phi.closed == nullptr) continue;
    Activation generic = phi;
    generic.closed = nullptr;
    const std::string name = phi.name;
    CAPTURE(name);
    for (double q : {1e-6, 1e-3, 0.1, 1.0, 7.0, 30.0, 100.0}) {
      CAPTURE(q);
      const double scale = second_moment(phi, q);
      CHECK(std::abs(mean(generic, q) - mean(phi, q)) <= 1e-14 * std::sqrt(scale));
      CHECK(second_moment(generic, q) == close(scale, 1e-14));
      CHECK(slope_moment(generic, q) == close(slope_moment(phi, q), 1e-14));
      CHECK(std::abs(growth_moment(generic, q) - growth_moment(phi, q)) <= 3e-15);
      for (double d : {1e-12, 1e-6, 1e-5, 1e-3, 0.03, 0.3, 1.0, 1.5, 1.99, 1.999999, 2.0}) {
        CAPTURE(d);
        const double gap = covariance_gap(phi, q, d);
        // abs is even: its gap vanishes towards d = 2, where only its absolute size can be had
        const double smallest = d < 1.9 ? 0.0 : 1e-15 * scale;
        CHECK(std::abs(covariance_gap(generic, q, d) - gap) <= 1e-13 * gap + smallest);
        CHECK(std::abs(slope_covariance(generic, q, d) - slope_covariance(phi, q, d)) <= 1e-14);
      }
    }
  }
}

TEST_CASE("pairs of activations with kinks match 18-digit values") {
  // gap relative to itself, from integrals over v in closed form and over u in 25 digits
  const igb::test::Table table("kinked_pairs.csv");
  REQUIRE(table.size() == 78);
  for (std::size_t row = 0; row < table.size(); ++row) {
    const Activation& phi = named(table.text(row, "activation"));
    const double q = table.number(row, "q");
    const double d = table.number(row, "d");
    CAPTURE(table.text(row, "activation"));
    CAPTURE(q);
    CAPTURE(d);
    CHECK(covariance_gap(phi, q, d) == close(table.number(row, "gap"), 1e-13));
    CHECK(std::abs(slope_covariance(phi, q, d) - table.number(row, "kappa_dot")) <= 1e-14);
  }
}

TEST_CASE("the gap of GELU and sin keeps its digits at large q and small d") {
  // 2 gap / (q d) tends to 2 E[phi'^2]: by its expansion in 1 / q for GELU
  for (double q : {1e6, 1e12, 1e20}) {
    CAPTURE(q);
    const double d = 1e-9 / q;
    CHECK(covariance_gap(named("gelu"), q, d) ==
          close(q * d * slope_moment(named("gelu"), q), 1e-9));
  }
  for (double d : {1e-200, 1e-30, 1e-18}) {
    CHECK(covariance_gap(named("sin"), 2.0, d) ==
          close(2.0 * d * slope_moment(named("sin"), 2.0), 1e-15));
    CHECK(covariance_gap(named("gelu"), 2.0, d) ==
          close(2.0 * d * slope_moment(named("gelu"), 2.0), 1e-14));
  }
}

TEST_CASE("covariances of two variances: closed forms, quadrature and gap agree") {
  for (const Activation& phi : activations()) {
    Activation generic = phi;
    generic.closed = nullptr;
    const std::string name = phi.name;
    CAPTURE(name);
    for (double q_a : {1e-6, 2.0, 100.0}) {
      CAPTURE(q_a);
      const double moment = second_moment(phi, q_a);
      for (double c : {-1.0, -0.9999, 0.0, 0.3, 1.0}) {
        CAPTURE(c);
        const double kappa = moment - covariance_gap(phi, q_a, 1.0 - c);
        CHECK(std::abs(covariance(phi, q_a, q_a, c) - kappa) <= 1e-13 * moment);
        for (double q_b : {0.01, 60.0}) {
          CAPTURE(q_b);
          const double scale = std::sqrt(moment * second_moment(phi, q_b));
          const double expected = covariance(phi, q_a, q_b, c);
          CHECK(std::abs(covariance(generic, q_a, q_b, c) - expected) <= 1e-13 * scale);
          CHECK(std::abs(covariance(phi, q_b, q_a, c) - expected) <= 1e-13 * scale);
        }
      }
    }
    const double at_zero = phi.value(0.0);
    CHECK(covariance(phi, 0.0, 2.0, 0.5) == close(at_zero * mean(phi, 2.0), 1e-12));
  }
}

TEST_CASE("pairs of large variance agree with the closed forms, bounded or not") {
  for (const std::string name : {"erf", "gelu", "relu", "leaky_relu", "abs"}) {
    const Activation& closed = named(name);
    const Activation generic = without_closed_forms(name);
    CAPTURE(name);
    for (double q = 50.0; q < 2e30; q *= 7.3) {
      CAPTURE(q);
      for (const double d : {1e-13, 1e-8, 1e-4, 0.02, 0.3, 1.0, 1.7}) {
        CAPTURE(d);
        if (q * d < 40.0) continue;  // differences of phi far out have fewer digits
        CHECK(covariance_gap(generic, q, d) == close(covariance_gap(closed, q, d), 2e-14));
        const double slope = slope_covariance(closed, q, d);
        const double smallest = closed.bounded ? 0.0 : 1e-15;  // of abs vanishes at d = 1
        CHECK(std::abs(slope_covariance(generic, q, d) - slope) <=
              5e-14 * std::abs(slope) + smallest);
      }
    }
  }
}

TEST_CASE("a stretched activation has the stretched expectations, also where it bends far out") {
  // s phi(x / s): gap s^2 gap(q / s^2), kappa_dot(q / s^2)
  for (const std::string name : {"tanh", "silu", "elu", "hard_tanh"}) {
    const Activation& phi = named(name);
    CAPTURE(name);
    for (const double s : {3.0, 4.0, 20.0, 50.0}) {
      CAPTURE(s);
      const auto stretched = [&](double x) -> Jet {
        return {s * phi.value(x / s), phi.derivative(x / s), phi.second_derivative(x / s) / s};
      };
      std::vector<double> kinks;
      for (const double kink : phi.kinks) kinks.push_back(s * kink);
      Activation wide = make_activation("stretched", stretched, kinks);
      wide.odd = phi.odd;
      wide.bounded = phi.bounded;
      for (const double q : {20.0, 50.0, 150.0, 1e4, 1e6}) {
        CAPTURE(q);
        for (const double d : {1e-4, 3e-4, 0.03, 0.5, 1.0, 1.6}) {
          CAPTURE(d);
          CHECK(covariance_gap(wide, s * s * q, d) ==
                close(s * s * covariance_gap(phi, q, d), 1e-13));
          CHECK(slope_covariance(wide, s * s * q, d) == close(slope_covariance(phi, q, d), 1e-13));
        }
      }
    }
  }
}

TEST_CASE("pairs of large variance cost no more than some hundred evaluations") {
  for (const std::string name :
       {"tanh", "sigmoid", "softplus", "elu", "selu", "silu", "hard_tanh"}) {
    const Activation& phi = named(name);
    long evaluations = 0;
    const auto counting = [&](double x) -> Jet {
      ++evaluations;
      return {phi.value(x), phi.derivative(x), phi.second_derivative(x)};
    };
    Activation counted = make_activation("counted", counting, phi.kinks);
    counted.odd = phi.odd;
    counted.bounded = phi.bounded;
    CAPTURE(name);
    for (const double q : {200.0, 1e6, 1e20}) {
      CAPTURE(q);
      evaluations = 0;
      CHECK(covariance_gap(counted, q, 0.4) > 0.0);
      CHECK(slope_covariance(counted, q, 0.4) > 0.0);
      CHECK(evaluations < 20000);
    }
  }
}

TEST_CASE("activations of no closed form have expectations at any variance") {
  for (const char* name : {"sigmoid", "softplus", "elu", "selu", "silu", "hard_tanh"}) {
    const Activation& phi = named(name);
    CAPTURE(name);
    for (double q : {1e-300, 1e-20, 1e4, 1e12}) {
      CAPTURE(q);
      for (double d : {1e-15, 1e-3, 1.0, 2.0}) {
        CAPTURE(d);
        const double gap = covariance_gap(phi, q, d);
        // between the slopes' smallest and largest possible mean
        CHECK(gap >= 0.0);
        CHECK(gap <= q * d * slope_moment(phi, q) * (1.0 + 1e-12));
        CHECK(slope_covariance(phi, q, d) <= slope_moment(phi, q) * (1.0 + 1e-12));
      }
    }
  }
}
