#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "igb/arena.hpp"
#include "igb/guessing_law.hpp"
#include "igb/network.hpp"

namespace igb {

/// What one layer of one network says of the mean-field quantities (THEORY.md section 4).
struct LayerMoments {
  double q = 0.0;          ///< mean square over units and inputs, no width mean subtracted
  double c = 0.0;          ///< mean over pairs a != b of q_ab / sqrt(q_aa q_bb); inputs with q_aa = 0
                           ///< are left out, NaN when fewer than two remain
  double sigma_mu2 = 0.0;  ///< mean over units of the squared data mean, less sigma_y2 / inputs
  double sigma_y2 = 0.0;   ///< mean over units of the variance over the data, inputs - 1 in the denominator

  [[nodiscard]] double gamma() const { return sigma_mu2 / sigma_y2; }
};

/// Unbiased estimators of the layer's moments, in double, the spread measured from values centred on
/// the first input so that gamma stays exact where 1 - c is far below float32 resolution.
/// Inputs >= 2. Scratch: layer_moments_bytes. Cost: three passes over the layer.
Status layer_moments(const LayerView& layer, Arena& scratch, LayerMoments& moments);
Status layer_moments_bytes(std::size_t units, std::size_t inputs, std::size_t& bytes);

/// Class of each input: the output unit with the largest value, the lowest index among equals.
/// classes.size() >= output.inputs, else buffer_too_small.
Status guess_classes(const LayerView& output, std::span<std::uint16_t> classes);

/// counts[k] = how many of `guesses` are k; overwritten. Errors: out_of_range (a guess >= counts.size()).
Status count_classes(std::span<const std::uint16_t> guesses, std::span<std::uint32_t> counts);

/// Adds `fractions`, values in [0, 1], to bins of equal width; 1 belongs to the last bin.
Status add_to_histogram(std::span<const double> fractions, std::span<std::uint32_t> bins);

/// Kolmogorov-Smirnov distance between a sample, ascending, and the law.
[[nodiscard]] double ks_distance(std::span<const double> ascending, const TwoClassLaw& law);

/// P(distance > d) under the law for that many samples (Kolmogorov's asymptotic series with
/// Stephens' small-sample correction).
[[nodiscard]] double ks_p_value(double distance, std::size_t samples);

}  // namespace igb
