// Networks of every block as their definitions read: stored weights, double precision, plain loops.
// Shares nothing with the engine but the random numbers.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "igb/architecture.hpp"
#include "igb/random.hpp"

namespace igb::test {

class ReferenceNetwork {
 public:
  using Vector = std::vector<double>;
  using Rows = std::vector<Vector>;    // [input * positions + position][unit]
  using Matrix = std::vector<Vector>;  // [unit][feature]

  ReferenceNetwork(const Architecture& architecture, Draw draw)
      : a_(architecture), draw_(draw), positions_(positions_of(architecture.init.block)) {}

  /// Called with what a gradient is taken by, before it is used: the inputs (layer 0) and of layer
  /// l the pre-activations; residual: the stream that layer l reads; residual_after: the argument
  /// of phi.
  std::function<void(std::size_t layer, Rows& values)> touch = [](std::size_t, Rows&) {};
  /// Called with the weights of layer l, residual: with V of layer l - 1.
  std::function<void(std::size_t layer, Matrix& weights)> touch_weights = [](std::size_t, Matrix&) {
  };

  /// Called with every matrix of weights and its biases, before they are used.
  std::function<void(Stream stream, std::size_t layer, Matrix& weights, Vector& biases)>
      touch_parameters = [](Stream, std::size_t, Matrix&, Vector&) {};
  /// Whether weights and biases are drawn; zeros otherwise, which touch_parameters fills.
  bool draws = true;

  /// Pre-activations h of the layers 1 .. depth + 1.
  std::vector<Rows> run(std::span<const float> inputs) const {
    Rows x(inputs.size() / a_.input_width);
    for (std::size_t r = 0; r < x.size(); ++r) {
      const auto first = inputs.begin() + static_cast<std::ptrdiff_t>(r * a_.input_width);
      x[r].assign(first, first + static_cast<std::ptrdiff_t>(a_.input_width));
    }
    touch(0, x);
    switch (a_.init.block.kind) {
      case BlockKind::residual_scaled:
        return run_residual_scaled(x);
      case BlockKind::residual:
        return run_residual(x);
      case BlockKind::residual_after:
        return run_residual_after(x);
      default:
        return run_ordinary(x);
    }
  }

  /// -ln softmax(outputs)_label of one input.
  static double loss(const Vector& outputs, std::size_t label) {
    const double largest = *std::max_element(outputs.begin(), outputs.end());
    double sum = 0.0;
    for (const double h : outputs) sum += std::exp(h - largest);
    return largest + std::log(sum) - outputs[label];
  }

  /// W of layer l, or V or E by their stream.
  Matrix weights(Stream stream, std::size_t layer, std::size_t rows, std::size_t columns,
                 double variance) const {
    if (!draws) return Matrix(rows, Vector(columns));
    const Block& block = a_.init.block;
    if (a_.init.weights == WeightLaw::orthogonal || block.kind == BlockKind::delta_orthogonal) {
      return orthogonal(stream, layer, rows, columns, variance);
    }
    Matrix w(rows, Vector(columns));
    for (std::size_t i = 0; i < rows; ++i) {
      std::vector<float> z(columns);
      const auto deviates = a_.init.weights == WeightLaw::uniform ? uniforms : normals;
      deviates(draw_, stream, static_cast<std::uint32_t>(layer), static_cast<std::uint32_t>(i), 0,
               z, Target::emulated);
      for (std::size_t k = 0; k < columns; ++k) {
        w[i][k] = std::sqrt(variance / static_cast<double>(columns)) * z[k];
      }
    }
    return w;
  }

 private:
  /// The first rows of Q^T, Q = Q_0 Q_1 ..., as matrices.
  Matrix orthogonal(Stream stream, std::size_t layer, std::size_t rows, std::size_t columns,
                    double variance) const {
    const std::size_t side = std::max(rows, columns);
    Matrix q(side, Vector(side, 0.0));
    for (std::size_t i = 0; i < side; ++i) q[i][i] = 1.0;
    for (std::size_t j = 0; j < rows; ++j) {
      std::vector<float> g(side - j);
      normals(draw_, stream, static_cast<std::uint32_t>(layer), static_cast<std::uint32_t>(j), 0, g,
              Target::emulated);
      double square = 0.0;
      for (const float x : g) square += static_cast<double>(x) * x;
      const double sign = g[0] < 0.0F ? -1.0 : 1.0;
      Vector v(g.begin(), g.end());
      v[0] += sign * std::sqrt(square);
      double v2 = 0.0;
      for (const double x : v) v2 += x * x;
      // q (columns j ..) times -sign (1 - 2 v v^T / v2)
      for (Vector& row : q) {
        double along = 0.0;
        for (std::size_t k = 0; k < v.size(); ++k) along += row[j + k] * v[k];
        for (std::size_t k = 0; k < v.size(); ++k) {
          row[j + k] = -sign * (row[j + k] - 2.0 * along * v[k] / v2);
        }
      }
    }
    const double scale =
        std::sqrt(variance * static_cast<double>(side) / static_cast<double>(columns));
    Matrix w(rows, Vector(columns));
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t k = 0; k < columns; ++k) w[i][k] = scale * q[k][i];
    }
    return w;
  }

  Vector biases(Stream stream, std::size_t layer, std::size_t rows, double variance) const {
    Vector b(rows);
    for (std::size_t i = 0; i < rows && draws; ++i) {
      float z = 0.0F;
      normals(draw_, stream, static_cast<std::uint32_t>(layer), static_cast<std::uint32_t>(i), 0,
              {&z, 1}, Target::emulated);
      b[i] = std::sqrt(variance) * z;
    }
    return b;
  }

  static Rows affine(const Matrix& w, const Vector& b, const Rows& x) {
    Rows h(x.size(), b);
    for (std::size_t r = 0; r < x.size(); ++r) {
      for (std::size_t i = 0; i < b.size(); ++i) {
        for (std::size_t k = 0; k < x[r].size(); ++k) h[r][i] += w[i][k] * x[r][k];
      }
    }
    return h;
  }

  Rows layer(std::size_t l, const Rows& x, bool branch = false) const {
    const std::size_t units = l > a_.depth ? a_.classes : a_.width;
    Matrix w = weights(Stream::weights, l, units, x[0].size(), a_.init.sigma_w2);
    if (!(branch && a_.init.block.kind == BlockKind::residual)) touch_weights(l, w);
    Vector b = biases(Stream::biases, l, units, a_.init.sigma_b2);
    touch_parameters(Stream::weights, l, w, b);
    return affine(w, b, x);
  }

  Rows activated(Rows rows) const {
    for (Vector& row : rows) {
      for (double& value : row) value = a_.init.activation->value(value);
    }
    return rows;
  }

  static void standardise(const std::vector<double*>& values) {
    const auto count = static_cast<double>(values.size());
    double mean = 0.0;
    for (const double* x : values) mean += *x / count;
    double square = 0.0;
    for (const double* x : values) square += (*x - mean) * (*x - mean) / count;
    for (double* x : values) *x = square > 0.0 ? (*x - mean) / std::sqrt(square) : 0.0;
  }
  static void layer_norm(Rows& rows) {
    for (Vector& row : rows) {
      std::vector<double*> values;
      for (double& x : row) values.push_back(&x);
      standardise(values);
    }
  }
  static void batch_norm(Rows& rows) {
    for (std::size_t i = 0; i < rows[0].size(); ++i) {
      std::vector<double*> values;
      for (Vector& row : rows) values.push_back(&row[i]);
      standardise(values);
    }
  }

  void drop(std::size_t l, Rows& rows) const {
    const double keep = a_.init.block.keep;
    for (std::size_t r = 0; r < rows.size(); ++r) {
      std::vector<float> u(rows[r].size());
      uniforms(draw_, Stream::masks, static_cast<std::uint32_t>(l), static_cast<std::uint32_t>(r),
               0, u, Target::emulated);
      for (std::size_t i = 0; i < u.size(); ++i) {
        rows[r][i] *= u[i] / std::sqrt(12.0) + 0.5 <= keep ? 1.0 / keep : 0.0;
      }
    }
  }

  Vector pooled(const Vector& values) const {
    const Block& block = a_.init.block;
    Vector result;
    for (std::size_t first = 0; first < values.size(); first += block.pool) {
      double largest = values[first];
      double sum = 0.0;
      for (std::size_t i = first; i < first + block.pool; ++i) {
        largest = std::max(largest, values[i]);
        sum += values[i];
      }
      const double value = block.kind == BlockKind::max_pool ? largest : sum / block.pool;
      const std::size_t copies = block.pool_width == PoolWidth::repeated ? block.pool : 1;
      result.insert(result.end(), copies, value);
    }
    return result;
  }

  Rows features(std::size_t l, Rows h) const {
    const BlockKind kind = a_.init.block.kind;
    if (kind == BlockKind::layer_norm_before) layer_norm(h);
    if (kind == BlockKind::batch_norm_before) batch_norm(h);
    h = activated(h);
    if (kind == BlockKind::layer_norm_after) layer_norm(h);
    if (kind == BlockKind::batch_norm_after) batch_norm(h);
    if (kind == BlockKind::dropout) drop(l, h);
    if (kind == BlockKind::max_pool || kind == BlockKind::average_pool) {
      for (Vector& row : h) row = pooled(row);
    }
    return h;
  }

  /// Rows side by side that the layer above `rows` sees.
  Rows windows(const Rows& rows, bool readout) const {
    const Block& block = a_.init.block;
    if (readout) {
      Rows seen(rows.size() / positions_);
      for (std::size_t r = 0; r < rows.size(); ++r) {
        Vector& to = seen[r / positions_];
        to.insert(to.end(), rows[r].begin(), rows[r].end());
      }
      return seen;
    }
    if (block.kind != BlockKind::convolution) return rows;
    const int side = static_cast<int>(block.side);
    const int half = static_cast<int>(block.taps) / 2;
    const auto around = [&](int place) { return ((place % side) + side) % side; };
    Rows seen(rows.size());
    for (std::size_t r = 0; r < rows.size(); ++r) {
      const std::size_t start = r / positions_ * positions_;
      const int p = static_cast<int>(r % positions_);
      const auto look = [&](int position) {
        const Vector& from = rows[start + static_cast<std::size_t>(position)];
        seen[r].insert(seen[r].end(), from.begin(), from.end());
      };
      if (block.dimensions == 1) {
        for (int t = -half; t <= half; ++t) look(around(p + t));
      } else {
        for (int s = -half; s <= half; ++s) {
          for (int t = -half; t <= half; ++t) {
            look(around(p / side + s) * side + around(p % side + t));
          }
        }
      }
    }
    return seen;
  }

  std::vector<Rows> run_ordinary(const Rows& inputs) const {
    std::vector<Rows> layers;
    Rows x = inputs;
    for (std::size_t l = 1; l <= a_.depth + 1; ++l) {
      Rows h = layer(l, windows(x, l > a_.depth));
      touch(l, h);
      if (l <= a_.depth) x = features(l, h);
      layers.push_back(std::move(h));
    }
    return layers;
  }

  static void add(Rows& to, const Rows& rows, double factor) {
    for (std::size_t r = 0; r < to.size(); ++r) {
      for (std::size_t i = 0; i < to[r].size(); ++i) to[r][i] += factor * rows[r][i];
    }
  }

  std::vector<Rows> run_residual_scaled(const Rows& inputs) const {
    std::vector<Rows> layers;
    Rows h = layer(1, inputs);
    touch(1, h);
    layers.push_back(h);
    for (std::size_t l = 2; l <= a_.depth + 1; ++l) {
      const Rows branch = layer(l, activated(h));
      for (Vector& row : h) row.resize(branch[0].size());
      add(h, branch, 1.0 / std::sqrt(a_.init.block.residual_depth));
      touch(l, h);
      layers.push_back(h);
    }
    return layers;
  }

  std::vector<Rows> run_residual(const Rows& inputs) const {
    const Block& block = a_.init.block;
    Rows x = inputs;
    if (a_.input_width != a_.width) {
      Matrix e = weights(Stream::branch_weights, 0, a_.width, a_.input_width, 1.0);
      Vector none(a_.width, 0.0);
      touch_parameters(Stream::branch_weights, 0, e, none);
      x = affine(e, none, inputs);
    }
    std::vector<Rows> layers;
    for (std::size_t l = 1; l <= a_.depth + 1; ++l) {
      if (l <= a_.depth) touch(l, x);
      Rows h = layer(l, x, true);
      if (l > a_.depth) touch(l, h);
      layers.push_back(h);
      if (l > a_.depth) break;
      Matrix v = weights(Stream::branch_weights, l, a_.width, a_.width, block.sigma_v2);
      touch_weights(l + 1, v);
      Vector b = biases(Stream::branch_biases, l, a_.width, block.sigma_a2);
      touch_parameters(Stream::branch_weights, l, v, b);
      add(x, affine(v, b, activated(h)), 1.0);
    }
    return layers;
  }

  std::vector<Rows> run_residual_after(const Rows& inputs) const {
    std::vector<Rows> layers{layer(1, inputs)};
    touch(1, layers[0]);
    Rows x = activated(layers[0]);
    for (std::size_t l = 2; l <= a_.depth + 1; ++l) {
      Rows h = layer(l, x);
      if (l > a_.depth) touch(l, h);
      layers.push_back(h);
      if (l > a_.depth) break;
      add(x, h, 1.0 / std::sqrt(a_.init.block.residual_depth));
      touch(l, x);
      x = activated(x);
    }
    return layers;
  }

  Architecture a_;
  Draw draw_;
  std::size_t positions_;
};

}  // namespace igb::test
