#include "igb/critical_lines.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "asymptote.hpp"
#include "igb/initialisation.hpp"
#include "layer_rule.hpp"
#include "quadrature.hpp"
#include "root.hpp"
#include "scan.hpp"
#include "variance_map.hpp"

namespace igb {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// sigma_w2 and sigma_b2 of the point of a line whose fixed point is q.
struct Parameters {
  double sigma_w2;
  double sigma_b2;
};

struct Edge {
  const Activation& phi;
  const Block& block;

  Parameters operator()(double q) const {
    Node node(phi, block, q);
    const double slope = node.slope(1.0);
    return {1.0 / slope, node.edge_excess() / slope};
  }
};

struct IsoGamma {
  const Activation& phi;
  const Block& block;
  double d;

  Parameters operator()(double q) const {
    Node node(phi, block, q);
    const double gap = node.gap(d);
    return {q * d / gap, q * node.line_excess(d) / gap};
  }
};

bool is_residual(const Block& block) {
  return block.kind == BlockKind::residual_scaled || block.kind == BlockKind::residual ||
         block.kind == BlockKind::residual_after;
}

bool normalises_over_inputs(const Block& block) {
  return block.kind == BlockKind::batch_norm_before || block.kind == BlockKind::batch_norm_after;
}

Status no_line(const Block& block) {
  return {StatusCode::no_solution, "block", static_cast<double>(block.kind), 0.0, 0.0,
          block_name(block.kind)};
}

Status check(const Block& block, double sigma_b2) {
  if (const Status s = validate(block); !s.ok()) return s;
  if (const Status s = check_range("sigma_b2", sigma_b2, sigma_b2_min, sigma_b2_max); !s.ok()) {
    return s;
  }
  return is_residual(block) ? no_line(block) : Status{};
}

constexpr double smallest_q = 1e-12;
constexpr double largest_q = 1e15;

/// Where lines end to be sought. Of a user's phi that bends far out as it does near the origin,
/// such as sin 3x, an expectation over pairs takes 10^8 evaluations beyond.
double last_q(const Activation& phi) {
  constexpr double near = 10.0;
  constexpr double far = 200.0;
  constexpr double affordable = 300.0;
  if (phi.kernel >= 0 || find_asymptote(phi)) return largest_q;
  const bool calmer = resolving_fraction(phi, far) >= 0.5 * resolving_fraction(phi, near);
  return calmer ? largest_q : affordable;
}

/// visit(point) for every point of the line with q > 0, ascending, until it returns true.
template <class Line, class Visit>
void visit_points(const Line& line, double sigma_b2, const Visit& visit) {
  constexpr double smallest_unbiased_q = 1e-6;  // below, leading orders in q may cancel to rounding
  constexpr double factor = 4.0;
  constexpr double rounding = 1e-12;
  if (normalises(line.block) && sigma_b2 == 0.0) return;  // q is a mere scale
  const auto distance = [&](double q) {  // a bounded measure of sigma_b2 found / sigma_b2
    const double found = line(q).sigma_b2;
    if (!line.phi.bounded && q > 1.0 && std::abs(found) < rounding * q) return not_a_number;
    return (found - sigma_b2) / (std::abs(found) + sigma_b2 + rounding * q);
  };
  const double from = sigma_b2 > 0.0 ? std::max(sigma_b2, smallest_q) : smallest_unbiased_q;
  const double to = last_q(line.phi);
  if (from >= to) return;
  scan_roots(distance, from, to, factor, [&](double a, double fa, double b, double fb) {
    const double q = find_root(distance, a, fa, b, fb);
    const double sigma_w2 = line(q).sigma_w2;
    const Initialisation init{&line.phi, sigma_w2, sigma_b2, line.block};
    return visit(LinePoint{sigma_w2, q, VarianceMap(init).ends_at(q)});
  });
}

/// The end q = 0 of the edge of chaos at sigma_b2 = 0.
LinePoint silent_edge(const Activation& phi, const Block& block) {
  const double sigma_w2 = 1.0 / Node(phi, block, 0.0).slope(1.0);
  const Initialisation init{&phi, sigma_w2, 0.0, block};
  return {sigma_w2, 0.0, VarianceMap(init).end() == 0.0};
}

/// Of the variance map q' = sigma_w2 E[node^2] + sigma_b2 of a homogeneous node.
LinePoint homogeneous_point(const Activation& phi, const Block& block, double sigma_w2,
                            double sigma_b2) {
  const Initialisation init{&phi, sigma_w2, sigma_b2, block};
  return {sigma_w2, VarianceMap(init).end()};
}

/// On a line of homogeneous phi sigma_b2 is proportional to q.
template <class Visit>
void visit_homogeneous(const IsoGamma& line, double sigma_b2, const Visit& visit) {
  constexpr double rounding = 1e-13;
  const Parameters at_one = line(1.0);
  if (sigma_b2 > 0.0 && at_one.sigma_b2 > rounding) {
    visit(LinePoint{at_one.sigma_w2, sigma_b2 / at_one.sigma_b2});
  }
}

template <class Visit>
void visit_edge(const Activation& phi, const Block& block, double sigma_b2, const Visit& visit) {
  if (normalises_over_inputs(block)) return;
  if (is_homogeneous(phi, block)) {
    const double sigma_w2 = 1.0 / Node(phi, block, 1.0).slope(1.0);
    visit(homogeneous_point(phi, block, sigma_w2, sigma_b2));
    return;
  }
  if (sigma_b2 == 0.0 && vanishes(phi, block) && visit(silent_edge(phi, block))) return;
  if (sigma_b2 == 0.0 && is_odd(phi, block)) return;  // sigma_b2 grows from 0 with q
  visit_points(Edge{phi, block}, sigma_b2, visit);
}

template <class Visit>
void visit_iso_gamma(const IsoGamma& line, double sigma_b2, const Visit& visit) {
  if (sigma_b2 == 0.0 && is_odd(line.phi, line.block)) return;
  if (is_homogeneous(line.phi, line.block)) {
    visit_homogeneous(line, sigma_b2, visit);
  } else {
    visit_points(line, sigma_b2, visit);
  }
}

/// Why a line has no point: it may lie below the smallest q.
template <class Line>
Status no_point(const Line& line, double sigma_b2, Status otherwise) {
  if (sigma_b2 == 0.0 || is_homogeneous(line.phi, line.block)) return otherwise;
  const double lowest = line(smallest_q).sigma_b2;
  const double last = last_q(line.phi);
  if (!(lowest > sigma_b2)) {
    if (last == largest_q) return otherwise;
    return {StatusCode::no_convergence, "q_star", last};
  }
  return check_range("sigma_b2", sigma_b2, lowest, sigma_b2_max);
}

/// The first point that iteration reaches, else the first of all.
class FirstPoint {
 public:
  bool operator()(const LinePoint& point) {
    if (!found_ || point.reached) point_ = point;
    found_ = true;
    return point.reached;
  }
  [[nodiscard]] bool found() const { return found_; }
  [[nodiscard]] const LinePoint& point() const { return point_; }

 private:
  bool found_ = false;
  LinePoint point_{};
};

class AllPoints {
 public:
  AllPoints(std::span<LinePoint> points, std::size_t& count) : points_(points), count_(count) {
    count_ = 0;
  }
  bool operator()(const LinePoint& point) {
    if (count_ < points_.size()) points_[count_] = point;
    ++count_;
    return false;
  }

 private:
  std::span<LinePoint> points_;
  std::size_t& count_;
};

}  // namespace

Status edge_of_chaos(const Activation& phi, const Block& block, double sigma_b2, LinePoint& point) {
  if (const Status s = check(block, sigma_b2); !s.ok()) return s;
  if (normalises_over_inputs(block)) return no_line(block);
  FirstPoint first;
  visit_edge(phi, block, sigma_b2, [&](const LinePoint& p) { return first(p); });
  if (!first.found()) {
    return no_point(Edge{phi, block}, sigma_b2, {StatusCode::no_solution, "sigma_b2", sigma_b2});
  }
  point = first.point();
  return {};
}

Status iso_gamma(const Activation& phi, const Block& block, double sigma_b2, double gamma,
                 LinePoint& point) {
  if (const Status s = check(block, sigma_b2); !s.ok()) return s;
  if (const Status s = check_range("gamma", gamma, line_gamma_min, line_gamma_max); !s.ok()) {
    return s;
  }
  const IsoGamma line{phi, block, 1.0 / (1.0 + gamma)};
  FirstPoint first;
  visit_iso_gamma(line, sigma_b2, [&](const LinePoint& p) { return first(p); });
  if (!first.found()) {
    const bool needs_bias = sigma_b2 == 0.0 && (is_odd(phi, block) || normalises(block));
    if (needs_bias) return {StatusCode::no_solution, "sigma_b2", sigma_b2};
    return no_point(line, sigma_b2, {StatusCode::no_solution, "gamma", gamma});
  }
  point = first.point();
  return {};
}

Status variance_line(const Activation& phi, const Block& block, double sigma_b2, LinePoint& point) {
  if (const Status s = check(block, sigma_b2); !s.ok()) return s;
  if (normalises(block)) return no_line(block);
  if (!phi.homogeneous) return {StatusCode::no_solution, "activation"};
  const double sigma_w2 = 1.0 / Node(phi, block, 1.0).moment();
  point = homogeneous_point(phi, block, sigma_w2, sigma_b2);
  return {};
}

Status edge_of_chaos_points(const Activation& phi, const Block& block, double sigma_b2,
                            std::span<LinePoint> points, std::size_t& count) {
  if (const Status s = check(block, sigma_b2); !s.ok()) return s;
  AllPoints all(points, count);
  visit_edge(phi, block, sigma_b2, [&](const LinePoint& p) { return all(p); });
  return {};
}

Status iso_gamma_points(const Activation& phi, const Block& block, double sigma_b2, double gamma,
                        std::span<LinePoint> points, std::size_t& count) {
  if (const Status s = check(block, sigma_b2); !s.ok()) return s;
  if (const Status s = check_range("gamma", gamma, line_gamma_min, line_gamma_max); !s.ok()) {
    return s;
  }
  AllPoints all(points, count);
  visit_iso_gamma(IsoGamma{phi, block, 1.0 / (1.0 + gamma)}, sigma_b2,
                  [&](const LinePoint& p) { return all(p); });
  return {};
}

}  // namespace igb
