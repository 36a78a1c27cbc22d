#include "data.hpp"

#include <algorithm>

#include "failure.hpp"
#include "memory.hpp"

namespace igb::cli {

InputMoments input_moments(const Dataset& data) {
  const LayerView view{data.values.data(), data.inputs, data.width, data.width};
  for (std::size_t a = 0; a < view.inputs; ++a) {
    if (std::ranges::all_of(view.row(a), [](float x) { return x == 0.0F; })) {
      throw Failure("data: input " + std::to_string(a + 1) +
                    " is all zeros, it has no correlation with the others");
    }
  }
  std::size_t bytes = 0;
  check(layer_moments_bytes(view.units, view.inputs, bytes));
  Memory scratch(bytes);
  Arena arena = scratch.arena();
  LayerMoments moments;
  check(layer_moments(view, arena, moments));
  return {.q = moments.q, .c = moments.c};
}

}  // namespace igb::cli
