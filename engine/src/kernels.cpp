#include "kernels.hpp"

#include <utility>

#include "activation_list.hpp"
#include "deviates.hpp"
#include "magnification.hpp"
#include "vector_math.hpp"

namespace igb::IGB_TARGET {
namespace {

// Inputs a block: with two vectors each, 12 accumulators fill 16 registers together with operands.
// Of those, WebAssembly engines keep one to themselves (five instead of six: 0.82 of the time).
constexpr std::size_t block_inputs = lanes == 16 ? 12 : lanes == 8 ? 6 : 5;

// Partial sums of a reflection's dot product: the same on every target.
constexpr std::size_t reflection_sums = 16;
static_assert(reflection_sums % lanes == 0);

// Deviates come by fours of columns, one in each of four vectors. transpose_fours puts neighbouring
// columns into neighbouring lanes: lane i then has row (or, within one row, the group of blocks)
// i % 4 before, and block i / 4.
constexpr std::size_t lane_groups = lanes / 4;

/// out[4 panel_units] = z(row, 4 first_block ...).
template <class Law>
IGB_INLINE void deviates_of_blocks(const Source& source, std::uint32_t row,
                                   std::uint32_t first_block, float* out) {
  const Word offset =
      (lane_index() & Word(3U)) * Word(std::uint32_t{lane_groups}) + (lane_index() >> 2);
  Quads quads = Law::of(four_words(source, counting_from(first_block, offset, lanes), row));
  for (std::size_t v = 0; v < panel_vectors; ++v) {
    transpose_fours(quads[v]);
    for (std::size_t j = 0; j < 4; ++j) {
      quads[v][j].store_unaligned(out + (4 * v + j) * lanes);
    }
  }
}

template <class Law>
void deviates(const NormalSource& normal_source, std::uint32_t row, std::uint32_t first_column,
              std::size_t count, float* out) {
  constexpr std::size_t columns = 4 * panel_units;
  const Source source(normal_source);
  std::uint32_t block = first_column / 4;
  std::size_t skipped = first_column % 4;
  while (count > 0) {
    alignas(64) std::array<float, columns> whole;
    const bool in_place = skipped == 0 && count >= columns;
    deviates_of_blocks<Law>(source, row, block, in_place ? out : whole.data());
    const std::size_t written = count < columns - skipped ? count : columns - skipped;
    for (std::size_t i = 0; i < written && !in_place; ++i) out[i] = whole[skipped + i];
    skipped = 0;
    block += panel_units;
    out += written;
    count -= written;
  }
}

/// tile[k][unit] = z(first_unit + unit, first_column + k) for the units of one panel. A function of
/// its own, as the next: inlined wherever a tile is filled, they add a fifth to the kernels.
template <class Law>
[[gnu::noinline]] void fill_tile(const Source& source, std::uint32_t first_unit,
                                 std::uint32_t first_column, std::size_t columns, float* tile) {
  const PanelWords units = counting_from(first_unit, lane_index(), lanes);
  for (std::size_t k = 0; k < columns; k += 4) {
    const auto block = static_cast<std::uint32_t>((first_column + k) / 4);
    const Quads quads = Law::of(four_words(source, block, units));
    for (std::size_t v = 0; v < panel_vectors; ++v) {
      for (std::size_t j = 0; j < 4; ++j) {
        quads[v][j].store_aligned(tile + (k + j) * panel_units + v * lanes);
      }
    }
  }
}

/// tile[k][unit] = z(first_row + k, first_unit + unit): the units of the panel are columns.
template <class Law>
[[gnu::noinline]] void fill_transposed_tile(const Source& source, std::uint32_t first_unit,
                                            std::uint32_t first_row, std::size_t rows,
                                            float* tile) {
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

/// Rows that all weights pass by together. For more, which the caches of addresses cannot follow,
/// it is quicker to generate the weights again (4096 rows of 1000 units: 0.84 of the time).
constexpr std::size_t rows_together = 1024;

using PanelFloats = std::array<Float, panel_vectors>;

alignas(64) constexpr std::array<float, panel_units> zeros{};

/// Where one panel stands in the layer and what its last visit does to the sums.
struct Panel {
  const float* tile;  ///< of weights, [columns, tile_stride]
  std::size_t tile_stride;
  const float* in;
  const float* sums;  ///< to start from: zeros, or out
  std::size_t sums_stride;
  float* out;
  const float* skip;
  std::size_t columns;
  bool last;
  float scale;
  PanelFloats bias;
};

/// Adds tile x inputs to one panel of `count` inputs; the sum over columns runs in ascending order,
/// so that the result does not depend on how many inputs or units a block holds.
template <std::size_t count>
void multiply_block(const DenseJob& job, const Panel& panel) {
  std::array<PanelFloats, count> sum;
  unrolled<count>([&](std::size_t a) IGB_LAMBDA_INLINE {
    for (std::size_t v = 0; v < panel_vectors; ++v) {
      sum[a][v] = Float::load_unaligned(panel.sums + a * panel.sums_stride + v * lanes);
    }
  });
  // A pointer a row, so that clang does not multiply by the stride again (in WebAssembly a layer
  // takes 0.94 of the time).
  std::array<const float*, count> in;
  for (std::size_t a = 0; a < count; ++a) in[a] = panel.in + a * job.in_stride;
  const float* weight = panel.tile;
  for (std::size_t k = 0; k < panel.columns; ++k, weight += panel.tile_stride) {
    const Float w0 = Float::load_aligned(weight);
    const Float w1 = Float::load_aligned(weight + lanes);
    unrolled<count>([&](std::size_t a) IGB_LAMBDA_INLINE {
      const Float x(in[a][k]);
      sum[a][0] = mul_add(w0, x, sum[a][0]);
      sum[a][1] = mul_add(w1, x, sum[a][1]);
    });
  }
  unrolled<count>([&](std::size_t a) IGB_LAMBDA_INLINE {
    for (std::size_t v = 0; v < panel_vectors; ++v) {
      const std::size_t place = a * job.out_stride + v * lanes;
      Float result = sum[a][v];
      if (panel.last) {
        result = mul_add(result, Float(panel.scale), panel.bias[v]);
        if (panel.skip != nullptr) result += Float::load_unaligned(panel.skip + place);
        result = without_subnormals(result);
      }
      result.store_unaligned(panel.out + place);
    }
  });
}

template <std::size_t... less_one>
constexpr std::array<decltype(&multiply_block<1>), sizeof...(less_one)> block_table(
    std::index_sequence<less_one...>) {
  return {multiply_block<less_one + 1>...};
}
constexpr auto multiply_blocks = block_table(std::make_index_sequence<block_inputs>());

/// In as few blocks as possible, and these of nearly the same size: a block of one input waits for
/// each of its sums.
void multiply_panel(const DenseJob& job, Panel panel) {
  std::size_t left = job.rows;
  for (std::size_t blocks = (left + block_inputs - 1) / block_inputs; blocks > 0; --blocks) {
    const std::size_t count = (left + blocks - 1) / blocks;
    multiply_blocks[count - 1](job, panel);
    panel.in += count * job.in_stride;
    panel.sums += count * panel.sums_stride;
    panel.out += count * job.out_stride;
    if (panel.skip != nullptr) panel.skip += count * job.out_stride;
    left -= count;
  }
}

enum class Direction { forward, transposed };

/// Where a feature of the panel's first unit is stored.
IGB_INLINE const float* stored_at(const DenseJob& job, std::size_t features, std::size_t unit,
                                  std::size_t feature) {
  const std::size_t row = unit / panel_units_max * (features + 1) + feature;
  return job.stored + row * panel_units_max + unit % panel_units_max;
}

/// tile[k][unit] of the transposed matrix: row first_row + k, the panel's units being features.
/// Beyond the last feature, where nobody reads, it is that of the biases.
IGB_INLINE void transpose_stored(const DenseJob& job, std::size_t first_unit, std::size_t first_row,
                                 std::size_t rows, float* tile) {
  const std::size_t features = job.out_units;
  for (std::size_t k = 0; k < rows; k += lanes) {
    const float* const source = stored_at(job, features, first_row + k, 0);
    for (std::size_t unit = 0; unit < panel_units; unit += 4) {
      std::array<Float, 4> fours;
      for (std::size_t j = 0; j < 4; ++j) {
        const std::size_t feature = first_unit + unit + j;
        fours[j] = Float::load_aligned(source +
                                       (feature < features ? feature : features) * panel_units_max);
      }
      transpose_fours(fours);
      for (std::size_t j = 0; j < 4; ++j) {
        std::array<float*, lanes / 4> to;
        for (std::size_t g = 0; g < to.size(); ++g) {
          to[g] = tile + (k + 4 * g + j) * panel_units + unit;
        }
        store_fours(fours[j], to, 0);
      }
    }
  }
}

/// Points the panel at stored weights, or copies them to the tile where they are to be changed.
IGB_INLINE void take_stored(const DenseJob& job, std::size_t unit, std::size_t column,
                            bool in_place, Panel& panel) {
  const float* const stored = stored_at(job, job.in_units, unit, column);
  if (in_place) {
    panel.tile = stored;
    panel.tile_stride = panel_units_max;
    return;
  }
  for (std::size_t k = 0; k < panel.columns; ++k) {
    for (std::size_t i = 0; i < panel_units; i += lanes) {
      Float::load_aligned(stored + k * panel_units_max + i)
          .store_aligned(job.tile + k * panel_units + i);
    }
  }
}

/// How tiles of generated weights are filled.
using Fill = decltype(&fill_tile<Gaussian>);
IGB_INLINE Fill fill_of(WeightLaw law, Direction direction) {
  if (direction == Direction::forward) {
    return law == WeightLaw::uniform ? fill_tile<Uniform> : fill_tile<Gaussian>;
  }
  return law == WeightLaw::uniform ? fill_transposed_tile<Uniform> : fill_transposed_tile<Gaussian>;
}

/// Points the panel at its weights, of `columns` columns from `column` on.
IGB_INLINE void take_tile(const DenseJob& job, Direction direction, const Source& weights,
                          std::size_t unit, std::size_t column, float magnified, Panel& panel) {
  panel.tile = job.tile;
  panel.tile_stride = panel_units;
  if (job.stored == nullptr) {
    fill_of(job.law, direction)(weights, static_cast<std::uint32_t>(unit),
                                static_cast<std::uint32_t>(column), panel.columns, job.tile);
  } else if (direction == Direction::forward) {
    take_stored(job, unit, column, magnified == 1.0F, panel);
  } else {
    transpose_stored(job, unit, column, panel.columns, job.tile);
  }
  if (magnified == 1.0F) return;
  for (std::size_t i = 0; i < panel.columns * panel_units; ++i) job.tile[i] *= magnified;
}

IGB_INLINE PanelFloats panel_bias(const DenseJob& job, Direction direction, const Source& biases,
                                  std::size_t unit) {
  PanelFloats bias;
  bias.fill(Float(0.0F));
  if (direction == Direction::transposed) return bias;
  alignas(64) std::array<float, 4 * panel_units> drawn;  // columns come by fours
  const float* from = drawn.data();
  if (job.stored != nullptr) {
    from = stored_at(job, job.in_units, unit, job.in_units);
  } else {
    fill_tile<Gaussian>(biases, static_cast<std::uint32_t>(unit), 0, 1, drawn.data());
  }
  for (std::size_t v = 0; v < panel_vectors; ++v) {
    bias[v] = Float(job.bias_scale) * Float::load_aligned(from + v * lanes);
  }
  return bias;
}

void multiply(const DenseJob& job, Direction direction) {
  const Source weights(job.weights);
  const Source biases(job.biases);
  const float magnified = magnification(job.in, job.rows, job.in_units, job.in_stride);
  for (std::size_t unit = 0; unit < job.out_units; unit += panel_units) {
    Panel panel;
    panel.out = job.out + unit;
    panel.skip = job.skip == nullptr ? nullptr : job.skip + unit;
    panel.scale = job.weight_scale / magnified;
    panel.bias = panel_bias(job, direction, biases, unit);
    for (std::size_t column = 0; column < job.in_units; column += tile_columns) {
      const std::size_t left = job.in_units - column;
      panel.in = job.in + column;
      panel.columns = left < tile_columns ? left : tile_columns;
      panel.sums = column == 0 ? zeros.data() : panel.out;
      panel.sums_stride = column == 0 ? 0 : job.out_stride;
      panel.last = left <= tile_columns;
      take_tile(job, direction, weights, unit, column, magnified, panel);
      multiply_panel(job, panel);
    }
  }
}

template <Direction direction>
void dense(const DenseJob& job) {
  DenseJob part = job;
  for (std::size_t row = 0; row < job.rows; row += rows_together) {
    part.rows = job.rows - row < rows_together ? job.rows - row : rows_together;
    multiply(part, direction);
    part.in += part.rows * job.in_stride;
    part.out += part.rows * job.out_stride;
    if (part.skip != nullptr) part.skip += part.rows * job.out_stride;
  }
}

/// Rows of a gradient by weights that are summed while they stay in the first cache.
constexpr std::size_t summed_rows = 256;

/// out[r][unit] = scale (out[r][unit] + sum_a features[a, r] gradient[a, unit]) of `count`
/// features.
template <std::size_t count>
void add_outer_block(const WeightGradientJob& job, const float* features, const float* gradient,
                     std::size_t rows, bool first, float scale, float* out) {
  std::array<PanelFloats, count> sum;
  unrolled<count>([&](std::size_t r) IGB_LAMBDA_INLINE {
    for (std::size_t v = 0; v < panel_vectors; ++v) {
      sum[r][v] = first ? Float(0.0F) : Float::load_aligned(out + r * panel_units_max + v * lanes);
    }
  });
  for (std::size_t a = 0; a < rows; ++a) {
    const Float g0 = Float::load_aligned(gradient);
    const Float g1 = Float::load_aligned(gradient + lanes);
    unrolled<count>([&](std::size_t r) IGB_LAMBDA_INLINE {
      const Float x(features[r]);
      sum[r][0] = mul_add(g0, x, sum[r][0]);
      sum[r][1] = mul_add(g1, x, sum[r][1]);
    });
    features += job.features_stride;
    gradient += job.gradient_stride;
  }
  unrolled<count>([&](std::size_t r) IGB_LAMBDA_INLINE {
    for (std::size_t v = 0; v < panel_vectors; ++v) {
      (sum[r][v] * Float(scale)).store_aligned(out + r * panel_units_max + v * lanes);
    }
  });
}

template <std::size_t... less_one>
constexpr std::array<decltype(&add_outer_block<1>), sizeof...(less_one)> outer_table(
    std::index_sequence<less_one...>) {
  return {add_outer_block<less_one + 1>...};
}
constexpr auto add_outer_blocks = outer_table(std::make_index_sequence<block_inputs>());

/// The same of the biases, whose feature is 1.
IGB_INLINE void add_bias_block(const WeightGradientJob& job, const float* gradient,
                               std::size_t rows, bool first, float scale, float* out) {
  for (std::size_t i = 0; i < panel_units; i += lanes) {
    Float sum = first ? Float(0.0F) : Float::load_aligned(out + i);
    for (std::size_t a = 0; a < rows; ++a) {
      sum += Float::load_aligned(gradient + a * job.gradient_stride + i);
    }
    (sum * Float(scale)).store_aligned(out + i);
  }
}

void weight_gradient(const WeightGradientJob& job) {
  const std::size_t matrix_rows = job.in_units + 1;
  for (std::size_t unit = 0; unit < job.out_units; unit += panel_units) {
    float* const panel =
        job.out + unit / panel_units_max * matrix_rows * panel_units_max + unit % panel_units_max;
    for (std::size_t row = 0; row < job.rows; row += summed_rows) {
      const std::size_t left = job.rows - row;
      const std::size_t rows = left < summed_rows ? left : summed_rows;
      const float scale = left <= summed_rows ? job.scale : 1.0F;
      const float* const gradient = job.gradient + row * job.gradient_stride + unit;
      const float* const features = job.features + row * job.features_stride;
      std::size_t k = 0;
      std::size_t blocks = (job.in_units + block_inputs - 1) / block_inputs;
      for (; blocks > 0; --blocks) {
        const std::size_t count = (job.in_units - k + blocks - 1) / blocks;
        add_outer_blocks[count - 1](job, features + k, gradient, rows, row == 0, scale,
                                    panel + k * panel_units_max);
        k += count;
      }
      add_bias_block(job, gradient, rows, row == 0, scale, panel + k * panel_units_max);
    }
  }
  const std::size_t used = job.out_units % panel_units_max;
  if (used == 0) return;
  float* row = job.out + job.out_units / panel_units_max * matrix_rows * panel_units_max;
  for (std::size_t k = 0; k < matrix_rows; ++k, row += panel_units_max) {
    for (std::size_t i = used; i < panel_units_max; ++i) row[i] = 0.0F;
  }
}

/// f(place, w, g) is the new value of each parameter.
template <class Function>
IGB_INLINE void update(const UpdateJob& job, Function step) {
  for (std::size_t i = 0; i < job.count; i += lanes) {
    const Float w = Float::load_aligned(job.values + i) * Float(job.keep);
    const Float g = Float::load_aligned(job.gradient + i);
    (w - Float(job.rate) * step(i, g)).store_aligned(job.values + i);
  }
}

void sgd(const UpdateJob& job) {
  update(job, [](std::size_t, Float g) IGB_LAMBDA_INLINE { return g; });
}

void momentum(const UpdateJob& job) {
  update(job, [&](std::size_t i, Float g) IGB_LAMBDA_INLINE {
    const Float m = Float::load_aligned(job.first + i) * Float(job.momentum) + g;
    without_subnormals(m).store_aligned(job.first + i);
    return m;
  });
}

void adam(const UpdateJob& job) {
  const Float new_first(job.first_share);
  const Float new_second(job.second_share);
  update(job, [&](std::size_t i, Float g) IGB_LAMBDA_INLINE {
    const Float m = Float::load_aligned(job.first + i) * Float(job.momentum) + g * new_first;
    const Float v = Float::load_aligned(job.second + i) * Float(job.beta2) + g * g * new_second;
    without_subnormals(m).store_aligned(job.first + i);
    without_subnormals(v).store_aligned(job.second + i);
    return m / (xsimd::sqrt(v) * Float(job.root_scale) + Float(job.epsilon));
  });
}

/// Partial sums j mod reflection_sums of a row.
using Sums = std::array<Float, reflection_sums / lanes>;

/// The sum of all, by halves.
IGB_INLINE float total(const Sums& sums) {
  alignas(64) std::array<float, reflection_sums> parts;
  for (std::size_t v = 0; v < sums.size(); ++v) sums[v].store_aligned(parts.data() + v * lanes);
  for (std::size_t half = reflection_sums / 2; half > 0; half /= 2) {
    for (std::size_t i = 0; i < half; ++i) parts[i] += parts[i + half];
  }
  return parts[0];
}

/// `count` rows of reflection_sums coordinates, `stride` apart, and the direction there.
template <std::size_t count>
struct ReflectedPart {
  const float* direction;
  float* rows;
  std::size_t stride;

  IGB_INLINE void add_products(std::array<Sums, count>& sums) const {
    for (std::size_t v = 0; v < reflection_sums / lanes; ++v) {
      const Float d = Float::load_unaligned(direction + v * lanes);
      for (std::size_t a = 0; a < count; ++a) {
        const Float values = Float::load_unaligned(rows + a * stride + v * lanes);
        sums[a][v] = mul_add(d, values, sums[a][v]);
      }
    }
  }
  IGB_INLINE void add_multiples(const std::array<Float, count>& factors) const {
    for (std::size_t v = 0; v < reflection_sums / lanes; ++v) {
      const Float d = Float::load_unaligned(direction + v * lanes);
      for (std::size_t a = 0; a < count; ++a) {
        float* const place = rows + a * stride + v * lanes;
        mul_add(factors[a], d, Float::load_unaligned(place)).store_unaligned(place);
      }
    }
  }
};

/// One reflection of `count` rows, whose sums do not wait for each other. The coordinates that fill
/// no part are worked on in a copy with zeros.
template <std::size_t count>
void reflect_rows(const ReflectionJob& job, float* rows) {
  constexpr std::size_t width = reflection_sums;
  const std::size_t whole = job.count / width * width;
  const std::size_t rest = job.count - whole;
  alignas(64) std::array<float, width> last_direction{};
  alignas(64) std::array<float, count * width> last_rows{};
  for (std::size_t i = 0; i < rest; ++i) {
    last_direction[i] = job.direction[whole + i];
    for (std::size_t a = 0; a < count; ++a) {
      last_rows[a * width + i] = rows[a * job.stride + whole + i];
    }
  }
  const ReflectedPart<count> last{last_direction.data(), last_rows.data(), width};

  std::array<Sums, count> sums{};
  for (std::size_t k = 0; k < whole; k += width) {
    ReflectedPart<count>{job.direction + k, rows + k, job.stride}.add_products(sums);
  }
  last.add_products(sums);
  std::array<Float, count> factors;
  for (std::size_t a = 0; a < count; ++a) factors[a] = Float(-job.factor * total(sums[a]));
  for (std::size_t k = 0; k < whole; k += width) {
    ReflectedPart<count>{job.direction + k, rows + k, job.stride}.add_multiples(factors);
  }
  last.add_multiples(factors);

  for (std::size_t a = 0; a < count; ++a) {
    for (std::size_t i = 0; i < rest; ++i) {
      rows[a * job.stride + whole + i] = last_rows[a * width + i];
    }
  }
}

void reflect(const ReflectionJob& job) {
  constexpr std::size_t together = lanes / 2;  // eight vectors of sums
  std::size_t a = 0;
  for (; a + together <= job.rows; a += together) {
    reflect_rows<together>(job, job.values + a * job.stride);
  }
  for (; a < job.rows; ++a) reflect_rows<1>(job, job.values + a * job.stride);
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
    without_subnormals(y).store_aligned(values + i);
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
    without_subnormals(Float::load_aligned(gradient + i) * slope).store_aligned(gradient + i);
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
    .weight_gradient = weight_gradient,
    .sgd = sgd,
    .momentum = momentum,
    .adam = adam,
    .activate = activation_kernels.data(),
    .multiply_slope = slope_kernels.data(),
    .pairs = &pair_kernels,
    .gram = &gram_kernels,
};

}  // namespace igb::IGB_TARGET
