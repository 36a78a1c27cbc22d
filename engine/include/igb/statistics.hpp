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

/// Share of the most frequent class of one network: largest of `counts` over their sum, 1 / K .. 1;
/// NaN if they are all 0. Over networks, an Accumulator of it makes E[max_k G_k] (ManyClassLaw)
/// with its interval: networks are independent where the inputs of one network are not.
[[nodiscard]] double max_frequency(std::span<const std::uint32_t> counts);

/// Adds one network to the histograms of class counts: histograms [K, inputs + 1] row-major, of
/// which entry (k, n) is how many networks put n of the inputs into class k, K = counts.size() and
/// inputs the sum of counts. A row is what ks_distance (kolmogorov_smirnov.hpp) compares with the
/// law of counts. Histograms of different networks merge by adding them up.
/// Errors: buffer_too_small (histograms).
Status add_class_counts(std::span<const std::uint32_t> counts, std::span<std::uint32_t> histograms);

}  // namespace igb
