#include "igb/parameters.hpp"

#include <algorithm>
#include <cmath>

#include "features.hpp"
#include "kernels.hpp"
#include "weights.hpp"

namespace igb {

namespace {

constexpr std::size_t panel = panel_units_max;
/// Columns of orthogonal weights that are drawn together.
constexpr std::size_t columns_together = 32;

std::size_t floats_of(std::size_t in_units, std::size_t out_units) {
  return (out_units + panel - 1) / panel * panel * (in_units + 1);
}

std::size_t taps_of(const Block& block) { return Window::of_layer(block).size(); }

bool is_residual(const Architecture& architecture) {
  return architecture.init.block.kind == BlockKind::residual;
}

Weights weights_of(const Initialisation& init, Draw draw, const ParameterMatrix& m) {
  if (m.stream == Stream::weights) {
    return layer_weights(init, draw, m.layer, 1.0, m.in_units, m.out_units);
  }
  return m.layer == 0 ? embedding(init, draw, m.in_units, m.out_units)
                      : branch_weights(init, draw, m.layer, m.out_units);
}

}  // namespace

/// What drawing works in.
struct Parameters::Room {
  std::span<float> deviates;  ///< a row or a column of the largest matrix
  Rows one_hot;               ///< orthogonal weights are drawn by what they make of these
  Rows columns;
  WeightScratch scratch;

  Room(WeightLaw law, std::size_t widest, Arena& arena) : deviates(arena.take<float>(widest)) {
    if (law != WeightLaw::orthogonal) return;
    const std::size_t stride = row_stride(widest);
    const auto take = [&] { return arena.take<float>(columns_together, stride); };
    one_hot = {take().data(), columns_together, widest, stride};
    columns = {take().data(), columns_together, widest, stride};
    scratch.rows = take();
    scratch.direction = arena.take<float>(widest);
  }
};

Architecture Parameters::learnt_architecture() const {
  Architecture architecture = architecture_;
  BlockKind& kind = architecture.init.block.kind;
  if (kind == BlockKind::dropout) kind = BlockKind::plain;
  return architecture;
}

bool Parameters::embeds() const {
  return is_residual(architecture_) && architecture_.input_width != architecture_.width;
}

std::size_t Parameters::matrices() const {
  const std::size_t depth = architecture_.depth;
  return depth + 1 + (is_residual(architecture_) ? depth : 0) + (embeds() ? 1 : 0);
}

ParameterMatrix Parameters::matrix(std::size_t index) const {
  if (embeds() && index-- == 0) return matrix(Stream::branch_weights, 0);
  if (!is_residual(architecture_)) {
    return matrix(Stream::weights, static_cast<std::uint32_t>(index + 1));
  }
  const auto layer = static_cast<std::uint32_t>(index / 2 + 1);  // W_1, V_1, W_2, V_2, ...
  return matrix(index % 2 == 0 ? Stream::weights : Stream::branch_weights, layer);
}

ParameterMatrix Parameters::matrix(Stream stream, std::uint32_t layer) const {
  const Architecture& a = architecture_;
  const std::size_t taps = taps_of(a.init.block);
  const std::size_t features = features_of(a);
  const std::size_t inputs = is_residual(a) ? a.width : taps * a.input_width;
  const std::size_t embedding = embeds() ? floats_of(a.input_width, a.width) : 0;
  const std::size_t first_layer = floats_of(inputs, a.width);
  const std::size_t branch = is_residual(a) ? floats_of(a.width, a.width) : 0;
  const std::size_t later_layer = branch + floats_of(taps * features, a.width);

  ParameterMatrix m{stream, layer};
  m.out_units = a.width;
  if (stream == Stream::branch_weights && layer == 0) {
    m.in_units = a.input_width;
  } else if (stream == Stream::branch_weights) {
    m.in_units = a.width;
    m.first = embedding + first_layer + (layer - 1) * later_layer;
  } else if (layer == 1) {
    m.in_units = inputs;
    m.first = embedding;
  } else {
    const bool readout = layer > a.depth;
    m.in_units = readout ? positions_of(a.init.block) * features : taps * features;
    m.out_units = readout ? a.classes : a.width;
    m.first = embedding + first_layer + branch + (layer - 2) * later_layer;
  }
  m.count = floats_of(m.in_units, m.out_units);
  return m;
}

std::size_t Parameters::count() const {
  const ParameterMatrix last = matrix(matrices() - 1);
  return last.first + last.count;
}

std::size_t Parameters::largest_count() const {
  std::size_t largest = 0;
  visit_sizes([&](const ParameterMatrix& m) { largest = std::max(largest, m.count); });
  return largest;
}

/// visit(matrix) of every size that there is.
template <class Visit>
void Parameters::visit_sizes(const Visit& visit) const {
  constexpr std::size_t different = 4;  // E, W_1, V_1, W_2, and the last
  for (std::size_t i = 0; i < std::min(matrices(), different); ++i) visit(matrix(i));
  visit(matrix(matrices() - 1));
}

float& Parameters::value(const ParameterMatrix& m, std::size_t unit, std::size_t feature) const {
  const std::size_t row = unit / panel * (m.in_units + 1) + feature;
  return values_[m.first + row * panel + unit % panel];
}

Status Parameters::bytes(const Architecture& architecture, std::size_t& bytes) {
  Arena measure;
  Parameters parameters;
  const Status status = parameters.begin(architecture, {}, measure);
  bytes = measure.used();
  return status;
}

/// Whether the places of all matrices can be counted.
Status Parameters::check_size() const {
  const auto largest = static_cast<double>(largest_count());
  if (largest * static_cast<double>(matrices()) < 0x1p60) return {};
  return {StatusCode::overflow, "depth", static_cast<double>(architecture_.depth)};
}

Status Parameters::begin(const Architecture& architecture, Draw draw, Arena& arena, Target target) {
  *this = Parameters();
  if (const Status status = validate(architecture); !status.ok()) return status;
  if (!target_available(target)) return {StatusCode::unknown_name, "target"};
  drawn_ = architecture.init;
  architecture_ = architecture;
  architecture_.init.weights = WeightLaw::gaussian;
  BlockKind& kind = architecture_.init.block.kind;
  if (kind == BlockKind::delta_orthogonal) kind = BlockKind::convolution;
  if (const Status status = check_size(); !status.ok()) return status;

  std::size_t widest = 0;
  visit_sizes([&](const ParameterMatrix& m) {
    widest = std::max({widest, m.in_units, m.out_units});
  });
  values_ = arena.take<float>(count());
  const Room room(law_of(drawn_), widest, arena);
  if (const Status status = arena.status(); !status.ok()) return status;
  if (values_.empty()) return {};  // measured only
  std::fill(values_.begin(), values_.end(), 0.0F);
  for (std::size_t i = 0; i < matrices(); ++i) draw_matrix(matrix(i), draw, room, target);
  return {};
}

void Parameters::draw_matrix(const ParameterMatrix& m, Draw draw, const Room& room,
                             Target target) const {
  const Kernels& kernels = kernels_of(target);
  // Of delta_orthogonal, the central tap.
  const std::size_t taps =
      drawn_.block.kind == BlockKind::delta_orthogonal && m.layer <= architecture_.depth
          ? taps_of(architecture_.init.block)
          : 1;
  const std::size_t features = m.in_units / taps;
  const std::size_t first = taps / 2 * features;
  ParameterMatrix drawn = m;
  drawn.in_units = features;
  Weights weights = weights_of(drawn_, draw, drawn);

  const NormalSource biases = normal_source(draw, weights.bias_stream, weights.layer);
  const auto bias_scale = static_cast<float>(std::sqrt(weights.sigma_b2));
  for (std::size_t i = 0; i < m.out_units; ++i) {
    float z = 0.0F;
    kernels.normals(biases, static_cast<std::uint32_t>(i), 0, 1, &z);
    value(m, i, m.in_units) = bias_scale * z;
  }

  if (weights.law == WeightLaw::orthogonal) {
    weights.sigma_b2 = 0.0;
    for (std::size_t k = 0; k < features; k += columns_together) {
      const std::size_t count = std::min(columns_together, features - k);
      const Rows in{room.one_hot.values, count, features, room.one_hot.stride};
      const Rows out{room.columns.values, count, m.out_units, room.columns.stride};
      for (std::size_t a = 0; a < count; ++a) {
        std::fill(in[a].begin(), in[a].end(), 0.0F);
        in[a][k + a] = 1.0F;
      }
      multiply(weights, kernels, room.scratch, in, nullptr, out);
      for (std::size_t a = 0; a < count; ++a) {
        for (std::size_t i = 0; i < m.out_units; ++i) value(m, i, first + k + a) = out[a][i];
      }
    }
    return;
  }
  const NormalSource source = normal_source(draw, weights.stream, weights.layer);
  const auto scale =
      static_cast<float>(std::sqrt(weights.sigma_w2 / static_cast<double>(features)));
  const auto deviates = weights.law == WeightLaw::uniform ? kernels.uniforms : kernels.normals;
  for (std::size_t i = 0; i < m.out_units; ++i) {
    deviates(source, static_cast<std::uint32_t>(i), 0, features, room.deviates.data());
    for (std::size_t k = 0; k < features; ++k) value(m, i, first + k) = scale * room.deviates[k];
  }
}

}  // namespace igb
