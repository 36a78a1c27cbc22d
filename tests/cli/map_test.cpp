// igb map: a grid whose every point is what igb theory says of it.
#include <map>

#include "program.hpp"

namespace {

constexpr double twelve_digits = 2e-11;  // the tables' rounding

const std::string small = "map --activation tanh --sigma-b2 0.05:0.2:4 --sigma-w2 1,2.5,3 ";

}  // namespace

TEST_CASE("mapRowsRunOverSigmaW2First") {
  const CsvTable table = parse_csv(igb(small).out);
  CHECK(table.header == std::vector<std::string>{"sigma_b2", "sigma_w2", "phase", "q_star",
                                                 "c_star", "gamma_star", "chi_1", "xi_q", "xi_c",
                                                 "xi_grad"});
  REQUIRE(table.rows.size() == 12);
  CHECK(table.comments.at(0) == "# igb " IGB_VERSION
                                " map --activation tanh --sigma-b2 0.05:0.2:4 --sigma-w2 1,2.5,3 "
                                "--seed 1");
  CHECK(table.at(1, "sigma_b2") == "0.05");
  CHECK(table.at(1, "sigma_w2") == "2.5");
  CHECK(close(std::stod(table.at(3, "sigma_b2")), 0.1, 1e-15));
  CHECK(table.at(3, "sigma_w2") == "1");
}

TEST_CASE("mapMatchesReferenceFixedPoints") {
  const CsvTable expected = reference("fixed_points.csv");
  std::map<std::string, std::string> columns;  // of each activation and sigma_b2: all its sigma_w2
  for (std::size_t i = 0; i < expected.rows.size(); ++i) {
    std::string& list =
        columns[expected.at(i, "activation") + " --sigma-b2 " + expected.at(i, "sigma_b2")];
    list += (list.empty() ? "" : ",") + expected.at(i, "sigma_w2");
  }
  std::map<std::string, CsvTable> maps;
  for (const auto& [network, sigma_w2] : columns) {
    maps[network] = parse_csv(igb("map --activation " + network + " --sigma-w2 " + sigma_w2).out);
  }
  std::map<std::string, std::size_t> next;
  for (std::size_t i = 0; i < expected.rows.size(); ++i) {
    const std::string network =
        expected.at(i, "activation") + " --sigma-b2 " + expected.at(i, "sigma_b2");
    const CsvTable& map = maps[network];
    const std::size_t row = next[network]++;
    CAPTURE(network);
    CAPTURE(row);
    REQUIRE(row < map.rows.size());
    CHECK(std::stod(map.at(row, "sigma_w2")) == std::stod(expected.at(i, "sigma_w2")));
    for (const char* name : {"q_star", "c_star", "chi_1", "xi_c"}) {
      CAPTURE(name);
      const double value = std::stod(expected.at(i, name));
      const double magnified = std::string(name) == "xi_c" ? std::max(1.0, value) : 1.0;
      CHECK(close(std::stod(map.at(row, name)), value, magnified * twelve_digits));
    }
  }
  CHECK(expected.rows.size() == 39);
}

TEST_CASE("mapSaysOfAPointWhatTheorySays") {
  const CsvTable table = parse_csv(igb(small).out);
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const Json theory = igb("theory --activation tanh --sigma-b2 " + table.at(row, "sigma_b2") +
                            " --sigma-w2 " + table.at(row, "sigma_w2"))
                            .json();
    CHECK(table.at(row, "phase") == theory["phase"].get<std::string>());
    for (const char* name :
         {"q_star", "c_star", "gamma_star", "chi_1", "xi_q", "xi_c", "xi_grad"}) {
      CAPTURE(name);
      CHECK(close(std::stod(table.at(row, name)), number(theory[name]), 1e-9));
    }
  }
}

TEST_CASE("mapJsonHoldsTheRowsOfTheCsv") {
  const CsvTable table = parse_csv(igb(small).out);
  const Json json = igb(small + "--format json").json();
  REQUIRE(json["map"].size() == table.rows.size());
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    CHECK(json["map"][row]["phase"] == table.at(row, "phase"));
    CHECK(number(json["map"][row]["xi_c"]) == std::stod(table.at(row, "xi_c")));
    CHECK(number(json["map"][row]["gamma_star"]) == std::stod(table.at(row, "gamma_star")));
  }
}

TEST_CASE("mapRowsAppearWhileTheMapGrows") {
  // All of it would take minutes; head ends it after the first rows.
  const Run run =
      igb("map --activation tanh --sigma-b2 0.1:0.2:1000000 --sigma-w2 1,3 | head -n 6");
  const CsvTable table = parse_csv(run.out);
  REQUIRE(table.rows.size() == 4);
  CHECK(table.at(3, "sigma_w2") == "3");
}

TEST_CASE("mapInAFileIsTheMapOnStandardOutput") {
  const TemporaryFolder folder;
  CHECK(igb(small + "--output '" + folder.file("map.csv") + "'").status == 0);
  CHECK(read_file(folder.file("map.csv")) == igb(small).out);
}
