#include "race_plot.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <string_view>
#include <vector>

#include "failure.hpp"
#include "plot.hpp"

namespace igb::cli {
namespace {

std::size_t column(const Table& table, std::string_view name) {
  return static_cast<std::size_t>(std::ranges::find(table.columns, name) - table.columns.begin());
}

double real(const Cell& cell) {
  if (const auto* whole = std::get_if<std::uint64_t>(&cell)) return static_cast<double>(*whole);
  const auto* value = std::get_if<double>(&cell);
  return value != nullptr ? *value : std::nan("");
}

/// Step 0 has a place on the log axis.
double place_of(double step) { return std::max(step, 0.5); }

/// Of one quantity of one sigma_w2, by network: steps and values.
struct Curve {
  std::vector<std::string> networks;         ///< data, a blank line between two
  std::map<double, std::vector<double>> at;  ///< values by step
};

std::map<double, Curve> curves_of(const Table& table, std::string_view quantity) {
  const std::size_t sigma_w2 = 0;
  const std::size_t network = 1;
  const std::size_t step = column(table, "step");
  const std::size_t split = column(table, "split");
  const std::size_t value = column(table, quantity);
  std::map<double, Curve> curves;
  for (const std::vector<Cell>& row : table.rows) {
    if (cell_text(row[split]) != "test") continue;
    Curve& curve = curves[real(row[sigma_w2])];
    const auto n = static_cast<std::size_t>(real(row[network]));
    if (curve.networks.size() <= n) curve.networks.resize(n + 1);
    const double place = place_of(real(row[step]));
    curve.networks[n] += cell_text(place) + " " + gnuplot_number(row[value]) + "\n";
    curve.at[place].push_back(real(row[value]));
  }
  return curves;
}

double last_step(const Table& curves) {
  double last = 1.0;
  for (const std::vector<Cell>& row : curves.rows) {
    last = std::max(last, real(row[column(curves, "step")]));
  }
  return last;
}

std::string medians(const Curve& curve) {
  std::string data;
  for (auto [place, values] : curve.at) {
    std::ranges::sort(values);
    const std::size_t half = values.size() / 2;
    const double median =
        values.size() % 2 == 1 ? values[half] : 0.5 * (values[half - 1] + values[half]);
    data += cell_text(place) + " " + cell_text(median) + "\n";
  }
  return data;
}

std::string four_digits(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

/// From dark to light in the order of sigma_w2.
std::string colour(std::size_t i, std::size_t count) {
  const char* const few[] = {"#3b528b", "#e41a1c", "#4daf4a", "#ff9e0f", "#984ea3", "#17a2b8"};
  if (count <= std::size(few)) return std::string("rgb '") + few[i] + "'";
  return "palette frac " + cell_text(static_cast<double>(i) / static_cast<double>(count - 1));
}

/// What fits in a line.
std::string title(const Report& report) {
  std::string text;
  for (const auto& [name, value] : report.parameters) {
    for (const char* told :
         {"activation", "block", "sigma_b2", "width", "depth", "data", "learning_rate", "seeds"}) {
      if (name == told) text += (text.empty() ? "" : ", ") + name + " = " + cell_text(value);
    }
  }
  return "set multiplot layout 2,1 title " + gnuplot_string(text) + " noenhanced font ',11'\n";
}

std::string accuracy_of(const Report& report) {
  for (const auto& [name, value] : report.parameters) {
    if (name == "accuracy") return cell_text(value);
  }
  return "";
}

}  // namespace

std::string race_picture(const Report& report, const Table& curves) {
  if (curves.rows.empty()) throw Failure("plot: no run has a measurement to draw");
  std::string script =
      title(report) +
      "set logscale x\nset grid\nset yrange [0:1.02]\nset lmargin 11\n"
      "set rmargin 14\nset key outside right top Left reverse title 'σ@_{w}^{2}'\n"
      "set format x '10^{%L}'\nset xtics add ('0' 0.5)\nset xrange [0.5:" +
      cell_text(last_step(curves)) +
      "]\n"
      "set palette defined (0 '#440154', 0.25 '#3b528b', 0.5 '#21918c', 0.75 '#5ec962', "
      "1 '#e0c010')\nunset colorbox\n";
  for (const std::string quantity : {"accuracy", "max_frequency"}) {
    const bool first = quantity == "accuracy";
    const std::map<double, Curve> all = curves_of(curves, quantity);
    std::string plots;
    std::size_t i = 0;
    for (const auto& [sigma_w2, curve] : all) {
      const std::string name = "$" + quantity + std::to_string(i);
      std::string networks;
      for (const std::string& network : curve.networks) networks += network + "\n";
      script += name + "_each << EOD\n" + networks + "EOD\n";
      script += name + " << EOD\n" + medians(curve) + "EOD\n";
      const std::string line = colour(i++, all.size());
      plots += (plots.empty() ? "plot " : ", ") + name + "_each with lines lw 0.5 lc " + line +
               " notitle, " + name + " with lines lw 3 lc " + line + " title " +
               gnuplot_string(four_digits(sigma_w2));
    }
    script +=
        first ? "set ylabel 'accuracy, test set'\n"
              : "set ylabel 'share of the most frequent guess'\nset xlabel 'steps'\nunset key\n";
    script += plots + "\n";
  }
  return script + "unset multiplot\n";
}

std::string sweep_picture(const Report& report) {
  const Table& table = report.table;
  const std::size_t median = column(table, "step_accurate");
  const std::size_t low = column(table, "step_accurate_low");
  const std::size_t high = column(table, "step_accurate_high");
  const std::size_t gamma = column(table, "gamma_star");
  const std::size_t xi = column(table, "xi_grad");
  double most = 1.0;
  for (const std::vector<Cell>& row : table.rows) {
    for (const std::size_t i : {median, high}) {
      if (std::isfinite(real(row[i]))) most = std::max(most, real(row[i]));
    }
  }
  std::string reached;
  std::string never;
  std::string theory;
  for (const std::vector<Cell>& row : table.rows) {
    const std::string sigma_w2 = gnuplot_number(row[0]) + " ";
    if (std::isfinite(real(row[median]))) {
      const double end = std::min(place_of(real(row[high])), 3.0 * most);
      reached += sigma_w2 + cell_text(place_of(real(row[median]))) + " " +
                 cell_text(place_of(real(row[low]))) + " " + cell_text(end) + "\n";
    } else {
      never += sigma_w2 + cell_text(3.0 * most) + "\n";
    }
    // |xi_grad|: negative where gradients grow.
    const double scale = std::abs(real(row[xi]));
    theory += sigma_w2 + gnuplot_number(row[gamma]) + " " + gnuplot_number(Cell(scale)) + "\n";
  }
  std::string script = title(report) +
                       "set grid\nset lmargin 11\nset rmargin 22\nset logscale y\n" +
                       "set key outside right top Left reverse\n"
                       "set offsets graph 0.02, graph 0.02, 0, 0\n" +
                       "set ylabel 'steps to accuracy " + accuracy_of(report) + "'\n";
  std::string plots;
  const auto add = [&](const std::string& name, const std::string& data, const std::string& how) {
    if (data.empty()) return;
    script += "$" + name + " << EOD\n" + data + "EOD\n";
    plots += (plots.empty() ? "plot $" : ", $") + name + how;
  };
  add("reached", reached,
      " with yerrorbars lw 2 pt 7 lc rgb '#e41a1c' title 'median, range', "
      "$reached with lines lw 2 lc rgb '#e41a1c' notitle");
  add("never", never, " with points pt 8 ps 1.3 lc rgb '#808080' title 'never'");
  script += plots + "\n";
  script +=
      "set xlabel 'N × variance of the weights, σ@_{w}^{2}'\nset ylabel 'theory'\n$theory "
      "<< EOD\n" +
      theory +
      "EOD\nplot $theory using 1:2 with linespoints pt 7 lw 2 lc rgb '#3b528b' title "
      "'γ_* (∞ left out)', $theory using 1:3 with linespoints pt 6 lw 2 lc rgb '#4daf4a' title "
      "'|ξ_{grad}|, layers'\n";
  return script + "unset multiplot\n";
}

}  // namespace igb::cli
