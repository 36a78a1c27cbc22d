#pragma once

#include <doctest/doctest.h>
#include <sys/types.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "files.hpp"

using Json = nlohmann::json;

/// Outcome of one run of the program igb.
struct Run {
  int status;
  std::string out;
  std::string err;

  /// Standard output as JSON, of a run that must have succeeded.
  [[nodiscard]] Json json() const;
};

/// Runs igb with these arguments, which a shell splits, and variables of the environment set
/// before.
Run igb(const std::string& arguments, const std::string& environment = "");

/// Starts igb with these arguments in the background, its output discarded.
pid_t start_igb(const std::vector<std::string>& arguments);

struct CsvTable {
  std::vector<std::string> comments;
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;

  [[nodiscard]] const std::string& at(std::size_t row, const std::string& column) const;
};

CsvTable parse_csv(const std::string& text);
CsvTable reference(const std::string& name);

/// A number of JSON or of a CSV cell, "inf" included.
double number(const Json& value);

/// |value - expected| <= tolerance * |expected|; infinities must be equal.
bool close(double value, double expected, double tolerance);
