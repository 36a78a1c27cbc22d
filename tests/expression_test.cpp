// Expressions as activations: what they mean, what is found out about them, what is refused where.
#include "igb/expression.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "igb/expectation.hpp"
#include "igb/mean_field.hpp"
#include "support/close.hpp"

using namespace igb;
using igb::test::close;

namespace {

Status parse(const std::string& text) {
  Expression expression;
  return expression.parse(text);
}

/// Value of an expression without x, which is refused as an activation but read.
double constant(const std::string& text) {
  Expression expression;
  const Status status = expression.parse(text);
  CHECK_MESSAGE(status.code == StatusCode::no_solution, text);
  return expression.value(0.3);
}

std::string message(const Status& status) {
  char buffer[400];
  write_message(status, buffer);
  return buffer;
}

std::vector<double> kinks_of(const std::string& text) {
  Expression expression;
  const Status status = expression.parse(text);
  REQUIRE_MESSAGE(status.ok(), text << ": " << message(status));
  const auto kinks = expression.activation().kinks;
  return {kinks.begin(), kinks.end()};
}

constexpr double points[] = {-30.0, -3.0, -1.25, -0.7, -1e-3, 1e-3, 0.4, 1.0, 2.75, 25.0};

/// INT f(u) exp(-u^2 / 2q) du / sqrt(2 pi q) by Gauss-Legendre (5 nodes) on 8000 panels in long
/// double, split at 0: no code and no rule of the engine.
template <class Function>
double gaussian(const Function& f, double variance) {
  static constexpr long double nodes[] = {0.0L, 0.538469310105683091036314420700208805L,
                                          0.906179845938663992797626878299392965L};
  static constexpr long double weights[] = {0.568888888888888888888888888888888889L,
                                            0.478628670499366468041291514835638193L,
                                            0.236926885056189087514264040719917363L};
  constexpr int panels = 8000;
  const long double sigma = std::sqrt(static_cast<long double>(variance));
  const long double half = 12.0L * sigma / panels;
  long double sum = 0.0L;
  const auto at = [&](long double u) { return f(u) * std::exp(-u * u / (2.0L * sigma * sigma)); };
  for (int panel = -panels / 2; panel < panels / 2; ++panel) {
    const long double centre = (2.0L * panel + 1.0L) * half * 1.0L;
    sum += weights[0] * at(centre);
    for (int k = 1; k < 3; ++k) {
      sum += weights[k] * (at(centre - half * nodes[k]) + at(centre + half * nodes[k]));
    }
  }
  return static_cast<double>(sum * half /
                             (sigma * std::sqrt(2.0L * std::numbers::pi_v<long double>)));
}

}  // namespace

TEST_CASE("expressionsOfTheBuiltInActivationsEqualThem") {
  const std::pair<const char*, const char*> pairs[] = {
      {"linear", "x"}, {"relu", "max(x, 0)"}, {"tanh", "tanh(x)"}, {"erf", "erf(x)"}};
  for (const auto& [name, text] : pairs) {
    CAPTURE(name);
    Expression expression;
    REQUIRE(expression.parse(text).ok());
    const Activation& own = expression.activation();
    const Activation& built_in = *find_activation(name);
    CHECK(std::string(own.name) == text);
    CHECK(own.odd == built_in.odd);
    CHECK(own.bounded == built_in.bounded);
    CHECK(own.homogeneous == built_in.homogeneous);
    CHECK(std::equal(own.kinks.begin(), own.kinks.end(), built_in.kinks.begin(),
                     built_in.kinks.end()));
    for (const double x : points) {
      CAPTURE(x);
      CHECK(own.value(x) == built_in.value(x));
      CHECK(own.derivative(x) == close(built_in.derivative(x), 1e-15));
      CHECK(own.second_derivative(x) == close(built_in.second_derivative(x), 1e-15));
    }
  }
}

TEST_CASE("expressionDerivativesOfEveryFunctionAndOperator") {
  // Each with its derivatives by hand, in long double.
  using Real = long double;
  struct Case {
    std::string text;
    Real (*value)(Real);
    Real (*slope)(Real);
    Real (*bend)(Real);
  };
  const Case cases[] = {
      {"abs(x)", [](Real x) { return std::fabs(x); }, [](Real x) { return x < 0 ? -1.0L : 1.0L; },
       [](Real) { return 0.0L; }},
      {"x*sign(x)", [](Real x) { return std::fabs(x); },
       [](Real x) { return x < 0 ? -1.0L : 1.0L; }, [](Real) { return 0.0L; }},
      {"relu(x)", [](Real x) { return x > 0 ? x : 0.0L; },
       [](Real x) { return x > 0 ? 1.0L : 0.0L; }, [](Real) { return 0.0L; }},
      {"sqrt(1+x*x)", [](Real x) { return std::sqrt(1 + x * x); },
       [](Real x) { return x / std::sqrt(1 + x * x); },
       [](Real x) { return 1 / std::pow(1 + x * x, 1.5L); }},
      {"exp(-x)", [](Real x) { return std::exp(-x); }, [](Real x) { return -std::exp(-x); },
       [](Real x) { return std::exp(-x); }},
      {"expm1(x)", [](Real x) { return std::expm1(x); }, [](Real x) { return std::exp(x); },
       [](Real x) { return std::exp(x); }},
      {"log(2+x^2)", [](Real x) { return std::log(2 + x * x); },
       [](Real x) { return 2 * x / (2 + x * x); },
       [](Real x) { return (4 - 2 * x * x) / (2 + x * x) / (2 + x * x); }},
      {"log1p(x^2)", [](Real x) { return std::log1p(x * x); },
       [](Real x) { return 2 * x / (1 + x * x); },
       [](Real x) { return (2 - 2 * x * x) / (1 + x * x) / (1 + x * x); }},
      {"sin(x)", [](Real x) { return std::sin(x); }, [](Real x) { return std::cos(x); },
       [](Real x) { return -std::sin(x); }},
      {"cos(x)", [](Real x) { return std::cos(x); }, [](Real x) { return -std::sin(x); },
       [](Real x) { return -std::cos(x); }},
      {"tan(tanh(x)/2)", [](Real x) { return std::tan(std::tanh(x) / 2); },
       [](Real x) { return 0.5L / std::pow(std::cos(std::tanh(x) / 2) * std::cosh(x), 2.0L); },
       [](Real x) {
         const Real sech2 = 1 / (std::cosh(x) * std::cosh(x));
         const Real sec2 = 1 / std::pow(std::cos(std::tanh(x) / 2), 2.0L);
         return sec2 * sech2 * (std::tan(std::tanh(x) / 2) * sech2 / 2 - std::tanh(x));
       }},
      {"atan(x)", [](Real x) { return std::atan(x); }, [](Real x) { return 1 / (1 + x * x); },
       [](Real x) { return -2 * x / (1 + x * x) / (1 + x * x); }},
      {"sinh(x)", [](Real x) { return std::sinh(x); }, [](Real x) { return std::cosh(x); },
       [](Real x) { return std::sinh(x); }},
      {"cosh(x)", [](Real x) { return std::cosh(x); }, [](Real x) { return std::sinh(x); },
       [](Real x) { return std::cosh(x); }},
      {"asinh(x)", [](Real x) { return std::asinh(x); },
       [](Real x) { return 1 / std::sqrt(1 + x * x); },
       [](Real x) { return -x / std::pow(1 + x * x, 1.5L); }},
      {"erfc(x)", [](Real x) { return std::erfc(x); },
       [](Real x) { return -2 * std::exp(-x * x) / std::sqrt(std::numbers::pi_v<Real>); },
       [](Real x) { return 4 * x * std::exp(-x * x) / std::sqrt(std::numbers::pi_v<Real>); }},
      {"sigmoid(x)", [](Real x) { return 1 / (1 + std::exp(-x)); },
       [](Real x) { return 1 / (2 + std::exp(-x) + std::exp(x)); },
       [](Real x) { return -std::tanh(x / 2) / (2 + std::exp(-x) + std::exp(x)); }},
      {"softplus(x)", [](Real x) { return std::log1p(std::exp(x)); },
       [](Real x) { return 1 / (1 + std::exp(-x)); },
       [](Real x) { return 1 / (2 + std::exp(-x) + std::exp(x)); }},
      {"x / (1 + abs(x))", [](Real x) { return x / (1 + std::fabs(x)); },
       [](Real x) { return 1 / std::pow(1 + std::fabs(x), 2.0L); },
       [](Real x) { return -2 * std::copysign(1.0L, x) / std::pow(1 + std::fabs(x), 3.0L); }},
      {"(1 + x^2)^-0.5", [](Real x) { return std::pow(1 + x * x, -0.5L); },
       [](Real x) { return -x * std::pow(1 + x * x, -1.5L); },
       [](Real x) { return (2 * x * x - 1) * std::pow(1 + x * x, -2.5L); }},
      {"(2 + x^2)^(x/10)", [](Real x) { return std::pow(2 + x * x, x / 10); },
       [](Real x) {
         return std::pow(2 + x * x, x / 10) * (std::log(2 + x * x) + 2 * x * x / (2 + x * x)) / 10;
       },
       [](Real x) {
         const Real w = 2 + x * x;
         const Real g = (std::log(w) + 2 * x * x / w) / 10;
         const Real h = (2 * x / w + 8 * x / (w * w)) / 10;
         return std::pow(w, x / 10) * (g * g + h);
       }},
      {"min(x, 2) - max(-x, x/4)", [](Real x) { return std::fmin(x, 2.0L) - std::fmax(-x, x / 4); },
       [](Real x) { return (x < 2 ? 1.0L : 0.0L) - (x < 0 ? -1.0L : 0.25L); },
       [](Real) { return 0.0L; }},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    Expression expression;
    (void)expression.parse(c.text);  // some grow beyond what an activation may; they are read
    for (const double x : points) {
      if (std::abs(x) > 3.0) continue;  // beyond, differences of large numbers lose digits
      CAPTURE(x);
      const Jet jet = expression.at(x);
      CHECK(jet.value == expression.value(x));
      CHECK(jet.value == close(static_cast<double>(c.value(x)), 3e-15));
      CHECK(jet.slope == close(static_cast<double>(c.slope(x)), 1e-13));
      CHECK(jet.bend == close(static_cast<double>(c.bend(x)), 1e-12));
    }
  }
}

TEST_CASE("expressionPrecedenceIsThatOfMathematics") {
  CHECK(constant("2+3*4") == 14.0);
  CHECK(constant("(2+3)*4") == 20.0);
  CHECK(constant("2-3-4") == -5.0);
  CHECK(constant("16/4/2") == 2.0);
  CHECK(constant("2^3^2") == 512.0);
  CHECK(constant("-2^2") == -4.0);
  CHECK(constant("(-2)^2") == 4.0);
  CHECK(constant("2^-1") == 0.5);
  CHECK(constant("2^-2^2") == std::pow(2.0, -4.0));
  CHECK(constant("2*-3") == -6.0);
  CHECK(constant("- -3") == 3.0);
  CHECK(constant("+-+3 - -1") == -2.0);
  CHECK(constant("-3*2^2/6") == -2.0);
  CHECK(constant("min(3, max(1, 2)) * 2") == 4.0);
  CHECK(constant(" \t2\n*  e ") == 2.0 * std::numbers::e);
  CHECK(constant("pi") == std::numbers::pi);
}

TEST_CASE("expressionNumbersAreReadAsWritten") {
  for (const std::string text : {"1", "0.1", ".5", "5.", "1e3", "1E-3", "2.5e+2", "0.000123",
                                 "3.141592653589793", "123456789012345", "9e22", "1e-22", "007"}) {
    CAPTURE(text);
    CHECK(constant(text) == std::strtod(text.c_str(), nullptr));
  }
  for (const std::string text : {"1e300", "1.7976931348623157e308", "4.9e-324", "1e-310",
                                 "2.2250738585072014e-308", "0.3333333333333333333333333333333",
                                 "123456789012345678901234567890", "1e-9999", "0e9999"}) {
    CAPTURE(text);
    const double expected = std::strtod(text.c_str(), nullptr);
    const double ulp = expected - std::nextafter(expected, 0.0);
    CHECK(std::abs(constant(text) - expected) <= 2.0 * ulp);
  }
}

TEST_CASE("expressionErrorsNamePositionAndWhatWasExpected") {
  struct Case {
    std::string text;
    double position;
    const char* part;  ///< of the message
  };
  const Case cases[] = {
      {" ", 2, "expected a number, x"},
      {"x+", 3, "expected a number, x"},
      {"x+*2", 3, "expected a number, x"},
      {"()", 2, "expected a number, x"},
      {"x)", 2, "no ')'"},
      {"2x", 2, "expected an operator"},
      {"2e", 2, "expected an operator"},
      {"2e+", 2, "expected an operator"},
      {"x x", 3, "expected an operator"},
      {"x x(", 3, "expected an operator"},
      {"(x", 3, "expected ')'"},
      {"abs(x", 6, "expected ')'"},
      {"abs x", 5, "expected '('"},
      {"abs", 4, "expected '('"},
      {"swish(x)", 1, "expected x, pi, e or one of abs sign"},
      {"1 + y", 5, "expected x, pi, e or one of"},
      {"X", 1, "expected x, pi, e or one of"},
      {"x, 2", 2, "only min and max"},
      {"abs(x, 2)", 6, "only min and max"},
      {"(x, 2)", 3, "only min and max"},
      {"max(x)", 6, "expected ',' and a second argument"},
      {"max(x, 1, 2)", 9, "expected ')' after two"},
      {"max(, x)", 5, "expected a number, x"},
      {"x**2", 3, "expected a number, x"},
      {"x; 2", 2, "expected an operator"},
      {"x\xC3\xA9", 2, "expected an operator"},
      {std::string("x\0+1", 4), 2, "expected an operator"},
      {"1e309", 1, "below 1.8e308"},
      {".", 1, "expected a number, x"},
      {"1.2.3", 4, "expected an operator"},
      {std::string(33, '(') + "x", 33, "less nesting"},
      {std::string(33, '-') + "x", 33, "less nesting"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    const Status status = parse(c.text);
    CHECK(status.code == StatusCode::syntax);
    CHECK(std::string(status.parameter) == "expression");
    CHECK(status.value == c.position);
    CAPTURE(message(status));
    CHECK(message(status).find(c.part) != std::string::npos);
  }
  CHECK(message(parse("x+")) ==
        "expression, character 3: expected a number, x, pi, e, a function or '('");
}

TEST_CASE("expressionLimitsAreReachableAndKept") {
  CHECK(parse(std::string(32, '(') + "x" + std::string(32, ')')).ok());
  std::string longest = "x";
  while (longest.size() < Expression::length_max) longest += "+x";
  CHECK(longest.size() == 255);
  Expression expression;
  CHECK(expression.parse(longest).ok());
  CHECK(expression.value(0.5) == 64.0);
  std::string numbers = "1";
  while (numbers.size() < Expression::length_max - 2) numbers += "+1";
  CHECK(constant(numbers) == 127.0);
  for (const std::size_t length : {std::size_t{0}, std::size_t{256}, std::size_t{100000}}) {
    const Status status = parse(std::string(length, 'x'));
    CHECK(status.code == StatusCode::out_of_range);
    CHECK(std::string(status.parameter) == "expression_length");
    CHECK(status.high == 255.0);
  }
}

TEST_CASE("expressionFactsAreFound") {
  struct Case {
    std::string text;
    bool odd;
    bool bounded;
    bool homogeneous;
  };
  const Case cases[] = {
      {"x/(1+abs(x))", true, true, false},
      {"x^3", true, false, false},
      {"x^3+1e-9", false, false, false},
      {"max(x, 0.1*x)", false, false, true},
      {"3*x", true, false, true},
      {"abs(x)", false, false, true},
      {"relu(x)", false, false, true},
      {"sqrt(x^2)", false, false, true},
      {"x*sigmoid(x)", false, false, false},
      {"x/(1+exp(-x))", false, false, false},
      {"sigmoid(x)-1/2", true, true, false},
      {"sin(x)", true, true, false},
      {"sin(x)+0.1*x", true, false, false},
      {"log(1+abs(x))", false, false, false},
      {"sign(x)*log(1+log(1+abs(x)))", true, false, false},
      {"exp(-x^2)", false, true, false},
      {"exp(x)", false, false, false},
      {"tanh(exp(x))", false, true, false},
      {"atan(exp(x))", false, true, false},
      {"min(1, max(-1, x))", true, true, false},
      {"softplus(x)", false, false, false},
      {"asinh(x)", true, false, false},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    Expression expression;
    const Status status = expression.parse(c.text);
    REQUIRE_MESSAGE(status.ok(), message(status));
    CHECK(expression.activation().odd == c.odd);
    CHECK(expression.activation().bounded == c.bounded);
    CHECK(expression.activation().homogeneous == c.homogeneous);
  }
}

TEST_CASE("expressionKinksAreLocatedToTheLastDigit") {
  using List = std::vector<double>;
  CHECK(kinks_of("tanh(x)^2") == List{});
  CHECK(kinks_of("x/(1+x^2)") == List{});
  CHECK(kinks_of("x/(1+abs(x))") == List{0.0});
  CHECK(kinks_of("max(x, 0.1*x)") == List{0.0});
  CHECK(kinks_of("min(1, max(-1, x))") == List{-1.0, 1.0});
  CHECK(kinks_of("relu(x - 0.1) + abs(x - 97)") == List{0.1, 97.0});
  CHECK(kinks_of("sqrt(x^2)") == List{0.0});
  CHECK(kinks_of("abs(x)^1.5") == List{0.0});
  CHECK(kinks_of("abs(relu(x))") == List{0.0});
  CHECK(kinks_of("max(exp(-x^2), 1e-300)").size() == 2);

  const List third = kinks_of("abs(3*x - 1)");
  REQUIRE(third.size() == 1);
  CHECK(third[0] == close(1.0 / 3.0, 2e-16));
  const List touching = kinks_of("sqrt((x - 1/3)^2)");  // no change of sign
  REQUIRE(touching.size() == 1);
  CHECK(touching[0] == close(1.0 / 3.0, 2e-16));
  const List pair = kinks_of("max((x - 50.3)^2, 1e-6)");  // 0.002 apart, between two points
  REQUIRE(pair.size() == 2);
  CHECK(pair[0] == close(50.299, 1e-12));
  CHECK(pair[1] == close(50.301, 1e-12));
  const List waves = kinks_of("x + abs(sin(x))");
  REQUIRE(waves.size() == 63);
  for (int k = -31; k <= 31; ++k) {
    CHECK(waves[static_cast<std::size_t>(k + 31)] == close(k * std::numbers::pi, 1e-15));
  }
}

TEST_CASE("expressionsThatAreNoActivationAreRefused") {
  struct Case {
    std::string text;
    StatusCode code;
    const char* part;
  };
  const Case cases[] = {
      {"1/x", StatusCode::non_finite, "phi is not finite at x = 0"},
      {"log(x)", StatusCode::non_finite, "phi is not finite at x = -100"},
      {"sqrt(x)", StatusCode::non_finite, "phi is not finite at x = -100"},
      {"x^0.5", StatusCode::non_finite, "phi is not finite at x = -100"},
      {"1/(x - 1/3)", StatusCode::non_finite, "phi' is not finite at x = 0.3333333333"},
      {"1/(x^2 - 2*x/3 + 1/9)", StatusCode::non_finite, "at x = 0.3333333333"},
      {"(x - 0.3)^-2", StatusCode::non_finite, "phi' is not finite at x = 0.3"},
      {"tan(x/50)", StatusCode::non_finite, "phi' is not finite at x = -78.539816"},
      {"sqrt(abs(x))", StatusCode::non_finite, "phi' is not finite at x = 0"},
      {"sqrt(abs(x-1/3))", StatusCode::non_finite, "phi' is not finite at x = 0.33333"},
      {"sign(x)", StatusCode::non_finite, "phi jumps, so that phi' is not finite, at x = 0"},
      {"x + 1e-6*sign(x - 0.5)", StatusCode::non_finite, "jumps"},
      {"log(1 + exp(x))", StatusCode::non_finite, "overflows inside"},
      {"(exp(x)-exp(-x))/(exp(x)+exp(-x))", StatusCode::non_finite, "phi is not a number at x ="},
      {"exp(x^2)", StatusCode::non_finite, "phi is not finite at x = -100"},
      {"3", StatusCode::no_solution, "constant"},
      {"0*x", StatusCode::no_solution, "constant"},
      {"x - x", StatusCode::no_solution, "constant"},
      {"abs(sin(2*x))", StatusCode::out_of_range, "kinks = 127"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    const Status status = parse(c.text);
    CHECK(status.code == c.code);
    CAPTURE(message(status));
    CHECK(message(status).find(c.part) != std::string::npos);
  }
}

TEST_CASE("expressionSaturatesInsteadOfLosingItsDerivative") {
  Expression expression;
  REQUIRE(expression.parse("x/(1+exp(-x))").ok());
  const Jet left = expression.at(-1000.0);
  CHECK(left.value == 0.0);
  CHECK(left.slope == 0.0);
  CHECK(left.bend == 0.0);
  CHECK(expression.at(1e15).slope == 1.0);
}

TEST_CASE("expressionMayBeReadAgain") {
  Expression expression;
  REQUIRE(expression.parse("abs(x) + 17").ok());
  REQUIRE(!expression.parse("x +").ok());
  REQUIRE(expression.parse("tanh(x)").ok());
  CHECK(expression.activation().kinks.empty());
  CHECK(expression.value(0.5) == std::tanh(0.5));
}

TEST_CASE("makeActivationTakesACallable") {
  const auto softsign = [](double x) -> Jet {
    const double r = 1.0 / (1.0 + std::abs(x));
    return {x * r, r * r, -2.0 * std::copysign(r * r * r, x)};
  };
  constexpr double kinks[] = {0.0};
  Activation phi = make_activation("softsign", softsign, kinks);
  REQUIRE(find_facts(phi).ok());
  CHECK(std::string(phi.name) == "softsign");
  CHECK(phi.odd);
  CHECK(phi.bounded);
  CHECK(!phi.homogeneous);
  CHECK(phi.kernel == -1);
  CHECK(phi.value(3.0) == close(0.75, 1e-15));
  CHECK(phi.derivative(3.0) == close(1.0 / 16.0, 1e-15));
  CHECK(phi.second_derivative(-1.0) == close(0.25, 1e-15));

  constexpr double repeated[] = {1.0, 1.0};
  phi.kinks = repeated;
  CHECK(std::string(find_facts(phi).parameter) == "kink (repeated)");
  constexpr double unordered[] = {1.0, 0.0};
  phi.kinks = unordered;
  CHECK(std::string(find_facts(phi).parameter) == "kink");
  constexpr double infinite[] = {INFINITY};
  phi.kinks = infinite;
  CHECK(std::string(find_facts(phi).parameter) == "kink");
}

TEST_CASE("expressionMeanFieldEqualsAnIndependentIntegral") {
  struct Case {
    std::string text;
    long double (*value)(long double);
    long double (*slope)(long double);
  };
  const Case cases[] = {
      {"atan(x) + 0.2", [](long double x) { return std::atan(x) + 0.2L; },
       [](long double x) { return 1 / (1 + x * x); }},
      {"tanh(x)^2 - x/2", [](long double x) { return std::tanh(x) * std::tanh(x) - x / 2; },
       [](long double x) { return 2 * std::tanh(x) / (std::cosh(x) * std::cosh(x)) - 0.5L; }},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    Expression expression;
    REQUIRE(expression.parse(c.text).ok());
    const Activation& phi = expression.activation();
    for (const double q : {0.01, 1.0, 7.0, 100.0}) {
      CAPTURE(q);
      const auto square = [&](long double u) { return c.value(u) * c.value(u); };
      const auto slopes = [&](long double u) { return c.slope(u) * c.slope(u); };
      CHECK(second_moment(phi, q) == close(gaussian(square, q), 1e-11));
      CHECK(slope_moment(phi, q) == close(gaussian(slopes, q), 1e-11));
    }
  }
}
