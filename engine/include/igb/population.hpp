#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "igb/arena.hpp"
#include "igb/mean_field.hpp"

namespace igb {

/// Population dynamics of the residual network with its activation after the sum, the block
/// residual_after: x' = phi(x + (W x + b) / sqrt(residual_depth)). A unit remembers its past, so x
/// is not Gaussian and no map of q and c exists; but W x + b is, with the covariance of x over
/// units. A population of units, each with its x on two inputs, is drawn and evolved instead.
///
/// Conventions as for `trajectory`: h_1 = W x_0 + b is affine in the inputs, x_1 = phi(h_1) starts
/// the stream, h_(l+1) = W x_l + b is what layer l + 1 reports, the last one being the output.
struct Population {
  std::uint32_t samples = 1U << 16;  ///< a multiple of 32, 1024 .. 2^24
  std::uint64_t seed = 1;
  bool gradients = true;  ///< else no backward factors, and memory free of the depth
};

/// Estimates and their standard errors, from 32 independent populations of samples / 32 units each:
/// deviations follow Student's t with 31 degrees of freedom. The bias, of order 32 / samples
/// relative, is not in them.
struct PopulationLayer {
  Signal signal;  ///< q and d = 1 - c of h = W x + b
  double q_error;
  double c_error;  ///< of d too
  double gamma_error;
  double backward;  ///< factor of the mean squared gradient by the argument of phi, from layer l +
                    ///< 1 down to this one; NaN for the output layer and without `gradients`
  double backward_error;
};

/// Bytes that population_trajectory takes from its arena: 16 a sample, and 4 more a layer for
/// gradients. Errors: out_of_range (samples, layers), overflow.
Status population_bytes(const Population& population, std::size_t layers, std::size_t& bytes);

/// Layers 1 .. layers.size() from inputs with q_0 and c_0 = 1 - d. Deterministic: a function of the
/// arguments alone. Cost: some 60 ns a sample and layer, besides phi.
/// Errors: those of `trajectory`, of population_bytes and of the arena; out_of_range (block) for
/// any other block; non_finite (the layer) where x overflows.
Status population_trajectory(const Initialisation& init, Signal input, const Population& population,
                             Arena& arena, std::span<PopulationLayer> layers);

}  // namespace igb
