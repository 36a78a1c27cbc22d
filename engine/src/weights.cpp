#include "weights.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "magnification.hpp"

namespace igb {

namespace {

double weight_deviation(const Weights& weights) {
  if (weights.stored != nullptr) return weights.branch;
  return weights.branch * std::sqrt(weights.sigma_w2 / static_cast<double>(weights.in_units));
}

double bias_deviation(const Weights& weights) {
  return weights.stored != nullptr ? weights.branch : weights.branch * std::sqrt(weights.sigma_b2);
}

/// The larger of two blocks of rows.
std::span<float> take_larger(Arena& arena, std::size_t rows, std::size_t stride,
                             std::size_t other_rows, std::size_t other_stride) {
  const double floats = static_cast<double>(rows) * static_cast<double>(stride);
  const double others = static_cast<double>(other_rows) * static_cast<double>(other_stride);
  return floats >= others ? arena.take<float>(rows, stride)
                          : arena.take<float>(other_rows, other_stride);
}

DenseJob job_of(const Weights& weights, const WeightScratch& scratch, const ConstRows& in,
                const float* skip, const Rows& out) {
  return {
      .weights = normal_source(weights.draw, weights.stream, weights.layer),
      .biases = normal_source(weights.draw, weights.bias_stream, weights.layer),
      .law = weights.law,
      .stored = weights.stored,
      .weight_scale = static_cast<float>(weight_deviation(weights)),
      .bias_scale = static_cast<float>(bias_deviation(weights)),
      .in = in.values,
      .in_units = in.units,
      .in_stride = in.stride,
      .out = out.values,
      .out_units = out.units,
      .out_stride = out.stride,
      .skip = skip,
      .rows = in.count,
      .tile = scratch.tile.data(),
  };
}

/// Uniformly random orthogonal M x M matrices as products of Householder reflections (Stewart
/// 1980): with g_j a Gaussian vector of the coordinates j .. M - 1 and s_j the sign of its first,
/// the symmetric matrix Q_j = -s_j (1 - 2 v v^T / v^2), v = g_j + s_j |g_j| e_j, of these
/// coordinates sends e_j to g_j / |g_j|, and Q = Q_0 Q_1 ... Q_{M-1} is uniform. W is made of the
/// first N_out rows of Q^T = Q_{M-1} ... Q_0, for which the first N_out factors suffice.
class OrthogonalWeights {
 public:
  OrthogonalWeights(const Weights& weights, const Kernels& kernels, const WeightScratch& scratch,
                    std::size_t rows)
      : weights_(weights),
        kernels_(kernels),
        direction_(scratch.direction),
        side_(std::max(weights.in_units, weights.out_units)),
        rows_{scratch.rows.data(), rows, side_, row_stride(side_)} {}

  void multiply(const ConstRows& in, const float* skip, const Rows& out) const {
    const float magnified = load(in);
    for (std::size_t j = 0; j < weights_.out_units; ++j) reflect(j);
    turn_signs();
    store(magnified, skip, out);
    add_biases(out);
  }

  void multiply_transposed(const ConstRows& in, const float* skip, const Rows& out) const {
    const float magnified = load(in);
    turn_signs();
    for (std::size_t j = weights_.out_units; j-- > 0;) reflect(j);
    store(magnified, skip, out);
  }

 private:
  /// The inputs times a power of two, which is returned (magnification.hpp).
  [[nodiscard]] float load(const ConstRows& in) const {
    const float magnified = magnification(in.values, in.count, in.units, in.stride);
    for (std::size_t a = 0; a < in.count; ++a) {
      const std::span<float> row = rows_[a];
      for (std::size_t k = 0; k < in.units; ++k) row[k] = magnified * in[a][k];
      std::fill(row.begin() + static_cast<std::ptrdiff_t>(in.units), row.end(), 0.0F);
    }
    return magnified;
  }

  [[nodiscard]] NormalSource source() const {
    return normal_source(weights_.draw, weights_.stream, weights_.layer);
  }

  /// Coordinates j .. M - 1 by 1 - 2 v v^T / v^2.
  void reflect(std::size_t j) const {
    const std::span<float> v = direction_.first(side_ - j);
    kernels_.normals(source(), static_cast<std::uint32_t>(j), 0, v.size(), v.data());
    double rest = 0.0;  // squares beyond the first
    for (const float value : v.subspan(1)) rest += static_cast<double>(value) * value;
    const double first = v[0];
    const double length = std::sqrt(rest + first * first);
    v[0] = static_cast<float>(first < 0.0 ? first - length : first + length);
    const double square = rest + static_cast<double>(v[0]) * v[0];
    kernels_.reflect({.direction = v.data(),
                      .factor = static_cast<float>(2.0 / square),
                      .count = v.size(),
                      .values = rows_.values + j,
                      .stride = rows_.stride,
                      .rows = rows_.count});
  }

  /// The factors -s_0 ... -s_j of coordinate j.
  void turn_signs() const {
    float sign = 1.0F;
    for (std::size_t j = 0; j < weights_.out_units; ++j) {
      float first = 0.0F;
      kernels_.normals(source(), static_cast<std::uint32_t>(j), 0, 1, &first);
      sign = first < 0.0F ? sign : -sign;
      if (sign > 0.0F) continue;
      for (std::size_t a = 0; a < rows_.count; ++a) rows_[a][j] = -rows_[a][j];
    }
  }

  void store(float magnified, const float* skip, const Rows& out) const {
    constexpr float smallest = std::numeric_limits<float>::min();
    const float scale =
        static_cast<float>(weight_deviation(weights_) * std::sqrt(static_cast<double>(side_))) /
        magnified;
    for (std::size_t a = 0; a < out.count; ++a) {
      const std::span<const float> row = rows_[a];
      for (std::size_t i = 0; i < out.units; ++i) {
        const float sum = scale * row[i] + (skip != nullptr ? skip[a * out.stride + i] : 0.0F);
        out[a][i] = std::abs(sum) < smallest ? 0.0F : sum;
      }
    }
  }

  void add_biases(const Rows& out) const {
    const auto scale = static_cast<float>(weights_.branch * std::sqrt(weights_.sigma_b2));
    const NormalSource source = normal_source(weights_.draw, weights_.bias_stream, weights_.layer);
    for (std::size_t i = 0; i < out.units; ++i) {
      float bias = 0.0F;
      kernels_.normals(source, static_cast<std::uint32_t>(i), 0, 1, &bias);
      for (std::size_t a = 0; a < out.count; ++a) out[a][i] += scale * bias;
    }
  }

  const Weights& weights_;
  const Kernels& kernels_;
  std::span<float> direction_;
  std::size_t side_;
  Rows rows_;
};

}  // namespace

WeightLaw law_of(const Initialisation& init) {
  return init.block.kind == BlockKind::delta_orthogonal ? WeightLaw::orthogonal : init.weights;
}

Weights layer_weights(const Initialisation& init, Draw draw, std::uint32_t layer, double branch,
                      std::size_t in_units, std::size_t out_units) {
  return {.draw = draw,
          .layer = layer,
          .law = law_of(init),
          .sigma_w2 = init.sigma_w2,
          .sigma_b2 = init.sigma_b2,
          .branch = branch,
          .in_units = in_units,
          .out_units = out_units};
}

Weights branch_weights(const Initialisation& init, Draw draw, std::uint32_t layer,
                       std::size_t units) {
  return {.draw = draw,
          .stream = Stream::branch_weights,
          .bias_stream = Stream::branch_biases,
          .layer = layer,
          .law = law_of(init),
          .sigma_w2 = init.block.sigma_v2,
          .sigma_b2 = init.block.sigma_a2,
          .in_units = units,
          .out_units = units};
}

Weights embedding(const Initialisation& init, Draw draw, std::size_t in_units,
                  std::size_t out_units) {
  return {.draw = draw,
          .stream = Stream::branch_weights,
          .layer = 0,
          .law = law_of(init),
          .sigma_w2 = 1.0,
          .sigma_b2 = 0.0,
          .in_units = in_units,
          .out_units = out_units};
}

Weights stored_in(const Parameters& parameters, Weights weights) {
  const std::span<const float> values = parameters.values();
  if (values.empty()) return weights;
  weights.stored = values.data() + parameters.matrix(weights.stream, weights.layer).first;
  return weights;
}

double branch_of(const Block& block) { return 1.0 / std::sqrt(block.residual_depth); }

Widths::Widths(const Architecture& architecture, std::size_t count)
    : inputs(count),
      positions(positions_of(architecture.init.block)),
      classes(architecture.classes) {
  const Block& block = architecture.init.block;
  const std::size_t below = std::max(architecture.width, architecture.input_width);
  rows = inputs * positions;
  hidden = Window::of_layer(block).size() * below;
  readout = positions * architecture.width;
}

Status Widths::status() const {
  if (rows / positions == inputs) return {};  // the product did not wrap around
  return {StatusCode::overflow, "inputs", static_cast<double>(inputs)};
}

std::span<float> Widths::take_windows(const Block& block, Arena& arena) const {
  if (positions == 1 && Window::of_layer(block).size() == 1) return {};
  return take_larger(arena, rows, row_stride(hidden), inputs, row_stride(readout));
}

WeightScratch Widths::take_scratch(const Initialisation& init, Arena& arena) const {
  WeightScratch scratch;
  if (law_of(init) == WeightLaw::orthogonal) {
    const std::size_t widest = std::max(readout, classes);
    scratch.rows = take_larger(arena, rows, row_stride(hidden), inputs, row_stride(widest));
    scratch.direction = arena.take<float>(std::max(hidden, widest));
  } else {
    scratch.tile = arena.take<float>(tile_floats);
  }
  return scratch;
}

void multiply(const Weights& weights, const Kernels& kernels, const WeightScratch& scratch,
              const ConstRows& in, const float* skip, const Rows& out) {
  if (weights.stored == nullptr && weights.law == WeightLaw::orthogonal) {
    OrthogonalWeights(weights, kernels, scratch, in.count).multiply(in, skip, out);
  } else {
    kernels.dense(job_of(weights, scratch, in, skip, out));
  }
}

void multiply_transposed(const Weights& weights, const Kernels& kernels,
                         const WeightScratch& scratch, const ConstRows& in, const float* skip,
                         const Rows& out) {
  if (weights.stored == nullptr && weights.law == WeightLaw::orthogonal) {
    OrthogonalWeights(weights, kernels, scratch, in.count).multiply_transposed(in, skip, out);
  } else {
    kernels.dense_transposed(job_of(weights, scratch, in, skip, out));
  }
}

}  // namespace igb
