#include "labelled_data.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <numeric>

#include "data_options.hpp"
#include "failure.hpp"
#include "labels.hpp"
#include "memory.hpp"

namespace igb::cli {
namespace {

constexpr std::uint32_t planar_inputs_default = 1000;
constexpr double test_share_min = 0.01;
constexpr double test_share_max = 0.99;

// Of random_order.
constexpr std::uint32_t train_order = 1;
constexpr std::uint32_t test_order = 2;
constexpr std::uint32_t split_order = 3;

const char* const labels_allowed =
    "parity, all, or 2 to 10 different classes from 0 to 9 separated by commas";

/// The label of the network for each class of fashion-mnist; no_class where it is left out.
struct ClassMap {
  static constexpr std::uint16_t no_class = 0xFFFF;
  std::array<std::uint16_t, fashion_classes> label;
  std::uint32_t classes;
};

ClassMap parse_labels(const std::string& text) {
  ClassMap map{.label = {}, .classes = 2};
  for (std::uint16_t k = 0; k < fashion_classes; ++k) {
    map.label[k] = static_cast<std::uint16_t>(text == "parity" ? k % 2 : k);
  }
  if (text == "parity") return map;
  map.classes = fashion_classes;
  if (text == "all") return map;

  const auto refuse = [&] {
    throw Failure("labels = " + excerpt(text) + " is not allowed; allowed: " + labels_allowed);
  };
  map.label.fill(ClassMap::no_class);
  map.classes = 0;
  for (std::size_t i = 0; i < text.size(); i += 2) {  // digits and commas in turn
    const auto k = static_cast<unsigned>(text[i] - '0');
    if (k >= fashion_classes || map.label[k] != ClassMap::no_class) refuse();
    map.label[k] = static_cast<std::uint16_t>(map.classes++);
    const bool last = i + 1 == text.size();
    if (!last && (text[i + 1] != ',' || i + 2 == text.size())) refuse();
  }
  if (map.classes < 2) refuse();
  return map;
}

/// How many of `available` are taken where `asked` are asked for, 0 being all.
std::uint32_t count_of(const char* parameter, std::uint32_t asked, std::size_t available,
                       std::uint32_t least) {
  const auto all = static_cast<double>(available);
  check(check_range(parameter, asked > 0 ? asked : all, least, all));
  return asked > 0 ? asked : static_cast<std::uint32_t>(available);
}

/// Which images are taken, in their order.
std::vector<std::uint32_t> choose(const LabelledImages& images, const ClassMap& map,
                                  const char* parameter, std::uint32_t asked, std::uint32_t least,
                                  std::uint64_t seed, std::uint32_t purpose) {
  std::vector<std::uint32_t> candidates;
  for (std::uint32_t i = 0; i < images.labels.size(); ++i) {
    if (map.label[images.labels[i]] != ClassMap::no_class) candidates.push_back(i);
  }
  const std::uint32_t count = count_of(parameter, asked, candidates.size(), least);
  check_memory(static_cast<double>(sizeof(float)) * count * images.width,
               std::string(parameter) + " = " + std::to_string(count) + ": their data");
  std::vector<std::uint32_t> chosen =
      random_order(seed, purpose, static_cast<std::uint32_t>(candidates.size()));
  chosen.resize(count);
  for (std::uint32_t& place : chosen) place = candidates[place];
  return chosen;
}

std::span<const unsigned char> pixels_of(const LabelledImages& images, std::uint32_t image) {
  return std::span(images.pixels).subspan(std::size_t{image} * images.width, images.width);
}

LabelledSet labelled_set(const LabelledImages& images, const ClassMap& map,
                         const std::vector<std::uint32_t>& chosen, const PixelScale& scale) {
  LabelledSet set;
  set.data.inputs = static_cast<std::uint32_t>(chosen.size());
  set.data.width = images.width;
  set.data.values.reserve(chosen.size() * images.width);
  for (const std::uint32_t image : chosen) {
    for (const unsigned char pixel : pixels_of(images, image)) {
      set.data.values.push_back(scale(pixel));
    }
    set.labels.push_back(map.label[images.labels[image]]);
  }
  return set;
}

/// The rows of a file, their labels in ascending order being classes 0, 1, ...
LabelledSet labelled_set(const LabelledRows& rows, const std::vector<double>& classes,
                         std::span<const std::uint32_t> chosen) {
  LabelledSet set;
  set.data.inputs = static_cast<std::uint32_t>(chosen.size());
  set.data.width = rows.width;
  set.data.values.reserve(chosen.size() * rows.width);
  for (const std::uint32_t row : chosen) {
    const auto values = std::span(rows.values).subspan(std::size_t{row} * rows.width, rows.width);
    set.data.values.insert(set.data.values.end(), values.begin(), values.end());
    const auto place = std::ranges::lower_bound(classes, rows.labels[row]);
    set.labels.push_back(static_cast<std::uint16_t>(place - classes.begin()));
  }
  return set;
}

/// Every column to mean 0 and variance 1 over the training set; one that is constant there to mean
/// 0 only. Throws Failure where a test input leaves float32.
void standardise(LabelledData& data) {
  const std::uint32_t width = data.train.data.width;
  std::vector<float>& train = data.train.data.values;
  std::vector<float>& test = data.test.data.values;
  const double count = data.train.data.inputs;
  for (std::uint32_t column = 0; column < width; ++column) {
    double mean = 0.0;
    double variance = 0.0;
    bool constant = true;
    for (std::size_t i = column; i < train.size(); i += width) {
      mean += train[i] / count;
      constant = constant && train[i] == train[column];
    }
    for (std::size_t i = column; i < train.size(); i += width) {
      variance += (train[i] - mean) * (train[i] - mean) / count;
    }
    const double scale = constant ? 1.0 : 1.0 / std::sqrt(variance);
    if (constant) mean = train[column];
    for (std::vector<float>* values : {&train, &test}) {
      for (std::size_t i = column; i < values->size(); i += width) {
        const double value = ((*values)[i] - mean) * scale;
        (*values)[i] = static_cast<float>(value);
        if (std::isfinite((*values)[i])) continue;
        throw Failure("standardise: " + cell_text(value) + " in column " +
                      std::to_string(column + 1) + " of the inputs is too large for float32");
      }
    }
  }
}

LabelledSet planar_points(const PlanarSet& set, Draw draw, const char* parameter,
                          std::uint32_t asked) {
  const std::uint32_t count = asked > 0 ? asked : planar_inputs_default;
  check_memory(10.0 * count,
               std::string(parameter) + " = " + std::to_string(count) + ": their data");
  LabelledSet points{
      .data = {.values = std::vector<float>(std::size_t{2} * count), .inputs = count, .width = 2},
      .labels = std::vector<std::uint16_t>(count)};
  check(planar_set(set, draw, points.data.values, points.labels));
  return points;
}

}  // namespace

const char* const labelled_data_help =
    "Labelled data: the order of inputs depends on the seed alone, so that fewer inputs are the\n"
    "first of more. fashion-mnist: inputs are chosen among the images of the classes in question\n"
    "of its training and test files; pixels of both are standardised with the mean and standard\n"
    "deviation of all pixels of the training inputs chosen. Synthetic data have mean 0 and "
    "variance\n"
    "1 in both coordinates whatever the noise, and the same number of inputs in every class.\n"
    "A CSV file is split in a random order, the first --test-share of it to test; its numbers are\n"
    "used as they are without --standardise. Its labels are whole numbers, in ascending order the\n"
    "classes 0, 1, ...\n";

void LabelledDataOptions::add_to(CLI::App& app) {
  (void)add_text(app, "--data", data_, "NAME|FILE.csv",
                 "fashion-mnist; synthetic points of the plane: " + joined(planar_names()) +
                     "; or a file of comma-separated numbers, an input and its label a line, "
                     "optional header")
      .defaults_to(data_);
  const auto own = [&](Source source, const char* name, const Flag& flag) {
    owned_.push_back({source, name, flag});
    return flag;
  };
  (void)own(Source::fashion_mnist, "data_dir",
            add_text(app, "--data-dir", data_dir_, "DIR",
                     "folder of the gzipped IDX files of fashion-mnist"))
      .defaults_to(data_dir_);
  (void)own(Source::fashion_mnist, "labels",
            add_text(app, "--labels", labels_, "parity|all|A,B,...",
                     "of fashion-mnist: the parity of its ten classes, even ones being class 0; "
                     "all ten; or these classes alone, in this order 0, 1, ..."))
      .defaults_to(labels_);
  (void)own(Source::csv, "label_column",
            add_text(app, "--label-column", label_column_, "NAME|NUMBER|last",
                     "the column of a CSV file that is the label, by its name in the header or its "
                     "number from 1; the one named label if not given, otherwise the last"));
  (void)own(Source::csv, "test_share",
            add_real(app, "--test-share", test_share_,
                     "share of the rows of a CSV file to test with, 0.01 to 0.99"))
      .defaults_to(cell_text(test_share_));
  (void)own(Source::csv, "standardise",
            add_switch(app, "--standardise", standardise_,
                       "every column of a CSV file to mean 0 and variance 1 over the training "
                       "inputs, test inputs by the same numbers"));
  (void)own(Source::planar, "noise",
            add_real(app, "--noise", noise_,
                     "standard deviation of synthetic points around their shape, which has "
                     "variance 1, 0 to 10"))
      .defaults_to(cell_text(noise_));
  (void)own(Source::planar, "classes",
            add_count(app, "--classes", classes_, 2, planar_classes_max,
                      "classes of blobs, circles and spirals"))
      .defaults_to(std::to_string(classes_));
  (void)add_count(app, "--train-inputs", train_inputs_, 2, inputs_max,
                  "inputs to learn from; all there are if not given, 1000 of synthetic data");
  (void)add_count(app, "--test-inputs", test_inputs_, 1, inputs_max,
                  "inputs to test with; all there are if not given, 1000 of synthetic data");
}

LabelledDataOptions::Source LabelledDataOptions::source() const {
  if (data_ == "fashion-mnist") return Source::fashion_mnist;
  PlanarKind kind{};
  if (find_planar(data_, kind).ok()) return Source::planar;
  std::error_code error;  // any other than that it does not exist is told by who reads it
  if (std::filesystem::status(data_, error).type() == std::filesystem::file_type::not_found) {
    throw Failure("data = " + excerpt(data_) +
                  " is neither a known data set nor a file; allowed: fashion-mnist, " +
                  joined(planar_names()) + ", a CSV file");
  }
  return Source::csv;
}

void LabelledDataOptions::refuse_flags_of_others(Source source) const {
  constexpr std::array<const char*, 3> owners = {"fashion-mnist", "synthetic data", "a CSV file"};
  for (const Owned& owned : owned_) {
    if (owned.source == source || !owned.flag.given()) continue;
    throw Failure(std::string(owned.name) + ": data = " + excerpt(data_) +
                  " has no use for it; it belongs to " +
                  owners[static_cast<std::size_t>(owned.source)]);
  }
}

LabelledData LabelledDataOptions::images(std::uint64_t seed) const {
  const ClassMap map = parse_labels(labels_);
  const LabelledImages train = read_labelled_images(data_dir_, "train");
  const LabelledImages test = read_labelled_images(data_dir_, "t10k");
  if (train.width != test.width) {
    throw Failure("data: images of " + std::to_string(train.width) + " pixels to learn from and " +
                  std::to_string(test.width) + " to test with in '" + data_dir_ + "'");
  }
  const std::vector<std::uint32_t> learnt =
      choose(train, map, "train_inputs", train_inputs_, 2, seed, train_order);
  const std::vector<std::uint32_t> tested =
      choose(test, map, "test_inputs", test_inputs_, 1, seed, test_order);
  std::vector<unsigned char> pixels;
  pixels.reserve(learnt.size() * train.width);
  for (const std::uint32_t image : learnt) {
    const auto of_image = pixels_of(train, image);
    pixels.insert(pixels.end(), of_image.begin(), of_image.end());
  }
  if (std::ranges::all_of(pixels, [&](unsigned char pixel) { return pixel == pixels[0]; })) {
    throw Failure("data: all pixels of the training inputs in '" + data_dir_ +
                  "' are equal, they cannot be standardised");
  }
  const PixelScale scale(pixels);
  return {.train = labelled_set(train, map, learnt, scale),
          .test = labelled_set(test, map, tested, scale),
          .classes = map.classes};
}

LabelledData LabelledDataOptions::planar(std::uint64_t seed) const {
  PlanarSet set{.kind = {}, .noise = noise_, .classes = classes_};
  check(find_planar(data_, set.kind));
  return {.train = planar_points(set, {seed, 0}, "train_inputs", train_inputs_),
          .test = planar_points(set, {seed, 1}, "test_inputs", test_inputs_),
          .classes = classes_};
}

LabelledData LabelledDataOptions::rows(std::uint64_t seed) const {
  check(check_range("test_share", test_share_, test_share_min, test_share_max));
  const LabelledRows rows = read_labelled_csv(data_, label_column_);
  const auto count = static_cast<std::uint32_t>(rows.labels.size());
  if (count < 3) {
    throw Failure("data: '" + data_ + "': it has " + std::to_string(count) +
                  " rows of numbers, at least 3 are needed, 2 to learn from and 1 to test with");
  }
  std::vector<double> classes = rows.labels;
  std::ranges::sort(classes);
  classes.erase(std::unique(classes.begin(), classes.end()), classes.end());
  if (classes.size() < 2 || classes.size() > classes_max) {
    throw Failure("data: '" + data_ + "': " + std::to_string(classes.size()) +
                  " different labels; allowed: 2 to " + std::to_string(classes_max));
  }
  const auto wanted = static_cast<std::uint32_t>(std::lround(test_share_ * count));
  const std::uint32_t tested = std::clamp(wanted, 1U, count - 2);
  const std::vector<std::uint32_t> order = random_order(seed, split_order, count);
  const std::span<const std::uint32_t> test = std::span(order).first(tested);
  const std::span<const std::uint32_t> train = std::span(order).subspan(tested);
  LabelledData data{
      .train = labelled_set(rows, classes,
                            train.first(count_of("train_inputs", train_inputs_, train.size(), 2))),
      .test = labelled_set(rows, classes,
                           test.first(count_of("test_inputs", test_inputs_, test.size(), 1))),
      .classes = static_cast<std::uint32_t>(classes.size())};
  if (standardise_) standardise(data);
  return data;
}

LabelledData LabelledDataOptions::load(const Block& block, std::uint64_t seed) const {
  const Source from = source();
  refuse_flags_of_others(from);
  LabelledData data = from == Source::fashion_mnist ? images(seed)
                      : from == Source::planar      ? planar(seed)
                                                    : rows(seed);
  cut_into_positions(block, data_, data.train.data);
  cut_into_positions(block, data_, data.test.data);
  return data;
}

void LabelledDataOptions::append_to(Record& parameters, const LabelledData& data) const {
  parameters.emplace_back("data", data_);
  switch (source()) {
    case Source::fashion_mnist:
      parameters.emplace_back("data_dir", data_dir_);
      parameters.emplace_back("labels", labels_);
      break;
    case Source::planar:
      parameters.emplace_back("noise", noise_);
      parameters.emplace_back("classes", std::uint64_t{classes_});
      break;
    case Source::csv:
      if (!label_column_.empty()) parameters.emplace_back("label_column", label_column_);
      parameters.emplace_back("test_share", test_share_);
      if (standardise_) parameters.emplace_back("standardise", "yes");
      break;
  }
  parameters.emplace_back("train_inputs", std::uint64_t{data.train.data.inputs});
  parameters.emplace_back("test_inputs", std::uint64_t{data.test.data.inputs});
}

}  // namespace igb::cli
