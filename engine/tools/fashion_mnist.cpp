#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <memory>

#include "data.hpp"
#include "failure.hpp"

namespace igb::cli {
namespace {

constexpr std::uint32_t images_magic = 0x803;  // unsigned bytes, three dimensions
constexpr std::uint32_t labels_magic = 0x801;  // one dimension
constexpr std::size_t images_header_bytes = 16;
constexpr std::size_t labels_header_bytes = 8;

/// A gzip file read from its beginning to its end.
class GzipReader {
 public:
  explicit GzipReader(std::string path)
      : path_(std::move(path)), file_(gzopen(path_.c_str(), "rb")) {
    if (!file_) fail(errno == 0 ? "out of memory" : std::strerror(errno));
  }

  /// Fills `bytes`, of which there must be so many left.
  void read(std::span<unsigned char> bytes) {
    const std::size_t count = read_some(bytes);
    if (count < bytes.size()) {
      fail("size mismatch: it ends after " + std::to_string(position_) + " bytes, expected " +
           std::to_string(position_ + bytes.size() - count) + " or more");
    }
  }

  /// Reads on to the end, where the checksum is verified; `left` bytes must be left.
  void finish(std::uint64_t left) {
    std::array<unsigned char, 1 << 16> block;
    const std::uint64_t expected = position_ + left;
    while (read_some(block) > 0) {
    }
    if (position_ != expected) {
      fail("size mismatch: " + std::to_string(position_) + " bytes, but its header says " +
           std::to_string(expected));
    }
  }

  [[noreturn]] void fail(const std::string& cause) const {
    throw Failure("data: '" + path_ + "': " + cause);
  }

 private:
  struct Close {
    void operator()(gzFile file) const { gzclose(file); }
  };

  std::size_t read_some(std::span<unsigned char> bytes) {
    errno = 0;
    const int count = gzread(file_.get(), bytes.data(), static_cast<unsigned>(bytes.size()));
    int code = Z_OK;
    const char* const text = gzerror(file_.get(), &code);
    if (count > 0) position_ += static_cast<std::uint64_t>(count);
    if (code == Z_BUF_ERROR) {
      fail("truncated gzip file: it breaks off after " + std::to_string(position_) +
           " uncompressed bytes");
    }
    if (code == Z_ERRNO) fail(std::strerror(errno));
    if (count < 0 || code != Z_OK) fail("corrupt gzip file: " + std::string(text));
    return static_cast<std::size_t>(count);
  }

  std::string path_;
  std::unique_ptr<gzFile_s, Close> file_;
  std::uint64_t position_ = 0;
};

std::uint32_t big_endian(const unsigned char* bytes) {
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 |
         std::uint32_t{bytes[2]} << 8 | bytes[3];
}

struct ImageFile {
  std::uint32_t images;
  std::uint32_t pixels;  ///< an image
};

void check_magic(GzipReader& file, std::uint32_t magic, std::uint32_t expected,
                 const std::string& what) {
  if (magic == expected) return;
  file.fail("wrong magic number " + std::to_string(magic) + ", expected " +
            std::to_string(expected) + " (IDX " + what + ")");
}

ImageFile read_images_header(GzipReader& file) {
  std::array<unsigned char, images_header_bytes> header;
  file.read(header);
  check_magic(file, big_endian(header.data()), images_magic, "images");
  const std::uint64_t rows = big_endian(header.data() + 8);
  const std::uint64_t columns = big_endian(header.data() + 12);
  if (rows == 0 || columns == 0 || rows * columns > width_max) {
    file.fail("images of " + std::to_string(rows) + " x " + std::to_string(columns) +
              " pixels; allowed: 1 to " + std::to_string(width_max) + " pixels");
  }
  return {big_endian(header.data() + 4), static_cast<std::uint32_t>(rows * columns)};
}

/// The pixels of the first `inputs` images of a file, of all if 0.
std::vector<unsigned char> read_pixels(GzipReader& file, std::uint32_t inputs, ImageFile& header) {
  header = read_images_header(file);
  if (inputs > 0) check(check_range("inputs", inputs, 2, header.images));
  const std::uint32_t count = inputs > 0 ? inputs : header.images;
  std::vector<unsigned char> bytes;
  for (std::uint32_t image = 0; image < count; ++image) {  // as far as they are there
    bytes.resize(bytes.size() + header.pixels);
    file.read(std::span(bytes).last(header.pixels));
  }
  file.finish(std::uint64_t{header.images - count} * header.pixels);
  return bytes;
}

/// The first `inputs` labels of a file, all if 0.
std::vector<unsigned char> read_labels(GzipReader& file, std::uint32_t inputs) {
  std::array<unsigned char, labels_header_bytes> header;
  file.read(header);
  check_magic(file, big_endian(header.data()), labels_magic, "labels");
  const std::uint32_t labels = big_endian(header.data() + 4);
  if (inputs > 0) check(check_range("inputs", inputs, 2, labels));
  if (labels > inputs_max) {
    file.fail(std::to_string(labels) + " labels; allowed: 1 to " + std::to_string(inputs_max));
  }
  std::vector<unsigned char> classes(inputs > 0 ? inputs : labels);
  file.read(classes);
  file.finish(labels - classes.size());
  return classes;
}

}  // namespace

Dataset read_fashion_mnist(const std::string& directory, std::uint32_t inputs) {
  GzipReader file(directory + "/train-images-idx3-ubyte.gz");
  ImageFile header{};
  const std::vector<unsigned char> bytes = read_pixels(file, inputs, header);
  if (std::ranges::all_of(bytes, [&](unsigned char pixel) { return pixel == bytes[0]; })) {
    file.fail("all pixels are equal, they cannot be standardised");
  }
  const PixelScale scale(bytes);
  Dataset data{.values = {}, .inputs = inputs, .width = header.pixels};
  data.values.reserve(bytes.size());
  for (const unsigned char pixel : bytes) data.values.push_back(scale(pixel));
  return data;
}

std::vector<unsigned char> read_fashion_mnist_labels(const std::string& directory,
                                                     std::uint32_t inputs) {
  GzipReader file(directory + "/train-labels-idx1-ubyte.gz");
  return read_labels(file, inputs);
}

LabelledImages read_labelled_images(const std::string& directory, const std::string& part) {
  GzipReader images(directory + "/" + part + "-images-idx3-ubyte.gz");
  ImageFile header{};
  LabelledImages data;
  data.pixels = read_pixels(images, 0, header);
  data.width = header.pixels;
  GzipReader labels(directory + "/" + part + "-labels-idx1-ubyte.gz");
  data.labels = read_labels(labels, 0);
  if (data.labels.size() != header.images) {
    labels.fail(std::to_string(data.labels.size()) + " labels, but there are " +
                std::to_string(header.images) + " images");
  }
  for (std::size_t i = 0; i < data.labels.size(); ++i) {
    if (data.labels[i] < fashion_classes) continue;
    labels.fail("label " + std::to_string(i + 1) + " is " + std::to_string(data.labels[i]) +
                "; allowed: 0 to " + std::to_string(fashion_classes - 1));
  }
  return data;
}

PixelScale::PixelScale(std::span<const unsigned char> pixels) {
  double sum = 0.0;
  double squares = 0.0;
  for (const unsigned char pixel : pixels) {
    sum += pixel;
    squares += static_cast<double>(pixel) * pixel;
  }
  const auto count = static_cast<double>(pixels.size());
  mean_ = sum / count;
  scale_ = 1.0 / std::sqrt(squares / count - mean_ * mean_);
}

}  // namespace igb::cli
