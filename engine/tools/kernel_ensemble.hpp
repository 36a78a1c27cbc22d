#pragma once

#include "ensemble.hpp"

namespace igb::cli {

/// Networks of infinite width: the kernel of the data layer by layer, then class fractions drawn
/// from the Gaussian process of the output layer. The moments are the kernel's own, the same for
/// every network. Width and input_width of the architecture are not used. `advance` is called
/// `kernel_steps` times. Throws Failure.
EnsembleResult run_kernel_ensemble(const EnsembleRequest& request,
                                   const std::function<void()>& advance);
[[nodiscard]] std::uint64_t kernel_steps(const EnsembleRequest& request);

}  // namespace igb::cli
