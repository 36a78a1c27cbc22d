// Elementary functions in float32 on vectors. Coefficients: own minimax fits (weighted least
// squares, rounded to float). Maximal errors are those of a sweep in tests/vector_math_test.cpp.
#pragma once

#include "simd.hpp"

namespace igb::IGB_TARGET {

/// The functions that activations are written in (activation_list.hpp).
struct VectorMath {
  using Vector = Float;

  /// e^x for -87 <= x <= 0.
  static IGB_INLINE Float exp_negative(Float x) {
    const Float n = xsimd::floor(mul_add(x, Float(1.44269504F), Float(0.5F)));
    Float r = mul_add(n, Float(-0.693359375F), x);  // ln 2 in two parts, the first exact in n
    r = mul_add(n, Float(2.12194440e-4F), r);
    const Float tail =
        polynomial(r, std::array{0.0013950476F, 0.0083688824F, 0.0416662060F, 0.1666651815F, 0.5F});
    const Float mantissa = mul_add(tail, r * r, r) + Float(1.0F);
    const Word exponent = as_word(xsimd::to_int(n) + Int(127)) << 23;
    return mantissa * as_float(exponent);
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

template <std::size_t count>
struct NormalPair {
  Floats<count> first;
  Floats<count> second;
};

/// ln u for normal u > 0, by ln 2 times the exponent plus ln(1 + f), sqrt 1/2 <= 1 + f < sqrt 2.
/// No fused operation.
template <std::size_t count>
IGB_INLINE Floats<count> log_in_fixed_order(const Floats<count>& u) {
  using F = Floats<count>;
  Floats<count> exponent;
  Floats<count> f;
  for (std::size_t i = 0; i < count; ++i) {
    const Int bits = as_int(as_word(u.part[i]));
    const Int power = (bits - Int(0x3f3504f3)) >> 23;
    exponent.part[i] = to_float(power);
    f.part[i] = as_float(as_word(bits - (power << 23))) - Float(1.0F);
  }
  // (ln(1 + f) - f + f^2 / 2) / f^3, by Estrin's scheme for its short chain
  const F f2 = f * f;
  const F f4 = f2 * f2;
  const F low = (F(0.3333331F) + F(-0.24999987F) * f) + (F(0.20002227F) + F(-0.16669251F) * f) * f2;
  const F high =
      (F(0.14218658F) + F(-0.12384348F) * f) + (F(0.11872976F) + F(-0.11789808F) * f) * f2;
  const F tail = low + f4 * (high + F(0.06915368F) * f4);
  return exponent * F(0.693147181F) + (f + (tail * f * f2 - F(0.5F) * f2));
}

/// Box-Muller: two independent standard normals from two words of random bits. Only operations that
/// IEEE 754 rounds identically everywhere, in a fixed order, none of them fused: bit-identical on
/// every target.
/// Against the exact transform of the same words with radius r: at most 2.5e-7 (r + 0.3 / r) off.
template <std::size_t count>
IGB_INLINE NormalPair<count> box_muller(const Words<count>& radius_bits,
                                        const Words<count>& angle_bits) {
  using F = Floats<count>;
  // u in [2^-32, 1]: 31 bits, rounded to float, so small u keep their relative precision.
  const F u =
      each(radius_bits, [](Word bits) IGB_LAMBDA_INLINE { return to_float(as_int(bits >> 1)); }) *
          F(0x1p-31F) +
      F(0x1p-32F);
  const F log_u = log_in_fixed_order(u);
  const F radius =
      each(log_u, [](Float x) IGB_LAMBDA_INLINE { return xsimd::sqrt(Float(-2.0F) * x); });

  // The two top bits name the quadrant, the other 30 the angle a within it, |a| <= pi/4.
  const F a =
      each(angle_bits, [](Word bits) IGB_LAMBDA_INLINE { return to_float(as_int(bits << 2)); }) *
      F(0x1.921fb6p-32F);  // pi / 4 / 2^31
  const F a2 = a * a;
  const F sine_tail = F(-0.16666664F) + (F(8.3327489e-3F) + F(-1.9588009e-4F) * a2) * a2;
  const F cosine_tail = F(0.041666664F) + (F(-1.3888304e-3F) + F(2.454804e-5F) * a2) * a2;
  const F sine = a + sine_tail * a2 * a;
  const F cosine = F(1.0F) + (cosine_tail * a2 * a2 - F(0.5F) * a2);

  NormalPair<count> normals;
  for (std::size_t i = 0; i < count; ++i) {
    const Word angle = angle_bits.part[i];
    const Mask odd = xsimd::batch_bool_cast<float>((angle & Word(0x40000000U)) != Word(0U));
    const Float first = radius.part[i] * xsimd::select(odd, sine.part[i], cosine.part[i]);
    const Float second = radius.part[i] * xsimd::select(odd, cosine.part[i], sine.part[i]);
    const Word sign_bit(0x80000000U);
    normals.first.part[i] = as_float(as_word(first) ^ ((angle ^ (angle << 1)) & sign_bit));
    normals.second.part[i] = as_float(as_word(second) ^ (angle & sign_bit));
  }
  return normals;
}

}  // namespace igb::IGB_TARGET
