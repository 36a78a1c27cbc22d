#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "igb/arena.hpp"
#include "igb/network.hpp"

namespace igb {

/// What one layer of one network says of the mean-field quantities (THEORY.md section 8).
struct LayerMoments {
  /// Mean square over units and inputs, no width mean subtracted.
  double q = 0.0;
  /// Mean over pairs a != b of q_ab / sqrt(q_aa q_bb); inputs with q_aa = 0 are left out, NaN when
  /// fewer than two remain.
  double c = 0.0;
  /// Mean over units of the squared mean over the data, less sigma_y2 / inputs.
  double sigma_mu2 = 0.0;
  /// Mean over units of the variance over the data, with inputs - 1 in the denominator.
  double sigma_y2 = 0.0;

  [[nodiscard]] double gamma() const { return sigma_mu2 / sigma_y2; }
};

/// Unbiased estimators of the layer's moments, in double, the spread measured from values centred
/// on the first input so that gamma stays exact where 1 - c is far below float32 resolution.
/// In a convolution means over the positions, a unit being a channel at a position.
/// At least two inputs. Scratch: layer_moments_bytes. Cost: two passes over the layer.
Status layer_moments(const LayerView& layer, Arena& scratch, LayerMoments& moments);
Status layer_moments_bytes(std::size_t units, std::size_t inputs, std::size_t& bytes);

/// Class of each input: the output unit with the largest value, the lowest index among equals.
/// Errors: out_of_range (units, up to classes_max); buffer_too_small (classes.size() < inputs).
Status guess_classes(const LayerView& output, std::span<std::uint16_t> classes);

/// counts[k] = how many of `guesses` are k; overwritten.
/// Errors: out_of_range (a guess that is not below counts.size()).
Status count_classes(std::span<const std::uint16_t> guesses, std::span<std::uint32_t> counts);

/// Kolmogorov-Smirnov distance between an ensemble and a law of counts (finite_two_class_law):
/// networks[n] is how many networks put n of the inputs into class 0, the histogram over networks;
/// pmf[n] is the law. Of equal size, inputs + 1. NaN without a network.
[[nodiscard]] double ks_distance(std::span<const std::uint32_t> networks,
                                 std::span<const double> pmf);

/// P(distance > d) under the law for that many networks: Kolmogorov's asymptotic series with
/// Stephens' small-sample correction. An upper bound, since counts are
/// discrete. NaN without a network.
[[nodiscard]] double ks_p_value(double distance, std::size_t networks);

}  // namespace igb
