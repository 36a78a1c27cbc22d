#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace igb::cli {

enum class Format { json, csv };

/// Where the equations have no solution.
struct None {};

using Cell = std::variant<None, double, std::uint64_t, std::string>;
using Record = std::vector<std::pair<std::string, Cell>>;

struct Table {
  std::string name;  ///< its key in JSON
  std::vector<std::string> columns;
  std::vector<std::vector<Cell>> rows;
};

/// All that a subcommand has to say, in either format.
struct Report {
  std::string command;
  Record parameters;
  Record results;  ///< JSON: top-level keys. CSV: comments before the table, or the table if there
                   ///< is none
  Table table;
  std::vector<Table> notes = {};            ///< further, short tables; in CSV a comment line a row
  std::vector<Table> details = {};          ///< longer ones; JSON only
  std::vector<std::vector<double>> g = {};  ///< class fractions, one row a network; JSON only
};

[[nodiscard]] std::string render(const Report& report, Format format);

/// The parts of a CSV, for tables that are written while they grow: comments and header, then rows.
[[nodiscard]] std::string csv_head(const Report& report);
[[nodiscard]] std::string csv_row(const std::vector<Cell>& row);

/// NaN says that there is none, such as the error of a single network.
[[nodiscard]] Cell cell_or_none(double value);

/// As it stands in a CSV.
[[nodiscard]] std::string cell_text(const Cell& cell);

/// The destination of a report. A path that cannot be written is refused at construction, before
/// any long work; `write` makes a temporary file beside it and renames it over the path, so that
/// readers see the old file or the new one. Devices and pipes are written directly.
class Output {
 public:
  /// Empty path: standard output. Failures are of this `parameter`. Throws Failure.
  explicit Output(const std::string& path, std::string parameter = "output");
  void write(const std::string& text) const;
  [[nodiscard]] bool is_standard_output() const { return path_.empty(); }

 private:
  [[nodiscard]] std::filesystem::path temporary() const;
  [[noreturn]] void refuse(const std::string& cause) const;

  std::filesystem::path path_;
  std::string parameter_;
  bool direct_ = true;
};

}  // namespace igb::cli
