#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "igb/statistics.hpp"

namespace igb::cli {

/// Inputs of the networks, row-major [inputs, width].
struct Dataset {
  std::vector<float> values;
  std::uint32_t inputs = 0;
  std::uint32_t width = 0;
};

/// The first `inputs` images of train-images-idx3-ubyte.gz in `directory`, pixels standardised with
/// the mean and standard deviation of all pixels of those images. The whole file is read and its
/// checksum verified. Throws Failure naming the file and the cause.
Dataset read_fashion_mnist(const std::string& directory, std::uint32_t inputs);

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

/// What the theory needs of a data set: q0, the mean of x.x / width, and c0, the mean correlation
/// over pairs of inputs. Throws Failure when an input is all zeros, which has no correlation.
struct InputMoments {
  double q;
  double c;
};
InputMoments input_moments(const Dataset& data);

}  // namespace igb::cli
