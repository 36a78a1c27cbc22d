#pragma once

#include <vector>

#include "training_run.hpp"

namespace igb::cli {

/// How close to the share of the most frequent label the most frequent guess has to come, and how
/// far above it, which is what guessing one class for ever achieves, the accuracy.
inline constexpr double absorbed_within = 0.1;
inline constexpr double above_chance_by = 0.1;

/// Steps at which learning got somewhere, of those at which the test set was measured; infinity:
/// it did not.
struct Milestones {
  double absorbed;      ///< from here on, max frequency of the labels' own up to absorbed_within
  double above_chance;  ///< first accuracy above that of chance by above_chance_by
  double accurate;      ///< first accuracy of at least `accuracy`
};

/// Share of the most frequent label among the measured inputs of the test set.
double label_max_frequency(const TrainingRequest& request);

Milestones milestones(const std::vector<Measurement>& measurements, double label_max_frequency,
                      double accuracy);

/// What --help says of them.
extern const char* const milestones_help;

}  // namespace igb::cli
