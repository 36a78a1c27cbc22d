#pragma once

#include "igb/igb.h"
#include "igb/training.hpp"

/// What igb_training is, for the networks that run its parameters.
struct igb_training {
  igb::Training training;
  bool measured = false;  ///< whether there are gradients of a mini-batch
  igb::Status failure;    ///< of the step that ended it, if one has
};
