#include "asymptote.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "activation_list.hpp"
#include "quadrature.hpp"

namespace igb {
namespace {

constexpr double pi = std::numbers::pi;
constexpr double longest_reach = 128.0;

/// phi(u) = slope u + offset on one side, from |u| = reach on.
struct Side {
  double slope;
  double offset;
};

/// None where phi or phi' leaves the line anywhere beyond.
std::optional<Side> find_side(const Activation& phi, double reach) {
  constexpr double rounding = 4.0 * std::numeric_limits<double>::epsilon();
  constexpr double furthest = 1e6;
  constexpr double step = 1.1;
  const double slope = phi.derivative(std::copysign(furthest, reach));
  const Side side{slope, phi.value(reach) - slope * reach};
  // What is left of the bend may not be small against a line along 0.
  const double rest = 1e-17 * (std::abs(phi.value(reach)) + std::abs(phi.value(-reach)));
  for (double u = reach; std::abs(u) < furthest; u *= step) {
    const double line = slope * u + side.offset;
    const double size = std::abs(slope * u) + std::abs(side.offset);
    if (!(std::abs(phi.value(u) - line) <= rounding * size + rest)) return {};
    if (!(std::abs(phi.derivative(u) - slope) <= rounding * std::abs(slope) + rest)) return {};
  }
  return side;
}

double sign(double u) { return u < 0.0 ? -1.0 : 1.0; }

}  // namespace

std::optional<Asymptote> find_asymptote(const Activation& phi) {
  double reach = 8.0;
  for (const double kink : phi.kinks) reach = std::max(reach, std::abs(kink));
  for (; reach <= longest_reach; reach *= 1.5) {
    const std::optional<Side> right = find_side(phi, reach);
    const std::optional<Side> left = right ? find_side(phi, -reach) : std::nullopt;
    if (!left) continue;
    return Asymptote{.straight = 0.5 * (right->slope + left->slope),
                     .bent = 0.5 * (right->slope - left->slope),
                     .level = 0.5 * (right->offset + left->offset),
                     .jump = 0.5 * (right->offset - left->offset),
                     .reach = reach};
  }
  return {};
}

AsymptoticPair::AsymptoticPair(const Activation& phi, const Asymptote& lines, double q, double d,
                               double fraction)
    : phi_(phi),
      lines_(lines),
      q_(q),
      d_(d),
      fraction_(fraction),
      sigma_(std::sqrt(q)),
      spread_(std::sqrt(q * d * (2.0 - d))) {}

double AsymptoticPair::density(double u) const {
  return std::exp(-0.5 * u * u / q_) / (sigma_ * std::sqrt(2.0 * pi));
}

/// visit(u, weight) over all u where there is a rest.
template <class Visit>
void AsymptoticPair::visit_rest(const Visit& visit) const {
  const Cuts cuts(phi_.kinks, 1.0);
  const auto next_cut = [&](double u) {  // and the origin, at which the lines meet
    const double cut = cuts.next(u, 0.0);
    return u < 0.0 ? std::min(cut, 0.0) : cut;
  };
  visit_panels(-lines_.reach, lines_.reach, false, {2.0 * fraction_, lines_.reach, fraction_},
               next_cut, visit);
}

void AsymptoticPair::Product::add(double u, double weighted_value) {
  const double t = u / pair_.spread_;
  double term = weighted_value * std::exp(-0.5 * t * t);
  for (double& moment : moments_) {
    moment += term;
    term *= t;
  }
}

std::optional<double> AsymptoticPair::Product::mean() const {
  constexpr double negligible = 1e-17;
  const double c = 1.0 - pair_.d_;
  double power = 1.0;  // c^k / k!
  double sum = 0.0;
  std::array<double, orders> terms{};
  for (std::size_t k = 0; k < orders; ++k) {
    terms[k] = power * moments_[k] * moments_[k];
    sum += terms[k];
    power *= c / static_cast<double>(k + 1);
  }
  const double last = std::abs(terms[orders - 2]) + std::abs(terms[orders - 1]);
  if (!(last <= negligible * std::abs(sum))) return {};
  return sum / (2.0 * pi * pair_.sigma_ * pair_.spread_);
}

std::optional<double> AsymptoticPair::gap() const {
  const double c = 1.0 - d_;
  const double scale = spread_ * std::numbers::sqrt2;
  const double straight = lines_.straight;
  const double bent = lines_.bent;
  const double jump = lines_.jump;
  Product rests(*this);
  double crossed = 0.0;
  visit_rest([&](double v, double weight) {
    const double size = std::abs(v);
    const double rest =
        phi_.value(v) - (straight * v + bent * size + lines_.level + jump * sign(v));
    rests.add(v, weight * rest);
    // The lines at v less their mean over u given v.
    const double x = c * v / scale;
    const double mean_sign = std::erf(x);
    const double mean_size = c * v * mean_sign + scale / std::sqrt(pi) * std::exp(-x * x);
    const double difference =
        straight * d_ * v + bent * (size - mean_size) + jump * (sign(v) - mean_sign);
    crossed += weight * density(v) * rest * (2.0 * difference + rest);
  });
  const std::optional<double> product = rests.mean();
  if (!product) return {};
  const double of_lines = q_ * d_ * straight * straight +
                          bent * bent * Abs::covariance_gap(q_, d_) +
                          jump * jump * 2.0 / pi * angle_of(d_) +
                          2.0 * straight * jump * d_ * sigma_ * std::sqrt(2.0 / pi);
  return of_lines + crossed - *product;
}

std::optional<double> AsymptoticPair::slope_covariance() const {
  const double c = 1.0 - d_;
  const double scale = spread_ * std::numbers::sqrt2;
  Product rests(*this);
  double crossed = 0.0;
  visit_rest([&](double v, double weight) {
    const double rest = phi_.derivative(v) - (lines_.straight + lines_.bent * sign(v));
    rests.add(v, weight * rest);
    crossed +=
        weight * density(v) * rest * (lines_.straight + lines_.bent * std::erf(c * v / scale));
  });
  const std::optional<double> product = rests.mean();
  if (!product) return {};
  return lines_.straight * lines_.straight +
         lines_.bent * lines_.bent * Abs::slope_covariance(q_, d_) + 2.0 * crossed + *product;
}

}  // namespace igb
