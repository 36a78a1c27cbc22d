// Random networks as their definitions read, in double precision and straightforward loops: what
// the maps of the engine are held against. Shares no code with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace igb::simulator {

enum class Node {
  plain,
  max_pool,
  average_pool,
  dropout,
  layer_norm_before,
  layer_norm_after,
  batch_norm_before,
  batch_norm_after,
};

enum class Wiring {
  ordinary,         // h' = W node(h) + b
  residual_scaled,  // h' = h + (W node(h) + b) / sqrt(residual_depth)
  residual,         // x' = x + V phi(h) + a, h = W x + b
  residual_after,   // x' = phi(x + h' / sqrt(residual_depth)), h' = W x + b
};

enum class Weights {
  gaussian,    // `taps` taps of i.i.d. entries of variance sigma_w2 / (units taps)
  orthogonal,  // sigma_w times a uniformly random orthogonal matrix
};

struct Network {
  double (*value)(double);
  double (*slope)(double);
  double sigma_w2;
  double sigma_b2;
  Node node = Node::plain;
  Wiring wiring = Wiring::ordinary;
  Weights weights = Weights::gaussian;
  int pool = 2;
  bool repeats = false;  // every pooled value is written `pool` times, so the width stays
  double keep = 1.0;
  int residual_depth = 1;
  double sigma_v2 = 1.0;
  double sigma_a2 = 0.0;
  int taps = 1;  // of a circular convolution over the positions
  int positions = 1;
  int width = 200;  // units (channels) of every layer
  int layers = 4;
  int inputs = 2;
};

/// Of one network, layers 1 .. layers: index 0 is layer 1.
struct Measurement {
  std::vector<double> q;         // mean square of h over units, positions and inputs
  std::vector<double> distance;  // mean variance of h over inputs (divisor inputs - 1): q d
  std::vector<double> gradient;  // sum of squares, over h of input 0 (x for `residual`), of the
                                 // gradient of a random linear function of the last layer
};

/// Inputs of variance 1 a component and pairwise correlation c0 over components (exact for two
/// inputs, with independent noise for more).
Measurement measure(const Network& network, double c0, std::mt19937_64& random);

/// Covariances of two inputs of one network, over units: [layer - 1][position]. The inputs have
/// variance q0 everywhere and at every position a correlation of its own, exact up to 2 / width.
std::vector<std::vector<double>> position_covariances(const Network& network, double q0,
                                                      const std::vector<double>& c0,
                                                      std::mt19937_64& random);

}  // namespace igb::simulator
