// Random networks of every block and law of weights against their mean-field theory.
//
// Ensembles at four widths N give the mean of a quantity with its standard error; a straight line
// in 1 / N through the four, by weighted least squares, is extrapolated to infinite width. Checked:
// the limit is that of theory within five standard errors (false-alarm rate 5.7e-7), which are at
// most 2 %, and the four lie on the line, chi^2 of two degrees of freedom below 28 (false-alarm
// rate 8e-7). Some 300 checks in all: 2e-4 for a false alarm anywhere; seeds are fixed.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "igb/arena.hpp"
#include "igb/backpropagation.hpp"
#include "igb/mean_field.hpp"
#include "igb/network.hpp"
#include "igb/population.hpp"
#include "igb/statistics.hpp"
#include "support/samples.hpp"

using namespace igb;
using igb::test::five_sigma;
using igb::test::moments_of;

namespace {

constexpr std::size_t input_width = 64;
constexpr double c0 = 0.2;
constexpr std::uint32_t depth = 4;
constexpr std::array<std::uint32_t, 4> widths{48, 96, 192, 384};

#if defined(__SANITIZE_ADDRESS__)
constexpr std::uint32_t share = 8;  // sanitizers, which are slow: an eighth of the networks
#else
constexpr std::uint32_t share = 1;
#endif

/// Entries of the Hadamard matrix of order 64: rows of +-1, orthogonal to each other.
float hadamard(std::size_t row, std::size_t column) {
  std::size_t common = row & column;
  float sign = 1.0F;
  for (; common != 0; common &= common - 1) sign = -sign;
  return sign;
}

/// [count, positions, 64] with q_0 = 1 and c_0 = 0.2 to rounding for every pair at every position.
std::vector<float> exchangeable_inputs(std::size_t count, std::size_t positions) {
  const auto common = static_cast<float>(std::sqrt(c0));
  const auto own = static_cast<float>(std::sqrt(1.0 - c0));
  std::vector<float> inputs;
  for (std::size_t a = 0; a < count; ++a) {
    for (std::size_t p = 0; p < positions; ++p) {
      const std::size_t row = 1 + (a + p * count) % (input_width - 1);
      for (std::size_t k = 0; k < input_width; ++k) {
        inputs.push_back(common * hadamard(0, k) + own * hadamard(row, k));
      }
    }
  }
  return inputs;
}

/// What one network says, of the last hidden layer relative to theory, and of the gradient there.
struct Sample {
  double q;
  double sigma_mu2;
  double sigma_y2;
  double backward_residual;  ///< g_(L-1) - chi g_L in units of chi
  double gradient;           ///< g_L
};

struct Theory {
  Signal signal;    ///< of the last hidden layer
  double backward;  ///< from the last hidden layer down to the one below
  double error;     ///< of theory itself: five standard errors, or what a finite batch changes
};

bool is_batch_normalised(const Block& block) {
  return block.kind == BlockKind::batch_norm_before || block.kind == BlockKind::batch_norm_after;
}

Theory maps(const Initialisation& init, std::size_t inputs) {
  std::array<Signal, depth> layers;
  REQUIRE(trajectory(init, {1.0, 1.0 - c0}, layers).ok());
  const bool batch = is_batch_normalised(init.block);
  return {layers[depth - 1], backward_factor(init, layers[depth - 2]),
          batch ? 2.0 / static_cast<double>(inputs) : 0.0};
}

Theory populations(const Initialisation& init) {
  const Population population{.samples = 1U << 17, .seed = 5};
  std::array<PopulationLayer, depth + 1> layers;
  std::size_t bytes = 0;
  REQUIRE(population_bytes(population, layers.size(), bytes).ok());
  const test::AlignedMemory memory(bytes);
  Arena arena(memory.bytes());
  REQUIRE(population_trajectory(init, {1.0, 1.0 - c0}, population, arena, layers).ok());
  const PopulationLayer& last = layers[depth - 1];
  return {last.signal, layers[depth - 2].backward,
          five_sigma * std::max({last.q_error / last.signal.q, last.c_error / last.signal.d,
                                 layers[depth - 2].backward_error / layers[depth - 2].backward})};
}

/// Runs networks one after the other in the same memory.
class Ensemble {
 public:
  Ensemble(const Architecture& architecture, std::vector<float> inputs)
      : architecture_(architecture),
        inputs_(std::move(inputs)),
        count_(inputs_.size() / input_width / positions_of(architecture.init.block)),
        memory_(bytes()),
        labels_(count_) {
    // One loss where inputs act on each other, as in theory.
    for (std::size_t a = 0; a < count_; ++a) {
      labels_[a] = static_cast<std::uint16_t>(a % 2);
      if (a > 0 && is_batch_normalised(architecture.init.block)) labels_[a] = no_label;
    }
  }

  Sample run(std::uint32_t network, double chi) {
    Arena arena(memory_.bytes());
    Backpropagation run;
    REQUIRE(run.begin(architecture_, {1, network}, inputs_, labels_, arena).ok());
    Forward forward;
    REQUIRE(forward.begin(architecture_, {1, network}, inputs_, arena).ok());
    while (forward.layer() < depth) REQUIRE(forward.step().ok());
    LayerMoments moments;
    REQUIRE(layer_moments(forward.preactivations(), arena, moments).ok());
    double above = 0.0;
    double below = 0.0;
    while (!run.done()) {
      REQUIRE(run.step().ok());
      if (!run.descending() || run.layer() > depth || run.layer() < depth - 1) continue;
      double& squares = run.layer() == depth ? above : below;
      for (std::size_t a = 0; a < count_; ++a) {
        if (labels_[a] != no_label) squares += std::exp(run.log_squares()[a]);
      }
    }
    return {moments.q, moments.sigma_mu2, moments.sigma_y2, below / chi - above, above};
  }

 private:
  std::size_t bytes() const {
    std::size_t gradients = 0;
    std::size_t network = 0;
    std::size_t moments = 0;
    REQUIRE(Backpropagation::bytes(architecture_, count_, gradients).ok());
    REQUIRE(Forward::bytes(architecture_, count_, network).ok());
    REQUIRE(layer_moments_bytes(architecture_.width, count_, moments).ok());
    return gradients + network + moments;
  }

  Architecture architecture_;
  std::vector<float> inputs_;
  std::size_t count_;
  test::AlignedMemory memory_;
  std::vector<std::uint16_t> labels_;
};

struct Point {
  double x;  ///< 1 / width
  double mean;
  double error;
};

struct Line {
  double limit;
  double error;
  double slope;
  double chi2;
};

/// mean = limit + slope x, weighted by the errors.
Line fit(std::span<const Point> points) {
  double w = 0.0;
  double wx = 0.0;
  double wxx = 0.0;
  double wy = 0.0;
  double wxy = 0.0;
  for (const Point& p : points) {
    const double weight = 1.0 / (p.error * p.error);
    w += weight;
    wx += weight * p.x;
    wxx += weight * p.x * p.x;
    wy += weight * p.mean;
    wxy += weight * p.x * p.mean;
  }
  const double determinant = w * wxx - wx * wx;
  Line line{(wxx * wy - wx * wxy) / determinant, std::sqrt(wxx / determinant),
            (w * wxy - wx * wy) / determinant, 0.0};
  for (const Point& p : points) {
    const double off = (p.mean - line.limit - line.slope * p.x) / p.error;
    line.chi2 += off * off;
  }
  return line;
}

void check_limit(const std::string& name, const std::vector<Point>& points, double allowed) {
  CAPTURE(name);
  const Line line = fit(points);
  CAPTURE(line.limit);
  CAPTURE(line.slope);
  CAPTURE(line.error);
  CHECK(line.error < 0.025 * std::sqrt(static_cast<double>(share)));
  CHECK(std::abs(line.limit) < five_sigma * line.error + allowed);
  CHECK(line.chi2 < 28.0);
}

Architecture architecture(const char* activation, double sigma_w2, double sigma_b2,
                          BlockKind kind) {
  Architecture a{{find_activation(activation), sigma_w2, sigma_b2}, input_width, 0, depth, 2};
  a.init.block.kind = kind;
  return a;
}

/// Of every quantity the deviation from theory, in units of q where gradients are not meant.
void check_against_theory(Architecture a, std::size_t inputs = 8) {
  CAPTURE(std::string(block_name(a.init.block.kind)));
  CAPTURE(std::string(a.init.activation->name));
  CAPTURE(std::string(weight_law_names()[static_cast<std::size_t>(a.init.weights)]));
  const Theory theory =
      a.init.block.kind == BlockKind::residual_after ? populations(a.init) : maps(a.init, inputs);
  const Signal signal = theory.signal;
  const auto data = exchangeable_inputs(inputs, positions_of(a.init.block));
  std::vector<Point> q;
  std::vector<Point> mu;
  std::vector<Point> y;
  std::vector<Point> backward;
  for (const std::uint32_t width : widths) {
    a.width = width;
    Ensemble ensemble(a, data);
    std::vector<Sample> samples;
    const std::uint32_t networks = (inputs > 8 ? 24000U : 40000U) / width / share;
    for (std::uint32_t n = 0; n < networks; ++n) {
      samples.push_back(ensemble.run(n, theory.backward));
    }
    double gradient = 0.0;
    for (const Sample& s : samples) gradient += s.gradient / networks;
    const auto point = [&](const std::function<double(const Sample&)>& deviation) {
      std::vector<double> values;
      for (const Sample& s : samples) values.push_back(deviation(s));
      const auto moments = moments_of(values);
      return Point{1.0 / width, moments.mean, std::sqrt(moments.variance / networks)};
    };
    q.push_back(point([&](const Sample& s) { return s.q / signal.q - 1.0; }));
    mu.push_back(point([&](const Sample& s) { return s.sigma_mu2 / signal.q - signal.c(); }));
    y.push_back(point([&](const Sample& s) { return s.sigma_y2 / signal.q - signal.d; }));
    backward.push_back(point([&](const Sample& s) { return s.backward_residual / gradient; }));
  }
  if (std::isfinite(q[0].error) && q[0].error > 1e-6) check_limit("q", q, theory.error);
  check_limit("sigma_mu2", mu, theory.error);
  check_limit("sigma_y2", y, theory.error);
  check_limit("backward", backward, theory.error);
}

}  // namespace

TEST_CASE("plainNetworksOfEveryLawOfWeightsTendToTheory") {
  for (const WeightLaw law : {WeightLaw::gaussian, WeightLaw::uniform, WeightLaw::orthogonal}) {
    for (const char* activation : {"tanh", "relu"}) {
      Architecture a = architecture(activation, 1.8, 0.1, BlockKind::plain);
      a.init.weights = law;
      check_against_theory(a);
    }
  }
}

TEST_CASE("pooledNetworksTendToTheoryInBothWidthConventions") {
  for (const PoolWidth width : {PoolWidth::reduced, PoolWidth::repeated}) {
    for (const BlockKind kind : {BlockKind::max_pool, BlockKind::average_pool}) {
      Architecture a = architecture("relu", kind == BlockKind::max_pool ? 1.1 : 3.0, 0.1, kind);
      a.init.block.pool_width = width;
      check_against_theory(a);
      a = architecture("tanh", 4.0, 0.1, kind);
      a.init.block.pool_width = width;
      a.init.block.pool = 3;
      check_against_theory(a);
    }
  }
}

TEST_CASE("networksWithDropoutTendToTheory") {
  Architecture a = architecture("relu", 1.6, 0.1, BlockKind::dropout);
  a.init.block.keep = 0.8;
  check_against_theory(a);
}

TEST_CASE("residualNetworksTendToTheory") {
  for (const BlockKind kind : {BlockKind::residual_scaled, BlockKind::residual_after}) {
    Architecture a = architecture("relu", 2.0, 0.1, kind);
    a.init.block.residual_depth = depth;
    check_against_theory(a);
  }
  Architecture stream = architecture("tanh", 1.5, 0.1, BlockKind::residual);
  stream.init.block.sigma_v2 = 0.7;
  stream.init.block.sigma_a2 = 0.2;
  check_against_theory(stream);
}

TEST_CASE("normalisedNetworksTendToTheory") {
  for (const BlockKind kind : {BlockKind::layer_norm_before, BlockKind::layer_norm_after}) {
    check_against_theory(architecture("relu", 1.7, 0.1, kind));
    check_against_theory(architecture("tanh", 2.0, 0.2, kind));
  }
  for (const BlockKind kind : {BlockKind::batch_norm_before, BlockKind::batch_norm_after}) {
    check_against_theory(architecture("relu", 1.7, 0.1, kind), 60);
  }
}

TEST_CASE("convolutionalNetworksTendToTheory") {
  for (const BlockKind kind : {BlockKind::convolution, BlockKind::delta_orthogonal}) {
    for (const std::uint32_t dimensions : {1U, 2U}) {
      Architecture a = architecture("tanh", 2.5, 0.1, kind);
      a.init.block.dimensions = dimensions;
      a.init.block.side = dimensions == 1 ? 5 : 3;
      check_against_theory(a, 4);
    }
  }
}

namespace {

/// Mean over inputs and networks of ln of the squared gradient by layer, of a pooled ReLU network
/// without biases; and the largest deviation of <h, dL/dh> over layers, relative.
struct Descent {
  std::vector<double> log_square;  ///< index l - 1 is layer l
  std::vector<double> log_q;       ///< the same of the mean square of h
  double conservation = 0.0;
};

Descent descend(const Architecture& a, std::uint32_t networks) {
  const auto data = exchangeable_inputs(8, 1);
  const std::vector<std::uint16_t> labels{0, 1, 0, 1, 0, 1, 0, 1};
  std::size_t bytes = 0;
  std::size_t forward_bytes = 0;
  REQUIRE(Backpropagation::bytes(a, 8, bytes).ok());
  REQUIRE(Forward::bytes(a, 8, forward_bytes).ok());
  const test::AlignedMemory memory(bytes);
  const test::AlignedMemory forward_memory(forward_bytes);
  Descent descent;
  descent.log_square.resize(a.depth);
  descent.log_q.resize(a.depth);
  for (std::uint32_t n = 0; n < networks; ++n) {
    Arena forward_arena(forward_memory.bytes());
    Forward forward;
    REQUIRE(forward.begin(a, {2, n}, data, forward_arena).ok());
    std::vector<std::vector<float>> h;  // input 0, by layer
    while (!forward.done()) {
      REQUIRE(forward.step().ok());
      const LayerView view = forward.preactivations();
      h.emplace_back(view.row(0).begin(), view.row(0).end());
      if (forward.done()) break;
      for (std::size_t input = 0; input < 8; ++input) {
        double squares = 0.0;
        for (const float value : view.row(input)) squares += static_cast<double>(value) * value;
        descent.log_q[forward.layer() - 1] += std::log(squares) / (8.0 * networks);
      }
    }
    Arena arena(memory.bytes());
    Backpropagation run;
    REQUIRE(run.begin(a, {2, n}, data, labels, arena).ok());
    double first = 0.0;
    while (run.layer() != 1 || !run.descending()) {
      REQUIRE(run.step().ok());
      if (!run.descending()) continue;
      double along = 0.0;
      double size = 0.0;
      const auto g = run.gradients().row(0);
      for (std::size_t i = 0; i < g.size(); ++i) {
        const double term =
            static_cast<double>(g[i]) * h[run.layer() - 1][i] * std::exp(run.log_scales()[0]);
        along += term;
        size += std::abs(term);
      }
      if (run.layer() > a.depth) {
        first = along;
        continue;
      }
      descent.conservation = std::max(descent.conservation, std::abs(along - first) / size);
      for (const double ln : run.log_squares()) {
        descent.log_square[run.layer() - 1] += ln / (8.0 * networks);
      }
    }
  }
  return descent;
}

}  // namespace

TEST_CASE("gradientsOfPooledNetworksCrossOverFromLineGToLineV") {
  // ReLU with maxima over two, on line v: variance is kept (v = 1), mean field makes squared
  // gradients shrink by chi = 0.824942 a layer. But <h, dL/dh> is the same in every layer of a
  // homogeneous network (Euler), and h keeps its length, so gradients cannot fall below their part
  // along h: after ln N / ln(v / chi) layers, 22 at width 64, the factor crosses over to v.
  Architecture a = architecture("relu", 1.0999225, 0.0, BlockKind::max_pool);
  a.width = 64;
  a.depth = 120;
  const Descent descent = descend(a, 400 / share);
  // The logarithm of the factor from layer `to` down to `from`, a layer.
  const auto factor = [&](const std::vector<double>& logarithms, std::size_t from, std::size_t to) {
    return (logarithms[from - 1] - logarithms[to - 1]) / static_cast<double>(to - from);
  };
  // Means of logarithms: fluctuations of the order of 1 / N take some 3 / N a layer off ln chi, and
  // make ln v of these networks -0.04 instead of 0.
  CHECK(std::abs(factor(descent.log_square, 115, 120) - std::log(0.824942)) < 0.05);
  const double ln_v = -factor(descent.log_q, 10, 60);
  CHECK(std::abs(ln_v) < 0.06);
  CHECK(std::abs(factor(descent.log_square, 10, 60) - ln_v) < 0.01);
  CHECK(descent.conservation < 1e-4);
}
