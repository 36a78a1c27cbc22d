#include <memory>
#include <string_view>
#include <vector>

#include "commands.hpp"
#include "failure.hpp"
#include "igb/critical_lines.hpp"
#include "options.hpp"
#include "output.hpp"
#include "progress.hpp"

namespace igb::cli {
namespace {

constexpr std::uint32_t range_max = 1000000;

struct LinesOptions {
  CommonOptions common;
  Initialisation init;
  std::string sigma_b2;
  double gamma = 1.0;
};

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

void append_range(const std::vector<std::string_view>& parts, std::vector<double>& values) {
  const double first = parse_real("sigma_b2", parts[0]);
  const double last = parse_real("sigma_b2", parts[1]);
  for (const double end : {first, last}) {
    check(check_range("sigma_b2", end, sigma_b2_min, sigma_b2_max));
  }
  const std::uint32_t count = parse_count("sigma_b2 count", parts[2], 2, range_max);
  for (std::uint32_t i = 0; i < count; ++i) {
    const double t = static_cast<double>(i) / (count - 1);
    values.push_back(first * (1.0 - t) + last * t);
  }
}

/// Items separated by commas, each a number or first:last:count.
std::vector<double> parse_values(std::string_view text) {
  std::vector<double> values;
  for (const std::string_view item : split(text, ',')) {
    const std::vector<std::string_view> parts = split(item, ':');
    if (parts.size() == 3) {
      append_range(parts, values);
    } else {
      values.push_back(parse_real("sigma_b2", item));
    }
  }
  return values;
}

/// Both coordinates of the point, or none where there is no such line.
void append_point(const Status& status, const LinePoint& point, std::vector<Cell>& row) {
  if (status.code == StatusCode::no_solution) {
    row.insert(row.end(), {None{}, None{}});
    return;
  }
  check(status);
  row.insert(row.end(), {point.sigma_w2, point.q});
}

Table lines(const LinesOptions& options) {
  const Activation& phi = *options.init.activation;
  const std::vector<double> values = parse_values(options.sigma_b2);
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

void run(const LinesOptions& options) {
  const Output output(options.common.output);
  const Report report{.command = "lines",
                      .parameters = {{"activation", options.init.activation->name},
                                     {"sigma_b2", options.sigma_b2},
                                     {"gamma", options.gamma},
                                     {"seed", options.common.seed}},
                      .results = {},
                      .table = lines(options),
                      .g = {}};
  output.write(render(report, options.common.format));
}

}  // namespace

void add_lines(CLI::App& program) {
  auto options = std::make_shared<LinesOptions>();
  CLI::App& app = *program.add_subcommand(
      "lines", "The edge of chaos and the line of constant gamma at given sigma_b2");
  add_common(app, options->common);
  add_activation(app, options->init);
  app.add_option(
         "--sigma-b2", options->sigma_b2,
         "comma-separated values; first:last:count stands for count evenly spaced values, both "
         "ends included")
      ->type_name("LIST")
      ->required();
  add_real(app, "--gamma", options->gamma, "ratio of the second line; 1 is neutrality")
      ->default_str("1");
  app.callback([options] { run(*options); });
}

}  // namespace igb::cli
