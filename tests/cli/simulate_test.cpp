// igb simulate: the shape of its output, its reproducibility, and its agreement with the theory.
#include <set>

#include "program.hpp"

namespace {

const std::string small =
    "simulate --activation relu --sigma-w2 2 --width 40 --depth 4 --inputs 30 --networks 11 ";

/// Mean of a sample and the standard error of that mean.
struct Estimate {
  double mean;
  double error;
};

Estimate estimate(const std::vector<double>& sample) {
  const auto count = static_cast<double>(sample.size());
  double sum = 0.0;
  double squares = 0.0;
  for (const double x : sample) sum += x;
  for (const double x : sample) squares += (x - sum / count) * (x - sum / count);
  return {sum / count, std::sqrt(squares / (count - 1.0) / count)};
}

}  // namespace

TEST_CASE("simulateCsvHasTheContractedColumns") {
  const CsvTable table = parse_csv(igb(small).out);
  CHECK(table.header == std::vector<std::string>{"layer", "q", "c", "gamma", "sigma_mu2",
                                                 "sigma_y2", "theory_q", "theory_c", "theory_gamma",
                                                 "theory_sigma_mu2", "theory_sigma_y2"});
  REQUIRE(table.rows.size() == 5);  // four hidden layers and the output
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(table.at(i, "layer") == std::to_string(i + 1));
    const double ratio = std::stod(table.at(i, "sigma_mu2")) / std::stod(table.at(i, "sigma_y2"));
    CHECK(close(std::stod(table.at(i, "gamma")), ratio, 1e-14));
  }
  CHECK(close(std::stod(table.at(4, "c")),
              std::stod(table.at(4, "sigma_mu2")) / std::stod(table.at(4, "q")), 1e-14));
}

TEST_CASE("simulateJsonHasExactlyTheContractedKeys") {
  const Json json = igb(small + "--format json --classes 3 --seed 18446744073709551615").json();
  std::set<std::string> keys;
  for (const auto& item : json.items()) keys.insert(item.key());
  CHECK(keys == std::set<std::string>{"program", "version", "command", "parameters", "q0", "c0",
                                      "layers", "g", "mean_max_frequency",
                                      "theory_mean_max_frequency", "ks_distance", "ks_p_value"});
  const Json& parameters = json["parameters"];
  CHECK(parameters["seed"] == 18446744073709551615U);
  CHECK(parameters["width"] == 40);
  CHECK(parameters["input_width"] == 40);
  CHECK(parameters["networks"] == 11);
  CHECK(parameters["classes"] == 3);
  CHECK(parameters["data"] == "gaussian");
  CHECK(parameters["sampler"] == "dense");
  CHECK(json["theory_mean_max_frequency"].is_null());  // known for two classes only

  REQUIRE(json["g"].size() == 11);
  double sum_of_maxima = 0.0;
  for (const Json& row : json["g"]) {
    REQUIRE(row.size() == 3);
    double sum = 0.0;
    double maximum = 0.0;
    for (const Json& fraction : row) {
      const auto counted = fraction.get<double>() * 30;
      CHECK(close(counted, std::round(counted), 1e-14));
      sum += fraction.get<double>();
      maximum = std::max(maximum, fraction.get<double>());
    }
    CHECK(close(sum, 1.0, 1e-14));
    sum_of_maxima += maximum;
  }
  CHECK(close(json["mean_max_frequency"].get<double>(), sum_of_maxima / 11, 1e-14));
}

TEST_CASE("simulateDoesNotDependOnTheNumberOfThreads") {
  const std::string arguments =
      "simulate --activation relu --sigma-w2 2 --width 40 --depth 4 --inputs 30 --networks 400 "
      "--format json --threads ";
  const std::string one = igb(arguments + "1").out;
  CHECK(!one.empty());
  CHECK(igb(arguments + "2").out == one);
  CHECK(igb(arguments + "5").out == one);
  CHECK(igb(arguments + "1 --seed 2").out != one);
}

TEST_CASE("simulateReportsTheFailureOfTheFirstNetworkWithAnyNumberOfThreads") {
  // At this width the layer at which float32 overflows differs from network to network.
  const std::string arguments =
      "simulate --activation relu --sigma-w2 20 --width 6 --depth 1000 --inputs 20 --networks 40 ";
  const Run one = igb(arguments + "--threads 1");
  CHECK(one.status == 2);
  CHECK(one.err.find("layer = ") != std::string::npos);
  CHECK(igb(arguments + "--threads 1 --seed 5").err != one.err);
  for (int repetition = 0; repetition < 10; ++repetition) {
    CHECK(igb(arguments + "--threads 8").err == one.err);
  }
}

TEST_CASE("simulateLeavesDeadNetworksOutOfTheCorrelation") {
  // Three ReLU units a layer without biases: many networks give zero to all inputs, not all of
  // them.
  const Json json = igb("simulate --activation relu --sigma-w2 2 --width 3 --depth 4 --inputs 5 "
                        "--networks 50 --format json")
                        .json();
  const double c = json["layers"][3]["c"].get<double>();
  CHECK(c > 0.0);
  CHECK(c < 1.0 + 1e-6);
}

TEST_CASE("simulateTargetsAgreeToRounding") {
  const Json best = igb(small + "--format json").json();
  const Json emulated = igb(small + "--format json --target emulated").json();
  CHECK(emulated["parameters"]["target"] == "emulated");
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(close(best["layers"][i]["q"].get<double>(), emulated["layers"][i]["q"].get<double>(),
                1e-5));
  }
}

TEST_CASE("simulateAgreesWithTheoryInEveryLayer") {
  // Twelve ensembles give each average its standard error. Allowed are six of them (false alarm
  // below 1e-3 with Student's t of 11 degrees and 15 comparisons) and the finite width, O(depth /
  // width).
  constexpr double finite_width = 0.02;
  std::vector<Json> ensembles;
  for (int seed = 1; seed <= 12; ++seed) {
    ensembles.push_back(
        igb("simulate --activation tanh --sigma-w2 2.5 --sigma-b2 0.1 --width 300 --depth 5 "
            "--inputs 100 --networks 6 --format json --seed " +
            std::to_string(seed))
            .json());
  }
  for (std::size_t layer = 0; layer < 5; ++layer) {
    for (const std::string name : {"q", "c", "gamma"}) {
      CAPTURE(layer);
      CAPTURE(name);
      std::vector<double> deviations;
      for (const Json& json : ensembles) {
        const Json& row = json["layers"][layer];
        deviations.push_back(row[name].get<double>() / row["theory_" + name].get<double>() - 1.0);
      }
      const Estimate deviation = estimate(deviations);
      CAPTURE(deviation.mean);
      CAPTURE(deviation.error);
      CHECK(deviation.error < 0.02);
      CHECK(std::abs(deviation.mean) < 6.0 * deviation.error + finite_width);
    }
  }
}

TEST_CASE("simulatedGuessesFollowTheirLaw") {
  // gamma about 0.05, 1 and 10 at the output. Fixed seed; at the 1 % level each of the three would
  // be a false alarm for one seed in a hundred.
  const struct {
    std::string arguments;
    double gamma;
  } cases[] = {
      {"--activation tanh --sigma-w2 1.5 --sigma-b2 0.025 --depth 1", 0.05},
      {"--activation relu --sigma-w2 2 --depth 2", 1.0},
      {"--activation relu --sigma-w2 2 --depth 13", 10.0},
  };
  for (const auto& [arguments, gamma] : cases) {
    CAPTURE(arguments);
    const Json json = igb("simulate " + arguments +
                          " --width 200 --inputs 200 --networks 500 --format json --seed 3")
                          .json();
    CHECK(close(json["layers"].back()["theory_gamma"].get<double>(), gamma, 0.1));
    CHECK(json["ks_p_value"].get<double>() > 0.01);

    std::vector<double> maxima;
    for (const Json& row : json["g"])
      maxima.push_back(std::max(row[0].get<double>(), row[1].get<double>()));
    const Estimate measured = estimate(maxima);
    CHECK(std::abs(measured.mean - json["theory_mean_max_frequency"].get<double>()) <
          4.0 * measured.error);
  }
}

TEST_CASE("ksTellsAWrongLaw") {
  // Six inputs along one line are far from independent: the law of independent inputs must fail.
  const TemporaryFolder folder;
  const std::string file = folder.write("x.csv", "1\n2\n3\n4\n5\n-6\n");
  const Json json =
      igb("simulate --activation linear --sigma-w2 1 --width 50 --depth 1 --networks 500 "
          "--format json --data '" +
          file + "'")
          .json();
  CHECK(json["ks_p_value"].get<double>() < 1e-6);
}
