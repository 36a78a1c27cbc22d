#include "kernels.hpp"

#include <tuple>
#include <utility>

#include "activation_list.hpp"
#include "philox.hpp"
#include "vector_math.hpp"

namespace igb::IGB_TARGET {
namespace {

// Units a panel: two vectors, so that one broadcast of an input feeds two products.
constexpr std::size_t panel_vectors = 2;
constexpr std::size_t panel_units = panel_vectors * lanes;
static_assert(panel_units <= panel_units_max);
// Inputs a block: with two vectors each, 12 accumulators fill 16 registers together with operands.
constexpr std::size_t block_inputs = lanes == 16 ? 12 : 6;

// Partial sums of a reflection's dot product: the same on every target.
constexpr std::size_t reflection_sums = 16;
static_assert(reflection_sums % lanes == 0);

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

// Deviates come by fours of columns, one in each of four vectors. transpose_fours puts neighbouring
// columns into neighbouring lanes: lane i then has row (or, within one row, the group of blocks)
// i % 4 before, and block i / 4.
constexpr std::size_t lane_groups = lanes / 4;

template <class Law>
void deviates(const NormalSource& source, std::uint32_t row, std::uint32_t first_column,
              std::size_t count, float* out) {
  constexpr std::size_t columns = 4 * panel_units;
  const Word offset =
      (lane_index() & Word(3U)) * Word(std::uint32_t{lane_groups}) + (lane_index() >> 2);
  std::size_t skipped = first_column % 4;
  for (std::uint32_t block = first_column / 4; count > 0; block += panel_units) {
    Quads quads =
        Law::of(four_words(source, counting_from(block, offset, lanes), PanelWords(Word(row))));
    alignas(64) std::array<float, columns> in_order;
    for (std::size_t v = 0; v < panel_vectors; ++v) {
      transpose_fours(quads[v]);
      for (std::size_t j = 0; j < 4; ++j) {
        quads[v][j].store_aligned(in_order.data() + (4 * v + j) * lanes);
      }
    }
    const std::size_t written = count < columns - skipped ? count : columns - skipped;
    for (std::size_t i = 0; i < written; ++i) out[i] = in_order[skipped + i];
    out += written;
    count -= written;
    skipped = 0;
  }
}

/// tile[k][unit] = z(first_unit + unit, first_column + k) for the units of one panel.
template <class Law>
void fill_tile(const NormalSource& source, std::uint32_t first_unit, std::uint32_t first_column,
               std::size_t columns, float* tile) {
  const PanelWords units = counting_from(first_unit, lane_index(), lanes);
  for (std::size_t k = 0; k < columns; k += 4) {
    const Word block(static_cast<std::uint32_t>((first_column + k) / 4));
    const Quads quads = Law::of(four_words(source, PanelWords(block), units));
    for (std::size_t v = 0; v < panel_vectors; ++v) {
      for (std::size_t j = 0; j < 4; ++j) {
        quads[v][j].store_aligned(tile + (k + j) * panel_units + v * lanes);
      }
    }
  }
}

/// tile[k][unit] = z(first_row + k, first_unit + unit): the units of the panel are columns.
template <class Law>
void fill_transposed_tile(const NormalSource& source, std::uint32_t first_unit,
                          std::uint32_t first_row, std::size_t rows, float* tile) {
  const PanelWords blocks = counting_from(first_unit / 4, lane_index() >> 2, lane_groups);
  for (std::size_t k = 0; k < rows; k += 4) {
    const Word row = Word(static_cast<std::uint32_t>(first_row + k)) + (lane_index() & Word(3U));
    Quads quads = Law::of(four_words(source, blocks, PanelWords(row)));
    for (std::size_t v = 0; v < panel_vectors; ++v) {
      transpose_fours(quads[v]);
      for (std::size_t j = 0; j < 4; ++j) {
        quads[v][j].store_aligned(tile + (k + j) * panel_units + v * lanes);
      }
    }
  }
}

/// Where one panel stands in the layer and what its last visit does to the sums.
struct Panel {
  const float* in;
  float* out;
  const float* skip;
  std::size_t columns;
  bool first;
  bool last;
  std::array<Float, panel_vectors> bias;
};

/// Adds tile x inputs to one panel of `count` inputs; the sum over columns runs in ascending order,
/// so that the result does not depend on how many inputs or units a block holds.
template <std::size_t count>
IGB_INLINE void multiply_block(const DenseJob& job, const Panel& panel) {
  std::array<std::array<Float, panel_vectors>, count> sum;
  for (std::size_t a = 0; a < count; ++a) {
    for (std::size_t v = 0; v < panel_vectors; ++v) {
      sum[a][v] = panel.first ? Float(0.0F)
                              : Float::load_unaligned(panel.out + a * job.out_stride + v * lanes);
    }
  }
  const float* weight = job.tile;
  for (std::size_t k = 0; k < panel.columns; ++k, weight += panel_units) {
    const Float w0 = Float::load_aligned(weight);
    const Float w1 = Float::load_aligned(weight + lanes);
    for (std::size_t a = 0; a < count; ++a) {
      const Float x(panel.in[a * job.in_stride + k]);
      sum[a][0] = mul_add(w0, x, sum[a][0]);
      sum[a][1] = mul_add(w1, x, sum[a][1]);
    }
  }
  for (std::size_t a = 0; a < count; ++a) {
    for (std::size_t v = 0; v < panel_vectors; ++v) {
      const std::size_t place = a * job.out_stride + v * lanes;
      Float result = sum[a][v];
      if (panel.last) {
        result = mul_add(result, Float(job.weight_scale), panel.bias[v]);
        if (panel.skip != nullptr) result += Float::load_unaligned(panel.skip + place);
      }
      result.store_unaligned(panel.out + place);
    }
  }
}

template <std::size_t... counts>
void multiply_remainder(const DenseJob& job, const Panel& panel, std::size_t inputs,
                        std::index_sequence<counts...>) {
  ((inputs == counts + 1 ? multiply_block<counts + 1>(job, panel) : void()), ...);
}

void multiply_panel(const DenseJob& job, Panel panel) {
  std::size_t inputs = job.rows;
  for (; inputs >= block_inputs; inputs -= block_inputs) {
    multiply_block<block_inputs>(job, panel);
    panel.in += block_inputs * job.in_stride;
    panel.out += block_inputs * job.out_stride;
    if (panel.skip != nullptr) panel.skip += block_inputs * job.out_stride;
  }
  multiply_remainder(job, panel, inputs, std::make_index_sequence<block_inputs - 1>());
}

enum class Direction { forward, transposed };

template <Direction direction, class Law>
void multiply(const DenseJob& job) {
  for (std::size_t unit = 0; unit < job.out_units; unit += panel_units) {
    const auto first_unit = static_cast<std::uint32_t>(unit);
    Panel panel{job.in, job.out + unit, nullptr, 0, true, false, {}};
    panel.bias.fill(Float(0.0F));
    if constexpr (direction == Direction::forward) {
      const Quads biases = Gaussian::of(four_words(job.biases, PanelWords(Word(0U)),
                                                   counting_from(first_unit, lane_index(), lanes)));
      for (std::size_t v = 0; v < panel_vectors; ++v) {
        panel.bias[v] = Float(job.bias_scale) * biases[v][0];
      }
    }
    for (std::size_t column = 0; column < job.in_units; column += tile_columns) {
      panel.in = job.in + column;
      panel.skip = job.skip == nullptr ? nullptr : job.skip + unit;
      panel.columns = job.in_units - column < tile_columns ? job.in_units - column : tile_columns;
      panel.first = column == 0;
      panel.last = column + panel.columns == job.in_units;
      constexpr auto fill =
          direction == Direction::forward ? fill_tile<Law> : fill_transposed_tile<Law>;
      fill(job.weights, first_unit, static_cast<std::uint32_t>(column), panel.columns, job.tile);
      multiply_panel(job, panel);
    }
  }
}

template <Direction direction>
void dense(const DenseJob& job) {
  if (job.law == WeightLaw::uniform) {
    multiply<direction, Uniform>(job);
  } else {
    multiply<direction, Gaussian>(job);
  }
}

/// values[0 .. reflection_sums), the missing ones 0.
using Chunk = std::array<Float, reflection_sums / lanes>;

IGB_INLINE Chunk load(const float* values, std::size_t count) {
  alignas(64) std::array<float, reflection_sums> padded{};
  if (count < reflection_sums) {
    for (std::size_t i = 0; i < count; ++i) padded[i] = values[i];
    values = padded.data();
  }
  Chunk chunk;
  for (std::size_t v = 0; v < chunk.size(); ++v) {
    chunk[v] = Float::load_unaligned(values + v * lanes);
  }
  return chunk;
}

IGB_INLINE void store(const Chunk& chunk, float* values, std::size_t count) {
  alignas(64) std::array<float, reflection_sums> padded;
  float* const to = count < reflection_sums ? padded.data() : values;
  for (std::size_t v = 0; v < chunk.size(); ++v) chunk[v].store_unaligned(to + v * lanes);
  if (count >= reflection_sums) return;
  for (std::size_t i = 0; i < count; ++i) values[i] = padded[i];
}

void reflect(const ReflectionJob& job) {
  const auto left = [&](std::size_t k) { return job.count - k; };
  for (std::size_t a = 0; a < job.rows; ++a) {
    float* const row = job.values + a * job.stride;
    Chunk sum;
    sum.fill(Float(0.0F));
    for (std::size_t k = 0; k < job.count; k += reflection_sums) {
      const Chunk direction = load(job.direction + k, left(k));
      const Chunk values = load(row + k, left(k));
      for (std::size_t v = 0; v < sum.size(); ++v) {
        sum[v] = mul_add(direction[v], values[v], sum[v]);
      }
    }
    alignas(64) std::array<float, reflection_sums> sums;
    store(sum, sums.data(), reflection_sums);
    for (std::size_t half = reflection_sums / 2; half > 0; half /= 2) {
      for (std::size_t i = 0; i < half; ++i) sums[i] += sums[i + half];
    }
    const Float minus(-job.factor * sums[0]);
    for (std::size_t k = 0; k < job.count; k += reflection_sums) {
      const Chunk direction = load(job.direction + k, left(k));
      Chunk values = load(row + k, left(k));
      for (std::size_t v = 0; v < values.size(); ++v) {
        values[v] = mul_add(minus, direction[v], values[v]);
      }
      store(values, row + k, left(k));
    }
  }
}

// flatten: no function of this instruction set may reach the linker under a shared name.
template <class Phi>
[[gnu::flatten]] void activate(float* values, [[maybe_unused]] float parameter, std::size_t count) {
  for (std::size_t i = 0; i < count; i += lanes) {
    const Float x = Float::load_aligned(values + i);
    Float y;
    if constexpr (requires { Phi::template apply<VectorMath>(x, x); }) {
      y = Phi::template apply<VectorMath>(x, Float(parameter));
    } else {
      y = Phi::template apply<VectorMath>(x);
    }
    y.store_aligned(values + i);
  }
}

template <class Phi>
[[gnu::flatten]] void multiply_slope(const float* values, [[maybe_unused]] float parameter,
                                     std::size_t count, float* gradient) {
  for (std::size_t i = 0; i < count; i += lanes) {
    const Float x = Float::load_aligned(values + i);
    Float slope;
    if constexpr (requires { Phi::template slope<VectorMath>(x, x); }) {
      slope = Phi::template slope<VectorMath>(x, Float(parameter));
    } else {
      slope = Phi::template slope<VectorMath>(x);
    }
    (Float::load_aligned(gradient + i) * slope).store_aligned(gradient + i);
  }
}

template <class... Phi>
constexpr std::array<decltype(&activate<Linear>), sizeof...(Phi)> activation_table(
    TypeList<Phi...>) {
  return {activate<Phi>...};
}
template <class... Phi>
constexpr std::array<decltype(&multiply_slope<Linear>), sizeof...(Phi)> slope_table(
    TypeList<Phi...>) {
  return {multiply_slope<Phi>...};
}
constexpr auto activation_kernels = activation_table(ActivationList{});
constexpr auto slope_kernels = slope_table(ActivationList{});

}  // namespace

extern const PairKernels pair_kernels;
extern const GramKernels gram_kernels;
extern const Kernels kernels{
    .panel_units = panel_units,
    .normals = deviates<Gaussian>,
    .uniforms = deviates<Uniform>,
    .dense = dense<Direction::forward>,
    .dense_transposed = dense<Direction::transposed>,
    .reflect = reflect,
    .activate = activation_kernels.data(),
    .multiply_slope = slope_kernels.data(),
    .pairs = &pair_kernels,
    .gram = &gram_kernels,
};

}  // namespace igb::IGB_TARGET
