#include "features.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace igb {

namespace {

std::size_t round_up(std::size_t count, std::size_t multiple) {
  return (count + multiple - 1) / multiple * multiple;
}

/// Mean and reciprocal deviation of values; 0 for the latter where they do not vary.
struct Standard {
  double mean;
  double scale;

  Standard(double sum, double square_sum_about_mean, double count)
      : mean(sum / count),
        scale(square_sum_about_mean > 0.0 ? 1.0 / std::sqrt(square_sum_about_mean / count) : 0.0) {}
};

Standard standard_of(std::span<const float> values) {
  const auto count = static_cast<double>(values.size());
  double sum = 0.0;
  for (const float value : values) sum += value;
  double squares = 0.0;
  for (const float value : values) squares += (value - sum / count) * (value - sum / count);
  return {sum, squares, count};
}

void normalise_units(const Rows& rows) {
  for (std::size_t a = 0; a < rows.count; ++a) {
    const Standard standard = standard_of(rows[a]);
    for (float& value : rows[a]) {
      value = static_cast<float>((value - standard.mean) * standard.scale);
    }
  }
}

/// The gradient by what was normalised, `original`, from that by the normalised values.
void unnormalise_units(const ConstRows& original, const Rows& gradient) {
  const auto count = static_cast<double>(gradient.units);
  for (std::size_t a = 0; a < gradient.count; ++a) {
    const std::span<const float> x = original[a];
    const Standard standard = standard_of(x);
    const auto normalised = [&](std::size_t i) { return (x[i] - standard.mean) * standard.scale; };
    const std::span<float> g = gradient[a];
    double mean = 0.0;
    double along = 0.0;
    for (std::size_t i = 0; i < g.size(); ++i) {
      mean += g[i] / count;
      along += g[i] * normalised(i) / count;
    }
    for (std::size_t i = 0; i < g.size(); ++i) {
      g[i] = static_cast<float>((g[i] - mean - along * normalised(i)) * standard.scale);
    }
  }
}

// Batch normalisation: units a cache line at a time, so that rows are read in their order.
constexpr std::size_t line_units = 16;
using Line = std::array<double, line_units>;

struct LineStandard {
  Line mean{};
  Line scale{};

  [[nodiscard]] double normalised(std::size_t unit, float value) const {
    return (value - mean[unit]) * scale[unit];
  }
};

LineStandard standard_of_line(const ConstRows& rows, std::size_t first, std::size_t units) {
  const auto count = static_cast<double>(rows.count);
  LineStandard standard;
  for (std::size_t a = 0; a < rows.count; ++a) {
    for (std::size_t i = 0; i < units; ++i) standard.mean[i] += rows[a][first + i] / count;
  }
  Line squares{};
  for (std::size_t a = 0; a < rows.count; ++a) {
    for (std::size_t i = 0; i < units; ++i) {
      const double deviation = rows[a][first + i] - standard.mean[i];
      squares[i] += deviation * deviation;
    }
  }
  for (std::size_t i = 0; i < units; ++i) {
    standard.scale[i] = squares[i] > 0.0 ? 1.0 / std::sqrt(squares[i] / count) : 0.0;
  }
  return standard;
}

template <class Function>
void each_line(const Rows& rows, Function f) {
  for (std::size_t first = 0; first < rows.units; first += line_units) {
    f(first, std::min(line_units, rows.units - first));
  }
}

void normalise_inputs(const Rows& rows) {
  each_line(rows, [&](std::size_t first, std::size_t units) {
    const LineStandard standard = standard_of_line(rows, first, units);
    for (std::size_t a = 0; a < rows.count; ++a) {
      for (std::size_t i = 0; i < units; ++i) {
        float& value = rows[a][first + i];
        value = static_cast<float>(standard.normalised(i, value));
      }
    }
  });
}

void unnormalise_inputs(const ConstRows& original, const Rows& gradient) {
  const auto count = static_cast<double>(gradient.count);
  each_line(gradient, [&](std::size_t first, std::size_t units) {
    const LineStandard standard = standard_of_line(original, first, units);
    Line mean{};
    Line along{};
    for (std::size_t a = 0; a < gradient.count; ++a) {
      for (std::size_t i = 0; i < units; ++i) {
        const double g = gradient[a][first + i];
        mean[i] += g / count;
        along[i] += g * standard.normalised(i, original[a][first + i]) / count;
      }
    }
    for (std::size_t a = 0; a < gradient.count; ++a) {
      for (std::size_t i = 0; i < units; ++i) {
        float& g = gradient[a][first + i];
        const double y = standard.normalised(i, original[a][first + i]);
        g = static_cast<float>((g - mean[i] - along[i] * y) * standard.scale[i]);
      }
    }
  });
}

/// values *= m / keep, m = 1 with probability `keep`, else 0; every row has its own mask.
void drop(const FeatureStep& step, const Rows& rows) {
  const double keep = step.init.block.keep;
  const auto threshold = static_cast<float>(std::sqrt(3.0) * (2.0 * keep - 1.0));
  const auto scale = static_cast<float>(1.0 / keep);
  const NormalSource source = normal_source(step.draw, Stream::masks, step.layer);
  std::array<float, 256> deviates;
  for (std::size_t a = 0; a < rows.count; ++a) {
    const std::span<float> row = rows[a];
    for (std::size_t first = 0; first < row.size(); first += deviates.size()) {
      const std::size_t count = std::min(deviates.size(), row.size() - first);
      step.kernels.uniforms(source, static_cast<std::uint32_t>(a),
                            static_cast<std::uint32_t>(first), count, deviates.data());
      for (std::size_t i = 0; i < count; ++i) {
        row[first + i] *= deviates[i] <= threshold ? scale : 0.0F;
      }
    }
  }
}

std::size_t copies_of(const Block& block) {
  return block.pool_width == PoolWidth::repeated ? block.pool : 1;
}

float largest(std::span<const float> units) {
  return *std::max_element(units.begin(), units.end());
}

float mean(std::span<const float> units) {
  double sum = 0.0;
  for (const float value : units) sum += value;
  return static_cast<float>(sum / static_cast<double>(units.size()));
}

/// The value of every pool of neighbours, in place: a pool is read before it is written.
void pool(const Block& block, Rows& rows) {
  const auto value = block.kind == BlockKind::max_pool ? largest : mean;
  const std::size_t copies = copies_of(block);
  const std::size_t pools = rows.units / block.pool;
  for (std::size_t a = 0; a < rows.count; ++a) {
    const std::span<float> row = rows[a];
    for (std::size_t k = 0; k < pools; ++k) {
      const float pooled = value(row.subspan(k * block.pool, block.pool));
      std::fill_n(row.begin() + static_cast<std::ptrdiff_t>(k * copies), copies, pooled);
    }
  }
  rows.units = pools * copies;
}

/// The gradient by the values of phi, [width], from that by the pools; the last pool first, because
/// gradients of reduced pools stand before the place where they go.
void unpool(const Block& block, const ConstRows& values, Rows& gradient) {
  const std::size_t copies = copies_of(block);
  gradient.units = values.units;
  for (std::size_t a = 0; a < values.count; ++a) {
    const std::span<float> g = gradient[a];
    for (std::size_t k = values.units / block.pool; k-- > 0;) {
      const std::span<const float> units = values[a].subspan(k * block.pool, block.pool);
      float sum = 0.0F;
      for (std::size_t i = 0; i < copies; ++i) sum += g[k * copies + i];
      const std::span<float> to = g.subspan(k * block.pool, block.pool);
      if (block.kind == BlockKind::max_pool) {
        const auto best = std::max_element(units.begin(), units.end()) - units.begin();
        std::fill(to.begin(), to.end(), 0.0F);
        to[static_cast<std::size_t>(best)] = sum;
      } else {
        std::fill(to.begin(), to.end(), sum / static_cast<float>(block.pool));
      }
    }
  }
}

/// What the block does to the values of phi.
void after_activation(const FeatureStep& step, Rows& rows) {
  switch (step.init.block.kind) {
    case BlockKind::max_pool:
    case BlockKind::average_pool:
      return pool(step.init.block, rows);
    case BlockKind::dropout:
      return drop(step, rows);
    case BlockKind::layer_norm_after:
      return normalise_units(rows);
    case BlockKind::batch_norm_after:
      return normalise_inputs(rows);
    default:
      return;
  }
}

void before_activation(const Block& block, const Rows& rows) {
  if (block.kind == BlockKind::layer_norm_before) normalise_units(rows);
  if (block.kind == BlockKind::batch_norm_before) normalise_inputs(rows);
}

void activate(const FeatureStep& step, const Rows& rows) {
  for (std::size_t a = 0; a < rows.count; ++a) apply_activation(step.init, step.kernels, rows[a]);
}

}  // namespace

void copy_rows(const ConstRows& from, const Rows& to) {
  for (std::size_t a = 0; a < from.count; ++a) {
    const std::span<const float> row = from[a];
    std::copy(row.begin(), row.end(), to[a].begin());
  }
}

std::size_t row_stride(std::size_t units) {
  constexpr std::size_t line = 64 / sizeof(float);
  static_assert(panel_units_max % (2 * line) == 0);
  return round_up(units, panel_units_max) + line;
}

void apply_activation(const Initialisation& init, const Kernels& kernels, std::span<float> row) {
  const Activation& phi = *init.activation;
  if (phi.kernel >= 0) {
    kernels.activate[phi.kernel](row.data(), static_cast<float>(phi.parameter),
                                 round_up(row.size(), kernels.panel_units));
  } else {
    for (float& value : row) value = static_cast<float>(phi.value(value));
  }
}

void multiply_slope(const Initialisation& init, const Kernels& kernels, std::span<const float> h,
                    std::span<float> gradient) {
  const Activation& phi = *init.activation;
  if (phi.kernel >= 0) {
    kernels.multiply_slope[phi.kernel](h.data(), static_cast<float>(phi.parameter),
                                       round_up(h.size(), kernels.panel_units), gradient.data());
  } else {
    for (std::size_t i = 0; i < h.size(); ++i) {
      gradient[i] *= static_cast<float>(phi.derivative(h[i]));
    }
  }
}

void FeatureStep::forward(Rows& h) const {
  before_activation(init.block, h);
  activate(*this, h);
  after_activation(*this, h);
}

void FeatureStep::backward(const ConstRows& h, const Rows& work, Rows& gradient) const {
  const Block& block = init.block;
  const BlockKind kind = block.kind;
  const bool needs_values = kind == BlockKind::max_pool || kind == BlockKind::layer_norm_after ||
                            kind == BlockKind::batch_norm_after;
  const bool normalises_before =
      kind == BlockKind::layer_norm_before || kind == BlockKind::batch_norm_before;
  if (needs_values) {
    copy_rows(h, work);
    activate(*this, work);
  }
  if (kind == BlockKind::max_pool || kind == BlockKind::average_pool) unpool(block, work, gradient);
  if (kind == BlockKind::dropout) drop(*this, gradient);
  if (kind == BlockKind::layer_norm_after) unnormalise_units(work, gradient);
  if (kind == BlockKind::batch_norm_after) unnormalise_inputs(work, gradient);

  if (normalises_before) {
    copy_rows(h, work);
    before_activation(block, work);
  }
  const ConstRows fed = normalises_before ? ConstRows(work) : h;
  for (std::size_t a = 0; a < h.count; ++a) multiply_slope(init, kernels, fed[a], gradient[a]);
  if (kind == BlockKind::layer_norm_before) unnormalise_units(h, gradient);
  if (kind == BlockKind::batch_norm_before) unnormalise_inputs(h, gradient);
}

std::size_t features_of(const Architecture& architecture) {
  const Block& block = architecture.init.block;
  const bool pools = block.kind == BlockKind::max_pool || block.kind == BlockKind::average_pool;
  if (!pools || block.pool_width == PoolWidth::repeated) return architecture.width;
  return architecture.width / block.pool;
}

Window Window::of_layer(const Block& block) {
  Window window;
  window.positions_ = window.positions_below_ = positions_of(block);
  if (block.kind != BlockKind::convolution) return window;
  window.taps_ = block.taps;
  window.side_ = block.side;
  window.size_ = block.dimensions == 2 ? std::size_t{block.taps} * block.taps : block.taps;
  return window;
}

Window Window::of_readout(const Block& block) {
  Window window;
  window.positions_below_ = window.size_ = positions_of(block);
  return window;
}

std::size_t Window::below(std::size_t row, std::size_t tap) const {
  const std::size_t input = row / positions_;
  if (positions_ != positions_below_) return input * positions_below_ + tap;  // a readout
  // Along each dimension from taps / 2 places before the position, around the circle.
  const auto shifted = [&](std::size_t place, std::size_t by) {
    return (place + by + side_ * taps_ - taps_ / 2) % side_;
  };
  const std::size_t position = row % positions_;
  const std::size_t line = shifted(position / side_, tap / taps_);
  const std::size_t place = shifted(position % side_, tap % taps_);
  const bool flat = positions_ == side_;
  return input * positions_ + (flat ? place : line * side_ + place);
}

void Window::gather(const ConstRows& from, const Rows& to) const {
  for (std::size_t a = 0; a < to.count; ++a) {
    for (std::size_t tap = 0; tap < size_; ++tap) {
      const std::span<const float> row = from[below(a, tap)];
      std::copy(row.begin(), row.end(), to[a].subspan(tap * from.units).begin());
    }
  }
}

void Window::scatter(const ConstRows& from, const Rows& to) const {
  for (std::size_t a = 0; a < to.count; ++a) {
    const std::span<float> row = to[a];
    std::fill(row.begin(), row.end(), 0.0F);
  }
  for (std::size_t a = 0; a < from.count; ++a) {
    for (std::size_t tap = 0; tap < size_; ++tap) {
      const std::span<float> target = to[below(a, tap)];
      const std::span<const float> place = from[a].subspan(tap * to.units, to.units);
      for (std::size_t i = 0; i < target.size(); ++i) target[i] += place[i];
    }
  }
}

}  // namespace igb
