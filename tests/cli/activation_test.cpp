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
  } pairs[] = {
      {"tanh", "(exp(2*x)-1)/(exp(2*x)+1)"}, {"tanh", "x*tanh(x)/x*1^x"}, {"relu", "max(0, x)"},
      {"relu", "(x + abs(x)) / 2"},          {"erf", "1 - erfc(x)"},      {"linear", "x"}};
  for (const auto& [name, expression] : pairs) {
    CAPTURE(expression);
    const Run run = igb("theory --activation '" + expression + "'" + point + "--depth 5");
    if (expression.starts_with("(exp") || contains(expression, "/x")) {
      CHECK(run.status == 2);  // infinity over infinity, 0 over 0: named, not computed
      CHECK(contains(run.err, "not finite at x"));
      continue;
    }
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
