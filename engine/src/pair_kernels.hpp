// Kernels over pairs of inputs in double precision, for the recursion of the D x D matrix of
// covariances (kernel_recursion.cpp). Compiled once per instruction set, as kernels.hpp.
#pragma once

#include <cstddef>

namespace igb {

/// Rows of pairs and arrays over inputs are padded to a multiple of this: whole vectors everywhere.
inline constexpr std::size_t pair_padding = 8;

/// What the variance of the next layer is made of, as the roots of shares that add up to 1 for
/// every input: a unit vector an input, whose products make the next correlation.
struct Shares {
  static constexpr std::size_t columns = 5;
  const double* carried;   ///< skipped past the activation; correlated as the layer before
  const double* weighted;  ///< through the weights; correlated as phi(u), phi(v)
  const double* mean;      ///< mean of phi through the weights, with its sign; fully correlated
  const double* bias;      ///< fully correlated
  const double* own;       ///< uncorrelated between inputs
};

/// One row of the triangle: d_ab for b < a, replaced by that of the next layer,
///   d' = carried_a carried_b d + weighted_a weighted_b d_phi + |e_a - e_b|^2 / 2,
/// e being the unit vector of shares; d_phi = 1 - E[phi(u) phi(v)] / sqrt(E[phi(u)^2] E[phi(v)^2]).
struct PairRow {
  double* d;
  std::size_t a;
  Shares shares;
  const double* columns;  ///< what prepare left
  std::size_t stride;     ///< doubles from one column to the next
};

/// d_phi in closed form.
struct PairForm {
  std::size_t columns = 0;  ///< arrays over inputs that `prepare` fills
  void (*prepare)(const double* q, std::size_t count, double* columns,
                  std::size_t stride) = nullptr;
  void (*row)(const PairRow& row) = nullptr;  ///< null: no closed form
};

/// phi(x) = straight x + bent |x|, which every homogeneous phi is: shares of its second moment.
struct HomogeneousForm {
  double straight;
  double bent;
};

/// d_phi = ln(q_a / q_b)^2 S(q_a, q_b) + d R(q_a, q_b, sqrt d), both known at nodes in q; R as
/// coefficients of Chebyshev polynomials in sqrt d over [0, root_high] (pair_map.hpp). Columns of a
/// row: Lagrange's polynomials of the nodes at each input's variance, and ln q.
struct InterpolatedForm {
  std::size_t variances;  ///< nodes in q
  std::size_t roots;      ///< coefficients
  double root_high;
  const double* ratio;   ///< [variances, roots, variances]
  const double* spread;  ///< [variances, variances]
  double* row_ratio;     ///< scratch [roots, variances]
  double* row_spread;    ///< scratch [variances]
};

struct PairKernels {
  /// sum_i (x_i - y_i)^2 / 2
  double (*half_square_distance)(const float* x, const float* y, std::size_t count);
  void (*homogeneous)(const PairRow& row, const HomogeneousForm& form);
  void (*given)(const PairRow& row);  ///< the first column holds d_phi of this row
  void (*interpolated)(const PairRow& row, const InterpolatedForm& form);
  const PairForm* closed;  ///< by Activation::kernel
  /// x.y; both start at a multiple of 64 bytes.
  double (*dot)(const double* x, const double* y, std::size_t count);
  /// Products of `dot_rows` such rows with y; count a multiple of pair_padding.
  void (*dots)(const double* const* rows, const double* y, std::size_t count, double* products);
};

inline constexpr std::size_t dot_rows = 4;

}  // namespace igb
