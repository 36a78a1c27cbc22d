#include "igb/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace igb {

namespace {

struct Scratch {
  std::span<double> sum;           ///< over inputs, of a unit's value less that on input 0
  std::span<double> square_sum;    ///< of the same
  std::span<double> weighted_sum;  ///< over inputs, of values divided by sqrt(q_aa)
};

Scratch take_scratch(std::size_t units, Arena& arena) {
  return {arena.take<double>(units), arena.take<double>(units), arena.take<double>(units)};
}

double mean_square(std::span<const float> row) {
  double sum = 0.0;
  for (const float value : row) sum += static_cast<double>(value) * value;
  return sum / static_cast<double>(row.size());
}

}  // namespace

Status layer_moments_bytes(std::size_t units, std::size_t inputs, std::size_t& bytes) {
  if (const Status status = check_range("inputs", static_cast<double>(inputs), 2, inputs_max);
      !status.ok()) {
    return status;
  }
  Arena measure;
  (void)take_scratch(units, measure);
  bytes = measure.used();
  return measure.status();
}

namespace {

/// Of the units at one position.
LayerMoments moments_at(const LayerView& layer, std::size_t position, const Scratch& unit) {
  std::fill(unit.sum.begin(), unit.sum.end(), 0.0);
  std::fill(unit.square_sum.begin(), unit.square_sum.end(), 0.0);
  std::fill(unit.weighted_sum.begin(), unit.weighted_sum.end(), 0.0);

  double q = 0.0;
  double live = 0.0;  // inputs with a correlation to others
  const std::span<const float> centre = layer.row(0, position);
  for (std::size_t a = 0; a < layer.inputs; ++a) {
    const std::span<const float> row = layer.row(a, position);
    const double q_aa = mean_square(row);
    const double weight = q_aa > 0.0 ? 1.0 / std::sqrt(q_aa) : 0.0;
    q += q_aa;
    live += q_aa > 0.0 ? 1.0 : 0.0;
    for (std::size_t i = 0; i < layer.units; ++i) {
      const double value = row[i];
      const double deviation = value - centre[i];
      unit.sum[i] += deviation;
      unit.square_sum[i] += deviation * deviation;
      unit.weighted_sum[i] += weight * value;
    }
  }

  const auto inputs = static_cast<double>(layer.inputs);
  const auto units = static_cast<double>(layer.units);
  double mean_square_sum = 0.0;
  double variance_sum = 0.0;
  double weighted_square_sum = 0.0;
  for (std::size_t i = 0; i < layer.units; ++i) {
    const double mean = centre[i] + unit.sum[i] / inputs;
    mean_square_sum += mean * mean;
    variance_sum += (unit.square_sum[i] - unit.sum[i] * unit.sum[i] / inputs) / (inputs - 1.0);
    weighted_square_sum += unit.weighted_sum[i] * unit.weighted_sum[i];
  }
  LayerMoments moments;
  moments.q = q / inputs;
  moments.sigma_y2 = variance_sum / units;
  moments.sigma_mu2 = mean_square_sum / units - moments.sigma_y2 / inputs;
  // The sum runs over all pairs; the pairs a = b contribute 1 each.
  moments.c = live < 2.0 ? std::numeric_limits<double>::quiet_NaN()
                         : (weighted_square_sum / units - live) / (live * (live - 1.0));
  return moments;
}

}  // namespace

Status layer_moments(const LayerView& layer, Arena& scratch, LayerMoments& moments) {
  if (const Status status = check_range("inputs", static_cast<double>(layer.inputs), 2, inputs_max);
      !status.ok()) {
    return status;
  }
  const Scratch unit = take_scratch(layer.units, scratch);
  if (const Status status = scratch.status(); !status.ok()) return status;
  moments = {};
  const auto positions = static_cast<double>(layer.positions);
  double alive = 0.0;  // positions with a correlation
  for (std::size_t p = 0; p < layer.positions; ++p) {
    const LayerMoments here = moments_at(layer, p, unit);
    moments.q += here.q / positions;
    moments.sigma_mu2 += here.sigma_mu2 / positions;
    moments.sigma_y2 += here.sigma_y2 / positions;
    if (std::isnan(here.c)) continue;
    moments.c += here.c;
    alive += 1.0;
  }
  moments.c /= alive;  // NaN where no position has one
  return {};
}

Status guess_classes(const LayerView& output, std::span<std::uint16_t> classes) {
  if (const Status status = check_range("units", static_cast<double>(output.units), 1, classes_max);
      !status.ok()) {
    return status;
  }
  if (classes.size() < output.inputs) {
    return {StatusCode::buffer_too_small, "classes", static_cast<double>(classes.size()),
            static_cast<double>(output.inputs)};
  }
  for (std::size_t a = 0; a < output.inputs; ++a) {
    const std::span<const float> row = output.row(a);
    classes[a] = static_cast<std::uint16_t>(std::max_element(row.begin(), row.end()) - row.begin());
  }
  return {};
}

Status count_classes(std::span<const std::uint16_t> guesses, std::span<std::uint32_t> counts) {
  std::fill(counts.begin(), counts.end(), 0U);
  for (const std::uint16_t guess : guesses) {
    if (guess >= counts.size()) {
      return {StatusCode::out_of_range, "guess", static_cast<double>(guess), 0.0,
              static_cast<double>(counts.size()) - 1.0};
    }
    ++counts[guess];
  }
  return {};
}

double max_frequency(std::span<const std::uint32_t> counts) {
  double total = 0.0;
  double largest = 0.0;
  for (const std::uint32_t count : counts) {
    total += count;
    largest = std::max<double>(largest, count);
  }
  return largest / total;
}

Status add_class_counts(std::span<const std::uint32_t> counts,
                        std::span<std::uint32_t> histograms) {
  const std::size_t row = std::accumulate(counts.begin(), counts.end(), std::size_t{1});
  const double needed = static_cast<double>(row) * static_cast<double>(counts.size());
  if (static_cast<double>(histograms.size()) < needed) {
    return {StatusCode::buffer_too_small, "histograms", static_cast<double>(histograms.size()),
            needed};
  }
  for (std::size_t k = 0; k < counts.size(); ++k) ++histograms[k * row + counts[k]];
  return {};
}

}  // namespace igb
