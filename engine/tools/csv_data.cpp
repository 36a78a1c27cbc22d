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
      if (header) continue;
      read(texts, row);
      return true;
    }
    if (file_.bad()) fail(std::strerror(errno));
    return false;
  }

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
  bool seen_header_ = false;
};

}  // namespace

Dataset read_csv(const std::string& file, std::uint32_t inputs) {
  CsvReader reader("data", file);
  Dataset data;
  std::vector<double> row;
  const std::uint32_t most = inputs > 0 ? inputs : inputs_max;
  while (data.inputs < most && reader.next(row)) {
    data.width = static_cast<std::uint32_t>(row.size());
    for (std::size_t column = 0; column < row.size(); ++column) {
      const auto single = static_cast<float>(row[column]);
      if (!std::isfinite(single)) reader.fail_at(column, row[column], "is too large for float32");
      data.values.push_back(single);
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
