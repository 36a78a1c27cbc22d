#include "plot.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "failure.hpp"

namespace igb::cli {
namespace {

[[noreturn]] void fail(const std::string& cause) { throw Failure("plot: " + cause); }

/// The file that `name` means by PATH, or nothing.
std::string find_program(const std::string& name) {
  const char* const path = std::getenv("PATH");
  std::string_view folders = path != nullptr ? path : "";
  while (!folders.empty()) {
    const std::size_t end = folders.find(':');
    std::string file = std::string(folders.substr(0, end)) + "/" + name;
    if (folders.front() == '/' && access(file.c_str(), X_OK) == 0) return file;
    folders.remove_prefix(end == std::string_view::npos ? folders.size() : end + 1);
  }
  return {};
}

bool ends_in(const std::string& path, const char* ending) {
  return std::filesystem::path(path).extension() == ending;
}

/// A nameless file: it cannot be left behind, and neither side ever waits for the other.
class Scratch {
 public:
  Scratch() : file_(std::tmpfile(), std::fclose) {
    if (!file_) fail(std::string("no temporary file: ") + std::strerror(errno));
    fcntl(descriptor(), F_SETFD, FD_CLOEXEC);
  }
  [[nodiscard]] int descriptor() const { return fileno(file_.get()); }
  void write(const std::string& text) const {
    if (std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size() ||
        std::fflush(file_.get()) != 0) {
      fail(std::string("cannot write a temporary file: ") + std::strerror(errno));
    }
    std::rewind(file_.get());
  }
  [[nodiscard]] std::string read() const {
    std::string text;
    char buffer[4096];
    std::rewind(file_.get());
    while (const std::size_t count = std::fread(buffer, 1, sizeof buffer, file_.get())) {
      text.append(buffer, count);
    }
    return text;
  }

 private:
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
};

/// Exit status of `program -d` (without the user's settings) between these files.
int run(const std::string& program, const Scratch& in, const Scratch& out, const Scratch& errors) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, in.descriptor(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, out.descriptor(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, errors.descriptor(), STDERR_FILENO);
  std::string name = "gnuplot";
  std::string defaults = "-d";
  char* const argv[] = {name.data(), defaults.data(), nullptr};
  pid_t process = -1;
  const int error = posix_spawn(&process, program.c_str(), &files, nullptr, argv, environ);
  posix_spawn_file_actions_destroy(&files);
  if (error != 0) fail("cannot run '" + program + "': " + std::strerror(error));
  int status = 0;
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// gnuplot's complaint without its echo of the script, on one line.
std::string complaint(const std::string& errors) {
  std::string line = "it drew nothing";
  for (std::size_t start = 0; start < errors.size();) {
    const std::size_t end = std::min(errors.find('\n', start), errors.size());
    const std::string_view text = std::string_view(errors).substr(start, end - start);
    if (text.find_first_not_of(" ^\t") != std::string_view::npos) line = text;
    start = end + 1;
  }
  return line;
}

}  // namespace

Plot::Plot(const std::string& path) : output_(path, "plot"), svg_(ends_in(path, ".svg")) {
  if (path.empty()) return;
  if (!svg_ && !ends_in(path, ".png")) {
    fail("'" + path +
         "' is neither a PNG nor an SVG file; allowed: names that end in .png or .svg");
  }
  program_ = find_program("gnuplot");
  if (program_.empty()) {
    fail(
        "the program gnuplot is not found in PATH; install it (Debian, Ubuntu: apt-get install "
        "gnuplot-nox) or leave out --plot");
  }
}

void Plot::draw(const std::string& script) const {
  const Scratch in;
  const Scratch out;
  const Scratch errors;
  const std::string terminal =
      svg_ ? "set terminal svg size 900,660 dynamic enhanced font 'sans-serif,14' background "
             "'#ffffff'\n"
           : "set terminal pngcairo size 1200,880 enhanced font 'sans,15' linewidth 1.5 "
             "background '#ffffff'\n";
  in.write("set encoding utf8\n" + terminal + script);
  const int status = run(program_, in, out, errors);
  const std::string picture = out.read();
  if (status != 0 || picture.empty()) fail("gnuplot: " + complaint(errors.read()));
  output_.write(picture);
}

std::string gnuplot_string(std::string_view text) {
  std::string quoted = "'";
  for (const char c : printable(text)) {
    if (c == '\'') quoted += '\'';
    quoted += c;
  }
  return quoted + "'";
}

std::string gnuplot_number(const Cell& cell) {
  const double* const value = std::get_if<double>(&cell);
  if (value == nullptr || !std::isfinite(*value)) return "NaN";
  return cell_text(cell);
}

std::string gnuplot_curve(const std::vector<std::vector<Cell>>& rows, std::size_t x,
                          std::size_t y) {
  std::string data;
  bool drawn = false;
  for (const std::vector<Cell>& row : rows) {
    const std::string value = gnuplot_number(row[y]);
    drawn = drawn || value != "NaN";
    data += gnuplot_number(row[x]) + " " + value + "\n";
  }
  return drawn ? data : "";
}

std::string plane_axes(const Report& report) {
  std::string title = "igb " + report.command;
  for (const auto& [name, value] : report.parameters) {
    const bool on_axis = name == "sigma_b2" || name == "sigma_w2";
    if (!on_axis && name != "seed") title += ", " + name + " = " + cell_text(value);
  }
  return "set title " + gnuplot_string(title) +
         " noenhanced\n"
         "set key tmargin center horizontal noenhanced\n"
         "set xlabel 'variance of the biases, σ@_{b}^{2}'\n"
         "set ylabel 'N × variance of the weights, σ@_{w}^{2}'\n";
}

void add_plot(CLI::App& app, std::string& path) {
  add_parsed(
      app, "--plot",
      [&path](const std::string& name) {
        if (name.empty()) throw Failure("plot = '': allowed: the name of a file");
        path = name;
      },
      "FILE", "picture to draw besides, PNG or SVG by its name; needs gnuplot");
}

}  // namespace igb::cli
