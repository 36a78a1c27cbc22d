#include "milestones.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "failure.hpp"
#include "igb/statistics.hpp"

namespace igb::cli {

double label_max_frequency(const TrainingRequest& request) {
  const std::vector<std::uint16_t>& labels = request.data->test.labels;
  const std::size_t count = std::min<std::size_t>(labels.size(), request.measured_inputs);
  std::vector<std::uint32_t> counts(request.data->classes);
  check(count_classes(std::span(labels).first(count), counts));
  return max_frequency(counts);
}

Milestones milestones(const std::vector<Measurement>& measurements, double label_max_frequency,
                      double accuracy) {
  constexpr double never = std::numeric_limits<double>::infinity();
  Milestones reached{.absorbed = never, .above_chance = never, .accurate = never};
  for (const Measurement& m : measurements) {
    if (m.split == 0) continue;
    const auto step = static_cast<double>(m.step);
    const bool close = std::abs(m.max_frequency() - label_max_frequency) <= absorbed_within;
    reached.absorbed = close ? std::min(reached.absorbed, step) : never;
    if (m.accuracy >= label_max_frequency + above_chance_by) {
      reached.above_chance = std::min(reached.above_chance, step);
    }
    if (m.accuracy >= accuracy) reached.accurate = std::min(reached.accurate, step);
  }
  return reached;
}

const char* const milestones_help =
    "Milestones are steps among those measured, on the test set, inf where they are not reached.\n"
    "step_absorbed: from here on the share of the most frequent guess is within 0.1 of that of "
    "the\n"
    "most frequent label, label_max_frequency: the initial bias is gone. step_above_chance: the\n"
    "first accuracy above label_max_frequency, which a network has that guesses one class for "
    "ever,\n"
    "by 0.1. step_accurate: the first accuracy of at least --accuracy.\n";

}  // namespace igb::cli
