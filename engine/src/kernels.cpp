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

using PanelWords = Words<panel_vectors>;

/// Normals of columns 4k .. 4k + 3 for a panel of column blocks k or of rows: [vector][column].
IGB_INLINE std::array<std::array<Float, 4>, panel_vectors> four_normals(
    const NormalSource& source, const PanelWords& column_block, const PanelWords& row) {
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

  Words<2 * panel_vectors> radius_bits;
  Words<2 * panel_vectors> angle_bits;
  for (std::size_t v = 0; v < panel_vectors; ++v) {
    radius_bits.part[2 * v] = words[0].part[v];
    angle_bits.part[2 * v] = words[1].part[v];
    radius_bits.part[2 * v + 1] = words[2].part[v];
    angle_bits.part[2 * v + 1] = words[3].part[v];
  }
  const auto pairs = box_muller(radius_bits, angle_bits);
  std::array<std::array<Float, 4>, panel_vectors> normals;
  for (std::size_t v = 0; v < panel_vectors; ++v) {
    normals[v] = {pairs.first.part[2 * v], pairs.second.part[2 * v], pairs.first.part[2 * v + 1],
                  pairs.second.part[2 * v + 1]};
  }
  return normals;
}

/// first, first + 1, ... over the lanes of a panel.
IGB_INLINE PanelWords counting_from(std::uint32_t first) {
  PanelWords words;
  for (std::size_t v = 0; v < panel_vectors; ++v) {
    words.part[v] = Word(first + static_cast<std::uint32_t>(v * lanes)) + lane_index();
  }
  return words;
}

void normals(const NormalSource& source, std::uint32_t row, std::uint32_t first_column,
             std::size_t count, float* out) {
  std::size_t skip = first_column % 4;
  std::size_t written = 0;
  for (std::uint32_t block = first_column / 4; written < count; block += panel_units) {
    const auto columns = four_normals(source, counting_from(block), PanelWords(Word(row)));
    alignas(64) std::array<std::array<float, panel_units>, 4> by_column;
    for (std::size_t j = 0; j < 4; ++j) {
      for (std::size_t v = 0; v < panel_vectors; ++v) {
        columns[v][j].store_aligned(by_column[j].data() + v * lanes);
      }
    }
    for (std::size_t i = skip; i < 4 * panel_units && written < count; ++i) {
      out[written++] = by_column[i % 4][i / 4];
    }
    skip = 0;
  }
}

/// tile[k][unit] = z(first_unit + unit, first_column + k) for the units of one panel.
void fill_tile(const NormalSource& source, std::uint32_t first_unit, std::uint32_t first_column,
               std::size_t columns, float* tile) {
  const PanelWords units = counting_from(first_unit);
  for (std::size_t k = 0; k < columns; k += 4) {
    const Word block(static_cast<std::uint32_t>((first_column + k) / 4));
    const auto four = four_normals(source, PanelWords(block), units);
    for (std::size_t v = 0; v < panel_vectors; ++v) {
      for (std::size_t j = 0; j < 4; ++j) {
        four[v][j].store_aligned(tile + (k + j) * panel_units + v * lanes);
      }
    }
  }
}

/// Where one panel stands in the layer and what its last visit does to the sums.
struct Panel {
  const float* in;
  float* out;
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
      const Float result =
          panel.last ? mul_add(sum[a][v], Float(job.weight_scale), panel.bias[v]) : sum[a][v];
      result.store_unaligned(panel.out + a * job.out_stride + v * lanes);
    }
  }
}

template <std::size_t... counts>
void multiply_remainder(const DenseJob& job, const Panel& panel, std::size_t inputs,
                        std::index_sequence<counts...>) {
  ((inputs == counts + 1 ? multiply_block<counts + 1>(job, panel) : void()), ...);
}

void multiply_panel(const DenseJob& job, Panel panel) {
  std::size_t inputs = job.inputs;
  for (; inputs >= block_inputs; inputs -= block_inputs) {
    multiply_block<block_inputs>(job, panel);
    panel.in += block_inputs * job.in_stride;
    panel.out += block_inputs * job.out_stride;
  }
  multiply_remainder(job, panel, inputs, std::make_index_sequence<block_inputs - 1>());
}

void dense(const DenseJob& job) {
  for (std::size_t unit = 0; unit < job.out_units; unit += panel_units) {
    const auto first_unit = static_cast<std::uint32_t>(unit);
    Panel panel{job.in, job.out + unit, 0, true, false, {}};
    const auto biases = four_normals(job.biases, PanelWords(Word(0U)), counting_from(first_unit));
    for (std::size_t v = 0; v < panel_vectors; ++v) {
      panel.bias[v] = Float(job.bias_scale) * biases[v][0];
    }
    for (std::size_t column = 0; column < job.in_units; column += tile_columns) {
      panel.in = job.in + column;
      panel.columns = job.in_units - column < tile_columns ? job.in_units - column : tile_columns;
      panel.first = column == 0;
      panel.last = column + panel.columns == job.in_units;
      fill_tile(job.weights, first_unit, static_cast<std::uint32_t>(column), panel.columns,
                job.tile);
      multiply_panel(job, panel);
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

template <class... Phi>
constexpr std::array<void (*)(float*, float, std::size_t), sizeof...(Phi)> activation_table(
    TypeList<Phi...>) {
  return {activate<Phi>...};
}
constexpr auto activation_kernels = activation_table(ActivationList{});

}  // namespace

extern const PairKernels pair_kernels;
extern const Kernels kernels{panel_units, normals, dense, activation_kernels.data(), &pair_kernels};

}  // namespace igb::IGB_TARGET
