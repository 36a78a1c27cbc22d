// The participation ratio against the eigenvalues of the Gram matrix, closed forms and the law of
// Gaussian layers.
#include "igb/effective_rank.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "igb/architecture.hpp"
#include "igb/random.hpp"
#include "support/close.hpp"
#include "support/samples.hpp"

using namespace igb;
using igb::test::close;
using igb::test::five_sigma;

namespace {

EffectiveRank measure(const LayerView& layer) {
  std::size_t bytes = 0;
  REQUIRE(effective_rank_bytes(layer.units * layer.positions, layer.inputs, bytes).ok());
  const test::AlignedMemory memory(bytes);
  Arena arena(memory.bytes());
  EffectiveRank rank{};
  REQUIRE(effective_rank(layer, arena, rank).ok());
  return rank;
}

/// Eigenvalues of a symmetric matrix by Jacobi's rotations.
std::vector<double> eigenvalues(std::vector<std::vector<double>> m) {
  const std::size_t n = m.size();
  for (int sweep = 0; sweep < 60; ++sweep) {
    for (std::size_t p = 0; p < n; ++p) {
      for (std::size_t q = p + 1; q < n; ++q) {
        if (m[p][q] == 0.0) continue;
        const double theta = 0.5 * std::atan2(2.0 * m[p][q], m[q][q] - m[p][p]);
        const double c = std::cos(theta);
        const double s = std::sin(theta);
        for (std::size_t k = 0; k < n; ++k) {
          const double kp = m[k][p];
          const double kq = m[k][q];
          m[k][p] = c * kp - s * kq;
          m[k][q] = s * kp + c * kq;
        }
        for (std::size_t k = 0; k < n; ++k) {
          const double pk = m[p][k];
          const double qk = m[q][k];
          m[p][k] = c * pk - s * qk;
          m[q][k] = s * pk + c * qk;
        }
      }
    }
  }
  std::vector<double> values;
  for (std::size_t i = 0; i < n; ++i) values.push_back(m[i][i]);
  return values;
}

/// The definition, with the values in double.
double by_eigenvalues(const LayerView& layer, bool centred) {
  std::vector<std::vector<double>> h(layer.inputs);
  for (std::size_t a = 0; a < layer.inputs; ++a) {
    h[a].assign(layer.row(a).begin(), layer.row(a).end());
  }
  for (std::size_t i = 0; centred && i < layer.units; ++i) {
    double mean = 0.0;
    for (const auto& row : h) mean += row[i] / static_cast<double>(layer.inputs);
    for (auto& row : h) row[i] -= mean;
  }
  std::vector<std::vector<double>> gram(layer.inputs, std::vector<double>(layer.inputs));
  for (std::size_t a = 0; a < layer.inputs; ++a) {
    for (std::size_t b = 0; b < layer.inputs; ++b) {
      for (std::size_t i = 0; i < layer.units; ++i) gram[a][b] += h[a][i] * h[b][i];
    }
  }
  double sum = 0.0;
  double squares = 0.0;
  for (const double value : eigenvalues(gram)) {
    sum += value;
    squares += value * value;
  }
  return sum * sum / squares;
}

}  // namespace

TEST_CASE("effectiveRankIsTheParticipationRatioOfTheEigenvalues") {
  // Fewer inputs than units, fewer units than inputs, and as many; a stride; no multiples of four.
  const std::pair<std::size_t, std::size_t> shapes[] = {{2, 1},  {2, 2},   {5, 7},   {7, 5},
                                                        {13, 4}, {4, 13},  {17, 17}, {9, 1},
                                                        {3, 40}, {40, 30}, {30, 41}};
  for (const auto& shape : shapes) {
    const std::size_t inputs = shape.first;
    const std::size_t units = shape.second;
    CAPTURE(inputs);
    CAPTURE(units);
    const std::size_t stride = units + 3;
    std::vector<float> values(inputs * stride);
    normals({25, 0}, Stream::inputs, 0, 0, 0, values);
    for (std::size_t k = 0; k < values.size(); ++k) {
      values[k] += 0.3F * static_cast<float>(k % stride % 5);
      if (k % stride >= units) values[k] = std::numeric_limits<float>::quiet_NaN();
    }
    const LayerView layer{values.data(), inputs, units, stride};
    const EffectiveRank rank = measure(layer);
    CHECK(rank.uncentred == close(by_eigenvalues(layer, false), 1e-11));
    CHECK(rank.centred == close(by_eigenvalues(layer, true), 1e-11));
  }
}

TEST_CASE("effectiveRankOfAConvolutionTakesAllPositionsTogether") {
  // The same values as rows of units times positions without a gap.
  const std::pair<std::size_t, std::size_t> shapes[] = {{4, 12}, {40, 12}};
  for (const auto& shape : shapes) {
    const std::size_t inputs = shape.first;
    const std::size_t features = shape.second;
    std::vector<float> flat(inputs * features);
    normals({28, 0}, Stream::inputs, 0, 0, 0, flat);
    for (const std::size_t positions : {1U, 3U, 4U}) {
      CAPTURE(inputs);
      CAPTURE(positions);
      const std::size_t units = features / positions;
      const std::size_t stride = units + 5;
      std::vector<float> values(inputs * positions * stride,
                                std::numeric_limits<float>::quiet_NaN());
      for (std::size_t row = 0; row < inputs * positions; ++row) {
        std::copy_n(&flat[row * units], units, &values[row * stride]);
      }
      const EffectiveRank rank = measure({values.data(), inputs, units, stride, positions});
      const LayerView dense{flat.data(), inputs, features, features};
      CHECK(rank.uncentred == close(by_eigenvalues(dense, false), 1e-11));
      CHECK(rank.centred == close(by_eigenvalues(dense, true), 1e-11));
    }
  }
}

TEST_CASE("effectiveRankCountsEqualDirections") {
  // Orthogonal inputs: D; centred, one direction less.
  for (const std::size_t units : {6U, 8U, 5U}) {
    std::vector<float> values(6 * units);
    const std::size_t directions = std::min<std::size_t>(6, units);
    for (std::size_t a = 0; a < directions; ++a) values[a * units + a] = 3.0F;
    const EffectiveRank rank = measure({values.data(), 6, units, units});
    CHECK(rank.uncentred == close(static_cast<double>(directions), 1e-14));
    if (units >= 6) CHECK(rank.centred == close(5.0, 1e-14));
  }
  // The same input again and again: one direction, and none without the mean.
  for (const std::size_t units : {3U, 20U}) {
    std::vector<float> values;
    for (std::size_t a = 0; a < 10; ++a) {
      for (std::size_t i = 0; i < units; ++i) values.push_back(static_cast<float>(i) - 0.7F);
    }
    const EffectiveRank rank = measure({values.data(), 10, units, units});
    CHECK(rank.uncentred == close(1.0, 1e-12));
    CHECK(std::isnan(rank.centred));
  }
  const std::vector<float> zero(12);
  CHECK(std::isnan(measure({zero.data(), 3, 4, 4}).uncentred));
  CHECK(std::isnan(measure({zero.data(), 4, 3, 3}).centred));
}

TEST_CASE("effectiveRankIsExactWhereCorrelationsAreOneInFloat") {
  // h = 1 + 2^-20 k with small integers k: 1 - c is about 1e-11, yet the centred rank is that of k.
  for (const std::size_t units : {5U, 30U}) {
    std::vector<float> small(12 * units);
    std::vector<float> values;
    for (std::size_t k = 0; k < small.size(); ++k) {
      small[k] = static_cast<float>(k * k % 7);
      values.push_back(1.0F + std::ldexp(small[k], -20));
    }
    const EffectiveRank rank = measure({values.data(), 12, units, units});
    CHECK(rank.centred == close(by_eigenvalues({small.data(), 12, units, units}, true), 1e-9));
    CHECK(rank.uncentred == close(1.0, 1e-9));
  }
}

TEST_CASE("effectiveRankOfHugeAndTinyValuesIsThatOfOrdinaryOnes") {
  std::vector<float> values(30);
  normals({26, 0}, Stream::inputs, 0, 0, 0, values);
  const EffectiveRank expected = measure({values.data(), 5, 6, 6});
  for (const int exponent : {120, -100}) {
    std::vector<float> scaled;
    for (const float value : values) scaled.push_back(std::ldexp(value, exponent));
    const EffectiveRank rank = measure({scaled.data(), 5, 6, 6});
    CHECK(rank.uncentred == close(expected.uncentred, 1e-12));
    CHECK(rank.centred == close(expected.centred, 1e-12));
  }
}

TEST_CASE("effectiveRankOfCorrelatedGaussianInputsFollowsItsLaw") {
  // Units are independent, inputs correlate by c: K is a Wishart matrix and, to first order in 1 /
  // N, 1 / rank = (1 + (D - 1) c^2) (1 + 1 / N) / D + 1 / N; centred, of D - 1 independent inputs:
  // 1 / (D - 1) (1 + 1 / N) + 1 / N. Left out is the variance of the trace, 2 (1 + (D - 1) c^2) /
  // (D N) relative. Mean of 200 layers, false-alarm rate 5.7e-7.
  constexpr std::size_t inputs = 40;
  for (const std::size_t units : {200U, 25U}) {
    for (const double c : {0.0, 0.3, 0.9}) {
      CAPTURE(units);
      CAPTURE(c);
      std::vector<double> uncentred;
      std::vector<double> centred;
      for (std::uint32_t network = 0; network < 200; ++network) {
        std::vector<float> values((inputs + 1) * units);
        normals({27, network}, Stream::inputs, 0, 0, 0, values);
        for (std::size_t a = 0; a < inputs; ++a) {
          for (std::size_t i = 0; i < units; ++i) {
            float& value = values[a * units + i];
            value = static_cast<float>(std::sqrt(c) * values[inputs * units + i] +
                                       std::sqrt(1.0 - c) * value);
          }
        }
        const EffectiveRank rank = measure({values.data(), inputs, units, units});
        uncentred.push_back(1.0 / rank.uncentred);
        centred.push_back(1.0 / rank.centred);
      }
      const double n = static_cast<double>(units);
      const double common = 1.0 + (inputs - 1.0) * c * c;
      const auto check = [&](const std::vector<double>& inverse, double expected, double spread) {
        const test::Moments measured = test::moments_of(inverse);
        const double error = std::sqrt(measured.variance / static_cast<double>(inverse.size()));
        CHECK(error < 0.02 * expected);
        CHECK(std::abs(measured.mean - expected) < five_sigma * error + 4.0 * spread * expected);
      };
      check(uncentred, common * (1.0 + 1.0 / n) / inputs + 1.0 / n, 2.0 * common / (inputs * n));
      check(centred, (1.0 + 1.0 / n) / (inputs - 1.0) + 1.0 / n, 2.0 / (inputs * n));
    }
  }
}

TEST_CASE("effectiveRankRefusesOneInputNoUnitAndShortScratch") {
  const std::vector<float> values(40, 1.0F);
  std::size_t bytes = 0;
  const auto parameter = [&](std::size_t units, std::size_t inputs) {
    const Status status = effective_rank_bytes(units, inputs, bytes);
    CHECK(status.code == StatusCode::out_of_range);
    return std::string(status.parameter);
  };
  CHECK(parameter(4, 1) == "inputs");
  CHECK(parameter(4, std::size_t{inputs_max} + 1) == "inputs");
  CHECK(parameter(0, 4) == "units");
  REQUIRE(effective_rank_bytes(4, 10, bytes).ok());
  const test::AlignedMemory memory(bytes);
  EffectiveRank rank{};
  Arena exact(memory.bytes());
  CHECK(effective_rank({values.data(), 10, 4, 4}, exact, rank).ok());
  CHECK(exact.used() == bytes);
  Arena one_less(memory.bytes().first(bytes - 1));
  CHECK(effective_rank({values.data(), 10, 4, 4}, one_less, rank).code ==
        StatusCode::buffer_too_small);
  Arena unused(memory.bytes());
  CHECK(effective_rank({values.data(), 1, 4, 4}, unused, rank).code == StatusCode::out_of_range);
}
