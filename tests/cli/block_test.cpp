// --block: what stands between the layers, against closed forms.
#include "program.hpp"

namespace {

const double pi = std::acos(-1.0);

Json theory(const std::string& arguments) { return igb("theory " + arguments).json(); }

}  // namespace

TEST_CASE("blockParametersTravelWithTheOutput") {
  const std::string command =
      "theory --activation relu --sigma-w2 2 --block residual --sigma-v2 0.5";
  const Json json = igb(command).json();
  CHECK(json["parameters"] == Json({{"activation", "relu"},
                                    {"block", "residual"},
                                    {"sigma_v2", 0.5},
                                    {"sigma_a2", 0.0},
                                    {"sigma_w2", 2.0},
                                    {"sigma_b2", 0.0},
                                    {"seed", 1}}));
  const Run run = igb(command + " --format csv");
  const std::string comment = parse_csv(run.out).comments.at(0);
  CHECK(igb(comment.substr(comment.find("theory")) + " --format csv").out == run.out);
}

TEST_CASE("averagePoolingDividesSigmaW2") {
  const Json pooled = theory(
      "--activation tanh --sigma-w2 7.5 --sigma-b2 0.1 --block average_pool --pool 3 --depth 4");
  const Json plain = theory("--activation tanh --sigma-w2 2.5 --sigma-b2 0.1 --depth 4");
  for (const char* name : {"q_star", "c_star", "chi_1", "xi_c", "xi_grad"}) {
    CHECK(close(number(pooled[name]), number(plain[name]), 1e-10));
  }
  // Layer 1 has no activation before it, hence no pool: 7.5 q_0 + 0.1.
  CHECK(close(number(pooled["layers"][0]["q"]), 7.6, 1e-14));
}

TEST_CASE("dropoutOfReluHasItsGamma") {
  const struct {
    const char* keep;
    double gamma;
    double rounding;  // of the published digits
  } cases[] = {
      {"0.99", 9.30, 5e-3}, {"0.95", 2.92, 5e-3}, {"0.9", 1.68, 5e-3}, {"0.5", 0.278, 5e-4}};
  for (const auto& [keep, gamma, rounding] : cases) {
    const Json json =
        theory(std::string("--activation relu --sigma-w2 2 --block dropout --keep ") + keep);
    CHECK(std::abs(number(json["gamma_star"]) - gamma) <= rounding);
    CHECK(close(number(json["chi_grad"]), 1.0 / std::stod(keep), 1e-13));
  }
}

TEST_CASE("normalisationOfReluHasItsGammaAndBackwardFactor") {
  const auto last = [](const std::string& block) {
    const Json layers =
        theory("--activation relu --sigma-w2 2 --depth 20 --block " + block)["layers"];
    return std::pair(number(layers[20]["gamma"]), number(layers[19]["backward_factor"]));
  };
  const CsvTable trajectory = reference("relu_trajectory.csv");
  const auto [none, no_factor] = last("plain");
  const auto [before, factor_before] = last("layer_norm_before");
  CHECK(close(before, std::stod(trajectory.at(20, "gamma")), 1e-10));
  CHECK(close(none, before, 1e-12));
  CHECK(close(factor_before, 1.0, 1e-12));
  const auto [batch, batch_factor] = last("batch_norm_before");
  CHECK(close(batch, 1.0 / (pi - 1.0), 1e-12));
  CHECK(close(batch_factor, pi / (pi - 1.0), 1e-12));
  CHECK(close(last("layer_norm_after").second, pi / (pi - 1.0), 1e-12));
  CHECK(last("layer_norm_after").first < 1e-3);
}

TEST_CASE("residualStreamsGrowByTheirRule") {
  const Json json = theory(
      "--activation relu --sigma-w2 2 --block residual_scaled --residual-depth 10 --depth 10");
  for (std::size_t l = 0; l < 10; ++l) {
    CHECK(
        close(number(json["layers"][l]["q"]), 2.0 * std::pow(1.1, static_cast<double>(l)), 1e-13));
    CHECK(close(number(json["layers"][l]["backward_factor"]), 1.1, 1e-13));
  }
}

TEST_CASE("noLimitOfInfiniteDepthIsSaid") {
  const std::string command =
      "theory --activation relu --sigma-w2 2 --block residual_scaled --residual-depth 10";
  const Json json = igb(command).json();
  for (const char* name : {"q_star", "c_star", "gamma_star", "xi_c", "phase", "chi_grad"}) {
    CHECK(json[name].is_null());
  }
  CHECK(json["no_fixed_point"].get<std::string>().find("no limit") != std::string::npos);
  const CsvTable table = parse_csv(igb(command + " --format csv").out);
  CHECK(table.at(0, "q_star") == "none");
}

TEST_CASE("everyQOfCriticalReluIsAFixedPoint") {
  CHECK(theory("--activation relu --sigma-w2 2")["q_fixed_points"] == "every q");
  CHECK(theory("--activation tanh --sigma-w2 2.5 --sigma-b2 0.1")["q_fixed_points"] == 1);
}

TEST_CASE("convolutionsHaveFourierModes") {
  const std::string network = "--activation tanh --sigma-w2 2.5 --sigma-b2 0.1 ";
  const Json plain = theory(network);
  const Json json = theory(network + "--block convolution --taps 3 --positions 12");
  REQUIRE(json["modes"].size() == 7);
  for (const char* name : {"q_star", "c_star", "chi_c_star"}) {
    CHECK(close(number(json[name]), number(plain[name]), 1e-12));
  }
  for (std::size_t k = 0; k < 7; ++k) {
    // The mean over three taps of exp(i t): (1 + 2 cos t) / 3.
    const double v = (1.0 + 2.0 * std::cos(2.0 * pi * static_cast<double>(k) / 12.0)) / 3.0;
    const double factor = number(json["modes"][k]["factor"]);
    CHECK(std::abs(factor - number(plain["chi_c_star"]) * v) < 1e-12);
  }
  const Json orthogonal = theory(network + "--block delta_orthogonal --positions 12");
  CHECK(orthogonal["modes"][6]["factor"] == json["modes"][0]["factor"]);
}

TEST_CASE("mapOfABlockIsThatOfItsTheory") {
  const CsvTable map = parse_csv(
      igb("map --activation relu --block dropout --keep 0.9 --sigma-b2 0,0.1 --sigma-w2 1,2.5")
          .out);
  REQUIRE(map.rows.size() == 4);
  for (std::size_t row = 0; row < 4; ++row) {
    const Json json = theory("--activation relu --block dropout --keep 0.9 --sigma-b2 " +
                             map.at(row, "sigma_b2") + " --sigma-w2 " + map.at(row, "sigma_w2"));
    CHECK(map.at(row, "phase") == json["phase"].get<std::string>());
    CHECK(close(std::stod(map.at(row, "gamma_star")), number(json["gamma_star"]), 1e-12));
  }
  const CsvTable none =
      parse_csv(igb("map --activation relu --block residual_scaled --residual-depth "
                    "5 --sigma-b2 0 --sigma-w2 1,2")
                    .out);
  CHECK(none.at(1, "phase") == "none");
  CHECK(none.at(1, "c_star") == "none");
}

TEST_CASE("linesOfPoolsAreBothNamed") {
  const auto lines = [](const std::string& block) {
    return parse_csv(igb("lines --activation relu --sigma-b2 0 --block " + block).out);
  };
  const CsvTable max = lines("max_pool");
  CHECK(close(std::stod(max.at(0, "eoc_sigma_w2")), 4.0 / 3.0, 1e-11));
  CHECK(close(std::stod(max.at(0, "variance_sigma_w2")), 4.0 * pi / (3.0 * pi + 2.0), 1e-11));
  const CsvTable average = lines("average_pool --pool 3");
  CHECK(close(std::stod(average.at(0, "eoc_sigma_w2")), 6.0, 1e-12));
  CHECK(close(std::stod(average.at(0, "variance_sigma_w2")), 6.0 * pi / (pi + 2.0), 1e-12));
  CHECK(lines("plain").header.size() == 6);  // both are one
}

TEST_CASE("linesOfMaxPooledTanh") {
  const CsvTable two =
      parse_csv(igb("lines --activation tanh --block max_pool --sigma-b2 0.01,0.05,0.1,0.2").out);
  const CsvTable plain = parse_csv(igb("lines --activation tanh --sigma-b2 0.01,0.05,0.1,0.2").out);
  const CsvTable three = parse_csv(
      igb("lines --activation tanh --block max_pool --pool 3 --sigma-b2 0.01,0.05,0.1,0.2").out);
  const double neutrality[] = {37.80, 38.64, 39.66, 41.67};
  const double edge[] = {3.9832, 4.0997, 4.2318, 4.4639};
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(
        close(std::stod(two.at(i, "eoc_sigma_w2")), std::stod(plain.at(i, "eoc_sigma_w2")), 1e-9));
    CHECK(std::abs(std::stod(two.at(i, "gamma_sigma_w2")) - neutrality[i]) < 6e-3);
    CHECK(std::abs(std::stod(three.at(i, "eoc_sigma_w2")) - edge[i]) < 6e-5);
  }
}

TEST_CASE("residualStreamsHaveNoLine") {
  const CsvTable table =
      parse_csv(igb("lines --activation tanh --block residual --sigma-b2 0.1").out);
  CHECK(table.at(0, "eoc_sigma_w2") == "none");
  CHECK(table.at(0, "gamma_sigma_w2") == "none");
}

TEST_CASE("residualsAfterTheSumHaveErrors") {
  // x_1 = max(0, z), q_2 = 1/2; x_2 = max(0, x_1 + s e) with s^2 = q_2 / 2. Of the units with z >
  // 0, u = z + s e and z are a Gaussian pair of correlation r.
  const std::string command =
      "theory --activation relu --sigma-w2 1 --block residual_after --residual-depth 2 --depth 2 ";
  const Json json = igb(command).json();
  const double s2 = 0.25;
  const double r = 1.0 / std::sqrt(1.0 + s2);
  const double both = 0.25 + (std::asin(r) + r * std::sqrt(1.0 - r * r)) / (2.0 * pi);
  const double expected[] = {1.0, 0.5, s2 / 4.0 + (1.0 + s2) * both};
  for (std::size_t l = 0; l < 3; ++l) {  // Student's t, 31 degrees: false-alarm rate 1e-6 each
    CAPTURE(l);
    const Json& layer = json["layers"][l];
    CHECK(std::abs(number(layer["q"]) - expected[l]) < 6.0 * number(layer["q_error"]) + 1e-15);
    CHECK(number(layer["q_error"]) < 0.01);
  }
  CHECK(json["layers"][2]["backward_factor"].is_null());
  CHECK(json["parameters"]["population"] == 65536);
  CHECK(json["layers"] == igb(command).json()["layers"]);
  CHECK(json["layers"] != igb(command + "--seed 2").json()["layers"]);
}
