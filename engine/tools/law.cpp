#include "law.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "failure.hpp"
#include "igb/guessing_law.hpp"
#include "igb/many_class_law.hpp"
#include "progress.hpp"

namespace igb::cli {
namespace {

/// Quantile functions of the fraction G_0 of one class, and of the largest fraction.
struct Quantiles {
  std::function<double(double p)> g;
  std::function<double(double p)> max_g;
};

/// The value at which a cumulated law first reaches p.
std::size_t reach(const std::vector<double>& cumulated, double p) {
  const auto place = std::ranges::lower_bound(cumulated, p * cumulated.back());
  return static_cast<std::size_t>(place - cumulated.begin());
}

Quantiles of_counts(const std::vector<double>& pmf) {
  const std::size_t inputs = pmf.size() - 1;
  std::vector<double> count;
  std::vector<double> largest(pmf.size());
  double sum = 0.0;
  for (const double probability : pmf) count.push_back(sum += probability);
  for (std::size_t n = 0; n < pmf.size(); ++n) largest[std::max(n, inputs - n)] += pmf[n];
  sum = 0.0;
  for (double& probability : largest) probability = sum += probability;
  const auto scale = static_cast<double>(inputs);
  return {[count, scale](double p) { return static_cast<double>(reach(count, p)) / scale; },
          [largest, scale](double p) { return static_cast<double>(reach(largest, p)) / scale; }};
}

Quantiles of_samples(std::vector<double> g, std::vector<double> max_g) {
  const auto ordered = [](std::vector<double> sample) {
    std::ranges::sort(sample);
    return [sample](double p) {
      const double rank = std::ceil(p * static_cast<double>(sample.size()));
      return sample[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
    };
  };
  return {ordered(std::move(g)), ordered(std::move(max_g))};
}

/// Class fractions of random networks: of infinitely many inputs, or counted.
Quantiles sampled(const LawRequest& request) {
  std::vector<double> drifts(request.classes);
  std::vector<double> g(request.classes);
  std::vector<std::uint32_t> counts(request.classes);
  std::vector<double> first;
  std::vector<double> largest;
  Progress progress("law", request.networks);
  for (std::uint32_t network = 0; network < request.networks; ++network) {
    const Draw draw{request.seed, network};
    check(sample_drifts(draw, drifts));
    check(class_fractions(request.gamma, drifts, g));
    if (request.inputs > 0) {
      check(sample_counts(draw, request.inputs, g, counts));
      std::ranges::transform(counts, g.begin(), [&](std::uint32_t n) {
        return static_cast<double>(n) / request.inputs;
      });
    }
    first.push_back(g.front());
    largest.push_back(std::ranges::max(g));
    progress.advance();
  }
  return of_samples(std::move(first), std::move(largest));
}

void append_infinite(const LawRequest& request, Record& results) {
  const ManyClassLaw law{request.classes, request.gamma};
  results.emplace_back("mean_max_frequency", law.mean_max_frequency());
  results.emplace_back("null_mean_max_frequency", 1.0 / request.classes);
  results.emplace_back("frequency_variance", law.variance());
}

void append_finite(const LawRequest& request, const std::vector<double>& pmf, Record& results) {
  const ManyClassLaw law{request.classes, request.gamma};
  if (request.classes == 2) {
    results.emplace_back("mean_max_frequency", mean_max_frequency(pmf));
  } else {
    std::vector<double> drifts(request.classes);
    std::vector<double> g(request.classes);
    Estimate estimate{};
    check(finite_mean_max_frequency(law, request.inputs, {request.seed, 0}, request.networks,
                                    drifts, g, estimate));
    results.emplace_back("mean_max_frequency", estimate.mean);
    results.emplace_back("mean_max_frequency_error", estimate.standard_error);
  }
  double floor = 0.0;
  check(null_mean_max_frequency(request.classes, request.inputs, floor));
  results.emplace_back("null_mean_max_frequency", floor);
  results.emplace_back("frequency_variance", law.finite_variance(request.inputs));
}

}  // namespace

bool is_sampled(const LawRequest& request) {
  return request.classes > 2 && (request.inputs > 0 || !request.quantiles.empty());
}

void append_law(const LawRequest& request, Report& report) {
  for (const double p : request.quantiles) check(check_range("quantiles", p, 0.0, 1.0));
  report.results.emplace_back("law_gamma", request.gamma);
  if (!(request.gamma >= 0.0)) {
    for (const char* name :
         {"mean_max_frequency", "null_mean_max_frequency", "frequency_variance"}) {
      report.results.emplace_back(name, None{});
    }
    return;
  }
  std::vector<double> pmf;
  if (request.classes == 2 && request.inputs > 0) {
    pmf.resize(std::size_t{request.inputs} + 1);
    check(finite_two_class_law(request.gamma, pmf));
  }
  if (request.inputs > 0) {
    append_finite(request, pmf, report.results);
  } else {
    append_infinite(request, report.results);
  }
  if (request.quantiles.empty()) return;

  const TwoClassLaw law{request.gamma};
  const Quantiles quantiles = request.classes > 2 ? sampled(request)
                              : request.inputs > 0
                                  ? of_counts(pmf)
                                  : Quantiles{[law](double p) { return law.quantile(p); },
                                              [law](double p) { return law.max_quantile(p); }};
  Table table{.name = "quantiles", .columns = {"p", "g", "max_g"}, .rows = {}};
  for (const double p : request.quantiles) {
    table.rows.push_back({p, quantiles.g(p), quantiles.max_g(p)});
  }
  report.notes.push_back(std::move(table));
}

}  // namespace igb::cli
