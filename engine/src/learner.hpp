// What backpropagation tells those who learn.
#pragma once

#include "igb/backpropagation.hpp"
#include "weights.hpp"

namespace igb {

struct Backpropagation::Learner {
  void* self;
  /// The gradient of the sum of all losses by W and b of `weights` is the sum over rows of
  /// branch x gradient x (features, 1). Rows of `gradient` are row_stride apart.
  void (*learn)(void* self, const Weights& weights, const ConstRows& gradient,
                const ConstRows& features);
};

}  // namespace igb
