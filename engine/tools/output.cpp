#include "output.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cmath>
#include <csignal>
#include <cstring>
#include <nlohmann/json.hpp>
#include <system_error>

#include "failure.hpp"
#include "igb/igb.h"

namespace igb::cli {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

const char* non_finite_name(double value) {
  if (std::isnan(value)) return "nan";
  return value > 0 ? "inf" : "-inf";
}

std::string shortest(double value) {
  if (!std::isfinite(value)) return non_finite_name(value);
  char digits[32];
  const auto result = std::to_chars(digits, digits + sizeof digits, value);
  return {digits, result.ptr};
}

struct CellText {
  std::string operator()(None) const { return "none"; }
  std::string operator()(double value) const { return shortest(value); }
  std::string operator()(std::uint64_t value) const { return std::to_string(value); }
  std::string operator()(const std::string& value) const { return value; }
};

struct CellJson {
  Json operator()(None) const { return nullptr; }
  Json operator()(double value) const {
    return std::isfinite(value) ? Json(value) : Json(non_finite_name(value));
  }
  Json operator()(std::uint64_t value) const { return value; }
  Json operator()(const std::string& value) const { return value; }
};

/// `text` as a POSIX shell reads it back, on one line.
std::string shell_word(const std::string& text) {
  std::string word = printable(text);
  const char* const plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=:,./";
  if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string command_line(const Report& report) {
  std::string line = "igb " + std::string(igb_version()) + " " + report.command;
  for (const auto& [name, value] : report.parameters) {
    std::string flag = " --" + name;
    for (char& c : flag) c = c == '_' ? '-' : c;
    line += flag + " " + shell_word(cell_text(value));
  }
  return line;
}

/// Text with separators in quotes (RFC 4180).
std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string joined_cells(const std::vector<std::string>& cells) {
  std::string line;
  for (const std::string& cell : cells) line += (line.empty() ? "" : ",") + csv_cell(cell);
  return line + "\n";
}

std::string comments(const Table& note) {
  std::string lines;
  for (const auto& row : note.rows) {
    lines += "# " + note.name + ":";
    for (std::size_t i = 0; i < row.size(); ++i) {
      lines += " " + note.columns[i] + "=" + cell_text(row[i]);
    }
    lines += "\n";
  }
  return lines;
}

std::string render_csv(const Report& report) {
  std::string csv = csv_head(report);
  for (const auto& row : report.table.rows) csv += csv_row(row);
  return csv;
}

Json to_json(const Record& record) {
  Json object = Json::object();
  for (const auto& [name, value] : record) object[name] = std::visit(CellJson{}, value);
  return object;
}

Json to_json(const Table& table) {
  Json rows = Json::array();
  for (const auto& row : table.rows) {
    Json object = Json::object();
    for (std::size_t i = 0; i < row.size(); ++i) {
      object[table.columns[i]] = std::visit(CellJson{}, row[i]);
    }
    rows.push_back(std::move(object));
  }
  return rows;
}

std::string render_json(const Report& report) {
  Json json;
  json["program"] = "igb";
  json["version"] = igb_version();
  json["command"] = report.command;
  json["parameters"] = to_json(report.parameters);
  json.update(to_json(report.results));
  if (!report.table.columns.empty()) json[report.table.name] = to_json(report.table);
  for (const Table& note : report.notes) json[note.name] = to_json(note);
  for (const Table& detail : report.details) json[detail.name] = to_json(detail);
  if (!report.g.empty()) json["g"] = report.g;
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

/// A file descriptor that is closed, and its name removed unless kept.
class TemporaryFile {
 public:
  explicit TemporaryFile(fs::path name) : name_(std::move(name)) {
    fd_ = open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (fd_ < 0) return;
    close(fd_);
    if (!kept_) unlink(name_.c_str());
  }
  /// Negative, with errno, when it could not be created.
  [[nodiscard]] int descriptor() const { return fd_; }
  /// False, with errno, when the rename failed.
  bool rename_to(const fs::path& target) {
    kept_ = std::rename(name_.c_str(), target.c_str()) == 0;
    return kept_;
  }

 private:
  fs::path name_;
  int fd_;
  bool kept_ = false;
};

/// Signals that end the program wait until the file has its final name.
class SignalsHeld {
 public:
  SignalsHeld() {
    sigset_t held;
    sigemptyset(&held);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&held, signal);
    pthread_sigmask(SIG_BLOCK, &held, &before_);
  }
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;
  ~SignalsHeld() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

/// False, with errno, when not all could be written.
bool write_all(int descriptor, const std::string& text) {
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t count = ::write(descriptor, text.data() + done, text.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    done += static_cast<std::size_t>(count);
  }
  return true;
}

/// False, with errno, when not all could be written.
bool write_direct(const fs::path& path, const std::string& text) {
  const int fd = path.empty() ? STDOUT_FILENO : open(path.c_str(), O_WRONLY | O_CLOEXEC);
  const bool written = fd >= 0 && write_all(fd, text);
  const int error = errno;
  if (fd > STDOUT_FILENO) close(fd);
  errno = error;
  return written;
}

}  // namespace

Cell cell_or_none(double value) {
  if (std::isnan(value)) return None{};
  return value;
}

std::string cell_text(const Cell& cell) { return std::visit(CellText{}, cell); }

std::string csv_head(const Report& report) {
  std::string csv = "# " + command_line(report) + "\n";
  for (const Table& note : report.notes) csv += comments(note);
  if (report.table.columns.empty()) {
    std::vector<std::string> names;
    std::vector<std::string> values;
    for (const auto& [name, value] : report.results) {
      names.push_back(name);
      values.push_back(cell_text(value));
    }
    return csv + joined_cells(names) + joined_cells(values);
  }
  for (const auto& [name, value] : report.results) {
    csv += "# " + name + "=" + cell_text(value) + "\n";
  }
  return csv + joined_cells(report.table.columns);
}

std::string csv_row(const std::vector<Cell>& row) {
  std::vector<std::string> cells;
  for (const Cell& cell : row) cells.push_back(cell_text(cell));
  return joined_cells(cells);
}

std::string render(const Report& report, Format format) {
  return format == Format::json ? render_json(report) : render_csv(report);
}

Output::Output(const std::string& path, std::string parameter)
    : path_(path), parameter_(std::move(parameter)) {
  if (path.empty()) return;
  std::error_code error;
  const fs::file_status status = fs::status(path_, error);
  if (error && status.type() != fs::file_type::not_found) refuse(error.message());
  if (fs::is_directory(status)) refuse("it is a directory");
  direct_ = fs::exists(status) && !fs::is_regular_file(status);
  if (!direct_ && fs::is_symlink(path_, error)) {
    const fs::path target = fs::canonical(path_, error);
    if (error) refuse(error.message());
    path_ = target;
  }
  if (fs::exists(status) && access(path_.c_str(), W_OK) != 0) refuse(std::strerror(errno));
  if (!direct_ && TemporaryFile(temporary()).descriptor() < 0) refuse(std::strerror(errno));
}

void Output::refuse(const std::string& cause) const {
  const std::string name = path_.empty() ? "standard output" : path_.string();
  throw Failure(parameter_ + ": cannot write '" + name + "': " + cause);
}

fs::path Output::temporary() const {
  // Of its own length, not of that of a name which may be the longest that the folder allows.
  return path_.parent_path() / (".igb-" + std::to_string(getpid()) + ".tmp");
}

void Output::write(const std::string& text) const {
  if (direct_) {
    if (!write_direct(path_, text)) refuse(std::strerror(errno));
    return;
  }
  const SignalsHeld held;
  TemporaryFile file(temporary());
  struct stat before = {};
  const bool exists = stat(path_.c_str(), &before) == 0;
  if (file.descriptor() < 0 || (exists && fchmod(file.descriptor(), before.st_mode & 07777) != 0) ||
      !write_all(file.descriptor(), text) || fsync(file.descriptor()) != 0 ||
      !file.rename_to(path_)) {
    refuse(std::strerror(errno));
  }
}

}  // namespace igb::cli
