// igb simulate with every block and law of weights, against the theory beside it and closed forms.
#include <algorithm>

#include "program.hpp"

namespace {

struct Case {
  std::string flags;
  double batch;  ///< what a batch of so many inputs changes, relative to q
};

const std::vector<Case>& every_block() {
  static const std::vector<Case> cases = {
      {"--block plain", 0.0},
      {"--block plain --weights uniform", 0.0},
      {"--block plain --weights orthogonal", 0.0},
      {"--block max_pool --pool 3", 0.0},
      {"--block max_pool --pool 3 --pool-width repeated", 0.0},
      {"--block average_pool --pool 2", 0.0},
      {"--block average_pool --pool 2 --pool-width repeated", 0.0},
      {"--block dropout --keep 0.7", 0.0},
      {"--block residual_scaled --residual-depth 3", 0.0},
      {"--block residual --sigma-v2 0.5 --sigma-a2 0.1", 0.0},
      {"--block residual_after --residual-depth 3", 0.0},
      {"--block layer_norm_before", 0.0},
      {"--block layer_norm_after", 0.0},
      {"--block batch_norm_before", 2.0 / 60.0},
      {"--block batch_norm_after", 2.0 / 60.0},
      {"--block convolution --side 4", 0.0},
      {"--block convolution --dimensions 2 --side 3 --weights uniform", 0.0},
      {"--block delta_orthogonal --side 4", 0.0},
  };
  return cases;
}

const std::string linear = "simulate --activation linear --sigma-w2 1 --format json ";

Json with_csv(const std::string& content, const std::string& arguments) {
  const TemporaryFolder folder;
  return igb("simulate --format json --data '" + folder.write("x.csv", content) + "' " + arguments)
      .json();
}

}  // namespace

TEST_CASE("simulateOfEveryBlockAgreesWithTheory") {
  // Five standard errors over networks, false-alarm rate 5.7e-7 for each of 216 checks, besides
  // those of theory where it is an estimate and what finite width changes, of order depth / width.
  constexpr double finite_width = 0.03;
  for (const auto& [flags, batch] : every_block()) {
    CAPTURE(flags);
    const Json json = igb("simulate --activation tanh --sigma-w2 1.6 --sigma-b2 0.1 --depth 3 "
                          "--width 120 --inputs 60 --networks 80 --input-width 100 --format json " +
                          flags)
                          .json();
    REQUIRE(json["layers"].size() == 4);
    for (const Json& layer : json["layers"]) {
      CAPTURE(layer);
      const double q = number(layer["theory_q"]);
      for (const std::string name : {"q", "sigma_mu2", "sigma_y2"}) {
        CAPTURE(name);
        const double error = number(layer[name + "_error"]);
        const double theory_error =
            layer.contains("theory_q_error")
                ? number(layer["theory_q_error"]) + q * number(layer["theory_c_error"])
                : 0.0;
        CHECK(error < 0.15 * q);
        CHECK(std::abs(number(layer[name]) - number(layer["theory_" + name])) <
              5.0 * (error + theory_error) + (finite_width + batch) * q);
      }
    }
    CHECK(number(json["theory_mean_max_frequency"]) > 0.5);
  }
}

TEST_CASE("simulateRecordsTheArchitecture") {
  for (const auto& [flags, batch] : every_block()) {
    CAPTURE(flags);
    const std::string command =
        "simulate --activation relu --sigma-w2 1 --depth 2 --width 12 "
        "--inputs 4 --networks 2 " +
        flags;
    const Run run = igb(command);
    const std::string comment = parse_csv(run.out).comments.at(0);
    const std::string block = flags.substr(0, flags.find(' ', 8));
    CHECK((comment.find(block) != std::string::npos) == (block != "--block plain"));
    CHECK(igb(comment.substr(comment.find("simulate"))).out == run.out);
  }
}

TEST_CASE("simulateOfEveryBlockDoesNotDependOnTheNumberOfThreads") {
  for (const auto& [flags, batch] : every_block()) {
    CAPTURE(flags);
    const std::string command =
        "simulate --activation relu --sigma-w2 1 --depth 2 --width 12 "
        "--inputs 4 --networks 20 " +
        flags + " --threads ";
    CHECK(igb(command + "1").out == igb(command + "3").out);
  }
}

TEST_CASE("poolWidthsAreTwoNetworksOfOneTheory") {
  const auto pooled = [](const std::string& width) {
    return igb("simulate --activation relu --sigma-w2 1.1 --block max_pool --depth 3 --width 20 "
               "--inputs 5 --networks 3 --format json --pool-width " +
               width)
        .json();
  };
  const Json reduced = pooled("reduced");
  const Json repeated = pooled("repeated");
  CHECK(reduced["parameters"]["pool_width"] == "reduced");
  CHECK(repeated["parameters"]["pool_width"] == "repeated");
  CHECK(reduced["layers"][0]["q"] == repeated["layers"][0]["q"]);  // no pool before it
  CHECK(reduced["layers"][1]["q"] != repeated["layers"][1]["q"]);
  CHECK(reduced["layers"][3]["theory_q"] == repeated["layers"][3]["theory_q"]);
}

TEST_CASE("orthogonalWeightsKeepLengths") {
  const std::string arguments = linear + "--width 50 --depth 3 --inputs 4 --networks 1 ";
  const Json orthogonal = igb(arguments + "--weights orthogonal").json();
  const Json gaussian = igb(arguments).json();
  CHECK(orthogonal["parameters"]["weights"] == "orthogonal");
  for (std::size_t l = 0; l < 3; ++l) {
    CHECK(close(number(orthogonal["layers"][l]["q"]), number(orthogonal["q0"]), 1e-5));
    CHECK(close(number(orthogonal["layers"][l]["c"]), number(orthogonal["c0"]), 1e-4));
    CHECK_FALSE(close(number(gaussian["layers"][l]["q"]), number(gaussian["q0"]), 1e-5));
  }
}

TEST_CASE("uniformWeightsAreBounded") {
  // One weight w on the inputs 1 and -1: q = w^2 <= 3. Of 60 normal ones all stay below with
  // probability 0.6 %.
  double uniform = 0.0;
  double gaussian = 0.0;
  const TemporaryFolder folder;
  const std::string data = "--data '" + folder.write("x.csv", "1\n-1\n") + "'";
  for (int seed = 1; seed <= 60; ++seed) {
    const std::string arguments =
        linear + "--width 1 --depth 1 --networks 1 --seed " + std::to_string(seed) + " " + data;
    const auto largest = [&](double so_far, const std::string& weights) {
      return std::max(so_far, number(igb(arguments + weights).json()["layers"][0]["q"]));
    };
    uniform = largest(uniform, " --weights uniform");
    gaussian = largest(gaussian, "");
  }
  CHECK(uniform <= 3.0 * (1.0 + 1e-6));
  CHECK(uniform > 2.5);
  CHECK(gaussian > 3.0);
}

TEST_CASE("componentsOfAConvolutionArePositionsOfChannels") {
  // Two positions of two channels; an orthogonal tap keeps correlations at each: 1 and 0.
  const std::string arguments =
      "--activation linear --sigma-w2 1 --block delta_orthogonal --side 2 --width 2 --depth 1 "
      "--networks 1";
  const Json json = with_csv("1,0,1,0\n1,0,0,1\n", arguments);
  CHECK(json["parameters"]["input_width"] == 2);
  CHECK(json["parameters"]["side"] == 2);
  CHECK(json["parameters"]["dimensions"] == 1);
  CHECK(json["q0"] == 0.5);
  CHECK(close(number(json["c0"]), 0.5, 1e-14));
  CHECK(close(number(json["layers"][0]["q"]), 0.5, 1e-5));
  CHECK(close(number(json["layers"][0]["c"]), 0.5, 1e-5));
  // Of one channel at each of four positions both inputs have the sign of the weight.
  const Json four = with_csv("1,2,3,4\n4,3,2,1\n",
                             "--activation linear --sigma-w2 1 --block convolution --taps 1 "
                             "--side 2 --dimensions 2 --width 2 --depth 1 --networks 1");
  CHECK(four["parameters"]["input_width"] == 1);
  CHECK(close(number(four["layers"][0]["c"]), 1.0, 1e-6));
  CHECK(close(number(four["c0"]), 20.0 / 30.0, 1e-14));
}

TEST_CASE("gaussianInputsOfAConvolutionHaveTheWidthAtEachPosition") {
  const std::string arguments =
      "simulate --activation tanh --sigma-w2 1 --block convolution --side 5 --dimensions 2 "
      "--width 30 --depth 1 --inputs 10 --networks 1 --format json ";
  const Json json = igb(arguments).json();
  CHECK(json["parameters"]["input_width"] == 30);
  // Of 7500 squares of normals the mean has a standard error of sqrt(2 / 7500): five of them.
  CHECK(std::abs(number(json["q0"]) - 1.0) < 5.0 * std::sqrt(2.0 / 7500.0));
  CHECK(igb(arguments + "--input-width 3").json()["parameters"]["input_width"] == 3);
}

TEST_CASE("imagesAreGrids") {
  const auto channels = [](const std::string& grid) {
    const Json json = igb("simulate --activation tanh --sigma-w2 1.5 --sigma-b2 0.1 --data "
                          "fashion-mnist --inputs 4 --width 3 --depth 1 --networks 1 --format json "
                          "--block convolution " +
                          grid)
                          .json();
    CHECK(close(number(json["q0"]), 1.0, 1e-5));
    return json["parameters"]["input_width"].get<int>();
  };
  CHECK(channels("--side 28 --dimensions 2") == 1);
  CHECK(channels("--side 14 --dimensions 2") == 4);
  CHECK(channels("--side 28") == 28);
  CHECK(channels("--side 784 --taps 9") == 1);
}

TEST_CASE("residualsAfterTheSumHaveTheirTheoryWithErrors") {
  // ReLU: x_1 = max(0, h_1) and E x_1^2 = q_1 / 2, so q_2 = sigma_w2 q_1 / 2.
  const std::string arguments =
      "simulate --activation relu --sigma-w2 1.5 --block residual_after --residual-depth 2 "
      "--depth 2 --width 20 --inputs 5 --networks 2 --format json ";
  const Json json = igb(arguments).json();
  const Json& first = json["layers"][0];
  const Json& second = json["layers"][1];
  CHECK(close(number(first["theory_q"]), 1.5 * number(json["q0"]), 1e-12));
  const double expected = 0.75 * number(first["theory_q"]);
  CHECK(number(second["theory_q_error"]) > 0.0);
  CHECK(number(second["theory_q_error"]) < 0.01 * expected);
  // Student's t of 31 degrees: 1e-6.
  CHECK(std::abs(number(second["theory_q"]) - expected) < 6.0 * number(second["theory_q_error"]));
  CHECK(number(json["layers"][2]["theory_gamma_error"]) > 0.0);
  CHECK(number(json["theory_mean_max_frequency_error"]) > 0.0);
  CHECK(json["parameters"]["population"] == 65536);
  const Json small = igb(arguments + "--population 1024").json();
  CHECK(number(small["layers"][1]["theory_q_error"]) >
        3.0 * number(second["theory_q_error"]));  // eight times as large, but for chance
  CHECK(igb(arguments + "--population 1025").err.find("multiple of 32") != std::string::npos);
}

TEST_CASE("theoryThatHasNothingToSayIsNoFailure") {
  // Batch normalisation of opposite inputs; at 100 components c0 = -1 is no chance.
  std::string row;
  std::string opposite;
  for (int i = 1; i <= 100; ++i) {
    const std::string end = i < 100 ? "," : "\n";
    row += std::to_string(i) + end;
    opposite += std::to_string(-i) + end;
  }
  const std::string network =
      "--activation relu --sigma-w2 2 --block batch_norm_before --depth 2 --width 6 --networks 2";
  const Json json = with_csv(row + opposite, network);
  CHECK(json.at("theory_note").get<std::string>().find("c0 = ") != std::string::npos);
  for (const std::string name : {"q", "c", "gamma", "sigma_mu2", "sigma_y2"}) {
    CHECK(json["layers"][1].at("theory_" + name).is_null());
    CHECK_FALSE(json["layers"][1].at(name).is_null());
  }
  for (const char* name : {"theory_mean_max_frequency", "ks_distance", "ks_p_value"}) {
    CHECK(json.at(name).is_null());
  }
  CHECK(number(json["mean_max_frequency"]) >= 0.5);
  const TemporaryFolder folder;
  const std::string file = folder.write("x.csv", row + opposite);
  const CsvTable table = parse_csv(igb("simulate " + network + " --data '" + file + "'").out);
  CHECK(table.at(1, "theory_q") == "none");
}

TEST_CASE("batchNormalisationTakesChanceCorrelationsAsNone") {
  bool negative = false;
  bool positive = false;
  for (int seed = 1; seed <= 12; ++seed) {
    const Json json = igb("simulate --activation relu --sigma-w2 2 --block batch_norm_before "
                          "--depth 1 --width 6 --inputs 10 --networks 2 --input-width 50 "
                          "--format json --seed " +
                          std::to_string(seed))
                          .json();
    const double c0 = number(json["c0"]);
    negative = negative || c0 < 0.0;
    positive = positive || c0 > 0.0;
    CHECK(json.contains("theory_note") == (c0 < 0.0));
    // Layer 1, without bias, has the correlation of the inputs.
    CHECK(std::abs(number(json["layers"][0]["theory_c"]) - std::max(c0, 0.0)) < 1e-12);
  }
  CHECK(negative);
  CHECK(positive);
}
