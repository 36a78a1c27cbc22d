#pragma once

#include <cstdint>
#include <span>

#include "igb/initialisation.hpp"
#include "igb/status.hpp"

namespace igb {

/// What mean-field theory knows of one layer: the variance q of a pre-activation over weights and
/// the correlation c of two inputs, kept as d = 1 - c (see expectation.hpp). By the bridge of
/// THEORY.md section 1, gamma = c / (1 - c).
struct Signal {
  double q = 1.0;
  double d = 1.0;

  [[nodiscard]] double c() const { return 1.0 - d; }
  [[nodiscard]] double gamma() const { return (1.0 - d) / d; }  ///< infinite at d = 0
};

/// Layer 1 (unchecked: a valid init, q >= 0, 0 <= d <= 2): affine in the inputs, W x + b, no
/// activation before it, whatever the block (THEORY.md section 8). `input` holds q_0 = x.x / d and
/// the correlation of the inputs.
[[nodiscard]] Signal first_layer(const Initialisation& init, Signal input);

/// Layer l + 1 from layer l >= 1, by the rule of the block (THEORY.md section 5). The output layer
/// is one more of these, of which the classes are the first units; a linear readout W h + b of a
/// residual stream instead is `first_layer` of its last signal. With batch normalisation inputs
/// are independent, so that every pair has the same c = 1 - d >= 0. For homogeneous phi gamma stays
/// right even when q overflows to infinity or dies to 0. NaN for residual_after: its activations
/// are not Gaussian, see population.hpp. Cost: one moment and one pair expectation
/// (expectation.hpp): 20 ns for ReLU, 20 us for tanh at q = 1.
[[nodiscard]] Signal next_layer(const Initialisation& init, Signal signal);

/// Layers 1 .. layers.size() of the mean field, from inputs with q_0 and c_0 = 1 - d.
/// Errors: those of `validate`; out_of_range (q0, a normal number up to 1e12; c0, -1 .. 1, with
/// batch normalisation 0 .. 1 without 1, identical inputs having no variance; layers, from 1 to
/// depth_max + 1); no_solution for residual_after (population.hpp); non_finite (layer) where an
/// activation that grows faster than linearly makes the variance diverge.
Status trajectory(const Initialisation& init, Signal input, std::span<Signal> layers);

/// Factor by which the mean squared gradient shrinks or grows from layer l + 1 down to layer l,
/// whose signal is given: sigma_w2 E[phi'^2] for the plain block. Batch normalisation: of the loss
/// of one among many inputs; after the activation at d < 1 a quadrature over the drifts of units,
/// some ms. NaN for residual_after.
[[nodiscard]] double backward_factor(const Initialisation& init, Signal signal);

/// Phases by gamma at infinite depth (THEORY.md section 1).
enum class Phase {
  neutrality,         ///< gamma < 1
  prejudice,          ///< 1 <= gamma < infinity
  ordered_prejudice,  ///< gamma infinite, gradients vanish ("deep prejudice, ordered")
  chaotic_prejudice,  ///< gamma infinite, gradients explode ("deep prejudice, chaotic")
  edge_of_chaos,  ///< gradients survive; gamma grows only algebraically: transient deep prejudice
  singular,       ///< c at infinite depth depends on the inputs, phase names do not apply: odd
                  ///< nodes without bias (c = 0 stays 0 for ever), signals that die to q = 0 where
                  ///< phi is smooth, linear phi whose variance diverges
};
[[nodiscard]] const char* phase_name(Phase phase);

/// |chi - 1| up to which a point counts as on the edge of chaos, and a depth scale as infinite.
inline constexpr double edge_tolerance = 1e-9;

/// `q_fixed_points` where every q is a fixed point (ReLU at sigma_w2 = 2 without bias).
inline constexpr std::uint32_t every_q = 0xFFFFFFFF;

/// The fixed point that iteration reaches from inputs with q_0 = 1, c_0 = 0 (where there is more
/// than one; at a generic point the inputs do not matter). Infinite q_star: the variance diverges
/// (then chi's are limits for q -> infinity); q_star = 0: the signal dies.
struct FixedPoint {
  double q_star;
  double c_star;
  double gamma_star;
  double chi_1;  ///< at q_star, skip + weight E[node'^2] of the block, sigma_w2 E[phi'^2] for the
                 ///< plain one: the slope of the c-map at c = 1; while q moves (it diverges or
                 ///< dies) that slope is chi_1 q / q' instead
  double chi_c_star;  ///< slope of the c-map at c_star
  double xi_q;        ///< -1 / ln chi_q, in layers; negative: q grows e-fold in |xi_q| layers
  double xi_c;        ///< -1 / ln chi_c_star, in layers; infinite at the edge
  double xi_grad;     ///< -1 / ln chi_grad; negative: gradients grow e-fold in |xi_grad| layers
  Phase phase;
  double chi_grad;  ///< backward_factor at the fixed point: chi_1, but for dropout, where masks of
                    ///< two inputs differ, and batch normalisation
  std::uint32_t q_fixed_points;  ///< of the q-map in all, 0 and unstable ones among them: sign
                                 ///< changes of q' - q over q = 1e-12 .. 1e12 (of bounded phi, as
                                 ///< far as q' comes) in steps of a factor 4, dips between them
                                 ///< followed to their bottom
};

/// Errors: those of `validate`; no_solution: residual_scaled and residual_after (residual_depth:
/// a depth of its own is in their rule, infinite depth has no limit), or q_star (variance that
/// diverges faster than linearly); no_convergence (q_star: the q-map falls so steeply that
/// iteration cycles, or the way leads where phi grows too fast for quadrature, of e^x beyond q = 2
/// or so; c_star: c creeps at a rate that falls with q; of built-in activations only
/// smooth ones that are not odd, at the very sigma_w2 where signals begin to die; chi_grad: batch
/// normalisation after a phi that is flat to all digits). Cost: a few us with closed forms; tanh up
/// to 1 ms.
Status fixed_point(const Initialisation& init, FixedPoint& report);

/// How a perturbation of the covariance along the circle of a convolution dies out with depth.
struct FourierMode {
  double factor;  ///< per layer: chi_c_star v
  double xi;      ///< -1 / ln |factor|, in layers
};

/// Fourier mode with angles t = 2 pi k / n, one a dimension (n positions, k = 0 .. n - 1; `taps`
/// holds in each): v = PROD sin(s t / 2) / (s sin(t / 2)), s = taps; 1 for delta_orthogonal
/// (Xiao et al. 2018). Errors: those of fixed_point; no_solution (block) for any other block;
/// out_of_range (angle).
Status fourier_mode(const Initialisation& init, std::span<const double> angles, FourierMode& mode);

}  // namespace igb
