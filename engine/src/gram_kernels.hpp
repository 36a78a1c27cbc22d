// Kernels of the Gram sampler (gram_network.cpp): one panel of units for all inputs at a time, from
// normals to the products of features. Compiled once per instruction set, as kernels.hpp.
//
// Inputs are told apart by their differences. A panel holds the pre-activations of gram_units
// units, a row an input: row 0 is h_0 in units of the first input's own, row a is h_a - h_0 in
// units of that difference. Activations turn it into phi(h_0) and phi(h_a) - phi(h_0) in place.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels.hpp"

namespace igb {

inline constexpr std::size_t gram_units = 64;    ///< units a panel
inline constexpr std::size_t gram_rows = 128;    ///< units a block of features
inline constexpr std::size_t factor_rows = 6;    ///< inputs a tile of the factor
inline constexpr std::size_t gram_padding = 16;  ///< inputs: whole vectors of floats everywhere

/// Floats of a factor of that many inputs. Tile t holds rows a = 6 t .. 6 t + 5 as [k][a - 6 t] for
/// k < 6 (t + 1), 0 where k > a or a is no input.
[[nodiscard]] constexpr std::size_t factor_tile(std::size_t tile) {
  return factor_rows * factor_rows / 2 * tile * (tile + 1);
}

/// panel[a, i] = sum_(k <= a) factor[a, k] z(first_unit + i, k); k ascending.
struct GramDraw {
  NormalSource source;
  std::uint32_t first_unit;
  std::size_t inputs;
  const float* factor;
  float* panel;  ///< [gram_panel_rows(inputs), gram_units]
};

/// Rows of a panel: inputs rounded up to whole tiles of the factor and to whole quads of normals.
[[nodiscard]] constexpr std::size_t gram_panel_rows(std::size_t inputs) {
  return (inputs + 11) / 12 * 12;
}

/// A panel and what belongs to its inputs, arrays over them. Powers of two but for `weight`; of
/// input 0 `size` and `share` are 0.
struct GramPanel {
  float* values;
  std::size_t inputs;
  const float* size;     ///< unit of h_a - h_0 by that of h_0
  const float* inverse;  ///< its reciprocal, at most 2^126
  const float* share;    ///< unit of h_a - h_0 by the largest of them
  const float* weight;   ///< of h_a in units of h_0: reciprocal standard deviation
};

/// Sums over the inputs of a panel, by unit.
struct GramSums {
  double difference[gram_units];       ///< of share (h_a - h_0)
  double square[gram_units];           ///< of its square
  double weighted[gram_units];         ///< of weight h_a
  double weighted_square[gram_units];  ///< of its square
};

/// Features of units side by side, [units, stride]: row 0 of the panel in column 0, and so on.
struct GramBlock {
  float* rows;  ///< [gram_rows + 1, stride], the last one for what is left out
  std::size_t stride;
  std::size_t inputs;
};

/// [inputs, stride], rows padded to gram_padding at least.
struct GramSquare {
  double* values;
  std::size_t stride;
  std::size_t inputs;
};

struct GramKernels {
  void (*draw)(const GramDraw& job);
  void (*statistics)(const GramPanel& panel, GramSums& sums);
  /// By Activation::kernel. phi(h_0) is multiplied by `scale`. Relative to the difference itself
  /// phi(h_a) - phi(h_0) is right to 2^-18 or so, and exact but for rounding for piecewise linear
  /// phi.
  void (*const* features)(const GramPanel& panel, float parameter, float scale);
  /// Appends the first `units` units of a panel to the block as rows `filled` and following, but
  /// for those whose features all are 0. Returns the rows then filled.
  std::size_t (*gather)(const float* panel, std::size_t units, const GramBlock& block,
                        std::size_t filled);
  /// square[a, b] += sum over rows of block[row, a] block[row, b] for b <= a (and others, in the
  /// square's own padding and above its diagonal); rows in ascending order, in float, the sum then
  /// added in double.
  void (*accumulate)(const GramBlock& block, std::size_t rows, double* square);
  /// The same with all sums in double, products exact. `wide`: [exact_rows, stride] scratch.
  void (*accumulate_exactly)(const GramBlock& block, std::size_t rows, double* square,
                             double* wide);
  /// square[b, a] = scale shrink[a] shrink[b] square[a, b] for b <= a. Lost is what else lies in
  /// the tiles of 8 x 8 along the diagonal.
  void (*spread)(const GramSquare& square, double scale, const double* shrink);
  /// Cholesky's factor U, U^T U being the symmetric matrix of which the square's upper triangle is
  /// read and overwritten. Rows whose pivot is not above `dropped` times their `diagonal` become 0.
  /// Returns the smallest pivot relative to its diagonal, those left out whose diagonal is 0.
  double (*factor)(const GramSquare& square, const double* diagonal, double dropped);
  /// U in tiles of float32, as `draw` takes it.
  void (*pack)(const GramSquare& square, float* factor);
};

inline constexpr std::size_t exact_rows = 32;

}  // namespace igb
