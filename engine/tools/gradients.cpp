#include "igb/gradients.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <string_view>
#include <vector>

#include "commands.hpp"
#include "data_options.hpp"
#include "failure.hpp"
#include "gradient_ensemble.hpp"
#include "igb/architecture.hpp"
#include "labels.hpp"
#include "layer_options.hpp"
#include "options.hpp"
#include "output.hpp"
#include "progress.hpp"
#include "run_options.hpp"

namespace igb::cli {
namespace {

constexpr std::uint32_t networks_max = 1U << 24;
constexpr std::array<const char*, label_kinds> labels_names = {"favoured", "unfavoured", "all"};

struct GradientsOptions {
  CommonOptions common;
  LayerOptions layer;
  Architecture architecture{.init = {}, .input_width = 0, .width = 1000, .depth = 0, .classes = 2};
  double q0 = 1.0;
  double c0 = 0.0;
  Flag q0_flag;
  Flag c0_flag;
  std::string quantiles = "0.05,0.95";
  std::uint32_t networks = 0;  ///< 0: theory alone
  DataOptions data;
  LabelOptions labels;
  RunOptions run;
};

std::vector<double> probabilities(const std::string& list) {
  std::vector<double> values = parse_list("quantiles", list, 0.0, 1.0);
  for (const double p : values) {
    if (p > 0.0 && p < 1.0) continue;
    throw Failure("quantiles = " + cell_text(p) +
                  " is out of range: allowed are values from 0 to 1, neither included");
  }
  return values;
}

/// What theory says, by Labels: [layers, columns] each; without rows where it says nothing, `note`
/// why.
struct Theory {
  std::array<std::vector<double>, label_kinds> reports;
  std::string note;
};

Status derive(const Architecture& architecture, Signal input, const std::vector<double>& p,
              Theory& theory) {
  std::vector<Signal> signals(architecture.depth + 1);
  if (const Status s = trajectory(architecture.init, input, signals); !s.ok()) return s;
  const std::span<const Signal> hidden = std::span(signals).first(architecture.depth);
  std::vector<LayerGradient> gradients(architecture.depth);
  if (const Status s = backward(architecture.init, hidden, gradients); !s.ok()) return s;
  for (const Labels labels : {Labels::favoured, Labels::unfavoured, Labels::all}) {
    std::vector<double>& report = theory.reports[static_cast<std::size_t>(labels)];
    report.resize(gradients.size() * (gradient_columns + p.size()));
    if (const Status s =
            gradient_report(gradients, {signals.back()}, architecture.width, labels, p, report);
        !s.ok()) {
      return s;
    }
  }
  return {};
}

/// Beside measurements, theory may have nothing to say.
Theory theory_of_data(const Architecture& architecture, const Dataset& data, InputMoments input,
                      const std::vector<double>& p) {
  Theory theory;
  if (architecture.classes != 2) {
    theory.note = "known for classes = 2 only";
    return theory;
  }
  const double c0 = without_chance(input.c, data, theory.note);
  const Status status = derive(architecture, {input.q, 1.0 - c0}, p, theory);
  if (status.ok()) return theory;
  if (status.code == StatusCode::no_solution) {
    return {
        .reports = {},
        .note = std::string("there is none of block ") + block_name(architecture.init.block.kind)};
  }
  return {.reports = {}, .note = message(status)};
}

std::vector<std::string> theory_columns(const std::vector<double>& p) {
  std::vector<std::string> columns = {"log_median", "mean_log", "log_mean"};
  for (const double probability : p) {
    columns.push_back("log_quantile_" + cell_text(probability));
  }
  return columns;
}

/// One row a layer and kind of label.
Table theory_table(const Architecture& architecture, const Theory& theory,
                   const std::vector<double>& p) {
  const std::vector<std::string> columns = theory_columns(p);
  Table table{.name = "layers", .columns = {"layer", "labels"}, .rows = {}};
  table.columns.insert(table.columns.end(), columns.begin(), columns.end());
  for (std::size_t layer = 0; layer < architecture.depth; ++layer) {
    for (std::size_t kind = 0; kind < label_kinds; ++kind) {
      std::vector<Cell>& row = table.rows.emplace_back();
      row = {std::uint64_t{layer + 1}, labels_names[kind]};
      const std::vector<double>& report = theory.reports[kind];
      for (std::size_t i = 0; i < columns.size(); ++i) {
        row.emplace_back(None{});
        if (!report.empty()) row.back() = report[layer * columns.size() + i];
      }
    }
  }
  return table;
}

void append_measurements(GradientResult& result, const std::vector<double>& p, Table& table) {
  for (const char* name : {"log_median", "mean_log", "mean_log_error", "log_mean"}) {
    table.columns.push_back(std::string("measured_") + name);
  }
  for (const double probability : p) {
    table.columns.push_back("measured_log_quantile_" + cell_text(probability));
  }
  table.columns.emplace_back("measured_log_weight_square");
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    LogStatistics& units = result[i / label_kinds].units[i % label_kinds];
    LogStatistics& weights = result[i / label_kinds].weights[i % label_kinds];
    const Estimate mean_log = units.mean_log();
    std::vector<Cell>& row = table.rows[i];
    for (const double value :
         {units.quantile(0.5), mean_log.mean, mean_log.standard_error, units.log_mean()}) {
      row.push_back(cell_or_none(value));
    }
    for (const double probability : p) row.push_back(cell_or_none(units.quantile(probability)));
    row.push_back(cell_or_none(weights.quantile(0.5)));
  }
}

/// How many inputs of how many networks were of each kind; all layers saw the same.
void append_counts(const GradientResult& result, Record& results) {
  double rank_error = 0.0;
  for (std::size_t kind = 0; kind < label_kinds; ++kind) {
    const LogStatistics& units = result.front().units[kind];
    results.emplace_back(std::string("count_") + labels_names[kind], units.count());
    rank_error = std::max(rank_error, units.rank_error());
  }
  results.emplace_back("quantile_rank_error", rank_error);
}

Record parameters(const GradientsOptions& options) {
  const Architecture& architecture = options.architecture;
  Record record;
  options.layer.append_to(record);
  record.insert(record.end(), {{"sigma_w2", architecture.init.sigma_w2},
                               {"sigma_b2", architecture.init.sigma_b2},
                               {"depth", std::uint64_t{architecture.depth}},
                               {"width", std::uint64_t{architecture.width}}});
  return record;
}

void check_theory_alone(const GradientsOptions& options) {
  if (options.architecture.classes == 2) return;
  throw Failure("classes = " + std::to_string(options.architecture.classes) +
                ": theory knows two; allowed: 2, or networks of at least 1");
}

Report theory_report(const GradientsOptions& options) {
  check_theory_alone(options);
  const Architecture& architecture = options.architecture;
  const std::vector<double> p = probabilities(options.quantiles);
  Record record = parameters(options);
  record.insert(record.end(), {{"q0", options.q0},
                               {"c0", options.c0},
                               {"quantiles", options.quantiles},
                               {"seed", options.common.seed}});
  Theory theory;
  const Status status = derive(architecture, {options.q0, 1.0 - options.c0}, p, theory);
  if (std::string_view(status.parameter) == "output_d") {
    throw Failure("c0 = " + cell_text(options.c0) + " leaves outputs correlated by " +
                  cell_text(1.0 - status.value) + ": the law of the loss allows 0 or more");
  }
  check(status);
  return {.command = "gradients",
          .parameters = std::move(record),
          .results = {},
          .table = theory_table(architecture, theory, p)};
}

/// Of measured inputs.
void check_no_given_moments(const GradientsOptions& options) {
  for (const auto& [flag, name] :
       {std::pair(options.q0_flag, "q0"), std::pair(options.c0_flag, "c0")}) {
    if (!flag.given()) continue;
    throw Failure(std::string(name) +
                  " is that of the data where there are networks; allowed: none, or networks = 0");
  }
}

Report measured_report(const GradientsOptions& options) {
  check_no_given_moments(options);
  check(validate(options.architecture.init));
  const std::vector<double> p = probabilities(options.quantiles);
  Architecture architecture = options.architecture;
  const std::uint64_t seed = options.common.seed;
  const Dataset data = options.data.load(architecture, seed, options.run.target());
  architecture.input_width = data.width;
  const InputMoments input = input_moments(data);
  const auto labels = options.labels.load(options.data, data.inputs, architecture.classes, seed);
  GradientRequest request{.architecture = architecture,
                          .data = &data,
                          .labels = labels,
                          .seed = seed,
                          .networks = options.networks,
                          .threads = 1,
                          .target = options.run.target()};
  const GradientMemory memory = gradient_memory(request);
  request.threads = options.run.threads(memory.thread, memory.shared);
  check_gradient_memory(request);  // before theory, which takes a while for a million layers

  Record record = parameters(options);
  record.insert(record.end(), {{"quantiles", options.quantiles},
                               {"networks", std::uint64_t{options.networks}},
                               {"inputs", std::uint64_t{data.inputs}},
                               {"classes", std::uint64_t{architecture.classes}}});
  options.data.append_to(record);
  record.insert(record.end(), {{"labels", options.labels.name(options.data)},
                               {"input_width", std::uint64_t{data.width}},
                               {"target", target_name(request.target)},
                               {"seed", seed}});
  Report report{.command = "gradients",
                .parameters = std::move(record),
                .results = {{"q0", input.q}, {"c0", input.c}},
                .table = {}};
  const Theory theory = theory_of_data(architecture, data, input, p);
  if (!theory.note.empty()) report.results.emplace_back("theory_note", theory.note);
  report.table = theory_table(architecture, theory, p);

  Progress progress("gradients", options.networks * gradient_steps(architecture));
  GradientResult result = run_gradient_ensemble(request, [&] { progress.advance(); });
  append_counts(result, report.results);
  append_measurements(result, p, report.table);
  return report;
}

void run(GradientsOptions& options) {
  const Output output(options.common.output);
  options.layer.resolve(options.architecture.init);
  output.write(render(options.networks > 0 ? measured_report(options) : theory_report(options),
                      options.common.format));
}

const char* const footer =
    "The squared gradient of the loss by a pre-activation of hidden layer l, mean over its units "
    "(block\n"
    "residual: by the stream that the layer reads; residual_after: by the argument of phi): "
    "cross-entropy,\n"
    "before training. Natural logarithms, over networks and inputs: of the median, the mean of "
    "the\n"
    "logarithm, the logarithm of the mean, quantiles. Rows are for inputs labelled with the class "
    "that\n"
    "their network favours, with another one, and with either. Median and mean may differ by "
    "hundreds\n"
    "of powers of ten, so no plain mean is given.\n"
    "\n"
    "Theory is that of two classes at infinite width. --networks N measures it in N random "
    "networks on\n"
    "data beside it, in columns measured_...: a network favours the class that it guesses for "
    "most\n"
    "inputs; measured_mean_log_error is the standard error over networks; "
    "measured_log_weight_square the\n"
    "median of ln of the squared gradient by all weights into the layer (block residual: by its "
    "V).\n"
    "Theory then starts from q0 and c0 of the data, and where it has nothing to say its columns "
    "are none\n"
    "and theory_note says why. count_favoured, count_unfavoured and count_all are how many inputs "
    "of all\n"
    "networks the rows stand for. Quantiles are exact for up to 4096 of them; beyond, "
    "quantile_rank_error\n"
    "is the largest error of their probability (at 99 % confidence). With batch normalisation "
    "gradients\n"
    "are those of the sum of all losses. Memory: 4 (depth + 6) inputs positions width bytes a "
    "thread, for\n"
    "convolutions also two copies of their windows, and 200 kB a layer.\n"
    "\n";

const char* const examples =
    "\n"
    "Examples:\n"
    "  igb gradients --activation relu --sigma-w2 2.5 --sigma-b2 0.1 --depth 30 --width 300\n"
    "  igb gradients --activation tanh --sigma-w2 1.99 --sigma-b2 0.1 --depth 50 --quantiles "
    "0.25,0.75\n"
    "  igb gradients --activation relu --sigma-w2 2.5 --sigma-b2 0.1 --depth 30 --width 300 \\\n"
    "    --networks 1000\n"
    "  igb gradients --activation tanh --sigma-w2 1.8 --sigma-b2 0.1 --depth 10 --width 16 \\\n"
    "    --block convolution --side 28 --dimensions 2 --data fashion-mnist --networks 20\n"
    "\n";

}  // namespace

void add_gradients(CLI::App& program) {
  auto options = std::make_shared<GradientsOptions>();
  CLI::App& app =
      add_command(program, "gradients",
                  "Gradients of every layer by the class of the label: theory, and "
                  "random networks beside it",
                  std::string(footer) + data_help + examples, [options] { run(*options); });
  Architecture& architecture = options->architecture;
  add_common(app, options->common);
  options->layer.add_to(app);
  add_variances(app, architecture.init);
  add_count(app, "--depth", architecture.depth, 1, depth_max, "hidden layers").required();
  add_count(app, "--width", architecture.width, 1, width_max, "units of a hidden layer")
      .defaults_to("1000");
  options->q0_flag =
      add_real(app, "--q0", options->q0, "mean square of an input's components, without networks")
          .defaults_to("1");
  options->c0_flag =
      add_real(app, "--c0", options->c0, "correlation of two inputs, without networks")
          .defaults_to("0");
  add_text(app, "--quantiles", options->quantiles, "LIST",
           "comma-separated probabilities, or first:last:count")
      .defaults_to(options->quantiles);
  const Flag networks = add_count(app, "--networks", options->networks, 0, networks_max,
                                  "independent networks to measure; 0: theory alone")
                            .defaults_to("0");
  (void)add_count(app, "--classes", architecture.classes, 2, classes_max, "output units")
      .defaults_to("2")
      .needs(networks);
  options->data.add_to(app, &networks);
  options->labels.add_to(app, networks);
  options->run.add_to(app, &networks);
}

}  // namespace igb::cli
