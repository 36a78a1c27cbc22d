#include "igb/kernel_recursion.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "igb/architecture.hpp"
#include "igb/expectation.hpp"
#include "kernels.hpp"
#include "layer_rule.hpp"
#include "pair_kernels.hpp"
#include "pair_map.hpp"
#include "triangle.hpp"

namespace igb {
namespace {

constexpr double largest_q0 = 1e12;

/// What one layer adds to the variance; `own` is the part that no two inputs share.
struct Parts {
  double carried = 0.0;
  double weighted = 0.0;
  double mean = 0.0;
  double own = 0.0;
  double sign_of_mean = 1.0;

  [[nodiscard]] double total() const { return carried + weighted + mean + own; }
};

bool supported(BlockKind kind) {
  switch (kind) {
    case BlockKind::plain:
    case BlockKind::average_pool:
    case BlockKind::dropout:
    case BlockKind::residual_scaled:
    case BlockKind::residual:
    case BlockKind::layer_norm_before:
    case BlockKind::convolution:
    case BlockKind::delta_orthogonal:
      return true;
    default:
      return false;
  }
}

bool normalised(const Initialisation& init) {
  return init.block.kind == BlockKind::layer_norm_before;
}

Parts parts_at(const Initialisation& init, double q) {
  const Activation& phi = *init.activation;
  const Block& block = init.block;
  const LinearPart law = linear_part(init);
  const double power = law.weight * second_moment(phi, q);
  Parts parts{.carried = law.skip * q, .weighted = power};
  if (block.kind == BlockKind::dropout) parts.own = power * (1.0 / block.keep - 1.0);
  if (block.kind == BlockKind::average_pool) {
    const double mean_phi = mean(phi, q);
    parts.weighted = power / block.pool;
    parts.mean = law.weight * (1.0 - 1.0 / block.pool) * mean_phi * mean_phi;
    parts.sign_of_mean = mean_phi;
  }
  return parts;
}

/// A variance q' = scale parts + bias, so written that it may overflow or die without harm to the
/// shares of it.
struct Variance {
  double scale;
  Parts parts;
};

Variance next_variance(const Initialisation& init, double q) {
  const Activation& phi = *init.activation;
  if (normalised(init)) return {1.0, parts_at(init, 1.0)};
  if (phi.homogeneous) return {q, parts_at(init, 1.0)};
  if (q >= smallest_q) return {1.0, parts_at(init, q)};
  return {phi.value(0.0) == 0.0 ? q / smallest_q : 1.0, parts_at(init, smallest_q)};
}

HomogeneousForm homogeneous_form(const Activation& phi) {
  const double straight = 0.5 * (phi.value(1.0) - phi.value(-1.0));
  const double bent = 0.5 * (phi.value(1.0) + phi.value(-1.0));
  const double power = straight * straight + bent * bent;
  return {straight * straight / power, bent * bent / power};
}

/// In column order of Shares.
struct ShareArrays {
  double* carried;
  double* weighted;
  double* mean;
  double* bias;
  double* own;

  ShareArrays(std::span<double> columns, std::size_t stride)
      : carried(columns.data()),
        weighted(carried + stride),
        mean(weighted + stride),
        bias(mean + stride),
        own(bias + stride) {}

  [[nodiscard]] Shares view() const { return {carried, weighted, mean, bias, own}; }

  /// Returns q'.
  double divide(std::size_t a, const Variance& variance, double bias_part) const {
    const Parts& parts = variance.parts;
    const double total = parts.total();
    const double bias_ratio = bias_part == 0.0 ? 0.0 : bias_part / variance.scale;
    const auto share = [&](double part) { return std::sqrt(part / (total + bias_ratio)); };
    carried[a] = share(parts.carried);
    weighted[a] = share(parts.weighted);
    mean[a] = std::copysign(share(parts.mean), parts.sign_of_mean);
    own[a] = share(parts.own);
    bias[a] =
        bias_part == 0.0 ? 0.0 : std::sqrt(1.0 / (1.0 + total * (variance.scale / bias_part)));
    return variance.scale * total + bias_part;
  }
};

const PairForm& closed_form(const Initialisation& init, Target target) {
  static constexpr PairForm none{};
  const int kernel = init.activation->kernel;
  return kernel < 0 ? none : kernels_of(target).pairs->closed[kernel];
}

Status check_inputs(std::size_t inputs) {
  return check_range("inputs", static_cast<double>(inputs), 1, kernel_inputs_max);
}

Status check_q0(double q0) {
  return check_range("q0", q0, std::numeric_limits<double>::min(), largest_q0);
}

}  // namespace

std::span<const double> KernelRecursion::distances(std::size_t a) const {
  return triangle_.subspan(triangle_row(a), a);
}

PairRow KernelRecursion::pair_row(std::size_t a) {
  return {row(a).data(), a, ShareArrays(shares_, stride_).view(), columns_.data(), stride_};
}

std::span<double> KernelRecursion::row(std::size_t a) {
  return triangle_.subspan(triangle_row(a), padded(a));
}

double KernelRecursion::d(std::size_t a, std::size_t b) const {
  if (a == b) return 0.0;
  return distances(std::max(a, b))[std::min(a, b)];
}

Status KernelRecursion::take_buffers(const Initialisation& init, std::size_t inputs, Arena& arena) {
  stride_ = padded(inputs);
  q_ = arena.take<double>(stride_);
  triangle_ = arena.take<double>(triangle_row(inputs));
  seen_ = arena.take<double>(stride_);
  shares_ = arena.take<double>(Shares::columns, stride_);
  const PairForm& closed = closed_form(init, Target::baseline);
  if (closed.row != nullptr || init.activation->homogeneous) {
    columns_ = arena.take<double>(closed.columns, stride_);
  } else {
    columns_ = arena.take<double>(PairMap::columns_max, stride_);
    Arena measure;
    PairMap().take_buffers(measure);
    map_ = arena.take<std::byte>(measure.used());
  }
  return arena.status();
}

Status KernelRecursion::bytes(const Initialisation& init, std::size_t inputs, std::size_t& bytes) {
  if (const Status status = validate(init); !status.ok()) return status;
  if (!supported(init.block.kind)) return {StatusCode::unknown_name, "block"};
  if (const Status status = check_inputs(inputs); !status.ok()) return status;
  Arena measure;
  KernelRecursion kernel;
  const Status status = kernel.take_buffers(init, inputs, measure);
  bytes = measure.used();
  return status;
}

Status KernelRecursion::start(const Initialisation& init, std::size_t inputs, Arena& arena,
                              Target target) {
  *this = KernelRecursion();
  std::size_t needed = 0;
  if (const Status status = bytes(init, inputs, needed); !status.ok()) return status;
  if (!target_available(target)) return {StatusCode::unknown_name, "target"};
  if (const Status status = take_buffers(init, inputs, arena); !status.ok()) return status;
  init_ = init;
  target_ = target;
  inputs_ = inputs;
  std::fill(q_.begin(), q_.end(), 1.0);  // the padding stays
  std::fill(seen_.begin(), seen_.end(), 1.0);
  std::fill(triangle_.begin(), triangle_.end(), 0.0);
  std::fill(shares_.begin(), shares_.end(), 0.0);
  return {};
}

Status KernelRecursion::begin(const Initialisation& init, std::span<const float> inputs,
                              std::uint32_t width, Arena& arena, Target target) {
  *this = KernelRecursion();
  if (const Status status = check_range("width", width, 1, width_max); !status.ok()) return status;
  const std::size_t count = inputs.size() / width;
  if (const Status status = start(init, count, arena, target); !status.ok()) return status;
  const auto half_square_distance = kernels_of(target).pairs->half_square_distance;
  const auto input = [&](std::size_t a) { return inputs.data() + a * width; };
  for (std::size_t a = 0; a < count; ++a) {
    double squares = 0.0;
    for (std::size_t i = 0; i < width; ++i) {
      const double x = input(a)[i];
      squares += x * x;
    }
    q_[a] = squares / width;
    if (!std::isfinite(q_[a])) return {StatusCode::non_finite, "layer", 0};
    if (const Status status = check_q0(q_[a]); !status.ok()) return status;
  }
  for (std::size_t a = 1; a < count; ++a) {
    const std::span<double> d = row(a);
    for (std::size_t b = 0; b < a; ++b) {
      const double roots = std::sqrt(q_[a]) - std::sqrt(q_[b]);
      const double gap = half_square_distance(input(a), input(b), width) / width;
      d[b] = std::clamp((gap - 0.5 * roots * roots) / std::sqrt(q_[a] * q_[b]), 0.0, 2.0);
    }
  }
  running_ = true;
  return {};
}

Status KernelRecursion::begin(const Initialisation& init, std::span<const double> covariances,
                              Arena& arena, Target target) {
  *this = KernelRecursion();
  const auto count =
      static_cast<std::size_t>(std::round(std::sqrt(static_cast<double>(covariances.size()))));
  if (count * count != covariances.size()) {
    const auto next = static_cast<double>(count);
    return {StatusCode::out_of_range, "covariances", static_cast<double>(covariances.size()),
            next * next, next * next};
  }
  if (const Status status = start(init, count, arena, target); !status.ok()) return status;
  for (std::size_t a = 0; a < count; ++a) {
    q_[a] = covariances[a * count + a];
    if (const Status status = check_q0(q_[a]); !status.ok()) return status;
  }
  constexpr double rounding = 1e-9;
  for (std::size_t a = 1; a < count; ++a) {
    const std::span<double> d = row(a);
    for (std::size_t b = 0; b < a; ++b) {
      const double c = covariances[a * count + b] / std::sqrt(q_[a] * q_[b]);
      if (!(std::abs(c) <= 1.0 + rounding)) return check_range("c0", c, -1.0, 1.0);
      d[b] = std::clamp(1.0 - c, 0.0, 2.0);
    }
  }
  running_ = true;
  return {};
}

/// Replaces the variances by those of the next layer and keeps their shares.
void KernelRecursion::divide_variances() {
  const ShareArrays shares(shares_, stride_);
  for (std::size_t a = 0; a < inputs_; ++a) {
    if (layer_ == 0) {
      const Variance affine{q_[a], {.carried = init_.sigma_w2}};
      q_[a] = shares.divide(a, affine, init_.sigma_b2);
    } else {
      q_[a] = shares.divide(a, next_variance(init_, q_[a]), linear_part(init_).bias);
    }
  }
}

void KernelRecursion::correlate_as(double straight, double bent) {
  const PairKernels& pairs = *kernels_of(target_).pairs;
  for (std::size_t a = 1; a < inputs_; ++a) pairs.homogeneous(pair_row(a), {straight, bent});
}

void KernelRecursion::correlate_general() {
  const Activation& phi = *init_.activation;
  const PairKernels& pairs = *kernels_of(target_).pairs;
  const PairForm& closed = closed_form(init_, target_);
  if (closed.row != nullptr) {
    closed.prepare(seen_.data(), stride_, columns_.data(), stride_);
    for (std::size_t a = 1; a < inputs_; ++a) closed.row(pair_row(a));
    return;
  }
  const auto seen = seen_.first(inputs_);
  const auto [low, high] = std::minmax_element(seen.begin(), seen.end());
  double furthest = 0.0;
  for (std::size_t a = 1; a < inputs_; ++a) {
    for (const double d : distances(a)) furthest = std::max(furthest, d);
  }
  PairMap map;
  Arena memory(map_);
  map.take_buffers(memory);
  if (!map.build(phi, *low, *high, furthest)) return correlate_exactly();
  map.prepare(seen, columns_.data(), stride_);
  for (std::size_t a = 1; a < inputs_; ++a) pairs.interpolated(pair_row(a), map.form());
}

/// Each pair by its own quadrature.
void KernelRecursion::correlate_exactly() {
  const Activation& phi = *init_.activation;
  const PairKernels& pairs = *kernels_of(target_).pairs;
  const auto seen = seen_.first(inputs_);
  const double fraction = panel_fraction(phi, *std::max_element(seen.begin(), seen.end()));
  for (std::size_t a = 1; a < inputs_; ++a) {
    const std::span<double> d = row(a).first(a);
    for (std::size_t b = 0; b < a; ++b) {
      columns_[b] = feature_distance(phi, seen_[a], seen_[b], d[b], fraction);
    }
    pairs.given(pair_row(a));
  }
}

Status KernelRecursion::step() {
  if (!running_ || layer_ > depth_max) {
    return {StatusCode::finished, "layer", static_cast<double>(layer_)};
  }
  const Activation& phi = *init_.activation;
  for (std::size_t a = 0; a < inputs_; ++a) {
    seen_[a] = normalised(init_) ? 1.0 : std::max(q_[a], smallest_q);
  }
  divide_variances();
  ++layer_;
  if (layer_ == 1) {
    correlate_as(1.0, 0.0);
  } else if (phi.homogeneous) {
    const HomogeneousForm form = homogeneous_form(phi);
    correlate_as(form.straight, form.bent);
  } else {
    const bool finite =
        std::all_of(q_.begin(), q_.end(), [](double q) { return std::isfinite(q); });
    if (!finite) {
      running_ = false;
      return {StatusCode::non_finite, "layer", static_cast<double>(layer_)};
    }
    correlate_general();
  }
  return {};
}

KernelMoments KernelRecursion::moments() const {
  KernelMoments moments;
  for (std::size_t a = 0; a < inputs_; ++a) {
    double distance = 0.0;
    double gap = 0.0;
    const double root_a = std::sqrt(q_[a]);
    const std::span<const double> row = distances(a);
    for (std::size_t b = 0; b < a; ++b) {
      const double root_b = std::sqrt(q_[b]);
      const double roots = root_a - root_b;
      distance += row[b];
      gap += 0.5 * roots * roots + root_a * root_b * row[b];
    }
    moments.q += q_[a];
    moments.c += distance;
    moments.sigma_y2 += gap;
  }
  const auto inputs = static_cast<double>(inputs_);
  const double pairs = 0.5 * inputs * (inputs - 1.0);
  moments.q /= inputs;
  moments.c = 1.0 - moments.c / pairs;
  moments.sigma_y2 /= pairs;
  moments.sigma_mu2 = moments.q - moments.sigma_y2;
  return moments;
}

}  // namespace igb
