#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "igb/arena.hpp"
#include "igb/kernel_recursion.hpp"
#include "igb/random.hpp"
#include "igb/status.hpp"
#include "igb/target.hpp"

namespace igb {

/// Networks of infinite width on D inputs: every output unit is an independent draw of a Gaussian
/// process with the covariance of the output layer, the layer at which `kernel` stands.
///
///     GaussianProcess process;
///     Status status = process.begin(kernel, arena);
///     while (status.ok() && !process.done()) status = process.step();
///     status = process.guess_classes({seed, network}, classes, guesses, scratch);
///
/// Cholesky factor of the correlations, in double. The first input is eliminated in terms of the
/// distances d = 1 - c, so that the rest of the factor is right relative to them: c may agree with
/// 1 to all digits. What remains is made positive definite by a jitter on its diagonal, `jitter`
/// times the mean of that diagonal; a network sees it as noise of sqrt(jitter) times the spread
/// between inputs.
class GaussianProcess {
 public:
  /// Bytes that `begin` takes from its arena, 4 D^2 and some 16 D. Errors: out_of_range (inputs, 1
  /// .. kernel_inputs_max).
  static Status bytes(std::size_t inputs, std::size_t& bytes);

  /// Copies the kernel, which is free to go on afterwards.
  /// Errors: finished (a kernel that has not begun); non_finite (kernel: its distances are);
  /// unknown_name (target); of the arena.
  Status begin(const KernelRecursion& kernel, Arena& arena, Target target = Target::best);

  /// Factors the next block of columns, 256 inputs; D^3 / 3 flops altogether, D = 1000 in 40 ms.
  /// Errors: finished; no_convergence (kernel: not positive semidefinite by more than jitter_max,
  /// value is by how much).
  Status step();
  [[nodiscard]] bool done() const { return running_ && next_ >= rest(); }
  [[nodiscard]] std::size_t inputs() const { return inputs_; }

  /// Largest addition to the diagonal of the part that distinguishes inputs, relative to its mean:
  /// 1e-10 + 64 D 2^-53, more where the kernel itself is less accurate.
  [[nodiscard]] double jitter() const { return jitter_; }
  static constexpr double jitter_max = 1e-6;

  /// Scratch of the two below. Errors: out_of_range (inputs).
  static Status sample_bytes(std::size_t inputs, std::size_t& bytes);

  /// Output unit `unit` of that network on all inputs, values [D]; normals of Stream::outputs.
  /// Cost: D^2 flops, D normals.
  /// Errors: finished (not `done`); buffer_too_small (values); of the scratch.
  Status outputs(Draw draw, std::uint32_t unit, std::span<double> values, Arena& scratch) const;

  /// Class of each input under that network: the output unit with the largest value.
  /// Errors: of `outputs`; out_of_range (classes, 2 .. classes_max); buffer_too_small (guesses).
  Status guess_classes(Draw draw, std::uint32_t classes, std::span<std::uint16_t> guesses,
                       Arena& scratch) const;

 private:
  [[nodiscard]] std::size_t rest() const { return inputs_ > 0 ? inputs_ - 1 : 0; }
  [[nodiscard]] double* row(std::size_t a) const;
  void take_buffers(std::size_t inputs, Arena& arena);
  Status factor_columns(std::size_t first, std::size_t last);
  void subtract_columns(std::size_t first, std::size_t last);
  void draw_correlated(Draw draw, std::uint32_t unit, std::span<double> values) const;

  Target target_ = Target::best;
  std::size_t inputs_ = 0;
  std::size_t next_ = 0;  ///< columns factored
  double scale_ = 0.0;    ///< mean of the diagonal that remains after the first input
  double jitter_ = 0.0;
  std::span<double> root_q_;
  std::span<double> first_;   ///< first column of the factor
  std::span<double> factor_;  ///< row a of the rest, a + 1 entries
  bool running_ = false;
};

}  // namespace igb
