#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

#include "data.hpp"
#include "failure.hpp"
#include "options.hpp"
#include "output.hpp"

namespace igb::cli {
namespace {

std::string_view trimmed(std::string_view text) {
  const char* const blanks = " \t\r";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::vector<std::string_view> cells(std::string_view line) {
  std::vector<std::string_view> result;
  while (true) {
    const std::size_t end = line.find(',');
    result.push_back(trimmed(line.substr(0, end)));
    if (end == std::string_view::npos) return result;
    line.remove_prefix(end + 1);
  }
}

std::string_view unquoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return text;
  return text.substr(1, text.size() - 2);
}

bool is_header(const std::vector<std::string_view>& row) {
  double value = 0.0;
  for (const std::string_view cell : row) {
    if (read_real(cell, value)) return false;
  }
  return true;
}

/// Rows of numbers, one after the other, all of the same length.
class CsvReader {
 public:
  CsvReader(std::string parameter, const std::string& path)
      : parameter_(std::move(parameter)), path_(path), file_(path) {
    if (!file_) fail(std::strerror(errno));
    std::error_code unknown;
    if (std::filesystem::is_directory(path, unknown)) fail("it is a directory");
  }

  /// False at the end of the file.
  bool next(std::vector<double>& row) {
    std::string line;
    while (std::getline(file_, line)) {
      ++line_;
      std::string_view text = line;
      if (line_ == 1 && text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
      text = trimmed(text);
      if (text.empty() || text.front() == '#') continue;
      const std::vector<std::string_view> texts = cells(text);
      const bool header = width_ == 0 && !seen_header_ && is_header(texts);
      seen_header_ = true;
      if (header) {
        for (const std::string_view name : texts) header_.emplace_back(unquoted(name));
        continue;
      }
      read(texts, row);
      return true;
    }
    if (file_.bad()) fail(std::strerror(errno));
    return false;
  }

  /// The names of the columns; empty where there is no header.
  [[nodiscard]] const std::vector<std::string>& header() const { return header_; }

  [[noreturn]] void fail(const std::string& cause) const {
    throw Failure(parameter_ + ": '" + path_ + "': " + cause);
  }
  [[noreturn]] void fail_at(std::size_t column, double value, const std::string& cause) const {
    fail(place(column) + ": " + cell_text(value) + " " + cause);
  }

 private:
  [[nodiscard]] std::string place(std::size_t column) const {
    return "line " + std::to_string(line_) + ", column " + std::to_string(column + 1);
  }

  void read(const std::vector<std::string_view>& texts, std::vector<double>& row) {
    const std::string where = "line " + std::to_string(line_);
    if (width_ == 0) width_ = texts.size();
    if (texts.size() > width_max) {
      fail(where + ": " + std::to_string(texts.size()) + " columns; allowed: 1 to " +
           std::to_string(width_max));
    }
    if (texts.size() != width_) {
      fail(where + ": " + std::to_string(texts.size()) + " columns, the rows before have " +
           std::to_string(width_));
    }
    row.clear();
    for (const std::string_view text : texts) {
      double value = 0.0;
      const auto refuse = [&](const char* cause) {
        fail(place(row.size()) + ": " + excerpt(text) + " " + cause);
      };
      if (!read_real(text, value)) refuse("is not a number");
      if (!std::isfinite(value)) refuse("is not finite");
      row.push_back(value);
    }
  }

  std::string parameter_;
  std::string path_;
  std::ifstream file_;
  std::uint64_t line_ = 0;
  std::size_t width_ = 0;
  std::vector<std::string> header_;
  bool seen_header_ = false;
};

/// A cell of the row that was read last, as networks take it.
float single_of(const CsvReader& reader, const std::vector<double>& row, std::size_t column) {
  const auto single = static_cast<float>(row[column]);
  if (!std::isfinite(single)) reader.fail_at(column, row[column], "is too large for float32");
  return single;
}

/// Which of `columns` has the label.
std::size_t find_label(const CsvReader& reader, const std::string& wanted, std::size_t columns) {
  const std::vector<std::string>& names = reader.header();
  const std::string name = wanted.empty() ? "label" : wanted;
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) {
    if (names.size() != columns) {
      reader.fail("the header has " + std::to_string(names.size()) + " columns, the rows have " +
                  std::to_string(columns));
    }
    return static_cast<std::size_t>(found - names.begin());
  }
  if (wanted.empty() || wanted == "last") return columns - 1;
  double number = 0.0;
  if (read_real(wanted, number)) {
    return parse_count("label_column", wanted, 1, static_cast<std::uint32_t>(columns)) - 1;
  }
  throw Failure("label_column = " + excerpt(wanted) +
                " is not in the header; allowed: a name there, 1 to " + std::to_string(columns) +
                ", last");
}

}  // namespace

Dataset read_csv(const std::string& file, std::uint32_t inputs) {
  CsvReader reader("data", file);
  Dataset data;
  std::vector<double> row;
  const std::uint32_t most = inputs > 0 ? inputs : inputs_max;
  while (data.inputs < most && reader.next(row)) {
    data.width = static_cast<std::uint32_t>(row.size());
    for (std::size_t column = 0; column < row.size(); ++column) {
      data.values.push_back(single_of(reader, row, column));
    }
    ++data.inputs;
  }
  if (data.inputs < inputs) check(check_range("inputs", inputs, 2, data.inputs));
  if (data.inputs < 2) {
    reader.fail("it has " + std::to_string(data.inputs) +
                " rows of numbers, at least 2 are needed");
  }
  return data;
}

LabelledRows read_labelled_csv(const std::string& file, const std::string& label_column) {
  CsvReader reader("data", file);
  LabelledRows data;
  std::vector<double> row;
  std::size_t label = 0;
  while (reader.next(row)) {
    if (data.labels.size() == inputs_max) {
      reader.fail("more than " + std::to_string(inputs_max) + " rows");
    }
    if (data.labels.empty()) {
      if (row.size() < 2) reader.fail("1 column; needed are a label and what it is to be told by");
      label = find_label(reader, label_column, row.size());
      data.width = static_cast<std::uint32_t>(row.size() - 1);
    }
    for (std::size_t column = 0; column < row.size(); ++column) {
      if (column == label) continue;
      data.values.push_back(single_of(reader, row, column));
    }
    if (row[label] != std::floor(row[label])) {
      reader.fail_at(label, row[label], "is no label; allowed: whole numbers");
    }
    data.labels.push_back(row[label]);
  }
  return data;
}

Points read_points(const std::string& parameter, const std::string& file) {
  CsvReader reader(parameter, file);
  Points points;
  std::vector<double> row;
  while (reader.next(row)) {
    if (row.size() != 2) {
      reader.fail(std::to_string(row.size()) + " columns; needed are two, x and phi(x)");
    }
    points.x.push_back(row[0]);
    points.y.push_back(row[1]);
  }
  return points;
}

}  // namespace igb::cli
