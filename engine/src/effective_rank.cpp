#include "igb/effective_rank.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <span>

#include "igb/architecture.hpp"

namespace igb {
namespace {

constexpr std::size_t block = 4;  // rows or columns of the Gram matrix at a time
constexpr std::size_t lanes = 4;  // partial sums of a dot product, for vectors

struct Scratch {
  std::span<double> mean;  ///< over inputs, of each feature: a unit, in a convolution at a position
  std::span<double> along;   ///< of each input the centred values times the means
  std::span<double> values;  ///< [block, features]
  std::span<double> row;     ///< [features]
};

Scratch take_scratch(std::size_t features, std::size_t inputs, Arena& arena) {
  return {arena.take<double>(features), arena.take<double>(inputs),
          arena.take<double>(block, features), arena.take<double>(features)};
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

/// The part that belongs to a position of a vector over the features of an input.
template <class T>
std::span<T> part(std::span<T> features, const LayerView& layer, std::size_t position) {
  return features.subspan(position * layer.units, layer.units);
}

/// Deviations from the first input are exact where inputs are alike.
void take_means(const LayerView& layer, std::span<double> mean) {
  std::fill(mean.begin(), mean.end(), 0.0);
  for (std::size_t p = 0; p < layer.positions; ++p) {
    const std::span<const float> centre = layer.row(0, p);
    const std::span<double> here = part(mean, layer, p);
    for (std::size_t a = 1; a < layer.inputs; ++a) {
      const std::span<const float> row = layer.row(a, p);
      for (std::size_t i = 0; i < layer.units; ++i) {
        here[i] += static_cast<double>(row[i]) - static_cast<double>(centre[i]);
      }
    }
    for (std::size_t i = 0; i < layer.units; ++i) {
      here[i] = static_cast<double>(centre[i]) + here[i] / static_cast<double>(layer.inputs);
    }
  }
}

void centre(const LayerView& layer, std::size_t input, std::span<const double> mean,
            std::span<double> centred) {
  for (std::size_t p = 0; p < layer.positions; ++p) {
    const std::span<const float> row = layer.row(input, p);
    const std::span<const double> mean_here = part(mean, layer, p);
    const std::span<double> here = part(centred, layer, p);
    for (std::size_t i = 0; i < layer.units; ++i) {
      here[i] = static_cast<double>(row[i]) - mean_here[i];
    }
  }
}

/// sums[r][k] += products of `block` centred rows with a row that is centred on the way, over every
/// lanes-th unit.
using Sums = std::array<std::array<double, lanes>, block>;
void add_products(const double* rows, std::size_t row_size, std::span<const float> row,
                  const double* mean, Sums& sums) {
  const std::size_t units = row.size();
  for (std::size_t first = 0; first < units; first += lanes) {
    const std::size_t count = std::min(lanes, units - first);
    std::array<double, lanes> centred{};
    for (std::size_t k = 0; k < count; ++k) {
      centred[k] = static_cast<double>(row[first + k]) - mean[first + k];
    }
    for (std::size_t r = 0; r < block; ++r) {
      for (std::size_t k = 0; k < count; ++k) {
        sums[r][k] += rows[r * row_size + first + k] * centred[k];
      }
    }
  }
}

/// Over pairs of inputs. With h = x + m, m the mean over inputs: h_a.h_b = x_a.x_b + x_a.m + x_b.m
/// + m.m, which never subtracts large from large.
EffectiveRank over_inputs(const LayerView& layer, const Scratch& scratch) {
  const std::size_t features = scratch.mean.size();
  double mean_square = 0.0;
  for (const double mean : scratch.mean) mean_square += mean * mean;
  for (std::size_t a = 0; a < layer.inputs; ++a) {
    centre(layer, a, scratch.mean, scratch.row);
    scratch.along[a] =
        std::inner_product(scratch.row.begin(), scratch.row.end(), scratch.mean.begin(), 0.0);
  }

  Traces centred;
  Traces uncentred;
  for (std::size_t first = 0; first < layer.inputs; first += block) {
    const std::size_t count = std::min(block, layer.inputs - first);
    std::fill(scratch.values.begin(), scratch.values.end(), 0.0);
    for (std::size_t r = 0; r < count; ++r) {
      centre(layer, first + r, scratch.mean, scratch.values.subspan(r * features, features));
    }
    for (std::size_t b = first; b < layer.inputs; ++b) {
      Sums sums{};
      for (std::size_t p = 0; p < layer.positions; ++p) {
        const std::size_t start = p * layer.units;
        add_products(&scratch.values[start], features, layer.row(b, p), &scratch.mean[start], sums);
      }
      for (std::size_t r = 0; r < count; ++r) {
        const double product = (sums[r][0] + sums[r][1]) + (sums[r][2] + sums[r][3]);
        centred.add(first + r, b, product);
        uncentred.add(first + r, b,
                      product + scratch.along[first + r] + scratch.along[b] + mean_square);
      }
    }
  }
  return {uncentred.ratio(), centred.ratio()};
}

/// Over pairs of features, whose matrix has the same eigenvalues: SUM_a h_ai h_aj = SUM_a x_ai x_aj
/// + D m_i m_j.
EffectiveRank over_features(const LayerView& layer, const Scratch& scratch) {
  const std::size_t features = scratch.mean.size();
  const auto inputs = static_cast<double>(layer.inputs);
  Traces centred;
  Traces uncentred;
  for (std::size_t first = 0; first < features; first += block) {
    const std::size_t count = std::min(block, features - first);
    std::fill(scratch.values.begin(), scratch.values.end(), 0.0);
    for (std::size_t a = 0; a < layer.inputs; ++a) {
      centre(layer, a, scratch.mean, scratch.row);
      for (std::size_t r = 0; r < count; ++r) {
        const double value = scratch.row[first + r];
        double* const sums = &scratch.values[r * features];
        for (std::size_t j = first; j < features; ++j) sums[j] += value * scratch.row[j];
      }
    }
    for (std::size_t r = 0; r < count; ++r) {
      const std::size_t i = first + r;
      for (std::size_t j = i; j < features; ++j) {
        const double product = scratch.values[r * features + j];
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
  const std::size_t features = layer.units * layer.positions;
  if (const Status status = check_counts(features, layer.inputs); !status.ok()) return status;
  const Scratch memory = take_scratch(features, layer.inputs, scratch);
  if (const Status status = scratch.status(); !status.ok()) return status;
  take_means(layer, memory.mean);
  rank = features < layer.inputs ? over_features(layer, memory) : over_inputs(layer, memory);
  return {};
}

}  // namespace igb
