// The kernels of random layers against plain loops in double over the public random numbers.
#include "kernels.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "support/samples.hpp"

using namespace igb;

namespace {

struct Shape {
  std::size_t rows;
  std::size_t in_units;
  std::size_t out_units;
};

constexpr Shape shapes[] = {{1, 1, 1},     {2, 3, 17},    {5, 17, 3},     {7, 255, 33},
                            {6, 256, 64},  {13, 257, 31}, {25, 300, 255}, {12, 64, 257},
                            {49, 521, 96}, {3, 5, 130},   {1, 1100, 40},  {1050, 9, 5}};

std::size_t padded(std::size_t units) {
  return (units + panel_units_max - 1) / panel_units_max * panel_units_max;
}

std::vector<float> some_values(std::uint64_t seed, std::size_t count) {
  std::vector<float> values(count);
  normals({seed, 0}, Stream::inputs, 0, 0, 0, values);
  return values;
}

/// One layer run by a kernel: its memory, and the same layer in plain loops.
class Layer {
 public:
  Layer(const Shape& shape, WeightLaw law, bool with_skip)
      : shape_(shape),
        law_(law),
        stride_(padded(shape.out_units) + 3),
        in_(some_values(1, shape.rows * (shape.in_units + 2))),
        skip_(with_skip ? some_values(2, shape.rows * stride_) : std::vector<float>()) {}

  /// Inputs of a size between scale and 2 scale.
  void set_inputs_of_size(float scale) {
    for (std::size_t i = 0; i < in_.size(); ++i) {
      const float size = scale * (1.0F + static_cast<float>(i * 37 % 101) / 128.0F);
      in_[i] = i * 61 % 7 < 3 ? -size : size;
    }
  }

  /// The columns of out that count, [rows, out_units].
  std::vector<float> run(bool transposed, Target target, float bias_scale = 0.7F) const {
    const test::AlignedMemory tile(tile_floats * sizeof(float));
    const test::AlignedMemory out(shape_.rows * stride_ * sizeof(float));
    auto* const out_values = reinterpret_cast<float*>(out.bytes().data());
    const Kernels& kernels = kernels_of(target);
    (transposed ? kernels.dense_transposed : kernels.dense)({
        .weights = normal_source(draw, Stream::weights, layer),
        .biases = normal_source(draw, Stream::biases, layer),
        .law = law_,
        .stored = nullptr,
        .weight_scale = 0.3F,
        .bias_scale = bias_scale,
        .in = in_.data(),
        .in_units = shape_.in_units,
        .in_stride = shape_.in_units + 2,
        .out = out_values,
        .out_units = shape_.out_units,
        .out_stride = stride_,
        .skip = skip_.empty() ? nullptr : skip_.data(),
        .rows = shape_.rows,
        .tile = reinterpret_cast<float*>(tile.bytes().data()),
    });
    std::vector<float> result;
    for (std::size_t a = 0; a < shape_.rows; ++a) {
      result.insert(result.end(), out_values + a * stride_,
                    out_values + a * stride_ + shape_.out_units);
    }
    return result;
  }

  [[nodiscard]] std::vector<double> reference(bool transposed) const {
    std::vector<double> out(shape_.rows * shape_.out_units);
    const std::size_t units = transposed ? shape_.in_units : shape_.out_units;
    const std::size_t features = transposed ? shape_.out_units : shape_.in_units;
    for (std::size_t i = 0; i < units; ++i) {
      std::vector<float> z(features);
      const auto row = static_cast<std::uint32_t>(i);
      (law_ == WeightLaw::uniform ? uniforms : normals)(draw, Stream::weights, layer, row, 0, z,
                                                        Target::emulated);
      for (std::size_t k = 0; k < features; ++k) {
        for (std::size_t a = 0; a < shape_.rows; ++a) {
          const double x = in_[a * (shape_.in_units + 2) + (transposed ? i : k)];
          out[a * shape_.out_units + (transposed ? k : i)] += 0.3F * z[k] * x;
        }
      }
      float bias = 0.0F;
      normals(draw, Stream::biases, layer, row, 0, {&bias, 1}, Target::emulated);
      for (std::size_t a = 0; a < shape_.rows && !transposed; ++a) {
        out[a * shape_.out_units + i] += 0.7F * bias;
      }
    }
    for (std::size_t a = 0; a < shape_.rows && !skip_.empty(); ++a) {
      for (std::size_t i = 0; i < shape_.out_units; ++i) {
        out[a * shape_.out_units + i] += skip_[a * stride_ + i];
      }
    }
    return out;
  }

 private:
  static constexpr Draw draw{5, 6};
  static constexpr std::uint32_t layer = 3;

  Shape shape_;
  WeightLaw law_;
  std::size_t stride_;
  std::vector<float> in_;
  std::vector<float> skip_;
};

bool fuses(Target target) {
#if defined(__aarch64__)
  if (target == Target::baseline) return true;
#endif
  return target == Target::avx2 || target == Target::avx512;
}

}  // namespace

TEST_CASE("denseAndItsTransposeEqualPlainLoops") {
  for (const Target target : test::targets()) {
    CAPTURE(target_name(target));
    for (const Shape& shape : shapes) {
      CAPTURE(shape.in_units);
      CAPTURE(shape.out_units);
      for (const WeightLaw law : {WeightLaw::gaussian, WeightLaw::uniform}) {
        for (const bool with_skip : {false, true}) {
          for (const bool transposed : {false, true}) {
            CAPTURE(transposed);
            const Layer layer(shape, law, with_skip);
            const auto measured = layer.run(transposed, target);
            const auto expected = layer.reference(transposed);
            REQUIRE(measured.size() == expected.size());
            for (std::size_t i = 0; i < measured.size(); ++i) {
              // sums of up to 1100 products of spread 0.3: error about 1100 / 2^25 of their spread
              REQUIRE(std::abs(measured[i] - expected[i]) < 1e-5 * (1.0 + std::abs(expected[i])));
            }
          }
        }
      }
    }
  }
}

TEST_CASE("denseGivesTheSameBitsOnTargetsOfEqualRounding") {
  for (const Shape& shape : shapes) {
    CAPTURE(shape.out_units);
    for (const bool transposed : {false, true}) {
      const Layer layer(shape, WeightLaw::gaussian, true);
      for (const Target first : test::targets()) {
        for (const Target second : test::targets()) {
          if (fuses(first) != fuses(second)) continue;
          CHECK(layer.run(transposed, first) == layer.run(transposed, second));
        }
      }
    }
  }
}

TEST_CASE("aRowGivesTheSameBitsAloneAndAmongOthers") {
  for (const Target target : test::targets()) {
    for (const bool transposed : {false, true}) {
      const auto first = Layer({1, 300, 70}, WeightLaw::gaussian, false).run(transposed, target);
      for (std::size_t rows = 2; rows < 40; ++rows) {
        CAPTURE(rows);
        const auto all = Layer({rows, 300, 70}, WeightLaw::gaussian, false).run(transposed, target);
        REQUIRE(std::equal(first.begin(), first.end(), all.begin()));
      }
    }
  }
}

TEST_CASE("denseOfTinyInputsHasTheBitsOfLargeOnes") {
  // Inputs times a power of two give outputs times that power, down to the smallest normal number,
  // though products of inputs and weights are smaller than that.
  for (const Target target : test::targets()) {
    CAPTURE(target_name(target));
    for (const bool transposed : {false, true}) {
      Layer layer({11, 700, 90}, WeightLaw::gaussian, false);
      layer.set_inputs_of_size(1.0F);
      const auto large = layer.run(transposed, target, 0.0F);
      for (const float scale : {0x1p-80F, 0x1p-95F, 0x1p-110F, 0x1p-120F, 0x1p-126F}) {
        CAPTURE(scale);
        layer.set_inputs_of_size(scale);
        const auto tiny = layer.run(transposed, target, 0.0F);
        for (std::size_t i = 0; i < large.size(); ++i) {
          const float expected = large[i] * scale;
          const bool vanishes = std::abs(expected) < std::numeric_limits<float>::min();
          REQUIRE(tiny[i] == (vanishes ? 0.0F : expected));
        }
      }
      layer.set_inputs_of_size(0.0F);
      CHECK(layer.run(transposed, target, 0.0F) == std::vector<float>(large.size()));
    }
  }
}

TEST_CASE("reflectEqualsPlainLoopsAndLeavesTheRest") {
  std::vector<std::vector<float>> results;
  for (const Target target : test::targets()) {
    CAPTURE(target_name(target));
    results.emplace_back();
    for (const std::size_t count : {1U, 2U, 3U, 15U, 16U, 17U, 31U, 64U, 255U, 257U, 1000U}) {
      CAPTURE(count);
      const std::size_t stride = count + 5;
      const std::size_t rows = 7;
      const auto before = some_values(3, rows * stride);
      const auto direction = some_values(4, count);
      double square = 0.0;
      for (const float d : direction) square += static_cast<double>(d) * d;
      const auto factor = static_cast<float>(2.0 / square);
      auto values = before;
      kernels_of(target).reflect({.direction = direction.data(),
                                  .factor = factor,
                                  .count = count,
                                  .values = values.data(),
                                  .stride = stride,
                                  .rows = rows});
      for (std::size_t a = 0; a < rows; ++a) {
        double dot = 0.0;
        for (std::size_t k = 0; k < count; ++k) {
          dot += static_cast<double>(direction[k]) * before[a * stride + k];
        }
        for (std::size_t k = 0; k < count; ++k) {
          const double expected = before[a * stride + k] - factor * dot * direction[k];
          REQUIRE(std::abs(values[a * stride + k] - expected) < 2e-6 * (1.0 + std::abs(expected)));
        }
        for (std::size_t k = count; k < stride; ++k) {
          REQUIRE(values[a * stride + k] == before[a * stride + k]);
        }
      }
      if (fuses(target)) results.back().insert(results.back().end(), values.begin(), values.end());
    }
  }
  for (const auto& result : results) {
    CHECK((result.empty() || result == results.back() || !fuses(test::targets().back())));
  }
}
