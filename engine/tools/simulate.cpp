#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "commands.hpp"
#include "data_options.hpp"
#include "ensemble.hpp"
#include "failure.hpp"
#include "frequencies.hpp"
#include "igb/architecture.hpp"
#include "igb/gram_network.hpp"
#include "igb/kernel_recursion.hpp"
#include "kernel_ensemble.hpp"
#include "layer_options.hpp"
#include "layer_theory.hpp"
#include "network_runner.hpp"
#include "options.hpp"
#include "output.hpp"
#include "progress.hpp"
#include "run_options.hpp"

namespace igb::cli {
namespace {

constexpr std::uint32_t networks_max = 1U << 24;

struct SimulateOptions {
  CommonOptions common;
  LayerOptions layer;
  Architecture architecture{
      .init = {}, .input_width = 0, .width = 1000, .depth = 100, .classes = 2};
  std::uint32_t networks = 10;
  DataOptions data;
  RunOptions run;
  std::string sampler = "dense";
  bool effective_rank = false;
  std::uint32_t population = 1U << 16;
  Flag width;
};

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
  if (uses_kernel(options) && options.width.given()) {
    throw Failure(
        "width = " + std::to_string(options.architecture.width) +
        " means nothing to sampler = kernel, whose networks are infinitely wide; allowed: "
        "no width");
  }
  if (name == "dense" || options.data.inputs() == 0) return;
  check(check_range("inputs", options.data.inputs(), 2,
                    uses_kernel(options) ? kernel_inputs_max : gram_inputs_max));
}

/// The dense sampler has every block and law of weights. The kernel has several blocks and refuses
/// the others itself; it knows no law of weights.
void check_block(const SimulateOptions& options) {
  if (!uses_gram(options)) return;
  const Initialisation& init = options.architecture.init;
  if (init.weights != WeightLaw::gaussian) {
    throw Failure(std::string("weights = '") +
                  weight_law_names()[static_cast<std::size_t>(init.weights)] +
                  "' is not one of sampler gram; allowed: gaussian");
  }
  for (const BlockKind kind :
       {BlockKind::plain, BlockKind::max_pool, BlockKind::average_pool, BlockKind::dropout}) {
    if (init.block.kind == kind) return;
  }
  throw Failure(std::string("block = '") + block_name(init.block.kind) +
                "' is not one of sampler gram; allowed: plain, max_pool, average_pool, dropout");
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
                               {"classes", std::uint64_t{architecture.classes}}});
  options.data.append_to(record);
  record.insert(record.end(), {{"input_width", std::uint64_t{architecture.input_width}},
                               {"sampler", options.sampler},
                               {"target", target_name(request.target)},
                               {"seed", request.seed}});
  if (is_population(architecture.init)) {
    record.emplace_back("population", std::uint64_t{options.population});
  }
  if (options.effective_rank) record.emplace_back("effective_rank", "yes");
  return record;
}

Table layers_table(const EnsembleResult& ensemble, const std::vector<Signal>& theory) {
  Table table{.name = "layers",
              .columns = {"layer", "q", "c", "gamma", "sigma_mu2", "sigma_y2", "theory_q",
                          "theory_c", "theory_gamma", "theory_sigma_mu2", "theory_sigma_y2"},
              .rows = {}};
  for (std::size_t i = 0; i < ensemble.layers.size(); ++i) {
    const LayerMoments& measured = ensemble.layers[i];
    std::vector<Cell>& row = table.rows.emplace_back();
    row = {std::uint64_t{i + 1}, measured.q,         measured.c,
           measured.gamma(),     measured.sigma_mu2, measured.sigma_y2};
    if (theory.empty()) {
      row.resize(table.columns.size());
      continue;
    }
    const Signal& signal = theory[i];
    for (const double value :
         {signal.q, signal.c(), signal.gamma(), signal.q * signal.c(), signal.q * signal.d}) {
      row.emplace_back(value);
    }
  }
  return table;
}

/// Standard errors of theory where it is an estimate.
void append_theory_errors(const std::vector<PopulationLayer>& population, Table& table) {
  if (population.empty()) return;
  for (const char* name : {"theory_q_error", "theory_c_error", "theory_gamma_error"}) {
    table.columns.emplace_back(name);
  }
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const PopulationLayer& layer = population[i];
    for (const double error : {layer.q_error, layer.c_error, layer.gamma_error}) {
      table.rows[i].emplace_back(error);
    }
  }
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

EnsembleRequest request_of(const SimulateOptions& options, const Dataset& data) {
  EnsembleRequest request{.architecture = options.architecture,
                          .data = &data,
                          .seed = options.common.seed,
                          .networks = options.networks,
                          .threads = 1,
                          .target = options.run.target(),
                          .effective_rank = options.effective_rank,
                          .sampler = uses_gram(options) ? Sampler::gram : Sampler::dense};
  request.architecture.input_width = data.width;
  const double bytes = uses_kernel(options) ? 0.0 : static_cast<double>(runner_bytes(request));
  request.threads = options.run.threads(bytes);
  return request;
}

void run(SimulateOptions& options) {
  const Output output(options.common.output);
  options.layer.resolve(options.architecture.init);
  check_sampler(options);
  check_block(options);
  check(validate(options.architecture.init));
  const Dataset data =
      options.data.load(options.architecture, options.common.seed, options.run.target());
  const InputMoments input = input_moments(data);
  const EnsembleRequest request = request_of(options, data);
  const LayerTheory theory =
      layer_theory(request.architecture, data, input,
                   {.samples = options.population, .seed = request.seed, .gradients = false});

  const std::uint64_t layers = std::uint64_t{request.architecture.depth} + 1;
  Progress progress("simulate",
                    uses_kernel(options) ? kernel_steps(request) : layers * request.networks);
  const auto advance = [&] { progress.advance(); };
  EnsembleResult ensemble =
      uses_kernel(options) ? run_kernel_ensemble(request, advance) : run_ensemble(request, advance);

  Report report{.command = "simulate",
                .parameters = parameters(options, request),
                .results = {{"q0", input.q}, {"c0", input.c}},
                .table = layers_table(ensemble, theory.signals)};
  if (!theory.note.empty()) report.results.emplace_back("theory_note", theory.note);
  append_errors(ensemble.errors, report.table);
  append_theory_errors(theory.population, report.table);
  append_ranks(ensemble.ranks, report.table);
  append_frequencies(ensemble, theory, request, report);
  report.g = std::move(ensemble.g);
  output.write(render(report, options.common.format));
}

const char* const footer =
    "Layers 1 .. depth are hidden, layer depth + 1 is the output. q, sigma_mu2 and sigma_y2 are "
    "averages\n"
    "over networks and gamma is the ratio of the last two; of a convolution means over positions, "
    "too. c is\n"
    "averaged over the networks whose signal lives, except for the output layer, where it is "
    "sigma_mu2 / q.\n"
    "Columns that end in _error are standard errors of the averages over networks (of a ratio to "
    "first\n"
    "order), none for a single network.\n"
    "\n"
    "Theory follows from q0 and c0, the mean square and the mean correlation of the inputs "
    "themselves, of\n"
    "a convolution of their covariances averaged over positions. It is that of infinite width, and "
    "of\n"
    "infinitely many inputs with batch normalisation, which moves correlations by 1 / inputs. Of\n"
    "residual_after it is an estimate over --population units, with standard errors "
    "theory_..._error.\n"
    "Where there is none its columns are none and theory_note says why.\n"
    "\n"
    "mean_max_frequency is the mean over networks of the share of the most frequent class,\n"
    "mean_max_frequency_low and _high its 95 % interval by Student's t. theory_mean_max_frequency "
    "is that\n"
    "of the law of class counts for so many inputs at the output layer's theory_gamma, none where "
    "that is\n"
    "negative; where it is an estimate, for more than two classes or of residual_after, it has a "
    "standard\n"
    "error. ks_distance and ks_p_value (conservative, counts being discrete) compare the measured "
    "counts\n"
    "with the law for two classes. JSON adds g, the class fractions of each network, and "
    "g_0_histogram, how\n"
    "many networks put so many inputs into class 0, beside the expected number. --effective-rank "
    "adds\n"
    "tr(K)^2 / tr(K^2) of the Gram matrix K of a layer's inputs, and of the inputs less their "
    "mean.\n"
    "\n"
    "--sampler dense has every block and law of weights; memory: 8 inputs positions width bytes a "
    "thread,\n"
    "of a convolution also its windows. --sampler gram has the law of the dense networks but none "
    "of their\n"
    "weights: memory and time of a layer go with inputs^2, not with width^2, and sigma_y2 stays "
    "right where\n"
    "inputs differ by less than float32 tells apart. With --sampler kernel q, c, gamma, sigma_mu2 "
    "and\n"
    "sigma_y2 are those of the kernel of the inputs, means over inputs and over pairs, without "
    "errors;\n"
    "memory: 8 bytes times the square of inputs.\n"
    "\n";

const char* const examples =
    "\n"
    "Examples:\n"
    "  igb simulate --activation relu --sigma-w2 2 --width 500 --depth 20 --networks 100\n"
    "  igb simulate --activation relu --sigma-w2 1.1 --depth 20 --block max_pool --pool-width "
    "repeated\n"
    "  igb simulate --activation tanh --sigma-w2 1.5 --sigma-b2 0.1 --depth 10 --weights "
    "orthogonal\n"
    "  igb simulate --activation tanh --sigma-w2 1.8 --sigma-b2 0.1 --depth 10 --width 16 \\\n"
    "    --block convolution --side 28 --dimensions 2 --data fashion-mnist\n"
    "\n";

}  // namespace

void add_simulate(CLI::App& program) {
  auto options = std::make_shared<SimulateOptions>();
  CLI::App& app = add_command(
      program, "simulate",
      "Random networks on a data set: moments of every layer and the classes they guess",
      std::string(footer) + data_help + examples, [options] { run(*options); });
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
  options->data.add_to(app);
  add_text(app, "--sampler", options->sampler, "NAME",
           "dense: all weights drawn; gram: the same law, drawn from the Gram matrix of the layer "
           "below; kernel: networks of infinite width, drawn from the Gaussian process of the "
           "kernel of the inputs")
      .defaults_to("dense");
  add_switch(app, "--effective-rank", options->effective_rank,
             "effective rank of every layer, with the dense sampler; costs inputs^2 times width a "
             "layer");
  add_count(app, "--population", options->population, 1024, 1U << 24,
            "sampled units, a multiple of 32, for the theory of residual_after")
      .defaults_to("65536");
  options->run.add_to(app);
}

}  // namespace igb::cli
