// What the tests of the C API share.
#pragma once

#include <doctest/doctest.h>

#include <cstddef>
#include <string>

#include "igb/architecture.hpp"
#include "igb/igb.h"
#include "samples.hpp"

namespace igb::test {

inline const igb_activation* c_activation(const char* name) {
  const igb_activation* const found = igb_find_activation(name);
  REQUIRE_MESSAGE(found != nullptr, name);
  return found;
}

inline igb_initialisation c_plain(const char* name, double sigma_w2, double sigma_b2) {
  return {c_activation(name), sigma_w2, sigma_b2, {}, 0};
}

/// begin(place, size) makes `object` in exactly `bytes` aligned bytes; in every smaller size up to
/// `dense`, some beyond and the last, at no place and at an odd one it makes none and says why.
template <class Object, class Begin>
void check_memory(size_t bytes, size_t dense, Object* const& object, const igb_status& why,
                  const Begin& begin) {
  const AlignedMemory memory(bytes + 1);
  std::byte* const place = memory.bytes().data();
  const auto too_small = [&](size_t size) {
    CHECK(begin(place, size) == IGB_BUFFER_TOO_SMALL);
    CHECK(why.value == static_cast<double>(size));
    CHECK(why.low == static_cast<double>(bytes));
    CHECK(object == nullptr);
  };
  for (size_t size = 0; size < bytes; size += size < dense ? 1 : 501) too_small(size);
  too_small(bytes - 1);
  CHECK(begin(nullptr, bytes) == IGB_NULL_POINTER);
  CHECK(begin(place + 1, bytes) == IGB_MISALIGNED);
  CHECK(object == nullptr);
  CHECK(begin(place, bytes) == IGB_OK);
}

inline igb_block c_block(const Block& block) {
  igb_block same{};
  same.kind = static_cast<int32_t>(block.kind);
  same.pool = block.pool;
  same.pool_width = static_cast<int32_t>(block.pool_width);
  same.keep = block.keep;
  same.residual_depth = block.residual_depth;
  same.sigma_v2 = block.sigma_v2;
  same.sigma_a2 = block.sigma_a2;
  same.taps = block.taps;
  same.dimensions = block.dimensions;
  same.side = block.side;
  return same;
}

inline igb_initialisation c_initialisation(const Initialisation& init) {
  return {c_activation(init.activation->name), init.sigma_w2, init.sigma_b2, c_block(init.block),
          static_cast<int32_t>(init.weights)};
}

inline igb_architecture c_architecture(const Architecture& a) {
  return {c_initialisation(a.init), a.input_width, a.width, a.depth, a.classes};
}

inline std::string c_message(const igb_status& status) {
  char buffer[400];
  igb_message(&status, buffer, sizeof buffer);
  return buffer;
}

}  // namespace igb::test
