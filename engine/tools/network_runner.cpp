#include "network_runner.hpp"

#include <algorithm>

#include "failure.hpp"
#include "igb/gram_network.hpp"
#include "memory.hpp"

namespace igb::cli {
namespace {

NetworkReport empty_report(const EnsembleRequest& request) {
  const std::size_t layers = std::size_t{request.architecture.depth} + 1;
  return {.layers = std::vector<LayerMoments>(layers),
          .ranks = std::vector<EffectiveRank>(request.effective_rank ? layers : 0),
          .counts = std::vector<std::uint32_t>(request.architecture.classes)};
}

class DenseRunner : public NetworkRunner {
 public:
  static std::size_t bytes(const EnsembleRequest& request) {
    return network_bytes(request) + scratch_bytes(request);
  }

  explicit DenseRunner(const EnsembleRequest& request)
      : request_(request),
        network_(network_bytes(request)),
        scratch_(scratch_bytes(request)),
        guesses_(request.data->inputs) {}

  void run(std::uint32_t network, const std::function<bool()>& go_on,
           NetworkReport& report) override {
    report = empty_report(request_);
    Arena arena = network_.arena();
    Forward forward;
    check(forward.begin(request_.architecture, {request_.seed, network}, request_.data->values,
                        arena, request_.target));
    while (!forward.done()) {
      check(forward.step());
      measure(forward.preactivations(), forward.layer() - 1, report);
      if (!go_on()) return;
    }
    check(guess_classes(forward.preactivations(), guesses_));
    check(count_classes(guesses_, report.counts));
  }

 private:
  static std::size_t network_bytes(const EnsembleRequest& request) {
    std::size_t bytes = 0;
    check(Forward::bytes(request.architecture, request.data->inputs, bytes));
    return bytes;
  }

  static std::size_t moments_bytes(const EnsembleRequest& request) {
    const std::size_t units = std::max(request.architecture.width, request.architecture.classes);
    std::size_t bytes = 0;
    check(layer_moments_bytes(units, request.data->inputs, bytes));
    return bytes;
  }

  static std::size_t rank_bytes(const EnsembleRequest& request) {
    if (!request.effective_rank) return 0;
    const Architecture& architecture = request.architecture;
    const std::size_t units = std::max<std::size_t>(
        architecture.width * positions_of(architecture.init.block), architecture.classes);
    std::size_t bytes = 0;
    check(effective_rank_bytes(units, request.data->inputs, bytes));
    return bytes;
  }

  static std::size_t scratch_bytes(const EnsembleRequest& request) {
    return std::max(moments_bytes(request), rank_bytes(request));
  }

  void measure(const LayerView& preactivations, std::size_t layer, NetworkReport& report) {
    Arena scratch = scratch_.arena();
    check(layer_moments(preactivations, scratch, report.layers[layer]));
    if (!request_.effective_rank) return;
    Arena rank_scratch = scratch_.arena();
    check(effective_rank(preactivations, rank_scratch, report.ranks[layer]));
  }

  const EnsembleRequest& request_;
  Memory network_;
  Memory scratch_;
  std::vector<std::uint16_t> guesses_;
};

class GramRunner : public NetworkRunner {
 public:
  explicit GramRunner(const EnsembleRequest& request)
      : request_(request), memory_(bytes(request)) {}

  static std::size_t bytes(const EnsembleRequest& request) {
    std::size_t bytes = 0;
    check(GramNetwork::bytes(request.architecture, request.data->inputs, bytes));
    return bytes;
  }

  void run(std::uint32_t network, const std::function<bool()>& go_on,
           NetworkReport& report) override {
    report = empty_report(request_);
    Arena arena = memory_.arena();
    GramNetwork gram;
    check(gram.begin(request_.architecture, {request_.seed, network}, request_.data->values, arena,
                     request_.target));
    while (!gram.done()) {
      check(gram.step());
      report.layers[gram.layer() - 1] = gram.moments();
      if (!go_on()) return;
    }
    check(count_classes(gram.guesses(), report.counts));
  }

 private:
  const EnsembleRequest& request_;
  Memory memory_;
};

}  // namespace

std::size_t runner_bytes(const EnsembleRequest& request) {
  return request.sampler == Sampler::gram ? GramRunner::bytes(request)
                                          : DenseRunner::bytes(request);
}

std::unique_ptr<NetworkRunner> make_runner(const EnsembleRequest& request) {
  if (request.sampler == Sampler::gram) return std::make_unique<GramRunner>(request);
  return std::make_unique<DenseRunner>(request);
}

}  // namespace igb::cli
