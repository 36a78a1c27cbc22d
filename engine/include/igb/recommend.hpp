#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "igb/initialisation.hpp"
#include "igb/status.hpp"

namespace igb {

/// What to expect of a network of `depth` hidden layers at initialisation, from uncorrelated inputs
/// (q_0 = 1, c_0 = 0): of its output, layer depth + 1, and of the gradients on the way back.
struct Outlook {
  double sigma_w2;
  /// ln of the factor by which the squared gradient changes from the output down to layer 1: the
  /// product of the backward factors (sigma_w2 E[phi'^2] for the plain block) of layers
  /// 1 .. depth, each at the variance q that the layer has.
  double ln_gradient;
  double q;                   ///< variance of the output
  double gamma;               ///< drift ratio of the output
  double mean_max_frequency;  ///< E[max_k G_k], the fraction of inputs in the most favoured class
};

/// Cost: that of a trajectory (mean_field.hpp), cut short where it has converged, and 4 ms for
/// classes > 2. Errors: of `validate`; out_of_range (depth, from 1 to depth_max; classes, from 2 to
/// classes_max); no_solution (block: residual_after has no maps).
Status outlook(const Initialisation& init, std::uint32_t depth, std::uint32_t classes,
               Outlook& result);

/// Squared gradients "survive" a depth if they change by at most this factor over all of it.
inline constexpr double surviving_factor = 10.0;

struct Recommendation {
  /// Where gradients neither grow nor shrink over the given depth: ln_gradient = 0. For blocks that
  /// cannot make them shrink (residual ones), the largest sigma_w2 at which they survive.
  Outlook best;
  double sigma_w2_low;   ///< around `best`, where gradients survive; an end of the allowed range
  double sigma_w2_high;  ///< if they do all the way to it
  /// The edge of chaos, where the backward factor is 1 once the variance has settled: the limit of
  /// `best` for infinite depth. Only where there is one: has_edge.
  bool has_edge;
  Outlook edge;
};

/// The answer for an activation, a block, sigma_b2 (init.sigma_w2 is not read) and a depth. ReLU:
/// sigma_w2 = 2, from 2 / 10^(1 / depth) to 2 * 10^(1 / depth).
/// Cost: about 60 trajectories without their correlations: tanh and depth 100, 60 ms.
/// Errors: those of `outlook` but sigma_w2's; no_solution (sigma_w2: gradients survive nowhere in
/// its range, as with normalisation after the activation).
Status recommend(const Initialisation& init, std::uint32_t depth, std::uint32_t classes,
                 Recommendation& result);

/// The sigma_w2 at which the output has that gamma (line_gamma_min .. line_gamma_max); of several
/// the nearest to where gradients survive, with what they do there in ln_gradient.
/// Cost: about 20 trajectories: tanh and depth 100, 0.2 s.
/// Errors: those of `recommend` but its no_solution; out_of_range (gamma); no_solution (gamma: odd
/// activations without bias have 0 at any sigma_w2, ReLU without bias one value, others a range).
Status recommend_gamma(const Initialisation& init, std::uint32_t depth, std::uint32_t classes,
                       double gamma, Outlook& result);

/// The gamma at which the most favoured of K classes takes that fraction of the inputs on average;
/// for two classes tan^2(pi (frequency - 1/2)). Cost: 0.1 s for classes > 2.
/// Errors: out_of_range (classes; mean_max_frequency: the values of gamma = line_gamma_min ..
/// line_gamma_max, in short more than 1 / K and less than 1).
Status gamma_of_frequency(std::uint32_t classes, double mean_max_frequency, double& gamma);

/// Writes the reason for a recommendation in one English sentence, zero-terminated and cut to fit.
/// Returns the length the whole sentence has, without the zero (as write_message).
std::size_t write_reason(const Recommendation& recommendation, std::uint32_t depth,
                         std::uint32_t classes, std::span<char> buffer);

}  // namespace igb
