#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "igb/status.hpp"

namespace igb {

/// What stands between two layers besides the activation phi (THEORY.md sections 4 and 5). h is a
/// pre-activation, h' that of the next layer, W and b its weights and biases.
enum class BlockKind {
  plain,              ///< h' = W phi(h) + b
  max_pool,           ///< W acts on the maxima of phi(h) over `pool` disjoint units
  average_pool,       ///< W acts on the means of phi(h) over `pool` disjoint units
  dropout,            ///< W acts on phi(h) m / keep, m = 1 with probability `keep`, else 0
  residual_scaled,    ///< h' = h + (W phi(h) + b) / sqrt(residual_depth)
  residual,           ///< x' = x + V phi(h) + a, h = W x + b (Yang and Schoenholz 2017)
  residual_after,     ///< x' = phi(x + (W x + b) / sqrt(residual_depth)) (Bassi et al.)
  layer_norm_before,  ///< h is normalised over its units before phi
  layer_norm_after,   ///< phi(h) is
  batch_norm_before,  ///< every unit of h is normalised over the inputs before phi
  batch_norm_after,   ///< every unit of phi(h) is
  convolution,        ///< circular, `taps` wide in each dimension, W of i.i.d. entries
  delta_orthogonal,   ///< circular, W orthogonal at the central tap and 0 elsewhere
};

/// How a pool of `pool` units hands its one value on. Both have the same law, forward and backward.
enum class PoolWidth {
  reduced,   ///< once: W acts on width / pool values, W_ij ~ N(0, sigma_w2 pool / width)
  repeated,  ///< written `pool` times, so that W stays square, W_ij ~ N(0, sigma_w2 / width)
};

/// A block as plain values; fields that its kind does not name are ignored.
struct Block {
  BlockKind kind = BlockKind::plain;
  std::uint32_t pool = 2;                     ///< units a pool, 2 .. pool_max
  PoolWidth pool_width = PoolWidth::reduced;  ///< of networks; theory is that of both
  double keep = 1.0;                          ///< of dropout, keep_min .. 1
  std::uint32_t residual_depth = 1;           ///< the L under the root, 1 .. depth_max
  double sigma_v2 = 1.0;                      ///< V_ij ~ N(0, sigma_v2 / N), range of sigma_w2
  double sigma_a2 = 0.0;                      ///< a_i ~ N(0, sigma_a2), range of sigma_b2
  std::uint32_t taps = 3;                     ///< along a dimension, odd, 1 .. taps_max
  std::uint32_t dimensions = 1;               ///< of the grid of positions of a convolution, 1 or 2
  std::uint32_t side = 8;  ///< positions along a dimension, of networks, 1 .. side_max
};

inline constexpr std::uint32_t pool_max = 64;
inline constexpr double keep_min = 1e-3;
inline constexpr std::uint32_t taps_max = 1023;
inline constexpr std::uint32_t side_max = 1U << 12;

/// out_of_range, naming the field.
Status validate(const Block& block);

/// "plain", "max_pool", ... in the order of the enumeration.
[[nodiscard]] std::span<const char* const> block_names();
[[nodiscard]] const char* block_name(BlockKind kind);
/// unknown_name where there is no such block.
Status find_block(std::string_view name, BlockKind& kind);
/// "reduced", "repeated".
[[nodiscard]] std::span<const char* const> pool_width_names();

}  // namespace igb
