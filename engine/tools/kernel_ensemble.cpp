#include "kernel_ensemble.hpp"

#include <atomic>
#include <exception>
#include <mutex>
#include <string>
#include <thread>

#include "failure.hpp"
#include "igb/gaussian_process.hpp"
#include "igb/kernel_recursion.hpp"
#include "memory.hpp"

namespace igb::cli {
namespace {

/// Of the recursion and of the factor of its last layer, which live side by side.
struct Sizes {
  std::size_t kernel = 0;
  std::size_t process = 0;
  std::size_t sample = 0;
};

Sizes sizes_of(const EnsembleRequest& request) {
  const Initialisation& init = request.architecture.init;
  const std::uint32_t inputs = request.data->inputs;
  Sizes sizes;
  const Status status = KernelRecursion::bytes(init, inputs, sizes.kernel);
  if (status.code == StatusCode::unknown_name) {
    throw Failure("block = '" + std::string(block_name(init.block.kind)) +
                  "' has no kernel of pairs of inputs; allowed with sampler = kernel: plain, "
                  "average_pool, dropout, residual_scaled, residual, layer_norm_before, "
                  "convolution, delta_orthogonal");
  }
  check(status);
  check(GaussianProcess::bytes(inputs, sizes.process));
  check(GaussianProcess::sample_bytes(inputs, sizes.sample));
  return sizes;
}

LayerMoments moments_of(const KernelRecursion& kernel) {
  const KernelMoments moments = kernel.moments();
  return {
      .q = moments.q, .c = moments.c, .sigma_mu2 = moments.sigma_mu2, .sigma_y2 = moments.sigma_y2};
}

std::vector<double> fractions_of(const GaussianProcess& process, const EnsembleRequest& request,
                                 std::uint32_t network, Memory& scratch,
                                 std::vector<std::uint16_t>& guesses) {
  const std::uint32_t classes = request.architecture.classes;
  Arena arena = scratch.arena();
  check(process.guess_classes({request.seed, network}, classes, guesses, arena));
  std::vector<std::uint32_t> counts(classes);
  check(count_classes(guesses, counts));
  std::vector<double> fractions;
  for (const std::uint32_t count : counts) {
    fractions.push_back(static_cast<double>(count) / request.data->inputs);
  }
  return fractions;
}

/// Networks do not depend on each other, nor their results on the number of threads.
void draw_networks(const GaussianProcess& process, const EnsembleRequest& request,
                   std::size_t scratch_bytes, const std::function<void()>& advance,
                   std::vector<std::vector<double>>& g) {
  std::atomic<std::uint32_t> next = 0;
  std::mutex failing;
  std::exception_ptr failure;
  const auto work = [&] {
    try {
      Memory scratch(scratch_bytes);
      std::vector<std::uint16_t> guesses(request.data->inputs);
      for (std::uint32_t network = next++; network < request.networks; network = next++) {
        g[network] = fractions_of(process, request, network, scratch, guesses);
        advance();
      }
    } catch (...) {
      const std::lock_guard lock(failing);
      failure = std::current_exception();
      next = request.networks;
    }
  };
  {
    std::vector<std::jthread> threads;
    for (std::uint32_t i = 1; i < std::min(request.threads, request.networks); ++i) {
      try {
        threads.emplace_back(work);
      } catch (const std::system_error&) {
        break;  // fewer do as well
      }
    }
    work();
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace

std::uint64_t kernel_steps(const EnsembleRequest& request) {
  return std::uint64_t{request.architecture.depth} + 1 + request.networks;
}

EnsembleResult run_kernel_ensemble(const EnsembleRequest& request,
                                   const std::function<void()>& advance) {
  const Dataset& data = *request.data;
  const Sizes sizes = sizes_of(request);
  check_memory(static_cast<double>(sizes.kernel) + static_cast<double>(sizes.process),
               "inputs = " + std::to_string(data.inputs) + ": their kernel");
  EnsembleResult result;

  Memory kernel_memory(sizes.kernel);
  Arena kernel_arena = kernel_memory.arena();
  KernelRecursion kernel;
  check(check_range("input_width", static_cast<double>(data.components()), 1, width_max));
  check(kernel.begin(request.architecture.init, data.values,
                     static_cast<std::uint32_t>(data.components()), kernel_arena, request.target));
  while (kernel.layer() <= request.architecture.depth) {
    check(kernel.step());
    result.layers.push_back(moments_of(kernel));
    advance();
  }

  Memory process_memory(sizes.process);
  Arena process_arena = process_memory.arena();
  GaussianProcess process;
  check(process.begin(kernel, process_arena, request.target));
  while (!process.done()) check(process.step());
  result.g.resize(request.networks);
  draw_networks(process, request, sizes.sample, advance, result.g);
  return result;
}

}  // namespace igb::cli
