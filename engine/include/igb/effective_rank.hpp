#pragma once

#include <cstddef>

#include "igb/arena.hpp"
#include "igb/network.hpp"

namespace igb {

/// How many directions a layer makes use of: the participation ratio tr(K)^2 / tr(K^2) of the
/// eigenvalues of the Gram matrix K_ab = h_a . h_b over inputs. In a convolution h_a holds all
/// channels at all positions. r equal eigenvalues give r; at most
/// the lesser of inputs and units. NaN where K = 0.
struct EffectiveRank {
  double uncentred;  ///< falls to 1 where inputs become alike, c -> 1
  /// Of h less its mean over the inputs, as in principal component analysis: at most inputs - 1.
  /// What is left of the differences between inputs, however small they are: the centred values are
  /// formed unit by unit, so that 1 - c may lie far below float32 resolution.
  double centred;
};

/// Both ranks, in double; relative error below 1e-11, of the centred one 1e-8 where the spread is
/// but a few units in the last place of h. No matrix is stored and no eigenvalue computed: tr(K^2)
/// is the sum of squares over all pairs of inputs, or of units if these are fewer.
/// With D inputs and N units, times positions in a convolution: scratch some 48 N + 8 D bytes
/// (effective_rank_bytes); cost D N min(D, N) / 2 multiply-adds: 2 ms for 100 inputs of 1000 units.
/// Errors: out_of_range (inputs, from 2; units, from 1); of the arena.
Status effective_rank(const LayerView& layer, Arena& scratch, EffectiveRank& rank);
/// `units` times positions.
Status effective_rank_bytes(std::size_t units, std::size_t inputs, std::size_t& bytes);

}  // namespace igb
