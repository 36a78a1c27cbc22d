#include "data_options.hpp"

#include <filesystem>

#include "failure.hpp"
#include "igb/network.hpp"
#include "memory.hpp"

namespace igb::cli {
namespace {

constexpr std::uint32_t inputs_default = 100;

}  // namespace

void cut_into_positions(const igb::Block& block, const std::string& name, Dataset& data) {
  const std::size_t positions = positions_of(block);
  if (data.width % positions != 0) {
    throw Failure("side = " + std::to_string(block.side) + " in " +
                  std::to_string(block.dimensions) + " dimensions: the " +
                  std::to_string(data.width) + " components of an input of data = '" + name +
                  "' are no multiple of the " + std::to_string(positions) +
                  " positions; allowed: a side^dimensions that divides them");
  }
  data.positions = static_cast<std::uint32_t>(positions);
  data.width /= data.positions;
}

const char* const data_help =
    "Convolutions: an input is side^dimensions positions, one after the other (of a plane row by "
    "row),\n"
    "times input_width channels. Gaussian inputs have as many channels as the width if "
    "--input-width is\n"
    "not given; the columns of a CSV file are positions times channels; fashion-mnist with --side "
    "28\n"
    "--dimensions 2 is the plane of an image with 1 channel. Other blocks take the components as "
    "they are.\n";

void DataOptions::add_to(CLI::App& app, const Flag* networks) {
  const Flag flags[] = {
      add_text(app, "--data", data_, "NAME|FILE.csv",
               "gaussian: independent standard normals; fashion-mnist: the first training images, "
               "standardised with the mean and standard deviation of all their pixels; or a file "
               "of comma-separated numbers, an input a line, optional header, used as they are")
          .defaults_to("gaussian"),
      add_count(app, "--inputs", inputs_, 2, inputs_max,
                "inputs; of a CSV file the first so many rows, all if not given")
          .defaults_to("100"),
      add_count(app, "--input-width", input_width_, 1, width_max,
                "components of a gaussian input, of a convolution at each position; the width if "
                "not given"),
      add_text(app, "--data-dir", data_dir_, "DIR",
               "folder of the gzipped IDX files of fashion-mnist")
          .defaults_to(data_dir_)};
  if (networks == nullptr) return;
  for (const Flag& flag : flags) (void)flag.needs(*networks);
}

Dataset DataOptions::gaussian(const Architecture& architecture, std::uint64_t seed,
                              Target target) const {
  const std::size_t positions = positions_of(architecture.init.block);
  Dataset data{.values = {},
               .inputs = inputs_ > 0 ? inputs_ : inputs_default,
               .width = input_width_ > 0 ? input_width_ : architecture.width,
               .positions = static_cast<std::uint32_t>(positions)};
  check_memory(
      static_cast<double>(sizeof(float)) * data.inputs * static_cast<double>(data.components()),
      "inputs = " + std::to_string(data.inputs) + ": their data");
  data.values.resize(data.inputs * data.components());
  check(gaussian_inputs(seed, data.width, data.values, target));
  return data;
}

Dataset DataOptions::read() const {
  if (is_fashion_mnist()) {
    return read_fashion_mnist(data_dir_, inputs_ > 0 ? inputs_ : inputs_default);
  }
  std::error_code error;  // any other than that it does not exist is told by who reads it
  if (std::filesystem::status(data_, error).type() == std::filesystem::file_type::not_found) {
    throw Failure(
        "data = '" + data_ +
        "' is neither a known data set nor a file; allowed: gaussian, fashion-mnist, a CSV file");
  }
  return read_csv(data_, inputs_);
}

Dataset DataOptions::load(const Architecture& architecture, std::uint64_t seed,
                          Target target) const {
  if (data_ == "gaussian") return gaussian(architecture, seed, target);
  Dataset data = read();
  cut_into_positions(architecture.init.block, data_, data);
  if (input_width_ > 0 && input_width_ != data.width) {
    check(check_range("input_width", input_width_, data.width, data.width));
  }
  return data;
}

void DataOptions::append_to(Record& parameters) const {
  parameters.emplace_back("data", data_);
  if (is_fashion_mnist()) parameters.emplace_back("data_dir", data_dir_);
}

}  // namespace igb::cli
