// Guesses against labels, counted by hand.
#include "igb/assessment.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "igb/architecture.hpp"
#include "igb/statistics.hpp"
#include "support/close.hpp"
#include "support/samples.hpp"

using namespace igb;
using igb::test::close;

namespace {

/// Five inputs and three classes, rows four floats apart.
const std::vector<float> values = {1, 2,  0, 99, 3, 3,  1,   99,   -1, -2,
                                   5, 99, 0, 0,  0, 99, 800, -800, 0,  99};
const std::vector<std::uint16_t> labels = {1, 1, 2, 0, 1};

LayerView view(std::size_t first, std::size_t inputs) {
  return {values.data() + 4 * first, inputs, 3, 4};
}

struct Assessed {
  Assessed() : memory(needed()) {
    Arena arena(memory.bytes());
    REQUIRE(assessment.begin(3, arena).ok());
    REQUIRE(arena.used() == memory.bytes().size());
  }
  static std::size_t needed() {
    std::size_t bytes = 0;
    REQUIRE(Assessment::bytes(3, bytes).ok());
    const test::AlignedMemory less(bytes);
    Arena one_less(less.bytes().first(bytes - 1));
    REQUIRE(Assessment().begin(3, one_less).code == StatusCode::buffer_too_small);
    return bytes;
  }
  test::AlignedMemory memory;
  Assessment assessment;
};

std::vector<std::uint32_t> vector(std::span<const std::uint32_t> counts) {
  return {counts.begin(), counts.end()};
}

}  // namespace

TEST_CASE("guessesAreCountedAgainstLabels") {
  Assessed all;
  REQUIRE(all.assessment.add(view(0, 5), labels).ok());
  const Assessment& a = all.assessment;
  CHECK(a.inputs() == 5);
  CHECK(vector(a.guesses()) == std::vector<std::uint32_t>{3, 1, 1});
  CHECK(vector(a.labels()) == std::vector<std::uint32_t>{1, 3, 1});
  CHECK(vector(a.right()) == std::vector<std::uint32_t>{1, 1, 1});
  CHECK(a.accuracy() == close(0.6, 1e-15));
  CHECK(a.class_accuracy(1) == close(1.0 / 3.0, 1e-15));
  CHECK(a.frequency(0) == close(0.6, 1e-15));
  CHECK(max_frequency(a.guesses()) == close(0.6, 1e-15));
  const double loss = std::log(1 + std::exp(-1.0) + std::exp(-2.0)) +  //
                      std::log(2 + std::exp(-2.0)) +                   //
                      std::log(1 + std::exp(-6.0) + std::exp(-7.0)) +  //
                      std::log(3.0) + 1600.0;
  CHECK(a.loss() == close(loss / 5.0, 1e-14));
}

TEST_CASE("chunksAddUp") {
  Assessed whole;
  REQUIRE(whole.assessment.add(view(0, 5), labels).ok());
  Assessed parts;
  REQUIRE(parts.assessment.add(view(0, 2), labels).ok());
  REQUIRE(parts.assessment.add(view(2, 3), std::span(labels).subspan(2)).ok());
  CHECK(vector(parts.assessment.right()) == vector(whole.assessment.right()));
  CHECK(vector(parts.assessment.guesses()) == vector(whole.assessment.guesses()));
  CHECK(parts.assessment.loss() == close(whole.assessment.loss(), 1e-15));
}

TEST_CASE("nothingIsKnownOfNoInputs") {
  const Assessed none;
  CHECK(std::isnan(none.assessment.loss()));
  CHECK(std::isnan(none.assessment.accuracy()));
  CHECK(std::isnan(none.assessment.class_accuracy(0)));
}

TEST_CASE("assessmentRefusesWhatDoesNotFit") {
  Assessed a;
  LayerView wide = view(0, 2);
  wide.units = 4;
  CHECK(std::string(a.assessment.add(wide, labels).parameter) == "units");
  CHECK(std::string(a.assessment.add(view(0, 5), std::span(labels).first(4)).parameter) ==
        "labels");
  const std::vector<std::uint16_t> wrong = {0, 3};
  CHECK(std::string(a.assessment.add(view(0, 2), wrong).parameter) == "label");
  CHECK(a.assessment.inputs() == 0);
  CHECK(vector(a.assessment.labels()) == std::vector<std::uint32_t>{0, 0, 0});
  std::size_t bytes = 0;
  CHECK(Assessment::bytes(1, bytes).code == StatusCode::out_of_range);
  CHECK(Assessment::bytes(classes_max + 1, bytes).code == StatusCode::out_of_range);
}
