#include "pair_kernels.hpp"

#include <cmath>

#include "activation_list.hpp"
#include "simd.hpp"

namespace igb::IGB_TARGET {
namespace {

static_assert(pair_padding % double_lanes == 0);

IGB_INLINE Double square(Double x) { return x * x; }

/// Half the squared difference of one share between input a and the inputs of a vector.
IGB_INLINE Double half_square(double of_a, const double* share, Double before) {
  const Double difference = Double(of_a) - Double::load_aligned(share);
  return mul_add(Double(0.5) * difference, difference, before);
}

/// `feature(d, b)` is d_phi of input a with the inputs of the vector that starts at b.
template <class Feature>
IGB_INLINE void for_row(const PairRow& row, const Feature& feature) {
  const Shares& share = row.shares;
  const std::size_t a = row.a;
  const Double carried(share.carried[a]);
  const Double weighted(share.weighted[a]);
  const Double own = Double(0.5) * square(Double(share.own[a]));
  for (std::size_t b = 0; b < a; b += double_lanes) {
    const Double d = Double::load_aligned(row.d + b);
    const Double carried_b = Double::load_aligned(share.carried + b);
    const Double weighted_b = Double::load_aligned(share.weighted + b);
    const Double own_b = Double::load_aligned(share.own + b);
    Double next = mul_add(Double(0.5) * own_b, own_b, own);
    next = half_square(share.carried[a], share.carried + b, next);
    next = half_square(share.weighted[a], share.weighted + b, next);
    next = half_square(share.mean[a], share.mean + b, next);
    next = half_square(share.bias[a], share.bias + b, next);
    next = mul_add(carried * carried_b, d, next);
    next = mul_add(weighted * weighted_b, feature(d, b), next);
    max(Double(0.0), min(Double(2.0), next)).store_aligned(row.d + b);
  }
}

/// Eight sums in a fixed order, not fused: the same on every target. The compiler finds the
/// vectors.
double half_square_distance(const float* x, const float* y, std::size_t count) {
  constexpr std::size_t sums = 8;
  std::array<double, sums> sum{};
  const std::size_t whole = count - count % sums;
  for (std::size_t i = 0; i < whole; i += sums) {
    for (std::size_t k = 0; k < sums; ++k) {
      const double difference = static_cast<double>(x[i + k]) - static_cast<double>(y[i + k]);
      sum[k] += difference * difference;
    }
  }
  for (std::size_t i = whole; i < count; ++i) {
    const double difference = static_cast<double>(x[i]) - static_cast<double>(y[i]);
    sum[i - whole] += difference * difference;
  }
  return 0.5 * (((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7])));
}

/// (sin theta - theta cos theta) / d^(3/2), 0 <= d <= 1: own expansion in Chebyshev polynomials of
/// x = 2 d - 1, in powers of x; error 6e-18.
constexpr std::array<double, 18> chord_coefficients{
    2.3927526001646745e-12, 8.085095560613717e-12, 1.7404954157969075e-11, 6.26952019932264e-11,
    2.4589765252599657e-10, 8.924327147306903e-10, 3.2758477906244675e-09, 1.233749305958867e-08,
    4.753619824751176e-08,  1.882327431581113e-07, 7.71492465408533e-07,   3.3048959980880427e-06,
    1.5012788751442879e-05, 7.399821036927393e-05, 0.00041180955947199365, 0.0027982527541590644,
    0.028167834290538072,   0.9685287633970561};

[[gnu::flatten]] void homogeneous(const PairRow& row, const HomogeneousForm& form) {
  constexpr double two_over_pi = 2.0 * std::numbers::inv_pi;
  const Double straight(form.straight);
  const Double bent(form.bent);
  const Double bent_chord(-two_over_pi * form.bent);
  for_row(row, [&](Double d, std::size_t /*b*/) IGB_LAMBDA_INLINE {
    // E|u v| is even in c.
    const Double e = min(d, Double(2.0) - d);
    const Double chord =
        e * xsimd::sqrt(e) * polynomial(mul_add(Double(2.0), e, Double(-1.0)), chord_coefficients);
    return mul_add(straight, d, mul_add(bent, e, bent_chord * chord));
  });
}

/// Closed forms of the activations that are not homogeneous.
template <class Phi>
struct Closed {
  static constexpr PairForm form{};
};

/// E[erf u erf v] = 2/pi asin C, C = w_a w_b c, and w^2 + v^2 = 1: the gap between the mean of
/// asin w^2 over a and b and asin C is the mean of two angles, each with its own sine.
template <>
struct Closed<Erf> {
  enum Column : std::size_t { w, v, sine, cosine, root, columns };  // sine = w^2; root of asin w^2

  static void prepare(const double* q, std::size_t count, double* columns, std::size_t stride) {
    for (std::size_t a = 0; a < count; ++a) {
      const double total = 1.0 + 2.0 * q[a];
      columns[w * stride + a] = std::sqrt(2.0 * q[a] / total);
      columns[v * stride + a] = std::sqrt(1.0 / total);
      columns[sine * stride + a] = 2.0 * q[a] / total;
      columns[cosine * stride + a] = std::sqrt(1.0 + 4.0 * q[a]) / total;
      columns[root * stride + a] = std::sqrt(std::atan2(2.0 * q[a], std::sqrt(1.0 + 4.0 * q[a])));
    }
  }

  [[gnu::flatten]] static void row(const PairRow& row) {
    const auto of_a = [&](Column column) IGB_LAMBDA_INLINE {
      return Double(row.columns[column * row.stride + row.a]);
    };
    const Double one(1.0);
    for_row(row, [&](Double d, std::size_t b) IGB_LAMBDA_INLINE {
      const auto of_b = [&](Column column) IGB_LAMBDA_INLINE {
        return Double::load_aligned(row.columns + column * row.stride + b);
      };
      // E[erf u erf v] is odd in c.
      const Double e = min(d, Double(2.0) - d);
      const Double w_a = of_a(w);
      const Double w_b = of_b(w);
      const Double drop_a = w_a - w_b + w_b * e;  // w_a - w_b c
      const Double drop_b = w_b - w_a + w_a * e;
      const Double product = w_a * w_b * (one - e);  // C
      const Double one_minus = w_a * w_b * e + Double(0.5) * (square(w_a - w_b) + square(of_a(v)) +
                                                              square(of_b(v)));  // 1 - C
      const Double side = xsimd::sqrt(one_minus * (one + product));
      const auto angle = [&](Double w_1, Double drop, Double sine_1,
                             Double cosine_1) IGB_LAMBDA_INLINE {
        struct Angle {
          Double sine;
          Double cosine;
        };
        return Angle{w_1 * drop * (sine_1 + product) / (sine_1 * side + product * cosine_1),
                     sine_1 * product + cosine_1 * side};
      };
      const auto first = angle(w_a, drop_a, of_a(sine), of_a(cosine));
      const auto second = angle(w_b, drop_b, of_b(sine), of_b(cosine));
      const Double gap =
          Double(0.5) * xsimd::atan2(first.sine * second.cosine + first.cosine * second.sine,
                                     first.cosine * second.cosine - first.sine * second.sine);
      const Double distance =
          (gap - Double(0.5) * square(of_a(root) - of_b(root))) / (of_a(root) * of_b(root));
      return xsimd::select(d > one, Double(2.0) - distance, distance);
    });
  }

  static constexpr PairForm form{columns, prepare, row};
};

template <class... Phi>
constexpr std::array<PairForm, sizeof...(Phi)> closed_forms(TypeList<Phi...>) {
  return {Closed<Phi>::form...};
}
constexpr auto closed = closed_forms(ActivationList{});

[[gnu::flatten]] void given(const PairRow& row) {
  for_row(row, [&](Double /*d*/, std::size_t b)
                   IGB_LAMBDA_INLINE { return Double::load_aligned(row.columns + b); });
}

[[gnu::flatten]] void interpolated(const PairRow& row, const InterpolatedForm& form) {
  // The row's own variance put in: [roots][variances] remains.
  const std::size_t plane = form.variances * form.roots;
  for (std::size_t k = 0; k < form.roots; ++k) {
    for (std::size_t j = 0; j < form.variances; ++j) {
      double sum = 0.0;
      for (std::size_t i = 0; i < form.variances; ++i) {
        sum += row.columns[i * row.stride + row.a] * form.ratio[i * plane + k * form.variances + j];
      }
      form.row_ratio[k * form.variances + j] = sum;
    }
  }
  for (std::size_t j = 0; j < form.variances; ++j) {
    double sum = 0.0;
    for (std::size_t i = 0; i < form.variances; ++i) {
      sum += row.columns[i * row.stride + row.a] * form.spread[i * form.variances + j];
    }
    form.row_spread[j] = sum;
  }

  const double* const log_q = row.columns + form.variances * row.stride;
  const Double scale(2.0 / form.root_high);
  const Double one(1.0);
  for_row(row, [&](Double d, std::size_t b) IGB_LAMBDA_INLINE {
    const auto at_b = [&](const double* coefficients) IGB_LAMBDA_INLINE {
      Double sum(0.0);
      for (std::size_t j = 0; j < form.variances; ++j) {
        const Double share = Double::load_aligned(row.columns + j * row.stride + b);
        sum = mul_add(share, Double(coefficients[j]), sum);
      }
      return sum;
    };
    // Clenshaw's recurrence.
    const Double x = xsimd::sqrt(d) * scale - one;
    const Double two_x = x + x;
    Double sum(0.0);
    Double before(0.0);
    for (std::size_t k = form.roots; k-- > 1;) {
      const Double now = mul_add(two_x, sum, at_b(form.row_ratio + k * form.variances) - before);
      before = sum;
      sum = now;
    }
    const Double ratio = mul_add(x, sum, at_b(form.row_ratio) - before);
    const Double log_ratio = Double(log_q[row.a]) - Double::load_aligned(log_q + b);
    return mul_add(log_ratio * log_ratio, at_b(form.row_spread), d * ratio);
  });
}

[[gnu::flatten]] double dot(const double* x, const double* y, std::size_t count) {
  std::array<Double, 4> sum;
  sum.fill(Double(0.0));
  std::size_t i = 0;
  for (; i + 4 * double_lanes <= count; i += 4 * double_lanes) {
    for (std::size_t k = 0; k < 4; ++k) {
      const std::size_t at = i + k * double_lanes;
      sum[k] = mul_add(Double::load_aligned(x + at), Double::load_aligned(y + at), sum[k]);
    }
  }
  for (; i + double_lanes <= count; i += double_lanes) {
    sum[0] = mul_add(Double::load_aligned(x + i), Double::load_aligned(y + i), sum[0]);
  }
  double total = xsimd::reduce_add((sum[0] + sum[1]) + (sum[2] + sum[3]));
  for (; i < count; ++i) total += x[i] * y[i];
  return total;
}

[[gnu::flatten]] void dots(const double* const* rows, const double* y, std::size_t count,
                           double* products) {
  std::array<Double, dot_rows> sum;
  sum.fill(Double(0.0));
  for (std::size_t i = 0; i < count; i += double_lanes) {
    const Double factor = Double::load_aligned(y + i);
    for (std::size_t k = 0; k < dot_rows; ++k) {
      sum[k] = mul_add(Double::load_aligned(rows[k] + i), factor, sum[k]);
    }
  }
  for (std::size_t k = 0; k < dot_rows; ++k) products[k] = xsimd::reduce_add(sum[k]);
}

}  // namespace

extern const PairKernels pair_kernels{half_square_distance, homogeneous, given, interpolated,
                                      closed.data(),        dot,         dots};

}  // namespace igb::IGB_TARGET
