// --activation as an expression in x: the same numbers as the built-in function, everywhere.
#include "program.hpp"

namespace {

const std::string point = " --sigma-w2 2.5 --sigma-b2 0.1 ";

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("expressionHasTheTheoryOfItsNamesake") {
  const struct {
    std::string name;
    std::string expression;
  } pairs[] = {{"tanh", "1 - 2/(exp(2*x)+1)"},
               {"erf", "1 - erfc(x)"},
               {"linear", "x"},
               {"relu", "max(x, 0)"},
               {"relu", "(x + abs(x))/2"},
               {"hard_tanh", "min(max(x, -1), 1)"},
               {"abs", "max(x, -x)"},
               {"leaky_relu --slope 0.1", "max(x, 0.1*x)"},
               {"silu", "x/(1+exp(-x))"}};
  for (const auto& [name, expression] : pairs) {
    CAPTURE(expression);
    const Run run = igb("theory --activation '" + expression + "'" + point + "--depth 5");
    const Json json = run.json();
    const Json expected = igb("theory --activation " + name + point + "--depth 5").json();
    CHECK(json["parameters"]["activation"] == expression);
    for (const char* key : {"q_star", "c_star", "chi_1", "xi_c"}) {
      CAPTURE(key);
      CHECK(close(number(json[key]), number(expected[key]), 1e-10));
    }
    CHECK(json["phase"] == expected["phase"]);
    for (std::size_t l = 0; l < 6; ++l) {
      CHECK(close(number(json["layers"][l]["c"]), number(expected["layers"][l]["c"]), 1e-10));
    }
  }
}

TEST_CASE("expressionHasLinesAndAMap") {
  const std::string rest = " --sigma-b2 0.05,0.2 ";
  const CsvTable lines = parse_csv(igb("lines --activation '1-erfc(x)'" + rest).out);
  const CsvTable expected = parse_csv(igb("lines --activation erf" + rest).out);
  for (std::size_t row = 0; row < 2; ++row) {
    for (const char* column : {"eoc_sigma_w2", "eoc_q", "gamma_sigma_w2", "gamma_q"}) {
      CHECK(close(std::stod(lines.at(row, column)), std::stod(expected.at(row, column)), 1e-9));
    }
  }
  const CsvTable map = parse_csv(igb("map --activation '1-erfc(x)' --sigma-w2 1,3" + rest).out);
  const CsvTable erf = parse_csv(igb("map --activation erf --sigma-w2 1,3" + rest).out);
  for (std::size_t row = 0; row < 4; ++row) {
    CHECK(map.at(row, "phase") == erf.at(row, "phase"));
    CHECK(close(std::stod(map.at(row, "c_star")), std::stod(erf.at(row, "c_star")), 1e-9));
  }
}

TEST_CASE("expressionRunsInNetworks") {
  const std::string rest =
      " --sigma-w2 2 --sigma-b2 0.1 --width 30 --depth 4 --inputs 20 --networks 3";
  const CsvTable table = parse_csv(igb("simulate --activation 'max(x,0)'" + rest).out);
  const CsvTable expected = parse_csv(igb("simulate --activation relu" + rest).out);
  REQUIRE(table.rows.size() == 5);
  for (std::size_t row = 0; row < 5; ++row) {
    for (const char* column : {"q", "sigma_mu2", "sigma_y2", "theory_q"}) {
      CHECK(close(std::stod(table.at(row, column)), std::stod(expected.at(row, column)), 1e-6));
    }
  }
}

TEST_CASE("theCommandOfAnExpressionIsQuotedForTheShell") {
  const Run run = igb("theory --activation 'x / (1 + abs(x))'" + point + "--format csv");
  const std::string comment = parse_csv(run.out).comments.at(0);
  CHECK(contains(comment, " --activation 'x / (1 + abs(x))' "));
  const std::string again = comment.substr(comment.find("theory"));
  CHECK(igb(again + " --format csv").out == run.out);
}

TEST_CASE("anExpressionThatCannotBeReadIsNamedWithItsPlace") {
  const struct {
    std::string expression;
    std::vector<std::string> parts;
  } cases[] = {
      {"tan", {"unknown", "tanh", "relu", "x/(1+abs(x))"}},
      {"", {"unknown", "tanh"}},
      {"x/(1+abs(x)", {"character 12", "')'"}},
      {"x^2+foo(x)", {"character 5", "expected", "sqrt"}},
      {"2 x", {"character 3"}},
      {"x;x", {"character 2"}},
      {"log(x)", {"not finite at x"}},
      {"(exp(2*x)-1)/(exp(2*x)+1)", {"x = "}},  // infinity over infinity
      {"1+1", {"no such solution"}},
      {std::string(300, '-') + "x", {"expression_length = 301", "255"}},
      {std::string(60, '(') + "x" + std::string(60, ')'), {"character 33"}},
  };
  for (const auto& [expression, parts] : cases) {
    CAPTURE(expression);
    const std::string flag = expression.starts_with('-') ? "--activation=" : "--activation ";
    const Run run = igb("theory " + flag + "'" + expression + "'" + point);
    CHECK(run.status == 2);
    CHECK(run.out.empty());
    CHECK(contains(run.err, "activation = '" + expression + "'"));
    for (const std::string& part : parts) {
      CHECK_MESSAGE(contains(run.err, part), part, " is not in: ", run.err);
    }
  }
}

TEST_CASE("aTableIsTheActivationThroughItsPoints") {
  const TemporaryFolder folder;
  const std::string file = folder.write("relu.csv", "x,phi\n# a comment\n-1, 0\n0,0\n2,2\n");
  const Json json = igb("theory --activation 'table:" + file + "'" + point).json();
  CHECK(json["parameters"]["activation"] == "table:" + file);
  CHECK(json["q_star"] == "inf");
  CHECK(json["phase"] == igb("theory --activation relu" + point).json()["phase"]);
  CHECK(close(number(json["chi_1"]), 1.25, 1e-14));
}

TEST_CASE("aSlopeMakesALeakyRelu") {
  const std::string leaky = "theory --activation leaky_relu" + point + "--depth 3 ";
  const Json steep = igb(leaky + "--slope 0.5").json();
  CHECK(number(steep["parameters"]["slope"]) == 0.5);
  CHECK(close(number(steep["chi_1"]), 2.5 * (1.0 + 0.25) / 2.0, 1e-14));
  const Json linear = igb("theory --activation linear" + point + "--depth 3").json();
  CHECK(igb(leaky + "--slope 1").json()["layers"] == linear["layers"]);
  const Json mirrored = igb(leaky + "--slope -1").json();
  const Json abs = igb("theory --activation abs" + point + "--depth 3").json();
  for (std::size_t l = 0; l < 4; ++l) {
    CHECK(close(number(mirrored["layers"][l]["c"]), number(abs["layers"][l]["c"]), 1e-12));
  }
}

TEST_CASE("aTableThatIsNoneIsNamedWithItsPlace") {
  const TemporaryFolder folder;
  const struct {
    std::string content;
    std::string part;
  } cases[] = {
      {"1,2,3\n4,5,6\n", "3 columns; needed are two"},
      {"0,0\n1,b\n", "line 2, column 2: 'b' is not a number"},
      {"0,0\n1\n", "line 2: 1 columns, the rows before have 2"},
      {"0,0\n1,nan\n", "line 2, column 2: 'nan' is not finite"},
      {"0,0\n1,1e101\n", "1e+101"},
      {"0,0\n", "points = 1"},
      {"", "points = 0"},
      {"1,0\n0,1\n", "x"},
      {"0,1\n1,1\n", "no such solution"},
  };
  for (const auto& [content, part] : cases) {
    CAPTURE(content);
    const std::string file = folder.write("phi.csv", content);
    const Run run = igb("theory --activation 'table:" + file + "'" + point);
    CHECK(run.status == 2);
    CHECK(run.out.empty());
    CHECK(contains(run.err, "activation: '" + file + "'"));
    CHECK_MESSAGE(contains(run.err, part), part, " is not in: ", run.err);
  }
  const Run missing = igb("theory --activation table:no/such.csv" + point);
  CHECK(missing.status == 2);
  CHECK(contains(missing.err, "no/such.csv"));
  CHECK(contains(missing.err, "No such file"));
}
