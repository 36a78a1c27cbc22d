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

std::vector<float> standardised(std::span<const unsigned char> pixels) {
  double sum = 0.0;
  double squares = 0.0;
  for (const unsigned char pixel : pixels) {
    sum += pixel;
    squares += static_cast<double>(pixel) * pixel;
  }
  const auto count = static_cast<double>(pixels.size());
  const double mean = sum / count;
  const double scale = 1.0 / std::sqrt(squares / count - mean * mean);
  std::vector<float> values;
  values.reserve(pixels.size());
  for (const unsigned char pixel : pixels)
    values.push_back(static_cast<float>((pixel - mean) * scale));
  return values;
}

}  // namespace

Dataset read_fashion_mnist(const std::string& directory, std::uint32_t inputs) {
  GzipReader file(directory + "/train-images-idx3-ubyte.gz");
  const auto [images, pixels] = read_images_header(file);
  check(check_range("inputs", inputs, 2, images));
  std::vector<unsigned char> bytes(std::size_t{inputs} * pixels);
  for (std::uint32_t image = 0; image < inputs; ++image) {
    file.read(std::span(bytes).subspan(std::size_t{image} * pixels, pixels));
  }
  file.finish(std::uint64_t{images - inputs} * pixels);
  if (std::ranges::all_of(bytes, [&](unsigned char pixel) { return pixel == bytes[0]; })) {
    file.fail("all pixels are equal, they cannot be standardised");
  }
  return {standardised(bytes), inputs, pixels};
}

std::vector<unsigned char> read_fashion_mnist_labels(const std::string& directory,
                                                     std::uint32_t inputs) {
  GzipReader file(directory + "/train-labels-idx1-ubyte.gz");
  std::array<unsigned char, labels_header_bytes> header;
  file.read(header);
  check_magic(file, big_endian(header.data()), labels_magic, "labels");
  const std::uint32_t labels = big_endian(header.data() + 4);
  check(check_range("inputs", inputs, 2, labels));
  std::vector<unsigned char> classes(inputs);
  file.read(classes);
  file.finish(labels - inputs);
  return classes;
}

}  // namespace igb::cli
