#pragma once

#include <cstdint>
#include <vector>

#include "igb/mean_field.hpp"

namespace igb::cli {

/// Layers 1 .. count of the mean field from `input`, layer 1 being affine.
inline std::vector<Signal> trajectory(const Initialisation& init, Signal input,
                                      std::uint32_t count) {
  std::vector<Signal> layers = {first_layer(init, input)};
  while (layers.size() < count) layers.push_back(next_layer(init, layers.back()));
  return layers;
}

}  // namespace igb::cli
