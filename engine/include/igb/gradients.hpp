#pragma once

#include <cstdint>
#include <span>

#include "igb/mean_field.hpp"

namespace igb {

/// Squared gradients of the loss by the pre-activations of hidden layer l, as natural logarithms of
/// multiples of what the loss hands back (THEORY.md section 6): per unit,
///   qg_aa = E[(d loss_a / d h)^2] = exp(log_q) |delta_a|^2 / N,
///   qg_ab = E[(d loss_a / d h) (d loss_b / d h)] = sign_ab exp(log_q_ab) delta_a . delta_b / N,
/// with N the width and delta = softmax - one-hot of each input. -infinity where a factor is 0.
/// Block residual: by the stream x that layer l reads, h = W x + b, as Backpropagation has it.
/// Convolutions: a unit is a channel at one of the side^dimensions positions.
struct LayerGradient {
  double log_q;
  double log_q_ab;
  double sign_ab;  ///< -1, 0 or 1
};

/// From the top hidden layer, where qg_aa = sigma_w2 E[phi'^2] |delta|^2 / N, down:
/// qg_aa = chi_grad qg_aa', qg_ab = sigma_w2 kappa_dot(c) qg_ab', the factors those of the layer
/// that is reached; of other blocks as of the maps (mean_field.hpp). The readout of the block
/// residual, through which its stream meets the loss, brings a factor sigma_w2 of its own; that of
/// a convolution spreads the loss over all positions, a factor 1 / side^dimensions. `layers`: the
/// hidden layers 1
/// .. L of `trajectory`, without the output; gradients.size() >= L, gradients[l - 1] is layer l.
/// Any depth: nothing over- or underflows. Cost: one slope moment and one pair expectation a layer
/// (expectation.hpp), none where the signal repeats that of the layer above. Errors: of `validate`;
/// no_solution (block: batch normalisation, residual_after); out_of_range (layers, from 1 to
/// depth_max; q, d); buffer_too_small (gradients).
Status backward(const Initialisation& init, std::span<const Signal> layers,
                std::span<LayerGradient> gradients);

/// Inputs by their label: the class that the network favours, the other one, or either (half of
/// each: balanced labels).
enum class Labels { favoured, unfavoured, all };

/// The law of ln |delta|^2 over networks and inputs, two classes, cross-entropy, before training:
/// |delta|^2 = 2 sigmoid(-y)^2, where y is the lead of the labelled class over the other one.
/// For favoured labels y = Delta = sqrt(2 q) (sqrt(c) |z| + sqrt(d) xi), z and xi ~ N(0, 1), for
/// unfavoured ones -Delta, for all N(0, 2 q): skew-normal laws of skewness +-sqrt(gamma) and 0.
///
/// Mean and median differ without bound: y ~ sqrt(q) makes the median of |delta|^2 exponentially
/// small in sqrt(q), doubly exponentially in depth where q explodes, while a fraction ~ 1 / sqrt(q)
/// of networks is undecided and keeps |delta|^2 ~ 1, which alone makes the mean.
///
/// `output`: the signal of the output layer, 0 <= q <= 1e300, 0 <= d <= 1 (the bridge knows no
/// c < 0); NaN outside. Everything is in logarithms: no Delta over- or underflows. Errors: 1e-12
/// relative or absolute, whichever is larger; of a quantile also what rounding of p moves it by.
struct LossGradientLaw {
  Signal output;

  /// 0 < p < 1, NaN outside. Cost: 30 us.
  [[nodiscard]] double quantile(Labels labels, double p) const;
  [[nodiscard]] double median(Labels labels) const { return quantile(labels, 0.5); }
  [[nodiscard]] double mean_log(Labels labels) const;  ///< E[ln |delta|^2]. Cost: 10 us
  [[nodiscard]] double log_mean(Labels labels) const;  ///< ln E[|delta|^2]. Cost: 10 us
};

/// Columns of `gradient_report` before the quantiles: log median, E[ln], ln E.
inline constexpr std::size_t gradient_columns = 3;

/// Of every layer the logarithm of the squared gradient of a unit, by label: report
/// [layers, 3 + probabilities] row-major, a row being the log median, the mean of the logarithm,
/// the logarithm of the mean, and the log quantiles asked for. In mean field the factors between
/// layers are the same for every network, so all columns move together from layer to layer; at
/// finite width the median of an explosion over l layers lags by about exp(-5 l / 2 N) (ReLU).
/// Errors: out_of_range (width, 1 .. width_max; output_q, output_d; probability, between 0 and 1
/// exclusively); buffer_too_small (report).
Status gradient_report(std::span<const LayerGradient> gradients, const LossGradientLaw& law,
                       std::uint32_t width, Labels labels, std::span<const double> probabilities,
                       std::span<double> report);

}  // namespace igb
