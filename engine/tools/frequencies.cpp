#include "frequencies.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "failure.hpp"
#include "igb/guessing_law.hpp"
#include "igb/kolmogorov_smirnov.hpp"
#include "igb/many_class_law.hpp"

namespace igb::cli {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

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

/// Mean share of the most frequent class at that gamma. `pmf`: of two classes, overwritten.
Estimate law_of_frequency(double gamma, const EnsembleRequest& request, std::vector<double>& pmf) {
  const std::uint32_t inputs = request.data->inputs;
  if (request.architecture.classes > 2) {
    return many_class_frequency(gamma, request.architecture.classes, inputs, request.seed);
  }
  pmf.resize(std::size_t{inputs} + 1);
  check(finite_two_class_law(gamma, pmf));
  return {mean_max_frequency(pmf), none};
}

/// The standard error that the one of gamma adds.
Estimate with_gamma_error(Estimate frequency, double gamma, double error,
                          const EnsembleRequest& request) {
  std::vector<double> pmf;
  const double low = law_of_frequency(std::max(gamma - error, 0.0), request, pmf).mean;
  const double high = law_of_frequency(gamma + error, request, pmf).mean;
  const double own = std::isnan(frequency.standard_error) ? 0.0 : frequency.standard_error;
  return {frequency.mean, std::hypot(own, 0.5 * (high - low))};
}

}  // namespace

void append_frequencies(const EnsembleResult& ensemble, const LayerTheory& theory,
                        const EnsembleRequest& request, Report& report) {
  const std::uint32_t inputs = request.data->inputs;
  const std::vector<std::uint32_t> networks = histogram_over_networks(ensemble.g, inputs);
  const double gamma = theory.signals.empty() ? none : theory.signals.back().gamma();
  std::vector<double> pmf;
  Estimate frequency{none, none};
  if (gamma >= 0.0) frequency = law_of_frequency(gamma, request, pmf);
  if (gamma >= 0.0 && !theory.population.empty()) {
    frequency = with_gamma_error(frequency, gamma, theory.population.back().gamma_error, request);
  }
  const double distance = pmf.empty() ? none : ks_distance(networks, pmf);
  Record& results = report.results;
  append_mean_max_frequency(ensemble.g, results);
  results.emplace_back("theory_mean_max_frequency", cell_or_none(frequency.mean));
  results.emplace_back("theory_mean_max_frequency_error", cell_or_none(frequency.standard_error));
  results.emplace_back("ks_distance", cell_or_none(distance));
  results.emplace_back("ks_p_value", cell_or_none(ks_p_value(distance, ensemble.g.size())));
  report.details.push_back(histogram_table(networks, ensemble.g.size(), pmf));
}

}  // namespace igb::cli
