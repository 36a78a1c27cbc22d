// igb theory and igb lines against the reference numbers.
#include <set>

#include "program.hpp"

namespace {

constexpr double twelve_digits = 2e-11;  // the tables' rounding, with room for a fixed point at 1

}  // namespace

TEST_CASE("theoryMatchesReferenceFixedPoints") {
  const CsvTable table = reference("fixed_points.csv");
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const std::string& activation = table.at(row, "activation");
    const std::string arguments = "theory --activation " + activation + " --sigma-w2 " +
                                  table.at(row, "sigma_w2") + " --sigma-b2 " +
                                  table.at(row, "sigma_b2");
    CAPTURE(arguments);
    const Json json = igb(arguments).json();
    for (const char* name : {"q_star", "c_star", "chi_1", "chi_c_star", "xi_c"}) {
      CAPTURE(name);
      const double expected = std::stod(table.at(row, name));
      CAPTURE(expected);
      // xi_c = -1 / ln chi_c_star magnifies the rounding of chi_c_star by xi_c.
      const double magnified = std::string(name) == "xi_c" ? std::max(1.0, expected) : 1.0;
      CHECK(close(number(json.at(name)), expected, magnified * twelve_digits));
    }
  }
  CHECK(table.rows.size() == 39);
}

TEST_CASE("theoryJsonHasTheContractedKeysAndTwoMore") {
  const Json json =
      igb("theory --activation tanh --sigma-w2 2.5 --sigma-b2 0.1 --depth 3 --seed 9").json();
  std::set<std::string> keys;
  for (const auto& item : json.items()) keys.insert(item.key());
  CHECK(keys == std::set<std::string>{"program", "version", "command", "parameters", "q_star",
                                      "c_star", "gamma_star", "chi_1", "chi_c_star", "xi_q", "xi_c",
                                      "xi_grad", "phase", "layers", "chi_grad", "q_fixed_points"});
  CHECK(json["version"] == IGB_VERSION);
  CHECK(json["parameters"] == Json({{"activation", "tanh"},
                                    {"sigma_w2", 2.5},
                                    {"sigma_b2", 0.1},
                                    {"depth", 3},
                                    {"q0", 1.0},
                                    {"c0", 0.0},
                                    {"seed", 9}}));
  REQUIRE(json["layers"].size() == 4);  // the output is layer 4
  CHECK(json["layers"][3]["layer"] == 4);
  CHECK(json["phase"] == "prejudice");
}

TEST_CASE("theoryLayersFollowTheReluTrajectory") {
  const CsvTable table = reference("relu_trajectory.csv");
  const std::size_t depth = std::min<std::size_t>(table.rows.size() - 1, 60);
  const Json json = igb("theory --activation relu --sigma-w2 2 --depth " + std::to_string(depth) +
                        " --q0 1 --c0 0")
                        .json();
  REQUIRE(json["layers"].size() == depth + 1);
  for (std::size_t l = 0; l <= depth; ++l) {
    CAPTURE(l);
    const Json& layer = json["layers"][l];  // layer l + 1: layer 1 is affine and keeps c = 0
    CHECK(close(number(layer["q"]), 2.0, 1e-13));
    CHECK(close(number(layer["c"]), std::stod(table.at(l, "c")), 1e-12));
    CHECK(close(number(layer["gamma"]), std::stod(table.at(l, "gamma")), 1e-12));
  }
}

TEST_CASE("theoryWritesInfinityAsTextInBothFormats") {
  const std::string arguments = "theory --activation relu --sigma-w2 2.5 --sigma-b2 0.1";
  CHECK(igb(arguments).json()["q_star"] == "inf");
  const CsvTable table = parse_csv(igb(arguments + " --format csv").out);
  REQUIRE(table.rows.size() == 1);
  CHECK(table.at(0, "q_star") == "inf");
  CHECK(table.at(0, "gamma_star") == "inf");
}

TEST_CASE("theoryCsvHoldsTheNumbersOfTheJson") {
  const std::string arguments = "theory --activation erf --sigma-w2 2.2 --sigma-b2 0.1 --depth 5";
  const Json json = igb(arguments).json();
  const CsvTable table = parse_csv(igb(arguments + " --format csv").out);
  CHECK(table.header == std::vector<std::string>{"layer", "q", "c", "gamma", "backward_factor"});
  REQUIRE(table.rows.size() == 6);
  CHECK(table.at(5, "backward_factor") == "none");  // no layer above the output
  CHECK(json["layers"][5]["backward_factor"].is_null());
  for (std::size_t row = 0; row < 6; ++row) {
    for (const std::string& column : table.header) {
      if (row == 5 && column == "backward_factor") continue;
      CHECK(std::stod(table.at(row, column)) == json["layers"][row][column].get<double>());
    }
  }
  const std::string q_star = "# q_star=";
  bool found = false;
  for (const std::string& comment : table.comments) {
    if (!comment.starts_with(q_star)) continue;
    found = true;
    CHECK(std::stod(comment.substr(q_star.size())) == json["q_star"].get<double>());
  }
  CHECK(found);
}

TEST_CASE("csvStartsWithTheCommandThatMadeIt") {
  const Run run = igb("theory --activation tanh --sigma-w2 2.50 --format csv");
  const CsvTable table = parse_csv(run.out);
  REQUIRE(!table.comments.empty());
  CHECK(table.comments[0] == "# igb " IGB_VERSION
                             " theory --activation tanh --sigma-w2 2.5 --sigma-b2 0 --seed 1");
  const std::string again = table.comments[0].substr(table.comments[0].find("theory"));
  CHECK(igb(again + " --format csv").out == run.out);
}

TEST_CASE("linesMatchReferenceCriticalLines") {
  const CsvTable expected = reference("critical_lines.csv");
  for (std::size_t row = 0; row < expected.rows.size(); ++row) {
    const std::string& activation = expected.at(row, "activation");
    const CsvTable lines = parse_csv(
        igb("lines --activation " + activation + " --sigma-b2 " + expected.at(row, "sigma_b2"))
            .out);
    REQUIRE(lines.rows.size() == 1);
    const std::string line = expected.at(row, "line") == "eoc" ? "eoc" : "gamma";
    CAPTURE(activation);
    CAPTURE(line);
    for (const std::string name : {"sigma_w2", "q"}) {
      CHECK(close(std::stod(lines.at(0, line + "_" + name)), std::stod(expected.at(row, name)),
                  twelve_digits));
    }
  }
  CHECK(expected.rows.size() == 16);
}

TEST_CASE("linesHeaderIsTheContract") {
  const CsvTable table = parse_csv(igb("lines --activation tanh --sigma-b2 0.1,0.2 --gamma 2").out);
  CHECK(table.header == std::vector<std::string>{"sigma_b2", "eoc_sigma_w2", "eoc_q", "gamma",
                                                 "gamma_sigma_w2", "gamma_q"});
  REQUIRE(table.rows.size() == 2);
  CHECK(table.at(1, "sigma_b2") == "0.2");
  CHECK(table.at(1, "gamma") == "2");
}

TEST_CASE("linesSayNoneWhereThereIsNoLine") {
  const std::string arguments = "lines --activation relu --sigma-b2 0.1";
  const CsvTable table = parse_csv(igb(arguments).out);
  CHECK(table.at(0, "gamma_sigma_w2") == "none");
  CHECK(table.at(0, "gamma_q") == "none");
  CHECK(std::stod(table.at(0, "eoc_sigma_w2")) == 2.0);
  const Json json = igb(arguments + " --format json").json();
  CHECK(json["lines"][0]["gamma_sigma_w2"].is_null());
  CHECK(json["lines"][0]["eoc_q"] == "inf");
}

TEST_CASE("linesRangeIsEvenlySpacedWithBothEnds") {
  const CsvTable table = parse_csv(igb("lines --activation erf --sigma-b2 0.05,0.1:0.5:5").out);
  REQUIRE(table.rows.size() == 6);
  const double expected[] = {0.05, 0.1, 0.2, 0.3, 0.4, 0.5};
  for (std::size_t i = 0; i < 6; ++i) {
    CHECK(close(std::stod(table.at(i, "sigma_b2")), expected[i], 1e-15));
  }
}
