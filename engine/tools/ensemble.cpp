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
#include "memory.hpp"

namespace igb::cli {
namespace {

std::size_t forward_bytes(const EnsembleRequest& request) {
  std::size_t bytes = 0;
  check(Forward::bytes(request.architecture, request.data->inputs, bytes));
  return bytes;
}

std::size_t moments_bytes(const EnsembleRequest& request) {
  const std::size_t units = std::max(request.architecture.width, request.architecture.classes);
  std::size_t bytes = 0;
  check(layer_moments_bytes(units, request.data->inputs, bytes));
  return bytes;
}

/// What one thread needs to run one network after the other.
struct Workspace {
  explicit Workspace(const EnsembleRequest& request)
      : network(forward_bytes(request)),
        scratch(moments_bytes(request)),
        guesses(request.data->inputs),
        counts(request.architecture.classes),
        layers(request.architecture.depth + 1) {}

  Memory network;
  Memory scratch;
  std::vector<std::uint16_t> guesses;
  std::vector<std::uint32_t> counts;
  std::vector<LayerMoments> layers;
};

class Ensemble {
 public:
  Ensemble(const EnsembleRequest& request, const std::function<void()>& advance)
      : request_(request), advance_(advance) {
    result_.layers.resize(request.architecture.depth + 1);
    networks_with_c_.resize(result_.layers.size());
    for (std::uint32_t i = 0; i < std::min(request.threads, request.networks); ++i) {
      workspaces_.emplace_back(request);
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
    for (std::size_t i = 0; i < result_.layers.size(); ++i) average(i);
    LayerMoments& output = result_.layers.back();
    output.c = output.sigma_mu2 / output.q;
    return std::move(result_);
  }

 private:
  void work(Workspace& workspace) {
    for (std::uint32_t network = next_++; network < request_.networks; network = next_++) {
      std::exception_ptr failure;
      try {
        run_network(network, workspace);
      } catch (...) {
        failure = std::current_exception();
      }
      std::unique_lock lock(reducing_);
      turn_.wait(lock, [&] { return reduced_ == network || stopped_; });
      if (stopped_) return;
      try {
        if (failure) std::rethrow_exception(failure);
        reduce(workspace);
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

  void run_network(std::uint32_t network, Workspace& workspace) {
    Arena arena = workspace.network.arena();
    Forward forward;
    check(forward.begin(request_.architecture, {request_.seed, network}, request_.data->values,
                        arena, request_.target));
    while (!forward.done() && !stopped_) {
      check(forward.step());
      Arena scratch = workspace.scratch.arena();
      check(
          layer_moments(forward.preactivations(), scratch, workspace.layers[forward.layer() - 1]));
      advance_();
    }
    if (stopped_) return;
    check(guess_classes(forward.preactivations(), workspace.guesses));
    check(count_classes(workspace.guesses, workspace.counts));
  }

  void reduce(const Workspace& workspace) {
    for (std::size_t i = 0; i < workspace.layers.size(); ++i) {
      result_.layers[i].q += workspace.layers[i].q;
      if (!std::isnan(workspace.layers[i].c)) {  // a network whose signal died has none
        result_.layers[i].c += workspace.layers[i].c;
        ++networks_with_c_[i];
      }
      result_.layers[i].sigma_mu2 += workspace.layers[i].sigma_mu2;
      result_.layers[i].sigma_y2 += workspace.layers[i].sigma_y2;
    }
    std::vector<double>& fractions = result_.g.emplace_back();
    for (const std::uint32_t count : workspace.counts) {
      fractions.push_back(static_cast<double>(count) / request_.data->inputs);
    }
  }

  void average(std::size_t layer) {
    LayerMoments& moments = result_.layers[layer];
    moments.q /= request_.networks;
    moments.c /= networks_with_c_[layer];
    moments.sigma_mu2 /= request_.networks;
    moments.sigma_y2 /= request_.networks;
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
  std::vector<double> networks_with_c_;  ///< by layer
};

}  // namespace

EnsembleResult run_ensemble(const EnsembleRequest& request, const std::function<void()>& advance) {
  return Ensemble(request, advance).run();
}

}  // namespace igb::cli
