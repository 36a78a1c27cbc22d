#pragma once

#include <cstddef>
#include <span>

#include "igb/activation.hpp"
#include "igb/arena.hpp"
#include "igb/block.hpp"
#include "igb/mean_field.hpp"
#include "igb/status.hpp"

namespace igb {

class MomentTable;

/// Fixed points over a grid of the (sigma_b2, sigma_w2) plane, a row at a time: the caller's loop
/// sees every row and may stop after any of them.
///
///     PhaseMap map;
///     Status status = map.begin(phi, {}, arena);
///     for (double sigma_b2 : rows) {
///       status = map.row(sigma_b2, sigma_w2, points);
///       ...
///     }
///
/// Every moment of a plain network depends on q alone but for one function of q and d. They are
/// tabulated once per activation, as far as the rows come, by Chebyshev interpolation whose error
/// is checked; a point then takes two Newton searches on polynomials.
///
/// A report agrees with that of fixed_point() to 1e-9: q_star, gamma_star (1 / (1 + gamma_star)
/// where gamma_star < 1), chi's and depth scales relative to themselves, phase and q_fixed_points
/// exactly. Points for which the table cannot promise that are handed to fixed_point(): those where
/// chi_1, chi_q or chi_c_star is within 1e-4 of 1, or c_star within 1e-8 of 1/2; where the variance
/// diverges, or dies though phi is not odd; where an interpolation missed its accuracy; and all
/// points of homogeneous activations and of blocks other than `plain`, `convolution` and
/// `delta_orthogonal`. Where that does not converge, the numbers of a report are NaN and
/// q_fixed_points is 0.
///
/// Cost for tanh: around 0.4 us a point and, when the grid first comes there, 0.1 to 20 ms for each
/// range of q, a factor of 4; beyond q ~ 40 a range takes 0.4 s, beyond 160 every point is handed
/// over. Where E[phi^2] / q rises with q (GELU, SiLU), 2 us a point.
class PhaseMap {
 public:
  /// Bytes that `begin` takes from its arena: 180 KB.
  static Status bytes(std::size_t& bytes);

  /// `phi` must outlive the map. Errors: of validate(block) and of the arena.
  Status begin(const Activation& phi, const Block& block, Arena& arena);

  /// points[j] = fixed_point at (sigma_b2, sigma_w2[j]). Ascending sigma_w2 is fastest. Errors:
  /// out_of_range (sigma_b2; sigma_w2, the first value that is); buffer_too_small (points);
  /// finished (before `begin`); those of fixed_point but no_convergence.
  Status row(double sigma_b2, std::span<const double> sigma_w2, std::span<FixedPoint> points);

 private:
  void tabulated_row(double sigma_b2, std::span<const double> sigma_w2,
                     std::span<FixedPoint> points);

  Initialisation init_;
  MomentTable* table_ = nullptr;
};

}  // namespace igb
