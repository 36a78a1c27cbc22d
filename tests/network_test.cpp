// Random networks against a plain reference in double that shares nothing but the random numbers.
#include "igb/network.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>
#include <vector>

#include "features.hpp"
#include "kernels.hpp"
#include "support/architectures.hpp"
#include "support/reference_network.hpp"
#include "support/samples.hpp"
#include "weights.hpp"

using namespace igb;

namespace {

Architecture architecture(const char* activation, std::uint32_t input_width, std::uint32_t width,
                          std::uint32_t depth, std::uint32_t classes) {
  return {{find_activation(activation), 1.7, 0.3}, input_width, width, depth, classes};
}

/// All layers of one run, pre-activations as [inputs, units].
std::vector<std::vector<float>> run(const Architecture& a, Draw draw,
                                    const std::vector<float>& inputs,
                                    Target target = Target::best) {
  std::size_t bytes = 0;
  const std::size_t positions = positions_of(a.init.block);
  REQUIRE(Forward::bytes(a, inputs.size() / a.input_width / positions, bytes).ok());
  const test::AlignedMemory memory(bytes);
  Arena arena(memory.bytes());
  Forward forward;
  REQUIRE(forward.begin(a, draw, inputs, arena, target).ok());
  CHECK(arena.used() == bytes);
  std::vector<std::vector<float>> layers;
  while (!forward.done()) {
    REQUIRE(forward.step().ok());
    const LayerView view = forward.preactivations();
    std::vector<float> layer;
    for (std::size_t r = 0; r < view.rows(); ++r) {
      const auto row = view.row(r / view.positions, r % view.positions);
      layer.insert(layer.end(), row.begin(), row.end());
    }
    layers.push_back(layer);
  }
  return layers;
}

/// The same in double, as the definitions read.
std::vector<std::vector<double>> reference(const Architecture& a, Draw draw,
                                           const std::vector<float>& inputs) {
  std::vector<std::vector<double>> layers;
  for (const auto& rows : test::ReferenceNetwork(a, draw).run(inputs)) {
    std::vector<double>& layer = layers.emplace_back();
    for (const auto& row : rows) layer.insert(layer.end(), row.begin(), row.end());
  }
  return layers;
}

/// float32 sums of up to some hundred products: 2e-5 of the layer's spread, more below many layers.
void check_close(const std::vector<std::vector<float>>& measured,
                 const std::vector<std::vector<double>>& expected, double tolerance = 2e-5) {
  REQUIRE(measured.size() == expected.size());
  for (std::size_t l = 0; l < measured.size(); ++l) {
    CAPTURE(l);
    REQUIRE(measured[l].size() == expected[l].size());
    for (std::size_t i = 0; i < measured[l].size(); ++i) {
      REQUIRE(std::abs(measured[l][i] - expected[l][i]) <
              tolerance * (1.0 + std::abs(expected[l][i])));
    }
  }
}

std::vector<float> some_inputs(std::uint32_t width, std::size_t count) {
  std::vector<float> inputs(count * width);
  REQUIRE(gaussian_inputs(77, width, inputs).ok());
  return inputs;
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return std::ranges::equal(a, b, [](float x, float y) {
    return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y);
  });
}

}  // namespace

TEST_CASE("forwardEqualsAPlainReferenceForAllShapesAndTargets") {
  const struct {
    std::uint32_t input_width, width, depth, classes, inputs;
  } shapes[] = {{1, 1, 1, 2, 1},     {3, 17, 2, 3, 5},    {255, 33, 3, 2, 7},
                {256, 64, 2, 10, 6}, {257, 31, 2, 2, 13}, {700, 300, 2, 5, 25}};
  for (const Target target : test::targets()) {
    CAPTURE(target_name(target));
    for (const Activation& phi : activations()) {
      CAPTURE(phi.name);
      for (const auto& shape : shapes) {
        CAPTURE(shape.width);
        const Architecture a =
            architecture(phi.name, shape.input_width, shape.width, shape.depth, shape.classes);
        const auto inputs = some_inputs(shape.input_width, shape.inputs);
        check_close(run(a, {5, 6}, inputs, target), reference(a, {5, 6}, inputs));
      }
    }
  }
}

namespace {

std::vector<float> inputs_of(const Architecture& a, std::size_t count) {
  return some_inputs(a.input_width, count * positions_of(a.init.block));
}

}  // namespace

TEST_CASE("everyBlockEqualsAPlainReference") {
  for (const Architecture& a : test::every_block()) {
    CAPTURE(block_name(a.init.block.kind));
    CAPTURE(a.init.block.taps);
    const auto inputs = inputs_of(a, 5);
    const auto expected = reference(a, {5, 6}, inputs);
    for (const Target target : test::targets()) {
      check_close(run(a, {5, 6}, inputs, target), expected, 1e-4);
    }
  }
}

TEST_CASE("everyLawOfWeightsEqualsAPlainReference") {
  for (const WeightLaw law : {WeightLaw::uniform, WeightLaw::orthogonal}) {
    for (Architecture a : test::every_block()) {
      if (a.init.block.kind == BlockKind::convolution && law == WeightLaw::orthogonal) continue;
      CAPTURE(block_name(a.init.block.kind));
      a.init.weights = law;
      const auto inputs = inputs_of(a, 3);
      check_close(run(a, {5, 6}, inputs), reference(a, {5, 6}, inputs), 1e-4);
    }
  }
  // wider and narrower than what they see
  for (const std::uint32_t width : {1U, 5U, 40U}) {
    Architecture a = architecture("tanh", 17, width, 2, 7);
    a.init.weights = WeightLaw::orthogonal;
    const auto inputs = some_inputs(17, 6);
    check_close(run(a, {5, 6}, inputs), reference(a, {5, 6}, inputs));
  }
}

TEST_CASE("orthogonalWeightsKeepLengthsAndAngles") {
  Architecture a{{find_activation("linear"), 2.25, 0.0}, 30, 30, 20, 2};
  a.init.weights = WeightLaw::orthogonal;
  const auto inputs = some_inputs(30, 3);
  const auto layers = run(a, {8, 0}, inputs);
  const auto dot = [](std::span<const float> x, std::size_t i, std::size_t j) {
    double sum = 0.0;
    for (std::size_t k = 0; k < 30; ++k) sum += static_cast<double>(x[i * 30 + k]) * x[j * 30 + k];
    return sum;
  };
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      const double scale = std::pow(2.25, 20) * std::sqrt(dot(inputs, i, i) * dot(inputs, j, j));
      CHECK(std::abs(dot(layers[19], i, j) - std::pow(2.25, 20) * dot(inputs, i, j)) <
            1e-5 * scale);
    }
  }
}

TEST_CASE("orthogonalWeightsOfTinyInputsHaveTheBitsOfLargeOnes") {
  // Of inputs times a power of two, outputs times that power, down to the smallest normal number,
  // though their coordinates on the way are smaller than that.
  constexpr std::size_t in_units = 40;
  constexpr std::size_t out_units = 23;
  constexpr std::size_t count = 5;
  const std::size_t stride = row_stride(in_units);
  const test::AlignedMemory memory(2 * count * stride * sizeof(float));
  Arena arena(memory.bytes());
  const WeightScratch scratch{.tile = {},
                              .rows = arena.take<float>(count, stride),
                              .direction = arena.take<float>(in_units)};
  for (const Target target : test::targets()) {
    CAPTURE(target_name(target));
    for (const bool transposed : {false, true}) {
      CAPTURE(transposed);
      const Weights weights{.draw = {3, 0},
                            .layer = 2,
                            .law = WeightLaw::orthogonal,
                            .sigma_w2 = 0x1p60,
                            .sigma_b2 = 0.0,
                            .in_units = in_units,
                            .out_units = out_units};
      const auto outputs = [&](float scale) {
        std::vector<float> in(count * in_units);
        for (std::size_t i = 0; i < in.size(); ++i) {  // of sizes between scale and 2 scale
          const float size = scale * (1.0F + static_cast<float>(i * 37 % 101) / 128.0F);
          in[i] = i * 61 % 7 < 3 ? -size : size;
        }
        std::vector<float> out(count * in_units);
        const Kernels& kernels = kernels_of(target);
        const std::size_t from = transposed ? out_units : in_units;
        const std::size_t to = transposed ? in_units : out_units;
        const ConstRows in_rows{in.data(), count, from, in_units};
        const Rows out_rows{out.data(), count, to, in_units};
        transposed ? multiply_transposed(weights, kernels, scratch, in_rows, nullptr, out_rows)
                   : multiply(weights, kernels, scratch, in_rows, nullptr, out_rows);
        return out;
      };
      const std::vector<float> large = outputs(1.0F);
      for (const float scale : {0x1p-80F, 0x1p-95F, 0x1p-110F, 0x1p-126F}) {
        CAPTURE(scale);
        const std::vector<float> tiny = outputs(scale);
        for (std::size_t i = 0; i < large.size(); ++i) REQUIRE(tiny[i] == large[i] * scale);
      }
    }
  }
}

TEST_CASE("orthogonalNetworksVanishQuietly") {
  // Signals fall by 2^-1 a layer, past the smallest normal number, and are 0 in the end.
  Architecture a{{find_activation("linear"), 0.25, 0.0}, 30, 30, 160, 2};
  a.init.weights = WeightLaw::orthogonal;
  const auto layers = run(a, {8, 0}, some_inputs(30, 3));
  const auto subnormal = [](float x) { return std::fpclassify(x) == FP_SUBNORMAL; };
  for (const auto& layer : layers) CHECK(std::none_of(layer.begin(), layer.end(), subnormal));
  CHECK(layers.back() == std::vector<float>(layers.back().size()));
}

TEST_CASE("orthogonalWeightsAreUniformlyRandom") {
  // Haar measure on O(4): E[tr Q] = 0, E[(tr Q)^2] = 1, E[Q_ij^4] = 3 / (4 * 6), E[Q_00 Q_11] = 0.
  constexpr std::size_t side = 4;
  constexpr std::uint32_t networks = 20000;
  Architecture a{{find_activation("linear"), 1.0, 0.0}, side, side, 1, 2};
  a.init.weights = WeightLaw::orthogonal;
  std::vector<float> identity(side * side, 0.0F);
  for (std::size_t i = 0; i < side; ++i) identity[i * side + i] = 1.0F;
  std::vector<double> traces;
  std::vector<double> squares;
  std::vector<double> fourth;
  std::vector<double> corner;
  for (std::uint32_t n = 0; n < networks; ++n) {
    const std::vector<float> q = run(a, {4, n}, identity).front();
    double trace = 0.0;
    double powers = 0.0;
    for (std::size_t i = 0; i < side; ++i) trace += q[i * side + i];
    for (const float entry : q) powers += std::pow(entry, 4) / 16.0;
    traces.push_back(trace);
    squares.push_back(trace * trace);
    fourth.push_back(powers);
    corner.push_back(static_cast<double>(q[0]) * q[5]);
  }
  const auto check_mean = [](const std::vector<double>& sample, double mean) {
    const auto moments = test::moments_of(sample);
    CHECK(std::abs(moments.mean - mean) <
          test::five_sigma * std::sqrt(moments.variance / static_cast<double>(sample.size())));
  };
  check_mean(traces, 0.0);
  check_mean(squares, 1.0);
  check_mean(fourth, 3.0 / 24.0);
  check_mean(corner, 0.0);
}

TEST_CASE("bytesOfEveryBlockAreExact") {
  for (const Architecture& a : test::every_block()) {
    CAPTURE(block_name(a.init.block.kind));
    const auto inputs = inputs_of(a, 4);
    std::size_t bytes = 0;
    REQUIRE(Forward::bytes(a, 4, bytes).ok());
    const test::AlignedMemory memory(bytes);
    Forward forward;
    Arena one_less(memory.bytes().first(bytes - 1));
    CHECK(forward.begin(a, {}, inputs, one_less).code == StatusCode::buffer_too_small);
    Arena exact(memory.bytes());
    CHECK(forward.begin(a, {}, inputs, exact).ok());
  }
}

TEST_CASE("combinationsThatDoNotGoTogetherAreRefusedByName") {
  const auto refused = [](StatusCode code, auto change) {
    Architecture a{{find_activation("tanh"), 1.7, 0.3}, 9, 12, 4, 3};
    change(a);
    std::size_t bytes = 0;
    const Status status = Forward::bytes(a, 2, bytes);
    CHECK(status.code == code);
    return std::string(status.parameter);
  };
  using enum StatusCode;
  CHECK(refused(out_of_range, [](Architecture& a) {
          a.init.block.kind = BlockKind::max_pool;
          a.init.block.pool = 5;
        }) == "width (a multiple of pool)");
  CHECK(refused(unknown_name, [](Architecture& a) {
          a.init.block.kind = BlockKind::max_pool;
          a.init.block.pool_width = static_cast<PoolWidth>(2);
        }) == "pool_width");
  CHECK(refused(unknown_name,
                [](Architecture& a) { a.init.weights = static_cast<WeightLaw>(3); }) == "weights");
  CHECK(refused(unknown_name, [](Architecture& a) {
          a.init.block.kind = BlockKind::convolution;
          a.init.weights = WeightLaw::orthogonal;
        }) == "weights");
  CHECK(refused(out_of_range, [](Architecture& a) {
          a.init.block.kind = BlockKind::residual_scaled;
          a.classes = 13;
        }) == "classes");
  CHECK(refused(out_of_range, [](Architecture& a) {
          a.init.block.kind = BlockKind::convolution;
          a.init.block.side = 0;
        }) == "side");
  CHECK(refused(out_of_range, [](Architecture& a) {
          a.init.block.kind = BlockKind::convolution;
          a.init.block.dimensions = 3;
        }) == "dimensions");
  CHECK(refused(overflow, [](Architecture& a) {
          a.init.block.kind = BlockKind::convolution;
          a.init.block.dimensions = 2;
          a.init.block.taps = 1023;
          a.width = 1U << 12;
        }) == "width");

  Architecture alone{{find_activation("tanh"), 1.7, 0.3}, 9, 12, 4, 3};
  alone.init.block.kind = BlockKind::batch_norm_before;
  std::size_t bytes = 0;
  CHECK(Forward::bytes(alone, 1, bytes).code == out_of_range);
}

TEST_CASE("targetsWithEqualRoundingGiveEqualBits") {
  const auto has_fma = [](Target target) {
#if defined(__aarch64__)
    if (target == Target::baseline) return true;
#endif
    return target == Target::avx2 || target == Target::avx512;
  };
  const auto inputs = some_inputs(300, 20);
  for (const Activation& phi : activations()) {
    CAPTURE(phi.name);
    const Architecture a = architecture(phi.name, 300, 77, 4, 3);
    for (const Target first : test::targets()) {
      for (const Target second : test::targets()) {
        if (has_fma(first) != has_fma(second)) continue;
        const auto x = run(a, {1, 1}, inputs, first);
        const auto y = run(a, {1, 1}, inputs, second);
        for (std::size_t l = 0; l < x.size(); ++l) CHECK(same_bits(x[l], y[l]));
      }
    }
  }
}

TEST_CASE("anInputGivesTheSameBitsAloneAndInABatch") {
  const Architecture a = architecture("tanh", 40, 50, 3, 4);
  const auto inputs = some_inputs(40, 17);
  for (const Target target : test::targets()) {
    const auto batch = run(a, {9, 0}, inputs, target);
    for (std::size_t n = 0; n < 17; ++n) {
      const std::vector<float> one(inputs.begin() + static_cast<std::ptrdiff_t>(n * 40),
                                   inputs.begin() + static_cast<std::ptrdiff_t>(n * 40 + 40));
      const auto alone = run(a, {9, 0}, one, target);
      for (std::size_t l = 0; l < batch.size(); ++l) {
        const std::size_t units = alone[l].size();
        const auto start = batch[l].begin() + static_cast<std::ptrdiff_t>(n * units);
        REQUIRE(std::equal(alone[l].begin(), alone[l].end(), start));
      }
    }
  }
}

TEST_CASE("movingSigmaMorphsTheSameNetwork") {
  // A linear network without biases is a fixed matrix times sigma_w^(depth + 1).
  Architecture a{{find_activation("linear"), 1.0, 0.0}, 30, 40, 3, 2};
  const auto inputs = some_inputs(30, 4);
  const auto at_one = run(a, {3, 0}, inputs).back();
  a.init.sigma_w2 = 4.0;
  const auto at_four = run(a, {3, 0}, inputs).back();
  for (std::size_t i = 0; i < at_one.size(); ++i) CHECK(at_four[i] == 16.0F * at_one[i]);
}

TEST_CASE("networksOfOneEnsembleDiffer") {
  const Architecture a = architecture("relu", 30, 40, 3, 2);
  const auto inputs = some_inputs(30, 4);
  const auto first = run(a, {3, 0}, inputs);
  for (const Draw other : {Draw{3, 1}, Draw{4, 0}}) {
    const auto second = run(a, other, inputs);
    for (std::size_t l = 0; l < first.size(); ++l) CHECK(!same_bits(first[l], second[l]));
  }
}

TEST_CASE("beginRefusesShortAndMisalignedMemory") {
  const Architecture a = architecture("tanh", 5, 37, 2, 2);
  const auto inputs = some_inputs(5, 3);
  std::size_t bytes = 0;
  REQUIRE(Forward::bytes(a, 3, bytes).ok());
  const test::AlignedMemory memory(bytes);
  Forward forward;
  for (std::size_t size = 0; size < bytes; size += size < 300 ? 1 : 997) {
    Arena arena(memory.bytes().first(size));
    CHECK(forward.begin(a, {}, inputs, arena).code == StatusCode::buffer_too_small);
    CHECK(forward.step().code == StatusCode::finished);
  }
  Arena one_less(memory.bytes().first(bytes - 1));
  CHECK(forward.begin(a, {}, inputs, one_less).code == StatusCode::buffer_too_small);
  Arena shifted(memory.bytes().subspan(1));
  CHECK(forward.begin(a, {}, inputs, shifted).code == StatusCode::misaligned);
  Arena exact(memory.bytes());
  CHECK(forward.begin(a, {}, inputs, exact).ok());
}

TEST_CASE("bytesRefusesSizesBeyondTheAddressSpace") {
  std::size_t bytes = 0;
  const Architecture widest{{find_activation("tanh"), 1.0, 0.0}, 1, width_max, 1, 2};
  const Status status = Forward::bytes(widest, inputs_max, bytes);
  if (sizeof(std::size_t) == 8) {
    CHECK(status.ok());
    CHECK(bytes > std::size_t{width_max} * inputs_max * sizeof(float) * 2);
  } else {
    CHECK(status.code == StatusCode::overflow);
  }
  CHECK(Forward::bytes(widest, std::size_t{inputs_max} + 1, bytes).code ==
        StatusCode::out_of_range);
  CHECK(Forward::bytes(widest, 0, bytes).code == StatusCode::out_of_range);
}

TEST_CASE("architectureRefusesWhatIsOutOfRangeByName") {
  const Architecture good = architecture("tanh", 5, 5, 2, 2);
  const auto refused = [&](auto change) {
    Architecture bad = good;
    change(bad);
    std::size_t bytes = 0;
    const Status status = Forward::bytes(bad, 2, bytes);
    CHECK(status.code == StatusCode::out_of_range);
    return std::string(status.parameter);
  };
  CHECK(refused([](Architecture& a) { a.width = 0; }) == "width");
  CHECK(refused([](Architecture& a) { a.width = width_max + 1; }) == "width");
  CHECK(refused([](Architecture& a) { a.input_width = 0; }) == "input_width");
  CHECK(refused([](Architecture& a) { a.depth = 0; }) == "depth");
  CHECK(refused([](Architecture& a) { a.classes = 1; }) == "classes");
  CHECK(refused([](Architecture& a) { a.init.sigma_w2 = -1.0; }) == "sigma_w2");
  CHECK(refused([](Architecture& a) { a.init.sigma_w2 = NAN; }) == "sigma_w2");
  CHECK(refused([](Architecture& a) { a.init.sigma_b2 = INFINITY; }) == "sigma_b2");
}

TEST_CASE("overflowStopsTheRunAndNamesTheLayer") {
  Architecture a{{find_activation("relu"), 1e6, 0.0}, 50, 50, 40, 2};
  const auto inputs = some_inputs(50, 3);
  std::size_t bytes = 0;
  REQUIRE(Forward::bytes(a, 3, bytes).ok());
  const test::AlignedMemory memory(bytes);
  Arena arena(memory.bytes());
  Forward forward;
  REQUIRE(forward.begin(a, {}, inputs, arena).ok());
  Status status;
  while (status.ok() && !forward.done()) status = forward.step();
  CHECK(status.code == StatusCode::non_finite);
  CHECK(status.value == forward.layer());
  CHECK(forward.layer() > 5);  // each layer multiplies by about 700: 3e38 is reached near 13
  CHECK(forward.layer() < 20);
  CHECK(forward.step().code == StatusCode::finished);

  auto bad = inputs;
  bad[60] = NAN;
  Arena again(memory.bytes());
  CHECK(forward.begin(a, {}, bad, again).code == StatusCode::non_finite);
}

TEST_CASE("planeInputsAreAnOrthogonalPlaneOfTheStatedLength") {
  const std::uint32_t width = 20;
  const std::uint32_t resolution = 6;
  std::vector<float> inputs(resolution * resolution * width);
  REQUIRE(plane_inputs(8, width, resolution, 3.0, inputs).ok());
  const auto dot = [&](std::size_t p, std::size_t q) {
    double sum = 0.0;
    for (std::size_t k = 0; k < width; ++k) {
      sum += static_cast<double>(inputs[p * width + k]) * inputs[q * width + k];
    }
    return sum / width;
  };
  const auto s = [&](std::size_t pixel) { return -2.5 + static_cast<double>(pixel % resolution); };
  const auto t = [&](std::size_t pixel) { return 2.5 - static_cast<double>(pixel / resolution); };
  for (std::size_t p = 0; p < 36; ++p) {
    for (std::size_t q = 0; q < 36; ++q) {
      REQUIRE(std::abs(dot(p, q) - (s(p) * s(q) + t(p) * t(q))) < 1e-4);
    }
  }
  CHECK(plane_inputs(8, 1, resolution, 3.0, inputs).code == StatusCode::out_of_range);
  CHECK(plane_inputs(8, width, resolution, 3.0, std::span(inputs).first(inputs.size() - 1)).code ==
        StatusCode::buffer_too_small);
}

TEST_CASE("gaussianInputsAreRowsOfTheInputStream") {
  std::vector<float> inputs(3 * 7);
  REQUIRE(gaussian_inputs(123, 7, inputs).ok());
  for (std::uint32_t a = 0; a < 3; ++a) {
    std::vector<float> row(7);
    normals({123, 0}, Stream::inputs, 0, a, 0, row);
    CHECK(std::equal(row.begin(), row.end(), inputs.begin() + a * 7));
  }
}
