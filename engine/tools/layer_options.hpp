#pragma once

#include <optional>
#include <string>

#include "igb/expression.hpp"
#include "igb/initialisation.hpp"
#include "igb/table.hpp"
#include "options.hpp"
#include "output.hpp"

namespace igb::cli {

/// What stands between two layers, as asked for: --activation with --slope, --block with the
/// parameters of its kind, --weights.
class LayerOptions {
 public:
  LayerOptions() = default;
  LayerOptions(const LayerOptions&) = delete;
  LayerOptions& operator=(const LayerOptions&) = delete;

  void add_to(CLI::App& app);

  /// Sets activation, block and weights; `init` points into this object. Throws Failure for unknown
  /// names, text that cannot be read, parameters that the activation or the block does not have,
  /// missing ones, and weights that the block does not have.
  void resolve(Initialisation& init);

  /// Whatever was asked for, by the names of the flags, defaults of the block included; weights
  /// only where they are not gaussian.
  void append_to(Record& parameters) const;

 private:
  void resolve_block();
  void resolve_activation();
  void check_weights() const;
  [[nodiscard]] const char* weights_name() const;

  std::string activation_name_;
  std::string block_name_ = "plain";
  std::optional<double> slope_;
  igb::Block block_;
  WeightLaw weights_ = WeightLaw::gaussian;
  Flag weights_flag_;
  std::vector<Flag> block_flags_;  ///< in the order of the table in layer_options.cpp
  Expression expression_;
  igb::Table table_;
  Activation phi_;
};

}  // namespace igb::cli
