#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <vector>

#include "commands.hpp"
#include "failure.hpp"
#include "igb/critical_lines.hpp"
#include "igb/mean_field.hpp"
#include "igb/phase_map.hpp"
#include "layer_options.hpp"
#include "memory.hpp"
#include "options.hpp"
#include "output.hpp"
#include "plot.hpp"
#include "progress.hpp"

namespace igb::cli {
namespace {

struct MapOptions {
  CommonOptions common;
  LayerOptions layer;
  std::string sigma_b2;
  std::string sigma_w2;
  std::string plot;
};

struct Grid {
  std::vector<double> sigma_b2;
  std::vector<double> sigma_w2;
};

Grid parse_grid(const MapOptions& options) {
  Grid grid{.sigma_b2 = parse_list("sigma_b2", options.sigma_b2, sigma_b2_min, sigma_b2_max),
            .sigma_w2 = parse_list("sigma_w2", options.sigma_w2, sigma_w2_min, sigma_w2_max)};
  for (const double value : grid.sigma_b2) {
    check(check_range("sigma_b2", value, sigma_b2_min, sigma_b2_max));
  }
  for (const double value : grid.sigma_w2) {
    check(check_range("sigma_w2", value, sigma_w2_min, sigma_w2_max));
  }
  return grid;
}

/// Names and values of a point; without a fixed point the values are none.
std::vector<Cell> map_row(double sigma_b2, double sigma_w2, const FixedPoint& point, bool exists) {
  std::vector<Cell> row = {sigma_b2,     sigma_w2,     phase_name(point.phase),
                           point.q_star, point.c_star, point.gamma_star,
                           point.chi_1,  point.xi_q,   point.xi_c,
                           point.xi_grad};
  if (!exists) std::fill(row.begin() + 2, row.end(), None{});
  return row;
}

bool does_not_exist(const Status& status) {
  return status.code == StatusCode::no_solution || status.code == StatusCode::no_convergence;
}

/// One sigma_b2 of the map after the other.
class MapRows {
 public:
  MapRows(const Initialisation& init, const std::vector<double>& sigma_w2)
      : init_(init), sigma_w2_(sigma_w2), points_(sigma_w2.size()), memory_(bytes()) {
    Arena arena = memory_.arena();
    check(map_.begin(*init.activation, init.block, arena));
  }

  std::vector<std::vector<Cell>> at(double sigma_b2) {
    const Status status = map_.row(sigma_b2, sigma_w2_, points_);
    const bool all_exist = !does_not_exist(status);
    if (all_exist) check(status);
    init_.sigma_b2 = sigma_b2;
    std::vector<std::vector<Cell>> rows;
    for (std::size_t i = 0; i < points_.size(); ++i) {
      rows.push_back(map_row(sigma_b2, sigma_w2_[i], points_[i], all_exist || find(i)));
    }
    return rows;
  }

 private:
  static std::size_t bytes() {
    std::size_t bytes = 0;
    check(PhaseMap::bytes(bytes));
    return bytes;
  }

  /// Point i by itself; false where it does not exist.
  bool find(std::size_t i) {
    init_.sigma_w2 = sigma_w2_[i];
    const Status status = fixed_point(init_, points_[i]);
    if (!does_not_exist(status)) check(status);
    return status.ok();
  }

  Initialisation init_;
  const std::vector<double>& sigma_w2_;
  std::vector<FixedPoint> points_;
  Memory memory_;
  PhaseMap map_;
};

// ---- the picture ----------------------------------------------------------------------------

/// A point of the grid, by its place in it.
struct Place {
  double b;
  double w;
};

/// Even steps are what an image has; a list with commas may have others.
void check_even(const char* parameter, const std::string& list, const std::vector<double>& values) {
  const bool range = list.find(',') == std::string::npos && values.size() > 1;
  if (range && values.front() < values.back()) return;
  throw Failure(std::string("plot: ") + parameter + " = '" + list +
                "' is no rising range; allowed with --plot: first:last:count");
}

/// Where to write the names of phases: each beside the middle of its points, where the phase takes
/// at least one in a hundred of them.
std::map<std::string, Place> phase_places(const Grid& grid, const Table& table) {
  std::map<std::string, std::vector<Place>> points;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const std::size_t row = i / grid.sigma_w2.size();
    const std::size_t column = i % grid.sigma_w2.size();
    points[cell_text(table.rows[i][2])].push_back(
        {static_cast<double>(row), static_cast<double>(column)});
  }
  std::map<std::string, Place> places;
  for (const auto& [phase, all] : points) {
    if (100 * all.size() < table.rows.size()) continue;
    Place middle{0.0, 0.0};
    for (const Place& place : all) {
      middle.b += place.b / static_cast<double>(all.size());
      middle.w += place.w / static_cast<double>(all.size());
    }
    const auto distance = [&](const Place& place) {
      return std::hypot(place.b - middle.b, place.w - middle.w);
    };
    places[phase] = *std::ranges::min_element(all, {}, distance);
  }
  return places;
}

std::string labels(const Grid& grid, const Table& table) {
  std::string script = "set style textbox opaque noborder fillcolor rgb '#ffffff'\n";
  const double columns = static_cast<double>(grid.sigma_b2.size());
  for (const auto& [phase, place] : phase_places(grid, table)) {
    const char* const side = place.b < 0.1 * columns   ? " left"
                             : place.b > 0.9 * columns ? " right"
                                                       : " center";
    std::string name = phase;
    std::ranges::replace(name, '_', ' ');
    script += "set label " + gnuplot_string(name) + " at " +
              cell_text(grid.sigma_b2[static_cast<std::size_t>(place.b)]) + "," +
              cell_text(grid.sigma_w2[static_cast<std::size_t>(place.w)]) + side +
              " front boxed noenhanced\n";
  }
  return script;
}

/// The lines that bound phases: rows of sigma_b2, edge, neutrality. Close to the first sigma_b2,
/// which may be 0, where they are steep, the points are close too.
std::vector<std::vector<Cell>> boundaries(const Grid& grid, const Initialisation& init) {
  constexpr int steps = 300;
  std::vector<std::vector<Cell>> rows;
  const Activation& phi = *init.activation;
  for (int i = 0; i <= steps; ++i) {
    const double t = static_cast<double>(i) / steps;
    const double sigma_b2 = std::lerp(grid.sigma_b2.front(), grid.sigma_b2.back(), t * t * t);
    std::vector<Cell>& row = rows.emplace_back(3, Cell(None{}));
    row[0] = sigma_b2;
    LinePoint point{};
    if (edge_of_chaos(phi, init.block, sigma_b2, point).ok()) row[1] = point.sigma_w2;
    if (iso_gamma(phi, init.block, sigma_b2, 1.0, point).ok()) row[2] = point.sigma_w2;
  }
  return rows;
}

std::string picture(const Report& report, const Grid& grid, const Initialisation& init) {
  std::string script = plane_axes(report) + labels(grid, report.table) +
                       "set palette defined (0 '#fde725', 0.25 '#5ec962', 0.5 '#21918c', "
                       "0.75 '#3b528b', 1 '#440154')\n"
                       "set cbrange [0:1]\n"
                       "set cblabel 'correlation at infinite depth, c_* = γ / (1 + γ)'\n"
                       "set xrange [" +
                       cell_text(grid.sigma_b2.front()) + ":" + cell_text(grid.sigma_b2.back()) +
                       "]\nset yrange [" + cell_text(grid.sigma_w2.front()) + ":" +
                       cell_text(grid.sigma_w2.back()) + "]\n$map << EOD\n";
  for (const auto& row : report.table.rows) {
    script +=
        gnuplot_number(row[0]) + " " + gnuplot_number(row[1]) + " " + gnuplot_number(row[4]) + "\n";
  }
  script += "EOD\n";
  std::string plots = "plot $map using 1:2:3 with image notitle";
  const std::vector<std::vector<Cell>> lines = boundaries(grid, init);
  const char* const styles[] = {"lw 3 lc rgb '#e41a1c' title 'edge of chaos'",
                                "lw 2 dt (12,6) lc rgb '#000000' title 'neutrality, gamma = 1'"};
  for (std::size_t i = 0; i < 2; ++i) {
    const std::string data = gnuplot_curve(lines, 0, i + 1);
    if (data.empty()) continue;
    const std::string name = "$line" + std::to_string(i);
    script += name + " << EOD\n" + data + "EOD\n";
    plots += ", " + name + " with lines " + styles[i];
  }
  return script + plots + "\n";
}

// ---- the command ----------------------------------------------------------------------------

void run(MapOptions& options) {
  const Output output(options.common.output);
  const Plot plot(options.plot);
  Initialisation init;
  options.layer.resolve(init);
  const Grid grid = parse_grid(options);
  if (plot.wanted()) {
    check_even("sigma_b2", options.sigma_b2, grid.sigma_b2);
    check_even("sigma_w2", options.sigma_w2, grid.sigma_w2);
  }

  Report report{.command = "map",
                .parameters = {},
                .results = {},
                .table = {.name = "map",
                          .columns = {"sigma_b2", "sigma_w2", "phase", "q_star", "c_star",
                                      "gamma_star", "chi_1", "xi_q", "xi_c", "xi_grad"},
                          .rows = {}}};
  options.layer.append_to(report.parameters);
  report.parameters.insert(report.parameters.end(), {{"sigma_b2", options.sigma_b2},
                                                     {"sigma_w2", options.sigma_w2},
                                                     {"seed", options.common.seed}});
  const bool streams = output.is_standard_output() && options.common.format == Format::csv;
  if (streams) output.write(csv_head(report));
  MapRows map(init, grid.sigma_w2);
  Progress progress("map", grid.sigma_b2.size());
  for (const double sigma_b2 : grid.sigma_b2) {
    std::string text;
    for (std::vector<Cell>& row : map.at(sigma_b2)) {
      if (streams) text += csv_row(row);
      if (!streams || plot.wanted()) report.table.rows.push_back(std::move(row));
    }
    if (streams) output.write(text);
    progress.advance();
  }
  if (plot.wanted()) plot.draw(picture(report, grid, init));
  if (!streams) output.write(render(report, options.common.format));
}

const char* const footer =
    "Rows run over sigma_w2 first, for one sigma_b2 after the other. On standard output CSV rows\n"
    "appear as they are found. The picture shows c_star with the names of the phases, the edge of\n"
    "chaos and the line of neutrality; it wants both lists to be ranges.\n"
    "\n"
    "Examples:\n"
    "  igb map --activation tanh --sigma-b2 0:0.3:64 --sigma-w2 0.5:4:64\n"
    "  igb map --activation erf --sigma-b2 0:0.5:256 --sigma-w2 0.5:5:256 --output erf.csv \\\n"
    "    --plot erf.png\n"
    "\n";

}  // namespace

void add_map(CLI::App& program) {
  auto options = std::make_shared<MapOptions>();
  CLI::App& app = add_command(
      program, "map", "Phase, fixed point and depth scales on a grid of sigma_b2 and sigma_w2",
      footer, [options] { run(*options); });
  add_common(app, options->common);
  options->layer.add_to(app);
  add_text(app, "--sigma-b2", options->sigma_b2, "LIST", list_help).required();
  add_text(app, "--sigma-w2", options->sigma_w2, "LIST", list_help).required();
  add_plot(app, options->plot);
}

}  // namespace igb::cli
