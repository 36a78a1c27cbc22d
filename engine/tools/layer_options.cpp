#include "layer_options.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>
#include <vector>

#include "data.hpp"
#include "failure.hpp"
#include "igb/architecture.hpp"
#include "options.hpp"

namespace igb::cli {
namespace {

using Kind = BlockKind;

/// One parameter of some kinds of block: its only mention on the command line's side.
struct BlockParameter {
  const char* name;
  std::vector<Kind> kinds;
  bool needed;  ///< it has no default that makes sense
  Flag (*add)(CLI::App& app, igb::Block& block);
  Cell (*value)(const igb::Block& block);
};

const std::vector<BlockParameter>& block_parameters() {
  static const std::vector<BlockParameter> parameters = {
      {"pool",
       {Kind::max_pool, Kind::average_pool},
       false,
       [](CLI::App& app, igb::Block& block) {
         return add_count(app, "--pool", block.pool, 2, pool_max, "units a pool").defaults_to("2");
       },
       [](const igb::Block& block) -> Cell { return std::uint64_t{block.pool}; }},
      {"pool_width",
       {Kind::max_pool, Kind::average_pool},
       false,
       [](CLI::App& app, igb::Block& block) {
         return add_name(
                    app, "--pool-width", pool_width_names(),
                    [&block](std::size_t place) {
                      block.pool_width = static_cast<PoolWidth>(place);
                    },
                    "how a pool hands on its value to a network, once or once a unit; "
                    "theory is that of both")
             .defaults_to(pool_width_names()[0]);
       },
       [](const igb::Block& block) -> Cell {
         return pool_width_names()[static_cast<std::size_t>(block.pool_width)];
       }},
      {"keep",
       {Kind::dropout},
       true,
       [](CLI::App& app, igb::Block& block) {
         return add_real(app, "--keep", block.keep, "probability with which dropout keeps a unit");
       },
       [](const igb::Block& block) -> Cell { return block.keep; }},
      {"residual_depth",
       {Kind::residual_scaled, Kind::residual_after},
       true,
       [](CLI::App& app, igb::Block& block) {
         return add_count(app, "--residual-depth", block.residual_depth, 1, depth_max,
                          "the L of the branches' factor 1 / sqrt(L), usually the depth");
       },
       [](const igb::Block& block) -> Cell { return std::uint64_t{block.residual_depth}; }},
      {"sigma_v2",
       {Kind::residual},
       false,
       [](CLI::App& app, igb::Block& block) {
         return add_real(app, "--sigma-v2", block.sigma_v2, "weights V_ij ~ N(0, sigma_v2 / N)")
             .defaults_to("1");
       },
       [](const igb::Block& block) -> Cell { return block.sigma_v2; }},
      {"sigma_a2",
       {Kind::residual},
       false,
       [](CLI::App& app, igb::Block& block) {
         return add_real(app, "--sigma-a2", block.sigma_a2, "biases a_i ~ N(0, sigma_a2)")
             .defaults_to("0");
       },
       [](const igb::Block& block) -> Cell { return block.sigma_a2; }},
      {"taps",
       {Kind::convolution, Kind::delta_orthogonal},
       false,
       [](CLI::App& app, igb::Block& block) {
         return add_count(app, "--taps", block.taps, 1, taps_max,
                          "width of the kernel along a dimension, odd")
             .defaults_to("3");
       },
       [](const igb::Block& block) -> Cell { return std::uint64_t{block.taps}; }},
      {"dimensions",
       {Kind::convolution, Kind::delta_orthogonal},
       false,
       [](CLI::App& app, igb::Block& block) {
         return add_count(app, "--dimensions", block.dimensions, 1, 2,
                          "of the circular grid of positions, 1 or 2")
             .defaults_to("1");
       },
       [](const igb::Block& block) -> Cell { return std::uint64_t{block.dimensions}; }},
      {"side",
       {Kind::convolution, Kind::delta_orthogonal},
       false,
       [](CLI::App& app, igb::Block& block) {
         return add_count(app, "--side", block.side, 1, side_max,
                          "positions along a dimension, of networks and their gradients")
             .defaults_to(std::to_string(block.side));
       },
       [](const igb::Block& block) -> Cell { return std::uint64_t{block.side}; }},
  };
  return parameters;
}

bool belongs(const BlockParameter& parameter, Kind kind) {
  return std::ranges::find(parameter.kinds, kind) != parameter.kinds.end();
}

std::string kind_names(const BlockParameter& parameter) {
  std::string names;
  for (const Kind kind : parameter.kinds) {
    names += (names.empty() ? "" : ", ") + std::string(block_name(kind));
  }
  return names;
}

std::string flag(const BlockParameter& parameter) {
  std::string flag = std::string("--") + parameter.name;
  std::ranges::replace(flag, '_', '-');
  return flag;
}

std::vector<const char*> activation_names() {
  std::vector<const char*> names;
  for (const Activation& phi : activations()) names.push_back(phi.name);
  return names;
}

constexpr std::string_view table_prefix = "table:";
const char* const or_other =
    ", an expression in x such as x/(1+abs(x)), or table:FILE.csv with points x, phi(x)";

const Activation& read_table(const std::string& file, igb::Table& table) {
  const Points points = read_points("activation", file);
  const Status status = table.set(points.x, points.y);
  if (!status.ok()) throw Failure("activation: '" + file + "': " + message(status));
  return table.activation();
}

/// A lone word is more likely a misspelt name than an expression.
bool is_word(const std::string& text) {
  return std::ranges::all_of(text, [](unsigned char c) { return std::isalnum(c) || c == '_'; });
}

const Activation& read_expression(const std::string& text, Expression& expression) {
  const Status status = expression.parse(text);
  if (status.ok()) return expression.activation();
  if (is_word(text)) {
    throw Failure("activation = '" + text + "' is unknown; allowed: " + joined(activation_names()) +
                  or_other);
  }
  throw Failure("activation = '" + text + "': " + message(status));
}

}  // namespace

void LayerOptions::add_to(CLI::App& app) {
  add_text(app, "--activation", activation_name_, "NAME|EXPRESSION|table:FILE",
           "activation function phi: " + joined(activation_names()) + or_other)
      .required();
  add_parsed(
      app, "--slope", [this](const std::string& text) { slope_ = parse_real("slope", text); },
      "NUMBER", "slope of leaky_relu below 0");
  add_text(app, "--block", block_name_, "NAME",
           "what else stands between two layers: " + joined(block_names()))
      .defaults_to("plain");
  for (const BlockParameter& parameter : block_parameters()) {
    block_flags_.push_back(parameter.add(app, block_).note(" (" + kind_names(parameter) + ")"));
  }
  weights_flag_ = add_name(
                      app, "--weights", weight_law_names(),
                      [this](std::size_t place) { weights_ = static_cast<WeightLaw>(place); },
                      "law of the weights of networks, of variance sigma_w2 / N_in in any case; "
                      "theory is that of all")
                      .defaults_to(weight_law_names()[0]);
}

void LayerOptions::resolve(Initialisation& init) {
  resolve_activation();
  resolve_block();
  check_weights();
  init.activation = &phi_;
  init.block = block_;
  init.weights = weights_;
}

void LayerOptions::resolve_activation() {
  if (const Activation* const known = find_activation(activation_name_)) {
    phi_ = *known;
  } else if (activation_name_.starts_with(table_prefix)) {
    phi_ = read_table(activation_name_.substr(table_prefix.size()), table_);
  } else {
    phi_ = read_expression(activation_name_, expression_);
  }
  if (!slope_) return;
  if (activation_name_ != "leaky_relu") {
    throw Failure("slope: activation " + activation_name_ + " has none; it belongs to leaky_relu");
  }
  check(leaky_relu(*slope_, phi_));
}

void LayerOptions::resolve_block() {
  if (!find_block(block_name_, block_.kind).ok()) {
    throw Failure("block = '" + block_name_ + "' is unknown; allowed: " + joined(block_names()));
  }
  for (std::size_t i = 0; i < block_flags_.size(); ++i) {
    const BlockParameter& parameter = block_parameters()[i];
    const bool given = block_flags_[i].given();
    const bool used = belongs(parameter, block_.kind);
    if (given && !used) {
      throw Failure(std::string(parameter.name) + ": block " + block_name_ +
                    " has none; it belongs to " + kind_names(parameter));
    }
    if (used && !given && parameter.needed) {
      throw Failure(std::string(parameter.name) + ": block " + block_name_ + " needs " +
                    flag(parameter));
    }
  }
  check(validate(block_));
}

/// Convolutions have laws of their own.
void LayerOptions::check_weights() const {
  const bool orthogonal = weights_ == WeightLaw::orthogonal;
  const char* allowed = nullptr;
  if (block_.kind == Kind::convolution && orthogonal) {
    allowed = "gaussian, uniform, or block = delta_orthogonal";
  } else if (block_.kind == Kind::delta_orthogonal && !orthogonal && weights_flag_.given()) {
    allowed = "orthogonal, or block = convolution";
  }
  if (allowed == nullptr) return;
  throw Failure(std::string("weights = '") + weights_name() + "' is not one of block " +
                block_name_ + "; allowed: " + allowed);
}

const char* LayerOptions::weights_name() const {
  return weight_law_names()[static_cast<std::size_t>(weights_)];
}

void LayerOptions::append_to(Record& parameters) const {
  parameters.emplace_back("activation", activation_name_);
  if (activation_name_ == "leaky_relu") parameters.emplace_back("slope", phi_.parameter);
  if (weights_ != WeightLaw::gaussian) parameters.emplace_back("weights", weights_name());
  if (block_.kind == Kind::plain) return;
  parameters.emplace_back("block", block_name_);
  for (const BlockParameter& parameter : block_parameters()) {
    if (belongs(parameter, block_.kind)) {
      parameters.emplace_back(parameter.name, parameter.value(block_));
    }
  }
}

}  // namespace igb::cli
