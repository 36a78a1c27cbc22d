#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "options.hpp"
#include "output.hpp"

namespace igb::cli {

/// A picture drawn by gnuplot, an optional program of its own, from a script that igb writes. The
/// path ends in .png or .svg; anything else, a missing gnuplot and a file that cannot be written
/// are refused at construction, before any long work.
class Plot {
 public:
  /// Empty path: nothing is drawn. Throws Failure.
  explicit Plot(const std::string& path);

  [[nodiscard]] bool wanted() const { return !program_.empty(); }
  /// Runs the script, which says neither terminal nor output, and writes the picture, whole or not
  /// at all. Throws Failure with gnuplot's own words.
  void draw(const std::string& script) const;

 private:
  Output output_;
  std::string program_;
  bool svg_ = false;
};

/// `text` as a string of gnuplot, which is taken literally: nothing in it is a command.
std::string gnuplot_string(std::string_view text);

/// A number as gnuplot reads it; what cannot be drawn is NaN.
std::string gnuplot_number(const Cell& cell);

/// Lines of x and y for a data block, empty if no y can be drawn.
std::string gnuplot_curve(const std::vector<std::vector<Cell>>& rows, std::size_t x, std::size_t y);

/// Title with the report's parameters, axes sigma_b2 and sigma_w2.
std::string plane_axes(const Report& report);

void add_plot(CLI::App& app, std::string& path);

}  // namespace igb::cli
