#include "training_options.hpp"

#include <algorithm>
#include <string>

#include "failure.hpp"
#include "memory.hpp"

namespace igb::cli {
namespace {

constexpr std::uint32_t batch_max = 1U << 20;
constexpr std::uint32_t steps_max = 1U << 31;
constexpr std::uint32_t measure_max = 1000;

const char* name_of(Optimiser optimiser) {
  return optimiser_names()[static_cast<std::size_t>(optimiser)];
}

}  // namespace

const char* const measurements_help =
    "Measurements are taken on the first --measured-inputs of the training and of the test set, "
    "at\n"
    "step 0, at the whole numbers closest to 10^(k / measure) and at the last step: mean cross\n"
    "entropy in nats; accuracy; max_frequency, the share of the most frequent guess; gamma of the\n"
    "output layer; frequency_k, the share of guesses that are k; accuracy_k, the share of inputs "
    "of\n"
    "class k that are guessed right. Inputs go through the network 256 at a time, with batch\n"
    "normalisation by the statistics of these; gamma is the ratio of averages over them. Dropout\n"
    "drops nothing here.\n";

void TrainingOptions::add_to(CLI::App& app) {
  (void)add_count(app, "--width", width_, 1, width_max, "units of a hidden layer")
      .defaults_to(std::to_string(width_));
  (void)add_count(app, "--depth", depth_, 1, depth_max, "hidden layers")
      .defaults_to(std::to_string(depth_));
  data_.add_to(app);
  (void)add_name(
      app, "--optimiser", optimiser_names(),
      [this](std::size_t place) { rule_.optimiser = static_cast<Optimiser>(place); },
      "how weights follow the gradient of the mean loss of a mini-batch")
      .defaults_to(name_of(rule_.optimiser));
  (void)add_real(app, "--learning-rate", rule_.learning_rate, "rate of all parameters")
      .defaults_to(cell_text(rule_.learning_rate));
  const auto own = [&](Optimiser least, const char* flag, double LearningRule::*value,
                       const char* name, const char* help) {
    owned_.push_back({least, name,
                      add_real(app, flag, rule_.*value, help).defaults_to(cell_text(rule_.*value)),
                      value});
  };
  own(Optimiser::momentum, "--momentum", &LearningRule::momentum, "momentum",
      "decay of the mean gradient, of momentum and adam (beta_1)");
  own(Optimiser::adam, "--beta2", &LearningRule::beta2, "beta2",
      "decay of the mean squared gradient, of adam");
  own(Optimiser::adam, "--epsilon", &LearningRule::epsilon, "epsilon",
      "added to the root of the mean squared gradient, of adam");
  (void)add_real(app, "--weight-decay", rule_.weight_decay,
                 "decoupled: parameters are multiplied by 1 - learning_rate weight_decay a step")
      .defaults_to("0");
  (void)add_count(app, "--batch", batch_, 1, batch_max, "inputs of a mini-batch")
      .defaults_to(std::to_string(batch_));
  (void)add_count(app, "--steps", steps_, 0, steps_max, "mini-batches to learn from")
      .defaults_to(std::to_string(steps_));
  (void)add_count(app, "--measure", measure_, 1, measure_max, "measurements a decade of steps")
      .defaults_to(std::to_string(measure_));
  (void)add_count(app, "--measured-inputs", measured_inputs_, 1, inputs_max,
                  "inputs of either set to measure with, all where there are fewer")
      .defaults_to(std::to_string(measured_inputs_));
  (void)add_real(app, "--accuracy", accuracy_, "accuracy of step_accurate, 0 to 1")
      .defaults_to(cell_text(accuracy_));
}

void TrainingOptions::validate() const {
  for (const Owned& owned : owned_) {
    if (rule_.optimiser >= owned.least || !owned.flag.given()) continue;
    throw Failure(std::string(owned.name) + ": optimiser " + name_of(rule_.optimiser) +
                  " has none; it belongs to " +
                  (owned.least == Optimiser::adam ? "adam" : "momentum, adam"));
  }
  check(igb::validate(rule_));
  check(check_range("accuracy", accuracy_, 0.0, 1.0));
}

TrainingRequest TrainingOptions::request(const Initialisation& init, Draw draw,
                                         const LabelledData& data, Target target) const {
  TrainingRequest request{.architecture = {.init = init,
                                           .input_width = data.train.data.width,
                                           .width = width_,
                                           .depth = depth_,
                                           .classes = data.classes},
                          .draw = draw,
                          .rule = rule_,
                          .data = &data,
                          .batch = batch_,
                          .steps = steps_,
                          .measure = measure_,
                          .measured_inputs = measured_inputs_,
                          .target = target,
                          .all_layers = true};
  check_memory(TrainingRun::bytes(request),
               "width = " + std::to_string(width_) + ", depth = " + std::to_string(depth_) +
                   ", batch = " + std::to_string(batch_) + ": a network that learns");
  return request;
}

void TrainingOptions::append_to(Record& parameters, const LabelledData& data) const {
  parameters.insert(parameters.end(),
                    {{"width", std::uint64_t{width_}}, {"depth", std::uint64_t{depth_}}});
  data_.append_to(parameters, data);
  parameters.insert(parameters.end(), {{"optimiser", name_of(rule_.optimiser)},
                                       {"learning_rate", rule_.learning_rate}});
  for (const Owned& owned : owned_) {
    if (rule_.optimiser >= owned.least) parameters.emplace_back(owned.name, rule_.*owned.value);
  }
  parameters.insert(parameters.end(), {{"weight_decay", rule_.weight_decay},
                                       {"batch", std::uint64_t{batch_}},
                                       {"steps", std::uint64_t{steps_}},
                                       {"measure", std::uint64_t{measure_}},
                                       {"measured_inputs", std::uint64_t{measured_inputs_}},
                                       {"accuracy", accuracy_}});
}

std::vector<std::string> measurement_columns(std::uint32_t classes) {
  std::vector<std::string> columns = {"step",     "split",         "loss",
                                      "accuracy", "max_frequency", "gamma"};
  for (const char* name : {"frequency_", "accuracy_"}) {
    for (std::uint32_t k = 0; k < classes; ++k) columns.push_back(name + std::to_string(k));
  }
  return columns;
}

std::vector<Cell> measurement_row(const Measurement& m) {
  std::vector<Cell> row = {m.step,     split_names[m.split], m.loss,
                           m.accuracy, m.max_frequency(),    cell_or_none(m.gammas.back())};
  for (const double frequency : m.frequencies) row.emplace_back(frequency);
  for (const double accuracy : m.accuracies) row.push_back(cell_or_none(accuracy));
  return row;
}

}  // namespace igb::cli
