// Elementary functions in float32 on vectors. Coefficients: own minimax fits (weighted least
// squares, rounded to float). Maximal errors are measured over every float of the range by
// tests/networks/vector_math_test.cpp.
#pragma once

#include "simd.hpp"

namespace igb::IGB_TARGET {

/// The functions that activations are written in (activation_list.hpp).
struct VectorMath {
  using Vector = Float;

  /// e^x for -87 <= x <= 0, 2 ULP.
  static IGB_INLINE Float exp_negative(Float x) {
    const Float n = xsimd::floor(mul_add(x, Float(1.44269504F), Float(0.5F)));
    Float r = mul_add(n, Float(-0.693359375F), x);  // ln 2 in two parts, the first exact in n
    r = mul_add(n, Float(2.12194440e-4F), r);
    const Float tail = polynomial<true>(
        r, std::array{0.0013950476F, 0.0083688824F, 0.0416662060F, 0.1666651815F, 0.5F});
    const Float mantissa = mul_add(tail, r * r, r) + Float(1.0F);
    const Word exponent = as_word(xsimd::to_int(n) + Int(127)) << 23;
    return mantissa * as_float(exponent);
  }

  /// tanh x, 3 ULP; NaN for NaN.
  static IGB_INLINE Float tanh(Float x) {
    const Float size = xsimd::abs(x);
    const Float square = x * x;
    const Float tail = polynomial<true>(
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
    const Float tail =
        polynomial<true>(square, std::array{7.9331083e-5F, -8.0350315e-4F, 5.1912917e-3F,
                                            -0.026855484F, 0.1128363F, -0.37612632F});
    const Float two_over_sqrt_pi(1.12837917F);
    const Float small = mul_add(tail * square, x, two_over_sqrt_pi * x);
    // ln erfc on [0.95, 4.1]; beyond 4 erf is 1 to float precision.
    const Float bounded = min(size, Float(4.1F));
    const Float log_erfc = polynomial<true>(
        bounded, std::array{1.9150510e-4F, -2.9995495e-3F, 0.022052031F, -0.10356696F, -0.63759994F,
                            -1.12742615F, -2.5643603e-4F});
    const Float large = Float(1.0F) - exp_negative(log_erfc);
    const Float magnitude = xsimd::select(size > Float(4.0F), Float(1.0F), large);
    return xsimd::select(size < Float(1.0F), small, with_sign_of(x, magnitude));
  }

  /// max(x, 0); NaN stays NaN.
  static IGB_INLINE Float positive_part(Float x) {
    return xsimd::select(x < Float(0.0F), Float(0.0F), x);
  }

 private:
  /// NaN in `sign` survives: the sign is copied by adding a zero that carries it.
  static IGB_INLINE Float with_sign_of(Float sign, Float magnitude) {
    const Word sign_bit = as_word(sign) & Word(0x80000000U);
    const Float result = as_float(as_word(magnitude) | sign_bit);
    return xsimd::select(sign == sign, result, sign);
  }
};

struct NormalPair {
  Float first;
  Float second;
};

/// Box-Muller: two independent standard normals from two words of random bits. Only operations that
/// IEEE 754 rounds identically everywhere, none of them fused: bit-identical on every target.
/// Against the exact transform of the same words with radius r: at most 2.5e-7 (r + 0.3 / r) off.
IGB_INLINE NormalPair box_muller(Word radius_bits, Word angle_bits) {
  // u in [2^-32, 1]: 31 bits, rounded to float, so small u keep their relative precision.
  const Float u = to_float(as_int(radius_bits >> 1)) * Float(0x1p-31F) + Float(0x1p-32F);

  // ln u = exponent ln 2 + ln(1 + f), 1 + f in [sqrt 1/2, sqrt 2).
  const Int bits = as_int(as_word(u));
  const Int exponent = (bits - Int(0x3f3504f3)) >> 23;
  const Float f = as_float(as_word(bits - (exponent << 23))) - Float(1.0F);
  const Float tail = polynomial<false>(
      f, std::array{0.06915368F, -0.11789808F, 0.11872976F, -0.12384348F, 0.14218658F, -0.16669251F,
                    0.20002227F, -0.24999987F, 0.3333331F});
  const Float f2 = f * f;
  const Float log1p_f = f + (tail * f * f2 - Float(0.5F) * f2);
  const Float log_u = to_float(exponent) * Float(0.693147181F) + log1p_f;
  const Float radius = xsimd::sqrt(Float(-2.0F) * log_u);

  // The two top bits name the quadrant, the other 30 the angle a within it, |a| <= pi/4.
  const Float a = to_float(as_int(angle_bits << 2)) * Float(0x1.921fb6p-32F);  // pi / 4 / 2^31
  const Float a2 = a * a;
  const Float sine_tail =
      polynomial<false>(a2, std::array{-1.9588009e-4F, 8.3327489e-3F, -0.16666664F});
  const Float cosine_tail =
      polynomial<false>(a2, std::array{2.454804e-5F, -1.3888304e-3F, 0.041666664F});
  const Float sine = a + sine_tail * a2 * a;
  const Float cosine = Float(1.0F) + (cosine_tail * a2 * a2 - Float(0.5F) * a2);

  const Mask odd = xsimd::batch_bool_cast<float>((angle_bits & Word(0x40000000U)) != Word(0U));
  const Word sign_bit(0x80000000U);
  const Word first_sign = (angle_bits ^ (angle_bits << 1)) & sign_bit;
  const Word second_sign = angle_bits & sign_bit;
  const Float first = radius * xsimd::select(odd, sine, cosine);
  const Float second = radius * xsimd::select(odd, cosine, sine);
  return {as_float(as_word(first) ^ first_sign), as_float(as_word(second) ^ second_sign)};
}

}  // namespace igb::IGB_TARGET
