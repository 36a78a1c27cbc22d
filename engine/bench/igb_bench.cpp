#include <benchmark/benchmark.h>

#include <random>
#include <stdexcept>
#include <vector>

#include "igb/critical_lines.hpp"
#include "igb/kernel_recursion.hpp"
#include "igb/network.hpp"
#include "igb/phase_map.hpp"
#include "igb/statistics.hpp"
#include "main_job.hpp"

namespace {

void check(const igb::Status& status) {
  if (!status.ok()) throw std::runtime_error(igb::status_text(status.code));
}

struct alignas(igb::Arena::alignment) Line {
  std::byte bytes[igb::Arena::alignment];
};

std::vector<Line> memory_of(std::size_t bytes) { return std::vector<Line>(bytes / sizeof(Line)); }

std::span<std::byte> bytes_of(std::vector<Line>& memory) {
  return std::as_writable_bytes(std::span(memory));
}

void main_job(benchmark::State& state) {
  const igb::Architecture architecture{
      .init = {igb::find_activation("relu"), main_job::sigma_w2, 0.0},
      .input_width = main_job::width,
      .width = main_job::width,
      .depth = main_job::depth,
      .classes = main_job::classes};
  std::vector<float> inputs(std::size_t{main_job::inputs} * main_job::width);
  check(igb::gaussian_inputs(1, main_job::width, inputs));
  std::size_t network_bytes = 0;
  std::size_t scratch_bytes = 0;
  check(igb::Forward::bytes(architecture, main_job::inputs, network_bytes));
  check(igb::layer_moments_bytes(main_job::width, main_job::inputs, scratch_bytes));
  std::vector<Line> network_memory = memory_of(network_bytes);
  std::vector<Line> scratch_memory = memory_of(scratch_bytes);

  igb::LayerMoments moments;
  double c = 0.0;
  std::uint32_t network = 0;
  for (auto _ : state) {
    igb::Arena arena(bytes_of(network_memory));
    igb::Forward forward;
    check(forward.begin(architecture, {1, network++}, inputs, arena));
    while (!forward.done()) {
      c = moments.c;
      check(forward.step());
      igb::Arena scratch(bytes_of(scratch_memory));
      check(igb::layer_moments(forward.preactivations(), scratch, moments));
    }
  }
  state.counters["c"] = c;
}
BENCHMARK(main_job)->Unit(benchmark::kMillisecond)->Iterations(1);

void edge_of_chaos(benchmark::State& state) {
  const igb::Activation& phi = *igb::find_activation("tanh");
  igb::LinePoint edge{};
  for (auto _ : state) {
    check(igb::edge_of_chaos(phi, theory_job::sigma_b2, edge));
    benchmark::DoNotOptimize(edge);
  }
  state.counters["sigma_w2"] = edge.sigma_w2;
  state.counters["q"] = edge.q;
}
BENCHMARK(edge_of_chaos)->Unit(benchmark::kMillisecond);

/// All of it: tables of moments, then the fixed points of every row.
void phase_map(benchmark::State& state) {
  constexpr std::size_t side = theory_job::side;
  const auto axis = [](double low, double high, std::size_t i) {
    return low + (high - low) * (static_cast<double>(i) + 0.5) / static_cast<double>(side);
  };
  std::size_t bytes = 0;
  check(igb::PhaseMap::bytes(bytes));
  std::vector<Line> memory = memory_of(bytes);
  std::vector<double> sigma_w2(side);
  for (std::size_t j = 0; j < side; ++j) {
    sigma_w2[j] = axis(theory_job::sigma_w2_low, theory_job::sigma_w2_high, j);
  }
  std::vector<igb::FixedPoint> points(side);
  for (auto _ : state) {
    igb::Arena arena(bytes_of(memory));
    igb::PhaseMap map;
    check(map.begin(*igb::find_activation("tanh"), {}, arena));
    for (std::size_t i = 0; i < side; ++i) {
      check(map.row(axis(0.0, theory_job::sigma_b2_high, i), sigma_w2, points));
      benchmark::DoNotOptimize(points.data());
      benchmark::ClobberMemory();
    }
  }
}
BENCHMARK(phase_map)->Unit(benchmark::kMillisecond);

/// Kernels of all layers of 1000 inputs, the output among them.
void kernel_recursion(benchmark::State& state) {
  constexpr std::size_t inputs = 1000;
  constexpr std::uint32_t width = 100;
  const igb::Initialisation init{igb::find_activation("relu"), 2.0, 0.0, {}};
  std::vector<float> x(inputs * width);
  check(igb::gaussian_inputs(1, width, x));
  std::size_t bytes = 0;
  check(igb::KernelRecursion::bytes(init, inputs, bytes));
  std::vector<Line> memory = memory_of(bytes);
  igb::KernelRecursion kernel;
  for (auto _ : state) {
    igb::Arena arena(bytes_of(memory));
    check(kernel.begin(init, x, width, arena));
    while (kernel.layer() <= main_job::depth) check(kernel.step());
  }
  state.counters["c"] = kernel.moments().c;
}
BENCHMARK(kernel_recursion)->Unit(benchmark::kMillisecond)->Iterations(1);

void igb_normals(benchmark::State& state) {
  std::vector<float> row(4096);
  std::uint32_t index = 0;
  for (auto _ : state) {
    igb::normals({1, 0}, igb::Stream::weights, 1, index++, 0, row);
    benchmark::DoNotOptimize(row.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(row.size()));
}
BENCHMARK(igb_normals);

void std_normals(benchmark::State& state) {
  std::vector<float> row(4096);
  std::mt19937 engine(1);
  std::normal_distribution<float> normal;
  for (auto _ : state) {
    for (float& z : row) z = normal(engine);
    benchmark::DoNotOptimize(row.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(row.size()));
}
BENCHMARK(std_normals);

[[maybe_unused]] const bool context_added = [] {
  benchmark::AddCustomContext("igb_target", igb::target_name(igb::Target::best));
  return true;
}();

}  // namespace
