#include <memory>
#include <vector>

#include "commands.hpp"
#include "failure.hpp"
#include "igb/architecture.hpp"
#include "igb/mean_field.hpp"
#include "layer_options.hpp"
#include "options.hpp"
#include "output.hpp"

namespace igb::cli {
namespace {

struct TheoryOptions {
  CommonOptions common{.format = Format::json, .output = {}};
  LayerOptions layer;
  Initialisation init;
  std::uint32_t depth = 0;
  double q0 = 1.0;
  double c0 = 0.0;
};

Record parameters(const TheoryOptions& options) {
  Record record;
  options.layer.append_to(record);
  record.emplace_back("sigma_w2", options.init.sigma_w2);
  record.emplace_back("sigma_b2", options.init.sigma_b2);
  if (options.depth > 0) {
    record.emplace_back("depth", std::uint64_t{options.depth});
    record.emplace_back("q0", options.q0);
    record.emplace_back("c0", options.c0);
  }
  record.emplace_back("seed", options.common.seed);
  return record;
}

Record results(const FixedPoint& point) {
  return {{"q_star", point.q_star},
          {"c_star", point.c_star},
          {"gamma_star", point.gamma_star},
          {"chi_1", point.chi_1},
          {"chi_c_star", point.chi_c_star},
          {"xi_q", point.xi_q},
          {"xi_c", point.xi_c},
          {"xi_grad", point.xi_grad},
          {"phase", phase_name(point.phase)}};
}

Table layers(const TheoryOptions& options) {
  std::vector<Signal> signals(options.depth + 1);
  check(trajectory(options.init, {options.q0, 1.0 - options.c0}, signals));
  Table table{.name = "layers", .columns = {"layer", "q", "c", "gamma"}, .rows = {}};
  std::uint64_t layer = 0;
  for (const Signal& signal : signals) {
    table.rows.push_back({++layer, signal.q, signal.c(), signal.gamma()});
  }
  return table;
}

void run(TheoryOptions& options) {
  const Output output(options.common.output);
  options.layer.resolve(options.init);
  FixedPoint point;
  check(fixed_point(options.init, point));
  Report report{.command = "theory",
                .parameters = parameters(options),
                .results = results(point),
                .table = {}};
  if (options.depth > 0) report.table = layers(options);
  output.write(render(report, options.common.format));
}

}  // namespace

void add_theory(CLI::App& program) {
  auto options = std::make_shared<TheoryOptions>();
  CLI::App& app = *program.add_subcommand(
      "theory",
      "Mean-field theory of one initialisation: the fixed point and, with --depth, every layer");
  add_common(app, options->common);
  options->layer.add_to(app);
  add_variances(app, options->init);
  CLI::Option* depth = add_count(
      app, "--depth", options->depth, 1, depth_max,
      "hidden layers L: adds `layers` 1 .. L+1, layer L+1 being the output; in CSV they are "
      "the table and the fixed point goes into the comment lines");
  add_real(app, "--q0", options->q0, "mean square of an input's components")
      ->default_str("1")
      ->needs(depth);
  add_real(app, "--c0", options->c0, "correlation of two inputs")->default_str("0")->needs(depth);
  app.callback([options] { run(*options); });
}

}  // namespace igb::cli
