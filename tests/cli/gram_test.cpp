// igb simulate --sampler gram: networks of finite width without weights.
#include <string>
#include <vector>

#include "program.hpp"

namespace {

const std::string small =
    "simulate --sampler gram --activation relu --sigma-w2 2 --depth 4 --networks 11 --width 40 ";

}  // namespace

TEST_CASE("gramReportHasTheShapeOfTheDenseOne") {
  const Json gram = igb(small + "--inputs 30 --format json --classes 3").json();
  Json dense = igb("simulate --activation relu --sigma-w2 2 --depth 4 --inputs 30 --networks 11 "
                   "--width 40 --format json --classes 3")
                   .json();
  CHECK(gram["parameters"]["sampler"] == "gram");
  dense["parameters"].erase("sampler");
  for (const char* part : {"parameters", "results"}) {
    for (const auto& [key, value] : dense[part].items()) {
      CAPTURE(key);
      CHECK(gram[part].contains(key));
    }
  }
  REQUIRE(gram["layers"].size() == 5);
  for (const auto& [key, value] : dense["layers"][2].items()) {
    CAPTURE(key);
    CHECK(gram["layers"][2].contains(key));
  }
  REQUIRE(gram["g"].size() == 11);
  for (const Json& row : gram["g"]) {
    REQUIRE(row.size() == 3);
    double sum = 0.0;
    for (const Json& fraction : row) sum += fraction.get<double>();
    CHECK(close(sum, 1.0, 1e-14));
  }
  CHECK(gram["q0"] == dense["q0"]);
  CHECK(gram["layers"][4]["theory_c"] == dense["layers"][4]["theory_c"]);
}

TEST_CASE("gramEnsemblesAgreeWithDenseOnesAndTheory") {
  // Averages over 400 networks each, within five of their own standard errors.
  const std::string arguments =
      "simulate --activation tanh --sigma-w2 1.5 --sigma-b2 0.05 --depth 3 --inputs 20 "
      "--networks 400 --width 60 --format json --sampler ";
  const Json gram = igb(arguments + "gram").json();
  const Json dense = igb(arguments + "dense").json();
  for (std::size_t layer = 0; layer < 3; ++layer) {
    for (const std::string name : {"q", "sigma_mu2", "sigma_y2", "gamma"}) {
      CAPTURE(name);
      const Json& one = gram["layers"][layer];
      const Json& other = dense["layers"][layer];
      const double error = std::hypot(number(one[name + "_error"]), number(other[name + "_error"]));
      CHECK(std::abs(number(one[name]) - number(other[name])) < 5.0 * error);
    }
  }
}

TEST_CASE("gramDoesNotDependOnTheNumberOfThreads") {
  const std::string one = igb(small + "--format json --threads 1").out;
  CHECK(!one.empty());
  CHECK(igb(small + "--format json --threads 5").out == one);
  CHECK(igb(small + "--format json --threads 1 --seed 2").out != one);
}

TEST_CASE("gramSeesDifferencesThatFloatDoesNot") {
  // The ordered phase at depth 100: gamma of 1e19, near theory.
  const Json json = igb("simulate --sampler gram --activation tanh --sigma-w2 1.2 --sigma-b2 0.3 "
                        "--depth 100 --inputs 10 --networks 4 --width 2000 --format json")
                        .json();
  const Json& last = json["layers"][99];
  CHECK(number(last["gamma"]) > 1e18);
  CHECK(close(std::log(number(last["gamma"])), std::log(number(last["theory_gamma"])), 0.03));
}

TEST_CASE("gramRunsTheBlocksItHas") {
  for (const std::string block :
       {"max_pool --pool 4", "average_pool --pool 2", "dropout --keep 0.8"}) {
    CAPTURE(block);
    CHECK(igb(small + "--block " + block).status == 0);
  }
}

TEST_CASE("gramRefusesByName") {
  const struct {
    std::string arguments;
    std::vector<std::string> parts;
  } cases[] = {
      {"--block residual --sigma-v2 1", {"block = 'residual'", "gram", "max_pool, average_pool"}},
      {"--block max_pool --pool 3", {"width", "multiple of pool"}},
      {"--inputs 40000", {"inputs = 40000", "32768"}},
      {"--effective-rank", {"effective_rank", "gram"}},
  };
  for (const auto& [arguments, parts] : cases) {
    CAPTURE(arguments);
    const Run run = igb(small + arguments);
    CHECK(run.status == 2);
    CHECK(run.out.empty());
    for (const std::string& part : parts) {
      CAPTURE(run.err);
      CHECK(run.err.find(part) != std::string::npos);
    }
  }
}
