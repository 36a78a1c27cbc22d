// Random networks against a plain reference in double that shares nothing but the random numbers.
#include "igb/network.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>
#include <vector>

#include "support/samples.hpp"

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
  REQUIRE(Forward::bytes(a, inputs.size() / a.input_width, bytes).ok());
  const test::AlignedMemory memory(bytes);
  Arena arena(memory.bytes());
  Forward forward;
  REQUIRE(forward.begin(a, draw, inputs, arena, target).ok());
  std::vector<std::vector<float>> layers;
  while (!forward.done()) {
    REQUIRE(forward.step().ok());
    const LayerView view = forward.preactivations();
    std::vector<float> layer;
    for (std::size_t i = 0; i < view.inputs; ++i) {
      layer.insert(layer.end(), view.row(i).begin(), view.row(i).end());
    }
    layers.push_back(layer);
  }
  return layers;
}

std::vector<std::vector<double>> reference(const Architecture& a, Draw draw,
                                           const std::vector<float>& inputs) {
  const std::size_t count = inputs.size() / a.input_width;
  std::vector<double> x(inputs.begin(), inputs.end());
  std::size_t in_units = a.input_width;
  std::vector<std::vector<double>> layers;
  for (std::uint32_t layer = 1; layer <= a.depth + 1; ++layer) {
    const std::uint32_t units = layer <= a.depth ? a.width : a.classes;
    std::vector<double> h(count * units);
    for (std::uint32_t i = 0; i < units; ++i) {
      std::vector<float> weights(in_units);
      normals(draw, Stream::weights, layer, i, 0, weights);
      float bias = 0.0F;
      normals(draw, Stream::biases, layer, i, 0, {&bias, 1});
      for (std::size_t n = 0; n < count; ++n) {
        double sum = 0.0;
        for (std::size_t k = 0; k < in_units; ++k) sum += weights[k] * x[n * in_units + k];
        h[n * units + i] = std::sqrt(a.init.sigma_w2 / static_cast<double>(in_units)) * sum +
                           std::sqrt(a.init.sigma_b2) * bias;
      }
    }
    layers.push_back(h);
    x = h;
    for (double& value : x) value = a.init.activation->value(value);
    in_units = units;
  }
  return layers;
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
        const auto measured = run(a, {5, 6}, inputs, target);
        const auto expected = reference(a, {5, 6}, inputs);
        REQUIRE(measured.size() == shape.depth + 1);
        for (std::size_t l = 0; l < measured.size(); ++l) {
          REQUIRE(measured[l].size() == expected[l].size());
          for (std::size_t i = 0; i < measured[l].size(); ++i) {
            // sums of up to 700 products in float32: error about sqrt(700) / 2^24 of the spread
            REQUIRE(std::abs(measured[l][i] - expected[l][i]) <
                    2e-5 * (1.0 + std::abs(expected[l][i])));
          }
        }
      }
    }
  }
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
