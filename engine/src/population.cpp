#include "igb/population.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "igb/architecture.hpp"
#include "igb/random.hpp"

namespace igb {
namespace {

constexpr std::uint32_t batches = 32;
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

struct Buffers {
  std::span<double> a;      // x on the first input; later the squared gradient by x
  std::span<double> b;      // x on the second input
  std::span<float> slopes;  // phi'^2 on the first input, [layer, sample]
};

Buffers layout(const Population& population, std::size_t layers, Arena& arena) {
  Buffers buffers;
  buffers.a = arena.take<double>(population.samples);
  buffers.b = arena.take<double>(population.samples);
  if (population.gradients) buffers.slopes = arena.take<float>(layers - 1, population.samples);
  return buffers;
}

Status check(const Population& population, std::size_t layers) {
  const Status samples = check_range("samples", population.samples, 1024, 1 << 24);
  if (!samples.ok()) return samples;
  if (population.samples % batches != 0) {
    return {StatusCode::out_of_range, "samples (a multiple of 32)",
            static_cast<double>(population.samples), 1024, 1 << 24};
  }
  return check_range("layers", static_cast<double>(layers), 1, depth_max + 1.0);
}

/// Mean over the batches, and its standard error.
struct Estimate {
  double value;
  double error;
};
Estimate estimate(const std::array<double, batches>& of_batch) {
  double sum = 0.0;
  for (const double value : of_batch) sum += value;
  const double mean = sum / batches;
  double squares = 0.0;
  for (const double value : of_batch) squares += (value - mean) * (value - mean);
  return {mean, std::sqrt(squares / (batches - 1.0) / batches)};
}

/// The units [first, first + count) of a population, by themselves.
class Batch {
 public:
  Batch(const Initialisation& init, const Population& population, const Buffers& buffers,
        std::uint32_t index)
      : init_(init),
        draw_{population.seed, index},
        a_(part(buffers.a, population, index)),
        b_(part(buffers.b, population, index)),
        slopes_(buffers.slopes),
        samples_(population.samples),
        first_(index * a_.size()) {}

  /// x = phi(argument), the argument h in layer 1 and x + h / sqrt(residual_depth) further on, with
  /// h Gaussian of the given signal. Before layer 1, x is 0.
  void step(std::uint32_t layer, Signal h) {
    const Activation& phi = *init_.activation;
    const double scale = layer == 1 ? 1.0 : 1.0 / std::sqrt(init_.block.residual_depth);
    const double common = scale * std::sqrt(h.q * (1.0 - 0.5 * h.d));
    const double apart = scale * std::sqrt(h.q * 0.5 * h.d);
    std::array<float, 256> shared;
    std::array<float, 256> opposed;
    for (std::size_t start = 0; start < a_.size(); start += shared.size()) {
      const std::size_t count = std::min(shared.size(), a_.size() - start);
      const auto column = static_cast<std::uint32_t>(start);
      normals(draw_, Stream::population, layer, 0, column, {shared.data(), count});
      normals(draw_, Stream::population, layer, 1, column, {opposed.data(), count});
      for (std::size_t k = 0; k < count; ++k) {
        double& a = a_[start + k];
        double& b = b_[start + k];
        const double together = common * static_cast<double>(shared[k]);
        const double difference = apart * static_cast<double>(opposed[k]);
        const double argument = a + together + difference;
        if (!slopes_.empty()) {
          const double slope = phi.derivative(argument);
          slope_at(layer, start + k) = static_cast<float>(slope * slope);
        }
        a = phi.value(argument);
        b = phi.value(b + together - difference);
      }
    }
  }

  /// The signal of W x + b.
  [[nodiscard]] Signal signal() const {
    double squares = 0.0;
    double differences = 0.0;
    for (std::size_t k = 0; k < a_.size(); ++k) {
      squares += a_[k] * a_[k] + b_[k] * b_[k];
      differences += (a_[k] - b_[k]) * (a_[k] - b_[k]);
    }
    const double weight = init_.sigma_w2 / (2.0 * static_cast<double>(a_.size()));
    const double q = weight * squares + init_.sigma_b2;
    return {q, weight * differences / q};
  }

  // Backwards, with x replaced by the expected squared gradient by x, given the past of its unit.

  void start_gradients() { std::fill(a_.begin(), a_.end(), init_.sigma_w2); }

  /// Mean squared gradient by the argument of phi in `layer`, in units of that one layer above.
  /// Leaves the gradient by x one layer below, in units of this one.
  double gradient_step(std::uint32_t layer) {
    double sum = 0.0;
    for (std::size_t k = 0; k < a_.size(); ++k) {
      a_[k] *= static_cast<double>(slope_at(layer, k));
      sum += a_[k];
    }
    const double mean = sum / static_cast<double>(a_.size());
    const double through_weights = init_.sigma_w2 / init_.block.residual_depth;
    for (double& gradient : a_) gradient = gradient / mean + through_weights;
    return mean;
  }

 private:
  static std::span<double> part(std::span<double> all, const Population& population,
                                std::uint32_t index) {
    const std::size_t size = population.samples / batches;
    return all.subspan(index * size, size);
  }
  float& slope_at(std::uint32_t layer, std::size_t sample) {
    return slopes_[(layer - 1) * samples_ + first_ + sample];
  }

  const Initialisation& init_;
  Draw draw_;
  std::span<double> a_;
  std::span<double> b_;
  std::span<float> slopes_;
  std::size_t samples_;
  std::size_t first_;
};

PopulationLayer make_layer(const std::array<Signal, batches>& signals) {
  std::array<double, batches> qs;
  std::array<double, batches> ds;
  double delta = 0.0;
  for (std::uint32_t i = 0; i < batches; ++i) {
    qs[i] = signals[i].q;
    ds[i] = signals[i].d;
    delta += signals[i].q * signals[i].d / batches;
  }
  const Estimate q = estimate(qs);
  const double d = q.value > 0.0 ? delta / q.value : estimate(ds).value;
  const double d_error = estimate(ds).error;
  return {{q.value, d}, q.error,     d_error, d > 0.0 ? d_error / (d * d) : 0.0,
          not_a_number, not_a_number};
}

}  // namespace

Status population_bytes(const Population& population, std::size_t layers, std::size_t& bytes) {
  if (const Status s = check(population, layers); !s.ok()) return s;
  Arena measure;
  (void)layout(population, layers, measure);
  bytes = measure.used();
  return measure.status();
}

Status population_trajectory(const Initialisation& init, Signal input, const Population& population,
                             Arena& arena, std::span<PopulationLayer> layers) {
  if (const Status s = validate(init); !s.ok()) return s;
  if (init.block.kind != BlockKind::residual_after) {
    constexpr auto only = static_cast<double>(BlockKind::residual_after);
    return {StatusCode::out_of_range, "block", static_cast<double>(init.block.kind), only, only};
  }
  if (const Status s = check(population, layers.size()); !s.ok()) return s;
  constexpr double smallest_normal = std::numeric_limits<double>::min();
  if (const Status s = check_range("q0", input.q, smallest_normal, 1e12); !s.ok()) return s;
  if (const Status s = check_range("c0", input.c(), -1.0, 1.0); !s.ok()) return s;
  const Buffers buffers = layout(population, layers.size(), arena);
  if (const Status s = arena.status(); !s.ok()) return s;
  std::fill(buffers.a.begin(), buffers.a.end(), 0.0);
  std::fill(buffers.b.begin(), buffers.b.end(), 0.0);

  std::array<Signal, batches> signals;
  signals.fill(first_layer(init, input));
  const auto last = static_cast<std::uint32_t>(layers.size());
  for (std::uint32_t layer = 1;; ++layer) {
    layers[layer - 1] = make_layer(signals);
    if (!std::isfinite(layers[layer - 1].signal.q)) {
      return {StatusCode::non_finite, "layer", static_cast<double>(layer)};
    }
    if (layer == last) break;
    for (std::uint32_t i = 0; i < batches; ++i) {
      Batch batch(init, population, buffers, i);
      batch.step(layer, signals[i]);
      signals[i] = batch.signal();
    }
  }
  if (!population.gradients) return {};

  for (std::uint32_t i = 0; i < batches; ++i) {
    Batch(init, population, buffers, i).start_gradients();
  }
  for (std::uint32_t layer = last - 1; layer >= 1; --layer) {
    std::array<double, batches> factors;
    for (std::uint32_t i = 0; i < batches; ++i) {
      factors[i] = Batch(init, population, buffers, i).gradient_step(layer);
    }
    const Estimate factor = estimate(factors);
    layers[layer - 1].backward = factor.value;
    layers[layer - 1].backward_error = factor.error;
  }
  return {};
}

}  // namespace igb
