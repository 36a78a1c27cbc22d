#include "igb/recommend.hpp"

#include <memory>
#include <string>

#include "commands.hpp"
#include "failure.hpp"
#include "igb/architecture.hpp"
#include "layer_options.hpp"
#include "options.hpp"
#include "output.hpp"

namespace igb::cli {
namespace {

struct RecommendOptions {
  CommonOptions common{.format = Format::json, .output = {}};
  LayerOptions layer;
  Initialisation init;
  std::uint32_t depth = 0;
  std::uint32_t classes = 2;
  double gamma = 0.0;
  double mean_max_frequency = 0.0;
  Flag wanted_gamma;
  Flag wanted_frequency;
};

Record parameters(const RecommendOptions& options) {
  Record record;
  options.layer.append_to(record);
  record.insert(record.end(), {{"sigma_b2", options.init.sigma_b2},
                               {"depth", std::uint64_t{options.depth}},
                               {"classes", std::uint64_t{options.classes}}});
  if (options.wanted_gamma.given()) record.emplace_back("gamma", options.gamma);
  if (options.wanted_frequency.given()) {
    record.emplace_back("mean_max_frequency", options.mean_max_frequency);
  }
  record.emplace_back("seed", options.common.seed);
  return record;
}

/// `prefix` is empty or says which of two sigma_w2 it is. Without an outlook the values are none.
void append(const std::string& prefix, const Outlook& outlook, bool exists, Record& results) {
  const std::pair<const char*, double> values[] = {
      {"sigma_w2", outlook.sigma_w2},
      {"ln_gradient", outlook.ln_gradient},
      {"q", outlook.q},
      {"gamma", outlook.gamma},
      {"mean_max_frequency", outlook.mean_max_frequency}};
  for (const auto& [name, value] : values) {
    results.emplace_back(prefix + name, exists ? Cell(value) : Cell(None{}));
  }
}

std::string reason(const Recommendation& recommendation, const RecommendOptions& options) {
  const std::size_t length = write_reason(recommendation, options.depth, options.classes, {});
  std::string text(length + 1, '\0');
  write_reason(recommendation, options.depth, options.classes, text);
  text.pop_back();
  return text;
}

Record survival(const RecommendOptions& options) {
  Recommendation recommendation{};
  check(recommend(options.init, options.depth, options.classes, recommendation));
  Record results;
  append("", recommendation.best, true, results);
  results.emplace_back("sigma_w2_low", recommendation.sigma_w2_low);
  results.emplace_back("sigma_w2_high", recommendation.sigma_w2_high);
  append("edge_", recommendation.edge, recommendation.has_edge, results);
  results.emplace_back("reason", reason(recommendation, options));
  return results;
}

Record wanted_bias(const RecommendOptions& options) {
  double gamma = options.gamma;
  if (options.wanted_frequency.given()) {
    check(gamma_of_frequency(options.classes, options.mean_max_frequency, gamma));
  }
  Outlook outlook{};
  check(recommend_gamma(options.init, options.depth, options.classes, gamma, outlook));
  Record results;
  append("", outlook, true, results);
  return results;
}

void run(RecommendOptions& options) {
  const Output output(options.common.output);
  options.layer.resolve(options.init);
  const bool bias = options.wanted_gamma.given() || options.wanted_frequency.given();
  output.write(render({.command = "recommend",
                       .parameters = parameters(options),
                       .results = bias ? wanted_bias(options) : survival(options),
                       .table = {}},
                      options.common.format));
}

const char* const footer =
    "Without a wish: the sigma_w2 at which gradients keep their size over --depth hidden layers, "
    "the\n"
    "range sigma_w2_low .. sigma_w2_high in which they change by less than a factor 10, what to\n"
    "expect of the output there (q, gamma, the mean share of the most frequent class), the same "
    "on\n"
    "the edge of chaos, which is the limit of infinite depth, and the reason in a sentence.\n"
    "With --gamma or --mean-max-frequency: the sigma_w2 at which the output has that bias.\n"
    "ln_gradient is the logarithm of the factor by which the squared gradient changes from the\n"
    "output down to layer 1. Inputs are uncorrelated, q0 = 1 and c0 = 0.\n"
    "\n"
    "Examples:\n"
    "  igb recommend --activation tanh --sigma-b2 0.1 --depth 50\n"
    "  igb recommend --activation tanh --sigma-b2 0.1 --depth 50 --classes 10 \\\n"
    "    --mean-max-frequency 0.3\n"
    "\n";

}  // namespace

void add_recommend(CLI::App& program) {
  auto options = std::make_shared<RecommendOptions>();
  CLI::App& app =
      add_command(program, "recommend",
                  "The sigma_w2 to take: for gradients that survive a depth, or for a wanted bias",
                  footer, [options] { run(*options); });
  add_common(app, options->common);
  options->layer.add_to(app);
  add_real(app, "--sigma-b2", options->init.sigma_b2, "biases b_i ~ N(0, sigma_b2)")
      .defaults_to("0");
  add_count(app, "--depth", options->depth, 1, depth_max, "hidden layers").required();
  add_count(app, "--classes", options->classes, 2, classes_max, "output units").defaults_to("2");
  options->wanted_gamma =
      add_real(app, "--gamma", options->gamma, "wanted drift ratio of the output");
  options->wanted_frequency = add_real(app, "--mean-max-frequency", options->mean_max_frequency,
                                       "wanted mean share of the most frequent class");
  options->wanted_gamma.excludes(options->wanted_frequency);
}

}  // namespace igb::cli
