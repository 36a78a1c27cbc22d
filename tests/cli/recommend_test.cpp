// igb recommend: what it says holds by igb theory.
#include "program.hpp"

namespace {

const std::string tanh_50 = "recommend --activation tanh --sigma-b2 0.1 --depth 50 ";

/// Of that sigma_w2 and 50 layers: ln of the product of the backward factors, gamma of the output.
std::pair<double, double> outlook(double sigma_w2) {
  char text[60];
  std::snprintf(text, sizeof text, "%.17g", sigma_w2);
  const Json layers =
      igb(std::string("theory --activation tanh --sigma-b2 0.1 --depth 50 ") + "--sigma-w2 " + text)
          .json()["layers"];
  double ln_gradient = 0.0;
  for (std::size_t l = 0; l < 50; ++l) {
    ln_gradient += std::log(number(layers[l]["backward_factor"]));
  }
  return {ln_gradient, number(layers[50]["gamma"])};
}

}  // namespace

TEST_CASE("recommendedGradientsSurvive") {
  const Json json = igb(tanh_50).json();
  const auto [ln_gradient, gamma] = outlook(number(json["sigma_w2"]));
  CHECK(std::abs(ln_gradient) < 1e-9);
  CHECK(close(number(json["gamma"]), gamma, 1e-9));
  CHECK(std::abs(outlook(number(json["sigma_w2_low"])).first + std::log(10.0)) < 1e-7);
  CHECK(std::abs(outlook(number(json["sigma_w2_high"])).first - std::log(10.0)) < 1e-7);
  CHECK(close(number(json["mean_max_frequency"]),
              0.5 + std::atan(std::sqrt(gamma)) / std::acos(-1.0), 1e-9));
  const CsvTable lines = parse_csv(igb("lines --activation tanh --sigma-b2 0.1").out);
  CHECK(close(number(json["edge_sigma_w2"]), std::stod(lines.at(0, "eoc_sigma_w2")), 1e-9));
  CHECK(json["reason"].get<std::string>().find("50 layers") != std::string::npos);
}

TEST_CASE("recommendedBiasIsMet") {
  const Json gamma = igb(tanh_50 + "--gamma 2").json();
  CHECK(close(outlook(number(gamma["sigma_w2"])).second, 2.0, 1e-8));
  const Json half = igb(tanh_50 + "--mean-max-frequency 0.75").json();
  CHECK(close(outlook(number(half["sigma_w2"])).second, 1.0, 1e-8));  // tan^2(pi / 4)
}

TEST_CASE("recommendCsvQuotesTheReason") {
  const std::string csv = igb(tanh_50 + "--format csv").out;
  CHECK(csv.find(",reason\n") != std::string::npos);
  CHECK(csv.find(",\"At sigma_w2 = ") != std::string::npos);
  CHECK(csv.ends_with("\"\n"));
}
