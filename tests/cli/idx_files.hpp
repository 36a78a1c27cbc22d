// The files that fashion-mnist comes in, small ones.
#pragma once

#include <doctest/doctest.h>
#include <zlib.h>

#include <cstdint>
#include <string>

#include "files.hpp"

inline std::string big_endian(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xFFU);
  return bytes;
}

/// A file of images of 1 x 2 pixels.
inline std::string idx(std::uint32_t magic, std::uint32_t images, const std::string& pixels) {
  return big_endian(magic) + big_endian(images) + big_endian(1) + big_endian(2) + pixels;
}

inline std::string gzipped(const std::string& content) {
  const TemporaryFolder folder;
  const gzFile file = gzopen(folder.file("x").c_str(), "wb");
  REQUIRE(gzwrite(file, content.data(), static_cast<unsigned>(content.size())) ==
          static_cast<int>(content.size()));
  REQUIRE(gzclose(file) == Z_OK);
  return read_file(folder.file("x"));
}

/// A file of labels.
inline std::string idx_labels(const std::string& labels) {
  return big_endian(0x801) + big_endian(static_cast<std::uint32_t>(labels.size())) + labels;
}
