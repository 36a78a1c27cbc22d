#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "labelled_data.hpp"
#include "options.hpp"
#include "output.hpp"
#include "training_run.hpp"

namespace igb::cli {

/// How networks learn and are measured: --width, --depth, the labelled data, --optimiser with its
/// parameters, --batch, --steps, --measure, --measured-inputs, --accuracy.
class TrainingOptions {
 public:
  TrainingOptions() = default;
  TrainingOptions(const TrainingOptions&) = delete;
  TrainingOptions& operator=(const TrainingOptions&) = delete;

  void add_to(CLI::App& app);

  /// Throws Failure for values that are not allowed and flags that the optimiser has no use for,
  /// before any data are read.
  void validate() const;
  [[nodiscard]] LabelledData load(const Block& block, std::uint64_t seed) const {
    return data_.load(block, seed);
  }
  /// Of those data, which must stay. Throws Failure where there can be no such network.
  [[nodiscard]] TrainingRequest request(const Initialisation& init, Draw draw,
                                        const LabelledData& data, Target target) const;
  [[nodiscard]] std::uint32_t steps() const { return steps_; }
  [[nodiscard]] std::uint32_t depth() const { return depth_; }
  [[nodiscard]] double accuracy() const { return accuracy_; }

  /// All parameters in effect, by the names of their flags.
  void append_to(Record& parameters, const LabelledData& data) const;

 private:
  struct Owned {
    Optimiser least;  ///< it and those after it have a use for the flag
    const char* name;
    Flag flag;
    double LearningRule::*value;
  };

  std::uint32_t width_ = 128;
  std::uint32_t depth_ = 50;
  LabelledDataOptions data_;
  LearningRule rule_;
  std::vector<Owned> owned_;
  std::uint32_t batch_ = 100;
  std::uint32_t steps_ = 1000;
  std::uint32_t measure_ = 10;
  std::uint32_t measured_inputs_ = 1000;
  double accuracy_ = 0.8;
};

/// "step", "split", "loss", ... and a row of it.
[[nodiscard]] std::vector<std::string> measurement_columns(std::uint32_t classes);
[[nodiscard]] std::vector<Cell> measurement_row(const Measurement& measurement);

/// What --help says of these columns and of the measurements.
extern const char* const measurements_help;

}  // namespace igb::cli
