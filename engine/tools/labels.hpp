#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data_options.hpp"
#include "options.hpp"

namespace igb::cli {

/// Which labels inputs have: --labels.
class LabelOptions {
 public:
  /// Needs the flag `networks`.
  void add_to(CLI::App& app, const Flag& networks);

  /// One label, 0 .. classes - 1, an input. Throws Failure.
  [[nodiscard]] std::vector<std::uint16_t> load(const DataOptions& data, std::uint32_t inputs,
                                                std::uint32_t classes, std::uint64_t seed) const;

  /// "random" or "data".
  [[nodiscard]] const std::string& name(const DataOptions& data) const;

 private:
  std::string labels_;  ///< empty: data where there are any
};

/// 0 .. inputs - 1 in an order that depends on the seed and `purpose` alone, where random_labels
/// has purpose 0.
std::vector<std::uint32_t> random_order(std::uint64_t seed, std::uint32_t purpose,
                                        std::uint32_t inputs);

/// Every class as often as any other, or once more, in an order that depends on the seed alone.
std::vector<std::uint16_t> random_labels(std::uint64_t seed, std::uint32_t inputs,
                                         std::uint32_t classes);

}  // namespace igb::cli
