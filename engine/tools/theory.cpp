#include <memory>
#include <numbers>
#include <vector>

#include "commands.hpp"
#include "failure.hpp"
#include "igb/architecture.hpp"
#include "igb/many_class_law.hpp"
#include "igb/mean_field.hpp"
#include "igb/population.hpp"
#include "law.hpp"
#include "layer_options.hpp"
#include "layer_theory.hpp"
#include "memory.hpp"
#include "options.hpp"
#include "output.hpp"

namespace igb::cli {
namespace {

constexpr std::uint32_t positions_max = 1U << 16;
constexpr std::uint32_t networks_max = 1U << 24;

struct TheoryOptions {
  CommonOptions common{.format = Format::json, .output = {}};
  LayerOptions layer;
  Initialisation init;
  std::uint32_t depth = 0;
  double q0 = 1.0;
  double c0 = 0.0;
  std::uint32_t population = 1U << 16;
  std::uint32_t positions = 0;
  std::uint32_t classes = 0;
  std::uint32_t inputs = 0;
  std::uint32_t networks = 1000;
  std::string quantiles;

  [[nodiscard]] bool wants_law() const { return classes > 0 || inputs > 0 || !quantiles.empty(); }
};

LawRequest law_request(const TheoryOptions& options, double gamma) {
  LawRequest request{.gamma = gamma,
                     .classes = options.classes > 0 ? options.classes : 2,
                     .inputs = options.inputs,
                     .quantiles = {},
                     .seed = options.common.seed,
                     .networks = options.networks};
  if (!options.quantiles.empty()) {
    request.quantiles = parse_list("quantiles", options.quantiles, 0.0, 1.0);
  }
  return request;
}

Record parameters(const TheoryOptions& options) {
  Record record;
  options.layer.append_to(record);
  record.emplace_back("sigma_w2", options.init.sigma_w2);
  record.emplace_back("sigma_b2", options.init.sigma_b2);
  if (options.depth > 0) {
    record.emplace_back("depth", std::uint64_t{options.depth});
    record.emplace_back("q0", options.q0);
    record.emplace_back("c0", options.c0);
    if (is_population(options.init)) {
      record.emplace_back("population", std::uint64_t{options.population});
    }
  }
  if (options.positions > 0) record.emplace_back("positions", std::uint64_t{options.positions});
  if (options.wants_law()) {
    const LawRequest request = law_request(options, 0.0);
    record.emplace_back("classes", std::uint64_t{request.classes});
    if (request.inputs > 0) record.emplace_back("inputs", std::uint64_t{request.inputs});
    if (!options.quantiles.empty()) record.emplace_back("quantiles", options.quantiles);
    if (is_sampled(request)) record.emplace_back("networks", std::uint64_t{request.networks});
  }
  record.emplace_back("seed", options.common.seed);
  return record;
}

Record fixed_point_results(const FixedPoint& point) {
  const bool every = point.q_fixed_points == every_q;
  return {{"q_star", point.q_star},
          {"c_star", point.c_star},
          {"gamma_star", point.gamma_star},
          {"chi_1", point.chi_1},
          {"chi_c_star", point.chi_c_star},
          {"xi_q", point.xi_q},
          {"xi_c", point.xi_c},
          {"xi_grad", point.xi_grad},
          {"phase", phase_name(point.phase)},
          {"chi_grad", point.chi_grad},
          {"q_fixed_points", every ? Cell("every q") : Cell(std::uint64_t{point.q_fixed_points})}};
}

/// The same names without values, and why there are none.
Record no_fixed_point(const igb::Block& block, const Status& status) {
  const bool has_its_own_depth =
      block.kind == BlockKind::residual_scaled || block.kind == BlockKind::residual_after;
  Record record = fixed_point_results({});
  for (auto& [name, value] : record) value = None{};
  record.emplace_back("no_fixed_point", has_its_own_depth
                                            ? "residual_depth is in the rule of a layer: infinite "
                                              "depth has no limit"
                                            : message(status));
  return record;
}

bool does_not_exist(const Status& status) {
  return status.code == StatusCode::no_solution || status.code == StatusCode::no_convergence;
}

/// gamma at infinite depth, NaN if there is no such thing.
double append_fixed_point(const Initialisation& init, Record& results) {
  FixedPoint point{};
  const Status status = fixed_point(init, point);
  if (does_not_exist(status)) {
    results = no_fixed_point(init.block, status);
    return std::numeric_limits<double>::quiet_NaN();
  }
  check(status);
  results = fixed_point_results(point);
  return point.gamma_star;
}

/// Layers 1 .. depth + 1; the backward factor leads from the layer above down to this one.
Table layers(const Initialisation& init, const std::vector<Signal>& signals) {
  Table table{
      .name = "layers", .columns = {"layer", "q", "c", "gamma", "backward_factor"}, .rows = {}};
  std::uint64_t layer = 0;
  for (const Signal& signal : signals) {
    Cell factor = None{};
    if (++layer < signals.size()) factor = backward_factor(init, signal);
    table.rows.push_back({layer, signal.q, signal.c(), signal.gamma(), factor});
  }
  return table;
}

/// The same with standard errors, of one population of units.
Table population_layers(const TheoryOptions& options, double& gamma) {
  const Population population{.samples = options.population, .seed = options.common.seed};
  std::vector<PopulationLayer> layers(options.depth + 1);
  std::size_t bytes = 0;
  check(population_bytes(population, layers.size(), bytes));
  Memory memory(bytes);
  Arena arena = memory.arena();
  check(population_trajectory(options.init, {options.q0, 1.0 - options.c0}, population, arena,
                              layers));
  Table table{.name = "layers",
              .columns = {"layer", "q", "c", "gamma", "backward_factor", "q_error", "c_error",
                          "gamma_error", "backward_factor_error"},
              .rows = {}};
  std::uint64_t number = 0;
  for (const PopulationLayer& layer : layers) {
    std::vector<Cell> row = {
        ++number,      layer.signal.q, layer.signal.c(),  layer.signal.gamma(), layer.backward,
        layer.q_error, layer.c_error,  layer.gamma_error, layer.backward_error};
    if (number == layers.size()) row[4] = row[8] = None{};
    table.rows.push_back(std::move(row));
  }
  gamma = layers.back().signal.gamma();
  return table;
}

/// Fourier modes of the covariance over a circle of positions.
Table modes(const Initialisation& init, std::uint32_t positions) {
  Table table{.name = "modes", .columns = {"mode", "factor", "xi"}, .rows = {}};
  for (std::uint32_t k = 0; k <= positions / 2; ++k) {
    const double angle[] = {2.0 * std::numbers::pi * k / positions};
    FourierMode mode{};
    const Status status = fourier_mode(init, angle, mode);
    if (status.code == StatusCode::no_solution) {
      throw Failure("positions: block has none; they belong to convolution, delta_orthogonal");
    }
    check(status);
    table.rows.push_back({std::uint64_t{k}, mode.factor, mode.xi});
  }
  return table;
}

void run(TheoryOptions& options) {
  const Output output(options.common.output);
  options.layer.resolve(options.init);
  Report report{.command = "theory", .parameters = parameters(options), .results = {}, .table = {}};
  double gamma = append_fixed_point(options.init, report.results);
  if (options.positions > 0) report.notes.push_back(modes(options.init, options.positions));
  if (options.depth > 0 && is_population(options.init)) {
    report.table = population_layers(options, gamma);
  } else if (options.depth > 0) {
    std::vector<Signal> signals(options.depth + 1);
    check(trajectory(options.init, {options.q0, 1.0 - options.c0}, signals));
    report.table = layers(options.init, signals);
    gamma = signals.back().gamma();
  }
  if (options.wants_law()) append_law(law_request(options, gamma), report);
  output.write(render(report, options.common.format));
}

const char* const footer =
    "Fixed point: what iteration reaches from inputs with q0 = 1, c0 = 0. q_fixed_points counts\n"
    "those of the variance, stable or not, 0 among them. Where there is none, or infinite depth "
    "has\n"
    "no limit, its values are none and no_fixed_point says why.\n"
    "Layers: backward_factor is that of the mean squared gradient, from the layer above to this "
    "one.\n"
    "Those of residual_after, whose units are not Gaussian, are estimates over --population of "
    "them\n"
    "with standard errors.\n"
    "Law (with --classes, --inputs or --quantiles): of the gamma of the output layer, at infinite\n"
    "depth without --depth. mean_max_frequency is the mean share of the most frequent class,\n"
    "null_mean_max_frequency the same without any bias, frequency_variance that of the share of "
    "one\n"
    "class; quantiles are of the share g of one class and of the largest share max_g. For more "
    "than\n"
    "two classes the quantiles, and with --inputs the mean, are estimates over --networks draws.\n"
    "\n"
    "Examples:\n"
    "  igb theory --activation tanh --sigma-w2 2.5 --sigma-b2 0.1\n"
    "  igb theory --activation relu --sigma-w2 2 --depth 50 --c0 0.3 --format csv\n"
    "  igb theory --activation tanh --sigma-w2 1.99 --sigma-b2 0.1 --depth 50 --classes 10 \\\n"
    "    --inputs 1000 --quantiles 0.05,0.5,0.95\n"
    "  igb theory --activation tanh --sigma-w2 1.8 --sigma-b2 0.05 --block convolution --taps 5 "
    "\\\n"
    "    --positions 32\n"
    "\n";

}  // namespace

void add_theory(CLI::App& program) {
  auto options = std::make_shared<TheoryOptions>();
  CLI::App& app = add_command(
      program, "theory",
      "Mean-field theory of one initialisation: the fixed point, every layer, the law of guesses",
      footer, [options] { run(*options); });
  add_common(app, options->common);
  options->layer.add_to(app);
  add_variances(app, options->init);
  const Flag depth = add_count(
      app, "--depth", options->depth, 1, depth_max,
      "hidden layers L: adds `layers` 1 .. L+1, layer L+1 being the output; in CSV they are "
      "the table and the fixed point goes into the comment lines");
  add_real(app, "--q0", options->q0, "mean square of an input's components")
      .defaults_to("1")
      .needs(depth);
  add_real(app, "--c0", options->c0, "correlation of two inputs").defaults_to("0").needs(depth);
  add_count(app, "--population", options->population, 1024, 1U << 24,
            "sampled units, a multiple of 32, for the layers of residual_after")
      .defaults_to("65536")
      .needs(depth);
  add_count(app, "--positions", options->positions, 1, positions_max,
            "points of a convolution's circle: adds the decay of its Fourier modes");
  add_count(app, "--classes", options->classes, 2, classes_max, "adds the law of so many classes");
  add_count(app, "--inputs", options->inputs, 1, null_inputs_max,
            "size of the data set of the law, infinite if not given");
  add_count(app, "--networks", options->networks, 2, networks_max,
            "random draws for estimates of the law")
      .defaults_to("1000");
  add_text(app, "--quantiles", options->quantiles, "LIST",
           "adds quantiles of the law: comma-separated probabilities, or first:last:count");
}

}  // namespace igb::cli
