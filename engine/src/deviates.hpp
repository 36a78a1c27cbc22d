// Deviates of the units of a panel, four neighbouring columns at a time.
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

/// A NormalSource with the keys of all rounds, which kernels read from memory.
struct Source {
  explicit Source(const NormalSource& source)
      : keys(philox_keys(source.key)), layer_word(source.layer_word), network(source.network) {}
  PhiloxKeys keys;
  std::uint32_t layer_word;
  std::uint32_t network;
};

/// The random words of columns 4k .. 4k + 3, one of the block k and the row being a vector.
template <class ColumnBlock, class Row>
IGB_INLINE std::array<PanelWords, 4> four_words(const Source& source,
                                                const ColumnBlock& column_block, const Row& row) {
  std::array<PanelWords, 4> words;
  philox_bijection(column_block, row, source.layer_word, source.network, source.keys, words);
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
