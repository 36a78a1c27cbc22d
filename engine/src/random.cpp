#include "igb/random.hpp"

#include "kernels.hpp"
#include "philox.hpp"

namespace igb {

std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter,
                                    std::array<std::uint32_t, 2> key) {
  struct Halves {
    std::uint32_t high;
    std::uint32_t low;
  };
  philox_bijection(counter, key, [](std::uint32_t a, std::uint32_t m) -> Halves {
    const std::uint64_t product = std::uint64_t{a} * m;
    return {static_cast<std::uint32_t>(product >> 32), static_cast<std::uint32_t>(product)};
  });
  return counter;
}

void normals(Draw draw, Stream stream, std::uint32_t layer, std::uint32_t row,
             std::uint32_t first_column, std::span<float> out, Target target) {
  kernels_of(target).normals(normal_source(draw, stream, layer), row, first_column, out.size(),
                             out.data());
}

void uniforms(Draw draw, Stream stream, std::uint32_t layer, std::uint32_t row,
              std::uint32_t first_column, std::span<float> out, Target target) {
  kernels_of(target).uniforms(normal_source(draw, stream, layer), row, first_column, out.size(),
                              out.data());
}

}  // namespace igb
