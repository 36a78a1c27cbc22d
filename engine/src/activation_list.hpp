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
inline constexpr std::array<double, 2> kinks_at_one{-1.0, 1.0};

// Members of every activation:
//   name, odd, bounded, homogeneous, kinks  facts, see activation.hpp
//   apply<M>(x), slope<M>(x)                phi and phi' of float32 vectors, by the functions of M
//   (vector_math.hpp) value(x), derivative(x), second_derivative(x)
//                                           double precision, for the theory
// Optional, all seven or none, see Activation::ClosedForms:
//   mean(q), second_moment(q), slope_moment(q), growth_moment(q), covariance_gap(q, d),
//   slope_covariance(q, d), covariance(q_a, q_b, c)
// A family with a parameter has `parameter`, its default, and its members take it last.
// The double members are for activation.cpp alone: a kernel compiled for a newer instruction set
// that called them would emit a copy which the linker may choose for everybody.

/// Without underflow of the product.
inline double geometric_mean(double q_a, double q_b) { return std::sqrt(q_a) * std::sqrt(q_b); }

/// theta = arccos(1 - d), accurate as d -> 0.
inline double angle_of(double d) { return 2.0 * std::asin(std::sqrt(d / 2.0)); }

/// sin t - t cos t = sum_k (-1)^(k+1) 2k t^(2k+1) / (2k+1)!, 0 <= t <= pi, for t = angle_of(d).
inline double sine_minus_chord(double t, double d) {
  if (t > 1.0) return std::sqrt(d * (2.0 - d)) - t * (1.0 - d);
  double power = t;  // t^(2k+1) / (2k+1)!, alternating
  double sum = 0.0;
  for (int k = 1; k <= 9; ++k) {
    power *= -t * t / (2.0 * k * (2.0 * k + 1.0));
    sum -= 2.0 * k * power;
  }
  return sum;
}

/// t - sin t, t >= 0.
inline double angle_minus_sine(double t) {
  if (t > 1.0) return t - std::sin(t);
  double power = t;
  double sum = 0.0;
  for (int k = 1; k <= 9; ++k) {
    power *= -t * t / (2.0 * k * (2.0 * k + 1.0));
    sum -= power;
  }
  return sum;
}

/// 2 pi kappa of ReLU at unit variances: sin theta + (pi - theta) cos theta.
inline double arc_cosine_kernel(double c) {
  return std::sqrt((1.0 - c) * (1.0 + c)) + (std::numbers::pi - std::acos(c)) * c;
}

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

  template <class M>
  static typename M::Vector slope(typename M::Vector /*x*/) {
    return typename M::Vector(1.0F);
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
  static double covariance(double q_a, double q_b, double c) {
    return c * geometric_mean(q_a, q_b);
  }
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

  template <class M>
  static typename M::Vector slope(typename M::Vector x) {
    return M::where_positive(x, typename M::Vector(1.0F), typename M::Vector(0.0F));
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
    return q / (2.0 * pi) * (pi * d - sine_minus_chord(angle_of(d), d));
  }
  static double slope_covariance(double /*q*/, double d) {
    return (std::numbers::pi - angle_of(d)) / (2.0 * std::numbers::pi);
  }
  static double covariance(double q_a, double q_b, double c) {
    return geometric_mean(q_a, q_b) * arc_cosine_kernel(c) / (2.0 * std::numbers::pi);
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

  template <class M>
  static typename M::Vector slope(typename M::Vector x) {
    return M::tanh_slope(x);
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

  template <class M>
  static typename M::Vector slope(typename M::Vector x) {
    return M::erf_slope(x);
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
  static double covariance(double q_a, double q_b, double c) {
    // 1 - sine^2, times the product of both (1 + 2 q), without cancellation
    const double cosine2 = 1.0 + 2.0 * (q_a + q_b) + 4.0 * q_a * q_b * (1.0 - c) * (1.0 + c);
    return 2.0 / std::numbers::pi *
           std::atan2(2.0 * c * geometric_mean(q_a, q_b), std::sqrt(cosine2));
  }
};

struct LeakyRelu {
  static constexpr const char* name = "leaky_relu";
  static constexpr double parameter = 0.01;  // slope for x < 0
  static constexpr bool odd = false;
  static constexpr bool bounded = false;
  static constexpr bool homogeneous = true;
  static constexpr const auto& kinks = kink_at_zero;

  template <class M>
  static typename M::Vector apply(typename M::Vector x, typename M::Vector a) {
    return M::where_negative(x, a * x, x);
  }

  template <class M>
  static typename M::Vector slope(typename M::Vector x, typename M::Vector a) {
    return M::where_positive(x, typename M::Vector(1.0F), a);
  }

  static double value(double x, double a) { return x > 0.0 ? x : a * x; }
  static double derivative(double x, double a) { return x > 0.0 ? 1.0 : a; }
  static double second_derivative(double /*x*/, double /*a*/) { return 0.0; }

  static double mean(double q, double a) { return (1.0 - a) * Relu::mean(q); }
  static double second_moment(double q, double a) { return q * slope_moment(q, a); }
  static double slope_moment(double /*q*/, double a) { return (1.0 + a * a) / 2.0; }
  static double growth_moment(double q, double a) { return slope_moment(q, a); }
  static double covariance_gap(double q, double d, double a) {
    const double bend = (1.0 - a) * (1.0 - a) / (2.0 * std::numbers::pi);
    return q * (d * (1.0 + a * a) / 2.0 - bend * sine_minus_chord(angle_of(d), d));
  }
  static double slope_covariance(double q, double d, double a) {
    return (1.0 - a) * (1.0 - a) * Relu::slope_covariance(q, d) + a;
  }
  static double covariance(double q_a, double q_b, double c, double a) {
    return (1.0 - a) * (1.0 - a) * Relu::covariance(q_a, q_b, c) +
           a * Linear::covariance(q_a, q_b, c);
  }
};

struct Sin {
  static constexpr const char* name = "sin";
  static constexpr bool odd = true;
  static constexpr bool bounded = true;
  static constexpr bool homogeneous = false;
  static constexpr const auto& kinks = no_kinks;

  template <class M>
  static typename M::Vector apply(typename M::Vector x) {
    return M::sin(x);
  }

  template <class M>
  static typename M::Vector slope(typename M::Vector x) {
    return M::cos(x);
  }

  static double value(double x) { return std::sin(x); }
  static double derivative(double x) { return std::cos(x); }
  static double second_derivative(double x) { return -std::sin(x); }

  static double mean(double /*q*/) { return 0.0; }
  static double second_moment(double q) { return -0.5 * std::expm1(-2.0 * q); }
  static double slope_moment(double q) { return 0.5 * (1.0 + std::exp(-2.0 * q)); }
  static double growth_moment(double q) { return std::exp(-2.0 * q); }
  static double covariance_gap(double q, double d) {
    return -0.5 * std::expm1(-q * d) * (1.0 + std::exp(-q * (2.0 - d)));
  }
  static double slope_covariance(double q, double d) {
    return 0.5 * (std::exp(-q * d) + std::exp(-q * (2.0 - d)));
  }
  // exp(-(q_a + q_b) / 2) sinh q_ab, no factor of which overflows
  static double covariance(double q_a, double q_b, double c) {
    const double q_ab = std::abs(c) * geometric_mean(q_a, q_b);
    const double size = -0.5 * std::exp(q_ab - 0.5 * (q_a + q_b)) * std::expm1(-2.0 * q_ab);
    return std::copysign(size, c);
  }
};

struct Abs {
  static constexpr const char* name = "abs";
  static constexpr bool odd = false;
  static constexpr bool bounded = false;
  static constexpr bool homogeneous = true;
  static constexpr const auto& kinks = kink_at_zero;

  template <class M>
  static typename M::Vector apply(typename M::Vector x) {
    return M::abs(x);
  }

  template <class M>
  static typename M::Vector slope(typename M::Vector x) {
    return M::where_positive(x, typename M::Vector(1.0F), typename M::Vector(-1.0F));
  }

  static double value(double x) { return std::abs(x); }
  static double derivative(double x) { return x > 0.0 ? 1.0 : -1.0; }
  static double second_derivative(double /*x*/) { return 0.0; }

  static double mean(double q) { return std::sqrt(2.0 * q / std::numbers::pi); }
  static double second_moment(double q) { return q; }
  static double slope_moment(double /*q*/) { return 1.0; }
  static double growth_moment(double /*q*/) { return 1.0; }
  static double covariance_gap(double q, double d) {
    const double nearer = d > 1.0 ? 2.0 - d : d;  // phi is even
    return q * (nearer - 2.0 / std::numbers::pi * sine_minus_chord(angle_of(nearer), nearer));
  }
  static double slope_covariance(double /*q*/, double d) {
    if (d > 0.5) return 2.0 / std::numbers::pi * std::asin(1.0 - d);
    return 1.0 - 2.0 / std::numbers::pi * angle_of(d);
  }
  static double covariance(double q_a, double q_b, double c) {
    return 2.0 / std::numbers::pi * geometric_mean(q_a, q_b) *
           (std::sqrt((1.0 - c) * (1.0 + c)) + c * std::asin(c));
  }
};

struct Sigmoid {
  static constexpr const char* name = "sigmoid";
  static constexpr bool odd = false;
  static constexpr bool bounded = true;
  static constexpr bool homogeneous = false;
  static constexpr const auto& kinks = no_kinks;

  template <class M>
  static typename M::Vector apply(typename M::Vector x) {
    return M::sigmoid(x);
  }

  template <class M>
  static typename M::Vector slope(typename M::Vector x) {
    return M::sigmoid_slope(x);
  }

  static double value(double x) {
    const double e = std::exp(-std::abs(x));
    return (x >= 0.0 ? 1.0 : e) / (1.0 + e);
  }
  static double derivative(double x) {
    const double e = std::exp(-std::abs(x));
    return e / ((1.0 + e) * (1.0 + e));
  }
  static double second_derivative(double x) { return -std::tanh(0.5 * x) * derivative(x); }
};

struct Softplus {
  static constexpr const char* name = "softplus";
  static constexpr bool odd = false;
  static constexpr bool bounded = false;
  static constexpr bool homogeneous = false;
  static constexpr const auto& kinks = no_kinks;

  template <class M>
  static typename M::Vector apply(typename M::Vector x) {
    return M::softplus(x);
  }

  template <class M>
  static typename M::Vector slope(typename M::Vector x) {
    return M::sigmoid(x);
  }

  static double value(double x) { return Relu::value(x) + std::log1p(std::exp(-std::abs(x))); }
  static double derivative(double x) { return Sigmoid::value(x); }
  static double second_derivative(double x) { return Sigmoid::derivative(x); }
};

struct Elu {
  static constexpr const char* name = "elu";
  static constexpr bool odd = false;
  static constexpr bool bounded = false;
  static constexpr bool homogeneous = false;
  static constexpr const auto& kinks = kink_at_zero;

  template <class M>
  static typename M::Vector apply(typename M::Vector x) {
    return M::where_negative(x, M::expm1_negative(x), x);
  }

  template <class M>
  static typename M::Vector slope(typename M::Vector x) {
    return M::where_positive(x, typename M::Vector(1.0F), M::exp_or_zero(x));
  }

  static double value(double x) { return x > 0.0 ? x : std::expm1(x); }
  static double derivative(double x) { return x > 0.0 ? 1.0 : std::exp(x); }
  static double second_derivative(double x) { return x > 0.0 ? 0.0 : std::exp(x); }
};

/// scale (x for x > 0, alpha (e^x - 1) for x <= 0), Klambauer et al. 2017: (q, mean) = (1, 0) is a
/// stable fixed point.
struct Selu {
  static constexpr const char* name = "selu";
  static constexpr bool odd = false;
  static constexpr bool bounded = false;
  static constexpr bool homogeneous = false;
  static constexpr const auto& kinks = kink_at_zero;
  static constexpr double scale = 1.0507009873554804934;
  static constexpr double alpha = 1.6732632423543772848;

  template <class M>
  static typename M::Vector apply(typename M::Vector x) {
    using Vector = typename M::Vector;
    return M::where_negative(x, Vector(static_cast<float>(scale * alpha)) * M::expm1_negative(x),
                             Vector(static_cast<float>(scale)) * x);
  }

  template <class M>
  static typename M::Vector slope(typename M::Vector x) {
    using Vector = typename M::Vector;
    return M::where_positive(x, Vector(static_cast<float>(scale)),
                             Vector(static_cast<float>(scale * alpha)) * M::exp_or_zero(x));
  }

  static double value(double x) { return scale * (x > 0.0 ? x : alpha * std::expm1(x)); }
  static double derivative(double x) { return scale * (x > 0.0 ? 1.0 : alpha * std::exp(x)); }
  static double second_derivative(double x) { return x > 0.0 ? 0.0 : scale * alpha * std::exp(x); }
};

struct Silu {
  static constexpr const char* name = "silu";
  static constexpr bool odd = false;
  static constexpr bool bounded = false;
  static constexpr bool homogeneous = false;
  static constexpr const auto& kinks = no_kinks;

  template <class M>
  static typename M::Vector apply(typename M::Vector x) {
    return M::silu(x);
  }

  template <class M>
  static typename M::Vector slope(typename M::Vector x) {
    return M::silu_slope(x);
  }

  static double value(double x) { return x * Sigmoid::value(x); }
  static double derivative(double x) { return Sigmoid::value(x) + x * Sigmoid::derivative(x); }
  static double second_derivative(double x) {
    return Sigmoid::derivative(x) * (2.0 - x * std::tanh(0.5 * x));
  }
};

/// x times the standard normal distribution function.
struct Gelu {
  static constexpr const char* name = "gelu";
  static constexpr bool odd = false;
  static constexpr bool bounded = false;
  static constexpr bool homogeneous = false;
  static constexpr const auto& kinks = no_kinks;

  template <class M>
  static typename M::Vector apply(typename M::Vector x) {
    return M::gelu(x);
  }

  template <class M>
  static typename M::Vector slope(typename M::Vector x) {
    return M::gelu_slope(x);
  }

  static double value(double x) { return x * distribution(x); }
  static double derivative(double x) { return distribution(x) + x * density(x); }
  static double second_derivative(double x) { return density(x) * (2.0 - x * x); }

  static double mean(double q) { return q / std::sqrt(2.0 * std::numbers::pi * (1.0 + q)); }
  static double second_moment(double q) { return covariance(q, q, 1.0); }
  static double slope_moment(double q) { return slope_covariance(q, 0.0); }
  static double growth_moment(double q) {
    const double root = std::sqrt(1.0 + 2.0 * q);
    const double p = 1.0 + q;
    const double first = 2.0 * q * (2.0 + q * (4.0 + q)) / (p * p * root * root * root);
    return 0.25 + (first + std::atan2(q, root) + q / (p * root)) / (2.0 * std::numbers::pi);
  }
  // With a, b the complements of asin(q / (1 + q)), asin(q_ab / (1 + q)) and D_a, D_b = (1 + q)
  // times their sines, 2 pi gap = q d (pi - b) + (D_b - D_a) (1 / (1 + q) + 1 / (D_a D_b)) + q
  // ((b - sin b) - (a - sin a)): every term is positive and taken from b - a.
  static double covariance_gap(double q, double d) {
    const double c = 1.0 - d;
    const double p = 1.0 + q;
    const double squares = q * q * d * (2.0 - d);  // D_b^2 - D_a^2
    const double root_a = std::sqrt(1.0 + 2.0 * q);
    const double root_b = std::sqrt(1.0 + 2.0 * q + squares);
    const double sine =
        c >= 0.0 ? q * d * (2.0 - d) * p * p / (root_b + c * root_a) : q * (root_b - c * root_a);
    const double a = std::atan2(root_a, q);
    const double turn = std::atan2(sine, root_a * root_b + q * q * c);  // b - a
    const double quarter = std::sin(0.5 * a + 0.25 * turn);
    const double beyond_sines =
        2.0 * angle_minus_sine(0.5 * turn) + 4.0 * std::sin(0.5 * turn) * quarter * quarter;
    return (q * d * (std::numbers::pi - a - turn) +
            squares / (root_a + root_b) * (1.0 / p + 1.0 / (root_a * root_b)) + q * beyond_sines) /
           (2.0 * std::numbers::pi);
  }
  static double slope_covariance(double q, double d) {
    const double p = 1.0 + q;
    const double q_ab = q * (1.0 - d);
    const double root2 = 1.0 + 2.0 * q + q * q * d * (2.0 - d);
    const double root = std::sqrt(root2);
    const double rest = q_ab / p / root * ((3.0 + 2.0 * q) / p + q_ab / p * (q_ab / root2));
    return 0.25 + (rest + std::atan2(q_ab, root)) / (2.0 * std::numbers::pi);
  }
  static double covariance(double q_a, double q_b, double c) {
    const double q_ab = c * geometric_mean(q_a, q_b);
    const double p = (1.0 + q_a) * (1.0 + q_b);
    const double root = std::sqrt(1.0 + q_a + q_b + q_a * q_b * (1.0 - c) * (1.0 + c));
    const double rest = q_ab / p * (q_ab / root) + q_a / p * q_b * root;
    return 0.25 * q_ab + (rest + q_ab * std::atan2(q_ab, root)) / (2.0 * std::numbers::pi);
  }

 private:
  static double distribution(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }
  static double density(double x) {
    return std::exp(-0.5 * x * x) * std::numbers::inv_sqrtpi / std::numbers::sqrt2;
  }
};

struct HardTanh {
  static constexpr const char* name = "hard_tanh";
  static constexpr bool odd = true;
  static constexpr bool bounded = true;
  static constexpr bool homogeneous = false;
  static constexpr const auto& kinks = kinks_at_one;

  template <class M>
  static typename M::Vector apply(typename M::Vector x) {
    return M::clamp_to_one(x);
  }

  template <class M>
  static typename M::Vector slope(typename M::Vector x) {
    return M::where_positive(typename M::Vector(1.0F) - M::abs(x), typename M::Vector(1.0F),
                             typename M::Vector(0.0F));
  }

  static double value(double x) { return x > 1.0 ? 1.0 : (x < -1.0 ? -1.0 : x); }
  static double derivative(double x) { return std::abs(x) < 1.0 ? 1.0 : 0.0; }
  static double second_derivative(double /*x*/) { return 0.0; }
};

template <class... Members>
struct TypeList {};

// New ones at the end: positions are part of the C API.
using ActivationList = TypeList<Linear, Relu, Tanh, Erf, LeakyRelu, Sin, Abs, Sigmoid, Softplus,
                                Elu, Selu, Silu, Gelu, HardTanh>;

}  // namespace igb
