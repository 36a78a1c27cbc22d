// Expressions in x read by recursive descent, straight into a number: shares no code with the
// engine.
#pragma once

#include <cctype>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <map>
#include <numbers>
#include <optional>
#include <string>

namespace igb::test {

/// The value at x in the arithmetic of Real, or nothing where `text` is no expression.
template <class Real>
class ReferenceExpression {
 public:
  static std::optional<Real> evaluate(const std::string& text, Real x) {
    ReferenceExpression reader(text, x);
    const Real value = reader.sum();
    reader.space();
    if (reader.failed_ || reader.at_ != text.size()) return std::nullopt;
    return value;
  }

 private:
  using Unary = Real (*)(Real);
  using Binary = Real (*)(Real, Real);

  ReferenceExpression(const std::string& text, Real x) : text_(text), x_(x) {}

  static const std::map<std::string, Unary>& unary() {
    static const std::map<std::string, Unary> table{
        {"abs", [](Real v) { return std::fabs(v); }},
        {"sign", [](Real v) { return v > 0   ? 1.0
                                     : v < 0 ? -1.0
                                             : v; }},
        {"relu", [](Real v) { return v <= 0 ? Real{0} : v; }},
        {"sqrt", [](Real v) { return std::sqrt(v); }},
        {"exp", [](Real v) { return std::exp(v); }},
        {"expm1", [](Real v) { return std::expm1(v); }},
        {"log", [](Real v) { return std::log(v); }},
        {"log1p", [](Real v) { return std::log1p(v); }},
        {"sin", [](Real v) { return std::sin(v); }},
        {"cos", [](Real v) { return std::cos(v); }},
        {"tan", [](Real v) { return std::tan(v); }},
        {"atan", [](Real v) { return std::atan(v); }},
        {"sinh", [](Real v) { return std::sinh(v); }},
        {"cosh", [](Real v) { return std::cosh(v); }},
        {"tanh", [](Real v) { return std::tanh(v); }},
        {"asinh", [](Real v) { return std::asinh(v); }},
        {"erf", [](Real v) { return std::erf(v); }},
        {"erfc", [](Real v) { return std::erfc(v); }},
        {"sigmoid", [](Real v) { return 1 / (1 + std::exp(-v)); }},
        {"softplus",
         [](Real v) { return v > 40.0    ? v
                             : v < -40.0 ? std::exp(v)
                                         : std::log1p(std::exp(v)); }},
    };
    return table;
  }
  static const std::map<std::string, Binary>& binary() {
    static const std::map<std::string, Binary> table{
        {"min", [](Real a, Real b) { return std::isnan(a) ? a
                                            : b > a       ? a
                                                          : b; }},
        {"max", [](Real a, Real b) { return std::isnan(a) ? a
                                            : b < a       ? a
                                                          : b; }},
    };
    return table;
  }

  void space() {
    while (at_ < text_.size() && std::string(" \t\n\r").find(text_[at_]) != std::string::npos)
      ++at_;
  }
  bool take(char c) {
    space();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  Real fail() {
    failed_ = true;
    at_ = text_.size();
    return 0;
  }

  Real sum() {
    Real value = product();
    for (;;) {
      if (take('+')) {
        value += product();
      } else if (take('-')) {
        value -= product();
      } else {
        return value;
      }
    }
  }
  Real product() {
    Real value = signed_power();
    for (;;) {
      if (take('*')) {
        value *= signed_power();
      } else if (take('/')) {
        value /= signed_power();
      } else {
        return value;
      }
    }
  }
  Real signed_power() {
    if (take('-')) return -signed_power();
    if (take('+')) return signed_power();
    const Real base = operand();
    return take('^') ? std::pow(base, signed_power()) : base;
  }
  Real operand() {
    space();
    if (take('(')) {
      const Real value = sum();
      return take(')') ? value : fail();
    }
    if (at_ >= text_.size()) return fail();
    const auto is_digit = [&](std::size_t i) {
      return i < text_.size() && std::isdigit(static_cast<unsigned char>(text_[i])) != 0;
    };
    if (is_digit(at_) || (text_[at_] == '.' && is_digit(at_ + 1))) return number(is_digit);
    std::string name;
    while (at_ < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '_')) {
      name += text_[at_++];
    }
    if (name == "x") return x_;
    if (name == "pi") return std::numbers::pi_v<Real>;
    if (name == "e") return std::numbers::e_v<Real>;
    return call(name);
  }
  template <class IsDigit>
  Real number(const IsDigit& is_digit) {
    const std::size_t first = at_;
    while (is_digit(at_)) ++at_;
    if (at_ < text_.size() && text_[at_] == '.') ++at_;
    while (is_digit(at_)) ++at_;
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      const bool has_sign =
          at_ + 1 < text_.size() && (text_[at_ + 1] == '+' || text_[at_ + 1] == '-');
      std::size_t digit = at_ + (has_sign ? 2 : 1);
      if (is_digit(digit)) {
        while (is_digit(digit)) ++digit;
        at_ = digit;
      }
    }
    const auto value =
        static_cast<Real>(std::strtold(text_.substr(first, at_ - first).c_str(), nullptr));
    return value <= std::numeric_limits<double>::max() ? value : fail();
  }
  Real call(const std::string& name) {
    const auto one = unary().find(name);
    const auto two = binary().find(name);
    if ((one == unary().end() && two == binary().end()) || !take('(')) return fail();
    const Real a = sum();
    if (one != unary().end()) return take(')') ? one->second(a) : fail();
    if (!take(',')) return fail();
    const Real b = sum();
    return take(')') ? two->second(a, b) : fail();
  }

  const std::string& text_;
  Real x_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

}  // namespace igb::test
