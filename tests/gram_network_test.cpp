// The Gram sampler against the same construction in plain double precision, against networks with
// weights, and against theory.
#include "igb/gram_network.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "gram_kernels.hpp"
#include "igb/gaussian_process.hpp"
#include "igb/kernel_recursion.hpp"
#include "igb/kolmogorov_smirnov.hpp"
#include "igb/mean_field.hpp"
#include "igb/network.hpp"
#include "igb/statistics.hpp"
#include "support/architectures.hpp"
#include "support/close.hpp"
#include "support/samples.hpp"

using namespace igb;
using igb::test::AlignedMemory;
using igb::test::close;
using igb::test::five_sigma;

namespace {

Architecture network_of(const Activation* phi, double sigma_w2, double sigma_b2,
                        std::uint32_t width, std::uint32_t depth, std::uint32_t input_width = 20) {
  return {{phi, sigma_w2, sigma_b2}, input_width, width, depth, 2};
}
Architecture network_of(const char* phi, double sigma_w2, double sigma_b2, std::uint32_t width,
                        std::uint32_t depth, std::uint32_t input_width = 20) {
  return network_of(find_activation(phi), sigma_w2, sigma_b2, width, depth, input_width);
}

std::vector<float> some_inputs(std::uint32_t width, std::size_t count) {
  std::vector<float> x(count * width);
  REQUIRE(gaussian_inputs(31, width, x).ok());
  return x;
}

struct Run {
  std::vector<LayerMoments> layers;
  std::vector<std::uint16_t> guesses;

  [[nodiscard]] double g() const {
    return static_cast<double>(std::ranges::count(guesses, 0)) /
           static_cast<double>(guesses.size());
  }
};

std::size_t bytes_of(const Architecture& a, std::size_t inputs) {
  std::size_t bytes = 0;
  REQUIRE(GramNetwork::bytes(a, inputs, bytes).ok());
  return bytes;
}

Run run(const Architecture& a, Draw draw, const std::vector<float>& inputs,
        Target target = Target::best) {
  const AlignedMemory memory(bytes_of(a, inputs.size() / a.input_width));
  Arena arena(memory.bytes());
  GramNetwork network;
  REQUIRE(network.begin(a, draw, inputs, arena, target).ok());
  Run result;
  Status status;
  while (status.ok() && !network.done()) {
    status = network.step();
    result.layers.push_back(network.moments());
  }
  REQUIRE(status.ok());
  REQUIRE(result.layers.size() == a.depth + 1);
  result.guesses.assign(network.guesses().begin(), network.guesses().end());
  return result;
}

Run run_dense(const Architecture& a, Draw draw, const std::vector<float>& inputs) {
  const std::size_t count = inputs.size() / a.input_width;
  std::size_t bytes = 0;
  REQUIRE(Forward::bytes(a, count, bytes).ok());
  const AlignedMemory memory(bytes);
  Arena arena(memory.bytes());
  REQUIRE(layer_moments_bytes(std::max(a.width, a.classes), count, bytes).ok());
  const AlignedMemory scratch(bytes);
  Forward network;
  REQUIRE(network.begin(a, draw, inputs, arena).ok());
  Run result;
  Status status;
  while (status.ok() && !network.done()) {
    status = network.step();
    Arena taken(scratch.bytes());
    REQUIRE(layer_moments(network.preactivations(), taken, result.layers.emplace_back()).ok());
  }
  REQUIRE(status.ok());
  result.guesses.resize(count);
  REQUIRE(guess_classes(network.preactivations(), result.guesses).ok());
  return result;
}

/// Networks of infinite width on the same inputs.
std::vector<KernelMoments> kernel_moments(const Architecture& a, const std::vector<float>& inputs) {
  std::size_t bytes = 0;
  REQUIRE(KernelRecursion::bytes(a.init, inputs.size() / a.input_width, bytes).ok());
  const AlignedMemory memory(bytes);
  Arena arena(memory.bytes());
  KernelRecursion kernel;
  REQUIRE(kernel.begin(a.init, inputs, a.input_width, arena).ok());
  std::vector<KernelMoments> layers;
  while (kernel.layer() <= a.depth) {
    REQUIRE(kernel.step().ok());
    layers.push_back(kernel.moments());
  }
  return layers;
}

/// The construction as it reads: every pre-activation of every layer, in double.
class Reference {
 public:
  using Rows = std::vector<std::vector<double>>;

  Reference(const Architecture& a, Draw draw, const std::vector<float>& inputs)
      : a_(a), draw_(draw), count_(inputs.size() / a.input_width) {
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t n = 0; n < count_; ++n) {
      double square = 0.0;
      for (std::size_t i = 0; i < a.input_width; ++i) {
        const double x = inputs[n * a.input_width + i];
        square += x * x;
      }
      if (square < least) {
        least = square;
        smallest_ = n;
      }
    }
    Rows features(a.input_width, std::vector<double>(count_));
    for (std::size_t i = 0; i < a.input_width; ++i) {
      for (std::size_t p = 0; p < count_; ++p) {
        features[i][p] = inputs[input_at(p) * a.input_width + i];
      }
    }
    for (std::uint32_t layer = 1; layer <= a.depth + 1; ++layer) {
      preactivations_.push_back(draw_layer(layer, features));
      features = features_of(layer, preactivations_.back());
    }
  }

  /// q, sigma_mu2 and sigma_y2 as their definitions read, c as GramNetwork::moments says.
  [[nodiscard]] LayerMoments moments(std::size_t layer) const {
    const Rows& h = preactivations_[layer - 1];
    const std::vector<double>& variance = variances_[layer - 1];
    const auto count = static_cast<double>(count_);
    LayerMoments m;
    double pairs = 0.0;
    double singles = 0.0;
    for (const std::vector<double>& unit : h) {
      double sum = 0.0;
      double scaled = 0.0;
      double squares = 0.0;
      for (std::size_t p = 0; p < count_; ++p) {
        m.q += unit[p] * unit[p] / count;
        sum += unit[p];
        scaled += unit[p] / std::sqrt(variance[p]);
        squares += unit[p] * unit[p] / variance[p];
      }
      pairs += scaled * scaled - squares;
      singles += squares;
      m.sigma_mu2 += sum / count * sum / count;
      for (const double x : unit) {
        m.sigma_y2 += (x - sum / count) * (x - sum / count) / (count - 1.0);
      }
    }
    const auto units = static_cast<double>(h.size());
    m.q /= units;
    m.sigma_y2 /= units;
    m.sigma_mu2 = m.sigma_mu2 / units - m.sigma_y2 / count;
    m.c = pairs / ((count - 1.0) * singles);
    return m;
  }

  [[nodiscard]] std::vector<std::uint16_t> guesses() const {
    const Rows& h = preactivations_.back();
    std::vector<std::uint16_t> guesses(count_);
    for (std::size_t p = 0; p < count_; ++p) {
      for (std::size_t k = 1; k < h.size(); ++k) {
        if (h[k][p] > h[guesses[input_at(p)]][p]) {
          guesses[input_at(p)] = static_cast<std::uint16_t>(k);
        }
      }
    }
    return guesses;
  }

  /// [inputs, units] of floats, for layer_moments.
  [[nodiscard]] std::vector<float> layer(std::size_t layer) const {
    const Rows& h = preactivations_[layer - 1];
    std::vector<float> values(count_ * h.size());
    for (std::size_t p = 0; p < count_; ++p) {
      for (std::size_t i = 0; i < h.size(); ++i) {
        values[input_at(p) * h.size() + i] = static_cast<float>(h[i][p]);
      }
    }
    return values;
  }

 private:
  [[nodiscard]] std::size_t input_at(std::size_t position) const {
    if (position == 0) return smallest_;
    return position == smallest_ ? 0 : position;
  }

  /// Covariance of (h_0, h_a - h_0), its factor, then every unit.
  Rows draw_layer(std::uint32_t layer, const Rows& features) {
    Rows covariance(count_, std::vector<double>(count_));
    const auto part = [&](const std::vector<double>& unit, std::size_t p) {
      return p == 0 ? unit[0] : unit[p] - unit[0];
    };
    for (std::size_t p = 0; p < count_; ++p) {
      for (std::size_t r = 0; r < count_; ++r) {
        for (const auto& unit : features) covariance[p][r] += part(unit, p) * part(unit, r);
        covariance[p][r] *= a_.init.sigma_w2 / static_cast<double>(features.size());
      }
    }
    covariance[0][0] += a_.init.sigma_b2;
    std::vector<double>& variance = variances_.emplace_back(count_);
    for (std::size_t p = 0; p < count_; ++p) {
      variance[p] = covariance[0][0];
      if (p > 0) variance[p] += 2.0 * covariance[0][p] + covariance[p][p];
    }
    Rows factor(count_, std::vector<double>(count_));
    for (std::size_t p = 0; p < count_; ++p) {
      for (std::size_t k = 0; k <= p; ++k) {
        double rest = covariance[p][k];
        for (std::size_t j = 0; j < k; ++j) rest -= factor[p][j] * factor[k][j];
        if (k < p) {
          factor[p][k] = factor[k][k] > 0.0 ? rest / factor[k][k] : 0.0;
        } else {
          factor[p][p] = rest > GramNetwork::dropped * covariance[p][p] ? std::sqrt(rest) : 0.0;
        }
      }
    }
    const std::uint32_t units = layer > a_.depth ? a_.classes : a_.width;
    Rows h(units, std::vector<double>(count_));
    for (std::uint32_t i = 0; i < units; ++i) {
      std::vector<float> z(count_);
      normals(draw_, Stream::preactivations, layer, i, 0, z, Target::emulated);
      for (std::size_t p = 0; p < count_; ++p) {
        for (std::size_t k = 0; k <= p; ++k) h[i][p] += factor[p][k] * z[k];
        if (p > 0) h[i][p] += h[i][0];
      }
    }
    return h;
  }

  [[nodiscard]] Rows features_of(std::uint32_t layer, const Rows& h) const {
    const Block& block = a_.init.block;
    Rows phi = h;
    for (auto& unit : phi) {
      for (double& x : unit) x = a_.init.activation->value(x);
    }
    if (block.kind == BlockKind::dropout) {
      for (std::size_t p = 0; p < count_; ++p) {
        std::vector<float> u(phi.size());
        uniforms(draw_, Stream::masks, layer, static_cast<std::uint32_t>(p), 0, u,
                 Target::emulated);
        for (std::size_t i = 0; i < phi.size(); ++i) {
          phi[i][p] *= u[i] / std::sqrt(12.0) + 0.5 <= block.keep ? 1.0 / block.keep : 0.0;
        }
      }
    }
    if (block.kind != BlockKind::max_pool && block.kind != BlockKind::average_pool) return phi;
    Rows pooled(phi.size() / block.pool, std::vector<double>(count_));
    for (std::size_t i = 0; i < pooled.size(); ++i) {
      for (std::size_t p = 0; p < count_; ++p) {
        double largest = phi[i][p];
        double sum = 0.0;
        for (std::size_t m = 0; m < block.pool; ++m) {
          largest = std::max(largest, phi[m * pooled.size() + i][p]);
          sum += phi[m * pooled.size() + i][p];
        }
        pooled[i][p] = block.kind == BlockKind::max_pool ? largest : sum / block.pool;
      }
    }
    return pooled;
  }

  Architecture a_;
  Draw draw_;
  std::size_t count_;
  std::size_t smallest_ = 0;
  std::vector<Rows> preactivations_;  // [layer][unit][position]
  Rows variances_;                    // [layer][position]
};

/// Relative to the larger of it and a part of q, for what may vanish.
void check_moments(const LayerMoments& measured, const LayerMoments& expected, double error) {
  CHECK(measured.q == close(expected.q, error));
  CHECK(measured.sigma_y2 == close(expected.sigma_y2, error));
  CHECK(std::abs(measured.sigma_mu2 - expected.sigma_mu2) < error * expected.q);
  CHECK(std::abs(measured.c - expected.c) < error);
}

void check_against_reference(const Architecture& a, std::size_t inputs, double error,
                             Target target = Target::best) {
  const std::vector<float> x = some_inputs(a.input_width, inputs);
  const Run measured = run(a, {5, 6}, x, target);
  const Reference expected(a, {5, 6}, x);
  for (std::size_t layer = 1; layer <= a.depth + 1; ++layer) {
    CAPTURE(layer);
    check_moments(measured.layers[layer - 1], expected.moments(layer), error);
  }
  CHECK(measured.guesses == expected.guesses());
}

}  // namespace

TEST_CASE("gramNetworkEqualsThePlainConstructionForAllShapesActivationsAndTargets") {
  const struct {
    std::uint32_t input_width, width, depth, classes;
    std::size_t inputs;
  } shapes[] = {{1, 1, 1, 2, 2},     {3, 17, 2, 3, 5},     {40, 64, 2, 2, 6},   {65, 65, 3, 70, 7},
                {70, 130, 3, 2, 16}, {90, 200, 2, 10, 33}, {90, 129, 2, 3, 100}};
  for (const Target target : test::targets()) {
    CAPTURE(target_name(target));
    for (const Activation& phi : activations()) {
      CAPTURE(phi.name);
      for (const auto& shape : shapes) {
        CAPTURE(shape.width);
        Architecture a = network_of(&phi, 1.7, 0.3, shape.width, shape.depth, shape.input_width);
        a.classes = shape.classes;
        check_against_reference(a, shape.inputs, 2e-5, target);
      }
    }
  }
}

TEST_CASE("gramNetworkEqualsThePlainConstructionForEveryBlockItHas") {
  for (const char* name : {"relu", "tanh", "selu"}) {
    CAPTURE(name);
    for (const BlockKind kind :
         {BlockKind::max_pool, BlockKind::average_pool, BlockKind::dropout}) {
      CAPTURE(block_name(kind));
      for (const std::uint32_t pool : {2U, 3U, 5U}) {
        for (const PoolWidth pool_width : {PoolWidth::reduced, PoolWidth::repeated}) {
          Architecture a = network_of(name, 1.7, 0.3, 90 * pool, 3);
          a.init.block.kind = kind;
          a.init.block.pool = pool;
          a.init.block.pool_width = pool_width;
          a.init.block.keep = 1.0 - 0.1 * pool;
          check_against_reference(a, 12, 2e-5);
        }
      }
    }
  }
}

TEST_CASE("theTableOfGramNetworksIsThatOfThePlainConstruction") {
  // The WebAssembly module is held against the same numbers.
  const test::Table table("gram_networks.csv");
  REQUIRE(table.size() > 0);
  for (std::size_t row = 0; row < table.size(); ++row) {
    CAPTURE(row);
    const Architecture a = test::architecture_of(table, row);
    const auto layer = static_cast<std::size_t>(table.number(row, "layer"));
    const LayerMoments m = Reference(a, {5, 6}, some_inputs(a.input_width, 12)).moments(layer);
    CHECK(m.q == close(table.number(row, "q"), 1e-8));
    CHECK(m.c == close(table.number(row, "c"), 1e-8));
    CHECK(m.sigma_mu2 == close(table.number(row, "sigma_mu2"), 1e-8));
    CHECK(m.sigma_y2 == close(table.number(row, "sigma_y2"), 1e-8));
  }
}

TEST_CASE("inputsOfAnySizeAreSeen") {
  // Units of differences and features far from each other: all inputs tiny or huge, or one of them.
  const auto check_scaled = [](const Architecture& a, double all, double first) {
    std::vector<float> x = some_inputs(20, 9);
    for (std::size_t i = 0; i < x.size(); ++i) {
      x[i] = static_cast<float>(x[i] * (i / 20 == 4 ? first : all));
    }
    const Run measured = run(a, {5, 6}, x);
    const Reference expected(a, {5, 6}, x);
    for (std::size_t layer = 1; layer <= a.depth + 1; ++layer) {
      CAPTURE(layer);
      check_moments(measured.layers[layer - 1], expected.moments(layer), 1e-4);
    }
    CHECK(measured.guesses == expected.guesses());
  };
  const auto relu = [](double x) -> Jet { return {x > 0.0 ? x : 0.0, x > 0.0 ? 1.0 : 0.0, 0.0}; };
  constexpr double kink[] = {0.0};
  const Activation user_relu = make_activation("user_relu", relu, kink);
  std::vector<const Activation*> phis{&user_relu};
  for (const char* name :
       {"relu", "linear", "tanh", "erf", "hard_tanh", "sigmoid", "gelu", "elu"}) {
    phis.push_back(find_activation(name));
  }
  for (const Activation* phi : phis) {
    CAPTURE(std::string(phi->name));
    for (const double all : {1e-25, 1e-6, 1e6, 1e25}) {
      CAPTURE(all);
      for (const double sigma_b2 : {0.0, 0.1}) {
        const bool centred = sigma_b2 == 0.0 && phi->value(0.0) == 0.0;
        if (!centred && all < 1e-10) continue;  // the reference itself is blind
        CAPTURE(sigma_b2);
        const Architecture a = network_of(phi, 1.7, sigma_b2, 70, 3);
        Architecture dropout = a;
        dropout.init.block.kind = BlockKind::dropout;
        dropout.init.block.keep = 0.7;
        check_scaled(a, all, all);
        check_scaled(a, all, 1.0);
        check_scaled(a, 1.0, all);
        check_scaled(dropout, all, all);
      }
    }
  }
  for (const char* name : {"relu", "linear"}) {
    CAPTURE(std::string(name));
    check_scaled(network_of(name, 1.7, 0.0, 70, 3), 1e15, 1e-30);
  }
}

TEST_CASE("nearlySingularLayersAreDoneInDouble") {
  // Few units, as many inputs or more: pivots fall below what sums in float are good for, layers
  // are done again. ReLU at its critical point forgets errors; more inputs than units leave pivots
  // that are rounding and nothing else.
  for (const std::uint32_t width : {6U, 8U, 12U}) {
    for (const std::size_t inputs : {7U, 11U, 30U}) {
      CAPTURE(width);
      CAPTURE(inputs);
      check_against_reference(network_of("relu", 2.0, 0.3, width, 12, 40), inputs, 1e-3);
      check_against_reference(network_of("tanh", 1.5, 0.3, width, 8, 40), inputs, 1e-3);
    }
  }
}

TEST_CASE("momentsAreThoseOfLayerMoments") {
  // But for c, which differs by O(1 / width).
  const Architecture a = network_of("tanh", 2.0, 0.2, 400, 4);
  const std::vector<float> x = some_inputs(20, 15);
  const Run measured = run(a, {1, 2}, x);
  const Reference reference(a, {1, 2}, x);
  std::size_t bytes = 0;
  REQUIRE(layer_moments_bytes(400, 15, bytes).ok());
  const AlignedMemory memory(bytes);
  for (std::size_t layer = 1; layer <= 5; ++layer) {
    const std::vector<float> h = reference.layer(layer);
    const std::size_t units = h.size() / 15;
    LayerMoments expected;
    Arena scratch(memory.bytes());
    REQUIRE(layer_moments({h.data(), 15, units, units}, scratch, expected).ok());
    CAPTURE(layer);
    const LayerMoments& m = measured.layers[layer - 1];
    CHECK(m.q == close(expected.q, 2e-5));
    CHECK(m.sigma_y2 == close(expected.sigma_y2, 2e-5));
    CHECK(std::abs(m.sigma_mu2 - expected.sigma_mu2) < 2e-5 * m.q);
    if (layer <= 4) CHECK(std::abs(m.c - expected.c) < 2.0 / 400);
  }
}

TEST_CASE("panelsHaveTheCovarianceOfTheirFactor") {
  // 40000 units on 13 inputs: 91 covariances, each within five standard errors; false-alarm rate
  // 5e-5 for all of a target.
  constexpr std::size_t inputs = 13;
  constexpr std::uint32_t units = 40000 / gram_units * gram_units;
  std::mt19937_64 random(3);
  std::normal_distribution<double> normal;
  std::vector<double> lower(inputs * inputs);
  const std::size_t tiles = (inputs + factor_rows - 1) / factor_rows;
  std::vector<float> packed;
  for (std::size_t p = 0; p < inputs; ++p) {
    for (std::size_t k = 0; k <= p; ++k) lower[p * inputs + k] = static_cast<float>(normal(random));
  }
  for (std::size_t t = 0; t < tiles; ++t) {
    for (std::size_t k = 0; k < factor_rows * (t + 1); ++k) {
      for (std::size_t p = factor_rows * t; p < factor_rows * (t + 1); ++p) {
        packed.push_back(p < inputs && k <= p ? static_cast<float>(lower[p * inputs + k]) : 0.0F);
      }
    }
  }
  REQUIRE(packed.size() == factor_tile(tiles));
  const AlignedMemory memory(gram_panel_rows(inputs) * gram_units * sizeof(float));
  auto* const panel = reinterpret_cast<float*>(memory.bytes().data());
  for (const Target target : test::targets()) {
    CAPTURE(target_name(target));
    std::vector<double> sums(inputs * inputs);
    for (std::uint32_t first = 0; first < units; first += gram_units) {
      kernels_of(target).gram->draw(
          {normal_source({8, 1}, Stream::preactivations, 3), first, inputs, packed.data(), panel});
      for (std::size_t p = 0; p < inputs; ++p) {
        for (std::size_t r = 0; r <= p; ++r) {
          for (std::size_t i = 0; i < gram_units; ++i) {
            sums[p * inputs + r] +=
                static_cast<double>(panel[p * gram_units + i]) * panel[r * gram_units + i] / units;
          }
        }
      }
    }
    const auto covariance = [&](std::size_t p, std::size_t r) {
      double sum = 0.0;
      for (std::size_t k = 0; k <= std::min(p, r); ++k) {
        sum += lower[p * inputs + k] * lower[r * inputs + k];
      }
      return sum;
    };
    for (std::size_t p = 0; p < inputs; ++p) {
      for (std::size_t r = 0; r <= p; ++r) {
        const double expected = covariance(p, r);
        const double error =
            std::sqrt((covariance(p, p) * covariance(r, r) + expected * expected) / units);
        CHECK(std::abs(sums[p * inputs + r] - expected) < five_sigma * error);
      }
    }
  }
}

TEST_CASE("gramTargetsAgree") {
  const auto has_fma = [](Target target) {
#if defined(__aarch64__)
    if (target == Target::baseline) return true;
#endif
    return target == Target::avx2 || target == Target::avx512;
  };
  const auto same = [](const Run& x, const Run& y) {
    return x.guesses == y.guesses &&
           std::ranges::equal(x.layers, y.layers, [](const LayerMoments& m, const LayerMoments& n) {
             return m.q == n.q && m.c == n.c && m.sigma_mu2 == n.sigma_mu2 &&
                    m.sigma_y2 == n.sigma_y2;
           });
  };
  const std::vector<float> inputs = some_inputs(20, 45);
  for (const Activation& phi : activations()) {
    CAPTURE(phi.name);
    const Architecture a = network_of(&phi, 1.5, 0.1, 150, 6);
    const Run best = run(a, {2, 2}, inputs);
    for (const Target first : test::targets()) {
      const Run one = run(a, {2, 2}, inputs, first);
      for (std::size_t l = 0; l < one.layers.size(); ++l) {
        check_moments(one.layers[l], best.layers[l], 1e-4);
      }
      for (const Target second : test::targets()) {
        if (has_fma(first) == has_fma(second)) {
          CHECK(same(one, run(a, {2, 2}, inputs, second)));
        }
      }
    }
    CHECK_FALSE(same(best, run(a, {2, 3}, inputs)));
    CHECK_FALSE(same(best, run(a, {3, 2}, inputs)));
  }
}

namespace {

/// P(distance >= d) of two samples of one law; conservative for counts.
double two_sample_p_value(std::vector<double> a, std::vector<double> b) {
  std::ranges::sort(a);
  std::ranges::sort(b);
  return ks_p_value(ks_distance(a, b), a.size(), b.size());
}

/// What is compared of an ensemble: at the last hidden layer, and the fraction of class 0.
struct Sample {
  std::vector<double> log_gamma;
  std::vector<double> log_q;
  std::vector<double> g;

  void add(const Run& run) {
    const LayerMoments& m = run.layers[run.layers.size() - 2];
    log_gamma.push_back(std::log(std::max(m.gamma(), 1e-300)));
    log_q.push_back(std::log(std::max(m.q, 1e-300)));
    g.push_back(run.g());
  }
};

template <class Runner>
Sample sample(const Architecture& a, std::uint64_t seed, const std::vector<float>& inputs,
              std::uint32_t networks, Runner runner) {
  Sample sample;
  for (std::uint32_t network = 0; network < networks; ++network) {
    sample.add(runner(a, {seed, network}, inputs));
  }
  return sample;
}

double smallest_p_value(const Sample& a, const Sample& b) {
  return std::min({two_sample_p_value(a.log_gamma, b.log_gamma),
                   two_sample_p_value(a.log_q, b.log_q), two_sample_p_value(a.g, b.g)});
}

Run run_gram(const Architecture& a, Draw draw, const std::vector<float>& x) {
  return run(a, draw, x);
}

#if defined(__SANITIZE_ADDRESS__)
constexpr std::uint32_t networks_compared = 300;
#else
constexpr std::uint32_t networks_compared = 2000;
#endif

}  // namespace

TEST_CASE("gramNetworksHaveTheLawOfNetworksWithWeights") {
  // Kolmogorov-Smirnov on gamma and q of the last hidden layer and on G_0, 2000 networks each.
  // 19 ensembles, 57 comparisons, each refused at 2e-5: a false alarm for one seed in a thousand.
  const auto relu = [](double x) -> Jet { return {x > 0.0 ? x : 0.0, x > 0.0 ? 1.0 : 0.0, 0.0}; };
  const Activation user_relu = make_activation("user_relu", relu);
  struct Case {
    const char* name;
    Architecture architecture;
    std::size_t inputs;
  };
  std::vector<Case> cases{
      {"chaotic", network_of("tanh", 2.5, 0.1, 30, 20), 12},
      {"chaotic, wider", network_of("tanh", 2.5, 0.1, 64, 12), 20},
      {"critical, unbounded", network_of("relu", 2.0, 0.0, 30, 30), 12},
      {"chaotic, unbounded", network_of("relu", 2.5, 0.1, 24, 15), 9},
      {"critical", network_of("tanh", 1.7, 0.1, 24, 30), 12},
      {"ordered", network_of("tanh", 1.2, 0.3, 30, 6), 12},
      {"ordered, unbounded", network_of("relu", 1.2, 0.3, 30, 12), 12},
      {"ordered, depth 100", network_of("tanh", 1.9, 0.1, 64, 100), 12},
      {"two inputs", network_of("erf", 2.0, 0.1, 16, 10), 2},
      {"more inputs than units", network_of("relu", 2.0, 0.1, 10, 10), 25},
      {"kinks at 1", network_of("hard_tanh", 1.5, 0.1, 24, 15), 11},
      {"kink and bend", network_of("selu", 1.2, 0.1, 24, 15), 11},
      {"no symmetry", network_of("gelu", 2.1, 0.1, 24, 10), 11},
      {"one component", network_of("tanh", 2.5, 0.1, 24, 10, 1), 11},
      {"user's own", network_of(&user_relu, 2.0, 0.1, 24, 10), 11},
  };
  for (const BlockKind kind : {BlockKind::max_pool, BlockKind::average_pool}) {
    Architecture a = network_of("relu", 1.1, 0.1, 48, 8);
    a.init.block.kind = kind;
    a.init.block.pool = 3;
    cases.push_back({block_name(kind), a, 10});
  }
  for (const double keep : {0.95, 0.5}) {
    Architecture a = network_of("tanh", 2.0, 0.1, 24, 12);
    a.init.block.kind = BlockKind::dropout;
    a.init.block.keep = keep;
    cases.push_back({"dropout", a, 10});
  }
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const std::vector<float> x = some_inputs(c.architecture.input_width, c.inputs);
    const Sample gram = sample(c.architecture, 1, x, networks_compared, run_gram);
    const Sample dense = sample(c.architecture, 2, x, networks_compared, run_dense);
    CHECK(smallest_p_value(gram, dense) > 2e-5);
    if (networks_compared < 2000) continue;
    // The check can fail: a tenth more variance of the weights shows.
    Architecture wrong = c.architecture;
    wrong.init.sigma_w2 *= 1.1;
    CHECK(smallest_p_value(sample(wrong, 1, x, networks_compared, run_gram), dense) < 2e-5);
  }
}

namespace {

/// Networks with weights in double, plain loops and a generator of their own: in the ordered phase
/// they know differences that float32 does not.
Run run_double(const Architecture& a, Draw draw, const std::vector<float>& inputs) {
  std::mt19937_64 random(draw.seed * 1000003 + draw.network);
  std::normal_distribution<double> normal;
  const std::size_t count = inputs.size() / a.input_width;
  std::vector<double> x(inputs.begin(), inputs.end());
  std::size_t features = a.input_width;
  Run result;
  for (std::uint32_t layer = 1; layer <= a.depth + 1; ++layer) {
    const std::uint32_t units = layer > a.depth ? a.classes : a.width;
    const double scale = std::sqrt(a.init.sigma_w2 / static_cast<double>(features));
    std::vector<double> h(count * units);
    LayerMoments m;
    for (std::uint32_t i = 0; i < units; ++i) {
      std::vector<double> weights(features);
      for (double& w : weights) w = scale * normal(random);
      const double bias = std::sqrt(a.init.sigma_b2) * normal(random);
      double sum = 0.0;
      double squares = 0.0;
      for (std::size_t n = 0; n < count; ++n) {
        h[n * units + i] =
            std::inner_product(weights.begin(), weights.end(),
                               x.begin() + static_cast<std::ptrdiff_t>(n * features), bias);
        const double difference = h[n * units + i] - h[i];
        sum += difference;
        squares += difference * difference;
        m.q += h[n * units + i] * h[n * units + i];
      }
      const auto inputs_count = static_cast<double>(count);
      const double mean = h[i] + sum / inputs_count;
      m.sigma_mu2 += mean * mean;
      m.sigma_y2 += (squares - sum * sum / inputs_count) / (inputs_count - 1.0);
    }
    m.q /= static_cast<double>(count * units);
    m.sigma_y2 /= units;
    m.sigma_mu2 = m.sigma_mu2 / units - m.sigma_y2 / static_cast<double>(count);
    result.layers.push_back(m);
    if (layer > a.depth) {
      for (std::size_t n = 0; n < count; ++n) {
        result.guesses.push_back(h[n * units + 1] > h[n * units] ? 1 : 0);
      }
    }
    for (double& value : h) value = a.init.activation->value(value);
    x = h;
    features = units;
  }
  return result;
}

}  // namespace

TEST_CASE("deepInTheOrderedPhaseDifferencesHaveTheirLaw") {
  // 1 - c of about 1e-12, which float32 does not resolve and double does. Kolmogorov-Smirnov, 2000
  // networks each, 12 comparisons refused at 1e-4.
  const Architecture cases[] = {
      network_of("tanh", 1.2, 0.3, 16, 50), network_of("hard_tanh", 1.0, 0.5, 16, 50),
      network_of("softplus", 1.0, 0.3, 16, 24), network_of("tanh", 1.3, 0.1, 16, 100)};
  const std::vector<float> x = some_inputs(20, 7);
  for (const Architecture& a : cases) {
    CAPTURE(std::string(a.init.activation->name));
    const Sample gram = sample(a, 1, x, networks_compared, run_gram);
    const Sample plain = sample(a, 2, x, networks_compared, run_double);
    std::vector<double> sorted = plain.log_gamma;
    std::ranges::sort(sorted);
    CHECK(sorted[sorted.size() / 2] > std::log(1e10));
    CHECK(sorted.back() < std::log(1e26));  // differences of 1e-13, a hundred times the resolution
    CHECK(smallest_p_value(gram, plain) > 1e-4);
    if (networks_compared < 2000) continue;
    Architecture wrong = a;  // the check can fail
    wrong.init.sigma_w2 *= 1.05;
    CHECK(smallest_p_value(sample(wrong, 1, x, networks_compared, run_gram), plain) < 1e-4);
  }
}

TEST_CASE("nearlyEqualInputsSeparateInChaosAsTheyShould") {
  // Seven inputs within 1e-4 of each other's length and a smaller one far away, to which
  // differences are taken: chaos tears the seven apart, which takes some 25 layers. KS against
  // networks in double, 1e-4 each.
  std::vector<float> x = some_inputs(20, 8);
  for (std::size_t i = 0; i < 20; ++i) {
    x[i] *= 0.5F;
    for (std::size_t n = 2; n < 8; ++n) x[n * 20 + i] = x[20 + i] + 1e-4F * x[n * 20 + i];
  }
  std::vector<float> nearer = x;  // a third of the distances
  for (std::size_t n = 2; n < 8; ++n) {
    for (std::size_t i = 0; i < 20; ++i) nearer[n * 20 + i] -= (x[n * 20 + i] - x[20 + i]) / 1.5F;
  }
  for (const std::uint32_t depth : {16U, 20U}) {
    CAPTURE(depth);
    const Architecture a = network_of("tanh", 25.0, 0.1, 40, depth);
    const Sample gram = sample(a, 1, x, networks_compared, run_gram);
    const Sample plain = sample(a, 2, x, networks_compared, run_double);
    CHECK(smallest_p_value(gram, plain) > 1e-4);
    if (networks_compared < 2000) continue;
    const Sample other = sample(a, 1, nearer, networks_compared, run_gram);  // the check can fail
    CHECK(smallest_p_value(other, plain) < 1e-4);
  }
}

TEST_CASE("beyondTheResolutionOfDoubleDifferencesFollowTheory") {
  // The ordered phase at 1 - c = 1e-20 and 1e-59: the mean of sigma_y2 over networks tends to that
  // of infinite width, its spread to 0 as 1 / sqrt(width). Within five standard errors.
  const std::vector<float> x = some_inputs(20, 6);
  double spread_before = 0.0;
  const struct {
    std::uint32_t depth, width, networks;
  } cases[] = {{100, 1000, 200}, {100, 4000, 100}, {300, 4000, 100}};
  for (const auto& c : cases) {
    CAPTURE(c.depth);
    CAPTURE(c.width);
    const Architecture a = network_of("tanh", 1.2, 0.3, c.width, c.depth);
    const double expected = kernel_moments(a, x)[c.depth - 1].sigma_y2;
    CHECK(expected < (c.depth == 100 ? 1e-19 : 1e-58));
    std::vector<double> ratios;
    for (std::uint32_t network = 0; network < c.networks; ++network) {
      ratios.push_back(run(a, {4, network}, x).layers[c.depth - 1].sigma_y2 / expected);
    }
    const test::Moments m = test::moments_of(ratios);
    const double spread = std::sqrt(m.variance);
    CHECK(std::abs(m.mean - 1.0) < five_sigma * spread / std::sqrt(c.networks));
    CHECK(spread < (c.depth == 100 ? 16.0 : 30.0) / std::sqrt(c.width));
    if (c.depth == 100 && c.width == 4000) {
      CHECK(spread_before / spread > 1.4);  // 2 but for a standard error of 0.2
    }
    spread_before = spread;
  }
}

TEST_CASE("momentsTendToThoseOfInfiniteWidthAsOneOverWidth") {
  // Means over networks of q and sigma_mu2, relative to the kernel of the same inputs: within five
  // standard errors and the stated multiple of 1 / width.
  const std::vector<float> x = some_inputs(20, 12);
  const struct {
    const char* name;
    double sigma_w2, sigma_b2;
    std::uint32_t depth;
    double correction;
  } cases[] = {{"tanh", 2.5, 0.1, 10, 4.0}, {"relu", 2.0, 0.1, 8, 4.0}, {"erf", 1.1, 0.3, 10, 4.0}};
  for (const auto& c : cases) {
    CAPTURE(std::string(c.name));
    for (const std::uint32_t width : {20U, 80U, 320U}) {
      CAPTURE(width);
      const Architecture a = network_of(c.name, c.sigma_w2, c.sigma_b2, width, c.depth);
      const std::vector<KernelMoments> expected = kernel_moments(a, x);
      std::vector<std::vector<double>> q(c.depth);
      std::vector<std::vector<double>> drift(c.depth);
      for (std::uint32_t network = 0; network < 60000 / width; ++network) {
        const Run measured = run(a, {9, network}, x);
        for (std::uint32_t l = 0; l < c.depth; ++l) {
          q[l].push_back(measured.layers[l].q / expected[l].q);
          drift[l].push_back((measured.layers[l].sigma_mu2 - expected[l].sigma_mu2) /
                             expected[l].q);
        }
      }
      for (std::uint32_t l = 0; l < c.depth; ++l) {
        CAPTURE(l + 1);
        const double count = 60000 / width;
        const test::Moments of_q = test::moments_of(q[l]);
        const test::Moments of_drift = test::moments_of(drift[l]);
        const double known = c.correction / width;
        CHECK(std::abs(of_q.mean - 1.0) < five_sigma * std::sqrt(of_q.variance / count) + known);
        CHECK(std::abs(of_drift.mean) < five_sigma * std::sqrt(of_drift.variance / count) + known);
      }
    }
  }
}

TEST_CASE("wideGramNetworksGuessAsInfinitelyWideOnes") {
  // G_0 of 1500 networks of width 2000 and of as many draws of the Gaussian process of the same
  // inputs, at the 1e-3 level.
  const std::vector<float> x = some_inputs(20, 20);
  constexpr std::uint32_t networks = 1500;
  for (const char* name : {"tanh", "relu"}) {
    CAPTURE(std::string(name));
    const Architecture a = network_of(name, 2.0, 0.1, 2000, 3);
    std::size_t bytes = 0;
    REQUIRE(KernelRecursion::bytes(a.init, 20, bytes).ok());
    const AlignedMemory kernel_memory(bytes);
    Arena arena(kernel_memory.bytes());
    KernelRecursion kernel;
    REQUIRE(kernel.begin(a.init, x, 20, arena).ok());
    while (kernel.layer() <= a.depth) REQUIRE(kernel.step().ok());
    REQUIRE(GaussianProcess::bytes(20, bytes).ok());
    const AlignedMemory process_memory(bytes);
    Arena process_arena(process_memory.bytes());
    GaussianProcess process;
    REQUIRE(process.begin(kernel, process_arena).ok());
    while (!process.done()) REQUIRE(process.step().ok());
    REQUIRE(GaussianProcess::sample_bytes(20, bytes).ok());
    const AlignedMemory scratch(bytes);

    std::vector<double> finite;
    std::vector<double> infinite;
    for (std::uint32_t network = 0; network < networks; ++network) {
      finite.push_back(run(a, {1, network}, x).g());
      std::vector<std::uint16_t> guesses(20);
      Arena taken(scratch.bytes());
      REQUIRE(process.guess_classes({2, network}, 2, guesses, taken).ok());
      infinite.push_back(static_cast<double>(std::ranges::count(guesses, 0)) / 20.0);
    }
    CHECK(two_sample_p_value(finite, infinite) > 1e-3);
  }
}

TEST_CASE("collinearInputsStayCollinearUnderRelu") {
  // phi(t h) = t phi(h): h_a = t_a h_0 in every unit, so that gamma is that of the factors t and
  // never moves, while their Gram matrix has rank 1.
  constexpr std::size_t count = 9;
  std::vector<float> x(count * 20);
  REQUIRE(gaussian_inputs(3, 20, std::span(x).first(20)).ok());
  double mean = 0.0;
  double square = 0.0;
  for (std::size_t n = count; n-- > 0;) {
    const float t = 1.0F + static_cast<float>((n * 4) % count) / 8.0F;
    for (std::size_t i = 0; i < 20; ++i) x[n * 20 + i] = t * x[i];
    mean += t / count;
    square += t * t / (count - 1.0);
  }
  const double variance = square - count * mean * mean / (count - 1.0);
  const double gamma = (mean * mean - variance / count) / variance;
  for (const char* name : {"relu", "linear", "leaky_relu"}) {
    CAPTURE(std::string(name));
    const Run measured = run(network_of(name, 2.0, 0.0, 50, 40), {1, 1}, x);
    for (const LayerMoments& m : measured.layers) {
      CHECK(m.gamma() == close(gamma, 1e-5));
      CHECK(m.c == close(1.0, 1e-5));
    }
    CHECK(std::ranges::count(measured.guesses, measured.guesses[0]) == count);
  }
}

TEST_CASE("equalInputsStayEqual") {
  for (const Target target : test::targets()) {
    const std::pair<const char*, double> cases[] = {{"relu", 2.5}, {"tanh", 25.0}, {"gelu", 2.5}};
    for (const auto& [name, sigma_w2] : cases) {
      CAPTURE(std::string(name));
      const Architecture a = network_of(name, sigma_w2, 0.1, 40, 60);
      // Inputs twice, in an order that separates the copies: chaos would tear them apart if they
      // differed by a rounding.
      const std::vector<float> once = some_inputs(20, 11);
      std::vector<float> twice = once;
      twice.insert(twice.end(), once.begin(), once.end());
      const Run measured = run(a, {1, 4}, twice, target);
      for (std::size_t n = 0; n < 11; ++n) {
        CHECK(measured.guesses[n] == measured.guesses[n + 11]);
      }
      // The law is that of the inputs once: their means over inputs, and spreads but for the
      // divisor, are those of a network whose normals differ.
      std::vector<float> same;
      for (int n = 0; n < 5; ++n) same.insert(same.end(), once.begin(), once.begin() + 20);
      const Run one = run(a, {1, 4}, same, target);
      for (const LayerMoments& m : one.layers) {
        CHECK(m.sigma_y2 == 0.0);
        CHECK(m.sigma_mu2 == close(m.q, 1e-14));
        CHECK(std::isinf(m.gamma()));
        CHECK(m.c == close(1.0, 1e-6));
      }
    }
  }
}

TEST_CASE("copiesOfInputsChangeNothingForTheOthers") {
  // Sums over inputs, once and twice: KS on gamma, 2000 networks each, refused at 1e-4.
  const Architecture a = network_of("tanh", 2.5, 0.1, 24, 12);
  const std::vector<float> once = some_inputs(20, 6);
  std::vector<float> twice = once;
  twice.insert(twice.end(), once.begin(), once.end());
  const Sample single = sample(a, 1, once, networks_compared, run_gram);
  Sample doubled = sample(a, 2, twice, networks_compared, run_gram);
  // sigma_y2 has 11 in its denominator for 12 inputs, 5 for 6; sigma_mu2 is corrected likewise.
  for (double& value : doubled.log_gamma) {
    const double gamma = std::exp(value);
    const double mean_square = gamma + 1.0 / 12.0;  // in units of sigma_y2
    const double variance = 11.0 / 12.0 * 6.0 / 5.0;
    value = std::log(std::max(mean_square / variance - 1.0 / 6.0, 1e-300));
  }
  CHECK(smallest_p_value(single, doubled) > 1e-4);
}

TEST_CASE("planesOfInputsHaveTheLawOfNetworksWithWeights") {
  // 36 inputs in two dimensions: the first Gram matrix has rank 2, those to follow are nearly
  // singular.
  std::vector<float> x(36 * 20);
  REQUIRE(plane_inputs(5, 20, 6, 2.0, x).ok());
  for (const char* name : {"tanh", "relu"}) {
    const Architecture a = network_of(name, 2.5, 0.1, 20, 8);
    const Sample gram = sample(a, 1, x, networks_compared, run_gram);
    const Sample dense = sample(a, 2, x, networks_compared, run_dense);
    CHECK(smallest_p_value(gram, dense) > 1e-4);
  }
}

TEST_CASE("vanishingAndExplodingReluKeepsItsDirection") {
  // Homogeneous phi without biases: sigma_w2 scales q by its power and leaves gamma and guesses.
  const std::vector<float> x = some_inputs(20, 10);
  const Run critical = run(network_of("relu", 2.0, 0.0, 60, 300), {1, 1}, x);
  for (const double factor : {0.125, 0.01, 5.0}) {
    CAPTURE(factor);
    const Run scaled = run(network_of("relu", 2.0 * factor, 0.0, 60, 300), {1, 1}, x);
    CHECK(scaled.guesses == critical.guesses);
    for (std::size_t l = 0; l < 301; ++l) {
      const double power = static_cast<double>(l + 1) * std::log2(factor);
      if (std::abs(power) > 900.0) break;
      CHECK(scaled.layers[l].gamma() == close(critical.layers[l].gamma(), 1e-3));
      CHECK(std::log2(scaled.layers[l].q / critical.layers[l].q) == close(power, 1e-4));
    }
  }
}

TEST_CASE("differencesVanishQuietlyBeyondTheRangeOfDouble") {
  const std::vector<float> x = some_inputs(20, 5);
  const Run measured = run(network_of("tanh", 1.0, 0.5, 30, 3000), {1, 1}, x);
  double before = std::numeric_limits<double>::infinity();
  for (const LayerMoments& m : measured.layers) {
    CHECK(m.q > 0.1);
    CHECK(m.q < 10.0);
    CHECK(m.sigma_mu2 > 0.0);
    CHECK(m.sigma_y2 >= 0.0);
    CHECK(m.sigma_y2 < before * 10.0);
    CHECK(std::abs(m.c - 1.0) < (m.sigma_y2 < 1e-9 ? 1e-5 : 2.0));
    before = std::max(m.sigma_y2, std::numeric_limits<double>::min());
  }
  CHECK(measured.layers.back().sigma_y2 == 0.0);
  CHECK(std::isinf(measured.layers.back().gamma()));
}

TEST_CASE("aNetworkThatDiesSaysSo") {
  // One unit of ReLU a layer is negative for all inputs sooner or later.
  const Run measured = run(network_of("relu", 2.0, 0.0, 1, 40), {1, 1}, some_inputs(20, 4));
  const LayerMoments& m = measured.layers[38];
  CHECK(m.q == 0.0);
  CHECK(m.sigma_mu2 == 0.0);
  CHECK(m.sigma_y2 == 0.0);
  CHECK(std::isnan(m.c));
}

TEST_CASE("overflowOfGramNetworksNamesTheLayer") {
  const std::vector<float> x = some_inputs(20, 4);
  const auto last_layer = [&](const Architecture& a) {
    const AlignedMemory memory(bytes_of(a, 4));
    Arena arena(memory.bytes());
    GramNetwork network;
    REQUIRE(network.begin(a, {1, 1}, x, arena).ok());
    Status status;
    while (status.ok() && !network.done()) status = network.step();
    CHECK(status.code == StatusCode::non_finite);
    CHECK(status.value == network.layer() + 1);
    CHECK(network.step().code == StatusCode::finished);
    return static_cast<double>(network.layer());
  };
  // q grows by 5e5 a layer: 1e74 at 13, 1e308 at 54.
  CHECK(last_layer(network_of("gelu", 1e6, 0.0, 50, 200)) == close(12.5, 0.1));
  CHECK(last_layer(network_of("relu", 1e6, 0.0, 50, 200)) == close(54, 0.05));
  std::vector<float> bad = x;
  bad[25] = NAN;
  const Architecture a = network_of("tanh", 1.0, 0.0, 5, 5);
  const AlignedMemory memory(bytes_of(a, 4));
  Arena arena(memory.bytes());
  GramNetwork network;
  const Status status = network.begin(a, {1, 1}, bad, arena);
  CHECK(status.code == StatusCode::non_finite);
  CHECK(status.value == 0.0);
}

TEST_CASE("gramMemoryIsThatOfTheInputsAlone") {
  const Architecture wide = network_of("relu", 2.0, 0.0, 100000, 3, 100000);
  CHECK(bytes_of(wide, 100) < std::size_t{1} << 20);
  CHECK(bytes_of(wide, 100) == bytes_of(network_of("relu", 2.0, 0.0, 1, 1, 1), 100));
  CHECK(bytes_of(wide, 1000) < 10.5 * 1000 * 1000 + 1.6e6);

  const Architecture a = network_of("tanh", 1.5, 0.1, 10, 3);
  const std::vector<float> x = some_inputs(20, 7);
  const std::size_t bytes = bytes_of(a, 7);
  const AlignedMemory memory(bytes);
  GramNetwork network;
  for (std::size_t size = 0; size < bytes; size += 61) {
    Arena arena(memory.bytes().first(size));
    CHECK(network.begin(a, {}, x, arena).code == StatusCode::buffer_too_small);
    CHECK(network.step().code == StatusCode::finished);
  }
  Arena one_less(memory.bytes().first(bytes - 1));
  CHECK(network.begin(a, {}, x, one_less).code == StatusCode::buffer_too_small);
  Arena shifted(memory.bytes().subspan(1));
  CHECK(network.begin(a, {}, x, shifted).code == StatusCode::misaligned);
  Arena exact(memory.bytes());
  CHECK(network.begin(a, {}, x, exact).ok());
}

TEST_CASE("gramNetworkRefusesByName") {
  std::size_t bytes = 0;
  const Architecture good = network_of("tanh", 1.5, 0.1, 12, 3);
  const auto refused = [&](auto change, std::size_t inputs = 5) {
    Architecture a = good;
    change(a);
    const Status status = GramNetwork::bytes(a, inputs, bytes);
    CHECK_FALSE(status.ok());
    return std::string(status.parameter);
  };
  for (const BlockKind kind :
       {BlockKind::residual_scaled, BlockKind::residual, BlockKind::residual_after,
        BlockKind::layer_norm_before, BlockKind::layer_norm_after, BlockKind::batch_norm_before,
        BlockKind::batch_norm_after, BlockKind::convolution, BlockKind::delta_orthogonal}) {
    CHECK(refused([&](Architecture& a) { a.init.block.kind = kind; }) == "block");
  }
  for (const WeightLaw law : {WeightLaw::uniform, WeightLaw::orthogonal}) {
    CHECK(refused([&](Architecture& a) { a.init.weights = law; }) == "weights");
  }
  CHECK(refused([](Architecture& a) { a.width = 0; }) == "width");
  CHECK(refused([](Architecture& a) { a.init.sigma_w2 = NAN; }) == "sigma_w2");
  CHECK(refused([](Architecture&) {}, 1) == "inputs");
  CHECK(refused([](Architecture&) {}, std::size_t{gram_inputs_max} + 1) == "inputs");
  if (sizeof(std::size_t) == 8) CHECK(GramNetwork::bytes(good, gram_inputs_max, bytes).ok());
  GramNetwork network;
  const AlignedMemory memory(bytes_of(good, 5));
  Arena arena(memory.bytes());
  CHECK(network.begin(good, {}, some_inputs(20, 1), arena).code == StatusCode::out_of_range);
  CHECK(network.step().code == StatusCode::finished);
}

TEST_CASE("aPhiOfTheUsersOwnIsTheBuiltInOne") {
  // The same tanh and ReLU by other code, in double: also where differences are tiny.
  const auto tanh = [](double x) -> Jet {
    const double t = std::tanh(x);
    return {t, 1.0 - t * t, -2.0 * t * (1.0 - t * t)};
  };
  const auto relu = [](double x) -> Jet { return {x > 0.0 ? x : 0.0, x > 0.0 ? 1.0 : 0.0, 0.0}; };
  constexpr double kink[] = {0.0};
  const Activation own_tanh = make_activation("own_tanh", tanh);
  const Activation own_relu = make_activation("own_relu", relu, kink);
  const struct {
    const char* name;
    const Activation* own;
    double sigma_w2;
    double sigma_b2;
  } cases[] = {{"tanh", &own_tanh, 1.2, 0.3}, {"relu", &own_relu, 1.0, 0.3}};
  const std::vector<float> x = some_inputs(20, 8);
  for (const auto& c : cases) {
    CAPTURE(std::string(c.name));
    const Run built_in = run(network_of(c.name, c.sigma_w2, c.sigma_b2, 60, 150), {1, 1}, x);
    const Run own = run(network_of(c.own, c.sigma_w2, c.sigma_b2, 60, 150), {1, 1}, x);
    CHECK(built_in.layers[149].gamma() > 1e20);
    CHECK(own.guesses == built_in.guesses);
    for (std::size_t l = 0; l < 151; ++l) {
      CAPTURE(l + 1);
      CHECK(own.layers[l].gamma() == close(built_in.layers[l].gamma(), 2e-4));
      CHECK(own.layers[l].q == close(built_in.layers[l].q, 1e-5));
    }
  }
}
