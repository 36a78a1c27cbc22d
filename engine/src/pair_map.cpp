#include "pair_map.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "igb/expectation.hpp"
#include "quadrature.hpp"

namespace igb {
namespace {

constexpr double pi = std::numbers::pi;
constexpr double reach = 8.8;  // standard deviations; the weight beyond is 1e-17
constexpr double agreement = 1e-12;
constexpr std::size_t outer_nodes_max = 1024;

struct Node {
  double position;
  double weight;
};
// Gauss-Legendre, the positive half of 16 nodes on [-1, 1].
constexpr std::array<Node, 8> legendre{{
    {0.09501250983763744, 0.1894506104550685},
    {0.28160355077925891, 0.18260341504492359},
    {0.45801677765722739, 0.16915651939500254},
    {0.61787624440264375, 0.14959598881657673},
    {0.75540440835500303, 0.12462897125553387},
    {0.86563120238783174, 0.095158511682492785},
    {0.94457502307323258, 0.062253523938647893},
    {0.98940093499164993, 0.027152459411754095},
}};

double density(double z) { return std::exp(-0.5 * z * z) / std::sqrt(2.0 * pi); }

/// phi as a function of a standard normal: f(z) = phi(root z).
struct Feature {
  const Activation& phi;
  double root;
  double fraction;  ///< of the panels that resolve tanh

  Feature(const Activation& phi_, double q, double fraction_)
      : phi(phi_), root(std::sqrt(q)), fraction(fraction_) {}
  [[nodiscard]] double value(double z) const { return phi.value(root * z); }
  [[nodiscard]] double slope(double z) const { return phi.derivative(root * z); }

  /// Length over which phi is a polynomial to all digits: of order 1 near the origin in units of
  /// its argument, growing outwards.
  [[nodiscard]] double smooth_length(double z) const {
    return 0.75 * fraction * std::sqrt(1.0 / (root * root) + z * z);
  }
  /// The first kink between two points, or `right`.
  [[nodiscard]] double first_kink(double left, double right) const {
    for (const double kink : phi.kinks) {
      const double z = kink / root;
      if (z > left && z < right) return z;
    }
    return right;
  }
  /// Length over which a kink smeared to that width, at `stretch` times its place, is smooth.
  [[nodiscard]] double smeared_length(double z, double width, double stretch) const {
    double length = reach;
    if (width == 0.0) return length;
    for (const double kink : phi.kinks) {
      const double distance = std::abs(z - stretch * kink / root);
      length = std::min(length, std::max(1.5 * width, 0.5 * distance));
    }
    return length;
  }
};

/// Visits nodes and weights of a composite Gauss rule; `step(left)` is the length of a panel that
/// starts there, `stop(left, right)` where it must end at the latest.
template <class Step, class Stop, class Visit>
void for_panels(double from, double to, const Step& step, const Stop& stop, const Visit& visit) {
  for (double left = from; left < to;) {
    const double right = stop(left, std::min(to, left + step(left)));
    const double centre = 0.5 * (left + right);
    const double half = 0.5 * (right - left);
    for (const Node& node : legendre) {
      visit(centre - half * node.position, half * node.weight);
      visit(centre + half * node.position, half * node.weight);
    }
    left = right;
  }
}

/// Standard normals of correlation 1 - d.
struct Correlation {
  double c;
  double s;  ///< c^2 + s^2 = 1

  explicit Correlation(double d) : c(1.0 - d), s(std::sqrt(d * (2.0 - d))) {}
};

/// Nodes of the standard normal for f g and for what smearing by the other normal leaves of them.
template <class Visit>
void for_outer(const Feature& f, const Feature& g, Correlation pair, const Visit& visit) {
  const double stretch = std::abs(pair.c) > 0.3 ? 1.0 / pair.c : 1.0;
  const auto step = [&](double z) {
    const double smooth = std::min(f.smooth_length(z), g.smooth_length(z));
    const double smeared =
        std::min(f.smeared_length(z, pair.s, stretch), g.smeared_length(z, pair.s, stretch));
    return std::min({3.0, smooth, smeared});
  };
  const auto stop = [&](double left, double right) {
    return g.first_kink(left, f.first_kink(left, right));
  };
  for_panels(-reach, reach, step, stop,
             [&](double z, double weight) { visit(z, weight * density(z)); });
}

/// E[of(z')] over z' = c z + s w given z. In units of w, since s may be tiny against c z.
template <class Function>
double given(const Feature& f, const Feature& g, Correlation pair, double z, const Function& of) {
  const double centre = pair.c * z;
  if (pair.s == 0.0) return of(centre);
  constexpr double sliver = 1e-9;
  const auto step = [&](double w) {
    const double x = centre + pair.s * w;
    return std::min(3.0, std::min(f.smooth_length(x), g.smooth_length(x)) / pair.s);
  };
  const auto stop = [&](double left, double right) {
    const double x = centre + pair.s * (left + sliver);
    const double end = centre + pair.s * right;
    const double kink = g.first_kink(x, f.first_kink(x, end));
    return kink < end ? std::max((kink - centre) / pair.s, left + sliver) : right;
  };
  double sum = 0.0;
  for_panels(-reach, reach, step, stop, [&](double w, double weight) {
    sum += weight * density(w) * of(centre + pair.s * w);
  });
  return sum;
}

/// d_phi at c = 1, over ln(q_a / q_b)^2 unless the variances are equal, where it is the limit.
double spread(const Activation& phi, double q_a, double q_b, double fraction) {
  const Feature f(phi, q_a, fraction);
  const Feature g(phi, q_b, fraction);
  const double norm_f = 1.0 / std::sqrt(second_moment(phi, q_a));
  const double norm_g = 1.0 / std::sqrt(second_moment(phi, q_b));
  const double log_ratio = std::log(q_a / q_b);
  double sum = 0.0;
  if (log_ratio == 0.0) {
    const double growth = q_a * growth_moment(phi, q_a) * norm_f * norm_f;
    for_outer(f, f, Correlation(0.0), [&](double z, double weight) {
      const double change = 0.5 * norm_f * (f.slope(z) * f.root * z - growth * f.value(z));
      sum += weight * change * change;
    });
    return 0.5 * sum;
  }
  for_outer(f, g, Correlation(0.0), [&](double z, double weight) {
    const double difference = norm_f * f.value(z) - norm_g * g.value(z);
    sum += weight * difference * difference;
  });
  return 0.5 * sum / (log_ratio * log_ratio);
}

/// Chebyshev points of the first kind.
double chebyshev_point(std::size_t k, std::size_t count) {
  return std::cos(pi * (static_cast<double>(k) + 0.5) / static_cast<double>(count));
}

/// T_m at those points.
double chebyshev(std::size_t m, std::size_t k, std::size_t count) {
  return std::cos(pi * static_cast<double>(m) * (static_cast<double>(k) + 0.5) /
                  static_cast<double>(count));
}

/// Coefficient of T_m of the interpolant through value(k) at `count` Chebyshev points.
template <class Value>
double coefficient(std::size_t m, std::size_t count, const Value& value) {
  double sum = 0.0;
  for (std::size_t k = 0; k < count; ++k) sum += value(k) * chebyshev(m, k, count);
  return (m == 0 ? 1.0 : 2.0) / static_cast<double>(count) * sum;
}

/// Clenshaw-Curtis weight of node p of 0 .. n on [0, 1], n even, exact to degree n.
double clenshaw_curtis(std::size_t p, std::size_t n) {
  const auto order = static_cast<double>(n);
  double sum = 1.0;
  for (std::size_t j = 1; j <= n / 2; ++j) {
    const auto index = static_cast<double>(j);
    const double factor = 2 * j == n ? 1.0 : 2.0;
    sum -= factor * std::cos(2.0 * pi * index * static_cast<double>(p) / order) /
           (4.0 * index * index - 1.0);
  }
  return (p == 0 || p == n ? 0.5 : 1.0) * sum / order;
}

bool only_kink_at_zero(const Activation& phi) {
  return std::all_of(phi.kinks.begin(), phi.kinks.end(), [](double kink) { return kink == 0.0; });
}

bool jumps(const Activation& phi) {
  return std::any_of(phi.kinks.begin(), phi.kinks.end(), [&](double kink) {
    constexpr double near = 1e-9;
    const double jump = phi.value(kink + near) - phi.value(kink - near);
    return std::abs(jump) > 1e-6 * (1.0 + std::abs(phi.value(kink)));
  });
}

}  // namespace

double panel_fraction(const Activation& phi, double q_high) {
  constexpr double resolved_reach = 200.0;  // beyond, phi is taken to be straight or nearly
  return resolving_fraction(phi, std::min(reach * std::sqrt(q_high), resolved_reach));
}

double feature_distance(const Activation& phi, double q_a, double q_b, double d, double fraction) {
  const Feature f(phi, q_a, fraction);
  const Feature g(phi, q_b, fraction);
  const Correlation pair(d);
  double gap = 0.0;
  for_outer(f, g, pair, [&](double z, double weight) {
    const double f_z = f.value(z);
    const double g_z = g.value(z);
    gap += 0.5 * weight *
           given(f, g, pair, z, [&](double x) { return (f_z - f.value(x)) * (g_z - g.value(x)); });
  });
  const double log_ratio = std::log(q_a / q_b);
  return log_ratio * log_ratio * (log_ratio == 0.0 ? 0.0 : spread(phi, q_a, q_b, fraction)) +
         gap / std::sqrt(second_moment(phi, q_a) * second_moment(phi, q_b));
}

void PairMap::take_buffers(Arena& arena) {
  ratio_ = arena.take<double>(variances_max * roots_max * variances_max);
  spread_ = arena.take<double>(variances_max * variances_max);
  row_ratio_ = arena.take<double>(roots_max * variances_max);
  row_spread_ = arena.take<double>(variances_max);
  averaging_ = arena.take<double>(roots_max * roots_max);
  outer_ = arena.take<double>(3 * outer_nodes_max);
}

double PairMap::variance(std::size_t i) const {
  return std::exp(log_centre_ + log_half_ * chebyshev_point(i, variances_));
}

/// averaging_[k][m] = INT_0^1 2 w T_m(w (x_k + 1) - 1) dw: takes K to its mean over c .. 1.
void PairMap::fill_averaging() {
  const std::size_t order = roots_ + 2;
  std::fill(averaging_.begin(), averaging_.end(), 0.0);
  for (std::size_t p = 0; p <= order; ++p) {
    const double w = 0.5 + 0.5 * std::cos(pi * static_cast<double>(p) / static_cast<double>(order));
    const double weight = 2.0 * w * clenshaw_curtis(p, order);
    for (std::size_t k = 0; k < roots_; ++k) {
      const double x = w * (chebyshev_point(k, roots_) + 1.0) - 1.0;
      const double angle = std::acos(std::clamp(x, -1.0, 1.0));
      for (std::size_t m = 0; m < roots_; ++m) {
        averaging_[k * roots_ + m] += weight * std::cos(static_cast<double>(m) * angle);
      }
    }
  }
}

/// K_ij = sqrt(q_i q_j / (m_i m_j)) E[phi'(u) phi'(v)] at every node, then its averages, then their
/// coefficients. False where an integral needs too many nodes.
bool PairMap::fill(const Activation& phi) {
  const bool shared = only_kink_at_zero(phi);
  const std::span<double> z = outer_.subspan(0, outer_nodes_max);
  const std::span<double> weight = outer_.subspan(outer_nodes_max, outer_nodes_max);
  const std::span<double> smeared = outer_.subspan(2 * outer_nodes_max, outer_nodes_max);
  const Feature finest(phi, variance(0), fraction_);  // the first Chebyshev point is the highest
  std::array<double, variances_max> norm{};
  for (std::size_t i = 0; i < variances_; ++i) {
    norm[i] = std::sqrt(variance(i) / second_moment(phi, variance(i)));
  }

  for (std::size_t k = 0; k < roots_; ++k) {
    const double root = 0.5 * root_high_ * (1.0 + chebyshev_point(k, roots_));
    const Correlation pair(root * root);
    for (std::size_t j = 0; j < variances_; ++j) {
      const Feature g(phi, variance(j), fraction_);
      std::size_t nodes = 0;
      for (std::size_t i = 0; i <= j; ++i) {
        const Feature f(phi, variance(i), fraction_);
        if (i == 0 || !shared) {
          nodes = 0;
          const auto keep = [&](double node, double node_weight) {
            if (nodes < outer_nodes_max) {
              z[nodes] = node;
              weight[nodes] = node_weight;
              smeared[nodes] = given(g, g, pair, node, [&](double x) { return g.slope(x); });
            }
            ++nodes;
          };
          for_outer(shared ? finest : f, g, pair, keep);
          if (nodes > outer_nodes_max) return false;
        }
        double sum = 0.0;
        for (std::size_t n = 0; n < nodes; ++n) sum += weight[n] * f.slope(z[n]) * smeared[n];
        ratio_at(i, k, j) = norm[i] * norm[j] * sum;
      }
    }
  }

  std::array<double, roots_max> column{};
  for (std::size_t j = 0; j < variances_; ++j) {
    for (std::size_t i = 0; i <= j; ++i) {
      const auto at_node = [&](std::size_t k) { return ratio_at(i, k, j); };
      for (std::size_t m = 0; m < roots_; ++m) column[m] = coefficient(m, roots_, at_node);
      for (std::size_t k = 0; k < roots_; ++k) {
        double sum = 0.0;
        for (std::size_t m = 0; m < roots_; ++m) sum += averaging_[k * roots_ + m] * column[m];
        ratio_at(i, k, j) = sum;
      }
      for (std::size_t m = 0; m < roots_; ++m) column[m] = coefficient(m, roots_, at_node);
      for (std::size_t m = 0; m < roots_; ++m) ratio_at(i, m, j) = ratio_at(j, m, i) = column[m];
      spread_[i * variances_ + j] = spread_[j * variances_ + i] =
          spread(phi, variance(i), variance(j), fraction_);
    }
  }
  return true;
}

/// Whether the last coefficients are negligible, of sqrt d and of ln q.
PairMap::Resolution PairMap::resolution() const {
  double largest = 0.0;
  double last_root = 0.0;
  double last_variance = 0.0;
  for (std::size_t j = 0; j < variances_; ++j) {
    for (std::size_t i = 0; i < variances_; ++i) {
      largest = std::max(largest, std::abs(ratio_at(i, 0, j)));
      for (std::size_t m = roots_ - 2; m < roots_; ++m) {
        last_root = std::max(last_root, std::abs(ratio_at(i, m, j)));
      }
    }
    for (std::size_t m = 0; m < roots_ && variances_ > 1; ++m) {
      const auto at_node = [&](std::size_t i) { return ratio_at(i, m, j); };
      last_variance =
          std::max(last_variance, std::abs(coefficient(variances_ - 1, variances_, at_node)));
    }
  }
  return {last_root <= agreement * largest, last_variance <= agreement * largest};
}

bool PairMap::build(const Activation& phi, double q_low, double q_high, double d_high) {
  if (jumps(phi)) return false;
  constexpr std::size_t roots_first = 16;
  constexpr double strip = 2.0;  // half the width of that in which moments are analytic in ln q
  log_centre_ = 0.5 * (std::log(q_low) + std::log(q_high));
  log_half_ = 0.5 * std::log(q_high / q_low);
  root_high_ = std::sqrt(std::max(d_high, 1e-30));
  fraction_ = panel_fraction(phi, q_high);
  std::size_t variances = 1;
  if (log_half_ > 1e-12) {
    const double decay = std::asinh(strip / log_half_);
    variances = 2 + static_cast<std::size_t>(-std::log(agreement) / decay);
  }
  std::size_t roots = roots_first;
  while (variances <= variances_max && roots <= roots_max) {
    variances_ = variances;
    if (roots != roots_) {
      roots_ = roots;
      fill_averaging();
    }
    if (!fill(phi)) return false;
    const Resolution enough = resolution();
    if (enough.roots && enough.variances) return true;
    if (!enough.roots) roots *= 2;
    if (!enough.variances) variances += 1 + variances / 2;
  }
  return false;
}

void PairMap::prepare(std::span<const double> q, double* columns, std::size_t stride) const {
  for (std::size_t a = 0; a < stride; ++a) {
    const double log_q = std::log(q[std::min(a, q.size() - 1)]);
    columns[variances_ * stride + a] = log_q;
    // Barycentric form of Lagrange's polynomials.
    const double x = log_half_ > 0.0 ? (log_q - log_centre_) / log_half_ : 0.0;
    double total = 0.0;
    std::size_t hit = variances_;
    for (std::size_t i = 0; i < variances_; ++i) {
      const double difference = x - chebyshev_point(i, variances_);
      if (difference == 0.0 || variances_ == 1) hit = i;
      const double sine =
          std::sin(pi * (static_cast<double>(i) + 0.5) / static_cast<double>(variances_));
      const double term = (i % 2 == 0 ? sine : -sine) / difference;
      columns[i * stride + a] = term;
      total += term;
    }
    for (std::size_t i = 0; i < variances_; ++i) {
      double& share = columns[i * stride + a];
      share = hit < variances_ ? (i == hit ? 1.0 : 0.0) : share / total;
    }
  }
}

InterpolatedForm PairMap::form() const {
  return {variances_,        roots_, root_high_, ratio_.data(), spread_.data(), row_ratio_.data(),
          row_spread_.data()};
}

}  // namespace igb
