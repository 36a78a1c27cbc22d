#pragma once

#include "ensemble.hpp"
#include "layer_theory.hpp"
#include "output.hpp"

namespace igb::cli {

/// Appends how often networks give their most frequent class, beside the law of it at the gamma of
/// theory's output layer, the distance of the two and the histogram of class 0. Throws Failure.
void append_frequencies(const EnsembleResult& ensemble, const LayerTheory& theory,
                        const EnsembleRequest& request, Report& report);

}  // namespace igb::cli
