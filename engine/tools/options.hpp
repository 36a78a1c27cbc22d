#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "igb/initialisation.hpp"
#include "output.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): the parser, seen by options.cpp alone
class App;
class Option;
}  // namespace CLI

namespace igb::cli {

/// A flag of a subcommand.
class Flag {
 public:
  Flag() = default;
  explicit Flag(CLI::Option* option) : option_(option) {}
  Flag required() const;
  Flag needs(Flag other) const;
  Flag excludes(Flag other) const;
  /// The value in effect where the flag is not given, as the help shows it.
  Flag defaults_to(const std::string& text) const;
  /// Adds to its help.
  Flag note(const std::string& text) const;
  [[nodiscard]] bool given() const;

 private:
  CLI::Option* option_ = nullptr;
};

/// A subcommand; `run` is called when the command line has been parsed. The help ends with `footer`
/// and with what all subcommands have in common.
CLI::App& add_command(CLI::App& program, const std::string& name, const std::string& description,
                      const std::string& footer, std::function<void()> run);

/// What every subcommand has.
struct CommonOptions {
  Format format = Format::csv;
  std::string output;  ///< empty: standard output
  std::uint64_t seed = 1;
};

void add_common(CLI::App& app, CommonOptions& options);
void add_variances(CLI::App& app, Initialisation& init);

/// Text as it is, or read by `parse`; `type` is what the help calls it.
Flag add_text(CLI::App& app, const std::string& flag, std::string& value, const std::string& type,
              const std::string& help);
Flag add_parsed(CLI::App& app, const std::string& flag,
                const std::function<void(const std::string&)>& parse, const std::string& type,
                const std::string& help);

/// One of these names, handed to `set` as its place among them. The help ends with them.
Flag add_name(CLI::App& app, const std::string& flag, std::span<const char* const> names,
              const std::function<void(std::size_t)>& set, const std::string& help);

/// Options whose values are parsed strictly: no trailing characters, no silent rounding or
/// wrapping. The parameter's name in messages is the flag's, `--sigma-w2` being sigma_w2. The range
/// of a real is left to the library.
Flag add_real(CLI::App& app, const std::string& flag, double& value, const std::string& help);
Flag add_count(CLI::App& app, const std::string& flag, std::uint32_t& value, std::uint32_t low,
               std::uint32_t high, const std::string& help);

/// Off if not given; the flag alone or followed by yes turns it on, so that a recorded command line
/// with a value for every flag reads back.
Flag add_switch(CLI::App& app, const std::string& flag, bool& value, const std::string& help);

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

/// Names separated by commas, as messages list them.
std::string joined(std::span<const char* const> names);

/// A whole number in [low, high]. Throws Failure naming the parameter, the text and the range.
std::uint32_t parse_count(const std::string& parameter, std::string_view text, std::uint32_t low,
                          std::uint32_t high);

}  // namespace igb::cli
