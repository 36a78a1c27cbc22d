#include "options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <utility>

#include "failure.hpp"

namespace igb::cli {

namespace {

const char* const common_footer =
    "CSV starts with comment lines: '# igb VERSION COMMAND ...', the command with all its\n"
    "parameters, then '# name=value' lines for results that are not part of the table; the first\n"
    "line without '#' is the header. Infinity is inf in CSV and \"inf\" in JSON; where nothing\n"
    "solves the equations CSV has none and JSON null. Numbers have the fewest digits that read "
    "back\n"
    "exactly. --output writes a temporary file beside FILE and renames it when all is done.";

std::string parameter_name(const std::string& flag) {
  std::string name = flag.substr(flag.find_first_not_of('-'));
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

bool is_whole_number(std::string_view text) {
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c); });
}

std::uint64_t parse_seed(std::string_view text) {
  std::uint64_t seed = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, seed);
  if (error != std::errc() || stop != end) {
    throw Failure("seed = '" + std::string(text) +
                  "' is not a whole number in [0, 18446744073709551615]");
  }
  return seed;
}

Format parse_format(const std::string& name) {
  if (name == "json") return Format::json;
  if (name == "csv") return Format::csv;
  throw Failure("format = '" + name + "' is unknown; allowed: json, csv");
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

constexpr std::uint32_t range_max = 1000000;

void append_range(const std::string& parameter, const std::vector<std::string_view>& parts,
                  double low, double high, std::vector<double>& values) {
  const double first = parse_real(parameter, parts[0]);
  const double last = parse_real(parameter, parts[1]);
  for (const double end : {first, last}) {
    check(check_range(parameter.c_str(), end, low, high));
  }
  const std::uint32_t count = parse_count(parameter + " count", parts[2], 2, range_max);
  for (std::uint32_t i = 0; i < count; ++i) {
    const double t = static_cast<double>(i) / (count - 1);
    values.push_back(first * (1.0 - t) + last * t);
  }
}

}  // namespace

std::string joined(std::span<const char* const> names) {
  std::string text;
  for (const char* const name : names) text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

bool read_real(std::string_view text, double& value) {
  if (text.size() > 1 && text.front() == '+' && text[1] != '-') text.remove_prefix(1);
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (stop != end || error == std::errc::invalid_argument) return false;
  if (error == std::errc::result_out_of_range)
    value = std::strtod(std::string(text).c_str(), nullptr);
  return true;
}

double parse_real(std::string_view parameter, std::string_view text) {
  double value = 0.0;
  if (read_real(text, value)) return value;
  throw Failure(std::string(parameter) + " = '" + std::string(text) + "' is not a number");
}

std::uint32_t parse_count(const std::string& parameter, std::string_view text, std::uint32_t low,
                          std::uint32_t high) {
  if (!is_whole_number(text)) {
    throw Failure(parameter + " = '" + std::string(text) + "' is not a whole number in [" +
                  std::to_string(low) + ", " + std::to_string(high) + "]");
  }
  const double value = parse_real(parameter, text);
  check(check_range(parameter.c_str(), value, low, high));
  return static_cast<std::uint32_t>(value);
}

std::vector<double> parse_list(const std::string& parameter, std::string_view text, double low,
                               double high) {
  std::vector<double> values;
  for (const std::string_view item : split(text, ',')) {
    const std::vector<std::string_view> parts = split(item, ':');
    if (parts.size() == 3) {
      append_range(parameter, parts, low, high, values);
    } else {
      values.push_back(parse_real(parameter, item));
    }
  }
  return values;
}

const char* const list_help =
    "comma-separated values; first:last:count stands for count evenly spaced values, both ends "
    "included";

Flag Flag::required() const {
  option_->required();
  return *this;
}

Flag Flag::needs(Flag other) const {
  option_->needs(other.option_);
  return *this;
}

Flag Flag::excludes(Flag other) const {
  option_->excludes(other.option_);
  return *this;
}

Flag Flag::defaults_to(const std::string& text) const {
  option_->default_str(text);
  return *this;
}

Flag Flag::note(const std::string& text) const {
  option_->description(option_->get_description() + text);
  return *this;
}

bool Flag::given() const { return option_->count() > 0; }

CLI::App& add_command(CLI::App& program, const std::string& name, const std::string& description,
                      const std::string& footer, std::function<void()> run) {
  CLI::App& app = *program.add_subcommand(name, description);
  app.footer(footer + common_footer);
  app.callback(std::move(run));
  return app;
}

Flag add_text(CLI::App& app, const std::string& flag, std::string& value, const std::string& type,
              const std::string& help) {
  return Flag(app.add_option(flag, value, help)->type_name(type));
}

Flag add_parsed(CLI::App& app, const std::string& flag,
                const std::function<void(const std::string&)>& parse, const std::string& type,
                const std::string& help) {
  return Flag(app.add_option_function<std::string>(flag, parse, help)->type_name(type));
}

Flag add_name(CLI::App& app, const std::string& flag, std::span<const char* const> names,
              const std::function<void(std::size_t)>& set, const std::string& help) {
  return add_parsed(
      app, flag,
      [names, set, parameter = parameter_name(flag)](const std::string& text) {
        const auto place = std::ranges::find(names, text);
        if (place == names.end()) {
          throw Failure(parameter + " = '" + text + "' is unknown; allowed: " + joined(names));
        }
        set(static_cast<std::size_t>(place - names.begin()));
      },
      "NAME", help + ": " + joined(names));
}

Flag add_real(CLI::App& app, const std::string& flag, double& value, const std::string& help) {
  return add_parsed(
      app, flag,
      [&value, name = parameter_name(flag)](const std::string& text) {
        value = parse_real(name, text);
      },
      "NUMBER", help);
}

Flag add_count(CLI::App& app, const std::string& flag, std::uint32_t& value, std::uint32_t low,
               std::uint32_t high, const std::string& help) {
  return add_parsed(
      app, flag,
      [&value, low, high, name = parameter_name(flag)](const std::string& text) {
        value = parse_count(name, text, low, high);
      },
      "INTEGER", help);
}

Flag add_switch(CLI::App& app, const std::string& flag, bool& value, const std::string& help) {
  const auto parse = [&value, name = parameter_name(flag)](const std::string& text) {
    if (!text.empty() && text != "yes" && text != "no") {
      throw Failure(name + " = '" + text + "' is unknown; allowed: yes, no");
    }
    value = text != "no";
  };
  return Flag(
      app.add_option_function<std::string>(flag, parse, help)->expected(0, 1)->type_name("yes|no"));
}

void add_common(CLI::App& app, CommonOptions& options) {
  add_parsed(
      app, "--format", [&options](const std::string& name) { options.format = parse_format(name); },
      "NAME", "json or csv")
      .defaults_to(options.format == Format::json ? "json" : "csv");
  add_parsed(
      app, "--output",
      [&options](const std::string& path) {
        if (path.empty()) throw Failure("output = '': allowed: the name of a file");
        options.output = path;
      },
      "FILE", "file to write; standard output if not given");
  add_parsed(
      app, "--seed", [&options](const std::string& text) { options.seed = parse_seed(text); },
      "INTEGER", "seed of all random numbers, recorded with the output")
      .defaults_to("1");
}

void add_variances(CLI::App& app, Initialisation& init) {
  add_real(app, "--sigma-w2", init.sigma_w2, "weights W_ij ~ N(0, sigma_w2 / N_in)").required();
  add_real(app, "--sigma-b2", init.sigma_b2, "biases b_i ~ N(0, sigma_b2)").defaults_to("0");
}

}  // namespace igb::cli
