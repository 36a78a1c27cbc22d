#include "igb/gradients.hpp"

#include <cmath>
#include <memory>
#include <vector>

#include "commands.hpp"
#include "failure.hpp"
#include "igb/architecture.hpp"
#include "layer_options.hpp"
#include "options.hpp"
#include "output.hpp"

namespace igb::cli {
namespace {

struct GradientsOptions {
  CommonOptions common;
  LayerOptions layer;
  Initialisation init;
  std::uint32_t depth = 0;
  std::uint32_t width = 1000;
  double q0 = 1.0;
  double c0 = 0.0;
  std::string quantiles = "0.05,0.95";
};

Record parameters(const GradientsOptions& options) {
  Record record;
  options.layer.append_to(record);
  record.insert(record.end(), {{"sigma_w2", options.init.sigma_w2},
                               {"sigma_b2", options.init.sigma_b2},
                               {"depth", std::uint64_t{options.depth}},
                               {"width", std::uint64_t{options.width}},
                               {"q0", options.q0},
                               {"c0", options.c0},
                               {"quantiles", options.quantiles},
                               {"seed", options.common.seed}});
  return record;
}

std::vector<double> probabilities(const std::string& list) {
  std::vector<double> values = parse_list("quantiles", list, 0.0, 1.0);
  for (const double p : values) {
    if (p > 0.0 && p < 1.0) continue;
    throw Failure("quantiles = " + cell_text(p) +
                  " is out of range: allowed are values from 0 to 1, neither included");
  }
  return values;
}

/// One row a layer and kind of label.
Table table(const GradientsOptions& options) {
  std::vector<Signal> signals(options.depth + 1);
  check(trajectory(options.init, {options.q0, 1.0 - options.c0}, signals));
  if (const double c = signals.back().c(); c < 0.0) {
    throw Failure("c0 = " + cell_text(options.c0) + " leaves outputs correlated by " +
                  cell_text(c) + ": the law of the loss allows 0 or more");
  }
  const std::span<const Signal> hidden = std::span(signals).first(options.depth);
  std::vector<LayerGradient> gradients(options.depth);
  check(backward(options.init, hidden, gradients));

  const std::vector<double> p = probabilities(options.quantiles);
  Table table{.name = "layers",
              .columns = {"layer", "labels", "log_median", "mean_log", "log_mean"},
              .rows = {}};
  for (const double probability : p) {
    table.columns.push_back("log_quantile_" + cell_text(probability));
  }
  const LossGradientLaw law{signals.back()};
  const std::size_t columns = gradient_columns + p.size();
  const std::pair<Labels, const char*> kinds[] = {
      {Labels::favoured, "favoured"}, {Labels::unfavoured, "unfavoured"}, {Labels::all, "all"}};
  std::vector<std::vector<double>> reports;
  for (const auto& [labels, name] : kinds) {
    std::vector<double>& report = reports.emplace_back(gradients.size() * columns);
    check(gradient_report(gradients, law, options.width, labels, p, report));
  }
  for (std::size_t layer = 0; layer < gradients.size(); ++layer) {
    for (std::size_t kind = 0; kind < reports.size(); ++kind) {
      std::vector<Cell> row = {std::uint64_t{layer + 1}, kinds[kind].second};
      for (std::size_t i = 0; i < columns; ++i)
        row.emplace_back(reports[kind][layer * columns + i]);
      table.rows.push_back(std::move(row));
    }
  }
  return table;
}

void run(GradientsOptions& options) {
  const Output output(options.common.output);
  options.layer.resolve(options.init);
  output.write(render({.command = "gradients",
                       .parameters = parameters(options),
                       .results = {},
                       .table = table(options)},
                      options.common.format));
}

const char* const footer =
    "Theory of the squared gradient of the loss by a pre-activation of hidden layer l: two "
    "classes,\n"
    "cross-entropy, before training. Natural logarithms, over networks and inputs: of the median,\n"
    "the mean of the logarithm, the logarithm of the mean, quantiles. Rows are for inputs "
    "labelled\n"
    "with the class that the network favours, with the other one, and with either. Median and "
    "mean\n"
    "may differ by hundreds of powers of ten, so no plain mean is given.\n"
    "\n"
    "Examples:\n"
    "  igb gradients --activation relu --sigma-w2 2.5 --sigma-b2 0.1 --depth 30 --width 300\n"
    "  igb gradients --activation tanh --sigma-w2 1.99 --sigma-b2 0.1 --depth 50 --quantiles "
    "0.25,0.75\n"
    "\n";

}  // namespace

void add_gradients(CLI::App& program) {
  auto options = std::make_shared<GradientsOptions>();
  CLI::App& app = add_command(program, "gradients",
                              "Theory of the gradients of every layer, by the class of the label",
                              footer, [options] { run(*options); });
  add_common(app, options->common);
  options->layer.add_to(app);
  add_variances(app, options->init);
  add_count(app, "--depth", options->depth, 1, depth_max, "hidden layers").required();
  add_count(app, "--width", options->width, 1, width_max, "units of a hidden layer")
      .defaults_to("1000");
  add_real(app, "--q0", options->q0, "mean square of an input's components").defaults_to("1");
  add_real(app, "--c0", options->c0, "correlation of two inputs").defaults_to("0");
  add_text(app, "--quantiles", options->quantiles, "LIST",
           "comma-separated probabilities, or first:last:count")
      .defaults_to(options->quantiles);
}

}  // namespace igb::cli
