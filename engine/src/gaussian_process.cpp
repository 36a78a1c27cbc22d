#include "igb/gaussian_process.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "igb/architecture.hpp"
#include "kernels.hpp"
#include "pair_kernels.hpp"
#include "triangle.hpp"

namespace igb {
namespace {

constexpr std::size_t block_columns = 256;
constexpr std::size_t block_rows = 128;  // that many rows of a block stay in the cache

struct Scratch {
  std::span<double> values;
  std::span<double> best;
};

Scratch take_scratch(std::size_t inputs, Arena& arena) {
  return {arena.take<double>(padded(inputs)), arena.take<double>(inputs)};
}

Status check_inputs(std::size_t inputs) {
  return check_range("inputs", static_cast<double>(inputs), 1, kernel_inputs_max);
}

Status too_small(const char* name, std::size_t size, std::size_t needed) {
  return {StatusCode::buffer_too_small, name, static_cast<double>(size),
          static_cast<double>(needed)};
}

}  // namespace

double* GaussianProcess::row(std::size_t a) const { return factor_.data() + triangle_row(a + 1); }

void GaussianProcess::take_buffers(std::size_t inputs, Arena& arena) {
  root_q_ = arena.take<double>(inputs);
  first_ = arena.take<double>(inputs);
  factor_ = arena.take<double>(triangle_row(inputs));
}

Status GaussianProcess::bytes(std::size_t inputs, std::size_t& bytes) {
  if (const Status status = check_inputs(inputs); !status.ok()) return status;
  Arena measure;
  GaussianProcess().take_buffers(inputs, measure);
  bytes = measure.used();
  return measure.status();
}

Status GaussianProcess::sample_bytes(std::size_t inputs, std::size_t& bytes) {
  if (const Status status = check_inputs(inputs); !status.ok()) return status;
  Arena measure;
  (void)take_scratch(inputs, measure);
  bytes = measure.used();
  return measure.status();
}

Status GaussianProcess::begin(const KernelRecursion& kernel, Arena& arena, Target target) {
  *this = GaussianProcess();
  const std::size_t count = kernel.inputs();
  if (count == 0) return {StatusCode::finished, "kernel", 0.0};
  if (!target_available(target)) return {StatusCode::unknown_name, "target"};
  take_buffers(count, arena);
  if (const Status status = arena.status(); !status.ok()) return status;

  // With c = 1 - d, what the first input leaves of c_ab is c_ab - c_a0 c_b0.
  for (std::size_t a = 0; a < count; ++a) {
    root_q_[a] = std::sqrt(kernel.q()[a]);
    first_[a] = 1.0 - kernel.d(a, 0);
  }
  double trace = 0.0;
  for (std::size_t a = 1; a < count; ++a) {
    const std::span<const double> distances = kernel.distances(a);
    const double d_a = distances[0];
    double* const left = row(a - 1);
    for (std::size_t b = 1; b < a; ++b) {
      const double d_b = kernel.distances(b)[0];
      left[b - 1] = d_a + d_b - distances[b] - d_a * d_b;
    }
    left[a - 1] = d_a * (2.0 - d_a);
    trace += left[a - 1];
  }
  if (!std::isfinite(trace)) return {StatusCode::non_finite, "kernel", trace};

  constexpr double smallest_scale = 1e-290;  // inputs that nothing distinguishes
  constexpr double rounding = 0x1p-53;
  const auto size = static_cast<double>(count);
  scale_ = std::max(trace / std::max(1.0, size - 1.0), smallest_scale);
  jitter_ = 1e-10 + 64.0 * size * rounding;
  for (std::size_t a = 0; a + 1 < count; ++a) row(a)[a] += jitter_ * scale_;
  target_ = target;
  inputs_ = count;
  running_ = true;
  return {};
}

Status GaussianProcess::step() {
  if (!running_ || done()) return {StatusCode::finished, "inputs", static_cast<double>(inputs_)};
  const std::size_t last = std::min(next_ + block_columns, rest());
  if (const Status status = factor_columns(next_, last); !status.ok()) {
    running_ = false;
    return status;
  }
  subtract_columns(next_, last);
  next_ = last;
  return {};
}

/// Columns first .. last - 1 of the factor, from what earlier columns have left of the matrix.
Status GaussianProcess::factor_columns(std::size_t first, std::size_t last) {
  const auto dot = kernels_of(target_).pairs->dot;
  const double floor = 0.25 * jitter_ * scale_;
  for (std::size_t a = first; a < rest(); ++a) {
    double* const row_a = row(a);
    for (std::size_t b = first; b < std::min(a, last); ++b) {
      const double* const row_b = row(b);
      row_a[b] = (row_a[b] - dot(row_a + first, row_b + first, b - first)) / row_b[b];
    }
    if (a >= last) continue;
    double pivot = row_a[a] - dot(row_a + first, row_a + first, a - first);
    if (pivot < floor) {
      const double lacking = 4.0 * floor - pivot;
      jitter_ = std::max(jitter_, lacking / scale_);
      if (jitter_ > jitter_max) return {StatusCode::no_convergence, "kernel", lacking / scale_};
      pivot = 4.0 * floor;
    }
    row_a[a] = std::sqrt(pivot);
  }
  return {};
}

/// Subtracts the products of those columns from all that is to the right of them.
void GaussianProcess::subtract_columns(std::size_t first, std::size_t last) {
  const PairKernels& pairs = *kernels_of(target_).pairs;
  const std::size_t width = last - first;
  for (std::size_t block = last; block < rest(); block += block_rows) {
    const std::size_t block_end = std::min(block + block_rows, rest());
    std::size_t a = block;
    for (; a + dot_rows <= rest(); a += dot_rows) {
      std::array<const double*, dot_rows> rows;
      for (std::size_t k = 0; k < dot_rows; ++k) rows[k] = row(a + k) + first;
      for (std::size_t b = block; b < std::min(a + dot_rows, block_end); ++b) {
        std::array<double, dot_rows> products;
        pairs.dots(rows.data(), row(b) + first, width, products.data());
        for (std::size_t k = 0; k < dot_rows; ++k) {
          if (b <= a + k) row(a + k)[b] -= products[k];
        }
      }
    }
    for (; a < rest(); ++a) {
      for (std::size_t b = block; b < std::min(a + 1, block_end); ++b) {
        row(a)[b] -= pairs.dot(row(a) + first, row(b) + first, width);
      }
    }
  }
}

/// Standard normals with the kernel's correlations.
void GaussianProcess::draw_correlated(Draw draw, std::uint32_t unit,
                                      std::span<double> values) const {
  const auto dot = kernels_of(target_).pairs->dot;
  std::array<float, 256> z;
  const auto fill = [&](std::uint32_t column, std::size_t count) {
    normals(draw, Stream::outputs, 0, unit, column, std::span(z).first(count), target_);
  };
  fill(0, 1);
  const double common = z[0];
  for (std::size_t a = 0; a < rest(); a += z.size()) {
    const std::size_t count = std::min(z.size(), rest() - a);
    fill(static_cast<std::uint32_t>(a) + 1, count);
    std::copy_n(z.begin(), count, values.begin() + static_cast<std::ptrdiff_t>(a));
  }
  for (std::size_t a = rest(); a-- > 0;) {
    values[a] = first_[a + 1] * common + dot(row(a), values.data(), a + 1);
  }
  // values[a] is that of input a + 1.
  std::copy_backward(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(rest()),
                     values.begin() + static_cast<std::ptrdiff_t>(inputs_));
  values[0] = common;
}

Status GaussianProcess::outputs(Draw draw, std::uint32_t unit, std::span<double> values,
                                Arena& scratch) const {
  if (!done()) return {StatusCode::finished, "step", static_cast<double>(next_)};
  if (values.size() < inputs_) return too_small("values", values.size(), inputs_);
  const Scratch taken = take_scratch(inputs_, scratch);
  if (const Status status = scratch.status(); !status.ok()) return status;
  draw_correlated(draw, unit, taken.values);
  for (std::size_t a = 0; a < inputs_; ++a) values[a] = root_q_[a] * taken.values[a];
  return {};
}

Status GaussianProcess::guess_classes(Draw draw, std::uint32_t classes,
                                      std::span<std::uint16_t> guesses, Arena& scratch) const {
  if (!done()) return {StatusCode::finished, "step", static_cast<double>(next_)};
  if (const Status status = check_range("classes", classes, 2, classes_max); !status.ok()) {
    return status;
  }
  if (guesses.size() < inputs_) return too_small("guesses", guesses.size(), inputs_);
  const auto [values, best] = take_scratch(inputs_, scratch);
  if (const Status status = scratch.status(); !status.ok()) return status;
  for (std::uint32_t k = 0; k < classes; ++k) {
    draw_correlated(draw, k, values);
    for (std::size_t a = 0; a < inputs_; ++a) {
      if (k > 0 && values[a] <= best[a]) continue;
      best[a] = values[a];
      guesses[a] = static_cast<std::uint16_t>(k);
    }
  }
  return {};
}

}  // namespace igb
