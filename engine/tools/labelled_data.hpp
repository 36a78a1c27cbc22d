#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data.hpp"
#include "igb/block.hpp"
#include "igb/planar_sets.hpp"
#include "options.hpp"
#include "output.hpp"

namespace igb::cli {

/// Inputs and their labels, one each, 0 .. classes - 1.
struct LabelledSet {
  Dataset data;
  std::vector<std::uint16_t> labels;
};

/// What a network learns from and what it is tested with. Both are normalised with the statistics
/// of the training set and have the same width and positions.
struct LabelledData {
  LabelledSet train;
  LabelledSet test;
  std::uint32_t classes = 2;
};

/// Which labelled inputs networks learn: --data, --data-dir, --labels, --label-column,
/// --test-share, --standardise, --noise, --classes, --train-inputs, --test-inputs. The network has
/// as many outputs as the data have classes, so a command with these options has no --classes of
/// its own.
class LabelledDataOptions {
 public:
  void add_to(CLI::App& app);

  [[nodiscard]] const std::string& name() const { return data_; }

  /// Reads or draws the data and cuts inputs into the positions of the block; the `width` of the
  /// sets is what the network's input_width has to be, `classes` the number of its outputs. What is
  /// chosen and drawn depends on the seed alone: more inputs begin with the fewer (up to their
  /// normalisation, which is that of those chosen). Throws Failure, also where a flag was given
  /// that the data have no use for.
  [[nodiscard]] LabelledData load(const Block& block, std::uint64_t seed) const;

  /// All parameters in effect, `classes` of synthetic data among them, by the names of their flags.
  void append_to(Record& parameters, const LabelledData& data) const;

 private:
  enum class Source { fashion_mnist, planar, csv };
  /// The others have no use for the flag.
  struct Owned {
    Source source;
    const char* name;
    Flag flag;
  };

  [[nodiscard]] Source source() const;
  void refuse_flags_of_others(Source source) const;
  [[nodiscard]] LabelledData images(std::uint64_t seed) const;
  [[nodiscard]] LabelledData planar(std::uint64_t seed) const;
  [[nodiscard]] LabelledData rows(std::uint64_t seed) const;

  std::string data_ = "fashion-mnist";
  std::string data_dir_ = "/usr/share/datasets/fashion-mnist";
  std::string labels_ = "parity";
  std::string label_column_;  ///< empty: the one called label, otherwise the last
  double test_share_ = 0.2;
  bool standardise_ = false;
  double noise_ = PlanarSet{}.noise;
  std::uint32_t classes_ = 2;
  std::uint32_t train_inputs_ = 0;  ///< 0: all, or planar_inputs_default
  std::uint32_t test_inputs_ = 0;   ///< likewise
  std::vector<Owned> owned_;
};

/// What --help says of the choice, the split and the normalisation.
extern const char* const labelled_data_help;

}  // namespace igb::cli
