#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "ensemble.hpp"
#include "igb/effective_rank.hpp"

namespace igb::cli {

/// What one network of an ensemble says.
struct NetworkReport {
  std::vector<LayerMoments> layers;   ///< 1 .. depth + 1
  std::vector<EffectiveRank> ranks;   ///< likewise, if asked for
  std::vector<std::uint32_t> counts;  ///< inputs by class
};

/// Runs one network after the other, in memory that it holds.
class NetworkRunner {
 public:
  NetworkRunner() = default;
  NetworkRunner(const NetworkRunner&) = delete;
  NetworkRunner& operator=(const NetworkRunner&) = delete;
  virtual ~NetworkRunner() = default;

  /// Overwrites the report. After each layer asks `go_on` whether to; stops if not, with a report
  /// that means nothing. Throws Failure.
  virtual void run(std::uint32_t network, const std::function<bool()>& go_on,
                   NetworkReport& report) = 0;
};

/// Memory that a runner holds. Throws Failure.
[[nodiscard]] std::size_t runner_bytes(const EnsembleRequest& request);

/// Of the request's sampler. Throws Failure.
std::unique_ptr<NetworkRunner> make_runner(const EnsembleRequest& request);

}  // namespace igb::cli
