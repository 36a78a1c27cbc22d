// d_phi, the distance of post-activations (pair_kernels.hpp), of any activation for inputs whose
// variances and distances lie in given ranges.
#pragma once

#include <cstddef>
#include <span>

#include "igb/activation.hpp"
#include "igb/arena.hpp"
#include "pair_kernels.hpp"

namespace igb {

/// How much shorter than for tanh panels must be to resolve phi up to variance q_high: at most 1.
[[nodiscard]] double panel_fraction(const Activation& phi, double q_high);

/// By quadrature on such panels. Any kinks, any variances > 0. Relative error about 1e-12. Cost:
/// some 20000 evaluations of phi.
[[nodiscard]] double feature_distance(const Activation& phi, double q_a, double q_b, double d,
                                      double fraction);

/// By interpolation: R and S of InterpolatedForm at Chebyshev nodes in ln q and in sqrt d.
///
/// R is an average of q E[phi'(u) phi'(v)] over the correlations between c and 1, S comes from one
/// Gaussian integral of a square: neither cancels, so that d_phi is right relative to d and to the
/// differences of variances. Both are analytic in ln q and sqrt d, kinks at 0 included. At other
/// kinks they are so along equal variances only.
class PairMap {
 public:
  static constexpr std::size_t variances_max = 24;
  static constexpr std::size_t roots_max = 64;
  static constexpr std::size_t columns_max = variances_max + 1;

  void take_buffers(Arena& arena);

  /// For variances in [q_low, q_high] > 0 and distances up to d_high. False where so many nodes do
  /// not reach 1e-11 relative to R. Cost: 10^4 evaluations of phi' a pair of nodes (q, sqrt d).
  [[nodiscard]] bool build(const Activation& phi, double q_low, double q_high, double d_high);

  /// Columns of PairRow for these variances.
  void prepare(std::span<const double> q, double* columns, std::size_t stride) const;

  [[nodiscard]] InterpolatedForm form() const;

 private:
  struct Resolution {
    bool roots;
    bool variances;
  };

  [[nodiscard]] double variance(std::size_t i) const;
  [[nodiscard]] double& ratio_at(std::size_t i, std::size_t k, std::size_t j) const {
    return ratio_[(i * roots_ + k) * variances_ + j];
  }
  void fill_averaging();
  [[nodiscard]] bool fill(const Activation& phi);
  [[nodiscard]] Resolution resolution() const;

  std::size_t variances_ = 0;
  std::size_t roots_ = 0;
  double log_centre_ = 0.0;
  double log_half_ = 0.0;
  double root_high_ = 0.0;
  double fraction_ = 1.0;
  std::span<double> ratio_;
  std::span<double> spread_;
  std::span<double> row_ratio_;
  std::span<double> row_spread_;
  std::span<double> averaging_;
  std::span<double> outer_;
};

}  // namespace igb
