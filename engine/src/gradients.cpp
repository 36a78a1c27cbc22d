#include "igb/gradients.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "igb/architecture.hpp"
#include "igb/guessing_law.hpp"
#include "layer_rule.hpp"
#include "root.hpp"

namespace igb {
namespace {

constexpr double pi = std::numbers::pi;
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double output_q_max = 1e300;

double sign(double x) { return (x > 0.0 ? 1.0 : 0.0) - (x < 0.0 ? 1.0 : 0.0); }

/// ln(1 + e^y)
double softplus(double y) { return std::max(y, 0.0) + std::log1p(std::exp(-std::abs(y))); }

/// ln |delta|^2 = ln 2 sigmoid(-y)^2
double log_loss_gradient(double y) { return std::numbers::ln2 - 2.0 * softplus(y); }

// ---- skew-normal law: density 2 phi(x) Phi(skewness x) ----------------------------------------

/// P(X <= -x) for skewness >= 0 and x >= 0, which is twice Owen's T(x, infinity) - T(x, skewness):
/// INT_skewness^inf exp(-x^2 (1 + y^2) / 2) / (1 + y^2) dy / pi. Trapezoid rule in t, y = skewness
/// + scale exp(t - e^-t), where nothing bends faster than on the scale of 1.
double skew_tail(double skewness, double x) {
  constexpr double step = 0.125;
  constexpr double first = -3.75;         // exp(-e^3.75) = 3e-19
  constexpr double last_exponent = 44.0;  // e^-44 = 8e-20
  if (x == 0.0) return std::atan2(1.0, skewness) / pi;
  const double square = x * x;
  const double slope = square * skewness;
  const double end = 2.0 * last_exponent / (slope + std::sqrt(slope * slope + 88.0 * square));
  const double scale = 1.0 / (1.0 / std::hypot(1.0, skewness) + slope + x);
  double sum = 0.0;
  for (double t = first;; t += step) {
    const double decay = std::exp(-t);
    const double w = scale * std::exp(t - decay);
    if (!(w < end)) break;  // infinite skewness leaves none
    const double y = skewness + w;
    const double weight = w * (1.0 + decay);
    sum += weight * std::exp(-w * (slope + 0.5 * square * w)) / (1.0 + y * y);
  }
  return step * sum * std::exp(-0.5 * square * (1.0 + skewness * skewness)) / pi;
}

double skew_cdf(double skewness, double x) {
  const double tail = skew_tail(std::abs(skewness), std::abs(x));
  if (skewness >= 0.0) return x <= 0.0 ? tail : std::erf(x / std::numbers::sqrt2) + tail;
  return x <= 0.0 ? 2.0 * normal_cdf(x) - tail : 1.0 - tail;
}

double skew_quantile(double skewness, double p) {
  if (p > 0.5) return -skew_quantile(-skewness, 1.0 - p);
  // Skewness moves the law from -|z| over z to |z|.
  const double normal = normal_quantile(p);
  const double low = skewness >= 0.0 ? normal : normal_quantile(0.5 * p);
  const double high = skewness >= 0.0 ? 1.35 * p : normal;  // P(|z| < 1.35 p) > p for p <= 1/2
  const auto excess = [&](double x) { return skew_cdf(skewness, x) - p; };
  const double below = excess(low);
  const double above = excess(high);
  if (below >= 0.0) return low;
  if (above <= 0.0) return high;
  return find_root(excess, low, below, high, above);
}

/// E[f(scale X)]: the trapezoid rule in t, x = width sinh(t), which resolves the bend of f at 0,
/// the step of Phi(skewness x) and the normal law, each on its own scale.
template <class Function>
double skew_mean(double skewness, double scale, const Function& f) {
  constexpr double step = 0.1;
  constexpr double reach = 9.0;
  constexpr double steepest = 1e18;  // a step to all digits
  const double slope = std::clamp(skewness, -steepest, steepest);
  const double width = 1.0 / std::max({1.0, scale, std::abs(slope)});
  const double last = std::asinh(reach / width);
  const auto term = [&](double t) {
    const double x = width * std::sinh(t);
    return std::exp(-0.5 * x * x) * normal_cdf(slope * x) * f(scale * x) * std::cosh(t);
  };
  double sum = term(0.0);
  for (double t = step; t < last; t += step) sum += term(t) + term(-t);
  return 2.0 * sum * step * width / std::sqrt(2.0 * pi);
}

Status check_output(const Signal& output) {
  if (const Status s = check_range("output_q", output.q, 0.0, output_q_max); !s.ok()) return s;
  return check_range("output_d", output.d, 0.0, 1.0);
}

/// Of the lead y of the labelled class, in standard deviations.
double skewness_of_lead(const Signal& output, Labels labels) {
  const double skewness = std::sqrt(output.gamma());
  switch (labels) {
    case Labels::favoured:
      return skewness;
    case Labels::unfavoured:
      return -skewness;
    case Labels::all:
      return 0.0;
  }
  return nan;
}

double lead_scale(const Signal& output) { return std::sqrt(2.0) * std::sqrt(output.q); }

/// Batch normalisation couples the gradients of all inputs; residual_after has no maps.
bool has_pair_gradients(BlockKind kind) {
  return kind != BlockKind::batch_norm_before && kind != BlockKind::batch_norm_after &&
         kind != BlockKind::residual_after;
}

/// What the output hands to the layer below it beyond the factor of that layer.
double log_readout(const Initialisation& init) {
  const double spread = -std::log(static_cast<double>(positions_of(init.block)));
  return init.block.kind == BlockKind::residual ? std::log(init.sigma_w2) : spread;
}

}  // namespace

Status backward(const Initialisation& init, std::span<const Signal> layers,
                std::span<LayerGradient> gradients) {
  const double depth = static_cast<double>(layers.size());
  const Status checks[] = {
      validate(init),
      check_range("layers", depth, 1.0, depth_max),
  };
  for (const Status& status : checks) {
    if (!status.ok()) return status;
  }
  if (!has_pair_gradients(init.block.kind))
    return {StatusCode::no_solution,    "block", static_cast<double>(init.block.kind), 0.0, 0.0,
            block_name(init.block.kind)};
  if (gradients.size() < layers.size()) {
    return {StatusCode::buffer_too_small, "gradients", static_cast<double>(gradients.size()), depth,
            depth_max};
  }
  LayerGradient total{log_readout(init), log_readout(init), 1.0};
  Signal reached{nan, nan};
  LayerGradient factor{};
  for (std::size_t l = layers.size(); l-- > 0;) {
    const Signal& signal = layers[l];
    if (signal.q != reached.q || signal.d != reached.d) {
      if (const Status s = check_range("q", signal.q, 0.0, infinity); !s.ok()) return s;
      if (const Status s = check_range("d", signal.d, 0.0, 2.0); !s.ok()) return s;
      LayerMap map(init, signal.q);
      const double pair = map.pair_backward(signal.d);
      factor = {std::log(map.backward(signal.d)), std::log(std::abs(pair)), sign(pair)};
      reached = signal;
    }
    total.log_q += factor.log_q;
    total.log_q_ab += factor.log_q_ab;
    total.sign_ab *= factor.sign_ab;
    gradients[l] = total;
  }
  return {};
}

double LossGradientLaw::quantile(Labels labels, double p) const {
  if (!check_output(output).ok() || !(p > 0.0 && p < 1.0)) return nan;
  const double skewness = skewness_of_lead(output, labels);
  // ln |delta|^2 falls with the lead: its quantile is that of -y.
  return log_loss_gradient(-lead_scale(output) * skew_quantile(-skewness, p));
}

double LossGradientLaw::mean_log(Labels labels) const {
  if (!check_output(output).ok()) return nan;
  const double mean = skew_mean(skewness_of_lead(output, labels), lead_scale(output), softplus);
  return std::numbers::ln2 - 2.0 * mean;
}

double LossGradientLaw::log_mean(Labels labels) const {
  if (!check_output(output).ok()) return nan;
  return std::log(skew_mean(skewness_of_lead(output, labels), lead_scale(output),
                            [](double y) { return std::exp(log_loss_gradient(y)); }));
}

Status gradient_report(std::span<const LayerGradient> gradients, const LossGradientLaw& law,
                       std::uint32_t width, Labels labels, std::span<const double> probabilities,
                       std::span<double> report) {
  if (const Status s = check_range("width", width, 1.0, width_max); !s.ok()) return s;
  if (const Status s = check_output(law.output); !s.ok()) return s;
  for (const double p : probabilities) {
    if (p > 0.0 && p < 1.0) continue;
    return {StatusCode::out_of_range, "probability", p, 0.0, 1.0};
  }
  const std::size_t columns = gradient_columns + probabilities.size();
  const std::size_t layers = gradients.size();
  if (layers > report.size() / columns) {
    return {StatusCode::buffer_too_small, "report", static_cast<double>(report.size()),
            static_cast<double>(columns) * static_cast<double>(layers), infinity};
  }
  if (layers == 0) return {};
  const double per_unit = -std::log(static_cast<double>(width));
  const std::span<double> first = report.first(columns);
  first[0] = law.median(labels) + per_unit;
  first[1] = law.mean_log(labels) + per_unit;
  first[2] = law.log_mean(labels) + per_unit;
  for (std::size_t i = 0; i < probabilities.size(); ++i) {
    first[gradient_columns + i] = law.quantile(labels, probabilities[i]) + per_unit;
  }
  for (std::size_t l = layers; l-- > 0;) {
    for (std::size_t i = 0; i < columns; ++i) {
      report[l * columns + i] = first[i] + gradients[l].log_q;
    }
  }
  return {};
}

}  // namespace igb
