#include "data.hpp"

#include <algorithm>
#include <cmath>

#include "failure.hpp"
#include "memory.hpp"
#include "output.hpp"

namespace igb::cli {

InputMoments input_moments(const Dataset& data) {
  const LayerView view{data.values.data(), data.inputs, data.components(), data.components()};
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

double without_chance(double c0, const Dataset& data, std::string& note) {
  const double pairs = 0.5 * data.inputs * (data.inputs - 1.0);
  const double error = 1.0 / std::sqrt(pairs * static_cast<double>(data.components()));
  if (c0 >= 0.0 || c0 < -3.0 * error) return c0;
  note = "c0 = " + cell_text(c0) + ", as chance makes it, is taken as 0";
  return 0.0;
}

}  // namespace igb::cli
