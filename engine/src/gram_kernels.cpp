#include "gram_kernels.hpp"

#include <cmath>
#include <utility>

#include "activation_list.hpp"
#include "deviates.hpp"
#include "simd.hpp"

namespace igb::IGB_TARGET {
namespace {

static_assert(gram_units % panel_units == 0 && gram_padding % lanes == 0);

IGB_INLINE constexpr std::size_t round_up(std::size_t count, std::size_t multiple) {
  return (count + multiple - 1) / multiple * multiple;
}

// Products.

/// Vectors of units that a tile of the factor is multiplied with at a time: 24 or 12 sums.
constexpr std::size_t tile_vectors = lanes == 16 ? 4 : 2;

/// panel[k][unit] = z(first_unit + unit, k).
void fill_panel(const GramDraw& job) {
  const Source source(job.source);
  for (std::size_t first = 0; first < gram_units; first += panel_units) {
    const PanelWords units =
        counting_from(job.first_unit + static_cast<std::uint32_t>(first), lane_index(), lanes);
    for (std::size_t k = 0; k < job.inputs; k += 4) {
      const auto block = static_cast<std::uint32_t>(k / 4);
      const Quads quads = Gaussian::of(four_words(source, block, units));
      for (std::size_t v = 0; v < panel_vectors; ++v) {
        for (std::size_t j = 0; j < 4; ++j) {
          quads[v][j].store_aligned(job.panel + (k + j) * gram_units + first + v * lanes);
        }
      }
    }
  }
}

/// Rows `row` .. row + 5 of the panel from normals in the rows up to these.
IGB_INLINE void multiply_tile(const float* factor, std::size_t terms, std::size_t row,
                              float* panel) {
  std::array<std::array<Float, tile_vectors>, factor_rows> sum;
  for (auto& one : sum) one.fill(Float(0.0F));
  for (std::size_t k = 0; k < terms; ++k, factor += factor_rows) {
    std::array<Float, tile_vectors> z;
    for (std::size_t v = 0; v < tile_vectors; ++v) {
      z[v] = Float::load_aligned(panel + k * gram_units + v * lanes);
    }
    for (std::size_t i = 0; i < factor_rows; ++i) {
      const Float weight(factor[i]);
      for (std::size_t v = 0; v < tile_vectors; ++v) sum[i][v] = mul_add(weight, z[v], sum[i][v]);
    }
  }
  for (std::size_t i = 0; i < factor_rows; ++i) {
    for (std::size_t v = 0; v < tile_vectors; ++v) {
      sum[i][v].store_aligned(panel + (row + i) * gram_units + v * lanes);
    }
  }
}

void draw(const GramDraw& job) {
  fill_panel(job);
  // From the last tile to the first, each overwrites normals that none of those to come needs.
  const std::size_t tiles = (job.inputs + factor_rows - 1) / factor_rows;
  for (std::size_t first = 0; first < gram_units; first += tile_vectors * lanes) {
    for (std::size_t t = tiles; t-- > 0;) {
      const std::size_t row = t * factor_rows;
      const std::size_t terms = row + factor_rows < job.inputs ? row + factor_rows : job.inputs;
      multiply_tile(job.factor + factor_tile(t), terms, row, job.panel + first);
    }
  }
}

/// Rows of the square a tile of products has; with two vectors of columns, 24 or 12 sums.
constexpr std::size_t product_rows = lanes == 16 ? 12 : 6;

IGB_INLINE void add_to(double* to, Float x) {
  const std::array<Double, 2> wide = widen(x);
  (Double::load_unaligned(to) + wide[0]).store_unaligned(to);
  (Double::load_unaligned(to + double_lanes) + wide[1]).store_unaligned(to + double_lanes);
}
#if defined(__AVX512F__) && !defined(IGB_EMULATED)
IGB_INLINE void add_to(double* to, HalfFloat x) {
  (Double::load_unaligned(to) + widen(x)).store_unaligned(to);
}
#endif
IGB_INLINE void add_to(double* to, Double x) {
  (Double::load_unaligned(to) + x).store_unaligned(to);
}

/// Rows of values side by side, from which products of columns are summed.
template <class Vector>
struct Columns {
  using Value = typename Vector::value_type;
  const Value* values;
  std::size_t stride;
  std::size_t rows;
  std::size_t inputs;
  double* square;
};

template <std::size_t rows, std::size_t vectors, class Vector>
IGB_INLINE void add_tile(const Columns<Vector>& columns, std::size_t a, std::size_t b) {
  std::array<std::array<Vector, vectors>, rows> sum;
  for (auto& one : sum) one.fill(Vector(typename Vector::value_type(0)));
  const auto* row = columns.values;
  for (std::size_t k = 0; k < columns.rows; ++k, row += columns.stride) {
    std::array<Vector, vectors> y;
    for (std::size_t v = 0; v < vectors; ++v) {
      y[v] = Vector::load_aligned(row + b + v * Vector::size);
    }
    for (std::size_t i = 0; i < rows; ++i) {
      const Vector x(row[a + i]);
      for (std::size_t v = 0; v < vectors; ++v) sum[i][v] = mul_add(x, y[v], sum[i][v]);
    }
  }
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t v = 0; v < vectors; ++v) {
      add_to(columns.square + (a + i) * columns.stride + b + v * Vector::size, sum[i][v]);
    }
  }
}

/// Rows a .. last - 1 of the square, `vectors` vectors of columns from b on.
template <std::size_t rows, std::size_t vectors, class Vector, std::size_t... counts>
IGB_INLINE void add_rows(const Columns<Vector>& columns, std::size_t a, std::size_t last,
                         std::size_t b, std::index_sequence<counts...>) {
  for (; a + rows <= last; a += rows) add_tile<rows, vectors>(columns, a, b);
  if (a >= last) return;
  ((last - a == counts + 1 ? add_tile<counts + 1, vectors>(columns, a, b) : void()), ...);
}

/// The square's columns b .. b + 2 Vector::size - 1, rows from the diagonal to `last` - 1: two
/// vectors of columns but where the second lies above the diagonal.
template <class Vector>
IGB_INLINE void add_columns(const Columns<Vector>& columns, std::size_t b, std::size_t last) {
  constexpr std::size_t single_rows = 8;
  const std::size_t middle = b + Vector::size < last ? b + Vector::size : last;
  add_rows<single_rows, 1>(columns, b, middle, b, std::make_index_sequence<single_rows - 1>());
  add_rows<product_rows, 2>(columns, middle, last, b, std::make_index_sequence<product_rows - 1>());
}

IGB_INLINE void add_products(const Columns<Double>& columns) {
  for (std::size_t b = 0; b < columns.inputs; b += 2 * double_lanes) {
    add_columns(columns, b, columns.inputs);
  }
}

/// Along the diagonal in shorter vectors, where there are any: fewer sums that nobody needs.
IGB_INLINE void add_products(const Columns<Float>& columns) {
  if constexpr (lanes == 16) {
    const Columns<HalfFloat> halves{columns.values, columns.stride, columns.rows, columns.inputs,
                                    columns.square};
    for (std::size_t b = 0; b < columns.inputs; b += 2 * lanes) {
      const std::size_t below = b + 2 * lanes < columns.inputs ? b + 2 * lanes : columns.inputs;
      for (std::size_t c = b; c < below; c += lanes) add_columns(halves, c, below);
      add_rows<product_rows, 2>(columns, below, columns.inputs, b,
                                std::make_index_sequence<product_rows - 1>());
    }
  } else {
    for (std::size_t b = 0; b < columns.inputs; b += 2 * lanes) {
      add_columns(columns, b, columns.inputs);
    }
  }
}

void accumulate(const GramBlock& block, std::size_t rows, double* square) {
  add_products(Columns<Float>{block.rows, block.stride, rows, block.inputs, square});
}

void accumulate_exactly(const GramBlock& block, std::size_t rows, double* square, double* wide) {
  const std::size_t padded = round_up(block.inputs, gram_padding);
  for (std::size_t first = 0; first < rows; first += exact_rows) {
    const std::size_t count = rows - first < exact_rows ? rows - first : exact_rows;
    for (std::size_t k = 0; k < count; ++k) {
      const float* const row = block.rows + (first + k) * block.stride;
      for (std::size_t b = 0; b < padded; ++b) wide[k * block.stride + b] = row[b];
    }
    add_products(Columns<Double>{wide, block.stride, count, block.inputs, square});
  }
}

// The factor.

IGB_INLINE double* row_of(const GramSquare& square, std::size_t k) {
  return square.values + k * square.stride;
}

void spread(const GramSquare& square, double scale, const double* shrink) {
  constexpr std::size_t tile = 8;
  for (std::size_t first = 0; first < square.inputs; first += tile) {
    const std::size_t rows = square.inputs - first < tile ? square.inputs - first : tile;
    for (std::size_t b = 0; b < first + rows; ++b) {  // ascending: nothing is overwritten unread
      std::array<double, tile> column{};
      for (std::size_t i = 0; i < rows; ++i) {
        column[i] = row_of(square, first + i)[b] * (scale * shrink[b] * shrink[first + i]);
      }
      for (std::size_t i = 0; i < rows; ++i) row_of(square, b)[first + i] = column[i];
    }
  }
}

void pack(const GramSquare& square, float* factor) {
  for (std::size_t first = 0; first < square.inputs; first += factor_rows) {
    const std::size_t rows =
        square.inputs - first < factor_rows ? square.inputs - first : factor_rows;
    const double* from = square.values + first;
    for (std::size_t k = 0; k < first; ++k, from += square.stride, factor += factor_rows) {
      for (std::size_t i = 0; i < factor_rows; ++i) factor[i] = static_cast<float>(from[i]);
    }
    for (std::size_t k = 0; k < factor_rows; ++k, from += square.stride, factor += factor_rows) {
      for (std::size_t i = 0; i < factor_rows; ++i) {
        factor[i] = k <= i && i < rows ? static_cast<float>(from[i]) : 0.0F;
      }
    }
  }
}

/// Subtracts from rows first .. first + rows - 1, in two vectors of columns, the products of all
/// rows above.
template <std::size_t rows>
IGB_INLINE void subtract_rows_above(const GramSquare& square, std::size_t first,
                                    std::size_t column) {
  std::array<std::array<Double, 2>, rows> rest;
  double* const values = square.values + column;
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t v = 0; v < 2; ++v) {
      rest[i][v] = Double::load_aligned(values + (first + i) * square.stride + v * double_lanes);
    }
  }
  const double* above = square.values;
  for (std::size_t p = 0; p < first; ++p, above += square.stride) {
    const Double minus[2] = {-Double::load_aligned(above + column),
                             -Double::load_aligned(above + column + double_lanes)};
    for (std::size_t i = 0; i < rows; ++i) {
      const Double x(above[first + i]);
      for (std::size_t v = 0; v < 2; ++v) rest[i][v] = mul_add(x, minus[v], rest[i][v]);
    }
  }
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t v = 0; v < 2; ++v) {
      rest[i][v].store_aligned(values + (first + i) * square.stride + v * double_lanes);
    }
  }
}

template <std::size_t... counts>
IGB_INLINE void subtract_above(const GramSquare& square, std::size_t first, std::size_t rows,
                               std::size_t column, std::index_sequence<counts...>) {
  ((rows == counts + 1 ? subtract_rows_above<counts + 1>(square, first, column) : void()), ...);
}

IGB_INLINE void scale_row(double* row, std::size_t from, std::size_t to, double factor) {
  for (std::size_t c = from / double_lanes * double_lanes; c < to; c += double_lanes) {
    (Double::load_aligned(row + c) * Double(factor)).store_aligned(row + c);
  }
}

/// row -= factor above, in whole vectors from that of `from` on.
IGB_INLINE void subtract_row(double* row, const double* above, double factor, std::size_t from,
                             std::size_t to) {
  for (std::size_t c = from / double_lanes * double_lanes; c < to; c += double_lanes) {
    const Double product(-factor);
    mul_add(product, Double::load_aligned(above + c), Double::load_aligned(row + c))
        .store_aligned(row + c);
  }
}

double factor(const GramSquare& square, const double* diagonal, double dropped) {
  const std::size_t padded = round_up(square.inputs, gram_padding);
  double smallest = 1.0;
  for (std::size_t first = 0; first < square.inputs; first += product_rows) {
    const std::size_t left = square.inputs - first;
    const std::size_t last = first + (left < product_rows ? left : product_rows);
    constexpr std::size_t pair = 2 * double_lanes;
    for (std::size_t c = first / pair * pair; c < padded; c += pair) {
      subtract_above(square, first, last - first, c, std::make_index_sequence<product_rows>());
    }
    for (std::size_t k = first; k < last; ++k) {
      double* const row = row_of(square, k);
      const bool kept = row[k] > dropped * diagonal[k];
      const double ratio = kept ? row[k] / diagonal[k] : 0.0;
      if (diagonal[k] > 0.0 && ratio < smallest) smallest = ratio;
      if (!kept) {
        for (std::size_t c = k; c < padded; ++c) row[c] = 0.0;
        continue;
      }
      scale_row(row, k, padded, 1.0 / std::sqrt(row[k]));
      for (std::size_t m = k + 1; m < last; ++m) {
        subtract_row(row_of(square, m), row, row[m], m, padded);
      }
    }
  }
  return smallest;
}

// Statistics.

constexpr std::size_t group_vectors = lanes == 16 ? 4 : 2;
using Group = std::array<Float, group_vectors>;

void statistics(const GramPanel& panel, GramSums& sums) {
  constexpr std::size_t chunk = 64;  // inputs summed in float
  double* const totals[4] = {sums.difference, sums.square, sums.weighted, sums.weighted_square};
  for (double* const total : totals) {
    for (std::size_t i = 0; i < gram_units; ++i) total[i] = 0.0;
  }
  for (std::size_t first = 0; first < gram_units; first += group_vectors * lanes) {
    for (std::size_t start = 0; start < panel.inputs; start += chunk) {
      const std::size_t end = start + chunk < panel.inputs ? start + chunk : panel.inputs;
      std::array<Group, 4> sum;
      for (Group& one : sum) one.fill(Float(0.0F));
      for (std::size_t a = start; a < end; ++a) {
        const Float size(panel.size[a]);
        const Float share(panel.share[a]);
        const Float weight(panel.weight[a]);
        for (std::size_t v = 0; v < group_vectors; ++v) {
          const float* const unit = panel.values + first + v * lanes;
          const Float delta = Float::load_aligned(unit + a * gram_units);
          const Float shared = share * delta;
          const Float weighted = weight * mul_add(size, delta, Float::load_aligned(unit));
          sum[0][v] += shared;
          sum[1][v] = mul_add(shared, shared, sum[1][v]);
          sum[2][v] += weighted;
          sum[3][v] = mul_add(weighted, weighted, sum[3][v]);
        }
      }
      for (std::size_t s = 0; s < 4; ++s) {
        for (std::size_t v = 0; v < group_vectors; ++v) {
          add_to(totals[s] + first + v * lanes, sum[s][v]);
        }
      }
    }
  }
}

// Features.

template <class Phi>
IGB_INLINE Float value_of(Float x, [[maybe_unused]] Float parameter) {
  if constexpr (requires { Phi::template apply<VectorMath>(x, x); }) {
    return Phi::template apply<VectorMath>(x, parameter);
  } else {
    return Phi::template apply<VectorMath>(x);
  }
}

/// How phi changes along with h, unit by unit: operator() is (phi(h + size delta) - phi(h))
/// inverse. Smooth phi, or with a kink in its slope: by the two first terms of its Taylor series
/// where the change of h is below 2^-8. There the third is less than 2^-18 of the first, if phi'''
/// is like phi', and the rounding of the difference 2^-16 of it, independently from unit to unit.
template <class Phi>
class Change {
 public:
  IGB_INLINE Change(Float h, Float parameter)
      : h_(h),
        parameter_(parameter),
        value_(value_of<Phi>(h, parameter)),
        slope_(Phi::template slope<VectorMath>(h)) {
    const Float step(0x1p-5F);
    half_bend_ = Float(0x1p3F) * (Phi::template slope<VectorMath>(h + step) -
                                  Phi::template slope<VectorMath>(h - step));
  }
  [[nodiscard]] IGB_INLINE Float value() const { return value_; }
  IGB_INLINE Float operator()(Float delta, Float size, Float inverse) const {
    const Float change = size * delta;
    const Mask small = xsimd::abs(change) < Float(0x1p-8F);
    const Float series = delta * mul_add(half_bend_, change, slope_);
    if (holds_everywhere(small)) return series;
    const Float difference = (value_of<Phi>(h_ + change, parameter_) - value_) * inverse;
    return xsimd::select(small, series, difference);
  }

 private:
  Float h_;
  Float parameter_;
  Float value_;
  Float slope_;
  Float half_bend_;
};

/// max(h, 0), exact: (max(h + size delta, 0) - max(h, 0)) inverse.
class KinkChange {
 public:
  IGB_INLINE explicit KinkChange(Float h)
      : above_(max(h, Float(0.0F))), below_(min(h, Float(0.0F))) {}
  IGB_INLINE Float operator()(Float delta, Float inverse) const {
    return max(mul_add(below_, inverse, delta), -(above_ * inverse));
  }

 private:
  Float above_;
  Float below_;
};

template <>
class Change<Linear> {
 public:
  IGB_INLINE Change(Float h, Float /*parameter*/) : h_(h) {}
  [[nodiscard]] IGB_INLINE Float value() const { return h_; }
  IGB_INLINE Float operator()(Float delta, Float /*size*/, Float /*inverse*/) const {
    return delta;
  }

 private:
  Float h_;
};

template <>
class Change<Relu> {
 public:
  IGB_INLINE Change(Float h, Float /*parameter*/) : value_(max(h, Float(0.0F))), kink_(h) {}
  [[nodiscard]] IGB_INLINE Float value() const { return value_; }
  IGB_INLINE Float operator()(Float delta, Float /*size*/, Float inverse) const {
    return kink_(delta, inverse);
  }

 private:
  Float value_;
  KinkChange kink_;
};

template <>
class Change<LeakyRelu> {
 public:
  IGB_INLINE Change(Float h, Float parameter)
      : value_(value_of<LeakyRelu>(h, parameter)), slope_(parameter), kink_(h) {}
  [[nodiscard]] IGB_INLINE Float value() const { return value_; }
  IGB_INLINE Float operator()(Float delta, Float /*size*/, Float inverse) const {
    return mul_add(Float(1.0F) - slope_, kink_(delta, inverse), slope_ * delta);
  }

 private:
  Float value_;
  Float slope_;
  KinkChange kink_;
};

template <>
class Change<Abs> {
 public:
  IGB_INLINE Change(Float h, Float /*parameter*/) : value_(xsimd::abs(h)), kink_(h) {}
  [[nodiscard]] IGB_INLINE Float value() const { return value_; }
  IGB_INLINE Float operator()(Float delta, Float /*size*/, Float inverse) const {
    return Float(2.0F) * kink_(delta, inverse) - delta;
  }

 private:
  Float value_;
  KinkChange kink_;
};

/// max(h + 1, 0) - max(h - 1, 0) - 1, where at most one of the two is cut off.
template <>
class Change<HardTanh> {
 public:
  IGB_INLINE Change(Float h, Float parameter)
      : h_(h),
        value_(value_of<HardTanh>(h, parameter)),
        lower_(h + Float(1.0F)),
        upper_(h - Float(1.0F)) {}
  [[nodiscard]] IGB_INLINE Float value() const { return value_; }
  IGB_INLINE Float operator()(Float delta, Float size, Float inverse) const {
    const Float change = size * delta;
    const Float difference = value_of<HardTanh>(h_ + change, change) - value_;
    return xsimd::select(xsimd::abs(change) < Float(1.0F),
                         lower_(delta, inverse) - upper_(delta, inverse), difference * inverse);
  }

 private:
  Float h_;
  Float value_;
  KinkChange lower_;
  KinkChange upper_;
};

/// scale ((1 - alpha) max(h, 0) + alpha elu(h)).
template <>
class Change<Selu> {
 public:
  IGB_INLINE Change(Float h, Float parameter)
      : value_(value_of<Selu>(h, parameter)), smooth_(h, parameter), kink_(h) {}
  [[nodiscard]] IGB_INLINE Float value() const { return value_; }
  IGB_INLINE Float operator()(Float delta, Float size, Float inverse) const {
    const Float smooth(static_cast<float>(Selu::scale * Selu::alpha));
    const Float kink(static_cast<float>(Selu::scale * (1.0 - Selu::alpha)));
    return mul_add(kink, kink_(delta, inverse), smooth * smooth_(delta, size, inverse));
  }

 private:
  Float value_;
  Change<Elu> smooth_;
  KinkChange kink_;
};

// flatten: no function of this instruction set may reach the linker under a shared name.
template <class Phi>
[[gnu::flatten]] void features(const GramPanel& panel, float parameter, float scale) {
  constexpr std::size_t vectors = 2;
  for (std::size_t first = 0; first < gram_units; first += vectors * lanes) {
    float* const units = panel.values + first;
    const Change<Phi> change[vectors] = {
        {Float::load_aligned(units), Float(parameter)},
        {Float::load_aligned(units + lanes), Float(parameter)},
    };
    for (std::size_t v = 0; v < vectors; ++v) {
      (change[v].value() * Float(scale)).store_aligned(units + v * lanes);
    }
    for (std::size_t a = 1; a < panel.inputs; ++a) {
      float* const row = units + a * gram_units;
      const Float size(panel.size[a]);
      const Float inverse(panel.inverse[a]);
      for (std::size_t v = 0; v < vectors; ++v) {
        const Float delta = Float::load_aligned(row + v * lanes);
        change[v](delta, size, inverse).store_aligned(row + v * lanes);
      }
    }
  }
}

template <class... Phi>
constexpr std::array<decltype(&features<Linear>), sizeof...(Phi)> feature_table(TypeList<Phi...>) {
  return {features<Phi>...};
}
constexpr auto feature_kernels = feature_table(ActivationList{});

std::size_t gather(const float* panel, std::size_t units, const GramBlock& block,
                   std::size_t filled) {
  for (std::size_t first = 0; first < gram_units && first < units; first += lanes) {
    Word any(0U);
    for (std::size_t a = 0; a < block.inputs; ++a) {
      any |= as_word(Float::load_aligned(panel + a * gram_units + first));
    }
    alignas(64) std::array<std::uint32_t, lanes> alive;
    (any & Word(0x7fffffffU)).store_aligned(alive.data());
    std::array<std::array<float*, lanes / 4>, 4> to;  // lane 4 g + j as [j][g]
    for (std::size_t i = 0; i < lanes; ++i) {
      const bool kept = first + i < units && alive[i] != 0U;
      to[i % 4][i / 4] = block.rows + (kept ? filled : gram_rows) * block.stride;
      filled += kept ? 1 : 0;
    }
    for (std::size_t a = 0; a < block.inputs; a += 4) {
      std::array<Float, 4> rows;
      for (std::size_t j = 0; j < 4; ++j) {
        rows[j] = a + j < block.inputs ? Float::load_aligned(panel + (a + j) * gram_units + first)
                                       : Float(0.0F);
      }
      transpose_fours(rows);
      for (std::size_t j = 0; j < 4; ++j) store_fours(rows[j], to[j], a);
    }
  }
  return filled;
}

}  // namespace

extern const GramKernels gram_kernels;
const GramKernels gram_kernels{
    .draw = draw,
    .statistics = statistics,
    .features = feature_kernels.data(),
    .gather = gather,
    .accumulate = accumulate,
    .accumulate_exactly = accumulate_exactly,
    .spread = spread,
    .factor = factor,
    .pack = pack,
};

}  // namespace igb::IGB_TARGET
