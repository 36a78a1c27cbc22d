#pragma once

#include <cstdint>
#include <vector>

#include "output.hpp"

namespace igb::cli {

/// The law of the first guess that a report is to hold (many_class_law.hpp).
struct LawRequest {
  double gamma;
  std::uint32_t classes;
  std::uint32_t inputs;  ///< 0: infinitely many
  std::vector<double> quantiles;
  std::uint64_t seed;
  std::uint32_t networks;  ///< drawn where nothing exact is known, see `is_sampled`
};

/// True if some of the numbers are estimates over random networks: quantiles of more than two
/// classes, and the mean of the most frequent of more than two on a finite data set.
bool is_sampled(const LawRequest& request);

/// Appends law_gamma, mean_max_frequency (with its standard error where it is an estimate),
/// null_mean_max_frequency (the same at gamma = 0), frequency_variance and the table `quantiles`.
/// Where there is no law, gamma being negative, all are none. Throws Failure.
void append_law(const LawRequest& request, Report& report);

}  // namespace igb::cli
