#pragma once

#include <cstdint>
#include <string>

#include "data.hpp"
#include "igb/architecture.hpp"
#include "options.hpp"
#include "output.hpp"

namespace igb::cli {

/// Which inputs networks see: --data, --data-dir, --inputs, --input-width.
class DataOptions {
 public:
  /// All need the flag `networks`, if there is one.
  void add_to(CLI::App& app, const Flag* networks = nullptr);

  [[nodiscard]] const std::string& name() const { return data_; }
  [[nodiscard]] const std::string& folder() const { return data_dir_; }
  [[nodiscard]] bool is_fashion_mnist() const { return data_ == "fashion-mnist"; }
  /// 0 if not given.
  [[nodiscard]] std::uint32_t inputs() const { return inputs_; }

  /// The data set, cut into the positions of the architecture's block; its `width` is what the
  /// network's input_width has to be, here the one of the architecture is not looked at. Throws
  /// Failure.
  [[nodiscard]] Dataset load(const Architecture& architecture, std::uint64_t seed,
                             Target target) const;

  /// data, and data_dir where it is used.
  void append_to(Record& parameters) const;

 private:
  [[nodiscard]] Dataset read() const;
  [[nodiscard]] Dataset gaussian(const Architecture& architecture, std::uint64_t seed,
                                 Target target) const;

  std::string data_ = "gaussian";
  std::string data_dir_ = "/usr/share/datasets/fashion-mnist";
  std::uint32_t inputs_ = 0;       ///< 0: 100, or all rows of a CSV file
  std::uint32_t input_width_ = 0;  ///< 0: the width, or what the data have
};

/// Components go to positions in their order, the channels of a position side by side. Throws
/// Failure, which calls the data `name`, where they do not divide.
void cut_into_positions(const Block& block, const std::string& name, Dataset& data);

/// What --help says of data sets at the positions of a convolution.
extern const char* const data_help;

}  // namespace igb::cli
