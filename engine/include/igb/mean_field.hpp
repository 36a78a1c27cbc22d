#pragma once

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

/// Layer 1 (unchecked: a valid init, q >= 0, 0 <= d <= 2): affine in the inputs, no activation
/// before it (THEORY.md section 4). `input` holds q_0 = x.x / d and the correlation of the inputs.
[[nodiscard]] Signal first_layer(const Initialisation& init, Signal input);

/// Layer l + 1 from layer l >= 1. The output layer is one more of these. For homogeneous phi gamma
/// stays right even when q overflows to infinity or dies to 0. Cost: one moment and one pair
/// expectation (expectation.hpp): 10 ns for ReLU, 20 us for tanh at q = 1.
[[nodiscard]] Signal next_layer(const Initialisation& init, Signal signal);

/// Layers 1 .. layers.size() of the mean field, from inputs with q_0 and c_0 = 1 - d.
/// Errors: those of `validate`; out_of_range (q0, a normal number up to 1e12; c0, -1 .. 1; layers,
/// from 1 to depth_max + 1).
Status trajectory(const Initialisation& init, Signal input, std::span<Signal> layers);

/// Factor by which the squared gradient shrinks or grows per layer, sigma_w2 E[phi'^2].
[[nodiscard]] double chi_grad(const Initialisation& init, double q);

/// Phases by gamma at infinite depth (THEORY.md section 1).
enum class Phase {
  neutrality,         ///< gamma < 1
  prejudice,          ///< 1 <= gamma < infinity
  ordered_prejudice,  ///< gamma infinite, gradients vanish ("deep prejudice, ordered")
  chaotic_prejudice,  ///< gamma infinite, gradients explode ("deep prejudice, chaotic")
  edge_of_chaos,  ///< gradients survive; gamma grows only algebraically: transient deep prejudice
  singular,       ///< c at infinite depth depends on the inputs, phase names do not apply: odd phi
                  ///< with sigma_b2 = 0 (c = 0 stays 0 for ever), signals that die to q = 0,
                  ///< linear phi whose variance diverges
};
[[nodiscard]] const char* phase_name(Phase phase);

/// |chi_1 - 1| up to which a point counts as on the edge of chaos, and a depth scale as infinite.
inline constexpr double edge_tolerance = 1e-9;

/// The fixed point that iteration reaches from inputs with q_0 = 1, c_0 = 0 (where there is more
/// than one; at a generic point the inputs do not matter). Infinite q_star: the variance diverges
/// (then chi's are limits for q -> infinity); q_star = 0: the signal dies.
struct FixedPoint {
  double q_star;
  double c_star;
  double gamma_star;
  double chi_1;  ///< sigma_w2 E[phi'^2] at q_star, which is chi_grad; while q moves (it diverges
                 ///< or dies) the slope of the c-map at 1 is chi_1 q / q' instead
  double chi_c_star;  ///< slope of the c-map at c_star
  double xi_q;        ///< -1 / ln chi_q, in layers; negative: q grows e-fold in |xi_q| layers
  double xi_c;        ///< -1 / ln chi_c_star, in layers; infinite at the edge
  double xi_grad;     ///< -1 / ln chi_1; negative: gradients grow e-fold in |xi_grad| layers
  Phase phase;
};

/// Errors: those of `validate`. Cost: a few us with closed forms; tanh 0.1 ms, up to 15 ms where
/// q_star > 50.
Status fixed_point(const Initialisation& init, FixedPoint& report);

}  // namespace igb
