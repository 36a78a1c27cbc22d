#include "ensemble.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "memory.hpp"
#include "network_runner.hpp"
#include "ordered_jobs.hpp"

namespace igb::cli {
namespace {

/// What one thread needs to run one network after the other.
struct Workspace {
  std::unique_ptr<NetworkRunner> runner;
  NetworkReport report;
};

/// One layer over the networks.
struct LayerStatistics {
  Accumulator q;
  Accumulator c;
  RatioAccumulator gamma;     ///< sigma_mu2 over sigma_y2
  RatioAccumulator c_output;  ///< sigma_mu2 over q
  Accumulator uncentred_rank;
  Accumulator centred_rank;

  void add(const LayerMoments& moments) {
    q.add(moments.q);
    add_number(c, moments.c);
    gamma.add(moments.sigma_mu2, moments.sigma_y2);
    c_output.add(moments.sigma_mu2, moments.q);
  }
  void add(const EffectiveRank& rank) {
    add_number(uncentred_rank, rank.uncentred);
    add_number(centred_rank, rank.centred);
  }

 private:
  /// A network whose signal died has none.
  static void add_number(Accumulator& accumulator, double value) {
    if (!std::isnan(value)) accumulator.add(value);
  }
};

class Ensemble {
 public:
  Ensemble(const EnsembleRequest& request, const std::function<void()>& advance)
      : request_(request), advance_(advance), jobs_(request.networks, request.threads) {
    statistics_.resize(request.architecture.depth + 1);
    for (std::size_t i = 0; i < jobs_.workers(); ++i) {
      workspaces_.push_back({make_runner(request), {}});
    }
  }

  EnsembleResult run() {
    const auto go_on = [this] {
      advance_();
      return !jobs_.stopped();
    };
    jobs_.run(
        [&](std::uint32_t network, std::size_t worker) {
          workspaces_[worker].runner->run(network, go_on, workspaces_[worker].report);
        },
        [&](std::uint32_t, std::size_t worker) { reduce(workspaces_[worker].report); });
    for (std::size_t i = 0; i < statistics_.size(); ++i) {
      report(statistics_[i], i + 1 == statistics_.size());
    }
    return std::move(result_);
  }

 private:
  void reduce(const NetworkReport& network) {
    for (std::size_t i = 0; i < statistics_.size(); ++i) {
      statistics_[i].add(network.layers[i]);
      if (request_.effective_rank) statistics_[i].add(network.ranks[i]);
    }
    std::vector<double>& fractions = result_.g.emplace_back();
    for (const std::uint32_t count : network.counts) {
      fractions.push_back(static_cast<double>(count) / request_.data->inputs);
    }
  }

  void report(const LayerStatistics& layer, bool is_output) {
    const Estimate c = is_output ? layer.c_output.ratio() : layer.c.estimate();
    result_.layers.push_back({.q = layer.q.mean(),
                              .c = c.mean,
                              .sigma_mu2 = layer.gamma.x().mean(),
                              .sigma_y2 = layer.gamma.y().mean()});
    result_.errors.push_back({.q = layer.q.standard_error(),
                              .c = c.standard_error,
                              .gamma = layer.gamma.ratio().standard_error,
                              .sigma_mu2 = layer.gamma.x().standard_error(),
                              .sigma_y2 = layer.gamma.y().standard_error()});
    if (request_.effective_rank) {
      result_.ranks.push_back({layer.uncentred_rank.estimate(), layer.centred_rank.estimate()});
    }
  }

  const EnsembleRequest& request_;
  const std::function<void()>& advance_;
  OrderedJobs jobs_;
  std::vector<Workspace> workspaces_;
  EnsembleResult result_;
  std::vector<LayerStatistics> statistics_;
};

}  // namespace

EnsembleResult run_ensemble(const EnsembleRequest& request, const std::function<void()>& advance) {
  const double workers = std::min(request.threads, request.networks);
  check_memory(workers * static_cast<double>(runner_bytes(request)),
               "width = " + std::to_string(request.architecture.width) + " on " +
                   std::to_string(request.data->inputs) + " inputs and " +
                   std::to_string(std::min(request.threads, request.networks)) + " threads");
  return Ensemble(request, advance).run();
}

}  // namespace igb::cli
