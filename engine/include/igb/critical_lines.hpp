#pragma once

#include "igb/activation.hpp"
#include "igb/status.hpp"

namespace igb {

/// A point of a line in the (sigma_b2, sigma_w2) plane, with the variance q = q_star there.
struct LinePoint {
  double sigma_w2;
  double q;
};

/// Where chi_1 = 1: gradients neither vanish nor explode. Solved without iterating the network, by
/// the q-parametrisation of THEORY.md section 2: sigma_w2 = 1 / E[phi'^2],
/// sigma_b2 = q - E[phi^2] / E[phi'^2]; one root-find in q for the given sigma_b2.
/// q is infinite where the variance diverges on the line (ReLU, linear: sigma_b2 > 0), 0 in the
/// singular corner (odd phi, sigma_b2 = 0). Where any q is a fixed point (ReLU and linear without
/// bias) it is that of inputs with q_0 = 1.
/// Cost for tanh: 0.1 ms; 1.5 ms for sigma_b2 < 1e-9.
/// Errors: out_of_range (also a positive sigma_b2 whose q would lie below 1e-12: for tanh and erf
/// below about 1e-36); no_solution.
Status edge_of_chaos(const Activation& phi, double sigma_b2, LinePoint& point);

/// Range of gamma for which lines are computed.
inline constexpr double line_gamma_min = 1e-6;
inline constexpr double line_gamma_max = 1e12;

/// Where gamma_star equals `gamma`; the neutrality line is gamma = 1. With c = gamma / (1 + gamma),
/// sigma_w2 = q (1 - c) / (kappa(1) - kappa(c)) and sigma_b2 = q - sigma_w2 kappa(1).
/// Cost for tanh: 0.25 ms around q = 1, up to 0.1 s where q > 100 (gamma < 0.01 or sigma_b2 > 30).
/// Errors: out_of_range; no_solution (ReLU and linear have no such line, nor has odd phi with
/// sigma_b2 = 0).
Status iso_gamma(const Activation& phi, double sigma_b2, double gamma, LinePoint& point);

}  // namespace igb
