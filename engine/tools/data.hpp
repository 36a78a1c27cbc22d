#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "igb/statistics.hpp"

namespace igb::cli {

/// Inputs of the networks, row-major [inputs, positions, width].
struct Dataset {
  std::vector<float> values;
  std::uint32_t inputs = 0;
  std::uint32_t width = 0;      ///< components of an input, of a convolution at each position
  std::uint32_t positions = 1;  ///< of the grid of a convolution

  [[nodiscard]] std::size_t components() const { return std::size_t{width} * positions; }
};

/// The first `inputs` images of train-images-idx3-ubyte.gz in `directory`, pixels standardised with
/// the mean and standard deviation of all pixels of those images. The whole file is read and its
/// checksum verified. Throws Failure naming the file and the cause.
Dataset read_fashion_mnist(const std::string& directory, std::uint32_t inputs);

/// The labels of those images, 0 .. 9, of train-labels-idx1-ubyte.gz. Throws likewise.
std::vector<unsigned char> read_fashion_mnist_labels(const std::string& directory,
                                                     std::uint32_t inputs);

/// Images and their labels as they are stored, pixels row-major [labels.size(), width].
struct LabelledImages {
  std::vector<unsigned char> pixels;
  std::vector<unsigned char> labels;  ///< 0 .. fashion_classes - 1
  std::uint32_t width = 0;
};
inline constexpr std::uint32_t fashion_classes = 10;

/// All of `part`-images-idx3-ubyte.gz and `part`-labels-idx1-ubyte.gz in `directory`; the parts are
/// "train" and "t10k". Throws likewise.
LabelledImages read_labelled_images(const std::string& directory, const std::string& part);

/// Standardises with the mean and standard deviation of these pixels, which are not all equal.
class PixelScale {
 public:
  explicit PixelScale(std::span<const unsigned char> pixels);
  float operator()(unsigned char pixel) const {
    return static_cast<float>((pixel - mean_) * scale_);
  }

 private:
  double mean_;
  double scale_;
};

/// At most `inputs` rows of a file of comma-separated numbers, as they are. A first row without any
/// number is a header; blank lines and lines that start with '#' are skipped. Throws Failure naming
/// the file, the line and the column.
Dataset read_csv(const std::string& file, std::uint32_t inputs);

/// All rows of such a file, one column of which is the label: a whole number.
struct LabelledRows {
  std::vector<float> values;   ///< row-major [labels.size(), width], without the label
  std::vector<double> labels;  ///< as they are
  std::uint32_t width = 0;
};

/// `label_column`: its name in the header, its number from 1, or "last"; empty: the column named
/// label where there is one, otherwise the last. Throws Failure likewise, and where there is no
/// such column or no other one.
LabelledRows read_labelled_csv(const std::string& file, const std::string& label_column);

/// Two columns of numbers, read likewise.
struct Points {
  std::vector<double> x;
  std::vector<double> y;
};
Points read_points(const std::string& parameter, const std::string& file);

/// What the theory needs of a data set: q0, the mean of x.x / components, and c0, the mean
/// correlation over pairs of inputs, all positions of an input together: covariances are averaged
/// over positions. Throws Failure when an input is all zeros, which has no correlation.
struct InputMoments {
  double q;
  double c;
};
InputMoments input_moments(const Dataset& data);

/// c0 for theory that knows no negative correlations: 0 where it is negative by no more than chance
/// makes it for independent inputs, three standard errors, and `note` says so; otherwise as it is.
double without_chance(double c0, const Dataset& data, std::string& note);

}  // namespace igb::cli
