// igb gradients against the growth of a layer and the prefactor of the loss, both in closed form.
#include "program.hpp"

namespace {

const std::string exploding =
    "gradients --activation relu --sigma-w2 2.5 --sigma-b2 0.1 --depth 30 --width 300 ";

/// Row of that layer and kind of label: favoured, unfavoured, all.
std::size_t row(std::size_t layer, std::size_t labels) { return 3 * (layer - 1) + labels; }

}  // namespace

TEST_CASE("gradientsOfBothClassesGrowAtOneRate") {
  const CsvTable table = parse_csv(igb(exploding).out);
  CHECK(table.header == std::vector<std::string>{"layer", "labels", "log_median", "mean_log",
                                                 "log_mean", "log_quantile_0.05",
                                                 "log_quantile_0.95"});
  REQUIRE(table.rows.size() == 90);
  CHECK(table.at(row(30, 1), "labels") == "unfavoured");
  for (std::size_t labels = 0; labels < 3; ++labels) {
    for (const char* column : {"log_median", "mean_log", "log_mean", "log_quantile_0.95"}) {
      const double top = std::stod(table.at(row(30, labels), column));
      const double bottom = std::stod(table.at(row(1, labels), column));
      CHECK(std::abs(bottom - top - 29.0 * std::log(1.25)) < 1e-9);
    }
  }
}

TEST_CASE("gradientsOfUnfavouredLabelsHaveTheFullLoss") {
  const CsvTable table = parse_csv(igb(exploding).out);
  // sigma_w2 / N E[phi'^2] |delta|^2, where |delta|^2 is 2 up to exp(-Delta).
  CHECK(close(std::stod(table.at(row(30, 1), "log_median")), std::log(2.5 / 300.0), 1e-9));
}

TEST_CASE("gradientsOfFavouredLabelsAreVanishinglySmall") {
  const CsvTable table = parse_csv(igb(exploding).out);
  const double log_median = std::stod(table.at(row(30, 0), "log_median"));
  // |delta|^2 = 2 exp(-2 Delta): the lead Delta at the median must split its law in halves. It is
  // sqrt(2 q) times a skew normal of density 2 phi(x) Phi(sqrt(gamma) x).
  const Json output =
      igb("theory --activation relu --sigma-w2 2.5 --sigma-b2 0.1 --depth 30").json()["layers"][30];
  const double lead = -(log_median - std::log(2.5 / 300.0)) / 2.0;
  const double end = lead / std::sqrt(2.0 * number(output["q"]));
  const double slope = std::sqrt(number(output["gamma"]) / 2.0);
  const auto density = [&](double x) {
    return std::exp(-x * x / 2.0) / std::sqrt(2.0 * std::acos(-1.0)) * std::erfc(-slope * x);
  };
  const int steps = 20000;  // of Simpson's rule
  const double h = (end + 10.0) / steps;
  double sum = density(-10.0) + density(end);
  for (int i = 1; i < steps; ++i) sum += (i % 2 == 1 ? 4.0 : 2.0) * density(-10.0 + i * h);
  CHECK(std::abs(sum * h / 3.0 - 0.5) < 1e-9);
  // The mean of the ensemble is made by the few networks that are undecided.
  CHECK(std::stod(table.at(row(30, 0), "log_mean")) > log_median + 80.0);
}

TEST_CASE("gradientsInJsonAreThoseOfTheCsv") {
  const Json json = igb(exploding + "--format json").json();
  const CsvTable table = parse_csv(igb(exploding).out);
  REQUIRE(json["layers"].size() == table.rows.size());
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    CHECK(number(json["layers"][i]["mean_log"]) == std::stod(table.at(i, "mean_log")));
    CHECK(json["layers"][i]["labels"] == table.at(i, "labels"));
  }
  CHECK(json["parameters"]["width"] == 300);
}
