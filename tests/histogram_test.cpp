// Every value is in the bin whose edges say so, whatever the range.
#include "igb/histogram.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "igb/random.hpp"

using namespace igb;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

std::vector<std::uint64_t> copy(const Histogram& histogram) {
  return {histogram.bins().begin(), histogram.bins().end()};
}

}  // namespace

TEST_CASE("histogramCountsEveryValueBetweenItsEdges") {
  // Ranges whose edges are no round numbers; values at, next to and between the edges.
  const struct {
    double low, high;
    std::size_t bins;
  } ranges[] = {{0.0, 1.0, 10},    {0.1, 0.7, 7},       {-3.0, 1e-3, 13},  {-1.0, 1.0, 1},
                {1e9, 1e9 + 1, 9}, {-1e300, 1e300, 11}, {-1e-300, 0.0, 3}, {1.0, 1.0 + 1e-12, 100}};
  for (const auto& range : ranges) {
    const double low = range.low;
    const double high = range.high;
    const std::size_t bins = range.bins;
    CAPTURE(low);
    CAPTURE(high);
    std::vector<std::uint64_t> memory(bins, 99);
    Histogram histogram;
    REQUIRE(histogram.begin(low, high, memory).ok());
    CHECK(copy(histogram) == std::vector<std::uint64_t>(bins));
    CHECK(histogram.edge(0) == low);
    CHECK(histogram.edge(bins) == high);
    std::vector<double> values;
    for (std::size_t i = 0; i <= bins; ++i) {
      const double edge = histogram.edge(i);
      if (i > 0) {
        REQUIRE(histogram.edge(i - 1) < edge);
        const double even = low * (1.0 - static_cast<double>(i) / static_cast<double>(bins)) +
                            high * (static_cast<double>(i) / static_cast<double>(bins));
        CHECK(std::abs(edge - even) <= 1e-15 * std::max(std::abs(low), std::abs(high)));
      }
      for (const double v : {edge, std::nextafter(edge, -infinity), std::nextafter(edge, infinity)})
        values.push_back(v);
      values.push_back(edge +
                       0.3 * (high / static_cast<double>(bins) - low / static_cast<double>(bins)));
    }
    std::vector<std::uint64_t> expected(bins);
    std::uint64_t below = 0;
    std::uint64_t above = 0;
    for (const double value : values) {
      histogram.add(value);
      below += value < low ? 1 : 0;
      above += value > high ? 1 : 0;
      for (std::size_t i = 0; i < bins; ++i) {
        const bool last = i + 1 == bins && value == high;
        if ((histogram.edge(i) <= value && value < histogram.edge(i + 1)) || last) ++expected[i];
      }
    }
    CHECK(copy(histogram) == expected);
    CHECK(histogram.below() == below);
    CHECK(histogram.above() == above);
    CHECK(histogram.count() == values.size());
  }
}

TEST_CASE("histogramGivesEveryCountItsOwnBin") {
  for (const std::size_t inputs : {1U, 2U, 3U, 100U, 999U, 65536U}) {
    std::vector<std::uint64_t> memory(inputs + 1);
    Histogram histogram;
    REQUIRE(histogram.begin(-0.5, static_cast<double>(inputs) + 0.5, memory).ok());
    for (std::size_t n = 0; n <= inputs; ++n) {
      histogram.add(static_cast<double>(n));
      REQUIRE(memory[n] == 1);
    }
  }
}

TEST_CASE("histogramKeepsApartWhatHasNoBin") {
  std::vector<std::uint64_t> memory(4);
  Histogram histogram;
  REQUIRE(histogram.begin(0.0, 1.0, memory).ok());
  for (const double value :
       {-infinity, -1e-300, -0.0, 1.0, std::nextafter(1.0, 2.0), infinity, not_a_number}) {
    histogram.add(value);
  }
  CHECK(histogram.below() == 2);
  CHECK(histogram.above() == 2);
  CHECK(histogram.nans() == 1);
  CHECK(copy(histogram) == std::vector<std::uint64_t>{1, 0, 0, 1});
  CHECK(histogram.count() == 7);
}

TEST_CASE("histogramsMergeInAnyOrder") {
  std::vector<float> z(3000);
  normals({22, 0}, Stream::inputs, 0, 0, 0, z);
  z[8] = static_cast<float>(not_a_number);
  std::vector<std::uint64_t> memory[4];
  Histogram histograms[4];
  for (std::size_t h = 0; h < 4; ++h) {
    memory[h].resize(20);
    REQUIRE(histograms[h].begin(-1.5, 2.0, memory[h]).ok());
  }
  Histogram& whole = histograms[3];
  for (std::size_t i = 0; i < z.size(); ++i) {
    histograms[i % 3].add(z[i]);
    whole.add(z[i]);
  }
  REQUIRE(histograms[1].merge(histograms[2]).ok());
  REQUIRE(histograms[1].merge(histograms[0]).ok());
  CHECK(memory[1] == memory[3]);
  CHECK(histograms[1].below() == whole.below());
  CHECK(histograms[1].above() == whole.above());
  CHECK(histograms[1].nans() == 1);
  CHECK(histograms[1].count() == 3000);
}

TEST_CASE("histogramsOfDifferentBinsDoNotMerge") {
  std::vector<std::uint64_t> memory(4);
  std::vector<std::uint64_t> other_memory(4);
  Histogram histogram;
  Histogram other;
  REQUIRE(histogram.begin(0.0, 1.0, memory).ok());
  REQUIRE(other.begin(0.0, 1.0, std::span(other_memory).first(3)).ok());
  CHECK(std::string(histogram.merge(other).parameter) == "bins");
  REQUIRE(other.begin(0.0, 2.0, other_memory).ok());
  CHECK(std::string(histogram.merge(other).parameter) == "high");
  REQUIRE(other.begin(-1.0, 1.0, other_memory).ok());
  CHECK(std::string(histogram.merge(other).parameter) == "low");
  CHECK(histogram.merge(Histogram()).code == StatusCode::out_of_range);
}

TEST_CASE("histogramRefusesRangesWithoutBins") {
  std::vector<std::uint64_t> memory(8);
  Histogram histogram;
  const auto parameter = [&](double low, double high, std::size_t bins) {
    const Status status = histogram.begin(low, high, std::span(memory).first(bins));
    CHECK(status.code == StatusCode::out_of_range);
    return std::string(status.parameter);
  };
  CHECK(parameter(0.0, 1.0, 0) == "bins");
  CHECK(parameter(not_a_number, 1.0, 8) == "low");
  CHECK(parameter(-infinity, 1.0, 8) == "low");
  CHECK(parameter(0.0, infinity, 8) == "high");
  CHECK(parameter(0.0, not_a_number, 8) == "high");
  CHECK(parameter(1.0, 1.0, 8) == "high");
  CHECK(parameter(0.0, 0.0, 8) == "high");
  CHECK(parameter(1.0, 0.0, 8) == "high");
  CHECK(parameter(1.0, 1.0 + 64 * 2.3e-16, 8) == "high");  // eight values a bin
  CHECK(histogram.begin(1.0, 1.0 + 256 * 2.3e-16, memory).ok());
}

TEST_CASE("histogramWithoutBinsCountsAll") {
  Histogram histogram;
  for (const double value : {-1.0, -0.5, 0.0, 1.0, not_a_number}) histogram.add(value);
  CHECK(histogram.count() == 5);
  CHECK(histogram.below() + histogram.above() + histogram.nans() == 5);
}
