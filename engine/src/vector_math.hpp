// Elementary functions in float32 on vectors. Coefficients: own minimax fits (weighted least
// squares, rounded to float). Maximal errors are those of a sweep in tests/vector_math_test.cpp.
#pragma once

#include <limits>

#include "simd.hpp"

namespace igb::IGB_TARGET {

/// x, or 0 where it is subnormal, which later steps would be slow on; NaN stays NaN.
IGB_INLINE Float without_subnormals(Float x) {
  constexpr float smallest = std::numeric_limits<float>::min();
  return xsimd::select(xsimd::abs(x) < Float(smallest), Float(0.0F), x);
}

/// The functions that activations are written in (activation_list.hpp).
struct VectorMath {
  using Vector = Float;

  /// e^x for -87 <= x <= 0.
  static IGB_INLINE Float exp_negative(Float x) { return exp_negative(x, Float(0.0F)); }

  /// e^(x + rest) for -87 <= x + rest <= 0, |rest| < 0.1.
  static IGB_INLINE Float exp_negative(Float x, Float rest) {
    const Scaled e = scaled_exp(x, rest);
    return (e.growth + Float(1.0F)) * e.scale;
  }

  /// e^x - 1 for x <= 0, 2 ULP; NaN for NaN.
  static IGB_INLINE Float expm1_negative(Float x) {
    const Scaled e = scaled_exp(max(Float(-40.0F), x), Float(0.0F));
    return mul_add(e.growth, e.scale, e.scale - Float(1.0F));
  }

  /// tanh x, 2 ULP; NaN for NaN.
  static IGB_INLINE Float tanh(Float x) {
    const Float size = xsimd::abs(x);
    const Float square = x * x;
    const Float tail = polynomial(
        square, std::array{-0.00590586F, 0.020805378F, -0.05378668F, 0.13331959F, -0.333332986F});
    const Float small = mul_add(tail * square, x, x);
    const Float e = exp_negative(max(Float(-2.0F) * size, Float(-40.0F)));
    const Float large = (Float(1.0F) - e) / (Float(1.0F) + e);
    return xsimd::select(size < Float(0.6F), small, with_sign_of(x, large));
  }

  /// erf x, 3 ULP; NaN for NaN.
  static IGB_INLINE Float erf(Float x) {
    const Float size = xsimd::abs(x);
    const Float square = x * x;
    const Float tail = polynomial(square, std::array{7.9331083e-5F, -8.0350315e-4F, 5.1912917e-3F,
                                                     -0.026855484F, 0.1128363F, -0.37612632F});
    const Float two_over_sqrt_pi(1.12837917F);
    const Float small = mul_add(tail * square, x, two_over_sqrt_pi * x);
    // ln erfc on [0.95, 4.1]; beyond 4 erf is 1 to float precision.
    const Float bounded = min(size, Float(4.1F));
    const Float log_erfc =
        polynomial(bounded, std::array{1.9150510e-4F, -2.9995495e-3F, 0.022052031F, -0.10356696F,
                                       -0.63759994F, -1.12742615F, -2.5643603e-4F});
    const Float large = Float(1.0F) - exp_negative(log_erfc);
    const Float magnitude = xsimd::select(size > Float(4.0F), Float(1.0F), large);
    return xsimd::select(size < Float(1.0F), small, with_sign_of(x, magnitude));
  }

  /// sin x, 3 ULP for |x| <= 12000. Beyond, as if x had moved by one ULP; NaN from 2^23 on, where
  /// that is a whole turn.
  static IGB_INLINE Float sin(Float x) {
    const Float n = xsimd::floor(mul_add(x, Float(0.318309886F), Float(0.5F)));
    // pi in four parts, the products of n <= 2^12 with the first three exact
    Float r = mul_add(n, Float(-3.140625F), x);
    r = mul_add(n, Float(-0x1.fb4p-11F), r);
    r = mul_add(n, Float(-0x1.444p-23F), r);
    r = mul_add(n, Float(-0x1.68c234p-38F), r);
    const Float half_turn = n - Float(2.0F) * xsimd::floor(Float(0.5F) * n);
    const Float sign = Float(1.0F) - Float(2.0F) * half_turn;
    const Float not_a_number(std::numeric_limits<float>::quiet_NaN());
    return xsimd::select(xsimd::abs(x) < Float(0x1p23F), sign * sine_near_zero(r), not_a_number);
  }

  /// cos x, 2 ULP for |x| <= 12000; beyond as sin.
  static IGB_INLINE Float cos(Float x) {
    // x less the nearest odd multiple of pi / 2, as in sin
    const Float n = xsimd::floor(x * Float(0.318309886F));
    const Float m = n + Float(0.5F);
    Float r = mul_add(m, Float(-3.140625F), x);
    r = mul_add(m, Float(-0x1.fb4p-11F), r);
    r = mul_add(m, Float(-0x1.444p-23F), r);
    r = mul_add(m, Float(-0x1.68c234p-38F), r);
    const Float half_turn = n - Float(2.0F) * xsimd::floor(Float(0.5F) * n);
    const Float sign = Float(2.0F) * half_turn - Float(1.0F);
    const Float not_a_number(std::numeric_limits<float>::quiet_NaN());
    return xsimd::select(xsimd::abs(x) < Float(0x1p23F), sign * sine_near_zero(r), not_a_number);
  }

  /// 1 / (1 + e^-x), 3 ULP; 0 below -87, where it is less than 2e-38. NaN for NaN.
  static IGB_INLINE Float sigmoid(Float x) {
    const Float e = exp_negative(max(Float(-87.0F), Float(0.0F) - xsimd::abs(x)));
    const Float positive = Float(1.0F) / (Float(1.0F) + e);
    const Float negative = xsimd::select(x < Float(-87.0F), Float(0.0F), e * positive);
    return where_negative(x, negative, positive);
  }

  /// x sigmoid(x), 4 ULP; 0 below -87. NaN for NaN.
  static IGB_INLINE Float silu(Float x) {
    return xsimd::select(x < Float(-87.0F), Float(0.0F), x * sigmoid(x));
  }

  /// ln(1 + e^x), 3 ULP; 0 below -87. NaN for NaN.
  static IGB_INLINE Float softplus(Float x) {
    const Float e = exp_negative(max(Float(-87.0F), Float(0.0F) - xsimd::abs(x)));
    const Float s = e / (Float(2.0F) + e);  // ln(1 + e) = 2 atanh s
    const Float square = s * s;
    const Float tail =
        polynomial(square, std::array{0.140122324F, 0.139995694F, 0.200108498F, 0.333332062F});
    const Float log1p = Float(2.0F) * mul_add(tail * square, s, s);
    return xsimd::select(x < Float(-87.0F), Float(0.0F), positive_part(x) + log1p);
  }

  /// x Phi(x), 6 ULP; 0 below -13.1, where it is less than 1e-37. NaN for NaN.
  static IGB_INLINE Float gelu(Float x) {
    const Float size = min(Float(13.1F), xsimd::abs(x));
    // size Phi(-size), of which Phi alone would be subnormal
    const Float below = size * mills_ratio(size) * exp_of_square(Float(-0.5F), size);
    const Float negative = xsimd::select(x < Float(-13.1F), Float(0.0F), -below);
    return where_negative(x, negative, x - below);
  }

  /// tanh' x = 1 / cosh^2 x, 4 ULP; 0 where |x| > 43.5, where it is less than 1e-37.
  static IGB_INLINE Float tanh_slope(Float x) {
    return Float(4.0F) * logistic_density(Float(-2.0F) * xsimd::abs(x));
  }

  /// erf' x = 2 / sqrt(pi) e^(-x^2), 3 ULP; 0 where |x| > 9.3, where it is less than 1e-37.
  static IGB_INLINE Float erf_slope(Float x) {
    const Float size = min(Float(9.3F), xsimd::abs(x));
    const Float slope = Float(1.12837917F) * exp_of_square(Float(-1.0F), size);
    return xsimd::select(xsimd::abs(x) > Float(9.3F), Float(0.0F), slope);
  }

  /// sigmoid' x = s (1 - s), s = sigmoid(x), 4 ULP; 0 where |x| > 87.
  static IGB_INLINE Float sigmoid_slope(Float x) {
    return logistic_density(Float(0.0F) - xsimd::abs(x));
  }

  /// e^x for x <= 0, 1 ULP; 0 below -87.
  static IGB_INLINE Float exp_or_zero(Float x) {
    return xsimd::select(x < Float(-87.0F), Float(0.0F), exp_negative(max(Float(-87.0F), x)));
  }

  /// silu' x = s + x s (1 - s), 4 ULP of s + |x| s (1 - s); 0 below -87.
  static IGB_INLINE Float silu_slope(Float x) {
    const Float s = sigmoid(x);
    return mul_add(x, sigmoid_slope(x), s);
  }

  /// gelu' x = Phi(x) + x Phi'(x), 6 ULP of Phi(x) + |x| Phi'(x); 0 below -13.1, 1 above 13.1.
  static IGB_INLINE Float gelu_slope(Float x) {
    const Float size = min(Float(13.1F), xsimd::abs(x));
    const Float below =
        exp_of_square(Float(-0.5F), size) * mul_add(size, Float(-0.398942280F), mills_ratio(size));
    const Float far = xsimd::select(xsimd::abs(x) > Float(13.1F), Float(0.0F), below);
    return where_negative(x, far, Float(1.0F) - far);
  }

  /// |x|.
  static IGB_INLINE Float abs(Float x) { return xsimd::abs(x); }

  /// max(x, 0); NaN stays NaN.
  static IGB_INLINE Float positive_part(Float x) { return where_negative(x, Float(0.0F), x); }

  /// x, or the nearer of -1 and 1 beyond; NaN stays NaN.
  static IGB_INLINE Float clamp_to_one(Float x) { return min(Float(1.0F), max(Float(-1.0F), x)); }

  /// `negative` where x < 0, `otherwise` elsewhere and where x is NaN.
  static IGB_INLINE Float where_negative(Float x, Float negative, Float otherwise) {
    return xsimd::select(x < Float(0.0F), negative, otherwise);
  }

  /// `positive` where x > 0, `otherwise` elsewhere and where x is NaN.
  static IGB_INLINE Float where_positive(Float x, Float positive, Float otherwise) {
    return xsimd::select(x > Float(0.0F), positive, otherwise);
  }

 private:
  /// sin r for |r| <= 1.6.
  static IGB_INLINE Float sine_near_zero(Float r) {
    const Float square = r * r;
    const Float tail = polynomial(
        square, std::array{2.60578031e-6F, -1.98096022e-4F, 8.33306648e-3F, -0.166666597F});
    return mul_add(tail * square, r, r);
  }

  /// e^x / (1 + e^x)^2 for x <= 0; 0 below -87.
  static IGB_INLINE Float logistic_density(Float x) {
    const Float e = exp_or_zero(x);
    const Float sum = Float(1.0F) + e;
    return e / (sum * sum);
  }

  /// Phi(-size) e^(size^2 / 2), 0 <= size <= 13.1.
  static IGB_INLINE Float mills_ratio(Float size) {
    // times size + 3, in (size - 3) / (size + 3)
    const Float scale = Float(1.0F) / (size + Float(3.0F));
    return scale * polynomial((size - Float(3.0F)) * scale,
                              std::array{-2.72203964e-4F, -9.11420328e-4F, 1.07748446e-3F,
                                         6.92950003e-3F, -0.0104795191F, -0.0472572222F,
                                         0.230019256F, -0.50933224F, 0.729083657F});
  }

  /// e^(factor size^2), factor minus a power of two, 0 <= size <= 13.1, exponent above -87.
  static IGB_INLINE Float exp_of_square(Float factor, Float size) {
    // the square in two parts, the first exact
    const Float head = as_float(as_word(size) & Word(0xfffff000U));
    const Float rest = (size - head) * (size + head);
    return exp_negative(factor * head * head, factor * rest);
  }

  /// e^x = scale (1 + growth), scale a power of two, |growth| < 0.42.
  struct Scaled {
    Float scale;
    Float growth;
  };
  static IGB_INLINE Scaled scaled_exp(Float x, Float rest) {
    const Float n = xsimd::floor(mul_add(x + rest, Float(1.44269504F), Float(0.5F)));
    Float r = mul_add(n, Float(-0.693359375F), x);  // ln 2 in two parts, the first exact in n
    r = mul_add(n, Float(2.12194440e-4F), r) + rest;
    const Float tail =
        polynomial(r, std::array{0.0013950476F, 0.0083688824F, 0.0416662060F, 0.1666651815F, 0.5F});
    const Word exponent = as_word(xsimd::to_int(n) + Int(127)) << 23;
    return {as_float(exponent), mul_add(tail, r * r, r)};
  }

  /// NaN in `sign` survives: the sign is copied by adding a zero that carries it.
  static IGB_INLINE Float with_sign_of(Float sign, Float magnitude) {
    const Word sign_bit = as_word(sign) & Word(0x80000000U);
    const Float result = as_float(as_word(magnitude) | sign_bit);
    return xsimd::select(sign == sign, result, sign);
  }
};

template <std::size_t count>
struct NormalPair {
  Floats<count> first;
  Floats<count> second;
};

/// Uniform in [-sqrt 3, sqrt 3]: a signed word times sqrt(3) / 2^31, rounded twice.
IGB_INLINE Float uniform_deviate(Word bits) {
  return to_float(as_int(bits)) * Float(0x1.bb67aep-31F);
}

/// The constants of `box_muller`.
struct NormalConstants {
  // Of -2 ln(u / 2^31)
  std::int32_t root_half = 0x3f3504f3;                       ///< the bits of sqrt(1/2)
  std::int32_t root_half_of_unit = 0x3f3504f3 + (31 << 23);  ///< those of sqrt(1/2) 2^31
  std::int32_t fraction = 0x7fffff;  ///< the bits that are not of the exponent
  /// -2 (ln(1 + f) - f + f^2 / 2) / f^3 in powers of f, ascending
  std::array<float, 9> series{-2 * 0.3333331F,  2 * 0.24999987F,  -2 * 0.20002227F,
                              2 * 0.16669251F,  -2 * 0.14218658F, 2 * 0.12384348F,
                              -2 * 0.11872976F, 2 * 0.11789808F,  -2 * 0.06915368F};
  float doubling = -2 * 0.693147181F;
  // Of the angle, in powers of its square
  float quadrant = 0x1.921fb6p-32F;  ///< pi / 4 / 2^31
  std::array<float, 3> sine{-0.16666664F, 8.3327489e-3F, -1.9588009e-4F};
  std::array<float, 3> cosine{0.041666664F, -1.3888304e-3F, 2.454804e-5F};
  float half = 0.5F;
  float one = 1.0F;
  std::uint32_t sign_bit = 0x80000000U;
};
inline constexpr NormalConstants normal_constants;

/// -2 ln(u / 2^31) for normal u > 0: ln 2 times the exponent plus ln(1 + f), where sqrt 1/2 <= 1 +
/// f < sqrt 2, all times -2. No fused operation.
template <std::size_t count>
IGB_INLINE Floats<count> minus_two_log_in_fixed_order(const Floats<count>& u) {
  using F = Floats<count>;
  const NormalConstants& constant = in_memory(normal_constants);
  F exponent;
  F f;
  unrolled<count>([&](std::size_t i) IGB_LAMBDA_INLINE {
    const Int beyond = as_int(as_word(u.part[i])) - Int(constant.root_half_of_unit);
    exponent.part[i] = to_float(beyond >> 23);
    f.part[i] = as_float(as_word((beyond & Int(constant.fraction)) + Int(constant.root_half))) -
                Float(constant.one);
  });
  // By Estrin's scheme for its short chain
  const auto& c = constant.series;
  const F f2 = f * f;
  const F f4 = f2 * f2;
  const F low = (F(c[0]) + F(c[1]) * f) + (F(c[2]) + F(c[3]) * f) * f2;
  const F high = (F(c[4]) + F(c[5]) * f) + (F(c[6]) + F(c[7]) * f) * f2;
  const F tail = low + f4 * (high + F(c[8]) * f4);
  return exponent * F(constant.doubling) + ((tail * f * f2 + f2) - (f + f));
}

/// Box-Muller: two independent standard normals from two words of random bits. Only operations that
/// IEEE 754 rounds identically everywhere, in a fixed order, none of them fused: bit-identical on
/// every target.
/// Against the exact transform of the same words with radius r: at most 2.5e-7 (r + 0.3 / r) off.
template <std::size_t count>
IGB_INLINE NormalPair<count> box_muller(const Words<count>& radius_bits,
                                        const Words<count>& angle_bits) {
  using F = Floats<count>;
  const NormalConstants& constant = in_memory(normal_constants);
  // u 2^-31 in [2^-32, 1]: 31 bits, rounded to float, so small u keep their relative precision.
  const F u =
      each(radius_bits, [](Word bits) IGB_LAMBDA_INLINE { return to_float(as_int(bits >> 1)); }) +
      F(constant.half);
  const F radius = each(minus_two_log_in_fixed_order(u),
                        [](Float x) IGB_LAMBDA_INLINE { return xsimd::sqrt(x); });

  // The two top bits name the quadrant, the other 30 the angle a within it, |a| <= pi/4.
  const F a =
      each(angle_bits, [](Word bits) IGB_LAMBDA_INLINE { return to_float(as_int(bits << 2)); }) *
      F(constant.quadrant);
  const F a2 = a * a;
  const auto& s = constant.sine;
  const auto& c = constant.cosine;
  const F sine_tail = F(s[0]) + (F(s[1]) + F(s[2]) * a2) * a2;
  const F cosine_tail = F(c[0]) + (F(c[1]) + F(c[2]) * a2) * a2;
  const F sine = a + sine_tail * a2 * a;
  const F cosine = F(constant.one) + (cosine_tail * a2 * a2 - F(constant.half) * a2);

  NormalPair<count> normals;
  unrolled<count>([&](std::size_t i) IGB_LAMBDA_INLINE {
    const Word angle = angle_bits.part[i];
    const Word turned = angle << 1;
    const Mask odd = xsimd::batch_bool_cast<float>(as_int(turned) < Int(0));
    const Float first = radius.part[i] * xsimd::select(odd, sine.part[i], cosine.part[i]);
    const Float second = radius.part[i] * xsimd::select(odd, cosine.part[i], sine.part[i]);
    const Word sign_bit(constant.sign_bit);
    normals.first.part[i] = as_float(as_word(first) ^ ((angle ^ turned) & sign_bit));
    normals.second.part[i] = as_float(as_word(second) ^ (angle & sign_bit));
  });
  return normals;
}

}  // namespace igb::IGB_TARGET
