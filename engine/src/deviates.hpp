// Deviates of a panel of units at a time, four columns of each.
#pragma once

#include <array>

#include "kernels.hpp"
#include "philox.hpp"
#include "vector_math.hpp"

namespace igb::IGB_TARGET {

// Units a panel: two vectors, so that one broadcast of an input feeds two products.
constexpr std::size_t panel_vectors = 2;
constexpr std::size_t panel_units = panel_vectors * lanes;
static_assert(panel_units <= panel_units_max);
using PanelWords = Words<panel_vectors>;
/// The deviates of four neighbouring columns 4k .. 4k + 3 in each lane of a panel:
/// [vector][column].
using Quads = std::array<std::array<Float, 4>, panel_vectors>;

/// The random words of columns 4k .. 4k + 3 for a panel of column blocks k or of rows.
IGB_INLINE std::array<PanelWords, 4> four_words(const NormalSource& source,
                                                const PanelWords& column_block,
                                                const PanelWords& row) {
  struct Product {
    PanelWords high;
    PanelWords low;
  };
  std::array<PanelWords, 4> words{column_block, row, PanelWords(Word(source.layer_word)),
                                  PanelWords(Word(source.network))};
  philox_bijection(words, source.key, [](const PanelWords& a, std::uint32_t m) IGB_LAMBDA_INLINE {
    Product product;
    for (std::size_t v = 0; v < panel_vectors; ++v) {
      const WideProduct one = wide_multiply(a.part[v], m);
      product.high.part[v] = one.high;
      product.low.part[v] = one.low;
    }
    return product;
  });
  return words;
}

struct Gaussian {
  static IGB_INLINE Quads of(const std::array<PanelWords, 4>& words) {
    Words<2 * panel_vectors> radius_bits;
    Words<2 * panel_vectors> angle_bits;
    for (std::size_t v = 0; v < panel_vectors; ++v) {
      radius_bits.part[2 * v] = words[0].part[v];
      angle_bits.part[2 * v] = words[1].part[v];
      radius_bits.part[2 * v + 1] = words[2].part[v];
      angle_bits.part[2 * v + 1] = words[3].part[v];
    }
    const auto pairs = box_muller(radius_bits, angle_bits);
    Quads normals;
    for (std::size_t v = 0; v < panel_vectors; ++v) {
      normals[v] = {pairs.first.part[2 * v], pairs.second.part[2 * v], pairs.first.part[2 * v + 1],
                    pairs.second.part[2 * v + 1]};
    }
    return normals;
  }
};

struct Uniform {
  static IGB_INLINE Quads of(const std::array<PanelWords, 4>& words) {
    Quads uniforms;
    for (std::size_t v = 0; v < panel_vectors; ++v) {
      for (std::size_t j = 0; j < 4; ++j) uniforms[v][j] = uniform_deviate(words[j].part[v]);
    }
    return uniforms;
  }
};

/// first + offset(lane) over the lanes of a panel, where each vector goes on `step` farther.
IGB_INLINE PanelWords counting_from(std::uint32_t first, Word offset, std::size_t step) {
  PanelWords words;
  for (std::size_t v = 0; v < panel_vectors; ++v) {
    words.part[v] = Word(first + static_cast<std::uint32_t>(v * step)) + offset;
  }
  return words;
}

}  // namespace igb::IGB_TARGET
