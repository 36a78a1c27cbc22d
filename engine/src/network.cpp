#include "igb/network.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "features.hpp"
#include "kernels.hpp"
#include "weights.hpp"

namespace igb {

namespace {

/// Counts rather than stops, so that it runs on vectors.
bool all_finite(const LayerView& layer) {
  constexpr float largest = std::numeric_limits<float>::max();
  std::uint32_t others = 0;
  for (std::size_t a = 0; a < layer.rows(); ++a) {
    const std::span<const float> row(layer.values + a * layer.stride, layer.units);
    for (const float value : row) others += std::abs(value) <= largest ? 0U : 1U;
  }
  return others == 0;
}

Status check_inputs(const Architecture& architecture, std::size_t inputs) {
  const BlockKind kind = architecture.init.block.kind;
  const bool batch = kind == BlockKind::batch_norm_before || kind == BlockKind::batch_norm_after;
  return check_range("inputs", static_cast<double>(inputs), batch ? 2 : 1, inputs_max);
}

bool has_stream(const Block& block) {
  return block.kind == BlockKind::residual_scaled || block.kind == BlockKind::residual ||
         block.kind == BlockKind::residual_after;
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
  const Block& block = architecture.init.block;
  const Widths widths(architecture, inputs);
  if (const Status status = widths.status(); !status.ok()) return status;
  // The wider of a hidden layer and the output; layer 1 reads the caller's inputs in place.
  const std::size_t stride = row_stride(std::max(architecture.width, architecture.classes));
  front_ = arena.take<float>(widths.rows, stride);
  back_ = arena.take<float>(widths.rows, stride);
  if (has_stream(block)) stream_ = arena.take<float>(widths.rows, stride);
  windows_ = widths.take_windows(block, arena);
  const WeightScratch scratch = widths.take_scratch(architecture.init, arena);
  tile_ = scratch.tile;
  turned_ = scratch.rows;
  direction_ = scratch.direction;
  return arena.status();
}

Status Forward::bytes(const Architecture& architecture, std::size_t inputs, std::size_t& bytes) {
  if (const Status status = validate(architecture); !status.ok()) return status;
  if (const Status status = check_inputs(architecture, inputs); !status.ok()) return status;
  Arena measure;
  Forward forward;
  const Status status = forward.take_buffers(architecture, inputs, measure);
  bytes = measure.used();
  return status;
}

Status Forward::begin(const Architecture& architecture, Draw draw, std::span<const float> inputs,
                      Arena& arena, Target target) {
  return start(architecture, draw, {}, inputs, arena, target);
}

Status Forward::begin(const Parameters& parameters, std::span<const float> inputs, Arena& arena,
                      Target target) {
  return start(parameters.learnt_architecture(), {}, parameters, inputs, arena, target);
}

Status Forward::start(const Architecture& architecture, Draw draw, const Parameters& parameters,
                      std::span<const float> inputs, Arena& arena, Target target) {
  *this = Forward();
  if (const Status status = validate(architecture); !status.ok()) return status;
  const std::size_t positions = positions_of(architecture.init.block);
  const std::size_t width = architecture.input_width;
  const std::size_t count = inputs.size() / positions / width;
  if (const Status status = check_inputs(architecture, count); !status.ok()) return status;
  if (!target_available(target)) return {StatusCode::unknown_name, "target"};
  const LayerView layer_0{inputs.data(), count, width, width, positions};
  if (!all_finite(layer_0)) return {StatusCode::non_finite, "layer", 0};
  if (const Status status = take_buffers(architecture, count, arena); !status.ok()) return status;
  architecture_ = architecture;
  draw_ = draw;
  parameters_ = parameters;
  target_ = target;
  current_ = layer_0;
  running_ = true;
  return {};
}

Status Forward::step() {
  if (!running_ || done()) {
    return {StatusCode::finished, "layer", static_cast<double>(layer_)};
  }
  ++layer_;
  const Rows next = next_rows();
  compute(kernels_of(target_), next);
  std::swap(front_, back_);
  current_ = {front_.data(), current_.inputs, next.units, next.stride,
              next.count / current_.inputs};
  if (!all_finite(current_)) {
    running_ = false;
    return {StatusCode::non_finite, "layer", static_cast<double>(layer_)};
  }
  return {};
}

bool Forward::computes_output() const { return layer_ > architecture_.depth; }

/// Where the pre-activations of layer_ go.
Rows Forward::next_rows() const {
  const Block& block = architecture_.init.block;
  const std::size_t units = computes_output() ? architecture_.classes : architecture_.width;
  const std::size_t positions = computes_output() ? 1 : positions_of(block);
  // A skipped signal is added row by row.
  const bool skips = block.kind == BlockKind::residual_scaled;
  return {back_.data(), current_.inputs * positions, units,
          row_stride(skips ? architecture_.width : units)};
}

Rows Forward::hidden_rows(std::span<float> buffer) const {
  return {buffer.data(), current_.inputs * positions_of(architecture_.init.block),
          architecture_.width, row_stride(architecture_.width)};
}

void Forward::compute(const Kernels& kernels, const Rows& next) {
  switch (architecture_.init.block.kind) {
    case BlockKind::residual_scaled:
      return compute_residual_scaled(kernels, next);
    case BlockKind::residual:
      return compute_residual(kernels, next);
    case BlockKind::residual_after:
      return compute_residual_after(kernels, next);
    default:
      return compute_ordinary(kernels, next);
  }
}

/// next = branch (W in + b) + skip by the weights of layer_.
void Forward::multiply_layer(const Kernels& kernels, const ConstRows& in, double branch,
                             const float* skip, const Rows& next) const {
  const Weights weights =
      layer_weights(architecture_.init, draw_, layer_, branch, in.units, next.units);
  multiply(stored_in(parameters_, weights), kernels, {tile_, turned_, direction_}, in, skip, next);
}

/// h' = W features(h) + b, in a convolution of the windows around every position.
void Forward::compute_ordinary(const Kernels& kernels, const Rows& next) {
  const Block& block = architecture_.init.block;
  ConstRows below{current_.values, current_.rows(), current_.units, current_.stride};
  if (layer_ > 1) {
    Rows h = hidden_rows(front_);
    FeatureStep{architecture_.init, kernels, draw_, layer_ - 1}.forward(h);
    below = h;
  }
  const Window window = computes_output() ? Window::of_readout(block) : Window::of_layer(block);
  if (window.size() > 1) {
    const std::size_t units = window.size() * below.units;
    const Rows seen{windows_.data(), next.count, units, row_stride(units)};
    window.gather(below, seen);
    below = seen;
  }
  multiply_layer(kernels, below, 1.0, nullptr, next);
}

/// h' = h + (W phi(h) + b) / sqrt(residual_depth).
void Forward::compute_residual_scaled(const Kernels& kernels, const Rows& next) {
  if (layer_ == 1) return compute_ordinary(kernels, next);
  const Rows features = hidden_rows(stream_);
  for (std::size_t a = 0; a < features.count; ++a) {
    const std::span<float> h = hidden_rows(front_)[a];
    std::copy(h.begin(), h.end(), features[a].begin());
    apply_activation(architecture_.init, kernels, features[a]);
  }
  multiply_layer(kernels, features, branch_of(architecture_.init.block), front_.data(), next);
}

/// x' = x + V phi(h) + a, h' = W x' + b.
void Forward::compute_residual(const Kernels& kernels, const Rows& next) {
  if (layer_ == 1) {
    start_stream(kernels);
  } else {
    const Rows features = hidden_rows(front_);
    for (std::size_t a = 0; a < features.count; ++a) {
      apply_activation(architecture_.init, kernels, features[a]);
    }
    const Weights weights = branch_weights(architecture_.init, draw_, layer_ - 1, features.units);
    multiply(stored_in(parameters_, weights), kernels, {tile_, turned_, direction_}, features,
             stream_.data(), hidden_rows(back_));
    std::swap(stream_, back_);
  }
  multiply_layer(kernels, hidden_rows(stream_), 1.0, nullptr,
                 {back_.data(), next.count, next.units, next.stride});
}

/// The input itself where it has `width` components, otherwise a random embedding of it.
void Forward::start_stream(const Kernels& kernels) {
  const Rows stream = hidden_rows(stream_);
  const ConstRows inputs{current_.values, current_.inputs, current_.units, current_.stride};
  if (inputs.units == stream.units) return copy_rows(inputs, stream);
  const Weights weights = embedding(architecture_.init, draw_, inputs.units, stream.units);
  multiply(stored_in(parameters_, weights), kernels, {tile_, turned_, direction_}, inputs, nullptr,
           stream);
}

/// x' = phi(x + h / sqrt(residual_depth)), x = phi(h) at layer 1; h' = W x' + b.
void Forward::compute_residual_after(const Kernels& kernels, const Rows& next) {
  if (layer_ == 1) return compute_ordinary(kernels, next);
  const Rows h = hidden_rows(front_);
  const Rows stream = hidden_rows(stream_);
  const auto branch = static_cast<float>(branch_of(architecture_.init.block));
  for (std::size_t a = 0; a < h.count; ++a) {
    const std::span<float> x = stream[a];
    for (std::size_t i = 0; i < x.size(); ++i) {
      x[i] = layer_ == 2 ? h[a][i] : x[i] + branch * h[a][i];
    }
    apply_activation(architecture_.init, kernels, x);
  }
  multiply_layer(kernels, stream, 1.0, nullptr, next);
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
