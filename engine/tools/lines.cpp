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

/// Pools of homogeneous activations have two lines (THEORY.md section 4): where gradients keep
/// their size, which is the edge of chaos, and where the variance does.
bool has_variance_line(const Initialisation& init) {
  const BlockKind kind = init.block.kind;
  return init.activation->homogeneous &&
         (kind == BlockKind::max_pool || kind == BlockKind::average_pool);
}

void append_lines(const Initialisation& init, const std::vector<double>& values, double gamma,
                  Report& report) {
  report.table = {
      .name = "lines",
      .columns = {"sigma_b2", "eoc_sigma_w2", "eoc_q", "gamma", "gamma_sigma_w2", "gamma_q"},
      .rows = {}};
  Table unreached{.name = "unreached", .columns = {"sigma_b2", "line"}, .rows = {}};
  const bool variance = has_variance_line(init);
  if (variance) {
    report.table.columns.insert(report.table.columns.end(), {"variance_sigma_w2", "variance_q"});
  }
  const Activation& phi = *init.activation;
  Progress progress("lines", values.size());
  for (const double sigma_b2 : values) {
    std::vector<Cell> row = {sigma_b2};
    const auto append = [&](const char* line, const Status& status, const LinePoint& point) {
      append_point(status, point, row);
      if (status.ok() && !point.reached) unreached.rows.push_back({sigma_b2, line});
    };
    LinePoint point{};
    Status status = edge_of_chaos(phi, init.block, sigma_b2, point);
    append("eoc", status, point);
    row.emplace_back(gamma);
    status = iso_gamma(phi, init.block, sigma_b2, gamma, point);
    append("gamma", status, point);
    if (variance) {
      status = variance_line(phi, init.block, sigma_b2, point);
      append("variance", status, point);
    }
    report.table.rows.push_back(std::move(row));
    progress.advance();
  }
  if (!unreached.rows.empty()) report.notes.push_back(std::move(unreached));
}

/// Lines in the (sigma_b2, sigma_w2) plane; those that exist nowhere are left out.
std::string picture(const Report& report, double gamma) {
  struct Curve {
    std::size_t column;
    std::string title;
  };
  std::vector<Curve> curves = {
      {1, "edge of chaos"},
      {4, gamma == 1.0 ? "neutrality, gamma = 1" : "gamma = " + cell_text(gamma)}};
  if (report.table.columns.size() > 6) curves.push_back({6, "constant variance"});
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
  Report report{.command = "lines", .parameters = {}, .results = {}, .table = {}};
  options.layer.append_to(report.parameters);
  report.parameters.emplace_back("sigma_b2", options.sigma_b2);
  report.parameters.emplace_back("gamma", options.gamma);
  report.parameters.emplace_back("seed", options.common.seed);
  append_lines(init, parse_list("sigma_b2", options.sigma_b2, sigma_b2_min, sigma_b2_max),
               options.gamma, report);
  if (plot.wanted()) plot.draw(picture(report, options.gamma));
  output.write(render(report, options.common.format));
}

const char* const footer =
    "eoc is the edge of chaos, where gradients neither grow nor shrink, gamma the line where\n"
    "gamma_star is --gamma; q is the variance there. none: there is no such line. Pools of\n"
    "homogeneous activations also have variance_sigma_w2, where the variance neither grows nor\n"
    "shrinks; gradients vanish there. unreached marks points at which no network settles, because\n"
    "their q is an unstable fixed point or lies beyond one.\n"
    "\n"
    "Examples:\n"
    "  igb lines --activation tanh --sigma-b2 0.01,0.05,0.1\n"
    "  igb lines --activation relu --block max_pool --pool 3 --sigma-b2 0\n"
    "  igb lines --activation erf --sigma-b2 0:0.3:200 --gamma 2 --output erf.csv --plot erf.svg\n"
    "\n";

}  // namespace

void add_lines(CLI::App& program) {
  auto options = std::make_shared<LinesOptions>();
  CLI::App& app = add_command(program, "lines",
                              "The edge of chaos and the line of constant gamma at given sigma_b2",
                              footer, [options] { run(*options); });
  add_common(app, options->common);
  options->layer.add_to(app);
  add_text(app, "--sigma-b2", options->sigma_b2, "LIST", list_help).required();
  add_real(app, "--gamma", options->gamma, "ratio of the second line; 1 is neutrality")
      .defaults_to("1");
  add_plot(app, options->plot);
}

}  // namespace igb::cli
