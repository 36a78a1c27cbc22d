#include "layer_rule.hpp"

#include <algorithm>
#include <array>

#include "drift_average.hpp"
#include "igb/expectation.hpp"
#include "igb/pooling.hpp"

namespace igb {

/// Moments of a node. A homogeneous phi makes those without `normalises` proportional to q.
struct NodeLaw {
  bool normalises;
  bool keeps_oddness;
  bool unit_input;  ///< phi is fed with unit variance
  double (*moment)(Node& node);
  double (*growth)(Node& node);
  double (*gap)(Node& node, double d);
  double (*slope_covariance)(Node& node, double d);
  double (*slope)(Node& node, double d);
  double (*edge_excess)(Node& node);
  double (*line_excess)(Node& node, double d);
};

namespace {

/// The node is phi(h).
struct Own {
  static constexpr bool normalises = false;
  static constexpr bool keeps_oddness = true;
  static constexpr bool unit_input = false;

  static double moment(Node& node) { return node.phi_moment(); }
  static double growth(Node& node) { return growth_moment(node.phi(), node.fed_q()); }
  static double gap(Node& node, double d) { return node.phi_gap(d); }
  static double slope_covariance(Node& node, double d) {
    return d <= 0.0 ? node.phi_slope() : node.phi_slope_covariance(d);
  }
  static double slope(Node& node, double /*d*/) { return slope_moment(node.phi(), node.fed_q()); }
  static double edge_excess(Node& node) { return node.phi_edge_excess(); }
  static double line_excess(Node& node, double d) { return node.phi_line_excess(d); }
};

/// The mean of `pool` independent units.
struct Averaged : Own {
  static double drift(Node& node) {
    const double m = mean(node.phi(), node.fed_q());
    return (node.block().pool - 1.0) * m * m;
  }
  static double moment(Node& node) { return (Own::moment(node) + drift(node)) / node.block().pool; }
  // d mean / dq = E[u phi'] / 2q.
  static double growth(Node& node) {
    const Activation& phi = node.phi();
    const double q = node.fed_q();
    if (phi.odd) return Own::growth(node) / node.block().pool;
    const double pull =
        gaussian_mean([&](double u) { return u * phi.derivative(u); }, q, phi.kinks) / q;
    return (Own::growth(node) + (node.block().pool - 1.0) * mean(phi, q) * pull) /
           node.block().pool;
  }
  static double gap(Node& node, double d) { return Own::gap(node, d) / node.block().pool; }
  static double slope_covariance(Node& node, double d) {
    return Own::slope_covariance(node, d) / node.block().pool;
  }
  static double slope(Node& node, double d) { return Own::slope(node, d) / node.block().pool; }
  static double edge_excess(Node& node) {
    return (Own::edge_excess(node) - drift(node)) / node.block().pool;
  }
  static double line_excess(Node& node, double d) {
    return (Own::line_excess(node, d) - d * drift(node)) / node.block().pool;
  }
};

/// phi(h) times an independent mask for every input.
struct Dropped : Own {
  static double moment(Node& node) { return Own::moment(node) / node.block().keep; }
  static double growth(Node& node) { return Own::growth(node) / node.block().keep; }
  static double gap(Node& node, double d) { return Own::gap(node, d) + noise(node); }
  static double slope(Node& node, double d) { return Own::slope(node, d) / node.block().keep; }
  static double edge_excess(Node& node) { return Own::edge_excess(node) / node.block().keep; }
  static double line_excess(Node& node, double d) {
    return Own::line_excess(node, d) + (1.0 - d) * noise(node);
  }

 private:
  static double noise(Node& node) {
    return Own::moment(node) * (1.0 - node.block().keep) / node.block().keep;
  }
};

/// phi(h / sqrt q): the variance over the units of a layer is q.
struct LayerNormBefore : Own {
  static constexpr bool normalises = true;
  static constexpr bool unit_input = true;

  static double growth(Node& /*node*/) { return 0.0; }
  static double slope_covariance(Node& node, double d) {
    return Own::slope_covariance(node, d) / node.q();
  }
  static double slope(Node& node, double d) { return Own::slope(node, d) / node.q(); }
};

/// (phi(h) - E phi) / sqrt(Var phi), mean and variance over the units.
struct LayerNormAfter : Own {
  static constexpr bool normalises = true;

  static double moment(Node& /*node*/) { return 1.0; }
  static double growth(Node& /*node*/) { return 0.0; }
  static double gap(Node& node, double d) { return Own::gap(node, d) / node.phi_variance(); }
  static double slope_covariance(Node& node, double d) {
    return Own::slope_covariance(node, d) / node.phi_variance();
  }
  static double slope(Node& node, double d) { return Own::slope(node, d) / node.phi_variance(); }
  // The variance is the moment less the square of the mean.
  static double edge_excess(Node& node) {
    return (Own::edge_excess(node) + squared_mean(node)) / node.phi_variance();
  }
  static double line_excess(Node& node, double d) {
    return (Own::line_excess(node, d) + d * squared_mean(node)) / node.phi_variance();
  }

 private:
  static double squared_mean(Node& node) {
    const double m = mean(node.phi(), node.fed_q());
    return m * m;
  }
};

/// phi((h - mu) / sigma), mu and sigma over the inputs: of the variance q of h, the drift mu of a
/// unit has q (1 - d) and its spread over inputs q d. All inputs come out uncorrelated.
struct BatchNormBefore : LayerNormBefore {
  static constexpr bool keeps_oddness = false;

  static double gap(Node& node, double /*d*/) { return node.phi_variance(); }
  static double slope_covariance(Node& /*node*/, double /*d*/) { return 0.0; }
  static double slope(Node& node, double d) { return LayerNormBefore::slope(node, d) / d; }
  static double line_excess(Node& node, double d) { return node.gap(d) - d * moment(node); }
};

/// (phi(h) - mean) / deviation over the inputs, for every unit: uncorrelated inputs of unit
/// variance.
struct BatchNormAfter : Own {
  static constexpr bool normalises = true;
  static constexpr bool keeps_oddness = false;

  static double moment(Node& /*node*/) { return 1.0; }
  static double growth(Node& /*node*/) { return 0.0; }
  static double gap(Node& /*node*/, double /*d*/) { return 1.0; }
  static double slope_covariance(Node& /*node*/, double /*d*/) { return 0.0; }
  static double slope(Node& node, double d) {
    if (d >= 1.0) return node.phi_slope() / node.phi_variance();
    return steepness_over_drift(node.phi(), node.q(), d);
  }
  static double line_excess(Node& /*node*/, double d) { return 1.0 - d; }
};

/// The largest of `pool` independent units.
struct Maximal : Own {
  static constexpr bool keeps_oddness = false;

  // Of two units with odd phi, E[max^2] = E[phi^2] and the slope is phi's own.
  static bool as_own(Node& node) { return node.phi().odd && node.block().pool == 2; }
  static double moment(Node& node) {
    return as_own(node) ? Own::moment(node)
                        : max_pool_second_moment(node.phi(), node.block().pool, node.fed_q());
  }
  static double growth(Node& node) {
    return as_own(node) ? Own::growth(node)
                        : max_pool_growth_moment(node.phi(), node.block().pool, node.fed_q());
  }
  static double gap(Node& node, double d) {
    return max_pool_covariance_gap(node.phi(), node.block().pool, node.fed_q(), d);
  }
  static double slope_covariance(Node& node, double d) {
    if (d <= 0.0) return slope(node, d);
    return max_pool_slope_covariance(node.phi(), node.block().pool, node.fed_q(), d);
  }
  static double slope(Node& node, double d) {
    return as_own(node) ? Own::slope(node, d)
                        : max_pool_slope_moment(node.phi(), node.block().pool, node.fed_q());
  }
  static double edge_excess(Node& node) {
    return as_own(node) ? Own::edge_excess(node) : node.fed_q() * slope(node, 0.0) - moment(node);
  }
  static double line_excess(Node& node, double d) { return node.gap(d) - d * moment(node); }
};

template <class Law>
constexpr NodeLaw law{Law::normalises,  Law::keeps_oddness, Law::unit_input,       Law::moment,
                      Law::growth,      Law::gap,           Law::slope_covariance, Law::slope,
                      Law::edge_excess, Law::line_excess};

/// In the order of BlockKind.
constexpr std::array<NodeLaw, 13> laws{
    law<Own>,              // plain
    law<Maximal>,          // max_pool
    law<Averaged>,         // average_pool
    law<Dropped>,          // dropout
    law<Own>,              // residual_scaled
    law<Own>,              // residual
    law<Own>,              // residual_after, which has no such maps
    law<LayerNormBefore>,  // layer_norm_before
    law<LayerNormAfter>,   // layer_norm_after
    law<BatchNormBefore>,  // batch_norm_before
    law<BatchNormAfter>,   // batch_norm_after
    law<Own>,              // convolution
    law<Own>,              // delta_orthogonal
};
static_assert(laws.size() == static_cast<std::size_t>(BlockKind::delta_orthogonal) + 1);

const NodeLaw& law_of(const Block& block) { return laws[static_cast<std::size_t>(block.kind)]; }

/// The variance at which to evaluate a node that is fed with variance q.
double unit_variance(const Initialisation& init, double q) {
  const Activation& phi = *init.activation;
  constexpr double still_normal = 1e-290;
  if (normalises(init.block)) return std::max(q, still_normal);
  if (phi.homogeneous) return 1.0;
  if (q > largest_q) return largest_q;
  if (q < smallest_q && vanishes(phi, init.block)) return smallest_q;
  return std::max(q, still_normal);
}

/// For small q terms of the excesses agree but for O(q^3). Taking the mean slope out of phi removes
/// what cancels: in Hermite coefficients a_n of phi, the excess of the edge is SUM (n - 1) a_n^2
/// and that of a line of constant c SUM (c - c^n) a_n^2, in which a_1 does not appear.
constexpr double small_q = 0.1;

double mean_slope(const Activation& phi, double q) {
  return gaussian_mean([&](double u) { return phi.derivative(u); }, q, phi.kinks);
}

}  // namespace

LinearPart linear_part(const Initialisation& init) {
  const Block& block = init.block;
  switch (block.kind) {
    case BlockKind::residual_scaled:
      return {1.0, init.sigma_w2 / block.residual_depth, init.sigma_b2 / block.residual_depth};
    case BlockKind::residual:
      return {1.0, block.sigma_v2 * init.sigma_w2, init.sigma_w2 * block.sigma_a2};
    default:
      return {0.0, init.sigma_w2, init.sigma_b2};
  }
}

bool normalises(const Block& block) { return law_of(block).normalises; }

bool is_odd(const Activation& phi, const Block& block) {
  return phi.odd && law_of(block).keeps_oddness;
}

bool is_homogeneous(const Activation& phi, const Block& block) {
  return phi.homogeneous && !normalises(block);
}

bool vanishes(const Activation& phi, const Block& block) {
  return phi.value(0.0) == 0.0 && !normalises(block);
}

bool lags_behind_lines(const Activation& phi) {
  constexpr double factor = 100.0;
  constexpr double rounding = 1e-9;
  if (phi.bounded) return true;
  const double growth = second_moment(phi, largest_q) / second_moment(phi, largest_q / factor);
  return growth < factor * (1.0 - rounding);
}

bool outgrows_lines(const Activation& phi) {
  constexpr double far = 1e14;
  const auto outgrows = [&](double u) {
    const double size = std::abs(phi.value(10.0 * u));
    return !(size <= 10.2 * std::abs(phi.value(u))) || std::isinf(size);
  };
  return !phi.bounded && (outgrows(far) || outgrows(-far));
}

Node::Node(const Activation& phi, const Block& block, double q)
    : phi_(phi), block_(block), law_(law_of(block)), q_(q), fed_q_(law_.unit_input ? 1.0 : q) {}

double Node::moment() { return law_.moment(*this); }
double Node::growth() { return law_.growth(*this); }
double Node::gap(double d) {
  if (!gap_ || gap_->d != d) gap_ = {d, law_.gap(*this, d)};
  return gap_->value;
}
double Node::slope_covariance(double d) { return law_.slope_covariance(*this, d); }
double Node::slope(double d) { return law_.slope(*this, d); }
double Node::edge_excess() { return law_.edge_excess(*this); }
double Node::line_excess(double d) { return law_.line_excess(*this, d); }

double Node::phi_moment() {
  if (!moment_) moment_ = second_moment(phi_, fed_q_);
  return *moment_;
}

double Node::phi_slope() {
  if (!slope_) slope_ = slope_moment(phi_, fed_q_);
  return *slope_;
}

double Node::phi_gap(double d) {
  if (phi_.closed != nullptr || fed_q_ < smallest_q) return covariance_gap(phi_, fed_q_, d);
  if (!rule_) rule_.emplace(phi_, fed_q_);
  if (!phi_gap_ || phi_gap_->d != d) phi_gap_ = {d, rule_->gap(d)};
  return phi_gap_->value;
}

double Node::phi_slope_covariance(double d) {
  if (phi_.closed != nullptr || fed_q_ < smallest_q) return igb::slope_covariance(phi_, fed_q_, d);
  if (!rule_) rule_.emplace(phi_, fed_q_);
  return rule_->slope_covariance(d);
}

double Node::phi_variance() {
  if (!variance_) variance_ = phi_.odd ? phi_moment() : phi_gap(1.0);
  return *variance_;
}

double Node::phi_edge_excess() {
  const double q = fed_q_;
  if (q >= small_q || phi_.homogeneous) return q * phi_slope() - phi_moment();
  const double tilt = mean_slope(phi_, q);
  return gaussian_mean(
      [&](double u) {
        const double value = phi_.value(u) - tilt * u;
        const double slope = phi_.derivative(u) - tilt;
        return q * slope * slope - value * value;
      },
      q, phi_.kinks);
}

double Node::phi_line_excess(double d) {
  const double q = fed_q_;
  if (q >= small_q || phi_.homogeneous) return phi_gap(d) - d * phi_moment();
  const double tilt = mean_slope(phi_, q);
  const double bent_moment = gaussian_mean(
      [&](double u) {
        const double value = phi_.value(u) - tilt * u;
        return value * value;
      },
      q, phi_.kinks);
  return PairRule(phi_, q, tilt).gap(d) - d * bent_moment;
}

LayerMap::LayerMap(const Initialisation& init, double q)
    : part_(linear_part(init)),
      q_(q),
      unit_(unit_variance(init, q)),
      scales_(!normalises(init.block) && unit_ != q &&
              (init.activation->homogeneous || unit_ == largest_q || unit_ == smallest_q)),
      node_(*init.activation, init.block, unit_),
      without_bias_(part_.skip * unit_ + part_.weight * node_.moment()),
      total_(without_bias_ +
             (scales_ && part_.bias > 0.0 ? part_.bias * (unit_ / q) : part_.bias)) {}

double LayerMap::next_q() const {
  return scales_ ? without_bias_ / unit_ * q_ + part_.bias : total_;
}

double LayerMap::next_d(double d) {
  if (d == 1.0 && part_.bias == 0.0 && is_odd(node_.phi(), node_.block())) return 1.0;
  const double next = (part_.skip * unit_ * d + part_.weight * node_.gap(d)) / total_;
  // Up to rounding, c >= 0 gives c' >= 0: the covariance is a power series in c with coefficients
  // >= 0, or the square of a mean where a batch is normalised.
  return std::min(next, d <= 1.0 ? 1.0 : 2.0);
}

double LayerMap::correlation_slope(double d) { return pair_backward(d) * unit_ / total_; }

bool LayerMap::is_linear() {
  constexpr double rounding = 1e-13;
  if (!law_of(node_.block()).keeps_oddness || normalises(node_.block())) return false;
  // A homogeneous phi of other slopes on the two sides has a mean.
  const double drift = mean(node_.phi(), node_.fed_q());
  const double moment = node_.phi_moment();
  const double slope =
      node_.slope_covariance(0.0);  // of a phi that is not straight it falls with d
  return drift * drift <= rounding * moment && node_.gap(0.0) <= rounding * moment &&
         std::abs(slope - node_.slope_covariance(1.0)) <= rounding * slope;
}

double LayerMap::pair_backward(double d) {
  return part_.skip + part_.weight * node_.slope_covariance(d);
}

double LayerMap::backward(double d) { return part_.skip + part_.weight * node_.slope(d); }

double LayerMap::variance_slope() { return part_.skip + part_.weight * node_.growth(); }

}  // namespace igb
