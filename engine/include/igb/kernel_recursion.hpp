#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "igb/arena.hpp"
#include "igb/initialisation.hpp"
#include "igb/status.hpp"
#include "igb/target.hpp"

namespace igb {

struct PairRow;

inline constexpr std::uint32_t kernel_inputs_max = 1U << 16;

/// What the kernel of a layer says of its data set, for comparison with the moments of networks.
struct KernelMoments {
  double q = 0.0;          ///< mean of q_aa
  double c = 0.0;          ///< mean of c_ab over pairs a != b
  double sigma_mu2 = 0.0;  ///< mean of q_ab over pairs: variance over weights of the data's mean
  double sigma_y2 = 0.0;   ///< q - sigma_mu2, without cancellation

  [[nodiscard]] double gamma() const { return sigma_mu2 / sigma_y2; }
};

/// The covariances of D inputs over random weights, layer by layer, at infinite width: the
/// recursion of the D x D kernel q_ab (THEORY.md section 2) for any data. A step replaces the
/// kernel of one layer by that of the next, in place.
///
///     KernelRecursion kernel;
///     Status status = kernel.begin(init, inputs, input_width, arena);
///     while (status.ok() && kernel.layer() <= depth) {  // up to the output, layer depth + 1
///       status = kernel.step();
///       look(kernel.layer(), kernel.moments());
///     }
///
/// Kept are the variances q_aa and, for a > b, the distances d_ab = 1 - c_ab, which stay accurate
/// relative to themselves where c_ab agrees with 1 to all digits. Layer 0 is that of the inputs,
/// layer 1 affine in them.
///
/// Blocks: plain, average_pool, dropout, residual_scaled, residual, layer_norm_before, convolution
/// and delta_orthogonal; of the last two the kernel of one position.
///
/// Accuracy: d to a few 1e-15 for homogeneous phi and closed forms, 1e-11 for others, relative to
/// itself as long as variances differ by no more than d. Targets agree to rounding.
///
/// Memory: 4 D^2 bytes and some 150 D, for phi without a closed form 350 D and 0.4 MB.
class KernelRecursion {
 public:
  /// Bytes that `begin` takes from its arena. Errors: of `validate`; unknown_name (block: one that
  /// is not among the above); out_of_range (inputs, 1 .. kernel_inputs_max).
  static Status bytes(const Initialisation& init, std::size_t inputs, std::size_t& bytes);

  /// `inputs` [D, width], row-major, not kept; q_0,ab = x_a.x_b / width. A remainder that fills no
  /// row is ignored. Cost: 1.5 D^2 width flops.
  /// Errors: of `bytes`; out_of_range (width; q0, of an input, a normal number up to 1e12);
  /// non_finite (layer 0: an input is); unknown_name (target that cannot run here); of the arena.
  Status begin(const Initialisation& init, std::span<const float> inputs, std::uint32_t width,
               Arena& arena, Target target = Target::best);

  /// The same from covariances q_0,ab: `covariances` [D, D], of which the lower triangle is read.
  /// Further errors: out_of_range (covariances, the count, if it is no square; c0, -1 .. 1 up to
  /// rounding).
  Status begin(const Initialisation& init, std::span<const double> covariances, Arena& arena,
               Target target = Target::best);

  /// Computes the kernel of the next layer. Cost a pair on one AVX2 core: homogeneous phi 6 ns, erf
  /// 15 ns. Any other phi (pair_map.hpp): 5 to 100 ms a layer to interpolate its map, then 20 ns a
  /// pair; where that does not converge (variances that differ 100-fold or more, and differing
  /// variances under a phi with kinks elsewhere than at 0), quadrature, 0.2 ms a pair.
  /// Errors: finished (before `begin`, after a failure, beyond layer depth_max + 1); non_finite
  /// (variances that overflow; value is the layer).
  Status step();

  /// Layer of the kernel at hand.
  [[nodiscard]] std::uint32_t layer() const { return layer_; }
  [[nodiscard]] std::size_t inputs() const { return inputs_; }
  /// q_aa by input. May be infinite or 0 for homogeneous phi, whose d stay right all the same.
  [[nodiscard]] std::span<const double> q() const { return q_.first(inputs_); }
  /// d_ab for b = 0 .. a - 1.
  [[nodiscard]] std::span<const double> distances(std::size_t a) const;
  [[nodiscard]] double d(std::size_t a, std::size_t b) const;
  /// Cost: D^2 / 2 roots.
  [[nodiscard]] KernelMoments moments() const;

 private:
  Status take_buffers(const Initialisation& init, std::size_t inputs, Arena& arena);
  Status start(const Initialisation& init, std::size_t inputs, Arena& arena, Target target);
  [[nodiscard]] std::span<double> row(std::size_t a);
  [[nodiscard]] PairRow pair_row(std::size_t a);
  void divide_variances();
  void correlate_as(double straight, double bent);
  void correlate_general();
  void correlate_exactly();

  Initialisation init_;
  Target target_ = Target::best;
  std::uint32_t layer_ = 0;
  std::size_t inputs_ = 0;
  std::size_t stride_ = 0;
  std::span<double> q_;
  std::span<double> seen_;  ///< variances that phi sees
  std::span<double> triangle_;
  std::span<double> shares_;
  std::span<double> columns_;
  std::span<std::byte> map_;
  bool running_ = false;
};

}  // namespace igb
