#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "igb/activation.hpp"
#include "igb/status.hpp"

namespace igb {

/// An activation written as a small expression in x, such as `x / (1 + abs(x))`, `max(x, 0.1 * x)`
/// or `tanh(x)^2`: read once into a fixed number of instructions, never allocating, never
/// recursing.
///
///   operands     numbers (1, .5, 2e-3), x, pi, e, parentheses
///   operators    + - * / ^ and a minus (or plus) before an operand; ^ binds first and from the
///                right, then the minus: -x^2 is -(x^2), 2^-x is 2^(-x)
///   functions    abs sign relu sqrt exp expm1 log log1p sin cos tan atan sinh cosh tanh asinh erf
///                erfc sigmoid softplus; of two arguments min max
///
/// Numbers of at most 15 digits with a power of ten within +-22 are read exactly, others to 2 ULP.
/// Derivatives are exact (forward mode). At a kink the slope is either side's; 0 times an infinite
/// derivative is 0, so that what has saturated stays so.
///
/// The facts of the activation are found by looking at it: odd, bounded, homogeneous as find_facts
/// says; kinks are the zeros within |x| <= 100 of what stands in abs, sign, relu, sqrt, and as the
/// base of a power, and of the difference of the arguments of min and max. Looked for between 2001
/// points (steps of 8e-4 at 0, 8e-3 at 1, 0.8 at 100): two zeros of the same sign change closer
/// than that are found where the argument has its extremum between them, and then to the last
/// digit.
class Expression {
 public:
  static constexpr std::size_t length_max = 255;  ///< characters
  /// Operations that may wait for their right operand or closing parenthesis at a time.
  static constexpr std::size_t nesting_max = 32;

  /// Reads `text` anew.
  /// Errors: syntax with the position in the text, from 1, and what was wanted there; out_of_range
  /// (expression_length, kinks); those of find_facts. After an error `activation` must not be used.
  /// Cost: 2113 evaluations for the facts, about 0.5 ms. Stack: 10 KiB.
  Status parse(std::string_view text);

  /// Refers to this expression, which must outlive it and stay where it is. Its name is the text.
  [[nodiscard]] const Activation& activation() const { return activation_; }

  /// phi, phi', phi'' at x.
  [[nodiscard]] Jet at(double x) const;
  [[nodiscard]] double value(double x) const;

  /// One step of the program that leaves phi(x) on a stack of numbers.
  struct Instruction {
    std::uint8_t operation;
    std::uint8_t constant;  ///< index of a number
  };

 private:
  friend class ExpressionParser;
  friend struct ExpressionProgram;

  std::array<char, length_max + 1> text_{};
  std::array<Instruction, length_max> program_{};
  std::array<double, (length_max + 1) / 2> constants_{};
  std::array<double, kinks_max> kinks_{};
  std::size_t size_ = 0;
  std::size_t constant_count_ = 0;
  Activation activation_;
};

/// The functions that an expression may call, those of two arguments last.
[[nodiscard]] std::span<const char* const> expression_functions();

}  // namespace igb
