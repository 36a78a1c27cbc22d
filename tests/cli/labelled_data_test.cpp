// Labelled data to learn from: what is chosen, split and normalised, and what is refused.
#include "labelled_data.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "failure.hpp"
#include "idx_files.hpp"
#include "labels.hpp"

using namespace igb;
using namespace igb::cli;

namespace {

struct Loaded {
  LabelledData data;
  Record parameters;
};

/// As a command with these arguments would have it.
Loaded load(const std::string& arguments, std::uint64_t seed = 1, const Block& block = {}) {
  CLI::App app;
  LabelledDataOptions options;
  options.add_to(app);
  app.parse(arguments);
  Loaded loaded{.data = options.load(block, seed), .parameters = {}};
  options.append_to(loaded.parameters, loaded.data);
  return loaded;
}

void check_refused(const std::string& arguments, const std::vector<std::string>& parts,
                   const Block& block = {}) {
  CAPTURE(arguments);
  std::string error;
  try {
    (void)load(arguments, 1, block);
  } catch (const Failure& failure) {
    error = failure.what();
  }
  CHECK_MESSAGE(!error.empty(), "was accepted");
  for (const std::string& part : parts) {
    CHECK_MESSAGE(error.find(part) != std::string::npos, part, " is not in: ", error);
  }
}

bool same(const LabelledSet& a, const LabelledSet& b) {
  return a.data.values == b.data.values && a.labels == b.labels && a.data.width == b.data.width &&
         a.data.inputs == b.data.inputs && a.data.positions == b.data.positions;
}

/// Whether `some` is the beginning of `all`.
bool begins(const LabelledSet& all, const LabelledSet& some) {
  return std::equal(some.data.values.begin(), some.data.values.end(), all.data.values.begin()) &&
         std::equal(some.labels.begin(), some.labels.end(), all.labels.begin());
}

/// Images of two pixels, (k, 100 + k) being number k of its file.
std::string images(std::uint32_t count) {
  std::string pixels;
  for (std::uint32_t k = 0; k < count; ++k) {
    pixels += static_cast<char>(k);
    pixels += static_cast<char>(100 + k);
  }
  return gzipped(idx(0x803, count, pixels));
}

/// A folder of twelve images to learn from, of labels 0 1 .. 9 3 5, and four to test with, of
/// labels 9 3 5 0.
class SmallFashion {
 public:
  SmallFashion() {
    write("train-images-idx3-ubyte.gz", images(12));
    write("train-labels-idx1-ubyte.gz",
          gzipped(idx_labels(std::string("\0\1\2\3\4\5\6\7\10\11\3\5", 12))));
    write("t10k-images-idx3-ubyte.gz", images(4));
    write("t10k-labels-idx1-ubyte.gz", gzipped(idx_labels(std::string("\11\3\5\0", 4))));
  }
  void write(const std::string& name, const std::string& content) const {
    (void)folder_.write(name, content);
  }
  [[nodiscard]] std::string arguments(const std::string& more = "") const {
    return "--data-dir " + folder_.file("") + " " + more;
  }

 private:
  TemporaryFolder folder_;
};

/// Which image each input is: the first pixel, standardised with the pixels of `train`.
std::vector<int> images_of(const LabelledSet& set, double mean, double deviation) {
  std::vector<int> places;
  for (std::size_t i = 0; i < set.data.values.size(); i += 2) {
    const double pixel = set.data.values[i] * deviation + mean;
    places.push_back(static_cast<int>(std::lround(pixel)));
    CHECK(std::abs(pixel - std::round(pixel)) < 1e-3);
    CHECK(std::abs(set.data.values[i + 1] * deviation + mean - 100.0 - pixel) < 1e-3);
  }
  return places;
}

/// Of the pixels of those images.
std::pair<double, double> pixel_moments(const std::vector<int>& places) {
  double sum = 0.0;
  double squares = 0.0;
  for (const int k : places) {
    sum += k + (100.0 + k);
    squares += k * k + (100.0 + k) * (100.0 + k);
  }
  const double count = 2.0 * static_cast<double>(places.size());
  return {sum / count, std::sqrt(squares / count - sum / count * sum / count)};
}

/// A file of comma-separated numbers.
class Csv {
 public:
  explicit Csv(const std::string& content) : path_(folder_.write("x.csv", content)) {}
  [[nodiscard]] std::string arguments(const std::string& more = "") const {
    return "--data " + path_ + " " + more;
  }

 private:
  TemporaryFolder folder_;
  std::string path_;
};

/// Rows (k, 1000 + k, k % classes), the label being the last.
std::string numbered_rows(int count, int classes) {
  std::string text;
  for (int k = 0; k < count; ++k) {
    text += std::to_string(k) + "," + std::to_string(1000 + k) + "," + std::to_string(k % classes) +
            "\n";
  }
  return text;
}

}  // namespace

TEST_CASE("labelledImagesOfThePackageAreWhole") {
  for (const auto& [part, inputs] : {std::pair{"train", 60000U}, std::pair{"t10k", 10000U}}) {
    const LabelledImages data = read_labelled_images("/usr/share/datasets/fashion-mnist", part);
    CHECK(data.width == 784);
    CHECK(data.pixels.size() == std::size_t{784} * inputs);
    CHECK(data.labels.size() == inputs);
    for (unsigned char k = 0; k < fashion_classes; ++k) {
      CHECK(std::ranges::count(data.labels, k) == inputs / 10);
    }
  }
}

TEST_CASE("fashionMnistIsBinaryByParityIfNothingIsSaid") {
  const LabelledData data = load("--train-inputs 2000 --test-inputs 500").data;
  CHECK(data.classes == 2);
  CHECK(data.train.data.inputs == 2000);
  CHECK(data.train.labels.size() == 2000);
  CHECK(data.train.data.values.size() == 2000 * 784);
  CHECK(data.test.data.inputs == 500);
  CHECK(data.test.data.width == 784);
  CHECK(data.test.data.values.size() == 500 * 784);
  // Half of the images, up to five standard errors: a false-alarm rate of 5.7e-7.
  const auto odd = static_cast<double>(std::ranges::count(data.train.labels, 1));
  CHECK(std::abs(odd - 1000.0) < 5.0 * std::sqrt(500.0));
  double sum = 0.0;
  double squares = 0.0;
  for (const float x : data.train.data.values) {
    sum += x;
    squares += static_cast<double>(x) * x;
  }
  CHECK(std::abs(sum / (2000 * 784)) < 1e-6);
  CHECK(std::abs(squares / (2000 * 784) - 1.0) < 1e-6);
}

TEST_CASE("twoClassesOfFashionMnistAreAllOfTheirImages") {
  const LabelledData data = load("--labels 9,7").data;
  CHECK(data.classes == 2);
  CHECK(data.train.data.inputs == 12000);
  CHECK(data.test.data.inputs == 2000);
  CHECK(std::ranges::count(data.train.labels, 0) == 6000);
  CHECK(std::ranges::count(data.test.labels, 1) == 1000);
}

TEST_CASE("labelsOfFashionMnistAreThoseAskedFor") {
  const SmallFashion files;
  const int classes[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 3, 5};
  const auto check = [&](const std::string& labels, std::uint32_t count, auto label_of) {
    CAPTURE(labels);
    const LabelledData data = load(files.arguments(labels)).data;
    CHECK(data.classes == count);
    std::vector<int> wanted;
    for (int k = 0; k < 12; ++k) {
      if (label_of(classes[k]) >= 0) wanted.push_back(k);
    }
    const auto [mean, deviation] = pixel_moments(wanted);
    std::vector<int> places = images_of(data.train, mean, deviation);
    for (std::size_t i = 0; i < places.size(); ++i) {
      CHECK(data.train.labels[i] == label_of(classes[static_cast<std::size_t>(places[i])]));
    }
    std::ranges::sort(places);
    CHECK(places == wanted);
    const int test_classes[] = {9, 3, 5, 0};
    const std::vector<int> tested = images_of(data.test, mean, deviation);
    for (std::size_t i = 0; i < tested.size(); ++i) {
      CHECK(data.test.labels[i] == label_of(test_classes[static_cast<std::size_t>(tested[i])]));
    }
  };
  check("", 2, [](int k) { return k % 2; });
  check("--labels parity", 2, [](int k) { return k % 2; });
  check("--labels all", 10, [](int k) { return k; });
  check("--labels 5,3", 2, [](int k) { return k == 5 ? 0 : k == 3 ? 1 : -1; });
  check("--labels 9,0,3", 3, [](int k) { return k == 9 ? 0 : k == 0 ? 1 : k == 3 ? 2 : -1; });
}

TEST_CASE("fewerImagesAreTheFirstInTheOrderOfTheSeedNormalisedByThemselves") {
  const SmallFashion files;
  for (const std::uint64_t seed : {1U, 2U}) {
    const std::vector<std::uint32_t> order = random_order(seed, 1, 12);
    const std::vector<std::uint32_t> test_order = random_order(seed, 2, 4);
    for (const std::size_t count : {2U, 5U, 12U}) {
      const LabelledData data =
          load(files.arguments("--test-inputs 3 --train-inputs " + std::to_string(count)), seed)
              .data;
      const std::vector<int> wanted(order.begin(), order.begin() + static_cast<int>(count));
      const auto [mean, deviation] = pixel_moments(wanted);
      CHECK(images_of(data.train, mean, deviation) == wanted);
      CHECK(images_of(data.test, mean, deviation) ==
            std::vector<int>(test_order.begin(), test_order.begin() + 3));
    }
  }
  CHECK(random_order(1, 1, 12) != random_order(2, 1, 12));
}

TEST_CASE("imagesToLearnFromAndToTestWithAreRefusedByName") {
  const SmallFashion files;
  check_refused(files.arguments("--train-inputs 13"), {"train_inputs = 13", "2 to 12"});
  check_refused(files.arguments("--train-inputs 1"), {"train_inputs = 1", "from 2"});
  check_refused(files.arguments("--test-inputs 5"), {"test_inputs = 5", "1 to 4"});
  check_refused(files.arguments("--test-inputs 0"), {"test_inputs = 0", "from 1"});
  check_refused(files.arguments("--labels 3,5 --train-inputs 5"), {"train_inputs = 5", "2 to 4"});
  check_refused(files.arguments("--labels 1,2"), {"test_inputs = 0", "1 to 0"});
  check_refused("--data-dir /nowhere", {"/nowhere/train-images-idx3-ubyte.gz", "No such file"});
}

TEST_CASE("labelsThatAreNoneAreRefused") {
  const SmallFashion files;
  for (const char* const labels :
       {"even", "3", "3,", ",3", "3,3", "3,10", "3;5", "3,5,", "3,,5", "a,b", "-1,2"}) {
    check_refused(files.arguments("--labels=" + std::string(labels)),
                  {"labels = '" + std::string(labels) + "'", "parity, all", "0 to 9"});
  }
}

TEST_CASE("imagesAndLabelsThatDoNotFitAreRefused") {
  const std::string labels_file = "train-labels-idx1-ubyte.gz";
  {
    const SmallFashion files;
    files.write(labels_file, gzipped(idx_labels(std::string(11, '\1'))));
    check_refused(files.arguments(), {labels_file, "11 labels", "12 images"});
  }
  {
    const SmallFashion files;
    files.write(labels_file, gzipped(idx_labels(std::string(11, '\1') + "\12")));
    check_refused(files.arguments(), {labels_file, "label 12 is 10", "0 to 9"});
  }
  {
    const SmallFashion files;
    files.write(labels_file, images(12));
    check_refused(files.arguments(), {labels_file, "wrong magic number"});
  }
  {
    const SmallFashion files;
    const std::string whole = gzipped(idx_labels(std::string(12, '\1')));
    files.write(labels_file, whole.substr(0, whole.size() - 5));
    check_refused(files.arguments(), {labels_file, "truncated"});
  }
  {
    const SmallFashion files;  // one pixel an image
    files.write("t10k-images-idx3-ubyte.gz", gzipped(big_endian(0x803) + big_endian(4) +
                                                     big_endian(1) + big_endian(1) + "abcd"));
    check_refused(files.arguments(), {"2 pixels", "1 to test with"});
  }
  {
    const SmallFashion files;
    files.write("train-images-idx3-ubyte.gz", gzipped(idx(0x803, 12, std::string(24, 'x'))));
    check_refused(files.arguments(), {"equal", "standardised"});
  }
}

TEST_CASE("syntheticPointsAreThoseOfTheEngine") {
  for (const char* const name : planar_names()) {
    PlanarSet set{.kind = {}, .noise = 0.3, .classes = 2};
    REQUIRE(find_planar(name, set.kind).ok());
    const LabelledData data =
        load("--noise 0.3 --train-inputs 20 --test-inputs 10 --data " + std::string(name), 5).data;
    CHECK(data.classes == 2);
    CHECK(data.train.data.width == 2);
    std::vector<float> inputs(40);
    std::vector<std::uint16_t> labels(20);
    REQUIRE(planar_set(set, {5, 0}, inputs, labels).ok());
    CHECK(data.train.data.values == inputs);
    CHECK(data.train.labels == labels);
    inputs.resize(20);
    labels.resize(10);
    REQUIRE(planar_set(set, {5, 1}, inputs, labels).ok());
    CHECK(data.test.data.values == inputs);
    CHECK(data.test.labels == labels);
  }
  CHECK(load("--data spirals").data.train.data.inputs == 1000);
  CHECK(load("--data spirals").data.test.data.inputs == 1000);
  CHECK(load("--data spirals --classes 5").data.classes == 5);
}

TEST_CASE("syntheticPointsOutOfRangeAreRefused") {
  check_refused("--data moons --noise -1", {"noise = -1", "0 to 10"});
  check_refused("--data moons --noise nan", {"noise", "nan", "0 to 10"});
  check_refused("--data moons --classes 3", {"classes = 3", "2 to 2"});
  check_refused("--data blobs --classes 65", {"classes = 65", "2 to 64"});
  check_refused("--data blobs --classes two", {"classes", "'two'"});
}

TEST_CASE("csvRowsAreSplitOnceAndInTheOrderOfTheSeed") {
  const Csv file(numbered_rows(50, 3));
  const LabelledData data = load(file.arguments()).data;
  CHECK(data.classes == 3);
  CHECK(data.train.data.inputs == 40);
  CHECK(data.test.data.inputs == 10);
  CHECK(data.train.data.width == 2);
  std::set<float> rows;
  for (const LabelledSet* set : {&data.train, &data.test}) {
    for (std::size_t i = 0; i < set->labels.size(); ++i) {
      const float k = set->data.values[2 * i];
      CHECK(set->data.values[2 * i + 1] == 1000.0F + k);
      CHECK(set->labels[i] == static_cast<int>(k) % 3);
      rows.insert(k);
    }
  }
  CHECK(rows.size() == 50);
  const std::vector<std::uint32_t> order = random_order(1, 3, 50);
  CHECK(data.test.data.values[0] == static_cast<float>(order[0]));
  CHECK(data.train.data.values[0] == static_cast<float>(order[10]));
  CHECK(same(data.train, load(file.arguments()).data.train));
  CHECK(!same(data.train, load(file.arguments(), 2).data.train));
}

TEST_CASE("theTestShareIsRoundedAndLeavesBothSetsSomething") {
  const auto sizes = [](int rows, const std::string& share) {
    const LabelledData data =
        load(Csv(numbered_rows(rows, 2)).arguments("--test-share " + share)).data;
    return std::pair{data.train.data.inputs, data.test.data.inputs};
  };
  CHECK(sizes(50, "0.25") == std::pair{37U, 13U});
  CHECK(sizes(50, "0.99") == std::pair{2U, 48U});
  CHECK(sizes(50, "0.01") == std::pair{49U, 1U});
  CHECK(sizes(3, "0.01") == std::pair{2U, 1U});
  for (const char* const share : {"0", "1", "0.009", "-0.1", "nan", "inf"}) {
    check_refused(Csv(numbered_rows(9, 2)).arguments("--test-share " + std::string(share)),
                  {"test_share = " + std::string(share), "0.01 to 0.99"});
  }
}

TEST_CASE("fewerCsvRowsAreTheFirstOfMore") {
  const Csv file(numbered_rows(50, 3));
  const LabelledData all = load(file.arguments()).data;
  const LabelledData some = load(file.arguments("--train-inputs 7 --test-inputs 3")).data;
  CHECK(some.train.data.inputs == 7);
  CHECK(some.train.labels.size() == 7);
  CHECK(some.test.data.inputs == 3);
  CHECK(begins(all.train, some.train));
  CHECK(begins(all.test, some.test));
  check_refused(file.arguments("--train-inputs 41"), {"train_inputs = 41", "2 to 40"});
  check_refused(file.arguments("--test-inputs 11"), {"test_inputs = 11", "1 to 10"});
}

TEST_CASE("theLabelIsTheColumnAskedFor") {
  const std::string rows = "4,1,0\n1,2,1\n6,1,0\n3,2,1\n";
  const auto labels_and_first = [](const LabelledData& data) {
    std::set<std::pair<int, float>> pairs;
    for (const LabelledSet* set : {&data.train, &data.test}) {
      for (std::size_t i = 0; i < set->labels.size(); ++i) {
        pairs.insert({set->labels[i], set->data.values[2 * i + 1]});
      }
    }
    return pairs;
  };
  using Pairs = std::set<std::pair<int, float>>;
  const auto check = [&](const std::string& header, const std::string& more, const Pairs& wanted) {
    CAPTURE(header);
    CAPTURE(more);
    CHECK(labels_and_first(load(Csv(header + rows).arguments(more)).data) == wanted);
  };
  const Pairs last = {{0, 1.0F}, {1, 2.0F}};    // beside it, last: the middle one
  const Pairs middle = {{0, 0.0F}, {1, 1.0F}};  // beside it, last: the last one
  check("", "", last);
  check("x,y,kind\n", "", last);
  check("x,label,kind\n", "", middle);
  check("x,\"label\",kind\n", "", middle);
  check("x,label,kind\n", "--label-column last", last);
  check("x,label,kind\n", "--label-column kind", last);
  check("x,y,kind\n", "--label-column y", middle);
  check("", "--label-column 2", middle);
  check("", "--label-column 3", last);
  const LabelledData data = load(Csv(rows).arguments("--label-column 1")).data;
  CHECK(data.classes == 4);  // 1, 3, 4, 6
  CHECK(data.train.data.width == 2);
  check_refused(Csv(rows).arguments("--label-column 0"), {"label_column = 0", "1 to 3"});
  check_refused(Csv(rows).arguments("--label-column 4"), {"label_column = 4", "1 to 3"});
  check_refused(Csv(rows).arguments("--label-column 1.5"), {"label_column = '1.5'", "[1, 3]"});
  check_refused(Csv("x,y,z\n" + rows).arguments("--label-column kind"),
                {"label_column = 'kind'", "1 to 3, last"});
  check_refused(Csv("x,label\n" + rows).arguments(), {"header has 2 columns", "rows have 3"});
}

TEST_CASE("csvLabelsInAscendingOrderAreTheClasses") {
  const LabelledData data = load(Csv("1,-3\n2,20\n3,7\n1,-3\n2,20\n3,7\n").arguments()).data;
  CHECK(data.classes == 3);
  for (const LabelledSet* set : {&data.train, &data.test}) {
    for (std::size_t i = 0; i < set->labels.size(); ++i) {
      const int wanted[] = {0, 2, 1};
      CHECK(set->labels[i] == wanted[static_cast<int>(set->data.values[i]) - 1]);
    }
  }
}

TEST_CASE("csvFilesThatCannotBeLearntFromAreRefused") {
  check_refused(Csv("1,0\n2,1\n3,0.5\n").arguments(), {"line 3, column 2", "0.5 is no label"});
  check_refused(Csv("1,0\n2,0\n3,0\n").arguments(), {"1 different labels", "2 to 4096"});
  check_refused(Csv("1,0\n2,1\n").arguments(), {"2 rows", "at least 3"});
  check_refused(Csv("").arguments(), {"0 rows", "at least 3"});
  check_refused(Csv("1\n2\n3\n").arguments(), {"1 column", "label"});
  check_refused(Csv("1,0\n2,x\n3,0\n").arguments(), {"line 2, column 2", "'x' is not a number"});
  check_refused(Csv("1,0\n1e39,1\n3,0\n").arguments(), {"line 2, column 1", "float32"});
}

TEST_CASE("csvColumnsAreStandardisedByTheTrainingRows") {
  std::string text;
  for (int k = 0; k < 30; ++k) {
    text += std::to_string(5 + k * k) + ",42," + std::to_string(-3 * k) + "," +
            std::to_string(k % 2) + "\n";
  }
  const Csv file(text);
  const LabelledData raw = load(file.arguments("--train-inputs 20")).data;
  const LabelledData data = load(file.arguments("--train-inputs 20 --standardise")).data;
  CHECK(data.train.labels == raw.train.labels);
  for (std::size_t column = 0; column < 3; ++column) {
    double mean = 0.0;
    double squares = 0.0;
    for (std::size_t i = 0; i < 20; ++i) {
      const double x = raw.train.data.values[3 * i + column];
      mean += x / 20.0;
      squares += x * x / 20.0;
    }
    const double deviation = column == 1 ? 1.0 : std::sqrt(squares - mean * mean);
    const auto check = [&](const LabelledSet& before, const LabelledSet& after) {
      for (std::size_t i = 0; i < before.labels.size(); ++i) {
        const double x = before.data.values[3 * i + column];
        CHECK(std::abs(after.data.values[3 * i + column] - (x - mean) / deviation) < 1e-5);
      }
    };
    check(raw.train, data.train);
    check(raw.test, data.test);
  }
}

TEST_CASE("flagsThatTheDataHaveNoUseForAreRefused") {
  const Csv file(numbered_rows(9, 2));
  check_refused("--data moons --labels parity", {"labels", "'moons'", "fashion-mnist"});
  check_refused("--data moons --data-dir /x", {"data_dir", "'moons'", "fashion-mnist"});
  check_refused("--data moons --test-share 0.5", {"test_share", "'moons'", "CSV"});
  check_refused("--data moons --label-column last", {"label_column", "'moons'", "CSV"});
  check_refused("--data moons --standardise", {"standardise", "'moons'", "CSV"});
  check_refused("--noise 0.1", {"noise", "'fashion-mnist'", "synthetic"});
  check_refused(file.arguments("--classes 2"), {"classes", "synthetic"});
}

TEST_CASE("labelledDataMustBeAKnownNameOrAFile") {
  check_refused("--data fashion",
                {"data = 'fashion'", "fashion-mnist, blobs, moons, circles, spirals, xor"});
  check_refused("--data /", {"'/'", "directory"});
}

TEST_CASE("labelledInputsAreCutIntoPositions") {
  Block block;
  block.kind = BlockKind::convolution;
  block.dimensions = 2;
  block.side = 28;
  const LabelledData data = load("--train-inputs 3 --test-inputs 2", 1, block).data;
  for (const Dataset& set : {data.train.data, data.test.data}) {
    CHECK(set.width == 1);
    CHECK(set.positions == 784);
    CHECK(set.values.size() == std::size_t{784} * set.inputs);
  }
  block.side = 5;
  check_refused("--data moons", {"side = 5", "'moons'", "25"}, block);
}

TEST_CASE("recordedParametersReadBack") {
  const Csv file("x,label,y\n1,0,2\n2,1,3\n5,0,7\n4,1,1\n9,0,3\n");
  const SmallFashion files;
  for (const std::string& arguments :
       {files.arguments("--labels 3,5"), std::string("--data spirals --classes 3 --noise 0.125"),
        std::string("--data xor --train-inputs 7"), file.arguments("--standardise"),
        file.arguments("--label-column last --test-share 0.4 --train-inputs 2")}) {
    CAPTURE(arguments);
    const Loaded first = load(arguments);
    std::string again;
    for (const auto& [name, value] : first.parameters) {
      std::string flag = name;
      std::ranges::replace(flag, '_', '-');
      again += "--" + flag + " " + cell_text(value) + " ";
    }
    const Loaded second = load(again);
    CHECK(same(first.data.train, second.data.train));
    CHECK(same(first.data.test, second.data.test));
    CHECK(first.data.classes == second.data.classes);
    CHECK(first.parameters.size() >= 5);
  }
}
