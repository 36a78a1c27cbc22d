// The vector types and the few operations that all kernels are written on. The only file that
// includes xsimd. Compiled once per instruction set, each time in a namespace named after it
// (IGB_TARGET), so that the linker can never merge code of two instruction sets.
#pragma once

#if !defined(IGB_TARGET)
#error "IGB_TARGET names the instruction set: emulated, baseline, avx2 or avx512"
#endif

#define IGB_IS_emulated 1
#define IGB_IS_baseline 0
#define IGB_IS_avx2 0
#define IGB_IS_avx512 0
#define IGB_CONCATENATE(a, b) a##b
#define IGB_IS(target) IGB_CONCATENATE(IGB_IS_, target)
#if IGB_IS(IGB_TARGET)
#define IGB_EMULATED
#define XSIMD_WITH_EMULATED 1
#endif

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <xsimd/xsimd.hpp>

namespace igb::IGB_TARGET {

#if defined(IGB_EMULATED)
using Arch = xsimd::emulated<128>;
inline constexpr bool has_fma = false;
#else
using Arch = xsimd::default_arch;
#if defined(__FMA__) || defined(__AVX512F__) || defined(__aarch64__)
inline constexpr bool has_fma = true;
#else
inline constexpr bool has_fma = false;
#endif
#endif

using Float = xsimd::batch<float, Arch>;
using Int = xsimd::batch<std::int32_t, Arch>;
using Word = xsimd::batch<std::uint32_t, Arch>;
using Mask = xsimd::batch_bool<float, Arch>;

inline constexpr std::size_t lanes = Float::size;

using Double = xsimd::batch<double, Arch>;
inline constexpr std::size_t double_lanes = Double::size;

#define IGB_INLINE inline __attribute__((always_inline))
#define IGB_LAMBDA_INLINE __attribute__((always_inline))

/// a * b + c: fused where the target has it. Never used for random numbers.
template <class Vector>
IGB_INLINE Vector mul_add(Vector a, Vector b, Vector c) {
  if constexpr (has_fma) {
    return xsimd::fma(a, b, c);
  } else {
    return a * b + c;
  }
}

/// Horner's rule, highest coefficient first.
template <class Vector, std::size_t count>
IGB_INLINE Vector polynomial(Vector x,
                             const std::array<typename Vector::value_type, count>& coefficients) {
  Vector sum(coefficients[0]);
  for (std::size_t i = 1; i < count; ++i) sum = mul_add(sum, x, Vector(coefficients[i]));
  return sum;
}

/// 0, 1, 2, ... in the lanes.
IGB_INLINE Word lane_index() {
  alignas(64) std::array<std::uint32_t, lanes> index{};
  for (std::size_t i = 0; i < lanes; ++i) index[i] = static_cast<std::uint32_t>(i);
  return Word::load_aligned(index.data());
}

// WebAssembly is compiled twice, the second time by an engine that keeps to what it is given.
#if defined(__wasm_simd128__) && !defined(IGB_EMULATED)
#define IGB_COMPILED_TWICE
#if __clang_major__ < 16  // clang 19 takes no vectors
#define IGB_COMPILED_TWICE_IN_ORDER
#endif
#endif

/// The number or pointer, of which the first compiler forgets what it is; no instruction. Only
/// where code is compiled twice.
template <class Value>
IGB_INLINE Value unknown(Value value) {
#if defined(IGB_COMPILED_TWICE)
  asm volatile("" : "+r"(value));
#endif
  return value;
}

/// The vector, computed here and nowhere else.
template <class Vector>
IGB_INLINE Vector in_order(Vector value) {
#if defined(IGB_COMPILED_TWICE_IN_ORDER)
  v128_t raw = value;
  asm volatile("" : "+r"(raw));
  return Vector(raw);
#else
  return value;
#endif
}

/// The same constants, to be read from memory at each use: V8 builds those that it is told of by
/// three instructions (normals: 0.95 of the time in Chromium 156, 0.97 in Node.js 20).
template <class Constants>
IGB_INLINE const Constants& in_memory(const Constants& constants) {
  return *unknown(&constants);
}

struct WideProduct {
  Word high;
  Word low;
};

/// The 64-bit products of the lanes with m, split in halves. xsimd has no such operation.
IGB_INLINE WideProduct wide_multiply(Word a, std::uint32_t m) {
#if defined(IGB_EMULATED)
  alignas(64) std::array<std::uint32_t, lanes> in{};
  alignas(64) std::array<std::uint32_t, lanes> high{};
  alignas(64) std::array<std::uint32_t, lanes> low{};
  a.store_aligned(in.data());
  for (std::size_t i = 0; i < lanes; ++i) {
    const std::uint64_t product = std::uint64_t{in[i]} * m;
    high[i] = static_cast<std::uint32_t>(product >> 32);
    low[i] = static_cast<std::uint32_t>(product);
  }
  return {Word::load_aligned(high.data()), Word::load_aligned(low.data())};
#elif defined(__AVX512F__)
  const __m512i factor = _mm512_set1_epi32(static_cast<int>(m));
  const __m512i even = _mm512_mul_epu32(a, factor);
  const __m512i odd = _mm512_mul_epu32(_mm512_srli_epi64(a, 32), factor);
  return {Word(_mm512_mask_shuffle_epi32(odd, 0x5555, even, _MM_PERM_DDBB)),
          Word(_mm512_mask_shuffle_epi32(even, 0xAAAA, odd, _MM_PERM_CCAA))};
#elif defined(__AVX2__)
  const __m256i factor = _mm256_set1_epi32(static_cast<int>(m));
  const __m256i even = _mm256_mul_epu32(a, factor);
  const __m256i odd = _mm256_mul_epu32(_mm256_srli_epi64(a, 32), factor);
  return {Word(_mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xAA)),
          Word(_mm256_mullo_epi32(a, factor))};
#elif defined(__SSE2__) && !defined(__EMSCRIPTEN__)
  const __m128i factor = _mm_set1_epi32(static_cast<int>(m));
  const __m128i even = _mm_mul_epu32(a, factor);
  const __m128i odd = _mm_mul_epu32(_mm_srli_epi64(a, 32), factor);
  const __m128i odd_mask = _mm_set_epi32(-1, 0, -1, 0);
  return {Word(_mm_or_si128(_mm_srli_epi64(even, 32), _mm_and_si128(odd, odd_mask))),
          Word(_mm_or_si128(_mm_andnot_si128(odd_mask, even), _mm_slli_epi64(odd, 32)))};
#elif defined(__wasm_simd128__)
  // Of a factor that clang knows or keeps outside of a loop, it would make i64x2.mul, eight
  // instructions (normals: 0.70 of the time in Node.js 20, 0.65 in Chromium).
  const v128_t factor = in_order(Word(unknown(m)));
  const v128_t first = wasm_u64x2_extmul_low_u32x4(a, factor);
  const v128_t second = wasm_u64x2_extmul_high_u32x4(a, factor);
  return {Word(wasm_i32x4_shuffle(first, second, 1, 3, 5, 7)),
          Word(wasm_i32x4_shuffle(first, second, 0, 2, 4, 6))};
#elif defined(__ARM_NEON)
  const uint32x4_t in = a;
  const uint64x2_t first = vmull_n_u32(vget_low_u32(in), m);
  const uint64x2_t second = vmull_n_u32(vget_high_u32(in), m);
  return {Word(vcombine_u32(vshrn_n_u64(first, 32), vshrn_n_u64(second, 32))),
          Word(vcombine_u32(vmovn_u64(first), vmovn_u64(second)))};
#else
#error "no wide multiplication for this target: build with IGB_TARGET=emulated only"
#endif
}

IGB_INLINE Word exclusive_or(Word a, Word b, Word c) {
#if defined(__AVX512F__) && !defined(IGB_EMULATED)
  return Word(_mm512_ternarylogic_epi32(a, b, c, 0x96));
#else
  return a ^ b ^ c;
#endif
}

#if defined(IGB_EMULATED)
/// Takes four vectors for 4 x 4 matrices, one in each group of four lanes, and transposes these.
IGB_INLINE void transpose_fours(std::array<Float, 4>& rows) {
  alignas(64) std::array<std::array<float, lanes>, 4> in;
  alignas(64) std::array<std::array<float, lanes>, 4> out;
  for (std::size_t j = 0; j < 4; ++j) rows[j].store_aligned(in[j].data());
  for (std::size_t j = 0; j < 4; ++j) {
    for (std::size_t i = 0; i < lanes; ++i) out[j][i] = in[i % 4][i / 4 * 4 + j];
  }
  for (std::size_t j = 0; j < 4; ++j) rows[j] = Float::load_aligned(out[j].data());
}
#else
/// Of each group of four lanes, `first` and `first` + 1 of a and b in turn: by `size` lanes at
/// once.
template <std::size_t first, std::size_t size, std::size_t... lane>
IGB_INLINE Float zip_fours(Float a, Float b, std::index_sequence<lane...>) {
  using Raw [[gnu::vector_size(sizeof(float) * lanes)]] = float;
  constexpr auto from = [](std::size_t i) {
    return i / 4 * 4 + first + i % 4 / (2 * size) * size + i % size + (i / size % 2) * lanes;
  };
  using Register = Float::register_type;
  return Float(reinterpret_cast<Register>(__builtin_shufflevector(
      reinterpret_cast<Raw>(Register(a)), reinterpret_cast<Raw>(Register(b)), from(lane)...)));
}

/// Takes four vectors for 4 x 4 matrices, one in each group of four lanes, and transposes these.
IGB_INLINE void transpose_fours(std::array<Float, 4>& rows) {
  constexpr std::make_index_sequence<lanes> all;
  const Float a = zip_fours<0, 1>(rows[0], rows[1], all);
  const Float b = zip_fours<2, 1>(rows[0], rows[1], all);
  const Float c = zip_fours<0, 1>(rows[2], rows[3], all);
  const Float d = zip_fours<2, 1>(rows[2], rows[3], all);
  rows = {zip_fours<0, 2>(a, c, all), zip_fours<2, 2>(a, c, all), zip_fours<0, 2>(b, d, all),
          zip_fours<2, 2>(b, d, all)};
}
#endif

IGB_INLINE Float as_float(Word bits) { return xsimd::bitwise_cast<float>(bits); }
IGB_INLINE Word as_word(Float value) { return xsimd::bitwise_cast<std::uint32_t>(value); }
IGB_INLINE Int as_int(Word bits) { return xsimd::bitwise_cast<std::int32_t>(bits); }
IGB_INLINE Word as_word(Int value) { return xsimd::bitwise_cast<std::uint32_t>(value); }
/// Nearest float to a signed integer, ties to even, on every target.
IGB_INLINE Float to_float(Int value) { return xsimd::to_float(value); }
/// The lower / higher of the two; the second operand where either is NaN or both are zero.
/// Of floats or doubles; no templates over all types, to which xsimd's with another rule would be
/// preferred.
IGB_INLINE Float min(Float a, Float b) { return xsimd::select(a < b, a, b); }
IGB_INLINE Float max(Float a, Float b) { return xsimd::select(a > b, a, b); }
IGB_INLINE Double min(Double a, Double b) { return xsimd::select(a < b, a, b); }
IGB_INLINE Double max(Double a, Double b) { return xsimd::select(a > b, a, b); }

/// f(0), f(1) ... f(count - 1) one after the other, whatever the compiler thinks of their number:
/// arrays of vectors that loops remain around are kept in memory.
template <std::size_t count, class Function>
IGB_INLINE void unrolled(Function f) {
  [&]<std::size_t... i>(std::index_sequence<i...>) IGB_LAMBDA_INLINE { (f(i), ...); }
  (std::make_index_sequence<count>());
}

/// The lanes as doubles, in their order.
IGB_INLINE std::array<Double, 2> widen(Float x) {
#if defined(IGB_EMULATED)
  alignas(64) std::array<float, lanes> in;
  alignas(64) std::array<double, lanes> out;
  x.store_aligned(in.data());
  for (std::size_t i = 0; i < lanes; ++i) out[i] = in[i];
  return {Double::load_aligned(out.data()), Double::load_aligned(out.data() + double_lanes)};
#elif defined(__AVX512F__)
  return {Double(_mm512_cvtps_pd(_mm512_castps512_ps256(x))),
          Double(_mm512_cvtps_pd(_mm512_extractf32x8_ps(x, 1)))};
#elif defined(__AVX__)
  return {Double(_mm256_cvtps_pd(_mm256_castps256_ps128(x))),
          Double(_mm256_cvtps_pd(_mm256_extractf128_ps(x, 1)))};
#elif defined(__SSE2__) && !defined(__EMSCRIPTEN__)
  return {Double(_mm_cvtps_pd(x)), Double(_mm_cvtps_pd(_mm_movehl_ps(x, x)))};
#elif defined(__wasm_simd128__)
  const v128_t in = x;
  return {Double(wasm_f64x2_promote_low_f32x4(in)),
          Double(wasm_f64x2_promote_low_f32x4(wasm_i32x4_shuffle(in, in, 2, 3, 2, 3)))};
#elif defined(__ARM_NEON)
  const float32x4_t in = x;
  return {Double(vcvt_f64_f32(vget_low_f32(in))), Double(vcvt_high_f64_f32(in))};
#endif
}

#if defined(__AVX512F__) && !defined(IGB_EMULATED)
/// Vectors half as long, of which this target multiplies two at a time.
using HalfFloat = xsimd::batch<float, xsimd::fma3<xsimd::avx2>>;
IGB_INLINE HalfFloat mul_add(HalfFloat a, HalfFloat b, HalfFloat c) { return xsimd::fma(a, b, c); }
IGB_INLINE Double widen(HalfFloat x) { return Double(_mm512_cvtps_pd(x)); }
#else
using HalfFloat = Float;
#endif

/// Each group of four lanes to a place of its own, `offset` floats into it.
IGB_INLINE void store_fours(Float x, const std::array<float*, lanes / 4>& to, std::size_t offset) {
#if defined(__AVX512F__) && !defined(IGB_EMULATED)
  _mm_storeu_ps(to[0] + offset, _mm512_castps512_ps128(x));
  _mm_storeu_ps(to[1] + offset, _mm512_extractf32x4_ps(x, 1));
  _mm_storeu_ps(to[2] + offset, _mm512_extractf32x4_ps(x, 2));
  _mm_storeu_ps(to[3] + offset, _mm512_extractf32x4_ps(x, 3));
#elif defined(__AVX__) && !defined(IGB_EMULATED)
  _mm_storeu_ps(to[0] + offset, _mm256_castps256_ps128(x));
  _mm_storeu_ps(to[1] + offset, _mm256_extractf128_ps(x, 1));
#else
  static_assert(lanes == 4);
  x.store_unaligned(to[0] + offset);
#endif
}

/// Whether it does in every lane. Of xsimd::all on emulated vectors GCC 14 thinks that it reads
/// beyond an array.
IGB_INLINE bool holds_everywhere(Mask mask) {
  return mask.mask() == (std::uint64_t{1} << lanes) - 1;
}

/// Several vectors that take every step together: their independent chains hide each other's
/// latency, which bounds the random numbers. Compiled twice they are kept side by side (normals in
/// Chromium 156: 0.84 of the time).
template <class Vector, std::size_t count>
struct Pack {
  std::array<Vector, count> part;

  Pack() = default;
  IGB_INLINE explicit Pack(Vector all) { part.fill(all); }

  friend IGB_INLINE Pack operator+(Pack a, Pack b) {
    unrolled<count>([&](std::size_t i)
                        IGB_LAMBDA_INLINE { a.part[i] = in_order(a.part[i] + b.part[i]); });
    return a;
  }
  friend IGB_INLINE Pack operator-(Pack a, Pack b) {
    unrolled<count>([&](std::size_t i)
                        IGB_LAMBDA_INLINE { a.part[i] = in_order(a.part[i] - b.part[i]); });
    return a;
  }
  friend IGB_INLINE Pack operator*(Pack a, Pack b) {
    unrolled<count>([&](std::size_t i)
                        IGB_LAMBDA_INLINE { a.part[i] = in_order(a.part[i] * b.part[i]); });
    return a;
  }
  friend IGB_INLINE Pack operator^(Pack a, Pack b) {
    unrolled<count>([&](std::size_t i)
                        IGB_LAMBDA_INLINE { a.part[i] = in_order(a.part[i] ^ b.part[i]); });
    return a;
  }
};

template <std::size_t count>
using Floats = Pack<Float, count>;
template <std::size_t count>
using Words = Pack<Word, count>;

template <std::size_t count>
struct WideProducts {
  Words<count> high;
  Words<count> low;
};

// What philox.hpp asks of vectors. Of numbers and vectors, the numbers are joined first.
template <std::size_t count>
IGB_INLINE WideProducts<count> philox_multiply(const Words<count>& a, std::uint32_t m) {
  WideProducts<count> products;
  unrolled<count>([&](std::size_t i) IGB_LAMBDA_INLINE {
    const WideProduct one = wide_multiply(a.part[i], m);
    products.high.part[i] = one.high;
    products.low.part[i] = one.low;
  });
  return products;
}
template <std::size_t count>
IGB_INLINE Words<count> philox_mix(const Words<count>& a, const Words<count>& b, std::uint32_t c) {
  Words<count> mixed;
  unrolled<count>([&](std::size_t i) IGB_LAMBDA_INLINE {
    mixed.part[i] = exclusive_or(a.part[i], b.part[i], Word(c));
  });
  return mixed;
}
template <std::size_t count>
IGB_INLINE Words<count> philox_mix(const Words<count>& a, std::uint32_t b, std::uint32_t c) {
  return a ^ Words<count>(Word(b ^ c));
}
template <std::size_t count>
IGB_INLINE Words<count> philox_mix(std::uint32_t a, const Words<count>& b, std::uint32_t c) {
  return philox_mix(b, a, c);
}

/// f of each vector.
template <class Vector, std::size_t count, class Function>
IGB_INLINE auto each(const Pack<Vector, count>& pack, Function f) {
  Pack<decltype(f(pack.part[0])), count> result;
  unrolled<count>([&](std::size_t i) IGB_LAMBDA_INLINE { result.part[i] = f(pack.part[i]); });
  return result;
}

}  // namespace igb::IGB_TARGET
