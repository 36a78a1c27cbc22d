#include "igb/expression.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "jet.hpp"
#include "probe.hpp"

namespace igb {
namespace {

using Instruction = Expression::Instruction;

enum class Operation : std::uint8_t {
  constant,
  variable,
  negate,
  add,
  subtract,
  multiply,
  divide,
  power,
  first_function,
  abs = first_function,
  sign,
  relu,
  sqrt,
  exp,
  expm1,
  log,
  log1p,
  sin,
  cos,
  tan,
  atan,
  sinh,
  cosh,
  tanh,
  asinh,
  erf,
  erfc,
  sigmoid,
  softplus,
  min,
  max,
};

constexpr std::array<const char*, 22> functions{
    "abs",  "sign", "relu", "sqrt", "exp",   "expm1", "log",  "log1p",   "sin",      "cos", "tan",
    "atan", "sinh", "cosh", "tanh", "asinh", "erf",   "erfc", "sigmoid", "softplus", "min", "max"};
static_assert(functions.size() == static_cast<std::size_t>(Operation::max) + 1 -
                                      static_cast<std::size_t>(Operation::first_function));

constexpr bool is_binary(Operation op) {
  return (op >= Operation::add && op <= Operation::power) || op >= Operation::min;
}
constexpr bool is_leaf(Operation op) { return op <= Operation::variable; }

// ---- values and derivatives
// ----------------------------------------------------------------------

double sigmoid(double v) {
  const double e = std::exp(-std::abs(v));
  return (v >= 0.0 ? 1.0 : e) / (1.0 + e);
}

/// sigma (1 - sigma), also where sigma rounds to 1.
double sigmoid_slope(double v) {
  const double e = std::exp(-std::abs(v));
  return e / ((1.0 + e) * (1.0 + e));
}

double value_of(Operation op, double v) {
  switch (op) {
    case Operation::negate:
      return -v;
    case Operation::abs:
      return std::abs(v);
    case Operation::sign:
      return v > 0.0 ? 1.0 : v < 0.0 ? -1.0 : v;
    case Operation::relu:
      return v <= 0.0 ? 0.0 : v;
    case Operation::sqrt:
      return std::sqrt(v);
    case Operation::exp:
      return std::exp(v);
    case Operation::expm1:
      return std::expm1(v);
    case Operation::log:
      return std::log(v);
    case Operation::log1p:
      return std::log1p(v);
    case Operation::sin:
      return std::sin(v);
    case Operation::cos:
      return std::cos(v);
    case Operation::tan:
      return std::tan(v);
    case Operation::atan:
      return std::atan(v);
    case Operation::sinh:
      return std::sinh(v);
    case Operation::cosh:
      return std::cosh(v);
    case Operation::tanh:
      return std::tanh(v);
    case Operation::asinh:
      return std::asinh(v);
    case Operation::erf:
      return std::erf(v);
    case Operation::erfc:
      return std::erfc(v);
    case Operation::sigmoid:
      return sigmoid(v);
    case Operation::softplus:
      return std::log1p(std::exp(-std::abs(v))) + (v > 0.0 ? v : 0.0);
    default:
      return std::numeric_limits<double>::quiet_NaN();
  }
}

/// f, f', f'' at v, f being `value` there.
Jet derivatives_of(Operation op, double v, double value) {
  switch (op) {
    case Operation::negate:
      return {value, -1.0, 0.0};
    case Operation::abs:
      return {value, v >= 0.0 ? 1.0 : -1.0, 0.0};
    case Operation::relu:
      return {value, v > 0.0 ? 1.0 : 0.0, 0.0};
    case Operation::sqrt:
      return {value, 0.5 / value, -0.25 / (value * v)};
    case Operation::exp:
      return {value, value, value};
    case Operation::expm1:
      return {value, std::exp(v), std::exp(v)};
    case Operation::log:
      return {value, 1.0 / v, -1.0 / v / v};
    case Operation::log1p:
      return {value, 1.0 / (1.0 + v), -1.0 / (1.0 + v) / (1.0 + v)};
    case Operation::sin:
      return {value, std::cos(v), -value};
    case Operation::cos:
      return {value, -std::sin(v), -value};
    case Operation::tan: {
      const double slope = 1.0 + value * value;
      return {value, slope, 2.0 * value * slope};
    }
    case Operation::atan: {
      const double slope = 1.0 / (1.0 + v * v);
      return {value, slope, -2.0 * saturated(saturated(v, slope), slope)};
    }
    case Operation::sinh:
      return {value, std::cosh(v), value};
    case Operation::cosh:
      return {value, std::sinh(v), value};
    case Operation::tanh: {
      const double slope = 4.0 * sigmoid_slope(2.0 * v);
      return {value, slope, -2.0 * value * slope};
    }
    case Operation::asinh: {
      const double slope = 1.0 / std::hypot(1.0, v);
      return {value, slope, -saturated(v, slope * slope * slope)};
    }
    case Operation::erf:
    case Operation::erfc: {
      const double sign = op == Operation::erf ? 1.0 : -1.0;
      const double slope = sign * 2.0 * std::numbers::inv_sqrtpi * std::exp(-v * v);
      return {value, slope, -2.0 * saturated(v, slope)};
    }
    case Operation::sigmoid: {
      const double slope = sigmoid_slope(v);
      return {value, slope, -std::tanh(0.5 * v) * slope};
    }
    case Operation::softplus:
      return {value, sigmoid(v), sigmoid_slope(v)};
    default:
      return {value, 0.0, 0.0};  // sign
  }
}

double apply(Operation op, double v) { return value_of(op, v); }

Jet apply(Operation op, const Jet& u) {
  return chain(u, derivatives_of(op, u.value, value_of(op, u.value)));
}

double power(double a, double b) { return std::pow(a, b); }

Jet power(const Jet& a, const Jet& b) {
  const double p = b.value;
  const double value = std::pow(a.value, p);
  if (b.slope == 0.0 && b.bend == 0.0) {
    const double slope = p == 0.0 ? 0.0 : p * std::pow(a.value, p - 1.0);
    const double bend = p == 0.0 || p == 1.0 ? 0.0 : p * (p - 1.0) * std::pow(a.value, p - 2.0);
    return chain(a, {value, slope, bend});
  }
  const Jet logarithm = apply(Operation::log, a);
  return chain(b * logarithm, {value, value, value});
}

double first_of(double a) { return a; }
double first_of(const Jet& a) { return a.value; }

template <class Number>
Number apply(Operation op, const Number& a, const Number& b) {
  switch (op) {
    case Operation::add:
      return a + b;
    case Operation::subtract:
      return a - b;
    case Operation::multiply:
      return a * b;
    case Operation::divide:
      return a / b;
    case Operation::power:
      return power(a, b);
    case Operation::min:
      return std::isnan(first_of(a)) || first_of(a) < first_of(b) ? a : b;
    default:  // max
      return std::isnan(first_of(a)) || first_of(a) > first_of(b) ? a : b;
  }
}

double variable(double x, double /*like*/) { return x; }
Jet variable(double x, const Jet& /*like*/) { return {x, 1.0, 0.0}; }
double constant(double x, double /*like*/) { return x; }
Jet constant(double x, const Jet& /*like*/) { return {x, 0.0, 0.0}; }

// ---- kinks
// ---------------------------------------------------------------------------------------

/// What crosses zero where the operation is not smooth.
constexpr bool has_edge(Operation op) {
  switch (op) {
    case Operation::divide:
    case Operation::power:
    case Operation::abs:
    case Operation::sign:
    case Operation::relu:
    case Operation::sqrt:
    case Operation::tan:
    case Operation::min:
    case Operation::max:
      return true;
    default:
      return false;
  }
}

bool is_smooth_power(const Jet& exponent) {
  const double p = exponent.value;
  return exponent.slope == 0.0 && exponent.bend == 0.0 && p >= 0.0 && p == std::floor(p);
}

Jet edge_of(Operation op, const Jet& a, const Jet& b) {
  switch (op) {
    case Operation::divide:
      return b;
    case Operation::min:
    case Operation::max:
      return a - b;
    case Operation::tan:
      return apply(Operation::cos, a);
    case Operation::power:
      return is_smooth_power(b) ? Jet{1.0, 0.0, 0.0} : a;
    default:
      return a;
  }
}

}  // namespace

/// The instructions of an expression, to be run.
struct ExpressionProgram {
  const Expression& expression;

  [[nodiscard]] std::span<const Instruction> instructions() const {
    return std::span(expression.program_).first(expression.size_);
  }

  /// phi(x); look(i, a, b) sees the operands of instruction i (b: of two).
  template <class Number, class Look>
  [[nodiscard]] Number run(double x, const Look& look) const {
    constexpr Number zero{};
    std::array<Number, Expression::nesting_max + 1> stack;
    std::size_t top = 0;
    std::size_t index = 0;
    for (const Instruction& instruction : instructions()) {
      const auto op = static_cast<Operation>(instruction.operation);
      if (op == Operation::constant) {
        stack[top++] = constant(expression.constants_[instruction.constant], zero);
      } else if (op == Operation::variable) {
        stack[top++] = variable(x, zero);
      } else if (is_binary(op)) {
        --top;
        look(index, stack[top - 1], stack[top]);
        stack[top - 1] = apply(op, stack[top - 1], stack[top]);
      } else {
        look(index, stack[top - 1], zero);
        stack[top - 1] = apply(op, stack[top - 1]);
      }
      ++index;
    }
    return stack[0];
  }

  [[nodiscard]] Operation operation(std::size_t index) const {
    return static_cast<Operation>(expression.program_[index].operation);
  }

  /// The edge of instruction `index` at x.
  [[nodiscard]] Jet edge(std::size_t index, double x) const {
    Jet found{};
    (void)run<Jet>(x, [&](std::size_t i, const Jet& a, const Jet& b) {
      if (i == index) found = edge_of(operation(i), a, b);
    });
    return found;
  }
};

namespace {

/// Zeros of the edges of all instructions, ascending, without repetition.
class KinkFinder {
 public:
  KinkFinder(const ExpressionProgram& program, std::span<double> kinks)
      : program_(program), kinks_(kinks) {}

  /// Their number, more than there is room for if there are.
  std::size_t run() {
    probe(near_probe(-near_probes), before_);
    for (int i = -near_probes + 1; i <= near_probes; ++i) {
      const double left = near_probe(i - 1);
      const double right = near_probe(i);
      probe(right, here_);
      for (std::size_t k = 0; k < program_.instructions().size(); ++k) {
        if (has_edge(program_.operation(k))) look_between(k, left, right);
      }
      before_ = here_;
    }
    std::sort(kinks_.begin(), kinks_.begin() + static_cast<std::ptrdiff_t>(stored()));
    return count_;
  }

 private:
  struct Edge {
    double value;
    double slope;
  };
  using Edges = std::array<Edge, Expression::length_max>;

  [[nodiscard]] std::size_t stored() const { return std::min(count_, kinks_.size()); }

  void probe(double x, Edges& edges) {
    (void)program_.run<Jet>(x, [&](std::size_t i, const Jet& a, const Jet& b) {
      if (!has_edge(program_.operation(i))) return;
      const Jet edge = edge_of(program_.operation(i), a, b);
      edges[i] = {edge.value, edge.slope};
    });
  }

  void look_between(std::size_t k, double left, double right) {
    const auto value = [&](double x) { return program_.edge(k, x).value; };
    const auto slope = [&](double x) { return program_.edge(k, x).slope; };
    const Edge& a = before_[k];
    const Edge& b = here_[k];
    if (a.value == 0.0 || b.value == 0.0) {
      if (a.value != b.value) add(a.value == 0.0 ? left : right);
      return;
    }
    if (std::signbit(a.value) != std::signbit(b.value)) return add(bisect(value, left, right));
    if (std::signbit(a.slope) == std::signbit(b.slope)) return;
    const double extremum = bisect(slope, left, right);
    const double there = value(extremum);
    const double negligible = 1e-9 * std::max(std::abs(a.value), std::abs(b.value));
    if (std::abs(there) <= negligible) return add(extremum);
    if (std::signbit(there) == std::signbit(a.value)) return;
    add(bisect(value, left, extremum));
    add(bisect(value, extremum, right));
  }

  /// Where f changes its sign, to the last digit.
  template <class Function>
  static double bisect(const Function& f, double a, double b) {
    const bool sign_a = std::signbit(f(a));
    for (;;) {
      const double middle = 0.5 * (a + b);
      if (!(a < middle && middle < b)) return std::abs(f(a)) <= std::abs(f(b)) ? a : b;
      const double there = f(middle);
      if (there == 0.0) return middle;
      (std::signbit(there) == sign_a ? a : b) = middle;
    }
  }

  void add(double x) {
    const auto end = kinks_.begin() + static_cast<std::ptrdiff_t>(stored());
    const double same = 1e-12 * std::abs(x);
    if (std::any_of(kinks_.begin(), end, [&](double k) { return std::abs(k - x) <= same; })) return;
    if (count_ < kinks_.size()) kinks_[count_] = x;
    ++count_;
  }

  const ExpressionProgram& program_;
  std::span<double> kinks_;
  std::size_t count_ = 0;
  Edges before_{};
  Edges here_{};
};

// ---- text
// ----------------------------------------------------------------------------------------

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
constexpr bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

constexpr const char* want_operand = "expected a number, x, pi, e, a function or '('";
constexpr const char* want_operator = "expected an operator, ')' or the end";

/// How tightly an operation holds its operands.
constexpr int precedence(Operation op) {
  switch (op) {
    case Operation::add:
    case Operation::subtract:
      return 1;
    case Operation::multiply:
    case Operation::divide:
      return 2;
    case Operation::negate:
      return 3;
    default:
      return 4;
  }
}

/// digits 10^exponent.
double decimal(std::uint64_t digits, int exponent) {
  if (digits == 0) return 0.0;
  const double magnitude = std::pow(10.0, std::min(std::abs(exponent), 300));
  const double rest = std::pow(10.0, std::max(std::abs(exponent) - 300, 0));
  const auto value = static_cast<double>(digits);
  return exponent < 0 ? value / magnitude / rest : value * magnitude * rest;
}

}  // namespace

/// Operator precedence with an explicit stack of what waits for its right operand (Dijkstra's
/// shunting yard): depth and length are bounded, whatever the text.
class ExpressionParser {
 public:
  ExpressionParser(std::string_view text, Expression& result) : text_(text), result_(result) {}

  Status run() {
    result_.size_ = 0;
    result_.constant_count_ = 0;
    bool wants_operand = true;
    for (skip_space(); position_ < text_.size(); skip_space()) {
      const Status status = wants_operand ? operand(wants_operand) : after_operand(wants_operand);
      if (!status.ok()) return status;
    }
    if (wants_operand) return error(want_operand, position_);
    while (waiting_count_ > 0) {
      if (waiting_[waiting_count_ - 1].opens) {
        return error("expected ')'", position_);
      }
      emit(waiting_[--waiting_count_].operation);
    }
    return {};
  }

 private:
  /// An operation without its right operand, or a parenthesis that has not been closed.
  struct Waiting {
    Operation operation;  ///< of a parenthesis: the function, `constant` where there is none
    bool opens;
    bool has_comma;
  };

  static Status error(const char* wanted, std::size_t position) {
    return {StatusCode::syntax, "expression", static_cast<double>(position + 1), 0.0, 0.0, wanted};
  }

  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return position_ + ahead < text_.size() ? text_[position_ + ahead] : '\0';
  }

  void skip_space() {
    while (is_space(peek())) ++position_;
  }

  Status operand(bool& wants_operand) {
    const char c = peek();
    if (c == '+') {
      ++position_;
      return {};
    }
    if (c == '-' || c == '(') {
      const Status status = c == '-' ? wait({Operation::negate, false, false})
                                     : wait({Operation::constant, true, false});
      ++position_;
      return status;
    }
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) {
      wants_operand = false;
      return number();
    }
    if (is_letter(c)) return name(wants_operand);
    return error(want_operand, position_);
  }

  Status after_operand(bool& wants_operand) {
    const char c = peek();
    if (c == ')') return close();
    wants_operand = true;
    switch (c) {
      case '+':
        return binary(Operation::add);
      case '-':
        return binary(Operation::subtract);
      case '*':
        return binary(Operation::multiply);
      case '/':
        return binary(Operation::divide);
      case '^':
        return binary(Operation::power);
      case ',':
        return comma();
      default:
        return error(want_operator, position_);
    }
  }

  Status number() {
    const std::size_t start = position_;
    std::uint64_t digits = 0;
    int exponent = 0;
    bool fraction = false;
    for (;; ++position_) {
      const char c = peek();
      if (c == '.' && !fraction) {
        fraction = true;
      } else if (is_digit(c)) {
        const bool fits = digits < 100'000'000'000'000'000U;  // 10^17
        if (fits) digits = 10 * digits + static_cast<std::uint64_t>(c - '0');
        exponent += (fits ? 0 : 1) - (fraction ? 1 : 0);
      } else {
        break;
      }
    }
    if (peek() == 'e' || peek() == 'E') exponent += power_of_ten();
    const double value = decimal(digits, exponent);
    if (!std::isfinite(value)) return error("expected a number below 1.8e308", start);
    emit_constant(value);
    return {};
  }

  /// The exponent of a number, or 0 without advancing where what follows is none.
  int power_of_ten() {
    const bool has_sign = peek(1) == '+' || peek(1) == '-';
    const std::size_t first = has_sign ? 2 : 1;
    if (!is_digit(peek(first))) return 0;
    const bool negative = peek(1) == '-';
    int exponent = 0;
    for (position_ += first; is_digit(peek()); ++position_) {
      exponent = std::min(10 * exponent + (peek() - '0'), 9999);
    }
    return negative ? -exponent : exponent;
  }

  Status name(bool& wants_operand) {
    const std::size_t start = position_;
    while (is_letter(peek()) || is_digit(peek())) ++position_;
    const std::string_view name{text_.data() + start, position_ - start};
    wants_operand = false;
    if (name == "x") {
      emit(Operation::variable);
    } else if (name == "pi") {
      emit_constant(std::numbers::pi);
    } else if (name == "e") {
      emit_constant(std::numbers::e);
    } else {
      wants_operand = true;
      return function(name, start);
    }
    return {};
  }

  Status function(std::string_view name, std::size_t start) {
    const auto* const found = std::find(functions.begin(), functions.end(), name);
    if (found == functions.end()) {
      return error(
          "expected x, pi, e or one of abs sign relu sqrt exp expm1 log log1p sin cos tan atan "
          "sinh cosh tanh asinh erf erfc sigmoid softplus min max",
          start);
    }
    skip_space();
    if (peek() != '(') return error("expected '(' after the name of a function", position_);
    const auto offset = static_cast<int>(found - functions.begin());
    const auto op = static_cast<Operation>(static_cast<int>(Operation::first_function) + offset);
    const Status status = wait({op, true, false});
    ++position_;
    return status;
  }

  Status binary(Operation op) {
    const bool right_to_left = op == Operation::power;
    while (waiting_count_ > 0 && !waiting_[waiting_count_ - 1].opens) {
      const int held = precedence(waiting_[waiting_count_ - 1].operation);
      if (held < precedence(op) || (held == precedence(op) && right_to_left)) break;
      emit(waiting_[--waiting_count_].operation);
    }
    const Status status = wait({op, false, false});
    ++position_;
    return status;
  }

  /// Completes what waits since the last open parenthesis; null where there is none.
  Waiting* innermost() {
    while (waiting_count_ > 0 && !waiting_[waiting_count_ - 1].opens) {
      emit(waiting_[--waiting_count_].operation);
    }
    return waiting_count_ > 0 ? &waiting_[waiting_count_ - 1] : nullptr;
  }

  Status comma() {
    Waiting* const open = innermost();
    if (open == nullptr || !is_binary(open->operation)) {
      return error("expected no ',': only min and max take two arguments", position_);
    }
    if (open->has_comma) return error("expected ')' after two arguments", position_);
    open->has_comma = true;
    ++position_;
    return {};
  }

  Status close() {
    const Waiting* const open = innermost();
    if (open == nullptr) return error("expected an operator or the end, no ')'", position_);
    const Operation op = open->operation;
    if (is_binary(op) && !open->has_comma) {
      return error("expected ',' and a second argument", position_);
    }
    --waiting_count_;
    if (!is_leaf(op)) emit(op);
    ++position_;
    return {};
  }

  Status wait(Waiting operation) {
    if (waiting_count_ == waiting_.size()) {
      return error("expected less nesting: at most 32 operations may wait for their operand",
                   position_);
    }
    waiting_[waiting_count_++] = operation;
    return {};
  }

  // A character of text makes at most one instruction, every other one at most a number.
  void emit(Operation op) {
    result_.program_[result_.size_++] = {static_cast<std::uint8_t>(op), 0};
  }

  void emit_constant(double value) {
    result_.constants_[result_.constant_count_] = value;
    result_.program_[result_.size_++] = {static_cast<std::uint8_t>(Operation::constant),
                                         static_cast<std::uint8_t>(result_.constant_count_++)};
  }

  std::string_view text_;
  Expression& result_;
  std::size_t position_ = 0;
  std::array<Waiting, Expression::nesting_max> waiting_{};
  std::size_t waiting_count_ = 0;
};

namespace {

const Expression& self(const Activation& phi) {
  return *static_cast<const Expression*>(phi.context);
}

}  // namespace

Status Expression::parse(std::string_view text) {
  const auto length = static_cast<double>(text.size());
  if (const Status s = check_range("expression_length", length, 1, length_max); !s.ok()) return s;
  std::copy(text.begin(), text.end(), text_.begin());
  text_[text.size()] = '\0';
  if (const Status s = ExpressionParser({text_.data(), text.size()}, *this).run(); !s.ok()) {
    return s;
  }
  const std::size_t kinks = KinkFinder(ExpressionProgram{*this}, kinks_).run();
  if (const Status s = check_range("kinks", static_cast<double>(kinks), 0, kinks_max); !s.ok()) {
    return s;
  }
  activation_ = {.name = text_.data(),
                 .kinks = std::span(kinks_).first(kinks),
                 .value_at = [](const Activation& phi, double x) { return self(phi).value(x); },
                 .slope_at = [](const Activation& phi, double x) { return self(phi).at(x).slope; },
                 .bend_at = [](const Activation& phi, double x) { return self(phi).at(x).bend; },
                 .context = this};
  return find_facts(activation_);
}

double Expression::value(double x) const {
  return ExpressionProgram{*this}.run<double>(x, [](std::size_t, double, double) {});
}

Jet Expression::at(double x) const {
  return ExpressionProgram{*this}.run<Jet>(x, [](std::size_t, const Jet&, const Jet&) {});
}

std::span<const char* const> expression_functions() { return functions; }

}  // namespace igb
