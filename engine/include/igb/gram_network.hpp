#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "igb/architecture.hpp"
#include "igb/arena.hpp"
#include "igb/random.hpp"
#include "igb/statistics.hpp"
#include "igb/status.hpp"
#include "igb/target.hpp"

namespace igb {

struct GramPanel;
struct GramSquare;

inline constexpr std::uint32_t gram_inputs_max = 1U << 15;

/// One random network on D inputs without its weights, exact in law at finite width: given the
/// features X [N, D] of a layer, the rows of the next pre-activations are independent normals of
/// covariance sigma_w2 X^T X / N + sigma_b2 (THEORY.md section 7). That D x D matrix and its
/// Cholesky factor are all that is kept; units pass by 64 at a time, as their statistics and as the
/// products of their features. Same use as Forward, of which it draws no same network, only the
/// same law:
///
///     GramNetwork network;
///     Status status = network.begin(architecture, draw, inputs, arena);
///     while (status.ok() && !network.done()) {
///       status = network.step();
///       look(network.layer(), network.moments());
///     }
///     look(network.guesses());
///
/// Nearly equal inputs. The smallest input is the first, all others are kept as their difference to
/// it: h_0, h_a - h_0, phi(h_0) and phi(h_a) - phi(h_0), each difference in float32 with an
/// exponent of its own, so that c may agree with 1 to any number of digits. In a unit a difference
/// of features is right to 2^-15 max(1, |h_0|) of itself, by rounding that is independent from unit
/// to unit, and for piecewise linear phi to 2^-23. Differences never underflow; their mean square,
/// sigma_y2, is 0 once it leaves the range of double (1e-324), and gamma then infinite.
///
/// Nearly dependent inputs. Products of features are summed in float32 over up to 128 units and in
/// double beyond: each covariance is right to about 1e-7 of both standard deviations. Where a pivot
/// of the factor falls below 2^-10 of its variance, the layer is done again, and those to follow
/// are done, with all sums in double, until the smallest is four times that. A pivot below
/// `dropped` of its variance counts as 0: of that input's difference what is independent of the
/// inputs before it, less than 1.1e-5 of the whole, is left out. So equal inputs stay equal, and
/// collinear inputs and more inputs than units (D > N) need no care.
///
/// Blocks: plain, max_pool and average_pool (both conventions have the same law), dropout. Gaussian
/// weights. Draws: z(draw, preactivations, layer, unit, input), the smallest input and input 0
/// changing places; a pool is made of the units i, i + N / pool, i + 2 N / pool, ... Targets agree
/// to rounding, and bit for bit where their rounding is the same (target.hpp).
///
/// Memory: 10 D^2 + 1.1 kB D (with pools 1.4 kB), whatever the width: 230 kB for 100 inputs.
class GramNetwork {
 public:
  /// Bytes that `begin` takes from its arena for that many inputs. Errors: of
  /// validate(Architecture); unknown_name (block, or weights that are not among the above);
  /// out_of_range (inputs, 2 .. gram_inputs_max).
  static Status bytes(const Architecture& architecture, std::size_t inputs, std::size_t& bytes);

  /// `inputs` [count, input_width], row-major, not kept. A remainder that fills no row is ignored.
  /// Cost: D^2 input_width flops in double.
  /// Errors: of `bytes`; non_finite (layer 0: an input is); unknown_name (target that cannot run
  /// here); of the arena.
  Status begin(const Architecture& architecture, Draw draw, std::span<const float> inputs,
               Arena& arena, Target target = Target::best);

  /// Draws the next layer. Cost for N units: N D normals, 2 N D^2 flops and D^3 / 3 in double.
  /// Errors: non_finite (variances beyond 1e74, or for homogeneous phi beyond the range of double;
  /// value is the layer); finished.
  Status step();

  /// Layer computed last, 0 before the first step, depth + 1 for the output.
  [[nodiscard]] std::uint32_t layer() const { return layer_; }
  [[nodiscard]] bool done() const { return running_ && layer_ > architecture_.depth; }
  [[nodiscard]] std::uint32_t depth() const { return architecture_.depth; }

  /// Of layer(), as layer_moments has them but for c, which is
  ///   (mean over pairs a != b of h_a h_b / (s_a s_b)) / (mean over a of h_a^2 / s_a^2),
  /// means over units as well, s_a the standard deviation of h_a given the layer below, known
  /// before the draw. layer_moments takes every input's own measured mean square: the two differ by
  /// O(1 / N) and neither where all inputs agree. c to 1e-6, the others to 1e-6 of themselves.
  [[nodiscard]] const LayerMoments& moments() const { return moments_; }

  /// Class of each input, the output unit with the largest value, once done().
  [[nodiscard]] std::span<const std::uint16_t> guesses() const { return guesses_; }

  static constexpr double dropped = 0x1p-33;

 private:
  struct Totals;

  Status take_buffers(const Architecture& architecture, std::size_t inputs, Arena& arena);
  bool find_smallest(std::span<const float> inputs);
  void observe_inputs(std::span<const float> inputs);
  bool factor_covariance();
  bool factor_products(double& smallest_pivot);
  void choose_units();
  bool weigh_inputs();
  void run_layer(Totals* totals);
  void draw_panel(std::uint32_t first_unit);
  void observe_panel(std::size_t units, Totals& totals) const;
  void finish_moments(const Totals& totals);
  void guess(std::uint32_t first, std::size_t units);
  void make_features(std::uint32_t first_unit);
  void mask_panel(std::uint32_t first_unit);
  void pool_panel(bool first);
  void append_panel(std::span<const float> panel, std::size_t units);
  void flush_block();
  [[nodiscard]] std::size_t input_at(std::size_t position) const;
  [[nodiscard]] GramPanel panel() const;
  [[nodiscard]] GramSquare square() const;
  [[nodiscard]] std::span<float> panel_row(std::size_t a) const;

  Architecture architecture_;
  Draw draw_;
  Target target_ = Target::best;
  std::uint32_t layer_ = 0;
  LayerMoments moments_;
  std::size_t inputs_ = 0;
  std::size_t stride_ = 0;
  std::size_t smallest_ = 0;  ///< the input that stands first
  std::size_t filled_ = 0;    ///< rows of the block
  std::int32_t largest_ = 0;  ///< unit of the largest difference, an exponent of 2
  bool exact_ = true;         ///< products are summed in double throughout
  bool running_ = false;
  std::span<double> square_;  ///< up to the diagonal sums of products, then from it the factor
  std::span<float> factor_;
  std::span<float> panel_;
  std::span<float> pooled_;
  std::span<float> block_;
  std::span<double> wide_;
  std::span<double> diagonal_;  ///< variances of h_0 and h_a - h_0 in their units
  std::span<double> shrink_;
  std::span<float> size_;
  std::span<float> inverse_;
  std::span<float> share_;
  std::span<float> weight_;
  std::span<std::int32_t> unit_;          ///< of h_0 and h_a - h_0, exponents of 2
  std::span<std::int32_t> next_unit_;     ///< of those of the next layer
  std::span<std::int32_t> feature_unit_;  ///< of features likewise
  std::span<double> best_;
  std::span<std::uint16_t> guesses_;
};

}  // namespace igb
