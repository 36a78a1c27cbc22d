// Relative comparison, and the tables of numbers in tests/reference.
#pragma once

#include <cmath>
#include <cstddef>
#include <fstream>
#include <ostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace igb::test {

/// CHECK(actual == close(expected, 1e-12)): |actual - expected| <= 1e-12 |expected|. No absolute
/// part: an expected 0 admits 0 only. Infinities are close to themselves, NaN to nothing.
struct Close {
  double expected;
  double relative;

  friend bool operator==(double actual, const Close& want) {
    return actual == want.expected ||
           std::abs(actual - want.expected) <= want.relative * std::abs(want.expected);
  }
  friend std::ostream& operator<<(std::ostream& out, const Close& want) {
    out.precision(17);
    return out << want.expected << " up to " << want.relative << " relative";
  }
};
inline Close close(double expected, double relative) { return {expected, relative}; }

/// A CSV file of tests/reference.
class Table {
 public:
  explicit Table(const std::string& name) {
    std::ifstream file(std::string(IGB_REFERENCE_DIR) + "/" + name);
    std::string line;
    if (!std::getline(file, line)) throw std::runtime_error("cannot read reference table " + name);
    header_ = split(line);
    while (std::getline(file, line)) rows_.push_back(split(line));
    if (rows_.empty()) throw std::runtime_error("no rows in reference table " + name);
  }

  [[nodiscard]] std::size_t size() const { return rows_.size(); }
  [[nodiscard]] const std::string& text(std::size_t row, const std::string& column) const {
    for (std::size_t i = 0; i < header_.size(); ++i) {
      if (header_[i] == column) return rows_[row].at(i);
    }
    throw std::runtime_error("no column " + column);
  }
  [[nodiscard]] double number(std::size_t row, const std::string& column) const {
    return std::stod(text(row, column));
  }

 private:
  static std::vector<std::string> split(const std::string& line) {
    std::vector<std::string> cells;
    std::istringstream stream(line.substr(0, line.find('\r')));
    for (std::string cell; std::getline(stream, cell, ',');) cells.push_back(cell);
    return cells;
  }

  std::vector<std::string> header_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace igb::test
