#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "commands.hpp"
#include "data.hpp"
#include "ensemble.hpp"
#include "failure.hpp"
#include "igb/accumulator.hpp"
#include "igb/architecture.hpp"
#include "igb/gram_network.hpp"
#include "igb/guessing_law.hpp"
#include "igb/kernel_recursion.hpp"
#include "igb/kolmogorov_smirnov.hpp"
#include "igb/many_class_law.hpp"
#include "igb/mean_field.hpp"
#include "igb/statistics.hpp"
#include "kernel_ensemble.hpp"
#include "layer_options.hpp"
#include "options.hpp"
#include "output.hpp"
#include "progress.hpp"

namespace igb::cli {
namespace {

constexpr std::uint32_t inputs_default = 100;
constexpr std::uint32_t networks_max = 1U << 24;
constexpr std::uint32_t threads_max = 1024;

struct SimulateOptions {
  CommonOptions common;
  LayerOptions layer;
  Architecture architecture{
      .init = {}, .input_width = 0, .width = 1000, .depth = 100, .classes = 2};
  std::uint32_t inputs = 0;  ///< 0: inputs_default, or all rows of a CSV file
  std::uint32_t networks = 10;
  std::uint32_t threads = 0;  ///< 0: all
  std::string data = "gaussian";
  std::string data_dir = "/usr/share/datasets/fashion-mnist";
  std::string sampler = "dense";
  bool effective_rank = false;
  Flag width;
  Target target = Target::best;
};

Target parse_target(const std::string& name) {
  if (name == "best") return Target::best;
  std::string available = "best";
  for (const Target target : {Target::emulated, Target::baseline, Target::avx2, Target::avx512}) {
    if (!target_available(target)) continue;
    if (name == target_name(target)) return target;
    available += ", " + std::string(target_name(target));
  }
  throw Failure("target = '" + name + "' is not available on this machine; allowed: " + available);
}

bool uses_kernel(const SimulateOptions& options) { return options.sampler == "kernel"; }
bool uses_gram(const SimulateOptions& options) { return options.sampler == "gram"; }

void check_sampler(const SimulateOptions& options) {
  const std::string& name = options.sampler;
  if (name != "dense" && name != "gram" && name != "kernel") {
    throw Failure("sampler = '" + name + "' is unknown; allowed: dense, gram, kernel");
  }
  if (options.effective_rank && name != "dense") {
    throw Failure("effective_rank = yes needs the units of a layer, which sampler = " + name +
                  " does not have; allowed: no, or sampler = dense");
  }
  if (uses_gram(options) && options.inputs > 0) {
    check(check_range("inputs", options.inputs, 2, gram_inputs_max));
  }
  if (!uses_kernel(options)) return;
  if (options.width.given()) {
    throw Failure(
        "width = " + std::to_string(options.architecture.width) +
        " means nothing to sampler = kernel, whose networks are infinitely wide; allowed: "
        "no width");
  }
  if (options.inputs > 0) {
    check(check_range("inputs", options.inputs, 2, kernel_inputs_max));
  }
}

/// The kernel has several blocks and refuses the others itself.
void check_block(const SimulateOptions& options) {
  const BlockKind kind = options.architecture.init.block.kind;
  if (kind == BlockKind::plain || uses_kernel(options)) return;
  const bool gram = uses_gram(options);
  if (gram && (kind == BlockKind::max_pool || kind == BlockKind::average_pool ||
               kind == BlockKind::dropout)) {
    return;
  }
  throw Failure(std::string("block = '") + block_name(kind) + "' is not one of sampler " +
                options.sampler + "; allowed: plain" +
                (gram ? ", max_pool, average_pool, dropout" : ""));
}

Dataset gaussian_data(const SimulateOptions& options, std::uint32_t inputs) {
  const Architecture& architecture = options.architecture;
  Dataset data{
      .values = {},
      .inputs = inputs,
      .width = architecture.input_width > 0 ? architecture.input_width : architecture.width};
  data.values.resize(std::size_t{data.inputs} * data.width);
  check(gaussian_inputs(options.common.seed, data.width, data.values, options.target));
  return data;
}

Dataset load(const SimulateOptions& options) {
  const std::uint32_t inputs = options.inputs > 0 ? options.inputs : inputs_default;
  if (options.data == "gaussian") return gaussian_data(options, inputs);
  if (options.data == "fashion-mnist") return read_fashion_mnist(options.data_dir, inputs);
  if (!std::filesystem::exists(options.data)) {
    throw Failure(
        "data = '" + options.data +
        "' is neither a known data set nor a file; allowed: gaussian, fashion-mnist, a CSV file");
  }
  return read_csv(options.data, options.inputs);
}

/// input_width is free for Gaussian data and given by any other.
void check_input_width(const SimulateOptions& options, const Dataset& data) {
  const std::uint32_t asked = options.architecture.input_width;
  if (asked > 0 && asked != data.width) {
    check(check_range("input_width", asked, data.width, data.width));
  }
}

Record parameters(const SimulateOptions& options, const EnsembleRequest& request) {
  const Architecture& architecture = request.architecture;
  Record record;
  options.layer.append_to(record);
  record.insert(record.end(), {{"sigma_w2", architecture.init.sigma_w2},
                               {"sigma_b2", architecture.init.sigma_b2}});
  if (!uses_kernel(options)) record.emplace_back("width", std::uint64_t{architecture.width});
  record.insert(record.end(), {{"depth", std::uint64_t{architecture.depth}},
                               {"inputs", std::uint64_t{request.data->inputs}},
                               {"networks", std::uint64_t{request.networks}},
                               {"classes", std::uint64_t{architecture.classes}},
                               {"data", options.data}});
  if (options.data == "fashion-mnist") record.emplace_back("data_dir", options.data_dir);
  record.insert(record.end(), {{"input_width", std::uint64_t{architecture.input_width}},
                               {"sampler", options.sampler},
                               {"target", target_name(options.target)},
                               {"seed", request.seed}});
  if (options.effective_rank) record.emplace_back("effective_rank", "yes");
  return record;
}

constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// NaN says that there is none, such as the error of a single network.
Cell cell_or_none(double value) { return std::isnan(value) ? Cell(None{}) : Cell(value); }

Table layers_table(const EnsembleResult& ensemble, const std::vector<Signal>& theory) {
  Table table{.name = "layers",
              .columns = {"layer", "q", "c", "gamma", "sigma_mu2", "sigma_y2", "theory_q",
                          "theory_c", "theory_gamma", "theory_sigma_mu2", "theory_sigma_y2"},
              .rows = {}};
  for (std::size_t i = 0; i < theory.size(); ++i) {
    const LayerMoments& measured = ensemble.layers[i];
    const Signal& signal = theory[i];
    table.rows.push_back({std::uint64_t{i + 1}, measured.q, measured.c, measured.gamma(),
                          measured.sigma_mu2, measured.sigma_y2, signal.q, signal.c(),
                          signal.gamma(), signal.q * signal.c(), signal.q * signal.d});
  }
  return table;
}

void append_errors(const std::vector<LayerErrors>& errors, Table& table) {
  for (const char* name :
       {"q_error", "c_error", "gamma_error", "sigma_mu2_error", "sigma_y2_error"})
    table.columns.emplace_back(name);
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    std::vector<Cell>& row = table.rows[i];
    if (errors.empty()) {
      row.resize(table.columns.size());
      continue;
    }
    const LayerErrors& layer = errors[i];
    for (const double error : {layer.q, layer.c, layer.gamma, layer.sigma_mu2, layer.sigma_y2}) {
      row.push_back(cell_or_none(error));
    }
  }
}

void append_ranks(const std::vector<LayerRanks>& ranks, Table& table) {
  if (ranks.empty()) return;
  for (const char* name : {"effective_rank", "effective_rank_error", "effective_rank_centred",
                           "effective_rank_centred_error"}) {
    table.columns.emplace_back(name);
  }
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    for (const Estimate& rank : {ranks[i].uncentred, ranks[i].centred}) {
      table.rows[i].emplace_back(rank.mean);
      table.rows[i].push_back(cell_or_none(rank.standard_error));
    }
  }
}

void append_mean_max_frequency(const std::vector<std::vector<double>>& g, Record& results) {
  constexpr double confidence = 0.95;
  Accumulator accumulator;
  for (const std::vector<double>& fractions : g) accumulator.add(std::ranges::max(fractions));
  const Interval interval = accumulator.mean_interval(confidence);
  results.emplace_back("mean_max_frequency", accumulator.mean());
  results.emplace_back("mean_max_frequency_error", cell_or_none(accumulator.standard_error()));
  results.emplace_back("mean_max_frequency_low", interval.low);
  results.emplace_back("mean_max_frequency_high", interval.high);
}

/// How many networks put n of the inputs into class 0.
std::vector<std::uint32_t> histogram_over_networks(const std::vector<std::vector<double>>& g,
                                                   std::uint32_t inputs) {
  std::vector<std::uint32_t> networks(std::size_t{inputs} + 1);
  for (const std::vector<double>& fractions : g) {
    ++networks[static_cast<std::size_t>(std::lround(fractions[0] * inputs))];
  }
  return networks;
}

/// The counts n that occur, beside how many networks theory expects there, if pmf is not empty.
Table histogram_table(const std::vector<std::uint32_t>& networks, std::size_t all,
                      const std::vector<double>& pmf) {
  Table table{.name = "g_0_histogram",
              .columns = {"inputs", "g_0", "networks", "theory_networks"},
              .rows = {}};
  for (std::size_t n = 0; n < networks.size(); ++n) {
    if (networks[n] == 0) continue;
    std::vector<Cell>& row = table.rows.emplace_back();
    row.emplace_back(std::uint64_t{n});
    row.emplace_back(static_cast<double>(n) / static_cast<double>(networks.size() - 1));
    row.emplace_back(std::uint64_t{networks[n]});
    row.push_back(cell_or_none(pmf.empty() ? none : static_cast<double>(all) * pmf[n]));
  }
  return table;
}

/// More than two classes: drifts of the classes are drawn, more often the fewer classes there are.
Estimate many_class_frequency(double gamma, std::uint32_t classes, std::uint32_t inputs,
                              std::uint64_t seed) {
  const std::uint32_t networks = std::clamp(60000U / classes, 100U, 2000U);
  std::vector<double> drifts(classes);
  std::vector<double> g(classes);
  Estimate estimate{};
  check(finite_mean_max_frequency({classes, gamma}, inputs, {seed, 0}, networks, drifts, g,
                                  estimate));
  return estimate;
}

/// Measured frequencies beside their law.
void append_frequencies(const EnsembleResult& ensemble, const Signal& output,
                        const EnsembleRequest& request, Report& report) {
  const std::uint32_t inputs = request.data->inputs;
  const std::uint32_t classes = request.architecture.classes;
  const std::vector<std::uint32_t> networks = histogram_over_networks(ensemble.g, inputs);
  const double gamma = output.gamma();
  std::vector<double> pmf;
  Estimate theory{none, none};
  double distance = none;
  if (gamma >= 0.0 && classes == 2) {
    pmf.resize(networks.size());
    check(finite_two_class_law(gamma, pmf));
    theory.mean = mean_max_frequency(pmf);
    distance = ks_distance(networks, pmf);
  } else if (gamma >= 0.0) {
    theory = many_class_frequency(gamma, classes, inputs, request.seed);
  }
  Record& results = report.results;
  append_mean_max_frequency(ensemble.g, results);
  results.emplace_back("theory_mean_max_frequency", cell_or_none(theory.mean));
  results.emplace_back("theory_mean_max_frequency_error", cell_or_none(theory.standard_error));
  results.emplace_back("ks_distance", cell_or_none(distance));
  results.emplace_back("ks_p_value", cell_or_none(ks_p_value(distance, ensemble.g.size())));
  report.details.push_back(histogram_table(networks, ensemble.g.size(), pmf));
}

void run(SimulateOptions& options) {
  const Output output(options.common.output);
  options.layer.resolve(options.architecture.init);
  check_sampler(options);
  check_block(options);
  check(validate(options.architecture.init));
  const Dataset data = load(options);
  check_input_width(options, data);
  const InputMoments input = input_moments(data);

  EnsembleRequest request{.architecture = options.architecture,
                          .data = &data,
                          .seed = options.common.seed,
                          .networks = options.networks,
                          .threads = options.threads > 0
                                         ? options.threads
                                         : std::max(1U, std::thread::hardware_concurrency()),
                          .target = options.target,
                          .effective_rank = options.effective_rank,
                          .sampler = uses_gram(options) ? Sampler::gram : Sampler::dense};
  request.architecture.input_width = data.width;
  const std::uint32_t layers = request.architecture.depth + 1;
  std::vector<Signal> theory(layers);
  check(trajectory(options.architecture.init, {input.q, 1.0 - input.c}, theory));
  Progress progress("simulate", uses_kernel(options) ? kernel_steps(request)
                                                     : std::uint64_t{layers} * request.networks);
  const auto advance = [&] { progress.advance(); };
  EnsembleResult ensemble =
      uses_kernel(options) ? run_kernel_ensemble(request, advance) : run_ensemble(request, advance);

  Report report{.command = "simulate",
                .parameters = parameters(options, request),
                .results = {{"q0", input.q}, {"c0", input.c}},
                .table = layers_table(ensemble, theory)};
  append_errors(ensemble.errors, report.table);
  append_ranks(ensemble.ranks, report.table);
  append_frequencies(ensemble, theory.back(), request, report);
  report.g = std::move(ensemble.g);
  output.write(render(report, options.common.format));
}

const char* const simulate_footer =
    "Layers 1 .. depth are hidden, layer depth + 1 is the output. q, sigma_mu2 and sigma_y2 are "
    "averages over networks and gamma is the ratio of the last two. c is averaged over the "
    "networks "
    "whose signal lives, except for the output layer, where it is sigma_mu2 / q. The theory "
    "columns follow from "
    "q0 and c0, the mean square and the mean correlation of the inputs themselves. Columns that "
    "end "
    "in _error are standard errors of the averages over networks (of a ratio to first order), none "
    "for a single network. mean_max_frequency is the mean over networks of the share of the most "
    "frequent class, mean_max_frequency_low and _high its 95 % interval by Student's t. "
    "theory_mean_max_frequency is that of the law of class counts for so many inputs at the output "
    "layer's theory_gamma, none where that is negative; for more than two classes it is an "
    "estimate with a standard error. ks_distance and ks_p_value (conservative, counts being "
    "discrete) compare the measured counts with the law for two classes. JSON adds g, the class "
    "fractions of each network, and g_0_histogram, how many networks put so many inputs into class "
    "0, beside the expected number. --effective-rank adds tr(K)^2 / tr(K^2) of the Gram matrix K "
    "of a layer's inputs, and of the inputs less their mean. "
    "--sampler gram has the law of the dense networks but none of their weights: memory and time "
    "of a layer go with inputs^2, not with width^2, and sigma_y2 stays right where inputs differ "
    "by less than float32 tells apart. With "
    "--sampler kernel q, c, gamma, sigma_mu2 and sigma_y2 are those of the kernel of the inputs, "
    "means over inputs and over pairs, without errors; memory: 8 bytes times the square of "
    "inputs.\n";

}  // namespace

void add_simulate(CLI::App& program) {
  auto options = std::make_shared<SimulateOptions>();
  CLI::App& app = add_command(
      program, "simulate",
      "Random networks on a data set: moments of every layer and the classes they guess",
      simulate_footer, [options] { run(*options); });
  Architecture& architecture = options->architecture;
  add_common(app, options->common);
  options->layer.add_to(app);
  add_variances(app, architecture.init);
  options->width =
      add_count(app, "--width", architecture.width, 1, width_max, "units of a hidden layer")
          .defaults_to("1000");
  add_count(app, "--depth", architecture.depth, 1, depth_max, "hidden layers").defaults_to("100");
  add_count(app, "--classes", architecture.classes, 2, classes_max, "output units")
      .defaults_to("2");
  add_count(app, "--networks", options->networks, 1, networks_max, "independent networks")
      .defaults_to("10");
  add_text(app, "--data", options->data, "NAME|FILE.csv",
           "gaussian: independent standard normals; fashion-mnist: the first training images, "
           "standardised with the mean and standard deviation of all their pixels; or a file of "
           "comma-separated numbers, an input a line, optional header, used as they are")
      .defaults_to("gaussian");
  add_count(app, "--inputs", options->inputs, 2, inputs_max,
            "inputs; of a CSV file the first so many rows, all if not given")
      .defaults_to("100");
  add_count(app, "--input-width", architecture.input_width, 1, width_max,
            "components of a gaussian input, the width if not given");
  add_text(app, "--data-dir", options->data_dir, "DIR",
           "folder of the gzipped IDX files of fashion-mnist")
      .defaults_to(options->data_dir);
  add_text(app, "--sampler", options->sampler, "NAME",
           "dense: all weights drawn; gram: the same law, drawn from the Gram matrix of the layer "
           "below; kernel: networks of infinite width, drawn from the Gaussian process of the "
           "kernel of the inputs")
      .defaults_to("dense");
  add_switch(app, "--effective-rank", options->effective_rank,
             "effective rank of every layer, with the dense sampler; costs inputs^2 times width a "
             "layer");
  add_count(app, "--threads", options->threads, 1, threads_max,
            "threads, all of the machine if not given; the results do not depend on it");
  add_parsed(
      app, "--target",
      [&options = *options](const std::string& name) { options.target = parse_target(name); },
      "NAME", "instruction set of the kernels: best, emulated, baseline, avx2, avx512")
      .defaults_to("best");
}

}  // namespace igb::cli
