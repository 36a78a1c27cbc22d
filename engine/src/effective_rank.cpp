#include "igb/effective_rank.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "igb/architecture.hpp"

namespace igb {
namespace {

constexpr std::size_t block = 4;  // rows or columns of the Gram matrix at a time
constexpr std::size_t lanes = 4;  // partial sums of a dot product, for vectors

struct Scratch {
  std::span<double> mean;    ///< over inputs, of each unit
  std::span<double> along;   ///< of each input the centred values times the means
  std::span<double> values;  ///< [block, units]
};

Scratch take_scratch(std::size_t units, std::size_t inputs, Arena& arena) {
  return {arena.take<double>(units), arena.take<double>(inputs), arena.take<double>(block, units)};
}

Status check_counts(std::size_t units, std::size_t inputs) {
  const Status status = check_range("inputs", static_cast<double>(inputs), 2, inputs_max);
  return status.ok() ? check_range("units", static_cast<double>(units), 1, inputs_max) : status;
}

/// Sums over a symmetric matrix of which one triangle is shown.
class Traces {
 public:
  void add(std::size_t row, std::size_t column, double value) {
    if (column < row) return;
    if (column == row) trace_ += value;
    squares_ += (column == row ? 1.0 : 2.0) * value * value;
  }
  [[nodiscard]] double ratio() const { return trace_ / squares_ * trace_; }

 private:
  double trace_ = 0.0;
  double squares_ = 0.0;
};

/// Deviations from the first input are exact where inputs are alike.
void take_means(const LayerView& layer, std::span<double> mean) {
  std::fill(mean.begin(), mean.end(), 0.0);
  const std::span<const float> centre = layer.row(0);
  for (std::size_t a = 1; a < layer.inputs; ++a) {
    const std::span<const float> row = layer.row(a);
    for (std::size_t i = 0; i < layer.units; ++i) {
      mean[i] += static_cast<double>(row[i]) - static_cast<double>(centre[i]);
    }
  }
  for (std::size_t i = 0; i < layer.units; ++i) {
    mean[i] = static_cast<double>(centre[i]) + mean[i] / static_cast<double>(layer.inputs);
  }
}

/// Products of `block` centred rows with a row that is centred on the way.
std::array<double, block> products(std::span<const double> rows, std::span<const float> row,
                                   std::span<const double> mean) {
  const std::size_t units = row.size();
  std::array<std::array<double, lanes>, block> sums{};
  for (std::size_t first = 0; first < units; first += lanes) {
    const std::size_t count = std::min(lanes, units - first);
    std::array<double, lanes> centred{};
    for (std::size_t k = 0; k < count; ++k) {
      centred[k] = static_cast<double>(row[first + k]) - mean[first + k];
    }
    for (std::size_t r = 0; r < block; ++r) {
      for (std::size_t k = 0; k < count; ++k) {
        sums[r][k] += rows[r * units + first + k] * centred[k];
      }
    }
  }
  std::array<double, block> result;
  for (std::size_t r = 0; r < block; ++r) {
    result[r] = (sums[r][0] + sums[r][1]) + (sums[r][2] + sums[r][3]);
  }
  return result;
}

/// Over pairs of inputs. With h = x + m, m the mean over inputs: h_a.h_b = x_a.x_b + x_a.m + x_b.m
/// + m.m, which never subtracts large from large.
EffectiveRank over_inputs(const LayerView& layer, const Scratch& scratch) {
  const std::size_t units = layer.units;
  double mean_square = 0.0;
  for (const double mean : scratch.mean) mean_square += mean * mean;
  for (std::size_t a = 0; a < layer.inputs; ++a) {
    const std::span<const float> row = layer.row(a);
    double sum = 0.0;
    for (std::size_t i = 0; i < units; ++i) {
      sum += (static_cast<double>(row[i]) - scratch.mean[i]) * scratch.mean[i];
    }
    scratch.along[a] = sum;
  }

  Traces centred;
  Traces uncentred;
  for (std::size_t first = 0; first < layer.inputs; first += block) {
    const std::size_t count = std::min(block, layer.inputs - first);
    std::fill(scratch.values.begin(), scratch.values.end(), 0.0);
    for (std::size_t r = 0; r < count; ++r) {
      const std::span<const float> row = layer.row(first + r);
      for (std::size_t i = 0; i < units; ++i) {
        scratch.values[r * units + i] = static_cast<double>(row[i]) - scratch.mean[i];
      }
    }
    for (std::size_t b = first; b < layer.inputs; ++b) {
      const auto product = products(scratch.values, layer.row(b), scratch.mean);
      for (std::size_t r = 0; r < count; ++r) {
        centred.add(first + r, b, product[r]);
        uncentred.add(first + r, b,
                      product[r] + scratch.along[first + r] + scratch.along[b] + mean_square);
      }
    }
  }
  return {uncentred.ratio(), centred.ratio()};
}

/// Over pairs of units, whose matrix has the same eigenvalues: SUM_a h_ai h_aj = SUM_a x_ai x_aj +
/// D m_i m_j.
EffectiveRank over_units(const LayerView& layer, const Scratch& scratch) {
  const std::size_t units = layer.units;
  const auto inputs = static_cast<double>(layer.inputs);
  Traces centred;
  Traces uncentred;
  for (std::size_t first = 0; first < units; first += block) {
    const std::size_t count = std::min(block, units - first);
    std::fill(scratch.values.begin(), scratch.values.end(), 0.0);
    for (std::size_t a = 0; a < layer.inputs; ++a) {
      const std::span<const float> row = layer.row(a);
      for (std::size_t r = 0; r < count; ++r) {
        const double value = static_cast<double>(row[first + r]) - scratch.mean[first + r];
        double* const sums = &scratch.values[r * units];
        for (std::size_t j = first; j < units; ++j) {
          sums[j] += value * (static_cast<double>(row[j]) - scratch.mean[j]);
        }
      }
    }
    for (std::size_t r = 0; r < count; ++r) {
      const std::size_t i = first + r;
      for (std::size_t j = i; j < units; ++j) {
        const double product = scratch.values[r * units + j];
        centred.add(i, j, product);
        uncentred.add(i, j, product + inputs * scratch.mean[i] * scratch.mean[j]);
      }
    }
  }
  return {uncentred.ratio(), centred.ratio()};
}

}  // namespace

Status effective_rank_bytes(std::size_t units, std::size_t inputs, std::size_t& bytes) {
  if (const Status status = check_counts(units, inputs); !status.ok()) return status;
  Arena measure;
  (void)take_scratch(units, inputs, measure);
  bytes = measure.used();
  return measure.status();
}

Status effective_rank(const LayerView& layer, Arena& scratch, EffectiveRank& rank) {
  if (const Status status = check_counts(layer.units, layer.inputs); !status.ok()) return status;
  const Scratch memory = take_scratch(layer.units, layer.inputs, scratch);
  if (const Status status = scratch.status(); !status.ok()) return status;
  take_means(layer, memory.mean);
  rank = layer.units < layer.inputs ? over_units(layer, memory) : over_inputs(layer, memory);
  return {};
}

}  // namespace igb
