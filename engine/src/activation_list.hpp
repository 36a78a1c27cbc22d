#pragma once

// The one place that defines the activations. Adding one: write its struct, append it to
// ActivationList. activation.cpp builds the public table from the list; kernels build theirs from
// the same list, in the same order.

#include <array>
#include <cmath>
#include <numbers>

namespace igb {

inline constexpr std::array<double, 0> no_kinks{};
inline constexpr std::array<double, 1> kink_at_zero{0.0};  // GCC deduces a type that is not const

// Members of every activation:
//   name, odd, bounded, homogeneous, kinks  facts, see activation.hpp
//   apply<M>(x)                             float32 vectors, by the functions of M
//   (vector_math.hpp) value(x), derivative(x), second_derivative(x)
//                                           double precision, for the theory
// Optional, all six or none, see Activation::ClosedForms:
//   mean(q), second_moment(q), slope_moment(q), growth_moment(q), covariance_gap(q, d),
//   slope_covariance(q, d)
// A family with a parameter has `parameter`, its default, and its members take it last.
// The double members are for activation.cpp alone: a kernel compiled for a newer instruction set
// that called them would emit a copy which the linker may choose for everybody.

struct Linear {
  static constexpr const char* name = "linear";
  static constexpr bool odd = true;
  static constexpr bool bounded = false;
  static constexpr bool homogeneous = true;
  static constexpr const auto& kinks = no_kinks;

  template <class M>
  static typename M::Vector apply(typename M::Vector x) {
    return x;
  }

  static double value(double x) { return x; }
  static double derivative(double /*x*/) { return 1.0; }
  static double second_derivative(double /*x*/) { return 0.0; }

  static double mean(double /*q*/) { return 0.0; }
  static double second_moment(double q) { return q; }
  static double slope_moment(double /*q*/) { return 1.0; }
  static double growth_moment(double /*q*/) { return 1.0; }
  static double covariance_gap(double q, double d) { return q * d; }
  static double slope_covariance(double /*q*/, double /*d*/) { return 1.0; }
};

struct Relu {
  static constexpr const char* name = "relu";
  static constexpr bool odd = false;
  static constexpr bool bounded = false;
  static constexpr bool homogeneous = true;
  static constexpr const auto& kinks = kink_at_zero;

  template <class M>
  static typename M::Vector apply(typename M::Vector x) {
    return M::positive_part(x);
  }

  static double value(double x) { return x > 0.0 ? x : 0.0; }
  static double derivative(double x) { return x > 0.0 ? 1.0 : 0.0; }
  static double second_derivative(double /*x*/) { return 0.0; }

  static double mean(double q) { return std::sqrt(q / (2.0 * std::numbers::pi)); }
  static double second_moment(double q) { return q / 2.0; }
  static double slope_moment(double /*q*/) { return 0.5; }
  static double growth_moment(double /*q*/) { return 0.5; }
  // kappa(1) - kappa(c) = q / 2 pi (pi d - (sin theta - theta cos theta)): the bracket is at most
  // half of pi d, so only the bracket itself has to be kept from cancelling.
  static double covariance_gap(double q, double d) {
    constexpr double pi = std::numbers::pi;
    return q / (2.0 * pi) * (pi * d - sine_minus_chord(angle(d), d));
  }
  static double slope_covariance(double /*q*/, double d) {
    return (std::numbers::pi - angle(d)) / (2.0 * std::numbers::pi);
  }

 private:
  static double angle(double d) { return 2.0 * std::asin(std::sqrt(d / 2.0)); }

  // sin theta - theta cos theta = sum_k (-1)^(k+1) 2k theta^(2k+1) / (2k+1)!
  static double sine_minus_chord(double theta, double d) {
    if (theta > 1.0) return std::sqrt(d * (2.0 - d)) - theta * (1.0 - d);
    const double t2 = theta * theta;
    double power = theta;  // theta^(2k+1) / (2k+1)!, alternating
    double sum = 0.0;
    for (int k = 1; k <= 9; ++k) {
      power *= -t2 / (2.0 * k * (2.0 * k + 1.0));
      sum -= 2.0 * k * power;
    }
    return sum;
  }
};

struct Tanh {
  static constexpr const char* name = "tanh";
  static constexpr bool odd = true;
  static constexpr bool bounded = true;
  static constexpr bool homogeneous = false;
  static constexpr const auto& kinks = no_kinks;

  template <class M>
  static typename M::Vector apply(typename M::Vector x) {
    return M::tanh(x);
  }

  static double value(double x) { return std::tanh(x); }
  static double derivative(double x) {
    const double e = std::exp(-2.0 * std::abs(x));
    return 4.0 * e / ((1.0 + e) * (1.0 + e));
  }
  static double second_derivative(double x) { return -2.0 * std::tanh(x) * derivative(x); }
};

struct Erf {
  static constexpr const char* name = "erf";
  static constexpr bool odd = true;
  static constexpr bool bounded = true;
  static constexpr bool homogeneous = false;
  static constexpr const auto& kinks = no_kinks;

  template <class M>
  static typename M::Vector apply(typename M::Vector x) {
    return M::erf(x);
  }

  static double value(double x) { return std::erf(x); }
  static double derivative(double x) { return 2.0 * std::numbers::inv_sqrtpi * std::exp(-x * x); }
  static double second_derivative(double x) { return -2.0 * x * derivative(x); }

  static double mean(double /*q*/) { return 0.0; }
  static double second_moment(double q) {
    return 2.0 / std::numbers::pi * std::atan2(2.0 * q, std::sqrt(1.0 + 4.0 * q));
  }
  static double slope_moment(double q) {
    return 4.0 / (std::numbers::pi * std::sqrt(1.0 + 4.0 * q));
  }
  static double growth_moment(double q) { return slope_moment(q) / (1.0 + 2.0 * q); }
  // asin A - asin B as one arc tangent, A = 2q / (1 + 2q) and B = c A, all scaled by 1 + 2q.
  static double covariance_gap(double q, double d) {
    const double c = 1.0 - d;
    const double root_a = std::sqrt(1.0 + 4.0 * q);
    const double root_b = std::sqrt(1.0 + 4.0 * q * (1.0 + q * d * (2.0 - d)));
    const double sine = c >= 0.0 ? 2.0 * q * d * (2.0 - d) * (1.0 + 2.0 * q) * (1.0 + 2.0 * q) /
                                       (root_b + c * root_a)
                                 : 2.0 * q * (root_b - c * root_a);
    const double cosine = root_a * root_b + 4.0 * q * q * c;
    return 2.0 / std::numbers::pi * std::atan2(sine, cosine);
  }
  static double slope_covariance(double q, double d) {
    return 4.0 / (std::numbers::pi * std::sqrt(1.0 + 4.0 * q * (1.0 + q * d * (2.0 - d))));
  }
};

template <class... Members>
struct TypeList {};

using ActivationList = TypeList<Linear, Relu, Tanh, Erf>;

}  // namespace igb
