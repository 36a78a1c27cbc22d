// Random numbers and single layers on every instruction set, and what others take for the same.
#include <benchmark/benchmark.h>
#include <cblas.h>

#include <cmath>
#include <cstdint>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "fma_peak.hpp"
#include "igb/random.hpp"
#include "igb/target.hpp"
#include "kernels.hpp"
#include "main_job.hpp"
#include "ziggurat.hpp"

namespace {

using igb::Target;

constexpr Target targets[] = {Target::baseline, Target::avx2, Target::avx512};

/// Floats from the start of a cache line on.
class Floats {
 public:
  explicit Floats(std::size_t count) : lines_((count + 15) / 16) {}
  float* data() { return lines_.front().values; }
  std::span<float> first(std::size_t count) { return {data(), count}; }

 private:
  struct alignas(64) Line {
    float values[16] = {};
  };
  std::vector<Line> lines_;
};

void count_items(benchmark::State& state, std::int64_t items_a_turn) {
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * items_a_turn);
}

void fma_peak(benchmark::State& state, Target target) {
  std::int64_t done = 0;
  for (auto _ : state) done = multiply_and_add(target, 20000).value_or(0);
  count_items(state, done);
}

// Standard normals.

constexpr std::size_t normals_a_turn = 4096;

void normals(benchmark::State& state, Target target) {
  Floats row(normals_a_turn);
  std::uint32_t index = 0;
  for (auto _ : state) {
    igb::normals({1, 0}, igb::Stream::weights, 1, index++, 0, row.first(normals_a_turn), target);
    benchmark::ClobberMemory();
  }
  count_items(state, normals_a_turn);
}

/// A peer whose numbers are no normals would be no peer: within 8 standard errors of the moments.
void check_moments(std::span<const float> z) {
  const auto count = static_cast<double>(z.size());
  double moments[] = {0.0, 0.0, 0.0};
  for (const double x : z) {
    moments[0] += x / count;
    moments[1] += x * x / count;
    moments[2] += x * x * x * x / count;
  }
  const bool normal = std::abs(moments[0]) < 8.0 * std::sqrt(1.0 / count) &&
                      std::abs(moments[1] - 1.0) < 8.0 * std::sqrt(2.0 / count) &&
                      std::abs(moments[2] - 3.0) < 8.0 * std::sqrt(96.0 / count);
  if (!normal) throw std::runtime_error("these are no standard normals");
}

template <class Draw>
void draw_normals(benchmark::State& state, Draw draw) {
  std::vector<float> row(std::size_t{1} << 20);
  for (float& z : row) z = draw();
  check_moments(row);
  row.resize(normals_a_turn);
  for (auto _ : state) {
    for (float& z : row) z = draw();
    benchmark::DoNotOptimize(row.data());
    benchmark::ClobberMemory();
  }
  count_items(state, normals_a_turn);
}

void std_normals(benchmark::State& state) {
  draw_normals(state,
               [engine = std::mt19937(1), normal = std::normal_distribution<float>()]() mutable {
                 return normal(engine);
               });
}

void ziggurat_normals(benchmark::State& state) { draw_normals(state, Ziggurat()); }

// One layer: `rows` inputs of layer_job::width features by as many units.

constexpr std::size_t width = layer_job::width;
constexpr std::int64_t products_a_row = std::int64_t{width} * width;
constexpr std::size_t row_stride =
    (width + igb::panel_units_max - 1) / igb::panel_units_max * igb::panel_units_max +
    16;  // as networks have it
const float weight_scale = std::sqrt(2.0F / static_cast<float>(width));

enum class Direction { up, down };

void layer(benchmark::State& state, Target target, std::size_t rows, Direction direction) {
  Floats in(rows * row_stride);
  Floats out(rows * row_stride);
  Floats tile(igb::tile_floats);
  igb::normals({2, 0}, igb::Stream::inputs, 0, 0, 0, in.first(rows * row_stride));
  const igb::Kernels& kernels = igb::kernels_of(target);
  std::uint32_t network = 0;
  for (auto _ : state) {
    const igb::Draw draw{1, network++};
    (direction == Direction::up ? kernels.dense : kernels.dense_transposed)({
        .weights = igb::normal_source(draw, igb::Stream::weights, 1),
        .biases = igb::normal_source(draw, igb::Stream::biases, 1),
        .law = igb::WeightLaw::gaussian,
        .stored = nullptr,
        .weight_scale = weight_scale,
        .bias_scale = 0.0F,
        .in = in.data(),
        .in_units = width,
        .in_stride = row_stride,
        .out = out.data(),
        .out_units = width,
        .out_stride = row_stride,
        .skip = nullptr,
        .rows = rows,
        .tile = tile.data(),
    });
    benchmark::ClobberMemory();
  }
  count_items(state, products_a_row * static_cast<std::int64_t>(rows));
}

/// out = in W^T by OpenBLAS; `fill` writes the weights of every turn.
template <class Fill>
void sgemm(benchmark::State& state, std::size_t rows, Fill fill) {
  Floats in(rows * width);
  Floats out(rows * width);
  Floats weights(width * width);
  igb::normals({2, 0}, igb::Stream::inputs, 0, 0, 0, in.first(rows * width));
  igb::normals({1, 0}, igb::Stream::weights, 1, 0, 0, weights.first(width * width));
  constexpr auto units = static_cast<blasint>(width);
  for (auto _ : state) {
    fill(weights.first(width * width));
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, static_cast<blasint>(rows), units, units,
                weight_scale, in.data(), units, weights.data(), units, 0.0F, out.data(), units);
    benchmark::ClobberMemory();
  }
  count_items(state, products_a_row * static_cast<std::int64_t>(rows));
}

void fill_with_nothing(std::span<float> /*weights*/) {}
void fill_with_igb(std::span<float> weights) {
  static std::uint32_t index = 0;
  igb::normals({1, 0}, igb::Stream::weights, 1, index++, 0, weights);
}
void fill_with_ziggurat(std::span<float> weights) {
  static Ziggurat normal;
  for (float& z : weights) z = normal();
}

template <class Function, class... Arguments>
void add(const std::string& name, Function function, Arguments... arguments) {
  benchmark::RegisterBenchmark(name.c_str(),
                               [=](benchmark::State& state) { function(state, arguments...); });
}

void add_all() {
  add("normals/std", std_normals);
  add("normals/ziggurat", ziggurat_normals);
  for (const std::size_t rows : layer_job::rows) {
    const std::string inputs = "/" + std::to_string(rows);
    add("sgemm" + inputs, sgemm<decltype(&fill_with_nothing)>, rows, fill_with_nothing);
    add("igb_normals_sgemm" + inputs, sgemm<decltype(&fill_with_igb)>, rows, fill_with_igb);
    add("ziggurat_sgemm" + inputs, sgemm<decltype(&fill_with_ziggurat)>, rows, fill_with_ziggurat);
  }
  for (const Target target : targets) {
    if (!igb::target_available(target)) continue;
    const std::string name = std::string("/") + igb::target_name(target);
    if (multiply_and_add(target, 1)) add("fma_peak" + name, fma_peak, target);
    add("normals" + name, normals, target);
    for (const std::size_t rows : layer_job::rows) {
      const std::string inputs = "/" + std::to_string(rows);
      add("layer" + name + inputs, layer, target, rows, Direction::up);
      add("transposed_layer" + name + inputs, layer, target, rows, Direction::down);
    }
    add("layer" + name + "/1", layer, target, std::size_t{1}, Direction::up);
  }
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::AddCustomContext("igb_target", igb::target_name(Target::best));
  benchmark::AddCustomContext("openblas", openblas_get_corename());
  add_all();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
