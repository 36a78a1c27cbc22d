// The random numbers: known answers, identity on every target, and the statistics of the normals.
#include "igb/random.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>
#include <numbers>
#include <string>
#include <vector>

#include "igb/guessing_law.hpp"
#include "igb/kolmogorov_smirnov.hpp"
#include "support/close.hpp"
#include "support/samples.hpp"

using namespace igb;
using igb::test::five_sigma;

namespace {

std::vector<float> draw_normals(Draw draw, Stream stream, std::uint32_t layer, std::uint32_t row,
                                std::uint32_t first_column, std::size_t count,
                                Target target = Target::best) {
  std::vector<float> out(count);
  normals(draw, stream, layer, row, first_column, out, target);
  return out;
}

/// FNV-1a, 64 bits, over the little-endian bytes of the floats, row after row.
std::uint64_t hash_of(const test::Table& table, std::size_t row, Target target) {
  const auto cell = [&](const char* column) { return std::stoull(table.text(row, column)); };
  const auto word = [&](const char* column) { return static_cast<std::uint32_t>(cell(column)); };
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (std::uint32_t r = 0; r < word("rows"); ++r) {
    for (const float value :
         draw_normals({cell("seed"), word("network")}, Stream{word("stream")}, word("layer"),
                      word("first_row") + r, word("first_column"), word("columns"), target)) {
      const auto bits = std::bit_cast<std::uint32_t>(value);
      for (int byte = 0; byte < 4; ++byte) {
        hash = (hash ^ ((bits >> (8 * byte)) & 0xFFU)) * 0x100000001b3ULL;
      }
    }
  }
  return hash;
}

struct ExactNormal {
  double value;
  double radius;
};

/// The definition in random.hpp, from scalar Philox words, in double.
ExactNormal exact_normal(Draw draw, Stream stream, std::uint32_t layer, std::uint32_t row,
                         std::uint32_t column) {
  const auto words =
      philox({column / 4, row, static_cast<std::uint32_t>(stream) << 24 | layer, draw.network},
             {static_cast<std::uint32_t>(draw.seed), static_cast<std::uint32_t>(draw.seed >> 32)});
  const std::uint32_t pair = column % 4 / 2;
  const double u = (static_cast<double>(words[2 * pair] >> 1) + 0.5) / 2147483648.0;
  // The angle runs over the quadrant named by the two top bits, centred on its axis.
  const std::uint32_t angle_bits = words[2 * pair + 1];
  const double within = static_cast<std::int32_t>(angle_bits << 2) / 2147483648.0;
  const double angle = std::numbers::pi / 2 * (angle_bits >> 30) + std::numbers::pi / 4 * within;
  const double radius = std::sqrt(-2.0 * std::log(u));
  return {radius * (column % 2 == 0 ? std::cos(angle) : std::sin(angle)), radius};
}

/// The chance of a Kolmogorov-Smirnov distance from `cdf` as large as that of the sample.
template <class Cdf>
double ks_p_value_against(std::vector<float> sample, Cdf cdf) {
  std::ranges::sort(sample);
  const auto count = static_cast<double>(sample.size());
  double distance = 0.0;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const double expected = cdf(static_cast<double>(sample[i]));
    distance = std::max({distance, expected - static_cast<double>(i) / count,
                         static_cast<double>(i + 1) / count - expected});
  }
  return ks_p_value(distance, sample.size());
}

}  // namespace

TEST_CASE("philoxGivesThePublishedKnownAnswers") {
  using Counter = std::array<std::uint32_t, 4>;
  CHECK(philox({0, 0, 0, 0}, {0, 0}) == Counter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
        Counter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Counter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("normalsHaveTheGoldenHashOnEveryTarget") {
  const test::Table table("normals_hash.csv");
  for (const Target target : test::targets()) {
    CAPTURE(target_name(target));
    for (std::size_t row = 0; row < table.size(); ++row) {
      CAPTURE(row);
      CHECK(hash_of(table, row, target) == std::stoull(table.text(row, "fnv1a64"), nullptr, 16));
    }
  }
  for (const Target target : {Target::avx2, Target::avx512}) {
    if (!target_available(target)) {
      std::printf("target %d cannot run on this processor: not compared here\n",
                  static_cast<int>(target));
    }
  }
}

TEST_CASE("normalsFollowTheirDefinitionInDouble") {
  const Draw draw{0x0123456789abcdefULL, 5};
  double worst = 0.0;
  for (std::uint32_t row = 0; row < 5000; ++row) {
    const auto z = draw_normals(draw, Stream::biases, 9, row, 3, 401);
    for (std::uint32_t i = 0; i < z.size(); ++i) {
      const auto [value, radius] = exact_normal(draw, Stream::biases, 9, row, 3 + i);
      REQUIRE(std::isfinite(z[i]));
      worst = std::max(worst, std::abs(z[i] - value) / (radius + 0.3 / radius));
    }
  }
  // Two units in the last place of the radius; the second term is the rounding of u near 1, where
  // the radius is small.
  CHECK(worst < 2.5e-7);
}

TEST_CASE("normalsDependOnTheirIndicesOnly") {
  const auto whole = draw_normals({1, 2}, Stream::weights, 3, 4, 0, 300);
  for (const Target target : test::targets()) {
    for (std::uint32_t first = 0; first < 70; ++first) {
      for (const std::size_t count : {1U, 2U, 3U, 5U, 31U, 64U, 67U}) {
        const auto part = draw_normals({1, 2}, Stream::weights, 3, 4, first, count, target);
        REQUIRE(std::equal(part.begin(), part.end(), whole.begin() + first));
      }
    }
  }
}

TEST_CASE("uniformsAreTheirScaledWordsOnEveryTarget") {
  const Draw draw{0xfedcba9876543210ULL, 9};
  for (const Target target : test::targets()) {
    CAPTURE(target_name(target));
    for (const std::uint32_t first : {0U, 1U, 3U, 1022U}) {
      for (const std::size_t count : {1U, 2U, 5U, 31U, 130U, 513U}) {
        std::vector<float> u(count);
        uniforms(draw, Stream::weights, 7, 11, first, u, target);
        for (std::uint32_t i = 0; i < count; ++i) {
          const std::uint32_t column = first + i;
          const auto words = philox({column / 4, 11, 7, draw.network}, {0x76543210U, 0xfedcba98U});
          const auto whole = static_cast<float>(static_cast<std::int32_t>(words[column % 4]));
          REQUIRE(u[i] == whole * static_cast<float>(std::numbers::sqrt3 / 2147483648.0));
        }
      }
    }
  }
}

TEST_CASE("uniformsPassKolmogorovSmirnov") {
  std::vector<float> u(1U << 20);
  uniforms({16, 0}, Stream::weights, 1, 0, 0, u);
  const auto uniform_cdf = [](double x) { return 0.5 + x / (2.0 * std::numbers::sqrt3); };
  CHECK(ks_p_value_against(u, uniform_cdf) > 1e-6);  // false-alarm rate 1e-6
}

TEST_CASE("normalsHaveTheMomentsOfAGaussian") {
  // Power sums of n = 2^22 normals; standard errors of the first six moments.
  const std::size_t columns = 1U << 12;
  const std::uint32_t rows = 1U << 10;
  const double n = static_cast<double>(columns) * rows;
  std::array<double, 7> sums{};
  for (std::uint32_t row = 0; row < rows; ++row) {
    for (const float z : draw_normals({11, 0}, Stream::weights, 1, row, 0, columns)) {
      double power = 1.0;
      for (double& sum : sums) {
        sum += power;
        power *= z;
      }
    }
  }
  const std::array<double, 7> moment{1, 0, 1, 0, 3, 0, 15};
  const std::array<double, 7> variance{0, 1, 2, 15, 96, 945, 10170};  // E z^2k - (E z^k)^2
  for (std::size_t k = 1; k <= 6; ++k) {
    CAPTURE(k);
    CHECK(std::abs(sums[k] / n - moment[k]) < five_sigma * std::sqrt(variance[k] / n));
  }
}

TEST_CASE("normalsPassKolmogorovSmirnov") {
  std::vector<float> z(1U << 20);
  normals({12, 0}, Stream::weights, 1, 0, 0, z);
  CHECK(ks_p_value_against(z, normal_cdf) > 1e-6);  // false-alarm rate 1e-6
}

TEST_CASE("normalsHaveGaussianTailsToFiveSigma") {
  // Counts of |z| > t among n = 2^26 are Poisson; allowed are five standard errors.
  const std::size_t columns = 1U << 16;
  const std::uint32_t rows = 1U << 10;
  const double n = static_cast<double>(columns) * rows;
  const std::array thresholds{2.0F, 3.0F, 4.0F, 5.0F};
  std::array<double, 4> counts{};
  std::vector<float> z(columns);
  for (std::uint32_t row = 0; row < rows; ++row) {
    normals({13, 0}, Stream::weights, 1, row, 0, z);
    for (std::size_t t = 0; t < thresholds.size(); ++t) {
      counts[t] += static_cast<double>(
          std::ranges::count_if(z, [&](float x) { return std::abs(x) > thresholds[t]; }));
    }
  }
  for (std::size_t t = 0; t < thresholds.size(); ++t) {
    CAPTURE(thresholds[t]);
    const double expected = n * std::erfc(thresholds[t] / std::numbers::sqrt2);
    CHECK(std::abs(counts[t] - expected) < five_sigma * std::sqrt(expected));
  }
}

TEST_CASE("normalsAreUncorrelatedAcrossEveryIndex") {
  const std::size_t n = 1U << 20;
  const Draw draw{14, 3};
  const auto base = draw_normals(draw, Stream::weights, 5, 8, 0, n);
  const std::vector<std::pair<const char*, std::vector<float>>> others{
      {"next column", draw_normals(draw, Stream::weights, 5, 8, 1, n)},
      {"column + 2", draw_normals(draw, Stream::weights, 5, 8, 2, n)},
      {"column + 3", draw_normals(draw, Stream::weights, 5, 8, 3, n)},
      {"next block of columns", draw_normals(draw, Stream::weights, 5, 8, 4, n)},
      {"next row", draw_normals(draw, Stream::weights, 5, 9, 0, n)},
      {"next layer", draw_normals(draw, Stream::weights, 6, 8, 0, n)},
      {"biases", draw_normals(draw, Stream::biases, 5, 8, 0, n)},
      {"inputs", draw_normals(draw, Stream::inputs, 5, 8, 0, n)},
      {"next network", draw_normals({14, 4}, Stream::weights, 5, 8, 0, n)},
      {"next seed", draw_normals({15, 3}, Stream::weights, 5, 8, 0, n)},
      {"high half of the seed", draw_normals({14 + (1ULL << 32), 3}, Stream::weights, 5, 8, 0, n)},
  };
  for (const auto& [name, other] : others) {
    CAPTURE(name);
    double product = 0.0;
    double square_product = 0.0;  // neighbours share a radius or an angle: look at squares, too
    for (std::size_t i = 0; i < n; ++i) {
      const double x = base[i];
      const double y = other[i];
      product += x * y;
      square_product += (x * x - 1.0) * (y * y - 1.0);
    }
    const double root = std::sqrt(static_cast<double>(n));
    CHECK(std::abs(product / root) < five_sigma);
    CHECK(std::abs(square_product / (2.0 * root)) < five_sigma);
  }
}
