// expression_fuzz [cases [seed]]: random and mutated texts, read by the engine and by the reference
// of tests/support. Both must take the same texts; values must agree wherever double precision
// resolves them, derivatives with differences of the reference in long double.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "fuzz/random.hpp"
#include "igb/expression.hpp"
#include "support/reference_expression.hpp"

namespace {

using igb::Jet;
using igb::Status;
using igb::StatusCode;
using igb::test::Choices;
using Real = long double;
using Precise = igb::test::ReferenceExpression<Real>;
using Plain = igb::test::ReferenceExpression<double>;

const std::string alphabet[] = {
    "x", "1", "2.5", ".1",   "3e-2", "pi",    "e",    "+",   "-", "*",    "/",   "^",  "(",   ")",
    ",", " ", "abs", "sin(", "min(", "tanh(", "log(", "1e9", "y", "relu", "1.e", "..", "\xC3"};

class Writer {
 public:
  explicit Writer(Choices& choices) : choices_(choices) {}

  std::string expression(int depth) {
    static const std::string leaves[] = {"x", "x", "x", "1", "2", "0.5", "1e-3", "pi", "e", "7."};
    if (depth == 0) return space() + choices_.of(leaves);
    switch (choices_.below(6)) {
      case 0:
        return expression(0);
      case 1:
        return space() + "-" + expression(depth - 1);
      case 2:
        return space() + "(" + expression(depth - 1) + space() + ")";
      case 3:
        return call(depth);
      default: {
        static const char* const operators[] = {"+", "-", "*", "/", "*", "+", "^"};
        return expression(depth - 1) + space() + choices_.of(operators) + expression(depth - 1);
      }
    }
  }

  std::string soup(std::size_t pieces) {
    std::string text;
    for (std::size_t i = 0; i < pieces; ++i) text += choices_.of(alphabet);
    return text;
  }

  std::string mutated(std::string text) {
    const std::size_t changes = 1 + choices_.below(3);
    for (std::size_t i = 0; i < changes; ++i) {
      const std::size_t at = choices_.below(text.size() + 1);
      switch (choices_.below(4)) {
        case 0:
          text.insert(at, choices_.of(alphabet));
          break;
        case 1:
          text.erase(at, 1 + choices_.below(3));
          break;
        case 2:
          if (at < text.size()) text[at] = static_cast<char>(choices_.below(256));
          break;
        default:
          text += text.substr(at, choices_.below(20));
      }
    }
    return text;
  }

 private:
  std::string call(int depth) {
    const auto functions = igb::expression_functions();
    const std::string name = functions[choices_.below(functions.size())];
    std::string text = space() + name + space() + "(" + expression(depth - 1);
    if (name == "min" || name == "max") text += space() + "," + expression(depth - 1);
    return text + space() + ")";
  }
  std::string space() { return choices_.below(4) == 0 ? " " : ""; }

  Choices& choices_;
};

struct Tally {
  int read = 0;
  int values = 0;
  int slopes = 0;
  int bends = 0;
};

bool agree(Real actual, Real expected, Real relative, Real absolute = 0) {
  return std::fabs(actual - expected) <= relative * std::fabs(expected) + absolute;
}

/// First and second differences at x, or false where two steps disagree.
bool differences(const std::string& text, Real x, Real& slope, Real& bend) {
  const auto f = [&](Real at) { return *Precise::evaluate(text, at); };
  const Real h = 1e-4L;
  const auto first = [&](Real step) { return (f(x + step) - f(x - step)) / (2 * step); };
  const auto second = [&](Real step) {
    return (f(x + step) - 2 * f(x) + f(x - step)) / (step * step);
  };
  slope = (4 * first(h / 2) - first(h)) / 3;
  bend = (4 * second(h / 2) - second(h)) / 3;
  return agree(first(h), slope, 1e-5L) && agree(second(h), bend, 1e-4L) &&
         std::isfinite(static_cast<double>(bend));
}

const char* check_values(const igb::Expression& expression, const std::string& text, double x,
                         Tally& tally) {
  const Real precise = *Precise::evaluate(text, x);
  const double plain = *Plain::evaluate(text, x);
  const double value = expression.value(x);
  const Jet jet = expression.at(x);
  const bool same = jet.value == value || (std::isnan(jet.value) && std::isnan(value));
  if (!same) return "value and derivative disagree on the value";
  if (!agree(plain, precise, 1e-13L) || !std::isfinite(plain)) return nullptr;  // ill conditioned
  ++tally.values;
  if (!agree(value, precise, 1e-11L)) return "value";

  Real slope = 0;
  Real bend = 0;
  if (!differences(text, x, slope, bend)) return nullptr;
  ++tally.slopes;
  const Real scale = std::fabs(precise) + std::fabs(slope);
  if (!agree(jet.slope, slope, 1e-6L, 1e-9L * scale)) return "slope";
  ++tally.bends;
  if (!agree(jet.bend, bend, 1e-5L, 1e-5L * scale)) return "bend";
  return nullptr;
}

/// What is wrong with the engine's reading of `text`, or null.
const char* check(const std::string& text, Choices& choices, Tally& tally) {
  static igb::Expression expression;  // the same one over and over
  const Status status = expression.parse(text);
  char buffer[600];
  if (igb::write_message(status, buffer) >= sizeof buffer) return "message too long";
  if (status.code == StatusCode::syntax) {
    const bool inside = status.value >= 1 && status.value <= static_cast<double>(text.size() + 1);
    if (!inside) return "position outside the text";
    const bool nested = std::string(status.detail).find("nesting") != std::string::npos;
    return !nested && Precise::evaluate(text, 0.5L) ? "refused, but the reference reads it"
                                                    : nullptr;
  }
  if (text.empty() || text.size() > igb::Expression::length_max) {
    return status.code == StatusCode::out_of_range ? nullptr : "length";
  }
  if (!Precise::evaluate(text, 0.5L)) return "read, but the reference refuses it";
  ++tally.read;
  for (int i = 0; i < 3; ++i) {
    const char* const wrong = check_values(expression, text, choices.uniform(-4.0, 4.0), tally);
    if (wrong != nullptr) return wrong;
  }
  if (!status.ok()) return nullptr;
  for (const double kink : expression.activation().kinks) {
    if (!(std::abs(kink) <= 100.0 * (1.0 + 1e-12))) return "kink out of reach";
  }
  return nullptr;
}

std::string some_text(Choices& choices) {
  Writer writer(choices);
  const int depth = 1 + static_cast<int>(choices.below(5));
  switch (choices.below(4)) {
    case 0:
      return writer.soup(1 + choices.below(40));
    case 1:
      return writer.mutated(writer.expression(depth));
    default:
      return writer.expression(depth);
  }
}

}  // namespace

int main(int count, char** arguments) {
  const long cases = count > 1 ? std::atol(arguments[1]) : 3000;
  Choices choices(count > 2 ? std::strtoull(arguments[2], nullptr, 10) : 1);
  Tally tally;
  for (long i = 0; i < cases; ++i) {
    const std::string text = some_text(choices);
    if (const char* const wrong = check(text, choices, tally)) {
      std::printf("case %ld: %s: '%s'\n", i, wrong, text.c_str());
      return 1;
    }
  }
  std::printf("%ld texts, %d read; %d values, %d slopes, %d second derivatives compared\n", cases,
              tally.read, tally.values, tally.slopes, tally.bends);
  return tally.read > cases / 4 && tally.bends > cases / 8 ? 0 : 1;  // or nothing was tested
}
