#include "simulator.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace igb::simulator {
namespace {

using Vector = std::vector<double>;
using Matrix = std::vector<Vector>;  // [row][column]
using Field = std::vector<Vector>;   // [position][unit]
using Batch = std::vector<Field>;    // [input]

/// Standard normals by Marsaglia's polar method, several times faster than the standard library's.
class Gaussian {
 public:
  explicit Gaussian(std::mt19937_64& random) : random_(random) {}

  double operator()() {
    if (has_second_) {
      has_second_ = false;
      return second_;
    }
    double x = 0.0;
    double y = 0.0;
    double square = 0.0;
    do {
      x = uniform();
      y = uniform();
      square = x * x + y * y;
    } while (square >= 1.0 || square == 0.0);
    const double radius = std::sqrt(-2.0 * std::log(square) / square);
    second_ = y * radius;
    has_second_ = true;
    return x * radius;
  }

 private:
  double uniform() { return static_cast<double>(random_() >> 11) * 0x1p-52 - 1.0; }

  std::mt19937_64& random_;
  bool has_second_ = false;
  double second_ = 0.0;
};

double dot(const Vector& a, const Vector& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

Matrix gaussian_matrix(std::size_t rows, std::size_t columns, double variance, Gaussian& gaussian) {
  Matrix matrix(rows, Vector(columns));
  for (Vector& row : matrix) {
    for (double& entry : row) entry = std::sqrt(variance) * gaussian();
  }
  return matrix;
}

/// Gram-Schmidt on Gaussian rows, twice against rounding.
Matrix orthogonal_matrix(std::size_t size, double variance, Gaussian& gaussian) {
  Matrix matrix = gaussian_matrix(size, size, 1.0, gaussian);
  for (std::size_t i = 0; i < size; ++i) {
    Vector& row = matrix[i];
    for (int pass = 0; pass < 2; ++pass) {
      for (std::size_t j = 0; j < i; ++j) {
        const double along = dot(row, matrix[j]);
        for (std::size_t k = 0; k < size; ++k) row[k] -= along * matrix[j][k];
      }
      const double norm = std::sqrt(dot(row, row));
      for (double& entry : row) entry /= norm;
    }
  }
  for (Vector& row : matrix) {
    for (double& entry : row) entry *= std::sqrt(variance);
  }
  return matrix;
}

/// A circular convolution with one bias a channel; a dense layer where there is one position.
struct Linear {
  std::vector<Matrix> taps;
  Vector bias;

  static Linear draw(const Network& network, std::size_t features, double weight_variance,
                     double bias_variance, Gaussian& gaussian) {
    const auto units = static_cast<std::size_t>(network.width);
    Linear linear;
    if (network.weights == Weights::orthogonal) {
      linear.taps.push_back(orthogonal_matrix(units, weight_variance, gaussian));
    } else {
      const double fan_in = static_cast<double>(features) * network.taps;
      for (int tap = 0; tap < network.taps; ++tap) {
        linear.taps.push_back(gaussian_matrix(units, features, weight_variance / fan_in, gaussian));
      }
    }
    for (std::size_t i = 0; i < units; ++i) {
      linear.bias.push_back(std::sqrt(bias_variance) * gaussian());
    }
    return linear;
  }

  static std::size_t shifted(std::size_t position, std::size_t tap, std::size_t taps,
                             std::size_t positions) {
    return (position + tap + positions * taps - taps / 2) % positions;
  }

  Field forward(const Field& input) const {
    Field output(input.size(), bias);
    for (std::size_t p = 0; p < input.size(); ++p) {
      for (std::size_t t = 0; t < taps.size(); ++t) {
        const Vector& from = input[shifted(p, t, taps.size(), input.size())];
        for (std::size_t i = 0; i < bias.size(); ++i) output[p][i] += dot(taps[t][i], from);
      }
    }
    return output;
  }

  Field backward(const Field& gradient) const {
    const std::size_t features = taps[0][0].size();
    Field result(gradient.size(), Vector(features, 0.0));
    for (std::size_t p = 0; p < gradient.size(); ++p) {
      for (std::size_t t = 0; t < taps.size(); ++t) {
        Vector& to = result[shifted(p, t, taps.size(), gradient.size())];
        for (std::size_t i = 0; i < bias.size(); ++i) {
          const double g = gradient[p][i];
          for (std::size_t j = 0; j < features; ++j) to[j] += taps[t][i][j] * g;
        }
      }
    }
    return result;
  }
};

/// Subtracts the mean, divides by the deviation, which it returns.
double normalise(Vector& values) {
  const auto count = static_cast<double>(values.size());
  double mean = 0.0;
  for (const double value : values) mean += value / count;
  for (double& value : values) value -= mean;
  const double deviation = std::sqrt(dot(values, values) / count);
  for (double& value : values) value /= deviation;
  return deviation;
}

/// The gradient of what was normalised from that of the normalised values.
void normalise_backward(const Vector& normalised, double deviation, Vector& gradient) {
  const auto count = static_cast<double>(gradient.size());
  double mean = 0.0;
  for (const double g : gradient) mean += g / count;
  const double along = dot(gradient, normalised) / count;
  for (std::size_t i = 0; i < gradient.size(); ++i) {
    gradient[i] = (gradient[i] - mean - along * normalised[i]) / deviation;
  }
}

/// What the node did to a batch, kept for the way back. Normalisations act on dense layers.
class NodeStep {
 public:
  NodeStep(const Network& network, std::mt19937_64& random) : network_(network), random_(random) {}

  Batch forward(Batch h) {
    if (network_.node == Node::layer_norm_before) normalise_units(h);
    if (network_.node == Node::batch_norm_before) normalise_inputs(h);
    fed_ = h;
    Batch features = std::move(h);
    for (Field& field : features) {
      for (Vector& vector : field) {
        for (double& unit : vector) unit = network_.value(unit);
      }
    }
    switch (network_.node) {
      case Node::dropout:
        drop(features);
        break;
      case Node::layer_norm_after:
        normalise_units(features);
        break;
      case Node::batch_norm_after:
        normalise_inputs(features);
        break;
      case Node::max_pool:
      case Node::average_pool:
        for (Field& field : features) {
          for (Vector& vector : field) vector = pooled(vector);
        }
        break;
      default:
        break;
    }
    return features;
  }

  /// Of input 0, by the gradient of its own features.
  Field backward(Field gradient) const {
    if (network_.node == Node::dropout) multiply(gradient, mask_[0]);
    if (network_.node == Node::layer_norm_after || network_.node == Node::batch_norm_after) {
      unnormalise(gradient);
    }
    if (network_.node == Node::max_pool || network_.node == Node::average_pool) {
      for (std::size_t p = 0; p < gradient.size(); ++p) {
        gradient[p] = unpooled(fed_[0][p], gradient[p]);
      }
    }
    for (std::size_t p = 0; p < gradient.size(); ++p) {
      for (std::size_t i = 0; i < gradient[p].size(); ++i) {
        gradient[p][i] *= network_.slope(fed_[0][p][i]);
      }
    }
    if (network_.node == Node::layer_norm_before || network_.node == Node::batch_norm_before) {
      unnormalise(gradient);
    }
    return gradient;
  }

 private:
  static void multiply(Field& field, const Field& factors) {
    for (std::size_t p = 0; p < field.size(); ++p) {
      for (std::size_t i = 0; i < field[p].size(); ++i) field[p][i] *= factors[p][i];
    }
  }

  void drop(Batch& features) {
    std::bernoulli_distribution keeps(network_.keep);
    mask_ = features;
    for (std::size_t a = 0; a < features.size(); ++a) {
      for (Vector& vector : mask_[a]) {
        for (double& unit : vector) unit = keeps(random_) ? 1.0 / network_.keep : 0.0;
      }
      multiply(features[a], mask_[a]);
    }
  }

  void normalise_units(Batch& batch) {
    deviations_.clear();
    for (Field& field : batch) deviations_.push_back(normalise(field[0]));
    normalised_ = batch;
  }

  void normalise_inputs(Batch& batch) {
    deviations_.clear();
    for (std::size_t i = 0; i < batch[0][0].size(); ++i) {
      Vector unit;
      for (const Field& field : batch) unit.push_back(field[0][i]);
      deviations_.push_back(normalise(unit));
      for (std::size_t a = 0; a < batch.size(); ++a) batch[a][0][i] = unit[a];
    }
    normalised_ = batch;
  }

  void unnormalise(Field& gradient) const {
    if (network_.node == Node::layer_norm_before || network_.node == Node::layer_norm_after) {
      normalise_backward(normalised_[0][0], deviations_[0], gradient[0]);
      return;
    }
    for (std::size_t i = 0; i < gradient[0].size(); ++i) {
      Vector over_inputs(normalised_.size(), 0.0);
      Vector values;
      for (const Field& field : normalised_) values.push_back(field[0][i]);
      over_inputs[0] = gradient[0][i];
      normalise_backward(values, deviations_[i], over_inputs);
      gradient[0][i] = over_inputs[0];
    }
  }

  /// Disjoint groups of `pool` neighbours; what is left over is not used.
  Vector pooled(const Vector& units) const {
    const auto pool = static_cast<std::size_t>(network_.pool);
    Vector result;
    for (std::size_t first = 0; first + pool <= units.size(); first += pool) {
      double largest = units[first];
      double sum = 0.0;
      for (std::size_t i = first; i < first + pool; ++i) {
        largest = std::max(largest, units[i]);
        sum += units[i];
      }
      const double value =
          network_.node == Node::max_pool ? largest : sum / static_cast<double>(pool);
      for (std::size_t copy = 0; copy < (network_.repeats ? pool : 1); ++copy) {
        result.push_back(value);
      }
    }
    return result;
  }

  Vector unpooled(const Vector& fed, const Vector& gradient) const {
    const auto pool = static_cast<std::size_t>(network_.pool);
    const std::size_t copies = network_.repeats ? pool : 1;
    Vector result(fed.size(), 0.0);
    for (std::size_t node = 0; (node + 1) * pool <= fed.size(); ++node) {
      double g = 0.0;
      for (std::size_t copy = 0; copy < copies; ++copy) g += gradient[node * copies + copy];
      std::size_t best = node * pool;
      for (std::size_t i = node * pool; i < (node + 1) * pool; ++i) {
        if (network_.value(fed[i]) > network_.value(fed[best])) best = i;
        if (network_.node == Node::average_pool) result[i] = g / static_cast<double>(pool);
      }
      if (network_.node == Node::max_pool) result[best] = g;
    }
    return result;
  }

  const Network& network_;
  std::mt19937_64& random_;
  Batch fed_;  // arguments of phi
  Batch mask_;
  Batch normalised_;
  Vector deviations_;  // by input (layer norm) or by unit (batch norm)
};

Batch make_inputs(const Network& network, double c0, Gaussian& gaussian) {
  const auto units = static_cast<std::size_t>(network.width);
  const auto positions = static_cast<std::size_t>(network.positions);
  Batch batch(static_cast<std::size_t>(network.inputs), Field(positions, Vector(units)));
  for (std::size_t p = 0; p < positions; ++p) {
    for (std::size_t i = 0; i < units; ++i) {
      if (network.inputs == 2) {
        batch[0][p][i] = (i + p) % 2 == 0 ? 1.0 : -1.0;
        const bool agrees = static_cast<double>(i) < (1.0 + c0) / 2.0 * static_cast<double>(units);
        batch[1][p][i] = agrees ? batch[0][p][i] : -batch[0][p][i];
        continue;
      }
      const double common = gaussian();
      for (Field& field : batch) {
        field[p][i] = std::sqrt(c0) * common + std::sqrt(1.0 - c0) * gaussian();
      }
    }
  }
  return batch;
}

double sum_of_squares(const Field& field) {
  double sum = 0.0;
  for (const Vector& vector : field) sum += dot(vector, vector);
  return sum;
}

void record(const Batch& h, Measurement& measurement) {
  const auto inputs = static_cast<double>(h.size());
  double square = 0.0;
  double spread = 0.0;
  for (std::size_t p = 0; p < h[0].size(); ++p) {
    for (std::size_t i = 0; i < h[0][p].size(); ++i) {
      double mean = 0.0;
      for (const Field& field : h) mean += field[p][i] / inputs;
      for (const Field& field : h) {
        square += field[p][i] * field[p][i] / inputs;
        spread += (field[p][i] - mean) * (field[p][i] - mean) / (inputs - 1.0);
      }
    }
  }
  const auto count = static_cast<double>(h[0].size() * h[0][0].size());
  measurement.q.push_back(square / count);
  measurement.distance.push_back(spread / count);
}

void scale(Field& field, double factor) {
  for (Vector& vector : field) {
    for (double& unit : vector) unit *= factor;
  }
}

void add(Field& field, const Field& other) {
  for (std::size_t p = 0; p < field.size(); ++p) {
    for (std::size_t i = 0; i < field[p].size(); ++i) field[p][i] += other[p][i];
  }
}

Batch forward_all(const Linear& linear, const Batch& batch) {
  Batch result;
  for (const Field& field : batch) result.push_back(linear.forward(field));
  return result;
}

Field random_gradient(const Batch& h, Gaussian& gaussian) {
  Field gradient = h[0];
  for (Vector& vector : gradient) {
    for (double& unit : vector) unit = gaussian();
  }
  return gradient;
}

/// h' = W node(h) + b, with or without h beside it.
Measurement measure_node_network(const Network& network, Batch h, Gaussian& gaussian,
                                 std::mt19937_64& random) {
  const bool skips = network.wiring == Wiring::residual_scaled;
  const double branch = skips ? 1.0 / std::sqrt(network.residual_depth) : 1.0;
  Measurement measurement;
  std::vector<NodeStep> nodes;
  std::vector<Linear> linears;
  record(h, measurement);
  for (int layer = 1; layer < network.layers; ++layer) {
    nodes.emplace_back(network, random);
    const Batch features = nodes.back().forward(h);
    linears.push_back(
        Linear::draw(network, features[0][0].size(), network.sigma_w2, network.sigma_b2, gaussian));
    Batch next = forward_all(linears.back(), features);
    for (std::size_t a = 0; a < next.size(); ++a) {
      scale(next[a], branch);
      if (skips) add(next[a], h[a]);
    }
    h = std::move(next);
    record(h, measurement);
  }
  Field gradient = random_gradient(h, gaussian);
  measurement.gradient.push_back(sum_of_squares(gradient));
  for (std::size_t layer = nodes.size(); layer-- > 0;) {
    Field below = nodes[layer].backward(linears[layer].backward(gradient));
    scale(below, branch);
    if (skips) add(below, gradient);
    gradient = std::move(below);
    measurement.gradient.push_back(sum_of_squares(gradient));
  }
  std::reverse(measurement.gradient.begin(), measurement.gradient.end());
  return measurement;
}

/// x' = x + V phi(h) + a, h = W x + b.
Measurement measure_stream(const Network& network, Batch x, Gaussian& gaussian) {
  Measurement measurement;
  const auto units = static_cast<std::size_t>(network.width);
  std::vector<Linear> into;
  std::vector<Linear> out;
  std::vector<Field> fed;
  for (int layer = 1; layer <= network.layers; ++layer) {
    into.push_back(Linear::draw(network, units, network.sigma_w2, network.sigma_b2, gaussian));
    out.push_back(Linear::draw(network, units, network.sigma_v2, network.sigma_a2, gaussian));
    Batch h = forward_all(into.back(), x);
    record(h, measurement);
    fed.push_back(h[0]);
    for (std::size_t a = 0; a < h.size(); ++a) {
      for (Vector& vector : h[a]) {
        for (double& unit : vector) unit = network.value(unit);
      }
      add(x[a], out.back().forward(h[a]));
    }
  }
  Field gradient = random_gradient(x, gaussian);
  for (std::size_t layer = fed.size(); layer-- > 0;) {
    measurement.gradient.push_back(sum_of_squares(gradient));
    Field inner = out[layer].backward(gradient);
    for (std::size_t p = 0; p < inner.size(); ++p) {
      for (std::size_t i = 0; i < units; ++i) inner[p][i] *= network.slope(fed[layer][p][i]);
    }
    add(gradient, into[layer].backward(inner));
  }
  measurement.gradient.push_back(sum_of_squares(gradient));
  std::reverse(measurement.gradient.begin(), measurement.gradient.end());
  return measurement;
}

/// x_1 = phi(h_1), then x' = phi(x + h' / sqrt(residual_depth)), h' = W x + b; the last h is a
/// linear output. Gradients by it, then by the arguments of phi.
Measurement measure_residual_after(const Network& network, Batch h, Gaussian& gaussian) {
  const double branch = 1.0 / std::sqrt(network.residual_depth);
  const auto units = static_cast<std::size_t>(network.width);
  Measurement measurement;
  record(h, measurement);
  std::vector<Linear> linears;
  std::vector<Field> fed{h[0]};
  Batch arguments = std::move(h);
  for (int layer = 1; layer < network.layers; ++layer) {
    Batch x = arguments;
    for (Field& field : x) {
      for (Vector& vector : field) {
        for (double& unit : vector) unit = network.value(unit);
      }
    }
    linears.push_back(Linear::draw(network, units, network.sigma_w2, network.sigma_b2, gaussian));
    arguments = forward_all(linears.back(), x);
    record(arguments, measurement);
    for (std::size_t a = 0; a < x.size(); ++a) {
      scale(arguments[a], branch);
      add(arguments[a], x[a]);
    }
    fed.push_back(arguments[0]);
  }
  Field gradient = random_gradient(arguments, gaussian);
  measurement.gradient.push_back(sum_of_squares(gradient));
  for (std::size_t layer = linears.size(); layer-- > 0;) {
    Field below = linears[layer].backward(gradient);
    if (layer + 1 < linears.size()) {
      scale(below, branch);
      add(below, gradient);
    }
    for (std::size_t p = 0; p < below.size(); ++p) {
      for (std::size_t i = 0; i < units; ++i) below[p][i] *= network.slope(fed[layer][p][i]);
    }
    gradient = std::move(below);
    measurement.gradient.push_back(sum_of_squares(gradient));
  }
  std::reverse(measurement.gradient.begin(), measurement.gradient.end());
  return measurement;
}

}  // namespace

Measurement measure(const Network& network, double c0, std::mt19937_64& random) {
  Gaussian gaussian(random);
  Batch x = make_inputs(network, c0, gaussian);
  if (network.wiring == Wiring::residual) return measure_stream(network, std::move(x), gaussian);
  const auto units = static_cast<std::size_t>(network.width);
  const Linear first = Linear::draw(network, units, network.sigma_w2, network.sigma_b2, gaussian);
  if (network.wiring == Wiring::residual_after) {
    return measure_residual_after(network, forward_all(first, x), gaussian);
  }
  return measure_node_network(network, forward_all(first, x), gaussian, random);
}

std::vector<std::vector<double>> position_covariances(const Network& network, double q0,
                                                      const std::vector<double>& c0,
                                                      std::mt19937_64& random) {
  Gaussian gaussian(random);
  const auto units = static_cast<std::size_t>(network.width);
  Batch h(2, Field(c0.size(), Vector(units)));
  for (std::size_t p = 0; p < c0.size(); ++p) {
    for (std::size_t i = 0; i < units; ++i) {
      const bool agrees =
          static_cast<double>(i) + 0.5 < (1.0 + c0[p]) / 2.0 * static_cast<double>(units);
      h[0][p][i] = std::sqrt(q0) * ((i + p) % 2 == 0 ? 1.0 : -1.0);
      h[1][p][i] = agrees ? h[0][p][i] : -h[0][p][i];
    }
  }
  std::vector<std::vector<double>> covariances;
  for (int layer = 1; layer <= network.layers; ++layer) {
    if (layer > 1) h = NodeStep(network, random).forward(std::move(h));
    h = forward_all(Linear::draw(network, units, network.sigma_w2, network.sigma_b2, gaussian), h);
    std::vector<double>& over_positions = covariances.emplace_back();
    for (std::size_t p = 0; p < c0.size(); ++p) {
      over_positions.push_back(dot(h[0][p], h[1][p]) / static_cast<double>(units));
    }
  }
  return covariances;
}

}  // namespace igb::simulator
