// The kernels, compiled once per instruction set (kernels.cpp) and chosen at run time (target.cpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "igb/initialisation.hpp"
#include "igb/random.hpp"

namespace igb {

/// Where random numbers come from, without row and column: Philox key and the fixed counter words.
struct NormalSource {
  std::array<std::uint32_t, 2> key;
  std::uint32_t layer_word;  ///< stream * 2^24 + layer
  std::uint32_t network;
};

[[nodiscard]] constexpr NormalSource normal_source(Draw draw, Stream stream, std::uint32_t layer) {
  return {{static_cast<std::uint32_t>(draw.seed), static_cast<std::uint32_t>(draw.seed >> 32)},
          static_cast<std::uint32_t>(stream) << 24 | layer,
          draw.network};
}

/// Columns of weights generated at a time, a multiple of 4: so many that sums seldom wait in memory
/// for the next ones, so few that the tile, 64 KiB at most, stays in the second-level cache.
inline constexpr std::size_t tile_columns = 512;
/// The widest panel of output units that any target computes at a time.
inline constexpr std::size_t panel_units_max = 32;
inline constexpr std::size_t tile_floats = tile_columns * panel_units_max;

/// One dense layer, weights z(i, k) of unit i and feature k generated in passing or, where `stored`
/// is not null, read from there (the layout of Parameters):
///   forward     out[a, i] = weight_scale sum_k z(i, k) in[a, k] + bias_scale z_b(i) + skip[a, i],
///   transposed  out[a, k] = weight_scale sum_i z(i, k) in[a, i] + skip[a, k], biases unused;
/// in_units counts the index of the sum, out_units the other.
/// Sums run in ascending order of their index, whatever the target, the rows and the units a tile.
/// Results smaller than the smallest normal number, 2^-126, are 0. Products and partial sums do not
/// underflow before, so that vanishing signals keep all their bits and cost no more than others;
/// unless some |in| < 2^-90 meets another > 2^32.
struct DenseJob {
  NormalSource weights;
  NormalSource biases;
  WeightLaw law;  ///< gaussian or uniform
  const float* stored;
  float weight_scale;
  float bias_scale;
  const float* in;  ///< [rows, in_stride]
  std::size_t in_units;
  std::size_t in_stride;
  float* out;  ///< [rows, out_stride], whole panels of units are written; not `in`
  std::size_t out_units;
  std::size_t out_stride;
  const float* skip;  ///< null, or [rows, out_stride] added at the end, whole panels; not `out`
  std::size_t rows;
  float* tile;  ///< tile_floats, 64-byte aligned scratch
};

/// Householder reflections, the factors of orthogonal weights:
/// values[a, k] -= factor (sum_j direction[j] values[a, j]) direction[k], k < count; in place,
/// nothing beyond `count` is touched. The sum runs in 16 interleaved parts (j mod 16), each in
/// ascending order, which are then added by halves: the same on every target.
struct ReflectionJob {
  const float* direction;
  float factor;
  std::size_t count;
  float* values;  ///< [rows, stride]
  std::size_t stride;
  std::size_t rows;
};

/// The gradient by weights and biases of a loss that is summed over rows, stored as these are:
/// out(i, k) = scale sum_a gradient[a, i] features[a, k], biases as of a feature that is always 1.
/// Sums run in ascending order of the rows. Padding becomes 0.
struct WeightGradientJob {
  const float* gradient;  ///< [rows, gradient_stride], by the units; 64-byte aligned, whole panels
  std::size_t out_units;
  std::size_t gradient_stride;
  const float* features;  ///< [rows, features_stride]
  std::size_t in_units;
  std::size_t features_stride;
  std::size_t rows;
  float scale;
  float* out;
};

/// One step of learning of `count` parameters, a multiple of panel_units_max, from their gradient
/// g:
///   sgd       w = keep w - rate g
///   momentum  m = momentum m + g,  w = keep w - rate m
///   adam      m = momentum m + (1 - momentum) g,  v = beta2 v + (1 - beta2) g^2,
///             w = keep w - rate m / (sqrt(v) root_scale + epsilon)
/// m and v smaller than 2^-126 become 0.
struct UpdateJob {
  float* values;
  const float* gradient;
  float* first;   ///< m, of momentum and adam
  float* second;  ///< v, of adam
  std::size_t count;
  float keep;
  float rate;
  float momentum;
  float first_share;  ///< 1 - momentum
  float beta2;
  float second_share;  ///< 1 - beta2
  float root_scale;
  float epsilon;
};

struct GramKernels;
struct PairKernels;

struct Kernels {
  /// Output units computed at a time. Rows of activations are padded to a multiple of it with units
  /// that nobody reads, so that panels are stored whole.
  std::size_t panel_units;
  /// out[count] = z(row, first_column ...).
  void (*normals)(const NormalSource& source, std::uint32_t row, std::uint32_t first_column,
                  std::size_t count, float* out);
  /// The same of uniform deviates.
  void (*uniforms)(const NormalSource& source, std::uint32_t row, std::uint32_t first_column,
                   std::size_t count, float* out);
  void (*dense)(const DenseJob& job);
  void (*dense_transposed)(const DenseJob& job);
  void (*reflect)(const ReflectionJob& job);
  void (*weight_gradient)(const WeightGradientJob& job);
  void (*sgd)(const UpdateJob& job);
  void (*momentum)(const UpdateJob& job);
  void (*adam)(const UpdateJob& job);
  /// values[count] = phi(values), in place, by Activation::kernel; count a multiple of panel_units.
  /// Results smaller than 2^-126 are 0.
  void (*const* activate)(float* values, float parameter, std::size_t count);
  /// gradient[count] *= phi'(values) of finite values, at a kink the slope of Activation, by
  /// Activation::kernel; count a multiple of panel_units. Results smaller than 2^-126 are 0.
  void (*const* multiply_slope)(const float* values, float parameter, std::size_t count,
                                float* gradient);
  const PairKernels* pairs;  ///< pair_kernels.hpp
  const GramKernels* gram;   ///< gram_kernels.hpp
};

namespace emulated {
extern const Kernels kernels;
}
namespace baseline {
extern const Kernels kernels;
}
namespace avx2 {
extern const Kernels kernels;
}
namespace avx512 {
extern const Kernels kernels;
}

/// The table of an available target.
[[nodiscard]] const Kernels& kernels_of(Target target);

}  // namespace igb
