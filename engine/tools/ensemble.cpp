#include "ensemble.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>

#include "failure.hpp"
#include "network_runner.hpp"

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
      : request_(request), advance_(advance) {
    statistics_.resize(request.architecture.depth + 1);
    for (std::uint32_t i = 0; i < std::min(request.threads, request.networks); ++i) {
      workspaces_.push_back({make_runner(request), {}});
    }
  }

  EnsembleResult run() {
    {
      std::vector<std::jthread> threads;
      threads.reserve(workspaces_.size());
      try {
        for (Workspace& workspace : workspaces_) threads.emplace_back([&] { work(workspace); });
      } catch (const std::system_error&) {
        stop();
        throw Failure("threads = " + std::to_string(request_.threads) +
                      ": the system starts only " + std::to_string(threads.size()));
      }
    }
    if (failure_) std::rethrow_exception(failure_);
    for (std::size_t i = 0; i < statistics_.size(); ++i) {
      report(statistics_[i], i + 1 == statistics_.size());
    }
    return std::move(result_);
  }

 private:
  void work(Workspace& workspace) {
    const auto go_on = [&] {
      advance_();
      return !stopped_;
    };
    for (std::uint32_t network = next_++; network < request_.networks; network = next_++) {
      std::exception_ptr failure;
      try {
        workspace.runner->run(network, go_on, workspace.report);
      } catch (...) {
        failure = std::current_exception();
      }
      std::unique_lock lock(reducing_);
      turn_.wait(lock, [&] { return reduced_ == network || stopped_; });
      if (stopped_) return;
      try {
        if (failure) std::rethrow_exception(failure);
        reduce(workspace.report);
        ++reduced_;
      } catch (...) {
        failure_ = std::current_exception();
        stopped_ = true;
      }
      turn_.notify_all();
    }
  }

  void stop() {
    const std::lock_guard lock(reducing_);
    stopped_ = true;
    turn_.notify_all();
  }

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
  std::vector<Workspace> workspaces_;
  std::atomic<std::uint32_t> next_ = 0;
  std::atomic<bool> stopped_ = false;
  std::mutex reducing_;
  std::condition_variable turn_;
  std::uint32_t reduced_ = 0;
  std::exception_ptr failure_;
  EnsembleResult result_;
  std::vector<LayerStatistics> statistics_;
};

}  // namespace

EnsembleResult run_ensemble(const EnsembleRequest& request, const std::function<void()>& advance) {
  return Ensemble(request, advance).run();
}

}  // namespace igb::cli
