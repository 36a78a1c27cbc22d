#include "igb/network.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels.hpp"

namespace igb {

namespace {

/// Counts rather than stops, so that it runs on vectors.
bool all_finite(const LayerView& layer) {
  constexpr float largest = std::numeric_limits<float>::max();
  std::uint32_t others = 0;
  for (std::size_t a = 0; a < layer.inputs; ++a) {
    for (const float value : layer.row(a)) others += std::abs(value) <= largest ? 0U : 1U;
  }
  return others == 0;
}

std::size_t round_up(std::size_t count, std::size_t multiple) {
  return (count + multiple - 1) / multiple * multiple;
}

/// Floats from one row of activations to the next: whole panels on any target, and an odd number of
/// cache lines, so that the rows that a block of inputs reads together do not compete for the same
/// lines of the cache (width 1024, 100 inputs: 15 ms a layer without, 3.3 ms with).
std::size_t row_stride(std::size_t units) {
  constexpr std::size_t line = 64 / sizeof(float);
  static_assert(panel_units_max % (2 * line) == 0);
  return round_up(units, panel_units_max) + line;
}

double dot(std::span<const float> a, std::span<const float> b) {
  double sum = 0.0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += static_cast<double>(a[k]) * b[k];
  return sum;
}

void add_multiple(std::span<float> to, double factor, std::span<const float> from) {
  for (std::size_t k = 0; k < to.size(); ++k) to[k] += static_cast<float>(factor * from[k]);
}

void scale_to_square(std::span<float> e, double square) {
  const auto factor = static_cast<float>(std::sqrt(square / dot(e, e)));
  for (float& value : e) value *= factor;
}

}  // namespace

Status Forward::take_buffers(const Architecture& architecture, std::size_t inputs, Arena& arena) {
  // The wider of a hidden layer and the output; layer 1 reads the caller's inputs in place.
  const std::size_t units = std::max(architecture.width, architecture.classes);
  const std::size_t stride = row_stride(units);
  front_ = arena.take<float>(inputs, stride);
  back_ = arena.take<float>(inputs, stride);
  tile_ = arena.take<float>(tile_floats);
  return arena.status();
}

Status Forward::bytes(const Architecture& architecture, std::size_t inputs, std::size_t& bytes) {
  if (const Status status = validate(architecture); !status.ok()) return status;
  const auto count = static_cast<double>(inputs);
  if (const Status status = check_range("inputs", count, 1, inputs_max); !status.ok()) {
    return status;
  }
  Arena measure;
  Forward forward;
  const Status status = forward.take_buffers(architecture, inputs, measure);
  bytes = measure.used();
  return status;
}

Status Forward::begin(const Architecture& architecture, Draw draw, std::span<const float> inputs,
                      Arena& arena, Target target) {
  *this = Forward();
  if (const Status status = validate(architecture); !status.ok()) return status;
  const std::size_t count = inputs.size() / architecture.input_width;
  if (const Status status = check_range("inputs", static_cast<double>(count), 1, inputs_max);
      !status.ok()) {
    return status;
  }
  if (!target_available(target)) return {StatusCode::unknown_name, "target"};
  const LayerView layer_0{inputs.data(), count, architecture.input_width, architecture.input_width};
  if (!all_finite(layer_0)) return {StatusCode::non_finite, "layer", 0};
  if (const Status status = take_buffers(architecture, count, arena); !status.ok()) return status;
  architecture_ = architecture;
  draw_ = draw;
  target_ = target;
  current_ = layer_0;
  running_ = true;
  return {};
}

Status Forward::step() {
  if (!running_ || done()) {
    return {StatusCode::finished, "layer", static_cast<double>(layer_)};
  }
  const Kernels& kernels = kernels_of(target_);
  if (layer_ > 0) apply_activation(kernels);

  ++layer_;
  const std::size_t units = done() ? architecture_.classes : architecture_.width;
  const std::size_t stride = row_stride(units);
  const double weight_variance = architecture_.init.sigma_w2 / static_cast<double>(current_.units);
  kernels.dense({
      .weights = normal_source(draw_, Stream::weights, layer_),
      .biases = normal_source(draw_, Stream::biases, layer_),
      .law = architecture_.init.weights,
      .weight_scale = static_cast<float>(std::sqrt(weight_variance)),
      .bias_scale = static_cast<float>(std::sqrt(architecture_.init.sigma_b2)),
      .in = current_.values,
      .in_units = current_.units,
      .in_stride = current_.stride,
      .out = back_.data(),
      .out_units = units,
      .out_stride = stride,
      .skip = nullptr,
      .rows = current_.inputs,
      .tile = tile_.data(),
  });
  current_ = {back_.data(), current_.inputs, units, stride};
  std::swap(front_, back_);
  if (!all_finite(current_)) {
    running_ = false;
    return {StatusCode::non_finite, "layer", static_cast<double>(layer_)};
  }
  return {};
}

/// In place, up to whole panels: the units beyond the last are read by nobody.
void Forward::apply_activation(const Kernels& kernels) {
  const Activation& phi = *architecture_.init.activation;
  const std::size_t count = round_up(current_.units, kernels.panel_units);
  for (std::size_t a = 0; a < current_.inputs; ++a) {
    float* const row = front_.data() + a * current_.stride;
    if (phi.kernel >= 0) {
      kernels.activate[phi.kernel](row, static_cast<float>(phi.parameter), count);
    } else {
      for (std::size_t i = 0; i < current_.units; ++i) {
        row[i] = static_cast<float>(phi.value(row[i]));
      }
    }
  }
}

Status gaussian_inputs(std::uint64_t seed, std::uint32_t width, std::span<float> inputs,
                       Target target) {
  if (const Status status = check_range("width", width, 1, width_max); !status.ok()) return status;
  const std::size_t count = inputs.size() / width;
  if (const Status status = check_range("inputs", static_cast<double>(count), 1, inputs_max);
      !status.ok()) {
    return status;
  }
  for (std::size_t a = 0; a < count; ++a) {
    normals({seed, 0}, Stream::inputs, 0, static_cast<std::uint32_t>(a), 0,
            inputs.subspan(a * width, width), target);
  }
  return {};
}

Status plane_inputs(std::uint64_t seed, std::uint32_t width, std::uint32_t resolution,
                    double extent, std::span<float> inputs) {
  const Status checks[] = {
      check_range("width", width, 2, width_max),
      check_range("resolution", resolution, 2, 4096),
      check_range("extent", extent, 1e-6, 1e6),
  };
  for (const Status& status : checks) {
    if (!status.ok()) return status;
  }
  const double needed = static_cast<double>(resolution) * resolution * width;
  if (static_cast<double>(inputs.size()) < needed) {
    return {StatusCode::buffer_too_small, "inputs", static_cast<double>(inputs.size()), needed};
  }

  // e_1 and e_2 wait in the last two rows; coordinate after coordinate, all pixels are written
  // last.
  const std::size_t pixels = std::size_t{resolution} * resolution;
  const std::span<float> e1 = inputs.subspan((pixels - 2) * width, width);
  const std::span<float> e2 = inputs.subspan((pixels - 1) * width, width);
  normals({seed, 0}, Stream::inputs, 0, 0, 0, e1);
  normals({seed, 0}, Stream::inputs, 0, 1, 0, e2);
  add_multiple(e2, -dot(e1, e2) / dot(e1, e1), e1);
  scale_to_square(e1, width);
  scale_to_square(e2, width);
  const double pixel = 2.0 * extent / resolution;
  for (std::size_t k = 0; k < width; ++k) {
    const double x1 = e1[k];
    const double x2 = e2[k];
    for (std::size_t i = 0; i < resolution; ++i) {
      const double t = extent - (static_cast<double>(i) + 0.5) * pixel;
      for (std::size_t j = 0; j < resolution; ++j) {
        const double s = (static_cast<double>(j) + 0.5) * pixel - extent;
        inputs[(i * resolution + j) * width + k] = static_cast<float>(s * x1 + t * x2);
      }
    }
  }
  return {};
}

}  // namespace igb
