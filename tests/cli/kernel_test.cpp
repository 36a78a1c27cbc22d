// igb simulate --sampler kernel: networks of infinite width.
#include <algorithm>

#include "program.hpp"

namespace {

const std::string small =
    "simulate --sampler kernel --activation relu --sigma-w2 2 --depth 4 --inputs 30 --networks 11 ";

}  // namespace

TEST_CASE("kernelReportHasTheShapeOfTheDenseOne") {
  const Json kernel = igb(small + "--input-width 40 --format json --classes 3").json();
  Json dense = igb("simulate --activation relu --sigma-w2 2 --depth 4 --inputs 30 --networks 11 "
                   "--width 40 --format json --classes 3")
                   .json();
  CHECK(kernel["parameters"]["sampler"] == "kernel");
  CHECK_FALSE(kernel["parameters"].contains("width"));
  for (const auto& [key, value] : dense.items()) {
    CAPTURE(key);
    CHECK(kernel.contains(key));
  }
  REQUIRE(kernel["layers"].size() == 5);
  REQUIRE(kernel["g"].size() == 11);
  for (const Json& row : kernel["g"]) {
    REQUIRE(row.size() == 3);
    double sum = 0.0;
    for (const Json& fraction : row) sum += fraction.get<double>();
    CHECK(close(sum, 1.0, 1e-14));
  }
  for (const std::string name : {"q", "c", "gamma", "sigma_mu2", "sigma_y2"}) {
    CHECK(kernel["layers"][4][name + "_error"].is_null());  // of one kernel, no ensemble
    CHECK(dense["layers"][4][name + "_error"].is_number());
  }
  // The same inputs, and theory, whatever the sampler.
  CHECK(kernel["q0"] == dense["q0"]);
  CHECK(kernel["layers"][4]["theory_c"] == dense["layers"][4]["theory_c"]);
}

TEST_CASE("kernelOfTwoInputsIsTheTheory") {
  // Two inputs of one length: means over pairs are the pair.
  const TemporaryFolder folder;
  const std::string file = folder.write("x.csv", "1,2,3\n3,-1,2\n");
  for (const std::string activation : {"relu", "tanh", "erf"}) {
    const Json json = igb("simulate --sampler kernel --sigma-w2 1.7 --sigma-b2 0.2 --depth 20 "
                          "--format json --activation " +
                          activation + " --data '" + file + "'")
                          .json();
    CAPTURE(activation);
    for (const Json& layer : json["layers"]) {
      for (const std::string name : {"q", "c", "gamma", "sigma_mu2", "sigma_y2"}) {
        CHECK(close(number(layer[name]), number(layer["theory_" + name]), 1e-10));
      }
    }
  }
}

TEST_CASE("kernelNetworksGuessAsWideDenseOnesDo") {
  // Spread of G_0 over 400 networks each; a variance of 400 has a standard error of 7 % at most (G
  // is bounded), their difference 10 %: five of them.
  const std::string arguments =
      "simulate --activation tanh --sigma-w2 1.5 --sigma-b2 0.05 --depth 3 --inputs 50 "
      "--networks 400 --format json --input-width 100 ";
  const auto spread = [](const Json& json) {
    double sum = 0.0;
    for (const Json& row : json["g"]) {
      const double deviation = row[0].get<double>() - 0.5;
      sum += deviation * deviation;
    }
    return sum / static_cast<double>(json["g"].size());
  };
  const Json kernel = igb(arguments + "--sampler kernel").json();
  const Json dense = igb(arguments + "--width 300").json();
  CHECK(std::abs(spread(kernel) / spread(dense) - 1.0) < 0.5);
  for (std::size_t layer = 0; layer < 3; ++layer) {
    for (const std::string name : {"q", "c"}) {
      CHECK(
          close(number(dense["layers"][layer][name]), number(kernel["layers"][layer][name]), 0.05));
    }
  }
}

TEST_CASE("kernelDoesNotDependOnTheNumberOfThreads") {
  const std::string one = igb(small + "--format json --threads 1").out;
  CHECK(!one.empty());
  CHECK(igb(small + "--format json --threads 5").out == one);
  CHECK(igb(small + "--format json --threads 1 --seed 2").out != one);
}

TEST_CASE("kernelRefusesByName") {
  const struct {
    std::string arguments;
    std::vector<std::string> parts;
  } cases[] = {
      {"--width 50", {"width = 50", "sampler = kernel"}},
      {"--inputs 70000", {"inputs = 70000", "65536"}},
      {"--block max_pool --pool 2", {"block = 'max_pool'", "average_pool"}},
      {"--activation erf --sigma-w2 0", {"sigma_w2 = 0"}},
  };
  for (const auto& [arguments, parts] : cases) {
    CAPTURE(arguments);
    const std::string base = arguments.find("--activation") == std::string::npos
                                 ? "--activation relu --sigma-w2 2 "
                                 : "";
    const Run run = igb("simulate --sampler kernel --depth 2 " + base + arguments);
    CHECK(run.status == 2);
    CHECK(run.out.empty());
    for (const std::string& part : parts) {
      CAPTURE(run.err);
      CHECK(run.err.find(part) != std::string::npos);
    }
  }
}
