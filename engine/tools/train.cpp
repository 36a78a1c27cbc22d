#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "commands.hpp"
#include "failure.hpp"
#include "interrupt.hpp"
#include "layer_options.hpp"
#include "milestones.hpp"
#include "options.hpp"
#include "output.hpp"
#include "progress.hpp"
#include "run_options.hpp"
#include "snapshot_file.hpp"
#include "training_options.hpp"
#include "training_run.hpp"

namespace igb::cli {
namespace {

constexpr std::uint32_t networks_max = 1U << 24;

struct TrainOptions {
  CommonOptions common;
  LayerOptions layer;
  Initialisation init;
  TrainingOptions training;
  TargetOption target;
  std::uint32_t network = 0;
  std::string layers;
  std::string snapshot;
  std::uint32_t snapshot_every = 1000;
  bool resume = false;
};

Record parameters(const TrainOptions& options, const LabelledData& data) {
  Record record;
  options.layer.append_to(record);
  record.insert(record.end(),
                {{"sigma_w2", options.init.sigma_w2}, {"sigma_b2", options.init.sigma_b2}});
  options.training.append_to(record, data);
  record.insert(record.end(), {{"target", target_name(options.target.value())},
                               {"network", std::uint64_t{options.network}},
                               {"seed", options.common.seed}});
  return record;
}

/// What the curves depend on: a longer run goes on from a shorter one.
Record lasting(Record parameters) {
  std::erase_if(parameters, [](const auto& parameter) {
    return parameter.first == "steps" || parameter.first == "accuracy";
  });
  return parameters;
}

void learn(const TrainOptions& options, const SnapshotFile& snapshot, TrainingRun& run) {
  const InterruptWatch watch;
  const auto keep = [&] {
    if (snapshot.wanted()) snapshot.write(run.save());
  };
  const std::uint64_t steps = options.training.steps();
  Progress progress("train", steps > run.steps() ? steps - run.steps() : 0, "steps");
  while (!run.done()) {
    run.step();
    progress.advance();
    const bool interrupted = InterruptWatch::interrupted();
    if (interrupted || run.done() || run.steps() % options.snapshot_every == 0) keep();
    if (!interrupted || run.done()) continue;
    throw Interrupted("interrupted at step " + std::to_string(run.steps()) +
                      (snapshot.wanted() ? "; --resume goes on from there"
                                         : ", nothing is kept without --snapshot"));
  }
}

Table curve(const std::vector<Measurement>& measurements, std::uint32_t classes) {
  Table table{.name = "measurements", .columns = measurement_columns(classes), .rows = {}};
  table.columns.emplace_back("log_gradient_imbalance");
  for (const Measurement& m : measurements) {
    std::vector<Cell>& row = table.rows.emplace_back(measurement_row(m));
    row.push_back(cell_or_none(m.log_gradient_imbalance()));
  }
  return table;
}

Table layers(const std::vector<Measurement>& measurements, std::uint32_t classes) {
  Table table{.name = "layers",
              .columns = {"step", "split", "layer", "gamma", "log_gradient_square"},
              .rows = {}};
  for (std::uint32_t k = 0; k < classes; ++k) {
    table.columns.push_back("log_gradient_square_" + std::to_string(k));
  }
  for (const Measurement& m : measurements) {
    for (std::size_t layer = 0; layer < m.gammas.size(); ++layer) {
      const double* const squares = m.log_gradient_squares.data() + layer * (classes + 1);
      std::vector<Cell>& row = table.rows.emplace_back();
      row = {m.step, split_names[m.split], std::uint64_t{layer + 1}, cell_or_none(m.gammas[layer]),
             cell_or_none(squares[classes])};
      for (std::uint32_t k = 0; k < classes; ++k) row.push_back(cell_or_none(squares[k]));
    }
  }
  return table;
}

Record results(const TrainOptions& options, const TrainingRequest& request,
               const TrainingRun& run) {
  const double chance = label_max_frequency(request);
  const Milestones reached = milestones(run.measurements(), chance, options.training.accuracy());
  return {{"label_max_frequency", chance},
          {"step_absorbed", reached.absorbed},
          {"step_above_chance", reached.above_chance},
          {"step_accurate", reached.accurate}};
}

void run(TrainOptions& options) {
  const Output output(options.common.output);
  const Output layers_output(options.layers, "layers");
  options.layer.resolve(options.init);
  check(validate(options.init));
  options.training.validate();
  const LabelledData data = options.training.load(options.init.block, options.common.seed);
  const TrainingRequest request = options.training.request(
      options.init, {options.common.seed, options.network}, data, options.target.value());
  const Record record = parameters(options, data);
  const SnapshotFile snapshot(options.snapshot, lasting(record), data);

  TrainingRun training(request);
  if (options.resume) {
    const std::string saved = snapshot.read();
    try {
      training.resume(saved);
    } catch (const Failure& failure) {
      snapshot.refuse(failure.what());
    }
    if (training.steps() > request.steps) {
      snapshot.refuse("it is of step " + std::to_string(training.steps()) +
                      ", beyond steps = " + std::to_string(request.steps));
    }
  } else {
    training.start();
  }
  learn(options, snapshot, training);

  Report report{.command = "train",
                .parameters = record,
                .results = results(options, request, training),
                .table = curve(training.measurements(), data.classes)};
  if (!options.layers.empty()) {
    const Report details{.command = "train",
                         .parameters = record,
                         .results = {},
                         .table = layers(training.measurements(), data.classes)};
    layers_output.write(render(details, Format::csv));
  }
  if (options.common.format == Format::json) {
    report.details.push_back(layers(training.measurements(), data.classes));
  }
  output.write(render(report, options.common.format));
}

const char* const footer =
    "The weights are those of the random network of this seed and number, the very same that "
    "other\n"
    "commands see at the same widths; the loss is softmax cross entropy, in float32. Mini-batches\n"
    "go through the training set epoch by epoch, each in an order of its own that depends on seed\n"
    "and number alone.\n"
    "\n";

const char* const more =
    "\n"
    "JSON also has layers, which --layers writes as CSV: gamma of every layer, and ln of the mean\n"
    "squared gradient of the loss by a pre-activation (as of igb gradients), over all inputs and\n"
    "over those of each class. log_gradient_imbalance is ln of the ratio of the largest to the\n"
    "smallest of the classes, in layer 1.\n"
    "\n";

const char* const snapshots =
    "\n"
    "--snapshot FILE is written every --snapshot-every steps, at the end and on an interrupt\n"
    "(Ctrl-C, exit status 130), whole or not at all. --resume goes on from it as if there had "
    "been\n"
    "no pause, bit for bit on the same instruction set, also to more --steps; it wants the\n"
    "parameters and data to be the same. Where float32 overflows the run ends with exit status 2, "
    "a\n"
    "message that names step and layer, and the last snapshot as it is. Memory: 4 bytes a\n"
    "parameter, 8 or 12 with momentum and adam, and 4 (depth + 6) width bytes for each input of a\n"
    "mini-batch, or of 256 where these are more.\n"
    "\n"
    "Examples:\n"
    "  igb train --activation tanh --sigma-w2 1.99 --sigma-b2 0.1 --learning-rate 0.05 \\\n"
    "    --snapshot run.igb --output curve.csv --layers layers.csv\n"
    "  igb train --activation relu --sigma-w2 2 --data spirals --width 64 --depth 5 \\\n"
    "    --optimiser adam --learning-rate 0.002 --batch 32\n"
    "\n";

}  // namespace

void add_train(CLI::App& program) {
  auto options = std::make_shared<TrainOptions>();
  CLI::App& app = add_command(
      program, "train", "One network that learns: its guesses, gamma and gradients step by step",
      std::string(footer) + measurements_help + more + milestones_help + "\n" + labelled_data_help +
          snapshots,
      [options] { run(*options); });
  add_common(app, options->common);
  options->layer.add_to(app);
  add_variances(app, options->init);
  options->training.add_to(app);
  (void)add_count(app, "--network", options->network, 0, networks_max - 1,
                  "number of the network among those of the seed")
      .defaults_to("0");
  options->target.add_to(app);
  (void)add_text(app, "--layers", options->layers, "FILE", "CSV of all layers to write besides");
  const Flag snapshot =
      add_text(app, "--snapshot", options->snapshot, "FILE", "file from which a run can go on");
  (void)add_count(app, "--snapshot-every", options->snapshot_every, 1, 1U << 31,
                  "steps from one snapshot to the next")
      .defaults_to("1000")
      .needs(snapshot);
  (void)add_switch(app, "--resume", options->resume, "go on from the snapshot").needs(snapshot);
}

}  // namespace igb::cli
