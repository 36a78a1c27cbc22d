#include <memory>
#include <vector>

#include "commands.hpp"
#include "failure.hpp"
#include "igb/critical_lines.hpp"
#include "layer_options.hpp"
#include "options.hpp"
#include "output.hpp"
#include "plot.hpp"
#include "progress.hpp"

namespace igb::cli {
namespace {

struct LinesOptions {
  CommonOptions common;
  LayerOptions layer;
  std::string sigma_b2;
  double gamma = 1.0;
  std::string plot;
};

/// Both coordinates of the point, or none where there is no such line.
void append_point(const Status& status, const LinePoint& point, std::vector<Cell>& row) {
  if (status.code == StatusCode::no_solution) {
    row.insert(row.end(), {None{}, None{}});
    return;
  }
  check(status);
  row.insert(row.end(), {point.sigma_w2, point.q});
}

Table lines(const LinesOptions& options, const Activation& phi) {
  const std::vector<double> values =
      parse_list("sigma_b2", options.sigma_b2, sigma_b2_min, sigma_b2_max);
  Table table{
      .name = "lines",
      .columns = {"sigma_b2", "eoc_sigma_w2", "eoc_q", "gamma", "gamma_sigma_w2", "gamma_q"},
      .rows = {}};
  Progress progress("lines", values.size());
  for (const double sigma_b2 : values) {
    std::vector<Cell> row = {sigma_b2};
    LinePoint point{};
    const Status edge = edge_of_chaos(phi, sigma_b2, point);
    append_point(edge, point, row);
    row.emplace_back(options.gamma);
    const Status iso = iso_gamma(phi, sigma_b2, options.gamma, point);
    append_point(iso, point, row);
    table.rows.push_back(std::move(row));
    progress.advance();
  }
  return table;
}

/// Lines in the (sigma_b2, sigma_w2) plane; those that exist nowhere are left out.
std::string picture(const Report& report, double gamma) {
  struct Curve {
    std::size_t column;
    std::string title;
  };
  const std::vector<Curve> curves = {
      {1, "edge of chaos"},
      {4, gamma == 1.0 ? "neutrality, gamma = 1" : "gamma = " + cell_text(gamma)}};
  std::string script = plane_axes(report) + "set grid\n";
  std::string plots;
  for (const Curve& curve : curves) {
    const std::string data = gnuplot_curve(report.table.rows, 0, curve.column);
    if (data.empty()) continue;
    const std::string name = "$curve" + std::to_string(curve.column);
    script += name + " << EOD\n" + data + "EOD\n";
    plots += (plots.empty() ? "plot " : ", ") + name + " with " +
             (report.table.rows.size() < 30 ? "linespoints pt 7" : "lines") + " lw 2 title " +
             gnuplot_string(curve.title);
  }
  if (plots.empty()) throw Failure("plot: none of the lines exists at these sigma_b2");
  return script + plots + "\n";
}

void run(LinesOptions& options) {
  const Output output(options.common.output);
  const Plot plot(options.plot);
  Initialisation init;
  options.layer.resolve(init);
  if (init.block.kind != BlockKind::plain) {
    throw Failure(std::string("block = '") + block_name(init.block.kind) +
                  "': lines are available for plain only in this version");
  }
  Report report{.command = "lines", .parameters = {}, .results = {}, .table = {}};
  options.layer.append_to(report.parameters);
  report.parameters.emplace_back("sigma_b2", options.sigma_b2);
  report.parameters.emplace_back("gamma", options.gamma);
  report.parameters.emplace_back("seed", options.common.seed);
  report.table = lines(options, *init.activation);
  if (plot.wanted()) plot.draw(picture(report, options.gamma));
  output.write(render(report, options.common.format));
}

const char* const footer =
    "Examples:\n"
    "  igb lines --activation tanh --sigma-b2 0.01,0.05,0.1\n"
    "  igb lines --activation erf --sigma-b2 0:0.3:200 --gamma 2 --output erf.csv --plot erf.svg\n"
    "\n";

}  // namespace

void add_lines(CLI::App& program) {
  auto options = std::make_shared<LinesOptions>();
  CLI::App& app = *program.add_subcommand(
      "lines", "The edge of chaos and the line of constant gamma at given sigma_b2");
  add_common(app, options->common);
  options->layer.add_to(app);
  app.add_option("--sigma-b2", options->sigma_b2, list_help)->type_name("LIST")->required();
  add_real(app, "--gamma", options->gamma, "ratio of the second line; 1 is neutrality")
      ->default_str("1");
  add_plot(app, options->plot);
  app.footer(footer + std::string(output_footer));
  app.callback([options] { run(*options); });
}

}  // namespace igb::cli
