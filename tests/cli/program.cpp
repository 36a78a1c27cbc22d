#include "program.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <sstream>

Json Run::json() const {
  REQUIRE_MESSAGE(status == 0, err);
  return Json::parse(out);
}

Run igb(const std::string& arguments, const std::string& environment) {
  const TemporaryFolder folder;
  const std::string command = environment + " '" + IGB_PROGRAM + "' " + arguments + " >'" +
                              folder.file("out") + "' 2>'" + folder.file("err") + "'";
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_file(folder.file("out")),
          read_file(folder.file("err"))};
}

pid_t start_igb(const std::vector<std::string>& arguments) {
  std::vector<std::string> words = {IGB_PROGRAM};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t process = -1;
  REQUIRE(posix_spawn(&process, IGB_PROGRAM, &actions, nullptr, argv.data(), environ) == 0);
  posix_spawn_file_actions_destroy(&actions);
  return process;
}

const std::string& CsvTable::at(std::size_t row, const std::string& column) const {
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (header[i] == column) return rows.at(row).at(i);
  }
  throw std::out_of_range("no column " + column);
}

CsvTable parse_csv(const std::string& text) {
  CsvTable table;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.ends_with('\r')) line.pop_back();
    if (line.starts_with("#")) {
      table.comments.push_back(line);
      continue;
    }
    std::vector<std::string> cells;
    std::istringstream stream(line);
    for (std::string cell; std::getline(stream, cell, ',');) cells.push_back(cell);
    if (table.header.empty()) {
      table.header = cells;
    } else {
      table.rows.push_back(cells);
    }
  }
  return table;
}

CsvTable reference(const std::string& name) {
  const CsvTable table = parse_csv(read_file(std::string(IGB_REFERENCE_DIR) + "/" + name));
  REQUIRE(!table.rows.empty());
  return table;
}

double number(const Json& value) {
  if (value.is_number()) return value.get<double>();
  return std::stod(value.get<std::string>());
}

bool close(double value, double expected, double tolerance) {
  if (std::isinf(expected)) return value == expected;
  return std::abs(value - expected) <= tolerance * std::abs(expected);
}
