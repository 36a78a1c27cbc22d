// One layer of the mean field, the same for every block (THEORY.md section 5): with Delta = q d,
//   q' = skip q + weight E[node^2] + bias,   Delta' = skip Delta + weight gap,
// where the node is what the weights of the next layer see of one unit: phi, pooled, dropped,
// normalised. A block is a row of the table of nodes and three numbers.
#pragma once

#include <cmath>
#include <optional>

#include "igb/initialisation.hpp"
#include "quadrature.hpp"

namespace igb {

struct LinearPart {
  double skip;    ///< share of the signal that bypasses the node
  double weight;  ///< variance that the weights give to the node
  double bias;
};
[[nodiscard]] LinearPart linear_part(const Initialisation& init);

struct NodeLaw;

/// The node at variance q of its pre-activations. Distances d = 1 - c between two inputs.
class Node {
 public:
  Node(const Activation& phi, const Block& block, double q);

  double moment();                    ///< E[node^2]
  double growth();                    ///< d moment / dq
  double gap(double d);               ///< moment less the covariance of two inputs
  double slope_covariance(double d);  ///< what makes the slope of the c-map
  double slope(double d);             ///< what multiplies squared gradients
  double edge_excess();               ///< q slope - moment, without cancellation
  double line_excess(double d);       ///< gap - d moment, without cancellation

  // Of phi itself, at the variance with which it is fed.
  [[nodiscard]] const Activation& phi() const { return phi_; }
  [[nodiscard]] const Block& block() const { return block_; }
  [[nodiscard]] double q() const { return q_; }
  [[nodiscard]] double fed_q() const { return fed_q_; }
  double phi_moment();
  double phi_slope();
  double phi_gap(double d);
  double phi_slope_covariance(double d);
  double phi_variance();
  double phi_edge_excess();
  double phi_line_excess(double d);

 private:
  const Activation& phi_;
  const Block& block_;
  const NodeLaw& law_;
  double q_;
  double fed_q_;
  std::optional<double> moment_;
  std::optional<double> slope_;
  std::optional<double> variance_;
  std::optional<PairRule> rule_;
  struct Gap {
    double d;
    double value;
  };
  std::optional<Gap> gap_;      // of the node, at the latest d
  std::optional<Gap> phi_gap_;  // of phi
};

/// The node fixes the variance of what it passes on.
[[nodiscard]] bool normalises(const Block& block);
/// The node is an odd function of the pre-activations, so uncorrelated inputs stay uncorrelated
/// without bias.
[[nodiscard]] bool is_odd(const Activation& phi, const Block& block);
/// E[node^2] is proportional to q.
[[nodiscard]] bool is_homogeneous(const Activation& phi, const Block& block);
/// The node of a signal without variance is 0.
[[nodiscard]] bool vanishes(const Activation& phi, const Block& block);

/// phi grows slower than linearly, so that a residual stream outgrows what layers add to it.
[[nodiscard]] bool lags_behind_lines(const Activation& phi);
/// phi grows faster than linearly: then the variance, once it diverges, has no asymptotic map.
[[nodiscard]] bool outgrows_lines(const Activation& phi);

inline constexpr double largest_q = 1e30;    ///< beyond, phi is its own asymptote
inline constexpr double smallest_q = 1e-30;  ///< below, phi is its tangent at 0

/// A layer fed with variance q, from 0 to infinity: there, and where squares would leave the range
/// of a double, the map is taken at a variance from which it scales.
class LayerMap {
 public:
  LayerMap(const Initialisation& init, double q);

  [[nodiscard]] double next_q() const;
  double next_d(double d);
  double correlation_slope(double d);  ///< dc' / dc
  double pair_backward(double d);      ///< factor of products of the gradients of two inputs, which
                                       ///< is that slope but for the factor q / q'
  double backward(double d);           ///< factor of squared gradients, downwards
  double variance_slope();             ///< dq' / dq
  /// Whether it leaves every correlation as it is: of a linear node, without bias. To be asked
  /// where phi is homogeneous, and at the ends of the range of q, where it is its tangent or
  /// asymptote.
  bool is_linear();

 private:
  LinearPart part_;
  double q_;
  double unit_;  ///< the variance at which the node is evaluated
  bool scales_;  ///< unit_ stands for q_
  Node node_;
  double without_bias_;
  double total_;  ///< q' on the scale of unit_
};

}  // namespace igb
