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
/// parameters of its kind.
class LayerOptions {
 public:
  LayerOptions() = default;
  LayerOptions(const LayerOptions&) = delete;
  LayerOptions& operator=(const LayerOptions&) = delete;

  void add_to(CLI::App& app);

  /// Sets activation and block; `init` points into this object. Throws Failure for unknown names,
  /// text that cannot be read, parameters that the activation or the block does not have, and
  /// missing ones.
  void resolve(Initialisation& init);

  /// Whatever was asked for, by the names of the flags, defaults of the block included.
  void append_to(Record& parameters) const;

 private:
  void resolve_block();
  void resolve_activation();

  std::string activation_name_;
  std::string block_name_ = "plain";
  std::optional<double> slope_;
  igb::Block block_;
  std::vector<Flag> block_flags_;  ///< in the order of the table in layer_options.cpp
  Expression expression_;
  igb::Table table_;
  Activation phi_;
};

}  // namespace igb::cli
