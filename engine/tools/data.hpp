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

/// At most `inputs` rows of a file of comma-separated numbers, as they are. A first row without any
/// number is a header; blank lines and lines that start with '#' are skipped. Throws Failure naming
/// the file, the line and the column.
Dataset read_csv(const std::string& file, std::uint32_t inputs);

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
