#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "igb/initialisation.hpp"
#include "output.hpp"

namespace igb::cli {

/// What every subcommand has.
struct CommonOptions {
  Format format = Format::csv;
  std::string output;  ///< empty: standard output
  std::uint64_t seed = 1;
};

/// Shared wording of the subcommands' help on comment lines, `inf` and `none`.
extern const char* const output_footer;

void add_common(CLI::App& app, CommonOptions& options);
void add_variances(CLI::App& app, Initialisation& init);

/// Options whose values are parsed strictly: no trailing characters, no silent rounding or
/// wrapping. The parameter's name in messages is the flag's, `--sigma-w2` being sigma_w2. The range
/// of a real is left to the library.
CLI::Option* add_real(CLI::App& app, const std::string& flag, double& value,
                      const std::string& help);
CLI::Option* add_count(CLI::App& app, const std::string& flag, std::uint32_t& value,
                       std::uint32_t low, std::uint32_t high, const std::string& help);

/// A decimal number, `inf` or `nan`. Throws Failure naming the parameter and the text.
double parse_real(std::string_view parameter, std::string_view text);
/// True if all of `text` is a decimal number, `inf` or `nan`.
bool read_real(std::string_view text, double& value);

/// Items separated by commas, each a number or first:last:count, which stands for count evenly
/// spaced values, both ends included and both in [low, high]; single numbers are left to the
/// library. Throws Failure naming the parameter and the item.
std::vector<double> parse_list(const std::string& parameter, std::string_view text, double low,
                               double high);
/// Help for such a list, after what it lists.
extern const char* const list_help;

/// A whole number in [low, high]. Throws Failure naming the parameter, the text and the range.
std::uint32_t parse_count(const std::string& parameter, std::string_view text, std::uint32_t low,
                          std::uint32_t high);

}  // namespace igb::cli
