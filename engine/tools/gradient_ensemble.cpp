#include "gradient_ensemble.hpp"

#include <algorithm>
#include <iterator>

#include "failure.hpp"
#include "igb/backpropagation.hpp"
#include "igb/statistics.hpp"
#include "memory.hpp"
#include "ordered_jobs.hpp"

namespace igb::cli {
namespace {

std::size_t network_bytes(const GradientRequest& request) {
  std::size_t bytes = 0;
  check(Backpropagation::bytes(request.architecture, request.data->inputs, bytes));
  return bytes;
}

std::size_t capacity(const GradientRequest& request) {
  return LogStatistics::capacity(std::uint64_t{request.networks} * request.data->inputs);
}

/// What one thread needs to run one network after the other, and what the last one said.
struct Workspace {
  explicit Workspace(const GradientRequest& request)
      : network(network_bytes(request)),
        guesses(request.data->inputs),
        counts(request.architecture.classes),
        units(std::size_t{request.architecture.depth} * request.data->inputs),
        weights(units.size()) {}

  Memory network;
  std::vector<std::uint16_t> guesses;
  std::vector<std::uint32_t> counts;
  std::uint16_t favoured = 0;
  std::vector<double> units;    ///< [depth, inputs]
  std::vector<double> weights;  ///< likewise
};

class Ensemble {
 public:
  Ensemble(const GradientRequest& request, const std::function<void()>& advance)
      : request_(request), advance_(advance), jobs_(request.networks, request.threads) {
    const std::size_t size = capacity(request);
    const auto statistics = [size] {
      return std::array{LogStatistics(size), LogStatistics(size), LogStatistics(size)};
    };
    result_.reserve(request.architecture.depth);
    for (std::uint32_t layer = 0; layer < request.architecture.depth; ++layer) {
      result_.push_back({statistics(), statistics()});
    }
    for (std::size_t i = 0; i < jobs_.workers(); ++i) workspaces_.emplace_back(request);
  }

  GradientResult run() {
    jobs_.run([this](std::uint32_t network,
                     std::size_t worker) { run_network(network, workspaces_[worker]); },
              [this](std::uint32_t, std::size_t worker) { reduce(workspaces_[worker]); });
    return std::move(result_);
  }

 private:
  void run_network(std::uint32_t network, Workspace& workspace) {
    Arena arena = workspace.network.arena();
    Backpropagation run;
    check(run.begin(request_.architecture, {request_.seed, network}, request_.data->values,
                    request_.labels, arena, request_.target));
    while (!run.done() && !jobs_.stopped()) {
      check(run.step());
      if (run.descending()) keep(run, workspace);
      advance_();
    }
    if (jobs_.stopped()) return;
    check(guess_classes(run.output(), workspace.guesses));
    check(count_classes(workspace.guesses, workspace.counts));
    const auto most = std::ranges::max_element(workspace.counts);
    workspace.favoured = static_cast<std::uint16_t>(most - workspace.counts.begin());
  }

  /// The gradients of a layer, and those by the weights that the step has crossed: of the layer
  /// above, of the block residual of the layer itself.
  void keep(const Backpropagation& run, Workspace& workspace) const {
    const bool own_weights = request_.architecture.init.block.kind == BlockKind::residual;
    const std::uint32_t layer = run.layer();
    store(layer, run.log_squares(), workspace.units);
    store(own_weights ? layer : layer + 1, run.log_weight_squares(), workspace.weights);
  }

  void store(std::uint32_t layer, std::span<const double> values, std::vector<double>& rows) const {
    if (layer < 1 || layer > request_.architecture.depth) return;
    std::ranges::copy(
        values, rows.begin() + static_cast<std::ptrdiff_t>(std::size_t{layer - 1} * values.size()));
  }

  void reduce(const Workspace& workspace) {
    for (std::size_t layer = 0; layer < result_.size(); ++layer) {
      add(workspace.units, layer, workspace.favoured, result_[layer].units);
      add(workspace.weights, layer, workspace.favoured, result_[layer].weights);
    }
  }

  void add(const std::vector<double>& rows, std::size_t layer, std::uint16_t favoured,
           std::array<LogStatistics, label_kinds>& statistics) {
    const std::size_t inputs = request_.labels.size();
    const std::span<const double> values = std::span(rows).subspan(layer * inputs, inputs);
    for (std::vector<double>& part : parts_) part.clear();
    for (std::size_t a = 0; a < inputs; ++a) {
      parts_[request_.labels[a] == favoured ? 0 : 1].push_back(values[a]);
    }
    statistics[static_cast<std::size_t>(Labels::favoured)].add_network(parts_[0]);
    statistics[static_cast<std::size_t>(Labels::unfavoured)].add_network(parts_[1]);
    statistics[static_cast<std::size_t>(Labels::all)].add_network(values);
  }

  const GradientRequest& request_;
  const std::function<void()>& advance_;
  OrderedJobs jobs_;
  std::vector<Workspace> workspaces_;
  std::array<std::vector<double>, 2> parts_;
  GradientResult result_;
};

}  // namespace

GradientMemory gradient_memory(const GradientRequest& request) {
  const double depth = request.architecture.depth;
  const double said = 2.0 * depth * request.data->inputs * sizeof(double);
  const double summary =
      static_cast<double>(capacity(request) * sizeof(double) + sizeof(LogStatistics));
  return {.thread = static_cast<double>(network_bytes(request)) + said,
          .shared = 2.0 * label_kinds * depth * summary};
}

std::uint64_t gradient_steps(const Architecture& architecture) {
  return 2 * (std::uint64_t{architecture.depth} + 1);
}

void check_gradient_memory(const GradientRequest& request) {
  const GradientMemory memory = gradient_memory(request);
  const double workers = std::min(request.networks, request.threads);
  check_memory(memory.shared + workers * memory.thread,
               "depth = " + std::to_string(request.architecture.depth) + " on " +
                   std::to_string(request.data->inputs) + " inputs and " +
                   std::to_string(static_cast<std::uint32_t>(workers)) + " threads");
}

GradientResult run_gradient_ensemble(const GradientRequest& request,
                                     const std::function<void()>& advance) {
  return Ensemble(request, advance).run();
}

}  // namespace igb::cli
