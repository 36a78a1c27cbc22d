#include "igb/random.hpp"

#include "kernels.hpp"
#include "philox.hpp"

namespace igb {

std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter,
                                    std::array<std::uint32_t, 2> key) {
  std::array<std::uint32_t, 4> words;
  philox_bijection(counter[0], counter[1], counter[2], counter[3], philox_keys(key), words);
  return words;
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
