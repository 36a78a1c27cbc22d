#pragma once

#include <cstdint>
#include <span>

#include "igb/accumulator.hpp"
#include "igb/random.hpp"
#include "igb/status.hpp"

namespace igb {

/// S_K(r), r = 1 - d: of K independent pairs of standard normals, each pair of correlation r, the
/// probability that one pair holds the largest of both kinds (THEORY.md section 3). As numbers: two
/// inputs whose outputs correlate by r fall into the same of K classes.
/// S_2 = 1/2 + asin(r) / pi; S_K(0) = 1/K; S_K(1) = 1.
/// 2 <= classes <= classes_max, 0 <= d <= 2; NaN outside. Error: below 1e-12 relative for d <= 1,
/// 1e-12 absolute beyond. Cost: 0.5 to 4 ms. Stack: 6 KiB.
[[nodiscard]] double same_class_probability(std::uint32_t classes, double d);

/// The law of the first guess for K classes: with drifts z_k ~ N(0, 1) of a network, the fraction
/// of (infinitely many) inputs that it assigns to class k is
/// G_k = INT phi(t) PROD_{j != k} Phi(t + sqrt(gamma) (z_k - z_j)) dt.
/// 2 <= classes <= classes_max, 0 <= gamma <= infinity, NaN outside; gamma of any layer, of finite
/// depth as well, is Signal::gamma(). Cost of each: that of same_class_probability.
struct ManyClassLaw {
  std::uint32_t classes;
  double gamma;

  /// E[max_k G_k] = S_K(sqrt c). The class with the largest drift is the one with the largest G_k.
  [[nodiscard]] double mean_max_frequency() const;
  [[nodiscard]] double mean_square_sum() const;  ///< E[SUM_k G_k^2] = S_K(c)
  [[nodiscard]] double variance() const;         ///< Var G_k = (S_K(c) - 1/K) / K; error 1e-12 / K
  /// Var(n_k / D) of the count of class k among D independent inputs.
  [[nodiscard]] double finite_variance(std::uint64_t inputs) const;
};

/// G_k of one network from its drifts z_k; g.size() = drifts.size() = K, not overlapping.
/// They sum to 1 to rounding. Error: 1e-14 absolute. Cost: some 100 K evaluations of Phi: 30 us for
/// K = 10, 25 ms for K = 4096.
/// Errors: out_of_range (classes; gamma; drifts, which must be finite and fewer than 1e6 in size);
/// buffer_too_small (g).
Status class_fractions(double gamma, std::span<const double> drifts, std::span<double> g);

/// The drifts z_k of a network, k < drifts.size(): standard normals z(draw, Stream::drifts, 0, 0,
/// k). Moving gamma keeps them and morphs the same network.
/// Errors: out_of_range (classes).
Status sample_drifts(Draw draw, std::span<double> drifts);

/// Counts of the classes among `inputs` independent inputs of the network `draw`: multinomial with
/// rates g[k]. Class after class, n_k is binomial among the inputs left, by inversion of one
/// uniform: (53 high bits of words 0 and 1 of philox(key = seed, counter = (k, 0,
/// Stream::counts * 2^24, network)) + 1/2) / 2^53. Inversion lists the counts from the mode
/// outwards rather than upwards, which is as exact and takes but sqrt(inputs) steps. counts.size()
/// = g.size() = K; counts sum to inputs. Cost: 30 ns per class and standard deviation of its count.
/// Errors: out_of_range (classes; inputs, 1 .. inputs_max; g, each 0 .. 1 and summing to 1 within
/// 1e-9); buffer_too_small (counts).
Status sample_counts(Draw draw, std::uint32_t inputs, std::span<const double> g,
                     std::span<std::uint32_t> counts);

/// E[max_k n_k] / D for D independent inputs at any gamma, estimated from the networks draw.network
/// .. + networks - 1. Only max_k n_k / D - max_k G_k is averaged, the mean of the second being
/// known exactly: the error is that of the finite data set, not that of the drifts. `drifts` and
/// `g` are scratch of K = law.classes doubles each. Exact alternatives: for gamma = 0
/// null_mean_max_frequency, for two classes mean_max_frequency(pmf) of guessing_law.hpp.
/// Cost: networks times (class_fractions + sample_counts).
/// Errors: out_of_range (classes, gamma, inputs; networks, at least 2, the last number below 2^32);
/// buffer_too_small (drifts, g).
Status finite_mean_max_frequency(const ManyClassLaw& law, std::uint32_t inputs, Draw draw,
                                 std::uint32_t networks, std::span<double> drifts,
                                 std::span<double> g, Estimate& estimate);

inline constexpr std::uint32_t null_inputs_max = 1U << 20;

/// The floor that a finite data set puts under the measured bias: E[max_k n_k] / D of D inputs
/// thrown into K classes with equal probability (gamma = 0). K = 10, D = 100: 0.151.
///
/// Exact up to rounding (1e-11 relative): n_k are Poisson variables of mean D / K given their sum,
/// and P(max_k n_k <= m) is one coefficient of the K-th power of a truncated exponential series,
/// read off by a discrete Fourier sum over 10 sqrt(D) + 20 angles; all m in one pass.
/// Cost: 30 us for K = 10, D = 100; for D = 1e5 0.15 s (K = 2) to 5 ms (K = 4096); for D = 1e6 3 s
/// (K = 2) to 40 ms. Stack: 5 KiB. Errors: out_of_range (classes, 2 .. classes_max; inputs, 1 ..
/// null_inputs_max).
Status null_mean_max_frequency(std::uint32_t classes, std::uint32_t inputs, double& frequency);

/// What the entries of a matrix over pairs of inputs are: correlations c, or distances d = 1 - c,
/// which keep digits where inputs are alike.
enum class PairMeasure { correlation, distance };

/// Var(n_k / D) over networks for any D given inputs, from their output correlations c_ab:
/// (D^-2 SUM_ab S_K(c_ab) - 1/K) / K, diagonal included; for two classes D^-2 SUM_ab asin(c_ab) / 2
/// pi. `pairs` [D, D] row-major, only the triangle b > a is read: the diagonal is c = 1.
/// Cost: D^2 / 2 times 10 ns, for more than two classes 100 ns after a table of 40 ms (4096
/// classes: 0.2 s). Error: 1e-12 / K absolute. Errors: out_of_range (classes; inputs, 1 .. 2^16; an
/// entry, named c or d, outside its range by more than 1e-12); buffer_too_small (pairs).
Status frequency_variance(std::uint32_t classes, std::span<const double> pairs,
                          std::uint32_t inputs, PairMeasure measure, double& variance);

}  // namespace igb
