#include <benchmark/benchmark.h>

#include <stdexcept>
#include <vector>

#include "igb/accumulator.hpp"
#include "igb/backpropagation.hpp"
#include "igb/critical_lines.hpp"
#include "igb/gram_network.hpp"
#include "igb/kernel_recursion.hpp"
#include "igb/network.hpp"
#include "igb/phase_map.hpp"
#include "igb/quantiles.hpp"
#include "igb/statistics.hpp"
#include "igb/training.hpp"
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

/// Bytes that `Network::bytes` wants, as memory.
template <class Network>
std::vector<Line> memory_for(const igb::Architecture& architecture, std::size_t inputs) {
  std::size_t bytes = 0;
  check(Network::bytes(architecture, inputs, bytes));
  return memory_of(bytes);
}

igb::Architecture relu_network(int depth) {
  return {.init = {igb::find_activation("relu"), main_job::sigma_w2, 0.0},
          .input_width = main_job::width,
          .width = main_job::width,
          .depth = static_cast<std::uint32_t>(depth),
          .classes = main_job::classes};
}

std::vector<float> gaussian_inputs(std::size_t count, std::uint32_t width) {
  std::vector<float> inputs(count * width);
  check(igb::gaussian_inputs(1, width, inputs));
  return inputs;
}

/// Networks with their moments of every layer; c is that of the last hidden layer.
class MeasuredForward {
 public:
  MeasuredForward(const igb::Architecture& architecture, std::size_t inputs)
      : architecture_(architecture),
        inputs_(gaussian_inputs(inputs, architecture.input_width)),
        network_memory_(memory_for<igb::Forward>(architecture, inputs)) {
    std::size_t bytes = 0;
    check(igb::layer_moments_bytes(architecture.width, inputs, bytes));
    scratch_memory_ = memory_of(bytes);
  }

  double run(std::uint32_t network) {
    igb::Arena arena(bytes_of(network_memory_));
    igb::Forward forward;
    check(forward.begin(architecture_, {1, network}, inputs_, arena));
    igb::LayerMoments moments;
    double c = 0.0;
    while (!forward.done()) {
      c = moments.c;
      check(forward.step());
      igb::Arena scratch(bytes_of(scratch_memory_));
      check(igb::layer_moments(forward.preactivations(), scratch, moments));
    }
    return c;
  }

 private:
  igb::Architecture architecture_;
  std::vector<float> inputs_;
  std::vector<Line> network_memory_;
  std::vector<Line> scratch_memory_;
};

/// The correlation after the last hidden layer.
double run_forward(benchmark::State& state, const igb::Architecture& architecture,
                   std::size_t inputs) {
  MeasuredForward forward(architecture, inputs);
  double c = 0.0;
  std::uint32_t network = 0;
  for (auto _ : state) c = forward.run(network++);
  return c;
}

void main_job(benchmark::State& state) {
  state.counters["c"] = run_forward(state, relu_network(main_job::depth), main_job::inputs);
}
BENCHMARK(main_job)->Unit(benchmark::kMillisecond)->Iterations(1);

/// The same law by the Gram sampler, which has the moments on its way.
void main_job_gram(benchmark::State& state) {
  const igb::Architecture architecture = relu_network(main_job::depth);
  const std::vector<float> inputs = gaussian_inputs(main_job::inputs, main_job::width);
  std::vector<Line> memory = memory_for<igb::GramNetwork>(architecture, main_job::inputs);
  double c = 0.0;
  std::uint32_t index = 0;
  for (auto _ : state) {
    igb::Arena arena(bytes_of(memory));
    igb::GramNetwork network;
    check(network.begin(architecture, {1, index++}, inputs, arena));
    while (!network.done()) {
      c = network.moments().c;
      check(network.step());
    }
  }
  state.counters["c"] = c;
}
BENCHMARK(main_job_gram)->Unit(benchmark::kMillisecond);

/// One layer at width 100 000, in exactly the memory that is reported.
void gram_memory(benchmark::State& state) {
  igb::Architecture architecture = relu_network(1);
  architecture.width = memory_job::width;
  const std::vector<float> inputs = gaussian_inputs(memory_job::inputs, main_job::width);
  std::vector<Line> memory = memory_for<igb::GramNetwork>(architecture, memory_job::inputs);
  for (auto _ : state) {
    igb::Arena arena(bytes_of(memory));
    igb::GramNetwork network;
    check(network.begin(architecture, {1, 0}, inputs, arena));
    while (!network.done()) check(network.step());
  }
  state.counters["bytes"] = static_cast<double>(bytes_of(memory).size() + sizeof(igb::GramNetwork));
}
BENCHMARK(gram_memory)->Unit(benchmark::kMillisecond)->Iterations(1);

void forward_job(benchmark::State& state) {
  run_forward(state, relu_network(backward_job::depth), main_job::inputs);
}
BENCHMARK(forward_job)->Unit(benchmark::kMillisecond);

/// The gradients of the same networks, way up included, with mean and quantiles of their logarithms
/// over the inputs of every layer, by pre-activations and by weights.
void backward_job(benchmark::State& state) {
  const igb::Architecture architecture = relu_network(backward_job::depth);
  const std::vector<float> inputs = gaussian_inputs(main_job::inputs, main_job::width);
  std::vector<std::uint16_t> labels(main_job::inputs);
  for (std::size_t a = 0; a < labels.size(); ++a) labels[a] = a % main_job::classes;
  std::vector<Line> memory = memory_for<igb::Backpropagation>(architecture, main_job::inputs);
  std::vector<double> summary_memory(igb::QuantileSummary::memory_min);
  std::uint32_t network = 0;
  for (auto _ : state) {
    igb::Arena arena(bytes_of(memory));
    igb::Backpropagation run;
    check(run.begin(architecture, {1, network++}, inputs, labels, arena));
    while (!run.done()) {
      check(run.step());
      if (!run.descending()) continue;
      for (const auto logarithms : {run.log_squares(), run.log_weight_squares()}) {
        igb::Accumulator mean;
        igb::QuantileSummary quantiles;
        check(quantiles.begin(summary_memory, 1));
        for (const double value : logarithms) {
          mean.add(value);
          quantiles.add(value);
        }
        for (const double p : {0.05, 0.5, 0.95}) benchmark::DoNotOptimize(quantiles.quantile(p));
        benchmark::DoNotOptimize(mean.mean());
      }
    }
  }
}
BENCHMARK(backward_job)->Unit(benchmark::kMillisecond);

/// Steps of a network that learns, in exactly the memory that is reported. `loss` is that after the
/// first steps, `parameters` the number of weights and biases.
void training_job(benchmark::State& state, igb::Optimiser optimiser, std::uint32_t width) {
  const igb::Architecture architecture{
      .init = {igb::find_activation("tanh"), training_job::sigma_w2, training_job::sigma_b2},
      .input_width = training_job::input_width,
      .width = width,
      .depth = training_job::depth,
      .classes = training_job::classes};
  igb::LearningRule rule{.optimiser = optimiser, .learning_rate = training_job::sgd_rate};
  if (optimiser == igb::Optimiser::adam) rule.learning_rate = training_job::adam_rate / width;
  const std::vector<float> inputs = gaussian_inputs(training_job::batch, training_job::input_width);
  std::vector<std::uint16_t> labels(training_job::batch);
  for (std::size_t a = 0; a < labels.size(); ++a) labels[a] = a % training_job::classes;
  std::size_t bytes = 0;
  check(igb::Training::bytes(architecture, rule, training_job::batch, bytes));
  std::vector<Line> memory = memory_of(bytes);
  igb::Arena arena(bytes_of(memory));
  igb::Training training;
  check(training.begin(architecture, {1, 0}, rule, training_job::batch, arena));
  for (int step = 0; step < training_job::steps; ++step) {
    check(training.train_step(inputs, labels));
  }
  state.counters["loss"] = training.loss();
  for (auto _ : state) check(training.train_step(inputs, labels));
  std::size_t parameters = 0;
  for (std::size_t i = 0; i < training.parameters().matrices(); ++i) {
    const igb::ParameterMatrix m = training.parameters().matrix(i);
    parameters += (m.in_units + 1) * m.out_units;
  }
  state.counters["bytes"] = static_cast<double>(bytes_of(memory).size() + sizeof training);
  state.counters["parameters"] = static_cast<double>(parameters);
}
void training_sgd_128(benchmark::State& state) { training_job(state, igb::Optimiser::sgd, 128); }
BENCHMARK(training_sgd_128)->Unit(benchmark::kMillisecond);
void training_adam_128(benchmark::State& state) { training_job(state, igb::Optimiser::adam, 128); }
BENCHMARK(training_adam_128)->Unit(benchmark::kMillisecond);
void training_sgd_1000(benchmark::State& state) { training_job(state, igb::Optimiser::sgd, 1000); }
BENCHMARK(training_sgd_1000)->Unit(benchmark::kMillisecond);
void training_adam_1000(benchmark::State& state) {
  training_job(state, igb::Optimiser::adam, 1000);
}
BENCHMARK(training_adam_1000)->Unit(benchmark::kMillisecond);

void tanh_job(benchmark::State& state, double sigma_w2) {
  run_forward(state,
              {.init = {igb::find_activation("tanh"), sigma_w2, 0.0},
               .input_width = vanishing_job::width,
               .width = vanishing_job::width,
               .depth = vanishing_job::depth,
               .classes = main_job::classes},
              vanishing_job::inputs);
}
void ordered_job(benchmark::State& state) { tanh_job(state, vanishing_job::ordered_sigma_w2); }
BENCHMARK(ordered_job)->Unit(benchmark::kMillisecond);
void critical_job(benchmark::State& state) { tanh_job(state, vanishing_job::critical_sigma_w2); }
BENCHMARK(critical_job)->Unit(benchmark::kMillisecond);

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

[[maybe_unused]] const bool context_added = [] {
  benchmark::AddCustomContext("igb_target", igb::target_name(igb::Target::best));
  return true;
}();

}  // namespace
