// igb theory --classes, --inputs, --quantiles: the law of the first guess.
#include "program.hpp"

namespace {

/// A network whose output layer has that gamma: linear layers keep the correlation of the inputs.
std::string linear_with(double gamma) {
  char text[100];
  std::snprintf(text, sizeof text, "theory --activation linear --sigma-w2 1 --depth 1 --c0 %.17g ",
                gamma / (1.0 + gamma));
  return text;
}

constexpr double five_sigma = 5.0;  // two-sided false-alarm rate 5.7e-7; seeds are fixed

}  // namespace

TEST_CASE("lawOfTwoClassesMatchesItsReference") {
  const CsvTable table = reference("two_class_law.csv");
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const Json json = igb(linear_with(std::stod(table.at(row, "gamma"))) + "--classes 2").json();
    CHECK(close(number(json["law_gamma"]), std::stod(table.at(row, "gamma")), 1e-12));
    CHECK(close(number(json["mean_max_frequency"]), std::stod(table.at(row, "mean_max_frequency")),
                2e-11));
    CHECK(close(number(json["frequency_variance"]), std::stod(table.at(row, "variance")), 2e-11));
    CHECK(number(json["null_mean_max_frequency"]) == 0.5);
  }
}

TEST_CASE("lawOfManyClassesMatchesItsReference") {
  const CsvTable table = reference("many_class_law.csv");
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const Json json = igb(linear_with(std::stod(table.at(row, "gamma"))) + "--classes " +
                          table.at(row, "classes"))
                          .json();
    const double expected = std::stod(table.at(row, "mean_frequency_of_most_favoured"));
    const double error = std::stod(table.at(row, "monte_carlo_standard_error"));
    CHECK(std::abs(number(json["mean_max_frequency"]) - expected) < five_sigma * error);
  }
}

TEST_CASE("lawOfTwoClassesHasItsQuantiles") {
  // gamma = 1: G_0 is uniform, and so is its maximum on [1/2, 1].
  const Json json = igb(linear_with(1.0) + "--quantiles 0,0.05,0.5,0.95,1").json();
  REQUIRE(json["quantiles"].size() == 5);
  for (const Json& row : json["quantiles"]) {
    const double p = number(row["p"]);
    CHECK(close(number(row["g"]), p, 1e-13));
    CHECK(close(number(row["max_g"]), (1.0 + p) / 2.0, 1e-13));
  }
  CHECK(json["parameters"]["quantiles"] == "0,0.05,0.5,0.95,1");
  CHECK_FALSE(json["parameters"].contains("networks"));  // nothing is drawn
}

TEST_CASE("lawOfAFiniteDataSetCountsInputs") {
  // Two inputs without bias: 0, 1 or 2 of them in class 0 with chances 1/4, 1/2, 1/4.
  const Json json = igb(linear_with(0.0) + "--inputs 2 --quantiles 0.2,0.3,0.49,0.51,0.8").json();
  const double g[] = {0.0, 0.5, 0.5, 0.5, 1.0};
  const double max_g[] = {0.5, 0.5, 0.5, 1.0, 1.0};
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(number(json["quantiles"][i]["g"]) == g[i]);
    CHECK(number(json["quantiles"][i]["max_g"]) == max_g[i]);
  }
  CHECK(close(number(json["mean_max_frequency"]), 0.75, 1e-12));
  CHECK(close(number(json["frequency_variance"]), 0.125, 1e-12));
}

TEST_CASE("lawHasTheNullFloorOfItsDataSet") {
  const auto floor = [](const std::string& law) {
    return number(igb(linear_with(1.0) + law).json()["null_mean_max_frequency"]);
  };
  // C(100, 50) / 2^101 + 1/2, and the value of the theory card to its digits.
  CHECK(close(floor("--inputs 100"), 0.5 + 0.5 * 0.07958923738717876, 1e-12));
  CHECK(std::abs(floor("--classes 10 --inputs 100") - 0.151) < 5e-4);
  CHECK(close(floor("--classes 10"), 0.1, 1e-15));
}

TEST_CASE("lawOfManyClassesIsDrawnFromTheSeed") {
  const std::string law = linear_with(0.5) + "--classes 5 --inputs 200 --networks 2000 ";
  const Json json = igb(law + "--quantiles 0.05:0.95:19").json();
  CHECK(json["parameters"]["networks"] == 2000);
  CHECK(json == igb(law + "--quantiles 0.05:0.95:19").json());
  const Json other = igb(law + "--quantiles 0.05:0.95:19 --seed 2").json();
  CHECK(json["quantiles"] != other["quantiles"]);
  const double error = std::hypot(number(json["mean_max_frequency_error"]),
                                  number(other["mean_max_frequency_error"]));
  CHECK(std::abs(number(json["mean_max_frequency"]) - number(other["mean_max_frequency"])) <
        five_sigma * error);
  double before = 0.0;
  for (const Json& row : json["quantiles"]) {
    CHECK(number(row["max_g"]) >= before);
    CHECK(number(row["max_g"]) >= number(row["g"]));
    before = number(row["max_g"]);
  }
}

TEST_CASE("lawSaysNoneWhereGammaIsNegative") {
  const Json json =
      igb("theory --activation linear --sigma-w2 1 --depth 1 --c0 -0.5 --classes 2").json();
  CHECK(close(number(json["law_gamma"]), -1.0 / 3.0, 1e-14));
  CHECK(json["mean_max_frequency"].is_null());
  CHECK(json["frequency_variance"].is_null());
}

TEST_CASE("lawOfInfiniteDepthFollowsFromTheFixedPoint") {
  const Json json =
      igb("theory --activation tanh --sigma-w2 2.5 --sigma-b2 0.1 --classes 2").json();
  CHECK(json["law_gamma"] == json["gamma_star"]);
  const double gamma = number(json["gamma_star"]);
  CHECK(close(number(json["mean_max_frequency"]),
              0.5 + std::atan(std::sqrt(gamma)) / std::acos(-1.0), 1e-12));
}

TEST_CASE("lawInCsvStandsInComments") {
  const std::string arguments = linear_with(1.0) + "--quantiles 0.25 --format csv";
  const CsvTable table = parse_csv(igb(arguments).out);
  CHECK(table.header.at(0) == "layer");
  bool found = false;
  for (const std::string& comment : table.comments) {
    found = found || comment.starts_with("# quantiles: p=0.25 g=0.2");
  }
  CHECK(found);
}
