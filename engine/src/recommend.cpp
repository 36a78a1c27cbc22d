#include "igb/recommend.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <numbers>

#include "igb/architecture.hpp"
#include "igb/critical_lines.hpp"
#include "igb/guessing_law.hpp"
#include "igb/many_class_law.hpp"
#include "igb/mean_field.hpp"
#include "layer_rule.hpp"
#include "root.hpp"

namespace igb {
namespace {

constexpr Signal uncorrelated_inputs{1.0, 1.0};
constexpr double still = 1e-14;  // relative change of a layer that has converged
const double ln_surviving = std::log(surviving_factor);

Status check(const Initialisation& init, std::uint32_t depth, std::uint32_t classes) {
  if (const Status s = validate(init); !s.ok()) return s;
  if (std::isnan(next_layer(init, uncorrelated_inputs).q)) {  // it has no maps
    return {StatusCode::no_solution,    "block", static_cast<double>(init.block.kind), 0.0, 0.0,
            block_name(init.block.kind)};
  }
  if (const Status s = check_range("depth", depth, 1, depth_max); !s.ok()) return s;
  return check_range("classes", classes, 2, classes_max);
}

double mean_max_frequency(std::uint32_t classes, double gamma) {
  return classes == 2 ? TwoClassLaw{gamma}.mean_max_frequency()
                      : ManyClassLaw{classes, gamma}.mean_max_frequency();
}

bool has_settled(Signal before, Signal after) {
  return std::abs(after.q - before.q) <= still * before.q &&
         std::abs(after.d - before.d) <= still * before.d;
}

/// The backward factor needs the correlation of inputs.
bool mixes_inputs(const Block& block) {
  return block.kind == BlockKind::batch_norm_before || block.kind == BlockKind::batch_norm_after;
}

/// With a sigma_w2 in range, for those who do not read it.
Initialisation at_one(Initialisation init) {
  init.sigma_w2 = 1.0;
  return init;
}

bool has_edge_of_chaos(const Initialisation& init, LinePoint& edge) {
  return edge_of_chaos(*init.activation, init.block, init.sigma_b2, edge).ok() && edge.reached &&
         edge.sigma_w2 >= sigma_w2_min && edge.sigma_w2 <= sigma_w2_max;
}

/// The networks of one depth that differ in sigma_w2 only.
class Networks {
 public:
  Networks(const Initialisation& init, std::uint32_t depth) : init_(init), depth_(depth) {}

  /// Signal of the output.
  [[nodiscard]] Signal output(double sigma_w2) const {
    const Initialisation init = at(sigma_w2);
    Signal signal = first_layer(init, uncorrelated_inputs);
    for (std::uint32_t layer = 1; layer <= depth_; ++layer) {
      const Signal next = next_layer(init, signal);
      if (has_settled(signal, next)) return next;
      signal = next;
    }
    return signal;
  }

  [[nodiscard]] double ln_gradient(double sigma_w2) const {
    const Initialisation init = at(sigma_w2);
    Signal signal = first_layer(init, uncorrelated_inputs);
    double sum = 0.0;
    for (std::uint32_t layer = 1; layer <= depth_; ++layer) {
      LayerMap map(init, signal.q);
      const double factor = std::log(std::max(map.backward(signal.d), 1e-300));
      const Signal next{map.next_q(), mixes_inputs(init.block) ? map.next_d(signal.d) : signal.d};
      if (has_settled(signal, next)) return sum + factor * (depth_ - layer + 1.0);
      sum += factor;
      signal = next;
    }
    return sum;
  }

 private:
  [[nodiscard]] Initialisation at(double sigma_w2) const {
    Initialisation init = init_;
    init.sigma_w2 = sigma_w2;
    return init;
  }

  const Initialisation& init_;
  std::uint32_t depth_;
};

Outlook look(const Networks& networks, std::uint32_t classes, double sigma_w2) {
  const Signal output = networks.output(sigma_w2);
  return {sigma_w2, networks.ln_gradient(sigma_w2), output.q, output.gamma(),
          mean_max_frequency(classes, output.gamma())};
}

/// One side of a search for a change of sign of f(sigma_w2): steps that grow, to the end of the
/// range.
template <class Function>
class Side {
 public:
  Side(const Function& f, double start, double at_start, double ln_step)
      : f_(f), here_(start), at_here_(at_start), ln_step_(ln_step) {}

  [[nodiscard]] bool at_end() const { return here_ == sigma_w2_min || here_ == sigma_w2_max; }
  [[nodiscard]] double end() const { return here_; }

  /// One more step; true where it brought the root.
  bool step(double& root) {
    const double next = std::clamp(here_ * std::exp(ln_step_), sigma_w2_min, sigma_w2_max);
    const double at_next = f_(next);
    if ((at_next > 0.0) != (at_here_ > 0.0)) {
      root = find_root(f_, here_, at_here_, next, at_next, 1e-14);
      return true;
    }
    here_ = next;
    at_here_ = at_next;
    ln_step_ *= 1.5;
    return false;
  }

  bool run(double& root) {
    while (!at_end()) {
      if (step(root)) return true;
    }
    return false;
  }

 private:
  const Function& f_;
  double here_;
  double at_here_;
  double ln_step_;
};

/// Root of f nearest to `start`, in steps.
template <class Function>
bool nearest_root(const Function& f, double start, double ln_step, double& root) {
  const double at_start = f(start);
  if (at_start == 0.0) {
    root = start;
    return true;
  }
  Side up(f, start, at_start, ln_step);
  Side down(f, start, at_start, -ln_step);
  while (!up.at_end() || !down.at_end()) {
    if (!up.at_end() && up.step(root)) return true;
    if (!down.at_end() && down.step(root)) return true;
  }
  return false;
}

/// End of the interval around `start` in which f keeps its sign.
template <class Function>
double end_of_sign(const Function& f, double start, double ln_step) {
  Side side(f, start, f(start), ln_step);
  double root = start;
  return side.run(root) ? root : side.end();
}

}  // namespace

Status outlook(const Initialisation& init, std::uint32_t depth, std::uint32_t classes,
               Outlook& result) {
  if (const Status s = check(init, depth, classes); !s.ok()) return s;
  result = look(Networks(init, depth), classes, init.sigma_w2);
  return {};
}

Status recommend(const Initialisation& init, std::uint32_t depth, std::uint32_t classes,
                 Recommendation& result) {
  const Initialisation any = at_one(init);
  if (const Status s = check(any, depth, classes); !s.ok()) return s;
  const Networks networks(any, depth);
  const double ln_step = 1.0 / depth;  // ln_gradient changes by about 1
  const auto ln_gradient = [&](double sigma_w2) { return networks.ln_gradient(sigma_w2); };

  LinePoint edge{};
  result.has_edge = has_edge_of_chaos(any, edge);
  const double start = result.has_edge ? edge.sigma_w2 : 1.0;
  double best = start;
  double inside = start;  // where gradients survive
  if (nearest_root(ln_gradient, start, ln_step, best)) {
    inside = best;
  } else {  // they always grow, or always shrink
    const double side = ln_gradient(start) > 0.0 ? 1.0 : -1.0;
    const auto excess = [&](double sigma_w2) {
      return side * ln_gradient(sigma_w2) - ln_surviving;
    };
    if (nearest_root(excess, start, ln_step, best)) {
      inside = best * (1.0 - 1e-6 * side);
    } else if (excess(start) > 0.0) {
      return {StatusCode::no_solution, "sigma_w2", sigma_w2_max};
    }
  }
  const auto margin = [&](double sigma_w2) {
    return ln_surviving - std::abs(ln_gradient(sigma_w2));
  };
  result.sigma_w2_low = end_of_sign(margin, inside, -ln_step);
  result.sigma_w2_high = end_of_sign(margin, inside, ln_step);
  result.best = look(networks, classes, best);
  if (result.has_edge) result.edge = look(networks, classes, edge.sigma_w2);
  return {};
}

Status recommend_gamma(const Initialisation& init, std::uint32_t depth, std::uint32_t classes,
                       double gamma, Outlook& result) {
  const Initialisation any = at_one(init);
  if (const Status s = check(any, depth, classes); !s.ok()) return s;
  if (const Status s = check_range("gamma", gamma, line_gamma_min, line_gamma_max); !s.ok()) {
    return s;
  }
  const Networks networks(any, depth);
  const auto excess = [&](double sigma_w2) {  // a bounded measure of ln(gamma found / gamma)
    const double d = networks.output(sigma_w2).d;
    return (1.0 - d - gamma * d) / (1.0 - d + gamma * d);
  };
  const auto ln_gradient = [&](double sigma_w2) { return networks.ln_gradient(sigma_w2); };
  double start = 1.0;
  (void)nearest_root(ln_gradient, 1.0, 0.1, start);
  double sigma_w2 = start;
  if (!nearest_root(excess, start, 1.0 / depth, sigma_w2)) {
    return {StatusCode::no_solution, "gamma", gamma};
  }
  result = look(networks, classes, sigma_w2);
  return {};
}

Status gamma_of_frequency(std::uint32_t classes, double frequency, double& gamma) {
  if (const Status s = check_range("classes", classes, 2, classes_max); !s.ok()) return s;
  const double least = mean_max_frequency(classes, line_gamma_min);
  const double most = mean_max_frequency(classes, line_gamma_max);
  if (const Status s = check_range("mean_max_frequency", frequency, least, most); !s.ok()) {
    return s;
  }
  if (classes == 2) {
    const double root = std::tan(std::numbers::pi * (frequency - 0.5));
    gamma = root * root;
    return {};
  }
  const auto excess = [&](double trial) { return mean_max_frequency(classes, trial) - frequency; };
  double low = line_gamma_min;
  double at_low = least - frequency;
  for (;;) {
    const double high = std::min(10.0 * low, line_gamma_max);
    const double at_high = excess(high);
    if (at_high >= 0.0 || high == line_gamma_max) {
      gamma = find_root(excess, low, at_low, high, std::max(at_high, 0.0), 1e-13);
      return {};
    }
    low = high;
    at_low = at_high;
  }
}

std::size_t write_reason(const Recommendation& recommendation, std::uint32_t depth,
                         std::uint32_t classes, std::span<char> buffer) {
  const Outlook& best = recommendation.best;
  const char* gradients = "keep their size";
  if (best.ln_gradient > 0.5 * ln_surviving) gradients = "grow by no more than 10";
  if (best.ln_gradient < -0.5 * ln_surviving) gradients = "shrink by no more than 10";
  std::array<char, 128> edge{"for this choice there is no edge of chaos that networks reach"};
  if (recommendation.has_edge) {
    std::snprintf(edge.data(), edge.size(), "the edge of chaos of infinite depth is at %.6g",
                  recommendation.edge.sigma_w2);
  }
  const int length = std::snprintf(
      buffer.data(), buffer.size(),
      "At sigma_w2 = %.6g squared gradients %s over %lu layers (from %.6g to %.6g they change by "
      "less than a factor of 10; %s), and at the output gamma = %.4g, so that the first guess puts "
      "%.1f %% of the inputs into the most favoured of %lu classes on average.",
      best.sigma_w2, gradients, static_cast<unsigned long>(depth), recommendation.sigma_w2_low,
      recommendation.sigma_w2_high, edge.data(), best.gamma, 100.0 * best.mean_max_frequency,
      static_cast<unsigned long>(classes));
  return length < 0 ? 0 : static_cast<std::size_t>(length);
}

}  // namespace igb
