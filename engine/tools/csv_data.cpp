#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "data.hpp"
#include "failure.hpp"
#include "options.hpp"

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

class CsvReader {
 public:
  explicit CsvReader(const std::string& path) : path_(path), file_(path) {
    if (std::filesystem::is_directory(path)) fail("it is a directory");
    if (!file_) fail(std::strerror(errno));
  }

  /// The first `inputs` rows, all of them for 0.
  Dataset read(std::uint32_t inputs) {
    Dataset data;
    std::string line;
    bool first = true;
    const std::uint32_t most = inputs > 0 ? inputs : inputs_max;
    while (data.inputs < most && std::getline(file_, line)) {
      ++line_;
      std::string_view text = line;
      if (line_ == 1 && text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
      text = trimmed(text);
      if (text.empty() || text.front() == '#') continue;
      const std::vector<std::string_view> row = cells(text);
      const bool header = first && is_header(row);
      first = false;
      if (!header) append(row, data);
    }
    if (file_.bad()) fail(std::strerror(errno));
    if (data.inputs < inputs) check(check_range("inputs", inputs, 2, data.inputs));
    if (data.inputs < 2)
      fail("it has " + std::to_string(data.inputs) + " rows of numbers, at least 2 are needed");
    return data;
  }

 private:
  [[noreturn]] void fail(const std::string& cause) const {
    throw Failure("data: '" + path_ + "': " + cause);
  }

  void append(const std::vector<std::string_view>& row, Dataset& data) const {
    const std::string where = "line " + std::to_string(line_);
    if (data.inputs == 0) data.width = static_cast<std::uint32_t>(row.size());
    if (row.size() > width_max) {
      fail(where + ": " + std::to_string(row.size()) + " columns; allowed: 1 to " +
           std::to_string(width_max));
    }
    if (row.size() != data.width) {
      fail(where + ": " + std::to_string(row.size()) + " columns, the rows before have " +
           std::to_string(data.width));
    }
    for (std::size_t column = 0; column < row.size(); ++column) {
      data.values.push_back(number(row[column], where + ", column " + std::to_string(column + 1)));
    }
    ++data.inputs;
  }

  [[nodiscard]] float number(std::string_view cell, const std::string& where) const {
    double value = 0.0;
    const std::string quoted = ": '" + std::string(cell) + "' ";
    if (!read_real(cell, value)) fail(where + quoted + "is not a number");
    if (!std::isfinite(value)) fail(where + quoted + "is not finite");
    const auto single = static_cast<float>(value);
    if (!std::isfinite(single)) fail(where + quoted + "is too large for float32");
    return single;
  }

  std::string path_;
  std::ifstream file_;
  std::uint64_t line_ = 0;
};

}  // namespace

Dataset read_csv(const std::string& file, std::uint32_t inputs) {
  return CsvReader(file).read(inputs);
}

}  // namespace igb::cli
